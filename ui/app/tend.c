/* tend: see tend.h. */
#include "app/tend.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "core/article.h"
#include "core/config.h"
#include "screen/look.h"
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tend_up(struct shell *sh)
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

int tend_rebuild(struct shell *sh)
{
    struct err err = {0};
    home_find(sh->arena, sh->options.socket, &sh->home);
    if (home_answers(sh->home.socket))
        err_set(&err, ERR_CONFLICT, "a daemon answers at %s: stop it first", sh->home.socket);
    else if (home_rebuild(sh->arena, &sh->home, &err))
        return 0;
    return shell_failed(sh, &err, "triage down stops it");
}
int tend_down(struct shell *sh)
{
    return shell_post(sh, "/v1/admin/stop", "{}", "the daemon stops; everything acknowledged is on disk");
}

int tend_reload(struct shell *sh)
{
    return shell_post(sh, "/v1/admin/reload", "{}", "the configuration was read again");
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
        err_set(&err, ERR_NOT_FOUND, "no epoch %lld of the classifier; `triage model ls` lists them", (long long)epoch);
    return root ? shell_failed(sh, &err, "triage model ls") : code;
}

int tend_model(struct shell *sh)
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

/* A line for each; as JSON, an object for each. */
static int tell_faults(struct shell *sh, const struct faults *faults)
{
    const char *hint = faults->count == 1 ? "fix that line and check again" : "fix these lines and check again";
    int code = 0;
    if (faults->more)
        hint = arena_printf(sh->arena, "fix these lines and check again: %d more mistakes stand behind them", faults->more);
    for (int i = 0; i < faults->count; i++) {
        struct err err;
        err_set(&err, ERR_CONFIG, "%s", faults->list[i].text);
        if (sh->options.json || i == faults->count - 1)
            code = shell_failed(sh, &err, hint);
        else
            fprintf(stderr, "triage: %s\n", text_safe_in(sh->arena, err.text, TEXT_LINE));
    }
    return code;
}

int tend_check(struct shell *sh)
{
    struct err err = {0};
    if (sh->argc != 1)
        return shell_usage(sh, "check needs a configuration file", "", "triage check triage.yaml");
    size_t n;
    int code = 0;
    const char *text = shell_file(sh, sh->argv[0], &n, &code);
    if (!text)
        return code;
    struct faults faults = {0};
    struct config *config = config_read(sh->arena, sh->argv[0], text, n, NULL, 0, zone_load, &faults);
    if (!config)
        return tell_faults(sh, &faults);
    if (!config_articles(config, sh->arena, file_list, &err))
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

int tend_doctor(struct shell *sh)
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
