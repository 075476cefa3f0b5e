/* toast: the one line that says what just happened. What weighs less waits until this could be read: a refusal and what pages me stand
 * until a key was pressed since, or their time is over, all else for TOAST_READ_MS. Of what waits the heaviest is said first, of each
 * weight the last. What counts down stands beside it (app/held). Times are the caller's. */
#ifndef APP_TOAST_H
#define APP_TOAST_H
#include "term/role.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOAST_MS = 5000, TOAST_READ_MS = 1500, TOAST_TEXT = 512, TOAST_WEIGHTS = 4 };
struct toast_line { char text[TOAST_TEXT]; enum ui_role role; }; /* text "": none */
struct toast {
    struct toast_line is, waits[TOAST_WEIGHTS]; /* by weight */
    int64_t until; /* when it goes; 0 = there is none */
    int64_t firm;  /* what weighs less waits until then */
    int64_t since; /* when it came */
    int64_t next;  /* when it has something else to say, or goes; 0 = never */
    bool seen;     /* a key was pressed since it came */
};
/* Said now. What is heavy stays twice as long. */
void toast_say(struct toast *t, enum ui_role role, const char *text, int64_t now);
/* A key is pressed: what waited is said, and a refusal that could be read goes, for what is done now may well succeed. true: another
 * is said, or nothing any more. */
bool toast_key(struct toast *t, int64_t now);
bool toast_waiting(const struct toast *t);
bool toast_tick(struct toast *t, int64_t now); /* true: what is said is another, or nothing any more */
void toast_moot(struct toast *t, enum ui_role role); /* what is said in that role stands elsewhere from now on, in other words */
void toast_leave(struct toast *t);             /* the place is left: what was only said of it goes, and a refusal that could be read */
#endif
