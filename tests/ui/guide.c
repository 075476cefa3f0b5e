/* guide: what help says of a screen is all there is, each once, in its group, whole at any width. */
#include "command/guide.h"
#include "command/command.h"
#include "base/str.h"
#include "screen/screens.h"
#include "term/surface.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct keymap *keymap;

static int begin(void **state)
{
    struct err err = {0};
    (void)state;
    arena = arena_new();
    keymap = keymap_new(arena);
    if (!keymap_load(keymap, arena_printf(arena, "%s/data/keys/default.keys", getenv("TRIAGE_SRCDIR")), screens_names, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct guide_entry *entry(const struct guide_entry *list, int n, const char *line)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i].line, line) == 0)
            return &list[i];
    fail_msg("help does not say %s", line);
    return NULL;
}

static void every_key_and_every_command_of_a_screen_is_told_once(void **state)
{
    int told = 0;
    (void)state;
    for (int place = 0; place < PLACES; place++) {
        int n, keys = 0;
        const struct guide_entry *list = guide_entries(arena, keymap, screens_names[place], &n);
        const struct binding **live = keymap_list(keymap, arena, screens_names[place], NULL);
        for (int i = 0; live[i]; i++)
            assert_non_null(strstr(entry(list, n, live[i]->command)->keys, live[i]->spelled));
        for (int i = 0; i < COMMANDS; i++) {
            int times = 0;
            size_t name = strlen(command_at(i)->name);
            for (int k = 0; k < n; k++) {
                const char *line = list[k].line + (*list[k].line == ':');
                times += strncmp(line, command_at(i)->name, name) == 0 && (!line[name] || line[name] == ' ') && *list[k].help;
            }
            if (times < 1)
                fail_msg("%s: nothing is said of %s", screens_names[place], command_at(i)->name);
        }
        for (int i = 1; i < n; i++) {
            assert_true(list[i - 1].group <= list[i].group);
            keys += *list[i].keys != 0;
        }
        assert_true(keys > 20);
        told += n;
    }
    print_message("# %d lines of help on %d screens\n", told, PLACES);
}

static void groups_hold_what_they_are_called_by_and_what_has_no_key_is_called_by_name(void **state)
{
    int n;
    (void)state;
    const struct guide_entry *list = guide_entries(arena, keymap, "queue", &n);
    static const struct { const char *line; enum guide_group group; } rows[] = {
        {"claim", GUIDE_TICKETS}, {"filter", GUIDE_FINDING}, {"mark-all", GUIDE_MARKS}, {"go mine", GUIDE_VIEWS}, {"down", GUIDE_MOVING},
        {":maintenance NAME=VALUE...", GUIDE_DESK}, {"freeze", GUIDE_CONSOLE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(entry(list, n, rows[i].line)->group, rows[i].group);
    assert_string_equal(entry(list, n, "down")->keys, "j Down");
    assert_string_equal(entry(list, n, ":maintenance NAME=VALUE...")->keys, "");
    assert_string_equal(entry(list, n, "status open")->help, "set the status: somebody works on it"); /* once is enough */
    assert_string_equal(entry(list, n, "status pending")->help, "waits for the customer");
    assert_string_equal(entry(list, n, "snooze again")->help, "hide until a time: as long as the last time");
    assert_string_equal(entry(list, n, "snooze later")->help, "later today, in three hours");
    assert_string_equal(entry(list, n, "snooze")->help, "the same, asking until when; a note may follow; also :defer, :postpone, :sleep");
    int m;
    const struct guide_entry *oncall = guide_entries(arena, keymap, "oncall", &m);
    assert_string_equal(entry(oncall, m, "absence")->keys, "+a");
    entry(list, n, ":absence NAME=VALUE...");
}

static void nothing_of_it_is_cut_at_any_width(void **state)
{
    static const int widths[] = {80, 100, 120, 150, 200, 300};
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct surface *s = surface_new(widths[i], 400);
        struct pager *pager = pager_new();
        pager_begin(pager);
        guide_read(arena, keymap, "queue", widths[i] - 2, pager);
        pager_end(pager);
        pager_draw(pager, s, 0, 0, 400, widths[i]);
        char *dump = surface_dump(arena, s);
        assert_null(strstr(dump, "\u2026"));
        assert_non_null(strstr(dump, "  tickets\n"));
        assert_non_null(strstr(dump, ":spam"));
        assert_true(pager_lines(pager) < 400);
        if (widths[i] >= 200)
            assert_true(pager_lines(pager) < 130); /* side by side */
        assert_true(pager_search(pager, "whoever is on call") == 1);
        pager_free(pager);
        surface_free(s);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(every_key_and_every_command_of_a_screen_is_told_once),
        T(groups_hold_what_they_are_called_by_and_what_has_no_key_is_called_by_name),
        T(nothing_of_it_is_cut_at_any_width),
    };
    return cmocka_run_group_tests_name("guide", tests, NULL, NULL);
}
