/* ticket: the struct everything turns around. What a field is called, means and may do stands once, in the field
 * table (core/field); here is only the storage. Texts belong to the arena of the unit of work that loaded it.
 * Times are ms UTC, 0 = never. Enums: 0 = unknown/none. Model: spec model.md 1, dialects.md 8. */
#ifndef CORE_TICKET_H
#define CORE_TICKET_H
#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

enum status { STATUS_NONE, STATUS_NEW, STATUS_OPEN, STATUS_PENDING, STATUS_ON_HOLD, STATUS_RESOLVED, STATUS_CLOSED };
enum disposition { DISPOSITION_NONE, DISPOSITION_MERGED, DISPOSITION_SPAM, DISPOSITION_DUPLICATE, DISPOSITION_INVALID };
enum priority { PRIORITY_NONE, PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH, PRIORITY_URGENT };
enum urgency { URGENCY_NONE, URGENCY_LOW, URGENCY_HIGH, URGENCY_CRITICAL };
enum category { CATEGORY_NONE, CATEGORY_BUG, CATEGORY_FEATURE, CATEGORY_QUESTION, CATEGORY_BILLING, CATEGORY_ONBOARDING, CATEGORY_OTHER };
enum label_by { LABEL_BY_NONE, LABEL_BY_MODEL, LABEL_BY_RULE, LABEL_BY_SOURCE, LABEL_BY_AGENT }; /* rising precedence */
enum registration { REGISTRATION_NONE, REGISTRATION_PENDING, REGISTRATION_FAILED, REGISTRATION_CREATED }; /* lattice */
enum sla_state { SLA_NONE, SLA_OK, SLA_WARN, SLA_LATE, SLA_PAUSED, SLA_DONE };
/* A snooze ends at its time, when the customer writes, or at whichever comes first; and by which of the two it ended. */
enum wake_on { WAKE_ON_NONE, WAKE_ON_TIME, WAKE_ON_REPLY, WAKE_ON_EITHER };
enum woke_by { WOKE_NOT, WOKE_BY_TIME, WOKE_BY_REPLY };
enum status_from { FROM_NOTHING, FROM_GUESS, FROM_CREATE, FROM_WORD }; /* who last said a source status */

/* SLA clocks, one per metric (model.md 2). */
enum sla_metric { SLA_FIRST_RESPONSE, SLA_NEXT_RESPONSE, SLA_RESOLUTION, SLA_METRICS };
enum clock_state { CLOCK_NONE, CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_FULFILLED, CLOCK_CANCELLED };
struct sla_clock {
    int state;            /* enum clock_state */
    bool warned, breached; /* each recorded once per cause */
    int64_t target;       /* ms */
    int64_t started_at;
    int64_t due_at;       /* while running: when elapsed reaches target */
    int64_t elapsed;      /* ms counted up to `since` */
    int64_t since;        /* when the present state began */
    const char *policy;
    const char *calendar; /* whose hours count; NULL = all do */
};

/* Escalation (model.md 3): one per root ticket. */
enum escalation_state { ESCALATION_NONE, ESCALATION_TRIGGERED, ESCALATION_ACKNOWLEDGED, ESCALATION_SNOOZED, ESCALATION_RESOLVED, ESCALATION_SUPPRESSED };
struct escalation {
    int state; /* enum escalation_state */
    const char *policy, *policy_version; /* as it was when the last step was taken */
    int step;       /* the step last taken, 0-based; -1 before the first */
    int loop;       /* how often the last step was passed */
    int occurrences;
    int64_t opened_at, stepped_at, next_at; /* next_at: when the next step is due, 0 = none */
    const char *acked_by;
    int64_t acked_at, ack_expires_at, snoozed_until, resolved_at;
    int64_t held_until; /* suppressed: when its maintenance window ends */
    const char *resolved_by, *reason; /* reason: why opened (triggered) or why resolved */
};

struct ticket {
    int64_t id; /* the number people see */
    /* identity */
    const char *account, *dialect, *key, *source_id;
    /* what it is about */
    const char *title, *status_raw, *priority_raw, *category_raw, *subcategory, *tags, *language, *channel, *tenant;
    const char *plan, *ref, *url, *metadata;
    int status, disposition, priority, urgency, urgency_by, category, category_by, registration;
    int64_t urgency_bp, category_bp; /* confidence, basis points */
    /* people */
    const char *customer, *customer_name, *customer_email, *customer_phone, *assignee, *team, *closed_by, *skipped;
    const char *watchers; /* agents' names, a JSON array (core/watch) */
    const char *hold_reason, *snooze_note, *snoozed_by; /* what an agent said with it, and who */
    int wake_on, woke_by;
    /* life */
    int64_t created_at, updated_at, received_at, first_reply_at, waiting_since, last_customer_at, last_agent_at;
    int64_t assigned_at, touched_at, resolved_at, closed_at, resolution_ms, snoozed_until, snoozed_before, woke_at;
    int64_t reopen_count, epoch, reopened_at, reopened_2, reopened_3; /* the last three times, newest first */
    int64_t reopens_refused, thanked_at;
    int64_t first_assigned_at, priority_at; /* priority_at: since when it has the one it has, 0 = since it came in */
    int64_t held_low, held_normal, held_high, held_urgent; /* ms it had each before that */
    bool stub, deleted;
    int64_t purged_at;         /* ms; 0 = never. Since then it is its number and its history, and in no list */
    /* the source's voice beside the desk's */
    int source_status, source_priority, status_from;
    const char *source_assignee;
    int64_t desk_status_at, desk_assignee_at, desk_priority_at;
    /* version v of the newest observation folded in (dialects.md 9.2) */
    int64_t last_t, last_rank, last_n;
    const char *last_key;
    /* what people said of it, and what helped */
    int64_t csat, csat_at; /* 1 worst to 5 best; when the customer said so */
    const char *csat_agent; /* whom it rates: the assignee when it came */
    const char *articles;  /* keys of the knowledge articles its replies bring: a JSON array */
    /* counters */
    int64_t version, thread_version, messages, ai_messages, attachments;
    int64_t merged_into, merged_at, root, followup_of, followed_by, split_from;
    /* kept by consequence */
    int sla, escalated; /* escalated mirrors escalation.state */
    int64_t next_due_at, wake_at;
    struct sla_clock clock[SLA_METRICS];
    struct escalation escalation;
};

bool ticket_done(int status);                 /* resolved or closed */
bool ticket_is_open(const struct ticket *ticket); /* neither done nor deleted: what is counted as standing open */
/* Does the source say another status than the desk shows? "new" there is silence, not a word: many sources never say
 * more. */
bool ticket_differs(const struct ticket *ticket);
/* May an agent move a ticket from one status to another? (model.md 1: never back to new, closed is final but for
 * the clock and the source; reopening has its own action.) */
bool ticket_may_move(int from, int to);
/* Deep copy into arena. */
struct ticket *ticket_copy(struct arena *arena, const struct ticket *ticket);
#endif
