/* classify: the labels of a text, and why. A linear model: read (classify_read), weigh, add up, softmax. Pure; a model
 * is never written after it is made, so any thread may use it.
 * Why: the features' contributions to the distance between winner and runner-up. Character grams mean nothing to a
 * person, so what they add is handed to the words they lie in, occurrence by occurrence: the parts shown, the parts
 * left out and the bias add up to the distance exactly. */
#include "core/classify_model.h"
#include <math.h>
#include <string.h>

/* Words that carry a sentence and no reason, folded as tokens are. */
static const char *const stop_words[] = {
    "a", "about", "after", "al", "all", "alle", "als", "am", "an", "and", "any", "ao", "are", "as", "at", "au", "auch",
    "auf", "aus", "aux", "avec", "be", "been", "bei", "bin", "bitte", "but", "by", "can", "ce", "ces", "com", "como",
    "con", "could", "da", "dans", "das", "dass", "de", "dear", "dem", "den", "der", "des", "desde", "die", "do", "does",
    "dos", "du", "e", "ein", "eine", "einen", "einer", "el", "em", "en", "er", "es", "est", "et", "eu", "for", "from",
    "fur", "had", "has", "have", "hello", "hi", "hola", "i", "ich", "if", "ihr", "il", "im", "in", "is", "ist", "it",
    "its", "j", "je", "la", "las", "le", "les", "lo", "los", "m", "me", "mein", "mi", "mich", "minha", "mir", "mit",
    "mon", "my", "n", "na", "nach", "nao", "no", "nos", "not", "nous", "o", "of", "on", "or", "os", "ou", "our", "para",
    "pas", "please", "por", "pour", "qu", "que", "qui", "s", "se", "sich", "sie", "since", "sind", "so", "su", "sur",
    "t", "than", "that", "the", "their", "them", "there", "they", "this", "to", "um", "uma", "un", "una", "und", "une",
    "uns", "unser", "von", "vor", "vous", "was", "we", "when", "which", "will", "wir", "with", "would", "y", "you",
    "your", "zu", "zum", "zur",
};

static bool is_stop_word(const struct token *t)
{
    for (size_t i = 0; i < sizeof stop_words / sizeof *stop_words; i++)
        if (*stop_words[i] == *t->text && strlen(stop_words[i]) == (size_t)t->n && memcmp(stop_words[i], t->text, (size_t)t->n) == 0)
            return true;
    return false;
}

/* ---- scores ---- */

void classify_softmax(const float *z, int count, float sharp, double *p)
{
    double most = z[0], sum = 0;
    for (int i = 1; i < count; i++)
        most = z[i] > most ? z[i] : most;
    for (int i = 0; i < count; i++)
        sum += p[i] = exp((z[i] - most) * sharp);
    for (int i = 0; i < count; i++)
        p[i] /= sum;
}

enum { AHEAD = 12 };

static void add_up(const struct classify_model *model, const struct feature *f, int n, float z[COLUMNS])
{
    memset(z, 0, sizeof *z * COLUMNS);
    for (; n > 0; n--, f++) {
        const float *row = classify_row(model, f->at);
        if (n > AHEAD)
            __builtin_prefetch(classify_row(model, f[AHEAD].at)); /* the rows are spread over megabytes */
        for (int k = 0; k < COLUMNS; k++)
            z[k] += f->x * row[k];
    }
}

static void pick_label(const struct classify_head *head, const float *z, float sharp, struct classify_label *out)
{
    double p[CATEGORIES];
    int best = 0, second = 1;
    classify_softmax(z + head->first, head->count, sharp, p);
    for (int i = 1; i < head->count; i++)
        if (p[i] > p[best]) {
            second = best;
            best = i;
        } else if (p[i] > p[second])
            second = i;
    out->value = best + 1;
    out->runner_up = second + 1;
    for (int i = 0; i < head->count; i++)
        out->all_bp[i + 1] = llround(p[i] * 10000);
    out->bp = out->all_bp[best + 1];
}

/* ---- why ---- */

struct why {
    const struct classify_model *model;
    struct arena *arena;
    const struct reading *reading;
    const struct bag *bag; /* NULL at cold start */
    const int *hits;
    int hit_count;
    int head, win, lose; /* columns */
    double total;
    double weight[CLASSIFY_REASONS];
    const char *text[CLASSIFY_REASONS];
    int count;
};

static double distance(const struct why *why, const float *row)
{
    return ((double)row[why->win] - row[why->lose]) * why->model->sharp[why->head];
}

/* Fills the slots' sums for all heads; the features stand in the order of the slots. */
static void share_out(const struct why *why, struct bag *bag, const struct feature *f)
{
    for (uint32_t i = 0; i < bag->size; i++) {
        struct slot *s = &bag->slots[i];
        if (!s->key1)
            continue;
        for (int h = 0; h < HEADS; h++)
            s->share[h] = (float)(f->x * distance(&why[h], why->model->grams->w[f->at]) / s->tf);
        f++;
    }
    struct slot *word = NULL;
    for (int i = 0; i < bag->steps; i++) {
        struct slot *s = &bag->slots[bag->walk[i]];
        if (!s->pair && (s->key1 - 1) >> BITS == GROUP_WORD)
            word = s;
        for (int h = 0; h < HEADS; h++)
            (s->pair ? s : word)->sum[h] += s->share[h];
    }
}

static void keep(struct why *why, double weight, const char *text)
{
    int at = why->count < CLASSIFY_REASONS ? why->count++ : CLASSIFY_REASONS - 1;
    for (; at > 0 && fabs(why->weight[at - 1]) < fabs(weight); at--) {
        why->weight[at] = why->weight[at - 1];
        why->text[at] = why->text[at - 1];
    }
    why->weight[at] = weight;
    why->text[at] = text;
}

static bool worth_keeping(const struct why *why, double weight)
{
    return weight != 0 && (why->count < CLASSIFY_REASONS || fabs(weight) > fabs(why->weight[CLASSIFY_REASONS - 1]));
}

static void weigh_phrases(struct why *why)
{
    for (int i = 0; i < why->hit_count; i++) {
        double weight = distance(why, why->model->own[OWN_PHRASES + why->hits[i]]);
        why->total += fabs(weight);
        if (worth_keeping(why, weight))
            keep(why, weight, why->model->phrases[why->hits[i]].name);
    }
}

static void weigh_words(struct why *why)
{
    for (uint32_t i = 0; i < why->bag->size; i++) {
        const struct slot *s = &why->bag->slots[i];
        float sum = s->sum[why->head];
        if (!s->key1 || (s->key1 - 1) >> BITS != GROUP_WORD)
            continue;
        const struct token *t = &why->reading->tokens[s->owner];
        why->total += fabsf(sum);
        if (!worth_keeping(why, sum) || (is_stop_word(t) && (!s->pair || is_stop_word(t + 1))))
            continue;
        const char *end = s->pair ? t[1].source + t[1].source_n : t->source + t->source_n;
        keep(why, sum, arena_strndup(why->arena, t->source, (size_t)(end - t->source)));
    }
}

/* The kept ones that matter, the supporting ones first, each side by size. */
static void explain(struct why *why, struct classify_label *out)
{
    weigh_phrases(why);
    if (why->bag)
        weigh_words(why);
    for (int side = 1; side >= -1; side -= 2)
        for (int i = 0; i < why->count; i++)
            if (why->weight[i] * side > 0 && fabs(why->weight[i]) >= .05 * why->total)
                out->reasons[out->reason_count++] = (struct classify_reason){why->text[i], llround(why->weight[i] * 1000)};
}

/* ---- the whole ---- */

static void find_hard(const struct classify_model *model, const int *hits, int n, struct classify_result *out)
{
    for (int i = 0; i < n && !out->hard; i++)
        if (model->phrases[hits[i]].hard) {
            out->hard = true;
            out->hard_phrase = model->phrases[hits[i]].name;
        }
}

void classify_text(const struct classify_model *model, struct arena *arena, const char *subject, const char *body, struct classify_result *out)
{
    *out = (struct classify_result){0};
    if (!model)
        return;
    struct reading reading;
    struct bag bag;
    float z[COLUMNS];
    int hit_count, n;
    classify_read(arena, subject, body, &reading);
    int *hits = classify_hits(model, arena, &reading, &hit_count);
    if (model->grams)
        classify_bag(arena, &reading, &bag);
    struct feature *f = classify_features(arena, &reading, model->grams ? &bag : NULL, hits, hit_count, &n);
    classify_weigh(f, n, model->grams);
    add_up(model, f, n, z);
    find_hard(model, hits, hit_count, out);
    struct classify_label *labels[HEADS] = {&out->urgency, &out->category};
    struct why why[HEADS];
    for (int h = 0; h < HEADS; h++) {
        const struct classify_head *head = &classify_heads[h];
        pick_label(head, z, model->sharp[h], labels[h]);
        why[h] = (struct why){
            .model = model, .arena = arena, .reading = &reading, .bag = model->grams ? &bag : NULL, .hits = hits,
            .hit_count = hit_count, .head = h, .win = head->first + labels[h]->value - 1,
            .lose = head->first + labels[h]->runner_up - 1,
        };
    }
    if (model->grams)
        share_out(why, &bag, f);
    for (int h = 0; h < HEADS; h++)
        explain(&why[h], labels[h]);
}

/* ---- words ---- */

static double heaviest(const float *row)
{
    double most = 0;
    for (int k = 0; k < COLUMNS; k++)
        most = fmax(most, fabs(row[k]));
    return most;
}

static bool in_phrase(const struct phrase *phrase, const struct token *t)
{
    for (int i = 0; i < phrase->words; i++) {
        bool fits = phrase->word[i].prefix ? t->n >= phrase->word[i].n : t->n == phrase->word[i].n;
        if (fits && memcmp(phrase->word[i].text, t->text, (size_t)phrase->word[i].n) == 0)
            return true;
    }
    return false;
}

static double weight_of(const struct classify_model *model, const struct slot *s, const struct token *t, const int *hits, int hit_count)
{
    double weight = model->grams ? heaviest(model->grams->w[grams_at(model->grams, (s->key1 - 1) & (BUCKETS - 1))]) : 0;
    for (int i = 0; i < hit_count; i++)
        if (in_phrase(&model->phrases[hits[i]], t))
            weight = fmax(weight, heaviest(model->own[OWN_PHRASES + hits[i]]));
    return weight;
}

static bool carries_more(const struct classify_word *a, const struct classify_word *b)
{
    size_t n = strlen(a->text), m = strlen(b->text);
    return a->weight != b->weight ? a->weight > b->weight : n != m ? n > m : strcmp(a->text, b->text) < 0;
}

int classify_words(const struct classify_model *model, struct arena *arena, const char *subject, const char *body, struct classify_word *out, int max)
{
    enum { SHORTEST = 3 };
    struct reading reading;
    struct bag bag;
    int hit_count, count = 0;
    classify_read(arena, subject, body, &reading);
    classify_bag(arena, &reading, &bag);
    int *hits = classify_hits(model, arena, &reading, &hit_count);
    for (uint32_t i = 0; i < bag.size; i++) {
        const struct slot *s = &bag.slots[i];
        const struct token *t = &reading.tokens[s->key1 ? s->owner : 0];
        if (!s->key1 || s->pair || (s->key1 - 1) >> BITS != GROUP_WORD || t->n < SHORTEST || is_stop_word(t))
            continue;
        struct classify_word word = {arena_strndup(arena, t->source, (size_t)t->source_n), weight_of(model, s, t, hits, hit_count)};
        int at = count < max ? count++ : max;
        for (; at > 0 && carries_more(&word, &out[at - 1]); at--)
            if (at < max)
                out[at] = out[at - 1];
        if (at < max)
            out[at] = word;
    }
    return count;
}
