/* fill: variables of a text, filled from a ticket. */
#include "core/fill.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct config *config;
static struct ticket ticket;

static int open_all(void **state)
{
    static const char text[] = "team: acme\nagents:\n  - {name: ana, team: checkout}\n";
    struct err err = {0};
    (void)state;
    arena = arena_new();
    config = config_parse(arena, "test", text, sizeof text - 1, NULL, 0, &err);
    ticket = (struct ticket){.id = 42, .title = "Cannot log in", .customer_name = "Jane Q. Doe", .plan = "pro", .priority = PRIORITY_HIGH};
    return config ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *filled(const char *text, const char **left)
{
    struct fill with = {&ticket, "ana", config};
    const char *own;
    return fill_text(arena, text, &with, left ? left : &own);
}

static void every_variable_of_the_table_is_filled_or_stays(void **state)
{
    (void)state;
    for (const struct fill_row *row = fill_table; row->name; row++) {
        const char *left, *text = arena_printf(arena, "{{%s}}", row->name), *out = filled(text, &left);
        assert_true(left ? str_eq(out, text) : !strstr(out, "{{"));
        assert_true(row == fill_table || strcmp(row[-1].name, row->name) < 0); /* sorted */
        assert_null(fill_strange(arena, text));
    }
    assert_string_equal(filled("Hi {{customer.first_name}}, {{ ticket.ref }} is with {{agent.name}} of {{agent.team}} at {{desk.name}}.", NULL),
                        "Hi Jane, #42 is with ana of checkout at acme.");
    assert_string_equal(filled("{{customer.name}}{{customer.name}}", NULL), "Jane Q. DoeJane Q. Doe");
}

static void what_is_not_known_stays_and_is_named(void **state)
{
    (void)state;
    const char *left;
    assert_string_equal(filled("See {{ticket.url}}, or {{status_page}}.", &left), "See {{ticket.url}}, or {{status_page}}.");
    assert_string_equal(left, "{{ticket.url}}");
    assert_string_equal(fill_strange(arena, "See {{ticket.url}}, or {{status_page}}."), "{{status_page}}");
    assert_string_equal(filled("a {{ without an end, }} alone", &left), "a {{ without an end, }} alone");
    assert_string_equal(left, "{{ without an end, }}"); /* that reads as one, and is asked about */
    assert_string_equal(filled("only {{", &left), "only {{");
    assert_null(left);
}

static void what_is_filled_in_is_never_read_for_more(void **state)
{
    (void)state;
    const char *left;
    ticket.customer_name = "{{agent.name}} {{x}}";
    assert_string_equal(filled("Hi {{customer.name}}!", &left), "Hi {{agent.name}} {{x}}!");
    assert_null(left);
}

static void a_name_brings_no_line_and_no_escape_into_a_text(void **state)
{
    (void)state;
    ticket.customer_name = "Eve\x1b[31m\nBcc: all@example.com";
    const char *out = filled("{{customer.name}}", NULL);
    assert_null(strchr(out, '\n'));
    assert_null(strchr(out, '\x1b'));
    char long_name[2000];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
    ticket.customer_name = long_name;
    assert_true(strlen(filled("{{customer.name}}", NULL)) < 500);
}

static void a_title_or_an_initial_is_no_first_name(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"Jane Doe", "Jane"}, {"Dr. Doe", "Dr. Doe"}, {"Doe, Jane", "Doe, Jane"}, {"Jane", "Jane"}, {"J. Doe", "J. Doe"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ticket.customer_name = names[i][0];
        assert_string_equal(filled("{{customer.first_name}}", NULL), names[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_variable_of_the_table_is_filled_or_stays, open_all, close_all),
        cmocka_unit_test_setup_teardown(what_is_not_known_stays_and_is_named, open_all, close_all),
        cmocka_unit_test_setup_teardown(what_is_filled_in_is_never_read_for_more, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_name_brings_no_line_and_no_escape_into_a_text, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_title_or_an_initial_is_no_first_name, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
