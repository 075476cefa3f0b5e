/* fuzzy: the usual two tables of dynamic programming, D (best score whose last letter matches here) and M (best score so
 * far), a row a letter. The weights are fzy's. Letters are code points. */
#include "widget/fuzzy.h"
#include "base/text.h"
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define GAP_LEADING -0.005
#define GAP_TRAILING -0.005
#define GAP_INNER -0.01
#define CONSECUTIVE 1.0
#define SLASH 0.9
#define WORD 0.8
#define CAPITAL 0.7
#define DOT 0.6

struct letters {
    uint32_t as_is[FUZZY_TEXT], low[FUZZY_TEXT];
    size_t n;
};

static void read_letters(struct letters *l, const char *text, size_t most)
{
    l->n = 0;
    for (const char *end = text + strlen(text); text < end && l->n < most; l->n++) {
        l->as_is[l->n] = text_next(&text, end);
        l->low[l->n] = text_lower(l->as_is[l->n]);
    }
}

static bool all_there(const struct letters *needle, const struct letters *text)
{
    size_t i = 0;
    for (size_t j = 0; i < needle->n && j < text->n; j++)
        i += text->low[j] == needle->low[i];
    return i == needle->n;
}

static double bonus(uint32_t before, uint32_t here)
{
    if (before == '/')
        return SLASH;
    if (before == '-' || before == '_' || before == ' ' || before == '#' || before == '"' || before == '(')
        return WORD;
    if (before == '.' || before == ':' || before == '@')
        return DOT;
    return before > '@' && text_lower(before) == before && text_lower(here) != here ? CAPITAL : 0;
}

static double D[FUZZY_NEEDLE][FUZZY_TEXT], M[FUZZY_NEEDLE][FUZZY_TEXT]; /* the console has one thread that draws */

static void fill_row(const struct letters *needle, const struct letters *text, size_t i)
{
    double best = -INFINITY, gap = i + 1 == needle->n ? GAP_TRAILING : GAP_INNER;
    for (size_t j = 0; j < text->n; j++) {
        double score = -INFINITY;
        if (needle->low[i] == text->low[j]) {
            double extra = bonus(j ? text->as_is[j - 1] : '/', text->as_is[j]);
            if (i == 0)
                score = (double)j * GAP_LEADING + extra;
            else if (j)
                score = fmax(M[i - 1][j - 1] + extra, D[i - 1][j - 1] + CONSECUTIVE);
        }
        D[i][j] = score;
        M[i][j] = best = fmax(score, best + gap);
    }
}

static void walk_back(const struct letters *needle, const struct letters *text, size_t *places)
{
    bool must = false; /* the letter after this one was scored as standing right behind it */
    for (size_t i = needle->n, j = text->n; i-- > 0;)
        while (j-- > 0)
            if (D[i][j] > -INFINITY && (must || D[i][j] == M[i][j])) {
                must = i && j && M[i][j] == D[i - 1][j - 1] + CONSECUTIVE;
                places[i] = j;
                break;
            }
}

bool fuzzy_score(const char *needle, const char *text, double *score, size_t *places)
{
    static struct letters n, t;
    read_letters(&n, needle, FUZZY_NEEDLE);
    read_letters(&t, text, FUZZY_TEXT);
    if (!all_there(&n, &t))
        return false;
    *score = 0;
    if (n.n == 0)
        return true;
    for (size_t i = 0; i < n.n; i++)
        fill_row(&n, &t, i);
    *score = n.n == t.n ? DBL_MAX : M[n.n - 1][t.n - 1];
    if (places)
        walk_back(&n, &t, places);
    return true;
}

static bool begins_word(const struct letters *text, size_t at)
{
    return at == 0 || bonus(text->as_is[at - 1], text->as_is[at]) > 0;
}

/* Where a letter may stand: behind the one before it, or where a word begins to the right of it. */
static bool stand(const struct letters *text, uint32_t letter, bool first, bool start, bool anew, bool *stands)
{
    bool any = false, left = first, behind = false; /* left: the letter before this one stands somewhere to the left; behind: right here */
    for (size_t j = 0; j < text->n; j++) {
        bool was = !first && stands[j], opens = left && begins_word(text, j) && (!first || !start || j == 0);
        stands[j] = letter == text->low[j] && (opens || (behind && !anew));
        any |= stands[j];
        behind = was;
        left |= was;
    }
    return any;
}

bool fuzzy_words(const char *needle, const char *text, bool start)
{
    static struct letters n, t;
    bool stands[FUZZY_TEXT], first = true, anew = true, any = true;
    read_letters(&n, needle, FUZZY_NEEDLE);
    read_letters(&t, text, FUZZY_TEXT);
    for (size_t i = 0; i < n.n && any; i++) {
        if (n.low[i] == ' ') {
            anew = true;
            continue;
        }
        any = stand(&t, n.low[i], first, start, anew, stands);
        first = anew = false;
    }
    return any;
}

bool fuzzy_begins(const char *needle, const char *text)
{
    static struct letters n, t;
    bool found = true;
    read_letters(&n, needle, FUZZY_NEEDLE);
    read_letters(&t, text, FUZZY_TEXT);
    for (size_t from = 0, to; from < n.n && found; from = to) {
        for (to = from; to < n.n && n.low[to] != ' ';)
            to++;
        found = to == from;
        for (size_t j = 0; j + (to - from) <= t.n && !found; j++)
            found = begins_word(&t, j) && memcmp(t.low + j, n.low + from, (to - from) * sizeof *t.low) == 0;
        to += to < n.n;
    }
    return found;
}

size_t fuzzy_letters(const char *needle)
{
    size_t n = 0;
    for (const char *end = needle + strlen(needle); needle < end && n < FUZZY_NEEDLE; n++)
        text_next(&needle, end);
    return n;
}
