/* ncurses: the terminal, and one of it at a time: the console owns the screen. This file opens it, gives it to a child and takes it
 * back; term/paint draws, term/input reads, term/outside says what goes around the cells. Put back as it was on every way out:
 * term_close, exit(), a fatal signal. All calls on the main thread. */
#ifndef TERM_NCURSES_H
#define TERM_NCURSES_H
#include "base/err.h"
#include "term/child.h"
#include "term/key.h"
#include "term/surface.h"
#include "term/theme.h"

struct term_options {
    bool ascii; /* no UTF-8 even where the locale has it */
    bool mono;  /* no colours; NO_COLOR in the environment says the same */
    bool sync;  /* frames wrapped in synchronized output (mode 2026) even where the terminal is not known to have it */
    bool focus; /* report K_FOCUS_IN and K_FOCUS_OUT */
};

/* Takes over stdin and stdout. Sets the locale (numbers stay C) and text's ASCII mode. false + err (ERR_UNAVAILABLE):
 * not a terminal, or one that cannot place a cursor. */
bool term_open(const struct term_options *options, struct err *err);
void term_close(void); /* again is fine */
void term_size(int *columns, int *rows); /* before term_open as the terminal says, 0 where it does not */

/* Brings the terminal from the last picture to this one: only cells that differ are sent, then one flush; nothing at all
 * where nothing differs. */
void term_draw(const struct surface *s, const struct theme *theme);
/* 0: the last frame has left, so far as that can be told (term/outlet); what is drawn sooner would only queue. Else the clock_mono
 * to look again at the latest, INT64_MAX for never; sooner when term_output_fd (-1: none) can be written or keys can be read. */
int64_t term_ready_at(void);
int term_output_fd(void); /* sends what it takes of the last frame's rest first */
int64_t term_round_trip(void); /* to the terminal and back, ms; 0: not known */
void term_redraw(void); /* forgets what is on the screen: the next term_draw sends all of it */

/* Poll these two for reading; then call term_key until it says false: curses and term/input both hold input back. */
int term_input_fd(void);
int term_signal_fd(void);
bool term_key(struct key *key);
/* How long a key half received may wait, in ms, -1 for ever: the most to sleep in poll. */
int term_patience(void);

bool term_mouse(bool on); /* reports clicks (SGR, mode 1006) from now on, or no more; false: not known to */

void term_suspend(void); /* gives the terminal to a child ($EDITOR, a pager) */
void term_resume(void);  /* and takes it back; the next term_draw sends all */
/* Gives the terminal to a program until it ends, and takes it back as it was before, of whatever size it is by then (ask term_size). */
bool term_run(const struct child_run *run, struct child_end *end, struct err *err);
#endif
