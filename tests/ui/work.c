/* work: the screens of who works on what, and of how the desk itself is: the agents with their load, shift and skills; the handover part
 * by part; what is wrong with the daemon, the destinations and the sources. At the sizes
 * people have, in mono, with hostile text, and empty. */
#include "screen/agents.h"
#include "screen/health.h"
#include "screen/handover.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static const struct { int columns, rows; } sizes[] = {{80, 24}, {120, 40}, {200, 60}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    desk_document(&desk, MIRROR_AGENTS, 0, "agents.json");
    desk_document(&desk, MIRROR_OUTLIERS, 0, "outliers.json");
    desk_document(&desk, MIRROR_HANDOVER, 0, "handover.json");
    desk_document(&desk, MIRROR_SELF, 0, "self.json");
    desk_document(&desk, MIRROR_DESTINATIONS, 0, "destinations.json");
    desk_document(&desk, MIRROR_SOURCES, 0, "sources.json");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_end(&desk);
    return 0;
}

static void draw(enum lists_id id, int columns, int rows)
{
    struct lists lists;
    desk_size(&desk, columns, rows);
    lists_init(&lists, id);
    lists_sync(&lists, &desk.look, false);
    lists_draw(&lists, &desk.look, desk.surface);
    lists_fini(&lists);
    desk_is_inert(&desk);
}

static int row_of(const char *text)
{
    for (int row = 0; row < surface_rows(desk.surface); row++)
        if (strstr(desk_row(&desk, row), text))
            return row;
    fail_msg("not shown: %s\n%s", text, surface_dump(desk.arena, desk.surface));
    return -1;
}

static void agents_who_are_here_and_have_room_come_first(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw(LISTS_AGENTS, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Agents   4 here   4 on shift   2 away   26 open with them");
        assert_true(row_of("mara ") < row_of("ana (you)") && row_of("ana (you)") < row_of("tom ") && row_of("tom ") < row_of("max "));
        assert_true(row_of("max ") < row_of("kim ") && row_of("kim ") < row_of("lea "));
        desk_shows(&desk, "● here until 17:00");
        desk_shows(&desk, "○ on shift until "); /* and no console of theirs is open */
        desk_shows(&desk, "● here, off shift ");
        desk_shows(&desk, "4 of 8");
        desk_shows(&desk, "billing, german");
        assert_int_equal(desk_role(&desk, "● here"), UI_OK);
        assert_int_equal(desk_role(&desk, "○ leave"), UI_WARN);
    }
    desk_shows(&desk, "replying #4119");
    desk_shows(&desk, "◆ on call");
    desk_shows(&desk, "back on Monday");
}

/* A lead sees whose tickets come back and who closes many at once, as shapes; nobody else is told of it. */
static void what_stands_out_among_closes_is_drawn_for_leads_alone(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct lists lists;
        lists_init(&lists, LISTS_AGENTS);
        lists_sync(&lists, &desk.look, false);
        desk_size(&desk, sizes[i].columns, sizes[i].rows);
        for (int step = 0; step < 2; step++)
            list_command(lists.list, "down"); /* mara, ana, tom */
        lists_draw(&lists, &desk.look, desk.surface);
        desk_shows(&desk, "tom ▲");
        desk_shows(&desk, "this month, for leads ▲ many come back");
        desk_shows(&desk, "came back ██████████");
        desk_shows(&desk, "12 of 38");
        desk_shows(&desk, "of the desk's █████");
        desk_shows(&desk, "to 1m ████████████████████████████████ 13");
        list_command(lists.list, "up");
        lists_draw(&lists, &desk.look, (surface_clear(desk.surface), desk.surface));
        desk_shows(&desk, "nothing stands out");
        mirror_doc_drop(desk.mirror, MIRROR_OUTLIERS);
        lists_draw(&lists, &desk.look, (surface_clear(desk.surface), desk.surface));
        desk_hides(&desk, "tom ▲");
        desk_hides(&desk, "for leads");
        desk_document(&desk, MIRROR_OUTLIERS, 0, "outliers.json");
        lists_fini(&lists);
    }
}

static void a_full_agent_is_told_by_number_and_bar(void **state)
{
    (void)state;
    draw(LISTS_AGENTS, 120, 40);
    desk_shows(&desk, "10 of 10 ██████████");
    desk_shows(&desk, " 9 of 10 █████████");
    assert_int_equal(desk_role(&desk, "██████████"), UI_LATE);
}

static void the_picker_tells_load_shift_and_skills(void **state)
{
    (void)state;
    const struct mirror_agent tom = {.name = "tom", .team = "eu", .load = 9, .capacity = 10, .away = "", .skills = "billing"};
    const struct mirror_agent kim = {.name = "kim", .team = "", .load = 1, .away = "off shift", .skills = ""};
    assert_string_equal(agents_detail(&desk.look, &tom), "eu  9 of 10 open  billing");
    assert_string_equal(agents_detail(&desk.look, &kim), "1 open  off shift");
}

static void what_came_of_the_agents_last_is_what_the_picker_knows(void **state)
{
    (void)state;
    assert_int_equal(mirror_agent_count(desk.mirror), 6);
    assert_int_equal(mirror_agent_at(desk.mirror, 1)->load, 9);
    assert_string_equal(mirror_agent_at(desk.mirror, 0)->skills, "billing, german");
    static const char later[] = "{\"agents\":[{\"name\":\"tom\",\"load\":3,\"capacity\":10,\"away\":\"sick\"}]}";
    struct err err = {0};
    assert_true(mirror_doc_set(desk.mirror, MIRROR_AGENTS, 0, later, sizeof later - 1, DESK_NOW, &err));
    assert_int_equal(mirror_agent_count(desk.mirror), 1);
    assert_string_equal(agents_detail(&desk.look, mirror_agent_at(desk.mirror, 0)), "3 of 10 open  sick");
}

static void a_handover_is_read_part_by_part(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw(LISTS_HANDOVER, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Handover   mara since 07:00   on call you");
        desk_shows(&desk, "▲ not clean: 1 escalation nobody has acknowledged");
        desk_shows(&desk, "since 07:00  84 in  71 resolved  3 reopened  2 breached  4 escalated");
        const char *risk = sizes[i].columns < 100 ? "At risk 2" : "Breached, at risk 2"; /* the subject needs the room more */
        assert_true(row_of("Escalations 2") < row_of("Critical 3") && row_of("Critical 3") < row_of(risk));
        desk_shows(&desk, "Checkout returns 500 for ev");
        desk_shows(&desk, "‼ triggered");
        desk_shows(&desk, "✗ breached");
        desk_shows(&desk, "52 assigned  2 returned  1 skipped");
        assert_int_equal(desk_role(&desk, "✗ breached"), UI_LATE);
    }
    desk_shows(&desk, "due in 11m");
    desk_shows(&desk, "nobody");
    desk_shows(&desk, "wakes 15:12");
    desk_shows(&desk, "✗ 2 dead");
    desk_shows(&desk, "⏸ paused");
    desk_shows(&desk, "maintenance: database upgrade");
    desk_shows(&desk, "override: replace ana");
}

static void a_clean_desk_says_so_and_what_to_press(void **state)
{
    (void)state;
    static const char empty[] = "{\"last\":null,\"oncall\":[],\"open\":{\"flaw\":null},\"parts\":[],\"rows\":[],\"shift\":{\"since\":1795610000000,\"received\":0}}";
    struct err err = {0};
    assert_true(mirror_doc_set(desk.mirror, MIRROR_HANDOVER, 0, empty, sizeof empty - 1, DESK_NOW, &err));
    draw(LISTS_HANDOVER, 80, 24);
    desk_shows(&desk, "✓ clean: nothing is left that should not wait");
    desk_shows(&desk, "nobody has acknowledged one yet   nobody is on call");
    desk_shows(&desk, "takes the desk over with H");
}

static void what_is_wrong_with_the_desk_stands_first(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw(LISTS_HEALTH, sizes[i].columns, sizes[i].rows);
        assert_true(row_of("✗ wrong") < row_of("▲ look") && row_of("▲ look") < row_of("✔ fine"));
        if (i) /* below the foot of the smallest */
            assert_true(row_of("✔ fine") < row_of("○ off"));
        desk_shows(&desk, "26.1 MB in use");
        desk_shows(&desk, "epoch 7");
        desk_shows(&desk, "2 refused");
        desk_shows(&desk, "up 3d");
    }
    assert_int_equal(desk_role(&desk, "✗ wrong"), UI_LATE);
}

/* The list was told its order while the line was not there yet: what a row says now counts. */
static void what_is_wrong_stands_first_by_what_the_rows_say_now(void **state)
{
    struct lists lists;
    (void)state;
    desk_size(&desk, 80, 24);
    lists_init(&lists, LISTS_HEALTH);
    desk.look.link_role = UI_WARN;
    lists_sync(&lists, &desk.look, false);
    desk.look.link_role = UI_OK;
    lists_draw(&lists, &desk.look, desk.surface);
    assert_true(row_of("✔ fine   line") > row_of("▲ look   shop"));
    desk.look.link_role = UI_WARN;
    surface_clear(desk.surface);
    lists_draw(&lists, &desk.look, desk.surface);
    assert_true(row_of("▲ look   line") < row_of("✔ fine   triaged"));
    lists_fini(&lists);
}

static void a_row_of_health_is_told_whole_and_found_by_what_it_says(void **state)
{
    static const int widths[] = {60, 80, 120};
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct lists lists;
        lists_init(&lists, LISTS_HEALTH);
        lists_filter(&lists, "memory");
        lists_sync(&lists, &desk.look, false);
        desk_size(&desk, widths[i], 24);
        lists_draw(&lists, &desk.look, desk.surface);
        desk_hides(&desk, "classifier");
        desk_shows(&desk, "✔ fine memory daemon");
        desk_shows(&desk, "26.1 MB in use: 2.7 MB free for the next time.");
        lists_filter(&lists, "wrong destination");
        lists_sync(&lists, &desk.look, false);
        desk_size(&desk, widths[i], 24);
        lists_draw(&lists, &desk.look, desk.surface);
        desk_shows(&desk, "Enter goes to deliveries");
        struct lists_item item;
        assert_true(lists_selected(&lists, &desk.look, &item));
        assert_string_equal(health_place(&item), "deliveries");
        lists_fini(&lists);
    }
}

/* The line went bad between the answer and the frame: rows that stand elsewhere now are still the rows that keys are about. */
static void what_the_cursor_is_on_is_what_the_pane_tells(void **state)
{
    (void)state;
    struct lists lists;
    struct lists_item item;
    lists_init(&lists, LISTS_HEALTH);
    lists_filter(&lists, "daemon");
    desk.look.link_role = UI_WARN;
    lists_sync(&lists, &desk.look, false);
    desk.look.link_role = UI_OK;
    desk_size(&desk, 80, 24);
    lists_draw(&lists, &desk.look, desk.surface);
    assert_true(lists_selected(&lists, &desk.look, &item) && item.id == list_selected(lists.list));
    const char *row = desk_row(&desk, row_of("▌"));
    desk_shows(&desk, "✔ fine line daemon");
    assert_non_null(strstr(row, "line"));
    lists_fini(&lists);
}

static void what_a_source_sent_is_counted_since_a_time_that_is_said(void **state)
{
    (void)state;
    static const char text[] = "{\"sources\":[{\"name\":\"shop\",\"last_at\":1,\"accepted\":9}],\"since\":1795616520000}";
    struct err err = {0};
    struct lists lists;
    assert_true(mirror_doc_set(desk.mirror, MIRROR_SOURCES, 0, text, sizeof text - 1, DESK_NOW, &err));
    lists_init(&lists, LISTS_HEALTH);
    lists_filter(&lists, "source");
    lists_sync(&lists, &desk.look, false);
    desk_size(&desk, 120, 40);
    lists_draw(&lists, &desk.look, desk.surface);
    desk_shows(&desk, "9 accepted since the start, 14:22");
    lists_fini(&lists);
}

static void a_well_desk_says_so_and_a_heavy_journal_does_not(void **state)
{
    (void)state;
    static const char none[] = "{\"destinations\":[],\"sources\":[]}";
    static const char heavy[] = "{\"version\":\"1\",\"pid\":1,\"up_ms\":1000,\"memory\":{},\"store\":{\"bytes\":0,\"journal\":600000000}}";
    struct err err = {0};
    desk.look.link_role = UI_OK;
    assert_true(mirror_doc_set(desk.mirror, MIRROR_DESTINATIONS, 0, none, sizeof none - 1, DESK_NOW, &err));
    assert_true(mirror_doc_set(desk.mirror, MIRROR_SOURCES, 0, none, sizeof none - 1, DESK_NOW, &err));
    draw(LISTS_HEALTH, 80, 24);
    desk_shows(&desk, "✔ all is well");
    assert_true(mirror_doc_set(desk.mirror, MIRROR_SELF, 0, heavy, sizeof heavy - 1, DESK_NOW, &err));
    draw(LISTS_HEALTH, 80, 24);
    desk_shows(&desk, "▲ 1 to look at");
    desk_shows(&desk, "journal 572.2 MB");
}

static void a_source_that_refused_is_fine_an_hour_after_the_last(void **state)
{
    (void)state;
    desk.look.link_role = UI_OK;
    draw(LISTS_HEALTH, 120, 40);
    assert_int_equal(row_of("12m ago, gi says why; fine an hour after the last"), row_of(" shop "));
    assert_non_null(strstr(desk_row(&desk, row_of(" shop ")), "▲ look"));
    desk.look.now += 47 * 60000;
    draw(LISTS_HEALTH, 120, 40);
    assert_non_null(strstr(desk_row(&desk, row_of(" shop ")), "▲ look"));
    desk.look.now += 60000;
    draw(LISTS_HEALTH, 120, 40);
    assert_non_null(strstr(desk_row(&desk, row_of(" shop ")), "✔ fine"));
    desk_shows(&desk, "1,204 accepted");
    desk_shows(&desk, "2 refused, 1 in quarantine, the last 1h ago");
}

/* A source that sends what nobody understands is named for that, not for the none it was refused. */
static void what_a_source_is_looked_at_for_is_what_happened(void **state)
{
    static const struct { int refused, quarantine; const char *says; } cases[] = {{0, 0, "9 accepted"}, {0, 3, "3 kept aside"}, {2, 0, "2 refused "}, {2, 3, "2 refused, 3 aside"}};
    (void)state;
    desk.look.link_role = UI_OK;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        char text[300];
        snprintf(text, sizeof text, "{\"sources\":[{\"name\":\"shop\",\"trouble_at\":%lld,\"last_at\":1,\"accepted\":9,\"refused\":%d,\"quarantine\":%d}]}",
                 (long long)DESK_NOW - 60000, cases[i].refused, cases[i].quarantine);
        assert_true(mirror_doc_set(desk.mirror, MIRROR_SOURCES, 0, text, strlen(text), DESK_NOW, &err));
        draw(LISTS_HEALTH, 120, 40);
        assert_int_equal(row_of(cases[i].says), row_of(" shop "));
        desk_hides(&desk, "0 refused");
        desk_hides(&desk, "0 kept aside"); /* what was kept aside was erased */
    }
}

static void hostile_text_stays_on_its_line(void **state)
{
    (void)state;
    static const char text[] = "{\"agents\":[{\"name\":\"\\u001b[2J\\u202eeve\",\"away\":\"x\\ny\",\"skills\":[\"\\u0007a\"],\"note\":\"\\u001b]0;t\\u0007\",\"load\":1}]}";
    static const char rows[] = "{\"last\":{\"by\":\"\\u001b[31m\",\"at\":1},\"oncall\":[\"\\n\\n\"],\"open\":{\"flaw\":\"\\u001b[2J\"},\"parts\":[{\"name\":\"p\",\"title\":\"\\u001b[2J\"}],"
                               "\"rows\":[{\"part\":\"p\",\"id\":1,\"title\":\"\\u202e\\u001b[2J\"},{\"part\":\"coming\",\"what\":\"\\u0000\",\"text\":\"\\n\"}],\"shift\":{}}";
    struct err err = {0};
    assert_true(mirror_doc_set(desk.mirror, MIRROR_AGENTS, 0, text, sizeof text - 1, DESK_NOW, &err));
    assert_true(mirror_doc_set(desk.mirror, MIRROR_HANDOVER, 0, rows, sizeof rows - 1, DESK_NOW, &err));
    draw(LISTS_AGENTS, 120, 40);
    draw(LISTS_HANDOVER, 120, 40);
    static const char places[] = "{\"destinations\":[{\"name\":\"\\u001b[2J\\u202ex\",\"state\":\"\\n\",\"reason\":\"\\u001b]0;t\\u0007\",\"breaker\":\"\\u001b[2J\"}]}";
    assert_true(mirror_doc_set(desk.mirror, MIRROR_DESTINATIONS, 0, places, sizeof places - 1, DESK_NOW, &err));
    draw(LISTS_HEALTH, 120, 40);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(agents_who_are_here_and_have_room_come_first),
        T(what_stands_out_among_closes_is_drawn_for_leads_alone),
        T(a_full_agent_is_told_by_number_and_bar),
        T(the_picker_tells_load_shift_and_skills),
        T(what_came_of_the_agents_last_is_what_the_picker_knows),
        T(a_handover_is_read_part_by_part),
        T(a_clean_desk_says_so_and_what_to_press),
        T(what_is_wrong_with_the_desk_stands_first), T(what_is_wrong_stands_first_by_what_the_rows_say_now), T(a_row_of_health_is_told_whole_and_found_by_what_it_says), T(what_the_cursor_is_on_is_what_the_pane_tells),
        T(what_a_source_sent_is_counted_since_a_time_that_is_said),
        T(a_well_desk_says_so_and_a_heavy_journal_does_not),
        T(a_source_that_refused_is_fine_an_hour_after_the_last), T(what_a_source_is_looked_at_for_is_what_happened),
        T(hostile_text_stays_on_its_line),
    };
    return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
