/* learn: what agents say of labels, as the journal keeps it and as it is read to learn from. */
#include "harness/world.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static int64_t ticket(struct world *w, int n)
{
    char body[512];
    int len = snprintf(body, sizeof body,
                       "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k%d\",\"payload\":{\"ticket_id\":\"t%d\","
                       "\"subject\":\"Question %d about invoices\",\"body\":\"How do I change the address on my invoice?\",\"customer_tier\":\"pro\","
                       "\"channel\":\"email\"}}]}", n, n, n);
    world_post(w, "ingest", "ingestlayer", DOOR_REST, body, (size_t)len);
    return n;
}

/* The newest label entry people caused, as "source task label was by weight"; "" for none. */
static const char *said(struct world *w, int64_t id, int nth)
{
    struct entry_query q = {.ticket = id, .kind = "label", .limit = 100, .newest_first = true};
    struct entry *list;
    int n;
    struct err err;
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    for (int i = 0; i < n; i++) {
        if (str_eq(list[i].actor, "model") || nth--)
            continue;
        const struct json *d = json_parse_in(w->arena, list[i].data, strlen(list[i].data), &json_limits_native, NULL, NULL);
        return arena_printf(w->arena, "%s: %s %s %s was %s by %s %lld epoch %lld", list[i].actor, json_get_string(d, "source", "?"),
                            json_get_string(d, "task", "?"), json_get_string(d, "label", "?"), json_get_string(d, "was", "-"),
                            json_get_string(d, "by", "-"), (long long)json_get_i64(d, "weight_milli", 0), (long long)json_get_i64(d, "epoch", -1));
    }
    return "";
}

static int examples(struct world *w, struct example **list)
{
    struct err err = {0};
    int64_t before = 0;
    int said, silent;
    struct example *let_stand;
    assert_true(store_examples(w->engine.store, w->arena, false, &before, list, &said, &err));
    assert_int_equal(before, 0);
    assert_true(store_examples(w->engine.store, w->arena, true, &before, &let_stand, &silent, &err));
    assert_int_equal(before, 0);
    for (int i = 0; i < silent; i++)
        (*list)[said + i] = let_stand[i]; /* a bite has room */
    return said + silent;
}

static void a_correction_and_a_confirmation_are_entries_beside_the_act(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct example *list;
    w->engine.epoch = 3;
    int64_t id = ticket(w, 1);
    const struct ticket *t = world_ticket(w, id);
    int was = t->urgency, other = was == URGENCY_CRITICAL ? URGENCY_LOW : URGENCY_CRITICAL, category = t->category;
    assert_string_equal(said(w, id, 0), "");
    assert_true(world_ok(world_do(w, "ana", "label", id, urgency_word(other))));
    assert_string_equal(said(w, id, 0), arena_printf(w->arena, "ana: agent_fix urgency %s was %s by model 1000 epoch 3", urgency_word(other), urgency_word(was)));
    assert_true(w->engine.labelled);
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->urgency, other);
    assert_int_equal(list->category, 0);
    assert_string_equal(list->title, "Question 1 about invoices");
    assert_non_null(strstr(list->text, "change the address"));
    assert_true(world_ok(world_do(w, "ana", "accept", id, NULL)));
    t = world_ticket(w, id);
    assert_int_equal(t->category_by, LABEL_BY_AGENT);
    assert_int_equal(t->category_bp, 10000);
    assert_string_equal(said(w, id, 0), arena_printf(w->arena, "ana: agent_confirm category %s was %s by model 1000 epoch 3", category_word(category), category_word(category)));
    assert_string_not_equal(said(w, id, 1), "");
    assert_string_equal(said(w, id, 2), ""); /* the urgency was hers already: nothing new */
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->category, category);
    assert_int_equal(list->asked, 2);
    assert_int_equal(list->right, 1);
    world_close(w);
}

static void an_undo_takes_the_label_out_of_what_is_learned_and_redo_brings_it_back(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct example *list;
    int64_t id = ticket(w, 1);
    int was = world_ticket(w, id)->urgency;
    assert_true(world_ok(world_do(w, "ana", "label", id, "critical")));
    w->engine.labelled = false;
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    assert_true(w->engine.labelled);
    assert_int_equal(world_ticket(w, id)->urgency, was);
    assert_int_equal(world_ticket(w, id)->urgency_by, LABEL_BY_MODEL);
    assert_int_equal(examples(w, &list), 0);
    assert_true(world_ok(world_do(w, "ana", "redo", 0, NULL)));
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->urgency, URGENCY_CRITICAL);
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    assert_int_equal(examples(w, &list), 0);
    /* of two words the newer one stands; taken back, the older */
    assert_true(world_ok(world_do(w, "ana", "label", id, "high")));
    assert_true(world_ok(world_do(w, "tom", "label", id, "critical")));
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->urgency, URGENCY_CRITICAL);
    assert_true(world_ok(world_do(w, "tom", "undo", 0, NULL)));
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->urgency, URGENCY_HIGH);
    world_close(w);
}

static void accept_can_be_bulk_and_is_undone_whole(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct example *list;
    for (int i = 1; i <= 3; i++)
        ticket(w, i);
    struct ticket before = *world_ticket(w, 2);
    for (int i = 1; i <= 3; i++)
        assert_true(world_ok(world_do(w, "ana", "accept", i, NULL)));
    assert_int_equal(examples(w, &list), 3);
    assert_true(world_ok(world_do(w, "ana", "undo", 2, NULL)));
    assert_int_equal(examples(w, &list), 2);
    const struct ticket *t = world_ticket(w, 2);
    assert_int_equal(t->urgency, before.urgency);
    assert_int_equal(t->urgency_by, before.urgency_by);
    assert_int_equal(t->urgency_bp, before.urgency_bp);
    assert_int_equal(t->category_bp, before.category_bp);
    assert_true(action_table[ACTION_ACCEPT].flags == (MANY | UNDOABLE));
    world_close(w);
}

static void a_ticket_resolved_under_the_models_label_says_a_little(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct example *list;
    int64_t id = ticket(w, 1);
    const char *urgency = urgency_word(world_ticket(w, id)->urgency);
    assert_true(world_ok(world_do(w, "ana", "close", id, NULL)));
    assert_string_equal(said(w, id, 1), arena_printf(w->arena, "ana: silent_resolve urgency %s was %s by model 100 epoch 0", urgency, urgency));
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->urgency_weight, 100);
    assert_int_equal(list->asked, 0); /* silence is no answer */
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    assert_int_equal(examples(w, &list), 0);
    /* a person's word is heard before silence, whichever came last */
    assert_true(world_ok(world_do(w, "ana", "label", id, "critical")));
    assert_true(world_ok(world_do(w, "ana", "close", id, NULL)));
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->urgency, URGENCY_CRITICAL);
    assert_int_equal(list->urgency_weight, 1000);
    assert_int_equal(list->category_weight, 100);
    world_close(w);
}

/* A route's model speaks as a model too, under a name of its own. */
static void another_models_label(struct world *w, int64_t id)
{
    struct err err;
    struct entry e = {.at = w->now, .actor = "model:elsewhere", .kind = "label", .ticket = id, .data = "{\"urgency\":\"critical\",\"review\":true}"};
    assert_true(store_begin(w->engine.store, &err) && store_entry_add(w->engine.store, &e, &err) && store_commit(w->engine.store, &err));
}

static void what_another_model_said_teaches_nothing_until_a_person_says_it(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct example *list;
    for (int i = 1; i <= 2; i++)
        another_models_label(w, ticket(w, i));
    ticket(w, 3);
    struct worded *open;
    struct err err = {0};
    int n;
    assert_true(store_worded(w->engine.store, w->arena, 0, true, 10, &open, &n, &err));
    assert_int_equal(n, 3);
    assert_false(open[0].flagged);
    assert_true(open[1].flagged && open[2].flagged); /* it asked for a look */
    assert_true(world_ok(world_do(w, "ana", "close", 1, NULL)));
    assert_int_equal(examples(w, &list), 0);
    assert_true(world_ok(world_do(w, "ana", "accept", 2, NULL)));
    assert_int_equal(examples(w, &list), 1);
    assert_int_equal(list->asked, 0); /* it was not our model that was right */
    world_close(w);
}

static void a_dry_run_teaches_nothing(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct example *list;
    int64_t id = ticket(w, 1);
    struct do_request req = {.action = {.id = ACTION_LABEL, .actor = "ana", .role = ROLE_AGENT, .arg = "critical"}, .tickets = &id, .ticket_count = 1, .dry_run = true};
    char *answer;
    struct err err = {0};
    w->engine.batch = arena_new();
    w->engine.frames_end = &w->engine.frames;
    assert_true(store_begin(w->engine.store, &err));
    assert_true(engine_do(&w->engine, w->arena, &req, w->now, &answer, &err));
    assert_true(store_commit(w->engine.store, &err));
    arena_free(w->engine.batch);
    w->engine.batch = NULL;
    assert_int_equal(examples(w, &list), 0);
    world_close(w);
}

static void the_journal_read_again_knows_which_model_was_in_force(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct err err = {0};
    ticket(w, 1);
    struct model_row m = {.epoch = 1, .learned = 60, .state = "active", .figures = "{}", .weights = "w", .weights_n = 1};
    w->engine.batch = arena_new();
    w->engine.frames = NULL;
    w->engine.frames_end = &w->engine.frames;
    assert_true(store_begin(w->engine.store, &err) && engine_model(&w->engine, w->arena, &m, "trainer", w->now, &err) && store_commit(w->engine.store, &err));
    arena_free(w->engine.batch);
    w->engine.batch = NULL;
    assert_int_equal(w->engine.learned, 60);
    /* sure of a critical one, with 60 labels behind it: it pages; with the starter rules it would not */
    w->engine.frames = NULL;
    static const char down[] = "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"d\",\"payload\":{\"ticket_id\":\"d\","
                               "\"subject\":\"Payments are down for everyone, outage\",\"body\":\"urgent: nobody can pay, all customers affected, production crash\",\"channel\":\"email\"}}]}";
    world_post(w, "ingest", "ingestlayer", DOOR_REST, down, sizeof down - 1);
    assert_true(world_ok(world_do(w, "ana", "accept", 1, NULL)));
    assert_true(world_ok(world_do(w, "ana", "close", 2, NULL)));
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    world_rebuilds(w);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_correction_and_a_confirmation_are_entries_beside_the_act),
        cmocka_unit_test(an_undo_takes_the_label_out_of_what_is_learned_and_redo_brings_it_back),
        cmocka_unit_test(accept_can_be_bulk_and_is_undone_whole),
        cmocka_unit_test(a_ticket_resolved_under_the_models_label_says_a_little),
        cmocka_unit_test(what_another_model_said_teaches_nothing_until_a_person_says_it),
        cmocka_unit_test(a_dry_run_teaches_nothing),
        cmocka_unit_test(the_journal_read_again_knows_which_model_was_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
