/* story_live: the live part, played by four players (the world and three colleagues) and a script over what has become of the
 * tickets. */
#include "demo/story_part.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

enum { LEFT_FOR_THE_PERSON = 40 * SECOND, MOST_PLOTS = 20000, MOST_WAITING = 22, MOST_CARRIED = 7 };

/* --- looking around --- */

typedef bool fits(const struct story *s, const struct plot *plot);

static bool open_and_nobodys(const struct story *s, const struct plot *plot)
{
    (void)s;
    return plot->opened && !plot->owner && !plot->closed && !plot->settled && plot->ask != ASK_CRITICAL;
}

static bool talking(const struct story *s, const struct plot *plot)
{
    (void)s;
    return plot->opened && !plot->closed && !plot->settled && !plot->resolved && plot->line_count < PLOT_LINES - 4 &&
           vendor_can(plot->vendor, MOVE_SAY);
}

/* Lately: what the clock has closed for good since then stays so. */
static bool closed_by_us(const struct story *s, const struct plot *plot)
{
    bool lately = plot->closed && s->now - plot->closed_at < 3 * 24 * (int64_t)HOUR;
    return lately && !plot->resolved && !plot->stars && plot->line_count < PLOT_LINES - 4 && vendor_can(plot->vendor, MOVE_SAY);
}

static bool can_rate(const struct story *s, const struct plot *plot)
{
    (void)s;
    return plot->closed && !plot->stars && vendor_can(plot->vendor, MOVE_SURVEY);
}

static bool can_raise(const struct story *s, const struct plot *plot)
{
    return open_and_nobodys(s, plot) && plot->ask == ASK_LOW && vendor_can(plot->vendor, MOVE_RAISE);
}

static bool can_resolve(const struct story *s, const struct plot *plot)
{
    return plot->opened && plot->ask != ASK_CRITICAL && s->now - plot->opened > story_span(s, 20 * SECOND) && !plot->closed && !plot->settled &&
           !plot->owner && vendor_can(plot->vendor, MOVE_RESOLVE);
}

static int count_plots(const struct story *s, fits *fit)
{
    int n = 0;
    for (int i = 0; i < s->plot_count; i++)
        n += fit(s, s->plots[i]);
    return n;
}

static struct plot *pick(struct story *s, fits *fit)
{
    int n = count_plots(s, fit), at = n ? (int)story_within(s, 1, n) : 0;
    for (int i = 0; i < s->plot_count; i++)
        if (fit(s, s->plots[i]) && --at == 0)
            return s->plots[i];
    return NULL;
}

/* --- the world --- */

static void open_now(struct story *s, int64_t at, struct plot *plot)
{
    story_plan(s, (struct plan){.at = at, .kind = PLAN_OPEN, .plot = plot});
}

/* A desk that cannot keep up gets a breather: the world is busy, not cruel. */
static void open_some(struct story *s, int64_t at)
{
    if (s->plot_count < MOST_PLOTS && count_plots(s, open_and_nobodys) < MOST_WAITING)
        open_now(s, at, story_some_plot(s));
}

static void happen(struct story *s, int64_t at, enum plan_kind kind, fits *fit, int saying_kind)
{
    struct plot *plot = pick(s, fit);
    int who = (int)story_within(s, 0, STORY_COLLEAGUES - 1);
    if (plot)
        story_plan(s, (struct plan){.at = at, .kind = kind, .plot = plot, .saying = saying_kind, .actor = who});
    else
        open_some(s, at);
}

void story_world(struct story *s, int64_t at)
{
    int chance = (int)story_within(s, 1, 100);
    if (chance <= 28)
        open_some(s, at);
    else if (chance <= 54)
        happen(s, at, PLAN_SAY, talking, LATER_MORE);
    else if (chance <= 64)
        happen(s, at, PLAN_ASSIGN, open_and_nobodys, 0);
    else if (chance <= 72)
        happen(s, at, PLAN_RAISE, can_raise, 0);
    else if (chance <= 86)
        happen(s, at, PLAN_RESOLVE, can_resolve, 0);
    else
        happen(s, at, PLAN_SURVEY, can_rate, 0);
    story_plan(s, (struct plan){.at = at + story_within(s, 1600, 3400), .kind = PLAN_WORLD});
}

/* --- colleagues --- */

static struct plot *oldest_of(struct story *s, const char *owner, bool answered)
{
    for (int i = 0; i < s->plot_count; i++) {
        struct plot *plot = s->plots[i];
        if (plot->opened && !plot->closed && !plot->settled && plot->answered == answered && str_eq(plot->owner, owner))
            return plot;
    }
    return NULL;
}

static struct plot *left_critical(struct story *s, int64_t now)
{
    for (int i = 0; i < s->plot_count; i++) {
        struct plot *plot = s->plots[i];
        if (plot->opened && plot->ask == ASK_CRITICAL && !plot->owner && !plot->closed && !plot->settled &&
            now - plot->opened > story_span(s, LEFT_FOR_THE_PERSON))
            return plot;
    }
    return NULL;
}

static int carried_by(const struct story *s, const char *owner)
{
    int n = 0;
    for (int i = 0; i < s->plot_count; i++)
        n += s->plots[i]->opened && !s->plots[i]->closed && !s->plots[i]->settled && str_eq(s->plots[i]->owner, owner);
    return n;
}

void story_react(struct story *s, int64_t at, struct plot *plot)
{
    int chance = (int)story_within(s, 1, 100);
    if (vendor_can(plot->vendor, MOVE_SAY) && chance <= 75)
        story_plan(s, (struct plan){.at = at + story_within(s, 5 * SECOND, 13 * SECOND), .kind = PLAN_SAY, .plot = plot,
                              .saying = chance <= 55 ? LATER_THANKS : LATER_MORE});
}

static void colleague_answers(struct story *s, int64_t at, struct plot *plot, int who)
{
    story_answer(s, at, plot, who);
    story_react(s, at, plot);
}

void story_colleague(struct story *s, int64_t at, int who)
{
    const char *name = story_colleagues[who];
    int64_t now = story_wall(s, at);
    struct plot *done = oldest_of(s, name, true), *waiting = oldest_of(s, name, false);
    bool full = carried_by(s, name) >= MOST_CARRIED;
    struct plot *critical = who == LEAD ? left_critical(s, now) : NULL;
    story_plan(s, (struct plan){.at = at + story_within(s, 4200, 8800), .kind = PLAN_COLLEAGUE, .actor = who});
    if (critical) {
        story_act(s, at, critical, who, "ack", NULL, NULL);
        story_act(s, at + 1500, critical, who, "claim", NULL, NULL);
    } else if (done && now - done->answered_at > story_span(s, 10 * SECOND) && (now - s->last_paid[who] > PAYING_GAP || full)) {
        story_act(s, at, done, who, "close", NULL, NULL);
    } else if (waiting && dice_chance(&s->dice, 65)) {
        colleague_answers(s, at, waiting, who);
    } else if (count_plots(s, open_and_nobodys) > 7 && !full) {
        story_act(s, at, pick(s, open_and_nobodys), who, "claim", NULL, NULL);
    } else if (waiting) {
        colleague_answers(s, at, waiting, who);
    } else if (done) {
        story_act(s, at, done, who, "note", "text", s->o.texts->notes.text[story_within(s, 0, s->o.texts->notes.count - 1)]);
    }
}

/* --- the script: what a newcomer should see early, and again now and then --- */

static void script_burst(struct story *s, int64_t at)
{
    for (int i = 0; i < 6 && count_plots(s, open_and_nobodys) < MOST_WAITING; i++)
        open_now(s, at + i * story_within(s, 90, 240), story_some_plot(s));
}

static bool script_twin(struct story *s, const struct plan *p, enum twist twist, struct beat *beat)
{
    if (!s->last_body)
        return false;
    const char *body = arena_strdup(s->page, s->last_body);
    if (twist == TWIST_CONFLICT) { /* same key, other content: somebody edited the subject and sent it again */
        struct json *root = json_parse_in(s->page, body, strlen(body), &json_limits_dialect, NULL, NULL);
        json_put(root, "resent", json_new_bool(true));
        body = json_print_in(s->page, root);
    }
    *beat = (struct beat){.at = story_wall(s, p->at), .kind = BEAT_SEND, .plot = s->last_plot,
                          .type = arena_strdup(s->page, s->last_type), .body = body, .twist = twist};
    return true;
}

enum script { SCRIPT_REOPEN, SCRIPT_DUPLICATE, SCRIPT_FORGED, SCRIPT_CRITICAL, SCRIPT_CONFLICT, SCRIPT_SURVEY, SCRIPT_BURST, SCRIPT_STRANGE, SCRIPTS };

/* The opening of a ticket that never gets in, and that no twin follows. */
static bool send_in_vain(struct story *s, const struct plan *p, const char *vendor, struct beat *beat)
{
    struct plot *plot = story_plot_new(s, vendor_find(vendor), story_draw(s, &s->ordinary));
    plot->opened = story_wall(s, p->at);
    plot->settled = plot->closed = true;
    plot->resolved = true;
    if (!story_send(s, &(struct plan){.at = p->at, .plot = plot}, MOVE_OPEN, beat))
        return false;
    s->last_plot = NULL;
    free(s->last_body);
    s->last_body = NULL;
    return true;
}

static bool script_forged(struct story *s, const struct plan *p, struct beat *beat)
{
    bool sent = send_in_vain(s, p, "shop", beat);
    beat->twist = sent ? TWIST_FORGED : TWIST_NONE;
    return sent;
}

/* Somebody's new release leaves out which ticket it is about. */
static bool script_strange(struct story *s, const struct plan *p, struct beat *beat)
{
    if (!send_in_vain(s, p, "agency", beat))
        return false;
    struct json *root = json_parse_in(s->page, beat->body, strlen(beat->body), &json_limits_dialect, NULL, NULL);
    struct json *data = json_copy(json_get(root, "data")), *ticket = json_copy(json_get(data, "ticket"));
    json_drop(ticket, "id");
    json_drop(data, "ticket");
    json_put(data, "ticket", ticket);
    json_drop(root, "data");
    json_put(root, "data", data);
    beat->body = json_print_in(s->page, root);
    beat->twist = TWIST_STRANGE;
    return true;
}

bool story_script(struct story *s, const struct plan *p, struct beat *beat)
{
    int64_t next = s->script < SCRIPTS ? story_within(s, 2300, 3400) : story_within(s, 9 * SECOND, 16 * SECOND);
    int what = p->actor < SCRIPTS ? p->actor : (int)story_within(s, 0, SCRIPTS - 1);
    story_plan(s, (struct plan){.at = p->at + next, .kind = PLAN_SCRIPT, .actor = s->script < SCRIPTS ? s->script++ : SCRIPTS});
    if (what == SCRIPT_REOPEN)
        happen(s, p->at, PLAN_SAY, closed_by_us, LATER_AGAIN);
    else if (what == SCRIPT_CRITICAL)
        open_now(s, p->at, story_some_critical(s));
    else if (what == SCRIPT_SURVEY)
        happen(s, p->at, PLAN_SURVEY, can_rate, 0);
    else if (what == SCRIPT_BURST)
        script_burst(s, p->at);
    else if (what == SCRIPT_FORGED)
        return script_forged(s, p, beat);
    else if (what == SCRIPT_STRANGE)
        return script_strange(s, p, beat);
    else
        return script_twin(s, p, what == SCRIPT_DUPLICATE ? TWIST_DUPLICATE : TWIST_CONFLICT, beat);
    return false;
}
