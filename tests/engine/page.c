/* page: who is told leaves as parcels: the first destination, then the next, then the next step; bundles; what an ack takes
 * back; maintenance windows. At the end of each the whole journal is read again and must give the same tables. */
#include "../harness/world.h"
#include "base/str.h"
#include "destination/destination.h"
#include "wire/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const char config[] =
    "sources:\n"
    "  - {name: tamio, dialect: tamio, secrets: [s]}\n"
    "agents:\n"
    "  - {name: ana, uid: 1001, page_url: 'https://push.example/ana', page: [phones]}\n"
    "  - {name: tom, uid: 1002, page: [chat, phones]}\n"
    "  - {name: mara, uid: 1003, role: lead}\n"
    "oncall: [tom]\n"
    "escalation:\n"
    "  policies:\n"
    "  - {name: default, ack_timeout: 30m, repeat: 1, steps: [{target: oncall, delay: 5m}, {target: ana, delay: 10m, importance: high}]}\n"
    "destinations:\n"
    "  - {name: chat, kind: slack, url: 'https://hooks.slack.com/services/T0/B0/secret'}\n"
    "  - {name: phones, kind: telegram, token: '123:abc', channel: '@oncall'}\n"
    "  - {name: pager, kind: pagerduty, token: 0123456789abcdef0123456789abcdef}\n";

static int64_t ticket(struct world *w, int n)
{
    char body[1024], key[32];
    snprintf(body, sizeof body,
             "{\"event_id\":\"e%d\",\"event_type\":\"whitelabel-ticket-created\",\"api_version\":2,\"object\":\"event\",\"data\":{\"ticket\":{\"id\":\"tk-%d\","
             "\"title\":\"Checkout %d is slow\",\"is_open\":true,\"object\":\"ticket\",\"created_at\":1671472527,\"updated_at\":1671472527,"
             "\"client\":{\"id\":\"c\",\"name\":\"James\",\"email\":\"j@example.com\"},\"teammate_id\":null,\"replies\":[]}}}",
             n, n, n);
    snprintf(key, sizeof key, "tamio:tk-%d", n);
    assert_string_equal(world_post(w, "tamio", "tamio", DOOR_WEBHOOK, body, strlen(body)), "create");
    return world_find(w, "tamio", key);
}

/* The n-th parcel that left or will, of a destination; NULL: there are not so many. */
static struct parcel *parcel(struct world *w, const char *destination, int n)
{
    struct parcel_query q = {.destination = destination, .limit = 100, .oldest_first = true};
    struct parcel *list;
    struct err err = {0};
    int count;
    assert_true(store_parcel_list(w->engine.store, w->arena, &q, &list, &count, &err));
    return n < count ? &list[n] : NULL;
}

static const struct letter *letter(struct world *w, const struct parcel *p)
{
    struct letter *l = arena_alloc(w->arena, sizeof *l);
    char *data, *redaction;
    struct err err = {0};
    assert_true(store_letter_get(w->engine.store, w->arena, p->letter, &data, &redaction, &err));
    assert_true(letter_decode(w->arena, data, l, &err));
    return l;
}

static int says(struct world *w, int64_t id, const char *part)
{
    struct entry_query q = {.ticket = id, .limit = 1000};
    struct entry *list;
    struct err err = {0};
    int n, found = 0;
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    for (int i = 0; i < n; i++)
        found += strstr(list[i].data, part) != NULL;
    return found;
}

static void close_after_rebuild(struct world *w)
{
    world_rebuilds(w);
    world_close(w);
}

static void fail_to_the_end(struct world *w, const char *destination, int n)
{
    for (int i = 0; i < 4; i++) {
        world_wait(w, i == 0 ? 0 : i == 1 ? 10 * SECOND : i == 2 ? 30 * SECOND : MINUTE);
        struct parcel *p = parcel(w, destination, n);
        assert_non_null(p);
        assert_string_equal(p->state, "flying");
        world_receipt(w, p->id, 503);
    }
}

static void a_page_says_who_what_why_which_step_and_how_to_stop_it(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t id = ticket(w, 1);
    world_do(w, "mara", "escalate", id, "shop is down");
    world_wait(w, 0);
    struct parcel *p = parcel(w, "chat", 0);
    assert_non_null(p);
    assert_string_equal(p->agent, "tom");
    assert_string_equal(p->route, "page:default");
    assert_string_equal(p->state, "flying");
    assert_null(parcel(w, "phones", 0));
    const struct letter *l = letter(w, p);
    assert_string_equal(l->type, "triage.page");
    assert_non_null(strstr(letter_headline(w->arena, l), "page for tom: Checkout 1 is slow"));
    const char *story = letter_story(w->arena, l);
    const char *const parts[] = {"asked for by mara", "step 1 of 2, policy default", "acknowledge: K on #1 in the console, or triage ack 1"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(story, parts[i]))
            fail_msg("no \"%s\" in: %s", parts[i], story);
    close_after_rebuild(w);
}

static void it_is_composed_in_each_form_that_speaks_to_people_or_machines(void **state)
{
    (void)state;
    static const struct { const char *place; const char *part; } forms[] = {
        {"chat", "triage ack 1"}, {"phones", "triage ack 1"}, {"pager", "\"event_action\":\"trigger\""}, {"page:ana", "\"acknowledge\":\"triage ack 1\""}};
    struct world *w = world_open(config);
    int64_t id = ticket(w, 1);
    world_do(w, "mara", "escalate", id, "x");
    const struct letter *l = letter(w, parcel(w, "chat", 0));
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct config_destination *to = config_place(w->arena, w->engine.config, forms[i].place);
        struct delivery out = {0};
        struct err err = {0};
        AUTO_JSON memo = json_object();
        assert_non_null(to);
        if (!destination_of(to->kind)->compose(w->arena, &(struct composing){.letter = l, .to = to, .memo = memo, .attempt = 1, .now = w->now}, &out, &err))
            fail_msg("%s: %s", forms[i].place, err.text);
        if (!strstr(out.body, forms[i].part))
            fail_msg("%s: no %s in %s", forms[i].place, forms[i].part, out.body);
    }
    world_close(w);
}

static void a_page_that_failed_goes_to_the_next_destination_and_then_the_next_step_comes_at_once(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t id = ticket(w, 1), began = w->now;
    world_do(w, "mara", "escalate", id, "x");
    fail_to_the_end(w, "chat", 0);
    assert_int_equal(w->now, began + 100 * SECOND);
    assert_string_equal(parcel(w, "chat", 0)->state, "dead");
    assert_int_equal(world_ticket(w, id)->escalation.step, 0);
    struct parcel *second = parcel(w, "phones", 0);
    assert_non_null(second);
    assert_string_equal(second->agent, "tom");
    fail_to_the_end(w, "phones", 0);
    assert_int_equal(says(w, id, "\"what\":\"page_failed\""), 1);
    assert_int_equal(world_ticket(w, id)->escalation.step, 1); /* five minutes are not over */
    assert_int_equal(w->now, began + 200 * SECOND);
    world_wait(w, 0);
    assert_string_equal(parcel(w, "page:ana", 0)->state, "flying"); /* importance high: to both of hers at once */
    assert_string_equal(parcel(w, "phones", 1)->state, "flying");
    assert_string_equal(parcel(w, "phones", 1)->agent, "ana");
    close_after_rebuild(w);
}

static void one_of_two_destinations_is_enough(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t id = ticket(w, 1);
    world_do(w, "mara", "escalate", id, "x");
    world_wait(w, 5 * MINUTE);
    int64_t step = world_ticket(w, id)->escalation.step;
    assert_int_equal(step, 1);
    world_receipt(w, parcel(w, "phones", 0)->id, 200);
    fail_to_the_end(w, "page:ana", 0);
    assert_int_equal(says(w, id, "\"what\":\"page_failed\""), 0);
    assert_int_equal(world_ticket(w, id)->escalation.step, 1);
    close_after_rebuild(w);
}

static void a_destination_that_rests_counts_as_failed(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    world_deliver(w, &(struct delivery_request){.what = DELIVERY_PAUSE, .actor = "mara", .fit = {.destination = "chat"}});
    int64_t id = ticket(w, 1);
    world_do(w, "mara", "escalate", id, "x");
    world_wait(w, 0);
    assert_string_equal(parcel(w, "chat", 0)->state, "dead");
    assert_string_equal(parcel(w, "phones", 0)->state, "flying");
    close_after_rebuild(w);
}

static void who_asks_for_minutes_has_failed_too(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t id = ticket(w, 1);
    world_do(w, "mara", "escalate", id, "x");
    world_wait(w, 0);
    world_receive(w, &(struct receipt){.parcel = parcel(w, "chat", 0)->id, .status = 429, .verdict = {.kind = VERDICT_WAIT, .retry_after = 5 * MINUTE}});
    assert_string_equal(parcel(w, "chat", 0)->state, "dead");
    assert_string_equal(parcel(w, "phones", 0)->state, "due");
    close_after_rebuild(w);
}

static void an_ack_takes_back_what_has_not_left(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t id = ticket(w, 1);
    world_do(w, "mara", "escalate", id, "x");
    world_wait(w, 0);
    world_receipt(w, parcel(w, "chat", 0)->id, 503);
    assert_string_equal(parcel(w, "chat", 0)->state, "retrying");
    world_do(w, "mara", "ack", id, NULL);
    assert_string_equal(parcel(w, "chat", 0)->state, "dropped");
    assert_string_equal(parcel(w, "chat", 0)->error, "acknowledged (mara)");
    world_wait(w, 20 * MINUTE);
    assert_null(parcel(w, "chat", 1));
    assert_null(parcel(w, "phones", 0));
    close_after_rebuild(w);
}

static int flood(struct world *w, int count, int64_t *ids)
{
    for (int i = 0; i < count; i++) {
        ids[i] = ticket(w, i + 1);
        world_do(w, "mara", "escalate", ids[i], "x");
        world_wait(w, SECOND);
    }
    return count;
}

static void over_three_pages_in_five_minutes_leave_as_one_that_names_them_all(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t ids[6];
    flood(w, 6, ids);
    for (int i = 0; i < 3; i++)
        assert_string_equal(parcel(w, "chat", i)->state, "flying");
    for (int i = 3; i < 6; i++) {
        assert_string_equal(parcel(w, "chat", i)->state, "held");
        assert_int_equal(says(w, ids[i], "\"what\":\"bundled\""), 1);
    }
    int64_t due = parcel(w, "chat", 3)->due_at;
    assert_int_equal(parcel(w, "chat", 5)->due_at, due); /* what comes later joins it */
    world_wait(w, due - w->now);
    assert_string_equal(parcel(w, "chat", 3)->state, "flying");
    assert_string_equal(parcel(w, "chat", 4)->state, "bundled");
    assert_string_equal(parcel(w, "chat", 5)->state, "bundled");
    const char *story = letter_story(w->arena, letter(w, parcel(w, "chat", 3)));
    assert_non_null(strstr(story, "also #5 Checkout 5 is slow: asked for by mara"));
    assert_non_null(strstr(story, "triage ack 4 5 6"));
    world_receipt(w, parcel(w, "chat", 3)->id, 200);
    for (int i = 3; i < 6; i++)
        assert_string_equal(parcel(w, "chat", i)->state, "delivered");
    for (int i = 0; i < 6; i++)
        assert_int_equal(says(w, ids[i], "\"what\":\"step\""), 1); /* nobody's step was lost */
    close_after_rebuild(w);
}

static void a_bundle_that_failed_goes_on_as_a_bundle_and_every_ticket_hears_of_its_end(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t ids[6];
    flood(w, 6, ids);
    world_wait(w, parcel(w, "chat", 3)->due_at - w->now);
    fail_to_the_end(w, "chat", 3);
    assert_string_equal(parcel(w, "chat", 5)->state, "dead");
    assert_string_equal(parcel(w, "phones", 0)->state, "due");
    assert_string_equal(parcel(w, "phones", 1)->state, "bundled");
    assert_string_equal(parcel(w, "phones", 2)->state, "bundled");
    assert_null(parcel(w, "phones", 3));
    fail_to_the_end(w, "phones", 0);
    for (int i = 3; i < 6; i++) {
        assert_int_equal(says(w, ids[i], "\"what\":\"page_failed\""), 1);
        assert_int_equal(world_ticket(w, ids[i])->escalation.step, 1);
    }
    close_after_rebuild(w);
}

static void an_ack_leaves_a_bundle_that_names_others_on_its_way(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t ids[5];
    flood(w, 5, ids);
    world_wait(w, parcel(w, "chat", 3)->due_at - w->now);
    world_receipt(w, parcel(w, "chat", 3)->id, 503);
    world_do(w, "mara", "ack", ids[3], NULL);
    assert_string_equal(parcel(w, "chat", 3)->state, "retrying");
    assert_string_equal(parcel(w, "chat", 4)->state, "bundled");
    world_wait(w, 10 * SECOND);
    world_receipt(w, parcel(w, "chat", 3)->id, 200);
    assert_string_equal(parcel(w, "chat", 4)->state, "delivered");
    close_after_rebuild(w);
}

/* --- whatever the pagers answer --- */

enum { RUNS = 60, TURNS = 60, MOST_TICKETS = 12 };

static void answer_some(struct world *w, unsigned *seed, bool well)
{
    static const char *const places[] = {"chat", "phones", "page:ana"};
    static const struct { int kind; int64_t status, retry_after; } says[] = {
        {VERDICT_DELIVERED, 200, 0}, {VERDICT_DELIVERED, 200, 0}, {VERDICT_RETRY, 503, 0}, {VERDICT_DEAD, 410, 0}, {VERDICT_WAIT, 429, 5 * SECOND}, {VERDICT_WAIT, 429, HOUR},
        {VERDICT_LATER, 0, SECOND}, {VERDICT_SKIPPED, 0, 0}};
    for (size_t p = 0; p < 3; p++) {
        struct parcel_query q = {.destination = places[p], .state = "flying", .limit = 100, .oldest_first = true};
        struct parcel *list;
        struct err err = {0};
        int n;
        assert_true(store_parcel_list(w->engine.store, w->arena, &q, &list, &n, &err));
        for (int i = 0; i < n; i++) {
            unsigned k = well ? 0 : (unsigned)rand_r(seed) % (sizeof says / sizeof *says);
            if (well || rand_r(seed) % 3)
                world_receive(w, &(struct receipt){.parcel = list[i].id, .status = says[k].status, .verdict = {.kind = says[k].kind, .retry_after = says[k].retry_after}});
        }
    }
}

static void live_a_while(struct world *w, unsigned *seed)
{
    static const char *const acts[] = {"ack", "ack", "escalate", "close", "note"};
    int64_t ids[MOST_TICKETS];
    int count = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        if (count < MOST_TICKETS && rand_r(seed) % 2) {
            ids[count] = ticket(w, count + 1);
            world_do(w, "mara", "escalate", ids[count++], "x");
        }
        if (count && rand_r(seed) % 4 == 0)
            world_do(w, "mara", acts[rand_r(seed) % 5], ids[rand_r(seed) % count], "x");
        world_wait(w, 1 + rand_r(seed) % (30 * SECOND));
        answer_some(w, seed, false);
    }
    for (int i = 0; i < count; i++)
        world_do(w, "ana", "ack", ids[i], NULL);
    for (int i = 0; i < 10; i++) {
        world_wait(w, MINUTE);
        answer_some(w, seed, true);
    }
}

/* Each page of somebody with pagers left, came to an end, and where it was lost somebody else was tried or the ticket says so. */
static void nothing_is_lost(struct world *w, unsigned run, int64_t *pages, int64_t *bundled, int64_t *lost)
{
    struct parcel_query console = {.destination = "console", .limit = 5000, .oldest_first = true}, q = {.limit = 5000, .oldest_first = true};
    struct parcel *told, *list;
    struct err err = {0};
    int n, m;
    assert_true(store_parcel_list(w->engine.store, w->arena, &console, &told, &n, &err) && store_parcel_list(w->engine.store, w->arena, &q, &list, &m, &err));
    for (int i = 0; i < n; i++) {
        int left = 0, alive = 0;
        for (int k = 0; k < m; k++) {
            if (list[k].entry != told[i].entry || !str_eq(list[k].agent, told[i].agent) || strncmp(list[k].route, "page:", 5) != 0)
                continue;
            left++;
            *bundled += list[k].memo && strstr(list[k].memo, "\"bundle\"");
            alive += !str_eq(list[k].state, "dead") && !str_eq(list[k].state, "skipped");
            if (strstr("held bundled due retrying flying", list[k].state))
                fail_msg("run %u: page %lld to %s is still %s", run, (long long)list[k].id, list[k].destination, list[k].state);
        }
        if (!left && !str_eq(told[i].agent, "mara"))
            fail_msg("run %u: %s was told and no page left", run, told[i].agent);
        if (left == 1 && !alive)
            fail_msg("run %u: one pager of two was tried", run);
        *pages += left > 0;
        *lost += left && !alive;
    }
}

static void whatever_the_pagers_answer_no_page_is_lost(void **state)
{
    int64_t pages = 0, bundled = 0, lost = 0;
    (void)state;
    for (unsigned run = 1; run <= RUNS; run++) {
        unsigned seed = run;
        struct world *w = world_open(config);
        live_a_while(w, &seed);
        nothing_is_lost(w, run, &pages, &bundled, &lost);
        close_after_rebuild(w);
    }
    assert_true(bundled > 0 && lost > 0);
    print_message("# %d histories: %lld pages of people with two pagers, %lld of them in another's letter, %lld that reached neither\n", RUNS, (long long)pages,
                  (long long)bundled, (long long)lost);
}

/* --- merged --- */

static void a_merged_tickets_escalation_goes_on_at_its_root_and_so_do_its_pages(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t a = ticket(w, 1), root = ticket(w, 2);
    world_do(w, "mara", "escalate", a, "x");
    world_wait(w, 2 * MINUTE);
    assert_true(world_ok(world_do(w, "mara", "merge", a, arena_printf(w->arena, "%lld", (long long)root))));
    assert_int_equal(world_ticket(w, a)->escalated, ESCALATION_RESOLVED);
    assert_int_equal(world_ticket(w, root)->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(world_ticket(w, root)->escalation.step, 0);
    assert_int_equal(says(w, root, "\"what\":\"moved\""), 1);
    assert_string_equal(parcel(w, "chat", 0)->state, "flying");
    world_wait(w, 3 * MINUTE);
    assert_int_equal(says(w, root, "\"what\":\"step\",\"step\":1"), 1);
    assert_int_equal(says(w, a, "\"what\":\"step\",\"step\":1"), 0);
    close_after_rebuild(w);
}

static void a_merge_that_is_taken_back_gives_the_escalation_back(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t a = ticket(w, 1), root = ticket(w, 2);
    world_do(w, "mara", "escalate", a, "x");
    world_wait(w, 2 * MINUTE);
    assert_true(world_ok(world_do(w, "mara", "merge", a, arena_printf(w->arena, "%lld", (long long)root))));
    world_wait(w, MINUTE);
    assert_true(world_ok(world_do(w, "mara", "undo", a, NULL)));
    assert_int_equal(world_ticket(w, a)->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(world_ticket(w, root)->escalated, ESCALATION_NONE);
    world_wait(w, 2 * MINUTE);
    assert_int_equal(says(w, a, "\"what\":\"step\",\"step\":1"), 1);
    assert_int_equal(says(w, root, "\"what\":\"step\",\"step\":1"), 0);
    close_after_rebuild(w);
}

/* --- maintenance --- */

static const struct json *window(struct world *w, const char *who, int64_t from, int64_t to, const char *scope)
{
    char with[512];
    snprintf(with, sizeof with, "{\"from\":%lld,\"to\":%lld,\"reason\":\"new database\"%s%s%s}", (long long)from, (long long)to, scope ? ",\"scope\":\"" : "",
             scope ? scope : "", scope ? "\"" : "");
    return world_do(w, who, "maintenance", 0, with);
}

static void a_window_holds_pages_and_what_is_open_at_its_end_triggers(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t before = ticket(w, 1), during, start = w->now + HOUR, end = w->now + 2 * HOUR;
    assert_false(world_ok(window(w, "ana", start, end, NULL)));
    assert_true(world_ok(window(w, "mara", start, end, NULL)));
    world_do(w, "mara", "escalate", before, "x");
    world_do(w, "ana", "ack", before, NULL);
    world_wait(w, 50 * MINUTE);
    world_do(w, "ana", "note", before, "still at it");
    world_wait(w, 10 * MINUTE);
    assert_int_equal(world_ticket(w, before)->escalated, ESCALATION_SUPPRESSED);
    during = ticket(w, 2);
    assert_non_null(strstr(json_get_string(world_do(w, "mara", "escalate", during, "x"), "say", ""), "maintenance window"));
    assert_int_equal(world_ticket(w, during)->escalated, ESCALATION_SUPPRESSED);
    assert_false(world_ok(world_do(w, "ana", "ack", during, NULL)));
    world_wait(w, HOUR - 1);
    assert_int_equal(says(w, during, "\"what\":\"step\""), 0);
    world_wait(w, 1 + SECOND);
    for (int i = 0; i < 2; i++) {
        int64_t id = i ? during : before;
        assert_int_equal(world_ticket(w, id)->escalated, ESCALATION_TRIGGERED);
        assert_int_equal(says(w, id, "\"what\":\"maintenance_over\""), 1);
        assert_int_equal(world_ticket(w, id)->escalation.step, 0);
    }
    close_after_rebuild(w);
}

static void a_window_covers_what_its_scope_says_and_can_be_ended(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t a = ticket(w, 1), b = ticket(w, 2);
    world_do(w, "mara", "escalate", a, "x");
    world_do(w, "mara", "escalate", b, "x");
    assert_false(world_ok(window(w, "mara", w->now, w->now + HOUR, "titel == 3")));
    assert_true(world_ok(window(w, "mara", w->now, w->now + HOUR, "title.contains('Checkout 2')")));
    world_wait(w, SECOND);
    assert_int_equal(world_ticket(w, a)->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(world_ticket(w, b)->escalated, ESCALATION_SUPPRESSED);
    struct record *list;
    struct err err = {0};
    int n;
    assert_true(store_record_list(w->engine.store, w->arena, "maintenance", &list, &n, 10, &err));
    assert_int_equal(n, 1);
    assert_true(world_ok(world_do(w, "mara", "maintenance-end", 0, "{}")));
    assert_false(world_ok(world_do(w, "mara", "maintenance-end", 0, arena_printf(w->arena, "{\"key\":\"%s\"}", list[0].key))));
    world_wait(w, SECOND);
    assert_int_equal(world_ticket(w, b)->escalated, ESCALATION_TRIGGERED);
    close_after_rebuild(w);
}

static void a_window_that_is_taken_back_by_undo_holds_nothing_any_more(void **state)
{
    (void)state;
    struct world *w = world_open(config);
    int64_t a = ticket(w, 1), b = ticket(w, 2);
    world_do(w, "mara", "escalate", a, "x");
    world_do(w, "mara", "escalate", b, "x");
    world_do(w, "ana", "ack", b, NULL);
    world_wait(w, 2 * MINUTE);
    struct escalation was = world_ticket(w, a)->escalation;
    assert_true(world_ok(window(w, "mara", w->now, w->now + HOUR, NULL)));
    world_wait(w, SECOND);
    assert_int_equal(world_ticket(w, a)->escalated, ESCALATION_SUPPRESSED);
    int paged = says(w, a, "\"what\":\"step\"");
    assert_true(world_ok(world_do(w, "mara", "undo", 0, NULL)));
    world_wait(w, SECOND);
    const struct escalation *is = &world_ticket(w, a)->escalation;
    assert_int_equal(is->state, ESCALATION_TRIGGERED);
    assert_int_equal(is->step, was.step);
    assert_int_equal(is->next_at, was.next_at); /* the time it had left */
    assert_int_equal(says(w, a, "\"what\":\"step\""), paged); /* nobody was paged once more */
    assert_int_equal(says(w, a, "\"what\":\"maintenance_undone\""), 1);
    assert_int_equal(world_ticket(w, b)->escalation.state, ESCALATION_ACKNOWLEDGED);
    assert_string_equal(world_ticket(w, b)->escalation.acked_by, "ana");
    close_after_rebuild(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_says_who_what_why_which_step_and_how_to_stop_it),
        cmocka_unit_test(it_is_composed_in_each_form_that_speaks_to_people_or_machines),
        cmocka_unit_test(a_page_that_failed_goes_to_the_next_destination_and_then_the_next_step_comes_at_once),
        cmocka_unit_test(one_of_two_destinations_is_enough),
        cmocka_unit_test(a_destination_that_rests_counts_as_failed),
        cmocka_unit_test(who_asks_for_minutes_has_failed_too),
        cmocka_unit_test(an_ack_takes_back_what_has_not_left),
        cmocka_unit_test(over_three_pages_in_five_minutes_leave_as_one_that_names_them_all),
        cmocka_unit_test(a_bundle_that_failed_goes_on_as_a_bundle_and_every_ticket_hears_of_its_end),
        cmocka_unit_test(an_ack_leaves_a_bundle_that_names_others_on_its_way),
        cmocka_unit_test(whatever_the_pagers_answer_no_page_is_lost),
        cmocka_unit_test(a_merged_tickets_escalation_goes_on_at_its_root_and_so_do_its_pages),
        cmocka_unit_test(a_merge_that_is_taken_back_gives_the_escalation_back),
        cmocka_unit_test(a_window_holds_pages_and_what_is_open_at_its_end_triggers),
        cmocka_unit_test(a_window_covers_what_its_scope_says_and_can_be_ended),
        cmocka_unit_test(a_window_that_is_taken_back_by_undo_holds_nothing_any_more),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
