/* presence: a short list, in no order. */
#include "link/presence.h"

bool presence_read(struct presence *p, const struct json *data)
{
    int64_t stream = json_get_i64(data, "stream", 0), ticket = json_get_i64(data, "ticket", 0);
    int at = 0;
    while (at < p->count && p->list[at].stream != stream)
        at++;
    if (!ticket) {
        if (at < p->count)
            p->list[at] = p->list[--p->count];
        return true;
    }
    if (at == PRESENCE_MAX)
        return false;
    p->count += at == p->count;
    p->list[at] = (struct mirror_present){.stream = stream, .ticket = ticket, .replying = str_eq(json_get_string(data, "doing", ""), "replying")};
    str_copy(p->list[at].agent, sizeof p->list[at].agent, json_get_string(data, "agent", ""));
    return true;
}

bool presence_hello(struct presence *p, const struct json *data)
{
    bool before = p->stream;
    p->stream = json_get_i64(data, "stream", 0);
    p->count = 0;
    for (const struct json *other = json_first(json_get(data, "presence")); other; other = json_next(other))
        presence_read(p, other);
    return before;
}

bool presence_twice(const struct presence *p, int64_t ticket, const char *agent)
{
    for (int i = 0; i < p->count; i++)
        if (p->list[i].ticket == ticket && p->list[i].stream != p->stream && str_eq(p->list[i].agent, agent))
            return true;
    return false;
}

static bool is_at(const struct presence *p, const struct mirror_present *other, int64_t ticket, const char *me, bool replying)
{
    return other->ticket == ticket && other->replying == replying && other->stream != p->stream && !str_eq(other->agent, me);
}

const struct mirror_present *presence_at(const struct presence *p, int64_t ticket, const char *me, const struct mirror_present *after)
{
    int from = after ? (int)(after - p->list) + 1 : 0;
    for (int replying = !after || after->replying; replying >= 0; replying--, from = 0)
        for (int i = from; i < p->count; i++)
            if (is_at(p, &p->list[i], ticket, me, replying))
                return &p->list[i];
    return NULL;
}
