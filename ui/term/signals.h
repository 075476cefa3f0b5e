/* signals: what the system tells the console, as bytes in a pipe: the loop that polls it does the work, so nothing but write(2) runs
 * in a handler. Only a crash is different: its handler writes a text made ready beforehand, puts the tty's modes back and dies of
 * the same signal. */
#ifndef TERM_SIGNALS_H
#define TERM_SIGNALS_H
#include "base/err.h"
#include <stddef.h>
#include <termios.h>

bool signals_open(struct err *err); /* the pipe, once; ERR_UNAVAILABLE */
int signals_fd(void);               /* to be polled for reading */
void signals_on(void);              /* SIGWINCH TSTP INT TERM HUP QUIT are told; a crash restores */
void signals_off(void);             /* all of them do what the system does by itself */
void signals_away(void);            /* while a child has the terminal: C-c and C-\ are the child's; TERM and HUP are told, and a child's end wakes who polls */
/* The next one told; a storm of SIGWINCH is one. 0: none. */
int signals_next(void);
/* What a crash leaves behind on the terminal, while signals are on: at most 300 bytes of text, and these modes. */
void signals_crash_leaves(const char *text, size_t n, const struct termios *modes);
#endif
