/* hub: the ring of recent frames and the readers that wait for more. Publishing is the writer's (and of what no journal knows, presence's); reading is any
 * thread's. A reader that fell off the ring is told to start over. Also keeps the last 32 refused requests (memory only). */
#ifndef WORKER_HUB_H
#define WORKER_HUB_H
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct hub;
struct hub_reader;
struct hub *hub_new(int frames, size_t bytes); /* what the ring holds at most; the newest frame always */
void hub_free(struct hub *hub);  /* every reader has left */
/* The journal's last seq when the daemon starts: what came before is not in the ring. Before the first frame. */
void hub_base(struct hub *hub, int64_t seq);
/* One frame, already in SSE form ("id: 7\nevent: ticket\ndata: {...}\n\n"); seq 0 = without an id. Copies. */
void hub_publish(struct hub *hub, int64_t seq, const char *sse, size_t n, bool leads_only);
/* One that is of this moment alone: whoever joins later is not told, as what it says has been said by then (presence's hello). */
void hub_say(struct hub *hub, const char *sse, size_t n);
/* The same, only that nobody is woken before hub_tell: the frames of one commit are one piece for every reader. agent not "": for
 * the readers of that agent (hub_belongs) alone. */
void hub_add(struct hub *hub, int64_t seq, const char *sse, size_t n, bool leads_only, const char *agent);
void hub_tell(struct hub *hub); /* whoever sleeps and has something to read is woken */
/* The numbers of these agents' own views changed; agents NULL: of all. Before the frame that says so is added. hub_counted: was this
 * reader's agent among them since it was last asked? A reader does not fall asleep before it asked. */
void hub_count(struct hub *hub, const char *const *agents, int count);
bool hub_counted(struct hub_reader *reader);
/* Is anybody reading? With nobody there the writer need not render: it calls hub_skip instead of hub_publish, and whoever
 * asks for what was skipped is told to start over. */
bool hub_listened(struct hub *hub);
void hub_skip(struct hub *hub, int64_t seq);
void hub_wake(struct hub *hub); /* lets every reader look now (heartbeat, stop) */
int64_t hub_seq(struct hub *hub);
struct hub_load { int64_t frames, bytes, readers; }; /* what the ring holds now, and who reads */
struct hub_load hub_load(struct hub *hub);

/* after: the last seq the reader has seen, -1 = only what comes; it may be committed and not published yet. lead: gets
 * leads_only frames. wake(arg) is called (once per sleep, under no lock) when there is something to read after hub_read
 * returned 0. too_old: frames after `after` are gone: the reader starts at what comes. */
struct hub_reader *hub_join(struct hub *hub, int64_t after, bool lead, void (*wake)(void *arg), void *arg, bool *too_old);
/* Whose reader it is; before that nobody's. */
void hub_belongs(struct hub_reader *reader, const char *agent);
/* Copies whole frames, or the next piece of one larger than max. 0 = nothing now: `park` (may be NULL) is called under
 * the hub's lock, and unless it says false the reader is registered as sleeping: its wake comes once there is more.
 * -1 = fell off the ring: the reader goes on with what comes. */
ssize_t hub_read(struct hub_reader *reader, char *buf, size_t max, bool (*park)(void *arg));
/* Waits for a wake that is under way; so never from within wake(). */
void hub_leave(struct hub_reader *reader);

struct hub_refusal { int64_t at; char source[64], slug[32], detail[200], explain[1500]; int status; };
void hub_refuse(struct hub *hub, const struct hub_refusal *refusal);
int hub_refusals(struct hub *hub, struct hub_refusal *list, int max); /* newest first */
uint64_t hub_refused(struct hub *hub);                                /* count since start */
#endif
