/* route: what an event's way out costs on one core, in microseconds a ticket (p50 and p99) and events a second: the pure route of
 * three steps and three destinations, the letter written and read again, hidden in, and composed. */
#include "base/clock.h"
#include "base/crypto.h"
#include "core/redact.h"
#include "core/route.h"
#include "destination/destination.h"
#include "support/letter.h"
#include "wire/letter.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 20000 };
static int64_t took[RUNS];

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void tell(const char *what, int64_t total)
{
    qsort(took, RUNS, sizeof *took, by_value);
    printf("%s %lld %lld %.0f\n", what, (long long)took[RUNS / 2], (long long)took[RUNS / 100 * 99], RUNS * 1e6 / (double)total);
}

static bool nothing(void *arg, const struct config_route *route, int step, const char *key, int64_t window)
{
    (void)arg, (void)route, (void)step, (void)key, (void)window;
    return false;
}

static const char text[] = "sources:\n  - {name: ingest, dialect: ingestlayer, auth: bearer, token: t}\ndestinations:\n"
                           "  - {name: a, kind: webhook, url: 'https://a.example/', secrets: [s]}\n  - {name: b, kind: webhook, url: 'https://b.example/'}\n"
                           "  - {name: c, kind: webhook, url: 'https://c.example/'}\nroutes:\n  - name: r\n    steps: [classify, {filter.match: 'urgency == \"critical\"'}, redact.pii]\n"
                           "    to: [a, {destination: b, when: 'plan == \"enterprise\"'}, {destination: c, when: 'channel == \"chat\"'}]\n";

int main(void)
{
    struct err err = {0};
    AUTO_ARENA keep = arena_new();
    if (!crypto_open() || !redact_open(&err))
        return 2;
    const struct config *config = config_parse(keep, "bench", text, strlen(text), NULL, 0, &err);
    if (!config) {
        fprintf(stderr, "route: %s\n", err.text);
        return 2;
    }
    const struct letter *letter = letter_raw(keep);
    struct route_facts facts = {.seen = nothing};
    struct when_env env = {0};
    struct arena *a = arena_new();
    int64_t start = clock_mono_us();
    const char *encoded = NULL;
    for (int i = 0; i < RUNS; i++) {
        struct route_verdict v;
        int64_t from = clock_mono_us();
        route_run(a, &config->routes[0], letter, &env, &facts, &v);
        AUTO_JSON verdict = route_encode(&v);
        AUTO_JSON whole = letter_encode(&v.letter);
        const char *out = json_print_in(a, whole);
        json_print_in(a, verdict);
        took[i] = clock_mono_us() - from;
        if (!encoded)
            encoded = arena_strdup(keep, out);
        arena_reset(a);
    }
    tell("route_and_letter", clock_mono_us() - start);
    start = clock_mono_us();
    for (int i = 0; i < RUNS; i++) {
        struct letter l;
        struct delivery d;
        struct letter_redaction how = {.route = true, .fields_mode = redact_all};
        int64_t from = clock_mono_us();
        struct composing c = {.to = &config->destinations[0], .attempt = 1, .now = 1800000000000};
        if (!letter_decode(a, encoded, &l, &err))
            return 1;
        c.letter = letter_redact(a, &l, &how);
        if (!destination_of(DEST_WEBHOOK)->compose(a, &c, &d, &err))
            return 1;
        took[i] = clock_mono_us() - from;
        arena_reset(a);
    }
    tell("redact_and_compose", clock_mono_us() - start);
    arena_free(a);
    redact_close();
    return 0;
}
