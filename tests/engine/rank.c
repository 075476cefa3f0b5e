/* rank: lists by urgency and priority: page by page the same as sorting everything, from either end, for few tickets and for many. */
#include "harness/chance.h"
#include "harness/world.h"
#include "base/clock.h"
#include "base/str.h"
#include "core/when.h"
#include "store/list.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char config[] =
    "team: test desk\n"
    "sources:\n  - {name: cstar, dialect: cstar, secrets: [s]}\n"
    "agents:\n  - {name: ana, uid: 1001, role: agent}\n  - {name: tom, uid: 1002, role: agent}\n";
enum { MOST = 4000 };

static struct world *w;
static uint64_t dice;

static int open_all(void **state)
{
    (void)state;
    dice = 3;
    w = world_open(config);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    world_close(w);
    return 0;
}

static void create(int i)
{
    static const char *const priorities[] = {"low", "normal", "high", "urgent"};
    char body[600];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2026-11-20T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"%s %d\",\"status\":\"new\",\"priority\":\"%s\",\"customerId\":\"c1\",\"customerName\":\"Jo Doe\","
                     "\"tags\":[\"t%d\"],\"createdAt\":\"2026-11-20T00:00:00Z\"},\"customer\":{\"id\":\"c1\",\"name\":\"Jo Doe\",\"email\":\"jo@example.com\"}}}",
                     i, i, chance(&dice, 3) ? "Question" : "Everything is down, production outage", i, priorities[chance(&dice, 4)], i % 5);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    w->now += 1000;
}

static void act(int n)
{
    static const struct { const char *action, *arg; } acts[] = {{"close", NULL}, {"claim", NULL}, {"label", "critical"}, {"label", "low"}, {"priority", "urgent"}, {"reopen", NULL}};
    uint32_t i = chance(&dice, sizeof acts / sizeof *acts);
    world_do(w, "ana", acts[i].action, 1 + (int64_t)chance(&dice, (uint32_t)n), acts[i].arg);
    w->now += 1000;
}

/* --- the list, and what it should be --- */

static int by;

static int64_t key_of(const struct ticket *t)
{
    if (ticket_done(t->status))
        return 6000000000000000 - (t->resolved_at ? t->resolved_at : t->updated_at);
    return (int64_t)(8 - (by == RANK_URGENCY ? t->urgency : t->priority)) << 44 | t->id;
}

static int in_order(const void *a, const void *b)
{
    const struct ticket *const *x = a, *const *y = b;
    int64_t left = key_of(*x), right = key_of(*y);
    return left != right ? (left < right ? -1 : 1) : (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

static int reference(const struct when *view, const struct when *where, const struct when_env *env, struct arena *arena, int64_t *ids)
{
    struct ticket **all = ARENA_ARRAY(arena, struct ticket *, MOST);
    int64_t page[512], after = 0;
    struct err err = {0};
    int n = 0, got;
    while (store_ticket_ids(w->engine.store, after, page, 512, &got, &err) && got) {
        for (int i = 0; i < got; i++) {
            struct ticket *t = store_ticket_get(w->engine.store, arena, page[i], &err);
            if (when_eval(view, t, env) && when_eval(where, t, env))
                all[n++] = t;
        }
        after = page[got - 1];
    }
    qsort(all, (size_t)n, sizeof *all, in_order);
    for (int i = 0; i < n; i++)
        ids[i] = all[i]->id;
    return n;
}

static int listed(const struct config_view *view, const struct row_filter *filter, int64_t *ids, int *pages)
{
    struct row_filter f = *filter;
    struct err err = {0};
    int n = 0;
    AUTO_ARENA cursors = arena_new();
    do {
        AUTO_ARENA arena = arena_new();
        struct ticket **rows;
        const char *next;
        int count;
        if (!store_rank_page(w->engine.store, arena, &f, view->when, by, &rows, &count, &next, &err))
            fail_msg("%s", err.text);
        assert_true(count <= f.limit && n + count <= MOST);
        for (int i = 0; i < count; i++)
            ids[n++] = rows[i]->id;
        f.after = next ? arena_strdup(cursors, next) : NULL;
        ++*pages;
    } while (f.after);
    return n;
}

static const struct config_view *view_named(const char *name)
{
    for (int i = 0; i < w->engine.config->view_count; i++)
        if (str_eq(w->engine.config->views[i].name, name))
            return &w->engine.config->views[i];
    fail_msg("no view %s", name);
    return NULL;
}

static int compare_all(int rounds, int *pages)
{
    static const char *const views[] = {"all", "unassigned", "mine", "critical"}, *const filters[] = {NULL, "\"t2\" in tags", "priority == \"urgent\"", "status == \"resolved\""};
    static int64_t is[MOST], should[MOST];
    int rows = 0;
    for (int i = 0; i < rounds; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        struct when_env env = {.me = "ana"};
        const struct config_view *view = view_named(views[chance(&dice, 4)]);
        const char *text = filters[chance(&dice, 4)];
        struct row_filter f = {.view = view->name, .owner = view->mine ? "ana" : "", .where = text ? when_parse(arena, text, &err) : NULL, .env = &env,
                               .limit = 1 + chance(&dice, chance(&dice, 2) ? 10 : 500), .invert = chance(&dice, 2)};
        by = chance(&dice, 2);
        int n = reference(view->when, f.where, &env, arena, should), got = listed(view, &f, is, pages);
        assert_int_equal(got, n);
        for (int k = 0; k < n; k++)
            if (is[k] != should[f.invert ? n - 1 - k : k])
                fail_msg("%s %s by %d%s: row %d is %lld, should be %lld", view->name, text ? text : "", by, f.invert ? " inverted" : "", k, (long long)is[k],
                         (long long)should[f.invert ? n - 1 - k : k]);
        rows += n;
    }
    return rows;
}

static void pages_of_few_are_the_whole_sorted(void **state)
{
    int pages = 0, rows = 0;
    (void)state;
    for (int i = 0; i < 120; i++)
        create(i);
    for (int k = 0; k < 6; k++) {
        for (int i = 0; i < 40; i++)
            act(120);
        rows += compare_all(30, &pages);
    }
    print_message("# %d rows in %d pages of few tickets are in order\n", rows, pages);
}

static void pages_of_many_are_the_whole_sorted_and_cost_the_same_at_the_end(void **state)
{
    int pages = 0;
    int64_t us[3] = {0};
    struct err err = {0};
    struct when_env env = {.me = "ana"};
    const struct config_view *all = view_named("all");
    (void)state;
    for (int i = 0; i < 2300; i++)
        create(i);
    for (int i = 0; i < 200; i++)
        act(2300);
    int rows = compare_all(16, &pages);
    static const char *const cursors[] = {NULL, "o.2.1100", "o.1.2000"};
    for (int i = 0; i < 3; i++) {
        AUTO_ARENA arena = arena_new();
        struct ticket **list;
        const char *next;
        int n;
        struct row_filter f = {.view = "all", .owner = "", .env = &env, .limit = 50, .after = cursors[i]};
        int64_t start = clock_mono_us();
        assert_true(store_rank_page(w->engine.store, arena, &f, all->when, RANK_URGENCY, &list, &n, &next, &err));
        us[i] = clock_mono_us() - start;
    }
    print_message("# %d rows in %d pages of many tickets are in order; a page takes %lld, %lld, %lld us at the beginning, the middle, the end\n", rows, pages,
                  (long long)us[0], (long long)us[1], (long long)us[2]);
}

static void what_is_no_cursor_is_refused(void **state)
{
    static const char *const wrong[] = {"x", "o.", "o.1", "12.3", "d", "d.x"};
    struct err err = {0};
    struct ticket **rows;
    const char *next;
    int n;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        AUTO_ARENA arena = arena_new();
        struct row_filter f = {.view = "all", .owner = "", .limit = 5, .after = wrong[i]};
        err = (struct err){0};
        assert_false(store_rank_page(w->engine.store, arena, &f, NULL, RANK_URGENCY, &rows, &n, &next, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        T(pages_of_few_are_the_whole_sorted),
        T(pages_of_many_are_the_whole_sorted_and_cost_the_same_at_the_end),
        T(what_is_no_cursor_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
