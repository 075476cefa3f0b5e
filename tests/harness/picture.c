/* picture: the terminal's cells, drawn by the same hand as the screens' own pictures (term/svg): each of the terminal's sixteen
 * colours is a role of a theme made for this. */
#include "harness/picture.h"
#include "base/text.h"
#include "harness/console.h"
#include "term/svg.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <vterm.h>
#include <cmocka.h>

enum { DEFAULT = 16 };
static const uint32_t palette[DEFAULT + 1] = {0x14171c, 0xf07178, 0x8fc77a, 0xe6c07b, 0x82b1f0, 0xc79bf0, 0x6fc3c3, 0xc8ccd4, 0x5c6370,
                                              0xf07178, 0x8fc77a, 0xf0a05a, 0x82b1f0, 0xc79bf0, 0x6fc3c3, 0xf2f4f8, 0xc8ccd4};

/* The role that stands for a colour: any but the two that pictures treat otherwise. */
static enum ui_role role_of(int colour)
{
    int role = colour;
    role += role >= (UI_GUTTER < UI_BAR_REST ? (int)UI_GUTTER : (int)UI_BAR_REST);
    role += role >= (UI_GUTTER < UI_BAR_REST ? (int)UI_BAR_REST : (int)UI_GUTTER);
    return (enum ui_role)role;
}

static void make_theme(struct theme *theme)
{
    theme_mono(theme);
    theme->mono = false;
    memcpy(theme->colours, palette, sizeof palette);
    theme->colours[5] = palette[DEFAULT]; /* what has no colour of its own */
    theme->colours[17] = palette[5];
    for (int i = 0; i < UI_ROLES; i++)
        theme->styles[i] = (struct theme_style){.fg = THEME_NONE, .bg = THEME_NONE};
    for (int i = 0; i <= DEFAULT; i++)
        theme->styles[role_of(i)].fg = i == DEFAULT ? THEME_NONE : i == 5 ? 17 : (int8_t)i;
    theme->styles[UI_BAR_REST].fg = 8;
    theme->styles[UI_GUTTER].fg = 12;
}

static bool in_bar(const struct surface *s, int row, int column)
{
    return column > 0 && strcmp(surface_cell(s, row, column - 1)->text, "█") == 0;
}

static void put_cell(struct surface *s, int row, int column, const VTermScreenCell *cell)
{
    char text[32];
    size_t n = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] && cell->chars[i] != (uint32_t)-1; i++)
        n += (size_t)text_encode(cell->chars[i], text + n);
    if (!n)
        text[n++] = ' ';
    if (n == 3 && memcmp(text, "┃", 3) == 0) {
        surface_quote(s, row, column); /* text never draws it */
        return;
    }
    bool plain = VTERM_COLOR_IS_DEFAULT_FG(&cell->fg) || !VTERM_COLOR_IS_INDEXED(&cell->fg) || cell->fg.indexed.idx >= DEFAULT;
    bool gutter = n == 3 && memcmp(text, "▌", 3) == 0 && !in_bar(s, row, column); /* drawn whole, not as half of a bar */
    surface_textn(s, row, column, cell->width, gutter ? UI_GUTTER : role_of(plain ? DEFAULT : cell->fg.indexed.idx), text, n);
    unsigned attr = (cell->attrs.bold ? UI_BOLD : 0u) | (cell->attrs.underline ? UI_UNDERLINE : 0u) | (cell->attrs.reverse ? UI_REVERSE : 0u);
    surface_attr(s, row, column, cell->width, attr);
}

/* Blocks side by side, or before what is left of it, are a bar: what the console knew when it drew them. */
static void find_bars(struct surface *s)
{
    for (int row = 0; row < surface_rows(s); row++)
        for (int column = 0; column + 1 < surface_columns(s); column++) {
            const char *a = surface_cell(s, row, column)->text, *b = surface_cell(s, row, column + 1)->text, *ends = b;
            uint32_t first = text_next(&a, a + strlen(a)), second = text_next(&ends, ends + strlen(ends));
            if (first >= 0x2588 && first <= 0x2591 && second >= 0x2588 && second <= 0x2591 && first != 0x2590 && second != 0x2590)
                surface_attr(s, row, column, 2, UI_IN_BAR);
        }
}

void picture_draw(struct VTermScreen *screen, int columns, int rows, const char *title, FILE *out)
{
    struct surface *s = surface_new(columns, rows);
    struct theme theme;
    make_theme(&theme);
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns;) {
            VTermScreenCell cell;
            vterm_screen_get_cell(screen, (VTermPos){.row = row, .col = column}, &cell);
            put_cell(s, row, column, &cell);
            column += cell.width > 0 ? cell.width : 1;
        }
    find_bars(s);
    svg_write(s, &theme, title, out);
    surface_free(s);
}

void picture_write(struct console_run *c, const char *title, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out)
        fail_msg("writing %s: %s", path, strerror(errno));
    picture_draw(console_screen(c), CONSOLE_COLUMNS, CONSOLE_ROWS, title, out);
    assert_int_equal(fclose(out), 0);
}
