/* screens: see screens.h. A row says what is worth a key's room at the foot of the screen, most useful first; the last one stands
 * however narrow the screen is. */
#include "screen/screens.h"
#include "base/text.h"
#include <string.h>

enum { MOST = 14 };

const char *const screens_names[PLACES + 1] = {
    [PLACE_QUEUE] = "queue",         [PLACE_TICKET] = "ticket",     [PLACE_ESCALATIONS] = "escalations", [PLACE_INGEST] = "ingest",
    [PLACE_DELIVERIES] = "deliveries", [PLACE_REVIEW] = "labels",   [PLACE_CUSTOMER] = "customer",       [PLACE_ARTICLES] = "articles",
    [PLACE_MACROS] = "macros",       [PLACE_ONCALL] = "oncall",     [PLACE_AGENTS] = "agents",           [PLACE_HANDOVER] = "handover",
    [PLACE_BOSS] = "boss",           [PLACE_METRICS] = "metrics",   [PLACE_AUDIT] = "audit",             [PLACE_DRAFTS] = "drafts",
    [PLACE_HEALTH] = "health",
    [PLACES] = NULL};

static const struct offer {
    const char *command, *label; /* label: NULL: the command's own name */
    bool menu;                   /* its keys begin a menu: the first of them stands for it */
    bool free;                   /* here it is about no row, whatever it is elsewhere */
    bool some;                   /* not every row takes it (struct lists_type) */
} offers[PLACES][MOST] = {
    [PLACE_QUEUE] = {{"claim", 0}, {"assign", 0}, {"reply", 0}, {"note", 0}, {"close", 0}, {"snooze", 0, true}, {"escalate", 0}, {"mark", 0},
                     {"filter", 0}, {"palette", 0}, {"help", 0}},
    [PLACE_TICKET] = {{"reply", 0}, {"note", 0}, {"claim", 0}, {"assign", 0}, {"close", 0}, {"snooze", 0, true}, {"macro", 0}, {"label", 0},
                      {"filter", "find in it"}, {"open", "fold"}, {"why", 0}, {"customer", 0}, {"back", 0}, {"help", 0}},
    [PLACE_ESCALATIONS] = {{"ack", "acknowledge", .some = true}, {"escalate", 0}, {"open", "ticket"}, {"why", "who was told"}, {"snooze", 0, true}, {"back", 0},
                           {"help", 0}},
    [PLACE_INGEST] = {{"open", "raw"}, {"why", 0}, {"rerun", "take in again", .some = true}, {"filter", 0}, {"freeze", 0}, {"back", 0}, {"help", 0}},
    [PLACE_DELIVERIES] = {{"open", "attempts"}, {"ticket", 0}, {"replay", "send again"}, {"why", 0}, {"mark", 0}, {"filter", 0}, {"palette", 0},
                          {"back", 0}, {"help", 0}},
    [PLACE_REVIEW] = {{"accept", 0}, {"label", "correct"}, {"open", "ticket"}, {"why", 0}, {"mark", 0}, {"undo", 0}, {"back", 0}, {"help", 0}},
    [PLACE_CUSTOMER] = {{"open", "ticket"}, {"remark", "note"}, {"reveal", 0}, {"reply", 0}, {"macro", 0}, {"why", 0}, {"back", 0},
                        {"help", 0}},
    [PLACE_ARTICLES] = {{"open", "read"}, {"filter", 0}, {"go macros", "macros"}, {"palette", 0}, {"back", 0}, {"help", 0}},
    [PLACE_MACROS] = {{"filter", 0}, {"go articles", "articles"}, {"palette", 0}, {"back", 0}, {"help", 0}},
    [PLACE_ONCALL] = {{"override", 0}, {"cover", "ask for cover"}, {"cover-accept", "take it", .some = true}, {"unoverride", "take back"}, {"absence", 0},
                      {"why", "who is told", .free = true}, {"back", 0}, {"help", 0}},
    [PLACE_AGENTS] = {{"open", "their ticket"}, {"filter", 0}, {"palette", 0}, {"back", 0}, {"help", 0}},
    [PLACE_HANDOVER] = {{"handover-ack", "take over"}, {"open", "ticket"}, {"ack", "acknowledge"}, {"why", 0}, {"palette", 0}, {"back", 0},
                        {"help", 0}},
    [PLACE_BOSS] = {{"open", "ticket"}, {"why", 0}, {"down", "move"}, {"up", "move"}, {"back", 0}, {"help", 0}},
    [PLACE_METRICS] = {{"period prev", "shorter"}, {"period next", "longer"}, {"prev-view", "view before"}, {"next-view", "next view"}, {"back", 0}, {"help", 0}},
    [PLACE_DRAFTS] = {{"open", "go on writing"}, {"discard", 0}, {"ticket", 0}, {"palette", 0}, {"back", 0}, {"help", 0}},
    [PLACE_HEALTH] = {{"open", "where it is mended"}, {"filter", 0}, {"go deliveries", "deliveries"}, {"go ingest", "ingest"}, {"go labels", "labels"}, {"resync", "ask again"}, {"back", 0}, {"help", 0}},
    [PLACE_AUDIT] = {{"open", "ticket"}, {"filter", 0}, {"freeze", 0}, {"back", 0}, {"help", 0}},
};

static const char *keys_of(struct arena *arena, const struct binding *b, bool menu)
{
    return menu && b->keys.count > 1 ? arena_printf(arena, "%c%s", *b->spelled, text_is_ascii() ? "..." : "…") : b->spelled;
}

/* What is about the row under the cursor. */
static bool is_of_row(const struct offer *o)
{
    static const char *const commands[] = {"open", "ticket", "why", "claim", "assign", "reply", "note", "close", "snooze", "escalate", "ack", "mark", "label", "accept",
                                           "macro", "rerun", "replay", "discard", "cover-accept", "unoverride"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands && !o->free; i++)
        if (strcmp(o->command, commands[i]) == 0)
            return true;
    return false;
}

static const char *label_of(const struct offer *o)
{
    return o->label ? o->label : o->command;
}

/* There and back: keys of one meaning that stand beside each other are one hint. */
static bool goes_on(const struct offer *row, const struct offer *o)
{
    return o > row && strcmp(label_of(o), label_of(o - 1)) == 0;
}

int screens_offered(enum place place)
{
    int n = 0;
    for (const struct offer *o = offers[place]; o < offers[place] + MOST && o->command; o++)
        n += !goes_on(offers[place], o);
    return n;
}

static const struct offer pane_offers[MOST] = {{.command = "next-pane", .label = "the list"}, {.command = "down", .label = "scroll"}, {.command = "up", .label = "scroll"},
                                               {.command = "open", .label = "ticket"}, {.command = "reply"}, {.command = "note"}, {.command = "back"}, {.command = "help"}};

static void hint_at(const struct offer *row, enum place place, const struct keymap *keymap, struct arena *arena, screens_may *may, void *arg, struct look *look)
{
    struct hint *list = ARENA_ARRAY(arena, struct hint, MOST), *last = NULL;
    look->hint_count = 0;
    look->row_hints = look->some_hints = 0;
    for (const struct offer *o = row; o < row + MOST && o->command; o++) {
        const struct binding *b = !may || may(arg, o->command) ? keymap_find(keymap, screens_names[place], o->command) : NULL;
        if (b && last && strcmp(last->label, label_of(o)) == 0)
            last->keys = arena_printf(arena, "%s %s", last->keys, keys_of(arena, b, o->menu));
        else if (b) {
            look->row_hints |= (unsigned)is_of_row(o) << look->hint_count;
            look->some_hints |= (unsigned)o->some << look->hint_count;
            *(last = &list[look->hint_count++]) = (struct hint){keys_of(arena, b, o->menu), label_of(o)};
        }
    }
    look->hints = list;
}

void screens_hints(enum place place, const struct keymap *keymap, struct arena *arena, screens_may *may, void *arg, struct look *look)
{
    hint_at(offers[place], place, keymap, arena, may, arg, look);
}

void screens_pane_hints(const struct keymap *keymap, struct arena *arena, struct look *look)
{
    hint_at(pane_offers, PLACE_QUEUE, keymap, arena, NULL, NULL, look);
}
