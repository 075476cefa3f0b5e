/* score: what a resolve pays, what a reopen takes back, and the boss. Rows are never changed: a reversal is a row with
 * the opposite sign (`reverses`), so the ledger's sums are the truth and say why. All depends on one question, was
 * the ticket worth paying before and is it now (`payable`): a merge, a spam mark, a reopen by any road reverse alike.
 * What a row earned counts towards the level when the ticket is closed, not before. Pure.
 *
 * A boss's reward belongs to the boss, not to the ticket of the last blow: its rows carry no ticket, so a reopen does
 * not take them back, as a defeated boss does not rise. */
#include "core/score.h"
#include "base/json.h"
#include "base/str.h"
#include "core/sla.h"
#include <string.h>

enum { WHOLE = 10000, NOTE_LENGTH = 20, DAY = 86400000 };

int64_t score_day(int64_t ms)
{
    return ms / DAY - (ms % DAY < 0);
}

int64_t score_level(int64_t xp)
{
    int64_t level = 1;
    while (score_level_starts(level + 1) <= xp)
        level++;
    return level;
}

int64_t score_level_starts(int64_t level)
{
    return level <= 1 ? 0 : level * level * 100;
}

int64_t score_product(const struct config_game *game, int64_t base, const int64_t *factors_bp, int count)
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
    return (int64_t)((unsigned __int128)base * product / scale);
}

/* --- rows --- */

static void add_row(struct follow *f, const struct score_row *row)
{
    struct score_row *to = follow_push(f->arena, &f->out->scores, &f->out->score_count, sizeof *to);
    *to = *row;
    to->at = f->now;
    to->agent = arena_strdup(f->arena, row->agent);
    to->rule = arena_strdup(f->arena, row->rule);
    to->boss = arena_strdup(f->arena, row->boss);
    to->reason = arena_strdup(f->arena, row->reason);
    follow_entry(f, "score",
                 "{\"agent\":%s,\"rule\":%s,\"ticket\":%lld,\"epoch\":%lld,\"xp\":%lld,\"gold\":%lld,\"damage\":%lld,"
                 "\"boss\":%s,\"reason\":%s,\"reverses\":%lld}",
                 follow_text(f, row->agent), follow_text(f, row->rule), (long long)row->ticket, (long long)row->epoch,
                 (long long)row->xp, (long long)row->gold, (long long)row->damage, follow_text(f, row->boss),
                 follow_text(f, row->reason), (long long)row->reverses);
}

static void add_record(struct follow *f, const char *kind, const char *key, struct json *data)
{
    struct record_draft *record = follow_push(f->arena, &f->out->records, &f->out->record_count, sizeof *record);
    *record = (struct record_draft){.kind = kind, .key = arena_strdup(f->arena, key), .data = json_print_in(f->arena, data)};
}

/* --- the boss --- */

static struct json *boss_json(const struct boss *boss, const char *state)
{
    struct json *data = json_object();
    json_put_string(data, "id", boss->key);
    json_put_string(data, "name", boss->name);
    json_put_string(data, "tier", boss->tier);
    json_put_i64(data, "max_hp", boss->max_hp);
    json_put_i64(data, "hp", boss->hp);
    json_put_i64(data, "tickets_required", boss->tickets_required);
    json_put_i64(data, "spawned_at", boss->spawned_at);
    json_put_i64(data, "expires_at", boss->expires_at);
    json_put_string(data, "state", state);
    return data;
}

static void boss_entry(struct follow *f, const char *what, const struct boss *boss, const char *agent, int64_t damage,
                       const char *reason)
{
    follow_entry(f, "boss",
                 "{\"what\":\"%s\",\"key\":%s,\"name\":%s,\"tier\":%s,\"hp\":%lld,\"max_hp\":%lld,\"agent\":%s,"
                 "\"damage\":%lld,\"reason\":%s}",
                 what, follow_text(f, boss->key), follow_text(f, boss->name), follow_text(f, boss->tier), (long long)boss->hp,
                 (long long)boss->max_hp, follow_text(f, agent), (long long)damage, follow_text(f, reason));
}

static void boss_record(struct follow *f, const struct boss *boss, const char *state)
{
    AUTO_JSON data = boss_json(boss, state);
    add_record(f, "boss", boss->key, data);
}

static void flee(struct follow *f, struct boss *boss)
{
    if (!boss->key || !boss->expires_at || f->now < boss->expires_at)
        return;
    boss_record(f, boss, "fled");
    boss_entry(f, "fled", boss, NULL, 0, NULL);
    boss->key = NULL;
}

static int64_t tickets_required(const struct follow *f, const struct config_boss *row)
{
    const struct config_game *game = &f->rules->game;
    int64_t median = f->facts->median_resolves ? f->facts->median_resolves : game->cold_median_resolves;
    int64_t n = row->tickets ? row->tickets : row->factor_bp * median / WHOLE;
    return row->tickets || n > game->boss_min_tickets ? n : game->boss_min_tickets;
}

static void spawn(struct follow *f)
{
    const struct config_game *game = &f->rules->game;
    const struct config_boss *row = NULL;
    for (int i = 0; i < game->boss_count; i++)
        if (f->facts->open_tickets >= tickets_required(f, &game->bosses[i]))
            row = &game->bosses[i];
    if (!row)
        return;
    int64_t number = f->facts->boss_count, mean = f->facts->mean_base ? f->facts->mean_base : game->cold_mean_base;
    struct boss boss = {.key = arena_printf(f->arena, "boss-%lld", (long long)number + 1), .tier = row->tier,
                        .name = row->name_count ? row->names[number % row->name_count] : row->tier,
                        .tickets_required = tickets_required(f, row), .spawned_at = f->now,
                        .expires_at = game->boss_expires ? f->now + game->boss_expires : 0};
    boss.max_hp = boss.hp = row->max_hp ? row->max_hp : boss.tickets_required * mean;
    boss_record(f, &boss, "active");
    boss_entry(f, "spawned", &boss, NULL, 0, NULL);
}

void score_desk(struct follow *f)
{
    struct boss boss = f->facts->boss;
    flee(f, &boss);
    if (!boss.key)
        spawn(f);
}

/* Everyone who hit this boss, the acting agent's blow of now included. */
static struct dealt *participants(struct follow *f, const char *agent, int64_t damage, int *count)
{
    struct dealt *list = ARENA_ARRAY(f->arena, struct dealt, f->facts->dealt_count + 1);
    struct dealt *mine = NULL;
    *count = 0;
    for (int i = 0; i < f->facts->dealt_count; i++) {
        list[*count] = f->facts->dealt[i];
        if (str_eq(list[*count].agent, agent))
            mine = &list[*count];
        ++*count;
    }
    if (!mine) {
        mine = &list[(*count)++];
        *mine = (struct dealt){.agent = agent, .damage = f->facts->boss_dealt};
    }
    mine->damage += damage;
    return list;
}

static int64_t reward_of(const struct config_game *game, const struct boss *boss, const struct dealt *who, int64_t sum)
{
    int64_t share = sum > 0 ? boss->max_hp * who->damage / sum : 0;
    int64_t floor = boss->max_hp * game->reward_floor_bp / WHOLE;
    return game->reward == REWARD_EACH ? boss->max_hp : share > floor ? share : floor;
}

/* The chest's gold stands in the record; only where each gets it does it stand in rows. Returns agent's XP. */
static int64_t defeat(struct follow *f, const struct boss *boss, const char *agent, int64_t damage)
{
    const struct config_game *game = &f->rules->game;
    int count;
    int64_t sum = 0, mine = 0;
    struct dealt *list = participants(f, agent, damage, &count);
    AUTO_JSON data = boss_json(boss, "defeated");
    struct json *names = json_array(), *rewards = json_object();
    for (int i = 0; i < count; i++)
        sum += list[i].damage;
    for (int i = 0; i < count; i++) {
        if (list[i].damage <= 0)
            continue;
        int64_t xp = reward_of(game, boss, &list[i], sum);
        struct json *one = json_object();
        json_put_string(one, "agent", list[i].agent);
        json_put_i64(one, "damage", list[i].damage);
        json_put_i64(one, "xp", xp);
        json_push(names, one);
        add_row(f, &(struct score_row){.agent = list[i].agent, .rule = arena_printf(f->arena, "boss:%s", boss->key),
                                       .xp = xp, .gold = game->reward == REWARD_EACH ? boss->max_hp / 2 : 0, .boss = boss->key,
                                       .reason = arena_printf(f->arena, "%s defeated", boss->name)});
        mine += str_eq(list[i].agent, agent) ? xp : 0;
    }
    json_put_i64(rewards, "xp", boss->max_hp);
    json_put_i64(rewards, "gold", boss->max_hp / 2);
    json_put_string(data, "final_blow", agent);
    json_put(data, "participants", names);
    json_put(data, "rewards", rewards);
    add_record(f, "boss", boss->key, data);
    boss_entry(f, "defeated", boss, agent, damage, NULL);
    return mine;
}

/* --- what a resolve is worth --- */

struct pay {
    const struct config_agent *agent;
    int64_t base, xp, damage, reward;
    bool final_blow;
    const char *refused;
    struct str reason;
};

static void because(struct pay *p, const char *what)
{
    str_addf(&p->reason, "%s%s", p->reason.len ? ", " : "", what);
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
static const char *refusal(const struct follow *f, const struct config_agent *agent)
{
    const struct facts *facts = f->facts;
    const struct config_game *game = &f->rules->game;
    if (own_ticket(f, agent))
        return "own ticket";
    if (!facts->public_replies && facts->source_takes_replies)
        return "no public reply";
    if (!facts->public_replies && facts->resolution_note < NOTE_LENGTH)
        return "no public reply and no note of 20 characters";
    if (facts->last_paid_at && f->now - facts->last_paid_at < game->pay_gap)
        return "too soon after the last one";
    if (game->customer_per_day && facts->customer_paid_today >= game->customer_per_day)
        return "enough for this customer today";
    return NULL;
}

static bool neglected(const struct follow *f)
{
    const struct ticket *t = f->out->after;
    int64_t wait = (t->assigned_at ? t->assigned_at : f->now) - t->received_at;
    return f->facts->median_wait && wait > 2 * f->facts->median_wait;
}

static void weigh(const struct follow *f, struct pay *p)
{
    const struct config_game *game = &f->rules->game;
    const struct ticket *t = f->out->after;
    int priority = f->facts->priority_held ? f->facts->priority_held : t->priority;
    enum sla_tier tier = sla_tier(&t->clock[SLA_RESOLUTION], game);
    int64_t factors[4] = {game->tier_bp[tier]}, streak = f->facts->streak * game->streak_bp;
    int n = 1;
    priority = priority >= PRIORITY_LOW && priority <= PRIORITY_URGENT ? priority : PRIORITY_NORMAL;
    p->base = game->base[priority];
    because(p, priority_word(priority));
    because(p, sla_tier_word(tier));
    if (f->facts->public_replies == 1 && !t->reopen_count) {
        factors[n++] = game->first_contact_bp;
        because(p, "first contact");
    }
    if (neglected(f)) {
        factors[n++] = game->neglected_bp;
        because(p, "neglected");
    }
    if (streak > 0) {
        factors[n++] = WHOLE + (streak < game->streak_cap_bp ? streak : game->streak_cap_bp);
        because(p, "streak");
    }
    p->xp = score_product(game, p->base, factors, n);
}

/* Over the day's cap the rest is worth a tenth. */
static void cap_day(const struct follow *f, struct pay *p)
{
    const struct config_game *game = &f->rules->game;
    int64_t room = game->daily_cap - f->facts->xp_today;
    room = room > 0 ? room : 0;
    if (!game->daily_cap || p->xp <= room)
        return;
    p->xp = room + (p->xp - room) * game->over_cap_bp / WHOLE;
    because(p, "over the day's cap");
}

static void strike(struct follow *f, struct boss *boss, struct pay *p)
{
    int64_t room = boss->max_hp * f->rules->game.boss_share_bp / WHOLE - f->facts->boss_dealt;
    int64_t damage = p->base < boss->hp ? p->base : boss->hp;
    if (!boss->key)
        return;
    p->damage = damage < room ? damage : room > 0 ? room : 0;
    boss->hp -= p->damage;
    p->final_blow = p->damage > 0 && boss->hp == 0;
}

static void strike_shown(struct follow *f, const struct boss *boss, struct pay *p)
{
    if (p->final_blow) {
        p->reward = defeat(f, boss, p->agent->name, p->damage);
    } else if (p->damage) {
        boss_record(f, boss, "active");
        boss_entry(f, "damaged", boss, p->agent->name, p->damage, p->reason.data);
    }
}

/* --- achievements and levels --- */

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; at && (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == 0 || at[n] == ' '))
            return true;
    return false;
}

static bool reached(const struct follow *f, const struct pay *p, const struct config_achievement *a)
{
    const struct ticket *t = f->out->after;
    int64_t resolves = f->facts->resolves_total + 1;
    if (strcmp(a->rule, "resolves") == 0)
        return f->facts->achieved ? resolves >= a->goal : resolves == a->goal;
    if (strcmp(a->rule, "streak") == 0)
        return f->facts->achieved ? f->facts->streak >= a->goal : f->facts->streak == a->goal;
    if (strcmp(a->rule, "final_blow") == 0)
        return p->final_blow;
    return strcmp(a->rule, "minutes") == 0 && !p->refused && t->resolved_at - t->received_at < a->goal * 60000;
}

static void unlock(struct follow *f, const char *agent, const struct config_achievement *a)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "id", a->key);
    json_put_string(data, "name", a->name);
    json_put_string(data, "description", a->description);
    json_put_string(data, "agent", agent);
    json_put_i64(data, "unlocked_at", f->now);
    add_record(f, "achievement", arena_printf(f->arena, "%s:%s", a->key, agent), data);
    follow_entry(f, "player", "{\"what\":\"achievement\",\"agent\":%s,\"achievement\":%s,\"name\":%s}", follow_text(f, agent),
                 follow_text(f, a->key), follow_text(f, a->name));
}

static void achievements(struct follow *f, const struct pay *p)
{
    const struct config_game *game = &f->rules->game;
    for (int i = 0; i < game->achievement_count; i++) {
        const struct config_achievement *a = &game->achievements[i];
        if (!has_word(f->facts->achieved, a->key) && reached(f, p, a))
            unlock(f, p->agent->name, a);
    }
}

static void level_up(struct follow *f, const char *agent, int64_t gain)
{
    int64_t had = f->facts->xp_total - f->facts->xp_held;
    int64_t old = score_level(had), level = score_level(had + gain);
    if (gain <= 0 || level <= old)
        return;
    AUTO_JSON data = json_object();
    json_put_string(data, "agent", agent);
    json_put_i64(data, "old_level", old);
    json_put_i64(data, "level", level);
    json_put_i64(data, "xp", had + gain);
    add_record(f, "player", agent, data);
    follow_entry(f, "player", "{\"what\":\"level_up\",\"agent\":%s,\"old\":%lld,\"new\":%lld}", follow_text(f, agent),
                 (long long)old, (long long)level);
}

/* What of this ticket becomes the assignee's own now that it is closed. */
static int64_t settled(const struct follow *f, const char *agent)
{
    int64_t sum = 0;
    if ((f->before && f->before->status == STATUS_CLOSED) || f->out->after->status != STATUS_CLOSED)
        return 0;
    for (int i = 0; i < f->facts->score_count; i++)
        sum += str_eq(f->facts->scores[i].agent, agent) ? f->facts->scores[i].xp : 0;
    for (int i = 0; i < f->out->score_count; i++)
        sum += f->out->scores[i].ticket && str_eq(f->out->scores[i].agent, agent) ? f->out->scores[i].xp : 0;
    return sum;
}

/* --- paying and taking back --- */

static bool payable(const struct ticket *t)
{
    return t && ticket_done(t->status) && t->disposition == DISPOSITION_NONE && !t->deleted;
}

/* Whoever resolves a ticket that is nobody's becomes its assignee. */
static void take_ownership(struct follow *f)
{
    struct ticket *t = f->out->after;
    const struct config_agent *actor = config_agent(f->rules, f->facts->actor);
    if ((t->assignee && *t->assignee) || !actor || !str_eq(f->facts->cause, "act"))
        return;
    t->assignee = arena_strdup(f->arena, actor->name);
    t->assigned_at = t->desk_assignee_at = f->now;
}

static bool paid_already(const struct follow *f)
{
    for (int i = 0; i < f->facts->score_count; i++)
        if (str_eq(f->facts->scores[i].rule, "resolve"))
            return true;
    return false;
}

static void pay(struct follow *f, struct boss *boss, struct pay *p)
{
    const struct ticket *t = f->out->after;
    p->agent = config_agent(f->rules, t->assignee);
    if (!p->agent || paid_already(f))
        return;
    weigh(f, p);
    p->refused = refusal(f, p->agent);
    if (p->refused) {
        p->xp = 0;
        because(p, p->refused);
    } else {
        cap_day(f, p);
        strike(f, boss, p);
    }
    add_row(f, &(struct score_row){.agent = p->agent->name, .rule = "resolve", .ticket = t->id, .epoch = t->epoch,
                                   .xp = p->xp, .damage = p->damage, .boss = p->damage ? boss->key : NULL,
                                   .reason = p->reason.data});
    strike_shown(f, boss, p);
    achievements(f, p);
}

/* A living boss gets its hit points back; a dead or gone one keeps its wounds, and the row says so by 0. */
static int64_t heal(struct follow *f, struct boss *boss, const struct score_row *row)
{
    if (!row->damage || !boss->key || !str_eq(boss->key, row->boss))
        return 0;
    boss->hp = boss->hp + row->damage < boss->max_hp ? boss->hp + row->damage : boss->max_hp;
    boss_record(f, boss, "active");
    boss_entry(f, "healed", boss, row->agent, row->damage, NULL);
    return row->damage;
}

static void reverse(struct follow *f, struct boss *boss)
{
    const struct ticket *t = f->out->after;
    static const char *const words[] = {"", "merged", "spam", "duplicate", "invalid"};
    const char *why = !ticket_done(t->status) ? "reopened" : t->deleted ? "deleted" : words[t->disposition];
    for (int i = 0; i < f->facts->score_count; i++) {
        struct score_row row = f->facts->scores[i];
        row.xp = -row.xp;
        row.gold = -row.gold;
        row.damage = -heal(f, boss, &f->facts->scores[i]);
        row.reverses = row.id;
        row.id = 0;
        row.reason = why;
        add_row(f, &row);
    }
}

static bool played(const struct follow *f)
{
    return consequence_needs(f->before, f->out->after, f->facts, f->now) & (NEEDS_GAME | NEEDS_BOSS);
}

void score_follow(struct follow *f)
{
    struct ticket *t = f->out->after;
    struct boss boss = f->facts->boss;
    struct pay p = {0};
    if (f->before && ticket_done(f->before->status) && !ticket_done(t->status))
        t->epoch = f->before->epoch + 1;
    if (!played(f)) /* the facts were not loaded: no boss given does not mean no boss alive */
        return;
    str_init(&p.reason, 256);
    flee(f, &boss);
    if (payable(f->before) && !payable(t))
        reverse(f, &boss);
    if (f->before && !payable(f->before) && payable(t)) {
        take_ownership(f);
        pay(f, &boss, &p);
    }
    if (t->assignee)
        level_up(f, t->assignee, p.reward + settled(f, t->assignee));
    if (!boss.key)
        spawn(f);
    str_fini(&p.reason);
}
