/* dropped: the line over ssh is cut in each way it can be, by a real sshd: the client is killed; the server's process is; the client stands still and
 * sshd asks in vain whether it is there (ClientAlive). Each time no process of it is left, the colleague who was told "replying" is told that it is
 * over, the draft is locked by nobody, and the next console is where the last one was: filter, order, marks, cursor, scroll, half-typed text. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include "harness/sshd.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, TICKETS = 60, GONE_MS = 2000, LIST_TOP = 4, LIST_ROWS = 26 };
static const char config[] = "team: dropped\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true}\n"
                             "  - {name: tom, role: agent, key_id: k-tom}\n";
static struct arena *arena;
static struct daemon_run *run;
static struct sshd *servers[2]; /* the second asks whether the client is there */
static struct client *tom; /* his stream */
static struct console_run *console;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start(arena_printf(arena, config, (long)getuid()));
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= TICKETS; i++)
        shop_post_number(in, "open", i, i % 5 ? "Terminal prints nothing" : "A question of colours");
    client_close(in);
    tom = client_open(run->desk);
    client_stream(tom, "/v1/stream", "X-Triage-Key: k-tom\r\n");
    client_wait(tom, "hello", SOON);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    console_close(console);
    console = NULL;
    for (int i = 0; i < 2; i++) {
        sshd_close(servers[i]);
        servers[i] = NULL;
    }
    client_close(tom);
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

/* --- there --- */

static void open_console(bool asked, const char *more)
{
    const char *there = arena_printf(arena, "env HOME=%s XDG_CONFIG_HOME=%s TZ=UTC LC_ALL=C.UTF-8 %s --socket %s %s", run->dir, run->dir, console_program(), run->desk, more);
    console = console_start("dropped", run->dir, (const char *const[]){"/bin/sh", "-c", arena_printf(arena, "exec %s", sshd_to(servers[asked], arena, "-tt", there)), NULL});
}

static void ssh_or_skip(void)
{
    const char *why, *second = arena_printf(arena, "%s/asking", run->dir);
    assert_int_equal(mkdir(second, 0700), 0);
    servers[0] = sshd_open(arena, run->dir, "", "", &why);
    servers[1] = servers[0] ? sshd_open(arena, second, "", "ClientAliveInterval 1\nClientAliveCountMax 3\n", &why) : NULL;
    if (servers[1])
        return;
    print_message("# skipped: %s\n", why);
    skip();
}

static void shows(const char *text)
{
    console_shows(console, text, NULL);
}

static void hides(const char *text)
{
    console_hides(console, text);
}

/* A process whose words hold this desk's socket, other than the daemon and the ssh client; 0: there is none. */
static pid_t far_process(const char *program)
{
    pid_t found = 0;
    DIR *dir = opendir("/proc");
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL && !found;) {
        char path[64], words[4096];
        snprintf(path, sizeof path, "/proc/%.20s/cmdline", e->d_name);
        FILE *file = strtol(e->d_name, NULL, 10) > 0 ? fopen(path, "r") : NULL;
        if (!file)
            continue;
        size_t n = fread(words, 1, sizeof words - 1, file);
        fclose(file);
        words[n] = 0;
        size_t first = strlen(words), program_n = strlen(program);
        bool ours = n && first >= program_n && strcmp(words + first - program_n, program) == 0;
        found = ours && memmem(words, n, run->desk, strlen(run->desk)) ? (pid_t)strtol(e->d_name, NULL, 10) : 0;
    }
    closedir(dir);
    return found;
}

static pid_t parent_of(pid_t pid, char name[64])
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d (%63[^)]) %*c %d", name, &parent), 2);
    fclose(file);
    return parent;
}

/* The sshd that serves the console: above it, and above a shell where there is one. */
static pid_t serving(pid_t pid)
{
    char name[64] = "";
    while (pid > 1) {
        pid_t parent = parent_of(pid, name);
        if (strncmp(name, "sshd", 4) == 0)
            return pid;
        pid = parent;
    }
    fail_msg("no sshd above the console");
    return 0;
}

/* --- ways to be cut --- */

static pid_t far; /* the console at the other end */

static void kill_the_client(void)
{
    kill(console_pid(console), SIGKILL);
}

static void kill_the_server(void)
{
    kill(serving(far), SIGKILL);
}

static void hold_the_client(void)
{
    kill(console_pid(console), SIGSTOP);
}

static const struct way { const char *name; void (*cut)(void); bool asked; } ways[] = {
    {"the client is killed", kill_the_client, false}, {"sshd's process is killed", kill_the_server, false}, {"the client stands still", hold_the_client, true}};
enum { WAYS = sizeof ways / sizeof *ways };

/* One that nobody has asked about yet is a zombie, and has ended. */
static bool runs(pid_t pid)
{
    char path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    bool read = file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
    if (file)
        fclose(file);
    return read && state != 'Z';
}

/* Cuts; waits until the console is no process any more. When that was, by the monotonic clock. */
static int64_t cut(const struct way *way)
{
    far = far_process("/triage");
    assert_true(far > 0);
    way->cut();
    int64_t since = clock_mono(), until = since + SOON;
    while (runs(far) && clock_mono() < until)
        usleep(2000);
    if (runs(far))
        fail_msg("%s: the console lives on", way->name);
    int64_t ended = clock_mono();
    kill(console_pid(console), SIGKILL);
    console_drop(console);
    console = NULL;
    print_message("# %s: its console ended after %lld ms\n", way->name, (long long)(ended - since));
    return ended;
}

static void no_process_is_left(const struct way *way)
{
    pid_t left = 0;
    for (int64_t until = clock_mono() + SOON; (left = far_process("/triage")) && clock_mono() < until;)
        usleep(2000);
    if (left)
        fail_msg("%s: process %d is left", way->name, (int)left);
}

/* --- what others are told --- */

/* The next time that tom is told this of ana. */
static void tom_hears(const char *doing)
{
    for (int64_t until = clock_mono() + SOON; clock_mono() < until;) {
        struct frame_read frame = client_wait(tom, "presence", SOON);
        if (strstr(frame.data, "\"ana\"") && strstr(frame.data, arena_printf(arena, "\"doing\":\"%s\"", doing)))
            return;
    }
    fail_msg("tom is never told \"%s\"", doing);
}

/* Not asserted to the millisecond: a busy machine is late, and says so. */
static void tom_hears_the_end(const struct way *way, int64_t ended)
{
    tom_hears("gone");
    print_message("# %s: presence ended %lld ms after the console (goal %d)\n", way->name, (long long)(clock_mono() - ended), GONE_MS);
}

/* --- where one was --- */

static const char *cursor_row(void)
{
    int row, column;
    console_cursor(console, &row, &column);
    return arena_strdup(arena, console_row(console, row));
}

static char *list_text(void)
{
    AUTO_STR out;
    str_init(&out, 1 << 16);
    for (int row = LIST_TOP; row < LIST_TOP + LIST_ROWS; row++)
        str_addf(&out, "%s\n", console_row(console, row));
    return arena_strdup(arena, out.data);
}

static void becomes(char *(*seen)(void), const char *before, const char *what, const struct way *way)
{
    const char *now = seen();
    for (int64_t until = clock_mono() + SOON; strcmp(now, before) != 0 && clock_mono() < until; now = seen())
        console_ended(console, 20);
    if (strcmp(now, before) != 0)
        fail_msg("%s: %s is\n%s\nand was\n%s", way->name, what, now, before);
}

static char *cursor_text(void)
{
    return arena_strdup(arena, cursor_row());
}

/* Filtered, ordered, scrolled, two marked, the cursor below. */
static void go_deep_into_the_list(void)
{
    shows("live");
    shows("Terminal prints nothing");
    console_type(console, ":sort age\rI");
    shows("by age, inverted");
    shows("A question of colours");
    console_type(console, "/Terminal\r");
    hides("A question of colours");
    console_type(console, "G");
    console_type(console, "kkk  kk");
    shows("2 marked");
    console_ended(console, 100); /* the last key is shown */
}

static void the_next_console_is_where_the_last_one_was(void **state)
{
    (void)state;
    ssh_or_skip();
    for (int i = 0; i < WAYS && !ways[i].asked; i++) { /* for sshd to notice takes seconds: once is enough */
        open_console(false, "--open all");
        go_deep_into_the_list();
        char *list = list_text(), *cursor = cursor_text();
        assert_null(strstr(list, "A question"));
        cut(&ways[i]);
        no_process_is_left(&ways[i]);
        open_console(false, "");
        shows("where your console was last");
        shows("2 marked");
        shows("by age, inverted");
        becomes(list_text, list, "the list", &ways[i]);
        becomes(cursor_text, cursor, "the row of the cursor", &ways[i]);
        console_type(console, "Q");
        assert_true(console_ended(console, SOON));
        console_close(console);
        console = NULL;
    }
}

static void a_half_typed_reply_is_neither_lost_nor_locked(void **state)
{
    (void)state;
    ssh_or_skip();
    open_console(ways[0].asked, "--open all");
    shows("live");
    shows("Terminal prints nothing");
    console_type(console, "jjr");
    shows("on #3 by webhook");
    AUTO_STR text;
    str_init(&text, 4096);
    for (int i = 0; i < WAYS; i++) {
        str_addf(&text, "%s%s", i ? " and " : "", ways[i].name);
        console_type(console, i ? arena_printf(arena, " and %s", ways[i].name) : ways[i].name);
        shows(text.data);
        tom_hears("replying");
        int64_t ended = cut(&ways[i]);
        tom_hears_the_end(&ways[i], ended);
        no_process_is_left(&ways[i]);
        open_console(ways[(i + 1) % WAYS].asked, "");
        shows(text.data);
        shows("on #3 by webhook");
    }
    struct client *me = client_open(run->desk); /* nobody's hand is on it but ours */
    static const char note[] = "{\"do\":\"note\",\"tickets\":[3],\"text\":\"mine now\"}";
    assert_int_equal(client_ask(me, "POST", "/v1/do", "X-Triage-Key: k-tom\r\nContent-Type: application/json\r\n", note, sizeof note - 1).status, 200);
    client_close(me);
    console_type(console, "\033");
    shows("review:");
    console_type(console, "p");
    hides("review:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_console_is_where_the_last_one_was, start, stop),
        cmocka_unit_test_setup_teardown(a_half_typed_reply_is_neither_lost_nor_locked, start, stop),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
