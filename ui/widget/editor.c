/* editor: one flat buffer (a reply is small) and a cursor that always stands between graphemes. How it came to be is the history's,
 * which rows it has on the screen the wrap's, what may come in from elsewhere the paste's. */
#include "widget/editor.h"
#include "base/str.h"
#include "base/text.h"
#include "core/fill.h"
#include "widget/history.h"
#include "widget/paste.h"
#include "widget/wrap.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct editor {
    char *text;
    size_t n, cap, max, cursor;
    bool one_line, unfilled;
    bool prefixed;          /* C-x was pressed */
    int width, rows, goal;  /* as drawn last; the goal of up and down, -1 none */
    size_t top;             /* first row shown */
    struct history *history;
    char said[200];
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
    e->rows = 11;
    e->history = history_new();
    return e;
}

void editor_free(struct editor *e)
{
    if (!e)
        return;
    history_free(e->history);
    free(e->text);
    free(e);
}

void editor_unfilled(struct editor *e)
{
    e->unfilled = true;
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

size_t editor_room(const struct editor *e)
{
    return e->n < e->max ? e->max - e->n : 0;
}

const char *editor_said(const struct editor *e)
{
    return e->said;
}

/* --- places in the text --- */

static struct wrap rows_of(const struct editor *e)
{
    return (struct wrap){e->text, e->n, e->width};
}

static size_t step(const struct editor *e, size_t at)
{
    const struct wrap w = rows_of(e);
    return wrap_step(&w, at);
}

static size_t before(const struct editor *e, size_t at)
{
    const struct wrap w = rows_of(e);
    return wrap_before(&w, at);
}

static size_t line_start(const struct editor *e, size_t at)
{
    const struct wrap w = rows_of(e);
    return wrap_line_start(&w, at);
}

static size_t line_end(const struct editor *e, size_t at)
{
    const struct wrap w = rows_of(e);
    return wrap_line_end(&w, at);
}

void editor_move(struct editor *e, size_t offset)
{
    const struct wrap w = rows_of(e);
    e->cursor = wrap_snap(&w, offset);
    e->goal = -1;
    history_rest(e->history);
}

static bool in_word(const struct editor *e, size_t at)
{
    unsigned char c = (unsigned char)e->text[at];
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* Braces with what is in them are one word: who deletes it wants to write something else there. */
static size_t braces_before(const struct editor *e, size_t at)
{
    size_t start, end;
    for (size_t from = line_start(e, at); editor_placeholder(e, from, &start, &end) && end <= at; from = end)
        if (end == at)
            return start;
    return at;
}

static size_t word_before(const struct editor *e, size_t at)
{
    size_t braces = braces_before(e, at), p;
    if (braces < at)
        return braces;
    for (p = before(e, at); at > 0 && !in_word(e, p); p = before(e, at))
        at = p;
    for (p = before(e, at); at > 0 && in_word(e, p); p = before(e, at))
        at = p;
    return at;
}

static size_t word_after(const struct editor *e, size_t at)
{
    while (at < e->n && !in_word(e, at))
        at = step(e, at);
    while (at < e->n && in_word(e, at))
        at = step(e, at);
    return at;
}

struct editor_place editor_where(const struct editor *e)
{
    struct editor_place place = {.line = 1, .column = 1};
    for (size_t at = 0; at < e->n; at = step(e, at)) {
        bool ends = e->text[at] == '\n';
        place.characters++;
        place.lines += ends;
        if (at < e->cursor) {
            place.column = ends ? 1 : place.column + 1;
            place.line += ends;
        }
    }
    place.lines++;
    return place;
}

/* --- changing --- */

static void splice(struct editor *e, size_t at, size_t gone, const char *came, size_t n)
{
    if (e->n - gone + n + 1 > e->cap) {
        while (e->n - gone + n + 1 > e->cap)
            e->cap *= 2;
        if (!(e->text = realloc(e->text, e->cap)))
            abort();
    }
    memmove(e->text + at + n, e->text + at + gone, e->n - at - gone + 1);
    memcpy(e->text + at, came, n);
    e->n += n - gone;
    e->goal = -1;
}

/* A mark that came before a letter, or a letter deleted before a mark, may have made one character of two. */
static void stand(struct editor *e, size_t at)
{
    const struct wrap w = rows_of(e);
    size_t place = wrap_snap(&w, at);
    e->cursor = place < at ? wrap_step(&w, place) : at;
}

static void too_much(struct editor *e, size_t n)
{
    snprintf(e->said, sizeof e->said, "No room: that is %zu bytes more, and of %zu only %zu are free. Nothing was changed.", n, e->max, editor_room(e));
}

static bool change(struct editor *e, enum history_kind kind, size_t from, size_t to, const char *came, size_t n)
{
    if (from == to && !n)
        return false;
    if (n > to - from + editor_room(e)) {
        too_much(e, n - (to - from));
        return false;
    }
    history_add(e->history, kind, from, e->text + from, to - from, came, n);
    splice(e, from, to - from, came, n);
    stand(e, from + n);
    return true;
}

static bool came(struct editor *e, size_t from, size_t to, const char *text, size_t n)
{
    struct paste p;
    paste_read(&p, text, n, e->one_line);
    bool ok = change(e, HISTORY_WHOLE, from, to, p.text, p.n);
    if (ok)
        paste_say(&p, e->said, sizeof e->said);
    free(p.text);
    return ok;
}

bool editor_replace(struct editor *e, size_t from, size_t to, const char *text)
{
    e->said[0] = 0;
    to = to < e->n ? to : e->n;
    return from <= to && came(e, from, to, text, strlen(text));
}

bool editor_take(struct editor *e, const char *text, size_t n)
{
    e->said[0] = 0;
    return came(e, 0, e->n, text, n);
}

bool editor_set(struct editor *e, const char *text)
{
    struct paste p;
    paste_read(&p, text, strlen(text), e->one_line);
    size_t fits = p.n < e->max ? p.n : e->max;
    bool whole = fits == p.n;
    while (fits && !whole && ((unsigned char)p.text[fits] & 0xc0) == 0x80)
        fits--;
    splice(e, 0, e->n, p.text, fits);
    e->cursor = e->n;
    free(p.text);
    history_clear(e->history);
    e->top = 0;
    e->said[0] = 0;
    return whole;
}

bool editor_undo(struct editor *e)
{
    const struct history_step *s = history_undo(e->history);
    if (!s)
        return false;
    splice(e, s->at, strlen(s->came), s->gone, strlen(s->gone));
    stand(e, s->at + strlen(s->gone));
    return true;
}

bool editor_redo(struct editor *e)
{
    const struct history_step *s = history_redo(e->history);
    if (!s)
        return false;
    splice(e, s->at, strlen(s->gone), s->came, strlen(s->came));
    stand(e, s->at + strlen(s->came));
    return true;
}

/* --- keys --- */

static enum editor_outcome changed(bool change)
{
    return change ? EDITOR_CHANGED : EDITOR_MOVED;
}

static enum editor_outcome removed(struct editor *e, enum history_kind kind, size_t from, size_t to)
{
    return changed(from < to && change(e, kind, from, to, "", 0));
}

static enum editor_outcome moved(struct editor *e, size_t to)
{
    editor_move(e, to);
    return EDITOR_MOVED;
}

static enum editor_outcome delete_key(struct editor *e, const struct key *key)
{
    bool word = key->mods & (MOD_ALT | MOD_CTRL);
    if (key_ctrl(key, 'w') || (key->code == K_BACKSPACE && word))
        return removed(e, HISTORY_WHOLE, word_before(e, e->cursor), e->cursor);
    if ((key->code == 'd' && key->mods == MOD_ALT) || (key->code == K_DELETE && word))
        return removed(e, HISTORY_WHOLE, e->cursor, word_after(e, e->cursor));
    if (key->code == K_BACKSPACE)
        return removed(e, HISTORY_ERASED, before(e, e->cursor), e->cursor);
    if (key->code == K_DELETE)
        return removed(e, HISTORY_SWALLOWED, e->cursor, step(e, e->cursor));
    if (key_ctrl(key, 'u'))
        return removed(e, HISTORY_WHOLE, line_start(e, e->cursor), e->cursor);
    return EDITOR_IGNORED;
}

static enum editor_outcome rows_moved(struct editor *e, long by)
{
    const struct wrap w = rows_of(e);
    struct wrap_place place = wrap_find(&w, e->cursor);
    int goal = e->goal >= 0 ? e->goal : place.column;
    size_t start;
    long to = (long)place.row + by < 0 ? 0 : (long)place.row + by;
    while (to > (long)place.row && !wrap_row_start(&w, (size_t)to, &start))
        to--;
    if (e->one_line)
        return EDITOR_IGNORED;
    if (to == (long)place.row)
        return moved(e, by < 0 ? 0 : e->n);
    editor_move(e, wrap_at(&w, (size_t)to, goal));
    e->goal = goal;
    return EDITOR_MOVED;
}

static enum editor_outcome move_key(struct editor *e, const struct key *key)
{
    bool word = key->mods & (MOD_CTRL | MOD_ALT);
    int page = e->rows > 2 ? e->rows - 1 : 1;
    switch (key->code) {
    case K_LEFT:
        return moved(e, word ? word_before(e, e->cursor) : before(e, e->cursor));
    case K_RIGHT:
        return moved(e, word ? word_after(e, e->cursor) : step(e, e->cursor));
    case K_HOME:
        return moved(e, word ? 0 : line_start(e, e->cursor));
    case K_END:
        return moved(e, word ? e->n : line_end(e, e->cursor));
    case 'b':
        return key->mods == MOD_ALT ? moved(e, word_before(e, e->cursor)) : EDITOR_IGNORED;
    case 'f':
        return key->mods == MOD_ALT ? moved(e, word_after(e, e->cursor)) : EDITOR_IGNORED;
    case 'e':
        return key->mods == MOD_CTRL ? moved(e, line_end(e, e->cursor)) : EDITOR_IGNORED;
    case K_UP: case K_DOWN:
        return rows_moved(e, key->code == K_UP ? -1 : 1);
    case K_PGUP: case K_PGDN:
        return rows_moved(e, key->code == K_PGUP ? -page : page);
    default:
        return EDITOR_IGNORED;
    }
}

static enum editor_outcome typed(struct editor *e, const struct key *key)
{
    char bytes[5];
    size_t n = (size_t)text_encode(key->code == K_ENTER ? '\n' : key->code, bytes);
    return changed(change(e, HISTORY_TYPED, e->cursor, e->cursor, bytes, n));
}

static enum editor_outcome undo_key(struct editor *e, const struct key *key)
{
    bool back = key_ctrl(key, '_');
    if (!back && !key_ctrl(key, 'r'))
        return EDITOR_IGNORED;
    bool ok = back ? editor_undo(e) : editor_redo(e);
    if (!ok)
        str_copy(e->said, sizeof e->said, back ? "There is nothing more to take back." : "There is nothing to do again.");
    return changed(ok);
}

enum editor_outcome editor_key(struct editor *e, const struct key *key)
{
    bool prefixed = e->prefixed;
    e->prefixed = key_ctrl(key, 'x');
    e->said[0] = 0;
    if (e->prefixed)
        return EDITOR_MOVED;
    if (prefixed && key_ctrl(key, 'e'))
        return EDITOR_EXTERNAL;
    if (key_is(key, K_ESC))
        return EDITOR_LEFT;
    if (key->code == K_ENTER && e->one_line)
        return EDITOR_DONE;
    if (key->code == K_PASTE)
        return changed(came(e, e->cursor, e->cursor, key->text, key->n));
    if (key_types(key) || key_is(key, K_ENTER))
        return typed(e, key);
    enum editor_outcome outcome = undo_key(e, key);
    outcome = outcome != EDITOR_IGNORED ? outcome : delete_key(e, key);
    return outcome != EDITOR_IGNORED ? outcome : move_key(e, key);
}

char *editor_before(const struct editor *e, struct arena *arena)
{
    size_t start = line_start(e, e->cursor);
    return arena_strndup(arena, e->text + start, e->cursor - start);
}

bool editor_placeholder(const struct editor *e, size_t from, size_t *start, size_t *end)
{
    struct fill_place place;
    if (from > e->n || !fill_find(e->text, from, &place))
        return false;
    *start = place.start;
    *end = place.end;
    return true;
}

/* --- drawing --- */

static void draw_row(const struct editor *e, struct surface *s, int row, int column, size_t from, size_t to, enum ui_role role)
{
    const struct wrap w = rows_of(e);
    struct fill_place place = {0};
    int used = 0;
    bool any = fill_find(e->text, line_start(e, from), &place);
    for (size_t p = from, next; p < to; p = next) {
        char safe[64];
        next = wrap_step(&w, p);
        int columns = wrap_shown(&w, p, next - p, safe, sizeof safe);
        while (any && p >= place.end)
            any = fill_find(e->text, place.end, &place);
        if (used + columns > e->width)
            break;
        bool inside = any && p >= place.start;
        surface_text(s, row, column + used, columns, !inside ? role : place.row && !e->unfilled ? UI_PLACEHOLDER : UI_ERROR, safe);
        used += columns;
    }
}

/* One line longer than its place is shown from where the cursor still fits. */
static void draw_one_line(struct editor *e, struct surface *s, int row, int column, enum ui_role role)
{
    const struct wrap w = rows_of(e);
    size_t from = 0;
    while (wrap_columns(&w, from, e->cursor) >= e->width)
        from = step(e, from);
    draw_row(e, s, row, column, from, e->n, role);
    surface_cursor(s, row, column + wrap_columns(&w, from, e->cursor));
}

void editor_draw(struct editor *e, struct surface *s, int row, int column, int rows, int width, enum ui_role role)
{
    e->width = width > 1 ? width : 1;
    e->rows = rows;
    surface_fill(s, row, column, rows, width, role);
    if (e->one_line) {
        draw_one_line(e, s, row, column, role);
        return;
    }
    const struct wrap w = rows_of(e);
    struct wrap_place place = wrap_find(&w, e->cursor);
    if (place.row < e->top)
        e->top = place.row;
    if (place.row >= e->top + (size_t)rows)
        e->top = place.row - (size_t)rows + 1;
    size_t start, next;
    bool more = wrap_row_start(&w, e->top, &start);
    for (int i = 0; i < rows && more; i++, start = next) {
        size_t end = wrap_row_end(&w, start, &next);
        draw_row(e, s, row + i, column, start, end, role);
        more = next > end || next < e->n;
    }
    surface_cursor(s, row + (int)(place.row - e->top), column + (place.column < e->width ? place.column : e->width - 1));
}
