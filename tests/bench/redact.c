/* bench redact: microseconds to hide everything in a text, p50 and p99: short tickets and mails of 4 KiB, each without
 * and with personal data. One line each; not part of `make check`:
 *   tests/bench/redact */
#include "base/crypto.h"
#include "core/redact.h"
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

static void measure(const char *name, const char *const *texts, int count)
{
    static double took[RUNS];
    struct arena *arena = arena_new();
    for (int i = 0; i < RUNS; i++) {
        arena_reset(arena);
        double began = now_us();
        redact_text(arena, texts[i % count], &redact_all, "salt");
        took[i] = now_us() - began;
    }
    arena_free(arena);
    qsort(took, RUNS, sizeof *took, by_size);
    printf("redact_%-12s %8.1f %8.1f\n", name, took[RUNS / 2], took[RUNS * 99 / 100]);
}

static const char *mail(const char *const *texts, int count)
{
    char *out = malloc(MAIL + 1);
    size_t n = 0;
    for (int i = 0; n < MAIL; i++) {
        int more = snprintf(out + n, MAIL + 1 - n, "%s\n", texts[i % count]);
        n = n + (size_t)more < MAIL ? n + (size_t)more : MAIL;
    }
    return out;
}

int main(void)
{
    static const char *const plain[] = {
        "Where can my card be used?", "How long should it take for my top-up to finish? I've been waiting a while.", "Declined, transfer not completed.",
        "After the update the app closes by itself whenever I open the second tab; I have tried turning it off and on again."};
    static const char *const numbers[] = {
        "Order 20231105 of 3 items arrived on 2024-01-15 at 10:30, 2 are missing: 100.50 instead of 150.75.", "Error 502 since version 2.9.10.3, see ticket #48213.",
        "Paid 1,250.00 on 12/03/2024, transaction 93012455812, nothing came.", "The upload of 48213 rows stops at 73% after 120 s: timeout=30000"};
    static const char *const personal[] = {
        "I'm Ada Lovelace, ada@acme.com, +44 20 7946 0958, card 4111 1111 1111 1111.", "IBAN GB82 WEST 1234 5698 7654 32, SSN 078-05-1120, IP 203.0.113.7.",
        "Call me at (415) 555-0132, my password=hunter2", "Please write to bob@example.org about order 4111111111111112."};
    struct err err;
    if (!crypto_open() || !redact_open(&err))
        return 1;
    const char *mails[] = {mail(plain, 4), mail(numbers, 4), mail(personal, 4)};
    measure("plain", plain, 4);
    measure("numbers", numbers, 4);
    measure("personal", personal, 4);
    measure("mail_plain", &mails[0], 1);
    measure("mail_numbers", &mails[1], 1);
    measure("mail_personal", &mails[2], 1);
    redact_close();
    return 0;
}
