/* customer: which tickets are a customer's, by the hash of the customer's key. The pairs follow the tickets (engine/people),
 * so a customer's page costs what it shows, however many tickets the desk has. */
#include "store/customer.h"
#include "base/str.h"
#include "store/sql.h"

static int64_t hash_of(const char *customer)
{
    return sql_key("customer", customer);
}

static void sql_hash(sqlite3_context *out, int n, sqlite3_value **values)
{
    const char *customer = (const char *)sqlite3_value_text(values[0]);
    (void)n;
    sqlite3_result_int64(out, customer ? hash_of(customer) : 0);
}

bool customer_sql(struct store *s, struct err *err)
{
    return sqlite3_create_function(s->db, "customer_hash", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, sql_hash, NULL, NULL) ==
               SQLITE_OK || sql_fail(s, err);
}

bool store_customer_move(struct store *s, int64_t ticket, const char *from, const char *to, struct err *err)
{
    if (str_eq(from, to))
        return true;
    if (from && !sql_run(s, err, "INSERT OR IGNORE INTO customer_ticket VALUES(?,?)", "ii", hash_of(from), ticket)) /* an erasure finds whose it was */
        return false;
    return !to || (!from && !keys_indexed(s, ticket)) || sql_run(s, err, "INSERT OR IGNORE INTO customer_ticket VALUES(?,?)", "ii", hash_of(to), ticket);
}

/* Two customers may share a hash: the text decides. What is not in the index yet is read from the tickets, which are few. */
#define TICKETS_OF "SELECT c.ticket FROM customer_ticket c JOIN ticket t ON t.id=c.ticket WHERE c.hash=?1 AND t.customer=?2" \
                   " UNION SELECT id FROM ticket WHERE id>" KEYS_TICKET " AND customer=?2 ORDER BY 1"

bool store_customer_tickets(struct store *s, const char *customer, int64_t before, int64_t *ids, int max, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT c.ticket FROM customer_ticket c JOIN ticket t ON t.id=c.ticket WHERE c.hash=?1 AND c.ticket<?3 AND t.customer=?2 AND NOT t.deleted"
                                    " UNION SELECT id FROM ticket WHERE id>" KEYS_TICKET " AND id<?3 AND customer=?2 AND NOT deleted ORDER BY 1 DESC LIMIT ?4", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "isii", hash_of(customer), customer, before > 0 ? before : INT64_MAX, (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        ids[(*count)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}

bool store_customer_figures(struct store *s, const char *customer, int most, struct customer_figures *out, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT count(*),coalesce(sum(status IN (5,6)),0),coalesce(sum(reopen_count),0),coalesce(min(received_at),0) FROM"
                                    " ticket WHERE id IN (" TICKETS_OF " DESC LIMIT ?3) AND NOT deleted", err);
    _Static_assert(STATUS_RESOLVED == 5 && STATUS_CLOSED == 6, "the numbers in that text");
    *out = (struct customer_figures){0};
    if (!stmt)
        return false;
    sql_bind(stmt, "isi", hash_of(customer), customer, (int64_t)most);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *out = (struct customer_figures){sql_int(stmt, 0), sql_int(stmt, 1), sql_int(stmt, 2), sql_int(stmt, 3)};
    sqlite3_reset(stmt);
    return true;
}

bool store_customer_first(struct store *s, const char *customer, int64_t *at, struct err *err)
{
    *at = 0;
    return sql_number(s, err, at, "SELECT received_at FROM ticket WHERE id=(" TICKETS_OF " LIMIT 1)", "is", hash_of(customer), customer);
}

bool store_customer_ratings(struct store *s, struct arena *a, const char *customer, int max, struct rating **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,csat,csat_at,csat_agent FROM ticket WHERE id IN (" TICKETS_OF " DESC LIMIT ?3) AND csat!=0 AND purged_at=0"
                                    " ORDER BY csat_at,id", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "isi", hash_of(customer), customer, (int64_t)max);
    *list = ARENA_ARRAY(a, struct rating, max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        (*list)[(*count)++] = (struct rating){sql_int(stmt, 0), sql_int(stmt, 1), sql_int(stmt, 2), sql_text(stmt, 3, a)};
    return rc == SQLITE_DONE;
}
