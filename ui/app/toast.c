/* toast: see toast.h. */
#include "app/toast.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NEWS, GAIN, ANSWER, REFUSAL };

/* An answer to what I did weighs as much as a page, what it brought me less, and news of others least. */
static int weight(enum ui_role role)
{
    static const int weights[UI_ROLES] = {[UI_XP] = GAIN, [UI_GOLD] = GAIN, [UI_BOSS] = GAIN, [UI_ACCENT] = GAIN,
                                          [UI_TOAST] = ANSWER, [UI_WARN] = ANSWER, [UI_CRITICAL] = ANSWER, [UI_ERROR] = REFUSAL};
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

static void spell(struct toast *t, int64_t now)
{
    struct toast_line *line = &t->is;
    int64_t left = line->counts > now ? line->counts - now : 0, seconds = (left + 999) / 1000;
    t->next = toast_waiting(t) ? earlier(t->until, t->firm) : t->until;
    if (!line->counts)
        return;
    snprintf(line->text + line->head, sizeof line->text - line->head, "%" PRId64 " s%s", seconds, line->rest);
    t->next = left ? earlier(t->next, line->counts - (seconds - 1) * 1000) : t->next;
}

static void show(struct toast *t, const struct toast_line *line, int64_t now)
{
    t->is = *line;
    t->seen = false;
    t->until = line->counts > now ? line->counts : now + (heavy(line->role) ? 2 * TOAST_MS : TOAST_MS);
    t->firm = line->counts || heavy(line->role) ? t->until : now + TOAST_READ_MS;
    spell(t, now);
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
        spell(t, now);
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

void toast_count(struct toast *t, enum ui_role role, const char *before, const char *after, int64_t at, int64_t now)
{
    struct toast_line line = {.role = role, .counts = at};
    str_copy(line.text, sizeof line.text - sizeof line.rest - 24, before);
    str_copy(line.rest, sizeof line.rest, after);
    line.head = strlen(line.text);
    say(t, &line, now);
}

bool toast_waiting(const struct toast *t)
{
    for (int i = 0; i < TOAST_WEIGHTS; i++)
        if (*t->waits[i].text)
            return true;
    return false;
}

void toast_key(struct toast *t, int64_t now)
{
    t->seen = true;
    for (int i = TOAST_WEIGHTS; i-- > 0;)
        if (*t->waits[i].text) {
            const struct toast_line line = t->waits[i];
            t->waits[i].text[0] = 0;
            show(t, &line, now);
            return;
        }
}

bool toast_tick(struct toast *t, int64_t now)
{
    if (!t->until || now < t->next)
        return false;
    if (now < t->until && !(toast_waiting(t) && now >= t->firm)) {
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
