/* mask: rows, messages and documents as consoles see them. */
#include "wire/mask.h"
#include "base/crypto.h"
#include "core/redact.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct config_agent agents[] = {{.name = "ana@acme.com"}};
static struct config config;
static const struct mask mask = {&config, "desk"};

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    config = (struct config){.agents = agents, .agent_count = 1, .mask = redact_all};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *masked(const char *json)
{
    const struct json *node = json_parse_in(arena, json, strlen(json), &json_limits_dialect, NULL, NULL);
    assert_non_null(node);
    AUTO_JSON safe = mask_json(arena, &mask, node);
    return json_print_in(arena, safe);
}

static void every_text_of_a_document_is_masked_and_its_shape_stays(void **state)
{
    (void)state;
    assert_string_equal(masked("{\"a\":[\"ada@acme.com\",{\"b\":\"call +44 20 7946 0958\"}],\"n\":7,\"t\":true,\"z\":null}"),
                        "{\"a\":[\"[email]\",{\"b\":\"call [phone]\"}],\"n\":7,\"t\":true,\"z\":null}");
    assert_string_equal(masked("{\"line\":\"a\\n4111 1111 1111 1111\"}"), "{\"line\":\"a\\n[card]\"}");
    assert_string_equal(masked("{\"pan\":4111111111111111,\"at\":1748503543012}"), "{\"pan\":\"[card]\",\"at\":1748503543012}");
    assert_string_equal(masked("{\"ada@acme.com\":1}"), "{\"[email]\":1}");
}

/* A value's name is context: for what it is, and for what it is not. */
static void the_name_of_a_value_says_what_it_is(void **state)
{
    (void)state;
    assert_string_equal(masked("{\"customerPhone\":\"4155550132\",\"ssn\":\"536228726\",\"password\":\"hunter2!x\"}"),
                        "{\"customerPhone\":\"[phone]\",\"ssn\":\"[ssn]\",\"password\":\"[secret]\"}");
    assert_string_equal(masked("{\"ticket_id\":\"536228726\",\"orderId\":\"4111111111111111\",\"uid\":4111111111111111}"),
                        "{\"ticket_id\":\"536228726\",\"orderId\":\"4111111111111111\",\"uid\":4111111111111111}");
    const char *text = "nothing";
    assert_ptr_equal(redact_member(arena, "password", text, &(struct config_redact){0}, NULL), text);
    assert_null(redact_member(arena, "a", NULL, &redact_all, NULL));
}

static void agents_names_are_never_masked(void **state)
{
    (void)state;
    assert_string_equal(masked("[\"assignee\",\"ana@acme.com\",\"ada@acme.com\"]"), "[\"assignee\",\"ana@acme.com\",\"[email]\"]");
}

static void a_row_hides_what_its_source_said_and_keeps_what_the_desk_needs(void **state)
{
    (void)state;
    struct ticket t = {.id = 3, .title = "From ada@acme.com", .customer_name = "ada@acme.com", .customer_email = "ada@acme.com", .customer_phone = "+442079460958",
                       .assignee = "ana@acme.com", .key = "rbs:ada@acme.com", .tags = "[\"vip\",\"203.0.113.7\"]", .metadata = "{\"card\":\"4111111111111111\"}",
                       .escalation = {.state = ESCALATION_TRIGGERED, .reason = "says ada@acme.com"}};
    AUTO_JSON row = mask_ticket(arena, &mask, &t);
    assert_string_equal(json_get_string(row, "title", ""), "From [email]");
    assert_string_equal(json_get_string(row, "customer_name", ""), "[email]");
    assert_string_equal(json_get_string(row, "customer_email", ""), "a\u2022\u2022\u2022@acme.com");
    assert_string_equal(json_get_string(row, "assignee", ""), "ana@acme.com");
    assert_string_equal(json_get_string(row, "key", ""), "rbs:ada@acme.com");
    assert_string_equal(json_print_in(arena, json_get(row, "tags")), "[\"vip\",\"[ip]\"]");
    assert_string_equal(json_print_in(arena, json_get(row, "metadata")), "{\"card\":\"[card]\"}");
    assert_string_equal(json_get_string(json_get(row, "escalation"), "reason", ""), "says [email]");
    AUTO_JSON brief = mask_brief(arena, &mask, &t);
    assert_string_equal(json_get_string(brief, "title", ""), "From [email]");
    assert_string_equal(json_get_string(brief, "customer_email", ""), "a\u2022\u2022\u2022@acme.com");
    assert_null(json_get(brief, "metadata"));
    assert_string_equal(t.title, "From ada@acme.com");
    config.mask.mode[REDACT_EMAIL] = REDACT_RAW;
    AUTO_JSON raw = mask_ticket(arena, &mask, &t);
    assert_string_equal(json_get_string(raw, "customer_email", ""), "ada@acme.com");
    assert_string_equal(json_get_string(raw, "title", ""), "From ada@acme.com");
    assert_string_not_equal(json_get_string(raw, "customer_phone", ""), "+442079460958");
}

static void a_message_hides_body_author_and_attachments(void **state)
{
    (void)state;
    struct message m = {.row = 1, .author = "ada@acme.com", .body = "card 4111 1111 1111 1111", .assets = "[{\"name\":\"ada@acme.com.pdf\"}]"};
    AUTO_JSON row = mask_message(arena, &mask, &m);
    assert_string_equal(json_get_string(row, "author", ""), "[email]");
    assert_string_equal(json_get_string(row, "body", ""), "card [card]");
    assert_null(strstr(json_print_in(arena, row), "ada@"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_text_of_a_document_is_masked_and_its_shape_stays),
        T(the_name_of_a_value_says_what_it_is),
        T(agents_names_are_never_masked),
        T(a_row_hides_what_its_source_said_and_keeps_what_the_desk_needs),
        T(a_message_hides_body_author_and_attachments),
    };
    struct err err;
    return crypto_open() && redact_open(&err) ? cmocka_run_group_tests_name("mask", tests, NULL, NULL) : 1;
}
