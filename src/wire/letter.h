/* letter: a letter as JSON and back, lossless: how the store keeps it. Pure. */
#ifndef WIRE_LETTER_H
#define WIRE_LETTER_H
#include "core/letter.h"

struct json *letter_encode(const struct letter *letter);
/* Everything belongs to arena. false + err (ERR_INTERNAL): it is no letter. */
bool letter_decode(struct arena *arena, const char *text, struct letter *out, struct err *err);
/* The route's part of a redaction; NULL text reads as none. */
struct json *letter_redaction_encode(const struct letter_redaction *how);
bool letter_redaction_decode(struct arena *arena, const char *text, struct letter_redaction *out, struct err *err);
#endif
