/* blank: what a page of the database has room for and does not use is nothing. SQLite overwrites what is deleted (secure_delete), but
 * where it deals the cells of full pages out anew, copies of those that went to another page stay in the gap before the rest: they
 * would outlive what they are copies of. A page is blanked on its way into the file (store/joined), so that the file holds what a query
 * can find and nothing else. Pure.
 *
 * The format is SQLite's own promise: https://www.sqlite.org/fileformat2.html, 1.6 (b-tree pages). */
#ifndef STORE_BLANK_H
#define STORE_BLANK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The gap of a b-tree page, between the list of its cells and the first of them, and the insides of its free blocks are zeros then; true:
 * it is such a page. Any other, or one that is not sound, is left as it is. first: page 1, which begins with the file's header. Not for a file of
 * 2^25 pages (256 GiB of 8 KiB) and more: there a page that carries on a long text may begin as one of a tree does. */
bool blank_page(uint8_t *page, size_t size, bool first);
#endif
