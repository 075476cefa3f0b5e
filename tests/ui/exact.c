/* exact: every row of every picture is exactly as wide as its surface, whatever customers are called and write: what is two columns wide,
 * joins to what stands before it, runs from right to left, or is a tab, neither pushes the columns behind it nor leaves half a character
 * at an edge. And on a wall of a terminal no row is torn apart. */
#include "base/str.h"
#include "base/text.h"
#include "screen/composer.h"
#include "screen/queue.h"
#include "support/gallery.h"
#include <dirent.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct { int columns, rows; } sizes[] = {{40, 12}, {80, 24}, {81, 25}, {100, 30}, {120, 40}, {160, 45}, {200, 60}, {333, 77}, {500, 200}};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* What people have in their names and subjects. */
static const char *const texts[] = {
    "\u6f22\u5b57\u304b\u306a\u4ea4\u3058\u308a\u306e\u984c\u540d\u3067\u3001\u3068\u3066\u3082\u9577\u3044\u3082\u306e",
    "\ud55c\uad6d\uc5b4 \uc81c\ubaa9 \u1112\u1161\u11ab\u1100\u1173\u11af",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family \U0001f469\U0001f3fd\u200d\U0001f4bb \U0001f1e9\U0001f1ea \u2764\ufe0f 1\ufe0f\u20e3",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd \u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "Cafe\u0301 cre\u0300me bru\u0302le\u0301e n\u0303 o\u0308\u0304 e\u0301\u0302\u0303\u0304\u0305",
    "tab\there\tand\there, new\nline, \r, nul-free",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u1019\u103c\u1014\u103a\u1019\u102c",
    "\uff26\uff55\uff4c\uff4c\uff57\uff49\uff44\uff54\uff48 \uff76\uff80\uff76\uff85 \u3000ideographic blank",
    "\u200b\u200c\u200d\u2060\ufeff\u00ad zero \u0301\u0302 alone \u20dd",
    "\u202eevil\u202c \u2066iso\u2069 \u200erlm\u200f",
    "a\u6f22b\u6f22c\u6f22d\u6f22e\u6f22f\u6f22g\u6f22h\u6f22i\u6f22j\u6f22k\u6f22l\u6f22m\u6f22n\u6f22o\u6f22p\u6f22q\u6f22",
    "\u2503\u2588\u2591 bars of their own \u258c",
};
enum { TEXTS = sizeof texts / sizeof *texts };

static long turn;      /* which text the next string is */
static bool customers; /* only what customers write */

/* The members that people fill in; the others are words that screens know. */
static bool written_by_people(const char *name)
{
    static const char *const names[] = {"title", "customer_name", "plan", "account", "subject", "name", "body", "note", "detail", "text", "source", "error",
                                        "hold_reason", "agent", "author", "skills", "says", "policy", "reason", "excerpt", "mood", "company", "label"};
    for (size_t i = 0; name && i < (customers ? 3 : sizeof names / sizeof *names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static struct json *rewritten(const struct json *node)
{
    if (json_is(node, JSON_STRING) && written_by_people(json_name(node)))
        return json_new_string(texts[(unsigned long)turn++ % TEXTS]);
    if (!json_is(node, JSON_OBJECT) && !json_is(node, JSON_ARRAY))
        return json_copy(node);
    struct json *out = json_is(node, JSON_OBJECT) ? json_object() : json_array();
    for (const struct json *child = json_first(node); child; child = json_next(child))
        if (json_is(node, JSON_OBJECT))
            json_put(out, json_name(child), rewritten(child));
        else
            json_push(out, rewritten(child));
    return out;
}

static char *rewrite(struct arena *into, const char *text, size_t *n)
{
    AUTO_JSON root = json_parse(text, *n, &json_limits_dialect, NULL, NULL);
    assert_non_null(root);
    AUTO_JSON out = rewritten(root);
    char *printed = json_print_in(into, out);
    *n = strlen(printed);
    return printed;
}

/* --- each row --- */

static void check_cell(const struct gallery_picture *p, const struct surface *s, int row, int column)
{
    const struct cell *cell = surface_cell(s, row, column), *next = surface_cell(s, row, column + 1);
    int says = *cell->text ? text_columns(cell->text) : cell->width;
    if (cell->width > 2 || says != cell->width)
        fail_msg("%s, %d columns, row %d, column %d: '%s' is %d wide in a cell of %d", p->name, surface_columns(s), row, column, cell->text, says, cell->width);
    if (cell->width == 2 && (!next || next->width != 0))
        fail_msg("%s, %d columns, row %d, column %d: half of '%s' is cut off", p->name, surface_columns(s), row, column, cell->text);
}

static void every_row_is_exactly_as_wide_as_its_surface(void **state)
{
    long rows = 0;
    (void)state;
    desk_spoil = rewrite;
    for (turn = 0; turn < TEXTS;) {
        long began = turn;
        struct desk_case desk;
        gallery_start(&desk, false);
        for (int size = 0; size < SIZES; size++)
            for (int i = 0; i < gallery_count(); i++) {
                gallery_draw(&desk, gallery_at(i), sizes[size].columns, sizes[size].rows);
                for (int row = 0; row < sizes[size].rows; row++, rows++) {
                    int used = 0;
                    for (int column = 0; column < sizes[size].columns; column++) {
                        check_cell(gallery_at(i), desk.surface, row, column);
                        used += surface_cell(desk.surface, row, column)->width;
                    }
                    assert_int_equal(used, sizes[size].columns);
                }
            }
        gallery_end(&desk);
        turn = began + 1;
    }
    desk_spoil = NULL;
    print_message("# %d texts, %d pictures, %d sizes: %ld rows\n", TEXTS, gallery_count(), SIZES, rows);
}

/* --- columns behind a hostile one --- */

/* The column of a word in the row of headings; fails if it is not there. */
static int heading(const struct surface *s, const char *word)
{
    for (int column = 0; column < surface_columns(s); column++) {
        size_t i = 0;
        while (word[i] && surface_cell(s, LOOK_TOP, column + (int)i) && surface_cell(s, LOOK_TOP, column + (int)i)->text[0] == word[i])
            i++;
        if (!word[i])
            return column;
    }
    fail_msg("no column %s", word);
    return -1;
}

static void same_cells(struct desk_case *plain, struct desk_case *odd, int from, int to)
{
    for (int row = LOOK_TOP; row < surface_rows(plain->surface) - 4; row++)
        for (int column = from; column < to; column++) {
            const struct cell *a = surface_cell(plain->surface, row, column), *b = surface_cell(odd->surface, row, column);
            if (memcmp(a, b, sizeof *a) != 0)
                fail_msg("%d columns, row %d, column %d: '%s', beside a plain subject '%s'", surface_columns(odd->surface), row, column, b->text, a->text);
        }
}

static void columns_stand_where_they_stand_beside_plain_text(void **state)
{
    struct desk_case plain, odd;
    (void)state;
    gallery_start(&plain, false);
    desk_spoil = rewrite;
    customers = true;
    gallery_start(&odd, false);
    customers = false;
    desk_spoil = NULL;
    for (int size = 1; size < SIZES; size++) {
        gallery_draw(&plain, gallery_at(0), sizes[size].columns, sizes[size].rows);
        gallery_draw(&odd, gallery_at(0), sizes[size].columns, sizes[size].rows);
        int owner = heading(plain.surface, "Owner");
        same_cells(&plain, &odd, 0, heading(plain.surface, "Subject"));
        same_cells(&plain, &odd, owner, owner + 8);
    }
    gallery_end(&plain);
    gallery_end(&odd);
}

/* --- wide --- */

/* What is chosen from: a key stands where the eye still takes it for its row's. */
static void a_key_of_the_palette_stands_near_its_name(void **state)
{
    struct desk_case desk;
    (void)state;
    gallery_start(&desk, false);
    for (int size = 4; size < SIZES; size++)
        for (int i = 0; i < gallery_count(); i++) {
            if (gallery_at(i)->overlay != OVERLAY_PICK)
                continue;
            gallery_draw(&desk, gallery_at(i), sizes[size].columns, sizes[size].rows);
            int foot = look_footer_row(&desk.look, desk.surface);
            for (int column = 120; column < sizes[size].columns; column++)
                assert_string_equal(surface_cell(desk.surface, foot - 3, column)->text, " ");
        }
    gallery_end(&desk);
}

/* From the first to the last character of a row; the widest run of blanks between is its gulf. */
static int gulf(const struct surface *s, int row)
{
    int widest = 0, blanks = 0;
    bool begun = false;
    for (int column = 0; column < surface_columns(s); column++) {
        const struct cell *cell = surface_cell(s, row, column);
        bool blank = cell->text[0] == ' ' || (!cell->text[0] && cell->width);
        if (!blank && begun)
            widest = blanks > widest ? blanks : widest;
        blanks = blank ? blanks + 1 : 0;
        begun |= !blank;
    }
    return widest;
}

static void on_a_wall_of_a_terminal_no_row_is_torn_apart(void **state)
{
    enum { TORN = 120 /* a timeline is 112 wide, and one of its lines may be empty */ };
    struct desk_case desk;
    (void)state;
    gallery_start(&desk, false);
    for (int i = 0; i < gallery_count(); i++) {
        gallery_draw(&desk, gallery_at(i), 500, 200);
        for (int row = LOOK_TOP; row < 200 && surface_cell(desk.surface, row, 0)->text[0] != '~'; row++) /* below it stands only what is beside the list */
            if (gulf(desk.surface, row) > TORN)
                fail_msg("%s, row %d: %d blanks in the middle: %s", gallery_at(i)->name, row, gulf(desk.surface, row), desk_row(&desk, row));
    }
    gallery_end(&desk);
}

/* --- without UTF-8 --- */

static void check_glyphs(const char *path, int *glyphs)
{
    FILE *in = fopen(path, "r");
    char line[4096];
    while (in && fgets(line, sizeof line, in))
        for (const char *at = line, *end = line + strlen(line); at < end;) {
            uint32_t code = text_next(&at, end);
            *glyphs += code > 0x7f;
            if (code > 0x7f && text_safe_code(code) == '?')
                fail_msg("%s: U+%04X has no stand-in in ASCII (base/text)", path, code);
        }
    if (in)
        fclose(in);
}

static void every_glyph_that_screens_draw_has_its_stand_in_ascii(void **state)
{
    static const char *const folders[] = {"ui/screen", "ui/widget", "ui/app"};
    AUTO_ARENA arena = arena_new();
    const char *root = getenv("TRIAGE_SRCDIR");
    int glyphs = 0;
    (void)state;
    text_set_ascii(true);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *folder = arena_printf(arena, "%s/%s", root ? root : ".", folders[i]);
        DIR *dir = opendir(folder);
        for (const struct dirent *entry; dir && (entry = readdir(dir));)
            if (strstr(entry->d_name, ".c"))
                check_glyphs(arena_printf(arena, "%s/%s", folder, entry->d_name), &glyphs);
        if (dir)
            closedir(dir);
    }
    text_set_ascii(false);
    assert_true(glyphs > 100);
    print_message("# %d glyphs\n", glyphs);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_exactly_as_wide_as_its_surface),
        cmocka_unit_test(columns_stand_where_they_stand_beside_plain_text),
        cmocka_unit_test(a_key_of_the_palette_stands_near_its_name),
        cmocka_unit_test(on_a_wall_of_a_terminal_no_row_is_torn_apart),
        cmocka_unit_test(every_glyph_that_screens_draw_has_its_stand_in_ascii),
    };
    return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}
