/* when: what an expression says, what it refuses and how it prints. The differential test evaluates 20,000 random
 * expressions a second time with a naive evaluator that reads the printed text itself and shares no code with ours. */
#include "core/when.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include "harness/chance.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static const struct ticket printer_ticket = {
    .id = 42, .title = "Printer on FIRE, Straße 5", .key = "rbs:T-42", .ref = "SUP-1234", .plan = "enterprise",
    .customer_name = "Ana Łukasz", .tags = "[\"vip\",\"eu \\\"west\\\"\",\"caf\xc3\xa9\"]", .assignee = "ana",
    .status = STATUS_OPEN, .urgency = URGENCY_CRITICAL, .priority = PRIORITY_HIGH, .source_status = STATUS_PENDING,
    .reopen_count = 2, .urgency_bp = 8700, .created_at = 1767225600000, /* 2026-01-01 */
};
static const struct when_env night = {.hour = 3, .weekday = 7, .open_criticals = 4, .me = "ana"};

static bool holds(const char *text)
{
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    struct when *w = when_parse(arena, text, &err);
    if (!w)
        fail_msg("%s: %s", text, err.text);
    return when_eval(w, &printer_ticket, &night);
}

static void what_is_deleted_is_shown_only_where_it_is_named(void **state)
{
    static const struct { const char *text; bool gone, here; } cases[] = {
        {"urgency == \"critical\"", false, true}, {"deleted", true, false}, {"!deleted || reopen_count > 1", true, true}, {NULL, false, true}};
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct ticket gone = printer_ticket;
    struct err err = {0};
    gone.deleted = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct when *w = when_shown(arena, cases[i].text ? when_parse(arena, cases[i].text, &err) : NULL);
        if (when_eval(w, &gone, &night) != cases[i].gone || when_eval(w, &printer_ticket, &night) != cases[i].here)
            fail_msg("%s", cases[i].text ? cases[i].text : "(none)");
        assert_non_null(when_parse(arena, when_print(arena, w), &err)); /* and it can be read again as it is written */
    }
}

static void every_operator_and_function_answers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool answer;
    } cases[] = {
        {"", true}, {"  \n\t ", true}, {"true", true}, {"false", false}, {"!false", true}, {"!!true", true},
        {"urgency == \"critical\"", true}, {"urgency != \"critical\"", false}, {"'critical' == urgency", true},
        {"urgency > \"high\"", true}, {"urgency >= \"critical\"", true}, {"urgency < \"critical\"", false},
        {"priority < \"urgent\" && priority > \"normal\"", true}, {"status in [\"open\", 'new']", true},
        {"status in []", false}, {"id in [1, 42]", true}, {"id in [-42]", false}, {"plan in [\"pro\"]", false},
        {"plan == \"Enterprise\"", false}, {"plan > \"e\" && plan < \"f\"", true}, {"reopen_count >= 2", true},
        {"title.contains(\"fire\")", true}, {"title.contains(\"STRASSE\")", true}, {"title.contains(\"\")", true},
        {"title.startsWith(\"printer\")", true}, {"title.startsWith(\"on\")", false}, {"title.endsWith(\"E 5\")", true},
        {"ref.contains(\"sup-1234\")", true}, {"ref.endsWith(\"1234567890\")", false},
        {"text.contains(\"\xc5\x81UKASZ\")", true}, {"text.contains(\"sup-\")", true}, {"text.contains(\"nowhere\")", false},
        {"text.startsWith(\"RBS:\")", true}, {"title.matches(\"FIRE, .*e [0-9]$\")", true},
        {"title.matches(\"fire\")", false}, {"title.matches(\"(?i)fire\")", true}, {"text.matches('^SUP-[0-9]+$')", true},
        {"team.matches('')", false}, {"title.matches('^(([a-zA-Z ]+)+)+$')", false}, {"size(title) == 25", true}, {"size(tags) == 3", true}, {"size(team) == 0", true},
        {"\"vip\" in tags", true}, {"\"VIP\" in tags", false}, {"'eu \"west\"' in tags", true}, {"\"caf\\u00e9\" in tags", true},
        {"plan in tags", false}, {"has(assignee)", true}, {"has(team)", false}, {"has(merged_into)", false}, {"has(id)", true},
        {"assignee == me", true}, {"assignee != me", false}, {"hour < 6 && weekday == 7", true}, {"open_criticals > 3", true},
        {"created_at == \"2026-01-01\"", true}, {"created_at < \"2026-01-01T00:00:01Z\"", true},
        {"created_at >= 1767225600000", true}, {"created_at in [\"2026-01-01\"]", true},
        {"stub", false}, {"!stub", true}, {"stub == false", true}, {"(id == 42) == (hour == 3)", true},
        {"status != source_status", true}, {"assignee == null", false}, {"null != assignee", true}, {"team == null", true},
        {"true || false && false", true}, {"(true || false) && false", false}, {"!(id == 1) && id == 42", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (holds(cases[i].text) != cases[i].answer)
            fail_msg("%s is not %d", cases[i].text, cases[i].answer);
}

static void a_missing_value_makes_every_comparison_false(void **state)
{
    (void)state;
    static const char *const compare[] = {
        "team == \"x\"", "team != \"x\"", "team < \"x\"", "team >= \"\"", "team in [\"x\"]", "category == \"bug\"",
        "category != \"bug\"", "category < \"other\"", "closed_at == 0", "closed_at != 0", "closed_at > \"2020-01-01\"",
        "team.contains(\"\")", "team == assignee", "team != assignee", "source_priority != priority", "team in tags",
    };
    for (size_t i = 0; i < sizeof compare / sizeof *compare; i++) {
        AUTO_ARENA arena = arena_new();
        if (holds(compare[i]))
            fail_msg("%s holds", compare[i]);
        assert_true(holds(arena_printf(arena, "!(%s)", compare[i])));
    }
    AUTO_ARENA arena = arena_new();
    assert_false(when_eval(when_parse(arena, "assignee == me || hour >= 0", NULL), &printer_ticket, NULL));
    assert_true(when_eval(when_parse(arena, "me == null", NULL), &printer_ticket, NULL));
    assert_true(when_eval(NULL, &printer_ticket, NULL));
}

static void a_fault_is_named_with_its_column_and_a_hint(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"urgncy == \"critical\"", "column 1: unknown field \"urgncy\"; did you mean \"urgency\"?"},
        {"id == 1 && customer.tier == \"x\"", "column 12: unknown field \"customer.tier\"; did you mean \"plan\"?"},
        {"wekday == 1", "did you mean \"weekday\"?"},
        {"xyzzyx == 1", "column 1: unknown field \"xyzzyx\""},
        {"metadata == \"x\"", "\"metadata\" is not for conditions"},
        {"urgency == \"critcal\"", "column 12: urgency is never \"critcal\"; did you mean \"critical\"?"},
        {"urgency == \"\"", "urgency is never \"\""},
        {"status in [\"open\", \"snoozed\"]", "column 20: status is never \"snoozed\"; it is new, open"},
        {"status == 2", "column 11: status is a word of a list and does not compare with a number"},
        {"status == urgency", "words of another list"},
        {"title == 5", "column 10: title is a text and does not compare with a number"},
        {"reopen_count > \"2\"", "reopen_count is a number and does not compare with a text"},
        {"tags == \"vip\"", "column 1: tags is a set of words; write \"word\" in tags"},
        {"\"vip\" in title", "title is a text; \"in\" wants a list or tags"},
        {"reopen_count in tags", "tags holds words; reopen_count is a number"},
        {"text == \"x\"", "write text.contains("},
        {"reopen_count", "column 1: reopen_count is a number, not a condition"},
        {"title && stub", "column 1: title is a text, not a condition"},
        {"!title", "column 2: title is a text"},
        {"stub < true", "== and != only"},
        {"reopen_count == null", "reopen_count is never null"},
        {"title < null", "null compares with == and != only"},
        {"id = 1", "column 4: unexpected \"=\"; write \"==\""},
        {"stub & stub", "column 6: unexpected \"&\"; write \"&&\""},
        {"stub and stub", "column 6: unexpected \"and\"; write \"&&\""},
        {"stub OR stub", "write \"||\""},
        {"1 < id < 5", "column 8: comparisons do not chain"},
        {"(stub", "column 6: the expression ends where \")\" should stand"},
        {"stub)", "column 5: unexpected \")\""},
        {"", ""},
        {"id ==", "column 6: the expression ends where a field or a value should stand"},
        {"id == 1.5", "column 7: numbers are whole"},
        {"id == 5m", "numbers are whole and have no unit"},
        {"id == 99999999999999999999", "column 7: the number is out of range"},
        {"title == \"abc", "column 10: the string has no end"},
        {"title == \"a\\qb\"", "column 12: unknown escape"},
        {"title == \"\\u0000\"", "unknown escape"},
        {"title == \"\\ud800\"", "unknown escape"},
        {"title == \"a\nb\"", "control character in a string"},
        {"title == \"\xc3\x9f\xe2\x82\xac\" ~ 1", "column 15: unexpected character \"~\""},
        {"title.has(\"x\")", "contains, startsWith, endsWith or matches should stand here"},
        {"status.contains(\"x\")", "column 8: status is a word of a list; contains is for texts"},
        {"title.contains(5)", "column 16: unexpected number; a string should stand here"},
        {"id == 1 && title.matches(\"(a\")", "column 26: "},
        {"len(title) == 5", "unknown function \"len\"; there are has(field) and size(field)"},
        {"has(nothing)", "column 5: unknown field \"nothing\""},
        {"has(stub)", "nothing to ask has of"},
        {"size(id) == 1", "nothing to ask size of"},
        {"[1] == id", "column 1: a list stands only behind \"in\""},
        {"id in [1,]", "column 10: unexpected \"]\"; a string or a number"},
        {"id in [1 2]", "\",\" or \"]\""},
        {"id in [\"a\"]", "id is a number and does not compare with a text"},
        {"title in [\"a\", null]", "column 16: a list holds no null; write title == null"},
        {"status in [null]", "a list holds no null; write status == null"},
        {"type == \"x\"", "column 1: \"type\" is of an event, which only a route has at hand"},
        {"event_dialect == \"rbs\"", "only a route has at hand"},
        {"payload.plan == \"pro\"", "\"payload.plan\" is of an event"},
        {"source == \"shop\"", "column 1: unknown field \"source\"; did you mean \"account\"?"},
        {"$ticket.plan == \"pro\"", "column 1: unexpected character \"$\""},
        {"ticket.plan == \"pro\"", "column 1: unknown field \"ticket.plan\""},
        {"created_at > \"yesterday\"", "\"yesterday\" is no time"},
        {"created_at > \"2026-13-01\"", "is no time"},
        {"title == \"\xff\"", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        if (!*cases[i].text)
            continue;
        if (when_parse(arena, cases[i].text, &err))
            fail_msg("%s was taken", cases[i].text);
        if (!strstr(err.text, cases[i].said) || err.code != ERR_USAGE)
            fail_msg("%s\n  said   %s\n  wanted %s", cases[i].text, err.text, cases[i].said);
    }
}

static char *repeated(struct arena *arena, const char *piece, int n, const char *tail)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (int i = 0; i < n; i++)
        str_adds(&out, piece);
    str_adds(&out, tail);
    return arena_strndup(arena, out.data, out.len);
}

static enum err_code refusal(const char *text)
{
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    return when_parse(arena, text, &err) ? ERR_NONE : err.code;
}

static void limits_hold_exactly(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_int_equal(refusal(repeated(arena, "!", 32, "stub")), ERR_NONE);
    assert_int_equal(refusal(repeated(arena, "!", 33, "stub")), ERR_TOO_LARGE);
    assert_int_equal(refusal(repeated(arena, "(", 32, repeated(arena, ")", 0, "stub"))), ERR_USAGE);
    assert_int_equal(refusal(repeated(arena, "(", 33, "stub")), ERR_TOO_LARGE);
    assert_int_equal(refusal(repeated(arena, "stub||", 127, "!stub")), ERR_NONE); /* 128 + 127 + 1 = 256 */
    assert_int_equal(refusal(repeated(arena, "stub||", 128, "stub")), ERR_TOO_LARGE);
    assert_int_equal(refusal(repeated(arena, " ", 4092, "stub")), ERR_NONE);
    assert_int_equal(refusal(repeated(arena, "title==\"", 1, repeated(arena, "x", 4096, "\""))), ERR_TOO_LARGE);
    /* within the limit as typed, over it as printed: refused now, not when it is read back */
    assert_int_equal(refusal(arena_printf(arena, "title == '%s'", repeated(arena, "\"", 3000, ""))), ERR_TOO_LARGE);
}

static void the_canonical_spelling_is_stable(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"", "true"},
        {"((id==1))&&(stub||!stub)", "id == 1 && (stub || !stub)"},
        {"(stub && stub) && stub", "stub && stub && stub"},
        {"stub && (stub && stub)", "stub && (stub && stub)"},
        {"stub || stub && stub", "stub || stub && stub"},
        {"!(id==1)", "!(id == 1)"},
        {"!!stub", "!!stub"},
        {"(!stub)==(id==1)", "!stub == (id == 1)"},
        {"plan in['a',\"b\"]", "plan in [\"a\", \"b\"]"},
        {"title=='say \"hi\"\\n\\u0001'", "title == \"say \\\"hi\\\"\\n\\u0001\""},
        {"created_at>'2026-01-01'", "created_at > \"2026-01-01\""},
        {"title . contains ( 'X' )", "title.contains(\"X\")"},
        {"has( tags )&&size(tags)>-1", "has(tags) && size(tags) > -1"},
        {"'x'in tags", "\"x\" in tags"},
        {"(id in [1]) == true", "(id in [1]) == true"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        char *once = when_print(arena, when_parse(arena, cases[i].text, &err));
        assert_string_equal(once, cases[i].printed);
        assert_string_equal(when_print(arena, when_parse(arena, once, &err)), once);
    }
    AUTO_ARENA arena = arena_new();
    assert_string_equal(when_print(arena, NULL), "true");
}

static void console_words_become_an_expression(void **state)
{
    (void)state;
    static const struct {
        const char *words, *printed;
    } cases[] = {
        {"", "true"},
        {"  ", "true"},
        {"fire", "text.contains(\"fire\")"},
        {"printer !fire", "text.contains(\"printer\") && !text.contains(\"fire\")"},
        {"\"on fire\" x", "text.contains(\"on fire\") && text.contains(\"x\")"},
        {"!", "text.contains(\"!\")"},
        {"\"unclosed words", "text.contains(\"unclosed words\")"},
        {"status:open", "status == \"open\""},
        {"!status:open,pending", "!(status == \"open\" || status == \"pending\")"},
        {"urgency:>=high reopened:>2", "urgency >= \"high\" && reopen_count > 2"},
        {"assignee:me", "assignee == me"},
        {"assignee:none", "!has(assignee)"},
        {"agent:any", "has(assignee)"},
        {"assignee:ana", "assignee.contains(\"ana\")"},
        {"assignee:=ana", "assignee == \"ana\""},
        {"tier:enterprise tag:vip", "plan.contains(\"enterprise\") && \"vip\" in tags"},
        {"tags:vip,\"eu", "\"vip,eu\" in tags"},
        {"title:\"paper jam, tray 2\"", "title.contains(\"paper jam, tray 2\")"},
        {"created_at:>2026-01-01", "created_at > \"2026-01-01\""},
        {"stub:no !deleted:yes", "stub == false && !(deleted == true)"},
        {"https://example.com/a 10:30", "text.contains(\"https://example.com/a\") && text.contains(\"10:30\")"},
        {"id:7", "id == 7"},
        {"body:refund", "body.contains(\"refund\")"},
        {"!body:\"does not, really\" fire", "!body.contains(\"does not, really\") && text.contains(\"fire\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        char *printed = when_from_words(arena, cases[i].words, &err);
        if (!printed || strcmp(printed, cases[i].printed) != 0)
            fail_msg("%s\n  gave   %s\n  wanted %s", cases[i].words, printed ? printed : err.text, cases[i].printed);
    }
    AUTO_ARENA arena = arena_new();
    assert_string_equal(when_from_words(arena, NULL, NULL), "true");
}

static void console_words_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *words, *said;
    } cases[] = {
        {"statsu:open", "statsu:open: unknown field \"statsu\"; did you mean \"status\"?"},
        {"zzzzzzzz:open", "put quotes around it"},
        {"x status:opne", "status:opne: status is never \"opne\"; did you mean \"open\"?"},
        {"status:", "status:: status wants a value"},
        {"id:many", "id:many: id wants a number"},
        {"stub:maybe", "stub wants yes or no"},
        {"tags:>vip", "tags wants a word"},
        {"created_at:>soon", "created_at:>soon: \"soon\" is no time"},
        {"body:", "body wants words"}, {"body:>x", "body wants words"},
        {"metadata:x", "unknown field \"metadata\""},
        {"\xff", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        assert_null(when_from_words(arena, cases[i].words, &err));
        if (!strstr(err.text, cases[i].said))
            fail_msg("%s\n  said   %s\n  wanted %s", cases[i].words, err.text, cases[i].said);
    }
}

/* ---- where an event is at hand ---- */

static const char payload[] = "{\"plan\":\"pro\",\"amount\":-12.5,\"cost\":100,\"big\":1e3,\"vip\":true,\"none\":null,\"list\":[1],"
                              "\"user\":{\"email\":\"ada@acme.example\"},\"n\":\"42\"}";

static bool holds_for_event(const char *text, const struct when_env *env)
{
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    struct when *w = when_parse_event(arena, text, &err);
    if (!w)
        fail_msg("%s: %s", text, err.text);
    const char *printed = when_print(arena, w);
    struct when *again = when_parse_event(arena, printed, &err);
    if (!again || strcmp(printed, when_print(arena, again)) != 0 || when_eval(w, &printer_ticket, env) != when_eval(again, &printer_ticket, env))
        fail_msg("%s, spelled %s, is another: %s", text, printed, err.text);
    return when_eval(w, &printer_ticket, env);
}

static void a_route_asks_of_the_event_too(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool answer;
    } cases[] = {
        {"type == \"support.ticket.created\"", true}, {"type.startsWith(\"support.\")", true}, {"$event.type == type", true},
        {"source == \"shop\" && event.source != \"post\"", true}, {"event_dialect == \"ingestlayer\"", true},
        {"$event.dialect == event.dialect", true}, {"$ticket.plan == \"enterprise\"", true}, {"ticket.urgency > \"high\"", true},
        {"$classify.urgency == \"critical\"", true}, {"classify.urgency in [\"low\"]", false}, {"customer.tier == \"enterprise\"", true},
        {"subject.contains(\"fire\")", true}, {"payload.plan == \"pro\"", true}, {"$event.payload.plan != \"pro\"", false},
        {"event.payload.user.email.endsWith(\"@ACME.example\")", true}, {"payload.user.email in [\"x\", \"ada@acme.example\"]", true},
        {"payload.cost == 100 && payload.cost >= 100", true}, {"payload.cost > 100", false}, {"100 <= payload.cost", true},
        {"payload.amount < -12", true}, {"payload.amount > -13", true}, {"payload.amount == -12", false}, {"payload.amount <= -13", false},
        {"payload.n == 42 && payload.n in [41, 42]", true}, {"payload.n == reopen_count", false}, {"payload.n == \"42\"", true},
        {"payload.big > 1", false}, {"payload.big == \"1e3\"", true}, {"payload.plan > 1", false}, {"payload.plan < 1", false},
        {"payload.vip == true", true}, {"payload.vip != false", true}, {"payload.vip == \"true\"", true}, {"has(payload.vip)", true},
        {"has(payload.none) || has(payload.list) || has(payload.user) || has(payload.gone)", false}, {"payload.gone == null", true},
        {"payload.gone != \"x\"", false}, {"size(payload.plan) == 3", true}, {"payload.plan in tags", false}, {"payload.plan.matches('^p')", true},
    };
    AUTO_ARENA arena = arena_new();
    struct json *body = json_parse_in(arena, payload, strlen(payload), &json_limits_dialect, NULL, NULL);
    struct when_env env = night;
    env.type = "support.ticket.created";
    env.source = "shop";
    env.event_dialect = "ingestlayer";
    env.payload = body;
    assert_non_null(body);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (holds_for_event(cases[i].text, &env) != cases[i].answer)
            fail_msg("%s is not %d", cases[i].text, cases[i].answer);
    assert_false(holds_for_event("has(type) || has(source) || has(payload.plan) || payload.cost != 1", &night));
    assert_false(holds_for_event("has(payload.plan) || payload.cost < 1", NULL));
}

static void a_fault_in_a_route_is_named_too(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"typ == \"x\"", "column 1: unknown field \"typ\"; did you mean \"type\"?"},
        {"$event.typ == \"x\"", "column 1: unknown field \"$event.typ\""},
        {"event.payload == \"x\"", "unknown field \"event.payload\""},
        {"payload == \"x\"", "unknown field \"payload\""},
        {"$ticket.type == \"x\"", "unknown field \"$ticket.type\""},
        {"$classify.plan == \"x\"", "unknown field \"$classify.plan\""},
        {"$plan == \"x\"", "unknown field \"$plan\""},
        {"$entity.name == \"x\"", "unknown field \"$entity.name\""},
        {"$ == 1", "unexpected character \"$\""},
        {"id == 1 && sorce == \"x\"", "column 12: unknown field \"sorce\"; did you mean \"source\"?"},
        {"classify.urgency == \"critcal\"", "urgency is never \"critcal\"; did you mean \"critical\"?"},
        {"payload.a > \"x\" && payload.b in [1, \"x\"]", "does not compare with a text"},
        {"payload.b in [\"x\", 1]", "column 20: a list beside a payload holds numbers or texts, not both"},
        {"payload.at > created_at", "does not compare with"},
        {"payload.a", "is a text, not a condition"},
        {"payload.a < true", "does not compare"},
        {"ticket.metadata == \"x\"", "is not for conditions"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        if (when_parse_event(arena, cases[i].text, &err))
            fail_msg("%s was taken", cases[i].text);
        if (!strstr(err.text, cases[i].said) || err.code != ERR_USAGE)
            fail_msg("%s\n  said   %s\n  wanted %s", cases[i].text, err.text, cases[i].said);
    }
}

/* ---- the differential test ---- */

static uint64_t seed = 20261123;
#define ONE_OF(list) (list)[chance(&seed, sizeof(list) / sizeof *(list))]

static const char *const texts[] = {"ana", "Bob", "a", "", "pro", "enterprise", "Caf\xc3\xa9 \xc3\x89t\xc3\xa9", "two words", "x\\\"y"};
static const char *const needles[] = {"a", "AN", "o", "", "\xc3\xa9", "WORDS", "prise", "\\\"", "zz"};
static const char *const tag_sets[] = {NULL, "[]", "[\"ana\"]", "[\"pro\",\"x\\\\\\\"y\"]", "[\"a\",\"Bob\",\"two words\"]"};
static const char *const text_names[] = {"title", "plan", "assignee", "team", "channel", "me"};
static const char *const int_names[] = {"id", "reopen_count", "urgency_bp", "hour", "weekday", "open_criticals"};
static const char *const time_names[] = {"created_at", "closed_at", "resolved_at"};
static const char *const enum_names[] = {"status", "urgency", "priority", "category", "sla", "escalated"};
static const char *const bool_names[] = {"stub", "deleted"};
static const char *const times[] = {"0", "1767225600000", "\"2026-01-01\"", "\"2026-02-28T23:59:59Z\"", "-5", "\"2024-02-29T12:00Z\""};
static const char *const compares[] = {"==", "!=", "<", "<=", ">", ">="};

static struct ticket random_ticket(void)
{
    struct ticket t = {0};
    for (size_t i = 0; i + 1 < sizeof text_names / sizeof *text_names; i++)
        field_set_text(&t, field_find(text_names[i]), chance(&seed, 3) ? ONE_OF(texts) : NULL);
    for (size_t i = 0; i < 3; i++)
        field_set_int(&t, field_find(int_names[i]), (int64_t)chance(&seed, 5) - 1);
    for (size_t i = 0; i < 3; i++)
        field_set_int(&t, field_find(time_names[i]), chance(&seed, 2) ? 0 : (int64_t)1767225600000 + chance(&seed, 3) * 86400000LL);
    for (size_t i = 0; i < 6; i++)
        field_set_int(&t, field_find(enum_names[i]), chance(&seed, field_find(enum_names[i])->word_count));
    t.stub = chance(&seed, 2);
    t.deleted = chance(&seed, 2);
    t.tags = ONE_OF(tag_sets);
    return t;
}

static void gen_string(struct str *out, const char *text)
{
    char quote = chance(&seed, 2) ? '"' : '\'';
    str_addc(out, quote);
    for (; *text; text++) {
        if (*text == quote || *text == '\\')
            str_addc(out, '\\');
        str_addc(out, *text);
    }
    str_addc(out, quote);
}

static void gen_blank(struct str *out)
{
    static const char *const blanks[] = {" ", " ", "  ", "\n\t"};
    str_adds(out, ONE_OF(blanks));
}

static void gen_leaf(struct str *out)
{
    const struct field *f = field_find(ONE_OF(enum_names));
    switch (chance(&seed, 12)) {
    case 0:
        str_addf(out, "%s %s ", ONE_OF(text_names), ONE_OF(compares));
        gen_string(out, ONE_OF(texts));
        break;
    case 1:
        str_addf(out, "%s%s%d", ONE_OF(int_names), ONE_OF(compares), chance(&seed, 6) - 1);
        break;
    case 2:
        str_addf(out, "%s %s %s", ONE_OF(time_names), ONE_OF(compares), ONE_OF(times));
        break;
    case 3:
        str_addf(out, "%s %s \"%s\"", f->name, ONE_OF(compares), f->words[1 + chance(&seed, f->word_count - 1)]);
        break;
    case 4:
        str_addf(out, "%s in ['%s', \"%s\"]", f->name, f->words[1], f->words[f->word_count - 1]);
        break;
    case 5:
        str_addf(out, "%s.%s(", chance(&seed, 4) ? ONE_OF(text_names) : "text", chance(&seed, 2) ? "contains" : chance(&seed, 2) ? "startsWith" : "endsWith");
        gen_string(out, ONE_OF(needles));
        str_addc(out, ')');
        break;
    case 6:
        gen_string(out, ONE_OF(texts));
        str_adds(out, " in tags");
        break;
    case 7:
        str_addf(out, "has(%s)", chance(&seed, 2) ? ONE_OF(text_names) : chance(&seed, 2) ? ONE_OF(int_names) : chance(&seed, 2) ? f->name : "tags");
        break;
    case 8:
        str_addf(out, "size(%s) %s %u", chance(&seed, 2) ? "tags" : ONE_OF(text_names), ONE_OF(compares), chance(&seed, 6));
        break;
    case 9:
        str_addf(out, "%s %s null", chance(&seed, 2) ? ONE_OF(text_names) : ONE_OF(time_names), chance(&seed, 2) ? "==" : "!=");
        break;
    case 10:
        str_addf(out, "%s %s %s", ONE_OF(text_names), ONE_OF(compares), ONE_OF(text_names));
        break;
    default:
        str_adds(out, chance(&seed, 4) ? ONE_OF(bool_names) : chance(&seed, 2) ? "true" : "false");
    }
}

static void gen(struct str *out, int depth)
{
    unsigned shape = depth <= 0 ? 0 : chance(&seed, 6);
    if (shape < 2) {
        gen_leaf(out);
        return;
    }
    if (shape == 2)
        str_adds(out, "!");
    str_adds(out, "(");
    gen(out, depth - 1);
    if (shape > 2) {
        str_adds(out, shape == 5 ? ")" : "");
        gen_blank(out);
        str_adds(out, chance(&seed, 2) ? "&&" : "||");
        gen_blank(out);
        str_adds(out, shape == 5 ? "(" : "");
        gen(out, depth - 1);
    }
    str_adds(out, ")");
}

/* The naive evaluator: walks the text and answers as it goes. */
struct naive {
    const char *p;
    const struct ticket *t;
    const struct when_env *env;
};
struct answer {
    enum { A_NULL, A_BOOL, A_NUMBER, A_TEXT, A_TIME, A_WORD, A_TAGS } is;
    bool there;
    long long n;
    char text[256];
    const struct field *f;
};

static struct answer naive_or(struct naive *nv);

static void blank(struct naive *nv)
{
    while (*nv->p == ' ' || *nv->p == '\n' || *nv->p == '\t')
        nv->p++;
}

static bool eat(struct naive *nv, const char *word)
{
    blank(nv);
    size_t n = strlen(word);
    if (strncmp(nv->p, word, n) != 0)
        return false;
    nv->p += n;
    return true;
}

static struct answer naive_name(struct naive *nv)
{
    struct answer a = {0};
    char name[64];
    int n = 0;
    blank(nv);
    while (isalnum((unsigned char)*nv->p) || *nv->p == '_')
        name[n++] = *nv->p++;
    name[n] = 0;
    const char *text = NULL;
    const struct field *f = a.f = field_find(name);
    if (f && field_is_text(f)) {
        a.is = f->type == FIELD_TAGS ? A_TAGS : A_TEXT;
        text = field_text(nv->t, f);
    } else if (f) {
        a.is = f->type == FIELD_BOOL ? A_BOOL : f->type == FIELD_ENUM ? A_WORD : f->type == FIELD_TIME ? A_TIME : A_NUMBER;
        a.n = field_int(nv->t, f);
        a.there = a.is == A_BOOL || a.is == A_NUMBER || a.n != 0;
    } else if (strcmp(name, "me") == 0) {
        a.is = A_TEXT;
        text = nv->env->me;
    } else {
        a.is = A_NUMBER;
        a.there = true;
        a.n = strcmp(name, "hour") == 0 ? nv->env->hour : strcmp(name, "weekday") == 0 ? nv->env->weekday : nv->env->open_criticals;
    }
    if (text) {
        a.there = true;
        snprintf(a.text, sizeof a.text, "%s", text);
    }
    return a;
}

static struct answer naive_quoted(struct naive *nv)
{
    struct answer a = {.is = A_TEXT, .there = true};
    char quote = *nv->p++;
    int n = 0;
    while (*nv->p != quote) {
        nv->p += *nv->p == '\\';
        a.text[n++] = *nv->p++;
    }
    nv->p++;
    return a;
}

static bool naive_method(const char *method, const char *text, const char *needle)
{
    if (!text)
        return false;
    AUTO_ARENA arena = arena_new();
    const char *hay = text_fold(arena, text), *pin = text_fold(arena, needle);
    size_t h = strlen(hay), k = strlen(pin);
    if (strcmp(method, "startsWith") == 0)
        return strncmp(hay, pin, k) == 0;
    return strcmp(method, "contains") == 0 ? strstr(hay, pin) != NULL : h >= k && strcmp(hay + h - k, pin) == 0;
}

static const char *const naive_methods[] = {"contains", "startsWith", "endsWith"};

static bool naive_call(struct naive *nv, const char *const *fields, int n)
{
    for (int i = 0; i < 3; i++) {
        if (!eat(nv, naive_methods[i]))
            continue;
        eat(nv, "(");
        struct answer needle = naive_quoted(nv);
        eat(nv, ")");
        bool any = false;
        for (int k = 0; k < n; k++)
            any |= naive_method(naive_methods[i], fields[k], needle.text);
        return any;
    }
    fail_msg("no method at %s", nv->p);
    return false;
}

/* A tag set in the test's own data: split at the quotes that are not escaped. */
static int naive_tags(const char *set, const char *wanted)
{
    char tag[64];
    int n = 0, hits = 0, count = 0;
    bool in = false;
    for (; *set; set++) {
        if (in && *set == '\\')
            tag[n++] = *++set;
        else if (*set == '"') {
            tag[n] = 0;
            hits += in && wanted && strcmp(tag, wanted) == 0;
            count += in;
            in = !in;
            n = 0;
        } else if (in)
            tag[n++] = *set;
    }
    return wanted ? hits : count;
}

static struct answer naive_primary(struct naive *nv)
{
    struct answer a = {.is = A_BOOL, .there = true};
    blank(nv);
    if (eat(nv, "(")) {
        a = naive_or(nv);
        eat(nv, ")");
    } else if (eat(nv, "!")) {
        a.n = !naive_primary(nv).n;
    } else if (*nv->p == '"' || *nv->p == '\'') {
        a = naive_quoted(nv);
    } else if (*nv->p == '-' || isdigit((unsigned char)*nv->p)) {
        char *end;
        a.is = A_NUMBER;
        a.n = strtoll(nv->p, &end, 10);
        nv->p = end;
    } else if (eat(nv, "true")) {
        a.n = 1;
    } else if (eat(nv, "false")) {
        a.n = 0;
    } else if (eat(nv, "null")) {
        a = (struct answer){0};
    } else if (eat(nv, "has(")) {
        struct answer of = naive_name(nv);
        a.n = of.there && (of.is != A_NUMBER || of.n != 0);
        eat(nv, ")");
    } else if (eat(nv, "size(")) {
        struct answer of = naive_name(nv);
        a.is = A_NUMBER;
        if (of.is == A_TAGS)
            a.n = naive_tags(of.text, NULL);
        else
            for (const char *c = of.text; *c; c++)
                a.n += (*c & 0xC0) != 0x80;
        eat(nv, ")");
    } else if (eat(nv, "text.")) {
        const char *const all[] = {nv->t->title, nv->t->customer_name, nv->t->key, nv->t->ref, nv->t->assignee};
        a.n = naive_call(nv, all, 5);
    } else {
        struct answer name = naive_name(nv);
        const char *const one[] = {name.there ? name.text : NULL};
        if (!eat(nv, "."))
            return name;
        a.n = naive_call(nv, one, 1);
    }
    return a;
}

static long long naive_ms(const char *text)
{
    struct tm tm = {0};
    sscanf(text, "%d-%d-%dT%d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (long long)timegm(&tm) * 1000;
}

static bool naive_compare(const char *op, struct answer a, struct answer b)
{
    if (a.is == A_NULL || b.is == A_NULL)
        return (a.there == b.there) == (op[0] == '=');
    if (!a.there || !b.there)
        return false;
    if (a.is == A_WORD)
        for (int i = 1; i < a.f->word_count; i++)
            if (strcmp(a.f->words[i], b.text) == 0)
                b.n = i;
    if (a.is == A_TIME && b.is == A_TEXT)
        b.n = naive_ms(b.text);
    long long c = a.is == A_TEXT ? strcmp(a.text, b.text) : a.n < b.n ? -1 : a.n > b.n;
    return op[0] == '=' ? c == 0 : op[0] == '!' ? c != 0 : op[0] == '<' ? (op[1] ? c <= 0 : c < 0) : (op[1] ? c >= 0 : c > 0);
}

static struct answer naive_relation(struct naive *nv)
{
    static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">"};
    struct answer a = naive_primary(nv), yes = {.is = A_BOOL, .there = true};
    for (int i = 0; i < 6; i++)
        if (eat(nv, ops[i])) {
            struct answer b = naive_primary(nv);
            yes.n = naive_compare(ops[i], a, b);
            return yes;
        }
    if (eat(nv, "in tags"))
        yes.n = a.there && nv->t->tags && naive_tags(nv->t->tags, a.text);
    else if (eat(nv, "in ["))
        while (!eat(nv, "]")) {
            yes.n |= naive_compare("==", a, naive_primary(nv));
            eat(nv, ",");
        }
    else
        return a;
    return yes;
}

static struct answer naive_and(struct naive *nv)
{
    struct answer a = naive_relation(nv);
    while (eat(nv, "&&"))
        a.n &= naive_relation(nv).n;
    return a;
}

static struct answer naive_or(struct naive *nv)
{
    struct answer a = naive_and(nv);
    while (eat(nv, "||"))
        a.n |= naive_and(nv).n;
    return a;
}

static bool naive_eval(const char *text, const struct ticket *t, const struct when_env *env)
{
    struct naive nv = {text, t, env};
    bool answer = naive_or(&nv).n != 0;
    blank(&nv);
    assert_int_equal(*nv.p, 0);
    return answer;
}

static void a_naive_evaluator_agrees_on_20000_random_expressions(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int yes = 0;
    for (int i = 0; i < 20000; i++) {
        arena_reset(arena);
        AUTO_STR text;
        str_init(&text, 1 << 16);
        gen(&text, 4);
        struct err err = {0};
        struct when *w = when_parse(arena, text.data, &err);
        if (!w && err.code == ERR_TOO_LARGE)
            continue;
        if (!w)
            fail_msg("%s: %s", text.data, err.text);
        const char *printed = when_print(arena, w);
        struct when *again = when_parse(arena, printed, &err);
        assert_non_null(again);
        assert_string_equal(when_print(arena, again), printed);
        for (int k = 0; k < 4; k++) {
            struct ticket t = random_ticket();
            struct when_env env = {.hour = chance(&seed, 6), .weekday = 1 + chance(&seed, 4), .open_criticals = chance(&seed, 3), .me = chance(&seed, 3) ? ONE_OF(texts) : NULL};
            bool ours = when_eval(w, &t, &env);
            yes += ours;
            if (ours != naive_eval(printed, &t, &env) || ours != naive_eval(text.data, &t, &env) || ours != when_eval(again, &t, &env))
                fail_msg("%s\n%s\nours %d", text.data, printed, ours);
        }
    }
    assert_in_range(yes, 20000, 60000); /* neither always true nor always false */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_deleted_is_shown_only_where_it_is_named),
        cmocka_unit_test(every_operator_and_function_answers),
        cmocka_unit_test(a_missing_value_makes_every_comparison_false),
        cmocka_unit_test(a_fault_is_named_with_its_column_and_a_hint),
        cmocka_unit_test(limits_hold_exactly),
        cmocka_unit_test(the_canonical_spelling_is_stable),
        cmocka_unit_test(console_words_become_an_expression),
        cmocka_unit_test(console_words_are_refused_by_name),
        cmocka_unit_test(a_route_asks_of_the_event_too),
        cmocka_unit_test(a_fault_in_a_route_is_named_too),
        cmocka_unit_test(a_naive_evaluator_agrees_on_20000_random_expressions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
