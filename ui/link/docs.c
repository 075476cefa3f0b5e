/* docs: see docs.h. */
#include "link/docs.h"
#include <string.h>

void docs_drop(struct docs *d, enum mirror_doc_id id)
{
    arena_free(d->list[id].arena);
    d->list[id] = (struct mirror_doc){0};
}

void docs_fini(struct docs *d)
{
    for (int i = 0; i < MIRROR_DOCS; i++)
        docs_drop(d, (enum mirror_doc_id)i);
}

void docs_amend(struct docs *d, enum mirror_doc_id id)
{
    d->amended[id] = true;
}

static bool same_member(const struct json *a, const struct json *b)
{
    const char *name = json_name(a);
    return strcmp(name, json_name(b)) == 0 && (strcmp(name, "seq") == 0 || json_same(a, b));
}

static bool same_answer(const struct json *a, const struct json *b)
{
    if (!json_is(a, JSON_OBJECT) || !json_is(b, JSON_OBJECT))
        return json_same(a, b);
    for (a = json_first(a), b = json_first(b); a && b && same_member(a, b); a = json_next(a))
        b = json_next(b);
    return !a && !b;
}

static bool stands(const struct docs *d, enum mirror_doc_id id, int64_t ticket, const struct json *root)
{
    const struct mirror_doc *doc = &d->list[id];
    return doc->root && doc->ticket == ticket && !d->amended[id] && same_answer(doc->root, root);
}

bool docs_put(struct docs *d, enum mirror_doc_id id, int64_t ticket, const char *json, size_t n, int64_t now, bool *news, struct err *err)
{
    struct arena *arena = arena_new();
    const struct json *root = json_parse_in(arena, json, n, &json_limits_dialect, NULL, err);
    if (!root) {
        arena_free(arena);
        return err_in(err, "reading the daemon's answer");
    }
    *news = !stands(d, id, ticket, root);
    if (!*news) {
        arena_free(arena);
        d->list[id].at = now;
        return true;
    }
    docs_drop(d, id);
    d->list[id] = (struct mirror_doc){.arena = arena, .root = root, .at = now, .ticket = ticket, .number = ++d->number};
    d->amended[id] = false;
    return true;
}
