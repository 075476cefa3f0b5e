/* dialect: the table, made from the names in sources.am, and what depends on no single dialect. */
#include "dialect/dialect.h"
#include <string.h>

#define X(name) extern const struct dialect dialect_##name;
#include "dialect/list.def"
#undef X

const struct dialect *const dialect_table[] = {
#define X(name) &dialect_##name,
#include "dialect/list.def"
#undef X
    NULL};

const char *effect_word(int effect)
{
    static const char *const words[] = {
        [EFFECT_CREATE] = "create", [EFFECT_UPDATE] = "update", [EFFECT_ASSIGN] = "assign",
        [EFFECT_MESSAGE] = "message", [EFFECT_CLOSE] = "close", [EFFECT_RESOLVE] = "resolve",
        [EFFECT_DELETE] = "delete", [EFFECT_REGISTER] = "register", [EFFECT_REGISTER_FAILED] = "register_failed",
        [EFFECT_CUSTOMER] = "customer", [EFFECT_ARTICLE] = "article", [EFFECT_BOSS] = "boss",
        [EFFECT_PLAYER] = "player", [EFFECT_ACHIEVEMENT] = "achievement", [EFFECT_SURVEY] = "survey",
        [EFFECT_IGNORE] = "ignore", [EFFECT_QUARANTINE] = "quarantine", [EFFECT_REJECT] = "reject"};
    return effect >= 0 && effect <= EFFECT_REJECT ? words[effect] : "";
}

const struct dialect *dialect_find(const char *name)
{
    for (const struct dialect *const *d = dialect_table; name && *d; d++)
        if (strcmp((*d)->name, name) == 0)
            return *d;
    return NULL;
}

const struct dialect *dialect_detect(const struct json *root, int *door)
{
    for (const struct dialect *const *d = dialect_table; json_is(root, JSON_OBJECT) && *d; d++) {
        int found = (*d)->detect(root);
        if (found >= 0) {
            *door = found;
            return *d;
        }
    }
    return NULL;
}

bool decode_strict_ok(const struct interpretation *i)
{
    for (int n = 0; n < i->warning_count; n++)
        if (!i->warnings[n].soft)
            return false;
    return true;
}

int dialect_status(const struct interpretation *i, int door, bool strict)
{
    if (i->effect == EFFECT_REJECT || (strict && i->strict_status_400))
        return 400;
    if (strict && (i->effect == EFFECT_QUARANTINE || !decode_strict_ok(i)))
        return 422;
    return i->effect == EFFECT_QUARANTINE || door == DOOR_REST || door == DOOR_WHK ? 202 : 200;
}
