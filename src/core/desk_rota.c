/* desk_rota: overrides and questions for cover as records. Their keys are the journal's numbers, so that the order in which
 * they were made is the order of the keys, whatever was undone and redone since. What an act says back is what the rota
 * makes of it: who is on call now in whose place, and when nobody is. Pure. */
#include "core/desk_rota.h"
#include "base/str.h"
#include "core/consequence.h"
#include "core/rota.h"
#include <stdlib.h>
#include <string.h>

/* --- state --- */

/* Room for one at the place in the list that `made` gives it. The made of an element lies `at` bytes into it. */
static void *slot(struct arena *arena, void *list, int *count, size_t size, size_t at, int64_t made)
{
    char *all, *last = follow_push(arena, list, count, size);
    memcpy(&all, list, sizeof all);
    for (; last > all; last -= size) {
        int64_t before;
        memcpy(&before, last - size + at, sizeof before);
        if (before <= made)
            break;
        memcpy(last, last - size, size);
    }
    return last;
}

void desk_take_override(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    const char *action = json_get_string(data, "action", "");
    struct override o = {.key = key, .schedule = json_get_string(data, "schedule", ""), .agent = json_get_string(data, "agent", ""),
                         .instead = json_get_string(data, "for", NULL), .by = json_get_string(data, "by", ""),
                         .reason = json_get_string(data, "reason", NULL), .cover = json_get_string(data, "cover", NULL) != NULL,
                         .from = json_get_i64(data, "from", 0), .to = json_get_i64(data, "to", 0), .made = strtoll(key, NULL, 10)};
    while (override_action_words[o.action] && !str_eq(override_action_words[o.action], action))
        o.action++;
    if (override_action_words[o.action])
        *(struct override *)slot(arena, &desk->overrides, &desk->override_count, sizeof o, offsetof(struct override, made), o.made) = o;
}

void desk_take_cover(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    struct cover c = {.key = key, .schedule = json_get_string(data, "schedule", ""), .asked = json_get_string(data, "asked", ""),
                      .note = json_get_string(data, "note", NULL), .accepted_by = json_get_string(data, "accepted_by", NULL),
                      .override = json_get_string(data, "override", NULL), .from = json_get_i64(data, "from", 0),
                      .to = json_get_i64(data, "to", 0), .made = strtoll(key, NULL, 10)};
    *(struct cover *)slot(arena, &desk->covers, &desk->cover_count, sizeof c, offsetof(struct cover, made), c.made) = c;
}

/* --- what acts ask --- */

static bool take_schedule(struct desk_act *d, const char **name)
{
    if (!desk_text(d, "schedule", false, name))
        return false;
    const struct config_schedule *schedule = config_schedule(d->rules, *name);
    if (!schedule && *name)
        return err_set(d->err, ERR_NOT_FOUND, "schedule: there is no \"%.64s\" in the configuration; `triage oncall` or go lists them", *name);
    if (!schedule)
        return err_set(d->err, ERR_NOT_FOUND, "nobody is ever on call here: an admin writes `oncall` into triage.yaml for that");
    *name = schedule->name;
    return true;
}

static bool take_named(struct desk_act *d, const char *name, bool needs, const char **agent)
{
    return desk_text(d, name, needs, agent) &&
           (!*agent || config_agent_named(d->rules, name, *agent, d->err));
}

/* An agent's own clock, else the schedule's. */
static const struct zone *clock_of(struct desk_act *d, const char *agent, const char *schedule)
{
    const struct config_agent *row = config_agent(d->rules, agent);
    return config_zone(row && row->zone ? row->zone : config_schedule(d->rules, schedule)->zone);
}

static bool is_there(struct desk_act *d, const char *agent, int64_t from, int64_t to)
{
    for (int i = 0; d->state && i < d->state->absence_count; i++) {
        const struct absence *a = &d->state->absences[i];
        if (str_eq(a->agent, agent) && a->from < to && from < a->to)
            return err_set(d->err, ERR_STATE, "%.64s is away (%s) %s", agent, a->kind,
                           desk_say_stretch(d->arena, desk_zone(d, agent), a->from, a->to));
    }
    return true;
}

static bool on_call_in(struct desk_act *d, const char *schedule, const char *agent, int64_t from, int64_t to)
{
    struct rota rota = {d->rules, d->state};
    for (int64_t at = from; at < to; at = rota_next_change(&rota, schedule, at)) {
        const char *agents[ROTA_MOST];
        for (int n = rota_at(&rota, schedule, at, agents, ROTA_MOST); n-- > 0;)
            if (str_eq(agents[n], agent))
                return true;
    }
    return err_set(d->err, ERR_STATE, "%.64s is not on call in %s then; `triage oncall --week` or go says who is", agent, schedule);
}

static bool room_for_one(struct desk_act *d, const struct override *o)
{
    int n = 0;
    for (int i = 0; d->state && i < d->state->override_count; i++) {
        const struct override *other = &d->state->overrides[i];
        n += other->action == OVERRIDE_ADD && str_eq(other->schedule, o->schedule) && other->from < o->to && o->from < other->to;
    }
    return o->action != OVERRIDE_ADD || n < ROTA_ADDS || err_set(d->err, ERR_STATE, "%s: %d others are added in that time already; end one of them first (unoverride)", o->schedule, n);
}

/* --- what acts say --- */

/* "; nobody is on call Sun ... to ...": the first gap in its time that it leaves. */
static const char *gap_after(struct desk_act *d, const struct override *o)
{
    struct desk_state state = d->state ? *d->state : (struct desk_state){0}; /* with the new one at its end */
    struct override *all = ARENA_ARRAY(d->arena, struct override, state.override_count + 1);
    if (state.override_count)
        memcpy(all, state.overrides, sizeof *all * (size_t)state.override_count);
    all[state.override_count++] = *o;
    state.overrides = all;
    struct rota rota = {d->rules, &state};
    for (int64_t at = o->from > d->now ? o->from : d->now; at < o->to;) {
        const char *agent;
        int64_t next = rota_next_change(&rota, o->schedule, at);
        if (!rota_at(&rota, o->schedule, at, &agent, 1))
            return arena_printf(d->arena, "; nobody is on call %s",
                                desk_say_stretch(d->arena, clock_of(d, o->agent, o->schedule), at, next < o->to ? next : o->to));
        at = next;
    }
    return "";
}

static const char *say_override(struct desk_act *d, const struct override *o)
{
    const char *when = desk_say_stretch(d->arena, clock_of(d, o->agent, o->schedule), o->from, o->to);
    const char *what = o->action == OVERRIDE_REMOVE ? "is not on call in" : "is on call in";
    return arena_printf(d->arena, "%.64s %s %s%s%.64s, %s%s", o->agent, what, o->schedule, o->action == OVERRIDE_REPLACE ? " for " : "",
                        o->action == OVERRIDE_REPLACE ? o->instead : "", when, gap_after(d, o));
}

/* --- overrides --- */

static bool take_action(struct desk_act *d, struct override *o)
{
    const char *word;
    if (!desk_text(d, "action", false, &word))
        return false;
    word = word ? word : o->instead ? "replace" : "add";
    while (override_action_words[o->action] && !str_eq(override_action_words[o->action], word))
        o->action++;
    if (!override_action_words[o->action])
        return err_set(d->err, ERR_INPUT, "action: add, remove or replace; leave it out to take over yourself");
    if ((o->action == OVERRIDE_REPLACE) != (o->instead != NULL))
        return err_set(d->err, ERR_USAGE, "for=NAME says who is replaced: with action=replace, and only then");
    return !o->instead || !str_eq(o->instead, o->agent) || err_set(d->err, ERR_INPUT, "for: %.64s cannot take over from %.64s", o->agent, o->agent);
}

/* Taking duty on needs nobody's leave; being rid of it needs a lead, or somebody who accepts. */
static bool may_override(struct desk_act *d, const struct override *o)
{
    if (o->action == OVERRIDE_REMOVE && d->action->role < ROLE_LEAD)
        return role_refuse(d->err, "taking somebody off call (cover asks who takes over instead)", ROLE_LEAD, d->action->role);
    return desk_may_speak_for(d, o->agent);
}

static bool write_override(struct desk_act *d, const struct override *o, const char *cover)
{
    struct json *data = json_object();
    json_put_string(data, "schedule", o->schedule);
    json_put_string(data, "action", override_action_words[o->action]);
    json_put_string(data, "agent", o->agent);
    if (o->instead)
        json_put_string(data, "for", o->instead);
    json_put_i64(data, "from", o->from);
    json_put_i64(data, "to", o->to);
    json_put_string(data, "by", d->action->actor);
    if (o->reason)
        json_put_string(data, "reason", o->reason);
    if (cover)
        json_put_string(data, "cover", cover);
    return desk_write(d, "override", d->fresh, data);
}

bool desk_do_override(struct desk_act *d)
{
    struct override o = {.made = INT64_MAX};
    if (!take_schedule(d, &o.schedule) || !desk_agent(d, "agent", &o.agent) || !take_named(d, "for", false, &o.instead) || !take_action(d, &o) ||
        !may_override(d, &o) || !desk_text(d, "reason", false, &o.reason) || !desk_stretch(d, clock_of(d, o.agent, o.schedule), &o.from, &o.to))
        return false;
    const char *on_duty = o.action == OVERRIDE_REMOVE ? o.agent : o.instead;
    if ((o.action != OVERRIDE_REMOVE && !is_there(d, o.agent, o.from, o.to)) || !room_for_one(d, &o) ||
        (on_duty && !on_call_in(d, o.schedule, on_duty, o.from, o.to)))
        return false;
    d->say = say_override(d, &o);
    return write_override(d, &o, NULL);
}

/* The question that an override answered is open again. */
static bool ask_again(struct desk_act *d, const char *key)
{
    const struct json *is;
    if (!key)
        return true;
    if (!desk_find(d, "cover", key, &is))
        return false;
    if (!is)
        return true;
    struct json *data = json_copy(is);
    json_drop(data, "accepted_by");
    json_drop(data, "override");
    return desk_write(d, "cover", key, data);
}

bool desk_do_unoverride(struct desk_act *d)
{
    const char *key;
    const struct json *is;
    if (!desk_text(d, "key", true, &key) || !desk_find(d, "override", key, &is))
        return false;
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "no override %.64s; `triage oncall --json` has their keys, go has them as rows", key);
    if (!str_eq(json_get_string(is, "by", ""), d->action->actor) && !desk_may_speak_for(d, json_get_string(is, "agent", "")))
        return false;
    d->say = arena_printf(d->arena, "override of %.64s ended", json_get_string(is, "agent", ""));
    if (json_get_i64(is, "from", 0) >= d->now)
        return desk_write(d, "override", key, NULL) && ask_again(d, json_get_string(is, "cover", NULL));
    if (json_get_i64(is, "to", 0) <= d->now)
        return err_set(d->err, ERR_ALREADY, "that override is over already");
    struct json *data = json_copy(is);
    json_drop(data, "to");
    json_put_i64(data, "to", d->now);
    return desk_write(d, "override", key, data);
}

/* --- cover --- */

bool desk_do_cover(struct desk_act *d)
{
    const char *schedule, *asked, *note;
    int64_t from, to;
    if (!take_schedule(d, &schedule) || !desk_agent(d, "agent", &asked) || !desk_may_speak_for(d, asked) || !desk_text(d, "note", false, &note) ||
        !desk_stretch(d, clock_of(d, asked, schedule), &from, &to) || !on_call_in(d, schedule, asked, from, to))
        return false;
    struct json *data = json_object();
    json_put_string(data, "schedule", schedule);
    json_put_string(data, "asked", asked);
    json_put_i64(data, "from", from);
    json_put_i64(data, "to", to);
    if (note)
        json_put_string(data, "note", note);
    d->say = arena_printf(d->arena, "%.64s asks for cover in %s, %s", asked, schedule,
                          desk_say_stretch(d->arena, clock_of(d, asked, schedule), from, to));
    return desk_write(d, "cover", d->fresh, data);
}

/* An open question that the actor may do something about; *is: the record. */
static bool find_cover(struct desk_act *d, const char **key, const struct json **is)
{
    if (!desk_text(d, "key", true, key) || !desk_find(d, "cover", *key, is))
        return false;
    if (!*is)
        return err_set(d->err, ERR_NOT_FOUND, "nobody asks for cover under %.64s; `triage oncall --json` has the keys, go has them as rows", *key);
    const char *by = json_get_string(*is, "accepted_by", NULL);
    return !by || err_set(d->err, str_eq(by, d->action->actor) ? ERR_ALREADY : ERR_STATE, "%.64s has accepted it already", by);
}

bool desk_do_cover_accept(struct desk_act *d)
{
    const char *key;
    const struct json *is;
    if (!find_cover(d, &key, &is))
        return false;
    struct override o = {.schedule = json_get_string(is, "schedule", ""), .action = OVERRIDE_REPLACE, .agent = d->action->actor,
                         .instead = json_get_string(is, "asked", ""), .reason = json_get_string(is, "note", NULL),
                         .from = json_get_i64(is, "from", 0), .to = json_get_i64(is, "to", 0), .cover = true, .made = INT64_MAX};
    if (str_eq(o.agent, o.instead))
        return err_set(d->err, ERR_STATE, "it is you who asks: somebody else has to accept, or uncover takes the question back");
    if (o.to <= d->now)
        return err_set(d->err, ERR_STATE, "the time it was asked for is over: there is nothing to take over");
    if (!config_schedule(d->rules, o.schedule))
        return err_set(d->err, ERR_STATE, "there is no schedule \"%.64s\" any more; uncover takes the question back", o.schedule);
    o.from = o.from > d->now ? o.from : d->now;
    if (!is_there(d, o.agent, o.from, o.to) || !on_call_in(d, o.schedule, o.instead, o.from, o.to))
        return false;
    struct json *data = json_copy(is);
    json_put_string(data, "accepted_by", o.agent);
    json_put_string(data, "override", d->fresh);
    d->say = say_override(d, &o);
    return desk_write(d, "cover", key, data) && write_override(d, &o, key);
}

bool desk_do_uncover(struct desk_act *d)
{
    const char *key;
    const struct json *is;
    if (!find_cover(d, &key, &is) || !desk_may_speak_for(d, json_get_string(is, "asked", "")))
        return false;
    d->say = arena_printf(d->arena, "%.64s asks for cover no more", json_get_string(is, "asked", ""));
    return desk_write(d, "cover", key, NULL);
}
