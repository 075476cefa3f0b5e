/* sort: the API's words for it, once. How rows compare by each is rows.c's. */
#include "link/sort.h"
#include <string.h>

static const char *const words[MIRROR_SORTS] = {[MIRROR_BY_DUE] = "due", [MIRROR_BY_AGE] = "age", [MIRROR_BY_UPDATED] = "updated",
                                                [MIRROR_BY_URGENCY] = "urgency", [MIRROR_BY_PRIORITY] = "priority"};

const char *sort_word(int by)
{
    return by >= 0 && by < MIRROR_SORTS ? words[by] : "";
}

int sort_find(const char *word)
{
    for (int i = 0; i < MIRROR_SORTS; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}
