/* doing: see doing.h. */
#include "app/doing.h"
#include "app/attach.h"
#include "app/drafts.h"
#include "app/linear.h"
#include "app/paging.h"
#include "app/views.h"
#include "base/text.h"
#include "command/command.h"
#include "core/article.h"
#include "core/fill.h"
#include "link/problem.h"
#include "screen/look.h"
#include "screen/preview.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICKETS_MAX = 500 };

/* A text is asked of somebody who types; one that comes by a pipe its sender still has. */
static bool asks(const struct shell *sh)
{
    return sh->linear || (isatty(0) && !sh->options.no_input);
}

static bool read_text(struct shell *sh, const char **text, struct err *err)
{
    AUTO_STR body;
    char block[8192];
    bool lost = false, bad;
    str_init(&body, SHELL_FILE_MAX);
    if (sh->linear) {
        fputs("Write the text; a line with only a dot ends it.\n", stdout);
        fflush(stdout);
        for (char *line; (line = linear_line(sh->linear, &bad)) && strcmp(line, ".") != 0; lost |= bad)
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
    if (body.cut || !text_valid(body.data, body.len))
        return err_set(err, ERR_INPUT, "the text is not UTF-8 or larger than 1 MiB");
    *text = arena_strdup(sh->arena, body.data);
    if (lost)
        return err_set(err, ERR_INPUT, "a line of the text could not be taken: nothing was done");
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

/* The exit code. What is so already is an answer as any other. */
static int say_refusal(struct shell *sh, const struct json *result)
{
    const struct json *error = json_get(result, "error");
    struct err err = {0};
    char hint[256], *problem = json_print_in(sh->arena, error);
    problem_read((int)json_get_i64(error, "status", 500), problem, strlen(problem), &err, hint);
    if (problem_already(result) && !sh->options.json) {
        print_safe(&sh->print, err.text);
        str_addc(&sh->out, '\n');
        return 0;
    }
    return sh->options.json ? err_row(err.code)->exit : shell_failed(sh, &err, hint);
}

/* A key that takes back is one of the console's, and a word of its lines: of the shell it is a verb. */
static const char *said_here(struct shell *sh, const char *say)
{
    static const char hint[] = "(u takes it back)";
    const char *at = strstr(say, hint);
    return at && !sh->linear ? arena_printf(sh->arena, "%.*s(triage undo takes it back)%s", (int)(at - say), say, at + sizeof hint - 1) : say;
}

/* Or what would be, of a dry run. */
static void say_done(struct shell *sh, const struct action_row *action, const struct json *result)
{
    const struct json *message = json_get(result, "message"), *text = json_get(result, "text");
    if (json_get(result, "changes"))
        say_would(sh, action, result);
    else
        print_safe(&sh->print, said_here(sh, json_get_string(result, "say", "done")));
    str_addc(&sh->out, '\n');
    if (message)
        print_named(&sh->print, json_get_bool(message, "public", false) ? "  reply" : "  note", json_string(json_get(message, "body")));
    if (json_is(text, JSON_OBJECT))
        print_revealed(&sh->print, text);
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
        bool ok = json_get_bool(r, "ok", false);
        int code = ok ? 0 : say_refusal(sh, r);
        if (ok && !sh->options.json)
            say_done(sh, action, r);
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

/* 0: the daemon answered; else the exit code, said. */
static int ask_desk(struct shell *sh, const struct command_do *what, struct str *answer)
{
    struct err err = {0};
    char *body = command_body(sh->arena, what, &err), hint[256] = "";
    if (!body)
        return shell_failed(sh, &err, arena_printf(sh->arena, "triage help %s", what->action->name));
    shell_connect(sh);
    if (!link_call(sh->link, "POST", "/v1/do", body, answer, hint, &err))
        return shell_failed(sh, &err, hint);
    sh->print.now = shell_now(sh);
    return 0;
}

int doing_act(struct shell *sh, const struct command_do *what)
{
    AUTO_STR answer;
    str_init(&answer, SHELL_OUT_MAX);
    int code = ask_desk(sh, what, &answer);
    return code ? code : say_results(sh, what->action, answer.data, answer.len);
}

/* Before a word is typed: would it be refused whatever it says? 0: it would not; else the exit code, said. */
static int would_refuse(struct shell *sh, const struct command_do *what)
{
    struct command_do rehearsal = *what;
    AUTO_STR answer;
    str_init(&answer, SHELL_OUT_MAX);
    rehearsal.dry_run = true;
    rehearsal.key = NULL;
    rehearsal.arg = ".";
    int code = ask_desk(sh, &rehearsal, &answer);
    const struct json *root = code ? NULL : json_parse_in(sh->arena, answer.data, answer.len, &json_limits_dialect, NULL, NULL);
    for (const struct json *r = json_first(json_get(root, "results")); r && !code; r = json_next(r))
        if (!json_get_bool(r, "ok", false))
            code = say_refusal(sh, r);
    return code;
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
        int code = doing_act(sh, &pass);
        if (code)
            return code;
    }
    return doing_act(sh, &what);
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
static int act_after(struct shell *sh, const struct command_do *what, const struct drafts_after *after)
{
    const struct command_do close = {.action = &action_table[ACTION_CLOSE], .tickets = what->tickets, .ticket_count = what->ticket_count, .arg = "", .dry_run = what->dry_run};
    const struct command_do next = {.action = &action_table[ACTION_CLAIM_NEXT], .arg = "", .dry_run = what->dry_run};
    int code = after->close ? doing_act(sh, &close) : 0;
    return !code && after->next ? doing_act(sh, &next) : code;
}

struct doing { /* one run of a verb, from its options to its answer */
    struct command_do what;
    int64_t tickets[TICKETS_MAX];
    struct drafts_after after;
    struct moment here; /* for a time that is spoken */
    const char *said;   /* the argument; NULL: it comes as words */
    bool whole, sure;   /* --draft: what is sent is the draft there is; --yes */
};

/* What can be told before the words are: they are taken off them. false: what is wrong was said. */
static bool take_options(struct shell *sh, struct doing *d, int *code)
{
    struct command_do *what = &d->what;
    const struct action_row *action = what->action;
    const char *article = action == &action_table[ACTION_REPLY] ? shell_option(sh, "--article", true) : NULL, *version = shell_option(sh, "--version", true);
    what->key = shell_option(sh, "--key", true);
    what->dry_run = shell_option(sh, "--dry-run", false) != NULL;
    d->said = named(sh, action);
    d->sure = action == &action_table[ACTION_ESCALATE] && shell_option(sh, "--yes", false);
    d->here = action->arg == ARG_UNTIL ? shell_here(sh) : (struct moment){0};
    if (!attach_options(sh, action, what->dry_run, &what->attachments, code))
        return false;
    d->after = action->arg == ARG_TEXT ? drafts_after(sh) : (struct drafts_after){0};
    what->with = beside(sh, action);
    if (d->after.pending)
        what->with = pending_too(sh, what->with);
    what->articles = article ? article_add(sh->arena, NULL, article) : NULL;
    what->version = version ? strtoll(version, NULL, 10) : 0;
    return true;
}

/* The numbers in front; with --draft the one ticket's text. false: what is wrong was said. */
static bool take_tickets(struct shell *sh, struct doing *d, int *code)
{
    struct command_do *what = &d->what;
    const struct action_row *action = what->action;
    const int most = action->flags & DESK ? 0 : action->arg == ARG_MESSAGE ? 1 : TICKETS_MAX; /* a number that is no ticket's, or behind it the message's */
    bool last = action == &action_table[ACTION_UNDO] || action == &action_table[ACTION_REDO];
    while (what->ticket_count < sh->argc && what->ticket_count < most && shell_number(sh->argv[what->ticket_count], &d->tickets[what->ticket_count]))
        what->ticket_count++;
    if (!what->ticket_count && !last && !(action->flags & DESK)) {
        *code = shell_usage(sh, action->name, " needs a ticket's number", arena_printf(sh->arena, "triage help %s", action->name));
        return false;
    }
    if (action->arg == ARG_TEXT && what->ticket_count > 1 && sh->argc > what->ticket_count + 1) {
        *code = shell_usage(sh, action->name, ": is the second number a ticket's, or does the text begin with it?",
                            arena_printf(sh->arena, "in quotes it is one word: triage %s %lld \"TEXT\"", action->name, (long long)*d->tickets));
        return false;
    }
    d->whole = action->arg == ARG_TEXT && shell_option(sh, "--draft", false);
    if (d->whole && what->ticket_count != 1) {
        *code = shell_usage(sh, action->name, " --draft sends the draft of one ticket", "triage drafts lists them");
        return false;
    }
    return !d->whole || (d->said = drafts_send(sh, what, code));
}

/* What is said of it, in all: words, or a text that is asked for, and the options that stand beside. false: what is wrong was said. */
static bool spoken(struct shell *sh, struct doing *d, int *code)
{
    struct command_do *what = &d->what;
    const struct action_row *action = what->action;
    const char *view = views_options(sh, action), *to = shell_option(sh, "--to", true);
    struct err err = {0};
    if ((action == &action_table[ACTION_RESET_XP] || action == &action_table[ACTION_ERASE_EVENT]) && shell_option(sh, "--confirm", false))
        view = arena_printf(sh->arena, "%s confirm=%s", view, action->name);
    if ((*code = shell_stray(sh)))
        return false;
    if ((!d->said && !argument(sh, action, what->ticket_count, &d->said, &err)) ||
        !command_spoken(sh->arena, &d->here, arena_printf(sh->arena, "%s%s", d->said, view), what, &err)) {
        *code = shell_failed(sh, &err, "");
        return false;
    }
    if (to && !*what->arg)
        what->arg = to;
    return true;
}

int doing_run(struct shell *sh, const struct action_row *action)
{
    struct doing d = {.what = {.action = action, .tickets = d.tickets}};
    int code = 0;
    if (action == &action_table[ACTION_CLAIM_NEXT] || (action == &action_table[ACTION_CLAIM] && shell_option(sh, "--next", false)))
        return claim_next(sh);
    if (!take_options(sh, &d, &code) || !take_tickets(sh, &d, &code))
        return code;
    bool typed = action->arg == ARG_TEXT && !d.whole && asks(sh) && !d.what.dry_run && !sh->options.json;
    if (action->arg == ARG_TAGS && d.what.ticket_count == sh->argc) /* as a variable that is empty leaves it: not all of them off */
        return shell_usage(sh, action->name, " needs TAG,TAG, +TAG or -TAG", "'' takes all of them off");
    if (typed && d.what.ticket_count == sh->argc && (code = would_refuse(sh, &d.what)))
        return code;
    if (spoken(sh, &d, &code) && (action != &action_table[ACTION_ESCALATE] || d.sure || paging_sure(sh, &d.what, &code)))
        code = doing_act(sh, &d.what);
    if (code && typed && d.said && *d.said)
        drafts_keep(sh, &d.what, d.said);
    return code ? code : act_after(sh, &d.what, &d.after);
}
