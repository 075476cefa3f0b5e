/* key: spelling. One table of names serves reading and writing. */
#include "term/key.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    uint32_t code;
    const char *name; /* the first of several spellings is the one written */
} names[] = {
    {K_ENTER, "Enter"}, {K_ENTER, "Return"}, {K_TAB, "Tab"}, {K_ESC, "Esc"}, {K_ESC, "Escape"}, {K_BACKSPACE, "Backspace"},
    {K_DELETE, "Delete"}, {K_DELETE, "Del"}, {K_INSERT, "Insert"}, {K_UP, "Up"}, {K_DOWN, "Down"}, {K_LEFT, "Left"},
    {K_RIGHT, "Right"}, {K_HOME, "Home"}, {K_END, "End"}, {K_PGUP, "PgUp"}, {K_PGUP, "PageUp"}, {K_PGDN, "PgDn"},
    {K_PGDN, "PageDown"}, {K_F1, "F1"}, {K_F2, "F2"}, {K_F3, "F3"}, {K_F4, "F4"}, {K_F5, "F5"}, {K_F6, "F6"},
    {K_F7, "F7"}, {K_F8, "F8"}, {K_F9, "F9"}, {K_F10, "F10"}, {K_F11, "F11"}, {K_F12, "F12"}, {' ', "Space"},
    {'<', "Less"},
};
static const struct {
    unsigned mod;
    char letter;
} mods[] = {{MOD_CTRL, 'C'}, {MOD_ALT, 'M'}, {MOD_SHIFT, 'S'}};

bool key_equal(const struct key *a, const struct key *b)
{
    return a->code == b->code && a->mods == b->mods;
}

bool key_is(const struct key *key, uint32_t code)
{
    return key->code == code && !key->mods;
}

bool key_ctrl(const struct key *key, char letter)
{
    return key->code == (unsigned char)letter && key->mods == MOD_CTRL;
}

bool key_types(const struct key *key)
{
    return !key->mods && key->code >= 0x20 && key->code != 0x7f && key->code < K_FIRST;
}

static uint32_t named(const char *text, size_t n)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == n && strncasecmp(names[i].name, text, n) == 0)
            return names[i].code;
    return K_NONE;
}

/* "C-" "M-" "S-" before something: takes them off. */
static unsigned take_mods(const char **p)
{
    unsigned taken = 0;
    for (size_t i = 0; i < 3; i++)
        if ((*p)[0] == mods[i].letter && (*p)[1] == '-' && (*p)[2]) {
            taken |= mods[i].mod;
            *p += 2;
            i = (size_t)-1;
        }
    return taken;
}

/* One key of a sequence, or NULL; gives where the next begins. `whole`: a bare name may stand here. */
static const char *take(const char *p, bool whole, struct key *key)
{
    *key = (struct key){.mods = take_mods(&p)};
    const char *close = *p == '<' ? strchr(p, '>') : NULL;
    if (close && close > p + 1) {
        const char *inside = p + 1;
        key->mods |= take_mods(&inside);
        key->code = named(inside, (size_t)(close - inside));
        return key->code ? close + 1 : NULL;
    }
    if (whole && (key->code = named(p, strlen(p))))
        return p + strlen(p);
    const char *end = p + strlen(p);
    key->code = text_next(&p, end);
    bool good = key->code > 0x20 && key->code != 0x7f && key->code != 0xfffd;
    if (good && key->mods & MOD_SHIFT) /* S- with a letter would be another letter */
        return NULL;
    return good ? p : NULL;
}

bool keys_parse(const char *text, struct keys *keys)
{
    struct keys made = {0};
    for (const char *p = text; *p;) {
        if (made.count == KEYS_MOST || !(p = take(p, p == text, &made.key[made.count])))
            return false;
        made.count++;
    }
    if (made.count)
        *keys = made;
    return made.count > 0;
}

static const char *name_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == code)
            return names[i].name;
    return NULL;
}

void key_format(const struct key *key, char out[KEY_NAME])
{
    const char *name = name_of(key->code);
    char bytes[5] = "";
    size_t n = 0;
    for (size_t i = 0; i < 3; i++)
        if (key->mods & mods[i].mod)
            n += (size_t)snprintf(out + n, KEY_NAME - n, "%c-", mods[i].letter);
    if (!name && key->code < K_FIRST)
        text_encode(key->code, bytes);
    snprintf(out + n, KEY_NAME - n, "%s", name ? name : bytes);
}

void keys_format(const struct keys *keys, char out[KEYS_NAME])
{
    char one[KEY_NAME];
    size_t n = 0;
    out[0] = 0;
    for (int i = 0; i < keys->count && n < KEYS_NAME; i++) {
        key_format(&keys->key[i], one);
        bool bracket = keys->count > 1 && name_of(keys->key[i].code);
        n += (size_t)snprintf(out + n, KEYS_NAME - n, bracket ? "<%s>" : "%s", one);
    }
}
