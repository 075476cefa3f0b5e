/* picker: type a few letters, take one of many: commands, agents, tickets, macros. A prompt line and the items that fit,
 * best first; letters that fit are marked. */
#ifndef WIDGET_PICKER_H
#define WIDGET_PICKER_H
#include "term/key.h"
#include "term/surface.h"
#include <stddef.h>
#include <stdint.h>

struct picker; /* opaque */
/* How much of an item must be typed for Enter to take it though no arrow went to it. What has the letters only somewhere, or in its detail, is offered, and
 * not taken. */
enum picker_takes {
    TAKES_ANY,   /* what fits best is taken, always */
    TAKES_WORDS, /* how some of its words begin */
    TAKES_START, /* how its name begins, or what else it is called, where that begins no other's: picker_fits_several */
    TAKES_WHOLE  /* all of a name */
};
struct picker_item {
    int64_t id;
    const char *name;   /* what is matched and shown; never cut for what stands beside it */
    const char *detail; /* shown dim behind it, in a column; also matched, by how its words begin; NULL: none */
    const char *keys;   /* shown whole at the right end; NULL: none */
    const char *value;  /* what it stands for; NULL: its name */
    int shelf;          /* of those that fit alike, lower goes first; from PICKER_BENEATH on: behind all others */
    const char *fits;   /* it also fits, behind all others, while just this is typed; NULL: nothing */
    const char *also;   /* what else it is called, words with blanks between, matched by how they begin; NULL: nothing */
    enum picker_takes takes;
};
enum { PICKER_BENEATH = 10000 };
enum picker_outcome {
    PICKER_IGNORED, /* not a key of a picker */
    PICKER_MOVED,   /* draw it again */
    PICKER_CHOSEN,  /* picker_chosen */
    PICKER_TYPED,   /* nothing fits, or C-Enter / M-Enter: picker_typed is the answer, where free text may be one */
    PICKER_LEFT,    /* Esc; q, where it leaves */
};

/* prompt stands before what is typed. free_text: what fits nothing may be an answer of its own. */
struct picker *picker_new(const char *prompt, bool free_text);
void picker_free(struct picker *p); /* NULL is fine */
/* Copies the items; their order is the order where nothing is typed and between equals. */
void picker_set(struct picker *p, const struct picker_item *items, size_t n);
/* The same, while somebody chooses: the item that an arrow went to stays where it is, if it is still among them. */
void picker_renew(struct picker *p, const struct picker_item *items, size_t n);
void picker_type(struct picker *p, const char *text); /* as if typed */
/* What is typed is the answer until an arrow goes to an item: where words of one's own are as good as what is offered. */
void picker_own_words(struct picker *p, bool on);
bool picker_at_top(const struct picker *p); /* an arrow up moves nothing */
/* Does q go back, as everywhere? Yes in a menu that nothing was typed into, where no name has the letter. */
bool picker_q_leaves(const struct picker *p);
bool picker_point(struct picker *p, int row); /* goes to the item that was drawn there; false: none was */
enum picker_outcome picker_key(struct picker *p, const struct key *key);
const struct picker_item *picker_chosen(const struct picker *p); /* what Enter takes; NULL: none fits, or none was gone to */
const struct picker_item *picker_first(const struct picker *p);  /* what fits best, under the cursor or not */
/* What is typed begins several names alike, so that Enter takes none of them: another letter, or an arrow, says which. Words are taken as the
 * same where one is how all others begin. As vim has it of commands of one's own: never the first, never the last used. */
bool picker_fits_several(const struct picker *p);
bool picker_takes_typed(const struct picker *p); /* Enter gives PICKER_TYPED now */
const char *picker_typed(const struct picker *p);
size_t picker_fits(const struct picker *p);
/* Draws over what is there: prompt in the first row, items below, at most `rows` in all; gives the rows used. */
int picker_draw(struct picker *p, struct surface *s, int row, int column, int rows, int width);
#endif
