/* console: what the console knows (struct console), and what everybody asks of it: the time, the screen that is shown, what lies under the cursor;
 * and how one goes from screen to screen. */
#include "app/console.h"
#include "app/found.h"
#include "app/frame.h"
#include "app/part.h"
#include "app/restricted.h"
#include "app/tick.h"
#include "app/unanswered.h"
#include "base/clock.h"
#include "term/ncurses.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The screens that are tables. */
static const struct {
    enum place place;
    enum lists_id id;
} tables[] = {{PLACE_ESCALATIONS, LISTS_ESCALATIONS},
              {PLACE_INGEST, LISTS_INGEST},
              {PLACE_DELIVERIES, LISTS_DELIVERIES},
              {PLACE_REVIEW, LISTS_REVIEW},
              {PLACE_CUSTOMER, LISTS_CUSTOMER},
              {PLACE_ARTICLES, LISTS_ARTICLES},
              {PLACE_MACROS, LISTS_MACROS},
              {PLACE_ONCALL, LISTS_ONCALL},
              {PLACE_AUDIT, LISTS_AUDIT},
              {PLACE_DRAFTS, LISTS_DRAFTS},
              {PLACE_AGENTS, LISTS_AGENTS},
              {PLACE_HANDOVER, LISTS_HANDOVER},
              {PLACE_HEALTH, LISTS_HEALTH}};

/* --- what is shown, and when --- */

int64_t console_now(const struct console *c)
{
    return clock_now() + mirror_offset(c->mirror);
}

int64_t console_zone(void)
{
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    return (int64_t)local.tm_gmtoff * 1000;
}

struct moment console_here(struct console *c)
{
    const char *name = home_zone(c->frame);
    struct err err;
    struct moment here = {.zone = name ? zone_load(c->frame, name, &err) : NULL, .base = console_now(c)};
    here.offset = here.zone ? 0 : console_zone();
    return here;
}

enum place console_place(const struct console *c)
{
    return c->stack[c->depth];
}

const char *console_screen(const struct console *c)
{
    return screens_names[console_place(c)];
}

bool console_anchored(const struct console *c)
{
    return c->frozen || clock_mono() - c->last_key < CONSOLE_ANCHOR_MS;
}

/* Loaded once for each name: an agent's clock changes with the configuration alone. */
static const struct zone *clock_of(struct console *c)
{
    const char *name = json_get_string(mirror_doc(c->mirror, MIRROR_ONCALL)->root, "tz", "UTC");
    struct err err;
    if (strcmp(c->tz_name, name) != 0) {
        str_copy(c->tz_name, sizeof c->tz_name, name);
        c->tz = zone_load(c->arena, name, &err); /* unknown on this machine: UTC */
    }
    return c->tz;
}

bool console_under(const struct console *c)
{
    return c->overlay.kind || composer_is_open(&c->composer);
}

const char *console_undo_key(struct console *c)
{
    const struct binding *b = keymap_find(c->keymap, console_screen(c), "undo");
    return console_under(c) ? "" : b ? b->spelled : ":undo";
}

struct look console_look(struct console *c)
{
    struct look look = {.mirror = c->mirror,
                        .arena = c->frame,
                        .now = console_now(c),
                        .zone = console_zone(),
                        .tz = clock_of(c),
                        .held = console_place(c) == PLACE_HEALTH ? memory_now() : (struct memory){0},
                        .shown = console_place(c) == PLACE_CUSTOMER ? c->contact.shown : NULL,
                        .under = console_under(c),
                        .game = true,
                        .frozen = c->frozen};
    if (c->held.count) {
        look.held_reply = c->held.list[0].ticket;
        look.held_how = held_how(c->frame, &c->held.list[0], console_undo_key(c));
    }
    frame_line(c, &look);
    return look;
}

struct lists *console_table(struct console *c)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (tables[i].place == console_place(c))
            return &c->lists[tables[i].id];
    return NULL;
}

bool console_in_pane(const struct console *c)
{
    return console_place(c) == PLACE_QUEUE && queue_in_pane(&c->queue, surface_columns(c->surface)) && mirror_row_count(c->mirror) > 0;
}

struct list *console_marks(struct console *c)
{
    enum place place = console_place(c);
    if (place == PLACE_QUEUE)
        return c->queue.list;
    return place == PLACE_DELIVERIES || place == PLACE_REVIEW ? console_table(c)->list : NULL;
}

int64_t console_ticket(struct console *c)
{
    const struct lists *table = console_table(c);
    if (table) {
        struct look look = console_look(c);
        return lists_ticket(table, &look);
    }
    return console_place(c) == PLACE_QUEUE ? list_selected(c->queue.list) : console_place(c) == PLACE_TICKET ? c->ticket.id : 0;
}

bool console_list_alone(const struct console *c)
{
    return console_place(c) == PLACE_QUEUE && !c->overlay.kind && !composer_is_open(&c->composer) && !c->pending.count && !c->popup && !toast_waiting(&c->toast);
}

/* --- what becomes of it --- */

void console_toast(struct console *c, enum ui_role role, const char *fmt, ...)
{
    char text[TOAST_TEXT];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    toast_say(&c->toast, role, text, clock_mono());
    c->dirty = true;
}

void console_go(struct console *c, enum place place)
{
    if (place == PLACE_QUEUE)
        c->depth = 0;
    else if (console_place(c) != place) {
        c->depth += c->depth + 1 < DEPTH;
        c->stack[c->depth] = place;
        if (console_table(c))
            lists_arrive(console_table(c));
    }
    toast_leave(&c->toast);
    fetch_place(c);
    c->focus_at = 0;
}

bool console_back(struct console *c)
{
    if (!c->depth)
        return false;
    c->depth--;
    fetch_place(c);
    c->focus_at = 0;
    return true;
}

/* A key acts on what is under the cursor: while the list is what is looked at, nothing else comes there by itself. */
void console_hold(struct console *c)
{
    mirror_hold(c->mirror, console_place(c) == PLACE_QUEUE ? list_selected(c->queue.list) : 0);
}

void console_changed(struct console *c)
{
    struct look look = console_look(c);
    bool anchored = console_anchored(c);
    console_hold(c);
    mirror_anchor(c->mirror, anchored);
    if (!anchored)
        mirror_settle(c->mirror);
    queue_sync(&c->queue, c->mirror, anchored);
    for (int i = 0; i < LISTS; i++)
        lists_sync(&c->lists[i], &look, anchored);
    c->rows_changed = false;
    c->dirty = true;
}

bool console_may(struct console *c, const char *what)
{
    struct err err = {0};
    if (restricted_may(what, &err) && !mirror_restricted(c->mirror))
        return true;
    console_toast(c, UI_ERROR, "%s is not for this account: it is restricted, which an admin can lift", what);
    return false;
}

void console_resize(struct console *c)
{
    int columns, rows;
    term_size(&columns, &rows);
    surface_resize(c->surface, columns, rows);
    read_resized(c);
}

/* --- beginning and end --- */

void console_init(struct console *c, const struct cli_options *options)
{
    *c = (struct console){
        .arena = arena_new(), .frame = arena_new(), .options = *options};
    match_init(&c->match);
    c->match.mirror = c->mirror = mirror_new(match_ticket, &c->match);
    queue_init(&c->queue);
    metrics_period(&c->metrics, "7d");
    for (int i = 0; i < LISTS; i++)
        lists_init(&c->lists[i], (enum lists_id)i);
    c->started = clock_mono();
    c->next_tick = c->started + TICK_MS;
    c->dirty = true;
    str_copy(c->view, sizeof c->view, options->view ? options->view : "");
}

void console_fini(struct console *c)
{
    found_begin(c);
    unanswered_fini(c);
    composer_fini(&c->composer);
    overlay_close(&c->overlay);
    ticket_fini(&c->ticket);
    ticket_fini(&c->contact);
    if (c->offered_arena)
        arena_free(c->offered_arena);
    queue_fini(&c->queue);
    for (int i = 0; i < LISTS; i++)
        lists_fini(&c->lists[i]);
    mirror_free(c->mirror);
    surface_free(c->surface);
    match_fini(&c->match);
    arena_free(c->frame);
    arena_free(c->arena);
}
