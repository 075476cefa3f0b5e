/* postgres: a letter as one row of a table that is there already (destinations.md 6). The configured columns, or event_id, type
 * and received_at, and `payload` as jsonb; every value is a bound parameter in text form, every name a quoted identifier. ON
 * CONFLICT DO NOTHING makes a repeat harmless, so an attempt that may have arrived is simply made again. Pure. */
#include "destination/format.h"
#include "base/clock.h"
#include "base/str.h"
#include "core/route.h"
#include <string.h>

enum { STATEMENT_MAX = 64 << 10, TIMEOUT_MS = 10000, AT_ONCE = 3 /* after a conflict of two transactions */ };

static const struct config_column usual[] = {{"event_id", "event.id"}, {"type", "event.type"}, {"received_at", "event.received_at"}};
static const struct config_column payload_column = {"payload", "payload"};

/* --- the statement --- */

static void add_name(struct str *sql, const char *name)
{
    str_addc(sql, '"');
    for (; *name; name++) {
        if (*name == '"')
            str_addc(sql, '"');
        str_addc(sql, *name);
    }
    str_addc(sql, '"');
}

/* A parameter takes its column's type; these two say theirs, whatever the column is. */
static const char *cast_of(const char *value)
{
    return str_eq(value, "payload") ? "::jsonb" : str_eq(value, "event.received_at") ? "::timestamptz" : "";
}

/* A ticket's times are told as times, not as milliseconds. */
static const char *time_of(struct arena *arena, const char *value, const struct json *json)
{
    const struct field *f = str_starts(value, "ticket.") ? field_find(value + 7) : NULL;
    int64_t ms;
    char at[32];
    return f && f->type == FIELD_TIME && json_i64(json, &ms) ? arena_strdup(arena, ms ? clock_format(ms, at) : "") : NULL;
}

/* The text of a value; NULL is null. JSON has no U+0000 here: reading it made U+FFFD of each. */
static const char *param_of(struct arena *arena, const struct letter *letter, const char *value)
{
    bool of_payload = str_eq(value, "payload") || str_starts(value, "payload.");
    AUTO_JSON json = route_value(arena, arena_printf(arena, of_payload ? "$event.%s" : "$%s", value), letter);
    if (!json || json_is(json, JSON_NULL))
        return NULL;
    const char *time = time_of(arena, value, json);
    if (time)
        return *time ? time : NULL;
    return json_string(json) ? arena_strdup(arena, json_string(json)) : json_print_in(arena, json);
}

static int columns_of(const struct config_destination *to, struct config_column *list)
{
    int n = 0;
    bool has_payload = false;
    if (!to->column_count)
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
            list[n++] = usual[i];
    for (int i = 0; i < to->column_count; i++) {
        list[n++] = to->columns[i];
        has_payload |= str_eq(to->columns[i].value, "payload") || str_eq(to->columns[i].name, payload_column.name);
    }
    if (!has_payload)
        list[n++] = payload_column;
    return n;
}

static const char *statement(struct arena *arena, const struct config_destination *to, const struct config_column *columns, int count)
{
    AUTO_STR sql;
    str_init(&sql, STATEMENT_MAX);
    str_adds(&sql, "INSERT INTO ");
    add_name(&sql, to->schema ? to->schema : "public");
    str_addc(&sql, '.');
    add_name(&sql, to->table);
    str_adds(&sql, " (");
    for (int i = 0; i < count; i++) {
        str_adds(&sql, i ? ", " : "");
        add_name(&sql, columns[i].name);
    }
    str_adds(&sql, ")\nVALUES (");
    for (int i = 0; i < count; i++)
        str_addf(&sql, "%s$%d%s", i ? ", " : "", i + 1, cast_of(columns[i].value));
    str_adds(&sql, ")\nON CONFLICT DO NOTHING");
    return sql.cut ? NULL : arena_strdup(arena, sql.data);
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    struct config_column columns[CONFIG_COLUMNS + 3];
    struct delivery r = {.carrier = CARRIER_SQL, .allow_loopback = c->to->allow_loopback, .url = c->to->url};
    if (c->letter->of != LETTER_EVENT && c->letter->of != LETTER_DESK)
        return err_set(err, ERR_NOT_FOUND, "a table has no row for %s", c->letter->type);
    AUTO_JSON payload = format_payload(arena, c->letter, err);
    if (!payload)
        return false;
    struct letter whole = *c->letter; /* an event of our own has no payload yet */
    whole.payload = payload;
    r.param_count = columns_of(c->to, columns);
    for (int i = 0; i < r.param_count; i++)
        r.params[i] = param_of(arena, &whole, columns[i].value);
    if (!c->to->table || !(r.sql = statement(arena, c->to, columns, r.param_count)))
        return err_set(err, ERR_INPUT, "no statement can be made: the table is missing or the names are too long");
    *out = r;
    return true;
}

/* --- answers --- */

enum meaning { AGAIN_AT_ONCE = 1, RETRY, DEAD, DISABLE, DUPLICATE };
/* SQLSTATEs by what they begin with; the first row that fits. What is not listed is about the statement or its data, and the
 * same the next time. */
static const struct { const char *begin; int meaning; } meanings[] = {
    {"23505", DUPLICATE},
    {"40001", AGAIN_AT_ONCE}, /* serialisation */
    {"40P01", AGAIN_AT_ONCE}, /* deadlock */
    {"40", RETRY},
    {"28", DISABLE}, /* authentication */
    {"3D000", DISABLE}, /* no such database */
    {"57P04", DISABLE}, /* it was dropped */
    {"08", RETRY}, /* connection */
    {"53", RETRY}, /* out of resources */
    {"55", RETRY}, /* lock not available, object in use */
    {"57", RETRY}, /* cancelled, shut down, starting up */
    {"25", RETRY}, /* read-only: a fail-over */
    {"58", RETRY}, /* its system */
    {"XX", RETRY}, /* internal */
    {"", DEAD},
};

static int meaning_of(const char *sqlstate)
{
    size_t i = 0;
    while (!str_starts(sqlstate, meanings[i].begin))
        i++;
    return meanings[i].meaning;
}

static struct verdict judge_state(int meaning, struct json *memo)
{
    int64_t conflicts = json_get_i64(memo, "conflicts", 0) + 1;
    json_drop(memo, "conflicts");
    if (meaning == AGAIN_AT_ONCE && conflicts <= AT_ONCE) {
        json_put_i64(memo, "conflicts", conflicts);
        json_drop(memo, "again");
        json_put_string(memo, "again", "retry");
        return (struct verdict){.kind = VERDICT_AGAIN};
    }
    if (meaning == DUPLICATE)
        return (struct verdict){.kind = VERDICT_DELIVERED, .duplicate = true};
    return (struct verdict){.kind = meaning == RETRY || meaning == AGAIN_AT_ONCE ? VERDICT_RETRY : VERDICT_DEAD, .disable = meaning == DISABLE};
}

static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    (void)arena, (void)c;
    const char *state = reply->sqlstate ? reply->sqlstate : "00000";
    if (reply->fault != REPLY_ANSWERED)
        return destination_no_answer(reply);
    if (str_eq(state, "00000"))
        return (struct verdict){.kind = VERDICT_DELIVERED, .duplicate = str_eq(reply->tag, "INSERT 0 0")};
    struct verdict v = judge_state(meaning_of(state), memo);
    v.ambiguous = str_eq(state, "08007"); /* the server itself does not know */
    return v;
}

const struct destination destination_postgres = {.kind = DEST_POSTGRES, .name = "postgres", .title = "PostgreSQL", .profile = PROFILE_DEFAULT,
                                                 .timeout = TIMEOUT_MS, .compose = compose, .judge = judge};
