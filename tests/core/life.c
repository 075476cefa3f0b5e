/* life: the pure rules of a ticket's life: what is thanks and what is a machine, what reopens in any order of arrival, what a root
 * hears of what was merged into it, and that what an act moved beside the fields reads back as it was written. */
#include "base/str.h"
#include "core/back.h"
#include "core/observe.h"
#include "core/thanks.h"
#include "dialect/machine.h"
#include "support/rules.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS_MOST = 8 };

static void thanks_and_nothing_else_is_told_from_more(void **state)
{
    static const char *const thanks[] = {"Thanks!", "Thank you so much, it works now", "thx", "Danke, klappt jetzt alles", "Merci beaucoup", "Muchas gracias!",
                                         "Great, thanks Ana", "Thanks!\n\n-- \nJo Miller, Miller & Sons", "Obrigado :)", "Thank you.\r\n> Please try again now."};
    static const char *const more[] = {"", "It works now", "Thanks, but it does not work", "Thanks? For what?", "No thanks to you, it is still broken",
                                       "Thanks, and where is my invoice", "Nothing works", "thanks 4711", NULL};
    (void)state;
    for (size_t i = 0; i < sizeof thanks / sizeof *thanks; i++)
        if (!thanks_only(thanks[i]))
            fail_msg("not taken for thanks: %s", thanks[i]);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (thanks_only(more[i]))
            fail_msg("taken for thanks: %s", more[i] ? more[i] : "(none)");
}

static void a_machine_is_known_by_its_headers_and_its_name(void **state)
{
    static const struct { const char *message, *author; bool machine; } cases[] = {
        {"{\"headers\":{\"Auto-Submitted\":\"auto-generated\"}}", NULL, true}, {"{\"headers\":{\"Auto-Submitted\":\"no\"}}", NULL, false},
        {"{\"auto_submitted\":\"auto-replied\"}", NULL, true},                 {"{\"headers\":{\"Precedence\":\"Bulk\"}}", NULL, true},
        {"{\"headers\":{\"precedence\":\"first-class\"}}", NULL, false},       {"{\"metadata\":{\"returnPath\":\"<>\"}}", NULL, true},
        {"{\"headers\":{\"Return-Path\":\"<jo@example.com>\"}}", NULL, false}, {"{\"text\":\"I am out of office\"}", "Mailer-Daemon@example.com", true},
        {"{\"text\":\"precedence\"}", "jo@example.com", false},               {"[]", NULL, false}};
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct json *message = json_parse_in(arena, cases[i].message, strlen(cases[i].message), &json_limits_dialect, NULL, NULL);
        if (machine_wrote(message, cases[i].author) != cases[i].machine)
            fail_msg("%s by %s", cases[i].message, cases[i].author ? cases[i].author : "nobody");
    }
}

/* --- the fold --- */

struct steps {
    struct observation list[STEPS_MOST];
    struct message messages[STEPS_MOST];
    int count;
};

static struct observation *add(struct steps *s, int voice, int kind, int64_t t)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct observation *obs = &s->list[s->count];
    *obs = (struct observation){.voice = voice, .kind = kind, .v = {t, kind_rank(kind), 0, keys[s->count]}, .key = "k", .account = "acct"};
    s->count++;
    return obs;
}

static void says(struct steps *s, int64_t t, const char *body)
{
    struct observation *obs = add(s, VOICE_SOURCE, KIND_MESSAGE, t);
    struct message *m = &s->messages[s->count - 1];
    *m = (struct message){.id = obs->v.key, .author_kind = AUTHOR_CUSTOMER, .origin = ORIGIN_REPLY, .is_public = true, .at = t, .body = body};
    obs->messages = m;
    obs->message_count = 1;
}

static void status(struct steps *s, int voice, int64_t t, int word)
{
    observe_say_int(add(s, voice, voice == VOICE_CLOCK ? KIND_CLOSE : KIND_UPDATE, t), "status", word);
}

static int by_version(const void *a, const void *b)
{
    const struct observation *x = a, *y = b;
    return version_cmp(&x->v, &y->v);
}

static struct ticket folded(const struct steps *s)
{
    struct observation sorted[STEPS_MOST];
    struct ticket t = {0};
    memcpy(sorted, s->list, sizeof *sorted * (size_t)s->count);
    qsort(sorted, (size_t)s->count, sizeof *sorted, by_version);
    for (int i = 0; i < s->count; i++)
        observe_fold(&t, &sorted[i]);
    return t;
}

static void a_customer_reopens_what_a_source_resolved_and_no_longer_speaks_of(void **state)
{
    (void)state;
    struct steps s = {.count = 0};
    status(&s, VOICE_SOURCE, 10, STATUS_OPEN);
    status(&s, VOICE_SOURCE, 20, STATUS_RESOLVED);
    says(&s, 30, "It is back");
    struct ticket t = folded(&s);
    assert_int_equal(t.status, STATUS_OPEN);
    assert_int_equal(t.reopen_count, 1);
    status(&s, VOICE_SOURCE, 40, STATUS_RESOLVED); /* that is no news */
    assert_int_equal(folded(&s).status, STATUS_OPEN);
}

static void what_the_clock_closed_is_open_where_a_reply_turns_out_to_have_been_in_time(void **state)
{
    (void)state;
    struct steps s = {.count = 0};
    status(&s, VOICE_SOURCE, 10, STATUS_OPEN);
    status(&s, VOICE_DESK, 20, STATUS_RESOLVED);
    status(&s, VOICE_CLOCK, 100, STATUS_CLOSED);
    struct ticket t = folded(&s);
    assert_int_equal(t.status, STATUS_CLOSED);
    assert_int_equal(t.closed_at, 100);
    assert_int_equal(t.resolved_at, 20);
    says(&s, 50, "It is back"); /* came late */
    t = folded(&s);
    assert_int_equal(t.status, STATUS_OPEN);
    assert_int_equal(t.closed_at, 0);
    assert_int_equal(t.last_t, 50);
}

static void thanks_wait_for_nothing_until_there_is_more(void **state)
{
    (void)state;
    struct steps s = {.count = 0};
    status(&s, VOICE_SOURCE, 10, STATUS_OPEN);
    says(&s, 15, "Thanks for having me"); /* of an open ticket: a message like others */
    assert_int_equal(folded(&s).waiting_since, 15);
    status(&s, VOICE_DESK, 20, STATUS_RESOLVED);
    says(&s, 30, "Thanks!");
    struct ticket t = folded(&s);
    assert_int_equal(t.status, STATUS_RESOLVED);
    assert_int_equal(t.thanked_at, 30);
    assert_int_equal(t.waiting_since, 0);
    says(&s, 40, "Sorry, it is back");
    t = folded(&s);
    assert_int_equal(t.status, STATUS_OPEN);
    assert_int_equal(t.thanked_at, 0);
    assert_int_equal(t.waiting_since, 40);
}

static void what_is_put_aside_is_not_opened_by_its_source(void **state)
{
    (void)state;
    struct steps s = {.count = 0};
    status(&s, VOICE_SOURCE, 10, STATUS_OPEN);
    struct observation *merge = add(&s, VOICE_DESK, KIND_CLOSE, 20);
    observe_say_int(merge, "status", STATUS_CLOSED);
    observe_say_int(merge, "disposition", DISPOSITION_MERGED);
    status(&s, VOICE_SOURCE, 30, STATUS_RESOLVED);
    status(&s, VOICE_SOURCE, 40, STATUS_OPEN);
    says(&s, 50, "Hello?");
    struct ticket t = folded(&s);
    assert_int_equal(t.status, STATUS_CLOSED);
    assert_int_equal(t.source_status, STATUS_OPEN);
    assert_int_equal(t.reopen_count, 0);
}

static void an_echo_is_heard_and_says_nothing_else(void **state)
{
    (void)state;
    struct steps s = {.count = 0}, other = {.count = 0};
    status(&s, VOICE_SOURCE, 10, STATUS_OPEN);
    status(&s, VOICE_DESK, 20, STATUS_RESOLVED);
    says(&other, 30, "Before the merge");
    observe_say_text(&other.list[0], "title", "Another");
    observe_say_int(&other.list[0], "status", STATUS_PENDING);
    observe_echo(&other.list[0], 40, &s.list[s.count++]);
    struct ticket t = folded(&s);
    assert_int_equal(t.waiting_since, 30);
    assert_int_equal(t.status, STATUS_RESOLVED);
    assert_null(t.title);
    says(&other, 50, "After the merge");
    observe_echo(&other.list[1], 40, &s.list[s.count++]);
    t = folded(&s);
    assert_int_equal(t.status, STATUS_OPEN);
    assert_int_equal(t.source_status, STATUS_OPEN);
}

/* --- what goes back --- */

static void what_was_moved_reads_back_as_it_was_written(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct ticket before = {.clock = {{.state = CLOCK_RUNNING, .warned = true, .target = 900000, .started_at = 1, .due_at = 900001, .since = 1, .policy = "high"}},
                            .escalation = {.state = ESCALATION_TRIGGERED, .policy = "default", .step = -1, .opened_at = 5, .next_at = 6, .reason = "everything is down"}};
    struct ticket after = before;
    assert_null(back_note(&before, &after, false));
    after.clock[0].state = CLOCK_FULFILLED;
    after.escalation.state = ESCALATION_RESOLVED;
    after.escalation.resolved_by = "ana";
    AUTO_JSON note = back_note(&before, &after, false);
    const char *text = json_print_in(arena, note);
    const struct back *back = back_read(arena, json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL));
    assert_true(back->clock[0].moved);
    assert_false(back->clock[1].moved);
    assert_int_equal(back->clock[0].was.state, CLOCK_RUNNING);
    assert_true(back->clock[0].was.warned);
    assert_int_equal(back->clock[0].was.due_at, 900001);
    assert_string_equal(back->clock[0].was.policy, "high");
    assert_int_equal(back->was.step, -1);
    assert_string_equal(back->was.reason, "everything is down");
    assert_null(back->was.resolved_by);
    assert_string_equal(back->became.resolved_by, "ana");
    assert_null(back_read(arena, NULL));
}

static void a_clock_that_something_else_moved_since_is_left_alone(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_first(&d);
    struct ticket before = *d.ticket;
    d.now += MINUTE;
    desk_reply(&d);
    AUTO_JSON note = back_note(&before, d.ticket, false);
    struct back *back = back_read(d.arena, note);
    d.next = *d.ticket;
    d.next.first_reply_at = d.next.last_agent_at = 0;
    d.next.waiting_since = before.waiting_since;
    d.facts.undo = true;
    d.facts.back = back;
    back->clock[SLA_FIRST_RESPONSE].became.elapsed++; /* as if it had been moved */
    d.now += MINUTE;
    desk_change(&d, "act", "ana");
    assert_int_equal(d.ticket->clock[SLA_FIRST_RESPONSE].state, CLOCK_RUNNING); /* by its own rules: it goes on from now */
    assert_int_equal(d.ticket->clock[SLA_FIRST_RESPONSE].since, d.now);
    assert_int_equal(desk_count(&d, "sla", "restored"), 0);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thanks_and_nothing_else_is_told_from_more),
        cmocka_unit_test(a_machine_is_known_by_its_headers_and_its_name),
        cmocka_unit_test(a_customer_reopens_what_a_source_resolved_and_no_longer_speaks_of),
        cmocka_unit_test(what_the_clock_closed_is_open_where_a_reply_turns_out_to_have_been_in_time),
        cmocka_unit_test(thanks_wait_for_nothing_until_there_is_more),
        cmocka_unit_test(what_is_put_aside_is_not_opened_by_its_source),
        cmocka_unit_test(an_echo_is_heard_and_says_nothing_else),
        cmocka_unit_test(what_was_moved_reads_back_as_it_was_written),
        cmocka_unit_test(a_clock_that_something_else_moved_since_is_left_alone),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
