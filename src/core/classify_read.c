/* classify_read: from a text to features. Pure; allocates only from the arena given.
 * Folding is Latin and in place: case, accents and combining marks go, digits become 0, so that "contraseña",
 * "Contrasena" and "CONTRASEÑA" are one word and lexicon phrases need one spelling. Other scripts keep their bytes. Any
 * byte string is fine: what is not UTF-8 is a letter like any other. */
#include "core/classify_model.h"
#include <math.h>
#include <string.h>

/* U+00C0 to U+00FF and U+0100 to U+017F without their marks; a capital second letter marks one letter. */
static const char latin1[64][3] = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o", "o", "o", "o",
    "o", "",  "o", "u", "u", "u", "u", "y", "th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e",
    "i", "i", "i", "i", "d", "n", "o", "o", "o", "o", "o", "",  "o", "u", "u", "u", "u", "y", "th", "y"};
static const char latin_a[128 + 1] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                                     "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static bool letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || c == '0' || c >= 0x80;
}

/* One step of the source: its length; what it becomes goes to out (0 to 4 bytes, *n). Separators become nothing. */
static int fold_step(const unsigned char *p, int left, char *out, int *n)
{
    unsigned char c = p[0], d = left > 1 ? p[1] : 0;
    *n = 1;
    if (c < 0x80) {
        *out = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c >= '0' && c <= '9' ? '0' : c);
        *n = letter((unsigned char)*out);
        return 1;
    }
    if ((d & 0xC0) == 0x80 && c >= 0xC2 && c <= 0xDF) {
        const char *to = c == 0xC3 ? latin1[d - 0x80] : "";
        *n = (int)strlen(to);
        memcpy(out, to, (size_t)*n);
        if (c == 0xC4 || c == 0xC5)
            out[(*n)++] = latin_a[(c - 0xC4) * 64 + d - 0x80];
        else if (c != 0xC2 && c != 0xC3 && c != 0xCC && !(c == 0xCD && d < 0xB0)) {
            memcpy(out, p, 2);
            *n = 2;
        }
        return 2;
    }
    int size = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 1;
    size = size < left ? size : left;
    bool space = left >= 3 && ((c == 0xE2 && (d == 0x80 || d == 0x81)) || (c == 0xE3 && d == 0x80) ||
                               (c == 0xEF && d == 0xBC && p[2] < 0xA0)); /* U+2000-207F, U+3000-303F, U+FF00-FF1F */
    *n = space ? 0 : size;
    memcpy(out, p, (size_t)*n);
    return size;
}

/* Is the nothing that a step became a mark on the letter before it (and no gap)? */
static bool is_mark(const unsigned char *p, int left)
{
    return left > 1 && (p[0] == 0xCC || (p[0] == 0xCD && p[1] < 0xB0));
}

static int cut(const char *text, int max)
{
    int n = text ? (int)strnlen(text, (size_t)max) : 0;
    if (n == max)
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
    return n;
}

static void token_end(struct reading *out, char *start, char **to, const char *source, const char *end)
{
    if (*to == start)
        return;
    struct token *token = &out->tokens[out->count++];
    token->text = start;
    token->n = (int)(*to - start);
    token->source = source;
    token->source_n = (int)(end - source);
    *(*to)++ = '_';
}

/* Appends a part's tokens; `to` has room for every byte three times. */
static char *read_part(struct reading *out, const char *text, int bytes, char *to)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + bytes;
    int first = out->count, n;
    while (p < end) {
        *to = '_';
        char *start = to + 1, *at = start, piece[4];
        const char *source = (const char *)p;
        while (p < end) {
            int step = fold_step(p, (int)(end - p), piece, &n);
            if (n == 0 && !is_mark(p, (int)(end - p)))
                break;
            if (at == start && n)
                source = (const char *)p;
            if (at - start + n <= TOKEN_MAX) {
                memcpy(at, piece, (size_t)n);
                at += n;
            }
            p += step;
        }
        token_end(out, start, &at, source, (const char *)p);
        to = at == start ? to : at;
        if (p < end) {
            out->questions += *p == '?';
            out->exclaims += *p == '!';
            out->code |= end - p >= 3 && memcmp(p, "```", 3) == 0;
            p += fold_step(p, (int)(end - p), piece, &n);
        }
    }
    if (out->count > first)
        out->tokens[first].breaks = true;
    out->bytes += bytes;
    return to;
}

void classify_read(struct arena *arena, const char *subject, const char *body, struct reading *out)
{
    int a = cut(subject, SUBJECT_MAX), b = cut(body, BODY_MAX);
    *out = (struct reading){0};
    out->tokens = ARENA_ARRAY(arena, struct token, (a + b) / 2 + 4);
    char *to = arena_alloc(arena, (size_t)(a + b) * 3 + 8);
    to = read_part(out, subject ? subject : "", a, to);
    read_part(out, body ? body : "", b, to);
}

/* ---- n-grams ---- */

enum { FNV_START = 2166136261u, FNV_PRIME = 16777619u };

static uint32_t fnv(uint32_t h, const char *text, int n)
{
    for (int i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * FNV_PRIME;
    return h;
}

static uint32_t key_of(uint32_t h, int group)
{
    h ^= h >> BITS;
    return (h & (BUCKETS - 1)) | (uint32_t)group << BITS;
}

static void bag_add(struct bag *bag, uint32_t key, int token, bool pair)
{
    uint32_t mask = bag->size - 1, i = key * 2654435769u >> 8 & mask;
    while (bag->slots[i].key1 && bag->slots[i].key1 != key + 1)
        i = (i + 1) & mask;
    struct slot *slot = &bag->slots[i];
    if (!slot->key1) {
        slot->key1 = key + 1;
        slot->owner = token;
        slot->pair = pair;
        bag->used++;
    }
    slot->tf += slot->tf < UINT16_MAX;
    bag->walk[bag->steps++] = i;
}

static void add_token(struct bag *bag, const struct reading *reading, int i)
{
    const struct token *t = &reading->tokens[i];
    uint32_t word = fnv(FNV_START ^ 1, t->text, t->n);
    bag_add(bag, key_of(word, GROUP_WORD), i, false);
    if (i + 1 < reading->count && !t[1].breaks)
        bag_add(bag, key_of(fnv((word ^ ' ') * FNV_PRIME, t[1].text, t[1].n), GROUP_WORD), i, true);
    const char *p = t->text - 1, *end = t->text + t->n + 1;
    for (; end - p >= 3; p++) {
        uint32_t h = fnv(FNV_START ^ 3, p, 2);
        for (int k = 2; k < 5 && p + k < end; k++) {
            h = (h ^ (unsigned char)p[k]) * FNV_PRIME;
            bag_add(bag, key_of(h, GROUP_CHAR), i, false);
        }
    }
}

void classify_bag(struct arena *arena, const struct reading *reading, struct bag *out)
{
    uint32_t most = 16; /* at most: a word, a pair, and three grams per place */
    for (int i = 0; i < reading->count; i++)
        most += 2 + 3 * (uint32_t)reading->tokens[i].n;
    *out = (struct bag){.size = 64};
    while (out->size < most + most / 4)
        out->size *= 2;
    out->slots = ARENA_ARRAY(arena, struct slot, out->size);
    out->walk = ARENA_ARRAY(arena, uint32_t, most);
    for (int i = 0; i < reading->count; i++)
        add_token(out, reading, i);
}

/* ---- lexicon phrases ---- */

/* Phrases are found by the first three letters of their first word. */
static uint32_t chain_of(const char *text, int n)
{
    return fnv(FNV_START, text, n < 3 ? n : 3) % CHAINS;
}

static bool stands_at(const struct phrase *phrase, const struct reading *reading, int i)
{
    if (i + phrase->words > reading->count)
        return false;
    for (int k = 0; k < phrase->words; k++) {
        const struct token *t = &reading->tokens[i + k];
        bool fits = phrase->word[k].prefix ? t->n >= phrase->word[k].n : t->n == phrase->word[k].n;
        if (!fits || (k && t->breaks) || memcmp(t->text, phrase->word[k].text, (size_t)phrase->word[k].n) != 0)
            return false;
    }
    return true;
}

int *classify_hits(const struct classify_model *model, struct arena *arena, const struct reading *reading, int *n)
{
    int *hits = ARENA_ARRAY(arena, int, model->phrase_count + 1);
    bool *seen = ARENA_ARRAY(arena, bool, model->phrase_count + 1);
    *n = 0;
    for (int i = 0; i < reading->count; i++) {
        int at = model->chains[chain_of(reading->tokens[i].text, reading->tokens[i].n)];
        for (; at >= 0; at = model->phrases[at].next)
            if (!seen[at] && stands_at(&model->phrases[at], reading, i)) {
                seen[at] = true;
                hits[(*n)++] = at;
            }
    }
    return hits;
}

/* ---- weights ---- */

static float damped(unsigned tf)
{
    static const float small[] = {0, 1, 1.6931472f, 2.0986123f, 2.3862944f};
    return tf < 5 ? small[tf] : 1 + logf((float)tf);
}

static int length_of(int bytes)
{
    static const int limits[LENGTHS - 1] = {40, 120, 300, 800, 2000};
    int i = 0;
    while (i < LENGTHS - 1 && bytes > limits[i])
        i++;
    return i;
}

enum { RAW_OWN = GROUPS << BITS };

static struct feature *own_features(const struct reading *reading, const int *hits, int hit_count, struct feature *f)
{
    const float small = .3f;
    int q = reading->questions < 5 ? reading->questions : 5, e = reading->exclaims < 5 ? reading->exclaims : 5;
    *f++ = (struct feature){RAW_OWN + OWN_BIAS, 1};
    *f++ = (struct feature){RAW_OWN + OWN_QUESTION, small * (float)q / 2};
    *f++ = (struct feature){RAW_OWN + OWN_EXCLAIM, small * (float)e / 2};
    *f++ = (struct feature){RAW_OWN + OWN_CODE, reading->code ? small : 0};
    *f++ = (struct feature){RAW_OWN + OWN_LENGTH + (uint32_t)length_of(reading->bytes), small};
    for (int i = 0; i < hit_count; i++)
        *f++ = (struct feature){RAW_OWN + OWN_PHRASES + (uint32_t)hits[i], 1};
    return f;
}

struct feature *classify_features(struct arena *arena, const struct reading *reading, const struct bag *bag, const int *hits,
                                  int hit_count, int *n)
{
    struct feature *features = ARENA_ARRAY(arena, struct feature, (bag ? bag->used : 0) + 8 + hit_count), *f = features;
    for (uint32_t i = 0; bag && i < bag->size; i++)
        if (bag->slots[i].key1)
            *f++ = (struct feature){bag->slots[i].key1 - 1, damped(bag->slots[i].tf)};
    f = own_features(reading, hits, hit_count, f);
    *n = (int)(f - features);
    return features;
}

void classify_weigh(struct feature *f, int n, const struct grams *grams)
{
    enum { GROUP_AT = 30 }; /* of a row with its group; there are fewer rows */
    float square[GROUPS] = {0}, scale[GROUPS];
    uint32_t own = grams_rows(grams);
    int hashed = 0;
    for (; hashed < n && f[hashed].at < RAW_OWN; hashed++) {
        struct feature *at = &f[hashed];
        uint32_t row = grams_at(grams, at->at & (BUCKETS - 1)), group = at->at >> BITS;
        at->x *= grams->idf[row];
        square[group] += at->x * at->x;
        at->at = row | group << GROUP_AT;
    }
    for (int g = 0; g < GROUPS; g++)
        scale[g] = square[g] > 0 ? 1 / sqrtf(square[g]) : 0;
    for (int i = 0; i < hashed; i++) {
        f[i].x *= scale[f[i].at >> GROUP_AT];
        f[i].at &= ((uint32_t)1 << GROUP_AT) - 1;
    }
    for (int i = hashed; i < n; i++)
        f[i].at = f[i].at - RAW_OWN + own;
}
