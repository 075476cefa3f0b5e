/* escalation_model: random histories of acks, work, snoozes, downgrades, resolves and reopens, maintenance windows, pages that
 * failed, outages, clock jumps and crashes, against a model of 60 lines that shares nothing with the rules but the policy.
 * After every single change what the journal was told must be, word for word, what the model says: each step once, in its
 * order, when it is due (or at once after a restart), none after an ack, at most one a second. */
#include "../support/rules.h"
#include "core/desk.h"
#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 3, ALL = 2 * STEPS, TIMEOUT = 30 * MINUTE, TURNS = 40 };
static const int64_t waits[STEPS] = {5 * MINUTE, 10 * MINUTE, 10 * MINUTE};

/* --- the model --- */

enum state { OVER, PAGING, TAKEN, ASLEEP, HELD };
struct model {
    enum state state, before;         /* before: it was held */
    int taken;                        /* steps and reminders since it was triggered */
    int64_t due, last, until, ended;  /* next step; last step; end of ack or snooze; when it was over */
    char acker;
    int64_t from, to;                 /* the maintenance window; to 0: none */
    char says[400];                   /* what the change at hand is to say */
};

static void say(struct model *m, const char *what)
{
    size_t n = strlen(m->says);
    snprintf(m->says + n, sizeof m->says - n, "%s;", what);
}

static void begin(struct model *m, int64_t now, const char *what)
{
    say(m, what);
    m->state = PAGING;
    m->taken = 0;
    m->due = now;
    m->last = 0;
}

static void take_step(struct model *m, int64_t now)
{
    char what[32];
    snprintf(what, sizeof what, "step %d.%d", m->taken % STEPS, m->taken / STEPS);
    say(m, m->taken < ALL ? what : "reminder");
    m->due = m->taken < ALL ? m->due + waits[m->taken % STEPS] : now + HOUR;
    m->taken++;
    m->last = now;
}

/* What time alone does, and comes last in every change. */
static void tick(struct model *m, int64_t now)
{
    bool window = m->from <= now && now < m->to;
    if (m->state == HELD && !window)
        begin(m, now, "maintenance_over");
    else if (m->state != HELD && m->state != OVER && window) {
        say(m, "suppressed");
        m->before = m->state;
        m->state = HELD;
    }
    if (m->state == TAKEN && now >= m->until)
        begin(m, now, "ack_expired");
    if (m->state == ASLEEP && now >= m->until)
        begin(m, now, "snooze_over");
    bool paced = !m->last || now - m->last >= SECOND || now < m->last;
    if (m->state == PAGING && now >= m->due && paced)
        take_step(m, now);
}

static void over(struct model *m, int64_t now)
{
    if (m->state == OVER)
        return;
    say(m, "resolved");
    m->state = OVER;
    m->ended = now;
}

static void at_once(struct model *m, int64_t now)
{
    m->due = m->due < now ? m->due : now;
}

/* --- one history --- */

struct history {
    struct desk d;
    struct model m;
    struct maintenance window;
    struct desk_state set;
    unsigned seed, run;
};
static struct { long changes, steps, reminders, acks, crashes, jumps, windows, undone, failures, late; } seen;

static unsigned dice(struct history *h, unsigned n)
{
    return (unsigned)rand_r(&h->seed) % n;
}

static void add_what(char *out, size_t size, const char *data)
{
    char what[40] = "";
    int step = 0, loop = 0;
    size_t n = strlen(out);
    sscanf(data, "{\"what\":\"%39[a-z_]\",\"step\":%d,\"loop\":%d", what, &step, &loop);
    if (strcmp(what, "step") == 0)
        snprintf(out + n, size - n, "step %d.%d;", step, loop);
    else
        snprintf(out + n, size - n, "%s;", what);
    seen.steps += strcmp(what, "step") == 0;
    seen.reminders += strcmp(what, "reminder") == 0;
}

static void check(struct history *h)
{
    char said[400] = "";
    for (int i = 0; i < h->d.out.entry_count; i++)
        if (strcmp(h->d.out.entries[i].kind, "escalation") == 0)
            add_what(said, sizeof said, h->d.out.entries[i].data);
    if (strcmp(said, h->m.says) != 0)
        fail_msg("history %u, %lld ms after its start: the journal says \"%s\", the model \"%s\"", h->run, (long long)(h->d.now - START), said, h->m.says);
    bool told = strstr(said, "step ") || strstr(said, "reminder") || strstr(said, "ack_expired");
    if (told != (h->d.out.page_count > 0))
        fail_msg("history %u: \"%s\" and %d pages", h->run, said, h->d.out.page_count);
    h->m.says[0] = 0;
    seen.changes++;
}

/* The daemon dies before the commit: of this wake nothing is left, and it comes again. */
static void crash(struct history *h)
{
    struct ticket *was = h->d.ticket;
    desk_wake(&h->d);
    h->d.ticket = was;
    h->d.next = *was;
    seen.crashes++;
}

static int64_t sooner(int64_t at, int64_t other, int64_t now)
{
    return other > now && (!at || other < at) ? other : at;
}

/* When the daemon would look at it again: its wake, and the desk's turns. */
static int64_t next_look(const struct history *h)
{
    int64_t at = h->d.ticket->wake_at;
    return sooner(sooner(at, h->m.from, h->d.now), h->m.to, h->d.now);
}

static void look(struct history *h)
{
    desk_wake(&h->d);
    tick(&h->m, h->d.now);
    check(h);
}

static void live(struct history *h, int64_t until)
{
    for (int64_t at, guard = 0; (at = next_look(h)) && at <= until; guard++) {
        if (guard > 2000)
            fail_msg("history %u: wakes without end", h->run);
        h->d.now = at > h->d.now ? at : h->d.now;
        if (dice(h, 16) == 0)
            crash(h);
        look(h);
    }
    h->d.now = until > h->d.now ? until : h->d.now;
    if (h->m.state == PAGING && h->m.due <= h->d.now && h->m.last + SECOND <= h->d.now)
        fail_msg("history %u: something was due and did not come", h->run);
}

/* --- what happens --- */

static const char *const agents[] = {"ana", "bo", "cem"};

static void act(struct history *h, const char *agent)
{
    desk_change(&h->d, "act", agent);
    tick(&h->m, h->d.now);
    check(h);
}

static void by_acker(struct history *h, const char *agent)
{
    if (h->m.state == TAKEN && h->m.acker == *agent)
        h->m.until = h->d.now + TIMEOUT;
}

static void do_ack(struct history *h, const char *agent)
{
    if (h->m.state == OVER || h->m.state == HELD)
        return;
    h->d.facts.acknowledge = true;
    say(&h->m, "acknowledged");
    h->m.state = TAKEN;
    h->m.acker = *agent;
    h->m.until = h->d.now + TIMEOUT;
    seen.acks++;
    act(h, agent);
}

static void do_work(struct history *h, const char *agent)
{
    h->d.next.thread_version++;
    by_acker(h, agent);
    act(h, agent);
}

static void do_snooze(struct history *h, const char *agent)
{
    static const int hours[] = {1, 4, 8, 24};
    int64_t until = h->d.now + hours[dice(h, 4)] * (int64_t)HOUR;
    if (h->d.next.snoozed_until == until || h->d.next.status == STATUS_RESOLVED)
        return;
    h->d.next.snoozed_until = until;
    if (h->m.state == TAKEN || h->m.state == ASLEEP) {
        say(&h->m, "snoozed");
        h->m.state = ASLEEP;
        h->m.until = until;
    }
    act(h, agent);
}

static void do_wake(struct history *h, const char *agent)
{
    if (!h->d.next.snoozed_until)
        return;
    h->d.next.snoozed_until = 0;
    if (h->m.state == ASLEEP) {
        say(&h->m, "woken");
        h->m.state = TAKEN;
        h->m.until = h->d.now + TIMEOUT;
    }
    act(h, agent);
}

static void do_escalate(struct history *h, const char *agent)
{
    if (h->d.next.status == STATUS_RESOLVED)
        return;
    h->d.facts.escalate = true;
    if (h->m.state == PAGING)
        at_once(&h->m, h->d.now);
    else if (h->m.state != HELD)
        begin(&h->m, h->d.now, "opened");
    act(h, agent);
}

static void do_duplicate(struct history *h, const char *agent)
{
    (void)agent;
    h->d.facts.paged_for = "rule \"vip\"";
    if (h->m.state == OVER && h->d.next.status != STATUS_RESOLVED)
        begin(&h->m, h->d.now, "opened");
    desk_change(&h->d, "event", "source:shop");
    tick(&h->m, h->d.now);
    check(h);
}

static void do_label(struct history *h, const char *agent)
{
    bool lower = h->d.next.urgency == URGENCY_CRITICAL;
    h->d.next.urgency = lower ? URGENCY_HIGH : URGENCY_CRITICAL;
    h->d.next.urgency_by = LABEL_BY_AGENT;
    if (lower)
        over(&h->m, h->d.now);
    else if (h->m.state == OVER && h->d.next.status != STATUS_RESOLVED)
        begin(&h->m, h->d.now, "opened");
    act(h, agent);
}

static void do_status(struct history *h, const char *agent)
{
    bool resolve = h->d.next.status != STATUS_RESOLVED;
    h->d.next.status = resolve ? STATUS_RESOLVED : STATUS_OPEN;
    if (resolve)
        over(&h->m, h->d.now);
    else if (h->m.state == OVER && h->d.next.urgency == URGENCY_CRITICAL && h->d.now - h->m.ended <= HOUR)
        begin(&h->m, h->d.now, "opened");
    act(h, agent);
}

/* A lead says that it begins now or in a while, or that it is over. */
static void do_window(struct history *h, const char *agent)
{
    (void)agent;
    bool ends = h->m.to > h->d.now;
    h->m.from = ends ? h->m.from : h->d.now + (dice(h, 2) ? 0 : 20 * MINUTE);
    h->m.to = ends ? h->d.now : h->m.from + (1 + dice(h, 180)) * (int64_t)MINUTE;
    h->window = (struct maintenance){.key = "1", .reason = "new disks", .from = h->m.from, .to = h->m.to};
    h->set.window_count = 1;
    seen.windows++;
    look(h); /* the desk turned */
}

/* It was a slip: what was held goes on as if nothing had been. */
static void do_no_window(struct history *h, const char *agent)
{
    (void)agent;
    if (h->m.to <= h->d.now)
        return;
    h->m.from = h->m.to = 0;
    h->set.window_count = 0;
    if (h->m.state == HELD) {
        say(&h->m, "maintenance_undone");
        h->m.state = h->m.before;
        seen.undone++;
    }
    look(h);
}

static void do_failure(struct history *h, const char *agent)
{
    bool now = dice(h, 3) != 0, all = dice(h, 4) != 0;
    int nth = now ? h->m.taken - 1 : h->m.taken - 2;
    if (h->m.state != PAGING || nth < 0)
        return;
    bool reminder = h->m.taken > ALL;
    struct page_failure failure = {.agent = agent, .destination = "phones", .why = "503", .all = all, .step = reminder ? STEPS - 1 : nth % STEPS,
                                   .loop = reminder ? 2 : nth / STEPS};
    h->d.facts.page_failed = &failure;
    say(&h->m, "page_failed");
    if (now && all && !reminder)
        at_once(&h->m, h->d.now);
    desk_change(&h->d, "receipt", "courier");
    h->d.facts.page_failed = NULL;
    tick(&h->m, h->d.now);
    check(h);
    seen.failures++;
}

/* Nobody looks for a while: the daemon is down, or the clock was set ahead. Then it catches up. */
static void do_outage(struct history *h, const char *agent)
{
    (void)agent;
    h->d.now += 1 + dice(h, 3 * HOUR);
    seen.jumps++;
    seen.late += h->m.state == PAGING && h->m.due < h->d.now;
    look(h); /* whoever starts looks first */
    live(h, h->d.now + 30 * SECOND);
}

static void do_clock_back(struct history *h, const char *agent)
{
    (void)agent;
    h->d.now -= dice(h, 2 * HOUR);
    seen.jumps++;
    look(h);
}

static void turn(struct history *h)
{
    static const int64_t spans[] = {SECOND, 4 * MINUTE, 20 * MINUTE, 3 * (int64_t)HOUR};
    static void (*const dos[])(struct history *, const char *) = {do_ack, do_ack, do_work, do_work, do_snooze, do_wake, do_escalate, do_duplicate, do_label,
                                                                  do_status, do_window, do_no_window, do_failure, do_failure, do_outage, do_clock_back};
    unsigned what = dice(h, 2 * sizeof dos / sizeof *dos);
    live(h, h->d.now + 1 + dice(h, (unsigned)spans[dice(h, 4)]));
    if (what < sizeof dos / sizeof *dos)
        dos[what](h, agents[dice(h, 3)]);
}

static void open_history(struct history *h, unsigned run)
{
    *h = (struct history){.seed = run, .run = run};
    desk_open(&h->d);
    h->d.facts.desk = &h->set;
    h->set = (struct desk_state){.windows = &h->window, .window_count = 1};
    h->d.config.sla_count = 0; /* so that every wake is the escalation's */
    h->d.config.reopen_window = 100000 * (int64_t)DAY;
    h->d.next.urgency = URGENCY_CRITICAL;
    h->d.facts.paged_for = "hard phrase \"site is down\"";
    begin(&h->m, START, "opened");
    desk_first(&h->d);
    tick(&h->m, START);
    check(h);
}

static void whatever_happens_the_journal_says_what_the_model_says(void **state)
{
    const char *asked = getenv("TRIAGE_HISTORIES");
    unsigned histories = asked ? (unsigned)atoi(asked) : 10000;
    static struct history h;
    (void)state;
    for (unsigned run = 1; run <= histories; run++) {
        open_history(&h, run);
        for (int i = 0; i < TURNS; i++)
            turn(&h);
        desk_close(&h.d);
    }
    print_message("# %u histories: %ld changes, %ld steps, %ld reminders, %ld acks, %ld windows (%ld that held something taken back), %ld failed pages, %ld crashes, %ld outages and clock jumps"
                  " (%ld with a step overdue)\n",
                  histories, seen.changes, seen.steps, seen.reminders, seen.acks, seen.windows, seen.undone, seen.failures, seen.crashes, seen.jumps, seen.late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_happens_the_journal_says_what_the_model_says)};
    return cmocka_run_group_tests_name("escalation_model", tests, NULL, NULL);
}
