/* followup: what is closed stays closed, and what was purged is gone. A customer who writes again opens a new ticket that goes on from it, under the same key
 * of the source, so that whatever the source says from then on is about the new one; what it said before, and says late, is
 * still about the old one. Of a purged ticket nothing goes on: whatever its source says makes a new one. */
#include "engine/change.h"
#include "base/str.h"
#include "core/thanks.h"
#include <string.h>

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Sources tell time in whole seconds: in the second of the closing the new ticket has the benefit of the doubt. */
static bool after_end(const struct ticket *closed, int64_t t)
{
    return t > closed->closed_at - 1000;
}

/* The newest word that the closed ticket holds. */
static int64_t heard(const struct ticket *t)
{
    return later(later(t->last_customer_at, t->last_agent_at), t->thanked_at);
}

static bool counts(const struct message *m)
{
    return m->author_kind == AUTHOR_CUSTOMER && m->origin != ORIGIN_AI && m->is_public && !m->automatic && !thanks_only(m->body);
}

/* Did a customer write after the end? A source that opens its ticket again by its own word needs no new one. */
static bool goes_on(const struct ticket *closed, const struct ticket *t, const struct observation *obs)
{
    bool says = field_set_has(&obs->said, field_index(field_find("status")));
    bool opens = says && !ticket_done(obs->value.status) && obs->value.status != STATUS_NEW && ticket_done(t->source_status);
    for (int i = 0; !opens && i < obs->message_count; i++) {
        const struct message *m = &obs->messages[i];
        if (counts(m) && m->at > heard(closed) && after_end(closed, later(m->at, obs->v.t)))
            return true;
    }
    return false;
}

/* What the conversation before held is not said again: a source may send the whole of it every time. */
static void only_new(struct arena *arena, struct ingest_item *item, const struct ticket *closed)
{
    struct observation *obs = &item->obs;
    struct message *kept = ARENA_ARRAY(arena, struct message, obs->message_count);
    int n = 0;
    for (int i = 0; i < obs->message_count; i++)
        if (obs->messages[i].at > heard(closed))
            kept[n++] = obs->messages[i];
    if (n == obs->message_count)
        return;
    obs->messages = kept;
    obs->message_count = n;
    item->event.obs = NULL;
}

/* Older news of what has a follow-up by now is for the ticket that was there then. */
static const struct ticket *at_that_time(struct engine *e, struct arena *arena, const struct ticket *t, const struct observation *obs, struct err *err)
{
    while (t && t->followup_of) {
        const struct ticket *before = store_ticket_get(e->store, arena, t->followup_of, err);
        if (!before || before->purged_at || !str_eq(before->key, t->key) || after_end(before, obs->v.t))
            return before ? t : NULL;
        t = before;
    }
    return t;
}

/* A reply may come in the moment the clock has not looked yet: then it looks now. */
static const struct ticket *ripe(struct engine *e, struct arena *arena, const struct ticket *t, int64_t now, struct err *err)
{
    if (t->status != STATUS_RESOLVED || !t->wake_at || t->wake_at > now)
        return t;
    return wake_ticket(e, arena, t->id, now, err) ? store_ticket_get(e->store, arena, t->id, err) : NULL;
}

bool followup_find(struct engine *e, struct arena *arena, struct ingest_item *item, int64_t now, int64_t ticket, const struct ticket **goes_to,
                   const struct ticket **follows, struct err *err)
{
    const struct ticket *t = store_ticket_get(e->store, arena, ticket, err), *root = NULL, *before = NULL;
    *follows = NULL;
    if (!t || !(t = at_that_time(e, arena, t, &item->obs, err)))
        return false;
    if (t->purged_at) { /* nobody would see it there */
        *follows = t;
        *goes_to = NULL;
        return true;
    }
    bool merged = t->disposition == DISPOSITION_MERGED;
    root = merged ? store_ticket_get(e->store, arena, t->root, err) : t;
    if (!root || !(root = ripe(e, arena, root, now, err)))
        return false;
    *goes_to = t = merged ? t : root;
    if (root->status == STATUS_CLOSED && root->disposition != DISPOSITION_SPAM && goes_on(root, t, &item->obs)) {
        *follows = root;
        *goes_to = NULL;
        only_new(arena, item, root);
    } else if (t->followup_of) {
        if (!(before = store_ticket_get(e->store, arena, t->followup_of, err)))
            return false;
        only_new(arena, item, before);
    }
    return true;
}

/* Of what the source had told: all but its course. */
static bool goes_along(const struct field *f)
{
    static const char *const course[] = {"status_raw", "assignee", "closed_by", "closed_at", "resolution_ms", "first_reply_at", "created_at",
                                         "updated_at", "category", "category_by", "category_bp"};
    for (size_t i = 0; i < sizeof course / sizeof *course; i++)
        if (str_eq(course[i], f->name))
            return false;
    return f->flags & FIELD_SOURCE;
}

static void say_known(struct observation *known, const struct ticket *t)
{
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        bool there = field_is_text(f) ? field_text(t, f) != NULL : field_int(t, f) != 0;
        if (!goes_along(f) || !there)
            continue;
        field_set_add(&known->said, i);
        field_move(&known->value, t, f);
    }
    if (t->source_status)
        observe_say_int(known, "status", t->source_status);
}

struct ticket *followup_begin(struct arena *arena, struct change *c, struct ticket *fresh, const struct ticket *follows, const struct observation *obs)
{
    struct observation *known = &c->made[c->made_count++], *new = &c->made[c->made_count++];
    *known = (struct observation){.voice = VOICE_SOURCE, .kind = KIND_CREATE, .account = fresh->account, .dialect = fresh->dialect, .key = fresh->key,
                                  .v = {obs->v.t - 1, 0, 0, "follows"}};
    say_known(known, follows);
    *new = (struct observation){.voice = VOICE_CLOCK, .kind = KIND_UPDATE, .account = fresh->account, .dialect = fresh->dialect, .key = fresh->key,
                                .v = {obs->v.t - 1, 1, 0, "new"}, .undo = true};
    observe_say_int(new, "status", STATUS_NEW);
    fresh->followup_of = follows->id;
    fresh->source_id = fresh->source_id ? fresh->source_id : arena_strdup(arena, follows->source_id);
    fresh->team = arena_strdup(arena, follows->team);
    struct ticket *t = ticket_copy(arena, fresh);
    observe_fold(t, known);
    observe_fold(t, new);
    return t;
}

bool followup_link(struct engine *e, struct arena *arena, const struct change *c, const struct ticket *follows, struct err *err)
{
    struct change back = {.before = store_ticket_get(e->store, arena, follows->id, err), .now = c->now, .cause = c->seq, .other = c->after->id,
                          .effect = "followed", .facts = {.cause = "event", .actor = c->facts.actor}};
    if (!back.before)
        return false;
    back.after = ticket_copy(arena, back.before);
    back.after->followed_by = c->after->id;
    back.source = change_source(e, back.before);
    return change(e, arena, &back, err);
}
