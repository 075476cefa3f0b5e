/* json: any bytes under both sets of limits. What is read prints to what reads as the same, sorted or not; what is
 * refused says why and where. */
#include "base/json.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool good)
{
    if (!good)
        abort();
}

static void check_tree(struct arena *arena, struct json *node, const struct json_limits *limits)
{
    struct json_notes notes;
    char *once = json_print_in(arena, node);
    struct json *again = json_parse_in(arena, once, strlen(once), limits, &notes, NULL);
    must(again && !notes.bom && !notes.dup && !notes.replaced);
    must(strcmp(once, json_print_in(arena, again)) == 0);
    AUTO_JSON copy = json_copy(node);
    json_sort(copy);
    char *sorted = json_print_in(arena, copy);
    json_sort(again);
    must(strcmp(sorted, json_print_in(arena, again)) == 0 && strlen(sorted) == strlen(once));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct json_limits *const all[] = {&json_limits_dialect, &json_limits_native};
    for (int i = 0; i < 2; i++) {
        AUTO_ARENA arena = arena_new();
        struct json_notes notes;
        struct err err = {0};
        struct json *node = json_parse_in(arena, (const char *)data, n, all[i], &notes, &err);
        if (node)
            check_tree(arena, node, &json_limits_dialect);
        else
            must(notes.fault != JSON_OK && err.code == ERR_INPUT && notes.at <= n);
    }
    return 0;
}
