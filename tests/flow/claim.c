/* claim: two agents race for what there is over the real socket, eight connections at once: each ticket is given once, none is
 * left, and the journal rebuilds to the same. And the verbs of the shell about who works on what, and the keys of the console. */
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/load.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { TICKETS = 200, CONNECTIONS = 8 };
static const char config[] = "team: race\n"
                             "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, shared: true, key_id: k-ana}\n"
                             "  - {name: tom, key_id: k-tom}\n";

struct race {
    char requests[2][300];
    bool over[CONNECTIONS];
    int given[TICKETS + 1], by[2], count;
    char wrong[300];
};

static void fill(struct client *in, int count)
{
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < count; i++)
        shop_post_number(in, "open", i, arena_printf(arena, "Title %d", i));
}

static bool next(void *arg, int connection, const char **data, size_t *n)
{
    struct race *r = arg;
    *data = r->requests[connection % 2];
    *n = strlen(*data);
    return !r->over[connection];
}

static void done(void *arg, int connection, int status, const char *body, size_t n, int64_t us)
{
    struct race *r = arg;
    (void)us;
    AUTO_JSON root = json_parse(body, n, &json_limits_dialect, NULL, NULL);
    const struct json *result = json_first(json_get(root, "results"));
    int64_t ticket = json_get_i64(result, "ticket", 0);
    bool ok = json_get_bool(result, "ok", false);
    r->over[connection] = !ok;
    if (status != 200 || (ok && (ticket < 1 || ticket > TICKETS)) || (!ok && json_get_i64(json_get(result, "error"), "status", 0) != 404))
        snprintf(r->wrong, sizeof r->wrong, "%d: %.*s", status, n > 200 ? 200 : (int)n, body);
    if (!ok || ticket < 1 || ticket > TICKETS)
        return;
    r->given[ticket]++;
    r->by[connection % 2]++;
    r->count++;
}

static void two_agents_race_and_each_ticket_is_claimed_once(void **state)
{
    (void)state;
    static const char *const keys[] = {"k-ana", "k-tom"};
    static const char body[] = "{\"do\":\"claim-next\"}";
    char clock[128];
    struct daemon_run *run = daemon_start_mine(config);
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk);
    struct race race = {0};
    for (int i = 0; i < 2; i++)
        snprintf(race.requests[i], sizeof race.requests[i],
                 "POST /v1/do HTTP/1.1\r\nHost: desk\r\nX-Triage-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", keys[i], sizeof body - 1, body);
    fill(in, TICKETS);
    struct load load = {.socket = {run->desk, run->desk}, .connections = {CONNECTIONS, 0}, .next = next, .done = done, .arg = &race};
    assert_true(load_run(&load));
    assert_string_equal(race.wrong, "");
    assert_int_equal(race.count, TICKETS);
    for (int i = 1; i <= TICKETS; i++)
        assert_int_equal(race.given[i], 1);
    assert_true(race.by[0] > 0 && race.by[1] > 0);
    print_message("# %d tickets, %d connections: %d to ana, %d to tom, none twice\n", TICKETS, CONNECTIONS, race.by[0], race.by[1]);
    client_close(in);
    client_close(desk);
    assert_int_equal(daemon_stop(run), 0);
    snprintf(clock, sizeof clock, "%s/clock", run->dir);
    assert_int_equal(daemon_try((const char *[]){"triaged", "--dir", run->dir, "--clock", clock, "--rebuild", NULL}), 0);
    daemon_remove(run);
}

/* --- the verbs --- */

static void the_shell_claims_skips_and_tells_who_has_what(void **state)
{
    (void)state;
    char text[1024];
    snprintf(text, sizeof text,
             "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
             "agents:\n  - {name: ana, uid: %ld, role: lead, capacity: 8, skills: [billing]}\n  - {name: tom}\n"
             "assignment:\n  skills:\n    - {skill: billing, when: category == \"billing\"}\n", (long)getuid());
    struct daemon_run *run = daemon_start(text);
    struct client *in = client_open(run->ingest);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    fill(in, 3);
    const struct shell_ran *ran = SHELL(NULL, "claim", "--next", "--dry-run");
    shell_holds(ran->out, "#1 claimed: due in ");
    ran = SHELL(NULL, "claim", "--next", "--skip", "1");
    assert_int_equal(ran->code, 64);
    shell_holds(ran->err, "skipping asks for a reason");
    ran = SHELL(NULL, "claim", "--next", "--skip", "1", "--reason", "no access to that shop");
    assert_int_equal(ran->code, 0);
    shell_holds(ran->out, "#2 claimed");
    ran = SHELL(NULL, "show", "1");
    shell_holds(ran->out, "no access to that shop");
    ran = SHELL(NULL, "why", "2", "assign");
    shell_holds(ran->out, "ana took it: due in ");
    shell_holds(ran->out, "tom: could take it; 0 of 10 open.");
    ran = SHELL(NULL, "agents");
    shell_holds(ran->out, "1 of 8");
    shell_holds(ran->out, "billing");
    assert_int_equal(SHELL(NULL, "escalate", "2", "the shop is down")->code, 0);
    ran = SHELL(NULL, "handover");
    shell_holds(ran->out, "nobody has taken the desk over yet");
    shell_holds(ran->out, "not clean: 1 escalation nobody has acknowledged");
    shell_holds(ran->out, "3 received");
    shell_holds(ran->out, "1 skipped");
    shell_holds(ran->out, "#2  ana  triggered");
    ran = SHELL(NULL, "handover", "ack", "quiet", "until", "noon");
    assert_int_equal(ran->code, 0);
    shell_holds(ran->out, "the desk is yours; not clean: 1 escalation nobody has acknowledged");
    ran = SHELL(NULL, "handover");
    shell_holds(ran->out, "the desk is ana's since");
    client_close(in);
    daemon_remove(run);
}

/* --- the keys --- */

static void the_console_claims_skips_and_hands_over(void **state)
{
    (void)state;
    char text[1024];
    snprintf(text, sizeof text, "sources:\n  - {name: open, dialect: rbs, auth: none}\nagents:\n  - {name: ana, uid: %ld, role: lead, capacity: 8}\n  - {name: tom}\n", (long)getuid());
    struct daemon_run *run = daemon_start(text);
    struct client *in = client_open(run->ingest);
    fill(in, 3);
    struct console_run *c = console_open("claim", run, "all");
    console_shows(c, "Title 0", NULL);
    console_type(c, "C");
    console_shows(c, "#1 claimed: due in", NULL);
    console_shows(c, "#1  Title 0", "owner you");
    console_type(c, "P");
    console_shows(c, "skip #1, because:", NULL);
    console_type(c, "no access to that shop\r");
    console_shows(c, "skip", "(no access to that shop)");
    console_type(c, "C");
    console_shows(c, "#2  Title 1", "owner you");
    console_type(c, "gw");
    console_shows(c, "ana (you)", "1 of 8");
    console_type(c, "gh");
    console_shows(c, "Handover", "nobody has acknowledged one yet");
    console_shows(c, "3 in", "1 skipped");
    console_type(c, "H");
    console_shows(c, "take the desk over as it stands", NULL);
    console_type(c, "all \"quiet\" here\r"); /* words are the note */
    console_shows(c, "Handover", "you since");
    struct client *desk = client_open(run->desk);
    assert_non_null(strstr(client_get(desk, "/v1/handover").body, "\"note\":\"all \\\"quiet\\\" here\""));
    client_close(desk);
    assert_int_equal(console_close(c), 0);
    client_close(in);
    daemon_remove(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_agents_race_and_each_ticket_is_claimed_once),
                                       cmocka_unit_test(the_shell_claims_skips_and_tells_who_has_what),
                                       cmocka_unit_test(the_console_claims_skips_and_hands_over)};
    return crypto_open() ? cmocka_run_group_tests_name("claim", tests, NULL, NULL) : 1;
}
