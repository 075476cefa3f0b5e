/* cstar_api: replies and assignments handed back through cStar's REST API (dialects.md 5.4a). The letter's id is the key that
 * makes a repeat harmless for a day. That a message is POSTed to the ticket's messages is inferred from the rest of the surface.
 * Its limit is 1,000 calls an hour for a key. Pure. */
#include "destination/handback.h"

/* The team is part of the path; without a base of its own it is the one the ticket came from. */
static const char *base_of(struct arena *arena, const struct composing *c, struct err *err)
{
    const char *team = c->letter->ticket->tenant;
    if ((c->to->url && *c->to->url) || (team && *team))
        return handback_base(arena, c, arena_printf(arena, "https://www.cstar.help/api/v1/teams/%s", handback_segment(arena, team ? team : "")));
    err_set(err, ERR_INPUT, "which team of cStar's the ticket is of is not known");
    return NULL;
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    const char *base = handback_wanted(c, err) ? base_of(arena, c, err) : NULL;
    if (!base)
        return false;
    const char *ticket = arena_printf(arena, "%s/tickets/%s", base, handback_segment(arena, l->ticket->source_id));
    struct delivery r = l->of == LETTER_REPLY ? handback_request(arena, c, "POST", arena_printf(arena, "%s/messages", ticket), "content", handback_text(arena, l->message)) :
                                                handback_request(arena, c, "PATCH", ticket, "assignedTo", l->assignee_key);
    destination_add_header(&r, "Idempotency-Key", l->id);
    *out = r;
    return true;
}

/* {success, data} or {success: false, error: {type, code, message}}. */
static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    const struct json *root = json_parse_in(arena, reply->body, reply->body_n, &json_limits_dialect, NULL, NULL), *error = json_get(root, "error");
    const struct json *id = json_path(root, "data.id") ? json_path(root, "data.id") : json_path(root, "data.message.id");
    const char *message = json_get_string(error, "message", NULL), *code = json_get_string(error, "code", NULL);
    if (message && code)
        message = arena_printf(arena, "%s (%s)", message, code);
    return handback_judge(c, reply, !json_get_bool(root, "success", true), message ? message : code, id, memo);
}

const struct destination destination_cstar_api = {.kind = DEST_CSTAR_API, .name = "cstar-api", .title = "cStar", .profile = PROFILE_DEFAULT,
                                                  .timeout = 10000, .pace = {{50, 1000, 3600000}}, .compose = compose, .judge = judge};
