/* act: an agent speaks. Each ticket of a request is its own savepoint: one refusal does not undo the others. What an
 * undo gives back is engine/undo's. A dry run is the real run, taken back. */
#include "engine/change.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/draft.h"
#include "wire/mask.h"
#include "wire/row.h"
#include <stdio.h>
#include <string.h>

struct run { /* one request */
    struct engine *e;
    struct arena *arena;
    const struct do_request *req;
    int64_t now;
    struct json *results;
    int64_t seq;
    const char *why;       /* claim next: why this one */
    const char *undid;     /* undo, redo: which action */
    int64_t batch, of;     /* several tickets: the number their entries share; and that of what they take back */
    const struct entry *taken; /* undo, redo: the act at hand, NULL = that ticket's newest */
    int64_t stuck;         /* undo, redo: the act that was just refused, 0 = none was */
    struct json *revealed; /* the result that carries what was hidden */
    const struct message *wrote; /* the text of the act at hand, NULL = none */
};

static char *say(struct run *r, const struct change *c)
{
    return said_line(&(struct said){r->e, r->arena, &r->req->action, r->why, r->undid, r->now}, c);
}

static struct json *changes_of(struct run *r, const struct change *c)
{
    AUTO_JSON changes = row_changes(c->before, c->after); /* lists in it are text until they are read again */
    const char *text = json_print_in(r->arena, changes);
    return mask_json(r->arena, &(struct mask){r->e->config, r->e->desk}, json_parse_in(r->arena, text, strlen(text), &json_limits_dialect, NULL, NULL));
}

/* What would be written, for whoever looks before it is. */
static struct json *text_of(struct run *r, const struct message *m)
{
    struct json *message = json_object();
    json_put_bool(message, "public", m->is_public);
    json_put_string(message, "body", mask_text(r->arena, &(struct mask){r->e->config, r->e->desk}, NULL, m->body));
    return message;
}

/* Who is told by it, and how: what a person confirms before they page somebody. */
static struct json *pages_of(struct run *r, const struct change *c)
{
    struct json *list = json_array();
    for (int i = 0; i < c->page_count; i++) {
        const char *places[PAGE_PLACES];
        const struct page *page = &c->pages[i];
        int n = page_places(r->arena, r->e->config, page->agent, page->destination, places);
        struct json *row = json_object(), *by = json_array();
        for (int k = 0; k < n; k++)
            json_push(by, json_new_string(places[k]));
        json_put_string(row, "agent", page->agent);
        json_put_i64(row, "step", page->step);
        json_put(row, "by", by);
        json_push(list, row);
    }
    return list;
}

/* What it is about, as it is still called: a ticket that is looked at before it is changed need not be one that is in view. */
static void put_title(struct run *r, struct json *row, const char *title)
{
    if (r->req->dry_run && title)
        json_put_string(row, "title", mask_text(r->arena, &(struct mask){r->e->config, r->e->desk}, "title", title));
}

static struct json *result_ok(struct run *r, const struct change *c)
{
    struct json *row = json_object();
    json_put_i64(row, "ticket", c->after->id);
    json_put_bool(row, "ok", true);
    json_put_i64(row, "seq", c->seq);
    json_put_string(row, "say", say(r, c));
    put_title(r, row, c->before ? c->before->title : NULL);
    if (r->req->action.id == ACTION_REPLY && !r->req->dry_run)
        json_put_i64(row, "leaves_at", r->now + r->e->config->undo_send);
    if (c->page_count)
        json_put(row, "pages", pages_of(r, c));
    if (r->req->dry_run)
        json_put(row, "changes", changes_of(r, c));
    if (r->req->dry_run && r->wrote)
        json_put(row, "message", text_of(r, r->wrote));
    json_push(r->results, row);
    if (c->seq > r->seq)
        r->seq = c->seq;
    return row;
}

static bool result_desk(struct run *r, const struct desk_run *d)
{
    struct json *row = json_object();
    json_put_i64(row, "ticket", 0);
    json_put_bool(row, "ok", true);
    json_put_i64(row, "seq", d->seq);
    json_put_string(row, "say", d->say);
    json_push(r->results, row);
    r->seq = d->seq > r->seq ? d->seq : r->seq;
    return true;
}

static void result_error(struct run *r, int64_t ticket, const struct err *err)
{
    const struct err_row *e = err_row(err->code);
    struct json *row = json_object(), *problem = json_object();
    struct err ignored = {0};
    const char *was = NULL;
    char type[64];
    snprintf(type, sizeof type, "urn:triage:problem:%s", e->slug);
    json_put_string(problem, "type", type);
    json_put_string(problem, "title", e->title);
    json_put_i64(problem, "status", e->status);
    json_put_string(problem, "detail", err->text);
    json_put_bool(problem, "retryable", e->retryable);
    if (*e->hint)
        json_put_string(problem, "hint", e->hint);
    json_put_i64(row, "ticket", ticket);
    json_put_bool(row, "ok", false);
    if (r->req->dry_run && ticket && store_ticket_title(r->e->store, r->arena, ticket, &was, &ignored))
        put_title(r, row, was);
    json_put(row, "error", problem);
    json_push(r->results, row);
}

/* The reply's parcel is held for the undo time, then the courier takes it. */
static bool hold_reply(struct run *r, const struct change *c, struct err *err)
{
    struct parcel p = {.entry = c->seq, .destination = arena_printf(r->arena, "reply:%s", c->source ? c->source->name : ""),
                       .ticket = c->after->id, .agent = r->req->action.actor, .message = c->message, .state = "held", .made_at = r->now,
                       .due_at = r->now + r->e->config->undo_send};
    return store_parcel_add(r->e->store, &p, NULL, err);
}

/* In the same commit, so that whoever takes the reply back at once finds it as a draft (parcel_draft) and not forgotten after all. */
static bool forget_draft(struct run *r, const struct change *c, struct err *err)
{
    if (!r->req->draft || !c->desk->message_count)
        return true;
    const char *key = draft_key(r->arena, c->after->id, c->desk->messages->origin == ORIGIN_REPLY);
    char tag[DRAFT_TAG];
    if (r->req->draft_tag) {
        draft_tag(store_keep_get(r->e->store, r->arena, r->req->action.actor, key, err), tag);
        if (err->code || !str_eq(tag, r->req->draft_tag))
            return !err->code; /* it was written on elsewhere, and is somebody's text still */
    }
    return store_keep_put(r->e->store, r->req->action.actor, key, NULL, r->now, err);
}

static bool put_message(struct run *r, struct observation *obs, struct change *c, struct err *err)
{
    bool added, changed;
    if (!obs->message_count)
        return true;
    obs->messages->id = obs->v.key;
    if (!store_message_put(r->e->store, c->after->id, obs->messages, &obs->v, &added, &changed, err))
        return false;
    r->wrote = obs->messages;
    c->message = store_message_row(r->e->store);
    c->messages_added = 1;
    c->after->thread_version++;
    return store_message_counts(r->e->store, c->after->id, c->after, err);
}

static void set_out(struct run *r, struct change *c, struct observation *obs)
{
    const struct action *a = &r->req->action;
    obs->v.key = arena_printf(r->arena, "desk:%020lld", (long long)store_entry_next(r->e->store));
    c->now = r->now;
    c->did = action_table[a->id].name;
    c->desk = obs;
    c->why = r->why;
    c->batch = r->batch;
    c->of = r->of;
    c->reason = action_table[a->id].arg == ARG_REASON || a->id == ACTION_MACRO ? a->arg : NULL;
    c->source = change_source(r->e, c->before);
    c->facts = (struct facts){.cause = "act", .actor = a->actor, .escalate = a->id == ACTION_ESCALATE, .acknowledge = a->id == ACTION_ACK};
}

/* The acting half shared by plain actions and undo: write, tell, hold. */
static bool perform(struct run *r, struct change *c, struct err *err)
{
    if (!merge_place(r->e, r->arena, c, err) || !change(r->e, r->arena, c, err) ||
        !merge_tell(r->e, r->arena, c, &(struct journal){r->e->store, c->seq}, err) || !label_learn(r->e, r->arena, c, err) || !forget_draft(r, c, err))
        return false;
    return !c->desk->message_count || c->desk->messages->origin != ORIGIN_REPLY || hold_reply(r, c, err);
}

/* A merge is into the root of what was asked for. */
static bool lead_to_root(struct run *r, struct action *action, struct change *c, struct err *err)
{
    if (action->id != ACTION_MERGE)
        return true;
    if (!merge_root(r->e, r->arena, action, c->before, &c->other, err))
        return false;
    action->arg = arena_printf(r->arena, "%lld", (long long)c->other);
    return true;
}

/* What was purged is there to be purged once more, where copies of its events came into quarantine since. */
static const struct ticket *whose(struct run *r, int64_t ticket, struct err *err)
{
    bool more = false;
    if (r->req->action.id == ACTION_PURGE && !store_erase_more(r->e->store, ticket, &more, err))
        return NULL;
    return (more ? store_ticket_get : store_ticket_shown)(r->e->store, r->arena, ticket, err);
}

static bool plain(struct run *r, int64_t ticket, struct change *c, struct err *err)
{
    struct observation *obs = ARENA_NEW(r->arena, struct observation);
    struct action action = r->req->action;
    c->before = whose(r, ticket, err);
    if (!c->before || !lead_to_root(r, &action, c, err))
        return false;
    if (!attach_check(r->e, r->arena, &action, change_source(r->e, c->before), r->req->dry_run, err))
        return false;
    bool ok = action.id == ACTION_MACRO ? macro_act(r->e, r->arena, c->before, &action, r->now, obs, err)
                                        : act_observe(r->arena, c->before, &action, change_source(r->e, c->before), r->e->config, r->now, obs, err);
    if (!ok || (action.articles && !article_cited(r->e, r->arena, action.articles, action.arg, err)))
        return false;
    set_out(r, c, obs);
    if (action.id == ACTION_PURGE && !purge_may(r->e, r->arena, ticket, err))
        return false;
    c->erases = action.id == ACTION_ERASE || action.id == ACTION_PURGE;
    const struct ticket *from = c->erases ? erase_words(r->e, r->arena, c->before, &c->also, err) : c->before;
    return from && (c->after = change_fold(r->e, r->arena, from, obs, err)) && put_message(r, obs, c, err) && perform(r, c, err);
}

/* The ticket is found and taken in one transaction, so that no two agents ever get the same. */
static bool claim_next(struct run *r, struct change *c, struct err *err)
{
    int64_t ticket;
    if (!engine_claim_next(r->e->store, r->e->config, r->arena, r->req->action.actor, r->now, &ticket, err))
        return false;
    if (!ticket)
        return err_set(err, ERR_NOT_FOUND, "no free ticket waits for you; `triage ls --view all` or ga shows who has which");
    const struct ticket *t = store_ticket_get(r->e->store, r->arena, ticket, err);
    r->why = t ? assignment_reason(r->arena, t, r->now) : NULL;
    return t && plain(r, ticket, c, err);
}

/* --- undo and redo --- */

/* A message it made: withdrawn, while nobody outside has it. */
static bool withdraw(struct run *r, int64_t message, bool back, struct err *err)
{
    struct parcel p;
    bool found;
    if (!message || !store_parcel_by_message(r->e->store, r->arena, message, &p, &found, err))
        return !message;
    if (found && !str_eq(p.state, back ? "dropped" : "held"))
        return err_set(err, ERR_STATE, back ? "it was not taken back" : "already sent, and what was sent stays sent: write what sets it right");
    if (found) {
        p.state = back ? "held" : "dropped";
        p.due_at = back ? r->now + r->e->config->undo_send : 0;
        if (!store_parcel_update(r->e->store, &p, err) || (!back && !parcel_draft(r->e, r->arena, &p, r->now, err)))
            return false;
    }
    return store_message_state(r->e->store, message, back ? (found ? "held" : NULL) : "withdrawn", err);
}

static struct desk_run on_desk(const struct run *r)
{
    return (struct desk_run){.e = r->e, .arena = r->arena, .actor = r->req->action.actor, .now = r->now};
}

static struct undo_wish wish_of(const struct run *r, int64_t ticket)
{
    const struct action *a = &r->req->action;
    return (struct undo_wish){.what = a->id == ACTION_REDO ? UNDO_AGAIN : a->id == ACTION_UNMERGE ? UNDO_ASIDE : UNDO_ACT, .ticket = ticket,
                              .actor = a->id == ACTION_UNMERGE ? NULL : a->actor};
}

static bool find_undone(struct run *r, int64_t ticket, struct entry *entry, struct err *err)
{
    struct undo_wish wish = wish_of(r, ticket);
    struct undo_found found;
    if (!r->taken && !undo_find(r->e, r->arena, &wish, &found, err))
        return false;
    *entry = r->taken ? *r->taken : *found.list;
    return true;
}

/* What takes a role to do takes it to take back, too, where it was somebody else's. */
static bool may_turn(const struct run *r, const struct entry *entry, const struct json *data, struct err *err)
{
    const struct action_row *row = action_find(json_get_string(data, "do", NULL));
    return !row || r->req->action.role >= row->role ||
           role_refuse(err, arena_printf(r->arena, "%sto take %s back", entry->ticket ? arena_printf(r->arena, "#%lld: ", (long long)entry->ticket) : "", row->name),
                       row->role, r->req->action.role);
}

/* One entry is taken back, or done again. */
static bool turn_back(struct run *r, const struct entry *entry, struct change *c, struct err *err)
{
    struct observation obs = {.voice = VOICE_DESK, .kind = KIND_UPDATE, .v = {.t = r->now, .rank = 2}, .undo = true};
    bool redo = r->req->action.id == ACTION_REDO;
    const struct json *data = undo_data(r->arena, entry);
    if ((r->req->action.id == ACTION_UNDO && !undo_may(data, err)) || !may_turn(r, entry, data, err))
        return false;
    if (str_eq(entry->kind, "desk")) {
        struct desk_run d = on_desk(r);
        return desk_undo(&d, entry, data, action_table[r->req->action.id].name, err) && result_desk(r, &d);
    }
    if (!(c->before = store_ticket_shown(r->e->store, r->arena, entry->ticket, err)))
        return false;
    obs.account = c->before->account;
    obs.dialect = c->before->dialect;
    obs.key = c->before->key;
    c->undoes = entry->seq;
    c->cause = entry->seq;
    /* An undo remembers the message it withdrew, so that redo finds it. */
    c->message = json_get_i64(data, "message", 0);
    if (!undo_swap(r->arena, c->before, json_get(data, "changes"), &obs, err) || !withdraw(r, c->message, redo, err))
        return false;
    set_out(r, c, &obs);
    return undo_fold(r->e, r->arena, c, &obs, entry, redo, err) &&
           (!c->message || store_message_counts(r->e->store, c->after->id, c->after, err)) && perform(r, c, err);
}

static bool undo(struct run *r, int64_t ticket, struct change *c, struct err *err)
{
    struct entry entry = {0};
    if (!find_undone(r, ticket, &entry, err))
        return false;
    r->undid = undo_name(r->e, r->arena, &entry);
    r->stuck = entry.seq; /* until it went */
    if (turn_back(r, &entry, c, err))
        return true;
    const char *of = entry.ticket ? arena_printf(r->arena, "#%lld ", (long long)entry.ticket) : "";
    if (err->code == ERR_CONFLICT || err->code == ERR_STATE)
        err_in(err, "%s%s cannot be %s", of, r->undid, r->req->action.id == ACTION_REDO ? "redone" : "undone");
    return false;
}

/* --- the request --- */

static void answer_with(struct run *r, const struct change *c, struct json *text)
{
    struct json *row = result_ok(r, c);
    if (!text)
        return;
    json_put(row, "text", text);
    r->revealed = row;
}

static bool run_action(struct run *r, int64_t ticket, struct err *err)
{
    struct change c = {0};
    struct json *text = NULL;
    struct desk_run d = on_desk(r);
    bool ok;
    if (action_table[r->req->action.id].flags & DESK)
        return desk_do(&d, &r->req->action, err) && result_desk(r, &d);
    switch (r->req->action.id) {
    case ACTION_UNDO:
    case ACTION_REDO:
    case ACTION_UNMERGE:
        ok = undo(r, ticket, &c, err);
        break;
    case ACTION_SPLIT:
        ok = split_do(r->e, r->arena, &r->req->action, ticket, r->now, &c, err);
        break;
    case ACTION_REVEAL:
        ok = reveal_do(r->e, r->arena, &r->req->action, ticket, r->now, &c, r->req->dry_run ? NULL : &text, err);
        break;
    case ACTION_CLAIM_NEXT:
        ok = claim_next(r, &c, err);
        break;
    default:
        ok = plain(r, ticket, &c, err);
        break;
    }
    if (ok && c.after) /* what was done to the desk has said so itself */
        answer_with(r, &c, text);
    return ok;
}

static bool one(struct run *r, int64_t ticket, struct err *fatal)
{
    struct err err = {0};
    struct frame **end = r->e->frames_end;
    r->wrote = NULL;
    r->stuck = 0;
    if (!store_savepoint(r->e->store, fatal))
        return false;
    bool ok = run_action(r, ticket, &err);
    r->stuck = ok ? 0 : r->stuck;
    if (!ok)
        result_error(r, ticket, &err);
    if (!ok && (err.code == ERR_STORAGE || err.code == ERR_NO_SPACE)) {
        *fatal = err;
        return false;
    }
    if (ok && !r->req->dry_run)
        return store_release(r->e->store, fatal);
    store_undo(r->e->store);
    r->e->desk_stale = true;
    *end = NULL;
    r->e->frames_end = end;
    return true;
}

/* What stays has said why; the next undo or redo is about what was before it. */
static bool pass_over(struct run *r, int64_t number, struct err *err)
{
    const struct action *a = &r->req->action;
    bool walks = a->id == ACTION_UNDO || a->id == ACTION_REDO;
    return !walks || !number || r->req->dry_run || undo_pass(r->e, r->arena, a->actor, number, r->now, err);
}

/* An undo or redo that names no ticket: the newest act, or all that were done with it. */
static bool take_back(struct run *r, struct json *body, struct err *fatal)
{
    struct undo_wish wish = wish_of(r, 0);
    struct undo_found found, next;
    struct err err = {0};
    if (!undo_find(r->e, r->arena, &wish, &found, &err)) {
        result_error(r, 0, &err);
        *fatal = err.code == ERR_NOT_FOUND ? *fatal : err;
        return err.code == ERR_NOT_FOUND;
    }
    r->of = found.batch;
    r->batch = found.batch ? store_entry_next(r->e->store) : 0;
    int stuck = 0;
    for (int i = 0; i < found.count; i++) {
        r->taken = &found.list[i];
        if (!one(r, r->taken->ticket, fatal))
            return false;
        stuck += r->stuck != 0;
    }
    if (stuck == found.count && !pass_over(r, found.batch ? found.batch : found.list->seq, fatal))
        return false;
    json_put_string(body, "did", undo_words(r->e, r->arena, &found));
    bool more = !r->req->dry_run && undo_find(r->e, r->arena, &wish, &next, &err) && next.list->seq != found.list->seq;
    json_put_string(body, "next", more ? undo_words(r->e, r->arena, &next) : NULL);
    return true;
}

static bool run_all(struct run *r, struct json *body, struct err *err)
{
    const struct do_request *req = r->req;
    bool back = req->action.id == ACTION_UNDO || req->action.id == ACTION_REDO, ok = true;
    r->batch = req->ticket_count > 1 ? store_entry_next(r->e->store) : 0;
    for (int i = 0; ok && i < req->ticket_count; i++)
        ok = one(r, req->tickets[i], err) && pass_over(r, r->stuck, err);
    return ok && (req->ticket_count || (back ? take_back(r, body, err) : one(r, 0, err)));
}

/* What a key stands for, but not what it was written against: that may be newer when it is asked again. */
static int64_t asked_of(struct arena *arena, const struct do_request *req)
{
    const struct action *a = &req->action;
    AUTO_JSON asked = json_array();
    const char *const texts[] = {action_table[a->id].name, a->arg, a->with, a->articles, a->attachments};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_push(asked, json_new_string(texts[i] ? texts[i] : ""));
    for (int i = 0; i < req->ticket_count; i++)
        json_push(asked, json_new_i64(req->tickets[i]));
    return (int64_t)crypto_hash64(json_print_in(arena, asked));
}

bool engine_do(struct engine *e, struct arena *arena, const struct do_request *req, int64_t now, char **answer, struct err *err)
{
    char *key = req->key ? arena_printf(arena, "%s\x1f%s", req->action.actor, req->key) : NULL;
    int64_t asked = key ? asked_of(arena, req) : 0, before = 0;
    *answer = NULL;
    if (key && !store_answer_get(e->store, arena, key, answer, &before, err))
        return false;
    if (*answer && before && before != asked)
        return err_set(err, ERR_INPUT, "key: it was another request's; nothing was done");
    if (*answer)
        return true;
    struct run r = {.e = e, .arena = arena, .req = req, .now = now, .results = json_array()};
    AUTO_JSON body = json_object();
    bool ok = run_all(&r, body, err);
    json_put_i64(body, "seq", r.seq);
    json_put(body, "results", r.results);
    *answer = json_print_in(arena, body);
    if (r.revealed)
        json_drop(r.revealed, "text"); /* the answer is kept for whoever asks again with its key: without it */
    return ok && (!key || req->dry_run || store_answer_put(e->store, key, json_print_in(arena, body), asked, now, err));
}
