/* ring: what rings, counted: in a burst, in quiet hours, for whoever is on call; and quiet hours as people write them. */
#include "app/ring.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct ring ring;
static char last[200];

static int fresh(void **state)
{
    (void)state;
    ring = (struct ring){0};
    last[0] = 0;
    return 0;
}

/* Looks every 100 ms from..to; gives how often it rang. */
static int rung(int64_t from, int64_t to, struct ring_now how)
{
    int n = 0;
    for (int64_t now = from; now < to; now += 100)
        n += ring_take(&ring, &how, now, last, sizeof last);
    return n;
}

static void one_thing_rings_once_in_its_own_words(void **state)
{
    (void)state;
    ring_add(&ring, RING_REPLY, "#4: the customer wrote", 1000);
    assert_int_equal(ring_at(&ring), 2000);
    assert_int_equal(rung(1000, 2000, (struct ring_now){0}), 0);
    assert_int_equal(rung(2000, 60000, (struct ring_now){0}), 1);
    assert_string_equal(last, "#4: the customer wrote");
    assert_true(ring_at(&ring) == INT64_MAX);
}

static void a_burst_is_one_with_a_count_and_then_there_is_rest(void **state)
{
    (void)state;
    int n = 0;
    for (int64_t now = 0; now < 60000; now += 100) {
        for (int i = 0; now < 30000 && i < 5; i++)
            ring_add(&ring, i ? RING_WATCHED : RING_ASSIGNED, "#1 is yours now", now);
        n += rung(now, now + 100, (struct ring_now){0});
    }
    print_message("# 1500 things in 30 s: rang %d times, the last \"%s\"\n", n, last);
    assert_int_equal(n, 4); /* after a second, and after every ten of rest */
    fresh(NULL);
    for (int i = 0; i < 12; i++)
        ring_add(&ring, i < 2 ? RING_MENTION : i < 5 ? RING_REPLY : RING_ASSIGNED, "#9", 0);
    assert_int_equal(rung(0, 9000, (struct ring_now){0}), 1);
    assert_string_equal(last, "12 things: 2 mentions, 3 replies, 7 assigned to you");
}

static void in_quiet_hours_a_page_alone_rings_and_at_once(void **state)
{
    (void)state;
    for (int reason = 0; reason < RING_REASONS; reason++) {
        fresh(NULL);
        ring_add(&ring, (enum ring_reason)reason, "#1", 0);
        assert_int_equal(rung(0, 30000, (struct ring_now){.quiet = true}), ring_row((enum ring_reason)reason)->always);
        fresh(NULL);
        ring_add(&ring, (enum ring_reason)reason, "#1", 0);
        assert_int_equal(rung(0, 30000, (struct ring_now){.looked = true}), ring_row((enum ring_reason)reason)->always);
    }
    fresh(NULL);
    for (int i = 0; i < 40; i++)
        ring_add(&ring, RING_REPLY, "#2: the customer wrote", 0);
    ring_add(&ring, RING_PAGE, "#3 pages you", 0);
    assert_int_equal(rung(0, 100, (struct ring_now){.quiet = true}), 1);
    assert_string_equal(last, "#3 pages you");
    assert_int_equal(rung(100, 60000, (struct ring_now){0}), 0); /* what was not told is not made up for */
}

static void every_reason_says_what_it_is_and_only_a_page_is_for_always(void **state)
{
    (void)state;
    for (int i = 0; i < RING_REASONS; i++) {
        const struct ring_row *row = ring_row((enum ring_reason)i);
        assert_true(row->many && row->help && *row->help);
        assert_int_equal(row->always, i == RING_PAGE);
    }
}

static void quiet_hours_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct { const char *text, *again; int in, out; } good[] = {
        {"22:00-07:00", "22:00-07:00", 23 * 60, 12 * 60}, {"22:00-07:00", "22:00-07:00", 6 * 60 + 59, 7 * 60},
        {"9:30-12:00", "09:30-12:00", 9 * 60 + 30, 12 * 60}, {"20:00-24:00", "20:00-00:00", 20 * 60, 0}};
    static const char *const wrong[] = {"", "22", "22:00", "22:00-", "-07:00", "25:00-07:00", "22:60-07:00", "22:00-22:00", "22:00-07:00 ", "aa:bb-cc:dd", "1:2:3-4:5", "22:00--7:00"};
    struct ring_quiet quiet = {0};
    struct err err;
    char text[16];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(ring_quiet_parse(good[i].text, &quiet, &err));
        ring_quiet_format(&quiet, text);
        assert_string_equal(text, good[i].again);
        assert_true(ring_quiet_at(&quiet, good[i].in));
        assert_false(ring_quiet_at(&quiet, good[i].out));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (ring_quiet_parse(wrong[i], &quiet, &err))
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_true(ring_quiet_parse("off", &quiet, &err));
    assert_false(ring_quiet_at(&quiet, 0));
    ring_quiet_format(&quiet, text);
    assert_string_equal(text, "off");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_thing_rings_once_in_its_own_words, fresh),
        cmocka_unit_test_setup(a_burst_is_one_with_a_count_and_then_there_is_rest, fresh),
        cmocka_unit_test_setup(in_quiet_hours_a_page_alone_rings_and_at_once, fresh),
        cmocka_unit_test(every_reason_says_what_it_is_and_only_a_page_is_for_always),
        cmocka_unit_test(quiet_hours_are_read_as_people_write_them),
    };
    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
