/* flat: what must cost the same on a small desk and on a large one, in microseconds (p50 and p99): which ticket claim next gives,
 * when the next wake is, the counts of all views, and the leaderboard. `flat FILE TICKETS...` fills one desk on disk up to each of
 * the sizes in turn and prints a line each; the whole of a claim, with its commit, is told beside them. FLAT_VIEWS=1: at the last size
 * also pages by urgency, counts of an expression, and what a ticket costs beside many views that agents keep. FLAT_ERASE=1: what an erasure costs, in its transaction and
 * behind it; it wipes the indexes of words, so it is bounded by their size, not flat. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/player.h"
#include "core/redact.h"
#include "core/when.h"
#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 200, RUNS = 20, CLAIMS = 200, BATCH = 1000, AGENTS = 10 };
static const char rules[] =
    "sources:\n  - {name: bench, dialect: rbs, secrets: [s]}\n"
    "agents:\n"
    "  - {name: ana, uid: 1, skills: [billing, german]}\n  - {name: tom, uid: 2, skills: [billing]}\n  - {name: kim, uid: 3}\n"
    "  - {name: lea, uid: 4}\n  - {name: max, uid: 5}\n  - {name: eva, uid: 6, skills: [german]}\n  - {name: ben, uid: 7}\n"
    "  - {name: ida, uid: 8}\n  - {name: leo, uid: 9, role: lead}\n  - {name: zoe, uid: 10}\n"
    "assignment:\n"
    "  skills:\n    - {skill: billing, when: category == \"billing\"}\n    - {skill: german, when: language == \"de\"}\n";

struct desk {
    struct engine engine;
    struct arena *arena; /* of one batch */
    int64_t now, tickets;
};

static void die(const char *what, const struct err *err)
{
    fprintf(stderr, "flat: %s: %s\n", what, err->text);
    exit(2);
}

static void begin(struct desk *d)
{
    struct err err = {0};
    d->engine.batch = d->arena;
    d->engine.frames = NULL;
    d->engine.frames_end = &d->engine.frames;
    d->engine.outgoing = NULL;
    if (!store_begin(d->engine.store, &err))
        die("begin", &err);
}

static void commit(struct desk *d)
{
    struct err err = {0};
    if (!engine_batch_end(&d->engine, &err) || !store_commit(d->engine.store, &err))
        die("commit", &err);
    arena_reset(d->arena);
}

/* One ticket in four waits for a person; the rest has been assigned by its source, or is done. */
static void create(struct desk *d)
{
    static const char *const agents[] = {"ana", "tom", "kim", "lea", "max", "eva", "ben", "ida", "leo", "zoe"};
    int64_t i = d->tickets++;
    struct ingest_answer answer;
    struct err err = {0};
    struct message message = {.id = "1", .author_kind = AUTHOR_CUSTOMER, .origin = ORIGIN_DESCRIPTION, .is_public = true, .author = "Jo",
                              .body = "Our printer prints nothing since yesterday evening.", .at = d->now};
    struct ingest_item item = {.effect = "create", .has_key = true};
    struct observation *obs = &item.obs;
    *obs = (struct observation){.voice = VOICE_SOURCE, .kind = KIND_CREATE, .account = "bench", .dialect = "rbs", .messages = &message, .message_count = 1,
                                .key = arena_printf(d->arena, "rbs:k%lld", (long long)i)};
    obs->v = (struct version){.t = d->now, .key = obs->key};
    observe_say_text(obs, "title", arena_printf(d->arena, "Terminal %lld prints no receipts", (long long)i));
    observe_say_text(obs, "customer", arena_printf(d->arena, "c%lld", (long long)(i % 5000)));
    observe_say_text(obs, "language", i % 5 ? "en" : "de");
    observe_say_int(obs, "category", i % 3 ? CATEGORY_BUG : CATEGORY_BILLING);
    observe_say_int(obs, "status", i % 4 == 3 ? STATUS_RESOLVED : STATUS_OPEN);
    if (i % 4)
        observe_say_text(obs, "assignee", agents[i % AGENTS]);
    item.event = (struct event){.source = "bench", .account = "bench", .dialect = "rbs", .key = arena_printf(d->arena, "e%lld", (long long)i), .type = "ticket",
                                .effect_text = "create", .received_at = d->now, .occurred_at = d->now, .warnings = "[]", .headers = "{}", .raw = "{}", .raw_n = 2};
    crypto_sha256(item.event.key, strlen(item.event.key), item.event.content_hash);
    d->now += 1000;
    if (!engine_ingest(&d->engine, d->arena, &item, d->now, &answer, &err))
        die("ingest", &err);
}

static void grow(struct desk *d, int64_t to)
{
    while (d->tickets < to) {
        begin(d);
        for (int i = 0; i < BATCH && d->tickets < to; i++)
            create(d);
        commit(d);
    }
}

/* --- what is measured --- */

static bool claim_next(struct desk *d, struct arena *arena, int i, struct err *err)
{
    const struct config *c = d->engine.config;
    int64_t ticket;
    return engine_claim_next(d->engine.store, c, arena, c->agents[i % AGENTS].name, d->now, &ticket, err);
}

static bool next_wake(struct desk *d, struct arena *arena, int i, struct err *err)
{
    int64_t at;
    (void)arena, (void)i;
    return engine_next(&d->engine, &at, err);
}

static bool counts(struct desk *d, struct arena *arena, int i, struct err *err)
{
    const char *me[] = {d->engine.config->agents[i % AGENTS].name};
    AUTO_JSON all = engine_counts(d->engine.store, d->engine.config, me, 1, err);
    (void)arena;
    return all != NULL;
}

static bool leaderboard(struct desk *d, struct arena *arena, int i, struct err *err)
{
    struct standing is;
    (void)arena, (void)i;
    for (int k = 0; k < AGENTS; k++)
        if (!store_standing(d->engine.store, d->engine.config->agents[k].name, player_day(&d->engine.config->agents[k], d->now), &is, err))
            return false;
    return true;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* took: us of `runs` each. */
static void tell(const char *what, int64_t tickets, int64_t *took, int n, int runs)
{
    qsort(took, (size_t)n, sizeof *took, by_value);
    printf("%s %lld %.2f %.2f\n", what, (long long)tickets, (double)took[n / 2] / runs, (double)took[n - 1 - n / 100] / runs);
}

static void measure(struct desk *d)
{
    static const struct { const char *name; bool (*run)(struct desk *, struct arena *, int, struct err *); } rows[] = {
        {"claim_next", claim_next}, {"next_wake", next_wake}, {"counts", counts}, {"leaderboard", leaderboard}};
    int64_t took[ROUNDS];
    AUTO_ARENA arena = arena_new();
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        for (int i = 0; i < ROUNDS; i++) {
            struct err err = {0};
            int64_t from = clock_mono_us();
            for (int k = 0; k < RUNS; k++)
                if (!rows[r].run(d, arena, i + k, &err))
                    die(rows[r].name, &err);
            took[i] = clock_mono_us() - from;
            arena_reset(arena);
        }
        tell(rows[r].name, d->tickets, took, ROUNDS, RUNS);
    }
}

/* --- pages, counts and views: bounded, not flat to the microsecond --- */

static const struct config_view *view_all(const struct desk *d)
{
    const struct config *c = d->engine.config;
    for (int i = 0; i < c->view_count; i++)
        if (str_eq(c->views[i].name, "all"))
            return &c->views[i];
    return &c->views[0];
}

/* 50 rows by urgency, from the beginning, and behind the middle. */
static void rank(struct desk *d, const char *name, const char *after)
{
    int64_t took[ROUNDS];
    struct err err = {0};
    struct when_env env = {.me = "ana"};
    struct row_filter f = {.view = "all", .owner = "", .env = &env, .limit = 50, .after = after};
    for (int i = 0; i < ROUNDS; i++) {
        AUTO_ARENA arena = arena_new();
        struct ticket **rows;
        const char *next;
        int n;
        int64_t from = clock_mono_us();
        if (!store_rank_page(d->engine.store, arena, &f, view_all(d)->when, RANK_URGENCY, &rows, &n, &next, &err))
            die(name, &err);
        took[i] = clock_mono_us() - from;
    }
    tell(name, d->tickets, took, ROUNDS, 1);
}

/* How many fit an expression, looked at for 30 ms at most. */
static void count_where(struct desk *d)
{
    int64_t took[20], n = 0;
    bool over = false;
    struct err err = {0};
    struct when_env env = {.me = "ana"};
    struct row_filter f = {.view = "all", .owner = "", .env = &env, .where = when_parse(d->arena, "title.contains(\"7 prints\") && category == \"bug\"", &err)};
    for (int i = 0; i < 20; i++) {
        int64_t from = clock_mono_us();
        if (!store_queue_match(d->engine.store, &f, 30, &n, &over, &err))
            die("count", &err);
        took[i] = clock_mono_us() - from;
    }
    tell("count_where", d->tickets, took, 20, 1);
    printf("count_where_found %lld %s%lld\n", (long long)d->tickets, over ? "over " : "", (long long)n);
    arena_reset(d->arena);
}

static void save_view(struct desk *d, int i)
{
    struct err err = {0};
    char *answer, with[200];
    snprintf(with, sizeof with, "{\"name\":\"v%d\",\"when\":\"urgency == \\\"critical\\\" && status == \\\"open\\\" && id > %d\"}", i / AGENTS, i);
    struct do_request req = {.action = {.id = ACTION_VIEW_SAVE, .actor = d->engine.config->agents[i % AGENTS].name, .role = ROLE_AGENT, .arg = with}};
    begin(d);
    if (!engine_do(&d->engine, d->arena, &req, d->now, &answer, &err))
        die("view-save", &err);
    commit(d);
}

static int64_t fill(struct desk *d)
{
    int64_t from = clock_mono_us(), longest = 0;
    int ran;
    struct err err = {0};
    while (d->engine.views_wait) {
        int64_t at = clock_mono_us();
        begin(d);
        if (!engine_wake(&d->engine, d->arena, 0, 1, &ran, &err))
            die("fill", &err);
        commit(d);
        at = clock_mono_us() - at;
        longest = at > longest ? at : longest;
    }
    printf("view_fill_ms %lld %lld, the longest bite %lld us\n", (long long)d->tickets, (long long)(clock_mono_us() - from) / 1000, (long long)longest);
    return longest;
}

/* What a new ticket costs with so many views kept beside the configuration's. */
static void ticket_with(struct desk *d, int views)
{
    int64_t took[CLAIMS];
    for (int i = 0; i < CLAIMS; i++) {
        begin(d);
        int64_t from = clock_mono_us();
        for (int k = 0; k < RUNS; k++)
            create(d);
        took[i] = clock_mono_us() - from;
        commit(d);
    }
    char name[40];
    snprintf(name, sizeof name, "ticket_with_%d_views", views);
    tell(name, d->tickets, took, CLAIMS, RUNS);
}

static void views(struct desk *d)
{
    rank(d, "rank_first", NULL);
    rank(d, "rank_middle", arena_printf(d->arena, "o.1.%lld", (long long)d->tickets / 2));
    count_where(d);
    ticket_with(d, 0);
    for (int i = 0; i < 10; i++)
        save_view(d, i);
    fill(d);
    ticket_with(d, 10);
    for (int i = 10; i < 120; i++)
        save_view(d, i);
    fill(d);
    ticket_with(d, 120);
}

/* With the journal, the row, the clocks, the views and the sync. */
static void claim(struct desk *d)
{
    int64_t took[CLAIMS];
    for (int i = 0; i < CLAIMS; i++) {
        struct do_request req = {.action = {.id = ACTION_CLAIM_NEXT, .actor = d->engine.config->agents[i % AGENTS].name, .role = ROLE_AGENT}};
        struct err err = {0};
        char *answer;
        int64_t from = clock_mono_us();
        begin(d);
        if (!engine_do(&d->engine, d->arena, &req, d->now, &answer, &err))
            die("claim", &err);
        commit(d);
        took[i] = clock_mono_us() - from;
    }
    tell("claim_and_commit", d->tickets, took, CLAIMS, 1);
}

/* --- what an erasure costs: within its transaction, and behind it --- */

/* As the daemon would have them by then. */
static void index_all(struct desk *d)
{
    struct err err = {0};
    struct store *s = d->engine.store;
    int64_t seq = 0, was = -1;
    bool late;
    if (!store_search_mark(s, &seq, &err))
        die("mark", &err);
    for (; seq != was || store_sieve_wants(s, &late);) {
        was = seq;
        if (!store_begin(s, &err) || !store_search_fill(s, &seq, 100, &err) || !store_keys_fill(s, 100, &err) || !store_sieve_fill(s, 100, &err) || !store_commit(s, &err))
            die("index", &err);
    }
}

static void erase(struct desk *d)
{
    enum { ERASURES = 3 };
    int64_t took[ERASURES], scoured[ERASURES];
    for (int i = 0; i < ERASURES; i++) {
        int64_t id = d->tickets / (ERASURES + 1) * (i + 1);
        struct do_request req = {.action = {.id = ACTION_ERASE, .actor = "leo", .role = ROLE_ADMIN, .with = "{\"confirm\":true}"}, .tickets = &id, .ticket_count = 1};
        struct err err = {0};
        char *answer;
        bool done;
        index_all(d);
        if (!store_checkpoint(d->engine.store, &err))
            die("checkpoint", &err);
        int64_t from = clock_mono_us();
        begin(d);
        if (!engine_do(&d->engine, d->arena, &req, d->now, &answer, &err))
            die("erase", &err);
        commit(d);
        took[i] = clock_mono_us() - from;
        from = clock_mono_us();
        if (!store_scour(d->engine.store, &done, &err))
            die("scour", &err);
        scoured[i] = clock_mono_us() - from;
    }
    tell("erase_and_commit", d->tickets, took, ERASURES, 1);
    tell("scour", d->tickets, scoured, ERASURES, 1);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    AUTO_ARENA keep = arena_new();
    struct desk d = {.arena = arena_new(), .now = 1798761600000};
    if (argc < 3 || !crypto_open() || !redact_open(&err)) {
        fputs("usage: flat FILE TICKETS...\n", stderr);
        return 64;
    }
    d.engine.config = config_parse(keep, "bench", rules, strlen(rules), NULL, 0, &err);
    d.engine.store = d.engine.config ? store_open(argv[1], STORE_WRITER, &err) : NULL;
    if (!d.engine.store)
        die("open", &err);
    begin(&d);
    if (!engine_boot(&d.engine, keep, d.now, &err) || !engine_views(&d.engine, keep, d.now, &err))
        die("boot", &err);
    commit(&d);
    for (int i = 2; i < argc; i++) {
        grow(&d, atoll(argv[i]));
        if (!store_checkpoint(d.engine.store, &err))
            die("checkpoint", &err);
        measure(&d);
        claim(&d);
        if (getenv("FLAT_ERASE"))
            erase(&d);
    }
    if (getenv("FLAT_VIEWS"))
        views(&d);
    engine_close(&d.engine);
    store_close(d.engine.store);
    arena_free(d.arena);
    return 0;
}
