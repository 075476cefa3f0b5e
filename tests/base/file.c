/* file: the files of a directory, all of them or an error. */
#include "base/file.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { MOST = 3, SIZE = 100 };
static struct arena *arena;
static char dir[64];
static struct err err;

static const char *path(const char *name)
{
    return arena_printf(arena, "%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(path(name), "w");
    assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    err = (struct err){0};
    strcpy(dir, "/tmp/triage-file-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    int status = system(arena_printf(arena, "rm -r %s", dir));
    (void)state;
    arena_free(arena);
    return status;
}

static void files_come_by_name_and_only_those_that_are_meant(void **state)
{
    struct file_text *list;
    int n;
    (void)state;
    put("b.md", "two");
    put("a.md", "");
    put("note.txt", "x");
    put(".hidden.md", "x");
    put(".md", "x");
    assert_int_equal(mkdir(path("dir.md"), 0700), 0);
    assert_int_equal(mkfifo(path("pipe.md"), 0600), 0); /* nobody writes: it must not be waited for */
    assert_true(file_list(arena, dir, ".md", MOST, SIZE, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(list[0].name, "a.md");
    assert_string_equal(list[0].text, "");
    assert_string_equal(list[1].text, "two");
    assert_int_equal(list[1].n, 3);
}

static void a_limit_is_said_and_nothing_is_left_out_silently(void **state)
{
    struct file_text *list = NULL;
    char large[SIZE + 2];
    int n = -1;
    (void)state;
    memset(large, 'x', sizeof large - 1);
    large[SIZE] = 0;
    put("a.md", large);
    put("b.md", "x");
    put("c.md", "x");
    assert_true(file_list(arena, dir, ".md", MOST, SIZE, &list, &n, &err)); /* as many, as large as may be */
    assert_int_equal(n, MOST);
    put("d.md", "x");
    assert_false(file_list(arena, dir, ".md", MOST, SIZE, &list, &n, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_non_null(strstr(err.text, "more than 3"));
    unlink(path("d.md"));
    large[SIZE] = 'x';
    large[SIZE + 1] = 0;
    put("a.md", large);
    assert_false(file_list(arena, dir, ".md", MOST, SIZE, &list, &n, &err));
    assert_non_null(strstr(err.text, "a.md"));
    assert_int_equal(n, MOST); /* untouched */
}

static void a_directory_that_is_none_is_said(void **state)
{
    struct file_text *list;
    int n;
    (void)state;
    assert_false(file_list(arena, path("none"), ".md", MOST, SIZE, &list, &n, &err));
    assert_non_null(strstr(err.text, "none"));
    assert_true(file_list(arena, dir, ".md", MOST, SIZE, &list, &n, &err)); /* an empty one is fine */
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_come_by_name_and_only_those_that_are_meant, setup, teardown),
        cmocka_unit_test_setup_teardown(a_limit_is_said_and_nothing_is_left_out_silently, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_that_is_none_is_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
