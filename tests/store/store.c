/* store: the file's promises: what is committed is there in another handle, keys are held by what took effect only,
 * a savepoint gives its numbers back, the chain covers every entry, readers cannot write. */
#include "base/crypto.h"
#include "store/list.h"
#include "store/sql.h"
#include "store/store.h"
#include "harness/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct desk {
    struct scratch place;
    struct store *store;
    struct arena *arena;
    struct err err;
};

static int open_desk(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    crypto_open();
    d->place = scratch_make("store");
    d->arena = arena_new();
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    *state = d;
    return d->store ? 0 : -1;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    store_close(d->store);
    scratch_remove(&d->place);
    arena_free(d->arena);
    free(d);
    return 0;
}

static struct event event_of(const char *key, const char *state)
{
    return (struct event){.source = "s", .account = "s", .dialect = "rbs", .key = key, .type = "t", .effect_text = "create", .state = state,
                          .received_at = 1, .warnings = "[]", .headers = "{}", .raw = "{\"a\":\"\\u0000\"}", .raw_n = 14};
}

static struct ticket ticket_of(struct store *s, const char *key)
{
    return (struct ticket){.id = store_ticket_next(s), .account = "s", .dialect = "rbs", .key = key, .title = "Cannot log in",
                           .status = STATUS_NEW, .received_at = 5, .tags = "[\"a\"]"};
}

static void a_committed_ticket_reads_back_whole_in_another_handle(void **state)
{
    struct desk *d = *state;
    struct ticket t = ticket_of(d->store, "rbs:a:1"), *back;
    t.clock[SLA_RESOLUTION] = (struct sla_clock){.state = CLOCK_RUNNING, .target = 7, .due_at = 9, .policy = "p"};
    t.escalated = ESCALATION_TRIGGERED;
    t.escalation = (struct escalation){.state = ESCALATION_TRIGGERED, .step = 1, .reason = "r"};
    assert_true(store_begin(d->store, &d->err) && store_ticket_insert(d->store, &t, &d->err) && store_commit(d->store, &d->err));
    struct store *reader = store_open(d->place.db, STORE_READER, &d->err);
    assert_non_null(reader);
    back = store_ticket_get(reader, d->arena, t.id, &d->err);
    assert_non_null(back);
    for (int i = 0; i < field_count; i++)
        assert_true(field_same(&t, back, &field_table[i]));
    assert_int_equal(back->clock[SLA_RESOLUTION].due_at, 9);
    assert_string_equal(back->escalation.reason, "r");
    assert_false(store_begin(reader, &d->err) && store_ticket_update(reader, back, &d->err));
    store_close(reader);
}

static void page(struct desk *d, int64_t ticket, const char *agent, int64_t at)
{
    struct parcel p = {.entry = at, .route = "", .destination = "console", .agent = agent, .ticket = ticket, .state = "delivered", .made_at = at};
    assert_true(store_parcel_add(d->store, &p, NULL, &d->err));
}

/* Tickets from..to, each opened a moment after the one before, all of which page tom. */
static void trigger(struct desk *d, int from, int to)
{
    char key[32];
    for (int i = from; i <= to; i++) {
        snprintf(key, sizeof key, "rbs:p:%d", i);
        struct ticket t = ticket_of(d->store, key);
        t.escalated = ESCALATION_TRIGGERED;
        t.escalation = (struct escalation){.state = ESCALATION_TRIGGERED, .opened_at = i, .acked_by = ""};
        assert_int_equal(t.id, i);
        assert_true(store_ticket_insert(d->store, &t, &d->err));
        page(d, i, "tom", i);
    }
}

static void finds_mine(struct desk *d)
{
    int64_t ids[101];
    int count;
    assert_true(store_list_paging(d->store, "ana", 101, ids, &count, &d->err));
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], 3);
    assert_int_equal(ids[1], 7);
    assert_true(store_list_paging(d->store, "ana", 1, ids, &count, &d->err));
    assert_int_equal(count, 1);
    assert_true(store_list_paging(d->store, "nobody", 101, ids, &count, &d->err));
    assert_int_equal(count, 0);
}

/* By what is triggered while that is little, by one's pages where it is much: the answer is the same. */
static void what_pages_an_agent_is_found_among_ten_and_among_thousands(void **state)
{
    struct desk *d = *state;
    int64_t ids[101];
    int count;
    assert_true(store_begin(d->store, &d->err));
    trigger(d, 1, 10);
    page(d, 7, "ana", 2000);
    page(d, 3, "ana", 2001); /* told last, and opened first */
    page(d, 3, "ana", 2002); /* told again */
    finds_mine(d);
    trigger(d, 11, 1100);
    finds_mine(d);
    assert_true(store_list_paging(d->store, "tom", 101, ids, &count, &d->err));
    assert_int_equal(count, 101);
    assert_true(store_commit(d->store, &d->err));
}

static void what_an_agent_took_comes_by_when_it_pages_again(void **state)
{
    static const struct escalation taken[] = {{.state = ESCALATION_ACKNOWLEDGED, .acked_by = "ana", .ack_expires_at = 90},
                                              {.state = ESCALATION_ACKNOWLEDGED, .acked_by = "ana", .ack_expires_at = 0},
                                              {.state = ESCALATION_ACKNOWLEDGED, .acked_by = "tom", .ack_expires_at = 40},
                                              {.state = ESCALATION_ACKNOWLEDGED, .acked_by = "ana", .ack_expires_at = 50},
                                              {.state = ESCALATION_RESOLVED, .acked_by = "ana", .ack_expires_at = 60}};
    struct desk *d = *state;
    char key[32];
    int64_t ids[8];
    int count;
    assert_true(store_begin(d->store, &d->err));
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        snprintf(key, sizeof key, "rbs:t:%zu", i);
        struct ticket t = ticket_of(d->store, key);
        t.escalation = taken[i];
        assert_true(store_ticket_insert(d->store, &t, &d->err));
    }
    assert_true(store_commit(d->store, &d->err) && store_list_taken(d->store, "ana", 8, ids, &count, &d->err));
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], 4);
    assert_int_equal(ids[1], 1);
}

static void raw_bytes_are_kept_whole_and_a_quarantined_event_does_not_hold_its_key(void **state)
{
    struct desk *d = *state;
    struct event first = event_of("k", "quarantine"), second = event_of("k", "applied"), out;
    bool found;
    assert_true(store_begin(d->store, &d->err));
    assert_true(store_event_insert(d->store, &first, &d->err));
    assert_true(store_event_find(d->store, d->arena, "s", "k", &out, &found, &d->err));
    assert_false(found);
    assert_true(store_event_insert(d->store, &second, &d->err));
    assert_true(store_event_find(d->store, d->arena, "s", "k", &out, &found, &d->err));
    assert_true(found);
    assert_int_equal(out.id, second.id);
    assert_true(store_event_find(d->store, d->arena, "other", "k", &out, &found, &d->err));
    assert_false(found);
    assert_true(store_commit(d->store, &d->err));
    assert_true(store_event_get(d->store, d->arena, second.id, &out, &d->err));
    assert_int_equal(out.raw_n, 14);
    assert_memory_equal(out.raw, second.raw, 14);
}

static void a_savepoint_taken_back_gives_its_numbers_back(void **state)
{
    struct desk *d = *state;
    struct entry entry = {.at = 1, .actor = "ana", .kind = "ticket", .data = "{}"};
    struct ticket t = ticket_of(d->store, "rbs:a:2");
    assert_true(store_begin(d->store, &d->err) && store_savepoint(d->store, &d->err));
    assert_true(store_entry_add(d->store, &entry, &d->err) && store_ticket_insert(d->store, &t, &d->err));
    store_undo(d->store);
    assert_int_equal(store_entry_next(d->store), 1);
    assert_int_equal(store_ticket_next(d->store), 1);
    assert_true(store_entry_add(d->store, &entry, &d->err) && store_commit(d->store, &d->err));
    assert_int_equal(entry.seq, 1);
}

static void every_commit_with_entries_adds_one_link_to_the_chain(void **state)
{
    struct desk *d = *state;
    struct str report;
    str_init(&report, 4096);
    for (int i = 0; i < 3; i++) {
        struct entry a = {.at = i, .actor = "ana", .kind = "ticket", .data = "{}"}, b = a;
        assert_true(store_begin(d->store, &d->err) && store_entry_add(d->store, &a, &d->err) && store_entry_add(d->store, &b, &d->err));
        assert_true(store_commit(d->store, &d->err));
    }
    int64_t bad = -1, links = 0;
    assert_true(store_chain_verify(d->store, &links, &bad, &d->err));
    assert_int_equal(links, 3);
    assert_int_equal(bad, 0);
    assert_true(store_check(d->store, &report, &d->err));
    assert_string_equal(report.data, "ok\n");
    str_fini(&report);
}

static void two_sources_may_use_the_same_ticket_key(void **state)
{
    struct desk *d = *state;
    struct ticket a = ticket_of(d->store, "x"), b;
    int64_t id;
    assert_true(store_begin(d->store, &d->err) && store_ticket_insert(d->store, &a, &d->err));
    b = ticket_of(d->store, "x");
    b.account = "other";
    assert_true(store_ticket_insert(d->store, &b, &d->err) && store_commit(d->store, &d->err));
    assert_true(store_ticket_find(d->store, "other", "x", &id, &d->err));
    assert_int_equal(id, b.id);
    assert_true(store_ticket_find(d->store, "third", "x", &id, &d->err));
    assert_int_equal(id, 0);
}

static void a_column_that_is_not_there_is_an_error_and_no_text_of_its_name(void **state)
{
    struct desk *d = *state;
    struct ticket t = ticket_of(d->store, "x");
    assert_true(store_begin(d->store, &d->err) && store_ticket_insert(d->store, &t, &d->err) && store_commit(d->store, &d->err));
    assert_int_equal(sqlite3_exec(d->store->db, "ALTER TABLE ticket DROP COLUMN title", NULL, NULL, NULL), SQLITE_OK);
    struct store *reader = store_open(d->place.db, STORE_READER, &d->err);
    assert_non_null(reader);
    assert_null(store_ticket_get(reader, d->arena, t.id, &d->err));
    assert_int_equal(d->err.code, ERR_STORAGE);
    assert_non_null(strstr(d->err.text, "title"));
    store_close(reader);
}

static bool has(struct store *s, const char *name)
{
    char *sql = sqlite3_mprintf("SELECT 1 FROM sqlite_schema WHERE name=%Q", name);
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL), SQLITE_OK);
    bool there = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return there;
}

/* What came with a version is taken away again, and the file says that it is of the one before. */
static const char to_version_6[] =
    "ALTER TABLE score DROP COLUMN origin; DROP TABLE file_use; DROP TABLE upload; DROP TABLE event_by_key; DROP TABLE ticket_by_key; DELETE FROM meta WHERE key GLOB 'keys_*'; PRAGMA user_version=6;"
    "CREATE INDEX event_key ON event(key_hash) WHERE key_hash != 0; CREATE INDEX ticket_key ON ticket(key_hash);";

static void a_database_of_version_4_gets_what_came_since(void **state)
{
    static const char *const brought[] = {"entry_act", "entry_undoes", "gram", "reworded"};
    struct desk *d = *state;
    struct entry entry = {.at = 1, .actor = "ana", .kind = "ticket", .data = "{\"do\":\"claim\"}"}, *list;
    int n;
    assert_true(store_begin(d->store, &d->err) && store_entry_add(d->store, &entry, &d->err) && store_commit(d->store, &d->err));
    for (size_t i = 0; i < sizeof brought / sizeof *brought; i++)
        assert_true(has(d->store, brought[i]));
    assert_int_equal(sqlite3_exec(d->store->db, to_version_6, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(d->store->db, "DROP INDEX entry_act; DROP INDEX entry_undoes; DROP TABLE gram; DROP TABLE reworded; PRAGMA user_version=4", NULL, NULL, NULL), SQLITE_OK);
    store_close(d->store);
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    assert_non_null(d->store);
    for (size_t i = 0; i < sizeof brought / sizeof *brought; i++)
        assert_true(has(d->store, brought[i]));
    assert_true(store_entry_acts(d->store, d->arena, "ana", 0, 10, &list, &n, &d->err));
    assert_int_equal(n, 1);
    assert_string_equal(list->actor, "ana");
    assert_true(store_entry_acts(d->store, d->arena, "tom", 0, 10, &list, &n, &d->err));
    assert_int_equal(n, 0);
}

static void note_step(void *arg, int from, int now, int to)
{
    char *seen = arg;
    snprintf(seen + strlen(seen), 200 - strlen(seen), "%d:%d/%d ", from, now, to);
}

static void an_upgrade_tells_of_each_step_and_of_none_where_there_is_nothing_to_do(void **state)
{
    struct desk *d = *state;
    char seen[200] = "", path[128];
    int version = 0;
    sqlite3_stmt *stmt = sql_get(d->store, "PRAGMA user_version", &d->err);
    assert_int_equal(sql_step(d->store, stmt, &d->err), SQLITE_ROW);
    version = (int)sql_int(stmt, 0);
    sqlite3_reset(stmt);
    assert_int_equal(sqlite3_exec(d->store->db, to_version_6, NULL, NULL, NULL), SQLITE_OK);
    store_close(d->store);
    d->store = NULL;
    assert_true(store_migrate(d->place.db, note_step, seen, &d->err));
    assert_true(str_starts(seen, "6:7/"));
    for (int v = 7; v <= version; v++) {
        char step[32];
        snprintf(step, sizeof step, "6:%d/%d ", v, version);
        assert_non_null(strstr(seen, step));
    }
    seen[0] = 0;
    assert_true(store_migrate(d->place.db, note_step, seen, &d->err));
    assert_string_equal(seen, "");
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    assert_non_null(d->store);
    assert_true(has(d->store, "event_by_key") && has(d->store, "file_use"));
    snprintf(path, sizeof path, "%s/none/triage.db", d->place.dir);
    assert_false(store_migrate(path, note_step, seen, &d->err)); /* no such directory */
    d->err = (struct err){0};
}

static void a_database_of_version_6_finds_its_keys_in_version_7(void **state)
{
    struct desk *d = *state;
    struct event e = event_of("k", "applied"), out;
    struct ticket t = ticket_of(d->store, "rbs:a:1");
    int64_t id = 0;
    bool found = false;
    assert_true(store_begin(d->store, &d->err) && store_event_insert(d->store, &e, &d->err) && store_ticket_insert(d->store, &t, &d->err) &&
                store_commit(d->store, &d->err));
    assert_int_equal(sqlite3_exec(d->store->db, to_version_6, NULL, NULL, NULL), SQLITE_OK);
    store_close(d->store);
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    assert_non_null(d->store);
    assert_int_equal(store_keys_waiting(d->store), 0);
    assert_true(store_event_find(d->store, d->arena, "s", "k", &out, &found, &d->err) && found);
    assert_int_equal(out.id, e.id);
    assert_true(store_ticket_find(d->store, "s", "rbs:a:1", &id, &d->err));
    assert_int_equal(id, t.id);
}

static int64_t number(struct store *s, const char *sql)
{
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static void a_database_of_version_8_no_longer_counts_what_is_deleted(void **state)
{
    struct desk *d = *state;
    struct ticket t = ticket_of(d->store, "rbs:a:1"), gone = t;
    gone.id++;
    gone.key = "rbs:a:2";
    gone.urgency = URGENCY_CRITICAL;
    gone.deleted = true;
    int64_t view;
    assert_true(store_begin(d->store, &d->err) && store_ticket_insert(d->store, &t, &d->err) && store_ticket_insert(d->store, &gone, &d->err) &&
                store_view_put(d->store, "all", "true", &view, &d->err) && store_tally_add(d->store, "open", "", 0, 2, 0, &d->err) &&
                store_tally_add(d->store, "open_critical", "", 0, 1, 0, &d->err) && store_tally_add(d->store, "tickets", "", 0, 2, 0, &d->err) &&
                store_meta_put(d->store, "stats_since", "5", &d->err) && store_commit(d->store, &d->err));
    assert_int_equal(sqlite3_exec(d->store->db, "ALTER TABLE score DROP COLUMN origin; ALTER TABLE ticket DROP COLUMN purged_at; PRAGMA user_version=8", NULL, NULL, NULL), SQLITE_OK);
    store_close(d->store);
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    if (!d->store)
        fail_msg("%s", d->err.text);
    assert_int_equal(number(d->store, "SELECT n FROM tally WHERE name='open'"), 1);
    assert_int_equal(number(d->store, "SELECT n FROM tally WHERE name='open_critical'"), 0);
    assert_int_equal(number(d->store, "SELECT count(*) FROM tally WHERE name='tickets'"), 0); /* to be counted anew, at the next start */
    assert_int_equal(number(d->store, "SELECT value FROM meta WHERE key='stats_anew'"), 1);
    assert_int_equal(number(d->store, "SELECT text='' FROM view"), 1);
}

static void a_database_of_version_10_knows_whose_a_ticket_was(void **state)
{
    struct desk *d = *state;
    struct ticket t = ticket_of(d->store, "rbs:a:1");
    t.customer = "rbs:u:2";
    struct event e = {.source = "s", .account = "s", .dialect = "rbs", .effect_text = "create", .state = "applied", .ticket = t.id, .headers = "{}", .warnings = "[]",
                      .obs = "{\"kind\":\"create\",\"records\":[{\"kind\":\"customer\",\"key\":\"rbs:u:1\",\"data\":{\"name\":\"Uma\"}}]}"};
    assert_true(store_begin(d->store, &d->err) && store_ticket_insert(d->store, &t, &d->err) && store_event_insert(d->store, &e, &d->err) && store_commit(d->store, &d->err));
    assert_int_equal(sqlite3_exec(d->store->db, "DROP INDEX event_record; DROP INDEX event_aside; DROP INDEX event_aside_key; DROP INDEX entry_event; DROP INDEX entry_desk;"
                                                "DROP INDEX entry_gone; DROP INDEX file_use_ticket; PRAGMA user_version=10", NULL, NULL, NULL), SQLITE_OK);
    store_close(d->store);
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    if (!d->store)
        fail_msg("%s", d->err.text);
    assert_int_equal(number(d->store, "SELECT ticket FROM customer_ticket WHERE hash=customer_hash('rbs:u:1')"), t.id);
    assert_int_equal(number(d->store, "SELECT count(*) FROM sqlite_schema WHERE name IN ('event_record','event_aside','event_aside_key','entry_event','entry_desk','entry_gone','file_use_ticket')"), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_committed_ticket_reads_back_whole_in_another_handle, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(raw_bytes_are_kept_whole_and_a_quarantined_event_does_not_hold_its_key, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_savepoint_taken_back_gives_its_numbers_back, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(every_commit_with_entries_adds_one_link_to_the_chain, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_column_that_is_not_there_is_an_error_and_no_text_of_its_name, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_database_of_version_4_gets_what_came_since, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(an_upgrade_tells_of_each_step_and_of_none_where_there_is_nothing_to_do, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_database_of_version_6_finds_its_keys_in_version_7, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_database_of_version_10_knows_whose_a_ticket_was, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_database_of_version_8_no_longer_counts_what_is_deleted, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(what_pages_an_agent_is_found_among_ten_and_among_thousands, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(what_an_agent_took_comes_by_when_it_pages_again, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(two_sources_may_use_the_same_ticket_key, open_desk, close_desk),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
