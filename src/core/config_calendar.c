/* config_calendar: the time zones that rows of the configuration name. They are collected while the file is read, with the
 * place where each was named, and looked up afterwards by whoever may read files. Pure. */
#include "core/config_keys.h"
#include "base/str.h"

const struct config_zone *config_named_zone(struct schema *s, const struct yaml *row, const char *name)
{
    struct config *config = s->owner;
    struct config_zone *zone = config->zones;
    if (!name)
        return NULL;
    while (zone && !str_eq(zone->name, name))
        zone = zone->next;
    if (!zone) {
        const struct yaml *at = config_at(row, "tz");
        zone = ARENA_NEW(s->arena, struct config_zone);
        *zone = (struct config_zone){.name = name, .line = at->line, .column = at->column, .next = config->zones};
        config->zones = zone;
    }
    return zone;
}

bool config_zones(struct config *config, struct arena *arena, const struct zone *(*load)(struct arena *, const char *, struct err *), struct err *err)
{
    for (struct config_zone *zone = config->zones; zone; zone = zone->next)
        if (!(zone->zone = load(arena, zone->name, err)))
            return err_in(err, "%s:%d:%d: tz", config->file, zone->line, zone->column);
    return true;
}

const struct zone *config_zone(const struct config_zone *named)
{
    return named ? named->zone : NULL;
}
