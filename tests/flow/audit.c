/* audit: the journal in the shell. What people did is listed, reveals with their reason; a verification of the running desk
 * says that all is as written, and after somebody changed a row of the stopped desk's file, which one. What was cut off is
 * found against the link the daemon logged. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include "harness/stub.h"
#include "store/sql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: admin}\n";
static struct daemon_run *run;

static int start(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    run = daemon_start(arena_printf(arena, config, (long)getuid()));
    setenv("TRIAGE_SOCKET", run->desk, 1);
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= 3; i++)
        shop_post_number(in, "open", i, "Where is my invoice?");
    client_close(in);
    assert_int_equal(SHELL(NULL, "claim", "1", "2")->code, 0);
    assert_int_equal(SHELL(NULL, "reveal", "2", "the customer asked on the phone")->code, 0);
    assert_int_equal(SHELL(NULL, "close", "3")->code, 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

static void who_did_what_is_listed_newest_first_and_narrowed(void **state)
{
    (void)state;
    const struct shell_ran *ran = SHELL(NULL, "audit");
    assert_int_equal(ran->code, 0);
    shell_holds(ran->out, "ana");
    assert_null(strstr(ran->out, "source:open"));
    assert_true(strstr(ran->out, "#3") < strstr(ran->out, "#1"));
    ran = SHELL(NULL, "audit", "--kind", "reveal");
    shell_holds(ran->out, "the customer asked on the phone");
    assert_null(strstr(ran->out, "#1"));
    ran = SHELL(NULL, "audit", "--actor", "source:open", "--json");
    shell_holds(ran->out, "\"kind\":\"event\"");
    assert_null(strstr(ran->out, "\"actor\":\"ana\""));
    ran = SHELL(NULL, "audit", "--ticket", "#1", "--everybody", "--limit", "1", "--all");
    shell_holds(ran->out, "#1");
    assert_null(strstr(ran->out, "#2"));
}

static void a_desk_as_it_was_written_verifies_from_any_link(void **state)
{
    (void)state;
    char head[200];
    const struct shell_ran *ran = SHELL(NULL, "audit", "verify");
    assert_int_equal(ran->code, 0);
    shell_holds(ran->out, "good:");
    ran = SHELL(NULL, "audit", "head");
    assert_int_equal(ran->code, 0);
    str_copy(head, sizeof head, ran->out);
    head[strcspn(head, "\n")] = 0;
    ran = SHELL(NULL, "audit", "verify", "--against", head, "--json");
    assert_int_equal(ran->code, 0);
    shell_holds(ran->out, "\"good\":true");
    head[strlen(head) - 1] = head[strlen(head) - 1] == '0' ? '1' : '0';
    assert_int_equal(SHELL(NULL, "audit", "verify", "--against", head)->code, 1);
    assert_int_equal(SHELL(NULL, "audit", "verify", "--against", "12:beef")->code, 64);
    struct client *me = client_open(run->desk);
    struct answer first = client_get(me, "/v1/audit/verify?most=1");
    assert_false(json_get_bool(first.json, "end", true));
    AUTO_ARENA arena = arena_new();
    const struct json *at = json_get(first.json, "at");
    char *next = arena_printf(arena, "/v1/audit/verify?after=%lld:%s", (long long)json_get_i64(at, "seq", 0), json_get_string(at, "hash", ""));
    struct answer rest = client_get(me, next);
    assert_true(json_get_bool(rest.json, "end", false) && json_get_bool(rest.json, "good", false));
    client_close(me);
}

/* The last link the daemon logged, as SEQ:HASH. */
static char *logged_head(struct arena *arena)
{
    char line[1024], *head = NULL;
    FILE *log = fopen(run->log, "r");
    long long seq;
    char hash[65];
    assert_non_null(log);
    while (fgets(line, sizeof line, log)) {
        const char *at = strstr(line, "chain_head");
        if (at && sscanf(at, "chain_head seq=%lld hash=%64s", &seq, hash) == 2)
            head = arena_printf(arena, "%lld:%s", seq, hash);
    }
    fclose(log);
    return head;
}

/* The file of the stopped desk in somebody's hands. */
static void change_file(const char *sql)
{
    struct err err = {0};
    AUTO_ARENA arena = arena_new();
    struct store *store = store_open(arena_printf(arena, "%s/triage.db", run->dir), STORE_WRITER, &err);
    assert_non_null(store);
    assert_true(sql_exec(store, sql, &err));
    store_close(store);
}

static void a_changed_row_is_named_and_a_cut_tail_is_found_against_the_log(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    daemon_stop(run);
    change_file("CREATE TABLE hidden AS SELECT * FROM entry; UPDATE entry SET actor='eve' WHERE kind='reveal'");
    daemon_restart(run);
    const struct shell_ran *ran = SHELL(NULL, "audit", "verify");
    assert_int_equal(ran->code, 1);
    shell_holds(ran->out, "does not say what was written");
    daemon_stop(run);
    char *head = logged_head(arena);
    assert_non_null(head);
    change_file("UPDATE entry SET actor='ana' WHERE kind='reveal'; DROP TABLE hidden;"
                "DELETE FROM chain WHERE seq=(SELECT max(seq) FROM chain); DELETE FROM entry WHERE seq>(SELECT max(seq) FROM chain);"
                "DELETE FROM score WHERE id>(SELECT count(*) FROM entry WHERE kind='score')");
    daemon_restart(run);
    assert_int_equal(SHELL(NULL, "audit", "verify")->code, 0); /* by itself it cannot tell */
    ran = SHELL(NULL, "audit", "verify", "--against", head);
    assert_int_equal(ran->code, 1);
    shell_holds(ran->out, "cut off");
}

/* Different ones: a link that is sent again is the same. */
static int links_told(struct stub *vault)
{
    int64_t seen[16];
    int n = 0;
    for (int i = 0, count = stub_wait(vault, 0, 0); i < count && n < 16; i++) {
        AUTO_JSON body = json_parse(stub_request(vault, i)->body, stub_request(vault, i)->body_n, &json_limits_native, NULL, NULL);
        int64_t seq = json_get_i64(json_get(body, "payload"), "seq", 0);
        bool known = false;
        for (int k = 0; k < n; k++)
            known |= seen[k] == seq;
        if (!known)
            seen[n++] = seq;
    }
    return n;
}

/* The link is told to a receiver, as often as configured and only where there is more to tell; it is what --against takes. */
static void the_newest_link_is_told_to_a_destination(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *vault = stub_open();
    struct daemon_run *desk = daemon_start(arena_printf(arena,
        "sources:\n  - {name: open, dialect: rbs, auth: none}\nagents:\n  - {name: ana, uid: %ld, role: admin}\n"
        "destinations:\n  - {name: vault, kind: webhook, url: '%s', secrets: [s], allow_loopback: true}\naudit: {destination: vault, every: 10m}\n",
        (long)getuid(), stub_url(vault)));
    struct client *in = client_open(desk->ingest);
    shop_post_number(in, "open", 1, "Where is my invoice?");
    *desk->clock += 11 * 60000;
    shop_post_number(in, "open", 2, "Where is my invoice?");
    assert_int_equal(stub_wait(vault, 1, 8000), 1);
    AUTO_JSON body = json_parse(stub_request(vault, 0)->body, stub_request(vault, 0)->body_n, &json_limits_native, NULL, NULL);
    assert_string_equal(json_get_string(body, "type", ""), "triage.audit_head");
    const struct json *said = json_get(body, "payload");
    char *link = arena_printf(arena, "%lld:%s", (long long)json_get_i64(said, "seq", 0), json_get_string(said, "hash", ""));
    setenv("TRIAGE_SOCKET", desk->desk, 1);
    const struct shell_ran *ran = SHELL(NULL, "audit", "verify", "--against", link);
    if (ran->code)
        fail_msg("%s: %s%s", link, ran->out, ran->err);
    *desk->clock += 11 * 60000;
    shop_post_number(in, "open", 3, "Where is my invoice?");
    int links = links_told(vault);
    for (int64_t until = clock_mono() + 8000; links < 2 && clock_mono() < until; usleep(50000), links = links_told(vault))
        *desk->clock += 1000; /* what did not arrive at once is tried again */
    assert_in_range(links, 2, 3); /* the first may be told before there was anything to wait for */
    setenv("TRIAGE_SOCKET", run->desk, 1);
    client_close(in);
    daemon_remove(desk);
    stub_close(vault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_did_what_is_listed_newest_first_and_narrowed),
        cmocka_unit_test(a_desk_as_it_was_written_verifies_from_any_link),
        cmocka_unit_test(the_newest_link_is_told_to_a_destination),
        cmocka_unit_test(a_changed_row_is_named_and_a_cut_tail_is_found_against_the_log),
    };
    return crypto_open() ? cmocka_run_group_tests_name("audit", tests, start, stop) : 1;
}
