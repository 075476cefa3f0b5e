/* popup: see popup.h. */
#include "screen/popup.h"
#include "base/text.h"

enum { GAP = 3, LABEL_MOST = 34 };

static int widest(const struct hint *list, int count, bool keys)
{
    int most = 0;
    for (int i = 0; i < count; i++) {
        int columns = text_columns(keys ? list[i].keys : list[i].label);
        most = columns > most ? columns : most;
    }
    return !keys && most > LABEL_MOST ? LABEL_MOST : most;
}

void popup_draw(const struct look *look, struct surface *s, const char *title, const struct hint *list, int count)
{
    int foot = look_footer_row(look, s), columns = look_columns(s), keys = widest(list, count, true), labels = widest(list, count, false);
    int width = keys + 1 + labels + GAP, beside = (columns - 2 + GAP) / width;
    beside = beside < 1 ? 1 : beside;
    int down = (count + beside - 1) / beside;
    down = down < foot - 2 ? down : foot - 2;
    surface_fill(s, foot - down - 1, 0, down + 1, surface_columns(s), UI_NORMAL);
    surface_rule(s, foot - down - 1);
    surface_textf(s, foot - down - 1, 2, columns - 4, UI_KEY, " %s%s ", title, text_is_ascii() ? "..." : "\u2026");
    int last = down * beside < count ? down * beside - 1 : count; /* the last place says how many there are besides */
    for (int i = 0; i < last; i++) {
        int row = foot - down + i % down, column = 1 + i / down * width;
        surface_text(s, row, column, keys, UI_KEY, list[i].keys);
        surface_text(s, row, column + keys + 1, labels, UI_HINT, list[i].label);
    }
    if (last < count && down > 0)
        surface_textf(s, foot - 1, 1 + (beside - 1) * width, columns - (beside - 1) * width - 2, UI_DIM, "%d more: Esc ?", count - last);
}
