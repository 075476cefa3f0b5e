/* courier: the one thread that speaks outward. The writer hands it a parcel that was committed as flying; it composes the
 * letter, carries it, judges the answer and posts a receipt to the writer's mailbox. It never reads the database: a parcel
 * whose receipt did not arrive is found flying at the next start and goes out again with the same id.
 *
 * Order of life: courier_open, writer_open (send = courier_send, send_arg = the courier), courier_start; and at the end
 * courier_stop, writer_close, courier_close. */
#ifndef WORKER_COURIER_H
#define WORKER_COURIER_H
#include "worker/http.h"
#include "worker/writer.h"

enum { COURIER_PER_DESTINATION = 2, COURIER_TOTAL = 32, COURIER_WAITING = 2000, COURIER_DRAIN_MS = 3000, COURIER_LATER_MS = 60000 };
struct courier_options {
    struct http_options http;
    int drain_ms; /* how long courier_stop waits for exchanges under way; 0 = COURIER_DRAIN_MS */
    int waiting;  /* parcels kept in memory; more are told to come back later; 0 = COURIER_WAITING */
};
struct courier;
struct courier *courier_open(const struct courier_options *options, struct err *err);
/* Copies and returns at once; never fails. Any thread; nothing leaves before courier_start. */
void courier_send(void *courier, const struct outgoing *out);
bool courier_start(struct courier *courier, struct writer *writer, struct err *err);
/* Begins nothing new, lets what is under way end, posts the last receipts, ends the thread. NULL is fine. */
void courier_stop(struct courier *courier);
void courier_close(struct courier *courier); /* after the writer is closed; NULL is fine */
#endif
