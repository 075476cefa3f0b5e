/* history: the steps in which a text came to be, to be taken back one by one and done again. Letters typed one after the other are
 * one step up to a blank, and so is a run of the same deleting key; the caller says when a run ends. Has a ceiling in steps and in
 * bytes: the oldest go first. */
#ifndef WIDGET_HISTORY_H
#define WIDGET_HISTORY_H
#include <stdbool.h>
#include <stddef.h>

enum { HISTORY_STEPS = 4096, HISTORY_BYTES = 4 << 20 };
enum history_kind {
    HISTORY_WHOLE,    /* a step by itself: a paste, a word, a line */
    HISTORY_TYPED,    /* one letter came */
    HISTORY_ERASED,   /* one went that stood before the cursor */
    HISTORY_SWALLOWED /* one went that stood behind it */
};
struct history_step { /* at `at`, `gone` was there and `came` is there now */
    size_t at;
    char *gone, *came;
};

struct history; /* opaque */
struct history *history_new(void);
void history_free(struct history *h); /* NULL is fine */
void history_clear(struct history *h);
/* What just happened; what could be done again is forgotten. Copies both. */
void history_add(struct history *h, enum history_kind kind, size_t at, const char *gone, size_t gone_n, const char *came, size_t came_n);
void history_rest(struct history *h); /* what comes next is a step of its own */
/* The step to be taken back, or to be done again; NULL: there is none. Valid until the next call. */
const struct history_step *history_undo(struct history *h);
const struct history_step *history_redo(struct history *h);
#endif
