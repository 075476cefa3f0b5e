/* parcel: what leaves, from due to its receipt. A parcel that is due is committed as flying before the courier gets its
 * copy, so after a crash we know that it may have left; the receipt says what came of it and when it goes again. Whether a
 * destination rests (paused, with the reason) and since when it fails are records of kind `destination`. */
#include "engine/change.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/letter.h"
#include "destination/destination.h"
#include "wire/letter.h"
#include <string.h>

#define FAILS_TOO_LONG (120 * 3600000LL) /* model.md 6: then its queue rests until a person says go on */
enum { MOST_AGAIN = 50 };                /* exchanges of one attempt: more is a loop */

/* --- the courier's hands --- */

static struct in_hand *in_hand(struct engine *e, const char *place)
{
    struct in_hand *free = NULL;
    for (int i = 0; i < ENGINE_PLACES; i++) {
        if (str_eq(e->in_hand[i].place, place))
            return &e->in_hand[i];
        if (!free && !e->in_hand[i].n)
            free = &e->in_hand[i];
    }
    if (free)
        str_copy(free->place, sizeof free->place, place);
    return free;
}

int parcel_room(const struct engine *e, const char *destination)
{
    for (int i = 0; i < ENGINE_PLACES; i++)
        if (e->in_hand[i].n && str_eq(e->in_hand[i].place, destination))
            return ENGINE_IN_HAND - e->in_hand[i].n;
    return ENGINE_IN_HAND;
}

void engine_handed(struct engine *e, const struct outgoing *out)
{
    struct in_hand *hand = in_hand(e, out->place);
    if (hand)
        hand->n++;
}

/* --- the journal's line, and the message's mark --- */

/* How many of its ticket are dead now: consoles show it in their lists. */
static bool put_undelivered(struct engine *e, struct arena *arena, struct json *data, int64_t ticket, struct err *err)
{
    int64_t dead;
    if (!ticket)
        return true;
    if (!store_parcel_undelivered(e->store, arena, &ticket, 1, &dead, err))
        return false;
    json_put_i64(data, "undelivered", dead);
    return true;
}

bool parcel_journal(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_i64(data, "parcel", p->id);
    json_put_string(data, "destination", p->destination);
    if (*p->route)
        json_put_string(data, "route", p->route);
    json_put_string(data, "state", p->state);
    if (p->message)
        json_put_i64(data, "message", p->message);
    json_put_i64(data, "attempts", p->attempts);
    if (p->due_at)
        json_put_i64(data, "due_at", p->due_at);
    if (p->error)
        json_put_string(data, "error", p->error);
    if (str_eq(p->state, "dead") && !put_undelivered(e, arena, data, p->ticket, err))
        return false;
    struct entry entry = {.at = now, .actor = "courier", .kind = "parcel", .ticket = p->ticket, .cause = p->entry, .data = json_print_in(arena, data)};
    return change_entry(e, &entry, NULL, err);
}

static const char *message_state(const struct parcel *p)
{
    static const struct { const char *parcel, *message; } states[] = {{"delivered", "sent"}, {"dead", "failed"}, {"skipped", "failed"}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (str_eq(p->state, states[i].parcel))
            return states[i].message;
    return "sending";
}

static const struct message *message_of(struct engine *e, struct arena *arena, const struct parcel *p, struct err *err)
{
    struct message *list;
    int n;
    if (!store_message_list(e->store, arena, p->ticket, &list, &n, err))
        return NULL;
    for (int i = 0; i < n; i++)
        if (list[i].row == p->message)
            return &list[i];
    err_set(err, ERR_INTERNAL, "parcel %lld: its message is gone", (long long)p->id);
    return NULL;
}

bool parcel_draft(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err)
{
    const char *key = arena_printf(arena, "draft:%lld:reply", (long long)p->ticket);
    if (!p->message || !*p->agent || store_keep_get(e->store, arena, p->agent, key, err))
        return true;
    const struct message *m = message_of(e, arena, p, err);
    if (!m && err->code == ERR_INTERNAL) { /* there is nothing left to write again */
        *err = (struct err){0};
        return true;
    }
    AUTO_JSON draft = json_object();
    json_put_string(draft, "text", m ? m->body : "");
    if (m && m->assets)
        json_put(draft, "attachments", json_new_raw(m->assets));
    return m && store_keep_put(e->store, p->agent, key, json_print_in(arena, draft), now, err);
}

static bool write_down(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, bool line, struct err *err)
{
    if (!store_parcel_update(e->store, p, err) || (p->message && !store_message_state(e->store, p->message, message_state(p), err)))
        return false;
    return (!str_eq(p->state, "dead") || parcel_draft(e, arena, p, now, err)) && (!line || parcel_journal(e, arena, p, now, err)) &&
           register_outcome(e, arena, p, now, err) && page_ended(e, arena, p, now, err);
}

bool parcel_bury(struct engine *e, struct arena *arena, struct parcel *p, const char *why, int64_t now, struct err *err)
{
    p->state = "dead";
    p->error = why;
    p->due_at = 0;
    return write_down(e, arena, p, now, true, err);
}

/* --- out of the door --- */

/* Who it goes to as configured now; NULL + *why: it cannot go. */
static const struct config_destination *target(struct engine *e, struct arena *arena, const struct parcel *p, const char **why)
{
    const struct config_destination *to = config_place(arena, e->config, p->destination);
    if (!to)
        *why = strchr(p->destination, ':') ? "the source takes no replies any more" : "no destination of that name is configured any more";
    return to ? destination_thaw(arena, to, p->recipe) : NULL;
}

/* A reply's letter is made of its message, which never changes once it may leave. */
static char *reply_letter(struct engine *e, struct arena *arena, const struct parcel *p, struct err *err)
{
    const struct ticket *t = store_ticket_get(e->store, arena, p->ticket, err);
    const struct message *m = t ? message_of(e, arena, p, err) : NULL;
    if (!m)
        return NULL;
    struct letter letter = {.of = LETTER_REPLY, .id = letter_id(arena, e->desk, p->entry, p->id), .type = "message.created", .at = m->at,
                            .dialect = t->dialect, .ticket = t, .message = m};
    AUTO_JSON root = letter_encode(&letter);
    return json_print_in(arena, root);
}

static bool rests(struct engine *e, struct arena *arena, const struct config_destination *to, const char *name, bool *paused, struct err *err)
{
    char *data;
    *paused = to->disabled;
    if (*paused || !store_record_get(e->store, arena, "destination", name, &data, err))
        return *paused;
    const struct json *row = data ? json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    *paused = str_eq(json_get_string(row, "state", ""), "paused");
    return true;
}

/* Where order is kept, one waits for those before it and looks again when they have had their turn. */
static bool waits_for_turn(struct engine *e, const struct config_destination *to, struct parcel *p, int64_t now, bool *waits, struct err *err)
{
    enum { LOOK_AGAIN_MS = 1000 };
    const struct destination *kind = destination_of(to->kind);
    int64_t until = 0;
    if (kind && kind->ordered && p->ticket && !page_is(p) && !store_parcel_ahead(e->store, p, now, &until, err))
        return false;
    *waits = until != 0;
    if (*waits)
        p->due_at = until + LOOK_AGAIN_MS;
    return true;
}

/* Taken over from a daemon that died in the middle. Who replays it by hand has decided that it may arrive twice. */
static bool may_have_arrived(struct arena *arena, const struct parcel *p)
{
    const struct json *memo = p->memo ? json_parse_in(arena, p->memo, strlen(p->memo), &json_limits_dialect, NULL, NULL) : NULL;
    return json_get_bool(memo, "ambiguous", false) && !json_get_bool(memo, "postponed", false);
}

bool parcel_fly(struct engine *e, struct arena *arena, struct parcel *p, int64_t now, struct err *err)
{
    const char *why = NULL;
    char *letter = NULL, *redaction = NULL;
    bool paused, ready, waits;
    if (!register_ready(e, arena, p, &ready, err))
        return false;
    if (ready)
        return write_down(e, arena, p, now, false, err);
    const struct config_destination *to = target(e, arena, p, &why);
    if (!to)
        return parcel_bury(e, arena, p, why, now, err);
    if (!rests(e, arena, to, p->destination, &paused, err))
        return false;
    if (paused && page_is(p))
        return parcel_bury(e, arena, p, "its destination rests", now, err);
    if (!page_gather(e, arena, p, err))
        return false;
    if (str_eq(p->state, "bundled"))
        return true;
    p->due_at = 0;
    if (!paused && !waits_for_turn(e, to, p, now, &waits, err))
        return false;
    if (paused || waits)
        return store_parcel_update(e->store, p, err);
    if (p->letter ? !store_letter_get(e->store, arena, p->letter, &letter, &redaction, err) : !(letter = reply_letter(e, arena, p, err)))
        return false;
    if (!letter)
        return parcel_bury(e, arena, p, "what it said was erased", now, err);
    if (may_have_arrived(arena, p) && to->ambiguous == AMBIGUOUS_DEAD)
        return parcel_bury(e, arena, p, "it may have arrived: its destination says ambiguous: dead", now, err);
    if (!recall_tell(e, arena, p, to, err))
        return false;
    p->state = "flying";
    struct outgoing *o = ARENA_NEW(e->batch, struct outgoing);
    *o = (struct outgoing){.parcel = p->id, .attempt = p->attempts + 1, .place = arena_strdup(e->batch, p->destination),
                           .to = config_destination_copy(e->batch, to), .letter = arena_strdup(e->batch, letter),
                           .memo = arena_strdup(e->batch, p->memo), .redaction = arena_strdup(e->batch, redaction), .salt = e->desk};
    struct outgoing **end = &e->outgoing; /* oldest due first */
    while (*end)
        end = &(*end)->next;
    *end = o;
    return write_down(e, arena, p, now, p->message != 0, err);
}

/* --- the destination's own state --- */

static bool put_state(struct engine *e, struct arena *arena, const char *name, const char *state, const char *reason, int64_t failing_since, int64_t now,
                      struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "name", name);
    json_put_string(data, "state", state);
    json_put_string(data, "reason", reason);
    json_put_i64(data, "failing_since", failing_since);
    json_put_i64(data, "at", now);
    struct record record = {"destination", name, json_print_in(arena, data)};
    struct version v = {.t = now, .rank = 2, .key = "desk"};
    return store_record_put(e->store, arena, &record, &v, err);
}

/* Its queue is kept, at rest, until a person says that it may go on. */
static bool pause_it(struct engine *e, struct arena *arena, const char *name, const char *reason, const char *actor, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "destination", name);
    json_put_string(data, "state", "paused");
    json_put_string(data, "reason", reason);
    struct entry entry = {.at = now, .actor = actor, .kind = "destination", .data = json_print_in(arena, data)};
    return put_state(e, arena, name, "paused", reason, 0, now, err) && store_parcel_park(e->store, name, err) && change_entry(e, &entry, NULL, err);
}

static bool resume_it(struct engine *e, struct arena *arena, const char *name, const char *actor, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "destination", name);
    json_put_string(data, "state", "active");
    struct entry entry = {.at = now, .actor = actor, .kind = "destination", .data = json_print_in(arena, data)};
    return put_state(e, arena, name, "active", NULL, 0, now, err) && store_parcel_unpark(e->store, name, now, err) && change_entry(e, &entry, NULL, err);
}

/* Since when it fails, in one record that is written only when that changes. */
static bool note_health(struct engine *e, struct arena *arena, const struct parcel *p, const struct receipt *r, int64_t now, struct err *err)
{
    char *data;
    bool failed = r->verdict.kind == VERDICT_RETRY, fine = r->verdict.kind == VERDICT_DELIVERED;
    if ((!failed && !fine) || !store_record_get(e->store, arena, "destination", p->destination, &data, err))
        return !failed && !fine;
    const struct json *row = data ? json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    int64_t since = json_get_i64(row, "failing_since", 0);
    if (str_eq(json_get_string(row, "state", ""), "paused") || (fine && !since))
        return true;
    if (fine || !since)
        return put_state(e, arena, p->destination, "active", NULL, fine ? 0 : now, now, err);
    if (now - since < FAILS_TOO_LONG)
        return true;
    return pause_it(e, arena, p->destination, "it has failed for five days", "courier", now, err);
}

/* --- receipts --- */

/* The memo keeps what the columns have no place for: waits asked for, whether an attempt may have arrived unseen, and what
 * its destination noted. */
static struct json *memo_of(struct arena *arena, const char *text, struct retry *retry, int64_t attempts)
{
    struct json *memo = text ? json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
    memo = json_is(memo, JSON_OBJECT) ? memo : NULL;
    *retry = (struct retry){attempts, json_get_i64(memo, "waits", 0), json_get_i64(memo, "waited", 0)};
    return memo ? json_copy(memo) : json_object();
}

static void put_number(struct json *memo, const char *name, int64_t value)
{
    json_drop(memo, name);
    if (value)
        json_put_i64(memo, name, value);
}

static const char *error_of(struct arena *arena, const struct receipt *r)
{
    const char *note = r->verdict.note && *r->verdict.note ? r->verdict.note : r->excerpt ? r->excerpt : "";
    if (!r->status)
        return *note ? note : "no answer";
    return arena_printf(arena, "%lld%s%s", (long long)r->status, *note ? " " : "", note);
}

static const char *state_after(const struct verdict *v, int64_t wait)
{
    switch (v->kind) {
    case VERDICT_DELIVERED:
        return "delivered";
    case VERDICT_SKIPPED:
        return "skipped";
    case VERDICT_AGAIN:
    case VERDICT_LATER:
        return "due";
    default:
        return wait < 0 ? "dead" : "retrying";
    }
}

static bool note_attempt(struct engine *e, struct arena *arena, const struct receipt *r, const struct json *memo, int64_t now, struct err *err)
{
    if (r->verdict.kind == VERDICT_LATER || r->verdict.kind == VERDICT_SKIPPED)
        return true;
    struct attempt a = {.parcel = r->parcel, .at = now, .status = r->status, .ms = r->ms, .excerpt = r->excerpt,
                        .verdict = destination_action(arena, &r->verdict, memo, r->status)};
    return store_attempt_add(e->store, &a, err);
}

bool engine_receipt(struct engine *e, struct arena *arena, const struct receipt *r, int64_t now, struct err *err)
{
    struct parcel p;
    struct retry retry;
    bool found;
    const char *why;
    if (!store_parcel_get(e->store, arena, r->parcel, &p, &found, err))
        return false;
    struct in_hand *hand = found ? in_hand(e, p.destination) : NULL;
    if (hand && hand->n)
        hand->n--;
    if (!found || !str_eq(p.state, "flying"))
        return true; /* told twice, taken over after a restart, or confirmed meanwhile by its source */
    const struct config_destination *to = target(e, arena, &p, &why);
    struct verdict v = r->verdict;
    AUTO_JSON memo = memo_of(arena, r->memo ? r->memo : p.memo, &retry, p.attempts);
    int64_t again = json_get_i64(memo, "exchanges", 0) + (v.kind == VERDICT_AGAIN);
    if (again > MOST_AGAIN || (v.ambiguous && v.kind == VERDICT_RETRY && to && to->ambiguous == AMBIGUOUS_DEAD))
        v.kind = VERDICT_DEAD;
    int64_t wait = retry_step(&retry, to ? to->profile : PROFILE_DEFAULT, &v, r->jitter_bp);
    bool over = v.kind == VERDICT_DELIVERED || v.kind == VERDICT_SKIPPED;
    if (page_is(&p) && !over && (wait = page_wait(&p, &v, wait, now)) < 0)
        v.kind = VERDICT_DEAD;
    if (v.ambiguous) {
        json_drop(memo, "ambiguous");
        json_put_bool(memo, "ambiguous", true);
    }
    put_number(memo, "waits", retry.waits);
    put_number(memo, "waited", retry.waited);
    put_number(memo, "exchanges", v.kind == VERDICT_AGAIN ? again : 0);
    p.attempts = retry.attempts;
    p.memo = json_count(memo) ? json_print_in(arena, memo) : NULL;
    p.state = state_after(&v, wait);
    p.error = v.kind == VERDICT_DELIVERED ? NULL : error_of(arena, r);
    p.due_at = str_eq(p.state, "due") || str_eq(p.state, "retrying") ? now + (wait > 0 ? wait : 0) : 0;
    bool quiet = v.kind == VERDICT_AGAIN || v.kind == VERDICT_LATER;
    if (!note_attempt(e, arena, r, memo, now, err) || !write_down(e, arena, &p, now, !quiet, err) || !note_health(e, arena, &p, r, now, err))
        return false;
    if (p.message && v.kind == VERDICT_DELIVERED && !route_sent(e, arena, &p, now, err))
        return false;
    if (to && v.kind == VERDICT_DELIVERED && !recall_said(e, arena, &p, to, memo, err))
        return false;
    if (to && to->kind == DEST_MODEL && !p.due_at && !ask_answered(e, arena, &p, to, memo, now, err))
        return false;
    return !(v.disable && str_eq(p.state, "dead")) || pause_it(e, arena, p.destination, p.error, "courier", now, err);
}

/* --- what a person does --- */

const char *const delivery_do_words[] = {"replay", "retry", "drop", "pause", "resume", NULL};

static bool rest_or_go(struct engine *e, struct arena *arena, const struct delivery_request *req, int64_t now, struct err *err)
{
    const char *name = req->fit.destination;
    if (!name || !config_place(arena, e->config, name))
        return err_set(err, ERR_NOT_FOUND, "no destination \"%.60s\"", name ? name : "");
    if (req->what == DELIVERY_RESUME)
        return resume_it(e, arena, name, req->actor, now, err);
    return pause_it(e, arena, name, req->reason ? req->reason : "paused by hand", req->actor, now, err);
}

static bool tell_change(struct engine *e, struct arena *arena, const struct delivery_request *req, int64_t count, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    struct json *ids = json_array();
    for (int i = 0; i < req->id_count; i++)
        json_push(ids, json_new_i64(req->ids[i]));
    json_put_string(data, "do", delivery_do_words[req->what]);
    json_put_i64(data, "count", count);
    json_put(data, "ids", ids);
    if (req->fit.destination)
        json_put_string(data, "destination", req->fit.destination);
    if (req->fit.since)
        json_put_i64(data, "since", req->fit.since);
    struct parcel one;
    bool found = false;
    if (req->id_count == 1 && !store_parcel_get(e->store, arena, req->ids[0], &one, &found, err))
        return false;
    if (found && !put_undelivered(e, arena, data, one.ticket, err))
        return false;
    struct entry entry = {.at = now, .actor = req->actor, .kind = "delivery", .ticket = found ? one.ticket : 0, .data = json_print_in(arena, data)};
    return change_entry(e, &entry, NULL, err);
}

bool engine_deliveries(struct engine *e, struct arena *arena, const struct delivery_request *req, int64_t now, char **answer, struct err *err)
{
    static const int changes[] = {[DELIVERY_REPLAY] = PARCEL_REPLAY, [DELIVERY_RETRY] = PARCEL_RETRY, [DELIVERY_DROP] = PARCEL_DROP};
    int64_t count = 1;
    if (req->what >= DELIVERY_PAUSE) {
        if (!rest_or_go(e, arena, req, now, err))
            return false;
    } else if (!store_parcel_change(e->store, changes[req->what], &req->fit, req->ids, req->id_count, now, &count, err) ||
               !tell_change(e, arena, req, count, now, err) || (req->what == DELIVERY_DROP && !register_dropped(e, arena, now, err))) {
        return false;
    }
    AUTO_JSON body = json_object();
    json_put_string(body, "do", delivery_do_words[req->what]);
    json_put_i64(body, "count", count);
    *answer = json_print_in(arena, body);
    return true;
}

/* --- handing an assignment back --- */

/* The agent as the source knows them: "tamio:tm-2" -> "tm-2". NULL: the source knows no such person. */
static const char *source_key(const struct engine *e, const struct ticket *t)
{
    const struct config_agent *agent = config_agent(e->config, t->assignee);
    size_t n = t->dialect ? strlen(t->dialect) : 0;
    for (int i = 0; agent && i < agent->key_count; i++)
        if (n && strncmp(agent->keys[i], t->dialect, n) == 0 && agent->keys[i][n] == ':')
            return agent->keys[i] + n + 1;
    return NULL;
}

bool parcel_hand_back(struct engine *e, struct arena *arena, const struct change *c, struct err *err)
{
    const struct ticket *t = c->after;
    bool changed = c->before && !str_eq(c->before->assignee, t->assignee), ours = str_eq(c->facts.cause, "act") || c->desk; /* or the clock's */
    const char *key = t->assignee ? source_key(e, t) : NULL;
    if (e->replaying || !c->source || c->source->reply_via != REPLY_API || !changed || !ours || (t->assignee && !key))
        return true;
    struct letter letter = {.of = LETTER_ASSIGN, .id = letter_id(arena, e->desk, c->seq, 0), .type = "ticket.assigned", .at = c->now, .dialect = t->dialect,
                            .ticket = t, .assignee_key = key};
    AUTO_JSON data = letter_encode(&letter);
    struct parcel p = {.entry = c->seq, .route = "", .destination = arena_printf(arena, "assign:%s", c->source->name), .ticket = t->id,
                       .agent = c->facts.actor, .state = "due", .due_at = c->now, .made_at = c->now};
    return store_letter_put(e->store, c->seq, p.destination, 0, json_print_in(arena, data), NULL, &p.letter, err) &&
           store_parcel_add(e->store, &p, NULL, err);
}

/* --- at boot, after a reload --- */

bool engine_destinations(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    for (int i = 0; i < e->config->destination_count; i++) {
        const struct config_destination *to = &e->config->destinations[i];
        bool paused;
        if (!rests(e, arena, to, to->name, &paused, err) || (!paused && !store_parcel_unpark(e->store, to->name, now, err)))
            return false;
    }
    return true;
}

bool engine_boot(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    char *desk = store_meta_get(e->store, arena, "desk", err);
    memset(e->in_hand, 0, sizeof e->in_hand);
    if (!desk || !*desk) {
        char fresh[32];
        crypto_id(fresh, "desk_", 20);
        if (!store_meta_put(e->store, "desk", fresh, err))
            return false;
        desk = arena_strdup(arena, fresh);
    }
    str_copy(e->desk_id, sizeof e->desk_id, desk);
    e->desk = e->desk_id;
    return register_boot(e, arena, err) && store_parcel_land(e->store, now, err) && stat_boot(e, arena, now, err);
}
