/* spool, left: where texts lie in files, who finds them, and what is made of what lies there. */
#include "app/handoff.h"
#include "base/arena.h"
#include "base/crypto.h"
#include "base/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char desk[SPOOL_DESK], root[200];
static struct err err;

static int start(void **state)
{
    (void)state;
    strcpy(root, "/tmp/triage-spool-XXXXXX");
    assert_non_null(mkdtemp(root));
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("TMPDIR");
    setenv("HOME", "", 1); /* none, rather than the real one */
    setenv("XDG_STATE_HOME", root, 1);
    spool_desk("/run/desk.sock", "ana", desk);
    return 0;
}

static int stop(void **state)
{
    char line[240];
    (void)state;
    snprintf(line, sizeof line, "rm -r %s", root);
    return system(line);
}

static int mode_of(const char *path)
{
    struct stat is;
    assert_int_equal(lstat(path, &is), 0);
    return (int)(is.st_mode & 0777);
}

static void in(const struct spool *s, const char *below)
{
    char path[300];
    snprintf(path, sizeof path, "%s%s/triage-", root, below);
    if (strncmp(s->dir, path, strlen(path)) != 0)
        fail_msg("%s is not below %s", s->dir, path);
}

static void a_text_lies_where_nobody_else_reads_it(void **state)
{
    static const struct { const char *name, *below; } places[] = {{"XDG_STATE_HOME", "/triage"}, {"HOME", "/.local/state/triage"}, {"XDG_RUNTIME_DIR", ""}, {"TMPDIR", ""}};
    char path[SPOOL_PATH];
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct spool s;
        unsetenv("XDG_STATE_HOME");
        setenv(places[i].name, root, 1);
        assert_true(spool_make(&s, desk, &err));
        setenv(places[i].name, "", 1);
        in(&s, places[i].below);
        assert_true(spool_put(&s, "reply-1.txt", (const char *const[]){"One ", "two"}, 2, &err));
        spool_path(&s, "reply-1.txt", path);
        assert_int_equal(mode_of(path), 0600);
        assert_int_equal(mode_of(s.dir), 0700);
        assert_true(spool_drop(&s, NULL));
    }
}

static void a_place_that_others_may_enter_is_none(void **state)
{
    char dir[240], tmp[240];
    struct spool s;
    (void)state;
    snprintf(dir, sizeof dir, "%s/triage", root);
    snprintf(tmp, sizeof tmp, "%s/tmp", root);
    mkdir(dir, 0755);
    chmod(dir, 0755);
    mkdir(tmp, 0700);
    setenv("TMPDIR", tmp, 1);
    assert_true(spool_make(&s, desk, &err));
    in(&s, "/tmp");
    assert_true(spool_drop(&s, NULL));
}

static bool count(void *arg, struct spool *s)
{
    (void)s;
    ++*(int *)arg;
    return false;
}

static int found(const char *of)
{
    int n = 0;
    spool_each(of, count, &n);
    return n;
}

static void what_is_in_use_or_another_desks_is_not_found(void **state)
{
    char other[SPOOL_DESK];
    struct spool s;
    (void)state;
    spool_desk("/run/desk.sock", "tom", other);
    assert_true(spool_make(&s, desk, &err));
    assert_int_equal(found(desk), 0);
    spool_leave(&s);
    assert_int_equal(found(desk), 1);
    assert_int_equal(found(other), 0);
}

static bool hold(void *arg, struct spool *s)
{
    *(struct spool *)arg = *s;
    return true;
}

static void a_text_comes_back_as_it_was_left(void **state)
{
    AUTO_ARENA a = arena_new();
    const struct left was = {.ticket = 42, .reply = true, .doubt = true, .over = "0123456789abcdef",
                             .value = "{\"text\":\"# no head\\n# --------------------8<--------------------\\nHi\",\"version\":3,\"attachments\":[{\"name\":\"a\",\"sha256\":\"b\"}]}"};
    struct left is;
    struct spool s, again = {.lock = -1};
    (void)state;
    assert_true(spool_make(&s, desk, &err) && left_put(&s, &was, &err));
    spool_leave(&s);
    spool_each(desk, hold, &again);
    assert_int_equal(left_get(a, &again, 1000, &is), LEFT_TEXT);
    assert_int_equal(is.ticket, 42);
    assert_true(is.reply && is.doubt);
    assert_string_equal(is.over, was.over);
    AUTO_JSON value = json_parse(is.value, strlen(is.value), &json_limits_dialect, NULL, NULL);
    assert_string_equal(json_get_string(value, "text", ""), "# no head\n# --------------------8<--------------------\nHi");
    assert_int_equal(json_get_i64(value, "version", 0), 3);
    assert_non_null(draft_files(value));
    assert_true(left_taken(&again, &was));
    assert_int_equal(found(desk), 0);
}

static void what_is_no_text_is_cleared_away_and_what_is_too_long_stays(void **state)
{
    static const struct { const char *about, *name, *text; enum left_is is; bool gone; } cases[] = {
        {"{\"ticket\":1,\"reply\":true}", "reply-1.txt", "Hi", LEFT_TEXT, false},
        {"{\"ticket\":1,\"reply\":true}", "reply-1.txt", " \n\n", LEFT_NONE, true},
        {"{\"ticket\":1,\"reply\":false}", "reply-1.txt", "Hi", LEFT_NONE, true}, /* no such note */
        {"{\"ticket\":-1}", "reply-1.txt", "Hi", LEFT_NONE, false},
        {"[", ".reply-1.txt.swp", "vim", LEFT_NONE, false},
        {NULL, "ticket.txt", "what a command read", LEFT_NONE, true},
        {"{\"ticket\":1,\"reply\":true,\"draft\":7}", "reply-1.txt", "Hi", LEFT_TEXT, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA a = arena_new();
        struct left is;
        struct spool s;
        assert_true(spool_make(&s, desk, &err));
        assert_true(!cases[i].about || spool_put(&s, "draft.json", &cases[i].about, 1, &err));
        assert_true(spool_put(&s, cases[i].name, &cases[i].text, 1, &err));
        assert_int_equal(left_get(a, &s, 1000, &is), cases[i].is);
        spool_leave(&s);
        if (access(s.dir, F_OK) != (cases[i].gone ? -1 : 0))
            fail_msg("case %zu", i);
    }
    AUTO_ARENA a = arena_new();
    struct left is;
    struct spool s;
    char *much = calloc(1, 9000);
    memset(much, 'x', 8999);
    assert_true(spool_make(&s, desk, &err) && left_about(&s, &(struct left){.ticket = 1, .reply = true, .over = "", .value = "{}"}, &err));
    assert_true(spool_put(&s, "reply-1.txt", (const char *const[]){much}, 1, &err));
    assert_int_equal(left_get(a, &s, 1000, &is), LEFT_STAYS);
    spool_leave(&s);
    free(much);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_text_lies_where_nobody_else_reads_it),
        T(a_place_that_others_may_enter_is_none),
        T(what_is_in_use_or_another_desks_is_not_found),
        T(a_text_comes_back_as_it_was_left),
        T(what_is_no_text_is_cleared_away_and_what_is_too_long_stays),
    };
    return crypto_open() ? cmocka_run_group_tests_name("spool", tests, NULL, NULL) : 1;
}
