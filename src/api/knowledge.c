/* knowledge: what answers are made of: articles and macros. Articles and macros are the desk's own words, written to be sent:
 * they are not masked; what a macro's text is filled with is, for it comes from the ticket. */
#include "api/calls.h"
#include "api/show.h"
#include "base/str.h"
#include "core/fill.h"
#include "core/macro.h"
#include "store/article.h"
#include <string.h>

enum { PAGE = 100, MOST = 500 };

/* --- articles --- */

static void put_json(struct json *row, const struct show *show, const char *name, const char *text)
{
    const struct json *node = text ? json_parse_in(show->arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
    json_put(row, name, node ? json_copy(node) : json_array());
}

static struct json *article_row(struct show *show, const struct article *a)
{
    struct json *row = json_object();
    int64_t used = 0, helped = 0;
    store_tally_get(show->store, "article", a->key, 0, &used, &helped, &show->err);
    char *accepted = NULL;
    store_record_get(show->store, show->arena, "accepted", a->key, &accepted, &show->err);
    const struct json *by = accepted ? json_parse_in(show->arena, accepted, strlen(accepted), &json_limits_native, NULL, NULL) : NULL;
    json_put_string(row, "key", a->key);
    json_put_string(row, "author", json_get_string(by, "agent", NULL));
    json_put_string(row, "title", a->title);
    json_put_string(row, "category", a->category);
    put_json(row, show, "tags", a->tags);
    json_put_string(row, "url", article_url(show->arena, a, show->config->article_link));
    json_put_string(row, "status", a->status);
    json_put_i64(row, "updated_at", a->updated_at);
    json_put_i64(row, "used", used);
    json_put_i64(row, "helped", helped);
    return row;
}

static void get_articles(struct request *req)
{
    struct show show;
    struct article_found *list = NULL;
    int count = 0;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object(), *rows = json_array();
    if (store_article_list(show.store, show.arena, request_query(req, "q"), (int)request_query_i64(req, "limit", PAGE, 1, MOST), &list, &count, &show.err))
        for (int i = 0; i < count; i++) {
            struct json *row = article_row(&show, &list[i].article);
            json_put_string(row, "excerpt", list[i].excerpt);
            json_push(rows, row);
        }
    json_put_string(root, "q", request_query(req, "q") ? request_query(req, "q") : "");
    json_put(root, "articles", rows);
    show_answer(&show, root);
}

static void get_article(struct request *req)
{
    struct show show;
    struct article article;
    bool found = false;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object();
    if (store_article_get(show.store, show.arena, req->param[0], &article, &found, &show.err) && found) {
        struct json *row = article_row(&show, &article);
        json_put_string(row, "body", article.body);
        json_put(root, "article", row);
    } else if (!found && show.err.code == ERR_NONE) {
        err_set(&show.err, ERR_NOT_FOUND, "no article \"%.80s\"; `triage articles` or gk lists them", req->param[0]);
    }
    show_answer(&show, root);
}

/* --- macros --- */

static const char *unless_hidden(const struct show *show, const char *name, const char *text)
{
    return text && str_eq(mask_text(show->arena, &show->mask, name, text), text) ? text : NULL;
}

/* The ticket without what a console may not see: a variable of it stays as it is written, and is filled when it is sent. */
static struct ticket seen(const struct show *show, const struct ticket *t)
{
    struct ticket s = *t;
    s.customer_name = unless_hidden(show, "customer_name", t->customer_name);
    s.title = unless_hidden(show, "title", t->title);
    s.plan = unless_hidden(show, "plan", t->plan);
    s.ref = unless_hidden(show, "ref", t->ref);
    s.url = unless_hidden(show, "url", t->url);
    return s;
}

static struct json *macro_row(struct show *show, const struct macro *m, const struct ticket *t)
{
    struct json *row = macro_data(m);
    const char *left;
    json_put_string(row, "name", m->name);
    if (!m->title) {
        json_drop(row, "title");
        json_put_string(row, "title", m->name);
    }
    if (t && m->reply) {
        struct fill with = {t, show->req->agent->name, show->config};
        json_put_string(row, "text", fill_text(show->arena, m->reply, &with, &left));
        json_put_string(row, "unfilled", left);
    }
    return row;
}

/* ticket=N: those for that ticket, their texts filled. */
static void get_macros(struct request *req)
{
    struct show show;
    struct macro *list = NULL;
    struct ticket *t = NULL, masked;
    int64_t ticket = request_query_i64(req, "ticket", 0, 0, INT64_MAX);
    int count = 0;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object(), *rows = json_array();
    if (ticket && (t = store_ticket_shown(show.store, show.arena, ticket, &show.err)))
        masked = seen(&show, t);
    struct when_env env = engine_env(show.store, req->agent->name, show.now, &show.err);
    if ((!ticket || t) && engine_macros(show.store, show.config, show.arena, req->agent->name, &list, &count, &show.err))
        for (int i = 0; i < count; i++)
            if (!t || when_eval(list[i].when, t, &env))
                json_push(rows, macro_row(&show, &list[i], t ? &masked : NULL));
    json_put(root, "macros", rows);
    show_answer(&show, root);
}

#define READ(at, does, says) {.method = "GET", .path = at, .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = does, .help = says}
const struct call knowledge_calls[] = {
    READ("/v1/articles", get_articles, "knowledge articles, by words"),
    READ("/v1/articles/{}", get_article, "one of them, whole"),
    READ("/v1/macros", get_macros, "macros and canned replies; for one ticket with their texts filled"),
    {0},
};
