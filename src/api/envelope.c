/* envelope: a table of the vendor's errors, the rest of ours by their status. */
#include "api/envelope.h"
#include "base/clock.h"
#include "base/log.h"

static const struct envelope {
    int status, code;
    const char *type, *word, *message; /* message NULL: the problem's own */
} envelopes[] = {
    [ENVELOPE_PARSE_ERROR] = {400, 20001, "ParseError", "parse_error", "Malformed request."},
    [ENVELOPE_NOT_AUTHENTICATED] = {403, 40001, "NotAuthenticated", "not_authenticated", "Authentication credentials were not provided."},
    [ENVELOPE_NOT_ENABLED] = {403, 20061, "SupportTicketsNotEnabledException", "support_tickets_not_enabled", "Support tickets are not enabled for this account."},
    [ENVELOPE_NOT_FOUND] = {404, 40004, "NotFound", "not_found", "Not found."},
    {405, 40005, "MethodNotAllowed", "method_not_allowed", NULL},
    {413, 40013, "RequestEntityTooLarge", "request_entity_too_large", NULL},
    {429, 40029, "Throttled", "throttled", NULL},
    {507, 50007, "InsufficientStorage", "insufficient_storage", NULL},
    {503, 50003, "ServiceUnavailable", "service_unavailable", NULL}, /* and whatever else */
};
enum { ENVELOPES = sizeof envelopes / sizeof *envelopes };

static void answer(struct request *req, int status, int code, const char *type, struct json *detail)
{
    struct json *body = json_object();
    json_put_i64(body, "code", code);
    json_put_string(body, "type", type);
    json_put(body, "detail", detail);
    json_put_i64(body, "status", status);
    request_json_tree(req, status, body);
}

static void answer_row(struct request *req, const struct envelope *e, const char *message)
{
    struct json *detail = json_object();
    json_put_string(detail, "message", e->message ? e->message : message);
    json_put_string(detail, "code", e->word);
    answer(req, e->status, e->code, e->type, detail);
}

void envelope_note(struct request *req, const struct config_source *source, int code)
{
    uint64_t unlogged;
    const char *name = source ? source->name : "-";
    if (desk_refused(req->desk, name, clock_now(), &unlogged))
        log_line(LOG_WARN, "refused", "source=\"%s\" code=%d bytes=%zu more=%llu", name, code, req->body_n, (unsigned long long)unlogged);
}

bool envelope_refuse(struct request *req, const struct config_source *source, enum envelope_row row)
{
    envelope_note(req, source, envelopes[row].code);
    answer_row(req, &envelopes[row], NULL);
    return false;
}

void envelope_problem(struct request *req, const struct problem *p)
{
    const struct envelope *e = &envelopes[ENVELOPES - 1];
    for (int i = ENVELOPE_NOT_FOUND; i < ENVELOPES; i++)
        if (envelopes[i].status == p->status) {
            e = &envelopes[i];
            break;
        }
    struct envelope as = *e;
    as.status = p->status;
    answer_row(req, &as, p->detail);
}

void envelope_answer(struct request *req, enum envelope_row row)
{
    answer_row(req, &envelopes[row], NULL);
}

bool envelope_fields(struct request *req, const struct config_source *source, struct json *errors)
{
    envelope_note(req, source, 20000);
    answer(req, 400, 20000, "ValidationError", errors);
    return false;
}
