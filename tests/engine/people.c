/* people: what customers say afterwards, whose tickets are whose, and what is counted of it; whatever order events come in,
 * and again in a rebuild. */
#include "harness/world.h"
#include "base/str.h"
#include "store/customer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static int64_t create(struct world *w, int i, const char *customer)
{
    char body[700];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2026-11-20T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"%s\","
                     "\"customerName\":\"Jo\",\"tags\":[],\"createdAt\":\"2026-11-20T00:00:00Z\"},\"customer\":{\"id\":\"%s\",\"name\":\"Jo\","
                     "\"email\":\"jo@example.com\"}}}", i, i, i, customer, customer);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    return world_find(w, "cstar", arena_printf(w->arena, "cstar:k%d", i));
}

/* nth: of the event; minute: when the customer said so. */
static const char *survey(struct world *w, int nth, int of, int rating, int minute)
{
    char body[700];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_s%d\",\"type\":\"survey.submitted\",\"created_at\":\"2026-11-21T09:%02d:00Z\",\"team_id\":\"t\",\"data\":{\"survey\":{\"id\":\"s%d\","
                     "\"ticketId\":\"k%d\",\"rating\":%d,\"comment\":\"ok\",\"submittedAt\":\"2026-11-21T09:%02d:00Z\"},\"customer\":{\"id\":\"c1\"}}}",
                     nth, minute, of, of, rating, minute);
    return world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n);
}

static void tally_is(struct world *w, const char *name, const char *key, int64_t n, int64_t sum)
{
    int64_t n_is, sum_is;
    struct err err;
    assert_true(store_tally_get(w->engine.store, name, key, 0, &n_is, &sum_is, &err));
    assert_int_equal(n_is, n);
    assert_int_equal(sum_is, sum);
}

static void a_rating_stands_on_its_ticket_and_counts_for_who_had_it(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = create(w, 1, "c1");
    assert_true(world_ok(world_do(w, "ana", "claim", id, NULL)));
    assert_string_equal(survey(w, 1, 1, 5, 10), "survey");
    const struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->csat, 5);
    assert_string_equal(t->csat_agent, "ana");
    assert_true(t->csat_at > 0);
    tally_is(w, "csat_customer", "cstar:c1", 1, 5);
    tally_is(w, "csat_agent", "ana", 1, 5);
    assert_true(world_ok(world_do(w, "mara", "assign", id, "tom"))); /* it was ana who was rated */
    tally_is(w, "csat_agent", "ana", 1, 5);
    tally_is(w, "csat_agent", "tom", 0, 0);
    world_rebuilds(w);
    world_close(w);
}

static void the_same_survey_again_changes_nothing(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = create(w, 1, "c1");
    assert_true(world_ok(world_do(w, "ana", "claim", id, NULL)));
    assert_string_equal(survey(w, 1, 1, 4, 10), "survey");
    int64_t version = world_ticket(w, id)->version;
    assert_string_equal(survey(w, 1, 1, 4, 10), "duplicate");
    assert_string_equal(survey(w, 2, 1, 4, 10), "survey"); /* another event, nothing new in it */
    assert_int_equal(world_ticket(w, id)->version, version);
    tally_is(w, "csat_customer", "cstar:c1", 1, 4);
    tally_is(w, "csat_agent", "ana", 1, 4);
    world_close(w);
}

static void the_customers_last_word_counts_in_whatever_order_words_come(void **state)
{
    (void)state;
    for (int turned = 0; turned < 2; turned++) {
        struct world *w = world_open(NULL);
        int64_t id = create(w, 1, "c1");
        assert_true(world_ok(world_do(w, "ana", "claim", id, NULL)));
        survey(w, 1, 1, turned ? 2 : 5, turned ? 30 : 10);
        survey(w, 2, 1, turned ? 5 : 2, turned ? 10 : 30);
        assert_int_equal(world_ticket(w, id)->csat, 2);
        tally_is(w, "csat_agent", "ana", 1, 2);
        world_rebuilds(w);
        world_close(w);
    }
}

static void a_survey_that_came_before_its_ticket_is_not_lost(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    assert_string_equal(survey(w, 1, 7, 3, 10), "survey");
    assert_int_equal(world_find(w, "cstar", "cstar:k7"), 0); /* it makes none */
    int64_t id = create(w, 7, "c1");
    assert_int_equal(world_ticket(w, id)->csat, 3);
    tally_is(w, "csat_customer", "cstar:c1", 1, 3);
    world_rebuilds(w);
    world_close(w);
}

static void a_pipeline_that_puts_surveys_through_is_heard_too(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    static const char created[] = "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k1\",\"payload\":{\"ticket_id\":\"t1\",\"subject\":\"S\","
                                  "\"body\":\"B\",\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}";
    static const char said[] = "{\"events\":[{\"type\":\"survey.submitted\",\"payload\":{\"ticket_id\":\"t1\",\"rating\":4,\"comment\":\"fine\"}}]}";
    world_post(w, "ingest", "ingestlayer", DOOR_REST, created, sizeof created - 1);
    assert_string_equal(world_post(w, "ingest", "ingestlayer", DOOR_REST, said, sizeof said - 1), "survey");
    assert_int_equal(world_ticket(w, world_find(w, "ingest", "ingest:t1"))->csat, 4);
    world_rebuilds(w);
    world_close(w);
}

static void what_is_no_rating_rates_nobody(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    char *data = NULL;
    struct err err;
    int64_t id = create(w, 1, "c1");
    survey(w, 1, 1, 9, 10);
    assert_int_equal(world_ticket(w, id)->csat, 0);
    tally_is(w, "csat_customer", "cstar:c1", 0, 0);
    assert_true(store_record_get(w->engine.store, w->arena, "survey", "cstar:s1", &data, &err)); /* kept all the same */
    assert_non_null(strstr(data, "\"rating\":9"));
    world_close(w);
}

static void a_customer_has_the_tickets_that_name_them(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct customer_figures f;
    struct rating *ratings;
    struct err err = {0};
    int64_t ids[10], first = 0;
    int n;
    for (int i = 1; i <= 5; i++)
        create(w, i, i % 2 ? "c1" : "c2");
    survey(w, 1, 3, 4, 10);
    survey(w, 2, 1, 2, 20);
    assert_true(world_ok(world_do(w, "ana", "close", world_find(w, "cstar", "cstar:k3"), NULL)));
    assert_true(store_customer_tickets(w->engine.store, "cstar:c1", 0, ids, 10, &n, &err));
    assert_int_equal(n, 3);
    assert_true(ids[0] > ids[1] && ids[1] > ids[2]);
    assert_true(store_customer_tickets(w->engine.store, "cstar:c1", ids[0], ids, 1, &n, &err));
    assert_int_equal(n, 1);
    assert_true(store_customer_figures(w->engine.store, "cstar:c1", 100, &f, &err));
    assert_int_equal(f.tickets, 3);
    assert_int_equal(f.done, 1);
    assert_true(store_customer_first(w->engine.store, "cstar:c1", &first, &err));
    assert_true(first > 0);
    assert_true(store_customer_ratings(w->engine.store, w->arena, "cstar:c1", 10, &ratings, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(ratings[0].csat, 4);
    assert_int_equal(ratings[1].csat, 2);
    assert_true(store_customer_tickets(w->engine.store, "cstar:nobody", 0, ids, 10, &n, &err));
    assert_int_equal(n, 0);
    world_rebuilds(w);
    world_close(w);
}

static void notes_on_a_customer_stay_apart_and_are_undone_one_by_one(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct record *list;
    struct err err = {0};
    int n;
    create(w, 1, "c1");
    assert_true(world_ok(world_do(w, "ana", "customer-note", 0, "{\"customer\":\"cstar:c1\",\"text\":\"likes the phone\"}")));
    assert_true(world_ok(world_do(w, "tom", "customer-note", 0, "{\"customer\":\"cstar:c1\",\"text\":\"pays late\"}")));
    assert_true(store_record_under(w->engine.store, w->arena, "customer_note", "cstar:c1\x1f", 10, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_non_null(strstr(list[0].data, "pays late"));
    const char *mine = arena_printf(w->arena, "{\"customer\":\"cstar:c1\",\"note\":\"%s\"}", strchr(list[0].key, '\x1f') + 1);
    assert_false(world_ok(world_do(w, "ana", "customer-note", 0, mine))); /* tom's to take away */
    assert_true(world_ok(world_do(w, "tom", "undo", 0, NULL)));
    assert_true(store_record_under(w->engine.store, w->arena, "customer_note", "cstar:c1\x1f", 10, &list, &n, &err));
    assert_int_equal(n, 1);
    assert_non_null(strstr(list[0].data, "likes the phone"));
    assert_true(world_ok(world_do(w, "tom", "customer-note", 0, "{\"ticket\":1,\"text\":\"by a ticket\"}")));
    assert_false(world_ok(world_do(w, "tom", "customer-note", 0, "{\"ticket\":99,\"text\":\"of nobody\"}")));
    assert_true(store_record_under(w->engine.store, w->arena, "customer_note", "cstar:c1\x1f", 10, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_true(world_ok(world_do(w, "tom", "customer-note", 0, arena_printf(w->arena, "{\"ticket\":\"1\",\"note\":\"%s\"}", strchr(list[0].key, '\x1f') + 1))));
    assert_true(store_record_under(w->engine.store, w->arena, "customer_note", "cstar:c1\x1f", 10, &list, &n, &err));
    assert_int_equal(n, 1);
    world_rebuilds(w);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rating_stands_on_its_ticket_and_counts_for_who_had_it),
        cmocka_unit_test(the_same_survey_again_changes_nothing),
        cmocka_unit_test(the_customers_last_word_counts_in_whatever_order_words_come),
        cmocka_unit_test(a_survey_that_came_before_its_ticket_is_not_lost),
        cmocka_unit_test(a_pipeline_that_puts_surveys_through_is_heard_too),
        cmocka_unit_test(what_is_no_rating_rates_nobody),
        cmocka_unit_test(a_customer_has_the_tickets_that_name_them),
        cmocka_unit_test(notes_on_a_customer_stay_apart_and_are_undone_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
