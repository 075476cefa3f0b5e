/* attach: files of one's own that go with a message, and files that came with one: `triage attachments 42`, `triage attachment 42 1 > file`,
 * `triage attach 42 FILE`, `triage reply 42 --attach FILE`. A path is read by whoever runs triage; for an account that is restricted it would be
 * the server's, so what is attached there comes on standard input. */
#ifndef APP_ATTACH_H
#define APP_ATTACH_H
#include "app/shell.h"
#include "core/act.h"

struct attach_file { const char *name, *data; size_t n; };
/* A regular file, whole, in arena; its name is the path's last part. false + err (FORBIDDEN: this account reads none by name). */
bool attach_load(struct arena *arena, const char *path, struct attach_file *out, struct err *err);
/* The call that puts a file with the daemon: POST to this path, with its bytes. */
const char *attach_path(struct arena *arena, const char *name);

/* Takes --attach FILE, as often as it stands there, out of the verb's words and puts the files with the daemon: *attachments is what the action is
 * given, NULL: none. dry: they are read, only their sizes are said. false: said, *code is the exit code. */
bool attach_options(struct shell *sh, const struct action_row *action, bool dry, const char **attachments, int *code);
int attach_list(struct shell *sh);
int attach_get(struct shell *sh);
int attach_put(struct shell *sh);
extern const char attach_help[];
#endif
