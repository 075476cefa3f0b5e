/* text: any bytes made safe, cut, wrapped, folded, masked: valid, within their columns, nothing forbidden, and safe text
 * stays as it is. */
#include "base/text.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool held)
{
    if (!held)
        abort();
}

static void check_safe(const char *safe, size_t n, enum text_mode mode)
{
    must(text_valid(safe, n) && strlen(safe) == n);
    for (const char *p = safe, *end = safe + n; p < end;) {
        uint32_t code = text_next(&p, end);
        must(code == '\n' ? mode == TEXT_BLOCK : text_safe_code(code) == code);
    }
}

static void check_layout(struct arena *arena, const char *safe, int columns)
{
    char **lines;
    int n = text_wrap(arena, safe, columns, &lines);
    must(n > 0);
    for (int i = 0; i < n; i++)
        must(text_columns(lines[i]) <= columns || (columns == 1 && text_columns(lines[i]) == 2));
    must(text_columns(text_fit(arena, safe, columns)) <= columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    const char *bytes = arena_strndup(arena, (const char *)data, n);
    for (enum text_mode mode = TEXT_LINE; mode <= TEXT_BLOCK; mode++) {
        AUTO_STR once, twice;
        str_init(&once, n * 8 + 8);
        str_init(&twice, n * 8 + 8);
        text_safe(&once, bytes, n, mode);
        text_safe(&twice, once.data, once.len, mode);
        must(!once.cut && once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
        check_safe(once.data, once.len, mode);
        check_layout(arena, once.data, n ? 1 + data[0] % 100 : 1);
    }
    for (size_t at = 0; at < n;) {
        size_t len = text_grapheme(bytes + at, n - at);
        must(len > 0 && len <= n - at);
        at += len;
    }
    char *mask = text_mask(arena, bytes), *folded = text_fold(arena, bytes);
    check_safe(mask, strlen(mask), TEXT_LINE);
    must(text_valid(folded, strlen(folded)));
    text_is_email(bytes);
    return 0;
}
