/* dice: chance that can be repeated. The same seed throws the same numbers for ever, on every machine. Pure. */
#ifndef DEMO_DICE_H
#define DEMO_DICE_H
#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

struct dice { uint64_t state; };
void dice_init(struct dice *dice, uint64_t seed);
uint64_t dice_throw(struct dice *dice);
int64_t dice_between(struct dice *dice, int64_t least, int64_t most); /* both may come */
bool dice_chance(struct dice *dice, int percent);
void dice_shuffle(struct dice *dice, int *list, int count);
const char *dice_uuid(struct dice *dice, struct arena *arena);
const char *dice_word(struct dice *dice, struct arena *arena, const char *prefix, int length); /* base-36 */
#endif
