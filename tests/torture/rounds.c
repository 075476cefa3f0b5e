/* rounds: a desk that is worked on while everything that can drop drops: the daemon is killed, the terminal is gone from one moment to
 * the next, the line over ssh breaks, the window is dragged about. What was typed, marked, sent, acknowledged and accepted before is
 * there afterwards, and neither program has a descriptor or a thread more than at first. Then the same tickets and screens are opened
 * again and again: a cache fills in some pass, a leak grows in every one, whatever the machine does meanwhile. At last nobody does
 * anything, and neither do the programs. `rounds [--seed N] [--rounds N]`. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/chance.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/process.h"
#include "harness/sshd.h"
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, BATCH = 24, MARKED = 3, JOLTS = 40, PASSES = 6, PAUSE_MS = 1500, IDLE_MS = 4000 };
enum { RING = 4096 }; /* frames that the daemon keeps for who comes back (daemon/main.c) */
enum { GROWN_KB = 16, GROWN_BYTES = 4 << 10 }; /* in the pass that grows least: a hundred requests, a leak of any part of one is more */
enum { CONNECTIONS = 8 };       /* of a console: its stream, four it may keep, libcurl's own pair, one in flight */
enum { BASES = 16 };            /* of the daemon: two for the writer, the trainer, the shelf and each of four threads that answer, the log of the settler, the shared index */
enum { CONSOLE_WAKES = 2, DAEMON_WAKES = 5 };  /* a second of doing nothing, with room for a heartbeat */
static int rounds = 5;
static uint64_t seed = 1;
static struct daemon_run *run;
static struct arena *arena;
static struct client *in, *desk;
static struct console_run *console;
static struct sshd *server;
static int64_t posted, replies, acks;

static const char config[] = "team: rounds\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: lead}\n";

static void connect_again(void)
{
    client_close(in);
    client_close(desk);
    in = client_open(run->ingest);
    desk = client_open(run->desk);
}

static int start(void **state)
{
    const char *why;
    (void)state;
    arena = arena_new();
    run = daemon_start_mine(config);
    connect_again();
    server = sshd_open(arena, run->dir, "", "", &why);
    if (!server)
        print_message("# without ssh: %s\n", why);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(in);
    client_close(desk);
    sshd_close(server);
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

static void shows(const char *a, const char *b)
{
    console_wait(&console, 1, a, b, true, clock_mono(), SOON);
}

static void hides(const char *text)
{
    console_wait(&console, 1, text, NULL, false, clock_mono(), SOON);
}

/* --- consoles --- */

static void open_console(bool by_ssh)
{
    const char *view = posted ? NULL : "--open", *name = posted ? NULL : "all";
    if (!by_ssh || !server) {
        console = console_start("rounds", run->dir, (const char *const[]){console_program(), "--socket", run->desk, view, name, NULL});
        return;
    }
    char *there = arena_printf(arena, "env HOME=%s XDG_CONFIG_HOME=%s TZ=UTC LC_ALL=C.UTF-8 %s --socket %s", run->dir, run->dir, console_program(), run->desk);
    console = console_start("over ssh", run->dir, (const char *const[]){"/bin/sh", "-c", arena_printf(arena, "exec %s", sshd_to(server, arena, "-tt", there)), NULL});
}

/* --- work --- */

static void post(int64_t i)
{
    char body[512];
    snprintf(body, sizeof body, "{\"eventId\":\"e-%" PRId64 "\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\","
             "\"data\":{\"source_ticket_id\":\"%" PRId64 "\",\"user_id\":\"u%" PRId64 "\",\"user_name\":\"U\",\"user_email\":\"u@example.com\",\"subject\":\"Case %" PRId64
             "\",\"description\":\"Some text that a customer may have written about the case %" PRId64 "\"}}", i, i, i % 17, i, i);
    assert_int_equal(client_post(in, "/in/open", body).status, 200);
}

/* true: it was done. */
static bool act(const char *action, int64_t ticket, const char *more)
{
    char body[256];
    snprintf(body, sizeof body, "{\"do\":\"%s\",\"tickets\":[%" PRId64 "],\"with\":{\"confirm\":true}%s}", action, ticket, more);
    struct answer a = client_post(desk, "/v1/do", body);
    return json_get_bool(json_first(json_get(a.json, "results")), "ok", false);
}

/* The desk keeps its size: what came a round ago is closed. The first of each batch is escalated and acknowledged, and stays. */
static void work(void)
{
    int64_t old = posted - BATCH;
    for (int i = 0; i < BATCH; i++)
        post(++posted);
    for (int64_t i = old + 2; old >= 0 && i <= old + BATCH; i++)
        assert_true(act("close", i, ""));
    assert_true(act("escalate", posted - BATCH + 1, ""));
    acks += act("ack", posted - BATCH + 1, "");
}

/* All tickets, nothing marked, the first row; as many as the desk counts. */
static void the_list(void)
{
    int64_t n = -1;
    struct answer a = client_get(desk, "/v1/views");
    for (const struct json *v = json_first(json_get(a.json, "views")); v; v = json_next(v))
        n = strcmp(json_get_string(v, "name", ""), "all") == 0 ? json_get_i64(v, "count", -1) : n;
    console_type(console, "qqU6gg");
    shows(n < 1000 ? arena_printf(arena, "All %" PRId64, n) : arena_printf(arena, "All %" PRId64 ",%03" PRId64, n / 1000, n % 1000), NULL);
}

/* Three are marked, and half a reply is typed on the one below them. */
static const char *half_a_reply(int round)
{
    char *text = arena_printf(arena, "Half a sentence of round %d", round);
    the_list();
    console_type(console, " j j j\rr");
    shows("Reply to", NULL);
    for (const char *at = text; *at; at++)
        console_type(console, (char[]){*at, 0});
    shows(text, NULL);
    return text;
}

static void send_it(const char *text)
{
    shows(text, NULL);
    console_type(console, ".\x1b");
    shows("review:", NULL);
    console_type(console, "y");
    hides("review:");
    replies++;
}

/* --- what befalls it --- */

static void the_daemon_is_killed(void)
{
    daemon_kill(run);
    console_type(console, "!");
    daemon_restart(run);
    connect_again();
    console_type(console, "\x7f");
}

static void the_terminal_is_gone(void)
{
    shows("draft saved", NULL);
    console_drop(console);
    open_console(false);
}

static void the_line_over_ssh_breaks(void)
{
    shows("draft saved", NULL);
    console_close(console);
    open_console(true);
    shows("Half a sentence", NULL);
    kill(console_pid(console), SIGKILL); /* the client: nothing is said to the other end */
    console_drop(console);
    open_console(false);
}

static void the_window_is_dragged_about(void)
{
    for (int i = 0; i < JOLTS; i++) {
        console_jolt(console, 1 + chance(&seed, 200), 1 + chance(&seed, 80));
        console_bytes(console, chance(&seed, 6), &(size_t){0});
    }
    console_resize(console, CONSOLE_COLUMNS, CONSOLE_ROWS);
}

static void the_daemon_stands_still(void)
{
    kill(run->pid, SIGSTOP);
    console_type(console, "?!");
    console_bytes(console, 300, &(size_t){0});
    kill(run->pid, SIGCONT);
    console_type(console, "\x7f\x7f");
}

static void (*const befalls[])(void) = {the_daemon_is_killed, the_terminal_is_gone, the_line_over_ssh_breaks, the_window_is_dragged_about, the_daemon_stands_still};
enum { BEFALLS = sizeof befalls / sizeof *befalls };

/* --- what has to be there --- */

static int marks_kept(void)
{
    struct answer a = client_get(desk, "/v1/keep/session");
    return (int)json_count(json_path(a.json, "value.was.marks"));
}

static int status_of(int64_t ticket)
{
    return client_get(desk, arena_printf(arena, "/v1/tickets/%" PRId64, ticket)).status;
}

/* The desk's clock stands still: what was sent is held. */
static int64_t held_replies(void)
{
    struct answer a = client_get(desk, "/v1/parcels?state=held&limit=200");
    return json_count(json_get(a.json, "parcels"));
}

static void nothing_is_lost(void)
{
    int64_t until = clock_mono() + SOON;
    while ((marks_kept() != MARKED || held_replies() != replies) && clock_mono() < until)
        console_bytes(console, 50, &(size_t){0});
    assert_int_equal(marks_kept(), MARKED);
    assert_int_equal(status_of(posted), 200); /* numbers have no gaps */
    assert_int_equal(status_of(posted + 1), 404);
    assert_int_equal(held_replies(), replies);
    for (int64_t i = 1; i <= posted; i += BATCH) {
        struct answer a = client_get(desk, arena_printf(arena, "/v1/tickets/%" PRId64, i));
        assert_string_equal(json_string(json_path(a.json, "ticket.escalation.acked_by")), "ana");
    }
}

/* A console keeps a connection for the next call, or has none to keep, by what happened to be in flight at once: they are counted on
 * their own, and the daemon's ends of them are no descriptors of its own. A thread that answers opens the database with the first question
 * that chance brings it, and keeps it: those are counted on their own as well. */
struct belongings { int desk_files, desk_bases, desk_threads, files, threads, connections; };

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

static struct belongings belongings(void)
{
    struct belongings least = {INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX};
    const char *base = arena_printf(arena, "%s/triage.db", run->dir);
    for (int i = 0; i < 4; i++) {
        console_bytes(console, 100, &(size_t){0});
        int connections = process_sockets(console_pid(console)), bases = process_files_of(run->pid, base);
        least.desk_files = lesser(least.desk_files, process_files(run->pid) - connections - bases);
        least.desk_bases = lesser(least.desk_bases, bases);
        least.desk_threads = lesser(least.desk_threads, process_threads(run->pid));
        least.files = lesser(least.files, process_files(console_pid(console)) - connections);
        least.threads = lesser(least.threads, process_threads(console_pid(console)));
        least.connections = lesser(least.connections, connections);
    }
    return least;
}

static void are_no_more(const struct belongings *first, const struct belongings *now)
{
    if (now->desk_files > first->desk_files || now->desk_bases > BASES || now->desk_threads > first->desk_threads)
        fail_msg("daemon: %d descriptors and %d threads at first, now %d and %d, and %d of the database", first->desk_files, first->desk_threads, now->desk_files,
                 now->desk_threads, now->desk_bases);
    if (now->files > first->files || now->threads > first->threads || now->connections > CONNECTIONS)
        fail_msg("console: %d descriptors and %d threads at first, now %d and %d, and %d connections", first->files, first->threads, now->files, now->threads, now->connections);
}

static void what_drops_takes_nothing_along(void **state)
{
    struct belongings first = {0};
    (void)state;
    open_console(false);
    shows("live", NULL);
    for (int i = 0; i < rounds; i++) {
        work();
        const char *text = half_a_reply(i);
        befalls[i % BEFALLS]();
        send_it(text);
        nothing_is_lost();
        struct belongings now = belongings();
        first = i ? first : now;
        are_no_more(&first, &now);
    }
    print_message("# %d rounds: %" PRId64 " tickets, %" PRId64 " acknowledged, %" PRId64 " replies held; daemon %d descriptors, console %d\n", rounds, posted, acks, replies,
                  first.desk_files, first.files);
}

/* --- again and again --- */

static void open_tickets(void)
{
    the_list();
    for (int i = 0; i < BATCH; i++) {
        console_type(console, "\r");
        shows("rbs:caracol:", NULL); /* its key, which no list tells */
        console_type(console, "qj");
        hides("rbs:caracol:");
    }
}

static void open_screens(void)
{
    static const char *const keys[] = {"gd", "ge", "gb", "gl", "gh", "gk", "go", "gs", "?", "/case 1\r", "\x1b/\x15\r", "2", "6"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        console_type(console, keys[i]);
        console_bytes(console, 40, &(size_t){0});
        if (*keys[i] == 'g' || *keys[i] == '?')
            console_type(console, "q");
    }
}

/* All threads that answer have read all there is: by chance a connection is any one's. */
static void ask_for_everything(void)
{
    static const char *const paths[] = {"/v1/desk", "/v1/tickets?view=all&limit=200", "/v1/tickets/1", "/v1/tickets/1/lines", "/v1/escalations", "/v1/parcels", "/v1/scores",
                                        "/v1/labels", "/v1/handover", "/v1/stats", "/v1/agents", "/v1/audit", "/v1/tickets?q=case&limit=50"};
    for (int i = 0; i < 8; i++) {
        struct client *own = client_open(run->desk);
        for (size_t k = 0; k < sizeof paths / sizeof *paths; k++)
            assert_int_equal(client_get(own, paths[k]).status, 200);
        client_close(own);
    }
}

static int64_t daemon_uses(void)
{
    struct answer a = client_get(desk, "/v1/self");
    return json_get_i64(json_get(a.json, "memory"), "used", 0);
}

/* Who looks at what is told in frames, and a ring that is not full yet grows by each. */
static void fill_the_ring(void)
{
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", NULL);
    struct frame_read f = client_wait(stream, "hello", SOON);
    AUTO_JSON hello = json_parse(f.data, strlen(f.data), &json_limits_native, NULL, NULL);
    int64_t number = json_get_i64(hello, "stream", 0);
    for (int i = 0; i < RING; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"stream\":%" PRId64 ",\"ticket\":%d,\"doing\":\"viewing\"}", number, i % 2 + 1);
        assert_int_equal(client_ask(desk, "PUT", "/v1/presence", "Content-Type: application/json\r\n", body, strlen(body)).status, 200);
    }
    client_close(stream);
}

static void what_is_opened_again_grows_nothing(void **state)
{
    double console_was = 0, console_least = 1e9;
    int64_t daemon_was = 0, daemon_least = INT64_MAX;
    (void)state;
    if (PROCESS_SANITIZED) {
        print_message("# skipped: a sanitizer keeps what was freed\n");
        skip();
    }
    fill_the_ring();
    for (int i = 0; i < PASSES; i++) {
        open_tickets();
        open_screens();
        ask_for_everything();
        console_bytes(console, PAUSE_MS, &(size_t){0});
        double of_console = process_own_kb(console_pid(console));
        int64_t of_daemon = daemon_uses();
        print_message("# pass %d: console %.0f KB, daemon %" PRId64 " KB\n", i + 1, of_console, of_daemon >> 10);
        console_least = i && of_console - console_was < console_least ? of_console - console_was : console_least;
        daemon_least = i && of_daemon - daemon_was < daemon_least ? of_daemon - daemon_was : daemon_least;
        console_was = of_console;
        daemon_was = of_daemon;
    }
    assert_true(console_least <= GROWN_KB);
    assert_true(daemon_least <= GROWN_BYTES);
}

/* --- nothing --- */

/* What was said on the screen goes after a while, and that is something. */
static void who_does_nothing_costs_nothing(void **state)
{
    size_t before = 0, after = 1;
    long console_sleeps = 0, daemon_sleeps = 0;
    (void)state;
    for (int64_t until = clock_mono() + SOON; before != after && clock_mono() < until;) {
        console_bytes(console, 0, &before);
        console_sleeps = process_sleeps(console_pid(console));
        daemon_sleeps = process_sleeps(run->pid);
        console_bytes(console, IDLE_MS, &after);
        console_sleeps = process_sleeps(console_pid(console)) - console_sleeps;
        daemon_sleeps = process_sleeps(run->pid) - daemon_sleeps;
    }
    print_message("# %d s of nothing: %d bytes, the console woke %ld times, the daemon %ld\n", IDLE_MS / 1000, (int)(after - before), console_sleeps, daemon_sleeps);
    assert_int_equal(after, before);
    assert_true(PROCESS_SANITIZED || console_sleeps <= CONSOLE_WAKES * IDLE_MS / 1000);
    assert_true(PROCESS_SANITIZED || daemon_sleeps <= DAEMON_WAKES * IDLE_MS / 1000);
    assert_int_equal(console_close(console), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_drops_takes_nothing_along),
        cmocka_unit_test(what_is_opened_again_grows_nothing),
        cmocka_unit_test(who_does_nothing_costs_nothing),
    };
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--rounds") == 0)
            rounds = (int)strtol(argv[i + 1], NULL, 10);
        else
            return 2;
    }
    return crypto_open() ? cmocka_run_group_tests(tests, start, stop) : 1;
}
