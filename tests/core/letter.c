/* letter: what people read of an event: never nothing, one line where one line is meant, our own events in words; and what
 * is hidden in it before it leaves. */
#include "core/letter.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "core/redact.h"
#include "support/event.h"
#include "support/fixture.h"
#include "support/letter.h"
#include "wire/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct letter desk(struct arena *arena, const char *type, const char *changes, const char *why)
{
    return (struct letter){.of = LETTER_DESK, .id = "evt_1", .type = type, .at = 1779372191512, .why = why,
                           .changes = changes ? json_parse_in(arena, changes, strlen(changes), &json_limits_native, NULL, NULL) : NULL};
}

static void an_event_is_its_title_its_text_and_four_facts(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct letter *l = letter_golden(arena);
    struct letter_fact facts[LETTER_FACTS];
    static const struct letter_fact expected[] = {{"Ticket", "T-7"}, {"Tier", "enterprise"}, {"Channel", "email"}, {"Type", "support.ticket.created"}};
    assert_string_equal(letter_headline(arena, l), "[critical] URGENT: charged twice");
    assert_true(str_starts(letter_story(arena, l), "I'm Ada Lovelace, [email], [phone]"));
    assert_int_equal(letter_facts(arena, l, facts), 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(facts[i].name, expected[i].name);
        assert_string_equal(facts[i].value, expected[i].value);
    }
    assert_string_equal(letter_stamp(arena, l), "evt_01HZK4Q3V9T7 \xc2\xb7 2026-05-21T14:03:11.512Z");
}

static void what_is_not_known_is_left_out_and_a_ticket_has_a_number_at_least(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct ticket t = {.id = 42};
    struct letter l = {.of = LETTER_EVENT, .id = "evt_1", .type = "billing.paid", .at = 1, .ticket = &t};
    struct letter_fact facts[LETTER_FACTS];
    assert_int_equal(letter_facts(arena, &l, facts), 2);
    assert_string_equal(facts[0].value, "#42");
    assert_string_equal(facts[1].value, "billing.paid");
    assert_string_equal(letter_headline(arena, &l), "billing.paid");
    assert_string_equal(letter_story(arena, &l), "Billing paid");
    l.type = NULL;
    assert_string_equal(letter_story(arena, &l), "Event");
}

static void a_title_of_many_lines_is_one(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_string_equal(letter_headline(arena, letter_saying(arena, "a\r\nBcc: x\tb\x1b[2J", "b")), "[critical] a  Bcc: x b [2J");
    assert_string_equal(letter_story(arena, letter_saying(arena, "t", " \n\t ")), "Support ticket created");
}

static void what_changed_is_said_in_words(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = desk(arena, "ticket.updated",
                           "[[\"status\",\"open\",\"resolved\"],[\"assignee\",null,\"ana\"],[\"resolved_at\",null,1779372191512],"
                           "[\"reopen_count\",0,1],[\"stub\",true,false],[\"tags\",[\"a\"],[\"a\",\"b\"]]]", NULL);
    assert_string_equal(letter_story(arena, &l),
                        "status: open \xe2\x86\x92 resolved\nassignee: nothing \xe2\x86\x92 ana\n"
                        "resolved at: nothing \xe2\x86\x92 2026-05-21T14:03:11.512Z\nreopen count: 0 \xe2\x86\x92 1\nstub: yes \xe2\x86\x92 no\n"
                        "tags: a \xe2\x86\x92 a, b");
}

static void an_escalation_says_why_and_then_what_the_customer_wrote(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = *letter_saying(arena, "t", "It burns.");
    l.of = LETTER_DESK;
    l.type = "triage.escalated";
    l.why = "critical";
    assert_string_equal(letter_story(arena, &l), "critical\n\nIt burns.");
    assert_string_equal(letter_headline(arena, &l), "[critical] t");
}

static void a_record_is_told_by_its_members(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct record boss = {"boss", "b1", "{\"name\":\"Hydra\",\"tier\":\"epic\",\"hp\":0,\"spawned_at\":1779372191512,\"expires_at\":0,\"final_blow\":\"ana\","
                                        "\"gone\":null,\"participants\":[{\"agent\":\"ana\",\"damage\":120},{\"agent\":\"bo\",\"damage\":30}],"
                                        "\"rewards\":{\"xp\":500,\"gold\":250}}"};
    struct letter l = desk(arena, "boss.defeated", NULL, NULL);
    l.record = &boss;
    assert_string_equal(letter_headline(arena, &l), "Boss defeated: Hydra");
    assert_string_equal(letter_story(arena, &l), "name: Hydra\ntier: epic\nhp: 0\nspawned at: 2026-05-21T14:03:11.512Z\nexpires at: 0\nfinal blow: ana\n"
                                                 "participants: agent ana, damage 120; agent bo, damage 30\nrewards: xp 500, gold 250");
    struct record player = {"player", "ana", "{\"agent\":\"ana\",\"level\":5}"};
    l = desk(arena, "player.level_up", NULL, NULL);
    l.record = &player;
    assert_string_equal(letter_headline(arena, &l), "Player level up: ana");
}

static void our_own_events_are_never_empty(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const types[] = {"ticket.created", "ticket.updated", "ticket.closed", "triage.escalated", "boss.defeated", "player.level_up", "article.published"};
    struct record broken = {"boss", "b1", "not json"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct letter l = desk(arena, types[i], i % 2 ? "[]" : NULL, i % 3 ? "" : NULL);
        l.record = i % 2 ? &broken : NULL;
        assert_true(*letter_story(arena, &l) && *letter_headline(arena, &l));
    }
}

static void a_story_without_end_is_cut_between_two_characters(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = desk(arena, "ticket.updated", NULL, letter_repeat(arena, "x\xe6\x97\xa5\xf0\x9f\x98\x80", 20000));
    const char *story = letter_story(arena, &l);
    assert_in_range(strlen(story), (64 << 10) - 4, 64 << 10);
    assert_true(text_valid(story, strlen(story)));
}

/* --- hiding --- */

static const char body[] = "mail ada@acme.example, card 4111111111111111";
static const char private_payload[] =
    "{\"body\":\"mail ada@acme.example, card 4111111111111111\",\"subject\":\"from ada@acme.example\",\"user\":{\"email\":\"ada@acme.example\",\"plan\":\"pro\"},"
    "\"list\":[\"ada@acme.example\",4111111111111111,7],\"ada@acme.example\":1}";

/* An address and a card in every place that leaves. */
static struct letter leaky(struct arena *arena)
{
    static const char changes[] = "[[\"title\",\"ada@acme.example\",\"4111111111111111\"]]", entity[] = "{\"email\":\"ada@acme.example\"}";
    struct ticket *t = ARENA_NEW(arena, struct ticket);
    struct message *m = ARENA_NEW(arena, struct message);
    struct record *r = ARENA_NEW(arena, struct record);
    *t = (struct ticket){.id = 7, .title = "from ada@acme.example", .customer_email = "ada@acme.example", .key = "rbs:ada@acme.example", .plan = "pro",
                         .tags = "[\"ada@acme.example\",\"vip\"]", .metadata = "{\"card\":\"4111111111111111\"}"};
    *m = (struct message){.id = "m1", .author_kind = AUTHOR_CUSTOMER, .author = "ada@acme.example", .body = body};
    *r = (struct record){"customer", "rbs:ada@acme.example", "{\"email\":\"ada@acme.example\"}"};
    return (struct letter){.of = LETTER_EVENT, .id = "evt_1", .type = "support.ticket.created", .at = 1, .ticket = t, .message = m, .messages = m,
                           .message_count = 1, .record = r, .why = "ada@acme.example asked",
                           .payload = json_parse_in(arena, private_payload, strlen(private_payload), &json_limits_native, NULL, NULL),
                           .changes = json_parse_in(arena, changes, strlen(changes), &json_limits_native, NULL, NULL),
                           .entity = json_parse_in(arena, entity, strlen(entity), &json_limits_native, NULL, NULL)};
}

static const char *whole(struct arena *arena, const struct letter *l)
{
    AUTO_JSON root = letter_encode(l);
    return json_print_in(arena, root);
}

static struct letter_redaction all_of(int mode)
{
    struct letter_redaction how = {.route = true, .salt = "desk"};
    for (int i = 0; i < REDACT_ENTITIES; i++)
        how.fields_mode.mode[i] = mode;
    return how;
}

static void without_fields_every_text_is_hidden(void **state)
{
    (void)state;
    static const int modes[] = {REDACT_MASK, REDACT_HASH, REDACT_DROP};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        AUTO_ARENA arena = arena_new();
        struct letter l = leaky(arena);
        struct letter_redaction how = all_of(modes[i]);
        const char *before = whole(arena, &l);
        const struct letter *safe = letter_redact(arena, &l, &how);
        const char *text = whole(arena, safe);
        assert_null(strstr(text, "ada@"));
        assert_null(strstr(text, "411111"));
        assert_string_equal(safe->ticket->plan, "pro");
        assert_string_equal(json_get_string(json_get(safe->payload, "user"), "plan", NULL), "pro");
        assert_string_equal(whole(arena, letter_redact(arena, safe, &how)), text);
        assert_string_equal(whole(arena, &l), before); /* the letter itself stays whole */
    }
}

static void a_listed_field_alone_is_hidden_and_its_namesakes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = leaky(arena);
    struct letter_redaction how = all_of(REDACT_MASK);
    how.fields[how.field_count++] = "payload.body";
    how.fields_mode.mode[REDACT_CARD] = REDACT_DROP;
    const struct letter *safe = letter_redact(arena, &l, &how);
    assert_string_equal(json_get_string(safe->payload, "body", NULL), "mail [email], card ");
    assert_string_equal(safe->message->body, "mail [email], card ");
    assert_string_equal(safe->messages[0].body, "mail [email], card ");
    assert_string_equal(json_get_string(safe->payload, "subject", NULL), "from ada@acme.example");
    assert_string_equal(safe->ticket->title, "from ada@acme.example");
    assert_string_equal(safe->ticket->customer_email, "ada@acme.example");
    how.fields[0] = "payload.user";
    safe = letter_redact(arena, &l, &how);
    assert_string_equal(json_get_string(json_get(safe->payload, "user"), "email", NULL), "[email]");
    assert_string_equal(json_get_string(safe->payload, "body", NULL), body);
    how.fields[0] = "ticket.title";
    safe = letter_redact(arena, &l, &how);
    assert_string_equal(safe->ticket->title, "from [email]");
    assert_string_equal(json_get_string(safe->payload, "subject", NULL), "from [email]");
    assert_string_equal(safe->message->body, body);
}

static void the_destination_has_the_last_word(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = leaky(arena);
    struct letter_redaction how = all_of(REDACT_MASK), none = {0}, matrix = {0};
    how.to.mode[REDACT_EMAIL] = REDACT_RAW;
    assert_string_equal(letter_redact(arena, &l, &how)->message->body, "mail ada@acme.example, card [card]");
    assert_ptr_equal(letter_redact(arena, &l, &none), &l);
    matrix.to.mode[REDACT_CARD] = REDACT_MASK; /* no step in the route: the destination's row alone */
    assert_string_equal(letter_redact(arena, &l, &matrix)->message->body, "mail ada@acme.example, card [card]");
    matrix.fields[matrix.field_count++] = "payload.nothing"; /* what a route lists does not narrow what the destination hides */
    matrix.route = true;
    assert_string_equal(letter_redact(arena, &l, &matrix)->message->body, "mail ada@acme.example, card [card]");
}

static void a_hash_is_the_same_for_the_same_text_and_another_for_another_desk(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = leaky(arena);
    struct letter_redaction one = all_of(REDACT_HASH), other = one;
    other.salt = "elsewhere";
    const struct letter *a = letter_redact(arena, &l, &one), *b = letter_redact(arena, &l, &one), *c = letter_redact(arena, &l, &other);
    assert_true(str_starts(a->ticket->customer_email, "[email:"));
    assert_string_equal(a->ticket->customer_email, b->ticket->customer_email);
    assert_string_equal(a->ticket->customer_email, json_get_string(json_get(a->payload, "user"), "email", NULL));
    assert_string_not_equal(a->ticket->customer_email, c->ticket->customer_email);
}

/* Nothing a fixture says and a pattern knows is left once it has been hidden, and hiding it again changes nothing. */
static void every_fixture_event_can_be_hidden_and_stays_so(void **state)
{
    (void)state;
    enum { FILE_NAME, SET, DIALECT, COLUMNS };
    AUTO_ARENA all = arena_new();
    char ***rows;
    int letters = 0, changed = 0, count = fixture_rows(all, "events/manifest.tsv", COLUMNS, &rows);
    for (int r = 0; r < count; r++) {
        AUTO_ARENA arena = arena_new();
        struct event_case c;
        event_fixture(arena, rows[r][DIALECT], rows[r][FILE_NAME], event_now, &c);
        for (int i = 0; i < c.count && c.body_n < 1 << 16; i++) {
            struct ticket t = {.id = 1};
            struct letter_redaction how = all_of(REDACT_MASK);
            if (c.list[i].obs.key && c.list[i].obs.kind != KIND_REFER)
                observe_fold(&t, &c.list[i].obs);
            struct letter l = {.of = LETTER_EVENT, .id = "evt_1", .type = c.list[i].type, .payload = c.root, .ticket = &t,
                               .messages = c.list[i].obs.messages, .message_count = c.list[i].obs.message_count};
            const char *before = whole(arena, &l), *once = whole(arena, letter_redact(arena, &l, &how));
            const char *twice = whole(arena, letter_redact(arena, letter_redact(arena, &l, &how), &how));
            assert_string_equal(once, twice);
            letters++;
            changed += !str_eq(before, once);
        }
    }
    print_message("# %d letters hidden twice, %d of them held something\n", letters, changed);
    assert_true(letters > 100 && changed > 10);
}

/* --- ids --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void an_id_is_stable_and_never_given_twice(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    AUTO_ARENA arena = arena_new();
    const char **ids = ARENA_ARRAY(arena, const char *, MANY);
    for (int i = 0; i < MANY; i++)
        ids[i] = letter_id(arena, i % 2 ? "desk" : "elsewhere", i / 8, i / 2 % 4);
    assert_string_equal(ids[0], letter_id(arena, "elsewhere", 0, 0));
    for (int i = 0; i < MANY; i++) {
        assert_true(str_starts(ids[i], "evt_"));
        assert_int_equal(strspn(ids[i] + 4, "0123456789abcdefghijklmnopqrstuvwxyz"), 12);
        assert_int_equal(strlen(ids[i]), 16);
    }
    qsort(ids, MANY, sizeof *ids, by_text);
    for (int i = 1; i < MANY; i++)
        assert_string_not_equal(ids[i - 1], ids[i]);
    assert_string_equal(letter_id(arena, NULL, 1, 1), letter_id(arena, "", 1, 1));
    print_message("# %d ids, no two alike\n", MANY);
}

static int setup(void **state)
{
    struct err err = {0};
    (void)state;
    return crypto_open() && redact_open(&err) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    redact_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_its_title_its_text_and_four_facts),
        cmocka_unit_test(what_is_not_known_is_left_out_and_a_ticket_has_a_number_at_least),
        cmocka_unit_test(a_title_of_many_lines_is_one),
        cmocka_unit_test(what_changed_is_said_in_words),
        cmocka_unit_test(an_escalation_says_why_and_then_what_the_customer_wrote),
        cmocka_unit_test(a_record_is_told_by_its_members),
        cmocka_unit_test(our_own_events_are_never_empty),
        cmocka_unit_test(a_story_without_end_is_cut_between_two_characters),
        cmocka_unit_test(without_fields_every_text_is_hidden),
        cmocka_unit_test(a_listed_field_alone_is_hidden_and_its_namesakes),
        cmocka_unit_test(the_destination_has_the_last_word),
        cmocka_unit_test(a_hash_is_the_same_for_the_same_text_and_another_for_another_desk),
        cmocka_unit_test(every_fixture_event_can_be_hidden_and_stays_so),
        cmocka_unit_test(an_id_is_stable_and_never_given_twice),
    };
    return cmocka_run_group_tests_name("letter", tests, setup, teardown);
}
