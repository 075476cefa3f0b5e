/* rules: the desk in a box. */
#include "rules.h"

static void agents(struct desk *d)
{
    static const struct config_agent list[] = {{.name = "ana", .uid = -1, .role = ROLE_AGENT},
                                               {.name = "bo", .uid = -1, .role = ROLE_AGENT},
                                               {.name = "lea", .uid = -1, .role = ROLE_LEAD},
                                               {.name = "cem", .uid = -1, .role = ROLE_AGENT}};
    memcpy(d->agents, list, sizeof list);
    d->config.agents = d->agents;
    d->config.agent_count = 4;
    d->schedules[0] = (struct config_schedule){.name = "oncall", .rotation_count = 1,
                                               .rotations = {{.name = "1", .type = ROTATION_WEEKLY, .length = 1, .weekday = 1, .day = 1, .start = INT64_MIN,
                                                              .participants = {"ana"}, .participant_count = 1}}};
    d->config.schedules = d->schedules;
    d->config.schedule_count = 1;
}

static void policies(struct desk *d)
{
    struct err err;
    d->slas[0] = (struct config_sla){.name = "critical", .when = when_parse(d->arena, "urgency == \"critical\"", &err),
                                     .first_response = 15 * MINUTE, .next_response = 15 * MINUTE, .resolution = 4 * HOUR,
                                     .warn_before = 5 * MINUTE};
    d->slas[1] = (struct config_sla){.name = "rest", .first_response = HOUR, .next_response = HOUR, .resolution = 8 * HOUR,
                                     .warn_before = 15 * MINUTE};
    d->config.slas = d->slas;
    d->config.sla_count = 2;
    d->policies[0] = (struct config_escalation){.name = "pages", .step_count = 3, .repeat = 1, .ack_timeout = 30 * MINUTE,
                                                .steps = {{.target = "oncall", .delay = 5 * MINUTE},
                                                          {.target = "bo", .delay = 10 * MINUTE},
                                                          {.target = "leads", .delay = 10 * MINUTE}}};
    d->config.escalations = d->policies;
    d->config.escalation_count = 1;
    d->config.page_at_bp = 8000;
    d->config.page_labels = 50;
    d->config.page_urgent = true;
    d->config.reopen_window = 4 * (int64_t)DAY;
}

static void game(struct config_game *g)
{
    *g = (struct config_game){.name = "default", .base = {25, 10, 25, 50, 75}, .tier_bp = {5000, 10000, 12500, 15000},
                              .tier_share_bp = {2500, 6000}, .product_cap_bp = 20000, .first_contact_bp = 11000,
                              .neglected_bp = 12000, .daily_cap = 800, .over_cap_bp = 1000, .pay_gap = MINUTE,
                              .customer_per_day = 3, .streak_bp = 100, .streak_cap_bp = 1000, .boss_share_bp = 4000,
                              .reward_floor_bp = 500, .boss_days = 5, .boss_count = 2, .escrow = true, .split = true, .proof = true,
                              .label = 2, .labels_per_day = 20,
                              .bosses = {{.tier = "common", .factor_bp = 3000, .names = {"Moth", "Gnat"}, .name_count = 2},
                                         {.tier = "legendary", .factor_bp = 20000, .names = {"Titan"}, .name_count = 1}},
                              .boss_min_tickets = 5, .cold_median_resolves = 10, .cold_mean_base = 25};
}

void desk_open(struct desk *d)
{
    *d = (struct desk){.arena = arena_new(), .now = START};
    agents(d);
    policies(d);
    game(&d->config.game);
    for (int i = 0; i < 4; i++)
        d->players[i].agent = d->agents[i].name;
    d->facts = (struct facts){.source_takes_replies = true, .players = d->players, .player_count = 4};
    d->next = (struct ticket){.id = 1, .status = STATUS_NEW, .priority = PRIORITY_NORMAL, .urgency = URGENCY_LOW,
                              .urgency_by = LABEL_BY_MODEL, .customer = "c-1"};
}

void desk_close(struct desk *d)
{
    arena_free(d->arena);
}

static void run(struct desk *d, const struct ticket *before, const struct ticket *after)
{
    consequence(d->arena, before, after, &d->facts, &d->config, d->now, &d->out);
    d->ticket = d->out.after;
    d->next = *d->ticket;
    d->facts.paged_for = NULL;
    d->facts.escalate = d->facts.acknowledge = d->facts.undo = false;
}

void desk_first(struct desk *d)
{
    d->facts.cause = "event";
    d->facts.actor = "source:shop";
    d->next.received_at = d->next.created_at = d->next.waiting_since = d->next.last_customer_at = d->now;
    run(d, NULL, &d->next);
}

void desk_change(struct desk *d, const char *cause, const char *actor)
{
    struct ticket after = d->next;
    d->facts.cause = cause;
    d->facts.actor = actor;
    run(d, d->ticket, &after);
}

void desk_wake(struct desk *d)
{
    d->facts.cause = "wake";
    d->facts.actor = "clock";
    run(d, d->ticket, d->ticket);
}

void desk_until(struct desk *d, int64_t at)
{
    while (d->ticket->wake_at && d->ticket->wake_at <= at) {
        d->now = d->ticket->wake_at;
        desk_wake(d);
    }
    d->now = at;
}

void desk_reply(struct desk *d)
{
    d->next.last_agent_at = d->now;
    d->next.waiting_since = 0;
    if (!d->next.first_reply_at)
        d->next.first_reply_at = d->now;
    d->facts.public_replies++;
    desk_change(d, "act", "ana");
}

void desk_hears(struct desk *d)
{
    d->next.last_customer_at = d->now;
    if (!d->next.waiting_since)
        d->next.waiting_since = d->now;
    desk_change(d, "event", "source:shop");
}

void desk_status(struct desk *d, int status, const char *actor)
{
    d->next.status = status;
    desk_change(d, "act", actor);
}

void desk_page(struct desk *d)
{
    d->facts.paged_for = "hard phrase \"site is down\"";
    desk_first(d);
}

void desk_ack(struct desk *d, const char *agent)
{
    d->facts.acknowledge = true;
    desk_change(d, "act", agent);
}

void desk_told(const struct desk *d, int i, const char *agent, int step)
{
    assert_true(i < d->out.page_count);
    assert_string_equal(d->out.pages[i].agent, agent);
    assert_int_equal(d->out.pages[i].step, step);
}

int desk_count(const struct desk *d, const char *kind, const char *part)
{
    int n = 0;
    for (int i = 0; i < d->out.entry_count; i++)
        n += strcmp(d->out.entries[i].kind, kind) == 0 && strstr(d->out.entries[i].data, part);
    return n;
}
