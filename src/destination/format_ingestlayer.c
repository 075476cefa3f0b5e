/* format_ingestlayer: ingestlayer's webhook.out (destinations.md 1) and the same event as a Standard Webhook (1a). Replies on
 * their way to a customer's system have the body that data/doc/api.md promises, whichever of the two carries them. */
#include "destination/format.h"
#include "base/crypto.h"
#include "base/str.h"

struct json *format_reply(struct arena *arena, const struct letter *l)
{
    struct json *data = json_object(), *ticket = json_object(), *message = json_object();
    json_put_i64(ticket, "id", l->ticket->id);
    json_put_string(ticket, "key", l->ticket->key);
    json_put_string(ticket, "source_id", l->ticket->source_id);
    json_put_string(ticket, "account", l->ticket->account);
    json_put_string(message, "id", l->message->id);
    json_put_string(message, "author", l->message->author);
    json_put_string(message, "text", l->message->body);
    json_put_string(message, "created_at", format_millis(arena, l->message->at));
    json_put(data, "ticket", ticket);
    json_put(data, "message", message);
    return data;
}

struct json *format_payload(struct arena *arena, const struct letter *l, struct err *err)
{
    if (l->of == LETTER_EVENT)
        return l->payload ? json_copy(l->payload) : json_object();
    if (l->of == LETTER_REPLY && l->ticket && l->message)
        return format_reply(arena, l);
    struct json *data = l->of == LETTER_DESK || l->of == LETTER_REGISTER ? format_cstar_data(arena, l) : NULL;
    return data ? data : format_none("a webhook", l, err);
}

static struct json *ingestlayer(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    struct json *payload = format_payload(arena, l, err), *root;
    (void)out;
    if (!payload)
        return NULL;
    root = json_object();
    if (!c->to->body_seed)
        json_put_string(root, "id", l->id);
    json_put_string(root, "type", l->type);
    if (!c->to->body_seed)
        json_put_string(root, "received_at", format_millis(arena, l->at));
    json_put(root, "payload", payload);
    return root;
}

/* The bytes go along: whoever gets this has no door to fetch them by. */
static struct json *files_of(struct arena *arena, const struct composing *c)
{
    struct json *list = json_array();
    for (int i = 0; i < c->file_count; i++) {
        const struct destination_file *f = &c->files[i];
        const size_t room = (f->n + 2) / 3 * 4 + 1;
        struct json *row = json_object();
        char *content = arena_alloc(arena, room);
        crypto_base64((const uint8_t *)f->data, f->n, content, room);
        json_put_string(row, "name", f->name);
        json_put_string(row, "type", f->type);
        json_put_i64(row, "size", (int64_t)f->n);
        json_put_string(row, "sha256", f->sha256);
        json_put_string(row, "content", content);
        json_push(list, row);
    }
    return list;
}

static struct json *standard(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    if (l->of != LETTER_REPLY)
        return ingestlayer(arena, c, out, err);
    struct json *data = format_payload(arena, l, err), *root;
    if (!data)
        return NULL;
    root = json_object();
    json_put_string(root, "type", l->type);
    json_put_string(root, "timestamp", format_millis(arena, l->message->at));
    if (c->file_count)
        json_put(data, "attachments", files_of(arena, c));
    json_put(root, "data", data);
    return root;
}

const struct format format_ingestlayer = {.name = "ingestlayer", .type = "application/json", .scheme = "ingest-out", .keyed = true, .body = ingestlayer};
const struct format format_standard = {.name = "Standard Webhooks", .type = "application/json", .scheme = "standard", .rotates = true, .timeout = 15000,
                                       .body = standard};
