/* attachment: files that come and go with messages. Those of a ticket are numbered from 1 in the order their messages came to the desk, so that a
 * number stays what it was when an older message comes late. What an agent wants to send is put here first: its bytes are on the shelf, then in
 * a commit, before it has an answer that a reply can name. Who reads one is in the journal. */
#include "api/calls.h"
#include "api/show.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/attachment.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SPOOL = 64 << 10, NAME_SAID = 1024 };

/* --- what there is --- */

/* Its row where we have the bytes; false: a link, or what its sender never gave us. */
static bool kept(struct show *show, const struct attachment *a, uint8_t sha256[32], int64_t *size)
{
    bool found = false;
    return a->sha256 && crypto_unhex(a->sha256, 32, sha256) && store_file_get(show->store, sha256, size, &found, &show->err) && found;
}

static struct json *shown(struct show *show, const struct attachment *a, int64_t n)
{
    uint8_t sha256[32];
    int64_t size = a->size;
    struct json *row = json_object();
    bool ours = kept(show, a, sha256, &size);
    json_put_i64(row, "n", n);
    json_put_string(row, "name", attachment_name(show->arena, show_said(show, a->name)));
    json_put_string(row, "type", a->type);
    if (size >= 0)
        json_put_i64(row, "size", size);
    json_put_string(row, "host", a->host);
    json_put_bool(row, "kept", ours);
    if (ours)
        json_put_string(row, "sha256", a->sha256);
    return row;
}

static int by_row(const void *a, const void *b)
{
    const struct message *const *x = a, *const *y = b;
    return ((*x)->row > (*y)->row) - ((*x)->row < (*y)->row);
}

/* For each message the number before its first file: each is read once, however many there are. */
static int64_t *numbers(struct arena *arena, const struct message *messages, int count)
{
    const struct message **order = ARENA_ARRAY(arena, const struct message *, count + 1);
    int64_t *before = ARENA_ARRAY(arena, int64_t, count + 1), n = 0;
    struct attachment *list;
    for (int i = 0; i < count; i++)
        order[i] = &messages[i];
    qsort(order, (size_t)count, sizeof *order, by_row);
    for (int i = 0; i < count; i++) {
        before[order[i] - messages] = n;
        n += order[i]->assets ? attachment_read(arena, order[i]->assets, &list) : 0;
    }
    return before;
}

static struct json *rows_of(struct show *show, const struct message *m, int64_t before)
{
    struct attachment *list;
    struct json *rows = json_array();
    int n = attachment_read(show->arena, m->assets, &list);
    for (int i = 0; i < n; i++)
        json_push(rows, shown(show, &list[i], before + i + 1));
    return rows;
}

void show_attachments(struct show *show, const struct message *messages, int count, struct json **rows)
{
    int64_t *before = numbers(show->arena, messages, count);
    for (int i = 0; i < count; i++)
        rows[i] = messages[i].assets ? rows_of(show, &messages[i], before[i]) : NULL;
}

static void list_them(struct request *req)
{
    struct show show;
    struct message *messages = NULL;
    int count = 0;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object(), *all = json_array(), **rows = NULL;
    const struct ticket *t = show_asked(&show);
    if (t && store_message_list(show.store, show.arena, t->id, &messages, &count, &show.err))
        show_attachments(&show, messages, count, rows = ARENA_ARRAY(show.arena, struct json *, count + 1));
    for (int i = 0; rows && i < count; i++) {
        for (const struct json *r = json_first(rows[i]); r; r = json_next(r)) {
            struct json *row = json_copy(r);
            json_put_i64(row, "message", messages[i].row);
            json_put_i64(row, "at", messages[i].at);
            json_push(all, row);
        }
        json_free(rows[i]);
    }
    json_put(root, "attachments", all);
    show_answer(&show, root);
}

/* --- reading one --- */

struct reading {
    struct job job;
    struct attachment file;
    const char *data;
};

static bool find(struct show *show, struct reading *r)
{
    struct message *messages = NULL;
    struct attachment *list;
    int count = 0;
    const struct ticket *t = show_asked(show);
    int64_t n = strtoll(show->req->param[1], NULL, 10);
    if (!t || !store_message_list(show->store, show->arena, t->id, &messages, &count, &show->err))
        return false;
    const int64_t *before = numbers(show->arena, messages, count);
    for (int i = 0; i < count; i++) {
        int64_t first = before[i], of = attachment_read(show->arena, messages[i].assets, &list);
        if (n <= first || n > first + of)
            continue;
        r->file = list[n - first - 1];
        r->job.filing = (struct filing){.agent = show->req->agent->name, .name = r->file.name, .ticket = t->id, .n = n};
        return true;
    }
    return err_set(&show->err, ERR_NOT_FOUND, "#%" PRId64 " has no attachment %.20s; `triage attachments %" PRId64 "` numbers them", t->id, show->req->param[1], t->id);
}

/* A name in a header: ASCII, and beside it as it is (RFC 6266). */
static const char *disposition(struct arena *arena, const char *name)
{
    char *plain = arena_strdup(arena, name);
    AUTO_STR coded;
    str_init(&coded, 4 * ATTACHMENT_NAME);
    for (char *p = plain; *p; p++) {
        bool is_token = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", *p);
        str_addf(&coded, is_token ? "%c" : "%%%02X", (unsigned char)*p);
        *p = (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f && *p != '"' && *p != '\\' ? *p : '_';
    }
    return arena_printf(arena, "attachment; filename=\"%s\"; filename*=UTF-8''%s", plain, coded.data);
}

/* Never as what its sender calls it: only an ending that we know says more than "bytes". */
static void was_read(struct request *req)
{
    struct reading *r = req->own;
    if (!r->job.ok) {
        request_fail(req, &r->job.err);
        return;
    }
    request_head(req, "Content-Disposition", disposition(req->arena, r->file.name));
    request_head(req, "X-Content-Type-Options", "nosniff");
    request_answer(req, 200, attachment_type(r->file.name), r->data, (size_t)r->file.size);
}

static void read_one(struct request *req)
{
    struct show show;
    struct reading *r = ARENA_NEW(req->arena, struct reading);
    uint8_t sha256[32];
    *r = (struct reading){.job = {.kind = JOB_FILE, .arena = req->arena}};
    if (!show_open(&show, req))
        return;
    if (find(&show, r) && !kept(&show, &r->file, sha256, &r->file.size) && show.err.code == ERR_NONE)
        err_set(&show.err, ERR_NOT_FOUND, r->file.host ? "%s is a link to %s: its bytes were never here" : "%s: its bytes were never here", r->file.name, r->file.host);
    if (show.err.code || !shelf_read(req->arena, req->desk->db, sha256, (size_t)r->file.size, &r->data, &show.err)) {
        show_fail(&show);
        return;
    }
    req->own = r;
    call_post(req, &r->job, was_read);
}

/* --- putting one here --- */

struct upload {
    struct shelf_job shelf;
    struct shelf_file file;
    struct job job;
    const char *name;
};

static void put_down(struct request *req)
{
    struct upload *u = req->own;
    char hex[65];
    if (!u->job.ok) {
        request_fail(req, &u->job.err);
        return;
    }
    struct json *row = json_object();
    crypto_hex(u->file.sha256, sizeof u->file.sha256, hex);
    json_put_string(row, "name", u->name);
    json_put_string(row, "type", attachment_type(u->name));
    json_put_i64(row, "size", (int64_t)u->file.n);
    json_put_string(row, "sha256", hex);
    request_json_tree(req, 200, row);
}

static void shelved(struct request *req)
{
    struct upload *u = req->own;
    if (!u->shelf.ok) {
        request_fail(req, &u->shelf.err);
        return;
    }
    u->job = (struct job){.kind = JOB_FILE, .arena = req->arena, .filing = {.agent = req->agent->name, .size = (int64_t)u->file.n}};
    memcpy(u->job.filing.sha256, u->file.sha256, sizeof u->file.sha256);
    call_post(req, &u->job, put_down);
}

static void put_one(struct request *req)
{
    struct err err = {0};
    const char *said = request_query(req, "name");
    struct upload *u = ARENA_NEW(req->arena, struct upload);
    if (!said || !*said || strlen(said) > NAME_SAID) {
        err_set(&err, ERR_USAGE, "name: what the file is called, 1 to %d bytes", NAME_SAID);
        request_fail(req, &err);
        return;
    }
    *u = (struct upload){.name = attachment_name(req->arena, said), .file = {.data = req->body, .n = req->body_n}};
    if (!req->body_n) {
        err_set(&err, ERR_INPUT, "%s is empty", u->name);
        request_fail(req, &err);
        return;
    }
    u->shelf = (struct shelf_job){.files = &u->file, .count = 1, .wake = request_wake, .wake_arg = req};
    req->own = u;
    request_park(req, shelved);
    if (!shelf_post(req->desk->shelf, &u->shelf, &err)) {
        u->shelf.err = err;
        request_wake(req);
    }
}

static size_t most(const struct request *req)
{
    return (size_t)req->config->attachments.file;
}

const struct call attachment_calls[] = {
    {.method = "POST", .path = "/v1/files", .sides = SIDE_DESK, .limit_of = most, .spool = SPOOL, .role = ROLE_AGENT, .handle = put_one, .help = "a file, for a reply to bring"},
    {.method = "GET", .path = "/v1/tickets/{}/attachments", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = list_them, .help = "the files of a ticket's messages"},
    {.method = "GET", .path = "/v1/tickets/{}/attachments/{}", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = read_one, .help = "the bytes of one; the journal says who read it"},
    {0},
};
