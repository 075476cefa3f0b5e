/* fixture: what is made must be what the fixtures' author signed. */
#include "base/crypto.h"
#include "fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void the_huge_body_is_the_published_one(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    size_t n;
    uint8_t hash[32];
    char hex[65], *text = fixture_read(arena, "events/edge/rbs/huge-body.json", &n);
    crypto_sha256(text, n, hash);
    crypto_hex(hash, 32, hex);
    assert_int_equal(n, 2097451);
    assert_string_equal(hex, "c4e47c55b4156019dcd70344fb0d5c23cc2a9f12a847e8af9794cfcc1018f9b7");
}

static void a_table_is_read_by_column_name(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    assert_int_equal(fixture_column(arena, "events/manifest.tsv", "dedupe_key"), 7);
    assert_true(fixture_rows(arena, "events/manifest.tsv", 23, &rows) > 100);
    assert_string_equal(rows[0][2], "rbs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_huge_body_is_the_published_one),
        cmocka_unit_test(a_table_is_read_by_column_name),
    };
    return crypto_open() ? cmocka_run_group_tests_name("fixture", tests, NULL, NULL) : 1;
}
