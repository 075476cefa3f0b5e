/* deliveries: see deliveries.h. The destinations stand above, the deliveries below, those first that want a
 * person. Its documents are three pages of deliveries (dead, retrying, newest), so that what went wrong is
 * never beyond the page. */
#include "screen/deliveries.h"
#include "base/text.h"
#include "screen/column.h"
#include "widget/bar.h"
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static const struct json *destinations(const struct look *look)
{
    return json_get(mirror_doc(look->mirror, MIRROR_DESTINATIONS)->root, "destinations");
}

/* --- the destinations --- */

/* Ordered by what is wrong: dead letters, then an open breaker or a rest, then the file's order. */
struct place {
    const struct json *json;
    int rank, nth;
};

static int64_t number_of(const void *item, const char *name)
{
    return json_get_i64(((const struct place *)item)->json, name, 0);
}

static int rank_of(const struct json *d)
{
    if (json_get_i64(d, "dead", 0))
        return 0;
    bool open = !str_eq(text_of(d, "breaker"), "closed"), rests = str_eq(text_of(d, "state"), "paused");
    return open || rests                             ? 1
           : json_get_i64(d, "retrying", 0)          ? 2
           : str_eq(text_of(d, "state"), "disabled") ? 4
                                                     : 3;
}

static int by_rank(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->rank != y->rank ? x->rank - y->rank : x->nth - y->nth;
}

static struct place *places(const struct look *look, int *count)
{
    const struct json *list = destinations(look);
    struct place *all = ARENA_ARRAY(look->arena, struct place, json_count(list) + 1);
    *count = 0;
    for (const struct json *d = json_first(list); d; d = json_next(d), ++*count)
        all[*count] = (struct place){d, rank_of(d), *count};
    qsort(all, (size_t)*count, sizeof *all, by_rank);
    return all;
}

static void draw_name(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_STRONG, text_of(((const struct place *)item)->json, "name"));
}

static void draw_kind(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_DIM, text_of(((const struct place *)item)->json, "kind"));
}

static void draw_health(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    struct badge b = look_destination(text_of(((const struct place *)item)->json, "state"));
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s %s", b.glyph, b.word));
}

static void draw_breaker(const struct look *look, struct surface *s, int row, int column, int width,
                         const void *item, bool selected)
{
    struct badge b = look_breaker(text_of(((const struct place *)item)->json, "breaker"));
    int64_t left = number_of(item, "open_until") - look->now;
    (void)selected;
    column += surface_text(s, row, column, width, b.role,
                           arena_printf(look->arena, "%s%s%s", b.glyph, *b.glyph ? " " : "", b.word)) +
              1;
    if (b.role == UI_LATE && left > 0)
        surface_text(s, row, column, width, b.role, look_countdown(look->arena, left));
}

static void draw_count(const struct look *look, struct surface *s, int row, int column, int width, int64_t n,
                       enum ui_role role)
{
    surface_right(s, row, column, width, n ? role : UI_MUTED, n ? look_count(look->arena, n) : "-");
}

static void draw_due(const struct look *look, struct surface *s, int row, int column, int width,
                     const void *item, bool selected)
{
    (void)selected;
    draw_count(look, s, row, column, width, number_of(item, "due") + number_of(item, "flying"), UI_NORMAL);
}

static void draw_retrying(const struct look *look, struct surface *s, int row, int column, int width,
                          const void *item, bool selected)
{
    (void)selected;
    draw_count(look, s, row, column, width, number_of(item, "retrying"), UI_WARN);
}

static void draw_dead(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    (void)selected;
    draw_count(look, s, row, column, width, number_of(item, "dead"), UI_LATE);
}

static void draw_until(const struct look *look, struct surface *s, int row, int column, int width, int64_t at)
{
    surface_right(s, row, column, width, at ? UI_WARN : UI_MUTED,
                  !at               ? "-"
                  : at <= look->now ? "now"
                                    : look_countdown(look->arena, at - look->now));
}

static void draw_next(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    int64_t next = number_of(item, "next_at"), hold = number_of(item, "hold_until");
    next = hold > next ? hold : next;
    (void)selected;
    draw_until(look, s, row, column, width, next);
}

/* From its last failure to the next attempt. */
static void draw_wait(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    int64_t next = number_of(item, "next_at"), from = number_of(item, "failed_at");
    (void)selected;
    if (from && next > from)
        bar_share(s, row, column, width, next - look->now, next - from, UI_WARN);
}

static void draw_answer(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    int64_t ok = number_of(item, "ok_at"), failed = number_of(item, "failed_at"),
            at = ok > failed ? ok : failed;
    const char *reason = text_of(((const struct place *)item)->json, "reason"),
               *when = look_since(look->arena, look->now - at);
    (void)selected;
    if (*reason)
        surface_text(s, row, column + 1, width - 1, UI_WARN, reason);
    else
        surface_text(s, row, column + 1, width - 1,
                     !at            ? UI_MUTED
                     : ok >= failed ? UI_DIM
                                    : UI_LATE,
                     !at ? "none yet"
                         : arena_printf(look->arena, "%s %s", ok >= failed ? "ok" : "failed", when));
}

static const struct column place_columns[] = {{"Destination", 14, 0, false, draw_name},
                                              {"Kind", 10, 110, false, draw_kind},
                                              {"State", 10, 0, false, draw_health},
                                              {"Breaker", 12, 0, false, draw_breaker},
                                              {"Due", 4, 0, true, draw_due},
                                              {"Retry", 5, 0, true, draw_retrying},
                                              {"Dead", 4, 0, true, draw_dead},
                                              {"Next", 7, 62, true, draw_next},
                                              {"", 8, 100, false, draw_wait},
                                              {" Last answer", 0, 68, false, draw_answer}};
static const struct columns place_table = {place_columns, sizeof place_columns / sizeof *place_columns, 0};

static int above(const struct look *look, struct surface *s, int row, int rows)
{
    int count, width = look_columns(s), shown, used = row;
    const struct place *all = places(look, &count);
    if (!count || rows < 3)
        return 0;
    shown = count + 2 <= rows ? count : rows > 4 ? rows - 3 : rows - 2; /* with a blank behind them, where there is room for it */
    column_heads(s, used++, 2, width - 3, &place_table);
    for (int i = 0; i < shown; i++)
        column_row(look, s, used++, 2, width - 3, &place_table, &all[i], false);
    if (shown < count)
        surface_textf(s, used++, 2, -1, UI_DIM, "and %d more that have less to say", count - shown);
    return used < row + rows ? used + 1 - row : rows;
}

/* --- the deliveries --- */

static const struct json *json_of(const void *item)
{
    return ((const struct lists_item *)item)->json;
}

static void draw_id(const struct look *look, struct surface *s, int row, int column, int width,
                    const void *item, bool selected)
{
    surface_right(s, row, column, width, selected ? UI_SELECTED : UI_NORMAL,
                  arena_printf(look->arena, "%lld", (long long)((const struct lists_item *)item)->id));
}

static void draw_state(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    struct badge b = look_delivery(text_of(json_of(item), "state"));
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s %s", b.glyph, b.word));
}

static void draw_ticket(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    int64_t ticket = json_get_i64(json_of(item), "ticket", 0);
    (void)selected;
    surface_right(s, row, column, width, ticket ? UI_LINK : UI_MUTED,
                  ticket ? arena_printf(look->arena, "%lld", (long long)ticket) : "-");
}

static void draw_subject(const struct look *look, struct surface *s, int row, int column, int width,
                         const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column + 1, width - 2, UI_NORMAL, text_of(json_of(item), "title"));
}

static void draw_destination(const struct look *look, struct surface *s, int row, int column, int width,
                             const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_STRONG, text_of(json_of(item), "destination"));
}

static void draw_route(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    const char *route = text_of(json_of(item), "route");
    (void)look, (void)selected;
    surface_text(s, row, column, width, *route ? UI_DIM : UI_MUTED, *route ? route : "-");
}

static void draw_attempts(const struct look *look, struct surface *s, int row, int column, int width,
                          const void *item, bool selected)
{
    int64_t n = json_get_i64(json_of(item), "attempts", 0), of = json_get_i64(json_of(item), "of", 0);
    (void)selected;
    surface_text(s, row, column, width, n ? UI_NORMAL : UI_MUTED,
                 n ? arena_printf(look->arena, "%lld of %lld", (long long)n, (long long)of) : "-");
}

static bool waits(const struct json *parcel)
{
    return str_eq(text_of(parcel, "state"), "retrying");
}

static void draw_parcel_next(const struct look *look, struct surface *s, int row, int column, int width,
                             const void *item, bool selected)
{
    int64_t due = json_get_i64(json_of(item), "due_at", 0);
    (void)selected;
    draw_until(look, s, row, column, width, due);
}

static void draw_error(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    const char *error = text_of(json_of(item), "error");
    (void)selected;
    surface_text(s, row, column + 1, width - 1, UI_DIM,
                 *error ? error : look_stamp(look, json_get_i64(json_of(item), "made_at", 0)));
}

static const struct column parcel_columns[] = {{"#", 6, 0, true, draw_id},
                                               {"State", 11, 0, false, draw_state},
                                               {"Ticket", 6, 0, true, draw_ticket},
                                               {" Subject", -32, 150, false, draw_subject},
                                               {"Destination", 14, 0, false, draw_destination},
                                               {"Route", 18, 100, false, draw_route},
                                               {"Attempt", 7, 0, false, draw_attempts},
                                               {"Next", 7, 0, true, draw_parcel_next},
                                               {" Error or time", 0, 0, false, draw_error}};

static int order_of(const struct json *parcel)
{
    return str_eq(text_of(parcel, "state"), "dead") ? 0 : waits(parcel) ? 1 : 2;
}

static int wanting_first(const void *a, const void *b)
{
    const struct lists_item *x = a, *y = b;
    int p = order_of(x->json), q = order_of(y->json);
    if (p != q)
        return p - q;
    if (p == 1 && x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->id > y->id ? -1 : x->id < y->id;
}

static void collect(const struct json *list, struct lists_item *items, int *count)
{
    for (const struct json *p = json_first(list); p; p = json_next(p)) {
        int64_t id = json_get_i64(p, "id", 0);
        int known = 0;
        while (known < *count && items[known].id != id)
            known++;
        if (known == *count)
            items[(*count)++] = (struct lists_item){.json = p, .id = id, .at = json_get_i64(p, "due_at", 0)};
    }
}

/* The newest page is read first: what it says of a delivery is the same as the others' or later. */
static struct lists_item *items(const struct look *look, int *count)
{
    static const enum mirror_doc_id pages[] = {MIRROR_PARCELS, MIRROR_WAITING, MIRROR_DEAD};
    const struct json *lists[3];
    size_t most = 1;
    for (int i = 0; i < 3; i++) {
        lists[i] = json_get(mirror_doc(look->mirror, pages[i])->root, "parcels");
        most += json_count(lists[i]);
    }
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, most);
    *count = 0;
    for (int i = 0; i < 3; i++)
        collect(lists[i], all, count);
    qsort(all, (size_t)*count, sizeof *all, wanting_first);
    return all;
}

static void head(const struct look *look, struct surface *s)
{
    static const struct {
        const char *words;
        const char *members[2];
        enum ui_role role;
    } counts[] = {{"dead", {"dead"}, UI_LATE},
                  {"retrying", {"retrying"}, UI_WARN},
                  {"due", {"due", "flying"}, UI_NORMAL}};
    int column = surface_text(s, 1, 1, -1, UI_TITLE, "Deliveries") + 4;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t n = 0;
        for (const struct json *d = json_first(destinations(look)); d; d = json_next(d))
            n += json_get_i64(d, counts[i].members[0], 0) +
                 (counts[i].members[1] ? json_get_i64(d, counts[i].members[1], 0) : 0);
        column = look_piece(look, s, 1, column, n ? counts[i].role : UI_MUTED, arena_printf(look->arena, "%s %s", look_count(look->arena, n), counts[i].words));
    }
    size_t places = json_count(destinations(look));
    look_piece(look, s, 1, column, UI_DIM, arena_printf(look->arena, "to %zu destination%s", places, places == 1 ? "" : "s"));
}

const struct lists_type deliveries_list = {
    .docs = {MIRROR_PARCELS, MIRROR_WAITING, MIRROR_DEAD, MIRROR_DESTINATIONS},
    .doc_count = 4,
    .needs = 4,
    .items = items,
    .head = head,
    .columns = parcel_columns,
    .column_count = sizeof parcel_columns / sizeof *parcel_columns,
    .empty = "Nothing has left yet. What a route passes on, and every reply to a customer, shows here until "
             "it is delivered, "
             "and what could not be delivered stays.\n"
             "destinations: and routes: in triage.yaml say what goes where; triage check reads them, "
             "triage route explain says what a route makes of an event.",
    .above = above,
};

/* --- one to read --- */

static void fact(struct pager *pager, const char *name, enum ui_role role, const char *text)
{
    if (!*text)
        return;
    pager_line(pager);
    pager_piece(pager, 2, UI_HEADING, name);
    pager_piece(pager, 15, role, text);
}

static void read_attempt(const struct look *look, struct pager *pager, const struct json *a)
{
    int64_t status = json_get_i64(a, "status", 0);
    const char *verdict = text_of(a, "verdict"), *excerpt = text_of(a, "excerpt");
    pager_line(pager);
    pager_piece(pager, 2, UI_DIM, look_stamp(look, json_get_i64(a, "at", 0)));
    pager_piece(pager, 15, UI_NORMAL,
                arena_printf(look->arena, "attempt %lld", (long long)json_get_i64(a, "n", 0)));
    pager_piece(pager, 27, status >= 200 && status < 300 ? UI_OK : UI_WARN,
                status ? arena_printf(look->arena, "%lld", (long long)status) : "-");
    pager_piece(pager, 33, UI_DIM, arena_printf(look->arena, "%lld ms", (long long)json_get_i64(a, "ms", 0)));
    pager_piece(pager, 44, UI_NORMAL, verdict);
    if (*excerpt)
        pager_block(pager, 15, UI_DIM, true, excerpt);
}

void deliveries_read(const struct look *look, struct pager *pager, const struct json *parcel)
{
    struct arena *a = look->arena;
    struct badge state = look_delivery(text_of(parcel, "state"));
    const struct json *letter = json_get(parcel, "letter"), *history = json_get(parcel, "history");
    int64_t due = json_get_i64(parcel, "due_at", 0), ticket = json_get_i64(parcel, "ticket", 0);
    pager_item(pager, 1);
    fact(pager, "state", state.role,
         arena_printf(a, "%s %s, %lld of %lld attempts", state.glyph, state.word,
                      (long long)json_get_i64(parcel, "attempts", 0),
                      (long long)json_get_i64(parcel, "of", 0)));
    fact(pager, "next", UI_WARN, due ? arena_printf(a, "in %s", look_countdown(a, due - look->now)) : "");
    fact(pager, "error", UI_LATE, text_of(parcel, "error"));
    fact(pager, "to", UI_STRONG,
         arena_printf(a, "%s (%s)", text_of(parcel, "destination"), text_of(parcel, "kind")));
    fact(pager, "by route", UI_NORMAL, text_of(parcel, "route"));
    fact(pager, "about", UI_LINK, ticket ? arena_printf(a, "#%lld", (long long)ticket) : "");
    fact(pager, "made", UI_DIM, look_stamp(look, json_get_i64(parcel, "made_at", 0)));
    fact(pager, "letter", UI_DIM, text_of(letter, "id"));
    fact(pager, "event", UI_DIM, text_of(letter, "type"));
    fact(pager, "title", UI_NORMAL, text_of(letter, "title"));
    pager_item(pager, 2);
    pager_line(pager);
    pager_line(pager);
    pager_piece(pager, 2, UI_HEADING, json_first(history) ? "attempts, the last first" : "no attempt yet");
    for (const struct json *attempt = json_first(history); attempt; attempt = json_next(attempt))
        read_attempt(look, pager, attempt);
}

/* --- what the routes say --- */

static void explain_route(const struct look *look, struct pager *pager, const struct json *v)
{
    const char *end = text_of(v, "end"), *note = text_of(v, "note");
    bool passed = str_eq(end, "passed");
    int64_t step = json_get_i64(v, "step", 0), n = 1;
    pager_line(pager);
    pager_line(pager);
    pager_piece(pager, 2, UI_STRONG,
                arena_printf(look->arena, "%s: %s%s", text_of(v, "route"), look_words(look->arena, end),
                             step ? arena_printf(look->arena, " at step %lld", (long long)step) : ""));
    for (const struct json *s = json_first(json_get(v, "steps")); s; s = json_next(s), n++) {
        pager_line(pager);
        pager_piece(pager, 4, UI_DIM, arena_printf(look->arena, "%lld %s", (long long)n, text_of(s, "step")));
        pager_piece(pager, 22, n == step ? UI_WARN : UI_NORMAL, text_of(s, "says"));
    }
    if (!json_first(json_get(v, "steps")) && !passed)
        pager_block(pager, 4, UI_DIM, false, note);
    for (const struct json *to = json_first(json_get(v, "to")); to; to = json_next(to)) {
        bool go = json_get_bool(to, "go", false);
        pager_line(pager);
        pager_piece(pager, 4, go ? UI_OK : UI_MUTED,
                    arena_printf(look->arena, "%s %s", go ? "→" : "·", text_of(to, "destination")));
        pager_piece(pager, 22, UI_DIM, text_of(to, "why"));
    }
}

void deliveries_explain(const struct look *look, struct pager *pager, const struct json *root)
{
    int64_t ticket = json_get_i64(root, "ticket", 0);
    pager_item(pager, 1);
    fact(pager, "event", UI_NORMAL, text_of(root, "type"));
    fact(pager, "about", UI_LINK,
         ticket ? arena_printf(look->arena, "#%lld, as it is now", (long long)ticket) : "");
    if (!json_first(json_get(root, "routes")))
        pager_block(pager, 2, UI_DIM, false,
                    "No route is configured, so nothing leaves: routes: in triage.yaml.");
    for (const struct json *v = json_first(json_get(root, "routes")); v; v = json_next(v))
        explain_route(look, pager, v);
}
