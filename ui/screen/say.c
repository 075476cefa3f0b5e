/* say: one function per entry kind, in a table; unknown kinds say their name and no more, so that a newer
 * daemon's journal still reads. */
#include "screen/say.h"
#include "core/act.h"
#include "screen/facts.h"
#include "base/str.h"
#include "core/field.h"
#include <string.h>

const char *say_actor(const struct look *look, const char *actor)
{
    if (str_starts(actor, "source:"))
        return arena_printf(look->arena, "source %s", actor + strlen("source:"));
    if (str_eq(actor, "clock"))
        return "the clock";
    return look_owner(look, actor);
}

static char *value_text(const struct look *look, const struct field *f, const struct json *value)
{
    int64_t number = 0;
    bool flag = false;
    if (f && strcmp(f->name, "assignee") == 0)
        return arena_strdup(look->arena, json_string(value) ? look_owner(look, json_string(value)) : "nobody");
    if (json_string(value))
        return f && f->type == FIELD_ENUM ? look_words(look->arena, json_string(value))
                                          : arena_strdup(look->arena, json_string(value));
    if (f && f->type == FIELD_TIME && json_i64(value, &number))
        return look_stamp(look, number);
    if (json_number(value))
        return arena_strdup(look->arena, json_number(value));
    if (json_bool(value, &flag))
        return arena_strdup(look->arena, flag ? "yes" : "no");
    if (json_is(value, JSON_ARRAY))
        return look_list(look->arena, value);
    return json_is(value, JSON_OBJECT) ? json_print_in(look->arena, value)
                                                                     : arena_strdup(look->arena, "none");
}

/* Changes people care about; what only counts or mirrors is left out. */
static bool worth_saying(const char *name)
{
    static const char *const quiet[] = {
        "assigned_at",     "urgency_by", "urgency_bp",  "category_by",    "category_bp",    "waiting_since",
        "next_due_at",     "sla",        "resolved_at", "first_reply_at", "source_status",  "source_priority",
        "source_assignee", "stub",       "updated_at",  "version",        "thread_version", "escalated",
        "closed_by",       "created_at", "metadata",    "closed_at",      "merged_at",      "woke_at",
        "resolution_ms",   "snoozed_by",      "snoozed_before", "followed_by", "merged_into", "skipped", "watchers"};
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
        if (strcmp(quiet[i], name) == 0)
            return false;
    return true;
}

static void add_changes(const struct look *look, struct str *out, const struct json *changes)
{
    for (const struct json *c = json_first(changes); c; c = json_next(c)) {
        const struct json *name = json_first(c), *old = json_next(name), *new = json_next(old);
        const char *field = json_string(name);
        if (!field || !worth_saying(field))
            continue;
        const struct field *f = field_find(field);
        str_adds(out, out->len ? ", " : "");
        int64_t was = 1;
        field = look_field(look->arena, field);
        if (json_kind(old) == JSON_NULL || (f && f->type == FIELD_INT && json_i64(old, &was) && !was)) /* nothing before */
            str_addf(out, "%s %s", field, value_text(look, f, new));
        else
            str_addf(out, "%s %s → %s", field, value_text(look, f, old), value_text(look, f, new));
    }
}

/* What happened between two tickets; NULL: that is not what it is about. */
static const char *say_between(const struct look *look, const char *did, const char *effect, long long other)
{
    static const struct { const char *did, *effect, *text; } words[] = {
        {"merge", "", "merged into #%lld"},          {"split", "", "split from #%lld"},
        {"", "merged", "#%lld is read here too from now on"}, {"", "unmerged", "#%lld is its own ticket again"},
        {"", "split", "goes on in #%lld from a message on"},  {"", "followed", "the customer wrote again: it goes on in #%lld"}};
    for (size_t i = 0; other && i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].did, did) && str_eq(words[i].effect, effect)) {
            AUTO_STR out;
            str_init(&out, 200);
            const char *at = strstr(words[i].text, "%lld");
            str_addf(&out, "%.*s%lld%s", (int)(at - words[i].text), words[i].text, other, at + 4);
            return arena_strdup(look->arena, out.data);
        }
    return NULL;
}

static struct said say_ticket(const struct look *look, const char *actor, const struct json *data)
{
    const char *did = json_get_string(data, "do", ""), *effect = json_get_string(data, "effect", "");
    const char *between = say_between(look, did, effect, json_get_i64(data, "other", 0));
    if (between)
        return (struct said){say_actor(look, actor), between, UI_STRONG};
    AUTO_STR out;
    str_init(&out, 600);
    add_changes(look, &out, json_get(data, "changes"));
    if (out.len && json_get_bool(data, "local", false))
        str_adds(&out, " (local only: the source is not told)");
    if (*did && (!strcmp(did, "reply") || !strcmp(did, "note")) && !out.len)
        return (struct said){"", "", UI_DIM};
    bool macro = strcmp(did, "macro") == 0; /* which one */
    const char *why = json_get_string(data, "why", macro ? "" : json_get_string(data, "reason", ""));
    if (macro)
        did = arena_printf(look->arena, "macro %s", json_get_string(data, "reason", ""));
    if (*did)
        return (struct said){say_actor(look, actor),
                             arena_printf(look->arena, "%s%s%s%s%s%s", did, out.len ? ": " : "", out.data, *why ? " (" : "", why, *why ? ")" : ""),
                             str_eq(actor, mirror_me(look->mirror)) ? UI_MINE : UI_NORMAL};
    if (!out.len && (json_get_i64(data, "messages", 0) || !*effect))
        return (struct said){"", "", UI_DIM};
    return (struct said){
        str_starts(actor, "source:") ? "source" : say_actor(look, actor),
        arena_printf(look->arena, "%s%s%s", *effect ? effect : "changed", out.len ? ": " : "", out.data),
        UI_SYSTEM};
}

static struct said say_label(const struct look *look, const char *actor, const struct json *data)
{
    const struct json *urgency = json_get(data, "urgency");
    const char *text = facts_label(look, json_is(urgency, JSON_OBJECT) ? urgency : data);
    (void)actor;
    if (json_get(data, "source")) /* what an act taught: the act has its own line */
        return (struct said){"", "", UI_DIM};
    if (!*text && json_string(urgency))
        text = json_string(urgency);
    return (struct said){"label", text, UI_SYSTEM};
}

static struct said say_sla(const struct look *look, const char *actor, const struct json *data)
{
    const char *what = json_get_string(data, "what", ""),
               *metric = look_words(look->arena, json_get_string(data, "metric", ""));
    int64_t due = json_get_i64(data, "due_at", 0);
    (void)actor;
    bool bad = str_eq(what, "breached"), soon = str_eq(what, "warned");
    const char *until = due && (str_eq(what, "started") || str_eq(what, "resumed") || str_eq(what, "restored") || soon)
                            ? arena_printf(look->arena, ", due %s", look_stamp(look, due))
                            : "";
    if (str_eq(what, "paused") || str_eq(what, "cancelled"))
        until = arena_printf(look->arena, " (%s)", look_words(look->arena, json_get_string(data, "cause", "")));
    else if (str_eq(what, "retargeted"))
        until = arena_printf(look->arena, " by policy %s", json_get_string(data, "policy", "?"));
    return (struct said){"sla", arena_printf(look->arena, "%s clock %s%s", metric, what, until),
                         bad    ? UI_LATE
                         : soon ? UI_WARN
                                : UI_DIM};
}

static void add_told(const struct look *look, struct str *out, const char *lead, const struct json *told)
{
    for (const struct json *who = json_first(told); who; who = json_next(who))
        if (json_string(who))
            str_addf(out, "%s%s", who == json_first(told) ? lead : ", ", look_owner(look, json_string(who)));
}

static struct said say_escalation(const struct look *look, const char *actor, const struct json *data)
{
    const char *what = json_get_string(data, "what", ""), *why = json_get_string(data, "why", "");
    AUTO_STR out;
    str_init(&out, 400);
    (void)actor;
    if (str_eq(what, "step") || str_eq(what, "page_failed"))
        str_addf(&out, "step %lld%s", (long long)json_get_i64(data, "step", 0) + 1, str_eq(what, "step") ? "" : ": no page reached");
    else
        str_adds(&out, look_words(look->arena, what));
    add_told(look, &out, str_eq(what, "page_failed") || str_eq(what, "bundled") ? " " : ": told ", json_get(data, "told"));
    if (*why) /* a name, where somebody did it */
        str_addf(&out, " (%s)", look_owner(look, why));
    static const char *const calm[] = {"acknowledged", "resolved", "snoozed", "woken", "suppressed", "bundled", "policy_changed", "moved", "restored"};
    enum ui_role role = UI_CRITICAL;
    for (size_t i = 0; i < sizeof calm / sizeof *calm; i++)
        role = str_eq(calm[i], what) ? UI_OK : role;
    return (struct said){"page", arena_strdup(look->arena, out.data), role};
}

static struct said say_score(const struct look *look, const char *actor, const struct json *data)
{
    long long xp = json_get_i64(data, "xp", 0), damage = json_get_i64(data, "damage", 0);
    const char *reason = json_get_string(data, "reason", ""), *agent = json_get_string(data, "agent", "");
    (void)actor;
    const char *hit = damage ? arena_printf(look->arena, ", %lld damage", damage) : "";
    return (struct said){"score",
                         arena_printf(look->arena, "%s %s%lld XP%s%s%s", look_owner(look, agent),
                                      xp < 0 ? "" : "+", xp, hit, *reason ? ": " : "", reason),
                         xp < 0 ? UI_WARN : UI_XP};
}

static struct said say_boss(const struct look *look, const char *actor, const struct json *data)
{
    const char *what = json_get_string(data, "what", json_get_string(data, "state", "")),
               *name = json_get_string(data, "name", ""), *who = look_owner(look, json_get_string(data, "agent", ""));
    (void)actor;
    if (str_eq(what, "hit") || str_eq(what, "damaged"))
        return (struct said){"boss",
                             arena_printf(look->arena, "%s: %s %s %lld, %lld HP left", name, who, str_eq(who, "you") ? "deal" : "deals",
                                          (long long)json_get_i64(data, "damage", 0),
                                          (long long)json_get_i64(data, "hp", 0)),
                             UI_BOSS};
    return (struct said){"boss", arena_printf(look->arena, "%s %s", name, look_words(look->arena, what)),
                         UI_BOSS};
}

static struct said say_player(const struct look *look, const char *actor, const struct json *data)
{
    const char *what = json_get_string(data, "what", ""),
               *who = look_owner(look, json_get_string(data, "agent", ""));
    (void)actor;
    if (str_eq(what, "level_up"))
        return (struct said){
            "player",
            arena_printf(look->arena, "%s reached level %lld", who, (long long)json_get_i64(data, "new", 0)),
            UI_GOLD};
    return (struct said){"player",
                         arena_printf(look->arena, "%s: %s", who,
                                      json_get_string(data, "name", look_words(look->arena, what))),
                         UI_GOLD};
}

static struct said say_parcel(const struct look *look, const char *actor, const struct json *data)
{
    const char *state = json_get_string(data, "state", ""), *error = json_get_string(data, "error", ""), *route = json_get_string(data, "route", "");
    struct badge badge = look_delivery(state);
    int64_t due = json_get_i64(data, "due_at", 0), attempts = json_get_i64(data, "attempts", 0);
    AUTO_STR out;
    str_init(&out, 600);
    (void)actor;
    str_addf(&out, "%s: %s %s", json_get_string(data, "destination", ""), badge.glyph, badge.word);
    if (str_eq(state, "retrying") && due)
        str_addf(&out, " at %s", look_stamp(look, due));
    if (attempts > 1 || str_eq(state, "dead"))
        str_addf(&out, " after %lld attempt%s", (long long)attempts, attempts == 1 ? "" : "s");
    if (*error)
        str_addf(&out, ": %s", error);
    if (*route)
        str_addf(&out, " (route %s)", route);
    return (struct said){"delivery", arena_strdup(look->arena, out.data), str_eq(state, "delivered") ? UI_SYSTEM : badge.role}; /* what went well is context */
}

/* [route, end, step, note, [[destination, go, why]...]]; a route the event does not fit has nothing to say. */
static void add_verdict(struct str *out, const struct json *verdict)
{
    const struct json *route = json_first(verdict), *end = json_next(route), *step = json_next(end), *note = json_next(step), *to = json_next(note);
    const char *word = json_string(end) ? json_string(end) : "", *why = json_string(note) ? json_string(note) : "";
    int64_t n = 0;
    if (str_eq(word, "no_match"))
        return;
    json_i64(step, &n);
    str_addf(out, "%s%s: %s", out->len ? "; " : "", json_string(route) ? json_string(route) : "?", word);
    if (n)
        str_addf(out, " at step %lld", (long long)n);
    if (*why && !str_eq(word, "passed"))
        str_addf(out, " (%s)", why);
    int gone = 0;
    for (const struct json *d = json_first(to); d; d = json_next(d)) {
        bool go = false;
        json_bool(json_next(json_first(d)), &go);
        if (go)
            str_addf(out, "%s%s", gone++ ? ", " : " to ", json_string(json_first(d)) ? json_string(json_first(d)) : "?");
    }
}

static struct said say_route(const struct look *look, const char *actor, const struct json *data)
{
    AUTO_STR out;
    str_init(&out, 1000);
    (void)actor;
    for (const struct json *v = json_first(json_get(data, "verdicts")); v; v = json_next(v))
        add_verdict(&out, v);
    return (struct said){"route", arena_strdup(look->arena, out.len ? out.data : "no route takes it"), UI_SYSTEM};
}

static struct said say_delivery(const struct look *look, const char *actor, const struct json *data)
{
    static const struct { const char *what, *said, *you; } acts[] = {
        {"replay", "lets it leave again", "let it leave again"}, {"retry", "lets it go now", "let it go now"}, {"drop", "gives it up", "give it up"}};
    const char *what = json_get_string(data, "do", ""), *where = json_get_string(data, "destination", "");
    long long n = json_get_i64(data, "count", 0);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (str_eq(acts[i].what, what))
            what = str_eq(say_actor(look, actor), "you") ? acts[i].you : acts[i].said;
    return (struct said){"delivery",
                         arena_printf(look->arena, "%s %s%s%s (%lld)", say_actor(look, actor), what, *where ? ": " : "", where, n), UI_NORMAL};
}

static struct said say_destination(const struct look *look, const char *actor, const struct json *data)
{
    struct badge badge = look_destination(json_get_string(data, "state", ""));
    const char *reason = json_get_string(data, "reason", "");
    return (struct said){"delivery",
                         arena_printf(look->arena, "%s: %s %s, by %s%s%s", json_get_string(data, "destination", ""), badge.glyph, badge.word,
                                      say_actor(look, actor), *reason ? ": " : "", reason),
                         badge.role};
}

static struct said say_reveal(const struct look *look, const char *actor, const struct json *data)
{
    if (str_eq(json_get_string(data, "field", ""), "attachment"))
        return (struct said){"reveal",
                             arena_printf(look->arena, "%s read attachment %lld: %s", say_actor(look, actor), (long long)json_get_i64(data, "n", 0),
                                          json_get_string(data, "name", "")), UI_WARN};
    return (struct said){"reveal",
                         arena_printf(look->arena, "%s saw it unmasked: %s", say_actor(look, actor),
                                      json_get_string(data, "reason", "")),
                         UI_WARN};
}

/* An act on the desk itself, with what was answered to whoever did it. */
static struct said say_desk(const struct look *look, const char *actor, const struct json *data)
{
    const char *did = json_get_string(data, "do", "changed"), *say = json_get_string(data, "say", "");
    return (struct said){say_actor(look, actor), arena_printf(look->arena, "%s%s%s", did, *say ? ": " : "", say), UI_NORMAL};
}

struct said say_entry(const struct look *look, const char *kind, const char *actor, const struct json *data)
{
    static const struct {
        const char *kind;
        struct said (*say)(const struct look *look, const char *actor, const struct json *data);
    } kinds[] = {{"ticket", say_ticket},         {"label", say_label},  {"sla", say_sla},
                 {"escalation", say_escalation}, {"score", say_score},  {"boss", say_boss},
                 {"player", say_player},         {"parcel", say_parcel},
                 {"route", say_route},           {"delivery", say_delivery},
                 {"destination", say_destination},
                 {"reveal", say_reveal},
                 {"desk", say_desk}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(kinds[i].kind, kind))
            return kinds[i].say(look, actor, data);
    return (struct said){arena_strdup(look->arena, kind), say_actor(look, actor), UI_DIM};
}
