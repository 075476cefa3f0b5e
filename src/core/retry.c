/* retry: the schedules as a table. */
#include "core/retry.h"

const char *const retry_profile_words[] = {"default", "cstar", "standard", "page", "email", (const char *)0};

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, LONGEST = 9 };
static const struct { int count; int64_t waits[LONGEST]; } schedules[PROFILES] = {
    [PROFILE_DEFAULT] = {4, {30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR}},
    [PROFILE_CSTAR] = {6, {30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR}},
    [PROFILE_STANDARD] = {9, {5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR}},
    [PROFILE_PAGE] = {3, {10 * SECOND, 30 * SECOND, MINUTE}},
    [PROFILE_EMAIL] = {5, {30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR}}, /* greylisting needs minutes */
};

int retry_attempts(int profile)
{
    return schedules[profile].count + 1;
}

int64_t retry_wait(int profile, int64_t failures, int64_t jitter_bp, int64_t retry_after)
{
    if (failures < 1 || failures > schedules[profile].count || retry_after > 24 * HOUR)
        return -1;
    int64_t wait = schedules[profile].waits[failures - 1];
    wait += wait / 10 * jitter_bp / 10000;
    return wait > retry_after ? wait : retry_after;
}

static int64_t asked_to_wait(struct retry *r, int64_t wait)
{
    r->waits++;
    r->waited += wait;
    return r->waits > RETRY_WAITS || r->waited > RETRY_WAITED_MS ? -1 : wait;
}

int64_t retry_step(struct retry *r, int profile, const struct verdict *v, int64_t jitter_bp)
{
    if (v->kind == VERDICT_LATER || v->kind == VERDICT_AGAIN)
        return v->retry_after;
    if (v->kind == VERDICT_WAIT)
        return asked_to_wait(r, v->retry_after);
    r->attempts++;
    return v->kind == VERDICT_RETRY ? retry_wait(profile, r->attempts, jitter_bp, v->retry_after) : -1;
}
