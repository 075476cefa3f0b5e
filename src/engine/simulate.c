/* simulate: the desk as it is, asked what it would do (core/simulate): the configuration, what people set, how many criticals
 * are open, and a ticket, made up or taken from one that is there. Nothing is written. By what each person would be told is
 * asked of the function that pages do ask (engine/page). */
#include "engine/change.h"
#include "base/str.h"
#include "core/simulate.h"
#include <stdlib.h>

struct rehearsal {
    struct arena *arena;
    struct store *store;
    const struct config *config;
    struct desk_state desk;
    struct ticket ticket;
    struct simulation s;
    bool failed;
    struct err *err;
};

static bool known_value(struct rehearsal *r, const struct field *f, const char *text)
{
    int64_t number;
    if (f->type == FIELD_TAGS || f->type == FIELD_JSON)
        return err_set(r->err, ERR_INPUT, "fields: %s cannot be made up", f->name);
    if (field_is_text(f)) {
        field_set_text(&r->ticket, f, text);
        return true;
    }
    char *end = NULL;
    number = f->type == FIELD_ENUM ? field_word_value(f, text) : f->type == FIELD_BOOL ? str_eq(text, "true") : strtoll(text, &end, 10);
    if (number < 0 || (end && (end == text || *end)) || (f->type == FIELD_BOOL && !number && !str_eq(text, "false")))
        return err_set(r->err, ERR_INPUT, "fields: %s cannot be '%.60s'", f->name, text);
    field_set_int(&r->ticket, f, number);
    return true;
}

static bool take_fields(struct rehearsal *r, const struct json *fields)
{
    for (const struct json *each = json_first(fields); each; each = json_next(each)) {
        const struct field *f = field_find(json_name(each));
        const char *near = f ? NULL : field_suggest(json_name(each), FIELD_WHEN), *text = json_string(each);
        if (!f || !(f->flags & FIELD_WHEN) || !text)
            return err_set(r->err, ERR_INPUT, "fields: %.60s is no field of a ticket%s%s%s", json_name(each), near ? ", did you mean '" : "",
                           near ? near : "", near ? "'?" : "");
        if (!known_value(r, f, text))
            return false;
    }
    return true;
}

/* What it is like as it comes in: open, by nobody's hand, and not escalated. */
static bool make_ticket(struct rehearsal *r, struct store *store, const struct json *ask)
{
    int64_t id = json_get_i64(ask, "ticket", 0);
    const struct ticket *is = id ? store_ticket_shown(store, r->arena, id, r->err) : NULL;
    if (id && !is)
        return false;
    r->ticket = is ? *is : (struct ticket){.account = "simulation", .dialect = "rbs", .key = "simulation", .title = "simulation"};
    r->ticket.status = STATUS_NEW;
    r->ticket.disposition = DISPOSITION_NONE;
    r->ticket.urgency = URGENCY_CRITICAL;
    r->ticket.urgency_by = LABEL_BY_RULE;
    r->ticket.escalated = 0;
    r->ticket.escalation = (struct escalation){0};
    r->ticket.snoozed_until = r->ticket.resolved_at = r->ticket.closed_at = 0;
    r->ticket.created_at = r->ticket.received_at = r->ticket.updated_at = r->s.at;
    return take_fields(r, json_get(ask, "fields"));
}

static struct json *places_json(struct rehearsal *r, const struct simulated_person *p)
{
    const char *places[PAGE_PLACES];
    int n = page_places(r->arena, r->config, p->agent, p->destination, places);
    struct json *list = json_array();
    if (*p->agent)
        json_push(list, json_new_string("console"));
    for (int i = 0; i < n; i++)
        json_push(list, json_new_string(places[i]));
    return list;
}

/* What they have to do already: a page does not wait for room, but who plans a rota wants to see it. */
static void put_load(struct rehearsal *r, struct json *row, const struct config_agent *agent)
{
    int64_t load = 0, sum;
    if (agent && !store_tally_get(r->store, "load", agent->name, 0, &load, &sum, r->err))
        r->failed = true;
    json_put_i64(row, "load", load);
    json_put_i64(row, "capacity", !agent ? 0 : agent->capacity < 0 ? r->config->assignment.capacity : agent->capacity);
}

static struct json *person_json(struct rehearsal *r, const struct simulated_person *p)
{
    const struct config_agent *agent = config_agent(r->config, p->agent);
    struct json *row = json_object();
    put_load(r, row, agent);
    json_put_string(row, "agent", p->agent);
    json_put_string(row, "destination", p->destination);
    json_put_string(row, "tz", zone_name(agent ? config_zone(agent->zone) : NULL));
    json_put_string(row, "why", p->why);
    json_put(row, "by", places_json(r, p));
    json_put_bool(row, "high", p->high);
    json_put_bool(row, "held", p->held);
    return row;
}

static struct json *line_json(struct rehearsal *r, const struct simulated *line)
{
    struct json *row = json_object(), *people = json_array();
    json_put_i64(row, "at", line->at);
    json_put_i64(row, "next_at", line->next_at);
    json_put_string(row, "what", line->what);
    json_put_string(row, "why", line->why);
    json_put_string(row, "target", line->target);
    json_put_i64(row, "step", line->step);
    json_put_i64(row, "loop", line->loop);
    for (int i = 0; i < line->count; i++)
        json_push(people, person_json(r, &line->people[i]));
    json_put(row, "people", people);
    return row;
}

static struct json *answer_json(struct rehearsal *r)
{
    const struct config_escalation *policy;
    struct simulated *lines;
    int n = simulate_run(r->arena, &r->s, &lines, &policy);
    struct json *root = json_object(), *list = json_array();
    json_put_i64(root, "at", r->s.at);
    json_put_string(root, "urgency", urgency_word(r->ticket.urgency));
    json_put_string(root, "policy", policy ? policy->name : NULL);
    json_put_i64(root, "steps", policy ? policy->step_count : 0);
    json_put_i64(root, "repeat", policy ? policy->repeat : 0);
    json_put_i64(root, "open_criticals", r->s.open_criticals);
    for (int i = 0; i < n; i++)
        json_push(list, line_json(r, &lines[i]));
    json_put(root, "lines", list);
    json_put_bool(root, "cut", n >= SIMULATED_MOST);
    return root;
}

bool engine_simulate(struct store *store, const struct config *config, struct arena *arena, const struct json *ask, int64_t at, struct json **out, struct err *err)
{
    struct rehearsal r = {.arena = arena, .store = store, .config = config, .err = err};
    int64_t sum;
    r.s = (struct simulation){.rules = config, .desk = &r.desk, .ticket = &r.ticket, .why = "simulated", .at = at};
    if (!engine_desk_read(store, arena, &r.desk, err) || !store_tally_get(store, "open_critical", "", 0, &r.s.open_criticals, &sum, err) ||
        !make_ticket(&r, store, ask))
        return false;
    *out = answer_json(&r);
    if (!r.failed)
        return true;
    json_free(*out);
    *out = NULL;
    return false;
}
