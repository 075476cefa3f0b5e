/* json: a strict recursive-descent reader that builds cJSON nodes by hand, and thin names over cJSON for the rest.
 * cJSON's own parser is not used: it takes broken UTF-8, cuts text at U+0000 and rounds 2^53 + 1. A number is kept
 * as a cJSON_Raw node holding its source text. Nor is its compact printer: it asks printf for every number and copies
 * its buffer as it grows. An event is read, described and journalled as some hundred nodes, so they come from cells
 * that a thread keeps for itself: what malloc takes for a node is more than all the rest. A cell has room behind its node for a
 * short name and a short text, which most are: a member is one piece of memory, not three. */
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const struct json_limits json_limits_dialect = {.depth = 512};
const struct json_limits json_limits_native = {.depth = 64, .members = 10000, .string = 256 << 10, .digits = 1024};

/* --- memory --- */

enum { CELLS_KEPT = 2048, SPARE = 40 };
struct head {
    struct cell *next; /* of those kept */
    unsigned used;     /* bytes of spare */
    bool node;         /* a whole cell; else bytes follow */
};
struct cell {
    struct head head;
    cJSON node;
    char spare[SPARE];
};
static _Thread_local struct { struct cell *first; int count; bool watched, ended; } cells;
static pthread_key_t leaving;

void json_release(void)
{
    for (struct cell *cell; (cell = cells.first); free(cell))
        cells.first = cell->head.next;
    cells.count = 0;
}

static void drop_cells(void *unused)
{
    (void)unused;
    json_release();
    cells.ended = true; /* later destructors of this thread free for good */
}

/* Registers drop_cells for this thread's end. */
static void watch_thread(void)
{
    if (!cells.watched)
        pthread_setspecific(leaving, &leaving);
    cells.watched = true;
}

static void *bytes_new(size_t n)
{
    struct head *head = malloc(offsetof(struct cell, node) + n);
    if (!head)
        return NULL;
    head->node = false;
    return (char *)head + offsetof(struct cell, node);
}

static struct cell *cell_new(void)
{
    struct cell *cell = cells.first;
    if (cell) {
        cells.first = cell->head.next;
        cells.count--;
    } else if (!(cell = malloc(sizeof *cell))) {
        abort();
    }
    cell->head = (struct head){.node = true};
    return cell;
}

/* A node or bytes: what stands before both says which. */
static void any_free(void *ptr)
{
    if (!ptr)
        return;
    struct cell *cell = (struct cell *)((char *)ptr - offsetof(struct cell, node));
    if (!cell->head.node || cells.count >= CELLS_KEPT || cells.ended) {
        free(cell);
        return;
    }
    watch_thread();
    cell->head.next = cells.first;
    cells.first = cell;
    cells.count++;
}

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { WATCHED = true };
#else
enum { WATCHED = false };
#endif

/* Before main, as cJSON's hooks are the process's. A sanitizer is to see each piece for itself. */
__attribute__((constructor)) static void use_cells(void)
{
    cJSON_Hooks hooks = {bytes_new, any_free};
    if (WATCHED)
        return;
    if (pthread_key_create(&leaving, drop_cells) != 0)
        abort();
    cJSON_InitHooks(&hooks);
}

static void *must(void *ptr)
{
    if (!ptr)
        abort();
    return ptr;
}

static cJSON *node_new(int type)
{
    cJSON *node = WATCHED ? must(cJSON_CreateNull()) : &cell_new()->node;
    *node = (cJSON){.type = type};
    return node;
}

/* Where n bytes of a node's text may go; in its cell they are not freed for themselves, as *inside says. */
static char *room_for(cJSON *node, size_t n, bool *inside)
{
    struct head *head = (struct head *)((char *)node - offsetof(struct cell, node));
    *inside = !WATCHED && SPARE - head->used >= n;
    if (!*inside)
        return must(cJSON_malloc(n));
    char *at = ((struct cell *)head)->spare + head->used;
    head->used += (unsigned)n;
    return at;
}

static void text_inside(cJSON *node)
{
    node->type |= cJSON_IsReference;
}

static void set_text(cJSON *node, const char *text, size_t n)
{
    bool inside;
    char *to = room_for(node, n + 1, &inside);
    memcpy(to, text, n);
    to[n] = 0;
    node->valuestring = to;
    if (inside)
        text_inside(node);
}

static void set_name(cJSON *node, const char *name, size_t n)
{
    bool inside;
    char *old = node->type & cJSON_StringIsConst ? NULL : node->string;
    node->string = memcpy(room_for(node, n + 1, &inside), name, n + 1);
    node->type = inside ? node->type | cJSON_StringIsConst : node->type & ~cJSON_StringIsConst;
    cJSON_free(old);
}

static cJSON *node_of(const struct json *node)
{
    return (cJSON *)(uintptr_t)node;
}

static struct json *json_of(cJSON *node)
{
    return (struct json *)node;
}

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

static size_t utf8_put(char *to, unsigned code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xe0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3f));
        to[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3f));
    to[2] = (char)(0x80 | (code >> 6 & 0x3f));
    to[3] = (char)(0x80 | (code & 0x3f));
    return 4;
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
        *out += utf8_put(*out, code);
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
    bool inside;
    if (!end)
        return NULL;
    cJSON *node = node_new(cJSON_String);
    node->valuestring = room_for(node, (size_t)(end - r->at) + 1, &inside);
    if (inside)
        text_inside(node);
    if (string(r, node->valuestring, &n))
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
    cJSON *node = node_new(cJSON_Raw);
    set_text(node, r->at, (size_t)(q - r->at));
    r->at = q;
    return node;
}

static cJSON *value(struct reader *r);

static void append(cJSON *parent, cJSON *child)
{
    cJSON *first = parent->child;
    if (!first) {
        parent->child = child;
        child->prev = child;
    } else {
        child->prev = first->prev;
        first->prev->next = child;
        first->prev = child;
    }
}

static bool count_member(struct reader *r)
{
    if (r->limits->members && ++r->members > r->limits->members)
        return fail(r, JSON_LIMIT, "too many members");
    return true;
}

static cJSON *array(struct reader *r)
{
    cJSON *node = node_new(cJSON_Array);
    space(r);
    if (r->at < r->end && *r->at == ']') {
        r->at++;
        return node;
    }
    for (;;) {
        cJSON *child = count_member(r) ? value(r) : NULL;
        if (!child)
            break;
        append(node, child);
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
    cJSON *small[SMALL] = {0}, **table = size == SMALL ? small : must(calloc(size, sizeof *table)), *next;
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
    char *name = end - r->at < (ptrdiff_t)sizeof small ? small : must(malloc((size_t)(end - r->at) + 1));
    cJSON *child = string(r, name, &n) ? member_value(r) : NULL;
    if (child) {
        set_name(child, name, n);
        append(object, child);
    }
    if (name != small)
        free(name);
    return child;
}

static cJSON *object(struct reader *r)
{
    cJSON *node = node_new(cJSON_Object);
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
    return node_new(type);
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
    return json_of(node);
}

static void free_node(void *node)
{
    cJSON_Delete(node);
}

struct json *json_parse_in(struct arena *arena, const char *text, size_t n, const struct json_limits *limits,
                           struct json_notes *notes, struct err *err)
{
    struct json *node = json_parse(text, n, limits, notes, err);
    if (node)
        arena_defer(arena, free_node, node);
    return node;
}

void json_free(struct json *node)
{
    cJSON_Delete(node_of(node));
}

enum json_kind json_kind(const struct json *node)
{
    const cJSON *n = node_of(node);
    if (!n)
        return JSON_NULL;
    switch (n->type & 0xff) {
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_Raw:
        return n->valuestring[0] == '{' ? JSON_OBJECT : n->valuestring[0] == '[' ? JSON_ARRAY : JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

bool json_is(const struct json *node, enum json_kind kind)
{
    return node && json_kind(node) == kind;
}

const struct json *json_get(const struct json *object, const char *name)
{
    if (!object || !cJSON_IsObject(node_of(object)))
        return NULL;
    for (cJSON *child = node_of(object)->child; child; child = child->next)
        if (strcmp(child->string, name) == 0)
            return json_of(child);
    return NULL;
}

const struct json *json_path(const struct json *object, const char *dotted)
{
    char name[64];
    while (object && *dotted) {
        size_t n = strcspn(dotted, ".");
        if (n >= sizeof name)
            return NULL;
        memcpy(name, dotted, n);
        name[n] = 0;
        object = json_get(object, name);
        dotted += n + (dotted[n] == '.');
    }
    return object;
}

const struct json *json_first(const struct json *node)
{
    return node && node_of(node)->child ? json_of(node_of(node)->child) : NULL;
}

const struct json *json_next(const struct json *node)
{
    return node && node_of(node)->next ? json_of(node_of(node)->next) : NULL;
}

const char *json_name(const struct json *member)
{
    return member ? node_of(member)->string : NULL;
}

size_t json_count(const struct json *node)
{
    size_t n = 0;
    for (const struct json *child = json_first(node); child; child = json_next(child))
        n++;
    return n;
}

const char *json_string(const struct json *node)
{
    return json_is(node, JSON_STRING) ? node_of(node)->valuestring : NULL;
}

const char *json_number(const struct json *node)
{
    return node && cJSON_IsRaw(node_of(node)) && json_kind(node) == JSON_NUMBER ? node_of(node)->valuestring : NULL;
}

bool json_i64(const struct json *node, int64_t *value)
{
    const char *text = json_number(node);
    if (!text)
        return false;
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno || *end)
        return false;
    *value = v;
    return true;
}

bool json_bool(const struct json *node, bool *value)
{
    if (!json_is(node, JSON_BOOL))
        return false;
    *value = cJSON_IsTrue(node_of(node));
    return true;
}

const char *json_get_string(const struct json *object, const char *name, const char *fallback)
{
    const char *text = json_string(json_get(object, name));
    return text ? text : fallback;
}

int64_t json_get_i64(const struct json *object, const char *name, int64_t fallback)
{
    json_i64(json_get(object, name), &fallback);
    return fallback;
}

bool json_get_bool(const struct json *object, const char *name, bool fallback)
{
    json_bool(json_get(object, name), &fallback);
    return fallback;
}

struct json *json_object(void)
{
    return json_of(node_new(cJSON_Object));
}

struct json *json_array(void)
{
    return json_of(node_new(cJSON_Array));
}

/* What cuts a text may cut a character; JSON that leaves is UTF-8 all the same. */
struct json *json_new_string(const char *text)
{
    if (!text)
        return json_new_null();
    size_t n = strlen(text);
    cJSON *node = node_new(cJSON_String);
    char *whole = text_valid(text, n) ? NULL : text_repair(text, n);
    set_text(node, whole ? whole : text, whole ? strlen(whole) : n);
    free(whole);
    return json_of(node);
}

struct json *json_new_i64(int64_t value)
{
    char text[24];
    size_t n = str_i64(text, value);
    text[n] = 0;
    cJSON *node = node_new(cJSON_Raw);
    set_text(node, text, n);
    return json_of(node);
}

struct json *json_new_bool(bool value)
{
    return json_of(node_new(value ? cJSON_True : cJSON_False));
}

struct json *json_new_null(void)
{
    return json_of(node_new(cJSON_NULL));
}

struct json *json_new_raw(const char *json_text)
{
    cJSON *node = node_new(json_text ? cJSON_Raw : cJSON_NULL);
    if (json_text)
        set_text(node, json_text, strlen(json_text));
    return json_of(node);
}

/* cJSON's own would keep pointing into the cells of what it copies. */
static cJSON *copy_of(const cJSON *node)
{
    cJSON *copy = node_new(node->type & 0xff);
    if (node->valuestring)
        set_text(copy, node->valuestring, strlen(node->valuestring));
    for (const cJSON *child = node->child; child; child = child->next) {
        cJSON *own = copy_of(child);
        if (child->string)
            set_name(own, child->string, strlen(child->string));
        append(copy, own);
    }
    return copy;
}

struct json *json_copy(const struct json *node)
{
    return json_of(copy_of(node_of(node)));
}

void json_put(struct json *object, const char *name, struct json *child)
{
    set_name(node_of(child), name, strlen(name));
    append(node_of(object), node_of(child));
}

void json_put_string(struct json *object, const char *name, const char *text)
{
    json_put(object, name, json_new_string(text));
}

void json_put_i64(struct json *object, const char *name, int64_t value)
{
    json_put(object, name, json_new_i64(value));
}

void json_put_bool(struct json *object, const char *name, bool value)
{
    json_put(object, name, json_new_bool(value));
}

void json_put_null(struct json *object, const char *name)
{
    json_put(object, name, json_new_null());
}

void json_push(struct json *array, struct json *child)
{
    append(node_of(array), node_of(child));
}

void json_drop(struct json *object, const char *name)
{
    cJSON *child = node_of(json_get(object, name));
    if (child)
        cJSON_Delete(cJSON_DetachItemViaPointer(node_of(object), child));
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(cJSON *const *)a)->string, (*(cJSON *const *)b)->string);
}

void json_sort(struct json *node)
{
    cJSON *parent = node_of(node);
    size_t n = json_count(node), i = 0;
    for (cJSON *child = parent->child; child; child = child->next)
        json_sort(json_of(child));
    if (n < 2 || !cJSON_IsObject(parent))
        return;
    cJSON **list = malloc(n * sizeof *list);
    if (!list)
        abort();
    for (cJSON *child = parent->child; child; child = child->next)
        list[i++] = child;
    qsort(list, n, sizeof *list, by_name);
    parent->child = NULL;
    for (i = 0; i < n; i++) {
        list[i]->next = list[i]->prev = NULL;
        append(parent, list[i]);
    }
    free(list);
}

/* --- writing --- */

static void print_string(struct str *out, const char *text)
{
    static const char escapes[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    const char *from = text, *p = text;
    str_addc(out, '"');
    for (; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        str_add(out, from, (size_t)(p - from));
        from = p + 1;
        if (c >= 0x20)
            str_add(out, (char[]){'\\', (char)c}, 2);
        else if (escapes[c])
            str_add(out, (char[]){'\\', escapes[c]}, 2);
        else
            str_addf(out, "\\u%04x", c);
    }
    str_add(out, from, (size_t)(p - from));
    str_addc(out, '"');
}

static void print_node(struct str *out, const cJSON *node)
{
    int type = node->type & 0xff;
    if (type == cJSON_String) {
        print_string(out, node->valuestring);
    } else if (type == cJSON_Object || type == cJSON_Array) {
        str_addc(out, type == cJSON_Object ? '{' : '[');
        for (const cJSON *child = node->child; child; child = child->next) {
            if (type == cJSON_Object) {
                print_string(out, child->string);
                str_addc(out, ':');
            }
            print_node(out, child);
            if (child->next)
                str_addc(out, ',');
        }
        str_addc(out, type == cJSON_Object ? '}' : ']');
    } else {
        str_adds(out, type == cJSON_Raw ? node->valuestring : type == cJSON_True ? "true" : type == cJSON_False ? "false" : "null");
    }
}

static void print(const struct json *node, struct str *out)
{
    str_init(out, (size_t)1 << 40);
    str_reserve(out, 1000);
    print_node(out, node_of(node));
}

char *json_print(const struct json *node)
{
    struct str out;
    print(node, &out);
    return str_take(&out);
}

char *json_print_in(struct arena *arena, const struct json *node)
{
    AUTO_STR out;
    print(node, &out);
    return arena_strndup(arena, out.data, out.len);
}

char *json_print_pretty(const struct json *node)
{
    char *text = cJSON_Print(node_of(node)), *copy = text ? strdup(text) : NULL;
    cJSON_free(text);
    if (!copy)
        abort();
    return copy;
}
