/* ring: what the terminal itself is told (a notification, and the bell): only what concerns me, once for a burst, and not in my quiet
 * hours. One table says what concerns me. Pure: times are arguments. */
#ifndef APP_RING_H
#define APP_RING_H
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ring_reason { RING_PAGE, RING_UNSENT, RING_MENTION, RING_REPLY, RING_ASSIGNED, RING_WATCHED, RING_REASONS };
struct ring_row {
    const char *many; /* "3 replies" */
    const char *help;
    bool always;      /* in quiet hours too, and whether the terminal is looked at or not */
};
const struct ring_row *ring_row(enum ring_reason reason);

/* Quiet hours: minutes of the day, from..to; to may be the next morning. off: none. */
struct ring_quiet {
    bool on;
    int from, to;
};
/* "22:00-07:00" or "off". false + err (USAGE). */
bool ring_quiet_parse(const char *text, struct ring_quiet *quiet, struct err *err);
void ring_quiet_format(const struct ring_quiet *quiet, char out[16]); /* reads back */
bool ring_quiet_at(const struct ring_quiet *quiet, int minute);

/* What waits to be told. Zero at first. */
struct ring {
    int count[RING_REASONS];
    char text[96];      /* of the first that waits */
    int64_t since, rest; /* when that came; before `rest` nothing more is told */
};
/* text: ours, with no word of a stranger in it but a name made safe. */
void ring_add(struct ring *ring, enum ring_reason reason, const char *text, int64_t now);
int64_t ring_at(const struct ring *ring); /* when ring_take has something; INT64_MAX: nothing waits */
/* How things stand when it is time: what is not told then is dropped, the screen has said it. */
struct ring_now {
    bool quiet;  /* these are my quiet hours */
    bool looked; /* I am looking at the terminal */
};
/* One text for all that waits; false: nothing is to be told. */
bool ring_take(struct ring *ring, const struct ring_now *how, int64_t now, char *out, size_t size);
#endif
