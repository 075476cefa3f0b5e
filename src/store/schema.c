/* schema: the database as a document. Integers, ms UTC; 0 and '' instead of NULL in keys; three random indexes only
 * (event, ticket and customer keys: store/keys), all over a 64-bit hash that is checked against the text on a hit.
 * `truth` tables are written once; `derived` ones can be rebuilt from them (triage rebuild). */
#include "store/sql.h"
#include "core/field.h"

static const char schema[] =
    /* --- truth --- */
    "CREATE TABLE event(            -- one inbound occurrence, whole and immutable but for `seen`\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  source TEXT NOT NULL,        -- configured source it came in by\n"
    "  account TEXT NOT NULL,       -- scope of its keys\n"
    "  dialect TEXT NOT NULL,\n"
    "  key TEXT,                    -- dedupe key as written, NULL = none\n"
    "  key_hash INTEGER NOT NULL,   -- of (account, key); 0 = does not occupy its key\n"
    "  type TEXT, effect INTEGER NOT NULL, effect_text TEXT NOT NULL,\n"
    "  state TEXT NOT NULL,         -- applied ignored duplicate conflict quarantine erased\n"
    "  seen INTEGER NOT NULL,       -- times delivered\n"
    "  received_at INTEGER NOT NULL, occurred_at INTEGER NOT NULL,\n"
    "  ticket INTEGER NOT NULL,     -- 0 = none\n"
    "  content_hash BLOB NOT NULL, sha256 BLOB NOT NULL, -- canonical content; raw bytes\n"
    "  obs TEXT,                    -- the observation, JSON: what refolding reads\n"
    "  headers TEXT, warnings TEXT, note TEXT,\n"
    "  raw BLOB, raw_of INTEGER NOT NULL); -- a batch keeps its bytes with its first event\n"
    "CREATE INDEX event_key ON event(key_hash) WHERE key_hash != 0;\n"
    "CREATE INDEX event_ticket ON event(ticket, id) WHERE ticket != 0;\n"
    "CREATE TABLE entry(            -- the journal: every change, with who and why\n"
    "  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,\n"
    "  ticket INTEGER NOT NULL, cause INTEGER NOT NULL, undoes INTEGER NOT NULL,\n"
    "  salt BLOB, data TEXT, digest BLOB NOT NULL); -- an erasure takes words out of data, and the salt (store/erase)\n"
    "CREATE INDEX entry_ticket ON entry(ticket, seq) WHERE ticket != 0;\n"
    "CREATE TABLE chain(seq INTEGER PRIMARY KEY, sha256 BLOB NOT NULL); -- one row per commit\n"
    "CREATE TABLE message(          -- a conversation is a union of messages by id\n"
    "  id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, mid TEXT NOT NULL,\n"
    "  voice INTEGER NOT NULL, author_kind INTEGER NOT NULL, origin INTEGER NOT NULL, author TEXT,\n"
    "  public INTEGER NOT NULL, automatic INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT, assets TEXT,\n"
    "  asset_count INTEGER NOT NULL, state TEXT, -- own replies: held sending sent failed withdrawn\n"
    "  v_t INTEGER NOT NULL, v_rank INTEGER NOT NULL, v_n INTEGER NOT NULL, v_key TEXT);\n"
    "CREATE INDEX message_ticket ON message(ticket, mid);\n"
    "CREATE TABLE score(            -- the ledger: a reversal is a row with the negative\n"
    "  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, agent TEXT NOT NULL, ticket INTEGER NOT NULL, epoch INTEGER NOT NULL,\n"
    "  rule TEXT NOT NULL, xp INTEGER NOT NULL, gold INTEGER NOT NULL, boss TEXT NOT NULL, damage INTEGER NOT NULL,\n"
    "  reverses INTEGER NOT NULL, reason TEXT, entry INTEGER NOT NULL);\n"
    "CREATE INDEX score_ticket ON score(ticket);\n"
    "CREATE INDEX score_agent ON score(agent, id);\n"
    "CREATE INDEX score_boss ON score(boss, id) WHERE boss != '';\n"
    "CREATE TABLE keep(agent TEXT, key TEXT, at INTEGER NOT NULL, value TEXT, PRIMARY KEY(agent, key)) WITHOUT ROWID;\n"
    "CREATE TABLE answer(key TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID; -- of a do, 24 h\n"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;\n"
    /* --- derived --- */
    "CREATE TABLE clock(ticket INTEGER, metric INTEGER, state INTEGER NOT NULL, warned INTEGER NOT NULL,\n"
    "  breached INTEGER NOT NULL, target INTEGER NOT NULL, started_at INTEGER NOT NULL, due_at INTEGER NOT NULL,\n"
    "  elapsed INTEGER NOT NULL, since INTEGER NOT NULL, policy TEXT, PRIMARY KEY(ticket, metric)) WITHOUT ROWID;\n"
    "CREATE TABLE escalation(ticket INTEGER PRIMARY KEY, state INTEGER NOT NULL, policy TEXT, step INTEGER NOT NULL,\n"
    "  loop INTEGER NOT NULL, occurrences INTEGER NOT NULL, opened_at INTEGER NOT NULL, stepped_at INTEGER NOT NULL,\n"
    "  next_at INTEGER NOT NULL, acked_by TEXT, acked_at INTEGER NOT NULL, ack_expires_at INTEGER NOT NULL,\n"
    "  snoozed_until INTEGER NOT NULL, resolved_at INTEGER NOT NULL, resolved_by TEXT, reason TEXT);\n"
    "CREATE INDEX escalation_open ON escalation(state, opened_at) WHERE state IN (1, 2, 3, 5);\n"
    "CREATE TABLE record(kind TEXT, key TEXT, v_t INTEGER NOT NULL, v_rank INTEGER NOT NULL, v_key TEXT,\n"
    "  data TEXT NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID; -- boss player achievement article survey customer\n"
    "CREATE TABLE view(id INTEGER PRIMARY KEY, name TEXT UNIQUE, text TEXT NOT NULL);\n"
    "CREATE TABLE queue(view INTEGER, owner TEXT, due INTEGER, ticket INTEGER,\n"
    "  PRIMARY KEY(view, owner, due, ticket)) WITHOUT ROWID; -- members of each view, in order\n"
    "CREATE INDEX queue_ticket ON queue(ticket);\n"
    "CREATE TABLE tally(name TEXT, key TEXT, day INTEGER, n INTEGER NOT NULL, sum INTEGER NOT NULL,\n"
    "  PRIMARY KEY(name, key, day)) WITHOUT ROWID; -- counters kept, day 0 = all time\n";

/* What leaves, what was learned, what is searched: since version 2. */
static const char schema_2[] =
    "CREATE TABLE letter(           -- what is to be said, unredacted, once for all it goes to; an erasure nulls data\n"
    "  id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, route TEXT NOT NULL, nth INTEGER NOT NULL, -- nth event of the entry\n"
    "  data TEXT, redaction TEXT, UNIQUE(entry, route, nth));\n"
    "CREATE TABLE parcel(           -- anything that leaves: a reply, a route's delivery, a page, a question to a model\n"
    "  id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, route TEXT NOT NULL, nth INTEGER NOT NULL,\n"
    "  destination TEXT NOT NULL, ticket INTEGER NOT NULL,\n"
    "  step INTEGER NOT NULL, agent TEXT NOT NULL, message INTEGER NOT NULL,\n"
    "  letter INTEGER NOT NULL,     -- 0: made of the message when it flies\n"
    "  recipe TEXT,                 -- what of its destination may not change between attempts\n"
    "  state TEXT NOT NULL,         -- held bundled due flying retrying delivered dead skipped dropped\n"
    "  due_at INTEGER NOT NULL, attempts INTEGER NOT NULL, made_at INTEGER NOT NULL, memo TEXT, error TEXT,\n"
    "  UNIQUE(entry, route, nth, destination, step, agent));\n"
    "CREATE INDEX parcel_due ON parcel(destination, due_at) WHERE due_at != 0;\n"
    "CREATE INDEX parcel_ticket ON parcel(ticket);\n"
    "CREATE INDEX parcel_dead ON parcel(destination, id) WHERE state = 'dead';\n"
    "CREATE INDEX parcel_open ON parcel(destination, id) WHERE state IN ('due', 'retrying', 'flying');\n"
    "CREATE TABLE attempt(          -- each exchange of a parcel; kept when it is replayed\n"
    "  parcel INTEGER, n INTEGER, at INTEGER NOT NULL, status INTEGER NOT NULL, verdict TEXT NOT NULL, excerpt TEXT,\n"
    "  ms INTEGER NOT NULL, PRIMARY KEY(parcel, n)) WITHOUT ROWID;\n"
    "CREATE TABLE ask(              -- questions to models by the hash of all that decides the answer\n"
    "  hash BLOB PRIMARY KEY, destination TEXT NOT NULL, parcel INTEGER NOT NULL, at INTEGER NOT NULL,\n"
    "  answer TEXT) WITHOUT ROWID;  -- NULL: asked, not answered yet\n"
    "CREATE TABLE waiting(          -- routes that stopped for an answer; run again from the top when it comes\n"
    "  hash BLOB, letter INTEGER, route TEXT, PRIMARY KEY(hash, letter, route)) WITHOUT ROWID;\n"
    "CREATE TABLE seen(             -- dedupe steps: when a key was last let through\n"
    "  route TEXT, step INTEGER, key TEXT, at INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY(route, step, key)) WITHOUT ROWID;\n"
    "CREATE TABLE passed(           -- throttle steps: what went through\n"
    "  route TEXT, step INTEGER, entry INTEGER, at INTEGER NOT NULL, PRIMARY KEY(route, step, entry)) WITHOUT ROWID;\n"
    "CREATE TABLE file(sha256 BLOB PRIMARY KEY, size INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID; -- bytes: files/<hex>\n"
    "CREATE TABLE model(            -- the classifier's history: what it learned from, and how well it did\n"
    "  epoch INTEGER PRIMARY KEY, at INTEGER NOT NULL, learned INTEGER NOT NULL, state TEXT NOT NULL, -- active, kept, refused\n"
    "  figures TEXT NOT NULL, weights BLOB); -- weights: NULL where it was refused, or long ago\n"
    "CREATE INDEX entry_label ON entry(seq) WHERE kind = 'label' AND data GLOB '{\"source\":\"agent_*'; -- what people said of labels\n"
    "CREATE INDEX entry_silent ON entry(seq) WHERE kind = 'label' AND data GLOB '{\"source\":\"silent_*'; -- and what they let stand\n"
    "CREATE VIRTUAL TABLE search USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2');"
    " -- rowid = seq of the entry that brought the words; filled behind the journal, up to meta 'search'\n";

static const char *const types[] = {
    [FIELD_TEXT] = "TEXT", [FIELD_TAGS] = "TEXT", [FIELD_JSON] = "TEXT", [FIELD_INT] = "INTEGER NOT NULL DEFAULT 0",
    [FIELD_TIME] = "INTEGER NOT NULL DEFAULT 0", [FIELD_ENUM] = "INTEGER NOT NULL DEFAULT 0", [FIELD_BOOL] = "INTEGER NOT NULL DEFAULT 0"};

static void ticket_table(struct str *sql)
{
    str_adds(sql, "CREATE TABLE ticket(id INTEGER PRIMARY KEY, key_hash INTEGER NOT NULL");
    for (int i = 1; i < field_count; i++)
        str_addf(sql, ",\n  \"%s\" %s -- %s\n", field_table[i].name, types[field_table[i].type], field_table[i].help);
    str_adds(sql, ");\nCREATE INDEX ticket_key ON ticket(key_hash);\n"
                  "CREATE INDEX ticket_wake ON ticket(wake_at) WHERE wake_at != 0;\n");
}

/* From version 1: parcels had no route and no letter. */
static const char to_2[] =
    "ALTER TABLE parcel RENAME TO parcel_1;DROP INDEX parcel_due;DROP INDEX parcel_ticket;";
static const char to_2_move[] =
    "INSERT INTO parcel(id,entry,route,nth,destination,ticket,step,agent,message,letter,state,due_at,attempts,made_at,memo,error)"
    " SELECT p.id,p.entry,'',0,p.destination,p.ticket,p.step,p.agent,p.message,0,p.state,p.due_at,p.attempts,coalesce(e.at,0),p.memo,p.error"
    " FROM parcel_1 p LEFT JOIN entry e ON e.seq=p.entry;DROP TABLE parcel_1;";

/* A field that came later is a column more; it stands empty in the tickets there are. */
static void add_fields(struct str *sql, sqlite3 *db)
{
    for (int i = 1; i < field_count; i++)
        if (sqlite3_table_column_metadata(db, NULL, "ticket", field_table[i].name, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
            str_addf(sql, "ALTER TABLE ticket ADD COLUMN \"%s\" %s;", field_table[i].name, types[field_table[i].type]);
}

/* What clocks, the rota, people and figures need: since version 3. */
static const char schema_3[] =
    /* who works on what */
    "CREATE TABLE work(             -- what needs a person now, in the order it is offered; owner '' = nobody's\n"
    "  owner TEXT, need INTEGER, turn INTEGER, due INTEGER, place INTEGER, ticket INTEGER, skipped TEXT,\n"
    "  PRIMARY KEY(owner, need, turn, due, place, ticket)) WITHOUT ROWID; -- need: the skills it asks for, as bits\n"
    "CREATE TABLE counted(          -- what of a ticket is in the numbers, so that it can be taken out as it went in (core/stat)\n"
    "  ticket INTEGER, stat INTEGER, nth INTEGER, at INTEGER NOT NULL, day INTEGER NOT NULL, value INTEGER NOT NULL,\n"
    "  part TEXT, keys TEXT NOT NULL, PRIMARY KEY(ticket, stat, nth)) WITHOUT ROWID; -- keys: a line each, of whom it counts for\n"
    "CREATE INDEX parcel_delivered ON parcel(made_at) WHERE state = 'delivered' AND message = 0; -- what is let go in time\n"
    "CREATE INDEX answer_at ON answer(at);\n"
    "ALTER TABLE answer ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;\n" /* hash of the request; 0: from before it was kept */
    /* whose tickets are whose */
    "CREATE TABLE customer_ticket(  -- a customer's tickets, by the hash of the customer's key\n"
    "  hash INTEGER, ticket INTEGER, PRIMARY KEY(hash, ticket)) WITHOUT ROWID;\n"
    "CREATE TABLE article(          -- knowledge: from records of kind article and from files of the configuration\n"
    "  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, title TEXT NOT NULL, body TEXT NOT NULL, category TEXT, tags TEXT, url TEXT, slug TEXT,\n"
    "  status TEXT NOT NULL, updated_at INTEGER NOT NULL); -- draft published archived\n"
    "CREATE VIRTUAL TABLE article_search USING fts5(title, tags, body, content='article', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2');\n"
    "INSERT INTO article(key,title,body,category,tags,url,slug,status,updated_at) SELECT key,json_extract(data,'$.title'),"
    "substr(coalesce(json_extract(data,'$.content'),json_extract(data,'$.excerpt'),''),1,65536),json_extract(data,'$.category'),"
    "json_extract(data,'$.tags'),json_extract(data,'$.url'),json_extract(data,'$.slug'),coalesce(json_extract(data,'$.status'),'draft'),"
    "coalesce(json_extract(data,'$.updated_at'),json_extract(data,'$.created_at'),0) FROM record"
    " WHERE kind='article' AND json_extract(data,'$.title')!='' AND NOT coalesce(json_extract(data,'$.deleted'),0);\n"
    "INSERT INTO article_search(article_search) VALUES('rebuild');\n"
    "INSERT INTO customer_ticket SELECT customer_hash(customer),id FROM ticket WHERE customer IS NOT NULL;\n"
    /* whose hours a clock counts */
    "ALTER TABLE clock ADD COLUMN calendar TEXT;\n"
    /* escalations and their pages */
    "ALTER TABLE escalation ADD COLUMN policy_version TEXT;\n"
    "ALTER TABLE escalation ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;\n"
    "CREATE INDEX parcel_agent ON parcel(agent, made_at) WHERE destination='console'; -- who was paged lately\n"
    "CREATE INDEX parcel_bundled ON parcel(agent, id) WHERE state='bundled'; -- pages that another's letter names\n"
    /* the game's ledger */
    "ALTER TABLE score ADD COLUMN base INTEGER NOT NULL DEFAULT 0;\n"
    "ALTER TABLE score ADD COLUMN day INTEGER NOT NULL DEFAULT 0;\n"
    "UPDATE score SET day=at/86400000;\n"
    "CREATE INDEX score_paid ON score(agent, id) WHERE xp > 0 AND rule = 'resolve';\n"
    "CREATE INDEX ticket_merged ON ticket(merged_into) WHERE merged_into!=0;\n";

/* Lists by urgency and priority (store/rank): since version 4. Open ones alone, for they are few however many there were. */
static const char schema_4[] =
    "CREATE INDEX ticket_urgency ON ticket(urgency, id) WHERE status < 5;\n"
    "CREATE INDEX ticket_priority ON ticket(priority, id) WHERE status < 5;\n";

/* Acts taken back (engine/undo): since version 5. What nobody did, which is most of a journal, is in neither. */
static const char schema_5[] =
    "CREATE INDEX entry_act ON entry(actor, seq) WHERE data GLOB '{\"do\":*'; -- what an agent did, newest last\n"
    "CREATE INDEX entry_undoes ON entry(undoes) WHERE undoes != 0;\n";

/* What lists look words up in (store/sieve): since version 6. Made behind the tickets, from them alone. */
static const char schema_6[] =
    "CREATE TABLE gram(part INTEGER, gram INTEGER, ids BLOB NOT NULL, PRIMARY KEY(part, gram)) WITHOUT ROWID;"
    " -- which of a part's tickets hold three bytes; whole up to meta 'sieve' parts\n"
    "CREATE TABLE reworded(ticket INTEGER PRIMARY KEY); -- those whose texts changed since their part was made\n";

/* Keys are looked up behind (store/keys): since version 7. */
static const char schema_7[] =
    "CREATE TABLE event_by_key(     -- events that hold their key, by its hash\n"
    "  hash INTEGER, event INTEGER, PRIMARY KEY(hash, event)) WITHOUT ROWID; -- filled behind the rows, up to meta 'keys_event'\n"
    "CREATE TABLE ticket_by_key(hash INTEGER, ticket INTEGER, PRIMARY KEY(hash, ticket)) WITHOUT ROWID; -- up to meta 'keys_ticket'\n"
    "INSERT INTO event_by_key SELECT key_hash,id FROM event WHERE key_hash!=0 ORDER BY key_hash,id;\n"
    "INSERT INTO ticket_by_key SELECT key_hash,id FROM ticket ORDER BY key_hash,id;\n"
    "INSERT INTO meta SELECT 'keys_event',CAST(coalesce(max(id),0) AS TEXT) FROM event;\n"
    "INSERT INTO meta SELECT 'keys_ticket',CAST(coalesce(max(id),0) AS TEXT) FROM ticket;\n"
    "DROP INDEX event_key; DROP INDEX ticket_key;\n";

/* Files that agents send: since version 8. */
static const char schema_8[] =
    "CREATE TABLE file_use(         -- which tickets' messages bring a file that we have\n"
    "  sha256 BLOB, ticket INTEGER, PRIMARY KEY(sha256, ticket)) WITHOUT ROWID;\n"
    "CREATE TABLE upload(           -- who put a file here to send it; goes in time (store/file)\n"
    "  sha256 BLOB, agent TEXT, at INTEGER NOT NULL, PRIMARY KEY(sha256, agent)) WITHOUT ROWID;\n"
    "CREATE INDEX upload_at ON upload(at);\n";

/* What is deleted is in no count and in no view that does not name it: since version 9. Where there is any, both are made anew. */
#define DELETED " EXISTS(SELECT 1 FROM ticket WHERE deleted)"
static const char schema_9[] =
    "INSERT OR REPLACE INTO meta SELECT 'stats_anew','1' WHERE" DELETED ";\n"
    "UPDATE view SET text='' WHERE" DELETED ";\n"
    "UPDATE tally SET n=n-(SELECT count(*) FROM ticket WHERE deleted AND status<5) WHERE name='open';\n"
    "UPDATE tally SET n=n-(SELECT count(*) FROM ticket WHERE deleted AND status<5 AND urgency=3) WHERE name='open_critical';\n"
    "DELETE FROM tally WHERE name IN ('backlog','tickets') AND" DELETED ";\n";
_Static_assert(STATUS_RESOLVED == 5 && URGENCY_CRITICAL == 3, "the numbers in that text");

/* Points that an undo gave back: since version 10. */
static const char schema_10[] = "ALTER TABLE score ADD COLUMN origin INTEGER NOT NULL DEFAULT 0; -- the row that it was first, 0 = it is that itself\n";

/* What an erasure looks for beside its ticket: since version 11. Few events and entries are in any of them: those of no ticket, those kept aside. */
static const char schema_11[] =
    "CREATE INDEX IF NOT EXISTS event_record ON event(" RECORD_OF("obs") ") WHERE ticket = 0 AND obs IS NOT NULL; -- what sources say beside tickets\n"
    "CREATE INDEX IF NOT EXISTS event_aside ON event(sha256) WHERE state = 'quarantine'; -- by its bytes\n"
    "CREATE INDEX IF NOT EXISTS event_aside_key ON event(key) WHERE state = 'quarantine' AND key IS NOT NULL;\n"
    "CREATE INDEX IF NOT EXISTS entry_event ON entry(" EVENT_OF("data") ") WHERE kind = 'event' AND ticket = 0; -- of an event of no ticket\n"
    "CREATE INDEX IF NOT EXISTS entry_desk ON entry(" RECORD_OF("data") ") WHERE kind = 'desk'; -- acts on the desk, by what they set\n"
    "CREATE INDEX IF NOT EXISTS entry_gone ON entry(seq) WHERE " ERASING("") "; -- erasures\n"
    "CREATE INDEX IF NOT EXISTS file_use_ticket ON file_use(ticket);\n"
    "INSERT OR IGNORE INTO customer_ticket SELECT customer_hash(json_extract(r.value,'$.key')),e.ticket FROM event e,json_each(e.obs,'$.records') r"
    " WHERE e.ticket!=0 AND instr(e.obs,'\"records\":') AND json_extract(r.value,'$.kind')='customer' AND json_extract(r.value,'$.key')!='';\n"
    " -- of a customer's tickets also those that have become another's\n"
    "INSERT OR REPLACE INTO meta SELECT 'created_anew','1' WHERE" DELETED ";\n" /* nor is it in what came in */
    "INSERT OR REPLACE INTO meta SELECT 'flow_anew','1' WHERE EXISTS(SELECT 1 FROM meta WHERE key='stats_anew');\n"; /* nor was it open until version 9 came */

/* The messages there are already, read as a new one is. */
static bool fill_file_use(struct store *s, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT ticket,assets FROM message WHERE instr(assets,'\"sha256\"')", err);
    int rc = stmt ? SQLITE_ROW : -1;
    while (rc == SQLITE_ROW && (rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        if (!file_used(s, sql_int(stmt, 0), (const char *)sqlite3_column_text(stmt, 1), err))
            rc = -1;
    if (stmt)
        sqlite3_reset(stmt);
    return rc == SQLITE_DONE;
}

bool schema_migrate(struct store *s, store_told *told, void *arg, struct err *err)
{
    static const char *const since[] = {[3] = schema_3, schema_4, schema_5, schema_6, schema_7, schema_8, schema_9, schema_10, schema_11};
    enum { VERSION = sizeof since / sizeof *since - 1 };
    sqlite3_stmt *stmt = sql_get(s, "PRAGMA user_version", err);
    if (!stmt || sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    int version = (int)sql_int(stmt, 0);
    sqlite3_reset(stmt);
    if (version == VERSION)
        return true;
    if (version > VERSION)
        return err_set(err, ERR_STORAGE, "the database is version %d, this triaged knows up to %d: use a newer one", version, VERSION);
    if (!s->writer)
        return err_set(err, ERR_STORAGE, "the database is not set up yet");
    if (told && version)
        told(arg, version, version + 1, VERSION);
    AUTO_STR sql;
    str_init(&sql, 64 << 10);
    str_adds(&sql, "BEGIN IMMEDIATE;");
    if (version == 0) {
        str_adds(&sql, schema);
        str_adds(&sql, "INSERT INTO meta VALUES('overwritten','1');\n"); /* from its first page on, see store_scour */
        ticket_table(&sql);
    } else {
        add_fields(&sql, s->db);
    }
    if (version == 1)
        str_adds(&sql, to_2);
    if (version < 2)
        str_adds(&sql, schema_2);
    if (version == 1)
        str_adds(&sql, to_2_move);
    if (!sql_exec(s, sql.data, err))
        return false; /* whoever opened it closes it, which takes all of this back */
    for (int v = version < 3 ? 3 : version + 1; v <= VERSION; v++) {
        if (told && version && v > version + 1)
            told(arg, version, v, VERSION);
        if (!sql_exec(s, since[v], err) || (v == 8 && !fill_file_use(s, err)))
            return false;
    }
    str_clear(&sql);
    str_addf(&sql, "PRAGMA user_version=%d;COMMIT;", VERSION);
    return sql_exec(s, sql.data, err);
}
