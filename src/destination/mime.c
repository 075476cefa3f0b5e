/* mime: header text, addresses, dates and the body's encoding. A header is either short plain ASCII or all in encoded words:
 * one rule that no input gets round. Pure; used on the courier's thread. */
#include "destination/mime.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_LINE = 78, BODY_LINE = 76, WORD_FRAME = 12 /* =?utf-8?B? and ?= */, WORD = 75, ADDRESS_MAX = 254 };

/* --- headers --- */

static bool is_plain(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p >= 0x7f)
            return false;
    return !strstr(text, "=?");
}

/* Bytes of text that fit in one encoded word of `columns`, ending between two code points. */
static size_t word_bytes(const char *text, size_t columns)
{
    size_t max = (columns - WORD_FRAME) / 4 * 3;
    const char *at = text, *end = text + strlen(text), *last = text;
    for (; at < end && (size_t)(at - text) <= max; last = at)
        if (text_next(&at, end), (size_t)(at - text) > max)
            break;
    return (size_t)(last - text);
}

/* Words stand on lines of their own but for the first, which begins after `used` columns. */
static void add_words(struct str *out, const char *text, size_t used)
{
    for (size_t room = HEADER_LINE - used; *text; room = WORD) {
        char word[WORD + 1];
        size_t n = word_bytes(text, room < WORD ? room : WORD);
        crypto_base64((const uint8_t *)text, n, word, sizeof word);
        str_addf(out, "=?utf-8?B?%s?=", word);
        text += n;
        if (*text)
            str_adds(out, "\r\n ");
    }
}

/* The caller frees. A lone CR ends a line for somebody, so it is a space too. */
static char *one_line(const char *text)
{
    struct str safe;
    str_init(&safe, 64 << 10);
    for (size_t n; *text; text += n) {
        n = *text == '\r' && text[1] != '\n' ? 1 : 1 + strcspn(text + 1, "\r");
        text_safe(&safe, *text == '\r' && n == 1 ? " " : text, n, TEXT_LINE);
    }
    return str_take(&safe);
}

void mime_header(struct str *out, const char *name, const char *text)
{
    char *safe = one_line(text);
    size_t used = strlen(name) + 2;
    str_addf(out, "%s: ", name);
    if (is_plain(safe) && used + strlen(safe) <= HEADER_LINE)
        str_adds(out, safe);
    else
        add_words(out, safe, used);
    str_adds(out, "\r\n");
    free(safe);
}

void mime_header_addresses(struct str *out, const char *name, const char *const *addresses, int count)
{
    size_t column = strlen(name) + 2;
    str_addf(out, "%s: ", name);
    for (int i = 0; i < count; i++) {
        size_t n = strlen(addresses[i]);
        bool fold = i && column + n + 3 > HEADER_LINE;
        str_addf(out, "%s%s", !i ? "" : fold ? ",\r\n " : ", ", addresses[i]);
        column = (fold ? 1 : column + (i ? 2 : 0)) + n;
    }
    str_adds(out, "\r\n");
}

/* A phrase of atoms needs no quotes; in quotes only two characters are special. */
static void add_phrase(struct str *out, const char *safe)
{
    if (!strpbrk(safe, "()<>[]:;@\\,.\"")) {
        str_adds(out, safe);
        return;
    }
    str_addc(out, '"');
    for (const char *p = safe; *p; p++) {
        if (*p == '"' || *p == '\\')
            str_addc(out, '\\');
        str_addc(out, *p);
    }
    str_addc(out, '"');
}

void mime_header_mailbox(struct str *out, const char *header, const char *name, const char *address)
{
    if (!name || !*name) {
        mime_header_addresses(out, header, &address, 1);
        return;
    }
    char *safe = one_line(name);
    size_t used = strlen(header) + 2;
    str_addf(out, "%s: ", header);
    if (is_plain(safe) && used + 2 * strlen(safe) + 2 <= HEADER_LINE)
        add_phrase(out, safe);
    else
        add_words(out, safe, used);
    const char *line = strrchr(out->data, '\n');
    size_t column = out->len - (line ? (size_t)(line + 1 - out->data) : 0);
    str_addf(out, "%s<%s>\r\n", column + strlen(address) + 3 > HEADER_LINE ? "\r\n " : " ", address);
    free(safe);
}

void mime_header_date(struct str *out, int64_t ms)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* the first of all days was a Thursday */
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char iso[32];
    int year = 1970, month = 1, day = 1;
    clock_format(ms < 0 ? 0 : ms, iso);
    sscanf(iso, "%d-%2d-%2d", &year, &month, &day);
    str_addf(out, "Date: %s, %02d %s %04d %.8s +0000\r\n", days[ms < 0 ? 0 : ms / 86400000 % 7], day, months[month - 1], year, strchr(iso, 'T') + 1);
}

/* --- the body --- */

static bool is_literal(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '=';
}

/* One line without its end. A space that would end a line is written as a number, or relays may take it away. */
static void add_line(struct str *out, const char *line, size_t n)
{
    size_t column = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)line[i];
        bool last = i + 1 == n, literal = (is_literal(c) || c == '\t') && !(last && (c == ' ' || c == '\t'));
        size_t width = literal ? 1 : 3;
        if (column + width > (last ? BODY_LINE : BODY_LINE - 1)) {
            str_adds(out, "=\r\n");
            column = 0;
        }
        str_addf(out, literal ? "%c" : "=%02X", c);
        column += width;
    }
    str_adds(out, "\r\n");
}

/* What a terminal or a relay could take for more than text is not text. */
static void add_clean(struct str *out, const char *line, const char *end)
{
    while (line < end) {
        char bytes[5];
        uint32_t code = text_next(&line, end);
        bool control = (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0);
        str_add(out, bytes, (size_t)text_encode(control ? 0xfffd : code, bytes));
    }
}

void mime_body(struct str *out, const char *text)
{
    AUTO_STR clean;
    str_init(&clean, out->max);
    while (*text) {
        size_t n = strcspn(text, "\r\n");
        str_clear(&clean);
        add_clean(&clean, text, text + n);
        add_line(out, clean.data, clean.len);
        text += n;
        text += strncmp(text, "\r\n", 2) == 0 ? 2 : *text ? 1 : 0;
    }
}

/* --- files --- */

enum { NAME_LINE = 60, CODED_LINE = 54, FILE_LINE = 57 /* bytes that make 76 columns */, FILE_HEAD = 4 << 10 };

static bool is_quotable(const char *name)
{
    return is_plain(name) && !strpbrk(name, "\"\\") && strlen(name) <= NAME_LINE;
}

static bool is_attr(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-._", c);
}

static size_t coded_columns(const char *name)
{
    size_t n = 0;
    for (; *name; name++)
        n += is_attr(*name) ? 1 : 3;
    return n;
}

/* filename*=UTF-8''..., or filename*0*=UTF-8''...; filename*1*=... in as many lines as it takes; no octet is split. */
static void add_coded_name(struct str *out, const char *name)
{
    bool one = coded_columns(name) <= CODED_LINE;
    int line = 0;
    for (size_t column = 0; *name; name++) {
        if (!column && one)
            str_adds(out, ";\r\n filename*=UTF-8''");
        else if (!column)
            str_addf(out, ";\r\n filename*%d*=%s", line, line ? "" : "UTF-8''");
        str_addf(out, is_attr(*name) ? "%c" : "%%%02X", (unsigned char)*name);
        column += is_attr(*name) ? 1 : 3;
        if (!one && column > CODED_LINE - 3) {
            column = 0;
            line++;
        }
    }
}

/* A message within a message may not be in base64 (RFC 2046, 5.2.1): there its type gives way. */
void mime_file(struct str *out, const char *type, const char *name, const char *data, size_t n)
{
    char line[FILE_LINE / 3 * 4 + 1];
    str_addf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment",
             strncmp(type, "message/", 8) == 0 ? "application/octet-stream" : type);
    if (is_quotable(name))
        str_addf(out, ";\r\n filename=\"%s\"", name);
    else
        add_coded_name(out, name);
    str_adds(out, "\r\n\r\n");
    for (size_t at = 0; at < n; at += FILE_LINE) {
        crypto_base64((const uint8_t *)data + at, n - at < FILE_LINE ? n - at : FILE_LINE, line, sizeof line);
        str_adds(out, line);
        str_adds(out, "\r\n");
    }
}

size_t mime_file_most(size_t n)
{
    return (n / FILE_LINE + 1) * (FILE_LINE / 3 * 4 + 2) + FILE_HEAD;
}

/* --- addresses --- */

static bool is_atext(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("!#$%&'*+/=?^_`{|}~-", c);
}

static bool is_dot_atom(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool inner_dot = text[i] == '.' && i && i + 1 < n && text[i + 1] != '.';
        if (!text[i] || (!inner_dot && !is_atext((unsigned char)text[i])))
            return false;
    }
    return n > 0;
}

bool mime_is_address(const char *text)
{
    if (!text_is_email(text) || strlen(text) > ADDRESS_MAX)
        return false;
    const char *at = strchr(text, '@');
    return is_dot_atom(text, (size_t)(at - text)) && is_dot_atom(at + 1, strlen(at + 1)) && !strpbrk(at + 1, "!#$%&'*+/=?^_`{|}~");
}

bool mime_mailbox(struct arena *arena, const char *text, const char **name, const char **address)
{
    const char *open = text ? strrchr(text, '<') : NULL;
    size_t n = text ? strlen(text) : 0;
    if (open && text[n - 1] != '>')
        return false;
    char *inner = open ? arena_strndup(arena, open + 1, (size_t)(text + n - 1 - (open + 1))) : arena_strdup(arena, text);
    if (!mime_is_address(inner))
        return false;
    size_t before = open ? (size_t)(open - text) : 0;
    while (before && (text[before - 1] == ' ' || text[before - 1] == '\t'))
        before--;
    bool quoted = before > 1 && text[0] == '"' && text[before - 1] == '"';
    *name = before ? arena_strndup(arena, text + quoted, before - 2 * (size_t)quoted) : NULL;
    *address = inner;
    return true;
}

const char *mime_domain(const char *address)
{
    return strchr(address, '@') + 1;
}
