/* game: balances against a reference. A million random steps (fewer in `make check`: `tests/core/game STEPS` for all of them) are taken
 * by the rules and by a short reference that knows nothing of them but what the model says; after each step every agent's XP, what of
 * it is held, gold, the boss's hit points and the team's chest must be the same. The test's book stands for the store: rows, tallies
 * and records as the rules ask for them, and nothing else. */
#include "../support/rules.h"
#include "base/json.h"
#include <stdio.h>
#include <stdlib.h>

enum { AGENTS = 4, TICKETS = 24, ROWS = 8, DAYS = 60000, CUSTOMERS = 5, CELLS = 1 << 20, CHECKED = 1000000 };
static const char *const names[AGENTS] = {"ana", "bo", "cem", "lea"};
static const char *const customers[CUSTOMERS] = {"c-0", "c-1", "c-2", "c-3", "bo"};

/* --- what happens: tickets as the driver moves them --- */

struct life {
    struct ticket t;
    int64_t replies[AGENTS], nobody, prio_ms[5], first; /* first: when somebody first got it */
    int opened_by, fixed_by; /* an agent, or -1 */
    bool spent;              /* as the book has it: a blow was taken back that healed nobody */
};
static struct life lives[TICKETS];
static struct config config;
static struct config_agent agents[AGENTS];
static struct config_zone zones[AGENTS];
static int64_t now, start;
static unsigned seed;

static unsigned roll(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (unsigned)((uint64_t)(seed >> 8) * n >> 24);
}

static int who(const char *name)
{
    for (int i = 0; i < AGENTS; i++)
        if (name && strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static int day_of(int agent)
{
    return (int)(zone_day(config_zone(agents[agent].zone), now) - start);
}

/* --- the reference --- */

struct ref_row { int agent, label; int64_t xp, damage, boss; int day; };
static struct ref {
    int64_t xp[AGENTS], held[AGENTS], dealt[AGENTS], last_paid[AGENTS], chest, hp, max, boss, leaves;
    int64_t open, when[AGENTS][64]; /* newest paying closes that stand */
    int when_count[AGENTS];
    int earned[AGENTS][DAYS], paid[AGENTS][DAYS], labels[AGENTS][DAYS], by_customer[AGENTS][CUSTOMERS][2]; /* [day seen, n] */
    struct ref_row rows[TICKETS][ROWS];
    int count[TICKETS];
    bool done[TICKETS], payable[TICKETS], closed[TICKETS];
    int64_t at[TICKETS][AGENTS];
    bool spent[TICKETS];
} ref;
static const int64_t ref_base[5] = {25, 10, 25, 50, 75}, ref_tier[4] = {5000, 10000, 12500, 15000};

static int64_t ref_streak(int a)
{
    int64_t n = 0;
    for (int d = day_of(a), i = 0; i < 92; i++, d--) {
        bool weekend = (start + d + 3) % 7 >= 5; /* 1970-01-01 was a Thursday */
        if (weekend)
            continue;
        if (i && (d < 0 || !ref.paid[a][d]))
            break;
        n++;
    }
    return n;
}

static int64_t ref_cap(int a, int64_t xp)
{
    int64_t room = 800 - ref.earned[a][day_of(a)];
    return xp <= (room > 0 ? room : 0) ? xp : (room > 0 ? room : 0) + (xp - (room > 0 ? room : 0)) / 10;
}

static void ref_add(int t, struct ref_row row)
{
    ref.rows[t][ref.count[t]++] = row;
    ref.xp[row.agent] += row.xp;
    ref.held[row.agent] += row.xp;
    ref.earned[row.agent][row.day] += (int)row.xp;
}

static void ref_hit(int a, struct ref_row *row, int64_t base)
{
    int64_t room = ref.max * 4 / 10 - ref.dealt[a], hit = base < ref.hp ? base : ref.hp, gold = ref.max / 2, all = 0;
    hit = hit < room ? hit : room > 0 ? room : 0;
    row->damage = hit;
    row->boss = hit ? ref.boss : 0;
    ref.hp -= hit;
    ref.dealt[a] += hit;
    for (int i = 0; i < AGENTS; i++)
        all += ref.dealt[i];
    for (int i = 0; i < AGENTS && hit && !ref.hp; i++) {
        int64_t share = ref.max * ref.dealt[i] / all, least = ref.max * 5 / 100;
        ref.xp[i] += !ref.dealt[i] ? 0 : share > least ? share : least;
    }
    if (hit && !ref.hp) {
        ref.chest += gold;
        ref.max = 0;
    }
}

static void ref_pay(int t, int a, int64_t part, int64_t of)
{
    struct life *l = &lives[t];
    int prio = 0, c = (int)(l->t.customer[2] ? l->t.customer[2] - '0' : 4), d = day_of(a);
    for (int i = 1; i <= 4; i++)
        prio = l->prio_ms[i] > (prio ? l->prio_ms[prio] : 0) ? i : prio;
    prio = prio ? prio : l->t.priority;
    int64_t used = l->t.clock[SLA_RESOLUTION].elapsed, target = l->t.clock[SLA_RESOLUTION].target, streak = ref_streak(a);
    int tier = used > target ? 0 : used * 100 >= target * 60 ? 1 : used * 100 >= target * 25 ? 2 : 3;
    unsigned __int128 x = (unsigned)ref_tier[tier], y = 10000, replies = (unsigned)(l->replies[0] + l->replies[1] + l->replies[2] + l->replies[3] + l->nobody);
    if (replies == 1 && !l->t.reopen_count)
        x *= 11, y *= 10;
    if (l->first - l->t.received_at > 2 * 3600000)
        x *= 12, y *= 10;
    x *= (unsigned)(100 + (streak < 10 ? streak : 10)), y *= 100;
    if (x > 2 * y)
        x = 2, y = 1;
    int64_t xp = (int64_t)((unsigned)ref_base[prio] * x * (unsigned)part / (y * (unsigned)of)), last = 0;
    for (int i = 0; i < ref.when_count[a]; i++)
        last = ref.when[a][i] > last ? ref.when[a][i] : last;
    bool mine = l->opened_by == a || (c == 4 && a == 1), many = ref.by_customer[a][c][0] == d && ref.by_customer[a][c][1] >= 3;
    struct ref_row row = {.agent = a, .day = d};
    if (!mine && replies && part && !(last && now - last < 60000) && !many) {
        ref_hit(a, &row, ref.spent[t] ? 0 : ref_base[prio] * part / of);
        row.xp = ref_cap(a, xp);
        ref.paid[a][d] += row.xp > 0;
        if (row.xp > 0) {
            if (ref.by_customer[a][c][0] != d)
                ref.by_customer[a][c][0] = d, ref.by_customer[a][c][1] = 0;
            ref.by_customer[a][c][1]++;
            for (int i = ref.when_count[a] - 1; i >= 0; i--)
                if (now - ref.when[a][i] >= 60000)
                    ref.when[a][i] = ref.when[a][--ref.when_count[a]];
            ref.when[a][ref.when_count[a]++] = ref.at[t][a] = now;
        }
    }
    ref_add(t, row);
}

static void ref_take_back(int t)
{
    int c = (int)(lives[t].t.customer[2] ? lives[t].t.customer[2] - '0' : 4);
    for (int i = 0; i < ref.count[t]; i++) {
        struct ref_row *r = &ref.rows[t][i];
        ref.xp[r->agent] -= r->xp;
        ref.held[r->agent] -= ref.closed[t] ? 0 : r->xp;
        ref.earned[r->agent][r->day] -= (int)r->xp;
        ref.labels[r->agent][r->day] -= r->label;
        if (r->damage && ref.max && r->boss == ref.boss) {
            ref.hp += r->damage;
            ref.dealt[r->agent] -= r->damage;
        } else if (r->damage) {
            ref.spent[t] = true;
        }
        if (r->label || r->xp <= 0)
            continue;
        ref.paid[r->agent][r->day]--;
        ref.by_customer[r->agent][c][1] -= ref.by_customer[r->agent][c][0] == r->day;
        for (int k = 0; k < ref.when_count[r->agent]; k++)
            if (ref.when[r->agent][k] == ref.at[t][r->agent]) {
                ref.when[r->agent][k] = ref.when[r->agent][--ref.when_count[r->agent]];
                break;
            }
    }
    ref.count[t] = 0;
}

static void ref_flee(void)
{
    if (ref.max && now >= ref.leaves)
        ref.max = ref.hp = 0;
}

static void ref_spawn(int64_t open)
{
    if (ref.max || open < 5)
        return;
    ref.boss++;
    ref.max = ref.hp = 25 * (open >= 20 ? 20 : 5);
    memset(ref.dealt, 0, sizeof ref.dealt);
    ref.leaves = now;
    for (int days = 0; days < 5;) {
        ref.leaves += DAY;
        days += (ref.leaves / DAY + 3) % 7 < 5;
    }
}

static void ref_new(int t, int64_t open)
{
    ref.done[t] = ref.payable[t] = ref.closed[t] = ref.spent[t] = false;
    ref.count[t] = 0;
    ref_flee();
    ref_spawn(open);
}

static void ref_step(int t, int64_t open)
{
    struct life *l = &lives[t];
    bool closed = l->t.status == STATUS_CLOSED, done = closed || l->t.status == STATUS_RESOLVED, payable = done && !l->t.disposition;
    if (payable == ref.payable[t] && closed == ref.closed[t] && done == ref.done[t])
        return;
    ref_flee();
    if (ref.payable[t] && !payable)
        ref_take_back(t);
    for (int i = 0; closed != ref.closed[t] && i < ref.count[t]; i++)
        ref.held[ref.rows[t][i].agent] += closed ? -ref.rows[t][i].xp : ref.rows[t][i].xp;
    if (payable && !ref.payable[t]) {
        int64_t of = l->nobody, a = who(l->t.assignee), was = ref.count[t];
        for (int i = 0; i < AGENTS; i++)
            of += l->replies[i];
        for (int i = 0; i < AGENTS; i++)
            if (i == a || l->replies[i])
                ref_pay(t, i, of ? l->replies[i] + (i == a ? l->nobody : 0) : 1, of ? of : 1);
        if (l->fixed_by >= 0) {
            int f = l->fixed_by, d = day_of(f);
            ref_add(t, (struct ref_row){.agent = f, .label = 1, .day = d, .xp = ref.labels[f][d] >= 20 ? 0 : ref_cap(f, 2)});
            ref.labels[f][d]++;
        }
        for (int64_t i = was; closed && i < ref.count[t]; i++)
            ref.held[ref.rows[t][i].agent] -= ref.rows[t][i].xp;
    }
    ref.done[t] = done;
    ref.payable[t] = payable;
    ref.closed[t] = closed;
    ref_spawn(open);
}

/* --- the book: what a store would keep --- */

static struct { char key[64]; int64_t n, sum; } *cells; /* tallies, open addressing */
static struct score_row book[TICKETS][ROWS];
static int book_count[TICKETS];
static int64_t next_row, bosses, rows_made, reversals, fallen, fled;
static struct boss boss;
static char boss_texts[3][64];

static int64_t *cell(const char *name, const char *key, int64_t day, bool sum)
{
    char text[64];
    snprintf(text, sizeof text, "%s|%s|%lld", name, key, (long long)day);
    uint64_t h = 14695981039346656037u;
    for (const char *c = text; *c; c++)
        h = (h ^ (unsigned char)*c) * 1099511628211u;
    for (h %= CELLS; *cells[h].key && strcmp(cells[h].key, text) != 0; h = (h + 1) % CELLS)
        continue;
    if (!*cells[h].key)
        memcpy(cells[h].key, text, sizeof text);
    return sum ? &cells[h].sum : &cells[h].n;
}

static int64_t known(const char *name, const char *key, int64_t day, bool sum)
{
    return *cell(name, key, day, sum);
}

static void take_boss(const struct record_draft *r)
{
    AUTO_ARENA arena = arena_new();
    const struct json *data = json_parse_in(arena, r->data, strlen(r->data), &json_limits_native, NULL, NULL);
    bool active = strcmp(json_get_string(data, "state", ""), "active") == 0;
    fallen += strcmp(json_get_string(data, "state", ""), "defeated") == 0;
    fled += strcmp(json_get_string(data, "state", ""), "fled") == 0;
    bosses += active && !boss.key;
    snprintf(boss_texts[0], sizeof boss_texts[0], "%s", r->key);
    snprintf(boss_texts[1], sizeof boss_texts[1], "%s", json_get_string(data, "name", ""));
    snprintf(boss_texts[2], sizeof boss_texts[2], "%s", json_get_string(data, "tier", ""));
    boss = (struct boss){.key = active ? boss_texts[0] : NULL, .name = boss_texts[1], .tier = boss_texts[2], .max_hp = json_get_i64(data, "max_hp", 0),
                         .hp = json_get_i64(data, "hp", 0), .expires_at = json_get_i64(data, "expires_at", 0)};
}

static const char *kept(const char *text, const char *const *of, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, of[i]) == 0)
            return of[i];
    return NULL;
}

/* A boss's key outlives the boss: rows name it. */
static const char *boss_key(const char *text)
{
    enum { MOST = 65536 };
    static char keys[MOST][16];
    int n = atoi(text + 5);
    assert_true(n < MOST);
    snprintf(keys[n], sizeof keys[n], "%s", text);
    return keys[n];
}

static void take_in(int t, const struct consequence *out)
{
    static const char *const rules[] = {"resolve", "label"};
    for (int i = 0; i < out->tally_count; i++) {
        const struct tally_draft *d = &out->tallies[i];
        *cell(d->name, d->key, d->day, false) += d->n;
        *cell(d->name, d->key, d->day, true) += d->sum;
    }
    for (int i = 0; i < out->score_count; i++) {
        struct score_row row = out->scores[i];
        rows_made++;
        reversals += row.reverses != 0;
        if (!row.ticket)
            continue;
        for (int k = 0; row.reverses && k < book_count[t]; k++)
            if (book[t][k].id == row.reverses) {
                lives[t].spent |= book[t][k].damage && !row.damage;
                book[t][k--] = book[t][--book_count[t]];
            }
        if (row.reverses)
            continue;
        row.id = ++next_row;
        row.agent = kept(row.agent, names, AGENTS);
        row.rule = kept(row.rule, rules, 2);
        row.boss = row.damage ? boss_key(row.boss) : NULL;
        row.reason = NULL;
        row.why = NULL;
        assert_true(book_count[t] < ROWS);
        book[t][book_count[t]++] = row;
    }
    for (int i = 0; i < out->record_count; i++)
        if (strcmp(out->records[i].kind, "boss") == 0)
            take_boss(&out->records[i]);
}

/* --- the rules under test --- */

static int64_t streak_of(int a)
{
    bool paid[PLAYER_STREAK_DAYS], off[PLAYER_STREAK_DAYS];
    enum { SEEN = 16 }; /* more than ten working days change nothing */
    for (int i = 0; i < SEEN; i++) {
        paid[i] = known("paid", names[a], day_of(a) + start - i, false) > 0;
        off[i] = player_off(&config, &agents[a], NULL, day_of(a) + start - i);
    }
    return player_streak(paid, off, SEEN, true);
}

static int64_t last_paid(int a)
{
    int64_t last = 0;
    for (int t = 0; t < TICKETS; t++)
        for (int i = 0; i < book_count[t]; i++)
            if (strcmp(book[t][i].rule, "resolve") == 0 && strcmp(book[t][i].agent, names[a]) == 0 && book[t][i].xp > 0 && book[t][i].at > last)
                last = book[t][i].at;
    return last;
}

/* What is looked at after every step: the cells stay where they are. */
static int64_t *xp_of[AGENTS], *held_of[AGENTS], *chest;

static void find_cells(void)
{
    for (int a = 0; a < AGENTS; a++) {
        xp_of[a] = cell("xp", names[a], 0, true);
        held_of[a] = cell("held", names[a], 0, true);
    }
    chest = cell("chest", "", 0, true);
}

static void load_player(struct player *p, int a, const struct ticket *t, bool pays)
{
    *p = (struct player){.agent = names[a], .xp = *xp_of[a], .held = *held_of[a]};
    if (!pays)
        return;
    char pair[64];
    int64_t today = day_of(a) + start;
    snprintf(pair, sizeof pair, "%s\x1f%s", names[a], t->customer);
    p->earned_today = known("earned", names[a], today, true);
    p->labels_today = known("labels", names[a], today, false);
    p->customer_today = known("customer", pair, today, false);
    p->last_paid_at = last_paid(a);
    p->streak = streak_of(a);
}

static int64_t open_tickets(void)
{
    int64_t n = 0;
    for (int t = 0; t < TICKETS; t++)
        n += !ticket_done(lives[t].t.status);
    return n;
}

static void follow(int t, const struct ticket *before, const char *actor)
{
    struct life *l = &lives[t];
    AUTO_ARENA arena = arena_new();
    struct player players[AGENTS];
    struct dealt dealt[AGENTS];
    struct consequence out = {.after = ticket_copy(arena, &l->t)};
    struct facts facts = {.cause = "act", .actor = actor, .scores = book[t], .score_count = book_count[t], .boss = boss, .players = players,
                          .player_count = AGENTS, .open_tickets = open_tickets(), .boss_count = bosses, .source_takes_replies = true,
                          .replies_of_nobody = l->nobody, .median_wait = HOUR, .opened_by = l->opened_by < 0 ? NULL : names[l->opened_by],
                          .label_fixed_by = l->fixed_by < 0 ? NULL : names[l->fixed_by], .dealt = dealt, .dealt_count = AGENTS, .public_replies = l->nobody,
                          .hit_spent = l->spent};
    bool turns = !before || before->status != l->t.status || before->disposition != l->t.disposition;
    bool pays = turns && before && ticket_done(l->t.status) && !l->t.disposition;
    for (int a = 0; a < AGENTS; a++) {
        char pair[64];
        load_player(&players[a], a, &l->t, pays);
        players[a].replies = l->replies[a];
        facts.public_replies += l->replies[a];
        dealt[a] = (struct dealt){names[a], 0};
        if (!boss.key || !turns)
            continue;
        snprintf(pair, sizeof pair, "%s\x1f%s", boss.key, names[a]);
        dealt[a].damage = known("damage", pair, 0, true);
    }
    struct follow f = {.arena = arena, .before = before, .facts = &facts, .rules = &config, .now = now, .out = &out};
    score_follow(&f);
    take_in(t, &out);
    struct ticket after = *out.after; /* its texts are the arena's: those that can change are the names' */
    after.assignee = after.assignee ? names[who(after.assignee)] : NULL;
    after.customer = l->t.customer;
    l->t = after;
}

/* --- the driver --- */

static int64_t counter;

static void come(int t)
{
    struct life *l = &lives[t];
    *l = (struct life){.t = {.id = ++counter, .status = STATUS_NEW, .priority = (int)roll(5), .received_at = now, .customer = customers[roll(CUSTOMERS)]},
                       .opened_by = roll(8) ? -1 : (int)roll(AGENTS), .fixed_by = -1};
    l->t.clock[SLA_RESOLUTION] = (struct sla_clock){.state = CLOCK_FULFILLED, .target = 1 + roll(1000000)};
    book_count[t] = 0;
    follow(t, NULL, "source:shop");
    ref_new(t, open_tickets());
}

static void move(struct life *l)
{
    struct ticket *t = &l->t;
    bool done = ticket_done(t->status);
    switch (roll(12)) {
    case 0: t->priority = (int)roll(5); break;
    case 1: t->assignee = names[roll(AGENTS)]; break;
    case 2: t->assignee = roll(3) ? t->assignee : NULL; break;
    case 3: t->disposition = t->disposition ? DISPOSITION_NONE : roll(3) ? DISPOSITION_NONE : DISPOSITION_SPAM; break;
    case 4: case 5: l->replies[roll(AGENTS)] += !done; break;
    case 6: l->nobody += !done && !roll(4); break;
    case 7: l->fixed_by = (int)roll(AGENTS + 2) - 2; l->fixed_by = l->fixed_by < 0 ? -1 : l->fixed_by; break;
    default: t->status = done ? (roll(2) ? STATUS_CLOSED : STATUS_OPEN) : roll(5) ? STATUS_RESOLVED : STATUS_PENDING;
    }
    if (ticket_done(t->status) && !done)
        t->clock[SLA_RESOLUTION].elapsed = roll(1200000);
    if (done && !ticket_done(t->status))
        t->reopen_count++;
}

static void step(void)
{
    int t = (int)roll(TICKETS), actor = (int)roll(AGENTS);
    struct life *l = &lives[t];
    int64_t passed = !roll(3000) ? 9 * (int64_t)DAY : roll(4) ? roll(40) * MINUTE : roll(90) * SECOND;
    now += passed;
    for (int i = 0; i < TICKETS; i++)
        lives[i].prio_ms[lives[i].t.priority ? lives[i].t.priority : PRIORITY_NORMAL] += passed;
    if (l->t.status == STATUS_CLOSED && !roll(3)) {
        come(t);
        return;
    }
    struct ticket before = l->t;
    move(l);
    follow(t, &before, names[actor]);
    if (l->t.assignee && !l->first)
        l->first = now;
    ref_step(t, open_tickets());
}

static void compare(int64_t at)
{
    for (int a = 0; a < AGENTS; a++) {
        int64_t xp = *xp_of[a], held = *held_of[a];
        if (xp != ref.xp[a] || held != ref.held[a])
            fail_msg("step %lld, seed %u: %s has %lld (%lld held), the reference says %lld (%lld held)", (long long)at, seed, names[a], (long long)xp,
                     (long long)held, (long long)ref.xp[a], (long long)ref.held[a]);
    }
    if ((boss.key != NULL) != (ref.max > 0) || (boss.key && boss.hp != ref.hp) || *chest != ref.chest)
        fail_msg("step %lld, seed %u: the boss has %lld, the chest %lld; the reference says %lld and %lld", (long long)at, seed,
                 (long long)(boss.key ? boss.hp : 0), (long long)*chest, (long long)ref.hp, (long long)ref.chest);
}

static void set_up(void)
{
    static const char *const zone_names[AGENTS] = {"UTC", "Pacific/Auckland", "America/New_York", "Asia/Kolkata"};
    static struct arena *arena;
    struct desk d;
    desk_open(&d);
    arena = arena_new();
    config = (struct config){.game = d.config.game, .agents = agents, .agent_count = AGENTS};
    desk_close(&d);
    for (int a = 0; a < AGENTS; a++) {
        struct err err = {0};
        zones[a] = (struct config_zone){.name = zone_names[a], .zone = zone_load(arena, zone_names[a], &err)};
        agents[a] = (struct config_agent){.name = names[a], .uid = -1, .role = ROLE_AGENT, .zone = &zones[a]};
    }
    now = START;
    start = zone_day(NULL, now) - 2;
    cells = calloc(CELLS, sizeof *cells);
    assert_non_null(cells);
    find_cells();
    for (int t = 0; t < TICKETS; t++)
        come(t);
}

static void balances_equal_the_reference_after_each_random_step(void **state)
{
    int64_t steps = *(int64_t *)*state;
    set_up();
    for (int64_t i = 1; i <= steps; i++) {
        step();
        compare(i);
    }
    print_message("# %lld random steps: %lld ledger rows, %lld of them reversals, %lld bosses, %lld beaten and %lld fled; every balance equal to the reference\n",
                  (long long)steps, (long long)rows_made, (long long)reversals, (long long)bosses, (long long)fallen, (long long)fled);
    assert_true(reversals * 20 > rows_made && fallen > steps / 10000 && fled > steps / 20000);
    free(cells);
}

int main(int argc, char **argv)
{
    static int64_t steps;
    steps = argc > 1 ? atoll(argv[1]) : CHECKED;
    seed = argc > 2 ? (unsigned)atoi(argv[2]) : 4;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(balances_equal_the_reference_after_each_random_step, &steps),
    };
    return cmocka_run_group_tests_name("game", tests, NULL, NULL);
}
