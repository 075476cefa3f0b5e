/* sequence: see sequence.h. curses knows what terminfo says of TERM; people sit at something that is like it. F3 has no letter here: with a modifier it
 * looks like the report of a cursor's place (CSI 1;2R). */
#include "term/sequence.h"
#include <stdio.h>
#include <string.h>

static const struct { char final; uint32_t code; } letters[] = {
    {'A', K_UP}, {'B', K_DOWN}, {'C', K_RIGHT}, {'D', K_LEFT}, {'H', K_HOME}, {'F', K_END}, {'P', K_F1}, {'Q', K_F2}, {'S', K_F4}};
static const struct { int number; uint32_t code; } numbers[] = {
    {1, K_HOME}, {2, K_INSERT}, {3, K_DELETE}, {4, K_END}, {5, K_PGUP}, {6, K_PGDN}, {7, K_HOME}, {8, K_END}, {11, K_F1}, {12, K_F2}, {13, K_F3}, {14, K_F4},
    {15, K_F5}, {17, K_F6}, {18, K_F7}, {19, K_F8}, {20, K_F9}, {21, K_F10}, {23, K_F11}, {24, K_F12}};

static uint32_t letter(char final)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].final == final)
            return letters[i].code;
    return K_NONE;
}

static uint32_t number(int n)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].number == n)
            return numbers[i].code;
    return K_NONE;
}

/* "1;5": the second number less one is bits: 1 shift, 2 alt, 4 ctrl. */
bool sequence_key(const char *parameters, char final, struct key *key)
{
    int first = 1, second = 1, end = 0;
    bool bare = !*parameters, one = sscanf(parameters, "%3d%n", &first, &end) == 1 && !parameters[end],
         two = !one && sscanf(parameters, "%3d;%3d%n", &first, &second, &end) == 2 && !parameters[end];
    if (strspn(parameters, "0123456789;") != strlen(parameters) || !(bare || one || two) || second < 1 || second > 8)
        return false;
    if (bare && final == 'Z') {
        *key = (struct key){.code = K_TAB, .mods = MOD_SHIFT};
        return true;
    }
    uint32_t code = final == '~' ? number(bare ? 0 : first) : first == 1 ? letter(final) : K_NONE;
    unsigned bits = (unsigned)second - 1;
    if (code != K_NONE)
        *key = (struct key){.code = code, .mods = (bits & 1 ? MOD_SHIFT : 0u) | (bits & 2 ? MOD_ALT : 0u) | (bits & 4 ? MOD_CTRL : 0u)};
    return code != K_NONE;
}

bool sequence_ss3(char final, struct key *key)
{
    uint32_t code = final == 'R' ? K_F3 : letter(final);
    if (code != K_NONE)
        *key = (struct key){.code = code};
    return code != K_NONE;
}
