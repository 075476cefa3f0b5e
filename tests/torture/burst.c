/* burst: tickets come and go by the hundred while consoles watch that stall, read slowly, lose their daemon or find it stopped for a
 * while; after each round every tab of every console has to say within seconds what the database counts. A snapshot that overtakes
 * or is overtaken by the stream shows here and nowhere else. `burst [--seed N] [--rounds N]`. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/chance.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, CONSOLES = 2, TABS_ROW = 1, COLUMNS_WIDE = 200, SENDERS = 3, BURST = 120 };
static int rounds = 6;
static uint64_t seed = 1;
static struct daemon_run *run;
static struct console_run *console[CONSOLES];
static int64_t posted, worst;

static const char config[] = "team: burst\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: lead}\n";

static int start(void **state)
{
    (void)state;
    run = daemon_start_mine(config);
    for (int i = 0; i < CONSOLES; i++) {
        console[i] = console_open("burst", run, i ? "unassigned" : "all");
        console_resize(console[i], COLUMNS_WIDE, CONSOLE_ROWS);
    }
    console_wait(console, CONSOLES, "live", NULL, true, clock_mono(), SOON);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (int i = 0; i < CONSOLES; i++)
        console_close(console[i]);
    daemon_remove(run);
    return 0;
}

/* --- the burst --- */

/* One sender's share: tickets, and what ana does with them. A daemon that dies under it is a daemon that is asked no more. */
static void send_share(int64_t from, int count)
{
    static const char *const acts[] = {"claim", "close", "unassign"};
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk);
    for (int64_t i = from; i < from + count; i++) {
        char body[512];
        snprintf(body, sizeof body, "{\"eventId\":\"e-%" PRId64 "\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\","
                 "\"data\":{\"source_ticket_id\":\"%" PRId64 "\",\"user_id\":\"u\",\"user_name\":\"U\",\"user_email\":\"u@example.com\",\"subject\":\"Case %" PRId64
                 "\",\"description\":\"Some text\"}}", i, i, i);
        if (client_post(in, "/in/open", body).status != 200)
            break;
        snprintf(body, sizeof body, "{\"do\":\"%s\",\"tickets\":[%" PRId64 "],\"with\":{\"confirm\":true}}", acts[i % 3], i / 2 + 1);
        if (i % 2 && !client_post(desk, "/v1/do", body).status)
            break;
    }
    _exit(0);
}

static void let_arrive(pid_t *senders)
{
    for (int i = 0; i < SENDERS; i++, posted += BURST) {
        senders[i] = fork();
        assert_true(senders[i] >= 0);
        if (senders[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (freopen("/dev/null", "w", stderr) && freopen("/dev/null", "w", stdout))
                send_share(posted + 1, BURST);
            _exit(1);
        }
    }
}

/* --- what befalls them meanwhile --- */

static void read_all(int ms)
{
    size_t n;
    for (int i = 0; i < CONSOLES; i++)
        console_bytes(console[i], ms / CONSOLES, &n);
}

static void stall(pid_t pid)
{
    kill(pid, SIGSTOP);
    read_all(20 + chance(&seed, 400));
    kill(pid, SIGCONT);
}

static void a_console_stalls(void)
{
    stall(console_pid(console[chance(&seed, CONSOLES)]));
}

static void the_daemon_stalls(void)
{
    stall(run->pid);
}

static void the_daemon_dies(void)
{
    daemon_kill(run);
    read_all(chance(&seed, 300));
    daemon_restart(run);
}

static void nobody_reads_the_terminals(void)
{
    usleep((useconds_t)chance(&seed, 400) * 1000);
}

static void all_is_asked_for_again(void)
{
    console_type(console[chance(&seed, CONSOLES)], "R");
}

static void another_view_is_shown(void)
{
    console_type(console[chance(&seed, CONSOLES)], chance(&seed, 2) ? "2" : "6");
}

static void nothing(void)
{
    read_all(chance(&seed, 100));
}

static const struct { const char *name; void (*befall)(void); } events[] = {
    {"a console stalls", a_console_stalls},
    {"the daemon stalls", the_daemon_stalls},
    {"the daemon dies", the_daemon_dies},
    {"nobody reads the terminals", nobody_reads_the_terminals},
    {"all is asked for again", all_is_asked_for_again},
    {"another view is shown", another_view_is_shown},
    {"nothing", nothing},
};
enum { EVENTS = sizeof events / sizeof *events };

/* --- what has to be so afterwards --- */

/* "Unassigned 1,234" and no digit behind it. */
static bool says(const char *row, const char *title, int64_t n)
{
    char text[128];
    int size = n < 1000 ? snprintf(text, sizeof text, "%s %" PRId64, title, n) : snprintf(text, sizeof text, "%s %" PRId64 ",%03" PRId64, title, n / 1000, n % 1000);
    for (const char *at = row; (at = strstr(at, text)) != NULL; at++)
        if (!at[size] || strchr(" ]", at[size])) /* the tab that is shown ends in a bracket */
            return true;
    return false;
}

static bool all_say(const struct json *views)
{
    for (int i = 0; i < CONSOLES; i++)
        for (const struct json *v = json_first(views); v; v = json_next(v))
            if (!says(console_row(console[i], TABS_ROW), json_get_string(v, "title", ""), json_get_i64(v, "count", -1)))
                return false;
    return true;
}

static void the_tabs_are_right(const char *what, int round)
{
    int64_t since = clock_mono();
    struct client *desk = client_open(run->desk);
    for (;;) {
        struct answer a = client_get(desk, "/v1/desk?limit=1");
        read_all(20);
        if (all_say(json_get(a.json, "views")))
            break;
        if (clock_mono() - since > SOON)
            fail_msg("round %d (%s): the tabs say\n%s\n%s\nand the desk\n%s", round, what, console_row(console[0], TABS_ROW),
                     console_row(console[1], TABS_ROW), json_print(json_get(a.json, "views")));
    }
    client_close(desk);
    int64_t took = clock_mono() - since;
    worst = took > worst ? took : worst;
}

static void after_every_burst_the_tabs_say_what_the_database_counts(void **state)
{
    (void)state;
    for (int i = 0; i < rounds; i++) {
        pid_t senders[SENDERS];
        int64_t until = clock_mono() + 200 + chance(&seed, 400);
        int event = i < EVENTS ? i : chance(&seed, EVENTS);
        let_arrive(senders);
        while (clock_mono() < until) {
            read_all(chance(&seed, 30));
            events[event].befall();
            event = chance(&seed, 4) ? event : event == 2 ? EVENTS - 1 : chance(&seed, EVENTS);
            if (event == 2)
                until = 0;
        }
        for (int k = 0; k < SENDERS; k++)
            waitpid(senders[k], NULL, 0);
        the_tabs_are_right(events[i < EVENTS ? i : event].name, i);
    }
    print_message("# %d rounds of up to %d tickets, the slowest tab was right after %" PRId64 " ms\n", rounds, SENDERS * BURST, worst);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(after_every_burst_the_tabs_say_what_the_database_counts)};
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
