/* self: the daemon of itself: which it is, since when, and what it holds. Nothing of the desk: no store is touched. */
#include "config.h"
#include "api/calls.h"
#include "base/clock.h"
#include "base/memory.h"
#include <unistd.h>

static void get_self(struct request *req)
{
    AUTO_JSON root = json_object();
    struct memory now = memory_now();
    struct json *memory = json_object();
    json_put_i64(memory, "used", (int64_t)now.used);
    json_put_i64(memory, "kept", (int64_t)now.kept);
    json_put_string(root, "version", PACKAGE_VERSION);
    json_put_i64(root, "pid", getpid());
    json_put_i64(root, "up_ms", clock_mono() - req->desk->began_at);
    json_put(root, "memory", memory);
    request_json(req, 200, json_print_in(req->arena, root));
}

const struct call self_calls[] = {
    {.method = "GET", .path = "/v1/self", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_self, .help = "the daemon itself: version, age, memory"},
    {0},
};
