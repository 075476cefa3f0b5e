/* client: HTTP/1.1 over a Unix socket, as bare as tests need it: whole requests, raw bytes, and a stream's frames.
 * A failure of the connection itself fails the test, unless said otherwise. */
#ifndef HARNESS_CLIENT_H
#define HARNESS_CLIENT_H
#include "base/arena.h"
#include "base/json.h"

struct client;
struct client *client_open(const char *socket_path); /* or a port's number, on 127.0.0.1 */
void client_close(struct client *client); /* NULL is fine */

struct answer {
    int status;        /* 0: closed without an answer */
    char *head, *body; /* in the client's arena, until the next request */
    size_t body_n;
    bool closed;       /* the connection ended after it */
    struct json *json; /* of the body, NULL if it is none; in the arena too */
};
/* headers: "Name: value\r\n..." or NULL. body NULL: none. Opens the connection again where it was closed. */
struct answer client_ask(struct client *client, const char *method, const char *path, const char *headers, const char *body, size_t n);
struct answer client_get(struct client *client, const char *path);
struct answer client_post(struct client *client, const char *path, const char *json);
const char *answer_header(const struct client *client, const struct answer *answer, const char *name); /* NULL if absent */

/* Bytes as they are; then read one answer. */
void client_send(struct client *client, const void *bytes, size_t n);
struct answer client_read(struct client *client, int timeout_ms);
struct arena *client_arena(struct client *client);

/* GET of a stream; then its frames one by one. */
void client_stream(struct client *client, const char *path, const char *headers);
struct frame_read { char id[32], event[32], *data; bool comment, ended; };
/* The next frame; event "" after timeout_ms without one. */
struct frame_read client_frame(struct client *client, int timeout_ms);
/* Frames are read until one of this event comes; fails the test after timeout_ms. */
struct frame_read client_wait(struct client *client, const char *event, int timeout_ms);
#endif
