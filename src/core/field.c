/* field: the table and the few generic accessors over it. */
#include "core/field.h"
#include "base/str.h"
#include <string.h>

#define WORDS(name, ...) static const char *const name[] = {"", __VA_ARGS__}
WORDS(statuses, "new", "open", "pending", "on_hold", "resolved", "closed");
WORDS(dispositions, "merged", "spam", "duplicate", "invalid");
WORDS(priorities, "low", "normal", "high", "urgent");
WORDS(urgencies, "low", "high", "critical");
WORDS(categories, "bug", "feature", "question", "billing", "onboarding", "other");
WORDS(labelers, "model", "rule", "source", "agent");
WORDS(registrations, "pending", "failed", "created");
WORDS(sla_states, "ok", "warn", "late", "paused", "done");
WORDS(escalations, "triggered", "acknowledged", "snoozed", "resolved", "suppressed");
WORDS(wake_ons, "time", "customer_reply", "either");
WORDS(wokes, "time", "customer_reply");
WORDS(froms, "guess", "create", "word");

#define AT(member) .offset = offsetof(struct ticket, member)
#define TEXT(n, fl, h) {.name = #n, .type = FIELD_TEXT, AT(n), .flags = (fl), .help = h}
#define INT(n, fl, h) {.name = #n, .type = FIELD_INT, AT(n), .flags = (fl), .help = h}
#define TIME(n, fl, h) {.name = #n, .type = FIELD_TIME, AT(n), .flags = (fl), .help = h}
#define BOOL(n, fl, h) {.name = #n, .type = FIELD_BOOL, AT(n), .flags = (fl), .help = h}
#define ENUM(n, w, fl, h)                                                                                         \
    {.name = #n, .type = FIELD_ENUM, AT(n), .flags = (fl), .words = (w), .word_count = sizeof(w) / sizeof *(w), .help = h}
enum { W = FIELD_WHEN, S = FIELD_SOURCE, V = FIELD_VOICES, U = FIELD_UNDO, P = FIELD_PII, H = FIELD_HIDDEN, Q = FIELD_QUIET, F = FIELD_FREE, O = FIELD_OURS };

const struct field field_table[] = {
    INT(id, W | Q, "the number people see"),
    TEXT(account, W | Q, "the source's account: keys are unique within it"),
    TEXT(dialect, W | Q, "rbs, ripio, cstar, ingestlayer or tamio"),
    TEXT(key, W | Q, "the ticket's identity, as dialects.md 8.1 writes it"),
    TEXT(source_id, W | Q, "the source's own id"),
    TEXT(title, W | S | U, "subject line"),
    ENUM(status, statuses, W | S | V | U, "new, open, pending, on_hold, resolved or closed"),
    TEXT(status_raw, S, "the source's word, where it is none of ours"),
    ENUM(disposition, dispositions, W | O | U, "merged, spam, duplicate or invalid"),
    ENUM(priority, priorities, W | S | V | U, "low, normal, high or urgent"),
    TEXT(priority_raw, S, "the source's word, where it is none of ours"),
    ENUM(urgency, urgencies, W | U, "the classifier's or an agent's label: low, high or critical"),
    ENUM(urgency_by, labelers, W | U, "who set the urgency: model, rule, source or agent"),
    INT(urgency_bp, W | U, "confidence in the urgency, basis points"),
    ENUM(category, categories, W | S | U, "bug, feature, question, billing, onboarding or other"),
    ENUM(category_by, labelers, W | S | U, "who set the category"),
    INT(category_bp, W | S | U, "confidence in the category, basis points"),
    TEXT(category_raw, S, "the source's category text"),
    TEXT(subcategory, W | S, "the source's subcategory"),
    {.name = "tags", .type = FIELD_TAGS, AT(tags), .flags = W | S | U, .help = "a set of words"},
    TEXT(language, W | S, "as the source says"),
    TEXT(channel, W | S, "email, chat, form, api, ..."),
    TEXT(tenant, W | S, "organisation or team at the source"),
    TEXT(plan, W | S, "the customer's tier or plan, as sent"),
    TEXT(ref, W | S, "a human reference such as SUP-1234"),
    TEXT(url, S, "where the source shows it"),
    ENUM(registration, registrations, W | S, "Ripio's registration outcome"),
    TEXT(customer, W | S, "customer key"),
    TEXT(customer_name, W | S | P, "as the source says"),
    TEXT(customer_email, W | S | P, "only if it is an address"),
    TEXT(customer_phone, S | P, "as sent"),
    TEXT(assignee, W | S | V | U, "agent name, or the source's agent key where it is not mapped"),
    TEXT(team, W | U, "team that works on it"),
    TEXT(closed_by, S, "who closed it"),
    TEXT(skipped, H | U, "who is not offered it for a while, and until when"),
    {.name = "watchers", .type = FIELD_TAGS, AT(watchers), .flags = W | O | U, .help = "the agents who hear of it: who watches, and whom a note mentioned"},
    TIME(created_at, W | S, "earliest creation time said"),
    TIME(updated_at, W | S | Q, "latest change said"),
    TIME(received_at, W | Q, "when the first event came in"),
    TIME(first_reply_at, W | S, "first public agent reply"),
    TIME(waiting_since, W, "oldest customer message without an answer"),
    TIME(last_customer_at, W | Q, "last customer message"),
    TIME(last_agent_at, W | Q, "last public agent reply"),
    TIME(assigned_at, W | Q, "when the present assignee got it"),
    TIME(touched_at, H | Q, "when the present assignee last did something with it, 0 = not yet"),
    TIME(resolved_at, W, "when it was last done"),
    TIME(closed_at, W | S, "when it was closed"),
    INT(resolution_ms, S, "time to resolution, ms, as the source says"),
    TIME(snoozed_until, W | U, "hidden until"),
    ENUM(wake_on, wake_ons, W | U, "what ends the snooze: time, customer_reply or either"),
    TEXT(snoozed_by, W | U, "who hid it"),
    TEXT(snooze_note, U | F, "what for"),
    TIME(snoozed_before, W | U, "until when it was hidden the time before"),
    ENUM(woke_by, wokes, W | U, "why it came back from its snooze, until somebody takes it up"),
    TIME(woke_at, W | U, "when it came back"),
    TEXT(hold_reason, W | U | F, "what it is on hold for"),
    INT(reopen_count, W, "done -> not done, undos left out"),
    TIME(reopened_at, W | Q, "when it was last reopened"),
    TIME(reopened_2, H | Q, "the time before"),
    TIME(reopened_3, H | Q, "and the time before that"),
    INT(reopens_refused, W, "reopenings that were too many in an hour, noted and not followed"),
    TIME(thanked_at, W, "when the customer said thanks and nothing else, after it was resolved"),
    INT(epoch, H | Q, "times it stopped being worth paying, by any road: guards double pay"),
    TIME(first_assigned_at, H | Q, "when somebody first got it"),
    TIME(priority_at, H | Q, "since when it has its priority, 0 = since it came in"),
    INT(held_low, H | Q, "ms at low priority before that"),
    INT(held_normal, H | Q, "ms at normal priority, or none"),
    INT(held_high, H | Q, "ms at high priority"),
    INT(held_urgent, H | Q, "ms at urgent priority"),
    BOOL(stub, W, "no creating event has come yet"),
    BOOL(deleted, W | O | U, "deleted, at the source or by a lead"),
    TIME(purged_at, O, "when it was purged: since then it is shown nowhere"),
    ENUM(source_status, statuses, W | Q, "the source's status, where the desk differs"),
    ENUM(source_priority, priorities, W | Q, "the source's priority"),
    TEXT(source_assignee, W | Q, "the source's assignee"),
    ENUM(status_from, froms, H | Q, "how sure the source's status is"),
    TIME(desk_status_at, H | Q, "when an agent last set the status"),
    TIME(desk_assignee_at, H | Q, "when an agent last set the assignee"),
    TIME(desk_priority_at, H | Q, "when an agent last set the priority"),
    INT(last_t, H | Q, "v.t of the newest observation folded in (dialects.md 9.2)"),
    INT(last_rank, H | Q, "v.rank: create, assign, update, resolve, delete"),
    INT(last_n, H | Q, "v.n: messages in the snapshot"),
    TEXT(last_key, H | Q, "v.key: dedupe key, the tie-break"),
    INT(csat, W, "how satisfied the customer said they are, 1 to 5"),
    TIME(csat_at, W | Q, "when they said so"),
    TEXT(csat_agent, W | Q, "whom it rates: the assignee when it came"),
    {.name = "articles", .type = FIELD_TAGS, AT(articles), .flags = W | U, .help = "knowledge articles its replies bring"},
    INT(version, Q, "counts every change"),
    INT(thread_version, Q, "counts messages: the send guard"),
    INT(messages, W | Q, "messages in the conversation"),
    INT(ai_messages, Q, "turns with the source's own bot, counted apart"),
    INT(attachments, W | Q, "attachments in the conversation"),
    INT(merged_into, W | O | U, "ticket this one was merged into"),
    TIME(merged_at, W | O | U, "when it was merged"),
    INT(followup_of, W, "the closed ticket this one goes on from"),
    INT(followed_by, W, "the ticket that goes on from this closed one"),
    INT(split_from, W, "the ticket this one was split from"),
    INT(root, H | Q, "last ticket of the merge chain"),
    ENUM(sla, sla_states, W, "ok, warn, late, paused or done"),
    ENUM(escalated, escalations, W, "triggered, acknowledged, snoozed, resolved or suppressed"),
    TIME(next_due_at, W | Q, "earliest running due time"),
    TIME(wake_at, H | Q, "when a rule next wants to look"),
    {.name = "metadata", .type = FIELD_JSON, AT(metadata), .flags = S | Q, .help = "whatever else the source sent"},
};
const int field_count = sizeof field_table / sizeof *field_table;
_Static_assert(sizeof field_table / sizeof *field_table <= 128, "field_set holds 128 fields");

const struct field *field_find(const char *name)
{
    for (int i = 0; name && i < field_count; i++)
        if (*field_table[i].name == *name && strcmp(field_table[i].name, name) == 0)
            return &field_table[i];
    return NULL;
}

const struct field *field_next(const struct field *before, const char *name)
{
    for (const struct field *f = before ? before + 1 : field_table; f < field_table + field_count; f++)
        if (*f->name == *name && strcmp(f->name, name) == 0)
            return f;
    return field_find(name);
}

int field_index(const struct field *field)
{
    return (int)(field - field_table);
}

const char *field_suggest(const char *name, unsigned need_flags)
{
    const char *best = NULL;
    int least = 4;
    for (int i = 0; i < field_count; i++) {
        int d = (field_table[i].flags & need_flags) == need_flags ? str_distance(name, field_table[i].name) : 99;
        if (d < least && 2 * d <= (int)strlen(field_table[i].name)) { /* of a short name nothing would be left */
            least = d;
            best = field_table[i].name;
        }
    }
    return best;
}

bool field_is_text(const struct field *f)
{
    return f->type == FIELD_TEXT || f->type == FIELD_TAGS || f->type == FIELD_JSON;
}

static void *slot(const struct ticket *t, const struct field *f)
{
    return (char *)(uintptr_t)t + f->offset;
}

const char *field_text(const struct ticket *t, const struct field *f)
{
    return *(const char **)slot(t, f);
}

int64_t field_int(const struct ticket *t, const struct field *f)
{
    switch (f->type) {
    case FIELD_ENUM:
        return *(int *)slot(t, f);
    case FIELD_BOOL:
        return *(bool *)slot(t, f);
    default:
        return *(int64_t *)slot(t, f);
    }
}

void field_set_text(struct ticket *t, const struct field *f, const char *text)
{
    *(const char **)slot(t, f) = text;
}

void field_set_int(struct ticket *t, const struct field *f, int64_t value)
{
    switch (f->type) {
    case FIELD_ENUM:
        *(int *)slot(t, f) = (int)value;
        break;
    case FIELD_BOOL:
        *(bool *)slot(t, f) = value != 0;
        break;
    default:
        *(int64_t *)slot(t, f) = value;
    }
}

void field_move(struct ticket *to, const struct ticket *from, const struct field *f)
{
    if (field_is_text(f))
        field_set_text(to, f, field_text(from, f));
    else
        field_set_int(to, f, field_int(from, f));
}

bool field_same(const struct ticket *a, const struct ticket *b, const struct field *f)
{
    return field_is_text(f) ? str_eq(field_text(a, f), field_text(b, f)) : field_int(a, f) == field_int(b, f);
}

const char *field_word(const struct field *f, int64_t value)
{
    return f->words && value > 0 && value < f->word_count ? f->words[value] : "";
}

int field_word_value(const struct field *f, const char *word)
{
    if (!word)
        return 0;
    for (int i = 0; i < f->word_count; i++)
        if (strcmp(f->words[i], word) == 0)
            return i;
    return -1;
}

#define WORD_OF(list, value) ((value) > 0 && (value) < (int)(sizeof(list) / sizeof *(list)) ? (list)[value] : "")
const char *status_word(int status)
{
    return WORD_OF(statuses, status);
}

const char *priority_word(int priority)
{
    return WORD_OF(priorities, priority);
}

const char *urgency_word(int urgency)
{
    return WORD_OF(urgencies, urgency);
}

const char *category_word(int category)
{
    return WORD_OF(categories, category);
}

const char *registration_word(int registration)
{
    return WORD_OF(registrations, registration);
}

const char *escalation_word(int state)
{
    return WORD_OF(escalations, state);
}
