/* outside: what goes to the terminal around the cells: its modes beside curses' own (bracketed paste, focus), the window's title, the
 * clipboard, notifications. Whatever text comes in is made safe here. Nothing happens between outside_leave and outside_enter, or
 * where the terminal cannot. */
#ifndef TERM_OUTSIDE_H
#define TERM_OUTSIDE_H
#include <stdbool.h>
#include <stddef.h>

/* What this terminal is asked to report. */
struct outside_options {
    bool paste; /* terminfo knows of bracketed paste (BE) */
    bool focus; /* K_FOCUS_IN and K_FOCUS_OUT, where it can */
    bool mouse; /* K_CLICK and the wheel, likewise */
};
void outside_enter(const struct outside_options *options); /* modes on */
bool outside_mouse(bool on); /* from now on; false: it cannot */
void outside_leave(void);                                  /* nothing is said any more; again is fine */
/* The bytes that switch off every mode that may be on; gives how many. Whoever leaves says them, as a crash does. */
size_t outside_leaves(char *out, size_t max);
bool outside_able(void); /* of xterm's family, by its name */
/* The terminal is known to hold a frame back until it is whole (mode 2026). */
bool outside_knows_sync(void);

void outside_say(const char *sequence); /* as it is, at once: ours alone, never a stranger's text */
void outside_bell(void);
void outside_title(const char *text);
bool outside_copy(const char *text); /* OSC 52; false: more than 74,000 bytes, or no such terminal */
void outside_notify(const char *title, const char *body); /* OSC 777 or 9, through tmux; and the bell */
#endif
