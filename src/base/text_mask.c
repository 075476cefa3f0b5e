/* text_mask: what is shown of an address, a name or a phone number, and what an address is (dialects.md 1a). */
#include "base/text.h"
#include <string.h>

/* A dot inside, no empty label. */
static bool is_domain(const char *domain)
{
    size_t n = strlen(domain);
    return n && strchr(domain, '.') && domain[0] != '.' && domain[n - 1] != '.' && !strstr(domain, "..");
}

bool text_is_email(const char *text)
{
    size_t n = text ? strlen(text) : 0, characters = 0;
    const char *at = n ? strchr(text, '@') : NULL;
    if (!at || at == text || strchr(at + 1, '@') || !text_valid(text, n))
        return false;
    for (const char *p = text, *end = text + n; p < end; characters++) {
        uint32_t code = text_next(&p, end);
        if (text_is_space(code) || (code < 0x80 && strchr("<>()[],;:\"\\", (int)code)))
            return false;
    }
    return characters <= 254 && is_domain(at + 1);
}

/* Digits with what people put between them; at least seven of them. */
static bool is_phone(const char *text)
{
    int digits = 0;
    for (const char *p = text; *p; p++) {
        if (*p >= '0' && *p <= '9')
            digits++;
        else if (!strchr("+-./() ", *p))
            return false;
    }
    return digits >= 7;
}

#define MASK "\u2022\u2022\u2022"

static char *mask_words(struct arena *arena, const char *safe)
{
    AUTO_STR out;
    int width;
    str_init(&out, SIZE_MAX / 2);
    for (const char *p = safe, *end = safe + strlen(safe); p < end;) {
        if (*p == ' ') {
            str_addc(&out, *p++);
            continue;
        }
        str_add(&out, p, text_step(p, (size_t)(end - p), &width));
        str_adds(&out, MASK);
        p += strcspn(p, " ");
    }
    return arena_strndup(arena, out.data, out.len);
}

char *text_mask(struct arena *arena, const char *text)
{
    char *safe = text_safe_in(arena, text, TEXT_LINE);
    const char *at = strchr(safe, '@'), *end = safe + strlen(safe);
    int width;
    if (text_is_email(safe))
        return arena_printf(arena, "%.*s%s%s", (int)text_step(safe, (size_t)(end - safe), &width), safe, MASK, at);
    if (is_phone(safe))
        return arena_printf(arena, "%s%s%s", *safe == '+' ? "+" : "", MASK, end - 2);
    return mask_words(arena, safe);
}
