/* drawn: how many pictures a console draws, whether anything of them is sent or not (triage-counted counts them). A key is one; an answer
 * that says what stands already is none, and neither is news of what is not shown. */
#include "base/arena.h"
#include "base/clock.h"
#include "harness/seat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { ROUNDS = 20, APART_MS = 40 /* further than two pictures of what the stream brings */, BY_ITSELF = 6 /* a second begins, a key is long ago, what is like a ticket comes */ };
static struct arena *arena;
static const char *file;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    const char *program = arena_printf(arena, "%s/triage-counted", getenv("TRIAGE_BUILDDIR"));
    if (access(program, X_OK) != 0)
        return 0;
    setenv("TRIAGE_TRIAGE", program, 1);
    file = arena_printf(arena, "/tmp/triage-pictures-%d", (int)getpid());
    setenv("TRIAGE_PICTURES", file, 1);
    seat_take("mine", NULL);
    seat_shows("live");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (file) {
        seat_leave();
        unlink(file);
    }
    arena_free(arena);
    return 0;
}

static void need_program(void)
{
    if (file)
        return;
    print_message("# skipped: make triage-counted first\n");
    skip();
}

static long pictures(void)
{
    struct stat st;
    return stat(file, &st) == 0 ? (long)st.st_size : 0;
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = APART_MS * 1000000L}, NULL);
}

/* Of so many keys, and of the time that passes. */
static long most(int keys, int64_t began)
{
    return keys + (clock_mono() - began) / 1000 * 2 + BY_ITSELF;
}

static void visit(const char *keys, const char *shows)
{
    seat_press(keys);
    seat_shows(shows);
    rest();
}

static void an_answer_that_says_what_stands_draws_nothing(void **state)
{
    (void)state;
    need_program();
    for (int i = 0; i < 2; i++) { /* the first of each are news */
        visit("gd", "Deliveries");
        visit("gK", "Macros");
    }
    int64_t began = clock_mono();
    long before = pictures();
    for (int i = 0; i < ROUNDS; i++) {
        visit("gd", "Deliveries");
        visit("gK", "Macros");
    }
    long bound = most(4 * ROUNDS, began), drawn = pictures() - before;
    print_message("# drawn: %d screens asked for again, %d documents: %ld pictures\n", 2 * ROUNDS, 5 * ROUNDS, drawn);
    assert_in_range(drawn, ROUNDS, bound);
}

static void news_of_what_is_not_shown_draws_nothing(void **state)
{
    (void)state;
    need_program();
    seat_post("shop", "1", "Invoice is wrong");
    visit(":1\r", "first response");
    rest();
    int64_t began = clock_mono();
    long before = pictures();
    for (int i = 0; i < ROUNDS; i++) {
        char id[8];
        snprintf(id, sizeof id, "%d", i + 2);
        seat_post("shop", id, "Another matter");
        rest();
    }
    long bound = most(0, began), drawn = pictures() - before;
    print_message("# drawn: %d tickets elsewhere: %ld pictures\n", ROUNDS, drawn);
    assert_in_range(drawn, 0, bound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_answer_that_says_what_stands_draws_nothing), cmocka_unit_test(news_of_what_is_not_shown_draws_nothing)};
    return cmocka_run_group_tests_name("flow/drawn", tests, start, stop);
}
