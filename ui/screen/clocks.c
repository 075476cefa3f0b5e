/* clocks: see clocks.h. Where the segments are few, the bar has a piece for each: nights and holidays are drawn short, so that
 * what was counted and paused is seen. Where they are many a cell is a slice of time: counted if half of it is, partly if some
 * is, else what most of it was. Console and shell read the same rows. */
#include "screen/clocks.h"
#include "base/str.h"
#include "base/text.h"
#include <string.h>

enum cell_kind { CELL_COUNTED, CELL_PART, CELL_LATE, CELL_PAUSED, CELL_OFF_HOURS, CELL_BREAK, CELL_HOLIDAY, CELL_KINDS };
static const struct kind_row {
    const char *glyph, *word, *name; /* name: as the API says it */
    enum ui_role role;
} kinds[CELL_KINDS] = {
    [CELL_COUNTED] = {"\u2588", "counted", "counted", UI_OK},
    [CELL_PART] = {"\u2584", "partly", "", UI_OK},
    [CELL_LATE] = {"!", "past the target", "", UI_LATE},
    [CELL_PAUSED] = {"\u2592", "paused", "paused", UI_MUTED},
    [CELL_OFF_HOURS] = {"\u00b7", "off hours", "off_hours", UI_MUTED},
    [CELL_BREAK] = {"-", "break", "break", UI_MUTED},
    [CELL_HOLIDAY] = {"*", "holiday", "holiday", UI_MUTED},
};

/* --- the bar --- */

static int kind_of(const struct json *segment)
{
    const char *word = json_get_string(segment, "kind", "");
    for (int i = 0; i < CELL_KINDS; i++)
        if (*kinds[i].name && str_eq(kinds[i].name, word))
            return i;
    return CELL_OFF_HOURS;
}

struct slice { int64_t from, until, target, before; int64_t of[CELL_KINDS]; }; /* before: counted ahead of it */

static void measure(struct slice *slice, const struct json *segments)
{
    for (const struct json *s = json_first(segments); s; s = json_next(s)) {
        int64_t from = json_get_i64(s, "from", 0), until = json_get_i64(s, "until", 0), counted = json_get_i64(s, "counted", 0);
        int64_t low = from > slice->from ? from : slice->from, high = until < slice->until ? until : slice->until;
        if (from >= slice->until)
            return;
        if (until > from && from < slice->from) /* of a coarse one, its share */
            slice->before += (int64_t)((double)counted * (double)((until < slice->from ? until : slice->from) - from) / (double)(until - from));
        if (high > low)
            slice->of[kind_of(s)] += high - low;
    }
}

static int cell_of(const struct slice *slice)
{
    int64_t counted = slice->of[CELL_COUNTED], most = 0;
    int kind = CELL_OFF_HOURS;
    if (counted)
        return slice->before + counted > slice->target ? CELL_LATE : counted * 2 >= slice->until - slice->from ? CELL_COUNTED : CELL_PART;
    for (int i = CELL_PAUSED; i < CELL_KINDS; i++)
        if (slice->of[i] > most) {
            most = slice->of[i];
            kind = i;
        }
    return kind;
}

static int64_t ended(const struct json *clock)
{
    int64_t end = json_get_i64(clock, "started_at", 0);
    for (const struct json *s = json_first(json_get(clock, "segments")); s; s = json_next(s))
        end = json_get_i64(s, "until", end);
    return end;
}

static void by_time(const struct json *clock, struct clocks_cell *cells, int width)
{
    int64_t from = json_get_i64(clock, "started_at", 0), length = ended(clock) - from;
    for (int i = 0; i < width; i++) {
        struct slice slice = {.from = from + length * i / width, .until = from + length * (i + 1) / width, .target = json_get_i64(clock, "target", 0)};
        slice.until += slice.until == slice.from;
        measure(&slice, json_get(clock, "segments"));
        cells[i].kind = cell_of(&slice);
    }
}

/* Neighbours of one kind are one piece; where the target is reached a new one begins. */
struct pieces {
    struct { int kind; int64_t length; } list[CLOCKS_BAR / 2];
    int count;
    bool many; /* more than fit */
};

static void add(struct pieces *p, int kind, int64_t length)
{
    enum { MOST = sizeof p->list / sizeof *p->list };
    if (length <= 0 || p->many)
        return;
    if (!p->count || p->list[p->count - 1].kind != kind) {
        p->many = p->count == MOST;
        if (p->many)
            return;
        p->list[p->count].kind = kind;
        p->list[p->count++].length = 0;
    }
    p->list[p->count - 1].length += length;
}

static void cut(const struct json *clock, struct pieces *p)
{
    int64_t target = json_get_i64(clock, "target", 0), before = 0;
    for (const struct json *s = json_first(json_get(clock, "segments")); s; s = json_next(s)) {
        int64_t length = json_get_i64(s, "until", 0) - json_get_i64(s, "from", 0), in_time = target - before;
        if (json_get_bool(s, "coarse", false))
            p->many = true; /* only time says where its parts are */
        if (kind_of(s) != CELL_COUNTED) {
            add(p, kind_of(s), length);
            continue;
        }
        in_time = in_time < 0 ? 0 : in_time < length ? in_time : length;
        add(p, CELL_COUNTED, in_time);
        add(p, CELL_LATE, length - in_time);
        before += length;
    }
}

/* A cell for each piece, two for a night; the rest goes by length, but no pause takes more than all that was counted. */
static int by_piece(const struct pieces *p, struct clocks_cell *cells, int width)
{
    int64_t counted = 0, weight[CLOCKS_BAR / 2] = {0}, total = 0, passed = 0;
    int spare = width, n = 0;
    for (int i = 0; i < p->count; i++)
        counted += p->list[i].kind <= CELL_LATE ? p->list[i].length : 0;
    for (int i = 0; i < p->count; i++) {
        bool idle = p->list[i].kind == CELL_OFF_HOURS || p->list[i].kind == CELL_HOLIDAY, pause = p->list[i].kind == CELL_PAUSED;
        weight[i] = idle ? 0 : pause && counted && p->list[i].length > counted ? counted : p->list[i].length;
        spare -= idle ? 2 : 1;
        total += weight[i];
    }
    for (int i = 0; i < p->count; i++) {
        int64_t share = total ? spare * (passed + weight[i]) / total - spare * passed / total : 0;
        passed += weight[i];
        for (int64_t k = share + (weight[i] ? 1 : 2); k > 0 && n < width; k--)
            cells[n++].kind = p->list[i].kind;
    }
    return n;
}

int clocks_bar(const struct json *clock, struct clocks_cell *cells, int width)
{
    struct pieces pieces = {0};
    int n = width < CLOCKS_BAR ? width : CLOCKS_BAR;
    if (ended(clock) <= json_get_i64(clock, "started_at", 0))
        return 0;
    cut(clock, &pieces);
    if (pieces.many)
        by_time(clock, cells, n);
    else
        n = by_piece(&pieces, cells, n);
    for (int i = 0; i < n; i++) {
        cells[i].glyph = kinds[cells[i].kind].glyph;
        cells[i].role = kinds[cells[i].kind].role;
    }
    return n;
}

/* --- rows, to a pager or to text --- */

struct sheet {
    struct arena *arena;
    struct pager *pager; /* NULL: out */
    struct str *out;
    int column;          /* of out's line */
    bool spoken; /* words only: no bar */
};

static void line(struct sheet *s)
{
    if (s->pager)
        pager_line(s->pager);
    else if (s->column >= 0)
        str_addc(s->out, '\n');
    s->column = 0;
}

static void piece(struct sheet *s, int column, enum ui_role role, const char *text)
{
    if (s->pager) {
        pager_piece(s->pager, column, role, text);
        return;
    }
    for (; s->column < column; s->column++)
        str_addc(s->out, ' ');
    str_adds(s->out, text);
    s->column += text_columns(text);
}

static void block(struct sheet *s, int column, enum ui_role role, const char *text)
{
    if (s->pager) {
        pager_block(s->pager, column, role, false, text);
        return;
    }
    line(s);
    piece(s, column, role, text);
}

static const char *text_of(const struct sheet *s, const struct json *object, const char *name)
{
    return text_safe_in(s->arena, json_get_string(object, name, ""), TEXT_LINE);
}

static struct badge badge_of(const struct json *clock)
{
    const char *state = json_get_string(clock, "state", "");
    bool late = json_get_bool(clock, "late", false);
    if (str_eq(state, "fulfilled"))
        return json_get_bool(clock, "breached", false) ? (struct badge){"\u2718", "kept late", UI_LATE} : (struct badge){"\u2714", "kept", UI_OK};
    if (str_eq(state, "cancelled"))
        return (struct badge){"\u2298", "cancelled", UI_MUTED};
    if (late)
        return (struct badge){"!", str_eq(state, "paused") ? "late, paused" : "late", UI_LATE};
    if (str_eq(state, "paused"))
        return (struct badge){"\u23f8", "paused", UI_MUTED};
    return json_get_bool(clock, "warned", false) ? (struct badge){"\u25b2", "near its end", UI_WARN} : (struct badge){"\u25b8", "in time", UI_OK};
}

static void heading(struct sheet *s, const struct json *clock)
{
    struct badge badge = badge_of(clock);
    const char *calendar = json_get_string(clock, "calendar", NULL), *tier = text_of(s, clock, "tier");
    const char *hours = calendar ? arena_printf(s->arena, "%s (%s)", text_of(s, clock, "calendar"), text_of(s, clock, "zone")) : "all hours";
    line(s);
    piece(s, 2, UI_STRONG, text_of(s, clock, "title"));
    piece(s, 18, badge.role, arena_printf(s->arena, "%s %s%s%s", badge.glyph, badge.word, *tier ? ", " : "", tier));
    piece(s, 34, UI_DIM, arena_printf(s->arena, "policy %s, %s", text_of(s, clock, "policy"), hours));
}

/* Cells of one role go out together. */
static void bar(struct sheet *s, const struct json *clock)
{
    struct clocks_cell cells[CLOCKS_BAR];
    int n = clocks_bar(clock, cells, CLOCKS_BAR);
    if (!n || s->spoken)
        return;
    line(s);
    for (int i = 0, from = 0; i < n; from = i) {
        AUTO_STR run;
        str_init(&run, CLOCKS_BAR * 4);
        for (; i < n && cells[i].role == cells[from].role; i++)
            str_adds(&run, cells[i].glyph);
        if (s->pager)
            pager_cells(s->pager, 2 + from, cells[from].role, run.data);
        else
            piece(s, 2 + from, cells[from].role, text_safe_in(s->arena, run.data, TEXT_LINE));
    }
}

static void entry(struct sheet *s, const struct json *l)
{
    enum { WHEN = 2, WHAT = 20, FITS = 56, ENTRY_TEXT = 80, ENTRY_WIDE = 92 }; /* the number only where there is room */
    const char *text = text_of(s, l, "text"), *then = text_of(s, l, "then");
    line(s);
    piece(s, WHEN, UI_DIM, text_of(s, l, "when"));
    if (text_columns(text) <= FITS)
        piece(s, WHAT, UI_NORMAL, text);
    piece(s, s->pager ? ENTRY_WIDE : ENTRY_TEXT, UI_DIM, arena_printf(s->arena, "entry %lld", (long long)json_get_i64(l, "seq", 0)));
    if (text_columns(text) > FITS)
        block(s, WHAT, UI_NORMAL, text);
    if (*then)
        block(s, WHAT, UI_DIM, arena_printf(s->arena, "then %s", then));
}

static void legend(struct sheet *s)
{
    int column = 2;
    line(s);
    for (int i = 0; i < CELL_KINDS; i++) {
        piece(s, column, kinds[i].role, kinds[i].glyph);
        piece(s, column + 2, UI_DIM, kinds[i].word);
        column += 3 + (int)strlen(kinds[i].word);
    }
}

static void sheet(struct sheet *s, const struct json *root)
{
    const struct json *clocks = json_get(root, "clocks");
    bool drawn = false;
    for (const struct json *clock = json_first(clocks); clock; clock = json_next(clock)) {
        heading(s, clock);
        for (const struct json *text = json_first(json_get(clock, "verdict")); text; text = json_next(text))
            block(s, 2, UI_NORMAL, text_safe_in(s->arena, json_string(text) ? json_string(text) : "", TEXT_LINE));
        bar(s, clock);
        drawn |= json_first(json_get(clock, "segments")) != NULL;
        for (const struct json *l = json_first(json_get(clock, "lines")); l; l = json_next(l))
            entry(s, l);
        line(s);
    }
    if (drawn && !s->spoken)
        legend(s);
    for (const struct json *text = json_first(json_get(root, "lines")); text && !json_first(clocks); text = json_next(text))
        block(s, 2, UI_NORMAL, text_safe_in(s->arena, json_string(text) ? json_string(text) : "", TEXT_LINE));
    if (json_get_bool(root, "older", false))
        block(s, 2, UI_DIM, "Older clocks of this ticket are in the journal.");
}

void clocks_read(const struct look *look, struct pager *pager, const struct json *root)
{
    struct sheet s = {.arena = look->arena, .pager = pager};
    sheet(&s, root);
}

void clocks_print(struct arena *arena, struct str *out, bool spoken, const struct json *root)
{
    struct sheet s = {.arena = arena, .out = out, .column = -1, .spoken = spoken};
    sheet(&s, root);
    str_addc(out, '\n');
}
