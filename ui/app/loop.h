/* loop: the full-screen console, from its start to its last line. */
#ifndef APP_LOOP_H
#define APP_LOOP_H
#include "app/cli.h"

int loop_run(const struct cli_options *options); /* exit code; what went wrong was said on stderr, with what helps */
#endif
