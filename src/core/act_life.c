/* act_life: the actions that move a ticket through its life: status, reply, reopen, snooze, merge, and what puts it aside
 * (model.md 1). Each says fields and nothing else, so that taking the act out of the history takes all of it back. */
#include "base/str.h"
#include "core/act_do.h"
#include "core/article.h"
#include "core/fill.h"
#include <stdlib.h>
#include <string.h>

enum { WORDS_MOST = 500, REPLY_SNOOZE = 30 };
#define DAY ((int64_t)86400000)

static const char *with_text(const struct act *a, const char *name)
{
    const char *text = json_get_string(a->with, name, NULL);
    return act_blank(text) ? NULL : text;
}

/* A person's words for it, of a length that fits a line of the console. */
static bool take_words(struct act *a, const char *member, const char *field)
{
    const char *text = with_text(a, member);
    if (text && strlen(text) > WORDS_MOST)
        return err_set(a->err, ERR_INPUT, "%s: at most %d bytes", member, WORDS_MOST);
    if (text)
        observe_say_text(a->out, field, text);
    return true;
}

static bool confirmed(const struct action *action, const struct json *with)
{
    return json_get_bool(with, "confirm", false) || str_eq(json_get_string(with, "confirm", NULL), action_table[action->id].name);
}

/* --- status --- */

/* Pending waits for the customer, so the last word has to be ours. Where the source takes no replies they are given elsewhere. */
static bool may_wait(struct act *a, bool answering)
{
    const struct ticket *t = a->before;
    bool answered = t->last_agent_at && t->last_agent_at > t->waiting_since && t->last_agent_at >= t->last_customer_at;
    if (answering || answered || !a->source || a->source->reply_via == REPLY_NONE)
        return true;
    return act_refuse(a, ERR_STATE, "pending waits for the customer, who has no answer yet: reply first, or send a reply with status=pending");
}

static bool may_hold(struct act *a)
{
    return (with_text(a, "reason") && take_words(a, "reason", "hold_reason")) ||
           act_refuse(a, ERR_USAGE, "on_hold needs a reason: what is it waiting for?");
}

static void take_over(struct act *a)
{
    if (a->before->assignee)
        return;
    observe_say_text(a->out, "assignee", a->action->actor);
    observe_say_int(a->out, "assigned_at", a->now);
}

static bool set_status(struct act *a, int status, bool answering)
{
    const struct ticket *t = a->before;
    if (status == t->status)
        return status != STATUS_ON_HOLD || !with_text(a, "reason") || (act_need_open(a) && may_hold(a));
    if (!act_need_open(a))
        return false;
    if (!ticket_may_move(t->status, status))
        return err_set(a->err, ERR_STATE, "#%lld: %s cannot become %s; it can become open, pending, on_hold or resolved, the rest is the clock's and its source's", (long long)t->id, status_word(t->status),
                       status_word(status));
    if ((status == STATUS_PENDING && !may_wait(a, answering)) || (status == STATUS_ON_HOLD && !may_hold(a)))
        return false;
    observe_say_int(a->out, "status", status);
    if (t->hold_reason && status != STATUS_ON_HOLD)
        observe_say_null(a->out, "hold_reason");
    if (!ticket_done(status))
        return true;
    if (!answering)
        a->out->kind = KIND_RESOLVE;
    take_over(a);
    return true;
}

bool act_status(struct act *a)
{
    int status;
    return act_word_arg(a, "status", &status) && set_status(a, status, false);
}

bool act_close(struct act *a)
{
    if (ticket_done(a->before->status))
        return act_refuse(a, ERR_ALREADY, "already closed");
    return set_status(a, STATUS_RESOLVED, false);
}

bool act_reopen(struct act *a)
{
    if (!ticket_done(a->before->status))
        return act_refuse(a, ERR_ALREADY, "not closed, so nothing to reopen");
    return set_status(a, STATUS_OPEN, false);
}

/* --- reply --- */

/* The text as it will leave; NULL: it must not. */
static const char *reply_text(struct act *a)
{
    const struct ticket *t = a->before;
    const char *left = NULL;
    if (act_blank(a->action->arg)) {
        err_set(a->err, ERR_INPUT, "text: an empty reply says nothing");
        return NULL;
    }
    const char *text = fill_text(a->arena, a->action->arg, &(struct fill){t, a->action->actor, a->rules}, &left);
    if (!left)
        return text;
    err_set(a->err, ERR_INPUT, "text: fill in or delete %s first; it will not be sent like this", left);
    return NULL;
}

static bool may_reply(struct act *a)
{
    const struct ticket *t = a->before;
    if (!act_need_open(a))
        return false;
    long long since = (long long)(t->thread_version - a->action->thread_version);
    if (a->action->thread_version && since)
        return err_set(a->err, ERR_CONFLICT, since == 1 ? "#%lld: %lld new line came since you began; look at it, then send again" : "#%lld: %lld new lines came since you began; look at them, then send again",
                       (long long)t->id, since);
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

/* A reply may set the status in the same breath: {"status":"pending"}. */
static bool reply_status(struct act *a)
{
    const char *word = with_text(a, "status");
    int status = word ? field_word_value(field_find("status"), word) : 0;
    if (word && status <= 0)
        return err_set(a->err, ERR_USAGE, "status: \"%.20s\" is none of open, pending, on_hold, resolved", word);
    if (status)
        return set_status(a, status, true);
    act_open_if_new(a);
    return true;
}

bool act_reply(struct act *a)
{
    const char *text;
    if (!a->source || a->source->reply_via == REPLY_NONE)
        return err_set(a->err, ERR_STATE, "#%lld: its source (%s) takes no replies; write a note, or set reply_via in %s line %d",
                       (long long)a->before->id, a->source ? a->source->name : a->before->account,
                       a->rules->file ? a->rules->file : "triage.yaml", a->source ? a->source->line : 1);
    if (!(text = reply_text(a)) || !may_reply(a) || !say_articles(a))
        return false;
    act_say_message(a, text, ORIGIN_REPLY, true);
    a->out->messages->state = "held";
    if (a->rules->assignment.claim_on_reply)
        take_over(a);
    return reply_status(a);
}

/* --- snooze --- */

/* Every snooze has an end: one that waits for a reply only comes back after 30 days all the same. */
static bool snooze_end(struct act *a, int on, int64_t *until)
{
    char *end = NULL;
    *until = a->action->arg ? strtoll(a->action->arg, &end, 10) : 0;
    if (!a->action->arg && on == WAKE_ON_REPLY)
        *until = a->now + REPLY_SNOOZE * DAY;
    else if (!a->action->arg)
        return err_set(a->err, ERR_USAGE, "snooze needs \"until\", or on=customer_reply");
    if ((end && *end) || *until <= a->now)
        return err_set(a->err, ERR_INPUT, "until: a time still to come, such as 2h, tomorrow or monday 14:00 (ms UTC for programs)");
    return true;
}

static bool snooze_on(struct act *a, int *on)
{
    const char *word = with_text(a, "on");
    *on = str_eq(word, "reply") ? WAKE_ON_REPLY : word ? field_word_value(field_find("wake_on"), word) : WAKE_ON_EITHER;
    return *on > 0 || err_set(a->err, ERR_USAGE, "on: \"%.20s\" is none of time, customer_reply, either", word);
}

bool act_snooze(struct act *a)
{
    const struct ticket *t = a->before;
    int64_t until;
    int on;
    if (!snooze_on(a, &on) || !snooze_end(a, on, &until) || !act_need_open(a) || !take_words(a, "note", "snooze_note"))
        return false;
    if (ticket_done(t->status))
        return act_refuse(a, ERR_STATE, "it is resolved, so there is nothing to hide; reopen it first if it shall come back");
    observe_say_int(a->out, "snoozed_until", until);
    observe_say_int(a->out, "wake_on", on);
    observe_say_text(a->out, "snoozed_by", a->action->actor);
    if (!with_text(a, "note") && t->snooze_note)
        observe_say_null(a->out, "snooze_note");
    if (t->snoozed_until)
        observe_say_int(a->out, "snoozed_before", t->snoozed_until);
    return true;
}

void act_taken_up(struct act *a)
{
    static const char *const fields[] = {"woke_by", "woke_at"};
    for (int i = 0; a->before->woke_by && i < 2; i++)
        observe_say_null(a->out, fields[i]);
}

/* --- put aside --- */

static void put_aside(struct act *a, int disposition)
{
    observe_say_int(a->out, "disposition", disposition);
    observe_say_int(a->out, "status", STATUS_CLOSED);
    a->out->kind = KIND_CLOSE;
}

bool act_may_merge(const struct ticket *source, const struct ticket *target, const struct action *action, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    const struct json *with = action->with ? json_parse_in(arena, action->with, strlen(action->with), &json_limits_native, NULL, NULL) : NULL;
    const char *ours = source->customer, *theirs = target->customer;
    bool same = str_eq(source->account, target->account) && ours && str_eq(ours, theirs);
    if (source->id == target->id)
        return err_set(err, ERR_INPUT, "#%lld: a ticket is not merged into itself", (long long)source->id);
    if (target->deleted)
        return err_set(err, ERR_STATE, "#%lld is deleted: nothing is merged into it; unmerge %lld takes that back", (long long)target->id, (long long)target->id);
    if (target->status == STATUS_CLOSED)
        return err_set(err, ERR_STATE, "#%lld is closed for good: nothing is merged into it; take one that is open, such as its follow-up", (long long)target->id);
    if (!same && !confirmed(action, with))
        return err_set(err, ERR_USAGE, "#%lld and #%lld are of different customers: are they about the same? merge into %lld confirm",
                       (long long)source->id, (long long)target->id, (long long)target->id);
    return true;
}

bool act_merge(struct act *a)
{
    int64_t into = strtoll(a->action->arg, NULL, 10);
    if (a->before->disposition == DISPOSITION_MERGED && a->before->merged_into == into)
        return err_set(a->err, ERR_ALREADY, "#%lld: already part of #%lld", (long long)a->before->id, (long long)into);
    if (!act_need_open(a))
        return false;
    put_aside(a, DISPOSITION_MERGED);
    observe_say_int(a->out, "merged_into", into);
    observe_say_int(a->out, "merged_at", a->now);
    return true;
}

/* What follows is the engine's: it has the messages. */
bool act_split(struct act *a)
{
    return act_need_open(a);
}

/* Easily done and seldom seen again: it has to be said twice. */
static bool aside_for_good(struct act *a, int disposition)
{
    if (a->before->disposition == disposition)
        return act_refuse(a, ERR_ALREADY, "put aside like that already; unmerge takes it back");
    if (!act_need_open(a))
        return false;
    if (!confirmed(a->action, a->with))
        return act_refuse(a, ERR_USAGE, "it leaves every queue: confirm it with the word");
    put_aside(a, disposition);
    return true;
}

/* Made by mistake: in whatever state it is, but for what was put aside and is in no queue anyway. The state is that of a delete at
 * the source (dialects.md 9.5), so a later event of the source revives it too. */
bool act_delete(struct act *a)
{
    const struct ticket *t = a->before;
    if (t->deleted)
        return act_refuse(a, ERR_ALREADY, "already deleted");
    if (t->disposition && !act_need_open(a))
        return false;
    if (!confirmed(a->action, a->with))
        return act_refuse(a, ERR_USAGE, "it leaves every queue and every count: confirm it with the word");
    observe_say_int(a->out, "deleted", 1);
    a->out->kind = KIND_DELETE;
    return true;
}

/* Whatever state it is in: the words go, what happened stays. */
bool act_erase(struct act *a)
{
    if (!confirmed(a->action, a->with))
        return act_refuse(a, ERR_USAGE, "what was written in it is gone then, and no undo brings it back: confirm it with the word");
    observe_say_null(a->out, "hold_reason");
    observe_say_null(a->out, "snooze_note");
    return true;
}

/* Only what is out of the way already; with its words goes its place in every list. The number stays taken. */
bool act_purge(struct act *a)
{
    const struct ticket *t = a->before;
    if (t->disposition == DISPOSITION_MERGED && !act_need_open(a))
        return false;
    if (!t->deleted && t->disposition != DISPOSITION_SPAM)
        return act_refuse(a, ERR_STATE, "only what is deleted or spam is purged: delete it first");
    if (!confirmed(a->action, a->with))
        return act_refuse(a, ERR_USAGE, "it is gone for good then, and no undo brings it back: confirm it with the word");
    observe_say_null(a->out, "hold_reason");
    observe_say_null(a->out, "snooze_note");
    observe_say_int(a->out, "deleted", 1);
    observe_say_int(a->out, "purged_at", a->now);
    a->out->kind = KIND_DELETE;
    return true;
}

bool act_spam(struct act *a)
{
    return aside_for_good(a, DISPOSITION_SPAM);
}

bool act_duplicate(struct act *a)
{
    return aside_for_good(a, DISPOSITION_DUPLICATE);
}

bool act_invalid(struct act *a)
{
    return aside_for_good(a, DISPOSITION_INVALID);
}
