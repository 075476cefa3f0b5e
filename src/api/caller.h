/* caller: which source is speaking, and is it really? By the path's name, by a token, or by whoever's secret fits. The
 * same work is done whether or not a source exists. Reads no body as JSON: that comes after. */
#ifndef API_CALLER_H
#define API_CALLER_H
#include "api/request.h"
#include "dialect/signature.h"

enum { CALLER_SOURCES = 16 };
struct caller {
    const struct config_source *source;      /* NULL: unknown */
    const struct config_source *fits[CALLER_SOURCES]; /* /in: every source one of whose secrets fits */
    int fit_count;
    struct signature_result signature;
    bool signed_by;                          /* a signature was checked */
    bool accepted;
    enum problem_id why;                     /* not accepted */
};
void caller_by_name(struct request *req, const char *name, struct caller *out);
void caller_by_secret(struct request *req, struct caller *out); /* /in */
void caller_by_bearer(struct request *req, struct caller *out); /* /v1/ingest */
/* /whk/<token>; *known: false where no source has this token. */
void caller_by_token(struct request *req, const char *token, struct caller *out, bool *known);
/* Of the sources that fit, the one for a body of this dialect (NULL: not known). A body never selects its own secret. */
void caller_settle(struct caller *caller, const char *dialect);
/* Plain steps of what was looked for and found, for the last refused requests. */
void caller_explain(struct request *req, const struct caller *caller, struct str *out);
#endif
