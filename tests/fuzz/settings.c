/* settings: any bytes as a theme and as a key file, and what was read used once. */
#include "term/keymap.h"
#include "term/theme.h"
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    struct theme theme;
    struct err err = {0};
    if (theme_parse(&theme, "fuzz", (const char *)data, n, &err))
        for (unsigned i = 0; i < UI_ROLES; i++) {
            theme_256(&theme, theme.styles[i].fg);
            theme_16(theme.styles[i].bg, true);
        }
    else if (err.code != ERR_CONFIG || !err.text[0])
        abort();
    struct keymap *map = keymap_new(arena);
    if (!keymap_parse(map, "fuzz", (const char *)data, n, NULL, &err))
        return 0;
    for (const struct binding **b = keymap_list(map, arena, "*", NULL); *b; b++) {
        struct keys again, pending = {0};
        const struct binding *found = NULL;
        if (!keys_parse((*b)->spelled, &again) || again.count != (*b)->keys.count)
            abort(); /* what is written can be read */
        for (int i = 0; i < again.count; i++)
            if (keymap_press(map, "*", &pending, &again.key[i], &found) == KEYMAP_NONE && again.key[0].code != K_ESC)
                abort(); /* what is listed can be reached */
    }
    return 0;
}
