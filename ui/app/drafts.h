/* drafts: the verb about texts that are being written: mine and those handed to the team, and what changes hands. */
#ifndef APP_DRAFTS_H
#define APP_DRAFTS_H
#include "app/shell.h"
#include "command/command.h"

extern const char drafts_help[];
int drafts_run(struct shell *sh);
/* What a reply or a note is followed by, said as options of the verb: --close, --pending, --next. */
struct drafts_after { bool close, pending, next; };
struct drafts_after drafts_after(struct shell *sh);
/* --draft: what is sent is the draft, whole: its files and articles too, guarded by the thread it was written against unless --anyway stands there. The
 * text; NULL: said, *code is the exit code. */
const char *drafts_send(struct shell *sh, struct command_do *what, int *code);
/* A text that was typed here and refused becomes one's draft there, behind one that is there already; it is said where. */
void drafts_keep(struct shell *sh, const struct command_do *what, const char *text);
#endif
