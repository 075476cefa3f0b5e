/* message: a conversation is a union by (ticket, message id). Absence never deletes; for one id the text of the highest
 * v is shown (the earlier ones stay in their events). */
#include "store/sql.h"

static bool update(struct store *s, int64_t row, const struct message *m, const struct version *v, struct err *err)
{
    return sql_run(s, err, "UPDATE message SET body=?,author_kind=?,author=?,assets=?,asset_count=?,automatic=?,at=?,v_t=?,"
                   "v_rank=?,v_n=?,v_key=? WHERE id=?", "sissiiiiiisi", m->body, (int64_t)m->author_kind, m->author, m->assets,
                   m->asset_count, (int64_t)m->automatic, m->at, v->t, v->rank, v->n, v->key, row);
}

bool store_message_put(struct store *s, int64_t ticket, const struct message *m, const struct version *v, bool *added,
                       bool *changed, struct err *err)
{
    *added = *changed = false;
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,v_t,v_rank,v_n,v_key,body,asset_count FROM message WHERE ticket=? AND mid=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "is", ticket, m->id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        struct version was = {sql_int(stmt, 1), sql_int(stmt, 2), sql_int(stmt, 3), (const char *)sqlite3_column_text(stmt, 4)};
        bool newer = version_cmp(v, &was) > 0;
        bool differs = !str_eq((const char *)sqlite3_column_text(stmt, 5), m->body) || sql_int(stmt, 6) != m->asset_count;
        int64_t row = sql_int(stmt, 0);
        sqlite3_reset(stmt);
        *changed = newer && differs;
        return !newer || !differs || (update(s, row, m, v, err) && file_used(s, ticket, m->assets, err));
    }
    if (rc < 0)
        return false;
    *added = true;
    return file_used(s, ticket, m->assets, err) && sql_run(s, err, "INSERT INTO message(ticket,mid,voice,author_kind,origin,author,public,automatic,at,body,assets,"
                   "asset_count,state,v_t,v_rank,v_n,v_key) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", "isiiisiiissisiiis", ticket,
                   m->id, (int64_t)m->voice, (int64_t)m->author_kind, (int64_t)m->origin, m->author, (int64_t)m->is_public,
                   (int64_t)m->automatic, m->at, m->body, m->assets, m->asset_count, m->state, v->t, v->rank, v->n, v->key);
}

int64_t store_message_row(struct store *s)
{
    return sqlite3_last_insert_rowid(s->db);
}

bool store_message_list(struct store *s, struct arena *a, int64_t ticket, struct message **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,mid,voice,author_kind,origin,author,public,automatic,at,body,assets,asset_count,"
                                    "state FROM message WHERE ticket=? ORDER BY at,id", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    int rc, cap = 0;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        if (*count == cap) {
            struct message *more = ARENA_ARRAY(a, struct message, cap = cap ? cap * 2 : 16);
            for (int i = 0; i < *count; i++)
                more[i] = (*list)[i];
            *list = more;
        }
        (*list)[(*count)++] = (struct message){
            .row = sql_int(stmt, 0), .id = sql_text(stmt, 1, a), .voice = (int)sql_int(stmt, 2),
            .author_kind = (int)sql_int(stmt, 3), .origin = (int)sql_int(stmt, 4), .author = sql_text(stmt, 5, a),
            .is_public = sql_int(stmt, 6), .automatic = sql_int(stmt, 7), .at = sql_int(stmt, 8), .body = sql_text(stmt, 9, a),
            .assets = sql_text(stmt, 10, a), .asset_count = sql_int(stmt, 11), .state = sql_text(stmt, 12, a)};
    }
    return rc == SQLITE_DONE;
}

bool store_message_confirm(struct store *s, int64_t ticket, const struct message *m, int64_t *row, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id FROM message WHERE ticket=?1 AND mid GLOB 'desk:*' AND public AND state IN ('held','sending','sent','failed')"
                                    " AND (trim(body,char(9,10,13,32))=trim(?3,char(9,10,13,32)) OR (asset_count AND" /* its files were named below it */
                                    " instr(trim(?3,char(9,10,13,32)),trim(body,char(9,10,13,32))||char(10,10)||asset_count||' attachment')=1))"
                                    " AND NOT EXISTS (SELECT 1 FROM message WHERE ticket=?1 AND mid=?2) ORDER BY id LIMIT 1", err);
    *row = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "iss", ticket, m->id, m->body);
    int rc = sql_step(s, stmt, err);
    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE;
    *row = sql_int(stmt, 0);
    sqlite3_reset(stmt);
    return sql_run(s, err, "UPDATE message SET mid=?,state='sent' WHERE id=?", "si", m->id, *row) &&
           sql_run(s, err, "UPDATE parcel SET state='delivered',due_at=0,error=NULL WHERE ticket=? AND message=? AND state NOT IN ('delivered','dropped')", "ii",
                   ticket, *row);
}

bool store_message_state(struct store *s, int64_t row, const char *state, struct err *err)
{
    return sql_run(s, err, "UPDATE message SET state=? WHERE id=?", "si", state, row);
}

bool store_message_counts(struct store *s, int64_t ticket, struct ticket *out, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT sum(origin NOT IN(4,5)), sum(origin=4), sum(asset_count) FROM message WHERE ticket=?"
                                    " AND coalesce(state,'')!='withdrawn'", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    out->messages = sql_int(stmt, 0);
    out->ai_messages = sql_int(stmt, 1);
    out->attachments = sql_int(stmt, 2);
    sqlite3_reset(stmt);
    return true;
}

bool store_message_facts(struct store *s, int64_t ticket, int64_t *public_replies, int64_t *longest_note, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT sum(author_kind=2 AND public AND NOT automatic AND coalesce(state,'')!='withdrawn'),"
                                    " max(CASE WHEN origin=5 THEN length(trim(replace(replace(replace(body,char(10),' '),char(9),' '),'  ',''))) ELSE 0 END) FROM message WHERE ticket=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *public_replies = sql_int(stmt, 0);
    *longest_note = sql_int(stmt, 1);
    sqlite3_reset(stmt);
    return true;
}
