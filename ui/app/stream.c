/* stream: two tables say what follows from what changed, whatever is shown and where it is. What moves often is asked for later, so
 * that a burst is one call. */
#include "app/stream.h"
#include "app/hear.h"
#include <string.h>

/* --- what is said --- */

static void score_toast(struct console *c, const char *data, size_t n)
{
    AUTO_JSON root = json_parse(data, n, &json_limits_dialect, NULL, NULL);
    const struct json *body = json_get(root, "data");
    long long xp = json_get_i64(body, "xp", 0), ticket = json_get_i64(body, "ticket", 0);
    if (!str_eq(json_get_string(body, "agent", ""), mirror_me(c->mirror)))
        return;
    const char *reason = json_get_string(body, "reason", ""), *rule = json_get_string(body, "rule", "");
    bool own = str_eq(rule, "resolve") || str_eq(rule, "label");
    if (xp > 0 && !own)
        console_toast(c, UI_XP, "+%lld XP: %s", xp, reason);
    else if (xp > 0)
        console_toast(c, UI_XP, "+%lld XP held: #%lld %s (u undo)", xp, ticket, reason);
    else if (xp < 0) /* what the act cost, as what it brings, waits behind its answer */
        console_toast(c, UI_XP, "%lld XP taken back: #%lld %s", xp, ticket, reason);
    else
        console_toast(c, UI_DIM, "no XP for #%lld: %s", ticket, reason);
}

static void game_toast(struct console *c, const char *event, const char *data, size_t n)
{
    AUTO_JSON root = json_parse(data, n, &json_limits_dialect, NULL, NULL);
    const struct json *body = json_get(root, "data");
    const char *what = json_get_string(body, "what", json_get_string(body, "state", ""));
    if (str_eq(event, "boss") &&
        (str_eq(what, "defeated") || str_eq(what, "spawned") || str_eq(what, "fled")))
        console_toast(c, UI_BOSS, "%s: %s", json_get_string(body, "name", "the boss"), what);
    if (str_eq(event, "player") && str_eq(json_get_string(body, "agent", ""), mirror_me(c->mirror))) {
        if (str_eq(what, "level_up"))
            console_toast(c, UI_GOLD, "You reached level %lld", (long long)json_get_i64(body, "new", 0));
        else if (str_eq(what, "achievement"))
            console_toast(c, UI_GOLD, "◆ %s", json_get_string(body, "name", "achievement"));
    }
}

/* What was not known before is said; a frame that comes once more is not. */
static void say_news(struct console *c, const char *event, const char *data, size_t n)
{
    if (str_eq(event, "score"))
        score_toast(c, data, n);
    if (str_eq(event, "boss") || str_eq(event, "player"))
        game_toast(c, event, data, n);
    hear_frame(c, event, data, n);
}

/* --- what is wanted --- */

/* On every screen. */
static const struct { unsigned changed; enum slot slot; int64_t ms; } everywhere[] = {
    {MIRROR_CHANGED_ALL, SLOT_DESK, 0},
    {MIRROR_CHANGED_VIEWS, SLOT_VIEWS, 0},
    {MIRROR_CHANGED_PARCELS, SLOT_PAGE, 300},
    {MIRROR_CHANGED_TICKET, (enum slot)(SLOT_DOC + MIRROR_TICKET), 0},
    {MIRROR_CHANGED_DRAFTS | MIRROR_CHANGED_TICKET, (enum slot)(SLOT_DOC + MIRROR_DRAFTS), 100}, /* what was sent is no draft any more */
    {MIRROR_CHANGED_ONCALL, (enum slot)(SLOT_DOC + MIRROR_ONCALL), 50},                          /* the header says it */
    {MIRROR_CHANGED_COUNTS, (enum slot)(SLOT_DOC + MIRROR_AGENTS), 3000}};                       /* what each has: the picker of assign tells it */

/* The documents of the screen that is shown. */
static const struct { unsigned changed; enum place place; int64_t ms; } shown[] = {
    {MIRROR_CHANGED_ESCALATION, PLACE_ESCALATIONS, 50},
    {MIRROR_CHANGED_EVENTS | MIRROR_CHANGED_ROWS | MIRROR_CHANGED_DESK, PLACE_INGEST, 200}, /* an erasure takes them out of quarantine */
    {MIRROR_CHANGED_OUTGOING, PLACE_DELIVERIES, 150},
    {MIRROR_CHANGED_LABELS, PLACE_REVIEW, 300},
    {MIRROR_CHANGED_ROWS, PLACE_REVIEW, 300},
    {MIRROR_CHANGED_ROWS | MIRROR_CHANGED_DESK, PLACE_CUSTOMER, 200},
    {MIRROR_CHANGED_DESK, PLACE_MACROS, 100},
    {MIRROR_CHANGED_EVENTS, PLACE_ARTICLES, 300},
    {~0u, PLACE_AUDIT, 500},
    {~0u, PLACE_HEALTH, 1000},
    {MIRROR_CHANGED_COUNTS | MIRROR_CHANGED_PRESENCE | MIRROR_CHANGED_MINE | MIRROR_CHANGED_DESK, PLACE_AGENTS, 300},
    {MIRROR_CHANGED_COUNTS | MIRROR_CHANGED_ESCALATION | MIRROR_CHANGED_OUTGOING, PLACE_HANDOVER, 2000},
    {MIRROR_CHANGED_DESK, PLACE_HANDOVER, 50}};

/* What customers wrote the daemon alone can look up: as tickets change, the list is asked for again. */
static bool asks_body(const struct console *c)
{
    return strstr(c->where, "body.contains(");
}

static void want(struct console *c, unsigned changed)
{
    enum place place = console_place(c);
    if (changed & MIRROR_CHANGED_ROWS && asks_body(c))
        fetch_want_soon(c, SLOT_PAGE, 1000);
    for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++)
        if (changed & everywhere[i].changed)
            fetch_want_soon(c, everywhere[i].slot, everywhere[i].ms);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (changed & shown[i].changed && place == shown[i].place)
            fetch_table(c, shown[i].ms);
    if (changed & MIRROR_CHANGED_COUNTS && c->slots[SLOT_VIEWS].flying) /* one that fills counts on at one seq */
        fetch_want(c, SLOT_VIEWS);
    if (changed & (MIRROR_CHANGED_ROWS | MIRROR_CHANGED_COUNTS) && place == PLACE_METRICS)
        fetch_want_soon(c, SLOT_DOC + MIRROR_STATS, 2000);
    if (changed & MIRROR_CHANGED_GAME && place == PLACE_BOSS)
        fetch_want_soon(c, SLOT_DOC + MIRROR_SCORES, 100);
}

/* Tabs stand in the head, which a ticket and a text do without. */
static bool is_seen(const struct console *c, unsigned changed)
{
    bool headed = console_place(c) != PLACE_TICKET && !composer_is_open(&c->composer);
    return changed & (headed ? MIRROR_SEEN : MIRROR_SEEN & ~MIRROR_CHANGED_TABS);
}

void stream_frame(void *console, const char *event, int64_t id, const char *data, size_t n)
{
    struct console *c = console;
    bool news = id > mirror_seq(c->mirror);
    int64_t pages = fetch_pages(c);
    mirror_focus(c->mirror, c->focus);
    console_hold(c);
    unsigned changed = mirror_frame(c->mirror, event, id, data, n, console_now(c));
    c->dirty |= is_seen(c, changed);
    if (news)
        say_news(c, event, data, n);
    if (changed & MIRROR_CHANGED_ROWS)
        c->rows_changed = c->row_news = true;
    want(c, changed);
    if (str_eq(event, "escalation") || fetch_pages(c) != pages)
        fetch_paging(c, 50);
}
