/* table: what shell verbs list, on a terminal of any width: no row is longer than it, numbers are whole, and what is piped is as it
 * always was. */
#include "app/print.h"
#include "app/table.h"
#include "base/text.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct str out;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    str_init(&out, 1 << 20);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    str_fini(&out);
    arena_free(arena);
    return 0;
}

typedef void printer(struct print *p, const struct json *root);

/* What a verb says of that answer; columns 0: into a pipe. */
static const char *listed(printer *print, const char *fixture, int columns)
{
    size_t n;
    char *text = desk_fixture(arena, fixture, &n);
    struct print p = {.out = &out, .arena = arena, .now = DESK_NOW, .columns = columns, .me = "ana"};
    str_clear(&out);
    print(&p, json_parse_in(arena, text, n, &json_limits_dialect, NULL, NULL));
    if (columns)
        table_fit(&out, columns);
    for (const char *at = out.data; *at; at++)
        assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
    return out.data;
}

static int widest(const char *text)
{
    int most = 0;
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        int width = text_columns(arena_strndup(arena, text, strcspn(text, "\n")));
        most = width > most ? width : most;
    }
    return most;
}

static int lines_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void rows(struct print *p, const struct json *root)
{
    print_rows(p, json_get(root, "rows"), true);
}

static const struct { const char *fixture; printer *print; } lists[] = {
    {"sources.json", print_sources}, {"events.json", print_events}, {"page.json", rows}, {"labels.json", print_labels}, {"similar.json", print_similar}, {"desk.json", print_desk}};

static void no_row_is_longer_than_the_terminal(void **state)
{
    static const int columns[] = {80, 100, 120, 200};
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        int piped = lines_of(listed(lists[i].print, lists[i].fixture, 0));
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
            const char *text = listed(lists[i].print, lists[i].fixture, columns[c]);
            assert_int_equal(lines_of(text), piped);
            if (widest(text) > columns[c] && lists[i].print != print_labels) /* what is said above the labels is a sentence */
                fail_msg("%s at %d columns:\n%s", lists[i].fixture, columns[c], text);
        }
    }
    print_message("# %zu lists at %zu widths\n", sizeof lists / sizeof *lists, sizeof columns / sizeof *columns);
}

static void a_terminal_that_is_wide_enough_shows_what_a_pipe_gets(void **state)
{
    (void)state;
    const char *piped = arena_strdup(arena, listed(print_sources, "sources.json", 0));
    assert_string_equal(listed(print_sources, "sources.json", 200), piped);
    assert_non_null(strstr(piped, "ACCEPTED  DUPLICATE  CONFLICT  QUARANTINE  REFUSED\n"));
    assert_non_null(strstr(piped, "    1204          0         0           1        2\n"));
}

static void columns_give_way_before_anything_is_cut(void **state)
{
    (void)state;
    const char *text = listed(print_sources, "sources.json", 80);
    assert_non_null(strstr(text, "QUARANTINE REFUSED\n"));
    assert_non_null(strstr(text, "1204"));
    assert_non_null(strstr(text, "agency"));
    assert_null(strstr(text, "…"));
}

/* Marks as print sets them. */
static const char *fitted(const char *marked, int columns)
{
    str_clear(&out);
    str_adds(&out, marked);
    table_fit(&out, columns);
    return out.data;
}

static void the_widest_text_is_cut_and_no_number(void **state)
{
    (void)state;
    assert_string_equal(fitted("  123456  \x1e" "a long name indeed  \x1f" "short     \x1f" "the last column of all\x1d\n", 40), "123456 a long na… short the last column…\n");
    assert_string_equal(fitted("nothing of this is a row, however long it is\n", 20), "nothing of this is a row, however long it is\n");
    assert_string_equal(fitted("cells     \x1f" "of what is no row\n", 20), "cells     of what is no row\n");
    assert_string_equal(fitted("", 20), "");
    assert_string_equal(fitted("no end", 20), "no end");
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(no_row_is_longer_than_the_terminal),
        T(a_terminal_that_is_wide_enough_shows_what_a_pipe_gets),
        T(columns_give_way_before_anything_is_cut),
        T(the_widest_text_is_cut_and_no_number),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
