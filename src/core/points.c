/* points: ledger rows are never changed. A reversal is a row with the opposite sign, so that sums are the truth and say why; what is
 * read often (balances, days, seasons, who dealt what) is counted beside them as tallies, each drawn here from the row and
 * nowhere else, so that the journal gives them again. Day 0 stands for all time.
 *
 * A row belongs to the day it was earned on: a reversal weeks later takes from that day, its cap and its season. Pure. */
#include "core/play.h"
#include "base/json.h"
#include "base/str.h"
#include <string.h>

static const int64_t gap_ends[] = {10000, 60000, 300000, 1800000, 7200000}; /* of close-gap's buckets; the last has none */

void play_tally(struct play *p, const char *name, const char *key, int64_t day, int64_t n, int64_t sum)
{
    struct follow *f = p->f;
    if (!n && !sum)
        return;
    struct tally_draft *tally = follow_push(f->arena, &f->out->tallies, &f->out->tally_count, sizeof *tally);
    *tally = (struct tally_draft){name, key, day, n, sum};
}

void play_record(struct play *p, const char *kind, const char *key, struct json *data, const char *event)
{
    struct follow *f = p->f;
    struct record_draft *record = follow_push(f->arena, &f->out->records, &f->out->record_count, sizeof *record);
    *record = (struct record_draft){kind, arena_strdup(f->arena, key), json_print_in(f->arena, data), event};
    json_free(data);
}

static const struct player *known(const struct follow *f, const char *agent)
{
    for (int i = 0; i < f->facts->player_count; i++)
        if (str_eq(f->facts->players[i].agent, agent))
            return &f->facts->players[i];
    struct player *nobody = ARENA_NEW(f->arena, struct player);
    *nobody = (struct player){.agent = arena_strdup(f->arena, agent)};
    return nobody;
}

struct stake *play_stake(struct play *p, const char *agent)
{
    for (int i = 0; i < p->stake_count; i++)
        if (str_eq(p->stakes[i].was->agent, agent))
            return &p->stakes[i];
    struct stake *stake = follow_push(p->f->arena, &p->stakes, &p->stake_count, sizeof *stake);
    *stake = (struct stake){.was = known(p->f, agent)};
    return stake;
}

static const char *pair(const struct play *p, const char *a, const char *b)
{
    return arena_printf(p->f->arena, "%s\x1f%s", a, b);
}

/* Where the sums of a row are kept: what was earned before scores began anew stays with what was put aside then. */
static const char *place(const struct play *p, const char *agent, const struct score_row *row)
{
    return player_place(p->f->arena, p->f->facts->desk, agent, row->origin ? row->origin : row->id);
}

static bool counts(const struct play *p, const struct score_row *row)
{
    return str_eq(place(p, row->agent, row), row->agent);
}

/* --- what a row counts for --- */

/* Reasons are phrases with commas between. */
static bool says(const char *reason, const char *phrase)
{
    size_t n = strlen(phrase);
    for (const char *at = reason; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 2 : NULL)
        if (strncmp(at, phrase, n) == 0 && (at[n] == 0 || at[n] == ','))
            return true;
    return false;
}

static void feat(struct play *p, struct stake *stake, const struct score_row *row, int which, int sign)
{
    stake->feats[which] += counts(p, row) ? sign : 0;
    play_tally(p, "feat", pair(p, place(p, row->agent, row), feat_words[which]), 0, sign, 0);
}

static void feats(struct play *p, struct stake *stake, const struct score_row *row, int sign)
{
    static const struct { const char *rule, *phrase; int feat; } table[] = {
        {"resolve", "gold", FEAT_GOLD}, {"resolve", "first contact", FEAT_FIRST_CONTACT}, {"resolve", "neglected", FEAT_NEGLECTED},
        {"label", NULL, FEAT_LABELS}, {"csat", NULL, FEAT_CSAT}, {"csat", "five stars", FEAT_FIVE_STAR}, {"article", NULL, FEAT_ARTICLES},
        {"handover", NULL, FEAT_HANDOVERS}, {"boss", NULL, FEAT_BOSSES}};
    if (str_eq(row->rule, "resolve") && row->xp) /* what pays nothing is no feat */
        feat(p, stake, row, FEAT_RESOLVES, sign);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t n = strlen(table[i].rule);
        bool is = strncmp(row->rule, table[i].rule, n) == 0 && (row->rule[n] == 0 || row->rule[n] == ':');
        if (is && (row->xp || str_eq(row->rule, "csat")) && (!table[i].phrase || says(row->reason, table[i].phrase)))
            feat(p, stake, row, table[i].feat, sign);
    }
}

/* row: as it was made; sign -1: taken back now. */
static void count(struct play *p, struct stake *stake, const struct score_row *row, int sign, int64_t damage)
{
    const char *agent = stake->was->agent, *who = place(p, agent, row), *team = place(p, "", row);
    const char *customer = p->f->out->after ? p->f->out->after->customer : NULL;
    int64_t season = player_season(row->day), xp = sign * row->xp;
    bool boss = strncmp(row->rule, "boss:", 5) == 0, paid = str_eq(row->rule, "resolve") && row->xp > 0;
    play_tally(p, "xp", who, 0, sign, xp);
    play_tally(p, "xp", who, row->day, sign, xp);
    play_tally(p, "xp", team, row->day, sign, xp);
    play_tally(p, "season", who, season, sign, xp);
    play_tally(p, "season", team, season, sign, xp);
    play_tally(p, "gold", who, 0, 0, sign * row->gold);
    if (row->boss && *row->boss)
        play_tally(p, "damage", pair(p, row->boss, agent), 0, 0, damage);
    if (!boss) {
        play_tally(p, "earned", agent, row->day, 0, xp);
        stake->earned += row->day == player_day(config_agent(p->f->rules, agent), p->f->now) ? xp : 0;
    }
    if (paid)
        play_tally(p, "paid", agent, row->day, sign, 0);
    if (paid && customer)
        play_tally(p, "customer", pair(p, agent, customer), row->day, sign, 0);
    if (str_eq(row->rule, "label"))
        play_tally(p, "labels", agent, row->day, sign, 0);
    if (strncmp(row->rule, "handover:", 9) == 0)
        play_tally(p, "handovers", agent, row->day, sign, 0);
    feats(p, stake, row, sign);
    stake->paid |= paid && sign > 0;
}

/* What a lead looks at where numbers look odd: how soon after one another tickets are closed, and how many come back. */
static void odd(struct play *p, const struct stake *stake, const struct score_row *row)
{
    const char *agent = stake->was->agent;
    int64_t season = player_season(row->day), last = stake->was->last_close_at, gap = p->f->now - last;
    int bucket = 0, most = sizeof gap_ends / sizeof *gap_ends;
    if (!str_eq(row->rule, "resolve") || !p->f->out->after || !str_eq(p->f->out->after->assignee, agent))
        return;
    if (p->f->before && p->f->before->reopen_count > p->f->out->after->reopen_count) { /* a reopening is taken back: it was closed all the time */
        play_tally(p, "reopened", agent, season, -1, 0);
        return;
    }
    while (bucket < most && gap >= gap_ends[bucket])
        bucket++;
    play_tally(p, "closes", agent, season, 1, 0);
    if (last)
        play_tally(p, "gap", arena_printf(p->f->arena, "%s\x1f%d", agent, bucket), season, 1, 0);
    if (gap > 0)
        play_tally(p, "closed_at", agent, 0, 0, gap);
}

/* --- held and settled --- */

static bool escrowed(const struct play *p, const struct score_row *row)
{
    return p->game->escrow && row->ticket && (str_eq(row->rule, "resolve") || str_eq(row->rule, "label"));
}

static bool is_closed(const struct ticket *t)
{
    return t && t->status == STATUS_CLOSED;
}

static void hold(struct play *p, struct stake *stake, const struct score_row *row, bool closed, int sign)
{
    if (escrowed(p, row) && !closed)
        play_tally(p, "held", place(p, row->agent, row), 0, 0, sign * row->xp);
    else if (counts(p, row))
        stake->settled += sign * row->xp;
}

bool points_taken_back(const struct play *p, int64_t id)
{
    const struct consequence *out = p->f->out;
    for (int i = 0; i < out->score_count; i++)
        if (out->scores[i].reverses == id)
            return true;
    return false;
}

void points_settle(struct play *p)
{
    const struct follow *f = p->f;
    bool was = is_closed(f->before), is = is_closed(f->out->after);
    for (int i = 0; was != is && i < f->facts->score_count; i++) {
        const struct score_row *row = &f->facts->scores[i];
        if (!escrowed(p, row) || points_taken_back(p, row->id))
            continue;
        struct stake *stake = play_stake(p, row->agent);
        play_tally(p, "held", place(p, row->agent, row), 0, 0, is ? -row->xp : row->xp);
        if (counts(p, row))
            stake->settled += is ? row->xp : -row->xp;
    }
}

/* --- rows --- */

static void put(struct play *p, const struct score_row *row)
{
    struct follow *f = p->f;
    struct score_row *to = follow_push(f->arena, &f->out->scores, &f->out->score_count, sizeof *to);
    *to = *row;
    to->at = f->now;
    to->agent = arena_strdup(f->arena, row->agent);
    to->rule = arena_strdup(f->arena, row->rule);
    to->boss = arena_strdup(f->arena, row->boss);
    to->reason = arena_strdup(f->arena, row->reason);
    follow_entry(f, "score",
                 "{\"agent\":%s,\"rule\":%s,\"ticket\":%lld,\"epoch\":%lld,\"xp\":%lld,\"gold\":%lld,\"damage\":%lld,"
                 "\"boss\":%s,\"reason\":%s,\"reverses\":%lld,\"day\":%lld,\"base\":%lld%s%s%s}",
                 follow_text(f, row->agent), follow_text(f, row->rule), (long long)row->ticket, (long long)row->epoch, (long long)row->xp,
                 (long long)row->gold, (long long)row->damage, follow_text(f, row->boss), follow_text(f, row->reason), (long long)row->reverses,
                 (long long)row->day, (long long)row->base, row->origin ? arena_printf(f->arena, ",\"origin\":%lld", (long long)row->origin) : "",
                 row->why ? ",\"why\":" : "", row->why ? row->why : "");
}

void points_add(struct play *p, const struct score_row *given)
{
    struct score_row row = *given;
    struct stake *stake = play_stake(p, row.agent);
    row.at = p->f->now;
    row.day = player_day(config_agent(p->f->rules, row.agent), row.at);
    put(p, &row);
    count(p, stake, &row, 1, row.damage);
    odd(p, stake, &row);
    hold(p, stake, &row, is_closed(p->f->out->after), 1);
}

void points_reverse(struct play *p, const struct score_row *row, int64_t healed, const char *why)
{
    struct score_row negative = *row;
    struct stake *stake = play_stake(p, row->agent);
    negative.xp = -row->xp;
    negative.gold = -row->gold;
    negative.base = -row->base;
    negative.damage = -healed;
    negative.reverses = row->id;
    negative.id = 0;
    negative.reason = why;
    negative.why = NULL;
    put(p, &negative);
    count(p, stake, row, -1, -healed);
    hold(p, stake, row, is_closed(p->f->before), -1);
    if (!str_eq(row->rule, "resolve"))
        return;
    if (str_eq(why, "reopened"))
        play_tally(p, "reopened", row->agent, player_season(row->day), 1, 0);
    else if (str_eq(why, "undone") && p->f->before && str_eq(p->f->before->assignee, row->agent))
        play_tally(p, "closes", row->agent, player_season(row->day), -1, 0);
}
