/* macros: the macros and canned replies one has: name, whose, what each does, and below the one under the cursor whole. */
#include "base/text.h"
#include "screen/lists.h"
#include <string.h>

static const struct json *root(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_MACROS)->root;
}

static const char *text_of(const void *item, const char *name)
{
    return json_get_string(((const struct lists_item *)item)->json, name, "");
}

static void draw_name(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look;
    surface_text(s, row, column, width, selected ? UI_SELECTED : UI_STRONG, text_of(item, "name"));
}

static void draw_title(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_NORMAL, text_of(item, "title"));
}

static void draw_whose(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *owner = text_of(item, "owner"), *by = text_of(item, "by");
    (void)look, (void)selected;
    surface_text(s, row, column, width, *owner ? UI_MINE : UI_DIM, *owner ? "● mine" : *by ? "○ the team's" : "· the desk's");
}

static void draw_does(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct json *actions = json_get(((const struct lists_item *)item)->json, "actions");
    AUTO_STR out;
    str_init(&out, 400);
    (void)look, (void)selected;
    for (const struct json *line = json_first(actions); line; line = json_next(line))
        str_addf(&out, "%s%s", json_string(line) ? json_string(line) : "", json_next(line) ? " · " : "");
    if (*text_of(item, "reply"))
        str_adds(&out, out.len ? " · and a reply" : "a canned reply");
    surface_text(s, row, column, width, UI_DIM, out.data);
}

static const struct column columns[] = {{"Macro", 16, 0, false, draw_name}, {"", -26, 90, false, draw_title},
                                        {"Whose", 12, 60, false, draw_whose}, {"Does", 0, 0, false, draw_does}};

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *rows = json_get(root(look), "macros");
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(rows) + 1);
    *count = 0;
    for (const struct json *r = json_first(rows); r; r = json_next(r))
        all[(*count)++] = (struct lists_item){.json = r, .id = lists_key(json_get_string(r, "name", ""))};
    return all;
}

static void head(const struct look *look, struct surface *s)
{
    int at = surface_text(s, 1, 1, -1, UI_TITLE, "Macros") + 3;
    look_piece(look, s, 1, at, UI_DIM,
               look_columns(s) < 64 ? "m on a ticket runs one" : look_columns(s) < 100 ? "m on a ticket runs one; / in a reply puts its text in" : "m on a ticket runs one after a look; / at the start of a line in a reply puts its text in");
}

/* Wrapped behind its heading; the rows used. */
static int block(const struct look *look, struct surface *s, int row, int rows, const char *heading, enum ui_role role, const char *text)
{
    char **lines;
    int count = *text ? text_wrap(look->arena, text_safe_in(look->arena, text, TEXT_BLOCK), look_columns(s) - 13, &lines) : 0, used = 0;
    for (; used < count && used < rows; used++) {
        surface_text(s, row + used, 2, 9, UI_HEADING, used ? "" : heading);
        surface_text(s, row + used, 12, look_columns(s) - 13, role, lines[used]);
    }
    return used;
}

static void detail(const struct look *look, struct surface *s, int row, int rows, const struct lists_item *item)
{
    int used = block(look, s, row, rows, "for", UI_NORMAL, *text_of(item, "when") ? text_of(item, "when") : "every ticket");
    const struct json *first = json_first(json_get(item->json, "actions"));
    for (const struct json *line = first; line; line = json_next(line))
        used += block(look, s, row + used, rows - used, line == first ? "does" : "", UI_STRONG, json_string(line) ? json_string(line) : "");
    block(look, s, row + used, rows - used, "writes", UI_REPLY, text_of(item, "reply"));
}

const struct lists_type macros_list = {
    .docs = {MIRROR_MACROS},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .detail = detail,
    .empty = "No macro yet. They stand under `macros:` in triage.yaml; :macro-save keeps one here:\n"
             "macro-save name=thanks personal=yes reply=\"Thank you, {{customer.first_name}}!\"",
};
