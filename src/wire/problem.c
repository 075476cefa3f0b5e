/* problem: the table and its two spellings. Written by hand rather than as a tree: it must be ASCII, bounded, and
 * possible when nothing else is. */
#include "wire/problem.h"
#include "base/str.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BODY_MAX = 512, DETAIL_MAX = 200 };

static const struct problem_row rows[PROBLEMS] = {
    [PROBLEM_OVERLOADED] = {"overloaded", "Overloaded", "Too much is going on at once.", 503, true, 1, true},
    [PROBLEM_TIMEOUT] = {"timeout", "Too slow", "The request took too long to arrive.", 408, true, 0, true},
    [PROBLEM_BAD_REQUEST] = {"bad-request", "Bad request", "The request line or a header is malformed.", 400, false, 0, true},
    [PROBLEM_BAD_FRAMING] = {"bad-framing", "Bad framing", "The length of the body is ambiguous.", 400, false, 0, true},
    [PROBLEM_VERSION] = {"version", "HTTP version", "Only HTTP/1.0 and HTTP/1.1 are spoken here.", 505, false, 0, true},
    [PROBLEM_BAD_HOST] = {"bad-host", "Bad Host", "Exactly one Host header is needed.", 400, false, 0, true},
    [PROBLEM_OTHER_HOST] = {"bad-host", "Other Host", "The Host is not one of ours.", 421, false, 0, true},
    [PROBLEM_BROWSER] = {"browser-refused", "Browsers are refused", "Requests with an Origin are not taken.", 403, false, 0, true},
    [PROBLEM_URI_TOO_LONG] = {"uri-too-long", "URL too long", "The URL is longer than 2 KiB.", 414, false, 0, true},
    [PROBLEM_HEADERS_TOO_LARGE] = {"headers-too-large", "Headers too large", "At most 64 headers of 8 KiB, 16 KiB in all.", 431, false, 0, true},
    [PROBLEM_METHOD] = {"method", "Method not allowed", "The Allow header says what is.", 405, false, 0, false},
    [PROBLEM_NOT_IMPLEMENTED] = {"not-implemented", "Not implemented", "This method or upgrade is unknown here.", 501, false, 0, true},
    [PROBLEM_LENGTH_REQUIRED] = {"length-required", "Length required", "A Content-Length or chunked encoding is needed.", 411, false, 0, true},
    [PROBLEM_TOO_LARGE] = {"too-large", "Body too large", "The body is over the limit of this call.", 413, false, 0, true},
    [PROBLEM_EXPECTATION] = {"expectation", "Expectation failed", "Only 100-continue can be expected.", 417, false, 0, true},
    [PROBLEM_NOT_FOUND] = {"not-found", "Not found", "There is nothing at this path.", 404, false, 0, false},
    [PROBLEM_UNAUTHENTICATED] = {"unauthenticated", "Signature check failed", "The request was not signed for this source.", 401, false, 0, false},
    [PROBLEM_STALE] = {"stale-timestamp", "Stale timestamp", "The signature is right, but older than 300 s: sign it again.", 401, false, 0, false},
    [PROBLEM_FUTURE] = {"future-timestamp", "Timestamp in the future", "The signature is right, but more than 300 s ahead: check the clock.", 401, false, 0, false},
    [PROBLEM_SOURCE_DISABLED] = {"source-disabled", "Source disabled", "This source was switched off in the configuration.", 403, false, 0, false},
    [PROBLEM_RATE_LIMITED] = {"rate-limited", "Too many requests", "This source is over its rate.", 429, true, 1, false},
    [PROBLEM_ENCODING] = {"encoding", "Content-Encoding", "Send the body without a Content-Encoding.", 415, false, 0, false},
    [PROBLEM_EMPTY] = {"empty", "Empty body", "The body is empty.", 400, false, 0, false},
    [PROBLEM_NOT_UTF8] = {"not-utf8", "Not UTF-8", "The body is not UTF-8.", 400, false, 0, false},
    [PROBLEM_NOT_JSON] = {"not-json", "Not JSON", "The body is not one JSON text (RFC 8259).", 400, false, 0, false},
    [PROBLEM_JSON_LIMITS] = {"json-limits", "JSON over the limits", "The JSON is nested too deep or has too many parts.", 400, false, 0, false},
    [PROBLEM_SHAPE] = {"shape", "Shape", "The JSON is valid, but not what this call takes.", 422, false, 0, false},
    [PROBLEM_IDEMPOTENCY] = {"bad-idempotency-key", "Bad idempotency key", "The header must come once, with 1 to 256 printable bytes.", 400, false, 0, false},
    [PROBLEM_STRICT] = {"strict", "Refused in strict mode", "The source is strict and the event has warnings.", 422, false, 0, false},
    [PROBLEM_AMBIGUOUS] = {"duplicate-member", "Duplicate member", "An object has two members of the same name and the source is strict.", 400, false, 0, false},
    [PROBLEM_NO_SPACE] = {"no-space", "Disk full", "The event could not be stored.", 507, true, 30, false},
    [PROBLEM_STORAGE] = {"storage", "Storage failed", "The event could not be stored; send it again with the same id.", 503, true, 10, true},
    [PROBLEM_QUEUE_FULL] = {"overloaded", "Overloaded", "The commit queue is full.", 503, true, 2, false},
    [PROBLEM_DRAINING] = {"draining", "Shutting down", "The daemon is stopping.", 503, true, 5, true},
};

const struct problem_row *problem_row(enum problem_id id)
{
    return &rows[id < PROBLEMS ? id : PROBLEM_BAD_REQUEST];
}

struct problem problem_of(enum problem_id id)
{
    const struct problem_row *row = problem_row(id);
    return (struct problem){.slug = row->slug, .title = row->title, .detail = row->detail, .status = row->status,
                            .retryable = row->retryable, .retry_after = row->retry_after};
}

struct problem problem_of_err(const struct err *err)
{
    const struct err_row *row = err_row(err->code);
    return (struct problem){.slug = row->slug, .title = row->title, .detail = err->text, .hint = row->hint,
                            .status = row->status, .retryable = row->retryable};
}

/* One code point of well-formed UTF-8; anything else is taken byte by byte as U+FFFD. */
static uint32_t next_code(const unsigned char **p)
{
    uint32_t c = *(*p)++;
    int more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : -1;
    if (more < 0)
        return 0xfffd;
    if (more)
        c &= 0x3fu >> more;
    for (int i = 0; i < more; i++) {
        if (((*p)[i] & 0xc0) != 0x80)
            return 0xfffd;
        c = c << 6 | ((*p)[i] & 0x3f);
    }
    *p += more;
    return c;
}

/* A JSON string in ASCII, cut after about `max` bytes. */
static void quote(struct str *out, const char *text, size_t max)
{
    size_t end = out->len + max;
    str_addc(out, '"');
    for (const unsigned char *p = (const unsigned char *)text; *p && out->len < end;) {
        uint32_t c = next_code(&p);
        if (c == '"' || c == '\\')
            str_addf(out, "\\%c", (char)c);
        else if (c >= 0x20 && c < 0x7f)
            str_addc(out, (char)c);
        else if (c < 0x10000)
            str_addf(out, "\\u%04x", (unsigned)c);
        else
            str_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)), (unsigned)(0xdc00 + (c & 0x3ff)));
    }
    str_addc(out, '"');
}

static void member(struct str *out, const char *name, const char *value, size_t max)
{
    if (!value || !*value)
        return;
    str_addf(out, ",\"%s\":", name);
    quote(out, value, max);
}

char *problem_print(struct arena *arena, const struct problem *p)
{
    AUTO_STR out;
    str_init(&out, BODY_MAX + (p->errors ? strlen(p->errors) + 16 : 0));
    str_addf(&out, "{\"type\":\"urn:triage:problem:%s\",\"title\":", p->slug);
    quote(&out, p->title, 40);
    str_addf(&out, ",\"status\":%d", p->status);
    member(&out, "detail", p->detail, DETAIL_MAX);
    if (p->request)
        str_addf(&out, ",\"instance\":\"urn:triage:request:%s\"", p->request);
    str_addf(&out, ",\"retryable\":%s", p->retryable ? "true" : "false");
    if (p->retry_after)
        str_addf(&out, ",\"retry_after\":%d", p->retry_after);
    member(&out, "error", p->error, 40);
    member(&out, "hint", p->hint, 60);
    if (p->errors)
        str_addf(&out, ",\"errors\":%s", p->errors);
    str_addc(&out, '}');
    return arena_strndup(arena, out.data, out.len);
}

char *problem_print_vendor(struct arena *arena, const struct problem *p)
{
    AUTO_STR out;
    str_init(&out, BODY_MAX);
    str_adds(&out, "{\"error\":{\"message\":");
    quote(&out, p->detail ? p->detail : p->title, 400);
    str_adds(&out, "}}");
    return arena_strndup(arena, out.data, out.len);
}
