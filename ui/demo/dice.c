/* dice: SplitMix64, small and the same everywhere. Nothing here guards a secret. */
#include "demo/dice.h"
#include <string.h>

void dice_init(struct dice *dice, uint64_t seed)
{
    dice->state = seed;
}

uint64_t dice_throw(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int64_t dice_between(struct dice *dice, int64_t least, int64_t most)
{
    return least + (int64_t)(dice_throw(dice) % (uint64_t)(most - least + 1));
}

bool dice_chance(struct dice *dice, int percent)
{
    return dice_between(dice, 1, 100) <= percent;
}

void dice_shuffle(struct dice *dice, int *list, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int j = (int)dice_between(dice, 0, i), kept = list[i];
        list[i] = list[j];
        list[j] = kept;
    }
}

const char *dice_uuid(struct dice *dice, struct arena *arena)
{
    uint64_t a = dice_throw(dice), b = dice_throw(dice);
    return arena_printf(arena, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
                        (unsigned)(a & 0xfff), (unsigned)(0x8000 | (b >> 48 & 0x3fff)), (unsigned long long)(b & 0xffffffffffff));
}

const char *dice_word(struct dice *dice, struct arena *arena, const char *prefix, int length)
{
    size_t n = strlen(prefix);
    char *word = arena_alloc(arena, n + (size_t)length + 1);
    memcpy(word, prefix, n);
    for (int i = 0; i < length; i++)
        word[n + (size_t)i] = "0123456789abcdefghijklmnopqrstuvwxyz"[dice_between(dice, 0, 35)];
    return word;
}
