/* oncall: now and next, the week as a picture, what people set; what keys take from the row under the cursor. In Berlin, where
 * it is Wednesday, 25 November 2026, 15:32. */
#include "screen/oncall.h"
#include "base/str.h"
#include "base/text.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static struct lists lists;

static void show(int columns, int rows)
{
    struct err err = {0};
    desk_start(&desk);
    desk.look.tz = zone_load(desk.arena, "Europe/Berlin", &err);
    desk_document(&desk, MIRROR_ONCALL, 0, "oncall.json");
    desk_size(&desk, columns, rows);
    lists_init(&lists, LISTS_ONCALL);
    lists_sync(&lists, &desk.look, false);
    lists_draw(&lists, &desk.look, desk.surface);
}

static void end(void)
{
    lists_fini(&lists);
    desk_end(&desk);
}

static void it_says_who_is_now_until_when_and_who_is_next(void **state)
{
    (void)state;
    show(120, 40);
    desk_shows(&desk, "primary     ● Mara");
    desk_shows(&desk, "until Wed 25 Nov 18:00, in 2h28m  then you for Mara (override)");
    desk_shows(&desk, "nights      ‼ nobody");
    desk_shows(&desk, "1 without anybody   1 asks for cover   times: Europe/Berlin");
    assert_int_equal(desk_role(&desk, "‼ nobody"), UI_LATE);
    assert_int_equal(desk_role(&desk, "you for Mara (override)"), UI_MINE);
    end();
}

/* However small the window, and how many schedules there are room for: the first of what stands below the head is who is on call and until when. */
static void the_smallest_window_says_first_who_it_is_and_until_when(void **state)
{
    static const struct { int columns, rows; const char *mara, *nobody; } sizes[] = {
        {40, 12, "● Mara       until 18:00", "‼ nobody     until 20:00"}, {40, 10, "● Mara       until 18:00", NULL}, {60, 15, "until 18:00  then you for Mara", "‼ nobody"},
        {80, 24, "until 18:00, in 2h28m  then you for Mara", "‼ nobody"}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        show(sizes[i].columns, sizes[i].rows);
        assert_non_null(strstr(desk_row(&desk, LOOK_TOP), sizes[i].mara));
        if (sizes[i].nobody)
            assert_non_null(strstr(desk_row(&desk, LOOK_TOP + 1), sizes[i].nobody));
        if (sizes[i].rows < 20)
            desk_hides(&desk, "override  ◆ cover"); /* what no picture needs */
        end();
    }
}

/* Two hours a cell. Mara's: Wednesday to 18:00, from 22:00 to Friday 09:00; tom's from there; ravi beside him on Saturday from
 * 12:00 to 18:00 in Kolkata, 07:30 to 13:30 (a quarter of the first cell, three of the last); she for tom on Sunday from 12:00
 * to 18:00 in New York, 18:00 to midnight. */
static void the_week_is_drawn_cell_by_cell(void **state)
{
    (void)state;
    show(120, 40);
    desk_shows(&desk, "primary     Wed 25       Thu 26       Fri 27       Sat 28       Sun 29       Mon 30       Tue  1");
    desk_shows(&desk, "Mara        █████████··█│████████████│████▄·······│············│·········◆◆◆│············│············");
    desk_shows(&desk, "you         ·········▒▒·│············│············│············│············│············│············");
    desk_shows(&desk, "tom         ············│············│····▄███████│████████████│█████████···│████████████│███████·····");
    desk_shows(&desk, "ravi        ············│············│············│···▄▒▒▒·····│············│············│············");
    end();
}

static void what_was_set_is_listed_and_questions_come_first(void **state)
{
    (void)state;
    show(120, 40);
    desk_shows(&desk, "▲ asks     Mara               primary    Thu 26 Nov 12:00 Thu 26 Nov 20:00 in 20h           concert, back by eight");
    desk_shows(&desk, "▒ override you for Mara       primary    Wed 25 Nov 18:00 Wed 25 Nov 22:00 in 2h28m");
    desk_shows(&desk, "✓ covered  Mara for tom");
    desk_shows(&desk, "○ away     ravi");
    desk_hides(&desk, "cover)  by");
    end();
}

static const char *taken(int64_t row, int action, const char **name)
{
    struct lists_item item;
    const struct action_row *a = &action_table[action];
    list_select(lists.list, row);
    assert_true(lists_selected(&lists, &desk.look, &item));
    const char *arg = oncall_argument(&desk.look, &item, &a);
    *name = a->name;
    return arg;
}

static void a_key_takes_its_record_from_the_row(void **state)
{
    const char *name;
    (void)state;
    show(120, 40);
    assert_string_equal(taken(1, ACTION_UNOVERRIDE, &name), "key=1");
    assert_string_equal(name, "unoverride");
    assert_string_equal(taken(5, ACTION_UNOVERRIDE, &name), "key=5");
    assert_string_equal(name, "uncover");
    assert_string_equal(taken(3, ACTION_UNOVERRIDE, &name), "key=3");
    assert_string_equal(name, "present");
    assert_string_equal(taken(5, ACTION_COVER_ACCEPT, &name), "key=5");
    assert_null(taken(5, ACTION_OVERRIDE, &name));
    assert_string_equal(oncall_preset(&desk.look, &action_table[ACTION_OVERRIDE]), "agent=ana for=Mara schedule=primary from=now to=+4h reason=\"\"");
    assert_null(oncall_preset(&desk.look, &action_table[ACTION_CLAIM]));
    end();
}

static void it_fits_where_there_is_little_room_and_reads_without_colours_and_glyphs(void **state)
{
    (void)state;
    show(80, 24);
    desk_shows(&desk, "primary     ● Mara               until 18:00, in 2h28m  then you for Mara");
    desk_shows(&desk, "Mara        ██████·█│████████│███·····│········│······◆◆│········│········");
    desk_shows(&desk, "▲ asks");
    end();
    text_set_ascii(true);
    show(80, 24);
    desk_shows(&desk, "Mara        ######.#|########|###.....|........|......**|........|........");
    desk_is_inert(&desk);
    end();
    text_set_ascii(false);
    show(200, 60);
    desk_shows(&desk, "primary     Wed 25      12    18     Thu 26      12    18");
    end();
}

/* Six hours a cell, or twelve: nothing is cut at the edge. */
static void the_week_is_whole_on_a_narrow_terminal(void **state)
{
    (void)state;
    show(60, 20);
    desk_shows(&desk, "primary     Wed  Thu  Fri  Sat  Sun  Mon  Tue");
    desk_shows(&desk, "Mara        ███▄│████│█▄··│····│···◆│····│····");
    desk_shows(&desk, "primary     ● Mara          until 18:00  then you for Mara");
    desk_shows(&desk, "█ turn  ▒ override  ◆ cover  ▄ part  ! nobody");
    desk_shows(&desk, "▲ asks     Mara         Thu 26 Nov 12:00 in 20h");
    end();
    show(40, 24);
    desk_shows(&desk, "primary     We Th Fr Sa Su Mo Tu");
    desk_shows(&desk, "On call 1 without anybody");
    desk_shows(&desk, "Mara        ██│██│█·│··│·▄│··│··");
    desk_shows(&desk, "▲ asks     Mara         in 20h");
    end();
}

/* The desk said Mara; what the document says of the default schedule is newer. */
static void the_header_follows_the_document(void **state)
{
    static const char newer[] = "{\"schedules\":[{\"now\":[{\"agent\":\"tom\"}]},{\"now\":[{\"agent\":\"ana\"}]}]}", nobody[] = "{\"schedules\":[{\"now\":[]}]}";
    struct err err = {0};
    (void)state;
    desk_start(&desk);
    assert_string_equal(mirror_oncall(desk.mirror), "Mara");
    assert_true(mirror_doc_set(desk.mirror, MIRROR_ONCALL, 0, newer, sizeof newer - 1, DESK_NOW, &err));
    assert_string_equal(mirror_oncall(desk.mirror), "tom");
    assert_true(mirror_doc_set(desk.mirror, MIRROR_ONCALL, 0, nobody, sizeof nobody - 1, DESK_NOW, &err));
    assert_string_equal(mirror_oncall(desk.mirror), "");
    desk_end(&desk);
}

static void who_is_over_is_noticed_and_nothing_set_says_what_to_press(void **state)
{
    (void)state;
    show(120, 40);
    assert_false(oncall_over(&desk.look));
    desk.look.now += 3 * 3600000;
    assert_true(oncall_over(&desk.look));
    desk.look.now += 60 * (int64_t)86400000; /* all of it is past */
    lists_sync(&lists, &desk.look, false);
    surface_clear(desk.surface);
    lists_draw(&lists, &desk.look, desk.surface);
    desk_shows(&desk, "Nobody is away, and nobody takes");
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_who_is_now_until_when_and_who_is_next),
        cmocka_unit_test(the_smallest_window_says_first_who_it_is_and_until_when),
        cmocka_unit_test(the_week_is_drawn_cell_by_cell),
        cmocka_unit_test(what_was_set_is_listed_and_questions_come_first),
        cmocka_unit_test(a_key_takes_its_record_from_the_row),
        cmocka_unit_test(the_week_is_whole_on_a_narrow_terminal),
        cmocka_unit_test(it_fits_where_there_is_little_room_and_reads_without_colours_and_glyphs),
        cmocka_unit_test(the_header_follows_the_document),
        cmocka_unit_test(who_is_over_is_noticed_and_nothing_set_says_what_to_press),
    };
    return cmocka_run_group_tests_name("oncall", tests, NULL, NULL);
}
