/* mistake: see mistake.h. */
#include "support/mistake.h"
#include "core/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

void mistakes_are_told(const struct mistake *list, int count)
{
    int wrong = 0;
    for (int i = 0; i < count; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        if (config_parse(arena, "t.yaml", list[i].text, strlen(list[i].text), NULL, 0, &err))
            fail_msg("taken: %s", list[i].text);
        assert_int_equal(err.code, ERR_CONFIG);
        if (!strstr(err.text, list[i].says))
            print_error("%s\n  instead of: %s\n", err.text, list[i].says), wrong++;
        assert_int_equal(strncmp(err.text, "t.yaml:", 7), 0);
        assert_true(err.text[7] >= '1' && err.text[7] <= '9' && strchr(err.text + 7, ':'));
    }
    assert_int_equal(wrong, 0);
}
