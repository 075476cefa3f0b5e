/* pg: statements to PostgreSQL servers, many at once on one thread, without waiting anywhere (destinations.md 6). A connection
 * string is checked as a URL is (worker/guard): a Unix socket and this machine need allow_loopback, any other host has to
 * have a public address, the one that was checked is the one connected to, and it is spoken to under TLS only.
 * The only file of src that includes libpq; without it (--without-postgres) pg_start always refuses. */
#ifndef WORKER_PG_H
#define WORKER_PG_H
#include "worker/http.h"

enum { PG_TOTAL_MS = 10000, PG_IDLE_MS = 30000, PG_IDLE = 8, PG_SOCKETS = HTTP_OTHERS };
struct pg;
struct pg *pg_open(struct err *err);
void pg_close(struct pg *pg); /* what is under way is dropped without its done; NULL is fine */
/* Begins an exchange of CARRIER_SQL. The request must stay until done, which pg_run calls exactly once with an answer that
 * lives as long as the call: sqlstate and tag, the server's words as body; no answer is 08006 with its fault. false: the
 * connection string or its address is refused, done will not be called. */
bool pg_start(struct pg *pg, const struct delivery *request, void (*done)(void *arg, const struct http_answer *answer), void *arg, struct err *err);
/* What to wait for: up to `max` sockets (0 = nothing), and at most *timeout_ms, which is lowered if need be. */
int pg_watch(struct pg *pg, struct pollfd *fds, int max, int *timeout_ms);
void pg_run(struct pg *pg); /* moves all exchanges on; never sleeps */
int pg_count(const struct pg *pg); /* exchanges under way */
#endif
