/* knowledge: macros as one change and one undo; articles from events and files, found by their words, the same in a rebuild;
 * and the fact that one helped. */
#include "harness/world.h"
#include "base/str.h"
#include "core/macro.h"
#include "store/article.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char config[] =
    "team: test desk\n"
    "sources:\n"
    "  - {name: cstar, dialect: cstar, secrets: [s], reply_via: webhook, reply_url: 'https://shop.example/r', reply_secret: r}\n"
    "agents:\n"
    "  - {name: ana, uid: 1001, role: agent}\n"
    "  - {name: tom, uid: 1002, role: agent}\n"
    "  - {name: mara, uid: 1003, role: lead}\n"
    "macros:\n"
    "  - name: tidy\n"
    "    actions: [claim, tags +tidied, priority low, close]\n"
    "    reply: 'Hi {{customer.first_name}}, done. {{agent.name}}'\n"
    "  - {name: hold, actions: [status on_hold], when: status == \"open\"}\n";

static struct world *w;

static int open_all(void **state)
{
    (void)state;
    w = world_open(config);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    world_close(w);
    return 0;
}

static int64_t create(int i)
{
    char body[700];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2026-11-20T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"high\",\"customerId\":\"c1\","
                     "\"customerName\":\"Jo Doe\",\"tags\":[\"old\"],\"createdAt\":\"2026-11-20T00:00:00Z\"},\"customer\":{\"id\":\"c1\",\"name\":\"Jo Doe\","
                     "\"email\":\"jo@example.com\"}}}", i, i, i);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    return world_find(w, "cstar", arena_printf(w->arena, "cstar:k%d", i));
}

static const char *article_event(int nth, const char *type, const char *id, const char *members)
{
    const char *body = arena_printf(w->arena, "{\"id\":\"evt_a%d\",\"type\":\"%s\",\"created_at\":\"2026-11-20T00:%02d:00Z\",\"team_id\":\"t\",\"data\":"
                                    "{\"article\":{\"id\":\"%s\",%s}}}", nth, type, nth, id, members);
    return world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, strlen(body));
}

/* The keys found, in order, with blanks between. */
static const char *found(const char *words)
{
    struct article_found *list;
    struct err err = {0};
    int n;
    char *keys = arena_strdup(w->arena, "");
    if (!store_article_list(w->engine.store, w->arena, words, 50, &list, &n, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < n; i++)
        keys = arena_printf(w->arena, "%s%s%s", keys, i ? " " : "", list[i].article.key);
    return keys;
}

static void index_is_whole(void)
{
    struct err err = {0};
    if (!store_begin(w->engine.store, &err) || !store_article_check(w->engine.store, &err))
        fail_msg("%s", err.text);
    store_rollback(w->engine.store);
}

/* --- macros --- */

static const struct json *detail(const struct json *result)
{
    return json_path(result, "error.detail");
}

static void a_macro_is_one_change_one_line_and_one_undo(void **state)
{
    (void)state;
    int64_t id = create(1);
    int before = world_entries(w, id, "ticket");
    assert_true(world_ok(world_do(w, "ana", "macro", id, "tidy")));
    assert_int_equal(world_entries(w, id, "ticket"), before + 1);
    const struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->status, STATUS_RESOLVED);
    assert_int_equal(t->priority, PRIORITY_LOW);
    assert_string_equal(t->assignee, "ana");
    assert_string_equal(t->tags, "[\"old\",\"tidied\"]");
    struct message *list;
    struct err err = {0};
    int n;
    assert_true(store_message_list(w->engine.store, w->arena, id, &list, &n, &err));
    assert_string_equal(list[n - 1].body, "Hi Jo, done. ana");
    assert_string_equal(list[n - 1].state, "held");
    assert_true(world_ok(world_do(w, "ana", "undo", id, NULL)));
    t = world_ticket(w, id);
    assert_int_equal(t->status, STATUS_NEW);
    assert_int_equal(t->priority, PRIORITY_HIGH);
    assert_null(t->assignee);
    assert_string_equal(t->tags, "[\"old\"]");
    assert_true(store_message_list(w->engine.store, w->arena, id, &list, &n, &err));
    assert_string_equal(list[n - 1].state, "withdrawn");
    assert_true(world_ok(world_do(w, "ana", "redo", id, NULL)));
    assert_int_equal(world_ticket(w, id)->status, STATUS_RESOLVED);
    world_wait(w, 20000);
    world_rebuilds(w);
}

static void a_dry_run_shows_changes_and_text_and_leaves_no_trace(void **state)
{
    (void)state;
    int64_t id = create(1);
    int64_t next = store_entry_next(w->engine.store);
    struct do_request req = {.action = {.id = ACTION_MACRO, .actor = "ana", .role = ROLE_AGENT, .arg = "tidy"}, .tickets = &id, .ticket_count = 1, .dry_run = true};
    const struct json *result = world_request(w, &req);
    assert_true(world_ok(result));
    char *changes = json_print_in(w->arena, json_get(result, "changes"));
    assert_non_null(strstr(changes, "[\"status\",\"new\",\"resolved\"]"));
    if (!strstr(changes, "tidied"))
        fail_msg("%s", changes);
    assert_string_equal(json_string(json_path(result, "message.body")), "Hi Jo, done. ana");
    assert_int_equal(store_entry_next(w->engine.store), next);
    assert_int_equal(world_ticket(w, id)->status, STATUS_NEW);
    assert_false(world_ok(world_do(w, "ana", "undo", id, NULL)));
}

static void a_macro_that_fails_halfway_changes_nothing(void **state)
{
    (void)state;
    int64_t id = create(1);
    assert_true(world_ok(world_do(w, "mara", "macro-save", 0, "{\"name\":\"broken\",\"actions\":\"claim; close; close\"}")));
    const struct json *result = world_do(w, "ana", "macro", id, "broken");
    assert_false(world_ok(result));
    assert_non_null(strstr(json_string(detail(result)), "broken"));
    assert_null(world_ticket(w, id)->assignee);
    assert_false(world_ok(world_do(w, "ana", "macro", id, "hold"))); /* for open ones */
    assert_false(world_ok(world_do(w, "ana", "macro", id, "unheard-of")));
}

static const char *macro_text(const char *agent, const char *name)
{
    struct macro m;
    struct err err = {0};
    return engine_macro(w->engine.store, w->engine.config, w->arena, agent, name, &m, &err) ? m.reply : NULL;
}

static void ones_own_macro_goes_before_the_teams_and_that_before_the_configurations(void **state)
{
    (void)state;
    struct macro *list;
    struct err err = {0};
    int n;
    assert_string_equal(macro_text("ana", "tidy"), "Hi {{customer.first_name}}, done. {{agent.name}}");
    assert_false(world_ok(world_do(w, "ana", "macro-save", 0, "{\"name\":\"tidy\",\"reply\":\"team\"}"))); /* a lead's to say */
    assert_true(world_ok(world_do(w, "mara", "macro-save", 0, "{\"name\":\"tidy\",\"reply\":\"team\"}")));
    assert_true(world_ok(world_do(w, "ana", "macro-save", 0, "{\"name\":\"tidy\",\"reply\":\"mine\",\"personal\":true}")));
    assert_string_equal(macro_text("ana", "tidy"), "mine");
    assert_string_equal(macro_text("tom", "tidy"), "team");
    assert_true(engine_macros(w->engine.store, w->engine.config, w->arena, "ana", &list, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(list[0].name, "hold");
    assert_string_equal(list[1].reply, "mine");
    assert_true(world_ok(world_do(w, "ana", "macro-drop", 0, "{\"name\":\"tidy\",\"personal\":true}")));
    assert_string_equal(macro_text("ana", "tidy"), "team");
    assert_true(world_ok(world_do(w, "mara", "undo", 0, NULL)));
    assert_string_equal(macro_text("ana", "tidy"), "Hi {{customer.first_name}}, done. {{agent.name}}");
    assert_false(world_ok(world_do(w, "mara", "macro-save", 0, "{\"name\":\"a/b\",\"reply\":\"x\"}")));
    assert_null(macro_text("ana", "mara/tidy"));
    world_rebuilds(w);
}

static void a_reply_fills_its_variables_and_refuses_what_stays(void **state)
{
    (void)state;
    struct message *list;
    struct err err = {0};
    int n;
    int64_t id = create(1);
    const struct json *result = world_do(w, "ana", "reply", id, "Hi {{customer.name}}, see {{ticket.url}}");
    assert_false(world_ok(result));
    assert_non_null(strstr(json_string(detail(result)), "{{ticket.url}}"));
    assert_true(world_ok(world_do(w, "ana", "reply", id, "Hi {{customer.name}}, it is {{ticket.ref}}")));
    assert_true(store_message_list(w->engine.store, w->arena, id, &list, &n, &err));
    assert_string_equal(list[n - 1].body, arena_printf(w->arena, "Hi Jo Doe, it is #%lld", (long long)id));
}

/* --- articles --- */

static void articles_of_a_source_are_found_by_their_words_as_they_change(void **state)
{
    (void)state;
    static const char reset[] = "\"title\":\"Reset your password\",\"content\":\"Open the sign-in page, choose \\\"forgot\\\".\",\"tags\":[\"login\"]";
    assert_string_equal(article_event(1, "article.published", "a1", reset), "article");
    article_event(2, "article.created", "a2", "\"title\":\"Invoices\",\"content\":\"Where your password for the billing portal is.\",\"status\":\"draft\"");
    assert_string_equal(found("password"), "cstar:a1 cstar:a2"); /* the title tells more */
    assert_string_equal(found("PASS"), "cstar:a1 cstar:a2");
    assert_string_equal(found("login"), "cstar:a1");
    assert_string_equal(found("password billing"), "cstar:a2");
    assert_string_equal(found(""), "cstar:a2 cstar:a1");
    article_event(3, "article.updated", "a1", "\"content\":\"Ask your administrator.\"");
    assert_string_equal(found("forgot"), "");
    assert_string_equal(found("administrator"), "cstar:a1");
    assert_string_equal(found("Reset"), "cstar:a1"); /* what was not said again stays */
    article_event(4, "article.deleted", "a2", "\"title\":\"Invoices\"");
    assert_string_equal(found("billing"), "");
    assert_string_equal(found("\" OR title:* NEAR("), "");
    index_is_whole();
    world_rebuilds(w);
}

static void articles_of_files_come_and_go_with_the_configuration(void **state)
{
    (void)state;
    struct config changed = *w->engine.config;
    struct article files[2];
    struct err err = {0};
    assert_true(article_file(w->arena, "reset-password.md", "---\n# Reset *your* password\n\nOpen the page.\n", 43, &files[0], &err));
    assert_string_equal(files[0].key, "file:reset-password");
    assert_string_equal(files[0].title, "Reset *your* password");
    assert_string_equal(files[0].body, "Open the page.\n");
    assert_true(article_file(w->arena, "plain.md", "no heading here", 15, &files[1], &err));
    assert_string_equal(files[1].title, "plain");
    changed.articles = files;
    changed.article_count = 2;
    article_event(1, "article.published", "a1", "\"title\":\"Page of the source\",\"content\":\"x\"");
    const struct config *was = w->engine.config;
    w->engine.config = &changed;
    for (int i = 0; i < 2; i++) /* twice: nothing doubles */
        assert_true(store_begin(w->engine.store, &err) && engine_views(&w->engine, w->arena, w->now, &err) && store_commit(w->engine.store, &err));
    assert_string_equal(found("page"), "cstar:a1 file:reset-password");
    index_is_whole();
    world_rebuilds(w);
    changed.article_count = 0;
    assert_true(store_begin(w->engine.store, &err) && engine_views(&w->engine, w->arena, w->now, &err) && store_commit(w->engine.store, &err));
    assert_string_equal(found("page"), "cstar:a1");
    index_is_whole();
    w->engine.config = was;
}

static const struct json *reply_with(int64_t id, const char *text, const char *articles)
{
    struct do_request req = {.action = {.id = ACTION_REPLY, .actor = "ana", .role = ROLE_AGENT, .arg = text, .articles = articles}, .tickets = &id, .ticket_count = 1};
    return world_request(w, &req);
}

static void an_article_is_linked_by_its_name_where_the_configuration_says_how(void **state)
{
    (void)state;
    struct config linked = *w->engine.config;
    struct article a;
    bool is;
    struct err err;
    int64_t id = create(1);
    article_event(1, "article.published", "a1", "\"title\":\"Reset\",\"content\":\"Open it.\",\"slug\":\"reset-it\"");
    assert_true(store_article_get(w->engine.store, w->arena, "cstar:a1", &a, &is, &err) && is);
    assert_null(article_url(w->arena, &a, NULL));
    assert_string_equal(article_url(w->arena, &a, "https://help.example/%s?x=1"), "https://help.example/reset-it?x=1");
    a.slug = "x\" onclick=\"";
    assert_null(article_url(w->arena, &a, "https://help.example/%s"));
    linked.article_link = "https://help.example/%s";
    const struct config *was = w->engine.config;
    w->engine.config = &linked;
    assert_true(world_ok(reply_with(id, "See https://help.example/reset-it please", "[\"cstar:a1\"]")));
    w->engine.config = was;
    linked.article_link = "https://help.example/";
    assert_false(config_articles(&linked, w->arena, NULL, &err));
}

static void a_file_that_is_no_article_is_refused(void **state)
{
    (void)state;
    struct article out;
    struct err err = {0};
    static const char *const names[] = {"a b.md", "../x.md", ".hidden.md", ".md", "note.txt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (article_file(w->arena, names[i], "# T", 3, &out, &err))
            fail_msg("%s", names[i]);
    assert_false(article_file(w->arena, "a.md", "\xff", 1, &out, &err));
    char *large = arena_alloc(w->arena, ARTICLE_BODY + 2);
    memset(large, 'x', ARTICLE_BODY + 1);
    large[ARTICLE_BODY + 1] = 0;
    assert_true(article_file(w->arena, "a.md", large, ARTICLE_BODY, &out, &err));
    assert_false(article_file(w->arena, "a.md", large, ARTICLE_BODY + 1, &out, &err));
}

static void used_is(const char *key, int64_t used, int64_t helped)
{
    int64_t n, sum;
    struct err err;
    assert_true(store_tally_get(w->engine.store, "article", key, 0, &n, &sum, &err));
    assert_int_equal(n, used);
    assert_int_equal(sum, helped);
}

static void an_article_helped_when_the_ticket_that_got_it_is_resolved(void **state)
{
    (void)state;
    int64_t id = create(1);
    char *data = NULL;
    struct err err;
    article_event(1, "article.published", "a1", "\"title\":\"Reset your password\",\"content\":\"Open the sign-in page.\"");
    assert_false(world_ok(reply_with(id, "Look around.", "[\"cstar:a1\"]"))); /* it brings nothing of it */
    assert_false(world_ok(reply_with(id, "Reset your password", "[\"cstar:a9\"]")));
    assert_true(world_ok(reply_with(id, "Please: Open the sign-in page.", "[\"cstar:a1\"]")));
    assert_string_equal(world_ticket(w, id)->articles, "[\"cstar:a1\"]");
    used_is("cstar:a1", 1, 0);
    world_wait(w, 20000);
    assert_true(world_ok(world_do(w, "ana", "close", id, NULL)));
    assert_int_equal(world_entries(w, id, "article_used"), 1);
    assert_true(store_record_get(w->engine.store, w->arena, "article_used", arena_printf(w->arena, "%lld\x1f" "cstar:a1", (long long)id), &data, &err));
    assert_non_null(strstr(data, "\"agent\":\"ana\""));
    used_is("cstar:a1", 1, 1);
    assert_true(world_ok(world_do(w, "ana", "reopen", id, NULL)));
    used_is("cstar:a1", 1, 0);
    world_rebuilds(w);
}

static void a_reply_taken_back_brought_no_article(void **state)
{
    (void)state;
    int64_t id = create(1);
    article_event(1, "article.published", "a1", "\"title\":\"Reset your password\",\"content\":\"Open the sign-in page.\"");
    assert_true(world_ok(reply_with(id, "See: Reset your password", "[\"cstar:a1\"]")));
    used_is("cstar:a1", 1, 0);
    assert_true(world_ok(world_do(w, "ana", "undo", id, NULL)));
    assert_null(world_ticket(w, id)->articles);
    used_is("cstar:a1", 0, 0);
    assert_true(world_ok(world_do(w, "ana", "close", id, NULL)));
    assert_int_equal(world_entries(w, id, "article_used"), 0);
    world_rebuilds(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_macro_is_one_change_one_line_and_one_undo, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_dry_run_shows_changes_and_text_and_leaves_no_trace, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_macro_that_fails_halfway_changes_nothing, open_all, close_all),
        cmocka_unit_test_setup_teardown(ones_own_macro_goes_before_the_teams_and_that_before_the_configurations, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_reply_fills_its_variables_and_refuses_what_stays, open_all, close_all),
        cmocka_unit_test_setup_teardown(articles_of_a_source_are_found_by_their_words_as_they_change, open_all, close_all),
        cmocka_unit_test_setup_teardown(articles_of_files_come_and_go_with_the_configuration, open_all, close_all),
        cmocka_unit_test_setup_teardown(an_article_is_linked_by_its_name_where_the_configuration_says_how, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_article_is_refused, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_reply_taken_back_brought_no_article, open_all, close_all),
        cmocka_unit_test_setup_teardown(an_article_helped_when_the_ticket_that_got_it_is_resolved, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
