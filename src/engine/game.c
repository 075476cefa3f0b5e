/* game: what the rules of the game ask of the store, and what they decided put there. All of it is read by key, from tallies
 * that are kept: a resolve costs the same in the first week and in the tenth year. Inside the writer's transaction. */
#include "engine/change.h"
#include "base/str.h"
#include "core/desk.h"
#include "core/score.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEDIAN_DAYS = 28, LEAST_SHIFTS = 5, LEAST_RESOLVES = 20, LEAST_WAITS = 20, MOST_TURNS = 4096, MOST_ACTS = 512, MOST_HITTERS = 1024 };

/* --- what is usual here --- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Of the days before today on which something was resolved; 0: too few to tell. */
static bool usual_resolves(struct engine *e, int64_t today, int64_t *median, int64_t *mean, struct err *err)
{
    struct tally_day days[MEDIAN_DAYS];
    int64_t list[MEDIAN_DAYS], n = 0, base = 0;
    int count, used = 0;
    if (!store_tally_range(e->store, "resolved", "", today - MEDIAN_DAYS, today - 1, days, MEDIAN_DAYS, &count, err))
        return false;
    for (int i = 0; i < count; i++) {
        n += days[i].n;
        base += days[i].sum;
        if (days[i].n > 0)
            list[used++] = days[i].n;
    }
    qsort(list, (size_t)used, sizeof *list, by_size);
    *median = used < LEAST_SHIFTS ? 0 : list[used / 2];
    *mean = n < LEAST_RESOLVES ? 0 : base / n;
    return true;
}

/* Of this period of four weeks and the one before it. */
static bool usual_wait(struct engine *e, int64_t today, int64_t *median, struct err *err)
{
    struct tally_day list[SCORE_BUCKETS];
    int64_t by[SCORE_BUCKETS] = {0}, all = 0, below = 0;
    int count;
    *median = 0;
    for (int64_t period = today / SCORE_PERIOD - 1; period <= today / SCORE_PERIOD; period++) {
        char key[32];
        snprintf(key, sizeof key, "%lld", (long long)period);
        if (!store_tally_range(e->store, "wait", key, 0, SCORE_BUCKETS - 1, list, SCORE_BUCKETS, &count, err))
            return false;
        for (int i = 0; i < count; i++) {
            by[list[i].day] += list[i].n;
            all += list[i].n;
        }
    }
    for (int i = 0; i < SCORE_BUCKETS && all >= LEAST_WAITS; i++) {
        below += by[i];
        if (below * 2 >= all) {
            *median = score_bucket_starts(i) > 0 ? score_bucket_starts(i) : 1;
            return true;
        }
    }
    return true;
}

/* Found once a day and kept: key by key, n = 1 where it was looked for. */
static bool usual(struct engine *e, struct facts *f, int64_t now, struct err *err)
{
    int64_t today = score_day(now), n;
    if (!store_tally_get(e->store, "usual", "resolves", today, &n, &f->median_resolves, err) ||
        !store_tally_get(e->store, "usual", "base", today, &n, &f->mean_base, err) ||
        !store_tally_get(e->store, "usual", "wait", today, &n, &f->median_wait, err))
        return false;
    if (n)
        return true;
    return usual_resolves(e, today, &f->median_resolves, &f->mean_base, err) && usual_wait(e, today, &f->median_wait, err) &&
           store_tally_add(e->store, "usual", "resolves", today, 1, f->median_resolves, err) &&
           store_tally_add(e->store, "usual", "base", today, 1, f->mean_base, err) &&
           store_tally_add(e->store, "usual", "wait", today, 1, f->median_wait, err);
}

/* --- the boss --- */

static bool load_boss(struct engine *e, struct arena *arena, struct facts *f, struct err *err)
{
    char *key = store_meta_get(e->store, arena, "boss", err), *data = NULL;
    char *count = store_meta_get(e->store, arena, "boss_count", err);
    f->boss_count = count ? atoll(count) : 0;
    if (!key || !*key)
        return true;
    if (!store_record_get(e->store, arena, "boss", key, &data, err))
        return false;
    struct json *j = data ? json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    if (!j)
        return true;
    f->boss = (struct boss){.key = key, .name = json_get_string(j, "name", key), .tier = json_get_string(j, "tier", "common"),
                            .max_hp = json_get_i64(j, "max_hp", 0), .hp = json_get_i64(j, "hp", 0),
                            .tickets_required = json_get_i64(j, "tickets_required", 0),
                            .spawned_at = json_get_i64(j, "spawned_at", 0), .expires_at = json_get_i64(j, "expires_at", 0)};
    return true;
}

static bool load_dealt(struct engine *e, struct arena *arena, struct facts *f, struct err *err)
{
    struct dealt *list = ARENA_ARRAY(arena, struct dealt, MOST_HITTERS);
    if (!store_score_dealt(e->store, arena, f->boss.key, list, MOST_HITTERS, &f->dealt_count, err))
        return false;
    f->dealt = list;
    return true;
}

static bool is_anything_mirrored(const struct config *config)
{
    for (int i = 0; i < config->source_count; i++)
        if (config->sources[i].mirrored)
            return true;
    return false;
}

/* Open tickets of sources that run their own game are none of ours. */
static bool load_open(struct engine *e, const struct change *c, struct facts *f, struct err *err)
{
    int64_t open, mirrored = 0, sum;
    if (!store_tally_get(e->store, "open", "", 0, &open, &sum, err) ||
        (is_anything_mirrored(e->config) && !store_tally_get(e->store, "open_mirrored", "", 0, &mirrored, &sum, err)))
        return false;
    f->open_tickets = open - mirrored;
    if (c->after && !f->mirrored)
        f->open_tickets += (ticket_done(c->after->status) ? 0 : 1) - (c->before && !ticket_done(c->before->status) ? 1 : 0);
    return true;
}

/* --- who worked on it --- */

struct crew {
    struct engine *e;
    struct arena *arena;
    struct player *list;
    int count;
};

static struct player *member(struct crew *crew, const char *name)
{
    const struct config_agent *agent = config_agent(crew->e->config, name);
    agent = agent || !name ? agent : config_agent_by_key(crew->e->config, name);
    if (!agent)
        return NULL;
    for (int i = 0; i < crew->count; i++)
        if (str_eq(crew->list[i].agent, agent->name))
            return &crew->list[i];
    if (crew->count == crew->e->config->agent_count)
        return NULL;
    crew->list[crew->count] = (struct player){.agent = agent->name};
    return &crew->list[crew->count++];
}

/* A turn is what comes between two messages of the customer: whoever answers in it answers once, in however many lines. What a
 * split copied was answered, and paid, where it stood first. */
static bool load_replies(struct crew *crew, struct facts *f, const struct ticket *t, struct err *err)
{
    struct score_turn *turns;
    int count;
    if (!store_score_turns(crew->e->store, crew->arena, t->id, &turns, MOST_TURNS, &count, err))
        return false;
    int *last = ARENA_ARRAY(crew->arena, int, crew->e->config->agent_count + 1), nobody = 0, turn = 1;
    f->public_replies = 0;
    for (int i = 0; i < count; i++) {
        turn += turns[i].customer;
        if (turns[i].customer || (t->split_from && turns[i].at <= t->received_at))
            continue;
        struct player *player = member(crew, turns[i].author);
        int *answered = player ? &last[player - crew->list] : &nobody;
        if (*answered != turn)
            *(player ? &player->replies : &f->replies_of_nobody) += 1;
        *answered = turn;
        f->public_replies++;
    }
    return true;
}

/* Who corrected the label, where it is not what it was when an agent first touched it. */
static bool load_label(struct engine *e, struct arena *arena, struct facts *f, const struct ticket *t, struct err *err)
{
    struct entry_query q = {.ticket = t->id, .kind = "ticket", .limit = MOST_ACTS};
    struct entry *list;
    const char *was = NULL, *by = NULL;
    int n;
    if (t->urgency_by != LABEL_BY_AGENT)
        return true;
    if (!store_entry_list(e->store, arena, &q, &list, &n, err))
        return false;
    for (int i = 0; i < n; i++) {
        const struct json *data = config_agent(e->config, list[i].actor) && list[i].data && strstr(list[i].data, "[\"urgency\",")
                                ? json_parse_in(arena, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL) : NULL;
        for (const struct json *c = json_first(json_get(data, "changes")); c; c = json_next(c)) {
            const struct json *name = json_first(c), *old = json_next(name);
            if (!str_eq(json_string(name), "urgency"))
                continue;
            was = was ? was : json_string(old) ? json_string(old) : "";
            by = list[i].actor;
        }
    }
    f->label_fixed_by = was && *was && !str_eq(was, urgency_word(t->urgency)) ? by : NULL;
    return true;
}

static bool load_opener(struct engine *e, struct arena *arena, struct facts *f, int64_t ticket, struct err *err)
{
    struct entry_query q = {.ticket = ticket, .limit = 1};
    struct entry *list;
    int n;
    if (!store_entry_list(e->store, arena, &q, &list, &n, err))
        return false;
    f->opened_by = n && config_agent(e->config, list->actor) ? list->actor : NULL;
    return true;
}

/* --- what an agent has --- */

static bool load_streak(struct engine *e, const struct config_agent *agent, int64_t today, int64_t *streak, struct err *err)
{
    struct tally_day days[PLAYER_STREAK_DAYS];
    bool paid[PLAYER_STREAK_DAYS] = {false}, off[PLAYER_STREAK_DAYS];
    int count;
    if (!store_tally_range(e->store, "paid", agent->name, today - PLAYER_STREAK_DAYS + 1, today, days, PLAYER_STREAK_DAYS, &count, err))
        return false;
    const struct xp_reset *reset = player_reset(&e->state, agent->name);
    int64_t since = reset ? player_day(agent, reset->at) : 0;
    for (int i = 0; i < count; i++)
        paid[today - days[i].day] = days[i].n > 0 && days[i].day >= since;
    for (int i = 0; i < PLAYER_STREAK_DAYS; i++)
        off[i] = player_off(e->config, agent, &e->state, today - i);
    *streak = player_streak(paid, off, PLAYER_STREAK_DAYS, true);
    return true;
}

static bool load_achieved(struct engine *e, struct arena *arena, struct player *p, struct err *err)
{
    const struct config_game *game = &e->config->game;
    int64_t *feats = ARENA_ARRAY(arena, int64_t, FEATS), sum;
    const struct xp_reset *reset = player_reset(&e->state, p->agent);
    AUTO_STR keys, once;
    str_init(&keys, 4096);
    str_init(&once, 64 << 10);
    for (int i = 0; i < game->achievement_count; i++) {
        char *data = NULL;
        if (!store_record_get(e->store, arena, "achievement", arena_printf(arena, "%s:%s", game->achievements[i].key, p->agent), &data, err))
            return false;
        if (data && player_unlocked(json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL), reset ? reset->at : 0))
            str_addf(&keys, "%s ", game->achievements[i].key);
        else if (data)
            str_addf(&once, "%s\"%s\":%s", once.len ? "," : "{", game->achievements[i].key, data);
    }
    if (once.len) {
        str_addc(&once, '}');
        p->once = json_parse_in(arena, once.data, once.len, &json_limits_native, NULL, NULL);
    }
    for (int i = 0; i < FEATS; i++)
        if (!store_tally_get(e->store, "feat", arena_printf(arena, "%s\x1f%s", p->agent, feat_words[i]), 0, &feats[i], &sum, err))
            return false;
    p->achieved = arena_strdup(arena, keys.data);
    p->feats = feats;
    return true;
}

/* pays: this change may pay, so caps and achievements are asked for too. */
static bool load_player(struct engine *e, struct arena *arena, struct player *p, const char *customer, bool pays, int64_t now, struct err *err)
{
    const struct config_agent *agent = config_agent(e->config, p->agent);
    int64_t today = player_day(agent, now), n;
    p->off = player_privacy(agent, &e->state) == GAME_OFF;
    if (!store_tally_get(e->store, "xp", p->agent, 0, &n, &p->xp, err) || !store_tally_get(e->store, "held", p->agent, 0, &n, &p->held, err))
        return false;
    if (!pays)
        return true;
    return store_tally_get(e->store, "earned", p->agent, today, &n, &p->earned_today, err) &&
           store_tally_get(e->store, "labels", p->agent, today, &p->labels_today, &n, err) &&
           store_tally_get(e->store, "closed_at", p->agent, 0, &n, &p->last_close_at, err) &&
           (!customer ||
            store_tally_get(e->store, "customer", arena_printf(arena, "%s\x1f%s", p->agent, customer), today, &p->customer_today, &n, err)) &&
           store_score_last_paid(e->store, p->agent, &p->last_paid_at, err) && load_streak(e, agent, today, &p->streak, err) &&
           load_achieved(e, arena, p, err);
}

static bool load_players(struct engine *e, struct arena *arena, struct change *c, bool pays, struct err *err)
{
    struct facts *f = &c->facts;
    struct crew crew = {e, arena, ARENA_ARRAY(arena, struct player, e->config->agent_count + 1), 0};
    member(&crew, c->after->assignee ? c->after->assignee : f->actor);
    for (int i = 0; i < f->score_count; i++)
        member(&crew, f->scores[i].agent);
    if (pays && c->before && !(load_opener(e, arena, f, c->before->id, err) && load_replies(&crew, f, c->before, err) &&
                               load_label(e, arena, f, c->after, err)))
        return false;
    member(&crew, f->label_fixed_by);
    member(&crew, c->after->csat_agent);
    for (int i = 0; i < crew.count; i++)
        if (!load_player(e, arena, &crew.list[i], c->after->customer, pays, c->now, err))
            return false;
    f->players = crew.list;
    f->player_count = crew.count;
    return true;
}

bool game_facts(struct engine *e, struct arena *arena, struct change *c, unsigned needs, struct err *err)
{
    struct facts *f = &c->facts;
    bool game = needs & NEEDS_GAME;
    f->mirrored = c->source && c->source->mirrored;
    if (!load_open(e, c, f, err))
        return false;
    if (!(needs & (NEEDS_GAME | NEEDS_BOSS)))
        return true;
    if ((needs & NEEDS_SCORES) && c->before &&
        !store_score_open(e->store, arena, c->before->id, (struct score_row **)(uintptr_t)&f->scores, &f->score_count, err))
        return false;
    if ((needs & NEEDS_REPLIES) && c->before && c->before->epoch && !store_score_spent(e->store, c->before->id, &f->hit_spent, err))
        return false;
    if ((needs & NEEDS_REPLIES) && c->before && !store_message_facts(e->store, c->before->id, &f->public_replies, &f->resolution_note, err))
        return false;
    return load_boss(e, arena, f, err) && (!game || !f->boss.key || load_dealt(e, arena, f, err)) &&
           ((f->boss.key && !(needs & NEEDS_REPLIES)) || usual(e, f, c->now, err)) &&
           (!game || load_players(e, arena, c, needs & NEEDS_REPLIES, err));
}

/* --- writing --- */

/* The native boss that stands is named in meta; a boss that fell or fled frees the place. */
static bool put_record(struct engine *e, struct arena *arena, const struct record_draft *r, int64_t now, struct err *err)
{
    struct record record = {r->kind, r->key, r->data};
    struct version v = {.t = now, .rank = 2, .key = "desk"};
    if (!store_record_put(e->store, arena, &record, &v, err))
        return false;
    if (!str_eq(r->kind, "boss"))
        return true;
    struct json *j = json_parse_in(arena, r->data, strlen(r->data), &json_limits_native, NULL, err);
    bool active = str_eq(json_get_string(j, "state", NULL), "active");
    char *stands = store_meta_get(e->store, arena, "boss", err), *count = store_meta_get(e->store, arena, "boss_count", err);
    const char *leaves = active ? arena_printf(arena, "%lld", (long long)json_get_i64(j, "expires_at", 0)) : "0";
    if (!store_meta_put(e->store, "boss_leaves", leaves, err))
        return false;
    if (active && !str_eq(stands, r->key))
        return store_meta_put(e->store, "boss", r->key, err) &&
               store_meta_put(e->store, "boss_count", arena_printf(arena, "%lld", (count ? atoll(count) : 0) + 1LL), err);
    return active || !str_eq(stands, r->key) || store_meta_put(e->store, "boss", "", err);
}

bool game_put(struct engine *e, struct arena *arena, const struct consequence *out, int64_t entry, int64_t now, struct err *err)
{
    for (int i = 0; i < out->score_count; i++)
        if (!store_score_add(e->store, &out->scores[i], e->reads ? e->reads : entry, err))
            return false;
    for (int i = 0; i < out->tally_count; i++) {
        const struct tally_draft *t = &out->tallies[i];
        if (!store_tally_add(e->store, t->name, t->key, t->day, t->n, t->sum, err))
            return false;
    }
    for (int i = 0; i < out->record_count; i++)
        if (!put_record(e, arena, &out->records[i], now, err))
            return false;
    return true;
}

/* What was decided without a ticket's change. */
static bool put_alone(struct engine *e, struct arena *arena, struct change *c, const struct consequence *out, int64_t ticket, struct err *err)
{
    for (int i = 0; i < out->entry_count; i++) {
        struct entry entry = {.at = c->now, .actor = c->facts.actor, .kind = out->entries[i].kind, .ticket = ticket, .cause = c->cause,
                              .data = out->entries[i].data};
        if (!change_entry(e, &entry, NULL, err))
            return false;
    }
    return game_put(e, arena, out, c->cause, c->now, err) && route_change(e, arena, c, out, err);
}

bool game_leaves(struct engine *e, struct arena *arena, int64_t *at, struct err *err)
{
    const char *text = store_meta_get(e->store, arena, "boss_leaves", err);
    *at = text ? atoll(text) : 0;
    return true;
}

bool wake_boss(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    struct change c = {.now = now, .facts = {.cause = "wake", .actor = "clock"}};
    struct consequence out = {0};
    int64_t at;
    if (!game_leaves(e, arena, &at, err))
        return false;
    if (!at || at > now)
        return true;
    if (!load_open(e, &c, &c.facts, err) || !load_boss(e, arena, &c.facts, err) || !usual(e, &c.facts, now, err))
        return false;
    struct follow f = {.arena = arena, .facts = &c.facts, .rules = e->config, .now = now, .out = &out};
    score_desk(&f);
    return put_alone(e, arena, &c, &out, 0, err);
}

static bool grant_now(struct engine *e, struct arena *arena, const struct score_grant *grant, const char *actor, int64_t cause, int64_t now,
                      struct err *err)
{
    struct player player = {.agent = grant->agent};
    struct change c = {.now = now, .cause = cause, .facts = {.cause = "act", .actor = actor, .players = &player, .player_count = 1}};
    struct consequence out = {0};
    if (!config_agent(e->config, grant->agent))
        return true;
    if (!desk_refresh(e, err) || !load_player(e, arena, &player, NULL, true, now, err))
        return false;
    struct follow f = {.arena = arena, .facts = &c.facts, .rules = e->config, .now = now, .out = &out};
    score_grant(&f, grant);
    return put_alone(e, arena, &c, &out, grant->ticket, err);
}

/* Who gave the desk away clean, once a day: two who pass it to and fro gain nothing by it. */
static bool handover(struct engine *e, struct arena *arena, const struct json *data, int64_t now, struct score_grant *grant, struct err *err)
{
    const struct config_agent *from = config_agent(e->config, json_get_string(data, "from", NULL));
    int64_t today, sum;
    if (!from || !json_get_bool(data, "clean", false) || str_eq(from->name, json_get_string(data, "by", NULL)))
        return true;
    if (!store_tally_get(e->store, "handovers", from->name, player_day(from, now), &today, &sum, err))
        return false;
    *grant = (struct score_grant){.agent = from->name, .rule = arena_printf(arena, "handover:%lld", (long long)now),
                                  .reason = today ? "clean handover, one a day pays" : "clean handover", .xp = today ? 0 : e->config->game.handover};
    return true;
}

/* A record of the desk's own that somebody has earned something by. */
bool game_record(struct engine *e, struct arena *arena, const char *kind, const char *key, const char *text, const char *actor, int64_t cause,
                 int64_t now, struct err *err)
{
    const struct config_game *game = &e->config->game;
    const struct json *data = text ? json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
    struct score_grant grant = {0};
    if (str_eq(kind, "accepted") && game->article)
        grant = (struct score_grant){.agent = json_get_string(data, "agent", NULL), .rule = arena_printf(arena, "article:%.64s", key),
                                     .reason = "article accepted", .xp = game->article};
    else if (str_eq(kind, "handover") && game->handover && !handover(e, arena, data, now, &grant, err))
        return false;
    return !grant.agent || grant_now(e, arena, &grant, actor, cause, now, err);
}
