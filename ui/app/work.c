/* work: see work.h. Each verb is one call of the API; the columns are those of the screens (screen/agents, screen/handover). */
#include "app/work.h"
#include "app/doing.h"
#include "base/str.h"
#include "command/command.h"
#include "core/field.h"
#include "screen/agents.h"
#include "screen/look.h"
#include <string.h>

const char work_handover_help[] = "handover [--since TIME]      what stands open, what is to come, and the shift in numbers\n"
                                  "handover ack [note words]    the desk is mine now, as it stands (leads)\n";

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static long long number_of(const struct json *object, const char *name)
{
    return json_get_i64(object, name, 0);
}

static struct look look_of(const struct print *p)
{
    return (struct look){.arena = p->arena, .now = p->now, .zone = p->zone};
}

static void line(struct print *p, const char *text)
{
    print_safe(p, text);
    str_addc(p->out, '\n');
}

/* --- agents --- */

static const char *list_of(struct print *p, const struct json *list)
{
    const char *text = "";
    for (const struct json *item = json_first(list); item; item = json_next(item))
        text = arena_printf(p->arena, "%s%s%s", text, *text ? ", " : "", json_string(item) ? json_string(item) : "");
    return text;
}

static void print_agents(struct print *p, const struct json *root)
{
    static const struct print_head heads[] = {{"AGENT", 15, false}, {"SHIFT", 23, false}, {"OPEN", 9, true}, {"ON CALL", 7, false}, {"ROLE", 7, false}};
    struct look look = look_of(p);
    print_heads(p, heads, sizeof heads / sizeof *heads, "SKILLS");
    for (const struct json *a = json_first(json_get(root, "agents")); a; a = json_next(a)) {
        long long until = number_of(a, "until"), capacity = number_of(a, "capacity");
        struct badge is = agents_badge(p->arena, json_get_bool(a, "here", false), text_of(a, "away"), until);
        const char *shift = arena_printf(p->arena, "%s%s%s", is.word, until > p->now ? " until " : "", until > p->now ? look_stamp(&look, until) : "");
        const char *load = capacity ? arena_printf(p->arena, "%lld of %lld", number_of(a, "load"), capacity) : arena_printf(p->arena, "%lld", number_of(a, "load"));
        const char *cells[] = {text_of(a, "name"), shift, load, json_get_bool(a, "oncall", false) ? "yes" : "-", text_of(a, "role")};
        for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
            print_cell(p, cells[i], heads[i].width, heads[i].right);
        print_safe(p, list_of(p, json_get(a, "skills")));
        print_end(p);
    }
}

int work_agents(struct shell *sh)
{
    return shell_print(sh, "/v1/agents", print_agents);
}

/* --- handover --- */

static const char *says(struct print *p, const struct json *row)
{
    struct look look = look_of(p);
    const char *part = text_of(row, "part"), *text = text_of(row, "text");
    if (str_eq(part, "delivery"))
        return arena_printf(p->arena, "%s  %lld dead%s%s%s", text_of(row, "name"), number_of(row, "dead"), json_get_bool(row, "paused", false) ? ", paused" : "",
                            *text ? ": " : "", text);
    if (str_eq(part, "coming"))
        return arena_printf(p->arena, "%s  %s  %s to %s%s%s", text_of(row, "what"), text_of(row, "name"), look_stamp(&look, number_of(row, "from")),
                            look_stamp(&look, number_of(row, "to")), *text ? ": " : "", text);
    const char *owner = text_of(row, "assignee"), *state = "";
    long long due = number_of(row, "next_due_at");
    if (str_eq(part, "escalation"))
        state = text_of(json_get(row, "escalation"), "state");
    else if (str_eq(part, "snoozed"))
        state = arena_printf(p->arena, "wakes %s", look_stamp(&look, number_of(row, "snoozed_until")));
    else if (str_eq(text_of(row, "sla"), "late"))
        state = "breached";
    else if (due)
        state = arena_printf(p->arena, "due in %s", look_left(p->arena, due - p->now));
    return arena_printf(p->arena, "#%lld  %s  %s  %s", number_of(row, "id"), *owner ? owner : "nobody", *state ? state : "no clock", text_of(row, "title"));
}

static void print_part(struct print *p, const struct json *root, const struct json *part)
{
    if (!number_of(part, "count"))
        return;
    line(p, arena_printf(p->arena, "\n%s (%lld)", text_of(part, "title"), number_of(part, "count")));
    for (const struct json *row = json_first(json_get(root, "rows")); row; row = json_next(row))
        if (str_eq(text_of(row, "part"), text_of(part, "name"))) {
            print_safe(p, arena_printf(p->arena, "  %s", says(p, row)));
            print_end(p);
        }
}

static void print_shift(struct print *p, const struct json *shift)
{
    static const char *const names[] = {"received", "resolved", "reopened", "breached", "escalated", "acknowledged", "assigned", "returned", "skipped"};
    struct look look = look_of(p);
    const char *text = arena_printf(p->arena, "since %s%s:", look_stamp(&look, number_of(shift, "since")), json_get_bool(shift, "cut", false) ? " (not counted before)" : "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        text = arena_printf(p->arena, "%s %lld %s%s", text, number_of(shift, names[i]), names[i], i + 1 < sizeof names / sizeof *names ? "," : "");
    line(p, text);
}

static void print_handover(struct print *p, const struct json *root)
{
    const struct json *last = json_get(root, "last");
    struct look look = look_of(p);
    const char *flaw = text_of(json_get(root, "open"), "flaw"), *oncall = list_of(p, json_get(root, "oncall"));
    line(p, *text_of(last, "by") ? arena_printf(p->arena, "the desk is %s's since %s", text_of(last, "by"), look_stamp(&look, number_of(last, "at")))
                                 : "nobody has taken the desk over yet");
    line(p, arena_printf(p->arena, "on call: %s", *oncall ? oncall : "nobody"));
    line(p, *flaw ? arena_printf(p->arena, "not clean: %s", flaw) : "clean: nothing is left that should not wait");
    print_shift(p, json_get(root, "shift"));
    for (const struct json *part = json_first(json_get(root, "parts")); part; part = json_next(part))
        print_part(p, root, part);
}

static int ack(struct shell *sh)
{
    AUTO_STR note;
    str_init(&note, 4096);
    for (int i = 1; i < sh->argc; i++)
        str_addf(&note, "%s%s", i > 1 ? " " : "", sh->argv[i]);
    AUTO_JSON with = json_object();
    if (note.len)
        json_put_string(with, "note", note.data);
    const struct command_do what = {.action = &action_table[ACTION_HANDOVER_ACK], .arg = json_print_in(sh->arena, with)};
    return doing_act(sh, &what);
}

int work_handover(struct shell *sh)
{
    const char *text = shell_option(sh, "--since", true);
    int64_t since;
    int code;
    if (sh->argc && str_eq(sh->argv[0], "ack"))
        return ack(sh);
    if (sh->argc)
        return shell_usage(sh, "usage: triage handover [ack [NOTE]] [--since TIME]", "", "triage handover ack quiet night");
    if (!shell_since(sh, text, &since, &code))
        return code;
    return shell_print(sh, since ? arena_printf(sh->arena, "/v1/handover?since=%lld", (long long)since) : "/v1/handover", print_handover);
}
