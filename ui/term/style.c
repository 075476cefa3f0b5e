/* style: see style.h. The changes kept are a table by what they lead from and to; what does not fit takes the place of what was there. */
#define NCURSES_WIDECHAR 1
#include "term/style.h"
#include "base/str.h"
#include <curses.h>
#include <string.h>
#include <term.h>
#undef columns
#undef lines

enum { CHANGES = 128, WORDS = 64, MOST = 4096 };

static struct change {
    struct pen_look from, to; /* the same: none is kept here */
    size_t n;
    char words[WORDS];
} changes[CHANGES];
static struct str said;

static int put_byte(int c)
{
    str_addc(&said, (char)c);
    return c;
}

/* --- one sequence for several --- */

/* Sequences that are all colours and weights, "ESC [ numbers m", as one. What stands before a reset is void; from plain writing a
 * reset is void, too, and so is a return to the default colours. */
struct numbers {
    char text[200];
    size_t n;
    bool reset, coloured;
};

static bool is_reset(const char *number, size_t n)
{
    return n == 0 || (n == 1 && *number == '0');
}

static void add_number(struct numbers *all, const char *number, size_t n, int *inside, bool plain)
{
    bool free_number = !*inside;
    if (*inside)
        --*inside;
    if (free_number && is_reset(number, n)) {
        *all = (struct numbers){.reset = true};
        return;
    }
    if (free_number && n == 2 && (memcmp(number, "39", 2) == 0 || memcmp(number, "49", 2) == 0) && (all->reset || plain) && !all->coloured)
        return;
    all->coloured |= n >= 2;
    if (free_number && n == 2 && (memcmp(number, "38", 2) == 0 || memcmp(number, "48", 2) == 0))
        *inside = number[3] == '5' ? 2 : number[3] == '2' ? 4 : 0; /* 38;5;N and 38;2;R;G;B */
    if (all->n + n + 2 < sizeof all->text) {
        if (all->n)
            all->text[all->n++] = ';';
        memcpy(all->text + all->n, number, n);
        all->n += n;
    }
}

/* False: something else is among them. */
static bool read_numbers(const char *at, struct numbers *all, bool plain)
{
    while (*at) {
        int inside = 0;
        if (at[0] != '\033' || at[1] != '[')
            return false;
        for (at += 2;; at++) {
            size_t n = strspn(at, "0123456789:");
            add_number(all, at, n, &inside, plain);
            at += n;
            if (*at != ';')
                break;
        }
        if (*at++ != 'm')
            return false;
    }
    return true;
}

static void shorten(struct str *words, bool plain)
{
    struct numbers all = {.reset = false};
    if (!read_numbers(words->data, &all, plain) || all.n + 8 > sizeof all.text)
        return;
    str_clear(words);
    if (all.n || (all.reset && !plain))
        str_addf(words, "\033[%s%.*sm", all.reset && !plain && all.n ? "0;" : "", (int)all.n, all.text);
}

/* --- changes --- */

/* curses writes on from what it said last, which is not what the terminal was told last: that first. */
static void ask(struct pen_look from, struct pen_look to)
{
    if (!said.max)
        str_init(&said, MOST);
    vid_puts(from.attr, from.pair, NULL, put_byte);
    str_clear(&said);
    vid_puts(to.attr, to.pair, NULL, put_byte);
    shorten(&said, !from.attr && !from.pair);
}

static bool same(struct pen_look a, struct pen_look b)
{
    return a.attr == b.attr && a.pair == b.pair;
}

static struct change *place_of(struct pen_look from, struct pen_look to)
{
    unsigned sum = ((from.attr ^ from.attr >> 16) * 31 + (unsigned)from.pair) * 2654435761u + (to.attr ^ to.attr >> 16) * 31 + (unsigned)to.pair;
    return &changes[(sum * 2654435761u >> 16) % CHANGES];
}

const char *style_change(struct pen_look from, struct pen_look to, size_t *n)
{
    struct change *c = place_of(from, to);
    if (!same(c->from, from) || !same(c->to, to)) {
        ask(from, to);
        *n = said.len;
        if (said.len > sizeof c->words)
            return said.data;
        *c = (struct change){.from = from, .to = to, .n = said.len};
        memcpy(c->words, said.data, said.len);
    }
    *n = c->n;
    return c->words;
}

void style_forget(void)
{
    memset(changes, 0, sizeof changes);
    str_fini(&said);
}
