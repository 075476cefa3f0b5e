/* standing: see standing.h. A table in the order of what presses: each row says whether it is so, and in how many words. */
#include "screen/standing.h"
#include "base/text.h"
#include "core/field.h"
#include "screen/facts.h"
#include "screen/sign.h"

enum { LEAST_SUBJECT = 7, NAME_MOST = 12 };

/* The sign and its word. */
static struct standing badge_said(const struct look *look, struct badge badge)
{
    const char *said = arena_printf(look->arena, "%s %s", badge.glyph, badge.word);
    return (struct standing){badge.role, said, said, badge.glyph, false};
}

/* As badge_said, and more where there is room. */
static struct standing told(const struct look *look, struct badge badge, const char *whole)
{
    struct standing standing = badge_said(look, badge);
    standing.whole = whole;
    return standing;
}

static struct standing status_said(const struct look *look, const struct mirror_row *r)
{
    return badge_said(look, look_state(&r->t));
}

static bool gone(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    (void)look;
    *to = (struct standing){UI_MUTED, "left this view", "left", "", false};
    return r->gone;
}

static bool sending(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = (struct standing){UI_MUTED, "sending…", "sending…", sign_of(SIGN_SENDING).glyph, false};
    return mirror_pending(look->mirror, r->t.id);
}

static bool paging(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    struct badge sign = look_escalation(r->t.escalated);
    *to = badge_said(look, (struct badge){sign.glyph, "paging", sign.role});
    return r->t.escalated == ESCALATION_TRIGGERED;
}

static bool unsent(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = told(look, (struct badge){look_delivery("dead").glyph, "undelivered", UI_LATE}, facts_undelivered(look, r));
    return r->undelivered > 0;
}

static bool acked(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = badge_said(look, (struct badge){"✔", "acked", look_escalation(r->t.escalated).role});
    return r->t.escalated == ESCALATION_ACKNOWLEDGED;
}

static bool woken(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = told(look, (struct badge){"↑", r->t.woke_by == WOKE_BY_REPLY ? "they wrote" : "it is time", UI_NEW}, facts_woke(look, &r->t));
    return r->t.woke_by && !ticket_done(r->t.status);
}

static bool thanks(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = badge_said(look, sign_of(SIGN_THANKS));
    return r->t.thanked_at != 0;
}

static bool linked(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = status_said(look, r);
    to->whole = facts_links(look, &r->t);
    to->role = UI_MUTED;
    return r->t.merged_into || r->t.followed_by;
}

static bool waits_or_done(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = status_said(look, r);
    return r->t.status >= STATUS_PENDING || r->t.deleted;
}

static bool differs(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    struct badge sign = sign_of(SIGN_DIFFERS);
    *to = told(look, sign, arena_printf(look->arena, "%s %s", sign.glyph, look_words(look->arena, status_word(r->t.source_status))));
    return ticket_differs(&r->t);
}

static bool snoozed(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    struct badge sign = sign_of(SIGN_SNOOZED);
    *to = told(look, sign, arena_printf(look->arena, "%s until %s", sign.glyph, look_stamp(look, r->t.snoozed_until)));
    return r->t.snoozed_until > look->now;
}

static bool reopened(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    struct badge sign = sign_of(SIGN_REOPENED);
    sign.word = arena_printf(look->arena, "%lldx", (long long)r->t.reopen_count);
    *to = badge_said(look, sign);
    return r->t.reopen_count > 0;
}

/* The word of a sign that stands alone in another column. */
static bool with_others(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    const struct mirror_present *other = mirror_present(look->mirror, r->t.id, NULL);
    if (!other)
        return false;
    struct badge badge = sign_of(other->replying ? SIGN_REPLYING : SIGN_VIEWING);
    const char *said = arena_printf(look->arena, "%s %s %s", badge.glyph, text_fit(look->arena, text_safe_in(look->arena, other->agent, TEXT_LINE), NAME_MOST), badge.word);
    *to = (struct standing){badge.role, said, "", "", true};
    return true;
}

static bool fresh(const struct look *look, const struct mirror_row *r, struct standing *to)
{
    *to = status_said(look, r);
    to->spare = true;
    return r->t.status == STATUS_NEW;
}

struct standing standing_of(const struct look *look, const struct mirror_row *row)
{
    static bool (*const is[])(const struct look *look, const struct mirror_row *r, struct standing *to) = {
        gone, sending, paging, unsent, acked, woken, thanks, linked, waits_or_done, differs, snoozed, reopened, with_others, fresh};
    for (size_t i = 0; i < sizeof is / sizeof *is; i++) {
        struct standing standing;
        if (is[i](look, row, &standing))
            return standing;
    }
    return (struct standing){UI_MUTED, "", "", "", false};
}

const char *standing_fit(const struct standing *standing, int width, int title)
{
    int half = width / 2, over = width - LEAST_SUBJECT;
    const struct { const char *text; int room; } ways[] = {{standing->whole, half}, {standing->brief, half > over ? half : over}, {standing->glyph, width}};
    if (standing->spare)
        return text_columns(standing->whole) + STANDING_GAP <= width - title ? standing->whole : "";
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (*ways[i].text && text_columns(ways[i].text) + STANDING_GAP <= ways[i].room)
            return ways[i].text;
    return "";
}
