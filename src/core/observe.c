/* observe: the fold. A ticket is what its observations say, in rising order of v; what arrives late is sorted in by
 * folding again from the start. Everything the fold needs to know of the past stands in struct ticket, so one step
 * at a time and all steps at once are the same computation. The parts, in the order a step runs them: plain fields,
 * message facts, the three fields with two voices (status, assignee, priority), life (stub, deleted), v itself. */
#include "core/observe.h"
#include "base/str.h"
#include "core/thanks.h"
#include <stdlib.h>
#include <string.h>

const char observe_requeued[] = "requeued";

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int version_cmp(const struct version *a, const struct version *b)
{
    int by = compare(a->t, b->t);
    by = by ? by : compare(a->rank, b->rank);
    by = by ? by : compare(a->n, b->n);
    return by ? by : strcmp(a->key ? a->key : "", b->key ? b->key : "");
}

static const struct field *must_find(const char *name)
{
    const struct field *f = field_find(name);
    if (!f)
        abort();
    return f;
}

void observe_say(struct observation *obs, const char *field)
{
    field_set_add(&obs->said, field_index(must_find(field)));
}

void observe_say_text(struct observation *obs, const char *field, const char *text)
{
    if (!text || !*text)
        return;
    field_set_text(&obs->value, must_find(field), text);
    observe_say(obs, field);
}

void observe_say_int(struct observation *obs, const char *field, int64_t value)
{
    field_set_int(&obs->value, must_find(field), value);
    observe_say(obs, field);
}

void observe_say_null(struct observation *obs, const char *field)
{
    field_set_add(&obs->null, field_index(must_find(field)));
}

/* --- plain fields --- */

struct step {
    struct ticket *to;
    const struct observation *obs;
};
static bool said(const struct step *s, size_t offset)
{
    for (int i = 0; i < field_count; i++)
        if (field_table[i].offset == offset)
            return field_set_has(&s->obs->said, i);
    return false;
}
#define SAID(s, member) said((s), offsetof(struct ticket, member))

static void take_min(int64_t *to, int64_t value)
{
    if (value > 0 && (*to == 0 || value < *to))
        *to = value;
}

static void take_max(int64_t *to, int64_t value)
{
    if (value > *to)
        *to = value;
}

/* Fields whose merge is not "the newest wins". Said to be nothing, they have the value of nothing. */
static void merge_created(struct step *s)
{
    take_min(&s->to->created_at, s->obs->value.created_at);
}

static void merge_updated(struct step *s)
{
    take_max(&s->to->updated_at, s->obs->value.updated_at);
}

static void merge_first_reply(struct step *s)
{
    take_min(&s->to->first_reply_at, s->obs->value.first_reply_at);
}

static void merge_registration(struct step *s)
{
    if (s->obs->value.registration > s->to->registration)
        s->to->registration = s->obs->value.registration;
}

/* A label obeys its author's precedence: an agent's correction stays, whatever a source says later. */
static void merge_category(struct step *s)
{
    int by = s->obs->voice == VOICE_SOURCE ? LABEL_BY_SOURCE : LABEL_BY_AGENT;
    if (by < s->to->category_by)
        return;
    s->to->category = SAID(s, category) ? s->obs->value.category : CATEGORY_NONE;
    s->to->category_by = by;
    s->to->category_bp = 10000;
}

static void merge_voiced(struct step *s)
{
    (void)s; /* status, assignee, priority: below */
}

static const struct merge {
    size_t offset;
    void (*run)(struct step *s);
} merges[] = {
    {offsetof(struct ticket, created_at), merge_created},
    {offsetof(struct ticket, updated_at), merge_updated},
    {offsetof(struct ticket, first_reply_at), merge_first_reply},
    {offsetof(struct ticket, registration), merge_registration},
    {offsetof(struct ticket, category), merge_category},
    {offsetof(struct ticket, status), merge_voiced},
    {offsetof(struct ticket, assignee), merge_voiced},
    {offsetof(struct ticket, priority), merge_voiced},
};

static const struct merge *merge_of(const struct field *f)
{
    for (int i = 0; i < COUNT(merges); i++)
        if (merges[i].offset == f->offset)
            return &merges[i];
    return NULL;
}

static void fold_fields(struct step *s)
{
    static const struct ticket nothing;
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        bool has = field_set_has(&s->obs->said, i), none = field_set_has(&s->obs->null, i);
        if ((!has && !none) || (s->obs->voice == VOICE_SOURCE && !(f->flags & FIELD_SOURCE)))
            continue;
        const struct merge *merge = merge_of(f);
        if (!merge)
            field_move(s->to, has ? &s->obs->value : &nothing, f);
        else
            merge->run(s);
    }
    if (s->obs->voice != VOICE_SOURCE)
        return;
    /* A word we know takes the place of one we had to keep raw. */
    if (SAID(s, status) && !SAID(s, status_raw))
        s->to->status_raw = NULL;
    if (SAID(s, priority) && !SAID(s, priority_raw))
        s->to->priority_raw = NULL;
    if (SAID(s, category) && !SAID(s, category_raw))
        s->to->category_raw = NULL;
}

/* --- messages --- */

/* What a machine sent in a customer's name (an auto-reply, a bounce) waits for no answer, wakes nothing and reopens nothing. */
static bool from_customer(const struct message *m)
{
    return m->author_kind == AUTHOR_CUSTOMER && m->origin != ORIGIN_AI && m->is_public && !m->automatic;
}

static bool answers(const struct message *m)
{
    return m->author_kind == AUTHOR_AGENT && m->origin != ORIGIN_AI && m->is_public && !m->automatic;
}

/* Is this thanks for what was done, and nothing else? Nobody waits for an answer to it. */
static bool only_thanks(const struct ticket *t, const struct message *m)
{
    return ticket_done(t->status) && m->at > t->resolved_at && thanks_only(m->body);
}

static void count_message(struct step *s, const struct message *m, bool thanks)
{
    struct ticket *t = s->to;
    if (answers(m)) {
        take_max(&t->last_agent_at, m->at);
        take_min(&t->first_reply_at, m->at);
    } else if (thanks) {
        take_max(&t->thanked_at, m->at);
    } else if (from_customer(m)) {
        take_max(&t->last_customer_at, m->at);
    }
}

/* When a customer wrote something newer than all that was known, but thanks; 0: nobody did. */
static int64_t fold_messages(struct step *s)
{
    struct ticket *t = s->to;
    const struct observation *obs = s->obs;
    int64_t known = t->last_customer_at, waiting = t->waiting_since, oldest = 0, spoke = 0, last;
    for (int i = 0; i < obs->message_count; i++) {
        const struct message *m = &obs->messages[i];
        bool customer = from_customer(m), thanks = customer && only_thanks(t, m);
        count_message(s, m, thanks);
        if (customer && !thanks && m->at > known)
            take_max(&spoke, m->at);
    }
    last = t->thanked_at > t->last_agent_at ? t->thanked_at : t->last_agent_at;
    for (int i = 0; i < obs->message_count; i++)
        if (from_customer(&obs->messages[i]) && obs->messages[i].at > last)
            take_min(&oldest, obs->messages[i].at);
    if (waiting > last)
        take_min(&oldest, waiting);
    if (known > last)
        take_min(&oldest, known);
    t->waiting_since = oldest;
    return spoke;
}

/* --- two voices --- */

static void note_reopen(struct step *s)
{
    struct ticket *t = s->to;
    t->reopen_count++;
    t->reopened_3 = t->reopened_2;
    t->reopened_2 = t->reopened_at;
    t->reopened_at = s->obs->v.t;
}

/* The shown status changes: everything that hangs on "done" follows here, whoever said it. */
static void show_status(struct step *s, int status, bool counts_as_reopen)
{
    struct ticket *t = s->to;
    bool was_done = ticket_done(t->status), done = ticket_done(status);
    if (was_done && !done) {
        if (counts_as_reopen)
            note_reopen(s);
        t->thanked_at = 0;
        if (!SAID(s, closed_at))
            t->closed_at = 0;
        if (!SAID(s, closed_by))
            t->closed_by = NULL;
        if (!SAID(s, resolution_ms))
            t->resolution_ms = 0;
    }
    if (!done || !was_done || s->obs->voice != VOICE_CLOCK)
        t->resolved_at = done ? s->obs->v.t : 0;
    if (status != STATUS_CLOSED && t->status == STATUS_CLOSED && !SAID(s, closed_at))
        t->closed_at = 0;
    if (status == STATUS_CLOSED && t->status != STATUS_CLOSED && !SAID(s, closed_at))
        t->closed_at = s->obs->v.t;
    t->status = status;
}

/* Is this word of the source one that changes what the desk shows? */
static bool status_counts(const struct step *s, int before, int word)
{
    const struct ticket *t = s->to;
    if (t->disposition)
        return false; /* merged, spam: out of the running, whatever its source goes on to say */
    if (!t->desk_status_at)
        return true;
    if (s->obs->v.t <= t->desk_status_at || word == before || word == STATUS_NEW || s->obs->status_initial)
        return false;
    /* What the desk closed, a source opens again only by a way back of its own. */
    return !ticket_done(t->status) || ticket_done(word) || ticket_done(before);
}

/* Back to work, by the source or its customer: where that happens again and again two machines are talking. */
static void reopen(struct step *s, int status, bool counts)
{
    enum { HOUR = 3600000 };
    struct ticket *t = s->to;
    if (counts && t->reopened_3 && s->obs->v.t - t->reopened_3 < HOUR)
        t->reopens_refused++;
    else
        show_status(s, status, counts);
}

static void source_status(struct step *s)
{
    struct ticket *t = s->to;
    const struct observation *obs = s->obs;
    bool says = SAID(s, status) && obs->value.status;
    int word = says ? obs->value.status : STATUS_OPEN, before = t->source_status, from = t->status_from;
    int sure = !says ? FROM_GUESS : obs->status_initial ? FROM_CREATE : FROM_WORD;
    if ((!says && !obs->status_guess) || sure < from || (sure == FROM_GUESS && from == FROM_GUESS))
        return;
    t->source_status = word;
    t->status_from = sure;
    if (!status_counts(s, before, word))
        return;
    if (ticket_done(t->status) && !ticket_done(word))
        reopen(s, word, from == FROM_WORD);
    else
        show_status(s, word, false);
}

static void show_assignee(struct step *s, const char *assignee)
{
    if (str_eq(s->to->assignee, assignee))
        return;
    s->to->assignee = assignee;
    s->to->assigned_at = assignee ? s->obs->v.t : 0;
}

static bool speaks_of(const struct step *s, const char *name)
{
    int i = field_index(must_find(name));
    return field_set_has(&s->obs->said, i) || field_set_has(&s->obs->null, i);
}

static void source_assignee(struct step *s)
{
    struct ticket *t = s->to;
    const char *word = SAID(s, assignee) ? s->obs->value.assignee : NULL, *before = t->source_assignee;
    if (!speaks_of(s, "assignee"))
        return;
    t->source_assignee = word;
    if (!t->desk_assignee_at || (s->obs->v.t > t->desk_assignee_at && !str_eq(word, before)))
        show_assignee(s, word);
}

static void source_priority(struct step *s)
{
    struct ticket *t = s->to;
    int word = SAID(s, priority) ? s->obs->value.priority : PRIORITY_NONE, before = t->source_priority;
    if (!speaks_of(s, "priority"))
        return;
    t->source_priority = word;
    if (!t->desk_priority_at || (s->obs->v.t > t->desk_priority_at && word != before))
        t->priority = word;
}

/* What the clock did goes by what it found: sorted in behind news that came late, that may be so no more. */
static bool clock_is_late(const struct step *s)
{
    const struct ticket *t = s->to;
    if (s->obs->voice != VOICE_CLOCK)
        return false;
    if (str_eq(s->obs->v.key, observe_requeued))
        return t->reopened_at != s->obs->v.t;
    return SAID(s, status) && s->obs->value.status == STATUS_CLOSED && t->status != STATUS_RESOLVED;
}

/* The desk and the clock: what they say is shown, and the time of it is kept. */
static void desk_voices(struct step *s)
{
    struct ticket *t = s->to;
    if (clock_is_late(s))
        return;
    if (SAID(s, status)) {
        show_status(s, s->obs->value.status, !s->obs->undo);
        take_max(&t->desk_status_at, s->obs->v.t);
    }
    if (speaks_of(s, "assignee")) {
        show_assignee(s, SAID(s, assignee) ? s->obs->value.assignee : NULL);
        take_max(&t->desk_assignee_at, s->obs->v.t);
    }
    if (speaks_of(s, "priority")) {
        t->priority = SAID(s, priority) ? s->obs->value.priority : PRIORITY_NONE;
        take_max(&t->desk_priority_at, s->obs->v.t);
    }
}

/* A customer's message reopens what is resolved, unless the source says with it that it is done. That makes the status the
 * desk's, so that a source which goes on to repeat "resolved" has said nothing new. */
static void customer_reopens(struct step *s, int64_t spoke)
{
    struct ticket *t = s->to;
    bool held_done = SAID(s, status) && ticket_done(s->obs->value.status);
    if (t->status != STATUS_RESOLVED || held_done || s->obs->facts_only || spoke <= t->resolved_at || s->obs->v.t <= t->desk_status_at)
        return;
    reopen(s, STATUS_OPEN, true);
    if (ticket_done(t->source_status) && !ticket_done(t->status))
        t->desk_status_at = s->obs->v.t;
}

static void source_voices(struct step *s, int64_t spoke)
{
    source_status(s);
    source_assignee(s);
    source_priority(s);
    customer_reopens(s, spoke);
}

/* --- life --- */

static void fold_identity(struct step *s)
{
    struct ticket *t = s->to;
    const struct observation *obs = s->obs;
    t->account = t->account ? t->account : obs->account;
    t->dialect = t->dialect ? t->dialect : obs->dialect;
    t->key = t->key ? t->key : obs->key;
    t->source_id = t->source_id ? t->source_id : obs->value.source_id;
    if (!t->last_key)
        t->stub = true;
}

static void fold_life(struct step *s)
{
    struct ticket *t = s->to;
    int kind = s->obs->kind;
    if (kind == KIND_CREATE || kind == KIND_REGISTER || kind == KIND_REGISTER_FAILED)
        t->stub = false;
    if (s->obs->voice == VOICE_SOURCE && !s->obs->echo)
        t->deleted = kind == KIND_DELETE;
    else if (s->obs->voice == VOICE_SOURCE && s->obs->message_count && !s->obs->facts_only)
        t->deleted = false; /* what is said to a part of it is said to it */
}

void observe_fold(struct ticket *ticket, const struct observation *obs)
{
    struct step s = {ticket, obs};
    if (obs->kind == KIND_REFER || (obs->kind == KIND_NONE && obs->voice == VOICE_SOURCE))
        return;
    fold_identity(&s);
    fold_fields(&s);
    int64_t spoke = fold_messages(&s);
    if (obs->voice == VOICE_SOURCE)
        source_voices(&s, spoke);
    else
        desk_voices(&s);
    fold_life(&s);
    if (obs->voice == VOICE_CLOCK)
        return; /* nothing that comes has to be older or newer than it */
    ticket->last_t = obs->v.t;
    ticket->last_rank = obs->v.rank;
    ticket->last_n = obs->v.n;
    ticket->last_key = obs->v.key ? obs->v.key : "";
}

void observe_echo(const struct observation *obs, int64_t merged_at, struct observation *out)
{
    *out = (struct observation){.voice = obs->voice, .kind = KIND_MESSAGE, .v = obs->v, .account = obs->account, .dialect = obs->dialect,
                                .messages = obs->messages, .message_count = obs->message_count, .echo = true,
                                .facts_only = obs->v.t <= merged_at};
}

bool observe_category(const struct field *f)
{
    return f->offset == offsetof(struct ticket, category) || f->offset == offsetof(struct ticket, category_by) ||
           f->offset == offsetof(struct ticket, category_bp);
}

void observe_reset(struct ticket *ticket)
{
    static const struct ticket nothing;
    bool labelled = ticket->category && ticket->category_by != LABEL_BY_SOURCE;
    struct ticket kept = *ticket;
    for (int i = 0; i < field_count; i++)
        if (field_table[i].flags & (FIELD_SOURCE | FIELD_OURS))
            field_move(ticket, &nothing, &field_table[i]);
    if (labelled) {
        ticket->category = kept.category;
        ticket->category_by = kept.category_by;
        ticket->category_bp = kept.category_bp;
    }
    ticket->source_status = ticket->source_priority = ticket->status_from = 0;
    ticket->source_assignee = ticket->last_key = NULL;
    ticket->desk_status_at = ticket->desk_assignee_at = ticket->desk_priority_at = 0;
    ticket->waiting_since = ticket->last_customer_at = ticket->last_agent_at = 0;
    ticket->assigned_at = ticket->resolved_at = ticket->reopen_count = ticket->reopens_refused = 0;
    ticket->reopened_at = ticket->reopened_2 = ticket->reopened_3 = ticket->thanked_at = 0;
    ticket->stub = ticket->deleted = false;
    ticket->last_t = ticket->last_rank = ticket->last_n = 0;
}
