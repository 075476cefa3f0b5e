/* errand: see errand.h. */
#include "app/errand.h"
#include "app/unanswered.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>

enum {
    SENT_MOST = 3, /* something at which a daemon falls over each time it comes is not sent for ever */
    OVERDUE_MS = 2000,
    BUSY_MS = 500
};

struct errand {
    struct errand *next;
    struct console *c;
    char *what, *body;
    int sent;      /* how often it went out */
    int64_t since, not_before; /* clock_mono: it went out first; it does not go again before */
    bool flying;
    bool doubted;  /* unsure was called */
    link_done *done;
    errand_unsure *unsure;
    void *arg;
};

static void end(struct errand *e, const struct link_answer *answer)
{
    struct link_answer all = *answer;
    all.sent = e->sent > 0;
    e->c->errands = e->next;
    e->done(e->arg, &all);
    free(e->what);
    free(e->body);
    free(e);
}

/* What was begun behind something that was not done was meant to follow it: an undo would be of something else. */
static void end_all(struct console *c, const struct link_answer *answer)
{
    int n = 0;
    for (const struct errand *e = c->errands; e; e = e->next)
        n++;
    while (n-- > 0)
        end(c->errands, answer);
}

static void answered(void *arg, const struct link_answer *answer)
{
    struct errand *e = arg;
    struct console *c = e->c;
    e->flying = false;
    if ((answer->status == 503 || answer->status == 429) && e->doubted) { /* a desk that does not serve now says nothing of what was done before */
        e->not_before = clock_mono() + BUSY_MS;
        return;
    }
    e->sent += answer->sent;
    if (!answer->status && c->quit)
        return; /* errand_forget speaks of it */
    if (answer->status)
        unanswered_over(c);
    if (e->doubted && (answer->status || e->sent == SENT_MOST))
        toast_moot(&c->toast, UI_WARN);
    if (!answer->status && (!e->sent || e->sent == SENT_MOST)) {
        end_all(c, answer);
    } else if (answer->status) {
        end(e, answer);
        errand_follow(c);
    } else {
        bool first = !e->doubted;
        e->not_before = clock_mono() + BUSY_MS; /* a daemon that is ending takes it several times before the line is known to be gone */
        e->doubted = true;
        if (first)
            e->unsure(e->arg);
    }
}

void errand_follow(struct console *c)
{
    struct errand *e = c->errands;
    if (!e || e->flying || clock_mono() < e->not_before || (e->sent && link_status(c->link)->state != LINK_LIVE))
        return;
    e->flying = true;
    e->since = e->since ? e->since : clock_mono();
    link_send(c->link, "POST", "/v1/do", e->body, answered, e);
}

void errand_begin(struct console *c, const char *what, const char *body, link_done *done, errand_unsure *unsure, void *arg)
{
    struct errand *e = calloc(1, sizeof *e), **last = &c->errands;
    if (!e || !(e->what = strdup(what)) || !(e->body = strdup(body)))
        abort();
    e->c = c;
    e->done = done;
    e->unsure = unsure;
    e->arg = arg;
    while (*last)
        last = &(*last)->next;
    *last = e;
    if (e != c->errands && *errand_overdue(c, clock_mono()))
        console_toast(c, UI_WARN, "%s waits: nobody answered yet to %s; :unanswered lists what waits", what, c->errands->what);
    errand_follow(c);
}

const char *errand_waiting(const struct console *c, int i)
{
    const struct errand *e = c->errands;
    while (e && i-- > 0)
        e = e->next;
    return e ? e->what : NULL;
}

const char *errand_overdue(struct console *c, int64_t now)
{
    const struct errand *e = c->errands;
    int n = 0;
    if (!e || !e->since || (!e->doubted && now - e->since < OVERDUE_MS))
        return "";
    while (errand_waiting(c, n))
        n++;
    return n > 1 ? arena_printf(c->frame, "%s and %d more", e->what, n - 1) : e->what;
}

const char *errand_forget(struct console *c)
{
    static const struct err gone = {.code = ERR_UNAVAILABLE, .text = "the line was closed"};
    AUTO_STR unknown, undone;
    str_init(&unknown, 300);
    str_init(&undone, 300);
    while (c->errands) {
        struct str *list = c->errands->sent ? &unknown : &undone;
        str_addf(list, "%s%s", list->len ? ", " : "", c->errands->what);
        end(c->errands, &(struct link_answer){.body = "", .err = &gone, .hint = ""});
    }
    if (!unknown.len && !undone.len)
        return "";
    return arena_printf(c->frame, "%s%s%s%s%s", unknown.len ? "nobody answered whether it is done: " : "", unknown.data,
                        unknown.len && undone.len ? "; " : "", undone.len ? "not done: " : "", undone.data);
}
