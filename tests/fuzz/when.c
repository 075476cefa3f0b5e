/* when: any bytes, taken as an expression, as one of a route, and as console words. What parses must print to something that parses to
 * the same spelling, and evaluating never fails. */
#include "core/when.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(struct arena *arena, const char *text, struct when *parse(struct arena *, const char *, struct err *))
{
    static const struct ticket bare, full = {
        .id = 7, .title = "Caf\xc3\xa9 on fire", .tags = "[\"vip\", \"a\\u00e9\\", .assignee = "ana", .status = STATUS_OPEN,
        .urgency = URGENCY_CRITICAL, .created_at = 1767225600000,
    };
    static const char payload[] = "{\"a\":\"x\",\"b\":-1.50,\"c\":true,\"d\":{\"e\":null,\"f\":[1]}}";
    AUTO_JSON body = json_parse(payload, sizeof payload - 1, &json_limits_dialect, NULL, NULL);
    const struct when_env env = {.hour = 3, .weekday = 1, .open_criticals = 2, .me = "ana", .type = "ticket.created", .source = "shop", .payload = body};
    struct err err;
    struct when *w = parse(arena, text, &err);
    if (!w)
        return;
    const char *printed = when_print(arena, w);
    struct when *again = printed ? parse(arena, printed, &err) : NULL;
    if (!again || strcmp(printed, when_print(arena, again)) != 0)
        abort();
    if (when_eval(w, &full, &env) != when_eval(again, &full, &env) || when_eval(w, &bare, NULL) != when_eval(again, &bare, NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    const char *text = arena_strndup(arena, (const char *)data, n);
    check(arena, text, when_parse);
    check(arena, text, when_parse_event);
    struct err err;
    const char *expression = when_from_words(arena, text, &err);
    if (expression && !when_parse(arena, expression, &err))
        abort();
    return 0;
}
