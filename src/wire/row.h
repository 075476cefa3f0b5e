/* row: structs as JSON and back, by the field table. What the API shows of a ticket, what a journal entry says changed,
 * and how an observation is kept for refolding. Pure. */
#ifndef WIRE_ROW_H
#define WIRE_ROW_H
#include "core/observe.h"

/* One field's value: text or null, a number (0 times are null), an enum's word or null, tags as an array. */
struct json *row_value(const struct ticket *t, const struct field *f);
/* The reverse; null leaves nothing. false + err: of another kind, or an unknown word. Texts belong to arena. */
bool row_read_value(struct arena *arena, const struct json *value, const struct field *f, struct ticket *t, struct err *err);

/* Every field that is not hidden, clocks[], escalation{}, due_from. masked: PII fields by text_mask. */
struct json *row_ticket(const struct ticket *t, bool masked);
/* What a list shows of it: no clocks, escalation or JSON of the source's, and what is null, false or 0 is left out. */
struct json *row_brief(const struct ticket *t, bool masked);
struct json *row_escalation(const struct escalation *e); /* null where there is none */
/* [[field, old, new], ...] of what differs and is worth saying (FIELD_QUIET left out). */
struct json *row_changes(const struct ticket *before, const struct ticket *after);
struct json *row_message(const struct message *m);
void row_read_message(struct arena *arena, const struct json *row, struct message *m); /* also the compact form of an observation */

/* Lossless: row_read_observation(row_observation(o)) folds exactly as o. */
struct json *row_observation(const struct observation *obs);
bool row_read_observation(struct arena *arena, const struct json *json, struct observation *obs, struct err *err);
#endif
