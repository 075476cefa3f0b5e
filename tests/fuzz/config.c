/* config: any bytes, taken as a configuration and as a rule set. What is refused says file:line:column or the file; what
 * is taken is whole: every list has its rows, every view its expression, every route leads somewhere, every number stays
 * within what its table says. */
#include "core/config.h"
#include "core/rota.h"
#include "core/retry.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool good)
{
    if (!good)
        abort();
}

static void check_redact(const struct config_redact *r, int least)
{
    for (int i = 0; i < REDACT_ENTITIES; i++)
        must(r->mode[i] >= least && r->mode[i] <= REDACT_DROP);
}

static void check_destination(const struct config *c, const struct config_destination *d)
{
    must(d->name && config_destination(c, d->name) == d && d->kind >= 0 && d->kind < DEST_KINDS && d->line > 0);
    must(d->profile >= 0 && d->profile < PROFILES && d->format >= 0 && d->format < FORMATS && d->secret_count <= 2);
    must((d->auth != DEST_AUTH_HMAC || d->secret_count) && (d->auth != DEST_AUTH_BEARER || *d->token));
    must(!d->source || config_source(c, d->source));
    must(!d->url || d->kind == DEST_POSTGRES || d->allow_loopback || strncmp(d->url, "https://", 8) == 0);
    must(d->kind != DEST_EMAIL || (d->host && d->from && d->port > 0 && d->to_count <= CONFIG_RECIPIENTS));
    must(d->kind != DEST_POSTGRES || (d->url && d->table && d->schema));
    must(d->kind != DEST_MODEL || (d->model && d->label_count > 0 && d->per_hour > 0));
    for (int i = 0; i < d->column_count; i++)
        must(d->columns[i].name && d->columns[i].value && *d->columns[i].value != '$');
    check_redact(&d->redact, REDACT_UNSET);
}

static void check_step(const struct config *c, const struct config_route_step *s)
{
    must(s->kind >= 0 && s->kind < STEP_KINDS && s->line > 0 && s->field_count <= 8 && s->set_count <= CONFIG_SETS);
    must(!s->model || config_destination(c, s->model)->kind == DEST_MODEL);
    must(s->kind != STEP_FILTER || (s->when && s->text));
    must(s->kind != STEP_DEDUPE || (s->key && s->window > 0));
    must(s->kind != STEP_THROTTLE || (s->count > 0 && s->window > 0));
    must(s->kind != STEP_TRANSFORM || s->set_count > 0);
    must(s->kind != STEP_ENRICH || (s->record && s->key));
    if (s->kind == STEP_REDACT)
        check_redact(&s->redact, REDACT_RAW);
}

static void check_route(const struct config *c, const struct config_route *r)
{
    must(r->name && r->line > 0 && r->to_count > 0 && r->to_count <= CONFIG_STEPS && r->step_count <= CONFIG_STEPS && r->match_count <= CONFIG_MATCHES);
    for (int i = 0; i < r->source_count; i++)
        must(config_source(c, r->sources[i]) != NULL);
    for (int i = 0; i < r->step_count; i++)
        check_step(c, &r->steps[i]);
    for (int i = 0; i < r->to_count; i++)
        must(config_destination(c, r->to[i].destination) && r->to[i].text && r->to[i].always == !r->to[i].when);
}

static void check(const struct config *c)
{
    for (int i = 0; i < c->destination_count; i++)
        check_destination(c, &c->destinations[i]);
    for (int i = 0; i < c->route_count; i++)
        check_route(c, &c->routes[i]);
    check_redact(&c->mask, REDACT_RAW);
    for (int i = 0; i < c->source_count; i++)
        must(c->sources[i].reply_via != REPLY_EMAIL || config_destination(c, c->sources[i].reply_destination)->kind == DEST_EMAIL);
    must(c->team_name && c->game.name && c->port >= 0 && c->port <= 65535 && c->reopen_window > 0);
    for (int i = 0; i < c->source_count; i++)
        must(c->sources[i].name && c->sources[i].account && c->sources[i].limit > 0 && c->sources[i].secret_count <= CONFIG_SECRETS);
    for (int i = 0; i < c->agent_count; i++)
        must(c->agents[i].name && config_agent(c, c->agents[i].name) == &c->agents[i] && *role_word(c->agents[i].role));
    for (int i = 0; i < c->sla_count; i++)
        must(c->slas[i].name && c->slas[i].first_response >= 0 && c->slas[i].warn_before >= 0);
    for (int i = 0; i < c->escalation_count; i++)
        must(c->escalations[i].step_count > 0 && c->escalations[i].step_count <= CONFIG_STEPS && c->escalations[i].repeat <= 5);
    for (int i = 0; i < c->view_count; i++)
        must(c->views[i].name && c->views[i].title && c->views[i].text && c->views[i].when && c->views[i].sort);
    for (int i = 0; i < c->game.boss_count; i++)
        must(c->game.bosses[i].tier && c->game.bosses[i].name_count <= 8);
    for (int i = 0; i < c->calendar_count; i++) {
        const int64_t now = 1795424400000, week = 7 * INT64_C(86400000);
        int64_t counted = calendar_counted(&c->calendars[i], now, now + week);
        must(counted >= 0 && counted <= week && c->calendars[i].week_minutes > 0);
        must(calendar_counted(&c->calendars[i], now, calendar_due(&c->calendars[i], now, 3600000)) <= 3600000);
    }
    for (int i = 0; i < c->game.achievement_count; i++)
        must(c->game.achievements[i].key && c->game.achievements[i].rule);
    must(!c->oncall_count || rota_first(&(struct rota){c, NULL}, 1795424400000));
    for (int i = 0; i < c->schedule_count; i++)
        must(config_schedule(c, c->schedules[i].name) == &c->schedules[i] && c->schedules[i].rotation_count > 0 &&
             rota_next_change(&(struct rota){c, NULL}, c->schedules[i].name, 1795424400000) > 1795424400000);
}

static void try(const char *text, size_t n, const char *game, size_t game_n)
{
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const struct config *c = config_parse(arena, "f.yaml", text, n, game, game_n, &err);
    if (c)
        check(c);
    else
        must(err.code == ERR_CONFIG && (strncmp(err.text, "f.yaml:", 7) == 0 || strncmp(err.text, "game/", 5) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try((const char *)data, n, NULL, 0);
    try("", 0, (const char *)data, n);
    return 0;
}
