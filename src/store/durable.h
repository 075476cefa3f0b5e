/* durable: waits for the disk. store_commit_soon has written a commit to the log and does not wait for it; when
 * durable_wait returns true, whatever was committed before it was called is on disk. Any thread, beside the writer's: it has a
 * descriptor of its own and knows nothing of the database. */
#ifndef STORE_DURABLE_H
#define STORE_DURABLE_H
#include "base/err.h"

struct durable;
/* Of a writer's store that has committed at least once. NULL + err (STORAGE). A store in memory has no disk to wait for. */
struct durable *durable_open(const char *path, struct err *err);
/* false: nothing may be promised any more (STORAGE), also after a call that follows. */
bool durable_wait(struct durable *durable, struct err *err);
void durable_close(struct durable *durable); /* NULL is fine */
#endif
