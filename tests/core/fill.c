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

static void braces_left_open_before_a_name_are_a_place_that_stays(void **state)
{
    (void)state;
    static const struct { const char *text, *left; } cases[] = {
        {"Hi {{customer.name, thanks", "{{customer.name"},
        {"Hi {{customer.name", "{{customer.name"},
        {"Hi {{ customer.name\n}} there", "{{ customer.name"},
        {"Hi {{\nagent.name\n}}", "{{ agent.name"},
        {"{{a {{agent.name}}", "{{a"},
        {"{{customer.name} and {{agent.name}}", "{{customer.name"},
        {"{{ }}", "{{ }}"},
        {"\\frac{{1}}{2}", "{{1}}"},
        {"x = {{ (1 + 2) * 3", NULL},
        {"{{", NULL},
        {"if {{\n\n", NULL},
        {"}} {{agent.name}} {{", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *left, *out = filled(cases[i].text, &left);
        if (!str_eq(left, cases[i].left))
            fail_msg("%s: left %s", cases[i].text, left ? left : "nothing");
        assert_true(!left || !str_eq(out, ""));
        assert_true(!left == !fill_strange(arena, cases[i].text));
    }
}

static void a_slip_of_the_pen_is_offered_the_name_that_was_meant(void **state)
{
    (void)state;
    static const struct { const char *text, *near; } cases[] = {
        {"{{custmer.name}}", "customer.name"}, {"{{customer.nmae}}", "customer.name"}, {"{{ticket.reff}}", "ticket.ref"}, {"{{cus", "customer.first_name"},
        {"{{first", "customer.first_name"}, {"{{url}}", "ticket.url"}, {"{{ agent.nam }}", "agent.name"}, {"{{status_page}}", NULL}, {"{{x}}", NULL}, {"{{ }}", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fill_place place;
        assert_true(fill_find(cases[i].text, 0, &place));
        const struct fill_row *near = fill_near(cases[i].text, &place);
        if (!str_eq(near ? near->name : NULL, cases[i].near))
            fail_msg("%s: %s", cases[i].text, near ? near->name : "nothing");
    }
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
        cmocka_unit_test_setup_teardown(braces_left_open_before_a_name_are_a_place_that_stays, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_slip_of_the_pen_is_offered_the_name_that_was_meant, open_all, close_all),
        cmocka_unit_test_setup_teardown(what_is_filled_in_is_never_read_for_more, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_name_brings_no_line_and_no_escape_into_a_text, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_title_or_an_initial_is_no_first_name, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
