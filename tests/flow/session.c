/* session: a console whose line is cut is, begun again, where it was: view, filter, cursor, marks, the ticket that was open, the
 * half-typed reply. One that was left with Q begins anew. */
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent}\n";
enum { SOON = 30000 };
static struct daemon_run *run;

static int start(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    struct client *in = client_open(run->ingest);
    shop_post(in, "open", "1", "The first invoice");
    shop_post(in, "open", "2", "A question of colours");
    shop_post(in, "open", "3", "The second invoice");
    shop_post(in, "open", "4", "The third invoice");
    client_close(in);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

static void kept(const char *part)
{
    struct client *me = client_open(run->desk);
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; usleep(20000))
        if (strstr(client_get(me, "/v1/keep/session").body, part)) {
            client_close(me);
            return;
        }
    fail_msg("the session never held %s", part);
}

static void a_list_is_as_it_was_when_the_line_was_cut(void **state)
{
    (void)state;
    struct console_run *c = console_open("before", run, "all");
    console_shows(c, "A question of colours", NULL);
    console_type(c, "/invoice\r");
    console_hides(c, "A question of colours");
    console_type(c, " "); /* marks the first, steps to the second */
    console_shows(c, "1 marked", NULL);
    console_type(c, ":sort age\rI");
    console_shows(c, "by age, inverted", NULL);
    kept("\"invert\":true");
    console_drop(c);
    c = console_open("after", run, NULL);
    console_shows(c, "where your console was last", NULL);
    console_shows(c, "1 marked", NULL);
    console_shows(c, "by age, inverted", NULL);
    assert_int_equal(console_find(c, "A question of colours"), -1);
    assert_true(console_find(c, "third invoice") >= 0);
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    console_close(c);
}

static void who_left_with_q_begins_anew(void **state)
{
    (void)state;
    struct console_run *c = console_open("anew", run, NULL);
    console_shows(c, "live", NULL);
    console_type(c, "6");
    console_shows(c, "A question of colours", NULL);
    assert_int_equal(console_find(c, "where your console was last"), -1);
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    console_close(c);
}

static void a_half_typed_reply_is_there_again(void **state)
{
    (void)state;
    struct console_run *c = console_open("typing", run, "all");
    console_shows(c, "The first invoice", NULL);
    console_type(c, "/second\r");
    console_hides(c, "The first invoice");
    console_type(c, "\r");
    console_shows(c, "The second invoice", NULL);
    console_type(c, "r");
    console_shows(c, "Reply to", NULL);
    console_type(c, "Dear customer, half a sen");
    console_shows(c, "draft saved", NULL);
    kept("\"writing\":");
    console_drop(c);
    c = console_open("again", run, NULL);
    console_shows(c, "Dear customer, half a sen", NULL);
    console_shows(c, "Reply to", NULL);
    console_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_as_it_was_when_the_line_was_cut),
        cmocka_unit_test(who_left_with_q_begins_anew),
        cmocka_unit_test(a_half_typed_reply_is_there_again),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
