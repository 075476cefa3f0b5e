/* act: actions as observations with the desk's voice. Each action is one function in a table row, given a ticket whose
 * state has been checked for what all actions share. An action sets fields and nothing else: what follows (clocks,
 * escalation, points) is consequence's. */
#include "core/act_do.h"
#include "core/assignment.h"
#include "core/attachment.h"
#include "core/tags.h"
#include "core/watch.h"
#include "base/str.h"
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
        [ARG_URGENCY] = "urgency", [ARG_CATEGORY] = "category", [ARG_TAGS] = "tags", [ARG_REASON] = "reason", [ARG_UNTIL] = "until",
        [ARG_WITH] = "with", [ARG_MACRO] = "macro", [ARG_INTO] = "into", [ARG_MESSAGE] = "message"};
    return names[arg];
}

bool act_refuse(struct act *a, enum err_code code, const char *why)
{
    return err_set(a->err, code, "#%lld: %s", (long long)a->before->id, why);
}

/* What is closed stays as it is but for its tags. */
bool act_need_open(struct act *a)
{
    const struct ticket *t = a->before;
    if (t->disposition == DISPOSITION_MERGED)
        return err_set(a->err, ERR_STATE, "#%lld was merged into #%lld: work there, or take the merge back with unmerge", (long long)t->id,
                       (long long)(t->root ? t->root : t->merged_into));
    if (t->disposition)
        return act_refuse(a, ERR_STATE, "it was put aside as spam, a duplicate or invalid; unmerge takes that back");
    if (t->deleted)
        return act_refuse(a, ERR_STATE, "it was deleted; unmerge takes that back, and so does its source when it speaks of it again");
    if (t->status == STATUS_CLOSED)
        return act_refuse(a, ERR_STATE, "closed tickets are final; a new message from the customer opens a follow-up");
    return true;
}

bool act_blank(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == 0;
}

/* Working on a new ticket opens it. */
void act_open_if_new(struct act *a)
{
    if (a->before->status == STATUS_NEW || a->before->status == STATUS_NONE)
        observe_say_int(a->out, "status", STATUS_OPEN);
}

static bool assign_to(struct act *a, const char *who)
{
    if (!act_need_open(a))
        return false;
    if (str_eq(a->before->assignee, who))
        return true;
    a->out->kind = KIND_ASSIGN;
    observe_say_text(a->out, "assignee", who);
    observe_say_int(a->out, "assigned_at", a->now);
    act_open_if_new(a);
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
    if (act_blank(a->action->arg))
        return err_set(a->err, ERR_USAGE, "reason: say why; it is kept with your name");
    if (!act_need_open(a))
        return false;
    if (t->assignee && !str_eq(t->assignee, a->action->actor))
        return err_set(a->err, ERR_STATE, "#%lld is %.64s's, so it is not offered to you and there is nothing to skip", (long long)t->id, t->assignee);
    observe_say_text(a->out, "skipped", assignment_skip(a->arena, t->skipped, a->action->actor, a->now + a->rules->assignment.skip_for, a->now));
    if (t->assignee) {
        a->out->kind = KIND_ASSIGN;
        observe_say_null(a->out, "assignee");
    }
    return true;
}

static bool do_assign(struct act *a)
{
    return config_agent_named(a->rules, "", a->action->arg, a->err) && assign_to(a, a->action->arg);
}

static bool do_unassign(struct act *a)
{
    if (!act_need_open(a))
        return false;
    a->out->kind = KIND_ASSIGN;
    if (a->before->assignee)
        observe_say_null(a->out, "assignee");
    return true;
}

bool act_word_arg(struct act *a, const char *field, int *value)
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

static bool do_priority(struct act *a)
{
    int priority;
    if (!act_word_arg(a, "priority", &priority) || !act_need_open(a))
        return false;
    observe_say_int(a->out, "priority", priority);
    return true;
}

static bool do_label(struct act *a)
{
    int urgency;
    if (!act_word_arg(a, "urgency", &urgency) || !act_need_open(a))
        return false;
    observe_say_int(a->out, "urgency", urgency);
    observe_say_int(a->out, "urgency_by", LABEL_BY_AGENT);
    observe_say_int(a->out, "urgency_bp", 10000);
    return true;
}

static bool do_category(struct act *a)
{
    int category;
    if (!act_word_arg(a, "category", &category) || !act_need_open(a))
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
    if (!act_need_open(a))
        return false;
    if (!t->urgency && !t->category)
        return act_refuse(a, ERR_STATE, "it has no label to accept; set one with label");
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

static bool do_tags(struct act *a)
{
    const char *tags = tags_after(a->arena, a->before->tags, a->action->arg, a->err);
    if (!tags)
        return false;
    if (str_eq(tags, "[]"))
        observe_say_null(a->out, "tags");
    else
        observe_say_text(a->out, "tags", tags);
    return true;
}

void act_say_message(struct act *a, const char *text, int origin, bool is_public)
{
    struct message *m = ARENA_NEW(a->arena, struct message);
    *m = (struct message){.author_kind = AUTHOR_AGENT, .origin = origin, .voice = VOICE_DESK, .is_public = is_public,
                          .author = a->action->actor, .body = text, .at = a->now};
    m->assets = a->action->attachments;
    m->asset_count = attachment_read(a->arena, m->assets, &(struct attachment *){NULL});
    a->out->messages = m;
    a->out->message_count = 1;
    a->out->kind = KIND_MESSAGE;
}

static void say_watchers(struct act *a, const char *watchers)
{
    if (str_eq(watchers, a->before->watchers))
        return;
    if (watchers)
        observe_say_text(a->out, "watchers", watchers);
    else
        observe_say_null(a->out, "watchers");
}

/* Whom a note names watches from then on. */
static void mention(struct act *a)
{
    const char *mentions = watch_mentions(a->arena, a->rules, a->action->arg), *watchers = a->before->watchers;
    const struct json *list = mentions ? json_parse_in(a->arena, mentions, strlen(mentions), &json_limits_native, NULL, NULL) : NULL;
    for (const struct json *who = json_first(list); who; who = json_next(who))
        watchers = watch_with(a->arena, watchers, json_string(who));
    say_watchers(a, watchers);
}

static bool do_watch(struct act *a)
{
    if (!act_need_open(a))
        return false;
    if (watch_count(a->before->watchers) == WATCH_MOST && !watch_has(a->before->watchers, a->action->actor))
        return err_set(a->err, ERR_STATE, "#%lld: %d watch it already, which is the most: one of them has to unwatch first", (long long)a->before->id, WATCH_MOST);
    say_watchers(a, watch_with(a->arena, a->before->watchers, a->action->actor));
    return true;
}

static bool do_unwatch(struct act *a)
{
    say_watchers(a, watch_without(a->arena, a->before->watchers, a->action->actor));
    return true;
}

static bool do_note(struct act *a)
{
    if (act_blank(a->action->arg))
        return err_set(a->err, ERR_INPUT, "text: an empty note says nothing");
    if (!act_need_open(a))
        return false;
    act_say_message(a, a->action->arg, ORIGIN_NOTE, false);
    mention(a);
    return true;
}

static bool do_escalate(struct act *a)
{
    if (!act_need_open(a))
        return false;
    return !ticket_done(a->before->status) || act_refuse(a, ERR_STATE, "resolved; reopen it before escalating");
}

static bool do_ack(struct act *a)
{
    int state = a->before->escalation.state;
    if (state == ESCALATION_NONE || state == ESCALATION_RESOLVED)
        return act_refuse(a, ERR_ALREADY, "nobody is paged for it: there is no open escalation to acknowledge");
    if (state == ESCALATION_SUPPRESSED)
        return act_refuse(a, ERR_STATE, "a maintenance window holds its pages, so there is none to acknowledge yet; `triage windows` says until when");
    if (state == ESCALATION_ACKNOWLEDGED)
        return err_set(a->err, ERR_ALREADY, "#%lld: already acknowledged by %s", (long long)a->before->id,
                       a->before->escalation.acked_by ? a->before->escalation.acked_by : "somebody");
    return true;
}

/* Whoever looks behind the mask says why: the reason is the audit. */
static bool do_reveal(struct act *a)
{
    if (act_blank(a->action->arg))
        return err_set(a->err, ERR_INPUT, "reason: say why; it is kept with your name");
    return true;
}

static bool (*const does[ACTIONS])(struct act *) = {
    [ACTION_ACCEPT] = do_accept, [ACTION_ACK] = do_ack, [ACTION_ASSIGN] = do_assign, [ACTION_CATEGORY] = do_category, [ACTION_CLAIM] = do_claim,
    [ACTION_CLAIM_NEXT] = do_claim, [ACTION_CLOSE] = act_close, [ACTION_DELETE] = act_delete,
    [ACTION_ERASE] = act_erase, [ACTION_ESCALATE] = do_escalate, [ACTION_LABEL] = do_label, [ACTION_NOTE] = do_note,
    [ACTION_PRIORITY] = do_priority, [ACTION_REOPEN] = act_reopen, [ACTION_REPLY] = act_reply, [ACTION_REVEAL] = do_reveal, [ACTION_SNOOZE] = act_snooze,
    [ACTION_SKIP] = do_skip, [ACTION_STATUS] = act_status, [ACTION_MERGE] = act_merge, [ACTION_PURGE] = act_purge,
    [ACTION_SPAM] = act_spam, [ACTION_DUPLICATE] = act_duplicate,
    [ACTION_INVALID] = act_invalid, [ACTION_SPLIT] = act_split, [ACTION_TAGS] = do_tags, [ACTION_UNASSIGN] = do_unassign,
    [ACTION_WATCH] = do_watch, [ACTION_UNWATCH] = do_unwatch};

/* Looking, watching and judging a label is not yet work on it. */
static bool works(int id)
{
    return id != ACTION_WATCH && id != ACTION_UNWATCH && id != ACTION_REVEAL && id != ACTION_LABEL && id != ACTION_CATEGORY &&
           id != ACTION_ACCEPT && id != ACTION_TAGS && id != ACTION_DELETE && id != ACTION_ERASE && id != ACTION_PURGE;
}

bool act_observe(struct arena *arena, const struct ticket *before, const struct action *action, const struct config_source *source,
                 const struct config *rules, int64_t now, struct observation *out, struct err *err)
{
    const struct action_row *row = &action_table[action->id];
    struct act a = {arena, before, action, source, rules, now, out, err, NULL};
    if (action->role < row->role)
        return role_refuse(err, row->name, row->role, action->role);
    if (row->arg != ARG_NONE && row->arg != ARG_REASON && row->arg != ARG_UNTIL && !action->arg)
        return err_set(err, ERR_USAGE, "%s needs \"%s\"", row->name, action_arg_name(row->arg));
    if (action->version && action->version != before->version)
        return err_set(err, ERR_CONFLICT, "#%lld changed since you looked", (long long)before->id);
    if (!does[action->id])
        return err_set(err, ERR_USAGE, "%s works on the journal, not on a ticket", row->name);
    if (action->with && !(a.with = json_parse_in(arena, action->with, strlen(action->with), &json_limits_native, NULL, err)))
        return err_in(err, "with");
    *out = (struct observation){.voice = VOICE_DESK, .kind = KIND_UPDATE, .account = before->account, .dialect = before->dialect,
                                .key = before->key, .v = {.t = now, .rank = 2}};
    if (works(action->id))
        act_taken_up(&a);
    return does[action->id](&a);
}
