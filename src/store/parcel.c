/* parcel: anything that leaves: a reply held for undo, a route's delivery, a page; and the letter it carries. State is the
 * schedule: due_at = 0 means at rest. */
#include "store/sql.h"
#include "base/json.h"
#include <string.h>

bool store_letter_put(struct store *s, int64_t entry, const char *route, int64_t nth, const char *data, const char *redaction, int64_t *id, struct err *err)
{
    if (!sql_run(s, err, "INSERT INTO letter(entry,route,nth,data,redaction) VALUES(?,?,?,?,?) ON CONFLICT DO NOTHING", "isiss", entry, route, nth,
                 data, redaction))
        return false;
    sqlite3_stmt *stmt = sql_get(s, "SELECT id FROM letter WHERE entry=? AND route=? AND nth=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "isi", entry, route, nth);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *id = sql_int(stmt, 0);
    sqlite3_reset(stmt);
    return true;
}

bool store_letter_get(struct store *s, struct arena *a, int64_t id, char **data, char **redaction, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT data,redaction FROM letter WHERE id=?", err);
    *data = *redaction = NULL;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_DONE)
        return err_set(err, ERR_INTERNAL, "letter %lld is gone", (long long)id);
    if (rc != SQLITE_ROW)
        return false;
    *data = sql_text(stmt, 0, a);
    *redaction = sql_text(stmt, 1, a);
    sqlite3_reset(stmt);
    return true;
}

bool store_parcel_add(struct store *s, struct parcel *p, bool *added, struct err *err)
{
    const char *sql = added ? "INSERT INTO parcel(entry,route,nth,destination,ticket,step,agent,message,letter,recipe,state,due_at,attempts,made_at,memo,error)"
                              " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"
                            : "INSERT INTO parcel(entry,route,nth,destination,ticket,step,agent,message,letter,recipe,state,due_at,attempts,made_at,memo,error)"
                              " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    if (!sql_run(s, err, sql, "isisiisiissiiiss", p->entry, p->route ? p->route : "", p->nth, p->destination, p->ticket, p->step,
                 p->agent ? p->agent : "", p->message, p->letter, p->recipe, p->state, p->due_at, p->attempts, p->made_at, p->memo, p->error))
        return false;
    bool new = sqlite3_changes(s->db) > 0;
    if (added)
        *added = new;
    if (new)
        p->id = sqlite3_last_insert_rowid(s->db);
    return true;
}

bool store_parcel_update(struct store *s, const struct parcel *p, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET state=?,due_at=?,attempts=?,memo=?,error=? WHERE id=?", "siissi", p->state, p->due_at,
                   p->attempts, p->memo, p->error, p->id);
}

#define COLUMNS "id,entry,route,nth,destination,ticket,step,agent,message,letter,recipe,state,due_at,attempts,made_at,memo,error"

static void scan(sqlite3_stmt *stmt, struct arena *a, struct parcel *p)
{
    *p = (struct parcel){.id = sql_int(stmt, 0), .entry = sql_int(stmt, 1), .route = sql_text(stmt, 2, a), .nth = sql_int(stmt, 3),
                         .destination = sql_text(stmt, 4, a), .ticket = sql_int(stmt, 5), .step = sql_int(stmt, 6),
                         .agent = sql_text(stmt, 7, a), .message = sql_int(stmt, 8), .letter = sql_int(stmt, 9), .recipe = sql_text(stmt, 10, a),
                         .state = sql_text(stmt, 11, a), .due_at = sql_int(stmt, 12), .attempts = sql_int(stmt, 13), .made_at = sql_int(stmt, 14),
                         .memo = sql_text(stmt, 15, a), .error = sql_text(stmt, 16, a)};
}

bool store_parcel_places(struct store *s, struct arena *a, int max, struct parcel_place **list, int *count, struct err *err)
{
    const char *last = "";
    *list = ARENA_ARRAY(a, struct parcel_place, max);
    for (*count = 0; *count < max;) {
        sqlite3_stmt *stmt = sql_get(s, "SELECT destination,due_at FROM parcel WHERE due_at!=0 AND destination>? ORDER BY destination,due_at LIMIT 1", err);
        if (!stmt)
            return false;
        sql_bind(stmt, "s", last);
        int rc = sql_step(s, stmt, err);
        if (rc != SQLITE_ROW)
            return rc == SQLITE_DONE;
        (*list)[(*count)++] = (struct parcel_place){last = sql_text(stmt, 0, a), sql_int(stmt, 1)};
        sqlite3_reset(stmt);
    }
    return true;
}

bool store_parcel_due(struct store *s, struct arena *a, const char *destination, int64_t now, int max, struct parcel **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM parcel WHERE due_at!=0 AND destination=? AND due_at<=? ORDER BY due_at,id LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "sii", destination, now, (int64_t)max);
    *list = ARENA_ARRAY(a, struct parcel, max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        scan(stmt, a, &(*list)[(*count)++]);
    return rc == SQLITE_DONE;
}

bool store_parcel_ahead(struct store *s, const struct parcel *p, int64_t now, int64_t *until, struct err *err)
{
    *until = 0;
    return sql_number(s, err, until, "SELECT max(max(due_at,?1)) FROM parcel WHERE ticket=?2 AND id<?3 AND +destination=?4 AND state IN ('due','retrying','flying')", "iiis", now, p->ticket, p->id, p->destination);
}

static bool any_dead(struct store *s, bool *any, struct err *err)
{
    int64_t is = 0;
    bool ok = sql_number(s, err, &is, "SELECT EXISTS(SELECT 1 FROM parcel INDEXED BY parcel_dead WHERE state='dead')", "");
    *any = is != 0;
    return ok;
}

bool store_parcel_undelivered(struct store *s, struct arena *a, const int64_t *tickets, int count, int64_t *dead, struct err *err)
{
    bool any = false;
    memset(dead, 0, sizeof *dead * (size_t)count);
    if (!count)
        return true;
    if (!any_dead(s, &any, err))
        return false;
    if (!any)
        return true;
    AUTO_JSON list = json_array();
    for (int i = 0; i < count; i++)
        json_push(list, json_new_i64(tickets[i]));
    sqlite3_stmt *stmt = sql_get(s, "SELECT j.key,count(*) FROM json_each(?1) j CROSS JOIN parcel p INDEXED BY parcel_ticket WHERE p.ticket=j.value AND p.state='dead'"
                                 " AND json_extract(p.recipe,'$.hash') IS NULL" /* a question to a model has the hash of what it asks */
                                 " GROUP BY j.key", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", json_print_in(a, list));
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        dead[sql_int(stmt, 0)] = sql_int(stmt, 1);
    return rc == SQLITE_DONE;
}

bool store_parcel_by_message(struct store *s, struct arena *a, int64_t message, struct parcel *out, bool *found, struct err *err)
{
    *found = false;
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM parcel WHERE message=? AND message!=0 AND ticket=(SELECT ticket FROM message WHERE id=?1)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", message);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        scan(stmt, a, out);
        *found = true;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_parcel_list(struct store *s, struct arena *a, const struct parcel_query *q, struct parcel **list, int *count, struct err *err)
{
#define WHERE " FROM parcel WHERE (?1=0 OR ticket=?1) AND (?2='' OR state=?2) AND (?3='' OR destination=?3) AND (?4='' OR route=?4)" \
              " AND made_at>=?5 AND made_at<=?6 AND (destination!='console' OR ?3!='')"
    sqlite3_stmt *stmt = sql_get(s, q->oldest_first ? "SELECT " COLUMNS WHERE " AND id>?7 ORDER BY id LIMIT ?8"
                                                    : "SELECT " COLUMNS WHERE " AND id<?7 ORDER BY id DESC LIMIT ?8", err);
#undef WHERE
    int64_t after = q->after ? q->after : q->oldest_first ? 0 : INT64_MAX;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "isssiiii", q->ticket, q->state ? q->state : "", q->destination ? q->destination : "", q->route ? q->route : "", q->since,
             q->until ? q->until : INT64_MAX, after, (int64_t)q->limit);
    *list = ARENA_ARRAY(a, struct parcel, q->limit ? q->limit : 1);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        scan(stmt, a, &(*list)[(*count)++]);
    return rc == SQLITE_DONE;
}

/* A person's wish does not wait for the breaker: `postponed` says that this attempt was put off already. */
/* Of the memo stay whether an attempt may have arrived unseen, where it goes, and, where there are several, who has it already. */
#define ANEW "state='due',due_at=?1,attempts=0,error=NULL,memo=json_patch('{\"postponed\":true}',json_object(" \
             "'ambiguous',json(CASE WHEN json_extract(memo,'$.ambiguous') THEN 'true' ELSE 'null' END),'recipients',json_extract(memo,'$.recipients'),'thread',json_extract(memo,'$.thread'),'chat',json_extract(memo,'$.chat')))"
#define FITS " AND (?2=0 OR ticket=?2) AND (?3='' OR destination=?3) AND (?4='' OR route=?4) AND made_at>=?5 AND made_at<=?6 AND (?7=0 OR id=?7)"
static const char *const changes[] = {
    [PARCEL_REPLAY] = "UPDATE parcel SET " ANEW " WHERE state='dead'" FITS,
    [PARCEL_RETRY] = "UPDATE parcel SET due_at=?1,memo=json_set(coalesce(memo,'{}'),'$.postponed',json('true')) WHERE state IN ('due','retrying')" FITS,
    [PARCEL_DROP] = "UPDATE parcel SET state='dropped',due_at=0*?1 WHERE state IN ('dead','due','retrying')" FITS,
};

static bool change_some(struct store *s, const char *sql, const struct parcel_query *q, int64_t id, int64_t now, int64_t *changed, struct err *err)
{
    if (!sql_run(s, err, sql, "iissiii", now, q->ticket, q->destination ? q->destination : "", q->route ? q->route : "", q->since,
                 q->until ? q->until : INT64_MAX, id))
        return false;
    *changed += sqlite3_changes(s->db);
    return true;
}

bool store_parcel_change(struct store *s, int change, const struct parcel_query *q, const int64_t *ids, int id_count, int64_t now, int64_t *changed, struct err *err)
{
    *changed = 0;
    for (int i = 0; i < id_count; i++)
        if (!change_some(s, changes[change], q, ids[i], now, changed, err))
            return false;
    return ids || change_some(s, changes[change], q, 0, now, changed, err);
}

bool store_parcel_park(struct store *s, const char *destination, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET due_at=0 WHERE destination=? AND state IN ('due','retrying') AND route NOT GLOB 'page:*'", "s", destination);
}

bool store_parcel_unpark(struct store *s, const char *destination, int64_t now, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET due_at=? WHERE destination=? AND due_at=0 AND state IN ('due','retrying')", "is", now, destination);
}

bool store_parcel_counts(struct store *s, const char *destination, struct parcel_counts *out, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT sum(state='due'),sum(state='flying'),sum(state='retrying'),min(CASE WHEN state!='flying' AND due_at!=0 THEN due_at END)"
                                    " FROM parcel WHERE destination=? AND state IN ('due','retrying','flying')", err);
    *out = (struct parcel_counts){0};
    if (!stmt)
        return false;
    sql_bind(stmt, "s", destination);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    out->due = sql_int(stmt, 0);
    out->flying = sql_int(stmt, 1);
    out->retrying = sql_int(stmt, 2);
    out->next_at = sql_int(stmt, 3);
    sqlite3_reset(stmt);
    if (!(stmt = sql_get(s, "SELECT count(*) FROM parcel WHERE destination=? AND state='dead'", err)))
        return false;
    sql_bind(stmt, "s", destination);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    out->dead = sql_int(stmt, 0);
    sqlite3_reset(stmt);
    return true;
}

/* Numbered on: a replay starts a parcel's attempts anew, and what was tried before stays. */
bool store_attempt_add(struct store *s, const struct attempt *a, struct err *err)
{
    return sql_run(s, err, "INSERT INTO attempt SELECT ?1,coalesce(max(n),0)+1,?2,?3,?4,?5,?6 FROM attempt WHERE parcel=?1", "iiissi", a->parcel, a->at,
                   a->status, a->verdict, a->excerpt, a->ms);
}

bool store_attempt_list(struct store *s, struct arena *a, int64_t parcel, struct attempt **list, int *count, struct err *err)
{
    enum { MOST = 200 };
    sqlite3_stmt *stmt = sql_get(s, "SELECT parcel,n,at,status,verdict,excerpt,ms FROM attempt WHERE parcel=? ORDER BY n DESC LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", parcel, (int64_t)MOST);
    *list = ARENA_ARRAY(a, struct attempt, MOST);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        (*list)[(*count)++] = (struct attempt){.parcel = sql_int(stmt, 0), .n = sql_int(stmt, 1), .at = sql_int(stmt, 2), .status = sql_int(stmt, 3),
                                               .verdict = sql_text(stmt, 4, a), .excerpt = sql_text(stmt, 5, a), .ms = sql_int(stmt, 6)};
    return rc == SQLITE_DONE;
}

bool store_answer_get(struct store *s, struct arena *a, const char *key, char **body, int64_t *asked, struct err *err)
{
    *body = NULL;
    *asked = 0;
    sqlite3_stmt *stmt = sql_get(s, "SELECT body, asked FROM answer WHERE key=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", key);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *body = sql_text(stmt, 0, a);
        *asked = sql_int(stmt, 1);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_answer_put(struct store *s, const char *key, const char *body, int64_t asked, int64_t at, struct err *err)
{
    return sql_run(s, err, "DELETE FROM answer WHERE at<?", "i", at - 86400000) &&
           sql_run(s, err, "INSERT OR REPLACE INTO answer(key, at, body, asked) VALUES(?,?,?,?)", "sisi", key, at, body, asked);
}

bool store_parcel_get(struct store *s, struct arena *a, int64_t id, struct parcel *out, bool *found, struct err *err)
{
    *found = false;
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM parcel WHERE id=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        scan(stmt, a, out);
        *found = true;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_parcel_land(struct store *s, int64_t now, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET state='retrying',due_at=?,memo=json_set(coalesce(memo,'{}'),'$.ambiguous',json('true')) WHERE state='flying'", "i", now);
}
