/* rebuild: the journal read again, from the first entry, into an empty database; what comes of it must equal the derived
 * tables row by row. The inputs are the entries that came from outside (events, acts, wakes), each at its own time with
 * the label it was given then; nothing is classified again and no clock is read. Runs with the daemon stopped.
 * A lab (engine/lab) reads the same way under another configuration: there texts are labelled anew, routes are run, and the
 * clock wakes what that configuration wants woken, not what was woken then. */
#include "engine/change.h"
#include "base/str.h"
#include "wire/row.h"
#include <stdlib.h>
#include <string.h>

struct replay {
    struct engine *live, to;
    bool lab;
    int64_t since, most, ran;    /* lab: entries before are left out; events at most; events so far */
    const atomic_bool *over;     /* lab: it is to end early */
    struct arena *page;          /* of one page of entries */
    struct ingest_item item;     /* the label and page of the ticket entry just read, for the event entry behind it */
    int64_t woken, woken_at;     /* the wake last run: it may have left several entries */
};

static int64_t of_word(const char *field, const struct json *data, const char *member)
{
    int value = field_word_value(field_find(field), json_get_string(data, member, NULL));
    return value > 0 ? value : 0;
}

static void read_label(struct replay *r, const struct json *data)
{
    struct classify_result *label = &r->item.label;
    label->urgency.value = (int)of_word("urgency", data, "urgency");
    label->urgency.runner_up = (int)of_word("urgency", data, "runner_up");
    label->urgency.bp = json_get_i64(data, "bp", 0);
    label->category.value = (int)of_word("category", data, "category");
    label->category.bp = json_get_i64(data, "category_bp", 0);
    r->item.labelled = true;
}

static bool is_element(const struct json *element, const struct event *e, const struct observation *obs)
{
    const char *ticket = json_string(json_path(element, "payload.ticket_id"));
    return str_eq(json_get_string(element, "type", ""), e->type) && (!obs->value.source_id || str_eq(ticket, obs->value.source_id));
}

const struct json *replay_payload(struct arena *arena, const struct event *e, const struct observation *obs)
{
    const struct json *root = e->raw ? json_parse_in(arena, e->raw, e->raw_n, &json_limits_dialect, NULL, NULL) : NULL, *events = json_get(root, "events");
    if (!str_eq(e->dialect, "ingestlayer"))
        return root;
    for (const struct json *element = json_first(events); element; element = json_next(element))
        if (is_element(element, e, obs))
            return json_get(element, "payload");
    return json_get(root, "payload") && json_get(root, "type") ? json_get(root, "payload") : root;
}

/* What routes are given, and the label as the present model sees it. A batch keeps its bytes with its first event. */
static void lab_event(struct replay *r, struct ingest_item *item)
{
    const struct observation *obs = &item->obs;
    const char *title = field_set_has(&obs->said, field_index(field_find("title"))) ? obs->value.title : NULL, *text = NULL;
    item->payload = replay_payload(r->page, &item->event, obs);
    item->event.raw_of = 0;
    for (int i = 0; i < obs->message_count && !text; i++)
        if (obs->messages[i].author_kind == AUTHOR_CUSTOMER && obs->messages[i].origin != ORIGIN_AI)
            text = obs->messages[i].body;
    item->labelled = obs->key && (title || text) && r->to.model;
    if (item->labelled)
        classify_text(r->to.model, r->page, title, text, &item->label);
}

static bool replay_event(struct replay *r, const struct entry *entry, const struct json *data, struct err *err)
{
    struct ingest_item *item = &r->item;
    struct ingest_answer answer;
    const char *state = json_get_string(data, "state", "");
    if (str_eq(state, "duplicate"))
        return true;
    if (!store_event_get(r->live->store, r->page, json_get_i64(data, "id", 0), &item->event, err))
        return false;
    r->ran++;
    item->event.received_at = entry->at;
    item->effect = item->event.effect_text;
    item->quarantine = !str_eq(state, "applied") && !str_eq(state, "ignored");
    if (item->event.obs) {
        struct json *obs = json_parse_in(r->page, item->event.obs, strlen(item->event.obs), &json_limits_dialect, NULL, err);
        if (!obs || !row_read_observation(r->page, obs, &item->obs, err))
            return err_in(err, "event %lld", (long long)item->event.id);
    }
    if (r->lab)
        lab_event(r, item);
    return engine_ingest(&r->to, r->page, item, entry->at, &answer, err);
}

static bool replay_message(struct replay *r, const struct json *data, struct change *c, struct observation *obs, struct err *err)
{
    const char *did = json_get_string(data, "do", "");
    bool added, changed, back = str_eq(did, "redo");
    int64_t message = json_get_i64(data, "message", 0);
    if (c->undoes) {
        if (message && !store_message_state(r->to.store, message, back ? NULL : "withdrawn", err))
            return false;
    } else if (obs->message_count) {
        if (!store_message_put(r->to.store, c->after->id, obs->messages, &obs->v, &added, &changed, err))
            return false;
        c->messages_added = 1;
        c->after->thread_version++;
    }
    return !message || store_message_counts(r->to.store, c->after->id, c->after, err);
}

/* The number a ticket has in the lab; false: it has none there (or err). */
static bool lab_ticket(struct replay *r, int64_t *id, struct err *err)
{
    const struct ticket *live = store_ticket_get(r->live->store, r->page, *id, err);
    if (!live || !store_ticket_find(r->to.store, live->account, live->key, id, err))
        return false;
    return *id != 0;
}

/* What falls due before `until` under this configuration. */
static bool lab_wakes(struct replay *r, int64_t until, struct err *err)
{
    int64_t at, id;
    int n;
    r->to.reads = -1;
    for (;;) {
        if (!store_wake_next(r->to.store, &at, err))
            return false;
        if (!at || at > until)
            return true;
        if (!store_wake_due(r->to.store, at, &id, 1, &n, err) || (n && !wake_ticket(&r->to, r->page, id, at, err)))
            return false;
    }
}

/* An undo's act stands in the journal that is read; that of a journal from before they were left out is an act like others. */
static bool replay_fold(struct replay *r, const struct json *data, struct change *c, struct observation *obs, struct err *err)
{
    bool again = json_get(data, "redone") != NULL;
    struct entry entry;
    if (c->undoes && (again || json_get(data, "undone")))
        return store_entry_get(r->live->store, r->page, c->undoes, &entry, err) && undo_fold(&r->to, r->page, c, obs, &entry, again, err);
    c->facts.undo = c->undoes != 0;
    return (c->after = change_fold(&r->to, r->page, c->before, obs, err)) != NULL;
}

/* The new ticket of a split has its number from the order of things. */
static bool replay_split(struct replay *r, const struct entry *entry, const struct json *data, struct err *err)
{
    struct observation obs;
    int64_t from = json_get_i64(data, "other", 0);
    if (r->lab && !lab_ticket(r, &from, err))
        return err->code == ERR_NONE;
    return row_read_observation(r->page, json_get(data, "obs"), &obs, err) && split_replay(&r->to, r->page, entry, &obs, from, err);
}

static bool replay_act(struct replay *r, const struct entry *entry, const struct json *data, struct err *err)
{
    struct observation obs;
    const char *did = json_get_string(data, "do", "");
    int64_t ticket = entry->ticket;
    if (str_eq(did, "split"))
        return replay_split(r, entry, data, err);
    if (r->lab && !lab_ticket(r, &ticket, err))
        return err->code == ERR_NONE;
    struct change c = {.now = entry->at, .did = did, .desk = &obs, .undoes = entry->undoes, .cause = entry->cause,
                       .facts = {.cause = "act", .actor = entry->actor, .escalate = str_eq(did, "escalate"),
                                 .acknowledge = str_eq(did, "ack")}};
    if (!row_read_observation(r->page, json_get(data, "obs"), &obs, err))
        return false;
    if (r->lab && obs.value.merged_into && !lab_ticket(r, &obs.value.merged_into, err))
        return err->code == ERR_NONE; /* into one that is older than what is looked at */
    if (!(c.before = store_ticket_get(r->to.store, r->page, ticket, err)) ||
        !replay_fold(r, data, &c, &obs, err) || !replay_message(r, data, &c, &obs, err))
        return false;
    c.source = change_source(&r->to, c.before);
    c.other = c.after->merged_into;
    return merge_place(&r->to, r->page, &c, err) && change(&r->to, r->page, &c, err) && merge_tell(&r->to, r->page, &c, &(struct journal){r->live->store, entry->seq}, err);
}

/* Whom the clock gave it to stands in the entry. */
static bool replay_assignment(struct replay *r, const struct entry *entry, const struct json *data, struct err *err)
{
    struct observation obs;
    const struct ticket *before = store_ticket_get(r->to.store, r->page, entry->ticket, err);
    return before && row_read_observation(r->page, json_get(data, "obs"), &obs, err) &&
           wake_given(&r->to, r->page, before, &obs, json_get_string(data, "why", NULL), entry->at, err);
}

static bool replay_wake(struct replay *r, const struct entry *entry, const struct json *data, struct err *err)
{
    if (str_eq(entry->kind, "ticket") && json_get(data, "obs")) {
        r->woken = entry->ticket;
        r->woken_at = entry->at;
        return replay_assignment(r, entry, data, err);
    }
    if (entry->ticket == r->woken && entry->at == r->woken_at)
        return true;
    r->woken = entry->ticket;
    r->woken_at = entry->at;
    return entry->ticket ? wake_ticket(&r->to, r->page, entry->ticket, entry->at, err) : wake_boss(&r->to, r->page, entry->at, err);
}

/* What a page's parcel came to is history; that the escalation heard of it is not. */
static bool replay_page_failed(struct replay *r, const struct entry *entry, const struct json *data, struct err *err)
{
    const char *who = json_string(json_first(json_get(data, "told")));
    struct page_failure failure = {.agent = who ? who : "", .destination = "", .why = json_get_string(data, "why", NULL),
                                   .step = (int)json_get_i64(data, "step", 0), .loop = (int)json_get_i64(data, "loop", 0),
                                   .all = json_get_bool(data, "all", false)};
    return page_fail(&r->to, r->page, entry->ticket, &failure, entry->cause, entry->at, err);
}

static bool replay_entry(struct replay *r, const struct entry *entry, struct err *err)
{
    struct json *data = entry->data ? json_parse_in(r->page, entry->data, strlen(entry->data), &json_limits_dialect, NULL, NULL) : NULL;
    if (r->lab && (entry->at < r->since || r->ran >= r->most))
        return true;
    if (r->lab && !lab_wakes(r, entry->at, err))
        return false;
    r->to.reads = entry->seq;
    if (str_eq(entry->actor, "clock"))
        return r->lab || replay_wake(r, entry, data, err);
    if (!r->lab && str_eq(entry->kind, "label") && str_eq(entry->actor, "model"))
        read_label(r, data);
    if (!r->lab && str_eq(entry->kind, "escalation") && str_eq(json_get_string(data, "what", ""), "page_failed"))
        return replay_page_failed(r, entry, data, err);
    if (str_eq(entry->kind, "desk"))
        return desk_replay(&r->to, r->page, entry, data, err);
    if (str_eq(entry->kind, "ticket") && json_get(data, "obs"))
        return replay_act(r, entry, data, err);
    if (!r->lab && str_eq(entry->kind, "ticket") && json_get(data, "paged_for")) {
        r->item.label.hard = r->item.labelled = true;
        r->item.label.hard_phrase = json_get_string(data, "paged_for", NULL);
    }
    if (!r->lab && str_eq(entry->kind, "model") && !str_eq(json_get_string(data, "state", NULL), "refused"))
        r->to.learned = json_get_i64(data, "learned", 0);
    if (!str_eq(entry->kind, "event"))
        return true;
    bool ok = replay_event(r, entry, data, err);
    r->item = (struct ingest_item){0};
    return ok;
}

/* One page of entries is one transaction of the scratch database. */
static bool replay_page(struct replay *r, const struct entry *list, int n, struct err *err)
{
    r->to.batch = arena_new();
    r->to.frames = NULL;
    r->to.frames_end = &r->to.frames;
    r->to.outgoing = NULL;
    r->to.counts_changed = false;
    r->to.owner_count = 0; /* the names are the batch's */
    bool ok = store_begin(r->to.store, err);
    for (int i = 0; ok && i < n; i++)
        ok = replay_entry(r, &list[i], err) || err_in(err, "entry %lld (%s)", (long long)list[i].seq, list[i].kind);
    ok = ok && store_commit(r->to.store, err);
    arena_free(r->to.batch);
    r->to.batch = NULL;
    return ok;
}

static bool replay_all(struct replay *r, struct err *err)
{
    struct entry_query q = {.limit = 512};
    struct entry *list;
    int n;
    AUTO_ARENA arena = arena_new();
    if (!replay_page(r, NULL, 0, err) || !store_begin(r->to.store, err) || !engine_views(&r->to, arena, 0, err) || !store_commit(r->to.store, err))
        return false;
    do {
        if (r->over && atomic_load(r->over))
            return err_set(err, ERR_UNAVAILABLE, "the daemon is stopping");
        /* An event's label, ticket and event entries share a batch, but a page may cut it: the item is carried over, so
         * its texts live as long as the replay. */
        if (!store_entry_list(r->live->store, r->page, &q, &list, &n, err) || !replay_page(r, list, n, err))
            return false;
        q.after = n ? list[n - 1].seq : 0;
        if (!r->item.labelled)
            arena_reset(r->page);
    } while (n == q.limit);
    return true;
}

bool replay_lab(struct engine *live, struct engine *to, int64_t since, int64_t most, int64_t now, const atomic_bool *over, int64_t *ran, struct err *err)
{
    struct replay r = {.live = live, .to = *to, .page = arena_new(), .lab = true, .since = since, .most = most, .over = over};
    bool ok = replay_all(&r, err);
    if (ok) {
        r.to.batch = arena_new();
        r.to.frames = NULL;
        r.to.frames_end = &r.to.frames;
        ok = store_begin(r.to.store, err) && lab_wakes(&r, now, err) && store_commit(r.to.store, err);
        arena_free(r.to.batch);
    }
    *ran = r.ran;
    engine_close(&r.to);
    arena_free(r.page);
    return ok;
}

/* One ticket, up to the moment it is to be looked at next; a look that says something stands in the journal, and is no look of these. */
static bool look_on(struct replay *r, int64_t id, struct err *err)
{
    enum { LOOKS = 1000 };
    struct err none = {0};
    const struct ticket *live = store_ticket_get(r->live->store, r->page, id, &none), *is = live ? store_ticket_get(r->to.store, r->page, id, err) : NULL;
    if (!live)
        return none.code == ERR_NOT_FOUND; /* that it is not there is a difference of its own */
    for (int i = 0; i < LOOKS && is && is->wake_at && (!live->wake_at || is->wake_at < live->wake_at); i++) {
        int64_t at = is->wake_at, entries = store_entry_next(r->to.store);
        if (!store_savepoint(r->to.store, err) || !wake_ticket(&r->to, r->page, id, at, err))
            return false;
        bool said = store_entry_next(r->to.store) != entries;
        if (said)
            store_undo(r->to.store);
        else if (!store_release(r->to.store, err))
            return false;
        is = said ? live : store_ticket_get(r->to.store, r->page, id, err);
    }
    return is;
}

/* Wakes that found nothing to say left no entry: they are run up to where the tickets are that were looked at. */
static bool look_all(struct replay *r, struct err *err)
{
    int64_t ids[256], after = 0;
    int n = 1;
    bool ok = true;
    while (ok && n && (ok = store_ticket_ids(r->to.store, after, ids, 256, &n, err))) {
        r->to.batch = arena_new();
        ok = store_begin(r->to.store, err);
        for (int i = 0; ok && i < n; i++)
            ok = look_on(r, after = ids[i], err);
        ok = ok && store_commit(r->to.store, err);
        arena_free(r->to.batch);
        r->to.batch = NULL;
        arena_reset(r->page);
    }
    return ok;
}

/* A view that was being filled is compared as far as it was. */
static bool cut_views(struct replay *r, struct err *err)
{
    bool ok = store_begin(r->to.store, err);
    for (int i = 0; ok && i < r->to.kept_count; i++) {
        const struct kept_view *v = &r->to.kept[i];
        int64_t fill, sum;
        ok = store_tally_get(r->live->store, "fill", v->is.key, 0, &fill, &sum, err) && (!fill || store_view_cut(r->to.store, v->id, v->is.key, fill, err));
    }
    return ok && store_commit(r->to.store, err);
}

bool replay_tallies(struct engine *e, const char *const *names, struct err *err)
{
    struct replay r = {.live = e, .to = {.config = e->config, .quiet = true, .replaying = true}, .page = arena_new()};
    r.to.store = store_open(NULL, STORE_WRITER, err);
    bool ok = r.to.store && replay_all(&r, err);
    for (; ok && *names; names++)
        ok = store_tally_copy(e->store, r.to.store, *names, err);
    engine_close(&r.to);
    store_close(r.to.store);
    arena_free(r.page);
    return ok;
}

bool engine_rebuild(struct engine *e, struct str *report, int64_t *differ, struct err *err)
{
    struct replay r = {.live = e, .to = {.config = e->config, .quiet = true, .replaying = true}, .page = arena_new()};
    r.to.store = store_open(NULL, STORE_WRITER, err);
    bool ok = r.to.store && replay_all(&r, err) && look_all(&r, err) && cut_views(&r, err) && store_compare(e->store, r.to.store, report, differ, err);
    engine_close(&r.to);
    store_close(r.to.store);
    arena_free(r.page);
    return ok;
}
