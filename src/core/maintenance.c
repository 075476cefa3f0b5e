/* maintenance: see maintenance.h. */
#include "core/maintenance.h"
#include "base/str.h"
#include "core/consequence.h"

bool maintenance_begin(struct desk_act *d)
{
    const char *reason, *scope;
    int64_t from, to;
    const struct zone *zone = desk_zone(d, d->action->actor);
    struct err why = {0};
    if (!desk_text(d, "reason", true, &reason) || !desk_text(d, "scope", false, &scope) || !desk_stretch(d, zone, &from, &to))
        return false;
    if (to - from > MAINTENANCE_LONGEST_DAYS * INT64_C(86400000))
        return err_set(d->err, ERR_INPUT, "to: at most %d days after \"from\"", MAINTENANCE_LONGEST_DAYS);
    if (str_eq(scope, "all"))
        scope = NULL;
    const struct when *when = scope ? when_parse(d->arena, scope, &why) : NULL;
    if (scope && !when)
        return err_set(d->err, ERR_INPUT, "scope: %s", why.text);
    struct json *data = json_object();
    json_put_string(data, "scope", scope ? when_print(d->arena, when) : NULL);
    json_put_i64(data, "from", from);
    json_put_i64(data, "to", to);
    json_put_string(data, "reason", reason);
    json_put_string(data, "by", d->action->actor);
    d->say = arena_printf(d->arena, "pages are held %s: %s", desk_say_stretch(d->arena, zone, from, to), reason);
    return desk_write(d, "maintenance", d->fresh, data);
}

/* The one that runs, where its key is not given. */
static bool read_key(struct desk_act *d, const char **key)
{
    const char *one = NULL;
    if (!desk_text(d, "key", false, key))
        return false;
    for (int i = 0; !*key && d->state && i < d->state->window_count; i++) {
        const struct maintenance *m = &d->state->windows[i];
        if (m->from > d->now || m->to <= d->now)
            continue;
        if (one)
            return err_set(d->err, ERR_USAGE, "several windows run: say which with key=, `triage windows` has their keys");
        one = m->key;
    }
    *key = *key ? *key : one;
    return *key || err_set(d->err, ERR_ALREADY, "no maintenance window runs, so nothing to end");
}

bool maintenance_end(struct desk_act *d)
{
    const char *key;
    const struct json *is;
    if (!read_key(d, &key) || !desk_find(d, "maintenance", key, &is))
        return false;
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "no maintenance window %.64s; `triage windows` has their keys", key);
    d->say = "the maintenance window is over: what is still open is paged for";
    if (json_get_i64(is, "from", 0) >= d->now)
        return desk_write(d, "maintenance", key, NULL);
    if (json_get_i64(is, "to", 0) <= d->now)
        return err_set(d->err, ERR_ALREADY, "that window is over already");
    struct json *data = json_copy(is);
    json_drop(data, "to");
    json_put_i64(data, "to", d->now);
    return desk_write(d, "maintenance", key, data);
}

/* A scope that cannot be read any more covers nothing: rather a page too many than none. */
void maintenance_take(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    const char *text = json_get_string(data, "scope", NULL);
    struct err err = {0};
    const struct when *scope = text ? when_parse(arena, text, &err) : NULL;
    if (text && !scope)
        return;
    struct maintenance *m = follow_push(arena, &desk->windows, &desk->window_count, sizeof *m);
    *m = (struct maintenance){.key = key, .by = json_get_string(data, "by", ""), .reason = json_get_string(data, "reason", ""), .text = text,
                              .scope = scope, .from = json_get_i64(data, "from", 0), .to = json_get_i64(data, "to", 0)};
}

const struct maintenance *maintenance_over(const struct desk_state *desk, const struct ticket *ticket, const struct when_env *env, int64_t now)
{
    const struct maintenance *last = NULL;
    for (int i = 0; desk && i < desk->window_count; i++) {
        const struct maintenance *m = &desk->windows[i];
        if (m->from <= now && now < m->to && (!last || m->to > last->to) && when_eval(m->scope, ticket, env))
            last = m;
    }
    return last;
}

bool maintenance_was(const struct desk_state *desk, const struct ticket *ticket, const struct when_env *env, int64_t to, int64_t now)
{
    enum { MOMENT = 60000 }; /* ms in which what it held has been woken: a window that a person ended ends when that was said */
    for (int i = 0; desk && i < desk->window_count; i++) {
        const struct maintenance *m = &desk->windows[i];
        if ((m->to == to || (m->to <= now && now - m->to < MOMENT)) && when_eval(m->scope, ticket, env))
            return true;
    }
    return false;
}
