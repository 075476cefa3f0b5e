/* figures: see figures.h. A metric is a row that says of which stat it is made and how; reading a stat gives how many and the
 * sum of their values, for the period, the one before and each step. */
#include "api/figures.h"
#include "base/str.h"
#include "core/histogram.h"
#include "core/stat.h"

enum { HOUR_MS = 3600000, HOURS_KEPT = 20000 };
enum { OF_NOTHING = -1, OF_SUM = -2 /* the share of the sum of its values */, OF_GOOD = -3 /* of its parts 4 and 5 */, OF_STANDING = -4 };

const struct figures_metric figures_metrics[] = {
    {"created", "tickets that came in", UNIT_COUNT, false, STAT_CREATED, OF_NOTHING},
    {"resolved", "tickets resolved, undone ones left out", UNIT_COUNT, false, STAT_RESOLUTION, OF_NOTHING},
    {"backlog", "open tickets at the end", UNIT_COUNT, true, STATS, OF_STANDING},
    {"first_response", "from a ticket's arrival to the first public reply", UNIT_MS, true, STAT_FIRST_RESPONSE, OF_NOTHING},
    {"next_response", "from a customer's message to the reply", UNIT_MS, true, STAT_NEXT_RESPONSE, OF_NOTHING},
    {"resolution", "from a ticket's arrival to its resolution", UNIT_MS, true, STAT_RESOLUTION, OF_NOTHING},
    {"reopened", "reopenings to a hundred resolutions", UNIT_SHARE, true, STAT_REOPENED, STAT_RESOLUTION},
    {"breached", "clocks that ran out", UNIT_COUNT, true, STAT_BREACHED, OF_NOTHING},
    {"sla", "clocks kept, of those that ended", UNIT_SHARE, false, STAT_SETTLED, OF_SUM},
    {"csat", "ratings of 4 and 5, of all", UNIT_SHARE, false, STAT_CSAT, OF_GOOD},
    {0},
};

const struct figures_metric *figures_metric(const char *name)
{
    for (const struct figures_metric *m = figures_metrics; m->name; m++)
        if (str_eq(m->name, name))
            return m;
    return NULL;
}

/* --- periods --- */

static bool days_of(const char *name, int64_t from, int64_t to, const struct zone *zone, int64_t now, struct figures_period *p)
{
    static const struct { const char *name; int days; } known[] = {{"today", 1}, {"7d", 7}, {"28d", 28}};
    p->to = p->today;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(name, known[i].name)) {
            p->from = p->to - known[i].days + 1;
            return true;
        }
    p->from = zone_day(zone, from);
    p->to = zone_day(zone, to && to < now ? to : now);
    return !name;
}

bool figures_period(const char *name, int64_t from, int64_t to, const struct zone *zone, int64_t now, struct figures_period *out, struct err *err)
{
    struct figures_period p = {.name = name ? name : "custom", .now = now, .today = zone_day(zone, now)};
    if (!days_of(name, from, to, zone, now, &p))
        return err_set(err, ERR_USAGE, "period: today, 7d or 28d; or from and to");
    int64_t days = p.to - p.from + 1;
    if (days < 1 || days > FIGURES_DAYS)
        return err_set(err, ERR_USAGE, days < 1 ? "from: after the end of the period" : "from: a period has at most %d days", FIGURES_DAYS);
    p.before = p.from - days;
    p.begins = zone_at(zone, p.from, 0);
    p.ends = zone_at(zone, p.to + 1, 0);
    p.hour = str_eq(name, "today") ? p.begins / HOUR_MS : 0;
    p.steps = (int)(p.hour ? (p.ends - p.begins) / HOUR_MS : days);
    *out = p;
    return true;
}

int64_t figures_step(const struct figures_period *p, const struct zone *zone, int i)
{
    return p->hour ? (p->hour + i) * HOUR_MS : zone_at(zone, p->from + i, 0);
}

/* --- one stat --- */

struct cell { int64_t n, sum; };
struct cells { struct cell whole, before, *steps; };

static void put(struct cell *cell, const struct tally_day *day)
{
    cell->n += day->n;
    cell->sum += day->sum;
}

static bool read_range(struct store *s, struct arena *a, const char *name, const char *key, int64_t from, int64_t to, struct tally_day **list, int *count, struct err *err)
{
    int most = (int)(to - from + 1);
    *list = ARENA_ARRAY(a, struct tally_day, most);
    return store_tally_range(s, name, key, from, to, *list, most, count, err);
}

static bool read_hours(struct store *s, struct arena *a, const char *name, const char *key, const struct figures_period *p, struct cells *c, struct err *err)
{
    struct tally_day *list;
    int count;
    if (!read_range(s, a, arena_printf(a, "hour:%s", name), key, p->hour, p->hour + p->steps - 1, &list, &count, err))
        return false;
    for (int i = 0; i < count; i++)
        put(&c->steps[list[i].day - p->hour], &list[i]);
    return true;
}

/* A part has no hours of its own. */
static bool read_cells(struct store *s, struct arena *a, int stat, const char *whom, const char *part, const struct figures_period *p, struct cells *c, struct err *err)
{
    const char *name = stat_table[stat].name, *key = part ? arena_printf(a, "%s\x1f%s", whom, part) : whom;
    struct tally_day *list;
    int count;
    *c = (struct cells){.steps = ARENA_ARRAY(a, struct cell, p->steps)};
    if (!read_range(s, a, arena_printf(a, "stat:%s", name), key, p->before, p->to, &list, &count, err))
        return false;
    for (int i = 0; i < count; i++) {
        bool inside = list[i].day >= p->from;
        put(inside ? &c->whole : &c->before, &list[i]);
        if (inside && !p->hour)
            put(&c->steps[list[i].day - p->from], &list[i]);
    }
    return !p->hour || part || read_hours(s, a, name, key, p, c, err);
}

bool figures_part(struct store *s, struct arena *a, int stat, const char *whom, const char *part, const struct figures_period *p, int64_t *n, int64_t *was, struct err *err)
{
    struct cells c;
    if (!read_cells(s, a, stat, whom, part, p, &c, err))
        return false;
    *n = c.whole.n;
    *was = c.before.n;
    return true;
}

/* --- units --- */

static void counted(const struct figures_period *p, const struct cells *c, struct figure *f)
{
    f->n = f->value = c->whole.n;
    f->was_n = f->was_value = c->before.n;
    for (int i = 0; i < p->steps; i++)
        f->series[i] = c->steps[i].n;
}

static int64_t share(int64_t part, int64_t whole)
{
    return whole > 0 ? part * 10000 / whole : FIGURES_NONE;
}

static void shared(const struct figures_period *p, const struct cells *part, bool by_sum, const struct cells *whole, struct figure *f)
{
    f->n = whole->whole.n;
    f->was_n = whole->before.n;
    f->value = share(by_sum ? part->whole.sum : part->whole.n, f->n);
    f->was_value = share(by_sum ? part->before.sum : part->before.n, f->was_n);
    for (int i = 0; i < p->steps; i++)
        f->series[i] = share(by_sum ? part->steps[i].sum : part->steps[i].n, whole->steps[i].n);
}

/* The ratings of 4 and 5. By hours only their mean is known: five of five is all of them. */
static bool good_ratings(struct store *s, struct arena *a, const char *whom, const struct figures_period *p, const struct cells *all, struct cells *good, struct err *err)
{
    struct cells five;
    if (!read_cells(s, a, STAT_CSAT, whom, "4", p, good, err) || !read_cells(s, a, STAT_CSAT, whom, "5", p, &five, err))
        return false;
    good->whole.n += five.whole.n;
    good->before.n += five.before.n;
    for (int i = 0; i < p->steps; i++)
        good->steps[i].n = p->hour ? all->steps[i].sum / 5 : good->steps[i].n + five.steps[i].n;
    return true;
}

struct spread { int64_t whole[HISTOGRAM_BUCKETS], before[HISTOGRAM_BUCKETS], (*steps)[HISTOGRAM_BUCKETS]; };

static bool read_spread(struct store *s, struct arena *a, int stat, const char *whom, const struct figures_period *p, struct spread *out, struct err *err)
{
    out->steps = arena_alloc(a, sizeof *out->steps * (size_t)p->steps);
    for (int bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        struct cells c;
        if (!read_cells(s, a, stat, whom, arena_printf(a, "%d", bucket), p, &c, err))
            return false;
        out->whole[bucket] = c.whole.n;
        out->before[bucket] = c.before.n;
        for (int i = 0; i < p->steps; i++)
            out->steps[i][bucket] = c.steps[i].n;
    }
    return true;
}

static bool timed(struct store *s, struct arena *a, const struct figures_metric *m, const char *whom, const struct figures_period *p, const struct cells *c,
                  struct figure *f, struct err *err)
{
    struct spread *spread = ARENA_NEW(a, struct spread);
    f->n = c->whole.n;
    f->was_n = c->before.n;
    f->value = f->p90 = f->was_value = f->was_p90 = f->mean = FIGURES_NONE;
    for (int i = 0; i < p->steps; i++)
        f->series[i] = c->steps[i].n ? c->steps[i].sum / c->steps[i].n : FIGURES_NONE;
    if (f->n + f->was_n <= 0)
        return true;
    if (!read_spread(s, a, m->stat, whom, p, spread, err))
        return false;
    f->value = histogram_quantile(spread->whole, 5000);
    f->p90 = histogram_quantile(spread->whole, 9000);
    f->was_value = histogram_quantile(spread->before, 5000);
    f->was_p90 = histogram_quantile(spread->before, 9000);
    f->mean = f->n > 0 ? c->whole.sum / f->n : FIGURES_NONE;
    for (int i = 0; i < p->steps && !p->hour; i++)
        f->series[i] = histogram_quantile(spread->steps[i], 5000);
    return true;
}

/* What is open now, and backwards from it. */
static bool standing(struct store *s, struct arena *a, const char *whom, const struct figures_period *p, struct figure *f, struct err *err)
{
    struct tally_day *list;
    int64_t open, sum, first = p->hour ? p->hour : p->from, last = p->hour ? p->hour + p->steps - 1 : p->today;
    int64_t now = p->hour ? p->now / HOUR_MS : p->today;
    int count;
    if (!store_tally_get(s, "tickets", whom, 0, &open, &sum, err) || !read_range(s, a, p->hour ? "hour:flow" : "stat:flow", whom, first, last, &list, &count, err))
        return false;
    f->value = f->was_value = open;
    for (int i = 0; i < p->steps; i++)
        f->series[i] = first + i > now ? FIGURES_NONE : open;
    for (int i = 0; i < count; i++) {
        int64_t step = list[i].day - first;
        f->was_value -= list[i].n;
        f->value -= !p->hour && list[i].day > p->to ? list[i].n : 0;
        for (int64_t k = 0; k < p->steps && k < step; k++)
            f->series[k] -= f->series[k] == FIGURES_NONE ? 0 : list[i].n;
    }
    f->n = f->value;
    f->was_n = f->was_value;
    return true;
}

bool figures_read(struct store *s, struct arena *a, const struct figures_metric *m, const char *whom, const struct figures_period *p, struct figure *out, struct err *err)
{
    struct cells c, of;
    *out = (struct figure){.series = ARENA_ARRAY(a, int64_t, p->steps)};
    if (m->of == OF_STANDING)
        return standing(s, a, whom, p, out, err);
    if (!read_cells(s, a, m->stat, whom, NULL, p, &c, err))
        return false;
    if (m->unit == UNIT_MS)
        return timed(s, a, m, whom, p, &c, out, err);
    if (m->of == OF_GOOD && !good_ratings(s, a, whom, p, &c, &of, err))
        return false;
    if (m->of >= 0 && !read_cells(s, a, m->of, whom, NULL, p, &of, err))
        return false;
    if (m->of == OF_NOTHING)
        counted(p, &c, out);
    else if (m->of == OF_GOOD)
        shared(p, &of, false, &c, out);
    else
        shared(p, &c, m->of == OF_SUM, m->of == OF_SUM ? &c : &of, out);
    return true;
}

/* --- age --- */

static int64_t age_at(const struct tally_day *list, int count, int64_t now, int64_t rank)
{
    for (int i = count - 1; i >= 0; i--)
        if ((rank -= list[i].n) <= 0)
            return (now / HOUR_MS - list[i].day + 1) * HOUR_MS;
    return 0;
}

bool figures_age(struct store *s, struct arena *a, const char *whom, int64_t now, struct figures_age *out, struct err *err)
{
    struct tally_day *list = ARENA_ARRAY(a, struct tally_day, HOURS_KEPT);
    int count;
    *out = (struct figures_age){0};
    if (!store_tally_range(s, "backlog", whom, 0, INT64_MAX, list, HOURS_KEPT, &count, err))
        return false;
    for (int i = 0; i < count; i++)
        out->n += list[i].n;
    if (out->n <= 0)
        return true;
    out->p50 = age_at(list, count, now, (out->n + 1) / 2);
    out->p90 = age_at(list, count, now, (out->n * 9 + 9) / 10);
    out->oldest = age_at(list, count, now, out->n);
    return true;
}
