/* json_print: a tree as text. Not by cJSON's compact printer: it asks printf for every number and copies its buffer as it grows. What
 * people read (pretty) is cJSON's. */
#include "base/json_node.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

static void print_string(struct str *out, const char *text)
{
    static const char escapes[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    const char *from = text, *p = text;
    str_addc(out, '"');
    for (; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        str_add(out, from, (size_t)(p - from));
        from = p + 1;
        if (c >= 0x20)
            str_add(out, (char[]){'\\', (char)c}, 2);
        else if (escapes[c])
            str_add(out, (char[]){'\\', escapes[c]}, 2);
        else
            str_addf(out, "\\u%04x", c);
    }
    str_add(out, from, (size_t)(p - from));
    str_addc(out, '"');
}

static void print_node(struct str *out, const cJSON *node)
{
    int type = node->type & 0xff;
    if (type == cJSON_String) {
        print_string(out, node->valuestring);
    } else if (type == cJSON_Object || type == cJSON_Array) {
        str_addc(out, type == cJSON_Object ? '{' : '[');
        for (const cJSON *child = node->child; child; child = child->next) {
            if (type == cJSON_Object) {
                print_string(out, child->string);
                str_addc(out, ':');
            }
            print_node(out, child);
            if (child->next)
                str_addc(out, ',');
        }
        str_addc(out, type == cJSON_Object ? '}' : ']');
    } else {
        str_adds(out, type == cJSON_Raw ? node->valuestring : type == cJSON_True ? "true" : type == cJSON_False ? "false" : "null");
    }
}

static void print(const struct json *node, struct str *out)
{
    str_init(out, (size_t)1 << 40);
    str_reserve(out, 1000);
    print_node(out, json_node_of(node));
}

char *json_print(const struct json *node)
{
    struct str out;
    print(node, &out);
    return str_take(&out);
}

char *json_print_in(struct arena *arena, const struct json *node)
{
    AUTO_STR out;
    print(node, &out);
    return arena_strndup(arena, out.data, out.len);
}

char *json_print_pretty(const struct json *node)
{
    char *text = cJSON_Print(json_node_of(node)), *copy = text ? strdup(text) : NULL;
    cJSON_free(text);
    if (!copy)
        abort();
    return copy;
}
