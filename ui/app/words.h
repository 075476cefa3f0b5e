/* words: a line as words, the way a shell would split it and without one: blanks between, quotes around. */
#ifndef APP_WORDS_H
#define APP_WORDS_H
#include "base/arena.h"

/* At most `most` - 1 words, then NULL; gives their number. What is left over is dropped: look for room first. */
int words_split(struct arena *arena, const char *line, char **words, int most);
#endif
