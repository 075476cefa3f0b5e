/* held: see held.h. */
#include "app/held.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void remove_at(struct held *h, int i)
{
    h->count--;
    memmove(h->list + i, h->list + i + 1, (size_t)(h->count - i) * sizeof *h->list);
}

static void move(struct held *h, int by)
{
    for (int i = 0; i < h->count; i++)
        h->list[i].above += h->list[i].above + by >= 0 ? by : 0;
}

void held_act(struct held *h, const char *action)
{
    static const char *const others[] = {"undo", "redo", "reveal"};
    bool counts = true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        counts &= strcmp(action, others[i]) != 0;
    move(h, counts);
}

static bool is_of(const struct held_reply *reply, const char *words)
{
    char own[40];
    snprintf(own, sizeof own, "reply of #%" PRId64, reply->ticket);
    return str_eq(own, words);
}

void held_undone(struct held *h, const char *action, const char *did, const char *next)
{
    bool undo = strcmp(action, "undo") == 0;
    if (did)
        move(h, undo ? -1 : 1);
    for (int i = 0; i < h->count && undo; i++)
        if (is_of(&h->list[i], did)) {
            remove_at(h, i);
            break; /* an older one of the same ticket stays */
        }
    for (int i = 0; i < h->count && undo; i++)
        if (is_of(&h->list[i], next)) {
            h->list[i].above = 0;
            break;
        }
}

static int64_t seconds(const struct held_reply *reply, int64_t now)
{
    return reply->at > now ? (reply->at - now + 999) / 1000 : 0;
}

static void plan(struct held *h, int64_t now)
{
    h->next = 0;
    for (int i = 0; i < h->count; i++) {
        int64_t at = h->list[i].at - (seconds(&h->list[i], now) - 1) * 1000;
        h->next = !h->next || at < h->next ? at : h->next;
    }
}

void held_add(struct held *h, int64_t ticket, int64_t at, int64_t now)
{
    held_act(h, "reply");
    h->count -= h->count == HELD_MOST;
    memmove(h->list + 1, h->list, (size_t)h->count * sizeof *h->list);
    h->list[0] = (struct held_reply){.ticket = ticket, .at = at};
    h->count++;
    plan(h, now);
}

bool held_tick(struct held *h, int64_t now)
{
    if (!h->next || now < h->next)
        return false;
    for (int i = h->count; i-- > 0;)
        if (h->list[i].at <= now)
            remove_at(h, i);
    plan(h, now);
    return true;
}

char *held_how(struct arena *arena, const struct held_reply *reply, const char *key)
{
    if (!*key)
        return arena_strdup(arena, "");
    return reply->above > 1   ? arena_printf(arena, "%s %d times takes it back", key, reply->above + 1)
           : reply->above > 0 ? arena_printf(arena, "%s twice takes it back", key)
                              : arena_printf(arena, "%s takes it back", key);
}

char *held_line(struct arena *arena, const struct held *h, const char *key, int64_t now)
{
    AUTO_STR out;
    str_init(&out, 400);
    for (int i = 0; i < h->count; i++) {
        const char *how = i ? "" : held_how(arena, &h->list[i], key);
        str_addf(&out, i ? ", #%" PRId64 " in %" PRId64 " s" : "#%" PRId64 " reply leaves in %" PRId64 " s", h->list[i].ticket, seconds(&h->list[i], now));
        if (*how)
            str_addf(&out, " (%s)", how);
    }
    return h->count ? arena_strdup(arena, out.data) : NULL;
}
