/* composer_draw: the composer as it is seen: head, thread, text, the files that go along, the line that speaks, and each state's keys (one
 * table). */
#include "screen/composer.h"
#include "base/text.h"
#include "core/fill.h"
#include <string.h>

enum { ROOM_SAID = 4 << 10, TAKE_OFF = 16, WIDE = 140, SPLIT_ROWS = 30, WORDS_ROWS = 15, WORDS = 5, BRIEF_BELOW = 64, LEAST_ROWS = 12 };

const char *composer_title(const struct composer *c, const struct look *look)
{
    const struct mirror_row *row = ticket_row(look, c->ticket);
    const char *name = row && row->t.customer_name && *row->t.customer_name ? row->t.customer_name : "the customer";
    const char *via = row && *row->reply_via ? row->reply_via : "";
    if (!c->reply)
        return arena_printf(look->arena, "Internal note on #%lld", (long long)c->ticket);
    return text_safe_in(look->arena, arena_printf(look->arena, "Reply to %s on #%lld%s%s", name, (long long)c->ticket, *via ? " by " : "", via), TEXT_LINE);
}

const char *composer_subject(const struct composer *c, const struct look *look)
{
    const struct mirror_row *row = ticket_row(look, c->ticket);
    return text_safe_in(look->arena, row ? row->t.title : NULL, TEXT_LINE);
}

/* What is known of the draft's keeping; in few words where there is room for few. */
static const char *kept_says(const struct composer *c, const struct look *look, bool brief)
{
    struct arena *a = look->arena;
    const char *lead = brief ? "" : c->shared ? "shared with the team, draft " : *c->by ? arena_printf(a, "begun by %s, draft ", text_safe_in(a, c->by, TEXT_LINE)) : "draft ";
    if (c->awaits && c->early)
        return brief ? "what you type waits" : "asking for a kept draft; what you type waits";
    if (c->rival)
        return brief ? "whose text stays?" : "draft not saved: whose text stays?";
    if (c->changed_at || c->saving)
        return arena_printf(a, "%snot saved yet", lead);
    if (c->saved_at)
        return arena_printf(a, "%ssaved %s", lead, look_clock(look, c->saved_at));
    return c->shared ? "shared with the team" : *c->by ? arena_printf(a, "begun by %s", text_safe_in(a, c->by, TEXT_LINE)) : "";
}

static void draw_head(struct composer *c, const struct look *look, struct surface *s,
                      const struct mirror_row *row)
{
    int width = look_columns(s);
    const char *via = row && *row->reply_via ? row->reply_via : "", *title = composer_title(c, look);
    const char *saved = kept_says(c, look, width < BRIEF_BELOW);
    int room = width - 5 - text_columns(saved), column = 1 + surface_text(s, 0, 1, room, c->reply ? UI_REPLY : UI_NOTE, title) + 3;
    surface_right(s, 0, column, width - column - 1, c->changed_at || c->early || c->rival ? UI_WARN : UI_DIM, saved);
    const char *second = row && row->t.title ? row->t.title : "", *others = look_present(look, c->ticket);
    if (look->banner)
        surface_text(s, 1, 1, width - 2, UI_ERROR, look->banner);
    else if (c->reply && row && !*via)
        surface_text(s, 1, 1, width - 2, UI_WARN,
                     "This ticket's source takes no replies. Esc then i makes this a note.");
    else if (*others)
        surface_text(s, 1, 1, width - 2, UI_PRESENCE, others);
    else
        surface_text(s, 1, 1, width - 2, UI_DIM, second);
}

enum { MENU_MOST = 20 };
struct menu { /* keys and what they do, in turn; a second row of them */
    const char *title, *keys[MENU_MOST], *more[MENU_MOST];
};
static const char outside[] = "your editor";

/* A note goes to nobody: nothing waits for an answer, and nothing takes its place. */
static const struct menu *menu_of(const struct composer *c)
{
    static const struct menu reply[] = {
        [COMPOSER_WRITING] = {NULL, {"Esc", "review", "/", "canned reply", "??", "article", "C-x C-e", outside, "C-_", "undo"}, {NULL}},
        [COMPOSER_REVIEW] = {"review:", {"y", "send", "Y", "and close", "P", "and wait (pending)", "N", "and claim next"},
                             {"e", "edit", "a", "attach", "p", "postpone", "s", "share", "i", "note", "q", "discard", "Esc", "back"}},
        [COMPOSER_DETACHING] = {"which goes along no more?", {NULL}, {NULL}},
        [COMPOSER_SENDING] = {"sending…", {NULL}, {NULL}},
        [COMPOSER_RIVAL] = {"whose text stays?", {"m", "mine", "t", "the other console's", "b", "both, mine below", "Esc", "write on"}, {NULL}},
        [COMPOSER_CONFLICT] = {"send it all the same?", {"y", "send", "e", "edit"}, {NULL}},
        [COMPOSER_DISCARDING] = {"throw this text away?", {"y", "yes, discard", "any key", "no"}, {NULL}}};
    static const struct menu lingers = {"sending\u2026 no answer yet:", {"Esc", "leave it: it goes on by itself, once"}, {NULL}};
    static const struct menu note[] = {
        [COMPOSER_WRITING] = {NULL, {"Esc", "review", "/", "canned reply", "@@", "mention", "C-x C-e", outside, "C-_", "undo"}, {NULL}},
        [COMPOSER_REVIEW] = {"review:", {"y", "keep the note", "Y", "and close", "N", "and claim next"}, {"e", "edit", "a", "attach", "p", "postpone", "s", "share", "q", "discard", "Esc", "back"}}};
    if (c->state == COMPOSER_SENDING && c->lingers)
        return &lingers;
    return c->reply || c->state > COMPOSER_REVIEW ? &reply[c->state] : &note[c->state];
}

/* Pieces one after another, on as many rows as they need and there are; the surface NULL: they are only measured. */
struct flow {
    struct surface *s;
    int row, column, width, last;
};

static void flow_piece(struct flow *f, const char *key, const char *text)
{
    int need = text_columns(key) + 1 + text_columns(text);
    if (f->column > 1 && f->column + need >= f->width) {
        f->row++;
        f->column = 1;
    }
    if (f->s && f->row <= f->last)
        look_pair(f->s, f->row, f->column, UI_KEY, key, UI_HINT, text);
    f->column += need + 3;
}

/* What the key of an editor does where there is none but this. */
static const char *meaning(const struct composer *c, const char *text)
{
    return !c->inside || strcmp(text, outside) != 0 ? text : c->wide ? "the thread beside it" : "whole screen";
}

static void flow_keys(struct flow *f, const struct composer *c, const char *const *keys)
{
    for (int i = 0; i < MENU_MOST && keys[i]; i += 2)
        flow_piece(f, keys[i], meaning(c, keys[i + 1]));
}

/* Each by its key; as many as there is room for, and the others by theirs all the same. */
static void flow_attached(struct flow *f, const struct composer *c)
{
    for (int i = 0; i < c->attached.count; i++)
        flow_piece(f, (const char[]){attached_key(i), 0}, c->attached.list[i].name);
    flow_piece(f, "Esc", "none");
}

static void flow_menu(struct flow *f, const struct composer *c)
{
    const struct menu *menu = menu_of(c);
    if (menu->title && f->s)
        surface_text(f->s, f->row, f->column, -1, UI_ACCENT, menu->title);
    f->column += menu->title ? text_columns(menu->title) + 2 : 0;
    flow_keys(f, c, menu->keys);
    if (c->state == COMPOSER_DETACHING)
        flow_attached(f, c);
    if (menu->more[0]) {
        f->row++;
        f->column = 1;
        flow_keys(f, c, menu->more);
    }
}

/* What is asked has all its answers; beside a text that is written one row is enough. */
static int menu_rows(const struct composer *c, const struct surface *s)
{
    struct flow f = {.column = 1, .width = look_columns(s)};
    int most = surface_rows(s) / 3;
    if (c->state == COMPOSER_WRITING)
        return 1;
    flow_menu(&f, c);
    return f.row + 1 < most ? f.row + 1 : most;
}

static void draw_menu(const struct composer *c, struct surface *s, int row)
{
    struct flow f = {s, row, 1, look_columns(s), surface_rows(s) - 1};
    flow_menu(&f, c);
}

/* --- the line that speaks --- */

/* Of what the cursor stands in: what it is filled with, or why it will not be, and what Tab makes of it. */
static const char *place_says(struct composer *c, struct arena *a)
{
    struct fill_place place;
    if (!composer_place(c, &place))
        return NULL;
    char *shown = text_safe_in(a, arena_strndup(a, editor_text(c->editor) + place.start, place.end - place.start), TEXT_LINE);
    if (!c->reply)
        return "Nothing is filled in in a note: write it out.";
    if (place.row)
        return arena_printf(a, "%s: %s.", shown, place.row->help);
    const struct fill_row *near = fill_near(editor_text(c->editor), &place);
    if (near)
        return arena_printf(a, "%s %s. Tab: {{%s}}, %s.", shown, place.open ? "is open" : "is not known", near->name, near->help);
    return arena_printf(a, "%s is no variable: C-w deletes it.", shown);
}

static const char *left_over(struct composer *c, struct arena *a)
{
    struct fill_place place = {0};
    int n = 0;
    while (fill_find(editor_text(c->editor), place.end, &place))
        n += composer_wrong(c, &place);
    return n ? arena_printf(a, "%d {{place%s}} to fill in or delete: Tab goes there.", n, n == 1 ? "" : "s") : NULL;
}

static const char *room_says(struct composer *c, struct arena *a)
{
    size_t room = editor_room(c->editor);
    return room < ROOM_SAID ? arena_printf(a, "Nearly full: %s of %s bytes are left.", look_count(a, (int64_t)room), look_count(a, COMPOSER_TEXT)) : NULL;
}

struct spoken {
    const char *text;
    enum ui_role role;
};

/* First what went wrong, then what just happened, then what the cursor stands in. */
static struct spoken spoken(struct composer *c, const struct look *look)
{
    const char *room = room_says(c, look->arena), *place;
    if (c->state == COMPOSER_CONFLICT)
        return (struct spoken){"Somebody wrote on this ticket since you began; the new lines are above.", UI_ERROR};
    if (c->refusal)
        return (struct spoken){c->refusal, UI_ERROR};
    if (c->rival)
        return (struct spoken){c->state == COMPOSER_RIVAL ? "Another console of yours wrote on this text too; what it has is above. What is not chosen comes back by C-_ or C-r."
                                                          : "Another console of yours wrote on this text too: Esc, then whose stays.", UI_ERROR};
    if (*editor_said(c->editor))
        return (struct spoken){editor_said(c->editor), UI_WARN};
    if (look->toast)
        return (struct spoken){look->toast, look->toast_role};
    if (room)
        return (struct spoken){room, UI_WARN};
    if ((place = place_says(c, look->arena)) || (place = left_over(c, look->arena)))
        return (struct spoken){place, UI_DIM};
    return (struct spoken){NULL, UI_DIM};
}

/* What stops a reply is read whole; what is only said beside the text never moves it. */
static int spoken_rows(const struct composer *c, const struct look *look, const struct surface *s, const struct spoken *say)
{
    bool calm = c->state == COMPOSER_WRITING && (!say->text || say->role == UI_DIM);
    return calm || !say->text || surface_rows(s) < LEAST_ROWS ? 1 : look_banner_rows(look, s, 2, say->text);
}

static void draw_foot(struct composer *c, const struct look *look, struct surface *s, int row, int rows, const struct spoken *say)
{
    if (rows > 1) { /* nothing has room beside it */
        look_banner(look, s, row, 1, rows, say->role, say->text);
        return;
    }
    int columns = look_columns(s), width = columns < WIDE ? columns : ticket_measure(columns), used = 0;
    if (say->text)
        used = surface_text(s, row, 1, width - 2, say->role, say->text);
    struct editor_place at = editor_where(c->editor);
    char *where = arena_printf(look->arena, "line %zu of %zu, column %zu   %s characters", at.line, at.lines, at.column,
                               look_count(look->arena, (int64_t)at.characters));
    if (c->state == COMPOSER_WRITING && used + text_columns(where) + 4 < width)
        surface_right(s, row, used + 2, width - used - 3, UI_DIM, where);
}

/* What goes along, above the rule; and that it only does by name, where the way it leaves by takes no files. */
static int draw_files(const struct composer *c, const struct look *look, struct surface *s, int row, const struct mirror_row *of)
{
    const char *all = attached_all(look->arena, &c->attached), *way = c->reply && of && str_eq(of->reply_via, "api") ? "; its system takes no files: they are named below the text" : "";
    const char *more = c->arriving ? "   one more on its way\u2026" : "";
    if (!*all && !*more)
        return 0;
    const char *line = text_safe_in(look->arena, arena_printf(look->arena, "%s%s%s", all, *all ? way : "", more), TEXT_LINE);
    bool take_off = c->state == COMPOSER_REVIEW && c->attached.count;
    int width = look_columns(s) - 4 - (take_off ? TAKE_OFF : 0);
    int used = surface_text(s, row, 2, width, *way ? UI_WARN : UI_ACCENT, text_fit(look->arena, line, width));
    if (take_off)
        look_pair(s, row, 2 + used + 2, UI_KEY, "A", UI_HINT, "take one off");
    return 1;
}

void composer_draw(struct composer *c, const struct look *look, struct surface *s)
{
    int rows = surface_rows(s), width = look_columns(s), top = 3, menu = menu_rows(c, s);
    const struct mirror_row *row = ticket_row(look, c->ticket);
    const struct spoken say = spoken(c, look);
    int speech = spoken_rows(c, look, s, &say), foot = rows - 1 - speech - menu;
    draw_head(c, look, s, row);
    surface_rule(s, 2);
    bool split = (rows >= SPLIT_ROWS && !c->wide) || c->state == COMPOSER_CONFLICT || c->state == COMPOSER_RIVAL;
    if (split) {
        int share = (foot - top) / 2;
        if (c->state == COMPOSER_RIVAL)
            editor_draw(c->rival_text, s, top, 2, share, (width < WIDE ? width : ticket_measure(width)) - 4, UI_DIM);
        else
            ticket_timeline(&c->thread, look, s, top, 0, share, width - 1);
        surface_rule(s, top + share);
        top += share + 1;
    }
    int files = draw_files(c, look, s, foot - 1, row);
    if (!split && !c->wide && foot - top - files >= WORDS_ROWS) { /* no room for the thread: what is answered, at least */
        int used = ticket_last_words(look, s, top, WORDS, c->ticket);
        if (used)
            surface_rule(s, top + used);
        top += used + (used > 0);
    }
    editor_draw(c->editor, s, top, 2, foot - top - files, (width < WIDE ? width : ticket_measure(width)) - 4,
                c->state == COMPOSER_WRITING ? UI_INPUT : UI_NORMAL);
    surface_rule(s, foot);
    draw_foot(c, look, s, foot + 1, speech, &say);
    draw_menu(c, s, rows - menu);
    if (c->state != COMPOSER_WRITING)
        surface_cursor(s, rows - menu, 0);
}
