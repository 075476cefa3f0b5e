/* help: what `triage help` says, and all that is made of the same two tables (the desk's actions, the verbs): the man page's
 * lists of verbs, and the words that shells complete. */
#ifndef APP_HELP_H
#define APP_HELP_H
#include "app/shell.h"

struct verb {
    const char *name, *args, *help;
    int (*run)(struct shell *sh);
    const char *more; /* after the usage; NULL = there is no more to say */
};
/* help; help VERB; help --list: the verbs, a line each, a tab and what it does; help --next: see app/complete; help --mdoc: for the man page.
 * verbs: ends with a row without a name. Gives the exit code. */
int help_run(struct shell *sh, const struct verb *verbs);
int help_one(struct shell *sh, const struct verb *verbs, const char *name); /* VERB --help */
const struct verb *help_find(const struct verb *verbs, const char *name);       /* NULL: there is none */
extern const char help_more[];
#endif
