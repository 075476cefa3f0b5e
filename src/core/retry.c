/* retry: the schedule as a table. */
#include "core/retry.h"

int64_t retry_wait(int64_t failures, int64_t jitter_bp, int64_t retry_after)
{
    static const int64_t waits[] = {30000, 120000, 600000, 3600000};
    if (failures < 1 || failures > (int64_t)(sizeof waits / sizeof *waits) || retry_after > 86400000)
        return -1;
    int64_t wait = waits[failures - 1];
    wait += wait / 10 * jitter_bp / 10000;
    return wait > retry_after ? wait : retry_after;
}
