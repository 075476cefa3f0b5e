/* rows: see rows.h. Lists are at most MIRROR_ROWS_MAX long and nearly always in order, so a scan finds and an
 * insertion sort settles. */
#include "link/rows.h"
#include "base/memory.h"
#include "core/field.h"
#include <stdlib.h>
#include <string.h>

void rows_clear(struct rows *rows)
{
    for (int i = 0; i < rows->count; i++)
        free(rows->list[i]);
    rows->count = 0;
    rows->loose = rows->more = false;
}

void rows_fini(struct rows *rows)
{
    rows_clear(rows);
    free(rows->list);
    rows->list = NULL;
    rows->cap = 0;
}

/* The order of the daemon's views (store/queue): back from a snooze, then late and due first; then what has no clock, oldest first;
 * done last, latest first. */
static int64_t order_of(const struct ticket *t)
{
    if (t->woke_by && !ticket_done(t->status))
        return t->woke_at - 3000000000000000;
    if (ticket_done(t->status))
        return 6000000000000000 - (t->resolved_at ? t->resolved_at : t->updated_at);
    return t->next_due_at ? t->next_due_at : 3000000000000000 + t->received_at;
}

/* As store/rank: open ones by level and number, then done ones as they are otherwise. */
static int64_t level_of(const struct ticket *t, int level)
{
    return ticket_done(t->status) ? order_of(t) : (int64_t)(8 - level) << 44 | t->id;
}

static int64_t key_of(const struct rows *rows, const struct mirror_row *row)
{
    if (row->gone)
        return row->place;
    switch (rows->sort) {
    case MIRROR_BY_AGE:
        return row->t.id;
    case MIRROR_BY_UPDATED:
        return -row->touched;
    case MIRROR_BY_URGENCY:
        return level_of(&row->t, row->t.urgency);
    case MIRROR_BY_PRIORITY:
        return level_of(&row->t, row->t.priority);
    default:
        return order_of(&row->t);
    }
}

int rows_compare(const struct rows *rows, const struct mirror_row *a, const struct mirror_row *b)
{
    int64_t left = key_of(rows, a), right = key_of(rows, b);
    int order = left != right ? (left < right ? -1 : 1) : a->t.id < b->t.id ? -1 : a->t.id > b->t.id;
    return rows->invert ? -order : order;
}

/* --- reading --- */

/* A set of words is kept as its JSON text, as the daemon has it; the caller's to free. NULL: it is none. */
static char *set_text(const struct json *member)
{
    const struct field *f = json_is(member, JSON_ARRAY) && json_first(member) ? field_find(json_name(member)) : NULL;
    return f && f->type == FIELD_TAGS ? json_print(member) : NULL;
}

static size_t text_bytes(const struct json *object)
{
    size_t bytes = 0;
    for (const struct json *member = json_first(object); member; member = json_next(member)) {
        char *set = set_text(member);
        const char *text = set ? set : json_string(member);
        bytes += text ? strlen(text) + 1 : 0;
        free(set);
    }
    return bytes;
}

static const char *keep_text(char **at, const char *text)
{
    if (!text)
        return NULL;
    size_t n = strlen(text) + 1;
    char *copy = memcpy(*at, text, n);
    *at += n;
    return copy;
}

static void read_field(struct ticket *t, const struct field *f, const struct json *value, char **at)
{
    int64_t number = 0;
    bool flag = false;
    switch (f->type) {
    case FIELD_TEXT:
        field_set_text(t, f, keep_text(at, json_string(value)));
        break;
    case FIELD_ENUM: {
        int word = field_word_value(f, json_string(value));
        field_set_int(t, f, word < 0 ? 0 : word);
        break;
    }
    case FIELD_BOOL:
        field_set_int(t, f, json_bool(value, &flag) && flag);
        break;
    case FIELD_INT:
    case FIELD_TIME:
        field_set_int(t, f, json_i64(value, &number) ? number : 0);
        break;
    case FIELD_TAGS: {
        char *set = set_text(value);
        field_set_text(t, f, keep_text(at, set));
        free(set);
        break;
    }
    case FIELD_JSON:
        break;
    }
}

struct mirror_row *rows_read(const struct json *object)
{
    if (json_get_i64(object, "id", 0) <= 0)
        return NULL;
    struct mirror_row *row = memory_must(calloc(1, sizeof *row + text_bytes(object)));
    char *at = (char *)(row + 1);
    row->reply_via = "";
    const struct field *last = NULL;
    for (const struct json *member = json_first(object); member; member = json_next(member)) {
        const char *name = json_name(member);
        const struct field *f = field_next(last, name);
        last = f ? f : last;
        if (f)
            read_field(&row->t, f, member, &at);
        else if (strcmp(name, "due_from") == 0)
            json_i64(member, &row->due_from);
        else if (strcmp(name, "source_line") == 0)
            json_i64(member, &row->source_line);
        else if (strcmp(name, "undelivered") == 0)
            json_i64(member, &row->undelivered);
        else if (strcmp(name, "reply_via") == 0 && json_string(member) &&
                 strcmp(json_string(member), "none") != 0)
            row->reply_via = keep_text(&at, json_string(member));
    }
    return row;
}

/* --- the list --- */

int rows_index(const struct rows *rows, int64_t ticket)
{
    for (int i = 0; i < rows->count; i++)
        if (rows->list[i]->t.id == ticket)
            return i;
    return -1;
}

static bool same_row(const struct mirror_row *a, const struct mirror_row *b)
{
    bool same = a->due_from == b->due_from && a->fresh_at == b->fresh_at && a->gone == b->gone && a->undelivered == b->undelivered &&
                a->source_line == b->source_line && str_eq(a->reply_via, b->reply_via);
    for (int i = 0; same && i < field_count; i++)
        same = field_same(&a->t, &b->t, &field_table[i]);
    return same;
}

bool rows_same(const struct rows *a, const struct rows *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = same_row(a->list[i], b->list[i]);
    return same;
}

static void insert_at(struct rows *rows, int index, struct mirror_row *row)
{
    if (rows->count == rows->cap) {
        rows->cap = rows->cap ? rows->cap * 2 : 64;
        rows->list = memory_must(realloc(rows->list, (size_t)rows->cap * sizeof *rows->list));
    }
    memmove(rows->list + index + 1, rows->list + index, (size_t)(rows->count - index) * sizeof *rows->list);
    rows->list[index] = row;
    rows->count++;
}

static void remove_at(struct rows *rows, int index)
{
    free(rows->list[index]);
    rows->count--;
    memmove(rows->list + index, rows->list + index + 1, (size_t)(rows->count - index) * sizeof *rows->list);
}

static void replace_at(struct rows *rows, int index, struct mirror_row *row)
{
    row->fresh_at = rows->list[index]->fresh_at;
    row->later = rows->list[index]->later;
    free(rows->list[index]);
    rows->list[index] = row;
}

void rows_append(struct rows *rows, struct mirror_row *row)
{
    int index = rows_index(rows, row->t.id);
    row->touched = rows->invert ? rows->count - MIRROR_ROWS_MAX : -rows->count;
    if (index >= 0)
        replace_at(rows, index, row);
    else
        insert_at(rows, rows->count, row);
}

static int place_of(const struct rows *rows, const struct mirror_row *row)
{
    int index = 0;
    while (index < rows->count && rows_compare(rows, rows->list[index], row) < 0)
        index++;
    return index;
}

static bool in_place(const struct rows *rows, int index)
{
    const struct mirror_row *row = rows->list[index];
    return (index == 0 || rows_compare(rows, rows->list[index - 1], row) < 0) &&
           (index + 1 >= rows->count || rows_compare(rows, row, rows->list[index + 1]) < 0);
}

bool rows_put(struct rows *rows, struct mirror_row *row)
{
    int index = rows_index(rows, row->t.id);
    if (index >= 0) {
        replace_at(rows, index, row);
        if (in_place(rows, index))
            return true;
        rows->loose = true;
        if (!rows->anchored)
            rows_settle(rows);
        return true;
    }
    index = place_of(rows, row);
    if ((index == rows->count && rows->more) || rows->count >= MIRROR_ROWS_MAX) {
        free(row);
        return false;
    }
    insert_at(rows, index, row);
    return true;
}

bool rows_undelivered(struct rows *rows, int64_t ticket, int64_t dead)
{
    int index = rows_index(rows, ticket);
    bool other = index >= 0 && rows->list[index]->undelivered != dead;
    if (other)
        rows->list[index]->undelivered = dead;
    return other;
}

bool rows_any_undelivered(const struct rows *rows)
{
    for (int i = 0; i < rows->count; i++)
        if (rows->list[i]->undelivered)
            return true;
    return false;
}

/* Is there a row that could come in the place of this one? */
static bool has_other(const struct rows *rows, int64_t ticket)
{
    for (int i = 0; i < rows->count; i++)
        if (rows->list[i]->t.id != ticket && !rows->list[i]->gone)
            return true;
    return false;
}

static bool is_held(const struct rows *rows, int64_t ticket)
{
    return ticket == rows->held && has_other(rows, ticket);
}

bool rows_leave(struct rows *rows, struct mirror_row *row)
{
    int index = rows_index(rows, row->t.id);
    if (index < 0 || !(rows->anchored || is_held(rows, row->t.id))) {
        if (index >= 0)
            remove_at(rows, index);
        free(row);
        return index >= 0;
    }
    row->place = key_of(rows, rows->list[index]);
    row->gone = true;
    replace_at(rows, index, row);
    return true;
}

static bool drop_gone(struct rows *rows)
{
    int kept = 0, count = rows->count;
    int64_t held = is_held(rows, rows->held) ? rows->held : 0;
    for (int i = 0; i < count; i++) {
        if (rows->list[i]->gone && rows->list[i]->t.id != held)
            free(rows->list[i]);
        else
            rows->list[kept++] = rows->list[i];
    }
    rows->count = kept;
    return kept != count;
}

static bool sort_loose(struct rows *rows)
{
    bool moved = false;
    for (int i = 1; i < rows->count; i++) {
        struct mirror_row *row = rows->list[i];
        int j = i;
        for (; j > 0 && rows_compare(rows, row, rows->list[j - 1]) < 0; j--)
            rows->list[j] = rows->list[j - 1];
        rows->list[j] = row;
        moved |= j != i;
    }
    rows->loose = false;
    return moved;
}

bool rows_settle(struct rows *rows)
{
    bool changed = drop_gone(rows);
    return (rows->loose && sort_loose(rows)) || changed;
}
