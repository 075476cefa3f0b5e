/* joined: a SQLite file system that writes in large pieces. SQLite appends each page of a commit to the WAL as
 * two writes, a header of 24 bytes and the page, and a checkpoint writes page by page, in order, though most are new
 * ones at the end of the file; a burst spends more in those calls than in making the pages. Here writes that follow one
 * another are kept together and go out as one, before anything that could tell the difference: a sync, a read, a
 * truncation, a size, a lock. A commit under synchronous=FULL ends in a sync before anybody is told of it, and so does a
 * checkpoint before the log is given up, so nothing is promised later or less than before. Where somebody else waits for
 * the disk (store_commit_soon), the sync at a commit's end is left to them; the one that puts the header of a log begun
 * anew before its frames is not.
 *
 * A page on its way into the database itself is blanked where it holds nothing (store/blank); the log's pages stay as they are, for their
 * checksums are made.
 *
 * The writer's handle only; a connection belongs to one thread, and so does what is joined here. */
#include "store/blank.h"
#include "store/sql.h"
#include <stdlib.h>
#include <string.h>

enum { HEADER = 32, PAGE_LEAST = 512, JOINED_MAX = 120 << 10 }; /* the Unix file system takes less than 128 KiB at once */
/* Up to here store/blank tells a page of a tree from any other: half of what it says, for a checkpoint may bring what a page points to behind it. */
enum { PAGES_TOLD = 1 << 24 };
struct joined {
    sqlite3_file base; /* what SQLite sees */
    char *data;        /* written, not yet passed on */
    sqlite3_int64 at;  /* where it belongs */
    int n;
    bool pages;        /* the database itself, not its log: each write is a page */
    sqlite3_int64 end; /* of it */
    bool deferred;     /* somebody else syncs what a commit wrote */
    sqlite3_file *real; /* behind this struct */
};

static struct joined *of(sqlite3_file *file)
{
    return (struct joined *)file;
}

static int pass_on(struct joined *j)
{
    int n = j->n;
    j->n = 0;
    return n ? j->real->pMethods->xWrite(j->real, j->data, n, j->at) : SQLITE_OK;
}

static int file_close(sqlite3_file *file)
{
    int rc = pass_on(of(file)), closed = of(file)->real->pMethods->xClose(of(file)->real);
    free(of(file)->data);
    return rc ? rc : closed;
}

static int file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    int rc = pass_on(of(file));
    return rc ? rc : of(file)->real->pMethods->xRead(of(file)->real, to, n, at);
}

static int file_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    struct joined *j = of(file);
    int rc = j->n && (at != j->at + j->n || j->n + n > JOINED_MAX) ? pass_on(j) : SQLITE_OK;
    if (rc)
        return rc;
    if (n > JOINED_MAX)
        return j->real->pMethods->xWrite(j->real, from, n, at);
    if (!j->n)
        j->at = at;
    memcpy(j->data + j->n, from, (size_t)n);
    j->end = at + n > j->end ? at + n : j->end;
    if (j->pages && n % PAGE_LEAST == 0 && j->end / n <= PAGES_TOLD)
        blank_page((uint8_t *)j->data + j->n, (size_t)n, at == 0);
    j->n += n;
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = pass_on(of(file));
    return rc ? rc : of(file)->real->pMethods->xTruncate(of(file)->real, size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct joined *j = of(file);
    bool header = j->at == 0 && j->n == HEADER;
    int rc = pass_on(j);
    return rc || (j->deferred && !header) ? rc : j->real->pMethods->xSync(j->real, flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int rc = pass_on(of(file));
    return rc ? rc : of(file)->real->pMethods->xFileSize(of(file)->real, size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return of(file)->real->pMethods->xLock(of(file)->real, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    int rc = pass_on(of(file));
    return rc ? rc : of(file)->real->pMethods->xUnlock(of(file)->real, level);
}

static int file_reserved(sqlite3_file *file, int *out)
{
    return of(file)->real->pMethods->xCheckReservedLock(of(file)->real, out);
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    int rc = pass_on(of(file));
    return rc ? rc : of(file)->real->pMethods->xFileControl(of(file)->real, op, arg);
}

static int file_sector(sqlite3_file *file)
{
    return of(file)->real->pMethods->xSectorSize(of(file)->real);
}

static int file_traits(sqlite3_file *file)
{
    return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real);
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return of(file)->real->pMethods->xShmMap(of(file)->real, page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    int rc = pass_on(of(file));
    return rc ? rc : of(file)->real->pMethods->xShmLock(of(file)->real, offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    of(file)->real->pMethods->xShmBarrier(of(file)->real);
}

static int file_shm_unmap(sqlite3_file *file, int delete)
{
    return of(file)->real->pMethods->xShmUnmap(of(file)->real, delete);
}

static const sqlite3_io_methods methods = {.iVersion = 2,
                                           .xClose = file_close,
                                           .xRead = file_read,
                                           .xWrite = file_write,
                                           .xTruncate = file_truncate,
                                           .xSync = file_sync,
                                           .xFileSize = file_size,
                                           .xLock = file_lock,
                                           .xUnlock = file_unlock,
                                           .xCheckReservedLock = file_reserved,
                                           .xFileControl = file_control,
                                           .xSectorSize = file_sector,
                                           .xDeviceCharacteristics = file_traits,
                                           .xShmMap = file_shm_map,
                                           .xShmLock = file_shm_lock,
                                           .xShmBarrier = file_shm_barrier,
                                           .xShmUnmap = file_shm_unmap};

void joined_defer(sqlite3 *db, bool defer)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) == SQLITE_OK && file && file->pMethods == &methods)
        of(file)->deferred = defer;
}

static int file_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
    sqlite3_vfs *real = vfs->pAppData;
    struct joined *j = of(file);
    if (!(flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)))
        return real->xOpen(real, name, file, flags, out_flags);
    *j = (struct joined){.real = (sqlite3_file *)(j + 1), .data = malloc(JOINED_MAX), .pages = (flags & SQLITE_OPEN_MAIN_DB) != 0};
    if (!j->data)
        abort();
    int rc = real->xOpen(real, name, j->real, flags, out_flags);
    if (rc == SQLITE_OK && j->pages && (rc = j->real->pMethods->xFileSize(j->real, &j->end)) != SQLITE_OK)
        j->real->pMethods->xClose(j->real);
    if (rc == SQLITE_OK)
        j->base.pMethods = &methods;
    else
        free(j->data);
    return rc;
}

const char *joined_register(void)
{
    static sqlite3_vfs vfs;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    vfs = *real;
    vfs.zName = "joined";
    vfs.pNext = NULL;
    vfs.pAppData = real;
    vfs.szOsFile = (int)sizeof(struct joined) + real->szOsFile;
    vfs.xOpen = file_open;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? vfs.zName : NULL;
}
