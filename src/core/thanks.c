/* thanks: each word is one that thanks, one that goes along with thanks, or at most two names. What is quoted below the text
 * and the signature after it are not read. */
#include "core/thanks.h"
#include <ctype.h>
#include <string.h>

enum { WORDS_MOST = 16, WORD_MOST = 24, NAMES_MOST = 2 };

static const char *const thanking[] = {"thanks", "thank",  "thankyou", "thx",      "ty",     "tysm",     "cheers",  "danke",   "dank",
                                       "merci",  "gracias", "obrigado", "obrigada", "grazie", "bedankt", "dziękuję", "dzięki"};
static const char *const along[] = {
    "you",  "u",     "so",   "very", "much", "many", "a",     "lot",  "again", "for",      "the",     "your",   "help", "quick", "fast",     "reply",
    "it",   "it's",  "its",  "that", "this", "now",  "works", "work", "great", "perfect",  "awesome", "all",    "good", "fine",  "solved",   "resolved",
    "fixed", "i",    "and",  "is",   "have", "nice", "day",   "best", "kind",  "regards",  "super",   "vielen", "vielmals", "schön", "sehr", "viel",
    "die",  "hilfe", "ihre", "jetzt", "alles", "gut", "klappt", "funktioniert", "beaucoup", "muchas", "mil",  "por", "tudo", "muito", "mille", "molte",
    "pour", "votre", "aide", "su",   "ayuda", "ok",  "okay",  "yes"};

static bool listed(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}
#define LISTED(list, word) listed(list, sizeof(list) / sizeof *(list), word)

/* The next word in lower case (ASCII), without what stands around it; NULL: there is none. */
static const char *next_word(const char **at, const char *end, char word[WORD_MOST], bool *name)
{
    const char *from = *at;
    while (from < end && !isalnum((unsigned char)*from) && (unsigned char)*from < 0x80)
        from++;
    const char *to = from;
    while (to < end && (isalnum((unsigned char)*to) || *to == '\'' || (unsigned char)*to >= 0x80))
        to++;
    *at = to;
    if (to == from)
        return NULL;
    size_t n = (size_t)(to - from) < WORD_MOST - 1 ? (size_t)(to - from) : WORD_MOST - 1;
    *name = isupper((unsigned char)*from);
    for (size_t i = 0; i < n; i++)
        word[i] = (char)tolower((unsigned char)from[i]);
    word[n] = 0;
    return word;
}

/* Where the customer's own words end: at a signature or a quotation. */
static const char *end_of(const char *text)
{
    static const char *const marks[] = {"\n--", "\n>", "\r\n>", "\n__"};
    const char *end = text + strlen(text);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *at = strstr(text, marks[i]);
        end = at && at < end ? at : end;
    }
    return end;
}

bool thanks_only(const char *text)
{
    char word[WORD_MOST];
    int words = 0, names = 0;
    bool thanks = false, name;
    const char *end = text ? end_of(text) : NULL;
    if (!text || memchr(text, '?', (size_t)(end - text)))
        return false;
    for (const char *at = text; next_word(&at, end, word, &name);) {
        bool thank = LISTED(thanking, word);
        thanks |= thank;
        if (++words > WORDS_MOST || (!thank && !LISTED(along, word) && (!name || words == 1 || ++names > NAMES_MOST)))
            return false;
    }
    return thanks;
}
