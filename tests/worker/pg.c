/* pg: rows in a real PostgreSQL server, its refusals by their real causes where they have one, and what it may not be led to. */
#include "worker/pg.h"
#include "base/clock.h"
#include "base/str.h"
#include "harness/postgres.h"
#include "harness/stub.h"
#include "support/fixture.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct postgres *postgres;

#define NEEDS_POSTGRES \
    if (!postgres) { \
        print_message("# skipped: no PostgreSQL server is installed\n"); \
        skip(); \
    }

struct heard { int count; struct reply reply; char text[2048], tag[32], sqlstate[8]; };

static void hear(void *arg, const struct http_answer *answer)
{
    struct heard *h = arg;
    h->count++;
    h->reply = answer->reply;
    str_copy(h->text, sizeof h->text, answer->why ? answer->why : answer->reply.body);
    str_copy(h->tag, sizeof h->tag, answer->reply.tag ? answer->reply.tag : "");
    str_copy(h->sqlstate, sizeof h->sqlstate, answer->reply.sqlstate ? answer->reply.sqlstate : "00000");
}

static struct pg *opened(void)
{
    struct err err = {0};
    struct pg *pg = pg_open(&err);
    assert_non_null(pg);
    return pg;
}

/* As the courier's loop does it. */
static void pass(struct pg *pg, int timeout)
{
    struct pollfd fds[PG_SOCKETS];
    int n = pg_watch(pg, fds, PG_SOCKETS, &timeout);
    poll(fds, (nfds_t)n, timeout);
    pg_run(pg);
}

static struct heard carry_on(struct pg *pg, const struct delivery *r)
{
    struct err err = {0};
    struct heard h = {0};
    if (!pg_start(pg, r, hear, &h, &err))
        str_copy(h.text, sizeof h.text, err.text);
    while (pg_count(pg))
        pass(pg, 1000);
    return h;
}

static struct heard carry(const struct delivery *r)
{
    struct pg *pg = opened();
    struct heard h = carry_on(pg, r);
    pg_close(pg);
    return h;
}

static struct config_destination warehouse(struct arena *arena)
{
    return (struct config_destination){.name = "warehouse", .kind = DEST_POSTGRES, .schema = "public", .table = "support_events", .allow_loopback = true,
                                       .url = arena_printf(arena, "host=%s port=%d user=desk dbname=postgres", postgres_directory(postgres), postgres_port(postgres))};
}

static struct delivery composed(struct arena *arena, const struct config_destination *to)
{
    struct delivery r;
    struct err err = {0};
    struct composing c = {.letter = letter_golden(arena), .to = to, .attempt = 1};
    if (!destination_of(DEST_POSTGRES)->compose(arena, &c, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

static const char *judged(struct arena *arena, const struct config_destination *to, struct heard *h)
{
    h->reply.body = h->text; /* what it points to now is the copy */
    h->reply.tag = h->tag;
    h->reply.sqlstate = h->sqlstate;
    AUTO_JSON memo = json_object();
    struct composing c = {.letter = letter_golden(arena), .to = to, .memo = memo, .attempt = 1};
    struct verdict v = destination_of(DEST_POSTGRES)->judge(arena, &c, &h->reply, memo);
    return destination_action(arena, &v, memo, 0);
}

static const char *attempt(struct arena *arena, const struct config_destination *to, struct heard *h)
{
    struct delivery r = composed(arena, to);
    *h = carry(&r);
    if (h->count != 1)
        fail_msg("%d answers: %s", h->count, h->text);
    return judged(arena, to, h);
}

#define EVENTS "(event_id text UNIQUE, type text, received_at timestamptz, payload jsonb"
#define RAISING(name) "CREATE FUNCTION " name "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "

static void prepare(void)
{
    static const char *const statements[] = {
        "CREATE ROLE desk LOGIN PASSWORD 's3cret'", "CREATE ROLE busy LOGIN CONNECTION LIMIT 0", "CREATE ROLE reader LOGIN", "CREATE ROLE nobody LOGIN",
        "ALTER ROLE reader SET default_transaction_read_only = on", "GRANT CREATE, USAGE ON SCHEMA public TO desk",
        "CREATE TABLE support_events " EVENTS ", pid int DEFAULT pg_backend_pid(), timeout text DEFAULT current_setting('statement_timeout'),"
        " who text DEFAULT current_setting('application_name'))",
        "CREATE TABLE strict " EVENTS ", owner text NOT NULL)", "CREATE TABLE numbers " EVENTS ", n int)", "CREATE TABLE late " EVENTS ")",
        "CREATE TABLE slow " EVENTS ")", "CREATE TABLE loud " EVENTS ")", "CREATE TABLE odd " EVENTS ", \"we\"\"ird; --\" text)",
        RAISING("raise") "RAISE EXCEPTION 'on purpose' USING ERRCODE = TG_ARGV[0], DETAIL = 'a whole row'; END $$",
        RAISING("doze") "PERFORM pg_sleep(TG_ARGV[0]::float); RETURN NEW; END $$",
        RAISING("shout") "RAISE WARNING 'never to be seen'; RETURN NEW; END $$",
        "CREATE CONSTRAINT TRIGGER t AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise('23514')",
        "CREATE TRIGGER t BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION doze('0.4')",
        "CREATE TRIGGER t BEFORE INSERT ON loud FOR EACH ROW EXECUTE FUNCTION shout()",
        "GRANT INSERT, SELECT ON ALL TABLES IN SCHEMA public TO desk, reader, busy"};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        postgres_sql(postgres, statements[i]);
}

static void a_row_arrives_once_however_often_it_is_sent(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct heard h;
    assert_string_equal(attempt(arena, &to, &h), "ok");
    assert_string_equal(h.tag, "INSERT 0 1");
    assert_string_equal(attempt(arena, &to, &h), "ok+duplicate");
    assert_string_equal(h.tag, "INSERT 0 0");
    assert_string_equal(postgres_value(postgres, arena, "SELECT count(*) FROM support_events"), "1");
    assert_string_equal(postgres_value(postgres, arena, "SELECT event_id || ' ' || type || ' ' || (received_at AT TIME ZONE 'UTC') FROM support_events"),
                        "evt_01HZK4Q3V9T7 support.ticket.created 2026-05-21 14:03:11.512");
    assert_string_equal(postgres_value(postgres, arena, "SELECT payload->>'body' FROM support_events"), letter_golden(arena)->message->body);
    assert_string_equal(postgres_value(postgres, arena, "SELECT timeout || ' ' || who FROM support_events"), "10s triage");
    postgres_sql(postgres, "TRUNCATE support_events");
}

static void a_name_and_a_value_that_look_like_sql_are_only_that(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    to.table = "odd";
    to.column_count = 2;
    to.columns[0] = (struct config_column){"event_id", "event.id"};
    to.columns[1] = (struct config_column){"we\"ird; --", "payload.x"};
    struct letter l = *letter_golden(arena);
    static const char payload[] = "{\"x\":\"'); DROP TABLE odd; -- \\u0000 \xf0\x9f\x91\x8b\"}";
    l.payload = json_parse_in(arena, payload, sizeof payload - 1, &json_limits_dialect, NULL, NULL);
    struct composing c = {.letter = &l, .to = &to, .attempt = 1};
    struct delivery r;
    struct err err = {0};
    assert_true(destination_of(DEST_POSTGRES)->compose(arena, &c, &r, &err));
    struct heard h = carry(&r);
    assert_string_equal(h.tag, "INSERT 0 1");
    assert_string_equal(postgres_value(postgres, arena, "SELECT \"we\"\"ird; --\" FROM odd"), "'); DROP TABLE odd; -- \xef\xbf\xbd \xf0\x9f\x91\x8b");
    assert_string_equal(postgres_value(postgres, arena, "SELECT payload->>'x' FROM odd"), "'); DROP TABLE odd; -- \xef\xbf\xbd \xf0\x9f\x91\x8b");
}

/* A real cause where there is one; else a trigger that says so. */
static void cause(struct arena *arena, struct config_destination *to, const char *code)
{
    const char *place = arena_printf(arena, "host=%s port=%d", postgres_directory(postgres), postgres_port(postgres));
    if (str_eq(code, "53300"))
        to->url = arena_printf(arena, "%s user=busy dbname=postgres", place);
    else if (str_eq(code, "25006"))
        to->url = arena_printf(arena, "%s user=reader dbname=postgres", place);
    else if (str_eq(code, "28P01"))
        to->url = arena_printf(arena, "postgresql://desk:wr0ng@127.0.0.1:%d/postgres", postgres_port(postgres));
    else if (str_eq(code, "3D000"))
        to->url = arena_printf(arena, "%s user=desk dbname=nowhere", place);
    else if (str_eq(code, "42501"))
        to->url = arena_printf(arena, "%s user=nobody dbname=postgres", place);
    else if (str_eq(code, "42P01"))
        to->table = "nothing";
    else if (str_eq(code, "42703") || str_eq(code, "22P02")) {
        to->table = "numbers";
        to->columns[to->column_count++] = (struct config_column){str_eq(code, "42703") ? "missing" : "n", "event.type"};
    } else if (str_eq(code, "23502"))
        to->table = "strict";
    else {
        to->table = arena_printf(arena, "raise_%s", code);
        postgres_sql(postgres, arena_printf(arena, "CREATE TABLE IF NOT EXISTS \"%s\" " EVENTS ")", to->table));
        postgres_sql(postgres, arena_printf(arena, "CREATE OR REPLACE TRIGGER t BEFORE INSERT ON \"%s\" FOR EACH ROW EXECUTE FUNCTION raise('%s')", to->table, code));
        postgres_sql(postgres, arena_printf(arena, "GRANT INSERT ON \"%s\" TO desk", to->table));
    }
}

static void expect(struct arena *arena, const char *code, const char *action)
{
    struct config_destination to = warehouse(arena);
    struct heard h;
    cause(arena, &to, code);
    const char *got = attempt(arena, &to, &h);
    if (!str_eq(got, action) || !str_eq(h.sqlstate, code))
        fail_msg("%s: %s, said %s '%s', fault %d", code, got, h.sqlstate, h.text, h.reply.fault);
    if (strstr(h.text, "a whole row") || strstr(h.text, "wr0ng"))
        fail_msg("%s says too much: %s", code, h.text);
}

static void every_answer_of_the_table_gives_its_action(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int n = fixture_rows(arena, "destinations/destinations.tsv", 5, &rows), seen = 0;
    for (int i = 0; i < n; i++) {
        if (!str_eq(rows[i][0], "postgres"))
            continue;
        seen++;
        if (!str_starts(rows[i][1], "INSERT")) {
            expect(arena, rows[i][1], rows[i][4]);
            continue;
        }
        struct config_destination to = warehouse(arena);
        struct heard h;
        if (str_eq(rows[i][1], "INSERT 0 1"))
            postgres_sql(postgres, "TRUNCATE support_events");
        assert_string_equal(attempt(arena, &to, &h), rows[i][4]);
        assert_string_equal(h.tag, rows[i][1]);
    }
    print_message("# %d rows of postgres against a server\n", seen);
    assert_int_equal(seen, 14);
    static const char *const more[][2] = {{"3D000", "dead+disable"}, {"42501", "dead"}, {"57P01", "retry"}, {"55P03", "retry"}, {"XX000", "retry"}, {"08007", "retry+ambiguous"}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        expect(arena, more[i][0], more[i][1]);
}

static void what_fails_at_the_end_is_no_delivery(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct heard h;
    to.table = "late";
    assert_string_equal(attempt(arena, &to, &h), "dead");
    assert_string_equal(h.sqlstate, "23514");
    assert_string_equal(postgres_value(postgres, arena, "SELECT count(*) FROM late"), "0");
}

static void one_connection_serves_one_after_the_other(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct pg *pg = opened();
    postgres_sql(postgres, "TRUNCATE support_events");
    for (int i = 0; i < 4; i++) {
        struct delivery r = composed(arena, &to);
        r.params[0] = arena_printf(arena, "evt_%d", i);
        assert_string_equal(carry_on(pg, &r).tag, "INSERT 0 1");
    }
    assert_string_equal(postgres_value(postgres, arena, "SELECT count(DISTINCT pid) FROM support_events"), "1");
    postgres_sql(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk'");
    for (int64_t until = clock_mono() + 3000; clock_mono() < until && strcmp(postgres_value(postgres, arena, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'desk'"), "0") != 0;)
        poll(NULL, 0, 10);
    struct delivery r = composed(arena, &to); /* the server has closed it meanwhile */
    assert_string_equal(carry_on(pg, &r).tag, "INSERT 0 1");
    assert_string_equal(postgres_value(postgres, arena, "SELECT count(DISTINCT pid) FROM support_events"), "2");
    pg_close(pg);
    postgres_sql(postgres, "TRUNCATE support_events");
}

static void many_wait_beside_each_other(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    enum { MANY = 10 };
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct pg *pg = opened();
    struct heard h[MANY] = {0};
    struct delivery r[MANY];
    struct err err;
    to.table = "slow";
    int64_t from = clock_mono();
    for (int i = 0; i < MANY; i++) {
        r[i] = composed(arena, &to);
        r[i].params[0] = arena_printf(arena, "evt_%d", i);
        assert_true(pg_start(pg, &r[i], hear, &h[i], &err));
    }
    while (pg_count(pg))
        pass(pg, 1000);
    int64_t took = clock_mono() - from;
    for (int i = 0; i < MANY; i++)
        assert_string_equal(h[i].tag, "INSERT 0 1");
    print_message("# %d statements of 400 ms in %d ms\n", MANY, (int)took);
    assert_true(took < MANY * 400 / 2);
    pg_close(pg);
}

static void what_a_trigger_says_is_not_printed(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct heard h;
    to.table = "loud";
    char path[] = "/tmp/triage-said-XXXXXX", said[64];
    int fd = mkstemp(path), kept = dup(2);
    dup2(fd, 2);
    const char *action = attempt(arena, &to, &h);
    dup2(kept, 2);
    close(kept);
    assert_string_equal(action, "ok");
    assert_int_equal(pread(fd, said, sizeof said, 0), 0);
    close(fd);
    unlink(path);
}

static void a_statement_that_takes_too_long_may_have_arrived(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    to.table = "slow";
    struct delivery r = composed(arena, &to);
    r.timeout = 150;
    struct heard h = carry(&r);
    assert_int_equal(h.reply.fault, REPLY_TIMEOUT);
    assert_string_equal(judged(arena, &to, &h), "retry+ambiguous");
    struct stub *stub = stub_open(); /* takes a connection and says nothing */
    static const struct stub_step step = {STUB_HANG, NULL, NULL};
    stub_script(stub, &step, 1);
    to.url = arena_printf(arena, "postgresql://desk@127.0.0.1:%d/x?sslmode=disable", stub_port(stub));
    r = composed(arena, &to);
    r.timeout = 300;
    h = carry(&r);
    assert_int_equal(h.reply.fault, REPLY_TIMEOUT);
    assert_string_equal(judged(arena, &to, &h), "retry");
    stub_close(stub);
}

static void nobody_listening_is_no_answer(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    int port = stub_port(stub);
    stub_close(stub);
    struct delivery r = {.carrier = CARRIER_SQL, .allow_loopback = true, .sql = "SELECT 1", .url = arena_printf(arena, "postgresql://desk:s3cret@127.0.0.1:%d/x", port)};
    struct heard h = carry(&r);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.reply.fault, REPLY_REFUSED);
    assert_string_equal(h.sqlstate, "08006");
    assert_null(strstr(h.text, "s3cret"));
    r.url = "postgresql://desk@no-such-host.invalid/x";
    h = carry(&r);
    assert_int_equal(h.reply.fault, REPLY_REFUSED);
    assert_non_null(strstr(h.text, "not known"));
}

static void no_connection_is_made_to_an_address_that_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    static const char *const urls[] = {"postgresql://127.0.0.1:%d/x", "postgresql://[::1]:%d/x", "postgresql://10.0.0.1:%d/x", "postgresql://169.254.169.254:%d/x",
                                       "host=8.8.8.8 hostaddr=127.0.0.1 port=%d", "host=/tmp port=%d", "host=@x port=%d", "port=%d", "postgresql://127.1:%d/x",
                                       "postgresql://8.8.8.8,127.0.0.1:%d/x", "service=x port=%d", "host=8.8.8.8 replication=database port=%d", "postgresql://8.8.8.8:%d/x?sslmode=prefer",
                                       "postgresql://8.8.8.8:%d/x?sslmode=disable", "not a string %d", "postgresql://desk:s3cret@127.0.0.1:%d/x", "postgresql://[x%d"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[256], *hole = strstr(urls[i], "%d");
        snprintf(url, sizeof url, "%.*s%d%s", (int)(hole - urls[i]), urls[i], stub_port(stub), hole + 2);
        struct delivery r = {.carrier = CARRIER_SQL, .sql = "SELECT 1", .url = url};
        struct heard h = carry(&r);
        if (h.count || !*h.text || strstr(h.text, "s3cret"))
            fail_msg("%s: %d answers, '%s'", url, h.count, h.text);
    }
    struct delivery r = {.carrier = CARRIER_SQL, .sql = "SELECT 1", .url = arena_printf(arena, "postgresql://localhost:%d/x", stub_port(stub))};
    struct heard h = carry(&r); /* a name is judged when it is resolved */
    assert_int_equal(h.count, 1);
    assert_non_null(strstr(h.text, "refused"));
    assert_int_equal(stub_connections(stub), 0);
    stub_close(stub);
}

static void a_name_leads_to_the_address_that_was_checked(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct heard h;
    to.url = arena_printf(arena, "postgresql://desk:s3cret@localhost:%d/postgres", postgres_port(postgres));
    assert_string_equal(attempt(arena, &to, &h), "ok");
    postgres_sql(postgres, "TRUNCATE support_events");
}

static void a_certificate_is_checked_as_the_string_asks(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct heard h;
    const struct { const char *host, *more, *action; } rows[] = {
        {"localhost", "sslmode=require", "ok"},
        {"localhost", "sslmode=verify-full&sslrootcert=cert.pem", "ok+duplicate"},
        {"127.0.0.1", "sslmode=verify-full&sslrootcert=cert.pem", "retry"},
        {"127.0.0.1", "sslmode=verify-ca&sslrootcert=cert.pem", "ok+duplicate"},
        {"localhost", "sslmode=verify-ca&sslrootcert=data/PG_VERSION", "retry"},
        {"localhost", "sslmode=disable", "ok+duplicate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *file = strstr(rows[i].more, "sslrootcert="), *end = file ? file + strlen("sslrootcert=") : rows[i].more + strlen(rows[i].more);
        to.url = arena_printf(arena, "postgresql://desk:s3cret@%s:%d/postgres?%.*s%s%s%s", rows[i].host, postgres_port(postgres), (int)(end - rows[i].more), rows[i].more,
                              file ? postgres_directory(postgres) : "", file ? "/" : "", end);
        const char *action = attempt(arena, &to, &h);
        if (!str_eq(action, rows[i].action))
            fail_msg("%s %s: %s, '%s'", rows[i].host, rows[i].more, action, h.text);
    }
    postgres_sql(postgres, "TRUNCATE support_events");
}

static void what_is_under_way_is_dropped_at_close(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct pg *pg = opened();
    struct heard h = {0}, other = {0};
    struct err err;
    to.table = "slow";
    struct delivery r = composed(arena, &to), name = r;
    r.params[0] = "evt_close";
    name.url = "postgresql://desk@no-such-host.invalid/x";
    assert_true(pg_start(pg, &r, hear, &h, &err));
    assert_true(pg_start(pg, &name, hear, &other, &err)); /* its lookup may outlive us */
    pass(pg, 50);
    pg_close(pg);
    assert_int_equal(h.count, 0);
}

static void a_server_killed_in_the_middle_may_have_acted(void **state)
{
    (void)state;
    NEEDS_POSTGRES
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse(arena);
    struct pg *pg = opened();
    struct heard h = {0};
    struct err err;
    to.table = "slow";
    struct delivery r = composed(arena, &to);
    r.params[0] = "evt_killed";
    assert_true(pg_start(pg, &r, hear, &h, &err));
    for (int64_t until = clock_mono() + 5000; clock_mono() < until && strcmp(postgres_value(postgres, arena, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "1") != 0;)
        pass(pg, 10);
    postgres_kill(postgres);
    while (pg_count(pg))
        pass(pg, 1000);
    pg_close(pg);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.reply.fault, REPLY_LOST);
    assert_string_equal(judged(arena, &to, &h), "retry+ambiguous");
}

static int open_server(void **state)
{
    (void)state;
    postgres = postgres_open();
    if (postgres)
        prepare();
    return 0;
}

static int close_server(void **state)
{
    (void)state;
    postgres_close(postgres);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_arrives_once_however_often_it_is_sent),
        cmocka_unit_test(a_name_and_a_value_that_look_like_sql_are_only_that),
        cmocka_unit_test(every_answer_of_the_table_gives_its_action),
        cmocka_unit_test(what_fails_at_the_end_is_no_delivery),
        cmocka_unit_test(one_connection_serves_one_after_the_other),
        cmocka_unit_test(many_wait_beside_each_other),
        cmocka_unit_test(what_a_trigger_says_is_not_printed),
        cmocka_unit_test(a_statement_that_takes_too_long_may_have_arrived),
        cmocka_unit_test(nobody_listening_is_no_answer),
        cmocka_unit_test(no_connection_is_made_to_an_address_that_is_refused),
        cmocka_unit_test(a_name_leads_to_the_address_that_was_checked),
        cmocka_unit_test(a_certificate_is_checked_as_the_string_asks),
        cmocka_unit_test(what_is_under_way_is_dropped_at_close),
        cmocka_unit_test(a_server_killed_in_the_middle_may_have_acted),
    };
    return cmocka_run_group_tests(tests, open_server, close_server);
}
