/* insert: what goes into a text that is being written, and what runs with a look first: canned replies, articles, macros. Each
 * is asked of the daemon when it is wanted, offered in a picker, and answered by run_answer (app/run). For app/ only. */
#ifndef APP_INSERT_H
#define APP_INSERT_H
#include "app/console.h"

void insert_macros(struct console *c);                    /* c->asked: the action macro and its tickets */
void insert_preview(struct console *c, const char *name); /* what it would do, in a text to read; Enter runs it */
void insert_canned(struct console *c);                    /* into the composer */
void insert_canned_chosen(struct console *c, const char *name);
void insert_agents(struct console *c);                    /* @@ in a note: whom it is to name */
void insert_agent_chosen(struct console *c, const char *name);
void insert_articles(struct console *c, const char *words);
void insert_article_chosen(struct console *c, const char *title, int64_t id); /* id 0: words to look for */
void insert_article(struct console *c, bool link);        /* the one that came: its text, or where it stands */
#endif
