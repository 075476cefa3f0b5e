/* cli: the shell twins of everything a key can do: `triage VERB ...`. */
#ifndef APP_CLI_H
#define APP_CLI_H
#include <stdbool.h>

/* Runs one verb; gives the exit code (err_row). argv[0] is the program's name. */
int cli_run(int argc, char **argv);
/* What comes before the verb or stands alone: --socket, --theme... The console reads them too. */
struct cli_options {
    const char *socket, *theme, *view, *keys, *key_id; /* key_id: who one is where several share a uid; NULL: $TRIAGE_KEY */
    bool ascii, mono, json, help, version, no_input, linear, restricted, mouse;
};
/* Takes the options out of argv (leaving argv[0] and what is not an option of the program); false: a bad one,
 * said on stderr. */
bool cli_options(int *argc, char **argv, struct cli_options *options);
#endif
