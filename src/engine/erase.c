/* erase: the words in a ticket, and who wrote them, go for good: from its events, its journal, its messages, from what left and what is
 * being written about it, and from what is kept of the customer. What happened stays, and the history that is left folds to the ticket
 * that is left, so a rebuild comes out the same. What stands in a text's place is wire/erase's to say. Inside the writer's transaction;
 * the log, where it still lies, is emptied behind it (store_scour). */
#include "engine/change.h"
#include "base/str.h"
#include "wire/erase.h"
#include <string.h>

enum { WORD_LEAST = 4, RECORDS = 16 };
struct named { const char *kind, *key; };
struct erasing {
    struct erase by;
    struct named *records; /* of customers and surveys, as its events name them */
    int count, cap, at;    /* at: the record that is looked for now */
    const char *notes;     /* what the keys of the customer's notes begin with */
};

static void record_add(struct erasing *x, const char *kind, const char *key)
{
    for (int i = 0; i < x->count; i++)
        if (str_eq(x->records[i].kind, kind) && str_eq(x->records[i].key, key))
            return;
    if (x->count == x->cap) {
        struct named *more = ARENA_ARRAY(x->by.arena, struct named, x->cap = x->cap ? x->cap * 2 : RECORDS);
        if (x->count)
            memcpy(more, x->records, sizeof *more * (size_t)x->count);
        x->records = more;
    }
    x->records[x->count++] = (struct named){kind, key};
}

static void find_records(struct erasing *x, const char *text)
{
    const struct json *obs = json_parse_in(x->by.arena, text, strlen(text), &json_limits_dialect, NULL, NULL);
    for (const struct json *r = json_first(json_get(obs, "records")); r; r = json_next(r)) {
        const char *kind = json_get_string(r, "kind", "");
        if (str_eq(kind, "customer") || str_eq(kind, "survey"))
            record_add(x, kind, json_get_string(r, "key", ""));
    }
}

static const char *left(void *arg, const char *kind, const char *text)
{
    struct erasing *x = arg;
    if (!text)
        return str_eq(kind, "aside") ? "" : NULL;
    if (str_eq(kind, "body"))
        return erase_body(&x->by, text);
    if (str_eq(kind, "record"))
        return erase_record(&x->by, text);
    if (str_eq(kind, "records"))
        return erase_records(&x->by, text, x->records[x->at].key);
    if (str_eq(kind, "notes"))
        return erase_notes(&x->by, text, x->notes);
    if (str_eq(kind, "aside"))
        return "";
    if (!str_eq(kind, "observation"))
        return erase_said(&x->by, kind, text);
    find_records(x, text);
    return erase_observed(&x->by, text);
}

/* Its longest piece that stands in JSON, and in an expression within it, as it is. */
static const char *plain_piece(struct arena *arena, const char *word)
{
    const char *best = word;
    size_t most = 0;
    while (*word) {
        size_t n = strcspn(word, "\"\\/\t\n\r");
        best = n > most ? word : best;
        most = n > most ? n : most;
        word += n + (word[n] != 0);
    }
    return arena_strndup(arena, best, most);
}

/* The places where consoles keep what was typed: a filter, a command. */
static bool forget_words(struct engine *e, struct arena *arena, const struct ticket *t, struct err *err)
{
    const char *const words[] = {t->title, t->customer_name, t->customer_email, t->customer_phone};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *piece = words[i] ? plain_piece(arena, words[i]) : "";
        if (strlen(piece) >= WORD_LEAST && !store_erase_kept(e->store, piece, err))
            return false;
    }
    return true;
}

/* What is kept of them beside their tickets: what the source said, what agents noted. also: the entries of no ticket that it touched. */
static bool forget_person(struct engine *e, struct erasing *x, const struct ticket *t, const char **also, struct err *err)
{
    const struct store_eraser by = {left, x};
    AUTO_STR gone;
    str_init(&gone, 64 << 20);
    if (!store_erase_aside(e->store, x->by.arena, t->id, &by, &gone, err))
        return false;
    if (t->customer) {
        record_add(x, "customer", t->customer);
        x->notes = arena_printf(x->by.arena, "%s\x1f", t->customer);
        if (!store_erase_notes(e->store, x->by.arena, x->notes, &by, &gone, err))
            return false;
    }
    for (x->at = 0; x->at < x->count; x->at++)
        if (!store_erase_record(e->store, x->by.arena, x->records[x->at].kind, x->records[x->at].key, &by, &gone, err))
            return false;
    *also = gone.len ? arena_printf(x->by.arena, "[%s]", gone.data) : NULL;
    e->desk_stale = true;
    return true;
}

bool erase_event(struct engine *e, struct arena *arena, int64_t event, const char **also, struct err *err)
{
    struct erasing x = {.by = {arena, e->desk}};
    const struct store_eraser by = {left, &x};
    AUTO_STR gone;
    str_init(&gone, 64 << 20);
    if (!store_erase_event(e->store, arena, event, &by, &gone, err))
        return false;
    *also = gone.len ? arena_printf(arena, "[%s]", gone.data) : NULL;
    e->scours = true;
    return true;
}

bool purge_may(struct engine *e, struct arena *arena, int64_t ticket, struct err *err)
{
    struct member *members;
    int count;
    return store_ticket_members(e->store, arena, ticket, &members, &count, err) &&
           (!count || err_set(err, ERR_STATE, "#%lld: #%lld is part of it: unmerge that first", (long long)ticket, (long long)members->id));
}

const struct ticket *erase_words(struct engine *e, struct arena *arena, const struct ticket *t, const char **also, struct err *err)
{
    struct erasing *x = ARENA_NEW(arena, struct erasing);
    const struct store_eraser by = {left, x};
    bool leaves;
    x->by = (struct erase){arena, e->desk};
    if (!store_erase_leaves(e->store, t->id, &leaves, err))
        return NULL;
    if (leaves) {
        err_set(err, ERR_CONFLICT, "#%lld: something of it is still on its way: wait until it has left, or drop it", (long long)t->id);
        return NULL;
    }
    if (!store_erase_ticket(e->store, arena, t->id, &by, err) || !forget_words(e, arena, t, err) || !forget_person(e, x, t, also, err))
        return NULL;
    e->scours = true;
    return store_erase_index(e->store, err) ? change_refold(e, arena, t, NULL, err) : NULL;
}
