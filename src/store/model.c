/* model: what the classifier learned, epoch by epoch, and the labels it learned from. The examples are read from the
 * journal as it stands: a label counts while the act that made it has not been undone, the newest one for each task, a
 * person's word before what silence suggests. Weights are megabytes, so lists leave them out and only the newest KEPT
 * epochs hold theirs; an older one can be learned again from the journal, not brought back. */
#include "store/sql.h"
#include <string.h>

enum { KEPT = 10, ENTRIES = 512, FIRST_TEXT = 4000 /* bytes the classifier reads */ };

/* --- epochs --- */

static void scan(sqlite3_stmt *stmt, struct arena *a, struct model_row *m)
{
    *m = (struct model_row){.epoch = sql_int(stmt, 0), .at = sql_int(stmt, 1), .learned = sql_int(stmt, 2), .state = sql_text(stmt, 3, a),
                            .figures = sql_text(stmt, 4, a)};
}

static void scan_weights(sqlite3_stmt *stmt, struct arena *a, struct model_row *m)
{
    m->weights_n = (size_t)sqlite3_column_bytes(stmt, 5);
    if (!m->weights_n)
        return;
    void *copy = arena_alloc(a, m->weights_n);
    memcpy(copy, sqlite3_column_blob(stmt, 5), m->weights_n);
    m->weights = copy;
}

static bool get(struct store *s, struct arena *a, sqlite3_stmt *stmt, struct model_row *out, bool *found, struct err *err)
{
    int rc = sql_step(s, stmt, err);
    *found = rc == SQLITE_ROW;
    if (*found) {
        scan(stmt, a, out);
        scan_weights(stmt, a, out);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_model_get(struct store *s, struct arena *a, int64_t epoch, struct model_row *out, bool *found, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT epoch,at,learned,state,figures,weights FROM model WHERE epoch=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", epoch);
    return get(s, a, stmt, out, found, err);
}

bool store_model_active(struct store *s, struct arena *a, struct model_row *out, bool *found, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT epoch,at,learned,state,figures,weights FROM model WHERE state='active' ORDER BY epoch DESC LIMIT 1", err);
    return stmt && get(s, a, stmt, out, found, err);
}

bool store_model_list(struct store *s, struct arena *a, int limit, struct model_row **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT epoch,at,learned,state,figures,typeof(weights)!='null' FROM model ORDER BY epoch DESC LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", (int64_t)limit);
    *list = ARENA_ARRAY(a, struct model_row, limit);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        struct model_row *m = &(*list)[(*count)++];
        scan(stmt, a, m);
        m->can_return = sql_int(stmt, 5);
    }
    return rc == SQLITE_DONE;
}

bool store_model_activate(struct store *s, int64_t epoch, struct err *err)
{
    return sql_run(s, err, "UPDATE model SET state='kept' WHERE state='active'", "") &&
           (!epoch || sql_run(s, err, "UPDATE model SET state='active' WHERE epoch=?", "i", epoch));
}

bool store_model_put(struct store *s, const struct model_row *m, struct err *err)
{
    return (!str_eq(m->state, "active") || store_model_activate(s, 0, err)) &&
           sql_run(s, err, "INSERT INTO model(epoch,at,learned,state,figures,weights) VALUES(?,?,?,?,?,?)", "iiissb", m->epoch, m->at,
                   m->learned, m->state, m->figures, m->weights, m->weights_n) &&
           sql_run(s, err, "UPDATE model SET weights=NULL WHERE weights IS NOT NULL AND state!='active' AND epoch NOT IN"
                           " (SELECT epoch FROM model WHERE state!='refused' ORDER BY epoch DESC LIMIT ?)", "i", (int64_t)KEPT);
}

/* --- what it learns from --- */

/* One task of one ticket, as its entries are walked from the newest back. */
struct task { int value, weight; bool person; };

static int64_t value_of(const char *task, const struct json *data)
{
    int value = field_word_value(field_find(task), json_get_string(data, "label", NULL));
    return value > 0 ? value : 0;
}

enum { SAID = 1, LET_STAND }; /* sorts of labels */

/* A person's newest word stands; what silence suggests counts only where no person spoke. */
static void take_label(struct example *x, struct task tasks[2], const struct json *data)
{
    const char *name = json_get_string(data, "task", ""), *source = json_get_string(data, "source", "");
    bool person = str_eq(source, "agent_fix") || str_eq(source, "agent_confirm");
    struct task *t = &tasks[str_eq(name, "category")];
    int64_t value = value_of(str_eq(name, "category") ? "category" : "urgency", data), weight = json_get_i64(data, "weight_milli", 0);
    if ((!person && !str_eq(source, "silent_resolve")) || !value || t->person || (t->value && !person))
        return;
    t->value = (int)value;
    t->weight = (int)(weight < 0 ? 0 : weight > 1000 ? 1000 : weight);
    t->person = person;
    if (person && str_eq(json_get_string(data, "by", NULL), "model")) {
        x->asked++;
        x->right += str_eq(source, "agent_confirm");
    }
}

static bool among(const int64_t *list, int n, int64_t seq)
{
    while (n-- > 0)
        if (list[n] == seq)
            return true;
    return false;
}

/* The labels of x's ticket that stand. *newest: the seq of its newest of that sort, standing or not, 0: people spoke too. */
static bool read_labels(struct store *s, struct example *x, bool silent, int64_t *newest, struct err *err)
{
    int64_t undone[ENTRIES];
    int undone_n = 0, rc;
    bool spoke = false;
    struct task tasks[2] = {0};
    AUTO_ARENA arena = arena_new();
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,CASE WHEN kind!='label' THEN 0 WHEN data GLOB '{\"source\":\"agent_*' THEN 1"
                                    " WHEN data GLOB '{\"source\":\"silent_*' THEN 2 ELSE 0 END AS sort,cause,undoes,data FROM entry"
                                    " WHERE ticket=? AND ticket!=0 AND (undoes!=0 OR sort) ORDER BY seq DESC LIMIT ?", err);
    if (!stmt)
        return false;
    *newest = 0;
    sql_bind(stmt, "ii", x->ticket, (int64_t)ENTRIES);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        int64_t seq = sql_int(stmt, 0), undoes = sql_int(stmt, 3);
        int label = (int)sql_int(stmt, 1);
        spoke |= label == SAID;
        if (label == (silent ? LET_STAND : SAID) && !*newest)
            *newest = seq;
        if (undoes && !among(undone, undone_n, seq))
            undone[undone_n++] = undoes;
        if (!label || among(undone, undone_n, sql_int(stmt, 2)))
            continue;
        const char *data = (const char *)sqlite3_column_text(stmt, 4);
        take_label(x, tasks, data ? json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL);
    }
    if (silent && spoke)
        *newest = 0;
    x->urgency = tasks[0].value;
    x->urgency_weight = tasks[0].weight;
    x->category = tasks[1].value;
    x->category_weight = tasks[1].weight;
    return rc == SQLITE_DONE;
}

#define FIRST_WORDS "(SELECT substr(body,1,?1) FROM message m WHERE m.ticket=t.id AND m.author_kind=1 AND m.origin!=4" \
                    " AND coalesce(m.body,'')!='' ORDER BY m.at,m.id LIMIT 1)"
_Static_assert(AUTHOR_CUSTOMER == 1 && ORIGIN_AI == 4, "the numbers in FIRST_WORDS");

static bool read_words(struct store *s, struct arena *a, struct example *x, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT title," FIRST_WORDS " FROM ticket t WHERE id=?2", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", (int64_t)FIRST_TEXT, x->ticket);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        x->title = sql_text(stmt, 0, a);
        x->text = sql_text(stmt, 1, a);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

static bool read_seqs(struct store *s, bool silent, int64_t before, int max, int64_t *seqs, int64_t *tickets, int *n, struct err *err)
{
    static const char *const sql[] = {
        "SELECT seq,ticket FROM entry WHERE kind='label' AND data GLOB '{\"source\":\"agent_*' AND seq<? ORDER BY seq DESC LIMIT ?",
        "SELECT seq,ticket FROM entry WHERE kind='label' AND data GLOB '{\"source\":\"silent_*' AND seq<? ORDER BY seq DESC LIMIT ?"};
    sqlite3_stmt *stmt = sql_get(s, sql[silent], err);
    *n = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", before ? before : INT64_MAX, (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        seqs[*n] = sql_int(stmt, 0);
        tickets[(*n)++] = sql_int(stmt, 1);
    }
    return rc == SQLITE_DONE;
}

bool store_examples(struct store *s, struct arena *a, bool silent, int64_t *before, struct example **list, int *count, struct err *err)
{
    enum { BITE = 128 };
    int64_t seqs[BITE], tickets[BITE], newest;
    int n;
    *count = 0;
    *list = ARENA_ARRAY(a, struct example, BITE);
    if (!read_seqs(s, silent, *before, BITE, seqs, tickets, &n, err))
        return false;
    for (int i = 0; i < n; i++) {
        struct example x = {.ticket = tickets[i]};
        if (!read_labels(s, &x, silent, &newest, err))
            return false;
        if (newest != seqs[i] || (!x.urgency && !x.category))
            continue; /* met before, or nothing of it stands */
        if (!read_words(s, a, &x, err))
            return false;
        (*list)[(*count)++] = x;
    }
    *before = n == BITE ? seqs[n - 1] : 0;
    return true;
}

/* --- what others said, and people of it --- */

bool store_label_seen(struct store *s, struct label_seen seen[LABEL_CONFIDENCES], struct err *err)
{
    enum { REACH = 2000 };
    sqlite3_stmt *stmt = sql_get(s,
        "SELECT json_extract(m.data,'$.confidence'),count(*),sum(json_extract(m.data,'$.urgency')=json_extract(p.data,'$.label')) FROM"
        " (SELECT seq,ticket,cause,data FROM entry WHERE kind='label' AND data GLOB '{\"source\":\"agent_*' ORDER BY seq DESC LIMIT ?) p"
        " JOIN entry m ON m.seq=(SELECT max(seq) FROM entry x WHERE x.ticket=p.ticket AND x.ticket!=0 AND x.seq<p.seq AND x.kind='label' AND x.actor GLOB 'model:*')"
        " WHERE json_extract(p.data,'$.task')='urgency'"
        " AND NOT EXISTS(SELECT 1 FROM entry u WHERE u.ticket=p.ticket AND u.ticket!=0 AND u.undoes=p.cause AND p.cause!=0) GROUP BY 1", err);
    memset(seen, 0, sizeof *seen * LABEL_CONFIDENCES);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", (int64_t)REACH);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        for (int i = 0; i < LABEL_CONFIDENCES; i++)
            if (str_eq((const char *)sqlite3_column_text(stmt, 0), label_confidence_words[i]))
                seen[i] = (struct label_seen){sql_int(stmt, 1), sql_int(stmt, 2)};
    return rc == SQLITE_DONE;
}

/* --- tickets to be judged --- */

/* A route's model asked for a look: its last word says so (our own compact JSON: inside a text those quotes are escaped). */
#define FLAGGED "(SELECT instr(data,'\"review\":true') FROM entry e WHERE e.ticket=t.id AND e.ticket!=0 AND e.kind='label'" \
                " AND e.actor GLOB 'model:*' ORDER BY e.seq DESC LIMIT 1)"

bool store_worded(struct store *s, struct arena *a, int64_t before, bool open, int max, struct worded **list, int *count, struct err *err)
{
    enum { REACH = 5000 };
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,title," FIRST_WORDS ",status,urgency,urgency_by,urgency_bp,category,category_by,category_bp,received_at," FLAGGED
                                    " FROM ticket t WHERE id<?2 AND id>(SELECT coalesce(max(id),0)-?3 FROM ticket)"
                                    " AND (NOT ?4 OR status NOT IN (5,6)) AND NOT deleted ORDER BY id DESC LIMIT ?5", err);
    _Static_assert(STATUS_RESOLVED == 5 && STATUS_CLOSED == 6, "the numbers in that text");
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "iiiii", (int64_t)FIRST_TEXT, before ? before : INT64_MAX, (int64_t)REACH, (int64_t)open, (int64_t)max);
    *list = ARENA_ARRAY(a, struct worded, max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        (*list)[(*count)++] = (struct worded){
            .id = sql_int(stmt, 0), .title = sql_text(stmt, 1, a), .text = sql_text(stmt, 2, a), .status = (int)sql_int(stmt, 3),
            .urgency = (int)sql_int(stmt, 4), .urgency_by = (int)sql_int(stmt, 5), .urgency_bp = sql_int(stmt, 6),
            .category = (int)sql_int(stmt, 7), .category_by = (int)sql_int(stmt, 8), .category_bp = sql_int(stmt, 9),
            .received_at = sql_int(stmt, 10), .flagged = sql_int(stmt, 11)};
    return rc == SQLITE_DONE;
}
