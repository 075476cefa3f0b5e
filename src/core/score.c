/* score: what a resolve pays and what a reopen takes back. All depends on one question, was the ticket worth paying before
 * and is it now (`payable`): a merge, a spam mark, a reopen by any road reverse alike. Who is paid: those who answered in
 * public, by turns of the conversation (core/points has the rows, core/boss the hits). Pure. */
#include "core/score.h"
#include "base/str.h"
#include "core/play.h"
#include "core/sla.h"
#include <stdio.h>

enum { WHOLE = 10000, NOTE_LENGTH = 20, MOST_FACTORS = 4 };

int64_t score_product(const struct config_game *game, int64_t base, const int64_t *factors_bp, int count, int64_t part, int64_t of)
{
    unsigned __int128 product = 1, scale = 1;
    for (int i = 0; i < count; i++) {
        product *= (unsigned __int128)factors_bp[i];
        scale *= WHOLE;
    }
    if (product * WHOLE > (unsigned __int128)game->product_cap_bp * scale) {
        product = (unsigned __int128)game->product_cap_bp;
        scale = WHOLE;
    }
    return (int64_t)((unsigned __int128)base * product * (unsigned __int128)part / (scale * (unsigned __int128)of));
}

/* --- what a ticket was --- */

static int64_t *held(struct ticket *t, int priority)
{
    int64_t *all[] = {&t->held_normal, &t->held_low, &t->held_normal, &t->held_high, &t->held_urgent};
    return all[priority >= PRIORITY_LOW && priority <= PRIORITY_URGENT ? priority : PRIORITY_NONE];
}

static void hold_priority(struct ticket *t, int priority, int64_t now)
{
    int64_t since = t->priority_at ? t->priority_at : t->received_at;
    *held(t, priority) += now > since ? now - since : 0;
    t->priority_at = now;
}

int score_priority(const struct ticket *ticket, int64_t now)
{
    struct ticket t = *ticket;
    int most = PRIORITY_NONE;
    hold_priority(&t, t.priority, now);
    for (int priority = PRIORITY_LOW; priority <= PRIORITY_URGENT; priority++)
        if (*held(&t, priority) > (most ? *held(&t, most) : 0))
            most = priority;
    return most ? most : t.priority >= PRIORITY_LOW && t.priority <= PRIORITY_URGENT ? t.priority : PRIORITY_NORMAL;
}

int score_bucket(int64_t ms)
{
    int64_t seconds = ms / 1000;
    int exponent = 3, bucket;
    if (seconds < 8)
        return seconds > 0 ? (int)seconds : 0;
    while (seconds >> (exponent + 1))
        exponent++;
    bucket = 8 * (exponent - 2) + (int)(seconds >> (exponent - 3) & 7);
    return bucket < SCORE_BUCKETS ? bucket : SCORE_BUCKETS - 1;
}

int64_t score_bucket_starts(int bucket)
{
    return bucket < 8 ? bucket * (int64_t)1000 : (int64_t)(8 + bucket % 8) * 1000 << (bucket / 8 - 1);
}

/* What later rules ask of a ticket's life is kept as it goes by: how long it had each priority, when somebody first took it. */
static void keep_life(struct play *p)
{
    const struct ticket *b = p->f->before;
    struct ticket *t = p->f->out->after;
    if (b && b->priority != t->priority)
        hold_priority(t, b->priority, p->f->now);
    if (t->assignee && !t->first_assigned_at) {
        t->first_assigned_at = p->f->now;
        if (b) /* one that comes with its assignee has not waited for one */
            play_tally(p, "wait", arena_printf(p->f->arena, "%lld", (long long)score_day(p->f->now) / SCORE_PERIOD),
                       score_bucket(p->f->now - t->received_at), 1, 0);
    }
}

/* --- what a resolve is worth --- */

struct pay {
    const struct config_agent *agent;
    const struct player *was;
    int64_t part, of;         /* their share: replies of all */
    int64_t base, whole, xp;  /* base and whole: theirs of the ticket's, and with its factors, before caps */
    int factor_count;
    struct { const char *name; int64_t bp; } factors[MOST_FACTORS];
    struct str reason;
};

static void because(struct pay *pay, const char *what)
{
    str_addf(&pay->reason, "%s%s", pay->reason.len ? ", " : "", what);
}

static bool own_ticket(const struct follow *f, const struct config_agent *agent)
{
    const char *customer = f->out->after->customer;
    bool own = str_eq(f->facts->opened_by, agent->name) || str_eq(customer, agent->name);
    for (int i = 0; i < agent->key_count; i++)
        own = own || str_eq(customer, agent->keys[i]);
    return own;
}

/* Why a resolve pays nothing, in the order people would ask. */
static const char *refusal(const struct play *p, const struct pay *pay)
{
    const struct facts *facts = p->f->facts;
    const struct config_game *game = p->game;
    if (!game->own_tickets && own_ticket(p->f, pay->agent))
        return "own ticket";
    if (game->proof && !facts->public_replies && facts->source_takes_replies)
        return "no public reply";
    if (game->proof && !facts->public_replies && facts->resolution_note < NOTE_LENGTH)
        return "no public reply and no note of 20 characters";
    if (!pay->part)
        return "others answered";
    if (pay->was->last_paid_at && p->f->now - pay->was->last_paid_at < game->pay_gap)
        return "too soon after the last one";
    if (game->customer_per_day && pay->was->customer_today >= game->customer_per_day)
        return "enough for this customer today";
    return NULL;
}

static bool neglected(const struct follow *f)
{
    const struct ticket *t = f->out->after;
    int64_t wait = (t->first_assigned_at ? t->first_assigned_at : f->now) - t->received_at;
    return f->facts->median_wait && wait > 2 * f->facts->median_wait;
}

static void factor(struct pay *pay, const char *name, int64_t bp)
{
    because(pay, name);
    pay->factors[pay->factor_count].name = name;
    pay->factors[pay->factor_count++].bp = bp;
}

static void weigh(const struct play *p, struct pay *pay)
{
    const struct config_game *game = p->game;
    const struct ticket *t = p->f->out->after;
    int priority = score_priority(t, p->f->now);
    int64_t bps[MOST_FACTORS], streak = pay->was->streak * game->streak_bp;
    enum sla_tier tier = sla_tier(&t->clock[SLA_RESOLUTION], game);
    because(pay, priority_word(priority));
    factor(pay, sla_tier_word(tier), game->tier_bp[tier]);
    if (p->f->facts->public_replies == 1 && !t->reopen_count && game->first_contact_bp != WHOLE)
        factor(pay, "first contact", game->first_contact_bp);
    if (neglected(p->f) && game->neglected_bp != WHOLE)
        factor(pay, "neglected", game->neglected_bp);
    if (streak > 0)
        factor(pay, "streak", WHOLE + (streak < game->streak_cap_bp ? streak : game->streak_cap_bp));
    for (int i = 0; i < pay->factor_count; i++)
        bps[i] = pay->factors[i].bp;
    pay->base = pay->of ? game->base[priority] * pay->part / pay->of : game->base[priority];
    pay->whole = pay->xp = pay->of ? score_product(game, game->base[priority], bps, pay->factor_count, pay->part, pay->of) : 0;
    if (pay->part && pay->part != pay->of)
        because(pay, arena_printf(p->f->arena, "%lld of %lld replies", (long long)pay->part, (long long)pay->of));
}

/* Over the day's cap the rest is worth a tenth. */
static int64_t capped(const struct config_game *game, int64_t earned, int64_t xp)
{
    int64_t room = game->daily_cap > earned ? game->daily_cap - earned : 0;
    return !game->daily_cap || xp <= room ? xp : room + (xp - room) * game->over_cap_bp / WHOLE;
}

static int64_t earned_today(struct play *p, const char *agent)
{
    const struct stake *stake = play_stake(p, agent);
    return stake->was->earned_today + stake->earned;
}

/* How the number comes about, for whoever asks why. */
static char *why(const struct play *p, const struct pay *pay, const char *refused)
{
    AUTO_STR text;
    str_init(&text, 1024);
    str_addf(&text, "{\"rules\":%s,\"base\":%lld,\"factors\":[", follow_text(p->f, p->game->name),
             (long long)p->game->base[score_priority(p->f->out->after, p->f->now)]);
    for (int i = 0; i < pay->factor_count; i++)
        str_addf(&text, "%s[\"%s\",%lld]", i ? "," : "", pay->factors[i].name, (long long)pay->factors[i].bp);
    str_addf(&text, "],\"product_cap\":%lld,\"part\":%lld,\"of\":%lld,\"worth\":%lld,\"refused\":%s}", (long long)p->game->product_cap_bp,
             (long long)pay->part, (long long)pay->of, (long long)pay->whole, follow_text(p->f, refused));
    return arena_strdup(p->f->arena, text.data);
}

static void pay_one(struct play *p, const char *agent, int64_t part, int64_t of)
{
    const struct ticket *t = p->f->out->after;
    struct stake *stake = play_stake(p, agent);
    struct pay pay = {.agent = config_agent(p->f->rules, agent), .was = stake->was, .part = part, .of = of};
    bool final = false;
    if (!pay.agent || pay.was->off)
        return;
    str_init(&pay.reason, 512);
    weigh(p, &pay);
    const char *refused = refusal(p, &pay);
    int64_t damage = refused || p->f->facts->hit_spent ? 0 : boss_strike(p, agent, pay.base, &final);
    pay.xp = refused ? 0 : capped(p->game, earned_today(p, agent), pay.whole);
    if (refused)
        because(&pay, refused);
    else if (pay.xp < pay.whole)
        because(&pay, "over the day's cap");
    points_add(p, &(struct score_row){.agent = pay.agent->name, .rule = "resolve", .ticket = t->id, .epoch = t->epoch, .xp = pay.xp,
                                      .base = pay.base, .damage = damage, .boss = damage ? p->boss.key : NULL, .reason = pay.reason.data,
                                      .why = why(p, &pay, refused)});
    boss_struck(p, agent, damage, final, pay.reason.data);
    str_fini(&pay.reason);
}

/* --- paying and taking back --- */

static bool payable(const struct facts *facts, const struct ticket *t)
{
    return t && ticket_done(t->status) && t->disposition == DISPOSITION_NONE && !t->deleted && !facts->mirrored;
}

/* Whoever resolves a ticket that is nobody's becomes its assignee. */
static void take_ownership(struct follow *f)
{
    struct ticket *t = f->out->after;
    const struct config_agent *actor = config_agent(f->rules, f->facts->actor);
    if (f->facts->undo || (t->assignee && *t->assignee) || !actor || !str_eq(f->facts->cause, "act"))
        return;
    t->assignee = arena_strdup(f->arena, actor->name);
    t->assigned_at = t->desk_assignee_at = f->now;
}

static bool has_row(const struct facts *facts, const char *rule)
{
    for (int i = 0; i < facts->score_count; i++)
        if (str_eq(facts->scores[i].rule, rule))
            return true;
    return false;
}

/* The correction of the classifier that stands now that a ticket is done with. */
static void pay_label(struct play *p)
{
    const struct ticket *t = p->f->out->after;
    const struct config_agent *agent = config_agent(p->f->rules, p->f->facts->label_fixed_by);
    if (!agent || !p->game->label)
        return;
    const struct player *was = play_stake(p, agent->name)->was;
    bool over = was->labels_today >= p->game->labels_per_day;
    int64_t xp = over ? 0 : capped(p->game, earned_today(p, agent->name), p->game->label);
    if (!was->off)
        points_add(p, &(struct score_row){.agent = agent->name, .rule = "label", .ticket = t->id, .epoch = t->epoch, .xp = xp,
                                          .reason = over ? "label corrected, enough of them today"
                                                  : xp < p->game->label ? "label corrected, over the day's cap" : "label corrected"});
}

static bool is_paid(const struct score_row *row, const char *rule, const char *agent)
{
    return row->xp > 0 && !row->reverses && str_eq(row->rule, rule) && str_eq(row->agent, agent);
}

/* Does a resolve of theirs that paid stand on this ticket? */
static bool worked(const struct play *p, const char *agent)
{
    const struct facts *facts = p->f->facts;
    for (int i = 0; i < p->f->out->score_count; i++)
        if (is_paid(&p->f->out->scores[i], "resolve", agent))
            return true;
    for (int i = 0; i < facts->score_count; i++)
        if (is_paid(&facts->scores[i], "resolve", agent) && !points_taken_back(p, facts->scores[i].id))
            return true;
    return false;
}

/* What a customer says well of pays where the work did, once for a ticket, whichever came first. */
static void pay_csat(struct play *p)
{
    const struct ticket *t = p->f->out->after;
    const struct config_agent *agent = config_agent(p->f->rules, t->csat_agent);
    if (!agent || t->csat < p->game->csat_from || has_row(p->f->facts, "csat") || !worked(p, agent->name))
        return;
    int64_t xp = capped(p->game, earned_today(p, agent->name), p->game->csat);
    points_add(p, &(struct score_row){.agent = agent->name, .rule = "csat", .ticket = t->id, .epoch = t->epoch, .xp = xp,
                                      .reason = t->csat == 5 ? "five stars" : arena_printf(p->f->arena, "%lld stars", (long long)t->csat)});
}

/* By turns of the conversation answered in public. What nobody we know answered is the assignee's. */
static void pay_all(struct play *p)
{
    const struct facts *facts = p->f->facts;
    const char *assignee = p->f->out->after->assignee;
    int64_t of = facts->replies_of_nobody;
    bool listed = false;
    if (has_row(facts, "resolve"))
        return;
    for (int i = 0; i < facts->player_count; i++)
        of += facts->players[i].replies;
    if (!p->game->split || !of) {
        pay_one(p, assignee, 1, 1);
        pay_label(p);
        return;
    }
    for (int i = 0; i < facts->player_count; i++) {
        const struct player *player = &facts->players[i];
        bool is = str_eq(player->agent, assignee);
        int64_t part = player->replies + (is ? facts->replies_of_nobody : 0);
        listed |= is;
        if (part || is)
            pay_one(p, player->agent, part, of);
    }
    if (!listed)
        pay_one(p, assignee, facts->replies_of_nobody, of);
    pay_label(p);
}

static void reverse(struct play *p)
{
    const struct ticket *t = p->f->out->after;
    static const char *const words[] = {"", "merged", "spam", "duplicate", "invalid"};
    bool slip = p->f->facts->undo && t->reopen_count <= p->f->before->reopen_count; /* nothing came back: it never was done */
    const char *why = !ticket_done(t->status) ? (slip ? "undone" : "reopened") : t->deleted ? "deleted" : words[t->disposition];
    for (int i = 0; p->game->escrow && i < p->f->facts->score_count; i++) {
        const struct score_row *row = &p->f->facts->scores[i];
        if (str_eq(row->rule, "resolve") || str_eq(row->rule, "label"))
            points_reverse(p, row, boss_heal(p, row), why);
    }
}

/* An undo of what took points away: they are there again as they were, each in a row of its own that can be taken back anew. */
static void give_back(struct play *p)
{
    const struct facts *facts = p->f->facts;
    for (int i = 0; i < facts->lost_count; i++) {
        struct score_row row = facts->lost[i];
        bool final = false, stands = row.damage && p->boss.key && str_eq(p->boss.key, row.boss);
        row.damage = stands ? boss_strike(p, row.agent, row.damage, &final) : 0;
        row.boss = row.damage ? p->boss.key : NULL;
        row.origin = row.origin ? row.origin : row.id;
        row.id = row.reverses = 0;
        row.epoch = p->f->out->after->epoch;
        row.reason = arena_printf(p->f->arena, "%s, given back", row.reason ? row.reason : "as it was");
        points_add(p, &row);
        boss_struck(p, row.agent, row.damage, final, row.reason);
    }
}

/* Of the whole desk, by UTC's days: what bosses are measured by. n: tickets, sum: their base. */
static void count_resolves(struct play *p, const struct score_row *rows, int count, int sign)
{
    int64_t base = 0, at = p->f->now;
    for (int i = 0; i < count; i++)
        if (str_eq(rows[i].rule, "resolve")) {
            base += rows[i].base;
            at = rows[i].at;
        }
    if (base)
        play_tally(p, "resolved", "", score_day(at), sign, sign * base);
}

static bool played(const struct follow *f)
{
    return consequence_needs(f->before, f->out->after, f->facts, f->now) & (NEEDS_GAME | NEEDS_BOSS);
}

void score_follow(struct follow *f)
{
    struct ticket *t = f->out->after;
    struct play p = {.f = f, .game = &f->rules->game, .boss = f->facts->boss};
    bool was = payable(f->facts, f->before), is = payable(f->facts, t);
    if (f->before && ((was && !is) || (ticket_done(f->before->status) && !ticket_done(t->status))))
        t->epoch = f->before->epoch + 1; /* what is paid next is another row of this agent, ticket and rule */
    if (f->before && !was && is)
        take_ownership(f);
    keep_life(&p);
    if (!played(f)) /* the facts were not loaded: no boss given does not mean no boss alive */
        return;
    boss_flee(&p);
    if (was && !is) {
        reverse(&p);
        count_resolves(&p, f->facts->scores, f->facts->score_count, -1);
    }
    if (f->before && !was && is) {
        if (f->facts->lost_count)
            give_back(&p);
        else
            pay_all(&p);
        count_resolves(&p, f->out->scores, f->out->score_count, 1);
    }
    if (!f->facts->mirrored)
        pay_csat(&p);
    points_settle(&p);
    player_follow(&p);
    if (!p.boss.key)
        boss_spawn(&p);
}

void score_desk(struct follow *f)
{
    struct play p = {.f = f, .game = &f->rules->game, .boss = f->facts->boss};
    boss_flee(&p);
    if (!p.boss.key)
        boss_spawn(&p);
}

void score_grant(struct follow *f, const struct score_grant *grant)
{
    struct play p = {.f = f, .game = &f->rules->game, .boss = f->facts->boss};
    int64_t xp = capped(p.game, earned_today(&p, grant->agent), grant->xp);
    if (play_stake(&p, grant->agent)->was->off)
        return;
    const char *reason = xp < grant->xp ? arena_printf(f->arena, "%s, over the day's cap", grant->reason) : grant->reason;
    points_add(&p, &(struct score_row){.agent = grant->agent, .rule = grant->rule, .ticket = grant->ticket, .xp = xp, .reason = reason});
    player_follow(&p);
}
