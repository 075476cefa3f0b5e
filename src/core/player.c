/* player: levels come of what is settled, achievements of what is counted, and a streak of days with a paying close. None of
 * them pays anything. Pure. */
#include "core/play.h"
#include "base/json.h"
#include "base/str.h"
#include "core/calendar.h"
#include "core/desk.h"
#include <string.h>

const char *const feat_words[] = {"resolves", "first_contact", "gold", "neglected", "labels", "csat", "five_star", "articles", "handovers", "bosses",
                                  "final_blow", NULL};

int64_t player_level_starts(int64_t level)
{
    return level <= 1 ? 0 : level * level * 100;
}

int64_t player_level(int64_t xp)
{
    int64_t level = 1;
    while (player_level_starts(level + 1) <= xp)
        level++;
    return level;
}

int64_t score_day(int64_t ms)
{
    return zone_day(NULL, ms);
}

int64_t player_day(const struct config_agent *agent, int64_t ms)
{
    return zone_day(agent ? config_zone(agent->zone) : NULL, ms);
}

int64_t player_season(int64_t day)
{
    struct civil date;
    civil_date(day, &date);
    return (int64_t)date.year * 12 + date.month - 1;
}

int64_t player_streak(const bool *paid, const bool *off, int count, bool today)
{
    int64_t days = (paid[0] || today) && !off[0];
    for (int i = 1; i < count && (off[i] || paid[i]); i++)
        days += !off[i];
    return days;
}

/* Hours of a calendar count too: a holiday there is nobody's working day. */
static bool none_of_calendar(const struct config *rules, const struct config_agent *agent, int64_t day)
{
    const struct calendar *calendar = rules && agent->calendar ? config_calendar(rules, agent->calendar) : NULL;
    const struct zone *zone = config_zone(agent->zone);
    return calendar && calendar_counted(calendar, zone_at(zone, day, 0), zone_at(zone, day + 1, 0)) == 0;
}

bool player_off(const struct config *rules, const struct config_agent *agent, const struct desk_state *desk, int64_t day)
{
    enum { NOON = 12 * 3600000 };
    unsigned weekdays = agent && agent->shift.text ? agent->shift.weekdays : 0, today = 1u << (civil_weekday(day) - 1);
    bool calendar = rules && agent && agent->calendar;
    if (weekdays ? !(weekdays & today) : !calendar && civil_weekday(day) > 5)
        return true;
    return agent && (none_of_calendar(rules, agent, day) || desk_absence(desk, agent->name, zone_at(config_zone(agent->zone), day, NOON)));
}

int player_privacy(const struct config_agent *agent, const struct desk_state *desk)
{
    for (int i = desk ? desk->privacy_count - 1 : -1; agent && i >= 0; i--)
        if (str_eq(desk->privacies[i].agent, agent->name))
            return desk->privacies[i].is;
    return agent ? agent->game : GAME_PRIVATE;
}

/* --- what counts --- */

static bool is_about(const struct xp_reset *r, const char *agent)
{
    return !r->agent || str_eq(r->agent, agent);
}

const struct xp_reset *player_reset(const struct desk_state *desk, const char *agent)
{
    const struct xp_reset *last = NULL;
    for (int i = 0; desk && i < desk->reset_count; i++)
        if (is_about(&desk->resets[i], agent) && (!last || desk->resets[i].made > last->made))
            last = &desk->resets[i];
    return last;
}

const char *player_place(struct arena *arena, const struct desk_state *desk, const char *agent, int64_t row)
{
    const struct xp_reset *first = NULL;
    for (int i = 0; row && desk && i < desk->reset_count; i++) {
        const struct xp_reset *r = &desk->resets[i];
        if (is_about(r, agent) && row <= r->row && (!first || r->made < first->made))
            first = r;
    }
    return first ? arena_printf(arena, "%s\x1e%s", agent, first->key) : agent;
}

int64_t player_unlocked(const struct json *achievement, int64_t since)
{
    int64_t at = json_get_i64(achievement, "unlocked_at", 0), first = at >= since ? at : 0;
    for (const struct json *e = json_first(json_get(achievement, "earlier")); e; e = json_next(e))
        if (json_i64(e, &at) && at >= since && (!first || at < first))
            first = at;
    return first;
}

/* --- levels --- */

static void level_up(struct play *p, const struct stake *stake)
{
    int64_t had = stake->was->xp - stake->was->held, old = player_level(had), level = player_level(had + stake->settled);
    if (stake->settled <= 0 || level <= old)
        return;
    const char *agent = stake->was->agent;
    struct json *data = json_object();
    json_put_string(data, "agent", agent);
    json_put_i64(data, "old_level", old);
    json_put_i64(data, "level", level);
    json_put_i64(data, "xp", had + stake->settled);
    play_record(p, "player", agent, data, "player.level_up");
    follow_entry(p->f, "player", "{\"what\":\"level_up\",\"agent\":%s,\"old\":%lld,\"new\":%lld}", follow_text(p->f, agent), (long long)old,
                 (long long)level);
}

/* --- achievements --- */

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; at && (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == 0 || at[n] == ' '))
            return true;
    return false;
}

static bool reached(const struct play *p, const struct stake *stake, const struct config_achievement *a)
{
    const struct ticket *t = p->f->out->after;
    if (str_eq(a->rule, "minutes"))
        return stake->paid && t->resolved_at - t->received_at < a->goal * 60000;
    if (str_eq(a->rule, "streak"))
        return stake->paid && stake->was->streak >= a->goal;
    for (int i = 0; i < FEATS; i++)
        if (str_eq(a->rule, feat_words[i]))
            return stake->feats[i] > 0 && (stake->was->feats ? stake->was->feats[i] : 0) + stake->feats[i] >= a->goal;
    return false;
}

/* When it was earned before scores began anew: an undo of that counts those again. */
static struct json *earlier(const struct json *once)
{
    struct json *list = json_array();
    int64_t at = json_get_i64(once, "unlocked_at", 0);
    for (const struct json *e = json_first(json_get(once, "earlier")); e; e = json_next(e))
        json_push(list, json_copy(e));
    if (at)
        json_push(list, json_new_i64(at));
    return list;
}

/* once: its record, where it was earned before scores began anew; NULL: it never was. */
static void unlock(struct play *p, const char *agent, const struct config_achievement *a, const struct json *once)
{
    struct follow *f = p->f;
    struct json *data = json_object();
    json_put_string(data, "id", a->key);
    json_put_string(data, "name", a->name);
    json_put_string(data, "description", a->description);
    json_put_string(data, "agent", agent);
    json_put_i64(data, "unlocked_at", f->now);
    json_put(data, "earlier", earlier(once));
    play_record(p, "achievement", arena_printf(f->arena, "%s:%s", a->key, agent), data, "achievement.unlocked");
    follow_entry(f, "player", "{\"what\":\"achievement\",\"agent\":%s,\"achievement\":%s,\"name\":%s}", follow_text(f, agent),
                 follow_text(f, a->key), follow_text(f, a->name));
}

void player_follow(struct play *p)
{
    for (int s = 0; s < p->stake_count; s++) {
        const struct stake *stake = &p->stakes[s];
        level_up(p, stake);
        for (int i = 0; i < p->game->achievement_count; i++) {
            const struct config_achievement *a = &p->game->achievements[i];
            if (!has_word(stake->was->achieved, a->key) && reached(p, stake, a))
                unlock(p, stake->was->agent, a, json_get(stake->was->once, a->key));
        }
    }
}
