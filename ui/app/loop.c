/* loop: wait, read, draw; one thread. Keys (app/press) and the link's bytes go in, then what the clock asks for (app/tick), a frame when one is
 * due (app/frame), and what is wanted goes out (app/fetch). */
#include "app/loop.h"
#include "app/colours.h"
#include "app/console.h"
#include "app/errand.h"
#include "app/frame.h"
#include "app/keeper.h"
#include "app/mouse.h"
#include "app/posting.h"
#include "app/press.h"
#include "app/restricted.h"
#include "app/session.h"
#include "app/shown.h"
#include "app/tick.h"
#include "app/writing.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "term/ncurses.h"
#include "term/outside.h"
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_MS = 60 }; /* the first frame waits so long for the desk: one picture, not two */

/* --- the beginning --- */

static bool start(struct console *c, struct err *err)
{
    int columns, rows;
    home_find(c->arena, c->options.socket, &c->home);
    if (!home_trusted(&c->home, err))
        return false;
    bool found = !c->home.dir || home_answers(c->home.socket);
    c->remedy = restricted_is() ? restricted_remedy : NULL;
    if (!found && restricted_is())
        return err_set(err, ERR_UNAVAILABLE, "no daemon answers at %s", c->home.socket);
    if (!found && !home_start(c->arena, &c->home, err))
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

/* --- waiting and drawing --- */

static bool to_draw(const struct console *c)
{
    return c->dirty || c->moved;
}

/* When the frame that is to be drawn is: when the line has taken the last one, when news may be shown, or the first has waited. */
static int64_t frame_at(const struct console *c)
{
    int64_t line = term_ready_at();
    return line ? line : mirror_ready(c->mirror) ? frame_news_at(c) : c->started + FIRST_MS;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int patience(const struct console *c)
{
    int64_t now = clock_mono(), at = earlier(tick_next(c), fetch_next(c));
    if (to_draw(c))
        at = earlier(at, frame_at(c));
    int half = term_patience();
    int64_t wait = at <= now ? 0 : at - now;
    return half >= 0 && half < wait ? half : (int)wait;
}

static bool is_due(const struct console *c)
{
    int64_t now = clock_mono();
    bool too_early = !mirror_ready(c->mirror) && now - c->started < FIRST_MS;
    return to_draw(c) && !too_early && (c->at_once || now >= frame_news_at(c)) && !term_ready_at();
}

/* A desk that came while the terminal was made ready is shown before anything else is asked or heard. */
static void show_first(struct console *c)
{
    if (!mirror_ready(c->mirror))
        return;
    tick_step(c, clock_mono());
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
            press_take(c, &key);
        link_run(c->link);
        tick_step(c, clock_mono());
        if (is_due(c))
            frame_draw(c);
        fetch_pump(c);
        shown_tell(c); /* after what somebody waits for */
    }
}

/* --- the end --- */

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
    if (posting_any(c))
        wait_for_answers(c, end);
    posting_end(c);
    if (composer_is_open(&c->composer))
        writing_leave(c);
    session_end(c);
    wait_for_answers(c, end);
}

/* What could not be kept, and what else is to be known once the terminal is given back. */
static void say_parting(struct console *c)
{
    const char *parting[] = {c->parting, keeper_end(c), errand_forget(c)};
    for (size_t i = 0; i < sizeof parting / sizeof *parting; i++)
        if (*parting[i])
            fprintf(stderr, "triage: %s\n", parting[i]);
}

static int complain(const struct console *c, const struct err *err)
{
    AUTO_ARENA arena = arena_new();
    const char *hint = c->remedy ? c->remedy : err_row(err->code)->hint;
    fprintf(stderr, "triage: %s\n", text_safe_in(arena, err->text, TEXT_LINE));
    if (*hint)
        fprintf(stderr, "  hint: %s\n", hint);
    return err_row(err->code)->exit;
}

int loop_run(const struct cli_options *options)
{
    struct console *c = memory_must(calloc(1, sizeof *c));
    struct err err = {0};
    console_init(c, options);
    bool ok = start(c, &err);
    if (ok) {
        loop(c);
        keep_all(c);
    }
    term_close();
    link_close(c->link); /* whoever waited for an answer hears that there is none */
    c->link = NULL;
    say_parting(c);
    int code = ok ? 0 : complain(c, &err);
    console_fini(c);
    free(c);
    return code;
}
