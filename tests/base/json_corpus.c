/* json_corpus: the public parsing corpus: what must be refused is refused, what must be read is read, and what may go
 * either way goes one way without a crash. Needs TRIAGE_CORPORA; says so where it is unset. */
#include "base/json.h"
#include "harness/corpora.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void the_corpus_is_read_and_refused_as_its_names_say(void **state)
{
    (void)state;
    const char *corpora = corpora_needed("json-testsuite");
    char path[1024];
    int counts[128] = {0};
    snprintf(path, sizeof path, "%s/json-testsuite/test_parsing", corpora);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    static char text[1 << 20];
    for (struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.' || e->d_name[1] != '_')
            continue;
        snprintf(path, sizeof path, "%s/json-testsuite/test_parsing/%s", corpora, e->d_name);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        size_t n = fread(text, 1, sizeof text, f);
        fclose(f);
        AUTO_JSON node = json_parse(text, n, &json_limits_dialect, NULL, NULL);
        if ((e->d_name[0] == 'y' && !node) || (e->d_name[0] == 'n' && node))
            fail_msg("%s was %s", e->d_name, node ? "read" : "refused");
        counts[(unsigned char)e->d_name[0] & 127]++;
    }
    closedir(dir);
    assert_true(counts['y'] >= 90 && counts['n'] >= 180);
    print_message("# %d to read, %d to refuse, %d either way\n", counts['y'], counts['n'], counts['i']);
}

static void corpora_that_are_set_to_nothing_are_not_set(void **state)
{
    (void)state;
    setenv("TRIAGE_CORPORA", "", 1);
    assert_null(corpora_root());
    setenv("TRIAGE_CORPORA", "/somewhere", 1);
    assert_string_equal(corpora_root(), "/somewhere");
    unsetenv("TRIAGE_CORPORA");
    assert_null(corpora_root());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_corpus_is_read_and_refused_as_its_names_say),
                                       cmocka_unit_test(corpora_that_are_set_to_nothing_are_not_set)}; /* the last: it changes what is set */
    return cmocka_run_group_tests_name("json_corpus", tests, NULL, NULL);
}
