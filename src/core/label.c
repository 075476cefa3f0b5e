/* label: reading an answer, strictly, and weighing it against what is known. The rules stand apart from whoever asks and
 * whoever writes, so that "a model may raise but never silence" can be read in one place and tested without either. */
#include "core/label.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include <string.h>

const char *const label_confidence_words[] = {"low", "medium", "high", NULL};
const char *const label_urgency_words[] = {"low", "high", "critical", NULL};
_Static_assert(sizeof label_confidence_words / sizeof *label_confidence_words == LABEL_CONFIDENCES + 1, "a word for each confidence");

const struct label_bands label_bands_default = {{5500, 7500, 9000}};

/* --- reading --- */

enum { MEMBERS = 5 };

static int place(const char *const *words, int count, const char *word)
{
    for (int i = 0; word && i < count; i++)
        if (str_eq(words[i], word))
            return i;
    return -1;
}

static int value_of(const char *field, const char *word)
{
    int value = word && *word ? field_word_value(field_find(field), word) : 0;
    return value > 0 ? value : 0;
}

static size_t code_points(const char *text)
{
    size_t n = 0;
    for (const char *at = text, *end = text + strlen(text); at < end; n++)
        text_next(&at, end);
    return n;
}

/* A quotation only if it is one. */
static const char *quoted(const char *evidence, const char *const *sent)
{
    if (code_points(evidence) > LABEL_EVIDENCE)
        return "";
    for (int i = 0; sent[i]; i++)
        if (strstr(sent[i], evidence))
            return evidence;
    return "";
}

static bool read_words(const struct json *object, const char *const *labels, int label_count, struct label_answer *a, struct err *err)
{
    const char *urgency = json_string(json_get(object, "urgency"));
    a->urgency = place(labels, label_count, urgency) < 0 ? URGENCY_NONE : value_of("urgency", urgency);
    a->category = value_of("category", json_string(json_get(object, "category")));
    a->confidence = place(label_confidence_words, LABEL_CONFIDENCES, json_string(json_get(object, "confidence")));
    if (!a->urgency)
        return err_set(err, ERR_INPUT, "its urgency is none of the labels");
    if (!a->category)
        return err_set(err, ERR_INPUT, "its category is none of the six");
    if (a->confidence < 0)
        return err_set(err, ERR_INPUT, "its confidence is not low, medium or high");
    return true;
}

bool label_answer_read(struct arena *arena, const struct json *object, const char *const *labels, int label_count, const char *const *sent,
                       struct label_answer *out, struct err *err)
{
    struct label_answer a = {0};
    const char *evidence = json_string(json_get(object, "evidence"));
    if (!json_is(object, JSON_OBJECT) || json_count(object) != MEMBERS)
        return err_set(err, ERR_INPUT, "it does not have exactly the five members");
    if (!read_words(object, labels, label_count, &a, err))
        return false;
    if (!evidence || !json_bool(json_get(object, "suspicious"), &a.suspicious))
        return err_set(err, ERR_INPUT, "evidence is no text or suspicious is not true or false");
    a.evidence = arena_strdup(arena, quoted(evidence, sent));
    *out = a;
    return true;
}

struct json *label_answer_encode(const struct label_answer *a)
{
    struct json *object = json_object();
    json_put_string(object, "urgency", urgency_word(a->urgency));
    json_put_string(object, "category", category_word(a->category));
    json_put_string(object, "confidence", label_confidence_words[a->confidence]);
    json_put_string(object, "evidence", a->evidence);
    json_put_bool(object, "suspicious", a->suspicious);
    return object;
}

bool label_answer_decode(struct arena *arena, const struct json *object, struct label_answer *out)
{
    const char *const sent[] = {json_get_string(object, "evidence", ""), NULL};
    return label_answer_read(arena, object, label_urgency_words, 3, sent, out, NULL);
}

/* --- bands --- */

struct label_bands label_bands_measured(const struct label_seen seen[LABEL_CONFIDENCES])
{
    enum { PRIOR = 20 }; /* the default weighs as much as so many answers */
    struct label_bands bands;
    for (int i = 0; i < LABEL_CONFIDENCES; i++)
        bands.bp[i] = (seen[i].right * 10000 + PRIOR * label_bands_default.bp[i]) / (seen[i].seen + PRIOR);
    return bands;
}

/* --- merging --- */

static bool is_paging(const struct ticket *t, bool hard)
{
    int state = t->escalation.state;
    return hard || (state != ESCALATION_NONE && state != ESCALATION_RESOLVED);
}

static int64_t less(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void say(struct label_outcome *out, int urgency, int64_t bp, const char *why)
{
    out->urgency = urgency;
    out->urgency_bp = bp;
    out->urgency_said = true;
    out->why = why;
}

static void merge_urgency(const struct ticket *t, bool hard, const struct label_answer *a, int64_t bp, struct label_outcome *out)
{
    if (t->urgency_by > LABEL_BY_MODEL)
        out->why = "the label of an agent, a rule or the source stays";
    else if (a->urgency >= t->urgency)
        say(out, a->urgency, bp, a->urgency > t->urgency ? "raised by the model" : "the model agrees");
    else if (is_paging(t, hard))
        out->why = "what pages is never lowered by a model";
    else if (a->suspicious)
        out->why = "a ticket that gives orders is not lowered";
    else if (t->urgency - a->urgency > 1) /* nobody said this value: as sure as the less sure of both */
        say(out, t->urgency - 1, less(bp, t->urgency_bp), "lowered by the model, by one step and no more");
    else
        say(out, a->urgency, bp, "lowered by the model");
}

void label_merge(const struct ticket *t, bool hard, const struct label_answer *a, const struct label_bands *bands, struct label_outcome *out)
{
    int64_t bp = bands->bp[a->confidence];
    int apart = t->urgency ? t->urgency - a->urgency : 0;
    *out = (struct label_outcome){.urgency = t->urgency, .urgency_bp = t->urgency_bp, .category = t->category, .category_bp = t->category_bp};
    merge_urgency(t, hard, a, bp, out);
    if (t->category_by <= LABEL_BY_MODEL) {
        out->category = a->category;
        out->category_bp = bp;
        out->category_said = true;
    }
    out->review = a->suspicious || apart > 1 || apart < -1;
}
