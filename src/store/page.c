/* page: what pages ask of the parcels. That an agent was paged is a parcel to `console`, made with the page; what leaves of it
 * has the route page:POLICY. */
#include "store/sql.h"

#define PAGES "route GLOB 'page:*'"

bool store_page_count(struct store *s, const char *agent, int64_t since, int64_t *n, struct err *err)
{
    return sql_number(s, err, n, "SELECT count(*) FROM parcel WHERE destination='console' AND agent=? AND made_at>?", "si", agent, since);
}

bool store_page_held(struct store *s, const char *agent, const char *destination, int64_t *until, struct err *err)
{
    return sql_number(s, err, until, "SELECT coalesce(min(due_at),0) FROM parcel WHERE due_at!=0 AND destination=? AND agent=? AND state='held'"
                                     " AND " PAGES, "ss", destination, agent);
}

bool store_page_members(struct store *s, struct arena *a, const struct parcel *p, const char *state, int64_t bundle, int max, struct parcel **list, int *count,
                        struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, bundle ? "SELECT id FROM parcel WHERE state='bundled' AND json_extract(memo,'$.bundle')=?1 AND agent=?2 AND destination=?3"
                                             " AND ?4!='' ORDER BY id LIMIT ?5"
                                           : "SELECT id FROM parcel WHERE due_at!=0 AND id!=?1 AND agent=?2 AND destination=?3 AND state=?4 AND " PAGES
                                             " ORDER BY id LIMIT ?5", err);
    int64_t *ids = ARENA_ARRAY(a, int64_t, max);
    int rc, n = 0;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "isssi", p->id, p->agent, p->destination, state, (int64_t)max);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        ids[n++] = sql_int(stmt, 0);
    if (rc != SQLITE_DONE)
        return false;
    *list = ARENA_ARRAY(a, struct parcel, n + 1);
    for (int i = 0; i < n; i++) {
        bool found;
        if (!store_parcel_get(s, a, ids[i], &(*list)[*count], &found, err))
            return false;
        *count += found;
    }
    return true;
}

bool store_page_letter(struct store *s, int64_t id, int64_t letter, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET letter=? WHERE id=?", "ii", letter, id);
}

bool store_page_alive(struct store *s, int64_t entry, const char *agent, int64_t *n, struct err *err)
{
    return sql_number(s, err, n, "SELECT count(*) FROM parcel WHERE entry=?1 AND " PAGES " AND (?2='' OR agent=?3)"
                                 " AND state NOT IN ('dead','skipped','dropped')", "iss", entry, agent ? "one" : "", agent ? agent : "");
}

bool store_page_drop(struct store *s, int64_t ticket, const char *why, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET state='dropped',due_at=0,error=? WHERE ticket=? AND state IN ('held','due','retrying')"
                           " AND " PAGES
                           " AND NOT EXISTS(SELECT 1 FROM parcel m WHERE m.state='bundled' AND m.agent=parcel.agent AND json_extract(m.memo,'$.bundle')=parcel.id)",
                   "si", why, ticket);
}

bool store_page_list(struct store *s, struct arena *a, int64_t ticket, int limit, struct page_row **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,entry,made_at,step,agent,destination,state,error,memo FROM parcel WHERE ticket=?"
                                    " AND (destination='console' OR " PAGES ")"
                                    " ORDER BY id DESC LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", ticket, (int64_t)limit);
    *list = ARENA_ARRAY(a, struct page_row, limit);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        (*list)[(*count)++] = (struct page_row){.id = sql_int(stmt, 0), .entry = sql_int(stmt, 1), .at = sql_int(stmt, 2), .step = sql_int(stmt, 3),
                                                .agent = sql_text(stmt, 4, a), .destination = sql_text(stmt, 5, a), .state = sql_text(stmt, 6, a),
                                                .error = sql_text(stmt, 7, a), .memo = sql_text(stmt, 8, a)};
    return rc == SQLITE_DONE;
}
