/* traces: what is purged or erased leaves none. Random days on a desk that lies in a file, in a process that is killed at any moment: texts
 * of one word and of many pages, replies, notes, drafts, merges, what cannot be read and is taken in again, readers that hold what was,
 * checkpoints. After each, by whoever opens the file next: the database is sound, the chain whole, the journal makes the same desk, counts
 * are those of the rows, nobody else's rows have changed by a byte, and no byte of what went is in any file. The words are made up, each of
 * one ticket or one customer, so that any that is left is found, in whatever case and however an index stores it. What of a page of the database nothing
 * uses is nothing: copies that a split leaves there would be found by these words once in many days alone. */
#include "harness/chance.h"
#include "harness/scratch.h"
#include "harness/story.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "store/chain.h"
#include "store/sql.h"
#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { TICKETS = 12 /* a day begins with none and makes so many */, STEPS = 60, LIFE_US = 120000, TAIL = 7, LONG = 30000, OPS_MOST = 40 };

/* --- words --- */

/* Of a ticket ('t') or a customer ('c'). An index keeps less than the whole where two begin alike, so they are looked for by their ends. */
static const char *word_of(struct arena *arena, char kind, int n)
{
    uint64_t seed = (uint64_t)n * 2654435761u + (uint64_t)kind * 40503u;
    char word[16] = "";
    for (int i = 0; i < 12; i++)
        word[i] = "bcdfghjklmnpqrstvwxz"[chance(&seed, 20)];
    return arena_strdup(arena, word);
}

static const char *tail_of(const char *word)
{
    return word + strlen(word) - TAIL;
}

/* It once, or for more than a page; with letters that an index folds. */
static const char *text_of(struct arena *arena, const char *word, uint64_t *seed)
{
    AUTO_STR text;
    str_init(&text, LONG + 200);
    int times = chance(seed, 4) ? 1 + chance(seed, 30) : LONG / 20;
    for (int i = 0; i < times; i++)
        str_addf(&text, i % 3 == 1 ? "\xc3\x84%s\xc3\xa9 says enough; " : "%s does not work, ", word);
    return arena_strdup(arena, text.data);
}

/* --- the desk --- */

static struct world *open_desk(const char *path)
{
    static char config[8192];
    const char *lead = strstr(world_config, "role: lead");
    snprintf(config, sizeof config, "%.*srole: admin%s"
             "destinations:\n  - {name: hook, kind: webhook, url: 'https://hook.example/in'}\nroutes:\n  - {name: all, to: hook}\n",
             (int)(lead - world_config), world_config, lead + strlen("role: lead"));
    return world_open_at(config, path);
}

struct day {
    struct world *w;
    uint64_t seed;
    const char *path;
    struct store *reader; /* holds what was */
};

static const char *said(struct day *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static const char *said(struct day *d, const char *fmt, ...)
{
    char *text;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    va_end(ap);
    const char *out = arena_strdup(d->w->arena, text);
    free(text);
    return out;
}

/* A third of the customers have two tickets. */
static int customer_of(int n)
{
    return n % 3 ? n : n / 3 * 3 + 1;
}

static int some(struct day *d)
{
    return 1 + chance(&d->seed, TICKETS);
}

static int64_t id_of(struct day *d, int n)
{
    return world_find(d->w, "cstar", said(d, "cstar:k%d", n));
}

static int64_t number(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int64_t number(struct world *w, const char *fmt, ...)
{
    char sql[1024];
    sqlite3_stmt *stmt;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(sql, sizeof sql, fmt, ap);
    va_end(ap);
    assert_int_equal(sqlite3_prepare_v2(w->engine.store->db, sql, -1, &stmt, NULL), SQLITE_OK);
    int64_t n = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return n;
}

/* What is said of it after an erasure is new, and stays. */
#define ERASED "EXISTS(SELECT 1 FROM entry e WHERE e.ticket=t.id AND e.data GLOB '{\"do\":\"erase\"*')"
static bool was_erased(struct day *d, int n)
{
    return number(d->w, "SELECT " ERASED " AND NOT purged_at FROM ticket t WHERE id=%lld", (long long)id_of(d, n)) != 0;
}

static const char *at_now(struct day *d)
{
    char at[40];
    return arena_strdup(d->w->arena, clock_format(d->w->now, at));
}

static void post(struct day *d, const char *source, const char *dialect, int door, const char *body)
{
    world_post(d->w, source, dialect, door, body, strlen(body));
}

/* Somebody's ticket that holds it is there. */
static bool stays(struct day *d, char kind, int n)
{
    const char *of = kind == 't' ? said(d, "source_id='%s%d'", n >= 100 ? "Q" : "k", n >= 100 ? n - 100 : n) : said(d, "customer='cstar:c%d'", n);
    return number(d->w, "SELECT count(*) FROM ticket t WHERE %s AND NOT " ERASED " AND NOT purged_at", of) != 0;
}

static bool was_there(struct day *d, char kind, int n)
{
    const char *of = kind == 't' ? said(d, "source_id='%s%d'", n >= 100 ? "Q" : "k", n >= 100 ? n - 100 : n) : said(d, "customer='cstar:c%d'", n);
    return number(d->w, "SELECT count(*) FROM ticket WHERE %s", of) != 0;
}

static void says_customer(struct day *d, int n)
{
    const char *word = word_of(d->w->arena, 'c', customer_of(n));
    if (was_there(d, 'c', customer_of(n)) && !stays(d, 'c', customer_of(n)))
        return; /* it would be new */
    post(d, "cstar", "cstar", DOOR_WEBHOOK,
         said(d, "{\"id\":\"evt_p%lld\",\"type\":\"customer.updated\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"customer\":{\"id\":\"c%d\",\"name\":\"%s\","
                 "\"email\":\"%s@example.com\",\"notes\":\"%s\"}}}", (long long)d->w->now, at_now(d), customer_of(n), word, word, text_of(d->w->arena, word, &d->seed)));
}

static void creates(struct day *d, int n)
{
    const char *word = word_of(d->w->arena, 't', n), *who = word_of(d->w->arena, 'c', customer_of(n));
    post(d, "cstar", "cstar", DOOR_WEBHOOK,
         said(d, "{\"id\":\"evt_c%d\",\"type\":\"ticket.created\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k%d\",\"title\":\"My %s\",\"status\":\"new\","
                 "\"priority\":\"normal\",\"customerId\":\"c%d\",\"customerName\":\"%s\",\"tags\":[],\"createdAt\":\"%s\"},\"customer\":{\"id\":\"c%d\",\"name\":\"%s\","
                 "\"email\":\"%s@example.com\"}}}", n, at_now(d), n, word, customer_of(n), who, at_now(d), customer_of(n), who, who));
}

static void says(struct day *d, int n)
{
    const char *now = at_now(d);
    post(d, "cstar", "cstar", DOOR_WEBHOOK,
         said(d, "{\"id\":\"evt_m%lld\",\"type\":\"ticket.message_added\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k%d\"},\"message\":{"
                 "\"id\":\"m%lld\",\"content\":\"%s\",\"sender\":\"customer\",\"createdAt\":\"%s\"}}}", (long long)d->w->now, now, n, (long long)d->w->now,
              text_of(d->w->arena, word_of(d->w->arena, 't', n), &d->seed), now));
}

/* A ticket of another system, first at a source that cannot read it, twice, then at its own. Its word is that of number 100 and more. */
static void again(struct day *d, int n)
{
    const char *body = said(d, "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"q%d\",\"payload\":{\"ticket_id\":\"Q%d\",\"subject\":\"A %s\",\"body\":\"It %s\","
                               "\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}", n, n, word_of(d->w->arena, 't', 100 + n), word_of(d->w->arena, 't', 100 + n));
    if (was_there(d, 't', 100 + n) && !stays(d, 't', 100 + n))
        return; /* it would be new */
    for (int i = 0; i < 2; i++)
        post(d, "cstar", "cstar", DOOR_WEBHOOK, body);
    post(d, "ingest", "ingestlayer", DOOR_REST, body);
}

/* What is due has left, so that nothing holds an erasure up. */
static void delivers(struct day *d)
{
    struct parcel *list;
    struct err err = {0};
    int n;
    static const char *const open[] = {"due", "retrying", "held", "flying", NULL};
    for (const char *const *state = open; *state; state++) {
        struct parcel_query q = {.limit = 4000, .state = *state};
        assert_true(store_parcel_list(d->w->engine.store, d->w->arena, &q, &list, &n, &err));
        for (int i = 0; i < n; i++)
            world_receipt(d->w, list[i].id, 200);
    }
}

static void acts(struct day *d, const char *action, int n, const char *arg, const char *with)
{
    int64_t id = id_of(d, n);
    if (id)
        world_do_with(d->w, "mara", action, id, arg, with);
}

/* As it is typed, each time a little longer, so that pages are split under it; of what was purged nothing is kept any more, whatever a console
 * still holds. */
static void keeps(struct day *d, int64_t id, const char *word)
{
    enum { TYPED = 24 };
    struct err err = {0};
    struct store *s = d->w->engine.store;
    struct keeping k = {.agent = chance(&d->seed, 2) ? "ana" : "tom", .key = said(d, "draft:%lld:reply", (long long)id)};
    assert_true(store_begin(s, &err));
    AUTO_STR text;
    str_init(&text, 64 << 10);
    for (int i = 0; i < TYPED && !err.code; i++) {
        for (int more = 1 + chance(&d->seed, 12); more; more--)
            str_addf(&text, "%s and ", word);
        k.value = said(d, "{\"text\":\"%s\"}", text.data);
        engine_keep(&d->w->engine, d->w->arena, &k, d->w->now, &err);
    }
    assert_true(store_commit(s, &err));
}

static void indexes(struct day *d)
{
    struct err err = {0};
    int64_t seq;
    struct store *s = d->w->engine.store;
    assert_true(store_begin(s, &err) && store_search_mark(s, &seq, &err) && store_search_fill(s, &seq, 1000, &err) && store_keys_fill(s, 1000, &err) &&
                store_sieve_fill(s, 1000, &err) && store_commit(s, &err));
}

/* Somebody reads on in what was, for as long as the next few steps take. */
static void reads(struct day *d)
{
    struct err err = {0};
    if (d->reader) {
        store_thaw(d->reader);
        store_close(d->reader);
        d->reader = NULL;
        return;
    }
    d->reader = store_open(d->path, STORE_READER, &err);
    assert_non_null(d->reader);
    assert_true(store_freeze(d->reader, &err));
    store_entry_last(d->reader, &(int64_t){0}, &err);
}

static void scours(struct day *d)
{
    struct err err = {0};
    bool done;
    if (!store_scour(d->w->engine.store, &done, &err))
        fail_msg("scour: %s", err.text);
}

static void step(struct day *d)
{
    static const struct { const char *action, *arg, *with; } plain[] = {
        {"claim", NULL, NULL}, {"status", "open", NULL}, {"close", NULL, NULL}, {"reopen", NULL, NULL}, {"label", "critical", NULL}, {"undo", NULL, NULL}, {"redo", NULL, NULL},
        {"unmerge", NULL, NULL}, {"spam", NULL, "{\"confirm\":true}"}, {"split", "1", NULL}};
    int n = some(d), k = chance(&d->seed, OPS_MOST);
    const char *word = word_of(d->w->arena, 't', n);
    struct err err = {0};
    if (was_erased(d, n))
        k = 27 + k % 4;
    if (k < 8)
        creates(d, n);
    else if (k < 14)
        says(d, n);
    else if (k == 14)
        acts(d, "reply", n, text_of(d->w->arena, word, &d->seed), NULL);
    else if (k == 15)
        acts(d, "note", n, text_of(d->w->arena, word, &d->seed), NULL);
    else if (k == 16)
        acts(d, "status", n, "on_hold", said(d, "{\"reason\":\"%s\"}", word));
    else if (k == 17)
        acts(d, "escalate", n, said(d, "%s is down", word), NULL);
    else if (k == 18 && id_of(d, n))
        world_do(d->w, "ana", "customer-note", 0, said(d, "{\"ticket\":%lld,\"text\":\"likes %s\"}", (long long)id_of(d, n), word_of(d->w->arena, 'c', customer_of(n))));
    else if (k == 19)
        says_customer(d, n);
    else if (k == 20)
        again(d, n);
    else if (k == 21)
        acts(d, "merge", n, said(d, "%lld", (long long)id_of(d, some(d))), "{\"confirm\":true}");
    else if (k < 24)
        acts(d, "delete", n, NULL, "{\"confirm\":true}");
    else if (k == 24)
        acts(d, "purge", n, NULL, "{\"confirm\":true}");
    else if (k == 25)
        acts(d, "erase", n, NULL, "{\"confirm\":true}");
    else if ((k == 26 || k > 36) && id_of(d, n))
        keeps(d, id_of(d, n), word);
    else if (k == 27)
        reads(d);
    else if (k == 28)
        indexes(d);
    else if (k == 29)
        store_checkpoint(d->w->engine.store, &err);
    else if (k == 30)
        scours(d);
    else
        acts(d, plain[k % 10].action, n, plain[k % 10].arg, plain[k % 10].with);
    world_wait(d->w, (1 + chance(&d->seed, 20)) * MINUTE);
    delivers(d);
}

/* --- what is left --- */

static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "r");
    struct stat is;
    *n = f && fstat(fileno(f), &is) == 0 && S_ISREG(is.st_mode) ? (size_t)is.st_size : 0;
    char *text = malloc(*n + 1);
    *n = *n ? fread(text, 1, *n, f) : 0;
    for (size_t i = 0; i < *n; i++)
        text[i] = (char)tolower((unsigned char)text[i]);
    if (f)
        fclose(f);
    return text;
}

struct files { char *text[8]; size_t n[8]; char name[8][64]; int count; };

static void read_files(struct files *f, const char *dir)
{
    DIR *list = opendir(dir);
    *f = (struct files){0};
    for (const struct dirent *e; list && (e = readdir(list)) && f->count < 8;) {
        char path[512];
        if (*e->d_name == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        snprintf(f->name[f->count], sizeof *f->name, "%.60s", e->d_name);
        f->text[f->count] = slurp(path, &f->n[f->count]);
        f->count++;
    }
    closedir(list);
}

static const char *file_with(const struct files *f, const char *word)
{
    for (int i = 0; i < f->count; i++)
        if (memmem(f->text[i], f->n[i], tail_of(word), TAIL))
            return f->name[i];
    return NULL;
}

static void free_files(struct files *f)
{
    for (int i = 0; i < f->count; i++)
        free(f->text[i]);
}

/* The tables in which a cell holds it, for whoever has to find out why. */
static void where_is(struct world *w, const char *word, struct str *out)
{
    sqlite3_stmt *tables, *rows;
    sqlite3 *db = w->engine.store->db;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%'", -1, &tables, NULL), SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", sqlite3_column_text(tables, 0));
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
        while (sqlite3_step(rows) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(rows); i++) {
                int n = sqlite3_column_bytes(rows, i);
                if (n && memmem(sqlite3_column_blob(rows, i), (size_t)n, tail_of(word), TAIL))
                    str_addf(out, " %s.%s of %s (%.300s)", (const char *)sqlite3_column_text(tables, 0), sqlite3_column_name(rows, i), (const char *)sqlite3_column_text(rows, 0),
                             (const char *)sqlite3_column_text(rows, i));
            }
        sqlite3_finalize(rows);
        sqlite3_free(sql);
    }
    sqlite3_finalize(tables);
}

/* --- what no row uses --- */

static size_t two(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

/* The first byte that is something though the page has no use for it, 0: none. As the file format has it (fileformat2.html, 1.6): between the list of
 * cells and the first of them, and within free blocks. Of a page that is of no tree nothing is said. */
static size_t unused_byte(const uint8_t *page, size_t size, bool first)
{
    size_t from = first ? 100 : 0, header = page[from] == 2 || page[from] == 5 ? 12 : page[from] == 10 || page[from] == 13 ? 8 : 0;
    if (!header)
        return 0;
    for (size_t at = from + header + 2 * two(page + from + 3), start = two(page + from + 5); at < start; at++)
        if (page[at])
            return at;
    for (size_t block = two(page + from + 1); block && block + 4 <= size; block = two(page + block))
        for (size_t at = block + 4; at < block + two(page + block + 2) && at < size; at++)
            if (page[at])
                return at;
    return 0;
}

static int looked, gone_words, pages;

/* Every page of the database, as it lies in its file; its log is empty. */
static void no_page_holds_what_it_does_not_use(const char *path)
{
    struct stat is;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &is), 0);
    uint8_t *all = malloc((size_t)is.st_size + 1);
    assert_int_equal(fread(all, 1, (size_t)is.st_size, f), is.st_size);
    fclose(f);
    size_t size = two(all + 16);
    size = size == 1 ? 65536 : size;
    for (size_t at = 0; at + size <= (size_t)is.st_size; at += size, pages++) {
        size_t byte = unused_byte(all + at, size, !at);
        if (byte)
            fail_msg("page %zu has something where it has nothing, at %zu", at / size + 1, byte);
    }
    free(all);
}

/* --- what went --- */


static void no_byte_is_left(struct day *d, const char *dir)
{
    struct files files;
    struct err err = {0};
    bool done = false;
    for (int i = 0; i < 3 && !done; i++)
        if (!store_scour(d->w->engine.store, &done, &err))
            fail_msg("scour: %s", err.text);
    assert_true(done);
    no_page_holds_what_it_does_not_use(d->path);
    read_files(&files, dir);
    for (int kind = 0; kind < 2; kind++)
        for (int n = 1; n <= 100 + TICKETS; n++) {
            char what = "tc"[kind];
            const char *word = word_of(d->w->arena, what, n), *name;
            if ((n > TICKETS && n <= 100) || !was_there(d, what, n) || stays(d, what, n))
                continue;
            gone_words++;
            if ((name = file_with(&files, word))) {
                AUTO_STR where;
                str_init(&where, 64 << 10);
                where_is(d->w, word, &where);
                fail_msg("%s, of %c%d, is in %s:%s", word, what, n, name, where.len ? where.data : " in no row");
            }
        }
    looked += files.count;
    free_files(&files);
}

/* --- nobody else's --- */

/* What is kept of all other tickets, but the events that bring what is kept of the same customer. */
static const char *others(struct day *d, int64_t but)
{
    static const char *const tables[][2] = {{"ticket", "id"}, {"message", "ticket"}, {"entry", "ticket"}, {"clock", "ticket"}, {"escalation", "ticket"}, {"queue", "ticket"},
                                            {"counted", "ticket"}, {"score", "ticket"}, {"file_use", "ticket"}, {"parcel", "ticket"}, {"event", "ticket"}};
    AUTO_STR all;
    str_init(&all, 4096);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        sqlite3_stmt *stmt;
        uint8_t hash[32] = {0};
        char hex[65];
        const char *sql = said(d, "SELECT * FROM %s WHERE %s!=0 AND %s!=%lld%s ORDER BY 1,2", tables[t][0], tables[t][1], tables[t][1], (long long)but,
                               str_eq(tables[t][0], "event") ? " AND NOT coalesce(instr(obs,'\"records\"'),0)" : "");
        assert_int_equal(sqlite3_prepare_v2(d->w->engine.store->db, sql, -1, &stmt, NULL), SQLITE_OK);
        while (sqlite3_step(stmt) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(stmt); i++) {
                AUTO_STR cell;
                str_init(&cell, 8 << 20);
                str_add(&cell, (const char *)hash, 32);
                str_add(&cell, sqlite3_column_bytes(stmt, i) ? sqlite3_column_blob(stmt, i) : "", (size_t)sqlite3_column_bytes(stmt, i));
                crypto_sha256(cell.data, cell.len, hash);
            }
        sqlite3_finalize(stmt);
        crypto_hex(hash, 32, hex);
        str_addf(&all, "%s %.16s\n", tables[t][0], hex);
    }
    return arena_strdup(d->w->arena, all.data);
}

static void goes_alone(struct day *d)
{
    int n = chance(&d->seed, 5) ? some(d) : 100 + some(d);
    int64_t id = n < 100 ? id_of(d, n) : world_find(d->w, "ingest", said(d, "ingest:Q%d", n - 100));
    if (!id)
        return;
    world_do_with(d->w, "mara", "delete", id, NULL, "{\"confirm\":true}");
    world_wait(d->w, MINUTE);
    delivers(d);
    const char *was = others(d, id);
    world_do_with(d->w, "mara", chance(&d->seed, 3) ? "purge" : "erase", id, NULL, "{\"confirm\":true}");
    assert_string_equal(others(d, id), was);
}

/* --- sound --- */

static void is_sound(struct day *d)
{
    struct err err = {0};
    AUTO_STR report;
    int64_t links, bad, tallied, sum;
    struct store *s = d->w->engine.store;
    str_init(&report, 64 << 10);
    assert_true(store_check(s, &report, &err));
    assert_string_equal(report.data, "ok\n");
    assert_int_equal(number(d->w, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_true(store_chain_verify(s, &links, &bad, &err));
    assert_int_equal(bad, 0);
    for (int64_t id = 1, end = store_ticket_next(s); id < end; id++)
        story_refolds(d->w, id);
    assert_true(store_tally_get(s, "open", "", 0, &tallied, &sum, &err));
    assert_int_equal(tallied, number(d->w, "SELECT count(*) FROM ticket WHERE status<5 AND NOT deleted"));
    world_rebuilds(d->w);
}

/* --- days --- */

static void live(struct day *d)
{
    d->w = open_desk(d->path);
    for (int i = 0; i < STEPS; i++)
        step(d);
    raise(SIGKILL);
}

/* killed: at a moment of its own, else behind its last step. */
static void be_killed(struct day *d, bool killed)
{
    int status = 0;
    uint64_t life = (uint64_t)chance(&d->seed, LIFE_US);
    pid_t pid = fork();
    if (!pid) {
        live(d);
        _exit(1);
    }
    if (killed) {
        usleep((useconds_t)life);
        kill(pid, SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("it ended by itself: %d", status);
}

/* So many that there is an index of texts, and pages of every fill: on one day in fifty, which is none of the first. */
static void crowd(struct day *d)
{
    enum { CROWD = 2200, TITLE_MOST = 3000 };
    static char title[TITLE_MOST + 1];
    for (int i = 0; i < CROWD; i++) {
        int n = 10 + chance(&d->seed, chance(&d->seed, 8) ? 60 : TITLE_MOST - 10);
        for (int k = 0; k < n; k++)
            title[k] = (char)('a' + chance(&d->seed, 26));
        title[n] = 0;
        post(d, "cstar", "cstar", DOOR_WEBHOOK,
             said(d, "{\"id\":\"evt_b%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"b%d\",\"title\":\"%s\","
                     "\"status\":\"resolved\",\"priority\":\"normal\",\"tags\":[],\"createdAt\":\"2027-01-01T00:00:00Z\"}}}", i, i, title));
    }
    delivers(d);
    while (!number(d->w, "SELECT EXISTS(SELECT 1 FROM meta WHERE key='sieve' AND value+0>0)"))
        indexes(d);
}

static int most_days = 6, first_day;

static void what_goes_leaves_no_byte_whenever_it_is_killed_and_all_else_stands(void **state)
{
    (void)state;
    int64_t purged = 0, erased = 0;
    for (int day = first_day; day < first_day + most_days; day++) {
        struct scratch at = scratch_make("traces");
        struct day d = {.seed = (uint64_t)day * 7919 + 1, .path = at.db};
        if (day % 50 == 49) {
            d.w = open_desk(at.db);
            crowd(&d);
            world_close(d.w);
        }
        for (int part = 0; part < 3; part++) {
            be_killed(&d, part < 2);
            d.seed += (uint64_t)part + 1;
            d.w = open_desk(at.db);
            goes_alone(&d);
            is_sound(&d);
            no_byte_is_left(&d, at.dir);
            purged += number(d.w, "SELECT count(*) FROM ticket WHERE purged_at");
            erased += number(d.w, "SELECT count(*) FROM ticket t WHERE " ERASED " AND NOT purged_at");
            world_close(d.w);
            d.w = NULL;
        }
        scratch_remove(&at);
    }
    print_message("# %d days, %d kills, %lld purged and %lld erased tickets found; %d words looked for in %d files, none left, nor a byte that nothing uses in %d pages\n", most_days, 3 * most_days, (long long)purged,
                  (long long)erased, gone_words, looked, pages);
    assert_true(gone_words); /* how many it is depends on when it was killed */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_goes_leaves_no_byte_whenever_it_is_killed_and_all_else_stands)};
    most_days = argc > 1 ? atoi(argv[1]) : most_days;
    first_day = argc > 2 ? atoi(argv[2]) : first_day;
    return cmocka_run_group_tests_name("traces", tests, NULL, NULL);
}
