/* ledger: see ledger.h. The entries of a clock cut time into stretches: running or standing still. A running stretch is cut
 * further by the calendar. What the calendar gives is held against what the journal recorded at the stretch's end; where they
 * differ (the calendar was changed since) the journal is right, and the stretch is shown whole, marked as coarse. */
#include "core/ledger.h"
#include "base/str.h"
#include "core/consequence.h"
#include "core/sla.h"
#include <string.h>

static const char *const whats[] = {"", "started", "resumed", "paused", "fulfilled", "cancelled", "retargeted", "warned", "breached", "restored", NULL};
static const char *const states[] = {"none", "running", "paused", "fulfilled", "cancelled"};

const char *ledger_word(enum ledger_what what)
{
    return whats[what];
}

const char *ledger_state_word(enum clock_state state)
{
    return states[state];
}

bool ledger_read(const struct json *data, int64_t seq, int64_t cause, const char *actor, struct ledger_entry *entry)
{
    struct ledger_entry e = {.seq = seq, .cause = cause, .actor = actor ? actor : "", .metric = -1};
    const char *metric = json_get_string(data, "metric", ""), *what = json_get_string(data, "what", "");
    for (int i = 0; i < SLA_METRICS; i++)
        if (str_eq(metric, sla_metric_word(i)))
            e.metric = i;
    for (int i = LEDGER_STARTED; whats[i]; i++)
        if (str_eq(what, whats[i]))
            e.what = i;
    if (e.metric < 0 || !e.what)
        return false;
    e.at = json_get_i64(data, "at", 0);
    e.elapsed = json_get_i64(data, "elapsed", 0);
    e.due_at = json_get_i64(data, "due_at", 0);
    e.target = json_get_i64(data, "target", 0);
    e.policy = json_get_string(data, "policy", "?");
    e.calendar = json_get_string(data, "calendar", NULL);
    e.why = json_get_string(data, "cause", "");
    e.reason = json_get_string(data, "reason", NULL);
    for (int i = CLOCK_NONE; i <= CLOCK_CANCELLED; i++)
        if (str_eq(json_get_string(data, "state", ""), states[i]))
            e.state = i;
    e.since = json_get_i64(data, "since", 0);
    e.started_at = json_get_i64(data, "started_at", 0);
    e.warned = json_get_bool(data, "warned", false);
    e.breached = json_get_bool(data, "breached", false);
    *entry = e;
    return true;
}

/* --- words --- */

const char *ledger_span(struct arena *arena, int64_t ms)
{
    long long s = (ms < 0 ? -ms : ms) / 1000, minutes = s / 60, hours = minutes / 60;
    if (s < 60)
        return arena_printf(arena, "%lld s", s);
    if (minutes < 60)
        return arena_printf(arena, "%lld min", minutes);
    if (hours < 72)
        return minutes % 60 ? arena_printf(arena, "%lld h %02lld min", hours, minutes % 60) : arena_printf(arena, "%lld h", hours);
    return hours % 24 ? arena_printf(arena, "%lld d %lld h", hours / 24, hours % 24) : arena_printf(arena, "%lld d", hours / 24);
}

const char *ledger_moment(struct arena *arena, const struct ledger_clock *clock, int64_t at)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c;
    zone_civil(clock->calendar ? config_zone(clock->calendar->zone) : NULL, at, &c);
    return arena_printf(arena, "%s %02d %s %02d:%02d", days[c.weekday - 1], c.day, months[c.month - 1], c.hour, c.minute);
}

static const char *kind_words(int kind)
{
    static const char *const words[] = {"counted", "paused", "off hours", "holiday", "break"};
    return words[kind];
}

const char *ledger_sums(struct arena *arena, const int64_t sums[SEGMENT_KINDS])
{
    AUTO_STR out;
    str_init(&out, 256);
    for (int kind = 0; kind < SEGMENT_KINDS; kind++)
        if (sums[kind])
            str_addf(&out, "%s%s %s", out.len ? ", " : "", kind_words(kind), ledger_span(arena, sums[kind]));
    return arena_strdup(arena, out.data);
}

/* What an entry says, by what it did and why; %s is who. The first row that fits. */
static const struct phrase { int what; const char *why, *text; } phrases[] = {
    {LEDGER_STARTED, "first_seen", "started: the ticket came in (%s)"},
    {LEDGER_STARTED, "customer_message", "started: the customer wrote (%s)"},
    {LEDGER_STARTED, NULL, "started by %s"},
    {LEDGER_RESUMED, "reopened", "runs again: %s reopened the ticket"},
    {LEDGER_RESUMED, "new", "runs again: %s took something back"},
    {LEDGER_RESUMED, "open", "runs again: the ticket is open (%s)"},
    {LEDGER_RESUMED, NULL, "runs again: %s"},
    {LEDGER_PAUSED, "pending", "paused: %s waits for the customer"},
    {LEDGER_PAUSED, "on_hold", "paused: %s put it on hold"},
    {LEDGER_PAUSED, NULL, "stands still: the ticket is done (%s)"},
    {LEDGER_FULFILLED, "reply", "fulfilled: %s replied"},
    {LEDGER_FULFILLED, "resolved", "fulfilled: %s resolved the ticket"},
    {LEDGER_FULFILLED, "closed", "fulfilled: %s closed the ticket"},
    {LEDGER_FULFILLED, NULL, "fulfilled by %s"},
    {LEDGER_CANCELLED, "merged", "cancelled: %s merged the ticket into another"},
    {LEDGER_CANCELLED, "spam", "cancelled: %s called it spam"},
    {LEDGER_CANCELLED, "deleted", "cancelled: %s deleted the ticket"},
    {LEDGER_CANCELLED, "policy", "cancelled: no policy asks for it any more (%s)"},
    {LEDGER_CANCELLED, "no_first_reply", "cancelled: the first reply was taken back (%s)"},
    {LEDGER_CANCELLED, NULL, "cancelled by %s"},
    {LEDGER_RESTORED, NULL, "as it was before: %s took something back"},
    {0},
};

static const char *hours_words(struct arena *arena, const char *calendar)
{
    return calendar ? arena_printf(arena, "hours of %s", calendar) : "all hours";
}

static const char *entry_text(struct arena *arena, const struct ledger_entry *e)
{
    if (e->what == LEDGER_WARNED)
        return arena_printf(arena, "warned: %s left", ledger_span(arena, e->target - e->elapsed));
    if (e->what == LEDGER_BREACHED)
        return arena_printf(arena, "late: more than %s counted", ledger_span(arena, e->target));
    if (e->what == LEDGER_RETARGETED)
        return arena_printf(arena, "policy %s from here on (%s): %s, %s", e->policy, e->actor,
                            ledger_span(arena, e->target), hours_words(arena, e->calendar));
    const struct phrase *p = phrases;
    while (p->what && (p->what != e->what || (p->why && !str_eq(p->why, e->why))))
        p++;
    const char *who = p->text ? strstr(p->text, "%s") : NULL;
    if (!who)
        return p->text ? p->text : "";
    return arena_printf(arena, "%.*s%s%s%s%s", (int)(who - p->text), p->text, e->actor, who + 2, e->reason ? ": " : "", e->reason ? e->reason : "");
}

/* --- stretches --- */

struct making {
    struct arena *arena;
    const struct config *config;
    struct ledger_clock *clock;
    int64_t from; /* of the stretch that is open */
    int line;     /* that began it */
};

static void sum(struct ledger_clock *c, const struct ledger_segment *s)
{
    int64_t length = s->until - s->from, *sums[] = {c->sums, c->lines[s->line].sums};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        if (s->coarse) {
            sums[i][SEGMENT_COUNTED] += s->counted;
            sums[i][SEGMENT_OFF_HOURS] += length > s->counted ? length - s->counted : 0;
        } else {
            sums[i][s->kind] += length;
        }
    }
}

static void add(struct making *m, struct ledger_segment segment)
{
    struct ledger_clock *c = m->clock;
    segment.line = m->line;
    *(struct ledger_segment *)follow_push(m->arena, &c->segments, &c->segment_count, sizeof segment) = segment;
    sum(c, &segment);
}

/* false: it has more pieces than one clock may show. */
static bool by_calendar(struct making *m, int64_t until)
{
    for (int64_t at = m->from; at < until;) {
        struct calendar_span span;
        if (m->clock->segment_count >= LEDGER_SEGMENTS)
            return false;
        calendar_at(m->clock->calendar, at, &span);
        int64_t end = span.until < until ? span.until : until;
        add(m, (struct ledger_segment){.from = at, .until = end, .kind = span.kind, .name = span.name, .counted = span.kind == SEGMENT_COUNTED ? end - at : 0});
        at = end;
    }
    return true;
}

/* Running from m->from until then; recorded: what the journal says had been counted by its end, -1: it says nothing. */
static void ran(struct making *m, int64_t until, int64_t recorded)
{
    struct ledger_clock *c = m->clock;
    int64_t counted = calendar_counted(c->calendar, m->from, until);
    bool agree = recorded < 0 || recorded == c->elapsed + counted;
    const struct ledger_clock was = *c;
    const struct ledger_line line = c->lines[m->line];
    if (!agree || !by_calendar(m, until)) {
        c->segment_count = was.segment_count;
        memcpy(c->sums, was.sums, sizeof c->sums);
        c->lines[m->line] = line;
        counted = agree ? counted : recorded - c->elapsed;
        add(m, (struct ledger_segment){.from = m->from, .until = until, .kind = SEGMENT_COUNTED, .counted = counted, .coarse = true, .name = ""});
    }
    c->elapsed += counted;
}

static void close_stretch(struct making *m, int64_t until, int64_t recorded)
{
    struct ledger_clock *c = m->clock;
    bool ticking = c->state == CLOCK_RUNNING;
    if (until <= m->from && !(ticking && recorded >= 0 && recorded != c->elapsed))
        return;
    until = until > m->from ? until : m->from;
    c->lines[m->line].until = until;
    if (ticking)
        ran(m, until, recorded);
    else
        add(m, (struct ledger_segment){.from = m->from, .until = until, .kind = SEGMENT_PAUSED, .name = ""});
}

/* What an entry leaves the clock doing; NONE: as it was. */
static int state_after(int what)
{
    static const int after[] = {[LEDGER_STARTED] = CLOCK_RUNNING, [LEDGER_RESUMED] = CLOCK_RUNNING, [LEDGER_PAUSED] = CLOCK_PAUSED,
                                 [LEDGER_FULFILLED] = CLOCK_FULFILLED, [LEDGER_CANCELLED] = CLOCK_CANCELLED, [LEDGER_RESTORED] = CLOCK_NONE};
    return after[what];
}

static void take(struct making *m, const struct ledger_entry *e)
{
    struct ledger_clock *c = m->clock;
    int state = state_after(e->what);
    bool other_hours = c->line_count && e->what == LEDGER_RETARGETED && config_calendar(m->config, e->calendar) != c->calendar;
    bool cuts = state != CLOCK_NONE || (other_hours && c->state == CLOCK_RUNNING);
    if (c->line_count && cuts)
        close_stretch(m, e->at, c->state == CLOCK_RUNNING ? e->elapsed : -1);
    *(struct ledger_line *)follow_push(m->arena, &c->lines, &c->line_count, sizeof *c->lines) =
        (struct ledger_line){.entry = e, .text = entry_text(m->arena, e)};
    c->warned |= e->what == LEDGER_WARNED || e->what == LEDGER_BREACHED;
    c->breached |= e->what == LEDGER_BREACHED;
    c->target = e->target;
    c->policy = e->policy;
    c->calendar = config_calendar(m->config, e->calendar);
    if (state == CLOCK_FULFILLED || state == CLOCK_CANCELLED || state == CLOCK_PAUSED)
        c->due_at = 0;
    else if (e->due_at)
        c->due_at = e->due_at;
    if (!cuts)
        return;
    c->state = state ? state : c->state;
    m->from = c->since = e->at > m->from ? e->at : m->from;
    m->line = c->line_count - 1;
}

/* --- what was taken back --- */

static void sum_again(struct ledger_clock *c)
{
    memset(c->sums, 0, sizeof c->sums);
    for (int i = 0; i < c->line_count; i++)
        memset(c->lines[i].sums, 0, sizeof c->lines[i].sums);
    for (int i = 0; i < c->segment_count; i++)
        sum(c, &c->segments[i]);
}

/* Nothing of the clock's time is left from `since` on, and what began the stretch that is open now is the line that began it then. */
static void forget_from(struct making *m, int64_t since)
{
    struct ledger_clock *c = m->clock;
    int line = m->from == since ? m->line : -1;
    while (c->segment_count && c->segments[c->segment_count - 1].from >= since)
        line = c->segments[--c->segment_count].line;
    for (int i = 0; line < 0 && i < c->line_count; i++) /* it had no time yet */
        if (i + 1 == c->line_count || c->lines[i + 1].entry->at > since)
            line = i;
    for (int i = line < 0 ? 0 : line; i < c->line_count; i++)
        c->lines[i].until = 0;
    struct ledger_segment *last = c->segment_count ? &c->segments[c->segment_count - 1] : NULL;
    if (last && last->until > since) { /* the calendar is no longer what it was then */
        last->until = since;
        last->coarse = true;
        last->counted = last->counted < since - last->from ? last->counted : since - last->from;
    }
    sum_again(c);
    m->from = since;
    m->line = line < 0 ? c->line_count : line;
}

static void put_back(struct making *m, const struct ledger_entry *e)
{
    struct ledger_clock *c = m->clock;
    if (e->since > m->from) { /* done again */
        close_stretch(m, e->since, c->state == CLOCK_RUNNING ? e->elapsed : -1);
        m->from = e->since;
        m->line = c->line_count;
    } else {
        forget_from(m, e->since);
    }
    *(struct ledger_line *)follow_push(m->arena, &c->lines, &c->line_count, sizeof *c->lines) =
        (struct ledger_line){.entry = e, .text = entry_text(m->arena, e)};
    c->state = e->state;
    c->since = e->since;
    c->elapsed = e->elapsed;
    c->due_at = e->due_at;
    c->target = e->target;
    c->policy = e->policy;
    if (!e->started_at)
        return;
    c->warned = e->warned;
    c->breached = e->breached;
    c->calendar = config_calendar(m->config, e->calendar);
}

static struct ledger_clock *newest(struct ledger_clock *clocks, int count, int metric)
{
    for (int i = count; i > 0; i--)
        if (clocks[i - 1].metric == metric)
            return &clocks[i - 1];
    return NULL;
}

struct books { struct ledger_clock *clocks; int count; struct making making[SLA_METRICS]; };

static void begin(struct books *b, struct making with, const struct ledger_entry *e, int64_t at)
{
    struct making *m = &b->making[e->metric];
    *m = with;
    m->clock = &b->clocks[b->count++];
    m->from = at;
    *m->clock = (struct ledger_clock){.metric = e->metric, .started_at = at, .since = at};
}

/* The newest clock of the metric began with what was taken back. */
static void strike(struct books *b, int metric)
{
    struct ledger_clock *gone = b->making[metric].clock;
    memmove(gone, gone + 1, (size_t)(b->clocks + b->count - (gone + 1)) * sizeof *gone);
    b->count--;
    for (int i = 0; i < SLA_METRICS; i++)
        if (b->making[i].clock)
            b->making[i].clock = newest(b->clocks, b->count, i);
}

static void restore(struct books *b, struct making with, const struct ledger_entry *e)
{
    struct making *m = &b->making[e->metric];
    while (m->clock && (e->state == CLOCK_NONE || (e->started_at && m->clock->started_at != e->started_at)))
        strike(b, e->metric);
    if (e->state == CLOCK_NONE)
        return;
    if (!m->clock)
        begin(b, with, e, e->since);
    put_back(m, e);
}

/* The clock of one metric after the other: each start of a response clock is a clock of its own. */
void ledger_clocks(struct arena *arena, const struct config *config, const struct ledger_entry *entries, int count, int64_t now,
                   struct ledger_clock **clocks, int *clock_count)
{
    const struct making with = {.arena = arena, .config = config};
    struct books b = {.clocks = ARENA_ARRAY(arena, struct ledger_clock, count + 1)};
    for (int i = 0; i < count; i++) {
        const struct ledger_entry *e = &entries[i];
        if (e->what == LEDGER_RESTORED) {
            restore(&b, with, e);
            continue;
        }
        if (e->what == LEDGER_STARTED || !b.making[e->metric].clock)
            begin(&b, with, e, e->at);
        take(&b.making[e->metric], e);
    }
    for (int i = 0; i < SLA_METRICS; i++) {
        struct making *m = &b.making[i];
        if (m->clock && (m->clock->state == CLOCK_RUNNING || m->clock->state == CLOCK_PAUSED))
            close_stretch(m, now, -1);
    }
    *clocks = b.clocks;
    *clock_count = b.count;
}

/* --- the verdict --- */

struct saying { struct arena *arena; const char **list; int count; };

static void say(struct saying *s, const char *text)
{
    *(const char **)follow_push(s->arena, &s->list, &s->count, sizeof text) = text;
}

static void say_running(struct saying *s, const struct ledger_clock *c, int64_t now)
{
    struct arena *a = s->arena;
    struct calendar_span span;
    const char *allowed = ledger_span(a, c->target), *counted = ledger_span(a, c->elapsed), *due = ledger_moment(a, c, c->due_at);
    if (c->elapsed > c->target)
        say(s, arena_printf(a, "Late by %s: %s counted, policy %s allows %s; due %s.", ledger_span(a, c->elapsed - c->target), counted,
                            c->policy, allowed, due));
    else
        say(s, arena_printf(a, "%s: %s of %s counted by policy %s, %s left; due %s.", c->warned ? "Near its end" : "In time", counted, allowed,
                            c->policy, ledger_span(a, c->target - c->elapsed), due));
    calendar_at(c->calendar, now, &span);
    if (span.kind != SEGMENT_COUNTED && span.until != INT64_MAX)
        say(s, arena_printf(a, "Nothing is counted now: %s%s%s until %s.", kind_words(span.kind), span.name[0] ? " " : "", span.name,
                            ledger_moment(a, c, span.until)));
}

static void say_standing(struct saying *s, const struct ledger_clock *c)
{
    struct arena *a = s->arena;
    const struct ledger_line *last = &c->lines[c->line_count - 1];
    for (int i = c->line_count; i > 0; i--)
        if (state_after(c->lines[i - 1].entry->what) == c->state && c->lines[i - 1].entry->at == c->since) {
            last = &c->lines[i - 1];
            break;
        }
    const char *counted = ledger_span(a, c->elapsed), *allowed = ledger_span(a, c->target), *since = ledger_moment(a, c, c->since);
    if (c->state == CLOCK_PAUSED)
        say(s, arena_printf(a, "Standing still since %s (%s): %s of %s counted by policy %s%s.", since, last->text, counted, allowed, c->policy,
                            c->elapsed > c->target ? ", so it is late" : ""));
    else if (c->state == CLOCK_FULFILLED && c->breached)
        say(s, arena_printf(a, "Fulfilled late, %s: %s counted, policy %s allows %s.", since, counted, c->policy, allowed));
    else if (c->state == CLOCK_FULFILLED)
        say(s, arena_printf(a, "Fulfilled %s: %s of %s counted by policy %s.", since, counted, allowed, c->policy));
    else
        say(s, arena_printf(a, "No longer asked for since %s (%s): %s of %s counted.", since, last->text, counted, allowed));
}

const char *const *ledger_verdict(struct arena *arena, const struct ledger_clock *c, int64_t now)
{
    struct saying s = {.arena = arena};
    int64_t idle[SEGMENT_KINDS];
    if (c->state == CLOCK_RUNNING)
        say_running(&s, c, now);
    else
        say_standing(&s, c);
    memcpy(idle, c->sums, sizeof idle);
    idle[SEGMENT_COUNTED] = 0;
    const char *not_counted = ledger_sums(arena, idle);
    if (*not_counted)
        say(&s, arena_printf(arena, "Not counted since %s: %s.", ledger_moment(arena, c, c->started_at), not_counted));
    say(&s, NULL);
    return s.list;
}
