/* envelope: what goes wrong in Ripio's ticket API, as that API says it: {code, type, detail, status}, byte for byte where the vendor shows
 * it (dialects.md 4.2). Refusals are counted for the source, and logged now and then; never a body. */
#ifndef API_ENVELOPE_H
#define API_ENVELOPE_H
#include "api/request.h"

enum envelope_row { ENVELOPE_PARSE_ERROR, ENVELOPE_NOT_AUTHENTICATED, ENVELOPE_NOT_ENABLED, ENVELOPE_NOT_FOUND };

/* A refusal with that code; source NULL: nobody's that we know. */
void envelope_note(struct request *req, const struct config_source *source, int code);
void envelope_answer(struct request *req, enum envelope_row row);
/* Noted and answered; both give false. errors: {field: [texts]}, taken. */
bool envelope_refuse(struct request *req, const struct config_source *source, enum envelope_row row);
bool envelope_fields(struct request *req, const struct config_source *source, struct json *errors);
/* Any of our own problems: the `refuse` of a call. */
void envelope_problem(struct request *req, const struct problem *problem);
#endif
