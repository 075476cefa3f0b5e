/* route: a table of steps, each a function over the walk; the first that says stop ends it. Pure; any thread. */
#include "core/route.h"
#include "base/clock.h"
#include "base/str.h"
#include <string.h>

struct walk {
    struct arena *arena;
    const struct config_route *route;
    struct when_env env; /* names the event, its payload as the steps before have made it */
    const struct route_facts *facts;
    const struct config_route_step *step;
    int number; /* of the step, from 1 */
    struct route_verdict *out;
};

const char *route_end_word(int end)
{
    static const char *const words[] = {"no_match", "filtered", "waiting", "passed", "failed"};
    return words[end];
}

/* --- references --- */

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/* Bytes of the reference that begins at text ("$event.payload.plan"), 0: it is none. A dot at its end is the sentence's. */
static size_t reference(const char *text)
{
    static const char *const heads[] = {"$event.", "$ticket.", "$entity.", "$classify."};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (!str_starts(text, heads[i]))
            continue;
        size_t n = strlen(heads[i]), least = n;
        while (is_name(text[n]))
            n++;
        while (n > least && (text[n - 1] == '.' || text[n - 1] == '-'))
            n--;
        return n > least ? n : 0;
    }
    return 0;
}

static struct json *event_value(struct arena *arena, const struct letter *l, const char *path)
{
    char at[32];
    (void)arena;
    if (str_starts(path, "payload.")) {
        const struct json *node = json_path(l->payload, path + 8);
        return node ? json_copy(node) : NULL;
    }
    const struct { const char *name, *value; } members[] = {
        {"id", l->id}, {"type", l->type}, {"source", l->origin}, {"dialect", l->dialect}, {"received_at", clock_format(l->at, at)}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (str_eq(members[i].name, path) && members[i].value)
            return json_new_string(members[i].value);
    return str_eq(path, "payload") && l->payload ? json_copy(l->payload) : NULL;
}

static struct json *ticket_value(const struct letter *l, const char *name)
{
    const struct field *f = l->ticket ? field_find(name) : NULL;
    if (!f || (f->flags & FIELD_HIDDEN))
        return NULL;
    if (field_is_text(f))
        return field_text(l->ticket, f) ? json_new_string(field_text(l->ticket, f)) : NULL;
    if (f->type == FIELD_ENUM)
        return field_int(l->ticket, f) ? json_new_string(field_word(f, field_int(l->ticket, f))) : NULL;
    return f->type == FIELD_BOOL ? json_new_bool(field_int(l->ticket, f)) : json_new_i64(field_int(l->ticket, f));
}

/* The value of "$head.path"; NULL: there is none. */
static struct json *resolve(struct arena *arena, const char *ref, size_t n, const struct letter *l)
{
    const char *path = arena_strndup(arena, ref, n), *dot = strchr(path, '.') + 1;
    if (str_starts(path, "$event."))
        return event_value(arena, l, dot);
    if (str_starts(path, "$ticket."))
        return ticket_value(l, dot);
    if (str_starts(path, "$classify."))
        return str_eq(dot, "urgency") || str_eq(dot, "category") ? ticket_value(l, dot) : NULL;
    const struct json *node = json_path(l->entity, dot);
    return node ? json_copy(node) : NULL;
}

const char *route_fill(struct arena *arena, const char *text, const struct letter *letter)
{
    enum { MOST = 64 << 10 };
    AUTO_STR out;
    str_init(&out, MOST);
    while (*text) {
        size_t n = *text == '$' ? reference(text) : 0;
        if (!n) {
            text += *text == '$' && text[1] == '$';
            str_addc(&out, *text++);
            continue;
        }
        AUTO_JSON value = resolve(arena, text, n, letter);
        str_adds(&out, json_string(value) ? json_string(value) : json_is(value, JSON_NULL) || !value ? "" : json_print_in(arena, value));
        text += n;
    }
    return arena_strndup(arena, out.data, out.len);
}

struct json *route_value(struct arena *arena, const char *text, const struct letter *letter)
{
    size_t n = *text == '$' ? reference(text) : 0;
    if (!n || text[n])
        return json_new_string(route_fill(arena, text, letter));
    struct json *value = resolve(arena, text, n, letter);
    return value ? value : json_new_null();
}

/* --- match --- */

static bool fits(const char *pattern, const char *word)
{
    size_t n = strlen(pattern);
    if (n && pattern[n - 1] == '*')
        return strncmp(pattern, word, n - 1) == 0;
    return strcmp(pattern, word) == 0;
}

static bool one_fits(const char *const *patterns, int count, const char *word)
{
    for (int i = 0; i < count; i++)
        if (fits(patterns[i], word))
            return true;
    return !count;
}

bool route_matches(const struct config_route *route, const struct letter *letter)
{
    int of = letter->of == LETTER_DESK ? ROUTE_OF_DESK : ROUTE_OF_SOURCE;
    return !route->disabled && route->of == of && one_fits(route->match, route->match_count, letter->type ? letter->type : "") &&
           one_fits(route->sources, route->source_count, letter->origin ? letter->origin : "");
}

/* --- steps: true = go on --- */

static void says(struct walk *w, const char *text)
{
    w->out->steps[w->out->step_count].name = step_kind_words[w->step->kind];
    w->out->steps[w->out->step_count++].says = text;
}

static bool stop(struct walk *w, int end, const char *text)
{
    says(w, text);
    w->out->end = end;
    w->out->step = w->number;
    w->out->note = text;
    return false;
}

static bool classify(struct walk *w)
{
    const struct ticket *t = w->out->letter.ticket;
    int state = w->step->model ? w->facts->label(w->facts->arg, w->route, w->step->model) : ROUTE_LABEL_READY;
    if (state != ROUTE_LABEL_READY) {
        w->out->model = w->step->model;
        return stop(w, ROUTE_WAITING, arena_printf(w->arena, "waiting for what %s says", w->step->model));
    }
    if (!t || !t->urgency)
        says(w, "no label");
    else
        says(w, arena_printf(w->arena, "%s .%02lld", urgency_word(t->urgency), (long long)(t->urgency_bp > 9999 ? 99 : t->urgency_bp / 100)));
    return true;
}

static bool holds(struct walk *w, const struct when *when)
{
    static const struct ticket none;
    w->env.payload = w->out->letter.payload;
    return when_eval(when, w->out->letter.ticket ? w->out->letter.ticket : &none, &w->env);
}

static bool filter(struct walk *w)
{
    if (!holds(w, w->step->when))
        return stop(w, ROUTE_FILTERED, arena_printf(w->arena, "not so: %s", w->step->text));
    says(w, arena_printf(w->arena, "so: %s", w->step->text));
    return true;
}

/* What is not named is hidden: forgetting a kind of data must not send it out. */
static bool redact(struct walk *w)
{
    struct letter_redaction *r = &w->out->redaction;
    for (int i = 0; i < REDACT_ENTITIES; i++) {
        int mode = w->step->redact.mode[i] ? w->step->redact.mode[i] : REDACT_MASK;
        r->fields_mode.mode[i] = r->fields_mode.mode[i] > mode ? r->fields_mode.mode[i] : mode;
    }
    bool all = !w->step->field_count || (r->route && !r->field_count);
    for (int i = 0; !all && i < w->step->field_count && r->field_count < LETTER_FIELDS; i++)
        r->fields[r->field_count++] = w->step->fields[i];
    if (all)
        r->field_count = 0;
    r->route = true;
    says(w, all ? "in all texts" : "in the listed fields");
    return true;
}

static bool dedupe(struct walk *w)
{
    const char *key = route_fill(w->arena, w->step->key ? w->step->key : "$event.id", &w->out->letter);
    if (*key && w->facts->seen(w->facts->arg, w->route, w->number, key, w->step->window))
        return stop(w, ROUTE_FILTERED, "its key went through before");
    says(w, *key ? "new" : "without a key");
    return true;
}

static bool throttle(struct walk *w)
{
    int64_t oldest = 0, n = w->facts->passed(w->facts->arg, w->route, w->number, w->step->window, &oldest);
    if (n < w->step->count) {
        says(w, arena_printf(w->arena, "%lld of %lld", (long long)n + 1, (long long)w->step->count));
        return true;
    }
    if (!w->step->delay)
        return stop(w, ROUTE_FILTERED, arena_printf(w->arena, "over %lld in its time", (long long)w->step->count));
    /* One more window for each time its count is waiting already. */
    int64_t wait = oldest + w->step->window * (n / w->step->count) - w->facts->now;
    w->out->delay = wait > w->out->delay ? wait : w->out->delay;
    says(w, arena_printf(w->arena, "waits %lld s", (long long)(w->out->delay + 999) / 1000));
    return true;
}

/* A copy of object with the member at path set or dropped; the objects on the way are made. Takes value. */
static struct json *with(struct arena *arena, const struct json *object, const char *path, struct json *value)
{
    const char *dot = strchr(path, '.');
    struct json *out = json_is(object, JSON_OBJECT) ? json_copy(object) : json_object();
    const char *name = dot ? arena_strndup(arena, path, (size_t)(dot - path)) : path;
    struct json *child = dot ? with(arena, json_get(object, name), dot + 1, value) : value;
    json_drop(out, name);
    if (child)
        json_put(out, name, child);
    return out;
}

/* Bytes of its texts and names, and some for each node. */
static size_t weight(const struct json *node)
{
    enum { OF_A_NODE = 8 };
    const char *name = json_name(node), *text = json_string(node);
    size_t n = OF_A_NODE + (name ? strlen(name) : 0) + (text ? strlen(text) : 0);
    for (const struct json *child = json_first(node); child; child = json_next(child))
        n += weight(child);
    return n;
}

/* A set may take the whole payload along, so sets multiply. */
static bool transform(struct walk *w)
{
    enum { MOST = 16 << 20 };
    struct letter *l = &w->out->letter;
    const struct letter before = *l; /* every value is read from what came in */
    size_t had = before.payload ? weight(before.payload) : 0, most = had > MOST ? had : MOST;
    struct json *made = NULL;
    for (int i = 0; i < w->step->set_count; i++) {
        const struct config_set *set = &w->step->sets[i];
        const char *path = str_starts(set->path, "payload.") ? set->path + 8 : set->path;
        struct json *next = with(w->arena, made ? made : before.payload, path, set->value ? route_value(w->arena, set->value, &before) : NULL);
        json_free(made);
        made = next;
        if (weight(made) > most) {
            json_free(made);
            return stop(w, ROUTE_FAILED, arena_printf(w->arena, "%s would make the payload larger than %d MiB", set->path, MOST >> 20));
        }
    }
    if (made)
        l->payload = json_keep_in(w->arena, made);
    says(w, arena_printf(w->arena, "%d members", w->step->set_count));
    return true;
}

static bool enrich(struct walk *w)
{
    const char *key = w->step->key ? route_fill(w->arena, w->step->key, &w->out->letter) : "";
    const char *data = *key ? w->facts->record(w->facts->arg, w->step->record, key) : NULL;
    w->out->letter.entity = data ? json_parse_in(w->arena, data, strlen(data), &json_limits_dialect, NULL, NULL) : NULL;
    says(w, data ? "found" : "nothing known");
    return true;
}

static bool (*const steps[STEP_KINDS])(struct walk *w) = {
    [STEP_CLASSIFY] = classify, [STEP_FILTER] = filter,       [STEP_REDACT] = redact, [STEP_DEDUPE] = dedupe,
    [STEP_THROTTLE] = throttle, [STEP_TRANSFORM] = transform, [STEP_ENRICH] = enrich,
};

/* --- the whole --- */

static void destinations(struct walk *w)
{
    for (int i = 0; i < w->route->to_count; i++) {
        const struct config_route_to *to = &w->route->to[i];
        bool go = holds(w, to->when);
        w->out->to[w->out->to_count].destination = to->destination;
        w->out->to[w->out->to_count].go = go;
        w->out->to[w->out->to_count++].why = !to->when ? "always" : arena_printf(w->arena, "%s: %s", go ? "so" : "not so", to->text);
    }
}

void route_run(struct arena *arena, const struct config_route *route, const struct letter *letter, const struct when_env *env,
               const struct route_facts *facts, struct route_verdict *out)
{
    *out = (struct route_verdict){.route = route->name, .end = ROUTE_PASSED, .note = "passed", .letter = *letter};
    struct walk w = {.arena = arena, .route = route, .env = *env, .facts = facts, .out = out};
    w.env.type = letter->type;
    w.env.source = letter->origin;
    w.env.event_dialect = letter->dialect;
    if (!route_matches(route, letter)) {
        out->end = ROUTE_NO_MATCH;
        out->note = "its type or source does not fit";
        return;
    }
    for (int i = 0; i < route->step_count; i++) {
        w.step = &route->steps[i];
        w.number = i + 1;
        if (!steps[w.step->kind](&w))
            return;
    }
    destinations(&w);
}

struct json *route_encode(const struct route_verdict *v)
{
    struct json *row = json_array(), *list = json_array();
    json_push(row, json_new_string(v->route));
    json_push(row, json_new_string(route_end_word(v->end)));
    json_push(row, json_new_i64(v->step));
    json_push(row, json_new_string(v->note));
    for (int i = 0; i < v->to_count; i++) {
        struct json *to = json_array();
        json_push(to, json_new_string(v->to[i].destination));
        json_push(to, json_new_bool(v->to[i].go));
        json_push(to, json_new_string(v->to[i].why));
        json_push(list, to);
    }
    json_push(row, list);
    return row;
}
