/* unsent: an answer that never reached the customer, told to whoever wrote it: wherever they look, once, and the way there. */
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/seat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: shop, dialect: rbs, secrets: ['s3cret']}\n"
                             "  - {name: post, dialect: rbs, secrets: ['s3cret'], reply_via: webhook, reply_url: 'http://127.0.0.1:9/x', allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true}\n"
                             "  - {name: rik, role: agent, key_id: k-rik}\n";
static const char ring_of_2[] = "\033]777;notify;triage;#2: your answer was not sent\033\\";

static int rang(const char *sequence)
{
    size_t n, size = strlen(sequence);
    int count = 0;
    const char *bytes = console_bytes(seat.console, 0, &n), *end = bytes + n;
    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), sequence, size)); at += size)
        count++;
    return count;
}

/* The daemon's clock goes on until the post (at which nobody answers) has been tried often enough. */
static void until_it_is_dead(void)
{
    const char *state = "";
    for (int64_t end = clock_mono() + SEAT_SOON; clock_mono() < end && strcmp(state, "dead") != 0; usleep(5000)) {
        *seat.run->clock += 900000;
        client_ask(seat.desk, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11);
        struct answer a = client_get(seat.desk, "/v1/parcels");
        state = json_get_string(json_first(json_get(a.json, "parcels")), "state", "");
    }
    assert_string_equal(state, "dead");
}

static void reply_to_2(const char *headers)
{
    static const char body[] = "{\"do\":\"reply\",\"tickets\":[2],\"text\":\"It is on its way.\"}";
    assert_int_equal(client_ask(seat.desk, "POST", "/v1/do", headers, body, sizeof body - 1).status, 200);
}

static void a_dead_answer_rings_its_author_and_a_comma_goes_there(void **state)
{
    (void)state;
    seat_shows("live");
    reply_to_2(NULL);
    seat_press("ga");
    seat_press("gd");
    seat_shows("Deliveries");
    seat_press("\033[O"); /* not looked at */
    until_it_is_dead();
    seat_shows("✗ #2: your answer was not sent: press , to go there");
    for (int64_t end = clock_mono() + SEAT_SOON; !rang(ring_of_2) && clock_mono() < end;)
        console_ended(seat.console, 20);
    assert_int_equal(rang(ring_of_2), 1);
    seat_press("\033[I,");
    seat_shows("✗ undelivered: gd shows why, R there sends it again"); /* the ticket says so in its head */
    seat_shows("Invoice is wrong");
    seat_press("r");
    seat_shows("It is on its way.");
}

static void a_dead_answer_is_told_while_one_writes_and_nothing_typed_is_lost(void **state)
{
    (void)state;
    seat_shows("live");
    reply_to_2(NULL);
    seat_press("gg");
    seat_press("i");
    seat_shows("Internal note on #1");
    seat_press("half a thou");
    until_it_is_dead();
    seat_shows("✗ #2: your answer was not sent; you write on: afterwards , goes there");
    seat_press("ght");
    seat_shows("half a thought");
}

static void another_ones_dead_answer_does_not_ring_here(void **state)
{
    (void)state;
    seat_shows("live");
    reply_to_2("X-Triage-Key: k-rik\r\nContent-Type: application/json\r\n");
    seat_press("\033[O");
    until_it_is_dead();
    seat_shows("✗ undelivered"); /* the row says it to all */
    seat_post("shop", "A-9", "Something later");
    seat_shows("Something later");
    seat_hides("your answer");
    assert_int_equal(rang("#2: your answer"), 0);
}

/* Whoever reads by ear is told at once, and their text is there to be sent again. */
static void lines_that_are_only_added_say_it_too(void **state)
{
    const char *const args[] = {console_program(), "--linear", "--socket", seat.run->desk, NULL};
    (void)state;
    struct console_run *lines = console_start("lines", seat.run->dir, args);
    console_shows(lines, "help says what can be said", NULL);
    reply_to_2(NULL);
    until_it_is_dead();
    console_shows(lines, "#2: your answer was not sent. why 2 route says why, reply 2 --draft sends it again.", NULL);
    console_type(lines, "why 2 route\n");
    console_shows(lines, "reply:post", NULL);
    console_type(lines, "reply 2 --draft\n");
    console_shows(lines, "reply leaves in", NULL);
    console_close(lines);
}

/* ana's account is shared: rik is told by his key. */
static int beside_rik(void **state)
{
    char text[600];
    (void)state;
    crypto_open();
    snprintf(text, sizeof text, config, (long)getuid());
    seat.run = daemon_start(text);
    seat.in = client_open(seat.run->ingest);
    seat.desk = client_open(seat.run->desk);
    seat.console = console_open("the", seat.run, "all");
    seat_three();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_dead_answer_rings_its_author_and_a_comma_goes_there, seat_of_three, seat_left),
        cmocka_unit_test_setup_teardown(a_dead_answer_is_told_while_one_writes_and_nothing_typed_is_lost, seat_of_three, seat_left),
        cmocka_unit_test_setup_teardown(lines_that_are_only_added_say_it_too, seat_of_three, seat_left),
        cmocka_unit_test_setup_teardown(another_ones_dead_answer_does_not_ring_here, beside_rik, seat_left)};
    return cmocka_run_group_tests_name("unsent", tests, NULL, NULL);
}
