/* world: the whole product in one thread: an in-memory store, the engine stepped by hand, a clock that is an int. Bodies
 * go in as a dialect would hand them over; what came of it is read from the store. */
#ifndef HARNESS_WORLD_H
#define HARNESS_WORLD_H
#include "dialect/dialect.h"
#include "engine/engine.h"

struct world {
    struct arena *arena; /* lives as long as the world */
    struct engine engine;
    struct classify_model *model; /* labels what is posted */
    int64_t now, hops;   /* hops: triages that the next events came through */
    char *frames;        /* of the last batch: "kind seq data\n"..., with " to AGENT" where it is for one alone */
};
/* config NULL: world_config. Aborts the test on any failure. */
struct world *world_open(const char *config);
/* The same desk on a file, as whoever wrote to it last left it: a new one where there is none. Its clock goes on a minute after the last entry. */
struct world *world_open_at(const char *config, const char *path);
void world_close(struct world *w);
extern const char world_config[]; /* five sources without signatures, three agents: ana, tom, mara (lead) */

/* One body at a door (enum door) of a source; the interpretation's effect word, or duplicate, conflict, quarantine. */
const char *world_post(struct world *w, const char *source, const char *dialect, int door, const char *body, size_t n);
/* An action by an agent; answers the parsed reply (results[0]). arg may be NULL. */
const struct json *world_do(struct world *w, const char *agent, const char *action, int64_t ticket, const char *arg);
const struct json *world_request(struct world *w, const struct do_request *req); /* the same, word for word */
const struct json *world_answer(struct world *w, const struct do_request *req);  /* all of it */
const struct json *world_do_with(struct world *w, const char *agent, const char *action, int64_t ticket, const char *arg, const char *with);
bool world_ok(const struct json *result);              /* the action's result is ok */
struct ticket *world_ticket(struct world *w, int64_t id);
int64_t world_find(struct world *w, const char *account, const char *key); /* 0: none */
void world_wait(struct world *w, int64_t ms);          /* time passes; whatever is due happens when it is due */
void world_receipt(struct world *w, int64_t parcel, int64_t status);
void world_receive(struct world *w, const struct receipt *receipt); /* the same, word for word */
void world_deliver(struct world *w, const struct delivery_request *request); /* replay, resume, ... */
/* The journal replayed into an empty database gives all that is derived from it, row for row; else the test fails with what differs. */
void world_rebuilds(struct world *w);
int world_entries(struct world *w, int64_t ticket, const char *kind);      /* how many */
#endif
