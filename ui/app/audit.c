/* audit: see audit.h. A verification is walked in bites by the daemon; this side keeps the link each bite ended at, shows how
 * far it is on a terminal, and says what the first thing wrong is. */
#include "app/audit.h"
#include "base/str.h"
#include "base/text.h"
#include "screen/lists.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char audit_help[] =
    "  triage audit                          what people did, newest first (--everybody: sources and the clock too)\n"
    "  triage audit --actor ana --since 2h   and --kind reveal, --ticket 42, --limit N, --all\n"
    "  triage audit head                     the journal's newest link as SEQ:HASH; keep it elsewhere\n"
    "  triage audit verify                   is every entry as it was written? exits 1 at the first that is not\n"
    "  triage audit verify --against SEQ:HASH  and does it still hold a link that was kept (the daemon logs them as chain_head)?\n";

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

/* --- who did what --- */

static void print_entry(struct print *p, const struct json *e, struct look *look)
{
    int64_t ticket = json_get_i64(e, "ticket", 0);
    struct said said = audit_said(look, e);
    print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(e, "seq", 0)), 7, true);
    print_cell(p, look_stamp(look, json_get_i64(e, "at", 0)), 12, false);
    print_cell(p, text_of(e, "actor"), 14, false);
    print_cell(p, text_of(e, "kind"), 10, false);
    print_cell(p, ticket ? arena_printf(p->arena, "#%lld", (long long)ticket) : "-", 7, false);
    print_safe(p, said.text);
    print_end(p);
}

static void print_entries(struct print *p, const struct json *entries)
{
    struct mirror *nobody = mirror_new(NULL, NULL);
    struct look look = {.arena = p->arena, .now = p->now, .zone = p->zone, .mirror = nobody};
    for (const struct json *e = json_first(entries); e; e = json_next(e))
        print_entry(p, e, &look);
    mirror_free(nobody);
}

static const char *list_path(struct shell *sh, int *code)
{
    static const struct { const char *option, *member; } options[] = {
        {"--actor", "actor"}, {"--kind", "kind"}, {"--ticket", "ticket"}, {"--limit", "limit"}};
    const char *since = shell_option(sh, "--since", true);
    bool everybody = shell_option(sh, "--everybody", false) != NULL;
    int64_t at;
    AUTO_STR path;
    str_init(&path, 8192);
    str_adds(&path, "/v1/audit?");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = shell_option(sh, options[i].option, true);
        if (!value)
            continue;
        everybody |= i == 0;
        str_addf(&path, "%s=%s&", options[i].member, shell_escape(sh, value + (i == 2 && *value == '#')));
    }
    if (!shell_since(sh, since, &at, code))
        return NULL;
    str_addf(&path, "since=%lld&people=%d&", (long long)at, !everybody);
    return arena_strdup(sh->arena, path.data);
}

static int list_page(struct shell *sh, const char *path, int64_t *next)
{
    int code = 0;
    sh->quiet = true; /* an entry a line, not the page */
    const struct json *root = shell_fetch(sh, path, NULL, &code), *list = json_get(root, "entries");
    *next = json_get_i64(root, "next", 0);
    if (!root)
        return code;
    for (const struct json *e = json_first(list); e && sh->options.json; e = json_next(e))
        str_addf(&sh->out, "%s\n", json_print_in(sh->arena, e));
    if (!sh->options.json)
        print_entries(&sh->print, list);
    sh->rows += json_count(list);
    return shell_flush(sh);
}

static int audit_ls(struct shell *sh)
{
    bool all = shell_option(sh, "--all", false) != NULL;
    int code = 0;
    int64_t next = 0;
    const char *path = list_path(sh, &code);
    if (!path)
        return code;
    if (sh->argc)
        return shell_usage(sh, "audit takes options, head or verify, not ", sh->argv[0], "triage help audit");
    do /* a filter that matches little answers with empty pages */
        code = list_page(sh, next ? arena_printf(sh->arena, "%sbefore=%lld", path, (long long)next) : path, &next);
    while (code == 0 && next && (all || !sh->rows));
    if (code == 0 && !sh->options.json && (!sh->rows || next))
        fputs(sh->rows ? "more: --all, or --limit\n" : "nothing here\n", stderr);
    return code;
}

/* --- the chain --- */

static void print_head(struct print *p, const struct json *root)
{
    const struct json *head = json_get(root, "head");
    str_addf(p->out, "%lld:", (long long)json_get_i64(head, "seq", 0));
    print_safe(p, text_of(head, "hash"));
    str_addc(p->out, '\n');
}

static void progress(const struct json *root, bool over)
{
    if (isatty(2))
        fprintf(stderr, "\r%lld of %lld entries%s", (long long)json_get_i64(json_get(root, "at"), "seq", 0), (long long)json_get_i64(root, "of", 0),
                over ? "\r\033[K" : "");
}

static const char *verify_path(struct shell *sh, const struct json *before, const char *against)
{
    const struct json *at = json_get(before, "at");
    const char *path = "/v1/audit/verify?";
    if (before)
        path = arena_printf(sh->arena, "%safter=%lld:%s&score=%lld&", path, (long long)json_get_i64(at, "seq", 0), shell_escape(sh, text_of(at, "hash")),
                            (long long)json_get_i64(before, "score", -1));
    return against ? arena_printf(sh->arena, "%sagainst=%s", path, shell_escape(sh, against)) : path;
}

static int say_verdict(struct shell *sh, const struct json *root, int64_t entries, int64_t links)
{
    const struct json *bad = json_get(root, "bad");
    bool good = json_get_bool(root, "good", false);
    if (sh->options.json) {
        AUTO_JSON out = json_object();
        json_put_bool(out, "good", good);
        json_put_i64(out, "entries", entries);
        json_put_i64(out, "links", links);
        json_put(out, "at", json_copy(json_get(root, "at")));
        json_put(out, "bad", json_copy(bad));
        str_addf(&sh->out, "%s\n", json_print_in(sh->arena, out));
    } else if (good) {
        str_addf(&sh->out, "good: %lld entries in %lld commits say what was written\nnewest link  %lld:%s\n", (long long)entries, (long long)links,
                 (long long)json_get_i64(json_get(root, "at"), "seq", 0), text_safe_in(sh->arena, text_of(json_get(root, "at"), "hash"), TEXT_LINE));
    } else {
        str_addf(&sh->out, "BAD: entry %lld %s (%s)\n", (long long)json_get_i64(bad, "seq", 0), text_safe_in(sh->arena, text_of(bad, "says"), TEXT_LINE),
                 text_safe_in(sh->arena, text_of(bad, "what"), TEXT_LINE));
    }
    int code = shell_flush(sh);
    return code ? code : !good;
}

static int audit_verify(struct shell *sh)
{
    const char *against = shell_option(sh, "--against", true);
    const struct json *root = NULL;
    int64_t entries = 0, links = 0;
    int code = 0;
    if (sh->argc)
        return shell_usage(sh, "audit verify takes --against SEQ:HASH, not ", sh->argv[0], "triage help audit");
    sh->quiet = true;
    do {
        if (!(root = shell_fetch(sh, verify_path(sh, root, against), NULL, &code)))
            return code;
        entries += json_get_i64(root, "entries", 0);
        links += json_get_i64(root, "links", 0);
        progress(root, json_get_bool(root, "end", false) || !json_get_bool(root, "good", false));
    } while (json_get_bool(root, "good", false) && !json_get_bool(root, "end", false));
    return say_verdict(sh, root, entries, links);
}

int audit_run(struct shell *sh)
{
    const char *what = sh->argc ? sh->argv[0] : "";
    bool head = str_eq(what, "head"), verify = str_eq(what, "verify");
    if (!head && !verify)
        return audit_ls(sh);
    sh->argc--;
    sh->argv++;
    return verify ? audit_verify(sh) : shell_print(sh, "/v1/audit/head", print_head);
}
