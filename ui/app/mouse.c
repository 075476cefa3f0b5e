/* mouse: see mouse.h. What stands under a click is read from the surface as it was drawn: the roles say what is a key and what a tab. */
#include "app/mouse.h"
#include "app/part.h"
#include "app/press.h"
#include "base/clock.h"
#include "base/text.h"
#include "term/ncurses.h"
#include <string.h>

enum { DOUBLE_MS = 400, NOTCH = 3, NEAR = 12, TABS_ROW = 1 };
static const char place[] = "/v1/keep/mouse";

/* --- what stands there --- */

static bool blank(const struct cell *cell)
{
    return cell->text[0] == ' ' && !cell->text[1];
}

static bool is_tab(const struct cell *cell)
{
    return cell->role == UI_TAB || cell->role == UI_TAB_ACTIVE;
}

static bool is_key(const struct cell *cell)
{
    return cell->role == UI_KEY;
}

/* The last column at or before this one, not far, where it holds; what is skipped is blank or of the role given. -1: none. */
static int back_to(const struct surface *s, int row, int column, bool (*holds)(const struct cell *cell), int over)
{
    const struct cell *cell;
    for (int near = 0; (cell = surface_cell(s, row, column)); column--, near++) {
        if (holds(cell) && !blank(cell))
            return column;
        if (near >= (cell->role == (unsigned)over ? 40 : NEAR) || (!blank(cell) && cell->role != (unsigned)over))
            return -1;
    }
    return -1;
}

/* The text of the run that ends or goes on at this column. */
static void run_at(const struct surface *s, int row, int column, bool (*holds)(const struct cell *cell), char *out, size_t size)
{
    const struct cell *cell;
    size_t n = 0;
    while ((cell = surface_cell(s, row, column - 1)) && holds(cell) && !blank(cell))
        column--;
    for (; (cell = surface_cell(s, row, column)) && holds(cell) && !blank(cell); column++)
        if (n + strlen(cell->text) < size) {
            memcpy(out + n, cell->text, strlen(cell->text));
            n += strlen(cell->text);
        }
    out[n] = 0;
}

/* --- what is done --- */

/* "c", "Enter", "zc": pressed as if typed, from the start; "z…" is its first key, which shows what may follow. */
static bool press_named(struct console *c, char *name)
{
    struct keys keys;
    char *more = strstr(name, "…"), *dots = strstr(name, "...");
    if (more && more > name)
        *more = 0;
    else if (dots && dots > name)
        *dots = 0;
    if (!*name || !keys_parse(name, &keys))
        return false;
    c->pending.count = 0;
    for (int i = 0; i < keys.count; i++)
        press_key(c, &keys.key[i]);
    return true;
}

static bool on_key(struct console *c, int row, int column)
{
    char name[KEYS_NAME];
    int at = back_to(c->surface, row, column, is_key, UI_HINT);
    if (at < 0)
        return false;
    run_at(c->surface, row, at, is_key, name, sizeof name);
    return press_named(c, name);
}

/* A tab begins with its digit: "2 Unassigned 14"; on the one that is shown there is nothing to do. */
static bool on_tab(struct console *c, int row, int column)
{
    int at = row == TABS_ROW && console_place(c) == PLACE_QUEUE ? back_to(c->surface, row, column, is_tab, UI_DIM) : -1;
    const struct cell *cell;
    if (at >= 0 && surface_cell(c->surface, row, at)->role == UI_TAB_ACTIVE)
        return true;
    while (at >= 0 && (cell = surface_cell(c->surface, row, at)) && is_tab(cell) && !(cell->text[0] >= '1' && cell->text[0] <= '9'))
        at--;
    return at >= 0 && is_tab(surface_cell(c->surface, row, at)) && press_named(c, (char[]){surface_cell(c->surface, row, at)->text[0], 0});
}

static struct list *rows_here(struct console *c)
{
    struct lists *table = console_table(c);
    return table ? table->list : console_place(c) == PLACE_QUEUE ? c->queue.list : NULL;
}

static void on_row(struct console *c, int row, int column, int64_t now)
{
    struct list *list = rows_here(c);
    int64_t id = list ? list_at(list, row, column) : 0;
    if (!id || !list_select(list, id))
        return;
    bool twice = c->mouse.id == id && now - c->mouse.at < DOUBLE_MS;
    c->mouse.id = twice ? 0 : id;
    c->mouse.at = now;
    c->pending.count = 0;
    if (twice)
        press_key(c, &(struct key){.code = K_ENTER});
}

/* In a list to choose from: a click goes there, a second takes it. */
static bool on_item(struct console *c, int row, int64_t now)
{
    if (c->overlay.kind != OVERLAY_PICK || !picker_point(c->overlay.picker, row))
        return false;
    bool twice = c->mouse.id == -row && now - c->mouse.at < DOUBLE_MS;
    c->mouse.id = twice ? 0 : -row;
    c->mouse.at = now;
    if (twice)
        press_key(c, &(struct key){.code = K_ENTER});
    return true;
}

static void click(struct console *c, const struct key *key)
{
    bool named = !c->overlay.kind || key->row == surface_rows(c->surface) - 1; /* over a screen the foot alone names keys */
    if (on_item(c, key->row, clock_mono()) || (named && on_key(c, key->row, key->column)) || c->overlay.kind || composer_is_open(&c->composer) || on_tab(c, key->row, key->column))
        return;
    on_row(c, key->row, key->column, clock_mono());
}

bool mouse_press(struct console *c, const struct key *key)
{
    if (key->code != K_CLICK && key->code != K_WHEEL_UP && key->code != K_WHEEL_DOWN)
        return false;
    for (int i = 0; i < NOTCH && key->code != K_CLICK; i++)
        press_key(c, &(struct key){.code = key->code == K_WHEEL_UP ? K_UP : K_DOWN});
    if (key->code == K_CLICK)
        click(c, key);
    return true;
}

/* --- on and off --- */

void mouse_begin(struct console *c)
{
    bool left_on = false;
    json_bool(mirror_kept(c->mirror, "mouse"), &left_on);
    if (c->surface && (c->options.mouse || left_on))
        term_mouse(true);
}

static void kept(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    if (answer->err)
        console_toast(c, UI_ERROR, "It holds here, but is not kept: %s", answer->err->text);
}

static void do_mouse(struct console *c, const char *arg)
{
    bool on = str_eq(arg, "on");
    if (!on && !str_eq(arg, "off")) {
        console_toast(c, UI_ERROR, "mouse: on or off");
        return;
    }
    if (!term_mouse(on)) {
        console_toast(c, UI_ERROR, "This terminal is not known to report a mouse.");
        return;
    }
    link_send(c->link, "PUT", place, on ? "{\"value\":true}" : "{\"value\":null}", kept, c);
    console_toast(c, UI_TOAST, on ? "Clicks are ours now: rows, views, keys named on the screen; with Shift the terminal selects text." : "The mouse is the terminal's again.");
}

static const struct part_command commands[] = {{LOCAL_MOUSE, do_mouse}, {0}};
const struct part part_mouse = {commands, NULL};
