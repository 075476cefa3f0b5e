/* queue: columns are tables, a narrow one and a wide one; a row is drawn by them alone. The selection is a
 * gutter mark and the number's role, so that a step of the cursor changes a handful of cells. */
#include "screen/queue.h"
#include "base/text.h"
#include "core/field.h"
#include "screen/begin.h"
#include "screen/column.h"
#include "screen/facts.h"
#include "screen/remarks.h"
#include "screen/sign.h"
#include "screen/standing.h"
#include <string.h>

enum { GUTTER = 2, MARGIN = GUTTER + 1, WIDE = 108, BESIDE = 100, SLIVER = 40, PLAN_LEAST = 3, PANE_FROM = 160, PANE_SHARE = 3, PANE_SPLIT = 130, FACTS = 46, FRESH_MS = 8000, ROOMY = 24, TITLE_LINES = 3 };

/* --- columns --- */

static void draw_sign(struct surface *s, int row, int column, int width, struct badge badge)
{
    surface_text(s, row, column, width, badge.role, badge.glyph);
}

static void draw_state(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    const struct mirror_row *r = item;
    struct badge status = look_state(&r->t);
    (void)selected;
    if (mirror_pending(look->mirror, r->t.id))
        draw_sign(s, row, column, width, sign_of(SIGN_SENDING));
    else if (r->t.escalated == ESCALATION_TRIGGERED)
        draw_sign(s, row, column, width, look_escalation(ESCALATION_TRIGGERED));
    else if (r->t.snoozed_until > look->now)
        draw_sign(s, row, column, width, sign_of(SIGN_SNOOZED));
    else if (r->t.status != STATUS_OPEN || r->t.deleted)
        draw_sign(s, row, column, width, status);
}

static void draw_number(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    const struct mirror_row *r = item;
    bool fresh = r->fresh_at && look->now - r->fresh_at < FRESH_MS;
    enum ui_role role = selected ? UI_SELECTED : r->gone ? UI_MUTED : fresh ? UI_NEW : UI_NORMAL;
    char digits[22];
    digits[str_i64(digits, r->t.id)] = 0;
    surface_right(s, row, column, width, role, digits);
}

static void draw_due(const struct look *look, struct surface *s, int row, int column, int width,
                     const void *item, bool selected)
{
    struct due due = look_due(look, item);
    int text = width > 8 ? 8 : width;
    (void)selected;
    surface_right(s, row, column, text, due.role, due.text);
    if (due.share_bp >= 0 && width >= text + 6)
        surface_bar(s, row, column + text + 1, width - text - 1, due.share_bp, due.role == UI_NORMAL ? UI_DIM : due.role);
}

static void draw_urgency(const struct look *look, struct surface *s, int row, int column, int width,
                         const void *item, bool selected)
{
    const struct mirror_row *r = item;
    struct badge badge = look_urgency(r->t.urgency);
    (void)selected;
    surface_text(s, row, column, 2, badge.role, badge.glyph);
    surface_text(s, row, column + 2, width - 2, badge.role, badge.word);
    if (width >= 14 && r->t.urgency_by == LABEL_BY_MODEL)
        surface_text(s, row, column + 11, width - 11, UI_DIM, look_sure(look, r->t.urgency_bp));
    else if (width >= 14 && r->t.urgency)
        surface_text(s, row, column + 11, width - 11, UI_DIM,
                     r->t.urgency_by == LABEL_BY_AGENT  ? "set"
                     : r->t.urgency_by == LABEL_BY_RULE ? "rul"
                                                        : "src");
}

static void draw_subject(const struct look *look, struct surface *s, int row, int column, int width,
                         const void *item, bool selected)
{
    const struct mirror_row *r = item;
    enum ui_role subject = r->gone || ticket_done(r->t.status) ? UI_MUTED : UI_NORMAL;
    const struct standing standing = standing_of(look, r);
    (void)selected;
    if (!r->gone && r->t.assignee && str_eq(r->t.assignee, mirror_me(look->mirror)))
        subject = UI_STRONG;
    width--; /* a title that is cut touches nothing */
    const char *title = text_safe_in(look->arena, r->t.title && *r->t.title ? r->t.title : "(no subject)", TEXT_LINE);
    const char *mark = standing_fit(&standing, width, text_columns(title));
    surface_text(s, row, column, *mark ? width - text_columns(mark) - STANDING_GAP : width, subject, title);
    if (*mark)
        surface_right(s, row, column, width, standing.role, mark);
}

/* Its first letters, whole ones. */
static const char *short_plan(struct arena *arena, const char *plan)
{
    size_t n = 0, left = strlen(plan), step;
    for (int columns = 0, wide; (step = text_step(plan + n, left - n, &wide)) && (columns += wide) <= PLAN_LEAST;)
        n += step;
    return arena_strndup(arena, plan, n);
}

/* What they pay for at the end of the column, in its first letters where the name has no room beside the whole word: nothing there
 * would say that they pay nothing. */
static void draw_customer(const struct look *look, struct surface *s, int row, int column, int width,
                          const void *item, bool selected)
{
    const struct ticket *t = &((const struct mirror_row *)item)->t;
    const char *plan = text_safe_in(look->arena, t->plan ? t->plan : "", TEXT_LINE);
    const char *name = text_safe_in(look->arena, t->customer_name ? t->customer_name : "", TEXT_LINE);
    (void)selected;
    if (text_columns(name) + 1 + text_columns(plan) >= width)
        plan = short_plan(look->arena, plan);
    int need = text_columns(plan);
    surface_text(s, row, column, width - (need ? need + 2 : 1), UI_DIM, name); /* a name that is cut touches nothing */
    surface_text(s, row, column + width - need - 1, need, UI_MUTED, plan);
}

static void draw_owner(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    const struct ticket *t = &((const struct mirror_row *)item)->t;
    const char *owner = look_owner(look, t->assignee);
    const struct mirror_present *other = mirror_present(look->mirror, t->id, NULL);
    (void)selected;
    if (other) {
        width -= 2;
        draw_sign(s, row, column + width + 1, 1, sign_of(other->replying ? SIGN_REPLYING : SIGN_VIEWING));
    }
    surface_text(s, row, column, width, str_eq(owner, "you") ? UI_MINE : UI_DIM, owner); /* "-" as its neighbours: no style to change */
}

static void draw_category(const struct look *look, struct surface *s, int row, int column, int width,
                          const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_DIM, category_word(((const struct mirror_row *)item)->t.category));
}

static void draw_source(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_DIM, ((const struct mirror_row *)item)->t.account);
}

static void draw_age(const struct look *look, struct surface *s, int row, int column, int width,
                     const void *item, bool selected)
{
    const struct ticket *t = &((const struct mirror_row *)item)->t;
    int64_t since = t->created_at ? t->created_at : t->received_at;
    (void)selected;
    surface_right(s, row, column, width, UI_DIM, look_ago(look->arena, look->now - since));
}

static const struct column narrow[] = {
    {"", 1, 0, false, draw_state},          {"#", 6, 0, true, draw_number},
    {"Due ", 9, 0, true, draw_due},         {"Urgency", 11, 0, false, draw_urgency},
    {"Subject", 0, 0, false, draw_subject}, {"Customer", 13, 96, false, draw_customer},
    {"Owner", 8, 60, false, draw_owner},    {"Age", 4, 90, true, draw_age}};
static void draw_urgent(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look, (void)selected;
    draw_sign(s, row, column, width, look_urgency(((const struct mirror_row *)item)->t.urgency));
}

/* In a sliver of a window the glyph alone says how urgent it is. */
static const struct column sliver[] = {{"", 1, 0, false, draw_state}, {"#", 6, 0, true, draw_number}, {"Due ", 9, 0, true, draw_due}, {"", 1, 0, false, draw_urgent}, {"Subject", 0, 0, false, draw_subject}};
/* Beside a pane of a third: how the time runs out is worth a few letters of the subject. */
static const struct column beside[] = {
    {"", 1, 0, false, draw_state},          {"#", 6, 0, true, draw_number},
    {"     Due", 14, 0, false, draw_due},   {"Urgency", 11, 0, false, draw_urgency},
    {"Subject", 0, 0, false, draw_subject}, {"Customer", 12, 0, false, draw_customer},
    {"Owner", 7, 0, false, draw_owner},     {"Age", 4, 0, true, draw_age}};
static const struct column wide[] = {
    {"", 1, 0, false, draw_state},          {"#", 6, 0, true, draw_number},
    {"     Due", 15, 0, false, draw_due},   {"Urgency", 14, 0, false, draw_urgency},
    {"Subject", 0, 0, false, draw_subject}, {"Customer", -18, 0, false, draw_customer},
    {"Category", 10, 150, false, draw_category}, {"Source", 12, 164, false, draw_source},
    {"Owner", 8, 0, false, draw_owner},     {"Age", 4, 0, true, draw_age}};

/* --- the list --- */

void queue_init(struct queue *q)
{
    *q = (struct queue){.list = list_new()};
}

void queue_fini(struct queue *q)
{
    list_free(q->list);
    ticket_fini(&q->preview);
}

/* Most are shorter than their column in any case. A cell has a blank behind its text. */
static int subject_columns(struct arena *arena, const struct ticket *t)
{
    return t->title && strlen(t->title) >= COLUMN_MOST ? text_columns(text_safe_in(arena, t->title, TEXT_LINE)) + 1 : 0;
}

void queue_sync(struct queue *q, const struct mirror *mirror, bool anchored)
{
    AUTO_ARENA arena = arena_new();
    int n = mirror_row_count(mirror);
    int64_t *ids = ARENA_ARRAY(arena, int64_t, n + 1);
    bool *old = ARENA_ARRAY(arena, bool, n + 1);
    q->subject = 0;
    for (int i = 0; i < n; i++) {
        const struct mirror_row *row = mirror_row_at(mirror, i);
        int columns = subject_columns(arena, &row->t);
        ids[i] = row->t.id;
        old[i] = row->later;
        q->subject = columns > q->subject ? columns : q->subject;
    }
    struct list_window window = {.ids = ids, .old = old, .n = (size_t)n, .more_after = mirror_next(mirror) != NULL};
    list_set(q->list, &window, anchored);
}

void queue_turn(struct queue *q, const struct mirror *mirror)
{
    AUTO_ARENA arena = arena_new();
    struct list *old = q->list;
    size_t n = 0;
    const int64_t *marked = list_targets(old, arena, &n);
    int64_t selected = list_selected(old);
    q->list = list_new();
    for (size_t i = 0; i < n && list_marks(old); i++)
        list_mark(q->list, marked[i], true);
    queue_sync(q, mirror, false);
    list_select(q->list, selected);
    list_free(old);
}

/* Lower is more pressing: paging, then mine and not sent, then late and mine, then what is due next and free or mine. */
static int64_t pressing(const struct mirror *mirror, const struct mirror_row *row, int64_t now, int64_t at)
{
    const struct ticket *t = &row->t;
    bool free = !t->assignee || !*t->assignee, mine = !free && str_eq(t->assignee, mirror_me(mirror));
    bool paging = t->escalated == ESCALATION_TRIGGERED;
    if (mine && row->undelivered && t->id != at && !paging)
        return t->id - INT64_MAX / 4;
    if (ticket_done(t->status) || t->snoozed_until > now || !(mine || free || paging))
        return INT64_MAX;
    int64_t due = t->next_due_at ? t->next_due_at : INT64_MAX / 4;
    return due - (paging ? INT64_MAX / 2 : 0) - (mine && t->next_due_at && due < now ? INT64_MAX / 4 : 0);
}

int64_t queue_needs_me(const struct mirror *mirror, int64_t now, int64_t at)
{
    int64_t best = INT64_MAX, id = 0;
    for (int i = 0; i < mirror_row_count(mirror); i++) {
        const struct mirror_row *row = mirror_row_at(mirror, i);
        int64_t p = row->gone ? INT64_MAX : pressing(mirror, row, now, at);
        if (p < best) {
            best = p;
            id = row->t.id;
        }
    }
    return id;
}

/* --- drawing --- */

/* Why a view of the desk's own may be empty, and where to go from there. */
static const struct { const char *view, *says; } empty_views[] = {
    {"mine", "Nothing is yours. C claims the free ticket that needs somebody most, gu shows what is unassigned."},
    {"unassigned", "Nothing here: every open ticket has an owner. ga shows all of them, gm yours."},
    {"critical", "Nothing critical is open. gs shows what is close to its deadline, gu what is unassigned."},
    {"sla-risk", "Nothing here: everything in \"SLA risk\" is answered. gu shows what is unassigned."},
    {"snoozed", "Nothing is snoozed. z on a ticket hides it until a time, or until the customer writes."}};

/* A desk that is new. */
static const char *nothing_yet(const struct look *look)
{
    const char *config = mirror_config(look->mirror), *source = mirror_source(look->mirror);
    bool may = str_eq(mirror_role(look->mirror), "admin") && !mirror_restricted(look->mirror);
    if (!*source && *config)
        return arena_printf(look->arena, "Nothing here yet: %s\nR looks again here; triage demo plays a day.", begin_source(look->arena, config, may));
    return arena_printf(look->arena,
                        "Nothing here yet: tickets appear the moment a source posts one.\n%s\n"
                        "gi shows what came in and what was refused, with the reason; triage demo plays a day.",
                        begin_post(look->arena, look->ingest ? look->ingest : "ingest.sock", *source ? source : "SOURCE"));
}

static const char *nothing(const struct look *look)
{
    const struct mirror_view *view = mirror_view_find(look->mirror, mirror_view_name(look->mirror));
    const struct mirror_view *all = mirror_view_find(look->mirror, "all");
    const char *where = mirror_where(look->mirror), *title = view ? view->title : "this view";
    if (look->turned_away)
        return arena_printf(look->arena, "The desk says: %s.\nThis console goes on by itself once you are listed; Q leaves.", look->turned_away);
    if (!mirror_ready(look->mirror))
        return look->banner ? "Is the daemon running? triage doctor looks; systemctl start triaged starts it, triage demo needs none.\n"
                              "This console goes on by itself once somebody answers; Q leaves."
                            : "Connecting to the desk…";
    if (where && mirror_next(look->mirror))
        return "Still looking…";
    if (where)
        return arena_printf(look->arena, "No ticket in \"%s\" matches  %s\nEsc clears the filter, / writes another%s.%s", title, where,
                            view == all ? "" : "; ga and / look through all of them", strstr(where, "body.") ? "" : "\nbody:refund looks in what customers wrote.");
    if (all && (view == all || !all->count))
        return nothing_yet(look);
    for (size_t i = 0; view && i < sizeof empty_views / sizeof *empty_views; i++)
        if (str_eq(view->name, empty_views[i].view))
            return empty_views[i].says;
    return arena_printf(look->arena, "Nothing here: no ticket is in \"%s\" now. gu shows what is unassigned, ga all there are.", title);
}

static struct columns columns_for(const struct queue *q, int width)
{
    static const struct { int from, count; const struct column *list; } tables[] = {
        {WIDE, sizeof wide / sizeof *wide, wide}, {BESIDE, sizeof beside / sizeof *beside, beside}, {SLIVER, sizeof narrow / sizeof *narrow, narrow},
        {0, sizeof sliver / sizeof *sliver, sliver}};
    int i = 0;
    while (tables[i].from && width < tables[i].from) /* a sliver of a window has less than none */
        i++;
    return (struct columns){tables[i].list, tables[i].count, q->subject};
}

struct drawing {
    const struct queue *q;
    const struct look *look;
};

static void draw_row(void *arg, struct surface *s, int row, int column, int width, const struct list_line *line)
{
    const struct drawing *d = arg;
    const struct mirror_row *r = mirror_row_at(d->look->mirror, (int)line->index);
    const struct columns columns = columns_for(d->q, width);
    if (r)
        column_row(d->look, s, row, column, width, &columns, r, line->selected);
}

static void draw_rows(struct queue *q, const struct look *look, struct surface *s, int top, int rows,
                      int width)
{
    const struct columns columns = columns_for(q, width - MARGIN);
    if (!mirror_row_count(look->mirror)) {
        look_empty(look, s, top + 1, 4, width - 6, nothing(look));
        return;
    }
    column_heads(s, top, GUTTER, width - MARGIN, &columns);
    list_draw(q->list, s, top + 1, 0, rows - 1, width - 1, 0, draw_row, &(struct drawing){q, look});
}

bool queue_has_pane(const struct queue *q, int columns)
{
    return columns >= PANE_FROM || q->detail;
}

/* The facts, and the timeline below them; beside them where the pane is wide. */
bool queue_in_pane(const struct queue *q, int columns)
{
    return q->in_pane && queue_has_pane(q, columns);
}

void queue_next_pane(struct queue *q, int columns)
{
    q->in_pane = !queue_in_pane(q, columns);
    q->detail |= !queue_has_pane(q, columns);
}

struct pager *queue_pager(const struct queue *q)
{
    return q->preview.id == list_selected(q->list) ? q->preview.pager : NULL;
}

bool queue_leave_pane(struct queue *q, int columns)
{
    if (!queue_in_pane(q, columns))
        return false;
    q->in_pane = q->detail = false;
    return true;
}

/* The pane that keys scroll has the mark and the cursor; the footer says how to get back. */
static void draw_focus(struct surface *s, int top, int left, int width)
{
    surface_text(s, top, left - 2, 1, UI_GUTTER, "▌");
    surface_repaint(s, top, left, width, UI_SELECTED);
    surface_cursor(s, top, left - 2);
}

/* One that is not read yet does not take the place of the one that is: the cursor may be back soon. */
static void draw_timeline(struct queue *q, const struct look *look, struct surface *s, int top, int left, int rows, int width, int64_t ticket)
{
    if (mirror_doc(look->mirror, MIRROR_TICKET)->ticket != ticket) {
        ticket_reading(look, s, top, left, width);
        return;
    }
    if (q->preview.id != ticket)
        ticket_open(&q->preview, ticket);
    ticket_timeline(&q->preview, look, s, top, left, rows, width);
}

static void draw_pane(struct queue *q, const struct look *look, struct surface *s, int top, int left,
                      int rows, int width)
{
    bool split = width >= PANE_SPLIT, facts = split || !q->in_pane || rows > 30; /* what is scrolled needs the room more */
    const struct mirror_row *row = mirror_row_find(look->mirror, list_selected(q->list), NULL);
    const struct mirror_doc *doc = mirror_doc(look->mirror, MIRROR_TICKET);
    if (!row)
        return;
    int more = look_title(look, s, top, left, width, rows >= ROOMY ? TITLE_LINES : 1, row->t.title ? row->t.title : "") - 1;
    top += more;
    rows -= more;
    const struct json *known = doc->ticket == row->t.id ? json_get(doc->root, "ticket") : NULL;
    int used = 2 + (facts ? facts_draw(look, s, top + 2, left, rows - 2, split ? FACTS : width, row, known) : -1);
    if (split)
        draw_timeline(q, look, s, top + 2, left + FACTS + 2, rows - 2, ticket_measure(width - FACTS - 2), row->t.id);
    else if (rows - used > 5 || !facts)
        draw_timeline(q, look, s, top + used + 1, left - 1, rows - used - 1, width, row->t.id);
}

/* The list is no wider than it fills; the pane has the rest. */
static int list_width(const struct queue *q, int width)
{
    int most = width - width / PANE_SHARE - 1;
    const struct columns columns = columns_for(q, most - MARGIN);
    int fills = MARGIN + column_width(most - MARGIN, &columns);
    return fills < most ? fills : most;
}

bool queue_stepped(const struct queue *q, const struct surface *s, struct surface_part *part)
{
    if (queue_in_pane(q, look_columns(s)) || !list_stepped(q->list, part))
        return false;
    part->pane = q->pane;
    return true;
}

void queue_draw(struct queue *q, const struct look *look, struct surface *s)
{
    const struct look bare = look_without(look, look->row_hints);
    int width = look_columns(s), foot = look_footer(mirror_row_count(look->mirror) ? look : &bare, s);
    look_header(look, s, "");
    surface_rule(s, LOOK_TOP - 1);
    int rows = foot - LOOK_TOP, list = width, at = LOOK_TOP;
    bool pane = queue_has_pane(q, width) && mirror_row_count(look->mirror) > 0;
    q->pane = (struct surface_pane){.rows = 0};
    if (pane && width >= 100) {
        list = list_width(q, width);
        q->pane = (struct surface_pane){LOOK_TOP, list, rows};
        draw_pane(q, look, s, LOOK_TOP, list + 3, rows, width - list - 4);
    } else if (pane) {
        int half = rows / 2;
        at = LOOK_TOP + rows - half + 1;
        q->pane = (struct surface_pane){at, 0, half - 1};
        draw_pane(q, look, s, at, 2, half - 1, width - 4);
        rows -= half;
    }
    draw_rows(q, look, s, LOOK_TOP, rows, list);
    look_tabs(look, s, remarks_draw(q->list, look, s)); /* what is above is known now */
    if (pane && q->in_pane && mirror_row_find(look->mirror, list_selected(q->list), NULL))
        draw_focus(s, at, width >= 100 ? list + 3 : 2, width >= 100 ? width - list - 4 : width - 4);
}
