/* sign: what help says of the signs is all of them, each with a word, at any width, in ASCII too; and screens show no other. */
#include "screen/sign.h"
#include "base/text.h"
#include "core/field.h"
#include "support/gallery.h"
#include "term/surface.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    text_set_ascii(false);
    arena_free(arena);
    return 0;
}

static char *legend(int columns)
{
    enum { ROWS = 120 };
    struct surface *s = surface_new(columns, ROWS);
    struct pager *pager = pager_new();
    pager_begin(pager);
    sign_read(arena, pager, columns - 2);
    pager_end(pager);
    pager_draw(pager, s, 0, 0, ROWS, columns);
    char *text = surface_dump(arena, s);
    pager_free(pager);
    surface_free(s);
    return text;
}

static void tells(const char *text, struct badge badge)
{
    const char *line = arena_printf(arena, "  %s  %s", text_safe_in(arena, badge.glyph, TEXT_LINE), badge.word);
    if (*badge.glyph && !strstr(text, line))
        fail_msg("not told:%s", line);
}

static void each_sign_is_told_with_its_word_at_any_width_and_in_ascii(void **state)
{
    static const int widths[] = {80, 120, 200, 300};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof widths / sizeof *widths; i++) {
        text_set_ascii(i % 2);
        const char *text = legend(widths[i / 2]);
        assert_null(strstr(text, i % 2 ? "what the sign ~" : "sign…"));
        assert_non_null(strstr(text, "  what the signs mean\n"));
        for (int sign = 0; sign < SIGNS; sign++)
            tells(text, sign_of((enum sign)sign));
        for (int status = STATUS_NEW; status <= STATUS_CLOSED; status++)
            tells(text, look_status(status));
        for (int urgency = URGENCY_LOW; urgency <= URGENCY_CRITICAL; urgency++)
            if (*look_urgency(urgency).glyph != ' ')
                tells(text, look_urgency(urgency));
        tells(text, look_delivery("dead"));
        tells(text, look_escalation(ESCALATION_ACKNOWLEDGED));
        assert_non_null(strstr(text, "the classifier is fairly sure"));
        for (const char *at = text; *at; at++)
            assert_false(i % 2 && (unsigned char)*at > 0x7f);
    }
}

/* Bars, rules, arrows of movement, what stands between two texts, and what stands for a control byte or a quote of a customer's are none. */
static bool is_sign(uint32_t code)
{
    static const uint32_t others[] = {0xb7, 0x2026, 0x2190, 0x2191, 0x2192, 0x2193, 0xd7, 0x2212, 0x2013, 0x2014};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (code == others[i])
            return false;
    return code >= 0x2020 && code < 0x2c00 && !(code >= 0x2400 && code <= 0x2426) && !(code >= 0x2500 && code <= 0x259f);
}

/* The queue and a ticket are what people look at all day. */
static void the_queue_and_a_ticket_show_no_sign_that_help_does_not_tell(void **state)
{
    static struct desk_case desk;
    int looked = 0;
    (void)state;
    gallery_start(&desk, false);
    const char *text = legend(120);
    for (int i = 0; i < gallery_count(); i++) {
        const struct gallery_picture *picture = gallery_at(i);
        if ((picture->place != PLACE_QUEUE && picture->place != PLACE_TICKET) || picture->overlay || picture->composer)
            continue;
        gallery_draw(&desk, picture, 200, 60);
        const char *at = surface_dump(desk.arena, desk.surface);
        for (const char *stop = at + strlen(at), *from = at; at < stop; from = at) {
            uint32_t code = text_next(&at, stop);
            if (!is_sign(code))
                continue;
            looked++;
            if (!strstr(text, arena_strndup(arena, from, (size_t)(at - from))))
                fail_msg("%s shows %.*s, which help does not tell", picture->name, (int)(at - from), from);
        }
    }
    gallery_end(&desk);
    print_message("# %d signs looked up\n", looked);
    assert_true(looked > 20);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(each_sign_is_told_with_its_word_at_any_width_and_in_ascii),
        T(the_queue_and_a_ticket_show_no_sign_that_help_does_not_tell),
    };
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
