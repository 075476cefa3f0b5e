/* assign: work and who has it, as transactions see it. A change moves its ticket's row of work and the owner's load; claim
 * next reads the first rows of the lists an agent may take; and where the configuration says so the clock gives what is
 * nobody's to who can take it, and takes back what lies there or whose owner has gone. Giving and taking back are wakes of
 * the ticket (engine/wake), so that what is decided has its consequence in the same commit and comes out the same when the
 * journal is read again; here it is only found out which tickets are worth a wake, and when. */
#include "engine/change.h"
#include "base/str.h"
#include "core/rota.h"
#include <string.h>

enum { PAGE = 16 };
static const int64_t retry_after = 60000;

/* --- the rows of work --- */

static bool same_row(const struct work *a, const struct work *b)
{
    return str_eq(a->owner, b->owner) && a->need == b->need && assignment_order(a, b) == 0 && str_eq(a->skipped, b->skipped);
}

bool assign_move(struct engine *e, const struct ticket *before, const struct ticket *after, struct err *err)
{
    struct work was, is;
    bool had = before && assignment_work(e->config, before, &was), has = assignment_work(e->config, after, &is);
    if (had && has && same_row(&was, &is))
        return true;
    e->work_stale = true;
    e->away_stale |= has && *is.owner && !(had && str_eq(was.owner, is.owner));
    return (!had || store_work_drop(e->store, &was, err)) && (!has || store_work_put(e->store, &is, err));
}

static const char *skills_text(const struct engine *e, struct arena *arena)
{
    const char *text = "";
    for (int i = 0; i < e->config->assignment.skill_count; i++)
        text = arena_printf(arena, "%s%s\x1f%s\n", text, e->config->assignment.skills[i].skill, e->config->assignment.skills[i].text);
    return text;
}

bool assign_views(struct engine *e, struct arena *arena, struct err *err)
{
    const char *is = skills_text(e, arena);
    char *was = store_meta_get(e->store, arena, "skills", err);
    int64_t ids[256], after = 0;
    int n;
    e->work_stale = e->away_stale = true;
    if (was && str_eq(was, is))
        return true;
    if (!store_work_clear(e->store, err) || !store_meta_put(e->store, "skills", is, err))
        return false;
    for (;;) {
        AUTO_ARENA page = arena_new();
        if (!store_ticket_ids(e->store, after, ids, 256, &n, err))
            return false;
        if (!n)
            return true;
        for (int k = 0; k < n; k++) {
            struct work work;
            struct ticket *t = store_ticket_get(e->store, page, ids[k], err);
            if (!t || (assignment_work(e->config, t, &work) && !store_work_put(e->store, &work, err)))
                return false;
        }
        after = ids[n - 1];
    }
}

/* --- who is here --- */

static void away(struct assignee *a, const struct rota *rota, int64_t now)
{
    const struct absence *absence = desk_absence(rota->desk, a->name, now);
    if (absence) {
        a->away = absence->kind;
        a->away_since = absence->from;
    } else if (!rota_on_shift(rota, a->name, now)) {
        a->away = "off shift";
        a->away_since = rota_shift_ended(rota, a->name, now);
    }
}

bool engine_agents(struct store *store, struct arena *arena, const struct config *config, const struct desk_state *desk, int64_t now,
                   struct assignee **list, struct err *err)
{
    const struct rota rota = {config, desk};
    int64_t n;
    *list = ARENA_ARRAY(arena, struct assignee, config->agent_count + 1);
    for (int i = 0; i < config->agent_count; i++) {
        const struct config_agent *agent = &config->agents[i];
        struct assignee *a = &(*list)[i];
        *a = (struct assignee){.name = agent->name, .skills = assignment_skills(config, agent),
                               .capacity = agent->capacity < 0 ? config->assignment.capacity : agent->capacity};
        if (!store_tally_get(store, "load", a->name, 0, &a->load, &n, err) || !store_tally_get(store, "turn", a->name, 0, &n, &a->turn, err))
            return false;
        away(a, &rota, now);
    }
    return true;
}

static bool agents_here(struct engine *e, struct arena *arena, int64_t now, struct assignee **list, struct err *err)
{
    return desk_refresh(e, err) && engine_agents(e->store, arena, e->config, &e->state, now, list, err);
}

/* --- a wake of one ticket --- */

bool assign_observe(struct engine *e, struct arena *arena, const struct ticket *t, int64_t now, struct observation *obs, const char **why,
                    struct err *err)
{
    struct assignee *agents;
    struct assignment what;
    *why = NULL;
    if ((!t->assignee && e->offered != t->id) || !assignment_asks(e->config, t, now))
        return true;
    if (!agents_here(e, arena, now, &agents, err))
        return false;
    assignment_decide(arena, e->config, t, agents, e->config->agent_count, now, &what);
    if (!(*why = what.why))
        return true;
    *obs = (struct observation){.voice = VOICE_CLOCK, .kind = KIND_ASSIGN, .account = t->account, .dialect = t->dialect, .key = t->key,
                                .v = {.t = now, .rank = 2, .key = arena_printf(arena, "desk:%020lld", (long long)store_entry_next(e->store))}};
    if (what.to) {
        observe_say_text(obs, "assignee", what.to);
        observe_say_int(obs, "assigned_at", now);
    } else {
        observe_say_null(obs, "assignee");
    }
    if (what.to && t->status <= STATUS_NEW)
        observe_say_int(obs, "status", STATUS_OPEN);
    if (!str_eq(what.skipped, t->skipped))
        observe_say_text(obs, "skipped", what.skipped);
    return true;
}

/* A turn is a number, not a time: two in the same millisecond still are one after the other. */
bool assign_turned(struct engine *e, const char *agent, struct err *err)
{
    int64_t n, mine, other, last = 0;
    if (!store_tally_get(e->store, "turn", agent, 0, &n, &mine, err))
        return false;
    for (int i = 0; i < e->config->agent_count; i++) {
        if (!store_tally_get(e->store, "turn", e->config->agents[i].name, 0, &n, &other, err))
            return false;
        last = other > last ? other : last;
    }
    return store_tally_add(e->store, "turn", agent, 0, 1, last + 1 - mine, err);
}

/* --- the first of a list that somebody may take --- */

struct look {
    struct store *store;
    struct arena *arena;
    const struct assignee *agents;
    int count;
    int64_t now;
};

static bool anybody(const struct look *l, int64_t need, const char *skipped)
{
    for (int i = 0; i < l->count; i++)
        if (assignment_fits(&l->agents[i], need, skipped, l->now))
            return true;
    return false;
}

/* Passed over are only those that whoever could take them has skipped: each was an act of theirs. */
static bool first_of(const struct look *l, int64_t need, struct work *out, bool *found, struct err *err)
{
    struct work list[PAGE], after = {.owner = "", .need = need, .turn = -1};
    int n;
    *found = false;
    do {
        if (!store_work_list(l->store, l->arena, &after, PAGE, list, &n, err))
            return false;
        for (int i = 0; i < n; i++)
            if (anybody(l, need, list[i].skipped)) {
                *out = list[i];
                *found = true;
                return true;
            }
        if (n)
            after = list[n - 1];
    } while (n == PAGE);
    return true;
}

static bool first(const struct look *l, struct work *out, bool *found, struct err *err)
{
    int64_t need = -1;
    bool more, one;
    *found = false;
    while (store_work_need(l->store, "", &need, &more, err)) {
        struct work work;
        if (!more)
            return true;
        if (!anybody(l, need, NULL))
            continue;
        if (!first_of(l, need, &work, &one, err))
            return false;
        if (one && (!*found || assignment_order(&work, out) < 0))
            *out = work;
        *found |= one;
    }
    return false;
}

bool engine_claim_next(struct store *store, const struct config *config, struct arena *arena, const char *agent, int64_t now, int64_t *ticket,
                       struct err *err)
{
    const struct config_agent *row = config_agent(config, agent);
    struct assignee me = {.name = agent, .skills = row ? assignment_skills(config, row) : 0}; /* a person may take more than is given */
    struct look look = {store, arena, &me, 1, now};
    struct work work;
    bool found;
    *ticket = 0;
    if (!first(&look, &work, &found, err))
        return false;
    *ticket = found ? work.ticket : 0;
    return true;
}

/* --- the clock's rounds --- */

static void look_again(struct engine *e, int64_t at)
{
    if (at != INT64_MAX && (!e->assign_at || at < e->assign_at))
        e->assign_at = at;
}

static bool take_one(struct engine *e, struct arena *arena, const struct assignee *owner, int64_t id, int64_t now, int *ran, struct err *err)
{
    const struct ticket *t = store_ticket_get(e->store, arena, id, err);
    int64_t at = t ? assignment_left_at(e->config, t, owner, now) : 0;
    if (at > now)
        look_again(e, at); /* they worked on it since */
    if (!at || at > now)
        return t != NULL;
    ++*ran;
    return wake_due(e, arena, id, now, err);
}

static bool take_back_of(struct engine *e, struct arena *arena, const struct assignee *owner, int64_t need, int64_t now, int max, int *ran, struct err *err)
{
    struct work list[PAGE], after = {.owner = owner->name, .need = need, .turn = -1};
    int n;
    do {
        if (!store_work_list(e->store, arena, &after, PAGE, list, &n, err))
            return false;
        for (int i = 0; i < n && *ran < max; i++)
            if (!take_one(e, arena, owner, list[i].ticket, now, ran, err))
                return false;
        if (n)
            after = list[n - 1];
    } while (n == PAGE && *ran < max);
    return true;
}

/* What an agent who has gone still has, in the order of work; what is over max waits for the next round. */
static bool take_back(struct engine *e, struct arena *arena, const struct assignee *owner, int64_t now, int max, int *ran, struct err *err)
{
    int64_t need = -1;
    bool more = true;
    while (more && *ran < max) {
        if (!store_work_need(e->store, owner->name, &need, &more, err))
            return false;
        if (more && !take_back_of(e, arena, owner, need, now, max, ran, err))
            return false;
    }
    e->away_stale |= *ran >= max;
    return true;
}

static bool round_of_absence(struct engine *e, struct arena *arena, int64_t now, int max, int *ran, struct err *err)
{
    struct assignee *agents;
    int64_t delay = e->config->assignment.reassign_after;
    const struct rota rota = {e->config, &e->state};
    e->assign_at = 0;
    e->work_stale |= !e->away_stale; /* the time has come: somebody may be back */
    e->away_stale = false;
    if (!agents_here(e, arena, now, &agents, err))
        return false;
    for (int i = 0; i < e->config->agent_count; i++) {
        int64_t at = agents[i].away_since + delay;
        look_again(e, rota_shift_turns(&rota, agents[i].name, now));
        if (!agents[i].away || !agents[i].load || !delay)
            continue;
        if (at > now)
            look_again(e, at);
        else if (!take_back(e, arena, &agents[i], now, max, ran, err))
            return false;
    }
    return true;
}

static bool give_one(struct engine *e, struct arena *arena, int64_t now, bool *given, struct err *err)
{
    struct look look = {.store = e->store, .arena = arena, .count = e->config->agent_count, .now = now};
    struct assignee *agents;
    struct work work;
    bool found;
    int64_t load, after, sum;
    *given = false;
    if (!agents_here(e, arena, now, &agents, err))
        return false;
    look.agents = agents;
    if (!first(&look, &work, &found, err))
        return false;
    if (!found)
        return true;
    e->offered = work.ticket;
    bool ok = store_tally_get(e->store, "load", "", 0, &load, &sum, err) && wake_due(e, arena, work.ticket, now, err) &&
              store_tally_get(e->store, "load", "", 0, &after, &sum, err);
    e->offered = 0;
    if (!ok)
        return false;
    *given = after < load;
    if (!*given)
        look_again(e, now + retry_after); /* its wake failed; its journal says why */
    return true;
}

bool assign_wake(struct engine *e, struct arena *arena, int64_t now, int max, int *ran, struct err *err)
{
    bool given = true;
    if (e->config->assignment.strategy == ASSIGN_OFF)
        return true;
    if ((e->away_stale || (e->assign_at && e->assign_at <= now)) && !round_of_absence(e, arena, now, max, ran, err))
        return false;
    while (e->work_stale && given && *ran < max) {
        if (!give_one(e, arena, now, &given, err))
            return false;
        *ran += given;
    }
    e->work_stale = e->work_stale && given;
    return true;
}

int64_t assign_next(const struct engine *e)
{
    if (e->config->assignment.strategy == ASSIGN_OFF)
        return 0;
    return e->work_stale || e->away_stale ? 1 : e->assign_at;
}
