/* path: what the console asks the daemon for: a GET for each slot, as the screens are now (data/doc/api.md). */
#ifndef APP_PATH_H
#define APP_PATH_H
#include "app/console.h"

enum { PATH_MORE = 100 }; /* rows of a list beyond the first page; twice as many each time a table goes on */
/* In the arena, or a text that stays. NULL: there is nothing to ask. */
const char *path_of(struct console *c, struct arena *a, enum slot slot);
char *path_escape(struct arena *arena, const char *text); /* as a value in a query, or a part of a path */
#endif
