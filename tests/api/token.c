/* token: what a token proves, and what ends it. */
#include "api/token.h"
#include "base/crypto.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const int64_t now = 1798761600000;
static const uint8_t seal[32] = {7}, other[32] = {8};
static struct config_source sources[] = {
    {.name = "webhooks", .emulate = {.prefix = "SUP"}},
    {.name = "a", .emulate = {.client_id = "ramps", .client_secret = "s3cret"}},
    {.name = "b", .emulate = {.client_id = "ramp", .client_secret = "s:s3cret"}},
};
static const struct config config = {.sources = sources, .source_count = 3};

static const struct config_source *client(const char *pair)
{
    return token_client(&config, pair, strlen(pair));
}

static void a_token_is_its_clients_until_its_time_is_over(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *a = token_make(arena, seal, &sources[1].emulate, now), *b = token_make(arena, seal, &sources[2].emulate, now);
    assert_ptr_equal(token_source(&config, seal, a, now), &sources[1]);
    assert_ptr_equal(token_source(&config, seal, b, now), &sources[2]);
    assert_ptr_equal(token_source(&config, seal, a, now + 35999999), &sources[1]);
    assert_null(token_source(&config, seal, a, now + 36000000));
    assert_null(token_source(&config, other, a, now));
}

static void no_other_text_is_a_token(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *token = token_make(arena, seal, &sources[1].emulate, now);
    size_t n = strlen(token);
    int tried = 0;
    for (size_t i = 0; i < n; i++)
        for (const char *c = "0f gG\xff"; *c; c++) {
            char *changed = arena_strdup(arena, token);
            if (changed[i] == *c)
                continue;
            changed[i] = *c;
            assert_null(token_source(&config, seal, changed, now));
            tried++;
        }
    for (size_t cut = 0; cut < n; cut++)
        assert_null(token_source(&config, seal, arena_strndup(arena, token, cut), now));
    assert_null(token_source(&config, seal, arena_printf(arena, "%s0", token), now));
    print_message("# %d changed and %zu cut tokens\n", tried, n);
}

static void a_new_secret_ends_the_old_ones_tokens(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *token = token_make(arena, seal, &sources[1].emulate, now);
    struct config_source changed[] = {{.name = "a", .emulate = {.client_id = "ramps", .client_secret = "s3cret2"}}};
    const struct config then = {.sources = changed, .source_count = 1};
    assert_null(token_source(&then, seal, token, now));
}

static void a_client_is_who_says_id_and_secret(void **state)
{
    (void)state;
    assert_ptr_equal(client("ramps:s3cret"), &sources[1]);
    assert_ptr_equal(client("ramp:s:s3cret"), &sources[2]);
    static const char *const wrong[] = {"", ":", "ramps", "ramps:", "ramps:s3cret ", ":s3cret", "ramps:s:s3cret", "SUP:"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(client(wrong[i]));
    assert_null(token_client(&config, "ramps:s3cret", 13)); /* a NUL behind it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_its_clients_until_its_time_is_over),
        cmocka_unit_test(no_other_text_is_a_token),
        cmocka_unit_test(a_new_secret_ends_the_old_ones_tokens),
        cmocka_unit_test(a_client_is_who_says_id_and_secret),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
