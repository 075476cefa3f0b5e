/* key, keymap: keys are spelled one way, and a key has one meaning. */
#include "term/keymap.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct keymap *map;
static const char *const screens[] = {"queue", "ticket", "ingest", "deliveries", "customer", "oncall", "handover", "metrics", "audit", "drafts", NULL};

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    map = keymap_new(arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool parse(const char *file, const char *text, struct err *err)
{
    return keymap_parse(map, file, text, strlen(text), screens, err);
}

/* What typing these keys one by one on a screen runs; "..." while more may follow. */
static const char *press(const char *screen, const char *spelling)
{
    struct keys typed, pending = {0};
    const struct binding *binding = NULL;
    enum keymap_answer answer = KEYMAP_NONE;
    assert_true(keys_parse(spelling, &typed));
    for (int i = 0; i < typed.count; i++)
        answer = keymap_press(map, screen, &pending, &typed.key[i], &binding);
    return answer == KEYMAP_RUN ? binding->command : answer == KEYMAP_PENDING ? "..." : NULL;
}

static void spellings_are_read_and_written_alike(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
        int count;
    } cases[] = {{"a", "a", 1}, {"C-d", "C-d", 1}, {"S-Tab", "S-Tab", 1}, {"enter", "Enter", 1}, {"Escape", "Esc", 1},
                 {"gg", "gg", 2}, {"g<Enter>", "g<Enter>", 2}, {"C-xC-e", "C-xC-e", 2}, {"Space", "Space", 1},
                 {"F12", "F12", 1}, {"M-b", "M-b", 1}, {"C-M-b", "C-M-b", 1}, {"-", "-", 1}, {"C-", "C-", 2},
                 {"#", "#", 1}, {"?", "?", 1}, {"<Up>", "Up", 1}, {"<C-Up>", "C-Up", 1}, {"\u00e4", "\u00e4", 1},
                 {"z<Space>", "z<Space>", 2}, {"Less", "Less", 1}, {"<", "Less", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct keys keys, again;
        char out[KEYS_NAME];
        if (!keys_parse(cases[i].in, &keys))
            fail_msg("'%s' is no key", cases[i].in);
        keys_format(&keys, out);
        assert_string_equal(out, cases[i].out);
        assert_int_equal(keys.count, cases[i].count);
        assert_true(keys_parse(out, &again) && again.count == keys.count && key_equal(&again.key[0], &keys.key[0]));
    }
    struct keys keys;
    static const char *const wrong[] = {"", "g<Nosuch>", "abcde", "S-a", "a b", "\x01", "\xff"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(keys_parse(wrong[i], &keys));
}

static void a_sequence_waits_for_its_end(void **state)
{
    (void)state;
    assert_true(parse("f", "# keys\n\nbind * gg top\nbind * gm go mine\nbind * j down\r\n", NULL));
    assert_string_equal(press("queue", "g"), "...");
    assert_string_equal(press("queue", "gg"), "top");
    assert_string_equal(press("queue", "gm"), "go mine");
    assert_null(press("queue", "gx"));
    assert_null(press("queue", "x"));
    assert_string_equal(press("queue", "j"), "down");
    assert_string_equal(press("queue", "gxj"), "down");
    assert_null(press("queue", "g<Esc>"));
}

static void a_screen_goes_before_everywhere(void **state)
{
    (void)state;
    assert_true(parse("f", "bind * j down\nbind ticket j line-down\nbind * so status open\nbind ticket so solo\n", NULL));
    assert_string_equal(press("queue", "j"), "down");
    assert_string_equal(press("ticket", "j"), "line-down");
    assert_string_equal(press("queue", "so"), "status open");
    assert_string_equal(press("ticket", "so"), "solo");
    const struct binding **list = keymap_list(map, arena, "ticket", NULL);
    assert_string_equal(list[0]->command, "line-down");
    assert_string_equal(list[1]->command, "solo");
    assert_null(list[2]);
    assert_string_equal(keymap_find(map, "queue", "down")->spelled, "j");
    assert_null(keymap_find(map, "ticket", "down"));
}

static void a_second_meaning_is_refused_with_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *err;
    } cases[] = {
        {"bind * j down\n\nbind * j up\n", "k:3: j is bound twice on '*', first in line 1"},
        {"bind queue C-d a\nbind queue C-d a\n", "k:2: C-d is bound twice on 'queue', first in line 1"},
        {"bind * g x\nbind * gg top\n", "k:2: gg and g (line 1) begin alike on '*': only one can be reached"},
        {"bind * gg top\nbind * g x\n", "k:2: g and gg (line 1) begin alike on '*': only one can be reached"},
        {"bind * gg top\nbind queue g x\n", "k:2: with g nobody could press gg on 'queue' any more (k:1: top); bind other keys, or say `unbind * g` before"},
        {"bind queue g x\nbind * gg top\n", "k:2: with gg nobody could press g on 'queue' any more (k:1: x); bind other keys, or say `unbind queue g` before"},
        {"bind nosuch j down\n", "k:1: no screen 'nosuch'; there are * queue ticket ingest deliveries customer oncall handover metrics audit drafts"},
        {"bind * <Nosuch> down\n", "k:1: not a key: '<Nosuch>'; keys are spelled as ? shows them: x, gg, C-d, M-x, Enter, Space, F5, g<Enter>"},
        {"bind * j\n", "k:1: no command for 'j'"},
        {"map j down\n", "k:1: a line is `bind SCREEN KEYS COMMAND` or `unbind SCREEN KEYS`, not 'map'"},
        {"unbind * j\n", "k:1: nothing to unbind: 'j'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_false(parse("k", cases[i].text, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        assert_string_equal(err.text, cases[i].err);
        assert_null(keymap_list(map, arena, "queue", NULL)[0]);
    }
}

static void a_later_file_overrides_an_earlier_one(void **state)
{
    (void)state;
    assert_true(parse("default", "bind * j down\nbind * gg top\nbind * x close\n", NULL));
    assert_true(parse("mine", "bind * j up\nunbind * g\nbind * g jump\nunbind * x\n", NULL));
    assert_string_equal(press("queue", "j"), "up");
    assert_string_equal(press("queue", "g"), "jump");
    assert_null(press("queue", "x"));
}

/* `bind * g go all` in a file of one's own took all that begins with g away, and nothing said so. */
static void keys_that_nobody_could_press_any_more_are_refused_with_what_to_do(void **state)
{
    static const struct { const char *text, *err; } cases[] = {
        {"# mine\nbind * g go all\n", "mine:2: with g nobody could press gg and 2 more any more (default:2: top); bind other keys, or say `unbind * g` before"},
        {"bind * jj up\n", "mine:1: with jj nobody could press j any more (default:1: down); bind other keys, or say `unbind * j` before"},
        /* `bind queue g go all` took the whole popup of g away on that screen, and nothing said so */
        {"bind queue g go all\n", "mine:1: with g nobody could press gg and 2 more on 'queue' any more (default:2: top); bind other keys, or say `unbind * g` before"},
        {"bind ticket jj up\n", "mine:1: with jj nobody could press j on 'ticket' any more (default:1: down); bind other keys, or say `unbind * j` before"},
        {"bind queue gx go all\n", NULL}, {"bind queue gg bottom\n", NULL}, {"unbind * g\nbind queue g go all\n", NULL},
        {"bind * so status open\n", NULL}, {"unbind * g\nbind * g go all\n", NULL}, {"unbind * gg\nunbind * gm\nunbind * gu\nbind * g go all\n", NULL},
        {"bind * gg bottom\n", NULL}, {"unbind * q\n", "mine:1: nothing to unbind: 'q'"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        map = keymap_new(arena);
        assert_true(parse("default", "bind * j down\nbind * gg top\nbind * gm go mine\nbind * gu go unassigned\n", NULL));
        assert_int_equal(parse("mine", cases[i].text, &err), cases[i].err == NULL);
        assert_string_equal(err.text, cases[i].err ? cases[i].err : "");
        if (cases[i].err)
            assert_string_equal(press("queue", "gm"), "go mine"); /* nothing of the file is kept */
    }
}

static void the_popup_lists_what_may_follow(void **state)
{
    (void)state;
    struct keys g;
    assert_true(parse("f", "bind * gg top\nbind * j down\nbind queue gm go mine\n", NULL));
    assert_true(keys_parse("g", &g));
    const struct binding **list = keymap_list(map, arena, "queue", &g);
    assert_string_equal(list[0]->spelled, "gm");
    assert_string_equal(list[1]->spelled, "gg");
    assert_null(list[2]);
}

static void the_default_keys_load_and_leave_dangerous_keys_alone(void **state)
{
    (void)state;
    char path[4096];
    struct err err;
    const char *root = getenv("TRIAGE_SRCDIR");
    snprintf(path, sizeof path, "%s/data/keys/default.keys", root ? root : ".");
    if (!keymap_load(map, path, screens, &err))
        fail_msg("%s", err.text);
    static const char *const never[] = {"C-a", "C-b", "C-s", "C-q", "C-k", "C-z", "C-c"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_null(press("queue", never[i]));
    static const struct {
        const char *keys, *command;
    } some[] = {{"gg", "top"}, {"C-d", "page-down"}, {"ge", "go escalations"}, {"Space", "mark"}, {"w", "why"}, {"ss", "status resolved"},
                {"zz", "snooze again"}, {"S-Tab", "prev-pane"}, {"9", "view 9"}, {"C-r", "redo"}, {"!", "escalate"}};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        assert_string_equal(press("queue", some[i].keys), some[i].command);
    assert_false(keymap_load(map, "/nonexistent", screens, &err));
    assert_string_equal(err.text, "reading /nonexistent: No such file or directory");
}

/* console.md: "Delete, spam, purge, erase PII, reset XP have no key: palette only". */
static void what_goes_for_good_has_no_key(void **state)
{
    (void)state;
    static const char *const typed[] = {"delete", "spam", "purge", "erase", "erase-event", "reset-xp", "duplicate", "invalid"};
    const char *root = getenv("TRIAGE_SRCDIR");
    struct err err = {0};
    int looked = 0;
    assert_true(keymap_load(map, arena_printf(arena, "%s/data/keys/default.keys", root ? root : "."), NULL, &err));
    for (int s = 0; screens[s]; s++)
        for (const struct binding **list = keymap_list(map, arena, screens[s], NULL); *list; list++, looked++)
            for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
                if (strncmp((*list)->command, typed[i], strlen(typed[i])) == 0)
                    fail_msg("%s on %s: %s", (*list)->spelled, screens[s], (*list)->command);
    assert_true(looked > 100);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(spellings_are_read_and_written_alike),
        T(a_sequence_waits_for_its_end),
        T(a_screen_goes_before_everywhere),
        T(a_second_meaning_is_refused_with_file_and_line),
        T(a_later_file_overrides_an_earlier_one),
        T(keys_that_nobody_could_press_any_more_are_refused_with_what_to_do),
        T(the_popup_lists_what_may_follow),
        T(the_default_keys_load_and_leave_dangerous_keys_alone),
        T(what_goes_for_good_has_no_key),
    };
    return cmocka_run_group_tests_name("keymap", tests, NULL, NULL);
}
