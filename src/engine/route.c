/* route: an entry through the routes of the configuration. What the pure route (core/route) has to look up is looked up here;
 * its verdicts are kept as one entry of kind `route`, so that "why did this not page anyone?" has an answer on the ticket;
 * what passed becomes one letter a route and one parcel a destination, in the same transaction as what caused it.
 * A destination that a `when` keeps out gets no parcel: the verdict says so, and a row for every no would be most rows. */
#include "engine/change.h"
#include "base/str.h"
#include "core/route.h"
#include "destination/destination.h"
#include "wire/letter.h"
#include "wire/row.h"
#include <string.h>

enum { HOPS = 3, MOST_MESSAGES = 500 };

struct routing {
    struct engine *e;
    struct arena *arena;
    const struct letter *letter;
    int64_t entry, nth, now;
    struct err *err;
    bool failed;         /* err is set */
    struct ticket *ticket; /* the letter's, where a model may label it on the way; NULL: about none */
    struct json *verdicts;
};

/* --- what a route asks --- */

static bool seen(void *arg, const struct config_route *route, int step, const char *key, int64_t window)
{
    struct routing *r = arg;
    bool was = false;
    r->failed |= !store_seen(r->e->store, route->name, step, key, r->entry, r->now - window, &was, r->err);
    if (!r->failed && !was)
        r->failed = !store_seen_add(r->e->store, route->name, step, key, r->entry, r->now, r->now - window, r->err);
    return was;
}

static int64_t passed(void *arg, const struct config_route *route, int step, int64_t window, int64_t *oldest)
{
    struct routing *r = arg;
    const struct config_route_step *s = &route->steps[step - 1];
    int64_t n = 0;
    r->failed |= !store_passed(r->e->store, route->name, step, r->entry, r->now - window, &n, oldest, r->err);
    if (!r->failed && (n < s->count || s->delay))
        r->failed = !store_passed_add(r->e->store, route->name, step, r->entry, r->now, r->now - window, r->err);
    return n;
}

static const char *record(void *arg, const char *kind, const char *key)
{
    struct routing *r = arg;
    char *data = NULL;
    r->failed |= !store_record_get(r->e->store, r->arena, kind, key, &data, r->err);
    return data;
}

static int label(void *arg, const struct config_route *route, const char *model)
{
    struct routing *r = arg;
    const struct config_destination *to = config_destination(r->e->config, model);
    const struct ticket *labelled = NULL;
    int state = ASK_ASKED;
    if (!to)
        r->failed = !err_set(r->err, ERR_CONFIG, "route %s: no model \"%s\" is configured", route->name, model);
    else
        r->failed |= !ask_model(r->e, r->arena, r->letter, to, route->name, r->entry, r->nth, r->now, &state, &labelled, r->err);
    if (r->failed || state != ASK_KNOWN)
        return ROUTE_LABEL_WAIT;
    if (r->ticket && labelled)
        *r->ticket = *labelled;
    return ROUTE_LABEL_READY;
}

/* --- what passed --- */

static const char *kept_out(const struct routing *r, const struct config_destination *to)
{
    if (!to)
        return "no destination of that name is configured";
    if (to->source && str_eq(to->source, r->letter->origin))
        return "it came from there";
    return r->letter->hops > HOPS ? "it has passed through too many desks" : NULL;
}

static bool put_parcel(struct routing *r, const struct route_verdict *v, const char *name, int64_t letter)
{
    const struct config_destination *to = config_destination(r->e->config, name);
    const char *why = kept_out(r, to);
    struct json *recipe = to ? destination_freeze(to) : NULL;
    struct parcel p = {.entry = r->entry, .nth = r->nth, .route = v->route, .destination = name, .letter = letter, .made_at = r->now,
                       .ticket = r->letter->ticket ? r->letter->ticket->id : 0, .state = why ? "skipped" : "due", .error = why,
                       .due_at = why ? 0 : r->now + v->delay, .recipe = recipe ? json_print_in(r->arena, recipe) : NULL};
    bool added;
    json_free(recipe);
    return store_parcel_add(r->e->store, &p, &added, r->err);
}

static bool put_parcels(struct routing *r, const struct route_verdict *v)
{
    int64_t letter = 0;
    for (int i = 0; i < v->to_count; i++) {
        if (!v->to[i].go)
            continue;
        if (!letter) {
            AUTO_JSON data = letter_encode(&v->letter);
            AUTO_JSON how = v->redaction.route ? letter_redaction_encode(&v->redaction) : NULL;
            if (!store_letter_put(r->e->store, r->entry, v->route, r->nth, json_print_in(r->arena, data), how ? json_print_in(r->arena, how) : NULL,
                                  &letter, r->err))
                return false;
        }
        if (!put_parcel(r, v, v->to[i].destination, letter))
            return false;
    }
    return true;
}

/* --- one event through the routes --- */

static struct when_env env_of(struct routing *r)
{
    int64_t open = 0, sum;
    r->failed |= !store_tally_get(r->e->store, "open_critical", "", 0, &open, &sum, r->err);
    return (struct when_env){.hour = r->now / 3600000 % 24, .weekday = (r->now / 86400000 + 3) % 7 + 1, .open_criticals = open};
}

static bool asks_a_model(const struct config_route *route)
{
    for (int i = 0; i < route->step_count; i++)
        if (route->steps[i].model)
            return true;
    return false;
}

static bool through(struct routing *r, const struct config_route *route)
{
    struct route_verdict v;
    struct letter letter = *r->letter;
    if (letter.ticket && asks_a_model(route))
        letter.ticket = r->ticket = ticket_copy(r->arena, letter.ticket);
    struct when_env env = env_of(r);
    struct route_facts facts = {.arg = r, .now = r->now, .seen = seen, .passed = passed, .label = label, .record = record};
    route_run(r->arena, route, &letter, &env, &facts, &v);
    if (r->failed)
        return false;
    json_push(r->verdicts, route_encode(&v));
    return v.end != ROUTE_PASSED || put_parcels(r, &v);
}

/* A fault of one route is a verdict of its own: what came in is kept whatever becomes of its way out. false: the store failed. */
static bool guarded(struct routing *r, const struct config_route *route)
{
    if (through(r, route))
        return true;
    if (r->err->code == ERR_STORAGE || r->err->code == ERR_NO_SPACE)
        return false;
    struct route_verdict v = {.route = route->name, .end = ROUTE_FAILED, .note = arena_strdup(r->arena, r->err->text)};
    json_push(r->verdicts, route_encode(&v));
    *r->err = (struct err){0};
    r->failed = false;
    return true;
}

static bool write_verdicts(struct routing *r)
{
    struct json *data = json_object();
    json_put_string(data, "type", r->letter->type);
    json_put(data, "verdicts", r->verdicts);
    r->verdicts = NULL;
    struct entry entry = {.at = r->now, .actor = "routes", .kind = "route", .ticket = r->letter->ticket ? r->letter->ticket->id : 0, .cause = r->entry,
                          .data = json_print_in(r->arena, data)};
    json_free(data);
    return change_entry(r->e, &entry, NULL, r->err);
}

bool route_wanted(const struct engine *e, const struct letter *letter)
{
    for (int i = 0; !e->replaying && i < e->config->route_count; i++)
        if (route_matches(&e->config->routes[i], letter))
            return true;
    return false;
}

bool route_letter(struct engine *e, struct arena *arena, const struct letter *letter, int64_t entry, int64_t nth, int64_t now, struct err *err)
{
    if (!route_wanted(e, letter))
        return true;
    struct letter named = *letter;
    named.id = letter_id(arena, e->desk, entry, nth);
    struct routing r = {.e = e, .arena = arena, .letter = &named, .entry = entry, .nth = nth, .now = now, .err = err, .verdicts = json_array()};
    bool ok = true;
    for (int i = 0; ok && i < e->config->route_count; i++)
        ok = !route_matches(&e->config->routes[i], &named) || guarded(&r, &e->config->routes[i]);
    ok = ok && write_verdicts(&r);
    json_free(r.verdicts);
    return ok;
}

static const struct config_route *route_named(const struct config *config, const char *name)
{
    for (int i = 0; i < config->route_count; i++)
        if (str_eq(config->routes[i].name, name))
            return &config->routes[i];
    return NULL;
}

bool route_again(struct engine *e, struct arena *arena, const struct letter *letter, const char *name, int64_t entry, int64_t nth, int64_t now, struct err *err)
{
    const struct config_route *route = route_named(e->config, name);
    if (!route)
        return route_stuck(e, arena, letter, name, "no route of that name is configured any more", entry, now, err);
    struct routing r = {.e = e, .arena = arena, .letter = letter, .entry = entry, .nth = nth, .now = now, .err = err, .verdicts = json_array()};
    bool ok = guarded(&r, route) && write_verdicts(&r);
    json_free(r.verdicts);
    return ok;
}

bool route_stuck(struct engine *e, struct arena *arena, const struct letter *letter, const char *route, const char *why, int64_t entry, int64_t now, struct err *err)
{
    struct routing r = {.e = e, .arena = arena, .letter = letter, .entry = entry, .now = now, .err = err, .verdicts = json_array()};
    struct route_verdict v = {.route = route, .end = ROUTE_WAITING, .note = why};
    json_push(r.verdicts, route_encode(&v));
    return write_verdicts(&r);
}

/* --- our own events --- */

static bool send(struct engine *e, struct arena *arena, const struct change *c, struct letter *l, int64_t *nth, struct err *err)
{
    l->of = LETTER_DESK;
    l->at = c->now;
    l->origin = str_eq(c->facts.cause, "event") && str_starts(c->facts.actor, "source:") ? c->facts.actor + 7 : NULL;
    l->dialect = l->ticket ? l->ticket->dialect : NULL;
    l->team = e->config->team_name;
    l->hops = c->hops + 1;
    return route_letter(e, arena, l, c->seq ? c->seq : store_entry_next(e->store) - 1, (*nth)++, c->now, err);
}

/* Tamio's events carry the whole conversation, Red Broom's the description and what was said so far; nobody else's do. */
static bool wants_conversation(const struct config *config)
{
    for (int i = 0; i < config->destination_count; i++)
        if (config->destinations[i].kind == DEST_WEBHOOK && (config->destinations[i].format == FORMAT_TAMIO || config->destinations[i].format == FORMAT_RBS))
            return true;
    return false;
}

/* What the customer may know: no notes, and no reply that is still held or was taken back. */
static bool is_said(const struct message *m)
{
    return m->is_public && !str_eq(m->state, "held") && !str_eq(m->state, "withdrawn") && !str_eq(m->state, "failed");
}

/* The conversation, where a form needs it whole; `about` (0 = the newest) is what the event is about. */
static bool load_messages(struct engine *e, struct arena *arena, int64_t ticket, bool added, int64_t about, struct letter *l, struct err *err)
{
    struct message *list;
    int count, n = 0;
    if (!store_message_list(e->store, arena, ticket, &list, &count, err))
        return false;
    for (int i = 0; i < count; i++)
        if (is_said(&list[i]))
            list[n++] = list[i];
    int from = n > MOST_MESSAGES ? n - MOST_MESSAGES : 0;
    for (int i = n - 1; i >= from && added && !l->message; i--)
        if (!about || list[i].row == about)
            l->message = &list[i];
    l->messages = list + from;
    l->message_count = wants_conversation(e->config) ? n - from : 0;
    return true;
}

static bool is_wanted(const struct engine *e, const char *type, const struct change *c)
{
    struct letter l = {.of = LETTER_DESK, .type = type,
                       .origin = str_eq(c->facts.cause, "event") && str_starts(c->facts.actor, "source:") ? c->facts.actor + 7 : NULL};
    return route_wanted(e, &l);
}

static bool ticket_events(struct engine *e, struct arena *arena, const struct change *c, int64_t *nth, struct err *err)
{
    const struct ticket *b = c->before, *t = c->after;
    struct json *changes = b ? row_changes(b, t) : NULL;
    bool closed = b && !ticket_done(b->status) && ticket_done(t->status), paged = t->escalation.state == ESCALATION_TRIGGERED &&
                                                                                   (!b || b->escalation.state != ESCALATION_TRIGGERED);
    const struct { const char *type; bool so; } types[] = {{"ticket.created", !b}, {"ticket.updated", b && (json_count(changes) || c->messages_added)},
                                                           {"ticket.closed", closed}, {"triage.escalated", paged}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof types / sizeof *types; i++) {
        struct letter l = {.type = types[i].type, .ticket = t, .changes = changes, .why = i == 3 ? t->escalation.reason : NULL};
        if (!types[i].so || !is_wanted(e, types[i].type, c))
            continue;
        bool added = c->messages_added && !c->message; /* our own reply is told of when it has left */
        ok = load_messages(e, arena, t->id, added, 0, &l, err) &&
             (!b || json_count(changes) || l.message || i != 1 ? send(e, arena, c, &l, nth, err) : true);
    }
    json_free(changes);
    return ok;
}

bool route_sent(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err)
{
    struct letter l = {.of = LETTER_DESK, .type = "ticket.updated", .at = now, .team = e->config->team_name, .hops = 1};
    if (!route_wanted(e, &l))
        return true;
    if (!(l.ticket = store_ticket_get(e->store, arena, p->ticket, err)) || !load_messages(e, arena, p->ticket, true, p->message, &l, err))
        return false;
    l.dialect = l.ticket->dialect;
    return !l.message || route_letter(e, arena, &l, store_entry_next(e->store) - 1, 0, now, err);
}

bool route_change(struct engine *e, struct arena *arena, const struct change *c, const struct consequence *out, struct err *err)
{
    int64_t nth = 0;
    if (e->replaying || !e->config->route_count)
        return true;
    if (c->seq && !ticket_events(e, arena, c, &nth, err))
        return false;
    for (int i = 0; i < out->record_count; i++) {
        const struct record_draft *draft = &out->records[i];
        struct record record = {draft->kind, draft->key, draft->data};
        struct letter l = {.type = draft->event, .ticket = c->after, .record = &record};
        if (l.type && is_wanted(e, l.type, c) && !send(e, arena, c, &l, &nth, err))
            return false;
    }
    return true;
}

bool route_record(struct engine *e, struct arena *arena, const struct record *r, bool new, const struct ingest_item *item, int64_t entry, int64_t nth,
                  int64_t now, struct err *err)
{
    static const struct { const char *kind, *created, *updated; } types[] = {
        {"customer", "customer.created", "customer.updated"}, {"article", "article.created", "article.updated"}, {"survey", "survey.submitted", NULL}};
    struct letter l = {.of = LETTER_DESK, .at = now, .origin = item->event.source, .hops = item->hops + 1, .team = e->config->team_name, .record = r};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq(types[i].kind, r->kind))
            l.type = new ? types[i].created : types[i].updated;
    if (l.type && str_eq(r->kind, "article")) {
        const struct json *data = json_parse_in(arena, r->data, strlen(r->data), &json_limits_dialect, NULL, NULL);
        l.type = !new && str_eq(json_get_string(data, "status", ""), "published") && json_get(data, "published_at") ? "article.published" : l.type;
    }
    return !l.type || route_letter(e, arena, &l, entry, nth, now, err);
}
