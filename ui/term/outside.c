/* outside: see outside.h. What curses does not know goes beside it, between two frames: putp would land in one. */
#include "term/outside.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "term/outlet.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_MOST = 74000 };
enum mode { MODE_PASTE, MODE_FOCUS, MODE_MOUSE, MODES };
static const struct {
    const char *on, *off;
} modes[MODES] = {[MODE_PASTE] = {"\033[?2004h", "\033[?2004l"}, [MODE_FOCUS] = {"\033[?1004h", "\033[?1004l"},
             [MODE_MOUSE] = {"\033[?1000h\033[?1006h", "\033[?1006l\033[?1000l"}};

static struct {
    bool here, able; /* able: of xterm's family, which ignores what it does not know */
    bool on[MODES];
} t;

void outside_say(const char *sequence)
{
    outlet_put(sequence, strlen(sequence));
    outlet_push();
}

/* --- what the terminal can --- */

static bool begins_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; name && i < n; i++)
        if (strncmp(name, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}

/* Terminals that look like xterm's family; others print what they do not know. */
bool outside_able(void)
{
    static const char *const known[] = {"xterm", "screen", "tmux", "rxvt", "foot", "alacritty", "kitty", "st-", "vte", "iterm"};
    return begins_one_of(getenv("TERM"), known, sizeof known / sizeof *known);
}

/* Over ssh TMUX stays behind and TERM goes along. */
static bool inside_tmux(void)
{
    static const char *const terms[] = {"tmux"};
    const char *tmux = getenv("TMUX");
    return (tmux && *tmux) || begins_one_of(getenv("TERM"), terms, 1);
}

/* Inside tmux the terminal's own name is not to be had, and asking would cost a round trip before the first frame. */
bool outside_knows_sync(void)
{
    static const char *const terms[] = {"xterm-kitty", "xterm-ghostty", "foot", "alacritty", "contour", "wezterm"};
    static const char *const programs[] = {"iTerm.app", "WezTerm", "ghostty"};
    return !inside_tmux() && (begins_one_of(getenv("TERM"), terms, sizeof terms / sizeof *terms) ||
                              begins_one_of(getenv("TERM_PROGRAM"), programs, sizeof programs / sizeof *programs));
}

/* --- modes --- */

void outside_enter(const struct outside_options *options)
{
    t.here = true;
    t.able = options->paste || outside_able();
    t.on[MODE_PASTE] = t.able;
    t.on[MODE_FOCUS] = t.able && options->focus;
    t.on[MODE_MOUSE] = t.able && options->mouse;
    for (int i = 0; i < MODES; i++)
        if (t.on[i])
            outside_say(modes[i].on);
}

bool outside_mouse(bool on)
{
    if (!t.here || !t.able)
        return false;
    if (on != t.on[MODE_MOUSE])
        outside_say(on ? modes[MODE_MOUSE].on : modes[MODE_MOUSE].off);
    t.on[MODE_MOUSE] = on;
    return true;
}

void outside_leave(void)
{
    t.here = false;
}

size_t outside_leaves(char *out, size_t max)
{
    size_t n = 0;
    for (int i = MODES - 1; i >= 0; i--) {
        if (!t.on[i])
            continue;
        size_t size = strlen(modes[i].off);
        if (n + size > max)
            break;
        memcpy(out + n, modes[i].off, size);
        n += size;
    }
    return n;
}

/* --- said to the terminal --- */

void outside_bell(void)
{
    if (t.here)
        outside_say("\a");
}

/* tmux hands a sequence on to the terminal outside it if it is wrapped, every Esc doubled. */
static void say_through(const char *sequence)
{
    if (!t.here || !t.able)
        return;
    if (!inside_tmux()) {
        outside_say(sequence);
        return;
    }
    outlet_put("\033Ptmux;", 7);
    for (const char *p = sequence; *p; p++) {
        if (*p == 27)
            outlet_put(p, 1);
        outlet_put(p, 1);
    }
    outside_say("\033\\");
}

static void safe_title(struct str *out, const char *text)
{
    str_init(out, 200);
    text_safe(out, text, strlen(text), TEXT_LINE);
}

void outside_title(const char *text)
{
    AUTO_STR safe, whole;
    safe_title(&safe, text);
    str_init(&whole, 300);
    str_addf(&whole, "\033]2;%s\033\\", safe.data);
    if (t.here && t.able)
        outside_say(whole.data); /* a tmux window has a title of its own */
}

bool outside_copy(const char *text)
{
    AUTO_STR safe;
    str_init(&safe, COPY_MOST);
    text_safe(&safe, text, strlen(text), TEXT_BLOCK);
    if (safe.cut || !t.here || !t.able)
        return false;
    size_t size = safe.len / 3 * 4 + 8;
    char *coded = malloc(size), *whole = malloc(size + 16);
    if (!coded || !whole)
        abort();
    crypto_base64((const uint8_t *)safe.data, safe.len, coded, size);
    snprintf(whole, size + 16, "\033]52;c;%s\a", coded);
    if (inside_tmux()) /* it may keep the clipboard itself (set-clipboard), or let this through (allow-passthrough): it does not say */
        outside_say(whole);
    say_through(whole);
    free(coded);
    free(whole);
    return true;
}

/* Inside tmux TERM_PROGRAM is tmux; what iTerm2 says of itself for ssh goes through. */
static bool wants_nine(void)
{
    const char *program = getenv("TERM_PROGRAM"), *outer = getenv("LC_TERMINAL");
    return str_eq(program, "iTerm.app") || str_eq(program, "WezTerm") || str_eq(outer, "iTerm2");
}

void outside_notify(const char *title, const char *body)
{
    AUTO_STR head, rest, whole;
    bool nine = wants_nine();
    safe_title(&head, title);
    safe_title(&rest, body);
    for (char *p = head.data; *p; p++)
        if (*p == ';')
            *p = ','; /* the separator between title and body */
    str_init(&whole, 600);
    if (nine)
        str_addf(&whole, "\033]9;%s: %s\033\\", head.data, rest.data);
    else
        str_addf(&whole, "\033]777;notify;%s;%s\033\\", head.data, rest.data);
    say_through(whole.data);
    outside_bell();
}
