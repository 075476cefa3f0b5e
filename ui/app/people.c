/* people: see the header. Each verb is one or two calls of the API. */
#include "app/people.h"
#include "base/text.h"
#include "screen/look.h"
#include <string.h>

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static struct look look_of(const struct print *p)
{
    return (struct look){.arena = p->arena, .now = p->now, .zone = p->zone};
}

/* The words of the line, with blanks between. */
static char *words_of(struct shell *sh)
{
    AUTO_STR words;
    str_init(&words, 4096);
    for (int i = 0; i < sh->argc; i++)
        str_addf(&words, "%s%s", i ? " " : "", sh->argv[i]);
    return arena_strdup(sh->arena, words.data);
}

/* --- customers --- */

static void print_csat(struct print *p, const struct json *csat)
{
    long long n = json_get_i64(csat, "n", 0), sum = json_get_i64(csat, "sum", 0);
    if (!n)
        return;
    AUTO_STR marks;
    str_init(&marks, 4096);
    for (const struct json *h = json_first(json_get(csat, "history")); h; h = json_next(h))
        str_addf(&marks, " %lld", (long long)json_get_i64(h, "csat", 0));
    print_named(p, "satisfied", arena_printf(p->arena, "%lld.%lld of 5 over %lld:%s", sum / n, sum * 10 / n % 10, n, marks.data));
}

static void print_customer(struct print *p, const struct json *root)
{
    const struct json *c = json_get(root, "customer");
    struct look look = look_of(p);
    print_named(p, "customer", text_of(c, "name"));
    print_named(p, "key", text_of(c, "key"));
    print_named(p, "plan", text_of(c, "plan"));
    print_named(p, "e-mail", text_of(c, "email"));
    print_named(p, "phone", text_of(c, "phone"));
    print_named(p, "status", text_of(c, "status"));
    print_named(p, "mood", text_of(c, "sentiment"));
    print_named(p, "first seen", look_stamp(&look, json_get_i64(c, "first_seen", 0)));
    print_named(p, "tickets", arena_printf(p->arena, "%lld open, %lld past, reopened %s%s", (long long)json_get_i64(c, "open", 0),
                                           (long long)(json_get_i64(c, "tickets", 0) - json_get_i64(c, "open", 0)),
                                           look_times(p->arena, json_get_i64(c, "reopened", 0)), json_get_bool(c, "more", false) ? " (of the newest 1,000)" : ""));
    print_csat(p, json_get(c, "csat"));
    for (const struct json *n = json_first(json_get(c, "notes")); n; n = json_next(n))
        print_named(p, "note", arena_printf(p->arena, "%s, %s: %s", look_stamp(&look, json_get_i64(n, "at", 0)), text_of(n, "by"), text_of(n, "text")));
    str_addc(p->out, '\n');
    print_rows(p, json_get(root, "rows"), true);
}

static int add_customer(struct shell *sh)
{
    const char *source = shell_option(sh, "--source", true);
    if (sh->argc < 2 || sh->argc > 3)
        return shell_usage(sh, "usage: triage ", "customer add ID [EMAIL] [--source NAME]", "ID is what the source calls the customer");
    AUTO_JSON body = json_object();
    json_put_string(body, "id", sh->argv[1]);
    if (sh->argc == 3)
        json_put_string(body, "email", sh->argv[2]);
    if (source)
        json_put_string(body, "source", source);
    return shell_post(sh, "/v1/customers", json_print_in(sh->arena, body), "the customer may open tickets");
}

int people_customer(struct shell *sh)
{
    int64_t ticket;
    if (sh->argc >= 1 && strcmp(sh->argv[0], "add") == 0)
        return add_customer(sh);
    if (sh->argc != 1)
        return shell_usage(sh, "customer needs a customer's key, or the number of a ticket of theirs", "", "triage customer 42");
    return shell_print(sh, shell_number(sh->argv[0], &ticket) ? arena_printf(sh->arena, "/v1/tickets/%lld/customer", (long long)ticket)
                                                              : arena_printf(sh->arena, "/v1/customers/%s", shell_escape(sh, sh->argv[0])), print_customer);
}

static void print_customers(struct print *p, const struct json *root)
{
    if (!json_first(json_get(root, "customers")) && !json_get_string(root, "next", NULL))
        str_adds(p->out, "no customer is called so\n");
    for (const struct json *c = json_first(json_get(root, "customers")); c; c = json_next(c)) {
        long long n = json_get_i64(c, "csat_n", 0), sum = json_get_i64(c, "csat_sum", 0), ticket = json_get_i64(c, "ticket", 0);
        print_cell(p, ticket ? arena_printf(p->arena, "%lld", ticket) : "-", 7, true);
        print_cell(p, text_of(c, "name"), 28, false);
        print_cell(p, text_of(c, "plan"), 10, false);
        print_cell(p, n ? arena_printf(p->arena, "%lld.%lld of 5", sum / n, sum * 10 / n % 10) : "-", 9, false);
        print_safe(p, text_of(c, "key"));
        print_end(p);
    }
    if (json_get_string(root, "next", NULL))
        str_addf(p->out, "more: --after %s\n", text_of(root, "next"));
}

int people_customers(struct shell *sh)
{
    const char *after = shell_option(sh, "--after", true), *limit = shell_option(sh, "--limit", true);
    return shell_print(sh, arena_printf(sh->arena, "/v1/customers?q=%s&limit=%s%s%s", shell_escape(sh, words_of(sh)), limit ? shell_escape(sh, limit) : "50",
                                        after ? "&after=" : "", after ? shell_escape(sh, after) : ""), print_customers);
}

/* --- articles --- */

static void print_articles(struct print *p, const struct json *root)
{
    if (!json_first(json_get(root, "articles")))
        str_adds(p->out, "no article has these words\n");
    for (const struct json *a = json_first(json_get(root, "articles")); a; a = json_next(a)) {
        print_cell(p, text_of(a, "key"), 28, false);
        print_cell(p, text_of(a, "status"), 10, false);
        print_cell(p, arena_printf(p->arena, "helped %lld", (long long)json_get_i64(a, "helped", 0)), 11, false);
        print_safe(p, text_of(a, "title"));
        print_end(p);
    }
}

static void print_article(struct print *p, const struct json *root)
{
    const struct json *a = json_get(root, "article");
    print_safe(p, text_of(a, "title"));
    str_adds(p->out, "\n\n");
    str_adds(p->out, text_safe_in(p->arena, text_of(a, "body"), TEXT_BLOCK));
    str_addc(p->out, '\n');
}

int people_articles(struct shell *sh)
{
    return shell_print(sh, arena_printf(sh->arena, "/v1/articles?q=%s", shell_escape(sh, words_of(sh))), print_articles);
}

int people_article(struct shell *sh)
{
    if (sh->argc != 1)
        return shell_usage(sh, "article needs its key", "", "`triage articles` lists them");
    return shell_print(sh, arena_printf(sh->arena, "/v1/articles/%s", shell_escape(sh, sh->argv[0])), print_article);
}

/* --- macros --- */

static void print_macros(struct print *p, const struct json *root)
{
    if (!json_first(json_get(root, "macros")))
        str_adds(p->out, "no macro is for this: `macros:` in triage.yaml, or triage macro-save\n");
    for (const struct json *m = json_first(json_get(root, "macros")); m; m = json_next(m)) {
        const char *owner = text_of(m, "owner"), *by = text_of(m, "by");
        print_cell(p, text_of(m, "name"), 20, false);
        print_cell(p, *owner ? "mine" : *by ? arena_printf(p->arena, "team, %s", by) : "team", 14, false);
        print_safe(p, text_of(m, "title"));
        for (const struct json *line = json_first(json_get(m, "actions")); line; line = json_next(line)) {
            str_adds(p->out, "\n    ");
            print_safe(p, json_string(line));
        }
        const char *reply = text_of(m, *text_of(m, "text") ? "text" : "reply");
        if (*reply) {
            str_adds(p->out, "\n    reply: ");
            print_safe(p, reply);
        }
        str_addc(p->out, '\n');
    }
}

int people_macros(struct shell *sh)
{
    int64_t ticket;
    if (sh->argc == 1 && shell_number(sh->argv[0], &ticket))
        return shell_print(sh, arena_printf(sh->arena, "/v1/macros?ticket=%lld", (long long)ticket), print_macros);
    if (sh->argc)
        return shell_usage(sh, "macros takes a ticket's number, or nothing", "", "triage macros 42");
    return shell_print(sh, "/v1/macros", print_macros);
}
