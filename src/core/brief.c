/* brief: nodes made for what is left out. A made node stands where the one did that it is made from, so that a mistake has its place. */
#include "core/brief.h"
#include <string.h>

static struct yaml *renamed(struct schema *s, const struct yaml *node, const char *name)
{
    struct yaml *copy = ARENA_NEW(s->arena, struct yaml);
    *copy = *node;
    copy->name = name;
    copy->next = NULL;
    return copy;
}

/* A map with one member, which stands where node does. */
static struct yaml *map_of(struct schema *s, const struct yaml *node, struct yaml *member)
{
    struct yaml *map = renamed(s, node, node->name);
    map->kind = YAML_MAP;
    map->text = NULL;
    map->child = member;
    return map;
}

bool brief_is(const struct yaml *node, const struct schema_key *key)
{
    const struct schema_key *brief = key->brief && node->kind == YAML_LIST ? schema_key_named(key->keys, key->brief) : NULL;
    if (node->kind == YAML_LIST)
        return brief && (brief->type == SCHEMA_TEXTS || brief->type == SCHEMA_ROWS) && key->type == SCHEMA_MAP;
    return node->kind == YAML_SCALAR && key->brief && !schema_nothing(node);
}

const struct yaml *brief_spelled(struct schema *s, const struct yaml *node, const struct schema_key *key)
{
    if (!node || !brief_is(node, key))
        return node;
    if (strcmp(key->brief, "*") != 0)
        return map_of(s, node, renamed(s, node, key->brief));
    struct yaml *map = map_of(s, node, NULL), **tail = &map->child;
    for (const struct schema_key *each = key->keys; each->name; each++, tail = &(*tail)->next)
        *tail = renamed(s, node, each->name);
    return map;
}

const struct yaml *brief_member(struct schema *s, const struct yaml *node)
{
    if (node->kind != YAML_SCALAR || schema_nothing(node))
        return node;
    struct yaml *member = renamed(s, node, node->text);
    member->text = "";
    member->plain = true;
    return map_of(s, node, member);
}

const struct yaml *brief_list(struct schema *s, const struct yaml *node)
{
    return map_of(s, node, renamed(s, node, NULL));
}
