/* form: one pass over the delimiters, then one over each part's headers. A delimiter is CRLF "--" boundary; what may follow
 * it is padding and CRLF, or "--" for the last. A line that begins like one and goes on otherwise is refused: where two
 * readers could see different parts there is no right answer. */
#include "base/form.h"
#include "base/str.h"
#include "base/text.h"
#include <string.h>
#include <strings.h>

enum { HEADERS = 16, ENDING = 16, TYPE = 127 };

/* A stretch of bytes that is read from its front. */
struct span { const char *at, *end; };

static size_t left(const struct span *s)
{
    return (size_t)(s->end - s->at);
}

static bool begins(const struct span *s, const char *what, size_t n)
{
    return left(s) >= n && memcmp(s->at, what, n) == 0;
}

static bool take(struct span *s, const char *what)
{
    size_t n = strlen(what);
    bool yes = begins(s, what, n);
    s->at += yes ? n : 0;
    return yes;
}

static void skip_blanks(struct span *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
        s->at++;
}

static bool bad(struct err *err, const char *what)
{
    return err_set(err, ERR_USAGE, "the form is malformed: %s", what);
}

static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* --- percent --- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *form_decode(struct arena *arena, const char *text, size_t n, bool plus)
{
    char *out = arena_alloc(arena, n + 1), *to = out;
    for (size_t i = 0; i < n; i++) {
        if (!text[i])
            return NULL;
        if (text[i] != '%') {
            *to++ = plus && text[i] == '+' ? ' ' : text[i];
            continue;
        }
        int high = i + 2 < n ? hex_digit(text[i + 1]) : -1, low = i + 2 < n ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return NULL;
        *to++ = (char)(high << 4 | low);
        i += 2;
    }
    *to = 0;
    return out;
}

/* --- names of files --- */

static bool shows(uint32_t code)
{
    return code >= 0x20 && code != 0xfffd && text_safe_code(code) == code;
}

/* Cuts the middle, so that the ending stays. */
static void shorten(struct str *name)
{
    if (name->len <= FORM_NAME)
        return;
    const char *dot = memrchr(name->data, '.', name->len);
    size_t ending = dot ? (size_t)(name->data + name->len - dot) : 0, keep;
    ending = ending <= ENDING ? ending : 0;
    for (keep = FORM_NAME - ending; keep > 0 && ((unsigned char)name->data[keep] & 0xc0) == 0x80; keep--)
        ;
    memmove(name->data + keep, name->data + name->len - ending, ending + 1);
    name->len = keep + ending;
}

char *form_file_name(struct arena *arena, const char *raw, size_t n)
{
    AUTO_STR name;
    str_init(&name, n + 8);
    const char *end = raw + n;
    for (const char *p = raw; p < end;) {
        char bytes[5];
        uint32_t code = text_next(&p, end);
        if (code == '/' || code == '\\')
            str_clear(&name);
        else if (shows(code) && !(name.len == 0 && (code == '-' || code == '.' || code == ' ')))
            str_add(&name, bytes, (size_t)text_encode(code, bytes));
    }
    shorten(&name);
    while (name.len && (name.data[name.len - 1] == ' ' || name.data[name.len - 1] == '.'))
        name.len--;
    return name.len ? arena_strndup(arena, name.data, name.len) : arena_strdup(arena, "file");
}

/* --- parameters: ; name=token, ; name="quoted" --- */

/* Of the escapes only those of the quote and the backslash itself count: senders put paths there as they are. */
static bool read_quoted(struct span *s, struct str *value)
{
    for (s->at++; s->at < s->end && *s->at != '"'; s->at++) {
        if (*s->at == '\\' && s->at + 1 < s->end && (s->at[1] == '"' || s->at[1] == '\\'))
            s->at++;
        str_addc(value, *s->at);
    }
    return s->at < s->end && *s->at++ == '"';
}

/* false: it is malformed. At the end of the header *name is empty. */
static bool read_param(struct span *s, struct span *name, struct str *value)
{
    *name = (struct span){s->at, s->at};
    str_clear(value);
    skip_blanks(s);
    if (s->at == s->end)
        return true;
    if (!take(s, ";"))
        return false;
    skip_blanks(s);
    name->at = s->at;
    while (s->at < s->end && is_token_char(*s->at))
        s->at++;
    name->end = s->at;
    if (!left(name) || !take(s, "=") || s->at == s->end)
        return false;
    if (*s->at == '"')
        return read_quoted(s, value);
    while (s->at < s->end && is_token_char(*s->at))
        str_addc(value, *s->at++);
    return value->len > 0;
}

static bool named(const struct span *s, const char *name)
{
    return left(s) == strlen(name) && strncasecmp(s->at, name, left(s)) == 0;
}

/* --- the boundary --- */

static bool boundary_ok(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ", text[i]) || !text[i])
            return false;
    return n > 0 && n <= FORM_BOUNDARY && text[n - 1] != ' ';
}

bool form_boundary(const char *content_type, char out[FORM_BOUNDARY + 1])
{
    static const char type[] = "multipart/form-data";
    struct span s = {content_type, content_type + strlen(content_type)}, name;
    bool found = false, good = true;
    AUTO_STR value;
    str_init(&value, FORM_HEAD);
    if (strncasecmp(s.at, type, sizeof type - 1) != 0)
        return false;
    s.at += sizeof type - 1;
    while ((good = read_param(&s, &name, &value)) && left(&name)) {
        if (!named(&name, "boundary"))
            continue;
        if (found || !boundary_ok(value.data, value.len))
            return false;
        found = str_copy(out, FORM_BOUNDARY + 1, value.data);
    }
    return good && found;
}

/* --- a part's headers --- */

struct head { struct arena *arena; struct form_part *part; bool disposed; struct err *err; };

/* RFC 7578 forbids filename*, and yet it is sent: UTF-8''na%C3%AFve.txt. */
static bool extended_name(struct head *h, const struct str *value, const char **filename)
{
    static const char charset[] = "UTF-8''";
    const char *text = strncasecmp(value->data, charset, sizeof charset - 1) == 0 ? value->data + sizeof charset - 1 : NULL;
    const char *raw = text ? form_decode(h->arena, text, strlen(text), false) : NULL;
    *filename = raw ? form_file_name(h->arena, raw, strlen(raw)) : NULL;
    return *filename || bad(h->err, "filename*");
}

static bool read_disposition(struct head *h, struct span s)
{
    struct form_part *p = h->part;
    struct span name;
    const char *extended = NULL;
    bool good = true;
    AUTO_STR value;
    str_init(&value, FORM_HEAD);
    if (h->disposed || left(&s) < 9 || strncasecmp(s.at, "form-data", 9) != 0)
        return bad(h->err, "Content-Disposition");
    h->disposed = true;
    s.at += 9;
    while ((good = read_param(&s, &name, &value)) && left(&name)) {
        if (named(&name, "filename*") ? extended != NULL : named(&name, "filename") ? p->filename != NULL : named(&name, "name") && p->name)
            return bad(h->err, "a parameter is given twice");
        if (named(&name, "name") && (value.len == 0 || value.len > FORM_NAME || !text_valid(value.data, value.len)))
            return bad(h->err, "a part's name");
        if (named(&name, "name"))
            p->name = arena_strndup(h->arena, value.data, value.len);
        else if (named(&name, "filename"))
            p->filename = value.len ? form_file_name(h->arena, value.data, value.len) : "";
        else if (named(&name, "filename*") && !extended_name(h, &value, &extended))
            return false;
    }
    p->filename = p->filename ? p->filename : extended;
    return good && p->name ? true : bad(h->err, "Content-Disposition");
}

static bool read_type(struct head *h, struct span s)
{
    bool good = left(&s) > 0 && left(&s) <= TYPE;
    for (const char *c = s.at; good && c < s.end; c++)
        good = *c >= 0x20 && *c < 0x7f;
    if (h->part->type)
        return bad(h->err, "two Content-Types");
    h->part->type = good ? arena_strndup(h->arena, s.at, left(&s)) : NULL;
    return true;
}

/* Deprecated, and of those that change nothing. */
static bool read_encoding(struct head *h, struct span s)
{
    return named(&s, "7bit") || named(&s, "8bit") || named(&s, "binary") || bad(h->err, "Content-Transfer-Encoding");
}

static bool read_header(struct head *h, struct span line)
{
    static const struct { const char *name; bool (*read)(struct head *h, struct span value); } known[] = {
        {"Content-Disposition", read_disposition}, {"Content-Type", read_type}, {"Content-Transfer-Encoding", read_encoding}};
    struct span name = {line.at, memchr(line.at, ':', left(&line))}, value = {NULL, line.end};
    if (!name.end || !left(&name))
        return bad(h->err, "a part's header");
    for (const char *c = name.at; c < name.end; c++)
        if (!is_token_char(*c))
            return bad(h->err, "a part's header");
    if (memchr(line.at, '\n', left(&line)) || memchr(line.at, '\r', left(&line)) || memchr(line.at, 0, left(&line)))
        return bad(h->err, "a control in a part's header");
    value.at = name.end + 1;
    skip_blanks(&value);
    while (value.end > value.at && (value.end[-1] == ' ' || value.end[-1] == '\t'))
        value.end--;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (named(&name, known[i].name))
            return known[i].read(h, value);
    return true;
}

/* Where in s the CRLF is; the end, if there is none. */
static const char *line_end(const struct span *s)
{
    const char *at = memmem(s->at, left(s), "\r\n", 2);
    return at ? at : s->end;
}

/* Headers, each with its CRLF, an empty line, and the rest is the data; a part may end with its headers. */
static bool read_part(struct head *h, struct span s)
{
    size_t room = left(&s) < FORM_HEAD ? left(&s) : FORM_HEAD;
    for (int n = 0; s.at < s.end && !begins(&s, "\r\n", 2); n++) {
        struct span look = {s.at, s.at + (room < left(&s) ? room : left(&s))}, line = {s.at, line_end(&look)};
        if (n == HEADERS || (line.end == look.end && look.end < s.end))
            return err_set(h->err, ERR_TOO_LARGE, "the form is malformed: the headers of a part are over %d bytes or %d lines", FORM_HEAD, HEADERS);
        if (line.end == s.end)
            return bad(h->err, "a part's header does not end");
        if (!read_header(h, line))
            return false;
        s.at = line.end + 2;
        room -= left(&line) + 2;
    }
    take(&s, "\r\n");
    h->part->data = s.at;
    h->part->n = left(&s);
    return h->disposed || bad(h->err, "a part without Content-Disposition");
}

/* --- delimiters --- */

/* After "--boundary": is it the last, and where does the next part begin? */
static bool read_delimiter(struct span *s, bool *last, struct err *err)
{
    *last = take(s, "--");
    skip_blanks(s);
    if (*last && s->at == s->end)
        return true;
    return take(s, "\r\n") || bad(err, "what follows a boundary");
}

static bool to_first(struct span *s, const struct str *delimiter, struct err *err)
{
    if (begins(s, delimiter->data + 2, delimiter->len - 2)) {
        s->at += delimiter->len - 2;
        return true;
    }
    const char *found = memmem(s->at, left(s), delimiter->data, delimiter->len);
    s->at = found ? found + delimiter->len : s->end;
    return found || bad(err, "there is no boundary");
}

bool form_multipart(struct arena *arena, const char *boundary, const char *body, size_t n, struct form *out, struct err *err)
{
    struct span s = {body, body + n};
    struct form form = {ARENA_ARRAY(arena, struct form_part, FORM_PARTS), 0};
    bool last;
    AUTO_STR delimiter;
    str_init(&delimiter, FORM_BOUNDARY + 5);
    str_addf(&delimiter, "\r\n--%s", boundary);
    if (!to_first(&s, &delimiter, err))
        return false;
    for (;;) {
        if (!read_delimiter(&s, &last, err))
            return false;
        if (last)
            break;
        if (form.count == FORM_PARTS)
            return err_set(err, ERR_TOO_LARGE, "the form has more than %d parts", FORM_PARTS);
        const char *end = memmem(s.at, left(&s), delimiter.data, delimiter.len);
        struct head h = {.arena = arena, .part = &form.parts[form.count++], .err = err};
        if (!end)
            return bad(err, "the last boundary is missing");
        if (!read_part(&h, (struct span){s.at, end}))
            return false;
        s.at = end + delimiter.len;
    }
    *out = form;
    return true;
}

/* --- name=value&name=value --- */

bool form_urlencoded(struct arena *arena, const char *body, size_t n, struct form *out, struct err *err)
{
    struct form form = {ARENA_ARRAY(arena, struct form_part, FORM_PARTS), 0};
    for (struct span s = {body, body + n}; s.at < s.end;) {
        const char *amp = memchr(s.at, '&', left(&s)), *end = amp ? amp : s.end, *equals = memchr(s.at, '=', (size_t)(end - s.at));
        if (end > s.at) {
            if (form.count == FORM_PARTS)
                return err_set(err, ERR_TOO_LARGE, "the form has more than %d parts", FORM_PARTS);
            struct form_part *p = &form.parts[form.count++];
            p->name = form_decode(arena, s.at, (size_t)((equals ? equals : end) - s.at), true);
            p->data = equals ? form_decode(arena, equals + 1, (size_t)(end - equals - 1), true) : "";
            if (!p->name || !*p->name || !p->data || strlen(p->name) > FORM_NAME || !text_valid(p->name, strlen(p->name)))
                return bad(err, "an escape or a name");
            p->n = strlen(p->data);
        }
        s.at = end + (amp != NULL);
    }
    *out = form;
    return true;
}

const struct form_part *form_find(const struct form *form, const char *name, int *count)
{
    const struct form_part *found = NULL;
    *count = 0;
    for (int i = 0; i < form->count; i++)
        if (str_eq(form->parts[i].name, name) && (*count)++ == 0)
            found = &form->parts[i];
    return found;
}
