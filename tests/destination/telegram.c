/* telegram: the golden byte for byte; each of the nineteen characters of MarkdownV2; what a reader of it sees is what was
 * said, and no longer than a message may be. */
#include "base/crypto.h"
#include "base/str.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct config_destination bot = {.name = "telegram", .kind = DEST_TELEGRAM, .token = "110201543:5ecret-_", .channel = "-1001234567890"};

static void the_request_is_the_golden(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = letter_composed(arena, &bot, letter_golden(arena), NULL);
    assert_string_equal(r.body, letter_golden_json(arena, "telegram.sendMessage.json"));
    assert_string_equal(r.url, "https://api.telegram.org/bot110201543:5ecret-_/sendMessage");
    assert_string_equal(destination_header(&r, "Content-Type"), "application/json");
}

static void a_topic_and_a_chat_that_moved_are_where_it_goes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = bot;
    to.channel = "@support_desk/42";
    assert_non_null(strstr(letter_composed(arena, &to, letter_golden(arena), NULL).body, "{\"chat_id\":\"@support_desk\",\"message_thread_id\":42,\"text\""));
    assert_non_null(strstr(letter_composed(arena, &to, letter_golden(arena), "{\"chat\":\"-100777\"}").body, "\"chat_id\":\"-100777\",\"message_thread_id\":42"));
    static const char *const none[] = {NULL, "", "/4", "-1/", "-1/x", "-1/4,\"a\":1", "-1/0", "-1/99999999999"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        to.channel = none[i];
        assert_int_equal(letter_refused(arena, &to, letter_golden(arena)), ERR_INPUT);
    }
}

static void a_token_stays_in_its_part_of_the_path(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const bad[] = {NULL, "", "1:a/../x", "1:a?b", "1:a#b", "1:a b", "1:a\r\nHost: x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config_destination to = bot;
        to.token = bad[i];
        assert_int_equal(letter_refused(arena, &to, letter_golden(arena)), ERR_INPUT);
    }
    const struct destination *telegram = destination_of(DEST_TELEGRAM);
    assert_string_equal(telegram->account(arena, &bot), "telegram:110201543");
}

static const char *text(const struct json *root)
{
    return json_get_string(root, "text", "");
}

/* What is seen once the marks are parsed: fails on a character that Telegram would refuse unescaped. */
static const char *seen(struct arena *arena, const char *marked)
{
    char *out = arena_alloc(arena, strlen(marked) + 1), *to = out;
    for (const char *p = marked; *p; p++) {
        if (*p == '\\' && p[1])
            *to++ = *++p;
        else if (*p != '*' && *p != '_') {
            if (strchr("[]()~`>#+-=|{}.!\\", *p))
                fail_msg("unescaped '%c' in %s", *p, marked);
            *to++ = *p;
        }
    }
    return out;
}

static void each_special_character_is_escaped_and_nothing_else(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char special[] = "_*[]()~`>#+-=|{}.!\\", other[] = "a1 &<\"'/:;,?@%^$\xc3\xa9\n";
    AUTO_STR expected;
    str_init(&expected, 256);
    for (const char *p = special; *p; p++)
        str_addf(&expected, "\\%c", *p);
    str_adds(&expected, other);
    const struct letter *l = letter_saying(arena, special, arena_printf(arena, "%s%s", special, other));
    const char *said = text(letter_body(arena, &bot, l, NULL));
    assert_non_null(strstr(said, expected.data));
    assert_true(str_starts(seen(arena, said), "[critical] _*[]()~`>#+-=|{}.!\\\n_*[]()~`>#+-=|{}.!\\a1 &<"));
}

static size_t units(const char *shown)
{
    return destination_length(shown, CUT_UTF16);
}

static void a_message_is_as_long_as_it_may_be_and_no_longer(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    size_t frame = units(seen(arena, text(letter_body(arena, &bot, letter_saying(arena, "t", "x"), NULL)))) - 1, room = 4096 - frame;
    const char *at = letter_repeat(arena, ".", room), *over = letter_repeat(arena, ".", room + 1);
    assert_int_equal(units(seen(arena, text(letter_body(arena, &bot, letter_saying(arena, "t", at), NULL)))), 4096);
    const char *cut = seen(arena, text(letter_body(arena, &bot, letter_saying(arena, "t", over), NULL)));
    assert_int_equal(units(cut), 4096);
    assert_non_null(strstr(cut, "..\xe2\x80\xa6 #7\n\n"));
    const char *wide = seen(arena, text(letter_body(arena, &bot, letter_saying(arena, "t", letter_repeat(arena, "\xf0\x9f\x98\x80", 3000)), NULL)));
    assert_in_range(units(wide), 4095, 4096);
}

static void whatever_is_long_leaves_room_for_the_rest(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter *l = (struct letter *)(uintptr_t)letter_saying(arena, letter_repeat(arena, "!", 900), letter_repeat(arena, "_", 9000));
    struct ticket *t = (struct ticket *)(uintptr_t)l->ticket;
    t->plan = t->channel = t->source_id = letter_repeat(arena, "|", 5000);
    l->type = letter_repeat(arena, "_", 5000);
    const char *shown = seen(arena, text(letter_body(arena, &bot, l, NULL)));
    assert_int_equal(units(shown), 4096);
    assert_non_null(strstr(shown, "evt_01HZK4Q3V9T7"));
    assert_true(units(seen(arena, text(letter_body(arena, &bot, l, "{\"short\":true}")))) < 2000);
}

static void the_simpler_form_has_no_marks_and_says_the_same(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct json *root = letter_body(arena, &bot, letter_golden(arena), "{\"simple\":true}");
    assert_null(json_get(root, "parse_mode"));
    assert_string_equal(text(root), seen(arena, text(letter_body(arena, &bot, letter_golden(arena), NULL))));
}

static void answers_beyond_the_table_have_their_meaning(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { struct reply reply; const char *action; } more[] = {
        {{.status = 400, .body = "{\"description\":\"Bad Request: text is too long\"}"}, "truncate"},
        {{.status = 400, .body = "{\"description\":\"Bad Request: message thread not found\"}"}, "dead"},
        {{.status = 400, .body = ""}, "dead"}, {{.status = 409, .body = "{}"}, "dead"}, {{.status = 404, .body = "<html>"}, "dead+disable"},
        {{.status = 403, .body = "{\"description\":\"Forbidden: user is deactivated\"}"}, "dead+disable"},
        {{.status = 429, .body = "{\"parameters\":{\"retry_after\":14}}"}, "wait:15+all"}, {{.status = 429, .body = "", .retry_after = "2"}, "wait:3+all"},
        {{.status = 302, .body = ""}, "retry"}, {{.status = 408, .body = ""}, "retry"}, {{.status = 504, .body = "{}"}, "retry"}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        assert_string_equal(letter_judged(arena, &bot, &more[i].reply, NULL, NULL), more[i].action);
    struct reply marks = {.status = 400, .body = "{\"description\":\"Bad Request: can't parse entities: x\"}"};
    assert_string_equal(letter_judged(arena, &bot, &marks, "{\"simple\":true}", NULL), "dead");
    struct reply length = {.status = 400, .body = "{\"description\":\"Bad Request: message is too long\"}"};
    assert_string_equal(letter_judged(arena, &bot, &length, "{\"short\":true}", NULL), "dead");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_the_golden),
        cmocka_unit_test(a_topic_and_a_chat_that_moved_are_where_it_goes),
        cmocka_unit_test(a_token_stays_in_its_part_of_the_path),
        cmocka_unit_test(each_special_character_is_escaped_and_nothing_else),
        cmocka_unit_test(a_message_is_as_long_as_it_may_be_and_no_longer),
        cmocka_unit_test(whatever_is_long_leaves_room_for_the_rest),
        cmocka_unit_test(the_simpler_form_has_no_marks_and_says_the_same),
        cmocka_unit_test(answers_beyond_the_table_have_their_meaning),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
