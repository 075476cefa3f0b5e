/* retain: what is let go after its time: deliveries that arrived long ago, their letters, answers kept for repeated calls. In
 * bites: each function looks at the clock after every row. A reply's parcel stays: it says of a message that it has left. */
#include "store/sql.h"
#include "base/clock.h"
#include "base/str.h"

/* The oldest that may go; *id 0: none. One that was sent again lately is as young as its last attempt. */
static bool oldest_delivered(struct store *s, int64_t before, int64_t *id, struct err *err)
{
    *id = 0;
    return sql_number(s, err, id, "SELECT id FROM parcel p WHERE state='delivered' AND message=0 AND made_at<?1"
                                  " AND NOT EXISTS(SELECT 1 FROM attempt a WHERE a.parcel=p.id AND a.at>=?1) ORDER BY made_at LIMIT 1", "i", before);
}

bool store_retain_parcels(struct store *s, int64_t before, int64_t ms, bool *more, int64_t *gone, struct err *err)
{
    int64_t end = clock_mono_us() + ms * 1000, id;
    *more = true;
    do {
        if (!oldest_delivered(s, before, &id, err))
            return false;
        if (!id) {
            *more = false;
            return true;
        }
        if (!sql_run(s, err, "DELETE FROM attempt WHERE parcel=?", "i", id) || !sql_run(s, err, "DELETE FROM parcel WHERE id=?", "i", id))
            return false;
        ++*gone;
    } while (clock_mono_us() < end);
    return true;
}

/* The next letter: when it was written, and whether somebody needs it still. false with err untouched: there is none. */
static bool next_letter(struct store *s, int64_t *id, int64_t *at, bool *needed, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,(SELECT at FROM entry WHERE seq=l.entry),EXISTS(SELECT 1 FROM parcel p WHERE p.entry=l.entry AND p.letter=l.id)"
                                    " OR EXISTS(SELECT 1 FROM waiting w WHERE w.letter=l.id) FROM letter l WHERE id>? ORDER BY id LIMIT 1", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", *id);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *id = sql_int(stmt, 0);
    *at = sql_int(stmt, 1);
    *needed = sql_int(stmt, 2) != 0;
    sqlite3_reset(stmt);
    return true;
}

bool store_retain_letters(struct store *s, int64_t before, int64_t ms, int64_t *after, int64_t *gone, struct err *err)
{
    int64_t end = clock_mono_us() + ms * 1000, at = 0, id = *after;
    bool needed = false;
    do {
        if (!next_letter(s, &id, &at, &needed, err) || at >= before) {
            *after = 0;
            return err->code == ERR_NONE;
        }
        if (!needed && !sql_run(s, err, "DELETE FROM letter WHERE id=?", "i", id))
            return false;
        *gone += !needed;
        *after = id;
    } while (clock_mono_us() < end);
    return true;
}

bool store_retain_answers(struct store *s, int64_t before, int64_t ms, bool *more, int64_t *gone, struct err *err)
{
    int64_t end = clock_mono_us() + ms * 1000;
    do {
        if (!sql_run(s, err, "DELETE FROM answer WHERE key=(SELECT key FROM answer WHERE at<? ORDER BY at LIMIT 1)", "i", before))
            return false;
        *more = sqlite3_changes(s->db) > 0;
        *gone += *more;
    } while (*more && clock_mono_us() < end);
    return true;
}

/* The next counter by the hour behind (name, key); false with err untouched: there is none. */
static bool next_counter(struct store *s, struct tally_place *at, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT name,key FROM tally WHERE (name,key)>(?,?) AND name<'hour;' ORDER BY name,key LIMIT 1", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ss", *at->name ? at->name : "hour:", at->key);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    bool fits = str_copy(at->name, sizeof at->name, (const char *)sqlite3_column_text(stmt, 0)) &&
                str_copy(at->key, sizeof at->key, (const char *)sqlite3_column_text(stmt, 1));
    sqlite3_reset(stmt);
    return fits || err_set(err, ERR_INTERNAL, "a counter's name is longer than any");
}

bool store_retain_hours(struct store *s, int64_t ms, struct tally_place *after, int64_t *gone, struct err *err)
{
    int64_t end = clock_mono_us() + ms * 1000;
    do {
        if (!next_counter(s, after, err)) {
            *after = (struct tally_place){0};
            return err->code == ERR_NONE;
        }
        if (!sql_run(s, err, "DELETE FROM tally WHERE name=? AND key=? AND day<=" HOURS_FROM, "ss", after->name, after->key))
            return false;
        *gone += sqlite3_changes(s->db);
    } while (clock_mono_us() < end);
    return true;
}
