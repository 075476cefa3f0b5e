/* pagerduty: a ticket as an alert of the Events API v2 (destinations.md 8). The ticket's key is the alert's, so a repeat is
 * harmless and what follows finds it: an agent takes the ticket, it is acknowledged; it is done, it is resolved. What a
 * creation or an escalation says always triggers, even where the source has assigned it already: an acknowledgement of an
 * alert that is not there would be taken and forgotten, and nobody called. Changes that mean none of the three are passed
 * over. Pure. */
#include "destination/destination.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include <string.h>

enum { KEY_MAX = 255, SUMMARY_MAX = 1024, TEXT_MAX = 20000, EVENT_MAX = 500000, NO_TIME_MS = 30000 };

/* --- trigger, acknowledge or resolve --- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = text ? strlen(text) : 0, m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* A change of one of these is worth a call; others are not. */
static bool calls(const struct json *changes)
{
    static const char *const fields[] = {"urgency", "priority", "status", "escalated"};
    for (const struct json *c = json_first(changes); c; c = json_next(c))
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            if (str_eq(json_string(json_first(c)), fields[i]))
                return true;
    return false;
}

static bool assigned_now(const struct json *changes)
{
    for (const struct json *c = json_first(changes); c; c = json_next(c))
        if (str_eq(json_string(json_first(c)), "assignee"))
            return true;
    return false;
}

/* NULL: nothing of the three. */
static const char *action_of(const struct letter *l)
{
    const struct ticket *t = l->ticket;
    bool ours = l->of == LETTER_DESK, assigned = t && t->assignee && *t->assignee;
    if (!t)
        return ours ? NULL : "trigger";
    if (ticket_done(t->status))
        return "resolve";
    if (t->version <= 1 || ends_with(l->type, "created") || str_eq(l->type, "triage.escalated") || l->page)
        return "trigger";
    if (assigned && (!ours || assigned_now(l->changes)))
        return "acknowledge";
    return !ours || calls(l->changes) ? "trigger" : NULL;
}

static const char *severity(const struct letter *l)
{
    static const struct { const char *word, *severity; } words[] = {
        {"critical", "critical"}, {"urgent", "critical"}, {"high", "error"}, {"normal", "warning"}, {"low", "info"}};
    if (l->page && l->page->high)
        return "critical";
    const char *word = *letter_urgency(l) ? letter_urgency(l) : l->ticket ? priority_word(l->ticket->priority) : "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].word, word))
            return words[i].severity;
    return "warning";
}

/* --- the event --- */

static const char *key_of(const struct letter *l)
{
    return l->ticket && l->ticket->key && *l->ticket->key ? l->ticket->key : l->id;
}

static const char *dedup_key(struct arena *arena, const char *key)
{
    uint8_t hash[32];
    char hex[65];
    if (strlen(key) <= KEY_MAX)
        return key;
    crypto_sha256(key, strlen(key), hash);
    crypto_hex(hash, 32, hex);
    return arena_strdup(arena, hex);
}

static void put_known(struct json *object, const char *name, const char *value)
{
    if (value && *value)
        json_put_string(object, name, value);
}

/* What the ingestlayer's payload would hold, of any ticket; `text` NULL: without the text. */
static struct json *plain_details(struct arena *arena, const struct composing *c, const char *text)
{
    const struct letter *l = c->letter;
    struct json *details = json_object();
    put_known(details, "ticket_id", letter_ticket_id(l));
    put_known(details, "subject", destination_cut(arena, letter_title(l), SUMMARY_MAX, CUT_CODE_POINTS, NULL));
    put_known(details, "body", text);
    if (l->ticket) {
        put_known(details, "customer_tier", l->ticket->plan);
        put_known(details, "channel", l->ticket->channel);
    }
    return details;
}

static struct json *details(struct arena *arena, const struct composing *c)
{
    const struct letter *l = c->letter;
    struct json *out;
    if (json_get_bool(c->memo, "short", false))
        out = plain_details(arena, c, NULL);
    else if (json_is(l->payload, JSON_OBJECT) && strlen(json_print_in(arena, l->payload)) < EVENT_MAX)
        out = json_copy(l->payload);
    else
        out = plain_details(arena, c, destination_cut(arena, letter_story(arena, l), TEXT_MAX, CUT_CODE_POINTS, c));
    json_drop(out, "event_id");
    json_put_string(out, "event_id", l->id);
    return out;
}

static struct json *payload(struct arena *arena, const struct composing *c)
{
    const struct letter *l = c->letter;
    struct json *node = json_object();
    char at[32];
    json_put_string(node, "summary", destination_cut(arena, letter_headline(arena, l), SUMMARY_MAX, CUT_CODE_POINTS, c));
    json_put_string(node, "source", key_of(l));
    json_put_string(node, "severity", severity(l));
    json_put_string(node, "timestamp", clock_format(l->at, at));
    if (l->ticket) {
        put_known(node, "component", l->ticket->channel);
        put_known(node, "group", l->ticket->plan);
    }
    put_known(node, "class", l->type);
    json_put(node, "custom_details", details(arena, c));
    return node;
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct config_destination *to = c->to;
    const char *action = action_of(c->letter), *base = to->url && *to->url ? to->url : "https://events.pagerduty.com";
    if (!destination_speaks(c->letter, err))
        return false;
    if (!action)
        return err_set(err, ERR_NOT_FOUND, "%s neither triggers nor acknowledges nor resolves an alert", c->letter->type);
    if (!destination_is_token(to->token))
        return err_set(err, ERR_INPUT, "the routing key is not one");
    AUTO_JSON root = json_object();
    json_put_string(root, "routing_key", to->token);
    json_put_string(root, "event_action", action);
    json_put_string(root, "dedup_key", dedup_key(arena, key_of(c->letter)));
    if (str_eq(action, "trigger")) {
        json_put_string(root, "client", "triage");
        put_known(root, "client_url", destination_link(arena, c));
        json_put(root, "payload", payload(arena, c));
    }
    *out = destination_post(arena, c, arena_printf(arena, "%s/v2/enqueue", base), "application/json", root);
    return true;
}

static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    struct verdict v = destination_judge_http(reply, c->now);
    const struct json *root = json_parse_in(arena, reply->body, reply->body_n, &json_limits_dialect, NULL, NULL);
    const char *says = json_string(json_first(json_get(root, "errors")));
    if (reply->status / 100 == 2 || !reply->status)
        return v;
    int meaning = reply->status == 429 ? MEANS_WAIT : reply->status == 413 ? MEANS_SHORTER : MEANS_NOTHING;
    return destination_means(meaning, v, NO_TIME_MS, memo, says ? says : json_get_string(root, "message", NULL));
}

const struct destination destination_pagerduty = {.kind = DEST_PAGERDUTY, .name = "pagerduty", .title = "PagerDuty", .profile = PROFILE_PAGE,
                                                  .timeout = 10000, .pace = {{10, 120, 60000}}, .ordered = true, .compose = compose, .judge = judge};
