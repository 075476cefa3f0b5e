/* simulate: the dry run of an escalation as a table. A line is a step; the clocks are the reader's and that of whoever is told. */
#include "app/oncall.h"
#include "core/moment.h"
#include "screen/simulation.h"
#include <string.h>

const char simulate_help[] =
    "triage simulate critical --at 'Sun 03:10'\n"
    "triage simulate critical --at '2027-03-28 01:50' plan=enterprise team=shop   a made-up ticket with these fields\n"
    "triage simulate --ticket 42 --at 'tomorrow 09:00'                            as if this one came then\n"
    "triage simulate critical --at 'Sun 03:10' --config next.yaml                 under another configuration (leads)\n"
    "The steps are taken by the daemon's own rules, with rotations, overrides, absences, maintenance and conditions as they are\n"
    "set; nothing is written and nobody is told.\n";

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

/* --- what is asked --- */

/* The daemon reads the text, by its own time and on the clock it then names. */
static void put_when(struct shell *sh, struct json *body)
{
    static const char *const options[] = {"--at", "--tz"};
    for (int i = 0; i < 2; i++) {
        const char *text = shell_option(sh, options[i], true);
        if (text)
            json_put_string(body, options[i] + 2, text);
    }
    const char *local = home_zone(sh->arena);
    if (local)
        json_put_string(body, "local", local);
}

static bool put_config(struct shell *sh, struct json *body, int *code)
{
    const char *path = shell_option(sh, "--config", true);
    size_t n;
    const char *text = path ? shell_file(sh, path, &n, code) : NULL;
    if (text) {
        json_put_string(body, "config", text);
        json_put_string(body, "name", path);
    }
    return !path || text;
}

/* URGENCY is short for urgency=URGENCY. */
static bool put_fields(struct shell *sh, struct json *body, int *code)
{
    struct json *fields = json_object();
    json_put(body, "fields", fields);
    for (int i = 0; i < sh->argc; i++) {
        char *equals = strchr(sh->argv[i], '=');
        if (!equals && i) {
            *code = shell_usage(sh, "a field is FIELD=VALUE, not ", sh->argv[i], "triage simulate critical plan=enterprise");
            return false;
        }
        const char *name = equals ? arena_strndup(sh->arena, sh->argv[i], (size_t)(equals - sh->argv[i])) : "urgency";
        json_put_string(fields, name, equals ? equals + 1 : sh->argv[i]);
    }
    return true;
}

/* --- what is answered --- */

static const char *their_clock(struct print *p, const struct json *person, int64_t at)
{
    struct err err;
    char text[MOMENT_TEXT];
    const char *tz = text_of(person, "tz"), *city = strrchr(tz, '/');
    moment_format(zone_load(p->arena, tz, &err), at, text);
    return arena_printf(p->arena, "%.3s %s %s", text, text + 15, city ? city + 1 : tz); /* the day of the week, the time */
}

static void cells(struct print *p, const char *when, const char *step, const char *who, const char *clock, const char *by, const char *next)
{
    print_cell(p, when, 20, false);
    print_cell(p, step, 6, false);
    print_cell(p, who, 10, false);
    print_cell(p, clock, 22, false);
    print_cell(p, by, 24, false);
    print_cell(p, next, 5, false);
}

static void print_line(struct print *p, const struct json *root, const struct json *line, const struct zone *zone)
{
    int64_t at = json_get_i64(line, "at", 0) / 60000 * 60000; /* the columns hold minutes */
    const char *when = moment_format(zone, at, arena_alloc(p->arena, MOMENT_TEXT)), *step = simulation_step(p->arena, root, line), *what = text_of(line, "what");
    const struct json *person = json_first(json_get(line, "people"));
    int64_t next_at = json_get_i64(line, "next_at", 0);
    const char *next = next_at ? moment_format(zone, next_at - next_at % 60000, arena_alloc(p->arena, MOMENT_TEXT)) + 15 : "";
    if (!person || strcmp(what, "step") != 0) {
        cells(p, when, step, person ? text_of(person, "agent") : "-", person ? their_clock(p, person, at) : "", text_of(line, "target"), next);
        print_safe(p, simulation_says(p->arena, line));
        print_end(p);
        return;
    }
    for (; person; person = json_next(person)) {
        const char *agent = text_of(person, "agent");
        cells(p, when, step, *agent ? agent : "-", *agent ? their_clock(p, person, at) : "", simulation_by(p->arena, person), next);
        print_safe(p, simulation_why(p->arena, person));
        print_end(p);
        when = step = next = "";
    }
}

static void print_simulation(struct print *p, const struct json *root)
{
    struct err err;
    char at[MOMENT_TEXT];
    const struct zone *zone = zone_load(p->arena, text_of(root, "tz"), &err);
    long long repeat = json_get_i64(root, "repeat", 0);
    str_addf(p->out, "a ticket that is %s pages at %s %s, and nobody acknowledges", text_of(root, "urgency"),
             moment_format(zone, json_get_i64(root, "at", 0), at), zone_name(zone));
    if (*text_of(root, "policy"))
        str_addf(p->out, "; policy %s, %lld steps, %lld more %s\n", text_of(root, "policy"), (long long)json_get_i64(root, "steps", 0), repeat,
                 repeat == 1 ? "loop" : "loops");
    else
        str_adds(p->out, "; no policy fits\n");
    cells(p, "WHEN", "STEP", "WHO", "THEIR CLOCK", "BY", "NEXT");
    str_adds(p->out, "WHY");
    print_end(p);
    for (const struct json *line = json_first(json_get(root, "lines")); line; line = json_next(line))
        print_line(p, root, line, zone);
    if (json_get_bool(root, "cut", false))
        str_adds(p->out, "and so on\n");
}

int simulate_verb(struct shell *sh)
{
    int64_t ticket;
    int code = 0;
    const char *number = shell_option(sh, "--ticket", true);
    AUTO_JSON body = json_object();
    json_put_string(body, "do", "simulate");
    if (number && !shell_number(number, &ticket))
        return shell_usage(sh, "--ticket needs a ticket's number, not ", number, "triage simulate --ticket 42");
    if (number)
        json_put_i64(body, "ticket", ticket);
    put_when(sh, body);
    if (!put_config(sh, body, &code) || !put_fields(sh, body, &code))
        return code;
    const struct json *root = shell_fetch(sh, "/v1/lab", json_print_in(sh->arena, body), &code);
    if (!root)
        return code;
    if (!sh->options.json)
        print_simulation(&sh->print, root);
    return shell_flush(sh);
}
