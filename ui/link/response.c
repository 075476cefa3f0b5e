/* response: see response.h. Lines are collected whole, a body is handed on as it comes. */
#include "link/response.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void response_init(struct response *r)
{
    *r = (struct response){.left = -1, .keeps = true};
    str_init(&r->line, RESPONSE_LINE);
}

void response_fini(struct response *r)
{
    str_fini(&r->line);
}

void response_restart(struct response *r)
{
    struct str line = r->line;
    str_clear(&line);
    line.cut = false;
    *r = (struct response){.left = -1, .keeps = true, .line = line};
}

/* Digits and nothing else; -1: not a number, or none that fits. */
static int64_t number(const char *text, int base)
{
    char *end;
    int64_t n = isxdigit((unsigned char)*text) ? strtoll(text, &end, base) : -1;
    return n >= 0 && n < INT64_MAX && !*end ? n : -1;
}

static const char *value_of(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(line, name, n) != 0 || line[n] != ':')
        return NULL;
    return line + n + 1 + strspn(line + n + 1, " \t");
}

static enum response_state status_line(struct response *r, const char *line)
{
    if (strncmp(line, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line[7]) || line[8] != ' ')
        return RESPONSE_BAD;
    r->code = (int)strtol(line + 9, NULL, 10);
    r->keeps = line[7] != '0';
    return r->code < 100 || r->code > 599 ? RESPONSE_BAD : RESPONSE_HEAD;
}

static enum response_state header(struct response *r, const char *line)
{
    const char *length = value_of(line, "Content-Length"), *coding = value_of(line, "Transfer-Encoding"), *stays = value_of(line, "Connection");
    if (length && (r->left = number(length, 10)) < 0)
        return RESPONSE_BAD;
    if (coding && strcasecmp(coding, "chunked") != 0)
        return RESPONSE_BAD;
    r->chunked |= coding != NULL;
    r->keeps &= !stays || strcasecmp(stays, "close") != 0;
    return RESPONSE_HEAD;
}

/* What follows the empty line behind the headers. 1xx announces another head. */
static enum response_state head_ends(struct response *r)
{
    if (!r->code)
        return RESPONSE_BAD;
    if (r->code < 200) {
        r->code = 0;
        return RESPONSE_HEAD;
    }
    r->status = r->code;
    if (r->code == 204 || r->code == 304)
        return RESPONSE_DONE;
    if (r->chunked)
        return RESPONSE_SIZE;
    if (r->left < 0)
        r->keeps = false;
    return r->left < 0 ? RESPONSE_OPEN : r->left ? RESPONSE_COUNTED : RESPONSE_DONE;
}

static enum response_state size_line(struct response *r, char *line)
{
    line[strcspn(line, "; \t")] = 0; /* extensions say nothing here */
    r->left = number(line, 16);
    return r->left < 0 ? RESPONSE_BAD : r->left ? RESPONSE_CHUNK : RESPONSE_TRAILER;
}

static enum response_state whole_line(struct response *r)
{
    char *line = r->line.data;
    if (r->line.cut || strlen(line) != r->line.len)
        return RESPONSE_BAD;
    switch (r->state) {
    case RESPONSE_HEAD:
        return !*line ? head_ends(r) : r->code ? header(r, line) : status_line(r, line);
    case RESPONSE_SIZE:
        return size_line(r, line);
    case RESPONSE_BREAK:
        return *line ? RESPONSE_BAD : RESPONSE_SIZE;
    default: /* RESPONSE_TRAILER */
        return *line ? RESPONSE_TRAILER : RESPONSE_DONE;
    }
}

static size_t take_line(struct response *r, const char *bytes, size_t n)
{
    const char *end = memchr(bytes, '\n', n);
    str_add(&r->line, bytes, end ? (size_t)(end - bytes) : n);
    if (!end) {
        r->state = r->line.cut ? RESPONSE_BAD : r->state;
        return n;
    }
    if (r->line.len && r->line.data[r->line.len - 1] == '\r')
        r->line.data[--r->line.len] = 0;
    r->state = whole_line(r);
    str_clear(&r->line);
    return (size_t)(end - bytes) + 1;
}

static size_t take_body(struct response *r, const char *bytes, size_t n, response_body *body, void *arg)
{
    if (r->state != RESPONSE_OPEN && (int64_t)n > r->left)
        n = (size_t)r->left;
    if (r->state != RESPONSE_OPEN)
        r->left -= (int64_t)n;
    if (!body(arg, bytes, n))
        r->state = RESPONSE_BAD;
    else if (r->state == RESPONSE_COUNTED && !r->left)
        r->state = RESPONSE_DONE;
    else if (r->state == RESPONSE_CHUNK && !r->left)
        r->state = RESPONSE_BREAK;
    return n;
}

size_t response_feed(struct response *r, const char *bytes, size_t n, response_body *body, void *arg)
{
    size_t at = 0;
    while (at < n && r->state < RESPONSE_DONE) {
        bool in_body = r->state == RESPONSE_COUNTED || r->state == RESPONSE_OPEN || r->state == RESPONSE_CHUNK;
        at += in_body ? take_body(r, bytes + at, n - at, body, arg) : take_line(r, bytes + at, n - at);
    }
    return at;
}

void response_end(struct response *r)
{
    if (r->state != RESPONSE_DONE)
        r->state = r->state == RESPONSE_OPEN ? RESPONSE_DONE : RESPONSE_BAD;
}
