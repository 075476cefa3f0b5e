/* bench model: microseconds to hash a question, to compose it and to judge its answer, p50 and p99, for a short ticket and
 * for one of 4 KiB, with and without personal data. One line each; not part of `make check`:
 *   tests/bench/model */
#include "base/crypto.h"
#include "core/redact.h"
#include "destination/model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 4000, MAIL = 4096 };

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const struct config_destination to = {.name = "labels", .kind = DEST_MODEL, .api = MODEL_OPENAI, .model = "small", .token = "key"};

static bool hash(struct arena *arena, const struct composing *c)
{
    uint8_t out[32];
    return model_hash(arena, c->letter, c->to, out);
}

static bool compose(struct arena *arena, const struct composing *c)
{
    struct delivery r;
    struct err err;
    return destination_model.compose(arena, c, &r, &err);
}

static bool judge(struct arena *arena, const struct composing *c)
{
    static const char body[] = "{\"choices\":[{\"message\":{\"content\":\"{\\\"urgency\\\":\\\"high\\\",\\\"category\\\":\\\"bug\\\",\\\"confidence\\\":\\\"high\\\","
                               "\\\"evidence\\\":\\\"\\\",\\\"suspicious\\\":false}\"},\"finish_reason\":\"stop\"}]}";
    const struct reply reply = {.status = 200, .sent = true, .body = body, .body_n = sizeof body - 1};
    AUTO_JSON memo = json_object();
    return destination_model.judge(arena, c, &reply, memo).kind == VERDICT_DELIVERED;
}

static void measure(const char *name, const char *what, const char *text, bool (*run)(struct arena *arena, const struct composing *c))
{
    static double took[RUNS];
    const struct ticket ticket = {.id = 42, .title = "Checkout answers with an error", .channel = "email", .language = "en"};
    const struct message message = {.id = "m1", .author_kind = AUTHOR_CUSTOMER, .body = text};
    const struct letter letter = {.of = LETTER_LABEL, .id = "evt_01hzk4q3v9t7", .type = "support.ticket.created", .ticket = &ticket, .message = &message};
    const struct composing c = {.letter = &letter, .to = &to, .attempt = 1};
    struct arena *arena = arena_new();
    for (int i = 0; i < RUNS; i++) {
        arena_reset(arena);
        double began = now_us();
        if (!run(arena, &c))
            exit(1);
        took[i] = now_us() - began;
    }
    arena_free(arena);
    qsort(took, RUNS, sizeof *took, by_size);
    printf("model_%s_%-14s %8.1f %8.1f\n", name, what, took[RUNS / 2], took[RUNS * 99 / 100]);
}

static void measure_all(const char *what, const char *text)
{
    measure("hash", what, text, hash);
    measure("compose", what, text, compose);
    measure("judge", what, text, judge);
}

static const char *mail(const char *text)
{
    char *out = malloc(MAIL + 1);
    if (!out)
        exit(1);
    for (size_t i = 0, n = strlen(text); i < MAIL; i++)
        out[i] = text[i % n];
    out[MAIL] = '\0';
    return out;
}

int main(void)
{
    static const char plain[] = "Since noon nobody can pay: the page answers \"500\" to everybody who tries. ";
    static const char personal[] = "I'm Ada Lovelace, ada@acme.com, +44 20 7946 0958, card 4111 1111 1111 1111. ";
    struct err err;
    if (!crypto_open() || !redact_open(&err))
        return 1;
    measure_all("plain", plain);
    measure_all("personal", personal);
    measure_all("mail_plain", mail(plain));
    measure_all("mail_personal", mail(personal));
    return 0;
}
