/* blank: see blank.h. */
#include "store/blank.h"
#include <string.h>

enum { FILE_HEADER = 100, LEAF = 8, INTERIOR = 12, BLOCK = 4 };

static size_t two(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

/* How long the page's header is; 0: it is no b-tree page. An overflow page begins with the next one's number, whose first byte is less
 * than 2 in a file of less than 2^25 pages (blank.h). */
static size_t header_of(uint8_t kind)
{
    return kind == 2 || kind == 5 ? INTERIOR : kind == 10 || kind == 13 ? LEAF : 0;
}

/* They stand in the order of their places. */
static void free_blocks(uint8_t *page, size_t size, size_t at)
{
    while (at && at + BLOCK <= size) {
        size_t next = two(page + at), length = two(page + at + 2);
        if (length < BLOCK || at + length > size || (next && next < at + length))
            return;
        memset(page + at + BLOCK, 0, length - BLOCK);
        at = next;
    }
}

bool blank_page(uint8_t *page, size_t size, bool first)
{
    size_t from = first ? FILE_HEADER : 0, header = size > FILE_HEADER + INTERIOR ? header_of(page[from]) : 0;
    if (!header)
        return false;
    size_t cells = two(page + from + 3), start = two(page + from + 5), gap = from + header + 2 * cells;
    start = start ? start : 65536;
    if (gap > start || start > size)
        return false;
    memset(page + gap, 0, start - gap);
    free_blocks(page, size, two(page + from + 1));
    return true;
}
