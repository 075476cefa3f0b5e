/* empty: a screen with nothing on it says what to do next. On a desk where nothing happened yet every screen holds a sentence that names a
 * key of this screen, a command after `:`, or a verb of the shell, and it names no key that is not bound. */
#include "base/str.h"
#include "base/text.h"
#include "screen/lists.h"
#include "support/gallery.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct { int columns, rows; } sizes[] = {{80, 24}, {120, 40}, {200, 60}};

static bool is_key(enum place place, struct arena *arena, const char *word)
{
    const struct binding **list = keymap_list(gallery_keymap(), arena, screens_names[place], NULL);
    for (; *list; list++)
        if (str_eq((*list)->spelled, word) && (strlen(word) > 1 || !strchr("aiAI", *word))) /* "a" and "I" are words */
            return true;
    return false;
}

/* What a person could do next, in the words between the header and the foot. */
static int steps(struct desk_case *desk, enum place place)
{
    int found = 0, rows = surface_rows(desk->surface);
    for (int row = LOOK_TOP; row < look_footer_row(&desk->look, desk->surface); row++) {
        char *save = NULL, *text = arena_strdup(desk->arena, desk_row(desk, row));
        for (char *word = strtok_r(text, " ,;.()", &save); word; word = strtok_r(NULL, " ,;.()", &save))
            found += is_key(place, desk->arena, word) || (*word == ':' && word[1]) || str_eq(word, "triage") || str_eq(word, "curl");
    }
    assert_true(rows > 0);
    return found;
}

static void a_screen_with_nothing_on_it_names_the_next_step(void **state)
{
    struct desk_case desk;
    int seen = 0;
    (void)state;
    gallery_start(&desk, true);
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++)
        for (int i = 0; i < gallery_count(); i++) {
            const struct gallery_picture *p = gallery_at(i);
            if (p->overlay || p->composer || p->place == PLACE_TICKET) /* which is never empty: it is not opened before it is there */
                continue;
            gallery_draw(&desk, p, sizes[size].columns, sizes[size].rows);
            if (!steps(&desk, p->place))
                fail_msg("%s at %d columns names no next step:\n%s", p->name, sizes[size].columns, surface_dump(desk.arena, desk.surface));
            desk_is_inert(&desk);
            seen++;
        }
    gallery_end(&desk);
    print_message("# %d empty screens\n", seen);
}

/* The foot of a screen with nothing under the cursor names no key that needs a row. */
static void what_is_about_a_row_is_offered_where_there_is_one(void **state)
{
    static const struct { const char *name, *needs, *stays; } cases[] = {
        {"drafts", "go on writing", "back"}, {"drafts", "discard", "back"}, {"drafts", " ticket", ": palette"}, {"ingest", "Enter raw", "freeze"},
        {"deliveries", "send again", "palette"}, {"escalations", "acknowledge", "back"}, {"labels", "correct", "back"}, {"agents", "their ticket", "filter"}};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct desk_case desk;
        bool bare = i % 2;
        gallery_start(&desk, bare);
        for (int k = 0; k < gallery_count(); k++) {
            if (!str_eq(gallery_at(k)->name, cases[i / 2].name))
                continue;
            gallery_draw(&desk, gallery_at(k), 200, 60);
            const char *foot = desk_row(&desk, 59);
            if (!strstr(foot, cases[i / 2].needs) != bare || !strstr(foot, cases[i / 2].stays))
                fail_msg("%s%s: %s", bare ? "bare " : "", cases[i / 2].name, foot);
        }
        gallery_end(&desk);
    }
}

/* What only some rows take is offered on these: an event that was kept aside, a question for cover, what nobody acknowledged. */
static void what_a_row_does_not_take_is_not_offered_there(void **state)
{
    static const struct { const char *name, *label, *says; enum lists_id id; } cases[] = {
        {"ingest", "take in again", "quarantine", LISTS_INGEST}, {"oncall", "take it", "asks", LISTS_ONCALL}, {"escalations", "acknowledge", "triggered", LISTS_ESCALATIONS}};
    struct desk_case desk;
    int offered = 0, all = 0;
    (void)state;
    gallery_start(&desk, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lists lists;
        for (int k = 0; k < gallery_count(); k++)
            if (str_eq(gallery_at(k)->name, cases[i].name))
                gallery_draw(&desk, gallery_at(k), 200, 60);
        lists_init(&lists, cases[i].id);
        lists_sync(&lists, &desk.look, false);
        int rows = (int)list_count(lists.list);
        for (int row = 0; row < rows; row++, list_command(lists.list, "down")) {
            surface_clear(desk.surface);
            lists_draw(&lists, &desk.look, desk.surface);
            bool is = false;
            for (int line = LOOK_TOP; line < 50 && !is; line++)
                is = strstr(desk_row(&desk, line), "▌") && strstr(desk_row(&desk, line), cases[i].says);
            assert_true(is == (strstr(desk_row(&desk, 59), cases[i].label) != NULL));
            offered += is;
        }
        lists_fini(&lists);
        all += rows;
    }
    gallery_end(&desk);
    print_message("# %d of %d rows\n", offered, all);
    assert_true(offered > 1 && offered < all);
}

/* However small the window: the rule at the foot is whole, and so is what stands below it. */
static void what_is_said_of_nothing_ends_above_the_foot(void **state)
{
    static const struct { int columns, rows; } small[] = {{60, 20}, {40, 12}, {40, 8}};
    (void)state;
    for (int empty = 0; empty < 2; empty++) {
        struct desk_case desk;
        gallery_start(&desk, empty);
        for (size_t size = 0; size < sizeof small / sizeof *small; size++)
            for (int i = 0; i < gallery_count(); i++) {
                const struct gallery_picture *p = gallery_at(i);
                if (p->overlay || p->composer || p->place == PLACE_TICKET)
                    continue;
                gallery_draw(&desk, p, small[size].columns, small[size].rows);
                int foot = look_footer_row(&desk.look, desk.surface);
                if (!str_starts(desk_row(&desk, foot), "────────────────────────"))
                    fail_msg("%s at %dx%d is written over its foot:\n%s", p->name, small[size].columns, small[size].rows, surface_dump(desk.arena, desk.surface));
            }
        gallery_end(&desk);
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_screen_with_nothing_on_it_names_the_next_step), cmocka_unit_test(what_is_said_of_nothing_ends_above_the_foot),
                                       cmocka_unit_test(what_is_about_a_row_is_offered_where_there_is_one), cmocka_unit_test(what_a_row_does_not_take_is_not_offered_there)};
    return cmocka_run_group_tests_name("empty", tests, NULL, NULL);
}
