/* fake_model: a stub that looks up the scene its request names. A scene is a row: for how many calls it holds, what it
 * refuses, how it answers. After a scene's calls, and where it has nothing to refuse, the answer is a label. Behaves like the
 * servers it stands for where that matters: the API's own required members and headers, its own form of errors. */
#include "harness/fake_model.h"
#include "base/json.h"
#include "base/str.h"
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LABEL(urgency, rest) "{\"urgency\":\"" urgency "\",\"category\":\"bug\"," rest "}"
#define REST "\"confidence\":\"high\",\"evidence\":\"\",\"suspicious\":false"
enum stop { STOP_END, STOP_CUT, STOP_REFUSAL, STOP_THINKING, STOP_SILENT };

static const struct scene {
    const char *name;
    int times;           /* calls of this model it holds for; 0 = all */
    const char *refuses; /* a 400 only where the request has this member */
    const char *status;  /* of an error; NULL = 200 */
    const char *head;
    const char *type, *code, *message; /* of an error */
    const char *body;    /* the body as it stands */
    const char *answer;  /* what the model says; NULL = a label */
    int stop;            /* enum stop */
    int manner;          /* enum stub_manner */
    const char *then;
} scenes[] = {
    {.name = "ok"},
    {.name = "slow"},
    {.name = "gullible"},
    {.name = "chunked"},
    {.name = "fence", .answer = "Here you go:\n```json\n" LABEL("high", REST) "\n```\n"},
    {.name = "thinking", .stop = STOP_THINKING},
    {.name = "escape", .answer = LABEL("high", "\"confidence\":\"high\",\"evidence\":\"\\u001b]0;gone\\u0007\\u001b[2J\",\"suspicious\":false")},
    {.name = "surrogate", .answer = LABEL("high", "\"confidence\":\"high\",\"evidence\":\"\\ud800 \\u0000\",\"suspicious\":false")},
    {.name = "invented", .answer = LABEL("low", "\"confidence\":\"low\",\"evidence\":\"they said it can wait\",\"suspicious\":true")},
    /* what they will not take */
    {.name = "noforce", .refuses = "tool_choice", .message = "tool_choice: type \"tool\" and \"any\" are not supported for this model."},
    {.name = "notemp", .refuses = "temperature", .message = "`temperature` is deprecated for this model."},
    {.name = "noschema", .refuses = "output_config", .message = "output_config.format: not supported"},
    {.name = "noschema", .refuses = "response_format", .message = "'response_format' of type 'json_schema' is not supported with this model"},
    {.name = "noform", .refuses = "output_config", .message = "output_config.format: not supported"},
    {.name = "noform", .refuses = "response_format", .message = "Unknown parameter: 'response_format'."},
    {.name = "noform", .refuses = "tools", .message = "tools: this model does not support tools"},
    {.name = "newtokens", .refuses = "max_tokens", .message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."},
    {.name = "notokens", .refuses = "max_tokens", .message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."},
    {.name = "notokens", .refuses = "max_completion_tokens", .message = "Unrecognized request argument: max_completion_tokens"},
    /* errors that pass */
    {.name = "429", .times = 2, .status = "429 Slow", .head = "Retry-After: 1\r\n", .type = "rate_limit_error", .message = "slow down"},
    {.name = "429ms", .times = 1, .status = "429 Slow", .head = "retry-after-ms: 200\r\nRetry-After: 1\r\n", .type = "rate_limit_error", .message = "slow down"},
    {.name = "429date", .times = 1, .status = "429 Slow", .head = "date", .type = "rate_limit_error", .message = "slow down"},
    {.name = "429ever", .status = "429 Slow", .head = "Retry-After: 1\r\n", .type = "rate_limit_error", .message = "slow down"},
    {.name = "429bare", .status = "429 Slow", .type = "rate_limit_error", .message = "slow down"},
    {.name = "529", .status = "529 Overloaded", .type = "overloaded_error", .message = "Overloaded"},
    {.name = "529wait", .times = 1, .status = "529 Overloaded", .head = "Retry-After: 2\r\n", .type = "overloaded_error", .message = "Overloaded"},
    {.name = "500once", .times = 1, .status = "500 Oh", .type = "api_error", .message = "Internal server error"},
    {.name = "503load", .times = 1, .status = "503 No", .body = "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"},
    {.name = "409once", .times = 1, .status = "409 Conflict", .type = "conflict_error", .message = "busy"},
    {.name = "shouldretry", .times = 1, .status = "400 No", .head = "x-should-retry: true\r\n", .type = "invalid_request_error", .message = "not now"},
    {.name = "shouldnot", .status = "500 Oh", .head = "x-should-retry: false\r\n", .type = "api_error", .message = "broken for good"},
    {.name = "html", .status = "502 Bad Gateway", .head = "Content-Type: text/html\r\n", .body = "<html><h1>502 Bad Gateway</h1><script>x()</script></html>"},
    {.name = "redirect", .status = "307 Away", .head = "Location: http://127.0.0.1:1/v1\r\n", .body = ""},
    /* errors that stay */
    {.name = "spend", .status = "429 Slow", .type = "rate_limit_error", .code = "insufficient_quota", .message = "monthly spend cap"},
    {.name = "spend400", .status = "400 No", .type = "invalid_request_error", .message = "Your credit balance is too low to access the API."},
    {.name = "400", .status = "400 No", .type = "invalid_request_error", .message = "bad request"},
    {.name = "401", .status = "401 Who", .type = "authentication_error", .message = "invalid x-api-key"},
    {.name = "401echo", .status = "401 Who", .type = "authentication_error", .message = "key"},
    {.name = "402", .status = "402 Pay", .type = "billing_error", .message = "no money"},
    {.name = "403", .status = "403 No", .type = "permission_error", .message = "not for you"},
    {.name = "413", .status = "413 Large", .type = "request_too_large", .message = "too large"},
    {.name = "strerr", .status = "404 No", .body = "{\"error\":\"model 'strerr' not found\"}"},
    {.name = "toperr", .status = "400 No", .body = "{\"object\":\"error\",\"message\":\"bad\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}"},
    /* answers that are none */
    {.name = "prose", .answer = "This looks quite urgent to me."},
    {.name = "badenum", .answer = LABEL("apocalyptic", REST)},
    {.name = "upper", .answer = LABEL("CRITICAL", REST)},
    {.name = "extra", .answer = LABEL("high", REST ",\"action\":\"close ticket\"")},
    {.name = "missing", .answer = "{\"urgency\":\"high\",\"category\":\"bug\"}"},
    {.name = "wrongtype", .answer = LABEL("high", "\"confidence\":0.97,\"evidence\":\"\",\"suspicious\":\"no\"")},
    {.name = "nested", .answer = "{\"urgency\":{\"urgency\":\"high\"},\"category\":[\"bug\"]," REST "}"},
    {.name = "two", .answer = LABEL("low", REST) " or rather " LABEL("critical", REST)},
    {.name = "half", .answer = "{\"urgency\":\"high\",\"categ"},
    {.name = "nan", .answer = LABEL("high", "\"confidence\":NaN,\"evidence\":\"\",\"suspicious\":false")},
    {.name = "dupkeys", .answer = LABEL("low", "\"urgency\":\"critical\"," REST)},
    {.name = "truncated", .answer = "{\"urgency\":\"high\"", .stop = STOP_CUT},
    {.name = "refusal", .stop = STOP_REFUSAL},
    {.name = "silent", .stop = STOP_SILENT},
    {.name = "deep", .body = "deep"},
    {.name = "dupouter", .body = "{\"choices\":[],\"choices\":[{\"message\":{\"content\":\"{}\"}}],\"content\":[],\"content\":[]}"},
    {.name = "notjson", .body = "OK"},
    {.name = "array", .body = "[1,2,3]"},
    {.name = "empty", .body = ""},
    {.name = "badutf8", .body = "{\"choices\":[{\"message\":{\"content\":\"\xc3\x28\"}}]}"},
    {.name = "big", .body = "big"},
    {.name = "100mb", .manner = STUB_FLOOD, .body = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n{\"choices\":[\"", .then = "0123456789abcdef0123456789abcdef"},
    /* no answer at all */
    {.name = "hang", .manner = STUB_HANG},
    {.name = "stall", .manner = STUB_HANG, .body = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"choices\":["},
    {.name = "drip", .manner = STUB_DRIP, .body = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"choices\":["},
    {.name = "cut", .manner = STUB_ANSWER, .body = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"choices\":[", .then = ""},
    {.name = "reset", .manner = STUB_RESET, .body = "HTTP/1.1 200 OK\r\nContent-Le"},
    {.name = "headers", .manner = STUB_FLOOD, .body = "HTTP/1.1 200 OK\r\n", .then = "X-More: and more and more and more\r\n"},
};
enum { SCENES = sizeof scenes / sizeof *scenes };

struct fake_model {
    struct stub *stub;
    pthread_mutex_t lock;
    int calls[SCENES];
    bool down;
    char base[64];
};
struct asked { struct arena *arena; bool anthropic; const struct json *root; const char *key, *model, *subject, *body; };

/* --- telling it --- */

static const char *quote(struct arena *arena, const char *text)
{
    AUTO_JSON node = json_new_string(text);
    return json_print_in(arena, node);
}

static struct stub_step reply(struct arena *arena, const char *status, const char *head, const char *body)
{
    return (struct stub_step){STUB_ANSWER, arena_printf(arena, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status ? status : "200 OK",
                                                        head ? head : "", strlen(body), body), NULL};
}

static struct stub_step error(const struct asked *q, const char *status, const char *head, const char *type, const char *code, const char *message)
{
    const char *type_text = quote(q->arena, type ? type : "invalid_request_error"), *said = quote(q->arena, message);
    if (!q->anthropic)
        return reply(q->arena, status, head, arena_printf(q->arena, "{\"error\":{\"message\":%s,\"type\":%s,\"param\":null,\"code\":%s}}", said, type_text,
                                                          code ? quote(q->arena, code) : "null"));
    const char *details = code ? ",\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}" : "";
    return reply(q->arena, status, head, arena_printf(q->arena, "{\"type\":\"error\",\"error\":{\"type\":%s,\"message\":%s%s},\"request_id\":\"req_1\"}",
                                                      type_text, said, details));
}

/* --- the label --- */

static bool has_any(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcasestr(text, *words))
            return true;
    return false;
}

static const char *urgency_of(const struct asked *q)
{
    static const char *const critical[] = {"outage", "breach", "data loss", "is down", NULL}, *const high[] = {"error", "fail", "cannot", NULL};
    const char *text = arena_printf(q->arena, "%s %s", q->subject, q->body);
    return has_any(text, critical) ? "critical" : has_any(text, high) ? "high" : "low";
}

/* Does as it is told: the label named last in the ticket, and anything it asks for besides. */
static const char *obey(const struct asked *q)
{
    static const char *const words[] = {"low", "high", "critical"}, *const wishes[] = {"\"status\"", "close ticket", "reply_to", NULL};
    const char *last = NULL, *word = "low";
    for (int i = 0; i < 3; i++)
        for (const char *at = q->body; (at = strstr(at, words[i])); at++)
            if (!last || at > last) {
                last = at;
                word = words[i];
            }
    return arena_printf(q->arena, "{\"urgency\":\"%s\",\"category\":\"other\",%s%s}", word, REST,
                        has_any(q->body, wishes) ? ",\"status\":\"closed\",\"reply_to\":\"evil@example.net\"" : "");
}

static const char *answer_of(const struct asked *q, const struct scene *s)
{
    if (s->answer)
        return s->answer;
    if (str_eq(s->name, "gullible"))
        return obey(q);
    return arena_printf(q->arena, "{\"urgency\":\"%s\",\"category\":\"bug\",\"confidence\":\"high\",\"evidence\":%s,\"suspicious\":false}", urgency_of(q),
                        quote(q->arena, q->subject));
}

static const char *anthropic_body(const struct asked *q, const struct scene *s)
{
    static const char *const stops[] = {"end_turn", "max_tokens", "refusal", "end_turn", "end_turn"};
    const char *answer = answer_of(q, s), *blocks = arena_printf(q->arena, "{\"type\":\"text\",\"text\":%s}", quote(q->arena, answer));
    bool forced = json_get(q->root, "tool_choice") != NULL;
    if (forced)
        blocks = arena_printf(q->arena, "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"label_ticket\",\"input\":%s}", answer);
    if (s->stop == STOP_THINKING)
        blocks = arena_printf(q->arena, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"x\"},%s", blocks);
    if (s->stop == STOP_REFUSAL || s->stop == STOP_SILENT)
        blocks = "";
    return arena_printf(q->arena, "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":%s,\"content\":[%s],\"stop_reason\":\"%s\","
                                  "\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":40}}",
                        quote(q->arena, q->model), blocks, forced && !s->stop ? "tool_use" : stops[s->stop]);
}

static const char *openai_body(const struct asked *q, const struct scene *s)
{
    const char *answer = quote(q->arena, answer_of(q, s)), *message;
    if (s->stop == STOP_REFUSAL)
        message = "\"content\":null,\"refusal\":\"I can't help with that.\"";
    else if (s->stop == STOP_SILENT)
        message = "\"content\":null,\"refusal\":null";
    else if (json_get(q->root, "tool_choice"))
        message = arena_printf(q->arena, "\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"label_ticket\","
                                         "\"arguments\":%s}}]", answer);
    else
        message = arena_printf(q->arena, "\"content\":%s,\"refusal\":null%s", answer, s->stop == STOP_THINKING ? ",\"reasoning_content\":\"{hm}\"" : "");
    return arena_printf(q->arena, "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":%s,\"choices\":[{\"index\":0,\"message\":"
                                  "{\"role\":\"assistant\",%s},\"logprobs\":null,\"finish_reason\":\"%s\"}],\"usage\":{\"prompt_tokens\":1}}",
                        quote(q->arena, q->model), message, s->stop == STOP_CUT ? "length" : "stop");
}

/* --- scenes that are more than a row --- */

static const char *repeat(struct arena *arena, const char *first, char c, size_t n)
{
    size_t m = strlen(first);
    char *text = arena_alloc(arena, m + n + 1);
    memcpy(text, first, m);
    memset(text + m, c, n);
    return text;
}

static struct stub_step chunks(struct arena *arena, const char *body)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    str_adds(&out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t n = strlen(body), i = 0; i < n; i += 37)
        str_addf(&out, "%zx\r\n%.*s\r\n", n - i < 37 ? n - i : 37, (int)(n - i < 37 ? n - i : 37), body + i);
    str_adds(&out, "0\r\n\r\n");
    return (struct stub_step){STUB_ANSWER, arena_strndup(arena, out.data, out.len), NULL};
}

static const char *in_two_seconds(struct arena *arena)
{
    char text[64];
    struct tm tm;
    time_t at = time(NULL) + 2;
    strftime(text, sizeof text, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&at, &tm));
    return arena_strdup(arena, text);
}

static struct stub_step fail(const struct asked *q, const struct scene *s)
{
    const char *head = str_eq(s->head, "date") ? in_two_seconds(q->arena) : s->head;
    if (s->body)
        return reply(q->arena, s->status, head, s->body);
    const char *message = str_eq(s->message, "key") ? arena_printf(q->arena, "Incorrect key provided: %s (ask ana@example.com)", q->key) : s->message;
    return error(q, s->status, head, s->type, s->code, message);
}

static struct stub_step say_label(const struct asked *q, const struct scene *s)
{
    const char *body = q->anthropic ? anthropic_body(q, s) : openai_body(q, s);
    if (str_eq(s->name, "slow"))
        poll(NULL, 0, 150);
    return str_eq(s->name, "chunked") ? chunks(q->arena, body) : reply(q->arena, NULL, NULL, body);
}

static struct stub_step play(const struct asked *q, const struct scene *s)
{
    if (s->manner != STUB_ANSWER || s->then)
        return (struct stub_step){s->manner, s->body, s->then};
    if (s->status)
        return fail(q, s);
    if (!s->body)
        return say_label(q, s);
    if (str_eq(s->body, "deep"))
        return reply(q->arena, NULL, NULL, repeat(q->arena, "", '[', 100000));
    return reply(q->arena, NULL, NULL, str_eq(s->body, "big") ? repeat(q->arena, openai_body(q, &scenes[0]), ' ', 2000000) : s->body);
}

/* --- who asks what --- */

static struct stub_step choose(struct fake_model *f, const struct asked *q)
{
    static const struct scene ok = {.name = "ok"};
    const struct scene *found = NULL;
    for (int i = 0; i < SCENES; i++) {
        if (!str_eq(scenes[i].name, q->model))
            continue;
        if (scenes[i].refuses && json_get(q->root, scenes[i].refuses) && !(q->anthropic && str_starts(scenes[i].refuses, "max_")))
            return error(q, "400 No", NULL, NULL, NULL, scenes[i].message);
        pthread_mutex_lock(&f->lock);
        int call = ++f->calls[i];
        pthread_mutex_unlock(&f->lock);
        found = scenes[i].refuses || (scenes[i].times && call > scenes[i].times) ? &ok : &scenes[i];
    }
    return found ? play(q, found) : error(q, "404 No", NULL, "not_found_error", NULL, "no such scene");
}

static bool read_question(struct asked *q, const struct stub_request *r)
{
    const struct json *turn = NULL, *content;
    q->root = json_parse_in(q->arena, r->body, r->body_n, &json_limits_native, NULL, NULL);
    for (const struct json *m = json_first(json_get(q->root, "messages")); m; m = json_next(m))
        turn = m;
    const char *text = json_get_string(turn, "content", "");
    content = json_get(json_parse_in(q->arena, text, strlen(text), &json_limits_native, NULL, NULL), "ticket");
    q->model = json_get_string(q->root, "model", "");
    q->subject = json_get_string(content, "subject", "");
    q->body = json_get_string(content, "body", "");
    return content != NULL;
}

static bool is_down(struct fake_model *f)
{
    pthread_mutex_lock(&f->lock);
    bool down = f->down;
    pthread_mutex_unlock(&f->lock);
    return down;
}

static struct stub_step say(void *arg, const struct stub_request *r, struct arena *arena)
{
    struct asked q = {.arena = arena, .anthropic = strstr(r->head, "/v1/messages HTTP/1.1") != NULL};
    char *key = stub_header(r, q.anthropic ? "x-api-key" : "Authorization"), *version = stub_header(r, "anthropic-version");
    q.key = arena_strdup(arena, key ? key : "");
    bool known = version != NULL;
    free(key);
    free(version);
    if (is_down(arg))
        return error(&q, "503 No", NULL, "api_error", NULL, "down");
    if (!q.anthropic && !strstr(r->head, "/v1/chat/completions HTTP/1.1"))
        return error(&q, "404 No", NULL, "not_found_error", NULL, "no such path");
    if (q.anthropic && (!known || !*q.key))
        return error(&q, "401 Who", NULL, "authentication_error", NULL, "anthropic-version and x-api-key are required");
    if (!read_question(&q, r) || (q.anthropic && !json_get(q.root, "max_tokens")))
        return error(&q, "400 No", NULL, NULL, NULL, "this is no question");
    return choose(arg, &q);
}

struct fake_model *fake_model_open(void)
{
    struct fake_model *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    f->stub = stub_open();
    pthread_mutex_init(&f->lock, NULL);
    snprintf(f->base, sizeof f->base, "http://127.0.0.1:%d/v1", stub_port(f->stub));
    stub_ask(f->stub, say, f);
    return f;
}

void fake_model_close(struct fake_model *f)
{
    stub_close(f->stub);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

const char *fake_model_base(const struct fake_model *f)
{
    return f->base;
}

void fake_model_reset(struct fake_model *f)
{
    pthread_mutex_lock(&f->lock);
    memset(f->calls, 0, sizeof f->calls);
    pthread_mutex_unlock(&f->lock);
}

void fake_model_down(struct fake_model *f, bool down)
{
    pthread_mutex_lock(&f->lock);
    f->down = down;
    pthread_mutex_unlock(&f->lock);
}

struct stub *fake_model_stub(struct fake_model *f)
{
    return f->stub;
}
