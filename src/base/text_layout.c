/* text_layout: safe text in columns: how wide it is, where it is cut, where a line ends. Plain ASCII, most of all text, is stepped over
 * without asking anybody for its width. */
#include "base/text.h"
#include <string.h>

static bool plain(char c)
{
    return c >= 0x20 && c < 0x7f;
}

/* Safe text as the eye steps through it: one visible character with its marks. Columns in *width. */
static size_t step(const char *p, const char *end, int *width)
{
    if (plain(*p) && (p + 1 == end || (unsigned char)p[1] < 0x80)) { /* no mark is ASCII */
        *width = 1;
        return 1;
    }
    const char *at = p;
    uint32_t code = text_next(&at, end);
    *width = code == '\n' ? 0 : text_width(code);
    while (code != '\n' && at < end) {
        const char *next = at;
        uint32_t mark = text_next(&next, end);
        if (mark == '\n' || text_width(mark) != 0)
            break;
        at = next;
    }
    return (size_t)(at - p);
}

size_t text_step(const char *safe, size_t n, int *width)
{
    *width = 0;
    return n ? step(safe, safe + n, width) : 0;
}

int text_columns(const char *safe)
{
    int columns = 0;
    size_t n = strlen(safe);
    if (text_is_plain(safe, n))
        return (int)n;
    for (const char *end = safe + n; safe < end;) {
        if (plain(*safe)) {
            columns++;
            safe++;
            continue;
        }
        uint32_t code = text_next(&safe, end);
        columns += code == '\n' ? 0 : text_width(code);
    }
    return columns;
}

/* Bytes of safe text that fit in `columns`; the columns they take in *used. */
static size_t prefix(const char *safe, const char *end, int columns, int *used)
{
    const char *p = safe;
    int width;
    *used = 0;
    while (p < end) {
        size_t n = step(p, end, &width);
        if (*used + width > columns)
            break;
        *used += width;
        p += n;
    }
    return (size_t)(p - safe);
}

char *text_fit(struct arena *arena, const char *safe, int columns)
{
    size_t len = strlen(safe);
    int used;
    if (columns <= 0)
        return arena_strdup(arena, "");
    if (prefix(safe, safe + len, columns, &used) == len)
        return arena_strndup(arena, safe, len);
    size_t n = prefix(safe, safe + len, columns - 1, &used);
    return arena_printf(arena, "%.*s%s", (int)n, safe, text_is_ascii() ? "~" : "\u2026");
}

/* Bytes of the line's first row: up to `columns`, back to the last space if a word would be split. */
static size_t row_bytes(const char *line, const char *end, int columns)
{
    int used, width;
    size_t n = prefix(line, end, columns, &used);
    if (line + n == end)
        return n;
    if (n == 0)
        return step(line, end, &width); /* one character wider than the whole row: alone */
    if (line[n] == ' ')
        return n;
    for (size_t i = n; i > 0; i--)
        if (line[i - 1] == ' ' && strspn(line, " ") < i)
            return i;
    return n;
}

struct wrapped {
    struct arena *arena;
    char **lines;
    int count, cap;
};

static void add_line(struct wrapped *w, const char *text, size_t n)
{
    if (w->count == w->cap) {
        char **more = ARENA_ARRAY(w->arena, char *, w->cap ? w->cap * 2 : 16);
        if (w->count)
            memcpy(more, w->lines, sizeof *more * (size_t)w->count);
        w->lines = more;
        w->cap = w->cap ? w->cap * 2 : 16;
    }
    while (n && text[n - 1] == ' ')
        n--;
    w->lines[w->count++] = arena_strndup(w->arena, text, n);
}

int text_wrap(struct arena *arena, const char *safe, int columns, char ***lines)
{
    struct wrapped w = {.arena = arena};
    if (columns < 1)
        columns = 1;
    do {
        const char *end = safe + strcspn(safe, "\n");
        do {
            size_t n = row_bytes(safe, end, columns);
            add_line(&w, safe, n);
            safe += n;
            while (safe < end && *safe == ' ')
                safe++;
        } while (safe < end);
        safe = end;
    } while (*safe == '\n' && *++safe);
    *lines = w.lines;
    return w.count;
}
