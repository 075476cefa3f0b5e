/* classify_model: what reading a text, scoring it and refitting share. Only the classify files include it.
 * Features live in one space: first the hashed n-grams that the model knows, behind them stand our own: the OWN_* ones, then one
 * per lexicon phrase. Columns are the classes of both heads side by side, so that one walk over a text's features scores
 * (and one trains) all of them. */
#ifndef CORE_CLASSIFY_MODEL_H
#define CORE_CLASSIFY_MODEL_H
#include "core/classify.h"
#include <stdatomic.h>

enum { BITS = 18, BUCKETS = 1 << BITS, URGENCIES = 3, CATEGORIES = 6, COLUMNS = URGENCIES + CATEGORIES, HEADS = 2 };
enum { SUBJECT_MAX = 500, BODY_MAX = 4000, TOKEN_MAX = 31, PHRASE_WORDS = 8 };
enum { OWN_BIAS, OWN_QUESTION, OWN_EXCLAIM, OWN_CODE, OWN_LENGTH, LENGTHS = 6, OWN_PHRASES = OWN_LENGTH + LENGTHS };

struct classify_head {
    const char *task;
    const char *(*word)(int value);
    int first, count; /* its columns; column first + i is value i + 1 */
    float c_max, class_power; /* training: see classifier.md 4 */
};
extern const struct classify_head classify_heads[HEADS];

struct phrase {
    const char *name; /* as the lexicon spells it */
    int words;
    struct {
        const char *text; /* folded as tokens are */
        int n;
        bool prefix;
    } word[PHRASE_WORDS];
    bool hard;
    int next; /* the next phrase that may begin with the same letters, -1 = none */
};
enum { CHAINS = 1024 };

/* The n-grams that were learned: of BUCKETS a desk meets some ten thousand, and only those have a row. */
struct grams {
    uint64_t known[BUCKETS / 64];
    uint32_t before[BUCKETS / 64]; /* how many are known below those 64 */
    uint32_t count;
    float *idf;          /* a row each; 0: of what is not known */
    float (*w)[COLUMNS]; /* a row each; 0: no weight at all */
};
struct grams *grams_new(void);
void grams_free(struct grams *grams);  /* NULL is fine */
void grams_count(struct grams *grams); /* all that are known are marked: gives them their rows, with no idf yet */
static inline void grams_mark(struct grams *g, uint32_t bucket)
{
    g->known[bucket >> 6] |= (uint64_t)1 << (bucket & 63);
}
static inline uint32_t grams_rows(const struct grams *g) /* NULL: there are none */
{
    return g ? g->count + 1 : 0;
}
static inline uint32_t grams_at(const struct grams *g, uint32_t bucket)
{
    uint64_t all = g->known[bucket >> 6], bit = (uint64_t)1 << (bucket & 63);
    return all & bit ? 1 + g->before[bucket >> 6] + (uint32_t)__builtin_popcountll(all & (bit - 1)) : 0;
}

struct classify_model {
    atomic_int refs;
    int64_t epoch, learned;
    struct arena *arena; /* the lexicon: source and phrases */
    const char *source;
    size_t source_n;
    struct phrase *phrases;
    int phrase_count;
    int chains[CHAINS];           /* by the first letters of a phrase: its number, -1 = none */
    float (*own)[COLUMNS];        /* OWN_PHRASES + phrase_count rows */
    struct grams *grams;          /* NULL at cold start */
    float sharp[HEADS];           /* softmax(z * sharp) */
    double loss[HEADS];           /* log-loss in cross-validation; < 0: never measured */
};

/* A text, read: tokens as `_word_` one behind the other, so that character grams are windows of it. */
struct token {
    const char *text; /* folded, after its '_' */
    int n;
    const char *source; /* where it stood */
    int source_n;
    bool breaks; /* first of its part: no pair or phrase spans the gap before it */
};
struct reading {
    struct token *tokens;
    int count;
    int questions, exclaims, bytes;
    bool code;
};
void classify_read(struct arena *arena, const char *subject, const char *body, struct reading *out);

/* The n-grams of a reading: key = bucket | group << BITS. */
enum { GROUP_WORD, GROUP_CHAR, GROUPS };
struct slot {
    uint32_t key1; /* key + 1; 0 = free */
    uint16_t tf;
    bool pair;     /* two words */
    int owner;     /* the token it first came from */
    float share[HEADS]; /* why: contribution of one occurrence */
    float sum[HEADS];   /* why: what a word or pair adds up to */
};
struct bag {
    struct slot *slots; /* open addressing, size a power of two */
    uint32_t size;
    int used;
    uint32_t *walk;     /* the slot of every occurrence: token by token, each as word, pair, character grams */
    int steps;
};
void classify_bag(struct arena *arena, const struct reading *reading, struct bag *out);

struct feature {
    uint32_t at;
    float x;
};
/* A bag's n-grams in the order of its slots (bag NULL: none), then our own features; hits are phrase numbers, the count
 * comes in *n. Raw: `at` still holds a gram's group and x its damped count, until the features are weighed. */
struct feature *classify_features(struct arena *arena, const struct reading *reading, const struct bag *bag, const int *hits,
                                  int hit_count, int *n);
/* By idf, each group to length 1; `at` is the row from then on. */
void classify_weigh(struct feature *f, int n, const struct grams *grams);
/* The phrases of the lexicon that stand in the text, each once. */
int *classify_hits(const struct classify_model *model, struct arena *arena, const struct reading *reading, int *n);
/* The weights of a feature. */
static inline const float *classify_row(const struct classify_model *model, uint32_t at)
{
    uint32_t grams = grams_rows(model->grams);
    return at < grams ? model->grams->w[at] : model->own[at - grams];
}
/* p of one head's classes from its scores. */
void classify_softmax(const float *z, int count, float sharp, double *p);
#endif
