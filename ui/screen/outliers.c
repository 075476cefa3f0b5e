/* outliers: see outliers.h. The share that came back stands above the desk's own, the histogram of gaps has the longest bar as its
 * measure: what is compared is a shape. */
#include "screen/outliers.h"
#include "base/str.h"
#include "widget/bar.h"

enum { NAME = 16, BAR = 32, GAPS = 6, QUICK = 2 /* the gaps under a minute */ };

static const struct json *agents(const struct look *look)
{
    return json_get(mirror_doc(look->mirror, MIRROR_OUTLIERS)->root, "agents");
}

static const struct json *find(const struct look *look, const char *agent)
{
    for (const struct json *a = json_first(agents(look)); a; a = json_next(a))
        if (str_eq(json_get_string(a, "agent", NULL), agent))
            return a;
    return NULL;
}

const char *outliers_odd(const struct look *look, const char *agent)
{
    return json_get_string(find(look, agent), "odd", "");
}

int outliers_count(const struct look *look)
{
    int count = 0;
    for (const struct json *a = json_first(agents(look)); a; a = json_next(a))
        count += *json_get_string(a, "odd", "") != 0;
    return count;
}

static void share(struct surface *s, int row, const char *name, enum ui_role role, int64_t back, int64_t closes)
{
    surface_text(s, row, 2, NAME, UI_DIM, name);
    bar_share(s, row, 2 + NAME, BAR, back, closes, role);
    surface_textf(s, row, 2 + NAME + BAR + 1, look_columns(s) - NAME - BAR - 4, UI_DIM, "%lld of %lld", (long long)back, (long long)closes);
}

static void of_all(const struct look *look, int64_t *back, int64_t *closes)
{
    for (const struct json *a = json_first(agents(look)); a; a = json_next(a)) {
        *back += json_get_i64(a, "reopened", 0);
        *closes += json_get_i64(a, "closes", 0);
    }
}

static int draw_gaps(const struct look *look, struct surface *s, int row, int rows, const struct json *gaps)
{
    int64_t most = 1, n;
    int used = 0;
    for (const struct json *g = json_first(gaps); g; g = json_next(g))
        most = json_i64(g, &n) && n > most ? n : most;
    for (const struct json *g = json_first(gaps); g && used < rows; g = json_next(g), used++) {
        bool last = !json_next(g);
        n = 0;
        json_i64(g, &n);
        surface_text(s, row + used, 2, NAME, UI_DIM, last ? "more" : arena_printf(look->arena, "%s%s", used ? "to " : "within ", json_name(g)));
        if (!n) { /* an empty bar is as loud as a full one */
            surface_text(s, row + used, 2 + NAME, -1, UI_MUTED, "-");
            continue;
        }
        bar_share(s, row + used, 2 + NAME, BAR, n, most, used < QUICK ? UI_WARN : UI_ACCENT);
        surface_textf(s, row + used, 2 + NAME + BAR + 1, -1, UI_DIM, "%lld", (long long)n);
    }
    return used;
}

int outliers_draw(const struct look *look, struct surface *s, int row, int rows, const char *agent)
{
    const struct json *a = find(look, agent);
    const char *odd = json_get_string(a, "odd", "");
    int64_t back = 0, closes = 0, mine = json_get_i64(a, "closes", 0);
    if (!a || rows < 3)
        return 0;
    surface_text(s, row, 1, -1, UI_HEADING, "this month, for leads");
    surface_text(s, row, 24, -1, *odd ? UI_WARN : UI_DIM, *odd ? arena_printf(look->arena, "▲ %s", odd) : mine ? "nothing stands out" : "no ticket closed yet");
    of_all(look, &back, &closes);
    share(s, row + 1, "came back", *odd ? UI_WARN : UI_ACCENT, json_get_i64(a, "reopened", 0), mine);
    share(s, row + 2, "of the desk's", UI_DIM, back, closes);
    if (rows < 5)
        return 3;
    surface_text(s, row + 3, 1, -1, UI_HEADING, "how soon a ticket was closed after the one before");
    return 4 + draw_gaps(look, s, row + 4, rows - 4, json_get(a, "gaps"));
}
