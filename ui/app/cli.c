/* cli: a verb is an action of the desk (core/action.def: the table is read, not repeated) or a row of the
 * table below. Data goes to stdout, talk to stderr; the exit code is the cause's (err_row). Every verb is one
 * call over the same API the console uses. */
#include "app/cli.h"
#include "app/again.h"
#include "app/attach.h"
#include "app/audit.h"
#include "app/bell.h"
#include "app/doing.h"
#include "app/drafts.h"
#include "app/help.h"
#include "app/linear.h"
#include "app/oncall.h"
#include "app/outgoing.h"
#include "app/paging.h"
#include "app/people.h"
#include "app/reads.h"
#include "app/restricted.h"
#include "app/scores.h"
#include "app/shell.h"
#include "app/stats.h"
#include "app/tend.h"
#include "app/verify.h"
#include "app/views.h"
#include "app/work.h"
#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include "demo/demo.h"
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

static const struct verb verbs[];

/* --- verbs of the program itself --- */

static int run_verify(struct shell *sh)
{
    return verify_run(sh->argc, sh->argv);
}

static int run_demo(struct shell *sh)
{
    const struct cli_options *o = &sh->options;
    const struct { const char *name, *text; bool is; } options[] = {{"--linear", NULL, o->linear}, {"--ascii", NULL, o->ascii}, {"--mono", NULL, o->mono}, {"--mouse", NULL, o->mouse},
                                                                    {"--theme", o->theme, o->theme}, {"--keys", o->keys, o->keys}, {"--open", o->view, o->view}};
    const char *console[DEMO_WORDS + 1] = {NULL}; /* what is said of a console is said of the demo's */
    struct err err = {0};
    int n = 0;
    if (!restricted_may("the demo, a desk of one's own,", &err))
        return shell_failed(sh, &err, "");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].is) {
            console[n++] = options[i].name;
            if (options[i].text)
                console[n++] = options[i].text;
        }
    return demo_run(sh->argc + 1, sh->argv - 1, console);
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
    {"attach", "NUMBER FILE... | NUMBER --name NAME < FILE", "put files with your draft on a ticket", attach_put, attach_help},
    {"attachment", "NUMBER K", "the bytes of one of a ticket's files, to standard output", attach_get, NULL},
    {"attachments", "NUMBER", "the files of a ticket's messages", attach_list, NULL},
    {"audit", "[head | verify | --actor A ...]", "who did what when; is the journal as it was written", audit_run, audit_help},
    {"agents", "", "who is here, what each has, and what they can do", work_agents, NULL},
    {"check", "FILE", "read a configuration and say each thing that is wrong with it", tend_check, NULL},
    {"customer", "KEY | NUMBER | add ID [EMAIL] [--source NAME]", "one customer with tickets, satisfaction and notes; add: may open tickets through our API",
     people_customer, NULL},
    {"customers", "[WORDS] [--after CURSOR] [--limit N]", "those sources told us of, with their newest ticket", people_customers, NULL},
    {"deliveries", "[ls | show ID | replay ...]", "what leaves: list, look, send again, give up, rest", outgoing_deliveries, outgoing_help},
    {"demo", "[--speed X] [--plain]", "a made-up day on a private desk that is gone afterwards", run_demo, NULL},
    {"desk", "", "who you are and how many tickets each view holds", reads_desk, NULL},
    {"destinations", "", "where it goes, and how that fares", outgoing_destinations, NULL},
    {"doctor", "", "check terminal, locale, daemon, clock and who you are", tend_doctor, NULL},
    {"down", "", "stop the daemon", tend_down, NULL},
    {"drafts", "[show|share|unshare|take|discard NUMBER [NOTE]]", "texts being written: yours, and those handed to the team", drafts_run, drafts_help},
    {"escalations", "", "who is being paged for what, and who was told how", paging_escalations, NULL},
    {"events", "[ID] [--state S] [--limit N]", "what the sources posted", reads_events, NULL},
    {"handover", "[ack [NOTE]] [--since TIME]", "what whoever takes over the desk has to know", work_handover, work_handover_help},
    {"help", "[VERB | --list | --mdoc]", "this, or one verb", run_help, help_more},
    {"labels", "[--limit N]", "labels a person should look at, the least sure first", reads_labels, NULL},
    {"ledger", "[AGENT] [--limit N]", "every line you earned or lost, with its reason; somebody else's, where they let you", scores_ledger, NULL},
    {"ls", "[--view V] [--where EXPR] [--sort due|age|updated|urgency|priority] [--invert] [WORDS]", "list tickets (--limit N, --after CURSOR, --all)", reads_ls, reads_ls_help},
    {"macros", "[NUMBER]", "macros and canned replies; those for one ticket, filled", people_macros, NULL},
    {"model", "[ls | show N | rollback N]", "what the classifier learned, epoch by epoch, and the way back", tend_model, NULL},
    {"oncall", "[--week] [--schedule NAME] [--from T] [--to T] [--tz ZONE]", "who is on call, until when, and who is next; --week: the days to come",
     oncall_run, oncall_help},
    {"outliers", "", "for leads: how many tickets come back, how soon after one another they are closed", scores_outliers, NULL},
    {"prompt", "[VIEW...]", "one short line for a status bar: yours, the critical ones, pages; or what these views hold", reads_prompt, NULL},
    {"quiet", "[HH:MM-HH:MM | off]", "hours in which your terminal tells you of pages alone", bell_quiet, NULL},
    {"rebuild", "", "check a stopped desk's tables against its own journal", tend_rebuild, NULL},
    {"refusals", "", "the last requests that were refused, and why", reads_refusals, NULL},
    {"reload", "", "read the configuration again", tend_reload, NULL},
    {"replay", "--dry-run --config FILE", "what another configuration would have made of what came in (--since T)", outgoing_replay, NULL},
    {"rerun", "EVENT", "an event that is in quarantine is taken in again", again_rerun, again_help},
    {"route", "explain EVENT [--config FILE]", "what each route says to an event, step by step", outgoing_route, NULL},
    {"scores", "[--season YYYY-MM]", "the boss, the team and its month, achievements", scores_run, NULL},
    {"show", "NUMBER", "one ticket with everything that happened to it", reads_show, NULL},
    {"similar", "NUMBER", "resolved tickets like this one", reads_similar, NULL},
    {"simulate", "[URGENCY] [--at TIME] [--ticket N] [FIELD=VALUE...] [--config FILE] [--tz ZONE]",
     "who would be told when, by what and why, if a ticket paged then and nobody acknowledged", simulate_verb, simulate_help},
    {"sources", "", "the sources and what came from each", reads_sources, NULL},
    {"stats", "[--period P] [--view V] [--by B]", "the desk's numbers: times, reopenings, clocks, satisfaction; against the period before", stats_run, stats_help},
    {"up", "", "start a private daemon if none answers", tend_up, NULL},
    {"verify", "--explain ... < BODY", "is this request signed, and if not, why", run_verify, NULL},
    {"version", "", "the version", run_version, NULL},
    {"views", "", "the views you see: the desk's, those the team shares, yours; how many tickets each holds", views_verb, views_help},
    {"watch", "[NUMBER... | --after SEQ]", "every entry as it is written, one JSON object a line; with numbers: hear of these tickets", reads_watch, NULL},
    {"why", "NUMBER [sla|label|score|page|route|assign]", "why a number is what it is", reads_why, NULL},
    {"windows", "", "maintenance windows that run or are planned", paging_windows, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* A command of the console's own that is no verb: what does it here, or that it is the console's. NULL: it is none. */
static const char *twin_of(struct shell *sh, const char *name)
{
    static const struct { const char *name, *verb; } twins[] = {
        {"drop", "deliveries drop"}, {"filter", "ls"}, {"go", "ls --view"}, {"open", "show"}, {"pause", "deliveries pause"}, {"remark", "customer-note"},
        {"resume", "deliveries resume"}, {"view", "ls --view"}};
    const struct command *c = command_find(name);
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
        if (str_eq(twins[i].name, name))
            return arena_printf(sh->arena, "triage %s does that", twins[i].verb);
    return c && !c->is_action ? arena_printf(sh->arena, ":%s is a command of the console; triage help lists the verbs", c->name) : NULL;
}

static int unknown(struct shell *sh, const char *name)
{
    if (twin_of(sh, name))
        return shell_usage(sh, "no verb ", name, twin_of(sh, name));
    const char *near = command_suggest(name);
    const struct command *c = near ? command_find(near) : NULL;
    near = c && c->is_action ? near : NULL;
    for (const struct verb *v = verbs; v->name && !near; v++)
        if (strncmp(v->name, name, 3) == 0 || (strlen(name) > 2 && strstr(name, v->name)) ||
            (strlen(v->name) > 3 && strncmp(v->name + 1, name, strlen(name)) == 0))
            near = v->name;
    return shell_usage(sh, *name == '-' ? "no option " : "no verb ", name,
                       near ? arena_printf(sh->arena, "did you mean \"%s\"?", near)
                            : "triage help lists them");
}

/* --- options of the program --- */

#define TEXT(option, member) {option, offsetof(struct cli_options, member), false}
#define FLAG(option, member) {option, offsetof(struct cli_options, member), true}
static const struct {
    const char *name;
    size_t member;
    bool is_flag;
} own[] = {TEXT("--socket", socket), TEXT("--theme", theme), TEXT("--open", view), TEXT("--keys", keys), FLAG("--ascii", ascii), FLAG("--mono", mono),
           FLAG("--json", json), FLAG("--no-input", no_input), FLAG("--help", help), FLAG("-h", help), FLAG("--linear", linear), TEXT("--key-id", key_id),
           FLAG("--restricted", restricted), FLAG("--mouse", mouse)};

/* Gives how many words it took. */
static int option_set(struct cli_options *o, size_t row, char **words)
{
    char *member = (char *)o + own[row].member;
    if (own[row].is_flag)
        *(bool *)(void *)member = true;
    else
        *(const char **)(void *)member = words[1];
    return own[row].is_flag ? 1 : 2;
}

bool cli_options(int *argc, char **argv, struct cli_options *o)
{
    int kept = 1;
    size_t rows = sizeof own / sizeof *own;
    for (int i = 1; i < *argc; i++) {
        size_t row = 0;
        if (strcmp(argv[i], "--") == 0)
            rows = 0; /* what follows is no option of ours */
        while (row < rows && strcmp(own[row].name, argv[i]) != 0)
            row++;
        if (row == rows) {
            argv[kept++] = argv[i];
        } else if (own[row].is_flag || i + 1 < *argc) {
            i += option_set(o, row, argv + i) - 1;
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
        return doing_run(sh, &action_table[command->id]);
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
    setlocale(LC_CTYPE, "");
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
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        shell_knows(&sh, own[i].name);
    const char *verb = argc > 1 ? argv[1] : NULL;
    static const struct linear_door door = {knows, dispatch};
    struct err err = {0};
    home_find(sh.arena, sh.options.socket, &sh.home);
    int code = !home_trusted(&sh.home, &err)                        ? shell_failed(&sh, &err, "")
               : sh.options.linear && !verb && !sh.options.help ? linear_run(&sh, &door)
                                                                    : dispatch(&sh, verb);
    if (!code) /* what was printed by the way */
        code = shell_put(&sh, "", 0);
    link_close(sh.link);
    str_fini(&sh.out);
    arena_free(sh.arena);
    return code;
}
