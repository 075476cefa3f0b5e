/* editor: a reply written in $EDITOR, on a real terminal, with editors of every temper: whatever they do, nothing that was written is
 * lost, nothing lies about afterwards, and the console is on its feet again. */
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent}\n";
enum { SOON = 20000 };
static struct daemon_run *run;
static struct client *me;
static char tmp[128], own[128];
static int ticket; /* each test has its own */

static int start(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    me = client_open(run->desk);
    snprintf(tmp, sizeof tmp, "%s/triage", run->dir);
    snprintf(own, sizeof own, "%s/own", run->dir);
    return mkdir(tmp, 0700) || mkdir(own, 0700);
}

static int stop(void **state)
{
    (void)state;
    client_close(me);
    daemon_remove(run);
    return 0;
}

static void post(void)
{
    char subject[32];
    struct client *in = client_open(run->ingest);
    snprintf(subject, sizeof subject, "Ticket number %d", ++ticket);
    shop_post_number(in, "open", ticket, subject);
    client_close(in);
}

/* An editor: this shell script, given the file as $1. */
static const char *script(const char *body)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/editor-%d", own, ticket);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", body);
    fclose(f);
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

static struct console_run *open_as(const char *const *before, const char *editor, const char *option)
{
    static char visual[300], runtime[200];
    const char *args[16];
    int n = 0;
    post();
    snprintf(visual, sizeof visual, "VISUAL=%s", editor ? script(editor) : "");
    snprintf(runtime, sizeof runtime, "XDG_STATE_HOME=%s", run->dir);
    for (; before && *before; before++)
        args[n++] = *before;
    args[n++] = "/usr/bin/env";
    args[n++] = visual;
    args[n++] = runtime;
    args[n++] = console_program();
    args[n++] = "--socket";
    args[n++] = run->desk;
    args[n++] = "--open";
    args[n++] = "all";
    args[n++] = option;
    args[n] = NULL;
    return console_start("editor", run->dir, args);
}

static void open_it(struct console_run *c)
{
    char line[40], title[40];
    snprintf(line, sizeof line, ":go %d\r", ticket);
    snprintf(title, sizeof title, "#%d", ticket);
    console_type(c, line);
    console_shows(c, title, "Ticket number");
    console_shows(c, "Some text", NULL);
}

/* The console, on its ticket, a text begun, and the editor called by `e` in the review. */
static struct console_run *edit(const char *editor, const char *option)
{
    char subject[40];
    struct console_run *c = open_as(NULL, editor, option);
    snprintf(subject, sizeof subject, "Ticket number %d", ticket);
    console_shows(c, subject, NULL);
    open_it(c);
    console_type(c, "r");
    console_shows(c, "Reply to Uma", NULL);
    console_type(c, "The first words\033");
    console_shows(c, "review:", NULL);
    console_type(c, "e");
    return c;
}

static int things_in(const char *dir)
{
    int n = 0;
    DIR *list = opendir(dir);
    for (const struct dirent *entry; (entry = readdir(list));)
        n += entry->d_name[0] != '.';
    closedir(list);
    return n;
}

/* The next console begins anew. */
static void finish(struct console_run *c)
{
    console_close(c);
    static const char none[] = "{\"value\":null}";
    assert_int_equal(client_ask(me, "PUT", "/v1/keep/session", "Content-Type: application/json\r\n", none, sizeof none - 1).status, 200);
}

static void leave(struct console_run *c)
{
    assert_int_equal(things_in(tmp), 0);
    finish(c);
}

static void drafted(const char *part)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_printf(arena, "/v1/keep/draft:%d:reply", ticket), *body = "";
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; usleep(20000))
        if (strstr(body = client_get(me, path).body, part))
            return;
    fail_msg("the draft is %s, without %s", body, part);
}

/* Told by a call of its own. */
static void others_see_us_reply(void)
{
    for (int64_t until = clock_mono() + SOON; !strstr(client_get(me, "/v1/agents").body, "\"doing\":\"replying\""); usleep(5000))
        assert_true(clock_mono() < until);
}

static void what_an_editor_saves_is_the_text(void **state)
{
    (void)state;
    struct console_run *c = edit("stat -c 'mode %a' \"$1\" \"$(dirname \"$1\")\"; cat \"$1\"; echo READY; read x; sed -i '1s/$/and more/' \"$1\"", NULL);
    console_shows(c, "READY", NULL);
    assert_true(console_find(c, "mode 600") >= 0);
    assert_true(console_find(c, "mode 700") > console_find(c, "mode 600"));
    assert_true(console_find(c, "--------8<--------") > console_find(c, "The first words"));
    assert_true(console_find(c, "# Reply to Uma on #") > console_find(c, "--------8<--------"));
    assert_int_equal(things_in(tmp), 1);
    others_see_us_reply();
    console_type(c, "\r");
    console_shows(c, "The first wordsand more", "");
    console_shows(c, "review:", NULL);
    assert_int_equal(console_find(c, "# Reply"), -1);
    drafted("The first wordsand more\"");
    leave(c);
}

static void a_daemon_that_comes_back_while_the_editor_runs_hears_who_replies(void **state)
{
    (void)state;
    struct console_run *c = edit("echo READY; read x", NULL);
    console_shows(c, "READY", NULL);
    others_see_us_reply();
    assert_int_equal(daemon_stop(run), 0);
    daemon_restart(run);
    client_close(me);
    me = client_open(run->desk);
    others_see_us_reply();
    console_type(c, "\r");
    console_shows(c, "review:", NULL);
    leave(c);
}

static void an_editor_may_write_another_file_and_rename_it(void **state)
{
    (void)state;
    struct console_run *c = edit("{ echo '# a heading of the text'; cat \"$1\"; } >\"$1.new\"; cp \"$1\" \"$1~\"; mv \"$1.new\" \"$1\"", NULL);
    console_shows(c, "# a heading of the text", NULL);
    console_shows(c, "The first words", NULL);
    leave(c); /* nor is the copy left */
}

static void an_editor_that_fails_changes_nothing_and_what_it_saved_is_one_redo_away(void **state)
{
    (void)state;
    struct console_run *c = edit("echo 'other words' >\"$1\"; exit 3", NULL);
    console_shows(c, "The editor ended with status 3. The earlier text stands; C-r brings what it saved.", NULL);
    console_shows(c, "The first words", NULL);
    console_type(c, "\t\022");
    console_shows(c, "other words", NULL);
    console_type(c, "\037");
    console_shows(c, "The first words", NULL);
    leave(c);
}

static void an_editor_that_is_killed_leaves_text_and_terminal_as_they_were(void **state)
{
    (void)state;
    struct console_run *c = edit("stty raw -echo; printf '\\033[?1049h'; kill -9 $$", NULL);
    console_shows(c, "The editor was ended by signal 9", "The earlier text stands.");
    console_shows(c, "The first words", NULL);
    console_type(c, "\t still typed");
    console_shows(c, "The first words still typed", NULL);
    leave(c);
}

static void a_file_that_is_deleted_or_emptied_is_no_text(void **state)
{
    (void)state;
    struct console_run *c = edit("rm \"$1\"", NULL);
    console_shows(c, "The editor left no file. The earlier text stands.", NULL);
    console_shows(c, "The first words", NULL);
    leave(c);
    c = edit(": >\"$1\"", NULL);
    console_shows(c, "The editor left nothing in the file. The earlier text stands", NULL);
    console_shows(c, "The first words", NULL);
    leave(c);
    c = edit("rm \"$1\"; ln -s /etc/passwd \"$1\"", NULL); /* no file of ours */
    console_shows(c, "The editor left no file. The earlier text stands.", NULL);
    leave(c);
}

static void bytes_that_are_no_text_are_shown_and_said(void **state)
{
    (void)state;
    struct console_run *c = edit("printf 'caf\\351 \\033[31m\\000\\377' >\"$1\"", NULL);
    console_shows(c, "2 control characters left out, 2 bytes that are no UTF-8 stand as", NULL);
    console_shows(c, "caf\uFFFD [31m\uFFFD", NULL);
    leave(c);
}

static void stays(struct console_run *c, const char *why)
{
    AUTO_ARENA arena = arena_new();
    console_shows(c, arena_printf(arena, "What was saved stays in %s/triage-", tmp), NULL);
    console_shows(c, why, NULL);
    console_shows(c, "The first words", NULL);
    assert_int_equal(things_in(tmp), 1);
    finish(c);
    assert_int_equal(system(arena_printf(arena, "rm -r %s/triage-*", tmp)), 0);
}

static void what_is_too_much_stays_where_it_is(void **state)
{
    (void)state;
    struct console_run *c = edit("head -c 200000 /dev/zero | tr '\\000' x >\"$1\"", NULL);
    stays(c, "more than 102400 bytes");
}

static void what_is_too_much_of_an_editor_that_failed_is_found_too(void **state)
{
    (void)state;
    struct console_run *c = edit("head -c 200000 /dev/zero | tr '\\000' x >\"$1\"; exit 3", NULL);
    stays(c, "(the editor: status 3)");
    c = edit("head -c 200000 /dev/zero | tr '\\000' x >\"$1\"; kill -9 $$", NULL);
    stays(c, "(the editor: signal 9)");
}

/* A line typed where editors begin; hints that were changed; a text at the end; a line of scissors that is gone. */
static void what_stands_below_the_scissors_goes_to_nobody_and_is_not_lost(void **state)
{
    (void)state;
    struct console_run *c = edit("sed -i '1s/^/Dear Uma, done. /; s/----8</-8</; s/on #/at #/' \"$1\"", NULL);
    console_shows(c, "Dear Uma, done. The first words", NULL);
    assert_int_equal(console_find(c, "Reply to Uma at"), -1);
    drafted("\"Dear Uma, done. The first words\"");
    leave(c);
    c = edit("echo 'and a word at the end' >>\"$1\"", NULL);
    stays(c, "left out:");
    c = edit("sed -i '1d; /8</d; s/^# Reply/Hello # Reply/' \"$1\"", NULL);
    stays(c, "hints, but");
    drafted("\"The first words\"");
}

static void the_cursor_of_an_editor_stands_in_the_text(void **state)
{
    (void)state;
    if (system("command -v vim >/dev/null") != 0) { /* NOLINT(cert-env33-c) */
        print_message("# skipped: no vim here\n");
        skip();
    }
    struct console_run *c = edit("exec vim -u NONE -N -n \"$1\"", NULL);
    console_shows(c, "8<", NULL);
    console_type(c, "IDear Uma, done. \033:wq\r");
    console_shows(c, "review:", "");
    console_shows(c, "Dear Uma, done. The first words", NULL);
    drafted("\"Dear Uma, done. The first words\"");
    leave(c);
}

static void there_is_no_such_editor(void **state)
{
    (void)state;
    struct console_run *c = edit("exec /no/such/editor 2>/dev/null", NULL);
    console_shows(c, "There is no such editor as", "The text is as it was.");
    leave(c);
}

static void the_window_changes_its_size_while_the_editor_runs(void **state)
{
    (void)state;
    struct console_run *c = edit("echo READY; read x; sed -i '1s/$/and more/' \"$1\"", NULL);
    console_shows(c, "READY", NULL);
    console_resize(c, 90, 30);
    console_type(c, "\r");
    console_shows(c, "The first wordsand more", NULL);
    console_shows(c, "review:", "y send");
    assert_int_equal(console_find(c, "review:"), 28);
    leave(c);
}

static void an_interrupt_is_the_editors(void **state)
{
    (void)state;
    struct console_run *c = edit("trap 'sed -i \"1s/\\$/ interrupted/\" \"$1\"; exit 0' INT; echo READY; while :; do sleep 0.05; done", NULL);
    console_shows(c, "READY", NULL);
    console_type(c, "\003");
    console_shows(c, "The first words interrupted", NULL);
    leave(c);
}

static void who_ends_the_console_ends_the_editor_and_its_text_is_the_draft(void **state)
{
    (void)state;
    struct console_run *c = edit("trap 'sed -i \"1s/\\$/ saved in time/\" \"$1\"; exit 1' TERM; echo READY; while :; do sleep 0.05; done", NULL);
    console_shows(c, "READY", NULL);
    kill(console_pid(c), SIGTERM);
    assert_true(console_ended(c, SOON));
    finish(c);
    drafted("The first words saved in time");
    assert_int_equal(things_in(tmp), 0);
}

static void what_it_saved_is_the_draft_of_the_next_console_where_this_one_was_killed(void **state)
{
    (void)state;
    struct console_run *c = edit("sed -i 's/first/last/' \"$1\"; echo READY; read x", NULL);
    console_shows(c, "READY", NULL);
    kill(console_pid(c), SIGKILL);
    finish(c);
    assert_int_equal(things_in(tmp), 1);
    c = console_open("next", run, "all");
    AUTO_ARENA arena = arena_new();
    console_shows(c, arena_printf(arena, "The reply on #%d that no desk took is your draft again", ticket), NULL);
    drafted("\"text\":\"The last words\"");
    leave(c);
}

static void what_an_editor_rescues_when_it_is_ended_stays_and_is_told(void **state)
{
    (void)state;
    struct console_run *c = edit("trap 'cp \"$1\" \"$1.swp\"; exit 1' TERM; echo READY; while :; do sleep 0.05; done", NULL);
    console_shows(c, "READY", NULL);
    kill(console_pid(c), SIGTERM);
    console_shows(c, "triage: the editor left a file of its own in", NULL);
    finish(c);
    drafted("The first words");
    AUTO_ARENA arena = arena_new();
    assert_int_equal(system(arena_printf(arena, "rm %s/triage-*/*.swp && rmdir %s/triage-*", tmp, tmp)), 0);
}

static void a_stopped_editor_stops_the_console_and_both_go_on(void **state)
{
    (void)state;
    static char line[1024];
    AUTO_ARENA arena = arena_new();
    post();
    const char *path = script("kill -TSTP 0; echo CONTINUED; read x; sed -i '1s/$/and more/' \"$1\"");
    snprintf(line, sizeof line, "VISUAL=%s XDG_STATE_HOME=%s %s --socket %s --open all\r", path, run->dir, console_program(), run->desk);
    struct console_run *c = console_start("job", run->dir, (const char *const[]){"/bin/bash", "--norc", "--noprofile", "-i", NULL});
    console_shows(c, "bash-", NULL);
    console_type(c, line);
    console_shows(c, arena_printf(arena, "Ticket number %d", ticket), NULL);
    open_it(c);
    console_type(c, "r");
    console_shows(c, "Reply to Uma", NULL);
    console_type(c, "The first words\030\005");
    console_shows(c, "Stopped", NULL);
    console_type(c, "echo the shell is here\r");
    console_shows(c, "the shell is here", NULL);
    console_type(c, "fg\r");
    console_shows(c, "CONTINUED", NULL);
    console_type(c, "\r");
    console_shows(c, "The first wordsand more", NULL);
    console_type(c, "\033");
    console_shows(c, "review:", NULL);
    console_type(c, "p");
    console_shows(c, "The draft is kept", NULL);
    console_type(c, "Q");
    console_shows(c, "bash-", NULL);
    console_type(c, "stty -a | grep -o ' icanon'\r");
    console_shows(c, " icanon", NULL);
    finish(c);
}

static void e_in_the_list_replies_in_the_editor_at_once(void **state)
{
    (void)state;
    struct console_run *c = open_as(NULL, "sed -i '1s/$/all of it/' \"$1\"", NULL);
    char subject[40];
    snprintf(subject, sizeof subject, "Ticket number %d", ticket);
    console_shows(c, subject, NULL);
    open_it(c);
    console_type(c, "e");
    console_shows(c, "all of it", NULL);
    console_shows(c, "Reply to Uma", NULL);
    drafted("all of it");
    leave(c);
}

static void without_an_editor_or_leave_to_run_one_the_built_in_has_the_whole_screen(void **state)
{
    (void)state;
    struct console_run *c = edit(NULL, NULL);
    console_shows(c, "Neither $VISUAL nor $EDITOR is set: this is the built-in editor, on the whole screen.", NULL);
    assert_int_equal(console_find(c, "Some text"), -1);
    console_shows(c, "C-x C-e the thread beside it", NULL);
    console_type(c, "\030\005");
    console_shows(c, "Some text", NULL);
    console_shows(c, "C-x C-e whole screen", NULL);
    console_type(c, "\030\005");
    console_hides(c, "Some text");
    console_type(c, " and more");
    console_shows(c, "The first words and more", NULL);
    leave(c);
    c = edit("echo EVIL >>\"$1\"", "--restricted");
    console_shows(c, "C-x C-e the thread beside it", NULL);
    assert_int_equal(console_find(c, "is not for this account"), -1);
    console_shows(c, "No program may be run from this account: this is the built-in editor, on the whole screen.", NULL);
    assert_int_equal(console_find(c, "EVIL"), -1);
    leave(c);
}

static void a_paste_is_made_safe_said_and_one_step(void **state)
{
    (void)state;
    struct console_run *c = open_as(NULL, NULL, NULL);
    char subject[40];
    snprintf(subject, sizeof subject, "Ticket number %d", ticket);
    console_shows(c, subject, NULL);
    open_it(c);
    console_type(c, "r");
    console_shows(c, "Reply to Uma", NULL);
    console_type(c, "Before. \033[200~one\tcell \xe2\x80\xae\xc2\x9b\007and a bell\rtwo {{custmer.name}}\033[201~");
    console_shows(c, "2 control characters left out, 1 hidden character left out, 1 tab, shown as blanks", NULL);
    console_shows(c, "Before. one    cell and a bell", NULL);
    console_type(c, "\033OD");
    console_shows(c, "{{custmer.name}} is not known. Tab: {{customer.name}}", NULL);
    console_type(c, "\t");
    console_shows(c, "two {{customer.name}}", NULL);
    console_type(c, "\037\037");
    console_hides(c, "and a bell");
    console_shows(c, "Before.", NULL);
    leave(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_editor_saves_is_the_text),
        cmocka_unit_test(a_daemon_that_comes_back_while_the_editor_runs_hears_who_replies),
        cmocka_unit_test(an_editor_may_write_another_file_and_rename_it),
        cmocka_unit_test(an_editor_that_fails_changes_nothing_and_what_it_saved_is_one_redo_away),
        cmocka_unit_test(an_editor_that_is_killed_leaves_text_and_terminal_as_they_were),
        cmocka_unit_test(a_file_that_is_deleted_or_emptied_is_no_text),
        cmocka_unit_test(bytes_that_are_no_text_are_shown_and_said),
        cmocka_unit_test(what_is_too_much_stays_where_it_is),
        cmocka_unit_test(what_is_too_much_of_an_editor_that_failed_is_found_too),
        cmocka_unit_test(what_stands_below_the_scissors_goes_to_nobody_and_is_not_lost),
        cmocka_unit_test(the_cursor_of_an_editor_stands_in_the_text),
        cmocka_unit_test(there_is_no_such_editor),
        cmocka_unit_test(the_window_changes_its_size_while_the_editor_runs),
        cmocka_unit_test(an_interrupt_is_the_editors),
        cmocka_unit_test(who_ends_the_console_ends_the_editor_and_its_text_is_the_draft),
        cmocka_unit_test(what_an_editor_rescues_when_it_is_ended_stays_and_is_told),
        cmocka_unit_test(what_it_saved_is_the_draft_of_the_next_console_where_this_one_was_killed),
        cmocka_unit_test(a_stopped_editor_stops_the_console_and_both_go_on),
        cmocka_unit_test(a_paste_is_made_safe_said_and_one_step),
        cmocka_unit_test(e_in_the_list_replies_in_the_editor_at_once),
        cmocka_unit_test(without_an_editor_or_leave_to_run_one_the_built_in_has_the_whole_screen),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
