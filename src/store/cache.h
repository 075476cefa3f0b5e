/* cache: pages of the database that are kept in memory, all of them in one block that every handle of the process shares; the page that
 * nobody has needed for longest gives way, whosever it was. With a cache for each handle in the heap there was a ceiling for each, and
 * what a daemon of months held rose and fell by half of it: a reader drops all its pages with every commit of the writer's (sqlite.org
 * "pcache", WAL), and what came between them stayed as holes. Private to src/store; store_cache (store.h) says what it holds. */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

/* Bytes: an event with its observation is 2 to 3 KiB, and half of a page of 4 KiB would stay empty. */
#define CACHE_PAGE 8192
/* KiB, a handle's share too: the block's end is what bounds it. */
#define CACHE_KB 16384

void cache_prepare(void); /* once, before sqlite3_initialize */
#endif
