/* command: the table's promises, the command language, and actions as requests. */
#include "command/command.h"
#include "command/also.h"
#include "base/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void names_are_sorted_unique_and_explained(void **state)
{
    (void)state;
    for (int i = 0; i < COMMANDS; i++) {
        const struct command *c = command_at(i);
        assert_true(*c->name && *c->help);
        assert_ptr_equal(command_find(c->name), c);
        if (i && i != ACTIONS)
            assert_true(strcmp(command_at(i - 1)->name, c->name) < 0);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(command_at(j)->name, c->name);
    }
    assert_null(command_at(COMMANDS));
}

static void what_else_a_command_is_called_is_sorted_of_no_other_and_never_goes_for_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < also_count; i++) {
        struct command_line line;
        struct err err = {0};
        const struct also *also = &also_table[i];
        if (i && strcmp(also_table[i - 1].word, also->word) >= 0)
            fail_msg("%s is not behind %s", also->word, also_table[i - 1].word);
        for (int k = 0; k < COMMANDS; k++)
            assert_string_not_equal(command_at(k)->name, also->word);
        assert_null(also_line(also->line)); /* it stands for a line of ours */
        if (!command_parse(arena, also->word, &line, &err))
            fail_msg("%s: %s", also->word, err.text);
        assert_false(command_is_final(line.command));
        assert_non_null(strstr(also_words(arena, also->line), also->word));
    }
    print_message("# %zu words for %d commands\n", also_count, COMMANDS);
}

static void a_word_from_elsewhere_is_parsed_as_ours(void **state)
{
    (void)state;
    struct command_line line;
    struct err err = {0};
    assert_true(command_parse(arena, "log", &line, &err));
    assert_string_equal(line.command->name, "go");
    assert_string_equal(line.arg, "audit");
    assert_true(command_parse(arena, "give tom", &line, &err));
    assert_string_equal(line.command->name, "assign");
    assert_string_equal(line.arg, "tom");
    assert_false(command_parse(arena, "resolv", &line, &err));
    assert_non_null(strstr(err.text, "did you mean \"close\""));
    assert_false(command_parse(arena, "assignee", &line, &err));
    assert_non_null(strstr(err.text, "did you mean \"assign\""));
    assert_false(command_parse(arena, "colleague", &line, &err));
    assert_null(strstr(err.text, "did you mean"));
    assert_false(command_parse(arena, "queues", &line, &err));
    assert_non_null(strstr(err.text, "did you mean \"go all\""));
}

static void a_line_is_a_name_and_the_rest(void **state)
{
    (void)state;
    struct command_line line;
    struct err err = {0};
    assert_true(command_parse(arena, "  assign   ana ", &line, &err));
    assert_string_equal(line.command->name, "assign");
    assert_true(line.command->is_action);
    assert_string_equal(line.arg, "ana");
    assert_true(command_parse(arena, "#42", &line, &err));
    assert_string_equal(line.command->name, "go");
    assert_string_equal(line.arg, "42");
    assert_true(command_parse(arena, "q", &line, &err));
    assert_int_equal(line.command->id, LOCAL_QUIT);
}

static void a_misspelled_name_is_answered_with_the_nearest(void **state)
{
    (void)state;
    struct command_line line;
    struct err err = {0};
    assert_false(command_parse(arena, "asign ana", &line, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "did you mean \"assign\""));
    assert_false(command_parse(arena, "zzzzzz", &line, &err));
    assert_null(strstr(err.text, "did you mean"));
}

static void every_action_says_what_it_needs_and_refuses_without(void **state)
{
    (void)state;
    int64_t ticket = 42;
    for (int i = 0; i < ACTIONS; i++) {
        struct err err = {0};
        struct command_do what = {.action = &action_table[i], .tickets = &ticket, .ticket_count = 1};
        char *body = command_body(arena, &what, &err);
        bool needs = action_table[i].arg != ARG_NONE && action_table[i].arg != ARG_TAGS && !(action_table[i].flags & DESK);
        assert_int_equal(body == NULL, needs);
        if (needs)
            assert_int_equal(err.code, ERR_USAGE);
    }
}

static void a_body_is_what_the_api_takes(void **state)
{
    (void)state;
    int64_t tickets[] = {42, 43};
    struct err err = {0};
    struct command_do what = {.action = action_find("assign"),
                              .tickets = tickets,
                              .ticket_count = 2,
                              .arg = "ana",
                              .version = 7,
                              .key = "k",
                              .dry_run = true};
    assert_string_equal(command_body(arena, &what, &err),
                        "{\"do\":\"assign\",\"tickets\":[42,43],\"to\":\"ana\",\"version\":7,\"key\":\"k\","
                        "\"dry_run\":true}");
    what = (struct command_do){
        .action = action_find("tags"), .tickets = tickets, .ticket_count = 1, .arg = "vip, eu"};
    assert_string_equal(command_body(arena, &what, &err),
                        "{\"do\":\"tags\",\"tickets\":[42],\"tags\":[\"vip\",\"eu\"]}");
    what.arg = "+vip -eu";
    assert_string_equal(command_body(arena, &what, &err),
                        "{\"do\":\"tags\",\"tickets\":[42],\"tags\":{\"add\":[\"vip\"],\"take\":[\"eu\"]}}");
    what = (struct command_do){
        .action = action_find("snooze"), .tickets = tickets, .ticket_count = 1, .arg = "1700000000000"};
    assert_string_equal(command_body(arena, &what, &err),
                        "{\"do\":\"snooze\",\"tickets\":[42],\"until\":1700000000000}");
}

static void a_word_that_is_not_in_the_list_is_refused_with_the_list(void **state)
{
    (void)state;
    int64_t ticket = 42;
    struct err err = {0};
    struct command_do what = {
        .action = action_find("priority"), .tickets = &ticket, .ticket_count = 1, .arg = "huge"};
    assert_null(command_body(arena, &what, &err));
    assert_non_null(strstr(err.text, "low, normal, high, urgent"));
    what = (struct command_do){
        .action = action_find("status"), .tickets = &ticket, .ticket_count = 1, .arg = "new"};
    assert_null(command_body(arena, &what, &err));
    assert_non_null(strstr(err.text, "open, pending, on_hold, resolved"));
}

static void times_are_read_as_people_write_them(void **state)
{
    (void)state;
    /* Wednesday 2026-11-25 10:00 UTC; the desk's people are one hour ahead. */
    int64_t now = 1795600800000, hour = 3600000, at = 0;
    const struct moment here = {.offset = hour, .base = now};
    struct err err = {0};
    assert_true(command_until(&here, "90m", &at, &err));
    assert_int_equal(at - now, 90 * 60000);
    assert_true(command_until(&here, "tomorrow", &at, &err));
    assert_int_equal(at, now - 10 * hour + 24 * hour + 8 * hour);
    assert_true(command_until(&here, "monday", &at, &err));
    assert_int_equal(at, now - 10 * hour + 5 * 24 * hour + 8 * hour);
    assert_true(command_until(&here, "wednesday", &at, &err));
    assert_int_equal(at, now - 10 * hour + 7 * 24 * hour + 8 * hour);
    assert_true(command_until(&here, "2026-11-26T14:30", &at, &err));
    assert_int_equal(at, now + 24 * hour + 3 * hour + hour / 2);
    assert_true(command_until(&here, "later", &at, &err));
    assert_int_equal(at, now + 3 * hour);
    assert_true(command_until(&here, "1795604400000", &at, &err));
    assert_int_equal(at, now + hour);
    assert_false(command_until(&here, "2026-11-24", &at, &err));
    assert_non_null(strstr(err.text, "is past"));
    assert_false(command_until(&here, "soon", &at, &err));
    assert_non_null(strstr(err.text, "no time; say such as"));
    assert_false(command_until(&here, "5x", &at, &err));
}

static void a_time_gone_by_is_said_like_one_to_come(void **state)
{
    (void)state;
    const int64_t now = 1795600800000LL /* 2026-11-25T10:00Z */, hour = 3600000;
    const struct moment here = {.offset = hour, .base = now};
    int64_t at;
    assert_true(command_since(&here, "90m", &at));
    assert_int_equal(at, now - 90 * 60000);
    assert_true(command_since(&here, "today", &at));
    assert_int_equal(at, now - 11 * hour);
    assert_true(command_since(&here, "yesterday", &at));
    assert_int_equal(at, now - 35 * hour);
    assert_true(command_since(&here, "2026-11-24", &at));
    assert_int_equal(at, now - 35 * hour);
    assert_true(command_since(&here, "2026-11-25T09:30", &at));
    assert_int_equal(at, now - 90 * 60000);
    assert_false(command_since(&here, "2026-11-26", &at));
    assert_false(command_since(&here, "tomorrow", &at));
    assert_false(command_since(&here, "", &at));
}

/* data/keys/default.keys: the third word on of every bind line. */
static void every_shipped_key_says_something_known(void **state)
{
    (void)state;
    char path[512], line[512], text[512];
    snprintf(path, sizeof path, "%s/data/keys/default.keys", getenv("TRIAGE_SRCDIR"));
    FILE *file = fopen(path, "r");
    int bound = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct command_line parsed;
        struct err err = {0};
        if (sscanf(line, "bind %*s %*s %500[^\n]", text) != 1)
            continue;
        if (!command_parse(arena, text, &parsed, &err))
            fail_msg("%s%s", line, err.text);
        bound++;
    }
    fclose(file);
    assert_true(bound > 60);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(names_are_sorted_unique_and_explained),
        T(what_else_a_command_is_called_is_sorted_of_no_other_and_never_goes_for_good),
        T(a_word_from_elsewhere_is_parsed_as_ours),
        T(a_line_is_a_name_and_the_rest),
        T(a_misspelled_name_is_answered_with_the_nearest),
        T(every_action_says_what_it_needs_and_refuses_without),
        T(a_body_is_what_the_api_takes),
        T(a_word_that_is_not_in_the_list_is_refused_with_the_list),
        T(times_are_read_as_people_write_them),
        T(a_time_gone_by_is_said_like_one_to_come),
        T(every_shipped_key_says_something_known),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
