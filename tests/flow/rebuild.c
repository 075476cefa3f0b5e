/* rebuild: what `triaged --rebuild` says of a database: nothing wrong after a day's work, and what is wrong
 * where a hand has been at the tables or at the journal. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "store/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char config[] =
    "team: rebuild\n"
    "views:\n  - {name: urgent, title: Urgent, when: 'urgency >= \"high\"'}\n"
    "sources:\n  - {name: rest, dialect: ingestlayer, auth: bearer, token: 'il_live_1'}\n";

static void send_ticket(struct client *in, int n)
{
    char body[512];
    int len = snprintf(body, sizeof body,
                       "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k%d\","
                       "\"payload\":{\"ticket_id\":\"t%d\","
                       "\"subject\":\"Payments are down for everyone\",\"body\":\"urgent: nobody can "
                       "pay\",\"customer_tier\":\"pro\","
                       "\"channel\":\"email\"}}]}",
                       n, n);
    struct answer a = client_ask(in, "POST", "/v1/ingest",
                                 "Authorization: Bearer il_live_1\r\nContent-Type: application/json\r\n",
                                 body, (size_t)len);
    assert_int_equal(a.status, 202);
}

static int check(const struct daemon_run *run)
{
    char clock[128];
    snprintf(clock, sizeof clock, "%s/clock", run->dir);
    return daemon_try((const char *[]){"triaged", "--dir", run->dir, "--clock", clock, "--rebuild", NULL});
}

static struct daemon_run *a_days_work(void)
{
    struct daemon_run *run = daemon_start(config);
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk);
    for (int i = 0; i < 20; i++)
        send_ticket(in, i % 15);
    assert_int_equal(
        client_post(desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[2],\"text\":\"seen by ana\"}").status,
        200);
    assert_int_equal(client_post(desk, "/v1/do", "{\"do\":\"close\",\"tickets\":[1,3]}").status, 200);
    assert_int_equal(client_post(desk, "/v1/do", "{\"do\":\"undo\",\"tickets\":[3]}").status, 200);
    client_close(in);
    client_close(desk);
    return run;
}

static struct store *open_at_rest(const struct daemon_run *run)
{
    char path[128];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/triage.db", run->dir);
    struct store *store = store_open(path, STORE_WRITER, &err);
    assert_non_null(store);
    assert_true(store_begin(store, &err));
    return store;
}

static void close_at_rest(struct store *store)
{
    struct err err = {0};
    assert_true(store_commit(store, &err));
    store_close(store);
}

static void a_days_work_rebuilds_without_a_difference(void **state)
{
    (void)state;
    struct daemon_run *run = a_days_work();
    assert_true(check(run) > 1); /* the running daemon has the lock */
    assert_int_equal(daemon_stop(run), 0);
    assert_int_equal(check(run), 0);
    assert_int_equal(check(run), 0); /* it changed nothing */
    daemon_remove(run);
}

static void a_table_changed_by_hand_is_a_difference(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_ARENA arena = arena_new();
    struct daemon_run *run = a_days_work();
    assert_int_equal(daemon_stop(run), 0);
    struct store *store = open_at_rest(run);
    struct ticket *t = store_ticket_get(store, arena, 2, &err);
    assert_non_null(t);
    t->title = "another title";
    assert_true(store_ticket_update(store, t, &err));
    close_at_rest(store);
    assert_int_equal(check(run), 1);
    daemon_remove(run);
}

static void points_written_by_hand_are_a_difference(void **state)
{
    (void)state;
    struct err err = {0};
    struct daemon_run *run = a_days_work();
    assert_int_equal(daemon_stop(run), 0);
    struct store *store = open_at_rest(run);
    assert_true(store_tally_add(store, "xp", "nobody", 0, 1, 100, &err));
    close_at_rest(store);
    assert_int_equal(check(run), 1);
    daemon_remove(run);
}

/* The same file, a word of the journal exchanged for another of the same length. */
static void exchange(const struct daemon_run *run, const char *word, const char *other)
{
    char path[128], buf[1 << 16];
    size_t n = strlen(word), done = 0;
    snprintf(path, sizeof path, "%s/triage.db", run->dir);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    for (long at = 0; fseek(file, at, SEEK_SET) == 0; at += (long)(sizeof buf - n)) {
        size_t got = fread(buf, 1, sizeof buf, file);
        const char *hit = memmem(buf, got, word, n);
        if (!hit && got < sizeof buf)
            break;
        if (!hit)
            continue;
        fseek(file, at + (hit - buf), SEEK_SET);
        done += fwrite(other, n, 1, file);
        at -= (long)(sizeof buf - n); /* this block again, for the next hit */
    }
    fclose(file);
    assert_true(done > 0);
}

static void a_forged_entry_breaks_the_chain(void **state)
{
    (void)state;
    struct daemon_run *run = a_days_work();
    assert_int_equal(daemon_stop(run), 0);
    exchange(run, "seen by ana", "seen by tom");
    assert_int_equal(check(run), 1);
    daemon_remove(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_days_work_rebuilds_without_a_difference),
        cmocka_unit_test(a_table_changed_by_hand_is_a_difference),
        cmocka_unit_test(a_forged_entry_breaks_the_chain),
        cmocka_unit_test(points_written_by_hand_are_a_difference),
    };
    return crypto_open() ? cmocka_run_group_tests_name("rebuild", tests, NULL, NULL) : 1;
}
