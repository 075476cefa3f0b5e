/* customer: who somebody is to us on one screen: contact, how satisfied they said they were, what colleagues noted, and
 * their tickets, open ones before past ones. */
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include "screen/lists.h"
#include "widget/bar.h"
#include <string.h>

enum { HEADING = 12, RATINGS = 40, NOTES_MOST = 6 };

static const struct json *root(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_CUSTOMER)->root;
}

static const struct json *person(const struct look *look)
{
    return json_get(root(look), "customer");
}

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static int64_t number_of(const struct json *object, const char *name)
{
    return json_get_i64(object, name, 0);
}

/* --- the tickets --- */

static const struct json *json_of(const void *item)
{
    return ((const struct lists_item *)item)->json;
}

static void draw_id(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct lists_item *i = item;
    surface_right(s, row, column, width, mirror_pending(look->mirror, i->id) ? UI_MUTED : selected ? UI_SELECTED : UI_NORMAL,
                  arena_printf(look->arena, "%lld", (long long)i->id));
}

static void draw_state(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct badge b = look_status(field_word_value(field_find("status"), text_of(json_of(item), "status")));
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s %s", b.glyph, b.word));
}

static void draw_urgency(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct badge b = look_urgency(field_word_value(field_find("urgency"), text_of(json_of(item), "urgency")));
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s %s", b.glyph, b.word));
}

static void draw_title(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_STRONG, text_of(json_of(item), "title"));
}

static void draw_owner(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_NORMAL, look_owner(look, text_of(json_of(item), "assignee")));
}

static void draw_said(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct badge b = look_csat(number_of(json_of(item), "csat"));
    (void)selected;
    surface_text(s, row, column, width, b.role, *b.word ? arena_printf(look->arena, "%s %s", b.glyph, b.word) : "-");
}

static void draw_reopened(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t n = number_of(json_of(item), "reopen_count");
    (void)selected;
    if (n)
        surface_text(s, row, column, width, UI_WARN, arena_printf(look->arena, "↩ %lld", (long long)n));
}

static void draw_when(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_right(s, row, column, width, UI_DIM, look_stamp(look, number_of(json_of(item), "received_at")));
}

static const struct column columns[] = {{"#", 6, 0, true, draw_id},           {"State", 11, 0, false, draw_state},     {"Urgency", 10, 90, false, draw_urgency},
                                        {"Subject", 0, 0, false, draw_title}, {"Owner", 8, 70, false, draw_owner},     {"Said", 9, 60, false, draw_said},
                                        {"Again", 5, 100, false, draw_reopened}, {"Came", 11, 76, true, draw_when}};

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *rows = json_get(root(look), "rows");
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(rows) + 1);
    *count = 0;
    for (const struct json *r = json_first(rows); r; r = json_next(r))
        all[(*count)++] = (struct lists_item){.json = r, .id = number_of(r, "id")};
    return all;
}

/* --- above them: the person --- */

struct page {
    const struct look *look;
    struct surface *s;
    int row, end, width;
};

static void fact(struct page *p, const char *heading, enum ui_role role, const char *text)
{
    if (p->row >= p->end || !text || !*text)
        return;
    surface_text(p->s, p->row, 2, HEADING - 2, UI_HEADING, heading);
    surface_text(p->s, p->row++, HEADING, p->width - HEADING - 1, role, text);
}

/* On as many rows as it needs and there are. */
static void paragraph(struct page *p, const char *heading, enum ui_role role, const char *text)
{
    char **lines;
    int n = text_wrap(p->look->arena, text_safe_in(p->look->arena, text, TEXT_LINE), p->width - HEADING - 1, &lines);
    for (int i = 0; i < n; i++)
        fact(p, i ? "" : heading, role, lines[i]);
}

/* Masked until somebody says why they look: then as a ticket of theirs has it. */
static void contact(struct page *p)
{
    const struct json *who = person(p->look), *shown = p->look->shown;
    const char *email = json_get_string(shown, "customer_email", text_of(who, "email")),
               *phone = json_get_string(shown, "customer_phone", text_of(who, "phone"));
    if (*email || *phone)
        fact(p, "contact", shown ? UI_CUSTOMER : UI_MASKED,
             arena_printf(p->look->arena, "%s%s%s%s", email, *email && *phone ? "   " : "", phone, shown ? "   (masked again in a moment)" : "   (# shows it)"));
}

static void counts(struct page *p)
{
    const struct json *who = person(p->look);
    struct arena *a = p->look->arena;
    int64_t open = number_of(who, "open"), past = number_of(who, "tickets") - open, again = number_of(who, "reopened");
    if (p->row >= p->end)
        return;
    surface_text(p->s, p->row, 2, HEADING - 2, UI_HEADING, "tickets");
    int at = look_piece(p->look, p->s, p->row, HEADING, open ? UI_STRONG : UI_NORMAL, arena_printf(a, "○ %s open", look_count(a, open)));
    at = look_piece(p->look, p->s, p->row, at, UI_NORMAL, arena_printf(a, "✔ %s%s past", look_count(a, past), json_get_bool(who, "more", false) ? "+" : ""));
    at = look_piece(p->look, p->s, p->row, at, again ? UI_WARN : UI_DIM, arena_printf(a, "↩ reopened %s", look_times(a, again)));
    look_piece(p->look, p->s, p->row++, at, UI_DIM, arena_printf(a, "first seen %s", look_since(a, p->look->now - number_of(who, "first_seen"))));
}

/* The mean, and each word in its order: what is going down is seen before it is read. */
static void satisfaction(struct page *p)
{
    const struct json *csat = json_get(person(p->look), "csat"), *last = NULL;
    int64_t n = number_of(csat, "n"), sum = number_of(csat, "sum"), values[RATINGS] = {0}, tenths = n ? sum * 10 / n : 0;
    size_t count = 0;
    struct arena *a = p->look->arena;
    if (p->row >= p->end)
        return;
    surface_text(p->s, p->row, 2, HEADING - 2, UI_HEADING, "satisfied");
    for (const struct json *h = json_first(json_get(csat, "history")); h; h = json_next(h)) {
        if (count == RATINGS)
            memmove(values, values + 1, sizeof values - sizeof *values);
        count += count < RATINGS;
        values[count - 1] = number_of(h, "csat");
        last = h;
    }
    if (!last) {
        surface_text(p->s, p->row++, HEADING, p->width - HEADING, UI_MUTED, "- no survey was answered yet");
        return;
    }
    struct badge mean = look_csat((tenths + 5) / 10), newest = look_csat(number_of(last, "csat"));
    int at = HEADING + surface_text(p->s, p->row, HEADING, -1, mean.role,
                                    arena_printf(a, "%s %lld.%lld of 5", mean.glyph, (long long)(tenths / 10), (long long)(tenths % 10))) + 1;
    at += surface_text(p->s, p->row, at, -1, UI_DIM, arena_printf(a, "over %s", look_count(a, n))) + 2;
    int wide = (int)count < RATINGS ? (int)count : RATINGS;
    wide = wide < p->width - at - 30 ? wide : p->width - at - 30;
    if (wide > 0) {
        bar_spark(p->s, p->row, at, wide, values, count, mean.role);
        at += wide + 2;
    }
    surface_text(p->s, p->row++, at, p->width - at - 1, newest.role,
                 arena_printf(a, "last: %s for #%lld, %s", newest.word, (long long)number_of(last, "ticket"), look_stamp(p->look, number_of(last, "at"))));
}

static void notes(struct page *p)
{
    int n = 0;
    const struct json *list = json_get(person(p->look), "notes");
    for (const struct json *note = json_first(list); note && n < NOTES_MOST; note = json_next(note), n++)
        paragraph(p, n ? "" : "notes", UI_NOTE,
                  arena_printf(p->look->arena, "%s %s: %s", look_stamp(p->look, number_of(note, "at")), look_owner(p->look, text_of(note, "by")), text_of(note, "text")));
    if (!n)
        fact(p, "notes", UI_MUTED, "- none; i writes one");
    if ((int)json_count(list) > n)
        fact(p, "", UI_DIM, arena_printf(p->look->arena, "and %d older ones: triage customer KEY", (int)json_count(list) - n));
}

/* What of these is not "", with room between. */
static const char *known(const struct look *look, const char *const *pieces, int count)
{
    AUTO_STR out;
    str_init(&out, 400);
    for (int i = 0; i < count; i++)
        if (*pieces[i])
            str_addf(&out, "%s%s", out.len ? "   " : "", pieces[i]);
    return arena_strdup(look->arena, out.data);
}

static int above(const struct look *look, struct surface *s, int row, int rows)
{
    struct page p = {look, s, row, row + rows - 1, look_columns(s)};
    const struct json *who = person(look);
    const char *plan = text_of(who, "plan"), *mood = text_of(who, "sentiment");
    const char *rest[] = {*plan ? plan : "-", text_of(who, "tenant"), text_of(who, "status"), *mood ? arena_printf(look->arena, "mood %s", mood) : ""};
    if (!who)
        return 0;
    fact(&p, "plan", UI_NORMAL, known(look, rest, sizeof rest / sizeof *rest));
    contact(&p);
    counts(&p);
    satisfaction(&p);
    notes(&p);
    return p.row - row + 1;
}

static void head(const struct look *look, struct surface *s)
{
    const struct json *who = person(look);
    const char *name = text_of(who, "name");
    int at = surface_text(s, 1, 1, -1, UI_TITLE, "Customer") + 3;
    at += surface_text(s, 1, at, look_columns(s) / 2, UI_CUSTOMER, *name ? name : "without a name") + 3;
    surface_text(s, 1, at, look_columns(s) - at - 1, UI_DIM, text_of(who, "key"));
}

const struct lists_type customer_list = {
    .docs = {MIRROR_CUSTOMER},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .above = above,
    .empty = "No ticket is theirs any more. q goes back; i writes a note on them.",
};
