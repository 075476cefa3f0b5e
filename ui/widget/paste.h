/* paste: text that comes into a text from elsewhere: a paste, a file, a draft. What may stand there is valid UTF-8 with line ends and
 * tabs and no other control character, nor one that hides, overrides direction or only tags. What was left out or replaced is
 * counted, so that it can be said: nothing is taken away unseen. */
#ifndef WIDGET_PASTE_H
#define WIDGET_PASTE_H
#include <stdbool.h>
#include <stddef.h>

struct paste {
    char *text; /* the caller frees it */
    size_t n;
    size_t lines, tabs;     /* line ends and tabs that are in it */
    size_t controls, hidden, broken; /* left out; left out; bytes that are no UTF-8, each a U+FFFD now */
};
/* one_line: line ends and tabs become blanks. */
void paste_read(struct paste *p, const char *text, size_t n, bool one_line);
/* What a person should know of it, as one sentence; "" where it is what it was. */
void paste_say(const struct paste *p, char *out, size_t size);
#endif
