/* ingest: a source speaks. One event: admitted (new, duplicate, conflict, quarantined), folded, labelled, followed by
 * its consequence. If interpreting fails, its savepoint is undone and the raw event is kept as quarantined: what was
 * received is never lost for a fault of ours. */
#include "engine/change.h"
#include "base/str.h"
#include "base/text.h"
#include "core/rota.h"
#include "wire/row.h"
#include <stdio.h>
#include <string.h>

/* EVENT of api.md, and the journal's line about it. */
static bool event_entry(struct engine *e, struct arena *arena, const struct event *ev, const char *effect, int64_t now, int64_t *seq, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_i64(data, "id", ev->id);
    json_put_i64(data, "at", now);
    json_put_string(data, "source", ev->source);
    json_put_string(data, "dialect", ev->dialect);
    json_put_string(data, "type", ev->type);
    json_put_string(data, "effect", effect);
    json_put_string(data, "state", ev->state);
    json_put_i64(data, "ticket", ev->ticket);
    json_put_string(data, "key", ev->key);
    if (ev->warnings && strcmp(ev->warnings, "[]") != 0)
        json_put(data, "warnings", json_new_raw(ev->warnings));
    if (ev->note)
        json_put_string(data, "note", ev->note);
    struct entry entry = {.at = now, .actor = arena_printf(arena, "source:%s", ev->source), .kind = "event", .ticket = ev->ticket,
                          .data = json_print_in(arena, data)};
    if (!change_entry(e, &entry, NULL, err))
        return false;
    *seq = entry.seq;
    return true;
}

/* A conflict is not applied, so of what is kept of one whose ticket was purged no purge would ever take the words again. */
static bool keep_words(struct engine *e, struct arena *arena, struct event *ev, struct err *err)
{
    const struct ticket *t = ev->ticket ? store_ticket_get(e->store, arena, ev->ticket, err) : NULL;
    if (!t || !t->purged_at)
        return t || !ev->ticket;
    ev->raw = NULL;
    ev->raw_n = 0;
    ev->headers = "{}";
    ev->note = arena_printf(arena, "%s; its ticket was purged, so its bytes are not kept", ev->note);
    return true;
}

/* A key that is known: the same content again is a duplicate, other content a conflict; the first one stands. */
static bool known_key(struct engine *e, struct arena *arena, struct ingest_item *item, const struct event *first, int64_t now,
                      struct ingest_answer *out, struct err *err)
{
    struct event *ev = &item->event;
    bool same = memcmp(first->content_hash, ev->content_hash, sizeof ev->content_hash) == 0;
    *out = (struct ingest_answer){first->id, first->ticket, same ? "duplicate" : "conflict", true, 0};
    ev->ticket = first->ticket;
    ev->state = out->state;
    if (same) {
        ev->id = first->id;
        return store_event_seen(e->store, first->id, err) && event_entry(e, arena, ev, "duplicate", now, &(int64_t){0}, err);
    }
    ev->note = arena_printf(arena, "same key as event %lld, other content: the first one stands", (long long)first->id);
    if (!keep_words(e, arena, ev, err))
        return false;
    out->bytes = ev->raw ? store_event_next(e->store) : 0;
    return store_event_insert(e->store, ev, err) && event_entry(e, arena, ev, "conflict", now, &(int64_t){0}, err);
}

/* The label is the strongest any customer text asked for; an agent's or the source's is left alone. True: something of
 * it is new, be it only how sure it is, and the journal must say so. */
static bool apply_label(struct engine *e, struct arena *arena, struct ticket *t, const struct ingest_item *item, struct json **why, struct err *err)
{
    (void)e;
    (void)err;
    const struct classify_result *r = &item->label;
    if (!item->labelled || t->urgency_by > LABEL_BY_MODEL)
        return false;
    bool raises = r->urgency.value > t->urgency || (r->urgency.value == t->urgency && r->urgency.bp > t->urgency_bp);
    bool fills = !t->category && r->category.value;
    if (fills) {
        t->category = r->category.value;
        t->category_by = LABEL_BY_MODEL;
        t->category_bp = r->category.bp;
    }
    if (raises) {
        t->urgency = r->urgency.value;
        t->urgency_by = LABEL_BY_MODEL;
        t->urgency_bp = r->urgency.bp;
    }
    if (!raises && !fills)
        return false;
    struct json *data = json_object(), *reasons = json_array();
    json_put_string(data, "urgency", urgency_word(r->urgency.value));
    json_put_string(data, "runner_up", urgency_word(r->urgency.runner_up));
    json_put_i64(data, "bp", r->urgency.bp);
    json_put_i64(data, "epoch", item->epoch);
    for (int i = 0; i < r->urgency.reason_count; i++) {
        struct json *reason = json_object();
        json_put_string(reason, "text", text_safe_in(arena, r->urgency.reasons[i].text, TEXT_LINE));
        json_put_i64(reason, "weight_milli", r->urgency.reasons[i].weight_milli);
        json_push(reasons, reason);
    }
    json_put(data, "reasons", reasons);
    json_put_string(data, "category", category_word(r->category.value));
    json_put_i64(data, "category_bp", r->category.bp);
    if (r->hard)
        json_put_string(data, "hard", r->hard_phrase);
    *why = data;
    return true;
}

static bool put_messages(struct engine *e, const struct observation *obs, struct ticket *t, int *added_count, struct err *err)
{
    bool any = false;
    for (int i = 0; i < obs->message_count; i++) {
        bool added, changed;
        const struct message *m = &obs->messages[i];
        int64_t ours = 0;
        if (m->author_kind == AUTHOR_AGENT && m->body && !store_message_confirm(e->store, t->id, m, &ours, err))
            return false;
        if (ours)
            continue;
        if (!store_message_put(e->store, t->id, &obs->messages[i], &obs->v, &added, &changed, err))
            return false;
        *added_count += added;
        any |= added || changed;
        t->thread_version += added;
    }
    return !any || store_message_counts(e->store, t->id, t, err);
}

static struct ticket *fresh(struct engine *e, struct arena *arena, const struct ingest_item *item, int64_t now)
{
    struct ticket *t = ARENA_NEW(arena, struct ticket);
    const char *id = item->obs.value.source_id;
    *t = (struct ticket){.id = store_ticket_next(e->store), .account = item->event.account, .dialect = item->obs.dialect ? item->obs.dialect : item->event.dialect,
                         .key = item->obs.key, .source_id = id, .received_at = now, .stub = true};
    t->root = t->id;
    return t;
}

/* seq: the event's entry; what a source's record makes new here is told further by it. */
static bool put_records(struct engine *e, struct arena *arena, const struct ingest_item *item, int64_t seq, int64_t now, struct err *err)
{
    const struct observation *obs = &item->obs;
    for (int i = 0; i < obs->record_count; i++) {
        char *before = NULL, *after = NULL;
        const struct record *r = &obs->records[i];
        bool routed = e->config->route_count > 0;
        if ((routed && !store_record_get(e->store, arena, r->kind, r->key, &before, err)) || !store_record_put(e->store, arena, r, &obs->v, err) ||
            (str_eq(r->kind, "article") && !article_take(e, arena, r->key, err)) ||
            (routed && !store_record_get(e->store, arena, r->kind, r->key, &after, err)))
            return false;
        struct record now_is = {r->kind, r->key, after};
        if (routed && !str_eq(before, after) && !route_record(e, arena, &now_is, !before, item, seq, 1 + i, now, err))
            return false;
    }
    return true;
}

/* The text it brought, as people would read it: the customer's own words before anybody else's. */
static const struct message *text_of(const struct observation *obs)
{
    const struct message *found = NULL;
    for (int i = 0; i < obs->message_count; i++)
        if (obs->messages[i].origin != ORIGIN_AI && (!found || obs->messages[i].author_kind == AUTHOR_CUSTOMER))
            found = &obs->messages[i];
    return found;
}

static bool route_event(struct engine *e, struct arena *arena, const struct ingest_item *item, const struct ticket *t, int64_t seq, int64_t now, struct err *err)
{
    struct letter l = {.of = LETTER_EVENT, .type = item->event.type ? item->event.type : "", .at = item->event.received_at, .origin = item->event.source,
                       .dialect = item->event.dialect, .hops = item->hops + 1, .payload = item->payload, .ticket = t, .message = text_of(&item->obs)};
    return route_letter(e, arena, &l, seq, 0, now, err);
}

/* It is reopened, and whoever had it is not here: it goes to the queue, where somebody sees it. */
static bool nobody_home(struct engine *e, struct change *c, struct err *err)
{
    const struct ticket *t = c->after;
    bool reopened = c->before && !ticket_done(t->status) && t->reopened_at != c->before->reopened_at;
    if (!reopened || !config_agent(e->config, t->assignee))
        return true;
    if (!desk_refresh(e, err))
        return false;
    const struct rota rota = {e->config, &e->state};
    if (rota_on_shift(&rota, t->assignee, c->now))
        return true;
    struct observation *made = &c->made[c->made_count++];
    *made = (struct observation){.voice = VOICE_CLOCK, .kind = KIND_ASSIGN, .account = t->account, .dialect = t->dialect, .key = t->key,
                                 .v = {t->reopened_at, kind_rank(KIND_RESOLVE), 0, observe_requeued}};
    observe_say_null(made, "assignee");
    observe_fold(c->after, made);
    return true;
}

/* One ticket an event changes: the one it is about, or one above it that hears of it. */
static bool change_by(struct engine *e, struct arena *arena, const struct ingest_item *item, struct change *c, bool pages, struct err *err)
{
    struct json *why = NULL;
    bool labelled = apply_label(e, arena, c->after, item, &why, err);
    c->event = item->event.id;
    c->effect = item->effect;
    c->hops = item->hops;
    c->source = config_source(e->config, item->event.source);
    c->facts = (struct facts){.cause = "event", .actor = arena_printf(arena, "source:%s", item->event.source),
                              .paged_for = pages && item->label.hard && item->labelled ? item->label.hard_phrase : NULL};
    bool ok = nobody_home(e, c, err) && change(e, arena, c, err);
    if (ok && labelled) {
        struct entry entry = {.at = c->now, .actor = "model", .kind = "label", .ticket = c->after->id, .cause = c->seq, .data = json_print_in(arena, why)};
        ok = change_entry(e, &entry, NULL, err);
    }
    json_free(why);
    return ok;
}

/* A merged ticket's messages are heard all the way up; what follows from them is the root's. */
static bool hear_above(struct engine *e, struct arena *arena, const struct ingest_item *item, const struct change *of, const struct ticket **root, struct err *err)
{
    int64_t merged_at = of->after->merged_at;
    for (const struct ticket *t = of->after; t->merged_into; t = *root) {
        struct change c = {.now = of->now, .cause = of->seq, .other = of->after->id, .messages_added = of->messages_added,
                           .before = store_ticket_get(e->store, arena, t->merged_into, err)};
        struct observation echo;
        merged_at = t->merged_at > merged_at ? t->merged_at : merged_at;
        observe_echo(&item->obs, merged_at, &echo);
        if (!c.before || !(c.after = change_fold(e, arena, c.before, &echo, err)))
            return false;
        c.after->thread_version += of->messages_added;
        if (!change_by(e, arena, item, &c, !c.before->merged_into, err))
            return false;
        *root = c.after;
    }
    return true;
}

/* Said with the event and on the ticket, for somebody thought it gone. */
static void warn_gone(struct arena *arena, struct ingest_item *item, struct change *c, const struct ticket *purged)
{
    const char *was = item->event.warnings, *warning = purged ? "anew:purged" : "revived:deleted";
    if (!purged && (!c->before || !c->before->deleted || c->after->deleted))
        return;
    c->why = purged ? arena_printf(arena, "its source speaks of #%lld, which was purged: this is a new one", (long long)purged->id)
                    : "it was deleted, and its source speaks of it again";
    if (!was || strlen(was) <= 2)
        item->event.warnings = arena_printf(arena, "[\"%s\"]", warning);
    else if (!strstr(was, warning)) /* a rebuild reads it with the event */
        item->event.warnings = arena_printf(arena, "%.*s,\"%s\"]", (int)strlen(was) - 1, was, warning);
}

static bool apply(struct engine *e, struct arena *arena, struct ingest_item *item, const struct ticket *before, const struct ticket *follows, int64_t now,
                  const struct ticket **after, struct err *err)
{
    struct change c = {.now = now, .before = before};
    const struct ticket *purged = follows && follows->purged_at ? follows : NULL;
    struct ticket *start = c.before ? (struct ticket *)(uintptr_t)c.before : fresh(e, arena, item, now);
    follows = purged ? NULL : follows;
    if (follows)
        start = followup_begin(arena, &c, start, follows, &item->obs);
    if (!(c.after = change_fold(e, arena, start, &item->obs, err)) || !put_messages(e, &item->obs, c.after, &c.messages_added, err))
        return false;
    warn_gone(arena, item, &c, purged);
    if (!c.before && !survey_read(e, arena, c.after, err))
        return false;
    bool merged = c.before && c.before->merged_into, heard = merged && item->obs.message_count;
    if (!change_by(e, arena, item, &c, !merged, err))
        return false;
    *after = c.after;
    if (heard && !hear_above(e, arena, item, &c, after, err))
        return false;
    if (follows)
        return followup_link(e, arena, &c, follows, err);
    return !item->registers || c.before || register_begin(e, arena, item, &c, err);
}

/* What is told beside a ticket that was purged is told of none we have. */
static bool still_there(struct engine *e, struct arena *arena, int64_t *ticket, struct err *err)
{
    const struct ticket *t = store_ticket_get(e->store, arena, *ticket, err);
    *ticket = t && t->purged_at ? 0 : *ticket;
    return t;
}

static bool admit(struct engine *e, struct arena *arena, struct ingest_item *item, int64_t now, struct ingest_answer *out, struct err *err)
{
    struct event *ev = &item->event;
    bool of_ticket = item->obs.key && item->obs.kind != KIND_NONE && item->obs.kind != KIND_REFER;
    const struct ticket *follows = NULL, *goes_to = NULL;
    int64_t ticket = 0;
    if (item->obs.key && !store_ticket_find(e->store, ev->account, item->obs.key, &ticket, err))
        return false;
    if (!item->obs.v.key)
        item->obs.v.key = arena_printf(arena, "%020lld", (long long)store_event_next(e->store));
    if (!of_ticket && ticket && !still_there(e, arena, &ticket, err))
        return false;
    if (of_ticket && ticket && !followup_find(e, arena, item, now, ticket, &goes_to, &follows, err))
        return false;
    ev->ticket = !of_ticket ? ticket : goes_to ? goes_to->id : store_ticket_next(e->store);
    bool says = of_ticket || item->obs.record_count;
    ev->state = says ? "applied" : "ignored";
    if (!says) {
        ev->obs = NULL;
    } else if (!ev->obs) {
        AUTO_JSON obs = row_observation(&item->obs);
        ev->obs = json_print_in(arena, obs);
    }
    *out = (struct ingest_answer){store_event_next(e->store), ev->ticket, ev->state, false, store_event_next(e->store)};
    /* The ticket is changed before its event is written: a refold reads the older events only. */
    ev->id = out->event;
    const struct ticket *after = NULL;
    int64_t seq;
    if (of_ticket && !apply(e, arena, item, goes_to, follows, now, &after, err))
        return false;
    return store_event_insert(e->store, ev, err) && event_entry(e, arena, ev, item->effect, now, &seq, err) &&
           put_records(e, arena, item, seq, now, err) && survey_take(e, arena, item, seq, now, err) && route_event(e, arena, item, after, seq, now, err);
}

static bool keep_aside(struct engine *e, struct arena *arena, struct ingest_item *item, const char *why, int64_t now, struct ingest_answer *out, struct err *err)
{
    struct event *ev = &item->event;
    if (item->again) { /* it is kept: a second look that fails makes no second one */
        *out = (struct ingest_answer){item->again, 0, "quarantine", false, 0};
        return true;
    }
    ev->state = "quarantine";
    ev->ticket = 0;
    ev->obs = NULL;
    ev->note = why;
    *out = (struct ingest_answer){store_event_next(e->store), 0, ev->state, false, store_event_next(e->store)};
    return store_event_insert(e->store, ev, err) && event_entry(e, arena, ev, "quarantine", now, &(int64_t){0}, err);
}

static bool put_files(struct engine *e, const struct ingest_item *item, int64_t now, struct err *err)
{
    for (int i = 0; i < item->file_count; i++)
        if (!store_file_put(e->store, item->files[i].sha256, item->files[i].size, now, err))
            return false;
    return true;
}

bool engine_ingest(struct engine *e, struct arena *arena, const struct ingest_item *given, int64_t now, struct ingest_answer *out, struct err *err)
{
    struct ingest_item copy = *given, *item = &copy;
    struct event first;
    bool found = false;
    if (!put_files(e, item, now, err))
        return false;
    if (item->quarantine)
        return keep_aside(e, arena, item, item->event.note, now, out, err);
    if (item->has_key && !store_event_find(e->store, arena, item->event.account, item->event.key, &first, &found, err))
        return false;
    if (found && !(item->key_daily && now - first.received_at > 86400000))
        return known_key(e, arena, item, &first, now, out, err);
    if (e->bold)
        return admit(e, arena, item, now, out, err);
    struct frame **end = e->frames_end;
    if (!store_savepoint(e->store, err))
        return false;
    if (admit(e, arena, item, now, out, err))
        return store_release(e->store, err);
    if (err->code == ERR_STORAGE || err->code == ERR_NO_SPACE)
        return false;
    store_undo(e->store);
    *end = NULL;
    e->frames_end = end;
    const char *why = arena_printf(arena, "internal: %s", err->text);
    *err = (struct err){0}; /* it is kept: whoever sent it is told so */
    return keep_aside(e, arena, item, why, now, out, err);
}
