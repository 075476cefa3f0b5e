/* postgres: the statement and its parameters as the golden shows them; mapped columns; names that look like SQL; every
 * SQLSTATE of the table. */
#include "destination/destination.h"
#include "base/str.h"
#include "support/fixture.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct config_destination warehouse = {.name = "warehouse", .kind = DEST_POSTGRES, .url = "postgresql://desk@db.example/warehouse", .schema = "public",
                                                    .table = "support_events"};

static bool compose(struct arena *arena, const struct letter *letter, const struct config_destination *to, struct delivery *out, struct err *err)
{
    struct composing c = {.letter = letter, .to = to, .attempt = 1};
    *err = (struct err){0};
    return destination_of(DEST_POSTGRES)->compose(arena, &c, out, err);
}

static struct delivery composed(struct arena *arena, const struct letter *letter, const struct config_destination *to)
{
    struct delivery r;
    struct err err;
    if (!compose(arena, letter, to, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

/* As the golden writes it: comments say what is bound. */
static const char *written(struct arena *arena, const struct delivery *r)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    str_addf(&out, "-- parse once, bind four parameters, text format\n%s\n", r->sql);
    for (int i = 0; i < r->param_count; i++) {
        str_addf(&out, "-- $%d = '", i + 1);
        for (const char *p = r->params[i]; *p; p++)
            str_addf(&out, *p == '\'' ? "'%c" : "%c", *p);
        str_adds(&out, "'\n");
    }
    return arena_strdup(arena, out.data);
}

static void the_golden_statement_is_made(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = composed(arena, letter_golden(arena), &warehouse);
    assert_string_equal(written(arena, &r), letter_golden_text(arena, "postgres.sql"));
    assert_int_equal(r.carrier, CARRIER_SQL);
    assert_string_equal(r.url, warehouse.url);
    struct config_destination to = warehouse;
    to.schema = NULL;
    assert_string_equal(composed(arena, letter_golden(arena), &to).sql, r.sql);
}

static void columns_take_what_they_are_mapped_to(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse;
    static const struct config_column columns[] = {{"id", "event.id"}, {"seen", "event.received_at"}, {"said", "payload.body"}, {"plan", "ticket.plan"}, {"none", "payload.nothing"}};
    to.column_count = 5;
    memcpy(to.columns, columns, sizeof columns);
    struct delivery r = composed(arena, letter_golden(arena), &to);
    assert_string_equal(r.sql, "INSERT INTO \"public\".\"support_events\" (\"id\", \"seen\", \"said\", \"plan\", \"none\", \"payload\")\n"
                               "VALUES ($1, $2::timestamptz, $3, $4, $5, $6::jsonb)\nON CONFLICT DO NOTHING");
    assert_int_equal(r.param_count, 6);
    assert_string_equal(r.params[0], "evt_01HZK4Q3V9T7");
    assert_true(str_starts(r.params[2], "I'm Ada Lovelace, [email]"));
    assert_string_equal(r.params[3], "enterprise");
    assert_null(r.params[4]);
    to.columns[2] = (struct config_column){"made", "ticket.created_at"};
    to.columns[3] = (struct config_column){"done", "ticket.closed_at"};
    struct letter l = *letter_golden(arena);
    struct ticket *t = ticket_copy(arena, l.ticket);
    l.ticket = t;
    t->created_at = l.at;
    r = composed(arena, &l, &to);
    assert_string_equal(r.params[2], "2026-05-21T14:03:11.512Z");
    assert_null(r.params[3]);
    to.columns[4] = (struct config_column){"raw", "payload"}; /* the payload under another name is not there twice */
    r = composed(arena, letter_golden(arena), &to);
    assert_int_equal(r.param_count, 5);
    assert_non_null(strstr(r.sql, "$5::jsonb"));
}

static void a_name_is_quoted_whatever_it_holds(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = warehouse;
    to.schema = "a\"; DROP TABLE x; --";
    to.table = "b\"\"c";
    to.column_count = 1;
    to.columns[0] = (struct config_column){"d\") VALUES (1); --", "event.id"};
    assert_string_equal(composed(arena, letter_golden(arena), &to).sql,
                        "INSERT INTO \"a\"\"; DROP TABLE x; --\".\"b\"\"\"\"c\" (\"d\"\") VALUES (1); --\", \"payload\")\nVALUES ($1, $2::jsonb)\nON CONFLICT DO NOTHING");
}

static void a_value_is_bound_and_never_part_of_the_statement(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = *letter_golden(arena);
    static const char payload[] = "{\"body\":\"'); DROP TABLE support_events; --\",\"zero\":\"a\\u0000b\",\"big\":12345678901234567890,\"list\":[1,\"two\"],\"yes\":true}";
    struct err err;
    struct config_destination to = warehouse;
    static const char *const paths[] = {"payload.body", "payload.zero", "payload.big", "payload.list", "payload.yes"};
    static const char *const values[] = {"'); DROP TABLE support_events; --", "a\357\277\275b", "12345678901234567890", "[1,\"two\"]", "true"};
    l.payload = json_parse_in(arena, payload, sizeof payload - 1, &json_limits_dialect, NULL, &err);
    l.id = "'; --";
    for (int i = 0; i < 5; i++)
        to.columns[to.column_count++] = (struct config_column){arena_printf(arena, "c%d", i), paths[i]};
    struct delivery r = composed(arena, &l, &to);
    assert_null(strstr(r.sql, "DROP"));
    for (int i = 0; i < 5; i++)
        assert_string_equal(r.params[i], values[i]);
    assert_null(strstr(r.params[5], "\\u0000"));
}

static void what_is_no_event_makes_no_row(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = *letter_golden(arena);
    struct config_destination to = warehouse;
    struct delivery r;
    struct err err;
    static const int kinds[] = {LETTER_REPLY, LETTER_ASSIGN, LETTER_REGISTER, LETTER_LABEL};
    for (int i = 0; i < 4; i++) {
        l.of = kinds[i];
        assert_false(compose(arena, &l, &to, &r, &err));
        assert_int_equal(err.code, ERR_NOT_FOUND);
    }
    to.table = NULL;
    assert_false(compose(arena, letter_golden(arena), &to, &r, &err));
    assert_int_equal(err.code, ERR_INPUT);
}

static const char *judged(struct arena *arena, struct reply reply, struct json *memo)
{
    struct composing c = {.letter = letter_golden(arena), .to = &warehouse, .memo = memo, .attempt = 1};
    reply.body = "";
    struct verdict v = destination_of(DEST_POSTGRES)->judge(arena, &c, &reply, memo);
    return destination_action(arena, &v, memo, 0);
}

static void every_answer_of_the_table_gives_its_action(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int n = fixture_rows(arena, "destinations/destinations.tsv", 5, &rows), seen = 0;
    for (int i = 0; i < n; i++) {
        if (!str_eq(rows[i][0], "postgres"))
            continue;
        AUTO_JSON memo = json_object();
        bool tag = str_starts(rows[i][1], "INSERT");
        struct reply r = {.sent = true, .sqlstate = tag ? NULL : rows[i][1], .tag = tag ? rows[i][1] : NULL};
        assert_string_equal(judged(arena, r, memo), rows[i][4]);
        seen++;
    }
    print_message("# %d rows of postgres\n", seen);
    assert_int_equal(seen, 14);
}

static void other_states_mean_what_their_class_does(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *sqlstate, *action; } rows[] = {
        {"08007", "retry+ambiguous"}, {"57014", "retry"}, {"57P01", "retry"}, {"57P02", "retry"}, {"53200", "retry"}, {"55P03", "retry"}, {"28000", "dead+disable"},
        {"3D000", "dead+disable"}, {"42501", "dead"}, {"42804", "dead"}, {"42000", "dead"}, {"23503", "dead"}, {"23514", "dead"}, {"22001", "dead"}, {"XX000", "retry"},
        {"58030", "retry"}, {"P0001", "dead"}, {"54000", "dead"}, {"40003", "retry"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_JSON memo = json_object();
        const char *action = judged(arena, (struct reply){.sent = true, .sqlstate = rows[i].sqlstate}, memo);
        if (!str_eq(action, rows[i].action))
            fail_msg("%s: %s, not %s", rows[i].sqlstate, action, rows[i].action);
    }
    AUTO_JSON memo = json_object();
    assert_string_equal(judged(arena, (struct reply){.fault = REPLY_LOST, .sent = true, .sqlstate = "08006"}, memo), "retry+ambiguous");
    assert_string_equal(judged(arena, (struct reply){.fault = REPLY_REFUSED, .sqlstate = "08006"}, memo), "retry");
    assert_string_equal(judged(arena, (struct reply){.fault = REPLY_TIMEOUT, .sqlstate = "08006"}, memo), "retry");
}

static void a_conflict_is_tried_at_once_three_times_and_then_later(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_JSON memo = json_object();
    struct composing c = {.letter = letter_golden(arena), .to = &warehouse, .memo = memo, .attempt = 1};
    static const int kinds[] = {VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_RETRY, VERDICT_AGAIN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct reply r = {.sent = true, .sqlstate = i % 2 ? "40P01" : "40001", .body = ""};
        assert_int_equal(destination_of(DEST_POSTGRES)->judge(arena, &c, &r, memo).kind, kinds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_statement_is_made),
        cmocka_unit_test(columns_take_what_they_are_mapped_to),
        cmocka_unit_test(a_name_is_quoted_whatever_it_holds),
        cmocka_unit_test(a_value_is_bound_and_never_part_of_the_statement),
        cmocka_unit_test(what_is_no_event_makes_no_row),
        cmocka_unit_test(every_answer_of_the_table_gives_its_action),
        cmocka_unit_test(other_states_mean_what_their_class_does),
        cmocka_unit_test(a_conflict_is_tried_at_once_three_times_and_then_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
