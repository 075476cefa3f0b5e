/* story: a queue of plans, each a moment and what is to happen then. Carrying one out gives a beat, makes new plans, or
 * both; there is no end because the world, each colleague and the script always plan their next move (story_live). Times in
 * plans are story time, ms from base; speed bends only what follows it. */
#include "demo/story_part.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

const char *const story_colleagues[STORY_COLLEAGUES] = {"ana", "tom", "mara"};

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

void story_plan(struct story *s, struct plan what)
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

int64_t story_within(struct story *s, int64_t least, int64_t most)
{
    return dice_between(&s->dice, least, most);
}

int story_draw(struct story *s, struct deck *deck)
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
    return said->text[story_within(s, 0, said->count - 1)];
}

/* --- tickets --- */

int64_t story_wall(const struct story *s, int64_t t)
{
    return s->o.base + (t < 0 ? t : t * 100 / s->o.speed_percent);
}

int64_t story_span(const struct story *s, int64_t ms)
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
    int whole = (int)story_within(s, 19, 480);
    if (str_eq(lang, "ja"))
        return arena_printf(s->arena, "%d,%03d円", 1 + whole / 40, whole * 37 % 1000);
    if (str_eq(lang, "en"))
        return arena_printf(s->arena, "$%d.%s", whole, whole % 2 ? "00" : "50");
    return arena_printf(s->arena, str_eq(lang, "pt") ? "R$ %d,90" : "%d,90 €", whole);
}

static const struct vendor *some_vendor(struct story *s)
{
    int at = (int)story_within(s, 1, 100), i = 0;
    while (i < VENDORS - 1 && (at -= vendor_table[i].share) > 0)
        i++;
    return &vendor_table[i];
}

struct plot *story_plot_new(struct story *s, const struct vendor *vendor, int template)
{
    struct plot *plot = ARENA_NEW(s->arena, struct plot);
    s->plots = room(s->plots, s->plot_count, &s->plot_room, sizeof *s->plots);
    plot->number = s->plot_count;
    plot->vendor = vendor;
    plot->text = &s->o.texts->templates[template];
    plot->ask = plot->text->ask;
    plot->person = &s->o.texts->people[story_draw(s, people_of(s, plot->text->lang))];
    plot->order = arena_printf(s->arena, "H-%d", (int)story_within(s, 20000, 98000));
    plot->amount = amount(s, plot->text->lang);
    plot->title = fill(s, plot, plot->text->subject);
    plot->body = fill(s, plot, plot->text->body);
    vendor_introduce(s->arena, &s->dice, plot);
    s->plots[s->plot_count++] = plot;
    return plot;
}

struct plot *story_some_plot(struct story *s)
{
    const struct vendor *vendor = some_vendor(s);
    return story_plot_new(s, vendor, story_draw(s, str_eq(vendor->dialect, "ripio") ? &s->wallet : &s->ordinary));
}

struct plot *story_some_critical(struct story *s)
{
    const struct vendor *vendor = vendor_find(dice_chance(&s->dice, 60) ? "shop" : "chat");
    return story_plot_new(s, vendor, story_draw(s, &s->critical));
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

bool story_send(struct story *s, const struct plan *p, enum move move, struct beat *beat)
{
    struct pen pen = {.arena = s->page, .dice = &s->dice, .at = story_wall(s, p->at)};
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
    int64_t at = story_wall(s, p->at);
    plot->opened = plot->touched = at;
    plot_say(s, plot, *plot->body ? plot->body : plot->title, true, at);
    if (str_eq(plot->vendor->dialect, "tamio"))
        plot_say(s, plot, automatic, false, at);
    if (str_eq(plot->vendor->dialect, "cstar")) /* the widget opens with a title; what was typed follows */
        story_plan(s, (struct plan){.at = p->at + 150, .kind = PLAN_SAY, .plot = plot, .saying = -1});
    return story_send(s, p, MOVE_OPEN, beat);
}

static bool play_say(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->resolved || !vendor_can(plot->vendor, MOVE_SAY))
        return false;
    if (p->saying >= 0)
        plot_say(s, plot, fill(s, plot, saying(s, plot, (enum later_kind)p->saying)), true, story_wall(s, p->at));
    if (p->saying == LATER_AGAIN || p->saying == LATER_MORE) {
        plot->answered = plot->closed = false;
        plot->settled = false;
    }
    return story_send(s, p, MOVE_SAY, beat);
}

static bool play_assign(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->owner || plot->resolved || plot->settled || !vendor_can(plot->vendor, MOVE_ASSIGN))
        return false;
    plot->teammate = plot->owner = story_colleagues[p->actor];
    plot->assigned_at = story_wall(s, p->at);
    return story_send(s, p, MOVE_ASSIGN, beat);
}

static bool play_resolve(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->closed || plot->resolved || plot->settled || !vendor_can(plot->vendor, MOVE_RESOLVE))
        return false;
    plot->resolved = plot->closed = plot->settled = true;
    return story_send(s, p, MOVE_RESOLVE, beat);
}

static bool play_raise(struct story *s, const struct plan *p, struct beat *beat)
{
    if (p->plot->ask != ASK_LOW || p->plot->closed || !vendor_can(p->plot->vendor, MOVE_RAISE))
        return false;
    p->plot->ask = ASK_HIGH;
    return story_send(s, p, MOVE_RAISE, beat);
}

static bool play_survey(struct story *s, const struct plan *p, struct beat *beat)
{
    struct plot *plot = p->plot;
    if (plot->stars || !vendor_can(plot->vendor, MOVE_SURVEY))
        return false;
    plot->stars = (int)story_within(s, 4, 5);
    plot_say(s, plot, saying(s, plot, LATER_PRAISE), true, story_wall(s, p->at));
    bool sent = story_send(s, p, MOVE_SURVEY, beat);
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
    int64_t at = story_wall(s, p->at);
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
    *beat = (struct beat){.at = story_wall(s, p->at), .kind = BEAT_ACT, .past = p->at < 0, .plot = p->plot, .agent = actor_name(p->actor),
                          .action = p->action, .member = p->member, .value = p->value};
    return true;
}

/* --- what is planned of a ticket --- */

void story_act(struct story *s, int64_t at, struct plot *plot, int actor, const char *action, const char *member, const char *value)
{
    story_plan(s, (struct plan){.at = at, .kind = PLAN_ACT, .plot = plot, .actor = actor, .action = action, .member = member, .value = value});
}

void story_answer(struct story *s, int64_t at, struct plot *plot, int actor)
{
    const char *text = plot->answered_at ? saying(s, plot, LATER_ONCE_MORE) : plot->text->answer;
    story_act(s, at, plot, actor, plot->vendor->answers ? "reply" : "note", "text", fill(s, plot, text));
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
    story_past_week(s);
    story_past_day(s);
    story_plan(s, (struct plan){.at = 400, .kind = PLAN_WORLD});
    for (int i = 0; i < STORY_COLLEAGUES; i++)
        story_plan(s, (struct plan){.at = 1300 + i * 1900, .kind = PLAN_COLLEAGUE, .actor = i});
    story_plan(s, (struct plan){.at = 2500, .kind = PLAN_SCRIPT, .actor = s->script++});
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
        [PLAN_RAISE] = play_raise, [PLAN_SURVEY] = play_survey, [PLAN_ACT] = play_act, [PLAN_SCRIPT] = story_script};
    if (p->kind == PLAN_WORLD)
        story_world(s, p->at);
    else if (p->kind == PLAN_COLLEAGUE)
        story_colleague(s, p->at, p->actor);
    else
        return plays[p->kind](s, p, beat);
    return false;
}

void story_next(struct story *s, struct beat *beat)
{
    arena_reset(s->page);
    for (;;) {
        struct plan next = take(s);
        s->now = story_wall(s, next.at);
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
    story_react(s, soonest, plot);
}
