/* event: one event of the raw journal to read: what became of it and why, as it came, its headers, and what it was read as. */
#ifndef SCREEN_EVENT_H
#define SCREEN_EVENT_H
#include "screen/look.h"
#include "widget/pager.h"

/* event: of GET /v1/events/ID; NULL tells nothing. */
void event_read(const struct look *look, struct pager *pager, const struct json *event);
bool event_is_aside(const struct json *event); /* kept aside: in quarantine */
bool event_is_erased(const struct json *event); /* it was kept aside, and what it said went for good */
/* Why that one was, and what can be done about it. */
void event_why_aside(const struct look *look, struct pager *pager, const struct json *event);
/* Its note and what was noted while it was read, each once, in the arena. */
const char *event_notes(const struct look *look, const struct json *event);
#endif
