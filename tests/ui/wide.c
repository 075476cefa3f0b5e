/* wide: what room is for. Columns that belong together stay in line, what a row is about is named where there is room to name it, and
 * what the journal counts in milliseconds is read as dates and lengths. */
#include "screen/lists.h"
#include "screen/queue.h"
#include "screen/ticket.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_end(&desk);
    return 0;
}

static void tell(enum mirror_doc_id id, int64_t ticket, const char *text)
{
    struct err err = {0};
    assert_true(mirror_doc_set(desk.mirror, id, ticket, text, strlen(text), DESK_NOW, &err));
}

static void draw_list(enum lists_id id, int columns, int rows)
{
    struct lists lists;
    lists_init(&lists, id);
    lists_sync(&lists, &desk.look, false);
    desk_size(&desk, columns, rows);
    lists_draw(&lists, &desk.look, desk.surface);
    lists_fini(&lists);
}

/* In which column of the whole picture a text begins; -1: nowhere. Counted in bytes, so of rows that are alike before it. */
static int column_of(const char *text)
{
    for (int row = 0; row < surface_rows(desk.surface); row++) {
        const char *line = desk_row(&desk, row), *at = strstr(line, text);
        if (at)
            return (int)(at - line);
    }
    return -1;
}

static void a_list_beside_its_pane_keeps_the_bars_of_its_deadlines(void **state)
{
    (void)state;
    struct queue queue;
    queue_init(&queue);
    queue_sync(&queue, desk.mirror, false);
    desk_size(&desk, 160, 50);
    queue_draw(&queue, &desk.look, desk.surface);
    desk_shows(&desk, "12m ██░░░ ‼ critical Checkout returns 500");
    desk_shows(&desk, "Feature idea: dark mode for the");
    desk_size(&desk, 80, 24);
    queue_draw(&queue, &desk.look, desk.surface);
    desk_shows(&desk, "12m ‼ critical Checkout returns 500");
    queue_fini(&queue);
}

/* In the list itself, not only in the pane. */
static void a_long_subject_is_whole_in_the_list_of_a_huge_terminal(void **state)
{
    static const char row[] = "{\"rows\":[{\"id\":7,\"status\":\"open\",\"version\":1,\"title\":\"Checkout returns 500 for every order since nine this morning in all of our shops\"}]}";
    struct err err = {0};
    struct queue queue;
    (void)state;
    assert_true(mirror_page(desk.mirror, mirror_view_name(desk.mirror), NULL, false, row, sizeof row - 1, &err));
    queue_init(&queue);
    queue_sync(&queue, desk.mirror, false);
    desk_size(&desk, 300, 80);
    queue_draw(&queue, &desk.look, desk.surface);
    assert_non_null(strstr(desk_words(desk.arena, desk_row(&desk, LOOK_TOP + 1)), "▌ 7 - - Checkout returns 500 for every order since nine this morning in all of our shops"));
    queue_fini(&queue);
}

/* Blank is "pays nothing", so that is no way to save room. */
static void what_a_customer_pays_for_stands_in_every_row_whatever_their_name(void **state)
{
    static const char rows[] = "{\"rows\":[{\"id\":7,\"status\":\"open\",\"version\":1,\"title\":\"One\",\"customer_name\":\"Cust 11\",\"plan\":\"enterprise\"},"
                               "{\"id\":8,\"status\":\"open\",\"version\":1,\"title\":\"Two\",\"customer_name\":\"山田 太郎\",\"plan\":\"企業向け計画\"},"
                               "{\"id\":9,\"status\":\"open\",\"version\":1,\"title\":\"Three\",\"customer_name\":\"Norddeutsche Handelsgesellschaft\",\"plan\":\"pro\"},"
                               "{\"id\":10,\"status\":\"open\",\"version\":1,\"title\":\"Four\",\"customer_name\":\"Acme\",\"plan\":\"\"}]}";
    static const struct { int columns; const char *says[4]; } sizes[] = {
        {100, {"Cust 11 ent - ", "山田 太郎 企 - ", "… pro - ", "Acme - "}}, {120, {"Cust 11 ent - ", "山田 太郎 企 - ", "… pro - ", "Acme - "}},
        {200, {"Cust 11 enterprise - ", "山田 太郎 企業向け計画 - ", "… pro - ", "Acme - "}}};
    struct err err = {0};
    struct queue queue;
    (void)state;
    assert_true(mirror_page(desk.mirror, mirror_view_name(desk.mirror), NULL, false, rows, sizeof rows - 1, &err));
    queue_init(&queue);
    queue_sync(&queue, desk.mirror, false);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        desk_size(&desk, sizes[i].columns, 40);
        queue_draw(&queue, &desk.look, desk.surface);
        for (int row = 0; row < 4; row++)
            desk_shows(&desk, sizes[i].says[row]);
    }
    queue_fini(&queue);
}

static void who_has_just_begun_to_wait_does_not_wait_for_now(void **state)
{
    struct err err = {0};
    struct queue queue;
    const char *row = arena_printf(desk.arena, "{\"rows\":[{\"id\":7,\"status\":\"open\",\"version\":1,\"title\":\"One\",\"waiting_since\":%lld}]}", (long long)desk.look.now - 59000);
    (void)state;
    assert_true(mirror_page(desk.mirror, mirror_view_name(desk.mirror), NULL, false, row, strlen(row), &err));
    queue_init(&queue);
    queue_sync(&queue, desk.mirror, false);
    desk_size(&desk, 200, 60);
    queue_draw(&queue, &desk.look, desk.surface);
    desk_shows(&desk, "waiting less than a minute");
    queue_fini(&queue);
}

static void what_came_in_and_what_leaves_names_its_ticket_where_there_is_room(void **state)
{
    static const enum mirror_doc_id docs[] = {MIRROR_EVENTS, MIRROR_REFUSALS, MIRROR_PARCELS, MIRROR_WAITING, MIRROR_DEAD, MIRROR_DESTINATIONS};
    static const char *const names[] = {"events.json", "refusals.json", "parcels.json", "waiting.json", "dead.json", "destinations.json"};
    (void)state;
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++)
        desk_document(&desk, docs[i], 0, names[i]);
    draw_list(LISTS_INGEST, 160, 50);
    desk_shows(&desk, "create 4121 Checkout returns 500 for every");
    desk_shows(&desk, "critical .94, escalation");
    draw_list(LISTS_DELIVERIES, 160, 50);
    desk_shows(&desk, "✗ dead 4077 Payments stuck in review");
    draw_list(LISTS_DELIVERIES, 120, 40);
    desk_shows(&desk, "✗ dead 4077 ");
    desk_hides(&desk, "Payments stuck");
}

static void on_a_huge_terminal_what_belongs_together_stands_together_and_whole(void **state)
{
    (void)state;
    tell(MIRROR_EVENTS, 0, "{\"events\":[{\"id\":3,\"at\":1795617119000,\"source\":\"shop\",\"state\":\"applied\",\"effect\":\"update\",\"ticket\":4098,"
                           "\"title\":\"What happens to bookings when I change my opening hours in December?\"}]}");
    tell(MIRROR_REFUSALS, 0, "{\"refusals\":[]}");
    draw_list(LISTS_INGEST, 300, 80);
    desk_shows(&desk, "update 4098 What happens to bookings when I change my opening hours in December?");
    desk_document(&desk, MIRROR_ONCALL, 0, "oncall.json");
    draw_list(LISTS_ONCALL, 300, 80);
    assert_true(column_of("until Wed") - column_of("● Mara") < 50);
    desk_document(&desk, MIRROR_LABELS, 0, "labels.json");
    draw_list(LISTS_REVIEW, 300, 80);
    assert_true(column_of("resolved tickets like it") < 90);
}

static void an_entry_of_the_audit_is_read_as_dates_and_lengths(void **state)
{
    (void)state;
    tell(MIRROR_AUDIT, 0, "{\"entries\":[{\"seq\":7,\"at\":1795617060000,\"actor\":\"ana\",\"kind\":\"sla\",\"ticket\":4119,\"data\":{\"metric\":\"first_response\",\"elapsed\":720000,"
                          "\"due_at\":0,\"target\":5400000,\"at\":1795617060782,\"weight_milli\":-1100,\"urgency_bp\":9405,\"took_ms\":412,\"epoch\":7,\"held\":true}}]}");
    draw_list(LISTS_AUDIT, 120, 40);
    desk_shows(&desk, "elapsed 12m");
    desk_shows(&desk, "target 1h30m");
    desk_shows(&desk, "due at -");
    desk_shows(&desk, "at 2026-11-25 14:31:00");
    desk_shows(&desk, "weight -1.100");
    desk_shows(&desk, "urgency 94.05 %");
    desk_shows(&desk, "took 412 ms");
    desk_shows(&desk, "epoch 7");
    desk_shows(&desk, "held yes");
}

static void tags_are_words_where_they_changed(void **state)
{
    (void)state;
    tell(MIRROR_AUDIT, 0, "{\"entries\":[{\"seq\":7,\"at\":1795617060000,\"actor\":\"ana\",\"kind\":\"ticket\",\"ticket\":4119,\"data\":{\"do\":\"tags\",\"changes\":[[\"tags\","
                          "[\"vip\",\"eu\"],[\"vip\"]]]}}]}");
    draw_list(LISTS_AUDIT, 120, 40);
    desk_shows(&desk, "tags: tags vip, eu → vip");
    desk_shows(&desk, "changes tags vip, eu → vip");
    desk_hides(&desk, "[");
}

static void what_is_known_of_a_customer_stands_in_one_column(void **state)
{
    (void)state;
    tell(MIRROR_CUSTOMER, 0, "{\"customer\":{\"key\":\"k\",\"name\":\"Jane\",\"email\":\"j•••@example.com\",\"plan\":\"\",\"tenant\":\"Globex\",\"status\":\"\"},\"rows\":[]}");
    draw_list(LISTS_CUSTOMER, 120, 40);
    desk_shows(&desk, "plan - Globex");
    assert_int_equal(column_of("- "), column_of("j•••"));
}

static void resolved_tickets_like_it_stand_in_columns(void **state)
{
    (void)state;
    desk_document(&desk, MIRROR_LABELS, 0, "labels.json");
    tell(MIRROR_SIMILAR, 4119, "{\"rows\":[{\"id\":4001,\"title\":\"Blank page\",\"resolved_at\":1795185120000},{\"id\":77,\"title\":\"White page\",\"resolved_at\":1793975520000}]}");
    struct lists lists;
    lists_init(&lists, LISTS_REVIEW);
    lists_sync(&lists, &desk.look, false);
    list_select(lists.list, 4119);
    desk_size(&desk, 160, 50);
    lists_draw(&lists, &desk.look, desk.surface);
    lists_fini(&lists);
    const char *rows[2] = {NULL, NULL};
    for (int row = 0; row < 50; row++) {
        const char *line = desk_row(&desk, row);
        rows[0] = strstr(line, "#4001") ? strstr(line, "#4001") : rows[0];
        rows[1] = strstr(line, "  #77") ? strstr(line, "  #77") : rows[1];
    }
    assert_true(rows[0] && rows[1]);
    assert_int_equal(strstr(rows[0], "Blank") - rows[0], strstr(rows[1], "White") - rows[1]);
}

static void a_macro_has_its_whole_title_where_there_is_room(void **state)
{
    (void)state;
    tell(MIRROR_MACROS, 0, "{\"macros\":[{\"name\":\"later\",\"title\":\"Not tonight, low, back in twelve hours\",\"actions\":[\"snooze 12h\"],\"reply\":\"\"}]}");
    draw_list(LISTS_MACROS, 160, 50);
    desk_shows(&desk, "later Not tonight, low, back in twelve hours");
}

static void a_long_title_is_read_whole_where_there_are_rows(void **state)
{
    static const char row[] = "{\"rows\":[{\"id\":7,\"status\":\"open\",\"version\":1,\"title\":\"Checkout returns 500 for every order and payments fail since nine this morning in "
                              "all of our shops: we are losing sales by the minute\"}]}";
    struct err err = {0};
    struct queue queue;
    struct ticket_screen ticket = {0};
    (void)state;
    assert_true(mirror_page(desk.mirror, mirror_view_name(desk.mirror), NULL, false, row, sizeof row - 1, &err));
    queue_init(&queue);
    queue_sync(&queue, desk.mirror, false);
    list_select(queue.list, 7);
    desk_size(&desk, 200, 60);
    queue_draw(&queue, &desk.look, desk.surface);
    desk_shows(&desk, "minute");
    queue_fini(&queue);
    ticket_open(&ticket, 7);
    desk_size(&desk, 120, 40);
    ticket_draw(&ticket, &desk.look, desk.surface);
    desk_shows(&desk, "minute");
    desk_size(&desk, 80, 24); /* here what happened needs the rows */
    ticket_draw(&ticket, &desk.look, desk.surface);
    desk_hides(&desk, "minute");
    ticket_fini(&ticket);
}

static void a_line_to_copy_is_not_broken_where_there_is_room(void **state)
{
    (void)state;
    desk_size(&desk, 200, 60);
    look_empty(&desk.look, desk.surface, 4, 4, 190, "Nothing here yet.\ncurl --unix-socket /run/triage/ingest.sock http://desk/in/SOURCE --data @event.json");
    desk_shows(&desk, "curl --unix-socket /run/triage/ingest.sock http://desk/in/SOURCE --data @event.json");
}

static void a_part_of_a_handover_says_how_many_of_it_are_not_there(void **state)
{
    (void)state;
    tell(MIRROR_HANDOVER, 0, "{\"parts\":[{\"name\":\"critical\",\"title\":\"Critical\",\"count\":1047}],\"rows\":[{\"part\":\"critical\",\"id\":1,\"title\":\"One\"},"
                             "{\"part\":\"critical\",\"id\":2,\"title\":\"Two\"},{\"part\":\"critical\",\"id\":3,\"title\":\"Three\"}]}");
    draw_list(LISTS_HANDOVER, 120, 40);
    desk_shows(&desk, "Critical 1,047 1 ");
    desk_shows(&desk, "1,044 not shown 2 ");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_long_subject_is_whole_in_the_list_of_a_huge_terminal), T(a_list_beside_its_pane_keeps_the_bars_of_its_deadlines),
        T(who_has_just_begun_to_wait_does_not_wait_for_now),
        T(what_a_customer_pays_for_stands_in_every_row_whatever_their_name),
        T(what_came_in_and_what_leaves_names_its_ticket_where_there_is_room),
        T(on_a_huge_terminal_what_belongs_together_stands_together_and_whole), T(an_entry_of_the_audit_is_read_as_dates_and_lengths),
        T(tags_are_words_where_they_changed),
        T(what_is_known_of_a_customer_stands_in_one_column),
        T(resolved_tickets_like_it_stand_in_columns),
        T(a_long_title_is_read_whole_where_there_are_rows),
        T(a_line_to_copy_is_not_broken_where_there_is_room),
        T(a_part_of_a_handover_says_how_many_of_it_are_not_there),
        T(a_macro_has_its_whole_title_where_there_is_room),
    };
    return cmocka_run_group_tests_name("wide", tests, NULL, NULL);
}
