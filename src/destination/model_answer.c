/* model_answer: what came back. A reply is foreign text twice over: the server's, and the customer's through the model. It is
 * read by the strict reader (no NaN, no member twice, no depth), the one object in it is taken whole or not at all, and
 * what an error says is kept short and without our key, which some servers repeat. */
#include "destination/model.h"
#include "base/str.h"
#include "core/label.h"
#include "core/redact.h"
#include <string.h>

enum { SAID = 300, READ = 4 << 10 }; /* bytes of an error kept, and read for it */

static bool refuse(const char **why, const char *text)
{
    *why = text;
    return false;
}

static const struct json *strict(struct arena *arena, const char *text, size_t n)
{
    struct json_notes notes = {0};
    const struct json *root = json_parse_in(arena, text, n, &json_limits_native, &notes, NULL);
    return notes.dup ? NULL : root;
}

/* --- the object in a text --- */

/* Where the object that begins at text ends; NULL: it does not. */
static const char *object_end(const char *text)
{
    int depth = 0;
    bool quoted = false;
    for (; *text; text++) {
        if (*text == '\\' && quoted && text[1])
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && *text == '{')
            depth++;
        else if (!quoted && *text == '}' && --depth == 0)
            return text + 1;
    }
    return NULL;
}

/* The only object: with two, one may be the customer's, quoted. */
static const struct json *object_in(struct arena *arena, const char *text, const char **why)
{
    const char *from = strchr(text, '{'), *end = from ? object_end(from) : NULL;
    const struct json *object = end ? strict(arena, from, (size_t)(end - from)) : NULL;
    if (!end || !object)
        refuse(why, !from ? "the answer has no JSON object" : !end ? "the answer ends in the middle" : "the answer is not strict JSON");
    else if (strchr(end, '{')) {
        object = NULL;
        refuse(why, "the answer has more than one JSON object");
    }
    return object;
}

/* --- the two envelopes --- */

struct found { const struct json *object; const char *text; }; /* a tool's input, or text that holds it */

static bool open_anthropic(const struct json *root, struct found *f, const char **why)
{
    const char *stop = json_get_string(root, "stop_reason", "");
    if (str_eq(stop, "refusal"))
        return refuse(why, "the model refused to answer");
    if (str_eq(stop, "max_tokens"))
        return refuse(why, "the answer was cut at its limit of tokens");
    for (const struct json *block = json_first(json_get(root, "content")); block; block = json_next(block)) {
        const char *type = json_get_string(block, "type", "");
        if (str_eq(type, "tool_use") && !f->object)
            f->object = json_get(block, "input");
        if (str_eq(type, "text") && !f->text)
            f->text = json_get_string(block, "text", NULL);
    }
    return true;
}

static bool open_openai(const struct json *root, struct found *f, const char **why)
{
    const struct json *choice = json_first(json_get(root, "choices")), *message = json_get(choice, "message");
    const char *finish = json_get_string(choice, "finish_reason", "");
    if (json_get_string(message, "refusal", NULL) || str_eq(finish, "content_filter"))
        return refuse(why, "the model refused to answer");
    if (str_eq(finish, "length"))
        return refuse(why, "the answer was cut at its limit of tokens");
    f->text = json_get_string(json_path(json_first(json_get(message, "tool_calls")), "function"), "arguments", NULL);
    if (!f->text)
        f->text = json_get_string(message, "content", NULL);
    return true;
}

bool model_answer_read(struct arena *arena, const struct composing *c, const struct model_question *q, const struct reply *reply, struct json **answer,
                       const char **why)
{
    static bool (*const open[])(const struct json *root, struct found *f, const char **why) = {[MODEL_OPENAI] = open_openai,
                                                                                               [MODEL_ANTHROPIC] = open_anthropic};
    const char *const sent[] = {q->subject, q->body, NULL};
    struct found f = {0};
    struct label_answer a;
    struct err err = {0};
    if (reply->body_cut)
        return refuse(why, "the answer is too large");
    const struct json *root = strict(arena, reply->body, reply->body_n);
    if (!root)
        return refuse(why, "the reply is not strict JSON");
    if (!open[c->to->api](root, &f, why))
        return false;
    if (!f.object && !f.text)
        return refuse(why, "the reply has no answer in it");
    if (!f.object && !(f.object = object_in(arena, f.text, why)))
        return false;
    if (!label_answer_read(arena, f.object, q->labels, q->label_count, sent, &a, &err))
        return refuse(why, arena_printf(arena, "the answer is no label: %s", err.text));
    *answer = label_answer_encode(&a);
    return true;
}

/* --- errors --- */

/* Errors come as {"error":{message,type,code}}, {"error":"text"}, {"message":...}, or a proxy's page, which says nothing. */
static const char *message_of(const struct json *root)
{
    const struct json *error = json_get(root, "error");
    const char *said = json_string(error);
    return said ? said : json_get_string(error, "message", json_get_string(root, "message", ""));
}

struct model_fault model_fault_read(struct arena *arena, const struct config_destination *to, const struct reply *reply)
{
    const struct json *root = reply->body_n ? strict(arena, reply->body, reply->body_n) : NULL, *error = json_get(root, "error");
    const char *type = json_get_string(error, "type", json_get_string(root, "type", ""));
    const char *code = json_get_string(error, "code", json_get_string(json_get(error, "details"), "error_code", ""));
    char message[READ], kept[SAID + 1];
    str_copy(message, sizeof message, message_of(root)); /* ends on a code point: the search for personal data needs whole ones */
    str_copy(kept, sizeof kept, redact_text(arena, destination_conceal(arena, to, message), &redact_all, NULL));
    return (struct model_fault){arena_strdup(arena, kept), arena_printf(arena, "%s %s %s", type, code, json_get_string(error, "param", ""))};
}
