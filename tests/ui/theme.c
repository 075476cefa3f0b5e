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
static const char *const shipped[] = {"calm-dark", "calm-light", "colour-blind", "frost-dark", "groove-dark",
                                      "high-contrast", "mono", "solar-dark"};

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

/* Text needs 4.5 to 1; what may be passed over 3; lines and empty bars only have to be there. */
static double needed(enum ui_role role)
{
    switch (role) {
    case UI_RULE: case UI_BAR_REST:
        return 1.4;
    case UI_MUTED: case UI_MASKED:
        return 3;
    default:
        return 4.5;
    }
}

static void every_theme_that_ships_is_readable(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        struct theme theme;
        struct err err;
        if (!theme_find(&theme, shipped[i], dirs, &err))
            fail_msg("%s", err.text);
        assert_int_equal(theme.mono, strcmp(shipped[i], "mono") == 0);
        for (unsigned role = 0; role < UI_ROLES && !theme.mono; role++) {
            const struct theme_style *style = &theme.styles[role];
            double got = contrast(theme.colours[style->fg], theme.colours[style->bg]);
            if (got < needed((enum ui_role)role))
                fail_msg("%s: %s has a contrast of %.2f", shipped[i], ui_role_row((enum ui_role)role)->name, got);
        }
    }
}

/* Machado et al. 2009, deuteranopia: what is left when green-sensitive cones are missing. */
static uint32_t deuteranope(uint32_t colour)
{
    static const double m[3][3] = {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}};
    double in[3] = {colour >> 16 & 0xff, colour >> 8 & 0xff, colour & 0xff};
    uint32_t out = 0;
    for (int i = 0; i < 3; i++) {
        double v = m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2];
        out = out << 8 | (uint32_t)(v < 0 ? 0 : v > 255 ? 255 : v);
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

static void the_colour_blind_theme_keeps_bad_and_good_apart(void **state)
{
    (void)state;
    struct theme theme;
    static const enum ui_role pairs[][2] = {{UI_CRITICAL, UI_OK}, {UI_LATE, UI_OK}, {UI_ERROR, UI_OK}, {UI_WARN, UI_OK},
                                            {UI_CUSTOMER, UI_NOTE}, {UI_REPLY, UI_NOTE}};
    assert_true(theme_find(&theme, "colour-blind", dirs, NULL));
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_true(apart(deuteranope(theme.colours[theme.styles[pairs[i][0]].fg]),
                          deuteranope(theme.colours[theme.styles[pairs[i][1]].fg])) > 100);
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
        {"palette: {base00: '000000'}\n", "t.yaml:1:10: the palette lacks base01"},
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
    assert_int_equal(n, sizeof shipped / sizeof *shipped + 1);
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
        cmocka_unit_test(the_colour_blind_theme_keeps_bad_and_good_apart),
        cmocka_unit_test(every_role_reads_in_mono),
        cmocka_unit_test(a_scheme_as_published_is_a_theme),
        cmocka_unit_test(a_fault_is_named_with_its_place),
        cmocka_unit_test(themes_are_found_by_name),
        cmocka_unit_test(colours_are_brought_to_what_a_terminal_has),
    };
    return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
