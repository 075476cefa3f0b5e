/* picker: an editor of one line over a ranking that is made anew when it changes. */
#include "widget/picker.h"
#include "base/text.h"
#include "widget/editor.h"
#include "widget/fuzzy.h"
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TYPED_MOST = 512 };
#define SHELF 0.3 /* a little less than a letter at the start of a word */

enum by { BY_NAME, BY_OTHER_NAME, BY_LETTERS, BY_DETAIL, BENEATH };
struct fit {
    const struct picker_item *item;
    double score;
    enum by by;
    bool taken, whole; /* Enter takes it, if it is the first; all of a name of it is typed */
};
struct picker {
    struct arena *arena; /* items */
    struct editor *editor;
    char *prompt;
    bool free_text;
    struct picker_item *items;
    size_t n;
    struct fit *fits;
    size_t fits_n, selected, top;
    int rows;  /* for items, when last drawn */
    int at;    /* and the row of the first of them */
    int names; /* columns that the names take, details stand behind them */
    bool own_words, moved; /* moved: an arrow went to an item since the last letter */
    bool several;          /* what is typed begins several names alike */
};

struct picker *picker_new(const char *prompt, bool free_text)
{
    struct picker *p = calloc(1, sizeof *p);
    if (!p || !(p->prompt = strdup(prompt)))
        abort();
    p->arena = arena_new();
    p->editor = editor_new(true, TYPED_MOST);
    p->free_text = free_text;
    return p;
}

void picker_free(struct picker *p)
{
    if (!p)
        return;
    arena_free(p->arena);
    editor_free(p->editor);
    free(p->prompt);
    free(p->fits);
    free(p);
}

/* --- ranking --- */

/* What is found later goes beneath, and what Enter would not take goes behind what it takes. */
static int best_first(const void *a, const void *b)
{
    const struct fit *x = a, *y = b;
    if ((x->by == BENEATH) != (y->by == BENEATH))
        return x->by == BENEATH ? 1 : -1;
    if (x->taken != y->taken)
        return x->taken ? -1 : 1;
    if (x->by != y->by)
        return x->by < y->by ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* The other name that begins like what is typed; a whole one goes before all others. */
static const char *called(const struct picker_item *item, const char *typed, bool *whole)
{
    const char *found = NULL;
    size_t n = strlen(typed);
    *whole = false;
    for (const char *at = item->also; at && *at && n && !*whole;) {
        size_t word = strcspn(at, " ");
        if (word >= n && strncasecmp(at, typed, n) == 0) {
            *whole = word == n;
            found = *whole || !found ? at : found;
        }
        at += word + strspn(at + word, " ");
    }
    return found;
}

/* By its name, its other names, its detail, or because it is said to fit: in this order. */
static bool fits_by(const struct picker_item *item, const char *typed, struct fit *fit, bool *whole)
{
    bool letters = fuzzy_score(typed, item->name, &fit->score, NULL), other;
    const char *also = called(item, typed, &other);
    *whole = (letters && fit->score == DBL_MAX) || other;
    fit->by = BY_NAME;
    if (letters && !other && fuzzy_words(typed, item->name, item->takes >= TAKES_START))
        return true;
    fit->by = BY_OTHER_NAME;
    if (also) {
        fit->by = other ? BY_NAME : BY_OTHER_NAME;
        fit->score = other ? DBL_MAX : 0;
        return true;
    }
    fit->by = BY_LETTERS;
    if (letters)
        return true;
    fit->by = BY_DETAIL;
    fit->score = 0;
    if (item->detail && fuzzy_begins(typed, item->detail))
        return true;
    fit->by = BENEATH;
    return str_eq(item->fits, typed);
}

static bool fit_of(const struct picker_item *item, const char *typed, struct fit *fit)
{
    *fit = (struct fit){.item = item};
    if (!fits_by(item, typed, fit, &fit->whole))
        return false;
    fit->score -= item->shelf * SHELF;
    fit->taken = item->takes == TAKES_ANY || (*typed && (item->takes == TAKES_WHOLE ? fit->whole : fit->by <= BY_OTHER_NAME));
    if (item->shelf >= PICKER_BENEATH)
        fit->by = BENEATH;
    return true;
}

static const char *meaning(const struct picker_item *item)
{
    return item->value ? item->value : item->name;
}

/* Is the first word of what one stands for how the other's begins? */
static bool heads(const struct picker_item *one, const struct picker_item *other)
{
    size_t n = strcspn(meaning(one), " ");
    return strncmp(meaning(one), meaning(other), n) == 0;
}

/* "cl" begins "claim"; "cn" only the words of "claim-next". */
static bool begins(const struct fit *fit, const char *typed)
{
    return strncasecmp(fit->item->name, typed, strlen(typed)) == 0;
}

/* The letters begin several names, of which none is all that is typed, nor how all the others begin ("claim" of "claim-next"): which of
 * them is meant, no order can know, and what is done must not hang on what was done yesterday. */
static bool fits_several(const struct picker *p)
{
    const struct fit *first = p->fits;
    const char *typed = editor_text(p->editor);
    if (!p->fits_n || !first->taken || first->whole || first->item->takes != TAKES_START)
        return false;
    for (const struct fit *f = first + 1; f < first + p->fits_n && f->taken && f->by == first->by; f++)
        if (f->item->takes == TAKES_START && !heads(first->item, f->item) && begins(f, typed) == begins(first, typed))
            return true;
    return false;
}

static void rank(struct picker *p)
{
    p->fits_n = p->selected = p->top = 0;
    p->moved = false;
    for (size_t i = 0; i < p->n; i++) {
        if (fit_of(&p->items[i], editor_text(p->editor), &p->fits[p->fits_n]))
            p->fits_n++;
    }
    if (p->fits_n)
        qsort(p->fits, p->fits_n, sizeof *p->fits, best_first);
    p->several = fits_several(p);
}

/* As wide as the widest, but one long name does not push all details away. */
static int names_width(const struct picker *p)
{
    enum { MOST = 24 };
    int widest = 0;
    for (size_t i = 0; i < p->n; i++) {
        int columns = text_columns(p->items[i].name);
        widest = columns > widest ? columns : widest;
    }
    return widest < MOST ? widest : MOST;
}

void picker_set(struct picker *p, const struct picker_item *items, size_t n)
{
    arena_reset(p->arena);
    p->items = ARENA_ARRAY(p->arena, struct picker_item, n + 1);
    p->n = n;
    for (size_t i = 0; i < n; i++)
        p->items[i] = (struct picker_item){.id = items[i].id, .name = text_safe_in(p->arena, items[i].name, TEXT_LINE),
                                           .detail = items[i].detail ? text_safe_in(p->arena, items[i].detail, TEXT_LINE) : NULL,
                                           .keys = arena_strdup(p->arena, items[i].keys), .value = arena_strdup(p->arena, items[i].value),
                                           .shelf = items[i].shelf, .fits = arena_strdup(p->arena, items[i].fits),
                                           .also = arena_strdup(p->arena, items[i].also), .takes = items[i].takes};
    p->names = names_width(p);
    free(p->fits);
    if (!(p->fits = malloc((n + 1) * sizeof *p->fits)))
        abort();
    rank(p);
}

void picker_renew(struct picker *p, const struct picker_item *items, size_t n)
{
    const struct picker_item *on = p->moved ? picker_first(p) : NULL;
    char *was = on ? strdup(meaning(on)) : NULL;
    size_t top = p->top, at = 0;
    picker_set(p, items, n);
    while (was && at < p->fits_n && !str_eq(meaning(p->fits[at].item), was))
        at++;
    if (was && at < p->fits_n) {
        p->selected = at;
        p->top = top < p->fits_n ? top : at;
        p->moved = true;
    }
    free(was);
}

void picker_type(struct picker *p, const char *text)
{
    editor_set(p->editor, text);
    rank(p);
}

void picker_own_words(struct picker *p, bool on)
{
    p->own_words = on;
}

bool picker_at_top(const struct picker *p)
{
    return p->selected == 0;
}

const struct picker_item *picker_first(const struct picker *p)
{
    return p->selected < p->fits_n ? p->fits[p->selected].item : NULL;
}

/* Nothing is taken until an arrow goes to it. */
static bool waits(const struct picker *p)
{
    return !p->moved && (p->own_words || p->several || p->selected >= p->fits_n || !p->fits[p->selected].taken);
}

const struct picker_item *picker_chosen(const struct picker *p)
{
    return waits(p) ? NULL : picker_first(p);
}

bool picker_fits_several(const struct picker *p)
{
    return p->several && !p->moved && !p->own_words;
}

bool picker_takes_typed(const struct picker *p)
{
    return p->free_text && *editor_text(p->editor) && !picker_chosen(p) && !picker_fits_several(p);
}

const char *picker_typed(const struct picker *p)
{
    return editor_text(p->editor);
}

size_t picker_fits(const struct picker *p)
{
    return p->fits_n;
}

/* --- keys --- */

bool picker_q_leaves(const struct picker *p)
{
    if (p->free_text || p->own_words || *picker_typed(p))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (strpbrk(p->items[i].name, "qQ"))
            return false;
    return true;
}

bool picker_point(struct picker *p, int row)
{
    if (row < p->at || row >= p->at + p->rows || p->top + (size_t)(row - p->at) >= p->fits_n)
        return false;
    p->selected = p->top + (size_t)(row - p->at);
    p->moved = true;
    return true;
}

static bool step(struct picker *p, long by)
{
    long first = waits(p) && by > 0, to = (long)p->selected + by - first, last = (long)p->fits_n - 1;
    if (last < 0)
        return true;
    p->moved = true; /* the first step went to the first */
    p->selected = (size_t)(to < 0 ? 0 : to > last ? last : to);
    return true;
}

static bool moves(struct picker *p, const struct key *key)
{
    long page = p->rows > 1 ? p->rows - 1 : 1;
    if (key_is(key, K_DOWN) || key_ctrl(key, 'n') || key_is(key, K_TAB))
        return step(p, 1);
    if (key_is(key, K_UP) || key_ctrl(key, 'p') || (key->code == K_TAB && key->mods == MOD_SHIFT))
        return step(p, -1);
    if (key_is(key, K_PGDN))
        return step(p, page);
    if (key_is(key, K_PGUP))
        return step(p, -page);
    return false;
}

enum picker_outcome picker_key(struct picker *p, const struct key *key)
{
    if (key->code == K_ENTER) {
        bool as_typed = picker_takes_typed(p) || (p->free_text && *picker_typed(p) && key->mods);
        return as_typed ? PICKER_TYPED : picker_chosen(p) ? PICKER_CHOSEN : PICKER_MOVED;
    }
    if (moves(p, key))
        return PICKER_MOVED;
    if (key_is(key, 'q') && picker_q_leaves(p))
        return PICKER_LEFT;
    switch (editor_key(p->editor, key)) {
    case EDITOR_LEFT:
        return PICKER_LEFT;
    case EDITOR_CHANGED:
        rank(p);
        return PICKER_MOVED;
    case EDITOR_IGNORED:
        return PICKER_IGNORED;
    default:
        return PICKER_MOVED;
    }
}

/* --- drawing --- */

/* The letters that fit, marked; names are safe already, so a character is a column or two. */
static void mark_letters(const struct picker *p, struct surface *s, int row, int column, int width, const char *name)
{
    size_t places[FUZZY_NEEDLE], n = fuzzy_letters(picker_typed(p)), letter = 0, index = 0;
    double score;
    int used = 0;
    if (!n || !fuzzy_score(picker_typed(p), name, &score, places))
        return;
    for (const char *at = name, *end = name + strlen(name); at < end && letter < n; index++) {
        int columns = text_width(text_next(&at, end));
        if (used + columns > width)
            return;
        if (places[letter] == index) {
            surface_repaint(s, row, column + used, columns, UI_MATCH);
            letter++;
        }
        used += columns;
    }
}

enum { LEAST_DETAIL = 10 /* columns: of a longer one nothing can be read in less */ };

/* Behind the names, and at the right end: cut is the detail alone. What it was found by stands before that. */
static void draw_beside(const struct picker *p, const struct picker_item *item, struct surface *s, int row, int column, int width, int at)
{
    bool whole;
    const char *other = called(item, picker_typed(p), &whole);
    int keys = item->keys && *item->keys ? text_columns(item->keys) + 2 : 0;
    if (keys && at + keys <= width)
        surface_right(s, row, column, width - 1, UI_KEY, item->keys);
    if (other && width - at - 3 - keys > 20)
        at += surface_textf(s, row, column + at + 3, width - at - 3 - keys, UI_MATCH, "%.*s:", (int)strcspn(other, " "), other) + 1;
    int room = width - at - 3 - keys - (keys > 0);
    if (item->detail && (room >= LEAST_DETAIL || text_columns(item->detail) <= room))
        surface_text(s, row, column + at + 3, room, UI_DIM, item->detail);
}

static void draw_item(const struct picker *p, struct surface *s, int row, int column, int width, size_t index)
{
    const struct picker_item *item = p->fits[index].item;
    bool selected = picker_chosen(p) == item;
    surface_fill(s, row, column, 1, width, UI_NORMAL);
    if (selected)
        surface_text(s, row, column, 1, UI_GUTTER, "\u258c");
    int used = surface_text(s, row, column + 2, width - 2, selected ? UI_SELECTED : UI_NORMAL, item->name);
    mark_letters(p, s, row, column + 2, used, item->name);
    draw_beside(p, item, s, row, column + 2, width - 2, used > p->names ? used : p->names);
}

static void keep_in_view(struct picker *p)
{
    size_t rows = p->rows > 0 ? (size_t)p->rows : 1;
    if (p->selected < p->top)
        p->top = p->selected;
    if (p->selected >= p->top + rows)
        p->top = p->selected - rows + 1;
}

int picker_draw(struct picker *p, struct surface *s, int row, int column, int rows, int width)
{
    int line = 1;
    p->rows = rows - 1;
    p->at = row + 1;
    keep_in_view(p);
    for (; line < rows && p->top + (size_t)line - 1 < p->fits_n; line++)
        draw_item(p, s, row + line, column, width, p->top + (size_t)line - 1);
    if (!p->fits_n && rows > 1) {
        surface_fill(s, row + line, column, 1, width, UI_NORMAL);
        surface_text(s, row + line++, column + 2, width - 2, UI_MUTED,
                     p->free_text ? "nothing fits: Enter takes it as typed" : "nothing fits: C-u clears what is typed");
    }
    surface_fill(s, row, column, 1, width, UI_INPUT);
    int used = surface_text(s, row, column, width * 3 / 5, UI_KEY, p->prompt);
    int count = width >= 30 ? 14 : 0;
    if (count) {
        char fits[32];
        snprintf(fits, sizeof fits, "%zu of %zu ", p->fits_n, p->n);
        surface_right(s, row, column + width - count, count, UI_DIM, fits);
    }
    editor_draw(p->editor, s, row, column + used + 1, 1, width - used - 1 - count, UI_INPUT);
    return line;
}
