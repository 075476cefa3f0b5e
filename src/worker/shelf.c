/* shelf: a list of jobs and the thread behind it. A file is written under another name, synced, renamed, and its directory
 * synced: a name of 64 hex digits always holds the bytes it says. */
#include "worker/shelf.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "store/store.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEX = 64, SWEEP_S = 600 };
static const char draft[] = "draft"; /* one thread writes: one is enough */

struct shelf {
    char *path, *db;
    int dir; /* of the files; -1: there is none yet */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct shelf_job *first, **last;
    time_t sweep_at;
    bool stopping, joined;
};

static bool sys(struct err *err, const char *what)
{
    return err_set(err, errno == ENOSPC || errno == EDQUOT ? ERR_NO_SPACE : ERR_STORAGE, "%s a message's file: %s", what, strerror(errno));
}

static char *directory(struct arena *arena, const char *db)
{
    return arena_printf(arena, "%s/files", dirname(arena_strdup(arena, db)));
}

char *shelf_path(struct arena *arena, const char *db, const uint8_t sha256[32])
{
    char hex[HEX + 1];
    crypto_hex(sha256, 32, hex);
    return arena_printf(arena, "%s/%s", directory(arena, db), hex);
}

/* --- reading --- */

static bool read_all(int fd, char *to, size_t n)
{
    for (ssize_t got; n; to += got, n -= (size_t)got)
        if ((got = read(fd, to, n)) <= 0)
            return false;
    return true;
}

bool shelf_read(struct arena *arena, const char *db, const uint8_t sha256[32], size_t n, const char **data, struct err *err)
{
    uint8_t sum[32];
    char *bytes = arena_alloc(arena, n + 1);
    int fd = open(shelf_path(arena, db, sha256), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sys(err, "opening");
    bool whole = read_all(fd, bytes, n);
    close(fd);
    crypto_sha256(bytes, n, sum);
    if (!whole || !crypto_equal(sum, sha256, sizeof sum))
        return err_set(err, ERR_STORAGE, "a message's file is not what it was");
    *data = bytes;
    return true;
}

/* --- writing --- */

/* One that is put here again is as young as if it were new: a sweep leaves it alone until it is listed. */
static bool have(struct shelf *s, const char *name, size_t n)
{
    struct stat st;
    return fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_size == (off_t)n &&
           utimensat(s->dir, name, NULL, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool put(struct shelf *s, const char *name, const struct shelf_file *f, struct err *err)
{
    int fd = openat(s->dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return sys(err, "making");
    bool ok = (file_write(fd, f->data, f->n) && fsync(fd) == 0) || sys(err, "writing");
    close(fd);
    if (!ok)
        unlinkat(s->dir, draft, 0); /* on a full disk others need the room */
    return ok && (renameat(s->dir, draft, s->dir, name) == 0 || sys(err, "naming"));
}

/* The directory comes with the first file. Its own name is synced too. */
static bool have_directory(struct shelf *s, bool make, struct err *err)
{
    if (s->dir >= 0)
        return true;
    if (make && mkdir(s->path, 0700) < 0 && errno != EEXIST)
        return sys(err, "making the directory of");
    s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (s->dir < 0)
        return (!make && errno == ENOENT) || sys(err, "opening the directory of");
    int above = openat(s->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = above >= 0 && fsync(above) == 0;
    if (above >= 0)
        close(above);
    return ok || sys(err, "syncing the directory of");
}

/* --- sweeping --- */

/* A draft, or a file that nothing lists: its request was never accepted, or what brought it is gone. */
static bool left_over(struct store *store, const char *name, struct err *err)
{
    uint8_t sum[32];
    int64_t size;
    bool listed = true;
    if (strcmp(name, draft) == 0)
        return true;
    return strlen(name) == HEX && crypto_unhex(name, sizeof sum, sum) && store_file_get(store, sum, &size, &listed, err) && !listed;
}

static bool is_older(const struct shelf *s, const char *name, int64_t seconds)
{
    struct stat st;
    return !seconds || (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && time(NULL) - st.st_mtime >= seconds);
}

static bool sweep(struct shelf *s, int64_t older, struct err *err)
{
    if (s->dir < 0)
        return true;
    struct store *store = store_open(s->db, STORE_READER, err);
    int copy = store ? fcntl(s->dir, F_DUPFD_CLOEXEC, 0) : -1, gone = 0;
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    for (struct dirent *d; list && err->code == ERR_NONE && (d = readdir(list));)
        if (is_older(s, d->d_name, older) && left_over(store, d->d_name, err))
            gone += unlinkat(s->dir, d->d_name, 0) == 0;
    if (gone)
        log_line(LOG_INFO, "files_cleared", "count=%d", gone);
    if (list)
        closedir(list);
    store_close(store);
    return err->code == ERR_NONE && (list || sys(err, "looking for"));
}

static bool run(struct shelf *s, struct shelf_job *job, struct err *err)
{
    if (job->sweep)
        return sweep(s, job->sweep, err);
    if (job->whole.data)
        crypto_sha256(job->whole.data, job->whole.n, job->whole.sha256);
    if (!have_directory(s, true, err))
        return false;
    for (int i = 0; i < job->count; i++) {
        struct shelf_file *f = &job->files[i];
        char name[HEX + 1];
        crypto_sha256(f->data, f->n, f->sha256);
        crypto_hex(f->sha256, sizeof f->sha256, name);
        if (!have(s, name, f->n) && !put(s, name, f, err))
            return false;
    }
    return fsync(s->dir) == 0 || sys(err, "syncing the directory of");
}

/* Until a job comes, or it is time to sweep. The lock is held, but while it is swept. */
static void wait_for_some(struct shelf *s)
{
    struct timespec until = {.tv_sec = s->sweep_at};
    struct err err = {0};
    if (time(NULL) < s->sweep_at) {
        pthread_cond_timedwait(&s->some, &s->lock, &until);
        return;
    }
    s->sweep_at = time(NULL) + SWEEP_S;
    pthread_mutex_unlock(&s->lock);
    if (!sweep(s, SWEEP_S, &err))
        log_line(LOG_ERROR, "file_failed", "detail=\"%s\"", err.text);
    pthread_mutex_lock(&s->lock);
}

static void *loop(void *arg)
{
    struct shelf *s = arg;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->first && !s->stopping)
            wait_for_some(s);
        struct shelf_job *job = s->first;
        if (!job)
            break;
        s->first = job->next;
        s->last = s->first ? s->last : &s->first;
        pthread_mutex_unlock(&s->lock);
        job->ok = run(s, job, &job->err);
        if (!job->ok)
            log_line(LOG_ERROR, "file_failed", "detail=\"%s\"", job->err.text);
        job->wake(job->wake_arg); /* the job may be gone now */
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* --- life --- */

struct shelf *shelf_open(const char *db, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    struct shelf *s = calloc(1, sizeof *s);
    if (!s || !(s->path = strdup(directory(arena, db))) || !(s->db = strdup(db)))
        abort();
    s->dir = -1;
    s->joined = true;
    s->last = &s->first;
    s->sweep_at = time(NULL) + SWEEP_S;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->some, NULL);
    if (have_directory(s, false, err) && sweep(s, 0, err) &&
        (pthread_create(&s->thread, NULL, loop, s) == 0 || err_set(err, ERR_INTERNAL, "starting the shelf's thread"))) {
        s->joined = false;
        return s;
    }
    shelf_free(s);
    return NULL;
}

bool shelf_post(struct shelf *s, struct shelf_job *job, struct err *err)
{
    job->next = NULL;
    job->ok = false;
    job->err = (struct err){0};
    pthread_mutex_lock(&s->lock);
    bool taken = !s->stopping;
    if (taken) {
        *s->last = job;
        s->last = &job->next;
        pthread_cond_signal(&s->some);
    }
    pthread_mutex_unlock(&s->lock);
    return taken || err_set(err, ERR_UNAVAILABLE, "the daemon is stopping");
}

void shelf_close(struct shelf *s)
{
    if (!s || s->joined)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->some);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    s->joined = true;
}

void shelf_free(struct shelf *s)
{
    if (!s)
        return;
    shelf_close(s);
    if (s->dir >= 0)
        close(s->dir);
    free(s->path);
    free(s->db);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->some);
    free(s);
}
