/* file: the few habits around whole files: one written to a descriptor, those of a directory read. */
#ifndef BASE_FILE_H
#define BASE_FILE_H
#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

bool file_write(int fd, const void *data, size_t n); /* all of it; false: errno says why */
struct file_text { const char *name, *text; size_t n; }; /* a NUL follows the text */
/* The regular files of a directory whose names end so and do not begin with a dot, by name. One over max bytes, more than `most`,
 * or one that cannot be read is an error (CONFIG), for nothing is left out silently. */
bool file_list(struct arena *arena, const char *dir, const char *suffix, int most, size_t max, struct file_text **list, int *count, struct err *err);
#endif
