/* body: grows by doubling up to the length that was announced, and moves into its file once. */
#include "api/body.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const int64_t held_most = 64 << 20;   /* of memory, for all bodies that are coming in */
static const int64_t filed_most = 512 << 20; /* of files */
enum { FIRST = 8 << 10 };

void body_init(struct body *body, struct body_budget *budget, const char *beside)
{
    *body = (struct body){.budget = budget, .beside = beside, .length = -1, .file = -1};
}

bool body_fits(const struct body *body)
{
    bool file = body->spool && body->length > (int64_t)body->spool;
    int64_t now = atomic_load(file ? &body->budget->filed : &body->budget->held);
    return body->length <= 0 || now + body->length <= (file ? filed_most : held_most);
}

static bool take(atomic_int_least64_t *now, size_t n, int64_t most)
{
    return atomic_fetch_add(now, (int64_t)n) + (int64_t)n <= most;
}

static size_t room_for(const struct body *body, size_t need)
{
    size_t room = body->length >= 0 ? (size_t)body->length + 1 : body->room ? body->room * 2 : FIRST;
    if (body->spool && room > body->spool + 1)
        room = body->spool + 1;
    return room > need ? room : need;
}

static bool reserve(struct body *body, size_t need)
{
    if (need <= body->room)
        return true;
    size_t room = room_for(body, need), more = room - body->room;
    char *text = take(&body->budget->held, more, held_most) ? realloc(body->text, room) : NULL;
    if (!text) {
        atomic_fetch_sub(&body->budget->held, (int64_t)more);
        return false;
    }
    body->text = text;
    body->room = room;
    return true;
}

static enum body_end hold(struct body *body, const void *data, size_t n)
{
    if (!reserve(body, body->n + n + 1))
        return BODY_OVERLOADED;
    memcpy(body->text + body->n, data, n);
    body->n += n;
    body->text[body->n] = 0;
    return BODY_GOOD;
}

static void let_go(struct body *body)
{
    atomic_fetch_sub(&body->budget->held, (int64_t)body->room);
    free(body->text);
    body->text = NULL;
    body->room = 0;
}

/* Its name is gone before anything is in it. */
static int nameless_file(const char *beside)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s.body-XXXXXX", beside) >= (int)sizeof path)
        return -1;
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static bool write_on(struct body *body, const void *data, size_t n)
{
    body->filed += n;
    return take(&body->budget->filed, n, filed_most) && file_write(body->file, data, n);
}

/* What memory held goes first. */
static enum body_end file(struct body *body, const void *data, size_t n)
{
    errno = 0;
    bool good = true;
    if (body->file < 0) {
        good = (body->file = nameless_file(body->beside)) >= 0 && write_on(body, body->text ? body->text : "", body->n);
        let_go(body);
    }
    if (!good || !write_on(body, data, n))
        return errno == ENOSPC || errno == EDQUOT ? BODY_NO_SPACE : BODY_OVERLOADED;
    body->n += n;
    return BODY_GOOD;
}

enum body_end body_add(struct body *body, const void *data, size_t n)
{
    return body->spool && body->n + n > body->spool ? file(body, data, n) : hold(body, data, n);
}

const char *body_text(struct body *body)
{
    if (body->file < 0)
        return body->text ? body->text : "";
    body->mapped = body->n + 1;
    void *map = ftruncate(body->file, (off_t)body->mapped) == 0 ? mmap(NULL, body->mapped, PROT_READ, MAP_PRIVATE, body->file, 0) : MAP_FAILED;
    body->map = map == MAP_FAILED ? NULL : map;
    return body->map;
}

void body_fini(struct body *body)
{
    let_go(body);
    atomic_fetch_sub(&body->budget->filed, (int64_t)body->filed);
    if (body->map)
        munmap(body->map, body->mapped);
    if (body->file >= 0)
        close(body->file);
}
