/* print: plain aligned text, no colour and no escapes: it is read by eyes, grep and awk alike. */
#include "app/print.h"
#include "app/table.h"
#include "base/text.h"
#include "screen/attached.h"
#include "screen/begin.h"
#include "screen/look.h"
#include "screen/say.h"
#include <string.h>

void print_safe(struct print *p, const char *text)
{
    str_adds(p->out, text_safe_in(p->arena, text ? text : "", TEXT_LINE));
}

/* For eyes that see the whole row at once; aloud, and in a pipe, it is as long as it is. */
static bool fitted(const struct print *p)
{
    return p->columns > 0 && !p->spoken;
}

void print_cell(struct print *p, const char *text, int width, bool right)
{
    char *safe = text_fit(p->arena, text_safe_in(p->arena, text ? text : "", TEXT_LINE), width);
    int pad = width - text_columns(safe);
    if (right)
        str_addf(p->out, "%*s", pad, "");
    str_adds(p->out, safe);
    if (!right)
        str_addf(p->out, "%*s", pad, "");
    str_addf(p->out, "%*s", TABLE_GAP, "");
    if (fitted(p))
        str_addc(p->out, right ? TABLE_RIGHT : TABLE_LEFT);
}

void print_end(struct print *p)
{
    if (fitted(p))
        str_addc(p->out, TABLE_END);
    str_addc(p->out, '\n');
}

void print_heads(struct print *p, const struct print_head *heads, size_t n, const char *last)
{
    for (size_t i = 0; i < n; i++)
        print_cell(p, heads[i].name, heads[i].width, heads[i].right);
    str_adds(p->out, last);
    print_end(p);
}

static struct look look_of(struct print *p)
{
    return (struct look){.arena = p->arena, .now = p->now, .zone = p->zone};
}

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static const char *owner(struct print *p, const char *name)
{
    return !*name ? "-" : *p->me && str_eq(name, p->me) ? "you" : name;
}

static const char *due_text(struct print *p, const struct json *row)
{
    int64_t due = json_get_i64(row, "next_due_at", 0);
    const char *sla = text_of(row, "sla"), *status = text_of(row, "status");
    if (str_eq(status, "resolved") || str_eq(status, "closed"))
        return "done";
    if (str_eq(sla, "paused") || !due)
        return due || str_eq(sla, "paused") ? "paused" : "-";
    return due < p->now ? arena_printf(p->arena, "late %s", look_ago(p->arena, p->now - due))
                        : look_left(p->arena, due - p->now);
}

/* "#42, late 2h, high, open, you: Subject" */
static void say_row(struct print *p, const struct json *row)
{
    const char *due = due_text(p, row), *owner_name = owner(p, text_of(row, "assignee"));
    str_addf(p->out, "#%lld, %s%s, %s, %s, ", (long long)json_get_i64(row, "id", 0), json_get_i64(row, "next_due_at", 0) > p->now ? "due in " : "",
             *due == '-' ? "no clock" : due, *text_of(row, "urgency") ? text_of(row, "urgency") : "no label", look_words(p->arena, text_of(row, "status")));
    print_safe(p, *owner_name == '-' ? "nobody has it" : owner_name);
    if (json_get_i64(row, "undelivered", 0))
        str_addf(p->out, ", %lld not delivered", (long long)json_get_i64(row, "undelivered", 0));
    str_adds(p->out, ": ");
    print_safe(p, text_of(row, "title"));
    str_addc(p->out, '\n');
}

void print_rows(struct print *p, const struct json *rows, bool heading)
{
    static const struct print_head heads[] = {{"#", 6, true}, {"DUE", 8, true}, {"URGENCY", 8, false}, {"STATUS", 8, false}, {"OWNER", 8, false}};
    for (const struct json *row = json_first(rows); row && p->spoken; row = json_next(row))
        say_row(p, row);
    if (p->spoken)
        return;
    if (heading && json_count(rows))
        print_heads(p, heads, sizeof heads / sizeof *heads, "SUBJECT");
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(row, "id", 0)), 6, true);
        print_cell(p, due_text(p, row), 8, true);
        print_cell(p, *text_of(row, "urgency") ? text_of(row, "urgency") : "-", 8, false);
        print_cell(p, look_words(p->arena, text_of(row, "status")), 8, false);
        print_cell(p, owner(p, text_of(row, "assignee")), 8, false);
        print_safe(p, text_of(row, "title"));
        print_end(p);
    }
}

void print_named(struct print *p, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    print_cell(p, name, 12, false);
    print_safe(p, value);
    str_addc(p->out, '\n');
}

static void print_clocks(struct print *p, const struct json *clocks)
{
    for (const struct json *c = json_first(clocks); c; c = json_next(c)) {
        int64_t due = json_get_i64(c, "due_at", 0);
        const char *state = text_of(c, "state");
        if (str_eq(state, "none"))
            continue;
        const char *left = !str_eq(state, "running") ? state
                           : due < p->now
                               ? arena_printf(p->arena, "late %s", look_ago(p->arena, p->now - due))
                               : arena_printf(p->arena, "%s left", look_left(p->arena, due - p->now));
        print_named(p, "clock", arena_printf(p->arena, "%s: %s", look_words(p->arena, text_of(c, "metric")), left));
    }
}

/* Every line of a body behind a bar: what a stranger wrote never looks like ours. */
static void print_body(struct print *p, const char *body)
{
    char *safe = text_safe_in(p->arena, body, TEXT_BLOCK), *save = NULL;
    for (char *line = strtok_r(safe, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        str_addf(p->out, "    | %s\n", line);
}

/* Where a source names nobody its customer wrote, whom the ticket names; of another's ticket that is not known. */
static const char *author_of(struct print *p, const struct json *m, const char *customer)
{
    const char *author = text_of(m, "author");
    return !*author && *customer && str_eq(text_of(m, "author_kind"), "customer") ? customer : owner(p, author);
}

/* Lines of what was merged into it say whose they are, and a message which row it is, for `split`. */
static void print_line(struct print *p, const struct json *line, const struct json *t)
{
    int64_t ticket = json_get_i64(t, "id", 0), of = json_get_i64(line, "ticket", ticket);
    const char *whose = of != ticket ? arena_printf(p->arena, "#%lld  ", (long long)of) : "";
    struct look look = look_of(p);
    const struct json *m = json_get(line, "message");
    const char *stamp = look_stamp(&look, json_get_i64(line, "at", 0));
    if (json_is(m, JSON_OBJECT)) {
        const char *kind = json_get_bool(m, "public", true) ? text_of(m, "author_kind") : "note",
                   *state = text_of(m, "state");
        print_cell(p, stamp, 9, false);
        print_cell(p, kind, 9, false);
        str_adds(p->out, whose);
        print_safe(p, author_of(p, m, of == ticket ? text_of(t, "customer_name") : ""));
        str_addf(p->out, "  [%lld]", (long long)json_get_i64(m, "row", 0));
        if (*state)
            str_addf(p->out, "  (%s)", text_safe_in(p->arena, state, TEXT_LINE));
        str_addc(p->out, '\n');
        print_body(p, text_of(m, "body"));
        if (attached_lines(p->arena, m))
            print_body(p, attached_lines(p->arena, m));
        return;
    }
    struct mirror *nobody = mirror_new(NULL, NULL);
    look.mirror = nobody;
    struct said said =
        say_entry(&look, text_of(line, "kind"), text_of(line, "actor"), json_get(line, "data"));
    if (*said.text) {
        print_cell(p, stamp, 9, false);
        print_cell(p, said.tag, 9, false);
        str_adds(p->out, whose);
        print_safe(p, said.text);
        str_addc(p->out, '\n');
    }
    mirror_free(nobody);
}

/* Its ways of life: what it waits for, until when it is hidden and why it is back, and which tickets it belongs with. */
static void print_life(struct print *p, const struct json *t)
{
    static const struct { const char *name, *member; } links[] = {
        {"part of", "merged_into"}, {"goes on from", "followup_of"}, {"goes on in", "followed_by"}, {"split from", "split_from"}};
    struct look look = look_of(p);
    int64_t until = json_get_i64(t, "snoozed_until", 0), woke = json_get_i64(t, "woke_at", 0);
    print_named(p, "put aside", str_eq(text_of(t, "disposition"), "merged") ? "" : text_of(t, "disposition"));
    print_named(p, "deleted", json_get_bool(t, "deleted", false) ? "in no queue and no count; unmerge takes it back, and so does its source when it speaks of it again" : "");
    print_named(p, "waits for", text_of(t, "hold_reason"));
    if (until)
        print_named(p, "snoozed", arena_printf(p->arena, "until %s, wakes on %s", look_stamp(&look, until), look_words(p->arena, text_of(t, "wake_on"))));
    if (woke)
        print_named(p, "back", arena_printf(p->arena, "%s, by %s", look_stamp(&look, woke), look_words(p->arena, text_of(t, "woke_by"))));
    print_named(p, "for", until || woke ? text_of(t, "snooze_note") : "");
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (json_get_i64(t, links[i].member, 0))
            print_named(p, links[i].name, arena_printf(p->arena, "#%lld", (long long)json_get_i64(t, links[i].member, 0)));
}

void print_ticket(struct print *p, const struct json *t, const struct json *lines)
{
    str_addf(p->out, "#%lld  ", (long long)json_get_i64(t, "id", 0));
    print_safe(p, text_of(t, "title"));
    str_adds(p->out, "\n\n");
    print_named(p, "status", look_words(p->arena, text_of(t, "status")));
    if (json_get_i64(t, "undelivered", 0))
        print_named(p, "deliveries", arena_printf(p->arena, "%lld not delivered: triage deliveries ls --ticket %lld", (long long)json_get_i64(t, "undelivered", 0),
                                                  (long long)json_get_i64(t, "id", 0)));
    if (*text_of(t, "source_status") && !str_eq(text_of(t, "source_status"), text_of(t, "status")))
        print_named(p, "at source", look_words(p->arena, text_of(t, "source_status")));
    print_life(p, t);
    print_named(p, "urgency",
          arena_printf(p->arena, "%s %s (%s)", text_of(t, "urgency"),
                       look_share(p->arena, json_get_i64(t, "urgency_bp", 0)), text_of(t, "urgency_by")));
    print_named(p, "priority", text_of(t, "priority"));
    print_named(p, "category", text_of(t, "category"));
    print_named(p, "owner", owner(p, text_of(t, "assignee")));
    print_named(p, "customer", text_of(t, "customer_name"));
    print_named(p, "e-mail", text_of(t, "customer_email"));
    print_named(p, "plan", text_of(t, "plan"));
    print_named(p, "source", json_get_string(json_get(t, "source"), "name", text_of(t, "account")));
    print_named(p, "link", json_get_string(json_get(t, "source"), "link", NULL));
    print_named(p, "key", text_of(t, "key"));
    const struct json *e = json_get(t, "escalation");
    if (*text_of(e, "state") && !str_eq(text_of(e, "state"), "none"))
        print_named(p, "escalation",
              arena_printf(p->arena, "%s, step %s", text_of(e, "state"), look_step(p->arena, e)));
    print_clocks(p, json_get(t, "clocks"));
    str_addc(p->out, '\n');
    for (const struct json *line = json_first(lines); line; line = json_next(line))
        print_line(p, line, t);
}

void print_revealed(struct print *p, const struct json *text)
{
    print_named(p, "subject", text_of(text, "title"));
    print_named(p, "customer", text_of(text, "customer_name"));
    print_named(p, "e-mail", text_of(text, "customer_email"));
    print_named(p, "phone", text_of(text, "customer_phone"));
    for (const struct json *m = json_first(json_get(text, "messages")); m; m = json_next(m)) {
        str_addc(p->out, '\n');
        print_body(p, text_of(m, "body"));
    }
}

void print_events(struct print *p, const struct json *root)
{
    struct look look = look_of(p);
    for (const struct json *e = json_first(json_get(root, "events")); e; e = json_next(e)) {
        int64_t ticket = json_get_i64(e, "ticket", 0);
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(e, "id", 0)), 8, true);
        print_cell(p, look_stamp(&look, json_get_i64(e, "at", 0)), 9, false);
        print_cell(p, text_of(e, "source"), 14, false);
        print_cell(p, text_of(e, "dialect"), 11, false);
        print_cell(p, text_of(e, "type"), 28, false);
        print_cell(p, text_of(e, "state"), 10, false);
        print_cell(p, ticket ? arena_printf(p->arena, "#%lld", (long long)ticket) : "-", 8, false);
        print_safe(p, text_of(e, "note"));
        print_end(p);
    }
    const struct json *counts = json_get(root, "counts");
    for (const struct json *c = json_first(counts); c; c = json_next(c))
        str_addf(p->out, "%s%s %s", c == json_first(counts) ? "\n" : "  ", json_name(c),
                 json_number(c) ? json_number(c) : "0");
    str_adds(p->out, counts ? "\n" : "");
}

void print_sources(struct print *p, const struct json *root)
{
    static const struct print_head heads[] = {{"SOURCE", 16, false}, {"DIALECT", 12, false}, {"REPLIES", 8, false},    {"LAST", 9, false},
                                              {"ACCEPTED", 8, true}, {"DUPLICATE", 9, true}, {"CONFLICT", 8, true}, {"QUARANTINE", 10, true}};
    static const char *const counts[] = {"accepted", "duplicate", "conflict", "quarantine"}; /* from the fifth column on */
    const struct json *list = json_get(root, "sources");
    if (!json_first(list)) {
        str_addf(p->out, "%s\n", text_safe_in(p->arena, begin_source(p->arena, json_get_string(root, "config", "triage.yaml"), true), TEXT_BLOCK));
        return;
    }
    struct look look = look_of(p);
    print_heads(p, heads, sizeof heads / sizeof *heads, "REFUSED");
    for (const struct json *s = json_first(list); s; s = json_next(s)) {
        print_cell(p, text_of(s, "name"), 16, false);
        print_cell(p, text_of(s, "dialect"), 12, false);
        print_cell(p, *text_of(s, "reply_via") ? text_of(s, "reply_via") : "none", 8, false);
        print_cell(p, look_stamp(&look, json_get_i64(s, "last_at", 0)), 9, false);
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(s, counts[i], 0)), heads[4 + i].width, true);
        str_addf(p->out, "%7lld", (long long)json_get_i64(s, "refused", 0));
        print_end(p);
    }
    str_addf(p->out, "counted since the daemon's start, %s\n", look_stamp(&look, json_get_i64(root, "since", 0)));
}

static const char *milli(struct print *p, const struct json *value)
{
    int64_t n;
    return json_i64(value, &n) ? arena_printf(p->arena, "%lld.%03lld", (long long)(n / 1000), (long long)(n % 1000)) : "-";
}

static const char *percent(struct print *p, const struct json *value)
{
    int64_t bp;
    return json_i64(value, &bp) ? arena_printf(p->arena, "%lld %%", (long long)((bp + 50) / 100)) : "-";
}

static void print_reasons(struct print *p, const struct json *reasons)
{
    for (const struct json *r = json_first(reasons); r; r = json_next(r)) {
        int64_t weight = json_get_i64(r, "weight_milli", 0), tenths = (weight < 0 ? -weight : weight) / 100;
        str_adds(p->out, " [");
        print_safe(p, text_of(r, "text"));
        str_addf(p->out, " %s%lld.%lld]", weight < 0 ? "-" : "+", (long long)(tenths / 10), (long long)(tenths % 10));
    }
}

/* With few labels learned a number would claim more than it knows: a band instead (api.md, MODEL). */
void print_labels(struct print *p, const struct json *root)
{
    bool bands = json_get_bool(json_get(root, "model"), "bands", true);
    const struct json *shadow = json_get(root, "shadow");
    print_safe(p, text_of(json_get(root, "model"), "text"));
    str_addf(p->out, "; %lld of %s%lld open labels want a look\n", (long long)json_get_i64(root, "review", 0), json_get_bool(root, "more", false) ? "the newest " : "",
             (long long)json_get_i64(root, "of", 0));
    int64_t listed = (int64_t)json_count(json_get(root, "rows"));
    if (listed < json_get_i64(root, "review", 0))
        str_addf(p->out, "the %lld least sure of them (--limit N: more)\n", (long long)listed);
    if (json_get_i64(shadow, "of", 0))
        str_addf(p->out, "of the last %lld tickets it would have called %lld more critical\n", (long long)json_get_i64(shadow, "of", 0),
                 (long long)json_get_i64(shadow, "would_escalate", 0));
    for (const struct json *r = json_first(json_get(root, "rows")); r; r = json_next(r)) {
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(r, "id", 0)), 6, true);
        print_cell(p, text_of(r, "urgency"), 8, false);
        print_cell(p, bands ? text_of(r, "band") : percent(p, json_get(r, "urgency_bp")), 6, false);
        print_cell(p, arena_printf(p->arena, "over %s", text_of(r, "runner_up")), 13, false);
        print_cell(p, text_of(r, "category"), 10, false);
        print_cell(p, text_of(r, "why_review"), 15, false);
        print_safe(p, text_of(r, "title"));
        print_reasons(p, json_get(r, "reasons"));
        print_end(p);
    }
}

void print_similar(struct print *p, const struct json *root)
{
    struct look look = look_of(p);
    if (!json_first(json_get(root, "rows")))
        str_adds(p->out, "no resolved ticket is like it\n");
    for (const struct json *r = json_first(json_get(root, "rows")); r; r = json_next(r)) {
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(r, "id", 0)), 6, true);
        print_cell(p, look_stamp(&look, json_get_i64(r, "resolved_at", 0)), 10, false);
        print_cell(p, text_of(r, "assignee"), 10, false);
        print_safe(p, text_of(r, "title"));
        print_end(p);
        str_adds(p->out, "       ");
        print_safe(p, text_of(r, "excerpt"));
        print_end(p);
    }
}

void print_models(struct print *p, const struct json *root)
{
    struct look look = look_of(p);
    static const struct print_head heads[] = {{"EPOCH", 6, false}, {"WHEN", 10, false},  {"LEARNED", 8, false}, {"STATE", 8, false},
                                        {"LOSS U", 7, false}, {"LOSS C", 7, false}, {"RIGHT U", 8, false}, {"RIGHT C", 8, false}};
    const struct json *model = json_get(root, "model"), *accuracy = json_get(model, "accuracy");
    str_addf(p->out, "epoch %lld in force: ", (long long)json_get_i64(model, "epoch", 0));
    print_safe(p, text_of(model, "text"));
    if (json_get_i64(accuracy, "of", 0))
        str_addf(p->out, "; right on %lld of the last %lld labelled", (long long)json_get_i64(accuracy, "right", 0),
                 (long long)json_get_i64(accuracy, "of", 0));
    str_addc(p->out, '\n');
    for (const struct json *m = json_first(json_get(root, "models")); m; m = json_next(m)) {
        const struct json *urgency = json_path(m, "figures.urgency"), *category = json_path(m, "figures.category");
        if (m == json_first(json_get(root, "models")))
            print_heads(p, heads, sizeof heads / sizeof *heads, "");
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(m, "epoch", 0)), 6, false);
        print_cell(p, look_stamp(&look, json_get_i64(m, "at", 0)), 10, false);
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(m, "learned", 0)), 8, false);
        print_cell(p, json_get_bool(m, "in_force", false) ? "in force" : text_of(m, "state"), 8, false);
        print_cell(p, milli(p, json_get(urgency, "loss_milli")), 7, false);
        print_cell(p, milli(p, json_get(category, "loss_milli")), 7, false);
        print_cell(p, percent(p, json_get(urgency, "right_bp")), 8, false);
        print_cell(p, percent(p, json_get(category, "right_bp")), 8, false);
        print_end(p);
    }
}

void print_desk(struct print *p, const struct json *root)
{
    print_safe(p, text_of(root, "team"));
    str_addf(p->out, "  you are %s (%s)\n",
             text_safe_in(p->arena, text_of(json_get(root, "me"), "name"), TEXT_LINE),
             text_safe_in(p->arena, text_of(json_get(root, "me"), "role"), TEXT_LINE));
    for (const struct json *v = json_first(json_get(root, "views")); v; v = json_next(v)) {
        print_cell(p, text_of(v, "name"), 14, false);
        print_cell(p, look_count(p->arena, json_get_i64(v, "count", 0)), 8, true);
        print_safe(p, text_of(v, "text"));
        print_end(p);
    }
}

void print_tree(struct print *p, const struct json *root, int depth)
{
    for (const struct json *member = json_first(root); member && depth < 8; member = json_next(member)) {
        const char *name = json_name(member);
        bool flag = false;
        str_addf(p->out, "%*s%s", depth * 2, "", name ? text_safe_in(p->arena, name, TEXT_LINE) : "-");
        if (json_is(member, JSON_OBJECT) || json_is(member, JSON_ARRAY)) {
            str_addc(p->out, '\n');
            print_tree(p, member, depth + 1);
            continue;
        }
        str_adds(p->out, "  ");
        print_safe(p, json_string(member)        ? json_string(member)
                      : json_number(member)      ? json_number(member)
                      : json_bool(member, &flag) ? (flag ? "yes" : "no")
                                                 : "-");
        str_addc(p->out, '\n');
    }
}
