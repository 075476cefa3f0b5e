/* handover: see handover.h. Above stands the shift in numbers and whether the desk is clean; below, part by part in the order of
 * the answer, what stands open and what is to come. A part is named on its first row. */
#include "screen/handover.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include "screen/column.h"
#include <string.h>

static const struct json *root_of(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_HANDOVER)->root;
}

static const struct json *json_of(const void *item)
{
    return ((const struct lists_item *)item)->json;
}

static const char *text_of(const void *item, const char *name)
{
    return json_get_string(json_of(item), name, "");
}

static int64_t number_of(const void *item, const char *name)
{
    return json_get_i64(json_of(item), name, 0);
}

static bool is_part(const void *item, const char *name)
{
    return str_eq(text_of(item, "part"), name);
}

/* --- the columns --- */

enum { WHOLE = 20 };

/* A part in a narrow column. */
static const char *brief(const char *name, const char *title)
{
    static const struct { const char *name, *brief; } parts[] = {{"risk", "At risk"}, {"snoozed", "Waking soon"}, {"delivery", "Cannot leave"}, {"coming", "Coming"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (str_eq(parts[i].name, name))
            return parts[i].brief;
    return title;
}

static int rows_of(const struct look *look, const char *part)
{
    int n = 0;
    for (const struct json *r = json_first(json_get(root_of(look), "rows")); r; r = json_next(r))
        n += str_eq(part, json_get_string(r, "part", ""));
    return n;
}

/* A part names itself on its first row (`at` is 1), and on its second that it has more than its rows. */
static void draw_part(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t nth = ((const struct lists_item *)item)->at;
    (void)selected;
    if (nth > 2)
        return;
    for (const struct json *p = json_first(json_get(root_of(look), "parts")); p; p = json_next(p)) {
        const char *name = json_get_string(p, "name", ""), *title = json_get_string(p, "title", "");
        int64_t count = json_get_i64(p, "count", 0), more = count - rows_of(look, name);
        if (!str_eq(name, text_of(item, "part")))
            continue;
        if (nth == 1)
            surface_textf(s, row, column, width, UI_TITLE, "%s %s", width < WHOLE ? brief(name, title) : title, look_count(look->arena, count));
        else if (more > 0)
            surface_textf(s, row, column, width, UI_DIM, "  %s not shown", look_count(look->arena, more));
    }
}

static void draw_number(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t id = number_of(item, "id");
    if (id)
        surface_right(s, row, column, width, selected ? UI_SELECTED : UI_NORMAL, arena_printf(look->arena, "%lld", (long long)id));
}

static void draw_who(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    bool ticket = number_of(item, "id") != 0;
    const char *who = text_of(item, ticket ? "assignee" : "name");
    (void)selected;
    if (ticket && !*who)
        surface_text(s, row, column, width, UI_LATE, "nobody");
    else if (ticket || is_part(item, "coming"))
        surface_text(s, row, column, width, UI_NORMAL, look_owner(look, who));
}

static struct badge due_badge(const struct look *look, const void *item)
{
    int64_t due = number_of(item, "next_due_at"), left = due - look->now;
    bool late = str_eq(text_of(item, "sla"), "late") || (due && left < 0);
    if (late)
        return (struct badge){"✗", "breached", UI_LATE};
    if (!due)
        return (struct badge){"", "no clock", UI_MUTED};
    return (struct badge){"", arena_printf(look->arena, "due in %s", look_left(look->arena, left)), left < 3600000 ? UI_WARN : UI_NORMAL};
}

/* "Thu 22:32 - 00:32"; what lasts for days is said in days: "Mon - Sun". */
static const char *when(const struct look *look, int64_t from, int64_t to)
{
    enum { DAY = 86400000 };
    const char *begins = look_stamp(look, from), *ends = look_stamp(look, to);
    if (to - from < (int64_t)DAY)
        return arena_printf(look->arena, "%s - %s", begins, look_clock(look, to));
    if (to - from < 2 * (int64_t)DAY)
        return arena_printf(look->arena, "%s - %s", begins, ends);
    return arena_printf(look->arena, "%.*s - %.*s", (int)strcspn(begins, ":") - (strchr(begins, ':') ? 3 : 0), begins,
                        (int)strcspn(ends, ":") - (strchr(ends, ':') ? 3 : 0), ends);
}

static struct badge state_badge(const struct look *look, const void *item)
{
    if (is_part(item, "escalation"))
        return look_escalation(field_word_value(field_find("escalated"), json_get_string(json_get(json_of(item), "escalation"), "state", "")));
    if (is_part(item, "snoozed"))
        return (struct badge){"", arena_printf(look->arena, "wakes %s", look_stamp(look, number_of(item, "snoozed_until"))), UI_NORMAL};
    if (is_part(item, "delivery"))
        return number_of(item, "dead") ? (struct badge){"✗", arena_printf(look->arena, "%lld dead", (long long)number_of(item, "dead")), UI_LATE}
                                       : look_destination("paused");
    if (is_part(item, "coming"))
        return (struct badge){"", when(look, number_of(item, "from"), number_of(item, "to")), UI_DIM};
    return due_badge(look, item);
}

static void draw_state(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct badge b = state_badge(look, item);
    const char *lead = *b.glyph ? " " : number_of(item, "id") ? "  " : ""; /* words of tickets stand under each other */
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s%s%s", b.glyph, lead, b.word));
}

static void draw_what(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *text = text_of(item, "text");
    (void)selected;
    if (number_of(item, "id"))
        surface_text(s, row, column, width, UI_STRONG, text_of(item, "title"));
    else
        surface_text(s, row, column, width, UI_NORMAL, arena_printf(look->arena, "%s%s%s", is_part(item, "coming") ? text_of(item, "what") : text_of(item, "name"),
                                                                    *text ? ": " : "", text));
}

static const struct column columns[] = {{"Part", -14, 0, false, draw_part},  {"#", 6, 0, true, draw_number}, {"State", 17, 0, false, draw_state},
                                        {"Who", 8, 70, false, draw_who}, {"What", 0, 0, false, draw_what}};

/* --- the table --- */

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *rows = json_get(root_of(look), "rows");
    const char *part = "";
    int64_t nth = 0;
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(rows) + 1);
    *count = 0;
    for (const struct json *r = json_first(rows); r; r = json_next(r), ++*count) {
        nth = str_eq(part, json_get_string(r, "part", "")) ? nth + 1 : 1;
        all[*count] = (struct lists_item){.json = r, .id = *count + 1, .at = nth};
        part = json_get_string(r, "part", "");
    }
    return all;
}

static void head(const struct look *look, struct surface *s)
{
    const struct json *root = root_of(look), *last = json_get(root, "last");
    const char *by = json_get_string(last, "by", ""), *oncall = "";
    int column = surface_text(s, 1, 1, -1, UI_TITLE, "Handover") + 4;
    for (const struct json *a = json_first(json_get(root, "oncall")); a; a = json_next(a))
        oncall = arena_printf(look->arena, "%s%s%s", oncall, *oncall ? ", " : "", json_string(a) ? look_owner(look, json_string(a)) : "");
    column = look_piece(look, s, 1, column, UI_NORMAL, *by ? arena_printf(look->arena, "%s since %s", look_owner(look, by), look_stamp(look, json_get_i64(last, "at", 0)))
                                                           : "nobody has acknowledged one yet");
    look_piece(look, s, 1, column, *oncall ? UI_DIM : UI_LATE, *oncall ? arena_printf(look->arena, "on call %s", oncall) : "nobody is on call");
}

/* Came in, went out, what went wrong, what the clock moved; what there was none of is not told. */
static int shift_line(const struct look *look, struct surface *s, int row, int last)
{
    static const struct { const char *name, *word; enum ui_role role; } counts[] = {
        {"received", "in", UI_NORMAL},        {"resolved", "resolved", UI_OK},       {"reopened", "reopened", UI_WARN},
        {"breached", "breached", UI_LATE},    {"escalated", "escalated", UI_LATE},   {"acknowledged", "acked", UI_NORMAL},
        {"assigned", "assigned", UI_NORMAL}, {"returned", "returned", UI_WARN}, {"skipped", "skipped", UI_WARN}};
    const struct json *shift = json_get(root_of(look), "shift");
    int column = surface_textf(s, row, 2, -1, UI_DIM, "since %s%s", look_stamp(look, json_get_i64(shift, "since", 0)),
                                json_get_bool(shift, "cut", false) ? " (not counted before)" : "") + 4;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t n = json_get_i64(shift, counts[i].name, 0);
        const char *text = arena_printf(look->arena, "%s %s", look_count(look->arena, n), counts[i].word);
        if (n && column + (int)strlen(text) >= look_columns(s)) {
            if (row == last)
                break;
            row++;
            column = 2;
        }
        if (n)
            column += surface_text(s, row, column, -1, counts[i].role, text) + 2;
    }
    return row + 1;
}

/* Gives the row below it. */
static int clean_line(const struct look *look, struct surface *s, int row, int rows)
{
    const char *flaw = json_get_string(json_get(root_of(look), "open"), "flaw", "");
    const char *text = *flaw ? arena_printf(look->arena, "▲ not clean: %s", flaw) : "✓ clean: nothing is left that should not wait";
    return row + look_banner(look, s, row, 2, rows, *flaw ? UI_WARN : UI_OK, text);
}

static int above(const struct look *look, struct surface *s, int row, int rows)
{
    if (!root_of(look) || rows < 3)
        return 0;
    int below = shift_line(look, s, row, row + rows - 3), used = clean_line(look, s, below, row + rows - below > 1 ? 2 : 1) - row;
    return used < rows ? used + 1 : used; /* with a blank behind it, where there is room for it */
}

const struct lists_type handover_list = {
    .docs = {MIRROR_HANDOVER},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .above = above,
    .empty = "Nothing stands open and nothing is to come: no escalation, no critical ticket, no clock at risk, nothing about to wake, no dead letter. "
             "A lead takes the desk over with H (triage handover ack).",
};
