/* kept: a picture of which only the rows that a step of the cursor touches are drawn again is, cell by cell, the one that is drawn anew:
 * a random walk of steps, marks, rows that come, change and leave, panes and sizes, with subjects of every kind. */
#include "screen/queue.h"
#include "support/desk.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS = 5000, ROWS = 90 };
static uint64_t seed = 20261127;
static struct desk_case desk;
static struct queue queue;
static struct surface *anew;
static int64_t seq = 1000;
static long kept, gone_on, beside;

static unsigned dice(unsigned sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % sides;
}

#define ONE_OF(list) (list[dice(sizeof(list) / sizeof *(list))])

/* --- what happens --- */

static void tell_row(int64_t id, bool in)
{
    static const char *const titles[] = {"Card was charged twice", "\u6f22\u5b57\u304b\u306a\u4ea4\u3058\u308a\u306e\u984c\u540d\u3067\u3001\u3068\u3066\u3082\u9577\u3044\u3082\u306e\u3067\u3059\u304c",
                                         "caf\u00e9 e\u0301\u0302 \u2503 \u202eevil", "", "A subject that is longer than any column that a list has for it, so that it is cut"};
    static const char *const names[] = {"Lucia Pereira", "\ud55c\uad6d\uc5b4 \uc81c\ubaa9", "A name that does not fit beside a plan"}, *const plans[] = {"pro", "enterprise", ""};
    static const char *const states[] = {"new", "open", "pending", "resolved"}, *const owners[] = {"\"ana\"", "\"tom\"", "null"}, *const levels[] = {"low", "high", "critical"};
    char data[2000];
    seq++;
    snprintf(data, sizeof data,
             "{\"seq\":%lld,\"kind\":\"ticket\",\"ticket\":%lld,\"row\":{\"id\":%lld,\"title\":\"%s\",\"customer_name\":\"%s\",\"plan\":\"%s\",\"status\":\"%s\",\"assignee\":%s,"
             "\"urgency\":\"%s\",\"urgency_by\":\"model\",\"urgency_bp\":%u,\"received_at\":%lld,\"next_due_at\":%lld,\"due_from\":%lld,\"version\":%lld},\"views\":[%s]}",
             (long long)seq, (long long)id, (long long)id, ONE_OF(titles), ONE_OF(names), ONE_OF(plans), ONE_OF(states), ONE_OF(owners), ONE_OF(levels), dice(10000),
             (long long)(DESK_NOW - dice(90000000)), (long long)(DESK_NOW + dice(9000000)) - 900000, (long long)(DESK_NOW - 9000000), (long long)seq, in ? "{\"name\":\"all\",\"in\":true}" : "");
    mirror_frame(desk.mirror, "ticket", seq, data, strlen(data), desk.look.now);
    queue_sync(&queue, desk.mirror, dice(2));
}

/* Mostly on in one direction, past the edge of what is shown. */
static void move(void)
{
    static const char *const moves[] = {"down", "up", "page-down", "page-up", "top", "bottom"};
    static bool up;
    if (!dice(30))
        up = !up;
    list_command(queue.list, dice(8) ? moves[up] : ONE_OF(moves));
}

static void mark(void)
{
    static const char *const marks[] = {"mark", "mark", "mark-all", "unmark", "range"};
    list_command(queue.list, ONE_OF(marks));
}

static void hear(void)
{
    tell_row(5000 + dice(ROWS), dice(6));
}

static void act(void)
{
    if (dice(2))
        mirror_pend(desk.mirror, list_selected(queue.list));
    else
        mirror_answered(desk.mirror, list_selected(queue.list), 0);
}

static void look_elsewhere(void)
{
    static const int sizes[][2] = {{80, 24}, {120, 40}, {120, 40}, {160, 40}, {170, 45}, {200, 60}, {330, 50}, {61, 12}};
    const int *size = ONE_OF(sizes);
    surface_resize(desk.surface, size[0], size[1]);
    surface_resize(anew, size[0], size[1]);
    queue.detail = !dice(4);
}

static void pass_time(void)
{
    desk.look.now += dice(90000);
    if (dice(2))
        list_calm(queue.list);
}

/* What the pane shows of one of them, beside those of which it has nothing yet. */
static void read_one(void)
{
    int64_t id = dice(2) ? list_selected(queue.list) : 5000 + dice(ROWS);
    desk_document(&desk, MIRROR_TICKET, id, "ticket.json");
}

/* A list knows what is done to it, and not what its rows say. */
static const struct {
    void (*run)(void);
    bool known;
} events[] = {{move, true}, {move, true}, {move, true}, {move, true}, {move, true}, {move, true}, {mark, true}, {hear, true}, {act, false}, {look_elsewhere, false}, {pass_time, false}, {read_one, false}};
enum { EVENTS = sizeof events / sizeof *events };

/* --- the picture --- */

static void draw(struct surface *s)
{
    surface_clear(s);
    queue_draw(&queue, &desk.look, s);
}

static void is_as_drawn_anew(int step)
{
    int row, column, anew_row, anew_column;
    draw(anew);
    surface_cursor_at(desk.surface, &row, &column);
    surface_cursor_at(anew, &anew_row, &anew_column);
    assert_int_equal(row, anew_row);
    assert_int_equal(column, anew_column);
    for (row = 0; row < surface_rows(anew); row++)
        for (column = 0; column < surface_columns(anew); column++) {
            const struct cell *a = surface_cell(desk.surface, row, column), *b = surface_cell(anew, row, column);
            if (memcmp(a, b, sizeof *a) != 0)
                fail_msg("step %d: at %d, %d stands '%s' in role %d, drawn anew '%s' in role %d", step, row, column, a->text, a->role, b->text, b->role);
        }
}

static void a_step_of_the_cursor_leaves_the_picture_that_is_drawn_anew(void **state)
{
    (void)state;
    for (int step = 0; step < STEPS; step++) {
        struct surface_part part;
        bool known = true;
        for (unsigned n = dice(3); n < 3; n++) {
            unsigned event = dice(EVENTS);
            events[event].run();
            known &= events[event].known;
        }
        bool some = known && queue_stepped(&queue, desk.surface, &part);
        surface_only(desk.surface, some ? &part : NULL);
        kept += some;
        gone_on += some && part.by;
        beside += some && part.pane.rows;
        draw(desk.surface);
        is_as_drawn_anew(step);
    }
    print_message("# %d pictures, %ld of them parts, %ld of these of a list that went on, %ld with a pane\n", STEPS, kept, gone_on, beside);
    assert_true(kept > STEPS / 10 && gone_on > STEPS / 100 && beside > STEPS / 100);
}

static void only_the_rows_that_are_said_take_what_is_drawn(void **state)
{
    static const struct surface_part two = {.rows = {3, 5}};
    (void)state;
    surface_only(anew, NULL);
    surface_fill(anew, 0, 0, surface_rows(anew), surface_columns(anew), UI_WARN);
    surface_only(anew, &two);
    surface_clear(anew);
    for (int row = 0; row < surface_rows(anew); row++) {
        assert_int_equal(surface_text(anew, row, 0, 10, UI_OK, "a text that is cut"), 10);
        assert_int_equal(surface_text(anew, row, 12, 10, UI_OK, "\u6f22\u5b57"), 4);
        assert_int_equal(surface_right(anew, row, 30, 10, UI_OK, "right"), 35);
        surface_rule(anew, row);
        surface_bar(anew, row, 0, 8, 5000, UI_OK);
        surface_repaint(anew, row, 40, 3, UI_ERROR);
        surface_attr(anew, row, 40, 3, UI_BOLD);
        surface_quote(anew, row, 50);
        bool takes = row == 3 || row == 5;
        assert_int_equal(surface_takes(anew, row), takes);
        for (int column = 0; column < surface_columns(anew) && !takes; column++)
            assert_true(surface_cell(anew, row, column)->role == UI_WARN && surface_cell(anew, row, column)->text[0] == ' ' && !surface_cell(anew, row, column)->attr);
        assert_int_equal(surface_cell(anew, row, 41)->role, takes ? UI_ERROR : UI_WARN);
    }
    surface_resize(anew, 20, 4);
    assert_true(surface_takes(anew, 0) && !surface_takes(anew, 4));
}

static void rows_that_move_are_as_they_were(void **state)
{
    (void)state;
    for (int by = -3; by <= 3; by++) {
        surface_resize(anew, 30, 12);
        for (int row = 0; row < 12; row++)
            surface_textf(anew, row, row, -1, UI_OK, "row %d \u6f22", row);
        surface_only(anew, &(struct surface_part){.rows = {2, 9}, .top = 2, .bottom = 9, .by = by});
        for (int row = 0; row < 12; row++) {
            int from = row >= 2 && row <= 9 ? row + by : row;
            if (from >= 2 && from <= 9)
                assert_int_equal(surface_cell(anew, row, from + 4)->text[0], from > 9 ? '1' : '0' + from);
        }
        assert_int_equal(surface_cell(anew, 1, 5)->text[0], '1');
        assert_int_equal(surface_cell(anew, 10, 14)->text[0], '1');
    }
}

static int start(void **state)
{
    (void)state;
    desk_start(&desk);
    desk_size(&desk, 120, 40);
    anew = surface_new(120, 40);
    queue_init(&queue);
    for (int i = 0; i < ROWS; i++)
        tell_row(5000 + i, true);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    queue_fini(&queue);
    surface_free(anew);
    desk_end(&desk);
    return 0;
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_of_the_cursor_leaves_the_picture_that_is_drawn_anew),
        cmocka_unit_test(only_the_rows_that_are_said_take_what_is_drawn),
        cmocka_unit_test(rows_that_move_are_as_they_were),
    };
    return cmocka_run_group_tests_name("kept", tests, start, stop);
}
