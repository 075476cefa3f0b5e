/* keys: which event and which ticket has a key, and whose tickets are whose: three indexes by a hash. A hash falls anywhere
 * in its index, so that, kept up to date, an event would dirty a page of each, more than all else it brings. So they are
 * filled behind the rows: what is newer than a mark is looked up in memory by the writer, in the rows themselves by readers,
 * and goes into the indexes thousands at once, in order of their hashes, in bites (worker/writer). Nothing is lost with the
 * memory: what is newer than the mark is read again when the store opens. */
#include "store/sql.h"
#include "base/clock.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS = 1 << 14, MOST = 1 << 16, EACH = 16 };
enum what { EVENT, TICKET, CUSTOMER };

struct fresh { /* what is newer than the mark: number mark+1 and those behind it, in chains of the same hash */
    int64_t mark, *hashes; /* 0: has no key */
    int *older, count, cap;
    int heads[HEADS];      /* the newest of a chain, its place + 1; 0: none */
};
struct pair { int what; int64_t hash, id; };
struct keys {
    struct fresh event, ticket;
    struct pair *pairs;  /* what is going into the indexes, in their order; NULL: nothing is */
    int count, done, reached; /* done: committed; reached: by this transaction */
    int64_t event_end, ticket_end; /* where the marks will stand when all have */
};

/* --- what is fresh --- */

static int *head(struct fresh *f, int64_t hash)
{
    return &f->heads[(uint64_t)hash % HEADS];
}

static void grow(struct fresh *f)
{
    f->cap = f->cap ? f->cap * 2 : 1024;
    f->hashes = realloc(f->hashes, (size_t)f->cap * sizeof *f->hashes);
    f->older = realloc(f->older, (size_t)f->cap * sizeof *f->older);
    if (!f->hashes || !f->older)
        abort();
}

static void add(struct fresh *f, int64_t hash)
{
    if (f->count == f->cap)
        grow(f);
    f->hashes[f->count] = hash;
    f->older[f->count++] = *head(f, hash);
    *head(f, hash) = f->count;
}

static void add_at(struct fresh *f, int64_t id, int64_t hash)
{
    while (f->mark + f->count + 1 < id)
        add(f, 0);
    assert(id == f->mark + f->count + 1);
    add(f, hash);
}

/* The newest is the head of its chain, so that taking them back is as they came. */
static void take_back(struct fresh *f, int64_t next)
{
    while (f->count && f->mark + f->count >= next) {
        f->count--;
        *head(f, f->hashes[f->count]) = f->older[f->count];
    }
}

static void advance(struct fresh *f, int64_t mark)
{
    int gone = (int)(mark - f->mark), count = f->count - gone;
    memset(f->heads, 0, sizeof f->heads);
    f->count = 0;
    f->mark = mark;
    for (int i = 0; i < count; i++)
        add(f, f->hashes[gone + i]);
}

static int64_t find(struct fresh *f, int64_t hash, int64_t before)
{
    for (int at = *head(f, hash); at; at = f->older[at - 1])
        if (f->hashes[at - 1] == hash && f->mark + at < before)
            return f->mark + at;
    return 0;
}

void keys_add_event(struct store *s, int64_t id, int64_t hash)
{
    add_at(&s->keys->event, id, hash);
}

void keys_add_ticket(struct store *s, int64_t id, int64_t hash)
{
    add_at(&s->keys->ticket, id, hash);
}

int64_t keys_event(const struct store *s, int64_t hash, int64_t before)
{
    return find(&s->keys->event, hash, before);
}

int64_t keys_ticket(const struct store *s, int64_t hash, int64_t before)
{
    return find(&s->keys->ticket, hash, before);
}

bool keys_indexed(const struct store *s, int64_t ticket)
{
    const struct keys *k = s->keys;
    return ticket <= (k->pairs ? k->ticket_end : k->ticket.mark);
}

int store_keys_waiting(const struct store *s)
{
    const struct keys *k = s->keys;
    return k->event.count > k->ticket.count ? k->event.count : k->ticket.count;
}

/* --- from there into the indexes --- */

static int by_place(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->what != y->what)
        return x->what - y->what;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void gather(struct keys *k, const struct fresh *f, int what)
{
    for (int i = 0; i < f->count; i++)
        if (f->hashes[i])
            k->pairs[k->count++] = (struct pair){what, f->hashes[i], f->mark + 1 + i};
}

static bool gather_customers(struct store *s, struct keys *k, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT customer_hash(customer),id FROM ticket WHERE id>? AND id<=? AND customer IS NOT NULL", err);
    int rc = -1;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", k->ticket.mark, k->ticket_end);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        k->pairs[k->count++] = (struct pair){CUSTOMER, sql_int(stmt, 0), sql_int(stmt, 1)};
    return rc == SQLITE_DONE;
}

static void stop(struct keys *k)
{
    free(k->pairs);
    k->pairs = NULL;
    k->count = k->done = k->reached = 0;
}

static bool start(struct store *s, struct keys *k, struct err *err)
{
    k->pairs = malloc(((size_t)k->event.count + 2 * (size_t)k->ticket.count) * sizeof *k->pairs);
    if (!k->pairs)
        abort();
    k->event_end = k->event.mark + k->event.count;
    k->ticket_end = k->ticket.mark + k->ticket.count;
    gather(k, &k->event, EVENT);
    gather(k, &k->ticket, TICKET);
    if (!gather_customers(s, k, err)) {
        stop(k);
        return false;
    }
    qsort(k->pairs, (size_t)k->count, sizeof *k->pairs, by_place);
    return true;
}

/* A ticket may have changed hands since it was gathered: its row is asked again. */
static bool put(struct store *s, const struct pair *p, struct err *err)
{
    static const char *const sql[] = {
        [EVENT] = "INSERT OR IGNORE INTO event_by_key VALUES(?,?)",
        [TICKET] = "INSERT OR IGNORE INTO ticket_by_key VALUES(?,?)",
        [CUSTOMER] = "INSERT OR IGNORE INTO customer_ticket SELECT customer_hash(customer),id FROM ticket WHERE ?1 AND id=?2 AND customer IS NOT NULL",
    };
    return sql_run(s, err, sql[p->what], "ii", p->hash, p->id);
}

static bool put_marks(struct store *s, const struct keys *k, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO meta VALUES('keys_event',?1),('keys_ticket',?2)", "ii", k->event_end, k->ticket_end);
}

bool store_keys_fill(struct store *s, int64_t ms, struct err *err)
{
    struct keys *k = s->keys;
    int64_t until = clock_mono_us() + ms * 1000;
    if (!store_keys_waiting(s) || (!k->pairs && !start(s, k, err)))
        return !store_keys_waiting(s);
    while (k->reached < k->count && (k->reached % EACH || clock_mono_us() < until))
        if (!put(s, &k->pairs[k->reached++], err))
            return false;
    return k->reached < k->count || put_marks(s, k, err);
}

bool keys_settle(struct store *s, struct err *err)
{
    return store_keys_waiting(s) < MOST || store_keys_fill(s, 1 << 20, err);
}

void keys_committed(struct store *s)
{
    struct keys *k = s->keys;
    k->done = k->reached;
    if (!k->pairs || k->done < k->count)
        return;
    stop(k);
    advance(&k->event, k->event_end);
    advance(&k->ticket, k->ticket_end);
}

void keys_rolled_back(struct store *s)
{
    struct keys *k = s->keys;
    k->reached = k->done;
    take_back(&k->event, s->next_event);
    take_back(&k->ticket, s->next_ticket);
    if (k->pairs && (k->event_end >= s->next_event || k->ticket_end >= s->next_ticket))
        stop(k); /* it was begun in the transaction that is no more */
}

/* --- opening --- */

static bool load(struct store *s, struct fresh *f, const char *mark, const char *rows, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, mark, err);
    int rc = stmt ? sql_step(s, stmt, err) : -1;
    if (rc != SQLITE_ROW)
        return rc >= 0;
    f->mark = sql_int(stmt, 0);
    sqlite3_reset(stmt);
    if (!(stmt = sql_get(s, rows, err)))
        return false;
    sql_bind(stmt, "i", f->mark);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        add_at(f, sql_int(stmt, 0), sql_int(stmt, 1));
    return rc == SQLITE_DONE;
}

bool keys_open(struct store *s, struct err *err)
{
    s->keys = calloc(1, sizeof *s->keys);
    if (!s->keys)
        abort();
    return load(s, &s->keys->event, "SELECT value FROM meta WHERE key='keys_event'", "SELECT id,key_hash FROM event WHERE id>? ORDER BY id", err) &&
           load(s, &s->keys->ticket, "SELECT value FROM meta WHERE key='keys_ticket'", "SELECT id,key_hash FROM ticket WHERE id>? ORDER BY id", err);
}

void keys_close(struct store *s)
{
    if (!s->keys)
        return;
    stop(s->keys);
    free(s->keys->event.hashes);
    free(s->keys->event.older);
    free(s->keys->ticket.hashes);
    free(s->keys->ticket.older);
    free(s->keys);
}
