/* day: the demo's scripted day, step by step, seen in a real console and asked about in the shell: what each sentence promises is
 * on its screen, and `why` explains it. day write: the pictures for the documents; day look: every screen on standard output. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/picture.h"
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, TEXTS = 6 };

/* After the sentence that begins so: these keys, and then the screen shows these texts; and what a verb of the shell says. */
static const struct moment {
    const char *says, *keys, *shows[TEXTS], *picture, *title;
    const char *verb, *holds[TEXTS];
} moments[] = {
    {"five tickets are open", "gb", {"The Backlog Imp", "came 09:00"}, NULL, NULL, "scores", {"125/125 HP"}},
    {"critical: whoever is on call", "ge", {"1 triggered", "you: hooks"}, "page", "A critical ticket pages", "why 10 page", {"the source says urgent", "step 1 told"}},
    {"nobody answered", "ge", {"2 of 3", "mara: siren"}, NULL, NULL, "why 10 page", {"step 2 told mara"}},
    {"mara has it", "ge", {"acked mara", "timeout "}, "acknowledged", "Acknowledged", "escalations", {"acknowledged mara"}},
    {"another customer tells", "ge", {"Paying is broken", "1 triggered"}, NULL, NULL, "escalations", {"Paying is broken"}},
    {"mara merges it", ":10\r", {"Checkout returns 500", "merged"}, "merged", "A ticket with another merged into it", "show 11", {"merged into #10", "cancelled (merged)"}},
    {"too early", "ge", {"Paying is broken"}, NULL, NULL, "show 11", {"unmerge", "restored"}},
    {"tom closed it", "gb", {"75 / 125 HP", "#5 high, gold"}, "hit", "The boss is hit", "why 5 score", {"50 base x 1.50 gold", "held until the ticket closes"}},
    {"mara did nothing more", "ge", {"#10 pages you"}, NULL, NULL, "why 10 page", {"the acknowledgement ran out: told mara"}},
    {"ana snoozed it", "ge", {"snoozed ana"}, NULL, NULL, "why 10 page", {"snoozed by ana"}},
    {"an hour without an answer", ":6\rw\r", {"Late by"}, "late", "Why is this late?", "why 6 sla", {"Late by", "policy high allows 1 h"}},
    {"not content", "gb", {"125 / 125 HP", "reopened"}, "reopened", "Points come back, the boss heals", "why 5 score", {"taken back: reopened; the boss got 50 back"}},
    {"the snooze is over", "ge", {"1 triggered"}, NULL, NULL, "why 10 page", {"the snooze is over"}},
    {"ana closed the critical one", "ge", {"0 triggered"}, NULL, NULL, "why 10 score", {"ana +", "75 base"}},
    {"three have hit it", "gb", {"No boss is about"}, NULL, NULL, "scores", {"ana                1       174"}},
    {"the days to answer are over", "gb", {"ana           2"}, "level", "A level higher", "scores", {"ana                2"}},
};
enum { MOMENTS = sizeof moments / sizeof *moments };

static bool writing, looking;

struct day_run {
    char tmp[64];
    pid_t pid;
    int in;
    FILE *out;
    struct daemon_run desk; /* only where its sockets are */
    struct console_run *console;
    int sentences;
};

/* --- the demo --- */

static void begin(struct day_run *d)
{
    char program[1024];
    int in[2], out[2];
    *d = (struct day_run){0};
    str_copy(d->tmp, sizeof d->tmp, "/tmp/triage-day.XXXXXX");
    assert_non_null(mkdtemp(d->tmp));
    snprintf(program, sizeof program, "%s/triage", getenv("TRIAGE_BUILDDIR") ? getenv("TRIAGE_BUILDDIR") : ".");
    assert_true(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    fflush(NULL);
    d->pid = fork();
    if (d->pid == 0) {
        const char *args[] = {"triage", "demo", "--day", "--plain", "--step", NULL};
        dup2(in[0], 0);
        dup2(out[1], 1);
        setenv("TMPDIR", d->tmp, 1);
        execv(program, (char *const *)(uintptr_t)args);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    d->in = in[1];
    d->out = fdopen(out[0], "r");
    assert_non_null(d->out);
}

/* Up to the next sentence; false: the day is over. */
static bool next_sentence(struct day_run *d, char *text, size_t size)
{
    char line[1024];
    while (fgets(line, sizeof line, d->out)) {
        char *at = strstr(line, "-- ");
        if (!at || at - line > 9)
            continue;
        line[strcspn(line, "\n")] = 0;
        str_copy(text, size, at + 3);
        d->sentences++;
        return true;
    }
    return false;
}

static void find_desk(struct day_run *d)
{
    char pattern[128];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/triage-demo.*", d->tmp);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    str_copy(d->desk.dir, sizeof d->desk.dir, found.gl_pathv[0]);
    snprintf(d->desk.desk, sizeof d->desk.desk, "%.*s/triage.sock", 80, d->desk.dir);
    globfree(&found);
    setenv("TRIAGE_SOCKET", d->desk.desk, 1);
    d->console = console_open("day", &d->desk, "all");
    console_wait(&d->console, 1, "live", NULL, true, clock_mono(), SOON);
}

static void end(struct day_run *d)
{
    int status;
    console_close(d->console);
    close(d->in);
    fclose(d->out);
    waitpid(d->pid, &status, 0);
    rmdir(d->tmp);
    unsetenv("TRIAGE_SOCKET");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- looking --- */

static const char *shell(struct arena *arena, const char *verb)
{
    char *text = arena_alloc(arena, 1 << 18), command[2048];
    snprintf(command, sizeof command, "%s/triage %s 2>&1", getenv("TRIAGE_BUILDDIR") ? getenv("TRIAGE_BUILDDIR") : ".", verb);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    text[fread(text, 1, (1 << 18) - 1, out)] = 0;
    pclose(out);
    return text;
}

static void print_screen(struct day_run *d)
{
    for (int row = 0; row < CONSOLE_ROWS; row++)
        printf("|%s\n", console_row(d->console, row));
}

static void look_at(struct day_run *d, const struct moment *m)
{
    AUTO_ARENA arena = arena_new();
    const char *said = shell(arena, m->verb);
    size_t n;
    console_type(d->console, "q"); /* from what was read, or from a screen: one level back */
    console_type(d->console, m->keys);
    for (int i = 0; i < TEXTS && m->shows[i]; i++)
        console_wait(&d->console, 1, m->shows[i], NULL, true, clock_mono(), SOON);
    if (looking) {
        console_bytes(d->console, 500, &n);
        printf("== %s\n", m->says);
        print_screen(d);
        printf("$ triage %s\n%s\n", m->verb, said);
    }
    for (int i = 0; i < TEXTS && m->holds[i]; i++)
        if (!strstr(said, m->holds[i]))
            fail_msg("%s: triage %s does not say \"%s\":\n%s", m->says, m->verb, m->holds[i], said);
    if (writing && m->picture) {
        const char *root = getenv("TRIAGE_SRCDIR");
        console_bytes(d->console, 300, &n);
        picture_write(d->console, m->title, arena_printf(arena, "%s/data/doc/day/%s.svg", root ? root : ".", m->picture));
    }
}

static void each_sentence_of_the_day_is_on_its_screen_and_explained(void **state)
{
    (void)state;
    struct day_run d;
    char text[512];
    int seen = 0;
    begin(&d);
    while (next_sentence(&d, text, sizeof text)) {
        if (!d.console)
            find_desk(&d);
        if (seen == MOMENTS || !str_starts(text, moments[seen].says))
            fail_msg("a sentence nobody looks at: %s", text);
        look_at(&d, &moments[seen++]);
        assert_int_equal(write(d.in, "\n", 1), 1);
    }
    assert_int_equal(seen, MOMENTS);
    print_message("# day: %d sentences, each on its screen and explained\n", seen);
    end(&d);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_sentence_of_the_day_is_on_its_screen_and_explained)};
    writing = argc > 1 && strcmp(argv[1], "write") == 0;
    looking = argc > 1 && strcmp(argv[1], "look") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
