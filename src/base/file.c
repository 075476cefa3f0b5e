/* file: see file.h. */
#include "base/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_write(int fd, const void *data, size_t n)
{
    const char *at = data;
    while (n > 0) {
        ssize_t put = write(fd, at, n);
        if (put < 0 && errno != EINTR)
            return false;
        at += put > 0 ? put : 0;
        n -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

/* false with err NONE: it is no regular file and is passed over. */
static bool read_one(struct arena *arena, int dir, const char *name, size_t max, struct file_text *out, struct err *err)
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    size_t n = 0;
    if (fd < 0 || fstat(fd, &st) < 0) {
        err_set(err, ERR_CONFIG, "reading %.100s: %s", name, strerror(errno));
    } else if (S_ISREG(st.st_mode) && (size_t)st.st_size > max) {
        err_set(err, ERR_CONFIG, "%.100s is larger than %zu KiB", name, max >> 10);
    } else if (S_ISREG(st.st_mode)) {
        char *text = arena_alloc(arena, (size_t)st.st_size + 1);
        for (ssize_t got = 1; n < (size_t)st.st_size && got > 0; n += got > 0 ? (size_t)got : 0)
            got = read(fd, text + n, (size_t)st.st_size - n);
        text[n] = 0;
        *out = (struct file_text){arena_strdup(arena, name), text, n};
        close(fd);
        return true;
    }
    if (fd >= 0)
        close(fd);
    return false;
}

static int by_name(const void *a, const void *b)
{
    const struct file_text *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static bool ends_so(const char *name, const char *suffix)
{
    size_t n = strlen(name), s = strlen(suffix);
    return *name != '.' && n > s && strcmp(name + n - s, suffix) == 0;
}

bool file_list(struct arena *arena, const char *dir, const char *suffix, int most, size_t max, struct file_text **list, int *count, struct err *err)
{
    DIR *open = opendir(dir);
    struct err why = {0};
    int n = 0;
    if (!open)
        return err_set(err, ERR_CONFIG, "opening the directory %.200s: %s", dir, strerror(errno));
    struct file_text *all = ARENA_ARRAY(arena, struct file_text, most + 1);
    for (struct dirent *entry; why.code == ERR_NONE && (entry = readdir(open));) {
        if (!ends_so(entry->d_name, suffix))
            continue;
        if (n == most)
            err_set(&why, ERR_CONFIG, "%.200s holds more than %d files that end in %s", dir, most, suffix);
        else
            n += read_one(arena, dirfd(open), entry->d_name, max, &all[n], &why);
    }
    closedir(open);
    if (why.code != ERR_NONE) {
        if (err)
            *err = why;
        return false;
    }
    qsort(all, (size_t)n, sizeof *all, by_name);
    *list = all;
    *count = n;
    return true;
}
