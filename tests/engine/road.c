/* road: the whole product in miniature: bodies in, tickets, entries, queues and frames out, in one thread with an
 * in-memory database. Sequences and their permutations go through the same engine the daemon runs, and every ticket is
 * folded again from its history and compared. */
#include "harness/world.h"
#include "base/str.h"
#include "support/fixture.h"
#include "wire/row.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct { const char *dialect, *source, *name; int door; } doors[] = {
    {"rbs", "rbs", "rbs", DOOR_WEBHOOK}, {"ripio", "ripio", "ripio", DOOR_WEBHOOK}, {"cstar", "cstar", "cstar", DOOR_WEBHOOK},
    {"tamio", "tamio", "tamio", DOOR_WEBHOOK}, {"ingest-rest", "ingest", "ingestlayer", DOOR_REST},
    {"ingest-whk", "ingest", "ingestlayer", DOOR_WHK}, {"ingest-out", "ingest", "ingestlayer", DOOR_OUT}};

static const char *post(struct world *w, const char *dialect, const char *file)
{
    char path[256];
    size_t n;
    snprintf(path, sizeof path, "events/%s", file);
    char *body = fixture_read(w->arena, path, &n);
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        if (strcmp(doors[i].dialect, dialect) == 0)
            return world_post(w, doors[i].source, doors[i].name, doors[i].door, body, n);
    fail_msg("no door for %s", dialect);
    return NULL;
}

static const char *account_of(const char *dialect)
{
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        if (strcmp(doors[i].dialect, dialect) == 0)
            return doors[i].source;
    return dialect;
}

/* The ticket as stored equals its whole history folded from nothing. */
static void assert_refolds(struct world *w, int64_t id)
{
    struct err err = {0};
    struct ticket *stored = world_ticket(w, id), *again = engine_refold(&w->engine, w->arena, stored, &err);
    assert_non_null(again);
    AUTO_JSON differ = row_changes(stored, again);
    char *text = json_print_in(w->arena, differ);
    assert_string_equal(text, "[]");
}

static struct ticket *tamio_ticket(struct world *w)
{
    assert_string_equal(post(w, "tamio", "edge/tamio/created-late.json"), "create");
    return world_ticket(w, world_find(w, "tamio", "tamio:tk-1"));
}

static void a_webhook_becomes_a_ticket_with_a_label_a_clock_and_a_place_in_the_queues(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    struct ticket *t = tamio_ticket(w);
    int64_t n;
    struct err err;
    assert_int_equal(t->status, STATUS_NEW);
    assert_int_not_equal(t->urgency, URGENCY_NONE);
    assert_int_equal(t->urgency_by, LABEL_BY_MODEL);
    assert_int_equal(t->messages, 2);
    assert_int_equal(t->clock[SLA_RESOLUTION].state, CLOCK_RUNNING);
    assert_true(t->wake_at > w->now);
    assert_true(store_queue_count(w->engine.store, "all", "", &n, &err));
    assert_int_equal(n, 1);
    assert_true(store_queue_count(w->engine.store, "unassigned", "", &n, &err));
    assert_int_equal(n, 1);
    assert_non_null(strstr(w->frames, "\"views\":"));
    assert_non_null(strstr(w->frames, "counts 0 {\"views\":"));
    world_close(w);
}

static void claim_close_and_undo_move_the_ticket_and_its_points(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    struct ticket *t = tamio_ticket(w);
    int64_t n, sum;
    struct err err;
    assert_true(world_ok(world_do(w, "ana", "claim", t->id, NULL)));
    t = world_ticket(w, t->id);
    assert_string_equal(t->assignee, "ana");
    assert_int_equal(t->status, STATUS_OPEN);
    assert_true(store_queue_count(w->engine.store, "mine", "ana", &n, &err));
    assert_int_equal(n, 1);
    assert_true(world_ok(world_do(w, "ana", "note", t->id, "Cleared the customer's cache and saw the page load.")));
    world_wait(w, 120000);
    assert_true(world_ok(world_do(w, "ana", "close", t->id, NULL)));
    t = world_ticket(w, t->id);
    assert_int_equal(t->status, STATUS_RESOLVED);
    assert_true(store_tally_get(w->engine.store, "xp", "ana", 0, &n, &sum, &err));
    assert_true(sum > 0);
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    t = world_ticket(w, t->id);
    assert_int_equal(t->status, STATUS_OPEN);
    assert_int_equal(t->reopen_count, 0);
    assert_true(store_tally_get(w->engine.store, "xp", "ana", 0, &n, &sum, &err));
    assert_int_equal(sum, 0);
    assert_true(world_ok(world_do(w, "ana", "redo", 0, NULL)));
    assert_int_equal(world_ticket(w, t->id)->status, STATUS_RESOLVED);
    assert_refolds(w, t->id);
    world_close(w);
}

static void a_snapshot_that_repeats_open_does_not_undo_the_agents_close(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    struct ticket *t = tamio_ticket(w);
    assert_string_equal(post(w, "tamio", "edge/tamio/updated.json"), "update");
    assert_int_equal(world_ticket(w, t->id)->status, STATUS_OPEN);
    assert_true(world_ok(world_do(w, "ana", "close", t->id, NULL)));
    /* an older snapshot that says is_open:true, told late */
    assert_string_equal(post(w, "tamio", "edge/tamio/assigned-again.json"), "assign");
    t = world_ticket(w, t->id);
    assert_int_equal(t->status, STATUS_RESOLVED);
    assert_int_equal(t->source_status, STATUS_OPEN);
    assert_refolds(w, t->id);
    world_close(w);
}

static void a_survey_is_no_hindrance_to_what_is_told_late(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    post(w, "cstar", "inferred/cstar/ticket.closed-flat.json");
    post(w, "cstar", "inferred/cstar/survey.submitted.json");
    assert_string_equal(post(w, "cstar", "exact/cstar/ticket.created.json"), "create"); /* older than what is known: the history folds again */
    assert_refolds(w, world_find(w, "cstar", "cstar:ticket-uuid"));
    world_close(w);
}

static void a_corrected_category_taken_back_is_the_sources_again(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    assert_string_equal(post(w, "rbs", "public/rbs/ticket_created-full.json"), "create");
    assert_true(world_ok(world_do(w, "ana", "category", 1, "billing")));
    assert_int_equal(world_ticket(w, 1)->category_by, LABEL_BY_AGENT);
    assert_refolds(w, 1);
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    assert_int_equal(world_ticket(w, 1)->category, CATEGORY_BUG);
    assert_int_equal(world_ticket(w, 1)->category_by, LABEL_BY_SOURCE);
    assert_refolds(w, 1);
    world_close(w);
}

static void a_source_that_takes_no_replies_refuses_them_with_its_line(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    struct ticket *t = tamio_ticket(w);
    const struct json *result = world_do(w, "ana", "reply", t->id, "hello");
    assert_false(world_ok(result));
    assert_non_null(strstr(json_get_string(json_get(result, "error"), "detail", ""), "takes no replies"));
    world_close(w);
}

static void a_reply_is_held_can_be_taken_back_and_is_sent_once(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    post(w, "cstar", "exact/cstar/ticket.created.json");
    int64_t id = world_find(w, "cstar", "cstar:ticket-uuid");
    struct message *list;
    int n;
    struct err err;
    assert_true(world_ok(world_do(w, "ana", "reply", id, "On it.")));
    world_wait(w, 5000);
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    world_wait(w, 60000);
    assert_true(store_message_list(w->engine.store, w->arena, id, &list, &n, &err));
    assert_string_equal(list[n - 1].state, "withdrawn");
    assert_true(world_ok(world_do(w, "ana", "reply", id, "Now really.")));
    world_wait(w, 15001);
    assert_true(store_message_list(w->engine.store, w->arena, id, &list, &n, &err));
    assert_string_equal(list[n - 1].state, "sending");
    assert_false(world_ok(world_do(w, "ana", "undo", id, NULL)));
    world_receipt(w, 2, 200);
    assert_true(store_message_list(w->engine.store, w->arena, id, &list, &n, &err));
    assert_string_equal(list[n - 1].state, "sent");
    world_close(w);
}

static void escalation_pages_on_the_clock_until_somebody_acknowledges(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    struct ticket *t = tamio_ticket(w);
    struct parcel *list;
    int n;
    struct err err;
    assert_true(world_ok(world_do(w, "tom", "escalate", t->id, "checkout is down")));
    assert_int_equal(world_ticket(w, t->id)->escalation.state, ESCALATION_TRIGGERED);
    world_wait(w, 301000);
    assert_true(store_parcel_list(w->engine.store, w->arena, &(struct parcel_query){.ticket = t->id, .destination = "console", .limit = 50}, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_true(world_ok(world_do(w, "mara", "ack", t->id, NULL)));
    world_wait(w, 1200000);
    assert_true(store_parcel_list(w->engine.store, w->arena, &(struct parcel_query){.ticket = t->id, .destination = "console", .limit = 50}, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(world_ticket(w, t->id)->escalation.state, ESCALATION_ACKNOWLEDGED);
    world_close(w);
}

static void a_parcel_that_cannot_leave_stops_neither_the_clock_nor_the_desk(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    post(w, "cstar", "exact/cstar/ticket.created.json");
    struct parcel broken = {.entry = 1, .destination = "reply:cstar", .ticket = 1, .agent = "ana", .message = 999, .state = "held", .due_at = w->now + 1}, after;
    struct err err;
    bool found;
    assert_true(store_begin(w->engine.store, &err) && store_parcel_add(w->engine.store, &broken, NULL, &err) && store_commit(w->engine.store, &err));
    assert_true(world_ok(world_do(w, "tom", "escalate", 1, "x")));
    world_wait(w, 301000);
    assert_true(store_parcel_get(w->engine.store, w->arena, broken.id, &after, &found, &err));
    assert_string_equal(after.state, "dead");
    assert_int_equal(after.due_at, 0);
    assert_non_null(strstr(after.error, "message is gone"));
    assert_int_equal(world_entries(w, 1, "fault"), 1);
    assert_int_equal(world_ticket(w, 1)->escalation.step, 1);
    world_close(w);
}

enum { C_NAME, C_DIALECT, C_FILES, C_LOG, C_TICKET, C_STATUS, C_REGISTRATION, C_PRIORITY, C_ASSIGNEE, C_MESSAGES, C_REOPENED, C_STUB,
       C_TICKETS, COLUMNS };

static const char *word(const char *text)
{
    return text && *text ? text : "-";
}

static void compare_row(struct world *w, char **row)
{
    int64_t id = world_find(w, account_of(row[C_DIALECT]), row[C_TICKET]);
    assert_int_not_equal(id, 0);
    struct ticket *t = world_ticket(w, id);
    char number[32];
    assert_string_equal(word(status_word(t->status)), row[C_STATUS]);
    assert_string_equal(word(registration_word(t->registration)), row[C_REGISTRATION]);
    assert_string_equal(word(priority_word(t->priority)), row[C_PRIORITY]);
    assert_string_equal(word(t->assignee), row[C_ASSIGNEE]);
    snprintf(number, sizeof number, "%lld", (long long)t->messages);
    assert_string_equal(number, row[C_MESSAGES]);
    snprintf(number, sizeof number, "%lld", (long long)t->reopen_count);
    assert_string_equal(number, row[C_REOPENED]);
    assert_string_equal(t->stub ? "True" : "False", row[C_STUB]);
    snprintf(number, sizeof number, "%lld", (long long)store_ticket_next(w->engine.store) - 1);
    assert_string_equal(number, row[C_TICKETS]);
    assert_refolds(w, id);
}

static int split(struct arena *arena, const char *text, const char *by, char **parts, int max)
{
    char *copy = arena_strdup(arena, text), *save = NULL;
    int n = 0;
    for (char *p = strtok_r(copy, by, &save); p && n < max; p = strtok_r(NULL, by, &save))
        parts[n++] = p;
    return n;
}

static void play(char **row, char **files, int n, const char *log)
{
    struct world *w = world_open(NULL);
    struct str said;
    str_init(&said, 4096);
    for (int i = 0; i < n; i++)
        str_addf(&said, "%s%s", i ? "," : "", post(w, row[C_DIALECT], files[i]));
    if (log)
        assert_string_equal(said.data, log);
    compare_row(w, row);
    str_fini(&said);
    world_close(w);
}

static int permute(char **row, char **files, int n, int at)
{
    int count = 0;
    if (at == n) {
        play(row, files, n, NULL);
        return 1;
    }
    for (int i = at; i < n; i++) {
        char *swap = files[at];
        files[at] = files[i];
        files[i] = swap;
        count += permute(row, files, n, at + 1);
        swap = files[at];
        files[at] = files[i];
        files[i] = swap;
    }
    return count;
}

static void every_sequence_and_every_permutation_ends_as_the_fixtures_say(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int n = fixture_rows(arena, "events/sequences.tsv", COLUMNS, &rows), permutations = 0;
    assert_int_equal(n, 21);
    for (int i = 0; i < n; i++) {
        char *files[8];
        int count = split(arena, rows[i][C_FILES], " ", files, 8);
        play(rows[i], files, count, rows[i][C_LOG]);
        bool clockless = strcmp(rows[i][C_NAME], "ingest-no-key-upserts") == 0;
        if (!strstr(rows[i][C_LOG], "conflict") && !clockless)
            permutations += permute(rows[i], files, count, 0);
    }
    print_message("# %d sequences, %d permutations\n", n, permutations);
}

static void the_journal_read_again_makes_the_same_tables(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int n = fixture_rows(arena, "events/sequences.tsv", COLUMNS, &rows);
    for (int i = 0; i < n; i++) {
        char *files[8];
        int count = split(arena, rows[i][C_FILES], " ", files, 8);
        for (int k = 0; k < count; k++) {
            post(w, rows[i][C_DIALECT], files[k]);
            world_wait(w, 90000);
        }
    }
    static const char *const acts[][3] = {{"ana", "claim", NULL}, {"ana", "note", "Looked at the logs for a long time."}, {"tom", "escalate", "x"},
        {"mara", "ack", NULL}, {"ana", "priority", "high"}, {"ana", "label", "critical"}, {"ana", "close", NULL}, {"ana", "undo", NULL},
        {"ana", "close", NULL}, {"tom", "reopen", NULL}, {"tom", "assign", "mara"}, {"mara", "status", "pending"}};
    for (int64_t id = 1; id < store_ticket_next(w->engine.store); id++)
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
            world_do(w, acts[i][0], acts[i][1], id, acts[i][2]);
            world_wait(w, 61000);
        }
    world_wait(w, 86400000);
    world_rebuilds(w);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webhook_becomes_a_ticket_with_a_label_a_clock_and_a_place_in_the_queues),
        cmocka_unit_test(claim_close_and_undo_move_the_ticket_and_its_points),
        cmocka_unit_test(a_snapshot_that_repeats_open_does_not_undo_the_agents_close),
        cmocka_unit_test(a_survey_is_no_hindrance_to_what_is_told_late),
        cmocka_unit_test(a_corrected_category_taken_back_is_the_sources_again),
        cmocka_unit_test(a_source_that_takes_no_replies_refuses_them_with_its_line),
        cmocka_unit_test(a_reply_is_held_can_be_taken_back_and_is_sent_once),
        cmocka_unit_test(escalation_pages_on_the_clock_until_somebody_acknowledges),
        cmocka_unit_test(a_parcel_that_cannot_leave_stops_neither_the_clock_nor_the_desk),
        cmocka_unit_test(every_sequence_and_every_permutation_ends_as_the_fixtures_say),
        cmocka_unit_test(the_journal_read_again_makes_the_same_tables),
    };
    return cmocka_run_group_tests_name("road", tests, NULL, NULL);
}
