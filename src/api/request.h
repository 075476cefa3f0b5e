/* request: one question over HTTP and its answer, as the calls see it: the head, the parameters, the body, who asks; and the ways to
 * end it. The server makes it and sends what is answered; it lives in its arena until then. */
#ifndef API_REQUEST_H
#define API_REQUEST_H
#include "api/desk.h"
#include "api/gate.h"
#include "base/json.h"
#include <sys/types.h>

enum side { SIDE_OUTSIDE = 1, SIDE_DESK = 2 };
enum { REQUEST_PARAMS = 2 };
struct request;
struct call {
    const char *method;  /* GET also serves HEAD. NULL: no call; says how what is missing below `path` is refused */
    const char *path;    /* "/v1/tickets/{}/why/{}": a {} matches one segment; a * at the end, whatever follows */
    unsigned sides;
    size_t limit;        /* of the body */
    size_t (*limit_of)(const struct request *req); /* instead of limit, where it depends */
    size_t spool;        /* a body over so many bytes waits in a file, not in memory; 0: never */
    int role;            /* least role, ROLE_NONE: anybody the side lets in */
    bool (*admit)(struct request *req); /* looks at the head, before the body is read; false: it has answered. NULL: all pass */
    void (*refuse)(struct request *req, const struct problem *problem); /* answers a problem in words of its own; NULL: RFC 9457 */
    void (*handle)(struct request *req);
    const char *help;
};
extern const struct call *const call_lists[]; /* NULL-terminated; each list ends with a row without path */

struct request_answer {
    int status;
    const char *type, *body;
    size_t n;
    struct { const char *name, *value; } more[6]; /* headers */
    int more_count;
    bool close, ready;
};

struct request {
    struct desk *desk;
    struct arena *arena;
    const struct config *config;       /* held until the request is done */
    struct classify_model *model;      /* see request_model */
    const struct call *call;
    const struct config_agent *agent;  /* who asks; NULL outside */
    enum side side;
    struct gate_head head;
    const char *path, *param[REQUEST_PARAMS]; /* decoded */
    const char *query;                 /* raw, without '?'; "" if none */
    const char *body;                  /* a NUL follows it */
    size_t body_n;
    int64_t received_at;
    char id[24];                       /* for log and problem */
    struct request_answer answer;      /* what the server will send; filled by the functions below */
    void *own;                         /* the handler's, between park and resume */
};

/* The call that the head asks for, by path and method; false: there is none, refused. And whether who asks by that uid may make it:
 * sets the agent on the desk's side; false: refused. Both are the server's to ask, once. */
bool request_find(struct request *req);
bool request_permit(struct request *req, int64_t uid);

const char *request_header(const struct request *req, const char *name, int *count);
const char *request_query(const struct request *req, const char *name); /* decoded; NULL if absent */
int64_t request_query_i64(const struct request *req, const char *name, int64_t fallback, int64_t min, int64_t max);
/* The classifier in force, the same one until the request is done. */
const struct classify_model *request_model(struct request *req);

/* Exactly one of these ends a request. Body and type must live as long as the request's arena. */
void request_answer(struct request *req, int status, const char *type, const char *body, size_t n);
void request_json(struct request *req, int status, const char *json);
void request_json_tree(struct request *req, int status, struct json *tree); /* frees the tree */
void request_problem(struct request *req, const struct problem *problem);
void request_refuse(struct request *req, enum problem_id id);
void request_fail(struct request *req, const struct err *err);
void request_head(struct request *req, const char *name, const char *value); /* one more header; before the answer */

/* What only the server can do (server.c).
 * The request sleeps until request_wake (any thread), then `resume` runs on its own thread. Park first, then hand the
 * request to whoever will wake it. */
void request_park(struct request *req, void (*resume)(struct request *req));
void request_wake(void *req);
/* Answers without end: pull gives the next bytes, 0 after stream_park, -1 at the end; done frees arg, and must not
 * touch the request. false: too many streams; refused, and arg is still the caller's. */
bool request_stream(struct request *req, ssize_t (*pull)(void *arg, char *buf, size_t max), void (*done)(void *arg), void *arg);
int request_connections(struct request *req); /* of the whole server, now */
int request_socket(const struct request *req); /* the connection's descriptor, to look at */
void stream_park(struct request *req);
void stream_wake(struct request *req);
/* This thread's read-only handle; NULL + err. */
struct store *request_store(struct request *req, struct err *err);
#endif
