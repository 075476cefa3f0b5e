/* screens: what is on them at the three sizes people have, in text and roles, and that no text from outside
 * gets out of its cell. The desk is tests/fixtures/desk. */
#include "base/str.h"
#include "screen/escalations.h"
#include "screen/event.h"
#include "screen/why.h"
#include "screen/articles.h"
#include "screen/deliveries.h"
#include "screen/overlay.h"
#include "screen/queue.h"
#include "screen/scoreboard.h"
#include "screen/ticket.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static struct queue queue;
static struct ticket_screen ticket;
static const struct {
    int columns, rows;
} sizes[] = {{80, 24}, {120, 40}, {200, 60}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    queue_init(&queue);
    queue_sync(&queue, desk.mirror, false);
    desk_document(&desk, MIRROR_TICKET, 4119, "ticket.json");
    desk_document(&desk, MIRROR_ESCALATIONS, 0, "escalations.json");
    desk_document(&desk, MIRROR_PAGED, 0, "escalations.json");
    desk_document(&desk, MIRROR_EVENTS, 0, "events.json");
    desk_document(&desk, MIRROR_REFUSALS, 0, "refusals.json");
    desk_document(&desk, MIRROR_SCORES, 0, "scores.json");
    desk_document(&desk, MIRROR_PARCELS, 0, "parcels.json");
    desk_document(&desk, MIRROR_WAITING, 0, "waiting.json");
    desk_document(&desk, MIRROR_DEAD, 0, "dead.json");
    desk_document(&desk, MIRROR_DESTINATIONS, 0, "destinations.json");
    desk_document(&desk, MIRROR_LABELS, 0, "labels.json");
    desk_document(&desk, MIRROR_CUSTOMER, 0, "customer.json");
    desk_document(&desk, MIRROR_ARTICLES, 0, "articles.json");
    desk_document(&desk, MIRROR_MACROS, 0, "macros.json");
    desk_document(&desk, MIRROR_SIMILAR, 4098, "similar.json");
    ticket_open(&ticket, 4119);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    queue_fini(&queue);
    ticket_fini(&ticket);
    desk_end(&desk);
    return 0;
}

static void draw_queue(int columns, int rows)
{
    desk_size(&desk, columns, rows);
    queue_draw(&queue, &desk.look, desk.surface);
}

static void draw_ticket(int columns, int rows)
{
    desk_size(&desk, columns, rows);
    ticket_draw(&ticket, &desk.look, desk.surface);
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

static const struct json *revealed(void)
{
    static const char text[] = "{\"title\":\"Login of jane@example.com\",\"customer_name\":\"Jane Doe\",\"customer_email\":\"jane@example.com\",\"customer_phone\":\"+44 20 7946 0958\","
                               "\"messages\":[{\"row\":1,\"body\":\"I am jane@example.com, \\u001b[31mcard 4111 1111 1111 1111\"}]}";
    return json_parse_in(desk.arena, text, sizeof text - 1, &json_limits_dialect, NULL, NULL);
}

/* Shown in the place of what is masked, with the seconds that are left; masked again by the clock alone. */
static void a_revealed_ticket_is_masked_again_after_twenty_seconds(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        ticket_open(&ticket, 4119);
        draw_ticket(sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "I get a blank page");
        desk_hides(&desk, "jane@example.com");
        int64_t began = desk.look.now;
        ticket_reveal(&ticket, revealed(), began);
        draw_ticket(sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Unmasked for 20 s more");
        desk_shows(&desk, "Login of jane@example.com");
        desk_shows(&desk, "4111 1111 1111 1111");
        desk_hides(&desk, "I get a blank page");
        desk_is_inert(&desk);
        desk.look.now = began + 12500;
        draw_ticket(sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Unmasked for 8 s more");
        desk_shows(&desk, "4111 1111 1111 1111");
        assert_false(ticket_expire(&ticket, began + 19999));
        desk.look.now = began + 20000;
        draw_ticket(sizes[i].columns, sizes[i].rows);
        desk_hides(&desk, "Unmasked");
        desk_hides(&desk, "jane@example.com");
        desk_hides(&desk, "4111");
        desk_shows(&desk, "I get a blank page");
        desk.look.now = began;
        ticket_reveal(&ticket, revealed(), began);
        assert_true(ticket_expire(&ticket, began - 60000)); /* a clock put back shows nothing longer */
        assert_null(ticket.shown);
    }
}

static void a_narrow_queue_has_what_decides(void **state)
{
    (void)state;
    draw_queue(80, 24);
    assert_string_equal(desk_row(&desk, 5),
                        "  ‼   4121      12m  ‼ critical  Checkout returns 500 for …  ‼ paging  -");
    desk_shows(&desk, "2 Unassigned 34");
    assert_int_equal(desk_role(&desk, "6 All"),
                     UI_TAB_ACTIVE); /* the shown view's tab is never the one that is cut */
    desk_shows(&desk, "⏸ pending");
    desk_hides(&desk, "Customer");
    assert_int_equal(desk_role(&desk, "late 18m"), UI_LATE);
    assert_int_equal(desk_role(&desk, "critical  Checkout"), UI_CRITICAL);
    assert_int_equal(desk_role(&desk, "paused"), UI_MUTED);
    assert_int_equal(desk_role(&desk, "SSO login"), UI_STRONG);
}

static void a_wide_queue_adds_bars_confidence_customer_and_age(void **state)
{
    (void)state;
    draw_queue(120, 40);
    desk_shows(&desk, "12m ██▍░░░ ‼ critical .94 Checkout returns 500");
    desk_shows(&desk, "Lucía M.");
    desk_shows(&desk, "▲ high     set ");
    desk_shows(&desk, "The Ticket Titan  epic");
    desk_shows(&desk, "1,090 XP to Lv 6");
    desk_shows(&desk, " 5 Snoozed 4 [6 All 1,204]"); /* seen without bold, too */
    assert_int_equal(desk_role(&desk, "[6 All"), UI_TAB_ACTIVE);
    desk_shows(&desk, "Feature idea: dark mode for the invoice PDF Ben"); /* a subject has the room that others leave */
    assert_int_equal(desk_role(&desk, "1 Mine"), UI_TAB);
}

static void a_very_wide_queue_shows_the_selected_ticket_beside_the_list(void **state)
{
    (void)state;
    list_select(queue.list, 4119);
    draw_queue(200, 60);
    desk_shows(&desk, "≠ kai");
    desk_shows(&desk, "high .82 over low  [blank page +2.1]");
    desk_shows(&desk, "next response 48m left");
    desk_shows(&desk, "Hi Jane, could you try a private window?");
}

static void the_cursor_costs_a_gutter_mark_and_a_number(void **state)
{
    (void)state;
    draw_queue(120, 40);
    struct surface *before = desk.surface;
    desk.surface = NULL;
    list_command(queue.list, "down");
    draw_queue(120, 40);
    int differ = 0;
    for (int row = 0; row < 40; row++)
        for (int column = 0; column < 120; column++)
            differ += memcmp(surface_cell(before, row, column), surface_cell(desk.surface, row, column),
                             sizeof(struct cell)) != 0;
    surface_free(before);
    assert_true(differ > 0 && differ <= 12);
}

static void another_view_is_no_news_and_keeps_cursor_and_marks(void **state)
{
    (void)state;
    struct err err = {0};
    const char page[] = "{\"seq\":100,\"rows\":[{\"id\":7,\"next_due_at\":1},{\"id\":8,\"next_due_at\":2},{"
                        "\"id\":4119,\"next_due_at\":3}],\"next\":null}";
    draw_queue(80, 24);
    list_select(queue.list, 4119);
    list_mark(queue.list, 4098, true);
    assert_true(mirror_page(desk.mirror, "mine", NULL, false, page, strlen(page), &err));
    queue_turn(&queue, desk.mirror);
    draw_queue(80, 24);
    assert_int_equal(list_selected(queue.list), 4119);
    assert_int_equal(list_marks(queue.list), 1);
    assert_int_equal(list_new_above(queue.list), 0);
    desk_shows(&desk, "● 1 marked");
}

/* As `G` does it: to the end of what is here, the next page comes, and to its end. */
static void a_page_further_down_is_no_news_and_what_comes_above_is(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STR page;
    str_init(&page, 1 << 16);
    str_adds(&page, "{\"seq\":100,\"next\":null,\"rows\":[");
    for (int i = 0; i < 100; i++)
        str_addf(&page, "%s{\"id\":%d,\"next_due_at\":19000000%05d}", i ? "," : "", 9000 + i, i);
    str_adds(&page, "]}");
    draw_queue(80, 24);
    list_command(queue.list, "bottom");
    assert_true(mirror_page(desk.mirror, mirror_view_name(desk.mirror), NULL, true, page.data, page.len, &err));
    queue_sync(&queue, desk.mirror, true);
    list_command(queue.list, "bottom");
    draw_queue(80, 24);
    desk_hides(&desk, "new above");
    const char row[] = "{\"seq\":101,\"ticket\":8000,\"views\":[{\"name\":\"all\"},{\"name\":\"mine\",\"owner\":\"mara\"}],\"row\":{\"id\":8000,\"next_due_at\":1}}";
    mirror_frame(desk.mirror, "ticket", 101, row, strlen(row), DESK_NOW);
    queue_sync(&queue, desk.mirror, true);
    draw_queue(80, 24);
    desk_shows(&desk, "↑ 1 new above");
}

/* Keys act on what is marked, so that is said first, and last to go. */
static void all_that_is_true_of_the_list_is_said_beside_its_tabs(void **state)
{
    (void)state;
    struct err err = {0};
    static const struct { int columns; const char *row; } said[] = {
        {80, "[6 All 1,204]       ● 1 marked, 1 not shown  ↑ 1 new  / has(assignee)…  ↓ age"},
        {120, "● 1 marked, 1 not shown  ↑ 1 new above  / has(assignee) && plan == \"ent\"  ↓ by age"},
        {60, "[6 All 1,204]       ● 1 marked, 1 not shown  ↑ 1 new"},
        {44, "● 1 marked, 1 not shown"}};
    mirror_sort(desk.mirror, MIRROR_BY_AGE, false);
    for (int first = 1; first >= 0; first--) { /* at the second time there is one more, above */
        AUTO_STR page;
        str_init(&page, 1 << 16);
        str_adds(&page, "{\"seq\":100,\"next\":null,\"rows\":[");
        for (int i = first; i < 60; i++)
            str_addf(&page, "%s{\"id\":%d,\"next_due_at\":19000000%05d}", i > first ? "," : "", 9000 + i, i);
        str_adds(&page, "]}");
        assert_true(mirror_page(desk.mirror, "all", "has(assignee) && plan == \"ent\"", false, page.data, page.len, &err));
        first ? queue_turn(&queue, desk.mirror) : queue_sync(&queue, desk.mirror, true);
        list_command(queue.list, "bottom");
        draw_queue(80, 24);
    }
    list_mark(queue.list, 7, true);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        draw_queue(said[i].columns, 24);
        desk_shows(&desk, said[i].row);
    }
    const char few[] = "{\"seq\":100,\"rows\":[],\"next\":null}";
    assert_true(mirror_page(desk.mirror, "snoozed", NULL, false, few, strlen(few), &err));
    for (int columns = 44; columns <= 140; columns++) { /* no tab stands in it, nor that there are more behind the active one */
        draw_queue(columns, 24);
        desk_shows(&desk, "● 1 marked, 1 not shown");
    }
}

static void an_empty_view_says_why_and_what_to_press(void **state)
{
    (void)state;
    struct err err = {0};
    const char empty[] = "{\"seq\":100,\"rows\":[],\"next\":null}";
    desk.look.row_hints = 7; /* all but help are about a row */
    draw_queue(80, 24);
    assert_non_null(strstr(desk_row(&desk, 23), "c claim"));
    assert_true(mirror_page(desk.mirror, "sla-risk", NULL, false, empty, strlen(empty), &err));
    queue_sync(&queue, desk.mirror, false);
    draw_queue(80, 24);
    assert_string_equal(desk_row(&desk, 23), " ? help");
    desk_shows(&desk, "Nothing here: everything in \"SLA risk\" is answered. gu shows what is");
    assert_true(mirror_page(desk.mirror, "all", "plan == \"x\"", false, empty, strlen(empty), &err));
    draw_queue(80, 24);
    desk_shows(&desk, "No ticket in \"All\" matches  plan == \"x\"");
    desk_shows(&desk, "/ plan == \"x\"");
    assert_true(mirror_page(desk.mirror, "all", NULL, false, empty, strlen(empty), &err));
    draw_queue(80, 24);
    desk_shows(&desk, "curl --unix-socket");
    desk_shows(&desk, "http://desk/in/shop-de -d @event.json");
}

/* What is to be pasted stands in lines of its own, whole at 80 columns, a quote in the path and all. */
static void a_desk_without_a_source_says_what_to_write_where(void **state)
{
    (void)state;
    struct err err = {0};
    static const struct { const char *role, *says; } people[] = {{"admin", "printf '%s\\n' '' 'sources:' '- {name: shop, dialect: rbs, auth: none}' \\"},
                                                                 {"agent", "writes one under `sources:` in"}};
    for (int i = 0; i < 2; i++) {
        const char *text = arena_printf(desk.arena, "{\"seq\":200,\"now\":%lld,\"team\":\"t\",\"me\":{\"name\":\"ana\",\"role\":\"%s\"},\"view\":\"all\",\"views\":[{\"name\":\"all\",\"title\":\"All\"}],"
                                                    "\"rows\":[],\"sources\":[],\"config\":\"/srv/ana's desk/triage.yaml\"}", (long long)DESK_NOW, people[i].role);
        assert_true(mirror_desk(desk.mirror, text, strlen(text), DESK_NOW, &err));
        draw_queue(80, 24);
        desk_shows(&desk, "no source is configured");
        desk_shows(&desk, people[i].says);
        desk_shows(&desk, i ? "/srv/ana's desk/triage.yaml" : ">> '/srv/ana'\\''s desk/triage.yaml'");
    }
}

static void a_lost_daemon_is_said_where_the_tabs_are_and_the_list_stays(void **state)
{
    (void)state;
    desk.look.banner =
        "The daemon stopped answering 12 s ago. Nothing you typed is lost; trying again in 2 s (R: now).";
    desk.look.link = "gone 12s";
    desk.look.link_role = UI_LATE;
    draw_queue(120, 40);
    desk_shows(&desk, "Nothing you typed is lost");
    desk_shows(&desk, "Checkout returns 500");
    assert_int_equal(desk_role(&desk, "● gone"), UI_LATE);
}

static void a_pending_action_and_a_row_that_left_are_told_apart(void **state)
{
    (void)state;
    mirror_pend(desk.mirror, 4098);
    mirror_anchor(desk.mirror, true);
    const char frame[] = "{\"seq\":101,\"ticket\":4117,\"row\":{\"id\":4117,\"title\":\"Feature "
                         "idea\",\"status\":\"resolved\",\"version\":9},\"views\":[]}";
    mirror_frame(desk.mirror, "ticket", 101, frame, strlen(frame), DESK_NOW);
    queue_sync(&queue, desk.mirror, true);
    draw_queue(120, 40);
    desk_shows(&desk, "sending…");
    desk_shows(&desk, "left this view");
    assert_int_equal(desk_role(&desk, "Feature idea"), UI_MUTED);
}

static void a_delivery_that_died_is_seen_in_the_list_and_in_the_pane(void **state)
{
    (void)state;
    const char frame[] = "{\"seq\":101,\"kind\":\"parcel\",\"ticket\":4119,\"data\":{\"state\":\"dead\",\"undelivered\":1}}";
    mirror_frame(desk.mirror, "parcel", 101, frame, strlen(frame), DESK_NOW);
    queue_sync(&queue, desk.mirror, true);
    draw_queue(120, 40);
    desk_shows(&desk, "✗ undelivered");
    assert_int_equal(desk_role(&desk, "✗ undelivered"), UI_LATE);
    list_select(queue.list, 4119);
    draw_queue(200, 60);
    desk_shows(&desk, "deliveries ✗ undelivered");
}

/* A page first, then what is mine and was not sent, whatever is late; there already: on to the next. */
static void an_answer_of_mine_that_was_not_sent_needs_me_until_one_is_there(void **state)
{
    static const char taken[] = "{\"seq\":102,\"ticket\":4121,\"row\":{\"id\":4121,\"title\":\"x\",\"status\":\"open\",\"assignee\":\"tom\",\"version\":99}}";
    (void)state;
    const char frame[] = "{\"seq\":101,\"ticket\":4117,\"row\":{\"id\":4117,\"title\":\"Feature idea\",\"status\":\"resolved\",\"assignee\":\"ana\",\"undelivered\":1,\"version\":9}}";
    mirror_frame(desk.mirror, "ticket", 101, frame, strlen(frame), DESK_NOW);
    assert_int_equal(queue_needs_me(desk.mirror, DESK_NOW, 0), 4121);
    mirror_frame(desk.mirror, "ticket", 102, taken, strlen(taken), DESK_NOW);
    assert_int_equal(queue_needs_me(desk.mirror, DESK_NOW, 0), 4117);
    assert_int_equal(queue_needs_me(desk.mirror, DESK_NOW, 4117), 4090);
}

static void a_toast_takes_the_line_above_the_hints(void **state)
{
    (void)state;
    desk.look.toast = "+112 XP held: #4102 resolved";
    draw_queue(80, 24);
    assert_string_equal(desk_row(&desk, 22), " +112 XP held: #4102 resolved");
    assert_string_equal(desk_row(&desk, 23), " c claim   a assign   r reply   ? help");
    draw_queue(120, 40);
    desk_shows(&desk, "The Ticket Titan");
    desk_shows(&desk, "+112 XP held");
}

/* Two documents between two frames: the second may lie in memory exactly where the one that is drawn lay. */
static void a_timeline_that_came_twice_between_two_frames_is_the_newest(void **state)
{
    enum { TRIES = 100 };
    struct err err = {0};
    int same = 0;
    (void)state;
    desk_size(&desk, 120, 40);
    for (int i = 0; i < TRIES; i++) {
        ticket_draw(&ticket, &desk.look, desk.surface);
        const struct json *drawn = mirror_doc(desk.mirror, MIRROR_TICKET)->root;
        const char *words = arena_printf(desk.arena, "said for the %d. time", i);
        for (int k = 0; k < 2; k++) {
            const char *lines = arena_printf(desk.arena, "{\"ticket\":4119,\"lines\":[{\"at\":%lld,\"kind\":\"message\",\"message\":{\"id\":\"m\",\"author\":\"Ines\","
                                             "\"author_kind\":\"customer\",\"public\":true,\"body\":\"%s\"}}]}", (long long)DESK_NOW, k ? words : "soon forgotten");
            assert_true(mirror_doc_set(desk.mirror, MIRROR_TICKET, 4119, lines, strlen(lines), DESK_NOW, &err));
        }
        same += mirror_doc(desk.mirror, MIRROR_TICKET)->root == drawn;
        surface_clear(desk.surface);
        ticket_draw(&ticket, &desk.look, desk.surface);
        desk_shows(&desk, words);
    }
    print_message("# %d of %d documents lay where the one before had lain\n", same, TRIES);
}

/* What was read of one stays while the cursor is elsewhere; of another that is not read nothing is shown in its place, and nothing scrolls. */
static void a_pane_that_comes_back_to_the_ticket_it_read_shows_it_as_it_was(void **state)
{
    enum { ELSEWHERE = 4121 };
    (void)state;
    assert_true(list_select(queue.list, 4119));
    draw_queue(200, 60);
    desk_shows(&desk, "I get a blank page");
    struct pager *read = queue_pager(&queue);
    assert_non_null(read);
    pager_command(read, "top");
    size_t below = pager_below(read);
    assert_true(list_select(queue.list, ELSEWHERE));
    draw_queue(200, 60);
    desk_shows(&desk, "Reading the timeline");
    desk_hides(&desk, "I get a blank page");
    assert_null(queue_pager(&queue));
    assert_true(list_select(queue.list, 4119));
    draw_queue(200, 60);
    desk_shows(&desk, "I get a blank page");
    assert_ptr_equal(queue_pager(&queue), read);
    assert_int_equal(pager_below(read), below);
    desk_document(&desk, MIRROR_TICKET, ELSEWHERE, "ticket.json"); /* that one is read now */
    assert_true(list_select(queue.list, ELSEWHERE));
    draw_queue(200, 60);
    assert_non_null(queue_pager(&queue));
    assert_true(list_select(queue.list, 4119));
    draw_queue(200, 60);
    desk_shows(&desk, "Reading the timeline");
}

/* Each once, who writes before who looks. */
static void the_head_of_a_ticket_names_everybody_who_is_there(void **state)
{
    static const struct { const char *frame, *says; } steps[] = {
        {"{\"stream\":71,\"agent\":\"rik\",\"ticket\":4121,\"doing\":\"viewing\"}", "▸ rik is viewing"},
        {"{\"stream\":72,\"agent\":\"tom\",\"ticket\":4121,\"doing\":\"replying\"}", "✎ tom is replying   ▸ rik is viewing"},
        {"{\"stream\":73,\"agent\":\"tom\",\"ticket\":4121,\"doing\":\"viewing\"}", "✎ tom is replying   ▸ rik is viewing"},
        {"{\"stream\":74,\"agent\":\"eva\",\"ticket\":4121,\"doing\":\"viewing\"}", "✎ tom is replying   ▸ rik and eva are viewing"},
        {"{\"stream\":75,\"agent\":\"kai\",\"ticket\":4121,\"doing\":\"viewing\"}", "✎ tom is replying   ▸ rik and 2 others are viewing"},
        {"{\"stream\":72,\"agent\":\"tom\",\"ticket\":0,\"doing\":\"gone\"}", " and 3 others are viewing"}};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        mirror_frame(desk.mirror, "presence", 0, steps[i].frame, strlen(steps[i].frame), DESK_NOW);
        assert_non_null(strstr(look_present(&desk.look, 4121), steps[i].says));
    }
}

static void a_ticket_is_one_timeline_and_customer_text_stands_behind_the_bar(void **state)
{
    (void)state;
    draw_ticket(80, 24);
    desk_shows(&desk, "#4119  Cannot access dashboard");
    desk_shows(&desk, "┃ Since this morning I get a blank page");
    desk_shows(&desk, "┃ attachment: console.log 14 kB");
    desk_shows(&desk, "label     high .82 over low  [blank page +2.1]");
    desk_shows(&desk, "2 lines   ↻ retrying hooks at 14:41  (Enter)");
    desk_shows(&desk, "you       claim: owner you, status new → open");
    desk_shows(&desk, "┃ same as #4001?");
    desk_shows(&desk, "≠ closed at the source");
    desk_shows(&desk, "next response 48m left");
    assert_int_equal(desk_role(&desk, "Since this morning"), UI_CUSTOMER);
    assert_int_equal(desk_role(&desk, "same as #4001"), UI_NOTE);
    assert_int_equal(desk_role(&desk, "Hi Jane"), UI_REPLY);
}

static void a_wide_ticket_has_its_facts_beside_it(void **state)
{
    (void)state;
    draw_ticket(120, 40);
    desk_shows(&desk, "status     ○ open");
    desk_shows(&desk, "at source  ≠ closed");
    desk_shows(&desk, "resolution 6h12m left");
}

static void a_ticket_names_the_resolved_ones_like_it(void **state)
{
    (void)state;
    desk_document(&desk, MIRROR_SIMILAR, 4119, "similar.json");
    draw_ticket(80, 24);
    desk_shows(&desk, "──── similar, resolved: #4001 #3977 ────");
    desk_shows(&desk, "score     you +112 XP"); /* it takes no row of what happened */
    desk_hides(&desk, "more ──");
    draw_ticket(80, 20);
    pager_command(ticket.pager, "up");
    draw_ticket(80, 20);
    desk_shows(&desk, "──── similar, resolved: #4001 #3977 ─── ↓ 1 more ──");
    draw_ticket(120, 40);
    desk_shows(&desk, "similar #4001 ");
    desk_document(&desk, MIRROR_SIMILAR, 4098, "similar.json"); /* another's */
    draw_ticket(80, 24);
    desk_hides(&desk, "similar, resolved");
}

static void a_reply_that_is_held_says_until_when(void **state)
{
    (void)state;
    struct err err = {0};
    const char lines[] = "{\"lines\":[{\"at\":1795617110000,\"kind\":\"message\",\"message\":{\"author_"
                         "kind\":\"agent\",\"author\":\"ana\",\"body\":\"soon\","
                         "\"public\":true,\"state\":\"held\",\"due_at\":1795617135000}}]}";
    assert_true(mirror_doc_set(desk.mirror, MIRROR_TICKET, 4119, lines, strlen(lines), DESK_NOW, &err));
    draw_ticket(80, 24);
    desk_shows(&desk, "leaves at 14:32:15, in 15 s");
    desk_hides(&desk, "takes it back"); /* it is not what this console did */
    desk.look.held_reply = 4119;
    desk.look.held_how = "u twice takes it back";
    desk.look.now += 3000;
    draw_ticket(80, 24);
    desk_shows(&desk, "leaves at 14:32:15, in 12 s (u twice takes it back)"); /* the same document: it counts down */
    desk.look.now += 12000;
    draw_ticket(80, 24);
    desk_shows(&desk, "leaves now");
}

static void escalations_count_down(void **state)
{
    (void)state;
    draw_list(LISTS_ESCALATIONS, 120, 40);
    desk_shows(&desk, "1 triggered");
    desk_shows(&desk, "‼ triggered   2 of 4 loop 1 03:12 ");
    desk_shows(&desk, "Mara ok, tom pending "); /* what does not fit is said in fewer words, not cut */
    desk_shows(&desk, "Checkout returns 500 for every "); /* a subject is told from another before it is cut */
    desk_shows(&desk, "2 of 4 loop 1, since 14:26; policy checkout version 7f3a19c2");
    desk_shows(&desk, "✔ acked mara");
    desk_shows(&desk, "timeout 22m");
    draw_list(LISTS_ESCALATIONS, 160, 40);
    desk_shows(&desk, "Mara ok, tom pending ");
    desk_shows(&desk, "Checkout returns 500 for every order");
}

/* Whoever is woken sees at any size how far it is, how long is left and whom it reached. */
static void a_narrow_window_at_night_has_the_step_the_countdown_and_whom_it_reached(void **state)
{
    (void)state;
    draw_list(LISTS_ESCALATIONS, 80, 24);
    desk_shows(&desk, "# State         Step   Next in   Told              Subject");
    desk_shows(&desk, "4121 ‼ triggered   2/4 ↻1 03:12     1 of 2 reached    Checkout returns");
    desk_shows(&desk, "4077 ✔ acked mara  -      again 22m mara: slack ok    Payments stuck in");
    desk_shows(&desk, "step 1  Mara: slack ok, telegram ok"); /* in full, below */
    desk_shows(&desk, "step 2  tom: slack pending");
    draw_list(LISTS_ESCALATIONS, 60, 20);
    desk_shows(&desk, "‼ triggered   2/4 ↻1 03:12     Checkout");
}

static int row_of(const char *text)
{
    for (int row = 0; row < surface_rows(desk.surface); row++)
        if (strstr(desk_words(desk.arena, desk_row(&desk, row)), desk_words(desk.arena, text)))
            return row;
    fail_msg("not shown: %s\n%s", text, surface_dump(desk.arena, desk.surface));
    return -1;
}

static void tell_of_a_page(const char *state)
{
    struct err err = {0};
    char rows[512];
    snprintf(rows, sizeof rows, "{\"rows\":[{\"id\":4121,\"title\":\"Checkout\",\"told\":[{\"at\":1,\"agent\":\"ana\",\"step\":0,\"by\":[]}],"
                                "\"escalation\":{\"state\":\"%s\",\"opened_at\":%lld}}]}", state, (long long)DESK_NOW - 360000);
    assert_true(mirror_doc_set(desk.mirror, MIRROR_PAGED, 0, rows, strlen(rows), DESK_NOW, &err));
}

static void what_pages_me_stands_first_in_the_head_until_it_is_acknowledged(void **state)
{
    static const int widths[] = {60, 80, 120, 200};
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        tell_of_a_page("triggered");
        draw_queue(widths[i], 24);
        assert_true(strncmp(desk_row(&desk, 0), " triage  ‼ #4121 pages you, 6m (,)", strlen(" triage  ‼ #4121 pages you, 6m (,)")) == 0);
        assert_int_equal(desk_role(&desk, "‼ #4121"), UI_CRITICAL);
        desk_hides(&desk, "1 paging"); /* said already */
        tell_of_a_page("acknowledged");
        draw_queue(widths[i], 24);
        desk_hides(&desk, "pages you");
    }
}

/* A desk in a storm: what is mine is known by itself, and stands on the screen also where it is not among the first. */
static void of_many_pages_mine_are_counted_and_stand_first(void **state)
{
    static const char all[] = "{\"rows\":[{\"id\":7,\"title\":\"Older\",\"told\":[],\"escalation\":{\"state\":\"triggered\"}}],\"more\":true}";
    static const char mine[] = "{\"rows\":[{\"id\":4121,\"title\":\"Checkout\",\"told\":[{\"at\":1,\"agent\":\"ana\",\"step\":0,\"by\":[]}],"
                               "\"escalation\":{\"state\":\"triggered\"}}],\"pages\":100,\"more\":true}";
    struct err err = {0};
    (void)state;
    mirror_doc_drop(desk.mirror, MIRROR_ESCALATIONS);
    assert_true(mirror_doc_set(desk.mirror, MIRROR_PAGED, 0, mine, strlen(mine), DESK_NOW, &err));
    draw_list(LISTS_ESCALATIONS, 120, 40);
    desk_shows(&desk, "‼ 100+ page you (,)");
    desk_shows(&desk, "Checkout");
    assert_true(mirror_doc_set(desk.mirror, MIRROR_ESCALATIONS, 0, all, strlen(all), DESK_NOW, &err));
    draw_list(LISTS_ESCALATIONS, 120, 40);
    assert_true(row_of("Checkout") < row_of("Older"));
    desk_shows(&desk, "the first 1 are here");
    assert_true(escalations_pages_me(&desk.look, 4121));
    assert_true(mirror_doc_set(desk.mirror, MIRROR_ESCALATIONS, 0, mine, strlen(mine), DESK_NOW, &err)); /* as it was when the screen was left */
    assert_true(mirror_doc_set(desk.mirror, MIRROR_PAGED, 0, "{\"rows\":[]}", strlen("{\"rows\":[]}"), DESK_NOW, &err));
    assert_false(escalations_pages_me(&desk.look, 4121));
}

/* Who took a page and fell asleep over it is told before it pages again; what another took is not mine to hold. */
static void what_i_took_says_when_it_pages_again(void **state)
{
    static const struct { const char *by; int minutes; bool said; } cases[] = {{"ana", 9, true}, {"ana", 20, false}, {"mara", 9, false}, {"ana", -1, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        char rows[512];
        snprintf(rows, sizeof rows, "{\"rows\":[{\"id\":4121,\"title\":\"Checkout\",\"told\":[],\"escalation\":{\"state\":\"acknowledged\",\"acked_by\":\"%s\",\"ack_expires_at\":%lld}}]}",
                 cases[i].by, (long long)DESK_NOW + cases[i].minutes * 60000 - 1000);
        assert_true(mirror_doc_set(desk.mirror, MIRROR_PAGED, 0, rows, strlen(rows), DESK_NOW, &err));
        draw_queue(80, 24);
        (cases[i].said ? desk_shows : desk_hides)(&desk, "triage ✔ #4121, taken by you, pages again in 9m (,)");
        assert_int_equal(escalations_next_of_mine(&desk.look, 0), cases[i].said ? 4121 : 0);
    }
}

/* Wherever a time stands in it; only of other years the daemon's own words stay. */
static void a_why_names_times_as_the_clock_on_the_wall_shows_them_and_me_as_you(void **state)
{
    static const char text[] = "{\"lines\":[\"triggered since 2026-11-25 14:26:01 UTC: label\",\"2026-11-25 14:26:01 UTC: step 1 told ana (hooks delivered), anatol\",\"2025-01-01 09:00 UTC: another year, taken by ana\",\"2026-11-24 09:00:59 UTC: woken\",\"2026-11-25 14:30 UTC: hooks: delivered\","
                               "\"2026-11-01 09:00:59 UTC: long ago\",\"2026-11-25 99 UTC: no time\"]}";
    struct err err = {0};
    (void)state;
    desk.look.zone = 3600000;
    AUTO_JSON root = json_parse(text, sizeof text - 1, &json_limits_native, NULL, &err);
    struct pager *pager = pager_new();
    pager_begin(pager);
    why_read(&desk.look, pager, root);
    pager_end(pager);
    desk_size(&desk, 80, 24);
    pager_draw(pager, desk.surface, 0, 0, 24, 80);
    desk_shows(&desk, "triggered since 15:26:01: label");
    desk_shows(&desk, "15:26:01  step 1 told you (hooks delivered), anatol");
    desk_shows(&desk, "Tue 10:00:59  woken");
    desk_shows(&desk, "15:30  hooks: delivered");
    desk_shows(&desk, "1 Nov 10:00:59  long ago");
    desk_shows(&desk, "2025-01-01 09:00 UTC: another year, taken by you");
    desk_shows(&desk, "2026-11-25 99 UTC: no time");
    pager_free(pager);
}

/* Whoever is woken reads what it is about beside who was told, without a key more; of another ticket nothing is shown. */
static void what_the_customer_wrote_last_stands_below_a_page(void **state)
{
    static const char lines[] = "{\"lines\":[{\"at\":1795616760000,\"kind\":\"message\",\"message\":{\"author_kind\":\"customer\",\"author\":\"Jane\",\"body\":\"First words\",\"public\":true}},"
                                "{\"at\":1795616770000,\"kind\":\"message\",\"message\":{\"author_kind\":\"customer\",\"author\":\"Jane\",\"body\":\"Every order fails\\n\\u001b[2Jsince nine\",\"public\":true}},"
                                "{\"at\":1795616780000,\"kind\":\"sla\",\"data\":{}}]}";
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct err err = {0};
        mirror_doc_drop(desk.mirror, MIRROR_TICKET);
        tell_of_a_page("triggered");
        draw_list(LISTS_ESCALATIONS, sizes[i].columns, sizes[i].rows);
        desk_hides(&desk, "wrote last");
        assert_true(mirror_doc_set(desk.mirror, MIRROR_TICKET, 4121, lines, sizeof lines - 1, DESK_NOW, &err));
        draw_list(LISTS_ESCALATIONS, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "14:26 the customer wrote last");
        desk_shows(&desk, "┃ Every order fails");
        desk_hides(&desk, "First words");
        desk_is_inert(&desk);
        assert_true(mirror_doc_set(desk.mirror, MIRROR_TICKET, 4099, lines, sizeof lines - 1, DESK_NOW, &err));
        draw_list(LISTS_ESCALATIONS, sizes[i].columns, sizes[i].rows);
        desk_hides(&desk, "wrote last");
    }
}

static void what_went_through_all_its_steps_unheard_is_said_above_and_in_its_row(void **state)
{
    (void)state;
    draw_list(LISTS_ESCALATIONS, 160, 40);
    desk_shows(&desk, "‼ Nobody answers #4064: all steps taken, a reminder each hour. K acknowledges.");
    desk_shows(&desk, "all taken");
    desk_shows(&desk, "Mara failed, lea console ");
}

static void a_list_that_is_held_still_says_so_as_long_as_it_is(void **state)
{
    (void)state;
    desk.look.frozen = true;
    draw_queue(80, 24);
    desk_shows(&desk, "⏸ frozen (Z) ● live");
    assert_int_equal(desk_role(&desk, "⏸ frozen"), UI_WARN);
    desk.look.frozen = false;
    draw_queue(80, 24);
    desk_hides(&desk, "frozen");
}

static void a_maintenance_window_stands_in_every_header_as_long_as_it_lasts(void **state)
{
    (void)state;
    char frame[512];
    snprintf(frame, sizeof frame,
             "{\"seq\":99001,\"at\":%lld,\"actor\":\"Mara\",\"kind\":\"desk\",\"ticket\":0,\"data\":{\"do\":\"maintenance\",\"records\":[{\"kind\":"
             "\"maintenance\",\"key\":\"7\",\"old\":null,\"new\":{\"from\":%lld,\"to\":%lld,\"by\":\"Mara\",\"reason\":\"new database\",\"scope\":null}}]}}",
             (long long)DESK_NOW, (long long)DESK_NOW - 1000, (long long)DESK_NOW + 3600000);
    assert_true(mirror_frame(desk.mirror, "desk", 99001, frame, strlen(frame), DESK_NOW) & MIRROR_CHANGED_ESCALATION);
    draw_list(LISTS_ESCALATIONS, 160, 40);
    desk_shows(&desk, "⏸ maintenance until ");
    desk_shows(&desk, "says Mara: new database. Pages are held for all tickets; what is open then triggers.");
    draw_queue(160, 40);
    desk_shows(&desk, "⏸ maintenance until ");
    assert_null(mirror_window(desk.mirror, DESK_NOW + 3600000));
}

static void ingest_shows_events_and_refusals_by_time(void **state)
{
    (void)state;
    draw_list(LISTS_INGEST, 120, 40);
    desk_shows(&desk, "0.5/s");
    desk_shows(&desk, "accepted 12,402");
    desk_shows(&desk, "support.ticket_created     create          4121 critical .94, escalation");
    desk_shows(&desk, "refused 401        - signature: no secret match");
    desk_shows(&desk, "seen 3 times");
    assert_int_equal(desk_role(&desk, "refused 401"), UI_LATE);
}

static void deliveries_begin_with_what_wants_a_person(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw_list(LISTS_DELIVERIES, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Deliveries   2 dead   3 retrying   3 due   to 6 destinations");
        assert_true(row_of("hooks ") < row_of("warehouse ") && row_of("warehouse ") < row_of("reply:shop-de ")); /* what is wrong first */
        assert_true(row_of("918 ✗ dead") < row_of("871 ✗ dead") && row_of("871 ✗ dead") < row_of("966 ↻ retrying"));
        assert_true(row_of("966 ↻ retrying") < row_of("964 ↻ retrying") && row_of("964 ↻ retrying") < row_of("960 ↻ retrying")); /* by time left */
        assert_true(row_of("960 ↻ retrying") < row_of("971 → leaving"));
        desk_shows(&desk, "✗ open 01:12");
        desk_shows(&desk, "invalid rou");
        desk_shows(&desk, "5 of 5");
        assert_int_equal(desk_role(&desk, "✗ dead"), UI_LATE);
        assert_int_equal(desk_role(&desk, "⏸ paused"), UI_WARN);
        assert_int_equal(desk_role(&desk, "⊘ disabled"), UI_MUTED);
        desk_is_inert(&desk);
    }
    draw_list(LISTS_DELIVERIES, 120, 40);
    desk_shows(&desk, "critical-to-hooks");
    desk_shows(&desk, "503 Service Unavailable");
    int n = 0; /* a delivery that is on two pages is one row */
    for (int row = 0; row < 40; row++)
        n += strstr(desk_row(&desk, row), "966 ") != NULL;
    assert_int_equal(n, 1);
}

static void a_delivery_is_read_with_its_attempts(void **state)
{
    (void)state;
    size_t n;
    struct err err = {0};
    char *text = desk_fixture(desk.arena, "parcel.json", &n);
    const struct json *root = json_parse_in(desk.arena, text, n, &json_limits_dialect, NULL, &err);
    struct pager *pager = pager_new();
    desk_size(&desk, 80, 24);
    pager_begin(pager);
    deliveries_read(&desk.look, pager, json_get(root, "parcel"));
    pager_end(pager);
    pager_draw(pager, desk.surface, 0, 0, 24, 80);
    desk_shows(&desk, "✗ dead, 5 of 5 attempts");
    desk_shows(&desk, "Payments stuck in pending");
    desk_shows(&desk, "attempt 5   503   204 ms     dead");
    desk_shows(&desk, "┃ upstream is down for maintenance");
    assert_true(row_of("attempt 5") < row_of("attempt 1"));
    pager_free(pager);
}

/* What is kept aside says why first, once; the body is JSON set as such. */
static void an_event_is_read_with_why_it_is_kept_aside_and_as_it_came(void **state)
{
    static const char text[] = "{\"id\":164,\"at\":1795617000000,\"source\":\"agency\",\"dialect\":\"tamio\",\"type\":\"ticket-created\",\"effect\":\"quarantine\","
                               "\"state\":\"quarantine\",\"seen\":1,\"warnings\":[\"fatal:ticket id missing\",\"unknown:data.x\"],\"note\":\"ticket id missing\","
                               "\"raw\":\"{\\\"a\\\":{\\\"b\\\":\\\"\\\\u001b[31mred\\\"}}\",\"headers\":{\"User-Agent\":\"x\"}}";
    const struct json *event = json_parse_in(desk.arena, text, sizeof text - 1, &json_limits_dialect, NULL, NULL);
    struct pager *pager = pager_new();
    (void)state;
    assert_true(event_is_aside(event));
    desk_size(&desk, 80, 24);
    pager_begin(pager);
    event_read(&desk.look, pager, event);
    pager_end(pager);
    pager_draw(pager, desk.surface, 0, 0, 24, 80);
    desk_shows(&desk, "from agency tamio");
    desk_shows(&desk, "effect quarantine");
    desk_shows(&desk, "noted ticket id missing, unknown:data.x");
    desk_shows(&desk, "┃   \"a\": {");
    desk_shows(&desk, "┃     \"b\": ");
    desk_shows(&desk, "┃   \"User-Agent\": \"x\"");
    desk_is_inert(&desk);
    pager_begin(pager);
    event_why_aside(&desk.look, pager, event);
    pager_end(pager);
    desk_size(&desk, 80, 24);
    pager_draw(pager, desk.surface, 0, 0, 24, 80);
    desk_shows(&desk, "or the configuration, was mended, R takes it");
    pager_free(pager);
}

static void too_many_destinations_leave_room_for_what_leaves(void **state)
{
    (void)state;
    AUTO_STR text;
    struct err err = {0};
    str_init(&text, 1 << 16);
    str_adds(&text, "{\"destinations\":[");
    for (int i = 0; i < 40; i++)
        str_addf(&text, "%s{\"name\":\"d%d\",\"state\":\"active\",\"breaker\":\"closed\",\"dead\":%d}", i ? "," : "", i, i == 39);
    str_adds(&text, "]}");
    assert_true(mirror_doc_set(desk.mirror, MIRROR_DESTINATIONS, 0, text.data, text.len, DESK_NOW, &err));
    draw_list(LISTS_DELIVERIES, 80, 24);
    desk_shows(&desk, "and 34 more that have less to say");
    assert_true(row_of("d39 ") < row_of("d0 "));
    desk_shows(&desk, "918 ✗ dead");
}

static void an_empty_list_says_what_to_configure(void **state)
{
    static const struct { enum lists_id id; enum mirror_doc_id docs[4]; const char *says; } cases[] = {
        {LISTS_DELIVERIES, {MIRROR_PARCELS, MIRROR_WAITING, MIRROR_DEAD, MIRROR_DESTINATIONS}, "destinations: and routes: in triage.yaml"},
        {LISTS_REVIEW, {MIRROR_LABELS, MIRROR_LABELS, MIRROR_LABELS, MIRROR_LABELS}, "L on any ticket corrects its label, = says that it is right"}};
    struct err err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int k = 0; k < 4; k++)
            assert_true(mirror_doc_set(desk.mirror, cases[i].docs[k], 0, "{}", 2, DESK_NOW, &err));
        draw_list(cases[i].id, 80, 24);
        desk_shows(&desk, cases[i].says);
        mirror_doc_drop(desk.mirror, cases[i].docs[0]);
        draw_list(cases[i].id, 80, 24);
        desk_shows(&desk, "Reading…");
    }
}

static void what_came_in_is_counted_since_a_time_that_is_said(void **state)
{
    (void)state;
    struct err err = {0};
    const char text[] = "{\"events\":[],\"counts\":{\"accepted\":3,\"refused\":1},\"since\":1795616520000}";
    assert_true(mirror_doc_set(desk.mirror, MIRROR_EVENTS, 0, text, sizeof text - 1, DESK_NOW, &err));
    draw_list(LISTS_INGEST, 120, 40);
    desk_shows(&desk, "refused 1 since the start, 14:22");
    draw_list(LISTS_INGEST, 80, 24);
    desk_shows(&desk, "since 14:22");
}

static void label_review_owns_up_to_what_it_did_not_look_at(void **state)
{
    (void)state;
    struct err err = {0};
    const char text[] = "{\"rows\":[{\"id\":1,\"title\":\"A\",\"urgency\":\"high\",\"urgency_bp\":2900}],\"review\":251,\"of\":500,\"more\":true,\"model\":{}}";
    assert_true(mirror_doc_set(desk.mirror, MIRROR_LABELS, 0, text, sizeof text - 1, DESK_NOW, &err));
    draw_list(LISTS_REVIEW, 80, 24);
    desk_shows(&desk, "Label review   251 of the newest 500 open   the 1 least sure here");
}

static void label_review_shows_the_least_sure_first_and_what_speaks_for_it(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw_list(LISTS_REVIEW, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Label review   5 of 31 open   learned from 412 of your tickets");
        assert_true(row_of("4098 ▲ high") < row_of("4119 ▲ high"));
        desk_shows(&desk, ".29");
        desk_shows(&desk, "now says low");
        assert_int_equal(desk_role(&desk, "now says low"), UI_WARN);
        desk_shows(&desk, "what speaks for low");
        desk_shows(&desk, "+1.3   factura");
        desk_shows(&desk, "resolved tickets like it");
        desk_shows(&desk, "#4001  Fri 14:32  Blank page");
        desk_is_inert(&desk);
    }
    desk_shows(&desk, "over low");
    desk_shows(&desk, "right on 173 of your last 200");
    desk_shows(&desk, "4 more would escalate");
    desk_shows(&desk, "-0.2   octubre");
}

static void what_the_customer_said_of_a_ticket_stands_on_it(void **state)
{
    static const char rated[] = "{\"seq\":100,\"ticket\":{\"id\":4119,\"title\":\"T\",\"status\":\"resolved\",\"customer_name\":\"Jo\",\"csat\":2,\"csat_at\":1795616400000}}";
    struct err err = {0};
    (void)state;
    assert_true(mirror_doc_set(desk.mirror, MIRROR_TICKET, 4119, rated, sizeof rated - 1, DESK_NOW, &err));
    for (int i = 0; i < SIZES; i++) {
        draw_ticket(sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "✘ 2 poor");
        assert_int_equal(desk_role(&desk, "✘ 2 poor"), UI_LATE);
    }
}

static void a_customer_is_seen_whole_with_contact_masked_until_it_is_revealed(void **state)
{
    static const char shown[] = "{\"customer_email\":\"jane@example.com\",\"customer_phone\":\"+49 30 77\"}";
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw_list(LISTS_CUSTOMER, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Customer  Jane Doe   rbs:u-77");
        desk_shows(&desk, "j•••@example.com");
        assert_int_equal(desk_role(&desk, "j•••@example.com"), UI_MASKED);
        desk_shows(&desk, "○ 2 open   ✔ 10 past   ↩ reopened 3 times");
        desk_shows(&desk, "✔ 4.1 of 5 over 7");
        desk_shows(&desk, "last: 5 great for #4001");
        desk_shows(&desk, "you: Prefers the phone");
        assert_true(row_of("4119 ○ open") < row_of("4088 ⏸ pending") && row_of("4088 ⏸ pending") < row_of("4001 ✔ resolved"));
        desk_is_inert(&desk);
    }
    desk_shows(&desk, "✘ 2 poor");
    assert_int_equal(desk_role(&desk, "✘ 2 poor"), UI_LATE);
    desk.look.shown = json_parse_in(desk.arena, shown, sizeof shown - 1, &json_limits_native, NULL, NULL);
    draw_list(LISTS_CUSTOMER, 80, 24);
    desk_shows(&desk, "jane@example.com   +49 30 77");
    desk.look.shown = NULL;
}

static void articles_show_what_they_are_and_how_often_they_helped(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw_list(LISTS_ARTICLES, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "Articles  4 found");
        desk_shows(&desk, "Reset your password");
        desk_shows(&desk, "12 of 14");
        desk_shows(&desk, "✔ published");
        desk_shows(&desk, "○ draft");
        desk_is_inert(&desk);
    }
    desk_shows(&desk, "◆ mara");
}

static void macros_show_what_they_do_and_the_one_under_the_cursor_whole(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw_list(LISTS_MACROS, sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "claim · tags +needs-logs");
        desk_shows(&desk, "● mine");
        assert_int_equal(desk_role(&desk, "● mine"), UI_MINE);
        desk_shows(&desk, "category in [\"bug\", \"other\"]");
        desk_shows(&desk, "Hi {{customer.first_name}},");
        desk_is_inert(&desk);
    }
}

static void a_table_is_narrowed_by_words(void **state)
{
    (void)state;
    struct lists lists;
    lists_init(&lists, LISTS_DELIVERIES);
    desk_size(&desk, 120, 40);
    assert_true(lists_filter(&lists, "Warehouse !502"));
    assert_false(lists_filter(&lists, "Warehouse !502"));
    lists_sync(&lists, &desk.look, false);
    lists_draw(&lists, &desk.look, desk.surface);
    desk_shows(&desk, "/Warehouse !502   Esc shows all");
    desk_shows(&desk, "966 ↻ retrying");
    desk_shows(&desk, "964 ↻ retrying");
    desk_hides(&desk, "960 ↻");
    desk_hides(&desk, "918 ✗");
    desk_shows(&desk, "2 dead"); /* the counts are of all */
    lists_filter(&lists, "nonsense");
    lists_sync(&lists, &desk.look, false);
    desk_size(&desk, 120, 40);
    lists_draw(&lists, &desk.look, desk.surface);
    desk_shows(&desk, "No row holds these words. Esc shows all of them.");
    assert_int_equal(list_selected(lists.list), 0);
    lists_fini(&lists);
}

static void few_labels_learned_are_said_in_bands(void **state)
{
    static const char text[] = "{\"rows\":[{\"id\":4098,\"title\":\"A\",\"urgency\":\"high\",\"urgency_bp\":2900,\"band\":\"low\","
                               "\"reasons\":[{\"text\":\"refund\",\"weight_milli\":2100},{\"text\":\"line\",\"weight_milli\":20}]}],"
                               "\"model\":{\"bands\":true}}";
    struct err err = {0};
    (void)state;
    assert_true(mirror_doc_set(desk.mirror, MIRROR_LABELS, 0, text, sizeof text - 1, DESK_NOW, &err));
    draw_list(LISTS_REVIEW, 120, 40);
    desk_hides(&desk, ".29");
    desk_shows(&desk, "▲ high unsure "); /* of urgencies one is "low", too; the words of the sign in every list */
    desk_shows(&desk, "+2.1 refund");
    desk_hides(&desk, "0.0"); /* it tipped nothing */
    size_t n;
    char *desk_text = desk_fixture(desk.arena, "desk.json", &n), *model = strstr(desk_text, "\"learned\": 412");
    memcpy(model, "\"bands\":  true", 14);
    assert_true(mirror_desk(desk.mirror, desk_text, n, DESK_NOW, &err));
    queue_sync(&queue, desk.mirror, false);
    draw_queue(120, 40);
    desk_hides(&desk, ".94");
    draw_ticket(120, 40);
    desk_hides(&desk, ".82");
    desk_shows(&desk, "high (sure) over low");
}

static void the_scoreboard_gives_every_number_its_reason(void **state)
{
    (void)state;
    struct scoreboard board = {0};
    for (int i = 0; i < SIZES; i++) {
        desk_size(&desk, sizes[i].columns, sizes[i].rows);
        scoreboard_draw(&board, &desk.look, desk.surface);
        desk_shows(&desk, "180 / 500 HP");
        desk_shows(&desk, "-75  #4102 urgent, gold");
        desk_shows(&desk, "reversed #4066 reopened");
        desk_shows(&desk, "#4065 normal, bronze");
        desk_shows(&desk, "2,510 XP settled, 162 held");
        desk_shows(&desk, "season November   chest 1,250 g");
        desk_shows(&desk, "4,310 XP this month, 3,905 the one before");
        desk_shows(&desk, "rules default");
        assert_int_equal(scoreboard_ticket(&board, &desk.look), 4102);
    }
    scoreboard_scroll(&board, 2);
    assert_int_equal(scoreboard_ticket(&board, &desk.look), 4066);
    scoreboard_draw(&board, &desk.look, desk.surface);
    desk_shows(&desk, "The Ticket Ogre  90 / 250 HP"); /* the last size is a wide one */
    desk_shows(&desk, "Jane Doe  Lv 5  2,510 XP");
    for (int i = 0; i < SIZES; i++) {
        desk_size(&desk, sizes[i].columns, sizes[i].rows);
        scoreboard_draw(&board, &desk.look, desk.surface);
        desk_shows(&desk, "◆ first response under 5 min");
        desk_shows(&desk, "◇ 100 resolved (87/100)");
    }
}

/* Every text of the desk replaced by a hostile one: bytes that move, colour, hide or turn, and what looks
 * like our own. */
static const char *const hostile[] = {
    "\\u001b[2J\\u001b]0;gone\\u0007",
    "\\u202etxt.exe\\u2066 \\u200b\\u00ad",
    "a\\rb\\nc\\td\\u0000e",
    "┃ 10:52 reply you",
    "\\u009b31m\\u0085",
    "e\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301",
    "\\ud83d\\udc68\\u200d\\ud83d\\udc69\\u200d\\ud83d\\udc67",
    "\\udb40\\udc41\\ufff9\\ufffe",
    "▌ 1 ● ‼ ──────",
};

static void poison(char *out, size_t size, const char *text, const char *with)
{
    size_t used = 0;
    bool in = false, value = false;
    for (const char *at = text; *at && used + strlen(with) + 2 < size; at++) {
        if (*at == '"' && !in) {
            in = true;
            const char *end = at + 1;
            while (*end != '"')
                end += *end == '\\' ? 2 : 1;
            value = end[1] != ':' && (strstr(with, "") != NULL) && (end - at) > 6 && at[-1] == ' ';
            out[used++] = '"';
            if (value) {
                used += (size_t)snprintf(out + used, size - used, "%s", with);
                at = end - 1;
            }
            continue;
        }
        if (*at == '"')
            in = false;
        out[used++] = *at;
    }
    out[used] = 0;
}

static void poison_document(enum mirror_doc_id id, int64_t number, const char *name, const char *with)
{
    size_t n;
    struct err err = {0};
    char *text = desk_fixture(desk.arena, name, &n), *bad = arena_alloc(desk.arena, 1 << 20);
    poison(bad, 1 << 20, text, with);
    if (id == MIRROR_DOCS)
        assert_true(mirror_desk(desk.mirror, bad, strlen(bad), DESK_NOW, &err));
    else
        assert_true(mirror_doc_set(desk.mirror, id, number, bad, strlen(bad), DESK_NOW, &err));
}

static void hostile_text_stays_inside_its_cells_on_every_screen(void **state)
{
    (void)state;
    struct scoreboard board = {0};
    for (size_t h = 0; h < sizeof hostile / sizeof *hostile; h++) {
        poison_document(MIRROR_DOCS, 0, "desk.json", hostile[h]);
        poison_document(MIRROR_TICKET, 4119, "ticket.json", hostile[h]);
        poison_document(MIRROR_ESCALATIONS, 0, "escalations.json", hostile[h]);
        poison_document(MIRROR_EVENTS, 0, "events.json", hostile[h]);
        poison_document(MIRROR_REFUSALS, 0, "refusals.json", hostile[h]);
        poison_document(MIRROR_SCORES, 0, "scores.json", hostile[h]);
        poison_document(MIRROR_PARCELS, 0, "parcels.json", hostile[h]);
        poison_document(MIRROR_WAITING, 0, "waiting.json", hostile[h]);
        poison_document(MIRROR_DEAD, 0, "dead.json", hostile[h]);
        poison_document(MIRROR_DESTINATIONS, 0, "destinations.json", hostile[h]);
        poison_document(MIRROR_LABELS, 0, "labels.json", hostile[h]);
        poison_document(MIRROR_SIMILAR, 4098, "similar.json", hostile[h]);
        poison_document(MIRROR_CUSTOMER, 0, "customer.json", hostile[h]);
        poison_document(MIRROR_ARTICLES, 0, "articles.json", hostile[h]);
        poison_document(MIRROR_MACROS, 0, "macros.json", hostile[h]);
        queue_sync(&queue, desk.mirror, false);
        for (int i = 0; i < SIZES; i++) {
            draw_queue(sizes[i].columns, sizes[i].rows);
            desk_is_inert(&desk);
            draw_ticket(sizes[i].columns, sizes[i].rows);
            desk_is_inert(&desk);
            for (int id = 0; id < LISTS; id++) {
                draw_list((enum lists_id)id, sizes[i].columns, sizes[i].rows);
                desk_is_inert(&desk);
            }
            desk_size(&desk, sizes[i].columns, sizes[i].rows);
            scoreboard_draw(&board, &desk.look, desk.surface);
            desk_is_inert(&desk);
        }
    }
}

static void an_article_is_read_as_text_and_hostile_markdown_is_only_text(void **state)
{
    (void)state;
    for (size_t h = 0; h <= sizeof hostile / sizeof *hostile; h++) {
        struct overlay overlay = {0};
        desk_document(&desk, MIRROR_ARTICLE, 0, "article.json");
        if (h)
            poison_document(MIRROR_ARTICLE, 0, "article.json", hostile[h - 1]);
        struct pager *pager = overlay_read(&overlay, 1, "article");
        pager_begin(pager);
        articles_read(&desk.look, pager, json_get(mirror_doc(desk.mirror, MIRROR_ARTICLE)->root, "article"));
        pager_end(pager);
        desk_size(&desk, 80, 24);
        overlay_draw(&overlay, &desk.look, desk.surface);
        desk_is_inert(&desk);
        if (!h) {
            desk_shows(&desk, "Reset your password");
            desk_shows(&desk, "helped 12 of 14 tickets");
            assert_int_equal(desk_role(&desk, "If no mail comes"), UI_HEADING);
            desk_hides(&desk, "```");
            desk_shows(&desk, "┃ curl https://id.example.com/health");
        }
        overlay_close(&overlay);
    }
}

static void every_screen_fits_any_size(void **state)
{
    (void)state;
    struct scoreboard board = {0};
    for (int columns = 1; columns < 210; columns += 13)
        for (int rows = 1; rows < 70; rows += 9) {
            draw_queue(columns, rows);
            draw_ticket(columns, rows);
            for (int id = 0; id < LISTS; id++)
                draw_list((enum lists_id)id, columns, rows);
            desk_size(&desk, columns, rows);
            scoreboard_draw(&board, &desk.look, desk.surface);
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_revealed_ticket_is_masked_again_after_twenty_seconds),
        T(a_narrow_queue_has_what_decides),
        T(a_wide_queue_adds_bars_confidence_customer_and_age),
        T(a_very_wide_queue_shows_the_selected_ticket_beside_the_list),
        T(the_cursor_costs_a_gutter_mark_and_a_number),
        T(another_view_is_no_news_and_keeps_cursor_and_marks),
        T(a_page_further_down_is_no_news_and_what_comes_above_is),
        T(all_that_is_true_of_the_list_is_said_beside_its_tabs),
        T(an_empty_view_says_why_and_what_to_press),
        T(a_desk_without_a_source_says_what_to_write_where),
        T(a_lost_daemon_is_said_where_the_tabs_are_and_the_list_stays),
        T(a_pending_action_and_a_row_that_left_are_told_apart),
        T(a_toast_takes_the_line_above_the_hints),
        T(a_delivery_that_died_is_seen_in_the_list_and_in_the_pane),
        T(an_answer_of_mine_that_was_not_sent_needs_me_until_one_is_there),
        T(the_head_of_a_ticket_names_everybody_who_is_there),
        T(a_ticket_is_one_timeline_and_customer_text_stands_behind_the_bar),
        T(a_pane_that_comes_back_to_the_ticket_it_read_shows_it_as_it_was),
        T(a_timeline_that_came_twice_between_two_frames_is_the_newest),
        T(a_wide_ticket_has_its_facts_beside_it),
        T(a_ticket_names_the_resolved_ones_like_it), T(a_reply_that_is_held_says_until_when),
        T(escalations_count_down), T(a_narrow_window_at_night_has_the_step_the_countdown_and_whom_it_reached), T(what_pages_me_stands_first_in_the_head_until_it_is_acknowledged), T(of_many_pages_mine_are_counted_and_stand_first), T(what_i_took_says_when_it_pages_again), T(what_the_customer_wrote_last_stands_below_a_page), T(a_why_names_times_as_the_clock_on_the_wall_shows_them_and_me_as_you),
        T(what_went_through_all_its_steps_unheard_is_said_above_and_in_its_row),
        T(a_list_that_is_held_still_says_so_as_long_as_it_is),
        T(a_maintenance_window_stands_in_every_header_as_long_as_it_lasts),
        T(ingest_shows_events_and_refusals_by_time),
        T(deliveries_begin_with_what_wants_a_person),
        T(a_delivery_is_read_with_its_attempts), T(an_event_is_read_with_why_it_is_kept_aside_and_as_it_came),
        T(too_many_destinations_leave_room_for_what_leaves),
        T(an_empty_list_says_what_to_configure),
        T(what_the_customer_said_of_a_ticket_stands_on_it),
        T(a_customer_is_seen_whole_with_contact_masked_until_it_is_revealed),
        T(macros_show_what_they_do_and_the_one_under_the_cursor_whole),
        T(articles_show_what_they_are_and_how_often_they_helped),
        T(an_article_is_read_as_text_and_hostile_markdown_is_only_text),
        T(what_came_in_is_counted_since_a_time_that_is_said),
        T(label_review_owns_up_to_what_it_did_not_look_at),
        T(label_review_shows_the_least_sure_first_and_what_speaks_for_it),
        T(a_table_is_narrowed_by_words),
        T(few_labels_learned_are_said_in_bands),
        T(the_scoreboard_gives_every_number_its_reason),
        T(hostile_text_stays_inside_its_cells_on_every_screen),
        T(every_screen_fits_any_size),
    };
    return cmocka_run_group_tests_name("screens", tests, NULL, NULL);
}
