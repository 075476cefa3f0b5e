/* search: the words of tickets, full text (FTS5), filled behind the journal so that nobody waits for it. The index holds no
 * text of its own, and such a table cannot change a row; so a row is what a ticket said at one entry of the journal (rowid =
 * its seq: always rising, which is how FTS5 likes it), a later entry that brings words adds a row with all of them, and a
 * ticket's best row speaks for it. Words from outside reach FTS5 as quoted strings in a bound parameter, nothing else does. */
#include "store/sieve.h"
#include "base/clock.h"
#include "core/field.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 64, WORDS_MAX = 16 << 10 /* bytes of a ticket */, COMMON = 500, RANKED = 4000, WINDOW = 25000, QUERY_MAX = 4096, UNTOLD = 512, BEHIND = 4096 };

/* --- filling --- */

struct change_row { int64_t seq, ticket; bool words; };

/* Does this entry change what a ticket says? Read as text: it is our own compact JSON, where a quote inside a value is
 * escaped, and a row too many would do no harm. */
static bool brings_words(const char *data)
{
    if (!data)
        return false;
    if (strstr(data, "[\"title\",") || strstr(data, "[\"tags\","))
        return true;
    return !strstr(data, "\"do\":") && (strstr(data, "\"messages\":") || strstr(data, "\"changes\":[]"));
}

static bool read_page(struct store *s, int64_t after, struct change_row *page, int *n, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,ticket,CASE WHEN kind='ticket' AND ticket!=0 THEN data END FROM entry WHERE seq>? ORDER BY seq LIMIT ?", err);
    *n = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", after, (int64_t)PAGE);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        page[(*n)++] = (struct change_row){sql_int(stmt, 0), sql_int(stmt, 1), brings_words((const char *)sqlite3_column_text(stmt, 2))};
    for (int i = 0; i < *n; i++) /* the last one of a ticket says it all */
        for (int k = i + 1; k < *n && page[i].words; k++)
            page[i].words = !(page[k].words && page[k].ticket == page[i].ticket);
    return rc == SQLITE_DONE;
}

static bool gather(struct store *s, int64_t ticket, struct str *words, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT coalesce(title,'')||char(10)||coalesce(tags,'') FROM ticket WHERE id=?1 UNION ALL"
                                    " SELECT * FROM (SELECT body FROM message WHERE ticket=?1 AND author_kind=1 AND body IS NOT NULL ORDER BY at,id)", err);
    _Static_assert(AUTHOR_CUSTOMER == 1, "the number in that text");
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW && !words->cut) {
        str_adds(words, (const char *)sqlite3_column_text(stmt, 0));
        str_addc(words, '\n');
    }
    sqlite3_reset(stmt);
    return rc >= 0;
}

static bool add_row(struct store *s, const struct change_row *row, struct err *err)
{
    AUTO_STR words;
    str_init(&words, WORDS_MAX);
    return gather(s, row->ticket, &words, err) &&
           sql_run(s, err, "INSERT INTO search(rowid,text) VALUES(?,?)", "is", row->seq, words.data);
}

bool store_search_mark(struct store *s, int64_t *seq, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    struct err none = {0};
    const char *mark = store_meta_get(s, arena, "search", &none);
    *seq = mark ? strtoll(mark, NULL, 10) : 0;
    if (none.code != ERR_NONE && err)
        *err = none;
    return none.code == ERR_NONE;
}

/* What comes behind it is read whenever words are looked up, so it does not stay far behind where nothing brings any. */
static bool tell_mark(struct store *s, int64_t seq, struct err *err)
{
    char mark[24];
    snprintf(mark, sizeof mark, "%lld", (long long)seq);
    return store_meta_put(s, "search", mark, err);
}

bool store_search_fill(struct store *s, int64_t *seq, int64_t ms, struct err *err)
{
    struct change_row page[PAGE];
    int64_t until = clock_mono_us() + ms * 1000;
    int n = PAGE, added = 0;
    bool late = false;
    while (n == PAGE && !late) {
        if (!read_page(s, *seq, page, &n, err))
            return false;
        for (int i = 0; i < n && !late; i++) {
            if (page[i].words && !add_row(s, &page[i], err))
                return false;
            added += page[i].words;
            *seq = page[i].seq;
            late = page[i].words && clock_mono_us() >= until;
        }
        late |= clock_mono_us() >= until;
    }
    int64_t told = 0;
    return (added || store_search_mark(s, &told, err)) && (!(added || *seq - told >= UNTOLD) || tell_mark(s, *seq, err));
}

/* --- asking --- */

/* A word as FTS5 reads a string: between quotes, its own doubled. */
static void add_quoted(struct str *query, const char *word)
{
    if (query->len)
        str_adds(query, " OR ");
    str_addc(query, '"');
    for (; *word; word++) {
        if (*word == '"')
            str_addc(query, '"');
        str_addc(query, *word);
    }
    str_addc(query, '"');
}

/* Those of which nothing is known yet: tickets of entries behind the index that bring words. */
static bool search_behind(struct store *s, void (*each)(void *arg, int64_t ticket), void *arg, bool *whole, struct err *err)
{
    int64_t seq;
    struct change_row page[PAGE];
    int n = PAGE;
    if (!store_search_mark(s, &seq, err))
        return false;
    for (int looked = 0; n == PAGE && *whole; looked += n) {
        if (!read_page(s, seq, page, &n, err))
            return false;
        for (int i = 0; i < n; seq = page[i++].seq)
            if (page[i].words)
                each(arg, page[i].ticket);
        *whole = looked < BEHIND;
    }
    return true;
}

/* Rows that hold them, at most `most` + 1: that there are too many is known before anything else is read of them. */
static bool rows_with(struct store *s, const char *query, int most, int64_t *rows, int *n, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT rowid FROM search WHERE search MATCH ? LIMIT ?", err);
    int rc = -1;
    *n = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "si", query, (int64_t)most + 1);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        rows[(*n)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}

bool search_words(struct store *s, const char *words, int most, void (*each)(void *arg, int64_t ticket), void *arg, bool *whole, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    AUTO_STR query;
    int64_t *rows = ARENA_ARRAY(arena, int64_t, most + 1);
    int n = 0;
    str_init(&query, QUERY_MAX);
    add_quoted(&query, words);
    str_adds(&query, "*");
    *whole = !query.cut;
    if (query.cut || !search_behind(s, each, arg, whole, err) || !*whole)
        return err->code == ERR_NONE;
    bool ok = rows_with(s, query.data, most, rows, &n, err);
    *whole = n <= most;
    for (int i = 0; ok && *whole && i < n; i++) {
        int64_t ticket = 0;
        ok = sql_number(s, err, &ticket, "SELECT ticket FROM entry WHERE seq=?", "i", rows[i]);
        each(arg, ticket);
    }
    return ok;
}

/* In how many rows a word stands, counted up to COMMON. */
static bool count_rows(struct store *s, const char *word, int64_t *n, struct err *err)
{
    AUTO_STR query;
    str_init(&query, QUERY_MAX);
    add_quoted(&query, word);
    sqlite3_stmt *stmt = sql_get(s, "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "si", query.data, (int64_t)COMMON);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *n = sql_int(stmt, 0);
    sqlite3_reset(stmt);
    return true;
}

struct pick { const struct search_word *word; int64_t rows; double score; };

static int64_t last_row(struct store *s, struct err *err)
{
    int64_t seq = 0;
    store_entry_last(s, &seq, err);
    return seq;
}

/* The words that tell most come first: rare here, and heavy in what the classifier learned. One that stands in this ticket
 * only finds nothing. */
static bool weigh(struct store *s, const struct search_word *words, int n, struct pick *picks, int *count, struct err *err)
{
    *count = 0;
    for (int i = 0; i < n; i++) {
        struct pick p = {.word = &words[i]};
        if (!count_rows(s, words[i].text, &p.rows, err))
            return false;
        if (p.rows < 2)
            continue;
        p.score = (1 + words[i].weight) / (double)(p.rows < 8 ? 8 : p.rows); /* under eight, rarity is chance */
        int at = (*count)++;
        for (; at > 0 && picks[at - 1].score < p.score; at--)
            picks[at] = picks[at - 1];
        picks[at] = p;
    }
    return true;
}

/* The best SEARCH_TERMS of them, as long as what must be ranked stays bounded; where all are common, over the newest rows only. */
static void compose(const struct pick *picks, int n, struct str *query, bool *common)
{
    int64_t rows = 0;
    *common = true;
    for (int i = 0; i < n; i++)
        *common &= picks[i].rows >= COMMON;
    for (int i = 0, terms = 0; i < n && terms < SEARCH_TERMS && rows < RANKED; i++) {
        if (picks[i].rows >= COMMON && !*common)
            continue;
        add_quoted(query, picks[i].word->text);
        rows += picks[i].rows;
        terms++;
    }
}

bool store_similar(struct store *s, struct arena *a, int64_t ticket, const struct search_word *words, int n, int max, int64_t *ids, int *count, struct err *err)
{
    struct pick *picks = ARENA_ARRAY(a, struct pick, n + 1);
    AUTO_STR query;
    bool common;
    int found;
    *count = 0;
    str_init(&query, QUERY_MAX);
    if (!weigh(s, words, n, picks, &found, err))
        return false;
    compose(picks, found, &query, &common);
    if (!query.len || query.cut)
        return true;
    sqlite3_stmt *stmt = sql_get(s, "SELECT e.ticket,min(search.rank) AS best FROM search JOIN entry e ON e.seq=search.rowid JOIN ticket t ON t.id=e.ticket"
                                    " WHERE search MATCH ?1 AND search.rowid>?2 AND t.status IN (5,6) AND NOT t.deleted AND e.ticket!=?3 GROUP BY e.ticket"
                                    " ORDER BY best,e.ticket DESC LIMIT ?4", err);
    _Static_assert(STATUS_RESOLVED == 5 && STATUS_CLOSED == 6, "the numbers in that text");
    if (!stmt)
        return false;
    sql_bind(stmt, "siii", query.data, common ? last_row(s, err) - WINDOW : 0, ticket, (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        ids[(*count)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}
