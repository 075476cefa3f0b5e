/* editor: one flat buffer (a reply is small), a cursor that always stands between graphemes, and a list of edits for
 * undo. Rows on the screen are found anew for each use from the text and the width: nothing to keep in step. A grapheme
 * is shown as text_safe shows it, so a row's columns are counted on what is drawn, not on what is stored. */
#include "widget/editor.h"
#include "base/str.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { STEPS = 200 };

struct edit { /* at `at`, `gone` was there and `came` is there now */
    size_t at;
    char *gone, *came;
    bool typed; /* one key of typing: joins the edit before it */
};
struct editor {
    char *text;
    size_t n, cap, max, cursor;
    bool one_line, prefixed; /* C-x was pressed */
    int width, goal;         /* columns; the goal of up and down, -1 none */
    size_t top;              /* first row shown */
    struct edit steps[STEPS];
    int done, known; /* steps applied; steps that can be redone lie above */
};

struct editor *editor_new(bool one_line, size_t max)
{
    struct editor *e = calloc(1, sizeof *e);
    if (!e || !(e->text = calloc(1, e->cap = 64)))
        abort();
    e->one_line = one_line;
    e->max = max;
    e->goal = -1;
    e->width = 80;
    return e;
}

static void forget_from(struct editor *e, int first)
{
    for (int i = first; i < e->known; i++) {
        free(e->steps[i].gone);
        free(e->steps[i].came);
    }
    e->known = first;
}

void editor_free(struct editor *e)
{
    if (!e)
        return;
    forget_from(e, 0);
    free(e->text);
    free(e);
}

const char *editor_text(const struct editor *e)
{
    return e->text;
}

size_t editor_length(const struct editor *e)
{
    return e->n;
}

size_t editor_cursor(const struct editor *e)
{
    return e->cursor;
}

/* --- places in the text --- */

static size_t next_place(const struct editor *e, size_t at)
{
    return at + text_grapheme(e->text + at, e->n - at);
}

static size_t line_start(const struct editor *e, size_t at)
{
    while (at > 0 && e->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct editor *e, size_t at)
{
    while (at < e->n && e->text[at] != '\n')
        at++;
    return at;
}

/* Graphemes can only be found forwards: from the line's start. */
static size_t place_before(const struct editor *e, size_t at)
{
    if (at == 0)
        return 0;
    if (e->text[at - 1] == '\n')
        return at - 1;
    size_t p = line_start(e, at), before = p;
    while (p < at) {
        before = p;
        p = next_place(e, p);
    }
    return before;
}

void editor_move(struct editor *e, size_t offset)
{
    if (offset > e->n)
        offset = e->n;
    size_t p = line_start(e, offset);
    while (p < offset && next_place(e, p) <= offset)
        p = next_place(e, p);
    e->cursor = p;
    e->goal = -1;
}

static bool in_word(const struct editor *e, size_t at)
{
    unsigned char c = (unsigned char)e->text[at];
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static size_t word_before(const struct editor *e, size_t at)
{
    while (at > 0 && !in_word(e, place_before(e, at)))
        at = place_before(e, at);
    while (at > 0 && in_word(e, place_before(e, at)))
        at = place_before(e, at);
    return at;
}

static size_t word_after(const struct editor *e, size_t at)
{
    while (at < e->n && !in_word(e, at))
        at = next_place(e, at);
    while (at < e->n && in_word(e, at))
        at = next_place(e, at);
    return at;
}

/* --- changing --- */

/* What may stand in the text: valid UTF-8, no control characters but newline and tab. */
static char *cleaned(const struct editor *e, const char *text, size_t n)
{
    AUTO_STR out;
    char bytes[5];
    str_init(&out, e->max);
    for (const char *end = text + n; text < end && !out.cut;) {
        uint32_t code = text_next(&text, end);
        if (code == '\r' && text < end && *text == '\n')
            continue;
        if (code == '\r')
            code = '\n';
        if (e->one_line && (code == '\n' || code == '\t'))
            code = ' ';
        if ((code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0))
            continue;
        size_t len = (size_t)text_encode(code, bytes);
        if (out.max - out.len < len)
            break;
        str_add(&out, bytes, len);
    }
    return str_take(&out);
}

static void splice(struct editor *e, size_t at, size_t gone, const char *came)
{
    size_t n = strlen(came);
    if (e->n - gone + n + 1 > e->cap) {
        while (e->n - gone + n + 1 > e->cap)
            e->cap *= 2;
        if (!(e->text = realloc(e->text, e->cap)))
            abort();
    }
    memmove(e->text + at + n, e->text + at + gone, e->n - at - gone + 1);
    memcpy(e->text + at, came, n);
    e->n += n - gone;
    e->cursor = at + n;
    e->goal = -1;
}

static char *part(const struct editor *e, size_t at, size_t n)
{
    char *copy = malloc(n + 1);
    if (!copy)
        abort();
    memcpy(copy, e->text + at, n);
    copy[n] = 0;
    return copy;
}

/* Letters typed one after the other are one step, up to a blank. */
static bool joined(struct editor *e, size_t at, const char *came)
{
    struct edit *last = e->done ? &e->steps[e->done - 1] : NULL;
    size_t n = last ? strlen(last->came) : 0;
    if (!last || !last->typed || last->gone[0] || last->at + n != at || *came == ' ' || *came == '\n' || e->done != e->known)
        return false;
    if (!(last->came = realloc(last->came, n + strlen(came) + 1)))
        abort();
    memcpy(last->came + n, came, strlen(came) + 1);
    return true;
}

static void remember(struct editor *e, size_t at, char *gone, char *came, bool typed)
{
    forget_from(e, e->done);
    if (e->done == STEPS) {
        free(e->steps[0].gone);
        free(e->steps[0].came);
        memmove(e->steps, e->steps + 1, (STEPS - 1) * sizeof *e->steps);
        e->done--;
    }
    e->steps[e->done++] = (struct edit){at, gone, came, typed};
    e->known = e->done;
}

static bool change(struct editor *e, size_t from, size_t to, const char *text, size_t n, bool typed)
{
    char *came = cleaned(e, text, n);
    size_t room = e->max > e->n - (to - from) ? e->max - (e->n - (to - from)) : 0, len = strlen(came);
    while (len > room || (len && ((unsigned char)came[len] & 0xc0) == 0x80))
        len--;
    came[len] = 0;
    if (from == to && !len) {
        free(came);
        return false;
    }
    bool join = typed && from == to && joined(e, from, came);
    char *gone = join ? NULL : part(e, from, to - from);
    splice(e, from, to - from, came);
    if (join)
        free(came);
    else
        remember(e, from, gone, came, typed);
    return true;
}

void editor_replace(struct editor *e, size_t from, size_t to, const char *text)
{
    if (to > e->n)
        to = e->n;
    if (from <= to)
        change(e, from, to, text, strlen(text), false);
}

void editor_set(struct editor *e, const char *text)
{
    char *clean = cleaned(e, text, strlen(text));
    splice(e, 0, e->n, clean);
    free(clean);
    forget_from(e, 0);
    e->done = 0;
    e->top = 0;
}

bool editor_undo(struct editor *e)
{
    if (!e->done)
        return false;
    const struct edit *step = &e->steps[--e->done];
    splice(e, step->at, strlen(step->came), step->gone);
    return true;
}

bool editor_redo(struct editor *e)
{
    if (e->done == e->known)
        return false;
    const struct edit *step = &e->steps[e->done++];
    splice(e, step->at, strlen(step->gone), step->came);
    return true;
}

/* --- rows --- */

/* One grapheme as it is shown, and its columns. */
static int shown(const struct editor *e, size_t at, size_t n, char *out, size_t size)
{
    AUTO_STR safe;
    str_init(&safe, 256);
    if (n == 1 && e->text[at] >= 0x20 && e->text[at] < 0x7f && !out)
        return 1; /* most of all text, and asked for most often */
    if (e->text[at] == '\t')
        str_adds(&safe, "    ");
    else
        text_safe(&safe, e->text + at, n, TEXT_LINE);
    if (out)
        str_copy(out, size, safe.data);
    return text_columns(safe.data);
}

/* The end of the row that starts at `at`: where the next one starts is *next. Breaks after the last blank that fits. */
static size_t row_end(const struct editor *e, size_t at, size_t *next)
{
    size_t p = at, blank = 0;
    int used = 0;
    while (p < e->n && e->text[p] != '\n') {
        size_t n = text_grapheme(e->text + p, e->n - p);
        int columns = shown(e, p, n, NULL, 0);
        if (used + columns > e->width && p > at) {
            *next = blank ? blank : p;
            return *next;
        }
        used += columns;
        p += n;
        if (e->text[p - 1] == ' ')
            blank = p;
    }
    *next = p < e->n ? p + 1 : p;
    return p;
}

struct place {
    size_t row, start, end; /* of the row the cursor is in */
    int column;
};

static int columns_between(const struct editor *e, size_t from, size_t to)
{
    int columns = 0;
    while (from < to) {
        size_t n = text_grapheme(e->text + from, e->n - from);
        columns += shown(e, from, n, NULL, 0);
        from += n;
    }
    return columns;
}

static struct place cursor_place(const struct editor *e)
{
    struct place place = {0};
    for (size_t start = 0, next;; start = next, place.row++) {
        place.start = start;
        place.end = row_end(e, start, &next);
        bool ends_line = next > place.end || next == e->n;
        if (e->cursor < place.end || (e->cursor == place.end && ends_line) || next == start)
            break;
        if (next == e->n && e->text[next - 1] != '\n')
            break;
    }
    place.column = columns_between(e, place.start, e->cursor);
    return place;
}

static bool row_start(const struct editor *e, size_t row, size_t *start)
{
    size_t next;
    *start = 0;
    while (row--) {
        size_t end = row_end(e, *start, &next);
        if (next == *start || (next == e->n && end == next))
            return false;
        *start = next;
    }
    return true;
}

static void go_to_row(struct editor *e, size_t row, int goal)
{
    size_t start, next, p;
    if (!row_start(e, row, &start))
        return;
    size_t end = row_end(e, start, &next);
    int used = 0;
    for (p = start; p < end;) {
        size_t n = text_grapheme(e->text + p, e->n - p);
        int columns = shown(e, p, n, NULL, 0);
        if (used + columns > goal || (p + n == end && next == end && end < e->n))
            break; /* the end of a wrapped row is the start of the next */
        used += columns;
        p += n;
    }
    e->cursor = p;
    e->goal = goal;
}

static void move_rows(struct editor *e, long by)
{
    struct place place = cursor_place(e);
    int goal = e->goal >= 0 ? e->goal : place.column;
    size_t start;
    long to = (long)place.row + by;
    if (to < 0)
        to = 0;
    while (to > (long)place.row && !row_start(e, (size_t)to, &start))
        to--;
    if (to == (long)place.row && by)
        editor_move(e, by < 0 ? 0 : e->n);
    else
        go_to_row(e, (size_t)to, goal);
}

/* --- keys --- */

static enum editor_outcome removed(struct editor *e, size_t from, size_t to)
{
    return from < to && change(e, from, to, "", 0, false) ? EDITOR_CHANGED : EDITOR_MOVED;
}

static enum editor_outcome moved(struct editor *e, size_t to)
{
    editor_move(e, to);
    return EDITOR_MOVED;
}

static enum editor_outcome rows_moved(struct editor *e, long by)
{
    move_rows(e, by);
    return EDITOR_MOVED;
}

static enum editor_outcome delete_key(struct editor *e, const struct key *key)
{
    if (key->code == K_BACKSPACE && key->mods == MOD_ALT)
        return removed(e, word_before(e, e->cursor), e->cursor);
    if (key->code == K_BACKSPACE)
        return removed(e, place_before(e, e->cursor), e->cursor);
    if (key->code == K_DELETE)
        return removed(e, e->cursor, next_place(e, e->cursor));
    if (key_ctrl(key, 'w'))
        return removed(e, word_before(e, e->cursor), e->cursor);
    if (key_ctrl(key, 'u'))
        return removed(e, line_start(e, e->cursor), e->cursor);
    return EDITOR_IGNORED;
}

static enum editor_outcome move_key(struct editor *e, const struct key *key)
{
    bool word = key->mods & (MOD_CTRL | MOD_ALT);
    switch (key->code) {
    case K_LEFT:
        return moved(e, word ? word_before(e, e->cursor) : place_before(e, e->cursor));
    case K_RIGHT:
        return moved(e, word ? word_after(e, e->cursor) : next_place(e, e->cursor));
    case K_HOME:
        return moved(e, word ? 0 : line_start(e, e->cursor));
    case K_END:
        return moved(e, word ? e->n : line_end(e, e->cursor));
    case 'b':
        return key->mods == MOD_ALT ? moved(e, word_before(e, e->cursor)) : EDITOR_IGNORED;
    case 'f':
        return key->mods == MOD_ALT ? moved(e, word_after(e, e->cursor)) : EDITOR_IGNORED;
    case K_UP: case K_DOWN:
        return e->one_line ? EDITOR_IGNORED : rows_moved(e, key->code == K_UP ? -1 : 1);
    case K_PGUP: case K_PGDN:
        return e->one_line ? EDITOR_IGNORED : rows_moved(e, key->code == K_PGUP ? -10 : 10);
    default:
        return EDITOR_IGNORED;
    }
}

static enum editor_outcome typed(struct editor *e, const struct key *key)
{
    char bytes[5];
    int n = text_encode(key->code == K_ENTER ? '\n' : key->code, bytes);
    return change(e, e->cursor, e->cursor, bytes, (size_t)n, true) ? EDITOR_CHANGED : EDITOR_MOVED;
}

enum editor_outcome editor_key(struct editor *e, const struct key *key)
{
    bool prefixed = e->prefixed;
    e->prefixed = key_ctrl(key, 'x');
    if (e->prefixed)
        return EDITOR_MOVED;
    if (prefixed && key_ctrl(key, 'e'))
        return EDITOR_EXTERNAL;
    if (key_is(key, K_ESC))
        return EDITOR_LEFT;
    if (key->code == K_ENTER && e->one_line)
        return EDITOR_DONE;
    if (key->code == K_PASTE)
        return change(e, e->cursor, e->cursor, key->text, key->n, false) ? EDITOR_CHANGED : EDITOR_MOVED;
    if (key_types(key) || key_is(key, K_ENTER))
        return typed(e, key);
    if (key_ctrl(key, '_'))
        return editor_undo(e) ? EDITOR_CHANGED : EDITOR_MOVED;
    if (key_ctrl(key, 'r'))
        return editor_redo(e) ? EDITOR_CHANGED : EDITOR_MOVED;
    enum editor_outcome outcome = delete_key(e, key);
    return outcome != EDITOR_IGNORED ? outcome : move_key(e, key);
}

char *editor_before(const struct editor *e, struct arena *arena)
{
    size_t start = line_start(e, e->cursor);
    return arena_strndup(arena, e->text + start, e->cursor - start);
}

bool editor_placeholder(const struct editor *e, size_t from, size_t *start, size_t *end)
{
    const char *open = from <= e->n ? strstr(e->text + from, "{{") : NULL;
    const char *close = open ? strstr(open, "}}") : NULL;
    if (!close)
        return false;
    *start = (size_t)(open - e->text);
    *end = (size_t)(close - e->text) + 2;
    return true;
}

/* --- drawing --- */

static void draw_row(const struct editor *e, struct surface *s, int row, int column, size_t from, size_t to, enum ui_role role)
{
    size_t open = 0, close = 0;
    int used = 0;
    bool any = editor_placeholder(e, line_start(e, from), &open, &close);
    for (size_t p = from; p < to;) {
        char safe[64];
        size_t n = text_grapheme(e->text + p, e->n - p);
        int columns = shown(e, p, n, safe, sizeof safe);
        while (any && p >= close)
            any = editor_placeholder(e, close, &open, &close);
        if (used + columns > e->width)
            break;
        surface_text(s, row, column + used, columns, any && p >= open ? UI_PLACEHOLDER : role, safe);
        used += columns;
        p += n;
    }
}

/* One line longer than its place is shown from where the cursor still fits. */
static void draw_one_line(struct editor *e, struct surface *s, int row, int column, enum ui_role role)
{
    size_t from = 0;
    while (columns_between(e, from, e->cursor) >= e->width)
        from = next_place(e, from);
    draw_row(e, s, row, column, from, e->n, role);
    surface_cursor(s, row, column + columns_between(e, from, e->cursor));
}

void editor_draw(struct editor *e, struct surface *s, int row, int column, int rows, int width, enum ui_role role)
{
    e->width = width > 1 ? width : 1;
    surface_fill(s, row, column, rows, width, role);
    if (e->one_line) {
        draw_one_line(e, s, row, column, role);
        return;
    }
    struct place place = cursor_place(e);
    if (place.row < e->top)
        e->top = place.row;
    if (place.row >= e->top + (size_t)rows)
        e->top = place.row - (size_t)rows + 1;
    size_t start, next;
    bool more = row_start(e, e->top, &start);
    for (int i = 0; i < rows && more; i++, start = next) {
        size_t end = row_end(e, start, &next);
        draw_row(e, s, row + i, column, start, end, role);
        more = next > end || next < e->n;
    }
    surface_cursor(s, row + (int)(place.row - e->top), column + (place.column < e->width ? place.column : e->width - 1));
}
