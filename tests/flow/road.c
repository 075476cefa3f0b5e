/* road: from a signed request to a row, a frame and back by an action; what survives a stop and a kill; who may what. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include "../support/fixture.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static const char config[] =
    "team: road\n"
    "mask: raw\n" /* so that what is read is what came; tests/flow/mask.c is about the mask */
    "sources:\n"
    "  - {name: shop, dialect: rbs, secrets: ['s3cret']}\n"
    "  - {name: twin, dialect: rbs, secrets: ['other', 'older']}\n"
    "  - {name: any, secrets: ['anybody']}\n"
    "  - {name: off, dialect: rbs, secrets: ['s3cret'], disabled: true}\n"
    "  - {name: slow, auth: none, rate: 1/s, burst: 2}\n"
    "  - {name: open, auth: none}\n"
    "  - {name: picky, auth: none, strict: true}\n";

static struct daemon_run *run;
static struct client *in, *desk;

static int start(void **state)
{
    (void)state;
    run = daemon_start(config);
    in = client_open(run->ingest);
    desk = client_open(run->desk);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(in);
    client_close(desk);
    in = desk = NULL;
    daemon_remove(run);
    run = NULL;
    return 0;
}

static char *event_text(struct arena *arena, const char *id)
{
    return shop_event(arena, id, arena_printf(arena, "Title %s", id));
}

static struct answer post_signed(const char *path, const char *scheme, const char *secret, const char *body)
{
    AUTO_ARENA arena = arena_new();
    struct signature_header list[4];
    AUTO_STR headers;
    str_init(&headers, 2048);
    int n = signature_sign(arena, scheme, secret, "msg_1", *run->clock / 1000, body, strlen(body), list);
    for (int i = 0; i < n; i++)
        str_addf(&headers, "%s: %s\r\n", list[i].name, list[i].value);
    return client_ask(in, "POST", path, headers.data, body, strlen(body));
}

static void post_event(const char *id)
{
    AUTO_ARENA arena = arena_new();
    struct answer a = client_post(in, "/in/open", event_text(arena, id));
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"received\":true}");
}

static int64_t result_i64(const struct answer *a, const char *name)
{
    return json_get_i64(json_first(json_get(a->json, "results")), name, -1);
}

static struct answer do_action(const char *body)
{
    return client_post(desk, "/v1/do", body);
}

/* --- there --- */

static void a_signed_event_is_a_row_and_a_frame(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", NULL);
    client_wait(stream, "hello", SOON);
    struct answer a = post_signed("/in/shop", "rbs", "s3cret", event_text(arena, "A1"));
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"received\":true}");
    struct frame_read f = client_wait(stream, "ticket", SOON);
    AUTO_JSON frame = json_parse(f.data, strlen(f.data), &json_limits_native, NULL, NULL);
    assert_string_equal(f.id, "1");
    assert_string_equal(json_get_string(json_get(frame, "row"), "key", ""), "rbs:caracol:A1");
    assert_string_equal(json_get_string(json_get(frame, "row"), "reply_via", ""), "none");
    assert_string_equal(json_get_string(json_get(frame, "data"), "effect", ""), "create");
    assert_true(json_count(json_get(frame, "views")) > 0);
    client_wait(stream, "counts", SOON);
    a = client_get(desk, "/v1/desk?view=all");
    assert_int_equal(a.status, 200);
    const struct json *row = json_first(json_get(a.json, "rows"));
    assert_string_equal(json_get_string(row, "title", ""), "Title A1");
    assert_string_equal(json_get_string(row, "account", ""), "shop");
    client_close(stream);
}

/* The last counts of a daemon that died may never have left it: whoever resumes behind its last entry hears no reset. */
static void a_stream_begins_with_all_counts_of_their_seq(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    post_signed("/in/shop", "rbs", "s3cret", event_text(arena, "A2"));
    struct answer a = client_get(desk, "/v1/desk");
    int64_t seq = json_get_i64(a.json, "seq", 0), all = -1;
    for (const struct json *v = json_first(json_get(a.json, "views")); v; v = json_next(v))
        all = strcmp(json_get_string(v, "name", ""), "all") == 0 ? json_get_i64(v, "count", -1) : all;
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", arena_printf(arena, "Last-Event-ID: %lld\r\n", (long long)seq));
    const struct json *frame = NULL;
    while (!json_count(json_get(json_get(frame, "owners"), "mine"))) { /* the commit's own frame may come first: it names those who changed */
        struct frame_read f = client_wait(stream, "counts", SOON);
        frame = json_parse_in(arena, f.data, strlen(f.data), &json_limits_native, NULL, NULL);
    }
    assert_int_equal(json_get_i64(frame, "seq", 0), seq);
    assert_true(all > 0);
    assert_int_equal(json_get_i64(json_get(frame, "views"), "all", 0), all);
    assert_int_equal(json_count(json_get(json_get(frame, "owners"), "mine")), 1);
    assert_non_null(json_get(json_get(frame, "escalations"), "triggered"));
    client_close(stream);
}

static void what_came_in_is_kept_byte_for_byte(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *body = arena_printf(arena, "  %s\n", event_text(arena, "B\xc3\xa9"));
    assert_int_equal(client_ask(in, "POST", "/in/open", "X-Extra: yes\r\nAuthorization: Bearer hidden\r\n", body, strlen(body)).status, 200);
    struct answer a = client_get(desk, "/v1/events/1");
    const struct json *event = json_get(a.json, "event");
    assert_string_equal(json_get_string(event, "raw", ""), body);
    assert_string_equal(json_get_string(json_get(event, "headers"), "X-Extra", ""), "yes");
    assert_string_equal(json_get_string(json_get(event, "headers"), "Authorization", ""), "(not kept)");
}

static void the_secret_finds_the_source_where_the_path_names_none(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_int_equal(post_signed("/in", "rbs", "older", event_text(arena, "C1")).status, 200);
    assert_int_equal(post_signed("/in", "rbs", "anybody", event_text(arena, "C3")).status, 200);
    assert_int_equal(post_signed("/in", "rbs", "nobody", event_text(arena, "C4")).status, 401);
    struct answer a = client_get(desk, "/v1/tickets?view=all&sort=age");
    const struct json *row = json_first(json_get(a.json, "rows"));
    assert_string_equal(json_get_string(row, "account", ""), "twin");
    assert_string_equal(json_get_string(json_next(row), "account", ""), "any");
}

/* --- refusals --- */

static char *without_instance(struct arena *arena, const struct answer *a)
{
    char *text = arena_strdup(arena, a->body), *at = strstr(text, "urn:triage:request:");
    assert_non_null(at);
    memset(at, '.', strcspn(at, "\""));
    return text;
}

static void an_unknown_source_and_a_bad_signature_look_the_same(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *body = event_text(arena, "D1");
    struct answer a = post_signed("/in/nobody", "rbs", "wrong", body);
    assert_int_equal(a.status, 401);
    char *unknown = without_instance(arena, &a), *head = arena_strdup(arena, answer_header(in, &a, "WWW-Authenticate"));
    a = post_signed("/in/shop", "rbs", "wrong", body);
    assert_int_equal(a.status, 401);
    assert_string_equal(without_instance(arena, &a), unknown);
    assert_string_equal(answer_header(in, &a, "WWW-Authenticate"), head);
    assert_string_equal(answer_header(in, &a, "Content-Type"), "application/problem+json");
    assert_string_equal(answer_header(in, &a, "Cache-Control"), "no-store");
    a = client_get(desk, "/v1/events");
    assert_int_equal(json_count(json_get(a.json, "events")), 0);
    a = client_get(desk, "/v1/refusals");
    const struct json *r = json_first(json_get(a.json, "refusals"));
    assert_string_equal(json_get_string(r, "source", ""), "shop");
    assert_string_equal(json_get_string(r, "slug", ""), "unauthenticated");
    assert_int_equal(json_count(json_get(a.json, "refusals")), 2);
}

static void a_disabled_source_is_told_so_only_if_its_signature_is_right(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_int_equal(post_signed("/in/off", "rbs", "s3cret", event_text(arena, "E1")).status, 403);
    assert_int_equal(post_signed("/in/off", "rbs", "wrong", event_text(arena, "E1")).status, 401);
}

static void a_source_over_its_rate_is_told_when_to_come_back(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int taken = 0, refused = 0;
    for (int i = 0; i < 6; i++) {
        struct answer a = client_post(in, "/in/slow", event_text(arena, arena_printf(arena, "F%d", i)));
        taken += a.status == 200;
        if (a.status != 429)
            continue;
        refused++;
        assert_int_equal(atoi(answer_header(in, &a, "Retry-After")), json_get_i64(a.json, "retry_after", 0));
        assert_true(json_get_i64(a.json, "retry_after", 0) > 0);
    }
    assert_int_equal(taken + refused, 6);
    assert_in_range(taken, 2, 3);
    post_event("F-other"); /* the others' rate is theirs */
}

static void what_nothing_can_be_made_of_is_kept_aside(void **state)
{
    (void)state;
    struct answer a = client_post(in, "/in/open", "{\"hello\":\"world\"}");
    assert_int_equal(a.status, 202);
    assert_string_equal(a.body, "{\"status\":\"quarantined\"}");
    a = client_post(in, "/in/picky", "{\"hello\":\"world\"}");
    assert_int_equal(a.status, 422);
    assert_true(json_count(json_get(a.json, "errors")) > 0);
    a = client_get(desk, "/v1/events?state=quarantine");
    assert_int_equal(json_count(json_get(a.json, "events")), 1);
    assert_int_equal(json_get_i64(json_get(a.json, "counts"), "quarantine", 0), 1);
}

/* What came twice and what came twice differently are counted apart. */
static void a_conflict_is_counted_as_one_and_not_as_a_duplicate(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char *other = event_text(arena, "D1"), *title = strstr(other, "Title D1");
    post_event("D1");
    post_event("D1");
    assert_non_null(title);
    title[0] = 't';
    assert_int_equal(client_post(in, "/in/open", other).status, 200);
    struct answer a = client_get(desk, "/v1/events?state=conflict");
    assert_int_equal(json_count(json_get(a.json, "events")), 1);
    assert_string_equal(json_get_string(json_first(json_get(a.json, "events")), "title", ""), "Title D1"); /* its ticket's, as it stands */
    assert_int_equal(json_get_i64(json_get(a.json, "counts"), "conflict", -1), 1);
    assert_int_equal(json_get_i64(json_get(a.json, "counts"), "duplicate", -1), 1);
}

/* --- and back --- */

static void an_action_is_answered_with_its_seq_and_seen_on_the_stream(void **state)
{
    (void)state;
    post_event("G1");
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", NULL);
    client_wait(stream, "hello", SOON);
    struct answer a = do_action("{\"do\":\"claim\",\"tickets\":[1]}");
    assert_int_equal(a.status, 200);
    int64_t seq = result_i64(&a, "seq");
    assert_true(seq > 0);
    while (atoll(client_wait(stream, "ticket", SOON).id) < seq) /* the event's own frames may come first */
        continue;
    client_wait(stream, "counts", SOON);
    a = client_get(desk, "/v1/tickets/1/lines");
    bool found = false;
    for (const struct json *l = json_first(json_get(a.json, "lines")); l; l = json_next(l))
        found |= json_get_i64(l, "seq", 0) == seq && str_eq(json_get_string(json_get(l, "data"), "do", ""), "claim");
    assert_true(found);
    client_close(stream);
}

static void a_ticket_comes_with_its_timeline_where_that_is_asked_for(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    post_event("L1");
    const char *lines = json_print_in(arena, json_get(client_get(desk, "/v1/tickets/1/lines").json, "lines"));
    struct answer a = client_get(desk, "/v1/tickets/1?lines=1");
    assert_int_equal(a.status, 200);
    assert_int_equal(json_get_i64(json_get(a.json, "ticket"), "id", 0), 1);
    assert_string_equal(json_print_in(arena, json_get(a.json, "lines")), lines);
    assert_null(json_get(client_get(desk, "/v1/tickets/1").json, "lines"));
    assert_int_equal(client_get(desk, "/v1/tickets/99?lines=1").status, 404);
}

static void the_same_key_gives_the_first_answer(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    post_event("H1");
    struct answer a = do_action("{\"do\":\"note\",\"tickets\":[1],\"text\":\"once\",\"key\":\"k1\"}");
    assert_int_equal(a.status, 200);
    char *first = arena_strdup(arena, a.body);
    a = do_action("{\"do\":\"note\",\"tickets\":[1],\"text\":\"once\",\"key\":\"k1\"}");
    assert_string_equal(a.body, first);
    a = client_get(desk, "/v1/tickets/1/lines");
    int notes = 0;
    for (const struct json *l = json_first(json_get(a.json, "lines")); l; l = json_next(l))
        notes += str_eq(json_get_string(json_get(l, "message"), "body", ""), "once");
    assert_int_equal(notes, 1);
}

static void a_dry_run_says_what_would_change_and_changes_nothing(void **state)
{
    (void)state;
    post_event("I1");
    struct answer a = do_action("{\"do\":\"claim\",\"tickets\":[1],\"dry_run\":true}");
    assert_int_equal(a.status, 200);
    assert_true(json_count(json_get(json_first(json_get(a.json, "results")), "changes")) > 0);
    a = client_get(desk, "/v1/tickets/1");
    assert_true(json_is(json_get(json_get(a.json, "ticket"), "assignee"), JSON_NULL));
}

static void a_request_that_makes_no_sense_says_why(void **state)
{
    (void)state;
    static const char *const bodies[] = {"[]", "{}", "{\"do\":\"dance\",\"tickets\":[1]}", "{\"do\":\"claim\"}",
                                         "{\"do\":\"claim\",\"tickets\":\"1\"}", "{\"do\":\"claim\",\"tickets\":[0]}",
                                         "{\"do\":\"reply\",\"tickets\":[1,2],\"text\":\"x\"}", "{\"do\":\"note\",\"tickets\":[1],\"text\":7}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct answer a = do_action(bodies[i]);
        if (a.status != 400 || !*json_get_string(a.json, "detail", ""))
            fail_msg("%s: %d %s", bodies[i], a.status, a.body);
    }
    assert_int_equal(do_action("{\"do\":").status, 422);
    assert_int_equal(client_get(desk, "/v1/tickets/99").status, 404);
    assert_int_equal(client_get(desk, "/v1/tickets?where=nonsense%20%3D%3D").status, 400);
    assert_int_equal(client_get(desk, "/v1/tickets?view=nowhere").status, 404);
}

static void drafts_are_kept_per_agent_and_forgotten_by_null(void **state)
{
    (void)state;
    static const char draft[] = "{\"value\":{\"text\":\"hm\"}}";
    assert_int_equal(client_ask(desk, "PUT", "/v1/keep/draft%3A1", NULL, draft, sizeof draft - 1).status, 200);
    assert_int_equal(strncmp(client_get(desk, "/v1/keep/draft%3A1").body, draft, sizeof draft - 2), 0); /* and its tag */
    assert_int_equal(client_ask(desk, "PUT", "/v1/keep/draft%3A1", NULL, "{\"value\":null}", 14).status, 200);
    assert_string_equal(client_get(desk, "/v1/keep/draft%3A1").body, "{\"value\":null,\"tag\":\"\"}");
}

static void a_desk_brings_what_its_asker_keeps_where_it_is_asked_to(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char hours[] = "{\"value\":\"22:00-07:00\"}", list[] = "{\"value\":{\"at\":5}}";
    assert_int_equal(client_ask(desk, "PUT", "/v1/keep/quiet", NULL, hours, sizeof hours - 1).status, 200);
    assert_int_equal(client_ask(desk, "PUT", "/v1/keep/place", NULL, list, sizeof list - 1).status, 200);
    const struct json *kept = json_get(client_get(desk, "/v1/desk?keep=quiet,nothing,place").json, "keep");
    assert_string_equal(json_print_in(arena, kept), "{\"quiet\":\"22:00-07:00\",\"nothing\":null,\"place\":{\"at\":5}}");
    assert_null(json_get(client_get(desk, "/v1/desk").json, "keep"));
    assert_int_equal(json_count(json_get(client_get(desk, "/v1/desk?keep=a,b,c,d,e,f,g,h,i").json, "keep")), 8);
}

static void every_read_answers_in_json(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/v1/desk", "/v1/tickets", "/v1/tickets?sort=age", "/v1/tickets?sort=updated", "/v1/tickets?q=title", "/v1/tickets/1",
        "/v1/tickets/1/lines", "/v1/tickets/1/why/sla", "/v1/tickets/1/why/label", "/v1/tickets/1/why/score",
        "/v1/tickets/1/why/page", "/v1/entries", "/v1/entries?kind=event&limit=1", "/v1/events", "/v1/events/1", "/v1/refusals",
        "/v1/escalations", "/v1/scores", "/v1/sources", "/v1/agents", "/v1/stats", "/v1/self", "/v1/keep/x"};
    post_event("J1");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct answer a = client_get(desk, paths[i]);
        if (a.status != 200 || !json_is(a.json, JSON_OBJECT))
            fail_msg("%s: %d %s", paths[i], a.status, a.body ? a.body : "");
    }
}

/* Page by page, each ticket once; how many. */
static int whole_list(struct arena *arena, const char *sort, int invert, int64_t *order)
{
    bool seen[24] = {false};
    const char *after = "";
    int count = 0;
    while (after) {
        struct answer a = client_get(desk, arena_printf(arena, "/v1/tickets?view=all&limit=5&sort=%s&invert=%d&after=%s", sort, invert, after));
        assert_int_equal(a.status, 200);
        for (const struct json *r = json_first(json_get(a.json, "rows")); r; r = json_next(r)) {
            int64_t id = json_get_i64(r, "id", 0);
            assert_in_range(id, 1, 23);
            assert_false(seen[id]);
            seen[id] = true;
            order[count++] = id;
        }
        after = arena_strdup(arena, json_get_string(a.json, "next", NULL));
    }
    return count;
}

static void pages_meet_without_gap_or_overlap(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const sorts[] = {"due", "age", "updated", "urgency", "priority"};
    for (int i = 0; i < 23; i++)
        post_event(arena_printf(arena, "K%d", i));
    for (size_t s = 0; s < sizeof sorts / sizeof *sorts; s++) {
        int64_t order[2][24] = {{0}};
        for (int invert = 0; invert < 2; invert++)
            assert_int_equal(whole_list(arena, sorts[s], invert, order[invert]), 23);
        for (int i = 0; i < 23; i++)
            assert_int_equal(order[0][i], order[1][22 - i]); /* inverted: the same from the other end */
    }
}

/* --- streams --- */

static void a_stream_resumes_after_what_was_seen(void **state)
{
    (void)state;
    post_event("L1");
    post_event("L2");
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", "Last-Event-ID: 1\r\n");
    assert_string_equal(client_frame(stream, SOON).event, "hello");
    struct frame_read f = client_frame(stream, SOON);
    assert_string_equal(f.id, "2");
    client_close(stream);
}

static void a_seq_from_another_desk_means_start_over(void **state)
{
    (void)state;
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", "Last-Event-ID: 1000000\r\n");
    assert_string_equal(client_frame(stream, SOON).event, "hello");
    assert_string_equal(client_frame(stream, SOON).event, "reset");
    client_close(stream);
}

static void a_stream_that_is_too_far_back_is_told_to_start_over(void **state)
{
    (void)state;
    post_event("M1");
    assert_int_equal(daemon_stop(run), 0);
    daemon_restart(run);
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", "Last-Event-ID: 1\r\n");
    assert_string_equal(client_frame(stream, SOON).event, "hello");
    assert_string_equal(client_frame(stream, SOON).event, "reset");
    client_close(stream);
}

/* --- life --- */

static void what_was_acknowledged_survives_a_kill(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < 40; i++)
        post_event(arena_printf(arena, "N%d", i));
    daemon_kill(run);
    daemon_restart(run);
    client_close(desk);
    desk = client_open(run->desk);
    struct answer a = client_get(desk, "/v1/events?limit=500");
    assert_int_equal(json_count(json_get(a.json, "events")), 40);
}

static void stopping_says_goodbye_and_ends_well(void **state)
{
    (void)state;
    post_event("O1");
    struct client *streams[3];
    for (int i = 0; i < 3; i++) {
        streams[i] = client_open(run->desk);
        client_stream(streams[i], "/v1/stream", NULL);
        client_wait(streams[i], "hello", SOON);
    }
    int64_t began = clock_mono();
    assert_int_equal(client_post(desk, "/v1/admin/stop", "{}").status, 200);
    for (int i = 0; i < 3; i++) {
        client_wait(streams[i], "bye", SOON);
        assert_true(client_frame(streams[i], SOON).ended);
        client_close(streams[i]);
    }
    assert_int_equal(daemon_stop(run), 0);
    assert_true(clock_mono() - began < 3000);
    assert_int_not_equal(access(run->desk, F_OK), 0);
    daemon_restart(run);
}

static void a_second_daemon_gives_way(void **state)
{
    (void)state;
    const char *args[] = {"triaged", "--dir", run->dir, NULL};
    assert_int_equal(daemon_try(args), 75);
    post_event("P1");
}

static void files_are_for_their_owner_only(void **state)
{
    (void)state;
    static const char *const names[] = {"triage.db", "triage.lock", "triage.sock", "ingest.sock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct stat st;
        char path[128];
        snprintf(path, sizeof path, "%s/%s", run->dir, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0077, 0);
    }
    assert_int_equal(chmod(run->dir, 0755), 0);
    const char *args[] = {"triaged", "--dir", run->dir, NULL};
    assert_int_equal(daemon_try(args), 77);
    assert_int_equal(chmod(run->dir, 0700), 0);
}

static void a_new_configuration_is_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    daemon_config(run, "team: road\nsources:\n  - {name: new, auth: none}\n  - {name: bad, dialect: nonsense}\n");
    struct answer a = client_post(desk, "/v1/admin/reload", "{}");
    assert_int_equal(a.status, 422);
    assert_non_null(strstr(json_get_string(a.json, "detail", ""), "triage.yaml:4"));
    post_event("Q1");
    daemon_config(run, "team: road\nsources:\n  - {name: new, auth: none}\n");
    assert_int_equal(client_post(desk, "/v1/admin/reload", "{}").status, 200);
    AUTO_ARENA arena = arena_new();
    assert_int_equal(client_post(in, "/in/new", event_text(arena, "Q2")).status, 200);
    assert_int_equal(client_post(in, "/in/open", event_text(arena, "Q3")).status, 401);
}

/* --- who --- */

static void configure_me(const char *role)
{
    AUTO_ARENA arena = arena_new();
    daemon_config(run, arena_printf(arena, "team: road\nsources:\n  - {name: open, auth: none}\n"
                                           "agents:\n  - {name: bo, uid: %ld, role: %s}\n", (long)geteuid(), role));
    assert_int_equal(client_post(desk, "/v1/admin/reload", "{}").status, 200);
}

static void a_role_opens_what_it_opens_and_losing_it_ends_the_stream(void **state)
{
    (void)state;
    configure_me("admin");
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", NULL);
    client_wait(stream, "hello", SOON);
    configure_me("agent");
    client_wait(stream, "bye", SOON);
    client_close(stream);
    assert_int_equal(client_get(desk, "/v1/refusals").status, 403);
    assert_int_equal(client_post(desk, "/v1/admin/reload", "{}").status, 403);
    assert_int_equal(client_post(desk, "/v1/admin/stop", "{}").status, 403);
    assert_int_equal(client_get(desk, "/v1/desk").status, 200);
}

static void only_leads_see_refused_requests_on_the_stream(void **state)
{
    (void)state;
    configure_me("lead");
    struct client *stream = client_open(run->desk);
    client_stream(stream, "/v1/stream", NULL);
    client_wait(stream, "hello", SOON);
    assert_int_equal(client_post(in, "/in/nobody", "{}").status, 401);
    client_wait(stream, "refused", SOON);
    client_close(stream);
}

static void a_stranger_gets_nothing_from_a_systems_desk(void **state)
{
    (void)state;
    struct daemon_run *other = daemon_make("team: other\nagents:\n  - {name: ana, uid: 64000}\n");
    other->system = true;
    daemon_restart(other);
    struct client *c = client_open(other->desk), *outside = client_open(other->ingest);
    assert_int_equal(client_get(c, "/v1/desk").status, 403);
    assert_int_equal(client_post(c, "/v1/do", "{\"do\":\"claim\",\"tickets\":[1]}").status, 403);
    assert_int_equal(client_get(outside, "/v1/desk").status, 404);
    assert_int_equal(client_get(outside, "/healthz").status, 200);
    client_close(c);
    client_close(outside);
    daemon_remove(other);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, start, stop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(a_signed_event_is_a_row_and_a_frame),
        FRESH(a_stream_begins_with_all_counts_of_their_seq),
        FRESH(what_came_in_is_kept_byte_for_byte),
        FRESH(the_secret_finds_the_source_where_the_path_names_none),
        FRESH(an_unknown_source_and_a_bad_signature_look_the_same),
        FRESH(a_disabled_source_is_told_so_only_if_its_signature_is_right),
        FRESH(a_source_over_its_rate_is_told_when_to_come_back),
        FRESH(what_nothing_can_be_made_of_is_kept_aside),
        FRESH(a_conflict_is_counted_as_one_and_not_as_a_duplicate),
        FRESH(an_action_is_answered_with_its_seq_and_seen_on_the_stream),
        FRESH(a_ticket_comes_with_its_timeline_where_that_is_asked_for),
        FRESH(the_same_key_gives_the_first_answer),
        FRESH(a_dry_run_says_what_would_change_and_changes_nothing),
        FRESH(a_request_that_makes_no_sense_says_why),
        FRESH(drafts_are_kept_per_agent_and_forgotten_by_null),
        FRESH(a_desk_brings_what_its_asker_keeps_where_it_is_asked_to),
        FRESH(every_read_answers_in_json),
        FRESH(pages_meet_without_gap_or_overlap),
        FRESH(a_stream_resumes_after_what_was_seen),
        FRESH(a_seq_from_another_desk_means_start_over),
        FRESH(a_stream_that_is_too_far_back_is_told_to_start_over),
        FRESH(what_was_acknowledged_survives_a_kill),
        FRESH(stopping_says_goodbye_and_ends_well),
        FRESH(a_second_daemon_gives_way),
        FRESH(files_are_for_their_owner_only),
        FRESH(a_new_configuration_is_taken_whole_or_not_at_all),
        FRESH(a_role_opens_what_it_opens_and_losing_it_ends_the_stream),
        FRESH(only_leads_see_refused_requests_on_the_stream),
        cmocka_unit_test(a_stranger_gets_nothing_from_a_systems_desk),
    };
    return crypto_open() ? cmocka_run_group_tests_name("road", tests, NULL, NULL) : 1;
}
