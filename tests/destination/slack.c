/* slack: the goldens byte for byte, what is escaped, how much is said, and what the answers without a row of their own mean. */
#include "base/crypto.h"
#include "base/str.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct config_destination webhook = {.name = "slack", .kind = DEST_SLACK, .url = "https://hooks.slack.com/services/T123/B456/5ecret"};
static const struct config_destination api = {.name = "slack", .kind = DEST_SLACK, .token = "xoxb-5ecret", .channel = "C0123456789"};

static void the_requests_are_the_goldens(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = letter_composed(arena, &webhook, letter_golden(arena), NULL);
    assert_string_equal(r.body, letter_golden_json(arena, "slack.incoming-webhook.json"));
    assert_string_equal(r.url, webhook.url);
    assert_string_equal(destination_header(&r, "Content-Type"), "application/json");
    assert_null(destination_header(&r, "Authorization"));
    r = letter_composed(arena, &api, letter_golden(arena), NULL);
    assert_string_equal(r.body, letter_golden_json(arena, "slack.chat.postMessage.json"));
    assert_string_equal(r.url, "https://slack.com/api/chat.postMessage");
    assert_string_equal(destination_header(&r, "Content-Type"), "application/json; charset=utf-8");
    assert_string_equal(destination_header(&r, "Authorization"), "Bearer xoxb-5ecret");
}

static const char *block_text(const struct json *root, int n, const char *path)
{
    const struct json *block = json_first(json_get(root, "blocks"));
    while (n--)
        block = json_next(block);
    return json_string(json_path(block, path));
}

static void nothing_a_customer_writes_calls_anybody(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct letter *l = letter_saying(arena, "<!channel> & <@U1>", "<!here> <https://evil.example|click> a&b &lt; *bold* \"q\"");
    const struct json *root = letter_body(arena, &webhook, l, NULL);
    assert_string_equal(json_get_string(root, "text", ""), "[critical] &lt;!channel&gt; &amp; &lt;@U1&gt;");
    assert_string_equal(block_text(root, 0, "text.text"), "[critical] &lt;!channel&gt; &amp; &lt;@U1&gt;");
    assert_string_equal(block_text(root, 1, "text.text"),
                        "&lt;!here&gt; &lt;https://evil.example|click&gt; a&amp;b &amp;lt; *bold* \"q\"");
    for (int simple = 0; simple < 2; simple++) {
        struct delivery r = letter_composed(arena, &webhook, l, simple ? "{\"simple\":true}" : NULL);
        assert_null(strpbrk(r.body, "<>"));
    }
}

static void a_text_that_fits_is_whole_and_one_that_does_not_says_where_it_goes_on(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = webhook;
    to.link = "https://desk.example/t/%s";
    const char *at = letter_repeat(arena, "\xc3\xa9", 3000), *over = letter_repeat(arena, "\xc3\xa9", 3001);
    assert_string_equal(block_text(letter_body(arena, &to, letter_saying(arena, "t", at), NULL), 1, "text.text"), at);
    const char *cut = block_text(letter_body(arena, &to, letter_saying(arena, "t", over), NULL), 1, "text.text");
    assert_int_equal(destination_length(cut, CUT_CODE_POINTS), 3000);
    assert_non_null(strstr(cut, "\xe2\x80\xa6 https://desk.example/t/7"));
    const char *title = letter_repeat(arena, "x", 139), *longer = letter_repeat(arena, "x", 140);
    assert_int_equal(destination_length(block_text(letter_body(arena, &to, letter_saying(arena, title, "b"), NULL), 0, "text.text"), CUT_CODE_POINTS), 150);
    assert_null(strstr(block_text(letter_body(arena, &to, letter_saying(arena, title, "b"), NULL), 0, "text.text"), "\xe2\x80\xa6"));
    const char *short_title = block_text(letter_body(arena, &to, letter_saying(arena, longer, "b"), NULL), 0, "text.text");
    assert_true(destination_length(short_title, CUT_CODE_POINTS) <= 150);
    assert_non_null(strstr(short_title, "\xe2\x80\xa6"));
}

static size_t said(const struct json *node)
{
    size_t n = json_string(node) ? destination_length(json_string(node), CUT_CODE_POINTS) : 0;
    for (const struct json *m = json_first(node); m; m = json_next(m))
        n += said(m);
    return n;
}

static void what_grows_when_it_is_escaped_keeps_the_limits(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter *l = (struct letter *)(uintptr_t)letter_saying(arena, letter_repeat(arena, "&", 500), letter_repeat(arena, "<&>", 9000));
    struct ticket *t = (struct ticket *)(uintptr_t)l->ticket;
    t->plan = t->channel = t->source_id = letter_repeat(arena, ">", 5000);
    l->type = letter_repeat(arena, "&", 5000);
    const struct json *root = letter_body(arena, &api, l, NULL), *simple = letter_body(arena, &api, l, "{\"simple\":true}");
    assert_in_range(destination_length(block_text(root, 0, "text.text"), CUT_CODE_POINTS), 140, 150);
    assert_in_range(destination_length(block_text(root, 1, "text.text"), CUT_CODE_POINTS), 2990, 3000);
    assert_in_range(destination_length(json_get_string(simple, "text", ""), CUT_CODE_POINTS), 3990, 4000);
    for (const struct json *f = json_first(json_get(json_next(json_next(json_first(json_get(root, "blocks")))), "fields")); f; f = json_next(f))
        assert_in_range(destination_length(json_get_string(f, "text", ""), CUT_CODE_POINTS), 1990, 2000);
    assert_true(said(json_get(root, "blocks")) <= 12000);
    assert_null(strstr(block_text(root, 1, "text.text"), "&\xe2")); /* never within an entity */
    for (const char *p = block_text(root, 1, "text.text"); (p = strchr(p, '&')); p++)
        assert_true(str_starts(p, "&amp;") || str_starts(p, "&lt;") || str_starts(p, "&gt;"));
}

static void the_simpler_form_is_text_alone(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct json *root = letter_body(arena, &api, letter_golden(arena), "{\"simple\":true}");
    assert_null(json_get(root, "blocks"));
    assert_true(str_starts(json_get_string(root, "text", ""), "[critical] URGENT: charged twice\nI'm Ada Lovelace, [email]"));
    assert_string_equal(json_get_string(root, "channel", ""), "C0123456789");
}

static void the_message_can_be_found_again(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct json *noted;
    struct reply yes = {.status = 200, .body = "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1503435956.000247\"}"};
    assert_string_equal(letter_judged(arena, &api, &yes, NULL, &noted), "ok");
    assert_string_equal(json_get_string(noted, "ts", ""), "1503435956.000247");
}

static void what_follows_goes_under_the_first_message_while_there_is_one(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char memo[] = "{\"thread\":\"1503435956.000247\"}";
    const struct json *noted;
    assert_string_equal(json_get_string(letter_body(arena, &api, letter_golden(arena), memo), "thread_ts", ""), "1503435956.000247");
    assert_null(json_get(letter_body(arena, &webhook, letter_golden(arena), memo), "thread_ts"));
    struct reply gone = {.status = 200, .body = "{\"ok\":false,\"error\":\"thread_not_found\"}"};
    assert_string_equal(letter_judged(arena, &api, &gone, memo, &noted), "downgrade");
    const char *alone = json_print_in(arena, noted);
    assert_null(json_get(letter_body(arena, &api, letter_golden(arena), alone), "thread_ts"));
    assert_non_null(json_get(letter_body(arena, &api, letter_golden(arena), alone), "blocks"));
    assert_string_equal(letter_judged(arena, &api, &gone, alone, NULL), "dead");
}

static void a_yes_that_is_longer_than_we_read_is_a_yes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct reply yes = {.status = 200, .body = "{\"ok\":true,\"channel\":\"C1\",\"message\":{\"te", .body_cut = true};
    struct reply no = {.status = 200, .body = "{\"ok\":false,\"error\":\"x\",\"message\":{\"te", .body_cut = true};
    assert_string_equal(letter_judged(arena, &api, &yes, NULL, NULL), "ok");
    assert_string_equal(letter_judged(arena, &api, &no, NULL, NULL), "retry");
}

static void words_beyond_the_table_have_their_meaning(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const struct config_destination *to; int64_t status; const char *body, *action; } more[] = {
        {&webhook, 400, "no_text", "downgrade"}, {&webhook, 400, "invalid_blocks\n", "downgrade"}, {&webhook, 400, "something_new", "dead"},
        {&webhook, 403, "posting_to_general_channel_denied", "dead+disable"}, {&webhook, 404, "team_disabled", "dead+disable"},
        {&webhook, 404, "no_service_id", "dead+disable"}, {&webhook, 404, "<html>", "dead"}, {&webhook, 408, "", "retry"}, {&webhook, 302, "", "retry"},
        {&api, 200, "{\"ok\":false,\"error\":\"rate_limited\"}", "wait:1"}, {&api, 200, "{\"ok\":false,\"error\":\"team_added_to_org\"}", "retry"},
        {&api, 200, "{\"ok\":false,\"error\":\"msg_too_long\"}", "downgrade"}, {&api, 200, "{\"ok\":false,\"error\":\"invalid_blocks_format\"}", "downgrade"},
        {&api, 200, "{\"ok\":false,\"error\":\"restricted_action_thread_only_channel\"}", "dead"}, {&api, 200, "{\"ok\":false,\"error\":\"not_in_channel\"}", "dead"},
        {&api, 200, "{\"ok\":false,\"error\":\"missing_scope\"}", "dead+disable"}, {&api, 200, "{\"ok\":false}", "retry"}, {&api, 200, "[]", "retry"},
        {&api, 200, "", "retry"}, {&api, 500, "{\"ok\":false,\"error\":\"invalid_auth\"}", "retry"}, {&api, 404, "", "dead"}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        assert_string_equal(letter_judged(arena, more[i].to, &(struct reply){.status = more[i].status, .body = more[i].body}, NULL, NULL), more[i].action);
    struct reply blocks = {.status = 200, .body = "{\"ok\":false,\"error\":\"invalid_blocks\"}"};
    assert_string_equal(letter_judged(arena, &api, &blocks, "{\"simple\":true}", NULL), "dead");
}

static void what_cannot_be_sent_is_refused_and_what_is_not_for_chat_passed_over(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination none = {.kind = DEST_SLACK}, torn = api, nowhere = api;
    struct letter reply = *letter_golden(arena);
    reply.of = LETTER_REPLY;
    torn.token = "xoxb-1\r\nX-Evil: 1";
    nowhere.channel = NULL;
    assert_int_equal(letter_refused(arena, &none, letter_golden(arena)), ERR_INPUT);
    assert_int_equal(letter_refused(arena, &torn, letter_golden(arena)), ERR_INPUT);
    assert_int_equal(letter_refused(arena, &nowhere, letter_golden(arena)), ERR_INPUT);
    assert_int_equal(letter_refused(arena, &api, &reply), ERR_NOT_FOUND);
}

static void an_account_is_a_workspace_and_no_secret(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct destination *slack = destination_of(DEST_SLACK);
    assert_string_equal(slack->account(arena, &webhook), "slack:T123");
    assert_true(str_starts(slack->account(arena, &api), "slack:"));
    assert_null(strstr(slack->account(arena, &api), "5ecret"));
    assert_int_equal(slack->pace[0].burst, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_requests_are_the_goldens),
        cmocka_unit_test(nothing_a_customer_writes_calls_anybody),
        cmocka_unit_test(a_text_that_fits_is_whole_and_one_that_does_not_says_where_it_goes_on),
        cmocka_unit_test(what_grows_when_it_is_escaped_keeps_the_limits),
        cmocka_unit_test(the_simpler_form_is_text_alone),
        cmocka_unit_test(the_message_can_be_found_again),
        cmocka_unit_test(what_follows_goes_under_the_first_message_while_there_is_one),
        cmocka_unit_test(a_yes_that_is_longer_than_we_read_is_a_yes),
        cmocka_unit_test(words_beyond_the_table_have_their_meaning),
        cmocka_unit_test(what_cannot_be_sent_is_refused_and_what_is_not_for_chat_passed_over),
        cmocka_unit_test(an_account_is_a_workspace_and_no_secret),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
