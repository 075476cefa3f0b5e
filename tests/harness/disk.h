/* disk: what a disk may hold after the power went. It stands in for SQLite's file system and for the settler's sync, and
 * remembers each write, truncation and sync of one database and its log, in order. Of that it makes images: what the last
 * sync that had ended covers is there, and of what came later any part, in pieces of a sector, in any order, one of them
 * torn. A sync covers what was written before it began; what was written while it went on is later.
 *
 * Program with -Wl,--wrap=fdatasync. While it records no sync is real, and takes a moment, so that others write meanwhile. */
#ifndef HARNESS_DISK_H
#define HARNESS_DISK_H
#include <stdbool.h>
#include <stdint.h>

enum disk_file { DISK_BASE, DISK_LOG, DISK_FILES };
/* Who asked for a sync: the settler, for what was committed; a commit, or a checkpoint before it reads the log; whoever began
 * the log anew, for its header; a checkpoint, for what it moved. */
enum disk_sync { DISK_SETTLED, DISK_LOGGED, DISK_BEGUN, DISK_MOVED, DISK_SYNCS };
extern const char *const disk_sync_names[];

void disk_install(void); /* before the first store is opened */
/* Forgets what there was and records from now on what is done to `path` and its log; what they hold now is on disk. No handle
 * may be open. */
void disk_record(const char *path);
void disk_stop(void);
int disk_now(void); /* how much was recorded so far: a moment. Any thread */
int disk_syncs(enum disk_sync kind, int until); /* of that kind before that moment */
int disk_sync_at(enum disk_sync kind, int index); /* the moment behind the index-th of them */

/* What of that which no sync covers arrived, of each file by itself: nothing, all, the first of it, the last of it, some in order,
 * some in any order and one of them torn; or as the dice fall. */
enum disk_manner { DISK_NOTHING, DISK_ALL, DISK_FIRST, DISK_LAST, DISK_SOME, DISK_DISORDER, DISK_MANNERS };
struct disk_image {
    int moment;        /* the power goes here */
    unsigned left_out; /* bits of enum disk_sync: those that the disk did not do */
    enum disk_manner manner; /* DISK_MANNERS: any of them */
    uint64_t *dice;
};
/* Writes `to` and its log as they may be found. */
void disk_write(const struct disk_image *image, const char *to);
#endif
