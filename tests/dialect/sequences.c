/* Sequences of events (tests/fixtures/events/sequences.tsv): in the order given, and in every order of those whose
 * outcome may not depend on it. */
#include "base/crypto.h"
#include "base/str.h"
#include "../support/event.h"
#include "../support/fixture.h"
#include "harness/permutation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum column { NAME, DIALECT, FILES, LOG, TICKET, STATUS, REGISTRATION, PRIORITY, ASSIGNEE, MESSAGES, REOPENED, STUB, TICKETS, COLUMNS };
enum { FILES_MAX = 8 };

struct sequence {
    char **row, *files[FILES_MAX];
    int count;
};

static void load(struct arena *arena, char **row, struct sequence *s)
{
    char *save = NULL;
    *s = (struct sequence){.row = row};
    for (char *f = strtok_r(arena_strdup(arena, row[FILES]), " ", &save); f; f = strtok_r(NULL, " ", &save))
        s->files[s->count++] = f;
}

static void check_text(const struct sequence *s, const char *what, const char *want, const char *got)
{
    got = got && *got ? got : "-";
    if (strcmp(want, got) != 0)
        fail_msg("%s: %s is \"%s\", should be \"%s\"", s->row[NAME], what, got, want);
}

static void check_number(const struct sequence *s, const char *what, const char *want, int64_t got)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)got);
    check_text(s, what, want, text);
}

static void check_state(const struct sequence *s, struct event_desk *desk)
{
    const struct event_ticket *t = event_find(desk, s->row[TICKET]);
    assert_non_null(t);
    check_text(s, "status", s->row[STATUS], status_word(t->now.status));
    check_text(s, "registration", s->row[REGISTRATION], registration_word(t->now.registration));
    check_text(s, "priority", s->row[PRIORITY], priority_word(t->now.priority));
    check_text(s, "assignee", s->row[ASSIGNEE], t->now.assignee);
    check_number(s, "messages", s->row[MESSAGES], event_messages(t));
    check_number(s, "reopen_count", s->row[REOPENED], t->now.reopen_count);
    check_text(s, "stub", s->row[STUB], t->now.stub ? "True" : "False");
    check_number(s, "tickets", s->row[TICKETS], desk->ticket_count);
    struct ticket again = event_refold(t);
    const char *field = event_differs(&t->now, &again);
    if (field)
        fail_msg("%s: folded again from the start, %s differs", s->row[NAME], field);
}

/* Takes the files in `order`; gives the log and the ticket. */
static char *run(struct arena *arena, const struct sequence *s, const int *order, struct event_desk *desk)
{
    char *log = arena_strdup(arena, "");
    *desk = (struct event_desk){.arena = arena};
    for (int i = 0; i < s->count; i++) {
        struct event_case c;
        event_fixture(arena, s->row[DIALECT], s->files[order[i]], event_now + i, &c);
        log = arena_printf(arena, "%s%s%s", log, i ? "," : "", event_take(desk, &c.list[0]));
    }
    return log;
}

static int load_all(struct arena *arena, struct sequence **list)
{
    char ***rows;
    int count = fixture_rows(arena, "events/sequences.tsv", COLUMNS, &rows);
    *list = ARENA_ARRAY(arena, struct sequence, count);
    for (int i = 0; i < count; i++)
        load(arena, rows[i], &(*list)[i]);
    return count;
}

static void sequences_end_as_their_table_says(void **state)
{
    (void)state;
    static const int in_order[FILES_MAX] = {0, 1, 2, 3, 4, 5, 6, 7};
    AUTO_ARENA arena = arena_new();
    struct sequence *list;
    int count = load_all(arena, &list);
    for (int i = 0; i < count; i++) {
        struct event_desk *desk = ARENA_NEW(arena, struct event_desk);
        check_text(&list[i], "log", list[i].row[LOG], run(arena, &list[i], in_order, desk));
        check_state(&list[i], desk);
    }
    printf("# %d sequences in their order\n", count);
    assert_true(count >= 21);
}

static void arrival_order_never_matters(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct sequence *list;
    int count = load_all(arena, &list), runs = 0, sequences = 0;
    for (int i = 0; i < count; i++) {
        int order[FILES_MAX] = {0, 1, 2, 3, 4, 5, 6, 7};
        if (strstr(list[i].row[LOG], "conflict"))
            continue;
        sequences++;
        do {
            AUTO_ARENA own = arena_new();
            struct event_desk *desk = ARENA_NEW(own, struct event_desk);
            run(own, &list[i], order, desk);
            check_state(&list[i], desk);
            runs++;
        } while (permutation_next(order, list[i].count));
    }
    printf("# %d sequences without a conflict, %d orders\n", sequences, runs);
    assert_true(runs > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_end_as_their_table_says),
        cmocka_unit_test(arrival_order_never_matters),
    };
    return crypto_open() ? cmocka_run_group_tests_name("sequences", tests, NULL, NULL) : 1;
}
