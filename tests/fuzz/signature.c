/* signature: header lines, an empty line, a body; the first byte picks the family. The secrets are nobody's, so
 * whatever the bytes are, nothing may pass, in strict mode or out of it, and an explanation tells no secret. */
#include "base/crypto.h"
#include "dialect/signature.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { HEADERS_MAX = 8 };
struct headers {
    char *names[HEADERS_MAX], *values[HEADERS_MAX];
    int count;
};

static void must(bool good)
{
    if (!good)
        abort();
}

static const char *header(const void *arg, const char *name, int *count)
{
    const struct headers *h = arg;
    const char *first = NULL;
    *count = 0;
    for (int i = 0; i < h->count; i++)
        if (strcasecmp(h->names[i], name) == 0) {
            first = first ? first : h->values[i];
            ++*count;
        }
    return first;
}

/* Cuts "Name: value" lines off the front; gives where the body begins. */
static size_t read_headers(struct arena *arena, const char *text, size_t n, struct headers *h)
{
    size_t at = 0;
    h->count = 0;
    while (at < n && text[at] != '\n' && h->count < HEADERS_MAX) {
        const char *line = text + at, *end = memchr(line, '\n', n - at);
        size_t length = end ? (size_t)(end - line) : n - at;
        const char *colon = memchr(line, ':', length);
        at += length + (end != NULL);
        if (!colon)
            continue;
        h->names[h->count] = arena_strndup(arena, line, (size_t)(colon - line));
        h->values[h->count++] = arena_strndup(arena, colon + 1, length - (size_t)(colon - line) - 1);
    }
    return at < n && text[at] == '\n' ? at + 1 : at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const families[] = {"auto", "rbs", "ripio", "cstar", "ingestlayer", "tamio"};
    static const char *const secrets[] = {"kept-from-everybody", "whsec_a2VwdC1mcm9tLWV2ZXJ5Ym9keQ==", ""};
    AUTO_ARENA arena = arena_new();
    AUTO_STR out;
    struct headers h;
    struct signature_result result;
    if (n < 1 || !crypto_open())
        return 0;
    const char *text = (const char *)data + 1;
    size_t at = read_headers(arena, text, n - 1, &h);
    struct signature_input in = {.dialect = families[data[0] % 6], .header = header, .header_arg = &h, .body = text + at,
                                 .body_n = n - 1 - at, .secrets = secrets, .secret_count = data[0] & 64 ? 0 : 3,
                                 .strict = data[0] & 128, .now = 1777734255};
    signature_verify(arena, &in, &result);
    must(!signature_ok(&result) && *signature_word(result.verdict));
    must(result.verdict == SIGNATURE_MISSING || result.verdict == SIGNATURE_MALFORMED || result.verdict == SIGNATURE_MISMATCH);
    str_init(&out, 1 << 16);
    signature_explain(arena, &in, &out);
    must(out.len > 0 && !strstr(out.data, "kept-from"));
    return 0;
}
