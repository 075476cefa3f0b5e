/* Every fixture event, decoded alone, against its row of tests/fixtures/events/manifest.tsv: all columns, lenient and
 * strict, and the dialect found from the body. */
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "../support/event.h"
#include "../support/fixture.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char table[] = "events/manifest.tsv";
enum column { FILE_NAME, SET, DIALECT, TYPE, HTTP, STRICT, EFFECT, KEY, TICKET, STATUS, REGISTRATION, PRIORITY, ASSIGNEE,
              MESSAGES, AI_MESSAGES, ATTACHMENTS, CUSTOMER, EMAIL, OCCURRED, EXTRA, WARNINGS, DETECT, NOTE };

/* The table shows controls as spaces and bidi controls as U+FFFD. */
static char *shown(struct arena *arena, const char *text)
{
    if (!text || !*text)
        return arena_strdup(arena, "-");
    char *out = arena_alloc(arena, strlen(text) * 3 + 1), *to = out, one[5];
    for (const char *p = text, *end = text + strlen(text); p < end;) {
        uint32_t c = text_next(&p, end);
        bool bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x61c;
        int n = text_encode(c < 0x20 || (c >= 0x7f && c < 0xa0) ? ' ' : bidi ? 0xfffd : c, one);
        memcpy(to, one, (size_t)n);
        to += n;
    }
    *to = 0;
    return out;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *joined(struct arena *arena, char **list, int count)
{
    char *out = arena_strdup(arena, count ? "" : "-");
    qsort(list, (size_t)count, sizeof *list, by_text);
    for (int i = 0; i < count; i++)
        out = arena_printf(arena, "%s%s%s", out, i ? "," : "", list[i]);
    return out;
}

static char *warnings(struct arena *arena, const struct interpretation *i)
{
    char *list[48];
    for (int n = 0; n < i->warning_count; n++) {
        const struct warning *w = &i->warnings[n];
        list[n] = w->field ? arena_printf(arena, "%s:%s", w->kind, w->field) : arena_strdup(arena, w->kind);
    }
    return joined(arena, list, i->warning_count);
}

/* The column lists warnings in any order. */
static char *sorted(struct arena *arena, const char *text)
{
    char *list[48], *save = NULL, *copy = arena_strdup(arena, text);
    int count = 0;
    for (char *p = strtok_r(copy, ",", &save); p; p = strtok_r(NULL, ",", &save))
        list[count++] = p;
    return joined(arena, list, count);
}

static char *number(struct arena *arena, bool there, int64_t value)
{
    return there ? arena_printf(arena, "%" PRId64, value) : arena_strdup(arena, "-");
}

static void ticket_columns(struct arena *arena, const struct interpretation *i, char **got)
{
    struct ticket t = {0};
    int64_t messages = 0, ai = 0, attachments = 0;
    bool has = i->obs.key && i->obs.kind != KIND_REFER;
    if (has)
        observe_fold(&t, &i->obs);
    for (int n = 0; n < i->obs.message_count; n++) {
        messages += i->obs.messages[n].origin != ORIGIN_AI;
        ai += i->obs.messages[n].origin == ORIGIN_AI;
        attachments += i->obs.messages[n].asset_count;
    }
    got[TICKET] = shown(arena, t.key);
    got[STATUS] = shown(arena, status_word(t.status));
    got[REGISTRATION] = shown(arena, registration_word(t.registration));
    got[PRIORITY] = shown(arena, priority_word(t.priority));
    got[ASSIGNEE] = shown(arena, t.assignee);
    got[MESSAGES] = number(arena, has, messages);
    got[AI_MESSAGES] = number(arena, has, ai);
    got[ATTACHMENTS] = number(arena, has, attachments);
    got[CUSTOMER] = shown(arena, t.customer);
    got[EMAIL] = shown(arena, t.customer_email);
}

static const char *endpoint_of(const struct dialect *d, int door)
{
    static const char *const doors[] = {[DOOR_REST] = "ingest-rest", [DOOR_WHK] = "ingest-whk", [DOOR_OUT] = "ingest-out"};
    return !d ? "-" : door == DOOR_WEBHOOK ? d->name : doors[door];
}

static void all_columns(struct arena *arena, const struct event_case *c, char **got)
{
    const struct interpretation *i = &c->list[0];
    int door = 0;
    got[TYPE] = shown(arena, i->type);
    got[HTTP] = arena_printf(arena, "%d", dialect_status(i, c->door, false));
    got[STRICT] = arena_printf(arena, "%d", dialect_status(i, c->door, true));
    got[EFFECT] = arena_strdup(arena, effect_word(i->effect));
    got[KEY] = shown(arena, i->key);
    got[OCCURRED] = number(arena, i->has_time, i->occurred_at);
    got[EXTRA] = shown(arena, i->extra);
    got[WARNINGS] = shown(arena, warnings(arena, i));
    const struct dialect *found = dialect_detect(c->root, &door);
    got[DETECT] = arena_strdup(arena, endpoint_of(found, door));
    ticket_columns(arena, i, got);
}

static void every_fixture_reads_as_the_manifest_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int count = fixture_rows(arena, table, EVENT_COLUMNS, &rows), wrong = 0, compared = 0;
    assert_int_equal(fixture_column(arena, table, "detect"), DETECT);
    for (int r = 0; r < count; r++) {
        AUTO_ARENA own = arena_new();
        struct event_case c;
        char *got[EVENT_COLUMNS] = {0};
        event_fixture(own, rows[r][DIALECT], rows[r][FILE_NAME], event_now, &c);
        all_columns(own, &c, got);
        for (int k = TYPE; k <= DETECT; k++) {
            const char *want = k == WARNINGS ? sorted(own, rows[r][k]) : rows[r][k];
            compared++;
            if (strcmp(got[k], want) == 0)
                continue;
            wrong++;
            printf("# %s column %d: want \"%s\", got \"%s\"\n", rows[r][FILE_NAME], k, want, got[k]);
        }
        assert_int_equal(c.accepted, c.list[0].effect != EFFECT_REJECT);
    }
    printf("# %d events, %d columns compared, %d wrong\n", count, compared, wrong);
    assert_true(count >= 120);
    assert_int_equal(wrong, 0);
}

static void a_batch_gives_one_interpretation_an_element(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct event_case c;
    event_fixture(arena, "ingest-rest", "public/ingest/rest-batch-3.json", event_now, &c);
    assert_int_equal(c.count, 3);
    assert_string_equal(c.list[2].obs.key, "ingest:T-12");
    assert_int_equal(c.list[2].index, 2);
    assert_memory_not_equal(c.list[0].content_hash, c.list[1].content_hash, 32);
}

static void every_dialect_is_found_by_its_name(void **state)
{
    (void)state;
    int count = 0;
    for (const struct dialect *const *d = dialect_table; *d; d++, count++) {
        assert_ptr_equal(dialect_find((*d)->name), *d);
        assert_true(strlen((*d)->badge) <= 5 && *(*d)->title);
    }
    assert_int_equal(count, 5);
    assert_null(dialect_find("none"));
    for (int e = 0; e <= EFFECT_REJECT; e++)
        assert_true(*effect_word(e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixture_reads_as_the_manifest_says),
        cmocka_unit_test(a_batch_gives_one_interpretation_an_element),
        cmocka_unit_test(every_dialect_is_found_by_its_name),
    };
    return crypto_open() ? cmocka_run_group_tests_name("manifest", tests, NULL, NULL) : 1;
}
