/* classify_save: a model's weights as bytes and back. Little-endian, sparse, the same model gives the same bytes:
 *   magic, lexicon (FNV-1a 64 of its text), epoch, learned, sharp[2], loss[2], rows of our own features (all of them),
 *   then, if it has n-grams: idf of an unseen one, how many follow, each {bucket, idf, weights}; last FNV-1a 64 of all before.
 * The lexicon itself is a file of the installation and stays one: weights learned over another one mean nothing, and are
 * refused (the journal still has all it takes to learn them again). Nothing read here is believed: every count is checked
 * against the bytes there are, every bucket must rise, every number must be finite. Pure. */
#include "core/classify_model.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "triage weights 1\n";
enum { MAGIC = sizeof magic - 1, GRAM = 4 + 4 + 4 * COLUMNS, SAVED_MAX = BUCKETS * GRAM + (8192 + OWN_PHRASES) * 4 * COLUMNS + 256 };

static uint64_t fnv(const void *data, size_t n)
{
    const unsigned char *at = data;
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ at[i]) * 1099511628211u;
    return h;
}

uint64_t classify_model_lexicon(const struct classify_model *model)
{
    return fnv(model->source, model->source_n);
}

/* --- out --- */

static void add_int(struct str *out, uint64_t value, int bytes)
{
    unsigned char b[8];
    for (int i = 0; i < bytes; i++)
        b[i] = (unsigned char)(value >> 8 * i);
    str_add(out, b, (size_t)bytes);
}

static void add_float(struct str *out, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    add_int(out, bits, 4);
}

static void add_double(struct str *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    add_int(out, bits, 8);
}

static void add_row(struct str *out, const float *row)
{
    for (int k = 0; k < COLUMNS; k++)
        add_float(out, row[k]);
}

static bool learned_of(const struct grams *g, uint32_t row, float unseen)
{
    bool any = g->idf[row] != unseen;
    for (int k = 0; k < COLUMNS; k++)
        any |= g->w[row][k] != 0;
    return any;
}

static void add_grams(struct str *out, const struct classify_model *model)
{
    const struct grams *g = model->grams;
    float unseen = 0; /* the rarer, the larger */
    uint32_t n = 0;
    for (uint32_t row = g->count == BUCKETS; row <= g->count; row++)
        unseen = fmaxf(unseen, g->idf[row]);
    for (uint32_t row = 1; row <= g->count; row++)
        n += learned_of(g, row, unseen);
    add_float(out, unseen);
    add_int(out, n, 4);
    for (uint32_t bucket = 0, row; bucket < BUCKETS; bucket++)
        if ((row = grams_at(g, bucket)) && learned_of(g, row, unseen)) {
            add_int(out, bucket, 4);
            add_float(out, g->idf[row]);
            add_row(out, g->w[row]);
        }
}

void classify_save(const struct classify_model *model, struct str *out)
{
    int own = OWN_PHRASES + model->phrase_count;
    str_init(out, SAVED_MAX);
    str_add(out, magic, MAGIC);
    add_int(out, classify_model_lexicon(model), 8);
    add_int(out, (uint64_t)model->epoch, 8);
    add_int(out, (uint64_t)model->learned, 8);
    for (int h = 0; h < HEADS; h++)
        add_float(out, model->sharp[h]);
    for (int h = 0; h < HEADS; h++)
        add_double(out, model->loss[h]);
    add_int(out, (uint64_t)own, 4);
    for (int i = 0; i < own; i++)
        add_row(out, model->own[i]);
    add_int(out, model->grams != NULL, 1);
    if (model->grams)
        add_grams(out, model);
    add_int(out, fnv(out->data, out->len), 8);
}

/* --- in --- */

struct bytes { const unsigned char *at, *end; bool bad; };

static uint64_t take_int(struct bytes *in, int bytes)
{
    uint64_t value = 0;
    if (in->bad || in->end - in->at < bytes) {
        in->bad = true;
        return 0;
    }
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)in->at[i] << 8 * i;
    in->at += bytes;
    return value;
}

static float take_float(struct bytes *in)
{
    uint32_t bits = (uint32_t)take_int(in, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    in->bad |= !isfinite(value);
    return value;
}

static double take_double(struct bytes *in)
{
    uint64_t bits = take_int(in, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    in->bad |= !isfinite(value);
    return value;
}

static void take_row(struct bytes *in, float *row)
{
    for (int k = 0; k < COLUMNS; k++)
        row[k] = take_float(in);
}

/* Which there are; false: they do not rise. */
static bool mark_grams(struct bytes in, uint64_t n, struct grams *g)
{
    int64_t last = -1;
    for (uint64_t i = 0; i < n; i++, in.at += GRAM - 4) {
        int64_t bucket = (int64_t)take_int(&in, 4);
        if (bucket <= last || bucket >= BUCKETS)
            return false;
        grams_mark(g, (uint32_t)bucket);
        last = bucket;
    }
    return true;
}

static void take_grams(struct bytes *in, struct classify_model *model)
{
    float unseen = take_float(in);
    uint64_t n = take_int(in, 4);
    struct grams *g = model->grams = grams_new();
    if (in->bad || n > BUCKETS || (uint64_t)(in->end - in->at) != n * GRAM) {
        in->bad = true;
        return;
    }
    if (!mark_grams(*in, n, g)) {
        in->bad = true;
        return;
    }
    grams_count(g);
    g->w = memory_must(calloc(grams_rows(g), sizeof *g->w));
    g->idf[0] = unseen;
    for (uint32_t row = 1; row <= g->count && !in->bad; row++) {
        take_int(in, 4);
        g->idf[row] = take_float(in);
        take_row(in, g->w[row]);
    }
}

static void take_model(struct bytes *in, struct classify_model *model)
{
    int own = OWN_PHRASES + model->phrase_count;
    model->epoch = (int64_t)take_int(in, 8);
    model->learned = (int64_t)take_int(in, 8);
    for (int h = 0; h < HEADS; h++) {
        model->sharp[h] = take_float(in);
        in->bad |= !(model->sharp[h] > 0);
    }
    for (int h = 0; h < HEADS; h++)
        model->loss[h] = take_double(in);
    in->bad |= take_int(in, 4) != (uint64_t)own || model->epoch < 0 || model->learned < 0;
    for (int i = 0; i < own && !in->bad; i++)
        take_row(in, model->own[i]);
    if (take_int(in, 1) == 1)
        take_grams(in, model);
    in->bad |= in->at != in->end;
}

struct classify_model *classify_load(const struct classify_model *prior, const void *data, size_t n, struct err *err)
{
    struct bytes in = {data, (const unsigned char *)data + n, false}, sum;
    if (n < MAGIC + 8 || memcmp(data, magic, MAGIC) != 0) {
        err_set(err, ERR_STORAGE, "the weights are not of this version");
        return NULL;
    }
    in.end -= 8;
    sum = (struct bytes){in.end, in.end + 8, false};
    if (take_int(&sum, 8) != fnv(data, n - 8)) {
        err_set(err, ERR_STORAGE, "the weights are damaged");
        return NULL;
    }
    in.at += MAGIC;
    if (take_int(&in, 8) != classify_model_lexicon(prior)) {
        err_set(err, ERR_STATE, "the weights were learned over another lexicon");
        return NULL;
    }
    struct classify_model *model = classify_model_new(prior->source, prior->source_n, err);
    if (!model)
        return NULL;
    take_model(&in, model);
    if (!in.bad)
        return model;
    classify_model_free(model);
    err_set(err, ERR_STORAGE, "the weights are damaged");
    return NULL;
}
