/* paging: see paging.h. */
#include "app/linear.h"
#include "app/paging.h"
#include "base/clock.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "tom (chat, phones), mara (console)" from an answer's `pages`; "" where nobody is told. */
static const char *who(struct arena *arena, const struct json *pages, const char *me)
{
    AUTO_STR out;
    str_init(&out, 2000);
    for (const struct json *page = json_first(pages); page; page = json_next(page)) {
        const struct json *by = json_get(page, "by");
        const char *agent = json_get_string(page, "agent", "");
        str_addf(&out, "%s%s (", out.len ? ", " : "", !*agent ? "nobody in person" : str_eq(agent, me) ? "you" : agent);
        for (const struct json *place = json_first(by); place; place = json_next(place)) {
            const char *name = json_string(place) ? json_string(place) : "";
            str_addf(&out, "%s%s", place == json_first(by) ? "" : ", ", str_starts(name, "page:") ? "push" : name);
        }
        str_adds(&out, json_count(by) ? ")" : "console)");
    }
    return arena_strdup(arena, out.data);
}

static const struct json *first_result(const struct json *root)
{
    return json_first(json_get(root, "results"));
}

/* --- the console --- */

static const char *question(struct console *c, int64_t ticket, const struct json *result)
{
    const char *names = who(c->frame, json_get(result, "pages"), mirror_me(c->mirror));
    return *names ? arena_printf(c->frame, "page %s about #%lld (no undo), because: ", names, (long long)ticket)
                  : arena_printf(c->frame, "%s. Because: ", json_get_string(result, "say", "nobody would be told"));
}

static void known(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    const struct json *result = first_result(root);
    int64_t ticket = json_get_i64(result, "ticket", 0);
    bool asked = c->asked.action == &action_table[ACTION_ESCALATE] && c->asked.count == 1 && c->asked.tickets[0] == ticket;
    c->dirty = c->at_once = true;
    if (answer->err)
        console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
    else if (!json_get_bool(result, "ok", false))
        console_toast(c, UI_ERROR, "%s", json_get_string(json_get(result, "error"), "detail", "it cannot be escalated"));
    else if (asked && c->overlay.kind == OVERLAY_NONE)
        overlay_ask(&c->overlay, FOR_ARGUMENT, question(c, ticket, result), "");
}

void paging_ask(struct console *c)
{
    struct err err = {0};
    struct command_do what = {.action = c->asked.action, .tickets = c->asked.tickets, .ticket_count = c->asked.count, .arg = "asked beforehand",
                              .dry_run = true};
    char *body = command_body(c->frame, &what, &err);
    if (body)
        link_send(c->link, "POST", "/v1/do", body, known, c);
    else
        console_toast(c, UI_ERROR, "%s", err.text);
}

/* --- the shell --- */

bool paging_sure(struct shell *sh, const struct command_do *what, int *code)
{
    struct command_do dry = *what;
    struct err err = {0};
    char line[16] = "";
    if (what->dry_run || (!isatty(0) && !sh->linear) || sh->options.no_input)
        return true;
    dry.dry_run = true;
    dry.key = NULL;
    char *body = command_body(sh->arena, &dry, &err);
    sh->quiet = true;
    const struct json *root = body ? shell_fetch(sh, "/v1/do", body, code) : NULL, *result = first_result(root);
    sh->quiet = false;
    if (!body || !root || !json_get_bool(result, "ok", false))
        return body && root; /* what is wrong with it is said by the call itself */
    const char *names = who(sh->arena, json_get(result, "pages"), NULL);
    fprintf(stderr, "%s %s. Go on? y/N ", *names ? "This pages" : "Nobody is paged at once:",
            text_safe_in(sh->arena, *names ? names : json_get_string(result, "say", ""), TEXT_LINE));
    *code = 0;
    bool bad;
    const char *said = sh->linear ? linear_line(sh->linear, &bad) : fgets(line, sizeof line, stdin);
    return said && (*said == 'y' || *said == 'Y');
}

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static void print_told(struct print *p, const struct json *told)
{
    struct look look = {.arena = p->arena, .now = p->now, .zone = p->zone};
    for (; told; told = json_next(told)) {
        str_addf(p->out, "        %s  step %lld  ", look_stamp(&look, json_get_i64(told, "at", 0)), (long long)json_get_i64(told, "step", 0) + 1);
        print_safe(p, text_of(told, "agent"));
        const struct json *by = json_first(json_get(told, "by"));
        str_adds(p->out, by ? "" : " console");
        for (; by; by = json_next(by)) {
            str_addc(p->out, ' ');
            print_safe(p, text_of(by, "destination"));
            str_addc(p->out, ' ');
            print_safe(p, text_of(by, "state"));
            str_adds(p->out, json_next(by) ? "," : "");
        }
        print_end(p);
    }
}

static const char *next_of(struct print *p, const struct json *e)
{
    static const struct { const char *member, *word; } ends[] = {{"ack_expires_at", "timeout "}, {"snoozed_until", "until "}, {"held_until", "held "}};
    int64_t next = json_get_i64(e, "next_at", 0);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (json_get_i64(e, ends[i].member, 0) > p->now)
            return arena_printf(p->arena, "%s%s", ends[i].word, look_left(p->arena, json_get_i64(e, ends[i].member, 0) - p->now));
    return next ? look_countdown(p->arena, next > p->now ? next - p->now : 0) : "-";
}

static void print_window(struct print *p, const struct json *w)
{
    struct look look = {.arena = p->arena, .now = p->now, .zone = p->zone};
    bool runs = json_get_i64(w, "from", 0) <= p->now;
    print_cell(p, text_of(w, "key"), 6, true);
    print_cell(p, runs ? "runs" : arena_printf(p->arena, "from %s", look_stamp(&look, json_get_i64(w, "from", 0))), 16, false);
    print_cell(p, arena_printf(p->arena, "until %s", look_stamp(&look, json_get_i64(w, "to", 0))), 17, false);
    print_safe(p, text_of(w, "by"));
    str_adds(p->out, ": ");
    print_safe(p, text_of(w, "reason"));
    str_adds(p->out, "  (");
    print_safe(p, *text_of(w, "scope") ? text_of(w, "scope") : "all tickets");
    str_addc(p->out, ')');
    print_end(p);
}

static void print_windows(struct print *p, const struct json *root)
{
    const struct json *list = json_get(root, "maintenance");
    for (const struct json *w = json_first(list); w; w = json_next(w))
        print_window(p, w);
    if (!json_count(list))
        str_adds(p->out, "no window runs or is planned; triage maintenance to=+2h reason=\"new database\" makes one\n");
}

static void print_escalations(struct print *p, const struct json *root)
{
    const struct json *rows = json_get(root, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const struct json *e = json_get(row, "escalation");
        const char *by = text_of(e, "acked_by");
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(row, "id", 0)), 6, true);
        print_cell(p, *by ? arena_printf(p->arena, "%s %s", text_of(e, "state"), by) : text_of(e, "state"), 20, false);
        print_cell(p, look_step(p->arena, e), 13, false);
        print_cell(p, next_of(p, e), 13, false);
        print_safe(p, text_of(row, "title"));
        print_end(p);
        print_told(p, json_first(json_get(row, "told")));
    }
    if (!json_count(rows))
        str_adds(p->out, "nobody is being paged\n");
    if (json_count(json_get(root, "maintenance")))
        print_windows(p, root);
}

int paging_escalations(struct shell *sh)
{
    return shell_print(sh, "/v1/escalations", print_escalations);
}

int paging_windows(struct shell *sh)
{
    return shell_print(sh, "/v1/escalations", print_windows);
}
