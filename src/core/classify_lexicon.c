/* classify_lexicon: from the lexicon's text to a model at cold start. Lines of task, label, weight, phrases (between
 * bars) and optionally `hard`, between tabs; the phrase `(always)` is the bias. A phrase may stand in several lines: it
 * is one feature with a weight per label. Pure. */
#include "core/classify_model.h"
#include "base/str.h"
#include "core/field.h"
#include <stdlib.h>
#include <string.h>

enum { LEXICON_MAX = 1 << 20, PHRASES_MAX = 8192, FIELDS = 5 };
/* What scores mean as probabilities before any label has been seen: set on the tuning half of data/classify/gold.tsv. */
static const float cold_sharp[HEADS] = {1, 1};

const struct classify_head classify_heads[HEADS] = {
    {"urgency", urgency_word, 0, URGENCIES, 4, 1},
    {"category", category_word, URGENCIES, CATEGORIES, 16, .5f},
};

static uint32_t chain_of(const struct phrase *phrase)
{
    uint32_t h = 2166136261u;
    for (int i = 0; i < phrase->word[0].n && i < 3; i++)
        h = (h ^ (unsigned char)phrase->word[0].text[i]) * 16777619u;
    return h % CHAINS;
}

/* Folds a phrase with the reader that folds tickets, so that both sides always agree. */
static const char *phrase_parse(struct arena *arena, const char *name, struct phrase *out)
{
    struct reading reading;
    classify_read(arena, name, NULL, &reading);
    if (reading.count == 0 || reading.count > PHRASE_WORDS)
        return reading.count ? "the phrase has too many words" : "the phrase has no word";
    *out = (struct phrase){.name = name, .words = reading.count, .next = -1};
    for (int i = 0; i < reading.count; i++) {
        const struct token *t = &reading.tokens[i];
        out->word[i].text = t->text;
        out->word[i].n = t->n;
        out->word[i].prefix = t->source[t->source_n] == '*';
    }
    if (out->word[0].prefix && out->word[0].n < 3)
        return "a first word that ends in * needs three letters before it";
    return NULL;
}

static int phrase_index(struct classify_model *model, const char *name)
{
    for (int i = 0; i < model->phrase_count; i++)
        if (strcmp(model->phrases[i].name, name) == 0)
            return i;
    return -1;
}

static int column_of(const char *task, const char *label)
{
    for (int h = 0; h < HEADS; h++)
        for (int i = 0; i < classify_heads[h].count; i++)
            if (strcmp(task, classify_heads[h].task) == 0 && strcmp(label, classify_heads[h].word(i + 1)) == 0)
                return classify_heads[h].first + i;
    return -1;
}

static const char *phrase_add(struct classify_model *model, const char *name, int *row)
{
    int at = phrase_index(model, name);
    if (at < 0) {
        at = model->phrase_count;
        if (at == PHRASES_MAX)
            return "too many phrases";
        const char *fault = phrase_parse(model->arena, name, &model->phrases[at]);
        if (fault)
            return fault;
        model->phrase_count++;
    }
    *row = OWN_PHRASES + at;
    return NULL;
}

static char *trimmed(char *text)
{
    text += strspn(text, " ");
    size_t n = strlen(text);
    while (n && text[n - 1] == ' ')
        text[--n] = 0;
    return text;
}

static const char *weight_add(struct classify_model *model, const char *name, int column, float weight, bool hard)
{
    int row = OWN_BIAS;
    const char *fault = strcmp(name, "(always)") == 0 ? NULL : phrase_add(model, name, &row);
    if (fault)
        return fault;
    model->own[row][column] += weight;
    if (hard && row == OWN_BIAS)
        return "the bias cannot be hard";
    if (hard)
        model->phrases[row - OWN_PHRASES].hard = true;
    return NULL;
}

/* NULL or what is wrong with the line. */
static const char *line_add(struct classify_model *model, char *line)
{
    char *field[FIELDS + 1] = {0}, *end;
    char *name;
    int n = 0;
    while (n <= FIELDS && (field[n] = strsep(&line, "\t")))
        n++;
    if (n < 4 || n > FIELDS)
        return "task, label, weight, phrase and perhaps \"hard\" are wanted, between tabs";
    int column = column_of(field[0], field[1]);
    float weight = strtof(field[2], &end);
    if (column < 0)
        return "unknown task or label";
    if (end == field[2] || *end || !(weight >= -20 && weight <= 20))
        return "the weight is no number from -20 to 20";
    bool hard = n == FIELDS && *field[4];
    if (hard && strcmp(field[4], "hard") != 0)
        return "the last field can only be \"hard\"";
    const char *fault = NULL;
    while (!fault && (name = strsep(&field[3], "|")))
        fault = weight_add(model, trimmed(name), column, weight, hard);
    return fault;
}

static bool lines_add(struct classify_model *model, struct err *err)
{
    char *text = arena_strndup(model->arena, model->source, model->source_n), *line;
    for (int number = 1; (line = strsep(&text, "\n")); number++) {
        line[strcspn(line, "\r")] = 0;
        const char *fault = *line && *line != '#' ? line_add(model, line) : NULL;
        if (fault)
            return err_set(err, ERR_CONFIG, "lexicon line %d: %s", number, fault);
    }
    return true;
}

static void chain_phrases(struct classify_model *model)
{
    for (int i = 0; i < CHAINS; i++)
        model->chains[i] = -1;
    for (int i = model->phrase_count - 1; i >= 0; i--) {
        int *head = &model->chains[chain_of(&model->phrases[i])];
        model->phrases[i].next = *head;
        *head = i;
    }
}

struct classify_model *classify_model_new(const char *lexicon, size_t n, struct err *err)
{
    if (n > LEXICON_MAX || (n && memchr(lexicon, 0, n))) {
        err_set(err, ERR_CONFIG, n > LEXICON_MAX ? "the lexicon is over 1 MiB" : "the lexicon holds a NUL");
        return NULL;
    }
    struct arena *arena = arena_new();
    struct classify_model *model = ARENA_NEW(arena, struct classify_model);
    model->arena = arena;
    atomic_init(&model->refs, 1);
    model->source = arena_strndup(arena, n ? lexicon : "", n);
    model->source_n = n;
    int most = 1;
    for (size_t i = 0; i < n; i++)
        most += lexicon[i] == '\n' || lexicon[i] == '|';
    most = most < PHRASES_MAX ? most : PHRASES_MAX;
    model->phrases = ARENA_ARRAY(arena, struct phrase, most);
    model->own = arena_alloc(arena, sizeof *model->own * (size_t)(OWN_PHRASES + most));
    if (!lines_add(model, err)) {
        classify_model_free(model);
        return NULL;
    }
    chain_phrases(model);
    for (int h = 0; h < HEADS; h++) {
        model->sharp[h] = cold_sharp[h];
        model->loss[h] = -1;
    }
    return model;
}

struct classify_model *classify_model_hold(struct classify_model *model)
{
    atomic_fetch_add(&model->refs, 1);
    return model;
}

void classify_model_free(struct classify_model *model)
{
    if (!model || atomic_fetch_sub(&model->refs, 1) != 1)
        return;
    grams_free(model->grams);
    arena_free(model->arena);
}

int64_t classify_model_epoch(const struct classify_model *model)
{
    return model ? model->epoch : 0;
}

int64_t classify_model_learned(const struct classify_model *model)
{
    return model ? model->learned : 0;
}
