/* tend: the verbs of whoever runs the desk: start and stop it, read its configuration, take the classifier back, look
 * whether all is well. Each gives the exit code. */
#ifndef APP_TEND_H
#define APP_TEND_H
#include "app/shell.h"

int tend_up(struct shell *sh);
int tend_rebuild(struct shell *sh);
int tend_down(struct shell *sh);
int tend_reload(struct shell *sh);
int tend_model(struct shell *sh);
int tend_check(struct shell *sh);
int tend_doctor(struct shell *sh);
#endif
