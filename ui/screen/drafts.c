/* drafts: texts that are being written: mine, and those a colleague handed to the team. Below, the text under the cursor. */
#include "base/str.h"
#include "base/text.h"
#include "screen/attached.h"
#include "screen/drafts.h"
#include "screen/lists.h"
#include <string.h>

static const char *text_of(const void *item, const char *name)
{
    return json_get_string(((const struct lists_item *)item)->json, name, "");
}

static bool is(const void *item, const char *name)
{
    return json_get_bool(((const struct lists_item *)item)->json, name, false);
}

static void draw_ticket(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    surface_right(s, row, column, width, selected ? UI_SELECTED : UI_LINK,
                  arena_printf(look->arena, "%lld", (long long)json_get_i64(((const struct lists_item *)item)->json, "ticket", 0)));
}

static void draw_kind(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    bool note = str_eq(text_of(item, "kind"), "note");
    (void)look, (void)selected;
    surface_text(s, row, column, width, note ? UI_NOTE : UI_REPLY, note ? "note" : "reply");
}

static void draw_to(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct json *ticket = json_get(((const struct lists_item *)item)->json, "row");
    const char *name = json_get_string(ticket, "customer_name", NULL);
    (void)selected;
    bool note = str_eq(text_of(item, "kind"), "note");
    surface_text(s, row, column, width, note ? UI_MUTED : UI_CUSTOMER, note ? "the team" : name && *name ? text_safe_in(look->arena, name, TEXT_LINE) : "the customer");
}

/* Whose it is, and who sees it. */
static void draw_whose(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *who = is(item, "mine") ? "you" : text_of(item, "agent");
    (void)selected;
    surface_text(s, row, column, width, is(item, "mine") ? UI_MINE : UI_NORMAL, arena_printf(look->arena, "%s%s", who, is(item, "shared") ? ", shared" : ""));
}

static void draw_age(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_right(s, row, column, width, UI_DIM, look_ago(look->arena, look->now - ((const struct lists_item *)item)->at));
}

static void draw_words(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_NORMAL, text_safe_in(look->arena, text_of(item, "text"), TEXT_LINE));
}

static const struct column columns[] = {{"Ticket", 7, 0, true, draw_ticket}, {"Kind", 6, 0, false, draw_kind},   {"To", 16, 0, false, draw_to},
                                        {"Whose", 14, 0, false, draw_whose}, {"Age", 5, 0, true, draw_age}, {"First words", 0, 0, false, draw_words}};

static int64_t id_of(const struct look *look, const struct json *d)
{
    return lists_key(arena_printf(look->arena, "%lld:%s:%s", (long long)json_get_i64(d, "ticket", 0), json_get_string(d, "kind", ""), json_get_string(d, "agent", "")));
}

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *list = json_get(mirror_doc(look->mirror, MIRROR_DRAFTS)->root, "drafts");
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(list) + 1);
    *count = 0;
    for (const struct json *d = json_first(list); d; d = json_next(d))
        all[(*count)++] = (struct lists_item){.json = d, .id = id_of(look, d), .at = json_get_i64(d, "at", 0)};
    return all;
}

int drafts_mine(const struct look *look)
{
    int count, mine = 0;
    const struct lists_item *all = items(look, &count);
    for (int i = 0; i < count; i++)
        mine += is(&all[i], "mine");
    return mine;
}

const struct json *drafts_shared(const struct look *look, int64_t ticket, const struct json *after)
{
    const struct json *list = json_get(mirror_doc(look->mirror, MIRROR_DRAFTS)->root, "drafts");
    for (const struct json *d = after ? json_next(after) : json_first(list); d; d = json_next(d))
        if (json_get_i64(d, "ticket", 0) == ticket && json_get_bool(d, "shared", false))
            return d;
    return NULL;
}

static void head(const struct look *look, struct surface *s)
{
    int count, mine = drafts_mine(look), column = surface_text(s, 1, 1, -1, UI_TITLE, "Drafts") + 4;
    items(look, &count);
    column = look_piece(look, s, 1, column, UI_NORMAL, arena_printf(look->arena, "%d of yours", mine));
    if (count > mine)
        look_piece(look, s, 1, column, UI_PRESENCE,
                   arena_printf(look->arena, look_columns(s) < 48 ? "%d of the team" : look_columns(s) < 72 ? "%d handed to the team" : "%d handed to the team: Enter takes one over", count - mine));
}

/* The files it brings, as the composer says them; the rows it takes. */
static int draw_files(const struct look *look, struct surface *s, int row, const struct json *draft)
{
    struct attached files = {.count = 0};
    attached_read(&files, json_get(draft, "attachments"));
    if (files.count)
        surface_text(s, row, 4, look_columns(s) - 5, UI_ACCENT, text_safe_in(look->arena, attached_all(look->arena, &files), TEXT_LINE));
    return files.count > 0;
}

static void detail(const struct look *look, struct surface *s, int row, int rows, const struct lists_item *item)
{
    char **lines;
    const char *by = text_of(item, "by"), *subject = json_get_string(json_get(item->json, "row"), "title", NULL);
    int width = look_columns(s), n = text_wrap(look->arena, text_safe_in(look->arena, text_of(item, "text"), TEXT_BLOCK), width - 5, &lines);
    surface_textf(s, row, 2, width - 3, UI_DIM, "%s%s%s", subject ? text_safe_in(look->arena, subject, TEXT_LINE) : "", *by ? "   begun by " : "", by);
    int used = 1 + draw_files(look, s, row + 1, item->json);
    for (int i = 0; i < n && i < rows - used; i++)
        surface_text(s, row + used + i, 4, width - 5, UI_NORMAL, lines[i]);
}

const struct lists_type drafts_list = {
    .docs = {MIRROR_DRAFTS},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .empty = "No draft. What you postpone (Esc p) waits here, and what a colleague hands to the team (Esc s).\n"
             "ga shows the tickets: r replies to the one under the cursor, i writes a note.",
    .detail = detail,
};
