/* gate: a list of small questions, in the order of reliability.md 4.1; the first that is answered badly decides. */
#include "api/gate.h"
#include "base/str.h"
#include <string.h>
#include <strings.h>

const char *gate_header(const struct gate_head *head, const char *name, int *count)
{
    const char *value = NULL;
    int n = 0;
    for (int i = 0; i < head->count; i++)
        if (strcasecmp(head->headers[i].name, name) == 0 && n++ == 0)
            value = head->headers[i].value;
    if (count)
        *count = n;
    return value;
}

static int times(const struct gate_head *head, const char *name)
{
    int n;
    gate_header(head, name, &n);
    return n;
}

static bool is_token(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr("!#$%&'*+-.^_`|~", text[i]) && !(text[i] >= '0' && text[i] <= '9') &&
            !(text[i] >= 'A' && text[i] <= 'Z') && !(text[i] >= 'a' && text[i] <= 'z'))
            return false;
    return n > 0 && !memchr(text, 0, n);
}

static bool is_clean(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return true;
}

static bool line_ok(const struct gate_head *head)
{
    if (!is_token(head->method, strlen(head->method)) || head->url[0] != '/')
        return false;
    for (const char *c = head->url; *c; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f)
            return false;
    return true;
}

static bool version_ok(const struct gate_head *head)
{
    return strcmp(head->version, "HTTP/1.1") == 0 || strcmp(head->version, "HTTP/1.0") == 0;
}

static bool size_ok(const struct gate_head *head)
{
    size_t all = 0;
    for (int i = 0; i < head->count; i++) {
        size_t n = head->headers[i].name_n + head->headers[i].value_n;
        if (n > GATE_HEADER)
            return false;
        all += n + 4;
    }
    return head->count <= GATE_HEADERS && all <= GATE_HEAD;
}

static bool headers_ok(const struct gate_head *head)
{
    for (int i = 0; i < head->count; i++)
        if (!is_token(head->headers[i].name, head->headers[i].name_n) ||
            !is_clean(head->headers[i].value, head->headers[i].value_n))
            return false;
    return true;
}

static bool is_digits(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 && n <= 18 && !text[n];
}

static bool framing_ok(const struct gate_head *head)
{
    int lengths, codings;
    const char *length = gate_header(head, "Content-Length", &lengths);
    const char *coding = gate_header(head, "Transfer-Encoding", &codings);
    if (lengths > 1 || codings > 1 || (lengths && codings) || (length && !is_digits(length)))
        return false;
    return !coding || (strcasecmp(coding, "chunked") == 0 && strcmp(head->version, "HTTP/1.1") == 0);
}

/* host[:port]; brackets belong to the host. */
static size_t host_length(const char *host)
{
    const char *end = host[0] == '[' ? strchr(host, ']') : NULL;
    return end ? (size_t)(end + 1 - host) : strcspn(host, ":");
}

static bool port_ok(const char *rest)
{
    return !*rest || (*rest == ':' && strlen(rest) <= 6 && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

static bool host_ours(const char *host, bool local)
{
    static const char *const ours[] = {"localhost", "127.0.0.1", "[::1]"};
    size_t n = host_length(host);
    if (!port_ok(host + n))
        return false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strlen(ours[i]) == n && strncasecmp(host, ours[i], n) == 0)
            return true;
    return local && !memchr(host, '.', n) && host[0] != '[';
}

bool gate_method_known(const char *method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(method, known[i]) == 0)
            return true;
    return false;
}

static bool length_ok(const struct gate_head *head)
{
    bool body = strcmp(head->method, "POST") == 0 || strcmp(head->method, "PUT") == 0;
    return !body || times(head, "Content-Length") || times(head, "Transfer-Encoding");
}

static bool expect_ok(const struct gate_head *head)
{
    int n;
    const char *expect = gate_header(head, "Expect", &n);
    return !expect || (n == 1 && strcasecmp(expect, "100-continue") == 0);
}

bool gate_check(const struct gate_head *head, enum problem_id *why)
{
    int hosts;
    const char *host = gate_header(head, "Host", &hosts);
    const struct { bool ok; enum problem_id id; } questions[] = {
        {strlen(head->url) <= GATE_URL, PROBLEM_URI_TOO_LONG},
        {line_ok(head), PROBLEM_BAD_REQUEST},
        {version_ok(head), PROBLEM_VERSION},
        {size_ok(head), PROBLEM_HEADERS_TOO_LARGE},
        {headers_ok(head), PROBLEM_BAD_REQUEST},
        {framing_ok(head), PROBLEM_BAD_FRAMING},
        {hosts == 1, PROBLEM_BAD_HOST},
        {host && host_ours(host, head->local), PROBLEM_OTHER_HOST},
        {!times(head, "Origin"), PROBLEM_BROWSER},
        {gate_method_known(head->method) && !times(head, "Upgrade"), PROBLEM_NOT_IMPLEMENTED},
        {length_ok(head), PROBLEM_LENGTH_REQUIRED},
        {expect_ok(head), PROBLEM_EXPECTATION},
    };
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (!questions[i].ok) {
            *why = questions[i].id;
            return false;
        }
    return true;
}

int64_t gate_length(const struct gate_head *head)
{
    const char *text = gate_header(head, "Content-Length", NULL);
    if (!text)
        return -1;
    int64_t n = 0;
    for (; *text; text++)
        n = n * 10 + (*text - '0');
    return n;
}

bool gate_has_body(const struct gate_head *head)
{
    return times(head, "Transfer-Encoding") || gate_length(head) > 0;
}
