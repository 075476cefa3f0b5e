/* theme: every theme that ships can be read with tired eyes; every fault in one is named with its place. */
#include "term/theme.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *dirs[2];
enum { AT_LEAST = 8 };

static double light(uint32_t colour)
{
    static const double weight[] = {.0722, .7152, .2126};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double c = (colour >> (i * 8) & 0xff) / 255.0;
        sum += weight[i] * (c <= .03928 ? c / 12.92 : pow((c + .055) / 1.055, 2.4));
    }
    return sum;
}

/* Contrast as WCAG counts it. */
static double contrast(uint32_t a, uint32_t b)
{
    double x = light(a), y = light(b);
    return x > y ? (x + .05) / (y + .05) : (y + .05) / (x + .05);
}

/* Text needs 4.5 to 1, in a theme of high contrast 7; what may be passed over 3; lines and empty bars only have to be there. */
static double needed(enum ui_role role, bool high)
{
    switch (role) {
    case UI_RULE: case UI_BAR_REST:
        return 1.4;
    case UI_MUTED: case UI_MASKED:
        return 3;
    default:
        return high ? 7 : 4.5;
    }
}

static double contrast_of(const struct theme *theme, enum ui_role role)
{
    const struct theme_style *style = &theme->styles[role];
    return contrast(theme->colours[style->fg], theme->colours[style->bg]);
}

static void every_theme_that_ships_is_readable(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int count = 0, pairs = 0;
    for (char **name = theme_names(arena, dirs); *name; name++) {
        struct theme theme;
        struct err err;
        if (!theme_find(&theme, *name, dirs, &err))
            fail_msg("%s", err.text);
        assert_int_equal(theme.mono, strcmp(*name, "mono") == 0);
        assert_int_equal(theme.light, strstr(*name, "light") != NULL);
        count++;
        for (unsigned role = 0; role < UI_ROLES && !theme.mono && !theme.own; role++, pairs++)
            if (contrast_of(&theme, (enum ui_role)role) < needed((enum ui_role)role, strstr(*name, "high")))
                fail_msg("%s: %s has a contrast of %.2f", *name, ui_role_row((enum ui_role)role)->name, contrast_of(&theme, (enum ui_role)role));
    }
    assert_true(count > AT_LEAST);
    print_message("# %d themes, %d pairs of colours\n", count, pairs);
}

/* Machado et al. 2009: what is left when red- or green-sensitive cones are missing. */
static const struct vision {
    const char *name;
    double m[3][3];
} visions[] = {{"protanopia", {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}}},
               {"deuteranopia", {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}}}};

static uint32_t seen(const struct vision *v, uint32_t colour)
{
    double in[3] = {colour >> 16 & 0xff, colour >> 8 & 0xff, colour & 0xff};
    uint32_t out = 0;
    for (int i = 0; i < 3; i++) {
        double c = v->m[i][0] * in[0] + v->m[i][1] * in[1] + v->m[i][2] * in[2];
        out = out << 8 | (uint32_t)(c < 0 ? 0 : c > 255 ? 255 : c);
    }
    return out;
}

static double apart(uint32_t a, uint32_t b)
{
    double sum = 0;
    for (int i = 0; i < 24; i += 8) {
        double d = (double)(a >> i & 0xff) - (double)(b >> i & 0xff);
        sum += d * d;
    }
    return sqrt(sum);
}

static void the_colour_blind_themes_keep_apart_what_differs(void **state)
{
    (void)state;
    static const char *const names[] = {"colour-blind", "colour-blind-light"};
    static const struct { enum ui_role a, b; int least; } pairs[] = {
        {UI_CRITICAL, UI_OK, 100}, {UI_LATE, UI_OK, 100}, {UI_ERROR, UI_OK, 100}, {UI_WARN, UI_OK, 100}, {UI_HIGH, UI_OK, 100},
        {UI_CUSTOMER, UI_NOTE, 100}, {UI_REPLY, UI_NOTE, 100}, {UI_LATE, UI_WARN, 40}, {UI_CRITICAL, UI_NORMAL, 50}, {UI_OK, UI_NORMAL, 60}};
    for (size_t n = 0; n < 2; n++)
        for (size_t v = 0; v < 2; v++)
            for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
                struct theme theme;
                assert_true(theme_find(&theme, names[n], dirs, NULL));
                double d = apart(seen(&visions[v], theme.colours[theme.styles[pairs[i].a].fg]), seen(&visions[v], theme.colours[theme.styles[pairs[i].b].fg]));
                if (d < pairs[i].least)
                    fail_msg("%s, %s: %s and %s are %.0f apart", names[n], visions[v].name, ui_role_row(pairs[i].a)->name, ui_role_row(pairs[i].b)->name, d);
            }
}

static void every_role_reads_in_mono(void **state)
{
    (void)state;
    struct theme theme;
    theme_mono(&theme);
    for (unsigned i = 0; i < UI_ROLES; i++) {
        const char *name = ui_role_row((enum ui_role)i)->name;
        enum ui_role role;
        assert_non_null(name);
        assert_true(ui_role_named(name, &role) && role == i);
        assert_int_equal(theme.styles[i].fg, THEME_NONE);
        assert_int_equal(theme.styles[i].attr & (UI_FAINT | UI_BOLD), theme.styles[i].attr & UI_FAINT ? UI_FAINT
                                                                     : theme.styles[i].attr & UI_BOLD ? UI_BOLD : 0);
    }
    assert_true(theme.styles[UI_CRITICAL].attr & UI_REVERSE);
    assert_true(theme.styles[UI_ERROR].attr & UI_REVERSE);
}

#define PALETTE \
    "palette: {base00: '000000', base01: '111111', base02: '222222', base03: '333333', base04: '444444', " \
    "base05: 'FFFFFF', base06: '#eeeeee', base07: 'ffffff', base08: 'ff0000', base09: 'ff8800', base0A: 'ffff00', " \
    "base0B: '00ff00', base0C: '00ffff', base0D: '0000ff', base0E: 'ff00ff', base0F: '884400'}\n"

static bool parse(const char *text, struct theme *theme, struct err *err)
{
    return theme_parse(theme, "t.yaml", text, strlen(text), err);
}

static void a_scheme_as_published_is_a_theme(void **state)
{
    (void)state;
    struct theme theme;
    struct err err;
    assert_true(parse("system: base24\nname: X\nauthor: someone\nvariant: light\n" PALETTE
                      "roles:\n  normal: {bg: none}\n  critical: {fg: base17, bg: base01, reverse: true, bold: false}\n",
                      &theme, &err));
    assert_true(theme.light);
    assert_int_equal(theme.colours[6], 0xeeeeee);
    assert_int_equal(theme.colours[0x17], 0xff00ff);
    assert_int_equal(theme.styles[UI_NORMAL].bg, THEME_NONE);
    assert_int_equal(theme.styles[UI_DIM].bg, THEME_NONE);
    assert_int_equal(theme.styles[UI_CRITICAL].fg, 0x17);
    assert_int_equal(theme.styles[UI_CRITICAL].bg, 1);
    assert_int_equal(theme.styles[UI_CRITICAL].attr, UI_REVERSE);
}

static void a_scheme_of_the_older_form_is_a_theme(void **state)
{
    (void)state;
    struct theme theme;
    struct err err = {0};
    static const char text[] = "scheme: \"Default Dark\"\nauthor: \"Chris Kempson (http://chriskempson.com)\"\nbase00: \"181818\"\nbase01: \"282828\"\n"
                               "base02: \"383838\"\nbase03: \"585858\"\nbase04: \"b8b8b8\"\nbase05: \"d8d8d8\"\nbase06: \"e8e8e8\"\nbase07: \"f8f8f8\"\n"
                               "base08: \"ab4642\"\nbase09: \"dc9656\"\nbase0A: \"f7ca88\"\nbase0B: \"a1b56c\"\nbase0C: \"86c1b9\"\nbase0D: \"7cafc2\"\n"
                               "base0E: \"ba8baf\"\nbase0F: \"a16946\"\n";
    if (!parse(text, &theme, &err))
        fail_msg("%s", err.text);
    assert_string_equal(theme.name, "Default Dark");
    assert_false(theme.light);
    assert_int_equal(theme.colours[0x0f], 0xa16946);
    assert_int_equal(theme.colours[0x12], 0xab4642); /* base24's bright red is base16's red */
}

/* Published files leave system and variant out, write digits without quotes, and begin with --- . */
static void what_a_scheme_leaves_out_is_found_out(void **state)
{
    (void)state;
    struct theme theme;
    struct err err = {0};
    static const char text[] = "---\nname: Paper\npalette:\n  base00: \"#FDF6E3\"\n  base01: 111111\n  base02: 222222\n  base03: 333333\n  base04: 444444\n"
                               "  base05: 000000\n  base06: 000000\n  base07: 000000\n  base08: 990000\n  base09: 990000\n  base0A: 990000\n  base0B: 990000\n"
                               "  base0C: 990000\n  base0D: 990000\n  base0E: 990000\n  base0F: 990000\n";
    if (!parse(text, &theme, &err))
        fail_msg("%s", err.text);
    assert_true(theme.light);
    assert_int_equal(theme.colours[0], 0xfdf6e3);
    assert_int_equal(theme.colours[5], 0);
}

static void a_fault_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *err;
    } cases[] = {
        {PALETTE "roles: {hedaing: {fg: base01}}", "t.yaml:2:18: no role 'hedaing'; did you mean 'heading'?"},
        {PALETTE "roles: {zzzzzzzz: {}}", "t.yaml:2:19: no role 'zzzzzzzz'"},
        {PALETTE "roles: {late: {fg: red}}", "t.yaml:2:20: a role's colour is base00 to base17, or none"},
        {PALETTE "roles: {late: {blink: true}}", "t.yaml:2:23: a role has fg, bg, bold, dim, underline, reverse"},
        {PALETTE "roles: {late: bold}", "t.yaml:2:15: a role is a map: {fg: base0D, bold: true}"},
        {PALETTE "roles: {late: {bold: maybe}}", "t.yaml:2:22: 'bold' must be true or false, not 'maybe'"},
        {"name: x\n", "t.yaml:1:1: a theme needs a map `palette` with base00 to base0F"},
        {"palette: {base00: '000000'}\n", "t.yaml:1:10: the palette lacks base01; a theme has all of base00 to base0F"},
        {"base00: '000000'\n", "t.yaml:1:1: the palette lacks base01; a theme has all of base00 to base0F"},
        {"base00: '000000'\nbase18: '000000'\n", "t.yaml:2:9: a theme has system, name, author, variant, slug, description, palette, roles"},
        {"system: tinted8\n", "t.yaml:1:9: a theme's system is base16 or base24: take the file of that name from its collection"},
        {"palette: {base00: '00000'}\n", "t.yaml:1:19: a colour is six hexadecimal digits, in quotes"},
        {"palette: {base00: '0000000'}\n", "t.yaml:1:19: a colour is six hexadecimal digits, in quotes"},
        {"palette: {base18: '000000'}\n", "t.yaml:1:19: a palette has base00 to base0F (base24: to base17)"},
        {"colors: {}\n", "t.yaml:1:9: a theme has system, name, author, variant, slug, description, palette, roles"},
        {"[]", "t.yaml:1:1: a theme is a map"},
        {"a: b: c", "t.yaml:1:5: mapping values are not allowed in this context (a text holding \": \" or \" #\" must stand in quotes)"},
    };
    struct theme theme = {.name = "kept"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_false(parse(cases[i].text, &theme, &err));
        assert_string_equal(err.text, cases[i].err);
        assert_string_equal(theme.name, "kept");
    }
}

static void themes_are_found_by_name(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct theme theme;
    struct err err;
    char **names = theme_names(arena, dirs);
    size_t n = 0;
    for (; names[n]; n++)
        assert_true(n == 0 || strcmp(names[n - 1], names[n]) < 0);
    assert_true(n > AT_LEAST);
    assert_true(theme_find(&theme, "terminal", NULL, &err) && theme.own);
    assert_true(theme_find(&theme, "mono", NULL, &err) && theme.mono);
    assert_false(theme_find(&theme, "nosuch", dirs, &err));
    assert_non_null(strstr(err.text, "no theme 'nosuch'; there is: calm-dark, calm-light"));
    assert_false(theme_find(&theme, "../themes/mono", dirs, &err));
    assert_false(theme_find(&theme, "", dirs, &err));
}

static void colours_are_brought_to_what_a_terminal_has(void **state)
{
    (void)state;
    struct theme theme = {.colours = {0x000000, 0xff0000, 0x5f87af, 0x121212, 0xffffff}};
    static const int nearest[] = {16, 196, 67, 233, 231};
    for (int i = 0; i < 5; i++)
        assert_int_equal(theme_256(&theme, i), nearest[i]);
    assert_int_equal(theme_256(&theme, THEME_NONE), THEME_NONE);
    assert_int_equal(theme_16(5, false), THEME_NONE);
    assert_int_equal(theme_16(8, false), 1);
    assert_int_equal(theme_16(1, true), THEME_NONE);
    assert_int_equal(theme_16(10, true), 3);
}

int main(void)
{
    static char path[4096];
    const char *root = getenv("TRIAGE_SRCDIR");
    snprintf(path, sizeof path, "%s/themes", root ? root : ".");
    dirs[0] = path;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_theme_that_ships_is_readable),
        cmocka_unit_test(the_colour_blind_themes_keep_apart_what_differs),
        cmocka_unit_test(every_role_reads_in_mono),
        cmocka_unit_test(a_scheme_as_published_is_a_theme),
        cmocka_unit_test(a_scheme_of_the_older_form_is_a_theme),
        cmocka_unit_test(what_a_scheme_leaves_out_is_found_out),
        cmocka_unit_test(a_fault_is_named_with_its_place),
        cmocka_unit_test(themes_are_found_by_name),
        cmocka_unit_test(colours_are_brought_to_what_a_terminal_has),
    };
    return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
