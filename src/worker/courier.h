/* courier: the one thread that speaks outward. The writer hands it a parcel that was committed as flying; it composes the
 * letter, carries it, judges the answer and posts a receipt to the writer's mailbox. It reads the files a reply brings, and never the database: a parcel
 * whose receipt did not arrive is found flying at the next start and goes out again with the same id.
 *
 * Order of life: courier_open, writer_open (send = courier_send, send_arg = the courier), courier_start; and at the end
 * courier_stop, writer_close, courier_close. */
#ifndef WORKER_COURIER_H
#define WORKER_COURIER_H
#include "worker/http.h"
#include "worker/pace.h"
#include "worker/writer.h"

enum { COURIER_PER_DESTINATION = 2, COURIER_TOTAL = 32, COURIER_WAITING = 4096, COURIER_DRAIN_MS = 3000, COURIER_LATER_MS = 60000 };
struct courier_options {
    struct http_options http;
    int drain_ms; /* how long courier_stop waits for exchanges under way; 0 = COURIER_DRAIN_MS */
    int waiting;  /* parcels kept in memory; more are told to come back later; 0 = COURIER_WAITING */
    const char *db; /* the database's path: a reply's files lie beside it; NULL: there are none */
    int refusals; /* where a kind counts them: so many, and the account is left alone; 0 = the kind's own number */
};
/* What is known of a destination since the start: for people. */
struct courier_health {
    char name[80];
    struct pace_health pace;
    int flying, waiting;
};
struct courier;
/* Any thread; gives how many. */
int courier_health(struct courier *courier, struct courier_health *list, int max);
struct courier *courier_open(const struct courier_options *options, struct err *err);
/* Copies and returns at once; never fails. Any thread; nothing leaves before courier_start. */
void courier_send(void *courier, const struct outgoing *out);
bool courier_start(struct courier *courier, struct writer *writer, struct err *err);
/* Begins nothing new, lets what is under way end, posts the last receipts, ends the thread. NULL is fine. */
void courier_stop(struct courier *courier);
void courier_close(struct courier *courier); /* after the writer is closed; NULL is fine */
#endif
