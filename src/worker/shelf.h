/* shelf: files that come and go with messages, each once, by the SHA-256 of its bytes: files/<hex>, 0600, beside the database. One thread
 * hashes and writes, so that neither the writer nor a connection waits for a disk; when a job wakes its files are durable (the bytes and
 * their names), and may be listed in a transaction. What no transaction lists is removed at the next start, and every ten minutes what
 * none has listed for as long. */
#ifndef WORKER_SHELF_H
#define WORKER_SHELF_H
#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

struct shelf_file { const void *data; size_t n; uint8_t sha256[32]; }; /* sha256: out */
struct shelf_job {
    struct shelf_job *next;
    struct shelf_file *files; int count; /* data: the caller's, until it is woken */
    int64_t sweep;                       /* not 0, with no files: what none lists, and nobody put here for so many seconds, goes */
    struct shelf_file whole;             /* what they came in, only hashed; data NULL: nothing */
    bool ok; struct err err;             /* the outcome: STORAGE, NO_SPACE */
    void (*wake)(void *arg); void *wake_arg; /* called on the shelf's thread */
};
struct shelf;
/* db: the database's path; it exists. Clears what was left over, starts the thread; the directory comes with the
 * first file. */
struct shelf *shelf_open(const char *db, struct err *err);
/* false: it is closed (err UNAVAILABLE); the job was not taken. Any thread. */
bool shelf_post(struct shelf *shelf, struct shelf_job *job, struct err *err);
void shelf_close(struct shelf *shelf); /* drains what was posted; later posts are refused. NULL is fine, and so is twice */
void shelf_free(struct shelf *shelf);  /* when nobody can post any more */
char *shelf_path(struct arena *arena, const char *db, const uint8_t sha256[32]);
/* The n bytes of one, in arena; any thread. false: it is not there, or not what it was (STORAGE). */
bool shelf_read(struct arena *arena, const char *db, const uint8_t sha256[32], size_t n, const char **data, struct err *err);
#endif
