/* article: what the desk knows, and the index its words are found by (FTS5 over this table, not over a copy). It follows the
 * records of kind article and the configuration's files; words of a search reach FTS5 as quoted strings in a bound parameter. */
#include "store/article.h"
#include "base/str.h"
#include "store/sql.h"
#include <ctype.h>
#include <string.h>

enum { QUERY_MAX = 4096, WORDS = 16 };

static struct article scan(sqlite3_stmt *stmt, struct arena *a)
{
    return (struct article){.key = sql_text(stmt, 0, a), .title = sql_text(stmt, 1, a), .body = sql_text(stmt, 2, a), .category = sql_text(stmt, 3, a),
                            .tags = sql_text(stmt, 4, a), .url = sql_text(stmt, 5, a), .status = sql_text(stmt, 6, a),
                            .updated_at = sql_int(stmt, 7), .slug = sql_text(stmt, 8, a)};
}

bool store_article_get(struct store *s, struct arena *a, const char *key, struct article *out, bool *found, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT key,title,body,category,tags,url,status,updated_at,slug FROM article WHERE key=?", err);
    *found = false;
    if (!stmt)
        return false;
    sql_bind(stmt, "s", key);
    int rc = sql_step(s, stmt, err);
    *found = rc == SQLITE_ROW;
    if (*found) {
        *out = scan(stmt, a);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

/* An index over a table of ours is told what goes before it goes. */
static bool unindex(struct store *s, const char *key, struct err *err)
{
    return sql_run(s, err, "INSERT INTO article_search(article_search,rowid,title,tags,body)"
                           " SELECT 'delete',id,title,tags,body FROM article WHERE key=?", "s", key);
}

bool store_article_drop(struct store *s, const char *key, struct err *err)
{
    return unindex(s, key, err) && sql_run(s, err, "DELETE FROM article WHERE key=?", "s", key);
}

static bool same(const struct article *a, const struct article *b)
{
    return str_eq(a->title, b->title) && str_eq(a->body, b->body) && str_eq(a->category, b->category) && str_eq(a->tags, b->tags) &&
           str_eq(a->url, b->url) && str_eq(a->slug, b->slug) && str_eq(a->status, b->status) && a->updated_at == b->updated_at;
}

bool store_article_put(struct store *s, const struct article *article, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    struct article is;
    bool found;
    if (!store_article_get(s, arena, article->key, &is, &found, err))
        return false;
    if (found && same(&is, article))
        return true;
    return unindex(s, article->key, err) &&
           sql_run(s, err, "INSERT INTO article(key,title,body,category,tags,url,status,updated_at,slug) VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO UPDATE SET"
                           " title=excluded.title,body=excluded.body,category=excluded.category,tags=excluded.tags,url=excluded.url,"
                           "status=excluded.status,updated_at=excluded.updated_at,slug=excluded.slug", "sssssssis", article->key, article->title, article->body,
                   article->category, article->tags, article->url, article->status, article->updated_at, article->slug) &&
           sql_run(s, err, "INSERT INTO article_search(rowid,title,tags,body) SELECT id,title,tags,body FROM article WHERE key=?", "s", article->key);
}

/* Every word must be there; the last may be the beginning of one. */
static void compose(const char *words, struct str *query)
{
    int n = 0;
    for (const char *at = words; *at && n < WORDS;) {
        size_t blank = strspn(at, " \t\r\n"), length = strcspn(at + blank, " \t\r\n");
        if (!length)
            return;
        str_adds(query, n++ ? " \"" : "\"");
        for (const char *c = at + blank; c < at + blank + length; c++)
            str_adds(query, *c == '"' ? "\"\"" : (char[]){*c, 0});
        at += blank + length;
        str_adds(query, *at ? "\"" : "\"*");
    }
}

/* The rows of a statement that also gives an excerpt. */
static bool read_rows(struct store *s, struct arena *a, sqlite3_stmt *stmt, int max, struct article_found **list, int *count, struct err *err)
{
    int rc;
    *list = ARENA_ARRAY(a, struct article_found, max);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        (*list)[(*count)++] = (struct article_found){scan(stmt, a), sql_text(stmt, 9, a)};
    return rc == SQLITE_DONE;
}

bool store_article_list(struct store *s, struct arena *a, const char *words, int max, struct article_found **list, int *count, struct err *err)
{
    AUTO_STR query;
    str_init(&query, QUERY_MAX);
    compose(words ? words : "", &query);
    *count = 0;
    sqlite3_stmt *stmt = query.len
        ? sql_get(s, "SELECT a.key,a.title,NULL,a.category,a.tags,a.url,a.status,a.updated_at,a.slug,snippet(article_search,2,'','','…',24)"
                     " FROM article_search JOIN article a ON a.id=article_search.rowid WHERE article_search MATCH ?1"
                     " ORDER BY bm25(article_search,8.0,4.0,1.0),a.key LIMIT ?2", err)
        : sql_get(s, "SELECT key,title,NULL,category,tags,url,status,updated_at,slug,substr(body,1,200) FROM article WHERE ?1=''"
                     " ORDER BY title COLLATE NOCASE,key LIMIT ?2", err);
    if (!stmt)
        return false;
    if (query.cut)
        return true;
    sql_bind(stmt, "si", query.data, (int64_t)max);
    return read_rows(s, a, stmt, max, list, count, err);
}

bool store_article_files(struct store *s, struct arena *a, int max, const char **keys, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT key FROM article WHERE key>='file:' AND key<'file;' LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        keys[(*count)++] = sql_text(stmt, 0, a);
    return rc == SQLITE_DONE;
}

bool store_article_check(struct store *s, struct err *err)
{
    return sql_run(s, err, "INSERT INTO article_search(article_search,rank) VALUES('integrity-check',1)", "");
}
