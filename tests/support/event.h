/* event: fixture events decoded as if they had come in, and a desk of a few lines that keeps what they say: enough of
 * a store to test dialects and fold against the tables of tests/fixtures/events. */
#ifndef SUPPORT_EVENT_H
#define SUPPORT_EVENT_H
#include "dialect/dialect.h"

enum { EVENT_COLUMNS = 23 };
extern const int64_t event_now; /* 2027-01-01: no fixture lies in the future */

struct event_case {
    const struct dialect *dialect;
    int door;
    const char *body;
    size_t body_n;
    const struct json *root;
    struct json_notes notes;
    struct interpretation *list;
    int count;
    bool accepted; /* what decode returned */
};
/* `endpoint` as in the manifest's column dialect: rbs ... ingest-rest ingest-whk ingest-out. */
void event_endpoint(const char *endpoint, const struct dialect **dialect, int *door);
void event_decode(struct arena *arena, const char *endpoint, const char *body, size_t n, int64_t received_at, struct event_case *out);
void event_fixture(struct arena *arena, const char *endpoint, const char *file, int64_t received_at, struct event_case *out);

/* A desk: tickets by key, each with its observations. */
struct event_ticket {
    const char *key;
    struct observation list[32];
    int count;
    struct ticket now; /* folded as events came: on top, or again from the start */
};
struct event_desk {
    struct arena *arena;
    struct event_ticket tickets[16];
    int ticket_count, received;
    struct { const char *key; uint8_t hash[32]; } seen[64];
    int seen_count;
};
/* The outcome's word: the effect, duplicate or conflict. */
const char *event_take(struct event_desk *desk, const struct interpretation *i);
struct event_ticket *event_find(struct event_desk *desk, const char *key); /* NULL if there is none */
/* All observations sorted by v and folded from nothing. */
struct ticket event_refold(const struct event_ticket *t);
int event_messages(const struct event_ticket *t); /* of the conversation, by id */
/* The first field in which they differ, NULL if none. */
const char *event_differs(const struct ticket *a, const struct ticket *b);
#endif
