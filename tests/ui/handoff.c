/* handoff: the head of comments above a text, and what editors make of it. */
#include "app/handoff.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char head[] = "# Reply to Uma on #1 by e-mail: # of tickets\n# {{customer.first_name}} is filled in.\n";
#define CUT "# --- the text begins below this line ---"

static void the_head_goes_and_nothing_that_was_written_does(void **state)
{
    (void)state;
    static const struct { const char *name, *text, *left; } cases[] = {
        {"as it was", "# Reply to Uma on #1 by e-mail: # of tickets\n# {{customer.first_name}} is filled in.\n" CUT "\nHi", "Hi"},
        {"a heading is text", CUT "\n# Reset\n\nOpen it.", "# Reset\n\nOpen it."},
        {"the line has another end", "# Reply\r\n" CUT "  \r\nHi\r\n", "Hi\r\n"},
        {"comments were wrapped", "# Reply to Uma on #1\n# by e-mail\n" CUT "\nHi", "Hi"},
        {"written above the line", "# Reply\nabove\n" CUT "\nbelow", "above\nbelow"},
        {"blank lines above it", "# Reply\n\n\n" CUT "\nHi", "Hi"},
        {"the line was deleted", "# {{customer.first_name}} is filled in.\nHi\n# a heading", "Hi\n# a heading"},
        {"all of the head was", "# a heading\nHi", "# a heading\nHi"},
        {"empty", "", ""},
        {"only the head", "# Reply\n" CUT, ""},
        {"only comments, the line gone", "# mine\n", "# mine\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        size_t n = strlen(cases[i].text);
        memcpy(text, cases[i].text, n + 1);
        handoff_strip(text, &n, head);
        text[n] = 0;
        if (strcmp(text, cases[i].left) != 0)
            fail_msg("%s: '%s'", cases[i].name, text);
    }
}

static void bytes_of_any_kind_are_no_trouble(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int i = 0; i < 20000; i++) {
        char text[200];
        size_t n = 0, before;
        while (n < 150 && (seed = seed * 1103515245 + 12345) >> 28 != 3) {
            static const char *const parts[] = {"#", "\n", "\r\n", CUT, "\n" CUT "\n", "x", " ", "# Reply\n", "\xff", "{{"};
            const char *part = parts[(seed >> 16) % 10];
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
            if ((seed >> 20) % 20 == 0)
                text[n++] = 0;
        }
        before = n;
        handoff_strip(text, &n, head);
        assert_true(n <= before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_goes_and_nothing_that_was_written_does),
        cmocka_unit_test(bytes_of_any_kind_are_no_trouble),
    };
    return cmocka_run_group_tests_name("handoff", tests, NULL, NULL);
}
