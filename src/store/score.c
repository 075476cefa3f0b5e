/* score: the ledger. What is counted beside it (core/points) are tallies like any other. */
#include "store/sql.h"
#include <string.h>

bool store_score_add(struct store *s, const struct score_row *r, int64_t entry, struct err *err)
{
    return sql_run(s, err, "INSERT INTO score(at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason,entry,base,day,origin)"
                           " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", "isiisiisiisiiii", r->at, r->agent, r->ticket, r->epoch, r->rule, r->xp, r->gold,
                   r->boss ? r->boss : "", r->damage, r->reverses, r->reason, entry, r->base, r->day, r->origin);
}

static void scan(sqlite3_stmt *stmt, struct arena *a, struct score_row *r)
{
    *r = (struct score_row){.id = sql_int(stmt, 0), .at = sql_int(stmt, 1), .agent = sql_text(stmt, 2, a), .ticket = sql_int(stmt, 3),
                            .epoch = sql_int(stmt, 4), .rule = sql_text(stmt, 5, a), .xp = sql_int(stmt, 6), .gold = sql_int(stmt, 7),
                            .boss = sql_text(stmt, 8, a), .damage = sql_int(stmt, 9), .reverses = sql_int(stmt, 10),
                            .reason = sql_text(stmt, 11, a), .base = sql_int(stmt, 12), .day = sql_int(stmt, 13), .origin = sql_int(stmt, 14)};
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

#define COLUMNS "id,at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason,base,day,origin"

bool store_score_open(struct store *s, struct arena *a, int64_t ticket, struct score_row **rows, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM score r WHERE ticket=? AND reverses=0 AND NOT EXISTS"
                                    "(SELECT 1 FROM score n WHERE n.ticket=r.ticket AND n.reverses=r.id)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    return list(s, a, stmt, rows, count, 64, err);
}

bool store_standing(struct store *s, const char *agent, int64_t day, struct standing *out, struct err *err)
{
    static const char sql[] = "SELECT (SELECT sum FROM tally WHERE name='xp' AND key=?1 AND day=0),"
                              "(SELECT sum FROM tally WHERE name='held' AND key=?1 AND day=0),(SELECT sum FROM tally WHERE name='xp' AND key=?1 AND day=?2)";
    sqlite3_stmt *stmt = tally_flush(s, err) ? sql_get(s, sql, err) : NULL;
    if (!stmt)
        return false;
    sql_bind(stmt, "si", agent, day);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *out = (struct standing){sql_int(stmt, 0), sql_int(stmt, 1), sql_int(stmt, 2)};
    sqlite3_reset(stmt);
    return true;
}

bool store_score_lost(struct store *s, struct arena *a, int64_t ticket, int64_t from, int64_t to, struct score_row **rows, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM score WHERE ticket=?1 AND reverses=0 AND id IN"
                                    " (SELECT reverses FROM score WHERE ticket=?1 AND entry BETWEEN ?2 AND ?3 AND reverses!=0)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "iii", ticket, from, to);
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

bool store_score_last_paid(struct store *s, const char *agent, int64_t *at, struct err *err)
{
    return sql_number(s, err, at, "SELECT max(at) FROM (SELECT id,ticket,at FROM score WHERE agent=? AND xp>0 AND rule='resolve' ORDER BY id DESC"
                                  " LIMIT 32) r WHERE NOT EXISTS(SELECT 1 FROM score n WHERE n.ticket=r.ticket AND n.reverses=r.id)", "s", agent);
}

bool store_score_spent(struct store *s, int64_t ticket, bool *spent, struct err *err)
{
    int64_t found = 0;
    if (!sql_number(s, err, &found, "SELECT EXISTS(SELECT 1 FROM score r JOIN score n ON n.ticket=r.ticket AND n.reverses=r.id WHERE r.ticket=?"
                                    " AND r.damage>0 AND n.damage=0)", "i", ticket))
        return false;
    *spent = found != 0;
    return true;
}

bool store_score_dealt(struct store *s, struct arena *a, const char *boss, struct dealt *list, int max, int *count, struct err *err)
{
    sqlite3_stmt *stmt = tally_flush(s, err) ? sql_get(s, "SELECT substr(key,length(?1)+2),sum FROM tally WHERE name='damage' AND key>?1||char(31)"
                                                          " AND key<?1||char(32) AND sum!=0", err) : NULL;
    int rc;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "s", boss);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        if (*count < max)
            list[(*count)++] = (struct dealt){sql_text(stmt, 0, a), sql_int(stmt, 1)};
    return rc == SQLITE_DONE;
}

bool store_score_last(struct store *s, int64_t *row, struct err *err)
{
    return sql_number(s, err, row, "SELECT coalesce(max(id),0) FROM score", "");
}

bool store_score_since(struct store *s, const char *boss, const char *agent, int64_t row, int64_t *damage, struct err *err)
{
    return sql_number(s, err, damage, "SELECT coalesce(sum(damage),0) FROM score WHERE boss=?1 AND boss!='' AND id>?3 AND agent=?2"
                                      " AND CASE WHEN origin!=0 THEN origin WHEN reverses!=0 THEN reverses ELSE id END>?3", "ssi", boss, agent, row);
}

/* The sums that say what somebody has: by their name, and by their name and a word. */
#define SUMS "name IN ('xp','season','gold','held')"
#define NAME_OF "substr(key,1,instr(key,char(31))-1)"

bool store_score_aside(struct store *s, const char *agent, const char *reset, struct err *err)
{
    return tally_flush(s, err) &&
           sql_run(s, err, "UPDATE tally SET key=key||char(30)||?2 WHERE " SUMS " AND (?1 IS NULL OR key=?1) AND instr(key,char(30))=0", "ss", agent, reset) &&
           sql_run(s, err, "UPDATE tally SET key=" NAME_OF "||char(30)||?2||substr(key,instr(key,char(31))) WHERE name='feat' AND (?1 IS NULL OR " NAME_OF "=?1)"
                           " AND instr(key,char(30))=0", "ss", agent, reset);
}

bool store_score_back(struct store *s, const char *reset, struct err *err)
{
    static const char *const moves[] = {
        "INSERT INTO tally SELECT name,substr(key,1,length(key)-length(?1)-1),day,n,sum FROM tally WHERE " SUMS " AND substr(key,-length(?1)-1)=char(30)||?1"
        " ON CONFLICT(name,key,day) DO UPDATE SET n=n+excluded.n,sum=sum+excluded.sum",
        "DELETE FROM tally WHERE " SUMS " AND substr(key,-length(?1)-1)=char(30)||?1",
        "INSERT INTO tally SELECT name,replace(key,char(30)||?1||char(31),char(31)),day,n,sum FROM tally WHERE name='feat' AND instr(key,char(30)||?1||char(31))"
        " ON CONFLICT(name,key,day) DO UPDATE SET n=n+excluded.n,sum=sum+excluded.sum",
        "DELETE FROM tally WHERE name='feat' AND instr(key,char(30)||?1||char(31))"};
    bool ok = tally_flush(s, err);
    for (size_t i = 0; ok && i < sizeof moves / sizeof *moves; i++)
        ok = sql_run(s, err, moves[i], "s", reset);
    return ok;
}

/* Most conversations are short. */
static struct score_turn *longer(struct arena *a, const struct score_turn *list, int count, int *room)
{
    struct score_turn *more = ARENA_ARRAY(a, struct score_turn, *room = count ? 2 * count : 16);
    if (count)
        memcpy(more, list, (size_t)count * sizeof *more);
    return more;
}

bool store_score_turns(struct store *s, struct arena *a, int64_t ticket, struct score_turn **list, int max, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT author_kind,author,at FROM message WHERE ticket=? AND public AND NOT automatic AND author_kind IN(1,2)"
                                    " AND coalesce(state,'')!='withdrawn' ORDER BY at,id", err);
    int rc, room = 0;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        if (*count == max)
            continue;
        if (*count == room)
            *list = longer(a, *list, room, &room);
        (*list)[(*count)++] = (struct score_turn){sql_int(stmt, 0) == AUTHOR_CUSTOMER, sql_text(stmt, 1, a), sql_int(stmt, 2)};
    }
    return rc == SQLITE_DONE;
}
