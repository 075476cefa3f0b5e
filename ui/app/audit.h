/* audit: the verbs about the journal: who did what when, and whether it still says what was written. */
#ifndef APP_AUDIT_H
#define APP_AUDIT_H
#include "app/shell.h"

extern const char audit_help[];
int audit_run(struct shell *sh);
#endif
