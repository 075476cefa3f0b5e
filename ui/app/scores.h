/* scores: the game in the shell: the board, a ledger, what leads look at. */
#ifndef APP_SCORES_H
#define APP_SCORES_H
#include "app/shell.h"

int scores_run(struct shell *sh);
int scores_ledger(struct shell *sh);
int scores_outliers(struct shell *sh);
#endif
