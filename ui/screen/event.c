/* event: see event.h. Bodies are JSON nearly always and then set as such, two blanks a level; what is none stands as it came. */
#include "screen/event.h"
#include "base/str.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { NAME_AT = 2, VALUE_AT = 15 };

static void fact(const struct look *look, struct pager *pager, const char *name, enum ui_role role, const char *text)
{
    if (!*text)
        return;
    pager_line(pager);
    pager_piece(pager, NAME_AT, UI_HEADING, name);
    pager_piece(pager, VALUE_AT, role, text_safe_in(look->arena, text, TEXT_LINE));
}

static void heading(struct pager *pager, int64_t id, const char *text)
{
    pager_item(pager, id);
    pager_line(pager);
    pager_line(pager);
    pager_piece(pager, NAME_AT, UI_HEADING, text);
}

/* The printer indents by tabs and sets one behind each name. */
static char *set(struct arena *arena, const struct json *node)
{
    char *text = json_print_pretty(node);
    AUTO_STR out;
    str_init(&out, 4 << 20);
    for (const char *at = text; *at; at++)
        str_adds(&out, *at != '\t' ? (const char[]){*at, 0} : at > text && at[-1] == ':' ? " " : "  ");
    free(text);
    return arena_strndup(arena, out.data, out.len);
}

static void body(const struct look *look, struct pager *pager, const char *raw)
{
    const struct json *root = json_parse_in(look->arena, raw, strlen(raw), &json_limits_dialect, NULL, NULL);
    pager_block(pager, NAME_AT, UI_NORMAL, true, root ? set(look->arena, root) : raw);
}

static bool is(const struct json *event, const char *state)
{
    return str_eq(json_get_string(event, "state", json_get_string(event, "effect", "")), state);
}

bool event_is_aside(const struct json *event)
{
    return is(event, "quarantine");
}

bool event_is_erased(const struct json *event)
{
    return is(event, "erased");
}

/* Is that why it was not read at all, which the note says? */
static bool is_said(const char *warning, const char *note)
{
    static const char fatal[] = "fatal:";
    return str_starts(warning, fatal) && str_eq(warning + strlen(fatal), note);
}

const char *event_notes(const struct look *look, const struct json *event)
{
    const char *note = json_get_string(event, "note", "");
    AUTO_STR out;
    str_init(&out, 2000);
    str_adds(&out, note);
    int64_t seen = json_get_i64(event, "seen", 1);
    if (seen > 1)
        str_addf(&out, "%sseen %lld times", out.len ? ", " : "", (long long)seen);
    for (const struct json *w = json_first(json_get(event, "warnings")); w; w = json_next(w))
        if (json_string(w) && !is_said(json_string(w), note))
            str_addf(&out, "%s%s", out.len ? ", " : "", json_string(w));
    return arena_strdup(look->arena, out.data);
}

static const char erased[] = "What it said was erased, for good: nothing of it is left to be done, and R takes nothing in. The audit (:audit) says who erased it, and when.";

void event_read(const struct look *look, struct pager *pager, const struct json *event)
{
    struct arena *a = look->arena;
    const char *effect = json_get_string(event, "effect", ""), *state = json_get_string(event, "state", "");
    int64_t ticket = json_get_i64(event, "ticket", 0);
    const struct json *headers = json_get(event, "headers"), *obs = json_get(event, "obs");
    if (!event)
        return;
    pager_item(pager, 1);
    fact(look, pager, "came", UI_NORMAL, look_stamp(look, json_get_i64(event, "at", 0)));
    fact(look, pager, "from", UI_STRONG, arena_printf(a, "%s   %s", json_get_string(event, "source", ""), json_get_string(event, "dialect", "")));
    fact(look, pager, "event", UI_NORMAL, json_get_string(event, "type", ""));
    fact(look, pager, "effect", event_is_aside(event) ? UI_LATE : UI_NORMAL, str_eq(effect, state) || !*state ? effect : arena_printf(a, "%s, %s", effect, state));
    fact(look, pager, "about", UI_LINK, ticket ? arena_printf(a, "#%lld", (long long)ticket) : "");
    fact(look, pager, "key", UI_DIM, json_get_string(event, "key", ""));
    fact(look, pager, "noted", event_is_aside(event) ? UI_LATE : UI_WARN, event_notes(look, event));
    heading(pager, 2, "as it came");
    if (event_is_erased(event))
        pager_block(pager, NAME_AT, UI_DIM, false, erased);
    else
        body(look, pager, json_get_string(event, "raw", ""));
    if (json_first(obs)) {
        heading(pager, 3, "as it was read");
        pager_block(pager, NAME_AT, UI_NORMAL, true, set(a, obs));
    }
    if (json_first(headers)) {
        heading(pager, 4, "its headers");
        pager_block(pager, NAME_AT, UI_DIM, true, set(a, headers));
    }
}

void event_why_aside(const struct look *look, struct pager *pager, const struct json *event)
{
    const char *notes = event_notes(look, event);
    if (event_is_erased(event)) {
        pager_block(pager, NAME_AT, UI_NORMAL, false, erased);
        return;
    }
    pager_block(pager, NAME_AT, UI_STRONG, false, *notes ? notes : "It could not be read.");
    pager_line(pager);
    pager_block(pager, NAME_AT, UI_NORMAL, false,
                "Nothing of it was applied and no route was asked. It is kept as it came: Enter shows it. Once whoever sends it, or the configuration, "
                "was mended, R takes it in again; what a sender corrects and sends again comes in by itself.");
}
