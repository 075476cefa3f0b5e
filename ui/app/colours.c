/* colours: the console's theme. The picker of `:theme` is a mirror: the theme under its cursor is on the screen at once, Enter keeps it,
 * Esc puts back what was there before. */
#include "app/colours.h"
#include "app/part.h"
#include "base/str.h"
#include "term/ncurses.h"
#include <stdlib.h>
#include <string.h>

bool colours_load(struct console *c, struct err *err)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *user = getenv("HOME"),
               *named = c->options.theme ? c->options.theme : getenv("TRIAGE_THEME");
    const char *own = config && *config ? arena_printf(c->arena, "%s/triage/themes", config)
                      : user            ? arena_printf(c->arena, "%s/.config/triage/themes", user)
                                        : NULL;
    int n = 0;
    if (own)
        c->theme_dirs[n++] = own;
    const char *shipped = home_data(c->arena, "themes");
    if (shipped)
        c->theme_dirs[n++] = shipped;
    theme_terminal(&c->theme);
    named = named && *named ? named : "terminal";
    str_copy(c->theme_name, sizeof c->theme_name, named);
    return theme_find(&c->theme, named, c->theme_dirs, err);
}

/* --- the picker --- */

static bool trying(const struct console *c)
{
    return c->overlay.kind == OVERLAY_PICK && c->overlay.purpose == FOR_THEME;
}

static void wear(struct console *c, const char *name)
{
    struct err err = {0};
    if (!theme_find(&c->theme, name, c->theme_dirs, &err))
        console_toast(c, UI_ERROR, "%s", err.text);
    term_redraw();
}

void colours_try(struct console *c)
{
    const char *name = trying(c) ? overlay_text(&c->overlay) : "";
    if (!overlay_id(&c->overlay) || str_eq(name, c->theme_tried))
        return;
    str_copy(c->theme_tried, sizeof c->theme_tried, name);
    wear(c, name);
}

void colours_restore(struct console *c)
{
    if (!trying(c) || str_eq(c->theme_tried, c->theme_name))
        return;
    c->theme = c->theme_before;
    term_redraw();
}

/* The one that is on comes first, under the cursor. */
static void pick(struct console *c)
{
    char **names = theme_names(c->frame, c->theme_dirs);
    size_t n = 0, at = 1;
    while (names[n])
        n++;
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, n + 1);
    items[0] = (struct picker_item){.id = 1, .name = c->theme_name, .detail = "as it is now"};
    for (size_t i = 0; i < n; i++)
        if (!str_eq(names[i], c->theme_name))
            items[at++] = (struct picker_item){.id = (int64_t)i + 2, .name = names[i]};
    c->theme_before = c->theme;
    str_copy(c->theme_tried, sizeof c->theme_tried, c->theme_name);
    overlay_pick(&c->overlay, FOR_THEME, "theme: ", items, at, false);
}

static void do_theme(struct console *c, const char *arg)
{
    struct err err = {0};
    struct theme theme;
    if (strchr(arg, '/') && !console_may(c, "A theme's file"))
        return;
    if (!*arg) {
        pick(c);
        return;
    }
    if (!theme_find(&theme, arg, c->theme_dirs, &err)) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    c->theme = theme;
    str_copy(c->theme_name, sizeof c->theme_name, arg);
    term_redraw();
}

static void on_theme(struct console *c, const struct answer *a)
{
    do_theme(c, a->text);
}

static const struct part_command commands[] = {{LOCAL_THEME, do_theme}, {0}};
static const struct part_answer answers[] = {{FOR_THEME, on_theme}, {0}};
const struct part part_colours = {commands, answers};
