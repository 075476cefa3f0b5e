/* standing: what must be known of a ticket stands beside its subject at every width a terminal has: the word where a window is one to work in,
 * the sign everywhere. */
#include "base/str.h"
#include "screen/queue.h"
#include "screen/standing.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { LEAST = 28, WORDS_FROM = 66, MOST = 200 };
static struct desk_case desk;
static struct queue queue;

static int begin(void **state)
{
    (void)state;
    desk_start(&desk);
    queue_init(&queue);
    return 0;
}

static int end(void **state)
{
    (void)state;
    queue_fini(&queue);
    desk_end(&desk);
    return 0;
}

static void feature_idea_is(const char *members)
{
    static int seq = 100;
    char frame[600];
    seq++;
    int n = snprintf(frame, sizeof frame, "{\"seq\":%d,\"ticket\":4117,\"row\":{\"id\":4117,\"title\":\"Feature idea, and a subject that goes on for longer than any window\",\"version\":%d,%s}}",
                     seq, seq, members);
    mirror_frame(desk.mirror, "ticket", seq, frame, (size_t)n, DESK_NOW);
    queue_sync(&queue, desk.mirror, false);
}

static const char *drawn(int columns)
{
    desk_size(&desk, columns, 24);
    queue_draw(&queue, &desk.look, desk.surface);
    for (int row = 0; row < 24; row++)
        if (strstr(desk_row(&desk, row), " 4117 "))
            return desk_row(&desk, row);
    fail_msg("no row of #4117 at %d columns", columns);
    return "";
}

static void every_width_has_the_sign_and_a_window_its_word(void **state)
{
    static const struct { const char *members, *sign, *word; } cases[] = {
        {"\"status\":\"resolved\",\"undelivered\":1", "✗", "✗ undelivered"},
        {"\"status\":\"resolved\",\"undelivered\":12", "✗", "undelivered"},
        {"\"status\":\"open\",\"escalated\":\"triggered\"", "‼", "‼ paging"},
        {"\"status\":\"closed\",\"merged_into\":4001,\"followed_by\":4120,\"split_from\":3977", "■", "■ closed"},
        {"\"status\":\"resolved\"", "✔", "✔ resolved"},
        {"\"status\":\"on_hold\"", "", "on hold"},
        {"\"status\":\"open\",\"woke_by\":\"customer_reply\",\"woke_at\":1795600000000", "↑", "↑ they wrote"}};
    int widths = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        feature_idea_is(cases[i].members);
        for (int columns = LEAST; columns <= MOST; columns++, widths++) {
            const char *row = drawn(columns), *subject = strstr(row, "Feat"), *want = columns < WORDS_FROM ? cases[i].sign : cases[i].word;
            bool linked = strstr(cases[i].members, "merged") && strstr(row, "part of #4001, goes on in #4120"); /* which says as much */
            if ((!strstr(subject ? subject : row, want) && !linked) || (columns >= WORDS_FROM && !subject))
                fail_msg("%s at %d columns: no \"%s\" in \"%s\"", cases[i].members, columns, want, row);
        }
    }
    print_message("# %d rows, each with what must be known of it\n", widths);
}

static void what_is_said_gets_shorter_before_it_goes(void **state)
{
    const struct standing dead = {UI_LATE, "✗ 12 undelivered", "✗ undelivered", "✗", false}, seen = {UI_PRESENCE, "▸ tom viewing", "", "", true};
    (void)state;
    assert_string_equal(standing_fit(&dead, 40, 80), "✗ 12 undelivered");
    assert_string_equal(standing_fit(&dead, 26, 80), "✗ undelivered");
    assert_string_equal(standing_fit(&dead, 22, 80), "✗ undelivered");
    assert_string_equal(standing_fit(&dead, 21, 80), "✗");
    assert_string_equal(standing_fit(&dead, 3, 80), "✗");
    assert_string_equal(standing_fit(&dead, 2, 80), "");
    assert_string_equal(standing_fit(&seen, 40, 20), "▸ tom viewing"); /* no sign of something wrong: where there is room */
    assert_string_equal(standing_fit(&seen, 40, 30), "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(every_width_has_the_sign_and_a_window_its_word),
        T(what_is_said_gets_shorter_before_it_goes),
    };
    return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
