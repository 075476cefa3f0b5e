/* reads: the verbs that ask and print: lists, one ticket, why, the journal as it is written. Each takes its words and
 * options from the shell, and gives the exit code. */
#ifndef APP_READS_H
#define APP_READS_H
#include "app/shell.h"

int reads_ls(struct shell *sh);
extern const char reads_ls_help[];
int reads_show(struct shell *sh);
int reads_why(struct shell *sh);
int reads_sources(struct shell *sh);
int reads_desk(struct shell *sh);
int reads_refusals(struct shell *sh);
int reads_events(struct shell *sh);
int reads_prompt(struct shell *sh);
int reads_labels(struct shell *sh);
int reads_similar(struct shell *sh);
int reads_watch(struct shell *sh);
#endif
