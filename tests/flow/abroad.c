/* abroad: what others answer when something is sent to them, hostile in all that an answer can say: a real mail server's replies of several
 * lines at each stage; a real PostgreSQL that raises, warns and shows a certificate with a name of its own; the status line, the headers and
 * the body of each kind that speaks HTTP, a redirect among them. Then every exit where it may be read again: verbs as text and as JSON, the
 * stream, the mode of lines, the console, the log. The last case takes the cleaning out of both programs (triage-open, triaged-open): each of
 * these exits must then show it, or nothing would have been tried. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/exits.h"
#include "harness/postgres.h"
#include "harness/settle.h"
#include "harness/shop.h"
#include "harness/smtpd.h"
#include "harness/stub.h"
#include "support/hostile.h"
#include <libpq-fe.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SAMPLE = 149, OPEN_ROUNDS = 6, SOON = 60000, PARCELS = 500 };
/* One that every exit would show: a title, a colour, C1, a direction. */
#define EVIL "PWN\033]0;7777\007\033[7777m\302\205\342\200\256"
static const char config[] =
    "team: abroad\n"
    "sources:\n"
    "  - {name: shop, dialect: rbs, auth: none}\n"
    "agents:\n"
    "  - {name: ana, uid: %ld, role: admin}\n"
    "destinations:\n"
    "  - {name: hook, kind: webhook, url: 'http://127.0.0.1:%d/hook', allow_loopback: true, profile: standard}\n"
    "  - {name: slack, kind: slack, url: 'http://127.0.0.1:%d/slack', allow_loopback: true}\n"
    "  - {name: discord, kind: discord, url: 'http://127.0.0.1:%d/discord', allow_loopback: true}\n"
    "  - {name: telegram, kind: telegram, token: '1:x', channel: '-100', url: 'http://127.0.0.1:%d/telegram', allow_loopback: true}\n"
    "  - {name: notion, kind: notion, token: ntn_1, channel: 0123456789abcdef0123456789abcdef, url: 'http://127.0.0.1:%d/notion', allow_loopback: true}\n"
    "  - {name: pagerduty, kind: pagerduty, token: 0123456789abcdef0123456789abcdef, url: 'http://127.0.0.1:%d/pagerduty', allow_loopback: true}\n"
    "  - {name: brain, kind: model, api: openai, model: m, token: k, url: 'http://127.0.0.1:%d/brain', allow_loopback: true}\n"
    "%s"
    "routes:\n"
    "  - {name: all, to: [hook, slack, discord, telegram, notion, pagerduty]}\n"
    "  - {name: asked, steps: [classify: {model: brain}], to: [hook]}\n"
    "%s";

static struct arena *arena;
static struct hostile hostile;
static struct smtpd *smtpd;
static struct postgres *postgres;
static struct stub *web;
static struct daemon_run *run;
static struct client *in, *desk;
static bool all, door_open;
static pid_t watch;
static FILE *watched[2];

static const char *payload(long i)
{
    return door_open ? EVIL : hostile.list[(unsigned long)(i * (all ? 1 : SAMPLE)) % (unsigned long)hostile.count];
}

static long rounds(void)
{
    return door_open ? OPEN_ROUNDS : all ? hostile.count : hostile.count / SAMPLE;
}

/* As a JSON string's inside; what is no UTF-8 stays so, or goes as smtpd.py reads raw bytes. */
static char *quoted(struct arena *into, const char *text, bool raw_as_surrogates)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p == '"' || *p == '\\')
            str_addf(&out, "\\u%04x", *p);
        else if (*p >= 0x80 && raw_as_surrogates)
            str_addf(&out, "\\udc%02x", *p);
        else
            str_addc(&out, (char)*p);
    return arena_strdup(into, out.data);
}

static char *filled(struct arena *into, const char *pattern, const char *text)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (; *pattern; pattern++)
        if (*pattern == '$')
            str_adds(&out, text);
        else
            str_addc(&out, *pattern);
    return arena_strdup(into, out.data);
}

/* --- HTTP --- */

static const struct { const char *path, *body; } bodies[] = {
    {"/hook", "$"},
    {"/slack", "{\"ok\":false,\"error\":\"$\",\"response_metadata\":{\"messages\":[\"$\"]}}"},
    {"/discord", "{\"message\":\"$\",\"code\":50035,\"retry_after\":\"$\",\"errors\":{\"content\":{\"_errors\":[{\"code\":\"$\",\"message\":\"$\"}]}}}"},
    {"/telegram", "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: $\",\"parameters\":{\"retry_after\":\"$\",\"migrate_to_chat_id\":\"$\"}}"},
    {"/notion", "{\"object\":\"error\",\"status\":400,\"code\":\"$\",\"message\":\"$\"}"},
    {"/pagerduty", "{\"status\":\"$\",\"message\":\"$\",\"errors\":[\"$\"]}"},
    {"/brain", "{\"error\":{\"message\":\"$\",\"type\":\"$\",\"code\":\"$\"}}"},
};
static const char *const heads[] = {
    "400 $\r\nX-Said: $\r\n", "422 $\r\nContent-Type: $\r\n", "302 $\r\nLocation: http://$/$\r\n", "503 $\r\nRetry-After: $\r\n",
    "429 $\r\nRetry-After: $\r\nX-RateLimit-Scope: $\r\nX-RateLimit-Remaining: $\r\nX-RateLimit-Reset-After: $\r\n", "413 $\r\nContent-Type: application/json\r\n",
};

/* A line of a head ends where a line ends; what is behind it would be a header of its own. */
static const char *in_a_line(struct arena *into, const char *text)
{
    return arena_strndup(into, text, strcspn(text, "\r\n"));
}

static struct stub_step answer_of(void *arg, const struct stub_request *request, struct arena *into)
{
    static _Atomic long count; /* each connection has its thread */
    long i = count++;
    const char *text = payload(i), *body = text;
    (void)arg;
    for (size_t k = 0; k < sizeof bodies / sizeof *bodies; k++)
        if (strstr(request->head, bodies[k].path))
            body = filled(into, bodies[k].body, k ? quoted(into, text, false) : text);
    const char *head = filled(into, heads[(unsigned long)i % (sizeof heads / sizeof *heads)], in_a_line(into, text));
    return (struct stub_step){STUB_ANSWER, arena_printf(into, "HTTP/1.1 %sContent-Length: %zu\r\n\r\n%s", head, strlen(body), body), NULL};
}

/* --- SMTP --- */

static void script_mail(long i)
{
    static const char *const stages[] = {"banner", "ehlo", "mail", "rcpt", "data", "dot"}, *const codes[] = {"550", "451", "552", "421", "999"};
    const char *text = quoted(arena, payload(i), true), *code = codes[i % 5];
    if (smtpd)
        smtpd_script(smtpd, arena, arena_printf(arena, "{\"script\":{\"%s\":\"%s-%s\\r\\n%s %s\"}}", stages[i % 6], code, text, code, text));
}

/* --- PostgreSQL --- */

static PGconn *hostile_database(void)
{
    PGconn *conn = PQconnectdb(arena_printf(arena, "host=%s port=%d user=boss dbname=hostile", postgres_directory(postgres), postgres_port(postgres)));
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    return conn;
}

static void run_sql(PGconn *conn, const char *sql, const char *value)
{
    const char *const values[] = {value};
    PGresult *result = PQexecParams(conn, sql, value ? 1 : 0, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
}

/* A database that takes any bytes, whose table refuses each row and says a payload in every place there is. */
static void make_database(void)
{
    static const char *const lines[] = {
        "CREATE TABLE payloads (n serial, text text)", "CREATE SEQUENCE turn", "CREATE TABLE support_events (event_id text UNIQUE, type text, received_at timestamptz, payload jsonb)",
        "CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ DECLARE p text; i bigint := nextval('turn'); BEGIN SELECT text INTO STRICT p FROM payloads WHERE n = 1 + i % (SELECT count(*) FROM payloads);"
        " RAISE NOTICE '%', p; RAISE WARNING '%', p; RAISE EXCEPTION USING MESSAGE = p, DETAIL = p, HINT = p, COLUMN = p, CONSTRAINT = p, TABLE = p, ERRCODE = '22000'; END $$",
        "CREATE TRIGGER say BEFORE INSERT ON support_events FOR EACH ROW EXECUTE FUNCTION say()", "GRANT INSERT, SELECT ON support_events TO desk"};
    postgres_sql(postgres, "CREATE ROLE desk LOGIN PASSWORD 's3cret'");
    postgres_sql(postgres, "CREATE DATABASE hostile ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    PGconn *conn = hostile_database();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        run_sql(conn, lines[i], NULL);
    for (long i = 0; i < hostile.count; i += all ? 1 : SAMPLE)
        run_sql(conn, "INSERT INTO payloads (text) VALUES ($1)", hostile.list[i]);
    PQfinish(conn);
}

/* A certificate that signs itself, for a name that no host has. */
static void make_certificate(void)
{
    const char *dir = postgres_directory(postgres);
    FILE *file = fopen(arena_printf(arena, "%s/evil.conf", dir), "w");
    assert_non_null(file);
    fprintf(file, "[req]\nprompt = no\nutf8 = yes\nstring_mask = utf8only\ndistinguished_name = dn\nx509_extensions = ca\n[ca]\nbasicConstraints = critical,CA:TRUE\n[dn]\nCN = %s\n", EVIL);
    fclose(file);
    assert_int_equal(system(arena_printf(arena, /* NOLINT(cert-env33-c): words of the test's own */
        "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -config evil.conf -keyout evil.key -out evil.pem 2>/dev/null"
        " && cat evil.key > key.pem && cat evil.pem > cert.pem", dir)), 0);
    postgres_sql(postgres, "SELECT pg_reload_conf()");
}

/* --- the desk --- */

static char *other_destinations(void)
{
    AUTO_STR out;
    str_init(&out, 8192);
    if (smtpd)
        str_addf(&out, "  - {name: post, kind: email, host: 127.0.0.1, port: %d, tls: none, from: 'Desk <desk@acme.example>', to: [a@acme.example], allow_loopback: true}\n", smtpd_port(smtpd));
    if (postgres)
        str_addf(&out, "  - {name: warehouse, kind: postgres, url: 'postgresql://desk:s3cret@127.0.0.1:%d/hostile', table: support_events, allow_loopback: true}\n"
                       "  - {name: stranger, kind: postgres, url: 'postgresql://desk:s3cret@127.0.0.1:%d/hostile?sslmode=verify-full&sslrootcert=%s/evil.pem', table: support_events, allow_loopback: true}\n",
                 postgres_port(postgres), postgres_port(postgres), postgres_directory(postgres));
    return arena_strdup(arena, out.data);
}

static void open_desk(void)
{
    int port = stub_port(web);
    run = daemon_start(arena_printf(arena, config, (long)getuid(), port, port, port, port, port, port, port, other_destinations(),
                                    !smtpd && !postgres ? "" : arena_printf(arena, "  - {name: others, to: [%s%s%s]}\n", smtpd ? "post" : "", smtpd && postgres ? ", " : "",
                                                                            postgres ? "warehouse, stranger" : "")));
    in = client_open(run->ingest);
    desk = client_open(run->desk);
    setenv("TRIAGE_SOCKET", run->desk, 1);
}

static void end_watch(void)
{
    if (watch) {
        kill(watch, SIGTERM);
        waitpid(watch, NULL, 0);
    }
    watch = 0;
}

static void close_desk(void)
{
    end_watch();
    client_close(in);
    client_close(desk);
    daemon_remove(run);
    run = NULL;
}

/* How many of a destination's parcels were tried, or of all. */
static int tried(const char *destination)
{
    int count = 0;
    client_ask(desk, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11); /* wakes the writer, which then looks at the clock */
    struct answer a = client_get(desk, arena_printf(arena, "/v1/parcels?limit=%d%s%s", PARCELS, destination ? "&destination=" : "", destination ? destination : ""));
    for (const struct json *p = json_first(json_get(a.json, "parcels")); p; p = json_next(p))
        count += json_get_i64(p, "attempts", 0) > 0;
    return count;
}

static void wait_tried(const char *destination, int want)
{
    for (int64_t until = clock_mono() + SOON; tried(destination) < want; usleep(2000)) {
        if (clock_mono() > until)
            fail_msg("%s: %d of %d parcels were tried: %s", destination, tried(destination), want, client_get(desk, "/v1/parcels?state=due").body);
        *run->clock += 60000; /* whoever rests is tried again */
    }
}

static void feed(void)
{
    for (long i = 0; i < rounds(); i++) {
        script_mail(i);
        shop_post_number(in, "shop", (int)i + 1, "It is down");
        if (smtpd)
            wait_tried("post", i < PARCELS ? (int)i + 1 : PARCELS);
    }
    int most = rounds() < PARCELS ? (int)rounds() : PARCELS; /* the newest, which leave last */
    wait_tried("hook", most);
    wait_tried("telegram", all ? 0 : most); /* of all, those that keep a pace have hours to go */
    wait_tried("brain", 1);
    if (postgres)
        wait_tried("warehouse", most);
}

/* --- exits --- */


static void begin_watch(void)
{
    FILE *nothing = tmpfile();
    watched[0] = tmpfile();
    watched[1] = tmpfile();
    watch = exits_begin((const char *const[]){"watch", NULL}, nothing, watched);
    fclose(nothing);
}

static void look_at_watch(void)
{
    size_t n;
    end_watch();
    char *told = exits_slurp(watched[0], &n);
    assert_true(n > 1000);
    exits_text("watch", told, n, HOSTILE_LINES | HOSTILE_DATA);
    free(told);
    fclose(watched[1]);
}

#define SHELL(...) free(exits_shell("", (const char *const[]){__VA_ARGS__, NULL}))
static void look_at_lists(void)
{
    SHELL("deliveries", "--all");
    SHELL("deliveries", "ls", "--state", "dead");
    SHELL("destinations");
}

static void look_at_lists_as_json(void)
{
    SHELL("deliveries", "--all", "--json");
    SHELL("destinations", "--json");
}

static void each_delivery(const char *json)
{
    struct answer a = client_get(desk, arena_printf(arena, "/v1/parcels?limit=%d", PARCELS));
    int i = 0;
    for (const struct json *p = json_first(json_get(a.json, "parcels")); p; p = json_next(p), i++)
        if (all || i % 3 == 0)
            SHELL("deliveries", "show", arena_printf(arena, "%lld", (long long)json_get_i64(p, "id", 0)), json);
}

static void look_at_each_delivery(void)
{
    each_delivery(NULL);
}

static void look_at_each_delivery_as_json(void)
{
    each_delivery("--json");
}

static void each_ticket(const char *json)
{
    for (long id = 1; id <= rounds(); id += 4) {
        const char *number = arena_printf(arena, "%ld", id);
        SHELL("show", number, json);
        SHELL("why", number, "route", json);
    }
}

static void look_at_each_ticket(void)
{
    each_ticket(NULL);
    SHELL("audit");
    SHELL("prompt");
    SHELL("handover");
}

static void look_at_each_ticket_as_json(void)
{
    each_ticket("--json");
    SHELL("audit", "--json");
}

static void look_at_the_mode_of_lines(void)
{
    free(exits_shell("deliveries\ndestinations\nshow 1\nshow 2\nshow 5\nwhy 1 route\nquit\n", (const char *const[]){"--linear", NULL}));
}

enum { ESC_MS = 45 }; /* it may be the beginning of a longer key for a moment */

/* What it brings is here. */
static void say(struct console_run *c, const char *keys)
{
    size_t n;
    console_type(c, keys);
    if (*keys == 27)
        console_bytes(c, ESC_MS, &n);
    settle_console(c, run);
}

static void look_at_the_console(void)
{
    const char *const args[] = {console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start_as(&(struct console_as){.name = "abroad", .home = run->dir, .args = args, .columns = 200, .rows = 60});
    struct exits_told told = {0};
    size_t n;
    console_wait(&c, 1, "live", NULL, true, clock_mono(), SOON);
    say(c, "gd");
    for (int i = 0; i < 12; i++) {
        say(c, "j");
        say(c, i % 3 ? "w" : "\r");
        say(c, "\033");
        say(c, "gd");
    }
    say(c, "gH");
    say(c, "6");
    for (int i = 0; i < 5; i++) {
        say(c, "\rG");
        say(c, "w");
        say(c, "\033");
        say(c, "yYq");
        say(c, "j");
    }
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    const char *bytes = console_bytes(c, 0, &n);
    exits_stream("the console", bytes, n, &told);
    console_close(c);
    print_message("# abroad: %zu bytes of the console, %d copied\n", n, told.copied);
}

static void look_at_the_log(void)
{
    size_t n;
    FILE *log = fopen(run->log, "r");
    assert_non_null(log);
    char *text = exits_slurp(log, &n);
    assert_true(n > 100);
    exits_text("the log", text, n, HOSTILE_LINES);
    free(text);
}

static const struct { const char *name; void (*look)(void); bool twice; } exits[] = { /* twice: cleaned by a second hand that stays */
    {"the lists", look_at_lists, false}, {"the lists as JSON", look_at_lists_as_json, false}, {"each delivery", look_at_each_delivery, false},
    {"each delivery as JSON", look_at_each_delivery_as_json, false}, {"each ticket", look_at_each_ticket, false}, {"each ticket as JSON", look_at_each_ticket_as_json, false},
    {"the mode of lines", look_at_the_mode_of_lines, false}, {"the console", look_at_the_console, false}, {"watch", look_at_watch, false}, {"the log", look_at_the_log, true}};
enum { EXITS = sizeof exits / sizeof *exits };

/* What is kept of this destination's answers holds the marker: it has answered with it, and was heard. */
static void was_heard(const char *destination)
{
    bool heard = false;
    struct answer a = client_get(desk, arena_printf(arena, "/v1/parcels?limit=%d&destination=%s", PARCELS, destination));
    for (const struct json *p = json_first(json_get(a.json, "parcels")); p; p = json_next(p))
        heard |= strstr(json_get_string(p, "error", ""), "PWN") != NULL;
    if (!heard)
        fail_msg("%s: nothing of its answers was kept: %s", destination, a.body);
}

static void all_were_heard(void)
{
    static const char *const by_http[] = {"hook", "slack", "discord", "telegram", "notion", "pagerduty", "brain"}, *const by_sql[] = {"warehouse", "stranger"};
    for (size_t i = 0; i < sizeof by_http / sizeof *by_http; i++)
        was_heard(by_http[i]);
    if (smtpd)
        was_heard("post");
    for (size_t i = 0; postgres && i < sizeof by_sql / sizeof *by_sql; i++)
        was_heard(by_sql[i]);
}

/* --- tests --- */

static void nothing_of_what_others_answer_comes_out_of_any_exit(void **state)
{
    (void)state;
    open_desk();
    begin_watch();
    feed();
    for (int i = 0; i < EXITS; i++)
        exits[i].look();
    print_message("# abroad: %ld payloads, %d answers by HTTP%s%s; %ld texts and streams, 0 hostile characters\n", rounds(), stub_wait(web, 0, 0),
                  smtpd ? ", by mail" : "", postgres ? ", by PostgreSQL" : "", exits_looked());
    close_desk();
}

static void a_program_that_cleans_nothing_is_caught_at_every_exit(void **state)
{
    (void)state;
    const char *build = getenv("TRIAGE_BUILDDIR"), *open_triage = arena_printf(arena, "%s/triage-open", build), *open_triaged = arena_printf(arena, "%s/triaged-open", build);
    if (access(open_triage, X_OK) != 0 || access(open_triaged, X_OK) != 0) {
        print_message("# skipped: make triage-open triaged-open first\n");
        skip();
    }
    setenv("TRIAGE_TRIAGE", open_triage, 1);
    setenv("TRIAGE_TRIAGED", open_triaged, 1);
    door_open = true;
    if (postgres) {
        PGconn *conn = hostile_database();
        run_sql(conn, "UPDATE payloads SET text = $1", EVIL);
        PQfinish(conn);
    }
    open_desk();
    begin_watch();
    feed();
    all_were_heard();
    for (int i = 0; i < EXITS; i++) {
        exits_open_door(true);
        exits[i].look();
        if (!exits_found() && !exits[i].twice)
            fail_msg("%s: no answer reached it, or nobody would have noticed", exits[i].name);
        print_message("# abroad, cleaning nothing: %s: %ld\n", exits[i].name, exits_found());
    }
    close_desk();
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    hostile_make(arena, &hostile);
    smtpd = smtpd_open();
    postgres = postgres_open();
    web = stub_open();
    stub_ask(web, answer_of, NULL);
    stub_forget(web);
    if (!smtpd)
        print_message("# skipped: mail: python3-aiosmtpd is not installed\n");
    if (!postgres)
        print_message("# skipped: PostgreSQL: no server is installed\n");
    if (postgres) {
        make_database();
        make_certificate();
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (run)
        close_desk(); /* a case failed */
    stub_close(web);
    postgres_close(postgres);
    smtpd_close(smtpd);
    arena_free(arena);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_what_others_answer_comes_out_of_any_exit),
        cmocka_unit_test(a_program_that_cleans_nothing_is_caught_at_every_exit),
    };
    all = argc > 1 && strcmp(argv[1], "all") == 0;
    return crypto_open() ? cmocka_run_group_tests(tests, start, stop) : 1;
}
