/* editor: keys in, text out; and nothing a person typed is lost. */
#include "base/str.h"
#include "base/text.h"
#include "widget/editor.h"
#include "widget/history.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct editor *e;

static int begin(void **state)
{
    (void)state;
    e = editor_new(false, 4096);
    return 0;
}

static int end(void **state)
{
    (void)state;
    editor_free(e);
    return 0;
}

/* Types a script: characters stand for themselves, <Name> for keys. */
static enum editor_outcome type(const char *script)
{
    enum editor_outcome outcome = EDITOR_IGNORED;
    for (const char *p = script, *stop = script + strlen(script); p < stop;) {
        struct keys keys = {.count = 1};
        char name[32] = "";
        const char *close = *p == '<' ? strchr(p, '>') : NULL;
        if (close) {
            snprintf(name, sizeof name, "%.*s", (int)(close - p + 1), p);
            p = close + 1;
            if (!keys_parse(name, &keys)) { /* <C-w>: a modified letter needs no name */
                name[strlen(name) - 1] = 0;
                assert_true(keys_parse(name + 1, &keys));
            }
        } else {
            keys.key[0] = (struct key){.code = text_next(&p, stop)};
        }
        for (int i = 0; i < keys.count; i++)
            outcome = editor_key(e, &keys.key[i]);
    }
    return outcome;
}

static void paste(const char *text)
{
    editor_key(e, &(struct key){.code = K_PASTE, .text = text, .n = strlen(text)});
}

static void keys_edit_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *script, *text;
        size_t cursor;
    } cases[] = {
        {"hello", "hello", 5},
        {"hello<Left><Left>X", "helXlo", 4},
        {"one two three<C-w>", "one two ", 8},
        {"one two, <C-w>", "one ", 4},
        {"one two<M-Backspace>", "one ", 4},
        {"one<Enter>two<C-u>", "one\n", 4},
        {"one<Enter>two<Home><Backspace>", "onetwo", 3},
        {"one<Enter>two<Up>X", "oneX\ntwo", 4},
        {"one two<M-b><M-b>X", "Xone two", 1},
        {"one two<Home><M-f>X", "oneX two", 4},
        {"one<Enter>two<C-Home>X<C-End>Y", "Xone\ntwoY", 9},
        {"abc<Home><Delete><Delete>", "c", 0},
        {"ae\u0301b<Left><Backspace>", "ab", 1},
        {"\U0001f469\u200d\U0001f467x<Left><Left>Y", "Y\U0001f469\u200d\U0001f467x", 1},
        {"\u65e5\u672c<Backspace>", "\u65e5", 3},
        {"a<Backspace><Backspace><Delete>", "", 0},
        {"one two three<Home><M-d>", " two three", 0},
        {"one two three<Home><C-Delete><C-Delete>", " three", 0},
        {"one<Enter>two<Up><Home><C-e>X", "oneX\ntwo", 4},
        {"Hi {{customer.name}}<C-w>you", "Hi you", 6},
        {"Hi {{customer.name}} <C-w>x", "Hi {{customer.x", 15},
        {"Hi {{what ever}}<M-Backspace>", "Hi ", 3},
        {"ab<Left>\u0301", "a\u0301b", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        editor_set(e, "");
        type(cases[i].script);
        if (strcmp(editor_text(e), cases[i].text) || editor_cursor(e) != cases[i].cursor)
            fail_msg("%s: '%s', %zu", cases[i].script, editor_text(e), editor_cursor(e));
    }
}

static void undo_takes_back_words_and_redo_brings_them_again(void **state)
{
    (void)state;
    type("one two");
    paste(" three\nfour");
    type("<C-w>");
    assert_string_equal(editor_text(e), "one two three\n");
    assert_true(editor_undo(e));
    assert_string_equal(editor_text(e), "one two three\nfour");
    type("<C-_>");
    assert_string_equal(editor_text(e), "one two");
    type("<C-_>");
    assert_string_equal(editor_text(e), "one");
    type("<C-_><C-_><C-_>");
    assert_string_equal(editor_text(e), "");
    type("<C-r><C-r><C-r><C-r><C-r>");
    assert_string_equal(editor_text(e), "one two three\n");
    type("<C-_>X");
    assert_false(editor_redo(e));
}

static void a_run_of_one_deleting_key_is_one_step_and_a_move_ends_a_step(void **state)
{
    (void)state;
    type("wonderful<Backspace><Backspace><Backspace>");
    assert_string_equal(editor_text(e), "wonder");
    type("<C-_>");
    assert_string_equal(editor_text(e), "wonderful");
    type("<Home><Delete><Delete><Delete><C-_>");
    assert_string_equal(editor_text(e), "wonderful");
    assert_int_equal(editor_cursor(e), 3);
    type("<End>ly<Left><Right>!<C-_>");
    assert_string_equal(editor_text(e), "wonderfully");
    type("<C-_>");
    assert_string_equal(editor_text(e), "wonderful");
    type("<C-_><C-_>");
    assert_string_equal(editor_text(e), "");
    assert_string_equal(editor_said(e), "There is nothing more to take back.");
    type("<C-r><C-r><C-r>");
    assert_string_equal(editor_text(e), "wonderfully!");
    type("<C-r>");
    assert_string_equal(editor_said(e), "There is nothing to do again.");
}

static void the_oldest_steps_go_when_there_are_too_many_or_they_are_too_large(void **state)
{
    (void)state;
    int undone = 0;
    for (int i = 0; i < HISTORY_STEPS; i++)
        type("a <Backspace>");
    while (editor_undo(e))
        undone++;
    assert_int_equal(undone, HISTORY_STEPS);
    editor_free(e);
    e = editor_new(false, 1 << 20);
    char *half = malloc(1 << 19);
    memset(half, 'x', 1 << 19);
    half[(1 << 19) - 1] = 0;
    for (int i = 0; i < 20; i++) {
        paste(half);
        type("<C-u>");
    }
    for (undone = 0; editor_undo(e); undone++)
        ;
    assert_int_equal(undone, HISTORY_BYTES >> 19);
    while (editor_redo(e))
        undone--;
    assert_int_equal(undone, 0);
    assert_string_equal(editor_text(e), "");
    free(half);
}

static void pasted_control_characters_stay_out(void **state)
{
    (void)state;
    paste("a\x1b[2Jb\r\nc\rd\te\x9b\x07\x7f\xc2\x85");
    assert_string_equal(editor_text(e), "a[2Jb\nc\nd\te\ufffd");
    assert_string_equal(editor_said(e), "4 control characters left out, 1 byte that is no UTF-8 stands as \ufffd, 1 tab, shown as blanks");
    type("<C-_>");
    assert_string_equal(editor_text(e), ""); /* a paste is one step */
    paste("pay \u202e\u2066gpj.exe\u2069 \u200bnow\ufeff\u2028soon \u05d0\u200f \U0001f469\u200d\U0001f467 \xf3\xa0\x81\x81");
    assert_string_equal(editor_text(e), "pay gpj.exe now\nsoon \u05d0\u200f \U0001f469\u200d\U0001f467 ");
    assert_string_equal(editor_said(e), "6 hidden characters left out");
    type("<C-_>");
    paste("two plain\nlines \ufffd");
    assert_string_equal(editor_said(e), "");
    struct editor *one = editor_new(true, 100);
    editor_key(one, &(struct key){.code = K_PASTE, .text = "a\nb\tc", .n = 5});
    assert_string_equal(editor_text(one), "a b c");
    assert_int_equal(editor_key(one, &(struct key){.code = K_ENTER}), EDITOR_DONE);
    editor_free(one);
}

static void what_does_not_fit_is_not_taken_and_that_is_said(void **state)
{
    (void)state;
    struct editor *small = editor_new(false, 10);
    for (int i = 0; i < 10; i++)
        editor_key(small, &(struct key){.code = 0x20ac});
    assert_int_equal(editor_length(small), 9);
    assert_string_equal(editor_said(small), "No room: that is 3 bytes more, and of 10 only 1 are free. Nothing was changed.");
    editor_key(small, &(struct key){.code = K_PASTE, .text = "\u20ac\u20ac", .n = 6});
    assert_int_equal(editor_length(small), 9);
    assert_false(editor_replace(small, 0, 3, "abcdefgh"));
    assert_string_equal(editor_text(small), "\u20ac\u20ac\u20ac");
    assert_true(editor_replace(small, 0, 3, "abcd"));
    assert_string_equal(editor_text(small), "abcd\u20ac\u20ac");
    assert_int_equal(editor_room(small), 0);
    assert_false(editor_set(small, "12345678\u20ac"));
    assert_string_equal(editor_text(small), "12345678");
    editor_free(small);
}

static const char *drawn(struct arena *arena, int columns, int rows, int *row, int *column)
{
    struct surface *s = surface_new(columns, rows);
    editor_draw(e, s, 0, 0, rows, columns, UI_INPUT);
    surface_cursor_at(s, row, column);
    const char *text = surface_dump(arena, s);
    surface_free(s);
    return text;
}

static void long_lines_wrap_at_words_and_the_cursor_follows(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int row, column;
    type("the quick brown fox<Enter><Enter>jumps");
    assert_string_equal(drawn(arena, 10, 6, &row, &column), "the quick\nbrown fox\n\njumps\n\n\n");
    assert_int_equal(row, 3);
    assert_int_equal(column, 5);
    type("<Up><Up>");
    drawn(arena, 10, 6, &row, &column);
    assert_int_equal(row, 1);
    assert_int_equal(column, 5);
    type("<Up>X");
    assert_string_equal(editor_text(e), "the qXuick brown fox\n\njumps");
    type("<Up><Up>Y<Down><Down><Down><Down><Down><Down>Z");
    assert_string_equal(editor_text(e), "Ythe qXuick brown fox\n\njumpsZ");
    assert_string_equal(drawn(arena, 10, 2, &row, &column), "\njumpsZ\n");
    assert_int_equal(row, 1);
}

static void the_cursor_walks_every_row_and_back(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int row, column, rows = 12;
    paste("aaaaaaaaaaaaaaaaaaaaaaaaa \u65e5\u672c\u8a9e\u65e5\u672c\u8a9e bb\n\ncc dd ee ff gg\tx\n");
    editor_move(e, 0);
    for (int i = 0; i < rows; i++) {
        drawn(arena, 7, rows, &row, &column);
        assert_int_equal(column, 0);
        if (editor_cursor(e) < editor_length(e))
            assert_int_equal(row, i);
        type("<Down>");
    }
    for (int i = 0; i < rows + 3; i++)
        type("<Up>");
    assert_int_equal(editor_cursor(e), 0);
}

static void placeholders_are_found_and_shown(void **state)
{
    (void)state;
    size_t start, stop;
    AUTO_ARENA arena = arena_new();
    struct surface *s = surface_new(31, 2);
    editor_set(e, "try {{ticket.id}} {{page}} {{ag");
    assert_true(editor_placeholder(e, 0, &start, &stop));
    assert_int_equal(start, 4);
    assert_int_equal(stop, 17);
    editor_draw(e, s, 0, 0, 2, 31, UI_NORMAL);
    assert_string_equal(surface_dump_roles(arena, s), "0: placeholder@4+13 error@18+8 error@27+4\n");
    assert_true(editor_placeholder(e, stop, &start, &stop));
    assert_true(editor_placeholder(e, stop, &start, &stop));
    assert_false(editor_placeholder(e, stop, &start, &stop));
    editor_unfilled(e);
    surface_clear(s);
    editor_draw(e, s, 0, 0, 2, 31, UI_NORMAL);
    assert_string_equal(surface_dump_roles(arena, s), "0: error@4+13 error@18+8 error@27+4\n");
    surface_free(s);
}

static void outcomes_tell_what_to_do(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_int_equal(type("<Esc>"), EDITOR_LEFT);
    assert_int_equal(type("<C-x>"), EDITOR_MOVED);
    assert_int_equal(type("<C-e>"), EDITOR_EXTERNAL);
    assert_int_equal(type("<C-e>"), EDITOR_MOVED);
    assert_int_equal(type("<C-a>"), EDITOR_IGNORED);
    assert_int_equal(type("<C-k>"), EDITOR_IGNORED);
    assert_int_equal(type("<C-d>"), EDITOR_IGNORED);
    assert_int_equal(type("<F1>"), EDITOR_IGNORED);
    assert_int_equal(type("x"), EDITOR_CHANGED);
    assert_int_equal(type("<Left>"), EDITOR_MOVED);
    editor_set(e, "one\n@@an");
    assert_string_equal(editor_before(e, arena), "@@an");
}

static void the_place_counts_characters_not_bytes(void **state)
{
    (void)state;
    editor_set(e, "ae\u0301\n\u65e5\U0001f469\u200d\U0001f467x");
    type("<Left>");
    struct editor_place place = editor_where(e);
    assert_int_equal(place.line, 2);
    assert_int_equal(place.lines, 2);
    assert_int_equal(place.column, 3);
    assert_int_equal(place.characters, 6);
    type("<C-Home>");
    place = editor_where(e);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 1);
}

static void a_page_is_what_is_shown(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int row, column;
    for (int i = 0; i < 30; i++)
        type("line<Enter>");
    drawn(arena, 20, 6, &row, &column);
    type("<PgUp>");
    assert_int_equal(editor_where(e).line, 26);
    type("<PgUp><PgDn><PgDn><PgDn>");
    assert_int_equal(editor_where(e).line, 31);
}

/* Random keys against nothing but sense: valid text, a cursor on a boundary, a drawing that ends. */
static void ten_thousand_random_keys_leave_sound_text(void **state)
{
    (void)state;
    static const char *const keys[] = {"a", " ", "\u65e5", "e\u0301", "\U0001f469\u200d\U0001f467", "<Enter>", "<Left>", "<Right>",
                                       "<Up>", "<Down>", "<Home>", "<End>", "<Backspace>", "<Delete>", "<C-w>", "<C-u>", "<C-_>",
                                       "<C-r>", "<M-b>", "<M-f>", "<PgUp>", "<PgDn>", "\t", "{{", "}}"};
    unsigned seed = 7;
    AUTO_ARENA arena = arena_new();
    int row, column;
    for (int i = 0; i < 10000; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned pick = seed >> 16;
        if (pick % 40 == 0)
            paste("some words\nand \xff more\t\u202e");
        else
            type(keys[pick % (sizeof keys / sizeof *keys)]);
        assert_true(text_valid(editor_text(e), editor_length(e)));
        assert_true(editor_cursor(e) <= editor_length(e));
        assert_true(((unsigned char)editor_text(e)[editor_cursor(e)] & 0xc0) != 0x80);
        if (i % 10 == 0) {
            drawn(arena, 5 + (int)(pick % 20), 4, &row, &column);
            assert_true(row >= 0 && row < 4);
            arena_reset(arena);
        }
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(keys_edit_the_text),
        T(undo_takes_back_words_and_redo_brings_them_again),
        T(a_run_of_one_deleting_key_is_one_step_and_a_move_ends_a_step),
        T(the_oldest_steps_go_when_there_are_too_many_or_they_are_too_large),
        T(pasted_control_characters_stay_out),
        T(what_does_not_fit_is_not_taken_and_that_is_said),
        T(long_lines_wrap_at_words_and_the_cursor_follows),
        T(the_cursor_walks_every_row_and_back),
        T(placeholders_are_found_and_shown),
        T(outcomes_tell_what_to_do),
        T(the_place_counts_characters_not_bytes),
        T(a_page_is_what_is_shown),
        T(ten_thousand_random_keys_leave_sound_text),
    };
    return cmocka_run_group_tests_name("editor", tests, NULL, NULL);
}
