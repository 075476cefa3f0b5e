/* split: from one message on, a conversation goes on in a ticket of its own. The messages are copied, so that both tell their
 * whole story; the two know each other. The new ticket has no event: its history begins with the act, and a rebuild makes it
 * from there. */
#include "engine/change.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

enum { COPIES_MOST = 1000 };

static bool take_copies(struct engine *e, struct arena *arena, const struct ticket *t, const char *row, struct observation *obs, struct err *err)
{
    struct message *list;
    int count, n = 0;
    if (!store_message_list(e->store, arena, t->id, &list, &count, err))
        return false;
    obs->messages = ARENA_ARRAY(arena, struct message, count + 1);
    for (int i = 0; i < count && n < COPIES_MOST; i++)
        if ((n || list[i].row == strtoll(row, NULL, 10)) && !str_eq(list[i].state, "withdrawn")) {
            obs->messages[n] = list[i];
            obs->messages[n].row = 0;
            obs->messages[n++].state = NULL;
        }
    obs->message_count = n;
    return n || err_set(err, ERR_NOT_FOUND, "#%lld has no message %.20s: `triage show --json` gives their rows", (long long)t->id, row);
}

/* It begins as the other is: the same customer, subject and people, and new to the queue. */
static void say_begin(struct observation *obs, const struct ticket *t)
{
    static const char *const same[] = {"title",  "priority", "language", "channel",       "tenant",         "plan",          "url",
                                       "customer", "customer_name", "customer_email", "customer_phone", "tags"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const struct field *f = field_find(same[i]);
        if (field_is_text(f) ? field_text(t, f) != NULL : field_int(t, f) != 0) {
            observe_say(obs, f->name);
            field_move(&obs->value, t, f);
        }
    }
    observe_say_int(obs, "status", STATUS_OPEN);
    observe_say_text(obs, "assignee", t->assignee);
    observe_say_int(obs, "created_at", obs->v.t);
}

static bool put_copies(struct engine *e, const struct observation *obs, struct ticket *t, struct err *err)
{
    bool added, changed;
    for (int i = 0; i < obs->message_count; i++)
        if (!store_message_put(e->store, t->id, &obs->messages[i], &obs->v, &added, &changed, err))
            return false;
    t->thread_version = obs->message_count;
    return store_message_counts(e->store, t->id, t, err);
}

static bool begin(struct engine *e, struct arena *arena, const struct ticket *from, const struct observation *obs, const char *actor, int64_t now,
                  struct change *c, struct err *err)
{
    struct ticket *t = ARENA_NEW(arena, struct ticket);
    *t = (struct ticket){.id = store_ticket_next(e->store), .account = from->account, .dialect = from->dialect, .key = obs->key,
                         .source_id = from->source_id, .received_at = now, .stub = true, .split_from = from->id, .team = from->team};
    t->root = t->id;
    observe_fold(t, obs);
    *c = (struct change){.after = t, .now = now, .did = "split", .desk = obs, .other = from->id, .source = change_source(e, from),
                         .facts = {.cause = "act", .actor = actor}};
    return put_copies(e, obs, t, err) && change(e, arena, c, err);
}

static bool link_back(struct engine *e, struct arena *arena, const struct ticket *from, const struct change *new, struct change *c, struct err *err)
{
    *c = (struct change){.before = from, .after = ticket_copy(arena, from), .now = new->now, .cause = new->seq, .other = new->after->id,
                         .effect = "split", .source = new->source, .facts = {.cause = "act", .actor = new->facts.actor}};
    return change(e, arena, c, err);
}

bool split_do(struct engine *e, struct arena *arena, const struct action *action, int64_t ticket, int64_t now, struct change *c, struct err *err)
{
    const struct ticket *from = store_ticket_shown(e->store, arena, ticket, err);
    struct observation obs = {.voice = VOICE_DESK, .kind = KIND_CREATE, .v = {.t = now, .rank = 2}};
    struct change new;
    if (!from || !act_observe(arena, from, action, change_source(e, from), e->config, now, &(struct observation){0}, err) ||
        !take_copies(e, arena, from, action->arg, &obs, err))
        return false;
    obs.v.key = arena_printf(arena, "desk:%020lld", (long long)store_entry_next(e->store));
    obs.account = from->account;
    obs.dialect = from->dialect;
    obs.key = arena_printf(arena, "%s#%lld", from->key ? from->key : "desk", (long long)store_ticket_next(e->store));
    say_begin(&obs, from);
    return begin(e, arena, from, &obs, action->actor, now, &new, err) && link_back(e, arena, from, &new, c, err);
}

bool split_replay(struct engine *e, struct arena *arena, const struct entry *entry, const struct observation *obs, int64_t from_id, struct err *err)
{
    const struct ticket *from = store_ticket_get(e->store, arena, from_id, err);
    struct change new, back;
    return from && begin(e, arena, from, obs, entry->actor, entry->at, &new, err) && link_back(e, arena, from, &new, &back, err);
}
