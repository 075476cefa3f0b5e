/* desk: acts on the desk as a table of functions, and its state as a table of readers. An act only writes records; whoever
 * reads the state sees it in the next change. */
#include "core/desk.h"
#include "base/str.h"
#include "core/consequence.h"
#include "core/desk_event.h"
#include "core/desk_game.h"
#include "core/desk_handover.h"
#include "core/desk_rota.h"
#include "core/desk_people.h"
#include "core/maintenance.h"
#include "core/moment.h"
#include "core/view.h"
#include <stdlib.h>
#include <string.h>

/* --- what acts ask of `with` --- */

static bool missing(struct desk_act *d, const char *name)
{
    return err_set(d->err, ERR_USAGE, "%s needs \"%s\"", action_table[d->action->id].name, name);
}

bool desk_text(struct desk_act *d, const char *name, bool needs, const char **out)
{
    const struct json *value = json_get(d->with, name);
    *out = NULL;
    if (!value || json_is(value, JSON_NULL))
        return !needs || missing(d, name);
    const char *text = json_string(value);
    if (!text || strlen(text) > DESK_TEXT)
        return err_set(d->err, ERR_INPUT, "%s: a text of at most %d bytes", name, DESK_TEXT);
    if (!text[strspn(text, " \t\r\n")])
        return !needs || missing(d, name);
    *out = text;
    return true;
}

static bool all_digits(const char *text)
{
    return strlen(text) >= 6 && strspn(text, "0123456789") == strlen(text);
}

bool desk_moment(struct desk_act *d, const char *name, bool needs, const struct zone *zone, int64_t base, int64_t *out)
{
    const struct json *value = json_get(d->with, name);
    const char *text = value ? json_string(value) : NULL;
    *out = 0;
    if (!value || json_is(value, JSON_NULL) || (text && !*text))
        return !needs || missing(d, name);
    if (text && !all_digits(text))
        return moment_parse(&(struct moment){.zone = zone, .base = base, .now = d->now}, text, out, d->err) || err_in(d->err, "%s", name);
    if (text)
        *out = strtoll(text, NULL, 10);
    if ((!text && !json_i64(value, out)) || *out <= 0 || *out > INT64_C(253402300799999))
        return err_set(d->err, ERR_INPUT, "%s: a time, as ms UTC or as text", name);
    return true;
}

bool desk_stretch(struct desk_act *d, const struct zone *zone, int64_t *from, int64_t *to)
{
    const int64_t most = 366 * INT64_C(86400000);
    if (!desk_moment(d, "from", false, zone, d->now, from))
        return false;
    *from = *from ? *from : d->now;
    if (!desk_moment(d, "to", true, zone, *from, to))
        return false;
    if (*to <= *from || *to <= d->now)
        return err_set(d->err, ERR_INPUT, "to: after \"from\", and still to come");
    return *to - *from <= most || err_set(d->err, ERR_INPUT, "to: at most a year after \"from\"");
}

const struct zone *desk_zone(struct desk_act *d, const char *agent)
{
    const struct config_agent *row = config_agent(d->rules, agent);
    return row ? config_zone(row->zone) : NULL;
}

bool desk_agent(struct desk_act *d, const char *name, const char **out)
{
    if (!desk_text(d, name, false, out))
        return false;
    if (!*out)
        *out = d->action->actor;
    return config_agent_named(d->rules, name, *out, d->err);
}

bool desk_may_speak_for(struct desk_act *d, const char *agent)
{
    return d->action->role >= ROLE_LEAD || str_eq(agent, d->action->actor) ||
           role_refuse(d->err, arena_printf(d->arena, "%s for somebody else", action_table[d->action->id].name), ROLE_LEAD, d->action->role);
}

bool desk_find(struct desk_act *d, const char *kind, const char *key, const struct json **out)
{
    return d->find(d->find_arg, kind, key, out, d->err);
}

bool desk_write(struct desk_act *d, const char *kind, const char *key, struct json *data)
{
    char *text = data ? json_print_in(d->arena, data) : NULL;
    json_free(data);
    if (d->write_count == DESK_WRITES)
        return err_set(d->err, ERR_INPUT, "one act writes at most %d records", DESK_WRITES);
    d->writes[d->write_count++] = (struct desk_write){kind, arena_strdup(d->arena, key), text}; /* the state it may stand in is read anew */
    return true;
}

const char *desk_say_stretch(struct arena *arena, const struct zone *zone, int64_t from, int64_t to)
{
    char begin[MOMENT_TEXT], end[MOMENT_TEXT];
    from -= from % 60000; /* what begins now has seconds, and nobody counts them */
    to -= to % 60000;
    return arena_printf(arena, "%s to %s %s", moment_format(zone, from, begin), moment_format_end(zone, from, to, end), zone_name(zone));
}

/* --- absences --- */

static bool do_absence(struct desk_act *d)
{
    const char *agent, *kind, *note;
    int64_t from, to;
    if (!desk_agent(d, "agent", &agent) || !desk_may_speak_for(d, agent) || !desk_text(d, "kind", false, &kind) ||
        !desk_text(d, "note", false, &note) || !desk_stretch(d, desk_zone(d, agent), &from, &to))
        return false;
    kind = kind ? kind : "leave";
    if (!str_eq(kind, "leave") && !str_eq(kind, "sick"))
        return err_set(d->err, ERR_INPUT, "kind: leave or sick");
    struct json *data = json_object();
    json_put_string(data, "agent", agent);
    json_put_string(data, "kind", kind);
    json_put_i64(data, "from", from);
    json_put_i64(data, "to", to);
    json_put_string(data, "note", note);
    json_put_string(data, "by", d->action->actor);
    d->say = arena_printf(d->arena, "%.64s is away (%s), %s", agent, kind, desk_say_stretch(d->arena, desk_zone(d, agent), from, to));
    return desk_write(d, "absence", d->fresh, data);
}

/* Back earlier than said: what has begun ends now, what lies ahead is taken away where it is named by its key. */
static bool do_present(struct desk_act *d)
{
    const char *key, *whose;
    const struct json *is;
    if (!desk_text(d, "key", false, &key) || !desk_agent(d, "agent", &whose))
        return false;
    const struct absence *now = key ? NULL : desk_absence(d->state, whose, d->now);
    if (!key && !now)
        return err_set(d->err, ERR_ALREADY, "%.64s is not away now; an absence to come is named by its key (`triage oncall --json`)", whose);
    key = key ? key : now->key;
    if (!desk_find(d, "absence", key, &is))
        return false;
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "no absence %.64s; `triage oncall --json` has their keys", key);
    const char *agent = json_get_string(is, "agent", "");
    if (!desk_may_speak_for(d, agent))
        return false;
    d->say = arena_printf(d->arena, "%.64s is back", agent);
    if (json_get_i64(is, "from", 0) >= d->now)
        return desk_write(d, "absence", key, NULL);
    if (json_get_i64(is, "to", 0) <= d->now)
        return err_set(d->err, ERR_ALREADY, "that absence is over already");
    struct json *data = json_copy(is);
    json_drop(data, "to");
    json_put_i64(data, "to", d->now);
    return desk_write(d, "absence", key, data);
}

static void take_absence(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    struct absence *a = follow_push(arena, &desk->absences, &desk->absence_count, sizeof *a);
    *a = (struct absence){.key = key, .agent = json_get_string(data, "agent", ""), .kind = json_get_string(data, "kind", "leave"),
                          .note = json_get_string(data, "note", NULL), .from = json_get_i64(data, "from", 0), .to = json_get_i64(data, "to", 0)};
}

const struct absence *desk_absence(const struct desk_state *desk, const char *agent, int64_t at)
{
    const struct absence *last = NULL;
    for (int i = 0; desk && i < desk->absence_count; i++) {
        const struct absence *a = &desk->absences[i];
        if (str_eq(a->agent, agent) && a->from <= at && at < a->to && (!last || a->to > last->to))
            last = a;
    }
    return last;
}

/* --- the tables --- */

static bool (*const does[ACTIONS])(struct desk_act *) = {
    [ACTION_ABSENCE] = do_absence,
    [ACTION_ACCEPT_ARTICLE] = desk_do_accept_article,
    [ACTION_COVER] = desk_do_cover,
    [ACTION_COVER_ACCEPT] = desk_do_cover_accept,
    [ACTION_CUSTOMER_NOTE] = people_customer_note,
    [ACTION_ERASE_EVENT] = desk_do_erase_event,
    [ACTION_MAINTENANCE] = maintenance_begin,
    [ACTION_MAINTENANCE_END] = maintenance_end,
    [ACTION_HANDOVER_ACK] = handover_ack,
    [ACTION_OVERRIDE] = desk_do_override,
    [ACTION_MACRO_DROP] = people_macro_drop,
    [ACTION_MACRO_SAVE] = people_macro_save,
    [ACTION_PRESENT] = do_present,
    [ACTION_UNCOVER] = desk_do_uncover,
    [ACTION_UNOVERRIDE] = desk_do_unoverride,
    [ACTION_PRIVACY] = desk_do_privacy,
    [ACTION_RESET_XP] = desk_do_reset_xp,
    [ACTION_VIEW_FORGET] = view_forget,
    [ACTION_VIEW_RENAME] = view_rename,
    [ACTION_VIEW_SAVE] = view_save,
    [ACTION_VIEW_SHARE] = view_share,
    [ACTION_VIEW_UNSHARE] = view_unshare,
};

bool desk_act(struct desk_act *d)
{
    const struct action_row *row = &action_table[d->action->id];
    if (d->action->role < row->role)
        return role_refuse(d->err, row->name, row->role, d->action->role);
    if (!does[d->action->id])
        return err_set(d->err, ERR_USAGE, "%s works on tickets", row->name);
    if (row->arg == ARG_WITH && !json_is(d->with, JSON_OBJECT))
        return err_set(d->err, ERR_USAGE, "%s needs \"with\": an object", row->name);
    d->write_count = 0;
    return does[d->action->id](d);
}

const char *const desk_kinds[] = {"absence", "cover", "override", "maintenance", "privacy", "xp-reset", "view", NULL};
static void (*const takes[])(struct arena *, struct desk_state *, const char *, const struct json *) = {
    take_absence, desk_take_cover, desk_take_override, maintenance_take, desk_take_privacy, desk_take_reset, view_take};

void desk_take(struct arena *arena, struct desk_state *desk, const struct record *record)
{
    struct json *data = json_parse_in(arena, record->data, strlen(record->data), &json_limits_native, NULL, NULL);
    for (size_t i = 0; data && desk_kinds[i]; i++)
        if (str_eq(desk_kinds[i], record->kind))
            takes[i](arena, desk, arena_strdup(arena, record->key), data);
}

static void sooner(int64_t *at, int64_t other, int64_t now)
{
    if (other > now && (!*at || other < *at))
        *at = other;
}

int64_t desk_turns(const struct desk_state *desk, int64_t now)
{
    int64_t at = 0;
    for (int i = 0; i < desk->absence_count; i++) {
        sooner(&at, desk->absences[i].from, now);
        sooner(&at, desk->absences[i].to, now);
    }
    for (int i = 0; i < desk->override_count; i++) {
        sooner(&at, desk->overrides[i].from, now);
        sooner(&at, desk->overrides[i].to, now);
    }
    for (int i = 0; i < desk->window_count; i++) {
        sooner(&at, desk->windows[i].from, now);
        sooner(&at, desk->windows[i].to, now);
    }
    return at;
}
