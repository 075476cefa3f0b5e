/* bench classify: the rows of classifier.md 5 that can be measured here, one line each. Not part of `make check`:
 *   TRIAGE_CORPORA=... TRIAGE_SRCDIR=... tests/bench/classify */
#include "support/tickets.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void line(const char *row, const char *set, const char *what, struct figures f)
{
    printf("%-3s %-10s %-9s n %5d  F1 %.3f  acc %.3f  R@10 %.3f  loss %.3f  ECE %.3f  p50 %.1f us  p99 %.1f us\n", row, set, what,
           f.n, f.f1, f.accuracy, f.recall_at_10, f.log_loss, f.ece, f.p50, f.p99);
}

static void both(const char *row, const char *set_name, const struct classify_model *model, const struct labelled_set *set)
{
    static const char *const heads[] = {"urgency", "category"};
    for (int h = 0; h < 2; h++) {
        struct figures f = tickets_judge(model, set, h);
        if (f.n)
            line(row, set_name, heads[h], f);
    }
}

/* The first k of a shuffled copy. */
static struct labelled_set some(struct arena *arena, const struct labelled_set *set, int k, unsigned seed)
{
    struct labelled_set out = {.rows = ARENA_ARRAY(arena, struct labelled, set->count + 1), .count = k < set->count ? k : set->count};
    for (int i = 0; i < set->count; i++)
        out.rows[i] = set->rows[i];
    srandom(seed);
    for (int i = set->count - 1; i > 0; i--) {
        int j = (int)(random() % (i + 1));
        struct labelled was = out.rows[i];
        out.rows[i] = out.rows[j];
        out.rows[j] = was;
    }
    return out;
}

static struct figures mean_of(const struct figures *f, int n)
{
    struct figures m = {.n = f->n};
    for (int i = 0; i < n; i++) {
        m.f1 += f[i].f1 / n;
        m.accuracy += f[i].accuracy / n;
        m.recall_at_10 += f[i].recall_at_10 / n;
        m.log_loss += f[i].log_loss / n;
        m.ece += f[i].ece / n;
        m.p50 += f[i].p50 / n;
        m.p99 += f[i].p99 / n;
    }
    return m;
}

enum { ORDERS = 5 };

static void learning(const struct classify_model *starter, const char *name, const struct labelled_set *train, const struct labelled_set *test, int k, int orders)
{
    static const char *const heads[] = {"urgency", "category"};
    struct figures f[2][ORDERS];
    double spent = 0, saving = 0, loading = 0;
    struct str bytes = {0};
    for (int o = 0; o < orders; o++) {
        AUTO_ARENA arena = arena_new();
        struct labelled_set part = some(arena, train, k, (unsigned)o + 1);
        struct err err = {0};
        double began = seconds();
        struct classify_model *model = classify_refit(starter, tickets_examples(arena, &part), (size_t)part.count, 1, NULL, &err);
        spent += seconds() - began;
        if (!model)
            printf("# %s k=%d order %d refused: %s\n", name, k, o, err.text);
        if (model) {
            str_fini(&bytes);
            began = seconds();
            classify_save(model, &bytes);
            saving += seconds() - began;
            began = seconds();
            classify_model_free(classify_load(starter, bytes.data, bytes.len, &err));
            loading += seconds() - began;
        }
        for (int h = 0; h < 2; h++)
            f[h][o] = tickets_judge(model ? model : starter, test, h);
        classify_model_free(model);
    }
    for (int h = 0; h < 2; h++)
        if (f[h]->n) {
            char what[32];
            snprintf(what, sizeof what, "%.3s k=%d", heads[h], k);
            line("G4", name, what, mean_of(f[h], orders));
        }
    printf("    %s k=%d: a refit takes %.0f ms with its cross-validation; %zu KiB of weights, %.1f ms to save, %.1f to load\n", name, k,
           spent / orders * 1000, bytes.len >> 10, saving / orders * 1000, loading / orders * 1000);
    str_fini(&bytes);
}

int main(int argc, char **argv)
{
    static const char *const corpora[] = {"hadoop", "banking77"};
    static const int sizes[] = {20, 100, 500, 2000};
    AUTO_ARENA arena = arena_new();
    struct classify_model *starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena), tune = tickets_part(arena, &gold, false), held = tickets_part(arena, &gold, true);
    both("G3", "gold tune", starter, &tune);
    if (argc > 1 && argv[1][0] == 't')
        return 0;
    both("G3", "gold held", starter, &held);
    learning(starter, "gold", &tune, &held, 1000, 1);
    for (int c = 0; c < 2; c++) {
        struct labelled_set set;
        if (!tickets_corpus(arena, corpora[c], &set))
            continue;
        struct labelled_set train = tickets_part(arena, &set, false), dev = tickets_part(arena, &set, true);
        both("G3", corpora[c], starter, &dev);
        for (int k = 0; k < 4; k++)
            learning(starter, corpora[c], &train, &dev, sizes[k], sizes[k] > 500 ? 1 : ORDERS);
        learning(starter, corpora[c], &train, &dev, 100000, 1);
    }
    classify_model_free(starter);
    return 0;
}
