/* learn: the real daemon learns from its agents: labels in, an epoch out, the next ticket labelled by it; a restart keeps
 * it, a rollback takes it back. */
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
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 20000, LABELLED = 60 };
static const char config[] =
    "team: learning\n"
    "sources:\n  - {name: rest, dialect: ingestlayer, auth: bearer, token: 'il_live_1'}\n";

/* Words no lexicon knows: only learning can tell the two kinds apart. */
static const char *const kinds[2] = {"the plonk valve hums since the flurb update", "a gadget of kind zibber glows in the shelf"};

static void post(struct client *in, int n, const char *subject, const char *text)
{
    char body[1024];
    int len = snprintf(body, sizeof body,
                       "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k%d\",\"payload\":{\"ticket_id\":\"t%d\","
                       "\"subject\":\"%s\",\"body\":\"%s\",\"channel\":\"email\"}}]}", n, n, subject, text);
    struct answer a = client_ask(in, "POST", "/v1/ingest", "Authorization: Bearer il_live_1\r\nContent-Type: application/json\r\n", body, (size_t)len);
    assert_int_equal(a.status, 202);
}

static void label(struct client *desk, const char *action, int first, int count, const char *more)
{
    struct str body;
    str_init(&body, 1 << 16);
    str_addf(&body, "{\"do\":\"%s\",\"tickets\":[", action);
    for (int i = 0; i < count; i++)
        str_addf(&body, "%s%d", i ? "," : "", first + 2 * i);
    str_addf(&body, "]%s}", more);
    struct answer a = client_post(desk, "/v1/do", body.data);
    assert_int_equal(a.status, 200);
    for (const struct json *r = json_first(json_get(a.json, "results")); r; r = json_next(r))
        assert_true(json_get_bool(r, "ok", false));
    str_fini(&body);
}

static const struct json *model_of(struct client *desk)
{
    return json_get(client_get(desk, "/v1/desk?limit=1").json, "model");
}

static const char *urgency_of(struct client *desk, int n)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%d", n);
    return json_get_string(json_get(client_get(desk, path).json, "ticket"), "urgency", "");
}

static void what_agents_say_labels_the_next_ticket_survives_a_restart_and_can_be_taken_back(void **state)
{
    (void)state;
    struct daemon_run *run = daemon_start(config);
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk), *stream = client_open(run->desk);
    assert_int_equal(json_get_i64(model_of(desk), "epoch", -1), 0);
    assert_string_equal(json_get_string(model_of(desk), "text", ""), "starter rules, 0 of your tickets learned");
    for (int i = 1; i <= LABELLED; i++)
        post(in, i, "a case", kinds[i % 2]);
    post(in, 61, "a case", kinds[0]);
    char starter[32];
    snprintf(starter, sizeof starter, "%s", urgency_of(desk, 61));
    assert_string_not_equal(starter, "critical");
    client_stream(stream, "/v1/stream", NULL);
    client_wait(stream, "hello", SOON);
    label(desk, "label", 2, LABELLED / 2, ",\"urgency\":\"critical\"");
    label(desk, "accept", 1, LABELLED / 2, "");
    /* one epoch for both, or one after the other */
    do
        client_wait(stream, "model", SOON);
    while (json_get_i64(model_of(desk), "learned", 0) < LABELLED);
    int64_t epoch = json_get_i64(model_of(desk), "epoch", 0);
    assert_true(epoch >= 1);
    assert_false(json_get_bool(model_of(desk), "bands", true));
    assert_string_equal(json_get_string(model_of(desk), "text", ""), "learned from 60 of your tickets");
    assert_int_equal(json_get_i64(json_get(model_of(desk), "accuracy"), "right", 0), 60); /* 30 urgencies and 30 categories accepted */
    assert_int_equal(json_get_i64(json_get(model_of(desk), "accuracy"), "of", 0), 90);

    post(in, 62, "one more case", kinds[0]);
    assert_string_equal(urgency_of(desk, 62), "critical");
    assert_string_equal(urgency_of(desk, 61), starter); /* labelled before: stays as it is */

    client_close(stream);
    client_close(desk);
    client_close(in);
    assert_int_equal(daemon_stop(run), 0);
    daemon_restart(run);
    in = client_open(run->ingest);
    desk = client_open(run->desk);
    assert_int_equal(json_get_i64(model_of(desk), "epoch", -1), epoch);
    post(in, 63, "and one more", kinds[0]);
    assert_string_equal(urgency_of(desk, 63), "critical");

    assert_int_equal(client_post(desk, "/v1/admin/model", "{\"epoch\":99}").status, 404);
    assert_int_equal(client_post(desk, "/v1/admin/model", "{\"epoch\":-1}").status, 400);
    assert_int_equal(client_post(desk, "/v1/admin/model", "{\"epoch\":0}").status, 200);
    post(in, 64, "and one more", kinds[0]);
    assert_string_equal(urgency_of(desk, 64), starter);
    client_close(in);
    client_close(desk);
    daemon_kill(run); /* what was taken back stays so */
    daemon_restart(run);
    in = client_open(run->ingest);
    desk = client_open(run->desk);
    assert_int_equal(json_get_i64(model_of(desk), "epoch", -1), 0);
    char back[64];
    snprintf(back, sizeof back, "{\"epoch\":%lld}", (long long)epoch);
    assert_int_equal(client_post(desk, "/v1/admin/model", back).status, 200);
    assert_int_equal(client_post(desk, "/v1/admin/model", back).status, 422); /* in force already */
    post(in, 65, "and one more", kinds[0]);
    assert_string_equal(urgency_of(desk, 65), "critical");
    struct answer models = client_get(desk, "/v1/models");
    const struct json *newest = json_first(json_get(models.json, "models"));
    assert_int_equal(json_get_i64(newest, "epoch", 0), epoch);
    assert_true(json_get_bool(newest, "in_force", false));
    print_message("# epoch %lld: %s\n", (long long)epoch, json_print_in(client_arena(desk), json_get(newest, "figures")));
    client_close(in);
    client_close(desk);
    assert_int_equal(daemon_stop(run), 0);
    daemon_remove(run);
}

static const struct json *rows_of(struct client *desk, const char *path)
{
    return json_get(client_get(desk, path).json, "rows");
}

static void resolved_tickets_like_one_are_found_by_its_words(void **state)
{
    (void)state;
    static const struct { const char *subject, *text; } said[] = {
        {"Printer", "The label printer prints blank pages since the firmware update"},
        {"Invoice", "My invoice shows the old address of our company"},
        {"Login", "I cannot log in, the password reset mail never arrives"},
        {"Export", "The csv export stops after one thousand rows"},
        {"Blank labels", "Our printer gives blank labels after the firmware was updated"},
        {"Password", "\\\"reset\\\" mail for my password OR NEAR( never arrives* -- '; DROP TABLE ticket"},
        {"Hello", "Good morning"},
    };
    struct daemon_run *run = daemon_start(config);
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk);
    for (int i = 0; i < 7; i++)
        post(in, i + 1, said[i].subject, said[i].text);
    assert_null(json_first(rows_of(desk, "/v1/tickets/5/similar"))); /* nothing is resolved yet */
    assert_int_equal(client_post(desk, "/v1/do", "{\"do\":\"close\",\"tickets\":[1,2,3,4]}").status, 200);
    const struct json *first;
    for (int tries = 0; !json_first(rows_of(desk, "/v1/tickets/6/similar")) && tries < SOON / 20; tries++)
        usleep(20000); /* the index follows the journal */
    for (int tries = 0; !(first = json_first(rows_of(desk, "/v1/tickets/5/similar"))) && tries < SOON / 20; tries++)
        usleep(20000);
    assert_int_equal(json_get_i64(first, "id", 0), 1);
    assert_string_equal(json_get_string(first, "title", ""), "Printer");
    assert_string_equal(json_get_string(first, "status", ""), "resolved");
    assert_true(json_get_i64(first, "resolved_at", 0) > 0);
    assert_non_null(json_get_string(first, "assignee", NULL));
    assert_non_null(strstr(json_get_string(first, "excerpt", ""), "blank pages"));
    first = json_first(rows_of(desk, "/v1/tickets/6/similar"));
    assert_int_equal(json_get_i64(first, "id", 0), 3);
    assert_null(json_next(first));
    assert_null(json_first(rows_of(desk, "/v1/tickets/7/similar")));
    assert_int_equal(client_get(desk, "/v1/tickets/99/similar").status, 404);
    client_close(in);
    client_close(desk);
    daemon_kill(run); /* the index is taken up where it was */
    daemon_restart(run);
    desk = client_open(run->desk);
    assert_int_equal(json_get_i64(json_first(rows_of(desk, "/v1/tickets/5/similar")), "id", 0), 1);
    client_close(desk);
    assert_int_equal(daemon_stop(run), 0);
    daemon_remove(run);
}

static void the_least_sure_labels_come_first_and_go_when_a_person_has_spoken(void **state)
{
    (void)state;
    struct daemon_run *run = daemon_start(config);
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk);
    static const char *const texts[] = {"production is down for everyone, data loss, outage", "how do I change my address", "it is slow and my colleague cannot log in today", "the gazebo wobbles"};
    for (int i = 0; i < 12; i++)
        post(in, i + 1, "a case", texts[i % 4]);
    struct answer a = client_get(desk, "/v1/labels");
    int64_t last = -1, n = 0, id = 0;
    for (const struct json *r = json_first(json_get(a.json, "rows")); r; r = json_next(r), n++) {
        assert_true(json_get_i64(r, "urgency_bp", -1) >= last);
        last = json_get_i64(r, "urgency_bp", -1);
        assert_non_null(json_get_string(r, "why_review", NULL));
        assert_non_null(json_get_string(r, "runner_up", NULL));
        assert_true(json_is(json_get(r, "reasons"), JSON_ARRAY));
        id = id ? id : json_get_i64(r, "id", 0);
    }
    assert_true(n > 0);
    assert_int_equal(json_get_i64(a.json, "of", 0), 12);
    assert_int_equal(json_get_i64(a.json, "review", 0), n);
    assert_true(json_get_bool(json_get(a.json, "model"), "bands", false));
    assert_int_equal(json_get_i64(json_get(a.json, "shadow"), "would_escalate", -1), 0);
    print_message("# %lld of 12 starter labels want a look\n", (long long)n);
    label(desk, "accept", (int)id, 1, "");
    a = client_get(desk, "/v1/labels?limit=1");
    assert_int_equal(json_get_i64(a.json, "of", 0), 11);
    assert_int_equal(json_count(json_get(a.json, "rows")), 1);
    assert_int_not_equal(json_get_i64(json_first(json_get(a.json, "rows")), "id", 0), id);
    client_close(in);
    client_close(desk);
    assert_int_equal(daemon_stop(run), 0);
    daemon_remove(run);
}

static void weights_that_cannot_be_read_are_learned_again(void **state)
{
    (void)state;
    struct err err = {0};
    char path[128];
    struct daemon_run *run = daemon_start(config);
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk), *stream = client_open(run->desk);
    for (int i = 1; i <= 20; i++)
        post(in, i, "a case", kinds[i % 2]);
    client_stream(stream, "/v1/stream", NULL);
    client_wait(stream, "hello", SOON);
    label(desk, "label", 2, 10, ",\"urgency\":\"critical\"");
    client_wait(stream, "model", SOON);
    client_close(stream);
    client_close(desk);
    client_close(in);
    assert_int_equal(daemon_stop(run), 0);
    snprintf(path, sizeof path, "%s/triage.db", run->dir);
    struct store *store = store_open(path, STORE_WRITER, &err);
    struct model_row bad = {.epoch = 50, .learned = 4711, .state = "active", .figures = "{}", .weights = "triage weights 0\n", .weights_n = 17};
    assert_true(store && store_begin(store, &err) && store_model_put(store, &bad, &err) && store_commit(store, &err));
    store_close(store);
    daemon_restart(run);
    desk = client_open(run->desk);
    int64_t epoch = 0;
    for (int tries = 0; epoch < 51 && tries < SOON / 20; tries++) {
        epoch = json_get_i64(model_of(desk), "epoch", -1);
        assert_true(epoch == 0 || epoch == 51); /* the starter rules, then what the journal teaches */
        usleep(20000);
    }
    assert_int_equal(json_get_i64(model_of(desk), "learned", 0), 10);
    AUTO_ARENA arena = arena_new();
    FILE *log = fopen(run->log, "r");
    char *text = arena_alloc(arena, 1 << 20);
    assert_non_null(log);
    assert_true(fread(text, 1, (1 << 20) - 1, log) > 0);
    fclose(log);
    assert_non_null(strstr(text, "event=model_unusable epoch=50"));
    client_close(desk);
    assert_int_equal(daemon_stop(run), 0);
    daemon_remove(run);
}

/* What was looked at is no total. */
static void labels_that_were_not_looked_at_are_owned_up_to(void **state)
{
    enum { MANY = 520, LOOKED_AT = 500 };
    (void)state;
    struct daemon_run *run = daemon_start(config);
    struct client *in = client_open(run->ingest), *desk = client_open(run->desk);
    post(in, 1, "a case", kinds[0]);
    assert_false(json_get_bool(client_get(desk, "/v1/labels").json, "more", true));
    for (int i = 2; i <= MANY; i++)
        post(in, i, "a case", kinds[i % 2]);
    struct answer a = client_get(desk, "/v1/labels");
    assert_true(json_get_i64(a.json, "of", 0) <= LOOKED_AT);
    assert_true(json_get_bool(a.json, "more", false));
    client_close(in);
    client_close(desk);
    assert_int_equal(daemon_stop(run), 0);
    daemon_remove(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolved_tickets_like_one_are_found_by_its_words),
        cmocka_unit_test(the_least_sure_labels_come_first_and_go_when_a_person_has_spoken),
        cmocka_unit_test(labels_that_were_not_looked_at_are_owned_up_to),
        cmocka_unit_test(weights_that_cannot_be_read_are_learned_again),
        cmocka_unit_test(what_agents_say_labels_the_next_ticket_survives_a_restart_and_can_be_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
