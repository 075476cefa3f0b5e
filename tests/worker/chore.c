/* chore: what was delivered long ago goes, with its attempts and then its letter; whatever else stays: dead letters, what
 * waits, what was delivered lately or sent again lately, how a reply left, and letters somebody needs. No bite is long. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "worker/chore.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define DAY ((int64_t)86400000)
#define NOW (1000 * DAY)
enum { MANY = 3000 };

static struct store *store;
static struct arena *arena;
static struct err err;
static const struct config config = {.keep_delivered = 30 * DAY, .attachments = {.keep = 7 * DAY}};

static int64_t add_letter(int64_t at)
{
    struct entry e = {.at = at, .actor = "ana", .kind = "ticket", .data = "{}"};
    int64_t id = 0;
    assert_true(store_entry_add(store, &e, &err) && store_letter_put(store, e.seq, "r", 0, "{}", NULL, &id, &err));
    return id;
}

/* A parcel of the letter just written. */
static int64_t add_parcel(const char *state, int64_t letter, int64_t made, int64_t tried, int64_t message)
{
    struct parcel p = {.entry = store_entry_next(store) - 1, .route = "r", .destination = arena_printf(arena, "%s%lld", state, (long long)made),
                       .agent = "", .message = message, .letter = letter, .state = state, .made_at = made};
    assert_true(store_parcel_add(store, &p, NULL, &err));
    struct attempt a = {.parcel = p.id, .n = 1, .at = tried, .status = 200, .verdict = "ok"};
    assert_true(store_attempt_add(store, &a, &err));
    return p.id;
}

static bool there(int64_t parcel)
{
    struct parcel p;
    struct attempt *list;
    bool found;
    int n = 0;
    assert_true(store_parcel_get(store, arena, parcel, &p, &found, &err) && store_attempt_list(store, arena, parcel, &list, &n, &err));
    assert_int_equal(n > 0, found);
    return found;
}

static bool letter_there(int64_t letter)
{
    char *data = NULL, *redaction;
    struct err none = {0};
    return store_letter_get(store, arena, letter, &data, &redaction, &none) && data;
}

static int a_round(int64_t now)
{
    struct chore chore = {0};
    int bites = 0;
    for (; !chore.due_at; bites++) {
        assert_true(store_begin(store, &err));
        assert_true(chore_bite(&chore, store, &config, now, 1, &err));
        assert_true(store_commit(store, &err));
    }
    return bites;
}

static int open_store(void **state)
{
    (void)state;
    arena = arena_new();
    store = store_open(NULL, STORE_WRITER, &err);
    return !store;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    arena_free(arena);
    return 0;
}

static void only_what_was_delivered_before_the_time_goes(void **state)
{
    (void)state;
    int64_t old = NOW - 31 * DAY, late = NOW - 29 * DAY;
    assert_true(store_begin(store, &err));
    int64_t letter = add_letter(old), gone = add_parcel("delivered", letter, old, old, 0);
    int64_t needed = add_letter(old), orphan = add_letter(old), shared = add_letter(old), half = add_parcel("delivered", shared, old - 1, old, 0), dead = add_parcel("dead", shared, old, old, 0);
    int64_t fresh = add_letter(late), young = add_parcel("delivered", fresh, late, late, 0);
    int64_t again = add_parcel("delivered", fresh, old, late, 0), reply = add_parcel("delivered", 0, old - 2, old, 77);
    int64_t waits = add_parcel("retrying", fresh, old, old, 0);
    static const uint8_t hash[32] = {1};
    assert_true(store_waiting_add(store, hash, needed, "r", &err));
    assert_true(store_commit(store, &err));
    a_round(NOW);
    assert_false(there(gone) || there(half));
    assert_true(there(dead) && there(young) && there(again) && there(reply) && there(waits));
    assert_false(letter_there(letter) || letter_there(orphan));
    assert_true(letter_there(shared) && letter_there(fresh) && letter_there(needed));
    assert_true(store_begin(store, &err) && store_waiting_drop(store, hash, &err) && store_commit(store, &err));
    a_round(NOW + 2 * DAY);
    assert_false(there(young) || there(again) || letter_there(needed));
    assert_true(there(dead) && there(reply) && there(waits) && letter_there(shared) && letter_there(fresh));
    a_round(NOW + 4000 * DAY);
    assert_true(there(dead) && letter_there(shared)); /* a dead letter never goes */
}

static void an_answer_kept_for_a_repeated_call_goes_after_a_day(void **state)
{
    (void)state;
    char *body;
    int64_t asked;
    assert_true(store_begin(store, &err) && store_answer_put(store, "a", "{}", 1, NOW, &err) && store_answer_put(store, "b", "{}", 1, NOW + DAY / 2, &err) && store_commit(store, &err));
    a_round(NOW + DAY + 1);
    assert_true(store_answer_get(store, arena, "a", &body, &asked, &err));
    assert_null(body);
    assert_true(store_answer_get(store, arena, "b", &body, &asked, &err));
    assert_non_null(body);
}

static bool have_file(uint8_t byte)
{
    uint8_t sha256[32] = {byte};
    int64_t size;
    bool found;
    assert_true(store_file_get(store, sha256, &size, &found, &err));
    return found;
}

static const char *naming(int byte)
{
    return arena_printf(arena, "[{\"name\":\"a\",\"sha256\":\"%02x00000000000000000000000000000000000000000000000000000000000000\"}]", byte);
}

static void what_was_attached_and_never_sent_goes_after_a_week_unless_a_draft_names_it(void **state)
{
    (void)state;
    enum { NEVER = 0xa1, SENT, DRAFTED, YOUNG, TWICE, FILES };
    const struct version v = {NOW, 2, 0, "k"};
    bool added, changed;
    assert_true(store_begin(store, &err));
    for (int byte = NEVER; byte < FILES; byte++) {
        uint8_t sha256[32] = {(uint8_t)byte};
        assert_true(store_file_put(store, sha256, 1, NOW, &err) && store_upload_put(store, sha256, "ana", byte == YOUNG ? NOW + 2 * DAY : NOW, &err));
        if (byte == TWICE)
            assert_true(store_upload_put(store, sha256, "bo", NOW + 2 * DAY, &err));
    }
    const struct message m = {.id = "m", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_REPLY, .voice = VOICE_DESK, .body = "x", .assets = naming(SENT), .asset_count = 1};
    assert_true(store_message_put(store, 7, &m, &v, &added, &changed, &err));
    assert_true(store_keep_put(store, "ana", "draft:7:reply", naming(DRAFTED), NOW, &err) && store_commit(store, &err));
    a_round(NOW + 8 * DAY);
    assert_false(have_file(NEVER));
    assert_true(have_file(SENT) && have_file(DRAFTED) && have_file(YOUNG) && have_file(TWICE));
    assert_true(store_begin(store, &err) && store_keep_put(store, "ana", "draft:7:reply", NULL, NOW, &err) && store_commit(store, &err));
    a_round(NOW + 11 * DAY);
    assert_false(have_file(DRAFTED) || have_file(YOUNG) || have_file(TWICE));
    assert_true(have_file(SENT));
}

static int64_t hours_of(const char *name, const char *key)
{
    struct tally_day days[800];
    int n;
    assert_true(store_tally_range(store, name, key, 0, INT64_MAX, days, 800, &n, &err));
    return n;
}

static void counts_by_the_hour_go_after_two_weeks_and_counts_by_day_never(void **state)
{
    (void)state;
    enum { LAST = 500000, HOURS = 700, KEPT = 336 };
    static const char *const keys[] = {"", "view:all", "view:mine\036ana"};
    assert_true(store_begin(store, &err));
    for (int h = 0; h < HOURS; h++)
        for (int k = 0; k < 3; k++)
            assert_true(store_tally_add(store, "hour:created", keys[k], LAST - h, 1, 0, &err) && store_tally_add(store, "hour:flow", keys[k], LAST - h, 1, 0, &err) &&
                        store_tally_add(store, "stat:created", keys[k], LAST - h, 1, 0, &err) && store_tally_add(store, "backlog", keys[k], LAST - h, 1, 0, &err));
    assert_true(store_commit(store, &err));
    a_round(NOW);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(hours_of("hour:created", keys[k]), KEPT);
        assert_int_equal(hours_of("hour:flow", keys[k]), KEPT);
        assert_int_equal(hours_of("stat:created", keys[k]), HOURS);
        assert_int_equal(hours_of("backlog", keys[k]), HOURS);
    }
}

static void much_goes_in_many_bites(void **state)
{
    (void)state;
    int64_t first = 0, last = 0;
    assert_true(store_begin(store, &err));
    for (int i = 0; i < MANY; i++) {
        last = add_parcel("delivered", add_letter(DAY), DAY + i, DAY, 0);
        first = first ? first : last;
    }
    assert_true(store_commit(store, &err));
    int64_t start = clock_mono_us();
    int bites = a_round(NOW);
    int64_t us = clock_mono_us() - start;
    for (int64_t id = first; id <= last; id++)
        assert_false(there(id));
    print_message("# %d parcels, their attempts and letters went in %d bites, %lld us each on average\n", MANY, bites, (long long)(us / bites));
    assert_true(bites >= 3); /* one of each step at the least */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_what_was_delivered_before_the_time_goes, open_store, close_store),
        cmocka_unit_test_setup_teardown(an_answer_kept_for_a_repeated_call_goes_after_a_day, open_store, close_store),
        cmocka_unit_test_setup_teardown(what_was_attached_and_never_sent_goes_after_a_week_unless_a_draft_names_it, open_store, close_store),
        cmocka_unit_test_setup_teardown(counts_by_the_hour_go_after_two_weeks_and_counts_by_day_never, open_store, close_store),
        cmocka_unit_test_setup_teardown(much_goes_in_many_bites, open_store, close_store),
    };
    return crypto_open() ? cmocka_run_group_tests_name("chore", tests, NULL, NULL) : 1;
}
