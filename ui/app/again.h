/* again: an event that is in quarantine taken in once more, by the console's key and by the shell. */
#ifndef APP_AGAIN_H
#define APP_AGAIN_H
#include "app/shell.h"

int again_rerun(struct shell *sh); /* triage rerun EVENT: the exit code */
extern const char again_help[];
#endif
