/* guard: every range by its edges, URLs that look like something else, and the table of addresses kept outside. */
#include "worker/guard.h"
#include "base/arena.h"
#include "base/str.h"
#include "harness/corpora.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <cmocka.h>

static struct guard_verdict judge(const char *text)
{
    uint8_t bytes[16];
    bool v6 = strchr(text, ':') != NULL;
    if (inet_pton(v6 ? AF_INET6 : AF_INET, text, bytes) != 1)
        fail_msg("%s is no address", text);
    return guard_address(bytes, v6 ? 16 : 4);
}

static void each_range_is_refused_at_both_its_edges_and_no_further(void **state)
{
    (void)state;
    static const struct { const char *before, *first, *last, *after, *why; } rows[] = {
        {NULL, "0.0.0.0", "0.255.255.255", "1.0.0.0", "unspecified"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "private"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0", "carrier-grade NAT"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", "loopback"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0", "link-local"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "private"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0", "protocol assignments"},
        {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0", "documentation"},
        {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0", "6to4 relay"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "private"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0", "benchmark"},
        {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0", "documentation"},
        {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0", "documentation"},
        {"223.255.255.255", "224.0.0.0", "239.255.255.255", NULL, "multicast"},
        {NULL, "240.0.0.0", "255.255.255.255", NULL, "reserved"},
        {NULL, "::", "::", NULL, "unspecified"},
        {NULL, "::1", "::1", NULL, "loopback"},
        {NULL, "::2", "63:ffff::", NULL, "reserved"},
        {NULL, "64:ff9b::", "64:ff9b::ffff:ffff", NULL, "NAT64"},
        {NULL, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NULL, "NAT64"},
        {NULL, "100::", "100::ffff:ffff:ffff:ffff", NULL, "discard"},
        {NULL, "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::", "protocol assignments"},
        {"2001:db7:ffff::", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", "documentation"},
        {"2001:ffff::", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::", "6to4"},
        {"3ffe:ffff::", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::", "documentation"},
        {NULL, "4000::", "5eff:ffff::", NULL, "reserved"},
        {NULL, "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "SRv6"},
        {NULL, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "unique local"},
        {NULL, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "link-local"},
        {NULL, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "site-local"},
        {NULL, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "multicast"},
        {NULL, "::ffff:10.0.0.1", "::ffff:10.255.0.1", "::ffff:11.0.0.0", "private"},
        {NULL, "::ffff:127.0.0.1", "::ffff:127.9.9.9", "::ffff:8.8.8.8", "loopback"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(judge(rows[i].first).why, rows[i].why);
        assert_string_equal(judge(rows[i].last).why, rows[i].why);
        assert_int_not_equal(judge(rows[i].first).kind, GUARD_PUBLIC);
        assert_int_not_equal(judge(rows[i].last).kind, GUARD_PUBLIC);
        if (rows[i].before)
            assert_int_equal(judge(rows[i].before).kind, GUARD_PUBLIC);
        if (rows[i].after)
            assert_int_equal(judge(rows[i].after).kind, GUARD_PUBLIC);
    }
}

static void an_address_of_another_family_is_refused(void **state)
{
    (void)state;
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_in cut = {.sin_family = AF_INET, .sin_addr = {htonl(0x08080808)}};
    assert_int_equal(guard_sockaddr((struct sockaddr *)&local, sizeof local).kind, GUARD_REFUSED);
    assert_int_equal(guard_sockaddr((struct sockaddr *)&cut, sizeof cut).kind, GUARD_PUBLIC);
    assert_int_equal(guard_sockaddr((struct sockaddr *)&cut, 4).kind, GUARD_REFUSED);
}

static void plain_http_and_loopback_go_together_or_not_at_all(void **state)
{
    (void)state;
    struct guard_verdict public = judge("8.8.8.8"), loopback = judge("127.0.0.1"), private = judge("10.0.0.1");
    assert_null(guard_refusal(&public, true, 0));
    assert_non_null(guard_refusal(&public, false, 0));
    assert_non_null(guard_refusal(&public, false, GUARD_ALLOW_LOOPBACK | GUARD_ALLOW_PRIVATE));
    assert_non_null(guard_refusal(&loopback, true, 0));
    assert_non_null(guard_refusal(&loopback, false, GUARD_ALLOW_PRIVATE));
    assert_null(guard_refusal(&loopback, false, GUARD_ALLOW_LOOPBACK));
    assert_null(guard_refusal(&loopback, true, GUARD_ALLOW_LOOPBACK));
    assert_non_null(guard_refusal(&private, true, GUARD_ALLOW_LOOPBACK));
}

static void a_private_network_is_reached_encrypted_when_its_row_says_so(void **state)
{
    (void)state;
    static const char *const within[] = {"10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fc00::1", "fd12::1", "::ffff:10.0.0.1"};
    static const char *const without[] = {"169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "192.0.2.1", "fec0::1"};
    for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
        struct guard_verdict v = judge(within[i]);
        assert_non_null(guard_refusal(&v, true, 0));
        assert_null(guard_refusal(&v, true, GUARD_ALLOW_PRIVATE));
        assert_non_null(guard_refusal(&v, false, GUARD_ALLOW_PRIVATE));
    }
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        struct guard_verdict v = judge(without[i]);
        assert_non_null(guard_refusal(&v, true, GUARD_ALLOW_LOOPBACK | GUARD_ALLOW_PRIVATE));
    }
    struct guard_url out;
    assert_true(guard_url("https://10.0.0.5/hook", GUARD_ALLOW_PRIVATE, &out, NULL));
    assert_false(guard_url("https://169.254.169.254/latest/meta-data", GUARD_ALLOW_PRIVATE, &out, NULL));
}

static void a_url_is_taken_apart_or_refused(void **state)
{
    (void)state;
    static const struct { const char *url, *host; int port, code; } rows[] = {
        {"https://Example.COM/hooks?a=b", "example.com", 443, ERR_NONE},
        {"HTTPS://example.com.:8443", "example.com.", 8443, ERR_NONE},
        {"https://example.com:/x", "example.com", 443, ERR_NONE},
        {"http://example.com/x", "example.com", 80, ERR_NONE}, /* refused when its address is known */
        {"https://b\303\274cher.example/x", "b\303\274cher.example", 443, ERR_NONE},
        {"https://8.8.8.8/x", "8.8.8.8", 443, ERR_NONE},
        {"https://[2001:4860:4860::8888]:444/x", "2001:4860:4860::8888", 444, ERR_NONE},
        {"https://localhost./x", "localhost.", 443, ERR_NONE},
        {"http://8.8.8.8/x", NULL, 0, ERR_FORBIDDEN},
        {"https://127.0.0.1/x", NULL, 0, ERR_FORBIDDEN},
        {"https://user@example.com/", NULL, 0, ERR_FORBIDDEN},
        {"https://user:secret@127.0.0.1/", NULL, 0, ERR_FORBIDDEN},
        {"https://[::ffff:127.0.0.1]/", NULL, 0, ERR_FORBIDDEN},
        {"https://127.1/", NULL, 0, ERR_INPUT},
        {"https://2130706433/", NULL, 0, ERR_INPUT},
        {"https://0x7f000001/", NULL, 0, ERR_INPUT},
        {"https://0177.0.0.1/", NULL, 0, ERR_INPUT},
        {"https://127.0.0.1./", NULL, 0, ERR_INPUT},
        {"https://example.com:0/", NULL, 0, ERR_INPUT},
        {"https://example.com:65536/", NULL, 0, ERR_INPUT},
        {"https://example.com:8a/", NULL, 0, ERR_INPUT},
        {"https://example.com\\@127.0.0.1/", NULL, 0, ERR_INPUT},
        {"https://exam ple.com/", NULL, 0, ERR_INPUT},
        {"https://example.com/\r\nX: y", NULL, 0, ERR_INPUT},
        {"https:///x", NULL, 0, ERR_INPUT},
        {"https://%6c%6fcalhost/", NULL, 0, ERR_INPUT},
        {"ftp://example.com/", NULL, 0, ERR_INPUT},
        {"file:///etc/passwd", NULL, 0, ERR_INPUT},
        {"example.com/x", NULL, 0, ERR_INPUT},
        {"", NULL, 0, ERR_INPUT},
        {NULL, NULL, 0, ERR_INPUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guard_url out;
        struct err err = {0};
        bool ok = guard_url(rows[i].url, 0, &out, &err);
        if (ok != (rows[i].code == ERR_NONE) || (int)err.code != rows[i].code)
            fail_msg("%s: code %d, %s", rows[i].url ? rows[i].url : "NULL", err.code, err.text);
        if (ok) {
            assert_string_equal(out.host, rows[i].host);
            assert_int_equal(out.port, rows[i].port);
        }
    }
    struct guard_url out;
    assert_true(guard_url("http://127.0.0.1:8080/in", GUARD_ALLOW_LOOPBACK, &out, NULL));
    assert_false(out.https);
    assert_int_equal(out.port, 8080);
    assert_true(guard_url("http://[::1]:8080/in", GUARD_ALLOW_LOOPBACK, &out, NULL));
}

static void a_refusal_never_repeats_a_password(void **state)
{
    (void)state;
    struct guard_url out;
    struct err err = {0};
    assert_false(guard_url("https://ana:hunter2@example.com/", 0, &out, &err));
    assert_null(strstr(err.text, "hunter2"));
}

static void check_row(const char *kind, const char *value, const char *expect)
{
    struct guard_url out;
    struct err err = {0};
    enum err_code code = ERR_NONE;
    if (strcmp(kind, "ip") == 0)
        code = judge(value).kind == GUARD_PUBLIC ? ERR_NONE : ERR_FORBIDDEN;
    else if (!guard_url(value, 0, &out, &err))
        code = err.code;
    enum err_code want = strcmp(expect, "allow") == 0 ? ERR_NONE : strcmp(expect, "block") == 0 ? ERR_FORBIDDEN : ERR_INPUT;
    if (code != want)
        fail_msg("%s %s: expected %s, got code %d", kind, value, expect, code);
}

static void the_table_of_addresses_kept_outside_is_judged_as_it_says(void **state)
{
    (void)state;
    const char *root = corpora_needed("ssrf");
    AUTO_ARENA arena = arena_new();
    FILE *file = fopen(arena_printf(arena, "%s/ssrf/addresses-svix.tsv", root), "r");
    if (!file) {
        print_message("# skipped: no ssrf/addresses-svix.tsv below TRIAGE_CORPORA\n");
        skip();
    }
    char line[512], kind[16], value[256], expect[64];
    int rows = 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%15[^\t]\t%255[^\t]\t%63[^\t]", kind, value, expect) == 3 && strcmp(kind, "kind") != 0) {
            check_row(kind, value, expect);
            rows++;
        }
    fclose(file);
    assert_true(rows > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_range_is_refused_at_both_its_edges_and_no_further),
        cmocka_unit_test(an_address_of_another_family_is_refused),
        cmocka_unit_test(plain_http_and_loopback_go_together_or_not_at_all),
        cmocka_unit_test(a_private_network_is_reached_encrypted_when_its_row_says_so),
        cmocka_unit_test(a_url_is_taken_apart_or_refused),
        cmocka_unit_test(a_refusal_never_repeats_a_password),
        cmocka_unit_test(the_table_of_addresses_kept_outside_is_judged_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
