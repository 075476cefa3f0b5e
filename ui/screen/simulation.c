/* simulation: see simulation.h. Two clocks a line: the reader's, and that of whoever is told. */
#include "screen/simulation.h"
#include "base/str.h"
#include "core/moment.h"
#include <string.h>

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

char *simulation_says(struct arena *arena, const struct json *line)
{
    static const struct { const char *what, *says; bool why; } words[] = {
        {"opened", "the escalation opens", false}, {"no_notification_sent", "the next step at once: ", true}, {"passed_over", "not now: ", true},
        {"suppressed", "held by maintenance: ", true}, {"maintenance_over", "the maintenance window is over", false},
        {"policy_changed", "the policy has changed", false}, {"reminder", "all steps are through; reminded each hour from here on", false},
        {"nothing", "nothing happens: ", true}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].what, text_of(line, "what")))
            return arena_printf(arena, "%s%s", words[i].says, words[i].why ? text_of(line, "why") : "");
    return arena_strdup(arena, text_of(line, "what"));
}

char *simulation_step(struct arena *arena, const struct json *root, const struct json *line)
{
    long long step = json_get_i64(line, "step", -1), loop = json_get_i64(line, "loop", 0), of = json_get_i64(root, "steps", 0);
    if (step < 0)
        return arena_strdup(arena, "");
    return loop ? arena_printf(arena, "%lld/%lld #%lld", step + 1, of, loop + 1) : arena_printf(arena, "%lld/%lld", step + 1, of);
}

/* page:NAME is the agent's own address. */
static const char *place_text(const char *place)
{
    return str_starts(place, "page:") ? "push" : place;
}

char *simulation_by(struct arena *arena, const struct json *person)
{
    AUTO_STR out;
    str_init(&out, 1000);
    int n = 0;
    for (const struct json *place = json_first(json_get(person, "by")); place; place = json_next(place), n++)
        str_addf(&out, "%s%s", n ? (n > 1 && !json_get_bool(person, "high", false) ? ", else " : ", ") : "", place_text(json_string(place)));
    if (json_get_bool(person, "held", false))
        str_adds(&out, ", bundled a minute later");
    return arena_strdup(arena, out.data);
}

char *simulation_why(struct arena *arena, const struct json *person)
{
    long long load = json_get_i64(person, "load", 0), capacity = json_get_i64(person, "capacity", 0);
    if (!capacity)
        return arena_strdup(arena, text_of(person, "why"));
    return arena_printf(arena, "%s, %lld of %lld open%s", text_of(person, "why"), load, capacity, load >= capacity ? ": full" : "");
}

/* --- to read --- */

static void read_person(const struct look *look, struct pager *pager, const struct json *person, int64_t at)
{
    struct err err;
    char theirs[MOMENT_TEXT];
    const char *agent = text_of(person, "agent"), *tz = text_of(person, "tz");
    moment_format(zone_load(look->arena, tz, &err), at, theirs);
    pager_piece(pager, 16, UI_STRONG, *agent ? look_owner(look, agent) : text_of(person, "destination"));
    pager_piece(pager, 28, UI_DIM,
                arena_printf(look->arena, "%.*s%s%s%s%sby %s", *agent ? 3 : 0, theirs, *agent ? " " : "", *agent ? theirs + 15 : "", *agent ? " " : "",
                             *agent ? arena_printf(look->arena, "%s, ", tz) : "", simulation_by(look->arena, person)));
    pager_block(pager, 16, UI_NORMAL, false, simulation_why(look->arena, person));
}

static void read_line(const struct look *look, struct pager *pager, const struct json *root, const struct json *line)
{
    int64_t at = json_get_i64(line, "at", 0) / 60000 * 60000; /* the columns hold minutes */
    char mine[MOMENT_TEXT];
    const struct json *person = json_first(json_get(line, "people"));
    bool told = str_eq(text_of(line, "what"), "step") && person;
    pager_line(pager);
    pager_piece(pager, 2, UI_HEADING, moment_format(look->tz, at, mine) + 15);
    pager_piece(pager, 8, UI_DIM, simulation_step(look->arena, root, line));
    for (; told && person; person = json_next(person)) {
        read_person(look, pager, person, at);
        if (json_next(person))
            pager_line(pager);
    }
    if (told)
        return;
    enum ui_role role = str_eq(text_of(line, "what"), "no_notification_sent") ? UI_WARN : UI_DIM;
    if (!*text_of(line, "target")) {
        pager_piece(pager, 16, role, simulation_says(look->arena, line));
        return;
    }
    pager_piece(pager, 16, role, text_of(line, "target"));
    pager_block(pager, 16, role, false, simulation_says(look->arena, line));
}

void simulation_read(const struct look *look, struct pager *pager, const struct json *root)
{
    char at[MOMENT_TEXT];
    int64_t from = json_get_i64(root, "at", 0);
    const char *policy = text_of(root, "policy");
    pager_item(pager, 1);
    pager_block(pager, 2, UI_NORMAL, false,
                arena_printf(look->arena, "A ticket that is %s pages at %s %s, and nobody acknowledges; %s%s.", text_of(root, "urgency"),
                             moment_format(look->tz, from - from % 60000, at), zone_name(look->tz), *policy ? "policy " : "no policy fits", policy));
    pager_line(pager);
    for (const struct json *line = json_first(json_get(root, "lines")); line; line = json_next(line))
        read_line(look, pager, root, line);
    if (json_get_bool(root, "cut", false)) {
        pager_line(pager);
        pager_piece(pager, 2, UI_DIM, "and so on");
    }
}
