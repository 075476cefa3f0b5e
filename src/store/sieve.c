/* sieve: see sieve.h; reading. */
#include "store/sieve.h"
#include <stdlib.h>
#include <string.h>

/* --- grams --- */

int sieve_grams(const char *text, uint32_t *out)
{
    int n = 0;
    for (const unsigned char *p = (const unsigned char *)text; p[0] && p[1] && p[2]; p++)
        out[n++] = (((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) * 2654435761u) >> (32 - SIEVE_GRAM_BITS);
    return n;
}

bool sieve_unpack(const unsigned char *data, size_t n, uint64_t bits[SIEVE_WORDS])
{
    memset(bits, 0, SIEVE_PART / 8);
    if (n == SIEVE_PART / 8) {
        for (int i = 0; i < SIEVE_PART / 8; i++)
            bits[i >> 3] |= (uint64_t)data[i] << (i & 7) * 8;
        return true;
    }
    for (size_t i = 0; i + 1 < n; i += 2) {
        int at = data[i] | data[i + 1] << 8;
        if (at >= SIEVE_PART)
            return false;
        bits[at >> 6] |= (uint64_t)1 << (at & 63);
    }
    return n % 2 == 0 && n < SIEVE_PART / 8;
}

size_t sieve_pack(const uint64_t bits[SIEVE_WORDS], unsigned char data[SIEVE_PART / 8])
{
    int count = 0;
    size_t n = 0;
    for (int i = 0; i < SIEVE_WORDS; i++)
        count += __builtin_popcountll(bits[i]);
    if (count * 2 < SIEVE_PART / 8) {
        for (int i = 0; i < SIEVE_WORDS; i++)
            for (uint64_t left = bits[i]; left; left &= left - 1) {
                int at = i * 64 + __builtin_ctzll(left);
                data[n++] = (unsigned char)at;
                data[n++] = (unsigned char)(at >> 8);
            }
        return n;
    }
    for (int i = 0; i < SIEVE_PART / 8; i++)
        data[i] = (unsigned char)(bits[i >> 3] >> (i & 7) * 8);
    return SIEVE_PART / 8;
}

/* --- one part --- */

/* A needle as the parts are asked for it: of a text the grams that tell most. */
enum { TELLING = 6, SAMPLES = 3 };
struct mesh {
    enum needle_kind kind;
    uint32_t grams[TELLING];
    int count;
    struct mesh *first, *next;
};

static bool read_gram(struct store *s, int64_t part, uint32_t gram, uint64_t held[SIEVE_WORDS], struct err *err)
{
    memset(held, 0, SIEVE_PART / 8);
    sqlite3_stmt *stmt = sql_get(s, "SELECT ids FROM gram WHERE part=? AND gram=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", part, (int64_t)gram);
    int rc = sql_step(s, stmt, err);
    bool whole = rc != SQLITE_ROW || sieve_unpack(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), held);
    if (rc == SQLITE_ROW)
        sqlite3_reset(stmt);
    return rc >= 0 && (whole || err_set(err, ERR_STORAGE, "the index of texts is damaged"));
}

static int count_bits(const uint64_t bits[SIEVE_WORDS])
{
    int n = 0;
    for (int i = 0; i < SIEVE_WORDS; i++)
        n += __builtin_popcountll(bits[i]);
    return n;
}

/* In how many tickets of a few parts it stands. */
static bool sample(struct store *s, int64_t parts, uint32_t gram, int *n, struct err *err)
{
    *n = 0;
    for (int i = 1; i <= SAMPLES; i++) {
        uint64_t held[SIEVE_WORDS];
        if (!read_gram(s, parts * i / (SAMPLES + 1), gram, held, err))
            return false;
        *n += count_bits(held);
    }
    return true;
}

/* The rarest come first, and what is common beside them is not asked for. */
static bool choose_grams(struct store *s, int64_t parts, const char *text, struct mesh *m, struct err *err)
{
    enum { MOST = 64 };
    uint32_t grams[MOST];
    int seen[TELLING];
    AUTO_ARENA scratch = arena_new();
    int n = sieve_grams(arena_strndup(scratch, text, strnlen(text, MOST)), grams);
    for (int i = 0; i < n; i++) {
        bool again = false;
        for (int k = 0; k < i; k++)
            again |= grams[k] == grams[i];
        int is;
        if (again)
            continue;
        if (!sample(s, parts, grams[i], &is, err))
            return false;
        if (m->count == TELLING && seen[TELLING - 1] <= is)
            continue;
        int at = m->count < TELLING ? m->count++ : TELLING - 1;
        for (; at > 0 && seen[at - 1] > is; at--) {
            seen[at] = seen[at - 1];
            m->grams[at] = m->grams[at - 1];
        }
        seen[at] = is;
        m->grams[at] = grams[i];
    }
    return true;
}

static bool mesh_of(struct store *s, struct arena *arena, int64_t parts, const struct needle *n, struct mesh **out, struct err *err)
{
    struct mesh *m = ARENA_NEW(arena, struct mesh), **tail = &m->first;
    m->kind = n->kind;
    if (n->kind == NEEDLE_TEXT && !choose_grams(s, parts, n->text, m, err))
        return false;
    for (const struct needle *each = n->first; each; each = each->next, tail = &(*tail)->next)
        if (!mesh_of(s, arena, parts, each, tail, err))
            return false;
    *out = m;
    return true;
}

struct sifting {
    struct store *s;
    int64_t part;
    struct err *err;
};

static bool any(const uint64_t bits[SIEVE_WORDS])
{
    uint64_t all = 0;
    for (int i = 0; i < SIEVE_WORDS; i++)
        all |= bits[i];
    return all != 0;
}

/* Where hardly any is left, reading that ticket costs no more than asking for another gram. */
static bool sift_text(const struct sifting *f, const struct mesh *m, uint64_t bits[SIEVE_WORDS])
{
    for (int i = 0; i < m->count && (i < 2 ? any(bits) : count_bits(bits) > 1); i++) {
        uint64_t held[SIEVE_WORDS];
        if (!read_gram(f->s, f->part, m->grams[i], held, f->err))
            return false;
        for (int k = 0; k < SIEVE_WORDS; k++)
            bits[k] &= held[k];
    }
    return true;
}

/* bits: those that are still in question; leaves the ones that hold what is needed. */
static bool sift(const struct sifting *f, const struct mesh *m, uint64_t bits[SIEVE_WORDS])
{
    if (m->kind == NEEDLE_TEXT)
        return sift_text(f, m, bits);
    uint64_t sum[SIEVE_WORDS] = {0};
    for (const struct mesh *each = m->first; each && any(bits); each = each->next) {
        uint64_t own[SIEVE_WORDS];
        memcpy(own, bits, sizeof own);
        if (!sift(f, each, m->kind == NEEDLE_ALL ? bits : own))
            return false;
        for (int i = 0; i < SIEVE_WORDS; i++)
            sum[i] |= own[i];
    }
    if (m->kind == NEEDLE_ONE)
        memcpy(bits, sum, sizeof sum);
    return true;
}

/* --- those that are in no part --- */

static bool texts_hold(sqlite3_stmt *stmt, struct arena *scratch, const struct needle *n)
{
    const char *texts[WHEN_TEXTS];
    int count = 0;
    for (int i = 0; i < WHEN_TEXTS; i++) {
        const char *text = (const char *)sqlite3_column_text(stmt, i + 1);
        if (text)
            texts[count++] = when_fold(scratch, text);
    }
    bool found = needle_found(n, texts, count);
    arena_reset(scratch);
    return found;
}

static bool sift_rows(struct store *s, sqlite3_stmt *stmt, const struct needle *n, uint64_t *bits, int64_t top, struct err *err)
{
    AUTO_ARENA scratch = arena_new();
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        int64_t id = sql_int(stmt, 0);
        if (id < top && texts_hold(stmt, scratch, n))
            bits[id >> 6] |= (uint64_t)1 << (id & 63);
    }
    return rc == SQLITE_DONE;
}

static bool sift_reworded(struct store *s, const struct needle *n, uint64_t *bits, int64_t top, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " SIEVE_TEXTS " FROM reworded r JOIN ticket t ON t.id=r.ticket", err);
    return stmt && sift_rows(s, stmt, n, bits, top, err);
}

static bool sift_tail(struct store *s, const struct needle *n, int64_t from, uint64_t *bits, int64_t top, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " SIEVE_TEXTS " FROM ticket t WHERE t.id>=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", from);
    return sift_rows(s, stmt, n, bits, top, err);
}

/* --- the whole --- */

/* How many parts there are, up to which number tickets, and how many reworded ones. */
static bool extent(struct store *s, int64_t *parts, int64_t *top, int64_t *reworded, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT coalesce((SELECT value FROM meta WHERE key='sieve'),0),(SELECT coalesce(max(id),0)+1 FROM ticket),"
                                    "(SELECT count(*) FROM reworded)", err);
    if (!stmt || sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *parts = sql_int(stmt, 0);
    *top = sql_int(stmt, 1);
    *reworded = sql_int(stmt, 2);
    sqlite3_reset(stmt);
    return true;
}

/* What the parts, the tail and the reworded ones say. */
static bool by_grams(struct store *s, struct arena *arena, const struct needle *n, int64_t parts, int64_t top, struct sieve **out, struct err *err)
{
    struct sieve *v = ARENA_NEW(arena, struct sieve);
    uint64_t *bits = ARENA_ARRAY(arena, uint64_t, (top > parts * SIEVE_PART ? top : parts * SIEVE_PART) / 64 + 1);
    /* Reworded ones first: one that is taken in meanwhile is then found in its part. */
    if (!sift_reworded(s, n, bits, top, err) || !sift_tail(s, n, parts * SIEVE_PART, bits, top, err))
        return false;
    struct mesh *m;
    if (!mesh_of(s, arena, parts, n, &m, err))
        return false;
    for (struct sifting f = {s, 0, err}; f.part < parts; f.part++) {
        uint64_t own[SIEVE_WORDS];
        memset(own, 0xff, sizeof own);
        if (!sift(&f, m, own))
            return false;
        for (int i = 0; i < SIEVE_WORDS; i++)
            bits[f.part * SIEVE_WORDS + i] |= own[i];
    }
    *v = (struct sieve){.bits = bits, .top = top};
    *out = v;
    return true;
}

bool sieve_at_once(const struct when *where)
{
    const char *words[NEEDLE_BODIES];
    return needle_body(where, words, 0) > 0;
}

bool sieve_open(struct store *s, struct arena *arena, const struct when *where, const struct when *also, const struct sieve **out, struct err *err)
{
    const struct needle *n = needle_both(arena, needle_of(arena, where), needle_of(arena, also));
    const char *words[NEEDLE_BODIES];
    struct sieve *v = NULL;
    int64_t parts, top, reworded;
    int bodies = needle_body(also, words, needle_body(where, words, 0));
    *out = NULL;
    if (!n && !bodies)
        return true;
    if (!extent(s, &parts, &top, &reworded, err))
        return false;
    bool near = top - parts * SIEVE_PART + reworded <= SIEVE_BEHIND;
    if ((n && near && !by_grams(s, arena, n, parts, top, &v, err)) || !body_sift(s, arena, words, bodies, top, &v, err))
        return false;
    for (int64_t i = 0; v && i <= top / 64; i++)
        v->count += __builtin_popcountll(v->bits[i]);
    *out = v;
    return true;
}

int64_t sieve_next(const struct sieve *v, int64_t after, bool back)
{
    if (!back)
        for (int64_t id = after + 1; id < v->top; id = (id | 63) + 1) {
            uint64_t left = v->bits[id >> 6] >> (id & 63);
            if (left)
                return id + __builtin_ctzll(left) < v->top ? id + __builtin_ctzll(left) : 0;
        }
    else
        for (int64_t id = (after < v->top ? after : v->top) - 1; id > 0; id = (id & ~(int64_t)63) - 1) {
            uint64_t left = v->bits[id >> 6] << (63 - (id & 63));
            if (left)
                return id - __builtin_clzll(left);
        }
    return 0;
}
