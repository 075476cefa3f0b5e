/* style: what is said for a change depends on the change alone, not on what was said before it, and it is said the same when it is known already. */
#define NCURSES_WIDECHAR 1
#include "term/style.h"
#include "base/arena.h"
#include <curses.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#undef columns
#undef lines
#include <cmocka.h>

enum { LOOKS = 24, ORDERS = 4 };
static struct pen_look looks[LOOKS];

/* Weights with and without colours, some with a background. */
static void make_looks(void)
{
    static const attr_t weights[] = {0, A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE, A_BOLD | A_UNDERLINE};
    for (int i = 0; i < LOOKS; i++)
        looks[i] = (struct pen_look){.attr = weights[i % 6], .pair = (short)(i / 6)};
    init_extended_pair(1, COLORS > 8 ? 12 : 4, -1);
    init_extended_pair(2, 2, -1);
    init_extended_pair(3, 1, 0);
}

static SCREEN *open_terminal(const char *term, FILE *out)
{
    SCREEN *screen = newterm(term, out, stdin);
    if (!screen)
        return NULL;
    start_color();
    use_default_colors();
    make_looks();
    style_forget();
    return screen;
}

static const char *change(struct arena *arena, int from, int to)
{
    size_t n;
    const char *words = style_change(looks[from], looks[to], &n);
    return arena_strndup(arena, words, n);
}

static void what_is_said_depends_on_the_change_alone(void **state)
{
    static const char *const terms[] = {"xterm-256color", "xterm", "linux", "screen", "tmux-256color", "vt100"};
    AUTO_ARENA arena = arena_new();
    FILE *out = fopen("/dev/null", "w");
    int checked = 0;
    (void)state;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        const char *first[LOOKS * LOOKS];
        SCREEN *screen = open_terminal(terms[i], out);
        if (!screen)
            continue;
        for (int k = 0; k < LOOKS * LOOKS; k++)
            first[k] = change(arena, k / LOOKS, k % LOOKS);
        for (int order = 0; order < ORDERS; order++) {
            if (order % 2)
                style_forget();
            for (int k = 0, at = order; k < LOOKS * LOOKS; k++, checked++) {
                at = (at + 5 + order * 6) % (LOOKS * LOOKS); /* 5, 11, 17, 23: each is met */
                if (strcmp(change(arena, at / LOOKS, at % LOOKS), first[at]) != 0)
                    fail_msg("%s: from look %d to %d \"%s\" was \"%s\"", terms[i], at / LOOKS, at % LOOKS, change(arena, at / LOOKS, at % LOOKS), first[at]);
            }
        }
        endwin();
        delscreen(screen);
    }
    style_forget();
    fclose(out);
    print_message("# %d changes\n", checked);
    assert_true(checked > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_said_depends_on_the_change_alone)};
    return cmocka_run_group_tests_name("style", tests, NULL, NULL);
}
