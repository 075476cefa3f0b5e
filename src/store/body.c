/* body: what customers wrote, looked up for lists and counts: the index of words says which tickets may hold them (a sieve), their messages
 * decide. Words that very many hold are not looked up, for a page of them fills as it is walked. */
#include "store/sieve.h"
#include "base/log.h"
#include "core/body.h"

enum { MOST = 10000 /* tickets: some 5 ms */ };

/* --- which may --- */

struct sifted { uint64_t *bits; int64_t top; };

static void add(void *arg, int64_t ticket)
{
    const struct sifted *to = arg;
    if (ticket > 0 && ticket < to->top)
        to->bits[ticket >> 6] |= (uint64_t)1 << (ticket & 63);
}

static void keep_both(struct sieve *v, const struct sifted *with)
{
    uint64_t *bits = (uint64_t *)(uintptr_t)v->bits;
    for (int64_t i = 0; i <= with->top / 64; i++)
        bits[i] &= with->bits[i];
}

bool body_sift(struct store *s, struct arena *arena, const char *const *words, int count, int64_t top, struct sieve **v, struct err *err)
{
    for (int i = 0; i < count; i++) {
        struct sifted is = {ARENA_ARRAY(arena, uint64_t, top / 64 + 1), top};
        bool whole;
        if (!search_words(s, words[i], MOST, add, &is, &whole, err))
            return false;
        if (!whole)
            continue;
        if (*v)
            keep_both(*v, &is);
        else
            *(*v = ARENA_NEW(arena, struct sieve)) = (struct sieve){.bits = is.bits, .top = top};
    }
    return true;
}

/* --- which do --- */

bool store_body_holds(void *store, int64_t ticket, const char *folded)
{
    struct store *s = store;
    struct err err = {0};
    AUTO_ARENA scratch = arena_new();
    sqlite3_stmt *stmt = sql_get(s, "SELECT body FROM message WHERE ticket=? AND author_kind=1 AND body IS NOT NULL", &err);
    _Static_assert(AUTHOR_CUSTOMER == 1, "the number in that text");
    bool found = false;
    if (stmt)
        sql_bind(stmt, "i", ticket);
    while (stmt && !found && sql_step(s, stmt, &err) == SQLITE_ROW)
        found = body_holds(when_fold(scratch, (const char *)sqlite3_column_text(stmt, 0)), folded);
    if (stmt)
        sqlite3_reset(stmt);
    if (err.code != ERR_NONE)
        log_line(LOG_WARN, "body", "ticket=%lld error=%s", (long long)ticket, err.text);
    return found;
}
