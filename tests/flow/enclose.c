/* enclose: files from the review of the composer to the customer, with the real console on a terminal: a path with Tab, several files, one taken off, a line that
 * drops, a reply taken back, an account that may name no path, and the mode of lines. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON_MS = 30000, HELD_MS = 15000 };
static const char text[] = "Here is the log.";
static struct {
    struct arena *arena;
    struct stub *shop;
    struct daemon_run *daemon;
    struct client *me;
    struct console_run *console;
    char *dir;
} d;

static void shows(const char *what)
{
    console_shows(d.console, what, NULL);
}

static void hides(const char *what)
{
    console_hides(d.console, what);
}

static const char *in_dir(const char *name)
{
    return arena_printf(d.arena, "%s/%s", d.dir, name);
}

static void write_file(const char *name, size_t n)
{
    FILE *f = fopen(in_dir(name), "wb");
    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        fputc('a' + (int)(i % 26), f);
    assert_int_equal(fclose(f), 0);
}

static void open_console(void)
{
    d.console = console_open("ana's", d.daemon, "mine");
    shows("live");
    console_type(d.console, "6");
    shows("Checkout is down");
    console_type(d.console, "\r");
    shows("Since this morning");
}

/* A ticket open in the console, and a directory with files to choose from. */
static void open_desk(const char *more)
{
    static const struct stub_step yes = STUB_STATUS("200 OK");
    memset(&d, 0, sizeof d);
    d.arena = arena_new();
    crypto_open();
    d.shop = stub_open();
    stub_script(d.shop, &yes, 1);
    d.daemon = daemon_start(arena_printf(d.arena, "sources:\n  - {name: rbs, dialect: rbs, auth: none, reply_via: webhook, reply_url: '%s', allow_loopback: true}\n"
                                                  "agents:\n  - {name: ana, uid: %ld, role: agent%s}\nattachments: {file: 20 KiB}\n", stub_url(d.shop), (long)getuid(), more));
    d.me = client_open(d.daemon->desk);
    setenv("TRIAGE_SOCKET", d.daemon->desk, 1);
    struct client *in = client_open(d.daemon->ingest);
    assert_int_equal(client_post(in, "/in/rbs", "{\"eventId\":\"e-1\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-12-31T23:00:00Z\",\"source\":\"caracol\",\"data\":{"
                                                "\"source_ticket_id\":\"R1\",\"user_id\":\"u\",\"user_name\":\"Jane Doe\",\"user_email\":\"jane@example.com\",\"subject\":\"Checkout is down\","
                                                "\"description\":\"Since this morning.\"}}").status / 100, 2);
    client_close(in);
    d.dir = arena_printf(d.arena, "%s/mine", d.daemon->dir);
    assert_int_equal(mkdir(d.dir, 0700), 0);
    assert_int_equal(mkdir(in_dir("deep"), 0700), 0);
    write_file("console.log", 14300);
    write_file("console-old.log", 10);
    write_file("huge.bin", 20481);
    write_file(".hidden", 1);
    write_file("deep/only.txt", 3);
}

static void close_desk(void)
{
    console_close(d.console);
    client_close(d.me);
    daemon_remove(d.daemon);
    stub_close(d.shop);
    arena_free(d.arena);
}

static void review(void)
{
    console_type(d.console, "r");
    shows("Reply to Jane Doe on #1");
    console_type(d.console, text);
    shows(text);
    console_type(d.console, "\x1b");
    shows("review:");
}

static void attach(const char *keys)
{
    console_type(d.console, "a");
    shows("Which file goes with it?");
    hides("Y and close"); /* keys that do not work meanwhile */
    console_type(d.console, keys);
}

/* Until the daemon says so. */
static void kept(const char *path, const char *what)
{
    struct answer a = {0};
    for (int64_t until = clock_mono() + SOON_MS; clock_mono() < until; usleep(5000))
        if (strstr((a = client_get(d.me, path)).body, what))
            return;
    fail_msg("%s: no %s in %s", path, what, a.body);
}

static const struct json *sent(int nth)
{
    assert_int_equal(stub_wait(d.shop, nth, SOON_MS), nth);
    const struct stub_request *r = stub_request(d.shop, nth - 1);
    return json_path(json_parse_in(d.arena, r->body, r->body_n, &json_limits_dialect, NULL, NULL), "data.attachments");
}

static void files_are_chosen_with_tab_listed_taken_off_and_sent(void **state)
{
    (void)state;
    open_desk("");
    open_console();
    review();
    attach(in_dir("con"));
    console_type(d.console, "\t"); /* what both have in common */
    shows("mine/console");
    console_type(d.console, "\t"); /* and which there are */
    shows("console-old.log");
    shows("14 kB");
    console_type(d.console, "\t\t\r");
    shows("1 attachment: console.log 14 kB");
    attach(in_dir("de"));
    console_type(d.console, "\t\t\r");
    shows("2 attachments: console.log 14 kB, only.txt 3 bytes");
    attach(in_dir("huge.bin"));
    console_type(d.console, "\r");
    shows("huge.bin: 20 kB is more than is taken here: at most 20 kB.");
    attach(in_dir("nothing\r"));
    shows("No such file");
    attach(in_dir("h"));
    console_type(d.console, "\x7f\t"); /* hidden files are not offered */
    shows("deep/");
    hides(".hidden");
    console_type(d.console, "\x1b");
    shows("review:");
    console_type(d.console, "A");
    shows("which goes along no more?");
    console_type(d.console, "1");
    shows("1 attachment: only.txt 3 bytes");
    console_type(d.console, "y");
    shows("leaves at");
    shows("attachment 1: only.txt 3 bytes");
    *d.daemon->clock += HELD_MS;
    const struct json *list = sent(1);
    assert_int_equal(json_count(list), 1);
    assert_string_equal(json_get_string(json_first(list), "name", ""), "only.txt");
    assert_string_equal(json_get_string(json_first(list), "content", ""), "YWJj");
    close_desk();
}

static void a_dropped_line_and_a_reply_taken_back_keep_the_files(void **state)
{
    (void)state;
    open_desk("");
    open_console();
    review();
    attach(in_dir("console.log\r"));
    shows("1 attachment: console.log 14 kB");
    kept("/v1/keep/draft:1:reply", "console.log");
    console_drop(d.console);
    open_console();
    console_type(d.console, "r");
    shows("Your draft is back.");
    shows("1 attachment: console.log 14 kB");
    console_type(d.console, "\x1b");
    shows("review:");
    console_type(d.console, "y");
    shows("leaves at");
    console_type(d.console, "u");
    shows("withdrawn");
    console_type(d.console, "r");
    shows("Your draft is back.");
    shows("1 attachment: console.log 14 kB");
    console_type(d.console, "\x1bs"); /* shared, so that a colleague could go on with it */
    shows("Handed to the team");
    kept("/v1/drafts", "\"shared\":true");
    kept("/v1/drafts", "\"name\":\"console.log\"");
    close_desk();
}

static void a_note_keeps_files_and_nothing_leaves(void **state)
{
    (void)state;
    open_desk("");
    open_console();
    console_type(d.console, "i");
    shows("Internal note on #1");
    console_type(d.console, "The log.\x1b");
    shows("review:");
    attach(in_dir("console.log\r"));
    shows("1 attachment: console.log 14 kB");
    console_type(d.console, "y");
    shows("attachment 1: console.log 14 kB");
    assert_int_equal(stub_wait(d.shop, 1, 0), 0);
    close_desk();
}

/* What the line says works, from the machine where the file is. */
static void a_restricted_account_attaches_from_its_own_machine(void **state)
{
    (void)state;
    open_desk(", restricted: true");
    open_console();
    review();
    console_type(d.console, "a");
    shows("No path here is yours to name. From your machine: ssh HOST triage attach 1 --name NAME < FILE");
    hides("attach: ");
    shell_holds(SHELL("bytes", "--restricted", "--socket", d.daemon->desk, "attach", "1", "--name", "../own.log")->out, "1 attachment: own.log 5 bytes");
    console_type(d.console, "a");
    shows("1 attachment: own.log 5 bytes");
    console_type(d.console, "y");
    shows("leaves at");
    *d.daemon->clock += HELD_MS;
    assert_string_equal(json_get_string(json_first(sent(1)), "name", ""), "own.log");
    close_desk();
}

static void the_mode_of_lines_attaches_by_the_same_words(void **state)
{
    (void)state;
    open_desk("");
    const char *lines = arena_printf(d.arena, "attach 1 %s\nattachments 1\nreply 1 --attach %s\n%s\n.\nattachments 1\nattachment 1 1\nq\n", in_dir("deep/only.txt"), in_dir("deep/only.txt"), text);
    const struct shell_ran *ran = SHELL(lines, "--linear");
    shell_holds(ran->out, "with your draft: 1 attachment: only.txt 3 bytes");
    shell_holds(ran->out, "here    only.txt");
    shell_holds(ran->out, "abc");
    *d.daemon->clock += HELD_MS;
    assert_string_equal(json_get_string(json_first(sent(1)), "name", ""), "only.txt");
    close_desk();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_chosen_with_tab_listed_taken_off_and_sent),
        cmocka_unit_test(a_dropped_line_and_a_reply_taken_back_keep_the_files),
        cmocka_unit_test(a_note_keeps_files_and_nothing_leaves),
        cmocka_unit_test(a_restricted_account_attaches_from_its_own_machine),
        cmocka_unit_test(the_mode_of_lines_attaches_by_the_same_words),
    };
    return cmocka_run_group_tests_name("flow/enclose", tests, NULL, NULL);
}
