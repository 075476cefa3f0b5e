/* self: the daemon of itself: which it is, since when, and what it holds. Nothing of the desk: the store is weighed, not opened. */
#include "config.h"
#include "api/calls.h"
#include "base/clock.h"
#include "base/memory.h"
#include <sys/stat.h>
#include <unistd.h>

/* 0: it is not there, as a journal that was put away whole. */
static int64_t weight(struct arena *arena, const char *db, const char *suffix)
{
    struct stat st;
    return stat(arena_printf(arena, "%s%s", db, suffix), &st) == 0 ? (int64_t)st.st_size : 0;
}

static struct json *store_of(struct request *req)
{
    struct json *store = json_object();
    json_put_i64(store, "bytes", weight(req->arena, req->desk->db, ""));
    json_put_i64(store, "journal", weight(req->arena, req->desk->db, "-wal"));
    return store;
}

/* Whatever here only grows to its ceiling is a cache: pages of the store, frames for consoles that come back. */
static struct json *memory_of(struct request *req)
{
    struct json *memory = json_object();
    struct memory now = memory_now();
    struct store_cache pages = store_cache();
    struct hub_load ring = hub_load(req->desk->hub);
    json_put_i64(memory, "used", now.used ? (int64_t)now.used + pages.held - pages.heap : 0); /* the block is not the C library's */
    json_put_i64(memory, "kept", (int64_t)now.kept);
    json_put_i64(memory, "pages", pages.held);
    json_put_i64(memory, "pages_most", pages.most);
    json_put_i64(memory, "frames", ring.frames);
    json_put_i64(memory, "frame_bytes", ring.bytes);
    json_put_i64(memory, "streams", ring.readers);
    json_put_i64(memory, "connections", request_connections(req));
    return memory;
}

static void get_self(struct request *req)
{
    AUTO_JSON root = json_object();
    json_put_string(root, "version", PACKAGE_VERSION);
    json_put_i64(root, "pid", getpid());
    json_put_i64(root, "up_ms", clock_mono() - req->desk->began_at);
    json_put(root, "memory", memory_of(req));
    json_put(root, "store", store_of(req));
    const struct classify_model *model = request_model(req);
    if (model) {
        struct json *in_force = json_object();
        json_put_i64(in_force, "epoch", classify_model_epoch(model));
        json_put(root, "model", in_force);
    }
    request_json(req, 200, json_print_in(req->arena, root));
}

const struct call self_calls[] = {
    {.method = "GET", .path = "/v1/self", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_self, .help = "the daemon itself: version, age, memory, store"},
    {0},
};
