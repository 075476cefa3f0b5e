/* keys: whatever is committed, taken back, brought into the indexes bite by bite or read again after a restart, a key is
 * found exactly where a plain list says it is, by the writer and by a reader, and the derived tables are those of a desk that
 * never stopped. */
#include "base/crypto.h"
#include "base/str.h"
#include "store/customer.h"
#include "store/sql.h"
#include "harness/chance.h"
#include "harness/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { NAMES = 40, PEOPLE = 6, MOST = 4000, ROUNDS = 600 };
struct row { int key, customer; bool holds; };
struct desk {
    struct scratch place;
    struct store *store;
    struct row events[MOST], tickets[MOST];
    int event_count, ticket_count, bites;
    uint64_t seed;
    struct err err;
};

static int open_desk(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    crypto_open();
    d->place = scratch_make("keys");
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    d->seed = 7;
    *state = d;
    return d->store ? 0 : -1;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    store_close(d->store);
    scratch_remove(&d->place);
    free(d);
    return 0;
}

static const char *name_of(char to[16], char kind, int n)
{
    snprintf(to, 16, "%c%d", kind, n);
    return to;
}

/* --- what happens --- */

static void add_event(struct desk *d)
{
    char key[16];
    struct row row = {.key = chance(&d->seed, NAMES), .holds = chance(&d->seed, 4) != 0};
    struct event e = {.source = "s", .account = "s", .dialect = "rbs", .key = name_of(key, 'e', row.key), .effect_text = "create", .received_at = 1,
                      .state = row.holds ? "applied" : "quarantine", .warnings = "[]", .headers = "{}", .raw = "{}", .raw_n = 2};
    assert_true(store_event_insert(d->store, &e, &d->err));
    d->events[d->event_count++] = row;
    assert_int_equal(e.id, d->event_count);
}

static void add_ticket(struct desk *d)
{
    char key[16], customer[16];
    struct row row = {.key = chance(&d->seed, NAMES), .customer = chance(&d->seed, PEOPLE)};
    struct ticket t = {.id = store_ticket_next(d->store), .account = "s", .dialect = "rbs", .key = name_of(key, 't', row.key), .received_at = 5,
                       .customer = row.customer ? name_of(customer, 'c', row.customer) : NULL};
    assert_true(store_ticket_insert(d->store, &t, &d->err) && store_customer_move(d->store, t.id, NULL, t.customer, &d->err));
    d->tickets[d->ticket_count++] = row;
    assert_int_equal(t.id, d->ticket_count);
}

static void change_hands(struct desk *d)
{
    AUTO_ARENA arena = arena_new();
    char customer[16];
    if (!d->ticket_count)
        return;
    int at = chance(&d->seed, d->ticket_count), to = chance(&d->seed, PEOPLE);
    struct ticket *t = store_ticket_get(d->store, arena, at + 1, &d->err);
    assert_non_null(t);
    const char *from = t->customer;
    t->customer = to ? name_of(customer, 'c', to) : NULL;
    assert_true(store_ticket_update(d->store, t, &d->err) && store_customer_move(d->store, t->id, from, t->customer, &d->err));
    d->tickets[at].customer = to;
}

static void some(struct desk *d)
{
    static void (*const things[])(struct desk *) = {add_event, add_ticket, add_event, add_ticket, change_hands};
    for (int n = chance(&d->seed, 5); n >= 0; n--)
        things[chance(&d->seed, 5)](d);
}

/* A batch: some of it may be taken back to a savepoint, or all of it. */
static void batch(struct desk *d)
{
    struct desk before = *d;
    assert_true(store_begin(d->store, &d->err));
    some(d);
    if (chance(&d->seed, 3) == 0) {
        struct desk at = *d;
        assert_true(store_savepoint(d->store, &d->err));
        some(d);
        if (chance(&d->seed, 2)) {
            assert_true(store_release(d->store, &d->err));
        } else {
            uint64_t seed = d->seed;
            store_undo(d->store);
            *d = at;
            d->seed = seed;
        }
    }
    if (chance(&d->seed, 5)) {
        assert_true(store_commit(d->store, &d->err));
    } else {
        uint64_t seed = d->seed;
        store_rollback(d->store);
        *d = before;
        d->seed = seed;
    }
}

/* Of no time at all: a few rows, so that batches fall between two bites. One in eight is not committed. */
static void bite(struct desk *d)
{
    assert_true(store_begin(d->store, &d->err) && store_keys_fill(d->store, 0, &d->err));
    if (chance(&d->seed, 8))
        assert_true(store_commit(d->store, &d->err));
    else
        store_rollback(d->store);
    d->bites++;
}

/* What was under way, then what came meanwhile. */
static void finish(struct desk *d)
{
    for (int i = 0; i < 2; i++)
        assert_true(store_begin(d->store, &d->err) && store_keys_fill(d->store, 60000, &d->err) && store_commit(d->store, &d->err));
    assert_int_equal(store_keys_waiting(d->store), 0);
}

static void again(struct desk *d)
{
    store_close(d->store);
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    assert_non_null(d->store);
}

/* --- what must be found --- */

static int64_t newest(const struct row *rows, int count, int key, bool holding)
{
    while (count && !(rows[count - 1].key == key && (rows[count - 1].holds || !holding)))
        count--;
    return count;
}

static void check_events(struct desk *d)
{
    for (int key = 0; key < NAMES; key++) {
        AUTO_ARENA arena = arena_new();
        char name[16];
        struct event e = {0};
        bool found;
        assert_true(store_event_find(d->store, arena, "s", name_of(name, 'e', key), &e, &found, &d->err));
        assert_int_equal(found ? e.id : 0, newest(d->events, d->event_count, key, true));
    }
}

static void check_tickets(struct desk *d, struct store *s)
{
    for (int key = 0; key < NAMES; key++) {
        char name[16];
        int64_t id;
        assert_true(store_ticket_find(s, "s", name_of(name, 't', key), &id, &d->err));
        assert_int_equal(id, newest(d->tickets, d->ticket_count, key, false));
    }
}

static void check_customers(struct desk *d, struct store *s)
{
    for (int customer = 1; customer < PEOPLE; customer++) {
        char name[16];
        static int64_t ids[MOST];
        int n, want = 0;
        assert_true(store_customer_tickets(s, name_of(name, 'c', customer), 0, ids, MOST, &n, &d->err));
        for (int i = d->ticket_count - 1; i >= 0; i--)
            if (d->tickets[i].customer == customer)
                assert_int_equal(ids[want++], i + 1);
        assert_int_equal(n, want);
    }
}

static void check(struct desk *d)
{
    struct store *reader = store_open(d->place.db, STORE_READER, &d->err);
    assert_non_null(reader);
    check_events(d);
    check_tickets(d, d->store);
    check_tickets(d, reader);
    check_customers(d, reader);
    store_close(reader);
}

static void a_key_is_found_wherever_it_stands(void **state)
{
    struct desk *d = *state;
    int reopened = 0;
    for (int i = 0; i < ROUNDS; i++) {
        batch(d);
        for (int n = chance(&d->seed, 4); n > 1; n--)
            bite(d);
        if (chance(&d->seed, 20) == 0) {
            again(d);
            reopened++;
        }
        if (i % 10 == 0)
            check(d);
    }
    print_message("# %d events, %d tickets, %d bites, %d restarts\n", d->event_count, d->ticket_count, d->bites, reopened);
    finish(d);
    check(d);
}

static int64_t count(struct desk *d, const char *sql)
{
    sqlite3_stmt *stmt = sql_once(d->store, sql, &d->err);
    assert_non_null(stmt);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static void the_indexes_hold_each_row_once_and_nothing_else(void **state)
{
    struct desk *d = *state;
    for (int i = 0; i < 200; i++) {
        batch(d);
        bite(d);
    }
    finish(d);
    assert_true(d->event_count > 100 && d->ticket_count > 100);
    assert_int_equal(count(d, "SELECT count(*) FROM event_by_key JOIN event ON id=event AND hash=key_hash"), count(d, "SELECT count(*) FROM event WHERE key_hash!=0"));
    assert_int_equal(count(d, "SELECT count(*) FROM event_by_key"), count(d, "SELECT count(*) FROM event WHERE key_hash!=0"));
    assert_int_equal(count(d, "SELECT count(*) FROM ticket_by_key JOIN ticket ON id=ticket AND hash=key_hash"), d->ticket_count);
    assert_int_equal(count(d, "SELECT count(*) FROM ticket_by_key"), d->ticket_count);
    assert_int_equal(count(d, "SELECT count(*) FROM customer_ticket JOIN ticket ON id=ticket AND hash=customer_hash(customer)"),
                     count(d, "SELECT count(*) FROM ticket WHERE customer IS NOT NULL"));
    assert_int_equal(count(d, "SELECT count(*) FROM customer_ticket WHERE ticket NOT IN (SELECT id FROM ticket)"), 0); /* whose it was before stays there */
}

/* Nobody fills in bites here: a rebuild, for one. */
static void what_is_kept_in_memory_has_a_bound(void **state)
{
    struct desk *d = *state;
    enum { ALL = 70000 };
    struct event e = {.source = "s", .account = "s", .dialect = "rbs", .key = "k", .effect_text = "create", .state = "applied", .warnings = "[]", .headers = "{}"};
    assert_true(store_begin(d->store, &d->err));
    for (int i = 0; i < ALL; i++)
        assert_true(store_event_insert(d->store, &e, &d->err));
    assert_true(store_commit(d->store, &d->err));
    assert_int_equal(store_keys_waiting(d->store), 0);
    assert_int_equal(count(d, "SELECT count(*) FROM event_by_key"), ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_is_found_wherever_it_stands, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_indexes_hold_each_row_once_and_nothing_else, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(what_is_kept_in_memory_has_a_bound, open_desk, close_desk),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
