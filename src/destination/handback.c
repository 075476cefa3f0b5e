/* handback: see handback.h. */
#include "destination/handback.h"
#include "core/attachment.h"
#include <string.h>

enum { ID_MAX = 200 };

bool handback_wanted(const struct composing *c, struct err *err)
{
    const struct letter *l = c->letter;
    bool reply = l->of == LETTER_REPLY && l->message, assign = l->of == LETTER_ASSIGN;
    if (!reply && !assign)
        return err_set(err, ERR_NOT_FOUND, "only replies and assignments are handed back to a source");
    if (!l->ticket || !l->ticket->source_id || !*l->ticket->source_id)
        return err_set(err, ERR_INPUT, "the ticket has no id at its source");
    if (reply && (!l->message->body || !*l->message->body))
        return err_set(err, ERR_INPUT, "the reply has no text");
    return destination_is_token(c->to->token) || err_set(err, ERR_INPUT, "there is no key for the source's API");
}

const char *handback_base(struct arena *arena, const struct composing *c, const char *usual)
{
    const char *base = c->to->url && *c->to->url ? c->to->url : usual;
    size_t n = strlen(base);
    while (n && base[n - 1] == '/')
        n--;
    return arena_strndup(arena, base, n);
}

const char *handback_segment(struct arena *arena, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~", hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(arena, 3 * strlen(text) + 1), *to = out;
    bool dots = text[strspn(text, ".")] == 0;
    for (; *text; text++) {
        if (strchr(plain, *text) || (*text == '.' && !dots)) {
            *to++ = *text;
            continue;
        }
        *to++ = '%';
        *to++ = hex[(unsigned char)*text >> 4];
        *to++ = hex[*text & 15];
    }
    *to = 0;
    return out;
}

const char *handback_text(struct arena *arena, const struct message *m)
{
    struct attachment *list;
    int n = attachment_read(arena, m->assets, &list);
    return n ? arena_printf(arena, "%s\n\n%s", m->body, attachment_say_all(arena, list, n)) : m->body;
}

struct delivery handback_request(struct arena *arena, const struct composing *c, const char *method, const char *url, const char *name, const char *value)
{
    AUTO_JSON root = json_object();
    json_put_string(root, name, value);
    struct delivery r = destination_post(arena, c, url, "application/json", root);
    r.method = method;
    destination_add_header(&r, "Authorization", arena_printf(arena, "Bearer %s", c->to->token));
    return r;
}

static void note_id(const struct json *id, struct json *memo)
{
    const char *text = json_string(id) ? json_string(id) : json_number(id);
    if (text && *text && strlen(text) <= ID_MAX)
        destination_note(memo, "remote_id", text);
}

struct verdict handback_judge(const struct composing *c, const struct reply *reply, bool refused, const char *error, const struct json *id, struct json *memo)
{
    struct verdict v = destination_judge_http(reply, c->now);
    if (v.kind == VERDICT_DELIVERED && refused)
        v.kind = VERDICT_DEAD;
    if (v.kind == VERDICT_DELIVERED && c->letter->of == LETTER_REPLY)
        note_id(id, memo);
    if (v.kind != VERDICT_DELIVERED)
        v.note = error;
    v.disable = false; /* 410 is about this ticket, not about the API */
    return v;
}
