/* attachment: the files of a ticket's messages. They are numbered from 1 in the order their messages came to the desk, so that a number
 * stays what it was when an older message comes late. */
#include "api/calls.h"
#include "api/show.h"
#include "core/attachment.h"

static struct json *shown(struct show *show, const struct attachment *a, int64_t n)
{
    struct json *row = json_object();
    json_put_i64(row, "n", n);
    json_put_string(row, "name", attachment_name(show->arena, show_said(show, a->name)));
    json_put_string(row, "type", a->type);
    if (a->size >= 0)
        json_put_i64(row, "size", a->size);
    json_put_string(row, "host", a->host);
    return row;
}

/* The number before the first of messages[at]'s. */
static int64_t before(struct arena *arena, const struct message *messages, int count, int at)
{
    struct attachment *list;
    int64_t n = 0;
    for (int i = 0; i < count; i++)
        if (messages[i].assets && messages[i].row < messages[at].row)
            n += attachment_read(arena, messages[i].assets, &list);
    return n;
}

struct json *show_attachments(struct show *show, const struct message *messages, int count, int at)
{
    struct attachment *list;
    struct json *rows = json_array();
    int n = attachment_read(show->arena, messages[at].assets, &list);
    int64_t first = n ? before(show->arena, messages, count, at) : 0;
    for (int i = 0; i < n; i++)
        json_push(rows, shown(show, &list[i], first + i + 1));
    return rows;
}
