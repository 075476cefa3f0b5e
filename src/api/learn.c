/* learn: the classifier as people meet it: labels to look at, resolved tickets like this one, its epochs and the way back to
 * one. Reads are bounded: the newest open tickets, a budget of time, a dozen words. */
#include "api/calls.h"
#include "api/show.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/review.h"
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = 500, ROWS = 50, BITE = 50, BUDGET_MS = 40, WORDS = 48, SIMILAR = 5, SIMILAR_MOST = 20, EXCERPT = 160 };
enum { EPOCHS = 50, EPOCHS_MOST = 500, BODY = 4096 };

/* --- epochs --- */

static struct json *epoch_row(const struct model_row *m, int64_t in_force)
{
    struct json *row = json_object();
    json_put_i64(row, "epoch", m->epoch);
    json_put_i64(row, "at", m->at);
    json_put_i64(row, "learned", m->learned);
    json_put_string(row, "state", m->state);
    json_put_bool(row, "in_force", m->epoch == in_force);
    json_put_bool(row, "can_return", m->can_return && !str_eq(m->state, "refused"));
    json_put(row, "figures", json_new_raw(m->figures));
    return row;
}

static void get_models(struct request *req)
{
    struct show show;
    struct model_row *list;
    int count;
    if (!show_open(&show, req))
        return;
    if (!store_model_list(show.store, show.arena, (int)request_query_i64(req, "limit", EPOCHS, 1, EPOCHS_MOST), &list, &count, &show.err)) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object(), *rows = json_array();
    for (int i = 0; i < count; i++)
        json_push(rows, epoch_row(&list[i], classify_model_epoch(request_model(req))));
    json_put(root, "models", rows);
    json_put(root, "model", show_model(&show));
    request_json_tree(req, 200, root);
}

/* --- back to one --- */

static void went_back(struct request *req)
{
    const struct job *job = req->own;
    if (job->ok)
        request_json(req, 200, arena_printf(req->arena, "{\"epoch\":%lld,\"learned\":%lld}", (long long)job->model_row.epoch,
                                            (long long)job->model_row.learned));
    else
        request_fail(req, &job->err);
}

static void free_model(void *model)
{
    classify_model_free(model);
}

/* Its weights as a model, and its row; NULL + err. Epoch 0 is what every desk begins with. */
static struct classify_model *stored_model(struct show *show, int64_t epoch, struct model_row *row)
{
    bool found = false;
    struct err *err = &show->err;
    *row = (struct model_row){.epoch = 0, .figures = "{}"};
    if (!epoch)
        return classify_model_hold(show->req->desk->starter);
    if (!store_model_get(show->store, show->arena, epoch, row, &found, err))
        return NULL;
    if (!found)
        err_set(err, ERR_NOT_FOUND, "no epoch %lld of the classifier; `triage model ls` lists them", (long long)epoch);
    else if (str_eq(row->state, "refused"))
        err_set(err, ERR_STATE, "epoch %lld was refused: it did worse than the one before; `triage model ls` says which were taken", (long long)epoch);
    else if (!row->weights)
        err_set(err, ERR_STATE, "the weights of epoch %lld are no longer kept; `triage model ls` says which are, 0 is always there", (long long)epoch);
    else
        return classify_load(show->req->desk->starter, row->weights, row->weights_n, err);
    return NULL;
}

static void admin_model(struct request *req)
{
    struct show show;
    const struct json *body = call_body(req);
    int64_t epoch = -1;
    if (!body || !show_open(&show, req))
        return;
    struct job *job = ARENA_NEW(req->arena, struct job);
    *job = (struct job){.kind = JOB_MODEL, .arena = req->arena, .agent = req->agent->name};
    if (!json_i64(json_get(body, "epoch"), &epoch) || epoch < 0)
        err_set(&show.err, ERR_USAGE, "epoch: the number of an epoch, 0 = the starter rules");
    else if (epoch == classify_model_epoch(request_model(req)))
        err_set(&show.err, ERR_ALREADY, "epoch %lld is in force already", (long long)epoch);
    else
        job->model = stored_model(&show, epoch, &job->model_row);
    if (!job->model) {
        show_fail(&show);
        return;
    }
    arena_defer(req->arena, free_model, job->model);
    job->model_row.state = "back";
    req->own = job;
    call_post(req, job, went_back);
}

/* --- labels to look at --- */

struct judged {
    const struct worded *ticket;
    struct classify_result said;
    struct review review;
};

/* Out of the scratch memory they were found in. */
static void keep_reasons(struct arena *arena, struct classify_label *label)
{
    for (int i = 0; i < label->reason_count; i++)
        label->reasons[i].text = arena_strdup(arena, label->reasons[i].text);
}

/* The newest open tickets whose label no person gave, as the model sees them. more: there are older ones. */
static bool judge_all(struct show *show, struct judged *list, int *count, bool *more)
{
    const struct classify_model *model = request_model(show->req);
    AUTO_ARENA scratch = arena_new();
    int64_t until = clock_mono() + BUDGET_MS, before = 0;
    int n = BITE;
    *count = 0;
    while (n == BITE && *count < LOOKED_AT && clock_mono() < until) {
        struct worded *page;
        if (!store_worded(show->store, show->arena, before, true, BITE, &page, &n, &show->err))
            return false;
        for (int i = 0; i < n && *count < LOOKED_AT; i++) {
            before = page[i].id;
            if (page[i].urgency_by == LABEL_BY_AGENT || page[i].urgency == URGENCY_NONE)
                continue;
            struct judged *j = &list[(*count)++];
            j->ticket = &page[i];
            arena_reset(scratch);
            classify_text(model, scratch, page[i].title, page[i].text, &j->said);
            keep_reasons(show->arena, &j->said.urgency);
        }
    }
    struct worded *older;
    bool ok = store_worded(show->store, show->arena, before, true, 1, &older, &n, &show->err);
    *more = ok && n > 0;
    return ok;
}

static int least_sure_first(const void *pa, const void *pb)
{
    const struct judged *a = pa, *b = pb;
    if (a->review.bp != b->review.bp)
        return a->review.bp < b->review.bp ? -1 : 1;
    if (a->review.margin_bp != b->review.margin_bp)
        return a->review.margin_bp < b->review.margin_bp ? -1 : 1;
    return a->ticket->id > b->ticket->id ? -1 : 1;
}

/* Judges each, keeps those a person should see, the least sure first. Gives how many. */
static int pick_for_review(struct show *show, struct judged *list, int count)
{
    int64_t *critical = ARENA_ARRAY(show->arena, int64_t, count + 1);
    int kept = 0;
    for (int i = 0; i < count; i++)
        critical[i] = list[i].said.urgency.all_bp[URGENCY_CRITICAL];
    int64_t alert = review_alert_bp(critical, count);
    for (int i = 0; i < count; i++) {
        review_urgency(&list[i].said, list[i].ticket->urgency, alert, list[i].ticket->flagged, &list[i].review);
        if (list[i].review.why)
            list[kept++] = list[i];
    }
    qsort(list, (size_t)kept, sizeof *list, least_sure_first);
    return kept;
}

static struct json *reasons_of(struct show *show, const struct classify_label *label)
{
    struct json *list = json_array();
    for (int i = 0; i < label->reason_count; i++) {
        struct json *reason = json_object();
        json_put_string(reason, "text", text_safe_in(show->arena, mask_text(show->arena, &show->mask, NULL, label->reasons[i].text), TEXT_LINE));
        json_put_i64(reason, "weight_milli", label->reasons[i].weight_milli);
        json_push(list, reason);
    }
    return list;
}

static struct json *judged_row(struct show *show, const struct judged *j)
{
    const struct worded *t = j->ticket;
    struct review category = {0};
    struct json *row = json_object();
    if (t->category)
        review_label(&j->said.category, t->category, CATEGORY_OTHER, &category);
    json_put_i64(row, "id", t->id);
    json_put_string(row, "title", mask_text(show->arena, &show->mask, "title", t->title));
    json_put_string(row, "urgency", urgency_word(t->urgency));
    json_put_i64(row, "urgency_bp", j->review.bp);
    json_put_string(row, "band", show_band(j->review.bp));
    json_put_string(row, "runner_up", urgency_word(j->review.runner_up));
    json_put_i64(row, "margin_bp", j->review.margin_bp);
    json_put_i64(row, "critical_bp", j->said.urgency.all_bp[URGENCY_CRITICAL]);
    json_put_string(row, "model_says", urgency_word(j->said.urgency.value));
    json_put_string(row, "category", t->category ? category_word(t->category) : NULL);
    json_put_i64(row, "category_bp", category.bp);
    json_put_string(row, "category_says", category_word(j->said.category.value));
    json_put(row, "reasons", reasons_of(show, &j->said.urgency));
    json_put_string(row, "why_review", j->review.why);
    return row;
}

/* What the newest model would have said otherwise, as the trainer counted it. */
static struct json *shadow_of(struct show *show)
{
    struct model_row *list;
    int n;
    const struct json *shadow = NULL;
    if (store_model_list(show->store, show->arena, EPOCHS, &list, &n, &show->err))
        for (int i = 0; i < n && !shadow; i++)
            shadow = json_get(json_parse_in(show->arena, list[i].figures, strlen(list[i].figures), &json_limits_native, NULL, NULL), "shadow");
    if (shadow)
        return json_copy(shadow);
    struct json *none = json_object();
    json_put_i64(none, "of", 0);
    json_put_null(none, "since");
    json_put_i64(none, "would_escalate", 0);
    json_put(none, "would_label", json_array());
    return none;
}

static void get_labels(struct request *req)
{
    struct show show;
    int count, limit = (int)request_query_i64(req, "limit", ROWS, 1, LOOKED_AT);
    bool more;
    if (!show_open(&show, req))
        return;
    struct judged *list = ARENA_ARRAY(req->arena, struct judged, LOOKED_AT);
    if (!judge_all(&show, list, &count, &more)) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object(), *rows = json_array();
    int kept = pick_for_review(&show, list, count);
    for (int i = 0; i < kept && i < limit; i++)
        json_push(rows, judged_row(&show, &list[i]));
    json_put(root, "rows", rows);
    json_put_i64(root, "review", kept);
    json_put_i64(root, "of", count);
    json_put_bool(root, "more", more);
    json_put(root, "model", show_model(&show));
    json_put(root, "shadow", shadow_of(&show));
    request_json_tree(req, 200, root);
}

/* --- resolved tickets like this one --- */

static const char *customer_words(const struct message *list, int n)
{
    for (int i = 0; i < n; i++)
        if (list[i].author_kind == AUTHOR_CUSTOMER && list[i].origin != ORIGIN_AI && list[i].body && *list[i].body)
            return list[i].body;
    return NULL;
}

/* The beginning of what the customer wrote, on one line; whole characters. Masked before it is cut: half a number is found by nobody. */
static const char *excerpt(struct show *show, int64_t ticket)
{
    struct message *list = NULL;
    char cut[EXCERPT + 1];
    int n;
    if (!store_message_list(show->store, show->arena, ticket, &list, &n, &show->err) || !customer_words(list, n))
        return "";
    str_copy(cut, sizeof cut, mask_text(show->arena, &show->mask, NULL, customer_words(list, n)));
    return text_safe_in(show->arena, cut, TEXT_LINE);
}

static struct json *similar_row(struct show *show, int64_t id)
{
    const struct ticket *t = store_ticket_get(show->store, show->arena, id, &show->err);
    struct json *row = json_object();
    if (!t)
        return row;
    json_put_i64(row, "id", t->id);
    json_put_string(row, "title", mask_text(show->arena, &show->mask, "title", t->title));
    json_put_string(row, "status", status_word(t->status));
    json_put_i64(row, "resolved_at", t->resolved_at);
    json_put_string(row, "assignee", t->assignee);
    json_put_string(row, "excerpt", excerpt(show, t->id));
    return row;
}

static int words_of(struct show *show, const struct ticket *t, struct search_word *out)
{
    struct classify_word words[WORDS];
    struct message *list = NULL;
    int n;
    if (!store_message_list(show->store, show->arena, t->id, &list, &n, &show->err))
        return 0;
    int count = classify_words(request_model(show->req), show->arena, t->title, customer_words(list, n), words, WORDS);
    for (int i = 0; i < count; i++)
        out[i] = (struct search_word){words[i].text, words[i].weight};
    return count;
}

static void get_similar(struct request *req)
{
    struct show show;
    struct search_word words[WORDS];
    int64_t ids[SIMILAR_MOST];
    int count = 0, limit = (int)request_query_i64(req, "limit", SIMILAR, 1, SIMILAR_MOST);
    if (!show_open(&show, req))
        return;
    const struct ticket *t = show_asked(&show);
    if (!t || !store_similar(show.store, show.arena, t->id, words, words_of(&show, t, words), limit, ids, &count, &show.err)) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object(), *rows = json_array();
    for (int i = 0; i < count; i++)
        json_push(rows, similar_row(&show, ids[i]));
    json_put(root, "rows", rows);
    if (show.err.code == ERR_NONE) {
        request_json_tree(req, 200, root);
        return;
    }
    json_free(root);
    show_fail(&show);
}

#define READ(p, fn, least, text) {.method = "GET", .path = p, .sides = SIDE_DESK, .role = least, .handle = fn, .help = text}
const struct call learn_calls[] = {
    READ("/v1/labels", get_labels, ROLE_AGENT, "labels a person should look at, the least sure first"),
    READ("/v1/tickets/{}/similar", get_similar, ROLE_AGENT, "resolved tickets like it"),
    READ("/v1/models", get_models, ROLE_AGENT, "the classifier's epochs"),
    {.method = "POST", .path = "/v1/admin/model", .sides = SIDE_DESK, .limit = BODY, .role = ROLE_LEAD, .handle = admin_model, .help = "back to an epoch of the classifier"},
    {0},
};
