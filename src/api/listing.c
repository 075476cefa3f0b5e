/* listing: see listing.h. A cursor of what stands behind the members begins with a plus. */
#include "api/listing.h"

enum { PAGE = 50, MOST = 500, COUNT_MS = 30 };

/* What a page is asked by. */
struct asking {
    struct show *show;
    const struct seen_view *view;
    const struct when *where;
    struct when_env env;
    const char *after;
    int limit;
    bool invert;
};

static bool looks_beyond(const struct seen_view *view, const struct when *where)
{
    return view->all && (when_asks(where, "deleted") || when_asks(where, "disposition"));
}

/* A view's own order is turned with it, where no other is asked for. */
static bool inverted(const struct show *show, const struct seen_view *view)
{
    const char *sort = request_query(show->req, "sort");
    return request_query_i64(show->req, "invert", (!sort || !*sort) && view->invert, 0, 1) == 1;
}

static bool by_list(const struct asking *ask, enum list_order order, const struct when *also, const struct when *where, const char *after, int limit, struct listing *page)
{
    struct list_query q = {.order = order, .where = {also, where}, .env = &ask->env, .after = after, .limit = limit, .invert = ask->invert};
    return store_list_tickets(ask->show->store, ask->show->arena, &q, &page->rows, &page->count, &page->next, &ask->show->err);
}

static bool in_other_order(const struct asking *ask, enum list_order order, struct listing *page)
{
    bool beyond = looks_beyond(ask->view, ask->where);
    return by_list(ask, order, beyond ? NULL : ask->view->when, beyond ? when_shown(ask->show->arena, ask->where) : ask->where, ask->after, ask->limit, page);
}

static struct row_filter members_of(const struct asking *ask)
{
    return (struct row_filter){.view = ask->view->queue, .owner = ask->view->owner, .where = ask->where, .env = &ask->env, .after = ask->after, .limit = ask->limit,
                               .invert = ask->invert};
}

/* by -1: as the queue is. */
static bool members(const struct asking *ask, int by, struct listing *page)
{
    struct show *show = ask->show;
    struct row_filter f = members_of(ask);
    return by < 0 ? store_queue_page(show->store, show->arena, &f, &page->rows, &page->count, &page->next, &show->err)
                  : store_rank_page(show->store, show->arena, &f, ask->view->when, by, &page->rows, &page->count, &page->next, &show->err);
}

/* What is no member and fits: up to the limit, behind what the page has. */
static bool add_beyond(const struct asking *ask, const char *after, struct listing *page)
{
    struct show *show = ask->show;
    struct listing more = {0};
    if (page->count < ask->limit &&
        !by_list(ask, LIST_AGE, when_not(show->arena, ask->view->when), when_shown(show->arena, ask->where), after, ask->limit - page->count, &more))
        return false;
    struct ticket **rows = ARENA_ARRAY(show->arena, struct ticket *, ask->limit);
    for (int i = 0; i < page->count + more.count; i++)
        rows[i] = i < page->count ? page->rows[i] : more.rows[i - page->count];
    const char *next = page->count < ask->limit ? more.next : "";
    *page = (struct listing){rows, page->count + more.count, next ? arena_printf(show->arena, "+%s", next) : NULL};
    return true;
}

static bool in_queue_order(struct asking *ask, int by, struct listing *page)
{
    bool beyond = looks_beyond(ask->view, ask->where);
    if (beyond && ask->after && *ask->after == '+')
        return add_beyond(ask, ask->after[1] ? ask->after + 1 : NULL, page);
    return members(ask, by, page) && (!beyond || page->next || add_beyond(ask, NULL, page));
}

bool listing_page(struct show *show, const struct seen_view *view, struct listing *page)
{
    bool any;
    const char *sort = request_query(show->req, "sort"), *after = request_query(show->req, "after");
    struct asking ask = {.show = show, .view = view, .where = views_asked(show, &any), .env = views_env(show), .after = after && *after ? after : NULL,
                         .limit = (int)request_query_i64(show->req, "limit", PAGE, 1, MOST), .invert = inverted(show, view)};
    *page = (struct listing){0};
    if (any && !ask.where)
        return false;
    sort = sort && *sort ? sort : view->sort;
    if (str_eq(sort, "age"))
        return in_other_order(&ask, LIST_AGE, page);
    if (str_eq(sort, "updated"))
        return in_other_order(&ask, LIST_UPDATED, page);
    for (int by = RANK_URGENCY; by <= RANK_PRIORITY; by++)
        if (str_eq(sort, by == RANK_URGENCY ? "urgency" : "priority"))
            return in_queue_order(&ask, by, page);
    return str_eq(sort, "due") ? in_queue_order(&ask, -1, page) : err_set(&show->err, ERR_USAGE, "sort: due, age, updated, urgency or priority");
}

bool listing_count(struct show *show, const struct seen_view *view, const struct when *where, int64_t *n, bool *over)
{
    struct asking ask = {.show = show, .view = view, .where = where, .env = views_env(show), .limit = MOST};
    struct listing beyond = {0};
    struct row_filter f = members_of(&ask);
    *over = false;
    if (!where)
        return store_queue_count(show->store, view->queue, view->owner, n, &show->err);
    if (!store_queue_match(show->store, &f, COUNT_MS, n, over, &show->err) || (looks_beyond(view, where) && !add_beyond(&ask, NULL, &beyond)))
        return false;
    *n += beyond.count;
    *over |= beyond.next != NULL;
    return true;
}
