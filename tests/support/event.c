/* event: see event.h. */
#include "event.h"
#include "base/str.h"
#include "fixture.h"
#include <stdlib.h>
#include <string.h>

const int64_t event_now = 1798761600000;

void event_endpoint(const char *endpoint, const struct dialect **dialect, int *door)
{
    *door = strcmp(endpoint, "ingest-rest") == 0  ? DOOR_REST
            : strcmp(endpoint, "ingest-whk") == 0 ? DOOR_WHK
            : strcmp(endpoint, "ingest-out") == 0 ? DOOR_OUT
                                                  : DOOR_WEBHOOK;
    *dialect = dialect_find(*door == DOOR_WEBHOOK ? endpoint : "ingestlayer");
    if (!*dialect)
        abort();
}

void event_decode(struct arena *arena, const char *endpoint, const char *body, size_t n, int64_t received_at, struct event_case *out)
{
    *out = (struct event_case){.body = body, .body_n = n};
    event_endpoint(endpoint, &out->dialect, &out->door);
    out->root = json_parse_in(arena, body, n, &json_limits_dialect, &out->notes, NULL);
    struct dialect_input in = {.body = body, .body_n = n, .root = out->root, .notes = &out->notes, .account = "acct",
                               .door = out->door, .received_at = received_at};
    out->accepted = out->dialect->decode(arena, &in, &out->list, &out->count);
}

void event_fixture(struct arena *arena, const char *endpoint, const char *file, int64_t received_at, struct event_case *out)
{
    size_t n;
    char *body = fixture_read(arena, arena_printf(arena, "events/%s", file), &n);
    event_decode(arena, endpoint, body, n, received_at, out);
}

struct event_ticket *event_find(struct event_desk *desk, const char *key)
{
    for (int i = 0; i < desk->ticket_count; i++)
        if (str_eq(desk->tickets[i].key, key))
            return &desk->tickets[i];
    return NULL;
}

static int by_version(const void *a, const void *b)
{
    const struct observation *x = a, *y = b;
    return version_cmp(&x->v, &y->v);
}

struct ticket event_refold(const struct event_ticket *t)
{
    struct event_ticket copy = *t;
    struct ticket out = {0};
    qsort(copy.list, (size_t)copy.count, sizeof *copy.list, by_version);
    for (int i = 0; i < copy.count; i++)
        observe_fold(&out, &copy.list[i]);
    return out;
}

static void keep(struct event_desk *desk, const struct observation *obs)
{
    struct event_ticket *t = event_find(desk, obs->key);
    if (!t) {
        if (desk->ticket_count == sizeof desk->tickets / sizeof *desk->tickets)
            abort();
        t = &desk->tickets[desk->ticket_count++];
        t->key = obs->key;
    }
    if (t->count == sizeof t->list / sizeof *t->list)
        abort();
    struct observation *mine = &t->list[t->count++];
    *mine = *obs;
    if (!mine->v.key)
        mine->v.key = arena_printf(desk->arena, "%020d", desk->received);
    struct version last = {t->now.last_t, t->now.last_rank, t->now.last_n, t->now.last_key};
    if (t->now.last_key && version_cmp(&mine->v, &last) < 0)
        t->now = event_refold(t);
    else
        observe_fold(&t->now, mine);
}

const char *event_take(struct event_desk *desk, const struct interpretation *i)
{
    desk->received++;
    for (int k = 0; i->key && k < desk->seen_count; k++)
        if (strcmp(desk->seen[k].key, i->key) == 0)
            return memcmp(desk->seen[k].hash, i->content_hash, 32) == 0 ? "duplicate" : "conflict";
    if (i->key) {
        desk->seen[desk->seen_count].key = i->key;
        memcpy(desk->seen[desk->seen_count++].hash, i->content_hash, 32);
    }
    if (i->obs.key && i->obs.kind != KIND_REFER)
        keep(desk, &i->obs);
    return effect_word(i->effect);
}

int event_messages(const struct event_ticket *t)
{
    int count = 0;
    AUTO_JSON ids = json_object();
    for (int i = 0; i < t->count; i++)
        for (int k = 0; k < t->list[i].message_count; k++) {
            const struct message *m = &t->list[i].messages[k];
            if (m->origin == ORIGIN_AI || json_get(ids, m->id))
                continue;
            json_put_bool(ids, m->id, true);
            count++;
        }
    return count;
}

const char *event_differs(const struct ticket *a, const struct ticket *b)
{
    for (int i = 0; i < field_count; i++)
        if (!field_same(a, b, &field_table[i]))
            return field_table[i].name;
    return NULL;
}
