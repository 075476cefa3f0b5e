/* desk_event: what is in quarantine belongs to no ticket that could be erased. */
#include "core/desk_event.h"
#include "base/str.h"
#include <string.h>

/* A number, or its digits; NULL + err. */
static const char *number(struct desk_act *d)
{
    const struct json *value = json_get(d->with, "event");
    const char *digits = json_string(value) ? json_string(value) : json_number(value);
    if (digits && *digits && strlen(digits) < 19 && !digits[strspn(digits, "0123456789")])
        return digits;
    err_set(d->err, value ? ERR_INPUT : ERR_USAGE, value ? "event: the number of an event" : "erase-event needs \"event\"");
    return NULL;
}

bool desk_do_erase_event(struct desk_act *d)
{
    const struct json *event, *confirm = json_get(d->with, "confirm");
    const char *key = number(d);
    bool sure = json_get_bool(d->with, "confirm", false) || str_eq(json_string(confirm), action_table[ACTION_ERASE_EVENT].name);
    if (!key || !desk_find(d, "event", key, &event))
        return false;
    if (!event)
        return err_set(d->err, ERR_NOT_FOUND, "no event %s; `triage events --state quarantine` or gi lists them", key);
    if (str_eq(json_get_string(event, "state", ""), "erased"))
        return err_set(d->err, ERR_ALREADY, "event %s is erased already", key);
    if (!str_eq(json_get_string(event, "state", ""), "quarantine"))
        return err_set(d->err, ERR_STATE, "event %s is %s, not in quarantine: erase its ticket instead (triage events %s names it)", key, json_get_string(event, "state", ""), key);
    if (!sure)
        return err_set(d->err, ERR_USAGE, "what event %s says is gone then, and no undo brings it back: confirm it with the word", key);
    struct json *data = json_object();
    json_put_string(data, "by", d->action->actor);
    json_put_i64(data, "at", d->now);
    d->say = arena_printf(d->arena, "what event %s said is erased", key);
    return desk_write(d, "erased-event", key, data);
}
