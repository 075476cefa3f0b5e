/* tags: the words of a ticket, a JSON array as text, and what may be said of them. ["a","-b"]: these are they then, whatever they begin with.
 * {"add":["a"],"take":["b"]}: what is to be taken is taken from those there are, then the others are put to them, each once; a member may be missing. */
#ifndef CORE_TAGS_H
#define CORE_TAGS_H
#include "base/arena.h"
#include "base/err.h"

enum { TAGS_MOST = 32, TAG_BYTES = 64 };
/* What stands in a line as one of the two: "a, b" are the tags, and where the first word has a sign, "+a -b", all say what changes.
 * A word in quotes, a JSON string, is a tag as it stands: "\"feature request\", \"+1\"" are two, and +"+1" puts one. */
char *tags_read(struct arena *arena, const char *line);
/* The line that tags_read reads as this array; "" for none. */
char *tags_line(struct arena *arena, const char *tags);
/* The array after that was said, from what was (NULL: none); "[]" for none left. NULL + err: neither of the two, a tag not of 1 to 64 bytes, or too many. */
char *tags_after(struct arena *arena, const char *was, const char *said, struct err *err);
#endif
