/* ticket: the timeline is told to a pager once for a document and then only scrolled: a key costs what it
 * moves, however long the thread is. Bodies stand behind the bar, which no text can draw. */
#include "screen/ticket.h"
#include "screen/attached.h"
#include "screen/drafts.h"
#include "base/text.h"
#include "core/field.h"
#include "link/rows.h"
#include "screen/facts.h"
#include "screen/fold.h"
#include "screen/say.h"
#include <stdlib.h>
#include <string.h>

enum { TIME_AT = 1, TAG_AT = 8, TEXT_AT = 18, PANE_FROM = 110, PANE = 40, FACTS_MOST = 60, MEASURE = 112, ROOMY = 30, TITLE_LINES = 3 };

void ticket_open(struct ticket_screen *t, int64_t id)
{
    ticket_fini(t);
    *t = (struct ticket_screen){.id = id, .pager = pager_new()};
    pager_follow(t->pager, true);
}

void ticket_follow(struct ticket_screen *t, bool on)
{
    t->follow = on;
    pager_follow(t->pager, on);
}

bool ticket_follows(const struct ticket_screen *t)
{
    return t->follow && pager_following(t->pager);
}

static void forget(struct ticket_screen *t)
{
    arena_free(t->shown_arena);
    t->shown_arena = NULL;
    t->shown = NULL;
    t->filled_from = 0;
}

void ticket_fini(struct ticket_screen *t)
{
    forget(t);
    pager_free(t->pager);
    *t = (struct ticket_screen){0};
}

/* --- what is revealed --- */

void ticket_reveal(struct ticket_screen *t, const struct json *text, int64_t now)
{
    forget(t);
    t->shown_arena = arena_new();
    const char *copy = json_print_in(t->shown_arena, text);
    t->shown = json_parse_in(t->shown_arena, copy, strlen(copy), &json_limits_dialect, NULL, NULL);
    t->shown_until = now + TICKET_SHOWN_MS;
}

bool ticket_expire(struct ticket_screen *t, int64_t now)
{
    int64_t left = t->shown_until - now;
    if (!t->shown_arena || (left > 0 && left <= TICKET_SHOWN_MS))
        return false;
    forget(t);
    return true;
}

/* The body as it was written, where it is shown; else as the document has it. */
static const char *body_of(const struct json *shown, const struct json *message)
{
    int64_t row = json_get_i64(message, "row", 0);
    for (const struct json *m = json_first(json_get(shown, "messages")); m; m = json_next(m))
        if (json_get_i64(m, "row", -1) == row)
            return json_get_string(m, "body", "");
    return json_get_string(message, "body", "");
}

/* --- the timeline, told to the pager --- */

struct telling {
    struct pager *pager;
    const struct look *look;
    int64_t day, next_id, ticket; /* ticket: whose timeline it is; lines of others say whose they are */
    int64_t of;                   /* of another, 0 = its own */
    int64_t held_until;           /* when a reply in it leaves, 0 = none is held */
    int64_t spoken;               /* the item of what a person wrote last, 0 = nothing */
    int width;
    bool keyed;                   /* the screen's own, where a key unfolds */
    const char *customer;
    const struct json *shown;
};

static void new_day(struct telling *to, int64_t at)
{
    int64_t day = (at + to->look->zone) / 86400000, today = (to->look->now + to->look->zone) / 86400000;
    if (day == to->day || at <= 0)
        return;
    if (to->day || day != today) {
        struct look spelled = *to->look;
        spelled.now = at + 300 * (int64_t)86400000; /* far enough for the date to be spelled out */
        pager_item(to->pager, -day);
        pager_line(to->pager);
        pager_piece(to->pager, TAG_AT, UI_HEADING, day == today ? "today" : look_stamp(&spelled, at));
    }
    to->day = day;
}

static void head(struct telling *to, int64_t at, enum ui_role tag_role, const char *tag)
{
    new_day(to, at);
    pager_item(to->pager, to->next_id);
    pager_line(to->pager);
    if (at > 0)
        pager_piece(to->pager, TIME_AT, UI_DIM, look_clock(to->look, at));
    pager_piece(
        to->pager, TAG_AT, tag_role,
        text_fit(to->look->arena, text_safe_in(to->look->arena, tag, TEXT_LINE), TEXT_AT - TAG_AT - 1));
}

/* Held: until when, and for how long; of mine also which key takes it back. */
static const char *reply_state(struct telling *to, const struct json *message)
{
    const struct look *look = to->look;
    const char *state = json_get_string(message, "state", "");
    int64_t due = json_get_i64(message, "due_at", 0);
    if (!str_eq(state, "held"))
        return state;
    if (due <= look->now)
        return "leaves now";
    bool mine = look->held_reply == to->ticket && *look->held_how && str_eq(json_get_string(message, "author", NULL), mirror_me(look->mirror));
    to->held_until = due;
    return arena_printf(look->arena, "leaves at %s:%02d, in %lld s%s%s%s", look_clock(look, due), (int)(due / 1000 % 60), (long long)(due - look->now + 999) / 1000,
                        mine ? " (" : "", mine ? look->held_how : "", mine ? ")" : "");
}

static void tell_message(struct telling *to, int64_t at, const struct json *m)
{
    const char *kind = json_get_string(m, "author_kind", ""), *author = json_get_string(m, "author", "");
    const char *state = reply_state(to, m);
    bool customer = str_eq(kind, "customer"), internal = !json_get_bool(m, "public", true),
         gone = str_eq(state, "withdrawn");
    bool agent = str_eq(kind, "agent");
    enum ui_role role = customer ? UI_CUSTOMER : internal ? UI_NOTE : agent ? UI_REPLY : UI_SYSTEM;
    const char *who = !customer ? look_owner(to->look, author) : *author ? author : to->of ? "" : to->customer;
    bool automatic = json_get_bool(m, "automatic", false);
    head(to, at, automatic ? UI_DIM : role,
         customer    ? "customer"
         : automatic ? "auto"
         : internal  ? "note"
         : agent     ? "reply"
         : *kind     ? kind
                     : "message");
    to->spoken = automatic || (!customer && !agent) ? to->spoken : to->next_id;
    char *name = text_safe_in(to->look->arena, str_eq(who, "-") ? "" : who, TEXT_LINE);
    if (to->of)
        name = arena_printf(to->look->arena, "%s%sin #%lld", name, *name ? ", " : "", (long long)to->of);
    pager_piece(to->pager, TEXT_AT, UI_STRONG, name);
    pager_piece(to->pager, TEXT_AT + text_columns(name) + 2,
                gone || str_eq(state, "failed") ? UI_WARN : UI_DIM, state);
    pager_block(to->pager, TAG_AT, gone ? UI_MUTED : role, true, body_of(to->shown, m));
    const char *files = attached_lines(to->look->arena, m);
    if (files)
        pager_block(to->pager, TAG_AT, UI_DIM, true, files);
}

/* A sentence beside its tag; what does not fit goes on below it. */
static void tell_text(struct telling *to, enum ui_role role, const char *text)
{
    char **lines;
    int count = text_wrap(to->look->arena, text_safe_in(to->look->arena, text, TEXT_LINE),
                          to->width - TEXT_AT, &lines);
    for (int i = 0; i < count; i++) {
        if (i)
            pager_line(to->pager);
        pager_piece(to->pager, TEXT_AT, role, lines[i]);
    }
}

static void tell_line(struct telling *to, const struct json *line)
{
    const struct json *message = json_get(line, "message");
    int64_t at = json_get_i64(line, "at", 0), of = json_get_i64(line, "ticket", to->ticket);
    to->of = of != to->ticket ? of : 0;
    if (to->of && json_get_i64(json_get(line, "data"), "other", 0) == to->ticket)
        return; /* this ticket's own line says it */
    if (json_is(message, JSON_OBJECT)) {
        tell_message(to, at, message);
        return;
    }
    struct said said = say_entry(to->look, json_get_string(line, "kind", ""),
                                 json_get_string(line, "actor", ""), json_get(line, "data"));
    if (!*said.text)
        return;
    head(to, at, said.role, said.tag);
    tell_text(to, said.role == UI_MINE ? UI_NORMAL : said.role, to->of ? arena_printf(to->look->arena, "#%lld %s", (long long)to->of, said.text) : said.text);
}

/* On one row: what does not fit is a key away. */
static void tell_fold(struct telling *to, struct fold *fold, const struct json *first, const struct json *last, int count)
{
    enum { GAP = 2 };
    const char *key = to->keyed ? "(Enter)" : "";
    struct fold_part *parts;
    int n = fold_say(fold, first, last, &parts), at = TEXT_AT, end = to->width - text_columns(key) - GAP;
    head(to, json_get_i64(last, "at", 0), UI_DIM, arena_printf(to->look->arena, "%d lines", count));
    for (int i = 0; i < n && at < end; i++) {
        const char *text = text_fit(to->look->arena, text_safe_in(to->look->arena, parts[i].text, TEXT_LINE), end - at);
        pager_piece(to->pager, at, parts[i].role, text);
        at += text_columns(text) + GAP;
    }
    pager_piece(to->pager, at, UI_KEY, key);
}

/* What the machinery noted is gathered, and told where its last line stands. */
static void tell_lines(struct telling *to, const struct json *lines, bool folds)
{
    struct fold *fold = folds ? fold_new(to->look, lines) : NULL;
    const struct json *first = NULL;
    int count = 0;
    for (const struct json *line = json_first(lines); line; line = json_next(line)) {
        to->next_id++; /* folded or not: the place is kept by it */
        if (!fold || !fold_takes(line)) {
            tell_line(to, line);
            continue;
        }
        first = count++ ? first : line;
        if (!fold_ends(line))
            continue;
        if (count > 1)
            tell_fold(to, fold, first, line, count);
        else
            tell_line(to, line);
        count = 0;
    }
}

int ticket_measure(int width)
{
    return width < MEASURE ? width : MEASURE;
}

static const struct json *last_customer_line(const struct json *root)
{
    const struct json *last = NULL;
    for (const struct json *line = json_first(json_get(root, "lines")); line; line = json_next(line))
        last = str_eq(json_get_string(json_get(line, "message"), "author_kind", ""), "customer") ? line : last;
    return last;
}

int ticket_last_words(const struct look *look, struct surface *s, int row, int rows, int64_t ticket)
{
    const struct mirror_doc *doc = mirror_doc(look->mirror, MIRROR_TICKET);
    const struct json *line = doc->ticket == ticket ? last_customer_line(doc->root) : NULL, *message = json_get(line, "message");
    char **lines;
    if (!line || rows < 2)
        return 0;
    surface_text(s, row, TIME_AT, TEXT_AT - TIME_AT - 3, UI_DIM, look_stamp(look, json_get_i64(line, "at", 0)));
    surface_text(s, row, TEXT_AT - 2, -1, UI_CUSTOMER, "the customer wrote last");
    int count = text_wrap(look->arena, text_safe_in(look->arena, json_get_string(message, "body", ""), TEXT_BLOCK), ticket_measure(look_columns(s)) - TEXT_AT - 2, &lines);
    int shown = count < rows - 1 ? count : rows - 1;
    for (int i = 0; i < shown; i++) {
        surface_quote(s, row + 1 + i, TEXT_AT - 2);
        surface_text(s, row + 1 + i, TEXT_AT, -1, UI_CUSTOMER, i + 1 == shown && count > shown ? arena_printf(look->arena, "%s …", lines[i]) : lines[i]);
    }
    return shown + 1;
}

static void fill(struct ticket_screen *t, const struct look *look, const struct mirror_doc *doc, int width)
{
    struct telling to = {.pager = t->pager,
                         .look = look,
                         .width = width,
                         .keyed = t->keyed,
                         .ticket = t->id,
                         .shown = t->shown,
                         .customer = json_get_string(json_get(doc->root, "ticket"), "customer_name", "")};
    pager_begin(t->pager);
    tell_lines(&to, json_get(doc->root, "lines"), !t->unfolded);
    pager_end(t->pager);
    if (!t->follow) /* what the desk noted since is seen below, as far as there is room */
        pager_from(t->pager, to.spoken);
    t->filled_from = doc->number;
    t->filled_width = width;
    t->filled_day = (look->now + look->zone) / 86400000;
    t->filled_second = look->now / 1000;
    t->held_until = to.held_until;
}

void ticket_reading(const struct look *look, struct surface *s, int top, int left, int width)
{
    look_empty(look, s, top, left + TAG_AT, width - TAG_AT, "Reading the timeline…");
}

void ticket_timeline(struct ticket_screen *t, const struct look *look, struct surface *s, int top, int left,
                     int rows, int width)
{
    const struct mirror_doc *doc = mirror_doc(look->mirror, MIRROR_TICKET);
    bool here = doc->ticket == t->id && doc->root;
    int64_t day = (look->now + look->zone) / 86400000;
    bool counts = t->held_until && t->filled_second != look->now / 1000;
    if (here && (doc->number != t->filled_from || t->filled_width != width || t->filled_day != day || counts))
        fill(t, look, doc, width);
    if (t->filled_from)
        pager_draw(t->pager, s, top, left, rows, width);
    else
        ticket_reading(look, s, top, left, width);
}

void ticket_unfold(struct ticket_screen *t, const struct look *look, bool unfolded)
{
    const struct mirror_doc *doc = mirror_doc(look->mirror, MIRROR_TICKET);
    if (t->unfolded == unfolded)
        return;
    t->unfolded = unfolded;
    if (doc->ticket == t->id && doc->root && t->filled_from)
        fill(t, look, doc, t->filled_width);
}

/* --- drawing --- */

static void free_row(void *row)
{
    free(row);
}

const struct mirror_row *ticket_row(const struct look *look, int64_t id)
{
    const struct mirror_doc *doc = mirror_doc(look->mirror, MIRROR_TICKET);
    const struct mirror_row *listed = mirror_row_find(look->mirror, id, NULL);
    if (doc->ticket != id || !doc->root)
        return listed;
    struct mirror_row *row = rows_read(json_get(doc->root, "ticket"));
    if (row)
        arena_defer(look->arena, free_row, row);
    return row && (!listed || row->t.version >= listed->t.version) ? row : listed;
}

/* Gives the row below it: a long one has more than one where there are rows enough. */
static int draw_title(const struct look *look, struct surface *s, const struct mirror_row *row, bool follows)
{
    struct arena *a = look->arena;
    enum { LEAST_TITLE = 24, LEAST_OF_SMALL = 20, SMALL = 52, SURE_FROM = 72 /* columns: how sure that is is said from there on */ };
    struct badge urgency = look_urgency(row->t.urgency), status = look_state(&row->t);
    int width = look_columns(s), right = width - 1;
    const char *owner = look_owner(look, row->t.assignee);
    char *pieces[] = {
        arena_printf(a, "owner %s", text_safe_in(a, owner, TEXT_LINE)),
        arena_printf(a, "%s %s %s", urgency.glyph, urgency.word, look_sure_said(look, row->t.urgency_bp)),
        arena_printf(a, "%s %s", status.glyph, status.word)};
    const char *brief[] = {text_safe_in(a, owner, TEXT_LINE), arena_printf(a, "%s %s", urgency.glyph, urgency.word), status.glyph}; /* rather than nothing */
    enum ui_role roles[] = {str_eq(owner, "you") ? UI_MINE : UI_NORMAL, urgency.role, status.role};
    bool small = width < SMALL;
    for (int i = 0; i < 3; i++) {
        int least = small ? LEAST_OF_SMALL : LEAST_TITLE;
        bool briefly = (small && i == 0) || (width < SURE_FROM && i == 1) || right - text_columns(pieces[i]) < least;
        const char *piece = briefly ? brief[i] : pieces[i];
        int need = text_columns(piece);
        if (!need || right - need < least) /* what it is about before who has it */
            continue;
        right -= need;
        surface_text(s, 0, right, need, roles[i], piece);
        right -= 3;
    }
    int column = 1 + surface_textf(s, 0, 1, -1, UI_SELECTED, "#%lld", (long long)row->t.id) + 2;
    if (follows)
        column += surface_text(s, 0, column, right - column, UI_ACCENT, "▼ following") + 2;
    return look_title(look, s, 0, column, right - column, surface_rows(s) >= ROOMY ? TITLE_LINES : 1,
                      row->t.title && *row->t.title ? row->t.title : "(no subject)");
}

/* The row and the document with what is revealed in its place, in the frame's memory. */
static const struct mirror_row *row_shown(const struct ticket_screen *t, const struct look *look,
                                          const struct mirror_row *row)
{
    if (!t->shown)
        return row;
    struct mirror_row *whole = ARENA_NEW(look->arena, struct mirror_row);
    *whole = *row;
    whole->t.title = json_get_string(t->shown, "title", NULL);
    whole->t.customer_name = json_get_string(t->shown, "customer_name", NULL);
    return whole;
}

static const struct json *document_shown(const struct ticket_screen *t, const struct look *look,
                                         const struct json *doc)
{
    static const char *const contacts[] = {"customer_email", "customer_phone"};
    if (!t->shown || !doc)
        return doc;
    struct json *whole = json_keep_in(look->arena, json_copy(doc));
    for (int i = 0; i < 2; i++) {
        json_drop(whole, contacts[i]);
        json_put_string(whole, contacts[i], json_get_string(t->shown, contacts[i], NULL));
    }
    return whole;
}

/* What the pane would say, on one line, where there is no room for it. */
static void draw_people(const struct look *look, struct surface *s, int row, const struct mirror_row *brief,
                        const struct json *doc)
{
    int column = 1, width = look_columns(s);
    struct badge csat = look_csat(json_get_i64(doc, "csat", 0));
    struct {
        const char *text;
        enum ui_role role;
    } parts[] = {{brief->t.customer_name, UI_CUSTOMER},
                 {json_get_string(doc, "customer_email", NULL), UI_MASKED},
                 {brief->t.plan, UI_NORMAL},
                 {*csat.word ? arena_printf(look->arena, "%s %s", csat.glyph, csat.word) : NULL, csat.role},
                 {json_get_string(json_get(doc, "source"), "name", brief->t.account), UI_DIM},
                 {brief->t.key, UI_DIM}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts && column < width - 8; i++)
        if (parts[i].text && *parts[i].text)
            column += surface_text(s, row, column, width - column - 1, parts[i].role, parts[i].text) + 2;
    if (ticket_differs(&brief->t) && column < width - 16)
        surface_textf(s, row, column, width - column - 1, UI_WARN, "≠ %s at the source",
                      look_words(look->arena, status_word(brief->t.source_status)));
}

static int draw_clocks(const struct look *look, struct surface *s, int row, const struct json *doc)
{
    int column = 1, width = look_columns(s);
    const struct json *e = json_get(doc, "escalation");
    if (str_eq(json_get_string(e, "state", ""), "triggered"))
        column += surface_textf(s, row, column, width - 2, UI_CRITICAL, "‼ step %s, next in %s",
                                look_step(look->arena, e),
                                look_countdown(look->arena, json_get_i64(e, "next_at", 0) - look->now)) +
                  3;
    for (const struct json *clock = json_first(json_get(doc, "clocks")); clock && column < width - 20;
         clock = json_next(clock)) {
        int used = facts_clock(look, s, row, column, width - column - 1, 0, clock);
        column += used ? used + 3 : 0;
    }
    return column > 1;
}

static bool is_aside(const struct ticket *t)
{
    return t->disposition || t->deleted;
}

/* Why nothing happens here any more, and where it does. */
static const char *put_aside(const struct look *look, const struct ticket *t)
{
    if (t->disposition == DISPOSITION_MERGED)
        return arena_printf(look->arena, "Part of #%lld, read and answered there (:%lld). :unmerge takes it back.", (long long)t->merged_into,
                            (long long)t->merged_into);
    if (t->deleted)
        return "✗ Deleted: in no queue and no count. :unmerge takes it back, and so does its source when it speaks of it again.";
    return arena_printf(look->arena, "Put aside: %s. :unmerge takes it back.", field_word(field_find("disposition"), t->disposition));
}

enum { SHARED_TEXT = 4, SHARED_MOST = 3 }; /* rows of one; how many of them */

/* One text that a colleague (or I) handed to the team, its first lines; gives the rows it takes. */
static int draw_draft(const struct look *look, struct surface *s, int top, int width, const struct json *d, bool draws)
{
    char **lines;
    struct arena *a = look->arena;
    bool mine = json_get_bool(d, "mine", false);
    int n = text_wrap(a, text_safe_in(a, json_get_string(d, "text", ""), TEXT_BLOCK), width - TAG_AT - 3, &lines), rows = n < SHARED_TEXT ? n : SHARED_TEXT;
    const char *who = text_safe_in(a, json_get_string(d, "agent", "?"), TEXT_LINE), *ago = look_since(a, look->now - json_get_i64(d, "at", 0));
    if (!draws)
        return rows + 1;
    surface_text(s, top, 1, TAG_AT - 2, UI_PRESENCE, str_eq(json_get_string(d, "kind", ""), "note") ? "note" : "draft");
    surface_textf(s, top, TAG_AT, width - TAG_AT, UI_PRESENCE, "%s",
                  mine ? arena_printf(a, "yours, shared with the team %s   D goes on with it", ago) : arena_printf(a, "by %s, shared %s   D takes it over", who, ago));
    for (int i = 0; i < rows; i++)
        surface_text(s, top + 1 + i, TAG_AT + 2, width - TAG_AT - 3, UI_DIM, i + 1 == SHARED_TEXT && n > SHARED_TEXT ? "…" : lines[i]);
    return rows + 1;
}

/* Above the foot, for they are of now; gives the rows used. */
static int draw_shared(const struct look *look, struct surface *s, int64_t ticket, int foot, int width)
{
    int rows = 0, count = 0;
    for (const struct json *d = NULL; count < SHARED_MOST && (d = drafts_shared(look, ticket, d)); count++)
        rows += draw_draft(look, s, 0, width, d, false);
    int top = foot - rows;
    count = 0;
    for (const struct json *d = NULL; count < SHARED_MOST && (d = drafts_shared(look, ticket, d)); count++)
        top += draw_draft(look, s, top, width, d, true);
    return rows;
}

/* Where there is no pane to say it: on the rule at the foot, which costs the timeline no row. */
static void draw_similar(const struct look *look, struct surface *s, int64_t ticket, int rule)
{
    enum { MORE = 16 }; /* the end of the rule is look_more's */
    static const char head[] = " similar, resolved:";
    int room = look_columns(s) - MORE - (int)strlen(head) - 1;
    const char *numbers = "";
    for (const struct json *r = json_first(facts_similar(look, ticket)); r; r = json_next(r)) {
        const char *more = arena_printf(look->arena, "%s #%lld", numbers, (long long)json_get_i64(r, "id", 0));
        numbers = text_columns(more) <= room ? more : numbers; /* none is cut */
    }
    if (*numbers)
        surface_right(s, rule, 1, look_columns(s) - MORE, UI_DIM, arena_printf(look->arena, "%s%s ", head, numbers));
}

void ticket_draw(struct ticket_screen *t, const struct look *look, struct surface *s)
{
    const struct mirror_doc *known = mirror_doc(look->mirror, MIRROR_TICKET);
    const struct json *doc = known->ticket == t->id ? json_get(known->root, "ticket") : NULL;
    const struct mirror_row *row = ticket_row(look, t->id);
    int width = look_columns(s), foot = look_footer(look, s), at = 1;
    ticket_expire(t, look->now);
    t->keyed = true;
    if (!row) {
        surface_textf(s, 0, 1, -1, UI_TITLE, "#%lld", (long long)t->id);
        look_empty(look, s, LOOK_TOP, 2, width - 4, look->banner ? look->banner : "Reading the ticket…");
        return;
    }
    row = row_shown(t, look, row);
    doc = document_shown(t, look, doc);
    at = draw_title(look, s, row, ticket_follows(t));
    bool pane = width >= PANE_FROM;
    draw_people(look, s, at++, row, doc);
    if (row->undelivered)
        surface_textf(s, at++, 1, width - 2, UI_LATE, "%s: gd shows why, R there sends it again", facts_undelivered(look, row));
    const char *others = look_present(look, t->id);
    if (*others)
        surface_text(s, at++, 1, width - 2, UI_PRESENCE, others);
    if (!pane)
        at += draw_clocks(look, s, at, doc);
    const char *life = pane || is_aside(&row->t) ? "" : facts_life(look, &row->t);
    if (*life)
        surface_text(s, at++, 1, width - 2, UI_NOTE, life);
    if (is_aside(&row->t))
        surface_text(s, at++, 1, width - 2, UI_WARN, put_aside(look, &row->t));
    if (look->banner)
        surface_text(s, at++, 1, width - 2, UI_ERROR, look->banner);
    if (t->shown)
        surface_textf(s, at++, 1, width - 2, UI_WARN, "Unmasked for %lld s more; the journal knows who looked and why.",
                      (long long)(t->shown_until - look->now + 999) / 1000);
    surface_rule(s, at++);
    int body_width = ticket_measure(pane ? width - PANE - 3 : width - 1), left = body_width + 2;
    if (!pane)
        draw_similar(look, s, t->id, foot);
    int rule = foot;
    foot -= draw_shared(look, s, t->id, foot, body_width);
    ticket_timeline(t, look, s, at, 0, foot - at, body_width);
    look_more(look, s, rule, pager_below(t->pager));
    if (pane)
        facts_draw(look, s, at, left, foot - at, width - left - 1 < FACTS_MOST ? width - left - 1 : FACTS_MOST, row, doc);
}
