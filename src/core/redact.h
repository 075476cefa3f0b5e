/* redact: personal data and secrets found in free text by pattern, context and checksum (dialects.md 6.2, destinations.md 0,
 * dependencies.md 1.2), and hidden. Entities: enum redact_entity of core/config.h. Patterns are compiled once a process
 * (redact_open, before any thread); everything else is pure and may run on any thread. */
#ifndef CORE_REDACT_H
#define CORE_REDACT_H
#include "base/arena.h"
#include "base/err.h"
#include "core/config.h"

bool redact_open(struct err *err); /* idempotent; from main, before threads start */
void redact_close(void);

struct redact_span { size_t from, to; int entity; /* bytes; enum redact_entity */ };
/* The spans of PII in text, in order, never overlapping (the longer, then the surer, wins). *limit: some pattern was too
 * costly on this text; hide it whole. Spans belong to arena. */
void redact_find(struct arena *arena, const char *text, size_t n, struct redact_span **spans, int *count, bool *limit);
/* The text with every entity hidden as its mode says: "[email]" (MASK), "[email:3f2a9c01]" (HASH: 8 hex of HMAC-SHA256 with
 * salt), nothing (DROP). UNSET counts as RAW. Returns text itself where nothing is to hide. Over a limit: "[redacted]".
 * Idempotent: what it leaves behind is found by none of its patterns. NULL gives NULL. */
const char *redact_text(struct arena *arena, const char *text, const struct config_redact *how, const char *salt);
/* The same for the value of a member: its name is context as words before it are ("customerPhone", "order_id"), and is
 * not itself part of the result. NULL name: redact_text. */
const char *redact_member(struct arena *arena, const char *name, const char *text, const struct config_redact *how, const char *salt);
/* All entities masked. */
extern const struct config_redact redact_all;
#endif
