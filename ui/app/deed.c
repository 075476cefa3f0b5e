/* deed: see deed.h. */
#include "app/deed.h"
#include "app/aside.h"
#include "app/errand.h"
#include "app/part.h"
#include "app/unanswered.h"
#include "app/undone.h"
#include "base/clock.h"
#include "link/problem.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *deed_problem(struct console *c, const struct json *problem)
{
    struct err err = {0};
    char hint[256], *text = json_print(problem);
    problem_read((int)json_get_i64(problem, "status", 500), text, strlen(text), &err, hint);
    free(text);
    return arena_printf(c->frame, "%s%s%s", err.text, *hint ? "; " : "", hint);
}

struct deed {
    struct console *c;
    const char *action;
    enum place from;   /* where its tickets were marked */
    bool marked;
    int refused;       /* were not even sent: the preview said so */
    int left;          /* nor these: they were too many, and stay marked */
    bool chooses;      /* the answer names the ticket */
    int count;
    int64_t tickets[];
};

/* What was marked for it, and is done, is marked no more; what was refused still is. */
static void settle_marks(struct deed *d, const struct json *root)
{
    struct list *list = d->from == PLACE_QUEUE ? d->c->queue.list : d->from == PLACE_REVIEW ? d->c->lists[LISTS_REVIEW].list : NULL;
    for (const struct json *r = json_first(json_get(root, "results")); list && d->marked && r; r = json_next(r))
        if (json_get_bool(r, "ok", false) || problem_already(r))
            list_mark(list, json_get_i64(r, "ticket", 0), false);
}

static void settle_all(struct deed *d)
{
    for (int i = 0; i < d->count; i++)
        mirror_answered(d->c->mirror, d->tickets[i], 0);
}

/* "close #42", "claim 3 tickets", "undo". */
static const char *words_of(struct arena *arena, const char *action, const int64_t *tickets, int count)
{
    return count == 1 ? arena_printf(arena, "%s #%" PRId64, action, *tickets) : count ? arena_printf(arena, "%s %d tickets", action, count) : action;
}

static void unsure(void *arg)
{
    struct deed *d = arg;
    console_toast(d->c, UI_WARN, "%s: no answer; it is asked again once the desk is back", words_of(d->c->frame, d->action, d->tickets, d->count));
}

/* What was lost, or refused as a whole. */
static void say_failure(struct deed *d, const struct link_answer *answer)
{
    struct console *c = d->c;
    if (answer->err->code == ERR_UNAVAILABLE) /* what is lost is the key, and only that */
        unanswered_add(c, words_of(c->frame, d->action, d->tickets, d->count), answer->sent && !answer->status, answer->err->text);
    else if (d->count || !act_refused(c, d->action, answer->err->text))
        console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
}

struct outcome { /* of all its tickets */
    int good, same, bad;        /* done; so already; refused */
    const char *say, *so;       /* of the last that was done; of the last that is so already */
    const struct json *problem; /* of the first that was refused */
};

static void take_result(struct deed *d, const struct json *result, struct outcome *out)
{
    struct console *c = d->c;
    bool ok = json_get_bool(result, "ok", false), already = problem_already(result);
    int64_t ticket = json_get_i64(result, "ticket", 0);
    mirror_answered(c->mirror, ticket, ok ? json_get_i64(result, "seq", 0) : 0);
    if (json_is(json_get(result, "text"), JSON_OBJECT))
        place_reveal(c, ticket, json_get(result, "text"));
    if (ok && d->chooses)
        place_ticket(c, ticket);
    out->say = ok ? json_get_string(result, "say", NULL) : out->say;
    out->so = already ? json_get_string(json_get(result, "error"), "detail", "") : out->so;
    out->problem = ok || already || out->problem ? out->problem : json_get(result, "error");
    out->good += ok;
    out->same += already;
    out->bad += !ok && !already;
}

static void say_refused(struct deed *d, const struct outcome *out)
{
    struct console *c = d->c;
    if (out->problem && out->bad + out->good == 1)
        console_toast(c, UI_ERROR, "%s", deed_problem(c, out->problem));
    else
        console_toast(c, out->problem ? UI_ERROR : UI_WARN, "%s: %d done, %d refused and still marked%s%s", d->action, out->good, out->bad + d->refused,
                      out->problem ? ": " : "", json_get_string(out->problem, "detail", ""));
}

static void say_done(struct deed *d, const struct outcome *out)
{
    struct console *c = d->c;
    if (out->good > 1)
        console_toast(c, UI_TOAST, "%s: %d tickets%s%s", d->action, out->good, action_find(d->action)->flags & UNDOABLE ? " (u takes all of it back)" : "",
                      d->left ? arena_printf(c->frame, "; %d are still marked", d->left) : "");
    else if (out->good && out->say)
        console_toast(c, UI_TOAST, "%s", out->say);
    else if (out->so)
        console_toast(c, UI_DIM, "%s%s", out->so, out->same > 1 ? arena_printf(c->frame, "; so are %d more", out->same - 1) : "");
}

/* A refusal that only wants to know more is asked about, and nothing is said. */
static bool asks_back(struct deed *d, const struct json *problem)
{
    const char *detail = json_get_string(problem, "detail", "");
    return problem && (d->count ? aside_refused(d->c, d->tickets[0], detail) : act_refused(d->c, d->action, detail));
}

static void say_outcome(struct deed *d, const struct json *root, const struct outcome *out)
{
    bool undone = undone_say(d->c, d->action, root), asked = asks_back(d, out->problem);
    if (undone)
        return;
    if (!asked && (out->problem || (out->good && d->refused)))
        say_refused(d, out);
    else
        say_done(d, out);
}

static void done(void *arg, const struct link_answer *answer)
{
    struct deed *d = arg;
    struct console *c = d->c;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    struct outcome out = {0};
    if (answer->err)
        say_failure(d, answer);
    for (const struct json *r = json_first(json_get(root, "results")); r; r = json_next(r))
        take_result(d, r, &out);
    settle_marks(d, root);
    if (out.good)
        held_act(&c->held, d->action);
    say_outcome(d, root, &out);
    if (answer->err)
        settle_all(d);
    if (!d->count)
        fetch_place(c); /* the desk itself changed */
    c->dirty = c->at_once = true;
    free(d);
}

const char *deed_key(struct console *c, struct arena *a)
{
    return arena_printf(a, "console-%d-%" PRId64 "-%" PRIu64, (int)getpid(), clock_now(), ++c->keys_made);
}

void deed_do(struct console *c, const struct command_do *what)
{
    AUTO_ARENA a = arena_new();
    struct err err = {0};
    struct command_do keyed = *what;
    keyed.key = deed_key(c, a);
    char *body = command_body(a, &keyed, &err);
    if (!body) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    struct deed *d = calloc(1, sizeof *d + (size_t)what->ticket_count * sizeof *d->tickets);
    if (!d)
        abort();
    d->c = c;
    d->action = what->action->name;
    d->from = console_place(c);
    d->marked = c->asked.marked;
    d->left = c->asked.seen ? c->asked.left : 0;
    d->refused = c->asked.seen ? c->asked.refused : 0;
    d->chooses = what->action->flags & CHOOSES;
    d->count = what->ticket_count;
    c->acted = what->ticket_count == 1 ? what->tickets[0] : 0;
    for (int i = 0; i < what->ticket_count; i++) {
        d->tickets[i] = what->tickets[i];
        mirror_pend(c->mirror, what->tickets[i]);
    }
    errand_begin(c, words_of(a, d->action, d->tickets, d->count), body, done, unsure, d);
}
