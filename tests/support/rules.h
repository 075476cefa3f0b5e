/* rules: a small desk for the tests of what follows from a change. One ticket, a fake clock, and a configuration with
 * two agents, a lead, two SLA policies and one escalation policy; `desk_change` runs a consequence and makes its
 * result the ticket's next `before`. */
#ifndef SUPPORT_RULES_H
#define SUPPORT_RULES_H
#include "core/consequence.h"
#include "core/score.h"
#include "core/sla.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
#define START ((int64_t)1795000000000)

struct desk {
    struct arena *arena;
    struct config config;
    struct config_sla slas[3];
    struct config_escalation policies[1];
    struct config_agent agents[4];
    struct config_schedule schedules[1]; /* ana is on call, always */
    struct facts facts;
    struct player players[4]; /* ana, bo, lea, cem: what facts says of them */
    int64_t now;
    struct ticket *ticket; /* as the last change left it; NULL before the first */
    struct ticket next;    /* what the next change says: a copy of *ticket to write into */
    struct consequence out;
};
void desk_open(struct desk *d);
void desk_close(struct desk *d);
void desk_first(struct desk *d);                      /* the ticket comes in, now */
void desk_change(struct desk *d, const char *cause, const char *actor); /* applies d->next; one-shot facts are then cleared */
void desk_wake(struct desk *d);                       /* before == after */
void desk_until(struct desk *d, int64_t at);          /* wakes at each wake_at up to `at`, then now = at */
void desk_reply(struct desk *d);                      /* our public reply, now */
void desk_hears(struct desk *d);                      /* the customer writes, now */
void desk_status(struct desk *d, int status, const char *actor);
void desk_page(struct desk *d);                       /* the ticket comes in with a hard phrase */
void desk_ack(struct desk *d, const char *agent);
void desk_told(const struct desk *d, int i, const char *agent, int step); /* the i-th page of the last change; else the test fails */
int desk_count(const struct desk *d, const char *kind, const char *part); /* entries of the last change whose data holds part */
#endif
