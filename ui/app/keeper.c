/* keeper: see keeper.h. */
#include "app/keeper.h"
#include "app/unkept.h"
#include "app/writing.h"
#include "base/clock.h"
#include "core/draft.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 1500 };

/* Whoever is done with goes. */
static void settle(struct unkept *h)
{
    struct console *c = h->c;
    struct unkept **at = &c->unkept;
    struct unkept *open = unkept_mine(c);
    c->composer.saving = open && (open->sends || open->wants);
    c->dirty = true;
    if (h->flying || h->open || h->sends || h->wants)
        return;
    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    unkept_free(h);
}

/* --- what the daemon has --- */

static void step(struct unkept *h);

static bool unanswered(struct unkept *h, const struct link_answer *answer)
{
    bool none = answer->err && (!answer->status || answer->status >= 500);
    struct err err = {0};
    h->flying = false;
    if (none && (h->sends || h->wants))
        unkept_shelter(h, &err); /* where that fails, keeper_end says so */
    h->not_before = clock_mono() + AGAIN_MS;
    if (none && !h->open && !h->away && (h->sends || h->wants) && !h->told && !h->c->quit)
        console_toast(h->c, UI_WARN, "The draft on #%" PRId64 " is not %s yet: no answer. It is as soon as the desk is back.", h->ticket,
                      (h->wants ? h->wanted : h->sent) ? "kept" : "thrown away");
    h->told |= none && !h->open && !h->away;
    return none;
}

/* The text is closed: nobody is there to be asked, so where both wrote both texts are kept. What was to be forgotten is not, where it is another. */
static void join(struct unkept *h, const char *was, const struct json *kept)
{
    AUTO_ARENA a = arena_new();
    bool both;
    if (!h->wanted && h->only && !str_eq(draft_text(kept), h->only))
        unkept_drop(h);
    if (!h->wanted && h->rival && *draft_text(kept)) {
        unkept_drop(h);
        console_toast(h->c, UI_WARN, "Another console of yours wrote on #%" PRId64 " since: its text stays.", h->ticket);
    }
    if (!h->wanted || !kept)
        return;
    AUTO_JSON all = draft_merge(unkept_parsed(a, was), kept, unkept_parsed(a, h->wanted), &both);
    unkept_want(h, json_print_in(a, all));
    if (both)
        str_copy(h->say, sizeof h->say, arena_printf(a, "#%" PRId64 " had %s draft: both texts are kept, %s first.", h->ticket, h->rival ? "another console's" : "an earlier",
                                                     h->rival ? "that one" : "the earlier one"));
}

/* The composer has all of it, and what it makes of that is kept in a moment; it may be closed over it, and another text opened. */
static void tell(struct unkept *h, const char *was, const struct json *kept, bool answered)
{
    const struct writing_news news = {.was = was, .kept = kept, .answered = answered, .rival = h->rival};
    if (answered)
        unkept_drop(h);
    h->flying = true;
    writing_came(h->c, &news);
    h->flying = false;
}

static void remember(struct unkept *h, const char *tag, char *value)
{
    free(h->was);
    h->was = value;
    str_copy(h->tag, sizeof h->tag, tag);
}

/* What was refused is wanted still; false: nothing else is kept there than was known, so that it is refused for good. */
static bool is_another(struct unkept *h, const struct json *root)
{
    return !h->rival || !str_eq(h->tag, json_get_string(root, "tag", ""));
}

static void came(void *arg, const struct link_answer *answer)
{
    struct unkept *h = arg;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    const struct json *value = json_get(root, "value"), *kept = json_is(value, JSON_NULL) ? NULL : value;
    bool none = unanswered(h, answer) || !root;
    if (h->gone || (none && !h->open)) {
        settle(h);
        return;
    }
    char *was = h->rival && h->was ? strdup(h->was) : NULL;
    bool another = none || is_another(h, root);
    h->known = !none;
    if (!none)
        remember(h, json_get_string(root, "tag", ""), kept ? json_print(kept) : NULL);
    if (!none && *h->over && str_eq(h->over, h->tag) && h->was && !was)
        was = strdup(h->was); /* what was left came of that */
    if (!none)
        h->over[0] = 0;
    h->refused = !another;
    if (!another)
        console_toast(h->c, UI_ERROR, "The draft on #%" PRId64 " is not kept: the desk refuses it.", h->ticket);
    if (h->open && another)
        tell(h, was, kept, !none);
    else if (another)
        join(h, was, kept);
    free(was);
    h->rival &= none;
    if (!none)
        step(h);
    settle(h);
}

/* --- what it is to have --- */

static void refuse(struct unkept *h, const struct link_answer *answer)
{
    h->rival = answer->status == 409;
    h->known &= !h->rival;
    if (!h->rival)
        console_toast(h->c, UI_ERROR, "The draft on #%" PRId64 " is not kept: %s", h->ticket, answer->err->text);
    if (!h->wants) {
        h->wanted = h->sent;
        h->sent = NULL;
    }
    free(h->sent);
    h->sent = NULL;
    h->sends = false;
    h->wants = true;
    h->refused = !h->rival;
    if (answer->status == 422) { /* a ticket that was purged: its words are to be nowhere */
        unkept_drop(h);
        unkept_unshelter(h);
    }
}

static void put_answered(void *arg, const struct link_answer *answer)
{
    struct unkept *h = arg;
    struct console *c = h->c;
    c->dirty = true;
    if (unanswered(h, answer) || h->gone) {
        settle(h);
        return;
    }
    if (answer->err) {
        refuse(h, answer);
        step(h);
        settle(h);
        return;
    }
    AUTO_JSON root = json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    remember(h, json_get_string(root, "tag", ""), h->sent);
    h->sent = NULL;
    h->sends = h->told = false;
    h->posts |= h->away || (h->open && c->composer.state == COMPOSER_SENDING);
    if (!h->wants)
        unkept_unshelter(h);
    if (h->open && !h->wants)
        writing_kept(c);
    else if (!h->open)
        fetch_want(c, SLOT_DOC + MIRROR_DRAFTS);
    if (!h->wants && *h->say) {
        console_toast(c, UI_TOAST, "%s", h->say);
        h->say[0] = 0;
    }
    step(h);
    settle(h);
}

static void send_text(struct unkept *h, const char *path)
{
    AUTO_ARENA a = arena_new();
    if (!h->sends) {
        h->sent = h->wanted;
        h->wanted = NULL;
        h->sends = true;
        h->wants = false;
    }
    link_send(h->c->link, "PUT", path, arena_printf(a, "{\"value\":%s,\"over\":\"%s\"}", h->sent ? h->sent : "null", h->tag), put_answered, h);
}

/* The next call of it, where there is one to make. */
static void step(struct unkept *h)
{
    AUTO_ARENA a = arena_new();
    const char *path = arena_printf(a, "/v1/keep/%s", draft_key(a, h->ticket, h->reply));
    if (h->flying || h->refused || h->gone || h->away || (h->known && !h->sends && !h->wants))
        return;
    h->flying = true;
    if (!h->known)
        link_send(h->c->link, "GET", path, NULL, came, h);
    else
        send_text(h, path);
}

/* --- the composer's --- */

bool keeper_full(const struct console *c, int64_t ticket, bool reply)
{
    int n = 0;
    if (unkept_find(c, ticket, reply))
        return false;
    for (const struct unkept *h = c->unkept; h; h = h->next)
        n++;
    return n >= UNKEPT_MOST;
}

bool keeper_open(struct console *c)
{
    AUTO_ARENA a = arena_new();
    struct unkept *h = unkept_mine(c);
    if (!h)
        h = unkept_begin(c, c->composer.ticket, c->composer.reply);
    h->open = true;
    h->say[0] = 0;
    c->composer.saving = h->wants || h->sends;
    if (h->wants || h->sends) {
        writing_came(c, &(struct writing_news){.kept = unkept_parsed(a, h->wants ? h->wanted : h->sent), .answered = true});
        return true;
    }
    h->known = false; /* another console may have written since */
    step(h);
    return false;
}

void keeper_put(struct console *c, bool forget, const char *say)
{
    AUTO_ARENA a = arena_new();
    struct err err = {0};
    struct unkept *h = unkept_mine(c);
    if (!h)
        h = unkept_begin(c, c->composer.ticket, c->composer.reply);
    if (forget && (!h->known || c->composer.rival)) {
        unkept_drop(h);
        unkept_unshelter(h);
        return;
    }
    AUTO_JSON value = forget ? NULL : composer_draft(&c->composer);
    unkept_want(h, value ? json_print_in(a, value) : NULL);
    str_copy(h->say, sizeof h->say, say);
    h->away = false;
    if (link_status(c->link)->state != LINK_LIVE)
        unkept_shelter(h, &err); /* an answer, or that there is none, may be long in coming */
    step(h);
    c->composer.saving = !forget;
}

static void put_away(struct console *c)
{
    AUTO_ARENA a = arena_new();
    AUTO_JSON value = composer_draft(&c->composer);
    struct unkept *h = unkept_mine(c);
    if (!h)
        h = unkept_begin(c, c->composer.ticket, c->composer.reply);
    struct err err = {0};
    h->away = h->doubt = true;
    unkept_want(h, json_print_in(a, value));
    unkept_shelter(h, &err);
}

void keeper_hold(struct console *c)
{
    AUTO_ARENA a = arena_new();
    AUTO_JSON value = composer_draft(&c->composer);
    struct unkept *h = unkept_mine(c);
    if (!h)
        h = unkept_begin(c, c->composer.ticket, c->composer.reply);
    unkept_want(h, json_print_in(a, value));
    h->refused = true;
}

void keeper_close(struct console *c)
{
    struct unkept *h = unkept_mine(c);
    if (!h)
        return;
    h->open = false;
    settle(h);
}

void keeper_away(struct console *c)
{
    put_away(c);
    keeper_close(c);
}

void keeper_again(struct console *c)
{
    struct unkept *h = unkept_mine(c);
    if (h)
        h->open = true;
}

/* What it took the place of was named, and is another by now: ours all the same. Where nobody says whether it did, it is looked at first. */
static void forget(struct unkept *h)
{
    AUTO_ARENA a = arena_new();
    if (!h->posts) {
        h->known = false;
        h->only = strdup(draft_text(unkept_parsed(a, h->sent)));
    }
    unkept_drop(h);
    unkept_want(h, NULL);
}

void keeper_sent(struct console *c, int64_t ticket, bool reply)
{
    struct unkept *h = unkept_find(c, ticket, reply);
    if (!h)
        return;
    h->open = h->away = h->doubt = false;
    unkept_unshelter(h);
    h->gone = !h->posts && !h->sends;
    if (h->gone)
        unkept_drop(h);
    else
        forget(h);
    step(h);
    settle(h);
}

void keeper_back(struct console *c, int64_t ticket, bool reply, bool doubt)
{
    struct unkept *h = unkept_find(c, ticket, reply);
    if (h)
        h->doubt = doubt;
    if (!h || !h->away)
        return;
    h->away = h->posts = false;
    step(h);
    settle(h);
}

const char *keeper_tag(const struct console *c)
{
    const struct unkept *h = unkept_mine(c);
    return h && h->known ? h->tag : NULL;
}

/* --- again --- */

static bool waits(const struct unkept *h)
{
    return !h->flying && !h->refused && !h->gone && !h->away && (!h->known || h->sends || h->wants);
}

void keeper_follow(struct console *c, int64_t now)
{
    if (link_status(c->link)->state != LINK_LIVE)
        return;
    for (struct unkept *h = c->unkept, *next; h; h = next) {
        next = h->next;
        if (waits(h) && now >= h->not_before)
            step(h);
    }
}

int64_t keeper_next(const struct console *c)
{
    int64_t at = 0;
    for (const struct unkept *h = link_status(c->link)->state == LINK_LIVE ? c->unkept : NULL; h; h = h->next)
        if (waits(h) && (!at || h->not_before < at))
            at = h->not_before;
    return at;
}

/* --- those that were left --- */

static bool take_left(void *arg, struct spool *spool)
{
    AUTO_ARENA a = arena_new();
    struct console *c = arg;
    struct left is;
    enum left_is what = left_get(a, spool, COMPOSER_TEXT, &is);
    if (what == LEFT_STAYS)
        console_toast(c, UI_WARN, "A %s on #%" PRId64 " that cannot be taken up as it is lies in %s.", draft_word(is.reply), is.ticket, spool->dir);
    if (what != LEFT_TEXT || keeper_full(c, is.ticket, is.reply) || unkept_find(c, is.ticket, is.reply))
        return false;
    struct unkept *h = unkept_begin(c, is.ticket, is.reply);
    unkept_want(h, is.value);
    shelter_take(&h->shelter, spool, &is);
    h->doubt = is.doubt;
    str_copy(h->over, sizeof h->over, is.over);
    snprintf(h->say, sizeof h->say, is.doubt ? "The %s on #%" PRId64 ", of which nobody said whether it is sent, is your draft: look before you send it (D lists it)."
                                             : "The %s on #%" PRId64 " that no desk took is your draft again (D lists it).", draft_word(is.reply), is.ticket);
    step(h);
    return true;
}

void keeper_find(struct console *c)
{
    char desk[SPOOL_DESK];
    unkept_desk(c, desk);
    spool_each(desk, take_left, c);
}

/* --- the end --- */

static void leave(struct str *said, struct arena *a, struct unkept *h)
{
    const struct json *value = unkept_parsed(a, h->wants ? h->wanted : h->sent);
    const char *what = draft_word(h->reply);
    char path[SPOOL_PATH], name[LEFT_NAME];
    struct err err = {0};
    if (!*draft_text(value) && !draft_files(value))
        return;
    bool ok = unkept_shelter(h, &err);
    left_name(h->ticket, h->reply, name);
    spool_path(&h->shelter.spool, name, path);
    str_addf(said, "%sno daemon took the %s on #%" PRId64 ": %s %s", said->len ? "\n" : "", what, h->ticket, ok ? "it is in" : "it is lost,", ok ? path : err.text);
    spool_leave(&h->shelter.spool);
}

const char *keeper_end(struct console *c)
{
    AUTO_ARENA a = arena_new();
    AUTO_STR said;
    str_init(&said, UNKEPT_MOST * 600);
    for (struct unkept *h = c->unkept, *next; h; h = next) {
        next = h->next;
        if (h->wants || h->sends)
            leave(&said, a, h);
        unkept_drop(h);
        unkept_free(h);
    }
    c->unkept = NULL;
    return said.len ? arena_strdup(c->frame, said.data) : "";
}
