/* json_node: the cells. An event is read, described and journalled as some hundred nodes, so they come from cells that a thread keeps
 * for itself: what malloc takes for a node is more than all the rest. A cell has room behind its node for a short name and a short
 * text, which most are: a member is one piece of memory, not three. cJSON frees through the same hook, which tells a cell from bytes
 * by the head before both. */
#include "base/json_node.h"
#include "base/memory.h"
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_KEPT = 2048, SPARE = 40 };
struct head {
    struct cell *next; /* of those kept */
    unsigned used;     /* bytes of spare */
    bool node;         /* a whole cell; else bytes follow */
};
struct cell {
    struct head head;
    cJSON node;
    char spare[SPARE];
};
static _Thread_local struct { struct cell *first; int count; bool watched, ended; } cells;
static pthread_key_t leaving;

void json_release(void)
{
    for (struct cell *cell; (cell = cells.first); free(cell))
        cells.first = cell->head.next;
    cells.count = 0;
}

static void drop_cells(void *unused)
{
    (void)unused;
    json_release();
    cells.ended = true; /* later destructors of this thread free for good */
}

/* Registers drop_cells for this thread's end. */
static void watch_thread(void)
{
    if (!cells.watched)
        pthread_setspecific(leaving, &leaving);
    cells.watched = true;
}

static void *bytes_new(size_t n)
{
    struct head *head = malloc(offsetof(struct cell, node) + n);
    if (!head)
        return NULL;
    head->node = false;
    return (char *)head + offsetof(struct cell, node);
}

static struct cell *cell_new(void)
{
    struct cell *cell = cells.first;
    if (cell) {
        cells.first = cell->head.next;
        cells.count--;
    } else if (!(cell = malloc(sizeof *cell))) {
        abort();
    }
    cell->head = (struct head){.node = true};
    return cell;
}

/* A node or bytes: what stands before both says which. */
static void any_free(void *ptr)
{
    if (!ptr)
        return;
    struct cell *cell = (struct cell *)((char *)ptr - offsetof(struct cell, node));
    if (!cell->head.node || cells.count >= CELLS_KEPT || cells.ended) {
        free(cell);
        return;
    }
    watch_thread();
    cell->head.next = cells.first;
    cells.first = cell;
    cells.count++;
}

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { WATCHED = true };
#else
enum { WATCHED = false };
#endif

/* Before main, as cJSON's hooks are the process's. A sanitizer is to see each piece for itself. */
__attribute__((constructor)) static void use_cells(void)
{
    cJSON_Hooks hooks = {bytes_new, any_free};
    if (WATCHED)
        return;
    if (pthread_key_create(&leaving, drop_cells) != 0)
        abort();
    cJSON_InitHooks(&hooks);
}

cJSON *json_node_new(int type)
{
    cJSON *node = WATCHED ? memory_must(cJSON_CreateNull()) : &cell_new()->node;
    *node = (cJSON){.type = type};
    return node;
}

/* Where n bytes of a node's text may go; in its cell they are not freed for themselves, as *inside says. */
static char *room_for(cJSON *node, size_t n, bool *inside)
{
    struct head *head = (struct head *)((char *)node - offsetof(struct cell, node));
    *inside = !WATCHED && SPARE - head->used >= n;
    if (!*inside)
        return memory_must(cJSON_malloc(n));
    char *at = ((struct cell *)head)->spare + head->used;
    head->used += (unsigned)n;
    return at;
}

char *json_node_room(cJSON *node, size_t n)
{
    bool inside;
    node->valuestring = room_for(node, n, &inside);
    if (inside)
        node->type |= cJSON_IsReference;
    return node->valuestring;
}

void json_node_text(cJSON *node, const char *text, size_t n)
{
    char *to = json_node_room(node, n + 1);
    memcpy(to, text, n);
    to[n] = 0;
}

void json_node_name(cJSON *node, const char *name, size_t n)
{
    bool inside;
    char *old = node->type & cJSON_StringIsConst ? NULL : node->string;
    node->string = memcpy(room_for(node, n + 1, &inside), name, n + 1);
    node->type = inside ? node->type | cJSON_StringIsConst : node->type & ~cJSON_StringIsConst;
    cJSON_free(old);
}
