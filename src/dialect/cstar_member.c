/* cstar_member: members of a cStar event, in either generation's spelling. */
#include "dialect/cstar.h"
#include <ctype.h>
#include <string.h>

enum { CHANGES_CHECKED = 64 }; /* each costs a walk over the snapshot */

const struct json *cstar_pick(const struct json *object, const char *camel)
{
    char snake[48];
    size_t n = 0;
    const struct json *node = json_get(object, camel);
    if (node || !object)
        return node;
    for (; *camel && n < sizeof snake - 2; camel++) {
        if (isupper((unsigned char)*camel))
            snake[n++] = '_';
        snake[n++] = (char)tolower((unsigned char)*camel);
    }
    snake[n] = 0;
    return json_get(object, snake);
}

const struct json *cstar_changed(const struct cstar *c, const char *camel)
{
    const struct json *change = cstar_pick(c->changes, camel);
    return json_is(change, JSON_OBJECT) ? json_get(change, "to") : NULL;
}

const struct json *cstar_value(const struct cstar *c, const struct json *object, const char *camel, const char *flat)
{
    const struct json *node = cstar_changed(c, camel);
    node = node ? node : cstar_pick(object, camel);
    return node || !flat ? node : json_get(c->root, flat);
}

const char *cstar_key(struct cstar *c, const struct json *node, const char *field)
{
    const char *id = decode_id(&c->d, node, field);
    return id ? arena_printf(c->d.arena, "cstar:%s", id) : NULL;
}

const char *cstar_agent(struct cstar *c, const struct json *node, const char *field)
{
    if (json_is(node, JSON_OBJECT))
        node = cstar_pick(node, "id") ? cstar_pick(node, "id") : cstar_pick(node, "userId");
    return cstar_key(c, node, field);
}

bool cstar_same(struct cstar *c, const struct json *a, const struct json *b)
{
    return strcmp(json_print_in(c->d.arena, a), json_print_in(c->d.arena, b)) == 0;
}

void cstar_check(struct cstar *c, const struct json *object)
{
    if (decode_given(json_get(c->data, "changes")) && !c->changes)
        decode_warn(&c->d, "type", "changes", false);
    int left = CHANGES_CHECKED;
    for (const struct json *m = json_first(c->changes); m && left > 0; m = json_next(m), left--) {
        const struct json *to = json_get(m, "to"), *shown = cstar_pick(object, json_name(m));
        if (decode_given(m) && (!json_is(m, JSON_OBJECT) || (to && shown && !cstar_same(c, to, shown))))
            decode_warn(&c->d, "changes", json_name(m), false);
    }
}

char *cstar_tags(struct cstar *c, const struct json *node, const char *field, int *count)
{
    AUTO_JSON out = json_array();
    *count = 0;
    for (const struct json *t = json_first(decode_list(&c->d, node, field)); t; t = json_next(t)) {
        char *text = decode_text(&c->d, t, field);
        if (text && *text) {
            json_push(out, json_new_string(text));
            ++*count;
        }
    }
    return json_print_in(c->d.arena, out);
}

static struct json *member_json(struct cstar *c, const struct json *node, const struct cstar_member *m)
{
    int64_t number;
    bool flag;
    int count;
    char *text;
    if (!decode_given(node))
        return NULL;
    switch (m->type) {
    case CSTAR_TEXT:
        text = decode_text(&c->d, node, m->camel);
        return text && *text ? json_new_string(text) : NULL;
    case CSTAR_INT:
        return decode_int(&c->d, node, m->camel, &number) ? json_new_i64(number) : NULL;
    case CSTAR_TIME:
        return decode_when(&c->d, node, m->camel, &number) ? json_new_i64(number) : NULL;
    case CSTAR_BOOL:
        return decode_flag(&c->d, node, m->camel, &flag) ? json_new_bool(flag) : NULL;
    case CSTAR_TAGS:
        return json_new_raw(cstar_tags(c, node, m->camel, &count));
    case CSTAR_JSON:
        text = decode_json(&c->d, node);
        return text ? json_new_raw(text) : NULL;
    }
    return NULL;
}

struct json *cstar_data(struct cstar *c, const struct json *object, const struct cstar_member *members)
{
    struct json *data = json_object();
    for (; members->camel; members++) {
        struct json *value = member_json(c, cstar_value(c, object, members->camel, NULL), members);
        if (value && !json_get(data, members->name))
            json_put(data, members->name, value);
        else
            json_free(value);
    }
    return data;
}

const struct json *cstar_object(const struct json *data, const char *name)
{
    const struct json *node = json_get(data, name);
    return json_is(node, JSON_OBJECT) ? node : NULL;
}
