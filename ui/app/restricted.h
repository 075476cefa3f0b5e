/* restricted: the account of somebody who may work at the desk and do nothing else on its machine: an SSH key with
 * command="triage --restricted" in front. Then the words of the connection (ssh desk ls --json) are a verb's, split here and seen by no
 * shell; nothing runs a program, names a file, or is told where one is by the environment or by a word that came with the connection;
 * C-z stops nothing. What stands on the command line itself was written by whoever made the account, and is believed. */
#ifndef APP_RESTRICTED_H
#define APP_RESTRICTED_H
#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>

/* Does the command line say --restricted? */
bool restricted_asked(int argc, char *const *argv);
/* Before anything else of the program, while it has one thread: the environment is what restricted_env lets through, and the words of
 * SSH_ORIGINAL_COMMAND follow those of the command line (all in arena). false: a word is not for such an account. */
bool restricted_begin(struct arena *arena, int *argc, char ***argv, struct err *err);
/* From restricted_begin on: ask before a file is read or written by name, a program is run, a daemon is started. */
bool restricted_is(void);
/* What helps whoever finds no desk there: neither the environment nor they can say where it is. */
extern const char restricted_remedy[];
/* ERR_FORBIDDEN where restricted_is: "WHAT is not for this account". true: go on. */
bool restricted_may(const char *what, struct err *err);
/* May this variable stay, with this value? A list of a few names, and values that are no path. */
bool restricted_env(const char *name, const char *value);
#endif
