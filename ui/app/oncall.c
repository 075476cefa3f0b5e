/* oncall: what GET /v1/oncall says, as lines. Times are on the clock that the answer names: the agent's own as configured,
 * else this machine's, else the one that --tz asks for. */
#include "app/oncall.h"
#include "core/moment.h"
#include "screen/look.h"
#include <string.h>

const char oncall_help[] =
    "Changed by (see each verb's help):\n"
    "  triage override for=ben from='Sun 18:00' to=22:00 reason=\"swap\"   you, in ben's place\n"
    "  triage cover from='Sun 18:00' to=+4h note=\"concert\"              ask who takes over\n"
    "  triage cover-accept key=KEY                                      take over\n"
    "  triage absence from=2026-12-24 to=2027-01-02 kind=leave          away: not on call, whatever the turn\n"
    "Times: +4h, 18:00, tomorrow 09:00, Sun 03:10, 2026-11-29 18:00, 2026-11-29T18:00+01:00.\n";

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static const struct zone *zone_of(struct arena *arena, const struct json *root)
{
    struct err err;
    return zone_load(arena, text_of(root, "tz"), &err); /* the daemon has read it; here or not, NULL is UTC */
}

static const char *at_text(struct print *p, const struct zone *zone, int64_t ms)
{
    return moment_format(zone, ms - ms % 60000, arena_alloc(p->arena, MOMENT_TEXT));
}

static const char *stretch(struct print *p, const struct zone *zone, int64_t from, int64_t to)
{
    char end[MOMENT_TEXT];
    return arena_printf(p->arena, "%s to %s", at_text(p, zone, from), moment_format_end(zone, from, to - to % 60000, end));
}

/* "ben (for ana: cover)", "ana (week)"; "nobody". */
static const char *people_text(struct print *p, const struct json *people)
{
    AUTO_STR out;
    str_init(&out, 4096);
    for (const struct json *who = json_first(people); who; who = json_next(who)) {
        bool turn = strcmp(text_of(who, "why"), "rotation") == 0;
        str_addf(&out, "%s%s", out.len ? ", " : "", text_of(who, "agent"));
        if (*text_of(who, "for"))
            str_addf(&out, " (for %s: %s)", text_of(who, "for"), text_of(who, "why"));
        else
            str_addf(&out, " (%s)", turn ? text_of(who, "rotation") : text_of(who, "why"));
    }
    return out.len ? arena_strdup(p->arena, out.data) : "nobody";
}

static void line(struct print *p, const char *name, const char *what, const char *when)
{
    print_cell(p, name, 10, false);
    print_cell(p, what, 36, false);
    print_safe(p, when);
    print_end(p);
}

static void print_schedule(struct print *p, const struct json *schedule, const struct zone *zone, bool spans)
{
    const struct json *next = json_get(schedule, "next");
    int64_t until = json_get_i64(schedule, "until", 0);
    str_adds(p->out, "schedule ");
    print_safe(p, text_of(schedule, "name"));
    str_addf(p->out, " (its clock: %s)\n", text_of(schedule, "tz"));
    line(p, "  now", people_text(p, json_get(schedule, "now")),
         until ? arena_printf(p->arena, "until %s, in %s", at_text(p, zone, until), look_left(p->arena, until - p->now)) : "for good");
    if (json_is(next, JSON_OBJECT))
        line(p, "  next", people_text(p, json_get(next, "people")), stretch(p, zone, json_get_i64(next, "from", 0), json_get_i64(next, "to", 0)));
    for (const struct json *span = spans ? json_first(json_get(schedule, "spans")) : NULL; span; span = json_next(span))
        line(p, "  -", people_text(p, json_get(span, "people")), stretch(p, zone, json_get_i64(span, "from", 0), json_get_i64(span, "to", 0)));
}

static void print_changes(struct print *p, const struct json *root, const struct zone *zone)
{
    for (const struct json *o = json_first(json_get(root, "overrides")); o; o = json_next(o))
        line(p, "override", arena_printf(p->arena, "%s: %s %s%s%s", text_of(o, "schedule"), text_of(o, "action"), text_of(o, "agent"),
                                         *text_of(o, "for") ? " for " : "", text_of(o, "for")),
             arena_printf(p->arena, "%s  key=%s by %s%s%s", stretch(p, zone, json_get_i64(o, "from", 0), json_get_i64(o, "to", 0)), text_of(o, "key"),
                          text_of(o, "by"), *text_of(o, "reason") ? ": " : "", text_of(o, "reason")));
    for (const struct json *c = json_first(json_get(root, "covers")); c; c = json_next(c))
        line(p, "cover", *text_of(c, "accepted_by")
                 ? arena_printf(p->arena, "%s: %s takes over from %s", text_of(c, "schedule"), text_of(c, "accepted_by"), text_of(c, "asked"))
                 : arena_printf(p->arena, "%s: %s asks", text_of(c, "schedule"), text_of(c, "asked")),
             arena_printf(p->arena, "%s  key=%s%s%s", stretch(p, zone, json_get_i64(c, "from", 0), json_get_i64(c, "to", 0)), text_of(c, "key"),
                          *text_of(c, "note") ? " " : "", text_of(c, "note")));
    for (const struct json *a = json_first(json_get(root, "absences")); a; a = json_next(a))
        line(p, "away", arena_printf(p->arena, "%s (%s)", text_of(a, "agent"), text_of(a, "kind")),
             arena_printf(p->arena, "%s  key=%s%s%s", stretch(p, zone, json_get_i64(a, "from", 0), json_get_i64(a, "to", 0)), text_of(a, "key"),
                          *text_of(a, "note") ? " " : "", text_of(a, "note")));
}

static void print_oncall(struct print *p, const struct json *root, bool spans)
{
    const struct zone *zone = zone_of(p->arena, root);
    p->now = json_get_i64(root, "now", p->now); /* the daemon's clock is the one that counts */
    if (!json_count(json_get(root, "schedules")))
        str_adds(p->out, "nobody is ever on call here: triage.yaml has no `oncall`\n");
    for (const struct json *schedule = json_first(json_get(root, "schedules")); schedule; schedule = json_next(schedule))
        print_schedule(p, schedule, zone, spans);
    print_changes(p, root, zone);
    str_addf(p->out, "times: %s\n", text_of(root, "tz"));
}

static void add(struct shell *sh, struct str *path, const char *name, const char *value)
{
    if (value)
        str_addf(path, "%s%s=%s", strchr(path->data, '?') ? "&" : "?", name, shell_escape(sh, value));
}

int oncall_run(struct shell *sh)
{
    bool week = shell_option(sh, "--week", false);
    const char *from = shell_option(sh, "--from", true), *to = shell_option(sh, "--to", true);
    int code = 0;
    AUTO_STR path;
    str_init(&path, 4096);
    str_adds(&path, "/v1/oncall");
    add(sh, &path, "schedule", shell_option(sh, "--schedule", true));
    add(sh, &path, "from", from);
    add(sh, &path, "to", to);
    add(sh, &path, "tz", shell_option(sh, "--tz", true));
    add(sh, &path, "local", home_zone(sh->arena));
    if (sh->argc)
        return shell_usage(sh, "oncall takes no ", sh->argv[0], "triage oncall --week");
    const struct json *root = shell_fetch(sh, path.data, NULL, &code);
    if (!root)
        return code;
    if (!sh->options.json)
        print_oncall(&sh->print, root, week || from || to);
    return shell_flush(sh);
}
