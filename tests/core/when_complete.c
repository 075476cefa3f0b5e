/* when_complete: what is offered while a condition is typed, and that nothing is offered which the parser would not take. */
#include "base/str.h"
#include "core/field.h"
#include "core/when_complete.h"
#include "core/when_tree.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *a;
static uint64_t dice = 11;

static int open_arena(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static const char *const *known(void *arg, const char *field, int *count)
{
    static const char *const agents[] = {"ana", "tom"}, *const tags[] = {"vip", "two words", "say \"hi\""};
    (void)arg;
    *count = strcmp(field, "assignee") == 0 ? 2 : strcmp(field, "tags") == 0 ? 3 : 0;
    return strcmp(field, "assignee") == 0 ? agents : tags;
}
static const struct when_values values = {known, NULL};

/* The offers, with " | " between: at most the first eight. */
static const char *offered(const char *text, bool words)
{
    struct when_offers o;
    (words ? when_complete_words : when_complete)(a, text, &values, &o);
    const char *all = "";
    for (int i = 0; i < o.count && i < 8; i++)
        all = arena_printf(a, "%s%s%s", all, i ? " | " : "", o.list[i].text);
    return all;
}

static void names_operators_and_values_come_where_they_can_stand(void **state)
{
    static const struct { const char *text, *offers; } cases[] = {
        {"urgen", "urgency | urgency_by | urgency_bp"},
        {"status = ", ""},
        {"status ", "== | != | < | <= | > | >= | in"},
        {"status =", "=="},
        {"category == ", "\"bug\" | \"feature\" | \"question\" | \"billing\" | \"onboarding\" | \"other\" | category | has("},
        {"status == \"o", "\"open\" | \"on_hold\""},
        {"status in [\"open\", \"p", "\"pending\""},
        {"status in [\"open\"", "] | ,"},
        {"assignee == ", "\"ana\" | \"tom\" | me | account | dialect | key | source_id | title"},
        {"assignee == \"t", "\"tom\""},
        {"title.con", ".contains("},
        {"status.con", ""},
        {"status == \"open\" ", "&& | ||"},
        {"(status == \"open\" ", "&& | || | )"},
        {"status == \"open\" && urgency >= ", "\"low\" | \"high\" | \"critical\" | urgency | has( | size( | ( | !"},
        {"nonsense == ", ""},
        {"has(assig", "assignee | assigned_at"},
        {"! (sna", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(offered(cases[i].text, false), cases[i].offers) != 0)
            fail_msg("%s: %s", cases[i].text, offered(cases[i].text, false));
}

static void what_stands_whole_is_gone_on_from(void **state)
{
    (void)state;
    struct when_offers o;
    when_complete(a, "reopen_count", &values, &o);
    assert_int_equal(o.from, strlen("reopen_count"));
    assert_string_equal(o.list[0].text, " ==");
}

static void the_short_spelling_has_its_own(void **state)
{
    (void)state;
    assert_string_equal(offered("invoice urgen", true), "urgency: | urgency_by: | urgency_bp:");
    assert_string_equal(offered("urgency:", true), "low | high | critical | any | none");
    assert_string_equal(offered("urgency:>=c", true), "critical");
    assert_string_equal(offered("status:open,p", true), "pending");
    assert_string_equal(offered("agent:t", true), "tom");
    assert_string_equal(offered("!tag:", true), "vip | \"two words\" | \"say \\\"hi\\\"\" | any | none");
    assert_string_equal(offered("foo:", true), "");
    assert_string_equal(offered("!bod", true), "body:");
    assert_string_equal(offered("bod", false), "body");
    assert_string_equal(offered("body", false), ".contains(");
    assert_string_equal(offered("body:ref", true), "");
}

static void what_all_begin_with_is_put_in_first(void **state)
{
    struct when_offers o;
    (void)state;
    when_complete(a, "urge", NULL, &o);
    assert_string_equal(when_common(a, &o), "urgency");
    when_complete(a, "zzz", NULL, &o);
    assert_string_equal(when_common(a, &o), "");
}

/* Whatever is chosen again and again, the parser can always be content with what stands there, and in the end it is. */
static void any_walk_over_offers_is_an_expression(void **state)
{
    int walks = 2000, steps = 0, whole = 0;
    (void)state;
    for (int i = 0; i < walks; i++) {
        AUTO_ARENA own = arena_new();
        const char *text = "";
        for (int k = 0; k < 12; k++, steps++) {
            struct when_offers o;
            when_complete(own, text, &values, &o);
            if (!o.count) /* a string or a number of one's own */
                break;
            const struct when_offer *taken = &o.list[chance(&dice, (uint32_t)o.count)];
            text = arena_printf(own, "%.*s%s%s", (int)o.from, text, taken->text, strchr("(.", taken->text[strlen(taken->text) - 1]) ? "" : " ");
            enum when_state is = when_state(own, text);
            if (is == WHEN_WRONG)
                fail_msg("%s", text);
            whole += is == WHEN_WHOLE;
        }
    }
    assert_true(whole > walks / 4);
    print_message("# %d walks of %d offers: none led where the parser cannot follow, %d times the expression was whole\n", walks, steps, whole);
}

static void any_bytes_are_borne(void **state)
{
    static const char alphabet[] = "status== \"open\"&&||()[],.!in has assignee :<>'\\\xc3\xbc";
    (void)state;
    for (int i = 0; i < 3000; i++) {
        AUTO_ARENA own = arena_new();
        char text[40];
        int n = chance(&dice, 30);
        for (int k = 0; k < n; k++)
            text[k] = alphabet[chance(&dice, sizeof alphabet - 1)];
        text[n] = 0;
        struct when_offers o;
        when_complete(own, text, &values, &o);
        assert_true(o.from <= (size_t)n && o.count <= WHEN_OFFERS);
        when_complete_words(own, text, &values, &o);
        assert_true(o.from <= (size_t)n && o.count <= WHEN_OFFERS);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(names_operators_and_values_come_where_they_can_stand),
        T(what_stands_whole_is_gone_on_from),
        T(the_short_spelling_has_its_own),
        T(what_all_begin_with_is_put_in_first),
        T(any_walk_over_offers_is_an_expression),
        T(any_bytes_are_borne),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
