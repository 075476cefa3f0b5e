/* handover: all that whoever takes over the desk has to know, in one answer: what stands open, part by part, what is to come, and
 * what happened since the desk changed hands last. Each part is the head of a list that is kept; the shift's numbers are counted
 * from the journal backwards, within a bound of entries and of time. */
#include "api/calls.h"
#include "api/show.h"
#include "base/clock.h"
#include "base/str.h"
#include "core/desk_handover.h"
#include "core/rota.h"
#include <stdlib.h>
#include <string.h>

enum { EACH = 20, SNOOZED_MOST = 200, ENTRIES_PAGE = 500, ENTRIES_MOST = 20000, BUDGET_MS = 60, HOUR = 3600000, SOON = 12 * HOUR };
static const int64_t day_ms = 86400000;

struct digest {
    struct show show;
    struct desk_state state;
    struct json *parts, *rows;
    int64_t since;
    int64_t *taken; /* entries of the shift that were taken back, until the count comes to them */
    int taken_n, taken_cap;
    int given; /* rows of the part at hand */
};

static void part(struct digest *d, const char *name, const char *title, int64_t count)
{
    struct json *row = json_object();
    json_put_string(row, "name", name);
    json_put_string(row, "title", title);
    json_put_i64(row, "count", count);
    json_push(d->parts, row);
}

static void push(struct digest *d, const char *name, struct json *row)
{
    json_put_string(row, "part", name);
    json_push(d->rows, row);
}

/* --- tickets --- */

static void push_ticket(struct digest *d, const char *name, const struct ticket *t)
{
    push(d, name, show_row(&d->show, t));
}

static void escalations(struct digest *d)
{
    int64_t ids[EACH], n = 0, sum, all = 0;
    int count = 0;
    static const int open[] = {ESCALATION_TRIGGERED, ESCALATION_ACKNOWLEDGED, ESCALATION_SNOOZED, ESCALATION_SUPPRESSED};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (store_tally_get(d->show.store, "escalation", escalation_word(open[i]), 0, &n, &sum, &d->show.err))
            all += n;
    if (!store_list_escalations(d->show.store, EACH, ids, &count, &d->show.err))
        return;
    part(d, "escalation", "Escalations", all);
    for (int i = 0; i < count; i++) {
        const struct ticket *t = store_ticket_get(d->show.store, d->show.arena, ids[i], &d->show.err);
        if (t)
            push_ticket(d, "escalation", t);
    }
}

static void of_view(struct digest *d, const char *name, const char *title, const char *view)
{
    struct row_filter f = {.view = view, .owner = "", .limit = EACH};
    struct ticket **rows;
    const char *next;
    int64_t n;
    int count;
    if (!store_queue_count(d->show.store, view, "", &n, &d->show.err) ||
        !store_queue_page(d->show.store, d->show.arena, &f, &rows, &count, &next, &d->show.err))
        return;
    part(d, name, title, n);
    for (int i = 0; i < count; i++)
        push_ticket(d, name, rows[i]);
}

static int wakes_first(const void *a, const void *b)
{
    const struct ticket *const *x = a, *const *y = b;
    return ((*x)->snoozed_until > (*y)->snoozed_until) - ((*x)->snoozed_until < (*y)->snoozed_until);
}

/* What wakes in the shift to come. */
static void snoozed(struct digest *d)
{
    struct row_filter f = {.view = "snoozed", .owner = "", .limit = SNOOZED_MOST};
    struct ticket **rows;
    const char *next;
    int count, soon = 0;
    if (!store_queue_page(d->show.store, d->show.arena, &f, &rows, &count, &next, &d->show.err))
        return;
    for (int i = 0; i < count; i++)
        if (rows[i]->snoozed_until <= d->show.now + SOON)
            rows[soon++] = rows[i];
    qsort(rows, (size_t)soon, sizeof *rows, wakes_first);
    part(d, "snoozed", "Waking in 12 hours", soon);
    for (int i = 0; i < soon && i < EACH; i++)
        push_ticket(d, "snoozed", rows[i]);
}

/* --- what leaves --- */

static struct json *place_row(struct digest *d, const char *name, int64_t dead)
{
    char *data = NULL;
    store_record_get(d->show.store, d->show.arena, "destination", name, &data, &d->show.err);
    const struct json *kept = data ? json_parse_in(d->show.arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    bool paused = str_eq(json_get_string(kept, "state", ""), "paused");
    if (!paused && !dead)
        return NULL;
    struct json *row = json_object();
    json_put_string(row, "name", name);
    json_put_i64(row, "dead", dead);
    json_put_bool(row, "paused", paused);
    json_put_string(row, "text", paused ? show_said(&d->show, json_get_string(kept, "reason", NULL)) : NULL);
    return row;
}

static void place(struct digest *d, struct json *list, const struct config_destination *to)
{
    struct parcel_counts n;
    if (!to || !store_parcel_counts(d->show.store, to->name, &n, &d->show.err))
        return;
    struct json *row = place_row(d, to->name, n.dead);
    if (row)
        json_push(list, row);
}

static void deliveries(struct digest *d)
{
    AUTO_JSON list = json_array();
    const struct config *c = d->show.config;
    for (int i = 0; i < c->destination_count; i++)
        place(d, list, &c->destinations[i]);
    for (int i = 0; i < c->source_count; i++)
        place(d, list, config_reply_destination(d->show.arena, c, &c->sources[i]));
    part(d, "delivery", "What cannot leave", (int64_t)json_count(list));
    for (const struct json *row = json_first(list); row; row = json_next(row))
        push(d, "delivery", json_copy(row));
}

/* --- what is to come --- */

static void push_coming(struct digest *d, const char *what, const char *who, const char *text, int64_t from, int64_t to)
{
    struct json *row = json_object();
    json_put_string(row, "what", what);
    json_put_string(row, "name", who);
    json_put_string(row, "text", show_said(&d->show, text));
    json_put_i64(row, "from", from);
    json_put_i64(row, "to", to);
    push(d, "coming", row);
    d->given++;
}

static bool is_near(const struct digest *d, int64_t from, int64_t to)
{
    return to > d->show.now && from < d->show.now + 2 * day_ms && d->given < EACH;
}

static void coming(struct digest *d)
{
    const struct desk_state *s = &d->state;
    struct arena *a = d->show.arena;
    d->given = 0;
    for (int i = 0; i < s->window_count; i++)
        if (is_near(d, s->windows[i].from, s->windows[i].to))
            push_coming(d, "maintenance", s->windows[i].by, s->windows[i].reason, s->windows[i].from, s->windows[i].to);
    for (int i = 0; i < s->override_count; i++) {
        const struct override *o = &s->overrides[i];
        if (is_near(d, o->from, o->to))
            push_coming(d, "override", o->agent, o->instead ? arena_printf(a, "%s %s", override_action_words[o->action], o->instead)
                                                            : override_action_words[o->action], o->from, o->to);
    }
    for (int i = 0; i < s->cover_count; i++)
        if (!s->covers[i].accepted_by && is_near(d, s->covers[i].from, s->covers[i].to))
            push_coming(d, "cover", s->covers[i].asked, s->covers[i].note ? s->covers[i].note : "nobody has accepted yet", s->covers[i].from, s->covers[i].to);
    for (int i = 0; i < s->absence_count; i++)
        if (is_near(d, s->absences[i].from, s->absences[i].to))
            push_coming(d, "absence", s->absences[i].agent, s->absences[i].kind, s->absences[i].from, s->absences[i].to);
    part(d, "coming", "Coming in two days", d->given);
}

/* --- what happened --- */

enum { RECEIVED, RESOLVED, REOPENED, BREACHED, OPENED, ACKED, GIVEN, RETURNED, SKIPPED, COUNTS };
static const char *const count_names[COUNTS] = {"received", "resolved", "reopened", "breached", "escalated", "acknowledged", "assigned", "returned", "skipped"};

static bool is_done(const struct json *word)
{
    return ticket_done(field_word_value(field_find("status"), json_string(word)));
}

/* Spam and the like are no work that is done, as core/stat has it. */
static bool is_put_aside(const struct json *changes)
{
    for (const struct json *c = json_first(changes); c; c = json_next(c)) {
        const struct json *name = json_first(c), *new = json_next(json_next(name));
        if (str_eq(json_string(name), "disposition") && json_string(new) && !str_eq(json_string(new), "none"))
            return true;
    }
    return false;
}

static void count_ticket(const struct entry *e, const struct json *data, int64_t *counts)
{
    const char *did = json_get_string(data, "do", "");
    bool clock = str_eq(e->actor, "clock");
    counts[RECEIVED] += str_eq(json_get_string(data, "effect", ""), "create");
    counts[GIVEN] += clock && str_eq(did, "assign");
    counts[RETURNED] += clock && str_eq(did, "unassign");
    counts[SKIPPED] += str_eq(did, "skip");
    for (const struct json *c = json_first(json_get(data, "changes")); c; c = json_next(c)) {
        const struct json *name = json_first(c), *old = json_next(name), *new = json_next(old);
        if (!str_eq(json_string(name), "status"))
            continue;
        counts[RESOLVED] += !is_done(old) && is_done(new) && !is_put_aside(json_get(data, "changes"));
        counts[REOPENED] += is_done(old) && !is_done(new);
    }
}

/* Most lines of the journal say nothing that is counted: those are not read further. */
static bool may_count(const struct entry *e)
{
    if (!e->data)
        return false;
    if (str_eq(e->kind, "ticket"))
        return str_eq(e->actor, "clock") || strstr(e->data, "\"create\"") || strstr(e->data, "\"status\"") || strstr(e->data, "\"skip\"");
    return str_eq(e->kind, "sla") || str_eq(e->kind, "escalation");
}

static void count_entry(struct arena *arena, const struct entry *e, int64_t *counts)
{
    const struct json *data = may_count(e) ? json_parse_in(arena, e->data, strlen(e->data), &json_limits_dialect, NULL, NULL) : NULL;
    const char *what = json_get_string(data, "what", "");
    if (!data)
        return;
    if (str_eq(e->kind, "ticket"))
        count_ticket(e, data, counts);
    counts[BREACHED] += str_eq(e->kind, "sla") && str_eq(what, "breached");
    counts[OPENED] += str_eq(e->kind, "escalation") && str_eq(what, "opened");
    counts[ACKED] += str_eq(e->kind, "escalation") && str_eq(what, "acknowledged");
}

static void take(struct digest *d, int64_t seq)
{
    if (d->taken_n == d->taken_cap) {
        int64_t *more = ARENA_ARRAY(d->show.arena, int64_t, d->taken_cap = d->taken_cap ? 2 * d->taken_cap : 64);
        if (d->taken_n)
            memcpy(more, d->taken, (size_t)d->taken_n * sizeof *more);
        d->taken = more;
    }
    d->taken[d->taken_n++] = seq;
}

static bool was_taken(struct digest *d, int64_t seq)
{
    for (int i = 0; i < d->taken_n; i++)
        if (d->taken[i] == seq) {
            d->taken[i] = d->taken[--d->taken_n];
            return true;
        }
    return false;
}

/* What was taken back was nobody's work, nor is it any to take it back. An undo that was itself taken back takes nothing. */
static bool stands(struct digest *d, const struct entry *e)
{
    if (was_taken(d, e->seq))
        return false;
    if (e->undoes)
        take(d, e->undoes);
    return !e->undoes;
}

/* Newest first, until the shift's beginning, or the bound: then *cut, and the shift begins where the count ends. */
static void count_shift(struct digest *d, int64_t *counts, bool *cut)
{
    struct entry_query q = {.limit = ENTRIES_PAGE, .newest_first = true};
    int64_t started = clock_mono(), from = d->show.now;
    AUTO_ARENA page = arena_new();
    *cut = false;
    for (int seen = 0; seen < ENTRIES_MOST && clock_mono() - started < BUDGET_MS; seen += ENTRIES_PAGE) {
        struct entry *list;
        int n;
        if (!store_entry_list(d->show.store, page, &q, &list, &n, &d->show.err))
            return;
        for (int i = 0; i < n; i++) {
            if (list[i].at < d->since)
                return;
            from = list[i].at;
            if (stands(d, &list[i]))
                count_entry(page, &list[i], counts);
        }
        if (n < ENTRIES_PAGE)
            return;
        q.before = list[n - 1].seq;
        arena_reset(page);
    }
    d->since = from;
    *cut = true;
}

static struct json *shift(struct digest *d)
{
    int64_t counts[COUNTS] = {0};
    bool cut;
    struct json *row = json_object();
    count_shift(d, counts, &cut);
    json_put_i64(row, "since", d->since);
    json_put_bool(row, "cut", cut);
    for (int i = 0; i < COUNTS; i++)
        json_put_i64(row, count_names[i], counts[i]);
    return row;
}

/* --- the whole --- */

static struct json *oncall(struct digest *d)
{
    const char *agents[ROTA_MOST];
    struct json *list = json_array();
    int n = rota_at(&(struct rota){d->show.config, &d->state}, NULL, d->show.now, agents, ROTA_MOST);
    for (int i = 0; i < n; i++)
        json_push(list, json_new_string(agents[i]));
    return list;
}

static struct json *open_json(struct digest *d, int64_t last)
{
    struct desk_open open = {0};
    struct json *row = json_object();
    engine_handover(d->show.store, d->show.arena, d->show.config, &open, &d->show.err);
    json_put_i64(row, "escalated", open.escalated);
    json_put_i64(row, "late", open.late);
    json_put_i64(row, "dead", open.dead);
    json_put_string(row, "flaw", handover_flaw(d->show.arena, &open, last, d->show.now));
    return row;
}

static void get_handover(struct request *req)
{
    struct digest d = {0};
    char *data = NULL;
    if (!show_open(&d.show, req))
        return;
    if (!engine_desk_read(d.show.store, d.show.arena, &d.state, &d.show.err) ||
        !store_record_get(d.show.store, d.show.arena, "handover", "last", &data, &d.show.err)) {
        show_fail(&d.show);
        return;
    }
    const struct json *last = data ? json_parse_in(d.show.arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    d.since = request_query_i64(req, "since", last ? json_get_i64(last, "at", 0) : d.show.now - day_ms, 0, INT64_MAX);
    d.parts = json_array();
    d.rows = json_array();
    escalations(&d);
    of_view(&d, "critical", "Critical", "critical");
    of_view(&d, "risk", "Breached, at risk", "sla-risk");
    snoozed(&d);
    deliveries(&d);
    coming(&d);
    struct json *root = json_object();
    json_put_i64(root, "now", d.show.now);
    json_put(root, "last", last ? json_copy(last) : json_new_null());
    json_put(root, "oncall", oncall(&d));
    json_put(root, "open", open_json(&d, last ? json_get_i64(last, "at", 0) : 0));
    json_put(root, "parts", d.parts);
    json_put(root, "rows", d.rows);
    json_put(root, "shift", shift(&d));
    show_answer(&d.show, root);
}

const struct call handover_calls[] = {
    {.method = "GET", .path = "/v1/handover", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_handover, .help = "what whoever takes over has to know"},
    {0},
};
