/* row: structs as JSON and back. Every observation of every fixture survives the way there and back, whole. */
#include "base/crypto.h"
#include "base/str.h"
#include "wire/row.h"
#include "../support/event.h"
#include "../support/fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void same_text(const char *where, const char *what, const char *a, const char *b)
{
    if (!str_eq(a, b))
        fail_msg("%s: %s was \"%.60s\" and is \"%.60s\"", where, what, a ? a : "(none)", b ? b : "(none)");
}

/* JSON text may be printed anew, but says the same. */
static void same_json(struct arena *arena, const char *where, const char *what, const char *a, const char *b)
{
    if (a && b) {
        struct json *x = json_parse_in(arena, a, strlen(a), &json_limits_dialect, NULL, NULL);
        struct json *y = json_parse_in(arena, b, strlen(b), &json_limits_dialect, NULL, NULL);
        a = json_print_in(arena, x);
        b = json_print_in(arena, y);
    }
    same_text(where, what, a, b);
}

static void same_messages(struct arena *arena, const char *where, const struct observation *a, const struct observation *b)
{
    assert_int_equal(a->message_count, b->message_count);
    for (int i = 0; i < a->message_count; i++) {
        const struct message *x = &a->messages[i], *y = &b->messages[i];
        same_text(where, "message id", x->id, y->id);
        same_text(where, "message author", x->author, y->author);
        same_text(where, "message body", x->body, y->body);
        same_text(where, "message state", x->state, y->state);
        same_json(arena, where, "message assets", x->assets, y->assets);
        assert_int_equal(x->author_kind, y->author_kind);
        assert_int_equal(x->origin, y->origin);
        assert_int_equal(x->voice, y->voice);
        assert_int_equal(x->is_public, y->is_public);
        assert_int_equal(x->automatic, y->automatic);
        assert_int_equal(x->asset_count, y->asset_count);
        assert_int_equal(x->at, y->at);
    }
}

static void same_fields(struct arena *arena, const char *where, const struct observation *a, const struct observation *b)
{
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        assert_int_equal(field_set_has(&a->said, i), field_set_has(&b->said, i));
        assert_int_equal(field_set_has(&a->null, i), field_set_has(&b->null, i));
        if (!field_set_has(&a->said, i))
            continue;
        if (f->type == FIELD_TAGS || f->type == FIELD_JSON)
            same_json(arena, where, f->name, field_text(&a->value, f), field_text(&b->value, f));
        else if (!field_same(&a->value, &b->value, f))
            fail_msg("%s: %s changed", where, f->name);
    }
}

static void same_observation(struct arena *arena, const char *where, const struct observation *a, const struct observation *b)
{
    assert_int_equal(a->voice, b->voice);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(version_cmp(&a->v, &b->v), 0);
    same_text(where, "v.key", a->v.key, b->v.key);
    same_text(where, "account", a->account, b->account);
    same_text(where, "dialect", a->dialect, b->dialect);
    same_text(where, "key", a->key, b->key);
    same_text(where, "source_id", a->value.source_id, b->value.source_id);
    assert_int_equal(a->status_initial, b->status_initial);
    assert_int_equal(a->status_guess, b->status_guess);
    assert_int_equal(a->record_count, b->record_count);
    for (int i = 0; i < a->record_count; i++) {
        same_text(where, "record kind", a->records[i].kind, b->records[i].kind);
        same_text(where, "record key", a->records[i].key, b->records[i].key);
        same_json(arena, where, "record data", a->records[i].data, b->records[i].data);
    }
    same_fields(arena, where, a, b);
    same_messages(arena, where, a, b);
}

static void go_there_and_back(struct arena *arena, const char *where, const struct observation *obs)
{
    struct observation back;
    struct err err = {0};
    AUTO_JSON row = row_observation(obs);
    char *text = json_print_in(arena, row);
    struct json *parsed = json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, &err);
    if (!parsed || !row_read_observation(arena, parsed, &back, &err))
        fail_msg("%s: %s", where, err.text);
    same_observation(arena, where, obs, &back);
}

static void every_fixtures_observation_goes_there_and_back(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int count = fixture_rows(arena, "events/manifest.tsv", EVENT_COLUMNS, &rows), observations = 0;
    for (int r = 0; r < count; r++) {
        AUTO_ARENA own = arena_new();
        struct event_case c;
        event_fixture(own, rows[r][2], rows[r][0], event_now, &c);
        for (int i = 0; i < (c.accepted ? c.count : 0); i++, observations++)
            go_there_and_back(own, rows[r][0], &c.list[i].obs);
    }
    printf("# %d observations\n", observations);
    assert_true(observations > 110);
}

static void a_desk_observation_goes_there_and_back(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct message m = {.id = "m", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_NOTE, .voice = VOICE_DESK, .author = "ana",
                        .body = "a\nb", .state = "held", .at = 5};
    struct observation obs = {.voice = VOICE_DESK, .kind = KIND_UPDATE, .v = {7, 2, 1, "desk:1"}, .account = "a", .messages = &m, .message_count = 1};
    observe_say_int(&obs, "status", STATUS_ON_HOLD);
    observe_say_int(&obs, "snoozed_until", 99);
    observe_say_text(&obs, "tags", "[\"a\",\"b\"]");
    observe_say_null(&obs, "assignee");
    go_there_and_back(arena, "desk", &obs);
}

static void a_ticket_is_shown_in_words_and_masked_at_the_edge(void **state)
{
    (void)state;
    struct ticket t = {.id = 4, .status = STATUS_ON_HOLD, .priority = PRIORITY_URGENT, .customer_email = "jane@example.com",
                       .tags = "[\"x\"]", .created_at = 12, .epoch = 3};
    AUTO_JSON open = row_ticket(&t, false);
    AUTO_JSON masked = row_ticket(&t, true);
    assert_string_equal(json_string(json_get(open, "status")), "on_hold");
    assert_string_equal(json_string(json_get(open, "priority")), "urgent");
    assert_string_equal(json_string(json_get(open, "customer_email")), "jane@example.com");
    assert_string_not_equal(json_string(json_get(masked, "customer_email")), "jane@example.com");
    assert_int_equal(json_get_i64(open, "created_at", 0), 12);
    assert_int_equal(json_kind(json_get(open, "resolved_at")), JSON_NULL);
    assert_null(json_get(open, "epoch"));
    assert_true(json_is(json_get(open, "clocks"), JSON_ARRAY));
}

static void a_brief_row_says_only_what_is_so(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct ticket t = {.id = 4, .status = STATUS_NEW, .title = "T", .customer_email = "jane@example.com", .tags = "[\"x\"]", .metadata = "{\"a\":1}",
                       .next_due_at = 90, .clock[0] = {.state = CLOCK_RUNNING, .policy = "low", .target = 60, .due_at = 90}};
    AUTO_JSON row = row_brief(&t, true);
    assert_string_equal(json_print_in(arena, row), "{\"id\":4,\"title\":\"T\",\"status\":\"new\",\"tags\":[\"x\"],\"customer_email\":\"j•••@example.com\","
                                                   "\"next_due_at\":90,\"due_from\":30}");
}

static void changes_name_old_and_new(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct ticket a = {.status = STATUS_NEW, .title = "T", .version = 1}, b = a;
    b.status = STATUS_OPEN;
    b.assignee = "ana";
    b.version = 2;
    AUTO_JSON list = row_changes(&a, &b);
    assert_string_equal(json_print_in(arena, list), "[[\"status\",\"new\",\"open\"],[\"assignee\",null,\"ana\"]]");
}

static void a_row_that_is_none_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const bad[] = {"{\"kind\":\"dance\"}", "{\"kind\":\"update\",\"said\":{\"nothing\":1}}",
                                      "{\"kind\":\"update\",\"said\":{\"status\":\"asleep\"}}",
                                      "{\"kind\":\"update\",\"said\":{\"created_at\":\"now\"}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct observation obs;
        struct err err = {0};
        struct json *row = json_parse_in(arena, bad[i], strlen(bad[i]), &json_limits_dialect, NULL, NULL);
        assert_false(row_read_observation(arena, row, &obs, &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixtures_observation_goes_there_and_back),
        cmocka_unit_test(a_desk_observation_goes_there_and_back),
        cmocka_unit_test(a_ticket_is_shown_in_words_and_masked_at_the_edge),
        cmocka_unit_test(a_brief_row_says_only_what_is_so),
        cmocka_unit_test(changes_name_old_and_new),
        cmocka_unit_test(a_row_that_is_none_is_refused),
    };
    return crypto_open() ? cmocka_run_group_tests_name("row", tests, NULL, NULL) : 1;
}
