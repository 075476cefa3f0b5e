/* trainer: from the journal to a model: deterministic, free of order, without a trace of what was undone; refused where it
 * would be worse; what it would have done differently. */
#include "harness/world.h"
#include "base/str.h"
#include "worker/trainer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Words no lexicon knows, so that only learning can tell the two kinds apart. */
static const char *const kinds[2] = {"the plonk valve hums since the flurb update", "a gadget of kind zibber glows in the shelf"};

static void ticket(struct world *w, int n)
{
    char body[512];
    int len = snprintf(body, sizeof body,
                       "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k%d\",\"payload\":{\"ticket_id\":\"t%d\","
                       "\"subject\":\"case %c%c%c\",\"body\":\"%s\",\"channel\":\"email\"}}]}",
                       n, n, 'a' + n % 26, 'a' + n / 26 % 26, 'a' + n / 676, kinds[n % 2]);
    world_post(w, "ingest", "ingestlayer", DOOR_REST, body, (size_t)len);
}

static void label(struct world *w, int64_t id)
{
    assert_true(world_ok(world_do(w, "ana", "label", id, id % 2 ? "low" : "critical")));
}

static struct world *labelled(int n)
{
    struct world *w = world_open(NULL);
    for (int i = 1; i <= n; i++)
        ticket(w, i);
    for (int i = 1; i <= n; i++)
        label(w, i);
    return w;
}

static struct classify_model *learn(struct world *w, struct model_row *row)
{
    struct err err = {0};
    struct classify_model *model;
    if (!trainer_refit(w->engine.store, w->arena, w->model, false, row, &model, &err)) {
        assert_int_equal(err.code, ERR_NONE);
        return NULL;
    }
    assert_string_equal(row->state, "active");
    return model;
}

static void store_row(struct world *w, const struct model_row *row)
{
    struct err err = {0};
    assert_true(store_begin(w->engine.store, &err) && store_model_put(w->engine.store, row, &err) && store_commit(w->engine.store, &err));
}

static void assert_same(const struct model_row *a, const struct model_row *b)
{
    assert_int_equal(a->weights_n, b->weights_n);
    assert_memory_equal(a->weights, b->weights, a->weights_n);
}

static void the_same_journal_gives_the_same_bytes_whatever_was_undone_and_in_which_order(void **state)
{
    (void)state;
    enum { N = 40 };
    struct world *w[4] = {labelled(N), labelled(N), world_open(NULL), world_open(NULL)};
    struct model_row rows[4];
    for (int i = 1; i <= N; i++) {
        ticket(w[2], i);
        ticket(w[3], i);
    }
    for (int i = N; i >= 1; i--) /* backwards */
        label(w[2], i);
    for (int i = 1; i <= N; i++) { /* with second thoughts */
        assert_true(world_ok(world_do(w[3], "tom", "label", i, "high")));
        assert_true(world_ok(world_do(w[3], "tom", "undo", i, NULL)));
        if (i % 3 == 0) {
            assert_true(world_ok(world_do(w[3], "ana", "category", i, "billing")));
            assert_true(world_ok(world_do(w[3], "ana", "undo", i, NULL)));
        }
        label(w[3], i);
    }
    for (int i = 0; i < 4; i++) {
        struct classify_model *model = learn(w[i], &rows[i]);
        assert_non_null(model);
        assert_int_equal(rows[i].learned, N);
        assert_int_equal(rows[i].epoch, 1);
        classify_model_free(model);
    }
    for (int i = 1; i < 4; i++)
        assert_same(&rows[0], &rows[i]);
    print_message("# %d labels, four journals: the same %zu bytes\n", N, rows[0].weights_n);
    for (int i = 0; i < 4; i++)
        world_close(w[i]);
}

static void what_was_learned_once_is_not_learned_again(void **state)
{
    (void)state;
    struct world *w = labelled(30);
    struct model_row row, next;
    classify_model_free(learn(w, &row));
    store_row(w, &row);
    assert_null(learn(w, &next));
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    struct classify_model *model = learn(w, &next);
    assert_non_null(model);
    assert_int_equal(next.epoch, 2);
    assert_int_equal(next.learned, 29);
    classify_model_free(model);
    store_row(w, &next);
    assert_true(world_ok(world_do(w, "ana", "redo", 0, NULL)));
    model = learn(w, &next);
    assert_non_null(model);
    assert_int_equal(next.learned, 30);
    classify_model_free(model);
    world_close(w);
}

static void tickets_let_stand_do_not_crowd_out_what_people_said(void **state)
{
    (void)state;
    struct world *w = labelled(30);
    struct model_row row;
    for (int i = 31; i <= 1400; i++)
        ticket(w, i);
    for (int i = 31; i <= 1400; i++)
        assert_true(world_ok(world_do(w, "tom", "close", i, NULL)));
    struct classify_model *model = learn(w, &row);
    assert_non_null(model);
    assert_int_equal(row.learned, 30);
    const struct json *f = json_parse_in(w->arena, row.figures, strlen(row.figures), &json_limits_native, NULL, NULL);
    assert_int_equal(json_get_i64(f, "tickets", 0), 30 + 1000);
    classify_model_free(model);
    world_close(w);
}

static void a_desk_without_labels_keeps_the_starter_rules(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct model_row row;
    ticket(w, 1);
    assert_null(learn(w, &row));
    world_close(w);
}

static void a_model_that_would_be_worse_is_a_refused_row_with_its_figures(void **state)
{
    (void)state;
    struct world *w = labelled(40);
    struct model_row row;
    struct err err = {0};
    struct classify_model *good = learn(w, &row), *none;
    assert_non_null(good);
    store_row(w, &row);
    for (int i = 1; i <= 40; i++) /* somebody labels by the toss of a coin */
        assert_true(world_ok(world_do(w, "tom", "label", i, i / 2 % 2 ? "low" : "critical")));
    assert_true(trainer_refit(w->engine.store, w->arena, good, false, &row, &none, &err));
    assert_null(none);
    assert_string_equal(row.state, "refused");
    assert_int_equal(row.epoch, 2);
    assert_null(row.weights);
    const struct json *f = json_parse_in(w->arena, row.figures, strlen(row.figures), &json_limits_native, NULL, NULL);
    int64_t after = json_get_i64(json_get(f, "urgency"), "loss_milli", -1), before = json_get_i64(json_get(f, "urgency"), "before_milli", -1);
    print_message("# refused: log-loss %lld, %lld before: %s\n", (long long)after, (long long)before, json_get_string(f, "refused", "?"));
    assert_true(before >= 0 && after > before);
    assert_non_null(json_get_string(f, "refused", NULL));
    classify_model_free(good);
    world_close(w);
}

static void the_figures_say_what_would_have_been_different(void **state)
{
    (void)state;
    struct world *w = labelled(40);
    struct model_row row;
    int64_t more = 0;
    for (int i = 41; i <= 60; i++)
        ticket(w, i);
    for (int i = 41; i <= 60; i++)
        more += i % 2 == 0 && world_ticket(w, i)->urgency != URGENCY_CRITICAL;
    struct classify_model *model = learn(w, &row);
    assert_non_null(model);
    const struct json *f = json_parse_in(w->arena, row.figures, strlen(row.figures), &json_limits_native, NULL, NULL), *s = json_get(f, "shadow");
    assert_int_equal(json_get_i64(s, "of", 0), 20); /* those a person labelled are settled */
    assert_int_equal(json_get_i64(s, "would_escalate", -1), more);
    assert_true(more > 0);
    int64_t changed = 0;
    for (const struct json *r = json_first(json_get(s, "would_label")); r; r = json_next(r))
        changed += json_get_i64(r, "n", 0);
    assert_true(changed >= more);
    print_message("# shadow: %s\n", json_print_in(w->arena, s));
    assert_int_equal(json_get_i64(json_get(f, "accuracy"), "of", 0), 40);
    assert_int_equal(world_ticket(w, 42)->urgency_by, LABEL_BY_MODEL); /* nothing was relabelled */
    classify_model_free(model);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_journal_gives_the_same_bytes_whatever_was_undone_and_in_which_order),
        cmocka_unit_test(what_was_learned_once_is_not_learned_again),
        cmocka_unit_test(tickets_let_stand_do_not_crowd_out_what_people_said),
        cmocka_unit_test(a_desk_without_labels_keeps_the_starter_rules),
        cmocka_unit_test(a_model_that_would_be_worse_is_a_refused_row_with_its_figures),
        cmocka_unit_test(the_figures_say_what_would_have_been_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
