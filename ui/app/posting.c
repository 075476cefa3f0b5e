/* posting: see posting.h. */
#include "app/posting.h"
#include "app/deed.h"
#include "app/errand.h"
#include "app/keeper.h"
#include "app/unanswered.h"
#include "app/writing.h"
#include "base/clock.h"
#include "core/draft.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINGERS_MS = 1500 };

struct posting {
    struct posting *next;
    struct console *c;
    int64_t ticket, since; /* since: clock_mono */
    bool reply, close_after, next_after, pending_after;
    bool left;   /* the composer is not over it any more */
    bool marked; /* its ticket's row is */
    char key[96];
    char *draft; /* as it was left */
};

/* --- which --- */

static struct posting *find(const struct console *c, int64_t ticket, bool reply)
{
    struct posting *p = c->postings;
    while (p && (p->ticket != ticket || p->reply != reply))
        p = p->next;
    return p;
}

static struct posting *mine(const struct console *c)
{
    const struct composer *w = &c->composer;
    struct posting *p = composer_is_open(w) && w->state == COMPOSER_SENDING ? find(c, w->ticket, w->reply) : NULL;
    return p && !p->left ? p : NULL;
}

static struct posting *begin(struct console *c)
{
    const struct composer *w = &c->composer;
    struct posting *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    *p = (struct posting){.next = c->postings, .c = c, .ticket = w->ticket, .since = clock_mono(), .reply = w->reply, .close_after = w->close_after,
                          .next_after = w->next_after, .pending_after = w->pending_after};
    str_copy(p->key, sizeof p->key, w->key);
    return c->postings = p;
}

static void forget(struct posting *p)
{
    struct posting **at = &p->c->postings;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    free(p->draft);
    free(p);
}

bool posting_any(const struct console *c)
{
    return c->postings;
}

/* "reply to #42" */
static const char *words_of(struct arena *arena, const struct posting *p)
{
    return arena_printf(arena, "%s #%" PRId64, p->reply ? "reply to" : "note on", p->ticket);
}

/* --- it arrived --- */

static void close_too(struct console *c, int64_t ticket)
{
    struct command_do what = {.action = &action_table[ACTION_CLOSE], .tickets = &ticket, .ticket_count = 1};
    deed_do(c, &what);
}

static void claim_next(struct console *c)
{
    struct command_do what = {.action = &action_table[ACTION_CLAIM_NEXT], .arg = ""};
    deed_do(c, &what);
}

/* What is held counts down, as long as it can be taken back. */
static void say_sent(const struct posting *p, const struct json *result)
{
    struct console *c = p->c;
    int64_t at = json_get_i64(result, "leaves_at", 0), now = clock_mono();
    if (at)
        held_add(&c->held, json_get_i64(result, "ticket", 0), now + at - console_now(c), now);
    else
        held_act(&c->held, p->reply ? "reply" : "note");
    if (p->left)
        console_toast(c, UI_TOAST, "%s: the desk has it, once.", words_of(c->frame, p));
    else if (!at)
        console_toast(c, UI_TOAST, "%s", json_get_string(result, "say", "sent"));
    if (p->left)
        unanswered_note(c, words_of(c->frame, p), "the desk has it, once");
}

static void arrived(const struct posting *p, const struct json *result)
{
    struct console *c = p->c;
    struct early *early = p->left || p->next_after ? NULL : composer_early(&c->composer); /* what is typed ahead of another ticket may mean either */
    say_sent(p, result);
    keeper_sent(c, p->ticket, p->reply);
    if (!p->left)
        composer_fini(&c->composer); /* the draft is forgotten by what was sent */
    fetch_want(c, SLOT_DOC + MIRROR_DRAFTS);
    if (!p->left)
        fetch_focus(c, p->ticket);
    if (p->close_after)
        close_too(c, p->ticket);
    if (p->next_after && !p->left)
        claim_next(c);
    writing_press(c, early);
}

/* --- it did not --- */

/* The answer may come before the news that somebody wrote; the ticket, read anew, has it. */
static void resolve_doubt(struct console *c)
{
    struct look look = console_look(c);
    struct composer *w = &c->composer;
    const struct mirror_row *row = ticket_row(&look, w->ticket);
    const struct wanted *read = &c->slots[SLOT_DOC + MIRROR_TICKET];
    if (row && row->t.thread_version != w->thread_version)
        composer_conflict(w, row->t.thread_version);
    else if (!read->wanted && !read->flying)
        composer_failed(w, w->refused);
    c->dirty |= !w->doubted;
}

static const char *why_not(struct console *c, const struct json *problem, const struct link_answer *answer)
{
    return problem ? deed_problem(c, problem) : answer->err ? answer->err->text : "the daemon's answer makes no sense";
}

static bool unknown(const struct link_answer *answer)
{
    return answer->sent && !answer->status;
}

/* Nobody looks at it: it is a draft again, and that is said. */
static void came_back(const struct posting *p, const struct json *problem, const struct link_answer *answer)
{
    struct console *c = p->c;
    const char *became = arena_printf(c->frame, "%s: %s. The text is your draft", unknown(answer) ? "no answer, look whether it is sent" : "not sent", why_not(c, problem, answer));
    console_toast(c, UI_ERROR, "%s: %s: %c goes on with it.", words_of(c->frame, p), became, p->reply ? 'r' : 'i');
    unanswered_note(c, words_of(c->frame, p), became);
    keeper_back(c, p->ticket, p->reply, unknown(answer));
}

static void refused(const struct posting *p, const struct json *problem, const struct link_answer *answer)
{
    struct console *c = p->c;
    struct composer *w = &c->composer;
    keeper_back(c, p->ticket, p->reply, unknown(answer));
    if (answer->status)
        w->key[0] = 0;
    if (problem && json_get_i64(problem, "status", 0) == 409 && p->reply) {
        fetch_focus(c, w->ticket);
        composer_doubt(w, deed_problem(c, problem));
        resolve_doubt(c);
    } else {
        const char *why = why_not(c, problem, answer);
        composer_failed(w, problem ? why : arena_printf(c->frame, "%s: %s. The text is kept.", unknown(answer) ? "No answer, look whether it is sent" : "Not sent", why));
    }
}

/* --- on its way --- */

static void sent(void *arg, const struct link_answer *answer)
{
    struct posting *p = arg;
    struct console *c = p->c;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    const struct json *result = json_first(json_get(root, "results")), *problem = json_get(result, "error");
    bool ok = json_get_bool(result, "ok", false);
    c->dirty = c->at_once = true;
    if (p->marked)
        mirror_answered(c->mirror, p->ticket, ok ? json_get_i64(result, "seq", 0) : 0);
    if (c->link) /* else we are leaving, and errand_forget speaks of it */
        ok ? arrived(p, result) : p->left ? came_back(p, problem, answer) : refused(p, problem, answer);
    forget(p);
}

/* It may be with the customer in a moment: until somebody says so, the text is neither changed nor thrown away. */
static void unsure(void *arg)
{
    struct posting *p = arg;
    if (mine(p->c) == p)
        p->c->composer.lingers = true;
    console_toast(p->c, UI_WARN, "#%" PRId64 ": no answer; it may be sent, and is asked again once the desk is back. It goes once.", p->ticket);
}

void posting_send(struct console *c)
{
    AUTO_ARENA a = arena_new();
    struct err err = {0};
    struct composer *w = &c->composer;
    if (!*w->key)
        str_copy(w->key, sizeof w->key, deed_key(c, a));
    AUTO_JSON files = attached_write(&w->attached);
    struct command_do what = {.action = &action_table[w->reply ? ACTION_REPLY : ACTION_NOTE],
                              .tickets = &w->ticket,
                              .ticket_count = 1,
                              .arg = editor_text(w->editor),
                              .attachments = files ? json_print_in(a, files) : NULL,
                              .articles = w->reply ? composer_articles(w, a) : NULL,
                              .thread_version = w->reply ? w->thread_version : 0,
                              .with = w->reply && w->pending_after ? "status=pending" : NULL,
                              .draft_tag = keeper_tag(c), /* one that was not seen yet stays */
                              .key = w->key};
    char *body = command_body(a, &what, &err);
    if (!body) {
        composer_failed(w, err.text);
        return;
    }
    struct posting *p = begin(c);
    errand_begin(c, words_of(a, p), body, sent, unsure, p);
}

/* --- left, and opened again --- */

void posting_leave(struct console *c)
{
    struct composer *w = &c->composer;
    struct posting *p = mine(c);
    if (!p)
        return;
    AUTO_JSON draft = composer_draft(w);
    free(p->draft);
    p->draft = json_print(draft);
    p->left = true;
    if (!p->marked)
        mirror_pend(c->mirror, p->ticket);
    p->marked = true;
    console_toast(c, UI_WARN, "%s: no answer yet. It is asked on by itself and goes once; %c shows it.%s%s", words_of(c->frame, p), p->reply ? 'r' : 'i',
                  p->next_after ? " The next ticket is not claimed." : "", early_count(w->early) ? " What you typed behind it is not taken." : "");
    keeper_away(c);
    composer_fini(w);
}

bool posting_reopen(struct console *c, int64_t ticket, bool reply)
{
    AUTO_ARENA a = arena_new();
    struct composer *w = &c->composer;
    struct posting *p = find(c, ticket, reply);
    if (!p || !p->left)
        return false;
    composer_open(w, ticket, 0, reply, "");
    composer_resume(w, json_parse_in(a, p->draft, strlen(p->draft), &json_limits_dialect, NULL, NULL));
    w->state = COMPOSER_SENDING;
    w->lingers = true;
    w->close_after = p->close_after;
    w->pending_after = p->pending_after;
    str_copy(w->key, sizeof w->key, p->key);
    p->left = false;
    keeper_again(c);
    fetch_focus(c, ticket);
    return true;
}

void posting_follow(struct console *c)
{
    struct composer *w = &c->composer;
    const struct posting *p = mine(c);
    if (composer_is_open(w) && w->doubted)
        resolve_doubt(c);
    if (!p || w->lingers || clock_mono() - p->since < LINGERS_MS)
        return;
    w->lingers = true;
    c->dirty = true;
}

void posting_end(struct console *c)
{
    for (const struct posting *p = c->postings; p; p = p->next)
        keeper_back(c, p->ticket, p->reply, true);
}
