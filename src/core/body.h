/* body: do the words stand in the text of a message? In their order, whatever signs and white space are between them, from where a word
 * begins on; the last may be only begun. "not print" finds "It does not print." and "not printed", never "cannot print". In writing that
 * sets no space between words (Han, Kana, Thai...) they may begin anywhere. Pure. */
#ifndef CORE_BODY_H
#define CORE_BODY_H
#include <stdbool.h>

bool body_holds(const char *text, const char *words); /* both as when_fold gives them; no word: false */
/* Can the index of words (store/search) find them? Not in writing without spaces, and of one or two letters it knows too much. */
bool body_indexed(const char *words);
#endif
