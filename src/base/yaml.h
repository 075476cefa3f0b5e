/* yaml: a configuration or theme file as a small tree with line and column for every node. The only file that
 * includes libyaml (event API). Refused with line:column and a sentence: aliases, anchors, tags, merge keys, duplicate
 * keys, depth > 16, more than 1 MiB, more than one document. JSON is accepted as a subset. */
#ifndef BASE_YAML_H
#define BASE_YAML_H
#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml {
    enum yaml_kind kind;
    int line, column;          /* 1-based */
    const char *text;          /* scalar */
    bool plain;                /* scalar was not quoted: "" / ~ / null plain = nothing */
    const char *name;          /* set when this node is a map's member */
    struct yaml *child, *next; /* first child; next sibling */
};
/* file is only for messages. Everything belongs to arena. NULL + err (ERR_CONFIG) on a fault. An empty file is an empty
 * map. */
struct yaml *yaml_parse(struct arena *arena, const char *file, const char *text, size_t n, struct err *err);
struct yaml *yaml_load(struct arena *arena, const char *path, struct err *err);
const struct yaml *yaml_get(const struct yaml *map, const char *name); /* NULL if absent */
/* Scalars by type; false + err naming file:line:column when it is of another type. */
bool yaml_int(const struct yaml *node, const char *file, int64_t min, int64_t max, int64_t *value, struct err *err);
bool yaml_bool(const struct yaml *node, const char *file, bool *value, struct err *err); /* true false yes no on off */
#endif
