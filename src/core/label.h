/* label: what a model from outside says of a ticket, and what becomes of the ticket's label because of it (classifier.md 6.4,
 * reliability.md M6). An answer is five members and nothing else; everything in it that is not of the closed set is no answer.
 * It may raise a label but never silence one. Pure. */
#ifndef CORE_LABEL_H
#define CORE_LABEL_H
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "core/ticket.h"

enum label_confidence { LABEL_UNSURE, LABEL_LIKELY, LABEL_SURE, LABEL_CONFIDENCES };
extern const char *const label_confidence_words[]; /* low medium high, NULL */
extern const char *const label_urgency_words[];    /* low high critical, NULL: the labels where the configuration names none */

enum { LABEL_EVIDENCE = 280 }; /* code points: longer is no quotation */
struct label_answer {
    int urgency;          /* enum urgency, of the labels the configuration names */
    int category;         /* enum category */
    int confidence;       /* enum label_confidence */
    const char *evidence; /* words of the ticket as it was sent; "": none, or not in it. Foreign text */
    bool suspicious;      /* the ticket tries to give orders */
};
/* Exactly the members urgency, category, confidence, evidence, suspicious, each of its kind and its closed set. sent: the
 * texts the model was shown, ended by NULL; evidence that stands in none of them is blanked. false + ERR_INPUT otherwise; the
 * reason never quotes the answer. Texts belong to arena. */
bool label_answer_read(struct arena *arena, const struct json *object, const char *const *labels, int label_count, const char *const *sent,
                       struct label_answer *out, struct err *err);
struct json *label_answer_encode(const struct label_answer *answer);
/* The same back from our own JSON (a parcel's memo, the cache); false: it is none. */
bool label_answer_decode(struct arena *arena, const struct json *object, struct label_answer *out);

/* How often a band was right, in basis points: a model's own number is no probability. */
struct label_bands { int64_t bp[LABEL_CONFIDENCES]; };
extern const struct label_bands label_bands_default; /* 5500 7500 9000, until agents' labels say better */
/* The same measured: of `seen` answers in a band `right` agreed with the agent's label; a few count little. */
struct label_seen { int64_t seen, right; };
struct label_bands label_bands_measured(const struct label_seen seen[LABEL_CONFIDENCES]);

struct label_outcome {
    int urgency, category;           /* what the ticket is to have: as before, or as said by LABEL_BY_MODEL */
    int64_t urgency_bp, category_bp;
    bool urgency_said, category_said; /* the answer had a say in it: write value, bp and LABEL_BY_MODEL */
    bool review;                     /* a person is to look: the ticket gives orders, or the two differ by more than one step */
    const char *why;                 /* a constant sentence for the entry; never NULL */
};
/* before: the ticket with its present label; hard: its text has a hard lexicon phrase. What an agent, a rule or the source
 * said stays. Critical is the larger of both; a ticket that pages (hard, or with an open escalation) and one that gives
 * orders are never lowered, any other by one step at most. */
void label_merge(const struct ticket *before, bool hard, const struct label_answer *answer, const struct label_bands *bands, struct label_outcome *out);
#endif
