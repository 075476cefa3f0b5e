/* people: what is counted beside the tickets: whose a ticket is, what customers said of whom, which articles helped. Each
 * number is the difference between a ticket before and after, so it comes out the same in a rebuild. */
#include "engine/change.h"
#include "base/str.h"
#include "core/article.h"
#include "store/customer.h"

static bool count_csat(struct engine *e, const struct ticket *t, int sign, struct err *err)
{
    if (!t || !t->csat)
        return true;
    int64_t n = sign, sum = sign * t->csat;
    if (t->customer && !store_tally_add(e->store, "csat_customer", t->customer, 0, n, sum, err))
        return false;
    return !t->csat_agent || (store_tally_add(e->store, "csat_agent", t->csat_agent, 0, n, sum, err) &&
                              store_tally_add(e->store, "csat_agent", t->csat_agent, score_day(t->csat_at), n, sum, err));
}

static bool same_csat(const struct ticket *b, const struct ticket *t)
{
    return b && b->csat == t->csat && b->csat_at == t->csat_at && str_eq(b->csat_agent, t->csat_agent) && str_eq(b->customer, t->customer);
}

/* n: tickets whose replies bring it; sum: of these the resolved ones. */
static bool count_articles(struct engine *e, const struct ticket *t, int sign, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    const char *keys[ARTICLES_OF_TICKET];
    int n = t && t->articles ? article_keys(arena, t->articles, keys) : 0;
    for (int i = 0; i < n; i++)
        if (!store_tally_add(e->store, "article", keys[i], 0, sign, ticket_done(t->status) ? sign : 0, err))
            return false;
    return true;
}

static bool same_articles(const struct ticket *b, const struct ticket *t)
{
    return b ? str_eq(b->articles, t->articles) && (!t->articles || ticket_done(b->status) == ticket_done(t->status)) : !t->articles;
}

bool people_follow(struct engine *e, const struct ticket *before, const struct ticket *after, struct err *err)
{
    if (!store_customer_move(e->store, after->id, before ? before->customer : NULL, after->customer, err))
        return false;
    if (!same_csat(before, after) && (!count_csat(e, before, -1, err) || !count_csat(e, after, 1, err)))
        return false;
    return same_articles(before, after) || (count_articles(e, before, -1, err) && count_articles(e, after, 1, err));
}
