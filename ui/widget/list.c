/* list: two numbers matter, `selected` and `top`, both indexes into the window; list_set finds them again by id. Sets
 * of ids (marks, rows not yet seen) are sorted arrays: a few thousand at most, searched far more often than changed. */
#include "widget/list.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

enum { GUTTER = 2, WINDOW_MOST = 100000 };

struct ids { /* a sorted set */
    int64_t *list;
    size_t n, cap;
};
struct list {
    int64_t *ids;
    size_t n;
    bool more_before, more_after;
    size_t selected, top;
    int64_t selected_id, range_from, slid_from;
    int rows, at_row, at_column, at_width; /* when last drawn */
    struct ids marks, fresh;
    struct { size_t top, selected, new_above; bool same; } drawn; /* by list_draw; same: nothing but top and selected changed since */
};

/* --- sets --- */

static size_t place_of(const struct ids *set, int64_t id)
{
    size_t low = 0, high = set->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->list[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has(const struct ids *set, int64_t id)
{
    size_t at = place_of(set, id);
    return at < set->n && set->list[at] == id;
}

static void put(struct ids *set, int64_t id, bool in)
{
    size_t at = place_of(set, id);
    bool is = at < set->n && set->list[at] == id;
    if (in == is)
        return;
    if (!in) {
        memmove(set->list + at, set->list + at + 1, (set->n - at - 1) * sizeof *set->list);
        set->n--;
        return;
    }
    if (set->n == set->cap) {
        set->cap = set->cap ? set->cap * 2 : 16;
        set->list = memory_must(realloc(set->list, set->cap * sizeof *set->list));
    }
    memmove(set->list + at + 1, set->list + at, (set->n - at) * sizeof *set->list);
    set->list[at] = id;
    set->n++;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* --- the window --- */

struct list *list_new(void)
{
    return memory_must(calloc(1, sizeof(struct list)));
}

void list_free(struct list *list)
{
    if (!list)
        return;
    free(list->ids);
    free(list->marks.list);
    free(list->fresh.list);
    free(list);
}

static bool index_of(const struct list *list, int64_t id, size_t *index)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->ids[i] == id) {
            *index = i;
            return true;
        }
    return false;
}

/* The selected row on the screen, the first line not after the last full page. */
static void keep_in_view(struct list *list)
{
    size_t rows = list->rows > 0 ? (size_t)list->rows : list->n + 1; /* never drawn: how much is in view is known then */
    if (list->selected >= list->n)
        list->selected = list->n ? list->n - 1 : 0;
    list->selected_id = list->n ? list->ids[list->selected] : 0;
    if (list->top + rows > list->n)
        list->top = list->n > rows ? list->n - rows : 0;
    if (list->selected < list->top)
        list->top = list->selected;
    if (list->selected >= list->top + rows)
        list->top = list->selected - rows + 1;
}

/* Ids that were not there before become fresh; ids that left are forgotten. */
static void note_fresh(struct list *list, const int64_t *before, size_t n, const bool *is_old)
{
    struct ids old = {.list = memory_must(malloc((n + 1) * sizeof *before)), .n = n};
    if (n)
        memcpy(old.list, before, n * sizeof *before);
    qsort(old.list, n, sizeof *old.list, by_number);
    struct ids fresh = {0};
    for (size_t i = 0; i < list->n; i++)
        if (has(&list->fresh, list->ids[i]) || (n && !(is_old && is_old[i]) && !has(&old, list->ids[i])))
            put(&fresh, list->ids[i], true);
    free(old.list);
    free(list->fresh.list);
    list->fresh = fresh;
}

void list_set(struct list *list, const struct list_window *window, bool anchored)
{
    size_t n = window->n < WINDOW_MOST ? window->n : WINDOW_MOST, line = list->selected - list->top;
    bool at_top = list->top == 0 && !list->more_before;
    int64_t *before = list->ids;
    size_t before_n = list->n;
    list->ids = memory_must(malloc((n + 1) * sizeof *list->ids));
    if (n)
        memcpy(list->ids, window->ids, n * sizeof *list->ids);
    list->n = n;
    list->drawn.same = false;
    list->more_before = window->more_before;
    list->more_after = window->more_after;
    note_fresh(list, before, before_n, window->old);
    free(before);
    if (!index_of(list, list->selected_id, &list->selected) && list->selected_id) /* gone: the index stays, and with it the place */
        list->slid_from = list->selected_id;
    if (at_top && !anchored)
        list->top = 0;
    else
        list->top = list->selected > line ? list->selected - line : 0;
    keep_in_view(list);
}

size_t list_count(const struct list *list)
{
    return list->n;
}

int64_t list_selected(const struct list *list)
{
    return list->selected_id;
}

bool list_select(struct list *list, int64_t id)
{
    if (!index_of(list, id, &list->selected))
        return false;
    list_seen(list);
    keep_in_view(list);
    return true;
}

int64_t list_slid(const struct list *list)
{
    return list->slid_from;
}

void list_seen(struct list *list)
{
    list->slid_from = 0;
}

size_t list_new_above(const struct list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->top && list->fresh.n; i++)
        count += has(&list->fresh, list->ids[i]);
    return count;
}

bool list_calm(struct list *list)
{
    size_t by = list_new_above(list), below = list->selected - list->top + 1, rows = list->rows > 0 ? (size_t)list->rows : 1;
    size_t room = rows > below ? rows - below : 0;
    by = by < room ? by : room;
    list->top -= by;
    return by > 0;
}

bool list_scrolled(const struct list *list)
{
    return list->top > 0;
}

enum list_want list_wants(const struct list *list)
{
    size_t page = list->rows > 0 ? (size_t)list->rows : 1;
    if (list->more_after && list->selected + page >= list->n)
        return LIST_WANTS_AFTER;
    return list->more_before && list->selected < page ? LIST_WANTS_BEFORE : LIST_ENOUGH;
}

/* --- commands --- */

static void step(struct list *list, long by)
{
    long to = (long)list->selected + by;
    list->selected = to < 0 ? 0 : (size_t)to;
    keep_in_view(list);
}

static long page(const struct list *list)
{
    return list->rows > 2 ? list->rows - 1 : 1;
}

static void down(struct list *list)
{
    step(list, 1);
}

static void up(struct list *list)
{
    step(list, -1);
}

static void top(struct list *list)
{
    step(list, -(long)list->selected);
}

static void bottom(struct list *list)
{
    step(list, (long)list->n);
}

static void page_down(struct list *list)
{
    step(list, page(list));
}

static void page_up(struct list *list)
{
    step(list, -page(list));
}

static void mark_as(struct list *list, int64_t id, bool on)
{
    if (!on || list->marks.n < LIST_MARKS_MOST)
        put(&list->marks, id, on);
}

static void mark(struct list *list)
{
    if (!list->n)
        return;
    mark_as(list, list->selected_id, !has(&list->marks, list->selected_id));
    step(list, 1);
}

static void mark_all(struct list *list)
{
    for (size_t i = 0; i < list->n; i++)
        mark_as(list, list->ids[i], true);
}

static void unmark(struct list *list)
{
    list->marks.n = 0;
    list->range_from = 0;
}

static void range(struct list *list)
{
    size_t from;
    if (!list->range_from || !index_of(list, list->range_from, &from)) {
        list->range_from = list->selected_id;
        list_mark(list, list->selected_id, true);
        return;
    }
    size_t to = list->selected;
    for (size_t i = from < to ? from : to; i <= (from < to ? to : from); i++)
        mark_as(list, list->ids[i], true);
    list->range_from = 0;
}

static const struct {
    const char *name;
    void (*run)(struct list *);
    bool marks;
} commands[] = {{"down", down, false}, {"up", up, false}, {"top", top, false}, {"bottom", bottom, false}, {"page-down", page_down, false},
                {"page-up", page_up, false}, {"mark", mark, true}, {"mark-all", mark_all, true}, {"unmark", unmark, true}, {"range", range, true}};

bool list_command(struct list *list, const char *command)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, command) == 0) {
            list_seen(list);
            commands[i].run(list);
            list->drawn.same &= !commands[i].marks;
            return true;
        }
    return false;
}

bool list_ranging(const struct list *list)
{
    return list->range_from != 0;
}

bool list_marked(const struct list *list, int64_t id)
{
    return has(&list->marks, id);
}

void list_mark(struct list *list, int64_t id, bool on)
{
    if (id)
        mark_as(list, id, on);
    list->drawn.same = false;
}

size_t list_marks(const struct list *list)
{
    return list->marks.n;
}

size_t list_marks_unlisted(const struct list *list)
{
    size_t listed = 0;
    for (size_t i = 0; i < list->n && list->marks.n; i++)
        listed += has(&list->marks, list->ids[i]);
    return list->marks.n - listed;
}

bool list_holds(const struct list *list, int64_t id)
{
    size_t index;
    return index_of(list, id, &index);
}

bool list_in_sight(const struct list *list, int64_t id)
{
    size_t index, rows = list->rows > 0 ? (size_t)list->rows : 1;
    return index_of(list, id, &index) && index >= list->top && index < list->top + rows;
}

const int64_t *list_targets(const struct list *list, struct arena *arena, size_t *n)
{
    *n = list->marks.n ? list->marks.n : list->selected_id != 0;
    int64_t *ids = ARENA_ARRAY(arena, int64_t, *n + 1);
    if (list->marks.n)
        memcpy(ids, list->marks.list, *n * sizeof *ids);
    else
        ids[0] = list->selected_id;
    return ids;
}

/* --- drawing --- */

static void draw_line(const struct list *list, struct surface *s, int row, int column, int width, const struct list_line *line,
                      list_draw_row *draw, void *arg)
{
    (void)list;
    if (line->selected)
        surface_text(s, row, column, 1, UI_GUTTER, "\u258c");
    if (line->marked)
        surface_text(s, row, column + 1, 1, UI_MARK, "\u25cf");
    draw(arg, s, row, column + GUTTER, width - GUTTER, line);
}

void list_draw(struct list *list, struct surface *s, int row, int column, int rows, int width, int cursor_column,
               list_draw_row *draw, void *arg)
{
    list->rows = rows;
    list->at_row = row;
    list->at_column = column;
    list->at_width = width;
    keep_in_view(list);
    for (int i = 0; i < rows && list->top + (size_t)i < list->n; i++) {
        size_t index = list->top + (size_t)i;
        int64_t id = list->ids[index];
        struct list_line line = {.id = id, .index = index, .selected = index == list->selected,
                                 .marked = has(&list->marks, id), .fresh = has(&list->fresh, id)};
        if (surface_takes(s, row + i))
            draw_line(list, s, row + i, column, width, &line, draw, arg);
        put(&list->fresh, id, false); /* seen */
    }
    list->drawn.top = list->top;
    list->drawn.selected = list->selected;
    list->drawn.new_above = list_new_above(list);
    list->drawn.same = true;
    if (list->n && list->n - list->top < (size_t)rows)
        surface_text(s, row + (int)(list->n - list->top), column, 1, UI_DIM, "~");
    if (list->n)
        surface_cursor(s, row + (int)(list->selected - list->top), column + GUTTER + cursor_column);
}

/* By one row, which is the selected one; what is above is told as before: the news there, or that there are rows at all. */
static bool went_on(const struct list *list, long by)
{
    size_t edge = by > 0 ? list->top + (size_t)list->rows - 1 : list->top;
    return labs(by) == 1 && (long)(list->selected - list->drawn.selected) == by && list->selected == edge && list_new_above(list) == list->drawn.new_above &&
           !list->top == !list->drawn.top;
}

bool list_stepped(const struct list *list, struct surface_part *part)
{
    long by = (long)(list->top - list->drawn.top);
    if (!list->drawn.same || (by && !went_on(list, by)))
        return false;
    *part = (struct surface_part){
        .rows = {list->at_row + (int)(list->drawn.selected - list->top), list->at_row + (int)(list->selected - list->top)},
        .top = list->at_row, .bottom = list->at_row + list->rows - 1, .by = (int)by};
    return true;
}

int64_t list_at(const struct list *list, int row, int column)
{
    size_t index = list->top + (size_t)(row - list->at_row);
    bool inside = row >= list->at_row && row < list->at_row + list->rows && column >= list->at_column && column < list->at_column + list->at_width;
    return inside && index < list->n ? list->ids[index] : 0;
}

struct list_place list_place(const struct list *list)
{
    return (struct list_place){.selected = list->selected_id, .line = (int)(list->selected - list->top)};
}

void list_restore(struct list *list, struct list_place place)
{
    size_t line = place.line > 0 ? (size_t)place.line : 0;
    if (!index_of(list, place.selected, &list->selected))
        return;
    if (list->rows <= (int)line)
        list->rows = (int)line + 1;
    list->top = list->selected > line ? list->selected - line : 0;
    keep_in_view(list);
}
