/* search: the index follows the journal: what was said is found, a later word too, whoever is behind catches up in bites,
 * and text is only ever text. */
#include "harness/world.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void post(struct world *w, const char *type, int n, int key, const char *subject, const char *text)
{
    char body[1024];
    int len = snprintf(body, sizeof body,
                       "{\"events\":[{\"type\":\"%s\",\"idempotencyKey\":\"k%d-%d\",\"payload\":{\"ticket_id\":\"t%d\",\"subject\":\"%s\",\"body\":\"%s\",\"channel\":\"email\"}}]}",
                       type, n, key, n, subject, text);
    world_post(w, "ingest", "ingestlayer", DOOR_REST, body, (size_t)len);
}

static void create(struct world *w, int n, const char *subject, const char *text)
{
    post(w, "support.ticket.created", n, 0, subject, text);
}

static int64_t fill(struct world *w, int64_t *seq, int64_t ms)
{
    struct err err = {0};
    assert_true(store_begin(w->engine.store, &err) && store_search_fill(w->engine.store, seq, ms, &err) && store_commit(w->engine.store, &err));
    return *seq;
}

static int64_t last(struct world *w)
{
    return store_entry_next(w->engine.store) - 1;
}

/* The nearest resolved ticket to 0 (none of them), by one word. */
static int64_t nearest(struct world *w, const char *word)
{
    struct search_word words[] = {{word, 0}};
    struct err err = {0};
    int64_t ids[5] = {0};
    int n;
    assert_true(store_similar(w->engine.store, w->arena, 0, words, 1, 5, ids, &n, &err));
    return n ? ids[0] : 0;
}

static void close_ticket(struct world *w, int64_t id)
{
    assert_true(world_ok(world_do(w, "ana", "close", id, NULL)));
}

static void what_a_customer_said_is_found_once_the_ticket_is_resolved(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t seq = 0, mark;
    struct err err;
    for (int i = 1; i <= 3; i++)
        create(w, i, i == 2 ? "Pérgola torcida" : "Gazebo", i == 2 ? "La pérgola llegó torcida" : "the gazebo wobbles");
    assert_int_equal(fill(w, &seq, 1000), last(w));
    assert_true(store_search_mark(w->engine.store, &mark, &err));
    assert_int_equal(mark, seq);
    assert_int_equal(nearest(w, "gazebo"), 0);
    close_ticket(w, 1);
    assert_int_equal(nearest(w, "gazebo"), 1);
    assert_int_equal(nearest(w, "GAZEBO"), 1);
    assert_int_equal(nearest(w, "pergola"), 0); /* in one row only: it would find itself */
    create(w, 4, "otra pergola", "x");
    fill(w, &seq, 1000);
    close_ticket(w, 2);
    assert_int_equal(nearest(w, "pergola"), 2); /* accents do not matter */
    world_close(w);
}

static void a_later_title_is_found_too_and_an_agents_note_is_not(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t seq = 0;
    create(w, 1, "Gazebo", "the gazebo wobbles");
    create(w, 2, "Gazebo", "the gazebo wobbles");
    fill(w, &seq, 1000);
    for (int64_t id = 1; id <= 2; id++) {
        assert_true(world_ok(world_do(w, "ana", "tags", id, "[\"warranty\"]")));
        assert_true(world_ok(world_do(w, "ana", "note", id, "the flamingo knows")));
        close_ticket(w, id);
    }
    assert_int_equal(fill(w, &seq, 1000), last(w));
    assert_int_not_equal(nearest(w, "warranty"), 0);
    assert_int_equal(nearest(w, "flamingo"), 0);
    world_close(w);
}

static void whoever_is_behind_catches_up_in_bites(void **state)
{
    (void)state;
    enum { N = 300 };
    struct world *w = world_open(NULL);
    int64_t seq = 0, was = -1;
    int bites = 0;
    for (int i = 1; i <= N; i++)
        create(w, i, "Gazebo", "the gazebo wobbles in the wind and the rain and the snow");
    for (; seq < last(w); bites++) {
        fill(w, &seq, 0); /* the smallest there is */
        assert_true(seq > was);
        was = seq;
    }
    assert_true(bites >= N / 64);
    assert_int_equal(fill(w, &seq, 5), last(w));
    close_ticket(w, N);
    assert_int_equal(nearest(w, "gazebo"), N);
    print_message("# %d tickets in %d bites\n", N, bites);
    world_close(w);
}

static void no_word_is_more_than_a_word(void **state)
{
    (void)state;
    static const char *const words[] = {"\"", "\"\"", "a\" OR \"gazebo", "gazebo*", "text:gazebo", "NEAR(gazebo wobbles)", "NOT", "^gazebo", "(", "-gazebo", "+",
                                        "'; DROP TABLE ticket; --", "\xc3\xa9", "", "\\", "{text}:gazebo", "AND OR NOT", "gazebo\" NEAR \"wobbles"};
    struct world *w = world_open(NULL);
    int64_t seq = 0;
    for (int i = 1; i <= 3; i++)
        create(w, i, "Gazebo", "the gazebo wobbles");
    fill(w, &seq, 1000);
    close_ticket(w, 1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        nearest(w, words[i]); /* asserts that there is no error */
    assert_int_equal(nearest(w, "a\" OR \"gazebo"), 0); /* a phrase nobody said, not two words */
    assert_int_equal(world_ticket(w, 1)->id, 1);
    print_message("# %zu hostile words\n", sizeof words / sizeof *words);
    world_close(w);
}

static void the_rarer_and_heavier_words_decide(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t seq = 0, ids[5];
    int n;
    struct err err = {0};
    for (int i = 1; i <= 40; i++)
        create(w, i, "Case", i == 7 || i == 40 ? "the common thing and the zibber" : i == 9 ? "the common thing and the plonk, plonk" : "the common thing");
    create(w, 41, "Case", "the plonk");
    fill(w, &seq, 1000);
    for (int i = 1; i < 40; i++)
        close_ticket(w, i);
    struct search_word words[] = {{"common", 0}, {"zibber", 0}, {"plonk", 3}};
    assert_true(store_similar(w->engine.store, w->arena, 40, words, 2, 5, ids, &n, &err));
    assert_int_equal(n, 5);
    assert_int_equal(ids[0], 7);
    assert_true(store_similar(w->engine.store, w->arena, 40, words, 3, 2, ids, &n, &err));
    assert_int_equal(n, 2);
    assert_true(ids[0] == 9 || ids[0] == 7);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_customer_said_is_found_once_the_ticket_is_resolved),
        cmocka_unit_test(a_later_title_is_found_too_and_an_agents_note_is_not),
        cmocka_unit_test(whoever_is_behind_catches_up_in_bites),
        cmocka_unit_test(no_word_is_more_than_a_word),
        cmocka_unit_test(the_rarer_and_heavier_words_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
