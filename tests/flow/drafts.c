/* drafts: texts that are being written: nobody else sees them, until they are handed to the team; then one takes them over, and what was
 * one text is never sent twice. Over the API, and in real consoles. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
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

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true, key_id: k-ana}\n"
                             "  - {name: tom, role: agent, key_id: k-tom}\n"
                             "  - {name: mara, role: agent, key_id: k-mara}\n";
enum { SOON = 20000 };
static struct daemon_run *run;
static int ticket;

static int start(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

/* Each test has a ticket of its own. */
static int begin(void **state)
{
    char subject[32];
    struct client *in = client_open(run->ingest);
    (void)state;
    snprintf(subject, sizeof subject, "Ticket number %d", ++ticket);
    shop_post_number(in, "open", ticket, subject);
    client_close(in);
    return 0;
}

/* One call as an agent; the body is valid until the arena goes. */
static int call(struct arena *arena, const char *agent, const char *method, const char *path, const char *body, const char **answer)
{
    struct client *c = client_open(run->desk);
    struct answer a = client_ask(c, method, path, arena_printf(arena, "X-Triage-Key: k-%s\r\nContent-Type: application/json\r\n", agent), body, body ? strlen(body) : 0);
    if (answer)
        *answer = arena_strdup(arena, a.body ? a.body : "");
    client_close(c);
    return a.status;
}

static const char *seen_by(struct arena *arena, const char *agent)
{
    const char *body;
    assert_int_equal(call(arena, agent, "GET", "/v1/drafts", NULL, &body), 200);
    return body;
}

static void keep(const char *agent, const char *value)
{
    AUTO_ARENA arena = arena_new();
    assert_int_equal(call(arena, agent, "PUT", arena_printf(arena, "/v1/keep/draft:%d:reply", ticket), arena_printf(arena, "{\"value\":%s}", value), NULL), 200);
}

static int take(const char *agent, const char *from, const char **answer)
{
    static struct arena *arena;
    if (!arena)
        arena = arena_new();
    arena_reset(arena);
    return call(arena, agent, "POST", "/v1/drafts/take", arena_printf(arena, "{\"ticket\":%d,\"kind\":\"reply\",\"from\":\"%s\"}", ticket, from), answer);
}

static void nobody_else_sees_a_private_draft(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *answer;
    struct client *tom = client_open(run->desk);
    client_stream(tom, "/v1/stream", "X-Triage-Key: k-tom\r\n");
    client_wait(tom, "hello", SOON);
    keep("ana", "{\"text\":\"only mine\"}");
    keep("ana", "\"only mine, as plain text\"");
    assert_non_null(strstr(seen_by(arena, "ana"), "only mine"));
    assert_null(strstr(seen_by(arena, "tom"), "only mine"));
    assert_int_equal(call(arena, "tom", "GET", arena_printf(arena, "/v1/keep/draft:%d:reply", ticket), NULL, &answer), 200);
    assert_null(strstr(answer, "only mine"));
    assert_int_equal(take("tom", "ana", &answer), 409);
    assert_null(strstr(answer, "only mine"));
    assert_non_null(strstr(seen_by(arena, "ana"), "only mine"));
    keep("ana", "null");
    for (struct frame_read f; *(f = client_frame(tom, 300)).event;)
        assert_string_not_equal(f.event, "draft"); /* not even that there is one */
    client_close(tom);
}

static void a_shared_draft_is_told_seen_and_taken_by_one(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *answer;
    struct client *tom = client_open(run->desk);
    client_stream(tom, "/v1/stream", "X-Triage-Key: k-tom\r\n");
    client_wait(tom, "hello", SOON);
    keep("ana", "{\"text\":\"for all of us\",\"shared\":true,\"version\":1}");
    assert_non_null(strstr(client_wait(tom, "draft", SOON).data, arena_printf(arena, "\"ticket\":%d", ticket)));
    client_close(tom);
    assert_non_null(strstr(seen_by(arena, "tom"), "for all of us"));
    assert_non_null(strstr(seen_by(arena, "mara"), "\"agent\":\"ana\",\"mine\":false,\"shared\":true"));
    assert_int_equal(take("tom", "ana", NULL), 200);
    assert_int_equal(take("mara", "ana", &answer), 409);
    assert_non_null(strstr(answer, "somebody took it over, or it was sent"));
    assert_null(strstr(seen_by(arena, "mara"), "for all of us"));
    assert_null(strstr(seen_by(arena, "ana"), "for all of us"));
    assert_non_null(strstr(seen_by(arena, "tom"), "\"mine\":true,\"shared\":false,\"by\":\"ana\""));
    keep("mara", "{\"text\":\"another for all\",\"shared\":true}");
    assert_int_equal(take("tom", "mara", &answer), 422);
    assert_non_null(strstr(answer, "you have a draft of your own there"));
    keep("mara", "{\"text\":\"another for all\"}"); /* taken back */
    keep("tom", "null");
    assert_int_equal(take("tom", "mara", NULL), 409);
    keep("mara", "null");
}

static void send_it(struct arena *arena, const char *tag)
{
    assert_int_equal(call(arena, "ana", "POST", "/v1/do", arena_printf(arena, "{\"do\":\"reply\",\"tickets\":[%d],\"text\":\"Dear Uma\",\"draft\":\"%s\"}", ticket, tag), NULL), 200);
}

/* What was read is named; what is kept by now is not written over, nor forgotten, by whoever did not read it. */
static void a_draft_is_not_written_over_unseen(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *answer, *path = arena_printf(arena, "/v1/keep/draft:%d:reply", ticket);
    assert_int_equal(call(arena, "ana", "PUT", path, "{\"value\":{\"text\":\"one\"},\"over\":\"\"}", &answer), 200);
    const char *tag = json_get_string(json_parse_in(arena, answer, strlen(answer), &json_limits_dialect, NULL, NULL), "tag", "");
    assert_int_equal(strlen(tag), 16);
    assert_int_equal(call(arena, "ana", "GET", path, NULL, &answer), 200);
    assert_non_null(strstr(answer, tag));
    const char *two = arena_printf(arena, "{\"value\":{\"text\":\"two\"},\"over\":\"%s\"}", tag);
    assert_int_equal(call(arena, "ana", "PUT", path, two, NULL), 200);
    assert_int_equal(call(arena, "ana", "PUT", path, two, NULL), 200); /* asked again, it is the same */
    assert_int_equal(call(arena, "ana", "PUT", path, arena_printf(arena, "{\"value\":{\"text\":\"three\"},\"over\":\"%s\"}", tag), &answer), 409);
    assert_non_null(strstr(answer, "something else is kept there since"));
    assert_int_equal(call(arena, "ana", "PUT", path, arena_printf(arena, "{\"value\":null,\"over\":\"%s\"}", tag), NULL), 409);
    assert_int_equal(call(arena, "ana", "PUT", path, "{\"value\":{\"text\":\"three\"},\"over\":\"\"}", NULL), 409);
    assert_int_equal(call(arena, "ana", "PUT", path, "{\"value\":1,\"over\":7}", NULL), 400);
    /* what is sent forgets only the draft it was */
    send_it(arena, tag);
    assert_non_null(strstr(seen_by(arena, "ana"), "\"text\":\"two\""));
    call(arena, "ana", "GET", path, NULL, &answer);
    tag = json_get_string(json_parse_in(arena, answer, strlen(answer), &json_limits_dialect, NULL, NULL), "tag", "");
    send_it(arena, tag);
    assert_null(strstr(seen_by(arena, "ana"), "\"text\":\"two\""));
    assert_int_equal(call(arena, "ana", "POST", "/v1/do", arena_printf(arena, "{\"do\":\"reply\",\"tickets\":[%d],\"text\":\"x\",\"draft\":7}", ticket), NULL), 400);
}

static void what_is_no_draft_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const bodies[] = {"{}", "{\"ticket\":1,\"kind\":\"reply\"}", "{\"ticket\":0,\"kind\":\"reply\",\"from\":\"ana\"}", "{\"ticket\":1,\"kind\":\"x\",\"from\":\"ana\"}",
                                         "{\"ticket\":\"1\",\"kind\":\"note\",\"from\":[]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(call(arena, "tom", "POST", "/v1/drafts/take", bodies[i], NULL), 400);
    /* A session that looks shared is none. */
    assert_int_equal(call(arena, "ana", "PUT", "/v1/keep/session-x", "{\"value\":{\"shared\":true,\"text\":\"secret\"}}", NULL), 200);
    assert_int_equal(call(arena, "ana", "PUT", "/v1/keep/draft:x:reply", "{\"value\":{\"shared\":true,\"text\":\"secret\"}}", NULL), 200);
    assert_null(strstr(seen_by(arena, "tom"), "secret"));
}

static void drafts_outlive_the_daemon(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    keep("ana", "{\"text\":\"written before\",\"shared\":true}");
    daemon_kill(run);
    daemon_restart(run);
    assert_non_null(strstr(seen_by(arena, "ana"), "written before"));
    assert_non_null(strstr(seen_by(arena, "tom"), "written before"));
    keep("ana", "null");
}

/* --- consoles --- */

static struct console_run *console_of(const char *agent)
{
    AUTO_ARENA arena = arena_new();
    static const char none[] = "{\"value\":null}";
    assert_int_equal(call(arena, agent, "PUT", "/v1/keep/session", none, NULL), 200);
    struct console_run *c = console_start(agent, run->dir, (const char *const[]){"/usr/bin/env", arena_printf(arena, "TRIAGE_KEY=k-%s", agent), console_program(), "--socket", run->desk,
                                                                                "--open", "all", NULL});
    char line[40], title[40];
    snprintf(line, sizeof line, ":go %d\r", ticket);
    snprintf(title, sizeof title, "#%d", ticket);
    console_shows(c, "live", NULL);
    console_type(c, line);
    console_shows(c, title, "Ticket number");
    console_shows(c, "Some text", NULL);
    return c;
}

static int replies(struct arena *arena)
{
    const char *lines;
    int n = 0;
    assert_int_equal(call(arena, "ana", "GET", arena_printf(arena, "/v1/tickets/%d/lines", ticket), NULL, &lines), 200);
    for (const char *at = lines; (at = strstr(at, "Dear Uma")); at++)
        n++;
    return n;
}

static void a_colleague_takes_a_shared_draft_over_and_it_is_sent_once(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct console_run *ana = console_of("ana"), *tom = console_of("tom");
    console_type(ana, "r");
    console_shows(ana, "Reply to Uma", NULL);
    console_type(ana, "Dear Uma, all is well\033");
    console_shows(ana, "s share", NULL);
    console_type(ana, "s");
    console_shows(ana, "Handed to the team", NULL);
    console_shows(tom, "by ana, shared", "D takes it over");
    console_shows(tom, "Dear Uma, all is well", NULL);
    console_shows(tom, "ana is replying", NULL);
    console_type(tom, "D");
    console_shows(tom, "1 handed to the team", NULL);
    console_type(tom, "\r");
    console_shows(tom, "Take over ana's reply", NULL);
    console_type(tom, "t");
    console_shows(tom, "begun by ana", NULL);
    console_shows(ana, "Somebody took this draft over, or sent it", NULL);
    console_type(tom, "\033");
    console_shows(tom, "review:", NULL);
    console_type(tom, "y");
    console_hides(tom, "review:");
    for (int64_t until = clock_mono() + SOON; !replies(arena) && clock_mono() < until; usleep(20000))
        ;
    assert_int_equal(replies(arena), 1);
    console_type(ana, "y"); /* in the review still */
    console_shows(ana, "Somebody wrote on this ticket since you began", NULL);
    assert_int_equal(replies(arena), 1);
    console_type(ana, "e");
    console_shows(ana, "Esc review", NULL);
    console_type(ana, "\033");
    console_shows(ana, "q discard", NULL);
    console_type(ana, "qy");
    console_hides(ana, "discard");
    console_close(ana);
    console_close(tom);
}

static void a_draft_is_guarded_by_what_was_there_when_it_was_begun(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct console_run *ana = console_of("ana");
    console_type(ana, "r");
    console_shows(ana, "Reply to Uma", NULL);
    console_type(ana, "Dear Uma, an old idea\033");
    console_shows(ana, "p postpone", NULL);
    console_type(ana, "p");
    console_shows(ana, "The draft is kept", NULL);
    assert_int_equal(call(arena, "tom", "POST", "/v1/do", arena_printf(arena, "{\"do\":\"reply\",\"tickets\":[%d],\"text\":\"Dear Uma, a better one\"}", ticket), NULL), 200);
    console_shows(ana, "a better one", NULL);
    console_type(ana, "r");
    console_shows(ana, "1 message came since it was begun", NULL);
    console_type(ana, "\033");
    console_shows(ana, "review:", NULL);
    console_type(ana, "y");
    console_shows(ana, "Somebody wrote on this ticket since you began", NULL);
    assert_int_equal(replies(arena), 1);
    console_close(ana);
    keep("ana", "null");
}

static void the_header_counts_my_drafts_and_d_lists_them(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct console_run *ana = console_of("ana");
    console_type(ana, "r");
    console_shows(ana, "Reply to Uma", NULL);
    console_type(ana, "Dear Uma, half a\033");
    console_shows(ana, "p postpone", NULL);
    console_type(ana, "p");
    console_shows(ana, "The draft is kept", NULL);
    console_type(ana, "q");
    console_shows(ana, "1 draft (D)", NULL);
    console_type(ana, "D");
    console_shows(ana, "1 of yours", NULL);
    console_shows(ana, "Dear Uma, half a", "Uma");
    console_type(ana, "\r");
    console_shows(ana, "Your draft is back", NULL);
    console_type(ana, " sentence\033");
    console_shows(ana, "p postpone", NULL);
    console_type(ana, "p");
    console_shows(ana, "half a sentence", "you");
    console_type(ana, "-");
    console_shows(ana, "Throw away your reply on #", NULL);
    console_type(ana, "n");
    console_type(ana, "\033");
    console_shows(ana, "half a sentence", "you");
    console_type(ana, "-");
    console_shows(ana, "Throw away your reply on #", NULL);
    console_type(ana, "y");
    console_shows(ana, "No draft.", NULL);
    assert_null(strstr(seen_by(arena, "ana"), "half a sentence"));
    console_close(ana);
}

static void what_is_typed_while_the_daemon_is_gone_is_its_draft_when_it_is_back(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct console_run *ana = console_of("ana");
    console_type(ana, "r");
    console_shows(ana, "Reply to Uma", NULL);
    console_type(ana, "Dear Uma, before");
    console_shows(ana, "draft saved", NULL);
    assert_int_equal(daemon_stop(run), 0);
    console_type(ana, " and after");
    console_shows(ana, "Dear Uma, before and after", NULL);
    console_shows(ana, "draft not saved yet", NULL);
    daemon_restart(run);
    console_shows(ana, "draft saved", NULL);
    assert_non_null(strstr(seen_by(arena, "ana"), "before and after"));
    console_close(ana);
    keep("ana", "null");
}

/* --- the shell --- */

static const struct shell_ran *ran(const char *agent, const char *input, const char *const *words)
{
    const char *all[12] = {"--socket", run->desk};
    int n = 2;
    for (; *words; words++)
        all[n++] = *words;
    char key[40];
    snprintf(key, sizeof key, "k-%s", agent);
    setenv("TRIAGE_KEY", key, 1);
    const struct shell_ran *r = shell_run(input, all);
    unsetenv("TRIAGE_KEY");
    return r;
}
#define RAN(agent, input, ...) ran(agent, input, (const char *const[]){__VA_ARGS__, NULL})

static void the_shell_lists_shares_takes_and_sends_drafts(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *id = arena_printf(arena, "%d", ticket);
    keep("ana", "{\"text\":\"Dear Uma,\\nby the shell\",\"version\":1}");
    shell_holds(RAN("ana", NULL, "drafts")->out, "you");
    assert_string_equal(RAN("ana", NULL, "drafts", "show", id)->out, "Dear Uma,\nby the shell\n");
    assert_int_equal(RAN("tom", NULL, "drafts", "show", id)->code, 1);
    assert_int_equal(RAN("tom", NULL, "drafts", "take", id, "--from", "ana")->code, 75);
    assert_int_equal(RAN("ana", NULL, "drafts", "share", id)->code, 0);
    shell_holds(RAN("tom", NULL, "drafts")->out, "ana, shared");
    assert_int_equal(RAN("ana", NULL, "drafts", "unshare", id)->code, 0);
    assert_null(strstr(RAN("tom", NULL, "drafts")->out, "ana, shared"));
    assert_int_equal(RAN("ana", NULL, "drafts", "share", id)->code, 0);
    assert_int_equal(RAN("tom", NULL, "drafts", "take", id, "--from", "ana")->code, 0);
    shell_holds(RAN("ana", NULL, "drafts", "show", id)->err, "you have begun no reply there");
    assert_int_equal(RAN("tom", NULL, "drafts", "discard", id)->code, 0);
    assert_int_equal(RAN("tom", NULL, "drafts", "discard", id)->code, 1);
    assert_int_equal(RAN("tom", NULL, "drafts", "steal", id)->code, 64);
    assert_int_equal(RAN("tom", NULL, "drafts", "show", "x")->code, 64);
}

static const char *status_of(struct arena *arena)
{
    const char *body;
    assert_int_equal(call(arena, "tom", "GET", arena_printf(arena, "/v1/tickets/%d", ticket), NULL, &body), 200);
    const struct json *root = json_parse_in(arena, body, strlen(body), &json_limits_dialect, NULL, NULL);
    return json_get_string(json_get(root, "ticket"), "status", "");
}

static void p_sends_and_waits_for_the_customer(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct console_run *ana = console_of("ana");
    console_type(ana, "r");
    console_shows(ana, "Reply to Uma", NULL);
    console_type(ana, "Dear Uma, which browser is it?\033");
    console_shows(ana, "P and wait (pending)", NULL);
    console_type(ana, "P");
    console_hides(ana, "review:");
    for (int64_t until = clock_mono() + SOON; !str_eq(status_of(arena), "pending") && clock_mono() < until; usleep(20000))
        ;
    assert_string_equal(status_of(arena), "pending");
    assert_int_equal(replies(arena), 1);
    console_close(ana);
}

static void a_reply_of_the_shell_may_wait_or_close_and_claim_the_next(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *id = arena_printf(arena, "%d", ticket);
    assert_int_equal(RAN("tom", "Dear Uma {{customer.nam\n", "reply", id)->code, 65);
    shell_holds(RAN("tom", "Dear Uma {{customer.nam\n", "reply", id)->err, "{{customer.nam");
    assert_int_equal(RAN("tom", "Dear Uma, which one?\n", "reply", id, "--pending")->code, 0);
    assert_string_equal(status_of(arena), "pending");
    const struct shell_ran *r = RAN("tom", "Dear Uma, done.\n", "reply", id, "--close", "--next");
    assert_int_equal(r->code, 0);
    assert_string_equal(status_of(arena), "resolved");
    shell_holds(RAN("tom", NULL, "ls", "--where", "assignee == me")->out, "Ticket number");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, begin)
    const struct CMUnitTest tests[] = {
        T(nobody_else_sees_a_private_draft),
        T(a_shared_draft_is_told_seen_and_taken_by_one),
        T(a_draft_is_not_written_over_unseen),
        T(what_is_no_draft_is_refused),
        T(drafts_outlive_the_daemon),
        T(a_colleague_takes_a_shared_draft_over_and_it_is_sent_once),
        T(a_draft_is_guarded_by_what_was_there_when_it_was_begun),
        T(the_header_counts_my_drafts_and_d_lists_them),
        T(what_is_typed_while_the_daemon_is_gone_is_its_draft_when_it_is_back),
        T(the_shell_lists_shares_takes_and_sends_drafts),
        T(p_sends_and_waits_for_the_customer),
        T(a_reply_of_the_shell_may_wait_or_close_and_claim_the_next),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
