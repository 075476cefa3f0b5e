/* audit: who did what, newest first; below, all that the journal keeps of the entry under the cursor. */
#include "screen/lists.h"
#include "base/clock.h"
#include "base/str.h"
#include "screen/say.h"
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct lists_item *item, const char *name)
{
    return json_get_string(item->json, name, "");
}

static void draw_when(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    surface_text(s, row, column, width, selected ? UI_SELECTED : UI_DIM, look_stamp(look, ((const struct lists_item *)item)->at));
}

static void draw_who(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *who = say_actor(look, text_of(item, "actor"));
    (void)selected;
    surface_text(s, row, column, width, str_eq(who, "you") ? UI_MINE : UI_NORMAL, who);
}

static void draw_kind(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *kind = text_of(item, "kind");
    (void)look, (void)selected;
    surface_text(s, row, column, width, str_eq(kind, "reveal") ? UI_WARN : UI_DIM, kind);
}

static void draw_ticket(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t ticket = json_get_i64(((const struct lists_item *)item)->json, "ticket", 0);
    (void)selected;
    surface_right(s, row, column, width, ticket ? UI_LINK : UI_MUTED, ticket ? arena_printf(look->arena, "%lld", (long long)ticket) : "-");
}

/* What an act taught, beside the act itself; NULL: it is about something else. */
static const char *taught(const struct look *look, const struct json *data)
{
    static const struct { const char *source, *before, *rest; } ways[] = {
        {"agent_fix", ", not ", ": the classifier learns"},
        {"agent_confirm", NULL, " is right: the classifier learns"},
        {"silent_resolve", NULL, " stood until it was resolved: the classifier learns a little"}};
    const char *task = json_get_string(data, "task", NULL), *was = json_get_string(data, "was", "none");
    for (size_t i = 0; task && i < sizeof ways / sizeof *ways; i++)
        if (str_eq(ways[i].source, json_get_string(data, "source", "")))
            return arena_printf(look->arena, "%s %s%s%s%s", task, json_get_string(data, "label", ""), ways[i].before ? ways[i].before : "", ways[i].before ? was : "",
                                ways[i].rest);
    return NULL;
}

/* What a timeline need not say, an audit does: at least what was done. */
struct said audit_said(const struct look *look, const struct json *entry)
{
    const struct json *data = json_get(entry, "data");
    const char *kind = json_get_string(entry, "kind", "");
    struct said said = say_entry(look, kind, json_get_string(entry, "actor", ""), data);
    const char *lesson = *said.text ? NULL : taught(look, data);
    if (!*said.text)
        said.text = lesson ? lesson : json_get_string(data, "do", kind);
    return said;
}

static void draw_what(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct said said = audit_said(look, ((const struct lists_item *)item)->json);
    (void)selected;
    surface_text(s, row, column, width, said.role, said.text);
}

static const struct column columns[] = {
    {"When", 10, 0, false, draw_when}, {"Who", 14, 0, false, draw_who}, {"Kind", 10, 96, false, draw_kind}, {"Ticket", 7, 0, true, draw_ticket},
    {"What", 0, 0, false, draw_what}};

/* Without a column for it, what was done begins with its ticket. */
static void draw_all(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t ticket = json_get_i64(((const struct lists_item *)item)->json, "ticket", 0);
    int used = ticket ? surface_textf(s, row, column, width, UI_LINK, "#%lld ", (long long)ticket) : 0;
    draw_what(look, s, row, column + used, width - used, item, selected);
}

static const struct column narrow[] = {{"When", 9, 0, false, draw_when}, {"Who", 7, 0, false, draw_who}, {"What", 0, 0, false, draw_all}};
enum { NARROW = 60 };

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *list = json_get(mirror_doc(look->mirror, MIRROR_AUDIT)->root, "entries");
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(list) + 1);
    *count = 0;
    for (const struct json *e = json_first(list); e; e = json_next(e))
        all[(*count)++] = (struct lists_item){.json = e, .id = json_get_i64(e, "seq", 0), .at = json_get_i64(e, "at", 0)};
    return all;
}

const char *audit_path(const char *filter, struct arena *arena)
{
    static const char *const asked[] = {"actor", "kind", "ticket"};
    char *copy = arena_strdup(arena, filter), *save = NULL;
    AUTO_STR path;
    str_init(&path, 2048);
    str_adds(&path, "/v1/audit?people=1&limit=200");
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            size_t n = strlen(asked[i]);
            if (strncmp(word, asked[i], n) != 0 || word[n] != ':' || !word[n + 1])
                continue;
            str_addf(&path, "&%s=", asked[i]);
            for (const char *at = word + n + 1; *at; at++)
                str_addf(&path, "%%%02X", (unsigned char)*at);
        }
    return arena_strdup(arena, path.data);
}

static void head(const struct look *look, struct surface *s)
{
    int count, reveals = 0, column = surface_text(s, 1, 1, -1, UI_TITLE, "Audit") + 4;
    const struct lists_item *all = items(look, &count);
    for (int i = 0; i < count; i++)
        reveals += str_eq(text_of(&all[i], "kind"), "reveal");
    column = look_piece(look, s, 1, column, UI_DIM, arena_printf(look->arena, "the last %d things people did", count));
    if (reveals)
        column = look_piece(look, s, 1, column, UI_WARN, arena_printf(look->arena, "%d reveal%s", reveals, reveals == 1 ? "" : "s"));
    look_piece(look, s, 1, column, UI_DIM, look_columns(s) < 96 ? "/ narrows: actor:ana" : "/ narrows: actor:ana kind:reveal ticket:42");
}

/* --- the entry under the cursor --- */

/* The journal counts in milliseconds, thousandths and basis points; a person reads the date, how long it was, a share. */
static const char *moment(const struct look *look, int64_t ms)
{
    char text[32];
    clock_format(ms + look->zone, text);
    return ms ? arena_printf(look->arena, "%.10s %.8s", text, text + 11) : "-";
}

static const char *length(const struct look *look, int64_t ms)
{
    return ms < 1000 ? arena_printf(look->arena, "%lld ms", (long long)ms) : look_left(look->arena, ms);
}

static const char *thousandths(const struct look *look, int64_t n)
{
    return arena_printf(look->arena, "%s%lld.%03lld", n < 0 ? "-" : "", (long long)llabs(n) / 1000, (long long)llabs(n) % 1000);
}

static const char *percent(const struct look *look, int64_t bp)
{
    return arena_printf(look->arena, "%lld.%02lld %%", (long long)bp / 100, (long long)llabs(bp) % 100);
}

/* How the end of a member's name says what its number is: the first that fits. */
static const struct unit {
    const char *end;
    const char *(*say)(const struct look *look, int64_t n);
    bool drop; /* the end is the unit alone: no part of the heading */
} units[] = {{"_at", moment, false},    {"at", moment, false},     {"until", moment, false}, {"since", moment, false}, {"elapsed", length, false},
             {"target", length, false}, {"_ms", length, true}, {"_milli", thousandths, true}, {"_bp", percent, true}};

static const struct unit *unit_of(const struct json *m)
{
    size_t n = strlen(json_name(m));
    int64_t number;
    for (size_t i = 0; json_i64(m, &number) && i < sizeof units / sizeof *units; i++)
        if (n >= strlen(units[i].end) && str_eq(json_name(m) + n - strlen(units[i].end), units[i].end))
            return &units[i];
    return NULL;
}

static const char *value_in_words(const struct look *look, const struct json *value)
{
    const char *text = json_string(value);
    bool yes;
    if (value && json_bool(value, &yes))
        return yes ? "yes" : "no";
    if (value && json_is(value, JSON_ARRAY))
        return look_list(look->arena, value);
    return !value || json_is(value, JSON_NULL) || (text && !*text) ? "-" : text ? text : json_print_in(look->arena, value);
}

/* Of [["priority","normal","high"]...]: priority normal -> high. */
static const char *changes_in_words(const struct look *look, const struct json *changes)
{
    AUTO_STR out;
    str_init(&out, 2000);
    for (const struct json *c = json_first(changes); c; c = json_next(c)) {
        const struct json *was = json_next(json_first(c)), *is = was ? json_next(was) : NULL;
        const char *field = json_string(json_first(c));
        str_addf(&out, "%s%s %s → %s", out.len ? ", " : "", field ? look_words(look->arena, field) : "",
                 value_in_words(look, was), value_in_words(look, is));
    }
    return arena_strdup(look->arena, out.data);
}

static void member(const struct look *look, struct surface *s, int row, const struct json *m)
{
    const struct unit *unit = unit_of(m);
    const char *name = json_name(m), *text = json_string(m) ? json_string(m) : str_eq(name, "changes") ? changes_in_words(look, m) : value_in_words(look, m);
    int64_t number;
    int width = look_columns(s);
    if (unit && json_i64(m, &number))
        text = unit->say(look, number);
    if (unit && unit->drop)
        name = arena_strndup(look->arena, name, strlen(name) - strlen(unit->end));
    surface_text(s, row, 2, 14, UI_HEADING, look_words(look->arena, name));
    surface_text(s, row, 17, width - 18, UI_NORMAL, text);
}

static void detail(const struct look *look, struct surface *s, int row, int rows, const struct lists_item *item)
{
    int end = row + rows;
    int64_t undoes = json_get_i64(item->json, "undoes", 0);
    surface_textf(s, row++, 2, look_columns(s) - 3, UI_DIM, "entry %lld%s", (long long)item->id,
                  undoes ? arena_printf(look->arena, ", takes back entry %lld", (long long)undoes) : "");
    for (const struct json *m = json_first(json_get(item->json, "data")); m && row < end; m = json_next(m))
        if (!str_eq(json_name(m), "obs"))
            member(look, s, row++, m);
}

const struct lists_type audit_list = {
    .docs = {MIRROR_AUDIT},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .narrow = narrow,
    .narrow_count = sizeof narrow / sizeof *narrow,
    .narrow_below = NARROW,
    .empty = "Nobody has done anything yet. Every act of a person stands here, also who looked at what is hidden, and why.\n"
             "triage audit --everybody lists sources and the clock too; triage audit verify says whether it is as it was written.",
    .detail = detail,
};
