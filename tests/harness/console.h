/* console: the real triage on a pseudo terminal of its own, its bytes read by libvterm: what is waited for is what a
 * person would see. A console that does not show what was asked for fails the test, with its picture. */
#ifndef HARNESS_CONSOLE_H
#define HARNESS_CONSOLE_H
#include "harness/daemon.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CONSOLE_COLUMNS = 120, CONSOLE_ROWS = 40 };
struct console_run; /* opaque */
struct VTermScreen;
/* Starts build/triage (or $TRIAGE_TRIAGE) at the daemon's socket, with nothing of the user's own settings. view NULL: as it
 * would begin by itself. */
struct console_run *console_open(const char *name, const struct daemon_run *daemon, const char *view);
/* Any program on such a terminal, with `home` as its home; args[0] is its path, NULL ends them. */
struct console_run *console_start(const char *name, const char *home, const char *const *args);
/* And on any terminal. What is left out is 120 x 40, xterm-256color, C.UTF-8. */
struct console_as {
    const char *name, *home, *const *args, *term, *locale;
    int columns, rows;
};
struct console_run *console_start_as(const struct console_as *as);
const char *console_program(void);                 /* build/triage, or $TRIAGE_TRIAGE */
pid_t console_pid(const struct console_run *c);    /* of args[0] */
void console_resize(struct console_run *c, int columns, int rows);
/* The console is told a size that the screen read here does not have, for once: libvterm does not live through hundreds. */
void console_jolt(struct console_run *c, int columns, int rows);
/* Tells it to end and waits; its exit code, or 128 + signal. NULL is fine. */
int console_close(struct console_run *c);
/* Its terminal is gone from one moment to the next, as when ssh drops; waits until it has ended. */
void console_drop(struct console_run *c);
void console_type(struct console_run *c, const char *keys);
/* Keys as help and key files spell them ("Enter", "S-Tab", "C-d", "gg"), as a terminal sends them; valid until the next call. */
const char *console_spelled(const char *spelled);

/* What it wrote so far, all of it; reads for ms more first. */
const char *console_bytes(struct console_run *c, int ms, size_t *n);
/* Waits until it ended by itself; false: it runs on. */
bool console_ended(struct console_run *c, int limit_ms);

struct VTermScreen *console_screen(struct console_run *c); /* the terminal itself, for pictures */
/* One row of the screen as text without blanks at its end; valid until the screen changes. NULL outside. */
const char *console_row(struct console_run *c, int row);
int console_rows(const struct console_run *c);
void console_cursor(struct console_run *c, int *row, int *column); /* where the terminal's own cursor stands */
/* The first row that holds the text, -1 if there is none; of what has been read so far. */
int console_find(struct console_run *c, const char *text);
/* Waits until every console of the list has a row with both texts (b may be NULL), or, with shown false, none has one.
 * Gives the milliseconds it took by the monotonic clock, from `since`. Fails the test after limit_ms from `since`. */
int64_t console_wait(struct console_run *const *list, int count, const char *a, const char *b, bool shown, int64_t since, int limit_ms);
enum { CONSOLE_SOON = 30000 }; /* ms: how long anything may take, on a machine that is busy */
/* The same of one console, from now: waits for a row with both texts (b may be NULL); waits until no row has the text. */
void console_shows(struct console_run *c, const char *a, const char *b);
void console_hides(struct console_run *c, const char *text);
#endif
