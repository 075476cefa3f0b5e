/* life: a customer's two tickets over real sockets and the shell: put on hold, merged and taken apart, split, snoozed, closed by the
 * clock and gone on from; what each says stands in the timeline of the root, and the journal rebuilds to the same. */
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { MINUTE = 60000 };
#define DAY ((int64_t)86400000)
static const char config[] = "team: flow\n"
                             "sources:\n  - {name: cstar, dialect: cstar, auth: none, reply_via: webhook, reply_url: 'https://shop.example/r', reply_secret: r}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: admin}\n";

struct told { /* the stage */
    struct daemon_run *run;
    struct client *in, *desk;
    int events;
};

static const char *now(const struct told *t)
{
    static char text[32];
    time_t seconds = *t->run->clock / 1000;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return text;
}

static void send_event(struct told *t, const char *type, const char *data)
{
    char body[1200];
    int n = snprintf(body, sizeof body, "{\"id\":\"evt_%d\",\"type\":\"%s\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":%s}", ++t->events, type, now(t), data);
    struct answer a = client_ask(t->in, "POST", "/in/cstar", "Content-Type: application/json\r\n", body, (size_t)n);
    if (a.status != 200)
        fail_msg("%s: %d %s", type, a.status, a.body);
}

static void create(struct told *t, const char *key, const char *customer)
{
    char data[600];
    snprintf(data, sizeof data,
             "{\"ticket\":{\"id\":\"%s\",\"title\":\"Question %s\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"%s\",\"tags\":[]},"
             "\"customer\":{\"id\":\"%s\",\"name\":\"Jo\",\"email\":\"jo@example.com\"}}",
             key, key, customer, customer);
    send_event(t, "ticket.created", data);
}

static void says(struct told *t, const char *key, const char *text)
{
    char data[600];
    snprintf(data, sizeof data, "{\"ticket\":{\"id\":\"%s\"},\"message\":{\"id\":\"m%d\",\"content\":\"%s\",\"sender\":\"customer\",\"createdAt\":\"%s\"}}", key,
             t->events, text, now(t));
    send_event(t, "ticket.message_added", data);
}

static const struct json *ticket(struct told *t, int64_t id)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%lld", (long long)id);
    return json_get(client_get(t->desk, path).json, "ticket");
}

static int64_t number(struct told *t, int64_t id, const char *member)
{
    return json_get_i64(ticket(t, id), member, 0);
}

static const char *word(struct told *t, int64_t id, const char *member)
{
    return json_get_string(ticket(t, id), member, "");
}

static void pass(struct told *t, int64_t ms)
{
    *t->run->clock += ms;
    client_get(t->desk, "/v1/desk?limit=1");
}

/* The clock closes it when the writer wakes; that takes its moment. */
static void until_closed(struct told *t, int64_t id)
{
    for (int i = 0; i < 1000 && strcmp(word(t, id, "status"), "closed") != 0; i++)
        usleep(10000);
    assert_string_equal(word(t, id, "status"), "closed");
}

static void open_stage(struct told *t)
{
    *t = (struct told){0};
    crypto_open();
    t->run = daemon_start_mine(config);
    t->in = client_open(t->run->ingest);
    t->desk = client_open(t->run->desk);
    setenv("TRIAGE_SOCKET", t->run->desk, 1);
}

static void close_stage(struct told *t)
{
    char clock[128];
    snprintf(clock, sizeof clock, "%s/clock", t->run->dir);
    client_close(t->in);
    client_close(t->desk);
    assert_int_equal(daemon_stop(t->run), 0);
    assert_int_equal(daemon_try_aloud((const char *[]){"triaged", "--dir", t->run->dir, "--clock", clock, "--rebuild", NULL}), 0);
    daemon_remove(t->run);
}

static void done(const struct shell_ran *ran, const char *says)
{
    if (ran->code != 0)
        fail_msg("exit code %d: %s", ran->code, ran->err);
    shell_holds(ran->out, says);
}

static void refused(const struct shell_ran *ran, const char *why)
{
    assert_int_not_equal(ran->code, 0);
    shell_holds(ran->err, why);
}

static void two_tickets_become_one_and_two_again(void **state)
{
    struct told t;
    (void)state;
    open_stage(&t);
    create(&t, "a", "c1");
    create(&t, "b", "c2");
    says(&t, "a", "It does not work");
    refused(SHELL(NULL, "merge", "2", "--into", "1"), "different customers");
    done(SHELL(NULL, "merge", "2", "--into", "1", "--confirm"), "#2 is part of #1 now");
    assert_string_equal(word(&t, 2, "status"), "closed");
    assert_int_equal(number(&t, 2, "merged_into"), 1);
    pass(&t, MINUTE);
    says(&t, "b", "Nor does it for me");
    done(SHELL(NULL, "show", "1"), "Nor does it for me");
    shell_holds(SHELL(NULL, "show", "1")->out, "customer   #2");
    shell_holds(SHELL(NULL, "show", "2")->out, "part of       #1");
    shell_holds(SHELL(NULL, "show", "1")->out, "#2 is read here too from now on");
    refused(SHELL("Hello", "reply", "2"), "was merged into #1");
    done(SHELL(NULL, "unmerge", "2"), "its own ticket again");
    assert_string_equal(word(&t, 2, "status"), "new");
    assert_null(strstr(SHELL(NULL, "show", "1")->out, "Nor does it for me"));
    shell_holds(SHELL(NULL, "show", "2")->out, "Nor does it for me");
    close_stage(&t);
}

static void a_conversation_is_split_from_a_message_on(void **state)
{
    struct told t;
    char row[32] = "";
    (void)state;
    open_stage(&t);
    create(&t, "a", "c1");
    says(&t, "a", "It does not work");
    pass(&t, MINUTE);
    says(&t, "a", "And the bill is wrong");
    const struct json *lines = json_get(client_get(t.desk, "/v1/tickets/1/lines").json, "lines");
    for (const struct json *line = json_first(lines); line; line = json_next(line))
        if (str_eq(json_get_string(json_get(line, "message"), "body", NULL), "And the bill is wrong"))
            snprintf(row, sizeof row, "%lld", (long long)json_get_i64(json_get(line, "message"), "row", 0));
    done(SHELL(NULL, "split", "1", row, "--dry-run"), "#1 goes on as #2");
    done(SHELL(NULL, "split", "1", "--message", row), "#1 goes on as #2");
    assert_int_equal(number(&t, 2, "split_from"), 1);
    assert_int_equal(number(&t, 2, "messages"), 1);
    shell_holds(SHELL(NULL, "show", "1")->out, "goes on in #2");
    refused(SHELL(NULL, "spam", "2"), "confirm it");
    done(SHELL(NULL, "spam", "2", "--confirm"), "put aside as spam");
    done(SHELL(NULL, "undo", "2"), "undone");
    assert_string_equal(word(&t, 2, "disposition"), "");
    close_stage(&t);
}

static void a_ticket_is_held_snoozed_closed_and_gone_on_from(void **state)
{
    struct told t;
    (void)state;
    open_stage(&t);
    create(&t, "a", "c1");
    says(&t, "a", "It does not work");
    refused(SHELL(NULL, "status", "1", "hold"), "on_hold needs a reason");
    done(SHELL(NULL, "status", "1", "hold", "parts", "from", "DHL"), "#1 is now on_hold");
    assert_string_equal(word(&t, 1, "hold_reason"), "parts from DHL");
    shell_holds(SHELL(NULL, "show", "1")->out, "(local only: the source is not told)");
    refused(SHELL(NULL, "status", "1", "pending"), "reply first");
    done(SHELL("Which version?", "reply", "1", "--status", "pending"), "reply leaves in");
    done(SHELL(NULL, "snooze", "1", "--on", "reply", "--note", "they are away"), "snoozed");
    assert_string_equal(word(&t, 1, "wake_on"), "customer_reply");
    pass(&t, MINUTE);
    says(&t, "a", "Version 3");
    assert_string_equal(word(&t, 1, "woke_by"), "customer_reply");
    done(SHELL(NULL, "close", "1"), "closed");
    pass(&t, MINUTE);
    says(&t, "a", "Thank you very much!");
    assert_string_equal(word(&t, 1, "status"), "resolved");
    shell_holds(SHELL(NULL, "ls", "--view", "thanks")->out, "Question a");
    pass(&t, 5 * DAY);
    until_closed(&t, 1);
    says(&t, "a", "It is broken again");
    assert_int_equal(number(&t, 1, "followed_by"), 2);
    assert_int_equal(number(&t, 2, "followup_of"), 1);
    refused(SHELL(NULL, "reopen", "1"), "closed tickets are final");
    close_stage(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_tickets_become_one_and_two_again),
                                       cmocka_unit_test(a_conversation_is_split_from_a_message_on),
                                       cmocka_unit_test(a_ticket_is_held_snoozed_closed_and_gone_on_from)};
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
