/* attachment: what senders call a file, and what is left of a name that means harm. */
#include "core/attachment.h"
#include "base/text.h"
#include "support/hostile.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const hostile_names[] = {
    "", ".", "..", "...", "/", "\\", "//", "../", "..\\", "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/shadow", "C:\\autoexec.bat", "a/../b",
    "....//....//etc", "-rf", "--help", "-o/etc/cron.d/x", "- -", ".bashrc", "..bashrc", ".ssh/authorized_keys", "~/.profile", "~root", "$(reboot)", "`id`", "a;rm -rf ~",
    "a|b", "a&b", "a>b", "a<b", "*", "?", "a\nb", "a\r\nContent-Type: text/html", "a\rb", "a\tb", "\x1b[2J", "\x1b]0;x\x07", "a\x7f" "b", "\x01\x02", "\xc2\x9b" "31m",
    "a\"b", "a\"; filename=\"b", "a\\", "a\\\"b", "=?utf-8?B?YQ==?=", "a%00b", "a%2fb", "%2e%2e%2f", "\xe2\x80\xae" "gpj.exe", "\xe2\x81\xa6x\xe2\x81\xa9", "\xe2\x80\x8b", "\xef\xbb\xbf", "\xc2\xad",
    "\xf3\xa0\x81\x81", "\xff\xfe", "\xc0\xaf", "a\xc0\xaf" "b", "\xed\xa0\x80", "\xf4\x90\x80\x80", "file.", "file ", " file", "file. . .", "con", "nul.txt", "a:b:$DATA", "a\xe2\x80\xa8" "b", "a\xe2\x80\xa9" "b",
    "\xe2\x80\xa6", "\xef\xbc\x8e\xef\xbc\x8e\xef\xbc\x8f", "\xe2\x88\x95" "etc", ".\xe2\x80\x8b./x", ".\x01.", "-\x01", "\x01-x", "\x01.x", "..\x01/x", ". .", ".-", "-.", "-./x", " -x", " .x"};

static void is_harmless(const char *said, const char *name)
{
    struct { const char *what; bool bad; } rules[] = {
        {"empty", !*name}, {"a path", strpbrk(name, "/\\")}, {"..", strstr(name, "..")}, {"an option", *name == '-'}, {"hidden", *name == '.'}, {"a blank first", *name == ' '},
        {"too long", strlen(name) > ATTACHMENT_NAME}, {"no UTF-8", !text_valid(name, strlen(name))}, {"a quote", strchr(name, '"')}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].bad)
            fail_msg("\"%s\" became \"%s\": %s", said, name, rules[i].what);
    hostile_check("attachment_name", name, strlen(name), 0);
}

static void no_name_is_a_path_an_option_hidden_or_more_than_text(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct hostile all;
    hostile_make(arena, &all);
    int tried = 0;
    for (size_t i = 0; i < sizeof hostile_names / sizeof *hostile_names; i++, tried++)
        is_harmless(hostile_names[i], attachment_name(arena, hostile_names[i]));
    for (int i = 0; i < all.count; i++) {
        const char *forms[] = {all.list[i], arena_printf(arena, "../%s", all.list[i]), arena_printf(arena, "-%s.log", all.list[i]), arena_printf(arena, "%s/..", all.list[i])};
        for (size_t f = 0; f < sizeof forms / sizeof *forms; f++, tried++) {
            char *name = attachment_name(arena, forms[f]);
            is_harmless(forms[f], name);
            assert_string_equal(attachment_name(arena, name), name);
        }
    }
    print_message("# %d hostile names\n", tried);
    assert_true(tried >= 200);
}

static void what_is_cut_keeps_its_ending(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char name[600];
    memset(name, 'a', sizeof name);
    strcpy(name + 500, ".log");
    char *kept = attachment_name(arena, name);
    assert_int_equal(strlen(kept), ATTACHMENT_NAME);
    assert_string_equal(kept + ATTACHMENT_NAME - 4, ".log");
    AUTO_STR wide;
    str_init(&wide, 1 << 10);
    for (int i = 0; i < 100; i++)
        str_adds(&wide, "\xe6\xbc\xa2");
    is_harmless("wide", attachment_name(arena, wide.data));
}

static void each_way_to_say_a_file_is_read(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *item, *name, *type, *host; int64_t size; bool sha; } cases[] = {
        {"\"https://cdn.example.com/a/b/console%20log.txt?sig=x#y\"", "console log.txt", "text/plain", "cdn.example.com", -1, false},
        {"\"8f14e45f-ceea-467f-9ea5-1f2d6b1b0d0e\"", "8f14e45f-ceea-467f-9ea5-1f2d6b1b0d0e", "application/octet-stream", NULL, -1, false},
        {"{\"url\":\"https://bank.example@evil.example:8443/x.png\",\"size\":2048}", "x.png", "image/png", "evil.example:8443", 2048, false},
        {"{\"filename\":\"a.log\",\"content_type\":\"text/x-log\",\"size_bytes\":\"14000\"}", "a.log", "text/x-log", NULL, 14000, false},
        {"{\"name\":\"b\",\"type\":\"text/html\\r\\nX: y\",\"size\":-5}", "b", "application/octet-stream", NULL, -1, false},
        {"{\"name\":\"c.PDF\",\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}", "c.PDF", "application/pdf", NULL, -1, true},
        {"{\"name\":\"d\",\"sha256\":\"../../etc/passwd\"}", "d", "application/octet-stream", NULL, -1, false},
        {"{\"url\":\"javascript:alert(1)\"}", "file", "application/octet-stream", NULL, -1, false},
        {"{\"url\":\"http://\"}", "file", "application/octet-stream", "", -1, false},
        {"7", "file", "application/octet-stream", NULL, -1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attachment *list;
        assert_int_equal(attachment_read(arena, arena_printf(arena, "[null,%s]", cases[i].item), &list), 1);
        assert_string_equal(list->name, cases[i].name);
        assert_string_equal(list->type, cases[i].type);
        assert_int_equal(list->size, cases[i].size);
        assert_int_equal(list->sha256 != NULL, cases[i].sha);
        if (cases[i].host)
            assert_string_equal(list->host, cases[i].host);
        else
            assert_null(list->host);
    }
    struct attachment *none;
    static const char *const nothing[] = {NULL, "", "null", "{}", "[]", "[null]", "\"x\"", "[", "7"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_int_equal(attachment_read(arena, nothing[i], &none), 0);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct attachment ours[] = {{.name = "console.log", .type = "text/plain", .size = 14000, .sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                                      {.name = "r\xc3\xa9sum\xc3\xa9.pdf", .type = "application/pdf", .size = 0, .sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}};
    struct attachment *list;
    assert_null(attachment_write(arena, ours, 0));
    assert_int_equal(attachment_read(arena, attachment_write(arena, ours, 2), &list), 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(list[i].name, ours[i].name);
        assert_string_equal(list[i].type, ours[i].type);
        assert_string_equal(list[i].sha256, ours[i].sha256);
        assert_int_equal(list[i].size, ours[i].size);
    }
    assert_string_equal(attachment_say_all(arena, list, 2), "2 attachments: console.log 14 kB, r\xc3\xa9sum\xc3\xa9.pdf 0 bytes");
    assert_string_equal(attachment_say_all(arena, list, 1), "1 attachment: console.log 14 kB");
    assert_string_equal(attachment_say_all(arena, list, 0), "");
}

static void a_size_is_said_in_the_unit_that_is_read_at_once(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { int64_t bytes; const char *said; } cases[] = {
        {-1, ""}, {0, "0 bytes"}, {1, "1 byte"}, {999, "999 bytes"}, {1000, "1 kB"}, {14300, "14 kB"}, {999999, "999 kB"}, {1000000, "1.0 MB"}, {2340000, "2.3 MB"},
        {10000000, "10 MB"}, {1500000000, "1.5 GB"}, {INT64_MAX, "9223 PB"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(attachment_size(arena, cases[i].bytes), cases[i].said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_name_is_a_path_an_option_hidden_or_more_than_text),
        cmocka_unit_test(what_is_cut_keeps_its_ending),
        cmocka_unit_test(each_way_to_say_a_file_is_read),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_size_is_said_in_the_unit_that_is_read_at_once),
    };
    return cmocka_run_group_tests_name("core/attachment", tests, NULL, NULL);
}
