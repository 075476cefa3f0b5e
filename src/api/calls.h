/* calls: the lists of calls, one per file, and what their handlers share. */
#ifndef API_CALLS_H
#define API_CALLS_H
#include "api/request.h"

extern const struct call ingest_calls[], do_calls[], list_calls[], stream_calls[], delivery_calls[],
    lab_calls[], learn_calls[], ripio_calls[], customer_calls[], audit_calls[],
    stat_calls[], oncall_calls[], knowledge_calls[], escalation_calls[],
    score_calls[], handover_calls[], view_calls[], self_calls[], keep_calls[], attachment_calls[], again_calls[];

/* Parks the request, posts the job, and has `then` run when the job is done or could not be posted (job->ok, err). */
void call_post(struct request *req, struct job *job, void (*then)(struct request *req));
/* The body as JSON within the native limits; NULL: refused already. */
const struct json *call_body(struct request *req);
/* What a request said of itself, as JSON, without its secrets: kept with the event. */
const char *call_headers(struct request *req);
/* The request's body and head are an event of this source: it is taken in, trusted already, and answered with what came of it,
 * {"events":[{id, state, ticket, duplicate}]}. key: stands in where the body has none. */
void ingest_again(struct request *req, const struct config_source *source, int64_t event);
/* The clock that times are read and shown on: `tz` wins, then the asker's own, then `local`, that of the asker's machine; NULL:
 * not given. *zone NULL: UTC. false + err (INPUT): tz is no zone. */
bool call_zone(struct request *req, const char *tz, const char *local, const struct zone **zone, struct err *err);
/* Labels what the customer wrote: title and first message. A body without either is not labelled. */
void call_label(struct request *req, struct ingest_item *item);
#endif
