/* response: any bytes as what the daemon answers. However they are cut, the same comes of them: the same end, the same status, the same
 * body, as many bytes taken. The first byte is the size of the cuts. */
#include "link/response.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct take {
    struct response response;
    size_t used, body;
    uint64_t hash;
};

static bool take_body(void *arg, const char *bytes, size_t n)
{
    struct take *t = arg;
    t->body += n;
    for (size_t i = 0; i < n; i++)
        t->hash = (t->hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    return t->body < 1 << 20;
}

static void feed(struct take *t, const char *bytes, size_t n, size_t cut)
{
    response_init(&t->response);
    while (t->used < n && t->response.state == RESPONSE_COMING)
        t->used += response_feed(&t->response, bytes + t->used, n - t->used < cut ? n - t->used : cut, take_body, t);
    response_end(&t->response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n)
        return 0;
    struct take whole = {0}, cut = {0};
    const char *bytes = (const char *)data + 1;
    feed(&whole, bytes, n - 1, n);
    feed(&cut, bytes, n - 1, (size_t)data[0] + 1);
    const struct response *a = &whole.response, *b = &cut.response;
    if (a->state == RESPONSE_COMING || a->state != b->state || a->status != b->status)
        abort();
    if (a->state == RESPONSE_DONE && (whole.used != cut.used || whole.hash != cut.hash || a->now != b->now || a->keeps != b->keeps))
        abort();
    return 0;
}
