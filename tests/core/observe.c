/* observe: order, two voices, message facts. Histories are written as a few lines of steps and folded in the order of
 * v; every one is also folded in all other orders of arrival, which may not change anything. */
#include "core/observe.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS_MAX = 7 };
struct history {
    struct observation list[STEPS_MAX];
    struct message messages[STEPS_MAX];
    int count;
};

static struct observation *add(struct history *h, int voice, int kind, int64_t t)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g"};
    struct observation *obs = &h->list[h->count];
    *obs = (struct observation){.voice = voice, .kind = kind, .v = {t, kind_rank(kind), 0, keys[h->count]}, .key = "k", .account = "acct"};
    h->count++;
    return obs;
}

static void source(struct history *h, int64_t t, int kind, int status)
{
    struct observation *obs = add(h, VOICE_SOURCE, kind, t);
    obs->status_initial = kind == KIND_CREATE;
    if (status)
        observe_say_int(obs, "status", status);
    else
        obs->status_guess = true;
}

static void desk(struct history *h, int64_t t, int status)
{
    observe_say_int(add(h, VOICE_DESK, KIND_UPDATE, t), "status", status);
}

static void message(struct history *h, int64_t t, int voice, int author)
{
    struct observation *obs = add(h, voice, KIND_MESSAGE, t);
    struct message *m = &h->messages[h->count - 1];
    *m = (struct message){.id = obs->v.key, .author_kind = author, .origin = ORIGIN_REPLY, .is_public = true, .at = t};
    obs->messages = m;
    obs->message_count = 1;
}

static int by_version(const void *a, const void *b)
{
    const struct observation *x = a, *y = b;
    return version_cmp(&x->v, &y->v);
}

static struct ticket fold_sorted(const struct observation *list, int count)
{
    struct observation sorted[STEPS_MAX];
    struct ticket t = {0};
    memcpy(sorted, list, sizeof *list * (size_t)count);
    qsort(sorted, (size_t)count, sizeof *sorted, by_version);
    for (int i = 0; i < count; i++)
        observe_fold(&t, &sorted[i]);
    return t;
}

static const char *differs(const struct ticket *a, const struct ticket *b)
{
    for (int i = 0; i < field_count; i++)
        if (!field_same(a, b, &field_table[i]))
            return field_table[i].name;
    return NULL;
}

/* As an engine does it: on top while v rises, else all again. Every order of arrival ends alike. */
static void check_orders(const struct history *h, int *order, int from, const struct ticket *want)
{
    if (from < h->count) {
        for (int i = from; i < h->count; i++) {
            int swap = order[from];
            order[from] = order[i];
            order[i] = swap;
            check_orders(h, order, from + 1, want);
            order[i] = order[from];
            order[from] = swap;
        }
        return;
    }
    struct observation came[STEPS_MAX];
    struct ticket t = {0};
    for (int i = 0; i < h->count; i++) {
        came[i] = h->list[order[i]];
        struct version last = {t.last_t, t.last_rank, t.last_n, t.last_key};
        if (t.last_key && version_cmp(&came[i].v, &last) < 0)
            t = fold_sorted(came, i + 1);
        else
            observe_fold(&t, &came[i]);
    }
    const char *field = differs(&t, want);
    if (field)
        fail_msg("%s depends on the order of arrival", field);
    /* What is folded, forgotten and folded again is the same. */
    observe_reset(&t);
    qsort(came, (size_t)h->count, sizeof *came, by_version);
    for (int i = 0; i < h->count; i++)
        observe_fold(&t, &came[i]);
    if ((field = differs(&t, want)))
        fail_msg("%s is not forgotten", field);
}

static struct ticket folded(const struct history *h)
{
    int order[STEPS_MAX] = {0, 1, 2, 3, 4, 5, 6};
    struct ticket t = fold_sorted(h->list, h->count);
    check_orders(h, order, 0, &t);
    return t;
}

static void versions_compare_by_time_rank_count_and_key(void **state)
{
    (void)state;
    const struct version rising[] = {{1, 9, 9, "z"}, {2, 0, 9, "z"}, {2, 1, 0, "z"}, {2, 1, 1, NULL}, {2, 1, 1, "a"}, {2, 1, 1, "b"}};
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 6; k++) {
            int by = version_cmp(&rising[i], &rising[k]);
            assert_int_equal((by > 0) - (by < 0), (i > k) - (i < k));
        }
    assert_true(kind_rank(KIND_CREATE) < kind_rank(KIND_ASSIGN) && kind_rank(KIND_ASSIGN) < kind_rank(KIND_UPDATE) &&
                kind_rank(KIND_MESSAGE) == kind_rank(KIND_REGISTER) && kind_rank(KIND_REGISTER) < kind_rank(KIND_CLOSE) &&
                kind_rank(KIND_CLOSE) == kind_rank(KIND_RESOLVE) && kind_rank(KIND_RESOLVE) < kind_rank(KIND_DELETE));
}

static void words_of_kinds_authors_and_origins_go_there_and_back(void **state)
{
    (void)state;
    for (int i = KIND_NONE; i <= KIND_REFER; i++)
        assert_int_equal(kind_value(kind_word(i)), i);
    for (int i = AUTHOR_CUSTOMER; i <= AUTHOR_SYSTEM; i++)
        assert_int_equal(author_value(author_word(i)), i);
    for (int i = ORIGIN_DESCRIPTION; i <= ORIGIN_NOTE; i++)
        assert_int_equal(origin_value(origin_word(i)), i);
    assert_int_equal(kind_value("nonsense"), -1);
    assert_int_equal(kind_value(NULL), -1);
    assert_string_equal(kind_word(99), "");
}

static void a_late_create_resets_nothing(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_UPDATE, STATUS_RESOLVED);
    source(&h, 20, KIND_CREATE, STATUS_NEW);
    struct ticket t = folded(&h);
    assert_int_equal(t.status, STATUS_RESOLVED);
    assert_int_equal(t.reopen_count, 0);
    assert_int_equal(t.resolved_at, 10);
    assert_false(t.stub);
}

static void a_guess_yields_to_any_word(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 30, KIND_UPDATE, 0);
    assert_int_equal(folded(&h).status, STATUS_OPEN);
    assert_true(folded(&h).stub);
    source(&h, 10, KIND_CREATE, STATUS_PENDING);
    assert_int_equal(folded(&h).status, STATUS_PENDING);
    source(&h, 5, KIND_UPDATE, STATUS_CLOSED);
    assert_int_equal(folded(&h).status, STATUS_CLOSED);
}

static void each_way_back_from_done_is_a_reopen(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    source(&h, 20, KIND_CLOSE, STATUS_CLOSED);
    source(&h, 30, KIND_UPDATE, STATUS_OPEN);
    source(&h, 40, KIND_RESOLVE, STATUS_RESOLVED);
    source(&h, 50, KIND_UPDATE, STATUS_RESOLVED);
    struct ticket t = folded(&h);
    assert_int_equal(t.reopen_count, 1);
    assert_int_equal(t.resolved_at, 50);
    assert_int_equal(t.closed_at, 0);
    source(&h, 60, KIND_UPDATE, STATUS_PENDING);
    t = folded(&h);
    assert_int_equal(t.reopen_count, 2);
    assert_int_equal(t.resolved_at, 0);
}

static void a_repeated_status_is_not_a_new_word(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    source(&h, 20, KIND_UPDATE, STATUS_OPEN);
    desk(&h, 30, STATUS_RESOLVED);
    source(&h, 40, KIND_UPDATE, STATUS_OPEN);
    struct ticket t = folded(&h);
    assert_int_equal(t.status, STATUS_RESOLVED);
    assert_int_equal(t.source_status, STATUS_OPEN);
    assert_int_equal(t.desk_status_at, 30);
    assert_int_equal(t.resolved_at, 30);
    source(&h, 50, KIND_UPDATE, STATUS_PENDING);
    assert_int_equal(folded(&h).status, STATUS_RESOLVED);
    source(&h, 60, KIND_CLOSE, STATUS_CLOSED);
    assert_int_equal(folded(&h).status, STATUS_CLOSED);
    source(&h, 70, KIND_UPDATE, STATUS_OPEN);
    t = folded(&h);
    assert_int_equal(t.status, STATUS_OPEN);
    assert_int_equal(t.reopen_count, 1);
}

static void what_the_desk_moved_the_source_moves_by_a_changed_word(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    desk(&h, 20, STATUS_OPEN);
    source(&h, 30, KIND_CREATE, STATUS_NEW);
    assert_int_equal(folded(&h).status, STATUS_OPEN);
    source(&h, 15, KIND_UPDATE, STATUS_PENDING);
    assert_int_equal(folded(&h).status, STATUS_OPEN);
    source(&h, 40, KIND_UPDATE, STATUS_RESOLVED);
    assert_int_equal(folded(&h).status, STATUS_RESOLVED);
    source(&h, 50, KIND_UPDATE, STATUS_NEW);
    struct ticket t = folded(&h);
    assert_int_equal(t.status, STATUS_RESOLVED);
    assert_int_equal(t.source_status, STATUS_NEW);
}

static void a_desk_act_that_arrives_late_stands_where_it_happened(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    source(&h, 40, KIND_UPDATE, STATUS_PENDING);
    desk(&h, 30, STATUS_OPEN);
    assert_int_equal(folded(&h).status, STATUS_PENDING);
    desk(&h, 50, STATUS_ON_HOLD);
    assert_int_equal(folded(&h).status, STATUS_ON_HOLD);
}

static void a_customers_message_reopens_what_the_desk_closed(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    message(&h, 20, VOICE_SOURCE, AUTHOR_CUSTOMER);
    desk(&h, 30, STATUS_RESOLVED);
    message(&h, 40, VOICE_SOURCE, AUTHOR_AGENT);
    assert_int_equal(folded(&h).status, STATUS_RESOLVED);
    message(&h, 50, VOICE_SOURCE, AUTHOR_CUSTOMER);
    struct ticket t = folded(&h);
    assert_int_equal(t.status, STATUS_OPEN);
    assert_int_equal(t.reopen_count, 1);
    assert_int_equal(t.resolved_at, 0);
}

static void a_message_the_desk_already_knew_reopens_nothing(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    message(&h, 20, VOICE_SOURCE, AUTHOR_CUSTOMER);
    desk(&h, 30, STATUS_RESOLVED);
    message(&h, 40, VOICE_SOURCE, AUTHOR_CUSTOMER);
    h.messages[3].at = 20;
    assert_int_equal(folded(&h).status, STATUS_RESOLVED);
    h.messages[3].at = 40;
    h.messages[3].automatic = true;
    assert_int_equal(folded(&h).status, STATUS_RESOLVED);
}

static void a_thank_you_leaves_what_the_source_holds_resolved(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    desk(&h, 20, STATUS_RESOLVED);
    source(&h, 30, KIND_RESOLVE, STATUS_RESOLVED);
    message(&h, 40, VOICE_SOURCE, AUTHOR_CUSTOMER);
    observe_say_int(&h.list[3], "status", STATUS_RESOLVED);
    struct ticket t = folded(&h);
    assert_int_equal(t.status, STATUS_RESOLVED);
    assert_int_equal(t.reopen_count, 0);
    assert_int_equal(t.waiting_since, 40);
}

static void an_assignee_has_two_voices(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    observe_say_null(&h.list[0], "assignee");
    source(&h, 20, KIND_ASSIGN, STATUS_OPEN);
    observe_say_text(&h.list[1], "assignee", "tamio:tm-1");
    assert_string_equal(folded(&h).assignee, "tamio:tm-1");
    assert_int_equal(folded(&h).assigned_at, 20);
    observe_say_text(add(&h, VOICE_DESK, KIND_ASSIGN, 30), "assignee", "ana");
    source(&h, 40, KIND_UPDATE, STATUS_OPEN);
    observe_say_text(&h.list[3], "assignee", "tamio:tm-1");
    struct ticket t = folded(&h);
    assert_string_equal(t.assignee, "ana");
    assert_string_equal(t.source_assignee, "tamio:tm-1");
    assert_int_equal(t.assigned_at, 30);
    source(&h, 50, KIND_ASSIGN, STATUS_OPEN);
    observe_say_null(&h.list[4], "assignee");
    t = folded(&h);
    assert_null(t.assignee);
    assert_int_equal(t.assigned_at, 0);
    observe_say_null(add(&h, VOICE_DESK, KIND_ASSIGN, 60), "assignee");
    source(&h, 70, KIND_ASSIGN, STATUS_OPEN);
    observe_say_text(&h.list[6], "assignee", "tamio:tm-2");
    assert_string_equal(folded(&h).assignee, "tamio:tm-2");
}

static void a_priority_has_two_voices(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    observe_say_int(&h.list[0], "priority", PRIORITY_LOW);
    observe_say_int(add(&h, VOICE_DESK, KIND_UPDATE, 20), "priority", PRIORITY_URGENT);
    source(&h, 30, KIND_UPDATE, STATUS_OPEN);
    observe_say_int(&h.list[2], "priority", PRIORITY_LOW);
    struct ticket t = folded(&h);
    assert_int_equal(t.priority, PRIORITY_URGENT);
    assert_int_equal(t.source_priority, PRIORITY_LOW);
    source(&h, 40, KIND_UPDATE, STATUS_OPEN);
    observe_say_int(&h.list[3], "priority", PRIORITY_HIGH);
    assert_int_equal(folded(&h).priority, PRIORITY_HIGH);
}

static void message_facts_follow_the_conversation(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    message(&h, 10, VOICE_SOURCE, AUTHOR_CUSTOMER);
    message(&h, 20, VOICE_SOURCE, AUTHOR_CUSTOMER);
    struct ticket t = folded(&h);
    assert_int_equal(t.waiting_since, 10);
    message(&h, 30, VOICE_SOURCE, AUTHOR_AGENT);
    h.messages[2].automatic = true;
    t = folded(&h);
    assert_int_equal(t.waiting_since, 10);
    assert_int_equal(t.first_reply_at, 0);
    message(&h, 40, VOICE_DESK, AUTHOR_AGENT);
    t = folded(&h);
    assert_int_equal(t.waiting_since, 0);
    assert_int_equal(t.first_reply_at, 40);
    message(&h, 50, VOICE_SOURCE, AUTHOR_CUSTOMER);
    message(&h, 60, VOICE_DESK, AUTHOR_AGENT);
    h.messages[5].is_public = false;
    t = folded(&h);
    assert_int_equal(t.waiting_since, 50);
    assert_int_equal(t.last_customer_at, 50);
    assert_int_equal(t.last_agent_at, 40);
    h.messages[4].origin = ORIGIN_AI;
    assert_int_equal(folded(&h).last_customer_at, 20);
}

static void plain_fields_keep_the_newest_and_times_their_extremes(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    for (int i = 0; i < 3; i++) {
        source(&h, 10 + i, KIND_UPDATE, STATUS_OPEN);
        observe_say_int(&h.list[i], "created_at", 5 + (i == 1 ? -2 : 0));
        observe_say_int(&h.list[i], "updated_at", 50 + (i == 1 ? 7 : 0));
        observe_say_text(&h.list[i], "title", i == 2 ? NULL : i ? "second" : "first");
    }
    observe_say_int(&h.list[0], "registration", REGISTRATION_CREATED);
    observe_say_int(&h.list[2], "registration", REGISTRATION_FAILED);
    struct ticket t = folded(&h);
    assert_string_equal(t.title, "second");
    assert_int_equal(t.created_at, 3);
    assert_int_equal(t.updated_at, 57);
    assert_int_equal(t.registration, REGISTRATION_CREATED);
}

static void an_agents_category_outlives_the_sources(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    observe_say_int(&h.list[0], "category", CATEGORY_BUG);
    assert_int_equal(folded(&h).category_by, LABEL_BY_SOURCE);
    observe_say_int(add(&h, VOICE_DESK, KIND_UPDATE, 20), "category", CATEGORY_BILLING);
    source(&h, 30, KIND_UPDATE, STATUS_NEW);
    observe_say_int(&h.list[2], "category", CATEGORY_FEATURE);
    struct ticket t = folded(&h);
    assert_int_equal(t.category, CATEGORY_BILLING);
    assert_int_equal(t.category_by, LABEL_BY_AGENT);
}

static void a_delete_is_revived_by_what_is_later_not_by_what_arrives_later(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 20, KIND_DELETE, 0);
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    assert_true(folded(&h).deleted);
    source(&h, 30, KIND_UPDATE, STATUS_OPEN);
    assert_false(folded(&h).deleted);
}

static void what_the_desk_deletes_its_source_revives_in_any_order_of_arrival(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    observe_say_int(add(&h, VOICE_DESK, KIND_DELETE, 20), "deleted", 1);
    assert_true(folded(&h).deleted);
    source(&h, 15, KIND_UPDATE, STATUS_OPEN);
    assert_true(folded(&h).deleted);
    desk(&h, 25, STATUS_PENDING);
    assert_true(folded(&h).deleted); /* who works on it has not said that it is back */
    message(&h, 30, VOICE_SOURCE, AUTHOR_CUSTOMER);
    assert_false(folded(&h).deleted);
}

static void what_is_said_to_a_part_of_it_revives_a_ticket(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    struct observation echo;
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    observe_say_int(add(&h, VOICE_DESK, KIND_DELETE, 20), "deleted", 1);
    struct ticket t = folded(&h);
    message(&h, 30, VOICE_SOURCE, AUTHOR_CUSTOMER);
    observe_echo(&h.list[2], 40, &echo); /* it was merged into it afterwards */
    observe_fold(&t, &echo);
    assert_true(t.deleted);
    observe_echo(&h.list[2], 25, &echo);
    observe_fold(&t, &echo);
    assert_false(t.deleted);
}

static void a_source_cannot_say_what_is_the_desks_own(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    observe_say_int(&h.list[0], "urgency", URGENCY_CRITICAL);
    observe_say_int(&h.list[0], "merged_into", 7);
    source(&h, 11, KIND_REFER, STATUS_CLOSED);
    struct ticket t = folded(&h);
    assert_int_equal(t.urgency, URGENCY_NONE);
    assert_int_equal(t.merged_into, 0);
    assert_int_equal(t.status, STATUS_NEW);
    assert_int_equal(t.last_t, 10);
}

static void forgetting_leaves_what_others_know(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    source(&h, 10, KIND_CREATE, STATUS_NEW);
    struct ticket t = folded(&h);
    t.id = 7;
    t.urgency = URGENCY_HIGH;
    t.category = CATEGORY_BUG;
    t.category_by = LABEL_BY_MODEL;
    t.category_bp = 8100;
    t.epoch = 2;
    t.messages = 5;
    observe_reset(&t);
    observe_fold(&t, &h.list[0]);
    assert_int_equal(t.id, 7);
    assert_int_equal(t.urgency, URGENCY_HIGH);
    assert_int_equal(t.category, CATEGORY_BUG);
    assert_int_equal(t.category_bp, 8100);
    assert_int_equal(t.epoch, 2);
    assert_int_equal(t.messages, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_compare_by_time_rank_count_and_key),
        cmocka_unit_test(words_of_kinds_authors_and_origins_go_there_and_back),
        cmocka_unit_test(a_late_create_resets_nothing),
        cmocka_unit_test(a_guess_yields_to_any_word),
        cmocka_unit_test(each_way_back_from_done_is_a_reopen),
        cmocka_unit_test(a_repeated_status_is_not_a_new_word),
        cmocka_unit_test(what_the_desk_moved_the_source_moves_by_a_changed_word),
        cmocka_unit_test(a_desk_act_that_arrives_late_stands_where_it_happened),
        cmocka_unit_test(a_customers_message_reopens_what_the_desk_closed),
        cmocka_unit_test(a_message_the_desk_already_knew_reopens_nothing),
        cmocka_unit_test(a_thank_you_leaves_what_the_source_holds_resolved),
        cmocka_unit_test(an_assignee_has_two_voices),
        cmocka_unit_test(a_priority_has_two_voices),
        cmocka_unit_test(message_facts_follow_the_conversation),
        cmocka_unit_test(plain_fields_keep_the_newest_and_times_their_extremes),
        cmocka_unit_test(an_agents_category_outlives_the_sources),
        cmocka_unit_test(a_delete_is_revived_by_what_is_later_not_by_what_arrives_later),
        cmocka_unit_test(what_the_desk_deletes_its_source_revives_in_any_order_of_arrival),
        cmocka_unit_test(what_is_said_to_a_part_of_it_revives_a_ticket),
        cmocka_unit_test(a_source_cannot_say_what_is_the_desks_own),
        cmocka_unit_test(forgetting_leaves_what_others_know),
    };
    return cmocka_run_group_tests_name("observe", tests, NULL, NULL);
}
