/* story: a queue of plans, each a moment and what is to happen then. Carrying one out gives a beat, makes new plans, or
 * both; there is no end because the world, each colleague and the script always plan their next move. The day so far is
 * planned at once, each ticket with its fate; the live part is played by four players (the world and three colleagues)
 * over what has become of the tickets. Times in plans are story time, ms from base; speed bends only what follows it. */
#include "demo/story.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

const char *const story_colleagues[STORY_COLLEAGUES] = {"ana", "tom", "mara"};
enum { LEAD = STORY_COLLEAGUES - 1, PERSON = STORY_COLLEAGUES }; /* indexes of actors */
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
enum { PAST_TICKETS = 40, FRESH = 20, PAST_DAYS = 8, PER_DAY = 6 };
enum { PAYING_GAP = 62 * SECOND, LEFT_FOR_THE_PERSON = 40 * SECOND, MOST_PLOTS = 20000, MOST_WAITING = 22, MOST_CARRIED = 7 };

enum plan_kind { PLAN_OPEN, PLAN_SAY, PLAN_ASSIGN, PLAN_RESOLVE, PLAN_RAISE, PLAN_SURVEY, PLAN_ACT, PLAN_WORLD, PLAN_COLLEAGUE,
                 PLAN_SCRIPT };
struct plan {
    int64_t at, order;
    enum plan_kind kind;
    struct plot *plot;
    int actor;          /* of an act; who, of PLAN_COLLEAGUE; which, of PLAN_SCRIPT */
    int saying;         /* enum later_kind of a PLAN_SAY */
    const char *action, *member, *value;
};
struct deck { int *cards; int count, at; };
struct story {
    struct arena *arena, *page; /* page: of the beat last given */
    struct story_options o;
    struct dice dice;
    struct plan *plans; int plan_count, plan_room;
    int64_t planned, now; /* now: wall time of the plan being carried out */
    struct plot **plots; int plot_count, plot_room;
    struct deck ordinary, critical, wallet, people[8];
    int script;
    int64_t last_paid[STORY_COLLEAGUES + 1]; /* wall time of each actor's last close that was worth something */
    char *last_body, *last_type; /* of what was sent last, for its twin */
    struct plot *last_plot;
};

/* --- plans: a heap, earliest first --- */

static bool earlier(const struct plan *a, const struct plan *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void *room(void *list, int count, int *size, size_t each)
{
    if (count < *size)
        return list;
    *size = *size ? *size * 2 : 64;
    list = realloc(list, (size_t)*size * each);
    if (!list)
        abort();
    return list;
}

static void plan(struct story *s, struct plan what)
{
    what.order = s->planned++;
    s->plans = room(s->plans, s->plan_count, &s->plan_room, sizeof *s->plans);
    int i = s->plan_count++;
    for (; i && earlier(&what, &s->plans[(i - 1) / 2]); i = (i - 1) / 2)
        s->plans[i] = s->plans[(i - 1) / 2];
    s->plans[i] = what;
}

static struct plan take(struct story *s)
{
    struct plan top = s->plans[0], last = s->plans[--s->plan_count];
    int i = 0, child = 1;
    for (; child < s->plan_count; i = child, child = 2 * i + 1) {
        child += child + 1 < s->plan_count && earlier(&s->plans[child + 1], &s->plans[child]);
        if (!earlier(&s->plans[child], &last))
            break;
        s->plans[i] = s->plans[child];
    }
    s->plans[i] = last;
    return top;
}

/* --- chance --- */

static int64_t within(struct story *s, int64_t least, int64_t most)
{
    return dice_between(&s->dice, least, most);
}

static int draw(struct story *s, struct deck *deck)
{
    if (deck->at == deck->count) {
        dice_shuffle(&s->dice, deck->cards, deck->count);
        deck->at = 0;
    }
    return deck->cards[deck->at++];
}

static void deck_add(struct story *s, struct deck *deck, int card)
{
    int *cards = ARENA_ARRAY(s->arena, int, deck->count + 1);
    if (deck->count)
        memcpy(cards, deck->cards, sizeof *cards * (size_t)deck->count);
    cards[deck->count++] = card;
    deck->cards = cards;
    deck->at = deck->count;
}

static struct deck *people_of(struct story *s, const char *lang)
{
    for (int i = 0; i < s->o.texts->later_count && i < 8; i++)
        if (str_eq(s->o.texts->later[i].lang, lang))
            return &s->people[i];
    return &s->people[0];
}

static void deal(struct story *s)
{
    const struct texts *texts = s->o.texts;
    for (int i = 0; i < texts->template_count; i++) {
        const struct template *t = &texts->templates[i];
        deck_add(s, t->only ? &s->wallet : t->ask == ASK_CRITICAL ? &s->critical : &s->ordinary, i);
    }
    for (int i = 0; i < texts->person_count; i++)
        deck_add(s, people_of(s, texts->people[i].lang), i);
}

static const char *saying(struct story *s, const struct plot *plot, enum later_kind kind)
{
    const struct sayings *said = &texts_later(s->o.texts, plot->person->lang)->said[kind];
    return said->text[within(s, 0, said->count - 1)];
}

/* --- tickets --- */

static int64_t wall(const struct story *s, int64_t t)
{
    return s->o.base + (t < 0 ? t : t * 100 / s->o.speed_percent);
}

/* How long that much of the story takes on the wall. */
static int64_t span(const struct story *s, int64_t ms)
{
    return ms * 100 / s->o.speed_percent;
}

static const char *first_name(struct story *s, const char *name)
{
    return arena_strndup(s->arena, name, strcspn(name, " "));
}

/* {order} {amount} {first} {company}; anything else in braces stays. */
static const char *fill(struct story *s, const struct plot *plot, const char *text)
{
    const struct { const char *name, *value; } blanks[] = {{"{order}", plot->order}, {"{amount}", plot->amount},
                                                           {"{first}", first_name(s, plot->person->name)}, {"{company}", plot->person->company}};
    AUTO_STR out;
    str_init(&out, 16 << 10);
    for (size_t i = 0, n; *text; text += n) {
        for (i = 0; i < 4 && !str_starts(text, blanks[i].name); i++)
            ;
        n = i < 4 ? strlen(blanks[i].name) : 1;
        str_add(&out, i < 4 ? blanks[i].value : text, i < 4 ? strlen(blanks[i].value) : 1);
    }
    return arena_strdup(s->arena, out.data);
}

static const char *amount(struct story *s, const char *lang)
{
    int whole = (int)within(s, 19, 480);
    if (str_eq(lang, "ja"))
        return arena_printf(s->arena, "%d,%03d円", 1 + whole / 40, whole * 37 % 1000);
    if (str_eq(lang, "en"))
        return arena_printf(s->arena, "$%d.%s", whole, whole % 2 ? "00" : "50");
    return arena_printf(s->arena, str_eq(lang, "pt") ? "R$ %d,90" : "%d,90 €", whole);
}

static const struct vendor *some_vendor(struct story *s)
{
    int at = (int)within(s, 1, 100), i = 0;
    while (i < VENDORS - 1 && (at -= vendor_table[i].share) > 0)
        i++;
    return &vendor_table[i];
}

static struct plot *plot_new(struct story *s, const struct vendor *vendor, int template)
{
    struct plot *plot = ARENA_NEW(s->arena, struct plot);
    s->plots = room(s->plots, s->plot_count, &s->plot_room, sizeof *s->plots);
    plot->number = s->plot_count;
    plot->vendor = vendor;
    plot->text = &s->o.texts->templates[template];
    plot->ask = plot->text->ask;
    plot->person = &s->o.texts->people[draw(s, people_of(s, plot->text->lang))];
    plot->order = arena_printf(s->arena, "H-%d", (int)within(s, 20000, 98000));
    plot->amount = amount(s, plot->text->lang);
    plot->title = fill(s, plot, plot->text->subject);
    plot->body = fill(s, plot, plot->text->body);
    vendor_introduce(s->arena, &s->dice, plot);
    s->plots[s->plot_count++] = plot;
    return plot;
}

static struct plot *some_plot(struct story *s)
{
    const struct vendor *vendor = some_vendor(s);
    return plot_new(s, vendor, draw(s, str_eq(vendor->dialect, "ripio") ? &s->wallet : &s->ordinary));
}

static struct plot *some_critical(struct story *s)
{
    const struct vendor *vendor = vendor_find(dice_chance(&s->dice, 60) ? "shop" : "chat");
    return plot_new(s, vendor, draw(s, &s->critical));
}

static void plot_say(struct story *s, struct plot *plot, const char *text, bool client, int64_t at)
{
    if (plot->line_count < PLOT_LINES)
        plot->lines[plot->line_count++] = (struct line){dice_uuid(&s->dice, s->arena), text, client, at};
}

/* --- beats --- */

static void touch(struct story *s, struct plot *plot, int64_t at)
{
    (void)s;
    plot->touched = at > plot->touched ? at : plot->touched + 1;
}

static void remember(struct story *s, const struct beat *beat, struct plot *plot)
{
    free(s->last_body);
    free(s->last_type);
    s->last_body = strdup(beat->body);
    s->last_type = strdup(beat->type);
    if (!s->last_body || !s->last_type)
        abort();
    s->last_plot = plot;
}

static bool send(struct story *s, const struct plan *p, enum move move, struct beat *beat)
{
    struct pen pen = {.arena = s->page, .dice = &s->dice, .at = wall(s, p->at)};
    touch(s, p->plot, pen.at);
    const char *body = vendor_write(&pen, p->plot, move);
    if (!body)
        return false;
    *beat = (struct beat){.at = pen.at, .kind = BEAT_SEND, .past = p->at < 0, .plot = p->plot, .type = pen.type, .body = body};
    if (p->plot->vendor->scheme)
        remember(s, beat, p->plot);
    return true;
}

static bool play_open(struct story *s, const struct plan *p, struct beat *beat)
{
    static const char automatic[] = "Thanks for contacting our support. An agent will be with you shortly.";
    struct plot *plot = p->plot;
    int64_t at = wall(s, p->at);
    plot->opened = plot->touched = at;
    plot_say(s, plot, *plot->body ? plot->body : plot->title, true, at);
    if (str_eq(plot->vendor->dialect, "tamio"))
        plot_say(s, plot, automatic, false, at);
    if (str_eq(plot->vendor->dialect, "cstar")) /* the widget opens with a title; what was typed follows */
        plan(s, (struct plan){.at = p->at + 150, .kind = PLAN_SAY, .plot = plot, .saying = -1});
    return send(s, p, MOVE_OPEN, beat);
}

static bool play_say(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->resolved || !vendor_can(plot->vendor, MOVE_SAY))
        return false;
    if (p->saying >= 0)
        plot_say(s, plot, fill(s, plot, saying(s, plot, (enum later_kind)p->saying)), true, wall(s, p->at));
    if (p->saying == LATER_AGAIN || p->saying == LATER_MORE) {
        plot->answered = plot->closed = false;
        plot->settled = false;
    }
    return send(s, p, MOVE_SAY, beat);
}

static bool play_assign(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->owner || plot->resolved || plot->settled || !vendor_can(plot->vendor, MOVE_ASSIGN))
        return false;
    plot->teammate = plot->owner = story_colleagues[p->actor];
    plot->assigned_at = wall(s, p->at);
    return send(s, p, MOVE_ASSIGN, beat);
}

static bool play_resolve(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->closed || plot->resolved || plot->settled || !vendor_can(plot->vendor, MOVE_RESOLVE))
        return false;
    plot->resolved = plot->closed = plot->settled = true;
    return send(s, p, MOVE_RESOLVE, beat);
}

static bool play_raise(struct story *s, const struct plan *p, struct beat *beat)
{
    if (p->plot->ask != ASK_LOW || p->plot->closed || !vendor_can(p->plot->vendor, MOVE_RAISE))
        return false;
    p->plot->ask = ASK_HIGH;
    return send(s, p, MOVE_RAISE, beat);
}

static bool play_survey(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->stars || !vendor_can(plot->vendor, MOVE_SURVEY))
        return false;
    plot->stars = (int)within(s, 4, 5);
    plot_say(s, plot, saying(s, plot, LATER_PRAISE), true, wall(s, p->at));
    bool sent = send(s, p, MOVE_SURVEY, beat);
    plot->line_count--; /* a comment is no message */
    return sent;
}

static const char *actor_name(int actor)
{
    return actor == PERSON ? NULL : story_colleagues[actor];
}

/* Not the person's doing: in the live part the person decides alone. */
static bool still_theirs(const struct plan *p)
{
    return p->at < 0 || p->actor == PERSON || !p->plot->owner || str_eq(p->plot->owner, actor_name(p->actor));
}

static void note_act(struct story *s, const struct plan *p)
{
    struct plot *plot = p->plot;
    int64_t at = wall(s, p->at);
    if (strcmp(p->action, "claim") == 0 || !plot->owner) {
        plot->owner = p->actor == PERSON ? "" : actor_name(p->actor);
        plot->assigned_at = at;
    }
    if (strcmp(p->action, "reply") == 0 || strcmp(p->action, "note") == 0) {
        plot->answered = true;
        plot->answered_at = at;
    }
    if (strcmp(p->action, "close") == 0) {
        plot->closed = true;
        plot->closed_at = at;
        if (at - s->last_paid[p->actor] > PAYING_GAP)
            s->last_paid[p->actor] = at;
    }
}

static bool play_act(struct story *s, const struct plan *p, struct beat *beat)
{
    if (p->plot->settled || (p->plot->closed && strcmp(p->action, "reopen") != 0) || !still_theirs(p))
        return false;
    note_act(s, p);
    *beat = (struct beat){.at = wall(s, p->at), .kind = BEAT_ACT, .past = p->at < 0, .plot = p->plot, .agent = actor_name(p->actor),
                          .action = p->action, .member = p->member, .value = p->value};
    return true;
}

/* --- the day so far --- */

static void act(struct story *s, int64_t at, struct plot *plot, int actor, const char *action, const char *member, const char *value)
{
    plan(s, (struct plan){.at = at, .kind = PLAN_ACT, .plot = plot, .actor = actor, .action = action, .member = member, .value = value});
}

/* The first answer is the ticket's own; later ones are short. */
static void answer(struct story *s, int64_t at, struct plot *plot, int actor)
{
    const char *text = plot->answered_at ? saying(s, plot, LATER_ONCE_MORE) : plot->text->answer;
    act(s, at, plot, actor, plot->vendor->answers ? "reply" : "note", "text", fill(s, plot, text));
}

enum fate { FATE_CLOSED, FATE_ANSWERED, FATE_PENDING, FATE_ASSIGNED, FATE_WAITING };

/* Who works on the n-th ticket of the past: the person too, so that there is something of theirs to see. */
static int past_actor(int n)
{
    static const int turn[] = {0, 1, PERSON, 2, 0, 1, PERSON, 0, PERSON, 1, PERSON, 1, 2, 0, 2, 1, 2, 0, PERSON, 1};
    return turn[n % 20];
}

/* Played step by step; what would fall into the live part is cut off, so nothing of the past reaches over. */
static void past_fate(struct story *s, struct plot *plot, int64_t opened, int n, enum fate fate)
{
    int actor = past_actor(n);
    int64_t claimed = opened + within(s, 2 * MINUTE, 14 * MINUTE), answered = claimed + within(s, MINUTE, 12 * MINUTE);
    int64_t closed = answered + within(s, 6 * MINUTE, 50 * MINUTE);
    if (fate == FATE_WAITING || claimed > -MINUTE)
        return;
    act(s, claimed, plot, actor, "claim", NULL, NULL);
    if (fate == FATE_ASSIGNED || answered > -MINUTE)
        return;
    if (n % 4 == 1)
        act(s, answered - 30 * SECOND, plot, actor, "note", "text", s->o.texts->notes.text[n % s->o.texts->notes.count]);
    answer(s, answered, plot, actor);
    if (fate == FATE_PENDING)
        act(s, answered + 20 * SECOND, plot, actor, "status", "status", "pending");
    if (fate != FATE_CLOSED || closed > -MINUTE)
        return;
    if (vendor_can(plot->vendor, MOVE_SAY))
        plan(s, (struct plan){.at = closed - 2 * MINUTE, .kind = PLAN_SAY, .plot = plot, .saying = LATER_THANKS});
    act(s, closed, plot, actor, "close", NULL, NULL);
    plan(s, (struct plan){.at = closed + 3 * MINUTE < -SECOND ? closed + 3 * MINUTE : -SECOND, .kind = PLAN_SURVEY, .plot = plot});
}

static void past_critical(struct story *s, int64_t opened, bool handled)
{
    struct plot *plot = some_critical(s);
    plan(s, (struct plan){.at = opened, .kind = PLAN_OPEN, .plot = plot});
    act(s, opened + 3 * MINUTE, plot, LEAD, "ack", NULL, NULL);
    act(s, opened + 3 * MINUTE + 20 * SECOND, plot, LEAD, "claim", NULL, NULL);
    answer(s, opened + 6 * MINUTE, plot, LEAD);
    act(s, opened + 9 * MINUTE, plot, LEAD, "note", "text", s->o.texts->notes.text[0]);
    if (handled)
        act(s, opened + 41 * MINUTE, plot, LEAD, "close", NULL, NULL);
}

static void past_ticket(struct story *s, int64_t opened, int n, enum fate fate)
{
    struct plot *plot = some_plot(s);
    plan(s, (struct plan){.at = opened, .kind = PLAN_OPEN, .plot = plot});
    past_fate(s, plot, opened, n, fate);
}

/* Days that are done: everybody has closed something, so there are levels, streaks and fallen bosses to look at. */
static void past_week(struct story *s)
{
    for (int n = 0; n < PAST_DAYS * PER_DAY; n++) {
        int64_t noon = -(PAST_DAYS + 1 - n / PER_DAY) * 24 * (int64_t)HOUR;
        past_ticket(s, noon + (n % PER_DAY - PER_DAY / 2) * 70 * (int64_t)MINUTE + within(s, 0, 30 * MINUTE), n, FATE_CLOSED);
    }
}

/* The further back, the thinner: from a day ago to half a minute ago; what is still open is mostly of the last hours. */
static void past_day(struct story *s)
{
    static const enum fate old[] = {FATE_CLOSED, FATE_CLOSED, FATE_CLOSED, FATE_PENDING, FATE_CLOSED,
                                    FATE_CLOSED, FATE_ASSIGNED, FATE_CLOSED, FATE_CLOSED, FATE_WAITING};
    static const enum fate fresh[] = {FATE_CLOSED, FATE_WAITING, FATE_ASSIGNED, FATE_ANSWERED, FATE_WAITING,
                                      FATE_CLOSED, FATE_WAITING, FATE_PENDING, FATE_ASSIGNED, FATE_WAITING};
    for (int i = 0; i < PAST_TICKETS; i++) {
        int left = PAST_TICKETS - i;
        int64_t opened = -((int64_t)left * left * 61 * SECOND) + within(s, 0, 25 * SECOND);
        past_ticket(s, opened, i, left > FRESH ? old[i % 10] : fresh[i % 10]);
    }
    past_critical(s, -5 * HOUR, true);
    past_critical(s, -16 * MINUTE, false);
}

/* --- the live part: looking around --- */

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
    return plot->opened && plot->ask != ASK_CRITICAL && s->now - plot->opened > span(s, 20 * SECOND) && !plot->closed && !plot->settled &&
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
    int n = count_plots(s, fit), at = n ? (int)within(s, 1, n) : 0;
    for (int i = 0; i < s->plot_count; i++)
        if (fit(s, s->plots[i]) && --at == 0)
            return s->plots[i];
    return NULL;
}

/* --- the world --- */

static void open_now(struct story *s, int64_t at, struct plot *plot)
{
    plan(s, (struct plan){.at = at, .kind = PLAN_OPEN, .plot = plot});
}

/* A desk that cannot keep up gets a breather: the world is busy, not cruel. */
static void open_some(struct story *s, int64_t at)
{
    if (s->plot_count < MOST_PLOTS && count_plots(s, open_and_nobodys) < MOST_WAITING)
        open_now(s, at, some_plot(s));
}

static void happen(struct story *s, int64_t at, enum plan_kind kind, fits *fit, int saying_kind)
{
    struct plot *plot = pick(s, fit);
    int who = (int)within(s, 0, STORY_COLLEAGUES - 1);
    if (plot)
        plan(s, (struct plan){.at = at, .kind = kind, .plot = plot, .saying = saying_kind, .actor = who});
    else
        open_some(s, at);
}

static void play_world(struct story *s, int64_t at)
{
    int chance = (int)within(s, 1, 100);
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
    plan(s, (struct plan){.at = at + within(s, 1600, 3400), .kind = PLAN_WORLD});
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
            now - plot->opened > span(s, LEFT_FOR_THE_PERSON))
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

/* A customer who was answered thanks, or has one more question, or says nothing. */
static void react(struct story *s, int64_t at, struct plot *plot)
{
    int chance = (int)within(s, 1, 100);
    if (vendor_can(plot->vendor, MOVE_SAY) && chance <= 75)
        plan(s, (struct plan){.at = at + within(s, 5 * SECOND, 13 * SECOND), .kind = PLAN_SAY, .plot = plot,
                              .saying = chance <= 55 ? LATER_THANKS : LATER_MORE});
}

static void colleague_answers(struct story *s, int64_t at, struct plot *plot, int who)
{
    answer(s, at, plot, who);
    react(s, at, plot);
}

static void play_colleague(struct story *s, int64_t at, int who)
{
    const char *name = story_colleagues[who];
    int64_t now = wall(s, at);
    struct plot *done = oldest_of(s, name, true), *waiting = oldest_of(s, name, false);
    bool full = carried_by(s, name) >= MOST_CARRIED;
    struct plot *critical = who == LEAD ? left_critical(s, now) : NULL;
    plan(s, (struct plan){.at = at + within(s, 4200, 8800), .kind = PLAN_COLLEAGUE, .actor = who});
    if (critical) {
        act(s, at, critical, who, "ack", NULL, NULL);
        act(s, at + 1500, critical, who, "claim", NULL, NULL);
    } else if (done && now - done->answered_at > span(s, 10 * SECOND) && (now - s->last_paid[who] > PAYING_GAP || full)) {
        act(s, at, done, who, "close", NULL, NULL);
    } else if (waiting && dice_chance(&s->dice, 65)) {
        colleague_answers(s, at, waiting, who);
    } else if (count_plots(s, open_and_nobodys) > 7 && !full) {
        act(s, at, pick(s, open_and_nobodys), who, "claim", NULL, NULL);
    } else if (waiting) {
        colleague_answers(s, at, waiting, who);
    } else if (done) {
        act(s, at, done, who, "note", "text", s->o.texts->notes.text[within(s, 0, s->o.texts->notes.count - 1)]);
    }
}

/* --- the script: what a newcomer should see early, and again now and then --- */

static void script_burst(struct story *s, int64_t at)
{
    for (int i = 0; i < 6 && count_plots(s, open_and_nobodys) < MOST_WAITING; i++)
        open_now(s, at + i * within(s, 90, 240), some_plot(s));
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
    *beat = (struct beat){.at = wall(s, p->at), .kind = BEAT_SEND, .plot = s->last_plot,
                          .type = arena_strdup(s->page, s->last_type), .body = body, .twist = twist};
    return true;
}

enum script { SCRIPT_REOPEN, SCRIPT_DUPLICATE, SCRIPT_FORGED, SCRIPT_CRITICAL, SCRIPT_CONFLICT, SCRIPT_SURVEY, SCRIPT_BURST, SCRIPTS };

static bool script_forged(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = plot_new(s, vendor_find("shop"), draw(s, &s->ordinary));
    plot->opened = wall(s, p->at);
    plot->settled = plot->closed = true; /* it never gets in */
    plot->resolved = true;
    if (!send(s, &(struct plan){.at = p->at, .plot = plot}, MOVE_OPEN, beat))
        return false;
    beat->twist = TWIST_FORGED;
    s->last_plot = NULL;
    free(s->last_body);
    s->last_body = NULL;
    return true;
}

static bool play_script(struct story *s, const struct plan *p, struct beat *beat)
{
    int64_t next = s->script < SCRIPTS ? within(s, 2300, 3400) : within(s, 9 * SECOND, 16 * SECOND);
    int what = p->actor < SCRIPTS ? p->actor : (int)within(s, 0, SCRIPTS - 1);
    plan(s, (struct plan){.at = p->at + next, .kind = PLAN_SCRIPT, .actor = s->script < SCRIPTS ? s->script++ : SCRIPTS});
    if (what == SCRIPT_REOPEN)
        happen(s, p->at, PLAN_SAY, closed_by_us, LATER_AGAIN);
    else if (what == SCRIPT_CRITICAL)
        open_now(s, p->at, some_critical(s));
    else if (what == SCRIPT_SURVEY)
        happen(s, p->at, PLAN_SURVEY, can_rate, 0);
    else if (what == SCRIPT_BURST)
        script_burst(s, p->at);
    else if (what == SCRIPT_FORGED)
        return script_forged(s, p, beat);
    else
        return script_twin(s, p, what == SCRIPT_DUPLICATE ? TWIST_DUPLICATE : TWIST_CONFLICT, beat);
    return false;
}

/* --- the public face --- */

struct story *story_new(const struct story_options *options)
{
    struct story *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->o = *options;
    s->arena = arena_new();
    s->page = arena_new();
    dice_init(&s->dice, options->seed);
    deal(s);
    past_week(s);
    past_day(s);
    plan(s, (struct plan){.at = 400, .kind = PLAN_WORLD});
    for (int i = 0; i < STORY_COLLEAGUES; i++)
        plan(s, (struct plan){.at = 1300 + i * 1900, .kind = PLAN_COLLEAGUE, .actor = i});
    plan(s, (struct plan){.at = 2500, .kind = PLAN_SCRIPT, .actor = s->script++});
    return s;
}

void story_free(struct story *s)
{
    if (!s)
        return;
    arena_free(s->page);
    arena_free(s->arena);
    free(s->plans);
    free(s->plots);
    free(s->last_body);
    free(s->last_type);
    free(s);
}

static bool play(struct story *s, const struct plan *p, struct beat *beat)
{
    static bool (*const plays[])(struct story *, const struct plan *, struct beat *) = {
        [PLAN_OPEN] = play_open, [PLAN_SAY] = play_say, [PLAN_ASSIGN] = play_assign, [PLAN_RESOLVE] = play_resolve,
        [PLAN_RAISE] = play_raise, [PLAN_SURVEY] = play_survey, [PLAN_ACT] = play_act, [PLAN_SCRIPT] = play_script};
    if (p->kind == PLAN_WORLD)
        play_world(s, p->at);
    else if (p->kind == PLAN_COLLEAGUE)
        play_colleague(s, p->at, p->actor);
    else
        return plays[p->kind](s, p, beat);
    return false;
}

void story_next(struct story *s, struct beat *beat)
{
    arena_reset(s->page);
    for (;;) {
        struct plan next = take(s);
        s->now = wall(s, next.at);
        if (play(s, &next, beat))
            return;
    }
}

static struct plot *find(const struct story *s, const char *key)
{
    for (int i = s->plot_count - 1; i >= 0; i--)
        if (str_eq(s->plots[i]->key, key))
            return s->plots[i];
    return NULL;
}

const struct plot *story_plot(const struct story *s, const char *key)
{
    return find(s, key);
}

void story_taken(struct story *s, const char *key)
{
    struct plot *plot = find(s, key);
    if (plot && !plot->settled)
        plot->owner = "";
}

void story_answered(struct story *s, const char *key)
{
    struct plot *plot = find(s, key);
    int64_t soonest = s->plan_count ? s->plans[0].at : 0;
    if (!plot)
        return;
    plot->answered = true;
    react(s, soonest, plot);
}
