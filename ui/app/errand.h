/* errand: what is to be done at the desk (POST /v1/do), one thing after another in the order it was begun: each goes when the one before
 * it was answered. Its body carries a key, by which the daemon does it once however often it comes. So where it went out and the answer
 * was lost, it goes again as soon as the desk is live, three times at most, and what was begun behind it waits: an undo would else be of
 * something else. Where it did not go out, nothing was done, nor is what was begun behind it:
 * whoever began them hears that at once. */
#ifndef APP_ERRAND_H
#define APP_ERRAND_H
#include "app/console.h"

typedef void errand_unsure(void *arg);
/* what: in words, "close #42"; what and body are copied. done: as link_send has it, but answer->sent is of all the times it went. unsure: it
 * went out and nobody answered; it goes again. Said once. */
void errand_begin(struct console *c, const char *what, const char *body, link_done *done, errand_unsure *unsure, void *arg);
void errand_follow(struct console *c); /* whatever can go, goes */
/* What waits, in words; i: 0 for the one whose answer is waited for, and on. NULL: no such. */
const char *errand_waiting(const struct console *c, int i);
/* For one line: "reply to #1 and 2 more", once nobody answered it or not soon; "": nothing waits so long. */
const char *errand_overdue(struct console *c, int64_t now);
/* For the end, behind link_close: all of them are given up, and hear so. In one line, which of them nobody answered; "" = none. */
const char *errand_forget(struct console *c);
#endif
