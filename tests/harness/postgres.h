/* postgres: a real PostgreSQL server for the length of a test: a cluster of its own in a temporary directory, on a Unix socket
 * and a loopback port, there with TLS too (cert.pem in its directory signs itself, for "localhost"); run as the user `postgres` where the test is root. Its superuser is "boss"; over TCP a password is asked. */
#ifndef HARNESS_POSTGRES_H
#define HARNESS_POSTGRES_H
#include "base/arena.h"

struct postgres;
/* NULL: no server is installed; anything else that goes wrong fails the test. */
struct postgres *postgres_open(void);
void postgres_close(struct postgres *postgres); /* NULL is fine */
void postgres_sql(struct postgres *postgres, const char *sql); /* fails the test on an error */
char *postgres_value(struct postgres *postgres, struct arena *arena, const char *sql); /* of the first row; NULL = null or none */
const char *postgres_directory(const struct postgres *postgres); /* the socket is in it */
int postgres_port(const struct postgres *postgres);
void postgres_kill(struct postgres *postgres); /* the whole server at once, as when its machine dies */
#endif
