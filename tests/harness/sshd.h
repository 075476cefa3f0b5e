/* sshd: a real ssh server on 127.0.0.1 for the length of a test, with a key and a configuration of its own, that lets in the user
 * who runs the test. Each connection is an sshd of its own (sshd -i), so that no port is announced before it is ours. */
#ifndef HARNESS_SSHD_H
#define HARNESS_SSHD_H
#include "base/arena.h"

struct sshd;
/* Its files are written to dir. before: what stands in front of the key in authorized_keys (command="...",restrict), "" = nothing;
 * more: further lines of sshd_config. NULL: there is none here, or it lets nobody in; then *why says which (in arena). */
struct sshd *sshd_open(struct arena *arena, const char *dir, const char *before, const char *more, const char **why);
void sshd_close(struct sshd *sshd); /* NULL is fine */
/* The client's command line, for `sh -c`: options (-tt, -o SetEnv=...) and the command, as a shell reads them. */
char *sshd_to(const struct sshd *sshd, struct arena *arena, const char *options, const char *command);
#endif
