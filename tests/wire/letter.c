/* letter: what the store keeps of a letter is the letter: every fixture event's ticket, conversation and payload there and back,
 * and what is no letter is refused. */
#include "wire/letter.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/redact.h"
#include "support/event.h"
#include "support/fixture.h"
#include "wire/row.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum column { FILE_NAME, SET, DIALECT };

static const char *spelled(struct arena *arena, const struct letter *l)
{
    AUTO_JSON root = letter_encode(l);
    return json_print_in(arena, root);
}

static struct letter read_back(struct arena *arena, const char *text)
{
    struct letter l;
    struct err err = {0};
    if (!letter_decode(arena, text, &l, &err))
        fail_msg("%s: %.200s", err.text, text);
    return l;
}

static void same_text(const char *a, const char *b)
{
    if (!str_eq(a, b))
        fail_msg("%s became %s", a ? a : "nothing", b ? b : "nothing");
}

static void same_message(struct arena *arena, const struct message *a, const struct message *b)
{
    AUTO_JSON one = row_message(a);
    AUTO_JSON two = row_message(b);
    same_text(json_print_in(arena, one), json_print_in(arena, two));
    same_text(a->author, b->author);
    same_text(a->body, b->body);
}

static void same_letter(struct arena *arena, const struct letter *a, const struct letter *b)
{
    const char *field = a->ticket && b->ticket ? event_differs(a->ticket, b->ticket) : NULL;
    assert_int_equal(a->of, b->of);
    assert_int_equal(a->at, b->at);
    assert_int_equal(a->hops, b->hops);
    same_text(a->id, b->id);
    same_text(a->type, b->type);
    same_text(a->origin, b->origin);
    same_text(a->dialect, b->dialect);
    same_text(a->team, b->team);
    same_text(a->assignee_key, b->assignee_key);
    same_text(a->why, b->why);
    assert_int_equal(!a->ticket, !b->ticket);
    if (field)
        fail_msg("%s of the ticket is another", field);
    assert_int_equal(a->message_count, b->message_count);
    for (int i = 0; i < a->message_count; i++)
        same_message(arena, &a->messages[i], &b->messages[i]);
    assert_int_equal(!a->message, !b->message);
    if (a->message)
        same_message(arena, a->message, b->message);
    same_text(a->payload ? json_print_in(arena, a->payload) : NULL, b->payload ? json_print_in(arena, b->payload) : NULL);
    assert_int_equal(!a->record, !b->record);
}

static void there_and_back(struct arena *arena, const struct letter *l)
{
    const char *text = spelled(arena, l);
    const struct letter back = read_back(arena, text);
    same_letter(arena, l, &back);
    same_text(text, spelled(arena, &back));
}

/* One interpretation as the letters it may become: the event whole, and its reply. */
static int letters_of(struct arena *arena, const struct event_case *c, const struct interpretation *i, int64_t n)
{
    struct ticket t = {.id = n, .version = 3, .wake_at = event_now, .merged_into = n % 7};
    if (i->obs.key && i->obs.kind != KIND_REFER)
        observe_fold(&t, &i->obs);
    struct letter l = {.of = LETTER_EVENT, .id = letter_id(arena, "desk", n, 0), .type = i->type, .at = event_now, .origin = "shop", .dialect = i->obs.dialect,
                       .team = n % 2 ? "acme" : NULL, .hops = n % 3, .payload = c->root, .ticket = i->obs.key ? &t : NULL, .messages = i->obs.messages,
                       .message_count = i->obs.message_count, .message = i->obs.message_count ? &i->obs.messages[i->obs.message_count - 1] : NULL,
                       .record = i->obs.record_count ? &i->obs.records[0] : NULL};
    there_and_back(arena, &l);
    if (!l.message || !l.ticket)
        return 1;
    l.of = LETTER_REPLY;
    l.payload = NULL;
    there_and_back(arena, &l);
    return 2;
}

static void every_fixture_event_is_kept_as_it_is(void **state)
{
    (void)state;
    AUTO_ARENA all = arena_new();
    char ***rows;
    int files = 0, letters = 0, tickets = 0, messages = 0, count = fixture_rows(all, "events/manifest.tsv", DIALECT + 1, &rows);
    for (int r = 0; r < count; r++) {
        AUTO_ARENA arena = arena_new();
        struct event_case c;
        event_fixture(arena, rows[r][DIALECT], rows[r][FILE_NAME], event_now, &c);
        files++;
        for (int i = 0; i < c.count; i++) {
            letters += letters_of(arena, &c, &c.list[i], r * 100 + i + 1);
            tickets += c.list[i].obs.key != NULL;
            messages += c.list[i].obs.message_count;
        }
    }
    print_message("# %d files: %d letters there and back, %d tickets, %d messages\n", files, letters, tickets, messages);
    assert_true(files > 100 && letters > files && tickets > 50 && messages > 100);
}

static void what_only_our_own_events_have_is_kept_too(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char entity[] = "{\"a\":[null,true,-0.10,1e5]}";
    static const char changes[] = "[[\"status\",\"open\",\"resolved\"],[\"tags\",[],[\"a\",\"b\"]],[\"title\",null,\"\\u0001\\\"x\\ud83d\\ude00\"]]";
    struct record boss = {"boss", "b1", "{\"hp\":0,\"participants\":[{\"agent\":\"ana\",\"damage\":1.50}]}"};
    struct letter l = {.of = LETTER_DESK, .id = "evt_0123456789ab", .type = "boss.defeated", .at = 1, .why = "a\nb\tc", .assignee_key = "tm-2", .record = &boss,
                       .changes = json_parse_in(arena, changes, strlen(changes), &json_limits_native, NULL, NULL),
                       .entity = json_parse_in(arena, entity, strlen(entity), &json_limits_native, NULL, NULL)};
    assert_non_null(l.changes);
    assert_non_null(l.entity);
    there_and_back(arena, &l);
    const struct letter back = read_back(arena, spelled(arena, &l));
    assert_string_equal(back.record->kind, "boss");
    assert_string_equal(back.record->key, "b1");
    assert_string_equal(back.record->data, boss.data);
    assert_string_equal(json_print_in(arena, back.changes), json_print_in(arena, l.changes));
    assert_string_equal(json_print_in(arena, back.entity), entity);
    struct letter least = {.of = LETTER_LABEL, .id = "evt_1", .type = "t"};
    there_and_back(arena, &least);
}

static void what_is_no_letter_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {NULL, "", "x", "[]", "1", "{}", "{\"of\":1}", "{\"id\":5}", "{\"id\":\"e\",\"ticket\":{\"status\":\"lost\"}}",
                                        "{\"id\":\"e\",\"ticket\":{\"id\":\"many\"}}", "{\"id\":\"e\",\"type\":"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        struct letter l = {.hops = 7};
        if (letter_decode(arena, texts[i], &l, &err))
            fail_msg("taken: %s", texts[i]);
        assert_int_not_equal(err.code, ERR_NONE);
        assert_int_equal(l.hops, 7); /* untouched */
    }
}

static void a_redaction_is_kept_and_what_was_not_one_is_not_made_one(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    struct letter_redaction how = {.route = true, .fields = {"payload.body", "ticket.title"}, .field_count = 2}, back;
    for (int i = 0; i < REDACT_ENTITIES; i++)
        how.fields_mode.mode[i] = i % (REDACT_DROP + 1);
    AUTO_JSON root = letter_redaction_encode(&how);
    assert_true(letter_redaction_decode(arena, json_print_in(arena, root), &back, &err));
    assert_memory_equal(&back.fields_mode, &how.fields_mode, sizeof how.fields_mode);
    assert_true(back.route);
    assert_int_equal(back.field_count, 2);
    assert_string_equal(back.fields[1], "ticket.title");
    assert_true(letter_redaction_decode(arena, NULL, &back, &err));
    assert_false(back.route);
    assert_false(letter_redaction_decode(arena, "[", &back, &err));
}

static int setup(void **state)
{
    (void)state;
    return crypto_open() ? 0 : -1;
}

/* A page keeps who is meant and what its letter names; what it names is hidden as everything else is. */
static void a_page_comes_back_whole_and_what_it_names_is_hidden_too(void **state)
{
    AUTO_ARENA arena = arena_new();
    static const char also[] = "[{\"ticket\":5,\"title\":\"Refund for ada@example.com\",\"why\":\"rule vip\",\"step\":1}]";
    struct ticket ticket = {.id = 4, .title = "Checkout is slow"};
    struct letter_page page = {.agent = "tom", .policy = "shop", .step = 1, .steps = 3, .loop = 2, .high = true,
                               .also = json_parse_in(arena, also, strlen(also), &json_limits_native, NULL, NULL)};
    struct letter l = {.of = LETTER_DESK, .id = "evt_000000000001", .type = "triage.page", .at = 1000, .ticket = &ticket, .why = "asked for by mara", .page = &page};
    (void)state;
    struct letter back = read_back(arena, spelled(arena, &l));
    assert_non_null(back.page);
    same_text(spelled(arena, &l), spelled(arena, &back));
    assert_string_equal(letter_story(arena, &back), "asked for by mara\nstep 2 of 3, round 3, policy shop\nalso #5 Refund for ada@example.com: rule vip\n"
                                                     "acknowledge: K on #4 in the console, or triage ack 4 5");
    assert_string_equal(letter_headline(arena, &back), "page for tom: Checkout is slow (and 1 more)");
    struct letter_redaction how = {.salt = "x"};
    struct err err = {0};
    assert_true(redact_open(&err));
    for (int i = 0; i < REDACT_ENTITIES; i++)
        how.to.mode[i] = REDACT_MASK;
    const char *story = letter_story(arena, letter_redact(arena, &back, &how));
    assert_null(strstr(story, "ada@"));
    assert_non_null(strstr(story, "Refund for [email]"));
    redact_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixture_event_is_kept_as_it_is),
        cmocka_unit_test(what_only_our_own_events_have_is_kept_too),
        cmocka_unit_test(what_is_no_letter_is_refused),
        cmocka_unit_test(a_page_comes_back_whole_and_what_it_names_is_hidden_too),
        cmocka_unit_test(a_redaction_is_kept_and_what_was_not_one_is_not_made_one),
    };
    return cmocka_run_group_tests_name("wire_letter", tests, setup, NULL);
}
