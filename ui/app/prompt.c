/* prompt: see the header. What is typed is translated here, in the console; only the number is the daemon's. */
#include "app/prompt.h"
#include "app/path.h"
#include "base/clock.h"
#include "core/when_complete.h"
#include <stdlib.h>
#include <string.h>

enum { PAUSE_MS = 200, OLD_MS = 60000 };
static const char where[] = "where ";
static const char spelling[] = "words, !word, owner:ana, urgency:high, body:refund; where EXPRESSION; a number opens it";

static bool is_open(const struct console *c)
{
    const struct overlay *o = &c->overlay;
    return o->kind == OVERLAY_ASK && (o->purpose == FOR_FILTER || o->purpose == FOR_MARKS);
}

/* Tables have words of their own. */
static bool is_condition(struct console *c, const char *text)
{
    return is_open(c) && (console_place(c) == PLACE_QUEUE || console_place(c) == PLACE_TICKET || str_starts(text, where));
}

void prompt_open(struct console *c, enum purpose purpose, const char *title, const char *preset)
{
    const struct mirror_doc *doc = mirror_doc(c->mirror, MIRROR_VALUES);
    overlay_ask(&c->overlay, (int)purpose, title, preset);
    c->overlay.completes = is_condition(c, "");
    if (c->overlay.completes && !*preset)
        overlay_note(&c->overlay, UI_HINT, spelling);
    if (c->overlay.completes && (!doc->root || console_now(c) - doc->at > OLD_MS))
        fetch_want(c, SLOT_DOC + MIRROR_VALUES);
    prompt_typed(c);
}

/* --- what it means --- */

const char *prompt_where(struct arena *arena, const char *text, struct err *err)
{
    if (!str_starts(text, where))
        return *text ? when_from_words(arena, text, err) : "";
    const struct when *when = when_parse_asked(arena, text + strlen(where), err);
    return when ? when_print(arena, when) : NULL;
}

const char *prompt_within(struct console *c, struct arena *arena, const char *text, struct err *err)
{
    const char *is = prompt_where(arena, text, err);
    if (!is || !*is || !*c->where)
        return is;
    const struct when *both = when_parse_asked(arena, arena_printf(arena, "(%s) && (%s)", c->where, is), err);
    return both ? when_print(arena, both) : NULL;
}

/* `/` makes another list, T goes through the one there is. */
static const char *meant(struct console *c, struct arena *arena, const char *text, struct err *err)
{
    return c->overlay.purpose == FOR_MARKS ? prompt_within(c, arena, text, err) : prompt_where(arena, text, err);
}

static bool is_number(const char *text)
{
    return *text && !text[strspn(text, "0123456789#")];
}

/* `:filter` and `:mark-filter` are this prompt. */
static bool from_palette(struct console *c)
{
    static const struct { const char *line; enum purpose purpose; const char *title; } ways[] = {
        {"filter ", FOR_FILTER, "/"}, {"mark-filter ", FOR_MARKS, "mark: "}};
    const char *typed = c->overlay.kind == OVERLAY_PICK && c->overlay.purpose == FOR_PALETTE ? picker_typed(c->overlay.picker) : "";
    for (size_t i = 0; i < 2 && console_place(c) != PLACE_TICKET; i++)
        if (str_starts(typed, ways[i].line)) {
            prompt_open(c, ways[i].purpose, ways[i].title, arena_strdup(c->frame, typed + strlen(ways[i].line)));
            return true;
        }
    return false;
}

void prompt_typed(struct console *c)
{
    struct wanted *w = &c->slots[SLOT_COUNT];
    if (from_palette(c) || !is_open(c))
        return;
    const char *text = overlay_text(&c->overlay);
    overlay_offer(&c->overlay, NULL, 0, -1);
    if (!is_condition(c, text))
        return;
    c->overlay.note_role = UI_DIM; /* of what stood there before */
    if (w->flying)
        w->again = true;
    w->wanted = true;
    w->not_before = clock_mono() + PAUSE_MS;
}

const char *prompt_path(struct console *c, struct arena *arena)
{
    const char *text = overlay_text(&c->overlay);
    struct err err = {0};
    if (!is_open(c))
        return NULL;
    c->dirty = true;
    overlay_note(&c->overlay, UI_DIM, "");
    if (is_condition(c, text) && !text[strspn(text, " ")])
        overlay_note(&c->overlay, UI_HINT, spelling);
    if (!is_condition(c, text) || !text[strspn(text, " ")])
        return NULL;
    if (c->overlay.purpose == FOR_FILTER && is_number(text)) {
        overlay_note(&c->overlay, UI_HINT, arena_printf(arena, "Enter opens ticket %s", text));
        return NULL;
    }
    const char *is = meant(c, arena, text, &err);
    if (!is) {
        overlay_note(&c->overlay, UI_WARN, err.text);
        return NULL;
    }
    overlay_note(&c->overlay, UI_HINT, is);
    return arena_printf(arena, "/v1/count?view=%s&where=%s", path_escape(arena, c->view), path_escape(arena, is));
}

void prompt_counted(struct console *c, const struct json *answer)
{
    struct err err = {0};
    const char *text = overlay_text(&c->overlay), *is = is_open(c) ? meant(c, c->frame, text, &err) : NULL;
    const struct mirror_view *view = mirror_view_find(c->mirror, c->view);
    long long n = json_get_i64(answer, "count", 0);
    if (!is || !str_eq(is, json_get_string(answer, "where", NULL)))
        return; /* something else stands there by now */
    overlay_note(&c->overlay, n ? UI_ACCENT : UI_WARN,
                 arena_printf(c->frame, "%s%lld ticket%s in %s   %s", json_get_bool(answer, "over", false) ? "over " : "", n, n == 1 ? "" : "s",
                              view ? view->title : c->view, is));
}

/* --- Tab --- */

static const char *const *known(void *arg, const char *field, int *count)
{
    struct console *c = arg;
    const struct json *list = json_get(json_get(mirror_doc(c->mirror, MIRROR_VALUES)->root, "values"), field);
    const char **values = ARENA_ARRAY(c->frame, const char *, json_count(list) + 1);
    *count = 0;
    for (const struct json *v = json_first(list); v; v = json_next(v))
        if (json_string(v))
            values[(*count)++] = json_string(v);
    return values;
}

static void offers_at(struct console *c, const char *typed, struct when_offers *out)
{
    const struct when_values values = {known, c};
    size_t skip = str_starts(typed, where) ? strlen(where) : 0;
    (skip ? when_complete : when_complete_words)(c->frame, typed + skip, &values, out);
    out->from += skip;
}

static void put(struct console *c, size_t from, const char *text)
{
    struct editor *e = c->overlay.editor;
    editor_replace(e, from, editor_cursor(e), text);
}

static void show(struct console *c, const struct when_offers *offers, int at)
{
    struct picker_item items[WHEN_OFFERS];
    for (int i = 0; i < offers->count; i++)
        items[i] = (struct picker_item){.name = offers->list[i].text, .detail = offers->list[i].detail};
    overlay_offer(&c->overlay, items, offers->count, at);
}

/* The only one there is, and what lets the next word begin. */
static void take_only(struct console *c, const struct when_offers *offers)
{
    const char *text = offers->list[0].text;
    bool joins = strchr(":(.[!", text[strlen(text) - 1]);
    put(c, offers->from, arena_printf(c->frame, "%s%s", text, joins ? "" : " "));
    prompt_typed(c);
}

/* Once more: the next of those shown stands where the last one did. */
static void take_next(struct console *c, bool back)
{
    struct overlay *o = &c->overlay;
    struct when_offers offers;
    const char *begun = arena_strndup(c->frame, editor_text(o->editor), c->prompt.from);
    int n = o->offer_count, at = o->offer_at < 0 ? (back ? n - 1 : 0) : (o->offer_at + (back ? n - 1 : 1)) % n;
    offers_at(c, arena_printf(c->frame, "%s%s", begun, c->prompt.typed), &offers);
    if (at >= offers.count)
        return;
    prompt_typed(c);
    put(c, offers.from, offers.list[at].text);
    show(c, &offers, at);
}

static void complete(struct console *c, bool back)
{
    struct editor *e = c->overlay.editor;
    const char *typed = arena_strndup(c->frame, editor_text(e), editor_cursor(e));
    struct when_offers offers;
    if (c->overlay.offer_count) {
        take_next(c, back);
        return;
    }
    offers_at(c, typed, &offers);
    const char *common = when_common(c->frame, &offers);
    if (!offers.count) {
        overlay_note(&c->overlay, UI_DIM, "Nothing known goes on here: type it.");
    } else if (offers.count == 1) {
        take_only(c, &offers);
    } else {
        if (strlen(common) > strlen(typed + offers.from))
            put(c, offers.from, common);
        prompt_typed(c);
        show(c, &offers, -1);
        c->prompt.from = offers.from;
        str_copy(c->prompt.typed, sizeof c->prompt.typed, typed + offers.from);
    }
}

bool prompt_key(struct console *c, const struct key *key)
{
    if (!is_condition(c, overlay_text(&c->overlay)) || key->code != K_TAB)
        return false;
    complete(c, key->mods == MOD_SHIFT);
    return true;
}
