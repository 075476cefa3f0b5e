/* tickets: reading labelled sets, and the figures of classifier.md 5 as its scorer computes them. */
#include "support/tickets.h"
#include "core/field.h"
#include "harness/corpora.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *whole_file(struct arena *arena, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        abort();
    }
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *text = arena_alloc(arena, (size_t)n + 1);
    if (fread(text, 1, (size_t)n, f) != (size_t)n)
        abort();
    fclose(f);
    return text;
}

static char *source_path(struct arena *arena, const char *path)
{
    const char *root = getenv("TRIAGE_SRCDIR");
    return arena_printf(arena, "%s/%s", root ? root : ".", path);
}

static int word_value(const char *field, const char *word)
{
    int value = field_word_value(field_find(field), word);
    return value > 0 ? value : 0;
}

static void unescape(char *text)
{
    char *to = text;
    for (; *text; text++) {
        static const char from[] = "tnr\\", into[] = "\t\n\r\\";
        const char *hit = *text == '\\' && text[1] ? strchr(from, text[1]) : NULL;
        *to++ = hit ? into[hit - from] : *text;
        text += hit != NULL;
    }
    *to = 0;
}

static uint64_t hash_of(const char *text, uint64_t h)
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static struct labelled_set read_set(struct arena *arena, char *text, bool gold)
{
    struct labelled_set set = {0};
    int most = 1;
    for (const char *p = text; *p; p++)
        most += *p == '\n';
    set.rows = ARENA_ARRAY(arena, struct labelled, most);
    char *line;
    for (bool heading = !gold; (line = strsep(&text, "\n"));) {
        char *f[5];
        int n = 0;
        if (!*line || (gold && *line == '#') || heading) {
            heading = false;
            continue;
        }
        while (n < 5 && (f[n] = strsep(&line, "\t")))
            n++;
        if (n != 5)
            abort();
        for (int i = 0; i < 5; i++)
            unescape(f[i]);
        struct labelled *row = &set.rows[set.count++];
        row->subject = f[3];
        row->body = f[4];
        row->language = gold ? f[2] : "en";
        row->urgency = word_value("urgency", f[gold ? 0 : 1]);
        row->category = word_value("category", f[gold ? 1 : 2]);
        row->held_out = gold ? hash_of(f[4], hash_of(f[3], 14695981039346656037u)) >> 17 & 1 : strcmp(f[0], "dev") == 0;
    }
    return set;
}

struct labelled_set tickets_gold(struct arena *arena)
{
    return read_set(arena, whole_file(arena, source_path(arena, "data/classify/gold.tsv")), true);
}

bool tickets_corpus(struct arena *arena, const char *name, struct labelled_set *out)
{
    const char *root = corpora_root();
    if (!root) {
        fprintf(stderr, "# %s left out: TRIAGE_CORPORA is not set\n", name);
        return false;
    }
    *out = read_set(arena, whole_file(arena, arena_printf(arena, "%s/tickets/%s/tickets.tsv", root, name)), false);
    return true;
}

struct classify_model *tickets_starter(void)
{
    AUTO_ARENA arena = arena_new();
    char *text = whole_file(arena, source_path(arena, "data/classify/lexicon.tsv"));
    struct err err = {0};
    struct classify_model *model = classify_model_new(text, strlen(text), &err);
    if (!model) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return model;
}

struct labelled_set tickets_part(struct arena *arena, const struct labelled_set *set, bool held_out)
{
    struct labelled_set part = {.rows = ARENA_ARRAY(arena, struct labelled, set->count + 1)};
    for (int i = 0; i < set->count; i++)
        if (set->rows[i].held_out == held_out)
            part.rows[part.count++] = set->rows[i];
    return part;
}

struct classify_example *tickets_examples(struct arena *arena, const struct labelled_set *set)
{
    struct classify_example *examples = ARENA_ARRAY(arena, struct classify_example, set->count + 1);
    for (int i = 0; i < set->count; i++) {
        const struct labelled *r = &set->rows[i];
        examples[i] = (struct classify_example){r->subject, r->body, r->urgency, r->category, 1000};
    }
    return examples;
}

/* ---- figures ---- */

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double macro_f1(int (*confusion)[CLASSIFY_VALUES])
{
    double sum = 0, classes = 0;
    for (int k = 1; k < CLASSIFY_VALUES; k++) {
        double gold = 0, said = 0, both = confusion[k][k];
        for (int i = 1; i < CLASSIFY_VALUES; i++) {
            gold += confusion[k][i];
            said += confusion[i][k];
        }
        classes += gold > 0;
        sum += gold > 0 && both > 0 ? 2 * both / (gold + said) : 0;
    }
    return classes > 0 ? sum / classes : 0;
}

/* Of `wanted`, how much lies in the top tenth by score? */
static double recall_at_tenth(const double *score, const bool *wanted, int n)
{
    double budget = n * .1, caught = 0, all = 0;
    for (int i = 0; i < n; i++) {
        double above = 0, equal = 0;
        for (int k = 0; k < n; k++) {
            above += score[k] > score[i];
            equal += score[k] == score[i];
        }
        all += wanted[i];
        double share = (budget - above) / equal;
        caught += wanted[i] ? fmin(fmax(share, 0), 1) : 0;
    }
    return all > 0 ? caught / all : 0;
}

struct figures tickets_judge(const struct classify_model *model, const struct labelled_set *set, int head)
{
    AUTO_ARENA arena = arena_new();
    AUTO_ARENA kept = arena_new();
    int confusion[CLASSIFY_VALUES][CLASSIFY_VALUES] = {{0}}, n = 0;
    double *us = ARENA_ARRAY(kept, double, set->count + 1), *score = ARENA_ARRAY(kept, double, set->count + 1);
    bool *critical = ARENA_ARRAY(kept, bool, set->count + 1);
    double bin_p[15] = {0}, bin_right[15] = {0};
    struct figures out = {0};
    for (int i = 0; i < set->count; i++) {
        const struct labelled *row = &set->rows[i];
        int gold = head == 0 ? row->urgency : row->category;
        if (!gold)
            continue;
        struct classify_result result;
        arena_reset(arena);
        double began = cpu_us();
        classify_text(model, arena, row->subject, row->body, &result);
        us[n] = cpu_us() - began;
        const struct classify_label *label = head == 0 ? &result.urgency : &result.category;
        double p = (double)label->bp / 10000;
        int bin = p >= 1 ? 14 : (int)(p * 15);
        bin_p[bin] += p;
        bin_right[bin] += label->value == gold;
        confusion[gold][label->value]++;
        out.accuracy += label->value == gold;
        out.log_loss -= log(fmax((double)label->all_bp[gold] / 10000, 1e-5));
        score[n] = (double)result.urgency.all_bp[URGENCY_CRITICAL];
        critical[n++] = row->urgency == URGENCY_CRITICAL;
    }
    if (!n)
        return out;
    for (int b = 0; b < 15; b++)
        out.ece += fabs(bin_p[b] - bin_right[b]) / n;
    out.recall_at_10 = recall_at_tenth(score, critical, n);
    qsort(us, (size_t)n, sizeof *us, by_number);
    out.n = n;
    out.f1 = macro_f1(confusion);
    out.accuracy /= n;
    out.log_loss /= n;
    out.p50 = us[n / 2];
    out.p99 = us[n * 99 / 100];
    return out;
}
