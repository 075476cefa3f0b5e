/* sla: the three clocks of a ticket (model.md 2). sla_follow (core/consequence.h) moves them; here is how to read
 * them. A clock counts the hours of its policy's calendar (core/calendar), or all hours where the policy has none.
 *
 * When a clock starts: at first sight of a ticket at received_at, never at an older time its source tells, since
 * nobody here could have answered then; for a later customer message at that message's own time, but not before
 * received_at; for whatever else starts it (a reopen, a policy that has this clock) at that moment. A reply counts from the time it was sent, also where its event came late. */
#ifndef CORE_SLA_H
#define CORE_SLA_H
#include "core/config.h"

/* ms counted up to now. A calendar that the configuration no longer has counts all hours. */
int64_t sla_elapsed(const struct config *config, const struct sla_clock *clock, int64_t now);
/* The first policy that matches the ticket, in the order of the configuration; NULL if none. */
const struct config_sla *sla_policy(const struct config *config, const struct ticket *ticket, const struct when_env *env);
/* When a running clock of this policy is near its end: warn_before of its hours ahead of its due time, but not in the first
 * half of the target. It is told then, but outside hours only of a critical ticket (zammad #4432): else when they begin. */
int64_t sla_warn_at(const struct sla_clock *clock, const struct config_sla *policy);
/* The next moment after now at which something is to be done about a running clock, or it looks another way: its end comes
 * near, the hours begin in which that may be told, it breaches. 0: nothing more. */
int64_t sla_next_at(const struct ticket *ticket, const struct sla_clock *clock, const struct config_sla *policy, int64_t now);
/* Does the ticket wait for us? The time of the oldest customer message after our last public reply, 0 = no. */
int64_t sla_unanswered(const struct ticket *ticket);
const char *sla_metric_word(int metric);

/* How well a settled resolution clock was kept (model.md 2): the index into config_game.tier_bp. No clock is bronze. */
enum sla_tier { TIER_MISSED, TIER_BRONZE, TIER_SILVER, TIER_GOLD };
enum sla_tier sla_tier(const struct sla_clock *clock, const struct config_game *game);
const char *sla_tier_word(enum sla_tier tier);
#endif
