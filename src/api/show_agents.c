/* show_agents: who works here, as of now: whether a console of theirs is open, whether they are on shift and until when, what they
 * have and how much they take, what they can do, and which ticket they are at. The numbers are kept counters; presence is what consoles say of themselves. */
#include "api/show.h"
#include "base/str.h"
#include "core/moment.h"
#include "core/rota.h"
#include <string.h>

/* How much an agent has to do: the members of the first view that is kept per agent. */
static int64_t open_of(struct show *show, const char *agent)
{
    int64_t n = 0;
    for (int i = 0; i < show->config->view_count; i++)
        if (show->config->views[i].mine) {
            store_queue_count(show->store, show->config->views[i].name, agent, &n, &show->err);
            break;
        }
    return n;
}

static struct json *skills_of(const struct config_agent *agent)
{
    struct json *list = json_array();
    for (int i = 0; i < agent->skill_count; i++)
        json_push(list, json_new_string(agent->skills[i]));
    return list;
}

/* What the agent's consoles look at; the first of them is enough. */
static void put_presence(struct json *row, const struct json *present, const char *agent)
{
    for (const struct json *p = json_first(present); p; p = json_next(p))
        if (str_eq(json_get_string(p, "agent", ""), agent)) {
            json_put_i64(row, "at_ticket", json_get_i64(p, "ticket", 0));
            json_put_string(row, "doing", json_get_string(p, "doing", NULL));
            return;
        }
}

static void put_shift(const struct show *show, struct json *row, const struct rota *rota, const struct assignee *a, int64_t now)
{
    const struct absence *absence = desk_absence(rota->desk, a->name, now);
    int64_t turns = rota_shift_turns(rota, a->name, now);
    json_put_bool(row, "here", presence_here(show->req->desk->presence, a->name));
    json_put_string(row, "away", a->away);
    json_put_i64(row, "away_since", a->away_since);
    json_put_i64(row, "until", absence ? absence->to : turns == INT64_MAX ? 0 : turns); /* 0: as long as one knows */
    json_put_string(row, "note", absence ? show_said(show, absence->note) : NULL);
}

struct json *show_agents(struct show *show)
{
    const struct config *c = show->config;
    struct desk_state desk;
    struct assignee *list;
    struct json *all = json_array();
    const char *oncall[ROTA_MOST];
    AUTO_JSON present = presence_list(show->req->desk->presence);
    if (!engine_desk_read(show->store, show->arena, &desk, &show->err) ||
        !engine_agents(show->store, show->arena, c, &desk, show->now, &list, &show->err))
        return all;
    const struct rota rota = {c, &desk};
    int called = rota_at(&rota, NULL, show->now, oncall, ROTA_MOST);
    for (int i = 0; i < c->agent_count; i++) {
        const struct config_agent *agent = &c->agents[i];
        bool on = false;
        struct json *row = json_object();
        for (int k = 0; k < called; k++)
            on |= str_eq(oncall[k], agent->name);
        json_put_string(row, "name", agent->name);
        json_put_string(row, "role", role_word(agent->role));
        json_put_string(row, "team", agent->team);
        json_put_i64(row, "open", open_of(show, agent->name));
        json_put_i64(row, "load", list[i].load);
        json_put_i64(row, "capacity", list[i].capacity);
        json_put(row, "skills", skills_of(agent));
        json_put_bool(row, "oncall", on);
        put_shift(show, row, &rota, &list[i], show->now);
        put_presence(row, present, agent->name);
        json_push(all, row);
    }
    return all;
}

/* --- why somebody has it, and who could --- */

static void say(struct json *lines, const char *text)
{
    json_push(lines, json_new_string(text));
}

static const char *stamp(struct arena *arena, int64_t ms)
{
    char text[MOMENT_TEXT];
    return arena_printf(arena, "%s UTC", moment_format(NULL, ms, text));
}

/* Whom the entry gave it to, "" for nobody; NULL: it says nothing of that. */
static const char *given_to(const struct json *data)
{
    for (const struct json *c = json_first(json_get(data, "changes")); c; c = json_next(c))
        if (str_eq(json_string(json_first(c)), "assignee")) {
            const char *to = json_string(json_next(json_next(json_first(c))));
            return to ? to : "";
        }
    return NULL;
}

/* The newest that gave it or took it away. */
static void say_last(struct show *show, struct json *lines, const struct ticket *t)
{
    enum { MOST = 500 };
    struct entry_query q = {.ticket = t->id, .kind = "ticket", .limit = MOST, .newest_first = true};
    struct entry *list;
    int count;
    if (!store_entry_list(show->store, show->arena, &q, &list, &count, &show->err))
        return;
    for (int i = 0; i < count; i++) {
        const struct json *data = list[i].data ? json_parse_in(show->arena, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL) : NULL;
        const char *to = given_to(data), *why = show_said(show, json_get_string(data, "why", json_get_string(data, "reason", "")));
        if (!to)
            continue;
        const char *by = str_eq(list[i].actor, "clock") ? "the desk" : list[i].actor;
        const char *what = str_eq(to, by) ? arena_printf(show->arena, "%s took it", to)
                           : *to          ? arena_printf(show->arena, "given to %s by %s", to, by)
                                          : arena_printf(show->arena, "back to the queue, by %s", by);
        say(lines, arena_printf(show->arena, "%s: %s%s%s. Entry %lld.", stamp(show->arena, list[i].at), what, *why ? ": " : "", why, (long long)list[i].seq));
        return;
    }
    say(lines, t->assignee ? arena_printf(show->arena, "%s has it, says its source.", t->assignee) : "Nobody has had it so far.");
}

static void say_agent(struct show *show, struct json *lines, const struct ticket *t, const struct assignee *a, int64_t need)
{
    struct arena *arena = show->arena;
    const char *load = a->capacity ? arena_printf(arena, "%lld of %lld open", (long long)a->load, (long long)a->capacity) : arena_printf(arena, "%lld open", (long long)a->load);
    const char *why = assignment_fits(a, need, t->skipped, show->now)              ? "could take it"
                    : a->away                                                      ? arena_printf(arena, "away: %s", a->away)
                    : need & ~a->skills                                            ? arena_printf(arena, "lacks %s", assignment_skill_words(arena, show->config, need & ~a->skills))
                    : assignment_skipped(t->skipped, a->name, show->now)           ? "passed it over a while ago"
                                                                                   : "has as much as they take";
    say(lines, arena_printf(arena, "%s: %s; %s.", a->name, why, load));
}

void show_why_assign(struct show *show, struct json *lines, const struct ticket *t)
{
    static const char *const strategies[] = {[ASSIGN_OFF] = "off: people claim (C takes what is next)", [ASSIGN_ROUND_ROBIN] = "in turn", [ASSIGN_BALANCED] = "to whoever has least"};
    const struct config *c = show->config;
    struct desk_state desk;
    struct assignee *agents;
    struct work work;
    int64_t need = assignment_need(c, t);
    say_last(show, lines, t);
    if (assignment_work(c, t, &work))
        say(lines, arena_printf(show->arena, "%s among open work by: %s.", t->assignee ? "It stands" : "It is offered", assignment_reason(show->arena, t, show->now)));
    if (need)
        say(lines, arena_printf(show->arena, "It asks for: %s.", assignment_skill_words(show->arena, c, need)));
    say(lines, arena_printf(show->arena, "Given by the desk: %s.", strategies[c->assignment.strategy]));
    if (!engine_desk_read(show->store, show->arena, &desk, &show->err) || !engine_agents(show->store, show->arena, c, &desk, show->now, &agents, &show->err))
        return;
    for (int i = 0; i < c->agent_count; i++)
        if (!str_eq(agents[i].name, t->assignee))
            say_agent(show, lines, t, &agents[i], need);
}
