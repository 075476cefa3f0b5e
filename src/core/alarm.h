/* alarm: what asks for a page. A hard phrase (the classifier's, at ingest), an agent's `!`, a rule of the configuration once it
 * comes true, a source that says urgent, and a label: an agent's or a rule's at once, a model's when it is sure and has learned
 * enough. Model: spec model.md 3, the table's first row. Pure. */
#ifndef CORE_ALARM_H
#define CORE_ALARM_H
#include "core/consequence.h"

/* Nobody is paged for it, whatever is said: done, merged, spam, deleted. */
bool alarm_silent(const struct ticket *ticket);
/* What in this change asks for a page, in words for whoever is paged; NULL: nothing. */
const char *alarm_reason(const struct follow *f);
#endif
