/* pagerduty: the golden byte for byte; what triggers, acknowledges, resolves or is passed over; one alert a ticket. */
#include "base/crypto.h"
#include "base/str.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct config_destination pager = {.name = "pagerduty", .kind = DEST_PAGERDUTY, .token = "RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR"};

static void the_request_is_the_golden(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = letter_composed(arena, &pager, letter_golden(arena), NULL);
    assert_string_equal(r.body, letter_golden_json(arena, "pagerduty.enqueue.json"));
    assert_string_equal(r.url, "https://events.pagerduty.com/v2/enqueue");
    assert_null(destination_header(&r, "Authorization"));
}

static const struct letter *about(struct arena *arena, int of, const char *type, int status, const char *assignee, const char *changes)
{
    struct letter *l = (struct letter *)(uintptr_t)letter_saying(arena, "t", "b");
    struct ticket *t = (struct ticket *)(uintptr_t)l->ticket;
    l->of = of;
    l->type = type;
    l->changes = changes ? json_parse_in(arena, changes, strlen(changes), &json_limits_native, NULL, NULL) : NULL;
    t->status = status;
    t->assignee = assignee;
    t->version = 5;
    return l;
}

static void the_state_of_the_ticket_is_the_state_of_the_alert(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { int of; const char *type; int status; const char *assignee, *changes, *action; } cases[] = {
        {LETTER_EVENT, "ticket.created", STATUS_NEW, "ana", NULL, "trigger"}, {LETTER_EVENT, "support.ticket_created", STATUS_NEW, NULL, NULL, "trigger"},
        {LETTER_EVENT, "ticket.updated", STATUS_OPEN, NULL, NULL, "trigger"}, {LETTER_EVENT, "ticket.assigned", STATUS_OPEN, "ana", NULL, "acknowledge"},
        {LETTER_EVENT, "ticket.closed", STATUS_CLOSED, "ana", NULL, "resolve"}, {LETTER_DESK, "ticket.closed", STATUS_RESOLVED, NULL, NULL, "resolve"},
        {LETTER_DESK, "triage.escalated", STATUS_OPEN, "ana", NULL, "trigger"},
        {LETTER_DESK, "ticket.updated", STATUS_OPEN, "ana", "[[\"assignee\",null,\"ana\"]]", "acknowledge"},
        {LETTER_DESK, "ticket.updated", STATUS_OPEN, NULL, "[[\"assignee\",\"ana\",null]]", NULL},
        {LETTER_DESK, "ticket.updated", STATUS_OPEN, "ana", "[[\"urgency\",\"low\",\"critical\"]]", "trigger"},
        {LETTER_DESK, "ticket.updated", STATUS_OPEN, "ana", "[[\"title\",\"a\",\"b\"]]", NULL},
        {LETTER_DESK, "ticket.updated", STATUS_OPEN, "ana", "[[\"status\",\"resolved\",\"open\"]]", "trigger"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct letter *l = about(arena, cases[i].of, cases[i].type, cases[i].status, cases[i].assignee, cases[i].changes);
        if (!cases[i].action) {
            assert_int_equal(letter_refused(arena, &pager, l), ERR_NOT_FOUND);
            continue;
        }
        const struct json *root = letter_body(arena, &pager, l, NULL);
        assert_string_equal(json_get_string(root, "event_action", ""), cases[i].action);
        assert_string_equal(json_get_string(root, "dedup_key", ""), "ingest:T-7");
        assert_int_equal(json_count(root), str_eq(cases[i].action, "trigger") ? 5 : 3);
    }
    struct letter game = {.of = LETTER_DESK, .id = "evt_1", .type = "boss.defeated", .at = 1};
    assert_int_equal(letter_refused(arena, &pager, &game), ERR_NOT_FOUND);
}

static void urgency_or_else_priority_is_the_severity(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { int urgency, priority; const char *severity; } cases[] = {
        {URGENCY_CRITICAL, PRIORITY_LOW, "critical"}, {URGENCY_HIGH, 0, "error"}, {URGENCY_LOW, PRIORITY_URGENT, "info"}, {0, PRIORITY_URGENT, "critical"},
        {0, PRIORITY_HIGH, "error"}, {0, PRIORITY_NORMAL, "warning"}, {0, PRIORITY_LOW, "info"}, {0, 0, "warning"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct letter *l = about(arena, LETTER_EVENT, "ticket.created", STATUS_NEW, NULL, NULL);
        ((struct ticket *)(uintptr_t)l->ticket)->urgency = cases[i].urgency;
        ((struct ticket *)(uintptr_t)l->ticket)->priority = cases[i].priority;
        assert_string_equal(json_string(json_path(letter_body(arena, &pager, l, NULL), "payload.severity")), cases[i].severity);
    }
}

static void a_key_too_long_is_hashed_and_stays_the_same(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct letter *l = about(arena, LETTER_EVENT, "ticket.created", STATUS_NEW, NULL, NULL), *later = about(arena, LETTER_DESK, "x", STATUS_CLOSED, NULL, NULL);
    const char *at = letter_repeat(arena, "k", 255), *over = letter_repeat(arena, "k", 256);
    ((struct ticket *)(uintptr_t)l->ticket)->key = at;
    assert_string_equal(json_get_string(letter_body(arena, &pager, l, NULL), "dedup_key", ""), at);
    ((struct ticket *)(uintptr_t)l->ticket)->key = ((struct ticket *)(uintptr_t)later->ticket)->key = over;
    const char *hashed = json_get_string(letter_body(arena, &pager, l, NULL), "dedup_key", "");
    assert_int_equal(strlen(hashed), 64);
    assert_string_equal(json_get_string(letter_body(arena, &pager, later, NULL), "dedup_key", ""), hashed);
}

static void the_limits_hold_whatever_was_sent(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter *l = (struct letter *)(uintptr_t)letter_saying(arena, letter_repeat(arena, "\xc3\xa9", 2000), letter_repeat(arena, "x", 600000));
    struct config_destination to = pager;
    to.link = "https://desk.example/t/%s";
    const char *huge = arena_printf(arena, "{\"ticket_id\":\"T-7\",\"body\":\"%s\"}", l->message->body);
    l->payload = json_parse_in(arena, huge, strlen(huge), &json_limits_dialect, NULL, NULL);
    struct delivery r = letter_composed(arena, &to, l, NULL);
    const struct json *root = letter_body(arena, &to, l, NULL);
    assert_true(r.body_n < 512000);
    assert_int_equal(destination_length(json_string(json_path(root, "payload.summary")), CUT_CODE_POINTS), 1024);
    assert_string_equal(json_get_string(root, "client_url", ""), "https://desk.example/t/7");
    assert_non_null(strstr(json_string(json_path(root, "payload.custom_details.body")), "\xe2\x80\xa6 https://desk.example/t/7"));
    root = letter_body(arena, &to, l, "{\"short\":true}");
    assert_null(json_path(root, "payload.custom_details.body"));
    assert_string_equal(json_string(json_path(root, "payload.custom_details.ticket_id")), "T-7");
    assert_string_equal(json_string(json_path(root, "payload.custom_details.event_id")), "evt_01HZK4Q3V9T7");
}

static void answers_beyond_the_table_have_their_meaning(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { struct reply reply; const char *action; } more[] = {
        {{.status = 403}, "dead"}, {{.status = 404}, "dead"}, {{.status = 429, .retry_after = "7"}, "wait:7"}, {{.status = 503, .retry_after = "120"}, "retry>=120"},
        {{.fault = REPLY_LOST, .sent = true}, "retry+ambiguous"}, {{.status = 408}, "retry"}, {{.status = 200}, "ok"}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        assert_string_equal(letter_judged(arena, &pager, &more[i].reply, NULL, NULL), more[i].action);
    assert_string_equal(letter_judged(arena, &pager, &(struct reply){.status = 413}, "{\"short\":true}", NULL), "dead");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_the_golden),
        cmocka_unit_test(the_state_of_the_ticket_is_the_state_of_the_alert),
        cmocka_unit_test(urgency_or_else_priority_is_the_severity),
        cmocka_unit_test(a_key_too_long_is_hashed_and_stays_the_same),
        cmocka_unit_test(the_limits_hold_whatever_was_sent),
        cmocka_unit_test(answers_beyond_the_table_have_their_meaning),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
