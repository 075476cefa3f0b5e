/* words: see words.h. Nothing is expanded: no variable, no pattern, no home directory. */
#include "app/words.h"
#include <string.h>

int words_split(struct arena *arena, const char *line, char **words, int most)
{
    int n = 0;
    char *out = arena_strdup(arena, line), *to = out;
    for (const char *at = line; n < most - 1;) {
        at += strspn(at, " \t");
        if (!*at)
            break;
        words[n++] = to;
        for (char quote = 0; *at && (quote || !strchr(" \t", *at)); at++) {
            if (quote ? *at == quote : (*at == '"' || *at == '\''))
                quote = quote ? 0 : *at;
            else
                *to++ = *at;
        }
        at += *at != 0;
        *to++ = 0;
    }
    words[n] = NULL;
    return n;
}
