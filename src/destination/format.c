/* format: what the formats share. Ids that a vendor wants in another shape are derived from the letter's own, so that they are
 * the same on every attempt. */
#include "destination/format.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include <string.h>

struct json *format_none(const char *name, const struct letter *l, struct err *err)
{
    err_set(err, ERR_NOT_FOUND, "%s has no event for %s", name, l->type && *l->type ? l->type : "this");
    return NULL;
}

bool format_passes(const struct letter *l, const char *dialect)
{
    return l->of == LETTER_EVENT && str_eq(l->dialect, dialect) && json_is(l->payload, JSON_OBJECT);
}

/* --- messages --- */

static bool may_leave(const struct message *m)
{
    return m->is_public && m->origin != ORIGIN_NOTE && !str_eq(m->state, "held") && !str_eq(m->state, "withdrawn");
}

/* A reply on its way is no longer held, whatever its copy says. */
const struct message *format_message(const struct letter *l)
{
    return l->message && (l->of == LETTER_REPLY || may_leave(l->message)) ? l->message : NULL;
}

int format_messages(struct arena *arena, const struct letter *l, const struct message ***list)
{
    int n = 0;
    *list = ARENA_ARRAY(arena, const struct message *, l->message_count + 1);
    for (int i = 0; i < l->message_count; i++)
        if (may_leave(&l->messages[i]))
            (*list)[n++] = &l->messages[i];
    if (!l->message_count && format_message(l))
        (*list)[n++] = l->message;
    return n;
}

/* --- what happened --- */

const struct json *format_change(const struct letter *l, const char *field)
{
    for (const struct json *row = json_first(l->changes); row; row = json_next(row))
        if (str_eq(json_string(json_first(row)), field))
            return row;
    return NULL;
}

static int what_desk(const struct letter *l)
{
    if (str_eq(l->type, "ticket.created"))
        return WHAT_CREATED;
    if (str_eq(l->type, "ticket.closed"))
        return WHAT_CLOSED;
    if (!str_eq(l->type, "ticket.updated"))
        return WHAT_OTHER;
    return format_message(l) ? WHAT_MESSAGE : format_change(l, "assignee") ? WHAT_ASSIGNED : WHAT_UPDATED;
}

int format_what(const struct letter *l)
{
    static const struct { const char *type; int what; } types[] = {
        {"support.ticket_created", WHAT_CREATED}, {"support.ticket.created", WHAT_CREATED},
        {"SUPPORT_TICKET.PENDING", WHAT_CREATED}, {"SUPPORT_TICKET.CREATED", WHAT_CREATED}, {"SUPPORT_TICKET.FAILED", WHAT_CREATED},
        {"ticket.created", WHAT_CREATED}, {"ticket.updated", WHAT_UPDATED}, {"ticket.message_added", WHAT_MESSAGE},
        {"ticket.assigned", WHAT_ASSIGNED}, {"ticket.closed", WHAT_CLOSED}, {"ticket.deleted", WHAT_DELETED},
        {"whitelabel-ticket-created", WHAT_CREATED}, {"whitelabel-ticket-updated", WHAT_MESSAGE},
        {"whitelabel-ticket-assigned", WHAT_ASSIGNED}, {"whitelabel-ticket-resolved", WHAT_CLOSED},
    };
    if (!l->ticket)
        return WHAT_OTHER;
    if (l->of == LETTER_DESK)
        return what_desk(l);
    if (l->of == LETTER_REPLY)
        return format_message(l) ? WHAT_MESSAGE : WHAT_OTHER;
    if (l->of == LETTER_REGISTER)
        return WHAT_CREATED;
    for (size_t i = 0; l->of == LETTER_EVENT && i < sizeof types / sizeof *types; i++)
        if (str_eq(types[i].type, l->type))
            return types[i].what;
    return WHAT_OTHER;
}

/* --- ids --- */

const char *format_ticket_id(struct arena *arena, const struct ticket *t)
{
    return t->source_id && *t->source_id ? t->source_id : arena_printf(arena, "%lld", (long long)t->id);
}

const char *format_bare(const char *key)
{
    static const struct { const char *prefix; int parts; } prefixes[] = {{"cstar:", 1}, {"tamio:", 1}, {"ripio:", 1}, {"ingest:", 1}, {"rbs:", 2}};
    for (size_t i = 0; key && i < sizeof prefixes / sizeof *prefixes; i++) {
        if (!str_starts(key, prefixes[i].prefix))
            continue;
        for (int n = prefixes[i].parts; n > 0 && strchr(key, ':'); n--)
            key = strchr(key, ':') + 1;
        break;
    }
    return key;
}

static void hash_of(const char *from, uint8_t round, uint8_t hash[32])
{
    const struct crypto_part parts[] = {{from, strlen(from)}, {&round, 1}};
    crypto_sha256_parts(parts, 2, hash);
}

const char *format_derived(struct arena *arena, const char *prefix, int n, const char *from)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    enum { A_HASH = 16 }; /* two bytes for a digit: the bias is under one in a thousand */
    size_t start = strlen(prefix);
    char *id = arena_alloc(arena, start + (size_t)n + 1);
    uint8_t hash[32];
    memcpy(id, prefix, start);
    for (int i = 0; i < n; i++) {
        if (i % A_HASH == 0)
            hash_of(from, (uint8_t)(i / A_HASH), hash);
        id[start + (size_t)i] = digits[((unsigned)hash[i % A_HASH * 2] << 8 | hash[i % A_HASH * 2 + 1]) % 36];
    }
    return id;
}

const char *format_uuid(struct arena *arena, const char *from)
{
    uint8_t hash[32];
    char hex[33];
    hash_of(from, 0, hash);
    hash[6] = (hash[6] & 0x0f) | 0x40;
    hash[8] = (hash[8] & 0x3f) | 0x80;
    crypto_hex(hash, 16, hex);
    return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* --- texts --- */

const char *format_millis(struct arena *arena, int64_t ms)
{
    char text[32];
    return arena_strdup(arena, clock_format(ms, text));
}

const char *format_seconds(struct arena *arena, int64_t ms)
{
    char text[32];
    clock_format(ms, text);
    return arena_printf(arena, "%.*sZ", (int)strcspn(text, "."), text);
}

const char *format_plain(struct arena *arena, const char *text)
{
    if (!text)
        return NULL;
    char *out = arena_alloc(arena, 3 * strlen(text) + 1), *to = out;
    for (; *text; text++) {
        bool plain = *text >= 0x21 && *text <= 0x7e && *text != '"' && *text != '%';
        if (plain) {
            *to++ = *text;
            continue;
        }
        *to++ = '%';
        *to++ = "0123456789ABCDEF"[(unsigned char)*text >> 4];
        *to++ = "0123456789ABCDEF"[*text & 15];
    }
    *to = 0;
    return out;
}
