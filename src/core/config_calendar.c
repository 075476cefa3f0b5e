/* config_calendar: `calendars:` and the SLA policies that count by them, and the time zones that rows name. Zones are
 * collected while the file is read, with the place where each was named first, and looked up afterwards by whoever may read
 * files. Pure. */
#include "core/config_keys.h"
#include "base/str.h"

/* A target that takes more weeks of its calendar than this is a slip of the pen. */
enum { MINUTE = 60000, MOST_WEEKS = 520 };

static const char *const holds[] = {"pauses", "runs", NULL};

const struct schema_key config_calendar_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(calendar, name), .required = true},
    {.name = "tz", .type = SCHEMA_TEXT, AT(calendar, tz), .max = 64},
    {.name = "hours", .type = SCHEMA_TEXTS, AT(calendar, hours), COUNT(calendar, hour_count), .max = CALENDAR_SPANS, .required = true},
    {.name = "breaks", .type = SCHEMA_TEXTS, AT(calendar, breaks), COUNT(calendar, break_count), .max = CALENDAR_SPANS},
    {.name = "holidays", .type = SCHEMA_TEXTS, AT(calendar, holidays), COUNT(calendar, holiday_count), .max = CALENDAR_HOLIDAYS},
    {0},
};
const struct schema_key config_sla_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_sla, name), .required = true},
    {.name = "when", .type = SCHEMA_WHEN, AT(config_sla, when)},
    {.name = "calendar", .type = SCHEMA_NAME, AT(config_sla, calendar)},
    {.name = "first_response", .type = SCHEMA_TIME, AT(config_sla, first_response), .max = YEAR, .fallback = "0"},
    {.name = "next_response", .type = SCHEMA_TIME, AT(config_sla, next_response), .max = YEAR, .fallback = "0"},
    {.name = "resolution", .type = SCHEMA_TIME, AT(config_sla, resolution), .max = YEAR, .fallback = "0"},
    {.name = "warn_before", .type = SCHEMA_TIME, AT(config_sla, warn_before), .max = YEAR, .fallback = "15m"},
    {.name = "on_hold", .type = SCHEMA_BOOL, AT(config_sla, on_hold_runs), .words = holds, .fallback = "pauses"},
    {0},
};

/* The n-th text of a list, for the place of a fault; a text that stands for a list of one is its own. */
static const struct yaml *item(const struct yaml *row, const char *key, int n)
{
    const struct yaml *list = yaml_get(row, key), *node = list && list->kind == YAML_LIST ? list->child : list;
    for (; n > 0 && node && node->next; n--)
        node = node->next;
    return node ? node : row;
}

static bool check_texts(struct schema *s, const struct yaml *node, const char *key, const char *const *texts, int count,
                        bool (*check)(const char *, struct err *))
{
    struct err err;
    for (int i = 0; i < count; i++)
        if (!check(texts[i], &err))
            return schema_refuse(s, item(node, key, i), "%s.%s[%d]: %s", s->place, key, i, err.text);
    return true;
}

bool config_check_calendar(struct schema *s, void *to, const struct yaml *node)
{
    struct calendar *row = to;
    struct err err;
    EACH_BEFORE(calendar, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name))
            return false;
    if (!check_texts(s, node, "hours", row->hours, row->hour_count, calendar_check_span) ||
        !check_texts(s, node, "breaks", row->breaks, row->break_count, calendar_check_span) ||
        !check_texts(s, node, "holidays", row->holidays, row->holiday_count, calendar_check_holiday))
        return false;
    row->zone = config_named_zone(s, node, row->tz);
    return calendar_make(s->arena, row, &err) || schema_refuse(s, config_at(node, "hours"), "%s: %s", s->place, err.text);
}

static bool find_hours(struct schema *s, struct config_sla *row, const struct yaml *node)
{
    const struct config *config = s->owner;
    const char **names = ARENA_ARRAY(s->arena, const char *, config->calendar_count + 1);
    row->hours = config_calendar(config, row->calendar);
    if (row->hours || !row->calendar || schema_unsure(s, &config->calendars))
        return true;
    for (int i = 0; i < config->calendar_count; i++)
        names[i] = config->calendars[i].name;
    return schema_refuse(s, config_at(node, "calendar"), "%s.calendar: there is no calendar '%.60s'%s", s->place, row->calendar,
                         schema_hint(s, schema_nearest(row->calendar, names)));
}

bool config_check_sla(struct schema *s, void *to, const struct yaml *node)
{
    struct config_sla *row = to;
    const struct { const char *key; int64_t target; } targets[] = {
        {"first_response", row->first_response}, {"next_response", row->next_response}, {"resolution", row->resolution}};
    EACH_BEFORE(config_sla, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name))
            return false;
    if (!find_hours(s, row, node))
        return false;
    for (size_t i = 0; row->hours && !schema_unsure(s, row->hours) && i < sizeof targets / sizeof *targets; i++)
        if (targets[i].target / MINUTE > row->hours->week_minutes * MOST_WEEKS)
            return schema_refuse(s, config_at(node, targets[i].key), "%s.%s would take more than ten years of the hours of '%s'", s->place,
                                 targets[i].key, row->calendar);
    return true;
}

static void texts(struct str *out, const char *what, const char *const *list, int count)
{
    for (int i = 0; i < count; i++)
        str_addf(out, " %s %s;", what, list[i]);
}

char *config_clock_rules(struct arena *arena, const struct config *config)
{
    AUTO_STR out;
    str_init(&out, 4 << 20);
    for (int i = 0; i < config->sla_count; i++) {
        const struct config_sla *p = &config->slas[i];
        str_addf(&out, "%s: %s; %lld %lld %lld %lld %s %d\n", p->name, when_print(arena, p->when), (long long)p->first_response,
                 (long long)p->next_response, (long long)p->resolution, (long long)p->warn_before, p->calendar ? p->calendar : "", p->on_hold_runs);
    }
    for (int i = 0; i < config->calendar_count; i++) {
        const struct calendar *c = &config->calendars[i];
        str_addf(&out, "%s in %s:", c->name, c->tz ? c->tz : "UTC");
        texts(&out, "hours", c->hours, c->hour_count);
        texts(&out, "break", c->breaks, c->break_count);
        texts(&out, "holiday", c->holidays, c->holiday_count);
        str_addc(&out, '\n');
    }
    return arena_strdup(arena, out.data);
}

/* --- zones --- */

const struct config_zone *config_named_zone(struct schema *s, const struct yaml *row, const char *name)
{
    struct config *config = s->owner;
    struct config_zone *zone = config->zones;
    if (!name)
        return NULL;
    while (zone && !str_eq(zone->name, name))
        zone = zone->next;
    if (!zone) {
        const struct yaml *at = config_at(row, "tz");
        zone = ARENA_NEW(s->arena, struct config_zone);
        *zone = (struct config_zone){.name = name, .line = at->line, .column = at->column, .next = config->zones};
        config->zones = zone;
    }
    return zone;
}

void config_find_zones(struct config *config, struct arena *arena, config_zone_load *load, struct faults *faults)
{
    struct err err = {0};
    for (struct config_zone *zone = config->zones; zone; zone = zone->next) {
        if ((zone->zone = load(arena, zone->name, &err)))
            continue;
        const char *text = arena_printf(arena, "%s:%d:%d: tz: %s", config->file, zone->line, zone->column, err.text);
        faults_add(faults, &(struct fault){config->file, zone->line, zone->column, text});
    }
}

bool config_zones(struct config *config, struct arena *arena, config_zone_load *load, struct err *err)
{
    struct faults faults = {0};
    config_find_zones(config, arena, load, &faults);
    return faults_tell(&faults, err);
}

const struct zone *config_zone(const struct config_zone *named)
{
    return named ? named->zone : NULL;
}

const struct calendar *config_calendar(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->calendar_count; i++)
        if (str_eq(config->calendars[i].name, name))
            return &config->calendars[i];
    return NULL;
}
