/* lists: see lists.h. Rows are read from the kept document at each draw: they are few, and so there is
 * nothing to keep in step. */
#include "screen/lists.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include "screen/agents.h"
#include "screen/articles.h"
#include "screen/deliveries.h"
#include "screen/event.h"
#include "screen/handover.h"
#include "screen/health.h"
#include "screen/escalations.h"
#include "screen/oncall.h"
#include "widget/bar.h"
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct lists_item *item, const char *name)
{
    return json_get_string(item->json, name, "");
}

/* --- ingest --- */

static void draw_time(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    const struct lists_item *i = item;
    surface_textf(s, row, column, width, selected ? UI_SELECTED : UI_DIM, "%s:%02d", look_clock(look, i->at),
                  (int)(i->at / 1000 % 60));
}

static void draw_source(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_NORMAL, text_of(item, "source"));
}

static void draw_dialect(const struct look *look, struct surface *s, int row, int column, int width,
                         const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_DIM,
                 ((const struct lists_item *)item)->refusal ? "-" : text_of(item, "dialect"));
}

static void draw_type(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_NORMAL,
                 ((const struct lists_item *)item)->refusal ? "-" : text_of(item, "type"));
}

static void draw_effect(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    static const struct {
        const char *state;
        enum ui_role role;
    } roles[] = {{"applied", UI_NORMAL}, /* what goes its way is not coloured */
                 {"ignored", UI_MUTED},
                 {"duplicate", UI_DIM},
                 {"conflict", UI_WARN},
                 {"quarantine", UI_LATE},
                 {"erased", UI_MUTED}};
    const struct lists_item *i = item;
    (void)selected;
    if (i->refusal) {
        surface_text(
            s, row, column, width, UI_LATE,
            arena_printf(look->arena, "refused %lld", (long long)json_get_i64(i->json, "status", 0)));
        return;
    }
    const char *state = text_of(i, "state"), *effect = text_of(i, "effect");
    for (size_t k = 0; k < sizeof roles / sizeof *roles; k++)
        if (str_eq(roles[k].state, state))
            surface_text(s, row, column, width, roles[k].role,
                         str_eq(state, "applied") && *effect ? effect : state);
}

static void draw_ticket(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    int64_t ticket = json_get_i64(((const struct lists_item *)item)->json, "ticket", 0);
    (void)selected;
    surface_right(s, row, column, width, ticket ? UI_LINK : UI_MUTED,
                  ticket ? arena_printf(look->arena, "%lld", (long long)ticket) : "-");
}

static void draw_subject(const struct look *look, struct surface *s, int row, int column, int width,
                         const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column + 1, width - 2, UI_NORMAL, text_of(item, "title"));
}

/* The last line of how its signature was looked at says what came of it; where that was right, something else was the cause. */
static const char *refusal_note(const struct look *look, const struct json *refusal)
{
    static const char lead[] = "verdict: ";
    const char *verdict = strstr(json_get_string(refusal, "explain", ""), lead);
    verdict = verdict ? verdict + strlen(lead) : "ok";
    if (str_starts(verdict, "ok"))
        return arena_printf(look->arena, "%s: %s (w why)", json_get_string(refusal, "slug", ""), json_get_string(refusal, "detail", ""));
    if (str_starts(verdict, "missing"))
        return "no signature header (w why)";
    return arena_printf(look->arena, "signature: %.*s (w why)", (int)strcspn(verdict, "\n"), verdict);
}

static void draw_note(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    const struct lists_item *i = item;
    (void)selected;
    if (i->refusal) {
        surface_text(s, row, column, width, UI_LATE, refusal_note(look, i->json));
        return;
    }
    surface_text(s, row, column, width, UI_DIM, event_notes(look, i->json));
}

/* Where subjects have no column: most events have nothing to note, and a number says little. */
static void draw_note_or_subject(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct lists_item *i = item;
    if (i->refusal || *event_notes(look, i->json))
        draw_note(look, s, row, column, width, item, selected);
    else
        surface_text(s, row, column, width, UI_NORMAL, text_of(i, "title"));
}

static const struct column ingest_columns[] = {
    {"Time", 8, 0, false, draw_time},         {"Source", 12, 0, false, draw_source},
    {"Dialect", 11, 0, false, draw_dialect},  {"Event", 26, 0, false, draw_type},
    {"Effect", 12, 0, false, draw_effect},    {"Ticket", 7, 0, true, draw_ticket},
    {" Subject", -36, 0, false, draw_subject}, {"Note", 0, 0, false, draw_note}};
static const struct column ingest_narrow[] = {
    {"Time", 8, 44, false, draw_time},         {"Source", 12, 0, false, draw_source},
    {"Dialect", 11, 90, false, draw_dialect}, {"Event", 26, 108, false, draw_type},
    {"Effect", 12, 0, false, draw_effect},    {"Ticket", 7, 44, true, draw_ticket},
    {"Note, or subject", 0, 0, false, draw_note_or_subject}};
enum { INGEST_WIDE = 153 };

static int newest_first(const void *a, const void *b)
{
    const struct lists_item *x = a, *y = b;
    if (x->at != y->at)
        return x->at > y->at ? -1 : 1;
    return x->id > y->id ? -1 : x->id < y->id;
}

static struct lists_item *ingest_items(const struct look *look, int *count)
{
    const struct json *events = json_get(mirror_doc(look->mirror, MIRROR_EVENTS)->root, "events");
    const struct json *refusals = json_get(mirror_doc(look->mirror, MIRROR_REFUSALS)->root, "refusals");
    struct lists_item *items =
        ARENA_ARRAY(look->arena, struct lists_item, json_count(events) + json_count(refusals) + 1);
    *count = 0;
    for (const struct json *e = json_first(events); e; e = json_next(e))
        items[(*count)++] =
            (struct lists_item){.json = e, .id = json_get_i64(e, "id", 0), .at = json_get_i64(e, "at", 0)};
    for (const struct json *r = json_first(refusals); r; r = json_next(r))
        items[(*count)++] = (struct lists_item){
            .json = r, .id = -json_get_i64(r, "at", 0), .at = json_get_i64(r, "at", 0), .refusal = true};
    qsort(items, (size_t)*count, sizeof *items, newest_first);
    return items;
}

/* The last 40 seconds in eight bars, and the rate of the last ten. */
static int sparkline(const struct look *look, struct surface *s, int column, const struct lists_item *items,
                     int count)
{
    int64_t bins[8] = {0};
    int recent = 0;
    for (int i = 0; i < count; i++) {
        int64_t age = look->now - items[i].at;
        if (age >= 0 && age < 40000)
            bins[7 - age / 5000]++;
        recent += age >= 0 && age < 10000;
    }
    column += surface_textf(s, 1, column, -1, UI_STRONG, "%d.%d/s", recent / 10, recent % 10) + 1;
    bar_spark(s, 1, column, 8, bins, 8, UI_ACCENT);
    return column + 11;
}

static void ingest_head(const struct look *look, struct surface *s)
{
    static const struct {
        const char *name;
        enum ui_role role;
        int from; /* columns that the screen must have */
    } counters[] = {{"accepted", UI_OK, 72}, {"duplicate", UI_DIM, 110}, {"conflict", UI_WARN, 96}, {"quarantine", UI_LATE, 0}, {"refused", UI_LATE, 0}};
    const struct json *counts = json_get(mirror_doc(look->mirror, MIRROR_EVENTS)->root, "counts");
    int count, column = surface_text(s, 1, 1, -1, UI_TITLE, "Ingest") + 3;
    const struct lists_item *items = ingest_items(look, &count);
    column = sparkline(look, s, column + 1, items, count);
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        int64_t n = json_get_i64(counts, counters[i].name, 0);
        if (look_columns(s) < counters[i].from || column + text_columns(counters[i].name) + 1 + text_columns(look_count(look->arena, n)) >= look_columns(s))
            continue;
        column = look_pair(s, 1, column, UI_DIM, counters[i].name, n ? counters[i].role : UI_MUTED,
                           look_count(look->arena, n)) +
                 3;
    }
    int64_t since = json_get_i64(mirror_doc(look->mirror, MIRROR_EVENTS)->root, "since", 0);
    const char *begun = arena_printf(look->arena, "since the start, %s", look_stamp(look, since));
    if (since) /* the counters begin anew with the daemon */
        look_piece(look, s, 1, column, UI_DIM, column + text_columns(begun) < look_columns(s) ? begun : arena_printf(look->arena, "since %s", look_stamp(look, since)));
}

/* --- the screens --- */

static bool ingest_takes(const struct lists_item *item)
{
    return !item->refusal && event_is_aside(item->json);
}

static const struct lists_type ingest_list = {
    .takes = ingest_takes,
    .docs = {MIRROR_EVENTS, MIRROR_REFUSALS},
    .doc_count = 2,
    .needs = 1, /* refusals are for leads */
    .live = true,
    .items = ingest_items,
    .head = ingest_head,
    .columns = ingest_columns,
    .column_count = sizeof ingest_columns / sizeof *ingest_columns,
    .narrow = ingest_narrow,
    .narrow_count = sizeof ingest_narrow / sizeof *ingest_narrow,
    .narrow_below = INGEST_WIDE,
    .empty =
        "No event has come in yet. Every request a source posts shows here, also those that were refused, "
        "with the reason.\n"
        "triage sources lists the sources; triage verify --explain says why a signature fails.",
};
static const struct lists_type *const types[LISTS] = {[LISTS_ESCALATIONS] = &escalations_list,
                                                      [LISTS_INGEST] = &ingest_list,
                                                      [LISTS_DELIVERIES] = &deliveries_list,
                                                      [LISTS_REVIEW] = &review_list,
                                                      [LISTS_CUSTOMER] = &customer_list,
                                                      [LISTS_ARTICLES] = &articles_list,
                                                      [LISTS_MACROS] = &macros_list,
                                                      [LISTS_ONCALL] = &oncall_list,
                                                      [LISTS_AUDIT] = &audit_list,
                                                      [LISTS_DRAFTS] = &drafts_list,
                                                      [LISTS_AGENTS] = &agents_list,
                                                      [LISTS_HANDOVER] = &handover_list,
                                                      [LISTS_HEALTH] = &health_list};

int64_t lists_key(const char *key)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(1099511628211);
    return (int64_t)(hash >> 2) + 1;
}

const struct lists_type *lists_type(enum lists_id id)
{
    return types[id];
}

/* Half an answer would move the cursor to its half, unless its rows stand first as well. */
static bool ready(const struct lists *l, const struct look *look)
{
    const struct lists_type *type = types[l->id];
    int count = 0;
    for (int i = 0; i < type->needs; i++)
        if (!mirror_doc(look->mirror, type->docs[i])->root)
            return type->partly && (type->items(look, &count), count > 0);
    return true;
}

/* --- the filter --- */

/* "actor:ana" looks at that member alone, if the row has one of that name. */
static bool member_holds(const struct look *look, const struct json *row, const char *word, bool *there)
{
    const char *colon = strchr(word, ':');
    const struct json *m = colon ? json_get(row, arena_strndup(look->arena, word, (size_t)(colon - word))) : NULL;
    const char *text = json_string(m) ? json_string(m) : m ? json_number(m) : NULL;
    *there = text != NULL;
    return text && strstr(text_fold(look->arena, text), colon + 1);
}

static bool holds(const struct look *look, const struct lists_type *type, const struct lists_item *item, const char *word)
{
    const struct json *row = item->json;
    bool there, held = member_holds(look, row, word, &there);
    if (there)
        return held;
    if (type->words)
        return strstr(text_fold(look->arena, type->words(look, item)), word);
    for (const struct json *m = json_first(row); m; m = json_next(m)) {
        const char *text = json_string(m) ? json_string(m) : json_number(m);
        if (text && strstr(text_fold(look->arena, text), word))
            return true;
    }
    return false;
}

static bool passes(const struct look *look, const struct lists_type *type, const struct lists_item *item, const char *words)
{
    char *copy = text_fold(look->arena, words), *save = NULL;
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        bool unless = *word == '!' && word[1];
        if (holds(look, type, item, word + unless) == unless)
            return false;
    }
    return true;
}

static struct lists_item *rows_of(const struct lists *l, const struct look *look, int *count)
{
    struct lists_item *all = types[l->id]->items(look, count);
    int kept = 0;
    for (int i = 0; i < *count; i++)
        if (!*l->filter || passes(look, types[l->id], &all[i], l->filter))
            all[kept++] = all[i];
    *count = kept;
    return all;
}

bool lists_filter(struct lists *l, const char *words)
{
    char was[sizeof l->filter];
    str_copy(was, sizeof was, l->filter);
    str_copy(l->filter, sizeof l->filter, words);
    return strcmp(was, l->filter) != 0;
}

int lists_mark(struct lists *l, const struct look *look, const char *words)
{
    int count, marked = 0;
    struct lists_item *items = rows_of(l, look, &count);
    for (int i = 0; i < count; i++)
        if (passes(look, types[l->id], &items[i], words)) {
            list_mark(l->list, items[i].id, true);
            marked++;
        }
    return marked;
}

void lists_init(struct lists *l, enum lists_id id)
{
    *l = (struct lists){.id = id, .list = list_new()};
}

void lists_fini(struct lists *l)
{
    list_free(l->list);
    l->list = NULL;
}

void lists_arrive(struct lists *l)
{
    if (types[l->id]->live)
        list_command(l->list, "top");
}

void lists_sync(struct lists *l, const struct look *look, bool anchored)
{
    int count;
    if (!ready(l, look))
        return;
    struct lists_item *items = rows_of(l, look, &count);
    int64_t *ids = ARENA_ARRAY(look->arena, int64_t, count + 1);
    for (int i = 0; i < count; i++)
        ids[i] = items[i].id;
    struct list_window window = {.ids = ids, .n = (size_t)count, .more_after = types[l->id]->more && types[l->id]->more(look)};
    list_set(l->list, &window, anchored);
}

bool lists_selected(const struct lists *l, const struct look *look, struct lists_item *out)
{
    int count;
    struct lists_item *items = rows_of(l, look, &count);
    for (int i = 0; i < count; i++)
        if (items[i].id == list_selected(l->list)) {
            *out = items[i];
            return true;
        }
    return false;
}

int64_t lists_ticket(const struct lists *l, const struct look *look)
{
    struct lists_item item;
    if (!lists_selected(l, look, &item))
        return 0;
    if (l->id == LISTS_HANDOVER)
        return json_get_i64(item.json, "id", 0);
    if (l->id == LISTS_AGENTS)
        return json_get_i64(item.json, "at_ticket", 0);
    bool itself = l->id == LISTS_ESCALATIONS || l->id == LISTS_REVIEW || l->id == LISTS_CUSTOMER;
    return itself ? item.id : json_get_i64(item.json, "ticket", 0);
}

struct drawing {
    struct columns columns;
    const struct look *look;
    const struct lists_item *items;
    int count;
};

/* By its number: what a row says may have put it elsewhere since the list was told its order. */
static const struct lists_item *item_of(const struct drawing *d, const struct list_line *line)
{
    if ((int)line->index < d->count && d->items[line->index].id == line->id)
        return &d->items[line->index];
    for (int i = 0; i < d->count; i++)
        if (d->items[i].id == line->id)
            return &d->items[i];
    return NULL;
}

static void draw_row(void *arg, struct surface *s, int row, int column, int width,
                     const struct list_line *line)
{
    const struct drawing *d = arg;
    const struct lists_item *item = item_of(d, line);
    if (item)
        column_row(d->look, s, row, column, width, &d->columns, item, line->selected);
}

/* How many of so many rows the lower part gets; the list keeps the larger part. */
static int detail_rows(const struct lists_type *type, int rows)
{
    int share = rows * 2 / 5;
    if (!type->detail || rows < 14)
        return 0;
    return type->detail_most && share > type->detail_most ? type->detail_most : share;
}

/* On the rule under the head: what keys act on, and what came in above the window. */
static void draw_remarks(const struct lists *l, const struct look *look, struct surface *s)
{
    size_t above = list_new_above(l->list), marks = list_marks(l->list);
    int right = look_columns(s) - 2;
    if (marks) {
        const char *text = arena_printf(look->arena, " ● %s ", look_marked(look->arena, marks, list_marks_unlisted(l->list)));
        surface_right(s, LOOK_TOP - 1, 2, right - 2, UI_MARK, text);
        right -= text_columns(text) + 1;
    }
    if (above)
        surface_right(s, LOOK_TOP - 1, 2, right - 2, UI_NEW, arena_printf(look->arena, " ↑ %zu new above ", above));
    else if (list_scrolled(l->list))
        surface_right(s, LOOK_TOP - 1, 2, right - 2, UI_DIM, " ↑ more above ");
}

enum { LEAST_LIST = 3 }; /* rows of a list, its head among them, that nothing above takes */

void lists_draw(struct lists *l, const struct look *look, struct surface *s)
{
    const struct lists_type *type = types[l->id];
    bool narrow = type->narrow && look_columns(s) < type->narrow_below;
    struct drawing d = {.columns = {narrow ? type->narrow : type->columns, narrow ? type->narrow_count : type->column_count, 0}, .look = look};
    struct lists_item selected;
    if (type->shifts)
        lists_sync(l, look, false);
    d.items = rows_of(l, look, &d.count);
    bool any = lists_selected(l, look, &selected);
    const struct look offered = look_without(look, !d.count ? look->row_hints : any && type->takes && !type->takes(&selected) ? look->some_hints : 0);
    int width = look_columns(s), foot = look_footer(&offered, s), top = LOOK_TOP;
    look_header(look, s, "");
    if (look->banner)
        look_tabs(look, s, 0);
    else
        type->head(look, s);
    surface_rule(s, LOOK_TOP - 1);
    if (*l->filter)
        surface_textf(s, LOOK_TOP - 1, 2, width - 4, UI_INPUT, " /%s   Esc shows all ", l->filter);
    draw_remarks(l, look, s);
    int share = (foot - top) * (type->above_share ? type->above_share : 50) / 100, room = foot - top - LEAST_LIST;
    top += type->above && room > 0 ? type->above(look, s, top, share < room ? share : room) : 0;
    if (!d.count) {
        look_empty(look, s, top + (foot - top > LEAST_LIST), 4, width - 6,
                   !ready(l, look) ? "Reading…"
                   : *l->filter    ? "No row holds these words. Esc shows all of them."
                                   : type->empty);
        return;
    }
    int below = detail_rows(type, foot - top), rows = foot - below - top - 1;
    if (below && rows > d.count + 2) { /* a short list has what is said of its row close by */
        below += rows - d.count - 2;
        rows = d.count + 2;
    }
    column_heads(s, top, 2, width - 3, &d.columns);
    list_draw(l->list, s, top + 1, 0, rows, width - 1, 0, draw_row, &d);
    if (below)
        surface_rule(s, foot - below);
    if (below && lists_selected(l, look, &selected))
        type->detail(look, s, foot - below + 1, below - 1, &selected);
}
