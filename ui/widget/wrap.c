/* wrap: see wrap.h. Most of all text is plain ASCII, and asked about most often: it takes the short way. */
#include "widget/wrap.h"
#include "base/str.h"
#include "base/text.h"

enum { TAB_COLUMNS = 4 };

static bool plain(char c)
{
    return c >= 0x20 && c < 0x7f;
}

/* --- characters and lines --- */

size_t wrap_step(const struct wrap *w, size_t at)
{
    const char *p = w->text + at;
    if (at < w->n && (plain(*p) || *p == '\n') && (at + 1 == w->n || (unsigned char)p[1] < 0x80))
        return at + 1;
    return at + text_grapheme(p, w->n - at);
}

size_t wrap_line_start(const struct wrap *w, size_t at)
{
    while (at > 0 && w->text[at - 1] != '\n')
        at--;
    return at;
}

size_t wrap_line_end(const struct wrap *w, size_t at)
{
    while (at < w->n && w->text[at] != '\n')
        at++;
    return at;
}

/* Graphemes can only be found forwards: from the line's start, or from where two plain letters meet. */
static size_t sure(const struct wrap *w, size_t at)
{
    while (at > 0 && w->text[at - 1] != '\n' && !(at > 1 && plain(w->text[at - 1]) && plain(w->text[at - 2])))
        at--;
    return at && w->text[at - 1] != '\n' ? at - 1 : at;
}

size_t wrap_before(const struct wrap *w, size_t at)
{
    if (at == 0)
        return 0;
    size_t p = w->text[at - 1] == '\n' ? at - 1 : sure(w, at - 1), before = p;
    while (p < at) {
        before = p;
        p = wrap_step(w, p);
    }
    return before;
}

size_t wrap_snap(const struct wrap *w, size_t at)
{
    at = at < w->n ? at : w->n;
    size_t p = sure(w, at), next;
    while (p < at && (next = wrap_step(w, p)) <= at)
        p = next;
    return p;
}

/* --- columns --- */

int wrap_shown(const struct wrap *w, size_t at, size_t n, char *out, size_t size)
{
    if (n == 1 && plain(w->text[at]) && !out)
        return 1;
    AUTO_STR safe;
    str_init(&safe, 256);
    if (w->text[at] == '\t')
        str_addf(&safe, "%*s", TAB_COLUMNS, "");
    else
        text_safe(&safe, w->text + at, n, TEXT_LINE);
    if (out)
        str_copy(out, size, safe.data);
    return text_columns(safe.data);
}

int wrap_columns(const struct wrap *w, size_t from, size_t to)
{
    int columns = 0;
    for (size_t next; from < to; from = next) {
        next = wrap_step(w, from);
        columns += wrap_shown(w, from, next - from, NULL, 0);
    }
    return columns;
}

/* --- rows --- */

size_t wrap_row_end(const struct wrap *w, size_t at, size_t *next)
{
    size_t p = at, blank = 0;
    int used = 0;
    while (p < w->n && w->text[p] != '\n') {
        size_t after = wrap_step(w, p);
        int columns = wrap_shown(w, p, after - p, NULL, 0);
        if (used + columns > w->width && p > at) {
            *next = blank ? blank : p;
            return *next;
        }
        used += columns;
        p = after;
        if (w->text[p - 1] == ' ')
            blank = p;
    }
    *next = p < w->n ? p + 1 : p;
    return p;
}

struct wrap_place wrap_find(const struct wrap *w, size_t at)
{
    struct wrap_place place = {0};
    for (size_t start = 0, next;; start = next, place.row++) {
        place.start = start;
        place.end = wrap_row_end(w, start, &next);
        bool ends_line = next > place.end || next == w->n;
        if (at < place.end || (at == place.end && ends_line) || next == start)
            break;
        if (next == w->n && w->text[next - 1] != '\n')
            break;
    }
    place.column = wrap_columns(w, place.start, at);
    return place;
}

bool wrap_row_start(const struct wrap *w, size_t row, size_t *start)
{
    size_t at = 0, next;
    while (row--) {
        size_t end = wrap_row_end(w, at, &next);
        if (next == at || (next == w->n && end == next))
            return false;
        at = next;
    }
    *start = at;
    return true;
}

size_t wrap_at(const struct wrap *w, size_t row, int column)
{
    size_t start, next, p, after;
    int used = 0;
    if (!wrap_row_start(w, row, &start))
        return w->n;
    size_t end = wrap_row_end(w, start, &next);
    for (p = start; p < end; p = after) {
        after = wrap_step(w, p);
        int columns = wrap_shown(w, p, after - p, NULL, 0);
        if (used + columns > column || (after == end && next == end && end < w->n))
            break; /* the end of a wrapped row is the start of the next */
        used += columns;
    }
    return p;
}
