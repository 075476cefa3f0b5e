/* load: signed rbs events against a socket, so many connections, each waiting for its answer: `load SOCKET
 * PATH CONNECTIONS REQUESTS [RATE]`, RATE: so many a second, whether or not those before are answered. All requests are made and signed beforehand, so that the measured seconds hold
 * the server's work and the sockets only. Prints one line: events a second, p50 and p99 in microseconds, and
 * how many were not answered 200. A body is about 1.4 KB of what a shop sends, about half of it text. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/load.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char secret[] = "whsec_bench";
struct bench {
    char **requests;
    size_t *lengths;
    int64_t *took;
    int count, sent, answered, bad;
};

static const char story[] =
    "Good morning, since yesterday evening our terminal in the second shop does not print receipts any more. "
    "We have "
    "turned it off and on, changed the paper and the cable, and the test page comes out as it should. When "
    "we take a "
    "payment the screen says that the receipt was printed, but nothing happens. The other two shops work. "
    "Our "
    "accountant needs the receipts until Friday, so we write them by hand for now. Could you have a look, "
    "please? "
    "The terminal has the number 4471 and it is connected over the network, not over the cable. Thank you!";

static void write_body(struct str *body, int i)
{
    static const char *const priorities[] = {"low",    "medium", "high", "low",
                                             "medium", "medium", "high", "low"};
    static const char *const subjects[] = {"Terminal prints no receipts", "Question about my invoice",
                                           "Login fails after the update", "Please cancel the second licence",
                                           "Report shows yesterday's numbers"};
    char at[32];
    int64_t now = clock_now(), id = now % 100000000 * 100000 + i;
    str_addf(body,
             "{\"eventId\":\"%016" PRIx64
             "-%x\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"%s\",\"source\":\"caracol\","
             "\"organizationId\":\"org_rbs_4471\",\"data\":{\"source_ticket_id\":\"CAR-%" PRId64
             "-%x\",\"user_id\":\"usr_%d\","
             "\"user_name\":\"Lucia "
             "Pereira\",\"user_email\":\"lucia%d@cafe-amapola.example\",\"user_phone\":\"+57 300 0000000\","
             "\"subscription_plan\":\"pro\",\"category\":\"bug\",\"priority\":\"%s\",\"subject\":\"%s "
             "(%d)\",\"description\":\"%s %s\","
             "\"metadata\":{\"app_version\":\"4.18.2\",\"os\":\"Android 14\",\"store\":\"two\"}}}",
             (uint64_t)id, (unsigned)getpid(), clock_format(now, at), id, (unsigned)getpid(), i % 5000,
             i % 5000, i % 32 == 31 ? "urgent" : priorities[i % 8], subjects[i % 5], i, story,
             i % 2 ? story : "");
}

static void write_request(struct str *out, const char *path, const struct str *body)
{
    AUTO_ARENA arena = arena_new();
    struct signature_header list[4];
    int n = signature_sign(arena, "rbs", secret, NULL, clock_now() / 1000, body->data, body->len, list);
    str_addf(out,
             "POST %s HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
             path, body->len);
    for (int i = 0; i < n; i++)
        str_addf(out, "%s: %s\r\n", list[i].name, list[i].value);
    str_adds(out, "\r\n");
    str_add(out, body->data, body->len);
}

static void prepare(struct bench *b, const char *path)
{
    b->requests = calloc((size_t)b->count, sizeof *b->requests);
    b->lengths = calloc((size_t)b->count, sizeof *b->lengths);
    b->took = calloc((size_t)b->count, sizeof *b->took);
    if (!b->requests || !b->lengths || !b->took)
        abort();
    for (int i = 0; i < b->count; i++) {
        struct str out, body;
        str_init(&out, 64 << 10);
        str_init(&body, 64 << 10);
        write_body(&body, i);
        write_request(&out, path, &body);
        b->lengths[i] = out.len;
        b->requests[i] = str_take(&out);
        str_fini(&body);
    }
}

static bool next(void *arg, int connection, const char **data, size_t *n)
{
    struct bench *b = arg;
    (void)connection;
    if (b->sent == b->count)
        return false;
    *data = b->requests[b->sent];
    *n = b->lengths[b->sent++];
    return true;
}

static void done(void *arg, int connection, int status, const char *body, size_t n, int64_t us)
{
    struct bench *b = arg;
    (void)connection;
    if (status != 200 && !b->bad++)
        fprintf(stderr, "load: answered %d: %.*s\n", status, (int)n, body);
    b->took[b->answered++] = us;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    struct bench b = {.count = argc == 5 || argc == 6 ? (int)strtol(argv[4], NULL, 10) : 0};
    if (b.count < 1 || !crypto_open())
        return 2;
    struct load load = {.socket = {argv[1], argv[1]},
                        .connections = {(int)strtol(argv[3], NULL, 10), 0},
                        .rate = argc == 6 ? (int)strtol(argv[5], NULL, 10) : 0,
                        .next = next,
                        .done = done,
                        .arg = &b};
    prepare(&b, argv[2]);
    int64_t start = clock_mono_us();
    if (!load_run(&load))
        return 1;
    double seconds = (double)(clock_mono_us() - start) / 1e6;
    qsort(b.took, (size_t)b.answered, sizeof *b.took, by_value);
    printf("%.0f %" PRId64 " %" PRId64 " %d\n", b.answered / seconds, b.took[b.answered / 2],
           b.took[(int)(b.answered * 0.99)], b.bad);
    for (int i = 0; i < b.count; i++)
        free(b.requests[i]);
    free(b.requests);
    free(b.lengths);
    free(b.took);
    return b.bad != 0 || b.answered != b.count;
}
