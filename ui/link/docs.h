/* docs: GET answers kept as they came, an arena each. One that says what stands already is no news: the one that stands stays, and with
 * it whatever was drawn of it. Pure. */
#ifndef LINK_DOCS_H
#define LINK_DOCS_H
#include "base/json.h"

/* A GET answer kept as it came; screens read it with json_get. root NULL = never fetched. */
struct mirror_doc {
    struct arena *arena;
    const struct json *root;
    int64_t at;     /* when it came (the daemon's clock) */
    int64_t ticket; /* of the ticket documents */
    int64_t number; /* no other document ever had it: whoever keeps what it drew of one goes by this. 0 = never fetched */
};
enum mirror_doc_id {
    MIRROR_TICKET,
    MIRROR_WHY,
    MIRROR_ESCALATIONS,
    MIRROR_PAGED, /* those that page me, and those I took */
    MIRROR_SCORES,
    MIRROR_EVENTS,
    MIRROR_EVENT,
    MIRROR_REFUSALS,
    MIRROR_SOURCES,
    MIRROR_STATS,
    MIRROR_VALUES, /* what fields hold */
    MIRROR_AUDIT, /* what people did, newest first */
    MIRROR_DRAFTS, /* my texts, and those handed to the team */
    MIRROR_PARCELS, /* the newest */
    MIRROR_WAITING, /* those that will be tried again */
    MIRROR_DEAD,
    MIRROR_PARCEL,
    MIRROR_DESTINATIONS,
    MIRROR_LABELS,
    MIRROR_SIMILAR,
    MIRROR_CUSTOMER,
    MIRROR_ARTICLES,
    MIRROR_ARTICLE,
    MIRROR_MACROS,
    MIRROR_ONCALL,
    MIRROR_AGENTS,
    MIRROR_OUTLIERS, /* leads: how often tickets come back, how soon one is closed after another */
    MIRROR_HANDOVER,
    MIRROR_SELF, /* the daemon of itself */
    MIRROR_DOCS
};
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
