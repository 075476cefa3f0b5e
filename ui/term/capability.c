/* capability: see capability.h. Of terminfo(5)'s language only %i %p1%d %p2%d and %% are known here. */
#define NCURSES_WIDECHAR 1
#include "term/capability.h"
#include "base/str.h"
#include <curses.h>
#include <string.h>
#include <term.h>
#undef columns
#undef lines

enum { MOST = 96, NUMBER = 21 };

/* One step of the language at a %, its number written to `to`; 0: none that is known here. */
static size_t step(const char *at, const int parameters[2], int *origin, char **to)
{
    if (at[1] == '%') {
        *(*to)++ = '%';
        return 2;
    }
    if (at[1] == 'i') {
        *origin = 1; /* said twice it counts once */
        return 2;
    }
    if (at[1] != 'p' || (at[2] != '1' && at[2] != '2') || at[3] != '%' || at[4] != 'd')
        return 0;
    *to += str_i64(*to, parameters[at[2] - '1'] + *origin);
    return 5;
}

size_t capability_length(const char *sequence, int first, int second)
{
    const int parameters[2] = {first, second};
    int origin = 0;
    size_t length = 0;
    for (const char *at = sequence; at && *at;) {
        char number[NUMBER], *to = number;
        size_t n = *at == '%' ? step(at, parameters, &origin, &to) : 1;
        if (!n)
            return strlen(tiparm(sequence, first, second));
        length += *at == '%' ? (size_t)(to - number) : 1;
        at += n;
    }
    return length;
}

const char *capability_with(const char *sequence, int first, int second)
{
    static char text[MOST];
    const int parameters[2] = {first, second};
    int origin = 0;
    char *to = text;
    for (const char *at = sequence; at && *at;) {
        size_t n = 0;
        if (to + NUMBER < text + sizeof text && *at == '%')
            n = step(at, parameters, &origin, &to);
        else if (to + NUMBER < text + sizeof text)
            *to++ = *at, n = 1;
        if (!n)
            return tiparm(sequence, first, second);
        at += n;
    }
    *to = 0;
    return sequence ? text : NULL;
}
