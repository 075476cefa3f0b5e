/* observe: what an event says of a ticket, and the fold that makes a ticket of many observations in any order
 * (dialects.md 9, model.md 1 "two voices"). Pure. */
#ifndef CORE_OBSERVE_H
#define CORE_OBSERVE_H
#include "core/field.h"
#include "base/json.h"

enum voice { VOICE_SOURCE, VOICE_DESK, VOICE_CLOCK };
enum kind { KIND_NONE, KIND_CREATE, KIND_ASSIGN, KIND_UPDATE, KIND_MESSAGE, KIND_REGISTER, KIND_REGISTER_FAILED,
            KIND_RESOLVE, KIND_CLOSE, KIND_DELETE,
            KIND_REFER /* names a ticket (a survey does) but says nothing of it and never makes one */ };
enum author { AUTHOR_CUSTOMER = 1, AUTHOR_AGENT, AUTHOR_BOT, AUTHOR_SYSTEM };
enum origin { ORIGIN_DESCRIPTION = 1, ORIGIN_HISTORY, ORIGIN_REPLY, ORIGIN_AI, ORIGIN_NOTE };

/* v = (t, rank, n, key): the order of observations (dialects.md 9.2). */
struct version {
    int64_t t;    /* event time, clamped; else receipt time */
    int64_t rank; /* create 0, assign 1, update/message/register 2, resolve/close 3, delete 4 */
    int64_t n;    /* messages in the snapshot */
    const char *key; /* dedupe key; without one the zero-padded receipt number */
};
int version_cmp(const struct version *a, const struct version *b);

struct message {
    int64_t row;     /* its number in the store, 0 = not stored yet */
    const char *id;  /* unique within the ticket (dialects.md 8.2) */
    int author_kind; /* enum author */
    int origin;      /* enum origin */
    int voice;       /* enum voice */
    bool is_public, automatic; /* automatic: an auto-reply, never a first response (7.4) */
    const char *author, *body;
    const char *assets; /* JSON array or NULL */
    int64_t asset_count, at;
    const char *state;  /* of our own replies: held, sending, sent, failed, withdrawn; NULL = shown */
};

/* Side facts of a game or knowledge source (cStar): newest v wins per (kind, key). */
struct record {
    const char *kind; /* customer article boss player achievement survey; achievement: one per unlock, key <achievement>#<player> */
    const char *key, *data; /* data: JSON object of the members said, merged over what is known */
};

struct observation {
    int voice, kind;
    struct version v;
    const char *account, *dialect;
    const char *key; /* ticket key; NULL: says nothing of a ticket */
    struct field_set said, null; /* said: value is meaningful; null: said to be nothing. Over field_table */
    struct ticket value;
    bool status_initial; /* the status said is where a ticket starts, not a word about its course */
    bool undo;             /* takes an act back: a reopening by it is not counted */
    bool status_guess;   /* no status said at all: "open" if nobody else knows */
    bool echo;             /* a merged ticket's, as its root hears it (observe_echo) */
    bool left_out;         /* an act that was taken back: it has never been (engine/fold) */
    bool facts_only;       /* an echo from before the merge: it counts as a message and reopens nothing */
    struct message *messages;
    int message_count;
    struct record *records;
    int record_count;
};

/* Marks a field as said; the _text and _int forms set its value too. An unknown field name is a bug (aborts). */
void observe_say(struct observation *obs, const char *field);
void observe_say_text(struct observation *obs, const char *field, const char *text); /* NULL or "" says nothing */
void observe_say_int(struct observation *obs, const char *field, int64_t value);
void observe_say_null(struct observation *obs, const char *field);

/* Folds one observation into a ticket. Observations must come in rising v order (the caller refolds otherwise).
 * Only field values change: no clocks, no score. Texts are shared, not copied. */
void observe_fold(struct ticket *ticket, const struct observation *obs);
/* Forgets everything the fold computes (identity, labels of others, counters, clocks, merges stay): what a refold
 * starts from. Then fold every observation of the ticket, both voices, sorted by version_cmp. */
void observe_reset(struct ticket *ticket);
/* What the root of a merged ticket hears of one of its observations: that somebody wrote. Messages stay where they are, but
 * who waits since when, and who was answered, is the root's. */
void observe_echo(const struct observation *obs, int64_t merged_at, struct observation *out);
/* Do category and what belongs to it outlive observe_reset? Somebody's label does. */
bool observe_category(const struct field *f);
/* The v.key of the clock's word that takes whoever had a ticket off it as it is reopened; it holds only with that reopening. */
extern const char observe_requeued[];
const char *kind_word(int kind);   /* none create assign update message register register_failed resolve close delete refer */
int kind_value(const char *word);  /* -1 if unknown */
int64_t kind_rank(int kind);
const char *author_word(int author);
int author_value(const char *word);
const char *origin_word(int origin);
int origin_value(const char *word);
#endif
