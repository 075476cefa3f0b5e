/* touch: two tables, of events and of the records that an entry of the desk carries. */
#include "link/touch.h"

static const struct {
    const char *event;
    unsigned changed, of_ticket; /* of_ticket: where the entry is about one, too */
} events[] = {
    {"escalation", MIRROR_CHANGED_ESCALATION, 0},
    {"desk", MIRROR_CHANGED_DESK, 0},
    {"parcel", MIRROR_CHANGED_OUTGOING, MIRROR_CHANGED_ESCALATION},
    {"delivery", MIRROR_CHANGED_OUTGOING, 0},
    {"destination", MIRROR_CHANGED_OUTGOING, 0},
    {"route", MIRROR_CHANGED_OUTGOING, 0},
    {"label", MIRROR_CHANGED_LABELS, 0},
    {"model", MIRROR_CHANGED_LABELS, 0},
};

static const struct {
    const char *kind;
    unsigned changed;
} records[] = {
    {"override", MIRROR_CHANGED_ONCALL},
    {"cover", MIRROR_CHANGED_ONCALL},
    {"absence", MIRROR_CHANGED_ONCALL},
    {"view", MIRROR_CHANGED_VIEWS},
    {"xp-reset", MIRROR_CHANGED_GAME},
};

static unsigned of_record(const char *kind)
{
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        if (str_eq(kind, records[i].kind))
            return records[i].changed;
    return 0;
}

static unsigned of_event(const char *event, bool ticket)
{
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (str_eq(event, events[i].event))
            return events[i].changed | (ticket ? events[i].of_ticket : 0);
    return 0;
}

unsigned touch_of(const char *event, int64_t ticket, const struct json *data)
{
    unsigned changed = of_event(event, ticket);
    if (str_eq(event, "desk"))
        for (const struct json *r = json_first(json_path(data, "data.records")); r; r = json_next(r))
            changed |= of_record(json_get_string(r, "kind", ""));
    return changed | (str_starts(json_get_string(data, "actor", ""), "source:") ? MIRROR_CHANGED_EVENTS : 0);
}
