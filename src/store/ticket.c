/* ticket: rows by the field table, with their clocks and escalation beside them. */
#include "store/sql.h"
#include "core/field.h"
#include <string.h>

void ticket_sql(struct store *s)
{
    struct str columns, insert, update, select;
    str_init(&columns, 64 << 10);
    str_init(&insert, 64 << 10);
    str_init(&update, 64 << 10);
    str_init(&select, 64 << 10);
    for (int i = 0; i < field_count; i++)
        str_addf(&columns, "%s\"%s\"", i ? "," : "", field_table[i].name);
    str_addf(&insert, "INSERT INTO ticket(key_hash,%s) VALUES(?1", columns.data);
    str_adds(&update, "UPDATE ticket SET ");
    for (int i = 0; i < field_count; i++) {
        str_addf(&insert, ",?%d", i + 2);
        if (i)
            str_addf(&update, "%s\"%s\"=?%d", i > 1 ? "," : "", field_table[i].name, i + 2);
    }
    str_adds(&insert, ")");
    str_adds(&update, " WHERE id=?2");
    str_addf(&select, "SELECT %s FROM ticket WHERE id=?", columns.data);
    struct str walk;
    str_init(&walk, 64 << 10);
    str_addf(&walk, "SELECT %s FROM ticket ORDER BY id", columns.data);
    s->ticket_walk = str_take(&walk);
    s->ticket_columns = str_take(&columns);
    s->ticket_insert = str_take(&insert);
    s->ticket_update = str_take(&update);
    s->ticket_select = str_take(&select);
}

static void bind_fields(sqlite3_stmt *stmt, const struct ticket *t)
{
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        if (field_is_text(f))
            sqlite3_bind_text(stmt, i + 2, field_text(t, f), -1, SQLITE_STATIC);
        else
            sqlite3_bind_int64(stmt, i + 2, field_int(t, f));
    }
}

static bool put_clock(struct store *s, int64_t ticket, int metric, const struct sla_clock *c, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO clock VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", "iiiiiiiiiiss", ticket, (int64_t)metric,
                   (int64_t)c->state, (int64_t)c->warned, (int64_t)c->breached, c->target, c->started_at, c->due_at,
                   c->elapsed, c->since, c->policy, c->calendar);
}

static bool put_escalation(struct store *s, int64_t ticket, const struct escalation *e, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO escalation VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", "iisiiiiiisiiiisssi", ticket,
                   (int64_t)e->state, e->policy, (int64_t)e->step, (int64_t)e->loop, (int64_t)e->occurrences, e->opened_at,
                   e->stepped_at, e->next_at, e->acked_by, e->acked_at, e->ack_expires_at, e->snoozed_until,
                   e->resolved_at, e->resolved_by, e->reason, e->policy_version, e->held_until);
}

static bool put_parts(struct store *s, const struct ticket *t, struct err *err)
{
    for (int m = 0; m < SLA_METRICS; m++)
        if (t->clock[m].state != CLOCK_NONE && !put_clock(s, t->id, m, &t->clock[m], err))
            return false;
    return t->escalation.state == ESCALATION_NONE || put_escalation(s, t->id, &t->escalation, err);
}

bool store_ticket_insert(struct store *s, const struct ticket *t, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, s->ticket_insert, err);
    if (!stmt)
        return false;
    int64_t hash = sql_key(t->account, t->key);
    bind_fields(stmt, t);
    sqlite3_bind_int64(stmt, 1, hash);
    if (sql_step(s, stmt, err) != SQLITE_DONE)
        return false;
    s->next_ticket = t->id + 1;
    keys_add_ticket(s, t->id, hash);
    return put_parts(s, t, err);
}

int64_t store_ticket_next(const struct store *s)
{
    return s->next_ticket;
}

bool store_ticket_update(struct store *s, const struct ticket *t, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, s->ticket_update, err);
    if (!stmt)
        return false;
    bind_fields(stmt, t);
    return sql_step(s, stmt, err) == SQLITE_DONE && put_parts(s, t, err);
}

/* sql: of three parameters, a number and the two texts that decide. */
static bool find(struct store *s, const char *sql, int64_t number, const char *account, const char *key, int64_t *id, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, sql, err);
    if (!stmt)
        return false;
    sql_bind(stmt, "iss", number, account, key);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *id = sql_int(stmt, 0);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

/* The newest first: what has no place in the index yet, which the writer has in memory. */
bool store_ticket_find(struct store *s, const char *account, const char *key, int64_t *id, struct err *err)
{
    int64_t hash = sql_key(account, key), at = INT64_MAX;
    *id = 0;
    while (s->writer && !*id && (at = keys_ticket(s, hash, at)) != 0)
        if (!find(s, "SELECT id FROM ticket WHERE id=? AND account=? AND key=?", at, account, key, id, err))
            return false;
    if (!s->writer && !find(s, "SELECT id FROM ticket WHERE id>" KEYS_TICKET " AND key_hash=? AND account=? AND key=? ORDER BY id DESC LIMIT 1", hash,
                            account, key, id, err))
        return false;
    return *id || find(s, "SELECT id FROM ticket_by_key JOIN ticket ON id=ticket WHERE hash=? AND account=? AND key=? ORDER BY ticket DESC LIMIT 1", hash,
                       account, key, id, err);
}

bool store_ticket_title(struct store *s, struct arena *a, int64_t id, const char **title, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT title FROM ticket WHERE id=?", err);
    *title = NULL;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *title = sql_text(stmt, 0, a);
        sqlite3_reset(stmt);
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool get_clocks(struct store *s, struct arena *a, struct ticket *t, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT metric,state,warned,breached,target,started_at,due_at,elapsed,since,policy,calendar"
                                    " FROM clock WHERE ticket=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", t->id);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        int metric = (int)sql_int(stmt, 0);
        if (metric >= 0 && metric < SLA_METRICS)
            t->clock[metric] = (struct sla_clock){
                .state = (int)sql_int(stmt, 1), .warned = sql_int(stmt, 2), .breached = sql_int(stmt, 3),
                .target = sql_int(stmt, 4), .started_at = sql_int(stmt, 5), .due_at = sql_int(stmt, 6),
                .elapsed = sql_int(stmt, 7), .since = sql_int(stmt, 8), .policy = sql_text(stmt, 9, a),
                .calendar = sql_text(stmt, 10, a)};
    }
    return rc == SQLITE_DONE;
}

static bool get_escalation(struct store *s, struct arena *a, struct ticket *t, struct err *err)
{
    if (t->escalated == ESCALATION_NONE)
        return true;
    sqlite3_stmt *stmt = sql_get(s, "SELECT state,policy,step,loop,occurrences,opened_at,stepped_at,next_at,acked_by,acked_at,"
                                    "ack_expires_at,snoozed_until,resolved_at,resolved_by,reason,policy_version,held_until FROM escalation WHERE ticket=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", t->id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        t->escalation = (struct escalation){
            .state = (int)sql_int(stmt, 0), .policy = sql_text(stmt, 1, a), .step = (int)sql_int(stmt, 2),
            .loop = (int)sql_int(stmt, 3), .occurrences = (int)sql_int(stmt, 4), .opened_at = sql_int(stmt, 5),
            .stepped_at = sql_int(stmt, 6), .next_at = sql_int(stmt, 7), .acked_by = sql_text(stmt, 8, a),
            .acked_at = sql_int(stmt, 9), .ack_expires_at = sql_int(stmt, 10), .snoozed_until = sql_int(stmt, 11),
            .resolved_at = sql_int(stmt, 12), .resolved_by = sql_text(stmt, 13, a), .reason = sql_text(stmt, 14, a),
            .policy_version = sql_text(stmt, 15, a), .held_until = sql_int(stmt, 16)};
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

struct ticket *store_ticket_shown(struct store *s, struct arena *a, int64_t id, struct err *err)
{
    struct ticket *t = store_ticket_get(s, a, id, err);
    if (!t || !t->purged_at)
        return t;
    err_set(err, ERR_NOT_FOUND, "#%lld was purged: nothing is left of it but its journal", (long long)id);
    return NULL;
}

struct ticket *store_ticket_get(struct store *s, struct arena *a, int64_t id, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, s->ticket_select, err);
    if (!stmt)
        return NULL;
    sql_bind(stmt, "i", id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_DONE)
        err_set(err, ERR_NOT_FOUND, "no ticket #%lld; `triage ls WORDS` or / finds one by its words", (long long)id);
    if (rc != SQLITE_ROW)
        return NULL;
    struct ticket *t = ARENA_NEW(a, struct ticket);
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        if (field_is_text(f))
            field_set_text(t, f, sql_text(stmt, i, a));
        else
            field_set_int(t, f, sql_int(stmt, i));
    }
    sqlite3_reset(stmt);
    return get_clocks(s, a, t, err) && get_escalation(s, a, t, err) ? t : NULL;
}

bool store_ticket_bare(struct store *s, int64_t id, struct err *err)
{
    return sql_run(s, err, "DELETE FROM clock WHERE ticket=?", "i", id) && sql_run(s, err, "DELETE FROM escalation WHERE ticket=?", "i", id);
}

/* Down the chains from the root: what hangs below a ticket is heard from the later of both merges on. */
#define BELOW "WITH RECURSIVE m(id,at) AS (VALUES(?1,0) UNION ALL SELECT t.id,max(t.merged_at,m.at) FROM m JOIN ticket t ON t.merged_into=m.id" \
              " AND t.merged_into!=0) "

bool store_ticket_members(struct store *s, struct arena *a, int64_t root, struct member **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, BELOW "SELECT id,at FROM m WHERE id!=?1 ORDER BY id", err);
    int rc, cap = 0;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", root);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        if (*count == cap) {
            struct member *more = ARENA_ARRAY(a, struct member, cap = cap ? cap * 2 : 8);
            for (int i = 0; i < *count; i++)
                more[i] = (*list)[i];
            *list = more;
        }
        (*list)[(*count)++] = (struct member){sql_int(stmt, 0), sql_int(stmt, 1)};
    }
    return rc == SQLITE_DONE;
}

bool store_ticket_reroot(struct store *s, int64_t id, int64_t root, struct err *err)
{
    return sql_run(s, err, BELOW "UPDATE ticket SET root=?2 WHERE id IN (SELECT id FROM m)", "ii", id, root);
}

bool store_wake_next(struct store *s, int64_t *at, struct err *err)
{
    *at = 0;
    return sql_number(s, err, at, "SELECT wake_at FROM ticket WHERE wake_at!=0 ORDER BY wake_at LIMIT 1", "");
}

bool store_wake_due(struct store *s, int64_t now, int64_t *ids, int max, int *count, struct err *err)
{
    *count = 0;
    sqlite3_stmt *stmt = sql_get(s, "SELECT id FROM ticket WHERE wake_at!=0 AND wake_at<=? ORDER BY wake_at LIMIT ?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", now, (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        ids[(*count)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}

bool store_wake_put(struct store *s, int64_t id, int64_t at, struct err *err)
{
    return sql_run(s, err, "UPDATE ticket SET wake_at=? WHERE id=?", "ii", at, id);
}

bool store_wake_clocks(struct store *s, int64_t at, struct err *err)
{
    return sql_run(s, err, "UPDATE ticket SET wake_at=?1 WHERE (wake_at=0 OR wake_at>?1) AND id IN (SELECT ticket FROM clock WHERE state IN (1,2))", "i", at);
}

bool store_escalated(struct store *s, int64_t after, int64_t *ids, int max, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT ticket FROM escalation WHERE state IN (1,2,3,5) AND ticket>? ORDER BY ticket LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", after, (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        ids[(*count)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}
