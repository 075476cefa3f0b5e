/* door: while a desk cannot be opened whoever comes is told why and for how long, outside no more than that; whoever comes once it is gone
 * waits for the server; a real console and the shell say what they were told. */
#include "api/door.h"
#include "api/listen.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/shell.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static char dir[64], desk[96], ingest[96];
static struct server_socket sockets[2];
static struct door *door;
static struct client *caller;

static int stand(void **state)
{
    struct err err = {0};
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/triage-door-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(desk, sizeof desk, "%s/triage.sock", dir);
    snprintf(ingest, sizeof ingest, "%s/ingest.sock", dir);
    sockets[0] = (struct server_socket){listen_unix(desk, 0600, &err), SIDE_DESK, true};
    sockets[1] = (struct server_socket){listen_unix(ingest, 0600, &err), SIDE_OUTSIDE, true};
    door = door_open(sockets, 2, &err);
    assert_non_null(door);
    door_say(door, "the database is being brought from version 6 to 9: step 2 of 3");
    return 0;
}

static int leave(void **state)
{
    (void)state;
    client_close(caller);
    caller = NULL;
    door_close(door);
    close(sockets[0].fd);
    close(sockets[1].fd);
    unlink(desk);
    unlink(ingest);
    rmdir(dir);
    return 0;
}

/* What it gives lives until the next. */
static struct answer ask(const char *path, const char *method, const char *what)
{
    client_close(caller);
    caller = client_open(path);
    return client_ask(caller, method, what, NULL, *method == 'P' ? "{}" : NULL, *method == 'P' ? 2 : 0);
}

static void who_comes_is_told_why_and_for_how_long(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct answer a = ask(desk, i == 1 ? "POST" : "GET", i == 1 ? "/v1/do" : "/v1/desk?limit=1");
        assert_int_equal(a.status, 503);
        assert_string_equal(json_get_string(a.json, "type", ""), "urn:triage:problem:unavailable");
        assert_non_null(strstr(json_get_string(a.json, "detail", ""), "brought from version 6 to 9: step 2 of 3, "));
        assert_non_null(strstr(json_get_string(a.json, "detail", ""), " s so far"));
    }
    door_say(door, "step 3 of 3");
    assert_true(str_starts(json_get_string(ask(desk, "GET", "/v1/desk").json, "detail", ""), "step 3 of 3, "));
}

static void outside_it_is_only_that_the_desk_is_not_open(void **state)
{
    (void)state;
    struct answer a = ask(ingest, "POST", "/in/shop");
    assert_int_equal(a.status, 503);
    assert_string_equal(json_get_string(a.json, "detail", ""), "The desk is not open yet.");
    assert_null(strstr(a.body, "version"));
}

/* One that says nothing is left after a moment, and the next is heard. */
static void who_says_nothing_holds_nobody_up_for_long(void **state)
{
    (void)state;
    struct client *silent = client_open(desk);
    assert_int_equal(ask(desk, "GET", "/v1/desk").status, 503);
    client_close(silent);
}

static void the_shell_says_what_it_was_told(void **state)
{
    (void)state;
    setenv("TRIAGE_SOCKET", desk, 1);
    const struct shell_ran *ran = SHELL(NULL, "ls");
    assert_int_equal(ran->code, 69);
    shell_holds(ran->err, "the database is being brought from version 6 to 9: step 2 of 3");
    shell_holds(ran->err, "it opens by itself");
}

static void a_console_says_what_it_was_told(void **state)
{
    (void)state;
    struct console_run *c = console_start("early", dir, (const char *const[]){console_program(), "--socket", desk, NULL});
    console_shows(c, "Not open yet: the database is being brought from version 6 to 9: step 2 of 3, ", NULL);
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    assert_int_equal(console_close(c), 0);
}

static void who_comes_once_it_is_gone_waits_for_the_server(void **state)
{
    (void)state;
    door_close(door);
    door = NULL;
    struct client *early = client_open(desk);
    struct pollfd in = {.fd = sockets[0].fd, .events = POLLIN};
    assert_int_equal(poll(&in, 1, SOON), 1);
    int fd = accept(sockets[0].fd, NULL, NULL);
    assert_true(fd >= 0);
    close(fd);
    client_close(early);
}

int main(void)
{
#define AT_DOOR(test) cmocka_unit_test_setup_teardown(test, stand, leave)
    const struct CMUnitTest tests[] = {
        AT_DOOR(who_comes_is_told_why_and_for_how_long),
        AT_DOOR(outside_it_is_only_that_the_desk_is_not_open),
        AT_DOOR(who_says_nothing_holds_nobody_up_for_long),
        AT_DOOR(the_shell_says_what_it_was_told),
        AT_DOOR(a_console_says_what_it_was_told),
        AT_DOOR(who_comes_once_it_is_gone_waits_for_the_server),
    };
    return cmocka_run_group_tests_name("door", tests, NULL, NULL);
}
