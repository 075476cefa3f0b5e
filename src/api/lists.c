/* lists: the reads. Each handler runs on a server thread with that thread's read-only handle, answers from indexes and
 * kept counters, and is bounded by a limit; filters stop at a time budget and say where to go on. */
#include "api/calls.h"
#include "api/listing.h"
#include "api/show.h"
#include "api/views.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/rota.h"
#include "core/view.h"
#include "engine/engine.h"
#include "wire/row.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE = 50, MOST = 500, REFUSALS = 32 };

static int64_t last_seq(struct show *show)
{
    int64_t seq = 0;
    store_entry_last(show->store, &seq, &show->err);
    return seq;
}

/* --- rows of tickets --- */

static struct json *numbers_of(const struct listing *page)
{
    struct json *list = json_array();
    for (int i = 0; i < page->count; i++)
        json_push(list, json_new_i64(page->rows[i]->id));
    return list;
}

static struct json *tickets_of(struct show *show)
{
    struct listing page;
    struct seen_view view;
    int64_t seq = last_seq(show);
    const char *name = request_query(show->req, "view");
    bool found = name && *name ? views_find(show, name, &view) : views_all(show, &view);
    if (!found || !listing_page(show, &view, &page))
        return NULL;
    struct json *root = json_object();
    json_put_i64(root, "seq", seq);
    if (request_query_i64(show->req, "ids", 0, 0, 1))
        json_put(root, "ids", numbers_of(&page));
    else
        json_put(root, "rows", show_rows(show, page.rows, page.count));
    json_put_string(root, "next", page.next);
    return root;
}

/* A page is as of one commit: a lock taken once, not for each of some hundred small reads. */
static void answer_frozen(struct request *req, struct json *(*make)(struct show *))
{
    struct show show;
    if (!show_open(&show, req))
        return;
    struct json *root = store_freeze(show.store, &show.err) ? make(&show) : NULL;
    store_thaw(show.store);
    if (root)
        show_answer(&show, root);
    else
        show_fail(&show);
}

static void get_tickets(struct request *req)
{
    answer_frozen(req, tickets_of);
}

/* --- the first frame --- */

static struct json *sources_short(struct show *show)
{
    struct json *list = json_array();
    for (int i = 0; i < show->config->source_count; i++) {
        const struct config_source *s = &show->config->sources[i];
        struct json *row = json_object();
        json_put_string(row, "name", s->name);
        json_put_string(row, "dialect", s->dialect);
        json_put_string(row, "reply_via", reply_via_word(s->reply_via));
        json_push(list, row);
    }
    return list;
}

static void put_me(struct show *show, struct json *root)
{
    struct json *me = json_object(), *page = json_object();
    json_put_string(me, "name", show->req->agent->name);
    json_put_string(me, "role", role_word(show->req->agent->role));
    json_put_string(me, "team", show->req->agent->team);
    if (show->req->agent->restricted)
        json_put_bool(me, "restricted", true);
    json_put(root, "me", me);
    json_put_i64(page, "at_bp", show->config->page_at_bp);
    json_put_i64(page, "labels", show->config->page_labels);
    json_put(root, "page", page);
    json_put(root, "model", show_model(show));
}

static struct json *desk_of(struct show *show)
{
    struct listing page;
    struct seen_view view;
    struct desk_state state;
    const char *kept = request_query(show->req, "keep");
    int mine = (int)request_query_i64(show->req, "mine", 0, 0, 8);
    int64_t seq = last_seq(show); /* first: what comes later is on the stream */
    if (!views_find(show, request_query(show->req, "view"), &view) || !listing_page(show, &view, &page) ||
        !engine_desk_read(show->store, show->arena, &state, &show->err))
        return NULL;
    struct json *root = json_object();
    json_put_i64(root, "seq", seq);
    json_put_i64(root, "now", show->now);
    json_put_string(root, "team", show->config->team_name);
    put_me(show, root);
    json_put(root, "views", views_shown(show));
    json_put_string(root, "view", view.name);
    json_put(root, "rows", show_rows(show, page.rows, page.count));
    json_put_string(root, "next", page.next);
    json_put(root, "boss", show_boss(show));
    json_put_string(root, "oncall", rota_first(&(struct rota){show->config, &state}, show->now));
    json_put(root, "escalations", show_escalation_counts(show));
    json_put(root, "maintenance", show_maintenance(show, &state));
    json_put(root, "player", show_player(show, show->req->agent->name));
    json_put(root, "agents", show_agents(show));
    json_put(root, "sources", sources_short(show));
    json_put_string(root, "config", show->req->desk->file);
    if (kept)
        json_put(root, "keep", show_kept(show, kept));
    if (mine)
        json_put(root, "mine", show_mine(show, mine));
    return root;
}

static void get_desk(struct request *req)
{
    answer_frozen(req, desk_of);
}

/* --- one ticket --- */

static struct json *with_lines(struct show *show, struct json *root, const struct ticket *t)
{
    struct json *lines = show_lines(show, t);
    if (lines)
        json_put(root, "lines", lines);
    else
        json_free(root);
    return lines ? root : NULL;
}

/* The ticket and its timeline are as of one commit, where both are asked for. */
static struct json *ticket_of(struct show *show)
{
    int64_t seq = last_seq(show);
    const struct ticket *t = show_asked(show);
    if (!t)
        return NULL;
    struct json *root = json_object();
    json_put_i64(root, "seq", seq);
    json_put(root, "ticket", show_ticket(show, t));
    return request_query_i64(show->req, "lines", 0, 0, 1) ? with_lines(show, root, t) : root;
}

static void get_ticket(struct request *req)
{
    answer_frozen(req, ticket_of);
}

static struct json *lines_of(struct show *show)
{
    int64_t seq = last_seq(show);
    const struct ticket *t = show_asked(show);
    if (!t)
        return NULL;
    struct json *root = json_object();
    json_put_i64(root, "seq", seq);
    return with_lines(show, root, t);
}

static void get_lines(struct request *req)
{
    answer_frozen(req, lines_of);
}

static void get_why(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    const struct ticket *t = show_asked(&show);
    bool clocks = strcmp(req->param[1], "sla") == 0;
    struct json *root = t && clocks ? show_ledger(&show, t) : NULL, *lines = t && !clocks ? show_why(&show, t, req->param[1]) : NULL;
    if (lines) {
        root = json_object();
        json_put(root, "lines", lines);
    } else if (t && !clocks) {
        err_set(&show.err, ERR_USAGE, "why: sla, label, score, page, route or assign");
    }
    if (root)
        show_answer(&show, root);
    else
        show_fail(&show);
}

/* --- the journal and what came in --- */

/* What somebody keeps for themselves is theirs; leads answer for the desk and see all of its journal. */
static bool may_read(struct show *show, const struct entry *e)
{
    if (!str_eq(e->kind, "desk") || str_eq(e->actor, show->req->agent->name) || show->req->agent->role >= ROLE_LEAD)
        return true;
    const struct json *data = e->data ? json_parse_in(show->arena, e->data, strlen(e->data), &json_limits_dialect, NULL, NULL) : NULL;
    return !view_private(json_get(data, "records"));
}

static void get_entries(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    struct entry_query q = {.after = request_query_i64(req, "after", 0, 0, INT64_MAX), .kind = request_query(req, "kind"),
                            .actor = request_query(req, "actor"), .ticket = request_query_i64(req, "ticket", 0, 0, INT64_MAX),
                            .limit = (int)request_query_i64(req, "limit", PAGE, 1, MOST)};
    struct entry *list = NULL;
    int count = 0;
    struct json *root = json_object(), *entries = json_array();
    if (store_entry_list(show.store, show.arena, &q, &list, &count, &show.err))
        for (int i = 0; i < count; i++)
            if (may_read(&show, &list[i]))
                json_push(entries, show_entry(&show, &list[i]));
    json_put(root, "entries", entries);
    if (count == q.limit)
        json_put_i64(root, "next", list[count - 1].seq);
    else
        json_put_null(root, "next");
    show_answer(&show, root);
}

struct counting { const struct config *config; struct source_count *of; /* each of its sources */ };

static void take_erased(void *arg, const char *source, int64_t n)
{
    const struct counting *c = arg;
    for (int i = 0; i < c->config->source_count; i++)
        if (str_eq(c->config->sources[i].name, source))
            c->of[i].quarantine -= (uint64_t)n < c->of[i].quarantine ? (uint64_t)n : c->of[i].quarantine;
}

/* By source, as the configuration has them. Of what was erased in quarantine nothing is to be done: it is not counted there. */
static const struct source_count *counts(struct show *show)
{
    struct counting c = {show->config, ARENA_ARRAY(show->arena, struct source_count, show->config->source_count + 1)};
    memset(c.of, 0, sizeof *c.of * ((size_t)show->config->source_count + 1));
    for (int i = 0; i < show->config->source_count; i++)
        desk_count(show->req->desk, show->config->sources[i].name, &c.of[i]);
    store_erased_since(show->store, show->arena, show->req->desk->since, take_erased, &c, &show->err);
    return c.of;
}

static struct json *event_counts(struct show *show)
{
    const struct request *req = show->req;
    const struct source_count *of = counts(show);
    struct source_count all = {0};
    for (int i = 0; i < show->config->source_count; i++) {
        all.accepted += of[i].accepted;
        all.duplicate += of[i].duplicate;
        all.conflict += of[i].conflict;
        all.quarantine += of[i].quarantine;
        all.ignored += of[i].ignored;
    }
    struct json *row = json_object();
    json_put_i64(row, "accepted", (int64_t)all.accepted);
    json_put_i64(row, "duplicate", (int64_t)all.duplicate);
    json_put_i64(row, "conflict", (int64_t)all.conflict);
    json_put_i64(row, "quarantine", (int64_t)all.quarantine);
    json_put_i64(row, "ignored", (int64_t)all.ignored);
    json_put_i64(row, "refused", (int64_t)hub_refused(req->desk->hub));
    return row;
}

static void get_events(struct request *req)
{
    struct show show;
    struct event *list = NULL;
    int count = 0;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object(), *events = json_array();
    if (store_list_events(show.store, show.arena, request_query_i64(req, "before", 0, 0, INT64_MAX), request_query(req, "state"),
                          (int)request_query_i64(req, "limit", PAGE, 1, MOST), &list, &count, &show.err))
        for (int i = 0; i < count; i++) {
            struct json *row = show_event(&show, &list[i]);
            show_title(&show, row, list[i].ticket);
            json_push(events, row);
        }
    json_put(root, "events", events);
    json_put(root, "counts", event_counts(&show));
    json_put_i64(root, "since", req->desk->since);
    show_answer(&show, root);
}

static struct json *document(const struct show *show, const char *text)
{
    const struct json *node = text ? json_parse_in(show->arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
    return node ? mask_json(show->arena, &show->mask, node) : json_new_null();
}

/* As it came, to the byte, while there is nothing in it to hide: in JSON, text stands behind escapes, so it is hidden in
 * what the JSON says and written out again. What is no JSON (a form, a file's bytes) may hide it behind encodings that no pattern sees
 * through. */
static const char *raw_of(const struct show *show, const struct event *e)
{
    const char *raw = text_valid(e->raw, e->raw_n) ? e->raw : text_safe_in(show->arena, e->raw, TEXT_BLOCK);
    const struct json *node = json_parse_in(show->arena, raw, strlen(raw), &json_limits_dialect, NULL, NULL);
    if (!node && show->req->agent->role < ROLE_LEAD)
        return arena_printf(show->arena, "[%zu bytes that are no JSON: for leads]", e->raw_n);
    if (!node)
        return mask_text(show->arena, &show->mask, NULL, raw);
    AUTO_JSON safe = mask_json(show->arena, &show->mask, node);
    const char *before = json_print_in(show->arena, node), *after = json_print_in(show->arena, safe);
    return str_eq(before, after) ? raw : after;
}

static void get_event(struct request *req)
{
    struct show show;
    struct event e;
    const char *text = req->param[0];
    if (!show_open(&show, req))
        return;
    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
        err_set(&show.err, ERR_NOT_FOUND, "no event %.40s; `triage events` or gi lists them", text);
    else if (store_event_get(show.store, show.arena, strtoll(text, NULL, 10), &e, &show.err)) {
        struct json *root = json_object(), *row = show_event(&show, &e);
        json_put_string(row, "raw", raw_of(&show, &e));
        json_put(row, "headers", document(&show, e.headers));
        json_put(row, "obs", document(&show, e.obs));
        json_put(root, "event", row);
        show_answer(&show, root);
        return;
    }
    show_fail(&show);
}

static void get_refusals(struct request *req)
{
    struct hub_refusal *list = ARENA_ARRAY(req->arena, struct hub_refusal, REFUSALS);
    int count = hub_refusals(req->desk->hub, list, REFUSALS);
    struct json *root = json_object(), *rows = json_array();
    for (int i = 0; i < count; i++) {
        struct json *row = json_object();
        json_put_i64(row, "at", list[i].at);
        json_put_string(row, "source", list[i].source);
        json_put_i64(row, "status", list[i].status);
        json_put_string(row, "slug", list[i].slug);
        json_put_string(row, "detail", list[i].detail);
        json_put_string(row, "explain", list[i].explain);
        json_push(rows, row);
    }
    json_put(root, "refusals", rows);
    request_json_tree(req, 200, root);
}

/* --- people --- */

static void put_time(struct json *row, const char *name, int64_t at)
{
    if (at)
        json_put_i64(row, name, at);
    else
        json_put_null(row, name);
}

static void get_sources(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    const struct source_count *of = counts(&show);
    struct json *root = json_object(), *list = json_array();
    for (int i = 0; i < show.config->source_count; i++) {
        const struct config_source *s = &show.config->sources[i];
        const struct source_count c = of[i];
        struct json *row = json_object();
        json_put_string(row, "name", s->name);
        json_put_string(row, "dialect", s->dialect);
        json_put_bool(row, "strict", s->strict);
        json_put_bool(row, "disabled", s->disabled);
        json_put_string(row, "reply_via", reply_via_word(s->reply_via));
        json_put_i64(row, "line", s->line);
        put_time(row, "last_at", c.last_at);
        put_time(row, "trouble_at", c.trouble_at);
        json_put_i64(row, "accepted", (int64_t)c.accepted);
        json_put_i64(row, "ignored", (int64_t)c.ignored);
        json_put_i64(row, "duplicate", (int64_t)c.duplicate);
        json_put_i64(row, "conflict", (int64_t)c.conflict);
        json_put_i64(row, "quarantine", (int64_t)c.quarantine);
        json_put_i64(row, "refused", (int64_t)c.refused);
        json_push(list, row);
    }
    json_put(root, "sources", list);
    json_put_i64(root, "since", req->desk->since);
    json_put_string(root, "config", req->desk->file);
    show_answer(&show, root);
}

static void get_agents(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object();
    json_put(root, "agents", show_agents(&show));
    show_answer(&show, root);
}

#define READ(p, fn, least, text) {.method = "GET", .path = p, .sides = SIDE_DESK, .role = least, .handle = fn, .help = text}
const struct call list_calls[] = {
    READ("/v1/desk", get_desk, ROLE_AGENT, "the first frame in one answer"),
    READ("/v1/tickets", get_tickets, ROLE_AGENT, "rows of a view, filtered"),
    READ("/v1/tickets/{}", get_ticket, ROLE_AGENT, "one ticket"),
    READ("/v1/tickets/{}/lines", get_lines, ROLE_AGENT, "its timeline"),
    READ("/v1/tickets/{}/why/{}", get_why, ROLE_AGENT, "why it is as it is: sla, label, score, page, route, assign"),
    READ("/v1/entries", get_entries, ROLE_AGENT, "the journal"),
    READ("/v1/events", get_events, ROLE_AGENT, "what came in"),
    READ("/v1/events/{}", get_event, ROLE_AGENT, "one event, raw"),
    READ("/v1/refusals", get_refusals, ROLE_LEAD, "the last refused requests"),
    READ("/v1/sources", get_sources, ROLE_AGENT, "sources and what they sent"),
    READ("/v1/agents", get_agents, ROLE_AGENT, "who works here"),
    {0},
};
