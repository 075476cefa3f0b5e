/* empty: a screen with nothing on it says what to do next. On a desk where nothing happened yet every screen holds a sentence that names a
 * key of this screen, a command after `:`, or a verb of the shell, and it names no key that is not bound. */
#include "base/str.h"
#include "base/text.h"
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
        {"drafts", "go on writing", "back"}, {"drafts", "discard", "back"}, {"drafts", " ticket", ": palette"}, {"ingest", "take in again", "freeze"},
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
                                       cmocka_unit_test(what_is_about_a_row_is_offered_where_there_is_one)};
    return cmocka_run_group_tests_name("empty", tests, NULL, NULL);
}
