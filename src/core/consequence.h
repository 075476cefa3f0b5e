/* consequence: what follows from a change, whatever caused it (architecture M2, M3). Looks only at the difference
 * between before and after, the facts asked for, the rules and now. Four calls, each in its own file: sla_follow,
 * escalation_follow, score_follow, wake_follow. Pure. Never fed back into itself, except by wake. */
#ifndef CORE_CONSEQUENCE_H
#define CORE_CONSEQUENCE_H
#include "core/config.h"
#include "core/field.h"

struct boss {
    const char *key, *name, *tier;
    int64_t max_hp, hp, tickets_required, spawned_at, expires_at; /* hp 0: defeated */
};
struct score_row { /* one line of the ledger; reverses != 0: the negative of that row */
    int64_t id, at, ticket, epoch, xp, gold, damage, reverses;
    int64_t base;  /* of the ticket's priority, this agent's part of it */
    int64_t origin; /* given back by an undo: the row that it was first; 0 = it is that itself */
    int64_t day;   /* the agent's calendar day it was earned on, local days since 1970; a reversal's is the row's it takes back */
    const char *agent, *rule, *boss, *reason; /* reason: "urgent, gold, first contact" */
    const char *why; /* JSON object: how xp comes of base; NULL = there is nothing to say. Not stored: its entry has it */
};
/* An agent as the game knows them before a change (core/player); what the engine did not look up is 0. */
struct player {
    const char *agent;
    bool off;               /* does not play */
    int64_t xp, held;       /* all in the ledger, and what of it is of tickets that are not closed yet */
    int64_t earned_today;   /* what counts against the day's cap: rewards for bosses do not */
    int64_t last_paid_at;   /* the newest paying close that stands */
    int64_t last_close_at;  /* the newest close, paid or not */
    int64_t customer_today; /* paying closes of today that stand, for this ticket's customer */
    int64_t labels_today;
    int64_t streak;         /* working days in a row with a paying close, today taken as one */
    int64_t replies;        /* turns of this conversation that they answered in public */
    const char *achieved;   /* keys of their achievements, separated by spaces */
    const struct json *once; /* those they had before scores began anew: records by key; NULL = none */
    const int64_t *feats;   /* by enum feat, NULL = none (core/player.h) */
};
struct facts {             /* what the engine looked up; all optional */
    const char *cause;     /* entry kind that caused this: event act wake receipt */
    const char *actor;     /* who: agent name, source:<name>, clock */
    const char *paged_for; /* hard phrase or rule that asks to page, NULL = none (from the classifier at ingest) */
    bool escalate;         /* `!`: an agent asks for an escalation now */
    bool acknowledge;      /* `K`: an agent acknowledges */
    const struct escalation *moved; /* of a ticket that was merged into this one just now: it was open; NULL: none */
    int64_t moved_from;    /* that ticket */
    /* A page nobody's destination took. all: none of the pages of its step that left arrived, or still may. */
    const struct page_failure { const char *agent, *destination, *why; int step, loop; bool all; } *page_failed;
    bool undo;             /* this change is an undo: reopen_count is left alone */
    struct back *back; /* an undo: what the act moved beside the fields (core/back), NULL = nothing */
    const struct score_row *lost; int lost_count; /* an undo: the rows that the act had reversed */
    int64_t model_learned; /* labels the model has learned from */
    struct when_env env;   /* hour and weekday: UTC; an escalation's steps see them as whom they tell does */
    const struct desk_state *desk; /* what people set about the desk (core/desk); NULL: nothing */
    const struct score_row *scores; int score_count; /* this ticket's unreversed rows */
    struct boss boss;      /* boss.key NULL: no boss alive */
    const struct player *players; int player_count; /* all whom this change may pay or cost something */
    int64_t open_tickets;  /* on the desk after this change */
    int64_t boss_count;    /* bosses so far: names and tiers rotate */
    bool source_takes_replies;
    int64_t public_replies; /* agent's public replies on the ticket */
    int64_t resolution_note; /* length of the longest agent's note, code points */
    int64_t replies_of_nobody; /* turns answered by somebody who is no agent here, or not named */
    int64_t median_wait;     /* ms a ticket waits for an assignee, median; 0 = not known yet */
    int64_t median_resolves, mean_base; /* per shift, and per ticket over 28 days; 0: cold start's */
    const char *opened_by;   /* the agent who made the ticket here */
    const char *label_fixed_by; /* whose correction of the classifier stands */
    bool hit_spent;          /* this ticket's blow to a boss that is gone was not healed: it hits none again */
    bool mirrored;           /* the source runs its own game: nothing is paid here */
    const struct dealt { const char *agent; int64_t damage; } *dealt; /* to this boss so far, by agent */
    int dealt_count;
};
struct page { /* parcels-to-be (engine/page) */
    int step, loop;
    const char *agent;       /* "": it goes to `destination` and to nobody in person */
    const char *destination; /* NULL: the agent's own */
    const char *why;
    bool high;               /* to all of the agent's destinations at once, not one after the other */
};
struct entry_draft { const char *kind; const char *data; };    /* data: JSON object */
struct consequence {
    struct ticket *after;  /* with clocks, escalation, sla, next_due_at, wake_at, waiting/reopen fields set */
    struct score_row *scores; int score_count;
    struct record_draft { const char *kind, *key, *data, *event; } *records; int record_count; /* boss, player, achievement; event: what it
                                                                                                     is called outside, NULL = nothing to tell */
    struct tally_draft { const char *name, *key; int64_t day, n, sum; } *tallies; int tally_count; /* to be added */
    struct page *pages; int page_count;
    struct entry_draft *entries; int entry_count; /* kinds: sla escalation score boss player */
};
/* before NULL: the ticket is new. after already carries the changed fields; it is copied, not modified. */
void consequence(struct arena *arena, const struct ticket *before, const struct ticket *after, const struct facts *facts,
                 const struct config *rules, int64_t now, struct consequence *out);
/* Which facts a change needs, so that an event without status, urgency or message change loads none. */
enum { NEEDS_SCORES = 1, NEEDS_GAME = 2 /* boss and the agent's totals */, NEEDS_REPLIES = 4, NEEDS_ONCALL = 8, NEEDS_BOSS = 16 /* alone */ };
unsigned consequence_needs(const struct ticket *before, const struct ticket *after, const struct facts *facts, int64_t now);

/* The parts, for tests. `c` is being filled in; order is sla, escalation, score, wake. */
struct follow {
    struct arena *arena;
    const struct ticket *before; /* NULL: new */
    const struct facts *facts;
    const struct config *rules;
    int64_t now;
    struct consequence *out;
};
void sla_follow(struct follow *f);
void escalation_follow(struct follow *f);
void score_follow(struct follow *f);
void wake_follow(struct follow *f);
/* When the assignee last did something with it (core/assignment). */
void assignment_follow(struct follow *f);
/* Before the four: time turned into state. A snooze ends when it is over or the customer writes, a resolved ticket
 * whose reopen window has passed is closed, a resolve without a time gets now. */
void wake_ripen(struct follow *f);
void follow_entry(struct follow *f, const char *kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Text as a JSON string with its quotes, for follow_entry's %s; NULL gives null. */
const char *follow_text(struct follow *f, const char *text);
/* A zeroed element at the end of one of out's growing arrays. */
void *follow_push(struct arena *arena, void *array, int *count, size_t size);

/* UTC's day, as days since 1970; an agent's own is core/player's. */
int64_t score_day(int64_t ms);
#endif
