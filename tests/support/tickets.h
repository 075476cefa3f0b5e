/* tickets: labelled ticket texts and the figures they are judged by. For tests and benches only. */
#ifndef SUPPORT_TICKETS_H
#define SUPPORT_TICKETS_H
#include "core/classify.h"

struct labelled {
    const char *subject, *body, *language;
    int urgency, category; /* 0 = not labelled */
    bool held_out;
};
struct labelled_set {
    struct labelled *rows;
    int count;
};
/* data/classify/gold.tsv of the source tree; every second ticket by hash is held out. */
struct labelled_set tickets_gold(struct arena *arena);
/* A corpus by others: $TRIAGE_CORPORA/tickets/<name>/tickets.tsv, `dev` held out. False, said on stderr, where the
 * variable is not set. */
bool tickets_corpus(struct arena *arena, const char *name, struct labelled_set *out);
/* data/classify/lexicon.tsv as a model; aborts if it does not load. */
struct classify_model *tickets_starter(void);
/* The rows that are (or are not) held out. */
struct labelled_set tickets_part(struct arena *arena, const struct labelled_set *set, bool held_out);
/* As examples of weight 1. */
struct classify_example *tickets_examples(struct arena *arena, const struct labelled_set *set);

struct figures {
    int n;
    double f1;        /* macro, over the classes that occur */
    double accuracy, log_loss, ece; /* calibration error in 15 bins of the top probability */
    double recall_at_10; /* urgency: of the criticals, when the 10 % most likely are alerted; ties in expectation */
    double p50, p99;  /* microseconds of CPU per ticket */
};
/* head 0 = urgency, 1 = category */
struct figures tickets_judge(const struct classify_model *model, const struct labelled_set *set, int head);
#endif
