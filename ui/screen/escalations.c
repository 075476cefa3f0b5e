/* escalations: see escalations.h. */
#include "screen/escalations.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include "screen/column.h"
#include "screen/ticket.h"
#include <string.h>

static const struct json *paging(const struct lists_item *item)
{
    return json_get(item->json, "escalation");
}

static const char *state_of(const struct lists_item *item)
{
    return json_get_string(paging(item), "state", "");
}

static bool is(const struct lists_item *item, const char *state)
{
    return str_eq(state_of(item), state);
}

/* All loops are through and nobody has answered. */
static bool is_unheard(const struct json *e)
{
    return str_eq(json_get_string(e, "state", ""), "triggered") &&
           json_get_i64(e, "loop", 0) > json_get_i64(e, "repeat", 0);
}

/* --- the columns --- */

static void draw_id(const struct look *look, struct surface *s, int row, int column, int width,
                    const void *item, bool selected)
{
    surface_right(s, row, column, width, selected ? UI_SELECTED : UI_NORMAL,
                  arena_printf(look->arena, "%lld", (long long)((const struct lists_item *)item)->id));
}

static void draw_state(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    struct badge badge = look_escalation(field_word_value(field_find("escalated"), state_of(item)));
    const char *by = json_get_string(paging(item), "acked_by", "");
    (void)selected;
    surface_text(
        s, row, column, width, badge.role,
        arena_printf(look->arena, "%s %s %s", badge.glyph, badge.word, *by ? look_owner(look, by) : ""));
}

/* Roomy: "2 of 4 loop 1". */
static void draw_step(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    bool steps = is(item, "triggered");
    (void)selected;
    surface_text(s, row, column, width, steps ? UI_NORMAL : UI_MUTED,
                 !steps                      ? "-"
                 : is_unheard(paging(item)) ? "all taken"
                                             : look_step(look->arena, paging(item)));
}

/* The same in six columns: "2 of 4", "2/4 ↻1" in a loop. */
static void draw_step_short(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct json *e = paging(item);
    long long step = json_get_i64(e, "step", -1) + 1, steps = json_get_i64(e, "steps", 0), loop = json_get_i64(e, "loop", 0);
    if (!is(item, "triggered") || !loop || step <= 0)
        draw_step(look, s, row, column, width, item, selected);
    else
        surface_text(s, row, column, width, is_unheard(e) ? UI_LATE : UI_NORMAL,
                     is_unheard(e) ? "all" : arena_printf(look->arena, "%lld/%lld ↻%lld", step, steps, loop));
}

/* A time to come with its bar: how much of the way from `from` is left. */
static void draw_left(const struct look *look, struct surface *s, int row, int column, int width,
                      const char *word, int64_t from, int64_t until, enum ui_role role)
{
    enum { BAR = 8 };
    int64_t left = until - look->now;
    int end = column + width;
    column += surface_textf(s, row, column, width, role, "%s%s", word,
                            *word ? look_left(look->arena, left > 0 ? left : 0)
                                  : look_countdown(look->arena, left > 0 ? left : 0)) +
              1;
    if (until > from && width >= 14 && !*word)
        surface_bar(s, row, column, end - column < BAR ? end - column : BAR, left > 0 ? (int)(left * 10000 / (until - from)) : 0, role);
}

enum { ROOMY = 14 };

static void draw_next(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    const struct json *e = paging(item);
    static const struct {
        const char *state, *member, *word, *narrow, *none;
    } ends[] = {{"acknowledged", "ack_expires_at", "timeout ", "again ", "-"},
                {"snoozed", "snoozed_until", "until ", "in ", "-"},
                {"suppressed", "held_until", "held ", "held ", "-"}};
    (void)selected;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        int64_t at = json_get_i64(e, ends[i].member, 0);
        if (!is(item, ends[i].state))
            continue;
        if (at)
            draw_left(look, s, row, column, width, width < ROOMY ? ends[i].narrow : ends[i].word, 0, at, UI_DIM);
        else
            surface_text(s, row, column, width, UI_MUTED, ends[i].none);
        return;
    }
    int64_t next = json_get_i64(e, "next_at", 0), stepped = json_get_i64(e, "stepped_at", 0);
    draw_left(look, s, row, column, width, "", stepped ? stepped : json_get_i64(e, "opened_at", 0), next,
              is_unheard(e) ? UI_LATE : UI_WARN);
}

enum { LAPSING_MS = 600000 };

/* What became of one page: "slack ok", "phones failed". What the console shows itself needs no word. */
static const char *outcome(const char *state)
{
    static const struct {
        const char *state, *word;
    } words[] = {{"delivered", "ok"}, {"dead", "failed"}, {"skipped", "failed"}, {"dropped", "taken back"},
                 {"bundled", "bundled"}, {"held", "bundled"}, {"retrying", "retrying"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].state, state))
            return words[i].word;
    return "pending";
}

static void add_told(const struct look *look, struct str *out, const struct json *told)
{
    const struct json *by = json_get(told, "by");
    str_addf(out, "%s%s: ", out->len ? " · " : "", look_owner(look, json_get_string(told, "agent", "")));
    if (!json_count(by))
        str_adds(out, "console");
    for (const struct json *one = json_first(by); one; one = json_next(one)) {
        const char *place = json_get_string(one, "destination", "");
        str_addf(out, "%s%s %s", one == json_first(by) ? "" : ", ", str_starts(place, "page:") ? "push" : place,
                 outcome(json_get_string(one, "state", "")));
    }
}

/* Told once more, a person's last page counts; told[] is oldest first. */
static bool is_told_again(const struct json *told)
{
    const char *agent = json_get_string(told, "agent", "");
    for (const struct json *later = json_next(told); later; later = json_next(later))
        if (str_eq(json_get_string(later, "agent", ""), agent))
            return true;
    return false;
}

/* How far a page came: to its reader by all its ways, by some, by none. */
static const char *reached(const struct json *told)
{
    const struct json *by = json_get(told, "by");
    int ok = 0, failed = 0, all = (int)json_count(by);
    for (const struct json *one = json_first(by); one; one = json_next(one)) {
        const char *word = outcome(json_get_string(one, "state", ""));
        ok += str_eq(word, "ok");
        failed += str_eq(word, "failed");
    }
    return !all ? "console" : ok == all ? "ok" : ok ? "partly" : failed == all ? "failed" : "pending";
}

/* Each way of each person; how far it came to each person; how many it came to: what fits. */
enum telling { BY_WAY, BY_PERSON, BY_COUNT };

static const char *told_of(const struct look *look, const struct lists_item *item, enum telling how)
{
    int people = 0, came = 0;
    AUTO_STR out;
    str_init(&out, 1000);
    for (const struct json *told = json_first(json_get(item->json, "told")); told; told = json_next(told)) {
        if (is_told_again(told))
            continue;
        people++;
        came += str_eq(reached(told), "ok") || str_eq(reached(told), "partly");
        if (how == BY_WAY)
            add_told(look, &out, told);
        else if (how == BY_PERSON)
            str_addf(&out, "%s%s %s", out.len ? ", " : "", look_owner(look, json_get_string(told, "agent", "")), reached(told));
    }
    if (how == BY_COUNT)
        str_addf(&out, "%d of %d reached", came, people);
    return arena_strdup(look->arena, people ? out.data : "nobody yet");
}

static bool any_failed(const struct lists_item *item)
{
    for (const struct json *told = json_first(json_get(item->json, "told")); told; told = json_next(told))
        for (const struct json *one = json_first(json_get(told, "by")); one && !is_told_again(told); one = json_next(one))
            if (str_eq(outcome(json_get_string(one, "state", "")), "failed"))
                return true;
    return false;
}

static void draw_told(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    bool told = json_count(json_get(((const struct lists_item *)item)->json, "told")) > 0;
    const char *text = NULL;
    (void)selected;
    for (enum telling how = BY_WAY; how <= BY_COUNT && (!text || text_columns(text) > width); how++)
        text = text_safe_in(look->arena, told_of(look, item, how), TEXT_LINE);
    surface_text(s, row, column, width, !told || any_failed(item) ? UI_LATE : UI_NORMAL, text);
}

static void draw_since(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    (void)selected;
    surface_right(s, row, column, width, UI_DIM,
                  look_ago(look->arena, look->now - json_get_i64(paging(item), "opened_at", look->now)));
}

static void draw_title(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_STRONG,
                 json_get_string(((const struct lists_item *)item)->json, "title", ""));
}

static const struct column columns[] = {
    {"#", 6, 0, true, draw_id},          {"State", 13, 0, false, draw_state},
    {"Step", 13, 0, false, draw_step},   {"Next in", ROOMY, 0, false, draw_next},
    {"Told", -27, 0, false, draw_told},  {"Since", 5, 112, true, draw_since},
    {"Subject", 0, 0, false, draw_title}};

/* At night in a narrow window: which step it is at, when the next one is, whom it reached; the rest stands below the list. */
enum { NARROW_BELOW = 104 };
static const struct column narrow[] = {
    {"#", 6, 0, true, draw_id},           {"State", 13, 0, false, draw_state},
    {"Step", 6, 0, false, draw_step_short}, {"Next in", 9, 0, false, draw_next},
    {"Told", 17, 72, false, draw_told},   {"Subject", 0, 50, false, draw_title}};

/* --- the rows --- */

static const struct json *rows_of(const struct look *look, enum mirror_doc_id id)
{
    return json_get(mirror_doc(look->mirror, id)->root, "rows");
}

static void add_rows(struct lists_item *list, int *count, const struct json *rows)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        list[(*count)++] = (struct lists_item){.json = row, .id = json_get_i64(row, "id", 0)};
}

static const struct lists_item *item_of(const struct lists_item *list, int count, int64_t ticket)
{
    for (int i = 0; i < count; i++)
        if (list[i].id == ticket)
            return &list[i];
    return NULL;
}

/* What is mine: the first of what pages me, and what I took. */
static struct lists_item *mine(const struct look *look, int *count)
{
    const struct json *rows = rows_of(look, MIRROR_PAGED);
    struct lists_item *list = ARENA_ARRAY(look->arena, struct lists_item, json_count(rows) + 1);
    *count = 0;
    add_rows(list, count, rows);
    return list;
}

/* What is mine and not among the first of all stands before those. */
static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *rows = rows_of(look, MIRROR_ESCALATIONS);
    int own, all = 0;
    const struct lists_item *of_mine = mine(look, &own);
    struct lists_item *list = ARENA_ARRAY(look->arena, struct lists_item, json_count(rows) + (size_t)own + 1), *listed = list + own;
    add_rows(listed, &all, rows);
    *count = 0;
    for (int i = 0; i < own; i++)
        if (!item_of(listed, all, of_mine[i].id))
            list[(*count)++] = of_mine[i];
    memmove(list + *count, listed, (size_t)all * sizeof *list);
    *count += all;
    return list;
}

static bool more(const struct look *look)
{
    return json_get_bool(mirror_doc(look->mirror, MIRROR_ESCALATIONS)->root, "more", false);
}

/* --- what pages me --- */

/* I took it, and it pages again soon, for nothing was heard of me since. */
static bool lapses(const struct look *look, const struct lists_item *item)
{
    int64_t at = paged_again_at(item->json, mirror_me(look->mirror));
    return at > look->now && at - look->now < LAPSING_MS;
}

struct paged escalations_page_me(const struct look *look)
{
    int64_t triggered, acknowledged, snoozed;
    mirror_escalations(look->mirror, &triggered, &acknowledged, &snoozed);
    struct paged paged = triggered || acknowledged ? mirror_paged(look->mirror) : (struct paged){0};
    paged.count = triggered ? paged.count : 0;
    if (paged.lapses_at <= look->now || paged.lapses_at - look->now >= LAPSING_MS)
        paged.lapsing = 0;
    return paged;
}

int64_t escalations_next_of_mine(const struct look *look, int64_t after)
{
    int count, at = -1;
    const struct lists_item *list = mine(look, &count);
    for (int i = 0; i < count; i++)
        if (list[i].id == after)
            at = i;
    for (int i = 1; i <= count; i++) {
        const struct lists_item *item = &list[(at + i + count) % count];
        if (paged_me(item->json, mirror_me(look->mirror)) || lapses(look, item))
            return item->id;
    }
    return 0;
}

bool escalations_has(const struct look *look, int64_t ticket)
{
    int count;
    const struct lists_item *list = items(look, &count);
    return item_of(list, count, ticket) != NULL;
}

bool escalations_pages_me(const struct look *look, int64_t ticket)
{
    int count; /* of what is mine alone: the rest is as it was when the screen was left */
    const struct lists_item *list = mine(look, &count), *item = item_of(list, count, ticket);
    return item && paged_me(item->json, mirror_me(look->mirror));
}

const char *escalations_call(const struct look *look)
{
    struct paged paged = escalations_page_me(look);
    if (!paged.count)
        return !paged.lapsing ? "" : arena_printf(look->arena, "✔ #%lld, taken by you, pages again in %s", (long long)paged.lapsing, look_left(look->arena, paged.lapses_at - look->now));
    return paged.count > 1 ? arena_printf(look->arena, "‼ %d%s page you", paged.count, paged.more ? "+" : "")
                           : arena_printf(look->arena, "‼ #%lld pages you, %s", (long long)paged.ticket, look_ago(look->arena, look->now - paged.since));
}

/* --- above: the head, and what must not be missed --- */

static void head(const struct look *look, struct surface *s)
{
    int64_t triggered, acknowledged, snoozed;
    mirror_escalations(look->mirror, &triggered, &acknowledged, &snoozed);
    int column = surface_text(s, 1, 1, -1, UI_TITLE, "Escalations") + 4;
    column = look_piece(look, s, 1, column, triggered ? UI_CRITICAL : UI_DIM, arena_printf(look->arena, "%lld triggered", (long long)triggered));
    if (!*mirror_oncall(look->mirror)) /* else the line above says who */
        column = look_piece(look, s, 1, column, UI_LATE, "nobody is on call");
    column = look_piece(look, s, 1, column, UI_DIM, arena_printf(look->arena, "%lld acknowledged", (long long)acknowledged));
    column = look_piece(look, s, 1, column, UI_DIM, arena_printf(look->arena, "%lld snoozed", (long long)snoozed));
    if (more(look))
        look_piece(look, s, 1, column, UI_DIM, arena_printf(look->arena, "the first %s are here", look_count(look->arena, (int64_t)json_count(rows_of(look, MIRROR_ESCALATIONS)))));
}

static int unheard_banner(const struct look *look, struct surface *s, int row, int rows)
{
    AUTO_STR numbers;
    int count, n = 0;
    str_init(&numbers, 400);
    struct lists_item *list = items(look, &count);
    for (int i = 0; i < count; i++)
        if (is_unheard(paging(&list[i])))
            str_addf(&numbers, "%s#%lld", n++ ? ", " : "", (long long)list[i].id);
    return !n ? 0 : look_banner(look, s, row, 1, rows, UI_CRITICAL, arena_printf(look->arena, "‼ Nobody answers %s: all steps taken, a reminder each hour. K acknowledges.", numbers.data));
}

static int window_banner(const struct look *look, struct surface *s, int row, int rows)
{
    const struct window *w = mirror_window(look->mirror, look->now);
    return !w ? 0 : look_banner(look, s, row, 1, rows, UI_WARN,
                                arena_printf(look->arena, "⏸ Maintenance until %s, says %s: %s. Pages are held for %s; what is open then triggers.", look_stamp(look, w->to),
                                             look_owner(look, w->by), w->reason, *w->scope ? w->scope : "all tickets"));
}

static int above(const struct look *look, struct surface *s, int row, int rows)
{
    int used = 0;
    if (rows > 2)
        used += unheard_banner(look, s, row, rows - 2);
    if (rows > 2 + used)
        used += window_banner(look, s, row + used, rows - 2 - used);
    if (used)
        surface_rule(s, row + used++);
    return used;
}

/* --- below: the row under the cursor, in full --- */

/* On a second row as well, where it needs one and there is one before `last`. */
static int fact(const struct look *look, struct surface *s, int row, int last, const char *name, enum ui_role role, const char *text)
{
    surface_text(s, row, 1, 14, UI_DIM, name);
    return row + look_banner(look, s, row, 16, last - row > 2 ? 2 : 1, role, text);
}

static int draw_each_told(const struct look *look, struct surface *s, int row, int last,
                          const struct lists_item *item)
{
    for (const struct json *told = json_first(json_get(item->json, "told")); told && row < last; told = json_next(told)) {
        if (is_told_again(told))
            continue;
        AUTO_STR out;
        str_init(&out, 1000);
        add_told(look, &out, told);
        row = fact(look, s, row, last, look_clock(look, json_get_i64(told, "at", 0)), UI_NORMAL,
                   arena_printf(look->arena, "step %lld  %s", (long long)json_get_i64(told, "step", 0) + 1, out.data));
    }
    return row;
}

static void detail(const struct look *look, struct surface *s, int row, int rows,
                   const struct lists_item *item)
{
    const struct json *e = paging(item);
    const char *policy = json_get_string(e, "policy", ""), *version = json_get_string(e, "policy_version", "");
    long long occurrences = json_get_i64(e, "occurrences", 1);
    int last = row + rows;
    row = fact(look, s, row, last, "why", UI_NORMAL,
               arena_printf(look->arena, "%s%s", json_get_string(e, "reason", "no reason given"),
                            occurrences > 1 ? arena_printf(look->arena, "  (asked for %lld times)", occurrences) : ""));
    row = fact(look, s, row, last, "step", UI_DIM,
               arena_printf(look->arena, "%s, since %s; policy %s%s%s", look_step(look->arena, e), look_stamp(look, json_get_i64(e, "opened_at", 0)),
                            *policy ? policy : "none: leads only", *version ? " version " : "", version));
    if (is(item, "acknowledged") && json_get_i64(e, "ack_expires_at", 0) > look->now && row < last)
        row = fact(look, s, row, last, "acked", lapses(look, item) ? UI_WARN : UI_DIM,
                   arena_printf(look->arena, "by %s, pages again in %s; a reply, note or status holds it", look_owner(look, json_get_string(e, "acked_by", "")),
                                look_left(look->arena, json_get_i64(e, "ack_expires_at", 0) - look->now)));
    row = draw_each_told(look, s, row, last - 1, item);
    if (row < last)
        row = fact(look, s, row, last, "", UI_MUTED, "w shows the whole chain, Enter the ticket") + 1;
    ticket_last_words(look, s, row, last - row, item->id);
}

static bool takes(const struct lists_item *item)
{
    return is(item, "triggered");
}

const struct lists_type escalations_list = {
    .takes = takes,
    .docs = {MIRROR_ESCALATIONS, MIRROR_PAGED},
    .doc_count = 2,
    .needs = 1,
    .partly = true,
    .more = more,
    .items = items,
    .head = head,
    .above = above,
    .detail = detail,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .narrow = narrow,
    .narrow_count = sizeof narrow / sizeof *narrow,
    .narrow_below = NARROW_BELOW,
    .empty = "Nobody is being paged. A critical ticket appears here with its step, its countdown and who was "
             "told; ! on a ticket pages whoever is on call now.",
};
