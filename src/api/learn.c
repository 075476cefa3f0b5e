/* learn: the classifier as people meet it: its epochs and the way back to one. */
#include "api/calls.h"
#include "api/show.h"
#include <string.h>

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
        err_set(err, ERR_NOT_FOUND, "no epoch %lld of the classifier", (long long)epoch);
    else if (str_eq(row->state, "refused"))
        err_set(err, ERR_CONFLICT, "epoch %lld was refused: it did worse than the one before", (long long)epoch);
    else if (!row->weights)
        err_set(err, ERR_CONFLICT, "the weights of epoch %lld are no longer kept", (long long)epoch);
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
        err_set(&show.err, ERR_CONFLICT, "epoch %lld is in force already", (long long)epoch);
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

#define READ(p, fn, least, text) {.method = "GET", .path = p, .sides = SIDE_DESK, .role = least, .handle = fn, .help = text}
const struct call learn_calls[] = {
    READ("/v1/models", get_models, ROLE_AGENT, "the classifier's epochs"),
    {.method = "POST", .path = "/v1/admin/model", .sides = SIDE_DESK, .limit = BODY, .role = ROLE_LEAD, .handle = admin_model, .help = "back to an epoch of the classifier"},
    {0},
};
