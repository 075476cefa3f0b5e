/* frames: the newest frames of the stream, oldest first; the oldest go when there are too many or too many bytes. Pure. */
#ifndef LINK_FRAMES_H
#define LINK_FRAMES_H
#include <stddef.h>
#include <stdint.h>

enum { FRAMES_MAX = 256, FRAMES_BYTES = 1 << 20 };
struct frame {
    int64_t seq;
    char *data;
    size_t n;
};
struct frames {
    struct frame ring[FRAMES_MAX];
    int next, count;
    size_t bytes;
    int64_t lost; /* newest seq of those that had to go, 0 = all there were are here */
};
void frames_keep(struct frames *frames, int64_t seq, const char *data, size_t n); /* copies */
void frames_clear(struct frames *frames);                                        /* as if there had been none */
const struct frame *frames_at(const struct frames *frames, int index);           /* 0 = the oldest; NULL behind the newest */
#endif
