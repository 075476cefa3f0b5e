/* rota: turns, restrictions and overrides as arithmetic on the local clock, with no state of its own. A turn has a number
 * and a beginning that rises with it (`begins`); whose turn it is at some time is found by guessing the number and stepping
 * to the last one that has begun. Everything else is a question asked at one moment, so spans are found by asking again at
 * each moment at which the answer may change. Pure; any thread. */
#include "core/rota.h"
#include "base/str.h"
#include "core/calendar.h"
#include "core/consequence.h"
#include "core/desk.h"
#include <string.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE };
static const int64_t DAY = 24 * (int64_t)HOUR;
static const int64_t ANCHOR = 4; /* Monday, 5 January 1970, as local days since 1970 */

const char *const rota_why_words[] = {"rotation", "override", "cover", NULL};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* --- hours of a day --- */

static bool on_weekday(const struct config_hours *hours, int64_t day)
{
    return !hours->weekdays || (hours->weekdays & 1u << (civil_weekday(day) - 1));
}

static int64_t opens(const struct config_hours *hours, const struct zone *zone, int64_t day)
{
    return zone_at(zone, day, hours->from * (int64_t)MINUTE);
}

static int64_t shuts(const struct config_hours *hours, const struct zone *zone, int64_t day)
{
    return zone_at(zone, hours->to > hours->from ? day : day + 1, hours->to * (int64_t)MINUTE);
}

bool hours_hold(const struct config_hours *hours, const struct zone *zone, int64_t now)
{
    if (!hours->text)
        return true;
    for (int64_t day = zone_day(zone, now) - 1, last = day + 1; day <= last; day++)
        if (on_weekday(hours, day) && opens(hours, zone, day) <= now && now < shuts(hours, zone, day))
            return true;
    return false;
}

static void sooner(int64_t *at, int64_t other, int64_t now)
{
    if (other > now && other < *at)
        *at = other;
}

/* At most a week ahead lies a day on which they hold. */
static void hours_turn(const struct config_hours *hours, const struct zone *zone, int64_t now, int64_t *at)
{
    if (!hours->text)
        return;
    for (int64_t day = zone_day(zone, now) - 1, last = day + 9; day <= last; day++) {
        if (!on_weekday(hours, day))
            continue;
        sooner(at, opens(hours, zone, day), now);
        sooner(at, shuts(hours, zone, day), now);
    }
}

/* --- turns --- */

static int64_t first_day(const struct config_rotation *r)
{
    int64_t day = r->start == INT64_MIN ? ANCHOR : r->start;
    return r->type == ROTATION_WEEKLY ? day + ((r->weekday - civil_weekday(day) + 7) % 7) : day;
}

/* The day of month that a monthly hand-over has, in the nth month after that of `day`. */
static int64_t month_day(const struct config_rotation *r, int64_t day, int64_t n)
{
    struct civil date;
    civil_date(day, &date);
    int64_t first = civil_day(date.year, date.month + n, 1), next = civil_day(date.year, date.month + n + 1, 1);
    return first + r->day - 1 < next ? first + r->day - 1 : next - 1;
}

/* Months after that of the first day at which the first turn begins: 1 where its day has passed. */
static int64_t first_month(const struct config_rotation *r)
{
    int64_t day = first_day(r);
    return month_day(r, day, 0) < day;
}

/* When turn n begins; rises with n, though in the hour that spring leaves out two may begin at once. */
static int64_t begins(const struct config_rotation *r, const struct zone *zone, int64_t n)
{
    int64_t day = first_day(r), of_day = r->handoff * (int64_t)MINUTE;
    switch (r->type) {
    case ROTATION_HOURLY:
        of_day += n * r->length * HOUR;
        return zone_at(zone, day + floor_div(of_day, DAY), of_day - DAY * floor_div(of_day, DAY));
    case ROTATION_MONTHLY:
        return zone_at(zone, month_day(r, day, first_month(r) + n * r->length), of_day);
    default:
        return zone_at(zone, day + n * r->length * (r->type == ROTATION_WEEKLY ? 7 : 1), of_day);
    }
}

/* Not far from the turn at that time. */
static int64_t guess(const struct config_rotation *r, const struct zone *zone, int64_t now)
{
    static const int64_t usual[] = {[ROTATION_HOURLY] = 1, [ROTATION_DAILY] = 24, [ROTATION_WEEKLY] = 24 * 7, [ROTATION_MONTHLY] = 24 * 30 + 10};
    return floor_div(now - begins(r, zone, 0), usual[r->type] * HOUR * r->length);
}

/* The last turn that has begun; several may begin at once, and then it is the last of them. */
static int64_t turn_at(const struct config_rotation *r, const struct zone *zone, int64_t now)
{
    int64_t n = guess(r, zone, now);
    while (begins(r, zone, n) > now)
        n--;
    while (begins(r, zone, n + 1) <= now)
        n++;
    return n;
}

static const struct zone *zone_of(const struct config_schedule *schedule)
{
    return config_zone(schedule->zone);
}

static bool begun(const struct config_rotation *r, int64_t turn)
{
    return turn >= 0 || r->start == INT64_MIN;
}

/* NULL: nobody's turn, or not in its hours. */
static const char *whose_turn(const struct config_rotation *r, const struct zone *zone, int64_t now)
{
    int64_t turn = turn_at(r, zone, now), n = r->participant_count;
    if (!begun(r, turn) || !hours_hold(&r->hours, zone, now))
        return NULL;
    return r->participants[(turn % n + n) % n];
}

static void rotation_turns(const struct config_rotation *r, const struct zone *zone, int64_t now, int64_t *at)
{
    int64_t turn = turn_at(r, zone, now);
    sooner(at, begins(r, zone, begun(r, turn) ? turn + 1 : 0), now);
    hours_turn(&r->hours, zone, now, at);
}

/* --- who --- */

struct people {
    struct rota_person *list;
    int count;
};

static int find(const struct people *p, const char *agent)
{
    for (int i = 0; i < p->count; i++)
        if (str_eq(p->list[i].agent, agent))
            return i;
    return -1;
}

static void add(struct people *p, struct rota_person person)
{
    if (find(p, person.agent) < 0 && p->count < ROTA_MOST)
        p->list[p->count++] = person;
}

static void drop(struct people *p, int i)
{
    memmove(&p->list[i], &p->list[i + 1], sizeof *p->list * (size_t)(--p->count - i));
}

static void by_add(struct people *p, const struct override *o)
{
    add(p, (struct rota_person){.agent = o->agent, .why = ROTA_OVERRIDE, .override = o});
}

static void by_remove(struct people *p, const struct override *o)
{
    int i = find(p, o->agent);
    if (i >= 0)
        drop(p, i);
}

/* In the place of the one who is replaced; who is on call already only goes on. */
static void by_replace(struct people *p, const struct override *o)
{
    int i = find(p, o->instead);
    if (i < 0)
        return;
    if (find(p, o->agent) >= 0) {
        if (!str_eq(o->agent, o->instead))
            drop(p, i);
        return;
    }
    p->list[i] = (struct rota_person){.agent = o->agent, .why = o->cover ? ROTA_COVER : ROTA_OVERRIDE, .rotation = p->list[i].rotation,
                                      .instead = o->instead, .override = o};
}

const char *const override_action_words[] = {"add", "remove", "replace", NULL};
static void (*const applies[])(struct people *p, const struct override *o) = {
    [OVERRIDE_ADD] = by_add, [OVERRIDE_REMOVE] = by_remove, [OVERRIDE_REPLACE] = by_replace};

static void override_all(const struct rota *rota, const struct config_schedule *schedule, int64_t now, struct people *p)
{
    for (int i = 0; rota->desk && i < rota->desk->override_count; i++) {
        const struct override *o = &rota->desk->overrides[i];
        if (str_eq(o->schedule, schedule->name) && o->from <= now && now < o->to && config_agent(rota->config, o->agent))
            applies[o->action](p, o);
    }
}

int rota_people(const struct rota *rota, const char *name, int64_t now, struct rota_person *people)
{
    const struct config_schedule *schedule = config_schedule(rota->config, name);
    struct people p = {people, 0};
    for (int i = 0; schedule && i < schedule->rotation_count; i++) {
        const char *agent = whose_turn(&schedule->rotations[i], zone_of(schedule), now);
        if (agent)
            add(&p, (struct rota_person){.agent = agent, .why = ROTA_ROTATION, .rotation = schedule->rotations[i].name});
    }
    if (schedule)
        override_all(rota, schedule, now, &p);
    for (int i = p.count; i-- > 0;)
        if (rota_absent(rota, p.list[i].agent, now))
            drop(&p, i);
    return p.count;
}

int rota_at(const struct rota *rota, const char *schedule, int64_t now, const char **agents, int max)
{
    struct rota_person people[ROTA_MOST];
    int n = rota_people(rota, schedule, now, people);
    n = n < max ? n : max;
    for (int i = 0; i < n; i++)
        agents[i] = people[i].agent;
    return n;
}

const char *rota_first(const struct rota *rota, int64_t now)
{
    const char *agent;
    return rota_at(rota, NULL, now, &agent, 1) ? agent : NULL;
}

int64_t rota_next_change(const struct rota *rota, const char *name, int64_t now)
{
    const struct config_schedule *schedule = config_schedule(rota->config, name);
    int64_t at = INT64_MAX;
    if (!schedule)
        return at;
    for (int i = 0; i < schedule->rotation_count; i++)
        rotation_turns(&schedule->rotations[i], zone_of(schedule), now, &at);
    for (int i = 0; rota->desk && i < rota->desk->override_count; i++) {
        const struct override *o = &rota->desk->overrides[i];
        if (str_eq(o->schedule, schedule->name)) {
            sooner(&at, o->from, now);
            sooner(&at, o->to, now);
        }
    }
    for (int i = 0; rota->desk && i < rota->desk->absence_count; i++) {
        sooner(&at, rota->desk->absences[i].from, now);
        sooner(&at, rota->desk->absences[i].to, now);
    }
    return at;
}

/* --- spans --- */

static bool same_people(const struct rota_span *span, const struct rota_person *people, int count)
{
    bool same = span->count == count;
    for (int i = 0; same && i < count; i++)
        same = str_eq(span->people[i].agent, people[i].agent) && span->people[i].override == people[i].override &&
               str_eq(span->people[i].rotation, people[i].rotation);
    return same;
}

int rota_spans(struct arena *arena, const struct rota *rota, const char *schedule, int64_t from, int64_t to, int max,
               struct rota_span **spans)
{
    int count = 0;
    *spans = NULL;
    for (int64_t at = from; at < to; at = rota_next_change(rota, schedule, at)) {
        struct rota_person people[ROTA_MOST];
        int n = rota_people(rota, schedule, at, people);
        if (count && same_people(&(*spans)[count - 1], people, n))
            continue;
        if (count == max)
            return -1;
        if (count)
            (*spans)[count - 1].to = at;
        struct rota_span *span = follow_push(arena, spans, &count, sizeof *span);
        *span = (struct rota_span){.from = at, .to = to, .people = ARENA_ARRAY(arena, struct rota_person, n), .count = n};
        memcpy(span->people, people, sizeof *people * (size_t)n);
    }
    return count;
}

/* --- agents --- */

bool rota_absent(const struct rota *rota, const char *agent, int64_t now)
{
    return rota->desk && desk_absence(rota->desk, agent, now);
}

/* By the clock alone: in the hours of their own and in those of the calendar. Who is at lunch has not gone home. */
static bool works(const struct rota *rota, const struct config_agent *agent, int64_t now)
{
    const struct calendar *calendar = config_calendar(rota->config, agent->calendar);
    struct calendar_span span = {.kind = SEGMENT_COUNTED};
    if (calendar)
        calendar_at(calendar, now, &span);
    return (span.kind == SEGMENT_COUNTED || span.kind == SEGMENT_BREAK) && hours_hold(&agent->shift, config_zone(agent->zone), now);
}

bool rota_on_shift(const struct rota *rota, const char *name, int64_t now)
{
    const struct config_agent *agent = config_agent(rota->config, name);
    return agent && !rota_absent(rota, name, now) && works(rota, agent, now);
}

int64_t rota_shift_turns(const struct rota *rota, const char *name, int64_t now)
{
    const struct config_agent *agent = config_agent(rota->config, name);
    const struct calendar *calendar = agent ? config_calendar(rota->config, agent->calendar) : NULL;
    struct calendar_span span;
    int64_t at = INT64_MAX;
    if (agent)
        hours_turn(&agent->shift, config_zone(agent->zone), now, &at);
    if (calendar) {
        calendar_at(calendar, now, &span);
        sooner(&at, span.until, now);
    }
    return at;
}

/* Forward from the week before, from turn to turn. */
int64_t rota_shift_ended(const struct rota *rota, const char *name, int64_t now)
{
    const struct config_agent *agent = config_agent(rota->config, name);
    int64_t ended = 0;
    for (int64_t at = now - 9 * DAY, next; agent && at <= now; at = next) {
        next = rota_shift_turns(rota, name, at);
        ended = next <= now && works(rota, agent, at) && !works(rota, agent, next) ? next : ended;
    }
    return ended;
}

/* --- targets --- */

struct found {
    const struct rota *rota;
    int64_t now;
    const char **agents;
    int count, max;
};

static void take(struct found *f, const char *agent)
{
    bool has = rota_absent(f->rota, agent, f->now);
    for (int i = 0; i < f->count; i++)
        has |= str_eq(f->agents[i], agent);
    if (!has && f->count < f->max)
        f->agents[f->count++] = agent;
}

static void schedule_named(struct found *f, const char *name)
{
    f->count = rota_at(f->rota, name, f->now, f->agents, f->max);
}

static void rotation_named(struct found *f, const char *name)
{
    for (int i = 0; i < f->rota->config->schedule_count; i++) {
        const struct config_schedule *schedule = &f->rota->config->schedules[i];
        size_t n = strlen(schedule->name);
        for (int k = 0; str_starts(name, schedule->name) && name[n] == '/' && k < schedule->rotation_count; k++) {
            const char *agent = str_eq(schedule->rotations[k].name, name + n + 1) ? whose_turn(&schedule->rotations[k], zone_of(schedule), f->now) : NULL;
            if (agent)
                take(f, agent);
        }
    }
}

static void team_named(struct found *f, const char *name)
{
    for (int i = 0; i < f->rota->config->agent_count; i++)
        if (str_eq(f->rota->config->agents[i].team, name))
            take(f, f->rota->config->agents[i].name);
}

static void leads_where(struct found *f, int role, bool absent)
{
    const struct config *config = f->rota->config;
    for (int i = 0; i < config->agent_count && f->count < f->max; i++)
        if (config->agents[i].role == role && rota_absent(f->rota, config->agents[i].name, f->now) == absent)
            f->agents[f->count++] = config->agents[i].name;
}

/* They are the last resort: where all of them are away, all of them are meant; a desk without any has its admins. */
static void leads(struct found *f)
{
    static const int roles[] = {ROLE_LEAD, ROLE_ADMIN};
    for (size_t i = 0; i < sizeof roles / sizeof *roles && !f->count; i++) {
        leads_where(f, roles[i], false);
        if (!f->count)
            leads_where(f, roles[i], true);
    }
}

static void nobody(struct found *f, const char *name)
{
    (void)f;
    (void)name;
}

int rota_resolve(const struct rota *rota, const char *target, int64_t now, const char **agents, int max)
{
    static const struct {
        const char *prefix;
        void (*find)(struct found *f, const char *name);
    } kinds[] = {{"schedule:", schedule_named}, {"rotation:", rotation_named}, {"team:", team_named}, {"destination:", nobody}};
    struct found f = {rota, now, agents, 0, max};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_starts(target, kinds[i].prefix)) {
            kinds[i].find(&f, target + strlen(kinds[i].prefix));
            return f.count;
        }
    if (str_eq(target, "oncall"))
        schedule_named(&f, NULL);
    else if (str_eq(target, "leads"))
        leads(&f);
    else if (config_agent(rota->config, target))
        take(&f, config_agent(rota->config, target)->name);
    return f.count;
}

const char *rota_destination(const char *target)
{
    static const char prefix[] = "destination:";
    return str_starts(target, prefix) ? target + sizeof prefix - 1 : NULL;
}
