/* list: bounded reads. A walk that filters goes in pages of its own statement, so no read transaction lasts. */
#include "store/list.h"
#include "base/clock.h"
#include "core/ticket.h"
#include "store/sieve.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 256, BUDGET_MS = 40 };

/* --- events --- */

static void scan_event(sqlite3_stmt *stmt, struct arena *a, struct event *e)
{
    *e = (struct event){.id = sql_int(stmt, 0), .received_at = sql_int(stmt, 1), .source = sql_text(stmt, 2, a),
                        .dialect = sql_text(stmt, 3, a), .type = sql_text(stmt, 4, a), .effect_text = sql_text(stmt, 5, a),
                        .state = sql_text(stmt, 6, a), .ticket = sql_int(stmt, 7), .key = sql_text(stmt, 8, a),
                        .seen = sql_int(stmt, 9), .warnings = sql_text(stmt, 10, a), .note = sql_text(stmt, 11, a),
                        .occurred_at = sql_int(stmt, 12)};
}

bool store_list_events(struct store *s, struct arena *a, int64_t before, const char *state, int limit, struct event **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,received_at,source,dialect,type,effect_text,state,ticket,key,seen,warnings,note,occurred_at"
                                    " FROM event WHERE id<? AND (?2='' OR state=?2) AND id>?3 ORDER BY id DESC LIMIT ?4", err);
    *count = 0;
    if (!stmt)
        return false;
    int64_t top = before > 0 ? before : INT64_MAX;
    sql_bind(stmt, "isii", top, state ? state : "", (int64_t)0, (int64_t)limit);
    *list = ARENA_ARRAY(a, struct event, limit);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        scan_event(stmt, a, &(*list)[(*count)++]);
    return rc == SQLITE_DONE;
}

/* --- the journal, backwards --- */

/* Where the entry before `before` stands; *seq 0: there is none. */
static bool entry_before(struct store *s, int64_t before, int64_t *seq, int64_t *at, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,at FROM entry WHERE seq<? ORDER BY seq DESC LIMIT 1", err);
    *seq = *at = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", before);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *seq = sql_int(stmt, 0);
        *at = sql_int(stmt, 1);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

/* What passes among the entries from `low` up to `high`, newest first, until the list is full. */
static bool audit_window(struct store *s, struct arena *a, const struct audit_query *q, int64_t low, int64_t high, struct entry *list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,at,actor,kind,ticket,cause,undoes,data FROM entry WHERE seq>=? AND seq<=? AND at>=? AND (?4=0 OR ticket=?4)"
                                    " AND (?5='' OR kind=?5) AND (?6='' OR actor=?6) ORDER BY seq DESC", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "iiiiss", low, high, q->since, q->ticket, q->kind ? q->kind : "", q->actor ? q->actor : "");
    int rc = SQLITE_DONE;
    while (*count < q->limit && (rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        if (!q->people || config_person((const char *)sqlite3_column_text(stmt, 2)))
            list[(*count)++] = (struct entry){.seq = sql_int(stmt, 0), .at = sql_int(stmt, 1), .actor = sql_text(stmt, 2, a), .kind = sql_text(stmt, 3, a),
                                              .ticket = sql_int(stmt, 4), .cause = sql_int(stmt, 5), .undoes = sql_int(stmt, 6), .data = sql_text(stmt, 7, a)};
    sqlite3_reset(stmt);
    return rc >= 0;
}

bool store_list_audit(struct store *s, struct arena *a, const struct audit_query *q, struct entry **list, int *count, int64_t *next, struct err *err)
{
    enum { WINDOW = 2048 };
    int64_t high = q->before > 0 ? q->before : INT64_MAX, at, started = clock_mono();
    *list = ARENA_ARRAY(a, struct entry, q->limit + 1);
    *count = 0;
    *next = 0;
    for (;;) {
        if (!entry_before(s, high, &high, &at, err))
            return false;
        if (!high || at < q->since)
            return true;
        if (!audit_window(s, a, q, high - WINDOW + 1, high, *list, count, err))
            return false;
        high = *count == q->limit ? (*list)[*count - 1].seq : high - WINDOW + 1;
        if (*count == q->limit || clock_mono() - started > BUDGET_MS) {
            *next = high > 1 ? high : 0;
            return true;
        }
    }
}

/* --- escalations --- */

/* The first column of each row, at most as many as the statement's own limit. */
static bool read_ids(struct store *s, sqlite3_stmt *stmt, int64_t *ids, int *count, struct err *err)
{
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        ids[(*count)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}

#define OPEN "state IN (1, 2, 3, 5)" /* as the index has it */

bool store_list_escalations(struct store *s, int limit, int64_t *ids, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT ticket FROM escalation WHERE " OPEN " ORDER BY state,opened_at LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", (int64_t)limit);
    return read_ids(s, stmt, ids, count, err);
}

static bool are_many(struct store *s, bool *many, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT 1 FROM escalation WHERE " OPEN " AND state=1 LIMIT 1 OFFSET 1000", err);
    int rc = stmt ? sql_step(s, stmt, err) : -1;
    *many = rc == SQLITE_ROW;
    if (stmt)
        sqlite3_reset(stmt);
    return rc >= 0;
}

bool store_list_paging(struct store *s, const char *agent, int limit, int64_t *ids, int *count, struct err *err)
{
    static const char by_escalation[] = "SELECT ticket FROM escalation e WHERE " OPEN " AND state=1 AND EXISTS("
                                        "SELECT 1 FROM parcel p WHERE p.ticket=e.ticket AND p.destination='console' AND +p.agent=?) ORDER BY opened_at LIMIT ?";
    static const char by_page[] = "SELECT ticket FROM (SELECT DISTINCT e.ticket,e.opened_at FROM (SELECT ticket FROM parcel WHERE destination='console' AND agent=?"
                                  " ORDER BY made_at DESC LIMIT 20000) p CROSS JOIN escalation e WHERE e.ticket=p.ticket AND e.state=1 LIMIT ?) ORDER BY opened_at";
    bool many;
    *count = 0;
    sqlite3_stmt *stmt = are_many(s, &many, err) ? sql_get(s, many ? by_page : by_escalation, err) : NULL;
    if (!stmt)
        return false;
    sql_bind(stmt, "si", agent, (int64_t)limit);
    return read_ids(s, stmt, ids, count, err);
}

bool store_list_taken(struct store *s, const char *agent, int limit, int64_t *ids, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT ticket FROM escalation WHERE " OPEN " AND state=2 AND acked_by=? AND ack_expires_at!=0 ORDER BY ack_expires_at LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "si", agent, (int64_t)limit);
    return read_ids(s, stmt, ids, count, err);
}

/* --- tickets in another order than the queue's --- */

struct listing {
    struct store *s;
    struct arena *a;
    const struct list_query *q;
    const struct sieve *sieve;
    struct stand *few;       /* all that the sieve keeps, by cursor, where they are few */
    int few_count;
    int64_t at, started;     /* cursor of the last one that was looked at */
    bool tried, spent, back; /* a sieve was asked for; the page is full or the time is over, and there may be more; cursors fall */
    int looked, limit;
    struct err *err;
};
struct stand { int64_t cursor, ticket; };

/* The next page of (cursor, ticket) after a cursor. A ticket stands at its last journal entry only. */
static bool walk(struct listing *l, struct stand *list, int *n)
{
#define LAST_ENTRY " AND ticket!=0 AND kind!='event'" \
                   " AND NOT EXISTS(SELECT 1 FROM entry n WHERE n.ticket=e.ticket AND n.ticket!=0 AND n.seq>e.seq AND n.kind!='event')"
    static const char *const walks[][2] = {
        [LIST_AGE] = {"SELECT id,id FROM ticket WHERE id>? ORDER BY id LIMIT ?", "SELECT id,id FROM ticket WHERE id<? ORDER BY id DESC LIMIT ?"},
        [LIST_UPDATED] = {"SELECT seq,ticket FROM entry e WHERE seq<?" LAST_ENTRY " ORDER BY seq DESC LIMIT ?",
                          "SELECT seq,ticket FROM entry e WHERE seq>?" LAST_ENTRY " ORDER BY seq LIMIT ?"}};
    sqlite3_stmt *stmt = sql_get(l->s, walks[l->q->order][l->q->invert], l->err);
    *n = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", l->at, (int64_t)PAGE);
    int rc;
    while ((rc = sql_step(l->s, stmt, l->err)) == SQLITE_ROW)
        list[(*n)++] = (struct stand){sql_int(stmt, 0), sql_int(stmt, 1)};
    return rc == SQLITE_DONE;
}

/* By number, and the sieve knows which are left. */
static void sifted(const struct listing *l, struct stand *list, int *n)
{
    int64_t id = l->at;
    for (*n = 0; *n < PAGE && (id = sieve_next(l->sieve, id, l->back)); ++*n)
        list[*n] = (struct stand){id, id};
}

static int by_cursor(const void *x, const void *y)
{
    const struct stand *a = x, *b = y;
    return (a->cursor > b->cursor) - (a->cursor < b->cursor);
}

static void few_stands(const struct listing *l, struct stand *list, int *n)
{
    *n = 0;
    for (int i = 0; i < l->few_count && *n < PAGE; i++) {
        const struct stand *each = &l->few[l->back ? l->few_count - 1 - i : i];
        if (l->back ? each->cursor < l->at : each->cursor > l->at)
            list[(*n)++] = *each;
    }
}

static bool last_entry(struct listing *l, int64_t ticket, int64_t *seq)
{
    sqlite3_stmt *stmt = sql_get(l->s, "SELECT seq FROM entry WHERE ticket=? AND ticket!=0 AND kind!='event' ORDER BY seq DESC LIMIT 1", l->err);
    *seq = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    int rc = sql_step(l->s, stmt, l->err);
    if (rc == SQLITE_ROW) {
        *seq = sql_int(stmt, 0);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

static bool begin_sieve(struct listing *l)
{
    l->tried = true;
    if (!sieve_open(l->s, l->a, l->q->where[0], l->q->where[1], &l->sieve, l->err))
        return false;
    if (!l->sieve || l->q->order == LIST_AGE || l->sieve->count > SIEVE_FEW)
        return true;
    l->few = ARENA_ARRAY(l->a, struct stand, l->sieve->count + 1);
    for (int64_t id = sieve_next(l->sieve, 0, false); id; id = sieve_next(l->sieve, id, false)) {
        int64_t seq;
        if (!last_entry(l, id, &seq))
            return false;
        if (seq)
            l->few[l->few_count++] = (struct stand){seq, id};
    }
    qsort(l->few, (size_t)l->few_count, sizeof *l->few, by_cursor);
    return true;
}

static bool next_stands(struct listing *l, struct stand *list, int *n)
{
    if (l->sieve && l->q->order == LIST_AGE)
        sifted(l, list, n);
    else if (l->few)
        few_stands(l, list, n);
    else
        return walk(l, list, n);
    return true;
}

static bool passes(const struct list_query *q, const struct ticket *t)
{
    return !t->purged_at && when_eval(q->where[0], t, q->env) && when_eval(q->where[1], t, q->env);
}

static bool look_at(struct listing *l, const struct stand *list, int n, struct ticket **rows, int *count)
{
    for (int i = 0; i < n && !l->spent; i++) {
        l->at = list[i].cursor;
        if (l->sieve && !sieve_keeps(l->sieve, list[i].ticket))
            continue;
        struct ticket *t = store_ticket_get(l->s, l->a, list[i].ticket, l->err);
        if (!t)
            return false;
        if (passes(l->q, t))
            rows[(*count)++] = t;
        l->spent = *count == l->limit || clock_mono() - l->started > BUDGET_MS;
        if (!l->tried && !l->spent && sieve_pays(++l->looked, *count))
            return begin_sieve(l);
    }
    l->spent = l->spent || (n == PAGE && clock_mono() - l->started > BUDGET_MS);
    return true;
}

bool store_list_tickets(struct store *s, struct arena *a, const struct list_query *q, struct ticket ***rows, int *count, const char **next, struct err *err)
{
    struct stand list[PAGE];
    struct listing l = {.s = s, .a = a, .q = q, .back = (q->order == LIST_AGE) == q->invert, .started = clock_mono(), .err = err,
                        .limit = q->limit > 0 && q->limit <= 500 ? q->limit : 50};
    int n;
    l.at = l.back ? INT64_MAX : 0;
    *count = 0;
    *next = NULL;
    *rows = ARENA_ARRAY(a, struct ticket *, l.limit);
    if (q->after && sscanf(q->after, "%lld", (long long *)&l.at) != 1)
        return err_set(err, ERR_USAGE, "after: not a cursor of this list");
    if (sieve_at_once(q->where[1]) && !begin_sieve(&l))
        return false;
    do {
        if (!next_stands(&l, list, &n) || !look_at(&l, list, n, *rows, count))
            return false;
    } while (!l.spent && n && (n == PAGE || l.at != list[n - 1].cursor)); /* where a sieve was made the rest is taken again */
    if (l.spent)
        *next = arena_printf(a, "%lld", (long long)l.at);
    return true;
}
