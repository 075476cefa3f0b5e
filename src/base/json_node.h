/* json_node: what a tree is made of, for json's own files (json: the tree, json_read, json_print); everybody else reads json.h.
 * A node is cJSON's, and cJSON_Delete ends it; it lies in a cell that its thread keeps for the next one. */
#ifndef BASE_JSON_NODE_H
#define BASE_JSON_NODE_H
#include "base/json.h"
#include <cjson/cJSON.h>

/* An empty node of a cJSON type. Out of memory aborts, here and below. */
cJSON *json_node_new(int type);
/* Room for n bytes of a new node's text, its valuestring from now on; the caller writes them, with a NUL behind the text. */
char *json_node_room(cJSON *node, size_t n);
/* A new node's text: n bytes, copied. */
void json_node_text(cJSON *node, const char *text, size_t n);
/* Its name in an object, copied: n bytes and the NUL behind them. One that it had is freed. */
void json_node_name(cJSON *node, const char *name, size_t n);

/* The last child from now on: the parent's own. */
static inline void json_node_append(cJSON *parent, cJSON *child)
{
    cJSON *first = parent->child;
    if (!first) {
        parent->child = child;
        child->prev = child;
    } else {
        child->prev = first->prev;
        first->prev->next = child;
        first->prev = child;
    }
}

static inline cJSON *json_node_of(const struct json *node)
{
    return (cJSON *)(uintptr_t)node;
}

static inline struct json *json_of_node(cJSON *node)
{
    return (struct json *)node;
}
#endif
