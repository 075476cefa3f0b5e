/* picture: see picture.h. */
#include "term/picture.h"
#include <stdlib.h>
#include <string.h>

struct picture *picture_new(int columns, int rows)
{
    size_t head = sizeof(struct picture) + (size_t)rows * sizeof(struct picture_row);
    struct picture *p = calloc(1, head + (size_t)rows * (size_t)columns * sizeof(struct cell));
    if (!p)
        abort();
    p->columns = columns;
    p->rows = rows;
    for (int row = 0; row < rows; row++)
        p->row[row].cells = (struct cell *)(p->row + rows) + (size_t)row * (size_t)columns;
    return p;
}

void picture_move(struct picture *p, int top, int bottom, int n)
{
    for (int times = abs(n); times > 0; times--) {
        struct picture_row leaves = p->row[n > 0 ? top : bottom];
        memmove(&p->row[n > 0 ? top : top + 1], &p->row[n > 0 ? top + 1 : top], (size_t)(bottom - top) * sizeof leaves);
        p->row[n > 0 ? bottom : top] = leaves;
    }
}

/* In two lanes, so that one's product is not waited for by the other. */
static uint64_t digest(const struct cell *cells, int columns)
{
    uint64_t sum[2] = {0}, word[2];
    for (const struct cell *end = cells + columns; cells < end; cells++) {
        memcpy(word, cells, sizeof word);
        for (int i = 0; i < 2; i++) {
            sum[i] = (sum[i] ^ word[i]) * 0x9e3779b97f4a7c15u;
            sum[i] ^= sum[i] >> 29;
        }
    }
    return sum[0] + (sum[1] ^ sum[1] >> 31) * 0x9e3779b97f4a7c15u;
}
_Static_assert(sizeof(struct cell) == 2 * sizeof(uint64_t), "a cell is two words");

void picture_know(struct picture *p)
{
    for (int row = 0; row < p->rows; row++)
        if (!p->row[row].sum)
            p->row[row].sum = digest(p->row[row].cells, p->columns);
}

bool picture_alike(const struct picture *a, int row, const struct picture *b, int other)
{
    const struct picture_row *one = &a->row[row], *two = &b->row[other];
    return one->sum && two->sum ? one->sum == two->sum : memcmp(one->cells, two->cells, (size_t)a->columns * sizeof *one->cells) == 0;
}
