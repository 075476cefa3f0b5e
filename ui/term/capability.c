/* capability: see capability.h. Of terminfo(5)'s language only %i %p1%d %p2%d and %% are known here. */
#define NCURSES_WIDECHAR 1
#include "term/capability.h"
#include "base/str.h"
#include <curses.h>
#include <stdbool.h>
#include <string.h>
#include <term.h>
#undef columns
#undef lines

enum { MOST = 96, NUMBER = 21 };

struct word { /* of the language */
    size_t n;    /* bytes it takes; 0: it is not known here */
    int number;  /* that it writes; -1: none */
    bool letter; /* it writes what stands there */
};

static struct word word_at(const char *at, const int parameters[2], int *origin)
{
    if (*at != '%' || at[1] == '%')
        return (struct word){*at == '%' ? 2 : 1, -1, true};
    if (at[1] == 'i') {
        *origin = 1; /* said twice it counts once */
        return (struct word){2, -1, false};
    }
    if (at[1] != 'p' || (at[2] != '1' && at[2] != '2') || at[3] != '%' || at[4] != 'd')
        return (struct word){0};
    return (struct word){5, parameters[at[2] - '1'] + *origin, false};
}

static size_t digits(int number)
{
    size_t n = 1;
    for (; number >= 10; number /= 10)
        n++;
    return n;
}

size_t capability_length(const char *sequence, int first, int second)
{
    const int parameters[2] = {first, second};
    int origin = 0;
    size_t length = 0;
    struct word word;
    for (const char *at = sequence; at && *at; at += word.n) {
        word = word_at(at, parameters, &origin);
        if (!word.n)
            return strlen(tiparm(sequence, first, second));
        length += word.letter ? 1 : word.number >= 0 ? digits(word.number) : 0;
    }
    return length;
}

const char *capability_with(const char *sequence, int first, int second)
{
    static char text[MOST];
    const int parameters[2] = {first, second};
    int origin = 0;
    char *to = text;
    struct word word;
    for (const char *at = sequence; at && *at; at += word.n) {
        word = word_at(at, parameters, &origin);
        if (!word.n || to + NUMBER >= text + sizeof text)
            return tiparm(sequence, first, second);
        if (word.letter)
            *to++ = *at;
        else if (word.number >= 0)
            to += str_i64(to, word.number);
    }
    *to = 0;
    return sequence ? text : NULL;
}
