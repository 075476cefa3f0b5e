/* settle: see settle.h. */
#include "harness/settle.h"
#include "base/clock.h"
#include "harness/process.h"

size_t settle_console(struct console_run *c, const struct daemon_run *daemon)
{
    enum { LOOK_MS = 4, LOOKS = 3 };
    size_t before, now;
    int64_t until = clock_mono() + SETTLE_MOST;
    console_bytes(c, 0, &before);
    for (int quiet = 0; quiet < LOOKS && !console_ended(c, 0) && clock_mono() < until; before = now) {
        console_bytes(c, LOOK_MS, &now);
        quiet = now == before && process_rests(console_pid(c)) && (!daemon || process_rests(daemon->pid)) ? quiet + 1 : 0;
    }
    return before;
}
