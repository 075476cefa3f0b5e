/* pager, picker, fuzzy, bar: drawn on a surface, read back. */
#include "base/str.h"
#include "base/text.h"
#include "widget/bar.h"
#include "widget/fuzzy.h"
#include "widget/pager.h"
#include "widget/picker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static struct arena *arena;
static struct surface *s;
static struct pager *pager;
static struct picker *picker;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    s = surface_new(30, 5);
    pager = pager_new();
    picker = picker_new("assign", false);
    return 0;
}

static int end(void **state)
{
    (void)state;
    picker_free(picker);
    pager_free(pager);
    surface_free(s);
    arena_free(arena);
    return 0;
}

/* --- pager --- */

static void tell(int from, int to)
{
    pager_begin(pager);
    for (int i = from; i <= to; i++) {
        char time[16], body[80];
        snprintf(time, sizeof time, "10:%02d", i);
        snprintf(body, sizeof body, "message %d is long enough to be wrapped", i);
        pager_item(pager, i);
        pager_line(pager);
        pager_piece(pager, 1, UI_DIM, time);
        pager_piece(pager, 8, UI_CUSTOMER, "customer");
        pager_block(pager, 8, UI_NORMAL, true, body);
    }
    pager_end(pager);
}

static const char *paged(int columns)
{
    surface_resize(s, columns, 5);
    pager_draw(pager, s, 0, 0, 5, columns);
    return surface_dump(arena, s);
}

static void a_timeline_is_wrapped_behind_its_bar(void **state)
{
    (void)state;
    tell(1, 2);
    assert_string_equal(paged(30), " 10:01  customer\n        \u2503 message 1 is long\n        \u2503 enough to be wrapped\n"
                                   " 10:02  customer\n        \u2503 message 2 is long\n");
    assert_int_equal(pager_lines(pager), 6);
    assert_true(str_starts(surface_dump_roles(arena, s), "0: dim@1+5 customer@8+8\n1: customer@8+1\n"));
}

static void the_place_survives_new_items_and_new_widths(void **state)
{
    (void)state;
    tell(5, 20);
    paged(30);
    for (int i = 0; i < 12; i++)
        assert_true(pager_command(pager, "down"));
    assert_int_equal(pager_top(pager), 9);
    tell(1, 25);
    paged(30);
    assert_int_equal(pager_top(pager), 9);
    paged(20);
    assert_int_equal(pager_top(pager), 9);
    paged(60);
    assert_int_equal(pager_top(pager), 9);
    assert_true(pager_show(pager, 3));
    assert_int_equal(pager_top(pager), 3);
    assert_false(pager_show(pager, 99));
}

static void who_reads_the_end_goes_on_reading_the_end(void **state)
{
    (void)state;
    tell(1, 10);
    paged(30);
    assert_true(pager_command(pager, "bottom"));
    tell(1, 11);
    assert_non_null(strstr(paged(30), "10:11"));
    assert_true(pager_at_end(pager));
    pager_command(pager, "up");
    tell(1, 12);
    assert_null(strstr(paged(30), "10:12"));
    pager_follow(pager, true);
    tell(1, 13);
    assert_non_null(strstr(paged(30), "10:13"));
}

/* What a person wrote is not pushed out of sight by what was noted since; where all of it fits, the end is the place, and is kept. */
static void one_begins_with_an_item_that_the_end_would_hide(void **state)
{
    (void)state;
    for (int notes = 1; notes <= 12; notes += 11) {
        struct pager *p = pager_new();
        pager_follow(p, true);
        for (int told = 0; told < 2; told++) { /* the second time one more line has come */
            pager_begin(p);
            for (int i = 0; i < 6 + notes + told; i++) {
                pager_item(p, i + 1);
                pager_line(p);
                pager_piece(p, 0, UI_NORMAL, arena_printf(arena, "line %d", i + 1));
            }
            pager_end(p);
            pager_from(p, 6);
            surface_clear(s);
            pager_draw(p, s, 0, 0, 5, 30);
            assert_int_equal(pager_top(p), notes == 1 ? 3 + told : 6);
            assert_int_equal(pager_at_end(p), notes == 1);
            assert_int_equal(pager_below(p), notes == 1 ? 0 : 6 + notes + told - 10);
        }
        pager_from(p, 9); /* something was written since */
        pager_draw(p, s, 0, 0, 5, 29);
        assert_int_equal(pager_top(p), notes == 1 ? 4 : 9);
        pager_command(p, "up"); /* a hand on it: it stays where it is put */
        pager_from(p, 6);
        pager_draw(p, s, 0, 0, 5, 30);
        assert_int_equal(pager_top(p), notes == 1 ? 3 : 8);
        pager_free(p);
    }
}

static void words_are_searched_in_folded_text(void **state)
{
    (void)state;
    tell(1, 30);
    paged(30);
    assert_int_equal(pager_search(pager, "MESSAGE 2"), 11);
    assert_true(pager_command(pager, "search-next"));
    assert_true(pager_command(pager, "search-next"));
    assert_int_equal(pager_top(pager), 21);
    assert_true(pager_command(pager, "search-prev"));
    assert_int_equal(pager_top(pager), 20);
    assert_int_equal(pager_search(pager, "absent"), 0);
    assert_int_equal(pager_search(pager, NULL), 0);
    assert_false(pager_command(pager, "search-next"));
    assert_false(pager_command(pager, "assign"));
    pager_free(pager);
    pager = pager_new();
    tell(1, 30);
    pager_search(pager, "message 17"); /* typed faster than it was drawn */
    paged(30);
    assert_int_equal(pager_top(pager), 17);
}

static void a_hundred_thousand_messages_scroll_at_once(void **state)
{
    (void)state;
    clock_t start;
    tell(1, 100000);
    paged(30);
    start = clock();
    for (int i = 0; i < 100; i++) {
        pager_command(pager, i % 2 ? "bottom" : "page-up");
        paged(30);
    }
    double ms = (double)(clock() - start) * 1000 / CLOCKS_PER_SEC / 100;
    print_message("# a key on 100,000 messages: %.2f ms\n", ms);
    assert_true(ms < 50);
}

/* --- picker --- */

static void q_leaves_a_menu_where_no_name_has_the_letter_and_nothing_was_typed(void **state)
{
    const struct key q = {.code = 'q'};
    const struct picker_item few[] = {{.id = 1, .name = "sla"}, {.id = 2, .name = "label"}}, quick[] = {{.id = 1, .name = "Quick answer"}};
    (void)state;
    picker_set(picker, few, 2);
    assert_true(picker_q_leaves(picker));
    assert_int_equal(picker_key(picker, &q), PICKER_LEFT);
    picker_key(picker, &(struct key){.code = 'l'});
    assert_int_equal(picker_key(picker, &q), PICKER_MOVED);
    assert_string_equal(picker_typed(picker), "lq");
    picker_type(picker, "");
    picker_set(picker, quick, 1);
    assert_int_equal(picker_key(picker, &q), PICKER_MOVED);
    assert_int_equal(picker_chosen(picker)->id, 1);
    struct picker *tags = picker_new("tag", true);
    picker_set(tags, few, 2);
    assert_int_equal(picker_key(tags, &q), PICKER_MOVED); /* a word of one's own may begin so */
    picker_free(tags);
}

static void an_item_is_pointed_at_where_it_was_drawn(void **state)
{
    const struct picker_item rows[] = {{.id = 1, .name = "a1"}, {.id = 2, .name = "a2"}, {.id = 3, .name = "a3"}, {.id = 4, .name = "a4"}};
    (void)state;
    picker_set(picker, rows, 4);
    for (int i = 0; i < 3; i++)
        picker_key(picker, &(struct key){.code = K_DOWN});
    picker_draw(picker, s, 1, 0, 4, 30); /* prompt in row 1, three of the four below */
    assert_false(picker_point(picker, 1));
    assert_true(picker_point(picker, 2));
    assert_int_equal(picker_chosen(picker)->id, 2);
    assert_false(picker_point(picker, 5));
}

static const struct picker_item people[] = {{.id = 1, .name = "ana", .detail = "5 open"}, {.id = 2, .name = "tom", .detail = "2 open, on call"},
                                            {.id = 3, .name = "mara"}, {.id = 4, .name = "anatol", .detail = "night"}};

static void type(const char *text)
{
    for (const char *stop = text + strlen(text); text < stop;)
        picker_key(picker, &(struct key){.code = text_next(&text, stop)});
}

static void letters_choose(void **state)
{
    (void)state;
    picker_set(picker, people, 4);
    picker_draw(picker, s, 0, 0, 5, 30);
    assert_string_equal(surface_dump(arena, s), "assign                 4 of 4\n\u258c ana      5 open\n"
                                                "  tom      2 open, on call\n  mara\n  anatol   night\n");
    type("at");
    surface_clear(s);
    assert_int_equal(picker_draw(picker, s, 0, 0, 5, 30), 2);
    assert_string_equal(surface_dump(arena, s), "assign at              1 of 4\n\u258c anatol   night\n\n\n\n");
    assert_int_equal(picker_chosen(picker)->id, 4);
    assert_non_null(strstr(surface_dump_roles(arena, s), "match@"));
    assert_int_equal(picker_key(picker, &(struct key){.code = K_ENTER}), PICKER_CHOSEN);
    assert_int_equal(picker_key(picker, &(struct key){.code = K_ESC}), PICKER_LEFT);
}

static void names_go_before_details_and_arrows_move(void **state)
{
    (void)state;
    picker_set(picker, people, 4);
    type("o");
    assert_int_equal(picker_fits(picker), 3);
    assert_int_equal(picker_chosen(picker)->id, 2);
    picker_key(picker, &(struct key){.code = K_DOWN});
    assert_int_equal(picker_chosen(picker)->id, 4);
    for (int i = 0; i < 9; i++)
        picker_key(picker, &(struct key){.code = K_DOWN});
    assert_int_equal(picker_chosen(picker)->id, 1);
    type("zzz");
    assert_null(picker_chosen(picker));
    assert_int_equal(picker_key(picker, &(struct key){.code = K_ENTER}), PICKER_MOVED);
}

static void what_is_found_meanwhile_goes_beneath_and_what_was_gone_to_stays(void **state)
{
    const struct picker_item more[] = {{.id = 9, .name = "tomato", .shelf = PICKER_BENEATH, .fits = "o"}, people[0], people[1], people[2], people[3],
                                       {.id = 8, .name = "nothing like it", .shelf = PICKER_BENEATH, .fits = "o"}, {.id = 7, .name = "mere", .fits = "o"}};
    (void)state;
    picker_set(picker, people, 4);
    type("o");
    picker_key(picker, &(struct key){.code = K_DOWN});
    assert_int_equal(picker_chosen(picker)->id, 4);
    picker_renew(picker, more, 7);
    assert_int_equal(picker_chosen(picker)->id, 4);
    surface_clear(s);
    picker_draw(picker, s, 0, 0, 5, 30);
    assert_string_equal(surface_dump(arena, s), "assign o               6 of 7\n  tom               2 open, o\u2026\n\u258c anatol            night\n"
                                                "  ana               5 open\n  mere\n");
    picker_renew(picker, people, 4);
    assert_int_equal(picker_chosen(picker)->id, 4);
    picker_renew(picker, people, 1); /* it is gone */
    assert_int_equal(picker_chosen(picker)->id, 1);
    picker_renew(picker, more, 7);
    assert_int_equal(picker_chosen(picker)->id, 2);
    type("t"); /* what was found is no more than its letters then */
    assert_int_equal(picker_fits(picker), 2);
}

static void free_text_may_be_an_answer(void **state)
{
    (void)state;
    struct picker *tags = picker_new("tag", true);
    picker_set(tags, people, 4);
    picker_type(tags, "billing");
    assert_int_equal(picker_key(tags, &(struct key){.code = K_ENTER}), PICKER_TYPED);
    assert_string_equal(picker_typed(tags), "billing");
    picker_type(tags, "ana");
    assert_int_equal(picker_key(tags, &(struct key){.code = K_ENTER}), PICKER_CHOSEN);
    assert_int_equal(picker_key(tags, &(struct key){.code = K_ENTER, .mods = MOD_ALT}), PICKER_TYPED);
    picker_free(tags);
}

static void what_is_cut_is_the_description_never_a_name_or_a_key(void **state)
{
    (void)state;
    const struct picker_item rows[] = {{.id = 1, .name = "absence", .detail = "say who is away: agent=NAME from=TIME to=TIME", .keys = "+a"},
                                       {.id = 2, .name = "a-name-that-is-longer-than-others", .detail = "short", .keys = "x"},
                                       {.id = 3, .name = "go", .detail = "somewhere", .keys = ""}};
    struct picker *p = picker_new(":", true);
    surface_resize(s, 44, 5);
    picker_set(p, rows, 3);
    picker_draw(p, s, 0, 0, 5, 44);
    assert_string_equal(surface_dump(arena, s), ":                                    3 of 3\n"
                                                "\u258c absence                    say who i\u2026  +a\n"
                                                "  a-name-that-is-longer-than-others       x\n"
                                                "  go                         somewhere\n\n");
    surface_resize(s, 40, 5);
    surface_clear(s);
    picker_draw(p, s, 0, 0, 5, 40); /* of so little of it nothing can be read */
    assert_string_equal(surface_dump(arena, s), ":                                3 of 3\n"
                                                "\u258c absence                            +a\n"
                                                "  a-name-that-is-longer-than-others   x\n"
                                                "  go                         somewhere\n\n");
    picker_free(p);
}

static void own_words_are_the_answer_until_an_arrow_goes_to_an_item(void **state)
{
    (void)state;
    const struct picker_item rows[] = {{.id = 1, .name = "snooze 1h"}, {.id = 2, .name = "snooze 1w", .value = "snooze 7d"}};
    struct picker *p = picker_new(":", true);
    picker_set(p, rows, 2);
    picker_own_words(p, true);
    picker_type(p, "snooze 1");
    assert_null(picker_chosen(p));
    assert_int_equal(picker_first(p)->id, 1);
    assert_int_equal(picker_key(p, &(struct key){.code = K_ENTER}), PICKER_TYPED);
    picker_key(p, &(struct key){.code = K_DOWN});
    assert_int_equal(picker_chosen(p)->id, 1);
    picker_key(p, &(struct key){.code = K_DOWN});
    assert_string_equal(picker_chosen(p)->value, "snooze 7d");
    assert_int_equal(picker_key(p, &(struct key){.code = K_ENTER}), PICKER_CHOSEN);
    picker_key(p, &(struct key){.code = 'h'});
    assert_null(picker_chosen(p)); /* another letter: words again */
    picker_free(p);
}

static void of_what_fits_alike_the_lower_shelf_goes_first(void **state)
{
    (void)state;
    const struct picker_item rows[] = {{.id = 1, .name = "close the account", .shelf = 4}, {.id = 2, .name = "close", .shelf = 1}, {.id = 3, .name = "claim", .shelf = 1}};
    struct picker *p = picker_new(":", true);
    picker_set(p, rows, 3);
    picker_type(p, "cl");
    assert_int_equal(picker_chosen(p)->id, 2);
    picker_type(p, "close the");
    assert_int_equal(picker_chosen(p)->id, 1);
    picker_free(p);
}

static const char *enter_takes(struct picker *p, const char *typed)
{
    picker_type(p, typed);
    return picker_chosen(p) ? picker_chosen(p)->name : "";
}

static void enter_takes_what_is_plainly_meant_and_an_arrow_the_rest(void **state)
{
    (void)state;
    const struct picker_item rows[] = {
        {.id = 1, .name = "claim", .detail = "assign to me", .also = "grab take", .takes = TAKES_START}, {.id = 2, .name = "unassign", .detail = "take the assignee off", .takes = TAKES_START},
        {.id = 3, .name = "erase", .detail = "for good", .also = "wipe", .takes = TAKES_WHOLE}, {.id = 4, .name = "editor", .detail = "on the whole screen", .also = "e", .takes = TAKES_START},
        {.id = 5, .name = "#7 Claim form", .detail = "Uma", .takes = TAKES_WORDS}, {.id = 6, .name = "claim-next", .takes = TAKES_START},
        {.id = 7, .name = "close", .takes = TAKES_START}};
    static const struct { const char *typed, *takes; } cases[] = {
        {"", ""}, {"cla", "claim"}, {"clo", "close"}, {"cl", ""}, {"c", ""}, {"take", "claim"}, {"TAK", "claim"}, {"claim", "claim"}, {"cn", "claim-next"}, {"e", "editor"}, {"er", ""}, {"eras", ""}, {"erase", "erase"}, {"wipe", "erase"},
        {"wip", ""}, {"assig", ""}, {"sig", ""}, {"form", "#7 Claim form"}, {"cl form", "#7 Claim form"}, {"uma", ""}, {"off", ""}, {"screen w", ""}, {"hole", ""}, {"aim", ""}};
    struct picker *p = picker_new(":", true);
    picker_set(p, rows, 7);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(enter_takes(p, cases[i].typed), cases[i].takes) != 0)
            fail_msg("%s: %s, not %s", cases[i].typed, enter_takes(p, cases[i].typed), cases[i].takes);
    picker_type(p, "off");
    assert_int_equal(picker_key(p, &(struct key){.code = K_ENTER}), PICKER_TYPED);
    picker_key(p, &(struct key){.code = K_DOWN});
    assert_string_equal(picker_chosen(p)->name, "unassign");
    picker_type(p, "hole"); /* in the middle of a word of the detail: no fit at all */
    assert_int_equal(picker_fits(p), 0);
    picker_type(p, "tak");
    surface_resize(s, 60, 5);
    picker_draw(p, s, 0, 0, 5, 60);
    assert_non_null(strstr(surface_dump(arena, s), "\u258c claim           take: assign to me\n")); /* what it was found by */
    picker_free(p);
}

/* --- fuzzy --- */

static double score(const char *needle, const char *text)
{
    double n;
    assert_true(fuzzy_score(needle, text, &n, NULL));
    return n;
}

static void better_fits_score_higher(void **state)
{
    (void)state;
    static const struct {
        const char *needle, *better, *worse;
    } cases[] = {{"amo", "app/models/order", "app/models/zrder_amo_x_o"}, {"as", "assign", "unassign"}, {"ns", "new-source", "unassign"},
                 {"cl", "claim", "escalate"}, {"claim", "claim", "claim next"},
                 {"gu", "go unassigned", "bigung"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (!(score(cases[i].needle, cases[i].better) > score(cases[i].needle, cases[i].worse)))
            fail_msg("%s: %s not before %s", cases[i].needle, cases[i].better, cases[i].worse);
    double n;
    assert_false(fuzzy_score("xyz", "assign", &n, NULL));
    assert_true(fuzzy_score("", "assign", &n, NULL) && n == 0);
    assert_true(fuzzy_score("\u00c4", "b\u00e4r", &n, NULL));
}

static void places_name_the_letters_that_fit(void **state)
{
    (void)state;
    size_t places[FUZZY_NEEDLE];
    double n;
    assert_true(fuzzy_score("gu", "go unassigned", &n, places));
    assert_int_equal(places[0], 0);
    assert_int_equal(places[1], 3);
    assert_true(fuzzy_score("assign", "unassign", &n, places));
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(places[i], 2 + i);
}

/* --- bar --- */

static void times_are_short(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0s"}, {45000, "45s"}, {720000, "12m"}, {6000000, "1h40m"}, {7500000, "2h05m"}, {3600000, "1h"}, {36000000, "10h"},
                 {43000000, "11h"}, {86400000LL * 3, "3d"}, {86400000LL * 3 + 14400000, "3d4h"}, {86400000LL * 12 + 1, "12d"},
                 {-1080000, "late 18m"}, {-1080001, "late 18m"}, {INT64_MIN, "late 106751991167d"}, {INT64_MAX, "106751991167d"}};
    char out[BAR_TIME];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(bar_time(cases[i].ms, out), cases[i].text);
}

static void bars_say_how_urgent(void **state)
{
    (void)state;
    static const int64_t rate[] = {9, 0, 1, 2, 4, 8};
    bar_deadline(s, 0, 0, 8, 50, 100);
    bar_deadline(s, 1, 0, 8, 20, 100);
    bar_deadline(s, 2, 0, 8, -1, 100);
    bar_share(s, 3, 0, 8, 1, 1000000, UI_BOSS);
    bar_spark(s, 4, 0, 5, rate, 6, UI_ACCENT);
    assert_string_equal(surface_dump(arena, s), "\u2588\u2588\u2588\u2588\u2591\u2591\u2591\u2591\n\u2588\u258b\u2591\u2591\u2591\u2591\u2591\u2591\n"
                                                "\u2591\u2591\u2591\u2591\u2591\u2591\u2591\u2591\n\u258f\u2591\u2591\u2591\u2591\u2591\u2591\u2591\n"
                                                " \u2581\u2582\u2584\u2588\n");
    assert_string_equal(surface_dump_roles(arena, s), "0: ok@0+4 bar-rest@4+4\n1: warn@0+2 bar-rest@2+6\n2: bar-rest@0+8\n"
                                                      "3: boss@0+1 bar-rest@1+7\n4: accent@1+4\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_timeline_is_wrapped_behind_its_bar),
        T(the_place_survives_new_items_and_new_widths),
        T(who_reads_the_end_goes_on_reading_the_end),
        T(one_begins_with_an_item_that_the_end_would_hide),
        T(words_are_searched_in_folded_text),
        T(a_hundred_thousand_messages_scroll_at_once),
        T(letters_choose),
        T(names_go_before_details_and_arrows_move),
        T(what_is_found_meanwhile_goes_beneath_and_what_was_gone_to_stays),
        T(free_text_may_be_an_answer), T(q_leaves_a_menu_where_no_name_has_the_letter_and_nothing_was_typed), T(an_item_is_pointed_at_where_it_was_drawn),
        T(what_is_cut_is_the_description_never_a_name_or_a_key), T(own_words_are_the_answer_until_an_arrow_goes_to_an_item),
        T(of_what_fits_alike_the_lower_shelf_goes_first),
        T(enter_takes_what_is_plainly_meant_and_an_arrow_the_rest), T(better_fits_score_higher),
        T(places_name_the_letters_that_fit),
        T(times_are_short),
        T(bars_say_how_urgent),
    };
    return cmocka_run_group_tests_name("widget", tests, NULL, NULL);
}
