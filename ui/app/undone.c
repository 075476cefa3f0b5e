/* undone: see undone.h. */
#include "app/undone.h"
#include "base/str.h"
#include <string.h>

static const char *key_of(struct console *c, const char *action)
{
    const struct binding *b = keymap_find(c->keymap, console_screen(c), action);
    return b ? b->spelled : arena_printf(c->frame, ":%s", action);
}

static const char *what_next(struct console *c, const char *action, const char *next)
{
    return next ? arena_printf(c->frame, ". %s again: %s", key_of(c, action), next) : arena_printf(c->frame, "; nothing more to %s", action);
}

/* What a reply said is not gone with it. */
static const char *draft_again(struct console *c, const char *action, const char *did)
{
    bool is = strcmp(action, "undo") == 0 && str_starts(did, "reply of #");
    return is ? arena_printf(c->frame, ", your draft again: %s goes on with it", key_of(c, "reply")) : "";
}

bool undone_say(struct console *c, const char *action, const struct json *answer)
{
    const char *did = json_get_string(answer, "did", NULL), *next = json_get_string(answer, "next", NULL), *why = "";
    bool redo = strcmp(action, "redo") == 0;
    int good = 0, stay = 0;
    if (!did)
        return false;
    held_undone(&c->held, action, did, next);
    for (const struct json *r = json_first(json_get(answer, "results")); r; r = json_next(r)) {
        bool ok = json_get_bool(r, "ok", false);
        why = ok || stay ? why : json_get_string(json_get(r, "error"), "detail", "");
        good += ok;
        stay += !ok;
    }
    if (!good)
        console_toast(c, UI_ERROR, "%s%s", why, what_next(c, action, next));
    else if (stay)
        console_toast(c, UI_WARN, "%s: %s, but %d of them stay%s: %s%s", redo ? "Redone" : "Undone", did, stay, stay == 1 ? "s" : "", why,
                      what_next(c, action, next));
    else
        console_toast(c, UI_TOAST, "%s: %s%s%s", redo ? "Redone" : "Undone", did, draft_again(c, action, did), what_next(c, action, next));
    return true;
}
