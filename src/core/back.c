/* back: the two structs by a table of their members, so that reading, writing and comparing are one walk each. */
#include "core/back.h"
#include "base/str.h"
#include "core/ledger.h"
#include "core/sla.h"
#include <string.h>

enum member_type { MEMBER_INT, MEMBER_BOOL, MEMBER_I64, MEMBER_TEXT };
struct member { const char *name; enum member_type type; size_t offset; };
#define CLOCK(m, t) {#m, t, offsetof(struct sla_clock, m)}
#define ESCALATION(m, t) {#m, t, offsetof(struct escalation, m)}

static const struct member clock_members[] = {
    CLOCK(state, MEMBER_INT), CLOCK(warned, MEMBER_BOOL), CLOCK(breached, MEMBER_BOOL), CLOCK(target, MEMBER_I64), CLOCK(started_at, MEMBER_I64),
    CLOCK(due_at, MEMBER_I64), CLOCK(elapsed, MEMBER_I64), CLOCK(since, MEMBER_I64), CLOCK(policy, MEMBER_TEXT),
    CLOCK(calendar, MEMBER_TEXT), {0}};
static const struct member escalation_members[] = {
    ESCALATION(state, MEMBER_INT), ESCALATION(policy, MEMBER_TEXT), ESCALATION(step, MEMBER_INT), ESCALATION(loop, MEMBER_INT),
    ESCALATION(occurrences, MEMBER_INT), ESCALATION(opened_at, MEMBER_I64), ESCALATION(stepped_at, MEMBER_I64), ESCALATION(next_at, MEMBER_I64),
    ESCALATION(acked_by, MEMBER_TEXT), ESCALATION(acked_at, MEMBER_I64), ESCALATION(ack_expires_at, MEMBER_I64),
    ESCALATION(snoozed_until, MEMBER_I64), ESCALATION(resolved_at, MEMBER_I64), ESCALATION(resolved_by, MEMBER_TEXT), ESCALATION(reason, MEMBER_TEXT),
    ESCALATION(policy_version, MEMBER_TEXT), ESCALATION(held_until, MEMBER_I64), {0}};
/* A member that is not in its table would not come back. */
_Static_assert(sizeof(struct sla_clock) == 64, "a new member of struct sla_clock is a row of clock_members");
_Static_assert(sizeof(struct escalation) == 128, "a new member of struct escalation is a row of escalation_members");

static int64_t number_of(const void *of, const struct member *m)
{
    const char *at = (const char *)of + m->offset;
    int i;
    bool b;
    int64_t n;
    switch (m->type) {
    case MEMBER_INT:
        memcpy(&i, at, sizeof i);
        return i;
    case MEMBER_BOOL:
        memcpy(&b, at, sizeof b);
        return b;
    default:
        memcpy(&n, at, sizeof n);
        return n;
    }
}

static const char *text_of(const void *of, const struct member *m)
{
    const char *text;
    memcpy(&text, (const char *)of + m->offset, sizeof text);
    return text;
}

static bool same(const struct member *members, const void *a, const void *b)
{
    for (const struct member *m = members; m->name; m++)
        if (m->type == MEMBER_TEXT ? !str_eq(text_of(a, m), text_of(b, m)) : number_of(a, m) != number_of(b, m))
            return false;
    return true;
}

static struct json *written(const struct member *members, const void *of)
{
    struct json *row = json_object();
    for (const struct member *m = members; m->name; m++) {
        if (m->type != MEMBER_TEXT && number_of(of, m))
            json_put_i64(row, m->name, number_of(of, m));
        if (m->type == MEMBER_TEXT && text_of(of, m))
            json_put_string(row, m->name, text_of(of, m));
    }
    return row;
}

static void read_into(struct arena *arena, const struct member *members, const struct json *row, void *to)
{
    for (const struct member *m = members; m->name; m++) {
        char *at = (char *)to + m->offset;
        int64_t n = m->type == MEMBER_TEXT ? 0 : json_get_i64(row, m->name, 0);
        const char *text = m->type == MEMBER_TEXT ? arena_strdup(arena, json_get_string(row, m->name, NULL)) : NULL;
        if (m->type == MEMBER_INT)
            memcpy(at, &(int){(int)n}, sizeof(int));
        else if (m->type == MEMBER_BOOL)
            memcpy(at, &(bool){n != 0}, sizeof(bool));
        else if (m->type == MEMBER_I64)
            memcpy(at, &n, sizeof n);
        else
            memcpy(at, &text, sizeof text);
    }
}

static void note_pair(struct json *to, const char *name, const struct member *members, const void *was, const void *became)
{
    struct json *pair = json_object();
    json_put(pair, "was", written(members, was));
    json_put(pair, "became", written(members, became));
    json_put(to, name, pair);
}

struct json *back_note(const struct ticket *before, const struct ticket *after, bool whole)
{
    struct json *note = json_object();
    for (int i = 0; i < SLA_METRICS; i++)
        if (whole || !same(clock_members, &before->clock[i], &after->clock[i]))
            note_pair(note, sla_metric_word(i), clock_members, &before->clock[i], &after->clock[i]);
    if (whole || !same(escalation_members, &before->escalation, &after->escalation))
        note_pair(note, "escalation", escalation_members, &before->escalation, &after->escalation);
    if (json_first(note))
        return note;
    json_free(note);
    return NULL;
}

struct back *back_read(struct arena *arena, const struct json *note)
{
    if (!note)
        return NULL;
    struct back *back = ARENA_NEW(arena, struct back);
    for (int i = 0; i < SLA_METRICS; i++) {
        const struct json *pair = json_get(note, sla_metric_word(i));
        back->clock[i].moved = pair != NULL;
        read_into(arena, clock_members, json_get(pair, "was"), &back->clock[i].was);
        read_into(arena, clock_members, json_get(pair, "became"), &back->clock[i].became);
    }
    const struct json *pair = json_get(note, "escalation");
    back->escalated = pair != NULL;
    read_into(arena, escalation_members, json_get(pair, "was"), &back->was);
    read_into(arena, escalation_members, json_get(pair, "became"), &back->became);
    return back;
}

static void clock_back(struct follow *f, int metric, const struct sla_clock *was)
{
    struct sla_clock *c = &f->out->after->clock[metric];
    *c = *was;
    c->policy = arena_strdup(f->arena, was->policy);
    c->calendar = arena_strdup(f->arena, was->calendar);
    follow_entry(f, "sla",
                 "{\"metric\":\"%s\",\"what\":\"%s\",\"state\":\"%s\",\"started_at\":%lld,\"since\":%lld,\"elapsed\":%lld,\"due_at\":%lld,\"target\":%lld,"
                 "\"warned\":%s,\"breached\":%s,\"at\":%lld,\"policy\":%s%s%s,\"cause\":\"undo\"}",
                 sla_metric_word(metric), ledger_word(LEDGER_RESTORED), ledger_state_word(c->state), (long long)c->started_at, (long long)c->since,
                 (long long)c->elapsed, (long long)c->due_at, (long long)c->target, c->warned ? "true" : "false", c->breached ? "true" : "false",
                 (long long)f->now, follow_text(f, c->policy), c->calendar ? ",\"calendar\":" : "", c->calendar ? follow_text(f, c->calendar) : "");
}

static void escalation_back(struct follow *f, const struct escalation *was)
{
    struct escalation *e = &f->out->after->escalation;
    *e = *was;
    e->policy = arena_strdup(f->arena, was->policy);
    e->policy_version = arena_strdup(f->arena, was->policy_version);
    e->acked_by = arena_strdup(f->arena, was->acked_by);
    e->resolved_by = arena_strdup(f->arena, was->resolved_by);
    e->reason = arena_strdup(f->arena, was->reason);
    follow_entry(f, "escalation", "{\"what\":\"restored\",\"state\":\"%s\",\"step\":%d,\"next_at\":%lld}", escalation_word(e->state), e->step,
                 (long long)e->next_at);
}

static bool goes_back(const struct back *back, const struct member *members, const void *is, const void *was, const void *became)
{
    return !same(members, is, was) && (back->whole || same(members, is, became));
}

void back_follow(struct follow *f)
{
    const struct back *back = f->facts->back;
    const struct ticket *t = f->out->after;
    for (int i = 0; back && i < SLA_METRICS; i++)
        if (back->clock[i].moved && goes_back(back, clock_members, &t->clock[i], &back->clock[i].was, &back->clock[i].became))
            clock_back(f, i, &back->clock[i].was);
    if (back && back->escalated && goes_back(back, escalation_members, &t->escalation, &back->was, &back->became))
        escalation_back(f, &back->was);
}
