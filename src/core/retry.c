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

static int64_t asked_to_wait(struct retry *r, int64_t wait)
{
    r->waits++;
    r->waited += wait;
    return r->waits > RETRY_WAITS || r->waited > RETRY_WAITED_MS ? -1 : wait;
}

int64_t retry_step(struct retry *r, const struct verdict *v, int64_t jitter_bp)
{
    if (v->kind == VERDICT_LATER)
        return v->retry_after;
    if (v->kind == VERDICT_WAIT)
        return asked_to_wait(r, v->retry_after);
    r->attempts++;
    return v->kind == VERDICT_RETRY ? retry_wait(r->attempts, jitter_bp, v->retry_after) : -1;
}
