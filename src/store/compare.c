/* compare: two databases' derived tables, row by row in order of their keys. */
#include "store/sql.h"
#include <string.h>

static const char *const tables[][2] = {
    {"ticket", NULL}, /* by the field table: a column that came later stands elsewhere in an older database */
    {"clock", "SELECT * FROM clock ORDER BY ticket,metric"},
    {"escalation", "SELECT * FROM escalation ORDER BY ticket"},
    {"queue", "SELECT v.name,q.owner,q.due,q.ticket FROM queue q JOIN view v ON v.id=q.view WHERE v.name<char(127) ORDER BY 1,2,3,4"},
    {"work", "SELECT * FROM work ORDER BY owner,need,turn,due,place,ticket"},
    {"tally", "SELECT * FROM tally WHERE (n!=0 OR sum!=0) AND (name NOT GLOB 'hour:*' OR day>" HOURS_FROM ") ORDER BY name,key,day"},
    {"record", "SELECT * FROM record WHERE kind!='destination' ORDER BY kind,key"}, /* how a destination fares is receipts' doing */
    {"article", "SELECT key,title,body,category,tags,url,slug,status,updated_at FROM article ORDER BY key"},
    {"customer_ticket", "SELECT hash,c.ticket FROM customer_ticket c JOIN ticket t ON t.id=c.ticket WHERE customer_hash(t.customer)=hash UNION SELECT customer_hash(customer),id FROM ticket WHERE id>" KEYS_TICKET
                        " AND customer IS NOT NULL ORDER BY 1,2"}, /* wherever it stands by now; whose it was before is for erasures */
    {"ticket_by_key", "SELECT hash,ticket FROM ticket_by_key UNION SELECT key_hash,id FROM ticket WHERE id>" KEYS_TICKET " ORDER BY 1,2"},
    {"file_use", "SELECT hex(sha256),ticket FROM file_use ORDER BY sha256,ticket"},
    {"counted", "SELECT * FROM counted ORDER BY ticket,stat,nth"},
    {"score", "SELECT id,at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason,base,day,origin FROM score ORDER BY id"},
};

static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b, int i)
{
    int n = sqlite3_column_bytes(a, i);
    if (sqlite3_column_type(a, i) != sqlite3_column_type(b, i) || n != sqlite3_column_bytes(b, i))
        return false;
    if (sqlite3_column_type(a, i) == SQLITE_INTEGER)
        return sql_int(a, i) == sql_int(b, i);
    return n == 0 || memcmp(sqlite3_column_blob(a, i), sqlite3_column_blob(b, i), (size_t)n) == 0;
}

static void tell(struct str *report, const char *table, sqlite3_stmt *a, sqlite3_stmt *b, int i, int64_t nth)
{
    if (report->len > 4000)
        return;
    const char *was = (const char *)sqlite3_column_text(a, i), *is = (const char *)sqlite3_column_text(b, i);
    str_addf(report, "%s row %lld (%s): %s is %s, the journal says %s\n", table, (long long)nth, (const char *)sqlite3_column_text(a, 0),
             sqlite3_column_name(a, i), was ? was : "null", is ? is : "null");
}

static bool compare_table(struct store *a, struct store *b, const char *const table[2], struct str *report, int64_t *differ, struct err *err)
{
    sqlite3_stmt *x = sql_get(a, table[1] ? table[1] : a->ticket_walk, err), *y = sql_get(b, table[1] ? table[1] : b->ticket_walk, err);
    int rx = x ? sql_step(a, x, err) : -1, ry = y ? sql_step(b, y, err) : -1;
    for (int64_t nth = 1; rx == SQLITE_ROW && ry == SQLITE_ROW; nth++) {
        for (int i = 0; i < sqlite3_column_count(x); i++)
            if (!same_value(x, y, i)) {
                tell(report, table[0], x, y, i, nth);
                ++*differ;
            }
        rx = sql_step(a, x, err);
        ry = sql_step(b, y, err);
    }
    if (rx >= 0 && ry >= 0 && rx != ry) {
        sqlite3_stmt *over = rx == SQLITE_ROW ? x : y;
        str_addf(report, "%s: the journal makes %s rows; the first of them is %s %s\n", table[0], over == x ? "fewer" : "more",
                 (const char *)sqlite3_column_text(over, 0), (const char *)sqlite3_column_text(over, 1));
        ++*differ;
    }
    if (x)
        sqlite3_reset(x);
    if (y)
        sqlite3_reset(y);
    return rx >= 0 && ry >= 0;
}

bool store_compare(struct store *a, struct store *b, struct str *report, int64_t *differ, struct err *err)
{
    *differ = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (!compare_table(a, b, tables[i], report, differ, err))
            return false;
    return true;
}
