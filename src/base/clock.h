/* clock: the only place that reads the time. Milliseconds since 1970 UTC; tests inject. Thread-safe to read;
 * clock_inject is called before threads start. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include "base/err.h"
#include <stdint.h>

int64_t clock_now(void);   /* wall clock, ms UTC */
int64_t clock_mono(void);  /* never goes back, ms; for deadlines and durations */
int64_t clock_mono_us(void);

/* Every later clock_now() reads fn(arg). NULL goes back to the system's clock. */
void clock_inject(int64_t (*fn)(void *arg), void *arg);
/* Reads the time from the first 8 bytes of a mapped file (native int64, ms): a test moves it from another process.
 * A value <= 0 means "system clock plus minus that value": an offset. */
bool clock_map(const char *path, struct err *err);

/* "2026-11-23T14:32:07.123Z" into buf (at least 32 bytes); returns buf. Pure. */
char *clock_format(int64_t ms, char *buf);
#endif
