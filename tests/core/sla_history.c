/* sla_history: 100,000 made-up histories of a ticket, most across a night in which the clocks are set, in several zones: replies,
 * questions, pauses, resolves and reopens, spam and back, other policies with other calendars. Beside core/sla and core/calendar
 * goes an implementation that knows neither clock states nor calendars: it keeps what the ticket was from one moment to the next
 * and asks support/minutes (libc) of each minute whether it counts. The ledger, made of the entries alone, must come to the same
 * sums. Argument: how many histories. */
#include "core/ledger.h"
#include "support/minutes.h"
#include "support/rules.h"
#include <stdlib.h>

enum { DAYS = 26, MOST_ENTRIES = 512, POLICIES = 4, USUAL = 100000 };

/* --- the naive one --- */

struct naive_policy { const struct minutes *minutes; bool responses, on_hold_runs; };
struct naive {
    struct naive_policy policies[POLICIES];
    int64_t at; /* since when the ticket is as it is */
    struct ticket ticket;
    int64_t sum[SLA_METRICS];
    int64_t message; /* the next_response clock is about */
};

static const struct naive_policy *policy_of(const struct naive *n)
{
    return &n->policies[n->ticket.urgency == URGENCY_CRITICAL ? 0 : n->ticket.urgency == URGENCY_HIGH ? 1 : n->ticket.priority == PRIORITY_URGENT ? 2 : 3];
}

static bool in_play(const struct ticket *t)
{
    return t->disposition == DISPOSITION_NONE && !t->deleted && t->status != STATUS_RESOLVED && t->status != STATUS_CLOSED;
}

static bool owed(const struct naive *n)
{
    return in_play(&n->ticket) && policy_of(n)->responses && n->ticket.first_reply_at && n->ticket.waiting_since;
}

static bool counts(const struct naive *n, int metric)
{
    const struct ticket *t = &n->ticket;
    bool held = t->status == STATUS_PENDING || (t->status == STATUS_ON_HOLD && !policy_of(n)->on_hold_runs);
    if (metric == SLA_FIRST_RESPONSE)
        return in_play(t) && policy_of(n)->responses && !t->first_reply_at;
    return !held && (metric == SLA_RESOLUTION ? in_play(t) : owed(n));
}

static void naive_until(struct naive *n, int64_t now)
{
    for (int metric = 0; metric < SLA_METRICS; metric++)
        if (counts(n, metric))
            n->sum[metric] += minutes_counted(policy_of(n)->minutes, n->at, now);
    n->at = now;
}

static void naive_is(struct naive *n, const struct ticket *t)
{
    n->ticket = *t;
    if (owed(n) && n->message != t->waiting_since) {
        n->message = t->waiting_since;
        n->sum[SLA_NEXT_RESPONSE] = 0;
    }
}

/* --- the worlds --- */

struct world_at { const char *tz; int year, month, day; }; /* a day some days before the night */
static const struct world_at places[] = {
    {"Europe/Berlin", 2026, 3, 20}, {"Europe/Berlin", 2026, 10, 16}, {"America/New_York", 2026, 2, 27}, {"America/New_York", 2026, 10, 23},
    {"Australia/Lord_Howe", 2026, 3, 27}, {"Australia/Lord_Howe", 2026, 9, 25}, {"America/Santiago", 2026, 8, 28}, {"Asia/Kathmandu", 2026, 12, 15},
    {"Europe/Berlin", 2100, 3, 19}};
enum { PLACES = sizeof places / sizeof *places };
static const struct week_row office_rows[] = {{1, 5, 540, 1020, SEGMENT_COUNTED}, {1, 5, 720, 750, SEGMENT_BREAK}, {6, 6, 600, 840, SEGMENT_COUNTED}};
static const struct week_row night_rows[] = {{1, 7, 1320, 1440, SEGMENT_COUNTED}, {1, 7, 0, 360, SEGMENT_COUNTED}, {1, 7, 135, 165, SEGMENT_BREAK}};
static const struct yearly office_holidays[] = {{12, 25}, {3, 30}, {10, 26}, {9, 8}, {0, 0}};

#define CALENDARS \
    "calendars:\n" \
    "  - {name: office, tz: %s, hours: ['mon-fri 09:00-17:00', 'sat 10:00-14:00'], breaks: ['mon-fri 12:00-12:30'],\n" \
    "     holidays: ['12-25 Christmas', '03-30', '10-26', '09-08']}\n" \
    "  - {name: nights, tz: %s, hours: ['daily 22:00-06:00'], breaks: ['daily 02:15-02:45']}\n"

struct place {
    struct arena *arena;
    int64_t start;
    struct minutes *office, *nights;
    struct config *config; /* its calendars */
    struct config_sla slas[POLICIES];
};

static void place_open(struct place *p, const struct world_at *at)
{
    struct err err = {0};
    *p = (struct place){.arena = arena_new()};
    const char *text = arena_printf(p->arena, CALENDARS, at->tz, at->tz);
    p->config = config_parse(p->arena, "t.yaml", text, strlen(text), NULL, 0, &err);
    if (!p->config || !config_zones(p->config, p->arena, zone_load, &err))
        fail_msg("%s", err.text);
    p->start = zone_instant(NULL, &(struct civil){.year = at->year, .month = at->month, .day = at->day});
    p->office = minutes_new(at->tz, p->start, DAYS * 1440, office_rows, 3, office_holidays);
    p->nights = minutes_new(at->tz, p->start, DAYS * 1440, night_rows, 3, NULL);
    const struct calendar *office = config_calendar(p->config, "office"), *nights = config_calendar(p->config, "nights");
    const struct config_sla slas[POLICIES] = {
        {.name = "critical", .when = when_parse(p->arena, "urgency == \"critical\"", &err), .first_response = 15 * MINUTE, .next_response = 15 * MINUTE,
         .resolution = 4 * HOUR, .warn_before = 5 * MINUTE},
        {.name = "bare", .when = when_parse(p->arena, "urgency == \"high\"", &err), .calendar = "office", .hours = office, .resolution = 2 * HOUR, .warn_before = 15 * MINUTE},
        {.name = "nights", .when = when_parse(p->arena, "priority == \"urgent\"", &err), .calendar = "nights", .hours = nights, .first_response = HOUR,
         .next_response = 2 * HOUR, .resolution = 10 * HOUR, .warn_before = 30 * MINUTE, .on_hold_runs = true},
        {.name = "rest", .calendar = "office", .hours = office, .first_response = HOUR, .next_response = 90 * MINUTE, .resolution = 12 * HOUR, .warn_before = 15 * MINUTE}};
    memcpy(p->slas, slas, sizeof slas);
}

static void place_close(struct place *p)
{
    minutes_free(p->office);
    minutes_free(p->nights);
    arena_free(p->arena);
}

static void naive_begin(struct naive *n, const struct place *p, int64_t now)
{
    *n = (struct naive){.policies = {{NULL, true, false}, {p->office, false, false}, {p->nights, true, true}, {p->office, true, false}}, .at = now};
}

/* --- one history --- */

struct history {
    struct desk desk;
    struct naive naive;
    const struct place *place;
    struct ledger_entry entries[MOST_ENTRIES];
    const char *data[MOST_ENTRIES]; /* as the entries are written; read only where the ledger is asked */
    int count;
    unsigned seed;
    int run;
};

static int64_t warns_before(const struct history *h, const struct sla_clock *c)
{
    int64_t before = 0;
    for (int i = 0; i < POLICIES; i++)
        if (strcmp(h->place->slas[i].name, c->policy) == 0)
            before = h->place->slas[i].warn_before;
    return before < c->target / 2 ? before : c->target / 2;
}

/* What the clock's own wake noted came at the first moment it could. */
static void check_told(const struct history *h, const char *data, bool wake)
{
    bool breached = strstr(data, "\"what\":\"breached\""), warned = strstr(data, "\"what\":\"warned\"");
    const struct ticket *t = h->desk.ticket;
    const struct minutes *minutes = policy_of(&h->naive)->minutes;
    for (int metric = 0; (breached || warned) && metric < SLA_METRICS; metric++) {
        const struct sla_clock *c = &t->clock[metric];
        if (strncmp(data + strlen("{\"metric\":\""), sla_metric_word(metric), strlen(sla_metric_word(metric))) != 0 || c->state != CLOCK_RUNNING)
            continue;
        int64_t elapsed = sla_elapsed(&h->desk.config, c, h->desk.now);
        if (warned && t->urgency != URGENCY_CRITICAL && minutes_kind(minutes, h->desk.now) != SEGMENT_COUNTED)
            fail_msg("history %d: warned outside hours: %s", h->run, data);
        if (wake && breached && elapsed != c->target + 1)
            fail_msg("history %d: breach at %lld of %lld: %s", h->run, (long long)elapsed, (long long)c->target, data);
        if (wake && warned && elapsed != c->target - warns_before(h, c) && minutes_kind(minutes, h->desk.now - 1) == SEGMENT_COUNTED)
            fail_msg("history %d: warned at %lld of %lld: %s", h->run, (long long)elapsed, (long long)c->target, data);
    }
}

static void keep(struct history *h, bool wake)
{
    for (int i = 0; i < h->desk.out.entry_count; i++) {
        if (strcmp(h->desk.out.entries[i].kind, "sla") != 0)
            continue;
        assert_true(h->count < MOST_ENTRIES);
        h->data[h->count++] = h->desk.out.entries[i].data;
        check_told(h, h->desk.out.entries[i].data, wake);
    }
}

static void random_step(struct history *h)
{
    static const int open[] = {STATUS_OPEN, STATUS_OPEN, STATUS_PENDING, STATUS_ON_HOLD};
    struct ticket *next = &h->desk.next;
    int64_t now = h->desk.now;
    switch (rand_r(&h->seed) % 10) {
    case 0:
    case 1:
        next->first_reply_at = next->first_reply_at ? next->first_reply_at : now;
        next->last_agent_at = now;
        next->waiting_since = 0;
        break;
    case 2:
    case 3:
        next->last_customer_at = now;
        next->waiting_since = next->waiting_since ? next->waiting_since : now;
        if (ticket_done(next->status) && rand_r(&h->seed) % 2)
            next->status = STATUS_OPEN;
        break;
    case 4:
    case 5:
        next->status = open[rand_r(&h->seed) % 4];
        break;
    case 6:
        next->status = STATUS_RESOLVED;
        break;
    case 7:
        next->urgency = URGENCY_LOW + rand_r(&h->seed) % 3;
        break;
    case 8:
        next->priority = rand_r(&h->seed) % 2 ? PRIORITY_URGENT : PRIORITY_NORMAL;
        break;
    default:
        if (rand_r(&h->seed) % 2)
            next->disposition = next->disposition ? DISPOSITION_NONE : DISPOSITION_SPAM;
        else
            next->deleted = !next->deleted;
    }
}

static void check_clocks(const struct history *h)
{
    const struct desk *d = &h->desk;
    const struct minutes *minutes = policy_of(&h->naive)->minutes;
    for (int metric = 0; metric < SLA_METRICS; metric++) {
        const struct sla_clock *c = &d->ticket->clock[metric];
        int64_t ours = sla_elapsed(&d->config, c, d->now), theirs = h->naive.sum[metric], left = c->target - ours;
        if (ours != theirs)
            fail_msg("history %d, %s: counted %lld, minute by minute %lld", h->run, sla_metric_word(metric), (long long)ours, (long long)theirs);
        if (c->state != CLOCK_RUNNING)
            continue;
        if (left < 0 && !c->breached)
            fail_msg("history %d, %s: late and not told", h->run, sla_metric_word(metric));
        if (left > 0 && c->due_at < h->place->start + (DAYS - 1) * (int64_t)DAY &&
            (minutes_counted(minutes, d->now, c->due_at) != left || minutes_kind(minutes, c->due_at - 1) != SEGMENT_COUNTED))
            fail_msg("history %d, %s: due is off", h->run, sla_metric_word(metric));
    }
}

static void wakes(struct history *h, int64_t until)
{
    struct desk *d = &h->desk;
    while (d->ticket->wake_at && d->ticket->wake_at <= until) {
        d->now = d->ticket->wake_at;
        desk_wake(d);
        keep(h, true);
    }
}

/* --- the ledger --- */

static void check_segments(const struct history *h, const struct ledger_clock *c)
{
    int64_t at = c->started_at, sums[SEGMENT_KINDS] = {0}, counted = 0;
    int line = 0;
    for (int i = 0; i < c->segment_count; i++) {
        const struct ledger_segment *s = &c->segments[i];
        assert_false(s->coarse);
        assert_int_equal(s->from, at);
        assert_true(s->until > s->from && s->line >= line);
        sums[s->kind] += s->until - s->from;
        counted += s->counted;
        at = s->until;
        line = s->line;
    }
    assert_memory_equal(sums, c->sums, sizeof sums);
    assert_int_equal(counted, c->elapsed);
    if (c->state == CLOCK_RUNNING || c->state == CLOCK_PAUSED)
        assert_int_equal(at, h->desk.now > c->started_at ? h->desk.now : c->started_at);
}

static void check_ledger(struct history *h)
{
    struct arena *arena = h->desk.arena;
    struct ledger_clock *clocks;
    int count, breaches[SLA_METRICS] = {0};
    for (int i = 0; i < h->count; i++) {
        struct json *data = json_parse_in(arena, h->data[i], strlen(h->data[i]), &json_limits_native, NULL, NULL);
        assert_true(ledger_read(data, i + 1, 0, "ana", &h->entries[i]));
    }
    ledger_clocks(arena, &h->desk.config, h->entries, h->count, h->desk.now, &clocks, &count);
    for (int i = 0; i < count; i++) {
        const struct ledger_clock *c = &clocks[i];
        const struct sla_clock *real = &h->desk.ticket->clock[c->metric];
        bool newest = true;
        int breached = 0;
        for (int k = i + 1; k < count; k++)
            newest &= clocks[k].metric != c->metric;
        check_segments(h, c);
        for (int k = 0; k < c->line_count; k++)
            breached += c->lines[k].entry->what == LEDGER_BREACHED;
        breaches[c->metric] += breached;
        assert_true(breached <= 1); /* once per cause */
        if (!newest)
            continue;
        if (c->elapsed != sla_elapsed(&h->desk.config, real, h->desk.now) || c->state != real->state || c->target != real->target || c->due_at != real->due_at ||
            c->breached != real->breached || c->started_at != real->started_at)
            fail_msg("history %d, %s: the ledger says %lld, the clock %lld", h->run, sla_metric_word(c->metric), (long long)c->elapsed, (long long)real->elapsed);
        assert_true(ledger_verdict(arena, c, h->desk.now)[0] != NULL);
    }
}

static void one_history(const struct place *p, int run)
{
    static const int64_t spans[] = {1, 1 + SECOND, 7 * MINUTE, HOUR, 9 * (int64_t)HOUR, 30 * (int64_t)HOUR};
    static struct history h;
    h = (struct history){.place = p, .seed = (unsigned)run, .run = run};
    struct desk *d = &h.desk;
    desk_open(d);
    d->config.slas = (struct config_sla *)(uintptr_t)p->slas;
    d->config.sla_count = POLICIES;
    d->config.calendars = p->config->calendars;
    d->config.calendar_count = p->config->calendar_count;
    d->config.reopen_window = 1000 * (int64_t)DAY;
    d->now = p->start + 7 * (int64_t)DAY + rand_r(&h.seed) % (3 * DAY);
    d->next.status = rand_r(&h.seed) % 8 ? STATUS_NEW : STATUS_RESOLVED;
    naive_begin(&h.naive, p, d->now);
    desk_first(d);
    naive_is(&h.naive, d->ticket);
    keep(&h, false);
    int steps = 2 + rand_r(&h.seed) % 10;
    for (int i = 0; i <= steps; i++) {
        int64_t then = d->now + 1 + rand_r(&h.seed) % spans[rand_r(&h.seed) % 6];
        if (rand_r(&h.seed) % 2)
            wakes(&h, then);
        d->now = then;
        naive_until(&h.naive, then);
        random_step(&h);
        desk_change(d, "event", "source:shop");
        naive_is(&h.naive, d->ticket);
        keep(&h, false);
        check_clocks(&h);
    }
    check_ledger(&h);
    desk_close(d);
}

static int histories = USUAL;

static void elapsed_is_what_counts_minute_by_minute_and_what_the_ledger_adds_up(void **state)
{
    struct place all[PLACES];
    (void)state;
    for (int i = 0; i < PLACES; i++)
        place_open(&all[i], &places[i]);
    for (int run = 1; run <= histories; run++)
        one_history(&all[run % PLACES], run);
    print_message("# %d histories agree with the naive implementation, and their ledgers add up\n", histories);
    for (int i = 0; i < PLACES; i++)
        place_close(&all[i]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(elapsed_is_what_counts_minute_by_minute_and_what_the_ledger_adds_up)};
    if (argc > 1)
        histories = (int)strtol(argv[1], NULL, 10);
    return cmocka_run_group_tests_name("sla_history", tests, NULL, NULL);
}
