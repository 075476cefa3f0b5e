/* surface: what is drawn is what is read back, whatever a stranger wrote. */
#include "base/text.h"
#include "term/surface.h"
#include "term/svg.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct surface *s;
static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    s = surface_new(20, 3);
    return 0;
}

static int end(void **state)
{
    (void)state;
    text_set_ascii(false);
    surface_free(s);
    arena_free(arena);
    return 0;
}

static void text_is_cut_with_an_ellipsis(void **state)
{
    (void)state;
    assert_int_equal(surface_text(s, 0, 2, 5, UI_NORMAL, "hello"), 5);
    assert_int_equal(surface_text(s, 0, 9, 5, UI_NORMAL, "hello world"), 5);
    assert_int_equal(surface_text(s, 1, 15, -1, UI_TITLE, "to the edge"), 5);
    assert_int_equal(surface_text(s, 2, 0, 4, UI_DIM, "\u65e5\u672c\u8a9e"), 3);
    assert_string_equal(surface_dump(arena, s), "  hello  hell\u2026\n               to t\u2026\n\u65e5\u2026\n");
    assert_string_equal(surface_dump_roles(arena, s), "1: title@15+5\n2: dim@0+3\n");
}

static void drawing_outside_is_no_error(void **state)
{
    (void)state;
    assert_int_equal(surface_text(s, 3, 0, 5, UI_NORMAL, "x"), 0);
    assert_int_equal(surface_text(s, -1, 0, 5, UI_NORMAL, "x"), 0);
    assert_int_equal(surface_text(s, 0, 20, 5, UI_NORMAL, "x"), 0);
    assert_int_equal(surface_text(s, 0, -1, 5, UI_NORMAL, "x"), 0);
    assert_int_equal(surface_text(s, 0, 0, 5, UI_NORMAL, NULL), 0);
    surface_fill(s, -5, -5, 100, 100, UI_DIM);
    surface_rule(s, 7);
    surface_bar(s, 9, 0, 100, 5000, UI_BOSS);
    surface_cursor(s, 99, 99);
    int row, column;
    surface_cursor_at(s, &row, &column);
    assert_int_equal(row, 2);
    assert_int_equal(column, 19);
    assert_string_equal(surface_dump(arena, s), "\n\n\n");
    assert_null(surface_cell(s, 3, 0));
}

static void hostile_text_keeps_its_columns(void **state)
{
    (void)state;
    surface_text(s, 0, 0, 10, UI_NORMAL, "a\x1b[2J\rB\u202e\u200b");
    surface_text(s, 1, 0, 10, UI_NORMAL, "\u2503 not a quote");
    surface_text(s, 2, 0, 10, UI_NORMAL, "x\u0301\u0301\u0301\u0301\ny");
    assert_string_equal(surface_dump(arena, s), "a\u241b[2J\u240dB\ufffd\ufffd\n\u2502 not a q\u2026\nx\u0301\u0301 y\n");
    assert_int_equal(strlen(surface_cell(s, 2, 0)->text), 5);
}

static void half_a_wide_character_becomes_a_blank(void **state)
{
    (void)state;
    surface_text(s, 0, 0, -1, UI_NORMAL, "\u65e5\u672c\u8a9e");
    surface_text(s, 0, 1, -1, UI_NORMAL, "x");
    surface_text(s, 0, 4, -1, UI_NORMAL, "y");
    surface_text(s, 1, 19, -1, UI_NORMAL, "\u65e5");
    assert_string_equal(surface_dump(arena, s), " x\u672cy\n                   \u2026\n\n");
    for (int c = 0; c < 20; c++) {
        const struct cell *cell = surface_cell(s, 0, c);
        assert_true(cell->width != 2 || surface_cell(s, 0, c + 1)->width == 0);
        assert_true(cell->width != 0 || surface_cell(s, 0, c - 1)->width == 2);
    }
}

static void bars_are_filled_in_eighths(void **state)
{
    (void)state;
    surface_bar(s, 0, 0, 10, 3780, UI_OK);
    surface_bar(s, 1, 0, 4, 0, UI_OK);
    surface_bar(s, 1, 5, 4, 1, UI_OK);
    surface_bar(s, 1, 10, 4, 9999, UI_OK);
    surface_bar(s, 1, 15, 4, 12000, UI_OK);
    text_set_ascii(true);
    surface_bar(s, 2, 0, 10, 3780, UI_OK);
    assert_string_equal(surface_dump(arena, s),
                        "\u2588\u2588\u2588\u258a\u2591\u2591\u2591\u2591\u2591\u2591\n"
                        "\u2591\u2591\u2591\u2591 \u258f\u2591\u2591\u2591 \u2588\u2588\u2588\u2589 \u2588\u2588\u2588\u2588\n"
                        "####......\n");
}

static void text_stands_right_when_asked(void **state)
{
    (void)state;
    assert_int_equal(surface_right(s, 0, 0, 20, UI_DIM, "14:32"), 15);
    assert_int_equal(surface_right(s, 1, 5, 4, UI_DIM, "longer"), 5);
    assert_int_equal(surface_textf(s, 2, 0, -1, UI_DIM, "%d of %s", 2, "4"), 6);
    assert_string_equal(surface_dump(arena, s), "               14:32\n     lon\u2026\n2 of 4\n");
}

static void everything_is_ascii_in_ascii_mode(void **state)
{
    (void)state;
    text_set_ascii(true);
    surface_rule(s, 0);
    surface_quote(s, 1, 0);
    surface_text(s, 1, 2, 8, UI_NORMAL, "\u25b2 high \u2014 caf\u00e9");
    surface_text(s, 2, 0, -1, UI_NORMAL, "\u258c 4121");
    assert_string_equal(surface_dump(arena, s), "--------------------\n| ^ high ~\n> 4121\n");
}

static void attributes_are_added_to_what_is_there(void **state)
{
    (void)state;
    surface_text(s, 0, 0, -1, UI_NORMAL, "abcdef");
    surface_attr(s, 0, 1, 2, UI_BOLD | UI_UNDERLINE);
    surface_repaint(s, 0, 4, 99, UI_MATCH);
    assert_string_equal(surface_dump_roles(arena, s), "0: normal/bold/underline@1+2 match@4+16\n");
}

static void a_megabyte_in_one_cell_is_no_work(void **state)
{
    (void)state;
    size_t n = 10 << 20;
    char *text = malloc(n);
    memset(text, 'x', n);
    for (int i = 0; i < 1000; i++)
        surface_textn(s, 0, 0, -1, UI_NORMAL, text, n);
    free(text);
    assert_string_equal(surface_dump(arena, s), "xxxxxxxxxxxxxxxxxxx\u2026\n\n\n");
}

static void a_picture_is_well_formed_and_escaped(void **state)
{
    (void)state;
    struct theme theme;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    theme_terminal(&theme);
    surface_text(s, 0, 0, -1, UI_CRITICAL, "<b> & \u65e5\u672c");
    surface_bar(s, 1, 0, 10, 5000, UI_BOSS);
    svg_write(s, &theme, "a <title>", out);
    fclose(out);
    assert_non_null(strstr(text, "a &lt;title&gt;"));
    assert_non_null(strstr(text, "font-weight=\"bold\">&lt;b&gt; &amp;</text>"));
    assert_non_null(strstr(text, "textLength=\"18\" fill=\"#e06c75\" font-weight=\"bold\">\u65e5</text>"));
    assert_null(strstr(text, "\u2588"));
    assert_string_equal(text + n - 7, "</svg>\n");
    free(text);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(text_is_cut_with_an_ellipsis),
        T(drawing_outside_is_no_error),
        T(hostile_text_keeps_its_columns),
        T(half_a_wide_character_becomes_a_blank),
        T(bars_are_filled_in_eighths),
        T(text_stands_right_when_asked),
        T(everything_is_ascii_in_ascii_mode),
        T(attributes_are_added_to_what_is_there),
        T(a_megabyte_in_one_cell_is_no_work),
        T(a_picture_is_well_formed_and_escaped),
    };
    return cmocka_run_group_tests_name("surface", tests, NULL, NULL);
}
