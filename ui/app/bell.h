/* bell: the console's end of app/ring: the agent's quiet hours, which the daemon keeps with them (`keep` `quiet`), and the moment at
 * which the terminal is told. `:quiet`, `:notifications`, and the shell's `triage quiet`. */
#ifndef APP_BELL_H
#define APP_BELL_H
#include "app/console.h"
#include "app/shell.h"

void bell_begin(struct console *c); /* the first desk came, and the quiet hours with it */
void bell_concerns(struct console *c, enum ring_reason reason, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void bell_tick(struct console *c, int64_t now); /* clock_mono */
int bell_quiet(struct shell *sh);               /* triage quiet [HH:MM-HH:MM | off] */
#endif
