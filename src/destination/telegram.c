/* telegram: an event as one message of a bot in MarkdownV2 (destinations.md 4). `channel` is the chat's id or @name, with
 * "/<thread>" behind it where it is a topic. Its 4,096 UTF-16 units count after the marks are parsed, so text is cut first
 * and escaped then. Each kind of escape that is forgotten is a 400, so plain text is the simpler form. Pure. */
#include "destination/destination.h"
#include "base/str.h"
#include <string.h>

enum { MESSAGE_MAX = 4096, SHORT_MAX = 1000, TITLE_MAX = 256, VALUE_MAX = 256, MARGIN_MS = 1000 };
/* How the same message is marked: as MarkdownV2, or not at all. */
struct marks { const char *bold, *slant, *special; };
static const struct marks markdown = {"*", "_", "\\_*[]()~`>#+-=|{}.!"}, plain = {"", "", ""};

static const char *say(struct arena *arena, const struct marks *m, const char *text)
{
    return destination_escape(arena, text, m->special, "");
}

static const char *foot(struct arena *arena, const struct composing *c, const struct marks *m, size_t *length)
{
    struct letter_fact facts[LETTER_FACTS];
    int n = letter_facts(arena, c->letter, facts);
    const char *out = "\n\n", *stamp = letter_stamp(arena, c->letter);
    *length = 2 + destination_length(stamp, CUT_UTF16);
    for (int i = 0; i < n; i++) {
        const char *value = destination_cut(arena, facts[i].value, VALUE_MAX, CUT_UTF16, NULL);
        *length += strlen(facts[i].name) + 3 + destination_length(value, CUT_UTF16);
        out = arena_printf(arena, "%s%s%s:%s %s\n", out, m->bold, facts[i].name, m->bold, say(arena, m, value));
    }
    return arena_printf(arena, "%s%s%s%s", out, m->slant, say(arena, m, stamp), m->slant);
}

static const char *text_of(struct arena *arena, const struct composing *c, const struct marks *m)
{
    size_t foot_n, room = json_get_bool(c->memo, "short", false) ? SHORT_MAX : MESSAGE_MAX;
    const char *title = destination_cut(arena, letter_headline(arena, c->letter), TITLE_MAX, CUT_UTF16, NULL), *end = foot(arena, c, m, &foot_n);
    size_t used = destination_length(title, CUT_UTF16) + 1 + foot_n;
    const char *story = destination_cut(arena, letter_story(arena, c->letter), room > used + SHORT_MAX / 4 ? room - used : SHORT_MAX / 4, CUT_UTF16, c);
    return arena_printf(arena, "%s%s%s\n%s%s", m->bold, say(arena, m, title), m->bold, say(arena, m, story), end);
}

static struct json *message(struct arena *arena, const struct composing *c)
{
    bool simple = json_get_bool(c->memo, "simple", false);
    const char *chat = c->to->channel, *slash = strchr(chat, '/');
    struct json *root = json_object(), *preview = json_object();
    json_put_string(root, "chat_id", json_get_string(c->memo, "chat", arena_strndup(arena, chat, strcspn(chat, "/"))));
    if (slash)
        json_put(root, "message_thread_id", json_new_raw(slash + 1));
    json_put_string(root, "text", text_of(arena, c, simple ? &plain : &markdown));
    if (!simple)
        json_put_string(root, "parse_mode", "MarkdownV2");
    json_put_bool(preview, "is_disabled", true);
    json_put(root, "link_preview_options", preview);
    return root;
}

static bool is_chat(const char *chat)
{
    size_t n = chat ? strcspn(chat, "/") : 0;
    const char *thread = n && chat[n] ? chat + n + 1 : NULL;
    return n && (!thread || (*thread >= '1' && *thread <= '9' && strlen(thread) <= 10 && !thread[strspn(thread, "0123456789")]));
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct config_destination *to = c->to;
    if (!destination_speaks(c->letter, err))
        return false;
    if (!destination_is_token(to->token) || strpbrk(to->token, "/?#%"))
        return err_set(err, ERR_INPUT, "the token is not one");
    if (!is_chat(to->channel))
        return err_set(err, ERR_INPUT, "the channel is no chat: its id or @name, with /thread where it is a topic");
    AUTO_JSON root = message(arena, c);
    const char *base = to->url && *to->url ? to->url : "https://api.telegram.org";
    *out = destination_post(arena, c, arena_printf(arena, "%s/bot%s/sendMessage", base, to->token), "application/json", root);
    return true;
}

/* --- what an answer means --- */

/* Telegram has one code for all its refusals: the words tell. */
static const struct { const char *says; int meaning; } refusals[] = {
    {"can't parse entities", MEANS_SIMPLER}, {"message is too long", MEANS_SHORTER}, {"text is too long", MEANS_SHORTER}};

static int meaning_of(int64_t status, const char *says)
{
    if (status == 401 || status == 403 || status == 404)
        return MEANS_DISABLE;
    for (size_t i = 0; status == 400 && says && i < sizeof refusals / sizeof *refusals; i++)
        if (strstr(says, refusals[i].says))
            return refusals[i].meaning;
    return status == 413 ? MEANS_SHORTER : MEANS_NOTHING;
}

/* Counted per bot: all its chats wait, and a second longer than asked for. */
static struct verdict rate_limited(const struct json *parameters, const struct reply *reply, int64_t now, const char *says)
{
    int64_t seconds = json_get_i64(parameters, "retry_after", 0);
    int64_t ms = seconds > 0 && seconds < INT32_MAX ? seconds * 1000 : destination_retry_after(reply->retry_after, now);
    return (struct verdict){.kind = VERDICT_WAIT, .retry_after = ms + MARGIN_MS, .all = true, .note = says};
}

static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    struct verdict v = destination_judge_http(reply, c->now);
    const struct json *root = json_parse_in(arena, reply->body, reply->body_n, &json_limits_dialect, NULL, NULL);
    const struct json *parameters = json_get(root, "parameters");
    const char *says = json_get_string(root, "description", NULL), *chat = json_number(json_get(parameters, "migrate_to_chat_id"));
    if (reply->status == 429)
        return rate_limited(parameters, reply, c->now, says);
    if (reply->status == 400 && chat) {
        destination_note(memo, "chat", chat);
        return destination_again(memo, "migrate", "moved", says);
    }
    if (reply->status / 100 == 4)
        return destination_means(meaning_of(reply->status, says), v, 0, memo, says);
    if (v.kind == VERDICT_DELIVERED)
        destination_note(memo, "message", json_number(json_path(root, "result.message_id")));
    return v;
}

/* A token begins with its bot's number; the rest is secret. */
static const char *account(struct arena *arena, const struct config_destination *to)
{
    return to->token ? arena_printf(arena, "telegram:%.*s", (int)strspn(to->token, "0123456789"), to->token) : NULL;
}

const struct destination destination_telegram = {.kind = DEST_TELEGRAM, .name = "telegram", .title = "Telegram", .profile = PROFILE_DEFAULT,
                                                 .timeout = 10000, .pace = {{1, 1, 1000}, {20, 20, 60000}}, .together = {30, 30, 1000},
                                                 .recall = {"chat", "chat", false}, .compose = compose, .judge = judge, .account = account};
