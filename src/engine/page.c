/* page: who is to be told becomes parcels. Consoles are told by the commit itself, which is a parcel of its own, delivered as
 * it is made: that is the record of who was paged. What leaves goes to the destinations of the agent, one after the other as
 * they fail (all at once where the step says importance: high), or to the step's own. A page is never late on purpose: it has
 * retries of its own (profile page), a destination that rests or asks for time counts as failed, and once nobody has to be
 * paged any more what has not left yet is dropped.
 *
 * Over three pages in five minutes to one agent are bundled: the fourth is held for a minute, what comes meanwhile joins it,
 * and the one letter that leaves names every ticket. Its members end as it ends. */
#include "engine/change.h"
#include "base/str.h"
#include "core/step.h"
#include "destination/destination.h"
#include "wire/letter.h"
#include <string.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, MEMBERS = 200, PAGE_NTH = 2000 }; /* PAGE_NTH: beside the letters that routes count from 0 */
/* The longest wait between two attempts is the profile's own (60 s and its jitter); who asks for more, or puts us off for longer
 * than these, counts as failed. */
enum { LONGEST_RETRY = MINUTE + MINUTE / 10, LONGEST_PUT_OFF = 15 * SECOND, PATIENCE = 150 * SECOND };
#define ROUTE "page:" /* before the policy's name; no route can be called so */

bool page_is(const struct parcel *p)
{
    return p->route && str_starts(p->route, ROUTE);
}

int64_t page_wait(const struct parcel *p, const struct verdict *v, int64_t wait, int64_t now)
{
    bool put_off = v->kind == VERDICT_WAIT || v->kind == VERDICT_LATER;
    bool too_long = wait > (put_off ? LONGEST_PUT_OFF : LONGEST_RETRY) || (put_off && now + wait > p->made_at + PATIENCE);
    return too_long ? -1 : wait;
}

/* --- where to --- */

int page_places(struct arena *arena, const struct config *config, const char *agent, const char *destination, const char **places)
{
    const struct config_agent *a = config_agent(config, agent);
    int n = 0;
    if (destination)
        places[n++] = destination;
    if (destination || !a)
        return n;
    if (a->page_url)
        places[n++] = arena_printf(arena, "page:%s", a->name);
    for (int i = 0; i < a->page_count; i++)
        places[n++] = a->page[i];
    return n;
}

struct paging { /* one page on its way out */
    struct engine *e;
    struct arena *arena;
    const struct ticket *ticket;
    const struct page *page;
    int64_t entry, nth, letter, now;
    const char *route;
    int64_t held_until;    /* 0: it leaves at once */
    int64_t bundle;        /* the parcel whose letter names it; 0: it has its own */
    int64_t parcel;        /* out */
    struct err *err;
};

static bool put_letter(struct paging *g)
{
    const struct escalation *e = &g->ticket->escalation;
    struct letter_page page = {.agent = g->page->agent, .policy = e->policy, .step = g->page->step, .loop = g->page->loop, .high = g->page->high,
                               .steps = config_policy_steps(g->e->config, e->policy)};
    struct letter letter = {.of = LETTER_DESK, .id = letter_id(g->arena, g->e->desk, g->entry, PAGE_NTH + g->nth), .type = "triage.page", .at = g->now,
                            .dialect = g->ticket->dialect, .team = g->e->config->team_name, .hops = 1, .ticket = g->ticket, .why = g->page->why,
                            .page = &page};
    AUTO_JSON data = letter_encode(&letter);
    return store_letter_put(g->e->store, g->entry, g->route, g->nth, json_print_in(g->arena, data), NULL, &g->letter, g->err);
}

/* What leaves does so by the retries of a page, whatever else its destination is for. */
static bool put_parcel(struct paging *g, const char *place)
{
    const struct config_destination *to = config_place(g->arena, g->e->config, place);
    struct json *recipe = to ? destination_freeze(to) : NULL;
    struct parcel p = {.entry = g->entry, .nth = g->nth, .route = g->route, .destination = place, .letter = g->letter, .ticket = g->ticket->id,
                       .step = g->page->step, .agent = g->page->agent, .made_at = g->now, .state = g->bundle ? "bundled" : g->held_until ? "held" : "due",
                       .due_at = g->bundle ? 0 : g->held_until ? g->held_until : g->now,
                       .memo = g->bundle ? arena_printf(g->arena, "{\"bundle\":%lld}", (long long)g->bundle) : NULL};
    if (recipe) {
        json_put_i64(recipe, "profile", PROFILE_PAGE);
        p.recipe = json_print_in(g->arena, recipe);
    }
    json_free(recipe);
    if (!store_parcel_add(g->e->store, &p, NULL, g->err))
        return false;
    g->parcel = p.id;
    return true;
}

static bool tell_bundled(struct paging *g)
{
    AUTO_JSON data = json_object();
    struct json *told = json_array();
    json_push(told, json_new_string(g->page->agent));
    json_put_string(data, "what", "bundled");
    json_put_i64(data, "step", g->page->step);
    json_put(data, "told", told);
    json_put_i64(data, "until", g->held_until);
    struct entry entry = {.at = g->now, .actor = "courier", .kind = "escalation", .ticket = g->ticket->id, .cause = g->entry,
                          .data = json_print_in(g->arena, data)};
    return change_entry(g->e, &entry, NULL, g->err);
}

static bool put_console(struct paging *g)
{
    struct parcel p = {.entry = g->entry, .destination = "console", .ticket = g->ticket->id, .step = g->page->step, .agent = g->page->agent,
                       .state = "delivered", .made_at = g->now, .memo = g->page->why};
    return !*g->page->agent || store_parcel_add(g->e->store, &p, NULL, g->err);
}

static bool hold_if_many(struct paging *g, const char *place)
{
    int64_t lately = 0;
    if (!*g->page->agent)
        return true;
    if (!store_page_count(g->e->store, g->page->agent, g->now - STEP_BUNDLE_WITHIN, &lately, g->err))
        return false;
    if (lately <= STEP_BUNDLE_OVER)
        return true;
    if (!store_page_held(g->e->store, g->page->agent, place, &g->held_until, g->err))
        return false;
    g->held_until = g->held_until ? g->held_until : g->now + STEP_BUNDLE_WAIT;
    return tell_bundled(g);
}

static bool send(struct paging *g)
{
    const char *places[PAGE_PLACES];
    int n = page_places(g->arena, g->e->config, g->page->agent, g->page->destination, places);
    if (!put_console(g))
        return false;
    if (!n || g->e->replaying)
        return true;
    if (!put_letter(g) || !hold_if_many(g, places[0]))
        return false;
    for (int i = 0; i < (g->page->high ? n : 1); i++)
        if (!put_parcel(g, places[i]))
            return false;
    return true;
}

bool page_send(struct engine *e, struct arena *arena, const struct ticket *t, const struct page *pages, int count, int64_t now, struct err *err)
{
    struct paging g = {.e = e, .arena = arena, .ticket = t, .now = now, .err = err, .entry = store_entry_next(e->store) - 1,
                       .route = arena_printf(arena, ROUTE "%s", t->escalation.policy ? t->escalation.policy : "")};
    for (int i = 0; i < count; i++) {
        g.page = &pages[i];
        g.nth = i;
        g.held_until = 0;
        if (!send(&g))
            return false;
    }
    return true;
}

bool page_settle(struct engine *e, struct arena *arena, const struct ticket *before, const struct ticket *after, const char *actor, struct err *err)
{
    bool stops = before && before->escalation.state == ESCALATION_TRIGGERED && after->escalation.state != ESCALATION_TRIGGERED;
    if (!stops || after->disposition == DISPOSITION_MERGED) /* then its root pages on */
        return true;
    return store_page_drop(e->store, after->id, arena_printf(arena, "%s (%s)", escalation_word(after->escalation.state), actor ? actor : "clock"), err);
}

/* --- a bundle --- */

static struct json *as_member(const struct letter *l)
{
    struct json *row = json_object();
    json_put_i64(row, "ticket", l->ticket ? l->ticket->id : 0);
    json_put_string(row, "title", letter_title(l));
    json_put_string(row, "why", l->why);
    json_put_i64(row, "step", l->page ? l->page->step : 0);
    return row;
}

static bool read_letter(struct engine *e, struct arena *arena, int64_t id, struct letter *out, bool *erased, struct err *err)
{
    char *data, *redaction;
    if (!store_letter_get(e->store, arena, id, &data, &redaction, err))
        return false;
    *erased = data == NULL;
    return !data || letter_decode(arena, data, out, err);
}

bool page_gather(struct engine *e, struct arena *arena, struct parcel *p, struct err *err)
{
    struct parcel *list;
    struct letter letter, one;
    int n;
    bool erased, found;
    if (!page_is(p) || !str_eq(p->state, "held"))
        return true;
    if (!store_parcel_get(e->store, arena, p->id, p, &found, err)) /* one that flew just now may have taken it along */
        return false;
    if (!str_eq(p->state, "held"))
        return true;
    if (!store_page_members(e->store, arena, p, "held", 0, MEMBERS, &list, &n, err) || !read_letter(e, arena, p->letter, &letter, &erased, err))
        return false;
    if (!n || erased)
        return true;
    AUTO_JSON also = json_array();
    for (int i = 0; i < n; i++) {
        if (!read_letter(e, arena, list[i].letter, &one, &erased, err))
            return false;
        if (!erased)
            json_push(also, as_member(&one));
        list[i].state = "bundled";
        list[i].due_at = 0;
        list[i].memo = arena_printf(arena, "{\"bundle\":%lld}", (long long)p->id);
        if (!store_parcel_update(e->store, &list[i], err))
            return false;
    }
    struct letter_page page = letter.page ? *letter.page : (struct letter_page){.agent = p->agent};
    page.also = also;
    letter.page = &page;
    AUTO_JSON data = letter_encode(&letter);
    return store_letter_put(e->store, p->entry, ROUTE, p->id, json_print_in(arena, data), NULL, &p->letter, err) &&
           store_page_letter(e->store, p->id, p->letter, err);
}

/* --- what became of it --- */

/* The next of the agent's destinations, where they come one after the other. NULL: there is none. */
static const char *next_place(struct engine *e, struct arena *arena, const struct parcel *p, const struct letter *letter)
{
    const char *places[PAGE_PLACES];
    int n = *p->agent && !(letter->page && letter->page->high) ? page_places(arena, e->config, p->agent, NULL, places) : 0;
    for (int i = 0; i + 1 < n; i++)
        if (str_eq(places[i], p->destination))
            return places[i + 1];
    return NULL;
}

/* Is another page of the same step on its way, or has one arrived? agent NULL: to anybody. */
static bool others(struct engine *e, const struct parcel *p, const char *agent, bool *are, struct err *err)
{
    int64_t n;
    bool ok = store_page_alive(e->store, p->entry, agent, &n, err);
    *are = ok && n > 0;
    return ok;
}

static bool fail_step(struct engine *e, struct arena *arena, const struct parcel *p, const struct letter *letter, int64_t now, struct err *err)
{
    bool reached;
    struct page_failure failure = {.agent = p->agent, .destination = p->destination, .why = p->error ? p->error : p->state, .step = (int)p->step,
                                   .loop = letter->page ? letter->page->loop : 0};
    if (!others(e, p, NULL, &reached, err))
        return false;
    failure.all = !reached;
    return page_fail(e, arena, p->ticket, &failure, p->entry, now, err);
}

bool page_fail(struct engine *e, struct arena *arena, int64_t ticket, const struct page_failure *failure, int64_t cause, int64_t now, struct err *err)
{
    struct change c = {.now = now, .cause = cause, .facts = {.cause = "receipt", .actor = "courier", .page_failed = failure}};
    if (!(c.before = store_ticket_get(e->store, arena, ticket, err)))
        return false;
    if (c.before->disposition == DISPOSITION_MERGED && !(c.before = store_ticket_get(e->store, arena, c.before->root, err)))
        return false;
    if (c.before->escalation.state != ESCALATION_TRIGGERED)
        return true;
    c.after = ticket_copy(arena, c.before);
    c.source = change_source(e, c.before);
    return change(e, arena, &c, err);
}

/* *next: the parcel that tries the agent's next destination, 0 = there is none. A member of a bundle goes where that goes. */
static bool failed(struct engine *e, struct arena *arena, const struct parcel *p, int64_t bundle, int64_t now, int64_t *next, struct err *err)
{
    struct letter letter = {0};
    bool erased, pending;
    *next = 0;
    if (!read_letter(e, arena, p->letter, &letter, &erased, err))
        return false;
    const char *place = next_place(e, arena, p, &letter);
    if (place) {
        struct ticket ticket = {.id = p->ticket};
        struct page page = {.step = (int)p->step, .agent = p->agent};
        struct paging g = {.e = e, .arena = arena, .ticket = &ticket, .page = &page, .entry = p->entry, .nth = p->nth, .letter = p->letter, .now = now,
                           .route = p->route, .bundle = bundle, .err = err};
        bool ok = put_parcel(&g, place);
        *next = g.parcel;
        return ok;
    }
    if (!others(e, p, p->agent, &pending, err))
        return false;
    return pending || fail_step(e, arena, p, &letter, now, err);
}

bool page_ended(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err)
{
    struct parcel *members;
    int64_t next = 0, none;
    int n;
    bool delivered = str_eq(p->state, "delivered"), lost = str_eq(p->state, "dead") || str_eq(p->state, "skipped");
    if (!page_is(p) || (!delivered && !lost))
        return true;
    if (!store_page_members(e->store, arena, p, "bundled", p->id, MEMBERS, &members, &n, err) || (lost && !failed(e, arena, p, 0, now, &next, err)))
        return false;
    for (int i = 0; i < n; i++) {
        members[i].state = p->state;
        members[i].error = p->error;
        if (!store_parcel_update(e->store, &members[i], err) || !parcel_journal(e, arena, &members[i], now, err) ||
            (lost && !failed(e, arena, &members[i], next, now, &none, err)))
            return false;
    }
    return true;
}
