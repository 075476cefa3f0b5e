/* world: see world.h. */
#include "harness/world.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/redact.h"
#include "core/retry.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

const char world_config[] =
    "team: test desk\n"
    "sources:\n"
    "  - {name: rbs, dialect: rbs, secrets: [s]}\n"
    "  - {name: ripio, dialect: ripio, secrets: [s]}\n"
    "  - {name: cstar, dialect: cstar, secrets: [s], reply_via: webhook, reply_url: 'https://shop.example/r', reply_secret: r}\n"
    "  - {name: ingest, dialect: ingestlayer, secrets: [s]}\n"
    "  - {name: tamio, dialect: tamio, secrets: [s]}\n"
    "agents:\n"
    "  - {name: ana, uid: 1001, role: agent, keys: ['tamio:tm-ana', 'cstar:mem_ana']}\n"
    "  - {name: tom, uid: 1002, role: agent}\n"
    "  - {name: mara, uid: 1003, role: lead}\n"
    "oncall: [mara]\n"
    "escalation:\n"
    "  policies:\n"
    "  - {name: default, ack_timeout: 30m, repeat: 1, steps: [{target: oncall, delay: 5m}, {target: leads, delay: 10m}]}\n";

static void die(const char *what, const struct err *err)
{
    fprintf(stderr, "world: %s: %s\n", what, err->text);
    abort();
}

static char *slurp(const char *name, size_t *n)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", getenv("TRIAGE_SRCDIR"), name);
    FILE *f = fopen(path, "rb");
    char *text = malloc(1 << 20);
    if (!f || !text)
        abort();
    *n = fread(text, 1, 1 << 20, f);
    fclose(f);
    return text;
}

static void begin(struct world *w)
{
    struct err err;
    w->engine.batch = arena_new();
    w->engine.frames = NULL;
    w->engine.frames_end = &w->engine.frames;
    w->engine.outgoing = NULL;
    if (!store_begin(w->engine.store, &err))
        die("begin", &err);
}

static void commit(struct world *w)
{
    struct err err;
    struct str frames;
    if (!engine_batch_end(&w->engine, &err) || !store_commit(w->engine.store, &err))
        die("commit", &err);
    str_init(&frames, 16 << 20);
    for (struct frame *f = w->engine.frames; f; f = f->next)
        str_addf(&frames, "%s %lld %s%s%s\n", f->kind, (long long)f->seq, f->data, f->only ? " to " : "", f->only ? f->only : "");
    free(w->frames);
    w->frames = str_take(&frames);
    arena_free(w->engine.batch);
    w->engine.batch = NULL;
}

/* A minute after the last that happened there. */
static void go_on(struct world *w)
{
    struct entry_query q = {.limit = 1, .newest_first = true};
    struct entry *last;
    struct err err = {0};
    int n;
    if (!store_entry_list(w->engine.store, w->arena, &q, &last, &n, &err))
        die("entries", &err);
    w->now = n ? last->at + 60000 : w->now;
}

struct world *world_open_at(const char *config, const char *path)
{
    struct world *w = calloc(1, sizeof *w);
    struct err err = {0};
    size_t game_n, lexicon_n;
    char *game = slurp("data/game/default.yaml", &game_n), *lexicon = slurp("data/classify/lexicon.tsv", &lexicon_n);
    if (!config)
        config = world_config;
    if (!w || !crypto_open() || !redact_open(&err))
        abort();
    w->arena = arena_new();
    w->now = 1798761600000; /* 2027-01-01 */
    w->engine.store = store_open(path, STORE_WRITER, &err);
    struct config *parsed = w->engine.store ? config_parse(w->arena, "test.yaml", config, strlen(config), game, game_n, &err) : NULL;
    w->engine.config = parsed;
    w->model = parsed && config_zones(parsed, w->arena, zone_load, &err) ? classify_model_new(lexicon, lexicon_n, &err) : NULL;
    if (!w->model)
        die("open", &err);
    free(game);
    free(lexicon);
    go_on(w);
    begin(w);
    if (!engine_boot(&w->engine, w->arena, w->now, &err) || !engine_views(&w->engine, w->arena, w->now, &err))
        die("boot", &err);
    commit(w);
    return w;
}

struct world *world_open(const char *config)
{
    return world_open_at(config, NULL);
}

void world_close(struct world *w)
{
    engine_close(&w->engine);
    store_close(w->engine.store);
    classify_model_free(w->model);
    arena_free(w->arena);
    free(w->frames);
    free(w);
}

static const char *no_header(const void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return NULL;
}

static void map_agent(struct world *w, const char **key)
{
    const struct config_agent *agent = *key ? config_agent_by_key(w->engine.config, *key) : NULL;
    if (agent)
        *key = agent->name;
}

static const char *customer_text(const struct observation *obs)
{
    for (int i = 0; i < obs->message_count; i++)
        if (obs->messages[i].author_kind == AUTHOR_CUSTOMER && obs->messages[i].body)
            return obs->messages[i].body;
    return NULL;
}

static void item_of(struct world *w, const struct config_source *source, const struct dialect *d, const struct interpretation *i,
                    const char *body, size_t n, struct ingest_item *item)
{
    *item = (struct ingest_item){.obs = i->obs, .effect = effect_word(i->effect), .has_key = i->key != NULL, .key_daily = i->key_daily,
                                 .quarantine = i->effect == EFFECT_QUARANTINE};
    item->event = (struct event){.source = source->name, .account = source->account, .dialect = d->name, .key = i->key, .type = i->type,
                                 .effect = i->effect, .effect_text = item->effect, .received_at = w->now, .occurred_at = i->occurred_at,
                                 .warnings = "[]", .headers = "{}", .note = i->fatal, .raw = body, .raw_n = n};
    memcpy(item->event.content_hash, i->content_hash, sizeof i->content_hash);
    crypto_sha256(body, n, item->event.sha256);
    item->obs.account = source->account;
    item->obs.dialect = d->name;
    map_agent(w, &item->obs.value.assignee);
    map_agent(w, &item->obs.value.closed_by);
    const char *text = customer_text(&item->obs);
    if (text || item->obs.value.title) {
        classify_text(w->model, w->arena, item->obs.value.title, text, &item->label);
        item->labelled = item->obs.key != NULL;
    }
}

const char *world_post(struct world *w, const char *source_name, const char *dialect_name, int door, const char *body, size_t n)
{
    const struct config_source *source = config_source(w->engine.config, source_name);
    const struct dialect *d = dialect_find(dialect_name);
    struct json_notes notes;
    struct err err = {0};
    struct dialect_input in = {.body = body, .body_n = n, .notes = &notes, .header = no_header, .account = source->account, .door = door,
                               .received_at = w->now};
    struct interpretation *list;
    int count;
    in.root = json_parse_in(w->arena, body, n, &json_limits_dialect, &notes, &err);
    if (!d->decode(w->arena, &in, &list, &count))
        return "reject";
    struct ingest_item *items = ARENA_ARRAY(w->arena, struct ingest_item, count);
    struct ingest_answer answer = {0}, first = {0};
    begin(w);
    for (int i = 0; i < count; i++) {
        item_of(w, source, d, &list[i], body, n, &items[i]);
        items[i].payload = door == DOOR_OUT ? json_get(in.root, "payload") : in.root;
        items[i].hops = w->hops;
        if (!engine_ingest(&w->engine, w->arena, &items[i], w->now, &answer, &err))
            die("ingest", &err);
        if (!i)
            first = answer;
    }
    commit(w);
    bool plain = str_eq(first.state, "applied") || str_eq(first.state, "ignored");
    return plain ? items[0].effect : first.state;
}

const struct json *world_answer(struct world *w, const struct do_request *req)
{
    char *answer = NULL;
    struct err err = {0};
    begin(w);
    if (!engine_do(&w->engine, w->arena, req, w->now, &answer, &err))
        die(action_table[req->action.id].name, &err);
    commit(w);
    return json_parse_in(w->arena, answer, strlen(answer), &json_limits_dialect, NULL, NULL);
}

const struct json *world_request(struct world *w, const struct do_request *req)
{
    return json_first(json_get(world_answer(w, req), "results"));
}

const struct json *world_do(struct world *w, const char *agent, const char *name, int64_t ticket, const char *arg)
{
    return world_do_with(w, agent, name, ticket, arg, NULL);
}

const struct json *world_do_with(struct world *w, const char *agent, const char *name, int64_t ticket, const char *arg, const char *with)
{
    const struct config_agent *who = config_agent(w->engine.config, agent);
    struct do_request req = {.action = {.id = (int)(action_find(name) - action_table), .actor = agent, .role = who->role, .arg = arg, .with = with},
                             .tickets = &ticket, .ticket_count = ticket ? 1 : 0};
    return world_request(w, &req);
}

bool world_ok(const struct json *result)
{
    return json_get_bool(result, "ok", false);
}

struct ticket *world_ticket(struct world *w, int64_t id)
{
    struct err err = {0};
    struct ticket *t = store_ticket_get(w->engine.store, w->arena, id, &err);
    if (!t)
        die("ticket", &err);
    return t;
}

int64_t world_find(struct world *w, const char *account, const char *key)
{
    int64_t id;
    struct err err = {0};
    if (!store_ticket_find(w->engine.store, account, key, &id, &err))
        die("find", &err);
    return id;
}

static bool step(struct world *w)
{
    struct err err = {0};
    int ran = 0;
    begin(w);
    if (!engine_wake(&w->engine, w->arena, w->now, 64, &ran, &err))
        die("wake", &err);
    commit(w);
    return ran > 0;
}

void world_wait(struct world *w, int64_t ms)
{
    int64_t until = w->now + ms, next;
    struct err err = {0};
    while (engine_next(&w->engine, &next, &err) && next && next <= until) {
        w->now = next > w->now ? next : w->now;
        int64_t then = next;
        if (!step(w) && (!engine_next(&w->engine, &then, &err) || then == next))
            break; /* it asks for what it then does not do */
    }
    w->now = until;
}

void world_receipt(struct world *w, int64_t parcel, int64_t status)
{
    struct receipt r = {.parcel = parcel, .status = status, .verdict = {.kind = status / 100 == 2 ? VERDICT_DELIVERED : VERDICT_RETRY}};
    world_receive(w, &r);
}

void world_deliver(struct world *w, const struct delivery_request *request)
{
    struct err err;
    char *answer;
    begin(w);
    if (!engine_deliveries(&w->engine, w->arena, request, w->now, &answer, &err))
        die("deliveries", &err);
    commit(w);
}

void world_receive(struct world *w, const struct receipt *given)
{
    struct receipt r = *given;
    struct err err = {0};
    begin(w);
    if (!engine_receipt(&w->engine, w->arena, &r, w->now, &err))
        die("receipt", &err);
    commit(w);
}

int world_entries(struct world *w, int64_t ticket, const char *kind)
{
    struct entry_query q = {.ticket = ticket, .kind = kind, .limit = 1000};
    struct entry *list;
    int n;
    struct err err = {0};
    if (!store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err))
        die("entries", &err);
    return n;
}

void world_rebuilds(struct world *w)
{
    AUTO_STR report;
    int64_t differ = -1;
    struct err err = {0};
    str_init(&report, 1 << 20);
    if (!engine_rebuild(&w->engine, &report, &differ, &err))
        fail_msg("not rebuilt: %s", err.text);
    if (differ || report.len)
        fail_msg("a rebuild differs %lld times: %s", (long long)differ, report.data);
}
