/* fold: see fold.h. One pass over the lines keeps what each parcel's newest line says in a table by its number: a long thread
 * is told in time that grows with its lines, not with their square. */
#include "screen/fold.h"
#include "base/str.h"
#include "screen/say.h"

struct parcel {
    int64_t id; /* 0 = a free place */
    const char *destination, *state;
    int64_t due;
    const struct json *last; /* its newest line */
};
struct fold {
    const struct look *look;
    struct parcel *parcels;
    size_t size; /* a power of two, more than there are */
};

static struct parcel *parcel_at(const struct fold *f, int64_t id)
{
    size_t at = (size_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 20 & (f->size - 1);
    while (f->parcels[at].id && f->parcels[at].id != id)
        at = (at + 1) & (f->size - 1);
    return &f->parcels[at];
}

static int64_t parcel_of(const struct json *line)
{
    return str_eq(json_get_string(line, "kind", ""), "parcel") ? json_get_i64(json_get(line, "data"), "parcel", 0) : 0;
}

struct fold *fold_new(const struct look *look, const struct json *lines)
{
    struct fold *f = ARENA_NEW(look->arena, struct fold);
    *f = (struct fold){.look = look, .size = 16};
    while (f->size < 2 * json_count(lines))
        f->size *= 2;
    f->parcels = ARENA_ARRAY(look->arena, struct parcel, f->size);
    for (const struct json *line = json_first(lines); line; line = json_next(line)) {
        const struct json *data = json_get(line, "data");
        if (parcel_of(line))
            *parcel_at(f, parcel_of(line)) = (struct parcel){.id = parcel_of(line),
                                                             .destination = json_get_string(data, "destination", ""),
                                                             .state = json_get_string(data, "state", ""),
                                                             .due = json_get_i64(data, "due_at", 0),
                                                             .last = line};
    }
    return f;
}

/* --- which lines --- */

bool fold_takes(const struct json *line)
{
    static const struct { const char *kind, *member, *loud[3]; } quiet[] = {
        {"route", "", {NULL}}, {"parcel", "state", {"dead", "skipped"}}, {"sla", "what", {"warned", "breached"}}};
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++) {
        if (!str_eq(json_get_string(line, "kind", ""), quiet[i].kind))
            continue;
        const char *word = json_get_string(json_get(line, "data"), quiet[i].member, "");
        for (const char *const *loud = quiet[i].loud; *loud; loud++)
            if (str_eq(*loud, word))
                return false;
        return true;
    }
    return false;
}

static bool is_by_somebody(const struct json *line)
{
    static const char *const machinery[] = {"source:", "clock", "courier", "model"};
    const char *actor = json_get_string(line, "actor", ""), *kind = json_get_string(line, "kind", "");
    if (json_is(json_get(line, "message"), JSON_OBJECT))
        return true;
    if (!str_eq(kind, "ticket") && !str_eq(kind, "delivery"))
        return false;
    for (size_t i = 0; i < sizeof machinery / sizeof *machinery; i++)
        if (str_starts(actor, machinery[i]))
            return false;
    return *actor;
}

bool fold_ends(const struct json *line)
{
    while ((line = json_next(line)) && !is_by_somebody(line))
        if (fold_takes(line))
            return false;
    return true;
}

/* --- what it says --- */

static const char *const worst_first[] = {"dead", "skipped", "retrying", "flying", "due", "held", "bundled", "dropped", "delivered"};
enum { STATES = sizeof worst_first / sizeof *worst_first };

struct place { /* a destination, and how many to it are in one state */
    const char *name;
    int count;
};
struct group {
    struct place *places;
    int count;
    int64_t due;
};

static struct group *group_of(struct group *groups, const char *state)
{
    for (int i = 0; i < STATES; i++)
        if (str_eq(worst_first[i], state))
            return &groups[i];
    return &groups[STATES];
}

static void count_parcel(const struct fold *f, struct group *g, const struct parcel *p, int most)
{
    int at = 0;
    if (!g->places)
        g->places = ARENA_ARRAY(f->look->arena, struct place, most);
    while (at < g->count && !str_eq(g->places[at].name, p->destination))
        at++;
    g->count += at == g->count;
    g->places[at].name = p->destination;
    g->places[at].count++;
    if (p->due && (!g->due || p->due < g->due))
        g->due = p->due;
}

static struct fold_part part_of(const struct fold *f, const struct group *g, const char *state)
{
    struct badge badge = look_delivery(state);
    AUTO_STR out;
    str_init(&out, 1000);
    str_addf(&out, "%s %s", badge.glyph, badge.word);
    for (int i = 0; i < g->count; i++) {
        str_addf(&out, "%s%s", i ? ", " : " ", g->places[i].name);
        if (g->places[i].count > 1)
            str_addf(&out, " x%d", g->places[i].count);
    }
    if (g->due && str_eq(state, "retrying"))
        str_addf(&out, " at %s", look_stamp(f->look, g->due));
    return (struct fold_part){arena_strdup(f->look->arena, out.data), str_eq(state, "delivered") ? UI_SYSTEM : badge.role};
}

static void count_all(struct fold *f, const struct json *first, const struct json *last, struct group *groups)
{
    int most = 1;
    for (const struct json *line = first; line != last; line = json_next(line))
        most++;
    for (const struct json *line = first; line; line = line == last ? NULL : json_next(line)) {
        struct parcel *p = parcel_of(line) ? parcel_at(f, parcel_of(line)) : NULL;
        if (p && p->last == line && fold_takes(line)) /* of what goes on below, that is said there */
            count_parcel(f, group_of(groups, p->state), p, most);
    }
}

/* Of what the routes said: where it went. */
static const char *routed(const struct fold *f, const struct json *data)
{
    AUTO_STR out;
    str_init(&out, 1000);
    for (const struct json *v = json_first(json_get(data, "verdicts")); v; v = json_next(v)) {
        const struct json *to = json_first(v); /* [route, end, step, note, [[destination, goes, why]...]] */
        for (int i = 0; i < 4; i++)
            to = json_next(to);
        for (const struct json *d = json_first(to); d; d = json_next(d)) {
            bool goes = false;
            if (json_bool(json_next(json_first(d)), &goes) && goes && json_string(json_first(d)))
                str_addf(&out, "%s%s", out.len ? ", " : "routed to ", json_string(json_first(d)));
        }
    }
    return out.len ? arena_strdup(f->look->arena, out.data) : "no route sends it anywhere";
}

static const char *noted_last(const struct fold *f, const struct json *first, const struct json *last)
{
    const struct json *noted = NULL;
    for (const struct json *line = first; line; line = line == last ? NULL : json_next(line))
        noted = fold_takes(line) && !parcel_of(line) ? line : noted;
    if (!noted)
        return "tried; how it went on stands below";
    if (str_eq(json_get_string(noted, "kind", ""), "route"))
        return routed(f, json_get(noted, "data"));
    return say_entry(f->look, json_get_string(noted, "kind", ""), json_get_string(noted, "actor", ""), json_get(noted, "data")).text;
}

int fold_say(struct fold *f, const struct json *first, const struct json *last, struct fold_part **parts)
{
    struct group groups[STATES + 1] = {{0}};
    int n = 0;
    *parts = ARENA_ARRAY(f->look->arena, struct fold_part, STATES + 1);
    count_all(f, first, last, groups);
    for (int i = 0; i < STATES; i++)
        if (groups[i].count)
            (*parts)[n++] = part_of(f, &groups[i], worst_first[i]);
    if (groups[STATES].count)
        (*parts)[n++] = part_of(f, &groups[STATES], "");
    if (!n)
        (*parts)[n++] = (struct fold_part){noted_last(f, first, last), UI_DIM};
    return n;
}
