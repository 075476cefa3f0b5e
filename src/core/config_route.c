/* config_route: routes in triage.yaml: what they match, their steps, where they lead. A step is a map of one key, so each
 * kind of step has a table of its own. What only the whole knows (is there such a destination, has an earlier step found
 * what this one refers to) is checked here too, so that a route that loads is one that can run. Pure. */
#include "core/config_keys.h"
#include "base/str.h"
#include "core/field.h"
#include <ctype.h>
#include <string.h>

enum { MOST_REFERENCES = 4, MINUTE = 60000 };
static const char *const records[] = {"customer", "article", "player", "boss", "achievement", "survey", NULL};

/* --- references: $event.payload.plan --- */

static bool one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(word, *words))
            return true;
    return false;
}

static bool check_field(struct schema *s, const struct yaml *node, const char *name)
{
    const struct field *f = field_find(name);
    if (f && !(f->flags & FIELD_HIDDEN))
        return true;
    return schema_refuse(s, node, "%s: a ticket has no '%.60s'%s", s->place, name, schema_hint(s, field_suggest(name, 0)));
}

static bool check_member(struct schema *s, const struct yaml *node, const char *head, const char *path, const char *const *words)
{
    return one_of(path, words) || schema_refuse(s, node, "%s: there is no $%s.%.60s%s", s->place, head, path,
                                                 schema_hint(s, schema_nearest(path, words)));
}

/* One reference, without its dollar. */
static bool check_reference(struct schema *s, const struct yaml *node, const char *reference, bool enriched)
{
    static const char *const heads[] = {"event", "ticket", "entity", "classify", NULL};
    static const char *const of_event[] = {"id", "type", "source", "dialect", "received_at", "payload", NULL};
    static const char *const of_label[] = {"urgency", "category", NULL};
    const char *head = arena_strndup(s->arena, reference, strcspn(reference, ".")), *path = reference + strlen(head);
    if (!one_of(head, heads))
        return schema_refuse(s, node, "%s: '$%.60s' is none of $event, $ticket, $entity, $classify%s", s->place, head,
                             schema_hint(s, schema_nearest(head, heads)));
    if (!*path)
        return schema_refuse(s, node, "%s: '$%s' alone is nothing; say $%s.NAME", s->place, head, head);
    path++;
    if (str_eq(head, "ticket"))
        return check_field(s, node, path);
    if (str_eq(head, "classify"))
        return check_member(s, node, head, path, of_label);
    if (str_eq(head, "entity"))
        return enriched || schema_refuse(s, node, "%s: '$entity' is what enrich.entity finds, and no such step comes before", s->place);
    return str_starts(path, "payload.") || check_member(s, node, head, path, of_event);
}

static bool is_part(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* Bytes of the reference that begins at text, behind its dollar; a dot or dash at its end is the sentence's. */
static size_t reference_length(const char *text)
{
    size_t n = 0;
    while (isalpha((unsigned char)*text) && is_part(text[n]))
        n++;
    while (n && (text[n - 1] == '.' || text[n - 1] == '-'))
        n--;
    return n;
}

/* All of a template's: "$$" is a dollar, and one before anything but a letter is itself. */
static bool check_template(struct schema *s, const struct yaml *node, const char *text, bool enriched)
{
    const char *seen[MOST_REFERENCES];
    int count = 0;
    for (const char *at = text; at && (at = strchr(at, '$')); at++) {
        size_t n = reference_length(at + 1);
        if (at[1] == '$')
            at++;
        if (!n)
            continue;
        const char *reference = arena_strndup(s->arena, at + 1, n);
        bool known = false;
        for (int i = 0; i < count; i++)
            known = known || str_eq(seen[i], reference);
        if (!known && count == MOST_REFERENCES)
            return schema_refuse(s, node, "%s: over %d different references in one text", s->place, MOST_REFERENCES);
        if (!known && !check_reference(s, node, reference, enriched))
            return false;
        if (!known)
            seen[count++] = reference;
    }
    return true;
}

/* Names joined by dots, none of them empty. */
static bool is_path(const char *text)
{
    return *text && *text != '.' && text[strlen(text) - 1] != '.' && !strstr(text, "..");
}

/* --- checks on steps --- */

struct step_at {
    struct schema *s;
    const struct config_route *route;
    struct config_route_step *step;
    const struct yaml *node; /* what stands behind the step's name */
    bool enriched;           /* a step before this one has found an entity */
};

/* What a model is asked by: there, a model, and at work. */
static bool check_classify(const struct step_at *a)
{
    struct schema *s = a->s;
    const struct config *config = s->owner;
    const struct config_destination *model = config_destination(config, a->step->model);
    const struct yaml *node = config_at(a->node, "model"), *label = yaml_get(a->node, "labels");
    label = label && label->kind == YAML_LIST ? label->child : label;
    for (int i = 0; i < a->step->label_count && label; i++, label = label->next)
        if (field_word_value(field_find("urgency"), a->step->labels[i]) <= 0)
            return schema_refuse(s, label, "%s.labels: '%.60s' is none of low, high, critical", s->place, a->step->labels[i]);
    if (!a->step->model || schema_unsure(s, model ? (const void *)model : &config->destinations))
        return true;
    if (!model)
        return schema_refuse(s, node, "%s.model: no destination '%.60s'%s", s->place, a->step->model,
                             schema_hint(s, config_nearest_destination(s, a->step->model)));
    if (model->kind != DEST_MODEL)
        return schema_refuse(s, node, "%s.model: '%.60s' is of kind %s, not a model", s->place, model->name, destination_kind_words[model->kind]);
    return !model->disabled || a->route->disabled ||
           schema_refuse(s, node, "%s.model: '%.60s' is disabled in line %d: disable the route too, or take the step out", s->place,
                         model->name, model->line);
}

static bool check_redact(const struct step_at *a)
{
    static const char *const heads[] = {"payload", "ticket", "message", "record", "entity", "changes", "why", NULL};
    struct schema *s = a->s;
    const struct yaml *list = yaml_get(a->node, "fields"), *each = list && list->kind == YAML_LIST ? list->child : list;
    for (int i = 0; i < a->step->field_count; i++, each = each ? each->next : NULL) {
        const char *field = a->step->fields[i], *head = arena_strndup(s->arena, field, strcspn(field, "."));
        const struct yaml *node = each ? each : a->node;
        if (!is_path(field) || (!field[strlen(head)] && !one_of(head, heads)))
            return schema_refuse(s, node, "%s.fields: '%.60s' must be such as payload.body or ticket.title", s->place, field);
        if (!one_of(head, heads))
            return schema_refuse(s, node, "%s.fields: nothing has a '%.60s'%s", s->place, head, schema_hint(s, schema_nearest(head, heads)));
        if (str_starts(field, "ticket.") && !check_field(s, node, field + 7))
            return false;
    }
    return true;
}

static bool check_dedupe(const struct step_at *a)
{
    return check_template(a->s, config_at(a->node, "key"), a->step->key, a->enriched);
}

static bool check_transform(const struct step_at *a)
{
    const struct yaml *each = a->node->child;
    if (!a->step->set_count)
        return schema_refuse(a->s, a->node, "%s sets nothing; say such as payload.plan: $ticket.plan", a->s->place);
    for (int i = 0; i < a->step->set_count; i++, each = each->next) {
        const struct config_set *set = &a->step->sets[i];
        if (!str_starts(set->path, "payload.") || !is_path(set->path))
            return schema_refuse(a->s, each, "%s: '%.60s' must be a member of the payload, such as payload.plan", a->s->place, set->path);
        if (set->value && !check_template(a->s, each, set->value, a->enriched))
            return false;
    }
    return true;
}

static bool check_enrich(const struct step_at *a)
{
    if (!a->step->key && !str_eq(a->step->record, "customer"))
        return schema_refuse(a->s, a->node, "%s: which %s? say its `key`", a->s->place, a->step->record);
    a->step->key = a->step->key ? a->step->key : "$ticket.customer";
    return check_template(a->s, config_at(a->node, "key"), a->step->key, a->enriched);
}

static bool (*const step_checks[STEP_KINDS])(const struct step_at *at) = {
    [STEP_CLASSIFY] = check_classify, [STEP_REDACT] = check_redact, [STEP_DEDUPE] = check_dedupe,
    [STEP_TRANSFORM] = check_transform, [STEP_ENRICH] = check_enrich};

/* The steps are checked with their route: what one may refer to depends on those before it. */
static bool check_steps(struct schema *s, struct config_route *route, const struct yaml *node)
{
    const struct yaml *list = yaml_get(node, "steps"), *each = list ? list->child : NULL;
    char outer[sizeof s->place];
    bool good = true, enriched = false;
    str_copy(outer, sizeof outer, s->place);
    for (int i = 0; i < route->step_count; i++, each = each->next) {
        const struct yaml *inner = each->kind == YAML_MAP ? each->child : each;
        int kind = route->steps[i].kind;
        struct step_at at = {s, route, &route->steps[i], inner, enriched};
        str_copy(s->place, sizeof s->place, arena_printf(s->arena, "%s.steps[%d].%s", outer, i, step_kind_words[kind]));
        good = (!step_checks[kind] || step_checks[kind](&at)) && good;
        enriched = enriched || kind == STEP_ENRICH;
    }
    str_copy(s->place, sizeof s->place, outer);
    return good;
}

/* --- checks on routes --- */

static bool check_match(struct schema *s, const struct config_route *route, const struct yaml *node)
{
    const struct yaml *list = yaml_get(node, "match"), *each = list && list->kind == YAML_LIST ? list->child : list;
    for (int i = 0; i < route->match_count; i++, each = each->next) {
        const char *star = strchr(route->match[i], '*');
        if (star && star[1])
            return schema_refuse(s, each, "%s.match: a * stands only at the end, not as in '%.60s'", s->place, route->match[i]);
        for (const char *at = route->match[i]; *at; at++)
            if (!isalnum((unsigned char)*at) && !strchr("._:/-*", *at))
                return schema_refuse(s, each, "%s.match: '%.60s' is no type of event", s->place, route->match[i]);
    }
    list = yaml_get(node, "sources"), each = list && list->kind == YAML_LIST ? list->child : list;
    const struct config *config = s->owner;
    for (int i = 0; i < route->source_count; i++, each = each->next)
        if (!config_source(config, route->sources[i]) && !schema_unsure(s, &config->sources))
            return schema_refuse(s, each, "%s.sources: no source '%.60s'%s", s->place, route->sources[i],
                                 schema_hint(s, config_nearest_source(s, route->sources[i])));
    return true;
}

static bool check_lead(struct schema *s, const struct config_route *route, struct config_route_to *to, const struct yaml *node)
{
    const struct config *config = s->owner;
    const struct config_destination *d = config_destination(config, to->destination);
    const struct yaml *at = config_at(node, "destination"), *always = config_at(node, "always");
    if (schema_unsure(s, d ? (const void *)d : &config->destinations))
        return true;
    if (!d)
        return schema_refuse(s, at, "%s.to: no destination '%.60s'%s", s->place, to->destination,
                             schema_hint(s, config_nearest_destination(s, to->destination)));
    if (d->kind == DEST_MODEL)
        return schema_refuse(s, at, "%s.to: '%.60s' is a model; it is asked by a step classify", s->place, d->name);
    if (d->kind == DEST_EMAIL && !d->to_count)
        return schema_refuse(s, at, "%s.to: '%.60s' (line %d) has no `to`, so it is for replies only", s->place, d->name, d->line);
    if (d->disabled && !route->disabled)
        return schema_refuse(s, at, "%s.to: '%.60s' is disabled in line %d: disable the route too, or take it out", s->place, d->name, d->line);
    if (to->always && to->when)
        return schema_refuse(s, always, "%s.to: '%.60s' has a when, so it is not always", s->place, d->name);
    if (!to->always && !to->when && schema_said(node, "always"))
        return schema_refuse(s, always, "%s.to: '%.60s' is not always, so it needs a when", s->place, d->name);
    to->text = to->when ? to->text : "always";
    to->always = !to->when;
    return true;
}

static bool check_leads(struct schema *s, struct config_route *route, const struct yaml *node)
{
    const struct yaml *list = config_at(node, "to"), *each = list->kind == YAML_LIST ? list->child : list;
    if (!route->to_count)
        return schema_refuse(s, list, "%s: '%.60s' leads nowhere; say `to`", s->place, route->name);
    bool good = true;
    for (int i = 0; i < route->to_count; i++, each = each->next) {
        good = check_lead(s, route, &route->to[i], each) && good;
        for (int k = 0; k < i; k++)
            if (str_eq(route->to[k].destination, route->to[i].destination))
                return schema_refuse(s, each, "%s.to: '%.60s' stands there twice; join what holds with ||", s->place, route->to[i].destination);
    }
    return good;
}

bool config_check_route(struct schema *s, void *to, const struct yaml *node)
{
    struct config_route *route = to;
    EACH_BEFORE(config_route, other, route, config_row_number(s))
        if (!config_unique(s, config_at(node, "name"), "name", route->name, other->name))
            return false;
    bool match = check_match(s, route, node), steps = check_steps(s, route, node), leads = check_leads(s, route, node);
    return match && steps && leads;
}

/* --- the keys --- */

#define STEP(member) AT(config_route_step, member)
#define WINDOW .type = SCHEMA_TIME, STEP(window), .min = 1000, .max = 31 * 1440 * (int64_t)MINUTE
_Static_assert(sizeof(struct config_set) == sizeof(struct schema_pair), "what transform sets is a pair");

static const struct schema_key classify_keys[] = {
    {.name = "model", .type = SCHEMA_NAME, STEP(model)},
    {.name = "dimension", .type = SCHEMA_TEXT, STEP(dimension), .words = (const char *const[]){"urgency", NULL}, .fallback = "urgency"},
    {.name = "labels", .type = SCHEMA_TEXTS, STEP(labels), COUNT(config_route_step, label_count), .max = 8},
    {0},
};
static const struct schema_key filter_keys[] = {
    {.name = "when", .type = SCHEMA_WHEN, .event = true, STEP(when), .text_at = offsetof(struct config_route_step, text), .required = true},
    {0},
};
static const struct schema_key redact_keys[] = {
    {.name = "fields", .type = SCHEMA_TEXTS, STEP(fields), COUNT(config_route_step, field_count), .max = 8},
    REDACT_KEYS(offsetof(struct config_route_step, redact), "mask"),
    {0},
};
static const struct schema_key dedupe_keys[] = {
    {.name = "key", .type = SCHEMA_TEXT, STEP(key), .fallback = "$event.id"},
    {.name = "window", WINDOW, .fallback = "24h"},
    {0},
};
static const struct schema_key throttle_keys[] = {
    {.name = "count", .type = SCHEMA_INT, STEP(count), .min = 1, .max = 1000000, .required = true},
    {.name = "per", WINDOW, .fallback = "1m"},
    {.name = "over", .type = SCHEMA_BOOL, STEP(delay), .words = (const char *const[]){"drop", "delay", NULL}, .fallback = "drop"},
    {0},
};
static const struct schema_key enrich_keys[] = {
    {.name = "kind", .type = SCHEMA_TEXT, STEP(record), .words = records, .fallback = "customer"},
    {.name = "key", .type = SCHEMA_TEXT, STEP(key)},
    {0},
};
/* In the order of enum step_kind. */
static const struct schema_key step_keys[] = {
    {.name = "classify", .type = SCHEMA_MAP, .keys = classify_keys, .brief = "model"},
    {.name = "filter.match", .type = SCHEMA_MAP, .keys = filter_keys, .brief = "when"},
    {.name = "redact.pii", .type = SCHEMA_MAP, .keys = redact_keys, .brief = "fields"},
    {.name = "dedupe", .type = SCHEMA_MAP, .keys = dedupe_keys, .brief = "key"},
    {.name = "throttle", .type = SCHEMA_MAP, .keys = throttle_keys, .brief = "count"},
    {.name = "transform", .type = SCHEMA_PAIRS, STEP(sets), COUNT(config_route_step, set_count), .max = CONFIG_SETS},
    {.name = "enrich.entity", .type = SCHEMA_MAP, .keys = enrich_keys, .brief = "kind"},
    {0},
};
_Static_assert(sizeof step_keys / sizeof *step_keys == STEP_KINDS + 1, "a key for each kind of step");
static const struct schema_key to_keys[] = {
    {.name = "destination", .type = SCHEMA_NAME, AT(config_route_to, destination), .required = true},
    {.name = "when", .type = SCHEMA_WHEN, .event = true, AT(config_route_to, when), .text_at = offsetof(struct config_route_to, text)},
    {.name = "always", .type = SCHEMA_BOOL, AT(config_route_to, always)},
    {0},
};

const struct schema_key config_route_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_route, name), .required = true},
    {.name = "disabled", .type = SCHEMA_BOOL, AT(config_route, disabled)},
    {.name = "of", .type = SCHEMA_WORD, AT(config_route, of), .words = (const char *const[]){"source", "desk", NULL}},
    {.name = "match", .type = SCHEMA_TEXTS, AT(config_route, match), COUNT(config_route, match_count), .max = CONFIG_MATCHES},
    {.name = "sources", .type = SCHEMA_TEXTS, AT(config_route, sources), COUNT(config_route, source_count), .max = CONFIG_MATCHES},
    {.name = "steps", .type = SCHEMA_ROWS, AT(config_route, steps), COUNT(config_route, step_count), .inside = true, .choice = true,
     .max = CONFIG_STEPS, .keys = step_keys, .row_size = sizeof(struct config_route_step), .line_at = offsetof(struct config_route_step, line),
     .kind_at = offsetof(struct config_route_step, kind)},
    {.name = "to", .type = SCHEMA_ROWS, AT(config_route, to), COUNT(config_route, to_count), .inside = true, .brief = "destination",
     .max = CONFIG_STEPS, .keys = to_keys, .row_size = sizeof(struct config_route_to)},
    {0},
};
