/* stats: the verb about the desk's numbers. */
#ifndef APP_STATS_H
#define APP_STATS_H
#include "app/shell.h"

extern const char stats_help[];
int stats_run(struct shell *sh);
#endif
