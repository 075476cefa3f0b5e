/* work: the verbs about who works on what: the agents as they are now, and the handover of the desk. */
#ifndef APP_WORK_H
#define APP_WORK_H
#include "app/shell.h"

extern const char work_handover_help[];
int work_agents(struct shell *sh);
int work_handover(struct shell *sh);
#endif
