/* assignment: who works on what (model.md 4). Three pure questions: where a ticket stands in the order in which work is
 * offered, whom a ticket that is nobody's goes to, and whether time takes a ticket from whoever has it. The engine looks
 * up loads and who is here (engine/assign) and writes down what is answered. There are no locks: an assignment is a field. */
#ifndef CORE_ASSIGNMENT_H
#define CORE_ASSIGNMENT_H
#include "core/config.h"
#include "core/ticket.h"

/* A ticket that needs a person now: new or open, not snoozed, not merged, not deleted. What is offered first is least:
 * escalated and not yet acknowledged, breached, next due, priority, age. owner "": it is nobody's, anyone may claim it. */
struct work {
    const char *owner;
    int64_t need;          /* the skills it asks for, a bit each */
    int64_t turn, due, place, ticket;
    const char *skipped;   /* who is not offered it for a while, and until when: "ana=1798761600000 tom=..."; NULL: nobody */
};
bool assignment_work(const struct config *config, const struct ticket *ticket, struct work *out); /* false: it is no work */
bool assignment_late(const struct work *work); /* breached */
int assignment_order(const struct work *a, const struct work *b); /* <0: a comes first */
/* Why a ticket stands where it stands: "escalated", "breached 5 min ago", "due in 20 min", "oldest of high priority". */
const char *assignment_reason(struct arena *arena, const struct ticket *ticket, int64_t now);

/* Skills as bits: bit i is the skill of the i-th row of assignment.skills. */
int64_t assignment_need(const struct config *config, const struct ticket *ticket);
int64_t assignment_skills(const struct config *config, const struct config_agent *agent);
const char *assignment_skill_words(struct arena *arena, const struct config *config, int64_t skills); /* "billing, german"; "" none */

/* Skips: is the ticket kept from that agent now? And the text with one more, what is over left out. */
bool assignment_skipped(const char *skipped, const char *agent, int64_t now);
const char *assignment_skip(struct arena *arena, const char *skipped, const char *agent, int64_t until, int64_t now);

/* An agent as the engine found them. */
struct assignee {
    const char *name;
    int64_t skills;
    int64_t load, capacity; /* open tickets; capacity 0 = no bound */
    int64_t turn;           /* counts what was given automatically: the least waited longest */
    int64_t away_since;     /* off shift or absent since; 0 = here */
    const char *away;       /* why: "off shift", "leave"; NULL = here */
};
/* The most bounded question: may this ticket be given to that agent now? Never without a skill it needs, never over
 * capacity, never to who is away, never to who was just passed over. */
bool assignment_fits(const struct assignee *agent, int64_t need, const char *skipped, int64_t now);

/* What time makes of a ticket: back: it is taken from whoever has it; to: it is given to that agent. Both: one act. */
struct assignment {
    bool back;
    const char *to;
    const char *skipped;    /* the ticket's text after it; NULL: none */
    const char *why;        /* "tom did not touch it for 30 min; balanced: 2 of 8 open, skill billing"; NULL: nothing happens */
};
void assignment_decide(struct arena *arena, const struct config *config, const struct ticket *ticket, const struct assignee *agents, int count,
                       int64_t now, struct assignment *out);
/* When it goes back because nobody touched it, and because its owner has gone; 0 = not. */
int64_t assignment_wake(const struct config *config, const struct ticket *ticket, int64_t now);
int64_t assignment_left_at(const struct config *config, const struct ticket *ticket, const struct assignee *owner, int64_t now);
/* Could assignment_decide say anything but no? Without it the engine need not look anybody up. */
bool assignment_asks(const struct config *config, const struct ticket *ticket, int64_t now);
#endif
