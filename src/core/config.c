/* config: the snapshot's small questions. Pure. */
#include "core/config.h"
#include "base/str.h"

const struct config_source *config_source(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->source_count; i++)
        if (str_eq(config->sources[i].name, name))
            return &config->sources[i];
    return NULL;
}

const struct config_agent *config_agent(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->agent_count; i++)
        if (str_eq(config->agents[i].name, name))
            return &config->agents[i];
    return NULL;
}

const struct config_agent *config_agent_by_uid(const struct config *config, int64_t uid)
{
    for (int i = 0; uid >= 0 && i < config->agent_count; i++)
        if (config->agents[i].uid == uid)
            return &config->agents[i];
    return NULL;
}

const struct config_agent *config_agent_by_key(const struct config *config, const char *dialect_key)
{
    for (int i = 0; dialect_key && i < config->agent_count; i++)
        for (int k = 0; k < config->agents[i].key_count; k++)
            if (str_eq(config->agents[i].keys[k], dialect_key))
                return &config->agents[i];
    return NULL;
}

const char *config_oncall(const struct config *config, int64_t now)
{
    const int64_t week = 7 * 86400000LL, monday = 4 * 86400000LL + 9 * 3600000LL; /* Mon 5 Jan 1970, 09:00 UTC */
    int64_t weeks = (now - monday) / week - ((now - monday) % week < 0);
    if (!config->oncall_count)
        return NULL;
    return config->oncall[((weeks % config->oncall_count) + config->oncall_count) % config->oncall_count];
}

const char *role_word(int role)
{
    static const char *const words[] = {"", "agent", "lead", "admin"};
    return role > ROLE_NONE && role <= ROLE_ADMIN ? words[role] : "";
}
