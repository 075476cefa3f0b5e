/* scores: the scoreboard and ledgers. The team's progress is everybody's; a ledger is its owner's, unless they opened it; how
 * often tickets come back and how soon after one another they are closed is for leads, to look at and not to rank by. */
#include "api/calls.h"
#include "api/show_game.h"
#include "base/str.h"
#include "core/desk.h"
#include "core/player.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HITS = 50, LINES = 100, MOST_LINES = 500, CHART_DAYS = 31, MIRRORED = 20, PAST = 10 };

/* --- lines of a ledger --- */

static bool is_escrowed(const struct show *show, const struct score_row *row)
{
    return show->config->game.escrow && row->ticket && (str_eq(row->rule, "resolve") || str_eq(row->rule, "label"));
}

static bool is_open(struct show *show, int64_t ticket)
{
    struct err err = {0};
    const struct ticket *t = ticket ? store_ticket_get(show->store, show->arena, ticket, &err) : NULL;
    return t && t->status != STATUS_CLOSED;
}

static const char *state_of(struct show *show, const struct score_row *row, bool taken_back)
{
    return row->reverses ? "reversal" : taken_back ? "reversed" : is_escrowed(show, row) && is_open(show, row->ticket) ? "held" : "settled";
}

/* before: it was earned before scores began anew. */
static struct json *line(struct show *show, const struct score_row *r, bool taken_back, bool before)
{
    struct json *row = json_object();
    const char *state = state_of(show, r, taken_back);
    json_put_i64(row, "id", r->id);
    json_put_i64(row, "at", r->at);
    json_put_i64(row, "day", r->day);
    json_put_i64(row, "xp", r->xp);
    json_put_i64(row, "base", r->base);
    json_put_i64(row, "gold", r->gold);
    json_put_i64(row, "damage", r->damage);
    json_put_string(row, "boss", r->boss && *r->boss ? r->boss : NULL);
    json_put_i64(row, "ticket", r->ticket);
    json_put_i64(row, "epoch", r->epoch);
    json_put_string(row, "rule", r->rule);
    json_put_string(row, "reason", show_said(show, r->reason));
    json_put_i64(row, "reverses", r->reverses);
    json_put_string(row, "state", state);
    json_put_bool(row, "held", str_eq(state, "held"));
    if (before)
        json_put_bool(row, "before_reset", true);
    return row;
}

static struct json *reset_line(struct show *show, const struct xp_reset *r)
{
    struct json *row = json_object();
    json_put_i64(row, "id", 0);
    json_put_i64(row, "at", r->at);
    json_put_i64(row, "xp", 0);
    json_put_i64(row, "ticket", 0);
    json_put_string(row, "rule", "reset");
    json_put_string(row, "reason", show_said(show, arena_printf(show->arena, "reset by %s, %s", r->by, r->reason)));
    json_put_i64(row, "reverses", 0);
    json_put_string(row, "state", "reset");
    return row;
}

/* The resets of these scores that lie behind row `from`, down to row `to`, newest first. */
static void put_resets(struct show *show, const struct desk_state *desk, const char *agent, int64_t from, int64_t to, struct json *list)
{
    for (int i = desk->reset_count - 1; i >= 0; i--) {
        const struct xp_reset *r = &desk->resets[i];
        if ((!r->agent || str_eq(r->agent, agent)) && r->row < from && r->row >= to)
            json_push(list, reset_line(show, r));
    }
}

/* Newest first, so whatever took a line back has been seen when the line comes. */
static struct json *ledger(struct show *show, const char *agent, int limit)
{
    struct json *list = json_array();
    struct score_row *rows;
    struct desk_state desk = {0};
    int count;
    show_resets(show, &desk);
    const struct xp_reset *reset = player_reset(&desk, agent);
    int64_t from = INT64_MAX;
    if (!store_score_agent(show->store, show->arena, agent, limit, &rows, &count, &show->err))
        return list;
    for (int i = 0; i < count; i++) {
        bool taken_back = false;
        for (int k = 0; k < i && !taken_back; k++)
            taken_back = rows[k].reverses == rows[i].id;
        int64_t first = rows[i].origin ? rows[i].origin : rows[i].reverses ? rows[i].reverses : rows[i].id;
        put_resets(show, &desk, agent, from, rows[i].id, list);
        json_push(list, line(show, &rows[i], taken_back, reset && first <= reset->row));
        from = rows[i].id;
    }
    put_resets(show, &desk, agent, from, count == limit ? from : 0, list);
    return list;
}

/* --- the board --- */

static struct json *hits(struct show *show)
{
    struct json *list = json_array();
    struct score_row *rows;
    int count;
    char *boss = store_meta_get(show->store, show->arena, "boss", &show->err);
    if (!boss || !*boss || !store_score_boss(show->store, show->arena, boss, HITS, &rows, &count, &show->err))
        return list;
    for (int i = 0; i < count; i++) {
        if (!rows[i].damage)
            continue;
        struct json *row = json_object();
        json_put_i64(row, "at", rows[i].at);
        json_put_string(row, "agent", show_privacy(show, rows[i].agent) == GAME_OFF ? NULL : rows[i].agent);
        json_put_i64(row, "damage", rows[i].damage);
        json_put_i64(row, "ticket", rows[i].ticket);
        json_put_string(row, "reason", show_said(show, rows[i].reason));
        json_push(list, row);
    }
    return list;
}

static int64_t reached(struct show *show, const struct config_achievement *a, const char *agent)
{
    int64_t n = 0;
    for (int i = 0; i < FEATS; i++)
        if (str_eq(a->rule, feat_words[i]))
            show_tally(show, "feat", arena_printf(show->arena, "%s\x1f%s", agent, feat_words[i]), 0, &n);
    return n;
}

static struct json *achievement(struct show *show, const struct config_achievement *a, const char *agent, int64_t streak, int64_t since)
{
    char *data = NULL;
    store_record_get(show->store, show->arena, "achievement", arena_printf(show->arena, "%s:%s", a->key, agent), &data, &show->err);
    int64_t at = player_unlocked(show_parsed(show, data), since), goal = str_eq(a->rule, "minutes") ? 1 : a->goal;
    int64_t n = at ? goal : str_eq(a->rule, "streak") ? streak : reached(show, a, agent);
    struct json *row = json_object();
    json_put_string(row, "key", a->key);
    json_put_string(row, "name", a->name);
    json_put_string(row, "description", a->description);
    json_put_i64(row, "goal", goal);
    json_put_i64(row, "count", n < goal ? n : goal);
    if (at)
        json_put_i64(row, "unlocked_at", at);
    else
        json_put_null(row, "unlocked_at");
    return row;
}

static struct json *achievements(struct show *show, const struct json *players)
{
    const char *me = show->req->agent->name;
    int64_t streak = 0;
    struct desk_state desk = {0};
    show_resets(show, &desk);
    const struct xp_reset *reset = player_reset(&desk, me);
    struct json *list = json_array();
    for (const struct json *p = json_first(players); p; p = json_next(p))
        streak = str_eq(json_get_string(p, "agent", ""), me) ? json_get_i64(p, "streak", 0) : streak;
    for (int i = 0; i < show->config->game.achievement_count; i++)
        json_push(list, achievement(show, &show->config->game.achievements[i], me, streak, reset ? reset->at : 0));
    return list;
}

/* The last weeks, a number for each day, the newest last. */
static struct json *chart(struct show *show, const char *key, int64_t today)
{
    struct tally_day days[CHART_DAYS];
    int64_t by[CHART_DAYS] = {0};
    int count;
    struct json *list = json_array();
    if (store_tally_range(show->store, "xp", key, today - CHART_DAYS + 1, today, days, CHART_DAYS, &count, &show->err))
        for (int i = 0; i < count; i++)
            by[days[i].day - today + CHART_DAYS - 1] = days[i].sum;
    for (int i = 0; i < CHART_DAYS; i++)
        json_push(list, json_new_i64(by[i]));
    return list;
}

/* "2026-10" as months since year 0; 0: not asked for. false: it is none. */
static bool asked_season(struct show *show, int64_t *month)
{
    const char *text = request_query(show->req, "season");
    int year, of_year, end = 0;
    *month = 0;
    if (!text || !*text)
        return true;
    if (sscanf(text, "%4d-%2d%n", &year, &of_year, &end) != 2 || text[end] || year < 1970 || of_year < 1 || of_year > 12)
        return err_set(&show->err, ERR_USAGE, "season: a month, such as 2026-10");
    *month = (int64_t)year * 12 + of_year - 1;
    return true;
}

static struct json *season(struct show *show, int64_t asked)
{
    const struct config_agent *me = config_agent(show->config, show->req->agent->name);
    int64_t today = player_day(me, show->now), month = asked ? asked : player_season(today);
    struct json *row = json_object();
    json_put_string(row, "name", arena_printf(show->arena, "%04lld-%02lld", (long long)month / 12, (long long)month % 12 + 1));
    json_put_i64(row, "xp", show_tally(show, "season", "", month, NULL));
    json_put_i64(row, "before", show_tally(show, "season", "", month - 1, NULL));
    json_put_i64(row, "today", today);
    json_put(row, "days", chart(show, "", today));
    json_put(row, "mine", chart(show, me ? me->name : "", today));
    return row;
}

/* without: a state of those that are left out, or NULL. */
static struct json *records(struct show *show, const char *kind, const char *from, const char *to, const char *without, int max)
{
    struct json *list = json_array();
    struct record *found;
    int count;
    if (store_record_between(show->store, show->arena, kind, from, to, &found, &count, max, &show->err))
        for (int i = 0; i < count; i++) {
            const struct json *data = show_parsed(show, found[i].data);
            if (without && str_eq(json_get_string(data, "state", NULL), without))
                continue;
            struct json *row = data ? json_copy(data) : json_object();
            json_drop(row, "key");
            json_put_string(row, "key", found[i].key);
            json_push(list, row);
        }
    return list;
}

/* A source that runs its own game: its bosses, players and achievements as it told of them, newest first. */
static struct json *mirrored(struct show *show)
{
    struct json *boss = records(show, "boss", "cstar:", "cstar;", NULL, PAST), *row;
    struct json *players = records(show, "player", "cstar:", "cstar;", NULL, MIRRORED);
    struct json *unlocked = records(show, "achievement", "cstar:", "cstar;", NULL, MIRRORED);
    if (!json_count(boss) && !json_count(players) && !json_count(unlocked)) {
        json_free(boss);
        json_free(players);
        json_free(unlocked);
        return json_new_null();
    }
    row = json_object();
    json_put_string(row, "game", "cstar");
    json_put(row, "bosses", boss);
    json_put(row, "players", players);
    json_put(row, "achievements", unlocked);
    return row;
}

static void get_scores(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    int64_t month;
    if (!asked_season(&show, &month)) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object(), *players = show_players(&show, month);
    json_put_string(root, "rules", show.config->game.name);
    json_put(root, "boss", show_boss(&show));
    json_put(root, "hits", hits(&show));
    json_put(root, "past", records(&show, "boss", "boss-", "boss.", "active", PAST));
    json_put_i64(root, "chest", show_tally(&show, "chest", "", 0, NULL));
    json_put(root, "season", season(&show, month));
    json_put(root, "ledger", ledger(&show, req->agent->name, LINES));
    json_put(root, "achievements", achievements(&show, players));
    json_put(root, "players", players);
    json_put(root, "mirrored", mirrored(&show));
    show_answer(&show, root);
}

static void get_ledger(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    const char *of = request_query(req, "agent"), *me = req->agent->name;
    of = of && *of ? of : me;
    if (config_agent_named(show.config, "", of, &show.err) && !str_eq(of, me) && show_privacy(&show, of) != GAME_PUBLIC)
        err_set(&show.err, ERR_FORBIDDEN, "%.64s keeps their ledger to themselves; they alone can open it (privacy is=public)", of);
    if (show.err.code) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object();
    json_put_string(root, "agent", of);
    json_put_string(root, "rules", show.config->game.name);
    json_put(root, "player", show_player(&show, of));
    json_put(root, "lines", ledger(&show, of, (int)request_query_i64(req, "limit", LINES, 1, MOST_LINES)));
    show_answer(&show, root);
}

/* --- what a lead looks at --- */

enum { GAPS = 6, FEW = 10, MANY_BACK_BP = 2500, MANY_QUICK_BP = 2500 };
static const char *const gap_words[GAPS] = {"10s", "1m", "5m", "30m", "2h", "more"};

static struct json *outlier(struct show *show, const struct config_agent *agent)
{
    int64_t month = player_season(player_day(agent, show->now)), closes, back, n, all = 0, quick = 0;
    struct json *row = json_object(), *gaps = json_object();
    show_tally(show, "closes", agent->name, month, &closes);
    show_tally(show, "reopened", agent->name, month, &back);
    for (int i = 0; i < GAPS; i++) {
        show_tally(show, "gap", arena_printf(show->arena, "%s\x1f%d", agent->name, i), month, &n);
        json_put_i64(gaps, gap_words[i], n);
        all += n;
        quick += i < 2 ? n : 0;
    }
    int64_t back_bp = closes ? back * 10000 / closes : 0, quick_bp = all ? quick * 10000 / all : 0;
    json_put_string(row, "agent", agent->name);
    json_put_i64(row, "closes", closes);
    json_put_i64(row, "reopened", back);
    json_put_i64(row, "reopened_bp", back_bp);
    json_put(row, "gaps", gaps);
    json_put_string(row, "odd", closes < FEW               ? NULL
                                : back_bp > MANY_BACK_BP   ? "many come back"
                                : quick_bp > MANY_QUICK_BP ? "many within a minute of another"
                                                           : NULL);
    return row;
}

static void get_outliers(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object(), *list = json_array();
    for (int i = 0; i < show.config->agent_count; i++)
        json_push(list, outlier(&show, &show.config->agents[i]));
    json_put(root, "agents", list);
    show_answer(&show, root);
}

#define READ(p, fn, least, text) {.method = "GET", .path = p, .sides = SIDE_DESK, .role = least, .handle = fn, .help = text}
const struct call score_calls[] = {
    READ("/v1/scores", get_scores, ROLE_AGENT, "boss, season, players, ledger, achievements"),
    READ("/v1/ledger", get_ledger, ROLE_AGENT, "every line an agent earned or lost, with its reason"),
    READ("/v1/outliers", get_outliers, ROLE_LEAD, "how many tickets come back, how soon after one another they are closed"),
    {0}};
