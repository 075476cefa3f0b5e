/* paging: before anybody is paged it is said who it would be, which the daemon answers to a dry run; and who is paged for
 * what, on the shell. */
#ifndef APP_PAGING_H
#define APP_PAGING_H
#include "app/console.h"
#include "app/shell.h"

/* Asks for the reason of the escalation that c->asked collected, naming who will be told, once that is known. */
void paging_ask(struct console *c);
/* A terminal is asked; whoever has no terminal goes on. false: not now, or *code says what was wrong. */
bool paging_sure(struct shell *sh, const struct command_do *what, int *code);
int paging_escalations(struct shell *sh); /* triage escalations */
int paging_windows(struct shell *sh);     /* triage windows */
#endif
