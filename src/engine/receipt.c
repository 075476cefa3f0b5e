/* receipt: what came of one attempt, and what that means: for the parcel (delivered, again at a time, dead, or asked once more in a simpler form),
 * for its destination, and for whoever waited for it. A receipt may come twice, or for a parcel that is over already: then it says nothing. */
#include "engine/change.h"
#include "base/str.h"
#include "destination/destination.h"
#include <string.h>

enum { MOST_AGAIN = 50 }; /* exchanges of one attempt: more is a loop */

struct landing { /* one parcel, on its way down */
    struct parcel p;
    const struct config_destination *to; /* NULL: it is not configured any more */
    struct verdict verdict;
    struct retry retry;
    struct json *memo;
    int64_t exchanges, wait; /* of this attempt, with this one; until it goes again, below 0: never */
};

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

/* What the destination's own answer comes to here: a loop ends, a page does not wait as long as a letter. */
static void judge(struct landing *l, const struct receipt *r, int64_t now)
{
    struct verdict *v = &l->verdict;
    *v = r->verdict;
    l->exchanges = json_get_i64(l->memo, "exchanges", 0) + (v->kind == VERDICT_AGAIN);
    if (l->exchanges > MOST_AGAIN || (v->ambiguous && v->kind == VERDICT_RETRY && l->to && l->to->ambiguous == AMBIGUOUS_DEAD))
        v->kind = VERDICT_DEAD;
    l->wait = retry_step(&l->retry, l->to ? l->to->profile : PROFILE_DEFAULT, v, r->jitter_bp);
    bool over = v->kind == VERDICT_DELIVERED || v->kind == VERDICT_SKIPPED;
    if (page_is(&l->p) && !over && (l->wait = page_wait(&l->p, v, l->wait, now)) < 0)
        v->kind = VERDICT_DEAD;
}

static void remember(struct landing *l)
{
    if (l->verdict.ambiguous) {
        json_drop(l->memo, "ambiguous");
        json_put_bool(l->memo, "ambiguous", true);
    }
    put_number(l->memo, "waits", l->retry.waits);
    put_number(l->memo, "waited", l->retry.waited);
    put_number(l->memo, "exchanges", l->verdict.kind == VERDICT_AGAIN ? l->exchanges : 0);
}

static void settle(struct landing *l, struct arena *arena, const struct receipt *r, int64_t now)
{
    struct parcel *p = &l->p;
    p->attempts = l->retry.attempts;
    p->memo = json_count(l->memo) ? json_print_in(arena, l->memo) : NULL;
    p->state = state_after(&l->verdict, l->wait);
    p->error = l->verdict.kind == VERDICT_DELIVERED ? NULL : error_of(arena, r);
    p->due_at = str_eq(p->state, "due") || str_eq(p->state, "retrying") ? now + (l->wait > 0 ? l->wait : 0) : 0;
}

static bool write_down(struct engine *e, struct arena *arena, const struct landing *l, const struct receipt *r, int64_t now, struct err *err)
{
    bool quiet = l->verdict.kind == VERDICT_AGAIN || l->verdict.kind == VERDICT_LATER;
    return note_attempt(e, arena, r, l->memo, now, err) && parcel_write(e, arena, &l->p, now, !quiet, err) && rest_note(e, arena, &l->p, r, now, err);
}

/* Who waited for it: the reply's ticket, later parcels to the same place, the route that asked a model; and the place itself, where it said
 * that nothing more is to come. */
static bool tell(struct engine *e, struct arena *arena, const struct landing *l, int64_t now, struct err *err)
{
    const struct parcel *p = &l->p;
    bool delivered = l->verdict.kind == VERDICT_DELIVERED;
    if (p->message && delivered && !route_sent(e, arena, p, now, err))
        return false;
    if (l->to && delivered && !recall_said(e, arena, p, l->to, l->memo, err))
        return false;
    if (l->to && l->to->kind == DEST_MODEL && !p->due_at && !ask_answered(e, arena, p, l->to, l->memo, now, err))
        return false;
    return !(l->verdict.disable && str_eq(p->state, "dead")) || rest_pause(e, arena, p->destination, p->error, "courier", now, err);
}

bool engine_receipt(struct engine *e, struct arena *arena, const struct receipt *r, int64_t now, struct err *err)
{
    struct landing l = {0};
    const char *why;
    bool found;
    if (!store_parcel_get(e->store, arena, r->parcel, &l.p, &found, err))
        return false;
    if (found)
        parcel_landed(e, l.p.destination);
    if (!found || !str_eq(l.p.state, "flying"))
        return true; /* told twice, taken over after a restart, or confirmed meanwhile by its source */
    AUTO_JSON memo = memo_of(arena, r->memo ? r->memo : l.p.memo, &l.retry, l.p.attempts);
    l.memo = memo;
    l.to = parcel_target(e, arena, &l.p, &why);
    judge(&l, r, now);
    remember(&l);
    settle(&l, arena, r, now);
    return write_down(e, arena, &l, r, now, err) && tell(e, arena, &l, now, err);
}
