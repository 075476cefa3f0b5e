/* trainer: reads in bites, so that no read transaction lasts; everything a refit holds is in one arena. Which examples a
 * model was fitted on is remembered as a sum of their hashes (free of order), so that a restart, an undo that came back
 * and a rollback start nothing: only labels that were not there before do. */
#include "worker/trainer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "core/field.h"
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NEWEST = 5000, SILENT = 1000, MOST = 20000, TEXT_MAX = 3 << 20 /* bytes of all examples */, RIGHT_OF = 200, SHADOW = 500, BITE = 100 };
enum { PAUSE_LEAST = 1000, PAUSE_MOST = 30000, PAUSE_TIMES = 20 };

struct trainer {
    struct trainer_options o;
    struct writer *writer;
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some;
    bool running, asked, stopping;
    bool told; /* the writer has answered */
    bool again; /* the next refit is not skipped where its examples are known */
};

/* --- examples --- */

struct lesson {
    struct classify_example *examples;
    int count, cap, tickets, asked, right;
    size_t bytes;
    uint64_t of; /* which ones */
};

static uint64_t mix(uint64_t h, const char *text, int64_t n)
{
    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (h ^ (uint64_t)n) * 1099511628211u;
}

static void lesson_add(struct arena *arena, struct lesson *l, const struct example *x, int urgency, int category, int weight)
{
    if (weight <= 0 || (!urgency && !category))
        return;
    if (l->count == l->cap) {
        struct classify_example *more = ARENA_ARRAY(arena, struct classify_example, l->cap = l->cap ? l->cap * 2 : 256);
        if (l->count)
            memcpy(more, l->examples, sizeof *more * (size_t)l->count);
        l->examples = more;
    }
    l->examples[l->count++] = (struct classify_example){x->title, x->text, urgency, category, weight};
    l->of += mix(mix(mix(mix(14695981039346656037u, x->title, urgency), x->text, category), NULL, weight), NULL, x->ticket);
}

/* Both halves are one row where they weigh the same. The oldest tickets are the first to be left out, criticals the last. */
static void lesson_take(struct arena *arena, struct lesson *l, const struct example *x)
{
    size_t bytes = (x->title ? strlen(x->title) : 0) + (x->text ? strlen(x->text) : 0);
    bool old = l->tickets >= NEWEST || l->bytes + bytes > TEXT_MAX;
    if (l->asked < RIGHT_OF) {
        l->asked += x->asked;
        l->right += x->right;
    }
    if (old && !(x->urgency == URGENCY_CRITICAL && l->bytes + bytes <= TEXT_MAX * 2))
        return;
    l->tickets++;
    l->bytes += bytes;
    if (x->urgency_weight == x->category_weight) {
        lesson_add(arena, l, x, x->urgency, x->category, x->urgency_weight);
        return;
    }
    lesson_add(arena, l, x, x->urgency, 0, x->urgency_weight);
    lesson_add(arena, l, x, 0, x->category, x->category_weight);
}

/* What people said first: tickets that were only let stand are many, and would crowd it out. */
static bool read_some(struct store *store, struct arena *arena, bool silent, int most, struct lesson *l, struct err *err)
{
    int64_t before = 0;
    int seen = 0;
    do {
        struct example *list;
        int n;
        if (!store_examples(store, arena, silent, &before, &list, &n, err))
            return false;
        for (int i = 0; i < n && seen < most; i++, seen++)
            lesson_take(arena, l, &list[i]);
    } while (before && seen < most);
    return true;
}

static bool read_lesson(struct store *store, struct arena *arena, struct lesson *l, struct err *err)
{
    return read_some(store, arena, false, MOST, l, err) && read_some(store, arena, true, SILENT, l, err);
}

/* --- what would have been different --- */

struct shadow { int64_t of, since, escalate, label[URGENCY_CRITICAL + 1]; };

static bool read_shadow(struct store *store, const struct classify_model *model, struct shadow *out, struct err *err)
{
    int64_t before = 0;
    int n = BITE;
    for (int seen = 0; seen < SHADOW && n == BITE; seen += n) {
        AUTO_ARENA arena = arena_new();
        AUTO_ARENA scratch = arena_new();
        struct worded *list;
        if (!store_worded(store, arena, before, false, BITE, &list, &n, err))
            return false;
        for (int i = 0; i < n; i++) {
            struct classify_result r;
            before = list[i].id;
            if (list[i].urgency_by != LABEL_BY_MODEL) /* settled by somebody else */
                continue;
            arena_reset(scratch);
            classify_text(model, scratch, list[i].title, list[i].text, &r);
            out->of++;
            out->since = list[i].received_at;
            out->escalate += r.urgency.value == URGENCY_CRITICAL && list[i].urgency != URGENCY_CRITICAL;
            out->label[r.urgency.value] += r.urgency.value != list[i].urgency;
        }
    }
    return true;
}

/* --- figures --- */

static struct json *head_figures(const struct classify_figures *f, int h)
{
    struct json *head = json_object();
    const struct { const char *name; double value; int64_t scale; } rows[] = {
        {"loss_milli", f->loss[h], 1000}, {"before_milli", f->before[h], 1000}, {"right_bp", f->right[h], 10000}};
    for (int i = 0; i < 3; i++) {
        if (rows[i].value >= 0)
            json_put_i64(head, rows[i].name, llround(rows[i].value * (double)rows[i].scale));
        else
            json_put_null(head, rows[i].name);
    }
    json_put_i64(head, "temperature_milli", llround(f->sharp[h] * 1000));
    return head;
}

static struct json *shadow_figures(const struct shadow *s)
{
    struct json *all = json_object(), *label = json_array();
    for (int u = URGENCY_CRITICAL; u >= URGENCY_LOW; u--) {
        if (!s->label[u])
            continue;
        struct json *row = json_object();
        json_put_string(row, "urgency", urgency_word(u));
        json_put_i64(row, "n", s->label[u]);
        json_push(label, row);
    }
    json_put_i64(all, "of", s->of);
    json_put_i64(all, "since", s->since);
    json_put_i64(all, "would_escalate", s->escalate);
    json_put(all, "would_label", label);
    return all;
}

static char *figures_text(struct arena *arena, const struct lesson *l, const struct classify_figures *f, const struct shadow *shadow,
                          const char *of, int64_t ms, const char *refused)
{
    AUTO_JSON all = json_object();
    struct json *accuracy = json_object();
    json_put_i64(all, "rows", f->rows);
    json_put_i64(all, "tickets", l->tickets);
    json_put(all, "urgency", head_figures(f, 0));
    json_put(all, "category", head_figures(f, 1));
    json_put_i64(accuracy, "right", l->right);
    json_put_i64(accuracy, "of", l->asked);
    json_put(all, "accuracy", accuracy);
    if (shadow)
        json_put(all, "shadow", shadow_figures(shadow));
    json_put_i64(all, "ms", ms);
    json_put_string(all, "examples", of);
    if (refused)
        json_put_string(all, "refused", refused);
    return json_print_in(arena, all);
}

/* --- one refit --- */

/* The epoch after the newest; *known: that one was fitted on the same examples. */
static bool next_epoch(struct store *store, struct arena *arena, const char *of, int64_t *epoch, bool *known, struct err *err)
{
    struct model_row *list;
    int n;
    if (!store_model_list(store, arena, 1, &list, &n, err))
        return false;
    const struct json *figures = n ? json_parse_in(arena, list->figures, strlen(list->figures), &json_limits_native, NULL, NULL) : NULL;
    *epoch = n ? list->epoch + 1 : 1;
    *known = figures && str_eq(json_get_string(figures, "examples", NULL), of);
    return true;
}

static void keep_weights(struct arena *arena, const struct classify_model *model, struct model_row *out)
{
    AUTO_STR bytes;
    classify_save(model, &bytes);
    void *copy = arena_alloc(arena, bytes.len);
    memcpy(copy, bytes.data, bytes.len);
    out->weights = copy;
    out->weights_n = bytes.len;
}

static bool fit(struct store *store, struct arena *arena, const struct classify_model *prior, const struct lesson *l, int64_t epoch,
                const char *of, struct model_row *out, struct classify_model **model, struct err *err)
{
    struct classify_figures figures = {0};
    struct shadow shadow = {0};
    int64_t began = clock_mono();
    struct classify_model *m = classify_refit(prior, l->examples, (size_t)l->count, epoch, &figures, err);
    if (!m && err->code != ERR_STATE)
        return false;
    const char *refused = m ? NULL : arena_strdup(arena, err->text);
    *err = (struct err){0};
    if (m && !read_shadow(store, m, &shadow, err)) {
        classify_model_free(m);
        return false;
    }
    *out = (struct model_row){.epoch = epoch, .learned = classify_model_learned(m), .state = m ? "active" : "refused"};
    if (m)
        keep_weights(arena, m, out);
    out->figures = figures_text(arena, l, &figures, m ? &shadow : NULL, of, clock_mono() - began, refused);
    *model = m;
    return true;
}

bool trainer_refit(struct store *store, struct arena *arena, const struct classify_model *prior, bool again, struct model_row *out,
                   struct classify_model **model, struct err *err)
{
    struct lesson l = {0};
    bool known = false;
    int64_t epoch = 0;
    *model = NULL;
    if (!read_lesson(store, arena, &l, err))
        return false;
    const char *of = arena_printf(arena, "%d %016" PRIx64, l.count, l.of ^ classify_model_lexicon(prior));
    if (!next_epoch(store, arena, of, &epoch, &known, err) || (known && !again) || (!l.count && epoch == 1))
        return false;
    return fit(store, arena, prior, &l, epoch, of, out, model, err);
}

/* --- the thread --- */

static void answered(void *arg)
{
    struct trainer *t = arg;
    pthread_mutex_lock(&t->lock);
    t->told = true;
    pthread_cond_broadcast(&t->some);
    pthread_mutex_unlock(&t->lock);
}

/* To the writer and back. It takes a reference of the model where it commits it. */
static bool hand_over(struct trainer *t, struct arena *arena, const struct model_row *row, struct classify_model *model, struct err *err)
{
    struct job job = {.kind = JOB_MODEL, .arena = arena, .agent = "trainer", .model_row = *row, .model = model, .wake = answered, .wake_arg = t};
    t->told = false;
    if (!writer_post(t->writer, &job, err))
        return false;
    pthread_mutex_lock(&t->lock);
    while (!t->told)
        pthread_cond_wait(&t->some, &t->lock);
    pthread_mutex_unlock(&t->lock);
    if (!job.ok)
        *err = job.err;
    return job.ok;
}

static const char *refusal(struct arena *arena, const struct model_row *row)
{
    const struct json *figures = json_parse_in(arena, row->figures, strlen(row->figures), &json_limits_native, NULL, NULL);
    return json_get_string(figures, "refused", "");
}

static void learn(struct trainer *t)
{
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    struct model_row row;
    struct classify_model *prior = t->o.hold(t->o.hold_arg), *model = NULL;
    bool done = trainer_refit(t->store, arena, prior, t->again, &row, &model, &err) && hand_over(t, arena, &row, model, &err);
    if (done && model)
        log_line(LOG_INFO, "model_learned", "epoch=%lld learned=%lld", (long long)row.epoch, (long long)row.learned);
    else if (done)
        log_line(LOG_WARN, "model_refused", "epoch=%lld detail=\"%s\"", (long long)row.epoch, refusal(arena, &row));
    else if (err.code != ERR_NONE)
        log_line(LOG_WARN, "model_failed", "detail=\"%s\"", err.text);
    t->again = false;
    classify_model_free(model);
    classify_model_free(prior);
}

/* False: it is time to stop. until: mono ms before which nothing is begun. */
static bool wait_for_labels(struct trainer *t, int64_t until)
{
    pthread_mutex_lock(&t->lock);
    while (!t->stopping) {
        int64_t wait = until - clock_mono();
        if (t->asked && wait <= 0)
            break;
        if (!t->asked) {
            pthread_cond_wait(&t->some, &t->lock);
            continue;
        }
        struct timespec at;
        clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_sec += wait / 1000;
        at.tv_nsec += wait % 1000 * 1000000;
        if (at.tv_nsec >= 1000000000) {
            at.tv_sec++;
            at.tv_nsec -= 1000000000;
        }
        pthread_cond_timedwait(&t->some, &t->lock, &at);
    }
    t->asked = false;
    bool go = !t->stopping;
    pthread_mutex_unlock(&t->lock);
    return go;
}

static void *loop(void *arg)
{
    struct trainer *t = arg;
    int64_t until = 0;
    while (wait_for_labels(t, until)) {
        int64_t began = clock_mono();
        learn(t);
        int64_t now = clock_mono(), pause = (now - began) * PAUSE_TIMES;
        until = now + (pause < PAUSE_LEAST ? PAUSE_LEAST : pause > PAUSE_MOST ? PAUSE_MOST : pause);
    }
    return NULL;
}

struct trainer *trainer_open(const struct trainer_options *o)
{
    struct trainer *t = calloc(1, sizeof *t);
    pthread_condattr_t attr;
    if (!t)
        abort();
    t->o = *o;
    t->asked = true;
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->some, &attr);
    pthread_condattr_destroy(&attr);
    return t;
}

bool trainer_start(struct trainer *t, struct writer *writer, bool again, struct err *err)
{
    t->again = again;
    t->writer = writer;
    t->store = store_open(t->o.path, STORE_READER, err);
    if (!t->store)
        return false;
    t->running = pthread_create(&t->thread, NULL, loop, t) == 0;
    return t->running || err_set(err, ERR_INTERNAL, "starting the trainer's thread");
}

void trainer_wake(void *arg)
{
    struct trainer *t = arg;
    pthread_mutex_lock(&t->lock);
    t->asked = true;
    pthread_cond_broadcast(&t->some);
    pthread_mutex_unlock(&t->lock);
}

void trainer_stop(struct trainer *t)
{
    if (!t || !t->running)
        return;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_broadcast(&t->some);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    t->running = false;
    store_close(t->store);
    t->store = NULL;
}

void trainer_close(struct trainer *t)
{
    if (!t)
        return;
    trainer_stop(t);
    store_close(t->store);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->some);
    free(t);
}
