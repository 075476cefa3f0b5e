/* arena: a chain of blocks, the newest first. Blocks double up to 1 MiB, so a large unit of work costs few mallocs
 * and a small one costs one. Under the address sanitizer what is not handed out is poisoned, with a gap behind each piece, so that
 * one byte too far, or a piece used after a reset, is found as it would be on the heap. */
#include "base/arena.h"
#include "base/memory.h"
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WATCHED
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined WATCHED
#include <sanitizer/asan_interface.h>
#define GAP alignof(max_align_t)
#else
#define GAP 0
#define ASAN_POISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#endif

enum { FIRST = 8 << 10, KEPT = 64 << 10, LARGEST = 1 << 20 };

struct block {
    struct block *next;
    size_t size, used;
    alignas(max_align_t) char data[];
};
struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *ptr;
};
struct arena {
    struct block *blocks;
    struct deferred *deferred;
    size_t used;
};

static struct block *block_new(struct block *next, size_t size)
{
    struct block *block = memory_must(malloc(sizeof *block + size));
    *block = (struct block){.next = next, .size = size};
    ASAN_POISON_MEMORY_REGION(block->data, size);
    return block;
}

static void block_free(struct block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
    free(block);
}

struct arena *arena_new(void)
{
    struct arena *arena = memory_must(calloc(1, sizeof *arena));
    arena->blocks = block_new(NULL, FIRST);
    return arena;
}

static void run_deferred(struct arena *arena)
{
    struct deferred *list = arena->deferred;
    arena->deferred = NULL;
    for (; list; list = list->next)
        list->fn(list->ptr);
}

/* A block that one large unit of work needed is not kept through many small ones. */
static bool worth_keeping(const struct block *block, size_t used)
{
    return block->size <= KEPT || (block->size <= LARGEST && used >= block->size / 4);
}

void arena_reset(struct arena *arena)
{
    run_deferred(arena);
    /* The newest block is the largest of the usual sizes: keep that one, unless something huge made it. */
    struct block *keep = arena->blocks;
    for (struct block *block = keep->next, *next; block; block = next) {
        next = block->next;
        if (keep->size > LARGEST) {
            struct block *swap = keep;
            keep = block;
            block = swap;
        }
        block_free(block);
    }
    if (!worth_keeping(keep, arena->used)) {
        block_free(keep);
        keep = block_new(NULL, FIRST);
    }
    keep->next = NULL;
    arena->blocks = keep;
    arena->blocks->used = 0;
    arena->used = 0;
    ASAN_POISON_MEMORY_REGION(keep->data, keep->size);
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    arena_reset(arena);
    block_free(arena->blocks);
    free(arena);
}

static void *take(struct arena *arena, size_t size)
{
    size_t align = alignof(max_align_t), asked = size;
    if (size > (size_t)1 << 40)
        memory_must(NULL);
    size = (size + align - 1) / align * align + GAP;
    if (size == 0)
        size = align;
    struct block *block = arena->blocks;
    if (block->size - block->used < size) {
        size_t want = block->size * 2 < LARGEST ? block->size * 2 : LARGEST;
        block = arena->blocks = block_new(block, want > size ? want : size);
    }
    void *ptr = block->data + block->used;
    block->used += size;
    arena->used += size;
    ASAN_UNPOISON_MEMORY_REGION(ptr, asked);
    return ptr;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
    char *copy = take(arena, n + 1);
    if (n)
        memcpy(copy, text, n);
    copy[n] = 0;
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

/* Mostly the text fits into what is left of the block (always a multiple of the alignment): then it is formatted once. */
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
    va_list again;
    struct block *block = arena->blocks;
    size_t room = block->size - block->used;
    char *rest = block->data + block->used;
    va_copy(again, ap);
    ASAN_UNPOISON_MEMORY_REGION(rest, room);
    int n = vsnprintf(rest, room, fmt, ap);
    ASAN_POISON_MEMORY_REGION(rest, room);
    char *text = take(arena, n < 0 ? 1 : (size_t)n + 1);
    if (n < 0)
        *text = 0;
    else if (text != rest)
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text = arena_vprintf(arena, fmt, ap);
    va_end(ap);
    return text;
}

void arena_defer(struct arena *arena, void (*fn)(void *ptr), void *ptr)
{
    struct deferred *item = arena_alloc(arena, sizeof *item);
    *item = (struct deferred){arena->deferred, fn, ptr};
    arena->deferred = item;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
