/* calls: the table of tables. */
#include "api/calls.h"
#include "base/text.h"
#include "core/classify.h"
#include "core/field.h"
#include <string.h>
#include <strings.h>

const struct call *const call_lists[] = {
    ingest_calls, do_calls, list_calls, stream_calls, delivery_calls,
    lab_calls, learn_calls, ripio_calls, customer_calls, audit_calls,
    stat_calls, oncall_calls, knowledge_calls, escalation_calls,
    score_calls, handover_calls, view_calls, keep_calls, self_calls, again_calls,
    attachment_calls,
    NULL};

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

const char *call_headers(struct request *req)
{
    static const char *const secret[] = {"Authorization", "Proxy-Authorization", "Cookie"};
    struct json *object = json_object();
    for (int i = 0; i < req->head.count; i++) {
        const struct gate_header *h = &req->head.headers[i];
        bool hide = false;
        for (size_t s = 0; s < sizeof secret / sizeof *secret; s++)
            hide |= strcasecmp(h->name, secret[s]) == 0;
        const char *value = hide ? "(not kept)" : text_valid(h->value, h->value_n) ? h->value : text_safe_in(req->arena, h->value, TEXT_LINE);
        json_put_string(object, h->name, value);
    }
    const char *text = json_print_in(req->arena, object);
    json_free(object);
    return text;
}

static const char *customer_text(const struct observation *obs)
{
    for (int i = 0; i < obs->message_count; i++)
        if (obs->messages[i].author_kind == AUTHOR_CUSTOMER && obs->messages[i].body && obs->messages[i].origin != ORIGIN_AI)
            return obs->messages[i].body;
    return NULL;
}

static bool says(const struct observation *obs, const char *name)
{
    return field_set_has(&obs->said, field_index(field_find(name)));
}

/* Labels what the customer wrote: title and first message. A body without either is not labelled. */
void call_label(struct request *req, struct ingest_item *item)
{
    const char *text = customer_text(&item->obs), *title = says(&item->obs, "title") ? item->obs.value.title : NULL;
    const struct classify_model *model = request_model(req);
    if (!item->obs.key || (!text && !title) || !model)
        return;
    classify_text(model, req->arena, title, text, &item->label);
    item->labelled = true;
    item->epoch = classify_model_epoch(model);
}

bool call_zone(struct request *req, const char *tz, const char *local, const struct zone **zone, struct err *err)
{
    struct err why;
    if (tz) {
        *zone = zone_load(req->arena, tz, &why);
        return *zone || err_set(err, ERR_INPUT, "tz: %s", why.text);
    }
    *zone = config_zone(req->agent->zone);
    if (!*zone && local)
        *zone = zone_load(req->arena, local, &why); /* a machine's odd zone is no fault of the question */
    return true;
}
