/* handback: what vendors' write APIs have in common: a reply or an assignment goes back to the system that owns the ticket, as
 * that system's own agent would make it (dialects.md 1.10). Anything but a yes or "later" is final and carries the vendor's own
 * words, for the agent keeps the draft. Pure. */
#ifndef DESTINATION_HANDBACK_H
#define DESTINATION_HANDBACK_H
#include "destination/destination.h"

/* Is it a reply with a text, or an assignment, of a ticket the vendor has an id for, with a key to show? Else ERR_NOT_FOUND
 * (another letter) or ERR_INPUT. */
bool handback_wanted(const struct composing *c, struct err *err);
/* The destination's own base without slashes at the end, else `usual`. */
const char *handback_base(struct arena *arena, const struct composing *c, const char *usual);
/* One segment of a path: all but unreserved characters as %XX (RFC 3986). "." and ".." cannot climb. */
const char *handback_segment(struct arena *arena, const char *text);
/* {name: value} or {name: null}, sent with the bearer key. */
/* A reply's text. These APIs take no files: "1 attachment: console.log 14 kB" stands below it. */
const char *handback_text(struct arena *arena, const struct message *message);
struct delivery handback_request(struct arena *arena, const struct composing *c, const char *method, const char *url, const char *name, const char *value);
/* 2xx is delivered unless the body says no; 429 and 5xx come again, as what may pass does; else dead. error: the vendor's words,
 * NULL = none. id: the reply's id there, noted as memo.remote_id where it is one. */
struct verdict handback_judge(const struct composing *c, const struct reply *reply, bool refused, const char *error, const struct json *id, struct json *memo);
#endif
