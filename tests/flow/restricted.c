/* restricted: an account that may only work at the desk, tried by somebody who wants more: over a real sshd with the line of the README
 * in authorized_keys, by words, by the environment, and from inside the console; and every verb of the table, given a file's name wherever
 * one could be read. A witness file that a program would make is never there, and the text of a file that is none of the desk's is never
 * shown. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include "harness/sshd.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static const char config[] = "team: restricted\n"
                             "sources:\n"
                             "  - {name: rbs, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin%s}\n";
static const char marker[] = "root-s3cret-line"; /* in the file that is not to be read */
static struct arena *arena;
static struct daemon_run *run;
static struct sshd *server;

static char *in_dir(const char *name)
{
    return arena_printf(arena, "%s/%s", run->dir, name);
}

static void write_text(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void begin(const char *more)
{
    arena = arena_new();
    crypto_open();
    run = daemon_start(arena_printf(arena, config, (long)getuid(), more));
    struct client *in = client_open(run->ingest);
    shop_post(in, "rbs", "R-1", "Where is it");
    client_close(in);
    write_text(in_dir("secret"), arena_printf(arena, "%s\n", marker), 0600);
    write_text(in_dir("evil"), arena_printf(arena, "#!/bin/sh\ntouch %s\n", in_dir("witness")), 0755);
}

static int start(void **state)
{
    (void)state;
    begin("");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sshd_close(server);
    server = NULL;
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

static void no_witness(const char *after)
{
    if (access(in_dir("witness"), F_OK) == 0)
        fail_msg("a program was run by: %s", after);
}

/* The account as the README has it; AcceptEnv is as careless as an administrator could be. */
static void ssh_or_skip(void)
{
    const char *why, *before = arena_printf(arena, "restrict,pty,command=\"%s --restricted --socket %s\"", console_program(), run->desk);
    server = sshd_open(arena, run->dir, before, "AcceptEnv EDITOR VISUAL PAGER LC_* LANG TZ TERMINFO TERMINFO_DIRS TRIAGE_* XDG_* HOME TMPDIR\n", &why);
    if (server)
        return;
    print_message("# skipped: %s\n", why);
    skip();
}

struct said { char text[65536]; int code; };

static struct said *over_ssh(const char *command)
{
    struct said *said = arena_alloc(arena, sizeof *said);
    char *quoted = arena_strdup(arena, command);
    FILE *pipe = popen(arena_printf(arena, "%s </dev/null 2>&1", sshd_to(server, arena, "-T", quoted)), "r"); /* NOLINT(cert-env33-c) */
    assert_non_null(pipe);
    size_t n = fread(said->text, 1, sizeof said->text - 1, pipe);
    said->text[n] = 0;
    int status = pclose(pipe);
    said->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return said;
}

static void a_verb_comes_with_the_connection_and_no_shell_sees_it(void **state)
{
    (void)state;
    ssh_or_skip();
    struct said *ls = over_ssh("ls --json");
    assert_int_equal(ls->code, 0);
    shell_holds(ls->text, "\"title\":\"Where is it\"");
    assert_int_equal(over_ssh("\"triage show 1\"")->code, 0);
    assert_int_equal(over_ssh("\"note 1 'two  words; \\$HOME'\"")->code, 0);
    shell_holds(over_ssh("show 1")->text, "two  words; $HOME");
    const char *w = in_dir("witness"), *s = in_dir("secret");
    const char *const tries[] = {
        arena_printf(arena, "'ls; touch %s'", w), arena_printf(arena, "'ls | tee %s'", w), arena_printf(arena, "'ls > %s'", w), arena_printf(arena, "'ls $(touch %s)'", w),
        arena_printf(arena, "'ls `touch %s`'", w), arena_printf(arena, "'ls\ntouch %s'", w), arena_printf(arena, "'touch %s'", w), arena_printf(arena, "'sh -c \"touch %s\"'", w),
        arena_printf(arena, "'-c \"touch %s\"'", w), arena_printf(arena, "'note 1 < %s'", s), arena_printf(arena, "'cat %s'", s), arena_printf(arena, "'scp -f %s'", s),
        "'/usr/lib/openssh/sftp-server'", "'rsync --server --sender . /'", "bash", "''"};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct said *said = over_ssh(tries[i]);
        no_witness(tries[i]);
        if (strstr(said->text, marker))
            fail_msg("%s shows: %s", tries[i], said->text);
    }
    print_message("# restricted: %zu commands over ssh, no program run, no file shown\n", sizeof tries / sizeof *tries);
}

/* A terminal description, a program, a desk, a settings directory of one's own. */
static void the_environment_of_the_connection_names_nothing(void **state)
{
    (void)state;
    ssh_or_skip();
    mkdir(in_dir("triage"), 0700);
    write_text(in_dir("triage/keys"), "bind * j quit\n", 0600);
    char *options = arena_printf(arena, "-tt -o SetEnv=EDITOR=%s -o SetEnv=VISUAL=%s -o SetEnv=PAGER=%s -o SetEnv=XDG_CONFIG_HOME=%s -o SetEnv=HOME=%s -o SetEnv=TRIAGE_SOCKET=%s"
                                        " -o SetEnv=TRIAGE_DATA=%s -o SetEnv=TRIAGE_THEME=%s -o SetEnv=LC_ALL=%s",
                                 in_dir("evil"), in_dir("evil"), in_dir("evil"), run->dir, run->dir, in_dir("nowhere"), run->dir, in_dir("secret"), in_dir("locale"));
    const char *const args[] = {"/bin/sh", "-c", arena_printf(arena, "exec %s", sshd_to(server, arena, options, "")), NULL};
    struct console_run *c = console_start("ssh", run->dir, args);
    size_t n;
    console_shows(c, "live", NULL);
    console_type(c, "6");
    console_shows(c, "Where is it", NULL);
    console_type(c, "j\032kj"); /* C-z stops nothing */
    console_type(c, ":theme ");
    console_type(c, in_dir("secret"));
    console_type(c, "\r");
    console_shows(c, "is not for this account", NULL);
    console_type(c, arena_printf(arena, ":!touch %s\r", in_dir("witness")));
    console_type(c, "\033");
    console_bytes(c, 200, &n); /* what follows an Esc too closely belongs to it */
    console_type(c, "i");
    console_shows(c, "Internal note on #1", NULL);
    console_type(c, "half\030\005"); /* C-x C-e */
    console_shows(c, "half", NULL);
    console_type(c, " a note");
    console_shows(c, "half a note", NULL);
    no_witness("the editor's key");
    console_type(c, "\033");
    console_shows(c, "review:", NULL);
    console_type(c, "y");
    console_shows(c, "note added", NULL);
    assert_null(strstr(console_bytes(c, 0, &n), marker));
    console_type(c, "Q");
    assert_true(console_ended(c, SOON)); /* and with it the connection: there is no shell behind it */
    console_close(c);
    no_witness("the environment");
}

static void a_terminal_of_ones_own_making_is_not_read(void **state)
{
    (void)state;
    write_text(in_dir("ti"), "evil|made here,\n\tam, cols#80, lines#24, clear=EVIL, cup=EVIL%p1%d, smcup=EVIL,\n", 0600);
    if (system(arena_printf(arena, "TERMINFO=%s tic -x %s 2>/dev/null", in_dir("terminfo"), in_dir("ti"))) != 0) { /* NOLINT(cert-env33-c) */
        print_message("# skipped: there is no tic here\n");
        skip();
    }
    setenv("TERMINFO", in_dir("terminfo"), 1);
    for (int restricted = 0; restricted < 2; restricted++) {
        const char *const args[] = {console_program(), "--socket", run->desk, restricted ? "--restricted" : NULL, NULL};
        struct console_run *c = console_start_as(&(struct console_as){.name = "evil", .home = run->dir, .args = args, .term = "evil"});
        size_t n;
        int64_t until = clock_mono() + SOON;
        while (!strstr(console_bytes(c, 20, &n), restricted ? "is not known here" : "EVIL") && clock_mono() < until)
            ;
        assert_non_null(strstr(console_bytes(c, 0, &n), restricted ? "is not known here" : "EVIL"));
        console_close(c);
    }
    unsetenv("TERMINFO");
}

/* Each verb of the table with a file's name wherever a verb could take one: what is added to the table is tried here. */
static void no_verb_reads_a_file_or_starts_a_program(void **state)
{
    (void)state;
    int tried = 0;
    char *save = NULL, *list = arena_strdup(arena, SHELL(NULL, "help", "--list")->out);
    static const char *const forms[] = {"%s %s", "%s 1 %s", "%s --config %s", "%s 1 --config %s", "%s --dry-run --config %s", "%s explain 1 --config %s", "%s --headers %s --secret-file %s", "%s --output %s",
                                        "%s --file %s", "%s --theme %s", "%s --keys %s"};
    setenv("EDITOR", in_dir("evil"), 1);
    for (char *verb = strtok_r(list, "\n", &save); verb; verb = strtok_r(NULL, "\n", &save)) {
        verb[strcspn(verb, "\t")] = 0;
        if (strcmp(verb, "watch") == 0 || strcmp(verb, "down") == 0) /* the one never ends; the other is the desk's own to refuse, by role */
            continue;
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++, tried++) {
            const char *path = i == 7 || i == 8 ? in_dir("witness") : in_dir("secret");
            char *words = arena_printf(arena, "%s", "");
            const char *at = forms[i];
            for (const char *hole; (hole = strstr(at, "%s")) != NULL; at = hole + 2)
                words = arena_printf(arena, "%s%.*s%s", words, (int)(hole - at), at, at == forms[i] ? verb : path);
            setenv("SSH_ORIGINAL_COMMAND", words, 1);
            const struct shell_ran *ran = SHELL("", "--restricted", "--socket", run->desk, "--no-input");
            no_witness(words);
            if (strstr(ran->out, marker) || strstr(ran->err, marker))
                fail_msg("%s shows the file: %s%s", words, ran->out, ran->err);
        }
    }
    static const char *const refused[] = {"demo", "up", "rebuild", "check x", "verify --dialect rbs --secret-file x --headers x", "route explain 1 --config x", "replay --dry-run --config x"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        setenv("SSH_ORIGINAL_COMMAND", refused[i], 1);
        const struct shell_ran *ran = SHELL("", "--restricted", "--socket", i < 3 ? in_dir("none") : run->desk);
        assert_int_not_equal(ran->code, 0);
        shell_holds(ran->err, "is not for this account");
    }
    unsetenv("SSH_ORIGINAL_COMMAND");
    unsetenv("EDITOR");
    print_message("# restricted: %d commands of the table tried with a file's name\n", tried);
    assert_true(tried > 500);
}

/* A desk of one's own is where the environment says, which is not believed: only the line in authorized_keys can name it. */
static void who_finds_no_desk_is_told_whose_line_names_it(void **state)
{
    (void)state;
    static const char remedy[] = "whoever made this account names the desk's socket in its line: triage --restricted --socket PATH";
    const struct shell_ran *ran = SHELL("", "--restricted", "--socket", in_dir("none"), "ls");
    assert_int_equal(ran->code, 69);
    shell_holds(ran->err, remedy);
    setenv("XDG_RUNTIME_DIR", run->dir, 1);
    const char *const args[] = {console_program(), "--restricted", NULL};
    struct console_run *c = console_start("restricted", run->dir, args);
    console_shows(c, "no daemon answers at ", NULL);
    console_shows(c, "whoever made this account names the desk's socket in its line", NULL);
    assert_true(console_ended(c, SOON));
    assert_int_equal(console_close(c), 69);
    unsetenv("XDG_RUNTIME_DIR");
}

static int start_told(void **state)
{
    (void)state;
    begin(", restricted: true");
    return 0;
}

static void an_agent_of_whom_the_desk_says_so_has_no_editor_either(void **state)
{
    (void)state;
    write_text(in_dir("env"), arena_printf(arena, "#!/bin/sh\nEDITOR=%s exec %s --socket %s --open all\n", in_dir("evil"), console_program(), run->desk), 0755);
    struct console_run *c = console_start("told", run->dir, (const char *const[]){in_dir("env"), NULL});
    console_shows(c, "Where is it", NULL);
    console_type(c, "i");
    console_shows(c, "Internal note on #1", NULL);
    console_shows(c, "C-x C-e whole screen", NULL);
    console_type(c, "half\030\005");
    console_shows(c, "No program may be run from this account: this is the built-in editor", NULL);
    assert_int_equal(console_find(c, "is not for this account"), -1);
    console_type(c, " a note");
    console_shows(c, "half a note", NULL);
    no_witness("the editor's key");
    console_type(c, "\033p");
    console_hides(c, "half a note");
    console_type(c, arena_printf(arena, ":pipe %s\r", in_dir("evil")));
    console_shows(c, "Running a program is not for this account", NULL);
    no_witness(":pipe");
    console_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_verb_comes_with_the_connection_and_no_shell_sees_it, start, stop),
        cmocka_unit_test_setup_teardown(the_environment_of_the_connection_names_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_terminal_of_ones_own_making_is_not_read, start, stop),
        cmocka_unit_test_setup_teardown(no_verb_reads_a_file_or_starts_a_program, start, stop),
        cmocka_unit_test_setup_teardown(who_finds_no_desk_is_told_whose_line_names_it, start, stop),
        cmocka_unit_test_setup_teardown(an_agent_of_whom_the_desk_says_so_has_no_editor_either, start_told, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
