/* preview: see preview.h. Times that only follow and the sureness of labels are left out: what a person would say has changed is
 * what they asked for. */
#include "screen/preview.h"
#include "base/text.h"
#include "core/field.h"
#include "link/problem.h"
#include <string.h>

enum { NUMBER = 4, SUBJECT = 12, GAP = 2, FIELD = 10, LEAST_WHAT = 34, LEAST_SUBJECT = 10, LEAST_OLD = 6, BELOW = 6 };

/* Where it is written: columns there are; from which one what becomes of a ticket stands, and whether below its subject. */
struct place { int columns, what; bool below; };

/* --- one ticket --- */

static bool counts(const struct json *change)
{
    const char *name = json_string(json_first(change));
    const struct field *f = field_find(name);
    return f && (f->type != FIELD_TIME || strcmp(name, "snoozed_until") == 0) && !strstr(name, "_bp");
}

static bool anything(const struct json *result)
{
    for (const struct json *change = json_first(json_get(result, "changes")); change; change = json_next(change))
        if (counts(change))
            return true;
    return json_get(result, "message") || json_get(result, "pages");
}

enum preview_fate preview_fate(const struct json *result)
{
    if (problem_already(result))
        return PREVIEW_SAME;
    return !json_get_bool(result, "ok", false) ? PREVIEW_REFUSED : anything(result) ? PREVIEW_CHANGES : PREVIEW_SAME;
}

static const char *shown(const struct look *look, const char *name, const struct json *value)
{
    const struct field *f = field_find(name);
    int64_t at;
    if (!value || json_is(value, JSON_NULL))
        return "-";
    if (f && f->type == FIELD_TIME && json_i64(value, &at))
        return at ? look_stamp(look, at) : "-";
    if (json_is(value, JSON_ARRAY))
        return look_list(look->arena, value);
    return json_string(value) ? look_words(look->arena, json_string(value)) : json_print_in(look->arena, value);
}

/* What it will be stands whole: for it what was is shortened first, and then it goes on below. */
static void read_change(const struct look *look, struct pager *pager, const struct place *at, const char *field, const char *old, const char *new)
{
    const char *label = look_field(look->arena, field);
    int column = at->what + (text_columns(label) < FIELD ? FIELD : text_columns(label) + 1), room = at->columns - column, over = text_columns(new) + 3;
    bool beside = text_columns(old) + over <= room || room - over >= LEAST_OLD;
    const char *was = text_fit(look->arena, old, beside && room - over < text_columns(old) ? room - over : room);
    pager_piece(pager, at->what, UI_HEADING, label);
    pager_piece(pager, column, UI_DIM, was);
    if (beside)
        pager_piece(pager, column + text_columns(was) + 1, UI_STRONG, arena_printf(look->arena, "→ %s", new));
    else
        pager_hang(pager, column, UI_STRONG, "→ ", new);
}

/* Beside the subject, or, where it would be cut there, below it. */
static void read_said(struct pager *pager, const struct place *at, enum ui_role role, const char *text)
{
    if (text_columns(text) <= at->columns - at->what && !at->below)
        pager_piece(pager, at->what, role, text);
    else
        pager_block(pager, BELOW, role, false, text);
}

static void read_changes(const struct look *look, struct pager *pager, const struct json *result, const struct place *at)
{
    int n = 0;
    for (const struct json *change = json_first(json_get(result, "changes")); change; change = json_next(change)) {
        const struct json *name = json_first(change), *old = json_next(name), *new = json_next(old);
        const char *field = json_string(name);
        if (!counts(change))
            continue;
        if (n++ || at->below)
            pager_line(pager);
        read_change(look, pager, at, field, shown(look, field, old), shown(look, field, new));
    }
    if (!n)
        read_said(pager, at, UI_NORMAL, json_get_string(result, "say", ""));
}

const char *preview_words(const struct look *look, const struct json *result)
{
    const char *words = "";
    for (const struct json *change = json_first(json_get(result, "changes")); change; change = json_next(change)) {
        const struct json *name = json_first(change), *old = json_next(name), *new = json_next(old);
        const char *field = json_string(name);
        if (counts(change))
            words = arena_printf(look->arena, "%s%s%s %s → %s", words, *words ? ", " : "", look_field(look->arena, field), shown(look, field, old),
                                 shown(look, field, new));
    }
    return *words ? words : preview_fate(result) == PREVIEW_SAME ? "already so" : json_get_string(result, "say", "done");
}

static void read_text(struct pager *pager, const struct json *result)
{
    const char *body = json_string(json_path(result, "message.body"));
    bool reply = json_get_bool(json_get(result, "message"), "public", false);
    if (!body)
        return;
    pager_line(pager);
    pager_piece(pager, SUBJECT, reply ? UI_REPLY : UI_NOTE, reply ? "to the customer:" : "as a note:");
    pager_block(pager, SUBJECT + 2, UI_NORMAL, false, body);
}

/* As the list has it; of one that is not in the list, as the answer has it. "": neither. */
static const char *subject_of(const struct look *look, const struct json *result)
{
    const struct mirror_row *row = mirror_row_find(look->mirror, json_get_i64(result, "ticket", 0), NULL);
    return text_safe_in(look->arena, row && row->t.title ? row->t.title : json_get_string(result, "title", ""), TEXT_LINE);
}

static void read_one(const struct look *look, struct pager *pager, const struct json *result, enum preview_fate fate, const struct place *at)
{
    int64_t id = json_get_i64(result, "ticket", 0);
    pager_item(pager, id);
    pager_line(pager);
    pager_piece(pager, NUMBER, fate == PREVIEW_CHANGES ? UI_STRONG : UI_MUTED, arena_printf(look->arena, "#%lld", (long long)id));
    pager_piece(pager, SUBJECT, fate == PREVIEW_CHANGES ? UI_NORMAL : UI_MUTED,
                text_fit(look->arena, subject_of(look, result), (at->below ? at->columns : at->what - GAP) - SUBJECT));
    if (fate == PREVIEW_CHANGES) {
        read_changes(look, pager, result, at);
        read_text(pager, result);
    } else {
        read_said(pager, at, fate == PREVIEW_SAME ? UI_MUTED : UI_ERROR,
                  fate == PREVIEW_SAME ? "already so" : json_get_string(json_get(result, "error"), "detail", "refused"));
    }
}

/* --- all of them --- */

static int count_of(const struct json *answer, enum preview_fate fate)
{
    int n = 0;
    for (const struct json *r = json_first(json_get(answer, "results")); r; r = json_next(r))
        n += preview_fate(r) == fate;
    return n;
}

/* What stands beside a subject, as wide as it would like to be. */
static int what_columns(const struct look *look, const struct json *result)
{
    int most = text_columns(json_get_string(result, "say", ""));
    if (preview_fate(result) == PREVIEW_REFUSED)
        return text_columns(json_get_string(json_get(result, "error"), "detail", ""));
    for (const struct json *change = json_first(json_get(result, "changes")); change; change = json_next(change)) {
        const struct json *name = json_first(change), *old = json_next(name), *new = json_next(old);
        const char *field = json_string(name);
        int label = counts(change) ? text_columns(look_field(look->arena, field)) + 1 : 0;
        int wide = label ? (label > FIELD ? label : FIELD) + text_columns(shown(look, field, old)) + 3 + text_columns(shown(look, field, new)) : 0;
        most = wide > most ? wide : most;
    }
    return most;
}

/* Where it begins what becomes of them: behind the longest subject, which takes no more than leaves room for that; below it, where there is
 * room for neither. */
static struct place place_of(const struct look *look, const struct json *answer, int columns)
{
    if (columns < SUBJECT + LEAST_SUBJECT + GAP + LEAST_WHAT)
        return (struct place){columns, BELOW, true};
    int share = columns * 2 / 5 > LEAST_WHAT ? columns * 2 / 5 : LEAST_WHAT, longest = LEAST_SUBJECT, what = (int)sizeof "already so";
    for (const struct json *r = json_first(json_get(answer, "results")); r; r = json_next(r)) {
        int wide = text_columns(subject_of(look, r)), needs = what_columns(look, r);
        longest = wide > longest ? wide : longest;
        what = needs > what ? needs : what;
    }
    int room = columns - SUBJECT - GAP - (share < what ? share : what + 1);
    return (struct place){columns, SUBJECT + GAP + (longest < room ? longest : room > LEAST_SUBJECT ? room : LEAST_SUBJECT), false};
}

void preview_read(const struct look *look, struct pager *pager, const struct json *answer, bool final, int columns)
{
    static const struct { const char *one, *many; enum ui_role role; } heads[PREVIEW_FATES] = {
        [PREVIEW_CHANGES] = {"changes", "change", UI_HEADING}, [PREVIEW_SAME] = {"stays as it is", "stay as they are", UI_HEADING},
        [PREVIEW_REFUSED] = {"cannot be done", "cannot be done", UI_WARN}};
    const struct place at = place_of(look, answer, columns);
    pager_begin(pager);
    if (final) {
        pager_line(pager);
        pager_piece(pager, 2, UI_WARN, "No undo takes this back.");
    }
    for (int fate = 0; fate < PREVIEW_FATES; fate++) {
        int n = count_of(answer, (enum preview_fate)fate);
        if (!n)
            continue;
        pager_item(pager, -1 - fate);
        if (fate || final)
            pager_line(pager);
        pager_line(pager);
        pager_piece(pager, 2, heads[fate].role, arena_printf(look->arena, "%d %s", n, n == 1 ? heads[fate].one : heads[fate].many));
        for (const struct json *r = json_first(json_get(answer, "results")); r; r = json_next(r))
            if ((int)preview_fate(r) == fate)
                read_one(look, pager, r, (enum preview_fate)fate, &at);
    }
    pager_end(pager);
}
