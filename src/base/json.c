/* json: the tree: thin names over cJSON for what is asked of a document and for making one. Its nodes are json_node's, it is read by
 * json_read and written by json_print. */
#include "base/json_node.h"
#include "base/str.h"
#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void json_free(struct json *node)
{
    cJSON_Delete(json_node_of(node));
}

static void free_kept(void *node)
{
    json_free(node);
}

struct json *json_keep_in(struct arena *arena, struct json *node)
{
    if (node)
        arena_defer(arena, free_kept, node);
    return node;
}

enum json_kind json_kind(const struct json *node)
{
    const cJSON *n = json_node_of(node);
    if (!n)
        return JSON_NULL;
    switch (n->type & 0xff) {
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_Raw:
        return n->valuestring[0] == '{' ? JSON_OBJECT : n->valuestring[0] == '[' ? JSON_ARRAY : JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

bool json_is(const struct json *node, enum json_kind kind)
{
    return node && json_kind(node) == kind;
}

const struct json *json_get(const struct json *object, const char *name)
{
    if (!object || !cJSON_IsObject(json_node_of(object)))
        return NULL;
    for (cJSON *child = json_node_of(object)->child; child; child = child->next)
        if (strcmp(child->string, name) == 0)
            return json_of_node(child);
    return NULL;
}

const struct json *json_path(const struct json *object, const char *dotted)
{
    char name[64];
    while (object && *dotted) {
        size_t n = strcspn(dotted, ".");
        if (n >= sizeof name)
            return NULL;
        memcpy(name, dotted, n);
        name[n] = 0;
        object = json_get(object, name);
        dotted += n + (dotted[n] == '.');
    }
    return object;
}

const struct json *json_first(const struct json *node)
{
    return node && json_node_of(node)->child ? json_of_node(json_node_of(node)->child) : NULL;
}

const struct json *json_next(const struct json *node)
{
    return node && json_node_of(node)->next ? json_of_node(json_node_of(node)->next) : NULL;
}

const char *json_name(const struct json *member)
{
    return member ? json_node_of(member)->string : NULL;
}

size_t json_count(const struct json *node)
{
    size_t n = 0;
    for (const struct json *child = json_first(node); child; child = json_next(child))
        n++;
    return n;
}

static bool same_name(const struct json *a, const struct json *b)
{
    const char *one = json_name(a), *two = json_name(b);
    return one == two || (one && two && strcmp(one, two) == 0);
}

static bool same_leaf(const struct json *a, const struct json *b)
{
    const char *one = json_node_of(a)->valuestring, *two = json_node_of(b)->valuestring;
    bool is = false, other = false;
    if (json_bool(a, &is) && json_bool(b, &other))
        return is == other;
    return one == two || (one && two && strcmp(one, two) == 0);
}

bool json_same(const struct json *a, const struct json *b)
{
    if (!a || !b || json_kind(a) != json_kind(b) || !same_leaf(a, b))
        return a == b;
    for (a = json_first(a), b = json_first(b); a && b && same_name(a, b) && json_same(a, b); a = json_next(a))
        b = json_next(b);
    return !a && !b;
}

const char *json_string(const struct json *node)
{
    return json_is(node, JSON_STRING) ? json_node_of(node)->valuestring : NULL;
}

const char *json_number(const struct json *node)
{
    return node && cJSON_IsRaw(json_node_of(node)) && json_kind(node) == JSON_NUMBER ? json_node_of(node)->valuestring : NULL;
}

bool json_i64(const struct json *node, int64_t *value)
{
    const char *text = json_number(node);
    if (!text)
        return false;
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno || *end)
        return false;
    *value = v;
    return true;
}

bool json_bool(const struct json *node, bool *value)
{
    if (!json_is(node, JSON_BOOL))
        return false;
    *value = cJSON_IsTrue(json_node_of(node));
    return true;
}

const char *json_get_string(const struct json *object, const char *name, const char *fallback)
{
    const char *text = json_string(json_get(object, name));
    return text ? text : fallback;
}

int64_t json_get_i64(const struct json *object, const char *name, int64_t fallback)
{
    json_i64(json_get(object, name), &fallback);
    return fallback;
}

bool json_get_bool(const struct json *object, const char *name, bool fallback)
{
    json_bool(json_get(object, name), &fallback);
    return fallback;
}

struct json *json_object(void)
{
    return json_of_node(json_node_new(cJSON_Object));
}

struct json *json_array(void)
{
    return json_of_node(json_node_new(cJSON_Array));
}

/* What cuts a text may cut a character; JSON that leaves is UTF-8 all the same. */
struct json *json_new_string(const char *text)
{
    if (!text)
        return json_new_null();
    size_t n = strlen(text);
    cJSON *node = json_node_new(cJSON_String);
    char *whole = text_valid(text, n) ? NULL : text_repair(text, n);
    json_node_text(node, whole ? whole : text, whole ? strlen(whole) : n);
    free(whole);
    return json_of_node(node);
}

struct json *json_new_i64(int64_t value)
{
    char text[24];
    size_t n = str_i64(text, value);
    text[n] = 0;
    cJSON *node = json_node_new(cJSON_Raw);
    json_node_text(node, text, n);
    return json_of_node(node);
}

struct json *json_new_bool(bool value)
{
    return json_of_node(json_node_new(value ? cJSON_True : cJSON_False));
}

struct json *json_new_null(void)
{
    return json_of_node(json_node_new(cJSON_NULL));
}

struct json *json_new_raw(const char *json_text)
{
    cJSON *node = json_node_new(json_text ? cJSON_Raw : cJSON_NULL);
    if (json_text)
        json_node_text(node, json_text, strlen(json_text));
    return json_of_node(node);
}

/* cJSON's own would keep pointing into the cells of what it copies. */
static cJSON *copy_of(const cJSON *node)
{
    cJSON *copy = json_node_new(node->type & 0xff);
    if (node->valuestring)
        json_node_text(copy, node->valuestring, strlen(node->valuestring));
    for (const cJSON *child = node->child; child; child = child->next) {
        cJSON *own = copy_of(child);
        if (child->string)
            json_node_name(own, child->string, strlen(child->string));
        json_node_append(copy, own);
    }
    return copy;
}

struct json *json_copy(const struct json *node)
{
    return json_of_node(copy_of(json_node_of(node)));
}

void json_put(struct json *object, const char *name, struct json *child)
{
    json_node_name(json_node_of(child), name, strlen(name));
    json_node_append(json_node_of(object), json_node_of(child));
}

void json_put_string(struct json *object, const char *name, const char *text)
{
    json_put(object, name, json_new_string(text));
}

void json_put_i64(struct json *object, const char *name, int64_t value)
{
    json_put(object, name, json_new_i64(value));
}

void json_put_bool(struct json *object, const char *name, bool value)
{
    json_put(object, name, json_new_bool(value));
}

void json_put_null(struct json *object, const char *name)
{
    json_put(object, name, json_new_null());
}

void json_push(struct json *array, struct json *child)
{
    json_node_append(json_node_of(array), json_node_of(child));
}

void json_drop(struct json *object, const char *name)
{
    cJSON *child = json_node_of(json_get(object, name));
    if (child)
        cJSON_Delete(cJSON_DetachItemViaPointer(json_node_of(object), child));
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(cJSON *const *)a)->string, (*(cJSON *const *)b)->string);
}

void json_sort(struct json *node)
{
    cJSON *parent = json_node_of(node);
    size_t n = json_count(node), i = 0;
    for (cJSON *child = parent->child; child; child = child->next)
        json_sort(json_of_node(child));
    if (n < 2 || !cJSON_IsObject(parent))
        return;
    cJSON **list = malloc(n * sizeof *list);
    if (!list)
        abort();
    for (cJSON *child = parent->child; child; child = child->next)
        list[i++] = child;
    qsort(list, n, sizeof *list, by_name);
    parent->child = NULL;
    for (i = 0; i < n; i++) {
        list[i]->next = list[i]->prev = NULL;
        json_node_append(parent, list[i]);
    }
    free(list);
}
