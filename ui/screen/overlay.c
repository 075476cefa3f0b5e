/* overlay: see overlay.h. Drawn from the footer upwards, so that the list's cursor stays where the eye left
 * it. */
#include "screen/overlay.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 4096 };

void overlay_close(struct overlay *o)
{
    picker_free(o->picker);
    editor_free(o->editor);
    pager_free(o->pager);
    json_free(o->about);
    free(o->choices);
    arena_free(o->aid);
    *o = (struct overlay){0};
}

static void begin(struct overlay *o, enum overlay_kind kind, int purpose, const char *title)
{
    overlay_close(o);
    o->kind = kind;
    o->purpose = purpose;
    str_copy(o->title, sizeof o->title, title);
}

void overlay_pick(struct overlay *o, int purpose, const char *prompt, const struct picker_item *items,
                  size_t n, bool free_text)
{
    begin(o, OVERLAY_PICK, purpose, prompt);
    o->picker = picker_new(prompt, free_text);
    picker_set(o->picker, items, n);
}

void overlay_ask(struct overlay *o, int purpose, const char *prompt, const char *preset)
{
    begin(o, OVERLAY_ASK, purpose, prompt);
    o->editor = editor_new(true, ANSWER_MAX);
    editor_set(o->editor, preset ? preset : "");
}

void overlay_confirm(struct overlay *o, int purpose, const char *title, const char *choices)
{
    begin(o, OVERLAY_CONFIRM, purpose, title);
    o->choices = strdup(choices);
}

struct pager *overlay_read(struct overlay *o, int purpose, const char *title)
{
    begin(o, OVERLAY_READ, purpose, title);
    o->pager = pager_new();
    return o->pager;
}

void overlay_note(struct overlay *o, enum ui_role role, const char *note)
{
    str_copy(o->note, sizeof o->note, note);
    o->note_role = role;
}

void overlay_offer(struct overlay *o, const struct picker_item *offers, int count, int at)
{
    struct arena *aid = arena_new();
    struct picker_item *own = ARENA_ARRAY(aid, struct picker_item, count + 1);
    for (int i = 0; i < count; i++)
        own[i] = (struct picker_item){.name = text_safe_in(aid, offers[i].name, TEXT_LINE), .detail = offers[i].detail ? arena_strdup(aid, offers[i].detail) : NULL};
    arena_free(o->aid);
    o->aid = aid;
    o->offers = own;
    o->offer_count = count;
    o->offer_at = at;
}

void overlay_about(struct overlay *o, struct json *about)
{
    json_free(o->about);
    o->about = about;
}

void overlay_answers(struct overlay *o, const char *choices)
{
    free(o->choices);
    o->choices = strdup(choices);
}

/* --- keys --- */

static enum overlay_outcome pick_key(struct overlay *o, const struct key *key)
{
    switch (picker_key(o->picker, key)) {
    case PICKER_CHOSEN:
        o->typed = false;
        return OVERLAY_ANSWERED;
    case PICKER_TYPED:
        o->typed = true;
        return OVERLAY_ANSWERED;
    case PICKER_LEFT:
        return OVERLAY_LEFT;
    case PICKER_MOVED:
        return OVERLAY_STAYS;
    case PICKER_IGNORED:
        break;
    }
    return OVERLAY_IGNORED;
}

static enum overlay_outcome ask_key(struct overlay *o, const struct key *key)
{
    switch (editor_key(o->editor, key)) {
    case EDITOR_DONE:
        return OVERLAY_ANSWERED;
    case EDITOR_LEFT:
        return OVERLAY_LEFT;
    case EDITOR_IGNORED:
        return OVERLAY_IGNORED;
    case EDITOR_MOVED:
    case EDITOR_CHANGED:
    case EDITOR_EXTERNAL:
        break;
    }
    return OVERLAY_STAYS;
}

static enum overlay_outcome confirm_key(struct overlay *o, const struct key *key)
{
    if (key_is(key, K_ESC))
        return OVERLAY_LEFT;
    if (key->mods || key->code > 127 || !key->code || !strchr(o->choices, (int)key->code))
        return OVERLAY_IGNORED;
    o->choice = key->code;
    return OVERLAY_ANSWERED;
}

static void end_search(struct overlay *o)
{
    editor_free(o->editor);
    o->editor = NULL;
    o->searching = false;
}

static enum overlay_outcome search_key(struct overlay *o, const struct key *key)
{
    enum editor_outcome outcome = editor_key(o->editor, key);
    if (outcome == EDITOR_CHANGED)
        pager_search(o->pager, editor_text(o->editor));
    if (outcome == EDITOR_LEFT)
        pager_search(o->pager, NULL);
    if (outcome == EDITOR_LEFT || outcome == EDITOR_DONE)
        end_search(o);
    return outcome == EDITOR_IGNORED ? OVERLAY_IGNORED : OVERLAY_STAYS;
}

static enum overlay_outcome read_key(struct overlay *o, const struct key *key)
{
    static const struct {
        uint32_t code;
        const char *command;
    } keys[] = {{'j', "down"},         {K_DOWN, "down"},   {'k', "up"},         {K_UP, "up"},
                {K_PGDN, "page-down"}, {' ', "page-down"}, {K_PGUP, "page-up"}, {K_HOME, "top"},
                {'g', "top"},          {K_END, "bottom"},  {'G', "bottom"},     {'n', "search-next"},
                {'N', "search-prev"}};
    if (o->searching)
        return search_key(o, key);
    if (key_is(key, K_ESC) || key_is(key, 'q') || key_is(key, '?'))
        return OVERLAY_LEFT;
    if (key_is(key, K_ENTER) || (o->choices && confirm_key(o, key) == OVERLAY_ANSWERED))
        return OVERLAY_ANSWERED;
    if (key_is(key, '/')) {
        o->editor = editor_new(true, 200);
        o->searching = true;
        return OVERLAY_STAYS;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (key_is(key, keys[i].code))
            return pager_command(o->pager, keys[i].command) ? OVERLAY_STAYS : OVERLAY_IGNORED;
    if (!key_ctrl(key, 'd') && !key_ctrl(key, 'u'))
        return OVERLAY_IGNORED;
    pager_command(o->pager, key_ctrl(key, 'd') ? "page-down" : "page-up");
    return OVERLAY_STAYS;
}

enum overlay_outcome overlay_key(struct overlay *o, const struct key *key)
{
    switch (o->kind) {
    case OVERLAY_PICK:
        return pick_key(o, key);
    case OVERLAY_ASK:
        return ask_key(o, key);
    case OVERLAY_CONFIRM:
        return confirm_key(o, key);
    case OVERLAY_READ:
        return read_key(o, key);
    case OVERLAY_NONE:
    case OVERLAYS:
        break;
    }
    return OVERLAY_IGNORED;
}

const char *overlay_text(const struct overlay *o)
{
    if (o->kind == OVERLAY_ASK)
        return editor_text(o->editor);
    if (o->kind != OVERLAY_PICK)
        return "";
    const struct picker_item *item = o->typed ? NULL : picker_chosen(o->picker);
    return !item ? picker_typed(o->picker) : item->value ? item->value : item->name;
}

int64_t overlay_id(const struct overlay *o)
{
    const struct picker_item *item = o->kind == OVERLAY_PICK && !o->typed ? picker_chosen(o->picker) : NULL;
    return item ? item->id : 0;
}

uint32_t overlay_choice(const struct overlay *o)
{
    return o->choice;
}

/* --- drawing --- */

enum { WIDEST = 120 }; /* a key at its end is still of its row to the eye */

static void draw_pick(struct overlay *o, struct surface *s, int foot)
{
    int width = look_columns(s), rows = foot / 2 > 12 ? foot / 2 : foot < 14 ? foot - 1 : 12;
    int fits = (int)picker_fits(o->picker) + (picker_fits(o->picker) ? 1 : 2); /* or the line that says so */
    rows = fits < rows ? fits : rows;
    rows = rows < 1 ? 1 : rows;
    surface_fill(s, foot - rows, 0, rows + 1, surface_columns(s), UI_NORMAL);
    surface_rule(s, foot - rows - 1 > 0 ? foot - rows - 1 : 0);
    picker_draw(o->picker, s, foot - rows, 1, rows, (width < WIDEST ? width : WIDEST) - 2);
    surface_rule(s, foot);
}

/* The rows it takes above the question. */
static int draw_aid(const struct overlay *o, const struct look *look, struct surface *s, int foot)
{
    enum { OFFERS = 8, NOTE_ROWS = 3 };
    int width = look_columns(s), note = *o->note ? look_banner_rows(look, s, NOTE_ROWS, o->note) : 0, shown = o->offer_count < OFFERS ? o->offer_count : OFFERS, wide = 0;
    shown = shown < foot - note - 2 ? shown : foot - note - 2;
    shown = shown > 0 ? shown : 0;
    int first = o->offer_at >= shown && shown ? o->offer_at - shown + 1 : 0, row = foot - note - shown;
    surface_fill(s, row, 0, note + shown, surface_columns(s), UI_NORMAL);
    for (int i = first; i < first + shown; i++)
        wide = text_columns(o->offers[i].name) > wide ? text_columns(o->offers[i].name) : wide;
    wide = wide < width / 2 ? wide : width / 2;
    for (int i = first; i < first + shown; i++, row++) {
        bool at = i == o->offer_at;
        surface_text(s, row, 1, 1, UI_ACCENT, at ? "▌" : " ");
        surface_text(s, row, 3, wide, at ? UI_TAB_ACTIVE : UI_NORMAL, o->offers[i].name);
        if (o->offers[i].detail)
            surface_text(s, row, 5 + wide, width - wide - 6, UI_DIM, o->offers[i].detail);
    }
    if (note)
        look_banner(look, s, foot - note, 1, note, o->note_role, o->note);
    return note + shown;
}

/* What is asked is read whole: where it leaves no room for the answer, the answer is written below it. */
static int title_rows(const struct overlay *o, const struct look *look, const struct surface *s)
{
    enum { ROWS = 4 };
    return text_columns(text_safe_in(look->arena, o->title, TEXT_LINE)) > look_columns(s) * 2 / 3 ? look_banner_rows(look, s, ROWS, o->title) : 0;
}

static void draw_ask(struct overlay *o, const struct look *look, struct surface *s, int foot)
{
    int width = look_columns(s), asked = title_rows(o, look, s);
    int above = foot - asked - draw_aid(o, look, s, foot - asked);
    surface_fill(s, above - 1 > 0 ? above - 1 : 0, 0, 1, surface_columns(s), UI_NORMAL);
    surface_rule(s, above - 1 > 0 ? above - 1 : 0);
    surface_fill(s, foot - asked, 0, asked + 1, surface_columns(s), UI_NORMAL);
    if (asked)
        look_banner(look, s, foot - asked, 1, asked, UI_ACCENT, o->title);
    int column = 1 + surface_text(s, foot, 1, width * 2 / 3, UI_ACCENT, asked ? ">" : o->title) + 1;
    editor_draw(o->editor, s, foot, column, 1, width - column - 1, UI_INPUT);
}

static void draw_confirm(struct overlay *o, const struct look *look, struct surface *s, int foot)
{
    char **lines;
    int width = look_columns(s),
        count = text_wrap(look->arena, text_safe_in(look->arena, o->title, TEXT_BLOCK), width - 4, &lines);
    count = count < foot ? count : foot;
    surface_fill(s, foot - count, 0, count + 1, width, UI_NORMAL);
    surface_fill(s, foot, 0, surface_rows(s) - foot - 1, surface_columns(s), UI_NORMAL);
    for (int i = 0; i < count; i++)
        surface_text(s, foot - count + 1 + i, 1, width - 2, UI_WARN, lines[i]);
    surface_rule(s, foot - count);
    surface_cursor(s, foot, 1);
}

/* What a title says in brackets at its end stands in the hints as well: it goes before a word is cut. */
static const char *title_of(const struct overlay *o, const struct look *look, int width)
{
    const char *rest = strstr(o->title, "   (");
    bool fits = !rest || text_columns(text_safe_in(look->arena, o->title, TEXT_LINE)) <= width;
    return fits ? o->title : arena_strndup(look->arena, o->title, (size_t)(rest - o->title));
}

static void draw_read(struct overlay *o, const struct look *look, struct surface *s, int foot)
{
    int width = look_columns(s), top = foot > 12 ? 3 : 1;
    surface_fill(s, top - 1, 0, foot - top + 1, surface_columns(s), UI_NORMAL);
    surface_rule(s, top - 1);
    surface_text(s, top, 2, width - 4, UI_TITLE, title_of(o, look, width - 4));
    int lead = foot > 20; /* a blank below the title, where there is room */
    pager_draw(o->pager, s, top + 1 + lead, 0, foot - top - 1 - lead, width - 1);
    look_more(look, s, foot, pager_below(o->pager));
    if (o->searching) {
        surface_fill(s, foot, 0, 1, width, UI_NORMAL);
        surface_text(s, foot, 1, 2, UI_ACCENT, "/");
        editor_draw(o->editor, s, foot, 2, 1, width - 3, UI_INPUT);
    } else {
        surface_cursor(s, foot, 0);
    }
}

static int count_of(const struct hint *hints)
{
    int n = 0;
    while (hints[n].keys)
        n++;
    return n;
}

/* Where no item is taken yet, Enter takes what is typed, if words may be an answer. */
static const struct hint *picker_hints(const struct picker *p)
{
    static const struct hint takes[] = {{"letters", "narrow"}, {"Up Down", "move"}, {"Enter", "take"}, {"Esc", "leave"}, {0}};
    static const struct hint menu[] = {{"letters", "narrow"}, {"Up Down", "move"}, {"Enter", "take"}, {"q", "leave"}, {0}};
    static const struct hint typed[] = {{"letters", "narrow"}, {"Up Down", "choose"}, {"Enter", "as typed"}, {"Esc", "leave"}, {0}};
    static const struct hint none[] = {{"letters", "narrow"}, {"Up Down", "choose"}, {"Esc", "leave"}, {0}};
    static const struct hint several[] = {{"letters", "several begin so: type on"}, {"Up Down", "choose"}, {"Esc", "leave"}, {0}};
    if (picker_fits_several(p))
        return several;
    return picker_chosen(p) ? (picker_q_leaves(p) ? menu : takes) : picker_takes_typed(p) ? typed : none;
}

/* What its keys are, in the place of the screen's own: those do not work while it is open. */
static void draw_hints(const struct overlay *o, struct surface *s)
{
    static const struct hint hints[OVERLAYS][8] = {
        [OVERLAY_ASK] = {{"Enter", "done"}, {"C-w", "word away"}, {"C-u", "line away"}, {"Esc", "leave"}},
        [OVERLAY_READ] = {{"j k", "scroll"}, {"Space", "page"}, {"/", "search"}, {"n N", "next, before"}, {"G g", "end, top"}, {"q", "leave"}}};
    static const struct hint completes[] = {{"Tab", "complete"}, {"Enter", "done"}, {"C-w", "word away"}, {"C-u", "line away"}, {"Esc", "leave"}, {0}};
    static const struct hint sure[] = {{"y", "do it"}, {"j k", "scroll"}, {"Space", "page"}, {"/", "search"}, {"q", "leave, nothing is done"}, {0}};
    const struct hint *h = o->picker ? picker_hints(o->picker) : o->searching ? hints[OVERLAY_ASK] : o->completes ? completes : o->kind == OVERLAY_READ && o->choices ? sure : hints[o->kind];
    surface_fill(s, surface_rows(s) - 1, 0, 1, surface_columns(s), UI_NORMAL);
    look_hints(s, h, count_of(h), 1);
}

void overlay_draw(struct overlay *o, const struct look *look, struct surface *s)
{
    int foot = look_footer_row(look, s);
    if (o->kind)
        draw_hints(o, s);
    switch (o->kind) {
    case OVERLAY_PICK:
        draw_pick(o, s, foot);
        return;
    case OVERLAY_ASK:
        draw_ask(o, look, s, foot);
        return;
    case OVERLAY_CONFIRM:
        draw_confirm(o, look, s, foot);
        return;
    case OVERLAY_READ:
        draw_read(o, look, s, foot);
        return;
    case OVERLAY_NONE:
    case OVERLAYS:
        return;
    }
}
