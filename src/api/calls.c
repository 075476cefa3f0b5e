/* calls: the table of tables. */
#include "api/calls.h"

const struct call *const call_lists[] = {ingest_calls, do_calls, list_calls, stream_calls, delivery_calls, lab_calls, learn_calls, NULL};

void call_post(struct request *req, struct job *job, void (*then)(struct request *req))
{
    job->wake = request_wake;
    job->wake_arg = req;
    request_park(req, then);
    struct err err = {0};
    if (!desk_post(req->desk, job, &err)) {
        job->ok = false;
        job->err = err;
        request_wake(req);
    }
}

const struct json *call_body(struct request *req)
{
    struct json_notes notes;
    struct err err = {0};
    const struct json *root = json_parse_in(req->arena, req->body, req->body_n, &json_limits_native, &notes, &err);
    if (root && json_is(root, JSON_OBJECT))
        return root;
    if (root)
        err_set(&err, ERR_USAGE, "the body must be a JSON object");
    request_fail(req, &err);
    return NULL;
}
