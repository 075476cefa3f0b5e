/* when_lex: whole tokens or a fault with its column. Hints for what people of other languages write ("=", "and") stand here, where it
 * is met. Pure; limit: WHEN_TEXT. */
#include "core/when_lex.h"
#include "base/str.h"
#include "base/text.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int column(const struct when_parser *ps, int at)
{
    int n = 1;
    for (int i = 0; i < at; i++)
        n += ((unsigned char)ps->text[i] & 0xC0) != 0x80;
    return n;
}

/* Keeps the first fault; later ones are its echo. Returns NULL so that `return lex_fault(...)` reads well. */
struct when *lex_fault(struct when_parser *ps, enum err_code code, int at, const char *fmt, ...)
{
    if (ps->failed)
        return NULL;
    ps->failed = true;
    ps->token = BROKEN;
    va_list ap;
    va_start(ap, fmt);
    char line[400];
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (ps->about)
        err_set(ps->err, code, "%s: %s", ps->about, line);
    else
        err_set(ps->err, code, "column %d: %s", column(ps, at), line);
    return NULL;
}

const char *lex_brief(struct when_parser *ps, const char *text)
{
    char cut[48];
    return str_copy(cut, sizeof cut, text) ? text : arena_printf(ps->arena, "%s...", cut);
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const char *name_end(const char *p)
{
    while (is_name_start(*p) || (*p >= '0' && *p <= '9'))
        p++;
    return p;
}

const char *lex_blank(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* A dotted name is one word ("customer.tier" is then an unknown field by its full name), unless a call follows. */
static void lex_name(struct when_parser *ps)
{
    const char *start = ps->p, *end = name_end(start + (*start == '$'));
    while (*end == '.' && is_name_start(end[1])) {
        const char *more = name_end(end + 1);
        if (*lex_blank(more) == '(')
            break;
        end = more;
    }
    ps->token = NAME;
    ps->word = arena_strndup(ps->arena, start, (size_t)(end - start));
    ps->p = end;
}

static void lex_number(struct when_parser *ps)
{
    const char *p = ps->p + (*ps->p == '-');
    int64_t n = 0;
    bool fits_in = true;
    for (; *p >= '0' && *p <= '9'; p++)
        fits_in = fits_in && !__builtin_mul_overflow(n, 10, &n) && !__builtin_add_overflow(n, *p - '0', &n);
    if (*p == '.' || is_name_start(*p)) {
        lex_fault(ps, ERR_USAGE, ps->at, "numbers are whole and have no unit");
        return;
    }
    if (!fits_in) {
        lex_fault(ps, ERR_USAGE, ps->at, "the number is out of range");
        return;
    }
    ps->token = NUMBER;
    ps->number = *ps->p == '-' ? -n : n;
    ps->p = p;
}

/* p stands on the u of \uXXXX; gives the code, or 0. */
static unsigned hex4(const char *p)
{
    unsigned code = 0;
    for (int i = 1; i <= 4; i++) {
        const char *digits = "0123456789abcdef", *hit = p[i] ? strchr(digits, tolower((unsigned char)p[i])) : NULL;
        if (!hit)
            return 0;
        code = code * 16 + (unsigned)(hit - digits);
    }
    return code >= 0xD800 && code <= 0xDFFF ? 0 : code;
}

/* p stands behind a backslash. Writes what is meant, gives the length consumed, or 0. */
static int unescape(const char *p, struct str *out)
{
    static const char from[] = "nrt\\\"'", to[] = "\n\r\t\\\"'";
    const char *hit = *p ? strchr(from, *p) : NULL;
    if (hit) {
        str_addc(out, to[hit - from]);
        return 1;
    }
    unsigned code = *p == 'u' ? hex4(p) : 0;
    if (!code)
        return 0;
    char utf8[5];
    str_add(out, utf8, (size_t)text_encode(code, utf8));
    return 5;
}

static void lex_string(struct when_parser *ps)
{
    AUTO_STR out;
    str_init(&out, WHEN_TEXT);
    char quote = *ps->p;
    const char *p = ps->p + 1;
    while (*p && *p != quote) {
        int n = 1;
        if ((unsigned char)*p < 0x20)
            break;
        if (*p != '\\')
            str_addc(&out, *p);
        else if ((n = unescape(p + 1, &out)) == 0) {
            lex_fault(ps, ERR_USAGE, (int)(p - ps->text), "unknown escape in a string; write \\\\ for a backslash");
            return;
        } else
            n++;
        p += n;
    }
    if (*p != quote) {
        lex_fault(ps, ERR_USAGE, ps->at, *p ? "control character in a string; write \\n or \\t" : "the string has no end");
        return;
    }
    ps->token = STRING;
    ps->word = arena_strndup(ps->arena, out.data, out.len);
    ps->p = p + 1;
}

static void lex_punct(struct when_parser *ps)
{
    static const char *const puncts[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", "."};
    for (size_t i = 0; i < sizeof puncts / sizeof *puncts; i++)
        if (str_starts(ps->p, puncts[i])) {
            ps->token = PUNCT;
            ps->word = puncts[i];
            ps->p += strlen(puncts[i]);
            return;
        }
    static const char *const hints[][2] = {{"=", "write \"==\""}, {"&", "write \"&&\""}, {"|", "write \"||\""}};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (*ps->p == *hints[i][0]) {
            lex_fault(ps, ERR_USAGE, ps->at, "unexpected \"%s\"; %s", hints[i][0], hints[i][1]);
            return;
        }
    const char *end = ps->p + 1;
    while (((unsigned char)*end & 0xC0) == 0x80)
        end++;
    lex_fault(ps, ERR_USAGE, ps->at, "unexpected character \"%.*s\"", (int)(end - ps->p), ps->p);
}

void lex_advance(struct when_parser *ps)
{
    if (ps->failed)
        return;
    ps->p = lex_blank(ps->p);
    ps->at = (int)(ps->p - ps->text);
    char c = *ps->p;
    if (!c)
        ps->token = END;
    else if (is_name_start(c) || (c == '$' && ps->event && is_name_start(ps->p[1])))
        lex_name(ps);
    else if ((c >= '0' && c <= '9') || (c == '-' && ps->p[1] >= '0' && ps->p[1] <= '9'))
        lex_number(ps);
    else if (c == '"' || c == '\'')
        lex_string(ps);
    else
        lex_punct(ps);
}

bool lex_sees(const struct when_parser *ps, enum token token, const char *word)
{
    return ps->token == token && strcmp(ps->word, word) == 0;
}

bool lex_take(struct when_parser *ps, const char *punct)
{
    if (!lex_sees(ps, PUNCT, punct))
        return false;
    lex_advance(ps);
    return true;
}

struct when *lex_unexpected(struct when_parser *ps, const char *wanted)
{
    static const char *const spelled[][2] = {{"and", "&&"}, {"AND", "&&"}, {"or", "||"}, {"OR", "||"}, {"not", "!"}, {"NOT", "!"}};
    for (size_t i = 0; ps->token == NAME && i < sizeof spelled / sizeof *spelled; i++)
        if (strcmp(ps->word, spelled[i][0]) == 0)
            return lex_fault(ps, ERR_USAGE, ps->at, "unexpected \"%s\"; write \"%s\"", spelled[i][0], spelled[i][1]);
    if (ps->token == END && !ps->failed) {
        ps->open = true;
        return lex_fault(ps, ERR_USAGE, ps->at, "the expression ends where %s should stand", wanted);
    }
    if (ps->token == NUMBER)
        return lex_fault(ps, ERR_USAGE, ps->at, "unexpected number; %s should stand here", wanted);
    return lex_fault(ps, ERR_USAGE, ps->at, "unexpected \"%s\"; %s should stand here", ps->failed ? "" : lex_brief(ps, ps->word), wanted);
}
