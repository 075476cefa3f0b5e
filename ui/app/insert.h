/* insert: what goes into a text that is being written, and what runs with a look first: canned replies, articles, macros. Each
 * is asked of the daemon when it is wanted and offered in a picker, whose answers part_insert (app/part.h) takes. For app/ only. */
#ifndef APP_INSERT_H
#define APP_INSERT_H
#include "app/console.h"

void insert_macros(struct console *c);                    /* c->asked: the action macro and its tickets */
void insert_canned(struct console *c);                    /* into the composer */
void insert_agents(struct console *c);                    /* @@ in a note: whom it is to name */
void insert_articles(struct console *c, const char *words);
#endif
