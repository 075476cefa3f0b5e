/* undo: acts taken back and done again. What an act said is left out of the ticket's history, which is folded again without it;
 * fields the fold does not own get their old values, and what the act moved beside the fields is put back by its entry's note
 * (core/back). Allowed while every value it set still stands. The journal keeps both: the act and its undoing. Acts of one request
 * share a batch in their entries and are taken back together; those of them that somebody changed since stay, and are passed over
 * from then on. What cannot be taken back at all says why, once: whoever asks again means what was done before it. */
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

/* What reached people, or another ticket, stays done. */
static const char *const final[ACTIONS] = {
    [ACTION_ACK] = "the pages that it stopped are gone; escalate pages again",
    [ACTION_ESCALATE] = "whoever it paged has been told",
    [ACTION_ERASE] = "what is erased is gone",
    [ACTION_ERASE_EVENT] = "what is erased is gone",
    [ACTION_PURGE] = "what is purged is gone",
    [ACTION_SPLIT] = "the new ticket goes its own way; merge makes them one again",
    [ACTION_UNMERGE] = "it takes something back itself; redo brings that again",
    [ACTION_HANDOVER_ACK] = "the desk has been taken over",
    [ACTION_ACCEPT_ARTICLE] = "its author has been told and paid"};

static const char *final_of(const struct json *data)
{
    const struct action_row *row = action_find(json_get_string(data, "do", NULL));
    return row ? final[row - action_table] : NULL;
}

static bool puts_aside(const struct json *data)
{
    const struct json *obs = json_get(data, "obs");
    return !takes_back(data) && (json_string(json_path(obs, "said.disposition")) || json_path(obs, "said.deleted"));
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
        return final_of(data) || (!takes_back(data) && (undoable(data) || entry->undoes));
    }
}

/* --- what somebody did, newest first --- */

enum { PAGE_FIRST = 16, PAGE_MOST = 512 };
struct numbers {
    struct arena *arena;
    int64_t *list;
    int count, cap;
};
struct past {
    struct engine *e;
    const struct undo_wish *wish;
    struct arena *page; /* the entries at hand */
    struct entry *list;
    int n, at, asked;   /* asked: so many the last time; fewer came where there are no more */
    struct numbers gone, settled; /* taken back; batches of which what could be was */
    struct numbers passed;        /* acts and batches that could not be, and said so */
};

static bool listed(const struct numbers *in, int64_t number)
{
    for (int i = 0; i < in->count; i++)
        if (in->list[i] == number)
            return true;
    return false;
}

static void number_add(struct numbers *to, int64_t number)
{
    if (!number)
        return;
    if (to->count == to->cap) {
        int64_t *more = ARENA_ARRAY(to->arena, int64_t, to->cap = to->cap ? to->cap * 2 : 64);
        if (to->count)
            memcpy(more, to->list, (size_t)to->count * sizeof *more);
        to->list = more;
    }
    to->list[to->count++] = number;
}

/* The next older ones, a few at first: mostly the newest is the one. */
static bool turn_page(struct past *p, struct err *err)
{
    int64_t before = p->n ? p->list[p->n - 1].seq : 0;
    const struct undo_wish *w = p->wish;
    p->asked = !p->asked ? PAGE_FIRST : p->asked < PAGE_MOST ? p->asked * 2 : PAGE_MOST;
    p->at = p->n = 0;
    arena_reset(p->page);
    struct entry_query q = {.actor = w->actor, .ticket = w->ticket, .before = before, .limit = p->asked, .newest_first = true};
    return w->ticket ? store_entry_list(p->e->store, p->page, &q, &p->list, &p->n, err)
                     : store_entry_acts(p->e->store, p->page, w->actor, before, p->asked, &p->list, &p->n, err);
}

/* The one before that still stands; NULL: there is none, or err. */
static const struct entry *past_next(struct past *p, const struct json **data, struct err *err)
{
    for (;;) {
        for (; p->at < p->n; p->at++) {
            const struct entry *entry = &p->list[p->at];
            if (listed(&p->gone, entry->seq))
                continue;
            number_add(&p->gone, entry->undoes);
            *data = data_of(p->page, entry);
            number_add(&p->settled, entry->undoes ? json_get_i64(*data, "of", 0) : 0);
            p->at++;
            return entry;
        }
        if ((p->asked && p->n < p->asked) || !turn_page(p, err))
            return NULL;
    }
}

/* Somebody else may have taken it back already. */
static bool stands(struct engine *e, const struct entry *entry, bool *yes, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    struct numbers gone = {.arena = arena};
    struct undoing *list;
    int n;
    if (!store_entry_undoings(e->store, arena, entry->seq, &list, &n, err))
        return false;
    for (int i = 0; i < n; i++)
        if (!listed(&gone, list[i].seq))
            number_add(&gone, list[i].undoes);
    *yes = !listed(&gone, entry->seq);
    return true;
}

/* After something new nothing that was taken back before comes again. */
static bool closes(const struct undo_wish *wish, const struct entry *entry, const struct json *data)
{
    return wish->what == UNDO_AGAIN && !entry->undoes && !takes_back(data) && undoable(data);
}

static struct entry *keep(struct arena *arena, struct undo_found *to, const struct entry *entry)
{
    if (!to->list)
        to->list = ARENA_ARRAY(arena, struct entry, UNDO_MOST);
    struct entry *kept = &to->list[to->count++];
    *kept = *entry;
    kept->actor = arena_strdup(arena, entry->actor);
    kept->kind = arena_strdup(arena, entry->kind);
    kept->data = arena_strdup(arena, entry->data);
    return kept;
}

/* The newest, and what was done with it in one request. */
static bool gather(struct past *p, struct arena *arena, const struct undo_wish *wish, struct undo_found *out, struct err *err)
{
    const struct json *data;
    const struct entry *entry;
    bool whole = !wish->ticket && wish->what != UNDO_ASIDE, there;
    while (out->count < UNDO_MOST && (entry = past_next(p, &data, err)) && entry->seq >= out->batch) {
        if (!out->count && closes(wish, entry, data))
            return true;
        int64_t batch = whole ? json_get_i64(data, "batch", 0) : 0;
        if (!wanted(wish, entry, data) || (out->count && batch != out->batch) || (batch && listed(&p->settled, batch)) ||
            listed(&p->passed, entry->seq) || listed(&p->passed, batch))
            continue;
        if (!stands(p->e, entry, &there, err))
            return false;
        if (!there)
            continue;
        keep(arena, out, entry);
        out->batch = batch;
        if (!batch)
            return true;
    }
    return err->code == ERR_NONE;
}

/* --- what could not be taken back --- */

enum { PASSED_MOST = 512 };
static const char passed_key[] = "undo:passed";

static bool passed_read(struct engine *e, struct arena *arena, const char *actor, struct numbers *to, struct err *err)
{
    char *text = actor ? store_keep_get(e->store, arena, actor, passed_key, err) : NULL;
    const struct json *list = text ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
    for (const struct json *n = json_first(list); n && to->count < PASSED_MOST; n = json_next(n)) {
        int64_t number;
        if (json_i64(n, &number))
            number_add(to, number);
    }
    return err->code == ERR_NONE;
}

bool undo_pass(struct engine *e, struct arena *arena, const char *actor, int64_t number, int64_t now, struct err *err)
{
    struct numbers passed = {.arena = arena};
    AUTO_JSON list = json_array();
    if (!passed_read(e, arena, actor, &passed, err))
        return false;
    for (int i = passed.count == PASSED_MOST; i < passed.count; i++) /* the one passed longest ago goes: it would say so again */
        json_push(list, json_new_i64(passed.list[i]));
    json_push(list, json_new_i64(number));
    return store_keep_put(e->store, actor, passed_key, json_print_in(arena, list), now, err);
}

bool undo_may(const struct json *data, struct err *err)
{
    const char *why = final_of(data);
    return !why || err_set(err, ERR_STATE, "%s", why);
}

bool undo_find(struct engine *e, struct arena *arena, const struct undo_wish *wish, struct undo_found *out, struct err *err)
{
    static const struct { enum err_code code; const char *text; } none[] = {
        {ERR_NOT_FOUND, "nothing of yours to undo"}, {ERR_NOT_FOUND, "nothing of yours to redo"}, {ERR_ALREADY, " is not merged, nor put aside: nothing to take back"}};
    AUTO_ARENA numbers = arena_new();
    AUTO_ARENA page = arena_new();
    struct past p = {.e = e, .wish = wish, .page = page, .gone = {.arena = numbers}, .settled = {.arena = numbers},
                     .passed = {.arena = numbers}};
    *out = (struct undo_found){0};
    if (!passed_read(e, numbers, wish->actor, &p.passed, err) || !gather(&p, arena, wish, out, err))
        return false;
    const char *of = *none[wish->what].text == ' ' ? arena_printf(numbers, "#%lld", (long long)wish->ticket) : "";
    return out->count || err_set(err, none[wish->what].code, "%s%s", of, none[wish->what].text);
}

const struct json *undo_data(struct arena *arena, const struct entry *entry)
{
    return data_of(arena, entry);
}

/* What was done, however often it was taken back and done again since. */
const char *undo_name(struct engine *e, struct arena *arena, const struct entry *entry)
{
    struct entry at = *entry;
    struct err none = {0};
    while (at.undoes && store_entry_get(e->store, arena, at.undoes, &at, &none))
        ;
    return json_get_string(data_of(arena, &at), "do", "act");
}

const char *undo_words(struct engine *e, struct arena *arena, const struct undo_found *found)
{
    const struct entry *first = found->list;
    const char *name = undo_name(e, arena, first);
    return found->count > 1 ? arena_printf(arena, "%s of %d tickets", name, found->count)
           : first->ticket  ? arena_printf(arena, "%s of #%lld", name, (long long)first->ticket)
                            : name;
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
            return err_set(err, ERR_CONFLICT, "%s changed since", f->name);
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

bool undo_lost(struct engine *e, struct arena *arena, struct change *c, int64_t from, int64_t to, struct err *err)
{
    return store_score_lost(e->store, arena, c->before->id, from, to, (struct score_row **)(uintptr_t)&c->facts.lost, &c->facts.lost_count, err);
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
    return undo_lost(e, arena, c, entry->seq, entry->seq, err);
}
