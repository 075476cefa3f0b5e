/* redact: any bytes. Spans are in order, apart and within the text; what is hidden is found no more, in every mode. The
 * first byte chooses the mode. */
#include "base/crypto.h"
#include "core/redact.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool held)
{
    if (!held)
        abort();
}

static void check_spans(struct arena *arena, const char *text, size_t n)
{
    struct redact_span *spans;
    int count;
    bool limit;
    redact_find(arena, text, n, &spans, &count, &limit);
    must(!limit || count == 0);
    for (int i = 0; i < count; i++) {
        must(spans[i].from < spans[i].to && spans[i].to <= n && spans[i].entity >= 0 && spans[i].entity < REDACT_ENTITIES);
        must(i == 0 || spans[i - 1].to <= spans[i].from);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    struct err err;
    must(crypto_open() && redact_open(&err));
    check_spans(arena, (const char *)data, n);
    const char *text = arena_strndup(arena, (const char *)data, n);
    struct config_redact how;
    for (int i = 0; i < REDACT_ENTITIES; i++)
        how.mode[i] = n ? (data[0] + (data[0] & 4 ? i : 0)) % (REDACT_DROP + 1) : REDACT_MASK;
    const char *once = redact_text(arena, text, &how, "salt"), *twice = redact_text(arena, once, &how, "salt");
    must(twice == once);
    once = redact_text(arena, text, &redact_all, NULL);
    must(redact_text(arena, once, &redact_all, NULL) == once);
    check_spans(arena, once, strlen(once));
    return 0;
}
