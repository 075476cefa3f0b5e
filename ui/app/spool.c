/* spool: see spool.h. A file is read by its name when its editor is done: many editors write another and rename it. */
#include "app/spool.h"
#include "base/crypto.h"
#include "base/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PREFIX = 80 };

static bool sys(struct err *err, const char *what, const char *path)
{
    return err_set(err, ERR_UNAVAILABLE, "%s %s: %s", what, path, strerror(errno));
}

void spool_desk(const char *socket, const char *agent, char desk[SPOOL_DESK])
{
    char path[4096];
    uint8_t hash[32];
    const char *real = realpath(socket, path) ? path : socket;
    crypto_sha256_parts((const struct crypto_part[]){{real, strlen(real) + 1}, {agent, strlen(agent)}}, 2, hash);
    crypto_hex(hash, (SPOOL_DESK - 1) / 2, desk);
}

/* --- where --- */

/* Ours, and nobody else's. */
static bool is_own(const char *dir)
{
    struct stat is;
    return lstat(dir, &is) == 0 && S_ISDIR(is.st_mode) && is.st_uid == geteuid() && !(is.st_mode & 077);
}

/* Each directory on the way that is not there yet. */
static void make_way(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

/* A restricted account has no HOME in its environment (app/restricted), and a home all the same. */
static const char *own_home(void)
{
    const char *home = getenv("HOME");
    const struct passwd *me = home ? NULL : getpwuid(geteuid());
    return me ? me->pw_dir : home;
}

static bool state_dir(char *dir, size_t size, bool make)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = own_home();
    if (state && *state == '/')
        snprintf(dir, size, "%s/triage", state);
    else if (home && *home == '/')
        snprintf(dir, size, "%s/.local/state/triage", home);
    else
        return false;
    if (make)
        make_way(dir);
    return is_own(dir) && access(dir, W_OK | X_OK) == 0;
}

static void base_dir(char *dir, size_t size, bool make)
{
    const char *run = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");
    if (!state_dir(dir, size, make))
        snprintf(dir, size, "%s", run && *run == '/' ? run : tmp && *tmp == '/' ? tmp : "/tmp");
}

static bool hold(struct spool *s)
{
    s->lock = open(s->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (s->lock >= 0 && flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    spool_leave(s);
    return false;
}

bool spool_make(struct spool *s, const char *desk, struct err *err)
{
    char base[SPOOL_DIR - PREFIX];
    s->lock = -1;
    base_dir(base, sizeof base, true);
    snprintf(s->dir, sizeof s->dir, "%s/triage-%s-XXXXXX", base, desk);
    return (mkdtemp(s->dir) && hold(s)) || sys(err, "making a directory for a text", s->dir);
}

/* --- its files --- */

static bool put(int fd, const char *text, size_t n)
{
    for (ssize_t got; n; text += got, n -= (size_t)got)
        if ((got = write(fd, text, n)) <= 0)
            return false;
    return true;
}

bool spool_put(const struct spool *s, const char *name, const char *const *parts, int count, struct err *err)
{
    static const char part[] = ".part";
    unlinkat(s->lock, part, 0);
    int fd = openat(s->lock, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (int i = 0; ok && i < count; i++)
        ok = put(fd, parts[i], strlen(parts[i]));
    ok = ok && fsync(fd) == 0 && renameat(s->lock, part, s->lock, name) == 0;
    ok = ok || sys(err, "writing into", s->dir);
    if (fd >= 0)
        close(fd);
    return ok;
}

char *spool_get(const struct spool *s, const char *name, size_t max, size_t *n)
{
    struct stat is;
    int fd = openat(s->lock, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char *text = fd >= 0 && fstat(fd, &is) == 0 && S_ISREG(is.st_mode) ? malloc(max + 2) : NULL;
    ssize_t got = 0;
    for (*n = 0; text && *n < max + 1 && (got = read(fd, text + *n, max + 1 - *n)) > 0; *n += (size_t)got)
        ;
    if (fd >= 0)
        close(fd);
    if (got < 0) { /* half of a text is not what was saved */
        free(text);
        return NULL;
    }
    if (text)
        text[*n] = 0;
    return text;
}

void spool_path(const struct spool *s, const char *name, char path[SPOOL_PATH])
{
    snprintf(path, SPOOL_PATH, "%s/%s", s->dir, name);
}

/* --- and their end --- */

void spool_leave(struct spool *s)
{
    if (s->lock >= 0)
        close(s->lock);
    s->lock = -1;
}

void spool_remove(const struct spool *s, const char *name)
{
    unlinkat(s->lock, name, 0);
}

bool spool_drop(struct spool *s, const char *only)
{
    DIR *list = s->lock >= 0 ? opendir(s->dir) : NULL;
    for (const struct dirent *entry; list && (entry = readdir(list));)
        if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..") && (!only || str_eq(entry->d_name, only)))
            unlinkat(dirfd(list), entry->d_name, 0);
    if (list)
        closedir(list);
    bool gone = s->lock >= 0 && rmdir(s->dir) == 0;
    spool_leave(s);
    return gone;
}

void spool_each(const char *desk, spool_take *take, void *arg)
{
    char base[SPOOL_DIR - PREFIX], prefix[PREFIX];
    struct spool s;
    base_dir(base, sizeof base, false);
    snprintf(prefix, sizeof prefix, "triage-%s-", desk);
    DIR *list = opendir(base);
    for (const struct dirent *entry; list && (entry = readdir(list));) {
        if (!str_starts(entry->d_name, prefix) || strlen(entry->d_name) > PREFIX - 2)
            continue;
        snprintf(s.dir, sizeof s.dir, "%s/%.*s", base, PREFIX - 2, entry->d_name);
        if (is_own(s.dir) && hold(&s) && !take(arg, &s))
            spool_leave(&s);
    }
    if (list)
        closedir(list);
}
