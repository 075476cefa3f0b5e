/* chain: ten thousand audit rows, and somebody with the database's file in hand. Whatever one row says is changed, taken out or
 * moved: the walk must stop there. Every kind of tampering is tried with every row, from the link before it; and in a walk of the
 * whole journal with the first, middle and last rows and a random sample. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "store/chain.h"
#include "store/sql.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ROWS = 10000, SAMPLE = 132 };

struct desk {
    struct store *store;
    struct err err;
    struct chain_place *links; /* by the last entry each covers */
    int link_count;
    uint64_t dice;
};

/* As the engine leaves them: some commits with one entry, some with many; every seventh pays somebody. */
static void add_entry(struct desk *d, int64_t i)
{
    static const char *const actors[] = {"ana", "tom", "source:shop", "clock"}, *const kinds[] = {"ticket", "label", "sla", "reveal"};
    char data[400];
    bool pays = i % 7 == 3;
    struct entry e = {.at = 1767225600000 + i * 1000, .actor = actors[i % 4], .kind = pays ? "score" : kinds[i % 3], .ticket = i / 5 + 1,
                      .cause = i > 3 ? i - 2 : 0, .undoes = i % 50 == 49 ? i - 1 : 0, .data = data};
    struct score_row row = {.at = e.at, .agent = "ana", .ticket = e.ticket, .epoch = 0, .rule = "resolve", .xp = 25 + i % 90, .gold = 3, .damage = 25,
                            .boss = "titan", .reason = "normal, gold", .day = 20454, .base = 25};
    snprintf(data, sizeof data, pays ? "{\"agent\":\"ana\",\"rule\":\"resolve\",\"ticket\":%lld,\"epoch\":0,\"xp\":%lld,\"gold\":3,\"damage\":25,"
                                       "\"boss\":\"titan\",\"reason\":\"normal, gold\",\"reverses\":0,\"day\":20454,\"base\":25}" : "{\"do\":\"priority\",\"n\":%lld,\"m\":%lld}",
             (long long)e.ticket, (long long)(25 + i % 90));
    assert_true(store_entry_add(d->store, &e, &d->err));
    assert_true(!pays || store_score_add(d->store, &row, e.cause, &d->err));
}

static int open_desk(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    d->store = store_open(NULL, STORE_WRITER, &d->err);
    d->links = calloc(ROWS, sizeof *d->links);
    d->dice = 88172645463325252u;
    assert_non_null(d->store);
    for (int64_t i = 0; i < ROWS;) {
        assert_true(store_begin(d->store, &d->err));
        for (int64_t n = 1 + chance(&d->dice, 12); n && i < ROWS; n--)
            add_entry(d, i++);
        assert_true(store_commit(d->store, &d->err) && store_chain_head(d->store, &d->links[d->link_count++], &d->err));
    }
    *state = d;
    return 0;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    store_close(d->store);
    free(d->links);
    free(d);
    return 0;
}

static struct chain_walk walk_all(struct desk *d)
{
    struct chain_walk w = {0};
    if (!store_chain_walk(d->store, &w, INT64_MAX, &d->err))
        fail_msg("%s", d->err.text);
    return w;
}

/* --- the tamperings: SQL with ?1 = the row --- */

enum { WITH_NEXT = 1, FROM_THE_START = 2, AT_THE_END = 4 }; /* what it needs, and where it shows */
struct tampering { const char *name, *sql; int needs; };
static const struct tampering tamperings[] = {
    {"at", "UPDATE entry SET at=at+1 WHERE seq=?1", 0},
    {"actor", "UPDATE entry SET actor='eve' WHERE seq=?1", 0},
    {"kind", "UPDATE entry SET kind='note' WHERE seq=?1", 0},
    {"ticket", "UPDATE entry SET ticket=ticket+1 WHERE seq=?1", 0},
    {"cause", "UPDATE entry SET cause=cause+1 WHERE seq=?1", 0},
    {"undoes", "UPDATE entry SET undoes=undoes+1 WHERE seq=?1", 0},
    {"data", "UPDATE entry SET data=replace(data,'}',' }') WHERE seq=?1", 0},
    {"data gone", "UPDATE entry SET data=NULL WHERE seq=?1", 0},
    {"data with a tail behind a zero byte", "UPDATE entry SET data=data||char(0)||'x' WHERE seq=?1", 0},
    {"a number as text", "UPDATE entry SET at=at||'x' WHERE seq=?1", 0},
    {"salt", "UPDATE entry SET salt=zeroblob(8) WHERE seq=?1", 0},
    {"salt gone", "UPDATE entry SET salt=NULL WHERE seq=?1", 0},
    {"salt and data gone", "UPDATE entry SET salt=NULL, data=NULL WHERE seq=?1", 0},
    {"digest", "UPDATE entry SET digest=zeroblob(32) WHERE seq=?1", 0},
    {"deleted", "DELETE FROM entry WHERE seq=?1", 0},
    {"swapped with the next", "UPDATE entry SET seq=CASE seq WHEN ?1 THEN -1 ELSE -2 END WHERE seq IN (?1,?1+1);"
                              "UPDATE entry SET seq=CASE seq WHEN -1 THEN ?1+1 ELSE ?1 END WHERE seq<0", WITH_NEXT},
    {"moved to the end", "UPDATE entry SET seq=(SELECT max(seq) FROM entry)+1 WHERE seq=?1", WITH_NEXT},
    {"copied behind the end", "INSERT INTO entry SELECT (SELECT max(seq) FROM entry)+1,at,actor,kind,ticket,cause,undoes,salt,data,digest FROM entry WHERE seq=?1", AT_THE_END},
    {"copied before the beginning", "INSERT INTO entry SELECT -?1,at,actor,kind,ticket,cause,undoes,salt,data,digest FROM entry WHERE seq=?1", FROM_THE_START},
    {"its link's hash", "UPDATE chain SET sha256=zeroblob(32) WHERE seq=(SELECT min(seq) FROM chain WHERE seq>=?1)", 0},
    {"its link deleted", "DELETE FROM chain WHERE seq=(SELECT min(seq) FROM chain WHERE seq>=?1)", 0},
    {"its link moved", "UPDATE chain SET seq=-seq WHERE seq=(SELECT min(seq) FROM chain WHERE seq>=?1)", 0},
};
enum { TAMPERINGS = sizeof tamperings / sizeof *tamperings };

static void run_sql(struct desk *d, const char *sql, int64_t row)
{
    for (const char *rest = sql; *rest;) {
        sqlite3_stmt *stmt;
        assert_int_equal(sqlite3_prepare_v2(d->store->db, rest, -1, &stmt, &rest), SQLITE_OK);
        if (sqlite3_bind_parameter_count(stmt))
            sqlite3_bind_int64(stmt, 1, row);
        if (sqlite3_step(stmt) != SQLITE_DONE)
            fail_msg("%s: %s", sql, sqlite3_errmsg(d->store->db));
        sqlite3_finalize(stmt);
    }
}

/* One tampering, the walk, and back to what it was. */
static struct chain_walk tamper(struct desk *d, const char *sql, int64_t row, struct chain_walk from)
{
    run_sql(d, "SAVEPOINT eve", 0);
    run_sql(d, sql, row);
    if (!store_chain_walk(d->store, &from, INT64_MAX, &d->err))
        fail_msg("%s", d->err.text);
    run_sql(d, "ROLLBACK TO eve;RELEASE eve", 0);
    return from;
}

/* The last link before a row. */
static struct chain_place before(const struct desk *d, int64_t row)
{
    struct chain_place place = {0};
    for (int i = 0; i < d->link_count && d->links[i].seq < row; i++)
        place = d->links[i];
    return place;
}

static void must_find(struct desk *d, const struct tampering *t, int64_t row, bool whole)
{
    row = (t->needs & WITH_NEXT) && row == ROWS ? ROWS - 1 : row;
    struct chain_walk from = {.score = -1};
    if (whole || (t->needs & FROM_THE_START))
        from.score = 0;
    else
        from.at = before(d, t->needs & AT_THE_END ? ROWS : row);
    struct chain_walk w = tamper(d, t->sql, row, from);
    if (!w.fault)
        fail_msg("row %lld, %s: not found", (long long)row, t->name);
    if (w.bad > row + 1 && w.fault != CHAIN_INSERTED)
        fail_msg("row %lld, %s: found at %lld only", (long long)row, t->name, (long long)w.bad);
}

/* --- */

static void ten_thousand_untouched_rows_verify_in_less_than_a_second(void **state)
{
    struct desk *d = *state;
    int64_t start = clock_mono_us();
    struct chain_walk w = walk_all(d);
    int64_t us = clock_mono_us() - start;
    assert_int_equal(w.fault, CHAIN_FITS);
    assert_true(w.end);
    assert_int_equal(w.entries, ROWS);
    assert_int_equal(w.links, d->link_count);
    print_message("# %d entries in %d links, and their rows of the ledger: walked in %lld.%lld ms\n", ROWS, d->link_count, (long long)(us / 1000), (long long)(us / 100 % 10));
}

static void every_kind_of_tampering_is_found_at_the_first_the_middle_and_the_last_row(void **state)
{
    struct desk *d = *state;
    static const int64_t rows[] = {1, 2, ROWS / 2, ROWS - 1, ROWS};
    for (int i = 0; i < TAMPERINGS; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            must_find(d, &tamperings[i], rows[k], true);
    print_message("# %d kinds of tampering at 5 places each: all found\n", TAMPERINGS);
    assert_int_equal(walk_all(d).fault, CHAIN_FITS);
}

static void random_tamperings_are_found_in_a_walk_of_the_whole_journal(void **state)
{
    struct desk *d = *state;
    for (int i = 0; i < SAMPLE; i++)
        must_find(d, &tamperings[i % TAMPERINGS], 1 + chance(&d->dice, ROWS), true);
    print_message("# %d random single tamperings, the whole journal walked for each: all found\n", SAMPLE);
}

/* Nothing left out: from the link before the row, which is known to be good. */
static void every_kind_of_tampering_with_every_row_is_found(void **state)
{
    struct desk *d = *state;
    for (int i = 0; i < TAMPERINGS; i++)
        for (int64_t row = 1; row <= ROWS; row++)
            must_find(d, &tamperings[i], row, false);
    print_message("# %d kinds of tampering with each of %d rows, %d in all: all found\n", TAMPERINGS, ROWS, TAMPERINGS * ROWS);
}

/* Who can compute digests makes the entry fit again, but not the links. */
static void a_forged_digest_shows_in_the_link(void **state)
{
    struct desk *d = *state;
    for (int i = 0; i < 60; i++) {
        int64_t seq = 1 + chance(&d->dice, ROWS);
        struct entry e;
        AUTO_ARENA arena = arena_new();
        uint8_t digest[32], salt[8] = {1};
        assert_true(store_entry_get(d->store, arena, seq, &e, &d->err));
        e.actor = "eve";
        struct entry_sizes n = {3, strlen(e.kind), strlen(e.data)};
        entry_digest(&e, &n, salt, digest);
        run_sql(d, "SAVEPOINT eve", 0);
        assert_true(sql_run(d->store, &d->err, "UPDATE entry SET actor='eve',salt=?,digest=? WHERE seq=?", "bbi", salt, sizeof salt, digest, sizeof digest, seq));
        struct chain_walk w = walk_all(d);
        run_sql(d, "ROLLBACK TO eve;RELEASE eve", 0);
        assert_int_equal(w.fault, CHAIN_BROKEN);
        assert_true(w.bad <= seq);
    }
    print_message("# 60 edits with a digest that fits them: all found in their link\n");
}

/* Cut between two links nothing tells, but what was kept. */
static void a_tail_cut_off_is_found_against_the_link_that_was_kept(void **state)
{
    struct desk *d = *state;
    static const char cut[] = "DELETE FROM entry WHERE seq>?1;DELETE FROM chain WHERE seq>?1;"
                              "DELETE FROM score WHERE id>(SELECT count(*) FROM entry WHERE kind='score')";
    struct chain_place kept = d->links[d->link_count - 1];
    enum { CUTS = 30 };
    for (int i = 0; i < CUTS; i++) {
        int64_t last = d->links[i < 20 ? d->link_count - 2 - i : chance(&d->dice, d->link_count - 1)].seq;
        assert_int_equal(tamper(d, cut, last, (struct chain_walk){0}).fault, CHAIN_FITS);
        struct chain_walk against = tamper(d, cut, last, (struct chain_walk){.kept = kept});
        assert_int_equal(against.fault, CHAIN_SHORT);
        assert_int_equal(against.bad, last + 1);
    }
    print_message("# %d tails cut off at a link: none shows by itself, all against the kept link\n", CUTS);
}

/* A history written anew after the cut has links of its own. */
static void another_history_is_found_against_the_link_that_was_kept(void **state)
{
    struct desk *d = *state;
    struct chain_place last = d->links[d->link_count - 1], middle = d->links[d->link_count / 2];
    assert_int_equal(tamper(d, "SELECT 1 WHERE 0", 0, (struct chain_walk){.kept = middle}).fault, CHAIN_FITS);
    assert_int_equal(tamper(d, "SELECT 1 WHERE 0", 0, (struct chain_walk){.kept = last}).fault, CHAIN_FITS);
    middle.hash[31] ^= 1;
    assert_int_equal(tamper(d, "SELECT 1 WHERE 0", 0, (struct chain_walk){.kept = middle}).fault, CHAIN_OTHER);
    middle.hash[31] ^= 1;
    middle.seq++;
    assert_int_not_equal(tamper(d, "SELECT 1 WHERE 0", 0, (struct chain_walk){.kept = middle}).fault, CHAIN_FITS);
}

static void the_ledger_must_say_what_its_entries_say(void **state)
{
    struct desk *d = *state;
    static const char *const edits[] = {
        "UPDATE score SET xp=xp+1 WHERE id=?1", "UPDATE score SET agent='eve' WHERE id=?1", "UPDATE score SET gold=gold*2 WHERE id=?1",
        "UPDATE score SET damage=0 WHERE id=?1", "UPDATE score SET at=at+1 WHERE id=?1", "UPDATE score SET reason='urgent' WHERE id=?1",
        "UPDATE score SET boss='' WHERE id=?1", "UPDATE score SET rule='clean' WHERE id=?1", "UPDATE score SET ticket=ticket+1 WHERE id=?1",
        "UPDATE score SET reverses=1 WHERE id=?1", "UPDATE score SET epoch=1 WHERE id=?1", "DELETE FROM score WHERE id=?1",
        "UPDATE score SET day=day+1 WHERE id=?1", "UPDATE score SET base=base+1 WHERE id=?1",
        ("INSERT INTO score(at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason,entry,base,day)"
         " SELECT at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason,entry,base,day FROM score WHERE id=?1")};
    enum { EDITS = sizeof edits / sizeof *edits };
    int64_t rows = walk_all(d).score, n = 0;
    assert_true(rows > ROWS / 8);
    for (int i = 0; i < EDITS; i++)
        for (int k = 0; k < 4; k++, n++)
            if (tamper(d, edits[i], k == 0 ? 1 : k == 1 ? rows : 1 + chance(&d->dice, rows), (struct chain_walk){0}).fault != CHAIN_LEDGER)
                fail_msg("not found: %s", edits[i]);
    print_message("# %lld tamperings with the ledger (%lld rows, %d kinds): all found\n", (long long)n, (long long)rows, EDITS);
}

static void a_walk_in_bites_is_the_walk(void **state)
{
    struct desk *d = *state;
    struct chain_walk w = {0};
    int bites = 0;
    for (; !w.end && !w.fault; bites++)
        assert_true(store_chain_walk(d->store, &w, 500, &d->err));
    assert_int_equal(w.fault, CHAIN_FITS);
    assert_int_equal(w.entries, ROWS);
    assert_true(bites > 15);
    assert_memory_equal(w.at.hash, d->links[d->link_count - 1].hash, CHAIN_HASH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_untouched_rows_verify_in_less_than_a_second),
        cmocka_unit_test(every_kind_of_tampering_is_found_at_the_first_the_middle_and_the_last_row),
        cmocka_unit_test(random_tamperings_are_found_in_a_walk_of_the_whole_journal),
        cmocka_unit_test(every_kind_of_tampering_with_every_row_is_found),
        cmocka_unit_test(a_forged_digest_shows_in_the_link),
        cmocka_unit_test(a_tail_cut_off_is_found_against_the_link_that_was_kept),
        cmocka_unit_test(another_history_is_found_against_the_link_that_was_kept),
        cmocka_unit_test(the_ledger_must_say_what_its_entries_say),
        cmocka_unit_test(a_walk_in_bites_is_the_walk),
    };
    return crypto_open() ? cmocka_run_group_tests_name("chain", tests, open_desk, close_desk) : 1;
}
