/* yaml: what is read, what is refused, and that a refusal says where. */
#include "base/yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena *arena;

static struct yaml *parse(const char *text, struct err *err)
{
    return yaml_parse(arena, "f.yaml", text, strlen(text), err);
}

static void a_nested_pipeline_keeps_places_and_unquoted_conditions(void **state)
{
    (void)state;
    struct err err;
    struct yaml *root = parse("routes:\n  - match: urgency == \"critical\" && customer.tier == \"enterprise\"\n"
                              "    steps: [{redact.pii: {fields: [a, b]}}]\n  - match: 'x'\nempty:\n", &err);
    assert_non_null(root);
    const struct yaml *route = yaml_get(root, "routes")->child;
    assert_int_equal(route->kind, YAML_MAP);
    assert_string_equal(yaml_get(route, "match")->text, "urgency == \"critical\" && customer.tier == \"enterprise\"");
    assert_true(yaml_get(route, "match")->plain);
    assert_int_equal(yaml_get(route, "match")->line, 2);
    assert_int_equal(yaml_get(route, "match")->column, 12);
    assert_string_equal(yaml_get(route, "steps")->child->child->name, "redact.pii");
    assert_false(yaml_get(route->next, "match")->plain);
    assert_int_equal(route->next->line, 4);
    assert_string_equal(yaml_get(root, "empty")->text, "");
    assert_int_equal(yaml_get(root, "empty")->line, 5);
    assert_null(yaml_get(root, "absent"));
    assert_null(yaml_get(NULL, "absent"));
}

static void json_and_an_empty_file_are_yaml(void **state)
{
    (void)state;
    struct yaml *root = parse("{\"a\": [1, \"two\", true], \"b\": {}}", NULL);
    assert_string_equal(yaml_get(root, "a")->child->next->text, "two");
    root = parse("# nothing\n", NULL);
    assert_int_equal(root->kind, YAML_MAP);
    assert_null(root->child);
}

static void what_is_refused_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *start, *part;
    } cases[] = {
        {"a: &x 1", "f.yaml:1:4: ", "anchors"},
        {"a: 1\nb: *x", "f.yaml:2:4: ", "aliases"},
        {"when: !closed", "f.yaml:1:7: ", "single quotes"},
        {"a: !!str 1", "f.yaml:1:4: ", "tags"},
        {"<<: {a: 1}", "f.yaml:1:1: ", "merge"},
        {"a: 1\nb: 2\na: 3", "f.yaml:3:4: ", "twice, first in line 1"},
        {"{a: 1, b: 2, a: 3}", "f.yaml:1:17: ", "twice"},
        {"a: 1\n---\nb: 2", "f.yaml:2:1: ", "second document"},
        {"when: a: b", "f.yaml:1:8: ", "quotes"},
        {"a:\n\t- x", "f.yaml:2:1: ", ""},
        {"[a, b", "f.yaml:2:1: ", "flow sequence that began in line 1"},
        {"? [x]\n: 1", "f.yaml:1:3: ", "name must be"},
        {"a: \"x\\0y\"", "f.yaml:1:4: ", "NUL"},
        {"a: \xff", "f.yaml:1:", "UTF-8"},
        {"\xff\xfe" "a", "f.yaml:1:1: ", "UTF-8"},
        {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "f.yaml:1:17: ", "deeper"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_null(parse(cases[i].text, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        if (strncmp(err.text, cases[i].start, strlen(cases[i].start)) || !strstr(err.text, cases[i].part))
            fail_msg("case %zu: %s", i, err.text);
    }
    assert_non_null(parse("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", NULL));
}

static void a_file_of_more_than_a_mebibyte_is_refused(void **state)
{
    (void)state;
    struct err err;
    size_t n = 1 << 20;
    char *text = malloc(n + 1);
    memset(text, 'a', n + 1);
    assert_non_null(yaml_parse(arena, "f", text, n, &err));
    assert_null(yaml_parse(arena, "f", text, n + 1, &err));
    char path[] = "/tmp/triage-yaml-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, n + 1), n + 1);
    assert_null(yaml_load(arena, path, &err));
    assert_non_null(strstr(err.text, "1 MiB"));
    assert_int_equal(ftruncate(fd, (off_t)n), 0);
    assert_non_null(yaml_load(arena, path, &err));
    close(fd);
    unlink(path);
    free(text);
    assert_null(yaml_load(arena, "/nonexistent/x.yaml", &err));
    assert_string_equal(err.text, "reading /nonexistent/x.yaml: No such file or directory");
}

static void many_names_are_compared_in_no_time(void **state)
{
    (void)state;
    struct err err;
    size_t at = 0, size = 1 << 20;
    char *text = malloc(size);
    for (int i = 0; i < 80000; i++)
        at += (size_t)snprintf(text + at, size - at, "n%d: 1\n", i);
    assert_non_null(yaml_parse(arena, "f", text, at, &err));
    at += (size_t)snprintf(text + at, size - at, "n7: 1\n");
    assert_null(yaml_parse(arena, "f", text, at, &err));
    assert_string_equal(err.text, "f:80001:5: 'n7' stands here twice, first in line 8");
    free(text);
}

static void scalars_are_typed_by_the_reader(void **state)
{
    (void)state;
    struct err err;
    int64_t n = 0;
    bool on = false;
    struct yaml *root = parse("a: 42\nb: yes\nc: 1e3\nd: [1]\ne: -5\nf: 99999999999999999999\ng: OFF\n", NULL);
    assert_true(yaml_int(yaml_get(root, "a"), "f", 0, 100, &n, &err) && n == 42);
    assert_true(yaml_int(yaml_get(root, "e"), "f", -10, 100, &n, &err) && n == -5);
    assert_false(yaml_int(yaml_get(root, "a"), "f", 0, 41, &n, &err));
    assert_string_equal(err.text, "f:1:4: 'a' must be a whole number from 0 to 41, not '42'");
    assert_false(yaml_int(yaml_get(root, "c"), "f", 0, INT64_MAX, &n, &err));
    assert_false(yaml_int(yaml_get(root, "f"), "f", 0, INT64_MAX, &n, &err));
    assert_false(yaml_int(yaml_get(root, "d"), "f", 0, 9, &n, &err));
    assert_string_equal(err.text, "f:4:4: 'd' must be a whole number from 0 to 9, not a list");
    assert_true(yaml_bool(yaml_get(root, "b"), "f", &on, &err) && on);
    assert_true(yaml_bool(yaml_get(root, "g"), "f", &on, &err) && !on);
    assert_false(yaml_bool(yaml_get(root, "a"), "f", &on, &err));
    assert_int_equal(n, -5);
}

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nested_pipeline_keeps_places_and_unquoted_conditions),
        cmocka_unit_test(json_and_an_empty_file_are_yaml),
        cmocka_unit_test(what_is_refused_is_refused_with_its_place),
        cmocka_unit_test(a_file_of_more_than_a_mebibyte_is_refused),
        cmocka_unit_test(many_names_are_compared_in_no_time),
        cmocka_unit_test(scalars_are_typed_by_the_reader),
    };
    return cmocka_run_group_tests_name("yaml", tests, open_arena, close_arena);
}
