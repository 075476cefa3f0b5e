/* regex: PCRE2 with just-in-time code where the system allows it (under MemoryDenyWriteExecute it quietly interprets)
 * and the same limits either way. Match data is made per call: an expression belongs to a configuration that many
 * threads read, and a small malloc costs less than a lock. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/regex.h"
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN = 4096, STEPS = 100000, DEPTH = 1000, HEAP_KIB = 4096, NESTED = 50 };

struct regex {
    pcre2_code *code;
    pcre2_match_context *limits;
};

static pcre2_code *compile(const char *pattern, enum regex_flags flags, int *fault, size_t *at)
{
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        abort();
    pcre2_set_parens_nest_limit(context, NESTED);
    if (flags & REGEX_CASELESS)
        options |= PCRE2_CASELESS;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), options, fault, at, context);
    pcre2_compile_context_free(context);
    return code;
}

struct regex *regex_new(const char *pattern, enum regex_flags flags, struct err *err)
{
    int fault = 0;
    size_t at = 0;
    if (strlen(pattern) > PATTERN) {
        err_set(err, ERR_USAGE, "expression longer than %d bytes", PATTERN);
        return NULL;
    }
    pcre2_code *code = compile(pattern, flags, &fault, &at);
    if (!code) {
        char why[160] = "";
        pcre2_get_error_message(fault, (PCRE2_UCHAR *)why, sizeof why);
        err_set(err, ERR_USAGE, "expression, character %zu: %s", at + 1, why);
        return NULL;
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    struct regex *regex = malloc(sizeof *regex);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (!regex || !limits)
        abort();
    pcre2_set_match_limit(limits, STEPS);
    pcre2_set_depth_limit(limits, DEPTH);
    pcre2_set_heap_limit(limits, HEAP_KIB);
    *regex = (struct regex){code, limits};
    return regex;
}

static void free_regex(void *regex)
{
    regex_free(regex);
}

struct regex *regex_new_in(struct arena *arena, const char *pattern, enum regex_flags flags, struct err *err)
{
    struct regex *regex = regex_new(pattern, flags, err);
    if (regex)
        arena_defer(arena, free_regex, regex);
    return regex;
}

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
    free(regex);
}

enum regex_answer regex_find(const struct regex *regex, const char *text, size_t n, size_t from, struct regex_span *spans,
                             int count)
{
    if (from > n)
        return REGEX_NO;
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    if (!data)
        abort();
    int rc = pcre2_match(regex->code, (PCRE2_SPTR)text, n, from, 0, data, regex->limits);
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(data);
    for (int i = 0; rc > 0 && i < count; i++)
        spans[i] = i < rc ? (struct regex_span){found[2 * i], found[2 * i + 1]} : (struct regex_span){SIZE_MAX, SIZE_MAX};
    pcre2_match_data_free(data);
    return rc > 0 ? REGEX_YES : rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}

enum regex_answer regex_match(const struct regex *regex, const char *text, size_t n)
{
    return regex_find(regex, text, n, 0, NULL, 0);
}
