/* The editor against a model as simple as can be: a text is a list of whole characters, a deletion takes one out, and what can be
 * taken back is a pile of copies. Random keys, by a seed; `editor_model EDITS` does more of them. */
#include "base/text.h"
#include "widget/editor.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ROUND = 500, MOST = 4000 };
static long edits = 120000;
static uint64_t seed = 20261124;
static struct { char text[MOST * 2]; size_t n, cursor; } model;
static char *pile[8 * ROUND]; /* each text the model had, oldest first */
static int piled;

/* --- the model --- */

static size_t next(size_t at)
{
    return at + text_grapheme(model.text + at, model.n - at);
}

/* The last boundary that is not behind `at`, counted from the text's very first byte. */
static size_t boundary(size_t at)
{
    size_t p = 0, n;
    while (p < at && (n = next(p)) <= at)
        p = n;
    return p;
}

static size_t before(size_t at)
{
    size_t p = 0, last = 0;
    while (p < at) {
        last = p;
        p = next(p);
    }
    return last;
}

static bool wordly(size_t at)
{
    unsigned char c = (unsigned char)model.text[at];
    return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void put(size_t from, size_t to, const char *text)
{
    size_t n = strlen(text), at = from + n;
    memmove(model.text + from + n, model.text + to, model.n - to + 1);
    memcpy(model.text + from, text, n);
    model.n += n - (to - from);
    size_t low = boundary(at);
    model.cursor = low < at ? next(low) : at;
}

static void insert(const char *text)
{
    put(model.cursor, model.cursor, text);
}

static void back_word(void)
{
    size_t at = model.cursor;
    while (at > 0 && !wordly(before(at)))
        at = before(at);
    while (at > 0 && wordly(before(at)))
        at = before(at);
    put(at, model.cursor, "");
}

static void kill_word(void)
{
    size_t at = model.cursor;
    while (at < model.n && !wordly(at))
        at = next(at);
    while (at < model.n && wordly(at))
        at = next(at);
    put(model.cursor, at, "");
}

static void to_line_start(void)
{
    size_t at = model.cursor;
    while (at > 0 && model.text[at - 1] != '\n')
        at--;
    put(at, model.cursor, "");
}

static void backspace(void)
{
    put(before(model.cursor), model.cursor, "");
}

static void delete_next(void)
{
    put(model.cursor, next(model.cursor), "");
}

static void left(void)
{
    model.cursor = before(model.cursor);
}

static void right(void)
{
    model.cursor = next(model.cursor);
}

/* --- the same to both --- */

static const char *const letters[] = {"a", "b", "z", " ", " ", "\n", "0", ",", "\u00e9", "e\u0301", "\u65e5", "\u0301", "\u05d0", "\u0e01\u0e33", "\U0001f469\u200d\U0001f467",
                                      "\U0001f1e9\U0001f1ea", "\U0001f1e9", "\u200d", "\uac00", "\u1100\u1161", "\U0001f44d\U0001f3fd"};
static const char *const pastes[] = {"two words", "one\ntwo\n", "\u0301 begins with a mark", "\U0001f1ea", "a tab\there", "\u65e5\u672c\u8a9e", "\n\n"};
static const struct { const char *key; void (*does)(void); } keys[] = {
    {"Backspace", backspace}, {"Delete", delete_next}, {"C-w", back_word}, {"M-d", kill_word}, {"C-u", to_line_start}, {"Left", left}, {"Right", right}};

static void piles(void)
{
    if (piled && strcmp(pile[piled - 1], model.text) == 0)
        return;
    pile[piled++] = strdup(model.text);
}

static void type(struct editor *e, const char *text)
{
    const char *end = text + strlen(text);
    while (text < end) {
        struct key key = {.code = text_next(&text, end)};
        char bytes[5];
        if (key.code == '\n')
            key.code = K_ENTER;
        editor_key(e, &key);
        text_encode(key.code == K_ENTER ? '\n' : key.code, bytes);
        insert(bytes);
        piles();
    }
}

static void one_edit(struct editor *e)
{
    struct keys spelled;
    unsigned what = chance(&seed, 100);
    if (what < 55) {
        type(e, letters[chance(&seed, sizeof letters / sizeof *letters)]);
    } else if (what < 60) {
        const char *text = pastes[chance(&seed, sizeof pastes / sizeof *pastes)];
        editor_key(e, &(struct key){.code = K_PASTE, .text = text, .n = strlen(text)});
        insert(text);
    } else if (what < 65) {
        size_t to = model.n ? chance(&seed, model.n + 1) : 0;
        editor_move(e, to);
        model.cursor = boundary(to);
    } else {
        unsigned pick = what < 75 ? 0 : what < 80 ? 1 : what < 82 ? 2 : what < 84 ? 3 : what < 85 ? 4 : 5 + chance(&seed, 2);
        assert_true(keys_parse(keys[pick].key, &spelled));
        editor_key(e, &spelled.key[0]);
        keys[pick].does();
    }
}

static void check(const struct editor *e, long n)
{
    if (strcmp(editor_text(e), model.text) != 0 || editor_cursor(e) != model.cursor)
        fail_msg("edit %ld: '%s' at %zu, the model '%s' at %zu", n, editor_text(e), editor_cursor(e), model.text, model.cursor);
    assert_int_equal(editor_length(e), model.n);
    assert_int_equal(boundary(model.cursor), model.cursor);
}

/* Steps may be of several edits, but each must lead to a text that once stood there, in the order of their coming. */
static void back_to_nothing_and_forth_again(struct editor *e)
{
    int at = piled - 1, steps = 0, again = 0;
    for (; editor_undo(e); steps++) {
        while (at >= 0 && strcmp(pile[at], editor_text(e)) != 0)
            at--;
        assert_true(at >= 0);
        size_t low = 0, n = editor_length(e);
        while (low < editor_cursor(e))
            low += text_grapheme(editor_text(e) + low, n - low);
        assert_int_equal(low, editor_cursor(e));
    }
    assert_string_equal(editor_text(e), "");
    while (editor_redo(e))
        again++;
    assert_int_equal(again, steps);
    assert_string_equal(editor_text(e), model.text);
}

static void the_editor_is_its_model_and_every_step_can_be_taken_back_and_done_again(void **state)
{
    long done = 0;
    (void)state;
    while (done < edits) {
        struct editor *e = editor_new(false, MOST);
        memset(&model, 0, sizeof model);
        piles();
        for (int i = 0; i < ROUND && model.n < MOST - 100; i++, done++) {
            one_edit(e);
            check(e, done);
            piles();
        }
        back_to_nothing_and_forth_again(e);
        while (piled)
            free(pile[--piled]);
        editor_free(e);
    }
    print_message("# %ld random edits, each as the model; undone to nothing and done again %ld times\n", done, done / ROUND);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_editor_is_its_model_and_every_step_can_be_taken_back_and_done_again)};
    edits = argc > 1 ? atol(argv[1]) : edits;
    return cmocka_run_group_tests_name("editor_model", tests, NULL, NULL);
}
