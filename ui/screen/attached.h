/* attached: a message's files as lines below it: "attachment 1: console.log 14 kB", "attachment: page.png at cdn.example.com". Those with
 * a number lie with the daemon (`triage attachment`); a link is named and never followed. */
#ifndef SCREEN_ATTACHED_H
#define SCREEN_ATTACHED_H
#include "base/json.h"

/* Of a message as a timeline's line has it; NULL where it has none. Not yet safe. */
const char *attached_lines(struct arena *arena, const struct json *message);
const char *attached_say(struct arena *arena, const struct json *row); /* "console.log 14 kB" */
#endif
