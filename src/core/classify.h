/* classify: urgency and category of a text by a linear model over hashed n-grams, started at a hand-written lexicon
 * (classifier.md 4). Pure: the model is frozen; training makes a new one. */
#ifndef CORE_CLASSIFY_H
#define CORE_CLASSIFY_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "core/ticket.h"
#include <stddef.h>

struct classify_model; /* immutable, shared between threads */
/* Cold start from lexicon text (data/classify/lexicon.tsv: task, label, weight, phrase[*], [hard]; its head explains the
 * format). NULL + ERR_CONFIG with the line on a fault. One reference. */
struct classify_model *classify_model_new(const char *lexicon, size_t n, struct err *err);
/* Models are counted: who reads one while another may take its place holds it for as long (any thread). */
struct classify_model *classify_model_hold(struct classify_model *model);
void classify_model_free(struct classify_model *model); /* gives one reference back; NULL is fine */
uint64_t classify_model_lexicon(const struct classify_model *model); /* a hash of its lexicon's text */
int64_t classify_model_epoch(const struct classify_model *model);   /* 0 at cold start */
int64_t classify_model_learned(const struct classify_model *model); /* tickets whose label, given by a person, it has learned from */

/* "[blank page +2.1]": signed, over the runner-up, in the log-odds of the probability shown; all a text's features and
 * the bias together add up to ln(p / p of the runner-up) exactly. A lexicon phrase appears as the lexicon spells it
 * ("crash*"), a word or a pair of words as the text does: foreign text, to be made safe like any other. The largest
 * ones are kept (stop words and what is under 5 % left out), the supporting ones first. */
struct classify_reason { const char *text; int64_t weight_milli; };
enum { CLASSIFY_REASONS = 5 };
enum { CLASSIFY_VALUES = 7 };
struct classify_label {
    int value, runner_up;          /* enum urgency or enum category */
    int64_t bp;                    /* probability, basis points */
    int64_t all_bp[CLASSIFY_VALUES]; /* of every value, by its number: all_bp[URGENCY_CRITICAL] feeds the alert budget */
    struct classify_reason reasons[CLASSIFY_REASONS];
    int reason_count;
};
struct classify_result {
    struct classify_label urgency, category;
    bool hard;             /* a hard lexicon phrase: may page at once (model.md 3) */
    const char *hard_phrase;
};
/* Texts may be NULL; the first 500 bytes of the subject and 4,000 of the body are read. Result texts, and the scratch
 * memory (some 100 bytes per byte read once a model has learned), belong to arena. NULL model: an empty result. */
void classify_text(const struct classify_model *model, struct arena *arena, const char *subject, const char *body, struct classify_result *out);

/* The words of a text that carry it, for finding others like it: as the text writes them, each once, no stop words; weight:
 * the most it means to any label, 0 = nothing yet. The heaviest first, then the longest. Gives how many, at most max. */
struct classify_word { const char *text; double weight; };
int classify_words(const struct classify_model *model, struct arena *arena, const char *subject, const char *body, struct classify_word *out, int max);

struct classify_example { const char *subject, *body; int urgency, category; int64_t weight_milli; }; /* 0 = no label for that head */
/* How a refit went, by head (0 urgency, 1 category): log-loss and share of right answers in cross-validation, log-loss of
 * prior before; -1 = not measured (under 20 rows). sharp: the temperature that was found, rows: what it was fitted on. */
struct classify_figures { double loss[2], before[2], right[2], sharp[2]; int64_t rows; };
/* Refits both heads from the journal's examples towards prior's lexicon (never towards what prior has learned: an undone
 * label is really forgotten); deterministic, free of order. Labels out of range and weights <= 0 are passed over. The
 * old model stays valid. NULL + ERR_STATE if the new one's log-loss in cross-validation is over 5 % worse than
 * prior's was (from 20 rows on); keep the old one then. One reference. figures: NULL or filled, also where it is refused. */
struct classify_model *classify_refit(const struct classify_model *prior, const struct classify_example *examples, size_t n, int64_t epoch,
                                      struct classify_figures *figures, struct err *err);

/* What a model has learned, as bytes: the same model gives the same bytes. Not the lexicon: to load them takes one that
 * is the same to the letter. */
void classify_save(const struct classify_model *model, struct str *out);
/* A model of prior's lexicon with those weights. NULL + ERR_STORAGE where the bytes are damaged or of another version,
 * ERR_STATE where they were learned over another lexicon. One reference. */
struct classify_model *classify_load(const struct classify_model *prior, const void *data, size_t n, struct err *err);
#endif
