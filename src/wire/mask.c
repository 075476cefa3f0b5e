/* mask: by core/redact, over what wire/row makes. A ticket is masked before it becomes a row, so that list, document and
 * stream say the same of it. */
#include "wire/mask.h"
#include "base/str.h"
#include "core/redact.h"
#include "wire/row.h"
#include <string.h>

const char *mask_text(struct arena *arena, const struct mask *mask, const char *name, const char *text)
{
    return text && config_agent(mask->config, text) ? text : redact_member(arena, name, text, &mask->config->mask, mask->salt);
}

static struct json *masked(struct arena *arena, const struct mask *mask, const char *name, const struct json *node)
{
    bool string = json_is(node, JSON_STRING), object = json_is(node, JSON_OBJECT);
    if (string || json_is(node, JSON_NUMBER)) {
        const char *text = string ? json_string(node) : json_number(node), *safe = mask_text(arena, mask, name, text);
        return safe == text ? json_copy(node) : json_new_string(safe);
    }
    if (!object && !json_is(node, JSON_ARRAY))
        return json_copy(node);
    struct json *out = object ? json_object() : json_array();
    for (const struct json *m = json_first(node); m; m = json_next(m))
        if (object)
            json_put(out, mask_text(arena, mask, NULL, json_name(m)), masked(arena, mask, json_name(m), m));
        else
            json_push(out, masked(arena, mask, name, m));
    return out;
}

struct json *mask_json(struct arena *arena, const struct mask *mask, const struct json *node)
{
    return node ? masked(arena, mask, NULL, node) : NULL;
}

/* Text that holds JSON. What cannot be read is hidden as text. */
static const char *mask_document(struct arena *arena, const struct mask *mask, const char *text)
{
    const struct json *node = text ? json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
    if (!node)
        return text ? json_print_in(arena, json_new_string(mask_text(arena, mask, NULL, text))) : NULL;
    AUTO_JSON safe = masked(arena, mask, NULL, node);
    return json_print_in(arena, safe);
}

/* What a source said of it: not the desk's own names, nor what tells it from others. */
static bool is_free(const struct field *f)
{
    return field_is_text(f) && (f->flags & (FIELD_SOURCE | FIELD_FREE)) && !(f->flags & FIELD_VOICES);
}

/* An address and a number are known for what they are: row_ticket shows a little of them. */
static bool is_contact(const struct field *f)
{
    return f->flags & FIELD_PII && strcmp(f->name, "customer_name") != 0;
}

static void show_contact(struct json *row, const char *name, const char *text, int mode)
{
    if (mode != REDACT_RAW || !json_get(row, name))
        return;
    json_drop(row, name);
    json_put_string(row, name, text);
}

static struct json *ticket_as(struct json *(*make)(const struct ticket *, bool), struct arena *arena, const struct mask *mask, const struct ticket *t)
{
    struct ticket safe = *t;
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        const char *text = is_free(f) && !is_contact(f) ? field_text(t, f) : NULL;
        if (text && f->type == FIELD_TEXT)
            field_set_text(&safe, f, mask_text(arena, mask, f->name, text));
        else if (text && (f->type != FIELD_JSON || make != row_brief))
            field_set_text(&safe, f, mask_document(arena, mask, text));
    }
    safe.escalation.reason = mask_text(arena, mask, NULL, t->escalation.reason);
    struct json *row = make(&safe, true);
    show_contact(row, "customer_email", t->customer_email, mask->config->mask.mode[REDACT_EMAIL]);
    show_contact(row, "customer_phone", t->customer_phone, mask->config->mask.mode[REDACT_PHONE]);
    return row;
}

struct json *mask_ticket(struct arena *arena, const struct mask *mask, const struct ticket *t)
{
    return ticket_as(row_ticket, arena, mask, t);
}

struct json *mask_brief(struct arena *arena, const struct mask *mask, const struct ticket *t)
{
    return ticket_as(row_brief, arena, mask, t);
}

struct json *mask_message(struct arena *arena, const struct mask *mask, const struct message *m)
{
    struct message safe = *m;
    safe.author = mask_text(arena, mask, NULL, m->author);
    safe.body = mask_text(arena, mask, NULL, m->body);
    safe.assets = mask_document(arena, mask, m->assets);
    return row_message(&safe);
}
