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
size_t fuzzy_letters(const char *needle); /* how many places are filled */
#endif
