/* macro: reading macros, and what they make of a ticket. */
#include "core/macro.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct err err;

static int open_all(void **state)
{
    (void)state;
    arena = arena_new();
    err = (struct err){0};
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct config *config_of(const char *text)
{
    return config_parse(arena, "test", text, strlen(text), NULL, 0, &err);
}

static bool read_text(const char *data, struct macro *out)
{
    return macro_read(arena, "m", json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL), out, &err);
}

static void a_macro_is_read_from_the_configuration_and_from_a_record_alike(void **state)
{
    (void)state;
    struct macro kept;
    const struct config *config = config_of("macros:\n"
                                            "  - name: refund\n"
                                            "    title: Refund granted\n"
                                            "    when: category == \"billing\"\n"
                                            "    actions: [tags +refund -waiting, priority low, close]\n"
                                            "    reply: |\n"
                                            "      Hi {{customer.first_name}},\n"
                                            "      your money is on its way.\n"
                                            "  - {name: thanks, reply: 'Thank you!'}\n");
    if (!config)
        fail_msg("%s", err.text);
    assert_int_equal(config->macro_count, 2);
    const struct macro *m = &config->macros[0];
    assert_int_equal(m->step_count, 3);
    assert_int_equal(m->steps[0].action, ACTION_TAGS);
    assert_string_equal(m->steps[0].arg, "+refund -waiting");
    assert_int_equal(m->steps[2].action, ACTION_CLOSE);
    assert_null(m->steps[2].arg);
    assert_non_null(m->when);
    assert_int_equal(config->macros[1].step_count, 0);
    AUTO_JSON data = macro_data(m);
    assert_true(macro_read(arena, "refund", data, &kept, &err));
    AUTO_JSON again = macro_data(&kept);
    assert_string_equal(json_print_in(arena, data), json_print_in(arena, again));
    assert_true(read_text("{\"actions\":\" claim ; status pending;; \"}", &kept));
    assert_int_equal(kept.step_count, 2);
}

static void a_macro_that_cannot_be_run_or_undone_whole_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{\"actions\":[\"dance\"]}", "no action"},
        {"{\"actions\":[\"escalate now\"]}", "undone"},
        {"{\"actions\":[\"undo\"]}", "undone"},
        {"{\"actions\":[\"macro other\"]}", "undone"},
        {"{\"actions\":[\"absence to=1\"]}", "undone"},
        {"{\"actions\":[\"spam\"]}", "your word"},
        {"{\"actions\":[\"claim-next\"]}", "undone"},
        {"{\"actions\":[\"reply hello\"]}", "reply"},
        {"{\"actions\":[\"status asleep\"]}", "none of its words"},
        {"{\"actions\":[\"status\"]}", "needs"},
        {"{\"actions\":[\"close now\"]}", "takes nothing"},
        {"{\"actions\":[\"snooze tomorrow\"]}", "span"},
        {"{\"actions\":[\"snooze 0h\"]}", "span"},
        {"{\"actions\":[\"note a\",\"note b\"]}", "one text"},
        {"{\"actions\":[\"note a\"],\"reply\":\"b\"}", "one text"},
        {"{\"actions\":[]}", "neither"},
        {"{}", "neither"},
        {"{\"actions\":[\"close\"],\"when\":\"nonsense ==\"}", ""},
        {"{\"actions\":[7]}", "text"},
        {"{\"actions\":\"close;close;close;close;close;close;close;close;close;close;close;close;close\"}", "at most"},
    };
    struct macro out;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct err){0};
        if (read_text(bad[i][0], &out) || !strstr(err.text, bad[i][1]))
            fail_msg("%s: %s", bad[i][0], err.text);
    }
    err = (struct err){0};
    assert_null(config_of("macros:\n  - name: a\n    actions: [dance]\n"));
    assert_non_null(strstr(err.text, "test:3:"));
    assert_null(config_of("macros:\n  - {name: a, reply: x}\n  - {name: a, reply: y}\n"));
}

static const struct action act = {.id = ACTION_MACRO, .actor = "ana", .role = ROLE_AGENT};
static const struct config_source source = {.name = "shop", .reply_via = REPLY_WEBHOOK};
enum { NOW = 1000000 };

static bool run(const struct ticket *before, const char *data, struct ticket *after, struct observation *obs)
{
    struct macro m;
    const struct config *config = config_of("agents: [{name: ana}, {name: tom}]\n");
    struct when_env env = {.me = "ana"};
    if (!config || !read_text(data, &m) || !macro_observe(arena, before, &m, &act, &source, config, &env, NOW, obs, &err))
        return false;
    obs->v.key = "desk:1";
    *after = *ticket_copy(arena, before);
    observe_fold(after, obs);
    return true;
}

static struct ticket fresh(void)
{
    return (struct ticket){.id = 7, .account = "a", .dialect = "rbs", .key = "rbs:7", .status = STATUS_NEW, .title = "T", .customer_name = "Jo", .version = 3,
                           .tags = "[\"old\",\"waiting\"]", .last_key = "k"};
}

static void all_its_actions_are_one_observation_and_each_sees_what_the_ones_before_did(void **state)
{
    (void)state;
    struct ticket t = fresh(), after;
    struct observation obs;
    if (!run(&t, "{\"actions\":[\"claim\",\"tags +refund -waiting\",\"tags +more\",\"snooze 2h\",\"close\",\"reopen\"],\"reply\":\"Hi {{customer.name}}\"}", &after, &obs))
        fail_msg("%s", err.text);
    assert_string_equal(after.assignee, "ana");
    assert_string_equal(after.tags, "[\"old\",\"refund\",\"more\"]");
    assert_int_equal(after.snoozed_until, NOW + 2 * 3600000);
    assert_int_equal(after.status, STATUS_OPEN); /* what is said last stands */
    assert_int_equal(obs.message_count, 1);
    assert_string_equal(obs.messages->body, "Hi Jo");
    assert_true(obs.messages->is_public);
}

static void a_status_may_have_a_reason_and_an_answer_lets_it_wait(void **state)
{
    (void)state;
    struct ticket t = fresh(), after;
    struct observation obs;
    t.waiting_since = t.last_customer_at = NOW - 1000;
    assert_false(run(&t, "{\"actions\":[\"status pending\"]}", &after, &obs)); /* the customer has no answer yet */
    if (!run(&t, "{\"actions\":[\"status pending\"],\"reply\":\"Which one?\"}", &after, &obs))
        fail_msg("%s", err.text);
    assert_int_equal(after.status, STATUS_PENDING);
    assert_false(run(&t, "{\"actions\":[\"status on_hold\"]}", &after, &obs));
    if (!run(&t, "{\"actions\":[\"status on_hold for the bank\"]}", &after, &obs))
        fail_msg("%s", err.text);
    assert_int_equal(after.status, STATUS_ON_HOLD);
    assert_string_equal(after.hold_reason, "for the bank");
}

static void the_first_step_that_is_refused_refuses_it_all(void **state)
{
    (void)state;
    struct ticket t = fresh(), after;
    struct observation obs;
    assert_false(run(&t, "{\"actions\":[\"claim\",\"assign nobody\"]}", &after, &obs));
    assert_non_null(strstr(err.text, "assign"));
    assert_false(run(&t, "{\"actions\":[\"close\",\"close\"]}", &after, &obs)); /* by then it is closed */
    assert_non_null(strstr(err.text, "already closed"));
    t.status = STATUS_CLOSED;
    assert_false(run(&t, "{\"reply\":\"hello\"}", &after, &obs));
}

static void a_guard_says_for_which_tickets_it_is(void **state)
{
    (void)state;
    struct ticket t = fresh(), after;
    struct observation obs;
    assert_false(run(&t, "{\"actions\":[\"claim\"],\"when\":\"category == \\\"billing\\\"\"}", &after, &obs));
    assert_int_equal(err.code, ERR_STATE);
    t.category = CATEGORY_BILLING;
    assert_true(run(&t, "{\"actions\":[\"claim\"],\"when\":\"category == \\\"billing\\\"\"}", &after, &obs));
}

static void a_variable_without_a_value_refuses_reply_and_note(void **state)
{
    (void)state;
    struct ticket t = fresh(), after;
    struct observation obs;
    assert_false(run(&t, "{\"reply\":\"see {{ticket.url}}\"}", &after, &obs));
    assert_non_null(strstr(err.text, "{{ticket.url}}"));
    assert_false(run(&t, "{\"actions\":[\"note {{who.knows}}\"]}", &after, &obs));
    assert_non_null(strstr(err.text, "{{who.knows}}"));
    assert_true(run(&t, "{\"actions\":[\"note by {{agent.name}}\",\"close\"]}", &after, &obs));
    assert_string_equal(obs.messages->body, "by ana");
    assert_false(obs.messages->is_public);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_macro_is_read_from_the_configuration_and_from_a_record_alike, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_macro_that_cannot_be_run_or_undone_whole_is_refused_with_the_reason, open_all, close_all),
        cmocka_unit_test_setup_teardown(all_its_actions_are_one_observation_and_each_sees_what_the_ones_before_did, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_status_may_have_a_reason_and_an_answer_lets_it_wait, open_all, close_all),
        cmocka_unit_test_setup_teardown(the_first_step_that_is_refused_refuses_it_all, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_guard_says_for_which_tickets_it_is, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_variable_without_a_value_refuses_reply_and_note, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
