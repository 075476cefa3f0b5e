/* desk_people: see the header. A note stands on its own record, so that two who write at once both stay. */
#include "core/desk_people.h"
#include "base/str.h"
#include "core/macro.h"
#include <stdlib.h>
#include <string.h>

enum { CUSTOMER_MAX = 300 };

/* Named by key, or as whoever wrote a ticket: a console may not see a key that gives an address away. */
static bool whose(struct desk_act *d, const char **customer)
{
    const struct json *number = json_get(d->with, "ticket"), *ticket = NULL;
    const char *text = json_string(number) ? json_string(number) : json_number(number);
    if (!text)
        return desk_text(d, "customer", true, customer);
    if (!desk_find(d, "ticket", text, &ticket))
        return false;
    *customer = arena_strdup(d->arena, json_get_string(ticket, "customer", NULL));
    return *customer || err_set(d->err, ERR_NOT_FOUND, "ticket: there is none of that number whose source names a customer; `triage customers` lists those there are");
}

static const char *note_key(struct desk_act *d, const char *customer, const char *number)
{
    return arena_printf(d->arena, "%s\x1f%020lld", customer, strtoll(number, NULL, 10));
}

static bool take_away(struct desk_act *d, const char *key)
{
    const struct json *is;
    if (!desk_find(d, "customer_note", key, &is))
        return false;
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "note: there is none of that number on this customer; `triage customer KEY --json` numbers them");
    d->say = "note taken off the customer";
    return desk_may_speak_for(d, json_get_string(is, "by", "")) && desk_write(d, "customer_note", key, NULL);
}

bool people_customer_note(struct desk_act *d)
{
    const char *customer, *text, *note;
    if (!whose(d, &customer) || !desk_text(d, "note", false, &note) || !desk_text(d, "text", !note, &text))
        return false;
    if (strlen(customer) > CUSTOMER_MAX || strchr(customer, '\x1f'))
        return err_set(d->err, ERR_INPUT, "customer: a key of at most %d bytes", CUSTOMER_MAX);
    if (note)
        return take_away(d, note_key(d, customer, note));
    struct json *data = json_object();
    json_put_string(data, "text", text);
    json_put_string(data, "by", d->action->actor);
    json_put_i64(data, "at", d->now);
    d->say = "note added to the customer";
    return desk_write(d, "customer_note", note_key(d, customer, d->fresh), data);
}

static bool is_personal(const struct json *with)
{
    const char *word = json_get_string(with, "personal", NULL);
    return word ? str_eq(word, "true") || str_eq(word, "yes") : json_get_bool(with, "personal", false);
}

/* Where it is kept; NULL + err. */
static const char *macro_key(struct desk_act *d, bool personal)
{
    const char *name;
    if (!desk_text(d, "name", true, &name))
        return NULL;
    if (!macro_name_fits(name)) {
        err_set(d->err, ERR_INPUT, "name: letters, digits . _ -, at most 64 of them");
        return NULL;
    }
    if (!personal && d->action->role < ROLE_LEAD) {
        role_refuse(d->err, "a macro of the team (personal=yes keeps one of your own)", ROLE_LEAD, d->action->role);
        return NULL;
    }
    return personal ? arena_printf(d->arena, "%s/%s", d->action->actor, name) : name;
}

bool people_macro_save(struct desk_act *d)
{
    struct macro macro;
    bool personal = is_personal(d->with);
    const char *key = macro_key(d, personal), *name = json_get_string(d->with, "name", NULL);
    if (!key)
        return false;
    if (!macro_read(d->arena, name, d->with, &macro, d->err))
        return err_in(d->err, "macro %s", name);
    macro.owner = personal ? d->action->actor : NULL;
    macro.by = d->action->actor;
    d->say = arena_printf(d->arena, "macro %s is kept", name);
    return desk_write(d, "macro", key, macro_data(&macro));
}

bool people_macro_drop(struct desk_act *d)
{
    const struct json *is;
    const char *key = macro_key(d, is_personal(d->with)), *name = json_get_string(d->with, "name", NULL);
    if (!key || !desk_find(d, "macro", key, &is))
        return false;
    if (!is)
        return err_set(d->err, ERR_NOT_FOUND, "no macro %s is kept here; those of the configuration are taken off there", name);
    d->say = arena_printf(d->arena, "macro %s is gone", name);
    return desk_write(d, "macro", key, NULL);
}
