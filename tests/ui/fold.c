/* fold: what the machinery noted takes one row of a ticket, says how each delivery stands now, and opens by the key it names. */
#include "base/str.h"
#include "screen/fold.h"
#include "screen/ticket.h"
#include "support/desk.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { TICKET = 4119 };
static struct desk_case desk;
static struct ticket_screen ticket;

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    ticket_open(&ticket, TICKET);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ticket_fini(&ticket);
    desk_end(&desk);
    return 0;
}

/* --- a thread, line by line --- */

static void add(struct str *out, const char *kind, const char *actor, const char *rest)
{
    str_addf(out, "%s{\"at\":%lld,\"ticket\":%d,\"kind\":\"%s\",\"actor\":\"%s\",%s}", out->len ? "," : "{\"lines\":[", (long long)DESK_NOW - 60000, TICKET, kind, actor, rest);
}

static void parcel(struct str *out, int number, const char *destination, const char *state)
{
    char data[200];
    snprintf(data, sizeof data, "\"data\":{\"parcel\":%d,\"destination\":\"%s\",\"state\":\"%s\",\"attempts\":1,\"due_at\":%lld}", number, destination, state,
             (long long)DESK_NOW + 60000);
    add(out, "parcel", "courier", data);
}

static void says(struct str *out, const char *kind, const char *body)
{
    char message[200];
    snprintf(message, sizeof message, "\"message\":{\"row\":%zu,\"author_kind\":\"%s\",\"author\":\"x\",\"body\":\"%s\",\"public\":true}", out->len, kind, body);
    add(out, "message", "x", message);
}

static void clock_line(struct str *out, const char *what)
{
    char data[100];
    snprintf(data, sizeof data, "\"data\":{\"what\":\"%s\",\"metric\":\"resolution\"}", what);
    add(out, "sla", "clock", data);
}

static void draw(struct str *lines, int columns, int rows)
{
    struct err err = {0};
    const char *text = arena_printf(desk.arena, "%s],\"ticket\":{\"id\":%d,\"title\":\"Cannot log in\",\"status\":\"open\",\"version\":99}}", lines->data, TICKET);
    assert_true(mirror_doc_set(desk.mirror, MIRROR_TICKET, TICKET, text, strlen(text), DESK_NOW, &err));
    desk_size(&desk, columns, rows);
    ticket_draw(&ticket, &desk.look, desk.surface);
}

static void redraw(void)
{
    desk_size(&desk, surface_columns(desk.surface), surface_rows(desk.surface));
    ticket_draw(&ticket, &desk.look, desk.surface);
}

/* --- the tests --- */

static void the_worst_state_stands_first_and_each_delivery_has_the_one_it_has_now(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    says(&lines, "customer", "help");
    add(&lines, "route", "engine", "\"data\":{\"verdicts\":[[\"all\",\"passed\",0,\"\",[[\"hooks\",true,\"\"]]]]}");
    parcel(&lines, 1, "warehouse", "delivered");
    parcel(&lines, 2, "siren", "retrying");
    parcel(&lines, 3, "hooks", "retrying");
    parcel(&lines, 4, "warehouse", "delivered");
    add(&lines, "label", "model", "\"data\":{\"urgency\":{\"value\":\"high\",\"bp\":8000}}"); /* is told, and ends nothing */
    parcel(&lines, 3, "hooks", "delivered");
    draw(&lines, 100, 24);
    desk_shows(&desk, "6 lines   ↻ retrying siren at 14:33  ✔ delivered warehouse x2, hooks  (Enter)");
    desk_shows(&desk, "label     high");
    desk_hides(&desk, "route ");
    desk_is_inert(&desk);
}

static void what_failed_for_good_or_is_late_has_a_line_of_its_own(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    says(&lines, "customer", "help");
    clock_line(&lines, "started");
    parcel(&lines, 2, "siren", "retrying");
    parcel(&lines, 2, "siren", "dead");
    clock_line(&lines, "breached");
    parcel(&lines, 5, "hooks", "delivered");
    draw(&lines, 80, 24);
    desk_shows(&desk, "3 lines   ✔ delivered hooks  (Enter)"); /* the dead one is said once */
    desk_shows(&desk, "delivery  siren: ✗ dead");
    desk_shows(&desk, "sla       resolution clock breached");
    desk_hides(&desk, "clock started");
}

static void a_fold_ends_where_somebody_speaks_and_one_line_is_told_as_it_is(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    clock_line(&lines, "started");
    says(&lines, "customer", "help");
    clock_line(&lines, "started");
    clock_line(&lines, "retargeted");
    says(&lines, "agent", "done");
    parcel(&lines, 1, "reply:shop", "delivered");
    draw(&lines, 80, 24);
    desk_shows(&desk, "sla       resolution clock started");
    desk_shows(&desk, "2 lines   resolution clock retargeted by policy"); /* nothing was sent: what was noted last */
    desk_shows(&desk, "delivery  reply:shop: ✔ delivered");
}

static void where_nothing_left_yet_it_says_where_it_was_routed_to(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    says(&lines, "customer", "help");
    clock_line(&lines, "started");
    add(&lines, "route", "engine", "\"data\":{\"verdicts\":[[\"no\",\"filtered\",1,\"low\",[]],[\"all\",\"passed\",0,\"\",[[\"hooks\",true,\"\"],[\"siren\",false,\"off\"]]]]}");
    says(&lines, "customer", "more");
    clock_line(&lines, "started");
    add(&lines, "route", "engine", "\"data\":{\"verdicts\":[[\"no\",\"filtered\",1,\"low\",[]]]}");
    draw(&lines, 80, 24);
    desk_shows(&desk, "2 lines   routed to hooks  (Enter)");
    desk_shows(&desk, "2 lines   no route sends it anywhere  (Enter)");
}

/* A delivery that takes a while is said once, where it stands now. */
static void what_goes_on_behind_an_answer_is_said_there(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    says(&lines, "customer", "help");
    clock_line(&lines, "started");
    parcel(&lines, 1, "siren", "retrying");
    says(&lines, "agent", "a moment");
    parcel(&lines, 1, "siren", "retrying");
    parcel(&lines, 1, "siren", "retrying");
    says(&lines, "agent", "done");
    parcel(&lines, 1, "siren", "delivered");
    parcel(&lines, 2, "hooks", "delivered");
    draw(&lines, 80, 24);
    desk_shows(&desk, "2 lines   resolution clock started");
    desk_shows(&desk, "2 lines   tried; how it went on stands below  (Enter)");
    desk_shows(&desk, "2 lines   ✔ delivered siren, hooks  (Enter)");
    desk_hides(&desk, "retrying");
}

/* The place stays, and comes back. */
static void it_opens_and_closes_and_what_stands_at_the_top_stays_there(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    for (int i = 0; i < 12; i++) {
        says(&lines, "customer", arena_printf(desk.arena, "question %d", i));
        clock_line(&lines, "started");
        parcel(&lines, 100 + i, "hooks", "delivered");
        parcel(&lines, 200 + i, "siren", "retrying");
    }
    draw(&lines, 80, 24);
    pager_command(ticket.pager, "top");
    for (int i = 0; i < 6; i++)
        pager_command(ticket.pager, "down");
    redraw();
    const char *top = arena_strdup(desk.arena, desk_row(&desk, 4));
    size_t folded = pager_lines(ticket.pager);
    desk_hides(&desk, "delivery ");
    ticket_unfold(&ticket, &desk.look, true);
    redraw();
    assert_string_equal(desk_row(&desk, 4), top);
    desk_shows(&desk, "delivery  siren: ↻ retrying at 14:33");
    desk_shows(&desk, "clock started");
    assert_true(pager_lines(ticket.pager) >= folded + 24);
    ticket_unfold(&ticket, &desk.look, false);
    redraw();
    assert_string_equal(desk_row(&desk, 4), top);
    assert_int_equal(pager_lines(ticket.pager), folded);
}

/* Beside a list, and above a reply, Enter means something else: no key is named that does not do it. */
static void a_fold_names_its_key_only_where_it_works(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    says(&lines, "customer", "help");
    parcel(&lines, 1, "hooks", "delivered");
    parcel(&lines, 2, "hooks", "delivered");
    draw(&lines, 80, 24);
    desk_shows(&desk, "2 lines   ✔ delivered hooks x2  (Enter)");
    ticket_fini(&ticket);
    ticket_open(&ticket, TICKET);
    desk_size(&desk, 80, 24);
    ticket_timeline(&ticket, &desk.look, desk.surface, 0, 0, 24, 79);
    desk_shows(&desk, "2 lines   ✔ delivered hooks x2");
    desk_hides(&desk, "(Enter)");
}

static void a_narrow_fold_is_cut_before_its_key(void **state)
{
    AUTO_STR lines;
    (void)state;
    str_init(&lines, 1 << 16);
    says(&lines, "customer", "help");
    for (int i = 0; i < 9; i++)
        parcel(&lines, i + 1, arena_printf(desk.arena, "destination-%d", i), i % 2 ? "delivered" : "retrying");
    static const int widths[] = {40, 60, 80, 120};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        draw(&lines, widths[i], 20);
        desk_shows(&desk, "9 lines ");
        desk_shows(&desk, "(Enter)");
    }
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_worst_state_stands_first_and_each_delivery_has_the_one_it_has_now), T(what_failed_for_good_or_is_late_has_a_line_of_its_own),
        T(a_fold_ends_where_somebody_speaks_and_one_line_is_told_as_it_is), T(where_nothing_left_yet_it_says_where_it_was_routed_to), T(what_goes_on_behind_an_answer_is_said_there), T(it_opens_and_closes_and_what_stands_at_the_top_stays_there),
        T(a_fold_names_its_key_only_where_it_works), T(a_narrow_fold_is_cut_before_its_key)};
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
