/* route: what the engine makes of routes in one thread with a clock by hand: letters and parcels in the commit of their cause, our
 * own events, the loop guard, what dedupe and throttle remember, and a model that is asked once for all who wait. */
#include "base/str.h"
#include "core/label.h"
#include "harness/world.h"
#include "support/fixture.h"
#include "wire/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define CREATED "support.ticket.created"
static const char head[] =
    "sources:\n  - {name: app, dialect: ingestlayer, auth: bearer, token: t}\n  - {name: cstar, dialect: cstar, secrets: [s]}\n"
    "  - {name: tamio, dialect: tamio, secrets: [s], reply_via: api, reply_token: k}\n"
    "agents:\n  - {name: ana, uid: 1001, keys: ['tamio:tm-ana']}\n  - {name: mara, uid: 1003, role: lead}\noncall: [mara]\n"
    "destinations:\n  - {name: hook, kind: webhook, url: 'https://hook.example/'}\n  - {name: chat, kind: webhook, url: 'https://chat.example/'}\n"
    "  - {name: crm, kind: webhook, url: 'https://crm.example/', format: cstar, source: cstar}\n"
    "  - {name: pager, kind: pagerduty, token: 0123456789abcdef0123456789abcdef}\n"
    "  - {name: team, kind: slack, token: xoxb-key, channel: C1}\n  - {name: bot, kind: telegram, token: '1:key', channel: '-5'}\n"
    "  - {name: brain, kind: model, api: openai, model: m, token: key}\nroutes:\n";

static struct world *open(const char *routes)
{
    static char config[8192];
    snprintf(config, sizeof config, "%s%s", head, routes);
    return world_open(config);
}

static void emit(struct world *w, const char *ticket, const char *subject, const char *body, const char *type)
{
    char *text = arena_printf(w->arena, "{\"type\":\"%s\",\"payload\":{\"ticket_id\":\"%s\",\"subject\":\"%s\",\"body\":\"%s\",\"customer_tier\":\"pro\",\"channel\":\"email\"}}",
                              type, ticket, subject, body);
    world_post(w, "app", "ingestlayer", DOOR_OUT, text, strlen(text));
}

static void post(struct world *w, const char *source, const char *dialect, const char *name)
{
    size_t n;
    char *body = fixture_read(w->arena, arena_printf(w->arena, "events/%s", name), &n);
    world_post(w, source, dialect, DOOR_WEBHOOK, body, n);
}

static struct parcel *parcels(struct world *w, const char *destination, const char *state, int *count)
{
    struct parcel_query q = {.destination = destination, .state = state, .limit = 500, .oldest_first = true};
    struct parcel *list;
    struct err err = {0};
    assert_true(store_parcel_list(w->engine.store, w->arena, &q, &list, count, &err));
    return list;
}

static int count_of(struct world *w, const char *destination, const char *state)
{
    int n;
    parcels(w, destination, state, &n);
    return n;
}

static struct letter letter_of(struct world *w, const struct parcel *p)
{
    char *data, *redaction;
    struct letter l = {0};
    struct err err = {0};
    assert_true(store_letter_get(w->engine.store, w->arena, p->letter, &data, &redaction, &err) && letter_decode(w->arena, data, &l, &err));
    return l;
}

static const struct json *last_verdict(struct world *w, int64_t ticket)
{
    struct entry_query q = {.ticket = ticket, .kind = "route", .limit = 1, .newest_first = true};
    struct entry *list;
    int n;
    struct err err = {0};
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    assert_int_equal(n, 1);
    return json_first(json_get(json_parse_in(w->arena, list->data, strlen(list->data), &json_limits_native, NULL, NULL), "verdicts"));
}

static const char *verdict_word(struct world *w, int64_t ticket)
{
    return json_string(json_next(json_first(last_verdict(w, ticket))));
}

static void what_passes_is_one_letter_and_a_parcel_for_each_destination(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, match: 'support.*', sources: [app], to: [hook, {destination: chat, when: 'plan == \"enterprise\"'}]}\n");
    int n;
    emit(w, "T-1", "Hello", "How are you?", CREATED);
    struct parcel *p = parcels(w, "hook", NULL, &n);
    assert_int_equal(n, 1);
    assert_string_equal(p->state, "due");
    assert_int_equal(count_of(w, "chat", NULL), 0);
    struct letter l = letter_of(w, p);
    assert_string_equal(l.type, "support.ticket.created");
    assert_string_equal(l.origin, "app");
    assert_int_equal(strlen(l.id), 16);
    assert_string_equal(json_get_string(l.payload, "subject", ""), "Hello");
    assert_string_equal(l.message->body, "How are you?");
    assert_string_equal(verdict_word(w, 1), "passed");
    const struct json *to = json_next(json_next(json_next(json_next(json_first(last_verdict(w, 1))))));
    assert_int_equal(json_count(to), 2); /* the destination that was kept out is in the verdict */
    emit(w, "T-2", "Hello", "x", "other.thing");
    assert_int_equal(count_of(w, "hook", NULL), 1);
    world_close(w);
}

static void a_key_goes_through_once_in_its_window(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, steps: [{dedupe: {key: $event.payload.ticket_id, window: 1h}}], to: [hook]}\n");
    emit(w, "T-1", "a", "b", CREATED);
    emit(w, "T-1", "a", "b", CREATED);
    emit(w, "T-2", "a", "b", CREATED);
    assert_int_equal(count_of(w, "hook", NULL), 2);
    assert_string_equal(verdict_word(w, 1), "filtered");
    w->now += 3600001;
    emit(w, "T-1", "a", "b", CREATED);
    assert_int_equal(count_of(w, "hook", NULL), 3);
    world_close(w);
}

static void over_its_count_a_route_drops_or_delays(void **state)
{
    (void)state;
    struct world *w = open("  - {name: drops, steps: [{throttle: {count: 2, per: 1m}}], to: [hook]}\n"
                           "  - {name: delays, steps: [{throttle: {count: 2, per: 1m, over: delay}}], to: [chat]}\n");
    int n;
    for (int i = 0; i < 5; i++)
        emit(w, "T-1", "a", "b", CREATED);
    assert_int_equal(count_of(w, "hook", NULL), 2);
    struct parcel *p = parcels(w, "chat", NULL, &n);
    assert_int_equal(n, 5);
    static const int64_t minutes[] = {0, 0, 1, 1, 2};
    for (int i = 0; i < 5; i++)
        assert_int_equal(p[i].due_at - w->now, minutes[i] * 60000);
    w->now += 60001;
    emit(w, "T-1", "a", "b", CREATED);
    assert_int_equal(count_of(w, "hook", NULL), 3);
    world_close(w);
}

static void a_transform_changes_what_leaves_and_a_value_never_becomes_a_template(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, steps: [{transform: {payload.from: '$event.source/$ticket.urgency', payload.copy: $event.payload.body, payload.channel: null}}], to: [hook]}\n");
    int n;
    emit(w, "T-1", "a", "$event.id $$", CREATED);
    struct letter l = letter_of(w, parcels(w, "hook", NULL, &n));
    assert_true(str_starts(json_get_string(l.payload, "from", ""), "app/"));
    assert_string_equal(json_get_string(l.payload, "copy", ""), "$event.id $$");
    assert_null(json_get(l.payload, "channel"));
    struct event e;
    struct err err = {0};
    assert_true(store_event_get(w->engine.store, w->arena, 1, &e, &err));
    assert_non_null(strstr(e.raw, "\"channel\"")); /* what came in stays whole */
    world_close(w);
}

static void what_a_transform_multiplies_has_an_end(void **state)
{
    (void)state;
    AUTO_STR routes;
    str_init(&routes, 8192);
    str_adds(&routes, "  - {name: r, to: [hook], steps: [");
    for (int s = 0; s < 8; s++) {
        str_addf(&routes, "%s{transform: {", s ? ", " : "");
        for (int k = 0; k < 16; k++)
            str_addf(&routes, "%spayload.k%d: $event.payload", k ? ", " : "", k);
        str_adds(&routes, "}}");
    }
    str_adds(&routes, "]}\n");
    assert_false(routes.cut);
    struct world *w = open(routes.data);
    emit(w, "T-1", "a", "b", CREATED);
    assert_int_equal(count_of(w, "hook", NULL), 0);
    assert_non_null(strstr(json_print_in(w->arena, last_verdict(w, 1)), "larger than 16 MiB"));
    world_close(w);
}

static void what_several_steps_hide_is_hidden_in_all_their_fields(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, to: [hook], steps: [{redact.pii: {fields: [payload.a, payload.b, payload.c, payload.d, payload.e]}},"
                           " {redact.pii: {fields: [payload.f, payload.g, payload.h, payload.subject, payload.body]}}]}\n");
    int n;
    char *data, *redaction;
    struct err err = {0};
    emit(w, "T-1", "me@example.com", "you@example.com", CREATED);
    struct parcel *p = parcels(w, "hook", NULL, &n);
    assert_int_equal(n, 1);
    assert_true(store_letter_get(w->engine.store, w->arena, p->letter, &data, &redaction, &err));
    assert_non_null(strstr(redaction, "payload.body"));
    world_close(w);
}

static void one_change_is_one_event_and_a_close_is_two(void **state)
{
    (void)state;
    struct world *w = open("  - {name: own, of: desk, match: ['ticket.*', 'boss.*', 'player.*', triage.escalated], to: [hook]}\n");
    int n;
    post(w, "tamio", "tamio", "exact/tamio/whitelabel-ticket-created.json");
    assert_string_equal(letter_of(w, parcels(w, "hook", NULL, &n)).type, "ticket.created");
    assert_int_equal(n, 1);
    assert_true(world_ok(world_do(w, "ana", "claim", 1, NULL)));
    assert_true(world_ok(world_do(w, "ana", "priority", 1, "high")));
    struct parcel *p = parcels(w, "hook", NULL, &n);
    assert_int_equal(n, 3);
    assert_string_equal(letter_of(w, &p[1]).type, "ticket.updated");
    assert_string_equal(json_string(json_first(json_first(letter_of(w, &p[2]).changes))), "priority");
    assert_true(world_ok(world_do(w, "ana", "close", 1, NULL)));
    p = parcels(w, "hook", NULL, &n);
    assert_int_equal(n, 5);
    struct letter updated = letter_of(w, &p[3]), closed = letter_of(w, &p[4]);
    assert_string_equal(updated.type, "ticket.updated");
    assert_string_equal(closed.type, "ticket.closed");
    assert_int_equal(updated.at, closed.at);
    assert_string_not_equal(updated.id, closed.id);
    assert_true(world_ok(world_do(w, "ana", "reopen", 1, NULL)));
    assert_true(world_ok(world_do(w, "ana", "escalate", 1, "all is down")));
    p = parcels(w, "hook", NULL, &n);
    assert_string_equal(letter_of(w, &p[n - 1]).type, "triage.escalated");
    assert_non_null(letter_of(w, &p[n - 1]).why);
    world_close(w);
}

static void the_conversation_goes_along_where_a_form_needs_it(void **state)
{
    (void)state;
    static const struct { const char *format; int messages; } rows[] = {{"tamio", 3}, {"rbs", 3}, {"cstar", 0}, {"ingestlayer", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char config[1024];
        int n;
        snprintf(config, sizeof config, "sources:\n  - {name: tamio, dialect: tamio, secrets: [s]}\ndestinations:\n"
                 "  - {name: hook, kind: webhook, url: 'https://hook.example/', format: %s, secrets: [s]}\n"
                 "routes:\n  - {name: r, of: desk, match: 'ticket.created', to: hook}\n", rows[i].format);
        struct world *w = world_open(config);
        post(w, "tamio", "tamio", "exact/tamio/whitelabel-ticket-updated.json");
        struct parcel *p = parcels(w, "hook", NULL, &n);
        assert_int_equal(n, 1);
        assert_int_equal(letter_of(w, p).message_count, rows[i].messages);
        world_close(w);
    }
}

static void a_reply_is_told_of_when_it_has_left_and_a_note_never(void **state)
{
    (void)state;
    struct world *w = open("  - {name: own, of: desk, match: ticket.updated, to: [hook]}\n");
    int n, before;
    post(w, "tamio", "tamio", "exact/tamio/whitelabel-ticket-created.json");
    assert_true(world_ok(world_do(w, "ana", "claim", 1, NULL)));
    assert_true(world_ok(world_do(w, "ana", "note", 1, "Between us.")));
    assert_true(world_ok(world_do(w, "ana", "reply", 1, "It is on its way.")));
    struct parcel *p = parcels(w, "hook", NULL, &before);
    for (int i = 0; i < before; i++)
        assert_null(letter_of(w, &p[i]).message);
    world_wait(w, 16000);
    world_receipt(w, parcels(w, "reply:tamio", NULL, &n)->id, 200);
    p = parcels(w, "hook", NULL, &n);
    assert_int_equal(n, before + 1);
    assert_string_equal(letter_of(w, &p[n - 1]).message->body, "It is on its way.");
    world_close(w);
}

static void what_came_from_a_source_is_not_sent_back_to_it(void **state)
{
    (void)state;
    struct world *w = open("  - {name: own, of: desk, to: [crm]}\n");
    int n;
    post(w, "cstar", "cstar", "exact/cstar/ticket.created.json");
    struct parcel *p = parcels(w, "crm", NULL, &n);
    for (int i = 0; i < n; i++)
        assert_string_equal(p[i].state, "skipped");
    assert_true(n > 0);
    int before = n;
    assert_true(world_ok(world_do(w, "ana", "claim", 1, NULL))); /* ours: that is news to it */
    p = parcels(w, "crm", NULL, &n);
    assert_int_equal(n, before + 1);
    assert_string_equal(p[n - 1].state, "due");
    world_close(w);
}

static void what_a_source_tells_of_others_is_told_further(void **state)
{
    (void)state;
    struct world *w = open("  - {name: own, of: desk, match: ['article.*', 'survey.*', 'customer.*'], to: [hook]}\n");
    int n;
    post(w, "cstar", "cstar", "inferred/cstar/article.published.json");
    post(w, "cstar", "cstar", "inferred/cstar/survey.submitted.json");
    struct parcel *p = parcels(w, "hook", NULL, &n);
    bool article = false, survey = false;
    for (int i = 0; i < n; i++) {
        struct letter l = letter_of(w, &p[i]);
        article |= str_starts(l.type, "article.");
        survey |= str_eq(l.type, "survey.submitted");
        assert_non_null(l.record);
    }
    assert_true(article && survey);
    post(w, "cstar", "cstar", "inferred/cstar/survey.submitted.json"); /* a duplicate tells nothing */
    assert_int_equal(count_of(w, "hook", NULL), n);
    world_rebuilds(w);
    world_close(w);
}

static void an_assignment_is_handed_back_where_the_source_takes_it(void **state)
{
    (void)state;
    struct world *w = open("  []\n");
    int n;
    post(w, "tamio", "tamio", "exact/tamio/whitelabel-ticket-created.json");
    assert_true(world_ok(world_do(w, "ana", "claim", 1, NULL)));
    struct parcel *p = parcels(w, "assign:tamio", NULL, &n);
    assert_int_equal(n, 1);
    assert_string_equal(letter_of(w, p).assignee_key, "tm-ana");
    assert_true(world_ok(world_do(w, "ana", "unassign", 1, NULL)));
    p = parcels(w, "assign:tamio", NULL, &n);
    assert_int_equal(n, 2);
    assert_null(letter_of(w, &p[1]).assignee_key);
    assert_true(world_ok(world_do(w, "mara", "claim", 1, NULL))); /* the source knows no mara */
    assert_int_equal(count_of(w, "assign:tamio", NULL), 2);
    world_close(w);
}

static void what_the_clock_assigns_is_handed_back_too(void **state)
{
    (void)state;
    struct world *w = open("  []\nassignment: {strategy: balanced}\n");
    int n;
    post(w, "tamio", "tamio", "exact/tamio/whitelabel-ticket-created.json");
    assert_int_equal(count_of(w, "assign:tamio", NULL), 0);
    world_wait(w, 0);
    assert_string_equal(world_ticket(w, 1)->assignee, "ana");
    struct parcel *p = parcels(w, "assign:tamio", NULL, &n);
    assert_int_equal(n, 1);
    assert_string_equal(letter_of(w, p).assignee_key, "tm-ana");
    world_rebuilds(w);
    world_close(w);
}

static void a_reply_that_returns_is_the_same_line_and_is_not_sent_again(void **state)
{
    (void)state;
    struct world *w = open("  []\n");
    struct message *list;
    struct err err = {0};
    int n, before;
    post(w, "tamio", "tamio", "exact/tamio/whitelabel-ticket-created.json");
    assert_true(store_message_list(w->engine.store, w->arena, 1, &list, &before, &err));
    assert_true(world_ok(world_do(w, "ana", "reply", 1, "Your request is under investigation. We will provide an update as soon as possible.")));
    world_wait(w, 16000);
    struct parcel *p = parcels(w, "reply:tamio", NULL, &n);
    assert_string_equal(p->state, "flying");
    world_receive(w, &(struct receipt){.parcel = p->id, .verdict = {.kind = VERDICT_RETRY, .ambiguous = true}});
    post(w, "tamio", "tamio", "exact/tamio/whitelabel-ticket-updated.json"); /* its third reply is ours */
    assert_true(store_message_list(w->engine.store, w->arena, 1, &list, &n, &err));
    assert_int_equal(n, before + 1);
    bool found = false;
    for (int i = 0; i < n; i++)
        if (str_eq(list[i].id, "335ec843-395a-422c-aa61-2adef10ecf1a")) {
            found = true;
            assert_string_equal(list[i].state, "sent");
            assert_string_equal(list[i].author, "ana");
        }
    assert_true(found);
    assert_string_equal(parcels(w, "reply:tamio", NULL, &n)->state, "delivered");
    world_close(w);
}

/* --- a model from outside --- */

static const char ask[] = "  - {name: r, steps: [{classify: {model: brain}}, {filter.match: 'urgency == \"critical\"'}], to: [hook]}\n";

static void answer(struct world *w, int64_t parcel, const char *urgency)
{
    char *memo = arena_printf(w->arena, "{\"answer\":{\"urgency\":\"%s\",\"category\":\"bug\",\"confidence\":\"high\",\"evidence\":\"\",\"suspicious\":false}}", urgency);
    world_receive(w, &(struct receipt){.parcel = parcel, .status = 200, .verdict = {.kind = VERDICT_DELIVERED}, .memo = memo});
}

static void a_model_is_asked_once_for_all_who_wait_and_never_again(void **state)
{
    (void)state;
    struct world *w = open(ask);
    int n;
    emit(w, "T-1", "The page is blank", "Since noon.", CREATED);
    emit(w, "T-2", "The page is blank", "Since noon.", CREATED);
    struct parcel *p = parcels(w, "brain", NULL, &n);
    assert_int_equal(n, 1);
    assert_int_equal(count_of(w, "hook", NULL), 0);
    assert_string_equal(verdict_word(w, 1), "waiting");
    assert_string_equal(verdict_word(w, 2), "waiting");
    world_wait(w, 1);
    answer(w, p->id, "critical");
    assert_int_equal(count_of(w, "hook", "due"), 2);
    assert_int_equal(world_ticket(w, 1)->urgency, URGENCY_CRITICAL);
    assert_int_equal(world_ticket(w, 2)->urgency_by, LABEL_BY_MODEL);
    assert_string_equal(verdict_word(w, 1), "passed");
    emit(w, "T-3", "The page is blank", "Since noon.", CREATED); /* known: no call, no waiting */
    assert_int_equal(count_of(w, "brain", NULL), 1);
    assert_int_equal(count_of(w, "hook", NULL), 3);
    assert_int_equal(world_ticket(w, 3)->urgency, URGENCY_CRITICAL);
    world_close(w);
}

static void a_model_that_fails_leaves_a_dead_letter_and_never_means_not_critical(void **state)
{
    (void)state;
    struct world *w = open(ask);
    int n;
    emit(w, "T-1", "The page is blank", "Since noon.", CREATED);
    world_wait(w, 1);
    int64_t id = parcels(w, "brain", NULL, &n)->id;
    world_receive(w, &(struct receipt){.parcel = id, .status = 400, .verdict = {.kind = VERDICT_DEAD, .note = "bad request"}});
    assert_string_equal(parcels(w, "brain", NULL, &n)->state, "dead");
    assert_string_equal(verdict_word(w, 1), "waiting");
    world_deliver(w, &(struct delivery_request){.what = DELIVERY_REPLAY, .actor = "mara", .ids = &id, .id_count = 1});
    world_wait(w, 1);
    answer(w, id, "critical");
    assert_int_equal(count_of(w, "hook", "due"), 1);
    world_close(w);
}

static int label_entries(struct world *w, int64_t ticket)
{
    return world_entries(w, ticket, "label");
}

/* Twice asked, by two routes and for a second event of the same words, is once lowered and once told. */
static void an_answer_lowers_by_one_step_however_often_it_is_heard(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, steps: [{classify: {model: brain}}], to: [hook]}\n  - {name: s, steps: [{classify: {model: brain}}], to: [chat]}\n");
    int n;
    emit(w, "T-1", "Emergency", "Records deleted, none of our customers can pay, losing money.", CREATED);
    assert_int_equal(world_ticket(w, 1)->urgency, URGENCY_CRITICAL);
    assert_int_equal(world_ticket(w, 1)->escalation.state, ESCALATION_NONE);
    int before = label_entries(w, 1);
    world_wait(w, 1);
    answer(w, parcels(w, "brain", NULL, &n)->id, "low");
    assert_int_equal(n, 1);
    assert_int_equal(count_of(w, "hook", NULL) + count_of(w, "chat", NULL), 2);
    assert_int_equal(world_ticket(w, 1)->urgency, URGENCY_HIGH);
    assert_int_equal(label_entries(w, 1), before + 1);
    emit(w, "T-1", "Emergency", "Records deleted, none of our customers can pay, losing money.", "support.ticket.updated");
    assert_int_equal(world_ticket(w, 1)->urgency, URGENCY_HIGH);
    world_rebuilds(w);
    world_close(w);
}

static void what_people_say_of_its_labels_is_what_a_models_confidence_is_worth(void **state)
{
    (void)state;
    enum { TICKETS = 12 };
    struct world *w = open(ask);
    int n;
    for (int i = 1; i <= TICKETS + 1; i++) {
        emit(w, arena_printf(w->arena, "T-%d", i), "The page is blank", arena_printf(w->arena, "Since %d.", i), CREATED);
        world_wait(w, 61000);
        parcels(w, "brain", "flying", &n);
        assert_int_equal(n, 1);
        answer(w, parcels(w, "brain", "flying", &n)->id, "critical");
        if (i <= TICKETS)
            assert_true(world_ok(world_do(w, "ana", "label", i, i <= 3 ? "critical" : "low")));
    }
    assert_int_equal(world_ticket(w, TICKETS + 1)->urgency_bp, (3 * 10000 + 20 * 9000) / (TICKETS + 20));
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL))); /* of the last label: no longer counted */
    emit(w, "T-99", "The page is blank", "Since ever.", CREATED);
    world_wait(w, 61000);
    answer(w, parcels(w, "brain", "flying", &n)->id, "critical");
    assert_int_equal(world_ticket(w, TICKETS + 2)->urgency_bp, (3 * 10000 + 20 * 9000) / (TICKETS - 1 + 20));
    world_close(w);
}

static void an_agents_label_stands_against_any_model(void **state)
{
    (void)state;
    struct world *w = open(ask);
    int n;
    emit(w, "T-1", "The page is blank", "Since noon.", CREATED);
    world_wait(w, 1);
    assert_true(world_ok(world_do(w, "ana", "label", 1, "low")));
    answer(w, parcels(w, "brain", NULL, &n)->id, "critical");
    assert_int_equal(world_ticket(w, 1)->urgency, URGENCY_LOW);
    assert_int_equal(world_ticket(w, 1)->urgency_by, LABEL_BY_AGENT);
    assert_int_equal(count_of(w, "hook", NULL), 0);
    assert_string_equal(verdict_word(w, 1), "filtered");
    world_close(w);
}

static void a_destination_that_is_paused_keeps_its_queue(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, to: [hook]}\n");
    int n;
    emit(w, "T-1", "a", "b", CREATED);
    world_wait(w, 1);
    world_receive(w, &(struct receipt){.parcel = parcels(w, "hook", NULL, &n)->id, .status = 401, .verdict = {.kind = VERDICT_DEAD, .disable = true}});
    emit(w, "T-2", "a", "b", CREATED);
    world_wait(w, 1000);
    assert_int_equal(count_of(w, "hook", "due"), 1);
    assert_int_equal(count_of(w, "hook", "flying"), 0);
    world_deliver(w, &(struct delivery_request){.what = DELIVERY_RESUME, .actor = "mara", .fit = {.destination = "hook"}});
    world_wait(w, 1);
    assert_int_equal(count_of(w, "hook", "flying"), 1);
    assert_int_equal(count_of(w, "hook", "dead"), 1); /* a person decides about it */
    world_close(w);
}

static void a_pager_hears_of_one_ticket_in_order_and_of_two_at_once(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, to: [pager, hook]}\n");
    int n;
    emit(w, "T-1", "a", "b", CREATED);
    world_wait(w, 1);
    emit(w, "T-1", "a", "b again", CREATED);
    emit(w, "T-2", "a", "b", CREATED);
    world_wait(w, 1);
    assert_int_equal(count_of(w, "hook", "flying"), 3);
    assert_int_equal(count_of(w, "pager", "flying"), 2);
    struct parcel *p = parcels(w, "pager", NULL, &n);
    assert_int_equal(n, 3);
    assert_string_equal(p[1].state, "due");
    world_receive(w, &(struct receipt){.parcel = p[0].id, .status = 500, .verdict = {.kind = VERDICT_RETRY}});
    world_wait(w, 1500); /* the first waits longer than that for its second attempt */
    p = parcels(w, "pager", NULL, &n);
    assert_string_equal(p[0].state, "retrying");
    assert_string_equal(p[1].state, "due");
    assert_true(p[1].due_at > p[0].due_at);
    world_wait(w, p[0].due_at - w->now);
    assert_string_equal(parcels(w, "pager", "flying", &n)[0].state, "flying");
    world_receipt(w, p[0].id, 202);
    world_wait(w, 2500);
    p = parcels(w, "pager", NULL, &n);
    assert_string_equal(p[0].state, "delivered");
    assert_string_equal(p[1].state, "flying");
    world_close(w);
}

/* The memo of the newest parcel of that destination, once it flies. */
static const char *told(struct world *w, const char *destination, int64_t *id)
{
    int n;
    world_wait(w, 1);
    struct parcel *p = parcels(w, destination, NULL, &n);
    *id = p[n - 1].id;
    assert_string_equal(p[n - 1].state, "flying");
    return p[n - 1].memo ? p[n - 1].memo : "";
}

static void what_one_answer_says_of_a_channel_is_known_to_those_that_follow(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, to: [team, bot]}\n");
    int64_t team[4], bot[4];
    emit(w, "T-1", "a", "b", CREATED);
    assert_string_equal(told(w, "team", &team[0]), "");
    assert_string_equal(told(w, "bot", &bot[0]), "");
    world_receive(w, &(struct receipt){.parcel = team[0], .status = 200, .verdict = {.kind = VERDICT_DELIVERED}, .memo = "{\"ts\":\"1.1\"}"});
    world_receive(w, &(struct receipt){.parcel = bot[0], .status = 200, .verdict = {.kind = VERDICT_DELIVERED}, .memo = "{\"chat\":\"-100\",\"moved\":true}"});
    emit(w, "T-1", "a", "b again", CREATED);
    assert_string_equal(told(w, "team", &team[1]), "{\"thread\":\"1.1\"}");
    assert_string_equal(told(w, "bot", &bot[1]), "{\"chat\":\"-100\"}");
    world_receive(w, &(struct receipt){.parcel = team[1], .status = 200, .verdict = {.kind = VERDICT_DELIVERED}, .memo = "{\"thread\":\"1.1\",\"ts\":\"2.2\"}"});
    world_receive(w, &(struct receipt){.parcel = bot[1], .status = 400, .verdict = {.kind = VERDICT_DEAD}, .memo = "{\"chat\":\"-100\"}"});
    emit(w, "T-2", "a", "b", CREATED); /* another ticket: a thread of its own, the same chat */
    assert_string_equal(told(w, "team", &team[2]), "");
    assert_string_equal(told(w, "bot", &bot[2]), "{\"chat\":\"-100\"}");
    emit(w, "T-1", "a", "b once more", CREATED);
    assert_string_equal(told(w, "team", &team[3]), "{\"thread\":\"1.1\"}"); /* the first stays the first */
    world_deliver(w, &(struct delivery_request){.what = DELIVERY_REPLAY, .actor = "mara", .ids = &bot[1], .id_count = 1});
    world_wait(w, 1);
    int n;
    assert_non_null(strstr(parcels(w, "bot", NULL, &n)[1].memo, "\"chat\":\"-100\""));
    world_close(w);
}

static void what_waited_for_a_disabled_destination_leaves_when_it_is_enabled(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, to: [hook]}\n"), *other = world_open("destinations:\n  - {name: hook, kind: webhook, url: 'https://hook.example/', disabled: true}\n");
    const struct config *enabled = w->engine.config;
    struct err err = {0};
    emit(w, "T-1", "a", "b", CREATED);
    w->engine.config = other->engine.config;
    world_wait(w, 1);
    assert_int_equal(count_of(w, "hook", "due"), 1);
    w->engine.config = enabled;
    assert_true(store_begin(w->engine.store, &err) && engine_destinations(&w->engine, w->arena, w->now, &err) && store_commit(w->engine.store, &err));
    world_wait(w, 1);
    assert_int_equal(count_of(w, "hook", "flying"), 1);
    world_close(w);
    world_close(other);
}

static void what_passed_through_too_many_desks_goes_no_further(void **state)
{
    (void)state;
    struct world *w = open("  - {name: r, to: [hook]}\n  - {name: own, of: desk, match: ticket.created, to: [chat]}\n");
    int n;
    w->hops = 3;
    emit(w, "T-1", "a", "b", CREATED);
    struct parcel *p = parcels(w, "hook", NULL, &n);
    assert_string_equal(p->state, "skipped");
    assert_non_null(strstr(p->error, "too many desks"));
    assert_string_equal(parcels(w, "chat", NULL, &n)->state, "skipped");
    w->hops = 2;
    emit(w, "T-2", "a", "b", CREATED);
    assert_int_equal(count_of(w, "hook", "due"), 1);
    assert_int_equal(letter_of(w, &parcels(w, "hook", "due", &n)[0]).hops, 3);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passes_is_one_letter_and_a_parcel_for_each_destination),
        cmocka_unit_test(a_key_goes_through_once_in_its_window),
        cmocka_unit_test(over_its_count_a_route_drops_or_delays),
        cmocka_unit_test(a_transform_changes_what_leaves_and_a_value_never_becomes_a_template),
        cmocka_unit_test(what_a_transform_multiplies_has_an_end),
        cmocka_unit_test(what_several_steps_hide_is_hidden_in_all_their_fields),
        cmocka_unit_test(one_change_is_one_event_and_a_close_is_two),
        cmocka_unit_test(the_conversation_goes_along_where_a_form_needs_it),
        cmocka_unit_test(a_reply_is_told_of_when_it_has_left_and_a_note_never),
        cmocka_unit_test(what_came_from_a_source_is_not_sent_back_to_it),
        cmocka_unit_test(what_a_source_tells_of_others_is_told_further),
        cmocka_unit_test(an_assignment_is_handed_back_where_the_source_takes_it),
        cmocka_unit_test(what_the_clock_assigns_is_handed_back_too),
        cmocka_unit_test(a_reply_that_returns_is_the_same_line_and_is_not_sent_again),
        cmocka_unit_test(a_model_is_asked_once_for_all_who_wait_and_never_again),
        cmocka_unit_test(a_model_that_fails_leaves_a_dead_letter_and_never_means_not_critical),
        cmocka_unit_test(an_answer_lowers_by_one_step_however_often_it_is_heard),
        cmocka_unit_test(what_people_say_of_its_labels_is_what_a_models_confidence_is_worth),
        cmocka_unit_test(an_agents_label_stands_against_any_model),
        cmocka_unit_test(a_destination_that_is_paused_keeps_its_queue),
        cmocka_unit_test(a_pager_hears_of_one_ticket_in_order_and_of_two_at_once),
        cmocka_unit_test(what_one_answer_says_of_a_channel_is_known_to_those_that_follow),
        cmocka_unit_test(what_waited_for_a_disabled_destination_leaves_when_it_is_enabled),
        cmocka_unit_test(what_passed_through_too_many_desks_goes_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
