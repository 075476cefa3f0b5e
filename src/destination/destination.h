/* destination: what leaves and what an answer to it means (destinations.md). A destination composes a letter into one
 * request, purely: the same letter gives the same body on every attempt, only the signature's time is fresh. Then it
 * judges the reply. The courier carries; it knows none of the formats. */
#ifndef DESTINATION_DESTINATION_H
#define DESTINATION_DESTINATION_H
#include "base/arena.h"
#include "base/err.h"
#include "core/retry.h"
#include <stddef.h>
#include <stdint.h>

/* What is to be said, and where. */
struct letter {
    int64_t parcel, ticket, at; /* at: when it was written, ms */
    const char *url, *secret;   /* secret: "whsec_" + base64, or the raw key; NULL or "" = unsigned */
    const char *account, *key, *source_id; /* the ticket's, as its source knows it */
    const char *message_id, *author, *body;
};
enum { DELIVERY_HEADERS = 8 };
struct delivery {
    const char *url;
    struct delivery_header { const char *name, *value; } headers[DELIVERY_HEADERS];
    int header_count;
    const char *body;
    size_t body_n;
};
/* status 0: no answer came. retry_after: the header's text or NULL. */
struct reply { int64_t status; const char *retry_after; };

struct destination {
    const char *name;
    /* Everything belongs to arena. ERR_INPUT: nothing that can be sent can be made of this letter. */
    bool (*compose)(struct arena *arena, const struct letter *letter, int64_t now, struct delivery *out, struct err *err);
    struct verdict (*judge)(const struct reply *reply, int64_t now);
};
extern const struct destination destination_webhook;

/* Retry-After: seconds (a fraction is rounded up) or one of the three dates of HTTP. ms to wait; 0 for what is absent,
 * unreadable, negative or past. */
int64_t destination_retry_after(const char *text, int64_t now);
/* Looks a header up; NULL if the request has none of that name. For tests and for logs. */
const char *destination_header(const struct delivery *request, const char *name);
#endif
