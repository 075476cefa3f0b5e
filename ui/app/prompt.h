/* prompt: the one in which a condition is typed (`/`, `:filter`, `T`): Tab completes it from the parser's tables and what the desk's
 * tickets hold, and after a pause a line above says what it means and how many tickets fit, or what is wrong with it. */
#ifndef APP_PROMPT_H
#define APP_PROMPT_H
#include "app/console.h"

void prompt_open(struct console *c, enum purpose purpose, const char *title, const char *preset);
/* Before the overlay has it; true: it was Tab, and it is done. */
bool prompt_key(struct console *c, const struct key *key);
void prompt_typed(struct console *c); /* after the overlay had a key */
/* What was typed as an expression: `where EXPR`, or the short spelling; "" for nothing. NULL + err. */
const char *prompt_where(struct arena *arena, const char *text, struct err *err);
/* The same within the filter in force: what of the list shown fits. "" for nothing typed. */
const char *prompt_within(struct console *c, struct arena *arena, const char *text, struct err *err);
/* The call for the count, NULL: there is nothing to count, and the line above says why. */
const char *prompt_path(struct console *c, struct arena *arena);
void prompt_counted(struct console *c, const struct json *answer);
#endif
