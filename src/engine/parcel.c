/* parcel: what leaves. A parcel that is due is committed as flying before the courier gets its copy, so after a crash we know that it may
 * have left; the receipt (engine/receipt) says what came of it and when it goes again. */
#include "engine/change.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/letter.h"
#include "destination/destination.h"
#include "wire/letter.h"
#include <string.h>

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

void parcel_landed(struct engine *e, const char *destination)
{
    struct in_hand *hand = in_hand(e, destination);
    if (hand && hand->n)
        hand->n--;
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
    if (p->message && *p->agent) /* whoever wrote it hears what became of it */
        json_put_string(data, "agent", p->agent);
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

bool parcel_write(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, bool line, struct err *err)
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
    return parcel_write(e, arena, p, now, true, err);
}

/* --- out of the door --- */

const struct config_destination *parcel_target(struct engine *e, struct arena *arena, const struct parcel *p, const char **why)
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

/* The courier's copy: in the batch's arena, behind those that were due before. */
static void hand_over(struct engine *e, const struct parcel *p, const struct config_destination *to, const char *letter, const char *redaction)
{
    struct outgoing *o = ARENA_NEW(e->batch, struct outgoing);
    *o = (struct outgoing){.parcel = p->id, .attempt = p->attempts + 1, .place = arena_strdup(e->batch, p->destination),
                           .to = config_destination_copy(e->batch, to), .letter = arena_strdup(e->batch, letter),
                           .memo = arena_strdup(e->batch, p->memo), .redaction = arena_strdup(e->batch, redaction), .salt = e->desk};
    struct outgoing **end = &e->outgoing;
    while (*end)
        end = &(*end)->next;
    *end = o;
}

bool parcel_fly(struct engine *e, struct arena *arena, struct parcel *p, int64_t now, struct err *err)
{
    const char *why = NULL;
    char *letter = NULL, *redaction = NULL;
    bool paused, ready, waits;
    if (!register_ready(e, arena, p, &ready, err))
        return false;
    if (ready)
        return parcel_write(e, arena, p, now, false, err);
    const struct config_destination *to = parcel_target(e, arena, p, &why);
    if (!to)
        return parcel_bury(e, arena, p, why, now, err);
    if (!rest_is(e, arena, to, p->destination, &paused, err))
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
    hand_over(e, p, to, letter, redaction);
    return parcel_write(e, arena, p, now, p->message != 0, err);
}

/* --- what a person does --- */

const char *const delivery_do_words[] = {"replay", "retry", "drop", "pause", "resume", NULL};

static bool rest_or_go(struct engine *e, struct arena *arena, const struct delivery_request *req, int64_t now, struct err *err)
{
    const char *name = req->fit.destination;
    if (!name || !config_place(arena, e->config, name))
        return err_set(err, ERR_NOT_FOUND, "no destination \"%.60s\"; `triage destinations` or gd lists them", name ? name : "");
    if (req->what == DELIVERY_RESUME)
        return rest_resume(e, arena, name, req->actor, now, err);
    return rest_pause(e, arena, name, req->reason ? req->reason : "paused by hand", req->actor, now, err);
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
