/* cli: a verb is an action of the desk (core/action.def: the table is read, not repeated) or a row of the
 * table below. Data goes to stdout, talk to stderr; the exit code is the cause's (err_row). Every verb is one
 * call over the same API the console uses. */
#include "app/audit.h"
#include "app/bell.h"
#include "app/drafts.h"
#include "app/cli.h"
#include "app/help.h"
#include "app/linear.h"
#include "app/outgoing.h"
#include "app/oncall.h"
#include "app/paging.h"
#include "app/people.h"
#include "app/restricted.h"
#include "app/shell.h"
#include "app/scores.h"
#include "app/stats.h"
#include "app/verify.h"
#include "app/views.h"
#include "app/work.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "command/command.h"
#include "core/article.h"
#include "core/config.h"
#include "core/fill.h"
#include "demo/demo.h"
#include "screen/clocks.h"
#include "screen/preview.h"
#include "screen/look.h"
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif

enum { TICKETS_MAX = 500 };

static const struct verb verbs[];

/* --- reading verbs --- */

static int show_page(struct shell *sh, const char *path, const char **next)
{
    int code = 0;
    bool json = sh->options.json;
    sh->quiet = true; /* a row a line, not the page */
    const struct json *root = shell_fetch(sh, path, NULL, &code);
    *next = json_get_string(root, "next", NULL);
    if (!root)
        return code;
    for (const struct json *row = json_first(json_get(root, "rows")); row && json; row = json_next(row))
        str_addf(&sh->out, "%s\n", json_print_in(sh->arena, row));
    sh->rows += json_count(json_get(root, "rows"));
    if (!json)
        print_rows(&sh->print, json_get(root, "rows"));
    return shell_flush(sh);
}

static int run_ls(struct shell *sh)
{
    const char *view = shell_option(sh, "--view", true), *where = shell_option(sh, "--where", true),
               *limit = shell_option(sh, "--limit", true), *sort = shell_option(sh, "--sort", true);
    bool invert = shell_option(sh, "--invert", false) != NULL;
    const char *next = shell_option(sh, "--after", true);
    bool all = shell_option(sh, "--all", false) != NULL;
    if (!limit)
        limit = sh->linear ? "10" : "50";
    AUTO_STR words;
    str_init(&words, 4096);
    for (int i = 0; i < sh->argc; i++)
        str_addf(&words, "%s%s", i ? " " : "", sh->argv[i]);
    int code = 0;
    do {
        AUTO_STR path;
        str_init(&path, 64 << 10);
        str_addf(&path, "/v1/tickets?sort=%s&invert=%d&limit=%s", sort ? shell_escape(sh, sort) : "due", invert, shell_escape(sh, limit));
        if (view || (!where && !words.len))
            str_addf(&path, "&view=%s", shell_escape(sh, view ? view : "all"));
        if (where)
            str_addf(&path, "&where=%s", shell_escape(sh, where));
        if (words.len)
            str_addf(&path, "&q=%s", shell_escape(sh, words.data));
        if (next)
            str_addf(&path, "&after=%s", shell_escape(sh, next));
        code = show_page(sh, path.data, &next);
    } while (code == 0 && all && next);
    if (code == 0 && !sh->options.json && !sh->rows)
        fputs("nothing here\n", stderr);
    if (code == 0 && next && !sh->options.json)
        fputs(sh->linear ? "more goes on\n" : "more: --all, or --limit\n", stderr);
    if (sh->linear)
        linear_more(sh->linear, next);
    return code;
}

static int run_show(struct shell *sh)
{
    int64_t id;
    int code = 0;
    if (sh->argc != 1 || !shell_number(sh->argv[0], &id))
        return shell_usage(sh, "show needs a ticket's number", "", "triage show 42");
    const struct json *ticket =
        shell_fetch(sh, arena_printf(sh->arena, "/v1/tickets/%lld", (long long)id), NULL, &code);
    const struct json *lines =
        ticket ? shell_fetch(sh, arena_printf(sh->arena, "/v1/tickets/%lld/lines", (long long)id), NULL, &code) : NULL;
    if (!lines)
        return code;
    if (!sh->options.json)
        print_ticket(&sh->print, json_get(ticket, "ticket"), json_get(lines, "lines"));
    return shell_flush(sh);
}

static int run_why(struct shell *sh)
{
    int64_t id;
    int code = 0;
    if (sh->argc < 1 || !shell_number(sh->argv[0], &id))
        return shell_usage(sh, "why needs a ticket's number and one of sla, label, score, page, route, assign", "",
                           "triage why 42 sla");
    const struct json *root = shell_fetch(sh,
                                    arena_printf(sh->arena, "/v1/tickets/%lld/why/%s", (long long)id,
                                                 shell_escape(sh, sh->argc > 1 ? sh->argv[1] : "sla")),
                                    NULL, &code);
    if (!root)
        return code;
    bool clocks = json_get(root, "clocks") && !sh->options.json;
    if (clocks)
        clocks_print(sh->arena, &sh->out, sh->linear, root);
    for (const struct json *line = json_first(json_get(root, "lines")); line && !clocks && !sh->options.json;
         line = json_next(line)) {
        print_safe(&sh->print, json_string(line));
        str_addc(&sh->out, '\n');
    }
    return shell_flush(sh);
}

static void show_list(struct print *p, const struct json *root)
{
    print_tree(p, root, 0);
}

static void show_sources(struct print *p, const struct json *root)
{
    print_sources(p, json_get(root, "sources"));
}

static int run_sources(struct shell *sh)
{
    return shell_print(sh, "/v1/sources", show_sources);
}

static int run_desk(struct shell *sh)
{
    return shell_print(sh, "/v1/desk?limit=1", print_desk);
}

static int run_refusals(struct shell *sh)
{
    return shell_print(sh, "/v1/refusals", show_list);
}

static int run_events(struct shell *sh)
{
    const char *state = shell_option(sh, "--state", true), *limit = shell_option(sh, "--limit", true);
    int64_t id;
    if (sh->argc == 1 && shell_number(sh->argv[0], &id))
        return shell_print(sh, arena_printf(sh->arena, "/v1/events/%lld", (long long)id), show_list);
    return shell_print(sh,
                         arena_printf(sh->arena, "/v1/events?limit=%s%s%s",
                                      limit ? shell_escape(sh, limit) : "50", state ? "&state=" : "",
                                      state ? shell_escape(sh, state) : ""),
                         print_events);
}

/* What the views that were named hold; false: there is none of a name. */
static bool prompt_named(struct shell *sh, const struct json *views)
{
    for (int i = 0; i < sh->argc; i++) {
        const struct json *found = NULL;
        for (const struct json *v = json_first(views); v; v = json_next(v)) {
            const char *name = json_get_string(v, "name", "");
            found = str_eq(sh->argv[i], name) || (!found && *name == '~' && str_eq(sh->argv[i], name + 1)) ? v : found;
        }
        if (!found) {
            shell_usage(sh, "no view ", sh->argv[i], "triage views lists them");
            return false;
        }
        str_addf(&sh->out, "%s%lld %s", i ? " " : "", (long long)json_get_i64(found, "count", 0), text_safe_in(sh->arena, sh->argv[i], TEXT_LINE));
    }
    return true;
}

static int run_prompt(struct shell *sh)
{
    int code = 0;
    const struct json *root = shell_fetch(sh, "/v1/desk?limit=1", NULL, &code), *mine = NULL, *critical = NULL;
    if (!root || sh->options.json)
        return root ? shell_flush(sh) : code;
    for (const struct json *v = json_first(json_get(root, "views")); v; v = json_next(v)) {
        mine = str_eq(json_get_string(v, "name", ""), "mine") ? v : mine;
        critical = str_eq(json_get_string(v, "name", ""), "critical") ? v : critical;
    }
    if (!prompt_named(sh, json_get(root, "views")))
        return err_row(ERR_NOT_FOUND)->exit;
    long long paging = json_get_i64(json_get(root, "escalations"), "triggered", 0);
    if (!sh->argc)
        str_addf(&sh->out, "%lld mine", (long long)json_get_i64(mine, "count", 0));
    if (!sh->argc && json_get_i64(critical, "count", 0))
        str_addf(&sh->out, " %lld critical", (long long)json_get_i64(critical, "count", 0));
    if (paging)
        str_addf(&sh->out, "%s%lld paging", sh->out.len ? " " : "", paging);
    str_addc(&sh->out, '\n');
    return shell_flush(sh);
}

/* --- watch --- */

struct watch {
    struct shell *sh;
    bool over;
};

static void watch_frame(void *arg, const char *event, int64_t id, const char *data, size_t n)
{
    struct watch *watch = arg;
    (void)id;
    if (n < 2 || data[0] != '{')
        return;
    AUTO_ARENA arena = arena_new();
    printf("{\"event\":\"%s\"%s%s\n", event, data[1] == '}' ? "" : ",", shell_inert(arena, data + 1, n - 1));
    watch->over |= fflush(stdout) != 0;
}

static int run_watch(struct shell *sh)
{
    struct watch watch = {.sh = sh};
    const char *after = shell_option(sh, "--after", true);
    int code = 0;
    sh->quiet = true;
    const struct json *desk = shell_fetch(sh, "/v1/desk?limit=1", NULL, &code);
    if (!desk)
        return code;
    link_follow(sh->link, after ? strtoll(after, NULL, 10) : json_get_i64(desk, "seq", 0), watch_frame,
                &watch);
    while (!watch.over) {
        link_run(sh->link);
        link_wait(sh->link, NULL, 0, 60000);
    }
    return err_row(ERR_STORAGE)->exit;
}

/* --- actions --- */

static bool read_text(struct shell *sh, const char **text, struct err *err)
{
    AUTO_STR body;
    char block[8192];
    str_init(&body, SHELL_FILE_MAX);
    if (sh->linear) {
        fputs("Write the text; a line with only a dot ends it.\n", stdout);
        fflush(stdout);
        for (char *line; (line = linear_line(sh->linear)) && strcmp(line, ".") != 0;)
            str_addf(&body, "%s\n", line);
    }
    if (isatty(0) && sh->options.no_input)
        return err_set(err, ERR_USAGE, "the text comes as words or on standard input");
    if (isatty(0) && !sh->linear)
        fputs("Write the text; Ctrl-D on an empty line ends it, Ctrl-C leaves.\n", stderr);
    for (size_t n; !sh->linear && (n = fread(block, 1, sizeof block, stdin)) > 0;)
        str_add(&body, block, n);
    while (body.len && strchr(" \n\t\r", body.data[body.len - 1]))
        body.data[--body.len] = 0;
    *text = arena_strdup(sh->arena, body.data);
    if (body.cut || !text_valid(body.data, body.len))
        return err_set(err, ERR_INPUT, "the text is not UTF-8 or larger than 1 MiB");
    const char *strange = fill_strange(sh->arena, *text);
    if (strange)
        return err_set(err, ERR_INPUT, "a placeholder is left unfilled: %s", strange);
    return true;
}

/* A dry run: what would be said, and what it would change. What no undo takes back changes no field by itself: it says all. */
static void say_would(struct shell *sh, const struct action_row *action, const struct json *result)
{
    struct look look = {.arena = sh->arena, .now = sh->print.now, .zone = sh->print.zone};
    int64_t ticket = json_get_i64(result, "ticket", 0);
    const char *say = json_get_string(result, "say", "");
    print_safe(&sh->print, say);
    if (preview_fate(result) == PREVIEW_SAME && !(action->flags & UNDOABLE))
        return;
    str_addf(&sh->out, "%s#%lld would: ", *say ? "\n  " : "", (long long)ticket);
    print_safe(&sh->print, preview_words(&look, result));
}

static int say_results(struct shell *sh, const struct action_row *action, const char *body, size_t n)
{
    struct err err = {0};
    const struct json *root = json_parse_in(sh->arena, body, n, &json_limits_dialect, NULL, &err);
    int worst = 0;
    if (sh->options.json) {
        str_add(&sh->out, body, n);
        str_addc(&sh->out, '\n');
    }
    const struct json *results = json_get(root, "results");
    if (sh->linear && json_count(results) == 1 && json_get_i64(json_first(results), "ticket", 0))
        linear_at(sh->linear, json_get_i64(json_first(results), "ticket", 0)); /* claim-next and undo choose it themselves */
    for (const struct json *r = json_first(results); r; r = json_next(r)) {
        if (json_get_bool(r, "ok", false)) {
            if (!sh->options.json) {
                if (json_get(r, "changes"))
                    say_would(sh, action, r);
                else
                    print_safe(&sh->print, json_get_string(r, "say", "done"));
                str_addc(&sh->out, '\n');
                if (json_get(r, "message"))
                    print_named(&sh->print, json_get_bool(json_get(r, "message"), "public", false) ? "  reply" : "  note", json_string(json_path(r, "message.body")));
                if (json_is(json_get(r, "text"), JSON_OBJECT))
                    print_revealed(&sh->print, json_get(r, "text"));
            }
            continue;
        }
        char hint[256], *problem = json_print_in(sh->arena, json_get(r, "error"));
        link_problem((int)json_get_i64(json_get(r, "error"), "status", 500), problem, strlen(problem), &err,
                     hint);
        int code = sh->options.json ? err_row(err.code)->exit : shell_failed(sh, &err, hint);
        worst = worst ? worst : code;
    }
    const char *next = sh->options.json ? NULL : json_get_string(root, "next", NULL);
    if (next)
        str_addf(&sh->out, "next: %s\n", next); /* what another undo or redo would take */
    int wrote = shell_flush(sh);
    return worst ? worst : wrote;
}

/* The shell took the quotes off: NAME="VALUE" again. */
static void add_named(struct str *words, const char *word, const char *value)
{
    str_addf(words, "%.*s\"", (int)(value - word), word);
    for (; *value; value++)
        str_addf(words, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
    str_addc(words, '"');
}

/* The words after the numbers are the argument; reply and note read standard input when there are none. */
static bool argument(struct shell *sh, const struct action_row *action, int first, const char **arg,
                     struct err *err)
{
    AUTO_STR words;
    str_init(&words, SHELL_FILE_MAX);
    for (int i = first; i < sh->argc; i++) {
        const char *word = sh->argv[i], *equals = action->arg == ARG_WITH && strpbrk(word, " \t") ? strchr(word, '=') : NULL;
        str_adds(&words, i > first ? " " : "");
        if (equals)
            add_named(&words, word, equals + 1);
        else
            str_adds(&words, word);
    }
    *arg = arena_strdup(sh->arena, words.data);
    if (action->arg == ARG_TEXT && !words.len)
        return read_text(sh, arg, err);
    return true;
}

int cli_act(struct shell *sh, const struct command_do *what)
{
    struct err err = {0};
    char *body = command_body(sh->arena, what, &err), hint[256] = "";
    if (!body)
        return shell_failed(sh, &err, arena_printf(sh->arena, "triage help %s", what->action->name));
    AUTO_STR answer;
    str_init(&answer, SHELL_OUT_MAX);
    shell_connect(sh);
    if (!link_call(sh->link, "POST", "/v1/do", body, &answer, hint, &err))
        return shell_failed(sh, &err, hint);
    return say_results(sh, what->action, answer.data, answer.len);
}

/* What --skip names is passed over first, so that it is not the answer. */
static int claim_next(struct shell *sh)
{
    const char *skip = shell_option(sh, "--skip", true), *reason = shell_option(sh, "--reason", true);
    struct command_do what = {.action = &action_table[ACTION_CLAIM_NEXT], .key = shell_option(sh, "--key", true), .arg = "",
                              .dry_run = shell_option(sh, "--dry-run", false) != NULL};
    int64_t id;
    if (sh->argc || (skip && (!reason || !shell_number(skip, &id))))
        return shell_usage(sh, "usage: triage claim --next [--skip NUMBER --reason TEXT] [--dry-run]", "", "skipping asks for a reason: the journal keeps it");
    if (skip) {
        const struct command_do pass = {.action = &action_table[ACTION_SKIP], .tickets = &id, .ticket_count = 1, .arg = reason, .dry_run = what.dry_run};
        int code = cli_act(sh, &pass);
        if (code)
            return code;
    }
    return cli_act(sh, &what);
}

/* The argument as an option: --until, --into, --message; NULL: it comes as words. */
static const char *named(struct shell *sh, const struct action_row *action)
{
    static const struct { enum action_arg arg; const char *option; } options[] = {
        {ARG_UNTIL, "--until"}, {ARG_INTO, "--into"}, {ARG_MESSAGE, "--message"}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].arg == action->arg)
            return shell_option(sh, options[i].option, true);
    return NULL;
}

/* What goes beside the argument: --reason, --on, --note, --status, --confirm. NULL: nothing. */
static const char *beside(struct shell *sh, const struct action_row *action)
{
    static const struct { enum action_arg arg; const char *option, *member; } options[] = {
        {ARG_STATUS, "--reason", "reason"}, {ARG_UNTIL, "--on", "on"}, {ARG_UNTIL, "--note", "note"}, {ARG_TEXT, "--status", "status"},
        {ARG_TEXT, "--reason", "reason"}};
    AUTO_JSON with = json_object();
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = options[i].arg == action->arg ? shell_option(sh, options[i].option, true) : NULL;
        if (value)
            json_put_string(with, options[i].member, value);
    }
    if ((action->arg == ARG_NONE || action->arg == ARG_INTO) && shell_option(sh, "--confirm", false))
        json_put_bool(with, "confirm", true);
    return json_first(with) ? json_print_in(sh->arena, with) : NULL;
}

/* A reply that waits for the customer: {"status":"pending"} beside whatever else is said. */
static const char *pending_too(struct shell *sh, const char *with)
{
    AUTO_JSON all = with ? json_parse(with, strlen(with), &json_limits_native, NULL, NULL) : json_object();
    json_drop(all, "status");
    json_put_string(all, "status", "pending");
    return json_print_in(sh->arena, all);
}

/* What the review of the console does by Y and N. */
static int act_and_after(struct shell *sh, const struct command_do *what, const struct drafts_after *after)
{
    const struct command_do close = {.action = &action_table[ACTION_CLOSE], .tickets = what->tickets, .ticket_count = what->ticket_count, .arg = "", .dry_run = what->dry_run};
    const struct command_do next = {.action = &action_table[ACTION_CLAIM_NEXT], .arg = "", .dry_run = what->dry_run};
    int code = cli_act(sh, what);
    if (!code && after->close)
        code = cli_act(sh, &close);
    return !code && after->next ? cli_act(sh, &next) : code;
}

static int run_action(struct shell *sh, const struct action_row *action)
{
    int64_t tickets[TICKETS_MAX];
    bool next = action == &action_table[ACTION_CLAIM] && shell_option(sh, "--next", false);
    if (next || action == &action_table[ACTION_CLAIM_NEXT])
        return claim_next(sh);
    struct command_do what = {.action = action,
                              .tickets = tickets,
                              .key = shell_option(sh, "--key", true),
                              .dry_run = shell_option(sh, "--dry-run", false) != NULL};
    const char *article = action == &action_table[ACTION_REPLY] ? shell_option(sh, "--article", true) : NULL;
    const char *version = shell_option(sh, "--version", true), *to = shell_option(sh, "--to", true), *words = named(sh, action);
    struct err err = {0};
    const struct moment here = shell_here(sh->arena);
    struct drafts_after after = action->arg == ARG_TEXT ? drafts_after(sh) : (struct drafts_after){0};
    what.with = beside(sh, action);
    if (after.pending)
        what.with = pending_too(sh, what.with);
    what.articles = article ? article_add(sh->arena, NULL, article) : NULL;
    what.version = version ? strtoll(version, NULL, 10) : 0;
    const int most = action->arg == ARG_MESSAGE ? 1 : TICKETS_MAX; /* the number behind it is the message's */
    while (what.ticket_count < sh->argc && what.ticket_count < most &&
           shell_number(sh->argv[what.ticket_count], &tickets[what.ticket_count]))
        what.ticket_count++;
    bool last = action == &action_table[ACTION_UNDO] || action == &action_table[ACTION_REDO];
    if (!what.ticket_count && !last && !(action->flags & DESK))
        return shell_usage(sh, action->name, " needs a ticket's number",
                           arena_printf(sh->arena, "triage help %s", action->name));
    const char *view = views_options(sh, action);
    if ((!words && !argument(sh, action, what.ticket_count, &words, &err)) || !(words = arena_printf(sh->arena, "%s%s", words, view)) ||
        !command_spoken(sh->arena, &here, words, &what, &err))
        return shell_failed(sh, &err, "");
    if (to && !*what.arg)
        what.arg = to;
    int code = 0;
    if (action == &action_table[ACTION_ESCALATE] && !paging_sure(sh, &what, &code))
        return code;
    return act_and_after(sh, &what, &after);
}

/* --- the daemon --- */

static int run_up(struct shell *sh)
{
    struct err err = {0};
    home_find(sh->arena, sh->options.socket, &sh->home);
    if (home_answers(sh->home.socket)) {
        fprintf(stderr, "a daemon answers at %s already\n", text_safe_in(sh->arena, sh->home.socket, TEXT_LINE));
        return 0;
    }
    if (!home_start(sh->arena, &sh->home, &err))
        return shell_failed(sh, &err, "triaged --help shows how to run one with a configuration of your own");
    fprintf(stderr, "triaged serves %s; triage down ends it\n", text_safe_in(sh->arena, sh->home.socket, TEXT_LINE));
    return 0;
}

static int run_rebuild(struct shell *sh)
{
    struct err err = {0};
    home_find(sh->arena, sh->options.socket, &sh->home);
    if (home_answers(sh->home.socket))
        err_set(&err, ERR_CONFLICT, "a daemon answers at %s: stop it first", sh->home.socket);
    else if (home_rebuild(sh->arena, &sh->home, &err))
        return 0;
    return shell_failed(sh, &err, "triage down stops it");
}
static int run_down(struct shell *sh)
{
    return shell_post(sh, "/v1/admin/stop", "{}", "the daemon stops; everything acknowledged is on disk");
}

static int run_reload(struct shell *sh)
{
    return shell_post(sh, "/v1/admin/reload", "{}", "the configuration was read again");
}

static int run_labels(struct shell *sh)
{
    const char *limit = shell_option(sh, "--limit", true);
    return shell_print(sh, arena_printf(sh->arena, "/v1/labels?limit=%s", limit ? shell_escape(sh, limit) : "20"), print_labels);
}

static int run_similar(struct shell *sh)
{
    int64_t id;
    if (sh->argc != 1 || !shell_number(sh->argv[0], &id))
        return shell_usage(sh, "similar needs a ticket's number", "", "triage similar 42");
    return shell_print(sh, arena_printf(sh->arena, "/v1/tickets/%lld/similar", (long long)id), print_similar);
}

static int show_epoch(struct shell *sh, int64_t epoch)
{
    struct err err = {0};
    int code = 0;
    sh->quiet = true; /* the one, not the list */
    const struct json *root = shell_fetch(sh, "/v1/models?limit=500", NULL, &code);
    for (const struct json *m = json_first(json_get(root, "models")); m; m = json_next(m)) {
        if (json_get_i64(m, "epoch", 0) != epoch)
            continue;
        if (sh->options.json)
            str_addf(&sh->out, "%s\n", json_print_in(sh->arena, m));
        else
            print_tree(&sh->print, m, 0);
        return shell_flush(sh);
    }
    if (root)
        err_set(&err, ERR_NOT_FOUND, "no epoch %lld of the classifier", (long long)epoch);
    return root ? shell_failed(sh, &err, "triage model ls") : code;
}

static int run_model(struct shell *sh)
{
    const char *what = sh->argc ? sh->argv[0] : "ls";
    char *end = NULL;
    int64_t epoch = sh->argc == 2 ? strtoll(sh->argv[1], &end, 10) : -1;
    if (str_eq(what, "ls") && sh->argc < 2)
        return shell_print(sh, "/v1/models", print_models);
    if (epoch < 0 || *end || end == sh->argv[1] || (!str_eq(what, "show") && !str_eq(what, "rollback")))
        return shell_usage(sh, "model takes ls, show N or rollback N", "", "rollback 0 goes back to the starter rules");
    if (str_eq(what, "show"))
        return show_epoch(sh, epoch);
    return shell_post(sh, "/v1/admin/model", arena_printf(sh->arena, "{\"epoch\":%lld}", (long long)epoch),
                arena_printf(sh->arena, "epoch %lld labels from now on, until new labels are learned", (long long)epoch));
}

static int run_check(struct shell *sh)
{
    struct err err = {0};
    if (sh->argc != 1)
        return shell_usage(sh, "check needs a configuration file", "", "triage check triage.yaml");
    size_t n;
    int code = 0;
    const char *text = shell_file(sh, sh->argv[0], &n, &code);
    if (!text)
        return code;
    struct config *config = config_parse(sh->arena, sh->argv[0], text, n, NULL, 0, &err);
    if (!config || !config_zones(config, sh->arena, zone_load, &err) || !config_articles(config, sh->arena, file_list, &err))
        return shell_failed(sh, &err, "fix that line and check again");
    printf("%s: %d sources, %d agents, %d views, %d policies, %d destinations, %d routes: fine\n", text_safe_in(sh->arena, sh->argv[0], TEXT_LINE), config->source_count,
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

/* What it holds is no finding, only good to know. */
static void tell_memory(struct shell *sh)
{
    struct err err = {0};
    AUTO_STR body;
    str_init(&body, SHELL_OUT_MAX);
    if (!link_call(sh->link, "GET", "/v1/self", NULL, &body, NULL, &err))
        return;
    const struct json *root = json_parse_in(sh->arena, body.data, body.len, &json_limits_dialect, NULL, &err), *memory = json_get(root, "memory");
    double used = (double)json_get_i64(memory, "used", 0) / (1 << 20), kept = (double)json_get_i64(memory, "kept", 0) / (1 << 20);
    finding(true, "memory", arena_printf(sh->arena, "%.1f MB in use, %.1f MB free for the next time; up %s", used, kept,
                                         look_ago(sh->arena, json_get_i64(root, "up_ms", 0))), "");
}

static bool examine_daemon(struct shell *sh)
{
    struct err err = {0};
    char hint[256] = "";
    AUTO_STR body;
    str_init(&body, SHELL_OUT_MAX);
    int64_t start = clock_mono_us();
    if (!link_call(sh->link, "GET", "/v1/desk?limit=1", NULL, &body, hint, &err))
        return finding(false, "daemon", text_safe_in(sh->arena, err.text, TEXT_LINE), hint);
    int64_t us = clock_mono_us() - start;
    const struct json *root =
                          json_parse_in(sh->arena, body.data, body.len, &json_limits_dialect, NULL, &err),
                      *me = json_get(root, "me");
    finding(true, "daemon",
            arena_printf(sh->arena, "answers in %lld.%lld ms", (long long)(us / 1000),
                         (long long)(us / 100 % 10)),
            "");
    int64_t apart = json_get_i64(root, "now", 0) - clock_now();
    finding(apart < 5000 && apart > -5000, "clock",
            arena_printf(sh->arena, "%lld ms apart", (long long)apart),
            "the daemon's and this machine's clocks differ");
    tell_memory(sh);
    return finding(*json_get_string(me, "name", "") != 0, "you",
                   text_safe_in(sh->arena,
                                arena_printf(sh->arena, "%s, %s", json_get_string(me, "name", "nobody"),
                                             json_get_string(me, "role", "no role")),
                                TEXT_LINE),
                   "add your uid under agents: in triage.yaml");
}

static int run_doctor(struct shell *sh)
{
    const char *term = getenv("TERM"), *codeset = nl_langinfo(CODESET);
    bool good = true;
    shell_connect(sh);
    finding(isatty(0) && isatty(1), "terminal",
            term ? text_safe_in(sh->arena, term, TEXT_LINE) : "TERM is not set",
            "the console needs a terminal; verbs do not");
    finding(str_eq(codeset, "UTF-8"), "locale", codeset,
            "set LANG to a UTF-8 locale (C.UTF-8), else glyphs are drawn in ASCII");
    if (sh->print.columns)
        finding(sh->print.columns >= 80, "width", arena_printf(sh->arena, "%d columns", sh->print.columns),
                "80 or more read best");
    finding(true, "socket", text_safe_in(sh->arena, sh->home.socket, TEXT_LINE), "");
    good &= examine_daemon(sh);
    return good ? 0 : err_row(ERR_UNAVAILABLE)->exit;
}

/* --- help --- */

static int run_verify(struct shell *sh)
{
    return verify_run(sh->argc, sh->argv);
}

static int run_demo(struct shell *sh)
{
    struct err err = {0};
    if (!restricted_may("the demo, a desk of one's own,", &err))
        return shell_failed(sh, &err, "");
    return demo_run(sh->argc + 1, sh->argv - 1);
}

static int run_version(struct shell *sh)
{
    (void)sh;
    puts("triage " PACKAGE_VERSION);
    return 0;
}

static int run_help(struct shell *sh)
{
    return help_run(sh, verbs);
}

static const struct verb verbs[] = {
    {"article", "KEY", "one knowledge article", people_article, NULL},
    {"articles", "[WORDS]", "knowledge articles, best first", people_articles, NULL},
    {"audit", "[head | verify | --actor A ...]", "who did what when; is the journal as it was written", audit_run, audit_help},
    {"agents", "", "who is here, what each has, and what they can do", work_agents, NULL},
    {"check", "FILE", "read a configuration and say what is wrong with it", run_check, NULL},
    {"customer", "KEY | NUMBER | add ID [EMAIL] [--source NAME]", "one customer with tickets, satisfaction and notes; add: may open tickets through our API",
     people_customer, NULL},
    {"customers", "[WORDS] [--after CURSOR] [--limit N]", "those sources told us of, with their newest ticket", people_customers, NULL},
    {"deliveries", "[ls | show ID | replay ...]", "what leaves: list, look, send again, give up, rest", outgoing_deliveries, outgoing_help},
    {"demo", "[--speed X] [--plain]", "a made-up day on a private desk that is gone afterwards", run_demo, NULL},
    {"desk", "", "who you are and how many tickets each view holds", run_desk, NULL},
    {"destinations", "", "where it goes, and how that fares", outgoing_destinations, NULL},
    {"doctor", "", "check terminal, locale, daemon, clock and who you are", run_doctor, NULL},
    {"down", "", "stop the daemon", run_down, NULL},
    {"drafts", "[show|share|unshare|take|discard NUMBER [note]]", "texts being written: yours, and those handed to the team", drafts_run, drafts_help},
    {"escalations", "", "who is being paged for what, and who was told how", paging_escalations, NULL},
    {"events", "[ID] [--state S] [--limit N]", "what the sources posted", run_events, NULL},
    {"handover", "[ack [note]] [--since TIME]", "what whoever takes over the desk has to know", work_handover, work_handover_help},
    {"help", "[VERB | --list [VERB] | --mdoc]", "this, or one verb", run_help, help_more},
    {"labels", "[--limit N]", "labels a person should look at, the least sure first", run_labels, NULL},
    {"ledger", "[AGENT] [--limit N]", "every line you earned or lost, with its reason; somebody else's, where they let you", scores_ledger, NULL},
    {"ls", "[--view V] [--where EXPR] [--sort due|age|updated|urgency|priority] [--invert] [words]", "list tickets (--limit N, --after CURSOR, --all)", run_ls, NULL},
    {"macros", "[NUMBER]", "macros and canned replies; those for one ticket, filled", people_macros, NULL},
    {"model", "[ls | show N | rollback N]", "what the classifier learned, epoch by epoch, and the way back", run_model, NULL},
    {"oncall", "[--week] [--schedule NAME] [--from T] [--to T] [--tz ZONE]", "who is on call, until when, and who is next; --week: the days to come",
     oncall_run, oncall_help},
    {"outliers", "", "for leads: how many tickets come back, how soon after one another they are closed", scores_outliers, NULL},
    {"prompt", "[VIEW...]", "one short line for a status bar: yours, the critical ones, pages; or what these views hold", run_prompt, NULL},
    {"quiet", "[HH:MM-HH:MM | off]", "hours in which your terminal tells you of pages alone", bell_quiet, NULL},
    {"rebuild", "", "check a stopped desk's tables against its own journal", run_rebuild, NULL},
    {"refusals", "", "the last requests that were refused, and why", run_refusals, NULL},
    {"reload", "", "read the configuration again", run_reload, NULL},
    {"replay", "--dry-run --config FILE", "what another configuration would have made of what came in (--since T)", outgoing_replay, NULL},
    {"route", "explain EVENT [--config FILE]", "what each route says to an event, step by step", outgoing_route, NULL},
    {"scores", "[--season YYYY-MM]", "the boss, the team and its month, achievements", scores_run, NULL},
    {"show", "NUMBER", "one ticket with everything that happened to it", run_show, NULL},
    {"similar", "NUMBER", "resolved tickets like this one", run_similar, NULL},
    {"simulate", "[URGENCY] [--at TIME] [--ticket N] [FIELD=VALUE...] [--config FILE] [--tz ZONE]",
     "who would be told when, by what and why, if a ticket paged then and nobody acknowledged", simulate_verb, simulate_help},
    {"sources", "", "the sources and what came from each", run_sources, NULL},
    {"stats", "[--period P] [--view V] [--by B]", "the desk's numbers: times, reopenings, clocks, satisfaction; against the period before", stats_run, stats_help},
    {"up", "", "start a private daemon if none answers", run_up, NULL},
    {"verify", "--explain ... < body", "is this request signed, and if not, why", run_verify, NULL},
    {"version", "", "the version", run_version, NULL},
    {"views", "", "the views you see: the desk's, those the team shares, yours; how many tickets each holds", views_verb, views_help},
    {"watch", "[NUMBER... | --after SEQ]", "every entry as it is written, one JSON object a line; with numbers: hear of these tickets", run_watch, NULL},
    {"why", "NUMBER [sla|label|score|page|route|assign]", "why a number is what it is", run_why, NULL},
    {"windows", "", "maintenance windows that run or are planned", paging_windows, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static int unknown(struct shell *sh, const char *name)
{
    const char *near = command_suggest(name);
    const struct command *c = near ? command_find(near) : NULL;
    near = c && c->is_action ? near : NULL;
    for (const struct verb *v = verbs; v->name && !near; v++)
        if (strncmp(v->name, name, 3) == 0 || (strlen(name) > 2 && strstr(name, v->name)) ||
            (strlen(v->name) > 3 && strncmp(v->name + 1, name, strlen(name)) == 0))
            near = v->name;
    return shell_usage(sh, "no verb ", name,
                       near ? arena_printf(sh->arena, "did you mean \"%s\"?", near)
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
                 {"--help", NULL, &o->help},     {"-h", NULL, &o->help},
                 {"--linear", NULL, &o->linear}, {"--key-id", &o->key_id, NULL},
                 {"--restricted", NULL, &o->restricted}, {"--mouse", NULL, &o->mouse}};
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

static int dispatch(struct shell *sh, const char *name)
{
    if (sh->options.version)
        return run_version(sh);
    if (!name || (sh->options.help && strcmp(name, "help") == 0))
        return run_help(sh);
    if (sh->options.help)
        return help_one(sh, verbs, name);
    const struct verb *verb = help_find(verbs, name);
    const struct command *command = command_find(name);
    int64_t number;
    bool numbered = command && command->is_action && sh->argc && shell_number(sh->argv[0], &number); /* watch 12 is the action */
    if (verb && !numbered)
        return verb->run(sh);
    if (command && command->is_action)
        return run_action(sh, &action_table[command->id]);
    return unknown(sh, name);
}

static bool knows(const char *name)
{
    const struct command *command = command_find(name);
    return help_find(verbs, name) || (command && command->is_action);
}

int cli_run(int argc, char **argv)
{
    struct shell sh = {.arena = arena_new()};
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    text_set_ascii(!str_eq(nl_langinfo(CODESET), "UTF-8"));
    str_init(&sh.out, SHELL_OUT_MAX);
    if (!cli_options(&argc, argv, &sh.options))
        return err_row(ERR_USAGE)->exit;
    sh.argc = argc > 2 ? argc - 2 : 0;
    sh.argv = argv + 2;
    sh.print = (struct print){.out = &sh.out,
                               .arena = sh.arena,
                               .now = clock_now(),
                               .zone = shell_zone(),
                               .columns = terminal_columns(),
                               .me = ""};
    const char *verb = argc > 1 ? argv[1] : NULL;
    static const struct linear_door door = {knows, dispatch};
    struct err err = {0};
    home_find(sh.arena, sh.options.socket, &sh.home);
    int code = !home_trusted(&sh.home, &err)                        ? shell_failed(&sh, &err, "")
               : sh.options.linear && !verb && !sh.options.help ? linear_run(&sh, &door)
                                                                    : dispatch(&sh, verb);
    link_close(sh.link);
    str_fini(&sh.out);
    arena_free(sh.arena);
    return code;
}
