/* cache: see cache.h. The block is untouched memory until pages come into it. Where it is full of pages that are all in use at once, as in
 * the middle of a large transaction, the library takes what is missing from the heap. */
#include "store/cache.h"
#include "store/store.h"
#include <sqlite3.h>

enum { ALIGN = 8, BLOCK = CACHE_KB * 1024 };

static _Alignas(ALIGN) unsigned char block[BLOCK];
static int slot; /* bytes of a page with what the library notes of it; 0: the library was at work before, and keeps pages as it pleases */

void cache_prepare(void)
{
    int head = 0;
    if (sqlite3_config(SQLITE_CONFIG_PCACHE_HDRSZ, &head) != SQLITE_OK)
        return;
    int size = (CACHE_PAGE + head + ALIGN - 1) / ALIGN * ALIGN;
    if (sqlite3_config(SQLITE_CONFIG_PAGECACHE, block, size, BLOCK / size) == SQLITE_OK)
        slot = size;
}

struct store_cache store_cache(void)
{
    sqlite3_int64 slots = 0, heap = 0, peak = 0;
    sqlite3_status64(SQLITE_STATUS_PAGECACHE_USED, &slots, &peak, 0);
    sqlite3_status64(SQLITE_STATUS_PAGECACHE_OVERFLOW, &heap, &peak, 0);
    return (struct store_cache){.held = slots * slot + heap, .heap = heap, .most = BLOCK};
}
