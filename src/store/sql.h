/* sql: the few habits every store file shares. Private to src/store. */
#ifndef STORE_SQL_H
#define STORE_SQL_H
#include "store/store.h"
#include <sqlite3.h>

enum { STATEMENTS = 256, TALLIES = 192, VIEWS = 32 };
struct tally { uint64_t hash; char *name, *key; int64_t day, n, sum; };
struct store {
    sqlite3 *db;
    bool writer;
    struct { const char *sql; sqlite3_stmt *stmt; } cache[STATEMENTS];
    int64_t next_event, next_entry, next_ticket; /* writer: ids it gives itself */
    uint8_t (*digests)[32];           /* of this batch's entries, for the chain */
    int digest_count, digest_cap;
    uint8_t salts[64][8]; int salt_count; /* random, not yet used: one call for many entries */
    struct tally tallies[TALLIES];    /* added since the last flush: in a burst every event counts the same few */
    int tally_count;
    struct { char name[64]; int64_t id; } views[VIEWS]; /* ids once looked up */
    int view_count;
    struct { struct sieve_part *part; int64_t parts, reworded; } sieve; /* writer: store/sieve_fill */
    struct keys *keys; /* writer: see keys.c */
    char *ticket_columns, *ticket_insert, *ticket_update, *ticket_select, *ticket_walk;
};

/* The prepared statement of a text with program lifetime (its address is the key), reset and ready. NULL + err. */
sqlite3_stmt *sql_get(struct store *s, const char *sql, struct err *err);
/* One that is used once: of literals and names from the field table; the caller finalizes it. NULL + err. */
sqlite3_stmt *sql_once(struct store *s, const char *sql, struct err *err);
/* Binds by format: i int64, s text (NULL = null), b blob (pointer, size_t). */
void sql_bind(sqlite3_stmt *stmt, const char *fmt, ...);
/* One step: SQLITE_ROW, SQLITE_DONE, else err is set and -1. */
int sql_step(struct store *s, sqlite3_stmt *stmt, struct err *err);
/* get + bind + step to DONE. */
bool sql_run(struct store *s, struct err *err, const char *sql, const char *fmt, ...);
/* The same for one integer, of the first row; without a row (and on failure) *value stays. */
bool sql_number(struct store *s, struct err *err, int64_t *value, const char *sql, const char *fmt, ...);
bool sql_exec(struct store *s, const char *sql, struct err *err); /* several statements, no parameters */
char *sql_text(sqlite3_stmt *stmt, int column, struct arena *arena); /* NULL for null */
static inline int64_t sql_int(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt, column);
}
bool sql_fail(struct store *s, struct err *err); /* err from the handle; false */
int64_t sql_key(const char *account, const char *key); /* 64-bit hash as SQLite stores it */

/* Counts by the hour are kept for so many before the last hour in which a ticket came in (engine/stat, store/retain): a day's curve
 * is drawn of today and yesterday. What is older than that is left out where databases are compared. */
#define HOURS_KEPT "336"
#define HOURS_FROM "(SELECT coalesce(max(day),0)-" HOURS_KEPT " FROM tally WHERE name='hour:created' AND key='')"
/* Expressions of indexes, spelled once (JSON functions are not for them): the record that an observation or an act on the desk brings, by how it
 * begins; the event that an entry tells of; what takes words out of a history. */
#define RECORD_OF(text) "substr(" text ",instr(" text ",'\"records\":[')+11,200)"
#define EVENT_OF(text) "CAST(substr(" text ",7,19) AS INTEGER)" /* {"id":28,... */
#define EVENT_ERASED "{\"kind\":\"erased-event\"," /* RECORD_OF the act that did it */
#define ERASING(e) e "kind='ticket' AND (" e "data GLOB '{\"do\":\"erase\",*' OR " e "data GLOB '{\"do\":\"purge\",*')"
/* What vouches for an entry, see store/chain.h. */
struct entry_sizes { size_t actor, kind, data; };
void entry_digest(const struct entry *e, const struct entry_sizes *n, const uint8_t salt[8], uint8_t out[32]);
bool file_used(struct store *s, int64_t ticket, const char *assets, struct err *err); /* a message brings those of them that we have */
bool file_free(struct store *s, const uint8_t sha256[32], struct err *err); /* its row, where nothing brings it any more */
bool tally_flush(struct store *s, struct err *err); /* before a commit and a savepoint */
void tally_forget(struct store *s);                 /* after a rollback: what was added since */
bool sieve_reload(struct store *s, struct err *err); /* as the database has it: after a rollback, and where it was emptied */
void sieve_drop(struct store *s);
void joined_defer(sqlite3 *db, bool defer); /* joined.c: the sync at the end of a commit is somebody else's */
const char *joined_register(void); /* joined.c: the name of the writer's file system; once a process */
/* keys.c: what has no place in the indexes by key yet. Their places are given in order, so a number says what is newer. */
bool keys_open(struct store *s, struct err *err); /* writer */
void keys_close(struct store *s);
void keys_add_event(struct store *s, int64_t id, int64_t hash); /* hash 0: holds no key */
void keys_add_ticket(struct store *s, int64_t id, int64_t hash);
int64_t keys_event(const struct store *s, int64_t hash, int64_t before); /* the newest of that hash before this one; 0: the index knows the rest */
int64_t keys_ticket(const struct store *s, int64_t hash, int64_t before);
bool keys_indexed(const struct store *s, int64_t ticket); /* or about to be: the index is to hear of changes */
bool keys_settle(struct store *s, struct err *err);       /* before a commit: memory has a bound where nobody fills in bites */
void keys_committed(struct store *s);
void keys_rolled_back(struct store *s); /* once the next numbers are those of the rows there are */
#define KEYS_TICKET "(SELECT CAST(value AS INTEGER) FROM meta WHERE key='keys_ticket')" /* tickets after it are not in the indexes */
bool customer_sql(struct store *s, struct err *err); /* customer_hash() for the schema */
bool schema_migrate(struct store *s, store_told *told, void *arg, struct err *err); /* told may be NULL */
void ticket_sql(struct store *s); /* builds the ticket statements from the field table */
#endif
