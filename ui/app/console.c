/* console: the loop (console_run reads as its table of contents): keys in, what the clock asks for, a frame when one is due (app/frame). */
#include "app/console.h"
#include "app/bell.h"
#include "app/enclose.h"
#include "app/errand.h"
#include "app/found.h"
#include "app/frame.h"
#include "app/keeper.h"
#include "app/hear.h"
#include "app/colours.h"
#include "app/prompt.h"
#include "app/mouse.h"
#include "app/part.h"
#include "app/session.h"
#include "app/writing.h"
#include "app/restricted.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "core/when.h"
#include "screen/oncall.h"
#include "term/ncurses.h"
#include "term/outside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ANCHOR_MS = 3000,
    CALM_MS = 10000,
    FOCUS_MS = 150,
    DRAFT_MS = 500,
    TICK_MS = 1000,
    FIRST_MS = 60
};

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

/* --- small questions --- */

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
    return c->frozen || clock_mono() - c->last_key < ANCHOR_MS;
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

/* The mirror asks whether a ticket fits the filter; the last one is kept parsed. */
static bool matches(void *arg, const char *text, const struct ticket *ticket)
{
    struct console *c = arg;
    struct when_env env = {.me = mirror_me(c->mirror)};
    int i = 0;
    while (i < 2 && (!c->match[i].text || strcmp(c->match[i].text, text) != 0))
        i++;
    if (i == 2) { /* a view's and a filter's are asked for in turn */
        i = c->match_next++ % 2;
        arena_reset(c->match[i].arena);
        c->match[i].text = arena_strdup(c->match[i].arena, text);
        c->match[i].when = when_parse(c->match[i].arena, text, NULL);
    }
    return c->match[i].when && when_eval(c->match[i].when, ticket, &env);
}

/* --- keys --- */

bool console_may(struct console *c, const char *what)
{
    struct err err = {0};
    if (restricted_may(what, &err) && !mirror_restricted(c->mirror))
        return true;
    console_toast(c, UI_ERROR, "%s is not for this account", what);
    return false;
}

static void overlay_outcome(struct console *c, enum overlay_outcome outcome)
{
    colours_try(c);
    if (outcome == OVERLAY_LEFT) {
        colours_restore(c);
        overlay_close(&c->overlay);
        c->asked = (struct asked){0};
    } else if (outcome == OVERLAY_ANSWERED) {
        run_answer(c);
    }
}

static bool overlay_press(struct console *c, const struct key *key)
{
    if (palette_key(c, key) || prompt_key(c, key) || enclose_key(c, key))
        return true;
    enum overlay_outcome outcome = overlay_key(&c->overlay, key);
    overlay_outcome(c, outcome);
    palette_typed(c);
    prompt_typed(c);
    return outcome != OVERLAY_IGNORED;
}

/* What does nothing says so; a newcomer's next key is the one that lists the others. */
static void no_key(struct console *c, struct keys typed, const struct key *key)
{
    char name[KEYS_NAME];
    if (key->code > K_LAST_NAMED || key->after_esc || key_is(key, K_ESC))
        return;
    typed.key[typed.count++] = *key;
    keys_format(&typed, name);
    console_toast(c, UI_DIM, "%s is no key here; ? lists those there are", name);
}

static bool screen_key(struct console *c, const struct key *key)
{
    const struct binding *binding = NULL;
    const struct keys before = c->pending;
    if (!c->pending.count)
        c->pending_since = clock_mono();
    enum keymap_answer answer = keymap_press(c->keymap, console_screen(c), &c->pending, key, &binding);
    if (answer == KEYMAP_RUN)
        run_line(c, binding->command);
    else if (answer == KEYMAP_NONE)
        no_key(c, before, key);
    return answer != KEYMAP_NONE;
}

/* To whatever takes keys now; false: it knows no such key. */
static bool press(struct console *c, const struct key *key)
{
    if (c->overlay.kind)
        return overlay_press(c, key);
    return composer_is_open(&c->composer) ? writing_key(c, key) : screen_key(c, key);
}

/* A terminal sends Alt as Esc and the key: where that is no key, Esc was pressed and then the key, faster than it can be told. */
void console_press(struct console *c, const struct key *key)
{
    if (press(c, key) || !key->after_esc)
        return;
    press(c, &(struct key){.code = K_ESC});
    press(c, &(struct key){.code = key->code, .mods = key->mods & ~(unsigned)MOD_ALT});
}

void console_resize(struct console *c)
{
    int columns, rows;
    term_size(&columns, &rows);
    surface_resize(c->surface, columns, rows);
    read_resized(c);
}

static void heed(struct console *c, const struct key *key)
{
    switch (key->code) {
    case K_RESIZE:
    case K_RESUMED:
        console_resize(c);
        return;
    case K_END_ASKED:
        c->quit = true;
        return;
    case K_FOCUS_IN:
    case K_FOCUS_OUT:
        c->unfocused = key->code == K_FOCUS_OUT;
        c->bell.tells_focus = true;
        return;
    default:
        break;
    }
    c->last_key = clock_mono();
    c->to_end = false;
    toast_key(&c->toast, c->last_key);
    c->calm = false;
    mirror_anchor(c->mirror, true);
    bool under = console_under(c);
    if (!mouse_press(c, key))
        console_press(c, key);
    if (console_under(c) != under)
        toast_moot(&c->toast, UI_CRITICAL); /* which keys a page wants: others by now */
}

bool console_list_alone(const struct console *c)
{
    return console_place(c) == PLACE_QUEUE && !c->overlay.kind && !composer_is_open(&c->composer) && !c->pending.count && !c->popup && !toast_waiting(&c->toast);
}

/* A key may change whatever is seen; of one that moves the cursor of the list that is known. */
static void take_key(struct console *c, const struct key *key)
{
    bool alone = console_list_alone(c), moved = c->moved;
    c->at_once = true;
    c->moved = false;
    heed(c, key);
    c->dirty |= !(alone && c->moved);
    c->moved |= moved;
}

/* --- what the clock asks for --- */

/* The selected ticket's documents follow a short pause of the cursor, where the pane shows them. */
static void follow_cursor(struct console *c, int64_t now)
{
    bool pane = console_place(c) == PLACE_QUEUE && queue_has_pane(&c->queue, surface_columns(c->surface)), review = console_place(c) == PLACE_REVIEW;
    int64_t ticket = pane || review || console_place(c) == PLACE_ESCALATIONS ? console_ticket(c) : 0;
    if (!ticket || ticket == c->focus) {
        c->focus_at = 0;
    } else if (!c->focus_at || ticket != c->focus_next) { /* those passed by are not asked for */
        c->focus_at = now + FOCUS_MS;
        c->focus_next = ticket;
    } else if (now >= c->focus_at) {
        c->focus_at = 0;
        fetch_focus(c, ticket);
        if (review)
            fetch_want(c, SLOT_DOC + MIRROR_SIMILAR);
    }
}

/* What came while nobody answered is asked for, and what was typed meanwhile is kept. */
static void watch_link(struct console *c, int64_t now)
{
    bool was = c->gone;
    c->gone = link_status(c->link)->gone_since;
    if (!was || c->gone)
        return;
    fetch_place(c);
    if (composer_is_open(&c->composer) && c->composer.changed_at)
        c->composer.changed_at = now - DRAFT_MS;
    c->dirty = true;
}

static void tick(struct console *c, int64_t now)
{
    follow_cursor(c, now);
    watch_link(c, now);
    session_follow(c, now);
    writing_follow(c);
    pipe_follow(c);
    if (c->rows_changed)
        console_changed(c);
    if (!c->calm && now - c->last_key >= ANCHOR_MS && !c->frozen) {
        c->calm = true;
        console_changed(c);
    }
    if (c->calm && now - c->last_key >= CALM_MS && list_new_above(c->queue.list)) {
        queue_calm(&c->queue);
        c->dirty = true;
    }
    c->dirty |= toast_tick(&c->toast, now);
    c->dirty |= held_tick(&c->held, now);
    c->dirty |= ticket_expire(&c->ticket, console_now(c));
    c->dirty |= ticket_expire(&c->contact, console_now(c));
    if (c->composer.changed_at && now - c->composer.changed_at >= DRAFT_MS)
        writing_keep(c);
    keeper_follow(c, now);
    if (c->release_at && now >= c->release_at) {
        c->release_at = 0;
        json_release();
        memory_release();
    }
    if (c->pending.count && now - c->pending_since >= FRAME_POPUP_MS && !c->popup) {
        c->popup = true;
        c->dirty = true;
    }
    c->popup &= c->pending.count > 0;
    if (now >= c->next_tick) {
        struct look look = console_look(c);
        c->next_tick = now + TICK_MS;
        c->dirty = true;
        hear_tick(c);
        if (oncall_over(&look))
            fetch_want(c, SLOT_DOC + MIRROR_ONCALL);
    }
    bell_tick(c, now);
}

static void sooner(int64_t *at, int64_t other)
{
    if (other && other < *at)
        *at = other;
}

static bool to_draw(const struct console *c)
{
    return c->dirty || c->moved;
}

static int patience(const struct console *c)
{
    int64_t now = clock_mono(), at = c->next_tick;
    sooner(&at, c->toast.next);
    sooner(&at, c->held.next);
    sooner(&at, c->focus_at);
    sooner(&at, c->release_at);
    sooner(&at, session_next(c));
    sooner(&at, keeper_next(c));
    sooner(&at, fetch_next(c));
    sooner(&at, ring_at(&c->bell.ring));
    sooner(&at, c->composer.changed_at ? c->composer.changed_at + DRAFT_MS : 0);
    sooner(&at, c->pending.count && !c->popup ? c->pending_since + FRAME_POPUP_MS : 0);
    sooner(&at, c->calm || c->frozen ? 0 : c->last_key + ANCHOR_MS);
    int64_t line = to_draw(c) ? term_ready_at() : 0;
    sooner(&at, line);
    sooner(&at, !to_draw(c) || line ? 0 : mirror_ready(c->mirror) ? frame_news_at(c) : c->started + FIRST_MS);
    int half = term_patience();
    int64_t wait = at <= now ? 0 : at - now;
    return half >= 0 && half < wait ? half : (int)wait;
}

/* --- beginning and end --- */

static bool start(struct console *c, struct err *err)
{
    int columns, rows;
    home_find(c->arena, c->options.socket, &c->home);
    if (!home_trusted(&c->home, err))
        return false;
    if (c->home.dir && !home_answers(c->home.socket) && !home_start(c->arena, &c->home, err))
        return false;
    c->link = link_open(c->home.socket);
    link_identify(c->link, c->options.key_id ? c->options.key_id : getenv("TRIAGE_KEY"));
    fetch_start(c);
    link_run(c->link); /* the daemon answers while keys, theme and terminal are made ready */
    c->remedy = "mend that line; triage --keys /dev/null starts with the keys it came with";
    if (!(c->keymap = home_keys(c->arena, c->options.keys, err)))
        return false;
    c->remedy = "triage --theme terminal starts with the terminal's own colours";
    if (!colours_load(c, err))
        return false;
    c->remedy = "triage --linear needs no more than lines";
    struct term_options options = {.ascii = c->options.ascii, .mono = c->options.mono, .focus = true};
    if (!term_open(&options, err))
        return false;
    term_size(&columns, &rows);
    c->surface = surface_new(columns, rows);
    outside_title("triage");
    mouse_begin(c);
    return true;
}

static void console_init(struct console *c, const struct cli_options *options)
{
    *c = (struct console){
        .arena = arena_new(), .frame = arena_new(), .options = *options};
    c->match[0].arena = arena_new();
    c->match[1].arena = arena_new();
    c->mirror = mirror_new(matches, c);
    queue_init(&c->queue);
    metrics_period(&c->metrics, "7d");
    for (int i = 0; i < LISTS; i++)
        lists_init(&c->lists[i], (enum lists_id)i);
    c->started = clock_mono();
    c->next_tick = c->started + TICK_MS;
    c->dirty = true;
    str_copy(c->view, sizeof c->view, options->view ? options->view : "");
}

static void console_fini(struct console *c)
{
    found_begin(c);
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
    arena_free(c->match[0].arena);
    arena_free(c->match[1].arena);
    arena_free(c->frame);
    arena_free(c->arena);
}

static void wait_for_answers(struct console *c, int64_t end)
{
    for (; link_status(c->link)->calls && clock_mono() < end; link_run(c->link))
        link_wait(c->link, NULL, 0, 100);
}

/* What was typed is with the daemon before we leave, and so is where we were, or that we left for good; a daemon that is gone gets a second. A text
 * that is being sent is kept where it was not. */
static void keep_all(struct console *c)
{
    int64_t end = clock_mono() + (link_status(c->link)->state == LINK_LIVE ? 5000 : 1000);
    if (composer_is_open(&c->composer) && c->composer.state == COMPOSER_SENDING)
        wait_for_answers(c, end);
    if (composer_is_open(&c->composer))
        writing_leave(c);
    session_end(c);
    wait_for_answers(c, end);
}

/* The first frame waits a moment for the desk: one picture, not two. */
static bool too_early(const struct console *c)
{
    return !mirror_ready(c->mirror) && clock_mono() - c->started < FIRST_MS;
}

/* A desk that came while the terminal was made ready is shown before anything else is asked or heard. */
static void show_first(struct console *c)
{
    if (!mirror_ready(c->mirror))
        return;
    tick(c, clock_mono());
    frame_draw(c);
}

static void loop(struct console *c)
{
    struct key key;
    show_first(c);
    while (!c->quit) {
        int fds[] = {term_input_fd(), term_signal_fd()};
        arena_reset(c->frame);
        int most = patience(c);
        link_writing(c->link, term_output_fd());
        link_wait(c->link, fds, 2, most);
        while (!c->quit && term_key(&key))
            take_key(c, &key);
        link_run(c->link);
        tick(c, clock_mono());
        if (to_draw(c) && !too_early(c) && (c->at_once || clock_mono() >= frame_news_at(c)) && !term_ready_at())
            frame_draw(c);
        fetch_pump(c);
        fetch_presence(c); /* after what somebody waits for */
    }
}

int console_run(const struct cli_options *options)
{
    struct console *c = calloc(1, sizeof *c);
    struct err err = {0};
    if (!c)
        abort();
    console_init(c, options);
    bool ok = start(c, &err);
    if (ok) {
        loop(c);
        keep_all(c);
    }
    term_close();
    link_close(c->link); /* whoever waited for an answer hears that there is none */
    c->link = NULL;
    const char *parting[] = {c->parting, keeper_end(c), errand_forget(c)};
    for (int i = 0; i < 3; i++)
        if (*parting[i])
            fprintf(stderr, "triage: %s\n", parting[i]);
    const char *hint = c->remedy ? c->remedy : err_row(err.code)->hint;
    console_fini(c);
    free(c);
    if (ok)
        return 0;
    AUTO_ARENA arena = arena_new();
    fprintf(stderr, "triage: %s\n", text_safe_in(arena, err.text, TEXT_LINE));
    if (*hint)
        fprintf(stderr, "  hint: %s\n", hint);
    return err_row(err.code)->exit;
}
