/* change: decide, then do. Runs inside the writer's transaction; nothing here reads the clock. */
#include "engine/change.h"
#include "base/str.h"
#include "core/back.h"
#include "core/watch.h"
#include "wire/mask.h"
#include "wire/row.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- frames --- */

static struct json *views_of(struct engine *e, const struct ticket *t);

static struct frame *frame_add(struct engine *e, int64_t seq, const char *kind, struct json *data)
{
    struct frame *f = ARENA_NEW(e->batch, struct frame);
    *f = (struct frame){.seq = seq, .only = arena_strdup(e->batch, e->only), .kind = arena_strdup(e->batch, kind), .data = json_print_in(e->batch, data)};
    json_free(data);
    *e->frames_end = f;
    e->frames_end = &f->next;
    return f;
}

void change_tell(struct engine *e, const char *only, const char *kind, struct json *data)
{
    const char *was = e->only;
    e->only = only;
    frame_add(e, 0, kind, data);
    e->only = was;
}

/* As a list shows it (api/show): a console that follows the stream knows as much as one that asked. */
static struct json *row_of(const struct engine *e, const struct ticket *t, int64_t dead)
{
    const struct config_source *source = change_source(e, t);
    struct json *row = mask_ticket(e->batch, &(struct mask){e->config, e->desk}, t);
    json_put_string(row, "reply_via", reply_via_word(source ? source->reply_via : REPLY_NONE));
    if (source && source->reply_via == REPLY_NONE)
        json_put_i64(row, "source_line", source->line);
    if (dead)
        json_put_i64(row, "undelivered", dead);
    return row;
}

bool change_entry(struct engine *e, struct entry *entry, const struct ticket *row, struct err *err)
{
    if (!store_entry_add(e->store, entry, err))
        return false;
    if (e->quiet)
        return true;
    int64_t dead = 0;
    if (row && !store_parcel_undelivered(e->store, e->batch, &row->id, 1, &dead, err))
        return false;
    struct json *frame = json_object();
    json_put_i64(frame, "seq", entry->seq);
    json_put_i64(frame, "at", entry->at);
    json_put_string(frame, "actor", entry->actor);
    json_put_string(frame, "kind", entry->kind);
    json_put_i64(frame, "ticket", entry->ticket);
    json_put_i64(frame, "cause", entry->cause);
    const struct json *data = json_parse_in(e->batch, entry->data, strlen(entry->data), &json_limits_dialect, NULL, NULL);
    json_put(frame, "data", data ? mask_json(e->batch, &(struct mask){e->config, e->desk}, data) : json_new_null());
    if (row) {
        json_put(frame, "row", row_of(e, row, dead));
        json_put(frame, "views", views_of(e, row));
    }
    frame_add(e, entry->seq, entry->kind, frame);
    return true;
}

/* --- views --- */

const char *change_member(const struct engine *e, const struct config_view *view, const struct ticket *t)
{
    if (!t || t->purged_at)
        return NULL;
    struct when_env env = {.me = t->assignee};
    if (view->mine && (!t->assignee || !config_agent(e->config, t->assignee)))
        return NULL;
    return when_eval(view->when, t, &env) ? (view->mine ? t->assignee : "") : NULL;
}

static struct json *views_of(struct engine *e, const struct ticket *t)
{
    struct json *list = json_array();
    for (int i = 0; i < e->config->view_count; i++) {
        const char *owner = change_member(e, &e->config->views[i], t);
        if (!owner)
            continue;
        struct json *view = json_object();
        json_put_string(view, "name", e->config->views[i].name);
        json_put_bool(view, "in", true);
        if (*owner)
            json_put_string(view, "owner", owner);
        json_push(list, view);
    }
    views_told(e, list, t);
    return list;
}

void change_owner(struct engine *e, const char *owner)
{
    e->counts_changed = true;
    for (int i = 0; i < e->owner_count; i++)
        if (str_eq(e->owners[i], owner))
            return;
    if (*owner && e->owner_count < ENGINE_OWNERS)
        e->owners[e->owner_count++] = arena_strdup(e->batch, owner);
}

static struct change_members members(const struct engine *e, struct arena *arena, const struct ticket *before, const struct ticket *after)
{
    int n = e->config->view_count;
    struct change_members m = {ARENA_ARRAY(arena, const char *, n + 1), ARENA_ARRAY(arena, const char *, n + 1)};
    for (int i = 0; i < n; i++) {
        m.was[i] = change_member(e, &e->config->views[i], before);
        m.is[i] = change_member(e, &e->config->views[i], after);
    }
    return m;
}

static bool requeue(struct engine *e, const struct ticket *before, const struct ticket *after, const struct change_members *m, struct err *err)
{
    for (int i = 0; i < e->config->view_count; i++) {
        const struct config_view *view = &e->config->views[i];
        const char *was = m->was[i], *is = m->is[i];
        bool same = str_eq(was, is);
        int64_t id;
        if (same && (!was || store_queue_same_place(before, after)))
            continue;
        if (!store_view_id(e->store, view->name, &id, NULL, NULL, err))
            return false;
        if (was && !store_queue_drop(e->store, id, view->name, was, before, err))
            return false;
        if (is && !store_queue_add(e->store, id, view->name, is, after, err))
            return false;
        if (!same) {
            if (was)
                change_owner(e, was);
            if (is)
                change_owner(e, is);
        }
    }
    return views_change(e, before, after, err);
}

bool engine_views(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    (void)now;
    if (!assign_views(e, arena, err) || !article_files(e, arena, err))
        return false;
    for (int i = 0; i < e->config->view_count; i++) {
        const struct config_view *view = &e->config->views[i];
        char *text = NULL;
        int64_t id, ids[256], after = 0;
        int n;
        if (!store_view_id(e->store, view->name, &id, &text, arena, err))
            return false;
        if (id && str_eq(text, view->text))
            continue;
        if (!store_view_put(e->store, view->name, view->text, &id, err) || !stat_view_begin(e, arena, view, err))
            return false;
        while (store_ticket_ids(e->store, after, ids, 256, &n, err) && n) {
            AUTO_ARENA page = arena_new();
            for (int k = 0; k < n; k++) {
                struct ticket *t = store_ticket_get(e->store, page, ids[k], err);
                const char *owner = t ? change_member(e, view, t) : NULL;
                if (!t || (owner && (!store_queue_add(e->store, id, view->name, owner, t, err) || !stat_view_add(e, page, view, owner, t, err))))
                    return false;
            }
            after = ids[n - 1];
        }
    }
    return true;
}

/* kept: the engine whose agents' shared views are counted too, NULL: none. */
static struct json *counts_of(struct store *store, const struct config *config, const char *const *agents, int agent_count, struct engine *kept, struct err *err)
{
    struct json *all = json_object(), *views = json_object(), *owners = json_object(), *escalations = json_object();
    int64_t n, sum;
    bool ok = true;
    for (int i = 0; ok && i < config->view_count; i++) {
        const struct config_view *view = &config->views[i];
        if (!view->mine) {
            ok = store_queue_count(store, view->name, "", &n, err);
            json_put_i64(views, view->name, n);
            continue;
        }
        struct json *by = json_object();
        for (int k = 0; ok && k < agent_count; k++) {
            ok = store_queue_count(store, view->name, agents[k], &n, err);
            json_put_i64(by, agents[k], n);
        }
        json_put(owners, view->name, by);
    }
    ok = ok && (!kept || views_count(kept, views, owners, err));
    for (int state = ESCALATION_TRIGGERED; ok && state <= ESCALATION_SUPPRESSED; state++) {
        ok = store_tally_get(store, "escalation", escalation_word(state), 0, &n, &sum, err);
        if (state != ESCALATION_RESOLVED)
            json_put_i64(escalations, escalation_word(state), n);
    }
    json_put(all, "views", views);
    json_put(all, "owners", owners);
    json_put(all, "escalations", escalations);
    if (!ok) {
        json_free(all);
        return NULL;
    }
    return all;
}

struct json *engine_counts(struct store *store, const struct config *config, const char *const *agents, int agent_count, struct err *err)
{
    return counts_of(store, config, agents, agent_count, NULL, err);
}

bool engine_batch_end(struct engine *e, struct err *err)
{
    if (!views_tell(e, err))
        return false;
    if (!e->counts_changed || e->quiet)
        return true;
    struct json *counts = counts_of(e->store, e->config, e->owners, e->owner_count, e, err);
    if (!counts)
        return false;
    json_put_i64(counts, "seq", store_entry_next(e->store) - 1);
    struct frame *frame = frame_add(e, 0, "counts", counts);
    const char **owners = ARENA_ARRAY(e->batch, const char *, e->owner_count);
    memcpy(owners, e->owners, sizeof *owners * (size_t)e->owner_count);
    frame->owners = owners;
    frame->owner_count = e->owner_count;
    e->counts_changed = false;
    e->owner_count = 0;
    return true;
}

/* --- facts --- */

const struct config_source *change_source(const struct engine *e, const struct ticket *t)
{
    const struct config_source *found = NULL;
    for (int i = 0; i < e->config->source_count; i++) {
        const struct config_source *s = &e->config->sources[i];
        if (str_eq(s->account, t->account) && (!found || str_eq(s->dialect, t->dialect)))
            found = s;
    }
    return found;
}

static bool load_facts(struct engine *e, struct arena *arena, struct change *c, struct err *err)
{
    struct facts *f = &c->facts;
    int64_t sum;
    f->model_learned = e->learned;
    f->source_takes_replies = c->source && c->source->reply_via != REPLY_NONE;
    unsigned needs = consequence_needs(c->before, c->after, f, c->now);
    if (!desk_refresh(e, err))
        return false;
    f->desk = &e->state;
    f->env.hour = c->now / 3600000 % 24; /* zones are not loaded: UTC */
    f->env.weekday = (c->now / 86400000 + 3) % 7 + 1;
    if (((needs & NEEDS_ONCALL) || e->config->page_rule_count) && !store_tally_get(e->store, "open_critical", "", 0, &f->env.open_criticals, &sum, err))
        return false;
    return game_facts(e, arena, c, needs, err);
}

/* --- writing --- */

static bool reworded(struct engine *e, const struct ticket *before, const struct ticket *after, struct err *err)
{
    for (int i = 0; i < WHEN_TEXTS; i++)
        if (!str_eq(when_text(before, i), when_text(after, i)))
            return store_reworded(e->store, after->id, err);
    return true;
}

static bool tallies(struct engine *e, const struct ticket *before, const struct ticket *after, bool mirrored, struct err *err)
{
    int open = (ticket_is_open(after) ? 1 : 0) - (before && ticket_is_open(before) ? 1 : 0);
    bool was_critical = before && ticket_is_open(before) && before->urgency == URGENCY_CRITICAL;
    bool is_critical = ticket_is_open(after) && after->urgency == URGENCY_CRITICAL;
    int was_escalated = before ? before->escalation.state : 0;
    if (open && !store_tally_add(e->store, "open", "", 0, open, 0, err))
        return false;
    if (was_critical != is_critical && !store_tally_add(e->store, "open_critical", "", 0, is_critical ? 1 : -1, 0, err))
        return false;
    if (open && mirrored && !store_tally_add(e->store, "open_mirrored", "", 0, open, 0, err))
        return false;
    if (was_escalated == after->escalation.state)
        return true;
    e->counts_changed = true;
    return (!was_escalated || store_tally_add(e->store, "escalation", escalation_word(was_escalated), 0, -1, 0, err)) &&
           (!after->escalation.state || store_tally_add(e->store, "escalation", escalation_word(after->escalation.state), 0, 1, 0, err));
}

static bool put_consequence(struct engine *e, struct arena *arena, struct change *c, const struct consequence *out, struct err *err)
{
    for (int i = 0; i < out->entry_count; i++) {
        struct entry entry = {.at = c->now, .actor = c->facts.actor, .kind = out->entries[i].kind, .ticket = out->after->id,
                              .cause = c->seq ? c->seq : c->cause, .data = out->entries[i].data};
        if (!change_entry(e, &entry, c->seq ? NULL : out->after, err))
            return false;
    }
    if (!game_put(e, arena, out, c->seq, c->now, err))
        return false;
    c->pages = out->pages;
    c->page_count = out->page_count;
    return page_send(e, arena, out->after, out->pages, out->page_count, c->now, err) &&
           page_settle(e, arena, c->before, out->after, c->facts.actor, err);
}

/* What is read again when the history folds, or when this is taken back. */
static void put_history(struct json *data, const struct change *c, const struct ticket *after)
{
    struct json *made = json_array(), *back = c->before && str_eq(c->facts.cause, "act") ? back_note(c->before, after, c->other && !c->did) : NULL;
    for (int i = 0; i < c->made_count; i++)
        json_push(made, row_observation(&c->made[i]));
    if (c->made_count)
        json_put(data, "made", made);
    else
        json_free(made);
    if (c->undone)
        json_put_string(data, "undone", c->undone);
    if (c->redone)
        json_put_string(data, "redone", c->redone);
    if (back)
        json_put(data, "back", back);
    if (c->before && c->source && str_eq(c->facts.cause, "act") && c->before->status != after->status)
        json_put_bool(data, "local", true); /* no source takes a status back */
}

/* The clock closes in passing, whoever causes the change: that is an observation too. */
static void clock_spoke(struct change *c, const struct ticket *after)
{
    if (after->status != STATUS_CLOSED || c->after->status == STATUS_CLOSED || c->made_count == CHANGE_MADE)
        return;
    struct observation *made = &c->made[c->made_count++];
    *made = (struct observation){.voice = VOICE_CLOCK, .kind = KIND_CLOSE, .v = {c->now, kind_rank(KIND_CLOSE), 0, "clock"}};
    observe_say_int(made, "status", STATUS_CLOSED);
}

/* Whom an internal note names: their consoles say so. */
static void put_mentions(const struct engine *e, struct arena *arena, const struct change *c, struct json *data)
{
    const struct message *note = c->desk && c->desk->message_count && c->desk->messages->origin == ORIGIN_NOTE ? c->desk->messages : NULL;
    const char *mentions = note && !c->undoes ? watch_mentions(arena, e->config, note->body) : NULL;
    if (mentions)
        json_put(data, "mentions", json_new_raw(mentions));
}

static bool put_entry(struct engine *e, struct arena *arena, struct change *c, const struct ticket *after, struct err *err)
{
    AUTO_JSON data = json_object();
    if (c->did)
        json_put_string(data, "do", c->did);
    if (c->effect)
        json_put_string(data, "effect", c->effect);
    if (c->event)
        json_put_i64(data, "event", c->event);
    if (c->message)
        json_put_i64(data, "message", c->message);
    if (c->messages_added)
        json_put_i64(data, "messages", c->messages_added);
    if (c->facts.paged_for)
        json_put_string(data, "paged_for", c->facts.paged_for);
    if (c->why)
        json_put_string(data, "why", c->why);
    if (c->reason)
        json_put_string(data, "reason", c->reason);
    if (c->other)
        json_put_i64(data, "other", c->other);
    if (c->batch)
        json_put_i64(data, "batch", c->batch);
    if (c->of)
        json_put_i64(data, "of", c->of);
    if (c->also)
        json_put(data, "also", json_new_raw(c->also));
    put_mentions(e, arena, c, data);
    json_put(data, "changes", c->before && !c->erases ? row_changes(c->before, after) : json_array());
    if (c->desk)
        json_put(data, "obs", row_observation(c->desk));
    put_history(data, c, after);
    struct entry entry = {.at = c->now, .actor = c->facts.actor, .kind = "ticket", .ticket = after->id, .cause = c->cause,
                          .undoes = c->undoes, .data = json_print_in(arena, data)};
    if (!change_entry(e, &entry, after, err))
        return false;
    c->seq = entry.seq;
    return true;
}

static bool anything_visible(const struct ticket *before, const struct ticket *after)
{
    for (int i = 0; i < field_count; i++)
        if (!(field_table[i].flags & FIELD_QUIET) && !field_same(before, after, &field_table[i]))
            return true;
    return before->messages != after->messages || before->thread_version != after->thread_version;
}

bool change(struct engine *e, struct arena *arena, struct change *c, struct err *err)
{
    struct consequence out = {0};
    if (!str_eq(c->before ? c->before->assignee : NULL, c->after->assignee) && !c->facts.undo && c->after->assigned_at == (c->before ? c->before->assigned_at : 0))
        c->after->assigned_at = c->after->assignee ? c->now : 0;
    if (!load_facts(e, arena, c, err))
        return false;
    consequence(arena, c->before, c->after, &c->facts, e->config, c->now, &out);
    struct ticket *after = out.after;
    clock_spoke(c, after);
    after->escalated = after->escalation.state;
    bool quiet = str_eq(c->facts.cause, "wake") || str_eq(c->facts.cause, "receipt"), seen = !c->before || !quiet || anything_visible(c->before, after);
    after->version += seen;
    if (after->wake_at && after->wake_at <= c->now)
        after->wake_at = c->now + 1000; /* a rule that keeps asking never spins the writer */
    if (seen && !put_entry(e, arena, c, after, err))
        return false;
    if (c->facts.undo && !store_ticket_bare(e->store, after->id, err))
        return false;
    bool ok = c->before ? store_ticket_update(e->store, after, err) && reworded(e, c->before, after, err) : store_ticket_insert(e->store, after, err);
    c->after = after;
    struct change_members in = members(e, arena, c->before, after);
    return ok && put_consequence(e, arena, c, &out, err) && tallies(e, c->before, after, c->facts.mirrored, err) &&
           people_follow(e, c->before, after, err) &&
           requeue(e, c->before, after, &in, err) && stat_change(e, arena, c, after, &in, err) && assign_move(e, c->before, after, err) && parcel_hand_back(e, arena, c, err) && route_change(e, arena, c, &out, err);
}
