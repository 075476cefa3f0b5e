/* tamio_api: replies and assignments handed back through Tamio's Agency API (dialects.md 7.3). It has no key against repeats:
 * what may have arrived unseen is said again, unless the destination says `ambiguous: dead`. Pure. */
#include "destination/handback.h"

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    if (!handback_wanted(c, err))
        return false;
    const char *base = handback_base(arena, c, "https://api.tamio.com/v2"), *id = handback_segment(arena, l->ticket->source_id);
    *out = l->of == LETTER_REPLY ?
               handback_request(arena, c, "POST", arena_printf(arena, "%s/agency/tickets/reply/create/%s", base, id), "reply", handback_text(arena, l->message)) :
               handback_request(arena, c, "POST", arena_printf(arena, "%s/agency/tickets/assign/%s", base, id), "teammate_id", l->assignee_key);
    return true;
}

/* {status, error, error_code}; where the reply's own id stands in a yes is not public. */
static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    static const char *const ids[] = {"id", "reply.id", "data.id", "data.reply.id"};
    const struct json *root = json_parse_in(arena, reply->body, reply->body_n, &json_limits_dialect, NULL, NULL), *id = NULL;
    const char *error = json_get_string(root, "error", NULL), *code = json_number(json_get(root, "error_code"));
    for (size_t i = 0; i < sizeof ids / sizeof *ids && !id; i++)
        id = json_path(root, ids[i]);
    if (error && code)
        error = arena_printf(arena, "%s (%s)", error, code);
    return handback_judge(c, reply, code != NULL, error, id, memo);
}

const struct destination destination_tamio_api = {.kind = DEST_TAMIO_API, .name = "tamio-api", .title = "Tamio", .profile = PROFILE_DEFAULT,
                                                  .timeout = 10000, .compose = compose, .judge = judge};
