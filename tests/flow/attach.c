/* attach: files that come with messages and go with replies, with the real daemon, shell, receivers and a reader of mail that is not ours. */
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena *arena;
static struct daemon_run *desk;
static struct client *me;

static void open_desk(const char *more)
{
    arena = arena_new();
    desk = daemon_start(arena_printf(arena, "team: files\nsources:\n  - {name: rbs, dialect: rbs, auth: none%s}\nagents:\n  - {name: ana, uid: %ld, role: agent}\n", more,
                                     (long)getuid()));
    me = client_open(desk->desk);
    setenv("TRIAGE_SOCKET", desk->desk, 1);
}

static void close_desk(void)
{
    client_close(me);
    daemon_remove(desk);
    arena_free(arena);
}

/* A ticket whose first message brings these. */
static void comes_with(const char *attachments)
{
    struct client *in = client_open(desk->ingest);
    struct answer a = client_post(in, "/in/rbs",
                                  arena_printf(arena,
                                               "{\"eventId\":\"e-1\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-12-31T23:00:00Z\",\"source\":\"caracol\",\"data\":{"
                                               "\"source_ticket_id\":\"R1\",\"user_id\":\"u\",\"user_name\":\"Jane Doe\",\"user_email\":\"jane@example.com\",\"subject\":\"Checkout is down\","
                                               "\"description\":\"Since this morning.\",\"attachments\":%s}}", attachments));
    assert_int_equal(a.status / 100, 2);
    client_close(in);
}

static void what_came_is_named_with_size_and_host_and_never_opened(void **state)
{
    (void)state;
    open_desk("");
    comes_with("[{\"filename\":\"../../console.log\",\"size\":14300},\"https://cdn.example.com/a/page%20one.png?sig=s3cret\",{\"name\":\"-rf\\u202e.exe\",\"url\":\"http://u:p@evil.example/x\"}]");
    struct answer a = client_get(me, "/v1/tickets/1/lines");
    const struct json *list = json_path(json_first(json_get(a.json, "lines")), "message.attachments"), *first = json_first(list), *second = json_next(first);
    assert_int_equal(json_count(list), 3);
    assert_string_equal(json_get_string(first, "name", ""), "console.log");
    assert_int_equal(json_get_i64(first, "size", 0), 14300);
    assert_int_equal(json_get_i64(first, "n", 0), 1);
    assert_string_equal(json_get_string(second, "name", ""), "page one.png");
    assert_string_equal(json_get_string(second, "host", ""), "cdn.example.com");
    const struct shell_ran *ran = SHELL(NULL, "show", "1");
    shell_holds(ran->out, "    | attachment: console.log 14 kB\n");
    shell_holds(ran->out, "    | attachment: page one.png at cdn.example.com\n");
    shell_holds(ran->out, "    | attachment: rf_.exe at evil.example\n");
    assert_null(strstr(ran->out, "s3cret"));
    close_desk();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_is_named_with_size_and_host_and_never_opened),
    };
    return cmocka_run_group_tests_name("flow/attach", tests, NULL, NULL);
}
