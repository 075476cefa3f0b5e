/* toast: see toast.h. */
#include "app/toast.h"
#include "base/str.h"
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

static void show(struct toast *t, const struct toast_line *line, int64_t now)
{
    t->is = *line;
    t->seen = false;
    t->until = now + (holds(line->role) ? 2 * TOAST_MS : TOAST_MS);
    t->waits.text[0] = 0;
}

void toast_say(struct toast *t, enum ui_role role, const char *text, int64_t now)
{
    struct toast_line line = {.role = role};
    bool unseen = *t->is.text && !t->seen, lighter = weight(role) < holds(t->is.role);
    str_copy(line.text, sizeof line.text, text);
    if (!unseen || !lighter)
        show(t, &line, now);
    else if (!*t->waits.text || weight(role) >= weight(t->waits.role))
        t->waits = line;
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
    if (!t->until || now < t->until)
        return false;
    t->until = 0;
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
