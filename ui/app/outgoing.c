/* outgoing: see outgoing.h. Each verb is one call; what a dry run needs of another configuration is its text,
 * read here and judged by the daemon. */
#include "app/outgoing.h"
#include "base/text.h"
#include "core/config.h"
#include "screen/look.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IDS_MAX = 1000, REPLAY_MS = 600000 };

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static const char *number(struct print *p, int64_t n)
{
    return arena_printf(p->arena, "%lld", (long long)n);
}

/* "in 40s"; "now" for what is due; "-" for what waits for nothing. */
static const char *in_time(struct print *p, int64_t at)
{
    return !at            ? "-"
           : at <= p->now ? "now"
                          : arena_printf(p->arena, "in %s", look_left(p->arena, at - p->now));
}

static const char *ago(struct print *p, int64_t at)
{
    const char *text = look_ago(p->arena, p->now - at);
    return str_eq(text, "now") ? "just now" : arena_printf(p->arena, "%s ago", text);
}

/* --- deliveries ls, show --- */

static void print_parcels(struct print *p, const struct json *list)
{
    for (const struct json *row = json_first(list); row; row = json_next(row)) {
        int64_t ticket = json_get_i64(row, "ticket", 0);
        print_cell(p, number(p, json_get_i64(row, "id", 0)), 7, true);
        print_cell(p, text_of(row, "state"), 9, false);
        print_cell(p, ticket ? arena_printf(p->arena, "#%lld", (long long)ticket) : "-", 7, false);
        print_cell(p, text_of(row, "destination"), 16, false);
        print_cell(p, *text_of(row, "route") ? text_of(row, "route") : "-", 16, false);
        print_cell(p,
                   arena_printf(p->arena, "%lld of %lld", (long long)json_get_i64(row, "attempts", 0),
                                (long long)json_get_i64(row, "of", 0)),
                   8, false);
        print_cell(p, in_time(p, json_get_i64(row, "due_at", 0)), 8, false);
        print_safe(p, text_of(row, "error"));
        print_end(p);
    }
}

static const char *ls_path(struct shell *sh, const char *since, int *code)
{
    static const struct {
        const char *option, *member;
    } options[] = {{"--state", "state"},
                   {"--destination", "destination"},
                   {"--route", "route"},
                   {"--ticket", "ticket"},
                   {"--limit", "limit"}};
    int64_t at;
    AUTO_STR path;
    str_init(&path, 8192);
    str_adds(&path, "/v1/parcels?");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = shell_option(sh, options[i].option, true);
        if (value)
            str_addf(&path, "%s=%s&", options[i].member, shell_escape(sh, value + (i == 3 && *value == '#')));
    }
    if (!shell_since(sh, since, &at, code))
        return NULL;
    if (at)
        str_addf(&path, "since=%lld&", (long long)at);
    return arena_strdup(sh->arena, path.data);
}

static int list_page(struct shell *sh, const char *path, int64_t *next)
{
    int code = 0;
    sh->quiet = true; /* a row a line, not the page */
    const struct json *root = shell_fetch(sh, path, NULL, &code), *list = json_get(root, "parcels");
    *next = json_get_i64(root, "next", 0);
    if (!root)
        return code;
    for (const struct json *row = json_first(list); row && sh->options.json; row = json_next(row))
        str_addf(&sh->out, "%s\n", json_print_in(sh->arena, row));
    if (!sh->options.json)
        print_parcels(&sh->print, list);
    sh->rows += json_count(list);
    return shell_flush(sh);
}

static int deliveries_ls(struct shell *sh)
{
    bool all = shell_option(sh, "--all", false) != NULL;
    int code = 0;
    int64_t next = 0;
    const char *path = ls_path(sh, shell_option(sh, "--since", true), &code);
    if (!path)
        return code;
    if (sh->argc)
        return shell_usage(sh, "deliveries ls takes options only, not ", sh->argv[0],
                           "triage help deliveries");
    do
        code = list_page(sh, next ? arena_printf(sh->arena, "%safter=%lld", path, (long long)next) : path,
                         &next);
    while (code == 0 && all && next);
    if (code == 0 && !sh->options.json && (!sh->rows || next))
        fputs(sh->rows ? "more: --all, or --limit\n" : "nothing here\n", stderr);
    return code;
}

static void print_attempts(struct print *p, const struct json *history)
{
    struct look look = {.arena = p->arena, .now = p->now, .zone = p->zone};
    for (const struct json *a = json_first(history); a; a = json_next(a)) {
        int64_t status = json_get_i64(a, "status", 0);
        print_cell(p, arena_printf(p->arena, "attempt %lld", (long long)json_get_i64(a, "n", 0)), 12, false);
        print_cell(p, look_stamp(&look, json_get_i64(a, "at", 0)), 10, false);
        print_cell(p, status ? number(p, status) : "-", 4, true);
        print_cell(p, arena_printf(p->arena, "%lld ms", (long long)json_get_i64(a, "ms", 0)), 9, true);
        print_safe(p, text_of(a, "verdict"));
        if (*text_of(a, "excerpt"))
            str_addf(p->out, ": %s", text_safe_in(p->arena, text_of(a, "excerpt"), TEXT_LINE));
        str_addc(p->out, '\n');
    }
}

static void print_parcel(struct print *p, const struct json *root)
{
    const struct json *row = json_get(root, "parcel"), *letter = json_get(row, "letter");
    print_named(p, "delivery", number(p, json_get_i64(row, "id", 0)));
    print_named(p, "state", text_of(row, "state"));
    print_named(p, "ticket",
                json_get_i64(row, "ticket", 0)
                    ? arena_printf(p->arena, "#%lld", (long long)json_get_i64(row, "ticket", 0))
                    : "");
    print_named(p, "destination", text_of(row, "destination"));
    print_named(p, "route", text_of(row, "route"));
    print_named(p, "attempts",
                arena_printf(p->arena, "%lld of %lld", (long long)json_get_i64(row, "attempts", 0),
                             (long long)json_get_i64(row, "of", 0)));
    print_named(p, "next", json_get_i64(row, "due_at", 0) ? in_time(p, json_get_i64(row, "due_at", 0)) : "");
    print_named(p, "error", text_of(row, "error"));
    print_named(p, "letter", text_of(letter, "id"));
    print_named(p, "type", text_of(letter, "type"));
    print_named(p, "title", text_of(letter, "title"));
    str_addc(p->out, '\n');
    print_attempts(p, json_get(row, "history"));
}

static int deliveries_show(struct shell *sh)
{
    int64_t id;
    if (sh->argc != 1 || !shell_number(sh->argv[0], &id))
        return shell_usage(sh, "deliveries show needs a delivery's number", "", "triage deliveries show 7");
    return shell_print(sh, arena_printf(sh->arena, "/v1/parcels/%lld", (long long)id), print_parcel);
}

/* --- deliveries retry, replay, drop, pause, resume --- */

static bool sure(const struct shell *sh)
{
    char line[16] = "";
    if (!isatty(0) || sh->options.no_input)
        return false;
    fputs("Give up these deliveries for good? y/N ", stderr);
    return fgets(line, sizeof line, stdin) && (*line == 'y' || *line == 'Y');
}

static bool put_which(struct shell *sh, struct json *body, int *code)
{
    const char *since = shell_option(sh, "--since", true),
               *destination = shell_option(sh, "--destination", true),
               *route = shell_option(sh, "--route", true);
    struct json *ids = json_array();
    int64_t at, id;
    for (int i = 0; i < sh->argc && i < IDS_MAX && shell_number(sh->argv[i], &id); i++)
        json_push(ids, json_new_i64(id));
    bool all = json_count(ids) == (size_t)sh->argc, some = sh->argc > 0;
    if (some && all)
        json_put(body, "ids", ids);
    else
        json_free(ids);
    if (!shell_since(sh, since, &at, code))
        return false;
    if (at)
        json_put_i64(body, "since", at);
    if (destination)
        json_put_string(body, "destination", destination);
    if (route)
        json_put_string(body, "route", route);
    if (all && (some || at || destination || route))
        return true;
    *code = shell_usage(sh, "say which: at most 1000 numbers, or --destination, --route, --since", "",
                        "triage deliveries ls --state dead");
    return false;
}

static const struct change {
    const char *name, *one, *many, *none;
} changes[] = {
    {"replay", "leaves again", "leave again", "no such delivery is dead: nothing was replayed"},
    {"retry", "goes now", "go now", "no such delivery is waiting: nothing was hurried"},
    {"drop", "is given up", "are given up", "no such delivery is dead or waiting: nothing was dropped"},
};

/* What an answer to one of these calls says: how many, and "none" is not found. */
static int say_count(struct shell *sh, const struct json *root, const struct change *what)
{
    struct err err = {0};
    int64_t count = json_get_i64(root, "count", 0);
    if (!sh->options.json && count)
        str_addf(&sh->out, "%lld %s %s\n", (long long)count, count == 1 ? "delivery" : "deliveries",
                 count == 1 ? what->one : what->many);
    int code = shell_flush(sh);
    if (code || count)
        return code;
    err_set(&err, ERR_NOT_FOUND, "%s", what->none);
    return shell_failed(sh, &err, "triage deliveries ls");
}

/* Before a yes is asked for: would it count? */
static bool may_drop(struct shell *sh, int *code)
{
    struct err err = {0};
    bool quiet = sh->quiet;
    sh->quiet = true;
    const struct json *desk = shell_fetch(sh, "/v1/desk?limit=1", NULL, code);
    sh->quiet = quiet;
    int role = role_find(json_get_string(json_get(desk, "me"), "role", ""));
    if (desk && role < ROLE_LEAD) {
        role_refuse(&err, "to drop, pause or resume", ROLE_LEAD, role);
        *code = shell_failed(sh, &err, "");
    }
    return desk && role >= ROLE_LEAD;
}

static int change(struct shell *sh, const struct change *what)
{
    AUTO_JSON body = json_object();
    int code = 0;
    bool drops = str_eq(what->name, "drop"), yes = drops && shell_option(sh, "--yes", false);
    json_put_string(body, "do", what->name);
    if (!put_which(sh, body, &code) || (drops && !may_drop(sh, &code)))
        return code;
    if (drops && !yes && !sure(sh))
        return shell_usage(sh, "drop wants a yes", "", "--yes says it where nobody is asked");
    const struct json *root = shell_fetch(sh, "/v1/deliveries", json_print_in(sh->arena, body), &code);
    return root ? say_count(sh, root, what) : code;
}

static int rest_or_go(struct shell *sh, const char *what)
{
    AUTO_STR reason;
    AUTO_JSON body = json_object();
    str_init(&reason, 1024);
    if (!sh->argc)
        return shell_usage(sh, what, " needs a destination's name", "triage destinations");
    for (int i = 1; i < sh->argc; i++)
        str_addf(&reason, "%s%s", i > 1 ? " " : "", sh->argv[i]);
    json_put_string(body, "do", what);
    json_put_string(body, "destination", sh->argv[0]);
    if (reason.len)
        json_put_string(body, "reason", reason.data);
    int code = 0;
    const struct json *root = shell_fetch(sh, "/v1/deliveries", json_print_in(sh->arena, body), &code);
    if (root && !sh->options.json)
        str_addf(&sh->out, "%s %s\n", text_safe_in(sh->arena, sh->argv[0], TEXT_LINE),
                 str_eq(what, "pause") ? "rests; its queue is kept" : "goes on");
    return root ? shell_flush(sh) : code;
}

const char outgoing_help[] =
    "\n  ls [--state S] [--destination D] [--route R] [--ticket N] [--since T] [--limit N] [--all]\n"
    "  show ID                      one with its attempts\n"
    "  replay ID... | WHICH         dead letters leave again, same id and body, attempts from 0\n"
    "  retry  ID... | WHICH         what waits goes now\n"
    "  drop   ID... | WHICH         dead or waiting ones are given up (lead; asks, or --yes)\n"
    "  pause  DESTINATION [reason]  its queue rests and is kept (lead)\n"
    "  resume DESTINATION           and goes on (lead)\n"
    "\nWHICH is --destination D, --route R, --since T, or several of them. T is 30m, 2h, 3d, today, "
    "yesterday,\n"
    "2026-11-24 or 2026-11-24T09:00. S is held, due, flying, retrying, delivered, dead, skipped or "
    "dropped.\n";

int outgoing_deliveries(struct shell *sh)
{
    const char *what = sh->argc && sh->argv[0][0] != '-' ? sh->argv[0] : "ls";
    if (sh->argc && what == sh->argv[0])
        sh->argc--, sh->argv++;
    if (str_eq(what, "ls"))
        return deliveries_ls(sh);
    if (str_eq(what, "show"))
        return deliveries_show(sh);
    if (str_eq(what, "pause") || str_eq(what, "resume"))
        return rest_or_go(sh, what);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (str_eq(changes[i].name, what))
            return change(sh, &changes[i]);
    return shell_usage(sh, "deliveries does not ", what, "ls, show, retry, replay, drop, pause or resume");
}

/* --- destinations --- */

static const char *breaker(struct print *p, const struct json *d)
{
    int64_t until = json_get_i64(d, "open_until", 0);
    const char *word = look_words(p->arena, text_of(d, "breaker"));
    return until > p->now ? arena_printf(p->arena, "%s %s", word, look_left(p->arena, until - p->now)) : word;
}

static const char *answered(struct print *p, const struct json *d)
{
    int64_t ok = json_get_i64(d, "ok_at", 0), failed = json_get_i64(d, "failed_at", 0);
    return !ok && !failed ? "-"
           : ok >= failed ? arena_printf(p->arena, "ok %s", ago(p, ok))
                          : arena_printf(p->arena, "failed %s", ago(p, failed));
}

static void print_destinations(struct print *p, const struct json *root)
{
    static const struct print_head heads[] = {{"DESTINATION", 18, false}, {"KIND", 10, false}, {"STATE", 8, false}, {"BREAKER", 12, false},
                                              {"DUE", 5, true}, {"RETRYING", 8, true}, {"DEAD", 4, true}, {"NEXT", 8, false}, {"LAST ANSWER", 16, false}};
    if (!json_first(json_get(root, "destinations"))) {
        str_adds(p->out, "no destination is configured: `destinations:` in triage.yaml\n");
        return;
    }
    print_heads(p, heads, sizeof heads / sizeof *heads, "");
    for (const struct json *d = json_first(json_get(root, "destinations")); d; d = json_next(d)) {
        print_cell(p, text_of(d, "name"), 18, false);
        print_cell(p, text_of(d, "kind"), 10, false);
        print_cell(p, text_of(d, "state"), 8, false);
        print_cell(p, breaker(p, d), 12, false);
        print_cell(p, number(p, json_get_i64(d, "due", 0) + json_get_i64(d, "flying", 0)), 5, true);
        print_cell(p, number(p, json_get_i64(d, "retrying", 0)), 8, true);
        print_cell(p, number(p, json_get_i64(d, "dead", 0)), 4, true);
        print_cell(p, in_time(p, json_get_i64(d, "next_at", 0)), 8, false);
        print_cell(p, answered(p, d), 16, false);
        print_safe(p, text_of(d, "reason"));
        print_end(p);
    }
}

int outgoing_destinations(struct shell *sh)
{
    if (sh->argc)
        return shell_usage(sh, "destinations takes no words, not ", sh->argv[0],
                           "triage deliveries pause NAME");
    return shell_print(sh, "/v1/destinations", print_destinations);
}

/* --- dry runs --- */

/* {"do":WHAT} and the text of another configuration, if one is named. false: said. */
static bool lab_body(struct shell *sh, struct json *body, const char *what, int *code)
{
    const char *path = shell_option(sh, "--config", true);
    size_t n = 0;
    json_put_string(body, "do", what);
    if (!path)
        return true;
    const char *text = shell_file(sh, path, &n, code);
    if (!text)
        return false;
    json_put_string(body, "name", path);
    json_put_string(body, "config", text);
    return true;
}

static void print_route(struct print *p, const struct json *v)
{
    const char *end = text_of(v, "end");
    int64_t step = json_get_i64(v, "step", 0);
    str_addf(p->out, "\n%s: ", text_safe_in(p->arena, text_of(v, "route"), TEXT_LINE));
    str_addf(p->out, step ? "%s at step %lld\n" : "%s\n", look_words(p->arena, end), (long long)step);
    int64_t n = 1;
    for (const struct json *s = json_first(json_get(v, "steps")); s; s = json_next(s), n++) {
        print_cell(p, number(p, n), 4, true);
        print_cell(p, text_of(s, "step"), 14, false);
        print_safe(p, text_of(s, "says"));
        str_addc(p->out, '\n');
    }
    if (!json_first(json_get(v, "steps")) && !str_eq(end, "passed") && *text_of(v, "note"))
        str_addf(p->out, "      %s\n", text_safe_in(p->arena, text_of(v, "note"), TEXT_LINE));
    for (const struct json *to = json_first(json_get(v, "to")); to; to = json_next(to)) {
        print_cell(p, json_get_bool(to, "go", false) ? "->" : "-", 4, true);
        print_cell(p, text_of(to, "destination"), 14, false);
        print_safe(p, text_of(to, "why"));
        str_addc(p->out, '\n');
    }
}

static void print_explained(struct print *p, const struct json *root)
{
    str_addf(p->out, "event %lld  ", (long long)json_get_i64(root, "event", 0));
    print_safe(p, text_of(root, "type"));
    if (json_get_i64(root, "ticket", 0))
        str_addf(p->out, "  #%lld", (long long)json_get_i64(root, "ticket", 0));
    str_addc(p->out, '\n');
    if (!json_first(json_get(root, "routes")))
        str_adds(p->out, "\nno route is configured: nothing leaves\n");
    for (const struct json *v = json_first(json_get(root, "routes")); v; v = json_next(v))
        print_route(p, v);
}

int outgoing_route(struct shell *sh)
{
    AUTO_JSON body = json_object();
    int code = 0;
    int64_t event;
    if (!lab_body(sh, body, "explain", &code))
        return code;
    if (sh->argc != 2 || strcmp(sh->argv[0], "explain") != 0 || !shell_number(sh->argv[1], &event))
        return shell_usage(sh, "usage: triage ", "route explain EVENT [--config FILE]",
                           "triage events lists their numbers");
    json_put_i64(body, "event", event);
    const struct json *root = shell_fetch(sh, "/v1/lab", json_print_in(sh->arena, body), &code);
    if (!root)
        return code;
    if (!sh->options.json)
        print_explained(&sh->print, root);
    return shell_flush(sh);
}

static void print_lines(struct print *p, const struct json *list)
{
    for (const struct json *line = json_first(list); line; line = json_next(line))
        str_addf(p->out, "    %s\n",
                 text_safe_in(p->arena, json_string(line) ? json_string(line) : "", TEXT_LINE));
}

static const char *value_of(struct print *p, const struct json *value)
{
    const char *text = json_string(value) ? json_string(value) : json_number(value);
    return text ? text_safe_in(p->arena, text, TEXT_LINE) : "none";
}

static void print_difference(struct print *p, const struct json *d)
{
    int64_t ticket = json_get_i64(d, "ticket", 0);
    str_adds(p->out, ticket ? arena_printf(p->arena, "\n#%lld  ", (long long)ticket) : "\n");
    print_safe(p, *text_of(d, "title") ? text_of(d, "title") : text_of(d, "key"));
    str_addc(p->out, '\n');
    for (const struct json *l = json_first(json_get(d, "labels")); l; l = json_next(l)) {
        const struct json *field = json_first(l), *is = json_next(field), *would = json_next(is);
        str_addf(p->out, "    ~ %s: %s, would be %s\n", value_of(p, field), value_of(p, is),
                 value_of(p, would));
    }
    print_lines(p, json_get(d, "pages"));
    print_lines(p, json_get(d, "deliveries"));
    print_lines(p, json_get(d, "redactions"));
}

static void print_replay(struct print *p, const struct json *root)
{
    static const char *const what[] = {"labels", "pages", "deliveries", "redactions"};
    const struct json *totals = json_get(root, "totals"), *differ = json_get(root, "differ");
    str_addf(p->out, "%lld events, %lld tickets; %zu would differ\n",
             (long long)json_get_i64(root, "events", 0), (long long)json_get_i64(root, "tickets", 0),
             json_count(differ));
    for (size_t i = 0; i < sizeof what / sizeof *what; i++)
        str_addf(p->out, "%s%lld in %s", i ? ", " : "", (long long)json_get_i64(totals, what[i], 0), what[i]);
    str_addc(p->out, '\n');
    if (json_get_bool(root, "cut", false))
        str_adds(p->out, "there was more: only so many events are replayed, say --since\n");
    for (const struct json *d = json_first(differ); d; d = json_next(d))
        print_difference(p, d);
}

int outgoing_replay(struct shell *sh)
{
    AUTO_JSON body = json_object();
    const char *since = shell_option(sh, "--since", true);
    bool dry = shell_option(sh, "--dry-run", false) != NULL;
    int64_t at;
    int code = 0;
    if (!shell_since(sh, since, &at, &code) || !lab_body(sh, body, "replay", &code))
        return code;
    if (!dry || sh->argc || !json_get(body, "config"))
        return shell_usage(
            sh, "usage: triage ", "replay --dry-run --config FILE [--since T]",
            "it only says what would differ; dead letters leave again by: triage deliveries replay");
    json_put_i64(body, "since", at);
    shell_connect(sh);
    link_patience(sh->link, REPLAY_MS);
    const struct json *root = shell_fetch(sh, "/v1/lab", json_print_in(sh->arena, body), &code);
    if (!root)
        return code;
    if (!sh->options.json)
        print_replay(&sh->print, root);
    return shell_flush(sh);
}
