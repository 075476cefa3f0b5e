/* sign: the signs that stand alone where there is no room for a word, each with its word and what it means: screens draw them from here, and help lists
 * them, beside those of states, urgencies and deliveries (screen/look). */
#ifndef SCREEN_SIGN_H
#define SCREEN_SIGN_H
#include "screen/look.h"
#include "widget/pager.h"

enum sign {
    SIGN_CURSOR, SIGN_MARKED, SIGN_SENDING, SIGN_SNOOZED, SIGN_VIEWING, SIGN_REPLYING, SIGN_LIKELY, SIGN_UNSURE, SIGN_WATCHED, SIGN_THANKS, SIGN_DIFFERS,
    SIGN_REOPENED, SIGN_ONCALL, SIGN_BOSS, SIGN_SHORTENED, SIGNS
};
struct badge sign_of(enum sign sign); /* its word is one that may stand behind it */
/* "what the signs mean", for help: between pager_begin and pager_end, so many columns wide. */
void sign_read(struct arena *arena, struct pager *pager, int columns);
#endif
