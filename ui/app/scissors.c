/* scissors: see scissors.h. The last such line counts: a text may quote one. */
#include "app/scissors.h"
#include <stdbool.h>
#include <string.h>

static const char core[] = "--------------------8<--------------------";
static const char rule[] = "# -----------------------------8<-----------------------------\n"
                           "# The text stands above this line, which is left out with all that is below it.\n";
static const char marks[] = "#>|/*;% \t"; /* of comments and quotes, as editors put them before lines */
enum { LEAST = 8 }; /* bytes of a hint that can be told from a line of the text */

char *scissors_below(struct arena *arena, const char *hints)
{
    return arena_printf(arena, "\n\n%s%s", rule, hints);
}

/* --- lines --- */

struct line {
    const char *at;
    size_t n; /* without what ends it */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next one of what begins at *at, without blanks around it. */
static bool line_next(const char **at, const char *end, struct line *out)
{
    if (*at >= end)
        return false;
    const char *from = *at, *stop = memchr(from, '\n', (size_t)(end - from));
    stop = stop ? stop : end;
    *at = stop < end ? stop + 1 : end;
    while (from < stop && is_blank(*from))
        from++;
    while (stop > from && is_blank(stop[-1]))
        stop--;
    *out = (struct line){from, (size_t)(stop - from)};
    return true;
}

/* As it was, or changed at one place: at least half of it is still at its ends. */
static bool resembles(const struct line *line, const struct line *hint)
{
    size_t most = line->n < hint->n ? line->n : hint->n, head = 0, tail = 0;
    while (head < most && line->at[head] == hint->at[head])
        head++;
    while (tail < most - head && line->at[line->n - 1 - tail] == hint->at[hint->n - 1 - tail])
        tail++;
    return hint->n >= LEAST && 2 * (head + tail) >= hint->n;
}

static bool among(const struct line *line, const char *hints)
{
    struct line hint;
    for (const char *at = hints, *end = hints + strlen(hints); line_next(&at, end, &hint);)
        if (resembles(line, &hint))
            return true;
    return false;
}

static bool is_hint(const struct line *line, const char *hints)
{
    return among(line, rule) || among(line, hints);
}

/* Part of a hint that was wrapped. */
static bool is_piece(const struct line *line, const char *hints)
{
    struct line words = *line;
    while (words.n && *words.at && strchr(marks, *words.at))
        words.at++, words.n--;
    return !words.n || memmem(hints, strlen(hints), words.at, words.n) || memmem(rule, sizeof rule - 1, words.at, words.n);
}

/* --- where the text ends --- */

/* The last line of scissors, as far as its dashes go; NULL: there is none. */
static const char *find(const char *text, size_t n, const char **behind)
{
    const char *found = NULL, *end = text + n;
    for (const char *at = text; (at = memmem(at, (size_t)(end - at), core, sizeof core - 1)); at++)
        found = at;
    for (*behind = found ? found + sizeof core - 1 : end; *behind < end && **behind == '-';)
        (*behind)++;
    while (found && found > text && found[-1] == '-')
        found--;
    return found;
}

/* It goes with what stands before it on its line: marks of comments and quotes, or what joined it to the text's last line. */
static size_t without_marks(const char *text, const char *scissors)
{
    const char *from = scissors;
    while (from > text && from[-1] != '\n' && from[-1] && strchr(marks, from[-1]))
        from--;
    if (from == text || from[-1] == '\n')
        return (size_t)(from - text);
    for (from = scissors; from > text && from[-1] == ' ';)
        from--;
    from -= from > text && from[-1] == '#';
    while (from > text && from[-1] == ' ')
        from--;
    return (size_t)(from - text);
}

/* The line ends that were put between text and scissors; the last one is the editor's where they are gone. */
static size_t without_gap(const char *text, size_t n)
{
    for (int i = 0; i < 2 && n && text[n - 1] == '\n'; i++)
        n -= n > 1 && text[n - 2] == '\r' ? 2 : 1;
    return n;
}

static bool any(const char *from, const char *end, const char *hints, bool (*is)(const struct line *line, const char *hints))
{
    struct line line;
    while (line_next(&from, end, &line))
        if (is(&line, hints))
            return true;
    return false;
}

static bool is_own(const struct line *line, const char *hints)
{
    return line->n && !is_hint(line, hints) && !is_piece(line, hints);
}

enum scissors_left scissors_cut(char *text, size_t *n, const char *hints)
{
    const char *behind, *scissors = find(text, *n, &behind), *end = text + *n;
    if (!scissors && any(text, end, hints, is_hint))
        return SCISSORS_TORN;
    bool more = scissors && any(behind, end, hints, is_own);
    *n = without_gap(text, scissors ? without_marks(text, scissors) : *n);
    return more ? SCISSORS_MORE : SCISSORS_TEXT;
}
