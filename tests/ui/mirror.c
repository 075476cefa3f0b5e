/* mirror: what frames and pages do to the list, in the shapes of data/doc/api.md. */
#include "core/field.h"
#include "link/frames.h"
#include "link/mirror.h"
#include "link/rows.h"
#include "wire/row.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The console answers this with core/when. */
static bool matches(void *arg, const char *text, const struct ticket *ticket)
{
    (void)arg;
    return strstr(text, "crash") && ticket->title && strstr(ticket->title, "crash");
}

static const char desk[] =
    "{\"seq\":100,\"now\":5000,\"team\":\"acme\",\"me\":{\"name\":\"ana\",\"role\":\"lead\"},"
    "\"views\":[{\"name\":\"all\",\"title\":\"All\",\"count\":3,\"text\":\"status != \\\"closed\\\"\"},"
    "{\"name\":\"mine\",\"title\":\"Mine\",\"count\":1,\"mine\":true,\"text\":\"assignee == me\"}],"
    "\"view\":\"all\",\"next\":null,\"oncall\":\"mara\",\"boss\":null,"
    "\"escalations\":{\"triggered\":1,\"acknowledged\":0,\"snoozed\":0},"
    "\"player\":{\"agent\":\"ana\",\"level\":3,\"xp\":900},"
    "\"agents\":[{\"name\":\"ana\",\"role\":\"lead\",\"team\":\"eu\",\"open\":4}],"
    "\"sources\":[{\"name\":\"shop\",\"dialect\":\"rbs\",\"reply_via\":\"none\"}],\"model\":{\"epoch\":1,"
    "\"learned\":60},"
    "\"rows\":[{\"id\":1,\"title\":\"one\",\"status\":\"open\",\"next_due_at\":1000,\"version\":3,\"reply_"
    "via\":\"webhook\"},"
    "{\"id\":2,\"title\":\"two\",\"status\":\"new\",\"urgency\":\"critical\",\"next_due_at\":2000,\"due_"
    "from\":500,\"version\":1,\"reply_via\":\"none\"},"
    "{\"id\":3,\"title\":\"three\",\"status\":\"pending\",\"next_due_at\":null,\"version\":1}]}";

static int setup(void **state)
{
    struct mirror *m = mirror_new(matches, NULL);
    struct err err = {0};
    assert_true(mirror_desk(m, desk, strlen(desk), 4000, &err));
    *state = m;
    return 0;
}

static int teardown(void **state)
{
    mirror_free(*state);
    return 0;
}

static unsigned frame(struct mirror *m, const char *event, int64_t seq, const char *data)
{
    return mirror_frame(m, event, seq, data, strlen(data), 6000);
}

/* A frame about ticket id with the given row members, in view "all" or in none. */
static unsigned row_frame(struct mirror *m, int64_t seq, int64_t id, const char *members, bool in)
{
    char data[512];
    snprintf(data, sizeof data,
             "{\"seq\":%lld,\"kind\":\"ticket\",\"ticket\":%lld,\"row\":{\"id\":%lld,%s},\"views\":[%s]}",
             (long long)seq, (long long)id, (long long)id, members,
             in ? "{\"name\":\"all\",\"in\":true}" : "");
    return frame(m, "ticket", seq, data);
}

static void assert_order(struct mirror *m, int count, const int64_t *ids)
{
    assert_int_equal(mirror_row_count(m), count);
    for (int i = 0; i < count; i++)
        assert_int_equal(mirror_row_at(m, i)->t.id, ids[i]);
}
#define ORDER(m, ...)                                                                                        \
    assert_order(m, (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})

static void a_desk_fills_everything_at_once(void **state)
{
    struct mirror *m = *state;
    int64_t triggered, acknowledged, snoozed;
    ORDER(m, 1, 2, 3);
    assert_int_equal(mirror_row_at(m, 1)->t.urgency, URGENCY_CRITICAL);
    assert_int_equal(mirror_row_at(m, 1)->due_from, 500);
    assert_string_equal(mirror_row_at(m, 0)->reply_via, "webhook");
    assert_string_equal(mirror_row_at(m, 1)->reply_via, "");
    assert_string_equal(mirror_me(m), "ana");
    assert_int_equal(mirror_offset(m), 1000);
    assert_string_equal(mirror_oncall(m), "mara");
    mirror_escalations(m, &triggered, &acknowledged, &snoozed);
    assert_int_equal(triggered, 1);
    assert_true(mirror_view_at(m, 1)->mine);
    assert_false(mirror_view_at(m, 0)->mine);
    assert_null(mirror_boss(m));
    assert_int_equal(mirror_player(m)->level, 3);
}

static void a_new_ticket_goes_where_it_is_due(void **state)
{
    struct mirror *m = *state;
    assert_true(row_frame(m, 101, 9, "\"title\":\"x\",\"next_due_at\":1500,\"version\":1", true) &
                MIRROR_CHANGED_ROWS);
    ORDER(m, 1, 9, 2, 3);
    assert_int_equal(mirror_row_at(m, 1)->fresh_at, 6000);
    assert_int_equal(mirror_seq(m), 101);
}

static void what_came_back_from_its_snooze_is_on_top_until_it_is_done(void **state)
{
    struct mirror *m = *state;
    row_frame(m, 101, 3, "\"title\":\"x\",\"status\":\"open\",\"woke_by\":\"time\",\"woke_at\":5000,\"next_due_at\":9000,\"version\":2", true);
    ORDER(m, 3, 1, 2);
    row_frame(m, 102, 3, "\"title\":\"x\",\"status\":\"open\",\"next_due_at\":9000,\"version\":3", true);
    ORDER(m, 1, 2, 3);
}

static void a_desk_whose_clock_runs_ahead_is_followed_and_one_that_lags_is_not(void **state)
{
    struct mirror *m = *state;
    int64_t offset = mirror_offset(m);
    frame(m, "sla", 101, "{\"seq\":101,\"at\":1000,\"ticket\":1,\"data\":{}}");
    assert_int_equal(mirror_offset(m), offset);
    frame(m, "sla", 102, "{\"seq\":102,\"at\":66000,\"ticket\":1,\"data\":{}}");
    assert_int_equal(mirror_offset(m), offset + 60000); /* frames of these tests come at 6000 */
}

static void a_row_that_leaves_is_removed(void **state)
{
    struct mirror *m = *state;
    row_frame(m, 101, 2, "\"title\":\"two\",\"version\":2", false);
    ORDER(m, 1, 3);
}

static void an_anchored_list_keeps_a_leaving_row_in_its_place_until_it_settles(void **state)
{
    struct mirror *m = *state;
    mirror_anchor(m, true);
    row_frame(m, 101, 2, "\"title\":\"two\",\"status\":\"resolved\",\"version\":2", false);
    ORDER(m, 1, 2, 3);
    assert_true(mirror_row_at(m, 1)->gone);
    assert_int_equal(mirror_row_at(m, 1)->t.status, STATUS_RESOLVED);
    assert_true(mirror_settle(m));
    ORDER(m, 1, 3);
    assert_false(mirror_settle(m));
}

static void an_anchored_row_that_is_due_earlier_moves_only_when_it_settles(void **state)
{
    struct mirror *m = *state;
    mirror_anchor(m, true);
    row_frame(m, 101, 3, "\"title\":\"three\",\"next_due_at\":10,\"version\":2", true);
    ORDER(m, 1, 2, 3);
    mirror_settle(m);
    ORDER(m, 3, 1, 2);
}

static void a_row_that_is_held_stays_in_its_place_when_it_leaves_while_there_are_others(void **state)
{
    struct mirror *m = *state;
    mirror_hold(m, 2);
    row_frame(m, 101, 2, "\"title\":\"two\",\"status\":\"resolved\",\"version\":2", false); /* a done one sorts last */
    mirror_settle(m);
    ORDER(m, 1, 2, 3);
    assert_true(mirror_row_at(m, 1)->gone);
    row_frame(m, 102, 2, "\"title\":\"two, once more\",\"status\":\"resolved\",\"version\":3", false);
    ORDER(m, 1, 2, 3);
    assert_string_equal(mirror_row_at(m, 1)->t.title, "two, once more");
    mirror_hold(m, 3);
    assert_true(mirror_settle(m));
    ORDER(m, 1, 3);
    row_frame(m, 103, 1, "\"version\":9", false);
    ORDER(m, 3);
    row_frame(m, 104, 3, "\"version\":9", false);
    assert_int_equal(mirror_row_count(m), 0);
}

static void a_row_that_comes_back_before_settling_is_not_gone(void **state)
{
    struct mirror *m = *state;
    mirror_anchor(m, true);
    row_frame(m, 101, 2, "\"next_due_at\":2000,\"version\":2", false);
    row_frame(m, 102, 2, "\"next_due_at\":2000,\"version\":3", true);
    mirror_settle(m);
    ORDER(m, 1, 2, 3);
}

static void a_row_behind_the_last_page_is_left_to_the_daemon(void **state)
{
    struct mirror *m = *state;
    const char page[] =
        "{\"seq\":100,\"next\":\"c\",\"rows\":[{\"id\":1,\"next_due_at\":1000,\"version\":1}]}";
    struct err err = {0};
    assert_true(mirror_page(m, "all", NULL, false, page, strlen(page), &err));
    row_frame(m, 101, 8, "\"next_due_at\":5000,\"version\":1", true);
    ORDER(m, 1);
    assert_string_equal(mirror_next(m), "c");
}

static void frames_that_overtook_their_page_are_played_again(void **state)
{
    struct mirror *m = *state;
    struct err err = {0};
    row_frame(m, 101, 9, "\"next_due_at\":1500,\"version\":1", true);
    const char page[] =
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":1,\"next_due_at\":1000,\"version\":3}]}";
    assert_true(mirror_page(m, "all", NULL, false, page, strlen(page), &err));
    ORDER(m, 1, 9);
}

static void an_old_version_never_replaces_a_newer_one(void **state)
{
    struct mirror *m = *state;
    row_frame(m, 101, 1, "\"title\":\"older\",\"next_due_at\":1000,\"version\":2", true);
    assert_string_equal(mirror_row_at(m, 0)->t.title, "one");
}

/* A parcel that died, one that a person took in hand, and many at once, whose they are is to be asked. */
static void a_row_says_how_many_of_its_deliveries_are_dead(void **state)
{
    struct mirror *m = *state;
    row_frame(m, 101, 2, "\"next_due_at\":2000,\"version\":2,\"undelivered\":1", true);
    assert_int_equal(mirror_row_find(m, 2, NULL)->undelivered, 1);
    assert_true(frame(m, "parcel", 102, "{\"seq\":102,\"kind\":\"parcel\",\"ticket\":2,\"data\":{\"state\":\"dead\",\"undelivered\":2}}") & MIRROR_CHANGED_ROWS);
    assert_int_equal(mirror_row_find(m, 2, NULL)->undelivered, 2);
    assert_false(frame(m, "parcel", 103, "{\"seq\":103,\"kind\":\"parcel\",\"ticket\":2,\"data\":{\"state\":\"delivered\"}}") & MIRROR_CHANGED_ROWS);
    assert_true(frame(m, "delivery", 104, "{\"seq\":104,\"kind\":\"delivery\",\"ticket\":0,\"data\":{\"do\":\"drop\",\"count\":9}}") & MIRROR_CHANGED_PARCELS);
    assert_true(frame(m, "delivery", 105, "{\"seq\":105,\"kind\":\"delivery\",\"ticket\":2,\"data\":{\"do\":\"replay\",\"undelivered\":0}}") & MIRROR_CHANGED_ROWS);
    assert_int_equal(mirror_row_find(m, 2, NULL)->undelivered, 0);
    assert_false(frame(m, "delivery", 106, "{\"seq\":106,\"kind\":\"delivery\",\"ticket\":0,\"data\":{\"do\":\"drop\",\"count\":9}}") & MIRROR_CHANGED_PARCELS);
}

static void in_a_view_of_mine_are_only_my_own(void **state)
{
    struct mirror *m = *state;
    struct err err = {0};
    const char page[] = "{\"seq\":100,\"next\":null,\"rows\":[]}";
    assert_true(mirror_page(m, "mine", NULL, false, page, strlen(page), &err));
    frame(m, "ticket", 101,
          "{\"ticket\":4,\"row\":{\"id\":4,\"version\":1},\"views\":[{\"name\":\"mine\",\"in\":true,"
          "\"owner\":\"tom\"}]}");
    ORDER(m);
    frame(m, "ticket", 102,
          "{\"ticket\":5,\"row\":{\"id\":5,\"version\":1},\"views\":[{\"name\":\"mine\",\"in\":true,"
          "\"owner\":\"ana\"}]}");
    ORDER(m, 5);
    frame(m, "ticket", 103,
          "{\"ticket\":5,\"row\":{\"id\":5,\"version\":2},\"views\":[{\"name\":\"all\",\"in\":true}]}");
    ORDER(m);
}

static void a_filter_narrows_what_the_stream_brings(void **state)
{
    struct mirror *m = *state;
    struct err err = {0};
    const char page[] = "{\"seq\":100,\"next\":null,\"rows\":[]}";
    assert_true(mirror_page(m, "all", "title.contains(\"crash\")", false, page, strlen(page), &err));
    row_frame(m, 101, 4, "\"title\":\"a question\",\"version\":1", true);
    row_frame(m, 102, 5, "\"title\":\"crash again\",\"version\":1", true);
    ORDER(m, 5);
    assert_string_equal(mirror_where(m), "title.contains(\"crash\")");
}

/* Nobody else hears of it, so no frame says that a ticket is in it. */
static void in_a_view_of_my_own_are_those_that_fit_it(void **state)
{
    static const char views[] = "{\"seq\":100,\"views\":[{\"name\":\"all\",\"title\":\"All\",\"count\":3,\"text\":\"true\",\"of\":\"desk\"},"
                                "{\"name\":\"~bugs\",\"title\":\"Bugs\",\"count\":1,\"text\":\"crash\",\"of\":\"own\",\"by\":\"ana\",\"sort\":\"urgency\",\"invert\":true}]}",
                      page[] = "{\"seq\":100,\"rows\":[{\"id\":7,\"title\":\"a crash\",\"status\":\"open\",\"next_due_at\":10}],\"next\":null}";
    struct mirror *m = *state;
    struct err err = {0};
    assert_true(mirror_views(m, views, strlen(views), &err));
    assert_string_equal(mirror_view_find(m, "bugs")->name, "~bugs");
    assert_int_equal(mirror_view_find(m, "~bugs")->sort, MIRROR_BY_URGENCY);
    assert_true(mirror_view_find(m, "bugs")->invert);
    assert_true(mirror_page(m, "~bugs", NULL, false, page, strlen(page), &err));
    row_frame(m, 101, 8, "\"title\":\"another crash\",\"status\":\"open\",\"next_due_at\":20,\"version\":1", true);
    row_frame(m, 102, 9, "\"title\":\"a question\",\"status\":\"open\",\"next_due_at\":5,\"version\":1", true);
    ORDER(m, 7, 8);
    row_frame(m, 103, 7, "\"title\":\"solved\",\"status\":\"open\",\"next_due_at\":10,\"version\":2", true);
    ORDER(m, 8);
}

static void a_count_of_a_view_not_heard_of_asks_for_the_views(void **state)
{
    unsigned changed = frame(*state, "counts", 0, "{\"seq\":100,\"views\":{\"all\":4,\"late\":2}}");
    assert_true(changed & MIRROR_CHANGED_VIEWS);
    assert_int_equal(mirror_view_find(*state, "all")->count, 4);
    changed = frame(*state, "counts", 0, "{\"seq\":100,\"views\":{\"all\":5}}");
    assert_false(changed & MIRROR_CHANGED_VIEWS);
    changed = frame(*state, "desk", 104, "{\"seq\":104,\"kind\":\"desk\",\"actor\":\"tom\",\"data\":{\"do\":\"view-share\",\"records\":[{\"kind\":\"view\",\"key\":\"/late\"}]}}");
    assert_true(changed & MIRROR_CHANGED_VIEWS);
}

static void by_urgency_the_highest_is_first_and_what_is_done_last(void **state)
{
    static const char page[] = "{\"seq\":100,\"rows\":[],\"next\":null}";
    struct mirror *m = *state;
    struct err err = {0};
    mirror_sort(m, MIRROR_BY_URGENCY, false);
    assert_true(mirror_page(m, "all", NULL, false, page, strlen(page), &err));
    row_frame(m, 101, 11, "\"title\":\"a\",\"status\":\"open\",\"urgency\":\"low\",\"version\":1", true);
    row_frame(m, 102, 12, "\"title\":\"b\",\"status\":\"open\",\"urgency\":\"critical\",\"version\":1", true);
    row_frame(m, 103, 13, "\"title\":\"c\",\"status\":\"resolved\",\"urgency\":\"critical\",\"resolved_at\":900,\"version\":1", true);
    row_frame(m, 104, 14, "\"title\":\"d\",\"status\":\"open\",\"version\":1", true);
    row_frame(m, 105, 10, "\"title\":\"e\",\"status\":\"open\",\"urgency\":\"critical\",\"version\":1", true);
    mirror_settle(m);
    ORDER(m, 10, 12, 11, 14, 13);
}

static void an_action_is_pending_until_its_entry_came_back(void **state)
{
    struct mirror *m = *state;
    mirror_pend(m, 2);
    assert_true(mirror_pending(m, 2));
    mirror_answered(m, 2, 103);
    row_frame(m, 102, 1, "\"version\":4,\"next_due_at\":1000", true);
    assert_true(mirror_pending(m, 2));
    row_frame(m, 103, 2, "\"version\":2,\"next_due_at\":2000", true);
    assert_false(mirror_pending(m, 2));
}

static void a_refused_action_is_pending_no_more(void **state)
{
    struct mirror *m = *state;
    mirror_pend(m, 2);
    mirror_answered(m, 2, 0);
    assert_false(mirror_pending(m, 2));
}

static void an_answer_that_came_after_its_frame_settles_at_once(void **state)
{
    struct mirror *m = *state;
    mirror_pend(m, 2);
    row_frame(m, 103, 2, "\"version\":2,\"next_due_at\":2000", true);
    mirror_answered(m, 2, 103);
    assert_false(mirror_pending(m, 2));
}

static int64_t count_of(const struct mirror *m, const char *view)
{
    return mirror_view_find(m, view)->count;
}

static void desk_of(struct mirror *m, long long seq, int all, int mine)
{
    char text[512];
    struct err err = {0};
    snprintf(text, sizeof text, "{\"seq\":%lld,\"now\":5000,\"me\":{\"name\":\"ana\"},\"views\":[{\"name\":\"all\",\"count\":%d},"
             "{\"name\":\"mine\",\"count\":%d,\"mine\":true}],\"view\":\"all\",\"next\":null,\"escalations\":{\"triggered\":%d},\"rows\":[]}", seq, all, mine, all);
    assert_true(mirror_desk(m, text, strlen(text), 4000, &err));
}

/* A desk is asked for in the middle of a burst and answered behind the last counts of it. */
static void a_desk_takes_no_newer_count_back(void **state)
{
    struct mirror *m = *state;
    int64_t triggered, unused;
    frame(m, "counts", 0, "{\"seq\":160,\"views\":{\"all\":70},\"owners\":{\"mine\":{\"ana\":9,\"tom\":2}},\"escalations\":{\"triggered\":5}}");
    desk_of(m, 130, 40, 4);
    assert_int_equal(count_of(m, "all"), 70);
    assert_int_equal(count_of(m, "mine"), 9);
    mirror_escalations(m, &triggered, &unused, &unused);
    assert_int_equal(triggered, 5);
    desk_of(m, 170, 71, 10);
    assert_int_equal(count_of(m, "all"), 71);
    assert_int_equal(count_of(m, "mine"), 10);
}

static void counts_from_before_the_desk_are_passed_over(void **state)
{
    struct mirror *m = *state;
    int64_t triggered, unused;
    frame(m, "counts", 0, "{\"seq\":99,\"views\":{\"all\":7},\"owners\":{\"mine\":{\"ana\":8}},\"escalations\":{\"triggered\":9}}");
    assert_int_equal(count_of(m, "all"), 3);
    assert_int_equal(count_of(m, "mine"), 1);
    mirror_escalations(m, &triggered, &unused, &unused);
    assert_int_equal(triggered, 1);
}

/* My own number and the common ones come apart: neither keeps the other from being told. */
static void a_count_of_mine_is_as_new_as_its_own_frame(void **state)
{
    struct mirror *m = *state;
    frame(m, "counts", 0, "{\"seq\":150,\"views\":{\"mine\":6}}");
    frame(m, "counts", 0, "{\"seq\":140,\"views\":{\"all\":30},\"owners\":{\"mine\":{\"ana\":5}},\"escalations\":{}}");
    assert_int_equal(count_of(m, "all"), 30);
    assert_int_equal(count_of(m, "mine"), 6);
    frame(m, "counts", 0, "{\"seq\":151,\"views\":{\"all\":31},\"owners\":{\"mine\":{\"tom\":5}},\"escalations\":{}}");
    assert_int_equal(count_of(m, "all"), 31);
    assert_int_equal(count_of(m, "mine"), 6);
}

/* Another database begins anew: its first desk is older by number alone. */
static void after_a_reset_the_desk_counts_whatever_its_number(void **state)
{
    struct mirror *m = *state;
    frame(m, "counts", 0, "{\"seq\":160,\"views\":{\"all\":70},\"escalations\":{}}");
    assert_int_equal(frame(m, "reset", 0, "{}"), MIRROR_CHANGED_ALL);
    desk_of(m, 4, 2, 1);
    assert_int_equal(count_of(m, "all"), 2);
}

/* A page that was read so long ago that not all frames behind it are kept would miss rows for ever. */
static void a_page_that_cannot_be_brought_up_to_date_says_so(void **state)
{
    struct mirror *m = *state;
    static const char page[] = "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":1,\"title\":\"one\",\"next_due_at\":1000,\"version\":3}]}";
    struct err err = {0};
    for (int i = 1; i <= FRAMES_MAX; i++)
        row_frame(m, 100 + i, 1000 + i, "\"title\":\"x\",\"next_due_at\":9000,\"version\":1", true);
    assert_true(mirror_page(m, "all", NULL, false, page, strlen(page), &err));
    assert_false(mirror_behind(m));
    assert_int_equal(mirror_row_count(m), 1 + FRAMES_MAX);
    row_frame(m, 101 + FRAMES_MAX, 5000, "\"title\":\"x\",\"next_due_at\":9000,\"version\":1", true);
    assert_true(mirror_page(m, "all", NULL, false, page, strlen(page), &err));
    assert_true(mirror_behind(m));
    desk_of(m, 101 + FRAMES_MAX, 9, 1);
    assert_false(mirror_behind(m));
    frame(m, "reset", 0, "{}");
    desk_of(m, 4, 2, 1);
    assert_false(mirror_behind(m));
    assert_int_equal(mirror_row_count(m), 0); /* nothing of the other database */
}

static void counts_boss_and_player_follow_the_stream(void **state)
{
    struct mirror *m = *state;
    assert_int_equal(frame(m, "counts", 0, "{\"views\":{\"all\":7},\"escalations\":{\"triggered\":2}}"),
                     MIRROR_CHANGED_COUNTS | MIRROR_CHANGED_TABS | MIRROR_CHANGED_SHOWN);
    assert_int_equal(mirror_view_find(m, "all")->count, 7);
    assert_true(frame(m, "boss", 101,
                      "{\"seq\":101,\"kind\":\"boss\",\"data\":{\"name\":\"Titan\",\"tier\":\"epic\",\"max_"
                      "hp\":500,\"hp\":180}}") &
                MIRROR_CHANGED_GAME);
    assert_int_equal(mirror_boss(m)->hp, 180);
    assert_string_equal(mirror_boss(m)->name, "Titan");
    frame(m, "boss", 102, "{\"data\":{\"what\":\"defeated\",\"name\":\"Titan\",\"max_hp\":500,\"hp\":0}}");
    assert_null(mirror_boss(m));
    frame(m, "player", 103, "{\"data\":{\"what\":\"level_up\",\"agent\":\"ana\",\"old\":3,\"new\":4}}");
    assert_int_equal(mirror_player(m)->level, 4);
    frame(m, "player", 104, "{\"data\":{\"what\":\"level_up\",\"agent\":\"tom\",\"new\":9}}");
    assert_int_equal(mirror_player(m)->level, 4);
    frame(m, "score", 105, "{\"data\":{\"agent\":\"ana\",\"xp\":50}}");
    assert_int_equal(mirror_player(m)->held, 50);
}

static void what_cannot_be_read_asks_for_everything_again(void **state)
{
    struct mirror *m = *state;
    assert_int_equal(frame(m, "ticket", 101, "{\"row\":"), MIRROR_CHANGED_ALL);
    assert_int_equal(frame(m, "reset", 0, "{}"), MIRROR_CHANGED_ALL);
    assert_int_equal(frame(m, "bye", 0, "{}"), MIRROR_CHANGED_BYE);
    ORDER(m, 1, 2, 3);
}

/* Also while its documents are still on their way: the answer may be older than the frame. */
static void the_open_ticket_is_noticed(void **state)
{
    struct mirror *m = *state;
    mirror_focus(m, 2);
    assert_true(frame(m, "message", 101, "{\"ticket\":2,\"data\":{}}") & MIRROR_CHANGED_TICKET);
    assert_false(frame(m, "message", 102, "{\"ticket\":3,\"data\":{}}") & MIRROR_CHANGED_TICKET);
    assert_true(frame(m, "ticket", 103, "{\"ticket\":3,\"actor\":\"source:shop\"}") & MIRROR_CHANGED_EVENTS);
    assert_true(frame(m, "parcel", 104, "{\"ticket\":3,\"data\":{}}") & MIRROR_CHANGED_OUTGOING);
    assert_true(frame(m, "destination", 105, "{\"data\":{}}") & MIRROR_CHANGED_OUTGOING);
    assert_true(frame(m, "label", 106, "{\"ticket\":3,\"data\":{}}") & MIRROR_CHANGED_LABELS);
    assert_false(frame(m, "sla", 107, "{\"ticket\":3,\"data\":{}}") & (MIRROR_CHANGED_LABELS | MIRROR_CHANGED_OUTGOING));
}

static void a_thousand_frames_keep_the_order(void **state)
{
    struct mirror *m = *state;
    unsigned seed = 7;
    for (int i = 0; i < 1000; i++) {
        char members[96];
        seed = seed * 1103515245u + 12345u;
        snprintf(members, sizeof members, "\"next_due_at\":%u,\"version\":%d", seed % 9000 + 1, i + 10);
        if (i % 50 == 0)
            mirror_anchor(m, (i / 50) % 2);
        row_frame(m, 101 + i, seed / 65536 % 60 + 1, members, seed % 5 != 0);
    }
    mirror_anchor(m, false);
    mirror_settle(m);
    for (int i = 1; i < mirror_row_count(m); i++) {
        const struct ticket *a = &mirror_row_at(m, i - 1)->t, *b = &mirror_row_at(m, i)->t;
        int64_t left = a->next_due_at ? a->next_due_at : INT64_MAX,
                right = b->next_due_at ? b->next_due_at : INT64_MAX;
        assert_true(left < right || (left == right && a->id < b->id));
        assert_false(mirror_row_at(m, i)->gone);
    }
}

/* --- answers that say what stands --- */

static bool is_news(struct mirror *m, enum mirror_doc_id id, int64_t ticket, const char *text)
{
    struct err err = {0};
    uint64_t before = mirror_number(m);
    int64_t number = mirror_doc(m, id)->number;
    const struct json *root = mirror_doc(m, id)->root;
    assert_true(mirror_doc_set(m, id, ticket, text, strlen(text), 7000, &err));
    bool news = mirror_number(m) != before;
    assert_int_equal(news, mirror_doc(m, id)->number != number);
    assert_true(news || mirror_doc(m, id)->root == root); /* and whoever drew of it may go on */
    assert_int_equal(mirror_doc(m, id)->at, 7000);
    return news;
}

static void a_document_that_says_what_stands_is_no_news(void **state)
{
    struct mirror *m = *state;
    assert_true(is_news(m, MIRROR_TICKET, 7, "{\"seq\":5,\"ticket\":{\"id\":7,\"title\":\"x\"},\"lines\":[1,2]}"));
    assert_false(is_news(m, MIRROR_TICKET, 7, "{\"seq\":5,\"ticket\":{\"id\":7,\"title\":\"x\"},\"lines\":[1,2]}"));
    assert_false(is_news(m, MIRROR_TICKET, 7, "{\"seq\":9,\"ticket\":{\"id\":7,\"title\":\"x\"},\"lines\":[1,2]}"));
    static const struct { int64_t ticket; const char *text; } others[] = {
        {7, "{\"seq\":9,\"ticket\":{\"id\":7,\"title\":\"y\"},\"lines\":[1,2]}"}, {8, "{\"seq\":9,\"ticket\":{\"id\":7,\"title\":\"y\"},\"lines\":[1,2]}"},
        {8, "{\"seq\":9,\"ticket\":{\"id\":7,\"title\":\"y\"},\"lines\":[1]}"},   {8, "{\"seq\":9,\"ticket\":{\"id\":7,\"title\":\"y\"},\"lines\":[1,{\"seq\":1}]}"},
        {8, "{\"seq\":9,\"ticket\":{\"id\":7,\"title\":\"y\"},\"lines\":[1,{\"seq\":2}]}"}, {8, "{\"ticket\":{\"id\":7,\"title\":\"y\"}}"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(is_news(m, MIRROR_TICKET, others[i].ticket, others[i].text));
        assert_false(is_news(m, MIRROR_TICKET, others[i].ticket, others[i].text));
    }
    mirror_doc_drop(m, MIRROR_TICKET);
    assert_true(is_news(m, MIRROR_TICKET, 8, "{\"ticket\":{\"id\":7,\"title\":\"y\"}}"));
}

/* What a frame or a desk said meanwhile is taken back by it. */
static void a_document_that_comes_again_is_news_where_something_else_was_told_since(void **state)
{
    static const char scores[] = "{\"players\":[{\"agent\":\"ana\",\"level\":3,\"held\":10}]}", oncall[] = "{\"schedules\":[{\"now\":[{\"agent\":\"tom\"}]}]}";
    struct mirror *m = *state;
    struct err err = {0};
    assert_true(is_news(m, MIRROR_SCORES, 0, scores));
    assert_false(is_news(m, MIRROR_SCORES, 0, scores));
    assert_true(frame(m, "score", 101, "{\"seq\":101,\"data\":{\"agent\":\"ana\",\"xp\":5}}") & MIRROR_SEEN);
    assert_int_equal(mirror_player(m)->held, 15);
    assert_true(is_news(m, MIRROR_SCORES, 0, scores));
    assert_int_equal(mirror_player(m)->held, 10);
    assert_true(is_news(m, MIRROR_ONCALL, 0, oncall));
    assert_false(is_news(m, MIRROR_ONCALL, 0, oncall));
    assert_true(mirror_desk(m, desk, strlen(desk), 4000, &err));
    assert_string_equal(mirror_oncall(m), "mara");
    assert_true(is_news(m, MIRROR_ONCALL, 0, oncall));
    assert_string_equal(mirror_oncall(m), "tom");
}

static bool page_is_news(struct mirror *m, const char *view, const char *where, const char *json)
{
    struct err err = {0};
    uint64_t before = mirror_number(m);
    assert_true(mirror_page(m, view, where, false, json, strlen(json), &err));
    return mirror_number(m) != before;
}

static void a_page_that_says_what_stands_is_no_news(void **state)
{
    struct mirror *m = *state;
    static const char *const pages[] = {
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":1,\"title\":\"one\",\"next_due_at\":10},{\"id\":2,\"title\":\"two\"}]}",
        "{\"seq\":100,\"next\":\"x\",\"rows\":[{\"id\":1,\"title\":\"one\",\"next_due_at\":10},{\"id\":2,\"title\":\"two\"}]}",
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":1,\"title\":\"one\",\"next_due_at\":10},{\"id\":2,\"title\":\"too\"}]}",
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":1,\"title\":\"one\",\"next_due_at\":11},{\"id\":2,\"title\":\"too\"}]}",
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":1,\"title\":\"one\",\"next_due_at\":11,\"due_from\":1},{\"id\":2,\"title\":\"too\"}]}",
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":1,\"title\":\"one\",\"next_due_at\":11,\"reply_via\":\"api\"},{\"id\":2,\"title\":\"too\"}]}",
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":2,\"title\":\"too\"},{\"id\":1,\"title\":\"one\",\"next_due_at\":11,\"reply_via\":\"api\"}]}",
        "{\"seq\":100,\"next\":null,\"rows\":[{\"id\":2,\"title\":\"too\"}]}", "{\"seq\":100,\"next\":null,\"rows\":[]}"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        assert_true(page_is_news(m, "all", NULL, pages[i]));
        assert_false(page_is_news(m, "all", NULL, pages[i]));
    }
    assert_true(page_is_news(m, "mine", NULL, pages[0]));
    assert_true(page_is_news(m, "mine", "title == \"x\"", pages[0]));
    assert_false(page_is_news(m, "mine", "title == \"x\"", pages[0]));
    assert_true(page_is_news(m, "all", NULL, pages[0]));
    row_frame(m, 101, 9, "\"title\":\"new\",\"version\":1", true); /* it is played again, and stands as it did, but for when it came */
    assert_true(page_is_news(m, "all", NULL, pages[0]));
    assert_false(page_is_news(m, "all", NULL, pages[0]));
    assert_int_equal(mirror_row_count(m), 3);
}

static void views_that_are_counted_as_they_stand_are_no_news(void **state)
{
    static const char views[] = "{\"seq\":100,\"views\":[{\"name\":\"all\",\"title\":\"All\",\"count\":%d,\"text\":\"status != \\\"closed\\\"\"},"
                                "{\"name\":\"mine\",\"title\":\"%s\",\"count\":1,\"mine\":true,\"text\":\"assignee == me\"}]}";
    static const struct { int count; const char *title; bool news; } cases[] = {{3, "Mine", false}, {3, "Own", true}, {3, "Own", false}, {4, "Own", true}, {4, "Own", false}};
    struct mirror *m = *state;
    struct err err = {0};
    char text[500];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t before = mirror_number(m);
        snprintf(text, sizeof text, views, cases[i].count, cases[i].title);
        assert_true(mirror_views(m, text, strlen(text), &err));
        assert_int_equal(mirror_number(m) != before, cases[i].news);
    }
    assert_int_equal(frame(m, "counts", 0, "{\"seq\":101,\"views\":{\"all\":4,\"mine\":1},\"escalations\":{\"triggered\":1}}") & MIRROR_SEEN, 0);
    assert_int_equal(frame(m, "counts", 0, "{\"seq\":102,\"views\":{\"all\":5}}") & MIRROR_SEEN, MIRROR_CHANGED_TABS);
    assert_int_equal(frame(m, "counts", 0, "{\"seq\":103,\"escalations\":{\"triggered\":2}}") & MIRROR_SEEN, MIRROR_CHANGED_SHOWN);
    assert_int_equal(frame(m, "delivery", 104, "{\"seq\":104,\"ticket\":77,\"data\":{}}") & MIRROR_SEEN, 0);
    mirror_pend(m, 1);
    mirror_answered(m, 1, 105);
    assert_int_equal(frame(m, "delivery", 105, "{\"seq\":105,\"data\":{}}") & MIRROR_SEEN, MIRROR_CHANGED_SHOWN); /* it is done */
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
/* The stream sends rows whole, lists ask for brief ones: a field that is left out has to be what an absent one reads as. */
static void a_brief_row_reads_as_the_whole_one_does(void **state)
{
    (void)state;
    const struct ticket t = {.id = 4, .key = "rbs:4", .title = "T", .status = STATUS_ON_HOLD, .priority = PRIORITY_URGENT, .urgency_bp = 9000, .tags = "[\"x\"]",
                             .metadata = "{\"a\":1}", .created_at = 12, .stub = true, .reopen_count = 2, .next_due_at = 90,
                             .clock[0] = {.state = CLOCK_RUNNING, .policy = "low", .target = 60, .due_at = 90}};
    const struct ticket *const cases[] = {&t, &(struct ticket){.id = 5}};
    for (int i = 0; i < 2; i++) {
        AUTO_JSON whole = row_ticket(cases[i], true);
        AUTO_JSON brief = row_brief(cases[i], true);
        struct mirror_row *a = rows_read(whole), *b = rows_read(brief);
        for (int f = 0; f < field_count; f++)
            if (!field_same(&a->t, &b->t, &field_table[f]))
                fail_msg("%s reads differently", field_table[f].name);
        assert_int_equal(a->due_from, b->due_from);
        assert_string_equal(a->reply_via, b->reply_via);
        free(a);
        free(b);
    }
}

static void a_first_desk_brings_what_i_keep_and_what_pages_me(void **state)
{
    static const char more[] = ",\"keep\":{\"quiet\":\"22:00-07:00\",\"mouse\":null},\"mine\":{\"rows\":[{\"id\":7,\"told\":[{\"agent\":\"ana\"}],"
                               "\"escalation\":{\"state\":\"triggered\",\"opened_at\":900}}],\"pages\":31,\"more\":false}}";
    struct mirror *m = *state;
    struct err err = {0};
    char text[4096];
    assert_null(mirror_kept(m, "quiet"));
    assert_int_equal(mirror_paged(m).count, 0);
    snprintf(text, sizeof text, "%.*s%s", (int)strlen(desk) - 1, desk, more);
    assert_true(mirror_desk(m, text, strlen(text), 4000, &err));
    assert_string_equal(json_string(mirror_kept(m, "quiet")), "22:00-07:00");
    assert_int_equal(mirror_paged(m).count, 31);
    assert_int_equal(mirror_paged(m).ticket, 7);
    assert_int_equal(mirror_paged(m).since, 900);
    assert_true(mirror_desk(m, desk, strlen(desk), 4000, &err)); /* later ones do not: what pages me stands until it is asked for */
    assert_null(mirror_kept(m, "quiet"));
    assert_int_equal(mirror_paged(m).count, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_document_that_says_what_stands_is_no_news), T(a_document_that_comes_again_is_news_where_something_else_was_told_since),
        T(a_page_that_says_what_stands_is_no_news), T(views_that_are_counted_as_they_stand_are_no_news),
        T(a_first_desk_brings_what_i_keep_and_what_pages_me), T(a_brief_row_reads_as_the_whole_one_does),
        T(a_desk_fills_everything_at_once),
        T(a_new_ticket_goes_where_it_is_due),
        T(in_a_view_of_my_own_are_those_that_fit_it),
        T(a_count_of_a_view_not_heard_of_asks_for_the_views),
        T(by_urgency_the_highest_is_first_and_what_is_done_last),
        T(a_desk_whose_clock_runs_ahead_is_followed_and_one_that_lags_is_not),
        T(a_row_that_leaves_is_removed),
        T(an_anchored_list_keeps_a_leaving_row_in_its_place_until_it_settles),
        T(an_anchored_row_that_is_due_earlier_moves_only_when_it_settles),
        T(a_row_that_is_held_stays_in_its_place_when_it_leaves_while_there_are_others),
        T(a_row_that_comes_back_before_settling_is_not_gone),
        T(a_row_behind_the_last_page_is_left_to_the_daemon),
        T(frames_that_overtook_their_page_are_played_again),
        T(an_old_version_never_replaces_a_newer_one),
        T(a_row_says_how_many_of_its_deliveries_are_dead),
        T(in_a_view_of_mine_are_only_my_own),
        T(a_filter_narrows_what_the_stream_brings),
        T(an_action_is_pending_until_its_entry_came_back),
        T(a_refused_action_is_pending_no_more),
        T(an_answer_that_came_after_its_frame_settles_at_once),
        T(counts_boss_and_player_follow_the_stream),
        T(a_desk_takes_no_newer_count_back),
        T(counts_from_before_the_desk_are_passed_over),
        T(a_count_of_mine_is_as_new_as_its_own_frame),
        T(after_a_reset_the_desk_counts_whatever_its_number),
        T(a_page_that_cannot_be_brought_up_to_date_says_so),
        T(what_cannot_be_read_asks_for_everything_again),
        T(the_open_ticket_is_noticed),
        T(what_came_back_from_its_snooze_is_on_top_until_it_is_done),
        T(a_thousand_frames_keep_the_order),
    };
    return cmocka_run_group_tests_name("mirror", tests, NULL, NULL);
}
