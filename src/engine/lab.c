/* lab: what another configuration would have made of what came in, and why a route did what it did. The replay runs the real
 * engine twice over the stored events, in memory, once with the configuration in force and once with the other; nothing
 * leaves and nothing is written. Runs on a thread of its own with a read-only store. */
#include "engine/change.h"
#include "base/str.h"
#include "core/redact.h"
#include "core/route.h"
#include "wire/letter.h"
#include "wire/row.h"
#include <stdlib.h>
#include <string.h>

/* --- the replay --- */

static bool world(struct store *live, const struct config *config, const struct classify_model *model, int64_t since, int64_t now,
                  const atomic_bool *over, struct store **out, int64_t *ran, struct err *err)
{
    struct engine from = {.store = live, .config = config}, to = {.config = config, .model = model, .learned = classify_model_learned(model), .quiet = true, .desk = "lab"};
    if (!(to.store = *out = store_open(NULL, STORE_WRITER, err)))
        return false;
    return replay_lab(&from, &to, since, LAB_MOST, now, over, ran, err);
}

struct lab {
    struct store *live, *is, *would;
    struct arena *arena; /* of one ticket */
    const struct config *config;
    struct json *differ;
    int64_t tickets, labels, pages, deliveries, redactions;
    struct err *err;
};

static const char *what_of(struct lab *l, const struct parcel *p)
{
    if (str_eq(p->destination, "console"))
        return arena_printf(l->arena, "page step %lld to %s", (long long)p->step + 1, p->agent);
    return arena_printf(l->arena, "%s%s%s%s", p->route, *p->route ? " to " : "asks ", p->destination, str_eq(p->state, "skipped") ? " (skipped)" : "");
}

static bool parcels_of(struct lab *l, struct store *s, int64_t ticket, struct parcel **list, int *count)
{
    struct parcel_query q = {.ticket = ticket, .limit = 200, .oldest_first = true}, pages = {.ticket = ticket, .destination = "console", .limit = 100, .oldest_first = true};
    struct parcel *a, *b;
    int n, m;
    if (!store_parcel_list(s, l->arena, &q, &a, &n, l->err) || !store_parcel_list(s, l->arena, &pages, &b, &m, l->err))
        return false;
    *list = ARENA_ARRAY(l->arena, struct parcel, n + m + 1);
    memcpy(*list, a, sizeof *a * (size_t)n);
    memcpy(*list + n, b, sizeof *b * (size_t)m);
    *count = n + m;
    return true;
}

/* The parcel of b that stands for p; each once. */
static const struct parcel *twin(struct lab *l, const struct parcel *p, struct parcel *b, int n, bool *taken)
{
    for (int i = 0; i < n; i++)
        if (!taken[i] && str_eq(what_of(l, p), what_of(l, &b[i]))) {
            taken[i] = true;
            return &b[i];
        }
    return NULL;
}

static const char *hidden_by(struct lab *l, struct store *s, const struct parcel *p)
{
    char *data, *redaction = NULL;
    const struct json *recipe = p->recipe ? json_parse_in(l->arena, p->recipe, strlen(p->recipe), &json_limits_native, NULL, NULL) : NULL;
    if (p->letter && !store_letter_get(s, l->arena, p->letter, &data, &redaction, l->err))
        return "";
    const struct json *own = json_get(recipe, "redact");
    return arena_printf(l->arena, "%s %s", redaction ? redaction : "-", json_count(own) ? json_print_in(l->arena, own) : "");
}

static void push(struct json *list, const char *sign, const char *what)
{
    char text[300];
    str_copy(text, sizeof text, sign);
    AUTO_STR out;
    str_init(&out, sizeof text);
    str_addf(&out, "%s%s", text, what);
    json_push(list, json_new_string(out.data));
}

static bool compare_parcels(struct lab *l, const struct ticket *t, struct json *pages, struct json *deliveries, struct json *redactions)
{
    struct parcel *a, *b;
    int n, m;
    if (!parcels_of(l, l->is, t->id, &a, &n) || !parcels_of(l, l->would, t->id, &b, &m))
        return false;
    bool *taken = ARENA_ARRAY(l->arena, bool, m + 1);
    for (int i = 0; i < n; i++) {
        const struct parcel *other = twin(l, &a[i], b, m, taken);
        if (!other)
            push(str_eq(a[i].destination, "console") ? pages : deliveries, "- ", what_of(l, &a[i]));
        else if (!str_eq(hidden_by(l, l->is, &a[i]), hidden_by(l, l->would, other)))
            push(redactions, "~ ", what_of(l, &a[i]));
    }
    for (int i = 0; i < m; i++)
        if (!taken[i])
            push(str_eq(b[i].destination, "console") ? pages : deliveries, "+ ", what_of(l, &b[i]));
    return l->err->code == ERR_NONE;
}

static struct json *compare_labels(const struct ticket *a, const struct ticket *b)
{
    static const char *const names[] = {"urgency", "category", "priority", "sla"};
    struct json *list = json_array();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct field *f = field_find(names[i]);
        if (field_same(a, b, f))
            continue;
        struct json *row = json_array();
        json_push(row, json_new_string(names[i]));
        json_push(row, row_value(a, f));
        json_push(row, row_value(b, f));
        json_push(list, row);
    }
    return list;
}

static bool compare_ticket(struct lab *l, int64_t id)
{
    const struct ticket *a = store_ticket_get(l->is, l->arena, id, l->err), *b = a ? store_ticket_get(l->would, l->arena, id, l->err) : NULL;
    struct json *row = json_object(), *pages = json_array(), *deliveries = json_array(), *redactions = json_array(), *labels = b ? compare_labels(a, b) : json_array();
    bool ok = b && compare_parcels(l, a, pages, deliveries, redactions);
    bool differs = json_count(labels) || json_count(pages) || json_count(deliveries) || json_count(redactions);
    int64_t live = 0;
    l->tickets++;
    l->labels += json_count(labels) > 0;
    l->pages += json_count(pages) > 0;
    l->deliveries += json_count(deliveries) > 0;
    l->redactions += json_count(redactions) > 0;
    if (ok) {
        ok = store_ticket_find(l->live, a->account, a->key, &live, l->err);
        json_put_i64(row, "ticket", live); /* as the desk numbers it */
        json_put_string(row, "key", a->key);
        json_put_string(row, "title", redact_text(l->arena, a->title, &l->config->mask, NULL));
    }
    json_put(row, "labels", labels);
    json_put(row, "pages", pages);
    json_put(row, "deliveries", deliveries);
    json_put(row, "redactions", redactions);
    if (ok && differs)
        json_push(l->differ, row);
    else
        json_free(row);
    return ok;
}

static bool compare(struct lab *l)
{
    int64_t ids[256], after = 0;
    int n;
    while (store_ticket_ids(l->is, after, ids, 256, &n, l->err) && n) {
        for (int i = 0; i < n; i++) {
            if (!compare_ticket(l, ids[i]))
                return false;
            arena_reset(l->arena);
        }
        after = ids[n - 1];
    }
    return l->err->code == ERR_NONE;
}

bool engine_lab(struct store *store, const struct config *is, const struct config *would, const struct classify_model *model, int64_t since,
                int64_t now, const atomic_bool *over, struct json **out, struct err *err)
{
    struct lab l = {.live = store, .arena = arena_new(), .config = is, .differ = json_array(), .err = err};
    int64_t ran = 0;
    bool ok = world(store, is, model, since, now, over, &l.is, &ran, err) && world(store, would, model, since, now, over, &l.would, &ran, err) && compare(&l);
    if (ok) {
        struct json *root = json_object(), *totals = json_object();
        json_put_i64(root, "events", ran);
        json_put_i64(root, "tickets", l.tickets);
        json_put_bool(root, "cut", ran >= LAB_MOST);
        json_put_i64(totals, "labels", l.labels);
        json_put_i64(totals, "pages", l.pages);
        json_put_i64(totals, "deliveries", l.deliveries);
        json_put_i64(totals, "redactions", l.redactions);
        json_put(root, "totals", totals);
        json_put(root, "differ", l.differ);
        *out = root;
    } else {
        json_free(l.differ);
    }
    store_close(l.is);
    store_close(l.would);
    arena_free(l.arena);
    return ok;
}

/* --- why a route did what it did --- */

struct asking { struct store *store; struct arena *arena; int64_t entry, now; struct err *err; };

static bool was_seen(void *arg, const struct config_route *route, int step, const char *key, int64_t window)
{
    struct asking *a = arg;
    bool seen = false;
    return store_seen(a->store, route->name, step, key, a->entry, a->now - window, &seen, a->err) && seen;
}

static int64_t went_through(void *arg, const struct config_route *route, int step, int64_t window, int64_t *oldest)
{
    struct asking *a = arg;
    int64_t n = 0;
    return store_passed(a->store, route->name, step, a->entry, a->now - window, &n, oldest, a->err) ? n : 0;
}

static int is_labelled(void *arg, const struct config_route *route, const char *model)
{
    (void)arg, (void)route, (void)model;
    return ROUTE_LABEL_READY; /* as the ticket is labelled now */
}

static const char *known_record(void *arg, const char *kind, const char *key)
{
    struct asking *a = arg;
    char *data = NULL;
    return store_record_get(a->store, a->arena, kind, key, &data, a->err) ? data : NULL;
}

static struct json *verdict_row(const struct route_verdict *v)
{
    struct json *row = json_object(), *steps = json_array(), *list = json_array();
    json_put_string(row, "route", v->route);
    json_put_string(row, "end", route_end_word(v->end));
    json_put_i64(row, "step", v->step);
    json_put_string(row, "note", v->note);
    for (int i = 0; i < v->step_count; i++) {
        struct json *step = json_object();
        json_put_string(step, "step", v->steps[i].name);
        json_put_string(step, "says", v->steps[i].says);
        json_push(steps, step);
    }
    for (int i = 0; i < v->to_count; i++) {
        struct json *to = json_object();
        json_put_string(to, "destination", v->to[i].destination);
        json_put_bool(to, "go", v->to[i].go);
        json_put_string(to, "why", v->to[i].why);
        json_push(list, to);
    }
    json_put(row, "steps", steps);
    json_put(row, "to", list);
    return row;
}

/* The journal's entry of an event: what it left behind in a route's memory is its own. */
static bool entry_of(struct store *store, struct arena *arena, int64_t event, int64_t ticket, int64_t *seq, struct err *err)
{
    struct entry_query q = {.ticket = ticket, .kind = "event", .limit = 500};
    struct entry *list;
    int n;
    *seq = -1;
    if (!ticket)
        return true;
    if (!store_entry_list(store, arena, &q, &list, &n, err))
        return false;
    for (int i = 0; i < n; i++)
        if (json_get_i64(json_parse_in(arena, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL), "id", 0) == event)
            *seq = list[i].seq;
    return true;
}

static bool read_letter(struct store *store, struct arena *arena, int64_t event, struct letter *l, struct err *err)
{
    struct event e;
    struct observation obs = {0};
    if (!store_event_get(store, arena, event, &e, err))
        return false;
    const struct json *said = e.obs ? json_parse_in(arena, e.obs, strlen(e.obs), &json_limits_dialect, NULL, NULL) : NULL;
    if (said && !row_read_observation(arena, said, &obs, err))
        return false;
    *l = (struct letter){.of = LETTER_EVENT, .id = arena_printf(arena, "evt_%012lld", (long long)e.id), .type = e.type ? e.type : "", .at = e.received_at,
                         .origin = e.source, .dialect = e.dialect, .payload = replay_payload(arena, &e, &obs),
                         .message = obs.message_count ? &obs.messages[0] : NULL};
    if (e.ticket && !(l->ticket = store_ticket_get(store, arena, e.ticket, err)))
        return false;
    return true;
}

bool engine_explain(struct store *store, const struct config *config, struct arena *arena, int64_t event, int64_t now, struct json **out, struct err *err)
{
    struct letter letter;
    struct asking asking = {.store = store, .arena = arena, .entry = -1, .now = now, .err = err};
    struct route_facts facts = {.arg = &asking, .now = now, .seen = was_seen, .passed = went_through, .label = is_labelled, .record = known_record};
    if (!read_letter(store, arena, event, &letter, err) ||
        !entry_of(store, arena, event, letter.ticket ? letter.ticket->id : 0, &asking.entry, err))
        return false;
    struct when_env env = {.hour = now / 3600000 % 24, .weekday = (now / 86400000 + 3) % 7 + 1};
    struct json *root = json_object(), *routes = json_array();
    for (int i = 0; i < config->route_count; i++) {
        struct route_verdict v;
        route_run(arena, &config->routes[i], &letter, &env, &facts, &v);
        json_push(routes, verdict_row(&v));
    }
    json_put_i64(root, "event", event);
    json_put_string(root, "type", letter.type);
    json_put_i64(root, "ticket", letter.ticket ? letter.ticket->id : 0);
    json_put(root, "routes", routes);
    *out = root;
    if (err->code == ERR_NONE)
        return true;
    json_free(root);
    return false;
}
