/* undo: acts taken back and done again. What an act said is left out of the ticket's history, which is folded again without it;
 * fields the fold does not own get their old values, and what the act moved beside the fields is put back by its entry's note
 * (core/back). Allowed while every value it set still stands. The journal keeps both: the act and its undoing. */
#include "engine/change.h"
#include "base/str.h"
#include "core/back.h"
#include "wire/row.h"
#include <string.h>

static const struct json *data_of(struct arena *arena, const struct entry *entry)
{
    return json_parse_in(arena, entry->data, strlen(entry->data), &json_limits_dialect, NULL, NULL);
}

static bool takes_back(const struct json *data)
{
    return json_get(data, "undone") || str_eq(json_get_string(data, "do", NULL), "undo");
}

static bool undoable(const struct json *data)
{
    const struct action_row *row = action_find(json_get_string(data, "do", NULL));
    return row && (row->flags & UNDOABLE);
}

static bool puts_aside(const struct json *data)
{
    const struct json *obs = json_get(data, "obs");
    return !takes_back(data) && json_string(json_path(obs, "said.disposition"));
}

static bool wanted(const struct undo_wish *wish, const struct entry *entry, const struct json *data)
{
    if (!str_eq(entry->kind, "ticket") && !str_eq(entry->kind, "desk"))
        return false;
    switch (wish->what) {
    case UNDO_ASIDE:
        return puts_aside(data);
    case UNDO_AGAIN:
        return takes_back(data);
    default:
        return !takes_back(data) && (undoable(data) || entry->undoes);
    }
}

static bool listed(const int64_t *list, int count, int64_t seq)
{
    for (int i = 0; i < count; i++)
        if (list[i] == seq)
            return true;
    return false;
}

/* Somebody else may have taken it back already. */
static bool stands(struct engine *e, struct arena *arena, const struct entry *entry, bool *yes, struct err *err)
{
    struct entry_query q = {.ticket = entry->ticket, .kind = entry->kind, .after = entry->seq, .limit = 500, .newest_first = true};
    struct entry *list;
    int n, gone_count = 0;
    if (!store_entry_list(e->store, arena, &q, &list, &n, err))
        return false;
    int64_t *gone = ARENA_ARRAY(arena, int64_t, n + 1);
    for (int i = 0; i < n; i++)
        if (list[i].undoes && !listed(gone, gone_count, list[i].seq))
            gone[gone_count++] = list[i].undoes;
    *yes = !listed(gone, gone_count, entry->seq);
    return true;
}

bool undo_target(struct engine *e, struct arena *arena, const struct undo_wish *wish, struct entry *out, const struct json **data, struct err *err)
{
    static const char *const none[] = {"nothing of yours to undo", "nothing of yours to redo", "it is not merged, nor put aside"};
    struct entry_query q = {.actor = wish->actor, .ticket = wish->ticket, .limit = 500, .newest_first = true};
    struct entry *list;
    int n, gone_count = 0;
    bool there;
    if (!store_entry_list(e->store, arena, &q, &list, &n, err))
        return false;
    int64_t *gone = ARENA_ARRAY(arena, int64_t, n + 1);
    for (int i = 0; i < n; i++) {
        if (listed(gone, gone_count, list[i].seq))
            continue;
        if (list[i].undoes)
            gone[gone_count++] = list[i].undoes;
        *data = data_of(arena, &list[i]);
        if (!wanted(wish, &list[i], *data))
            continue;
        *out = list[i];
        if (!stands(e, arena, out, &there, err) || there)
            return err->code == ERR_NONE;
    }
    return err_set(err, ERR_NOT_FOUND, "%s", none[wish->what]);
}

/* The fold gives a field its value back where it owns it; a label is the desk's own, whoever's it was. */
static bool swapped(const struct field *f)
{
    return !(f->flags & (FIELD_SOURCE | FIELD_OURS)) || observe_category(f);
}

bool undo_swap(struct arena *arena, const struct ticket *t, const struct json *changes, struct observation *obs, struct err *err)
{
    for (const struct json *c = json_first(changes); c; c = json_next(c)) {
        const struct json *name = json_first(c), *old = json_next(name), *new = json_next(old);
        const struct field *f = field_find(json_string(name));
        struct ticket was = {0};
        if (!f || !(f->flags & FIELD_UNDO))
            continue;
        AUTO_JSON is = row_value(t, f);
        if (strcmp(json_print_in(arena, is), json_print_in(arena, new)) != 0)
            return err_set(err, ERR_CONFLICT, "#%lld: %s changed since", (long long)t->id, f->name);
        if (!swapped(f))
            continue;
        if (!row_read_value(arena, old, f, &was, err))
            return false;
        observe_say(obs, f->name);
        field_move(&obs->value, &was, f);
        if (json_kind(old) == JSON_NULL)
            observe_say_null(obs, f->name);
    }
    return true;
}

static const char *act_of(const struct json *data)
{
    const char *undone = json_get_string(data, "undone", json_get_string(data, "redone", NULL));
    return undone ? undone : json_get_string(json_get(data, "obs"), "v", NULL);
}

bool undo_lost(struct engine *e, struct arena *arena, struct change *c, int64_t since, int64_t until, struct err *err)
{
    return store_score_lost(e->store, arena, c->before->id, since, until, (struct score_row **)(uintptr_t)&c->facts.lost, &c->facts.lost_count, err);
}

bool undo_fold(struct engine *e, struct arena *arena, struct change *c, const struct observation *obs, const struct entry *entry, bool again,
               struct err *err)
{
    const struct json *data = data_of(arena, entry);
    struct fold_turn turn = {act_of(data), !again};
    if (!(c->after = change_refold(e, arena, c->before, &turn, err)))
        return false;
    for (int i = 0; i < field_count; i++)
        if (swapped(&field_table[i]) && (field_set_has(&obs->said, i) || field_set_has(&obs->null, i)))
            field_move(c->after, &obs->value, &field_table[i]);
    *(again ? &c->redone : &c->undone) = turn.act;
    c->facts.undo = true;
    c->facts.back = back_read(arena, json_get(data, "back"));
    return undo_lost(e, arena, c, entry->at, entry->at, err);
}
