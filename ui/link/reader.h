/* reader: bytes of a text/event-stream, in any cut, as frames. Pure. */
#ifndef LINK_READER_H
#define LINK_READER_H
#include "base/str.h"
#include <stdint.h>

struct reader {
    struct str line, data;
    char event[32];
    int64_t id, last_id; /* of the frame being read; of the last whole frame that had one */
    bool cr;             /* the last byte was CR: an LF belongs to it */
    uint64_t comments;   /* heartbeats so far */
};
/* event is "" where the frame named none; id 0 = none. */
typedef void reader_frame(void *arg, const char *event, int64_t id, const char *data, size_t n);
enum { READER_MAX = 4 << 20 }; /* bytes of one line, and of one frame's data; a longer frame is dropped */

void reader_init(struct reader *reader);
void reader_fini(struct reader *reader);
void reader_restart(struct reader *reader); /* a new connection: a half frame is forgotten, last_id stays */
void reader_feed(struct reader *reader, const char *bytes, size_t n, reader_frame *frame, void *arg);
#endif
