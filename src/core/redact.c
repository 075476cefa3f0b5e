/* redact: one pass over the text counts what is there (digits, dots, colons); only patterns that could match are tried, so
 * an ordinary ticket costs little more than reading it. A match becomes a hit by its rule's check and by the words before
 * it; hits that overlap give way to the longer, then the surer. Hiding is repeated until nothing is found any more, which
 * makes it idempotent by construction: what stands beside a hidden number may itself only now be told for one. */
#include "core/redact.h"
#include "base/crypto.h"
#include "base/regex.h"
#include "core/redact_rule.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct config_redact redact_all = {{REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK}};

enum { RULES = 48, HITS = 4096, ROUNDS = 6, EVERY = (1 << REDACT_ENTITIES) - 1 };
static struct regex *patterns[RULES]; /* of redact_rules; written by redact_open alone */

/* --- opening --- */

bool redact_open(struct err *err)
{
    if (redact_rule_count > RULES || !redact_context_sorted())
        return err_set(err, ERR_INTERNAL, "redaction: its tables are not in order");
    for (int i = 0; i < redact_rule_count; i++)
        if (!patterns[i] && !(patterns[i] = regex_new(redact_rules[i].pattern, redact_rules[i].caseless ? REGEX_CASELESS : REGEX_PLAIN, err)))
            return err_in(err, "redaction: pattern %d", i);
    return true;
}

void redact_close(void)
{
    for (int i = 0; i < RULES; i++) {
        regex_free(patterns[i]);
        patterns[i] = NULL;
    }
}

/* --- finding --- */

struct search {
    struct arena *arena;
    const char *text;
    size_t n;
    int wanted; /* bits of enum redact_entity */
    int digits, dots, colons, equals;
    uint64_t seen[4]; /* which bytes there are */
    struct redact_hit *hits;
    int count, cap;
    bool limit;
};

static void look(struct search *s)
{
    for (size_t i = 0; i < s->n; i++) {
        unsigned char c = (unsigned char)s->text[i];
        s->seen[c >> 6] |= (uint64_t)1 << (c & 63);
        s->digits += c >= '0' && c <= '9';
        s->dots += c == '.';
        s->colons += c == ':';
        s->equals += c == '=';
    }
}

/* Most hints have a byte that is nowhere in the text: that is cheaper seen than searched. */
static bool holds(const struct search *s, const char *hint)
{
    for (const char *at = hint; *at; at++)
        if (!(s->seen[(unsigned char)*at >> 6] >> (*at & 63) & 1))
            return false;
    return memmem(s->text, s->n, hint, strlen(hint));
}

static bool could_match(const struct search *s, const struct redact_rule *rule)
{
    if (!(s->wanted >> rule->entity & 1) || s->digits < rule->digits || s->dots < rule->dots || s->colons < rule->colons || s->equals < rule->equals)
        return false;
    for (int i = 0; i < REDACT_HINTS && rule->hints[i]; i++)
        if (holds(s, rule->hints[i]))
            return true;
    return !rule->hints[0];
}

static void keep(struct search *s, const struct redact_hit *hit)
{
    if (s->count == HITS) {
        s->limit = true;
        return;
    }
    if (s->count == s->cap) {
        struct redact_hit *grown = ARENA_ARRAY(s->arena, struct redact_hit, s->cap = s->cap ? s->cap * 2 : 8);
        if (s->count)
            memcpy(grown, s->hits, sizeof *grown * (size_t)s->count);
        s->hits = grown;
    }
    s->hits[s->count++] = *hit;
}

static bool is_find(struct search *s, const struct redact_rule *rule, struct redact_hit *hit)
{
    for (int i = 0; i < s->count; i++)
        hit->beside |= s->hits[i].entity == hit->entity && s->hits[i].to + 1 == hit->from;
    if (rule->check && !rule->check(hit))
        return false;
    hit->score += redact_context(s->text, hit->from, hit->entity);
    return hit->score >= REDACT_SURE_ENOUGH && hit->from < hit->to;
}

static void try_rule(struct search *s, int i)
{
    const struct redact_rule *rule = &redact_rules[i];
    struct regex_span spans[2];
    enum regex_answer answer = REGEX_NO;
    for (size_t at = 0; !s->limit && (answer = regex_find(patterns[i], s->text, s->n, at, spans, rule->group + 1)) == REGEX_YES;) {
        struct redact_hit hit = {.text = s->text, .n = s->n, .from = spans[rule->group].from, .to = spans[rule->group].to,
                                 .next = spans[0].from + 1, .entity = rule->entity, .score = rule->score};
        bool found = is_find(s, rule, &hit);
        if (found)
            keep(s, &hit);
        at = found ? hit.to : hit.next;
    }
    s->limit |= answer == REGEX_LIMIT;
}

/* --- choosing --- */

static int by_worth(const void *a, const void *b)
{
    const struct redact_hit *x = a, *y = b;
    size_t long_x = x->to - x->from, long_y = y->to - y->from;
    if (long_x != long_y)
        return long_x < long_y ? 1 : -1;
    if (x->score != y->score)
        return y->score - x->score;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : x->entity - y->entity;
}

static int by_place(const void *a, const void *b)
{
    const struct redact_span *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

static struct redact_span *choose(struct search *s, int *count)
{
    struct redact_span *spans = ARENA_ARRAY(s->arena, struct redact_span, s->count);
    bool *taken = s->count > 1 ? ARENA_ARRAY(s->arena, bool, s->n) : NULL;
    *count = 0;
    if (s->count > 1)
        qsort(s->hits, (size_t)s->count, sizeof *s->hits, by_worth);
    for (int i = 0; i < s->count; i++) {
        const struct redact_hit *h = &s->hits[i];
        /* None chosen so far is shorter, so one that overlaps this one covers its first or its last byte. */
        if (taken && (taken[h->from] || taken[h->to - 1]))
            continue;
        if (taken)
            memset(taken + h->from, true, h->to - h->from);
        spans[(*count)++] = (struct redact_span){h->from, h->to, h->entity};
    }
    if (*count > 1)
        qsort(spans, (size_t)*count, sizeof *spans, by_place);
    return spans;
}

static void find(struct arena *arena, const char *text, size_t n, int wanted, struct redact_span **spans, int *count, bool *limit)
{
    struct search s = {.arena = arena, .text = text, .n = n, .wanted = wanted};
    assert(patterns[0]);
    look(&s);
    for (int i = 0; i < redact_rule_count && !s.limit; i++)
        if (could_match(&s, &redact_rules[i]))
            try_rule(&s, i);
    *count = 0;
    *limit = s.limit;
    *spans = s.limit || !s.count ? NULL : choose(&s, count);
}

void redact_find(struct arena *arena, const char *text, size_t n, struct redact_span **spans, int *count, bool *limit)
{
    find(arena, text, n, EVERY, spans, count, limit);
}

/* --- hiding --- */

/* What stands in its place; out holds as much as the longest: "[secret:3f2a9c01]". */
enum { STANDIN = 24 };
static size_t stand_in(const char *text, size_t n, int entity, int mode, const char *salt, char out[STANDIN])
{
    uint8_t mac[32];
    char hex[9];
    if (mode == REDACT_DROP)
        return 0;
    if (mode == REDACT_MASK)
        return (size_t)snprintf(out, STANDIN, "[%s]", redact_entity_words[entity]);
    crypto_hmac_sha256(salt ? salt : "", salt ? strlen(salt) : 0, &(struct crypto_part){text, n}, 1, mac);
    crypto_hex(mac, 4, hex);
    return (size_t)snprintf(out, STANDIN, "[%s:%s]", redact_entity_words[entity], hex);
}

static char *hide(struct arena *arena, const char *text, size_t n, const struct redact_span *spans, int count, const struct config_redact *how, const char *salt)
{
    char *out = arena_alloc(arena, n + (size_t)count * STANDIN + 1), *to = out;
    size_t at = 0;
    for (int i = 0; i < count; i++) {
        to = (char *)memcpy(to, text + at, spans[i].from - at) + (spans[i].from - at);
        at = spans[i].to;
        to += stand_in(text + spans[i].from, at - spans[i].from, spans[i].entity, how->mode[spans[i].entity], salt, to);
    }
    memcpy(to, text + at, n - at + 1);
    return out;
}

const char *redact_text(struct arena *arena, const char *text, const struct config_redact *how, const char *salt)
{
    int wanted = 0;
    for (int i = 0; i < REDACT_ENTITIES; i++)
        wanted |= (how->mode[i] > REDACT_RAW) << i;
    if (!text || !wanted)
        return text;
    for (int round = 0; round < ROUNDS; round++) {
        struct redact_span *spans;
        int count;
        bool limit;
        size_t n = strlen(text);
        find(arena, text, n, wanted, &spans, &count, &limit);
        if (limit)
            break;
        if (!count)
            return text;
        text = hide(arena, text, n, spans, count, how, salt);
    }
    return "[redacted]";
}

/* "customerPhone" as "customer Phone: ". */
static size_t put_name(char *out, size_t size, const char *name)
{
    size_t n = 0;
    for (; *name && n + 4 < size; name++) {
        if (n && *name >= 'A' && *name <= 'Z' && name[-1] >= 'a' && name[-1] <= 'z')
            out[n++] = ' ';
        out[n++] = *name;
    }
    out[n++] = ':';
    out[n++] = ' ';
    return n;
}

const char *redact_member(struct arena *arena, const char *name, const char *text, const struct config_redact *how, const char *salt)
{
    char lead[64];
    if (!name || !text)
        return redact_text(arena, text, how, salt);
    size_t n = put_name(lead, sizeof lead, name);
    char *whole = arena_alloc(arena, n + strlen(text) + 1);
    memcpy(whole, lead, n);
    memcpy(whole + n, text, strlen(text) + 1);
    const char *safe = redact_text(arena, whole, how, salt);
    if (safe == whole)
        return text;
    /* A name that is itself a find, or a text over a limit. */
    return strncmp(safe, lead, n) == 0 ? safe + n : redact_text(arena, text, how, salt);
}
