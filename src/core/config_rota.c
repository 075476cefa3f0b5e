/* config_rota: `oncall:` and an agent's shift. The short form, a list of agents, is the schedule "oncall" with one weekly
 * rotation handed over on Monday at 09:00 UTC; it comes before the schedules that are spelled out, so that the first one
 * is always the default. Agents are read before it, and it is read before the steps that name schedules. Pure. */
#include "base/str.h"
#include "base/zone.h"
#include "core/calendar.h"
#include "core/config_keys.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DAY_MINUTES = 1440 };

const char *const rotation_type_words[] = {"hourly", "daily", "weekly", "monthly", NULL};
static const char *const weekday_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

/* --- times as text --- */

/* 1 = Monday; 0 = no such day. */
static int weekday_of(const char *text)
{
    for (int i = 0; text && weekday_words[i]; i++)
        if (strcmp(text, weekday_words[i]) == 0)
            return i + 1;
    return 0;
}

/* "09:00" at *text, up to 24:00; moves on behind it. */
static bool read_minute(const char **text, int *minute)
{
    int hour, of_hour, n = 0;
    if (!isdigit((unsigned char)**text) || sscanf(*text, "%2d:%2d%n", &hour, &of_hour, &n) != 2 || n != 5 || of_hour < 0 || of_hour > 59)
        return false;
    *minute = hour * 60 + of_hour;
    *text += n;
    return *minute <= DAY_MINUTES;
}

static bool read_day(const char *text, int64_t *day)
{
    int year, month, of_month, n = 0;
    struct civil back;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &of_month, &n) != 3 || n != 10 || text[n] || year < 1970)
        return false;
    *day = civil_day(year, month, of_month);
    civil_date(*day, &back);
    return back.month == month && back.day == of_month;
}

static bool read_hours(struct schema *s, const struct yaml *node, struct config_hours *hours)
{
    const char *at = hours->text;
    if (!at)
        return true;
    if (!read_minute(&at, &hours->from) || *at++ != '-' || !read_minute(&at, &hours->to) || *at || hours->from == DAY_MINUTES)
        return schema_refuse(s, config_at(node, "hours"), "%s.hours must be such as '09:00-17:00' (to before from: into the next day), not '%.60s'",
                             s->place, hours->text);
    hours->to %= DAY_MINUTES;
    return true;
}

/* "mon", "mon-fri"; a week may be gone round ("sat-mon"). */
static bool read_weekdays(struct schema *s, const struct yaml *node, const char *const *days, int count, struct config_hours *hours)
{
    for (int i = 0; i < count; i++) {
        char first[4] = {0}, last[4] = {0};
        int n = sscanf(days[i], "%3[a-z]-%3[a-z]", first, last), from = weekday_of(first), to = n == 2 ? weekday_of(last) : from;
        if (!from || !to || strlen(days[i]) != (n == 2 ? 7u : 3u))
            return schema_refuse(s, config_at(node, "weekdays"), "%s.weekdays are mon, tue, wed, thu, fri, sat, sun, or such as mon-fri, not '%.60s'",
                                 s->place, days[i]);
        for (int day = from;; day = day % 7 + 1) {
            hours->weekdays |= 1u << (day - 1);
            if (day == to)
                break;
        }
    }
    if (count && !hours->text)
        hours->text = "00:00-24:00";
    return true;
}

bool config_check_shift(struct schema *s, void *to, const struct yaml *node)
{
    struct config_agent *agent = to;
    return read_hours(s, node, &agent->shift) && read_weekdays(s, node, agent->shift_days, agent->shift_day_count, &agent->shift);
}

/* --- names --- */

struct names {
    const char **list;
    int count, max;
};

static struct names names_new(struct schema *s, int max)
{
    return (struct names){ARENA_ARRAY(s->arena, const char *, max + 1), 0, max};
}

static void names_add(struct names *names, const char *name)
{
    if (names->count < names->max)
        names->list[names->count++] = name;
}

static bool refuse_name(struct schema *s, const struct yaml *node, const char *where, const char *what, const char *name, const struct names *known)
{
    return schema_refuse(s, node, "%s: no %s '%.60s'%s", where, what, name, schema_hint(s, schema_nearest(name, known->list)));
}

static bool check_agent_name(struct schema *s, const struct yaml *node, const char *where, const char *name)
{
    const struct config *config = s->owner;
    struct names known = names_new(s, config->agent_count);
    for (int i = 0; i < config->agent_count; i++)
        names_add(&known, config->agents[i].name);
    return config_agent(config, name) || schema_unsure(s, &config->agents) || refuse_name(s, node, where, "agent", name, &known);
}

/* --- targets of steps --- */

static bool find_schedule(struct schema *s, const struct yaml *node, const char *where, const char *name)
{
    const struct config *config = s->owner;
    struct names known = names_new(s, config->schedule_count);
    for (int i = 0; i < config->schedule_count; i++)
        names_add(&known, config->schedules[i].name);
    return config_schedule(config, *name ? name : "?") || schema_unsure(s, config_oncall_keys) || refuse_name(s, node, where, "schedule", name, &known);
}

static bool find_rotation(struct schema *s, const struct yaml *node, const char *where, const char *name)
{
    const char *slash = strchr(name, '/');
    if (!slash)
        return schema_refuse(s, node, "%s: a rotation is named with its schedule, rotation:SCHEDULE/ROTATION", where);
    const char *schedule = arena_strndup(s->arena, name, (size_t)(slash - name));
    if (!find_schedule(s, node, where, schedule))
        return false;
    if (schema_unsure(s, config_oncall_keys))
        return true;
    const struct config_schedule *of = config_schedule(s->owner, schedule);
    struct names known = names_new(s, of->rotation_count);
    for (int i = 0; i < of->rotation_count; i++) {
        if (str_eq(of->rotations[i].name, slash + 1))
            return true;
        names_add(&known, of->rotations[i].name);
    }
    return refuse_name(s, node, where, "rotation", slash + 1, &known);
}

static bool find_team(struct schema *s, const struct yaml *node, const char *where, const char *name)
{
    const struct config *config = s->owner;
    struct names known = names_new(s, config->agent_count);
    for (int i = 0; i < config->agent_count; i++) {
        if (str_eq(config->agents[i].team, name))
            return true;
        if (config->agents[i].team)
            names_add(&known, config->agents[i].team);
    }
    return schema_unsure(s, config_agent_keys) || refuse_name(s, node, where, "agent in a team", name, &known);
}

/* Destinations are read later: config_check_pages looks at those. */
static bool find_destination(struct schema *s, const struct yaml *node, const char *where, const char *name)
{
    return *name || schema_refuse(s, node, "%s: destination: needs a name", where);
}

bool config_check_target(struct schema *s, const struct yaml *node, const char *where, const char *target)
{
    static const struct {
        const char *prefix;
        bool (*find)(struct schema *s, const struct yaml *node, const char *where, const char *name);
    } kinds[] = {{"schedule:", find_schedule}, {"rotation:", find_rotation}, {"team:", find_team}, {"destination:", find_destination}};
    const struct config *config = s->owner;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_starts(target, kinds[i].prefix))
            return kinds[i].find(s, node, where, target + strlen(kinds[i].prefix));
    if (str_eq(target, "oncall") || str_eq(target, "leads") || config_agent(config, target) || schema_unsure(s, &config->agents))
        return true;
    struct names known = names_new(s, config->agent_count + 2);
    names_add(&known, "oncall");
    names_add(&known, "leads");
    for (int i = 0; i < config->agent_count; i++)
        names_add(&known, config->agents[i].name);
    return refuse_name(s, node, where, "agent", target, &known);
}

bool config_read_hours(struct schema *s, const struct yaml *node, struct config_hours *hours, const char *const *days, int count)
{
    return read_hours(s, node, hours) && read_weekdays(s, node, days, count, hours);
}

/* --- rows --- */

static bool check_participants(struct schema *s, const struct config_rotation *row, const struct yaml *node)
{
    const struct yaml *list = config_at(node, "participants"), *each = list->kind == YAML_LIST ? list->child : list;
    if (!row->participant_count)
        return schema_refuse(s, list, "%s: a rotation without participants", s->place);
    bool good = true;
    for (int i = 0; i < row->participant_count; i++, each = each->next)
        good = check_agent_name(s, each, arena_printf(s->arena, "%s.participants", s->place), row->participants[i]) && good;
    return good;
}

static bool belongs(struct schema *s, const struct yaml *node, const char *key, int type, int has)
{
    return type == has || !schema_said(node, key) ||
           schema_refuse(s, config_at(node, key), "%s.%s: only a %s rotation has one", s->place, key, rotation_type_words[has]);
}

static bool check_rotation(struct schema *s, void *to, const struct yaml *node)
{
    struct config_rotation *row = to;
    const char *at = row->handoff_text;
    row->name = row->name ? row->name : arena_printf(s->arena, "%d", config_row_number(s) + 1);
    EACH_BEFORE(config_rotation, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name))
            return false;
    if (!belongs(s, node, "weekday", row->type, ROTATION_WEEKLY) || !belongs(s, node, "day", row->type, ROTATION_MONTHLY))
        return false;
    if (!read_minute(&at, &row->handoff) || *at || row->handoff == DAY_MINUTES)
        return schema_refuse(s, config_at(node, "handoff"), "%s.handoff must be a time of the day such as '09:00', not '%.60s'", s->place,
                             row->handoff_text);
    if (!(row->weekday = weekday_of(row->weekday_text)))
        return schema_refuse(s, config_at(node, "weekday"), "%s.weekday must be one of mon, tue, wed, thu, fri, sat, sun, not '%.60s'", s->place,
                             row->weekday_text);
    row->start = INT64_MIN;
    if (row->start_text && !read_day(row->start_text, &row->start))
        return schema_refuse(s, config_at(node, "start"), "%s.start must be a day such as 2026-11-30, not '%.60s'", s->place, row->start_text);
    return config_read_hours(s, node, &row->hours, row->weekdays, row->weekday_count) && check_participants(s, row, node);
}

static bool check_schedule(struct schema *s, void *to, const struct yaml *node)
{
    struct config_schedule *row = to;
    row->zone = config_named_zone(s, node, row->tz);
    EACH_BEFORE(config_schedule, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name))
            return false;
    return row->rotation_count > 0 || schema_refuse(s, node, "%s: a schedule without rotations: nobody would ever be on call", s->place);
}

/* --- the keys --- */

#define ROTATION(member) AT(config_rotation, member)
static const struct schema_key rotation_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, ROTATION(name)},
    {.name = "type", .type = SCHEMA_WORD, ROTATION(type), .words = rotation_type_words, .fallback = "weekly"},
    {.name = "length", .type = SCHEMA_INT, ROTATION(length), .min = 1, .max = 1000, .fallback = "1"},
    {.name = "handoff", .type = SCHEMA_TEXT, ROTATION(handoff_text), .fallback = "09:00"},
    {.name = "weekday", .type = SCHEMA_TEXT, ROTATION(weekday_text), .fallback = "mon"},
    {.name = "day", .type = SCHEMA_INT, ROTATION(day), .min = 1, .max = 31, .fallback = "1"},
    {.name = "start", .type = SCHEMA_TEXT, ROTATION(start_text)},
    {.name = "participants", .type = SCHEMA_TEXTS, ROTATION(participants), COUNT(config_rotation, participant_count), .max = CONFIG_PARTICIPANTS,
     .required = true},
    {.name = "hours", .type = SCHEMA_TEXT, ROTATION(hours.text)},
    {.name = "weekdays", .type = SCHEMA_TEXTS, ROTATION(weekdays), COUNT(config_rotation, weekday_count), .max = 7},
    {0},
};
static const struct schema_key schedule_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_schedule, name), .required = true},
    {.name = "tz", .type = SCHEMA_TEXT, AT(config_schedule, tz), .max = 64},
    {.name = "rotations", .type = SCHEMA_ROWS, AT(config_schedule, rotations), COUNT(config_schedule, rotation_count), .inside = true,
     .max = CONFIG_ROTATIONS, .keys = rotation_keys, .row_size = sizeof(struct config_rotation), .check = check_rotation},
    {0},
};
const struct schema_key config_oncall_keys[] = {
    {.name = "agents", .type = SCHEMA_TEXTS, AT(config, oncall), COUNT(config, oncall_count), .max = CONFIG_PARTICIPANTS},
    {.name = "schedules", .type = SCHEMA_ROWS, AT(config, schedules), COUNT(config, schedule_count), .max = CONFIG_SCHEDULES,
     .keys = schedule_keys, .row_size = sizeof(struct config_schedule), .check = check_schedule},
    {0},
};
const struct schema_key config_shift_keys[] = {
    {.name = "calendar", .type = SCHEMA_NAME, AT(config_agent, calendar)},
    {.name = "hours", .type = SCHEMA_TEXT, AT(config_agent, shift.text)},
    {.name = "weekdays", .type = SCHEMA_TEXTS, AT(config_agent, shift_days), COUNT(config_agent, shift_day_count), .max = 7},
    {0},
};

/* --- the whole --- */

static struct config_schedule short_form(const struct config *config)
{
    struct config_schedule schedule = {.name = "oncall", .rotation_count = 1};
    schedule.rotations[0] = (struct config_rotation){.name = "1", .type = ROTATION_WEEKLY, .length = 1, .handoff = 9 * 60, .weekday = 1, .day = 1,
                                                     .start = INT64_MIN, .participant_count = config->oncall_count, .handoff_text = "09:00",
                                                     .weekday_text = "mon"};
    memcpy(schedule.rotations[0].participants, config->oncall, sizeof config->oncall);
    return schedule;
}

bool config_check_oncall(struct schema *s, void *to, const struct yaml *node)
{
    struct config *config = to;
    const struct yaml *list = yaml_get(node, "agents"), *each = list && list->kind == YAML_LIST ? list->child : list;
    bool good = true;
    for (int i = 0; i < config->oncall_count && each; i++, each = each->next)
        good = check_agent_name(s, each, arena_printf(s->arena, "oncall[%d]", i), config->oncall[i]) && good;
    if (!good || !config->oncall_count)
        return good;
    if (config_schedule(config, "oncall"))
        return schema_refuse(s, node, "oncall: the list of agents is the schedule 'oncall', and there is another of that name");
    struct config_schedule *all = ARENA_ARRAY(s->arena, struct config_schedule, config->schedule_count + 1);
    all[0] = short_form(config);
    if (config->schedule_count)
        memcpy(all + 1, config->schedules, sizeof *all * (size_t)config->schedule_count);
    config->schedules = all;
    config->schedule_count++;
    return true;
}

bool config_check_shifts(struct schema *s, const struct config *config, const struct yaml *root)
{
    const struct yaml *list = yaml_get(root, "agents"), *agent = list ? list->child : NULL;
    struct names known = names_new(s, config->calendar_count);
    for (int i = 0; i < config->calendar_count; i++)
        names_add(&known, config->calendars[i].name);
    bool good = true;
    for (int i = 0; i < config->agent_count && agent && !schema_unsure(s, &config->calendars); i++, agent = agent->next)
        if (config->agents[i].calendar && !config_calendar(config, config->agents[i].calendar))
            good = refuse_name(s, config_at(agent, "shift"), arena_printf(s->arena, "agents[%d].shift", i), "calendar", config->agents[i].calendar, &known);
    return good;
}

static bool check_page(struct schema *s, const struct config *config, int policy, int step, const struct yaml *node)
{
    const char *target = config->escalations[policy].steps[step].target;
    const char *name = target && str_starts(target, "destination:") ? strchr(target, ':') + 1 : "";
    const struct config_destination *to = config_destination(config, name);
    if (!*name || schema_unsure(s, to ? (const void *)to : &config->destinations))
        return true;
    if (!to)
        return schema_refuse(s, config_at(node, "target"), "escalation.policies[%d].steps[%d].target: no destination '%.60s'%s", policy, step, name,
                             schema_hint(s, config_nearest_destination(s, name)));
    return !config_no_pager(to) || schema_refuse(s, config_at(node, "target"), "escalation.policies[%d].steps[%d].target: '%.60s' cannot page: %s",
                                                 policy, step, name, config_no_pager(to));
}

bool config_check_pages(struct schema *s, const struct config *config, const struct yaml *root)
{
    const struct yaml *policies = yaml_get(yaml_get(root, "escalation"), "policies"), *policy = policies ? policies->child : NULL;
    bool good = true;
    for (int i = 0; i < config->escalation_count && policy; i++, policy = policy->next) {
        const struct yaml *steps = yaml_get(policy, "steps"), *step = steps ? steps->child : NULL;
        for (int k = 0; k < config->escalations[i].step_count && step; k++, step = step->next)
            good = check_page(s, config, i, k, step) && good;
    }
    return good;
}

const struct config_schedule *config_schedule(const struct config *config, const char *name)
{
    for (int i = 0; i < config->schedule_count; i++)
        if (!name || !*name || str_eq(config->schedules[i].name, name))
            return &config->schedules[i];
    return NULL;
}
