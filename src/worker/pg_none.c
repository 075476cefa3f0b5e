/* pg_none: what stands for pg where libpq is not built in. */
#include "worker/pg.h"
#include <stddef.h>

static char nobody;

struct pg *pg_open(struct err *err)
{
    (void)err;
    return (struct pg *)(void *)&nobody;
}

void pg_close(struct pg *pg)
{
    (void)pg;
}

bool pg_start(struct pg *pg, const struct delivery *request, void (*done)(void *arg, const struct http_answer *answer), void *arg, struct err *err)
{
    (void)pg, (void)request, (void)done, (void)arg;
    return err_set(err, ERR_UNAVAILABLE, "this triage was built without PostgreSQL");
}

int pg_watch(struct pg *pg, struct pollfd *fds, int max, int *timeout_ms)
{
    (void)pg, (void)fds, (void)max, (void)timeout_ms;
    return 0;
}

void pg_run(struct pg *pg)
{
    (void)pg;
}

int pg_count(const struct pg *pg)
{
    (void)pg;
    return 0;
}
