/* gone: a ticket made by mistake leaves every queue and every count, its clocks and pages stop, and whoever takes that back has what
 * would be had it never been; what its source says later revives it, with a warning. What is purged is in no list at all, and what its
 * source says later makes a new one. */
#include "harness/chance.h"
#include "harness/story.h"
#include "base/str.h"
#include "store/chain.h"
#include "store/customer.h"
#include "store/list.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *const views[] = {"\n  - {name: every, when: 'status <= \"closed\"'}", "\n  - {name: gone, when: deleted}"};

/* With an administrator, a view that does not speak of what is deleted, and one that does. */
static struct world *desk(void)
{
    AUTO_ARENA arena = arena_new();
    const char *lead = strstr(world_config, "role: lead");
    return world_open(arena_printf(arena, "%.*srole: admin%s\nviews:%s%s\n", (int)(lead - world_config), world_config, lead + strlen("role: lead"), views[0], views[1]));
}

static int64_t members(struct world *w, const char *view)
{
    struct err err = {0};
    int64_t n;
    assert_true(store_queue_count(w->engine.store, view, "", &n, &err));
    return n;
}

static int64_t tally(struct world *w, const char *name, const char *key)
{
    struct err err = {0};
    int64_t n, sum;
    assert_true(store_tally_get(w->engine.store, name, key, 0, &n, &sum, &err));
    return n;
}

static const struct json *deletes(struct world *w, const char *agent, int64_t id)
{
    return world_do_with(w, agent, "delete", id, NULL, "{\"confirm\":\"delete\"}");
}

static void it_leaves_every_queue_and_count_and_comes_back_as_it_was(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t id = story_create(w, "a"), other = story_create_for(w, "b", "c2");
    story_act(w, "label", id, "critical");
    world_wait(w, MINUTE);
    const char *was = story_picture(w, id);
    assert_int_equal(world_ticket(w, id)->escalation.state, ESCALATION_TRIGGERED);
    assert_int_equal(members(w, "every"), 2);
    assert_true(str_starts(story_refusal(deletes(w, "ana", id)), "delete needs the role lead, yours is "));
    assert_non_null(strstr(story_refusal(world_do(w, "mara", "delete", id, NULL)), "confirm it with the word"));
    story_must(deletes(w, "mara", id));
    const struct ticket *t = world_ticket(w, id);
    assert_true(t->deleted);
    assert_int_equal(t->escalation.state, ESCALATION_RESOLVED);
    assert_string_equal(t->escalation.reason, "deleted");
    for (int i = 0; i < SLA_METRICS; i++)
        assert_true(t->clock[i].state == CLOCK_NONE || t->clock[i].state == CLOCK_CANCELLED);
    assert_int_equal(members(w, "every"), 1);
    assert_int_equal(members(w, "gone"), 1);
    assert_int_equal(tally(w, "open", ""), 1);
    assert_int_equal(tally(w, "open_critical", ""), 0);
    assert_int_equal(tally(w, "tickets", ""), 1);
    assert_string_equal(story_refusal(world_do(w, "ana", "claim", id, NULL)),
                        "#1: it was deleted; unmerge takes that back, and so does its source when it speaks of it again");
    assert_non_null(strstr(story_refusal(deletes(w, "mara", id)), "already deleted"));
    story_must(world_do(w, "mara", "undo", 0, NULL));
    assert_string_equal(story_picture(w, id), was);
    assert_int_equal(members(w, "every"), 2);
    assert_int_equal(members(w, "gone"), 0);
    assert_int_equal(tally(w, "open", ""), 2);
    assert_int_equal(tally(w, "open_critical", ""), 1);
    story_must(world_do(w, "mara", "redo", 0, NULL));
    assert_true(world_ticket(w, id)->deleted);
    assert_true(str_starts(story_refusal(world_do(w, "ana", "unmerge", id, NULL)), "#1: to take delete back needs the role lead, yours is "));
    assert_string_equal(json_get_string(world_do(w, "mara", "unmerge", id, NULL), "say", ""), "#1 is no longer deleted");
    assert_false(world_ticket(w, id)->deleted);
    story_refolds(w, id);
    story_refolds(w, other);
    story_end(w);
}

static void many_are_deleted_at_once_and_one_undo_brings_all_of_them_back(void **state)
{
    (void)state;
    enum { N = 5 };
    struct world *w = desk();
    int64_t ids[N];
    for (int i = 0; i < N; i++)
        ids[i] = story_create_for(w, arena_printf(w->arena, "k%d", i), "c1");
    struct do_request req = {.action = {.id = ACTION_DELETE, .actor = "mara", .role = ROLE_ADMIN, .with = "{\"confirm\":true}"}, .tickets = ids, .ticket_count = N,
                             .dry_run = true};
    const struct json *seen = world_request(w, &req);
    assert_non_null(strstr(json_print_in(w->arena, json_get(seen, "changes")), "[\"deleted\",false,true]"));
    assert_int_equal(members(w, "every"), N);
    req.dry_run = false;
    world_answer(w, &req);
    assert_int_equal(members(w, "every"), 0);
    assert_string_equal(json_get_string(world_answer(w, &(struct do_request){.action = {.id = ACTION_UNDO, .actor = "mara", .role = ROLE_ADMIN}}), "did", ""),
                        "delete of 5 tickets");
    assert_int_equal(members(w, "every"), N);
    story_end(w);
}

static const char *last_of(struct world *w, int64_t ticket, const char *kind)
{
    struct err err = {0};
    struct entry *list;
    int n;
    struct entry_query q = {.ticket = ticket, .kind = kind, .limit = 1, .newest_first = true};
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err) && n);
    return list->data;
}

static void its_source_revives_it_with_a_warning_by_what_is_later(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t id = story_create(w, "a");
    world_wait(w, HOUR);
    story_must(deletes(w, "mara", id));
    story_says_at(w, "a", "customer", "This was said before", "", w->now - 30 * MINUTE);
    assert_true(world_ticket(w, id)->deleted);
    assert_null(strstr(last_of(w, id, "event"), "revived"));
    world_wait(w, HOUR);
    story_says(w, "a", "This is said now");
    assert_false(world_ticket(w, id)->deleted);
    assert_non_null(strstr(last_of(w, id, "event"), "\"warnings\":[\"revived:deleted\"]"));
    assert_non_null(strstr(last_of(w, id, "ticket"), "its source speaks of it again"));
    assert_int_equal(members(w, "every"), 1);
    assert_non_null(strstr(story_refusal(world_do(w, "mara", "undo", 0, NULL)), "deleted changed since"));
    story_refolds(w, id);
    story_end(w);
}

static void what_is_critical_pages_again_when_its_source_revives_it(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t id = story_create(w, "a");
    story_act(w, "label", id, "critical");
    world_wait(w, MINUTE);
    story_must(deletes(w, "mara", id));
    assert_int_equal(world_ticket(w, id)->escalation.state, ESCALATION_RESOLVED);
    world_wait(w, HOUR);
    story_says(w, "a", "It is still down");
    assert_int_equal(world_ticket(w, id)->escalation.state, ESCALATION_TRIGGERED);
    story_refolds(w, id);
    story_end(w);
}

/* Its second clock passes a point that was told already, while the first is late: the wake leaves no entry, and is no difference. */
static void a_wake_that_finds_nothing_to_say_is_no_difference(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t id = story_create(w, "a");
    story_act(w, "label", id, "critical");
    world_wait(w, 5 * HOUR);
    story_act(w, "undo", id, NULL);
    story_must(deletes(w, "mara", id));
    world_wait(w, MINUTE);
    story_says(w, "a", "Is anybody there?");
    int64_t wakes = world_ticket(w, id)->wake_at, entries = store_entry_next(w->engine.store);
    assert_true(wakes > w->now);
    world_wait(w, wakes - w->now + MINUTE);
    assert_int_equal(store_entry_next(w->engine.store), entries);
    assert_int_not_equal(world_ticket(w, id)->wake_at, wakes);
    story_end(w);
}

/* --- purged --- */

static const struct json *purges(struct world *w, int64_t id)
{
    return world_do_with(w, "mara", "purge", id, NULL, "{\"confirm\":\"purge\"}");
}

/* Numbers of the tickets that a list in this order shows. */
static const char *listed(struct world *w, enum list_order order, const char *where)
{
    struct err err = {0};
    struct ticket **rows;
    const char *next;
    int count;
    struct when_env env = {0};
    struct list_query q = {.order = order, .where = {when_parse(w->arena, where, &err)}, .env = &env, .limit = 10};
    AUTO_STR ids;
    str_init(&ids, 100);
    assert_true(store_list_tickets(w->engine.store, w->arena, &q, &rows, &count, &next, &err));
    for (int i = 0; i < count; i++)
        str_addf(&ids, "%lld ", (long long)rows[i]->id);
    return arena_strdup(w->arena, ids.data);
}

static void what_is_purged_is_in_no_list_and_its_number_is_not_used_again(void **state)
{
    (void)state;
    struct world *w = desk();
    struct err err = {0};
    int64_t first = story_create(w, "a"), id = story_create_for(w, "b", "c2"), ids[4], links, bad;
    int n;
    story_says(w, "b", "quillonborgh does not work");
    world_wait(w, MINUTE);
    assert_string_equal(story_refusal(purges(w, id)), "#2: only what is deleted or spam is purged: delete it first");
    story_must(deletes(w, "mara", id));
    assert_true(str_starts(story_refusal(world_do_with(w, "ana", "purge", id, NULL, "{\"confirm\":true}")), "purge needs the role admin, yours is "));
    assert_non_null(strstr(story_refusal(world_do(w, "mara", "purge", id, NULL)), "confirm it with the word"));
    assert_string_equal(listed(w, LIST_AGE, ""), "1 2 ");
    assert_int_equal(members(w, "gone"), 1);
    story_must(purges(w, id));
    assert_string_equal(listed(w, LIST_AGE, ""), "1 ");
    assert_string_equal(listed(w, LIST_AGE, "deleted"), "");
    assert_string_equal(listed(w, LIST_UPDATED, ""), "1 ");
    assert_int_equal(members(w, "gone"), 0);
    assert_true(store_customer_tickets(w->engine.store, "c2", 0, ids, 4, &n, &err));
    assert_int_equal(n, 0);
    static const char *const acts[] = {"claim", "note", "reopen", "unmerge", "reveal", "split", "erase", "tags"};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        assert_string_equal(story_refusal(world_do_with(w, "mara", acts[i], id, "1", "{\"confirm\":true}")), "#2 was purged: nothing is left of it but its journal");
    assert_string_equal(story_refusal(purges(w, id)), "#2 was purged: nothing is left of it but its journal");
    assert_string_equal(story_refusal(world_do_with(w, "mara", "merge", first, "2", "{\"confirm\":true}")), "#2 was purged: nothing is left of it but its journal");
    assert_string_equal(story_refusal(world_do(w, "mara", "undo", 0, NULL)), "#2 purge cannot be undone: what is purged is gone");
    assert_non_null(strstr(last_of(w, id, "ticket"), "{\"do\":\"purge\""));
    assert_null(strstr(last_of(w, id, "ticket"), "quillonborgh"));
    assert_int_equal(story_create(w, "c"), 3);
    story_refolds(w, id);
    assert_true(store_chain_verify(w->engine.store, &links, &bad, &err));
    assert_int_equal(bad, 0);
    story_end(w);
}

static bool keeps(struct world *w, const char *key, const char *value)
{
    struct err err = {0};
    struct keeping k = {.agent = "ana", .key = key, .value = value};
    assert_true(store_begin(w->engine.store, &err));
    bool ok = engine_keep(&w->engine, w->arena, &k, w->now, &err);
    assert_true(ok || err.code == ERR_STATE);
    assert_true(store_commit(w->engine.store, &err));
    return ok;
}

/* A console types on, and a source sends other words under a key it used before. */
static void nobody_brings_words_back_to_what_was_purged(void **state)
{
    (void)state;
    struct world *w = desk();
    struct err err = {0};
    struct event e;
    int64_t id = story_create(w, "a");
    assert_true(keeps(w, "draft:1:reply", "\"Dear quillonborgh\""));
    story_must(deletes(w, "mara", id));
    story_must(purges(w, id));
    assert_null(store_keep_get(w->engine.store, w->arena, "ana", "draft:1:reply", &err));
    assert_false(keeps(w, "draft:1:reply", "\"Dear quillonborgh, please\""));
    assert_true(keeps(w, "draft:1:reply", NULL));
    assert_true(keeps(w, "draft:7:reply", "\"of none\""));
    const char *body = "{\"id\":\"evt_ca\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"a\",\"title\":\"quillonborgh\"}}}";
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, strlen(body)), "conflict");
    assert_true(store_event_get(w->engine.store, w->arena, store_event_next(w->engine.store) - 1, &e, &err));
    assert_int_equal(e.raw_n, 0);
    assert_non_null(strstr(e.note, "its bytes are not kept"));
    story_end(w);
}

static void its_source_makes_a_new_one_of_what_was_purged(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t id = story_create(w, "a");
    world_wait(w, HOUR);
    story_must(world_do_with(w, "ana", "spam", id, NULL, "{\"confirm\":true}"));
    world_wait(w, MINUTE);
    story_must(purges(w, id));
    world_wait(w, MINUTE);
    story_says(w, "a", "Is anybody there?");
    int64_t new = world_find(w, "cstar", "cstar:a");
    assert_int_equal(new, id + 1);
    assert_int_equal(world_ticket(w, id)->messages, 0);
    assert_int_equal(world_ticket(w, new)->messages, 1);
    assert_false(world_ticket(w, new)->deleted);
    assert_int_equal(members(w, "every"), 1);
    assert_non_null(strstr(last_of(w, new, "event"), "\"warnings\":[\"anew:purged\"]"));
    assert_non_null(strstr(last_of(w, new, "ticket"), "its source speaks of #1, which was purged"));
    story_says(w, "a", "I am here");
    assert_int_equal(world_ticket(w, new)->messages, 2);
    story_refolds(w, id);
    story_refolds(w, new);
    story_end(w);
}

static void what_others_are_part_of_is_not_purged_before_them(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t root = story_create(w, "a"), part = story_create(w, "b");
    story_act(w, "merge", part, "1");
    story_must(deletes(w, "mara", root));
    assert_string_equal(story_refusal(purges(w, root)), "#1: #2 is part of it: unmerge that first");
    assert_non_null(strstr(story_refusal(purges(w, part)), "was merged into #1"));
    world_wait(w, MINUTE);
    story_says(w, "b", "Still broken"); /* said to a part of it, so to it */
    assert_false(world_ticket(w, root)->deleted);
    story_must(deletes(w, "mara", root));
    story_act(w, "unmerge", part, NULL);
    story_must(purges(w, root));
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "redo", part, NULL)), "#1 was purged since"));
    story_refolds(w, root);
    story_refolds(w, part);
    story_end(w);
}

/* --- random days --- */

static int most_days = 25;

static void random_step(struct world *w, uint64_t *seed, const int64_t *ids, int *deleted, int *purged)
{
    static const struct { const char *action, *arg, *with; } acts[] = {
        {"claim", NULL, NULL}, {"assign", "tom", NULL}, {"status", "on_hold", "{\"reason\":\"parts\"}"}, {"close", NULL, NULL}, {"reopen", NULL, NULL},
        {"label", "critical", NULL}, {"note", "A note that says enough.", NULL}, {"spam", NULL, "{\"confirm\":true}"}, {"snooze", NULL, "{\"on\":\"reply\"}"},
        {"escalate", "it is down", NULL}, {"ack", NULL, NULL}, {"undo", NULL, NULL}, {"redo", NULL, NULL}, {"unmerge", NULL, NULL}};
    static const char *const keys[] = {"a", "b", "c"};
    int n = sizeof acts / sizeof *acts, k = chance(seed, n + 7), t = chance(seed, 3);
    const char *who = chance(seed, 2) ? "ana" : "mara";
    if (k < n)
        world_do_with(w, who, acts[k].action, ids[t], acts[k].arg, acts[k].with);
    else if (k == n)
        world_do_with(w, who, "merge", ids[t], arena_printf(w->arena, "%lld", (long long)ids[chance(seed, 3)]), "{\"confirm\":true}");
    else if (k < n + 3)
        *deleted += world_ok(deletes(w, "mara", ids[t]));
    else if (k == n + 3)
        *purged += world_ok(purges(w, ids[t]));
    else
        story_says(w, keys[t], "It does not work");
    world_wait(w, (1 + chance(seed, 90)) * MINUTE);
}

static void whenever_it_is_done_the_journal_makes_the_same_desk(void **state)
{
    int deleted = 0, purged = 0, days = 0;
    (void)state;
    for (uint64_t seed = 300; days < most_days; seed++, days++) {
        struct world *w = desk();
        int64_t ids[3] = {story_create(w, "a"), story_create_for(w, "b", "c2"), story_create(w, "c")}, links, bad, open = 0;
        struct err err = {0};
        for (int i = 0; i < 24; i++)
            random_step(w, &seed, ids, &deleted, &purged);
        for (int64_t id = 1, end = store_ticket_next(w->engine.store); id < end; id++) { /* those that went on in another, too */
            story_refolds(w, id);
            open += ticket_is_open(world_ticket(w, id));
        }
        assert_int_equal(tally(w, "open", ""), open);
        assert_int_equal(tally(w, "tickets", ""), open);
        assert_true(store_chain_verify(w->engine.store, &links, &bad, &err));
        assert_int_equal(bad, 0);
        story_end(w);
    }
    assert_true(deleted > days / 2 && purged);
    print_message("# %d random days, %d deletes and %d purges in them, rebuilt and verified\n", days, deleted, purged);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_leaves_every_queue_and_count_and_comes_back_as_it_was),
        cmocka_unit_test(many_are_deleted_at_once_and_one_undo_brings_all_of_them_back),
        cmocka_unit_test(its_source_revives_it_with_a_warning_by_what_is_later),
        cmocka_unit_test(what_is_critical_pages_again_when_its_source_revives_it),
        cmocka_unit_test(what_is_purged_is_in_no_list_and_its_number_is_not_used_again),
        cmocka_unit_test(a_wake_that_finds_nothing_to_say_is_no_difference),
        cmocka_unit_test(nobody_brings_words_back_to_what_was_purged),
        cmocka_unit_test(its_source_makes_a_new_one_of_what_was_purged),
        cmocka_unit_test(what_others_are_part_of_is_not_purged_before_them),
        cmocka_unit_test(whenever_it_is_done_the_journal_makes_the_same_desk),
    };
    most_days = argc > 1 ? atoi(argv[1]) : most_days;
    return cmocka_run_group_tests_name("gone", tests, NULL, NULL);
}
