/* picture: rows of cells, as they stand on the terminal or are to stand there. A row moves by its place among the others, its cells stay
 * where they are in memory; it is found again by its digest. */
#ifndef TERM_PICTURE_H
#define TERM_PICTURE_H
#include "term/surface.h"

struct picture_row {
    struct cell *cells;
    uint64_t sum; /* the digest; 0: not known. Who writes cells forgets it */
};
struct picture {
    int columns, rows;
    struct picture_row row[];
};
/* In one piece with its cells, which are all zeroes: no cell that was drawn looks so. Belongs to the caller: free. */
struct picture *picture_new(int columns, int rows);
/* Rows top..bottom go up by n (n < 0: down); those that leave come in again as they were. */
void picture_move(struct picture *p, int top, int bottom, int n);
void picture_know(struct picture *p); /* makes the digests that are not known: rows will be compared many times */
bool picture_alike(const struct picture *a, int row, const struct picture *b, int other); /* of the same width */
#endif
