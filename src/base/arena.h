/* arena: memory of one unit of work (a request, a batch, a frame, a command). Everything allocated from it goes
 * with one call; nothing in it is freed alone. Not thread-safe: one owner. Out of memory aborts. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stdarg.h>
#include <stddef.h>

struct arena; /* opaque */

struct arena *arena_new(void);
void arena_free(struct arena *arena);  /* NULL is fine */
void arena_reset(struct arena *arena); /* forgets everything, keeps a block of the size that was needed, 1 MiB at most */

/* Zeroed, aligned for any type; never NULL. size 0 gives a unique pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* Copies; NULL gives NULL. */
char *arena_strdup(struct arena *arena, const char *text);
/* Copies n bytes and adds a NUL. */
char *arena_strndup(struct arena *arena, const char *text, size_t n);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
/* Registers fn(ptr) to run when the arena is reset or freed (for a foreign tree whose life is the arena's). */
void arena_defer(struct arena *arena, void (*fn)(void *ptr), void *ptr);
size_t arena_used(const struct arena *arena); /* bytes handed out since the last reset */

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(n)))

static inline void arena_auto(struct arena **arena)
{
    arena_free(*arena);
}
#define AUTO_ARENA __attribute__((cleanup(arena_auto))) struct arena *
#endif
