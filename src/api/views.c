/* views: see the header; GET /v1/views, and GET /v1/count: how many tickets of a view fit an expression, while it is typed. A
 * count without an expression is kept; with one the members are looked at until a budget of time is spent: then it is "over N". */
#include "api/views.h"
#include "api/calls.h"
#include "api/listing.h"
#include "base/str.h"
#include "core/field.h"
#include "core/view.h"
#include <stdlib.h>
#include <string.h>

enum { HOUR = 3600000, DAY = 86400000, KEPT = 64, VALUES = 48, NEWEST = 500 };

/* --- which there are --- */

static struct seen_view of_config(const struct show *show, const struct config_view *v)
{
    return (struct seen_view){.name = v->name, .title = v->title ? v->title : v->name, .text = v->text, .sort = v->sort ? v->sort : "due", .queue = v->name,
                              .owner = v->mine ? show->req->agent->name : "", .when = v->when, .mine = v->mine};
}

static struct seen_view of_record(const struct show *show, const struct view *v)
{
    bool mine = config_names_me(v->text);
    return (struct seen_view){.name = v->owner ? arena_printf(show->arena, "~%s", v->name) : v->name, .title = v->title, .text = v->text, .sort = v->sort,
                              .by = v->by, .queue = v->key, .owner = mine && !v->owner ? show->req->agent->name : "", .mine = mine, .own = v->owner,
                              .invert = v->invert};
}

static const struct config_view *configured(const struct config *config, const char *name)
{
    for (int i = 0; i < config->view_count; i++)
        if (!name || str_eq(config->views[i].name, name))
            return &config->views[i];
    return NULL;
}

static const struct json *data_of(struct show *show, const char *text)
{
    return text ? json_parse_in(show->arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
}

static int by_time(const void *a, const void *b)
{
    const struct view *x = a, *y = b;
    return x->made != y->made ? (x->made > y->made ? 1 : -1) : strcmp(x->key, y->key);
}

/* Of the team (owner NULL) or an agent, in the order they were made; a name that the configuration took since is its own. */
static int kept(struct show *show, const char *owner, struct seen_view *out)
{
    struct record *records;
    struct view list[KEPT];
    int n = 0, count = 0, all = 0;
    if (!store_record_under(show->store, show->arena, "view", view_key(show->arena, owner, ""), KEPT, &records, &n, &show->err))
        return 0;
    for (int i = 0; i < n; i++)
        count += view_read(show->arena, records[i].key, data_of(show, records[i].data), &list[count]);
    qsort(list, (size_t)count, sizeof *list, by_time);
    for (int i = 0; i < count; i++)
        if (owner || !configured(show->config, list[i].name))
            out[all++] = of_record(show, &list[i]);
    return all;
}

bool views_list(struct show *show, struct seen_view **list, int *count)
{
    int n = 0;
    *list = ARENA_ARRAY(show->arena, struct seen_view, show->config->view_count + 2 * KEPT);
    for (int i = 0; i < show->config->view_count; i++)
        (*list)[n++] = of_config(show, &show->config->views[i]);
    n += kept(show, NULL, *list + n);
    n += kept(show, show->req->agent->name, *list + n);
    *count = n;
    return show->err.code == ERR_NONE;
}

static bool read_kept(struct show *show, const char *owner, const char *name, struct seen_view *out)
{
    char *text = NULL;
    struct view view;
    const char *key = view_key(show->arena, owner, name);
    if (!view_name_fits(name) || !store_record_get(show->store, show->arena, "view", key, &text, &show->err) ||
        !view_read(show->arena, key, data_of(show, text), &view))
        return false;
    *out = of_record(show, &view);
    out->when = when_parse(show->arena, view.text, &show->err);
    return out->when && (out->when = when_shown(show->arena, out->when));
}

bool views_find(struct show *show, const char *name, struct seen_view *out)
{
    name = name && *name ? name : NULL;
    const struct config_view *v = configured(show->config, name);
    if (v) {
        *out = of_config(show, v);
        out->all = str_eq(v->name, "all") && !v->mine;
        return true;
    }
    bool own = name && *name == '~';
    if (name && ((!own && read_kept(show, NULL, name, out)) || read_kept(show, show->req->agent->name, name + own, out)))
        return true;
    return show->err.code != ERR_NONE ? false : err_set(&show->err, ERR_NOT_FOUND, "no view \"%.60s\"; `triage views` lists them", name ? name : "");
}

bool views_all(struct show *show, struct seen_view *out)
{
    return views_find(show, configured(show->config, "all") ? "all" : NULL, out);
}

struct json *views_shown(struct show *show)
{
    struct json *rows = json_array();
    struct seen_view *list;
    int count;
    if (!views_list(show, &list, &count))
        return rows;
    for (int i = 0; i < count; i++) {
        const struct seen_view *v = &list[i];
        struct json *row = json_object();
        int64_t n = 0;
        if (!store_queue_count(show->store, v->queue, v->owner, &n, &show->err))
            n = 0;
        json_put_string(row, "name", v->name);
        json_put_string(row, "title", v->title);
        json_put_i64(row, "count", n);
        json_put_string(row, "text", v->text);
        json_put_string(row, "sort", v->sort);
        json_put_bool(row, "invert", v->invert);
        json_put_bool(row, "mine", v->mine);
        json_put_string(row, "of", v->own ? "own" : v->by ? "team" : "desk");
        if (v->by)
            json_put_string(row, "by", v->by);
        json_push(rows, row);
    }
    return rows;
}

/* --- what is asked for --- */

const struct when *views_asked(struct show *show, bool *any)
{
    const char *where = request_query(show->req, "where"), *words = request_query(show->req, "q"), *short_form = NULL;
    *any = (where && *where) || (words && *words);
    if (!*any)
        return NULL;
    if (words && *words && !(short_form = when_from_words(show->arena, words, &show->err)))
        return NULL;
    if (where && *where && !when_parse_asked(show->arena, where, &show->err)) /* alone: its columns are those that were typed */
        return NULL;
    const char *text = where && *where && short_form ? arena_printf(show->arena, "(%s) && (%s)", where, short_form) : short_form ? short_form : where;
    return when_parse_asked(show->arena, text, &show->err);
}

struct when_env views_env(struct show *show)
{
    int64_t open = 0, sum;
    store_tally_get(show->store, "open_critical", "", 0, &open, &sum, &show->err);
    return (struct when_env){.hour = show->now / HOUR % 24, .weekday = (show->now / DAY + 3) % 7 + 1, .open_criticals = open,
                             .me = show->req->agent->name, .body = store_body_holds, .body_arg = show->store};
}

/* --- calls --- */

static void get_views(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    int64_t seq = 0; /* first: what is counted later is on the stream */
    store_entry_last(show.store, &seq, &show.err);
    struct json *root = json_object();
    json_put_i64(root, "seq", seq);
    json_put(root, "views", views_shown(&show));
    show_answer(&show, root);
}

static void get_count(struct request *req)
{
    struct show show;
    struct seen_view view;
    bool any, over;
    int64_t n;
    if (!show_open(&show, req))
        return;
    const char *name = request_query(req, "view");
    const struct when *where = views_asked(&show, &any);
    if ((any && !where) || !(name && *name ? views_find(&show, name, &view) : views_all(&show, &view)) ||
        !listing_count(&show, &view, where, &n, &over)) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object();
    json_put_string(root, "view", view.name);
    json_put_string(root, "where", when_print(show.arena, where));
    json_put_i64(root, "count", n);
    json_put_bool(root, "over", over);
    show_answer(&show, root);
}

/* The values there are: of a field with few of them, in the newest tickets, the most frequent first. */
struct seen_values {
    struct show *show;
    const struct field *field;
    struct seen_value { const char *text; int n; } list[VALUES + 1];
    int count;
};

static void see(struct seen_values *s, const char *text)
{
    int i = 0;
    while (i < s->count && !str_eq(s->list[i].text, text))
        i++;
    if (i > VALUES)
        return; /* too many for anybody to choose from */
    s->list[i].text = text;
    s->list[i].n++;
    s->count += i == s->count;
}

static void see_ticket(struct seen_values *s, const struct ticket *t)
{
    const char *text = field_text(t, s->field);
    if (!text || !*text || s->count > VALUES)
        return;
    if (s->field->type == FIELD_TEXT) {
        see(s, mask_text(s->show->arena, &s->show->mask, s->field->name, text));
        return;
    }
    for (const struct json *tag = json_first(data_of(s->show, text)); tag; tag = json_next(tag))
        if (json_string(tag))
            see(s, mask_text(s->show->arena, &s->show->mask, s->field->name, json_string(tag)));
}

static int by_number(const void *a, const void *b)
{
    const struct seen_value *x = a, *y = b;
    return x->n != y->n ? y->n - x->n : strcmp(x->text, y->text);
}

static bool has_values(const struct field *f)
{
    static const char *const never[] = {"title", "key", "source_id", "ref", "customer"}; /* as good as one for each ticket */
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (str_eq(f->name, never[i]))
            return false;
    return f->flags & FIELD_WHEN && !(f->flags & FIELD_PII) && (f->type == FIELD_TEXT || f->type == FIELD_TAGS);
}

static struct json *values_of(struct show *show, const struct field *f, struct ticket *const *rows, int n)
{
    struct seen_values s = {.show = show, .field = f};
    struct json *list = json_array();
    bool people = str_eq(f->name, "assignee") || str_eq(f->name, "watchers");
    for (int i = 0; i < show->config->agent_count && people && i < VALUES; i++)
        see(&s, show->config->agents[i].name);
    for (int i = 0; i < n; i++)
        see_ticket(&s, rows[i]);
    qsort(s.list, (size_t)(s.count > VALUES ? 0 : s.count), sizeof *s.list, by_number);
    for (int i = 0; i < s.count && s.count <= VALUES; i++)
        json_push(list, json_new_string(s.list[i].text));
    return list;
}

static void get_values(struct request *req)
{
    struct show show;
    struct when_env env = {0};
    struct ticket **rows = NULL;
    const char *next;
    int count = 0;
    if (!show_open(&show, req))
        return;
    struct list_query q = {.order = LIST_AGE, .env = &env, .limit = NEWEST, .invert = true};
    struct json *root = json_object(), *values = json_object();
    if (store_list_tickets(show.store, show.arena, &q, &rows, &count, &next, &show.err))
        for (int i = 0; i < field_count; i++)
            if (has_values(&field_table[i]))
                json_put(values, field_table[i].name, values_of(&show, &field_table[i], rows, count));
    json_put(root, "values", values);
    show_answer(&show, root);
}

#define READ(at, does, says) {.method = "GET", .path = at, .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = does, .help = says}
const struct call view_calls[] = {
    READ("/v1/count", get_count, "how many tickets of a view fit an expression"),
    READ("/v1/values", get_values, "what fields hold: for whoever types an expression"),
    READ("/v1/views", get_views, "the views you see, with their counts"),
    {0},
};
