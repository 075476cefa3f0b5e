/* toast: see toast.h. */
#include "app/toast.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What one has to have read before anything lighter takes its place. */
static int holds(enum ui_role role)
{
    return role == UI_ERROR ? 2 : role == UI_CRITICAL;
}

/* An answer to what I did weighs as much as a page; news weighs nothing. */
static int weight(enum ui_role role)
{
    return role == UI_TOAST || role == UI_WARN ? 1 : holds(role);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void spell(struct toast *t, int64_t now)
{
    struct toast_line *line = &t->is;
    int64_t left = line->counts > now ? line->counts - now : 0, seconds = (left + 999) / 1000;
    t->next = t->until;
    if (!line->counts)
        return;
    snprintf(line->text + line->head, sizeof line->text - line->head, "%" PRId64 " s%s", seconds, line->rest);
    t->next = left ? earlier(t->until, line->counts - (seconds - 1) * 1000) : t->until;
}

static void show(struct toast *t, const struct toast_line *line, int64_t now)
{
    t->is = *line;
    t->seen = false;
    t->until = line->counts > now ? line->counts : now + (holds(line->role) ? 2 * TOAST_MS : TOAST_MS);
    t->waits.text[0] = 0;
    spell(t, now);
}

static void say(struct toast *t, const struct toast_line *line, int64_t now)
{
    bool unseen = *t->is.text && !t->seen, lighter = weight(line->role) < holds(t->is.role);
    if (!unseen || !lighter)
        show(t, line, now);
    else if (!*t->waits.text || weight(line->role) >= weight(t->waits.role))
        t->waits = *line;
}

void toast_say(struct toast *t, enum ui_role role, const char *text, int64_t now)
{
    struct toast_line line = {.role = role};
    str_copy(line.text, sizeof line.text, text);
    say(t, &line, now);
}

void toast_count(struct toast *t, enum ui_role role, const char *before, const char *after, int64_t at, int64_t now)
{
    struct toast_line line = {.role = role, .counts = at};
    str_copy(line.text, sizeof line.text - sizeof line.rest - 24, before);
    str_copy(line.rest, sizeof line.rest, after);
    line.head = strlen(line.text);
    say(t, &line, now);
}

void toast_key(struct toast *t, int64_t now)
{
    const struct toast_line line = t->waits;
    t->seen = true;
    if (*line.text)
        show(t, &line, now);
}

bool toast_tick(struct toast *t, int64_t now)
{
    if (!t->until || now < t->next)
        return false;
    if (now < t->until) {
        spell(t, now);
        return true;
    }
    t->until = t->next = 0;
    t->is.text[0] = 0;
    toast_key(t, now);
    return true;
}

void toast_moot(struct toast *t, enum ui_role role)
{
    if (t->is.role == role)
        t->is.text[0] = 0;
    if (t->waits.role == role)
        t->waits.text[0] = 0;
}

void toast_leave(struct toast *t)
{
    toast_moot(t, UI_DIM);
}
