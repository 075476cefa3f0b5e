/* complete: expressions for shells (triage help --where TEXT). */
#ifndef APP_COMPLETE_H
#define APP_COMPLETE_H
#include "app/shell.h"

/* A line each: the text with what may stand next, a tab, what that is. */
int complete_where(struct shell *sh, const char *text);
#endif
