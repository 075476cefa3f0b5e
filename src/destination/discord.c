/* discord: an event as one embed, posted to a webhook (destinations.md 3). Lengths are UTF-16 units, the stricter reading.
 * Markdown is parsed in title, description and fields, not in the footer; mentions are switched off for all. A 429 whose body
 * is not JSON is Cloudflare's, and stands for the address we come from: then all of Discord rests an hour. Pure. */
#include "destination/destination.h"
#include "base/clock.h"
#include "base/str.h"
#include "config.h"
#include <string.h>

/* Together below the 6,000 of an embed. */
enum { TITLE_MAX = 256, DESCRIPTION_MAX = 4096, SHORT_MAX = 1000, VALUE_MAX = 256, FOOTER_MAX = 256, CONTENT_MAX = 2000 };
enum { BANNED_MS = 3600000, RATE_LIMITED_MS = 1000 };

static const char *escape(struct arena *arena, const char *text)
{
    return destination_escape(arena, text, "\\*_~`|[]", ">#-");
}

static const char *fit(struct arena *arena, const struct composing *c, const char *text, size_t max)
{
    return destination_cut_escaped(arena, text, max, CUT_UTF16, c, escape);
}

/* "[critical] " is ours and no link; what follows it is not. */
static const char *headline(struct arena *arena, const struct composing *c, size_t max)
{
    const char *text = letter_headline(arena, c->letter), *urgency = letter_urgency(c->letter);
    size_t own = *urgency ? strlen(urgency) + 3 : 0;
    return arena_printf(arena, "%.*s%s", (int)own, text, fit(arena, c, text + own, max - own));
}

static int64_t color(const struct letter *l)
{
    static const struct { const char *urgency; int64_t color; } colors[] = {{"critical", 0xE74C3C}, {"high", 0xE67E22}, {"low", 0x3498DB}};
    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
        if (str_eq(colors[i].urgency, letter_urgency(l)))
            return colors[i].color;
    return 0x95A5A6;
}

static struct json *fields(struct arena *arena, const struct composing *c)
{
    struct letter_fact facts[LETTER_FACTS];
    int n = letter_facts(arena, c->letter, facts);
    struct json *list = json_array();
    for (int i = 0; i < n; i++) {
        struct json *field = json_object();
        json_put_string(field, "name", facts[i].name);
        json_put_string(field, "value", fit(arena, c, facts[i].value, VALUE_MAX));
        json_put_bool(field, "inline", true);
        json_push(list, field);
    }
    return list;
}

static struct json *embed(struct arena *arena, const struct composing *c)
{
    struct json *node = json_object(), *footer = json_object();
    char at[32];
    size_t room = json_get_bool(c->memo, "short", false) ? SHORT_MAX : DESCRIPTION_MAX;
    json_put_string(node, "title", headline(arena, c, TITLE_MAX));
    json_put_string(node, "description", fit(arena, c, letter_story(arena, c->letter), room));
    json_put_i64(node, "color", color(c->letter));
    json_put(node, "fields", fields(arena, c));
    json_put_string(footer, "text", destination_cut(arena, c->letter->id, FOOTER_MAX, CUT_UTF16, NULL));
    json_put(node, "footer", footer);
    json_put_string(node, "timestamp", clock_format(c->letter->at, at));
    return node;
}

static const char *content(struct arena *arena, const struct composing *c)
{
    size_t room = json_get_bool(c->memo, "short", false) ? SHORT_MAX : CONTENT_MAX;
    const char *title = headline(arena, c, TITLE_MAX);
    return arena_printf(arena, "%s\n%s", title, fit(arena, c, letter_story(arena, c->letter), room - destination_length(title, CUT_UTF16) - 1));
}

static struct json *message(struct arena *arena, const struct composing *c)
{
    struct json *root = json_object(), *embeds = json_array(), *mentions = json_object();
    bool simple = json_get_bool(c->memo, "simple", false);
    if (simple)
        json_put_string(root, "content", content(arena, c));
    else
        json_push(embeds, embed(arena, c));
    if (simple)
        json_free(embeds);
    else
        json_put(root, "embeds", embeds);
    json_put(mentions, "parse", json_array());
    json_put(root, "allowed_mentions", mentions);
    return root;
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct config_destination *to = c->to;
    const char *thread = to->channel && *to->channel ? to->channel : NULL;
    if (!destination_speaks(c->letter, err))
        return false;
    if (!to->url || !*to->url)
        return err_set(err, ERR_INPUT, "no webhook's url is configured");
    if (thread && thread[strspn(thread, "0123456789")])
        return err_set(err, ERR_INPUT, "the thread is no number");
    const char *url = arena_printf(arena, "%s%cwait=true%s%s", to->url, strchr(to->url, '?') ? '&' : '?', thread ? "&thread_id=" : "",
                                   thread ? thread : "");
    AUTO_JSON root = message(arena, c);
    *out = destination_post(arena, c, url, "application/json", root);
    destination_add_header(out, "User-Agent", "DiscordBot (https://triage.example, " PACKAGE_VERSION ")"); /* others are turned away */
    return true;
}

/* --- what an answer means --- */

static const struct destination_word codes[] = {
    {"50035", MEANS_SIMPLER}, {"50006", MEANS_SIMPLER}, {"50109", MEANS_SIMPLER},             /* form, empty, not JSON */
    {"220001", MEANS_DEAD}, {"220002", MEANS_DEAD}, {"220003", MEANS_DEAD}, {"200000", MEANS_DEAD}, /* threads; moderation */
    {"50027", MEANS_DISABLE}, {"50013", MEANS_DISABLE}, {"10015", MEANS_DISABLE},             /* token, permission, webhook */
    {"10003", MEANS_DEAD}, {"40005", MEANS_SHORTER}, {"40062", MEANS_WAIT}, {NULL, 0}};
static const struct destination_word statuses[] = {{"401", MEANS_DISABLE}, {"403", MEANS_DISABLE}, {"413", MEANS_SHORTER}, {NULL, 0}};

/* "0.529" s -> 529 ms, rounded up; 0: none. */
static int64_t milliseconds(const char *seconds)
{
    int64_t ms = 0, unit = 1000;
    if (!seconds || strspn(seconds, "0123456789.") != strlen(seconds) || strlen(seconds) > 12)
        return 0;
    for (; *seconds && *seconds != '.'; seconds++)
        ms = ms * 10 + (*seconds - '0') * 1000;
    for (seconds += *seconds == '.'; *seconds && unit; seconds++) {
        unit /= 10;
        ms += unit ? (*seconds - '0') * unit : *seconds > '0';
    }
    return ms;
}

static struct verdict rate_limited(const struct json *root, const struct reply *reply, int64_t now)
{
    struct verdict v = {.kind = VERDICT_WAIT, .retry_after = milliseconds(json_number(json_get(root, "retry_after")))};
    if (!v.retry_after)
        v.retry_after = destination_retry_after(reply->retry_after, now);
    if (!v.retry_after)
        v.retry_after = RATE_LIMITED_MS;
    v.all = json_get_bool(root, "global", false) || str_eq(reply->limit_global, "true");
    if (reply->body_n && !root) {
        v.all = true;
        v.retry_after = v.retry_after > BANNED_MS ? v.retry_after : BANNED_MS;
    }
    return v;
}

static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    struct verdict v = destination_judge_http(reply, c->now);
    const struct json *root = json_parse_in(arena, reply->body, reply->body_n, &json_limits_dialect, NULL, NULL);
    const char *code = json_number(json_get(root, "code"));
    if (v.kind == VERDICT_DELIVERED) {
        destination_note(memo, "message", json_get_string(root, "id", NULL));
        v.retry_after = str_eq(reply->limit_remaining, "0") ? milliseconds(reply->limit_reset_after) : 0;
    }
    if (reply->status == 429 || (reply->status / 100 == 4 && str_eq(code, "40062")))
        return rate_limited(root, reply, c->now);
    if (reply->status / 100 != 4)
        return v;
    int meaning = destination_meaning(codes, code);
    if (meaning == MEANS_NOTHING)
        meaning = destination_meaning(statuses, arena_printf(arena, "%lld", (long long)reply->status));
    return destination_means(meaning, v, 0, memo, json_get_string(root, "message", NULL));
}

static const char *account(struct arena *arena, const struct config_destination *to)
{
    (void)arena, (void)to;
    return "discord";
}

const struct destination destination_discord = {.kind = DEST_DISCORD, .name = "discord", .title = "Discord", .profile = PROFILE_DEFAULT,
                                                .timeout = 10000, .pace = {{5, 5, 2000}, {30, 30, 60000}}, .together = {50, 50, 1000},
                                                .refusals = {1000, 600000}, .compose = compose, .judge = judge, .account = account};
