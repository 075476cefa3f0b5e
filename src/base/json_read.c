/* json_read: a strict recursive-descent reader that builds the nodes itself. cJSON's own parser is not used: it takes broken UTF-8,
 * cuts text at U+0000 and rounds 2^53 + 1. A number is kept as a cJSON_Raw node holding its source text. One pass, no thread, no
 * state but the reader; the first fault stays, the reader then unwinds on NULLs. */
#include "base/json_node.h"
#include "base/memory.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

const struct json_limits json_limits_dialect = {.depth = 512};
const struct json_limits json_limits_native = {.depth = 64, .members = 10000, .string = 256 << 10, .digits = 1024};

struct reader {
    const char *start, *at, *end;
    const struct json_limits *limits;
    struct json_notes *notes;
    size_t depth, members;
    const char *why;
};

static void *fail(struct reader *r, enum json_fault fault, const char *why)
{
    if (r->notes->fault == JSON_OK) {
        r->notes->fault = fault;
        r->notes->at = (size_t)(r->at - r->start);
        r->why = why;
    }
    return NULL;
}

static void space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

/* Length of the well-formed UTF-8 sequence at p (no overlongs, no surrogates, at most U+10FFFF), else 0. */
static size_t utf8_len(const unsigned char *p, const unsigned char *end)
{
    size_t left = (size_t)(end - p);
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf)
        return left >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
    if ((p[0] & 0xf0) == 0xe0) {
        if (left < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
            return 0;
        return (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ? 0 : 3;
    }
    if (p[0] < 0xf0 || p[0] > 0xf4 || left < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 ||
        (p[3] & 0xc0) != 0x80)
        return 0;
    return (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90) ? 0 : 4;
}

static bool hex4(const char *p, const char *end, unsigned *code)
{
    *code = 0;
    if (end - p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
                       : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                       : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                              : 16u;
        if (digit > 15)
            return false;
        *code = *code << 4 | digit;
    }
    return true;
}

/* After "\u": reads one code point, joining a surrogate pair. */
static bool escape_u(struct reader *r, unsigned *code)
{
    unsigned low;
    if (!hex4(r->at, r->end, code))
        return false;
    r->at += 4;
    if (*code >= 0xd800 && *code < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u' &&
        hex4(r->at + 2, r->end, &low) && low >= 0xdc00 && low < 0xe000) {
        r->at += 6;
        *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (*code == 0 || (*code >= 0xd800 && *code < 0xe000)) {
        *code = 0xfffd;
        r->notes->replaced = true;
    }
    return true;
}

static bool escape(struct reader *r, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->end)
        return fail(r, JSON_NOT_JSON, "escape cut off");
    char c = *r->at++;
    if (c == 'u') {
        unsigned code;
        if (!escape_u(r, &code))
            return fail(r, JSON_NOT_JSON, "bad \\u escape");
        *out += text_encode(code, *out); /* its NUL stands where source was, or the end will be */
        return true;
    }
    const char *at = c ? strchr(from, c) : NULL;
    if (!at)
        return fail(r, JSON_NOT_JSON, "unknown escape");
    *(*out)++ = to[at - from];
    return true;
}

/* To the closing quote, which is looked for from r->at; NULL: there is none. */
static const char *string_end(struct reader *r)
{
    const char *scan = r->at;
    while (scan < r->end && *scan != '"')
        scan += *scan == '\\' && scan + 1 < r->end ? 2 : 1;
    return scan < r->end ? scan : fail(r, JSON_NOT_JSON, "string not closed");
}

static bool character(struct reader *r, char **out)
{
    const char *from = r->at;
    unsigned char c = (unsigned char)*from;
    while (c >= 0x20 && c < 0x80 && c != '"' && c != '\\')
        c = (unsigned char)*++r->at;
    if (r->at == from && c == '\\') {
        r->at++;
        return escape(r, out);
    }
    if (r->at == from) {
        size_t n = c < 0x20 ? 0 : utf8_len((const unsigned char *)r->at, (const unsigned char *)r->end);
        if (!n)
            return c < 0x20 ? fail(r, JSON_NOT_JSON, "control character in a string") : fail(r, JSON_NOT_UTF8, "not UTF-8");
        r->at += n;
    }
    memcpy(*out, from, (size_t)(r->at - from));
    *out += r->at - from;
    return true;
}

/* What stands before the closing quote, which is passed. Never longer than its source. */
static bool string(struct reader *r, char *text, size_t *n)
{
    char *out = text;
    while (*r->at != '"')
        if (!character(r, &out))
            return false;
    r->at++;
    *out = 0;
    *n = (size_t)(out - text);
    return !r->limits->string || *n <= r->limits->string || fail(r, JSON_LIMIT, "string too long");
}

/* The opening quote is read. */
static cJSON *string_node(struct reader *r)
{
    const char *end = string_end(r);
    size_t n;
    if (!end)
        return NULL;
    cJSON *node = json_node_new(cJSON_String);
    if (string(r, json_node_room(node, (size_t)(end - r->at) + 1), &n))
        return node;
    cJSON_Delete(node);
    return NULL;
}

static const char *digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static cJSON *number(struct reader *r)
{
    const char *p = r->at, *q;
    if (*p == '-')
        p++;
    if (p < r->end && *p == '0')
        q = p + 1;
    else
        q = digits(p, r->end);
    if (q == p)
        return fail(r, JSON_NOT_JSON, "not a JSON value");
    if (q < r->end && *q == '.') {
        p = q + 1;
        if ((q = digits(p, r->end)) == p)
            return fail(r, JSON_NOT_JSON, "number ends in a point");
    }
    if (q < r->end && (*q == 'e' || *q == 'E')) {
        p = q + 1;
        if (p < r->end && (*p == '+' || *p == '-'))
            p++;
        if ((q = digits(p, r->end)) == p)
            return fail(r, JSON_NOT_JSON, "exponent without digits");
    }
    if (r->limits->digits && (size_t)(q - r->at) > r->limits->digits)
        return fail(r, JSON_LIMIT, "number too long");
    cJSON *node = json_node_new(cJSON_Raw);
    json_node_text(node, r->at, (size_t)(q - r->at));
    r->at = q;
    return node;
}

static cJSON *value(struct reader *r);
static bool count_member(struct reader *r)
{
    if (r->limits->members && ++r->members > r->limits->members)
        return fail(r, JSON_LIMIT, "too many members");
    return true;
}

static cJSON *array(struct reader *r)
{
    cJSON *node = json_node_new(cJSON_Array);
    space(r);
    if (r->at < r->end && *r->at == ']') {
        r->at++;
        return node;
    }
    for (;;) {
        cJSON *child = count_member(r) ? value(r) : NULL;
        if (!child)
            break;
        json_node_append(node, child);
        space(r);
        if (r->at < r->end && *r->at == ',') {
            r->at++;
            continue;
        }
        if (r->at < r->end && *r->at == ']') {
            r->at++;
            return node;
        }
        fail(r, JSON_NOT_JSON, "expected , or ] in an array");
        break;
    }
    cJSON_Delete(node);
    return NULL;
}

static unsigned name_hash(const char *name)
{
    unsigned h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h;
}

/* Drops earlier members of the same name. By a table, so that 10^6 members stay linear; not inlined, as each level of a document that
 * is being read would have it in its frame. */
__attribute__((noinline)) static void last_wins(struct reader *r, cJSON *object, size_t count)
{
    enum { SMALL = 128 };
    size_t size = SMALL;
    while (size < count * 2)
        size *= 2;
    cJSON *small[SMALL] = {0}, **table = size == SMALL ? small : memory_must(calloc(size, sizeof *table)), *next;
    for (cJSON *node = object->child; node; node = next) {
        next = node->next;
        size_t i = name_hash(node->string) & (size - 1);
        while (table[i] && strcmp(table[i]->string, node->string) != 0)
            i = (i + 1) & (size - 1);
        if (table[i]) {
            r->notes->dup = true;
            cJSON_Delete(cJSON_DetachItemViaPointer(object, table[i]));
        }
        table[i] = node;
    }
    if (table != small)
        free(table);
}

/* : and what follows it. */
static cJSON *member_value(struct reader *r)
{
    space(r);
    if (r->at >= r->end || *r->at != ':')
        return fail(r, JSON_NOT_JSON, "expected : after a member name");
    r->at++;
    return value(r);
}

static bool member(struct reader *r, cJSON *object)
{
    char small[64];
    size_t n;
    space(r);
    if (r->at >= r->end || *r->at != '"')
        return fail(r, JSON_NOT_JSON, "expected a member name");
    r->at++;
    const char *end = count_member(r) ? string_end(r) : NULL;
    if (!end)
        return false;
    char *name = end - r->at < (ptrdiff_t)sizeof small ? small : memory_must(malloc((size_t)(end - r->at) + 1));
    cJSON *child = string(r, name, &n) ? member_value(r) : NULL;
    if (child) {
        json_node_name(child, name, n);
        json_node_append(object, child);
    }
    if (name != small)
        free(name);
    return child;
}

static cJSON *object(struct reader *r)
{
    cJSON *node = json_node_new(cJSON_Object);
    size_t count = 0;
    space(r);
    if (r->at < r->end && *r->at == '}') {
        r->at++;
        return node;
    }
    while (member(r, node)) {
        count++;
        space(r);
        if (r->at < r->end && *r->at == ',') {
            r->at++;
            continue;
        }
        if (r->at < r->end && *r->at == '}') {
            r->at++;
            last_wins(r, node, count);
            return node;
        }
        fail(r, JSON_NOT_JSON, "expected , or } in an object");
    }
    cJSON_Delete(node);
    return NULL;
}

static cJSON *word(struct reader *r, const char *text, int type)
{
    size_t n = strlen(text);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, text, n) != 0)
        return fail(r, JSON_NOT_JSON, "not a JSON value");
    r->at += n;
    return json_node_new(type);
}

static cJSON *value(struct reader *r)
{
    space(r);
    if (r->at >= r->end)
        return fail(r, JSON_NOT_JSON, "ends too early");
    if (r->depth >= r->limits->depth)
        return fail(r, JSON_LIMIT, "nested too deep");
    r->depth++;
    cJSON *node;
    switch (*r->at) {
    case '{':
        r->at++;
        node = object(r);
        break;
    case '[':
        r->at++;
        node = array(r);
        break;
    case '"':
        r->at++;
        node = string_node(r);
        break;
    case 't':
        node = word(r, "true", cJSON_True);
        break;
    case 'f':
        node = word(r, "false", cJSON_False);
        break;
    case 'n':
        node = word(r, "null", cJSON_NULL);
        break;
    default:
        node = number(r);
    }
    r->depth--;
    return node;
}

struct json *json_parse(const char *text, size_t n, const struct json_limits *limits, struct json_notes *notes, struct err *err)
{
    struct json_notes own;
    if (!notes)
        notes = &own;
    *notes = (struct json_notes){0};
    struct reader r = {text, text, text + n, limits, notes, 0, 0, ""};
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        notes->bom = true;
        r.at += 3;
    }
    space(&r);
    cJSON *node = NULL;
    if (r.at >= r.end)
        fail(&r, JSON_EMPTY, "empty");
    else
        node = value(&r);
    space(&r);
    if (node && r.at != r.end) {
        cJSON_Delete(node);
        node = fail(&r, JSON_NOT_JSON, "trailing text");
    }
    if (!node) {
        err_set(err, ERR_INPUT, "reading JSON at byte %zu: %s", notes->at, r.why);
        return NULL;
    }
    return json_of_node(node);
}

struct json *json_parse_in(struct arena *arena, const char *text, size_t n, const struct json_limits *limits,
                           struct json_notes *notes, struct err *err)
{
    return json_keep_in(arena, json_parse(text, n, limits, notes, err));
}
