/* desk_handover: see the header. What stands open is looked up by the engine when the act is done, not sent along: whoever
 * acknowledges cannot say it was clean. */
#include "core/desk_handover.h"
#include "base/str.h"

const char *handover_flaw(struct arena *arena, const struct desk_open *open, int64_t since, int64_t now)
{
    enum { HOUR = 3600000 };
    if (open->escalated)
        return arena_printf(arena, "%lld escalation%s nobody has acknowledged", (long long)open->escalated, open->escalated > 1 ? "s" : "");
    if (open->late)
        return arena_printf(arena, "%lld breached ticket%s nobody has", (long long)open->late, open->late > 1 ? "s" : "");
    if (open->dead)
        return arena_printf(arena, "%lld dead letter%s", (long long)open->dead, open->dead > 1 ? "s" : "");
    if (!since)
        return "it is the first";
    return now - since < HANDOVER_LEAST_HOURS * HOUR ? "it changed hands less than four hours ago" : NULL;
}

bool handover_ack(struct desk_act *d)
{
    const struct json *last;
    const char *note;
    if (!desk_text(d, "note", false, &note) || !desk_find(d, "handover", "last", &last))
        return false;
    const char *from = json_get_string(last, "by", NULL), *who = d->action->actor;
    int64_t since = json_get_i64(last, "at", 0);
    const char *flaw = handover_flaw(d->arena, d->open, since, d->now);
    struct json *data = json_object();
    json_put_string(data, "by", who);
    json_put_string(data, "from", from);
    json_put_i64(data, "since", since);
    json_put_i64(data, "at", d->now);
    json_put_bool(data, "clean", !flaw);
    json_put_string(data, "flaw", flaw);
    json_put_i64(data, "escalated", d->open->escalated);
    json_put_i64(data, "late", d->open->late);
    json_put_i64(data, "dead", d->open->dead);
    json_put_string(data, "note", note);
    d->say = arena_printf(d->arena, "the desk is yours%s%s%s%s", from && !str_eq(from, who) ? ", from " : "", from && !str_eq(from, who) ? from : "",
                          flaw ? "; not clean: " : ": clean", flaw ? flaw : "");
    return desk_write(d, "handover", "last", data);
}
