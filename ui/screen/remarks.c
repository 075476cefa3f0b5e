/* remarks: see remarks.h. */
#include "screen/remarks.h"
#include "base/text.h"

enum { REMARKS = 5, LEAST_TABS = 18, FILTER_BRIEF = 14, GAP = 2 };

struct remark {
    const char *text, *brief;
    enum ui_role role;
};

/* By consequence: keys act on what is marked; what came in may be urgent; the rest one has chosen oneself. */
static int collect(const struct list *list, const struct look *look, int width, struct remark *out)
{
    struct arena *a = look->arena;
    size_t above = list_new_above(list), marks = list_marks(list);
    const char *where = mirror_where(look->mirror), *safe = where ? text_safe_in(a, where, TEXT_LINE) : "";
    bool inverted;
    enum mirror_sort by = mirror_sorted(look->mirror, &inverted);
    const char *arrow = inverted ? "↑" : "↓";
    int n = 0;
    if (marks) {
        const char *text = arena_printf(a, "● %s", look_marked(a, marks, list_marks_unlisted(list)));
        out[n++] = (struct remark){text, text, UI_MARK};
    }
    if (above)
        out[n++] = (struct remark){arena_printf(a, "↑ %zu new above", above), arena_printf(a, "↑ %zu new", above), UI_NEW};
    else if (list_scrolled(list))
        out[n++] = (struct remark){"↑ more above", "↑ more", UI_DIM};
    if (where)
        out[n++] = (struct remark){arena_printf(a, "/ %s", text_fit(a, safe, width / 2)), arena_printf(a, "/ %s", text_fit(a, safe, FILTER_BRIEF)), UI_ACCENT};
    if (by || inverted)
        out[n++] = (struct remark){arena_printf(a, "%s by %s%s", arrow, sort_word(by), inverted ? ", inverted" : ""),
                                   arena_printf(a, "%s %s", arrow, sort_word(by)), UI_ACCENT};
    return n;
}

static int columns_of(const struct remark *list, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += text_columns(list[i].text) + GAP;
    return sum;
}

int remarks_draw(const struct list *list, const struct look *look, struct surface *s)
{
    struct remark remarks[REMARKS];
    int width = look_columns(s), room = width - 2 - LEAST_TABS, n = look->banner ? 0 : collect(list, look, width, remarks);
    for (int i = n - 1; i >= 0 && columns_of(remarks, n) > room; i--)
        remarks[i].text = remarks[i].brief;
    while (n > 1 && columns_of(remarks, n) > room)
        n--;
    int taken = columns_of(remarks, n), column = width - 1 - taken;
    for (int i = 0; i < n; i++) {
        column += GAP;
        column += surface_text(s, 1, column, -1, remarks[i].role, remarks[i].text);
    }
    return taken;
}
