/* scissors: what editors, and people in them, make of a text, of the line below it and of the hints. */
#include "app/scissors.h"
#include "base/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char hints[] = "# Reply to Uma on #1 by e-mail: # of tickets\n# {{customer.first_name}} is filled in.\n";
#define RULE "# -----------------------------8<-----------------------------\n" \
             "# The text stands above this line, which is left out with all that is below it.\n"
#define HINTS "# Reply to Uma on #1 by e-mail: # of tickets\n# {{customer.first_name}} is filled in.\n"
#define BELOW "\n\n" RULE HINTS

static void what_is_written_below_a_text_is_the_line_and_the_hints(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_string_equal(scissors_below(arena, hints), BELOW);
}

static void the_text_is_what_stands_above_the_line_whatever_was_done_below_it(void **state)
{
    (void)state;
    static const struct { const char *name, *text, *left; enum scissors_left how; } cases[] = {
        {"as it was", "Hi" BELOW, "Hi", SCISSORS_TEXT},
        {"typed where an editor begins", "Dear James, done." BELOW, "Dear James, done.", SCISSORS_TEXT},
        {"nothing", BELOW, "", SCISSORS_TEXT},
        {"with an empty last line", "Hi\n" BELOW, "Hi\n", SCISSORS_TEXT},
        {"a heading is text", "# Reset\n\nOpen it." BELOW, "# Reset\n\nOpen it.", SCISSORS_TEXT},
        {"a comment at the end is text", "Open it.\n# Reset" BELOW, "Open it.\n# Reset", SCISSORS_TEXT},
        {"no blank line left", "Hi\n" RULE HINTS, "Hi", SCISSORS_TEXT},
        {"joined with the text", "Hi there # -----------------------------8<-----------------------------\n" HINTS, "Hi there", SCISSORS_TEXT},
        {"other line ends", "Hi\r\n\r\n# -----------------------------8<-----------------------------\r\n# Reply to Uma\r\n", "Hi", SCISSORS_TEXT},
        {"quoted", "Hi\n\n> # -----------------------------8<-----------------------------\n> # Reply to Uma on #1\n", "Hi", SCISSORS_TEXT},
        {"dashes gone", "Hi\n\n# ----------------------8<--------------------\n" HINTS, "Hi", SCISSORS_TEXT},
        {"hints changed", "Hi\n\n" RULE "# Reply to Ümit on #1 by e-mail: # of tickets\n", "Hi", SCISSORS_TEXT},
        {"hints wrapped", "Hi\n\n# -----------------------------8<-----------------------------\n# The text stands above this line,\n# which is left out\n# with all that is below it.\n"
                          "# Reply to Uma\n# on #1 by e-mail:\n", "Hi", SCISSORS_TEXT},
        {"hints deleted", "Hi\n\n# -----------------------------8<-----------------------------\n", "Hi", SCISSORS_TEXT},
        {"a text that quotes one", "as below:" BELOW "and so on" BELOW, "as below:" BELOW "and so on", SCISSORS_TEXT},
        {"written below", "Hi" BELOW "and more\n", "Hi", SCISSORS_MORE},
        {"written between the hints", "" BELOW "\nDear Uma,\nit works.\n# Reply", "", SCISSORS_MORE},
        {"all below deleted", "Hi\n", "Hi", SCISSORS_TEXT},
        {"another text", "Ho\n# a heading\n", "Ho\n# a heading", SCISSORS_TEXT},
        {"empty", "", "", SCISSORS_TEXT},
        {"the line deleted", "Hi\n\n" HINTS, "Hi\n\n" HINTS, SCISSORS_TORN},
        {"a hint made the text", "Dear Uma, done. # Reply to Uma on #1 by e-mail: # of tickets\n", "Dear Uma, done. # Reply to Uma on #1 by e-mail: # of tickets\n", SCISSORS_TORN},
        {"a hint changed, the line gone", "Hi\n# Reply to Uma on #1 by e-mail: no tickets\n", "Hi\n# Reply to Uma on #1 by e-mail: no tickets\n", SCISSORS_TORN},
        {"the line cut to pieces", "Hi\n# ------------8<-----------------------------\n", "Hi\n# ------------8<-----------------------------\n", SCISSORS_TORN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1200];
        size_t n = strlen(cases[i].text);
        memcpy(text, cases[i].text, n + 1);
        enum scissors_left how = scissors_cut(text, &n, hints);
        text[n] = 0;
        if (strcmp(text, cases[i].left) != 0 || how != cases[i].how)
            fail_msg("%s: %d '%s'", cases[i].name, how, text);
    }
    print_message("# %zu files as editors leave them\n", sizeof cases / sizeof *cases);
}

static void bytes_of_any_kind_are_no_trouble(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int i = 0; i < 20000; i++) {
        char text[4000];
        size_t n = 0, before;
        while (n < 1500 && (seed = seed * 1103515245 + 12345) >> 28 != 3) {
            static const char *const parts[] = {"#", "\n", "\r\n", RULE, "--------------------8<--------------------", "x", " ", "# Reply\n", "\xff", "{{"};
            const char *part = parts[(seed >> 16) % 10];
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
            if ((seed >> 20) % 20 == 0)
                text[n++] = 0;
        }
        before = n;
        scissors_cut(text, &n, hints);
        assert_true(n <= before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_below_a_text_is_the_line_and_the_hints),
        cmocka_unit_test(the_text_is_what_stands_above_the_line_whatever_was_done_below_it),
        cmocka_unit_test(bytes_of_any_kind_are_no_trouble),
    };
    return cmocka_run_group_tests_name("scissors", tests, NULL, NULL);
}
