/* open_door: what takes the cleaning out of a program that is linked with --wrap=text_safe, text_safe_in and text_safe_code: whatever a
 * stranger wrote passes as it is. For triage-open and triaged-open, by which the tests of escapes show that they would notice. */
#include "base/text.h"
#include <string.h>

void __wrap_text_safe(struct str *out, const char *text, size_t n, enum text_mode mode);
char *__wrap_text_safe_in(struct arena *arena, const char *text, enum text_mode mode);
uint32_t __wrap_text_safe_code(uint32_t code);

void __wrap_text_safe(struct str *out, const char *text, size_t n, enum text_mode mode)
{
    (void)mode;
    if (text)
        str_add(out, text, n);
}

char *__wrap_text_safe_in(struct arena *arena, const char *text, enum text_mode mode)
{
    (void)mode;
    return arena_strdup(arena, text ? text : "");
}

uint32_t __wrap_text_safe_code(uint32_t code)
{
    return code;
}
