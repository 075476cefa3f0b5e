/* lookup: the block belongs to two, the asker and the thread; who leaves last frees it. */
#include "worker/lookup.h"
#include "base/str.h"
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lookup {
    pthread_mutex_t lock;
    char host[256];
    int wake;
    bool over, left; /* the thread's part is done; the asker is gone */
    struct sockaddr_storage list[LOOKUP_ADDRESSES];
    int count;
};

static void lookup_free(struct lookup *l)
{
    pthread_mutex_destroy(&l->lock);
    close(l->wake);
    free(l);
}

static int ask(const char *host, struct sockaddr_storage *list)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    int n = 0;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return 0;
    for (struct addrinfo *a = found; a && n < LOOKUP_ADDRESSES; a = a->ai_next)
        if (a->ai_addrlen <= sizeof *list)
            memcpy(&list[n++], a->ai_addr, a->ai_addrlen);
    freeaddrinfo(found);
    return n;
}

static void *run(void *arg)
{
    struct lookup *l = arg;
    struct sockaddr_storage list[LOOKUP_ADDRESSES] = {0};
    int count = ask(l->host, list);
    pthread_mutex_lock(&l->lock);
    bool left = l->left;
    memcpy(l->list, list, sizeof list);
    l->count = count;
    l->over = true;
    if (!left && write(l->wake, "", 1) < 0)
        l->over = true; /* the pipe is full of such bytes: the asker will look anyway */
    pthread_mutex_unlock(&l->lock);
    if (left)
        lookup_free(l);
    return NULL;
}

static bool start_thread(struct lookup *l)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&thread, NULL, run, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (ok)
        pthread_detach(thread);
    return ok;
}

struct lookup *lookup_start(const char *host, int wake)
{
    struct lookup *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    pthread_mutex_init(&l->lock, NULL);
    l->wake = fcntl(wake, F_DUPFD_CLOEXEC, 0);
    if (l->wake >= 0 && str_copy(l->host, sizeof l->host, host) && start_thread(l))
        return l;
    lookup_free(l);
    return NULL;
}

bool lookup_is_over(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    bool over = l->over;
    pthread_mutex_unlock(&l->lock);
    return over;
}

int lookup_addresses(const struct lookup *l, const struct sockaddr_storage **list)
{
    *list = l->list;
    return l->count;
}

void lookup_close(struct lookup *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->left = true;
    bool over = l->over;
    pthread_mutex_unlock(&l->lock);
    if (over)
        lookup_free(l);
}
