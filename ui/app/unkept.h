/* unkept: a text that this console has a hand on, until the daemon has it: what is known, what is on its way, and what is to be. What is done about it is
 * app/keeper's, for whom alone this is. */
#ifndef APP_UNKEPT_H
#define APP_UNKEPT_H
#include "app/console.h"
#include "app/shelter.h"

enum { UNKEPT_MOST = 64 /* texts */ };
struct unkept {
    struct unkept *next;
    struct console *c;
    int64_t ticket;
    bool reply;
    bool open;       /* the composer has it */
    bool known;      /* what the daemon has: */
    char tag[DRAFT_TAG];
    char *was;       /* the value; NULL: there is none */
    bool flying;     /* a call is under way */
    bool gone;       /* to the customer: what is answered still means nothing */
    bool refused;    /* the daemon does not want it: not asked again */
    bool rival;      /* another console wrote there: what, is asked */
    bool told;       /* that it is not kept yet */
    bool posts;      /* it was kept anew while it is being sent */
    bool away;       /* being sent, and left: not to be kept before that is over */
    char *only;      /* what is to be forgotten, where it is that text; NULL: whatever it is */
    char *sent;      /* the value that went out and was not answered; NULL: none, or that there is to be no draft */
    char *wanted;    /* the newest */
    bool sends, wants;
    int64_t not_before;
    char say[160];
    struct shelter shelter;
    bool doubt;            /* it was sent, and nobody said whether it arrived */
    char over[DRAFT_TAG];  /* of one that was left: what it came of; "" = that is not known */
};
struct unkept *unkept_find(const struct console *c, int64_t ticket, bool reply); /* NULL: there is none */
struct unkept *unkept_mine(const struct console *c);                             /* the composer's */
struct unkept *unkept_begin(struct console *c, int64_t ticket, bool reply);
void unkept_want(struct unkept *h, const char *value); /* copied; NULL: no draft */
void unkept_drop(struct unkept *h);                    /* nothing is wanted, nor on its way */
void unkept_free(struct unkept *h);                    /* and its file; it is in no list any more */
const struct json *unkept_parsed(struct arena *arena, const char *value); /* NULL of NULL */
void unkept_desk(const struct console *c, char desk[SPOOL_DESK]);
/* Its newest text lies in a file from now on, where there is one. false + err: there is no place for it. */
bool unkept_shelter(struct unkept *h, struct err *err);
void unkept_unshelter(struct unkept *h);
#endif
