/* frames: see frames.h. A ring, so that a frame is copied once and never moved. */
#include "link/frames.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

static int place(const struct frames *frames, int index)
{
    return (frames->next - frames->count + index + FRAMES_MAX) % FRAMES_MAX;
}

static void drop_oldest(struct frames *frames)
{
    struct frame *oldest = &frames->ring[place(frames, 0)];
    frames->lost = oldest->seq > frames->lost ? oldest->seq : frames->lost;
    frames->bytes -= oldest->n;
    frames->count--;
    free(oldest->data);
    *oldest = (struct frame){0};
}

void frames_keep(struct frames *frames, int64_t seq, const char *data, size_t n)
{
    char *copy = memory_must(malloc(n + 1));
    memcpy(copy, data, n);
    copy[n] = 0;
    while (frames->count && (frames->count == FRAMES_MAX || frames->bytes + n > FRAMES_BYTES))
        drop_oldest(frames);
    frames->ring[frames->next] = (struct frame){.seq = seq, .data = copy, .n = n};
    frames->next = (frames->next + 1) % FRAMES_MAX;
    frames->count++;
    frames->bytes += n;
}

void frames_clear(struct frames *frames)
{
    while (frames->count)
        drop_oldest(frames);
    frames->lost = 0;
}

const struct frame *frames_at(const struct frames *frames, int index)
{
    return index < frames->count ? &frames->ring[place(frames, index)] : NULL;
}
