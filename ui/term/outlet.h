/* outlet: the bytes on their way to the terminal, and how far they are. A slow line gets the newest picture, not all of them: what
 * is drawn next waits (outlet_ready) until the last frame has left, as far as that can be known: the tty takes what is given
 * without waiting for it, and a terminal that answers "are you there?" (DSR, CSI 5 n -> CSI 0 n; vt100 and all since) has read
 * everything before the question. Nothing here blocks but outlet_close. Times are clock_mono, ms. */
#ifndef TERM_OUTLET_H
#define TERM_OUTLET_H
#include "base/err.h"
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What curses is to write to: the terminal itself until outlet_catch, then a file in memory that outlet_take sends on. asks: the
 * terminal knows the question. NULL + err (ERR_UNAVAILABLE). outlet_end closes the file. */
FILE *outlet_open(bool asks, struct err *err);
bool outlet_catch(struct err *err);
void outlet_end(void);

void outlet_put(const char *bytes, size_t n); /* behind what waits already */
void outlet_take(void);                       /* what curses wrote since the last time, likewise */
/* Hands over what the terminal takes now. */
void outlet_push(void);
/* A frame is whole: pushed, and asked about where that is worth its four bytes. */
void outlet_frame(int64_t now);

/* The next frame may be made: all bytes are handed over, and at most OUTLET_UNREAD of them may be unread by a terminal that answers. */
enum { OUTLET_UNREAD = 1500 };
bool outlet_ready(int64_t now);
int outlet_waits_for(void);         /* a descriptor to poll for writing, -1: none is waited for */
int64_t outlet_until(int64_t now);  /* when to look again, where no answer comes; INT64_MAX: none is waited for */
void outlet_answered(int64_t now);  /* the answer came in */
int64_t outlet_round_trip(void);    /* there and back, smoothed, ms; 0: not known yet; where no answer comes: a careful guess */
bool outlet_asked(void);            /* an answer is still to come: whoever reads the terminal next must not get it */
/* Gives up what was not handed over; says `last` and what curses wrote instead, and waits up to two seconds until that is. */
void outlet_leave(const char *last, size_t n);
#endif
