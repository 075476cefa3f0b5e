/* mask: what consoles are shown: the desk's own rows with personal data and secrets hidden as its configuration says
 * (`mask`). What is stored stays whole; only the answer to a reveal carries it. Pure; trees are the caller's. */
#ifndef WIRE_MASK_H
#define WIRE_MASK_H
#include "core/config.h"
#include "core/observe.h"

struct mask {
    const struct config *config; /* agents' names are never hidden: consoles compare them */
    const char *salt;            /* of the desk: for modes that hash */
};
/* name: of the member the text is the value of, NULL = none; it counts as context ("phone", "order_id"). */
const char *mask_text(struct arena *arena, const struct mask *mask, const char *name, const char *text);
/* A copy in which every text, and every number that is a find, is hidden. NULL gives NULL. */
struct json *mask_json(struct arena *arena, const struct mask *mask, const struct json *node);
struct json *mask_ticket(struct arena *arena, const struct mask *mask, const struct ticket *t);     /* row_ticket; its address and telephone by text_mask */
struct json *mask_brief(struct arena *arena, const struct mask *mask, const struct ticket *t);      /* row_brief, likewise */
struct json *mask_message(struct arena *arena, const struct mask *mask, const struct message *m);   /* row_message */
#endif
