/* stream: server-sent events to consoles. A reader of the hub with a few words of its own: hello and all counts first, counts when
 * the numbers of its own views changed, reset when it fell behind, bye at the end, a comment when nothing was said for a while. With
 * nothing to send it parks itself under the hub's lock; the hub's next frame, or main's heartbeat, wakes it. */
#include "api/calls.h"
#include "base/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JUST_NOW_MS = 1000, WORDS_MAX = 64 << 10 };

struct listening {
    struct request *req; /* only while the connection lives */
    struct desk *desk;
    struct hub_reader *reader;
    struct str words;    /* own frames not yet sent */
    size_t sent;
    struct str counts;   /* as last told */
    int64_t number;      /* this stream's, in presence */
    char agent[64];
    int role;
    bool restricted;
    unsigned generation;
    int64_t said_at;
    bool stale, bye, parked; /* stale: the numbers of its agent's own views may have changed since the counts */
};

static void wake(void *arg)
{
    stream_wake(((struct listening *)arg)->req);
}

/* Who is awake and has nothing to say was woken by main's heartbeat, which is for all who have not just said something. */
static bool is_mute(const struct listening *l)
{
    return clock_mono() - l->said_at >= JUST_NOW_MS;
}

/* Under the hub's lock. Who still has counts to tell stays awake, and when the desk is stopping nobody falls asleep. */
static bool park(void *arg)
{
    struct listening *l = arg;
    l->parked = !l->stale && !is_mute(l) && !atomic_load(&l->desk->draining);
    if (l->parked)
        stream_park(l->req);
    return l->parked;
}

static ssize_t say(struct listening *l, char *buf, size_t max)
{
    size_t left = l->words.len - l->sent, n = left < max ? left : max;
    memcpy(buf, l->words.data + l->sent, n);
    l->sent += n;
    if (l->sent == l->words.len) {
        str_clear(&l->words);
        l->sent = 0;
    }
    l->said_at = clock_mono();
    return (ssize_t)n;
}

/* Is the agent still who the stream was opened for? A new configuration may say otherwise; if not, what else it changed is to be
 * asked for. */
static bool welcome(struct listening *l)
{
    unsigned generation = atomic_load(&l->desk->generation);
    if (generation == l->generation)
        return true;
    struct snapshot *s = desk_hold(l->desk);
    const struct config_agent *agent = config_agent(s->config, l->agent);
    bool same = agent && agent->role == l->role && agent->restricted == l->restricted;
    snapshot_drop(s);
    l->generation = generation;
    l->stale = true;
    if (same)
        str_adds(&l->words, "event: reload\ndata: {}\n\n");
    return same;
}

/* What the desk counts for this agent, as of *seq. NULL: the database is busy with itself. */
static struct json *count(struct listening *l, int64_t *seq)
{
    struct err err = {0};
    const char *agents[] = {l->agent};
    struct store *store = request_store(l->req, &err);
    if (!store || !store_freeze(store, &err))
        return NULL;
    struct snapshot *s = desk_hold(l->desk);
    struct json *counts = store_entry_last(store, seq, &err) ? engine_counts(store, s->config, agents, 1, &err) : NULL;
    snapshot_drop(s);
    store_thaw(store);
    return counts;
}

/* The views that differ from agent to agent: {"mine":3}. */
static const char *own_counts(struct arena *arena, const struct json *counts, const char *agent)
{
    AUTO_JSON views = json_object();
    for (const struct json *v = json_first(json_get(counts, "owners")); v; v = json_next(v))
        json_put_i64(views, json_name(v), json_get_i64(v, agent, 0));
    return json_print_in(arena, views);
}

/* First all there is to count: whoever comes back may have missed the last frame of a daemon that is no more. Then what is the
 * agent's own, where it changed; the rest comes with the writer's own frames. */
static void add_counts(struct listening *l)
{
    AUTO_ARENA arena = arena_new();
    int64_t seq = 0;
    AUTO_JSON counts = count(l, &seq);
    bool first = !l->counts.len;
    l->stale = false;
    if (!counts)
        return;
    const char *own = own_counts(arena, counts, l->agent);
    if (strcmp(own, l->counts.data) == 0)
        return;
    str_clear(&l->counts);
    str_adds(&l->counts, own);
    json_put_i64(counts, "seq", seq);
    if (first)
        str_addf(&l->words, "event: counts\ndata: %s\n\n", json_print_in(arena, counts));
    else
        str_addf(&l->words, "event: counts\ndata: {\"seq\":%" PRId64 ",\"views\":%s}\n\n", seq, own);
}

static ssize_t pull(void *arg, char *buf, size_t max)
{
    struct listening *l = arg;
    for (;;) {
        if (l->words.len)
            return say(l, buf, max);
        if (l->bye)
            return -1;
        if (atomic_load(&l->desk->draining) || !welcome(l)) {
            str_adds(&l->words, "event: bye\ndata: {}\n\n");
            l->bye = true;
        }
        if (l->words.len)
            continue;
        l->parked = false;
        ssize_t n = hub_read(l->reader, buf, max, park);
        if (n > 0) {
            l->said_at = clock_mono();
            return n;
        }
        l->stale |= n < 0 || hub_counted(l->reader);
        if (n < 0)
            str_adds(&l->words, "event: reset\ndata: {}\n\n");
        else if (l->stale)
            add_counts(l);
        else if (l->parked)
            return 0;
        else if (is_mute(l))
            str_adds(&l->words, ":\n\n");
    }
}

static void done(void *arg)
{
    struct listening *l = arg;
    presence_leave(l->desk->presence, l->number);
    hub_leave(l->reader);
    str_fini(&l->words);
    str_fini(&l->counts);
    free(l);
}

static int64_t last_seen(const struct request *req)
{
    const char *text = request_header(req, "Last-Event-ID", NULL);
    if (!text)
        text = request_query(req, "after");
    if (!text || !*text || strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
        return -1;
    return strtoll(text, NULL, 10);
}

/* A seq the journal has not reached: another database's. */
static bool from_elsewhere(struct request *req, int64_t after)
{
    struct err err = {0};
    int64_t last = 0;
    struct store *store = after >= 0 ? request_store(req, &err) : NULL;
    return store && store_entry_last(store, &last, &err) && after > last;
}

static void open_stream(struct request *req)
{
    struct listening *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    bool too_old;
    *l = (struct listening){.req = req, .desk = req->desk, .role = req->agent->role, .restricted = req->agent->restricted, .said_at = clock_mono(), .stale = true,
                            .generation = atomic_load(&req->desk->generation)};
    str_copy(l->agent, sizeof l->agent, req->agent->name);
    str_init(&l->words, WORDS_MAX);
    str_init(&l->counts, WORDS_MAX);
    int64_t after = last_seen(req);
    bool elsewhere = from_elsewhere(req, after);
    l->reader = hub_join(req->desk->hub, elsewhere ? -1 : after, l->role >= ROLE_LEAD, wake, l, &too_old);
    hub_belongs(l->reader, l->agent);
    l->number = presence_join(req->desk->presence, l->agent, request_socket(req));
    AUTO_JSON present = presence_list(req->desk->presence);
    str_addf(&l->words, "event: hello\ndata: {\"seq\":%" PRId64 ",\"now\":%" PRId64 ",\"stream\":%" PRId64 ",\"beat\":%" PRId64 ",\"role\":\"%s\",\"restricted\":%s,\"presence\":%s}\n\n",
             hub_seq(req->desk->hub), clock_now(), l->number, req->desk->beat, role_word(l->role), l->restricted ? "true" : "false", json_print_in(req->arena, present));
    if (too_old || elsewhere)
        str_adds(&l->words, "event: reset\ndata: {}\n\n");
    if (!request_stream(req, pull, done, l))
        done(l);
}

/* PUT /v1/presence: never meets the writer. */
static void put_presence(struct request *req)
{
    const struct json *body = call_body(req);
    if (!body)
        return;
    struct err err = {0};
    const char *word = json_get_string(body, "doing", "");
    int64_t stream = json_get_i64(body, "stream", 0), ticket = json_get_i64(body, "ticket", 0);
    int doing = PRESENCE_IDLE;
    while (doing < PRESENCE_DOINGS && strcmp(presence_words[doing], word) != 0)
        doing++;
    if (doing == PRESENCE_DOINGS || ticket < 0)
        err_set(&err, ERR_USAGE, "doing: idle, viewing or replying; ticket: its number, 0 = none");
    else if (!presence_put(req->desk->presence, stream, req->agent->name, ticket, doing))
        err_set(&err, ERR_NOT_FOUND, "you have no stream %" PRId64, stream);
    if (err.code)
        request_fail(req, &err);
    else
        request_json(req, 200, "{\"ok\":true}");
}

const struct call stream_calls[] = {
    {.method = "PUT", .path = "/v1/presence", .sides = SIDE_DESK, .limit = 1024, .role = ROLE_AGENT, .handle = put_presence, .help = "what a console's stream looks at now"},
    {.method = "GET", .path = "/v1/stream", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = open_stream, .help = "server-sent events"},
    {0},
};
