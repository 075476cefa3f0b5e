/* letter: the ticket by the field table, everything else member by member; what is nothing is left out. */
#include "wire/letter.h"
#include "wire/row.h"
#include <string.h>

static void put_text(struct json *row, const char *name, const char *text)
{
    if (text)
        json_put_string(row, name, text);
}

static struct json *ticket_of(const struct ticket *t)
{
    struct json *row = json_object();
    for (int i = 0; i < field_count; i++) {
        struct json *value = row_value(t, &field_table[i]);
        bool nothing = json_is(value, JSON_NULL) || (field_table[i].type == FIELD_INT && !field_int(t, &field_table[i])) ||
                       (field_table[i].type == FIELD_BOOL && !field_int(t, &field_table[i]));
        if (nothing)
            json_free(value);
        else
            json_put(row, field_table[i].name, value);
    }
    return row;
}

static struct json *messages_of(const struct message *list, int count)
{
    struct json *all = json_array();
    for (int i = 0; i < count; i++)
        json_push(all, row_message(&list[i]));
    return all;
}

static struct json *page_of(const struct letter_page *p)
{
    struct json *row = json_object();
    json_put_string(row, "agent", p->agent);
    put_text(row, "policy", p->policy);
    json_put_i64(row, "step", p->step);
    json_put_i64(row, "steps", p->steps);
    json_put_i64(row, "loop", p->loop);
    json_put_bool(row, "high", p->high);
    if (p->also)
        json_put(row, "also", json_copy(p->also));
    return row;
}

struct json *letter_encode(const struct letter *l)
{
    struct json *root = json_object();
    json_put_i64(root, "of", l->of);
    json_put_string(root, "id", l->id);
    json_put_string(root, "type", l->type);
    json_put_i64(root, "at", l->at);
    put_text(root, "origin", l->origin);
    put_text(root, "dialect", l->dialect);
    put_text(root, "team", l->team);
    if (l->hops)
        json_put_i64(root, "hops", l->hops);
    if (l->payload)
        json_put(root, "payload", json_copy(l->payload));
    if (l->ticket)
        json_put(root, "ticket", ticket_of(l->ticket));
    if (l->changes)
        json_put(root, "changes", json_copy(l->changes));
    if (l->message_count)
        json_put(root, "messages", messages_of(l->messages, l->message_count));
    if (l->message)
        json_put(root, "message", row_message(l->message));
    if (l->record) {
        struct json *record = json_object();
        json_put_string(record, "kind", l->record->kind);
        json_put_string(record, "key", l->record->key);
        json_put(record, "data", json_new_raw(l->record->data));
        json_put(root, "record", record);
    }
    put_text(root, "assignee_key", l->assignee_key);
    put_text(root, "why", l->why);
    if (l->entity)
        json_put(root, "entity", json_copy(l->entity));
    if (l->page)
        json_put(root, "page", page_of(l->page));
    return root;
}

static const char *text_of(struct arena *arena, const struct json *root, const char *name)
{
    return arena_strdup(arena, json_get_string(root, name, NULL));
}

static bool read_ticket(struct arena *arena, const struct json *row, struct letter *l, struct err *err)
{
    struct ticket *t = ARENA_NEW(arena, struct ticket);
    for (const struct json *m = json_first(row); m; m = json_next(m)) {
        const struct field *f = field_find(json_name(m));
        if (f && !row_read_value(arena, m, f, t, err))
            return false;
    }
    l->ticket = t;
    return true;
}

static const struct letter_page *read_page(struct arena *arena, const struct json *row)
{
    struct letter_page *p = ARENA_NEW(arena, struct letter_page);
    *p = (struct letter_page){.agent = arena_strdup(arena, json_get_string(row, "agent", "")), .policy = text_of(arena, row, "policy"),
                              .step = (int)json_get_i64(row, "step", 0), .steps = (int)json_get_i64(row, "steps", 0),
                              .loop = (int)json_get_i64(row, "loop", 0), .high = json_get_bool(row, "high", false), .also = json_get(row, "also")};
    return p;
}

bool letter_decode(struct arena *arena, const char *text, struct letter *out, struct err *err)
{
    const struct json *root = text ? json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, err) : NULL;
    if (!json_is(root, JSON_OBJECT) || !json_get_string(root, "id", NULL))
        return err_set(err, ERR_INTERNAL, "reading a letter: it is none");
    struct letter l = {.of = (int)json_get_i64(root, "of", 0), .id = text_of(arena, root, "id"), .type = text_of(arena, root, "type"),
                       .at = json_get_i64(root, "at", 0), .origin = text_of(arena, root, "origin"), .dialect = text_of(arena, root, "dialect"),
                       .team = text_of(arena, root, "team"), .hops = json_get_i64(root, "hops", 0), .payload = json_get(root, "payload"),
                       .changes = json_get(root, "changes"), .assignee_key = text_of(arena, root, "assignee_key"),
                       .why = text_of(arena, root, "why"), .entity = json_get(root, "entity")};
    const struct json *messages = json_get(root, "messages"), *message = json_get(root, "message"), *record = json_get(root, "record");
    if (json_get(root, "ticket") && !read_ticket(arena, json_get(root, "ticket"), &l, err))
        return false;
    l.messages = ARENA_ARRAY(arena, struct message, json_count(messages));
    for (const struct json *m = json_first(messages); m; m = json_next(m))
        row_read_message(arena, m, &l.messages[l.message_count++]);
    if (message) {
        struct message *m = ARENA_NEW(arena, struct message);
        row_read_message(arena, message, m);
        l.message = m;
    }
    if (record) {
        struct record *r = ARENA_NEW(arena, struct record);
        *r = (struct record){text_of(arena, record, "kind"), text_of(arena, record, "key"), json_print_in(arena, json_get(record, "data"))};
        l.record = r;
    }
    if (json_get(root, "page"))
        l.page = read_page(arena, json_get(root, "page"));
    *out = l;
    return true;
}

struct json *letter_redaction_encode(const struct letter_redaction *how)
{
    struct json *root = json_object(), *fields = json_array(), *modes = json_object();
    for (int i = 0; i < how->field_count; i++)
        json_push(fields, json_new_string(how->fields[i]));
    for (int i = 0; i < REDACT_ENTITIES; i++)
        if (how->fields_mode.mode[i])
            json_put_string(modes, redact_entity_words[i], redact_mode_words[how->fields_mode.mode[i]]);
    json_put(root, "fields", fields);
    json_put(root, "modes", modes);
    return root;
}

static int mode_of(const char *word)
{
    for (int i = 0; word && redact_mode_words[i]; i++)
        if (strcmp(redact_mode_words[i], word) == 0)
            return i;
    return REDACT_UNSET;
}

bool letter_redaction_decode(struct arena *arena, const char *text, struct letter_redaction *out, struct err *err)
{
    *out = (struct letter_redaction){0};
    if (!text)
        return true;
    const struct json *root = json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, err);
    if (!json_is(root, JSON_OBJECT))
        return err_set(err, ERR_INTERNAL, "reading a redaction: it is none");
    out->route = true;
    for (const struct json *f = json_first(json_get(root, "fields")); f && out->field_count < LETTER_FIELDS; f = json_next(f))
        out->fields[out->field_count++] = arena_strdup(arena, json_string(f));
    for (int i = 0; i < REDACT_ENTITIES; i++)
        out->fields_mode.mode[i] = mode_of(json_get_string(json_get(root, "modes"), redact_entity_words[i], NULL));
    return true;
}
