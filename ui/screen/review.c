/* review: labels a person should look at, the least sure first, and below them why the classifier thinks so
 * and which resolved tickets are like this one. With few labels learned a number would claim more than it
 * knows: bands then. */
#include "base/text.h"
#include "core/field.h"
#include "screen/lists.h"
#include "screen/sign.h"
#include <stdlib.h>
#include <string.h>

static const struct json *root(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_LABELS)->root;
}

static const char *member(const void *item, const char *name)
{
    return json_get_string(((const struct lists_item *)item)->json, name, "");
}

static struct badge urgency(const char *word)
{
    return look_urgency(field_word_value(field_find("urgency"), word));
}

static bool bands(const struct look *look)
{
    return json_get_bool(json_get(root(look), "model"), "bands", true);
}

static void draw_id(const struct look *look, struct surface *s, int row, int column, int width,
                    const void *item, bool selected)
{
    const struct lists_item *i = item;
    bool pending = mirror_pending(look->mirror, i->id);
    surface_right(s, row, column, width,
                  pending    ? UI_MUTED
                  : selected ? UI_SELECTED
                             : UI_NORMAL,
                  arena_printf(look->arena, "%lld", (long long)i->id));
}

static void draw_label(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    struct badge b = urgency(member(item, "urgency"));
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s %s", b.glyph, b.word));
}

/* As a sentence has it: how sure. An urgency is "low" or "high", too. */
static const char *band_word(const char *band)
{
    return str_eq(band, "low") ? sign_of(SIGN_UNSURE).word : str_eq(band, "medium") ? sign_of(SIGN_LIKELY).word : "sure";
}

static void draw_sure(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_NORMAL,
                 bands(look) ? band_word(member(item, "band"))
                             : look_share(look->arena, json_get_i64(((const struct lists_item *)item)->json,
                                                                    "urgency_bp", 0)));
}

static void draw_over(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_DIM,
                 arena_printf(look->arena, "over %s", member(item, "runner_up")));
}

static void draw_category(const struct look *look, struct surface *s, int row, int column, int width,
                          const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_DIM, member(item, "category"));
}

static void draw_why(const struct look *look, struct surface *s, int row, int column, int width,
                     const void *item, bool selected)
{
    const char *why = member(item, "why_review");
    bool disagrees = str_eq(why, "model disagrees");
    (void)selected;
    surface_text(s, row, column, width, disagrees ? UI_WARN : UI_DIM,
                 disagrees ? arena_printf(look->arena, "now says %s", member(item, "model_says")) : why);
}

static void draw_title(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_STRONG, member(item, "title"));
}

static const struct column columns[] = {{"#", 6, 0, true, draw_id},
                                        {"Label", 11, 0, false, draw_label},
                                        {"Sure", 7, 0, false, draw_sure},
                                        {"", 13, 90, false, draw_over},
                                        {"Category", 10, 100, false, draw_category},
                                        {"Why here", 17, 0, false, draw_why},
                                        {"Subject", 0, 0, false, draw_title}};

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *rows = json_get(root(look), "rows");
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(rows) + 1);
    *count = 0;
    for (const struct json *r = json_first(rows); r; r = json_next(r))
        all[(*count)++] = (struct lists_item){.json = r, .id = json_get_i64(r, "id", 0)};
    return all;
}

static void head(const struct look *look, struct surface *s)
{
    const struct json *model = json_get(root(look), "model"), *accuracy = json_get(model, "accuracy"),
                      *shadow = json_get(root(look), "shadow");
    struct arena *a = look->arena;
    int column = surface_text(s, 1, 1, -1, UI_TITLE, "Label review") + 4;
    int64_t review = json_get_i64(root(look), "review", 0), listed = (int64_t)json_count(json_get(root(look), "rows"));
    column = look_piece(look, s, 1, column, UI_NORMAL,
          arena_printf(a, "%s of %s%s open", look_count(a, review), json_get_bool(root(look), "more", false) ? "the newest " : "",
                       look_count(a, json_get_i64(root(look), "of", 0))));
    if (listed < review)
        column = look_piece(look, s, 1, column, UI_DIM, arena_printf(a, "the %s least sure here", look_count(a, listed)));
    column = look_piece(look, s, 1, column, UI_DIM, json_get_string(model, "text", ""));
    if (json_get_i64(accuracy, "of", 0))
        column = look_piece(look, s, 1, column, UI_OK,
              arena_printf(a, "right on %lld of your last %lld",
                           (long long)json_get_i64(accuracy, "right", 0),
                           (long long)json_get_i64(accuracy, "of", 0)));
    if (json_get_i64(shadow, "of", 0))
        column = look_piece(look, s, 1, column, UI_WARN,
              arena_printf(a, "%lld more would escalate",
                           (long long)json_get_i64(shadow, "would_escalate", 0)));
}

/* --- about one --- */

/* The next that tips anything, as it is written here; NULL: none does. */
static const struct json *telling(const struct json *reason)
{
    while (reason && llabs(json_get_i64(reason, "weight_milli", 0)) < 50)
        reason = json_next(reason);
    return reason;
}

/* Weights as bars from a middle line: to the right what speaks for it, to the left what speaks against. */
static void draw_reason(const struct look *look, struct surface *s, int row, int width,
                        const struct json *reason, int64_t most)
{
    enum { HALF = 10, MIDDLE = 2 + HALF };
    int64_t weight = json_get_i64(reason, "weight_milli", 0), size = weight < 0 ? -weight : weight;
    int cells = most > 0 ? (int)((size * HALF + most - 1) / most) : 0;
    if (weight < 0)
        surface_bar(s, row, MIDDLE - cells, cells, 10000, UI_MUTED);
    else
        surface_bar(s, row, MIDDLE + 1, cells, 10000, UI_ACCENT);
    surface_textf(s, row, MIDDLE + HALF + 2, 6, weight < 0 ? UI_MUTED : UI_NORMAL, "%s%lld.%lld",
                  weight < 0 ? "-" : "+", (long long)((size + 50) / 1000),
                  (long long)((size + 50) / 100 % 10));
    surface_text(s, row, MIDDLE + HALF + 9, width - MIDDLE - HALF - 9, UI_NORMAL,
                 json_get_string(reason, "text", ""));
    (void)look;
}

static int draw_reasons(const struct look *look, struct surface *s, int row, int rows, int width,
                        const struct json *label)
{
    int64_t most = 1;
    int used = 0;
    const struct json *first = telling(json_first(json_get(label, "reasons")));
    for (const struct json *r = first; r; r = telling(json_next(r))) {
        int64_t weight = llabs(json_get_i64(r, "weight_milli", 0));
        most = weight > most ? weight : most;
    }
    surface_textf(s, row + used++, 2, width, UI_HEADING, "what speaks for %s",
                  json_get_string(label, "model_says", "it"));
    for (const struct json *r = first; r && used < rows; r = telling(json_next(r)))
        draw_reason(look, s, row + used++, width, r, most);
    if (!first && used < rows)
        surface_text(s, row + used++, 2, width, UI_MUTED,
                     "no word of it says anything: the starting guess alone");
    return used;
}

static void draw_similar(const struct look *look, struct surface *s, int row, int rows, int column, int width,
                         int64_t ticket)
{
    enum { NUMBER = 7, STAMP = 9, TITLE = NUMBER + 2 + STAMP + 2 };
    const struct mirror_doc *doc = mirror_doc(look->mirror, MIRROR_SIMILAR);
    int used = 0;
    surface_text(s, row + used++, column, width, UI_HEADING, "resolved tickets like it");
    if (doc->ticket != ticket || !doc->root)
        return;
    for (const struct json *r = json_first(json_get(doc->root, "rows")); r && used < rows;
         r = json_next(r), used++) {
        surface_right(s, row + used, column, NUMBER, UI_LINK, arena_printf(look->arena, "#%lld", (long long)json_get_i64(r, "id", 0)));
        surface_text(s, row + used, column + NUMBER + 2, STAMP, UI_DIM, look_stamp(look, json_get_i64(r, "resolved_at", 0)));
        surface_text(s, row + used, column + TITLE, width - TITLE, UI_NORMAL, json_get_string(r, "title", ""));
    }
    if (used == 1)
        surface_text(s, row + 1, column, width, UI_MUTED, "none yet");
}

enum { REASONS_MOST = 76 };

/* Side by side where there is room, else one below the other. */
static void detail(const struct look *look, struct surface *s, int row, int rows,
                   const struct lists_item *item)
{
    int width = look_columns(s);
    if (width >= 110) {
        int half = width / 2 < REASONS_MOST ? width / 2 : REASONS_MOST;
        draw_reasons(look, s, row, rows, half, item->json);
        draw_similar(look, s, row, rows, half + 2, width - half - 4, item->id);
        return;
    }
    int used = draw_reasons(look, s, row, rows > 4 ? rows - 2 : rows, width, item->json);
    if (used + 2 <= rows)
        draw_similar(look, s, row + used, rows - used, 2, width - 4, item->id);
}

const struct lists_type review_list = {
    .docs = {MIRROR_LABELS},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .empty = "No label wants a look: the classifier is sure of every open ticket, or a person has said so.\n"
             "L on any ticket corrects its label, = says that it is right; both are learned from.",
    .detail = detail,
};
