/* input: see input.h. curses knows the terminal's own keys by terminfo; what it is taught beside them (paste, focus) are codes of
 * this file's own, and keys that TERM does not have are known by their form (term/sequence). Letters are put together here, from
 * bytes: curses reads them by the locale, and in "C" one that is not ASCII is gone with everything that came behind it. */
#define NCURSES_WIDECHAR 1
#include "term/input.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include "term/outlet.h"
#include "term/sequence.h"
#include <curses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ESC_WAIT = 25, PASTE_MOST = 256 << 10, PASTE_WAIT = 1000, ANSWER_WAIT = 200 };
enum { CODE_PASTE_BEGIN = 0x4000, CODE_PASTE_END, CODE_FOCUS_IN, CODE_FOCUS_OUT, CODE_ANSWER, CODE_MOUSE };
enum { AHEAD = 64, LETTER = 4, BROKEN = 0x110000 /* or the byte that is no UTF-8: beyond every letter */ };

static struct {
    struct str paste;
    bool pasting;
    int64_t paste_at; /* clock_mono of its last character */
    char letter[LETTER]; /* bytes of one whose end may not have come */
    size_t letter_n;
    int held_key;     /* came in the middle of a letter; 0: none */
    wint_t held;      /* read ahead: the character after Esc */
    bool has_held;
    WINDOW *from; /* a pad: reading from a window would draw it first, half a picture outside of a frame */
    struct key ahead[AHEAD];
    int ahead_n, ahead_at;
    char answer; /* what kind of answer is being read past: [ ] P; 0: none */
    bool answer_esc;
    int64_t answer_at;
    char report[SEQUENCE_MOST]; /* of what is read past: its parameters */
    size_t report_n;
    char mouse[24]; /* of a report that began: the numbers so far */
    size_t mouse_n;
    bool mousing;
} t;

void input_open(void)
{
    if (!t.from && !(t.from = newpad(1, 1)))
        abort();
    nodelay(t.from, TRUE);
    keypad(t.from, TRUE);
    intrflush(t.from, FALSE);
    meta(t.from, TRUE);
    typeahead(-1); /* a frame is whole, whatever was typed meanwhile */
    set_escdelay(ESC_WAIT);
    define_key("\033[200~", CODE_PASTE_BEGIN);
    define_key("\033[201~", CODE_PASTE_END);
    define_key("\033[I", CODE_FOCUS_IN);
    define_key("\033[O", CODE_FOCUS_OUT);
    define_key("\033[0n", CODE_ANSWER);
    define_key("\033[<", CODE_MOUSE);
    str_init(&t.paste, PASTE_MOST);
}

void input_close(void)
{
    delwin(t.from);
    t.from = NULL;
    str_fini(&t.paste);
    t.ahead_n = t.ahead_at = 0;
    t.pasting = t.has_held = t.mousing = false;
    t.letter_n = 0;
    t.held_key = 0;
}

/* --- keys --- */

static const struct {
    int curses;
    uint32_t code;
    unsigned mods;
} specials[] = {
    {KEY_ENTER, K_ENTER, 0}, {KEY_BTAB, K_TAB, MOD_SHIFT}, {KEY_BACKSPACE, K_BACKSPACE, 0}, {KEY_DC, K_DELETE, 0},
    {KEY_IC, K_INSERT, 0}, {KEY_UP, K_UP, 0}, {KEY_DOWN, K_DOWN, 0}, {KEY_LEFT, K_LEFT, 0}, {KEY_RIGHT, K_RIGHT, 0},
    {KEY_HOME, K_HOME, 0}, {KEY_END, K_END, 0}, {KEY_PPAGE, K_PGUP, 0}, {KEY_NPAGE, K_PGDN, 0},
    {KEY_SLEFT, K_LEFT, MOD_SHIFT}, {KEY_SRIGHT, K_RIGHT, MOD_SHIFT}, {KEY_SR, K_UP, MOD_SHIFT},
    {KEY_SF, K_DOWN, MOD_SHIFT}, {KEY_SHOME, K_HOME, MOD_SHIFT}, {KEY_SEND, K_END, MOD_SHIFT},
    {CODE_FOCUS_IN, K_FOCUS_IN, 0}, {CODE_FOCUS_OUT, K_FOCUS_OUT, 0}, {KEY_A1, K_HOME, 0}, {KEY_C1, K_END, 0},
    {KEY_A3, K_PGUP, 0}, {KEY_C3, K_PGDN, 0}, {KEY_FIND, K_HOME, 0}, {KEY_SELECT, K_END, 0}, /* rxvt's */
};
/* Arrows with modifiers come under names of terminfo's extension: kLFT5 is Ctrl-Left. */
static const struct {
    const char *name;
    uint32_t code;
} modified[] = {{"kUP", K_UP}, {"kDN", K_DOWN}, {"kLFT", K_LEFT}, {"kRIT", K_RIGHT}, {"kHOM", K_HOME}, {"kEND", K_END},
                {"kDC", K_DELETE}, {"kPRV", K_PGUP}, {"kNXT", K_PGDN}};

static bool modified_key(int curses, struct key *key)
{
    const char *name = keyname(curses);
    if (str_eq(name, "kcbt2")) { /* what linux sends beside its own */
        *key = (struct key){.code = K_TAB, .mods = MOD_SHIFT};
        return true;
    }
    for (size_t i = 0; name && i < sizeof modified / sizeof *modified; i++) {
        size_t n = strlen(modified[i].name);
        if (strncmp(name, modified[i].name, n) == 0 && name[n] >= '3' && name[n] <= '8' && !name[n + 1]) {
            unsigned bits = (unsigned)(name[n] - '1'); /* 1 shift, 2 alt, 4 ctrl */
            *key = (struct key){.code = modified[i].code,
                                .mods = (bits & 1 ? MOD_SHIFT : 0u) | (bits & 2 ? MOD_ALT : 0u) | (bits & 4 ? MOD_CTRL : 0u)};
            return true;
        }
    }
    return false;
}

static bool special_key(int curses, struct key *key)
{
    if (curses >= KEY_F(1) && curses <= KEY_F(12)) {
        *key = (struct key){.code = K_F1 + (uint32_t)(curses - KEY_F(1))};
        return true;
    }
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (specials[i].curses == curses) {
            *key = (struct key){.code = specials[i].code, .mods = specials[i].mods};
            return true;
        }
    return modified_key(curses, key);
}

/* A character, control characters unfolded. */
static struct key plain_key(uint32_t code)
{
    if (code >= BROKEN)
        return (struct key){.code = 0xfffd};
    if (code == '\r' || code == '\n')
        return (struct key){.code = K_ENTER};
    if (code == '\t')
        return (struct key){.code = K_TAB};
    if (code == 27)
        return (struct key){.code = K_ESC};
    if (code == 127 || code == 8)
        return (struct key){.code = K_BACKSPACE};
    if (code == 0)
        return (struct key){.code = ' ', .mods = MOD_CTRL};
    if (code < 27)
        return (struct key){.code = code + 'a' - 1, .mods = MOD_CTRL};
    if (code < 32)
        return (struct key){.code = code + '@', .mods = MOD_CTRL};
    return (struct key){.code = code};
}

static bool letter_is_whole(void)
{
    unsigned char first = (unsigned char)t.letter[0], last = t.letter_n ? (unsigned char)t.letter[t.letter_n - 1] : 0;
    size_t wants = first >= 0xf5 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    return t.letter_n >= wants || (t.letter_n > 1 && (last & 0xc0) != 0x80);
}

/* The first letter of the bytes at hand, or the first byte, where they begin none. */
static wint_t letter_take(void)
{
    const char *at = t.letter;
    wint_t code = text_next(&at, t.letter + t.letter_n);
    size_t n = (size_t)(at - t.letter);
    if (!text_valid(t.letter, n))
        code = BROKEN | (unsigned char)t.letter[0];
    t.letter_n -= n;
    memmove(t.letter, at, t.letter_n);
    return code;
}

/* OK: a letter (UTF-8, whatever the locale says) or a BROKEN byte; KEY_CODE_YES: a key of curses'; ERR: no more for now. */
static int read_letter(wint_t *code)
{
    while (!letter_is_whole()) {
        int got = t.held_key ? t.held_key : wgetch(t.from);
        t.held_key = 0;
        if (got == ERR)
            return ERR;
        if (got > 0xff && !t.letter_n) {
            *code = (wint_t)got;
            return KEY_CODE_YES;
        }
        if (got > 0xff) {
            t.held_key = got;
            break;
        }
        t.letter[t.letter_n++] = (char)got;
    }
    *code = letter_take();
    return OK;
}

static int read_wide(wint_t *code)
{
    if (t.has_held) {
        t.has_held = false;
        *code = t.held;
        return OK;
    }
    return read_letter(code);
}

/* What a terminal answers to somebody's question, when nobody waits for it any more: a report (CSI with parameters), a colour (OSC), a
 * setting (DCS). As keys it would claim tickets: ESC [ ? 6 2 ; 2 2 c. Typed by hand, Alt and such a key are not followed so closely. */
static bool begins_answer(wint_t kind, wint_t next)
{
    return (kind == '[' && ((next >= '0' && next <= '9') || strchr("?><=", (int)next))) || (kind == ']' && next >= '0' && next <= '9') ||
           (kind == 'P' && ((next >= '0' && next <= '9') || strchr("+$>!", (int)next)));
}

static void report_add(wint_t code)
{
    if (t.report_n + 1 == sizeof t.report)
        t.report_n = 0, code = '?'; /* longer than any key's */
    t.report[t.report_n++] = (char)code;
    t.report[t.report_n] = 0;
}

/* What follows Esc and this character at once: an answer, which is read past (*key is none), or a key that TERM does not have. */
static bool sequence_follows(wint_t kind, struct key *key)
{
    wint_t next;
    *key = (struct key){0};
    if (!kind || kind > 0x7f || !strchr("[]PO", (int)kind))
        return false;
    int got = read_letter(&next);
    bool plain = got == OK && next && next < 0x7f;
    if (plain && ((kind == '[' && sequence_key("", (char)next, key)) || (kind == 'O' && sequence_ss3((char)next, key))))
        return true;
    if (plain && begins_answer(kind, next)) {
        t.answer = (char)kind;
        t.answer_at = clock_mono();
        t.report_n = 0;
        report_add(next);
        return true;
    }
    if (got == OK)
        t.held = next, t.has_held = true;
    else if (got == KEY_CODE_YES)
        ungetch((int)next);
    return false;
}

/* A report ends with its final byte, a string with BEL or ST. true: it was no answer, but a key. */
static bool answer_step(int got, wint_t code, struct key *key)
{
    bool report = t.answer == '[', final = report && code >= 0x40;
    t.answer_at = clock_mono();
    if (got != OK || final || (!report && (code == 7 || code == 0x9c || (code == '\\' && t.answer_esc))))
        t.answer = 0;
    else if (report)
        report_add(code);
    t.answer_esc = got == OK && code == 27;
    return got == OK && final && code < 0x7f && sequence_key(t.report, (char)code, key);
}

/* After Esc: a character already here was typed with Alt. */
static struct key escape_key(void)
{
    wint_t code;
    int got = read_letter(&code);
    if (got == ERR)
        return (struct key){.code = K_ESC};
    struct key key;
    if (got == OK && sequence_follows(code, &key))
        return key;
    if (got == OK && code != 27) {
        key = plain_key((uint32_t)code);
        key.mods |= MOD_ALT;
        key.after_esc = true;
        return key;
    }
    if (got == KEY_CODE_YES && special_key((int)code, &key) && key.code < K_RESIZE) {
        key.mods |= MOD_ALT;
        key.after_esc = true;
        return key;
    }
    if (got == KEY_CODE_YES)
        ungetch((int)code); /* a paste begins: told after the Esc */
    else
        t.held = code, t.has_held = true;
    return (struct key){.code = K_ESC};
}

/* A byte that is no UTF-8 stays one: widget/paste says so. */
static void paste_char(uint32_t code)
{
    char bytes[5] = {(char)(code & 0xff)};
    int n = code >= BROKEN ? 1 : text_encode(code == '\r' ? '\n' : code, bytes);
    if (t.paste.max - t.paste.len >= (size_t)n) /* what is over the ceiling is not taken */
        str_add(&t.paste, bytes, (size_t)n);
}

static bool end_paste(struct key *key)
{
    t.pasting = false;
    *key = (struct key){.code = K_PASTE, .text = t.paste.data, .n = t.paste.len};
    return true;
}

/* A paste goes on until its end mark; if that never comes, until a second of silence. */
static bool paste_step(int got, wint_t code, struct key *key)
{
    t.paste_at = clock_mono();
    if (got == KEY_CODE_YES && code == CODE_PASTE_END)
        return end_paste(key);
    if (got == OK)
        paste_char((uint32_t)code);
    return false;
}

/* What came behind CSI <: "button;column;row", then M for down, m for up. curses' own mouse would want it from terminfo, where the
 * entries of screen and tmux have the old form, which ends at column 223. */
static bool mouse_step(int got, wint_t code, struct key *key)
{
    static const struct { int button; uint32_t code; } buttons[] = {{0, K_CLICK}, {64, K_WHEEL_UP}, {65, K_WHEEL_DOWN}};
    int button, column, row;
    bool number = got == OK && (code == ';' || (code >= '0' && code <= '9'));
    if (number && t.mouse_n + 1 < sizeof t.mouse) {
        t.mouse[t.mouse_n++] = (char)code;
        t.mouse[t.mouse_n] = 0;
        return false;
    }
    t.mousing = false;
    if (got != OK || code != 'M' || sscanf(t.mouse, "%d;%d;%d", &button, &column, &row) != 3 || column < 1 || row < 1)
        return false;
    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++)
        if (buttons[i].button == button) {
            *key = (struct key){.code = buttons[i].code, .row = row - 1, .column = column - 1};
            return true;
        }
    return false;
}

/* One read from curses: true if *key holds something to tell; *more says whether to go on reading. */
static bool read_key(struct key *key, bool *more)
{
    wint_t code;
    int got = read_wide(&code);
    *more = got != ERR;
    if (got == ERR && t.answer && clock_mono() - t.answer_at > ANSWER_WAIT)
        t.answer = 0; /* its end never came */
    if (got == ERR)
        return t.pasting && clock_mono() - t.paste_at > PASTE_WAIT && end_paste(key);
    if (got == KEY_CODE_YES && code == CODE_ANSWER) {
        outlet_answered(clock_mono());
        return false;
    }
    if (t.answer)
        return answer_step(got, code, key);
    if (t.mousing)
        return mouse_step(got, code, key);
    if (got == KEY_CODE_YES && code == CODE_MOUSE && !t.pasting) {
        t.mousing = true;
        t.mouse_n = 0;
        t.mouse[0] = 0;
        return false;
    }
    if (t.pasting)
        return paste_step(got, code, key);
    if (got == KEY_CODE_YES && code == CODE_PASTE_BEGIN) {
        str_clear(&t.paste);
        t.pasting = true;
        t.paste_at = clock_mono();
        return false;
    }
    if (got == KEY_CODE_YES)
        return special_key((int)code, key);
    *key = code == 27 ? escape_key() : plain_key((uint32_t)code);
    return key->code != 0;
}

static bool next_key(struct key *key)
{
    for (bool more = true; more;)
        if (read_key(key, &more))
            return true;
    return false;
}

bool input_key(struct key *key)
{
    if (t.ahead_at < t.ahead_n) {
        *key = t.ahead[t.ahead_at++];
        return true;
    }
    t.ahead_n = t.ahead_at = 0;
    return next_key(key);
}

/* A paste's text lives until the next one is read. */
bool input_ahead(void)
{
    bool paste = t.ahead_n && t.ahead[t.ahead_n - 1].code == K_PASTE;
    if (paste || t.ahead_n == AHEAD || !next_key(&t.ahead[t.ahead_n]))
        return false;
    t.ahead_n++;
    return true;
}

int input_patience(void)
{
    return t.pasting ? PASTE_WAIT + 1 : -1;
}

/* Hung up, it is always ready to read. */
bool input_gone(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, 0) > 0 && (in.revents & (POLLHUP | POLLERR | POLLNVAL));
}
