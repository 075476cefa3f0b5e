/* bell: see bell.h. */
#include "app/bell.h"
#include "app/part.h"
#include "base/clock.h"
#include "base/text.h"
#include "term/outside.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HANDS_MS = 5000, MINUTE_MS = 60000, DAY_MINUTES = 24 * 60 };
static const char place[] = "/v1/keep/quiet";
static const char pages_pass[] = "A page for you always rings.";

/* The clock on the wall of whoever sits here. */
static bool quiet_now(const struct console *c)
{
    int64_t minute = (console_now(c) + console_zone()) / MINUTE_MS;
    return ring_quiet_at(&c->bell.quiet, (int)(minute % DAY_MINUTES));
}

/* By the terminal's own word where it gives it; else by the hands on the keys. */
static bool looked_at(const struct console *c, int64_t now)
{
    return c->bell.tells_focus ? !c->unfocused : c->last_key && now - c->last_key < HANDS_MS;
}

void bell_concerns(struct console *c, enum ring_reason reason, const char *fmt, ...)
{
    char text[96];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    ring_add(&c->bell.ring, reason, text, clock_mono());
}

void bell_tick(struct console *c, int64_t now)
{
    char text[160];
    if (now < ring_at(&c->bell.ring)) /* as nearly always: the clock on the wall is not looked at */
        return;
    struct ring_now how = {.quiet = quiet_now(c), .looked = looked_at(c, now)};
    if (ring_take(&c->bell.ring, &how, now, text, sizeof text))
        outside_notify("triage", text);
}

/* --- quiet hours --- */

void bell_begin(struct console *c)
{
    struct err err; /* what cannot be read changes nothing */
    const char *hours = json_string(mirror_kept(c->mirror, "quiet"));
    ring_quiet_parse(hours ? hours : "off", &c->bell.quiet, &err);
}

static void kept(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    if (answer->err)
        console_toast(c, UI_ERROR, "The quiet hours hold here, but are not kept: %s", answer->err->text);
}

static void say_quiet(struct console *c)
{
    char text[16];
    ring_quiet_format(&c->bell.quiet, text);
    if (c->bell.quiet.on)
        console_toast(c, UI_TOAST, "Quiet from %.5s to %s. %s", text, text + 6, pages_pass);
    else
        console_toast(c, UI_TOAST, "No quiet hours: what concerns you rings.");
}

static void do_quiet(struct console *c, const char *arg)
{
    struct err err = {0};
    char text[16];
    if (*arg && !ring_quiet_parse(arg, &c->bell.quiet, &err)) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    ring_quiet_format(&c->bell.quiet, text);
    if (*arg)
        link_send(c->link, "PUT", place, arena_printf(c->frame, "{\"value\":\"%s\"}", text), kept, c);
    say_quiet(c);
}

/* --- what will ring --- */

static void row_line(struct console *c, struct pager *pager, enum ring_reason reason)
{
    enum { WHEN_AT = 60, WHOLE = 100 };
    const struct ring_row *row = ring_row(reason);
    bool quiet = quiet_now(c) && !row->always;
    pager_item(pager, (int64_t)reason + 2);
    pager_line(pager);
    pager_piece(pager, 2, quiet ? UI_MUTED : UI_OK, quiet ? "○ quiet now" : "● rings");
    pager_piece(pager, 16, UI_NORMAL, row->help);
    if (row->always || look_columns(c->surface) >= WHOLE) {
        pager_piece(pager, WHEN_AT, UI_DIM, row->always ? "always" : "not while you look, nor in quiet hours");
        return;
    }
    pager_piece(pager, WHEN_AT, UI_DIM, "not while you look,"); /* half of it would say the opposite */
    pager_line(pager);
    pager_piece(pager, WHEN_AT, UI_DIM, "nor in quiet hours");
}

static void text_line(struct pager *pager, const char *text)
{
    pager_line(pager);
    pager_piece(pager, 2, UI_DIM, text);
}

static void do_notifications(struct console *c, const char *arg)
{
    char hours[16];
    (void)arg;
    ring_quiet_format(&c->bell.quiet, hours);
    struct pager *pager = overlay_read(&c->overlay, FOR_NOTHING, "What rings   (q leaves)");
    pager_begin(pager);
    for (int i = 0; i < RING_REASONS; i++)
        row_line(c, pager, (enum ring_reason)i);
    pager_item(pager, RING_REASONS + 2);
    pager_line(pager);
    text_line(pager, arena_printf(c->frame, "Quiet hours: %s   (:quiet 22:00-07:00 sets them, :quiet off ends them)", hours));
    text_line(pager, "Whoever is on call is paged in them too: a page for you always rings.");
    text_line(pager, "Several within a moment are one notification with their count; then ten seconds of rest.");
    text_line(pager, c->bell.tells_focus ? "This terminal says whether you look at it: what you see does not ring."
                                           : "This terminal has not said whether you look at it: for five seconds after a key you do.");
    text_line(pager, "Told are a number and a colleague's name, never what anybody wrote.");
    pager_end(pager);
}

static const struct part_command commands[] = {{LOCAL_NOTIFICATIONS, do_notifications}, {LOCAL_QUIET, do_quiet}, {0}};
const struct part part_bell = {commands, NULL};

/* --- the shell --- */

static int keep_quiet(struct shell *sh, const char *text)
{
    struct err err = {0};
    char hint[256] = "";
    shell_connect(sh);
    if (!link_call(sh->link, "PUT", place, arena_printf(sh->arena, "{\"value\":\"%s\"}", text), NULL, hint, &err))
        return shell_failed(sh, &err, hint);
    fprintf(stderr, "quiet: %s. %s\n", text, pages_pass);
    return 0;
}

int bell_quiet(struct shell *sh)
{
    struct ring_quiet quiet = {0};
    struct err err = {0};
    char text[16];
    int code = 0;
    if (sh->argc > 1 || (sh->argc && !ring_quiet_parse(sh->argv[0], &quiet, &err)))
        return shell_usage(sh, "", sh->argc > 1 ? "quiet takes one stretch of the day, or off" : err.text, "triage quiet 22:00-07:00");
    ring_quiet_format(&quiet, text);
    if (sh->argc)
        return keep_quiet(sh, text);
    const struct json *root = shell_fetch(sh, place, NULL, &code);
    if (root && !sh->options.json)
        str_addf(&sh->out, "quiet: %s. %s\n", text_safe_in(sh->arena, json_get_string(root, "value", "off"), TEXT_LINE), pages_pass);
    return root ? shell_flush(sh) : code;
}
