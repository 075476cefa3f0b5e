/* show_game: the game as the API tells of it: the boss that stands, an agent's numbers, and how each number came about. Numbers
 * are kept tallies (core/points), each read by its key: an answer costs the same in the first week and in the tenth year. */
#include "api/show_game.h"
#include "base/str.h"
#include "core/desk.h"
#include "core/score.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct json *show_parsed(struct show *show, const char *text)
{
    return text ? json_parse_in(show->arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
}

int64_t show_tally(struct show *show, const char *name, const char *key, int64_t day, int64_t *n)
{
    int64_t count = 0, sum = 0;
    if (!store_tally_get(show->store, name, key, day, &count, &sum, &show->err))
        return 0;
    if (n)
        *n = count;
    return sum;
}

struct json *show_boss(struct show *show)
{
    struct err err = {0};
    char *key = store_meta_get(show->store, show->arena, "boss", &err), *data = NULL;
    if (!key || !*key || !store_record_get(show->store, show->arena, "boss", key, &data, &err) || !data)
        return json_new_null();
    const struct json *boss = show_parsed(show, data);
    if (!json_is(boss, JSON_OBJECT))
        return json_new_null();
    struct json *row = json_copy(boss);
    json_drop(row, "key");
    json_put_string(row, "key", key);
    return row;
}

/* --- what others may see --- */

/* What agents set about themselves; the records of one kind, one for each who ever did. */
int show_privacy(struct show *show, const char *agent)
{
    struct desk_state desk = {0};
    struct record record = {"privacy", agent, NULL};
    char *data = NULL;
    if (store_record_get(show->store, show->arena, "privacy", agent, &data, &show->err) && data) {
        record.data = data;
        desk_take(show->arena, &desk, &record);
    }
    return player_privacy(config_agent(show->config, agent), &desk);
}

/* --- an agent's numbers --- */

/* What of the desk's state an agent's numbers are read by: who was away, and from when scores count. */
static void take_kind(struct show *show, const char *kind, struct desk_state *desk)
{
    enum { MOST = 4096 };
    struct record *list;
    int count;
    if (!store_record_list(show->store, show->arena, kind, &list, &count, MOST, &show->err))
        return;
    for (int i = 0; i < count; i++)
        desk_take(show->arena, desk, &list[i]);
}

/* Today need not be over yet. */
static int64_t streak(struct show *show, const struct config_agent *agent, const struct desk_state *desk)
{
    struct tally_day days[PLAYER_STREAK_DAYS];
    bool paid[PLAYER_STREAK_DAYS] = {false}, off[PLAYER_STREAK_DAYS];
    const struct xp_reset *reset = player_reset(desk, agent->name);
    int64_t today = player_day(agent, show->now), since = reset ? player_day(agent, reset->at) : 0;
    int count;
    if (!store_tally_range(show->store, "paid", agent->name, today - PLAYER_STREAK_DAYS + 1, today, days, PLAYER_STREAK_DAYS, &count, &show->err))
        return 0;
    for (int i = 0; i < count; i++)
        paid[today - days[i].day] = days[i].n > 0 && days[i].day >= since;
    for (int i = 0; i < PLAYER_STREAK_DAYS; i++)
        off[i] = player_off(show->config, agent, desk, today - i);
    return player_streak(paid, off, PLAYER_STREAK_DAYS, false);
}

static int64_t dealt(struct show *show, const char *boss, const char *agent, const struct xp_reset *reset)
{
    int64_t damage = 0;
    if (!reset)
        return show_tally(show, "damage", arena_printf(show->arena, "%s\x1f%s", boss, agent), 0, NULL);
    return store_score_since(show->store, boss, agent, reset->row, &damage, &show->err) ? damage : 0;
}

/* month 0: this one, on their own calendar. */
static struct json *player_among(struct show *show, const struct config_agent *agent, const char *boss, const struct desk_state *desk, int64_t month)
{
    static const struct desk_state nothing;
    const char *name = agent->name;
    int64_t today = player_day(agent, show->now);
    struct standing is = {0};
    if (!store_standing(show->store, name, today, &is, &show->err))
        is = (struct standing){0};
    int64_t settled = is.xp - is.held, level = player_level(settled);
    struct json *row = json_object();
    json_put_string(row, "agent", name);
    json_put_i64(row, "level", level);
    json_put_i64(row, "xp", settled);
    json_put_i64(row, "held", is.held);
    json_put_i64(row, "today", is.today);
    json_put_i64(row, "season", show_tally(show, "season", name, month ? month : player_season(today), NULL));
    json_put_i64(row, "gold", show_tally(show, "gold", name, 0, NULL));
    json_put_i64(row, "boss", boss && *boss ? dealt(show, boss, name, player_reset(desk, name)) : 0);
    json_put_i64(row, "streak", streak(show, agent, desk ? desk : &nothing));
    json_put_i64(row, "next_level_at", player_level_starts(level + 1));
    json_put_string(row, "privacy", game_privacy_words[show_privacy(show, name)]);
    return row;
}

void show_resets(struct show *show, struct desk_state *desk)
{
    take_kind(show, "xp-reset", desk);
}

struct json *show_player(struct show *show, const char *name)
{
    const struct config_agent *agent = config_agent(show->config, name);
    struct desk_state desk = {0};
    char *boss = store_meta_get(show->store, show->arena, "boss", &show->err);
    take_kind(show, "absence", &desk);
    take_kind(show, "xp-reset", &desk);
    return agent ? player_among(show, agent, boss, &desk, 0) : json_new_null();
}

struct json *show_players(struct show *show, int64_t month)
{
    struct json *list = json_array();
    struct desk_state desk = {0};
    char *boss = store_meta_get(show->store, show->arena, "boss", &show->err);
    take_kind(show, "absence", &desk);
    take_kind(show, "xp-reset", &desk);
    for (int i = 0; i < show->config->agent_count; i++) {
        const struct config_agent *agent = &show->config->agents[i];
        if (show_privacy(show, agent->name) != GAME_OFF)
            json_push(list, player_among(show, agent, boss, &desk, month));
    }
    return list;
}

/* --- why --- */

static void say(struct json *lines, const char *text)
{
    json_push(lines, json_new_string(text));
}

static const char *stamp(struct arena *arena, const struct config_agent *agent, int64_t ms)
{
    struct civil c;
    const struct zone *zone = agent ? config_zone(agent->zone) : NULL;
    zone_civil(zone, ms, &c);
    return arena_printf(arena, "%04d-%02d-%02d %02d:%02d %s", (int)c.year, c.month, c.day, c.hour, c.minute, zone_name(zone));
}

static const char *hundredths(struct arena *arena, unsigned __int128 n)
{
    return arena_printf(arena, "%lld.%02d", (long long)(n / 100), (int)(n % 100));
}

/* "50 base x 1.5 gold x 1.1 first contact = 82.50" */
static void explain_product(struct show *show, struct str *text, const struct json *why)
{
    unsigned __int128 product = 100, cap = (unsigned __int128)json_get_i64(why, "product_cap", 0);
    int64_t base = json_get_i64(why, "base", 0), part = json_get_i64(why, "part", 1), of = json_get_i64(why, "of", 1);
    str_addf(text, "%lld base", (long long)base);
    for (const struct json *f = json_first(json_get(why, "factors")); f; f = json_next(f)) {
        int64_t bp = 0;
        json_i64(json_next(json_first(f)), &bp);
        product = product * (unsigned __int128)bp / 100;
        str_addf(text, " x %s %s", hundredths(show->arena, (unsigned __int128)bp / 100), json_string(json_first(f)));
    }
    unsigned __int128 scale = 1;
    for (const struct json *f = json_first(json_get(why, "factors")); f; f = json_next(f))
        scale *= 100;
    if (product > cap * scale / 100) {
        product = cap;
        scale = 100;
        str_addf(text, ", all factors together at most %s", hundredths(show->arena, cap / 100));
    }
    if (part != of)
        str_addf(text, ", %lld of %lld replies", (long long)part, (long long)of);
    product = (unsigned __int128)base * product * (unsigned __int128)part / (scale * (unsigned __int128)(of ? of : 1));
    str_addf(text, " = %s", hundredths(show->arena, product));
}

static const char *hit(struct arena *arena, const struct json *row)
{
    int64_t damage = json_get_i64(row, "damage", 0);
    return damage > 0 ? arena_printf(arena, "; hit the boss for %lld", (long long)damage)
         : damage < 0 ? arena_printf(arena, "; the boss got %lld back", (long long)-damage) : "";
}

static void explain(struct show *show, struct json *lines, const struct entry *e, const struct json *row, const char *state)
{
    const struct json *why = json_get(row, "why");
    const char *agent = json_get_string(row, "agent", "?"), *reason = show_said(show, json_get_string(row, "reason", NULL));
    const char *refused = json_get_string(why, "refused", NULL);
    int64_t xp = json_get_i64(row, "xp", 0);
    AUTO_STR text;
    str_init(&text, 2048);
    str_addf(&text, "%s: %s %+" PRId64 " XP", stamp(show->arena, config_agent(show->config, agent), e->at), agent, xp);
    if (json_get_i64(row, "reverses", 0)) {
        str_addf(&text, ", taken back: %s", reason ? reason : "");
    } else if (why) {
        str_adds(&text, ": ");
        explain_product(show, &text, why);
        if (refused)
            str_addf(&text, ", but nothing is paid: %s", refused);
        else if (xp < json_get_i64(why, "worth", xp))
            str_addf(&text, ", less by the day's cap");
    } else {
        str_addf(&text, ": %s", reason ? reason : json_get_string(row, "rule", ""));
    }
    str_addf(&text, "%s%s", hit(show->arena, row), state);
    str_addf(&text, ". Entry %" PRId64 "%s%s.", e->cause ? e->cause : e->seq, why ? ", rule set " : "", why ? json_get_string(why, "rules", "?") : "");
    say(lines, text.data);
}

void show_why_score(struct show *show, struct json *lines, const struct ticket *t)
{
    enum { MOST = 200 };
    struct entry_query q = {.ticket = t->id, .kind = "score", .limit = MOST};
    struct entry *list;
    int count;
    bool mirrored = show_source(show->config, t) && show_source(show->config, t)->mirrored;
    if (mirrored)
        say(lines, "Its source runs its own game: nothing is paid for it here.");
    if (!store_entry_list(show->store, show->arena, &q, &list, &count, &show->err))
        return;
    for (int i = 0; i < count; i++) {
        const struct json *row = show_parsed(show, list[i].data);
        bool last = json_get_i64(row, "epoch", 0) == t->epoch && !json_get_i64(row, "reverses", 0) && json_get_i64(row, "xp", 0);
        const char *state = !last || !show->config->game.escrow ? ""
                          : t->status == STATUS_CLOSED          ? "; settled, the ticket is closed"
                                                                : "; held until the ticket closes for good";
        explain(show, lines, &list[i], row, ticket_done(t->status) ? state : "");
    }
    if (!count && !mirrored)
        say(lines, "Nothing was paid for this ticket so far.");
    say(lines, arena_printf(show->arena, "Rule set in force: %s.", show->config->game.name));
}
