/* view: see the header. One's own goes before the team's of the same name, so that what somebody shares never takes the name of
 * what another keeps. What is saved is parsed first: a name that no field has is refused where a person reads why. */
#include "core/view.h"
#include "base/str.h"
#include "core/consequence.h"
#include "core/when.h"
#include <string.h>

static const char *const sorts[] = {"due", "age", "updated", "urgency", "priority"};

bool view_name_fits(const char *name)
{
    size_t n = strlen(name);
    return n && n <= VIEW_NAME && n == strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") &&
           n != strspn(name, "0123456789");
}

const char *view_key(struct arena *arena, const char *owner, const char *name)
{
    return arena_printf(arena, "%s/%s", owner ? owner : "", name);
}

bool view_read(struct arena *arena, const char *key, const struct json *data, struct view *out)
{
    const char *slash = strrchr(key, '/'), *text = json_get_string(data, "when", NULL);
    if (!slash || !text)
        return false;
    *out = (struct view){.key = arena_strdup(arena, key), .name = arena_strdup(arena, slash + 1), .text = arena_strdup(arena, text),
                         .owner = slash > key ? arena_strndup(arena, key, (size_t)(slash - key)) : NULL,
                         .by = arena_strdup(arena, json_get_string(data, "by", "")), .sort = arena_strdup(arena, json_get_string(data, "sort", "due")),
                         .invert = json_get_bool(data, "invert", false), .made = json_get_i64(data, "made", 0)};
    out->title = arena_strdup(arena, json_get_string(data, "title", out->name));
    return true;
}

void view_take(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    struct view view;
    if (view_read(arena, key, data, &view))
        *(struct view *)follow_push(arena, &desk->views, &desk->view_count, sizeof view) = view;
}

const struct view *view_find(const struct desk_state *desk, const char *key)
{
    for (int i = 0; desk && i < desk->view_count; i++)
        if (str_eq(desk->views[i].key, key))
            return &desk->views[i];
    return NULL;
}

bool view_private(const struct json *records)
{
    for (const struct json *r = json_first(records); r; r = json_next(r))
        if (!str_eq(json_get_string(r, "kind", ""), "view") || *json_get_string(r, "key", "") == '/')
            return false;
    return json_first(records);
}

/* --- what the acts ask --- */

static bool asked_name(struct desk_act *d, const char *member, const char **out)
{
    return desk_text(d, member, true, out) &&
           (view_name_fits(*out) || err_set(d->err, ERR_INPUT, "%s: letters, digits . _ -, at most %d of them, and not a number alone", member, VIEW_NAME));
}

static bool asked_title(struct desk_act *d, const char **out)
{
    return desk_text(d, "title", false, out) &&
           (!*out || strlen(*out) <= VIEW_TITLE || err_set(d->err, ERR_INPUT, "title: at most %d bytes", VIEW_TITLE));
}

static const char *own_key(struct desk_act *d, const char *name)
{
    return view_key(d->arena, d->action->actor, name);
}

static bool room_with(const struct desk_state *state, const char *owner, int more, struct err *err)
{
    int n = more, most = owner ? VIEWS_OWN : VIEWS_SHARED;
    for (int i = 0; i < state->view_count; i++)
        n += str_eq(state->views[i].owner, owner);
    return n <= most ||
           err_set(err, ERR_STATE, owner ? "you keep %d views already: forget one first" : "the team shares %d views already: unshare one first", most);
}

static bool room_on_desk(const struct desk_state *state, int more, struct err *err)
{
    return state->view_count + more <= VIEWS_ALL ||
           err_set(err, ERR_STATE, "the desk keeps %d views already: somebody has to forget one first", VIEWS_ALL);
}

bool view_fits(const struct desk_state *state, const struct view *view, struct err *err)
{
    return room_with(state, view->owner, 0, err) && room_on_desk(state, 0, err);
}

static bool is_yes(const struct json *with, const char *name)
{
    const char *word = json_get_string(with, name, NULL);
    return word ? str_eq(word, "true") || str_eq(word, "yes") || str_eq(word, "1") : json_get_bool(with, name, false);
}

static bool asked_sort(struct desk_act *d, const char **out)
{
    if (!desk_text(d, "sort", false, out))
        return false;
    *out = *out ? *out : "due";
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        if (str_eq(*out, sorts[i]))
            return true;
    return err_set(d->err, ERR_INPUT, "sort: due, age, updated, urgency or priority");
}

static bool write(struct desk_act *d, const struct view *view, const char *owner, const char *name)
{
    struct json *data = json_object();
    json_put_string(data, "title", view->title);
    json_put_string(data, "when", view->text);
    json_put_string(data, "sort", view->sort);
    json_put_bool(data, "invert", view->invert);
    json_put_string(data, "by", view->by);
    json_put_i64(data, "made", view->made);
    return desk_write(d, "view", view_key(d->arena, owner, name), data);
}

static bool move(struct desk_act *d, const struct view *view, const char *owner, const char *name)
{
    return desk_write(d, "view", view->key, NULL) && write(d, view, owner, name);
}

/* To the end of what the other side has. */
static bool hand_over(struct desk_act *d, const struct view *is, const char *owner)
{
    struct view view = *is;
    view.made = d->now;
    return room_with(d->state, owner, 1, d->err) && move(d, &view, owner, is->name);
}

static bool configured(const struct config *rules, const char *name)
{
    for (int i = 0; i < rules->view_count; i++)
        if (str_eq(rules->views[i].name, name))
            return true;
    return false;
}

/* Two of one name side by side, and nobody could say which is meant: `go NAME` and `--view NAME` find one's own. */
static bool is_free(struct desk_act *d, const char *name)
{
    return !configured(d->rules, name) ||
           err_set(d->err, ERR_STATE, "\"%s\" is a view of the configuration, which only triage.yaml changes: keep yours under another name", name);
}

/* One's own; NULL + err, which says whose it is where it is somebody's. */
static const struct view *own(struct desk_act *d, const char *name)
{
    const struct view *view = view_find(d->state, own_key(d, name)), *team = view_find(d->state, view_key(d->arena, NULL, name));
    if (view)
        return view;
    if (team && str_eq(team->by, d->action->actor))
        err_set(d->err, ERR_STATE, "\"%s\" is the team's now: `view-unshare %s` makes it yours alone again, then it can be changed", name, name);
    else if (team)
        err_set(d->err, ERR_STATE, "\"%s\" is the team's, and %s's to change", name, team->by);
    else if (is_free(d, name))
        err_set(d->err, ERR_NOT_FOUND, "you keep no view \"%s\"; `triage views` lists them", name);
    return NULL;
}

/* --- the acts --- */

bool view_save(struct desk_act *d)
{
    struct view view = {.by = d->action->actor, .invert = is_yes(d->with, "invert")};
    const char *text;
    if (!asked_name(d, "name", &view.name) || !is_free(d, view.name) || !asked_title(d, &view.title) || !asked_sort(d, &view.sort) || !desk_text(d, "when", true, &text))
        return false;
    const struct when *when = when_parse(d->arena, text, d->err);
    if (!when)
        return err_in(d->err, "when");
    view.text = when_print(d->arena, when);
    const struct view *known = view_find(d->state, own_key(d, view.name));
    if (!known && (!room_with(d->state, d->action->actor, 1, d->err) || !room_on_desk(d->state, 1, d->err)))
        return false;
    view.title = view.title ? view.title : view.name;
    view.made = known ? known->made : d->now;
    d->say = arena_printf(d->arena, "view %s is %s", view.name, known ? "kept anew" : "kept");
    return write(d, &view, d->action->actor, view.name);
}

bool view_rename(struct desk_act *d)
{
    const char *name, *to = NULL, *title;
    if (!asked_name(d, "name", &name) || !asked_title(d, &title) || (json_get(d->with, "to") && (!asked_name(d, "to", &to) || (!str_eq(to, name) && !is_free(d, to)))))
        return false;
    const struct view *is = own(d, name);
    if (!is)
        return false;
    if (!to && !title)
        return err_set(d->err, ERR_USAGE, "view-rename needs \"to\", a name, or \"title\"");
    if (to && !str_eq(to, name) && view_find(d->state, own_key(d, to)))
        return err_set(d->err, ERR_STATE, "you keep a view \"%s\" already: take another name, or view-forget %s first", to, to);
    struct view view = *is;
    view.title = title ? title : to && str_eq(is->title, is->name) ? to : is->title;
    d->say = to ? arena_printf(d->arena, "view %s is %s now", name, to) : arena_printf(d->arena, "view %s has another title", name);
    return to && !str_eq(to, name) ? move(d, &view, d->action->actor, to) : write(d, &view, d->action->actor, name);
}

bool view_forget(struct desk_act *d)
{
    const char *name;
    const struct view *is = asked_name(d, "name", &name) ? own(d, name) : NULL;
    if (!is)
        return false;
    d->say = arena_printf(d->arena, "view %s is forgotten", name);
    return desk_write(d, "view", is->key, NULL);
}

bool view_share(struct desk_act *d)
{
    const char *name;
    if (!asked_name(d, "name", &name))
        return false;
    const struct view *shared = view_find(d->state, view_key(d->arena, NULL, name));
    if (shared && str_eq(shared->by, d->action->actor) && !view_find(d->state, own_key(d, name)))
        return err_set(d->err, ERR_ALREADY, "view %s is the team's already", name);
    const struct view *is = own(d, name);
    if (!is)
        return false;
    if (shared || configured(d->rules, name))
        return err_set(d->err, ERR_STATE, "the team has a view \"%s\" already: rename yours first (view-rename %s NAME)", name, name);
    d->say = arena_printf(d->arena, "view %s is the team's", name);
    return hand_over(d, is, NULL);
}

bool view_unshare(struct desk_act *d)
{
    const char *name;
    if (!asked_name(d, "name", &name))
        return false;
    const struct view *is = view_find(d->state, view_key(d->arena, NULL, name));
    if (!is && view_find(d->state, own_key(d, name)))
        return err_set(d->err, ERR_ALREADY, "view %s is yours alone already", name);
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "the team shares no view \"%s\"; `triage views` lists them, and those of the configuration are taken off there", name);
    if (!desk_may_speak_for(d, is->by))
        return false;
    if (view_find(d->state, view_key(d->arena, is->by, name)))
        return err_set(d->err, ERR_STATE, "%s keeps another view \"%s\": they rename that first (view-rename)", is->by, name);
    d->say = arena_printf(d->arena, "view %s is %s's alone", name, is->by);
    return hand_over(d, is, is->by);
}
