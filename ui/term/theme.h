/* theme: which colours the roles have. A theme file is a base16 or base24 scheme (system, name, author, variant,
 * palette base00..base0F, base24 up to base17; or, the older form, `scheme` and the colours at the top) as they are published by the
 * hundred. Where no variant is said, the page decides whether it is light. Plus an optional map of our own:
 *   roles: {critical: {fg: base08, bg: base01, bold: true}, normal: {bg: none}}
 * A role not named there takes the built-in choice, so any base16 scheme works as it is. Members of a role: fg, bg
 * (base00..base17, or none = the terminal's own), bold, dim, underline, reverse. variant: mono has no palette. */
#ifndef TERM_THEME_H
#define TERM_THEME_H
#include "base/arena.h"
#include "base/err.h"
#include "term/role.h"
#include <stddef.h>
#include <stdint.h>

enum { THEME_COLOURS = 24, THEME_NONE = -1 };

struct theme_style {
    int8_t fg, bg; /* index into colours, or THEME_NONE */
    uint8_t attr;  /* enum ui_attr */
};
struct theme {
    char name[64];
    bool light, mono;
    bool own;                         /* the palette is the terminal's own 16 colours; `colours` are a likeness */
    uint32_t colours[THEME_COLOURS]; /* 0xRRGGBB, base24 filled in */
    struct theme_style styles[UI_ROLES];
};

void theme_terminal(struct theme *theme); /* built in: the terminal's own colours; always there */
void theme_mono(struct theme *theme);     /* built in: attributes only; NO_COLOR */
/* false + err (ERR_CONFIG, file:line:column, "did you mean") on a fault; *theme is then untouched. */
bool theme_parse(struct theme *theme, const char *file, const char *text, size_t n, struct err *err);
bool theme_load(struct theme *theme, const char *path, struct err *err);
/* By name: "terminal", "mono", a path (holds a /), or NAME.yaml in the first of dirs (NULL-ended) that has it. Unknown:
 * false + err that lists what there is. */
bool theme_find(struct theme *theme, const char *name, const char *const *dirs, struct err *err);
/* All names, sorted, each once, NULL-ended. */
char **theme_names(struct arena *arena, const char *const *dirs);
/* The terminal's colour for a palette index: the nearest of 16..255, or of its 16 by base16's convention. THEME_NONE
 * stays THEME_NONE, the terminal's own. */
int theme_256(const struct theme *theme, int i);
int theme_16(int i, bool background);
#endif
