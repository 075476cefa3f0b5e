/* reader: the line rules of server-sent events (WHATWG HTML 9.2.6), no more. */
#include "link/reader.h"
#include <stdlib.h>
#include <string.h>

void reader_init(struct reader *r)
{
    *r = (struct reader){0};
    str_init(&r->line, READER_MAX);
    str_init(&r->data, READER_MAX);
}

void reader_fini(struct reader *r)
{
    str_fini(&r->line);
    str_fini(&r->data);
}

static void forget(struct reader *r)
{
    str_clear(&r->data);
    r->data.cut = false;
    r->event[0] = 0;
    r->id = 0;
}

void reader_restart(struct reader *r)
{
    str_clear(&r->line);
    r->cr = false;
    forget(r);
}

static void finish(struct reader *r, reader_frame *frame, void *arg)
{
    if (r->id)
        r->last_id = r->id;
    if (r->data.len && !r->data.cut)
        frame(arg, r->event, r->id, r->data.data, r->data.len);
    forget(r);
}

static void field(struct reader *r, const char *name, const char *value)
{
    if (strcmp(name, "data") == 0) {
        if (r->data.len)
            str_addc(&r->data, '\n');
        str_adds(&r->data, value);
    } else if (strcmp(name, "event") == 0) {
        str_copy(r->event, sizeof r->event, value);
    } else if (strcmp(name, "id") == 0) {
        r->id = strtoll(value, NULL, 10);
    }
}

static void line(struct reader *r, reader_frame *frame, void *arg)
{
    char *text = r->line.data;
    if (!r->line.len) {
        finish(r, frame, arg);
    } else if (text[0] == ':') {
        r->comments++;
    } else {
        char *colon = strchr(text, ':');
        char *value = colon ? colon + 1 : text + strlen(text);
        if (colon)
            *colon = 0;
        field(r, text, value + (*value == ' '));
    }
    r->data.cut |= r->line.cut;
    str_clear(&r->line);
    r->line.cut = false;
}

void reader_feed(struct reader *r, const char *bytes, size_t n, reader_frame *frame, void *arg)
{
    const char *end = bytes + n;
    while (bytes < end) {
        size_t run = 0;
        while (bytes + run < end && bytes[run] != '\n' && bytes[run] != '\r')
            run++;
        if (run) {
            str_add(&r->line, bytes, run);
            r->cr = false;
            bytes += run;
            continue;
        }
        if (*bytes == '\r' || !r->cr)
            line(r, frame, arg);
        r->cr = *bytes++ == '\r';
    }
}
