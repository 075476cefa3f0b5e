/* preview, popup: what is shown before it is done, and what may be pressed next. */
#include "screen/preview.h"
#include "screen/popup.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static struct pager *pager;

static int begin(void **state)
{
    (void)state;
    desk_start(&desk);
    desk_size(&desk, 100, 30);
    pager = pager_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    pager_free(pager);
    desk_end(&desk);
    return 0;
}

static void read_at(const char *answer, bool final, int columns)
{
    const struct json *root = json_parse_in(desk.arena, answer, strlen(answer), &json_limits_native, NULL, NULL);
    assert_non_null(root);
    desk_size(&desk, columns, 30);
    preview_read(&desk.look, pager, root, final, columns);
    surface_clear(desk.surface);
    pager_draw(pager, desk.surface, 0, 0, 30, columns);
}

static void read(const char *answer, bool final)
{
    read_at(answer, final, 100);
}

static void what_changes_comes_first_then_what_stays_and_why(void **state)
{
    (void)state;
    read("{\"results\":[{\"ticket\":7,\"ok\":false,\"error\":{\"detail\":\"#7 is closed\"}},{\"ticket\":8,\"ok\":true,\"changes\":[]},"
         "{\"ticket\":9,\"ok\":true,\"changes\":[[\"first_reply_at\",null,1798761600000],[\"urgency_bp\",1,2],[\"priority\",\"normal\",\"low\"],"
         "[\"status\",\"new\",\"on_hold\"]]}]}", false);
    assert_string_equal(desk_row(&desk, 0), "  1 changes");
    desk_shows(&desk, "    #9                  priority  normal → low");
    desk_shows(&desk, "                        status    new → on hold");
    assert_string_equal(desk_row(&desk, 4), "  1 stays as it is");
    desk_shows(&desk, "#8                  already so");
    assert_string_equal(desk_row(&desk, 7), "  1 cannot be done");
    desk_shows(&desk, "#7                  #7 is closed");
    desk_hides(&desk, "first reply");
    desk_hides(&desk, "No undo");
}

static void what_cannot_be_undone_says_so_first(void **state)
{
    (void)state;
    read("{\"results\":[{\"ticket\":9,\"ok\":true,\"say\":\"#9 acknowledged\",\"changes\":[[\"escalated\",\"triggered\",\"acknowledged\"]]}]}", true);
    assert_string_equal(desk_row(&desk, 0), "  No undo takes this back.");
    desk_shows(&desk, "escalated triggered → acknowledged");
}

static void subjects_are_as_wide_as_what_changes_leaves_room_for(void **state)
{
    static const struct { int columns; const char *shows; } at[] = {{44, "#4117 Feature idea: dark mode for the…"}, {44, "owner - → tom"},
                                                                    {60, "#4117 Feature idea: dark mode for… owner - → tom"},
                                                                    {80, "#4117 Feature idea: dark mode for the invoice PDF owner - → tom"},
                                                                    {120, "#4117 Feature idea: dark mode for the invoice PDF owner - → tom"}};
    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        read_at("{\"results\":[{\"ticket\":4117,\"ok\":true,\"changes\":[[\"assignee\",null,\"tom\"]]}]}", false, at[i].columns);
        desk_shows(&desk, at[i].shows);
    }
}

/* In the smallest window too: nothing of what a ticket will have is cut away, nor of why it cannot be done. */
static void what_will_be_is_whole_where_there_is_no_room(void **state)
{
    (void)state;
    read_at("{\"results\":[{\"ticket\":4117,\"ok\":true,\"changes\":[[\"assignee\",\"bartholomew.longname\",\"tom\"],[\"tags\",[\"vip\"],[\"vip\",\"checkout\",\"refund-2026\",\"europe\"]],"
            "[\"title\",\"Feature idea: a mode that is dark\",\"Feature idea: a dark mode for invoices\"]]},"
            "{\"ticket\":9,\"ok\":false,\"error\":{\"detail\":\"#9 is part of #7: what is to be done is done there\"}}]}", false, 39);
    desk_shows(&desk, "#4117 Feature idea: dark mode");
    desk_shows(&desk, "owner bartholomew.long… → tom");
    desk_shows(&desk, "→ vip, checkout,");
    desk_shows(&desk, "refund-2026, europe");
    desk_shows(&desk, "→ Feature idea: a dark");
    desk_shows(&desk, "mode for invoices");
    desk_shows(&desk, "#9 is part of #7: what is to be");
    desk_shows(&desk, "done is done there");
    read_at("{\"results\":[{\"ticket\":9,\"ok\":false,\"error\":{\"detail\":\"#9 is part of #7: what is to be done is done there, and nowhere else\"}}]}", false, 79);
    desk_shows(&desk, "is done there, and nowhere");
    desk_shows(&desk, "else");
}

static void a_macros_text_is_shown_whole_and_inert(void **state)
{
    (void)state;
    read("{\"results\":[{\"ticket\":9,\"ok\":true,\"changes\":[],\"message\":{\"public\":true,\"body\":\"Hello \\u001b[2J\\u202eJane\"}}]}", false);
    assert_string_equal(desk_row(&desk, 0), "  1 changes");
    desk_shows(&desk, "to the customer:");
    desk_is_inert(&desk);
}

static void keys_that_may_follow_line_up_and_are_read_downwards(void **state)
{
    static const struct hint hints[] = {{"zz", "snooze again"}, {"z1", "snooze 1h"}, {"zt", "snooze tomorrow"}, {"zc", "snooze"}, {"zr", "snooze reply"}};
    (void)state;
    desk_size(&desk, 50, 24);
    surface_clear(desk.surface);
    popup_draw(&desk.look, desk.surface, "z", hints, 5);
    desk_shows(&desk, "── z… ───");
    desk_shows(&desk, " zz snooze again       zc snooze");
    desk_shows(&desk, " z1 snooze 1h          zr snooze reply");
    desk_shows(&desk, " zt snooze tomorrow");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(what_changes_comes_first_then_what_stays_and_why),
        T(what_cannot_be_undone_says_so_first),
        T(subjects_are_as_wide_as_what_changes_leaves_room_for),
        T(what_will_be_is_whole_where_there_is_no_room),
        T(a_macros_text_is_shown_whole_and_inert),
        T(keys_that_may_follow_line_up_and_are_read_downwards),
    };
    return cmocka_run_group_tests_name("preview", tests, NULL, NULL);
}
