/* show: one function per shape. Everything a person reads that came from outside stays as it is here (the edge that
 * draws makes it safe); personal data in it is hidden by wire/mask, whatever the shape. */
#include "api/show.h"
#include "api/show_game.h"
#include "base/clock.h"
#include "core/address.h"
#include "core/field.h"
#include "wire/row.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 2000, HOUR = 3600000 };

bool show_open(struct show *show, struct request *req)
{
    *show = (struct show){.req = req, .arena = req->arena, .config = req->config, .now = clock_now()};
    show->store = request_store(req, &show->err);
    show->mask = (struct mask){show->config, show->store ? store_meta_get(show->store, show->arena, "desk", &show->err) : NULL};
    if (!show->store)
        show_fail(show);
    return show->store;
}

void show_fail(struct show *show)
{
    if (show->err.code == ERR_NONE)
        err_set(&show->err, ERR_INTERNAL, "reading failed");
    request_fail(show->req, &show->err);
}

void show_answer(struct show *show, struct json *root)
{
    if (show->err.code == ERR_NONE) {
        request_json_tree(show->req, 200, root);
        return;
    }
    json_free(root);
    show_fail(show);
}

const char *show_said(const struct show *show, const char *text)
{
    return mask_text(show->arena, &show->mask, NULL, text);
}

struct ticket *show_asked(struct show *show)
{
    const char *text = show->req->param[0];
    size_t n = strspn(text, "0123456789");
    if (!n || n > 18 || text[n]) {
        err_set(&show->err, ERR_NOT_FOUND, "no ticket #%.40s: a ticket has a number; `triage ls WORDS` or / finds it by its words", text);
        return NULL;
    }
    return store_ticket_shown(show->store, show->arena, strtoll(text, NULL, 10), &show->err);
}

static struct json *parsed(struct arena *arena, const char *text)
{
    return text ? json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
}

/* --- tickets --- */

/* What the classifier said of a ticket last; false: nothing. */
static bool last_label(struct show *show, int64_t ticket, struct entry *out)
{
    struct entry_query q = {.ticket = ticket, .kind = "label", .actor = "model", .limit = 1, .newest_first = true};
    struct entry *list;
    int count;
    if (!store_entry_list(show->store, show->arena, &q, &list, &count, &show->err) || !count)
        return false;
    *out = list[0];
    return true;
}

const char *show_band(int64_t bp)
{
    return bp < 5000 ? "low" : bp < 8000 ? "medium" : "high";
}

static struct json *label_of(const struct show *show, const char *value, const char *by, int64_t bp, const struct json *said, bool urgency)
{
    struct json *label = json_object();
    json_put_string(label, "value", value && *value ? value : NULL);
    json_put_string(label, "by", by && *by ? by : NULL);
    json_put_i64(label, "bp", bp);
    json_put_string(label, "band", value && *value ? show_band(bp) : NULL);
    if (urgency && said) {
        json_put_string(label, "runner_up", json_get_string(said, "runner_up", NULL));
        const struct json *reasons = json_get(said, "reasons");
        if (reasons)
            json_put(label, "reasons", mask_json(show->arena, &show->mask, reasons));
    }
    return label;
}

static struct json *labels(struct show *show, const struct ticket *t)
{
    struct entry e;
    const struct json *said = last_label(show, t->id, &e) ? parsed(show->arena, e.data) : NULL;
    const struct field *by = field_find("urgency_by");
    struct json *both = json_object();
    json_put(both, "urgency", label_of(show, urgency_word(t->urgency), field_word(by, t->urgency_by), t->urgency_bp, said, true));
    json_put(both, "category", label_of(show, category_word(t->category), field_word(by, t->category_by), t->category_bp, said, false));
    return both;
}

static struct json *source_of(const struct show *show, const struct ticket *t, const struct config_source *source)
{
    if (!source)
        return json_new_null();
    struct json *row = json_object();
    json_put_string(row, "name", source->name);
    json_put_string(row, "dialect", source->dialect);
    json_put_string(row, "reply_via", reply_via_word(source->reply_via));
    json_put_i64(row, "line", source->line);
    json_put_string(row, "link", mask_text(show->arena, &show->mask, NULL, address_of(show->arena, source, t)));
    return row;
}

struct json *show_ticket(struct show *show, const struct ticket *t)
{
    struct json *row = show_row(show, t);
    int64_t dead = *show_undelivered(show, (struct ticket *const[]){(struct ticket *)(uintptr_t)t}, 1);
    if (dead)
        json_put_i64(row, "undelivered", dead);
    json_put(row, "label", labels(show, t));
    json_put(row, "source", source_of(show, t, show_source(show->config, t)));
    return row;
}

enum { LABELS_FOR_PROBABILITY = 50 }; /* classifier.md 4: with fewer, numbers would claim more than they know */

/* How often it was right of late, as its newest epoch counted. */
static struct json *accuracy(struct show *show)
{
    struct model_row *newest;
    int n;
    if (!store_model_list(show->store, show->arena, 1, &newest, &n, &show->err))
        n = 0;
    const struct json *said = n ? json_get(parsed(show->arena, newest->figures), "accuracy") : NULL;
    struct json *row = json_object();
    json_put_i64(row, "right", json_get_i64(said, "right", 0));
    json_put_i64(row, "of", json_get_i64(said, "of", 0));
    return row;
}

struct json *show_model(struct show *show)
{
    const struct classify_model *model = request_model(show->req);
    int64_t learned = classify_model_learned(model);
    struct json *row = json_object();
    json_put_i64(row, "epoch", classify_model_epoch(model));
    json_put_i64(row, "learned", learned);
    json_put_bool(row, "bands", learned < LABELS_FOR_PROBABILITY);
    json_put(row, "accuracy", accuracy(show));
    json_put_string(row, "text", learned ? arena_printf(show->arena, "learned from %lld of your tickets", (long long)learned)
                                         : "starter rules, 0 of your tickets learned");
    return row;
}

/* --- the timeline --- */

static struct json *message_line(struct show *show, int64_t ticket, const struct message *m, struct json *files)
{
    struct json *line = json_object(), *message = mask_message(show->arena, &show->mask, m);
    struct parcel held;
    bool found = false;
    json_put_i64(line, "at", m->at);
    json_put_string(line, "kind", "message");
    json_put_string(line, "actor", m->author ? mask_text(show->arena, &show->mask, NULL, m->author) : author_word(m->author_kind));
    json_put_i64(line, "ticket", ticket);
    if (m->state && store_parcel_by_message(show->store, show->arena, m->row, &held, &found, &show->err) && found)
        json_put_i64(message, "due_at", held.due_at);
    if (files)
        json_put(message, "attachments", files);
    json_put(line, "message", message);
    return line;
}

static struct json *entry_line(struct show *show, const struct entry *e)
{
    static const char *const inner[] = {"obs", "made", "back", "undone", "redone"}; /* for refolding, not for reading */
    struct json *line = json_object(), *data = parsed(show->arena, e->data);
    if (data)
        for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
            json_drop(data, inner[i]);
    json_put_i64(line, "at", e->at);
    json_put_string(line, "kind", e->kind);
    json_put_string(line, "actor", e->actor);
    json_put_i64(line, "seq", e->seq);
    json_put_i64(line, "ticket", e->ticket);
    json_put(line, "data", data ? mask_json(show->arena, &show->mask, data) : json_object());
    return line;
}

static bool on_timeline(const struct entry *e)
{
    bool learning = str_eq(e->kind, "label") && !str_eq(e->actor, "model"); /* the act itself is there */
    return !str_eq(e->kind, "event") && !str_eq(e->kind, "message") && !learning;
}

/* A line with its place: by time, and of the same time as they were read. */
struct placed { int64_t at; int order; struct json *line; };
struct timeline { struct placed *list; int count; };

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : x->order - y->order;
}

static void place(struct show *show, struct timeline *to, int64_t at, struct json *line)
{
    struct placed *next = follow_push(show->arena, &to->list, &to->count, sizeof *next);
    *next = (struct placed){at, to->count, line};
}

/* What was said at the moment of an entry stands before it. */
static bool read_lines(struct show *show, int64_t ticket, bool merged, struct timeline *to)
{
    struct entry_query q = {.ticket = ticket, .limit = LINES};
    struct entry *entries;
    struct message *messages = NULL;
    int entry_count, message_count;
    if (!store_message_list(show->store, show->arena, ticket, &messages, &message_count, &show->err) ||
        !store_entry_list(show->store, show->arena, &q, &entries, &entry_count, &show->err))
        return false;
    struct json **files = ARENA_ARRAY(show->arena, struct json *, message_count + 1);
    show_attachments(show, messages, message_count, files);
    for (int i = 0; i < message_count; i++)
        place(show, to, messages[i].at, message_line(show, ticket, &messages[i], files[i]));
    for (int i = 0; i < entry_count; i++)
        if (on_timeline(&entries[i]) && !(merged && str_eq(entries[i].kind, "sla"))) /* its clocks are the root's now */
            place(show, to, entries[i].at, entry_line(show, &entries[i]));
    return true;
}

/* The timeline of a root reads all that was merged into it. */
struct json *show_lines(struct show *show, const struct ticket *t)
{
    struct timeline all = {0};
    struct member *members = NULL;
    int count;
    bool ok = store_ticket_members(show->store, show->arena, t->id, &members, &count, &show->err) && read_lines(show, t->id, false, &all);
    for (int i = 0; ok && i < count; i++)
        ok = read_lines(show, members[i].id, true, &all);
    struct json *lines = json_array();
    if (all.count)
        qsort(all.list, (size_t)all.count, sizeof *all.list, by_place);
    for (int i = 0; i < all.count; i++)
        json_push(lines, all.list[i].line);
    if (ok)
        return lines;
    json_free(lines);
    return NULL;
}

struct json *show_entry(const struct show *show, const struct entry *e)
{
    struct json *row = json_object(), *data = parsed(show->arena, e->data);
    json_put_i64(row, "seq", e->seq);
    json_put_i64(row, "at", e->at);
    json_put_string(row, "actor", e->actor);
    json_put_string(row, "kind", e->kind);
    json_put_i64(row, "ticket", e->ticket);
    json_put_i64(row, "cause", e->cause);
    json_put_i64(row, "undoes", e->undoes);
    json_put(row, "data", data ? mask_json(show->arena, &show->mask, data) : json_new_null());
    return row;
}

void show_title(struct show *show, struct json *row, int64_t ticket)
{
    const char *title = NULL;
    if (ticket && store_ticket_title(show->store, show->arena, ticket, &title, &show->err) && title)
        json_put_string(row, "title", mask_text(show->arena, &show->mask, "title", title));
}

struct json *show_event(const struct show *show, const struct event *e)
{
    struct json *row = json_object(), *warnings = e->warnings && *e->warnings ? parsed(show->arena, e->warnings) : NULL;
    json_put_i64(row, "id", e->id);
    json_put_i64(row, "at", e->received_at);
    if (e->occurred_at)
        json_put_i64(row, "occurred_at", e->occurred_at);
    json_put_string(row, "source", e->source);
    json_put_string(row, "dialect", e->dialect);
    json_put_string(row, "type", e->type);
    json_put_string(row, "effect", e->effect_text);
    json_put_string(row, "state", e->state);
    json_put_i64(row, "ticket", e->ticket);
    json_put_string(row, "key", mask_text(show->arena, &show->mask, "key", e->key));
    json_put_i64(row, "seen", e->seen);
    json_put(row, "warnings", warnings ? mask_json(show->arena, &show->mask, warnings) : json_array());
    json_put_string(row, "note", mask_text(show->arena, &show->mask, NULL, e->note));
    return row;
}

/* --- why --- */

static const char *moment(struct arena *arena, int64_t ms)
{
    char buf[32];
    clock_format(ms, buf);
    buf[10] = ' ';
    buf[16] = 0;
    return arena_printf(arena, "%s UTC", buf);
}

static void say(struct json *lines, const char *text)
{
    json_push(lines, json_new_string(text));
}

static void why_label(struct show *show, struct json *lines, const struct ticket *t)
{
    const struct field *by = field_find("urgency_by");
    struct arena *a = show->arena;
    if (t->urgency)
        say(lines, arena_printf(a, "Urgency %s, set by %s, %d.%02d %% sure.", urgency_word(t->urgency), field_word(by, t->urgency_by),
                                (int)(t->urgency_bp / 100), (int)(t->urgency_bp % 100)));
    else
        say(lines, "No urgency: nothing a customer wrote has come in yet.");
    if (t->category)
        say(lines, arena_printf(a, "Category %s, set by %s.", category_word(t->category), field_word(by, t->category_by)));
    struct entry e;
    const struct json *said = last_label(show, t->id, &e) ? parsed(a, e.data) : NULL;
    for (const struct json *r = json_first(json_get(said, "reasons")); r; r = json_next(r)) {
        int64_t milli = json_get_i64(r, "weight_milli", 0);
        say(lines, arena_printf(a, "%s%" PRId64 ".%03d  %s", milli < 0 ? "-" : "+", (milli < 0 ? -milli : milli) / 1000,
                                (int)(llabs(milli) % 1000), json_get_string(r, "text", "")));
    }
    if (json_get_string(said, "hard", NULL))
        say(lines, arena_printf(a, "The phrase \"%s\" is a hard one: it pages at once.", json_get_string(said, "hard", "")));
}

static const char *element(const struct json *list, int n)
{
    const struct json *at = json_first(list);
    for (; n > 0; n--)
        at = json_next(at);
    return json_string(at) ? json_string(at) : json_number(at) ? json_number(at) : "";
}

/* [route, end, step, note, [[destination, go, why], ...]]: core/route.h. */
static void why_verdict(struct show *show, struct json *lines, const struct entry *e, const char *type, const struct json *v)
{
    struct arena *a = show->arena;
    const struct json *to = json_next(json_next(json_next(json_next(json_first(v)))));
    const char *route = element(v, 0), *end = element(v, 1), *step = element(v, 2), *note = element(v, 3), *at = moment(a, e->at);
    if (str_eq(end, "no_match"))
        say(lines, arena_printf(a, "%s: route \"%s\" does not take %s: %s", at, route, type, note));
    else if (str_eq(end, "filtered"))
        say(lines, arena_printf(a, "%s: route \"%s\" stopped %s at step %s: %s", at, route, type, step, note));
    else if (str_eq(end, "waiting"))
        say(lines, arena_printf(a, "%s: route \"%s\" waits at step %s with %s: %s", at, route, step, type, note));
    else if (!json_first(to))
        say(lines, arena_printf(a, "%s: route \"%s\" let %s pass, to nowhere: %s", at, route, type, note));
    for (const struct json *d = json_first(to); d; d = json_next(d)) {
        bool go = false;
        json_bool(json_next(json_first(d)), &go);
        bool why = *element(d, 2) && !(go && str_eq(element(d, 2), "always"));
        say(lines, arena_printf(a, "%s: route \"%s\" %s %s%s%s", at, route, go ? "sent it to" : "did not send it to", element(d, 0),
                                why ? ": " : "", why ? element(d, 2) : ""));
    }
}

static void why_parcel(struct show *show, struct json *lines, const struct entry *e, const struct json *data)
{
    const char *error = json_get_string(data, "error", "");
    int64_t n = json_get_i64(data, "attempts", 0);
    say(lines, arena_printf(show->arena, "%s: %s: %s, %" PRId64 " attempt%s%s%s", moment(show->arena, e->at), json_get_string(data, "destination", ""),
                            json_get_string(data, "state", ""), n, n == 1 ? "" : "s", *error ? ": " : "", error));
}

/* Where it went and where it did not, in the order things happened. */
static void why_route(struct show *show, struct json *lines, const struct ticket *t)
{
    struct entry_query q = {.ticket = t->id, .limit = LINES};
    struct entry *list;
    int count;
    if (!store_entry_list(show->store, show->arena, &q, &list, &count, &show->err))
        return;
    for (int i = 0; i < count; i++) {
        bool route = str_eq(list[i].kind, "route");
        const struct json *data = route || str_eq(list[i].kind, "parcel") ? parsed(show->arena, list[i].data) : NULL;
        for (const struct json *v = json_first(json_get(data, "verdicts")); v && route; v = json_next(v))
            why_verdict(show, lines, &list[i], json_get_string(data, "type", "it"), v);
        if (data && !route)
            why_parcel(show, lines, &list[i], data);
    }
    if (!json_count(lines))
        say(lines, show->config->route_count ? "No route takes what came for this ticket, so nothing of it left."
                                             : "No route is configured, so nothing of this ticket left.");
}

struct json *show_why(struct show *show, const struct ticket *t, const char *what)
{
    static const struct { const char *name; void (*say)(struct show *, struct json *, const struct ticket *); } whys[] = {
        {"label", why_label}, {"score", show_why_score}, {"page", show_why_page}, {"route", why_route}, {"assign", show_why_assign}};
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++)
        if (str_eq(whys[i].name, what)) {
            struct json *lines = json_array();
            whys[i].say(show, lines, t);
            struct json *safe = mask_json(show->arena, &show->mask, lines);
            json_free(lines);
            return safe;
        }
    return NULL;
}

/* --- the desk --- */

struct json *show_escalation_counts(struct show *show)
{
    struct json *counts = json_object();
    for (int state = ESCALATION_TRIGGERED; state <= ESCALATION_SUPPRESSED; state++) {
        int64_t n = 0;
        show_tally(show, "escalation", escalation_word(state), 0, &n);
        if (state != ESCALATION_RESOLVED)
            json_put_i64(counts, escalation_word(state), n);
    }
    return counts;
}
