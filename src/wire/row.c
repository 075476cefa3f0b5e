/* row: the field table walked once for each direction. */
#include "wire/row.h"
#include "base/str.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

struct json *row_value(const struct ticket *t, const struct field *f)
{
    switch (f->type) {
    case FIELD_TEXT:
        return json_new_string(field_text(t, f));
    case FIELD_TAGS:
    case FIELD_JSON:
        return json_new_raw(field_text(t, f));
    case FIELD_ENUM:
        return field_int(t, f) ? json_new_string(field_word(f, field_int(t, f))) : json_new_null();
    case FIELD_BOOL:
        return json_new_bool(field_int(t, f));
    case FIELD_TIME:
        return field_int(t, f) ? json_new_i64(field_int(t, f)) : json_new_null();
    case FIELD_INT:
        break;
    }
    return json_new_i64(field_int(t, f));
}

bool row_read_value(struct arena *arena, const struct json *value, const struct field *f, struct ticket *t, struct err *err)
{
    int64_t number;
    bool flag;
    int word;
    if (json_kind(value) == JSON_NULL)
        return true;
    switch (f->type) {
    case FIELD_TEXT:
        if (json_string(value)) {
            field_set_text(t, f, arena_strdup(arena, json_string(value)));
            return true;
        }
        break;
    case FIELD_TAGS:
    case FIELD_JSON:
        field_set_text(t, f, json_print_in(arena, value));
        return true;
    case FIELD_ENUM:
        if (json_string(value) && (word = field_word_value(f, json_string(value))) >= 0) {
            field_set_int(t, f, word);
            return true;
        }
        break;
    case FIELD_BOOL:
        if (json_bool(value, &flag)) {
            field_set_int(t, f, flag);
            return true;
        }
        break;
    case FIELD_INT:
    case FIELD_TIME:
        if (json_i64(value, &number)) {
            field_set_int(t, f, number);
            return true;
        }
        break;
    }
    return err_set(err, ERR_INPUT, "%s: not a value of this field", f->name);
}

static struct json *masked_value(const struct ticket *t, const struct field *f)
{
    AUTO_ARENA arena = arena_new();
    const char *text = field_text(t, f);
    return json_new_string(text ? text_mask(arena, text) : NULL);
}

static struct json *clocks(const struct ticket *t)
{
    static const char *const metrics[] = {"first_response", "next_response", "resolution"};
    static const char *const states[] = {"", "running", "paused", "fulfilled", "cancelled"};
    struct json *list = json_array();
    for (int i = 0; i < SLA_METRICS; i++) {
        const struct sla_clock *c = &t->clock[i];
        if (c->state == CLOCK_NONE)
            continue;
        struct json *row = json_object();
        json_put_string(row, "metric", metrics[i]);
        json_put_string(row, "state", states[c->state]);
        json_put_string(row, "policy", c->policy);
        if (c->calendar)
            json_put_string(row, "calendar", c->calendar);
        json_put_i64(row, "target", c->target);
        json_put_i64(row, "started_at", c->started_at);
        json_put_i64(row, "due_at", c->due_at);
        json_put_i64(row, "elapsed", c->elapsed);
        json_put_i64(row, "since", c->since);
        json_put_bool(row, "warned", c->warned);
        json_put_bool(row, "breached", c->breached);
        json_push(list, row);
    }
    return list;
}

struct json *row_escalation(const struct escalation *e)
{
    if (e->state == ESCALATION_NONE)
        return json_new_null();
    struct json *row = json_object();
    json_put_string(row, "state", escalation_word(e->state));
    json_put_string(row, "policy", e->policy);
    json_put_string(row, "policy_version", e->policy_version);
    json_put_i64(row, "step", e->step);
    json_put_i64(row, "loop", e->loop);
    json_put_i64(row, "occurrences", e->occurrences);
    json_put_i64(row, "opened_at", e->opened_at);
    json_put_i64(row, "stepped_at", e->stepped_at);
    bool held = e->state == ESCALATION_SUPPRESSED; /* nothing of it comes, and nobody has it, while it is */
    json_put_i64(row, "next_at", held ? 0 : e->next_at);
    json_put_string(row, "acked_by", held ? NULL : e->acked_by);
    json_put_i64(row, "acked_at", e->acked_at);
    json_put_i64(row, "ack_expires_at", held ? 0 : e->ack_expires_at);
    json_put_i64(row, "snoozed_until", held ? 0 : e->snoozed_until);
    json_put_i64(row, "held_until", e->held_until);
    json_put_i64(row, "resolved_at", e->resolved_at);
    json_put_string(row, "resolved_by", e->resolved_by);
    json_put_string(row, "reason", e->reason);
    return row;
}

/* Where the bar of the clock that is due next begins. */
static int64_t due_from(const struct ticket *t)
{
    for (int i = 0; i < SLA_METRICS; i++)
        if (t->clock[i].state == CLOCK_RUNNING && t->clock[i].due_at == t->next_due_at)
            return t->clock[i].calendar ? t->clock[i].started_at : t->clock[i].due_at - t->clock[i].target;
    return 0;
}

static void put_field(struct json *row, const struct ticket *t, const struct field *f, bool masked)
{
    bool mask = masked && (f->flags & FIELD_PII) && !str_eq(f->name, "customer_name");
    json_put(row, f->name, mask ? masked_value(t, f) : row_value(t, f));
}

struct json *row_ticket(const struct ticket *t, bool masked)
{
    struct json *row = json_object();
    for (int i = 0; i < field_count; i++)
        if (!(field_table[i].flags & FIELD_HIDDEN))
            put_field(row, t, &field_table[i], masked);
    json_put_i64(row, "due_from", due_from(t));
    json_put(row, "clocks", clocks(t));
    json_put(row, "escalation", row_escalation(&t->escalation));
    return row;
}

static bool says_something(const struct ticket *t, const struct field *f)
{
    return field_is_text(f) ? field_text(t, f) != NULL : field_int(t, f) != 0;
}

struct json *row_brief(const struct ticket *t, bool masked)
{
    struct json *row = json_object();
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        if (!(f->flags & FIELD_HIDDEN) && f->type != FIELD_JSON && says_something(t, f))
            put_field(row, t, f, masked);
    }
    if (due_from(t))
        json_put_i64(row, "due_from", due_from(t));
    return row;
}

struct json *row_changes(const struct ticket *before, const struct ticket *after)
{
    struct json *list = json_array();
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        if ((f->flags & FIELD_QUIET) || field_same(before, after, f))
            continue;
        struct json *row = json_array();
        json_push(row, json_new_string(f->name));
        json_push(row, row_value(before, f));
        json_push(row, row_value(after, f));
        json_push(list, row);
    }
    return list;
}

/* As kept with an observation: what is nothing is left out, reading gives it back. */
static struct json *compact_message(const struct message *m)
{
    struct json *row = json_object();
    json_put_string(row, "id", m->id);
    json_put_string(row, "author_kind", author_word(m->author_kind));
    json_put_string(row, "origin", origin_word(m->origin));
    json_put_i64(row, "at", m->at);
    if (m->author)
        json_put_string(row, "author", m->author);
    if (m->body)
        json_put_string(row, "body", m->body);
    json_put_bool(row, "public", m->is_public);
    json_put_bool(row, "automatic", m->automatic);
    if (m->state)
        json_put_string(row, "state", m->state);
    if (m->asset_count)
        json_put_i64(row, "asset_count", m->asset_count);
    if (m->voice)
        json_put_i64(row, "voice", m->voice);
    if (m->row)
        json_put_i64(row, "row", m->row);
    if (m->assets)
        json_put(row, "assets", json_new_raw(m->assets));
    return row;
}

struct json *row_message(const struct message *m)
{
    struct json *row = json_object();
    json_put_i64(row, "row", m->row);
    json_put_string(row, "id", m->id);
    json_put_string(row, "author_kind", author_word(m->author_kind));
    json_put_string(row, "author", m->author);
    json_put_string(row, "body", m->body);
    json_put_bool(row, "public", m->is_public);
    json_put_bool(row, "automatic", m->automatic);
    json_put_string(row, "origin", origin_word(m->origin));
    json_put_string(row, "state", m->state);
    json_put_i64(row, "at", m->at);
    json_put_i64(row, "asset_count", m->asset_count);
    json_put_i64(row, "voice", m->voice);
    if (m->assets)
        json_put(row, "assets", json_new_raw(m->assets));
    return row;
}

void row_read_message(struct arena *arena, const struct json *row, struct message *m)
{
    const struct json *assets = json_get(row, "assets");
    *m = (struct message){.row = json_get_i64(row, "row", 0), .id = arena_strdup(arena, json_get_string(row, "id", "")),
                          .author_kind = author_value(json_get_string(row, "author_kind", "")),
                          .author = arena_strdup(arena, json_get_string(row, "author", NULL)),
                          .body = arena_strdup(arena, json_get_string(row, "body", NULL)),
                          .is_public = json_get_bool(row, "public", false), .automatic = json_get_bool(row, "automatic", false),
                          .origin = origin_value(json_get_string(row, "origin", "")),
                          .state = arena_strdup(arena, json_get_string(row, "state", NULL)), .at = json_get_i64(row, "at", 0),
                          .asset_count = json_get_i64(row, "asset_count", 0), .voice = (int)json_get_i64(row, "voice", 0),
                          .assets = assets ? json_print_in(arena, assets) : NULL};
}

static struct json *said_of(const struct observation *obs)
{
    struct json *said = json_object();
    for (int i = 0; i < field_count; i++)
        if (field_set_has(&obs->said, i))
            json_put(said, field_table[i].name, field_set_has(&obs->null, i) ? json_new_null() : row_value(&obs->value, &field_table[i]));
    return said;
}

static struct json *nulls_of(const struct observation *obs)
{
    struct json *null = json_array();
    for (int i = 0; i < field_count; i++)
        if (field_set_has(&obs->null, i))
            json_push(null, json_new_string(field_table[i].name));
    return null;
}

static struct json *records_of(const struct observation *obs)
{
    struct json *records = json_array();
    for (int i = 0; i < obs->record_count; i++) {
        struct json *record = json_object();
        json_put_string(record, "kind", obs->records[i].kind);
        json_put_string(record, "key", obs->records[i].key);
        json_put(record, "data", json_new_raw(obs->records[i].data));
        json_push(records, record);
    }
    return records;
}

static void put_flag(struct json *row, const char *name, bool value)
{
    if (value)
        json_put_bool(row, name, true);
}

struct json *row_observation(const struct observation *obs)
{
    struct json *row = json_object();
    json_put_string(row, "kind", kind_word(obs->kind));
    json_put_i64(row, "t", obs->v.t);
    json_put_i64(row, "rank", obs->v.rank);
    json_put_i64(row, "n", obs->v.n);
    json_put_string(row, "v", obs->v.key);
    json_put_string(row, "account", obs->account);
    json_put_string(row, "dialect", obs->dialect);
    json_put_string(row, "ticket", obs->key);
    json_put_string(row, "source_id", obs->value.source_id);
    if (obs->voice)
        json_put_i64(row, "voice", obs->voice);
    json_put(row, "said", said_of(obs));
    json_put(row, "null", nulls_of(obs));
    put_flag(row, "initial", obs->status_initial);
    put_flag(row, "guess", obs->status_guess);
    put_flag(row, "undo", obs->undo);
    if (obs->message_count) {
        struct json *messages = json_array();
        for (int i = 0; i < obs->message_count; i++)
            json_push(messages, compact_message(&obs->messages[i]));
        json_put(row, "messages", messages);
    }
    if (obs->record_count)
        json_put(row, "records", records_of(obs));
    return row;
}

static bool read_said(struct arena *arena, const struct json *row, struct observation *obs, struct err *err)
{
    const struct json *said = json_get(row, "said"), *null = json_get(row, "null");
    for (const struct json *m = json_first(said); m; m = json_next(m)) {
        const struct field *f = field_find(json_name(m));
        if (!f)
            return err_set(err, ERR_INPUT, "observation: unknown field \"%.40s\"", json_name(m));
        field_set_add(&obs->said, field_index(f));
        if (!row_read_value(arena, m, f, &obs->value, err))
            return false;
    }
    for (const struct json *m = json_first(null); m; m = json_next(m)) {
        const struct field *f = field_find(json_string(m));
        if (f)
            field_set_add(&obs->null, field_index(f));
    }
    return true;
}

static void read_lists(struct arena *arena, const struct json *row, struct observation *obs)
{
    const struct json *messages = json_get(row, "messages"), *records = json_get(row, "records");
    obs->messages = ARENA_ARRAY(arena, struct message, json_count(messages));
    for (const struct json *m = json_first(messages); m; m = json_next(m))
        row_read_message(arena, m, &obs->messages[obs->message_count++]);
    obs->records = ARENA_ARRAY(arena, struct record, json_count(records));
    for (const struct json *r = json_first(records); r; r = json_next(r))
        obs->records[obs->record_count++] = (struct record){
            arena_strdup(arena, json_get_string(r, "kind", "")), arena_strdup(arena, json_get_string(r, "key", "")),
            json_get(r, "data") ? json_print_in(arena, json_get(r, "data")) : "{}"};
}

bool row_read_observation(struct arena *arena, const struct json *row, struct observation *obs, struct err *err)
{
    *obs = (struct observation){.voice = (int)json_get_i64(row, "voice", 0), .kind = kind_value(json_get_string(row, "kind", "none")),
                                .v = {json_get_i64(row, "t", 0), json_get_i64(row, "rank", 0), json_get_i64(row, "n", 0),
                                      arena_strdup(arena, json_get_string(row, "v", NULL))},
                                .account = arena_strdup(arena, json_get_string(row, "account", NULL)),
                                .dialect = arena_strdup(arena, json_get_string(row, "dialect", NULL)),
                                .key = arena_strdup(arena, json_get_string(row, "ticket", NULL)),
                                .status_initial = json_get_bool(row, "initial", false),
                                .status_guess = json_get_bool(row, "guess", false), .undo = json_get_bool(row, "undo", false)};
    if (obs->kind < 0)
        return err_set(err, ERR_INPUT, "observation: unknown kind");
    obs->value.source_id = arena_strdup(arena, json_get_string(row, "source_id", NULL));
    read_lists(arena, row, obs);
    return read_said(arena, row, obs, err);
}
