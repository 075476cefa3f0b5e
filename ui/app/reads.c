/* reads: see reads.h. Each is one call or a page after the other; with --json the answer goes out as it came. */
#include "app/reads.h"
#include "base/json.h"
#include "app/linear.h"
#include "base/text.h"
#include "screen/clocks.h"
#include <stdio.h>
#include <stdlib.h>

enum { PROMPT_MS = 1000 }; /* a status bar waits no longer */

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
    if (!json)
        print_rows(&sh->print, json_get(root, "rows"), !sh->rows); /* pages one after the other are one list */
    sh->rows += json_count(json_get(root, "rows"));
    return shell_flush(sh);
}

/* 0; or the exit code, said. */
static int odd_limit(struct shell *sh, const char *limit)
{
    int64_t n;
    return !limit || shell_number(limit, &n) ? 0 : shell_usage(sh, "--limit needs a number, not ", limit, "--limit 20");
}

const char reads_ls_help[] =
    "WORDS are those of `/` in the console: `refund` in subject, customer, key, reference or owner, `!late` not there, `plan:pro` in a field, and\n"
    "`body:refund` in what customers wrote; the last word may be only begun. --where takes the language itself: triage help --where 'urgency ==' says what may stand next.\n"
    "  triage ls printer plan:pro\n"
    "  triage ls 'body:\"not print\"'\n"
    "  triage ls --where 'body.contains(\"not print\") && status == \"open\"'\n";

/* A number is the view that the console's `view N` shows, where none is called so. */
static const char *view_of(struct shell *sh, const char *said)
{
    int64_t n;
    int code = 0;
    if (!said || !shell_number(said, &n))
        return said;
    bool quiet = sh->quiet;
    sh->quiet = true;
    const struct json *views = json_get(shell_fetch(sh, "/v1/views", NULL, &code), "views");
    sh->quiet = quiet;
    const char *nth = said;
    for (const struct json *view = json_first(views); view; view = json_next(view), n--) {
        if (str_eq(json_get_string(view, "name", ""), said))
            return said;
        nth = n == 1 ? json_get_string(view, "name", said) : nth;
    }
    return nth;
}

int reads_ls(struct shell *sh)
{
    const char *view = shell_option(sh, "--view", true), *where = shell_option(sh, "--where", true),
               *limit = shell_option(sh, "--limit", true), *sort = shell_option(sh, "--sort", true);
    bool invert = shell_option(sh, "--invert", false) != NULL;
    const char *next = shell_option(sh, "--after", true);
    bool all = shell_option(sh, "--all", false) != NULL;
    int code = shell_stray(sh);
    if (code || (code = odd_limit(sh, limit)))
        return code;
    view = view_of(sh, view);
    if (!limit)
        limit = sh->linear ? "10" : "50";
    AUTO_STR words;
    str_init(&words, 4096);
    for (int i = 0; i < sh->argc; i++)
        str_addf(&words, "%s%s", i ? " " : "", sh->argv[i]);
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
    } while (code == 0 && next && (all || !sh->rows)); /* a page that found nothing in its time goes on by itself */
    if (code == 0 && !sh->options.json && !sh->rows)
        fputs("nothing here\n", stderr);
    if (code == 0 && next && !sh->options.json)
        fputs(sh->linear ? "more goes on\n" : "more: --all, or --limit\n", stderr);
    if (sh->linear)
        linear_more(sh->linear, next);
    return code;
}

int reads_show(struct shell *sh)
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

int reads_why(struct shell *sh)
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

int reads_sources(struct shell *sh)
{
    return shell_print(sh, "/v1/sources", print_sources);
}

int reads_desk(struct shell *sh)
{
    return shell_print(sh, "/v1/desk?limit=1", print_desk);
}

int reads_refusals(struct shell *sh)
{
    return shell_print(sh, "/v1/refusals", show_list);
}

int reads_events(struct shell *sh)
{
    const char *state = shell_option(sh, "--state", true), *limit = shell_option(sh, "--limit", true);
    int64_t id;
    int code = odd_limit(sh, limit);
    if (code)
        return code;
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

/* Nothing would read as calm: whoever looks at a status bar is told that nothing is known, and why. */
static int prompt_unknown(struct shell *sh, int code)
{
    if (code == err_row(ERR_UNAVAILABLE)->exit && !sh->options.json)
        str_adds(&sh->out, "triage ?\n");
    shell_flush(sh);
    return code;
}

int reads_prompt(struct shell *sh)
{
    int code = 0;
    shell_connect(sh);
    link_patience(sh->link, PROMPT_MS);
    const struct json *root = shell_fetch(sh, "/v1/desk?limit=1", NULL, &code), *mine = NULL, *critical = NULL;
    if (!root)
        return prompt_unknown(sh, code);
    if (sh->options.json)
        return shell_flush(sh);
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

int reads_labels(struct shell *sh)
{
    const char *limit = shell_option(sh, "--limit", true);
    int code = odd_limit(sh, limit);
    return code ? code : shell_print(sh, arena_printf(sh->arena, "/v1/labels?limit=%s", limit ? shell_escape(sh, limit) : "20"), print_labels);
}

int reads_similar(struct shell *sh)
{
    int64_t id;
    if (sh->argc != 1 || !shell_number(sh->argv[0], &id))
        return shell_usage(sh, "similar needs a ticket's number", "", "triage similar 42");
    return shell_print(sh, arena_printf(sh->arena, "/v1/tickets/%lld/similar", (long long)id), print_similar);
}

/* --- watch --- */

struct watch {
    struct shell *sh;
    int code; /* 0 as long as its lines are taken */
};

static void watch_frame(void *arg, const char *event, int64_t id, const char *data, size_t n)
{
    struct watch *watch = arg;
    (void)id;
    if (n < 2 || data[0] != '{')
        return;
    AUTO_ARENA arena = arena_new();
    printf("{\"event\":\"%s\"%s%s\n", event, data[1] == '}' ? "" : ",", shell_inert(arena, data + 1, n - 1));
    watch->code = shell_put(watch->sh, "", 0);
}

int reads_watch(struct shell *sh)
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
    while (!watch.code) {
        link_run(sh->link);
        link_wait(sh->link, NULL, 0, 60000);
    }
    return watch.code;
}
