/* views: see the header. */
#include "app/views.h"
#include "app/part.h"
#include "base/text.h"
#include "core/when.h"
#include <string.h>

const char views_help[] =
    "  triage view-save late --where 'sla == \"late\" && plan == \"pro\"' --title \"Late, paying\" --sort updated\n"
    "  triage view-rename late late-pro        another name; a title may stand behind it\n"
    "  triage ls --view late-pro\n"
    "  triage view-share late-pro              the team's from now on\n"
    "  triage view-unshare late-pro            yours alone again, and yours to change\n"
    "  triage view-forget late-pro\n"
    "In the console `:view-save NAME [TITLE]` keeps what is shown: view, filter and order.\n";

static bool is_save(const struct action_row *action)
{
    return action == &action_table[ACTION_VIEW_SAVE];
}

static void add_quoted(struct str *out, const char *name, const char *value)
{
    str_addf(out, " %s=\"", name);
    for (; *value; value++)
        str_addf(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
    str_addc(out, '"');
}

/* The view that is shown and the filter over it are one condition. */
static const char *shown(struct console *c)
{
    const struct mirror_view *view = mirror_view_find(c->mirror, c->view);
    const char *of = view && *view->text && !str_eq(view->text, "true") ? view->text : NULL;
    return of && *c->where ? arena_printf(c->frame, "(%s) && (%s)", of, c->where) : of ? of : *c->where ? c->where : "true";
}

const char *views_said(struct console *c, const struct action_row *action, const char *line)
{
    if (!is_save(action) || !line[strspn(line, " ")] || *line == '{' || strstr(line, "when="))
        return line;
    AUTO_STR out;
    str_init(&out, 16384);
    str_adds(&out, line);
    add_quoted(&out, "when", shown(c));
    if (!strstr(line, "sort="))
        str_addf(&out, " sort=%s%s", sort_word(c->sort), c->invert ? " invert=yes" : "");
    return arena_strdup(c->frame, out.data);
}

/* --- what is asked where nothing was said --- */

enum whose { OWN = 1, SHARED = 2 };
static const struct asks {
    int action;
    const char *prompt;
    int whose;        /* it is one of these; 0: words are asked for */
    const char *none; /* where there is none of these, or no word was said */
} asks[] = {
    {ACTION_VIEW_SAVE, "keep what is shown as (a name, then a title if you like): ", 0, "Nothing was kept: it needs a name."},
    {ACTION_VIEW_RENAME, "rename the view (its name, then the new one): ", 0, "Nothing was renamed: say the view's name, then the new one."},
    {ACTION_VIEW_FORGET, "forget the view: ", OWN | SHARED, "There is no view of yours; :view-save keeps what is shown."},
    {ACTION_VIEW_SHARE, "share with the team the view: ", OWN, "There is no view that is yours alone; :view-save keeps what is shown."},
    {ACTION_VIEW_UNSHARE, "take from the team the view: ", SHARED, "You share no view with the team."}};

static const struct asks *asks_of(const struct action_row *action)
{
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if (action == &action_table[asks[i].action])
            return &asks[i];
    return NULL;
}

static const char *name_of(const struct mirror_view *view)
{
    return view->name + (*view->name == '~');
}

static bool is_of(const struct console *c, const struct mirror_view *view, int whose)
{
    return str_eq(view->of, "own") ? whose & OWN : str_eq(view->of, "team") && str_eq(view->by, mirror_me(c->mirror)) ? whose & SHARED : false;
}

/* The one that is looked at goes first. */
static void pick(struct console *c, const struct asks *ask)
{
    int n = mirror_view_count(c->mirror), found = 0;
    struct offer *offers = ARENA_ARRAY(c->frame, struct offer, n + 1);
    for (int looked_at = 1; looked_at >= 0; looked_at--)
        for (int i = 0; i < n; i++) {
            const struct mirror_view *view = mirror_view_at(c->mirror, i);
            if (is_of(c, view, ask->whose) && str_eq(view->name, c->view) == looked_at)
                offers[found++] = (struct offer){name_of(view), view->title};
        }
    if (found)
        part_pick(c, FOR_ARGUMENT, ask->prompt, offers, found, false);
    else
        console_toast(c, UI_ERROR, "%s", ask->none);
}

bool views_ask(struct console *c, const struct action_row *action)
{
    const struct asks *ask = asks_of(action);
    const struct mirror_view *view = mirror_view_find(c->mirror, c->view);
    bool offers = action == &action_table[ACTION_VIEW_RENAME] && view && !str_eq(view->of, "desk");
    if (ask && ask->whose)
        pick(c, ask);
    else if (ask)
        overlay_ask(&c->overlay, FOR_ARGUMENT, ask->prompt, offers ? arena_printf(c->frame, "%s ", name_of(view)) : "");
    return ask;
}

bool views_blank(struct console *c, const struct action_row *action, const char *line)
{
    const struct asks *ask = asks_of(action);
    bool blank = ask && !line[strspn(line, " ")];
    if (blank)
        console_toast(c, UI_ERROR, "%s", ask->none);
    return blank;
}

/* --- from the shell --- */

static void show_views(struct print *p, const struct json *root)
{
    for (const struct json *v = json_first(json_get(root, "views")); v; v = json_next(v)) {
        const char *by = json_get_string(v, "by", ""), *of = json_get_string(v, "of", "");
        print_cell(p, json_get_string(v, "name", ""), 18, false);
        print_cell(p, look_count(p->arena, json_get_i64(v, "count", 0)), 8, true);
        print_cell(p, str_eq(of, "own") ? "yours" : str_eq(of, "team") ? arena_printf(p->arena, "team, by %s", by) : "desk", 18, false);
        print_safe(p, json_get_string(v, "text", ""));
        print_end(p);
    }
}

int views_verb(struct shell *sh)
{
    return shell_print(sh, "/v1/views", show_views);
}

const char *views_options(struct shell *sh, const struct action_row *action)
{
    static const char *const options[][2] = {{"--where", "when"}, {"--title", "title"}, {"--sort", "sort"}};
    if (!is_save(action))
        return "";
    AUTO_STR out;
    str_init(&out, 16384);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = shell_option(sh, options[i][0], true);
        if (value)
            add_quoted(&out, options[i][1], value);
    }
    if (shell_option(sh, "--invert", false))
        str_adds(&out, " invert=yes");
    return arena_strdup(sh->arena, out.data);
}
