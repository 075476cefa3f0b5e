/* cli: a verb is an action of the desk (core/action.def: the table is read, not repeated) or a row of the
 * table below. Data goes to stdout, talk to stderr; the exit code is the cause's (err_row). Every verb is one
 * call over the same API the console uses. */
#include "app/cli.h"
#include "app/home.h"
#include "app/print.h"
#include "app/verify.h"
#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include "core/config.h"
#include "demo/demo.h"
#include "link/link.h"
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif

enum { OUT_MAX = 64 << 20, TICKETS_MAX = 500, TEXT_MAX = 1 << 20 };

struct cli {
    struct arena *arena;
    struct cli_options options;
    struct home home;
    struct link *link;
    int argc; /* words after the verb */
    char **argv;
    struct print print;
    struct str out;
    size_t rows; /* listed so far */
    bool quiet;  /* --json: what was fetched is not what is printed */
};
struct verb {
    const char *name, *args, *help;
    int (*run)(struct cli *cli);
};
static const struct verb verbs[];

/* --- JSON on its way out --- */

/* The same JSON, with an escape for whatever a terminal would act on (C1, direction marks, what nobody can
 * see): such code points are beyond ASCII, so they only stand inside strings. */
static char *inert_json(struct arena *arena, const char *data, size_t n)
{
    AUTO_STR out;
    char bytes[5];
    str_init(&out, OUT_MAX);
    for (const char *at = data, *end = data + n; at < end;) {
        uint32_t code = text_next(&at, end);
        if (code < 0x7f || (code > 0x7f && text_safe_code(code) == code))
            str_add(&out, bytes, (size_t)text_encode(code, bytes));
        else if (code < 0x10000)
            str_addf(&out, "\\u%04x", (unsigned)code);
        else
            str_addf(&out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)),
                     (unsigned)(0xdc00 + (code & 0x3ff)));
    }
    return arena_strdup(arena, out.data);
}

/* --- saying what went wrong --- */

static int failed(struct cli *cli, const struct err *err, const char *hint)
{
    const struct err_row *row = err_row(err->code);
    hint = hint && *hint ? hint : row->hint;
    if (cli->options.json) {
        AUTO_JSON problem = json_object();
        json_put_string(problem, "type", arena_printf(cli->arena, "urn:triage:problem:%s", row->slug));
        json_put_string(problem, "title", row->title);
        json_put_i64(problem, "status", row->status);
        json_put_string(problem, "detail", err->text);
        json_put_bool(problem, "retryable", row->retryable);
        json_put_string(problem, "hint", hint);
        const char *text = json_print_in(cli->arena, problem);
        fprintf(stderr, "%s\n", inert_json(cli->arena, text, strlen(text)));
    } else {
        fprintf(stderr, "triage: %s\n", text_safe_in(cli->arena, err->text, TEXT_LINE));
        if (*hint)
            fprintf(stderr, "  hint: %s\n", text_safe_in(cli->arena, hint, TEXT_LINE));
    }
    return row->exit;
}

static int usage_error(struct cli *cli, const char *fmt, const char *what, const char *hint)
{
    struct err err = {0};
    err_set(&err, ERR_USAGE, "%s%.200s", fmt, what);
    return failed(cli, &err, hint);
}

/* --- calls --- */

static void connect_desk(struct cli *cli)
{
    home_find(cli->arena, cli->options.socket, &cli->home);
    if (!cli->link) {
        cli->link = link_open(cli->home.socket);
        link_identify(cli->link, getenv("TRIAGE_KEY"));
    }
}

/* The answer as a tree in the arena; NULL: it was said, and *code is the exit code. */
static const struct json *fetch(struct cli *cli, const char *path, int *code)
{
    struct err err = {0};
    char hint[256] = "";
    AUTO_STR body;
    str_init(&body, OUT_MAX);
    connect_desk(cli);
    const struct json *root = NULL;
    if (link_call(cli->link, "GET", path, NULL, &body, hint, &err))
        root = json_parse_in(cli->arena, body.data, body.len, &json_limits_dialect, NULL, &err);
    if (!root) {
        *code = failed(cli, &err, hint);
        return NULL;
    }
    if (cli->options.json && !cli->quiet) {
        str_add(&cli->out, body.data, body.len);
        if (!body.len || body.data[body.len - 1] != '\n')
            str_addc(&cli->out, '\n');
    }
    return root;
}

static char *escape(struct cli *cli, const char *text)
{
    AUTO_STR out;
    str_init(&out, TEXT_MAX);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
            strchr("-_.~", *at))
            str_addc(&out, (char)*at);
        else
            str_addf(&out, "%%%02X", *at);
    return arena_strdup(cli->arena, out.data);
}

static int flush(struct cli *cli)
{
    const char *text =
        cli->options.json ? inert_json(cli->arena, cli->out.data, cli->out.len) : cli->out.data;
    size_t n = cli->options.json ? strlen(text) : cli->out.len;
    bool ok = fwrite(text, 1, n, stdout) == n && fflush(stdout) == 0;
    str_clear(&cli->out);
    if (ok)
        return 0;
    struct err err = {0};
    err_set(&err, ERR_STORAGE, "writing to standard output: %s", strerror(errno));
    return failed(cli, &err, "");
}

/* The value of an option of this verb, taken out of its words; NULL if it is not there. */
static const char *option(struct cli *cli, const char *name, bool has_value)
{
    for (int i = 0; i < cli->argc; i++) {
        if (strcmp(cli->argv[i], name) != 0 || (has_value && i + 1 >= cli->argc))
            continue;
        const char *value = has_value ? cli->argv[i + 1] : name;
        int used = has_value ? 2 : 1;
        cli->argc -= used;
        memmove(cli->argv + i, cli->argv + i + used, (size_t)(cli->argc - i) * sizeof *cli->argv);
        return value;
    }
    return NULL;
}

static bool ticket_number(const char *text, int64_t *id)
{
    char *end;
    text += *text == '#';
    errno = 0;
    *id = strtoll(text, &end, 10);
    return end != text && !*end && *id > 0 && !errno;
}

/* --- reading verbs --- */

static int show_page(struct cli *cli, const char *path, const char **next)
{
    int code = 0;
    bool json = cli->options.json;
    cli->quiet = true; /* a row a line, not the page */
    const struct json *root = fetch(cli, path, &code);
    *next = json_get_string(root, "next", NULL);
    if (!root)
        return code;
    for (const struct json *row = json_first(json_get(root, "rows")); row && json; row = json_next(row))
        str_addf(&cli->out, "%s\n", json_print_in(cli->arena, row));
    cli->rows += json_count(json_get(root, "rows"));
    if (!json)
        print_rows(&cli->print, json_get(root, "rows"));
    return flush(cli);
}

static int run_ls(struct cli *cli)
{
    const char *view = option(cli, "--view", true), *where = option(cli, "--where", true),
               *limit = option(cli, "--limit", true);
    bool all = option(cli, "--all", false) != NULL;
    AUTO_STR words;
    str_init(&words, 4096);
    for (int i = 0; i < cli->argc; i++)
        str_addf(&words, "%s%s", i ? " " : "", cli->argv[i]);
    const char *next = NULL;
    int code = 0;
    do {
        AUTO_STR path;
        str_init(&path, 64 << 10);
        str_addf(&path, "/v1/tickets?sort=due&limit=%s", limit ? escape(cli, limit) : "50");
        if (view || (!where && !words.len))
            str_addf(&path, "&view=%s", escape(cli, view ? view : "all"));
        if (where)
            str_addf(&path, "&where=%s", escape(cli, where));
        if (words.len)
            str_addf(&path, "&q=%s", escape(cli, words.data));
        if (next)
            str_addf(&path, "&after=%s", escape(cli, next));
        code = show_page(cli, path.data, &next);
    } while (code == 0 && all && next);
    if (code == 0 && !cli->options.json && !cli->rows)
        fputs("nothing here\n", stderr);
    if (code == 0 && next && !cli->options.json)
        fputs("more: --all, or --limit\n", stderr);
    return code;
}

static int run_show(struct cli *cli)
{
    int64_t id;
    int code = 0;
    if (cli->argc != 1 || !ticket_number(cli->argv[0], &id))
        return usage_error(cli, "show needs a ticket's number", "", "triage show 42");
    const struct json *ticket =
        fetch(cli, arena_printf(cli->arena, "/v1/tickets/%lld", (long long)id), &code);
    const struct json *lines =
        ticket ? fetch(cli, arena_printf(cli->arena, "/v1/tickets/%lld/lines", (long long)id), &code) : NULL;
    if (!lines)
        return code;
    if (!cli->options.json)
        print_ticket(&cli->print, json_get(ticket, "ticket"), json_get(lines, "lines"));
    return flush(cli);
}

static int run_why(struct cli *cli)
{
    int64_t id;
    int code = 0;
    if (cli->argc < 1 || !ticket_number(cli->argv[0], &id))
        return usage_error(cli, "why needs a ticket's number and one of sla, label, score, page", "",
                           "triage why 42 sla");
    const struct json *root = fetch(cli,
                                    arena_printf(cli->arena, "/v1/tickets/%lld/why/%s", (long long)id,
                                                 escape(cli, cli->argc > 1 ? cli->argv[1] : "sla")),
                                    &code);
    if (!root)
        return code;
    for (const struct json *line = json_first(json_get(root, "lines")); line && !cli->options.json;
         line = json_next(line)) {
        print_safe(&cli->print, json_string(line));
        str_addc(&cli->out, '\n');
    }
    return flush(cli);
}

static void show_list(struct print *p, const struct json *root)
{
    print_tree(p, root, 0);
}

static void show_sources(struct print *p, const struct json *root)
{
    print_sources(p, json_get(root, "sources"));
}

static int get_and_print(struct cli *cli, const char *path,
                         void (*print)(struct print *p, const struct json *root))
{
    int code = 0;
    const struct json *root = fetch(cli, path, &code);
    if (!root)
        return code;
    if (!cli->options.json)
        print(&cli->print, root);
    return flush(cli);
}

static int run_score(struct cli *cli)
{
    return get_and_print(cli, "/v1/scores", print_scores);
}

static int run_sources(struct cli *cli)
{
    return get_and_print(cli, "/v1/sources", show_sources);
}

static int run_stats(struct cli *cli)
{
    return get_and_print(cli, "/v1/stats", show_list);
}

static int run_desk(struct cli *cli)
{
    return get_and_print(cli, "/v1/desk?limit=1", print_desk);
}

static int run_escalations(struct cli *cli)
{
    return get_and_print(cli, "/v1/escalations", print_escalations);
}

static int run_refusals(struct cli *cli)
{
    return get_and_print(cli, "/v1/refusals", show_list);
}

static int run_events(struct cli *cli)
{
    const char *state = option(cli, "--state", true), *limit = option(cli, "--limit", true);
    int64_t id;
    if (cli->argc == 1 && ticket_number(cli->argv[0], &id))
        return get_and_print(cli, arena_printf(cli->arena, "/v1/events/%lld", (long long)id), show_list);
    return get_and_print(cli,
                         arena_printf(cli->arena, "/v1/events?limit=%s%s%s",
                                      limit ? escape(cli, limit) : "50", state ? "&state=" : "",
                                      state ? escape(cli, state) : ""),
                         print_events);
}

static int run_prompt(struct cli *cli)
{
    int code = 0;
    const struct json *root = fetch(cli, "/v1/desk?limit=1", &code), *mine = NULL, *critical = NULL;
    if (!root || cli->options.json)
        return root ? flush(cli) : code;
    for (const struct json *v = json_first(json_get(root, "views")); v; v = json_next(v)) {
        mine = str_eq(json_get_string(v, "name", ""), "mine") ? v : mine;
        critical = str_eq(json_get_string(v, "name", ""), "critical") ? v : critical;
    }
    long long paging = json_get_i64(json_get(root, "escalations"), "triggered", 0);
    str_addf(&cli->out, "%lld mine", (long long)json_get_i64(mine, "count", 0));
    if (json_get_i64(critical, "count", 0))
        str_addf(&cli->out, " %lld critical", (long long)json_get_i64(critical, "count", 0));
    if (paging)
        str_addf(&cli->out, " %lld paging", paging);
    str_addc(&cli->out, '\n');
    return flush(cli);
}

/* --- watch --- */

struct watch {
    struct cli *cli;
    bool over;
};

static void watch_frame(void *arg, const char *event, int64_t id, const char *data, size_t n)
{
    struct watch *watch = arg;
    (void)id;
    if (n < 2 || data[0] != '{')
        return;
    AUTO_ARENA arena = arena_new();
    printf("{\"event\":\"%s\"%s%s\n", event, data[1] == '}' ? "" : ",", inert_json(arena, data + 1, n - 1));
    watch->over |= fflush(stdout) != 0;
}

static int run_watch(struct cli *cli)
{
    struct watch watch = {.cli = cli};
    const char *after = option(cli, "--after", true);
    int code = 0;
    cli->quiet = true;
    const struct json *desk = fetch(cli, "/v1/desk?limit=1", &code);
    if (!desk)
        return code;
    link_follow(cli->link, after ? strtoll(after, NULL, 10) : json_get_i64(desk, "seq", 0), watch_frame,
                &watch);
    while (!watch.over) {
        link_run(cli->link);
        link_wait(cli->link, NULL, 0, 60000);
    }
    return err_row(ERR_STORAGE)->exit;
}

/* --- actions --- */

static bool read_text(struct cli *cli, const char **text, struct err *err)
{
    AUTO_STR body;
    char block[8192];
    str_init(&body, TEXT_MAX);
    if (isatty(0) && cli->options.no_input)
        return err_set(err, ERR_USAGE, "the text comes as words or on standard input");
    if (isatty(0))
        fputs("Write the text; Ctrl-D on an empty line ends it, Ctrl-C leaves.\n", stderr);
    for (size_t n; (n = fread(block, 1, sizeof block, stdin)) > 0;)
        str_add(&body, block, n);
    while (body.len && strchr(" \n\t\r", body.data[body.len - 1]))
        body.data[--body.len] = 0;
    *text = arena_strdup(cli->arena, body.data);
    if (body.cut || !text_valid(body.data, body.len))
        return err_set(err, ERR_INPUT, "the text is not UTF-8 or larger than 1 MiB");
    const char *open = strstr(*text, "{{");
    if (open && strstr(open, "}}"))
        return err_set(err, ERR_INPUT, "a placeholder is left unfilled: %.40s", open);
    return true;
}

static int say_results(struct cli *cli, const char *body, size_t n)
{
    struct err err = {0};
    const struct json *root = json_parse_in(cli->arena, body, n, &json_limits_dialect, NULL, &err);
    int worst = 0;
    if (cli->options.json) {
        str_add(&cli->out, body, n);
        str_addc(&cli->out, '\n');
    }
    for (const struct json *r = json_first(json_get(root, "results")); r; r = json_next(r)) {
        if (json_get_bool(r, "ok", false)) {
            if (!cli->options.json) {
                print_safe(&cli->print, json_get_string(r, "say", "done"));
                str_addc(&cli->out, '\n');
                if (json_count(json_get(r, "changes")))
                    print_tree(&cli->print, json_get(r, "changes"), 1);
                if (json_is(json_get(r, "text"), JSON_OBJECT))
                    print_revealed(&cli->print, json_get(r, "text"));
            }
            continue;
        }
        char hint[256], *problem = json_print_in(cli->arena, json_get(r, "error"));
        link_problem((int)json_get_i64(json_get(r, "error"), "status", 500), problem, strlen(problem), &err,
                     hint);
        int code = cli->options.json ? err_row(err.code)->exit : failed(cli, &err, hint);
        worst = worst ? worst : code;
    }
    int wrote = flush(cli);
    return worst ? worst : wrote;
}

static int64_t zone_now(void)
{
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    return (int64_t)local.tm_gmtoff * 1000;
}

/* The words after the numbers are the argument; reply and note read standard input when there are none. */
static bool argument(struct cli *cli, const struct action_row *action, int first, const char **arg,
                     struct err *err)
{
    AUTO_STR words;
    str_init(&words, TEXT_MAX);
    for (int i = first; i < cli->argc; i++)
        str_addf(&words, "%s%s", i > first ? " " : "", cli->argv[i]);
    *arg = arena_strdup(cli->arena, words.data);
    if (action->arg == ARG_TEXT && !words.len)
        return read_text(cli, arg, err);
    if (action->arg == ARG_STATUS && (str_eq(*arg, "hold") || str_eq(*arg, "on hold")))
        *arg = "on_hold";
    int64_t until;
    if (action->arg == ARG_UNTIL && words.len) {
        if (!command_until(words.data, clock_now(), zone_now(), &until))
            return err_set(err, ERR_USAGE,
                           "\"%.40s\" is no time to come: 30m, 2h, 3d, tomorrow, monday, 2026-11-24T09:00",
                           words.data);
        *arg = arena_printf(cli->arena, "%lld", (long long)until);
    }
    return true;
}

static int run_action(struct cli *cli, const struct action_row *action)
{
    int64_t tickets[TICKETS_MAX];
    struct command_do what = {.action = action,
                              .tickets = tickets,
                              .key = option(cli, "--key", true),
                              .dry_run = option(cli, "--dry-run", false) != NULL};
    const char *version = option(cli, "--version", true), *to = option(cli, "--to", true);
    struct err err = {0};
    what.version = version ? strtoll(version, NULL, 10) : 0;
    while (what.ticket_count < cli->argc && what.ticket_count < TICKETS_MAX &&
           ticket_number(cli->argv[what.ticket_count], &tickets[what.ticket_count]))
        what.ticket_count++;
    bool last = action == &action_table[ACTION_UNDO] || action == &action_table[ACTION_REDO];
    if (!what.ticket_count && !last)
        return usage_error(cli, action->name, " needs a ticket's number",
                           arena_printf(cli->arena, "triage help %s", action->name));
    if (!argument(cli, action, what.ticket_count, &what.arg, &err))
        return failed(cli, &err, "");
    if (to && !*what.arg)
        what.arg = to;
    char *body = command_body(cli->arena, &what, &err), hint[256] = "";
    if (!body)
        return failed(cli, &err, arena_printf(cli->arena, "triage help %s", action->name));
    AUTO_STR answer;
    str_init(&answer, OUT_MAX);
    connect_desk(cli);
    if (!link_call(cli->link, "POST", "/v1/do", body, &answer, hint, &err))
        return failed(cli, &err, hint);
    return say_results(cli, answer.data, answer.len);
}

/* --- the daemon --- */

static int run_up(struct cli *cli)
{
    struct err err = {0};
    home_find(cli->arena, cli->options.socket, &cli->home);
    if (home_answers(cli->home.socket)) {
        fprintf(stderr, "a daemon answers at %s already\n", cli->home.socket);
        return 0;
    }
    if (!home_start(cli->arena, &cli->home, &err))
        return failed(cli, &err, "triaged --help shows how to run one with a configuration of your own");
    fprintf(stderr, "triaged serves %s; triage down ends it\n", cli->home.socket);
    return 0;
}

static int post(struct cli *cli, const char *path, const char *body, const char *said)
{
    struct err err = {0};
    char hint[256] = "";
    connect_desk(cli);
    if (!link_call(cli->link, "POST", path, body, NULL, hint, &err))
        return failed(cli, &err, hint);
    fprintf(stderr, "%s\n", said);
    return 0;
}

static int run_rebuild(struct cli *cli)
{
    struct err err = {0};
    home_find(cli->arena, cli->options.socket, &cli->home);
    if (home_answers(cli->home.socket))
        err_set(&err, ERR_CONFLICT, "a daemon answers at %s: stop it first", cli->home.socket);
    else if (home_rebuild(cli->arena, &cli->home, &err))
        return 0;
    return failed(cli, &err, "triage down stops it");
}
static int run_down(struct cli *cli)
{
    return post(cli, "/v1/admin/stop", "{}", "the daemon stops; everything acknowledged is on disk");
}

static int run_reload(struct cli *cli)
{
    return post(cli, "/v1/admin/reload", "{}", "the configuration was read again");
}

static int run_labels(struct cli *cli)
{
    const char *limit = option(cli, "--limit", true);
    return get_and_print(cli, arena_printf(cli->arena, "/v1/labels?limit=%s", limit ? escape(cli, limit) : "20"), print_labels);
}

static int run_similar(struct cli *cli)
{
    int64_t id;
    if (cli->argc != 1 || !ticket_number(cli->argv[0], &id))
        return usage_error(cli, "similar needs a ticket's number", "", "triage similar 42");
    return get_and_print(cli, arena_printf(cli->arena, "/v1/tickets/%lld/similar", (long long)id), print_similar);
}

static int show_epoch(struct cli *cli, int64_t epoch)
{
    struct err err = {0};
    int code = 0;
    cli->quiet = true; /* the one, not the list */
    const struct json *root = fetch(cli, "/v1/models?limit=500", &code);
    for (const struct json *m = json_first(json_get(root, "models")); m; m = json_next(m)) {
        if (json_get_i64(m, "epoch", 0) != epoch)
            continue;
        if (cli->options.json)
            str_addf(&cli->out, "%s\n", json_print_in(cli->arena, m));
        else
            print_tree(&cli->print, m, 0);
        return flush(cli);
    }
    if (root)
        err_set(&err, ERR_NOT_FOUND, "no epoch %lld of the classifier", (long long)epoch);
    return root ? failed(cli, &err, "triage model ls") : code;
}

static int run_model(struct cli *cli)
{
    const char *what = cli->argc ? cli->argv[0] : "ls";
    char *end = NULL;
    int64_t epoch = cli->argc == 2 ? strtoll(cli->argv[1], &end, 10) : -1;
    if (str_eq(what, "ls") && cli->argc < 2)
        return get_and_print(cli, "/v1/models", print_models);
    if (epoch < 0 || *end || end == cli->argv[1] || (!str_eq(what, "show") && !str_eq(what, "rollback")))
        return usage_error(cli, "model takes ls, show N or rollback N", "", "rollback 0 goes back to the starter rules");
    if (str_eq(what, "show"))
        return show_epoch(cli, epoch);
    return post(cli, "/v1/admin/model", arena_printf(cli->arena, "{\"epoch\":%lld}", (long long)epoch),
                arena_printf(cli->arena, "epoch %lld labels from now on, until new labels are learned", (long long)epoch));
}

static int run_customer(struct cli *cli)
{
    const char *source = option(cli, "--source", true);
    if (cli->argc < 2 || cli->argc > 3 || strcmp(cli->argv[0], "add") != 0)
        return usage_error(cli, "usage: triage ", "customer add ID [EMAIL] [--source NAME]", "ID is what the source calls the customer");
    AUTO_JSON body = json_object();
    json_put_string(body, "id", cli->argv[1]);
    if (cli->argc == 3)
        json_put_string(body, "email", cli->argv[2]);
    if (source)
        json_put_string(body, "source", source);
    return post(cli, "/v1/customers", json_print_in(cli->arena, body), "the customer may open tickets");
}

static int run_check(struct cli *cli)
{
    struct err err = {0};
    if (cli->argc != 1)
        return usage_error(cli, "check needs a configuration file", "", "triage check triage.yaml");
    FILE *file = fopen(cli->argv[0], "r");
    if (!file) {
        err_set(&err, ERR_CONFIG, "reading %s: %s", cli->argv[0], strerror(errno));
        return failed(cli, &err, "");
    }
    char *text = arena_alloc(cli->arena, (1 << 20) + 1);
    size_t n = fread(text, 1, 1 << 20, file);
    fclose(file);
    const struct config *config = config_parse(cli->arena, cli->argv[0], text, n, NULL, 0, &err);
    if (!config)
        return failed(cli, &err, "fix that line and check again");
    printf("%s: %d sources, %d agents, %d views, %d policies, %d destinations, %d routes: fine\n", cli->argv[0], config->source_count,
           config->agent_count, config->view_count, config->sla_count, config->destination_count, config->route_count);
    return 0;
}

/* --- doctor --- */

static bool finding(bool good, const char *what, const char *detail, const char *hint)
{
    printf("%-4s %-12s %s\n", good ? "ok" : "BAD", what, detail);
    if (!good && *hint)
        printf("     %-12s %s\n", "", hint);
    return good;
}

static bool examine_daemon(struct cli *cli)
{
    struct err err = {0};
    char hint[256] = "";
    AUTO_STR body;
    str_init(&body, OUT_MAX);
    int64_t start = clock_mono_us();
    if (!link_call(cli->link, "GET", "/v1/desk?limit=1", NULL, &body, hint, &err))
        return finding(false, "daemon", text_safe_in(cli->arena, err.text, TEXT_LINE), hint);
    int64_t us = clock_mono_us() - start;
    const struct json *root =
                          json_parse_in(cli->arena, body.data, body.len, &json_limits_dialect, NULL, &err),
                      *me = json_get(root, "me");
    finding(true, "daemon",
            arena_printf(cli->arena, "answers in %lld.%lld ms", (long long)(us / 1000),
                         (long long)(us / 100 % 10)),
            "");
    int64_t apart = json_get_i64(root, "now", 0) - clock_now();
    finding(apart < 5000 && apart > -5000, "clock",
            arena_printf(cli->arena, "%lld ms apart", (long long)apart),
            "the daemon's and this machine's clocks differ");
    return finding(*json_get_string(me, "name", "") != 0, "you",
                   text_safe_in(cli->arena,
                                arena_printf(cli->arena, "%s, %s", json_get_string(me, "name", "nobody"),
                                             json_get_string(me, "role", "no role")),
                                TEXT_LINE),
                   "add your uid under agents: in triage.yaml");
}

static int run_doctor(struct cli *cli)
{
    const char *term = getenv("TERM"), *codeset = nl_langinfo(CODESET);
    bool good = true;
    connect_desk(cli);
    finding(isatty(0) && isatty(1), "terminal",
            term ? text_safe_in(cli->arena, term, TEXT_LINE) : "TERM is not set",
            "the console needs a terminal; verbs do not");
    finding(str_eq(codeset, "UTF-8"), "locale", codeset,
            "set LANG to a UTF-8 locale (C.UTF-8), else glyphs are drawn in ASCII");
    if (cli->print.columns)
        finding(cli->print.columns >= 80, "width", arena_printf(cli->arena, "%d columns", cli->print.columns),
                "80 or more read best");
    finding(true, "socket", cli->home.socket, "");
    good &= examine_daemon(cli);
    return good ? 0 : err_row(ERR_UNAVAILABLE)->exit;
}

/* --- help --- */

static int run_verify(struct cli *cli)
{
    return verify_run(cli->argc, cli->argv);
}

static int run_demo(struct cli *cli)
{
    return demo_run(cli->argc + 1, cli->argv - 1);
}

static int run_version(struct cli *cli)
{
    (void)cli;
    puts("triage " PACKAGE_VERSION);
    return 0;
}

static void help_all(void)
{
    puts("triage: the support desk in the terminal\n\n"
         "  triage                               the console\n"
         "  triage ls --view unassigned          what nobody works on\n"
         "  triage ls --where 'urgency == \"critical\" && !has(assignee)' --json\n"
         "  triage claim 42                      mine now\n"
         "  triage reply 42 < answer.txt         to the customer\n"
         "  triage snooze 42 43 tomorrow\n"
         "  triage watch | jq .event             everything that happens, as it happens\n\n"
         "tickets:");
    for (int i = 0; i < ACTIONS; i++) {
        const struct command *c = command_at(i);
        bool last = i == ACTION_UNDO || i == ACTION_REDO;
        printf("  %-11s %-32s %s\n", c->name, last ? "[NUMBER]" : *c->args ? c->args : "", c->help);
    }
    puts("\neverything else:");
    for (const struct verb *v = verbs; v->name; v++)
        printf("  %-11s %-32s %s\n", v->name, v->args, v->help);
    puts("\noptions:\n"
         "  --socket PATH   which daemon (else $TRIAGE_SOCKET, /run/triage, your own)\n"
         "  --json          one JSON object, or one a line\n"
         "  --no-input      never wait for typing\n"
         "  --open VIEW  --theme NAME  --keys FILE  --ascii  --mono   of the console\n"
         "  --help  --version\n\n"
         "An action takes one number or many, then its argument; --dry-run says what would change,\n"
         "--key K makes a repeated call do nothing twice. Exit codes: 0 done, 1 not found, 64 usage,\n"
         "65 bad input, 69 no daemon, 70 a bug, 75 changed meanwhile or try again, 77 not allowed,\n"
         "78 configuration.");
}

static const struct verb *verb_find(const char *name)
{
    for (const struct verb *v = verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

static int help_one(struct cli *cli, const char *name)
{
    const struct command *c = command_find(name);
    const struct verb *v = verb_find(name);
    if (v && strcmp(name, "demo") == 0) {
        fputs(demo_help, stdout);
        return 0;
    }
    if (v) {
        printf("usage: triage %s %s\n%s\n", v->name, v->args, v->help);
        return 0;
    }
    if (!c || !c->is_action)
        return usage_error(cli, "no verb ", name, "triage help lists them");
    const struct action_row *row = &action_table[c->id];
    printf("usage: triage %s NUMBER%s %s [--dry-run] [--key K] [--version N]\n%s (%s and above)\n", c->name,
           row->flags & MANY ? "..." : "", c->args, c->help, role_word(row->role));
    if (row->arg == ARG_TEXT)
        printf("The text comes as words or on standard input: triage %s 42 < text\n", c->name);
    int count;
    const char *const *words = command_words(row->arg, &count);
    for (int i = 0; i < count; i++)
        printf("%s%s", i ? ", " : "", words[i]);
    if (count)
        putchar('\n');
    return 0;
}

static int run_help(struct cli *cli)
{
    if (cli->argc)
        return help_one(cli, cli->argv[0]);
    help_all();
    return 0;
}

static const struct verb verbs[] = {
    {"check", "FILE", "read a configuration and say what is wrong with it", run_check},
    {"customer", "add ID [EMAIL] [--source NAME]", "let a customer open tickets through our API", run_customer},
    {"demo", "[--speed X] [--plain]", "a made-up day on a private desk that is gone afterwards", run_demo},
    {"desk", "", "who you are and how many tickets each view holds", run_desk},
    {"doctor", "", "check terminal, locale, daemon, clock and who you are", run_doctor},
    {"down", "", "stop the daemon", run_down},
    {"escalations", "", "who is being paged for what", run_escalations},
    {"events", "[ID] [--state S] [--limit N]", "what the sources posted", run_events},
    {"help", "[VERB]", "this, or one verb", run_help},
    {"labels", "[--limit N]", "labels a person should look at, the least sure first", run_labels},
    {"ls", "[--view V] [--where EXPR] [words]", "list tickets (--limit N, --all)", run_ls},
    {"model", "[ls | show N | rollback N]", "what the classifier learned, epoch by epoch, and the way back", run_model},
    {"prompt", "", "one short line for a status bar", run_prompt},
    {"rebuild", "", "check a stopped desk's tables against its own journal", run_rebuild},
    {"refusals", "", "the last requests that were refused, and why", run_refusals},
    {"reload", "", "read the configuration again", run_reload},
    {"score", "", "the boss, the team, your ledger", run_score},
    {"show", "NUMBER", "one ticket with everything that happened to it", run_show},
    {"similar", "NUMBER", "resolved tickets like this one", run_similar},
    {"sources", "", "the sources and what came from each", run_sources},
    {"stats", "", "open tickets by status, urgency and source; today", run_stats},
    {"up", "", "start a private daemon if none answers", run_up},
    {"verify", "--explain ... < body", "is this request signed, and if not, why", run_verify},
    {"version", "", "the version", run_version},
    {"watch", "[--after SEQ]", "every entry as it is written, one JSON object a line", run_watch},
    {"why", "NUMBER [sla|label|score|page]", "why a number is what it is", run_why},
    {NULL, NULL, NULL, NULL},
};

static int unknown(struct cli *cli, const char *name)
{
    const char *near = command_suggest(name);
    const struct command *c = near ? command_find(near) : NULL;
    near = c && c->is_action ? near : NULL;
    for (const struct verb *v = verbs; v->name && !near; v++)
        if (strncmp(v->name, name, 3) == 0 || (strlen(name) > 2 && strstr(name, v->name)) ||
            (strlen(v->name) > 3 && strncmp(v->name + 1, name, strlen(name)) == 0))
            near = v->name;
    return usage_error(cli, "no verb ", name,
                       near ? arena_printf(cli->arena, "did you mean \"%s\"?", near)
                            : "triage help lists them");
}

/* --- options of the program --- */

bool cli_options(int *argc, char **argv, struct cli_options *o)
{
    const struct {
        const char *name;
        const char **text;
        bool *flag;
    } table[] = {{"--socket", &o->socket, NULL}, {"--theme", &o->theme, NULL},
                 {"--open", &o->view, NULL},     {"--keys", &o->keys, NULL},
                 {"--ascii", NULL, &o->ascii},   {"--mono", NULL, &o->mono},
                 {"--json", NULL, &o->json},     {"--no-input", NULL, &o->no_input},
                 {"--help", NULL, &o->help},     {"-h", NULL, &o->help}};
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        size_t row = 0, rows = sizeof table / sizeof *table;
        while (row < rows && strcmp(table[row].name, argv[i]) != 0)
            row++;
        if (row == rows) {
            argv[kept++] = argv[i];
        } else if (table[row].flag) {
            *table[row].flag = true;
        } else if (i + 1 < *argc) {
            *table[row].text = argv[++i];
        } else {
            fprintf(stderr, "triage: %s needs a value\n", argv[i]);
            return false;
        }
    }
    *argc = kept;
    argv[kept] = NULL;
    if (kept > 1 && strcmp(argv[1], "--version") == 0)
        o->version = true;
    return true;
}

static int terminal_columns(void)
{
    struct winsize size;
    return isatty(1) && ioctl(1, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int dispatch(struct cli *cli, const char *name)
{
    if (cli->options.version)
        return run_version(cli);
    if (!name || (cli->options.help && strcmp(name, "help") == 0))
        return run_help(cli);
    if (cli->options.help)
        return help_one(cli, name);
    const struct verb *verb = verb_find(name);
    if (verb)
        return verb->run(cli);
    const struct command *command = command_find(name);
    if (command && command->is_action)
        return run_action(cli, &action_table[command->id]);
    return unknown(cli, name);
}

int cli_run(int argc, char **argv)
{
    struct cli cli = {.arena = arena_new()};
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    text_set_ascii(!str_eq(nl_langinfo(CODESET), "UTF-8"));
    str_init(&cli.out, OUT_MAX);
    if (!cli_options(&argc, argv, &cli.options))
        return err_row(ERR_USAGE)->exit;
    cli.argc = argc > 2 ? argc - 2 : 0;
    cli.argv = argv + 2;
    cli.print = (struct print){.out = &cli.out,
                               .arena = cli.arena,
                               .now = clock_now(),
                               .zone = zone_now(),
                               .columns = terminal_columns(),
                               .me = ""};
    int code = dispatch(&cli, argc > 1 ? argv[1] : NULL);
    link_close(cli.link);
    str_fini(&cli.out);
    arena_free(cli.arena);
    return code;
}
