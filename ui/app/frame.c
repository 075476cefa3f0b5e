/* frame: the picture, drawn whole and sent as its difference, so nothing is written when nothing changed; of a step of the list's
 * cursor, which is most keys, only the two rows it is about are drawn, also where the list goes on by one. */
#include "app/frame.h"
#include "app/errand.h"
#include "app/follow.h"
#include "app/rights.h"
#include "base/clock.h"
#include "base/text.h"
#include "screen/escalations.h"
#include "screen/popup.h"
#include "term/ncurses.h"
#include <string.h>

enum {
    SLOW_US = 150000, SLOW_SAID_MS = 5000, /* a line is called slow from there, and for so long after it was */
    BEGINNING_MS = 1000,                   /* a stream that did not begin by then is said to be connecting */
    GONE_SAID_MS = 700,                    /* a daemon that starts again is back by then */
    LEAST_COLUMNS = 40,
    LEAST_ROWS = 8,
    BANNER_COLUMNS = 100, /* from there the whole sentence fits */
    BRIEF_COLUMNS = 66,   /* the same of what pages me */
    FRAME_MS = 33,
    SLOWEST_MS = 250,
    BURST_FRAMES = 15
};

/* --- the line to the desk --- */

/* One bad start is no bad line. */
static bool is_slow(const struct link_status *s, int64_t now)
{
    return s->state == LINK_LIVE && s->round_trip_us > SLOW_US && now - s->measured_at < SLOW_SAID_MS;
}

static bool is_gone(const struct link_status *s, int64_t now)
{
    return s->gone_since && now - s->gone_since > GONE_SAID_MS;
}

/* A stream's first moment, right after the desk has answered, is no news: it goes on from that answer. */
static bool is_live(struct console *c, const struct link_status *s, int64_t now)
{
    return s->state == LINK_LIVE || (s->state == LINK_CONNECTING && mirror_ready(c->mirror) && !s->gone_since && now - s->heard_at < BEGINNING_MS);
}

/* The daemon answers, and knows nobody of this user id, or key, any more. */
static bool is_stranger(const struct link_status *s)
{
    return s->refused == 403 && s->gone_since;
}

static const char *link_word(struct console *c, const struct link_status *s, int64_t now)
{
    if (is_stranger(s))
        return "not yours";
    if (is_gone(s, now))
        return arena_printf(c->frame, "gone %s", look_left(c->frame, now - s->gone_since));
    if (s->state == LINK_QUIET)
        return arena_printf(c->frame, "quiet %s", look_left(c->frame, now - s->heard_at));
    if (is_slow(s, now))
        return arena_printf(c->frame, "slow %lld ms", (long long)(s->round_trip_us / 1000));
    return is_live(c, s, now) ? "live" : "connecting";
}

/* " (R: now)", where that is a key. */
static const char *by_key(struct console *c, const char *what)
{
    const struct binding *b = keymap_find(c->keymap, console_screen(c), "resync");
    return console_under(c) ? "" : arena_printf(c->frame, " (%s: %s)", b ? b->spelled : ":resync", what);
}

static const char *link_banner(struct console *c, const struct link_status *s, int64_t now)
{
    if (mirror_ready(c->mirror) && is_stranger(s))
        return arena_printf(c->frame, "You are no agent of this desk any more: an admin can list you in %s again. Nothing you typed is lost.",
                            *mirror_config(c->mirror) ? mirror_config(c->mirror) : "triage.yaml");
    if (!mirror_ready(c->mirror) && c->strange)
        return "You are no agent of this desk; trying again.";
    if (!mirror_ready(c->mirror) && *c->waits)
        return arena_printf(c->frame, "Not open yet: %s; trying again.", c->waits);
    if (!mirror_ready(c->mirror) && c->slots[SLOT_DESK].wanted)
        return arena_printf(c->frame, "No daemon answers at %s; trying again.", c->home.socket);
    const char *waits = errand_overdue(c, now);
    if (!is_gone(s, now))
        return *waits ? arena_printf(c->frame, "No answer yet: %s", waits) : NULL;
    const char *kept = *waits ? arena_printf(c->frame, "No answer yet: %s", waits) : "Nothing you typed is lost";
    int64_t retry = s->retry_at > now ? (s->retry_at - now + 999) / 1000 : 0;
    long long ago = (now - s->gone_since) / 1000;
    const char *when = s->state == LINK_DOWN ? arena_printf(c->frame, "in %lld s%s", (long long)retry, by_key(c, "now")) : now - s->heard_at < BEGINNING_MS ? "now" : arena_printf(c->frame, "now%s", by_key(c, "anew"));
    return surface_columns(c->surface) < BANNER_COLUMNS ?
               arena_printf(c->frame, "No answer for %lld s. %s; trying again %s.", ago, kept, when) :
               arena_printf(c->frame, "The daemon stopped answering %lld s ago. %s; trying again %s.", ago, kept, when);
}

void frame_line(struct console *c, struct look *look)
{
    const struct link_status *s = link_status(c->link);
    int64_t now = clock_mono();
    look->link = link_word(c, s, now);
    look->turned_away = c->strange && !mirror_ready(c->mirror) ? c->waits : NULL;
    look->link_role = is_gone(s, now) ? UI_LATE : is_live(c, s, now) && !is_slow(s, now) ? UI_OK : UI_WARN;
}

/* --- its parts --- */

/* Keys half pressed: what may follow, after a moment's thought. */
static void draw_popup(struct console *c, struct surface *s, const struct look *look)
{
    char pressed[KEYS_NAME];
    int n;
    if (!c->pending.count || clock_mono() - c->pending_since < FRAME_POPUP_MS)
        return;
    const struct hint *list = follow_list(c, &n);
    keys_format(&c->pending, pressed);
    static const struct hint nothing = {"Esc", "none of these is for this screen"};
    popup_draw(look, s, pressed, n ? list : &nothing, n ? n : 1);
}

static void draw_place(struct console *c, const struct look *look, struct surface *s)
{
    struct lists *table = console_table(c);
    if (table)
        lists_draw(table, look, s);
    else if (console_place(c) == PLACE_QUEUE)
        queue_draw(&c->queue, look, s);
    else if (console_place(c) == PLACE_TICKET)
        ticket_draw(&c->ticket, look, s);
    else if (console_place(c) == PLACE_METRICS)
        metrics_draw(&c->metrics, look, s);
    else
        scoreboard_draw(&c->board, look, s);
}

/* The webhooks' door stands beside the console's. */
static const char *ingest_path(struct console *c)
{
    const char *slash = strrchr(c->home.socket, '/');
    return slash ? arena_printf(c->frame, "%.*s/ingest.sock", (int)(slash - c->home.socket), c->home.socket)
                 : NULL;
}

/* Below that a screen is pieces of one. */
static bool too_small(const struct surface *s)
{
    return surface_columns(s) < LEAST_COLUMNS || surface_rows(s) < LEAST_ROWS;
}

static void draw_too_small(struct surface *s)
{
    surface_textf(s, 0, 0, -1, UI_WARN, "%dx%d is too small", surface_columns(s), surface_rows(s));
    surface_textf(s, 1, 0, -1, UI_NORMAL, "%dx%d at least", LEAST_COLUMNS, LEAST_ROWS);
    surface_text(s, 2, 0, -1, UI_DIM, "nothing is lost");
    surface_cursor(s, 0, 0);
}

/* What pages me stands at the foot of the screens whose head is a ticket's; the others' heads say it. NULL: nothing does. */
static const char *standing_notice(struct console *c, const struct look *look)
{
    bool headed = console_place(c) != PLACE_TICKET && !composer_is_open(&c->composer);
    struct paged paged = headed ? (struct paged){0} : escalations_page_me(look);
    if (!paged.count)
        return NULL;
    int64_t shown = c->ticket.id;
    bool brief = surface_columns(c->surface) < BRIEF_COLUMNS;
    const char *first = c->overlay.kind ? "Esc, then " : "";
    if (composer_is_open(&c->composer))
        return arena_printf(c->frame, "%s: %s%sK acknowledges %s%s", escalations_call(look), first, c->composer.state == COMPOSER_WRITING ? "Esc " : "",
                            paged.count > 1 ? arena_printf(c->frame, "#%lld", (long long)paged.ticket) : "it", brief ? "" : "; you write on");
    if (escalations_pages_me(look, shown))
        return arena_printf(c->frame, brief || *first ? "‼ This pages you: %sK acknowledges" : "‼ This pages you: %spress K to acknowledge", first);
    return arena_printf(c->frame, brief || *first ? "%s: %s, goes there" : "%s: %spress , to go there, K to acknowledge", escalations_call(look), first);
}

/* What was said of an act names the key that takes it back: where that key is another's, without it. */
static const char *said_here(struct console *c, const char *said)
{
    const struct binding *b = keymap_find(c->keymap, console_screen(c), "undo");
    const char *hint = b ? strstr(said, arena_printf(c->frame, " (%s ", b->spelled)) : NULL;
    return hint && console_under(c) && said[strlen(said) - 1] == ')' ? arena_strndup(c->frame, said, (size_t)(hint - said)) : said;
}

/* What counts down stands beside what is said, or what would stand there; it is said in short where both are not whole in two rows. */
static void say_foot(struct console *c, struct look *look)
{
    const struct toast_line *said = &c->toast.is;
    int64_t now = clock_mono();
    const char *held = held_line(c->frame, &c->held, console_undo_key(c), now);
    look->toast = *said->text ? said_here(c, said->text) : standing_notice(c, look);
    look->toast_role = *said->text ? said->role : look->toast || !held ? UI_CRITICAL : UI_TOAST;
    if (held && look->toast && text_columns(held) + text_columns(look->toast) > 2 * (look_columns(c->surface) - 12))
        held = held_line(c->frame, &c->held, "", now);
    if (held)
        look->toast = look->toast ? arena_printf(c->frame, "%s · %s", held, look->toast) : held;
}

/* What is asked over a text has its foot: the text's own keys do not work meanwhile. */
static void clear_foot(const struct look *look, struct surface *s)
{
    int foot = look_footer_row(look, s) + 1, hints = surface_rows(s) - 1;
    surface_fill(s, foot, 0, hints - foot, surface_columns(s), UI_NORMAL);
    if (look->toast)
        look_banner(look, s, foot, 1, hints - foot, look->toast_role, look->toast);
}

/* Keys are bound at the start: a screen's hints are looked up once, and anew where another role has others (app/rights). */
static void fill_hints(struct console *c, struct look *look)
{
    bool pane = console_in_pane(c);
    int known = pane ? PLACES : (int)console_place(c);
    if (!c->hints[known].list) {
        if (pane)
            screens_pane_hints(c->keymap, c->arena, look);
        else
            screens_hints(console_place(c), c->keymap, c->arena, rights_hint, c, look);
        c->hints[known].list = look->hints;
        c->hints[known].count = look->hint_count;
        c->hints[known].rows = look->row_hints;
        c->hints[known].some = look->some_hints;
    }
    look->hints = c->hints[known].list;
    look->hint_count = c->hints[known].count;
    look->row_hints = c->hints[known].rows;
    look->some_hints = c->hints[known].some;
}

/* --- the whole --- */

/* How far the stream's frames are apart: no more come in a round trip, to the desk or to the person, than can be answered. */
static int64_t frame_ms(const struct console *c)
{
    int64_t trip = link_status(c->link)->round_trip_us / 1000, line = term_round_trip();
    trip = line > trip ? line : trip;
    return trip < FRAME_MS ? FRAME_MS : trip < SLOWEST_MS ? trip : SLOWEST_MS;
}

/* Only what changed is drawn where that is known: a step of the list's cursor. Whatever else happens makes the picture dirty. */
static void choose_rows(struct console *c)
{
    struct surface_part part;
    surface_only(c->surface, !c->dirty && queue_stepped(&c->queue, c->surface, &part) ? &part : NULL);
}

void frame_draw(struct console *c)
{
    struct look look = console_look(c);
    look.banner = link_banner(c, link_status(c->link), clock_mono());
    fill_hints(c, &look);
    look.ingest = mirror_row_count(c->mirror) ? NULL : ingest_path(c);
    say_foot(c, &look);
    choose_rows(c);
    surface_clear(c->surface);
    surface_cursor(c->surface, -1, 0);
    if (too_small(c->surface)) {
        draw_too_small(c->surface);
    } else if (composer_is_open(&c->composer)) {
        composer_draw(&c->composer, &look, c->surface);
    } else {
        draw_place(c, &look, c->surface);
        draw_popup(c, c->surface, &look);
    }
    if (c->overlay.kind && composer_is_open(&c->composer))
        clear_foot(&look, c->surface);
    if (c->overlay.kind && !too_small(c->surface))
        overlay_draw(&c->overlay, &look, c->surface);
    term_draw(c->surface, &c->theme);
    int64_t now = clock_mono(), frame = frame_ms(c), burst = BURST_FRAMES * frame;
    if (c->row_news)
        c->draw_at = (c->draw_at > now - burst ? c->draw_at : now - burst) + frame;
    c->rest_at = now + frame;
    c->dirty = c->moved = c->at_once = c->row_news = false;
}

int64_t frame_news_at(const struct console *c)
{
    return c->row_news && c->draw_at < c->rest_at ? c->draw_at : c->rest_at;
}
