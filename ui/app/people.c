/* people: see the header. Each verb is one or two calls of the API. */
#include "app/people.h"
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
    print_named(p, "tickets", arena_printf(p->arena, "%lld open, %lld past, reopened %lld times%s", (long long)json_get_i64(c, "open", 0),
                                           (long long)(json_get_i64(c, "tickets", 0) - json_get_i64(c, "open", 0)),
                                           (long long)json_get_i64(c, "reopened", 0), json_get_bool(c, "more", false) ? " (of the newest 1,000)" : ""));
    print_csat(p, json_get(c, "csat"));
    for (const struct json *n = json_first(json_get(c, "notes")); n; n = json_next(n))
        print_named(p, "note", arena_printf(p->arena, "%s, %s: %s", look_stamp(&look, json_get_i64(n, "at", 0)), text_of(n, "by"), text_of(n, "text")));
    str_addc(p->out, '\n');
    print_rows(p, json_get(root, "rows"));
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

/* A ticket's number stands for whoever wrote it. */
static const char *customer_of(struct shell *sh, int64_t ticket, int *code)
{
    bool quiet = sh->quiet;
    sh->quiet = true;
    const struct json *root = shell_fetch(sh, arena_printf(sh->arena, "/v1/tickets/%lld", (long long)ticket), NULL, code);
    const char *key = json_get_string(json_get(root, "ticket"), "customer", NULL);
    sh->quiet = quiet;
    if (root && !key)
        *code = shell_usage(sh, "its source names no customer", "", "triage show says what is known of it");
    return key;
}

int people_customer(struct shell *sh)
{
    int code = 0;
    int64_t ticket;
    if (sh->argc >= 1 && strcmp(sh->argv[0], "add") == 0)
        return add_customer(sh);
    if (sh->argc != 1)
        return shell_usage(sh, "customer needs a customer's key, or the number of a ticket of theirs", "", "triage customer 42");
    const char *key = shell_number(sh->argv[0], &ticket) ? customer_of(sh, ticket, &code) : sh->argv[0];
    return key ? shell_print(sh, arena_printf(sh->arena, "/v1/customers/%s", shell_escape(sh, key)), print_customer) : code;
}
