/* story: see story.h. */
#include "harness/story.h"
#include "base/str.h"
#include "core/ledger.h"
#include "core/sla.h"
#include "wire/row.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static const char *iso(struct world *w, int64_t ms)
{
    time_t s = ms / 1000;
    struct tm tm;
    char text[32];
    gmtime_r(&s, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    return arena_printf(w->arena, "%s.%03dZ", text, (int)(ms % 1000));
}

int64_t story_create_for(struct world *w, const char *key, const char *customer)
{
    const char *body = arena_printf(w->arena,
        "{\"id\":\"evt_c%s\",\"type\":\"ticket.created\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"%s\","
        "\"title\":\"Question %s\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"%s\",\"customerName\":\"Jo\",\"tags\":[],"
        "\"createdAt\":\"%s\"},\"customer\":{\"id\":\"%s\",\"name\":\"Jo\",\"email\":\"jo@example.com\"}}}",
        key, iso(w, w->now), key, key, customer, iso(w, w->now), customer);
    char full[64];
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, strlen(body)), "create");
    snprintf(full, sizeof full, "cstar:%s", key);
    return world_find(w, "cstar", full);
}

int64_t story_create(struct world *w, const char *key)
{
    return story_create_for(w, key, "c1");
}

void story_says_at(struct world *w, const char *key, const char *sender, const char *text, const char *more, int64_t at)
{
    char n[96]; /* the same words at the same time are the same message */
    snprintf(n, sizeof n, "%s-%lld-%.40s", key, (long long)at, text);
    for (char *c = n; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    const char *body = arena_printf(w->arena,
        "{\"id\":\"evt_%s\",\"type\":\"ticket.message_added\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"%s\"},"
        "\"message\":{\"id\":\"%s\",\"content\":\"%s\",\"sender\":\"%s\",\"createdAt\":\"%s\"%s}}}", n, iso(w, at), key, n, text, sender, iso(w, at), more);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, strlen(body)), "message");
}

void story_says(struct world *w, const char *key, const char *text)
{
    story_says_at(w, key, "customer", text, "", w->now);
}

void story_must(const struct json *result)
{
    if (!world_ok(result))
        fail_msg("refused: %s", json_get_string(json_get(result, "error"), "detail", "?"));
}

void story_act(struct world *w, const char *action, int64_t id, const char *arg)
{
    story_must(world_do(w, "ana", action, id, arg));
}

const char *story_refusal(const struct json *result)
{
    assert_false(world_ok(result));
    return json_get_string(json_get(result, "error"), "detail", "");
}

void story_resolve(struct world *w, int64_t id)
{
    story_act(w, "reply", id, "Please try again now.");
    world_wait(w, MINUTE);
    story_act(w, "close", id, NULL);
    world_wait(w, MINUTE);
}

/* The ticket as stored equals its whole history folded from nothing. */
static void alike(const char *is, const char *would, const char *what)
{
    size_t at = 0;
    while (is[at] && is[at] == would[at])
        at++;
    size_t from = at > 120 ? at - 120 : 0;
    if (is[at] || would[at])
        fail_msg("%s: ...%.300s\nnot ...%.300s", what, is + from, would + from);
}

static const char *folded(struct world *w, const struct ticket *t)
{
    AUTO_JSON row = row_ticket(t, false);
    return arena_printf(w->arena, "%s last %lld desk %lld %lld %lld", json_print_in(w->arena, row), (long long)t->last_t, (long long)t->desk_status_at,
                        (long long)t->desk_assignee_at, (long long)t->desk_priority_at);
}

void story_refolds(struct world *w, int64_t id)
{
    struct err err = {0};
    struct ticket *stored = world_ticket(w, id), *again = engine_refold(&w->engine, w->arena, stored, &err);
    assert_non_null(again);
    alike(folded(w, stored), folded(w, again), "stored, and folded again");
}

static void agrees(struct world *w, const struct ticket *t, int metric, const struct ledger_clock *told)
{
    const struct sla_clock *c = &t->clock[metric];
    int64_t elapsed = sla_elapsed(w->engine.config, c, w->now);
    if (!told && c->state == CLOCK_NONE)
        return;
    if (!told || told->state != c->state || told->elapsed != elapsed || told->due_at != c->due_at || told->target != c->target ||
        told->started_at != c->started_at || told->breached != c->breached || (c->calendar != NULL) != (told->calendar != NULL))
        fail_msg("#%lld %s: the ledger has state %d, counted %lld, due %lld; the clock %d, %lld, %lld", (long long)t->id, sla_metric_word(metric),
                 told ? told->state : -1, told ? (long long)told->elapsed : 0, told ? (long long)told->due_at : 0, c->state, (long long)elapsed, (long long)c->due_at);
    int64_t at = told->started_at, sums[SEGMENT_KINDS] = {0};
    for (int i = 0; i < told->segment_count; i++) {
        const struct ledger_segment *s = &told->segments[i];
        assert_false(s->coarse);
        assert_int_equal(s->from, at);
        sums[s->kind] += s->until - s->from;
        at = s->until;
    }
    assert_memory_equal(sums, told->sums, sizeof sums);
    assert_int_equal(sums[SEGMENT_COUNTED], told->elapsed);
    assert_non_null(ledger_verdict(w->arena, told, w->now)[0]);
}

void story_explains(struct world *w, int64_t id)
{
    struct entry_query q = {.ticket = id, .kind = "sla", .limit = 1000};
    struct entry *page;
    struct err err;
    int count, n = 0, clock_count;
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &page, &count, &err));
    struct ledger_entry *entries = ARENA_ARRAY(w->arena, struct ledger_entry, count + 1);
    struct ledger_clock *clocks;
    const struct ledger_clock *last[SLA_METRICS] = {NULL};
    for (int i = 0; i < count; i++) {
        const struct json *data = json_parse_in(w->arena, page[i].data, strlen(page[i].data), &json_limits_native, NULL, NULL);
        if (!ledger_read(data, page[i].seq, page[i].cause, page[i].actor, &entries[n++]))
            fail_msg("no line of a ledger: %s", page[i].data);
    }
    ledger_clocks(w->arena, w->engine.config, entries, n, w->now, &clocks, &clock_count);
    for (int i = 0; i < clock_count; i++)
        last[clocks[i].metric] = &clocks[i];
    for (int metric = 0; metric < SLA_METRICS; metric++)
        agrees(w, world_ticket(w, id), metric, last[metric]);
}

void story_alike(struct world *w, int64_t id, struct world *other, int64_t other_id, const char *what)
{
    alike(story_picture(w, id), story_picture(other, other_id), what);
}

void story_end(struct world *w)
{
    world_rebuilds(w);
    world_close(w);
}

/* All of a ticket that rules and people see, as text: fields, clocks, escalation, and the sums of the ledger. version and epoch
 * count what was done, undone or not. */
const char *story_picture(struct world *w, int64_t id)
{
    struct ticket t = *world_ticket(w, id);
    struct score_row *rows;
    struct err err;
    int count;
    int64_t xp = 0, damage = 0;
    t.version = t.epoch = t.thread_version = 0;
    assert_true(store_score_open(w->engine.store, w->arena, id, &rows, &count, &err));
    for (int i = 0; i < count; i++) {
        xp += rows[i].xp;
        damage += rows[i].damage;
    }
    AUTO_JSON row = row_ticket(&t, false);
    return arena_printf(w->arena, "%s root %lld last %lld/%lld/%s desk %lld/%lld/%lld wake %lld xp %lld damage %lld", json_print_in(w->arena, row),
                        (long long)t.root, (long long)t.last_t, (long long)t.last_rank, t.last_key, (long long)t.desk_status_at,
                        (long long)t.desk_assignee_at, (long long)t.desk_priority_at, (long long)t.wake_at, (long long)xp, (long long)damage);
}
