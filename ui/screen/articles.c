/* articles: see articles.h. Best first where words were asked for, else by title. */
#include "screen/articles.h"
#include "base/text.h"
#include "screen/column.h"
#include <string.h>

static const struct json *root(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_ARTICLES)->root;
}

static const char *text_of(const void *item, const char *name)
{
    return json_get_string(((const struct lists_item *)item)->json, name, "");
}

static int64_t number_of(const void *item, const char *name)
{
    return json_get_i64(((const struct lists_item *)item)->json, name, 0);
}

static struct badge status(const char *word)
{
    static const struct badge badges[] = {{"✔", "published", UI_OK}, {"○", "draft", UI_WARN}, {"■", "archived", UI_MUTED}};
    for (size_t i = 0; i < sizeof badges / sizeof *badges; i++)
        if (strcmp(badges[i].word, word) == 0)
            return badges[i];
    return (struct badge){"?", "unknown", UI_MUTED};
}

static void draw_title(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look;
    surface_text(s, row, column, width, selected ? UI_SELECTED : UI_STRONG, text_of(item, "title"));
}

static void draw_status(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct badge b = status(text_of(item, "status"));
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s %s", b.glyph, b.word));
}

static void draw_helped(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t used = number_of(item, "used"), helped = number_of(item, "helped");
    (void)selected;
    if (!used) {
        surface_right(s, row, column, width, UI_MUTED, "-");
        return;
    }
    surface_bar(s, row, column, 4, (int)(helped * 10000 / used), UI_OK);
    surface_right(s, row, column + 5, width - 5, UI_NORMAL, arena_printf(look->arena, "%lld of %lld", (long long)helped, (long long)used));
}

static void draw_category(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_DIM, text_of(item, "category"));
}

static void draw_from(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *key = text_of(item, "key");
    (void)selected;
    surface_text(s, row, column, width, UI_DIM, arena_strndup(look->arena, key, strcspn(key, ":")));
}

static void draw_author(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *author = text_of(item, "author");
    (void)selected;
    if (*author)
        surface_text(s, row, column, width, UI_GOLD, arena_printf(look->arena, "◆ %s", look_owner(look, author)));
}

static void draw_excerpt(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_DIM, text_safe_in(look->arena, text_of(item, "excerpt"), TEXT_LINE));
}

static const struct column columns[] = {{"Article", 34, 0, false, draw_title},    {"State", 12, 60, false, draw_status}, {"Helped", 14, 0, true, draw_helped},
                                        {"Category", 12, 100, false, draw_category}, {"By", 8, 110, false, draw_author},
                                        {"From", 7, 120, false, draw_from},       {"Begins", 0, 0, false, draw_excerpt}};

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *rows = json_get(root(look), "articles");
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(rows) + 1);
    *count = 0;
    for (const struct json *r = json_first(rows); r; r = json_next(r))
        all[(*count)++] = (struct lists_item){.json = r, .id = lists_key(json_get_string(r, "key", ""))};
    return all;
}

static void head(const struct look *look, struct surface *s)
{
    int64_t n = (int64_t)json_count(json_get(root(look), "articles"));
    int at = surface_text(s, 1, 1, -1, UI_TITLE, "Articles") + 3;
    const char *words = json_get_string(root(look), "q", "");
    if (root(look))
        at = look_piece(look, s, 1, at, UI_NORMAL, arena_printf(look->arena, "%s found", look_count(look->arena, n)));
    if (*words)
        surface_text(s, 1, at, look_columns(s) - at - 1, UI_INPUT, arena_printf(look->arena, "/%s   Esc shows all", words));
    else
        look_piece(look, s, 1, at, UI_DIM,
                     look_columns(s) < 90 ? "?? at a line's start in a reply puts one in" : "in the composer ?? at the start of a line puts one into a reply");
}

const struct lists_type articles_list = {
    .docs = {MIRROR_ARTICLES},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .empty = "There is no article yet, or none with these words; / asks for others.\n"
             "Articles come from sources that have a knowledge base, and from the Markdown files of the directory under `articles:` in triage.yaml.",
};

/* --- one of them --- */

static bool is_fence(const char *line)
{
    return strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0;
}

static void read_line(struct pager *pager, const char *line, bool code)
{
    size_t marks = strspn(line, "#");
    if (code)
        pager_block(pager, 4, UI_DIM, true, line);
    else if (marks && marks <= 6 && line[marks] == ' ')
        pager_block(pager, 2, UI_HEADING, false, line + marks + 1);
    else
        pager_block(pager, 2, UI_NORMAL, false, line);
}

static const char *helped(const struct look *look, const struct json *article)
{
    long long used = json_get_i64(article, "used", 0);
    return used ? arena_printf(look->arena, "helped %lld of %lld tickets", (long long)json_get_i64(article, "helped", 0), used) : "in no reply yet";
}

void articles_read(const struct look *look, struct pager *pager, const struct json *article)
{
    struct badge b = status(json_get_string(article, "status", ""));
    const char *url = json_get_string(article, "url", "");
    char *body = arena_strdup(look->arena, json_get_string(article, "body", ""));
    bool code = false;
    int64_t item = 1;
    pager_item(pager, item++);
    pager_block(pager, 2, UI_TITLE, false, json_get_string(article, "title", ""));
    pager_block(pager, 2, UI_DIM, false,
                arena_printf(look->arena, "%s %s   %s   %s%s%s", b.glyph, b.word, helped(look, article), json_get_string(article, "key", ""),
                             *url ? "   " : "", url));
    pager_line(pager);
    for (char *line = body, *end; line; line = end) {
        end = strchr(line, '\n');
        if (end)
            *end++ = 0;
        pager_item(pager, item++);
        if (is_fence(line))
            code = !code;
        else if (*line)
            read_line(pager, line, code);
        else
            pager_line(pager);
    }
}
