/* letter: what people read of an event: never nothing, one line where one line is meant, our own events in words. */
#include "core/letter.h"
#include "base/str.h"
#include "base/text.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
