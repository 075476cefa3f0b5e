/* begin: see begin.h. A line that is pasted bears blanks in front of it, and the one that is long goes on in the next. */
#include "screen/begin.h"
#include "base/str.h"
#include <string.h>

/* A word of a shell, whatever is in it. */
static const char *quoted(struct arena *arena, const char *text)
{
    AUTO_STR out;
    str_init(&out, 2 * strlen(text) + 64);
    if (text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+,:@%")] == 0)
        return text;
    str_addc(&out, '\'');
    for (const char *end; *(end = strchrnul(text, '\'')); text = end + 1)
        str_addf(&out, "%.*s'\\''", (int)(end - text), text);
    str_adds(&out, text);
    str_addc(&out, '\'');
    return arena_strdup(arena, out.data);
}

const char *begin_source(struct arena *arena, const char *file, bool may)
{
    if (!may)
        return arena_printf(arena, "no source is configured, so no ticket can come. Whoever runs this desk writes one under `sources:` in\n%s", file);
    return arena_printf(arena,
                        "no source is configured, so no ticket can come. Paste this into a shell:\n"
                        "printf '%%s\\n' '' 'sources:' '- {name: shop, dialect: rbs, auth: none}' \\\n"
                        ">> %s\n"
                        "triage reload\n"
                        "(auth: none believes whoever reaches its socket; for others secrets: [...] stands there. triage sources then lists it.)",
                        quoted(arena, file));
}

const char *begin_post(struct arena *arena, const char *door, const char *source)
{
    return arena_printf(arena, "curl --unix-socket %s http://desk/in/%s -d @event.json", quoted(arena, door), source);
}
