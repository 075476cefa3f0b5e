/* sieve_fill: makes the index of texts (store/sieve), on the writer's handle, in bites of a few ms. A part is made in three steps: its
 * tickets' grams are gathered in memory, sorted, and written; only with its last row is it told of (meta `sieve`), so that one
 * that was left half way, by a rollback or a stop, is made again from its beginning, over its own rows. What was reworded is
 * taken in ticket by ticket once there are some. */
#include "store/sieve.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REWORDED = 256 /* so many are worth taking in */, NUMBER_BITS = 11, SLICE = 64 };
_Static_assert(SIEVE_PART == 1 << NUMBER_BITS && SIEVE_GRAM_BITS + NUMBER_BITS < 32, "a posting is 32 bits");

/* The part in the making: postings (gram << NUMBER_BITS | number within the part). */
struct sieve_part {
    uint32_t *postings;
    size_t count, cap, written; /* written: up to there, once they are sorted */
    int64_t next;               /* the first ticket that is not gathered */
    bool sorted;
};

void sieve_drop(struct store *s)
{
    if (s->sieve.part)
        free(s->sieve.part->postings);
    free(s->sieve.part);
    s->sieve.part = NULL;
}

static bool read_state(struct store *s, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT coalesce((SELECT value FROM meta WHERE key='sieve'),0),(SELECT count(*) FROM reworded)", err);
    if (!stmt || sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    s->sieve.parts = sql_int(stmt, 0);
    s->sieve.reworded = sql_int(stmt, 1);
    sqlite3_reset(stmt);
    return true;
}

/* Whether a rollback took it back or a stop did: what is known is what was committed. */
bool sieve_reload(struct store *s, struct err *err)
{
    sieve_drop(s);
    return read_state(s, err);
}

bool store_reworded(struct store *s, int64_t ticket, struct err *err)
{
    if (ticket >= s->sieve.parts * SIEVE_PART && !s->sieve.part)
        return true; /* it is read as it is, until its part is made */
    if (!sql_run(s, err, "INSERT OR IGNORE INTO reworded VALUES(?)", "i", ticket))
        return false;
    s->sieve.reworded += sqlite3_changes(s->db);
    return true;
}

bool store_sieve_wants(const struct store *s, bool *late)
{
    int64_t waiting = s->next_ticket - s->sieve.parts * SIEVE_PART;
    *late = waiting >= 2 * SIEVE_PART || s->sieve.reworded >= 2 * REWORDED;
    return waiting >= SIEVE_PART || s->sieve.reworded >= REWORDED;
}

/* --- gathering --- */

static void add_postings(struct sieve_part *p, const char *text, uint32_t number)
{
    size_t n = strlen(text);
    if (p->count + n > p->cap) {
        p->cap = (p->count + n) * 2 + 4096;
        if (!(p->postings = realloc(p->postings, p->cap * sizeof *p->postings)))
            abort();
    }
    int added = sieve_grams(text, p->postings + p->count);
    for (int i = 0; i < added; i++, p->count++)
        p->postings[p->count] = p->postings[p->count] << NUMBER_BITS | number;
}

static bool gather(struct store *s, struct sieve_part *p, struct err *err)
{
    AUTO_ARENA scratch = arena_new();
    int64_t end = (s->sieve.parts + 1) * SIEVE_PART;
    sqlite3_stmt *stmt = sql_get(s, "SELECT " SIEVE_TEXTS " FROM ticket t WHERE t.id>=? AND t.id<? ORDER BY t.id LIMIT ?", err);
    int rc, n = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "iii", p->next, end, (int64_t)SLICE);
    for (; (rc = sql_step(s, stmt, err)) == SQLITE_ROW; n++) {
        p->next = sql_int(stmt, 0) + 1;
        for (int i = 0; i < WHEN_TEXTS; i++) {
            const char *text = (const char *)sqlite3_column_text(stmt, i + 1);
            if (text)
                add_postings(p, when_fold(scratch, text), (uint32_t)(p->next - 1) % SIEVE_PART);
        }
        arena_reset(scratch);
    }
    if (n < SLICE)
        p->next = end;
    return rc == SQLITE_DONE;
}

/* --- sorting --- */

/* By eight bits at a time from the lowest: 32 bits in four rounds, in a time that no text can make longer. */
static void sort(struct sieve_part *p)
{
    uint32_t *other = malloc((p->count + 1) * sizeof *other), *from = p->postings, *to = other;
    if (!other)
        abort();
    for (int shift = 0; shift < 32; shift += 8) {
        size_t at[257] = {0};
        for (size_t i = 0; i < p->count; i++)
            at[(from[i] >> shift & 255) + 1]++;
        for (int i = 0; i < 256; i++)
            at[i + 1] += at[i];
        for (size_t i = 0; i < p->count; i++)
            to[at[from[i] >> shift & 255]++] = from[i];
        uint32_t *was = from;
        from = to;
        to = was;
    }
    free(other); /* an even number of rounds: they are back in their own place */
    p->sorted = true;
}

/* --- writing --- */

static bool put_gram(struct store *s, int64_t part, uint32_t gram, const uint64_t bits[SIEVE_WORDS], struct err *err)
{
    unsigned char data[SIEVE_PART / 8];
    return sql_run(s, err, "INSERT OR REPLACE INTO gram VALUES(?,?,?)", "iib", part, (int64_t)gram, data, sieve_pack(bits, data));
}

/* The next gram's row. */
static bool write_one(struct store *s, struct sieve_part *p, struct err *err)
{
    uint64_t bits[SIEVE_WORDS] = {0};
    uint32_t gram = p->postings[p->written] >> NUMBER_BITS;
    for (; p->written < p->count && p->postings[p->written] >> NUMBER_BITS == gram; p->written++) {
        uint32_t number = p->postings[p->written] & (SIEVE_PART - 1);
        bits[number >> 6] |= (uint64_t)1 << (number & 63);
    }
    return put_gram(s, s->sieve.parts, gram, bits, err);
}

static bool finish(struct store *s, struct err *err)
{
    char parts[24];
    snprintf(parts, sizeof parts, "%lld", (long long)s->sieve.parts + 1);
    if (!store_meta_put(s, "sieve", parts, err))
        return false;
    return sieve_reload(s, err);
}

static bool make_part(struct store *s, struct err *err)
{
    struct sieve_part *p = s->sieve.part;
    if (!p) {
        if (!(p = s->sieve.part = calloc(1, sizeof *p)))
            abort();
        p->next = s->sieve.parts * SIEVE_PART;
    }
    if (p->next < (s->sieve.parts + 1) * SIEVE_PART)
        return gather(s, p, err);
    if (!p->sorted)
        sort(p);
    for (int i = 0; i < SLICE && p->written < p->count; i++)
        if (!write_one(s, p, err))
            return false;
    return p->written < p->count || finish(s, err);
}

/* --- what was reworded --- */

static bool add_gram(struct store *s, int64_t part, uint32_t gram, int number, struct err *err)
{
    uint64_t bits[SIEVE_WORDS] = {0};
    sqlite3_stmt *stmt = sql_get(s, "SELECT ids FROM gram WHERE part=? AND gram=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", part, (int64_t)gram);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        sieve_unpack(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), bits);
        sqlite3_reset(stmt);
    }
    if (rc < 0 || bits[number >> 6] >> (number & 63) & 1)
        return rc >= 0;
    bits[number >> 6] |= (uint64_t)1 << (number & 63);
    return put_gram(s, part, gram, bits, err);
}

static bool take_in(struct store *s, int64_t ticket, struct err *err)
{
    struct sieve_part p = {0};
    AUTO_ARENA scratch = arena_new();
    sqlite3_stmt *stmt = sql_get(s, "SELECT " SIEVE_TEXTS " FROM ticket t WHERE t.id=?", err);
    int number = (int)(ticket % SIEVE_PART);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    int rc = sql_step(s, stmt, err);
    for (int i = 0; rc == SQLITE_ROW && i < WHEN_TEXTS; i++)
        add_postings(&p, when_fold(scratch, (const char *)sqlite3_column_text(stmt, i + 1) ? (const char *)sqlite3_column_text(stmt, i + 1) : ""), (uint32_t)number);
    if (rc == SQLITE_ROW)
        sqlite3_reset(stmt);
    bool ok = rc >= 0;
    for (size_t i = 0; ok && i < p.count; i++)
        ok = add_gram(s, ticket / SIEVE_PART, p.postings[i] >> NUMBER_BITS, number, err);
    free(p.postings);
    return ok && sql_run(s, err, "DELETE FROM reworded WHERE ticket=?", "i", ticket);
}

/* One whose part is in the making or not begun waits for it: it may have been read before it changed. */
static bool take_one_in(struct store *s, bool *took, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT ticket FROM reworded WHERE ticket<? LIMIT 1", err);
    *took = false;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", s->sieve.parts * SIEVE_PART);
    int rc = sql_step(s, stmt, err);
    int64_t ticket = rc == SQLITE_ROW ? sql_int(stmt, 0) : 0;
    sqlite3_reset(stmt);
    if (!ticket)
        s->sieve.reworded = 0; /* an act that was taken back had counted */
    if (rc < 0 || !ticket)
        return rc >= 0;
    *took = true;
    s->sieve.reworded--;
    return take_in(s, ticket, err);
}

bool store_sieve_fill(struct store *s, int64_t ms, struct err *err)
{
    int64_t until = clock_mono_us() + ms * 1000;
    bool late, took = true;
    while (clock_mono_us() < until && store_sieve_wants(s, &late)) {
        if (s->next_ticket - s->sieve.parts * SIEVE_PART >= SIEVE_PART) {
            if (!make_part(s, err))
                return false;
        } else if (!take_one_in(s, &took, err)) {
            return false;
        } else if (!took) {
            return true;
        }
    }
    return true;
}
