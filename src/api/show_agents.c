/* show_agents: who works here, as of now: whether they are here and until when, what they have and how much they take, what they
 * can do, and which ticket they are at. The numbers are kept counters; presence is what consoles say of themselves. */
#include "api/show.h"
#include "base/str.h"
#include "core/rota.h"

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

static void put_shift(struct json *row, const struct rota *rota, const struct assignee *a, int64_t now)
{
    const struct absence *absence = desk_absence(rota->desk, a->name, now);
    int64_t turns = rota_shift_turns(rota, a->name, now);
    json_put_bool(row, "here", !a->away);
    json_put_string(row, "away", a->away);
    json_put_i64(row, "away_since", a->away_since);
    json_put_i64(row, "until", absence ? absence->to : turns == INT64_MAX ? 0 : turns); /* 0: as long as one knows */
    json_put_string(row, "note", absence ? absence->note : NULL);
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
        put_shift(row, &rota, &list[i], show->now);
        put_presence(row, present, agent->name);
        json_push(all, row);
    }
    return all;
}
