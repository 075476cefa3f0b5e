/* narrow: a window beside others, a telephone at night, a terminal of ASCII. What a line has no room for is left out whole or goes on below;
 * nothing that has to be read ends in the middle, and no key is spelled as another. */
#include "base/str.h"
#include "base/text.h"
#include "screen/queue.h"
#include "screen/ticket.h"
#include "screen/why.h"
#include "support/gallery.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static const int widths[] = {40, 46, 52, 58, 64, 70, 76, 80};
enum { WIDTHS = sizeof widths / sizeof *widths };

static int begin(void **state)
{
    (void)state;
    gallery_start(&desk, false);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gallery_end(&desk);
    return 0;
}

static const struct gallery_picture *picture(const char *name)
{
    for (int i = 0; i < gallery_count(); i++)
        if (str_eq(gallery_at(i)->name, name))
            return gallery_at(i);
    fail_msg("no picture %s", name);
    return NULL;
}

/* 40 columns and 12 rows: what each screen is for is there, whole. */
static void the_smallest_window_says_what_a_screen_is_for(void **state)
{
    static const struct { const char *name, *shows; } cases[] = {
        {"queue", "‼ Checkout"},         {"audit", "#4119 "},          {"handover", "nobody"}, {"deliveries", "more that have less to say"}, {"ticket", "▲ high"},
        {"help", "assign to me"},      {"popup", "more: Esc ?"},      {"oncall", "● Mara"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gallery_draw(&desk, picture(cases[i].name), 40, 12);
        desk_shows(&desk, cases[i].shows);
        desk_is_inert(&desk);
    }
    gallery_draw(&desk, picture("ingest"), 40, 12);
    desk_hides(&desk, "Effect       T");
}

/* A question is read before it is answered. */
static void a_long_question_is_whole_and_its_answer_below_it(void **state)
{
    struct overlay o = {0};
    (void)state;
    overlay_ask(&o, 1, "page you (hooks) about #105 now, and whoever comes next: the reason: ", "it burns");
    desk_size(&desk, 40, 12);
    overlay_draw(&o, &desk.look, desk.surface);
    desk_shows(&desk, "page you (hooks) about #105 now, and");
    desk_shows(&desk, "whoever comes next: the reason:");
    desk_shows(&desk, "> it burns");
    desk_size(&desk, 120, 12);
    overlay_draw(&o, &desk.look, desk.surface);
    desk_shows(&desk, "and whoever comes next: the reason: it burns");
    overlay_close(&o);
}

static bool is_cut(struct desk_case *c, int row)
{
    return strstr(desk_row(c, row), "…") != NULL;
}

static void no_heads_last_words_are_half_there(void **state)
{
    int heads = 0;
    (void)state;
    for (int i = 0; i < gallery_count(); i++) {
        const struct gallery_picture *p = gallery_at(i);
        if (p->place == PLACE_QUEUE || p->place == PLACE_TICKET)
            continue;
        for (int w = 0; w < WIDTHS; w++, heads++) {
            gallery_draw(&desk, p, widths[w], 24);
            if (is_cut(&desk, 1))
                fail_msg("%s, %d columns: %s", p->name, widths[w], desk_row(&desk, 1));
        }
    }
    print_message("# %d heads\n", heads);
}

static void the_teams_line_has_whole_numbers_or_none(void **state)
{
    (void)state;
    for (int w = 0; w < WIDTHS; w++) {
        gallery_draw(&desk, picture("queue"), widths[w], 12);
        const char *line = desk_row(&desk, 10), *slash = strchr(line, '/');
        assert_non_null(strstr(line, "⚔ The Ticket"));
        assert_true(slash ? strstr(line, "180/500") != NULL : !strstr(line, "180") && !strstr(line, " 1…"));
    }
}

static void tell(enum mirror_doc_id id, int64_t ticket, const char *text)
{
    struct err err = {0};
    assert_true(mirror_doc_set(desk.mirror, id, ticket, text, strlen(text), DESK_NOW, &err));
}

static void draw_ticket(int columns, int rows)
{
    struct ticket_screen ticket = {0};
    ticket_open(&ticket, 4119);
    desk_size(&desk, columns, rows);
    ticket_draw(&ticket, &desk.look, desk.surface);
    ticket_fini(&ticket);
}

static void a_tickets_page_line_is_whole(void **state)
{
    const char *text = arena_printf(desk.arena, "{\"ticket\":{\"id\":4119,\"title\":\"Cannot access dashboard\",\"status\":\"open\",\"escalation\":{\"state\":\"triggered\",\"step\":2,\"steps\":4,"
                                                "\"loop\":1,\"next_at\":%lld}},\"lines\":[]}", (long long)DESK_NOW + 3792000);
    (void)state;
    tell(MIRROR_TICKET, 4119, text);
    for (int w = 0; w < WIDTHS; w++) {
        draw_ticket(widths[w], 12);
        desk_shows(&desk, "‼ step 3 of 4 loop 1, next in 1:03:12");
    }
}

static void of_resolved_tickets_like_it_no_number_is_cut(void **state)
{
    (void)state;
    tell(MIRROR_SIMILAR, 4119, "{\"rows\":[{\"id\":4001},{\"id\":3977},{\"id\":3850}]}");
    draw_ticket(44, 12);
    desk_shows(&desk, " similar, resolved: #4001 ");
    draw_ticket(50, 12);
    desk_shows(&desk, " similar, resolved: #4001 #3977 ");
    desk_hides(&desk, "#3…");
    draw_ticket(80, 12);
    desk_shows(&desk, " similar, resolved: #4001 #3977 #3850 ");
}

static void what_must_not_be_missed_goes_on_in_the_next_row(void **state)
{
    (void)state;
    gallery_draw(&desk, picture("escalations"), 60, 24);
    desk_shows(&desk, "‼ Nobody answers #4064: all steps taken, a reminder each");
    desk_shows(&desk, "hour. K acknowledges.");
    gallery_draw(&desk, picture("handover"), 46, 20);
    desk_shows(&desk, "not clean: 1 escalation nobody has");
    desk_shows(&desk, "acknowledged");
    gallery_draw(&desk, picture("escalations"), 46, 12);
    desk_hides(&desk, "Subj"); /* a column of four letters says nothing */
    gallery_draw(&desk, picture("escalations"), 40, 12); /* its rows are seen, too */
    desk_shows(&desk, "‼ Nobody answers #4064:");
    desk_shows(&desk, "4121 ‼ triggered");
}

static void an_event_with_nothing_to_note_says_what_its_ticket_is_about(void **state)
{
    (void)state;
    tell(MIRROR_EVENTS, 0, "{\"events\":[{\"id\":3,\"at\":1795617119000,\"source\":\"shop\",\"state\":\"applied\",\"effect\":\"update\",\"ticket\":4098,\"title\":\"Where is my invoice?\"}]}");
    gallery_draw(&desk, picture("ingest"), 80, 24);
    desk_shows(&desk, "update 4098 Where is my invoice?");
    gallery_draw(&desk, picture("ingest"), 200, 60); /* there it has a column */
    desk_shows(&desk, "update 4098 Where is my invoice?");
}

/* What to do about it stands at its end. */
static void a_long_toast_has_a_second_row(void **state)
{
    static const struct { int columns, rows; } sizes[] = {{40, 20}, {60, 24}, {80, 24}, {80, 40}};
    (void)state;
    desk.look.toast = "this needs the role lead; root is agent; an admin can change roles";
    desk.look.toast_role = UI_ERROR;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        gallery_draw(&desk, picture("queue"), sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "roles");
        assert_null(strstr(desk_row(&desk, sizes[i].rows - 2), "⚔"));
        desk_shows(&desk, "? help");
    }
    desk.look.toast = "this needs the role lead";
    gallery_draw(&desk, picture("queue"), 80, 24);
    assert_string_equal(desk_row(&desk, 22), " this needs the role lead");
    assert_non_null(strstr(desk_row(&desk, 21), "───"));
}

/* Whoever is asked what becomes of a text sees all that can become of it, and the way back. */
static void a_review_has_all_its_answers(void **state)
{
    static const char *const answers[] = {"y send", "Y and close", "P and wait (pending)", "N and claim next", "e edit", "a attach", "p postpone", "s share", "i note", "q discard", "Esc back"};
    (void)state;
    for (int w = 1; w < WIDTHS; w++) {
        gallery_draw(&desk, picture("review"), widths[w], 20);
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
            desk_shows(&desk, answers[i]);
        gallery_draw(&desk, picture("discard"), widths[w], 20);
        desk_shows(&desk, "any key no");
        gallery_draw(&desk, picture("composer"), widths[w], 20);
        desk_shows(&desk, "Esc review");
        assert_false(is_cut(&desk, 19));
    }
}

/* A note on a customer is read nowhere else. */
static void a_customers_notes_are_read_to_their_end(void **state)
{
    (void)state;
    tell(MIRROR_CUSTOMER, 0, "{\"customer\":{\"key\":\"k\",\"name\":\"Jane\",\"tickets\":3,\"open\":1,\"reopened\":1,\"first_seen\":1795000000000,\"notes\":[{\"at\":1795617060000,\"by\":\"ana\","
                             "\"text\":\"Prefers the phone; writes from a train in the mornings, answers come late: wait a day before it is closed\"}]},\"rows\":[]}");
    for (int w = 2; w < WIDTHS; w++) {
        gallery_draw(&desk, picture("customer"), widths[w], 30);
        desk_shows(&desk, "closed");
        desk_shows(&desk, "↩ reopened once");
    }
}

/* What keeps it from paging again is what whoever took it has to know. */
static void how_long_an_acknowledgement_holds_is_read_whole(void **state)
{
    const char *text = arena_printf(desk.arena, "{\"rows\":[{\"id\":7,\"title\":\"Down\",\"escalation\":{\"state\":\"acknowledged\",\"acked_by\":\"ana\",\"step\":1,\"steps\":3,\"opened_at\":1795617060000,"
                                                "\"ack_expires_at\":%lld}}]}", (long long)DESK_NOW + 1800000);
    (void)state;
    tell(MIRROR_ESCALATIONS, 0, text);
    tell(MIRROR_PAGED, 0, "{\"rows\":[]}");
    for (int w = 3; w < WIDTHS; w++) {
        gallery_draw(&desk, picture("escalations"), widths[w], 30);
        desk_shows(&desk, "by you, pages again in 30m; a reply, note");
        for (int row = 8; row < 20; row++)
            assert_true(!strstr(desk_row(&desk, row), "pages again") || !is_cut(&desk, row));
    }
}

static void a_step_of_a_why_goes_on_beside_its_time(void **state)
{
    static const char why[] = "{\"lines\":[\"2026-11-25 12:16:00 UTC: route \\\"critical-to-hooks\\\" stopped whitelabel-ticket-created at step 1: not so: urgency == \\\"critical\\\"\","
                              "\"What has no time goes on at the margin, wherever it has to be wrapped for want of room.\"]}";
    struct pager *pager = pager_new();
    (void)state;
    desk_size(&desk, 70, 20);
    pager_begin(pager);
    why_read(&desk.look, pager, json_parse_in(desk.arena, why, sizeof why - 1, &json_limits_native, NULL, NULL));
    pager_end(pager);
    surface_clear(desk.surface);
    pager_draw(pager, desk.surface, 0, 0, 20, 69);
    assert_string_equal(desk_row(&desk, 0), "  12:16:00  route \"critical-to-hooks\" stopped");
    assert_string_equal(desk_row(&desk, 1), "            whitelabel-ticket-created at step 1: not so: urgency ==");
    assert_string_equal(desk_row(&desk, 2), "            \"critical\"");
    assert_string_equal(desk_row(&desk, 4), "  wrapped for want of room.");
    pager_free(pager);
}

static void what_stops_a_reply_is_said_whole(void **state)
{
    (void)state;
    for (int w = 0; w < WIDTHS; w++) {
        gallery_draw(&desk, picture("conflict"), widths[w], 24);
        desk_shows(&desk, "above.");
        desk_shows(&desk, "y send");
    }
}

static void a_reply_says_whose_it_is_and_that_it_is_kept(void **state)
{
    (void)state;
    for (int w = 1; w < WIDTHS; w++) {
        gallery_draw(&desk, picture("composer"), widths[w], 20);
        assert_non_null(strstr(desk_row(&desk, 0), "Reply to Jane Doe on #4119"));
        assert_non_null(strstr(desk_row(&desk, 0), "saved 14:31"));
    }
}

static void what_an_overlay_takes_is_named_whole_and_so_is_the_way_out(void **state)
{
    static const char *const overlays[] = {"help", "why", "palette", "picker", "filter", "bulk"};
    (void)state;
    for (size_t i = 0; i < sizeof overlays / sizeof *overlays; i++)
        for (int w = 0; w < WIDTHS; w++) {
            gallery_draw(&desk, picture(overlays[i]), widths[w], 20);
            assert_false(is_cut(&desk, 19));
            assert_non_null(strstr(desk_row(&desk, 19), "leave"));
        }
}

static void a_texts_title_has_whole_words(void **state)
{
    (void)state;
    gallery_draw(&desk, picture("help"), 80, 24);
    desk_shows(&desk, "Help: queue (/ searches, q leaves; what has no key is said after :)");
    gallery_draw(&desk, picture("help"), 60, 20);
    desk_shows(&desk, "Help: queue");
    desk_hides(&desk, "(/ searches");
    desk_shows(&desk, "/ search"); /* in the hints */
}

static void two_keys_of_one_meaning_are_one_hint(void **state)
{
    (void)state;
    gallery_draw(&desk, picture("scoreboard"), 80, 24);
    desk_shows(&desk, "w why j k move q back");
}

static void keys_that_go_on_are_spelled_with_dots_in_ascii(void **state)
{
    (void)state;
    text_set_ascii(true);
    gallery_draw(&desk, picture("queue"), 120, 40);
    desk_shows(&desk, "z... snooze");
    desk_hides(&desk, "z~");
    gallery_draw(&desk, picture("popup"), 120, 40);
    desk_shows(&desk, "-- g... ---");
    text_set_ascii(false);
}

/* For whoever reads by it: where a row is selected, there the terminal's own cursor stands. */
static void the_terminals_cursor_stands_on_the_selected_row(void **state)
{
    static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}};
    int looked = 0;
    (void)state;
    for (int i = 0; i < 3 * gallery_count(); i++) {
        const struct gallery_picture *p = gallery_at(i / 3);
        int row = -1, column = -1;
        if (p->overlay || p->composer)
            continue;
        gallery_draw(&desk, p, sizes[i % 3][0], sizes[i % 3][1]);
        surface_cursor_at(desk.surface, &row, &column);
        int selected = 0, under = 0; /* of the scoreboard's two lists the upper one only says which row is mine */
        for (int at = 0; at < sizes[i % 3][0] * sizes[i % 3][1]; at++) {
            const struct cell *cell = surface_cell(desk.surface, at / sizes[i % 3][0], at % sizes[i % 3][0]);
            bool is = cell->role == UI_GUTTER && strcmp(cell->text, "\u258c") == 0;
            selected += is;
            under += is && row == at / sizes[i % 3][0];
        }
        if (selected && !under)
            fail_msg("%s at %dx%d: the cursor is in row %d, where nothing is selected", p->name, sizes[i % 3][0], sizes[i % 3][1], row);
        looked += under;
    }
    print_message("# %d selected rows\n", looked);
    assert_true(looked > 30);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(the_smallest_window_says_what_a_screen_is_for),
        T(a_long_question_is_whole_and_its_answer_below_it),
        T(no_heads_last_words_are_half_there),
        T(the_teams_line_has_whole_numbers_or_none),
        T(a_tickets_page_line_is_whole),
        T(of_resolved_tickets_like_it_no_number_is_cut),
        T(an_event_with_nothing_to_note_says_what_its_ticket_is_about),
        T(a_long_toast_has_a_second_row),
        T(a_review_has_all_its_answers),
        T(a_customers_notes_are_read_to_their_end),
        T(how_long_an_acknowledgement_holds_is_read_whole),
        T(a_step_of_a_why_goes_on_beside_its_time),
        T(what_stops_a_reply_is_said_whole),
        T(a_reply_says_whose_it_is_and_that_it_is_kept),
        T(what_an_overlay_takes_is_named_whole_and_so_is_the_way_out),
        T(a_texts_title_has_whole_words),
        T(the_terminals_cursor_stands_on_the_selected_row),
        T(two_keys_of_one_meaning_are_one_hint),
        T(keys_that_go_on_are_spelled_with_dots_in_ascii),
        T(what_must_not_be_missed_goes_on_in_the_next_row),
    };
    return cmocka_run_group_tests_name("narrow", tests, NULL, NULL);
}
