/* body: see body.h. */
#include "core/body.h"
#include "base/text.h"
#include <string.h>

enum { LETTERS = 3 };

static uint32_t code_at(const char *p)
{
    return (unsigned char)*p < 0x80 ? (unsigned char)*p : text_next(&p, p + strlen(p));
}

static bool is_word(const char *p)
{
    unsigned char c = (unsigned char)*p;
    return c < 0x80 ? (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') : text_is_word(code_at(p));
}

static const char *next(const char *p)
{
    for (p++; ((unsigned char)*p & 0xC0) == 0x80; p++)
        continue;
    return p;
}

/* Is it written without spaces between words? */
static bool is_joined(const char *p)
{
    static const struct { uint32_t from, to; } scripts[] = {
        {0x0E00, 0x0EFF}, {0x1000, 0x109F}, {0x1780, 0x17FF}, {0x3040, 0x30FF}, {0x3400, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFF}};
    uint32_t code = code_at(p);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (code >= scripts[i].from && code <= scripts[i].to)
            return true;
    return false;
}

static const char *past(const char *p, bool word)
{
    while (*p && is_word(p) == word)
        p = next(p);
    return p;
}

/* Here they stand: letter by letter, and signs where signs are. */
static bool stand_at(const char *text, const char *words)
{
    while (*words) {
        if (is_word(words)) {
            if (*text++ != *words++)
                return false;
            while (((unsigned char)*words & 0xC0) == 0x80)
                if (*text++ != *words++)
                    return false;
            continue;
        }
        words = past(words, false);
        if (*words && is_word(text))
            return false;
        text = past(text, false);
    }
    return true;
}

bool body_holds(const char *text, const char *words)
{
    words = past(words, false);
    bool anywhere = *words && is_joined(words), inside = false;
    for (; *words && *text; text = next(text)) {
        bool word = is_word(text);
        if (word && (!inside || anywhere) && *text == *words && stand_at(text, words))
            return true;
        inside = word;
    }
    return false;
}

bool body_indexed(const char *words)
{
    int letters = 0, most = 0;
    for (const char *p = words; *p; p = next(p)) {
        if (is_joined(p))
            return false;
        letters = is_word(p) ? letters + 1 : 0;
        most = letters > most ? letters : most;
    }
    return most >= LETTERS;
}
