/* shells: what bash, zsh and fish complete, in the shells themselves: each on a terminal of its own with a desk that answers, each
 * with its file from data/completion where it looks for it. A line is typed, Tab is pressed, and the line is read. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/console.h"
#include "harness/daemon.h"
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
static const char config[] = "team: shells\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin}\n"
                             "  - {name: tomasz, role: agent, key_id: k-tom}\n"
                             "views:\n"
                             "  - {name: late, title: Late ones, when: 'status != \"resolved\"'}\n";
static struct arena *arena;
static struct daemon_run *run;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start(arena_printf(arena, config, (long)getuid()));
    setenv("PATH", arena_printf(arena, "%s:%s", getenv("TRIAGE_BUILDDIR"), getenv("PATH")), 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

/* --- a shell --- */

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(arena_printf(arena, "%s/%s", run->dir, name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void copy_from_data(const char *name, const char *to)
{
    char text[8192];
    FILE *file = fopen(arena_printf(arena, "%s/data/completion/%s", getenv("TRIAGE_SRCDIR"), name), "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = 0;
    fclose(file);
    write_text(to, text);
}

static void folder(const char *name)
{
    mkdir(arena_printf(arena, "%s/%s", run->dir, name), 0700);
}

static void make_bash(void)
{
    copy_from_data("triage.bash", "triage.bash");
    write_text("bashrc", arena_printf(arena, "PS1='sh> '\nexport TRIAGE_SOCKET=%s\n. %s/triage.bash\nbind 'set show-all-if-ambiguous on'\n", run->desk, run->dir));
}

static void make_zsh(void)
{
    copy_from_data("_triage", "_triage");
    write_text(".zshrc", arena_printf(arena, "PS1='sh> '\nexport TRIAGE_SOCKET=%s\nfpath=(%s $fpath)\nautoload -Uz compinit\ncompinit -D -u\n", run->desk, run->dir));
}

static void make_fish(void)
{
    folder("fish");
    folder("fish/completions");
    copy_from_data("triage.fish", "fish/completions/triage.fish");
    write_text("fish/config.fish", arena_printf(arena, "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nset -gx TRIAGE_SOCKET %s\nfunction fish_prompt; echo -n 'sh> '; end\n", run->desk));
}

static const struct shell_row {
    const char *name, *const args[6];
    void (*make)(void);
} shells[] = {
    {"bash", {"--noprofile", "--rcfile", "bashrc", "-i"}, make_bash},
    {"zsh", {"-d", "-i"}, make_zsh},
    {"fish", {"--private", "-i"}, make_fish},
};

static const char *program_of(const char *name)
{
    static const char *const dirs[] = {"/bin", "/usr/bin", "/usr/local/bin"};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        const char *path = arena_printf(arena, "%s/%s", dirs[i], name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return NULL;
}

static struct console_run *start_shell(const struct shell_row *shell, const char *program)
{
    const char *args[8] = {program};
    for (int i = 0; shell->args[i]; i++)
        args[i + 1] = strcmp(shell->args[i], "bashrc") == 0 ? arena_printf(arena, "%s/bashrc", run->dir) : shell->args[i];
    shell->make();
    setenv("ZDOTDIR", run->dir, 1);
    return console_start_as(&(struct console_as){.name = shell->name, .home = run->dir, .args = args, .columns = 160, .rows = 50});
}

/* --- lines --- */

/* One match, so that the line itself grows; with another word, what is listed below it. */
static const struct { const char *typed, *line, *listed; } rows[] = {
    {"triage cla\t", "triage claim", "claim-next"},
    {"triage status 42 pend\t", "triage status 42 pending", NULL},
    {"triage priority 42 ur\t", "triage priority 42 urgent", NULL},
    {"triage assign 42 tom\t", "triage assign 42 tomasz", NULL},
    {"triage snooze 42 tomo\t", "triage snooze 42 tomorrow", NULL},
    {"triage deliveries repl\t", "triage deliveries replay", NULL},
    {"triage help simi\t", "triage help similar", NULL},
    {"triage help sim\t", "triage help sim", "simulate"},
    {"triage ls --vi\t", "triage ls --view", NULL},
    {"triage ls --view la\t", "triage ls --view late", NULL},
    {"triage ls --sort upd\t", "triage ls --sort updated", NULL},
    {"triage --json why 42 sl\t", "triage --json why 42 sla", NULL},
    {"triage --open la\t", "triage --open late", NULL},
    {"triage --no\t", "triage --no-input", NULL},
    {"triage ls --where 'urgency == \"crit\t", "triage ls --where 'urgency == \"critical\"", NULL},
    {"triage ls --where 'size(tags) > 1 && stat\t", "triage ls --where 'size(tags) > 1 && status", NULL},
    {"triage check /etc/passw\t", "triage check /etc/passwd", NULL},
    {"triage --socket /etc/passw\t", "triage --socket /etc/passwd", NULL},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void completes(const struct shell_row *shell)
{
    const char *program = program_of(shell->name);
    if (!program) {
        print_message("# skipped: there is no %s here (Debian: %s)\n", shell->name, shell->name);
        skip();
    }
    struct console_run *c = start_shell(shell, program);
    console_shows(c, "sh>", NULL);
    for (int i = 0; i < ROWS; i++) {
        console_type(c, rows[i].typed);
        console_wait(&c, 1, arena_printf(arena, "sh> %s", rows[i].line), NULL, true, clock_mono(), SOON);
        if (rows[i].listed) {
            console_type(c, "\t");
            console_shows(c, rows[i].listed, NULL);
        }
        console_type(c, "\025\014"); /* the line goes, and what is on the screen */
        console_hides(c, rows[i].line);
    }
    size_t n;
    const char *bytes = console_bytes(c, 0, &n);
    assert_null(memmem(bytes, n, "rror", 4)); /* a shell says what it does not understand of the file */
    print_message("# %s: %d lines completed\n", shell->name, ROWS);
    console_type(c, "\025exit");
    console_shows(c, "sh> exit", NULL);
    console_type(c, "\r");
    assert_true(console_ended(c, SOON));
    console_close(c);
}

static void bash_completes_what_the_program_offers(void **state)
{
    (void)state;
    completes(&shells[0]);
}

static void zsh_completes_what_the_program_offers(void **state)
{
    (void)state;
    completes(&shells[1]);
}

static void fish_completes_what_the_program_offers(void **state)
{
    (void)state;
    completes(&shells[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bash_completes_what_the_program_offers),
        cmocka_unit_test(zsh_completes_what_the_program_offers),
        cmocka_unit_test(fish_completes_what_the_program_offers),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, start, stop) : 1;
}
