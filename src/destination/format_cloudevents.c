/* format_cloudevents: an event as CloudEvents 1.0, whole in JSON or with its attributes as headers (destinations.md 1b). source
 * and id together are unique: the door it came in by, and the letter's id. */
#include "destination/format.h"

static const char *source_of(struct arena *arena, const struct letter *l)
{
    return arena_printf(arena, "/triage/%s", l->origin && *l->origin ? l->origin : "desk");
}

static const char *subject_of(struct arena *arena, const struct letter *l)
{
    return l->ticket ? format_ticket_id(arena, l->ticket) : NULL;
}

/* type is required, and required attributes are never empty. */
static struct json *data_of(struct arena *arena, const struct letter *l, struct err *err)
{
    return l->type && *l->type ? format_payload(arena, l, err) : format_none("CloudEvents", l, err);
}

static struct json *structured(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    const char *subject = subject_of(arena, l);
    struct json *data = data_of(arena, l, err), *root;
    (void)out;
    if (!data)
        return NULL;
    root = json_object();
    json_put_string(root, "specversion", "1.0");
    json_put_string(root, "id", l->id);
    json_put_string(root, "source", source_of(arena, l));
    json_put_string(root, "type", l->type);
    json_put_string(root, "time", format_millis(arena, l->at));
    if (subject)
        json_put_string(root, "subject", subject);
    json_put_string(root, "datacontenttype", "application/json");
    json_put(root, "data", data);
    return root;
}

static struct json *binary(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    struct json *data = data_of(arena, l, err);
    if (!data)
        return NULL;
    destination_add_header(out, "ce-specversion", "1.0");
    destination_add_header(out, "ce-id", format_plain(arena, l->id));
    destination_add_header(out, "ce-source", format_plain(arena, source_of(arena, l)));
    destination_add_header(out, "ce-type", format_plain(arena, l->type));
    destination_add_header(out, "ce-time", format_millis(arena, l->at));
    destination_add_header(out, "ce-subject", format_plain(arena, subject_of(arena, l)));
    return data;
}

const struct format format_cloudevents = {.name = "CloudEvents", .type = "application/cloudevents+json; charset=utf-8", .scheme = "ingest-out",
                                          .keyed = true, .body = structured};
const struct format format_cloudevents_binary = {.name = "CloudEvents", .type = "application/json", .scheme = "ingest-out", .keyed = true, .body = binary};
