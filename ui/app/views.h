/* views: what an agent keeps of the list they look at, from the console and the shell (core/view). */
#ifndef APP_VIEWS_H
#define APP_VIEWS_H
#include "app/console.h"
#include "app/shell.h"

/* What is shown, as the rest of a view-save: when=... sort=... invert=...; any other line as it is. */
const char *views_said(struct console *c, const struct action_row *action, const char *line);
/* Where nothing was said: which of one's own, or a name, is asked for. false: it is no act on a view. */
bool views_ask(struct console *c, const struct action_row *action);
bool views_blank(struct console *c, const struct action_row *action, const char *line); /* nothing was answered either: that is said */

int views_verb(struct shell *sh); /* triage views */
/* --where, --title, --sort, --invert of `triage view-save NAME`, as words; "" for other actions. */
const char *views_options(struct shell *sh, const struct action_row *action);
extern const char views_help[];
#endif
