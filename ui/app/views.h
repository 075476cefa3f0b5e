/* views: what an agent keeps of the list they look at, from the console and the shell (core/view). */
#ifndef APP_VIEWS_H
#define APP_VIEWS_H
#include "app/console.h"
#include "app/shell.h"

/* What is shown, as the rest of a view-save: when=... sort=... invert=...; any other line as it is. */
const char *views_said(struct console *c, const struct action_row *action, const char *line);
/* What is asked where nothing was said: the prompt, and what it begins with; NULL: no act on a view. */
const char *views_prompt(struct console *c, const struct action_row *action, const char **preset);

int views_verb(struct shell *sh); /* triage views */
/* --where, --title, --sort, --invert of `triage view-save NAME`, as words; "" for other actions. */
const char *views_options(struct shell *sh, const struct action_row *action);
extern const char views_help[];
#endif
