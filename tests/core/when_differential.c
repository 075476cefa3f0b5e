/* when_differential: expressions made by chance, well typed, ill typed and broken, tried on tickets made by chance: ours against
 * when_reference.py, which reads the same text with a parser, types and arithmetic of its own. They must agree on what is refused
 * and on every value; and what is taken must mean the same once it has been printed and read again. */
#include "core/when.h"
#include "base/str.h"
#include "core/field.h"
#include "harness/chance.h"
#include <errno.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { EXPRESSIONS = 36000, CASES = 3, SEED = 20261127 };
extern char **environ;

static uint64_t seed = SEED;
#define ONE_OF(list) (list)[chance(&seed, sizeof(list) / sizeof *(list))]

/* --- expressions --- */

static const char *const texts[] = {"ana", "Bob", "a", "", "pro", "enterprise", "Caf\xc3\xa9 \xc3\x89t\xc3\xa9", "two words", "x\\\"y", "100", "true",
                                    "support.ticket.created"};
static const char *const needles[] = {"a", "AN", "o", "", "\xc3\xa9", "WORDS", "prise", "\\\"", "zz", "."};
static const char *const patterns[] = {"^a", "o+$", "[A-Z]", "(?i)ana", "", "e.t", "^$"};
static const char *const tag_sets[] = {NULL, "[]", "[\"ana\"]", "[\"pro\",\"x\\\\\\\"y\"]", "[\"a\",\"Bob\",\"two words\"]"};
static const char *const text_names[] = {"title", "plan", "assignee", "team", "channel", "me", "dialect", "customer_email"};
static const char *const int_names[] = {"id", "reopen_count", "urgency_bp", "messages", "hour", "weekday", "open_criticals"};
static const char *const time_names[] = {"created_at", "closed_at", "resolved_at"};
static const char *const enum_names[] = {"status", "urgency", "priority", "category", "sla", "escalated", "source_status"};
static const char *const bool_names[] = {"stub", "deleted"};
static const char *const event_names[] = {"type", "source", "event_dialect", "$event.type", "event.source", "$event.dialect", "ticket.plan", "$ticket.title",
                                          "customer.tier", "subject", "payload.plan", "$event.payload.user.name", "event.payload.plan", "payload.gone"};
static const char *const payload_names[] = {"payload.cost", "payload.amount", "$event.payload.count", "payload.plan", "payload.vip", "payload.gone"};
static const char *const event_enums[] = {"$classify.urgency", "classify.category", "ticket.status", "severity"};
static const char *const times[] = {"0", "1767225600000", "\"2026-01-01\"", "\"2026-02-28T23:59:59Z\"", "-5", "\"2024-02-29T12:00Z\""};
static const char *const compares[] = {"==", "!=", "<", "<=", ">", ">="};
static const char *const payloads[] = {
    NULL, "{}", "{\"plan\":\"pro\",\"cost\":100,\"amount\":-12.50,\"vip\":true,\"user\":{\"name\":\"ana\"},\"count\":\"3\"}",
    "{\"plan\":\"a\",\"cost\":99.99,\"amount\":0,\"vip\":false,\"user\":{\"name\":null},\"count\":[3]}",
    "{\"plan\":3,\"cost\":\"100\",\"amount\":\"12.5x\",\"vip\":\"true\",\"user\":\"ana\",\"count\":3.0,\"gone\":null}"};
static bool event; /* of a route? */

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

static const char *text_name(void)
{
    return event && chance(&seed, 2) ? ONE_OF(event_names) : ONE_OF(text_names);
}

static void gen_word(struct str *out, const char *name)
{
    const struct field *f = field_find(strrchr(name, '.') ? strrchr(name, '.') + 1 : name);
    f = f ? f : field_find("urgency");
    str_addf(out, "\"%s\"", f->words[1 + chance(&seed, f->word_count - 1)]);
}

/* Anything that may stand beside an operator, of whatever type. */
static void gen_anything(struct str *out)
{
    static const char *const odd[] = {"null", "true", "false", "text", "tags", "nobody", "metadata", "7", "-1", "9223372036854775807", "9223372036854775808", "1.5"};
    switch (chance(&seed, 9)) {
    case 0: str_adds(out, ONE_OF(int_names)); break;
    case 1: str_adds(out, ONE_OF(time_names)); break;
    case 2: str_adds(out, ONE_OF(enum_names)); break;
    case 3: str_adds(out, ONE_OF(bool_names)); break;
    case 4: str_adds(out, chance(&seed, 2) ? ONE_OF(event_names) : ONE_OF(payload_names)); break;
    case 5: str_adds(out, ONE_OF(odd)); break;
    case 6: gen_string(out, ONE_OF(texts)); break;
    case 7: str_addf(out, "%s(%s)", chance(&seed, 2) ? "has" : "size", chance(&seed, 2) ? "tags" : chance(&seed, 2) ? ONE_OF(text_names) : ONE_OF(enum_names)); break;
    default: str_adds(out, ONE_OF(text_names));
    }
}

static void gen_list(struct str *out)
{
    str_addc(out, '[');
    for (unsigned i = 0, n = chance(&seed, 4); i < n; i++) {
        str_adds(out, i ? ", " : "");
        if (chance(&seed, 2))
            gen_string(out, ONE_OF(texts));
        else
            str_adds(out, chance(&seed, 4) ? ONE_OF(times) : chance(&seed, 2) ? "true" : "null");
    }
    str_addc(out, ']');
}

static void gen_wild(struct str *out)
{
    gen_anything(out);
    switch (chance(&seed, 6)) {
    case 0:
        str_adds(out, " in ");
        gen_list(out);
        break;
    case 1:
        str_adds(out, " in ");
        gen_anything(out);
        break;
    case 2:
        str_addf(out, ".%s(", chance(&seed, 2) ? "contains" : "matches");
        gen_string(out, ONE_OF(patterns));
        str_addc(out, ')');
        break;
    case 3:
        break;
    default:
        str_addf(out, " %s ", ONE_OF(compares));
        gen_anything(out);
    }
}

static void gen_compare(struct str *out, const char *left, const char *right)
{
    bool turned = chance(&seed, 4) == 0;
    str_addf(out, "%s %s %s", turned ? right : left, ONE_OF(compares), turned ? left : right);
}

static void gen_leaf(struct str *out)
{
    AUTO_STR right;
    str_init(&right, 1024);
    const char *name = event && chance(&seed, 3) == 0 ? ONE_OF(event_enums) : ONE_OF(enum_names);
    switch (chance(&seed, event ? 15 : 12)) {
    case 0:
        gen_string(&right, ONE_OF(texts));
        gen_compare(out, text_name(), right.data);
        break;
    case 1:
        str_addf(&right, "%d", chance(&seed, 6) - 1);
        gen_compare(out, ONE_OF(int_names), right.data);
        break;
    case 2:
        gen_compare(out, ONE_OF(time_names), ONE_OF(times));
        break;
    case 3:
        gen_word(&right, name);
        gen_compare(out, name, right.data);
        break;
    case 4:
        str_addf(out, "%s in [", name);
        gen_word(out, name);
        str_addc(out, ',');
        gen_word(out, name);
        str_addc(out, ']');
        break;
    case 5:
        str_addf(out, "%s.%s(", chance(&seed, 4) ? text_name() : "text", chance(&seed, 2) ? "contains" : chance(&seed, 2) ? "startsWith" : "endsWith");
        gen_string(out, ONE_OF(needles));
        str_addc(out, ')');
        break;
    case 6:
        gen_string(out, ONE_OF(texts));
        str_adds(out, " in tags");
        break;
    case 7:
        str_addf(out, "has(%s)", chance(&seed, 2) ? text_name() : chance(&seed, 2) ? ONE_OF(int_names) : chance(&seed, 2) ? name : "tags");
        break;
    case 8:
        str_addf(out, "size(%s) %s %u", chance(&seed, 2) ? "tags" : text_name(), ONE_OF(compares), chance(&seed, 6));
        break;
    case 9:
        gen_compare(out, chance(&seed, 2) ? text_name() : chance(&seed, 2) ? "tags" : ONE_OF(time_names), "null");
        break;
    case 10:
        gen_compare(out, text_name(), text_name());
        break;
    case 11:
        str_adds(out, chance(&seed, 4) ? ONE_OF(bool_names) : chance(&seed, 2) ? "true" : "false");
        break;
    case 12:
        str_addf(&right, "%d", chance(&seed, 4) * 50 - 50);
        gen_compare(out, ONE_OF(payload_names), right.data);
        break;
    case 13:
        str_addf(out, "%s %s %s", ONE_OF(payload_names), chance(&seed, 2) ? "==" : "!=", chance(&seed, 2) ? "true" : "false");
        break;
    default:
        str_addf(out, "%s in [100, -12, 3]", ONE_OF(payload_names));
    }
}

static void gen(struct str *out, int depth, bool wild)
{
    static const char *const blanks[] = {" ", "  ", "\n\t"};
    unsigned shape = depth <= 0 ? 0 : chance(&seed, 6);
    if (shape < 2) {
        if (wild && chance(&seed, 3) == 0)
            gen_wild(out);
        else
            gen_leaf(out);
        return;
    }
    str_adds(out, shape == 2 ? "!(" : "(");
    gen(out, depth - 1, wild);
    if (shape > 2) {
        str_adds(out, shape == 5 ? ")" : "");
        str_addf(out, "%s%s%s", ONE_OF(blanks), chance(&seed, 2) ? "&&" : "||", ONE_OF(blanks));
        str_adds(out, shape == 5 ? "(" : "");
        gen(out, depth - 1, wild);
    }
    str_adds(out, ")");
}

/* Breaks the text at an ASCII byte: takes it away, doubles it, changes places with the next. */
static void break_it(struct str *text)
{
    size_t at = chance(&seed, text->len), n = text->len;
    char *data = text->data;
    if (n < 3 || at + 1 >= n || (unsigned char)data[at] >= 0x80 || (unsigned char)data[at + 1] >= 0x80)
        return;
    char a = data[at], b = data[at + 1];
    switch (chance(&seed, 3)) {
    case 0:
        memmove(data + at, data + at + 1, n - at);
        text->len--;
        break;
    case 1:
        data[at + 1] = a;
        break;
    default:
        data[at] = b;
        data[at + 1] = a;
    }
}

/* --- tickets --- */

static void random_case(struct ticket *t, struct when_env *env, struct json **payload)
{
    const char *body = ONE_OF(payloads);
    *t = (struct ticket){0};
    for (size_t i = 0; i < sizeof text_names / sizeof *text_names; i++)
        if (field_find(text_names[i]))
            field_set_text(t, field_find(text_names[i]), chance(&seed, 3) ? ONE_OF(texts) : NULL);
    for (size_t i = 0; i < sizeof int_names / sizeof *int_names; i++)
        if (field_find(int_names[i]))
            field_set_int(t, field_find(int_names[i]), (int64_t)chance(&seed, 5) - 1);
    for (size_t i = 0; i < sizeof time_names / sizeof *time_names; i++)
        field_set_int(t, field_find(time_names[i]), chance(&seed, 2) ? 0 : (int64_t)1767225600000 + chance(&seed, 3) * 86400000LL);
    for (size_t i = 0; i < sizeof enum_names / sizeof *enum_names; i++)
        field_set_int(t, field_find(enum_names[i]), chance(&seed, field_find(enum_names[i])->word_count));
    t->stub = chance(&seed, 2);
    t->deleted = chance(&seed, 2);
    t->tags = ONE_OF(tag_sets);
    t->key = chance(&seed, 2) ? ONE_OF(texts) : NULL;
    *payload = body ? json_parse(body, strlen(body), &json_limits_dialect, NULL, NULL) : NULL;
    *env = (struct when_env){.hour = chance(&seed, 6), .weekday = 1 + chance(&seed, 4), .open_criticals = chance(&seed, 3), .me = chance(&seed, 3) ? ONE_OF(texts) : NULL,
                             .type = chance(&seed, 5) ? ONE_OF(texts) : NULL, .source = chance(&seed, 2) ? ONE_OF(texts) : NULL, .event_dialect = chance(&seed, 2) ? "rbs" : NULL,
                             .payload = *payload};
}

static struct json *ticket_json(const struct ticket *t)
{
    struct json *out = json_object();
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        const char *text = field_is_text(f) ? field_text(t, f) : NULL;
        int64_t n = field_is_text(f) ? 0 : field_int(t, f);
        if (!(f->flags & FIELD_WHEN) || (!text && !n))
            continue;
        if (f->type == FIELD_TAGS)
            json_put(out, f->name, json_parse(text, strlen(text), &json_limits_dialect, NULL, NULL));
        else if (text)
            json_put_string(out, f->name, text);
        else if (f->type == FIELD_ENUM)
            json_put_string(out, f->name, field_word(f, n));
        else
            json_put(out, f->name, f->type == FIELD_BOOL ? json_new_bool(n) : json_new_i64(n));
    }
    return out;
}

static struct json *env_json(const struct when_env *env)
{
    struct json *out = json_object();
    AUTO_ARENA arena = arena_new();
    json_put_i64(out, "hour", env->hour);
    json_put_i64(out, "weekday", env->weekday);
    json_put_i64(out, "open_criticals", env->open_criticals);
    json_put_string(out, "me", env->me);
    json_put_string(out, "type", env->type);
    json_put_string(out, "source", env->source);
    json_put_string(out, "event_dialect", env->event_dialect);
    json_put_string(out, "payload", env->payload ? json_print_in(arena, env->payload) : NULL);
    return out;
}

/* --- ours --- */

struct tally { int taken, refused, broken, yes, values; };
struct verdict { char said[CASES + 1]; }; /* "-", or a digit a ticket; "" = over a limit, which only ours has */

static void write_line(FILE *to, struct json *row)
{
    AUTO_ARENA arena = arena_new();
    fprintf(to, "%s\n", json_print_in(arena, row));
    json_free(row);
}

static struct when *parse(struct arena *arena, const char *text, struct err *err)
{
    return event ? when_parse_event(arena, text, err) : when_parse(arena, text, err);
}

static void try_cases(const struct when *w, const struct when *again, struct json *list, struct verdict *v, struct tally *sum)
{
    for (int k = 0; k < CASES; k++) {
        struct ticket t;
        struct when_env env;
        struct json *payload, *row = json_object();
        random_case(&t, &env, &payload);
        bool yes = w && when_eval(w, &t, &env);
        if (w && when_eval(again, &t, &env) != yes)
            fail_msg("spelled canonically it is another");
        if (w)
            v->said[k] = yes ? '1' : '0';
        sum->yes += yes;
        sum->values += w != NULL;
        json_put(row, "ticket", ticket_json(&t));
        json_put(row, "env", env_json(&env));
        json_push(list, row);
        json_free(payload);
    }
}

/* One expression through ours; false: it is over a limit. */
static bool try_one(FILE *to, const char *text, struct verdict *v, struct tally *sum)
{
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const struct when *w = parse(arena, text, &err), *again = NULL;
    *v = (struct verdict){""};
    if (!w && err.code == ERR_TOO_LARGE)
        return false;
    if (w) {
        const char *printed = when_print(arena, w);
        again = parse(arena, printed, &err);
        if (!again || strcmp(when_print(arena, again), printed) != 0)
            fail_msg("%s\nis spelled %s, and that is %s", text, printed, again ? when_print(arena, again) : err.text);
    } else {
        str_copy(v->said, sizeof v->said, "-");
    }
    sum->taken += w != NULL;
    sum->refused += !w;
    struct json *row = json_object(), *cases = json_array();
    try_cases(w, again, cases, v, sum);
    json_put_string(row, "e", text);
    json_put(row, "event", json_new_bool(event));
    json_put(row, "cases", cases);
    write_line(to, row);
    return true;
}

static void write_fields(FILE *to)
{
    static const char *const types[] = {[FIELD_TEXT] = "text", [FIELD_TAGS] = "tags", [FIELD_JSON] = "text", [FIELD_INT] = "int",
                                        [FIELD_TIME] = "time", [FIELD_ENUM] = "enum", [FIELD_BOOL] = "bool"};
    struct json *all = json_object();
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        struct json *row = json_object(), *words = json_array();
        for (int k = 0; k < f->word_count; k++)
            json_push(words, json_new_string(f->words[k]));
        json_put_string(row, "type", types[f->type]);
        json_put(row, "words", words);
        if (f->flags & FIELD_WHEN)
            json_put(all, f->name, row);
        else
            json_free(row);
    }
    write_line(to, all);
}

/* --- theirs --- */

static bool run_reference(const char *from, const char *to)
{
    char script[1024];
    snprintf(script, sizeof script, "%s/tests/core/when_reference.py", getenv("TRIAGE_SRCDIR"));
    char *const args[] = {(char *)(uintptr_t)"python3", script, (char *)(uintptr_t)from, (char *)(uintptr_t)to, NULL};
    pid_t pid;
    int status, fault = posix_spawnp(&pid, "python3", NULL, NULL, args, environ);
    if (fault == ENOENT)
        return false;
    assert_int_equal(fault, 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    return true;
}

static int compare(const char *path, const char *asked, const struct verdict *verdicts, int count)
{
    FILE *said = fopen(path, "r"), *questions = fopen(asked, "r");
    static char line[64], question[1 << 17];
    int wrong = 0;
    assert_non_null(said);
    assert_non_null(questions);
    assert_non_null(fgets(question, sizeof question, questions)); /* the fields */
    for (int i = 0; i < count; i++) {
        assert_non_null(fgets(line, sizeof line, said));
        assert_non_null(fgets(question, sizeof question, questions));
        line[strcspn(line, "\n")] = 0;
        if (strcmp(line, verdicts[i].said) != 0 && ++wrong <= 5)
            print_error("%.600s...\n  ours %s, the reference %s\n", question, verdicts[i].said, line);
    }
    assert_null(fgets(line, sizeof line, said));
    fclose(said);
    fclose(questions);
    return wrong;
}

static void a_second_reading_agrees_on_every_value_and_every_refusal(void **state)
{
    (void)state;
    static struct verdict verdicts[EXPRESSIONS];
    struct tally sum = {0};
    char dir[] = "/tmp/triage-when.XXXXXX", asked[64], said[64];
    assert_non_null(mkdtemp(dir));
    snprintf(asked, sizeof asked, "%s/asked", dir);
    snprintf(said, sizeof said, "%s/said", dir);
    FILE *to = fopen(asked, "w");
    assert_non_null(to);
    write_fields(to);
    for (int i = 0; i < EXPRESSIONS;) {
        AUTO_STR text;
        str_init(&text, 1 << 16);
        event = chance(&seed, 2);
        gen(&text, 3, i % 3 == 1);
        if (i % 6 == 2) {
            break_it(&text);
            sum.broken++;
        }
        i += try_one(to, text.data, &verdicts[i], &sum);
    }
    assert_int_equal(fclose(to), 0);
    bool ran = run_reference(asked, said);
    int wrong = ran ? compare(said, asked, verdicts, EXPRESSIONS) : 0;
    unlink(asked);
    unlink(said);
    rmdir(dir);
    if (!ran) {
        print_message("# skipped: there is no python3 to read the expressions a second time\n");
        skip();
    }
    print_message("# seed %d: %d expressions, %d taken, %d refused (%d broken on purpose), %d values, %d of them true\n", SEED, EXPRESSIONS, sum.taken,
                  sum.refused, sum.broken, sum.values, sum.yes);
    assert_int_equal(wrong, 0);
    assert_true(sum.taken >= 20000 && sum.refused >= EXPRESSIONS / 10);
    assert_in_range(sum.yes, sum.values / 5, sum.values / 5 * 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_second_reading_agrees_on_every_value_and_every_refusal)};
    return cmocka_run_group_tests_name("when_differential", tests, NULL, NULL);
}
