/* address: where a ticket is read at its source, and what is not taken for such. */
#include "core/address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char *address(const char *url, const char *link, const char *id)
{
    static char kept[ADDRESS_MOST + 1];
    AUTO_ARENA arena = arena_new();
    struct ticket t = {.url = url, .source_id = id};
    struct config_source source = {.link = link};
    const char *is = address_of(arena, link ? &source : NULL, &t);
    if (is)
        strcpy(kept, is);
    return is ? kept : NULL;
}

static void the_sources_own_word_goes_before_the_configurations(void **state)
{
    (void)state;
    assert_string_equal(address("https://desk.example/t/9", "https://shop.example/%s", "A-1"), "https://desk.example/t/9");
    assert_string_equal(address(NULL, "https://shop.example/admin/%s?tab=all", "A-1"), "https://shop.example/admin/A-1?tab=all");
    assert_null(address(NULL, NULL, "A-1"));
    assert_null(address(NULL, "https://shop.example/%s", NULL));
}

static void what_a_stranger_says_leads_nowhere_but_to_the_web(void **state)
{
    static const char *const urls[] = {"javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://a\x1b]52;c;eA==\x07", "https://\xc3\xa9.example", ""};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_null(address(urls[i], NULL, "A-1"));
    assert_string_equal(address("javascript:alert(1)", "https://shop.example/%s", "../x?y=\n\xc3\xa9"), "https://shop.example/..%2Fx%3Fy%3D%0A%C3%A9");
    char id[ADDRESS_MOST + 1];
    memset(id, 'x', ADDRESS_MOST);
    id[ADDRESS_MOST] = 0;
    assert_null(address(NULL, "https://shop.example/%s", id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_sources_own_word_goes_before_the_configurations), cmocka_unit_test(what_a_stranger_says_leads_nowhere_but_to_the_web)};
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
