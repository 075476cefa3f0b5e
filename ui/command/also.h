/* also: what people who come from other tools call our commands ("take", "resolve", "exit"), each with the line of ours that it stands for. The
 * palette finds a command by these words, the parser takes them, help names them beside it. Pure. */
#ifndef COMMAND_ALSO_H
#define COMMAND_ALSO_H
#include "base/arena.h"
#include <stddef.h>

struct also {
    const char *word, *line;
};
extern const struct also also_table[]; /* sorted by word; a word is no command's name */
extern const size_t also_count;
const char *also_line(const char *word);                       /* NULL: it stands for nothing */
char *also_words(struct arena *arena, const char *line);       /* that stand for just this line, with blanks between; "" */
#endif
