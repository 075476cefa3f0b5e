/* desk_game: an agent's place in the game is theirs to set, not a lead's; what they wrote is for somebody else to accept. Scores begin
 * anew for a reason that stands where they are read. */
#include "core/desk_game.h"
#include "base/str.h"
#include "core/article.h"
#include "core/consequence.h"
#include <stdlib.h>

static int word_value(const char *word)
{
    int i = 0;
    while (game_privacy_words[i] && !str_eq(game_privacy_words[i], word))
        i++;
    return game_privacy_words[i] ? i : -1;
}

bool desk_do_privacy(struct desk_act *d)
{
    static const char *const said[] = {[GAME_PRIVATE] = "your ledger is yours alone", [GAME_OFF] = "you no longer play",
                                       [GAME_PUBLIC] = "your ledger is open to all"};
    const char *is;
    if (!desk_text(d, "is", true, &is))
        return false;
    if (word_value(is) < 0)
        return err_set(d->err, ERR_INPUT, "is: off, private or public");
    struct json *data = json_object();
    json_put_string(data, "is", is);
    d->say = said[word_value(is)];
    return desk_write(d, "privacy", d->action->actor, data);
}

static bool is_article(struct desk_act *d, const char *key, bool *is)
{
    const struct json *record;
    *is = false;
    for (int i = 0; i < d->rules->article_count; i++)
        *is |= str_eq(d->rules->articles[i].key, key);
    if (!*is && !desk_find(d, "article", key, &record))
        return false;
    *is = *is || record;
    return true;
}

bool desk_do_accept_article(struct desk_act *d)
{
    const char *key, *agent;
    const struct json *before;
    bool is;
    if (!desk_text(d, "article", true, &key) || !desk_text(d, "agent", true, &agent) || !desk_find(d, "accepted", key, &before) ||
        !is_article(d, key, &is))
        return false;
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "no article \"%.64s\"; `triage articles` or gk lists them", key);
    if (!config_agent_named(d->rules, "agent", agent, d->err))
        return false;
    if (str_eq(agent, d->action->actor))
        return err_set(d->err, ERR_STATE, "what you wrote yourself is for another lead or admin to accept");
    if (before)
        return err_set(d->err, ERR_ALREADY, "that article was accepted already");
    struct json *data = json_object();
    json_put_string(data, "article", key);
    json_put_string(data, "agent", agent);
    json_put_string(data, "by", d->action->actor);
    json_put_i64(data, "at", d->now);
    d->say = arena_printf(d->arena, "accepted, by %.64s", agent);
    return desk_write(d, "accepted", key, data);
}

bool desk_do_reset_xp(struct desk_act *d)
{
    const char *agent, *reason;
    const struct json *ledger, *confirm = json_get(d->with, "confirm");
    bool sure = json_get_bool(d->with, "confirm", false) || str_eq(json_string(confirm), action_table[ACTION_RESET_XP].name);
    if (!desk_text(d, "agent", true, &agent) || !desk_text(d, "reason", true, &reason) || !desk_find(d, "ledger", "", &ledger))
        return false;
    bool all = str_eq(agent, "all");
    if (!all && !config_agent(d->rules, agent))
        return err_set(d->err, ERR_NOT_FOUND, "agent: no agent \"%.64s\" in the configuration; all means everybody, `triage agents` or gw lists them", agent);
    if (!sure)
        return err_set(d->err, ERR_USAGE, "%.64s: levels, XP and achievements begin anew: confirm it with the word", all ? "everybody" : agent);
    struct json *data = json_object();
    if (!all)
        json_put_string(data, "agent", agent);
    json_put_i64(data, "at", d->now);
    json_put_string(data, "by", d->action->actor);
    json_put_string(data, "reason", reason);
    json_put_i64(data, "row", json_get_i64(ledger, "last", 0));
    d->say = arena_printf(d->arena, "%.64s: scores count from now on (u takes it back)", all ? "everybody" : agent);
    return desk_write(d, "xp-reset", d->fresh, data);
}

void desk_take_reset(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    struct xp_reset *r = follow_push(arena, &desk->resets, &desk->reset_count, sizeof *r);
    *r = (struct xp_reset){.key = key, .agent = json_get_string(data, "agent", NULL), .by = json_get_string(data, "by", ""),
                           .reason = json_get_string(data, "reason", ""), .at = json_get_i64(data, "at", 0), .row = json_get_i64(data, "row", 0),
                           .made = strtoll(key, NULL, 10)};
}

void desk_take_privacy(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    int is = word_value(json_get_string(data, "is", NULL));
    if (is < 0)
        return;
    struct privacy *p = follow_push(arena, &desk->privacies, &desk->privacy_count, sizeof *p);
    *p = (struct privacy){key, is};
}
