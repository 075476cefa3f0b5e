/* oncall: the verbs about who is on call. */
#ifndef APP_ONCALL_H
#define APP_ONCALL_H
#include "app/shell.h"

int oncall_run(struct shell *sh);
extern const char oncall_help[];
/* simulate: who would be told when, and why. */
int simulate_verb(struct shell *sh);
extern const char simulate_help[];
#endif
