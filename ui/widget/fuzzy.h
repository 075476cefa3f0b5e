/* fuzzy: how well a few typed letters fit a name, in fzy's manner: every letter must occur, in order; letters side by
 * side, at the start of a word, after a slash or at a capital count more, gaps cost. Case does not matter. */
#ifndef WIDGET_FUZZY_H
#define WIDGET_FUZZY_H
#include <stdbool.h>
#include <stddef.h>

enum { FUZZY_NEEDLE = 64, FUZZY_TEXT = 512 }; /* characters looked at */
/* false: the letters are not all there. Else a score, higher is better; an exact match is highest. places (NULL or
 * FUZZY_NEEDLE of them) takes the character index each letter was found at. An empty needle fits all, score 0. */
bool fuzzy_score(const char *needle, const char *text, double *score, size_t *places);
/* Is each stretch of the letters how a word of the text begins? "cn", "claim n" and "next" are of "claim-next", "aim" is not. start: the first stretch
 * begins the text itself. An empty needle is. */
bool fuzzy_words(const char *needle, const char *text, bool start);
/* Is each word of the needle, whole, how a word of the text begins? */
bool fuzzy_begins(const char *needle, const char *text);
size_t fuzzy_letters(const char *needle); /* how many places are filled */
#endif
