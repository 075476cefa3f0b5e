/* article: the index of articles against one that simply looks: after any puts, changes and drops it finds the same. */
#include "store/article.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { KEYS = 40, WORDS = 24, STEPS = 3000, EVERY = 50 };
static const char *const words[WORDS] = {"password", "invoice", "login", "export", "naïve", "Straße", "données", "token", "plan", "seat", "mail", "spam",
                                         "webhook", "retry", "limit", "refund", "csv", "api", "team", "role", "cache", "proxy", "quota", "zone"};
static struct store *store;
static struct err err;
static uint64_t seed = 20261127;

struct kept { bool there; unsigned title, body; }; /* bit sets over words */

static const char *text_of(struct arena *arena, unsigned set)
{
    char *text = arena_strdup(arena, "x");
    for (int i = 0; i < WORDS; i++)
        if (set & 1u << i)
            text = arena_printf(arena, "%s %s", text, words[i]);
    return text;
}

static void step(struct arena *arena, struct kept *kept)
{
    unsigned at = chance(&seed, KEYS);
    const char *key = arena_printf(arena, "k%02u", at);
    struct kept *k = &kept[at];
    if (k->there && chance(&seed, 4) == 0) {
        *k = (struct kept){0};
        assert_true(store_article_drop(store, key, &err));
        return;
    }
    *k = (struct kept){true, 1u << chance(&seed, WORDS), 1u << chance(&seed, WORDS) | 1u << chance(&seed, WORDS) | 1u << chance(&seed, WORDS)};
    struct article a = {.key = key, .title = text_of(arena, k->title), .body = text_of(arena, k->body), .status = "published"};
    assert_true(store_article_put(store, &a, &err));
    if (chance(&seed, 3) == 0)
        assert_true(store_article_put(store, &a, &err)); /* again: nothing happens */
}

/* Every word alone, and each with the next: how many questions were asked. */
static int compare(struct arena *arena, const struct kept *kept)
{
    int asked = 0;
    for (int w = 0; w < WORDS; w++)
        for (int both = 0; both < 2; both++, asked++) {
            unsigned wanted = 1u << w | (both ? 1u << (w + 1) % WORDS : 0);
            const char *query = both ? arena_printf(arena, "%s %s", words[w], words[(w + 1) % WORDS]) : words[w];
            struct article_found *list;
            int n, should = 0;
            assert_true(store_article_list(store, arena, query, KEYS, &list, &n, &err));
            for (int i = 0; i < KEYS; i++)
                should += kept[i].there && ((kept[i].title | kept[i].body) & wanted) == wanted;
            if (n != should)
                fail_msg("\"%s\" finds %d, there are %d", query, n, should);
            for (int i = 0; i < n; i++) {
                const struct kept *k = &kept[atoi(list[i].article.key + 1)];
                assert_true(k->there && ((k->title | k->body) & wanted) == wanted);
            }
        }
    assert_true(store_article_check(store, &err));
    return asked;
}

static void the_index_finds_what_looking_finds(void **state)
{
    struct kept kept[KEYS] = {{0}};
    int asked = 0;
    (void)state;
    for (int i = 1; i <= STEPS; i++) {
        AUTO_ARENA arena = arena_new();
        step(arena, kept);
        if (i % EVERY == 0)
            asked += compare(arena, kept);
    }
    print_message("# articles: %d random puts, changes and drops, %d searches like a plain look\n", STEPS, asked);
}

static void a_title_tells_more_than_a_body_and_the_last_word_may_be_begun(void **state)
{
    AUTO_ARENA arena = arena_new();
    struct article_found *list;
    int n;
    (void)state;
    struct article in_title = {.key = "zz", .title = "Quota of a team", .body = "x", .status = "draft"}, in_body = {.key = "aa", .title = "Other", .body = "the quota", .status = "published"};
    assert_true(store_article_put(store, &in_body, &err) && store_article_put(store, &in_title, &err));
    assert_true(store_article_list(store, arena, "quot", 9, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(list[0].article.key, "zz");
    assert_true(store_article_list(store, arena, "quot team", 9, &list, &n, &err)); /* only the last is a beginning */
    assert_int_equal(n, 0);
    assert_true(store_article_list(store, arena, "NAIVE strasse donnees", 9, &list, &n, &err)); /* nothing, and no fault */
}

static void whatever_is_asked_is_only_words(void **state)
{
    static const char *const queries[] = {"\"", "\"\"", "a\" OR \"b", "title:x", "NEAR(a b)", "a*", "*", "(", "-a", "a AND", "^a", "\\", "'", "; DROP TABLE article", "\x01", "a\tb\nc"};
    AUTO_ARENA arena = arena_new();
    struct article_found *list;
    int n;
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        if (!store_article_list(store, arena, queries[i], 9, &list, &n, &err))
            fail_msg("%s: %s", queries[i], err.text);
    char *large = arena_alloc(arena, 20001);
    for (int i = 0; i < 20000; i++)
        large[i] = i % 2 ? ' ' : 'w';
    large[20000] = 0;
    assert_true(store_article_list(store, arena, large, 9, &list, &n, &err));
}

static int setup(void **state)
{
    (void)state;
    crypto_open();
    store = store_open(NULL, STORE_WRITER, &err);
    return store && store_begin(store, &err) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    store_rollback(store);
    store_close(store);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_index_finds_what_looking_finds, setup, teardown),
        cmocka_unit_test_setup_teardown(a_title_tells_more_than_a_body_and_the_last_word_may_be_begun, setup, teardown),
        cmocka_unit_test_setup_teardown(whatever_is_asked_is_only_words, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
