/* sse: any bytes as the daemon's stream. However they are cut, the same frames must come of them; what a
 * frame says goes into a mirror, whose rows must stay readable and within their bounds. The first byte is the
 * size of the cuts. */
#include "link/mirror.h"
#include "link/reader.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char desk[] =
    "{\"seq\":5,\"now\":1798761600000,\"team\":\"t\",\"me\":{\"name\":\"ana\",\"role\":\"lead\"},\"view\":"
    "\"all\","
    "\"views\":[{\"name\":\"all\",\"title\":\"All\",\"count\":2,\"text\":\"id > "
    "0\"},{\"name\":\"mine\",\"title\":\"Mine\",\"count\":0,\"text\":\"assignee == me\"}],"
    "\"rows\":[{\"id\":1,\"title\":\"One\",\"status\":\"new\",\"version\":1},{\"id\":2,\"title\":\"Two\","
    "\"status\":\"open\",\"version\":3}],"
    "\"next\":null,\"boss\":null,\"oncall\":\"ana\",\"escalations\":{\"triggered\":0,\"acknowledged\":0,"
    "\"snoozed\":0},"
    "\"agents\":[{\"name\":\"ana\",\"role\":\"lead\",\"team\":\"t\",\"open\":1}],\"sources\":[],\"model\":{"
    "\"epoch\":0,\"learned\":0}}";

struct take {
    struct mirror *mirror;
    uint64_t hash, frames;
};

static void must(bool good)
{
    if (!good)
        abort();
}

static bool fits(void *arg, const char *text, const struct ticket *ticket)
{
    (void)arg;
    return text && ticket && ticket->id > 0;
}

static void mix(uint64_t *hash, const void *data, size_t n)
{
    for (const unsigned char *p = data; n--; p++)
        *hash = (*hash ^ *p) * 1099511628211u;
    *hash = (*hash ^ 0x100) * 1099511628211u;
}

static void on_frame(void *arg, const char *event, int64_t id, const char *data, size_t n)
{
    struct take *t = arg;
    must(strlen(event) < 32 && n <= READER_MAX && data[n] == 0);
    t->frames++;
    mix(&t->hash, event, strlen(event));
    mix(&t->hash, &id, sizeof id);
    mix(&t->hash, data, n);
    if (t->mirror)
        mirror_frame(t->mirror, event, id, data, n, 1798761600000);
}

static struct take feed(struct mirror *mirror, const char *bytes, size_t n, size_t cut)
{
    struct take t = {.mirror = mirror, .hash = 14695981039346656037u};
    struct reader reader;
    reader_init(&reader);
    for (size_t at = 0; at < n; at += cut)
        reader_feed(&reader, bytes + at, n - at < cut ? n - at : cut, on_frame, &t);
    mix(&t.hash, &reader.last_id, sizeof reader.last_id);
    mix(&t.hash, &reader.comments, sizeof reader.comments);
    reader_fini(&reader);
    return t;
}

static void read_rows(struct mirror *mirror)
{
    int count = mirror_row_count(mirror);
    must(count >= 0 && count <= MIRROR_ROWS_MAX);
    for (int i = 0; i < count; i++)
        must(mirror_row_at(mirror, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct err err;
    if (n < 1)
        return 0;
    const char *bytes = (const char *)data + 1;
    struct mirror *mirror = mirror_new(fits, NULL);
    must(mirror_desk(mirror, desk, sizeof desk - 1, 1798761600000, &err));
    struct take whole = feed(mirror, bytes, n - 1, n), cut = feed(NULL, bytes, n - 1, data[0] % 16 + 1);
    must(whole.hash == cut.hash && whole.frames == cut.frames);
    read_rows(mirror);
    mirror_settle(mirror);
    read_rows(mirror);
    mirror_free(mirror);
    return 0;
}
