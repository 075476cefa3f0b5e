/* escalation: who is being paged for what, who was told by what and with which outcome, and which maintenance windows hold
 * pages. A person was told when the console's own parcel says so; what left for them stands beside it. */
#include "api/calls.h"
#include "api/show.h"
#include "base/clock.h"
#include "base/str.h"
#include "engine/engine.h"
#include <inttypes.h>
#include <string.h>

enum { LIMIT = 100, MOST = 1000, COUNTED = 100, TAKEN = 8, TOLD = 64, PAGES = 256, CHAIN = 200 };

/* --- who was told --- */

struct told { struct page_row *rows; int count; }; /* newest first */

static bool read_pages(struct show *show, int64_t ticket, struct told *out)
{
    return store_page_list(show->store, show->arena, ticket, PAGES, &out->rows, &out->count, &show->err);
}

/* The row that stands for the telling itself: the console's, or, where nobody in person is meant, what left. */
static bool is_head(const struct page_row *row)
{
    return str_eq(row->destination, "console") || !*row->agent;
}

static bool left_with(const struct page_row *row, const struct page_row *head)
{
    return row->entry == head->entry && str_eq(row->agent, head->agent) && !str_eq(row->destination, "console");
}

static struct json *outcomes(struct show *show, const struct told *told, const struct page_row *head)
{
    struct json *by = json_array();
    for (int i = told->count - 1; i >= 0; i--) {
        const struct page_row *row = &told->rows[i];
        if (!left_with(row, head) || (!*head->agent && row != head))
            continue;
        struct json *one = json_object();
        json_put_i64(one, "parcel", row->id);
        json_put_string(one, "destination", row->destination);
        json_put_string(one, "state", row->state);
        json_put_string(one, "error", mask_text(show->arena, &show->mask, NULL, row->error));
        json_push(by, one);
    }
    return by;
}

struct json *show_told(struct show *show, const struct ticket *t)
{
    struct json *list = json_array();
    struct told told;
    int heads = 0;
    if (!read_pages(show, t->id, &told))
        return list;
    for (int i = 0; i < told.count; i++)
        heads += is_head(&told.rows[i]);
    for (int i = told.count - 1; i >= 0; i--) {
        const struct page_row *head = &told.rows[i];
        if (!is_head(head) || heads-- > TOLD)
            continue;
        struct json *row = json_object();
        json_put_i64(row, "at", head->at);
        json_put_string(row, "agent", *head->agent ? head->agent : head->destination);
        json_put_i64(row, "step", head->step);
        json_put_string(row, "why", mask_text(show->arena, &show->mask, NULL, str_eq(head->destination, "console") ? head->memo : NULL));
        json_put(row, "by", outcomes(show, &told, head));
        json_push(list, row);
    }
    return list;
}

/* --- the chain: what happened, and who learned of it how --- */

static const char *moment(struct arena *arena, int64_t ms)
{
    char buf[32];
    clock_format(ms, buf);
    buf[10] = ' ';
    buf[19] = 0;
    return arena_printf(arena, "%s UTC", buf);
}

static bool is_whose(const struct page_row *row, const char *who)
{
    return *row->agent ? str_eq(row->agent, who) : str_starts(who, "destination:") && str_eq(row->destination, who + strlen("destination:"));
}

/* " (slack delivered, phones dead: 503)" */
static void add_outcomes(struct str *out, const struct told *told, int64_t at, const char *who)
{
    const struct page_row *head = NULL;
    int n = 0;
    for (int i = 0; i < told->count; i++)
        if (is_head(&told->rows[i]) && told->rows[i].at == at && is_whose(&told->rows[i], who))
            head = &told->rows[i];
    for (int i = told->count - 1; head && i >= 0; i--) {
        const struct page_row *row = &told->rows[i];
        if (!left_with(row, head) || (!*head->agent && row != head))
            continue;
        str_addf(out, "%s%s %s", n++ ? ", " : " (", row->destination, row->state);
        if (row->error)
            str_addf(out, ": %s", row->error);
    }
    str_adds(out, n ? ")" : " (console)");
}

/* What an entry says: %s at the start stands for its step, `why` for its reason at the end. */
static const struct { const char *what, *says; bool why; } sayings[] = {
    {"opened", "opened: ", true},
    {"step", "%s told", false},
    {"reminder", "reminded", false},
    {"no_notification_sent", "%s: nobody to tell, so the next at once: ", true},
    {"page_failed", "%s: no page reached", true},
    {"bundled", "%s: with others in one page, for", false},
    {"acknowledged", "acknowledged by ", true},
    {"ack_expired", "the acknowledgement ran out: told", false},
    {"snoozed", "snoozed by ", true},
    {"woken", "woken by ", true},
    {"snooze_over", "the snooze is over", false},
    {"moved", "goes on here, ", true},
    {"restored", "as it was before, by undo", false},
    {"suppressed", "held by a maintenance window: ", true},
    {"maintenance_over", "the maintenance window is over", false},
    {"maintenance_undone", "the maintenance window was taken back: it goes on where it stood", false},
    {"policy_changed", "the policy was changed meanwhile: ", true},
    {"resolved", "resolved: ", true},
};

static void add_saying(struct show *show, struct str *out, const struct json *data)
{
    const char *what = json_get_string(data, "what", ""), *why = json_get_string(data, "why", NULL);
    char *step = arena_printf(show->arena, "step %" PRId64, json_get_i64(data, "step", 0) + 1);
    for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++) {
        if (!str_eq(sayings[i].what, what))
            continue;
        bool steps = str_starts(sayings[i].says, "%s");
        str_addf(out, "%s%s", steps ? step : "", sayings[i].says + (steps ? 2 : 0));
        if (sayings[i].why && why && !json_count(json_get(data, "told")))
            str_adds(out, why);
        return;
    }
    str_adds(out, what);
}

static void add_link(struct show *show, struct json *lines, const struct entry *e, const struct told *told)
{
    const struct json *data = json_parse_in(show->arena, e->data, strlen(e->data), &json_limits_dialect, NULL, NULL);
    bool pages = !str_eq(json_get_string(data, "what", ""), "page_failed") && !str_eq(json_get_string(data, "what", ""), "bundled");
    AUTO_STR out;
    str_init(&out, 4096);
    str_addf(&out, "%s: ", moment(show->arena, e->at));
    add_saying(show, &out, data);
    for (const struct json *who = json_first(json_get(data, "told")); who; who = json_next(who)) {
        str_addf(&out, "%s %s", who == json_first(json_get(data, "told")) ? "" : ",", json_string(who) ? json_string(who) : "");
        if (pages && json_string(who))
            add_outcomes(&out, told, e->at, json_string(who));
    }
    if (!pages && json_get_string(data, "why", NULL))
        str_addf(&out, " (%s)", json_get_string(data, "why", ""));
    json_push(lines, json_new_string(mask_text(show->arena, &show->mask, NULL, out.data)));
}

static void add_state(struct show *show, struct json *lines, const struct ticket *t)
{
    const struct escalation *e = &t->escalation;
    const char *state = e->state == ESCALATION_NONE ? "Nobody was paged: no hard phrase, no rule and no agent asked for it." :
        arena_printf(show->arena, "%s since %s: %s; policy %s%s%s, step %d of %d.", escalation_word(e->state), moment(show->arena, e->opened_at),
                     e->reason ? e->reason : "no reason given", e->policy ? e->policy : "none", e->policy_version ? " version " : "",
                     e->policy_version ? e->policy_version : "", e->step + 1, config_policy_steps(show->config, e->policy));
    json_push(lines, json_new_string(mask_text(show->arena, &show->mask, NULL, state)));
}

void show_why_page(struct show *show, struct json *lines, const struct ticket *t)
{
    struct entry_query q = {.ticket = t->id, .kind = "escalation", .limit = CHAIN, .newest_first = true};
    struct entry *list;
    struct told told;
    int count;
    add_state(show, lines, t);
    if (!read_pages(show, t->id, &told) || !store_entry_list(show->store, show->arena, &q, &list, &count, &show->err))
        return;
    for (int i = count - 1; i >= 0; i--)
        add_link(show, lines, &list[i], &told);
}

/* --- maintenance windows --- */

struct json *show_maintenance(struct show *show, const struct desk_state *state)
{
    struct json *list = json_array();
    for (int i = 0; i < state->window_count; i++) {
        const struct maintenance *m = &state->windows[i];
        if (m->to <= show->now)
            continue;
        struct json *row = json_object();
        json_put_string(row, "key", m->key);
        json_put_string(row, "scope", m->text);
        json_put_i64(row, "from", m->from);
        json_put_i64(row, "to", m->to);
        json_put_string(row, "by", m->by);
        json_put_string(row, "reason", mask_text(show->arena, &show->mask, NULL, m->reason));
        json_push(list, row);
    }
    return list;
}

/* --- the calls --- */

struct listed { int64_t ids[MOST + 1]; int count, pages; bool more; };

static bool list_all(struct show *show, int limit, struct listed *l)
{
    bool ok = store_list_escalations(show->store, limit + 1, l->ids, &l->count, &show->err);
    l->more = l->count > limit;
    l->count -= l->more;
    return ok;
}

/* What pages the asker, counted up to a hundred; behind the first of it what they took. */
static bool list_mine(struct show *show, int limit, struct listed *l)
{
    int taken = 0;
    const char *me = show->req->agent->name;
    if (!store_list_paging(show->store, me, COUNTED + 1, l->ids, &l->pages, &show->err))
        return false;
    l->more = l->pages > COUNTED;
    l->pages -= l->more;
    l->count = l->pages < limit ? l->pages : limit;
    bool ok = store_list_taken(show->store, me, TAKEN, l->ids + l->count, &taken, &show->err);
    l->count += taken;
    return ok;
}

static struct json *rows_of(struct show *show, const struct listed *l)
{
    struct json *rows = json_array();
    for (int i = 0; i < l->count; i++) {
        const struct ticket *t = store_ticket_get(show->store, show->arena, l->ids[i], &show->err);
        if (!t)
            break;
        if (t->purged_at)
            continue;
        struct json *row = show_paged(show, t);
        json_put(row, "told", show_told(show, t));
        json_push(rows, row);
    }
    return rows;
}

static struct json *listed_of(struct show *show, int limit, bool (*list)(struct show *show, int limit, struct listed *l))
{
    struct listed listed = {.count = 0};
    bool ok = list(show, limit, &listed);
    struct json *root = json_object();
    json_put(root, "rows", ok ? rows_of(show, &listed) : json_array());
    if (list == list_mine)
        json_put_i64(root, "pages", listed.pages);
    json_put_bool(root, "more", listed.more);
    return root;
}

struct json *show_mine(struct show *show, int limit)
{
    return listed_of(show, limit, list_mine);
}

static void get_escalations(struct request *req)
{
    struct show show;
    struct desk_state state;
    if (!show_open(&show, req))
        return;
    bool mine = request_query_i64(req, "mine", 0, 0, 1) == 1, ok = engine_desk_read(show.store, show.arena, &state, &show.err);
    struct json *root = listed_of(&show, (int)request_query_i64(req, "limit", LIMIT, 1, MOST), mine ? list_mine : list_all);
    json_put(root, "counts", show_escalation_counts(&show));
    json_put(root, "maintenance", ok ? show_maintenance(&show, &state) : json_array());
    show_answer(&show, root);
}

const struct call escalation_calls[] = {
    {.method = "GET", .path = "/v1/escalations", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_escalations,
     .help = "open escalations, who was told, and maintenance windows"},
    {0},
};
