/* writer: a batch goes without savepoints at first. Where an event fails for a reason of its own, the batch
 * is taken back and run again: that event is kept aside, the others are there once, and everybody is told the
 * truth. */
#include "base/crypto.h"
#include "base/str.h"
#include "core/config.h"
#include "core/redact.h"
#include "worker/writer.h"
#include "harness/scratch.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { GOOD = 5, JOBS = GOOD + 1, LATER = 2000, EARLIER = 1000 };
static struct scratch place;
static struct arena *arena;
static struct {
    pthread_mutex_t lock;
    pthread_cond_t some;
    int told;
} desk = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void tell(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&desk.lock);
    desk.told++;
    pthread_cond_signal(&desk.some);
    pthread_mutex_unlock(&desk.lock);
}

static struct ingest_item *item_of(const char *ticket, int64_t at)
{
    struct ingest_item *item = ARENA_NEW(arena, struct ingest_item);
    const char *key = arena_printf(arena, "k:%s:%lld", ticket, (long long)at);
    item->event = (struct event){.source = "s",
                                 .account = "s",
                                 .dialect = "rbs",
                                 .key = key,
                                 .effect_text = "create",
                                 .received_at = at,
                                 .seen = 1,
                                 .raw = "{}",
                                 .raw_n = 2,
                                 .headers = "{}",
                                 .warnings = "[]"};
    item->obs = (struct observation){
        .kind = KIND_CREATE, .account = "s", .dialect = "rbs", .key = ticket, .v = {.t = at, .key = key}};
    item->obs.value.source_id = ticket;
    observe_say_text(&item->obs, "title", "One");
    item->effect = "create";
    item->has_key = true;
    return item;
}

static void post(struct writer *w, struct job *job, struct ingest_item *item)
{
    struct err err = {0};
    *job =
        (struct job){.kind = JOB_INGEST, .arena = arena_new(), .items = item, .item_count = 1, .wake = tell};
    assert_true(writer_post(w, job, &err));
}

static void wait_for(int jobs)
{
    pthread_mutex_lock(&desk.lock);
    while (desk.told < jobs)
        pthread_cond_wait(&desk.some, &desk.lock);
    pthread_mutex_unlock(&desk.lock);
}

/* A ticket whose history cannot be read: an older event for it must fold all of it again, and fails. */
static void spoil_history(const struct config *config)
{
    struct err err = {0};
    struct ingest_answer answer;
    struct store *store = store_open(place.db, STORE_WRITER, &err);
    struct engine e = {.store = store, .config = config, .batch = arena_new(), .quiet = true};
    assert_non_null(store);
    e.frames_end = &e.frames;
    assert_true(store_begin(store, &err) &&
                engine_ingest(&e, arena, item_of("spoilt", LATER), LATER, &answer, &err));
    struct event bad = item_of("spoilt", LATER + 1)->event;
    bad.ticket = answer.ticket;
    bad.state = "applied";
    bad.obs = "no observation";
    assert_true(store_event_insert(store, &bad, &err) && store_commit(store, &err));
    arena_free(e.batch);
    engine_close(&e);
    store_close(store);
}

static int count_events(const char *state)
{
    struct err err = {0};
    struct event e;
    int n = 0;
    struct store *store = store_open(place.db, STORE_READER, &err);
    assert_non_null(store);
    for (int64_t id = 1; store_event_get(store, arena, id, &e, &err); id++)
        n += str_eq(e.state, state);
    store_close(store);
    return n;
}

static void an_event_that_fails_takes_nothing_of_its_batch_along(void **state)
{
    (void)state;
    struct err err = {0};
    struct job jobs[JOBS], hold = {.kind = JOB_PROBE, .wake = tell};
    struct config *config = config_parse(arena, "test", "team: t\n", 8, NULL, 0, &err);
    struct hub *hub = hub_new(8, 1 << 20);
    assert_non_null(config);
    spoil_history(config);
    struct writer_options o = {.path = place.db, .config = config, .hub = hub, .mailbox_max = 100};
    struct writer *w = writer_open(&o, &err);
    assert_non_null(w);
    hold.arena = arena;
    assert_true(writer_post(w, &hold, &err)); /* the rest gathers behind its commit */
    for (int i = 0; i < JOBS; i++)
        post(w, &jobs[i],
             i == GOOD / 2 ? item_of("spoilt", EARLIER)
                           : item_of(arena_printf(arena, "t%d", i), EARLIER + i));
    wait_for(JOBS + 1);
    for (int i = 0; i < JOBS; i++) {
        assert_true(jobs[i].ok);
        assert_string_equal(jobs[i].answers[0].state, i == GOOD / 2 ? "quarantine" : "applied");
        arena_free(jobs[i].arena);
    }
    writer_close(w);
    hub_free(hub);
    assert_int_equal(count_events("applied"), GOOD + 2);
    assert_int_equal(count_events("quarantine"), 1);
    int64_t links, bad;
    struct store *store = store_open(place.db, STORE_READER, &err);
    assert_true(store_chain_verify(store, &links, &bad, &err));
    assert_int_equal(bad, 0);
    store_close(store);
}

/* All of them in one request, whose bytes come with the first. */
static void post_batch(struct writer *w, const char *const *tickets, int n, const char *body, int64_t *ids)
{
    struct err err = {0};
    struct job job = {.kind = JOB_INGEST, .arena = arena, .items = ARENA_ARRAY(arena, struct ingest_item, n), .item_count = n, .wake = tell};
    int before = desk.told;
    for (int i = 0; i < n; i++) {
        job.items[i] = *item_of(tickets[i], EARLIER);
        job.items[i].event.raw = i ? NULL : body;
        job.items[i].event.raw_n = i ? 0 : strlen(body);
    }
    assert_true(writer_post(w, &job, &err));
    wait_for(before + 1);
    assert_true(job.ok);
    for (int i = 0; i < n; i++)
        ids[i] = job.answers[i].event;
}

static void the_bytes_of_a_batch_lie_with_the_first_of_it_that_is_not_known_yet(void **state)
{
    (void)state;
    struct err err = {0};
    struct event e;
    int64_t first[1], then[3];
    struct hub *hub = hub_new(8, 1 << 20);
    struct writer_options o = {.path = place.db, .config = config_parse(arena, "test", "team: t\n", 8, NULL, 0, &err), .hub = hub, .mailbox_max = 100};
    struct writer *w = writer_open(&o, &err);
    assert_non_null(w);
    post_batch(w, (const char *[]){"a"}, 1, "what came first", first);
    post_batch(w, (const char *[]){"a", "b", "c"}, 3, "what came then", then);
    writer_close(w);
    hub_free(hub);
    struct store *store = store_open(place.db, STORE_READER, &err);
    assert_int_equal(then[0], first[0]); /* a duplicate */
    for (int i = 0; i < 3; i++) {
        const char *said = i ? "what came then" : "what came first";
        assert_true(store_event_get(store, arena, then[i], &e, &err));
        assert_int_equal(e.raw_n, strlen(said));
        assert_memory_equal(e.raw, said, e.raw_n);
    }
    store_close(store);
}

static int open_place(void **state)
{
    (void)state;
    arena = arena_new();
    place = scratch_make("writer");
    return 0;
}

static int close_place(void **state)
{
    (void)state;
    scratch_remove(&place);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        an_event_that_fails_takes_nothing_of_its_batch_along, open_place, close_place),
        cmocka_unit_test_setup_teardown(
        the_bytes_of_a_batch_lie_with_the_first_of_it_that_is_not_known_yet, open_place, close_place)};
    struct err err;
    return crypto_open() && redact_open(&err) ? cmocka_run_group_tests_name("writer", tests, NULL, NULL) : 1;
}
