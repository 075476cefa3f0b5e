/* letter: the one event whose requests the goldens of tests/fixtures/destinations show, as a letter; and the goldens. */
#ifndef SUPPORT_LETTER_H
#define SUPPORT_LETTER_H
#include "destination/destination.h"

/* edge/ingest/rest-pii.json as evt_01HZK4Q3V9T7, received 2026-05-21T14:03:11.512Z by the source `ingest`, labelled critical:
 * as it came in, and with its personal data hidden as the goldens show it. */
const struct letter *letter_raw(struct arena *arena);
const struct letter *letter_golden(struct arena *arena);
/* tests/fixtures/destinations/golden/<name>; JSON without the spaces between its members. */
const char *letter_golden_text(struct arena *arena, const char *name);
const char *letter_golden_json(struct arena *arena, const char *name);
/* What that kind composes of the letter with this memo (JSON text, NULL = nothing noted): fails the test if it does not. */
struct delivery letter_composed(struct arena *arena, const struct config_destination *to, const struct letter *letter, const char *memo);
/* ... its body, parsed; and the first reason why it composes nothing. */
const struct json *letter_body(struct arena *arena, const struct config_destination *to, const struct letter *letter, const char *memo);
enum err_code letter_refused(struct arena *arena, const struct config_destination *to, const struct letter *letter);
/* What it makes of an answer; leaves in *memo (may be NULL) what it noted. */
const char *letter_judged(struct arena *arena, const struct config_destination *to, const struct reply *reply, const char *memo, const struct json **noted);
/* The golden's letter with another title and text, in the same ticket. */
const struct letter *letter_saying(struct arena *arena, const char *title, const char *text);
/* n times that text. */
const char *letter_repeat(struct arena *arena, const char *text, size_t n);
#endif
