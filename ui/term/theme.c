/* theme: reads scheme files and holds the built-in choice of role -> palette slot. Slots follow base16's styling
 * guide: 00 page, 01 raised, 02 selection, 03 comments, 04 dark text, 05 text, 06 07 light text, 08 red, 09 orange,
 * 0A yellow, 0B green, 0C cyan, 0D blue, 0E violet, 0F brown. The terminal's palette is never changed. */
#include "term/theme.h"
#include "base/str.h"
#include "base/yaml.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The page is base00 under base05; the built-in terminal theme leaves both to the terminal. Gutter and selected are
 * one style on purpose: stepping the selection then sets colours once a row. */
static const struct theme_style usual[UI_ROLES] = {
    [UI_NORMAL] = {5, 0, 0},
    [UI_DIM] = {4, 0, 0},
    [UI_MUTED] = {3, 0, 0},
    [UI_STRONG] = {5, 0, UI_BOLD},
    [UI_TITLE] = {13, 0, UI_BOLD},
    [UI_HEADING] = {4, 0, 0},
    [UI_ACCENT] = {13, 0, UI_BOLD},
    [UI_LINK] = {12, 0, UI_UNDERLINE},
    [UI_RULE] = {2, 0, 0},
    [UI_TAB] = {4, 0, 0},
    [UI_TAB_ACTIVE] = {5, 0, UI_BOLD},
    [UI_GUTTER] = {13, 0, UI_BOLD},
    [UI_SELECTED] = {13, 0, UI_BOLD},
    [UI_MARK] = {14, 0, UI_BOLD},
    [UI_MATCH] = {10, 0, UI_BOLD},
    [UI_KEY] = {13, 0, UI_BOLD},
    [UI_HINT] = {4, 0, 0},
    [UI_INPUT] = {5, 1, 0},
    [UI_PLACEHOLDER] = {0, 10, 0},
    [UI_TOAST] = {5, 1, UI_BOLD},
    [UI_ERROR] = {8, 1, UI_BOLD},
    [UI_OK] = {11, 0, 0},
    [UI_WARN] = {10, 0, 0},
    [UI_LATE] = {8, 0, UI_BOLD},
    [UI_CRITICAL] = {8, 0, UI_BOLD},
    [UI_HIGH] = {9, 0, 0},
    [UI_LOW] = {4, 0, 0},
    [UI_NEW] = {12, 0, UI_BOLD},
    [UI_MINE] = {5, 0, UI_BOLD},
    [UI_CUSTOMER] = {12, 0, 0},
    [UI_REPLY] = {11, 0, 0},
    [UI_NOTE] = {10, 0, 0},
    [UI_SYSTEM] = {4, 0, 0},
    [UI_PRESENCE] = {14, 0, 0},
    [UI_MASKED] = {3, 0, 0},
    [UI_BOSS] = {14, 0, UI_BOLD},
    [UI_XP] = {11, 0, 0},
    [UI_GOLD] = {10, 0, 0},
    [UI_BAR_REST] = {2, 0, 0},
};

/* What base24 adds, by the base16 slot it stands in for. */
static const uint8_t stands_in[THEME_COLOURS] = {0, 1, 2,  3,  4, 5, 6, 7,  8,  9,  10, 11,
                                                 12, 13, 14, 15, 0, 0, 8, 10, 11, 12, 13, 14};
/* base16's place among a terminal's sixteen, as a foreground. The page's own colours stay the terminal's, and so do the
 * lights and greys beside them: what reads well on a dark page vanishes on a light one, and here we cannot know. Blue is the bright
 * one: of most terminals the dark is next to black. */
static const int8_t sixteen[THEME_COLOURS] = {
    0, 0, 8, 8, THEME_NONE, THEME_NONE, THEME_NONE, THEME_NONE, 1, 11, 3, 2, 6, 12, 5, 9, 0, 0, 9, 11, 10, 14, 12, 13};
/* How the terminal theme looks where there is no terminal (a picture): a plain dark one. */
static const uint32_t likeness[16] = {0x101216, 0x22262e, 0x3a404b, 0x6b7280, 0xa0a7b4, 0xd5dae3, 0xe6e9ef, 0xffffff,
                                      0xe06c75, 0xd19a66, 0xe5c07b, 0x98c379, 0x56b6c2, 0x61afef, 0xc678dd, 0xbe5046};

static void fill_base24(uint32_t *colours, const bool *given)
{
    for (int i = 16; i < THEME_COLOURS; i++)
        if (!given[i])
            colours[i] = colours[stands_in[i]];
}

void theme_terminal(struct theme *theme)
{
    bool given[THEME_COLOURS] = {0};
    *theme = (struct theme){.name = "terminal", .own = true};
    memcpy(theme->colours, likeness, sizeof likeness);
    fill_base24(theme->colours, given);
    memcpy(theme->styles, usual, sizeof usual);
}

void theme_mono(struct theme *theme)
{
    *theme = (struct theme){.name = "mono", .mono = true};
    theme->colours[5] = theme->colours[6] = theme->colours[7] = 0xe0e0e0;
    theme->colours[0] = 0x101010;
    for (unsigned i = 0; i < UI_ROLES; i++)
        theme->styles[i] = (struct theme_style){THEME_NONE, THEME_NONE, (uint8_t)ui_role_row((enum ui_role)i)->mono};
}

/* --- reading --- */

struct reader {
    const char *file;
    struct err *err;
    struct theme *theme;
    bool given[THEME_COLOURS];
};

static bool refuse(struct reader *r, const struct yaml *at, const char *what, const char *near)
{
    return err_set(r->err, ERR_CONFIG, "%s:%d:%d: %s%s%s%s", r->file, at->line, at->column, what,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static const char *near_role(const char *name)
{
    const char *best = NULL;
    int least = 4;
    for (unsigned i = 0; i < UI_ROLES; i++) {
        const char *known = ui_role_row((enum ui_role)i)->name;
        int d = str_distance(name, known);
        if (d < least)
            least = d, best = known;
    }
    return best;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "base0D" -> 13, else -1. */
static int slot_of(const char *name)
{
    if (strncmp(name, "base", 4) != 0 || (name[4] != '0' && name[4] != '1') || hex_digit(name[5]) < 0 || name[6])
        return -1;
    int slot = (name[4] - '0') * 16 + hex_digit(name[5]);
    return slot < THEME_COLOURS ? slot : -1;
}

static bool read_colour(struct reader *r, const struct yaml *node, uint32_t *colour)
{
    const char *text = node->kind == YAML_SCALAR ? node->text : "";
    text += *text == '#';
    *colour = 0;
    for (int i = 0; i < 6; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return refuse(r, node, "a colour is six hexadecimal digits, in quotes", NULL);
        *colour = *colour << 4 | (uint32_t)digit;
    }
    return text[6] ? refuse(r, node, "a colour is six hexadecimal digits, in quotes", NULL) : true;
}

/* The map that holds the colours: `palette`, or in files of the older form the whole file. */
static const struct yaml *palette_of(const struct yaml *root)
{
    const struct yaml *palette = yaml_get(root, "palette");
    return palette || !yaml_get(root, "base00") ? palette : root;
}

static bool read_palette(struct reader *r, const struct yaml *root)
{
    const struct yaml *palette = palette_of(root);
    if (!palette || palette->kind != YAML_MAP)
        return refuse(r, palette ? palette : root, "a theme needs a map `palette` with base00 to base0F", NULL);
    for (const struct yaml *node = palette->child; node; node = node->next) {
        int slot = slot_of(node->name);
        if (slot < 0 && palette == root)
            continue;
        if (slot < 0)
            return refuse(r, node, "a palette has base00 to base0F (base24: to base17)", NULL);
        if (!read_colour(r, node, &r->theme->colours[slot]))
            return false;
        r->given[slot] = true;
    }
    for (int i = 0; i < 16; i++)
        if (!r->given[i])
            return err_set(r->err, ERR_CONFIG, "%s:%d:%d: the palette lacks base%02X; a theme has all of base00 to base0F", r->file, palette->line,
                           palette->column, (unsigned)i);
    fill_base24(r->theme->colours, r->given);
    return true;
}

static bool read_slot(struct reader *r, const struct yaml *node, int8_t *slot)
{
    const char *text = node->kind == YAML_SCALAR ? node->text : "";
    int n = strcmp(text, "none") == 0 ? THEME_NONE : slot_of(text);
    if (n < 0 && strcmp(text, "none") != 0)
        return refuse(r, node, "a role's colour is base00 to base17, or none", NULL);
    *slot = (int8_t)n;
    return true;
}

static bool read_member(struct reader *r, const struct yaml *node, struct theme_style *style)
{
    static const char *const attrs[] = {"bold", "dim", "underline", "reverse"};
    if (strcmp(node->name, "fg") == 0)
        return read_slot(r, node, &style->fg);
    if (strcmp(node->name, "bg") == 0)
        return read_slot(r, node, &style->bg);
    for (unsigned i = 0; i < 4; i++)
        if (strcmp(node->name, attrs[i]) == 0) {
            bool on = false;
            if (!yaml_bool(node, r->file, &on, r->err))
                return false;
            style->attr = (uint8_t)(on ? style->attr | 1u << i : style->attr & ~(1u << i));
            return true;
        }
    return refuse(r, node, "a role has fg, bg, bold, dim, underline, reverse", NULL);
}

static bool read_role(struct reader *r, const struct yaml *node)
{
    enum ui_role role;
    if (!ui_role_named(node->name, &role)) {
        char what[100];
        snprintf(what, sizeof what, "no role '%.60s'", node->name);
        return refuse(r, node, what, near_role(node->name));
    }
    if (node->kind != YAML_MAP)
        return refuse(r, node, "a role is a map: {fg: base0D, bold: true}", NULL);
    for (const struct yaml *member = node->child; member; member = member->next)
        if (!read_member(r, member, &r->theme->styles[role]))
            return false;
    return true;
}

/* normal's background is the page: roles that stood on the built-in page follow it. */
static void follow_page(struct theme *theme)
{
    int8_t page = theme->styles[UI_NORMAL].bg;
    for (unsigned i = 0; i < UI_ROLES; i++)
        if (theme->styles[i].bg == 0)
            theme->styles[i].bg = page;
}

static const char *scalar_of(const struct yaml *root, const char *name)
{
    const struct yaml *node = yaml_get(root, name);
    return node && node->kind == YAML_SCALAR ? node->text : "";
}

/* What may stand beside the palette: `scheme` is what the older form calls the name. */
static bool read_members(struct reader *r, const struct yaml *root)
{
    static const char *const known[] = {"system", "name", "scheme", "author", "variant", "slug", "description", "palette", "roles"};
    enum { KNOWN = sizeof known / sizeof *known };
    bool flat = palette_of(root) == root;
    for (const struct yaml *node = root->child; node; node = node->next) {
        size_t i = 0;
        while (i < KNOWN && strcmp(node->name, known[i]) != 0)
            i++;
        if (i == KNOWN && !(flat && slot_of(node->name) >= 0))
            return refuse(r, node, "a theme has system, name, author, variant, slug, description, palette, roles", NULL);
    }
    const struct yaml *system = yaml_get(root, "system");
    const char *named = system && system->kind == YAML_SCALAR ? system->text : "base16";
    if (strcmp(named, "base16") != 0 && strcmp(named, "base24") != 0)
        return refuse(r, system, "a theme's system is base16 or base24: take the file of that name from its collection", NULL);
    return true;
}

/* Of a dozen bits: enough to tell ink from paper. */
static unsigned brightness(uint32_t colour)
{
    return 2 * (colour >> 16 & 0xff) + 5 * (colour >> 8 & 0xff) + (colour & 0xff);
}

static bool read_theme(struct reader *r, const struct yaml *root)
{
    struct theme *theme = r->theme;
    const char *variant = scalar_of(root, "variant"), *name = scalar_of(root, "name");
    const struct yaml *roles = yaml_get(root, "roles");
    if (!read_members(r, root))
        return false;
    if (strcmp(variant, "mono") == 0)
        theme_mono(theme);
    else if (!read_palette(r, root))
        return false;
    else
        memcpy(theme->styles, usual, sizeof usual);
    str_copy(theme->name, sizeof theme->name, *name ? name : scalar_of(root, "scheme"));
    theme->light = *variant ? strcmp(variant, "light") == 0 : brightness(theme->colours[0]) > brightness(theme->colours[5]);
    if (roles && roles->kind != YAML_MAP)
        return refuse(r, roles, "`roles` is a map of roles", NULL);
    for (const struct yaml *node = roles ? roles->child : NULL; node; node = node->next)
        if (!read_role(r, node))
            return false;
    if (!theme->mono)
        follow_page(theme);
    return true;
}

static bool read_root(struct theme *theme, const char *file, const struct yaml *root, struct err *err)
{
    struct theme made = {0};
    struct reader r = {.file = file, .err = err, .theme = &made};
    if (!root)
        return false;
    if (root->kind != YAML_MAP)
        return refuse(&r, root, "a theme is a map", NULL);
    if (!read_theme(&r, root))
        return false;
    *theme = made;
    return true;
}

bool theme_parse(struct theme *theme, const char *file, const char *text, size_t n, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    return read_root(theme, file, yaml_parse(arena, file, text, n, err), err);
}

bool theme_load(struct theme *theme, const char *path, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    return read_root(theme, path, yaml_load(arena, path, err), err);
}

/* --- finding --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    struct arena *arena;
    char **list;
    size_t n, cap;
};

static void add_name(struct names *names, const char *name, size_t len)
{
    for (size_t i = 0; i < names->n; i++)
        if (strlen(names->list[i]) == len && memcmp(names->list[i], name, len) == 0)
            return;
    if (names->n + 1 >= names->cap) {
        char **more = ARENA_ARRAY(names->arena, char *, names->cap * 2 + 16);
        if (names->n)
            memcpy(more, names->list, names->n * sizeof *more);
        names->list = more;
        names->cap = names->cap * 2 + 16;
    }
    names->list[names->n++] = arena_strndup(names->arena, name, len);
}

static void add_folder(struct names *names, const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        size_t len = strlen(entry->d_name);
        if (len > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + len - 5, ".yaml") == 0)
            add_name(names, entry->d_name, len - 5);
    }
    if (dir)
        closedir(dir);
}

char **theme_names(struct arena *arena, const char *const *dirs)
{
    struct names names = {.arena = arena};
    add_name(&names, "mono", 4);
    add_name(&names, "terminal", 8);
    for (; dirs && *dirs; dirs++)
        add_folder(&names, *dirs);
    qsort(names.list, names.n, sizeof *names.list, by_text);
    return names.list;
}

static bool unknown(const char *name, const char *const *dirs, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    AUTO_STR list;
    str_init(&list, 300);
    for (char **known = theme_names(arena, dirs); *known; known++)
        str_addf(&list, "%s%s", list.len ? ", " : "", *known);
    return err_set(err, ERR_CONFIG, "no theme '%.60s'; there is: %s", name, list.data);
}

bool theme_find(struct theme *theme, const char *name, const char *const *dirs, struct err *err)
{
    char path[4096];
    if (strchr(name, '/'))
        return theme_load(theme, name, err);
    for (const char *const *dir = dirs; *name && *name != '.' && dir && *dir; dir++)
        if (snprintf(path, sizeof path, "%s/%s.yaml", *dir, name) < (int)sizeof path && access(path, R_OK) == 0)
            return theme_load(theme, path, err);
    if (strcmp(name, "terminal") == 0)
        theme_terminal(theme);
    else if (strcmp(name, "mono") == 0)
        theme_mono(theme);
    else
        return unknown(name, dirs, err);
    return true;
}

/* --- what a terminal can show --- */

static int channel(uint32_t colour, int shift)
{
    return (int)(colour >> shift & 0xff);
}

/* Weighted for the eye, after the mean of the reds. */
static long apart(uint32_t a, uint32_t b)
{
    long mean = (channel(a, 16) + channel(b, 16)) / 2, dr = channel(a, 16) - channel(b, 16);
    long dg = channel(a, 8) - channel(b, 8), db = channel(a, 0) - channel(b, 0);
    return ((512 + mean) * dr * dr >> 8) + 4 * dg * dg + ((767 - mean) * db * db >> 8);
}

/* Colours 16..255 are the same everywhere: a 6x6x6 cube and 24 greys. */
static uint32_t xterm_colour(int n)
{
    static const uint32_t level[] = {0, 95, 135, 175, 215, 255};
    if (n >= 232)
        return (uint32_t)(8 + (n - 232) * 10) * 0x10101;
    n -= 16;
    return level[n / 36] << 16 | level[n / 6 % 6] << 8 | level[n % 6];
}

int theme_256(const struct theme *theme, int i)
{
    int best = 16;
    if (i < 0)
        return THEME_NONE;
    for (int n = 17; n < 256; n++)
        if (apart(theme->colours[i], xterm_colour(n)) < apart(theme->colours[i], xterm_colour(best)))
            best = n;
    return best;
}

int theme_16(int i, bool background)
{
    return i < 0 || (background && i < 8) ? THEME_NONE : sixteen[i];
}
