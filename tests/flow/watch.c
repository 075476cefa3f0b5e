/* watch: in a real console, who hears of what others do: a mention is told to its agent and to their terminal, a change to whoever
 * watches, and to nobody else. */
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
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true}\n"
                             "  - {name: tom, role: agent, key_id: k-tom}\n"
                             "oncall: [ana]\n";
enum { SOON = 30000, GATHERED = 1300 /* ms: what rings waits a second for what comes with it */ };
static struct daemon_run *run;
static struct client *desk;
static struct console_run *console;

static int start(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    desk = client_open(run->desk);
    struct client *in = client_open(run->ingest);
    shop_post(in, "open", "1", "Where is my invoice?");
    shop_post(in, "open", "2", "Checkout is down");
    client_close(in);
    console = console_open("watch", run, "all");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    console_close(console);
    client_close(desk);
    daemon_remove(run);
    return 0;
}

static void shows(const char *a, const char *b)
{
    console_shows(console, a, b);
}

static void tom_does(const char *body)
{
    struct answer a = client_ask(desk, "POST", "/v1/do", "X-Triage-Key: k-tom\r\nContent-Type: application/json\r\n", body, strlen(body));
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "\"ok\":true"));
}

static bool wrote_within(const char *bytes, int ms)
{
    size_t n;
    const char *all = console_bytes(console, ms, &n);
    return memmem(all, n, bytes, strlen(bytes)) != NULL;
}

static bool wrote(const char *bytes)
{
    return wrote_within(bytes, 100);
}

static int times(const char *needle)
{
    size_t n, size = strlen(needle);
    int count = 0;
    const char *all = console_bytes(console, 20, &n), *end = all + n;
    for (const char *at = all; (at = memmem(at, (size_t)(end - at), needle, size)); at += size)
        count++;
    return count;
}

/* The terminal is told this. */
static void rings(const char *text)
{
    char whole[200];
    snprintf(whole, sizeof whole, "\033]777;notify;triage;%s\033\\", text);
    for (int64_t until = clock_mono() + SOON; !times(whole);)
        if (clock_mono() > until)
            fail_msg("the terminal is not told \"%s\"", text);
}

/* Notifications are counted: a burst is one. */
static void a_burst_rings_once(void **state)
{
    (void)state;
    shows("live", NULL);
    console_type(console, "\033[O"); /* I look elsewhere */
    for (int i = 0; i < 6; i++)
        tom_does(i % 2 ? "{\"do\":\"assign\",\"tickets\":[1],\"to\":\"tom\"}" : "{\"do\":\"assign\",\"tickets\":[1],\"to\":\"ana\"}");
    rings("3 things: 3 assigned to you");
    assert_int_equal(times("]777;"), 1);
    print_message("# rang: once for three tickets given\n");
}

/* A page alone comes, on call or not; what else there was would have come before it, or with it. */
static void quiet_hours_let_pages_through_and_nothing_else(void **state)
{
    char quiet[32];
    int hour = (int)(*run->clock / 3600000 % 24);
    (void)state;
    shows("live", NULL);
    console_type(console, "\033[O");
    snprintf(quiet, sizeof quiet, ":quiet %02d:00-%02d:00\r", (hour + 23) % 24, (hour + 2) % 24);
    console_type(console, quiet);
    shows("A page for you always rings", NULL);
    console_type(console, ":notifications\r");
    shows("quiet now", "a note mentions you");
    shows("rings", "an escalation pages you");
    shows("not while you look, nor in quiet hours", NULL);
    console_type(console, "q");
    console_resize(console, 80, 30);
    console_hides(console, "not while you look");
    console_type(console, ":notifications\r");
    shows("not while you look,", NULL); /* whole at any width */
    shows("nor in quiet hours", NULL);
    console_type(console, "q");
    tom_does("{\"do\":\"note\",\"tickets\":[2],\"text\":\"@ana look\"}");
    shows("tom mentions you", NULL);
    assert_false(wrote_within("]777;", GATHERED));
    tom_does("{\"do\":\"escalate\",\"tickets\":[2],\"reason\":\"all of it is down\"}");
    rings("#2 pages you");
    assert_int_equal(times("]777;"), 1);
    print_message("# rang: not for a mention in quiet hours, once for the page in them\n");
}

/* What is said first of a page stands where its standing line is on a ticket; it goes by itself in ten seconds, or by what is said of a
 * key that is none, which goes with the place. */
static void past_what_is_said_first(const char *here)
{
    shows("#2 pages you", NULL);
    while (console_find(console, "#2 pages you: press ,") >= 0) {
        console_type(console, "%");
        shows("% is no key here", NULL);
        console_type(console, here);
        console_hides(console, "% is no key here");
        shows("#2 pages you", NULL);
    }
}

/* Neither of its keys is one of help or of a menu: Esc first. */
static void the_line_is_true_under_what_lies_over_it(size_t place)
{
    static const char *const over[] = {"?", "?", ":", "?", ":"};
    console_type(console, over[place]);
    shows("#2 pages you, ", place ? " (Esc ,)" : ": Esc, then , goes there");
    console_hides(console, "press , to go there"); /* the rest of the picture may be on its way */
    console_hides(console, " (,)");
    console_type(console, "\033");
    console_hides(console, place ? "(Esc ,)" : "Esc, then");
}

/* Woken at night, whatever the screen shows: two keys. */
static void a_page_is_acknowledged_with_two_keys_from_anywhere(void **state)
{
    static const char *const places[] = {":1\r", "gt", "gb", "D", "gu"};
    (void)state;
    shows("live", NULL);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        console_type(console, places[i]);
        console_hides(console, "acked you"); /* that was the last one */
        tom_does("{\"do\":\"escalate\",\"tickets\":[2],\"reason\":\"all of it is down\"}");
        if (!i)
            past_what_is_said_first(places[i]);
        shows("‼ #2 pages you, ", NULL); /* its standing line */
        if (!i) { /* where nothing pages it is said where something does */
            console_type(console, "K");
            shows("#1 pages nobody. ‼ #2 pages you", "press , to go there, K to acknowledge");
        }
        the_line_is_true_under_what_lies_over_it(i);
        console_type(console, ",K");
        shows("acked you", NULL);
        console_hides(console, "pages you");
        tom_does("{\"do\":\"close\",\"tickets\":[2]}");
        tom_does("{\"do\":\"reopen\",\"tickets\":[2]}");
        console_type(console, "q");
    }
    print_message("# acknowledged with , and K from %zu screens\n", sizeof places / sizeof *places);
}

static void whoever_watches_hears_what_others_do(void **state)
{
    (void)state;
    shows("live", NULL);
    console_type(console, ":1\r");
    shows("#1  Where is my invoice?", NULL);
    console_type(console, "W");
    shows("#1 watched", NULL);
    shows("watched by", "◉ you");
    console_type(console, "q");
    shows("Checkout is down", NULL);
    tom_does("{\"do\":\"priority\",\"tickets\":[2],\"priority\":\"high\"}"); /* nobody watches that */
    tom_does("{\"do\":\"priority\",\"tickets\":[1],\"priority\":\"urgent\"}");
    shows("◉ #1, tom: priority", "urgent");
    assert_int_equal(console_find(console, "◉ #2"), -1);
    assert_false(wrote("\033]777;notify;triage;#1")); /* a toast is enough */
    console_type(console, ":1\r");
    shows("#1  Where is my invoice?", NULL);
    console_type(console, "W");
    shows("#1 no longer watched", NULL);
    console_hides(console, "watched by");
    console_type(console, "u");
    shows("watched by", "◉ you");
}

static void who_is_mentioned_is_told_and_so_is_their_terminal(void **state)
{
    (void)state;
    shows("live", NULL);
    tom_does("{\"do\":\"note\",\"tickets\":[2],\"text\":\"@ana you know this shop; it is secretly ours\"}");
    shows("@ #2: tom mentions you", NULL);
    rings("#2: tom mentions you");
    assert_false(wrote("notify;triage;#2: tom mentions you in")); /* nor anything of the note */
    console_type(console, ":2\r");
    shows("watched by", "◉ you");
    console_type(console, "i");
    shows("Internal note on #2", NULL);
    shows("@@ mention", NULL);
    console_type(console, "I ask @@");
    shows("mention: ", NULL);
    shows("tom", NULL);
    console_type(console, "\r");
    shows("I ask @tom", NULL);
    console_type(console, "\033");
    shows("review:", NULL);
    console_type(console, "y");
    shows("note added", NULL);
    shows("watched by", "◉ you, tom");
    struct answer a = client_get(desk, "/v1/tickets/2/lines");
    assert_non_null(strstr(a.body, "\"mentions\":[\"tom\"]"));
    assert_non_null(strstr(a.body, "I ask @tom "));
}

static void the_shell_watches_by_number_too(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *socket = run->desk;
    char *line = arena_printf(arena, "%s/triage --socket %s watch 1 2 >/dev/null", getenv("TRIAGE_BUILDDIR"), socket);
    assert_int_equal(system(line), 0);
    struct answer a = client_get(desk, "/v1/tickets?where=%22ana%22%20in%20watchers");
    assert_int_equal(json_count(json_get(a.json, "rows")), 2);
}

/* In the middle of a sentence, also where none is begun yet: two keys, and it goes on. */
static void a_page_is_acknowledged_with_two_keys_while_a_reply_is_written(void **state)
{
    static const struct { const char *written, *goes_on, *keys; } cases[] = {{"Dear ", "Dear customer", "\033K"}, {"", "Hello", "\033K"}, {"Once ", "Once more", NULL}};
    (void)state;
    shows("live", NULL);
    console_type(console, ":1\r");
    shows("Some text", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        console_type(console, "i");
        shows("Internal note on #1", NULL);
        console_type(console, cases[i].written);
        tom_does(i ? "{\"do\":\"reopen\",\"tickets\":[2]}" : "{\"do\":\"escalate\",\"tickets\":[2],\"reason\":\"all of it is down\"}");
        shows("‼ #2 pages you", "Esc K acknowledges it; you write on");
        if (cases[i].keys) { /* as fast as a program types: Alt and the key, or both */
            console_type(console, cases[i].keys);
        } else {
            console_type(console, "\033");
            shows("review:", NULL);
            shows("‼ #2 pages you", "K acknowledges it; you write on");
            console_type(console, "K");
        }
        shows("cknowledged", NULL);
        console_hides(console, "pages you");
        console_type(console, cases[i].goes_on + strlen(cases[i].written));
        shows(cases[i].goes_on, NULL);
        console_type(console, "\033");
        shows("review:", NULL);
        console_type(console, "q");
        shows("throw this text away?", NULL);
        console_type(console, "y");
        console_hides(console, "Internal note on #1");
        tom_does("{\"do\":\"close\",\"tickets\":[2]}");
    }
    print_message("# acknowledged with Esc and K %zu times in the middle of a note\n", sizeof cases / sizeof *cases);
}

/* Where a comma is typed, or does nothing, what has to be left first is said. */
static void a_page_over_something_open_says_to_leave_that_first(void **state)
{
    static const struct { const char *key, *shows; } open[] = {{":", "Up Down choose"}, {"/", "Enter done"}, {"?", "Help: "}};
    (void)state;
    shows("live", NULL);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        console_type(console, open[i].key);
        shows(open[i].shows, NULL); /* else the page may be first */
        if (i)
            tom_does("{\"do\":\"close\",\"tickets\":[2]}");
        tom_does(i ? "{\"do\":\"reopen\",\"tickets\":[2]}" : "{\"do\":\"escalate\",\"tickets\":[2],\"reason\":\"all of it is down\"}"); /* either pages */
        shows("#2 pages you: Esc, then press , to go there", NULL);
        console_type(console, "\033");
        console_hides(console, open[i].shows); /* else the comma comes close behind Esc, and is Alt's */
        shows("‼ #2 pages you, ", NULL);
        console_type(console, ",K");
        shows("acked you", NULL);
        console_type(console, "q");
        console_wait(&console, 1, "acked you", NULL, false, clock_mono(), SOON);
    }
}

/* It would stand for ten seconds; a machine may be busy once. */
static void a_page_that_somebody_took_is_not_said_any_more(void **state)
{
    enum { TRIES = 3, LATE = 8000 };
    int64_t took = LATE;
    (void)state;
    shows("live", NULL);
    for (int i = 0; i < TRIES && took >= LATE; i++) {
        tom_does("{\"do\":\"escalate\",\"tickets\":[2],\"reason\":\"all of it is down\"}");
        shows("‼ #2 pages you", "press , to go there");
        int64_t began = clock_mono();
        tom_does("{\"do\":\"ack\",\"tickets\":[2]}");
        console_hides(console, "pages you");
        took = clock_mono() - began;
        tom_does("{\"do\":\"close\",\"tickets\":[2]}");
        tom_does("{\"do\":\"reopen\",\"tickets\":[2]}");
    }
    print_message("# a page that was taken is said no more %lld ms later\n", (long long)took);
    assert_true(took < LATE);
}

/* A send that is refused while somebody pages me: why it was is read first; the page is said by the next key. */
static void a_page_does_not_take_the_place_of_a_refusal_that_was_not_read(void **state)
{
    (void)state;
    shows("live", NULL);
    console_type(console, ":1\r");
    shows("Some text", NULL);
    console_type(console, "iA note for later");
    shows("A note for later", NULL);
    tom_does("{\"do\":\"merge\",\"tickets\":[1],\"into\":2}");
    console_type(console, "\033");
    shows("y keep the note", NULL);
    console_type(console, "y");
    shows("#1 was merged into #2: work there", NULL);
    tom_does("{\"do\":\"escalate\",\"tickets\":[2],\"reason\":\"all of it is down\"}");
    rings("#2 pages you");
    shows("#1 was merged into #2: work there", NULL);
    console_type(console, "\033");
    shows("#2 pages you", NULL);
    console_hides(console, "#1 was merged into");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(whoever_watches_hears_what_others_do, start, stop),
                                       cmocka_unit_test_setup_teardown(who_is_mentioned_is_told_and_so_is_their_terminal, start, stop),
                                       cmocka_unit_test_setup_teardown(a_burst_rings_once, start, stop),
                                       cmocka_unit_test_setup_teardown(quiet_hours_let_pages_through_and_nothing_else, start, stop),
                                       cmocka_unit_test_setup_teardown(a_page_is_acknowledged_with_two_keys_from_anywhere, start, stop),
                                       cmocka_unit_test_setup_teardown(a_page_is_acknowledged_with_two_keys_while_a_reply_is_written, start, stop),
                                       cmocka_unit_test_setup_teardown(a_page_over_something_open_says_to_leave_that_first, start, stop),
                                       cmocka_unit_test_setup_teardown(a_page_that_somebody_took_is_not_said_any_more, start, stop),
                                       cmocka_unit_test_setup_teardown(a_page_does_not_take_the_place_of_a_refusal_that_was_not_read, start, stop),
                                       cmocka_unit_test_setup_teardown(the_shell_watches_by_number_too, start, stop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
