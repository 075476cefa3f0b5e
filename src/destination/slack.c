/* slack: an event as a message of blocks, through an incoming webhook (url and no token) or chat.postMessage (token and
 * channel; url is then another base than Slack's) (destinations.md 2). The webhook speaks in statuses and words, the API in
 * `ok` and `error` under a 200; through it a ticket's later messages go under its first one (memo: `thread`). The blocks keep
 * below 12,000 characters together: Slack refuses them near 13,200. Pure. */
#include "destination/destination.h"
#include "base/crypto.h"
#include "base/str.h"
#include <string.h>

enum { HEADER_MAX = 150, SECTION_MAX = 3000, FIELD_MAX = 2000, TEXT_MAX = 4000, RATE_LIMITED_MS = 1000 };

static bool is_webhook(const struct config_destination *to)
{
    return !to->token || !*to->token;
}

/* The three that mean something to Slack: without them there is no <!channel>, no <@U...> and no link. */
static const char *escape(struct arena *arena, const char *text)
{
    static const struct { char c; const char *entity; } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}};
    char *out = arena_alloc(arena, 5 * strlen(text) + 1), *to = out;
    for (const char *p = text; *p; p++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
            entity = entities[i].c == *p ? entities[i].entity : entity;
        if (entity)
            to = stpcpy(to, entity);
        else
            *to++ = *p;
    }
    return out;
}

static const char *fit(struct arena *arena, const struct composing *c, const char *text, size_t max)
{
    return destination_cut_escaped(arena, text, max, CUT_CODE_POINTS, c, escape);
}

static struct json *mrkdwn(const char *text)
{
    struct json *node = json_object();
    json_put_string(node, "type", "mrkdwn");
    json_put_string(node, "text", text);
    json_put_bool(node, "verbatim", true);
    return node;
}

static struct json *block(const char *type, const char *member, struct json *child)
{
    struct json *node = json_object();
    json_put_string(node, "type", type);
    json_put(node, member, child);
    return node;
}

static struct json *header(const char *text)
{
    struct json *plain = json_object();
    json_put_string(plain, "type", "plain_text");
    json_put_string(plain, "text", text);
    json_put_bool(plain, "emoji", false);
    return block("header", "text", plain);
}

static struct json *facts(struct arena *arena, const struct composing *c)
{
    struct letter_fact list[LETTER_FACTS];
    int n = letter_facts(arena, c->letter, list);
    struct json *fields = json_array();
    for (int i = 0; i < n; i++) {
        const char *name = arena_printf(arena, "*%s*\n", list[i].name);
        json_push(fields, mrkdwn(arena_printf(arena, "%s%s", name, fit(arena, c, list[i].value, FIELD_MAX - strlen(name)))));
    }
    return block("section", "fields", fields);
}

static struct json *blocks(struct arena *arena, const struct composing *c)
{
    struct json *list = json_array(), *foot = json_array();
    json_push(list, header(fit(arena, c, letter_headline(arena, c->letter), HEADER_MAX)));
    json_push(list, block("section", "text", mrkdwn(fit(arena, c, letter_story(arena, c->letter), SECTION_MAX))));
    json_push(list, facts(arena, c));
    json_push(foot, mrkdwn(escape(arena, letter_stamp(arena, c->letter))));
    json_push(list, block("context", "elements", foot));
    return list;
}

static struct json *metadata(const struct letter *l)
{
    struct json *payload = json_object(), *node = json_object();
    json_put_string(payload, "event_id", l->id);
    json_put_string(node, "event_type", "triage_event");
    json_put(node, "event_payload", payload);
    return node;
}

static struct json *message(struct arena *arena, const struct composing *c)
{
    struct json *root = json_object();
    const char *headline = letter_headline(arena, c->letter);
    bool simple = json_get_bool(c->memo, "simple", false);
    if (!is_webhook(c->to))
        json_put_string(root, "channel", c->to->channel);
    if (simple)
        headline = arena_printf(arena, "%s\n%s", headline, letter_story(arena, c->letter));
    json_put_string(root, "text", fit(arena, c, headline, TEXT_MAX));
    if (!simple)
        json_put(root, "blocks", blocks(arena, c));
    if (!is_webhook(c->to) && *json_get_string(c->memo, "thread", ""))
        json_put_string(root, "thread_ts", json_get_string(c->memo, "thread", ""));
    json_put_bool(root, "unfurl_links", false);
    json_put_bool(root, "unfurl_media", false);
    if (!is_webhook(c->to))
        json_put(root, "metadata", metadata(c->letter));
    return root;
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct config_destination *to = c->to;
    bool webhook = is_webhook(to);
    if (!destination_speaks(c->letter, err))
        return false;
    if (webhook && (!to->url || !*to->url))
        return err_set(err, ERR_INPUT, "neither a webhook's url nor a token is configured");
    if (!webhook && (!destination_is_token(to->token) || !to->channel || !*to->channel))
        return err_set(err, ERR_INPUT, "the token is not one, or there is no channel");
    AUTO_JSON root = message(arena, c);
    const char *url = webhook ? to->url : arena_printf(arena, "%s/chat.postMessage", to->url && *to->url ? to->url : "https://slack.com/api");
    *out = destination_post(arena, c, url, webhook ? "application/json" : "application/json; charset=utf-8", root);
    if (!webhook)
        destination_add_header(out, "Authorization", arena_printf(arena, "Bearer %s", to->token));
    return true;
}

/* --- what an answer means --- */

static const struct destination_word webhook_words[] = {
    {"invalid_payload", MEANS_SIMPLER}, {"no_text", MEANS_SIMPLER}, {"too_many_attachments", MEANS_SIMPLER}, {"invalid_blocks*", MEANS_SIMPLER},
    {"user_not_found", MEANS_DEAD}, {"action_prohibited", MEANS_DISABLE}, {"invalid_token", MEANS_DISABLE},
    {"posting_to_general_channel_denied", MEANS_DISABLE}, {"channel_not_found", MEANS_DISABLE}, {"no_service*", MEANS_DISABLE},
    {"no_active_hooks", MEANS_DISABLE}, {"no_team", MEANS_DISABLE}, {"team_disabled", MEANS_DISABLE}, {"channel_is_archived", MEANS_DISABLE},
    {NULL, 0}};
static const struct destination_word api_words[] = {
    {"ratelimited", MEANS_WAIT}, {"rate_limited", MEANS_WAIT}, {"internal_error", MEANS_RETRY}, {"fatal_error", MEANS_RETRY},
    {"service_unavailable", MEANS_RETRY}, {"request_timeout", MEANS_RETRY}, {"team_added_to_org", MEANS_RETRY},
    {"msg_too_long", MEANS_SIMPLER}, {"msg_blocks_too_long", MEANS_SIMPLER}, {"invalid_blocks*", MEANS_SIMPLER},
    {"invalid_arguments", MEANS_SIMPLER}, {"no_text", MEANS_SIMPLER}, {"invalid_auth", MEANS_DISABLE}, {"not_authed", MEANS_DISABLE},
    {"token_revoked", MEANS_DISABLE}, {"token_expired", MEANS_DISABLE}, {"account_inactive", MEANS_DISABLE}, {"missing_scope", MEANS_DISABLE},
    {"no_permission", MEANS_DISABLE}, {"org_login_required", MEANS_DISABLE}, {"ekm_access_denied", MEANS_DISABLE}, {"*", MEANS_DEAD},
    {NULL, 0}};

static struct verdict judge_webhook(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    struct verdict v = destination_judge_http(reply, c->now);
    const char *word = arena_strndup(arena, reply->body, strcspn(reply->body, " \t\r\n"));
    if (reply->status == 429)
        return destination_means(MEANS_WAIT, v, RATE_LIMITED_MS, memo, NULL);
    if (reply->status / 100 != 4)
        return v;
    return destination_means(destination_meaning(webhook_words, word), v, 0, memo, *word ? word : NULL);
}

static bool is_of_thread(const char *word)
{
    static const char *const words[] = {"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"};
    for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
        if (str_eq(word, words[i]))
            return true;
    return false;
}

static struct verdict judge_api(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    struct verdict v = destination_judge_http(reply, c->now);
    const struct json *root = json_parse_in(arena, reply->body, reply->body_n, &json_limits_dialect, NULL, NULL);
    const char *word = json_get_string(root, "error", NULL);
    int64_t asked = destination_retry_after(reply->retry_after, c->now);
    if (reply->status == 429)
        return destination_means(MEANS_WAIT, v, RATE_LIMITED_MS, memo, word);
    if (v.kind != VERDICT_DELIVERED)
        return v;
    /* It repeats the message: what is longer than we read has still said so in its first member. */
    if (json_get_bool(root, "ok", false) || (reply->body_cut && str_starts(reply->body, "{\"ok\":true,"))) {
        destination_note(memo, "ts", json_get_string(root, "ts", NULL));
        v.note = json_get_string(root, "warning", NULL);
        return v;
    }
    v = (struct verdict){.kind = VERDICT_RETRY, .retry_after = asked};
    if (json_get(memo, "thread") && is_of_thread(word)) { /* the ticket's first message is gone */
        json_drop(memo, "thread");
        return destination_again(memo, "downgrade", "unthreaded", word);
    }
    return word ? destination_means(destination_meaning(api_words, word), v, RATE_LIMITED_MS, memo, word) : v;
}

static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    if (!reply->status)
        return destination_no_answer(reply);
    return is_webhook(c->to) ? judge_webhook(arena, c, reply, memo) : judge_api(arena, c, reply, memo);
}

/* A webhook's path names its workspace; a token does not: it stands for itself, unreadably. */
static const char *account(struct arena *arena, const struct config_destination *to)
{
    const char *team = is_webhook(to) && to->url ? strstr(to->url, "/services/") : NULL;
    uint8_t hash[32];
    char hex[65];
    if (team)
        return arena_printf(arena, "slack:%.*s", (int)strcspn(team + 10, "/"), team + 10);
    if (is_webhook(to))
        return NULL;
    crypto_sha256(to->token, strlen(to->token), hash);
    crypto_hex(hash, 32, hex);
    return arena_printf(arena, "slack:%.16s", hex);
}

const struct destination destination_slack = {.kind = DEST_SLACK, .name = "slack", .title = "Slack", .profile = PROFILE_DEFAULT, .timeout = 10000,
                                              .pace = {{3, 1, 1000}}, .recall = {"ts", "thread", true}, .compose = compose, .judge = judge, .account = account};
