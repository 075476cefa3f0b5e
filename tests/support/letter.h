/* letter: the one event whose requests the goldens of tests/fixtures/destinations show, as a letter; and the goldens. */
#ifndef SUPPORT_LETTER_H
#define SUPPORT_LETTER_H
#include "core/letter.h"

/* edge/ingest/rest-pii.json as evt_01HZK4Q3V9T7, received 2026-05-21T14:03:11.512Z by the source `ingest`, labelled critical:
 * as it came in, and with its personal data hidden as the goldens show it. */
const struct letter *letter_raw(struct arena *arena);
const struct letter *letter_golden(struct arena *arena);
/* tests/fixtures/destinations/golden/<name>; JSON without the spaces between its members. */
const char *letter_golden_text(struct arena *arena, const char *name);
const char *letter_golden_json(struct arena *arena, const char *name);
#endif
