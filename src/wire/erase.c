/* erase: see erase.h. Entries are read as JSON and written again: what is not known to be ours alone is left out. */
#include "wire/erase.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/thanks.h"
#include "wire/row.h"
#include <string.h>

enum { ENOUGH = 20 }; /* characters of a note that says enough (core/score) */
const char erase_title[] = "(erased)";

/* --- texts --- */

static const char *trimmed(struct arena *arena, const char *text)
{
    size_t n;
    text += strspn(text, " \t\r\n");
    for (n = strlen(text); n && strchr(" \t\r\n", text[n - 1]); n--)
        ;
    return arena_strndup(arena, text, n);
}

/* As a note is measured: runs of blanks are one. */
static bool says_enough(const char *text)
{
    size_t n = 0;
    for (const char *p = text; *p; p++)
        n += !(strchr(" \t\n", *p) && (p == text || strchr(" \t\n", p[-1]))) && (*p & 0xc0) != 0x80;
    return n >= ENOUGH;
}

char *erase_body(const struct erase *e, const char *body)
{
    if (!body)
        return NULL;
    if (thanks_only(body))
        return arena_strdup(e->arena, "Thanks");
    uint64_t hash = crypto_hash64(arena_printf(e->arena, "%s\x1f%s", e->salt ? e->salt : "", trimmed(e->arena, body)));
    return arena_printf(e->arena, says_enough(body) ? "(erased, as was asked for: %08x)" : "(erased %08x)", (unsigned)(hash >> 32));
}

static const struct json *read(struct arena *arena, const char *text)
{
    return text ? json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
}

/* --- what somebody said --- */

static bool listed(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (str_eq(*names, name))
            return true;
    return false;
}

static bool personal(const char *field)
{
    static const char *const fields[] = {"title", "customer_name", "customer_email", "customer_phone", "hold_reason", "snooze_note", "metadata", NULL};
    return listed(fields, field);
}

static const char *left_of(const char *field)
{
    return str_eq(field, "title") ? erase_title : NULL;
}

static struct json *words_or_null(const char *text)
{
    return text ? json_new_string(text) : json_new_null();
}

static struct json *without_words(const struct json *said)
{
    struct json *out = json_object();
    for (const struct json *m = json_first(said); m; m = json_next(m))
        json_put(out, json_name(m), personal(json_name(m)) ? words_or_null(json_is(m, JSON_NULL) ? NULL : left_of(json_name(m))) : json_copy(m));
    return out;
}

static struct json *message_left(const struct erase *e, const struct json *m)
{
    struct json *out = json_copy(m);
    const char *body = json_get_string(m, "body", NULL);
    json_drop(out, "assets");
    if (str_eq(json_get_string(m, "author_kind", NULL), author_word(AUTHOR_CUSTOMER)))
        json_drop(out, "author");
    if (body) {
        json_drop(out, "body");
        json_put_string(out, "body", erase_body(e, body));
    }
    return out;
}

static struct json *record_left(const struct erase *e, const struct json *r)
{
    const char *kind = json_get_string(r, "kind", "");
    struct json *out = json_copy(r);
    if (!str_eq(kind, "customer") && !str_eq(kind, "survey"))
        return out;
    const char *data = json_print_in(e->arena, json_get(r, "data")), *left = erase_record(e, data);
    json_drop(out, "data");
    json_put(out, "data", json_new_raw(left ? left : data));
    return out;
}

static struct json *observation_left(const struct erase *e, const struct json *obs)
{
    struct json *out = json_object();
    for (const struct json *m = json_first(obs); m; m = json_next(m)) {
        const char *name = json_name(m);
        bool messages = str_eq(name, "messages"), records = str_eq(name, "records");
        struct json *list = messages || records ? json_array() : NULL;
        for (const struct json *one = json_first(m); list && one; one = json_next(one))
            json_push(list, messages ? message_left(e, one) : record_left(e, one));
        json_put(out, name, list ? list : str_eq(name, "said") ? without_words(m) : json_copy(m));
    }
    return out;
}

char *erase_observed(const struct erase *e, const char *text)
{
    const struct json *obs = read(e->arena, text);
    if (!obs)
        return NULL;
    AUTO_JSON left = observation_left(e, obs);
    return json_print_in(e->arena, left);
}

char *erase_records(const struct erase *e, const char *text, const char *key)
{
    const struct json *obs = read(e->arena, text);
    struct json *list = json_array();
    bool goes = false;
    for (const struct json *r = json_first(json_get(obs, "records")); r; r = json_next(r)) {
        bool its = str_eq(json_get_string(r, "key", NULL), key);
        json_push(list, its ? record_left(e, r) : json_copy(r));
        goes |= its;
    }
    AUTO_JSON out = obs ? json_copy(obs) : NULL;
    if (!goes) {
        json_free(list);
        return NULL;
    }
    json_drop(out, "records");
    json_put(out, "records", list);
    return json_print_in(e->arena, out);
}

char *erase_record(const struct erase *e, const char *data)
{
    const struct json *is = read(e->arena, data);
    AUTO_JSON left = json_object();
    bool goes = false;
    for (const struct json *m = json_first(is); m; m = json_next(m)) {
        bool stays = json_is(m, JSON_NUMBER) || json_is(m, JSON_BOOL) || json_is(m, JSON_NULL);
        if (stays)
            json_put(left, json_name(m), json_copy(m));
        goes |= !stays;
    }
    return goes ? json_print_in(e->arena, left) : NULL;
}

/* --- what the journal says --- */

static struct json *note_left(const struct json *line)
{
    struct json *out = json_object();
    json_put_string(out, "kind", json_get_string(line, "kind", ""));
    json_put_string(out, "key", json_get_string(line, "key", ""));
    json_put(out, "old", json_new_null());
    json_put(out, "new", json_new_null());
    return out;
}

char *erase_notes(const struct erase *e, const char *data, const char *prefix)
{
    const struct json *is = read(e->arena, data);
    AUTO_JSON left = is ? json_copy(is) : NULL;
    struct json *records = json_array();
    for (const struct json *line = json_first(json_get(is, "records")); line; line = json_next(line)) {
        bool note = str_eq(json_get_string(line, "kind", NULL), "customer_note") && str_starts(json_get_string(line, "key", ""), prefix);
        json_push(records, note ? note_left(line) : json_copy(line));
    }
    if (!left) {
        json_free(records);
        return NULL;
    }
    json_drop(left, "records");
    json_put(left, "records", records);
    char *text = json_print_in(e->arena, left);
    return strcmp(text, data) != 0 ? text : NULL;
}

/* [[field, old, new]...]; that a field changed stays. */
static struct json *changes_left(const struct json *changes)
{
    struct json *out = json_array();
    for (const struct json *c = json_first(changes); c; c = json_next(c)) {
        const char *field = json_string(json_first(c));
        struct json *row = json_array();
        if (personal(field)) {
            json_push(row, json_new_string(field));
            json_push(row, json_new_null());
            json_push(row, words_or_null(left_of(field)));
        }
        json_push(out, personal(field) ? row : json_copy(c));
        if (!personal(field))
            json_free(row);
    }
    return out;
}

static struct json *made_left(const struct erase *e, const struct json *made)
{
    struct json *out = json_array();
    for (const struct json *obs = json_first(made); obs; obs = json_next(obs))
        json_push(out, observation_left(e, obs));
    return out;
}

static struct json *act_left(const struct erase *e, const struct json *data)
{
    struct json *out = json_object();
    for (const struct json *m = json_first(data); m; m = json_next(m)) {
        const char *name = json_name(m);
        if (!str_eq(name, "reason"))
            json_put(out, name, str_eq(name, "changes") ? changes_left(m) : str_eq(name, "obs") ? observation_left(e, m)
                                : str_eq(name, "made") ? made_left(e, m) : json_copy(m));
    }
    return out;
}

/* These members alone, or all but these, in their order. */
static struct json *pick(const struct json *data, const char *const *names, bool these)
{
    struct json *out = json_object();
    for (const struct json *m = json_first(data); m; m = json_next(m))
        if (listed(names, json_name(m)) == these)
            json_put(out, json_name(m), json_copy(m));
    return out;
}

/* What stays of a kind, or goes of it, with the words; a kind that is not here says nothing that anybody wrote. */
static const char *const label[] = {"source", "task", "label", "was", "by", "weight_milli", "epoch", "urgency", "runner_up", "bp", "category", "category_bp", NULL};
static const char *const event[] = {"id", "at", "source", "dialect", "type", "effect", "state", "ticket", "key", NULL};
static const char *const parcel[] = {"id", "parcel", "state", "destination", "attempts", "do", "count", NULL};
static const char *const nothing[] = {NULL}, *const reason[] = {"reason", NULL};
static const struct { const char *kind; const char *const *stays, *const *goes; } kinds[] = {
    {"label", label, NULL}, {"event", event, NULL}, {"parcel", parcel, NULL}, {"delivery", parcel, NULL}, {"route", nothing, NULL}, {"reveal", nothing, NULL},
    {"fault", nothing, NULL}, {"sla", NULL, reason}};

char *erase_said(const struct erase *e, const char *kind, const char *data)
{
    const struct json *is = read(e->arena, data);
    struct json *left = NULL;
    if (is && str_eq(kind, "ticket"))
        left = act_left(e, is);
    for (size_t i = 0; is && i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(kind, kinds[i].kind))
            left = kinds[i].stays ? pick(is, kinds[i].stays, true) : pick(is, kinds[i].goes, false);
    char *text = left ? json_print_in(e->arena, left) : NULL;
    json_free(left);
    return text && strcmp(text, data) != 0 ? text : NULL;
}
