/* door: one libmicrohttpd daemon a socket, which gives each back (MHD_quiesce_daemon) before it stops. */
#include "api/door.h"
#include "base/clock.h"
#include "base/str.h"
#include "wire/problem.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_S = 15, GUESTS = 256, AGAIN_S = 5 };

struct post {
    struct door *door;
    enum side side;
    struct MHD_Daemon *daemon;
};
struct door {
    struct post posts[SERVER_SOCKETS];
    int count;
    int64_t since; /* clock_mono */
    pthread_mutex_t lock;
    char why[200]; /* under the lock */
};

/* The desk's people are told why; outside it is nobody's business. */
static struct problem problem_at(const struct post *post, struct arena *arena)
{
    struct door *door = post->door;
    struct err *err = ARENA_NEW(arena, struct err); /* a problem's detail is its text */
    err_set(err, ERR_UNAVAILABLE, "The desk is not open yet.");
    struct problem problem = problem_of_err(err);
    problem.retry_after = AGAIN_S;
    problem.hint = "";
    if (post->side != SIDE_DESK)
        return problem;
    pthread_mutex_lock(&door->lock);
    problem.detail = arena_printf(arena, "%s, %lld s so far", door->why, (long long)(clock_mono() - door->since) / 1000);
    pthread_mutex_unlock(&door->lock);
    problem.hint = "it opens by itself; the daemon's log says how far it is";
    return problem;
}

static enum MHD_Result answer(const struct post *post, struct MHD_Connection *guest)
{
    AUTO_ARENA arena = arena_new();
    struct problem problem = problem_at(post, arena);
    const char *body = problem_print(arena, &problem);
    struct MHD_Response *r = MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/problem+json");
    MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, arena_printf(arena, "%d", problem.retry_after));
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result told = MHD_queue_response(guest, (unsigned)problem.status, r);
    MHD_destroy_response(r);
    return told;
}

/* What is asked changes nothing; a body is read past first, so that whoever sends it hears the answer. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *guest, const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **heard)
{
    (void)url, (void)method, (void)version, (void)upload;
    if (!*heard || *upload_size) {
        *heard = cls;
        *upload_size = 0;
        return MHD_YES;
    }
    return answer(cls, guest);
}

static bool post_open(struct post *post, int fd, struct err *err)
{
    post->daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, post,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)GUESTS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)PATIENCE_S,
        MHD_OPTION_END);
    return post->daemon || err_set(err, ERR_INTERNAL, "starting what stands at the door: the HTTP library does not start");
}

struct door *door_open(const struct server_socket *sockets, int count, struct err *err)
{
    struct door *door = calloc(1, sizeof *door);
    if (!door)
        abort();
    door->since = clock_mono();
    pthread_mutex_init(&door->lock, NULL);
    for (int i = 0; i < count && i < SERVER_SOCKETS; i++) {
        door->posts[i] = (struct post){.door = door, .side = sockets[i].side};
        if (!post_open(&door->posts[i], sockets[i].fd, err)) {
            door_close(door);
            return NULL;
        }
        door->count++;
    }
    return door;
}

void door_say(struct door *door, const char *why)
{
    pthread_mutex_lock(&door->lock);
    str_copy(door->why, sizeof door->why, why);
    pthread_mutex_unlock(&door->lock);
}

void door_close(struct door *door)
{
    if (!door)
        return;
    for (int i = 0; i < door->count; i++) {
        MHD_quiesce_daemon(door->posts[i].daemon);
        MHD_stop_daemon(door->posts[i].daemon);
    }
    pthread_mutex_destroy(&door->lock);
    free(door);
}
