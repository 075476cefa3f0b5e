/* discord: the golden byte for byte, every character that Markdown reads, lengths in UTF-16 units, waits to the millisecond. */
#include "base/crypto.h"
#include "base/str.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct config_destination hook = {.name = "discord", .kind = DEST_DISCORD, .url = "https://discord.com/api/v10/webhooks/1/5ecret"};

static void the_request_is_the_golden(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = letter_composed(arena, &hook, letter_golden(arena), NULL);
    assert_string_equal(r.body, letter_golden_json(arena, "discord.json"));
    assert_string_equal(r.url, "https://discord.com/api/v10/webhooks/1/5ecret?wait=true");
    assert_string_equal(destination_header(&r, "Content-Type"), "application/json");
    assert_true(str_starts(destination_header(&r, "User-Agent"), "DiscordBot (https://"));
}

static void a_thread_is_named_in_the_query(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = hook;
    to.channel = "1234567890";
    assert_string_equal(letter_composed(arena, &to, letter_golden(arena), NULL).url,
                        "https://discord.com/api/v10/webhooks/1/5ecret?wait=true&thread_id=1234567890");
    to.channel = "1&wait=false";
    assert_int_equal(letter_refused(arena, &to, letter_golden(arena)), ERR_INPUT);
}

static const char *member(const struct json *root, const char *name)
{
    return json_get_string(json_first(json_get(root, "embeds")), name, "");
}

static void each_character_of_markdown_is_escaped(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct json *root = letter_body(arena, &hook, letter_saying(arena, "a*b_[c](x)", "\\ * _ ~ ` | [ ] ( ) > # -\n> q\n# h\n- l\na-b"), NULL);
    assert_string_equal(member(root, "title"), "[critical] a\\*b\\_\\[c\\](x)");
    assert_string_equal(member(root, "description"), "\\\\ \\* \\_ \\~ \\` \\| \\[ \\] ( ) > # -\n\\> q\n\\# h\n\\- l\na-b");
}

static void nobody_is_mentioned_in_either_form(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct letter *l = letter_saying(arena, "@everyone", "@here <@1>");
    for (int simple = 0; simple < 2; simple++) {
        const struct json *root = letter_body(arena, &hook, l, simple ? "{\"simple\":true}" : NULL);
        assert_string_equal(json_print_in(arena, json_get(root, "allowed_mentions")), "{\"parse\":[]}");
    }
}

static size_t units(const char *text)
{
    return destination_length(text, CUT_UTF16);
}

static void lengths_are_counted_as_discord_counts_them(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *at = letter_repeat(arena, "\xf0\x9f\x98\x80", 2048), *over = letter_repeat(arena, "\xf0\x9f\x98\x80", 2049);
    assert_string_equal(member(letter_body(arena, &hook, letter_saying(arena, "t", at), NULL), "description"), at);
    const char *cut = member(letter_body(arena, &hook, letter_saying(arena, "t", over), NULL), "description");
    assert_in_range(units(cut), 4094, 4096);
    assert_non_null(strstr(cut, "\xe2\x80\xa6 \\#7") ? cut : strstr(cut, "\xe2\x80\xa6 #7"));
    const char *title = letter_repeat(arena, "x", 245), *longer = letter_repeat(arena, "x", 246);
    assert_int_equal(units(member(letter_body(arena, &hook, letter_saying(arena, title, "b"), NULL), "title")), 256);
    assert_in_range(units(member(letter_body(arena, &hook, letter_saying(arena, longer, "b"), NULL), "title")), 250, 256);
}

static size_t said(const struct json *node)
{
    size_t n = json_string(node) ? units(json_string(node)) : 0;
    for (const struct json *m = json_first(node); m; m = json_next(m))
        n += said(m);
    return n;
}

static void what_grows_when_it_is_escaped_keeps_the_limits(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter *l = (struct letter *)(uintptr_t)letter_saying(arena, letter_repeat(arena, "*", 900), letter_repeat(arena, "*_\xf0\x9f\x98\x80", 9000));
    struct ticket *t = (struct ticket *)(uintptr_t)l->ticket;
    t->plan = t->channel = t->source_id = letter_repeat(arena, "|", 5000);
    l->type = letter_repeat(arena, "_", 5000);
    const struct json *root = letter_body(arena, &hook, l, NULL), *embed = json_first(json_get(root, "embeds"));
    const struct json *simple = letter_body(arena, &hook, l, "{\"simple\":true}");
    assert_in_range(units(member(root, "title")), 250, 256);
    assert_in_range(units(member(root, "description")), 4090, 4096);
    assert_true(said(embed) <= 6000);
    for (const struct json *f = json_first(json_get(embed, "fields")); f; f = json_next(f))
        assert_in_range(units(json_get_string(f, "value", "")), 1, 1024);
    assert_in_range(units(json_get_string(simple, "content", "")), 1990, 2000);
    assert_true(units(member(letter_body(arena, &hook, l, "{\"short\":true}"), "description")) <= 1000);
    for (const char *p = member(root, "description"); *p; p++) { /* no escape is cut in two */
        if (*p == '\\')
            p++;
        else
            assert_null(strchr("*_", *p));
    }
}

static void an_event_without_text_or_ticket_still_says_something(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter bare = {.of = LETTER_EVENT, .id = "evt_1", .type = "billing.invoice.paid", .at = 1};
    const struct json *root = letter_body(arena, &hook, &bare, NULL);
    assert_string_equal(member(root, "title"), "billing.invoice.paid");
    assert_string_equal(member(root, "description"), "Billing invoice paid");
    assert_int_equal(json_count(json_get(json_first(json_get(root, "embeds")), "fields")), 1);
}

static void answers_beyond_the_table_have_their_meaning(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { struct reply reply; const char *action; } more[] = {
        {{.status = 400, .body = "{\"code\":220002}"}, "dead"}, {{.status = 400, .body = "{\"code\":220003}"}, "dead"},
        {{.status = 404, .body = "{\"code\":10003}"}, "dead"}, {{.status = 403, .body = "{\"code\":50013}"}, "dead+disable"},
        {{.status = 401, .body = ""}, "dead+disable"}, {{.status = 403, .body = "<html>"}, "dead+disable"}, {{.status = 413, .body = "<html>"}, "truncate"},
        {{.status = 400, .body = "{\"code\":40005}"}, "truncate"}, {{.status = 400, .body = "{\"code\":40062}", .retry_after = "3"}, "wait:3"},
        {{.status = 429, .body = "{\"retry_after\":0.0001,\"global\":false}"}, "wait:0.001"}, {{.status = 429, .body = "{\"retry_after\":1e3}", .retry_after = "9"}, "wait:9"},
        {{.status = 429, .body = "{\"retry_after\":-4}"}, "wait:1"}, {{.status = 429, .body = "{}", .retry_after = "2", .limit_global = "true"}, "wait:2+all"},
        {{.status = 429, .body = "{\"retry_after\":2}", .limit_scope = "shared"}, "wait:2"}, {{.status = 429, .body = "<html>"}, "wait:3600+all"},
        {{.status = 429, .body = "<html>", .retry_after = "7200"}, "wait:7200+all"}, {{.status = 404, .body = ""}, "dead"},
        {{.status = 302, .body = ""}, "retry"}, {{.status = 410, .body = ""}, "dead+disable"}, {{.status = 400, .body = "[[["}, "dead"}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        assert_string_equal(letter_judged(arena, &hook, &more[i].reply, NULL, NULL), more[i].action);
    assert_string_equal(letter_judged(arena, &hook, &(struct reply){.status = 400, .body = "{\"code\":50035}"}, "{\"simple\":true}", NULL), "dead");
    assert_string_equal(letter_judged(arena, &hook, &(struct reply){.status = 413}, "{\"short\":true}", NULL), "dead");
    const struct json *noted;
    letter_judged(arena, &hook, &(struct reply){.status = 200, .body = "{\"id\":\"99\"}"}, NULL, &noted);
    assert_string_equal(json_get_string(noted, "message", ""), "99");
}

static void the_last_one_of_a_bucket_asks_for_a_rest(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *remaining, *reset; int64_t rest; } cases[] = {
        {"0", "1.337", 1337}, {"0", NULL, 0}, {"0", "soon", 0}, {"1", "1.337", 0}, {NULL, "1.337", 0}};
    struct composing c = {.letter = letter_golden(arena), .to = &hook, .now = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON memo = json_object();
        struct reply reply = {.status = 204, .body = "", .limit_remaining = cases[i].remaining, .limit_reset_after = cases[i].reset};
        struct verdict v = destination_of(DEST_DISCORD)->judge(arena, &c, &reply, memo);
        assert_int_equal(v.kind, VERDICT_DELIVERED);
        assert_int_equal(v.retry_after, cases[i].rest);
    }
}

static void the_address_is_banned_by_nobody(void **state)
{
    (void)state;
    const struct destination *d = destination_of(DEST_DISCORD);
    assert_int_equal(d->together.per * 1000 / d->together.per_ms, 50);
    assert_true(d->refusals.most <= 1000 && d->refusals.per_ms >= 600000); /* at 10,000 it is */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_the_golden),
        cmocka_unit_test(a_thread_is_named_in_the_query),
        cmocka_unit_test(each_character_of_markdown_is_escaped),
        cmocka_unit_test(nobody_is_mentioned_in_either_form),
        cmocka_unit_test(lengths_are_counted_as_discord_counts_them),
        cmocka_unit_test(what_grows_when_it_is_escaped_keeps_the_limits),
        cmocka_unit_test(an_event_without_text_or_ticket_still_says_something),
        cmocka_unit_test(answers_beyond_the_table_have_their_meaning),
        cmocka_unit_test(the_last_one_of_a_bucket_asks_for_a_rest),
        cmocka_unit_test(the_address_is_banned_by_nobody),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
