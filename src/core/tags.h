/* tags: the words of a ticket, a JSON array as text, and what may be said of them. ["a","b"]: these are they then. Where the first begins
 * with + or -: what begins with - is taken from those there are, all else is put to them, each once. */
#ifndef CORE_TAGS_H
#define CORE_TAGS_H
#include "base/arena.h"
#include "base/err.h"

enum { TAGS_MOST = 32, TAG_BYTES = 64 };
/* What stands in a line, "a, b" or "+a -b", as such an array. */
char *tags_read(struct arena *arena, const char *words);
/* The array after that was said, from what was (NULL: none); "[]" for none left. NULL + err: no array of 1 to 64 bytes each, or too many. */
char *tags_after(struct arena *arena, const char *was, const char *said, struct err *err);
#endif
