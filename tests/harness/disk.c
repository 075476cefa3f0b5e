/* disk: see disk.h. One list of what was done, under one lock: the writer's thread writes, the settler's syncs. */
#include "harness/disk.h"
#include "base/clock.h"
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SECTOR = 512, HEADER = 32, MOST = 1 << 20 };
enum what { WRITE, SIZE, SYNC };
struct done {
    enum what what;
    enum disk_file file;
    int64_t at;      /* WRITE: where; SIZE: how much is left */
    int n, from;     /* from: SYNC covers what was done before */
    enum disk_sync kind;
    uint8_t *data;
};
struct content { uint8_t *data; int64_t n, room; };
static struct {
    pthread_mutex_t lock;
    char path[128];
    bool on;
    struct done *list;
    int count, room;
    struct content begun[DISK_FILES]; /* as the record began */
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};
const char *const disk_sync_names[DISK_SYNCS] = {"the settler's", "a commit's or a checkpoint's, of the log", "of a log begun anew", "a checkpoint's, of the database"};

/* --- recording --- */

static int note(struct done done, const void *data)
{
    pthread_mutex_lock(&disk.lock);
    if (disk.on) {
        if (disk.count == disk.room)
            disk.list = realloc(disk.list, (size_t)(disk.room = disk.room ? 2 * disk.room : 1024) * sizeof *disk.list);
        assert_true(disk.list && disk.count < MOST);
        if (data) {
            done.data = malloc((size_t)done.n);
            memcpy(done.data, data, (size_t)done.n);
        }
        disk.list[disk.count++] = done;
    }
    int now = disk.count;
    pthread_mutex_unlock(&disk.lock);
    return now;
}

int disk_now(void)
{
    pthread_mutex_lock(&disk.lock);
    int now = disk.count;
    pthread_mutex_unlock(&disk.lock);
    return now;
}

/* A log that begins anew is synced for its header alone. */
static bool began_anew(void)
{
    int i = disk.count - 1;
    while (i >= 0 && disk.list[i].what == SYNC)
        i--;
    const struct done *last = i >= 0 ? &disk.list[i] : NULL;
    return last && last->what == WRITE && last->file == DISK_LOG && last->at == 0 && last->n == HEADER;
}

static void sync_file(enum disk_file file, bool settler)
{
    pthread_mutex_lock(&disk.lock);
    struct done done = {.what = SYNC, .file = file, .from = disk.count};
    done.kind = settler ? DISK_SETTLED : file == DISK_BASE ? DISK_MOVED : began_anew() ? DISK_BEGUN : DISK_LOGGED;
    pthread_mutex_unlock(&disk.lock);
    if (settler)
        usleep(200 + (useconds_t)(done.from % 7) * 300);
    note(done, NULL);
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    if (!disk.on)
        return __real_fdatasync(fd);
    sync_file(DISK_LOG, true);
    return 0;
}

static sqlite3_io_methods real, methods[DISK_FILES];
static sqlite3_vfs *below;

static int write_in(enum disk_file which, sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    note((struct done){.what = WRITE, .file = which, .at = at, .n = n}, from);
    return real.xWrite(file, from, n, at);
}

static int write_base(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    return write_in(DISK_BASE, file, from, n, at);
}

static int write_log(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    return write_in(DISK_LOG, file, from, n, at);
}

static int cut_base(sqlite3_file *file, sqlite3_int64 size)
{
    note((struct done){.what = SIZE, .file = DISK_BASE, .at = size}, NULL);
    return real.xTruncate(file, size);
}

static int cut_log(sqlite3_file *file, sqlite3_int64 size)
{
    note((struct done){.what = SIZE, .file = DISK_LOG, .at = size}, NULL);
    return real.xTruncate(file, size);
}

static int sync_base(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    sync_file(DISK_BASE, false);
    return SQLITE_OK;
}

static int sync_log(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    sync_file(DISK_LOG, false);
    return SQLITE_OK;
}

/* Handles that only read are recorded as well: they write nothing. Any other file that is to last would be missed. */
static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    int rc = below->xOpen(below, name, file, flags, out);
    if (rc != SQLITE_OK || !file->pMethods)
        return rc;
    enum disk_file which = flags & SQLITE_OPEN_WAL ? DISK_LOG : DISK_BASE;
    bool lasts = flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL);
    if (disk.on && lasts)
        fail_msg("%s is written too", name);
    if (!(flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)))
        return rc;
    real = *file->pMethods;
    methods[which] = real;
    methods[which].xWrite = which ? write_log : write_base;
    methods[which].xTruncate = which ? cut_log : cut_base;
    methods[which].xSync = which ? sync_log : sync_base;
    file->pMethods = &methods[which];
    return rc;
}

/* A log that is deleted may be back; so it is one that was cut and not synced. */
static int delete_file(sqlite3_vfs *vfs, const char *name, int synced)
{
    (void)vfs;
    if (strcmp(name + strlen(name) - 4, "-wal") == 0)
        note((struct done){.what = SIZE, .file = DISK_LOG}, NULL);
    return below->xDelete(below, name, synced);
}

void disk_install(void)
{
    static sqlite3_vfs vfs;
    below = sqlite3_vfs_find(NULL);
    vfs = *below;
    vfs.zName = "disk";
    vfs.pNext = NULL;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    sqlite3_vfs_register(&vfs, 1);
}

static void name_of(enum disk_file file, const char *path, char out[160])
{
    snprintf(out, 160, "%s%s", path, file == DISK_LOG ? "-wal" : "");
}

static void need(struct content *c, int64_t n)
{
    if (n > c->room) {
        c->room = n + n / 2 + SECTOR;
        c->data = realloc(c->data, (size_t)c->room);
        assert_non_null(c->data);
    }
    if (n > c->n) {
        memset(c->data + c->n, 0, (size_t)(n - c->n));
        c->n = n;
    }
}

static void read_whole(enum disk_file which, struct content *c)
{
    char name[160];
    name_of(which, disk.path, name);
    FILE *file = fopen(name, "rb");
    c->n = 0;
    if (!file)
        return;
    fseek(file, 0, SEEK_END);
    long n = ftell(file);
    rewind(file);
    need(c, n);
    assert_int_equal(fread(c->data, 1, (size_t)n, file), n);
    fclose(file);
}

void disk_record(const char *path)
{
    for (int i = 0; i < disk.count; i++)
        free(disk.list[i].data);
    disk.count = 0;
    snprintf(disk.path, sizeof disk.path, "%s", path);
    for (int i = 0; i < DISK_FILES; i++)
        read_whole((enum disk_file)i, &disk.begun[i]);
    disk.on = true;
}

void disk_stop(void)
{
    pthread_mutex_lock(&disk.lock);
    disk.on = false;
    pthread_mutex_unlock(&disk.lock);
}

int disk_syncs(enum disk_sync kind, int until)
{
    int n = 0;
    pthread_mutex_lock(&disk.lock);
    for (int i = 0; i < until && i < disk.count; i++)
        n += disk.list[i].what == SYNC && disk.list[i].kind == kind;
    pthread_mutex_unlock(&disk.lock);
    return n;
}

int disk_sync_at(enum disk_sync kind, int index)
{
    for (int i = 0; i < disk.count; i++)
        if (disk.list[i].what == SYNC && disk.list[i].kind == kind && index-- == 0)
            return i + 1;
    return 0;
}

/* --- images --- */

struct piece { const struct done *of; int from, n; }; /* of a write: within one sector; of a truncation: n 0 */

static uint64_t throw(uint64_t *dice, uint64_t below_it)
{
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    return *dice % below_it;
}

static void apply(struct content *c, const struct piece *p)
{
    int64_t at = p->of->at + p->from;
    if (p->of->what == SIZE) {
        c->n = c->n < p->of->at ? c->n : p->of->at;
        return;
    }
    need(c, at + p->n);
    memcpy(c->data + at, p->of->data + p->from, (size_t)p->n);
}

/* The sync that had ended by then and covers most. */
static int safe_until(const struct disk_image *image, enum disk_file file)
{
    int from = 0;
    for (int i = 0; i < image->moment; i++) {
        const struct done *d = &disk.list[i];
        if (d->what == SYNC && d->file == file && !(image->left_out >> d->kind & 1) && d->from > from)
            from = d->from;
    }
    return from;
}

static int cut(const struct done *d, struct piece *out)
{
    int n = 0;
    for (int at = 0, size; d->what == WRITE && at < d->n; at += size) {
        size = SECTOR - (int)((d->at + at) % SECTOR);
        size = size < d->n - at ? size : d->n - at;
        if (out)
            out[n] = (struct piece){d, at, size};
        n++;
    }
    if (d->what == SIZE && out)
        *out = (struct piece){d, 0, 0};
    return d->what == SIZE ? 1 : n;
}

static struct piece *pieces_of(enum disk_file file, int from, int until, int *count)
{
    int n = 0;
    for (int i = from; i < until; i++)
        n += disk.list[i].file == file ? cut(&disk.list[i], NULL) : 0;
    struct piece *list = malloc(((size_t)n + 1) * sizeof *list);
    *count = n;
    n = 0;
    for (int i = from; i < until; i++)
        n += disk.list[i].file == file ? cut(&disk.list[i], list + n) : 0;
    return list;
}

static void shuffle(struct piece *list, int n, uint64_t *dice)
{
    for (int i = n - 1; i > 0; i--) {
        int k = (int)throw(dice, (uint64_t)i + 1);
        struct piece was = list[i];
        list[i] = list[k];
        list[k] = was;
    }
}

static void arrive(struct content *c, struct piece *list, int n, enum disk_manner manner, uint64_t *dice)
{
    int edge = n ? (int)throw(dice, (uint64_t)n + 1) : 0;
    uint64_t of_eight = 1 + throw(dice, 7);
    if (manner == DISK_DISORDER)
        shuffle(list, n, dice);
    if (manner == DISK_DISORDER && n && list[n - 1].n > 1)
        list[n - 1].n = 1 + (int)throw(dice, (uint64_t)list[n - 1].n - 1);
    for (int i = 0; i < n; i++)
        if (manner == DISK_ALL || (manner == DISK_FIRST && i < edge) || (manner == DISK_LAST && i >= edge) || (manner >= DISK_SOME && throw(dice, 8) < of_eight))
            apply(c, &list[i]);
}

static void write_file(const struct content *c, const char *name)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(c->data, 1, (size_t)c->n, file), c->n);
    fclose(file);
}

void disk_write(const struct disk_image *image, const char *to)
{
    static struct content found; /* kept for the next one */
    for (int f = 0; f < DISK_FILES; f++) {
        char name[160];
        int n, safe = safe_until(image, (enum disk_file)f);
        const struct content *begun = &disk.begun[f];
        found.n = 0;
        need(&found, begun->n);
        if (begun->n)
            memcpy(found.data, begun->data, (size_t)begun->n);
        for (int i = 0; i < safe; i++)
            if (disk.list[i].file == (enum disk_file)f && disk.list[i].what != SYNC)
                apply(&found, &(struct piece){&disk.list[i], 0, disk.list[i].n});
        struct piece *list = pieces_of((enum disk_file)f, safe, image->moment, &n);
        arrive(&found, list, n, image->manner < DISK_MANNERS ? image->manner : (enum disk_manner)throw(image->dice, DISK_MANNERS), image->dice);
        free(list);
        name_of((enum disk_file)f, to, name);
        write_file(&found, name);
    }
}
