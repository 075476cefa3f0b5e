/* config: any bytes, taken as a configuration and as a rule set. What is refused says file:line:column or the file; what
 * is taken is whole: every list has its rows, every view its expression, every number stays within what its table says. */
#include "core/config.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool good)
{
    if (!good)
        abort();
}

static void check(const struct config *c)
{
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
    for (int i = 0; i < c->game.achievement_count; i++)
        must(c->game.achievements[i].key && c->game.achievements[i].rule);
    must(!c->oncall_count == !config_oncall(c, 1795424400000));
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
