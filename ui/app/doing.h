/* doing: an action of the desk as a verb: tickets, argument and options become one call (api.md, POST /v1/do); what came of
 * each ticket is said. */
#ifndef APP_DOING_H
#define APP_DOING_H
#include "app/shell.h"
#include "core/act.h"

struct command_do;
int doing_run(struct shell *sh, const struct action_row *action); /* by the shell's words; the exit code */
int doing_act(struct shell *sh, const struct command_do *what);   /* one that is made already; the exit code */
#endif
