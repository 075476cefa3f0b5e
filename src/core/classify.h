/* classify: urgency and category of a text by a linear model over hashed n-grams, started at a hand-written lexicon
 * (classifier.md 4). Pure: the model is frozen; training makes a new one. */
#ifndef CORE_CLASSIFY_H
#define CORE_CLASSIFY_H
#include "base/arena.h"
#include "base/err.h"
#include "core/ticket.h"
#include <stddef.h>

struct classify_model; /* immutable, shared between threads */
/* Cold start from lexicon text (data/classify/lexicon.tsv: task, label, weight, phrase[*], [hard]). */
struct classify_model *classify_model_new(const char *lexicon, size_t n, struct err *err);
void classify_model_free(struct classify_model *model);
int64_t classify_model_epoch(const struct classify_model *model);   /* 0 at cold start */
int64_t classify_model_learned(const struct classify_model *model); /* labels it has learned from */

struct classify_reason { const char *text; int64_t weight_milli; }; /* "[blank page +2.1]": signed, over the runner-up */
enum { CLASSIFY_REASONS = 5 };
struct classify_label {
    int value, runner_up;          /* enum urgency or enum category */
    int64_t bp;                    /* probability, basis points */
    struct classify_reason reasons[CLASSIFY_REASONS];
    int reason_count;
};
struct classify_result {
    struct classify_label urgency, category;
    bool hard;             /* a hard lexicon phrase: may page at once (model.md 3) */
    const char *hard_phrase;
};
/* Texts may be NULL. Result texts belong to arena. */
void classify_text(const struct classify_model *model, struct arena *arena, const char *subject, const char *body, struct classify_result *out);

struct classify_example { const char *subject, *body; int urgency, category; int64_t weight_milli; }; /* 0 = no label for that head */
/* Refits both heads from the journal's examples towards the lexicon prior; deterministic, free of order. The old model
 * stays valid; NULL + err if the new one is worse than 5 % in cross-validation. */
struct classify_model *classify_refit(const struct classify_model *prior, const struct classify_example *examples, size_t n, int64_t epoch, struct err *err);
#endif
