/* act: actions as observations with the desk's voice. Each action is one function in a table row, given a ticket whose
 * state has been checked for what all actions share. An action sets fields and nothing else: what follows (clocks,
 * escalation, points) is consequence's. */
#include "core/act.h"
#include "core/assignment.h"
#include "base/str.h"
#include "core/article.h"
#include "core/fill.h"
#include <stdlib.h>
#include <string.h>

const struct action_row action_table[ACTIONS] = {
#define ACTION(name, ID, arg, role, flags, help) [ACTION_##ID] = {#name, arg, role, flags, help},
#include "core/action.def"
#undef ACTION
};

const struct action_row *action_find(const char *name)
{
    for (int i = 0; name && i < ACTIONS; i++)
        if (strcmp(action_table[i].name, name) == 0)
            return &action_table[i];
    return NULL;
}

const char *action_arg_name(enum action_arg arg)
{
    static const char *const names[] = {
        [ARG_NONE] = "", [ARG_AGENT] = "to", [ARG_TEXT] = "text", [ARG_STATUS] = "status", [ARG_PRIORITY] = "priority",
        [ARG_URGENCY] = "urgency", [ARG_CATEGORY] = "category", [ARG_TAGS] = "tags", [ARG_REASON] = "reason", [ARG_UNTIL] = "until", [ARG_WITH] = "with", [ARG_MACRO] = "macro"};
    return names[arg];
}

struct act { /* what every action function sees */
    struct arena *arena;
    const struct ticket *before;
    const struct action *action;
    const struct config_source *source;
    const struct config *rules;
    int64_t now;
    struct observation *out;
    struct err *err;
};

static bool refuse(struct act *a, enum err_code code, const char *why)
{
    return err_set(a->err, code, "#%lld: %s", (long long)a->before->id, why);
}

static bool need_open(struct act *a)
{
    if (a->before->status == STATUS_CLOSED)
        return refuse(a, ERR_CONFLICT, "closed tickets are final; a new message from the customer opens a follow-up");
    return true;
}

static bool blank(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == 0;
}

/* Working on a new ticket opens it. */
static void open_if_new(struct act *a)
{
    if (a->before->status == STATUS_NEW || a->before->status == STATUS_NONE)
        observe_say_int(a->out, "status", STATUS_OPEN);
}

static bool assign_to(struct act *a, const char *who)
{
    if (!need_open(a))
        return false;
    if (str_eq(a->before->assignee, who))
        return true;
    a->out->kind = KIND_ASSIGN;
    observe_say_text(a->out, "assignee", who);
    observe_say_int(a->out, "assigned_at", a->now);
    open_if_new(a);
    return true;
}

static bool do_claim(struct act *a)
{
    return assign_to(a, a->action->actor);
}

/* Who skips says why; it is given back if it was theirs, and not offered to them again for a while. */
static bool do_skip(struct act *a)
{
    const struct ticket *t = a->before;
    if (blank(a->action->arg))
        return err_set(a->err, ERR_USAGE, "reason: say why; it is kept with your name");
    if (!need_open(a))
        return false;
    if (t->assignee && !str_eq(t->assignee, a->action->actor))
        return err_set(a->err, ERR_CONFLICT, "#%lld is %.64s's, so it is not offered to you", (long long)t->id, t->assignee);
    observe_say_text(a->out, "skipped", assignment_skip(a->arena, t->skipped, a->action->actor, a->now + a->rules->assignment.skip_for, a->now));
    if (t->assignee) {
        a->out->kind = KIND_ASSIGN;
        observe_say_null(a->out, "assignee");
    }
    return true;
}

static bool do_assign(struct act *a)
{
    if (!config_agent(a->rules, a->action->arg))
        return err_set(a->err, ERR_NOT_FOUND, "no agent \"%.64s\" in the configuration", a->action->arg);
    return assign_to(a, a->action->arg);
}

static bool do_unassign(struct act *a)
{
    if (!need_open(a))
        return false;
    a->out->kind = KIND_ASSIGN;
    if (a->before->assignee)
        observe_say_null(a->out, "assignee");
    return true;
}

static bool set_status(struct act *a, int status)
{
    if (status == a->before->status)
        return true;
    if (!need_open(a))
        return false;
    if (!ticket_may_move(a->before->status, status))
        return err_set(a->err, ERR_CONFLICT, "#%lld: %s cannot become %s", (long long)a->before->id, status_word(a->before->status), status_word(status));
    observe_say_int(a->out, "status", status);
    if (ticket_done(status)) {
        a->out->kind = KIND_RESOLVE;
        if (!a->before->assignee) {
            observe_say_text(a->out, "assignee", a->action->actor);
            observe_say_int(a->out, "assigned_at", a->now);
        }
    }
    return true;
}

static bool word_arg(struct act *a, const char *field, int *value)
{
    const struct field *f = field_find(field);
    *value = field_word_value(f, a->action->arg);
    if (*value > 0)
        return true;
    struct str words;
    str_init(&words, 256);
    for (int i = 1; i < f->word_count; i++)
        str_addf(&words, "%s%s", i > 1 ? ", " : "", f->words[i]);
    err_set(a->err, ERR_USAGE, "%s: none of %s", field, words.data);
    str_fini(&words);
    return false;
}

static bool do_status(struct act *a)
{
    int status;
    return word_arg(a, "status", &status) && set_status(a, status);
}

static bool do_close(struct act *a)
{
    if (ticket_done(a->before->status))
        return refuse(a, ERR_CONFLICT, "already closed");
    return set_status(a, STATUS_RESOLVED);
}

static bool do_reopen(struct act *a)
{
    if (!ticket_done(a->before->status))
        return refuse(a, ERR_CONFLICT, "not closed, so nothing to reopen");
    return set_status(a, STATUS_OPEN);
}

static bool do_priority(struct act *a)
{
    int priority;
    if (!word_arg(a, "priority", &priority) || !need_open(a))
        return false;
    observe_say_int(a->out, "priority", priority);
    return true;
}

static bool do_label(struct act *a)
{
    int urgency;
    if (!word_arg(a, "urgency", &urgency))
        return false;
    observe_say_int(a->out, "urgency", urgency);
    observe_say_int(a->out, "urgency_by", LABEL_BY_AGENT);
    observe_say_int(a->out, "urgency_bp", 10000);
    return true;
}

static bool do_category(struct act *a)
{
    int category;
    if (!word_arg(a, "category", &category))
        return false;
    observe_say_int(a->out, "category", category);
    observe_say_int(a->out, "category_by", LABEL_BY_AGENT);
    observe_say_int(a->out, "category_bp", 10000);
    return true;
}

/* A person stands behind what the label says: both halves of it, where there are two. */
static bool do_accept(struct act *a)
{
    const struct ticket *t = a->before;
    if (!t->urgency && !t->category)
        return refuse(a, ERR_CONFLICT, "it has no label to accept; set one with label");
    if (t->urgency) {
        observe_say_int(a->out, "urgency", t->urgency);
        observe_say_int(a->out, "urgency_by", LABEL_BY_AGENT);
        observe_say_int(a->out, "urgency_bp", 10000);
    }
    if (t->category) {
        observe_say_int(a->out, "category", t->category);
        observe_say_int(a->out, "category_by", LABEL_BY_AGENT);
        observe_say_int(a->out, "category_bp", 10000);
    }
    return true;
}

/* A JSON array of short strings; written back in canonical form. */
static bool do_tags(struct act *a)
{
    struct json *list = json_parse_in(a->arena, a->action->arg, strlen(a->action->arg), &json_limits_native, NULL, a->err);
    if (!list)
        return false;
    if (!json_is(list, JSON_ARRAY) || json_count(list) > 32)
        return err_set(a->err, ERR_INPUT, "tags: a JSON array of at most 32 strings");
    for (const struct json *tag = json_first(list); tag; tag = json_next(tag))
        if (!json_string(tag) || strlen(json_string(tag)) > 64 || !*json_string(tag))
            return err_set(a->err, ERR_INPUT, "tags: each is a string of 1 to 64 bytes");
    if (json_first(list))
        observe_say_text(a->out, "tags", json_print_in(a->arena, list));
    else
        observe_say_null(a->out, "tags");
    return true;
}

static bool do_snooze(struct act *a)
{
    char *end;
    long long until = strtoll(a->action->arg, &end, 10);
    if (*end || until <= a->now)
        return err_set(a->err, ERR_INPUT, "until: a time in the future, ms UTC");
    if (!need_open(a))
        return false;
    observe_say_int(a->out, "snoozed_until", until);
    return true;
}

static void say_message(struct act *a, const char *text, int origin, bool is_public)
{
    struct message *m = ARENA_NEW(a->arena, struct message);
    *m = (struct message){.author_kind = AUTHOR_AGENT, .origin = origin, .voice = VOICE_DESK, .is_public = is_public,
                          .author = a->action->actor, .body = text, .at = a->now};
    a->out->messages = m;
    a->out->message_count = 1;
    a->out->kind = KIND_MESSAGE;
}

static bool do_note(struct act *a)
{
    if (blank(a->action->arg))
        return err_set(a->err, ERR_INPUT, "text: an empty note says nothing");
    say_message(a, a->action->arg, ORIGIN_NOTE, false);
    return true;
}

/* With those that earlier replies brought. */
static bool say_articles(struct act *a)
{
    const char *keys[ARTICLES_OF_TICKET];
    int n = article_keys(a->arena, a->action->articles, keys);
    char *all = arena_strdup(a->arena, a->before->articles);
    for (int i = 0; i < n; i++)
        if (!(all = article_add(a->arena, all, keys[i])))
            return err_set(a->err, ERR_INPUT, "articles: at most %d on one ticket, each a key", ARTICLES_OF_TICKET);
    if (!str_eq(all, a->before->articles))
        observe_say_text(a->out, "articles", all);
    return true;
}

static bool do_reply(struct act *a)
{
    const struct ticket *t = a->before;
    if (!a->source || a->source->reply_via == REPLY_NONE)
        return err_set(a->err, ERR_CONFLICT, "#%lld: its source (%s) takes no replies; write a note, or set reply_via in %s line %d",
                       (long long)t->id, a->source ? a->source->name : t->account, a->rules->file ? a->rules->file : "triage.yaml",
                       a->source ? a->source->line : 1);
    if (blank(a->action->arg))
        return err_set(a->err, ERR_INPUT, "text: an empty reply says nothing");
    const char *left, *text = fill_text(a->arena, a->action->arg, &(struct fill){t, a->action->actor, a->rules}, &left);
    if (left)
        return err_set(a->err, ERR_INPUT, "text: fill in or delete %s first; it will not be sent like this", left);
    if (!need_open(a))
        return false;
    if (a->action->thread_version && a->action->thread_version != t->thread_version)
        return err_set(a->err, ERR_CONFLICT, "#%lld: %lld new lines came since you began; look at them, then send again", (long long)t->id,
                       (long long)(t->thread_version - a->action->thread_version));
    if (!say_articles(a))
        return false;
    say_message(a, text, ORIGIN_REPLY, true);
    a->out->messages->state = "held";
    if (!t->assignee && a->rules->assignment.claim_on_reply) {
        observe_say_text(a->out, "assignee", a->action->actor);
        observe_say_int(a->out, "assigned_at", a->now);
    }
    open_if_new(a);
    return true;
}

static bool do_escalate(struct act *a)
{
    if (ticket_done(a->before->status))
        return refuse(a, ERR_CONFLICT, "closed; reopen it before escalating");
    return true;
}

static bool do_ack(struct act *a)
{
    int state = a->before->escalation.state;
    if (state == ESCALATION_NONE || state == ESCALATION_RESOLVED)
        return refuse(a, ERR_CONFLICT, "no open escalation to acknowledge");
    if (state == ESCALATION_SUPPRESSED)
        return refuse(a, ERR_CONFLICT, "a maintenance window holds its pages, so there is none to acknowledge");
    if (state == ESCALATION_ACKNOWLEDGED)
        return err_set(a->err, ERR_CONFLICT, "#%lld: already acknowledged by %s", (long long)a->before->id,
                       a->before->escalation.acked_by ? a->before->escalation.acked_by : "somebody");
    return true;
}

/* Whoever looks behind the mask says why: the reason is the audit. */
static bool do_reveal(struct act *a)
{
    if (blank(a->action->arg))
        return err_set(a->err, ERR_INPUT, "reason: say why; it is kept with your name");
    return true;
}

static bool (*const does[ACTIONS])(struct act *) = {
    [ACTION_ACCEPT] = do_accept, [ACTION_ACK] = do_ack, [ACTION_ASSIGN] = do_assign, [ACTION_CATEGORY] = do_category, [ACTION_CLAIM] = do_claim, [ACTION_CLAIM_NEXT] = do_claim,
    [ACTION_CLOSE] = do_close, [ACTION_ESCALATE] = do_escalate, [ACTION_LABEL] = do_label, [ACTION_NOTE] = do_note,
    [ACTION_PRIORITY] = do_priority, [ACTION_REOPEN] = do_reopen, [ACTION_REPLY] = do_reply, [ACTION_REVEAL] = do_reveal, [ACTION_SKIP] = do_skip, [ACTION_SNOOZE] = do_snooze,
    [ACTION_STATUS] = do_status, [ACTION_TAGS] = do_tags, [ACTION_UNASSIGN] = do_unassign};

bool act_observe(struct arena *arena, const struct ticket *before, const struct action *action, const struct config_source *source,
                 const struct config *rules, int64_t now, struct observation *out, struct err *err)
{
    const struct action_row *row = &action_table[action->id];
    struct act a = {arena, before, action, source, rules, now, out, err};
    if (action->role < row->role)
        return err_set(err, ERR_FORBIDDEN, "%s needs the role %s", row->name, role_word(row->role));
    if (row->arg != ARG_NONE && row->arg != ARG_REASON && !action->arg)
        return err_set(err, ERR_USAGE, "%s needs \"%s\"", row->name, action_arg_name(row->arg));
    if (action->version && action->version != before->version)
        return err_set(err, ERR_CONFLICT, "#%lld changed since you looked", (long long)before->id);
    if (!does[action->id])
        return err_set(err, ERR_USAGE, "%s works on the journal, not on a ticket", row->name);
    *out = (struct observation){.voice = VOICE_DESK, .kind = KIND_UPDATE, .account = before->account, .dialect = before->dialect,
                                .key = before->key, .v = {.t = now, .rank = 2}};
    return does[action->id](&a);
}
