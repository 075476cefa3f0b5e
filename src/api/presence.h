/* presence: which agent looks at which ticket, and who is writing to the customer, at this moment (console.md, Behaviour 2). A row
 * for each console's stream; in memory only, never in the journal, never asked by a rule: it says, it does not lock. A row ends
 * with its stream, or at the next sweep after the other side is gone. What changes is a frame `presence` of the hub, and with an agent's
 * first stream and after the last a frame `here`. Thread-safe. */
#ifndef API_PRESENCE_H
#define API_PRESENCE_H
#include "base/err.h"
#include "base/json.h"
#include "worker/hub.h"
#include <stdbool.h>
#include <stdint.h>

enum presence_doing { PRESENCE_GONE, PRESENCE_IDLE, PRESENCE_VIEWING, PRESENCE_REPLYING, PRESENCE_DOINGS };
extern const char *const presence_words[]; /* gone idle viewing replying, NULL */

struct presence;
struct presence *presence_new(struct hub *hub); /* the hub outlives it */
void presence_free(struct presence *presence);
/* A console's stream begins; gives the number it is named by. socket: looked at by the sweep, through a descriptor of our own. */
int64_t presence_join(struct presence *presence, const char *agent, int socket);
void presence_leave(struct presence *presence, int64_t stream); /* again, or unknown: nothing happens */
/* What that stream's agent does now; ticket 0 = nothing. false: the stream is not that agent's, or not there (any more). */
bool presence_put(struct presence *presence, int64_t stream, const char *agent, int64_t ticket, int doing);
void presence_sweep(struct presence *presence); /* once a second: whose other side is gone leaves */
bool presence_here(struct presence *presence, const char *agent); /* has a stream open, wherever that looks */
/* [{"stream","agent","ticket","doing"}] of all who look at a ticket. */
struct json *presence_list(struct presence *presence);
#endif
