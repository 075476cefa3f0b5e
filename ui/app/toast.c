/* toast: see toast.h. */
#include "app/toast.h"
#include "base/str.h"

enum { NEWS, GAIN, ANSWER, REFUSAL };

/* An answer to what I did weighs as much as a page, what it brought me or took from me less, and news of others least. */
static int weight(enum ui_role role)
{
    static const int weights[UI_ROLES] = {[UI_XP] = GAIN, [UI_WARN] = GAIN, [UI_GOLD] = GAIN, [UI_BOSS] = GAIN, [UI_ACCENT] = GAIN,
                                          [UI_TOAST] = ANSWER, [UI_CRITICAL] = ANSWER, [UI_ERROR] = REFUSAL};
    return weights[role];
}

static bool heavy(enum ui_role role)
{
    return role == UI_ERROR || role == UI_CRITICAL;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void plan(struct toast *t)
{
    t->next = toast_waiting(t) ? earlier(t->until, t->firm) : t->until;
}

static void show(struct toast *t, const struct toast_line *line, int64_t now)
{
    t->is = *line;
    t->seen = false;
    t->since = now;
    t->until = now + (heavy(line->role) ? 2 * TOAST_MS : TOAST_MS);
    t->firm = heavy(line->role) ? t->until : now + TOAST_READ_MS;
    plan(t);
}

static void put_by(struct toast *t, const struct toast_line *line)
{
    t->waits[weight(line->role)] = *line;
}

/* An answer does not wait for what it brought, which is often heard of first: that is said again behind it. */
static void say(struct toast *t, const struct toast_line *line, int64_t now)
{
    bool unread = *t->is.text && !t->seen && now < t->firm;
    int is = weight(t->is.role), new = weight(line->role);
    if (unread && new < is) {
        put_by(t, line);
        plan(t);
        return;
    }
    if (unread && is == GAIN && new == ANSWER)
        put_by(t, &t->is);
    show(t, line, now);
}

void toast_say(struct toast *t, enum ui_role role, const char *text, int64_t now)
{
    struct toast_line line = {.role = role};
    str_copy(line.text, sizeof line.text, text);
    say(t, &line, now);
}

bool toast_waiting(const struct toast *t)
{
    for (int i = 0; i < TOAST_WEIGHTS; i++)
        if (*t->waits[i].text)
            return true;
    return false;
}

static bool show_next(struct toast *t, int64_t now)
{
    for (int i = TOAST_WEIGHTS; i-- > 0;)
        if (*t->waits[i].text) {
            const struct toast_line line = t->waits[i];
            t->waits[i].text[0] = 0;
            show(t, &line, now);
            return true;
        }
    return false;
}

bool toast_key(struct toast *t, int64_t now)
{
    bool was_read = t->is.role == UI_ERROR && *t->is.text && now - t->since >= TOAST_READ_MS;
    t->seen = true;
    if (show_next(t, now))
        return true;
    if (was_read)
        t->is.text[0] = 0;
    return was_read;
}

bool toast_tick(struct toast *t, int64_t now)
{
    if (!t->until || now < t->next)
        return false;
    if (now < t->until && !(toast_waiting(t) && now >= t->firm)) { /* what waited is moot */
        plan(t);
        return false;
    }
    t->until = t->next = 0;
    t->is.text[0] = 0;
    show_next(t, now);
    return true;
}

void toast_moot(struct toast *t, enum ui_role role)
{
    struct toast_line *waits = &t->waits[weight(role)];
    if (t->is.role == role)
        t->is.text[0] = 0;
    if (waits->role == role)
        waits->text[0] = 0;
}

void toast_leave(struct toast *t)
{
    toast_moot(t, UI_DIM);
    if (t->seen && t->is.role == UI_ERROR)
        t->is.text[0] = 0;
}
