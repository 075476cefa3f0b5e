/* complete: what shells that complete ask for behind `--where`: the expression so far with each word that may stand next. The values are
 * the desk's, where it answers. */
#include "app/complete.h"
#include "base/text.h"
#include "core/when_complete.h"
#include <stdio.h>
#include <string.h>

struct known { struct arena *arena; const struct json *values; };

static const char *const *of(void *arg, const char *field, int *count)
{
    const struct known *k = arg;
    const struct json *list = json_get(k->values, field);
    const char **values = ARENA_ARRAY(k->arena, const char *, json_count(list) + 1);
    *count = 0;
    for (const struct json *v = json_first(list); v; v = json_next(v))
        if (json_string(v))
            values[(*count)++] = json_string(v);
    return values;
}

int complete_where(struct shell *sh, const char *text)
{
    int code = 0;
    struct when_offers offers;
    sh->quiet = true;
    const struct json *root = shell_fetch(sh, "/v1/values", NULL, &code);
    struct known known = {sh->arena, json_get(root, "values")};
    when_complete(sh->arena, text, &(struct when_values){of, &known}, &offers);
    for (int i = 0; i < offers.count; i++)
        printf("%s%s\t%s\n", text_safe_in(sh->arena, arena_strndup(sh->arena, text, offers.from), TEXT_LINE),
               text_safe_in(sh->arena, offers.list[i].text, TEXT_LINE), offers.list[i].detail);
    return 0;
}
