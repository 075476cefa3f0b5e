/* model: the question as a request and the verdict on a reply. What a server can do is found out by asking: a 400 that names
 * what it will not take moves the question down one rung (schema, forced tool, words only), and the memo remembers. An
 * answer that is none, because it was refused, cut or of the wrong shape, is asked for once more in words only; then the
 * parcel is dead and says why, for a label is never guessed. Sampling parameters and a begun answer are left out: the newer
 * models refuse them. */
#include "destination/model.h"
#include "base/crypto.h"
#include "base/str.h"
#include "config.h"
#include <string.h>

enum { HOSTED_MS = 20000, LOCAL_MS = 90000, REPLY_MAX = 256 << 10 };
enum { TOKENS = 1024, TOKENS_LOCAL = 300, ONCE_MORE = 4 }; /* ONCE_MORE: times as many, should the first have been cut */
#define PURPOSE "Records the labels of the ticket."

/* --- the memo --- */

static int rung_of(const struct json *memo)
{
    int64_t rung = json_get_i64(memo, "rung", MODEL_SCHEMA);
    if (json_get_bool(memo, "simple", false))
        return MODEL_WORDS;
    return rung >= MODEL_SCHEMA && rung <= MODEL_WORDS ? (int)rung : MODEL_SCHEMA;
}

static void set_flag(struct json *memo, const char *name, bool value)
{
    json_drop(memo, name);
    json_put_bool(memo, name, value);
}

static void set_rung(struct json *memo, int64_t rung)
{
    json_drop(memo, "rung");
    json_put_i64(memo, "rung", rung);
}

struct json *model_learned(const struct json *memo)
{
    struct json *learned = json_object();
    if (json_get_i64(memo, "rung", 0))
        set_rung(learned, json_get_i64(memo, "rung", 0));
    if (json_get(memo, "completion"))
        set_flag(learned, "completion", json_get_bool(memo, "completion", false));
    if (json_count(learned))
        return learned;
    json_free(learned);
    return NULL;
}

void model_seed(struct json *memo, const struct json *learned)
{
    if (json_get_i64(learned, "rung", 0))
        set_rung(memo, json_get_i64(learned, "rung", 0));
    if (json_get(learned, "completion"))
        set_flag(memo, "completion", json_get_bool(learned, "completion", false));
}

/* --- the question --- */

struct asking { const char *model, *system, *user; int rung; int64_t times; bool completion; struct json *schema; };

static struct json *turn(const char *role, const char *text)
{
    struct json *node = json_object();
    json_put_string(node, "role", role);
    json_put_string(node, "content", text);
    return node;
}

static struct json *list_of(struct json *only)
{
    struct json *list = json_array();
    json_push(list, only);
    return list;
}

static void put_openai_form(struct json *root, const struct asking *a)
{
    struct json *inner = json_object(), *outer = model_typed(a->rung == MODEL_SCHEMA ? "json_schema" : "function");
    json_put_string(inner, "name", MODEL_TOOL_NAME);
    if (a->rung == MODEL_SCHEMA) {
        json_put_bool(inner, "strict", true);
        json_put(inner, "schema", json_copy(a->schema));
        json_put(outer, "json_schema", inner);
        json_put(root, "response_format", outer);
        return;
    }
    struct json *choice = model_typed("function"), *chosen = json_object();
    json_put_string(inner, "description", PURPOSE);
    json_put(inner, "parameters", json_copy(a->schema));
    json_put(outer, "function", inner);
    json_put(root, "tools", list_of(outer));
    json_put_string(chosen, "name", MODEL_TOOL_NAME);
    json_put(choice, "function", chosen);
    json_put(root, "tool_choice", choice);
}

static void put_openai(struct json *root, const struct asking *a)
{
    struct json *turns = list_of(turn("system", a->system));
    json_put_string(root, "model", a->model);
    json_put_bool(root, "stream", false);
    json_put_i64(root, a->completion ? "max_completion_tokens" : "max_tokens", (a->completion ? TOKENS : TOKENS_LOCAL) * a->times);
    json_push(turns, turn("user", a->user));
    json_put(root, "messages", turns);
    if (a->rung != MODEL_WORDS)
        put_openai_form(root, a);
}

static void put_anthropic_form(struct json *root, const struct asking *a)
{
    if (a->rung == MODEL_SCHEMA) {
        struct json *format = model_typed("json_schema"), *config = json_object();
        json_put(format, "schema", json_copy(a->schema));
        json_put(config, "format", format);
        json_put(root, "output_config", config);
        return;
    }
    struct json *tool = json_object(), *choice = model_typed("tool");
    json_put_string(tool, "name", MODEL_TOOL_NAME);
    json_put_string(tool, "description", PURPOSE);
    json_put(tool, "input_schema", json_copy(a->schema));
    json_put(root, "tools", list_of(tool));
    json_put_string(choice, "name", MODEL_TOOL_NAME);
    json_put(root, "tool_choice", choice);
}

static void put_anthropic(struct json *root, const struct asking *a)
{
    json_put_string(root, "model", a->model);
    json_put_i64(root, "max_tokens", TOKENS * a->times);
    json_put_string(root, "system", a->system);
    json_put(root, "messages", list_of(turn("user", a->user)));
    if (a->rung != MODEL_WORDS)
        put_anthropic_form(root, a);
}

static void head_openai(struct arena *arena, const struct config_destination *to, struct delivery *r)
{
    if (to->token && *to->token)
        destination_add_header(r, "Authorization", arena_printf(arena, "Bearer %s", to->token));
}

static void head_anthropic(struct arena *arena, const struct config_destination *to, struct delivery *r)
{
    (void)arena;
    destination_add_header(r, "anthropic-version", "2023-06-01");
    if (to->token && *to->token)
        destination_add_header(r, "x-api-key", to->token);
}

static const struct {
    const char *path;
    void (*put)(struct json *root, const struct asking *a);
    void (*head)(struct arena *arena, const struct config_destination *to, struct delivery *r);
} apis[] = {[MODEL_OPENAI] = {"/chat/completions", put_openai, head_openai}, [MODEL_ANTHROPIC] = {"/v1/messages", put_anthropic, head_anthropic}};

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    struct model_question q;
    if (c->letter->of != LETTER_LABEL && c->letter->of != LETTER_EVENT && c->letter->of != LETTER_DESK)
        return err_set(err, ERR_NOT_FOUND, "a model is asked about what came in, not told %s", c->letter->type);
    if (!model_question_of(arena, c->letter, c->to, &q))
        return err_set(err, ERR_INPUT, "there are no words to label");
    AUTO_JSON schema = model_question_schema(&q);
    AUTO_JSON root = json_object();
    const struct asking a = {.model = c->to->model, .system = model_question_system(arena, &q, c->to), .user = model_question_user(arena, &q, c->letter),
                             .rung = rung_of(c->memo), .times = json_get_bool(c->memo, "simple", false) ? ONCE_MORE : 1,
                             .completion = json_get_bool(c->memo, "completion", false), .schema = schema};
    struct delivery r = {.url = arena_printf(arena, "%s%s", model_base(arena, c->to), apis[c->to->api].path), .allow_loopback = c->to->allow_loopback,
                         .timeout = c->to->timeout ? c->to->timeout : c->to->allow_loopback ? LOCAL_MS : HOSTED_MS, .reply_max = REPLY_MAX};
    apis[c->to->api].put(root, &a);
    r.body = json_print_in(arena, root);
    r.body_n = strlen(r.body);
    destination_add_header(&r, "Content-Type", "application/json");
    destination_add_header(&r, "User-Agent", "triage/" PACKAGE_VERSION);
    apis[c->to->api].head(arena, c->to, &r);
    *out = r;
    return true;
}

/* --- the verdict --- */

static const char *const schema_words[] = {"output_config", "output_format", "response_format", "json_schema", "structured output", NULL};
static const char *const tool_words[] = {"tool", NULL};
static const char *const token_words[] = {"max_tokens", "max_completion_tokens", NULL};
static const char *const spent_words[] = {"enforced_spend_limit_reached", "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached",
                                          "billing_error", "credit balance is too low", "specified API usage limits", NULL};

static bool names(const struct model_fault *fault, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strstr(fault->text, words[i]) || strstr(fault->code, words[i]))
            return true;
    return false;
}

/* Not for lack of trying: the server says what it will not take, and there is another way to ask. */
static bool may_ask_otherwise(const struct reply *reply, const struct model_fault *fault, struct json *memo)
{
    int rung = rung_of(memo);
    if (reply->status != 400 && reply->status != 422)
        return false;
    if ((rung == MODEL_SCHEMA && names(fault, schema_words)) || (rung == MODEL_TOOL && names(fault, tool_words)))
        set_rung(memo, rung + 1);
    else if (names(fault, token_words) && !json_get_bool(memo, "swapped", false)) {
        set_flag(memo, "swapped", true);
        set_flag(memo, "completion", !json_get_bool(memo, "completion", false));
    } else
        return false;
    json_drop(memo, "again");
    json_put_string(memo, "again", "downgrade");
    return true;
}

static struct verdict once_more(struct json *memo, const char *why)
{
    bool simple = json_get_bool(memo, "simple", false);
    set_flag(memo, "simple", true);
    json_drop(memo, "again");
    json_put_string(memo, "again", "simple");
    return (struct verdict){.kind = simple ? VERDICT_DEAD : VERDICT_AGAIN, .note = why};
}

static struct verdict judge_answer(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    struct model_question q;
    struct json *answer;
    const char *why;
    if (!model_question_of(arena, c->letter, c->to, &q)) /* what compose could ask with has words */
        return (struct verdict){.kind = VERDICT_DEAD, .note = "there are no words to label"};
    if (!model_answer_read(arena, c, &q, reply, &answer, &why))
        return once_more(memo, why);
    json_drop(memo, "answer");
    json_put(memo, "answer", answer);
    return (struct verdict){.kind = VERDICT_DELIVERED};
}

static int64_t wait_of(const struct reply *reply, int64_t now)
{
    int64_t ms = 0;
    for (const char *p = reply->retry_after_ms ? reply->retry_after_ms : ""; *p >= '0' && *p <= '9' && ms < 1LL << 40; p++)
        ms = ms * 10 + (*p - '0');
    return ms ? ms : destination_retry_after(reply->retry_after, now);
}

/* What a status alone means here; the others mean what they mean everywhere. */
static const struct { int64_t status; int kind; bool disable; const char *note; } meanings[] = {
    {401, VERDICT_DEAD, true, "the key is not accepted"},   {402, VERDICT_DEAD, true, "the account cannot pay"},
    {403, VERDICT_DEAD, true, "the key may not use this"},  {404, VERDICT_DEAD, true, "there is no such model or address"},
    {409, VERDICT_RETRY, false, "the server is in conflict"},
};

static struct verdict judge_status(const struct reply *reply, const char **note, int64_t now)
{
    struct verdict v = destination_judge_http(reply, now);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].status == reply->status) {
            v.kind = meanings[i].kind;
            v.disable = meanings[i].disable;
            *note = meanings[i].note;
        }
    if (str_eq(reply->should_retry, "true"))
        v = (struct verdict){.kind = VERDICT_RETRY};
    else if (str_eq(reply->should_retry, "false"))
        v.kind = VERDICT_DEAD;
    v.retry_after = v.kind == VERDICT_DEAD ? 0 : wait_of(reply, now);
    if (v.kind == VERDICT_RETRY && v.retry_after && (reply->status == 429 || reply->status == 529))
        v.kind = VERDICT_WAIT;
    v.all = v.kind == VERDICT_WAIT;
    return v;
}

/* A question asked twice harms nobody: nothing here is ambiguous. */
static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    const char *note = "";
    if (!reply->status)
        return (struct verdict){.kind = VERDICT_RETRY};
    if (reply->status / 100 == 2)
        return judge_answer(arena, c, reply, memo);
    struct model_fault fault = model_fault_read(arena, c->to, reply);
    struct verdict v = judge_status(reply, &note, c->now);
    if (names(&fault, spent_words))
        v = (struct verdict){.kind = VERDICT_DEAD, .disable = true};
    else if (may_ask_otherwise(reply, &fault, memo))
        v = (struct verdict){.kind = VERDICT_AGAIN};
    v.note = *fault.text ? fault.text : note;
    return v;
}

static const char *account(struct arena *arena, const struct config_destination *to)
{
    const struct crypto_part parts[] = {{model_base(arena, to), strlen(model_base(arena, to)) + 1}, {to->token, to->token ? strlen(to->token) : 0}};
    uint8_t hash[32];
    char hex[9];
    crypto_sha256_parts(parts, 2, hash);
    crypto_hex(hash, 4, hex);
    return arena_printf(arena, "model:%s", hex);
}

const struct destination destination_model = {.kind = DEST_MODEL, .name = "model", .title = "Model", .profile = PROFILE_STANDARD, .timeout = HOSTED_MS,
                                              .compose = compose, .judge = judge, .account = account};
