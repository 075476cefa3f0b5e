/* find: results as they are typed: `find DB WORD...` reads a desk as the daemon's threads do and tells, of each word (with `q` as it is
 * typed, blanks between terms), a page of 50 in each order and the count: milliseconds by the clock and of processor time (p50 and
 * p99), how many rows came, and whether that was all. Nothing is written: a desk at rest, or one that serves. */
#include "base/clock.h"
#include "base/str.h"
#include "core/redact.h"
#include "core/when.h"
#include "store/list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 21, ORDERS = 5 };
static const char *const orders[ORDERS] = {"due", "age", "newest", "updated", "urgency"};

static void die(const char *what, const struct err *err)
{
    fprintf(stderr, "find: %s: %s\n", what, err->text);
    exit(2);
}

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int page(struct store *s, struct arena *arena, int order, const struct when *where, bool *more)
{
    struct err err = {0};
    struct when_env env = {.me = "ana", .body = store_body_holds, .body_arg = s};
    struct ticket **rows;
    const char *next = NULL;
    int n = 0;
    struct row_filter f = {.view = "all", .owner = "", .where = where, .env = &env, .limit = 50};
    struct list_query q = {.order = order == 3 ? LIST_UPDATED : LIST_AGE, .where = {NULL, where}, .env = &env, .limit = 50, .invert = order == 2};
    bool ok = order == 0 ? store_queue_page(s, arena, &f, &rows, &n, &next, &err) : order == 4 ? store_rank_page(s, arena, &f, NULL, RANK_URGENCY, &rows, &n, &next, &err) :
              store_list_tickets(s, arena, &q, &rows, &n, &next, &err);
    if (!ok)
        die(orders[order], &err);
    *more = next;
    return n;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void tell(const char *word, const char *what, int64_t took[2][ROUNDS], const char *came)
{
    for (int i = 0; i < 2; i++)
        qsort(took[i], ROUNDS, sizeof **took, by_value);
    printf("%-24s %-8s %7.2f %7.2f ms, CPU %7.2f %7.2f ms, %s\n", word, what, (double)took[0][ROUNDS / 2] / 1000, (double)took[0][ROUNDS - 1] / 1000,
           (double)took[1][ROUNDS / 2] / 1000, (double)took[1][ROUNDS - 1] / 1000, came);
}

static void measure(struct store *s, const char *word)
{
    AUTO_ARENA keep = arena_new();
    struct err err = {0};
    const char *text = when_from_words(keep, word, &err);
    const struct when *where = text ? when_parse_asked(keep, text, &err) : NULL;
    struct when_env env = {.me = "ana", .body = store_body_holds, .body_arg = s};
    struct row_filter f = {.view = "all", .owner = "", .where = where, .env = &env};
    int64_t took[2][ROUNDS], n = 0;
    bool more = false;
    if (!where)
        die(word, &err);
    for (int order = 0; order <= ORDERS; order++) {
        for (int i = 0; i < ROUNDS; i++) {
            AUTO_ARENA arena = arena_new();
            int64_t at = clock_mono_us(), cpu = cpu_us();
            if (order < ORDERS)
                n = page(s, arena, order, where, &more);
            else if (!store_queue_match(s, &f, 30, &n, &more, &err))
                die("count", &err);
            took[0][i] = clock_mono_us() - at;
            took[1][i] = cpu_us() - cpu;
        }
        tell(word, order < ORDERS ? orders[order] : "count", took, arena_printf(keep, "%lld%s", (long long)n, more ? " and more" : ""));
    }
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct store *s = argc > 2 ? store_open(argv[1], STORE_READER, &err) : NULL;
    if (argc < 3) {
        fputs("usage: find DB WORD...\n", stderr);
        return 64;
    }
    if (!s)
        die("open", &err);
    for (int i = 2; i < argc; i++)
        measure(s, argv[i]);
    store_close(s);
    return 0;
}
