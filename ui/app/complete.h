/* complete: what shells that complete ask for. They know nothing of the desk: bash, zsh and fish hand the line over and offer what
 * comes back (data/completion). */
#ifndef APP_COMPLETE_H
#define APP_COMPLETE_H
#include "app/help.h"

/* triage help --next -- WORD...: what may stand for the last word (it may be empty) of a line whose words come after `triage`, a line
 * each: a word, a tab, what it is. A first line that begins with a tab is for the shell itself: "\tfiles", the name of a file; "\topen",
 * the word goes on after what is offered. Names are the desk's, where it answers. */
int complete_next(struct shell *sh, const struct verb *verbs, char *const *words, int n);
/* triage help --where TEXT: a line each, the expression with what may stand next, a tab, what that is. */
int complete_where(struct shell *sh, const char *text);
#endif
