/* decode: the reading habits common to all dialects (dialects.md 1a, 2, 9.4). Whatever is not an identity is coerced
 * and warned about; texts are copied, so that an interpretation outlives the tree it was read from. Nothing here is
 * worse than linear in the size of the body: messages and members are found through a hash table. */
#include "dialect/decode.h"
#include "base/crypto.h"
#include "base/text.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000, HASH_DIGITS = 16, TITLE_SHOWN = 60 };
enum { EVENT_PARTS = 20000 }; /* messages or records one event may bring; more stay in the raw event alone */

/* --- map --- */

struct decode_slot {
    const char *key;
    int64_t value;
};

static size_t hash_of(const char *key)
{
    uint64_t h = 1469598103934665603u;
    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return (size_t)(h ^ h >> 29);
}

static struct decode_slot *slot_of(struct decode_map *map, const char *key)
{
    size_t i = hash_of(key) & (map->size - 1);
    while (map->slots[i].key && strcmp(map->slots[i].key, key) != 0)
        i = (i + 1) & (map->size - 1);
    return &map->slots[i];
}

static void map_grow(struct arena *arena, struct decode_map *map)
{
    struct decode_map old = *map;
    map->size = old.size ? old.size * 4 : 64;
    map->slots = ARENA_ARRAY(arena, struct decode_slot, map->size);
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].key)
            *slot_of(map, old.slots[i].key) = old.slots[i];
}

int64_t *decode_map_at(struct arena *arena, struct decode_map *map, const char *key)
{
    if (map->used * 2 >= map->size)
        map_grow(arena, map);
    struct decode_slot *slot = slot_of(map, key);
    if (!slot->key) {
        slot->key = arena_strdup(arena, key);
        map->used++;
    }
    return &slot->value;
}

/* --- beginning and end --- */

void decode_warn(struct decode *d, const char *kind, const char *field, bool soft)
{
    struct interpretation *out = d->out;
    int max = sizeof out->warnings / sizeof *out->warnings;
    for (int i = 0; i < out->warning_count; i++)
        if (str_eq(out->warnings[i].kind, kind) && str_eq(out->warnings[i].field, field))
            return;
    struct warning *w = &out->warnings[max - 1];
    if (out->warning_count < max)
        w = &out->warnings[out->warning_count++];
    else if (soft)
        return; /* full: only what strict mode must know still finds a place, the last one */
    *w = (struct warning){kind, arena_strdup(d->arena, field), soft};
}

static void clear(struct interpretation *out)
{
    out->warning_count = 0;
    out->obs = (struct observation){0};
    out->obs.kind = KIND_NONE;
    out->key = out->extra = NULL;
    out->has_time = out->key_daily = false;
    out->occurred_at = 0;
}

bool decode_fatal(struct decode *d, const char *reason)
{
    bool rest = d->in->door == DOOR_REST;
    clear(d->out);
    d->out->effect = rest ? EFFECT_REJECT : EFFECT_QUARANTINE;
    d->out->fatal = reason;
    if (rest)
        d->out->type = NULL;
    decode_warn(d, "fatal", reason, false);
    return false;
}

void decode_one(struct decode *d, struct arena *arena, const struct dialect_input *in, struct interpretation *out)
{
    *d = (struct decode){.arena = arena, .in = in, .out = out, .obs = &out->obs};
    out->effect = EFFECT_IGNORE;
    d->obs->account = arena_strdup(arena, in->account);
    d->obs->v.t = in->received_at;
    if (in->notes && in->notes->bom)
        decode_warn(d, "bom", NULL, true);
    if (in->notes && in->notes->dup) {
        decode_warn(d, "dup-key", NULL, false);
        out->strict_status_400 = true;
    }
}

bool decode_begin(struct decode *d, struct arena *arena, const struct dialect_input *in)
{
    decode_one(d, arena, in, ARENA_NEW(arena, struct interpretation));
    if (!in->root) {
        clear(d->out);
        d->out->effect = EFFECT_REJECT;
        d->out->fatal = "not JSON";
        decode_warn(d, "json", NULL, false);
        return false;
    }
    return json_is(in->root, JSON_OBJECT) || decode_fatal(d, "root is not an object");
}

bool decode_done(struct decode *d, struct interpretation **out, int *count)
{
    *out = d->out;
    *count = 1;
    return d->out->effect != EFFECT_REJECT;
}

/* --- keys --- */

void decode_hash(struct decode *d, const struct json *node, const char *const *without)
{
    AUTO_JSON copy = json_copy(node);
    for (; without && *without; without++)
        json_drop(copy, *without);
    json_sort(copy);
    char *text = json_print(copy);
    crypto_sha256(text, strlen(text), d->out->content_hash);
    free(text);
}

static char *hash_text(struct decode *d, const void *data, size_t n)
{
    uint8_t hash[32];
    char hex[65];
    crypto_sha256(data, n, hash);
    crypto_hex(hash, 32, hex);
    return arena_strndup(d->arena, hex, HASH_DIGITS);
}

void decode_key(struct decode *d, const char *prefix, const char *id)
{
    d->out->key = id ? arena_printf(d->arena, "%s:%s", prefix, id)
                     : arena_printf(d->arena, "sha256:%s", hash_text(d, d->in->body, d->in->body_n));
    d->obs->v.key = d->out->key;
}

/* --- members --- */

bool decode_given(const struct json *node)
{
    return node && json_kind(node) != JSON_NULL;
}

char *decode_text(struct decode *d, const struct json *node, const char *field)
{
    bool truth;
    const char *text = json_string(node);
    if (text)
        return arena_strdup(d->arena, text);
    if (!decode_given(node))
        return NULL;
    decode_warn(d, "type", field, d->soft_types);
    if (json_bool(node, &truth))
        return arena_strdup(d->arena, truth ? "true" : "false");
    return arena_strdup(d->arena, json_number(node));
}

char *decode_optional(struct decode *d, const struct json *object, const char *name)
{
    char *text = decode_text(d, json_get(object, name), name);
    return text && *text ? text : NULL;
}

char *decode_required(struct decode *d, const struct json *object, const char *name)
{
    const struct json *node = json_get(object, name);
    if (!decode_given(node))
        decode_warn(d, "missing", name, false);
    return decode_text(d, node, name);
}

char *decode_id(struct decode *d, const struct json *node, const char *field)
{
    const char *text = json_string(node), *digits = json_number(node);
    if (digits)
        decode_warn(d, "type", field, d->soft_types);
    text = text ? text : digits;
    return text && *text ? arena_strdup(d->arena, text) : NULL;
}

/* The whole number a JSON number or a text of digits holds; a fraction is cut. */
static bool whole(const char *text, int64_t *value)
{
    bool minus = *text == '-';
    int64_t v = 0;
    text += minus;
    if (!isdigit((unsigned char)*text))
        return false;
    for (; isdigit((unsigned char)*text); text++) {
        if (v > INT64_MAX / 10 - 1)
            return false;
        v = v * 10 + (*text - '0');
    }
    if (*text == '.')
        for (text++; isdigit((unsigned char)*text);)
            text++;
    *value = minus ? -v : v;
    return *text == 0;
}

bool decode_int(struct decode *d, const struct json *node, const char *field, int64_t *value)
{
    const char *number = json_number(node), *text = json_string(node);
    if (number && whole(number, value))
        return true;
    if (!decode_given(node))
        return false;
    decode_warn(d, "type", field, d->soft_types);
    return text && whole(decode_trim(d, text), value);
}

bool decode_flag(struct decode *d, const struct json *node, const char *field, bool *value)
{
    static const struct decode_word words[] = {{"true", 1}, {"1", 1}, {"yes", 1}, {"false", 0}, {"0", 0}, {"no", 0}, {NULL, 0}};
    if (json_bool(node, value))
        return true;
    if (!decode_given(node))
        return false;
    decode_warn(d, "type", field, d->soft_types);
    const char *text = json_string(node) ? json_string(node) : json_number(node);
    int known = text ? decode_word_value(d, text, words) : -1;
    if (known >= 0)
        *value = known;
    return known >= 0;
}

/* Deeper than this, JSON as sent stays in the raw event alone: inside an observation it would nest too deep to be
 * read back. */
enum { KEPT_DEPTH = 400 };

static bool deeper(const struct json *node, int than)
{
    if (than <= 0)
        return true;
    for (const struct json *child = json_first(node); child; child = json_next(child))
        if (deeper(child, than - 1))
            return true;
    return false;
}

char *decode_json(struct decode *d, const struct json *node)
{
    if (deeper(node, KEPT_DEPTH))
        return NULL;
    bool empty = json_is(node, JSON_OBJECT) || json_is(node, JSON_ARRAY) ? !json_first(node) : false;
    return decode_given(node) && !empty ? json_print_in(d->arena, node) : NULL;
}

char *decode_trim(struct decode *d, const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    return arena_strndup(d->arena, text, n);
}

char *decode_lower(struct decode *d, const char *text)
{
    char *low = decode_trim(d, text);
    for (char *p = low; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + ('a' - 'A'));
    return low;
}

int decode_word_value(struct decode *d, const char *text, const struct decode_word *words)
{
    const char *low = decode_lower(d, text);
    for (; words->word; words++)
        if (strcmp(low, words->word) == 0)
            return words->value;
    return -1;
}

bool decode_blank(const char *text)
{
    while (text && isspace((unsigned char)*text))
        text++;
    return !text || !*text;
}

static const struct json *one_element(struct decode *d, const struct json *node)
{
    struct json *list = json_array();
    json_push(list, json_copy(node));
    return json_keep_in(d->arena, list);
}

const struct json *decode_list(struct decode *d, const struct json *node, const char *field)
{
    const char *text = json_string(node);
    if (!decode_given(node) || (text && !*text))
        return NULL;
    if (json_is(node, JSON_ARRAY))
        return node;
    decode_warn(d, "coerce", field, false);
    if (!text)
        return one_element(d, node);
    const struct json *parsed = json_parse_in(d->arena, text, strlen(text), &json_limits_dialect, NULL, NULL);
    if (json_is(parsed, JSON_ARRAY))
        return parsed;
    return decode_blank(text) ? NULL : one_element(d, node);
}

/* --- e-mail --- */

const char *decode_email(struct decode *d, const char *text)
{
    if (!text || !*text)
        return NULL;
    if (text_is_email(text))
        return text;
    decode_warn(d, "email", NULL, d->soft_email);
    return NULL;
}

bool decode_when(struct decode *d, const struct json *node, const char *field, int64_t *ms)
{
    bool no_zone;
    const char *text = json_string(node);
    if (!decode_given(node) || (text && !*text))
        return false;
    if (!decode_time(node, ms, &no_zone)) {
        decode_warn(d, "ts", field, false);
        return false;
    }
    if (no_zone)
        decode_warn(d, "ts-no-zone", field, true);
    return true;
}

int64_t decode_clamp(const struct decode *d, int64_t ms)
{
    return ms > d->in->received_at + DAY_MS ? d->in->received_at : ms;
}

/* --- what the event says --- */

bool decode_occurred(struct decode *d, const struct json *node, const char *field)
{
    int64_t ms = 0;
    bool has_time = decode_when(d, node, field, &ms);
    d->out->has_time = has_time;
    d->out->occurred_at = has_time ? ms : 0;
    d->obs->v.t = has_time ? decode_clamp(d, ms) : d->in->received_at;
    return has_time;
}

void decode_says(struct decode *d, int effect, int kind)
{
    d->out->effect = effect;
    d->obs->kind = kind;
    d->obs->v.rank = kind_rank(kind);
}

void decode_ticket(struct decode *d, const char *source_id, const char *key)
{
    d->obs->key = key;
    d->obs->value.source_id = source_id;
    d->obs->value.key = key;
}

static void *grown(struct arena *arena, void *list, int count, int *max, size_t size)
{
    if (count < *max)
        return list;
    *max = *max ? *max * 2 : 8;
    void *more = arena_alloc(arena, (size_t)*max * size);
    if (count)
        memcpy(more, list, (size_t)count * size);
    return more;
}

static const char *id_of_text(struct decode *d, const char *prefix, const char *body)
{
    const char *text = decode_trim(d, body ? body : "");
    const char *id = arena_printf(d->arena, "%s:%s", prefix, hash_text(d, text, strlen(text)));
    return arena_printf(d->arena, "%s#%" PRId64, id, ++*decode_map_at(d->arena, &d->texts, id));
}

struct message *decode_message(struct decode *d, const char *id, const char *prefix, const char *body)
{
    struct observation *obs = d->obs;
    if (obs->message_count >= EVENT_PARTS) {
        decode_warn(d, "range", "messages", false);
        return NULL;
    }
    id = id ? id : id_of_text(d, prefix, body);
    int64_t *known = decode_map_at(d->arena, &d->ids, id);
    if (*known)
        return NULL;
    *known = 1;
    obs->messages = grown(d->arena, obs->messages, obs->message_count, &d->message_max, sizeof *obs->messages);
    struct message *m = &obs->messages[obs->message_count++];
    *m = (struct message){.id = id, .body = body, .voice = VOICE_SOURCE, .is_public = true, .at = obs->v.t};
    return m;
}

int decode_role(const char *word)
{
    static const struct {
        const char *word;
        int author;
    } roles[] = {{"assistant", AUTHOR_BOT}, {"ai", AUTHOR_BOT}, {"bot", AUTHOR_BOT},
                 {"agent", AUTHOR_AGENT}, {"support", AUTHOR_AGENT}, {"staff", AUTHOR_AGENT},
                 {"admin", AUTHOR_AGENT}, {"system", AUTHOR_SYSTEM}};
    for (size_t i = 0; word && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(word, roles[i].word) == 0)
            return roles[i].author;
    return AUTHOR_CUSTOMER;
}

void decode_record(struct decode *d, const char *kind, const char *key, struct json *data)
{
    struct observation *obs = d->obs;
    if (obs->record_count >= EVENT_PARTS) {
        decode_warn(d, "range", "records", false);
        json_free(data);
        return;
    }
    obs->records = grown(d->arena, obs->records, obs->record_count, &d->record_max, sizeof *obs->records);
    obs->records[obs->record_count++] = (struct record){kind, key, json_print_in(d->arena, data)};
    json_free(data);
}

void decode_extra(struct decode *d, const char *name, const char *fmt, ...)
{
    va_list ap;
    char small[512];
    va_start(ap, fmt);
    vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    const char *before = d->out->extra;
    d->out->extra = arena_printf(d->arena, "%s%s%s=%s", before ? before : "", before ? ";" : "", name, small);
}

void decode_extra_title(struct decode *d, const char *title)
{
    const char *end = title;
    if (!title || !*title)
        return;
    for (int i = 0; i < TITLE_SHOWN && *end; i++)
        for (end++; ((unsigned char)*end & 0xc0) == 0x80;)
            end++;
    decode_extra(d, "title", "%.*s", (int)(end - title), title);
}

static bool listed(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

char *decode_rest(struct decode *d, const struct json *object, const char *const *known)
{
    AUTO_JSON rest = json_object();
    for (const struct json *m = json_first(object); m; m = json_next(m))
        if (!listed(json_name(m), known))
            json_put(rest, json_name(m), json_copy(m));
    return decode_json(d, rest);
}

static void put_text(struct json *object, const char *name, const char *text)
{
    if (text && *text)
        json_put_string(object, name, text);
}

void decode_customer(struct decode *d, const char *key, const char *source_id, const char *name, const char *email,
                     const char *phone, const char *plan)
{
    const char *address = decode_email(d, email);
    observe_say_text(d->obs, "customer", key);
    observe_say_text(d->obs, "customer_name", name);
    observe_say_text(d->obs, "customer_email", address);
    observe_say_text(d->obs, "customer_phone", phone);
    if (!key)
        return;
    struct json *data = json_object();
    put_text(data, "source_id", source_id);
    put_text(data, "name", name);
    put_text(data, "email", address);
    put_text(data, "email_raw", address ? NULL : email);
    put_text(data, "phone", phone);
    put_text(data, "plan", plan);
    decode_record(d, "customer", key, data);
}
