/* desk_people: see the header. A note stands on its own record, so that two who write at once both stay. */
#include "core/desk_people.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

enum { CUSTOMER_MAX = 300 };

static bool take_away(struct desk_act *d, const char *customer, const char *key)
{
    const struct json *is;
    if (strncmp(key, customer, strlen(customer)) != 0 || key[strlen(customer)] != '\x1f')
        return err_set(d->err, ERR_NOT_FOUND, "key: no note on that customer");
    if (!desk_find(d, "customer_note", key, &is))
        return false;
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "key: no note on that customer");
    d->say = "note taken off the customer";
    return desk_may_speak_for(d, json_get_string(is, "by", "")) && desk_write(d, "customer_note", key, NULL);
}

bool people_customer_note(struct desk_act *d)
{
    const char *customer, *text, *key;
    if (!desk_text(d, "customer", true, &customer) || !desk_text(d, "key", false, &key) || !desk_text(d, "text", !key, &text))
        return false;
    if (strlen(customer) > CUSTOMER_MAX || strchr(customer, '\x1f'))
        return err_set(d->err, ERR_INPUT, "customer: a key of at most %d bytes", CUSTOMER_MAX);
    if (key)
        return take_away(d, customer, key);
    struct json *data = json_object();
    json_put_string(data, "text", text);
    json_put_string(data, "by", d->action->actor);
    json_put_i64(data, "at", d->now);
    d->say = "note added to the customer";
    return desk_write(d, "customer_note", arena_printf(d->arena, "%s\x1f%020lld", customer, strtoll(d->fresh, NULL, 10)), data);
}
