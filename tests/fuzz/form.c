/* form: any bytes as a multipart body (its first line is the boundary), as name=value pairs and as a file's name. Parts lie
 * within the body and in order; names are what form.h promises. */
#include "base/form.h"
#include "base/text.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool held)
{
    if (!held)
        abort();
}

static void check_name(const char *name)
{
    size_t n = strlen(name);
    must(n > 0 && n <= FORM_NAME && text_valid(name, n) && !strpbrk(name, "/\\\r\n\t\x1b\x7f") && !strchr("-. ", name[0]));
}

static void check_parts(const struct form *form, const char *body, size_t n)
{
    const char *at = body;
    must(form->count >= 0 && form->count <= FORM_PARTS);
    for (int i = 0; i < form->count; i++) {
        const struct form_part *p = &form->parts[i];
        must(p->name && *p->name && strlen(p->name) <= FORM_NAME && text_valid(p->name, strlen(p->name)));
        must(p->data >= at && p->n <= (size_t)(body + n - p->data));
        at = p->data + p->n;
        if (p->filename && *p->filename)
            check_name(p->filename);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    const char *body = (const char *)data, *line = n ? memchr(body, '\n', n) : NULL;
    char boundary[FORM_BOUNDARY + 1];
    size_t first = line ? (size_t)(line - body) : 0;
    struct form form;
    struct err err;
    const char *type = arena_strndup(arena, body, first);
    if (!form_boundary(type, boundary))
        memcpy(boundary, "b", 2);
    const char *rest = line ? line + 1 : body;
    size_t rest_n = line ? n - first - 1 : n;
    if (form_multipart(arena, boundary, rest, rest_n, &form, &err))
        check_parts(&form, rest, rest_n);
    form_urlencoded(arena, rest, rest_n, &form, &err);
    check_name(form_file_name(arena, rest, rest_n));
    return 0;
}
