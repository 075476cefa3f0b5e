/* calls: the lists of calls, one per file, and what their handlers share. */
#ifndef API_CALLS_H
#define API_CALLS_H
#include "api/server.h"

extern const struct call ingest_calls[], do_calls[], list_calls[], stream_calls[], delivery_calls[], lab_calls[], learn_calls[];

/* Parks the request, posts the job, and has `then` run when the job is done or could not be posted (job->ok, err). */
void call_post(struct request *req, struct job *job, void (*then)(struct request *req));
/* The body as JSON within the native limits; NULL: refused already. */
const struct json *call_body(struct request *req);
#endif
