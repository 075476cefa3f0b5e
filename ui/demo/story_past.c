/* story_past: the day so far, and the week before: planned at once, each ticket with its fate, so that there are levels, late clocks and
 * conversations to look at from the first frame on. */
#include "demo/story_part.h"

enum { PAST_TICKETS = 40, FRESH = 20, PAST_DAYS = 8, PER_DAY = 6 };

enum fate { FATE_CLOSED, FATE_ANSWERED, FATE_PENDING, FATE_ASSIGNED, FATE_WAITING };

/* Who works on the n-th ticket of the past: the person too, so that there is something of theirs to see. */
static int past_actor(int n)
{
    static const int turn[] = {0, 1, PERSON, 2, 0, 1, PERSON, 0, PERSON, 1, PERSON, 1, 2, 0, 2, 1, 2, 0, PERSON, 1};
    return turn[n % 20];
}

/* Played step by step; what would fall into the live part is cut off, so nothing of the past reaches over. */
static void past_fate(struct story *s, struct plot *plot, int64_t opened, int n, enum fate fate)
{
    int actor = past_actor(n);
    int64_t claimed = opened + story_within(s, 2 * MINUTE, 14 * MINUTE), answered = claimed + story_within(s, MINUTE, 12 * MINUTE);
    int64_t closed = answered + story_within(s, 6 * MINUTE, 50 * MINUTE);
    if (fate == FATE_WAITING || claimed > -MINUTE)
        return;
    story_act(s, claimed, plot, actor, "claim", NULL, NULL);
    if (fate == FATE_ASSIGNED || answered > -MINUTE)
        return;
    if (n % 4 == 1)
        story_act(s, answered - 30 * SECOND, plot, actor, "note", "text", s->o.texts->notes.text[n % s->o.texts->notes.count]);
    story_answer(s, answered, plot, actor);
    if (fate == FATE_PENDING)
        story_act(s, answered + 20 * SECOND, plot, actor, "status", "status", "pending");
    if (fate != FATE_CLOSED || closed > -MINUTE)
        return;
    if (vendor_can(plot->vendor, MOVE_SAY))
        story_plan(s, (struct plan){.at = closed - 2 * MINUTE, .kind = PLAN_SAY, .plot = plot, .saying = LATER_THANKS});
    story_act(s, closed, plot, actor, "close", NULL, NULL);
    story_plan(s, (struct plan){.at = closed + 3 * MINUTE < -SECOND ? closed + 3 * MINUTE : -SECOND, .kind = PLAN_SURVEY, .plot = plot});
}

static void past_critical(struct story *s, int64_t opened, bool handled)
{
    struct plot *plot = story_some_critical(s);
    story_plan(s, (struct plan){.at = opened, .kind = PLAN_OPEN, .plot = plot});
    story_act(s, opened + 3 * MINUTE, plot, LEAD, "ack", NULL, NULL);
    story_act(s, opened + 3 * MINUTE + 20 * SECOND, plot, LEAD, "claim", NULL, NULL);
    story_answer(s, opened + 6 * MINUTE, plot, LEAD);
    story_act(s, opened + 9 * MINUTE, plot, LEAD, "note", "text", s->o.texts->notes.text[0]);
    if (handled)
        story_act(s, opened + 41 * MINUTE, plot, LEAD, "close", NULL, NULL);
}

static void past_ticket(struct story *s, int64_t opened, int n, enum fate fate)
{
    struct plot *plot = story_some_plot(s);
    story_plan(s, (struct plan){.at = opened, .kind = PLAN_OPEN, .plot = plot});
    past_fate(s, plot, opened, n, fate);
}

/* Days that are done: everybody has closed something, so there are levels, streaks and fallen bosses to look at. */
void story_past_week(struct story *s)
{
    for (int n = 0; n < PAST_DAYS * PER_DAY; n++) {
        int64_t noon = -(PAST_DAYS + 1 - n / PER_DAY) * 24 * (int64_t)HOUR;
        past_ticket(s, noon + (n % PER_DAY - PER_DAY / 2) * 70 * (int64_t)MINUTE + story_within(s, 0, 30 * MINUTE), n, FATE_CLOSED);
    }
}

/* The further back, the thinner: from a day ago to half a minute ago; what is still open is mostly of the last hours. */
void story_past_day(struct story *s)
{
    static const enum fate old[] = {FATE_CLOSED, FATE_CLOSED, FATE_CLOSED, FATE_PENDING, FATE_CLOSED,
                                    FATE_CLOSED, FATE_ASSIGNED, FATE_CLOSED, FATE_CLOSED, FATE_WAITING};
    static const enum fate fresh[] = {FATE_CLOSED, FATE_WAITING, FATE_ASSIGNED, FATE_ANSWERED, FATE_WAITING,
                                      FATE_CLOSED, FATE_WAITING, FATE_PENDING, FATE_ASSIGNED, FATE_WAITING};
    for (int i = 0; i < PAST_TICKETS; i++) {
        int left = PAST_TICKETS - i;
        int64_t opened = -((int64_t)left * left * 61 * SECOND) + story_within(s, 0, 25 * SECOND);
        past_ticket(s, opened, i, left > FRESH ? old[i % 10] : fresh[i % 10]);
    }
    past_critical(s, -5 * HOUR, true);
    past_critical(s, -16 * MINUTE, false);
}
