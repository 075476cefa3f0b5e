/* docs: GET answers kept as they came, an arena each. One that says what stands already is no news: the one that stands stays, and with
 * it whatever was drawn of it. Pure. */
#ifndef LINK_DOCS_H
#define LINK_DOCS_H
#include "link/mirror.h"

struct docs {
    struct mirror_doc list[MIRROR_DOCS];
    bool amended[MIRROR_DOCS]; /* something else was told of what it says since it came: the same again is news */
    int64_t number;            /* of the last that was news */
};
/* *news: it says something that the one before did not. How far the desk was when it was read, an answer's seq, is none. */
bool docs_put(struct docs *docs, enum mirror_doc_id id, int64_t ticket, const char *json, size_t n, int64_t now, bool *news, struct err *err);
void docs_drop(struct docs *docs, enum mirror_doc_id id);
void docs_amend(struct docs *docs, enum mirror_doc_id id);
void docs_fini(struct docs *docs);
#endif
