/* ask: models from outside. A question is a parcel to a destination of kind `model`; it is asked once for all that wait for
 * the same answer, and the answer is kept by the hash of all that decides it. What it says is merged with what the ticket has
 * (core/label) as an act of its own, so it is undone, replayed and explained like any other; a route that waited then runs again
 * from its first step. Nothing that comes in ever waits for any of this. */
#include "engine/change.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include "core/label.h"
#include "destination/destination.h"
#include "destination/model.h"
#include "wire/letter.h"
#include <string.h>

#define ANSWER_TTL (30 * 86400000LL)

/* --- a ticket is labelled --- */

/* What our own model has said of a ticket: its label is what an answer is weighed against, however often the
 * answer is heard and whatever it made of the ticket before. */
struct heard { bool hard; int urgency; int64_t bp; };

static void hear_own(const struct json *data, struct heard *h)
{
    int urgency = field_word_value(field_find("urgency"), json_get_string(data, "urgency", ""));
    int64_t bp = json_get_i64(data, "bp", 0);
    h->hard |= json_get(data, "hard") != NULL;
    if (urgency > h->urgency || (urgency == h->urgency && bp > h->bp)) { /* later words of the customer only raise it */
        h->urgency = urgency;
        h->bp = bp;
    }
}

static struct heard hear(struct arena *arena, const struct entry *labels, int n)
{
    struct heard h = {0};
    for (int i = 0; i < n; i++)
        if (str_eq(labels[i].actor, "model"))
            hear_own(json_parse_in(arena, labels[i].data, strlen(labels[i].data), &json_limits_dialect, NULL, NULL), &h);
    return h;
}

static bool is_told(const struct entry *labels, int n, const char *actor, const char *data)
{
    for (int i = 0; i < n; i++)
        if (str_eq(labels[i].actor, actor) && str_eq(labels[i].data, data))
            return true;
    return false;
}

static const char *telling(struct arena *arena, const struct label_answer *a, const struct label_outcome *out)
{
    AUTO_JSON data = label_answer_encode(a);
    const char *evidence = text_safe_in(arena, a->evidence, TEXT_LINE);
    json_drop(data, "evidence");
    json_put_string(data, "evidence", evidence);
    json_put_string(data, "source", "llm");
    json_put_string(data, "why", out->why);
    json_put_bool(data, "review", out->review);
    return json_print_in(arena, data);
}

static void say(struct observation *obs, const struct label_outcome *out)
{
    if (out->urgency_said) {
        observe_say_int(obs, "urgency", out->urgency);
        observe_say_int(obs, "urgency_by", LABEL_BY_MODEL);
        observe_say_int(obs, "urgency_bp", out->urgency_bp);
    }
    if (out->category_said) {
        observe_say_int(obs, "category", out->category);
        observe_say_int(obs, "category_by", LABEL_BY_MODEL);
        observe_say_int(obs, "category_bp", out->category_bp);
    }
}

static bool same(const struct ticket *t, const struct label_outcome *out)
{
    return (!out->urgency_said || (t->urgency == out->urgency && t->urgency_bp == out->urgency_bp)) &&
           (!out->category_said || (t->category == out->category && t->category_bp == out->category_bp));
}

/* Measured against people's labels, anew each minute at most: an answer from the cache is applied while an event comes in. */
static bool know_bands(struct engine *e, int64_t now, struct err *err)
{
    enum { MINUTE = 60000 };
    struct label_seen seen[LABEL_CONFIDENCES];
    if (e->bands_at && now >= e->bands_at && now - e->bands_at < MINUTE)
        return true;
    if (!store_label_seen(e->store, seen, err))
        return false;
    e->bands = label_bands_measured(seen);
    e->bands_at = now;
    return true;
}

static struct ticket as_we_had_it(const struct ticket *t, const struct heard *own)
{
    struct ticket base = *t;
    if (own->urgency && t->urgency_by <= LABEL_BY_MODEL) {
        base.urgency = own->urgency;
        base.urgency_bp = own->bp;
    }
    return base;
}

/* Applies an answer to the stored ticket; once is enough: a second time changes nothing and says nothing. */
static bool apply(struct engine *e, struct arena *arena, int64_t id, const char *model, const struct label_answer *a, int64_t now,
                  const struct ticket **after, struct err *err)
{
    struct change c = {.now = now, .did = "label", .facts = {.cause = "act", .actor = arena_printf(arena, "model:%s", model)}};
    const struct entry_query q = {.ticket = id, .kind = "label", .limit = 50, .newest_first = true};
    struct label_outcome out;
    struct entry *labels;
    int n;
    if (!(c.before = store_ticket_get(e->store, arena, id, err)) || !store_entry_list(e->store, arena, &q, &labels, &n, err) ||
        !know_bands(e, now, err))
        return false;
    const struct heard own = hear(arena, labels, n);
    const struct ticket base = as_we_had_it(c.before, &own);
    label_merge(&base, own.hard, a, &e->bands, &out);
    const char *data = telling(arena, a, &out);
    *after = c.before;
    if (same(c.before, &out) && (!out.review || is_told(labels, n, c.facts.actor, data)))
        return true;
    struct entry entry = {.at = now, .actor = c.facts.actor, .kind = "label", .ticket = id, .data = data};
    if (!change_entry(e, &entry, NULL, err) || same(c.before, &out))
        return err->code == ERR_NONE;
    struct observation obs = {.voice = VOICE_DESK, .kind = KIND_UPDATE, .account = c.before->account, .dialect = c.before->dialect, .key = c.before->key,
                              .v = {.t = now, .rank = 2, .key = arena_printf(arena, "desk:%020lld", (long long)store_entry_next(e->store))}};
    say(&obs, &out);
    c.desk = &obs;
    c.source = change_source(e, c.before);
    if (!(c.after = change_fold(e, arena, c.before, &obs, err)) || !change(e, arena, &c, err))
        return false;
    *after = c.after;
    return true;
}

/* --- asking --- */

static bool put_question(struct engine *e, struct arena *arena, const struct letter *l, const struct config_destination *to, const uint8_t hash[32],
                         int64_t letter, int64_t entry, int64_t nth, int64_t now, struct err *err)
{
    char hex[65];
    AUTO_JSON recipe = destination_freeze(to);
    AUTO_JSON memo = json_object();
    const char *known = store_meta_get(e->store, arena, model_rung_key(arena, to), err);
    model_seed(memo, known ? json_parse_in(arena, known, strlen(known), &json_limits_native, NULL, NULL) : NULL);
    crypto_hex(hash, 32, hex);
    json_put_string(recipe, "hash", hex);
    struct parcel p = {.entry = entry, .route = "", .nth = nth, .destination = to->name, .ticket = l->ticket ? l->ticket->id : 0, .letter = letter,
                       .agent = hex, .recipe = json_print_in(arena, recipe), .state = "due", .due_at = now, .made_at = now,
                       .memo = json_count(memo) ? json_print_in(arena, memo) : NULL};
    return err->code == ERR_NONE && store_parcel_add(e->store, &p, NULL, err) && store_ask_put(e->store, hash, to->name, p.id, NULL, now, err);
}

bool ask_model(struct engine *e, struct arena *arena, const struct letter *l, const struct config_destination *to, const char *route, int64_t entry,
               int64_t nth, int64_t now, int *state, const struct ticket **ticket, struct err *err)
{
    uint8_t hash[32];
    int64_t parcel, letter;
    char *text;
    struct label_answer answer;
    *state = ASK_KNOWN;
    if (!model_hash(arena, l, to, hash))
        return true; /* no words: there is nothing to ask */
    if (!store_ask_get(e->store, arena, hash, now, ANSWER_TTL, &parcel, &text, err))
        return false;
    const struct json *known = text ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
    if (known && label_answer_decode(arena, known, &answer))
        return !l->ticket || apply(e, arena, l->ticket->id, to->name, &answer, now, ticket, err);
    *state = ASK_ASKED;
    AUTO_JSON whole = letter_encode(l);
    return store_letter_put(e->store, entry, "", nth, json_print_in(arena, whole), NULL, &letter, err) &&
           (parcel || put_question(e, arena, l, to, hash, letter, entry, nth, now, err)) && store_waiting_add(e->store, hash, letter, route, err);
}

/* --- answered --- */

/* A fault of one of them must not keep the answer from the others: each is on its own, and its fault an entry. */
static bool go_on(struct engine *e, struct arena *arena, const struct waiting *w, const char *stuck, int64_t now, struct err *err)
{
    char *data, *redaction;
    struct letter letter;
    if (!store_letter_get(e->store, arena, w->letter, &data, &redaction, err))
        return false;
    if (!data)
        return true; /* erased meanwhile */
    if (!letter_decode(arena, data, &letter, err))
        return false;
    if (letter.ticket && !(letter.ticket = store_ticket_get(e->store, arena, letter.ticket->id, err)))
        return false;
    return stuck ? route_stuck(e, arena, &letter, w->route, stuck, w->entry, now, err) : route_again(e, arena, &letter, w->route, w->entry, w->nth, now, err);
}

bool ask_answered(struct engine *e, struct arena *arena, const struct parcel *p, const struct config_destination *to, const struct json *memo, int64_t now,
                    struct err *err)
{
    const struct json *recipe = p->recipe ? json_parse_in(arena, p->recipe, strlen(p->recipe), &json_limits_native, NULL, NULL) : NULL;
    const char *hex = json_get_string(recipe, "hash", "");
    struct waiting *list;
    uint8_t hash[32];
    int count;
    bool delivered = str_eq(p->state, "delivered");
    if (!crypto_unhex(hex, 32, hash) || !store_waiting_list(e->store, arena, hash, &list, &count, err))
        return err->code == ERR_NONE;
    if (delivered) {
        AUTO_JSON learned = model_learned(memo);
        if (!store_ask_put(e->store, hash, to->name, p->id, json_print_in(arena, json_get(memo, "answer")), now, err) ||
            (learned && !store_meta_put(e->store, model_rung_key(arena, to), json_print_in(arena, learned), err)) || !store_waiting_drop(e->store, hash, err))
            return false;
    }
    const char *stuck = delivered ? NULL : arena_printf(arena, "%s could not say: %s; triage deliveries replay %lld asks again", to->name,
                                                        p->error ? p->error : "no answer", (long long)p->id);
    for (int i = 0; i < count; i++)
        if (!go_on(e, arena, &list[i], stuck, now, err))
            return false;
    return true;
}
