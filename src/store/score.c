/* score: the ledger and its tallies: xp:<agent> all time and by day, held:<agent>, damage:<boss>. */
#include "store/sql.h"
#include <stdio.h>

bool store_score_add(struct store *s, const struct score_row *r, int64_t entry, struct err *err)
{
    const char *boss = r->boss ? r->boss : "";
    if (!sql_run(s, err, "INSERT INTO score(at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason,entry) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
                 "isiisiisiisi", r->at, r->agent, r->ticket, r->epoch, r->rule, r->xp, r->gold, boss, r->damage, r->reverses, r->reason, entry))
        return false;
    char dealt[256];
    snprintf(dealt, sizeof dealt, "%s\x1f%s", boss, r->agent);
    return store_tally_add(s, "xp", r->agent, 0, 1, r->xp, err) &&
           store_tally_add(s, "xp", r->agent, score_day(r->at), 1, r->xp, err) &&
           (!*boss || store_tally_add(s, "damage", dealt, 0, 1, r->damage, err));
}

static void scan(sqlite3_stmt *stmt, struct arena *a, struct score_row *r)
{
    *r = (struct score_row){.id = sql_int(stmt, 0), .at = sql_int(stmt, 1), .agent = sql_text(stmt, 2, a), .ticket = sql_int(stmt, 3),
                            .epoch = sql_int(stmt, 4), .rule = sql_text(stmt, 5, a), .xp = sql_int(stmt, 6), .gold = sql_int(stmt, 7),
                            .boss = sql_text(stmt, 8, a), .damage = sql_int(stmt, 9), .reverses = sql_int(stmt, 10),
                            .reason = sql_text(stmt, 11, a)};
}

static bool list(struct store *s, struct arena *a, sqlite3_stmt *stmt, struct score_row **rows, int *count, int max, struct err *err)
{
    int rc;
    *count = 0;
    *rows = ARENA_ARRAY(a, struct score_row, max);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        if (*count < max)
            scan(stmt, a, &(*rows)[(*count)++]);
    return rc == SQLITE_DONE;
}

#define COLUMNS "id,at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason"

bool store_score_open(struct store *s, struct arena *a, int64_t ticket, struct score_row **rows, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM score r WHERE ticket=? AND reverses=0 AND NOT EXISTS"
                                    "(SELECT 1 FROM score n WHERE n.ticket=r.ticket AND n.reverses=r.id)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    return list(s, a, stmt, rows, count, 64, err);
}

bool store_score_agent(struct store *s, struct arena *a, const char *agent, int max, struct score_row **rows, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM score WHERE agent=? ORDER BY id DESC LIMIT ?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "si", agent, (int64_t)max);
    return list(s, a, stmt, rows, count, max, err);
}

bool store_score_boss(struct store *s, struct arena *a, const char *boss, int max, struct score_row **rows, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM score WHERE boss=? AND boss!='' ORDER BY id DESC LIMIT ?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "si", boss, (int64_t)max);
    return list(s, a, stmt, rows, count, max, err);
}

/* The assignee's caps: last paying close, and paying closes for one customer on that day. */
bool store_score_caps(struct store *s, const char *agent, const char *customer, int64_t now, int64_t *last, int64_t *today, struct err *err)
{
    *last = *today = 0;
    sqlite3_stmt *stmt = sql_get(s, "SELECT at FROM score WHERE agent=? AND xp>0 AND rule='resolve' ORDER BY id DESC LIMIT 1", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", agent);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *last = sql_int(stmt, 0);
        sqlite3_reset(stmt);
    }
    if (rc < 0 || !customer)
        return rc >= 0;
    if (!(stmt = sql_get(s, "SELECT count(*) FROM (SELECT ticket,at,xp,rule FROM score WHERE agent=? ORDER BY id DESC LIMIT 200) r"
                            " JOIN ticket t ON t.id=r.ticket WHERE r.rule='resolve' AND r.xp>0 AND r.at>=? AND t.customer=?", err)))
        return false;
    sql_bind(stmt, "sis", agent, score_day(now) * 86400000, customer);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *today = sql_int(stmt, 0);
    sqlite3_reset(stmt);
    return true;
}
