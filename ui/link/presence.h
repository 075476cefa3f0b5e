/* presence: who else looks at what, as the stream tells. What was known belongs to one stream: the next begins anew. Pure. */
#ifndef LINK_PRESENCE_H
#define LINK_PRESENCE_H
#include "base/json.h"

enum { PRESENCE_MAX = 512 };
/* A console that looks at a ticket. */
struct mirror_present {
    int64_t stream, ticket;
    bool replying;
    char agent[64];
};

struct presence {
    struct mirror_present list[PRESENCE_MAX];
    int count;
    int64_t stream; /* our own one's number, 0 = none */
};
/* A stream begins. true: it is not the first, what the last did not tell may be missing. */
bool presence_hello(struct presence *presence, const struct json *data);
/* One console goes to a ticket, or (0) leaves. false: there are too many to keep. */
bool presence_read(struct presence *presence, const struct json *data);
/* Another console of that agent is at the ticket. */
bool presence_twice(const struct presence *presence, int64_t ticket, const char *agent);
/* The next other agent at a ticket: who writes to the customer first; after NULL, the first. NULL: nobody (else). */
const struct mirror_present *presence_at(const struct presence *presence, int64_t ticket, const char *me, const struct mirror_present *after);
#endif
