/* say: a journal entry as one plain sentence, for timelines, toasts and the shell. */
#ifndef SCREEN_SAY_H
#define SCREEN_SAY_H
#include "screen/look.h"

struct said {
    const char *tag;  /* the narrow column before it: "label", "sla", "you" */
    const char *text; /* "" = not worth a line */
    enum ui_role role;
};
/* data: the entry's own data (api.md, ENTRY). Texts live in look's arena and are not yet safe. */
struct said say_entry(const struct look *look, const char *kind, const char *actor, const struct json *data);
const char *say_actor(const struct look *look,
                      const char *actor); /* "you", "Ana", "source shop", "the clock" */
#endif
