/* presence: who looks at what is told to the others, and forgotten with the stream: over raw sockets, and in two real consoles. */
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true, key_id: k-ana}\n"
                             "  - {name: tom, role: agent, key_id: k-tom}\n";
enum { SOON = 30000, GONE_MS = 2000 };
static struct daemon_run *run;

static int start(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    struct client *in = client_open(run->ingest);
    shop_post(in, "open", "1", "Where is my invoice?");
    client_close(in);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

static struct client *listen_as(const char *key, int64_t *stream, int *present)
{
    AUTO_ARENA arena = arena_new();
    struct client *c = client_open(run->desk);
    client_stream(c, "/v1/stream", arena_printf(arena, "X-Triage-Key: %s\r\n", key));
    struct frame_read hello = client_wait(c, "hello", SOON);
    const struct json *data = json_parse_in(arena, hello.data, strlen(hello.data), &json_limits_native, NULL, NULL);
    *stream = json_get_i64(data, "stream", 0);
    *present = (int)json_count(json_get(data, "presence"));
    assert_true(*stream > 0);
    return c;
}

static int put(const char *key, int64_t stream, int64_t ticket, const char *doing)
{
    AUTO_ARENA arena = arena_new();
    struct client *c = client_open(run->desk);
    char *body = arena_printf(arena, "{\"stream\":%lld,\"ticket\":%lld,\"doing\":\"%s\"}", (long long)stream, (long long)ticket, doing);
    int status = client_ask(c, "PUT", "/v1/presence", arena_printf(arena, "X-Triage-Key: %s\r\nContent-Type: application/json\r\n", key), body, strlen(body)).status;
    client_close(c);
    return status;
}

static void expect(struct client *c, const char *agent, int64_t ticket, const char *doing)
{
    AUTO_ARENA arena = arena_new();
    struct frame_read frame = client_wait(c, "presence", SOON);
    const struct json *data = json_parse_in(arena, frame.data, strlen(frame.data), &json_limits_native, NULL, NULL);
    assert_string_equal(json_get_string(data, "agent", ""), agent);
    assert_string_equal(json_get_string(data, "doing", ""), doing);
    assert_int_equal(json_get_i64(data, "ticket", -1), ticket);
}

static void wait_here(struct client *c, const char *agent, bool here)
{
    AUTO_ARENA arena = arena_new();
    const struct json *data;
    do {
        struct frame_read frame = client_wait(c, "here", SOON);
        data = json_parse_in(arena, frame.data, strlen(frame.data), &json_limits_native, NULL, NULL);
    } while (strcmp(json_get_string(data, "agent", ""), agent) != 0);
    assert_int_equal(json_get_bool(data, "here", !here), here);
}

static bool said_here(const char *agent)
{
    bool here = false;
    struct client *c = client_open(run->desk);
    struct answer a = client_get(c, "/v1/agents");
    for (const struct json *row = json_first(json_get(a.json, "agents")); row; row = json_next(row)) {
        here |= strcmp(json_get_string(row, "name", ""), agent) == 0 && json_get_bool(row, "here", false);
        assert_string_equal(json_get_string(row, "away", ""), ""); /* nobody has a shift that ends: that is another thing */
    }
    client_close(c);
    return here;
}

/* With no console open, or with one that looks at no ticket. */
static void here_is_who_has_a_console_open_and_nobody_else(void **state)
{
    (void)state;
    int64_t one;
    int present;
    assert_false(said_here("tom") || said_here("ana"));
    struct client *tom = listen_as("k-tom", &one, &present), *ana = listen_as("k-ana", &one, &present), *again = listen_as("k-ana", &one, &present);
    wait_here(tom, "ana", true);
    assert_true(said_here("tom") && said_here("ana"));
    shell_holds(SHELL(NULL, "agents")->out, "ana              here ");
    client_close(again);
    client_close(ana);
    wait_here(tom, "ana", false); /* once: not while another console of hers was open */
    assert_false(said_here("ana"));
    shell_holds(SHELL(NULL, "agents")->out, "ana              any time ");
    client_close(tom);
}

static void what_one_looks_at_is_told_to_the_others(void **state)
{
    (void)state;
    int64_t mine, theirs, late;
    int present;
    struct client *tom = listen_as("k-tom", &theirs, &present), *ana = listen_as("k-ana", &mine, &present);
    assert_int_equal(put("k-ana", mine, 1, "viewing"), 200);
    expect(tom, "ana", 1, "viewing");
    assert_int_equal(put("k-ana", mine, 1, "replying"), 200);
    expect(tom, "ana", 1, "replying");
    struct client *third = listen_as("k-tom", &late, &present); /* who comes later is told at once */
    assert_int_equal(present, 1);
    assert_int_equal(put("k-ana", mine, 0, "idle"), 200);
    expect(tom, "ana", 0, "idle");
    client_close(third);
    client_close(ana);
    client_close(tom);
}

static void nobody_speaks_for_another_stream(void **state)
{
    (void)state;
    int64_t mine;
    int present;
    struct client *ana = listen_as("k-ana", &mine, &present);
    assert_int_equal(put("k-tom", mine, 1, "viewing"), 404);
    assert_int_equal(put("k-ana", mine + 1000, 1, "viewing"), 404);
    assert_int_equal(put("k-ana", mine, 1, "dancing"), 400);
    assert_int_equal(put("k-ana", mine, -1, "viewing"), 400);
    client_close(ana);
}

/* Not asserted to the millisecond: a busy machine is late, and says so. */
static void a_console_that_is_gone_is_not_there_any_more(void **state)
{
    (void)state;
    int64_t mine, theirs;
    int present;
    struct client *tom = listen_as("k-tom", &theirs, &present), *ana = listen_as("k-ana", &mine, &present);
    assert_int_equal(put("k-ana", mine, 1, "viewing"), 200);
    expect(tom, "ana", 1, "viewing");
    int64_t left = clock_mono();
    client_close(ana);
    expect(tom, "ana", 0, "gone");
    print_message("# presence: gone %lld ms after its stream (goal %d)\n", (long long)(clock_mono() - left), GONE_MS);
    client_close(tom);
}

static void two_consoles_see_each_other(void **state)
{
    (void)state;
    setenv("TRIAGE_KEY", "k-ana", 1);
    struct console_run *ana = console_open("ana", run, "all");
    setenv("TRIAGE_KEY", "k-tom", 1);
    struct console_run *tom = console_open("tom", run, "all"), *both[] = {ana, tom};
    unsetenv("TRIAGE_KEY");
    console_wait(both, 2, "Where is my invoice?", NULL, true, clock_mono(), SOON);
    console_wait(both, 2, "live", NULL, true, clock_mono(), SOON);
    console_type(ana, "\r");
    console_shows(tom, "Where is my invoice?", "▸");
    console_type(tom, "\r");
    console_shows(tom, "▸ ana is viewing", NULL);
    console_shows(ana, "▸ tom is viewing", NULL);
    console_type(ana, "r");
    console_shows(tom, "✎ ana is replying", NULL);
    console_type(tom, "q");
    console_shows(tom, "Where is my invoice?", "✎");
    console_close(ana);
    console_wait(&tom, 1, "Where is my invoice?", "✎", false, clock_mono(), SOON);
    console_close(tom);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(here_is_who_has_a_console_open_and_nobody_else),
        cmocka_unit_test(what_one_looks_at_is_told_to_the_others),
        cmocka_unit_test(nobody_speaks_for_another_stream),
        cmocka_unit_test(a_console_that_is_gone_is_not_there_any_more),
        cmocka_unit_test(two_consoles_see_each_other),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
