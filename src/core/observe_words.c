/* observe_words: the words of an observation's enums, as journals and events have them. */
#include "core/observe.h"
#include <string.h>

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

static const char *const kind_words[] = {"none", "create", "assign", "update", "message", "register",
                                         "register_failed", "resolve", "close", "delete", "refer"};
static const char *const author_words[] = {"", "customer", "agent", "bot", "system"};
static const char *const origin_words[] = {"", "description", "history", "reply", "ai", "note"};

static const char *word_of(const char *const *words, int count, int value)
{
    return value >= 0 && value < count ? words[value] : "";
}

static int value_of(const char *const *words, int count, const char *word)
{
    for (int i = 0; word && i < count; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

const char *kind_word(int kind)
{
    return word_of(kind_words, COUNT(kind_words), kind);
}

int kind_value(const char *word)
{
    return value_of(kind_words, COUNT(kind_words), word);
}

int64_t kind_rank(int kind)
{
    static const int64_t ranks[] = {[KIND_NONE] = 2, [KIND_CREATE] = 0, [KIND_ASSIGN] = 1, [KIND_UPDATE] = 2,
                                    [KIND_MESSAGE] = 2, [KIND_REGISTER] = 2, [KIND_REGISTER_FAILED] = 2,
                                    [KIND_RESOLVE] = 3, [KIND_CLOSE] = 3, [KIND_DELETE] = 4, [KIND_REFER] = 2};
    return kind >= 0 && kind < COUNT(ranks) ? ranks[kind] : 2;
}

const char *author_word(int author)
{
    return word_of(author_words, COUNT(author_words), author);
}

int author_value(const char *word)
{
    return value_of(author_words, COUNT(author_words), word);
}

const char *origin_word(int origin)
{
    return word_of(origin_words, COUNT(origin_words), origin);
}

int origin_value(const char *word)
{
    return value_of(origin_words, COUNT(origin_words), word);
}
