/* first: a new user's first five minutes: installs, plays the demo, and does what an agent does all day. No key is known beforehand: each
 * is read off the screen at the moment it is pressed, from the foot of the screen, the tabs, an overlay's own keys, a toast, or from what
 * help says; the ones taken for granted are letters, Enter where a line is typed, and Backspace. */
#include "base/clock.h"
#include "base/str.h"
#include "harness/console.h"
#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 20000, ESC_MS = 150, WORD = 32, PAGES = 8 };
static char home[64];
static struct console_run *c;
static int steps, learned;
static struct { char command[WORD], keys[WORD]; } known[8]; /* what help said */

/* --- reading the screen --- */

static void shows(const char *text)
{
    console_shows(c, text, NULL);
}

static void hides(const char *text)
{
    console_hides(c, text);
}

/* Is that all of what stands here, or do the words go on? */
static bool ends_here(const char *at)
{
    return !*at || strchr(",.)", *at) || (*at == ' ' && (!at[1] || at[1] == ' ' || (at[1] >= '0' && at[1] <= '9')));
}

/* "KEYS words" in a row, set off from what stands before: the keys. */
static bool beside_in(const char *row, const char *words, char keys[WORD])
{
    for (const char *at = row; (at = strstr(at, words)) != NULL; at++) {
        const char *end = at - 1, *from = end;
        if (at < row + 2 || *end != ' ' || !ends_here(at + strlen(words)))
            continue;
        while (from > row && from[-1] != ' ')
            from--;
        from += *from == '(' && end - from > 1;
        if (end == from || end - from >= WORD || (from - 2 >= row && from[-1] == ' ' && from[-2] != ' ' && !strchr(":,]", from[-2])))
            continue;
        memcpy(keys, from, (size_t)(end - from));
        keys[end - from] = 0;
        return true;
    }
    return false;
}

static void beside(const char *words, char keys[WORD])
{
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; console_ended(c, 20))
        for (int row = console_rows(c) - 1; row >= 0; row--)
            if (beside_in(console_row(c, row), words, keys))
                return;
    for (int row = 0; row < console_rows(c); row++)
        fprintf(stderr, "# |%s\n", console_row(c, row));
    fail_msg("the screen does not say which key is \"%s\"", words);
}

static void type_spelled(const char *keys)
{
    size_t n;
    console_type(c, console_spelled(keys));
    if (strcmp(keys, "Esc") == 0)
        console_bytes(c, ESC_MS, &n); /* an Esc of its own is one when nothing follows */
    steps++;
}

/* The key is pressed because the screen says at this moment what it does. */
static void press(const char *words)
{
    char keys[WORD];
    beside(words, keys);
    type_spelled(keys);
}

/* A row of help: the keys, the command, what it does. Of several keys the first. */
static bool row_of(const char *row, const char *command, char keys[WORD])
{
    row += strspn(row, " ");
    const char *gap = strstr(row, "  "), *at = gap ? gap + strspn(gap, " ") : row;
    size_t n = strcspn(row, " "), size = strlen(command);
    if (!gap || !n || n >= WORD || strncmp(at, command, size) != 0 || (at[size] && strncmp(at + size, "  ", 2) != 0))
        return false;
    memcpy(keys, row, n);
    keys[n] = 0;
    return true;
}

static bool read_help(const char *command, char keys[WORD])
{
    for (int row = 0; row < console_rows(c); row++)
        if (row_of(console_row(c, row), command, keys))
            return true;
    return false;
}

/* Looked up in help, page by page, and remembered. */
static void learn(const char *command)
{
    size_t n;
    press("help");
    shows("searches");
    str_copy(known[learned].command, WORD, command);
    for (int page = 0; page < PAGES && !read_help(command, known[learned].keys); page++) {
        press("page");
        console_bytes(c, ESC_MS, &n);
    }
    if (!*known[learned].keys)
        fail_msg("help does not say which key is %s", command);
    learned++;
    press("leave");
    hides("searches");
}

static void press_known(const char *command)
{
    for (int i = 0; i < learned; i++)
        if (strcmp(known[i].command, command) == 0) {
            type_spelled(known[i].keys);
            return;
        }
    fail_msg("%s was not looked up", command);
}
static int install(void **state)
{
    char command[2048];
    (void)state;
    str_copy(home, sizeof home, "/tmp/triage-first.XXXXXX");
    assert_non_null(mkdtemp(home));
    snprintf(command, sizeof command, "env -u MAKEFLAGS -u MAKELEVEL make -s -C '%s' install DESTDIR='%s/root' prefix=/usr >'%s/install.log' 2>&1", getenv("TRIAGE_BUILDDIR"), home, home);
    if (system(command) != 0)
        fail_msg("make install failed: see %s/install.log", home);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info, (void)kind, (void)ftw;
    return remove(path);
}

static int clean(void **state)
{
    (void)state;
    nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

static int left_behind(void)
{
    char path[128];
    int n = 0;
    snprintf(path, sizeof path, "%s/tmp", home);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        n += *e->d_name != '.';
    closedir(dir);
    return n;
}

static void what_is_where_is_looked_up(void)
{
    static const char *const commands[] = {"open", "back", "down", "top", "go escalations", "quit"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        learn(commands[i]);
}

static void what_came_is_found_and_taken(void)
{
    press("Unassigned");
    press("filter");
    console_type(c, "dialect:rbs");
    press("done");
    shows("/ dialect");
    press("claim");
    shows(" claimed");
    press_known("open");
}

static void a_canned_answer_does_not_leave_with_a_blank_in_it(void)
{
    press("reply");
    shows("Reply to");
    press("canned reply");
    shows("canned reply:");
    press("take");
    hides("canned reply:");
    console_type(c, " {{when}}");
    press("review");
    press("send");
    shows("is left: fill it in");
    console_type(c, "\010\010\010\010\010\010\010\010");
    hides("{{when");
    press("review");
    press("send");
    shows("leaves at");
}

static void a_reply_is_taken_back_and_sent_after_all(void)
{
    press("takes it back");
    shows("withdrawn");
    press("reply");
    shows("Reply to");
    shows("could you send us"); /* what was taken back is the draft again */
    press("review");
    press("send");
    shows("leaves at");
}

static void it_is_closed_and_another_is_escalated_and_acknowledged(void)
{
    press("close");
    shows("close: status");
    press_known("back");
    shows("2 Unassigned");
    press_known("down"); /* the closed one keeps its place for a moment */
    press("escalate");
    shows("because:");
    console_type(c, "a customer on the phone");
    press("done");
    press_known("go escalations");
    shows("‼ triggered"); /* its row */
    press_known("top"); /* what is paged stands first */
    shows("asked for by");
    press("acknowledge");
    shows("acked you");
}

static void help_is_there_and_the_way_out(void)
{
    press("help");
    shows("page whoever is on call now");
    press("leave");
    hides("searches");
    press_known("quit");
    assert_true(console_ended(c, SOON));
}

static void what_is_read_off_the_screen_is_what_stands_there(void **state)
{
    (void)state;
    char keys[WORD] = "";
    assert_true(beside_in(" review:  y send   Y and close   N and claim next", "send", keys));
    assert_string_equal(keys, "y");
    assert_true(beside_in(" review:  y send   Y and close   N and claim next", "and close", keys));
    assert_string_equal(keys, "Y");
    assert_true(beside_in(" 1 Mine 0  2 Unassigned 14", "Unassigned", keys));
    assert_string_equal(keys, "2");
    assert_true(beside_in("[1 Mine 0] 2 Unassigned 14", "Unassigned", keys));
    assert_string_equal(keys, "2");
    assert_true(beside_in(" #58 reply leaves in 15 s (u takes it back)", "takes it back", keys));
    assert_string_equal(keys, "u");
    assert_false(beside_in("  could you send us the log", "send", keys)); /* words of a text are no offer */
    assert_false(beside_in(" claim   a assign", "claim", keys));
    assert_true(row_of("  Q         quit                leave triage", "quit", keys));
    assert_string_equal(keys, "Q");
    assert_false(row_of("  z1        snooze 1h           hide", "snooze", keys));
}

static void a_new_user_gets_through_the_first_five_minutes(void **state)
{
    (void)state;
    char program[128], tmp[128];
    snprintf(program, sizeof program, "%s/root/usr/bin/triage", home);
    snprintf(tmp, sizeof tmp, "%s/tmp", home);
    assert_int_equal(mkdir(tmp, 0700), 0);
    setenv("TMPDIR", tmp, 1);
    c = console_start("first", home, (const char *const[]){program, "demo", "--speed", "0.25", NULL});
    shows("live");
    what_is_where_is_looked_up();
    what_came_is_found_and_taken();
    a_canned_answer_does_not_leave_with_a_blank_in_it();
    a_reply_is_taken_back_and_sent_after_all();
    it_is_closed_and_another_is_escalated_and_acknowledged();
    help_is_there_and_the_way_out();
    console_close(c);
    unsetenv("TMPDIR");
    assert_int_equal(left_behind(), 0);
    print_message("# first: %d keys, each read off the screen when it was pressed; %d of them looked up in help\n", steps, learned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_off_the_screen_is_what_stands_there),
        cmocka_unit_test_setup_teardown(a_new_user_gets_through_the_first_five_minutes, install, clean)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
