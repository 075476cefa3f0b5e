/* classify_refit: from the journal's labels to a new model. One-vs-rest L2 logistic regression by coordinate descent
 * in the dual (after Yu, Huang and Lin 2011), started at, and so regularised towards, the lexicon's weights:
 *   min_w  1/2 |w - w0|^2 + sum_i C_i log(1 + exp(-y_i w.x_i)),   w = w0 + sum_i a_i y_i x_i,  0 <= a_i <= C_i.
 * Each step solves its one-variable problem in u, where a = C / (1 + exp(-u)): there it is a strictly rising function,
 * and a Newton step kept inside a bracket always lands. All columns go over a row together.
 * Runs on the trainer's thread. Deterministic: rows are sorted by their content first and the shuffle has a fixed seed,
 * so the order of the journal, and labels since undone, leave no trace. */
#include "core/classify_model.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD = 500 /* weight, thousandths: a person gave the label, not silence */ };
enum { FOLDS = 5, CV_LEAST = 20, CV_MOST = 600, PASSES = 60 };
static const float pass_done = .01f; /* the largest step, as a share of C, of a pass that ends it */

struct row {
    struct feature *f;
    int n, grams; /* grams: n-grams among them, which stand first */
    int label[HEADS];  /* 0-based, -1 = none */
    float weight;
    float cost[HEADS]; /* C_i */
    float square;      /* x.x */
    uint64_t hash;
    const struct classify_example *from;
};

/* What is being trained: weights of all rows of the feature space. */
struct table {
    float (*w)[COLUMNS];
    size_t grams, rows;
};

/* ---- rows, in an order of their own ---- */

static uint64_t mix(uint64_t h, const char *text, size_t max)
{
    for (size_t i = 0; text && i < max && text[i]; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return (h ^ 0x1F) * 1099511628211u;
}

static int by_content(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    const struct classify_example *x = a->from, *y = b->from;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    int c = strcmp(x->subject ? x->subject : "", y->subject ? y->subject : "");
    c = c ? c : strcmp(x->body ? x->body : "", y->body ? y->body : "");
    c = c ? c : a->label[0] - b->label[0];
    c = c ? c : a->label[1] - b->label[1];
    return c ? c : (a->weight > b->weight) - (a->weight < b->weight);
}

static int valid(int label, int head)
{
    return label >= 1 && label <= classify_heads[head].count ? label - 1 : -1;
}

static struct row *rows_sorted(struct arena *arena, const struct classify_example *examples, size_t n, int *count)
{
    struct row *rows = ARENA_ARRAY(arena, struct row, n + 1);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct classify_example *e = &examples[i];
        struct row *r = &rows[*count];
        *r = (struct row){.from = e, .weight = (float)e->weight_milli / 1000};
        r->label[0] = valid(e->urgency, 0);
        r->label[1] = valid(e->category, 1);
        r->hash = mix(mix(14695981039346656037u, e->subject, SUBJECT_MAX), e->body, BODY_MAX);
        *count += e->weight_milli > 0 && (r->label[0] >= 0 || r->label[1] >= 0);
    }
    qsort(rows, (size_t)*count, sizeof *rows, by_content);
    return rows;
}

/* Counts in how many rows each n-gram occurs. */
static void weigh_grams(const struct row *rows, int count, struct grams *g)
{
    grams_count(g);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < rows[i].grams; k++)
            g->idf[grams_at(g, rows[i].f[k].at & (BUCKETS - 1))]++;
    for (uint32_t row = 0; row <= g->count; row++)
        g->idf[row] = logf((1 + (float)count) / (1 + g->idf[row])) + 1;
}

/* Reads all rows, finds the n-grams there are, and weighs. */
static void rows_read(struct arena *arena, const struct classify_model *prior, struct row *rows, int count, struct grams *g)
{
    AUTO_ARENA scratch = arena_new();
    for (int i = 0; i < count; i++) {
        struct reading reading;
        struct bag bag;
        arena_reset(scratch);
        classify_read(scratch, rows[i].from->subject, rows[i].from->body, &reading);
        classify_bag(scratch, &reading, &bag);
        int hit_count, *hits = classify_hits(prior, scratch, &reading, &hit_count);
        rows[i].f = classify_features(arena, &reading, &bag, hits, hit_count, &rows[i].n);
        rows[i].grams = (int)bag.used;
        for (int k = 0; k < rows[i].grams; k++)
            grams_mark(g, rows[i].f[k].at & (BUCKETS - 1));
    }
    weigh_grams(rows, count, g);
    for (int i = 0; i < count; i++) {
        classify_weigh(rows[i].f, rows[i].n, g);
        for (int k = 0; k < rows[i].n; k++)
            rows[i].square += rows[i].f[k].x * rows[i].f[k].x;
    }
}

/* C of each row: grows with the number of labels, and evens out the classes. */
static void rows_cost(struct row *rows, int count, const int *fold_of, int left_out)
{
    for (int h = 0; h < HEADS; h++) {
        const struct classify_head *head = &classify_heads[h];
        float of_class[CATEGORIES] = {0}, n = 0, k = (float)head->count;
        for (int i = 0; i < count; i++)
            if (rows[i].label[h] >= 0 && (!fold_of || fold_of[i] != left_out)) {
                of_class[rows[i].label[h]]++;
                n++;
            }
        float c = fminf(fmaxf(n / 100, .05f), head->c_max);
        for (int i = 0; i < count; i++) {
            bool out = rows[i].label[h] < 0 || (fold_of && fold_of[i] == left_out);
            float even = out ? 0 : powf((n + 5 * k) / (k * (of_class[rows[i].label[h]] + 5)), head->class_power);
            rows[i].cost[h] = c * even * rows[i].weight;
        }
    }
}

/* ---- training ---- */

static float squash(float u)
{
    return 1 / (1 + expf(-u));
}

/* The a in (0, c) at which the dual is least along one coordinate: was a, margin = y w.x, square = x.x. */
static float coordinate(float a, float c, float margin, float square)
{
    float low = -margin - square * (c - a), high = -margin + square * a;
    float u = fminf(fmaxf(a > 0 && a < c ? logf(a / (c - a)) : -margin, low), high);
    for (int i = 0; i < 30 && high - low > 1e-4f; i++) {
        float s = squash(u), value = u + square * (c * s - a) + margin;
        *(value > 0 ? &high : &low) = u;
        if (fabsf(value) < 1e-4f)
            break;
        u -= value / (1 + square * c * s * (1 - s));
        if (!(u > low && u < high))
            u = (low + high) / 2;
    }
    return c * squash(u);
}

/* One visit of a row: all its columns. Gives the largest step, as a share of C. */
static float visit(struct table *table, const struct row *row, float *a)
{
    float z[COLUMNS] = {0}, step[COLUMNS] = {0}, largest = 0;
    for (int i = 0; i < row->n; i++)
        for (int k = 0; k < COLUMNS; k++)
            z[k] += row->f[i].x * table->w[row->f[i].at][k];
    for (int h = 0; h < HEADS; h++)
        for (int i = 0, k = classify_heads[h].first; i < classify_heads[h].count && row->cost[h] > 0; i++, k++) {
            float y = row->label[h] == i ? 1 : -1, now = coordinate(a[k], row->cost[h], y * z[k], row->square);
            largest = fmaxf(largest, fabsf(now - a[k]) / row->cost[h]);
            step[k] = y * (now - a[k]);
            a[k] = now;
        }
    for (int i = 0; i < row->n; i++)
        for (int k = 0; k < COLUMNS; k++)
            table->w[row->f[i].at][k] += row->f[i].x * step[k];
    return largest;
}

static void shuffle(int *order, int n, uint32_t *seed)
{
    for (int i = n - 1; i > 0; i--) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 17;
        *seed ^= *seed << 5;
        int k = (int)(*seed % (uint32_t)(i + 1)), was = order[i];
        order[i] = order[k];
        order[k] = was;
    }
}

static void table_start(struct table *table, const struct classify_model *prior)
{
    memset(table->w, 0, table->grams * sizeof *table->w);
    struct classify_model *cold = classify_model_new(prior->source, prior->source_n, NULL);
    memcpy(table->w + table->grams, cold->own, (table->rows - table->grams) * sizeof *table->w);
    classify_model_free(cold);
}

static void train(struct arena *arena, struct table *table, const struct row *rows, int count)
{
    float *a = ARENA_ARRAY(arena, float, count * COLUMNS);
    int *order = ARENA_ARRAY(arena, int, count);
    uint32_t seed = 20261123;
    for (int i = 0; i < count; i++)
        order[i] = i;
    for (int pass = 0; pass < PASSES; pass++) {
        float largest = 0;
        shuffle(order, count, &seed);
        for (int i = 0; i < count; i++)
            if (rows[order[i]].cost[0] > 0 || rows[order[i]].cost[1] > 0)
                largest = fmaxf(largest, visit(table, &rows[order[i]], a + order[i] * COLUMNS));
        if (largest < pass_done)
            break;
    }
}

/* ---- cross-validation: how sharp, and is it any good ---- */

struct held_out {
    float (*z)[COLUMNS];
    int count;
    const struct row *rows;
};

static double log_loss(const struct held_out *out, int h, float sharp)
{
    const struct classify_head *head = &classify_heads[h];
    double sum = 0, n = 0, p[CATEGORIES];
    for (int i = 0; i < out->count; i++) {
        if (out->rows[i].label[h] < 0)
            continue;
        classify_softmax(out->z[i] + head->first, head->count, sharp, p);
        sum -= out->rows[i].weight * log(fmax(p[out->rows[i].label[h]], 1e-6));
        n += out->rows[i].weight;
    }
    return n > 0 ? sum / n : -1;
}

static float sharpest(const struct held_out *out, int h, double *least)
{
    float best = 1;
    *least = log_loss(out, h, best);
    for (float sharp = .2f; sharp < 12; sharp *= 1.1f) {
        double loss = log_loss(out, h, sharp);
        if (loss < *least) {
            *least = loss;
            best = sharp;
        }
    }
    return best;
}

static double right_share(const struct held_out *out, int h)
{
    const struct classify_head *head = &classify_heads[h];
    double right = 0, n = 0;
    for (int i = 0; i < out->count; i++) {
        const float *z = out->z[i] + head->first;
        int best = 0;
        if (out->rows[i].label[h] < 0)
            continue;
        for (int k = 1; k < head->count; k++)
            best = z[k] > z[best] ? k : best;
        right += best == out->rows[i].label[h] ? out->rows[i].weight : 0;
        n += out->rows[i].weight;
    }
    return n > 0 ? right / n : -1;
}

static void score(const struct table *table, const struct row *row, float *z)
{
    memset(z, 0, sizeof *z * COLUMNS);
    for (int i = 0; i < row->n; i++)
        for (int k = 0; k < COLUMNS; k++)
            z[k] += row->f[i].x * table->w[row->f[i].at][k];
}

/* Sets the model's sharpness and loss, and gives the loss of the lexicon alone on the same rows (figures->before). */
static void cross_validate(struct arena *arena, struct classify_model *model, struct table *table, struct row *rows, int count,
                           struct classify_figures *figures)
{
    struct held_out learned = {.rows = rows}, bare;
    learned.count = count < CV_MOST ? count : CV_MOST;
    learned.z = arena_alloc(arena, sizeof *learned.z * (size_t)learned.count);
    bare = learned;
    bare.z = arena_alloc(arena, sizeof *bare.z * (size_t)learned.count);
    int *fold = ARENA_ARRAY(arena, int, learned.count);
    for (int i = 0; i < learned.count; i++)
        fold[i] = i % FOLDS;
    for (int f = 0; f < FOLDS; f++) {
        table_start(table, model);
        for (int i = 0; i < learned.count; i++)
            if (fold[i] == f)
                score(table, &rows[i], bare.z[i]);
        rows_cost(rows, learned.count, fold, f);
        train(arena, table, rows, learned.count);
        for (int i = 0; i < learned.count; i++)
            if (fold[i] == f)
                score(table, &rows[i], learned.z[i]);
    }
    for (int h = 0; h < HEADS; h++) {
        double loss;
        float sharp = sharpest(&learned, h, &loss);
        figures->before[h] = log_loss(&bare, h, model->sharp[h]);
        figures->right[h] = right_share(&learned, h);
        model->sharp[h] = loss < 0 ? model->sharp[h] : sharp;
        figures->loss[h] = model->loss[h] = loss;
        figures->sharp[h] = model->sharp[h];
    }
}

static bool no_worse(const struct classify_model *model, const struct classify_model *prior, struct classify_figures *figures, struct err *err)
{
    for (int h = 0; h < HEADS; h++)
        figures->before[h] = model->loss[h] >= 0 && prior->loss[h] >= 0 ? prior->loss[h] : figures->before[h];
    for (int h = 0; h < HEADS; h++) {
        double before = figures->before[h];
        if (model->loss[h] >= 0 && before >= 0 && model->loss[h] > before * 1.05 + .001)
            return err_set(err, ERR_STATE, "learning %s: log-loss %.3f after, %.3f before; the old model stays",
                           classify_heads[h].task, model->loss[h], before);
    }
    return true;
}

/* ---- the whole ---- */

static int64_t told(const struct row *rows, int count)
{
    int64_t n = 0;
    for (int i = 0; i < count; i++)
        n += rows[i].from->weight_milli >= TOLD;
    return n;
}

struct classify_model *classify_refit(const struct classify_model *prior, const struct classify_example *examples, size_t n, int64_t epoch,
                                      struct classify_figures *given, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    struct classify_model *model = classify_model_new(prior->source, prior->source_n, err);
    if (!model)
        return NULL;
    int count;
    struct row *rows = rows_sorted(arena, examples, n, &count);
    model->epoch = epoch;
    model->learned = told(rows, count);
    struct classify_figures own, *figures = given ? given : &own;
    *figures = (struct classify_figures){.loss = {-1, -1}, .before = {-1, -1}, .right = {-1, -1}, .rows = count,
                                         .sharp = {model->sharp[0], model->sharp[1]}};
    if (count == 0)
        return model;
    model->grams = grams_new();
    rows_read(arena, prior, rows, count, model->grams);
    struct table table = {.grams = grams_rows(model->grams)};
    table.rows = table.grams + OWN_PHRASES + (size_t)model->phrase_count;
    table.w = memory_must(malloc(table.rows * sizeof *table.w));
    if (count >= CV_LEAST)
        cross_validate(arena, model, &table, rows, count, figures);
    bool good = no_worse(model, prior, figures, err);
    if (good) {
        table_start(&table, model);
        rows_cost(rows, count, NULL, 0);
        train(arena, &table, rows, count);
        memcpy(model->own, table.w + table.grams, (table.rows - table.grams) * sizeof *table.w);
        model->grams->w = memory_must(realloc(table.w, table.grams * sizeof *table.w));
        return model;
    }
    free(table.w);
    classify_model_free(model);
    return NULL;
}
