/* The demo's story: repeatable to the byte, and every body of it as clean as the vendors' own. */
#include "base/crypto.h"
#include "base/str.h"
#include "demo/sample.h"
#include "demo/story.h"
#include "dialect/dialect.h"
#include "dialect/signature.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

enum { BEATS = 1600 };
static const int64_t base = 1795500000000; /* a Tuesday in November 2026 */
static struct arena *arena;
static struct texts texts;

static int setup(void **state)
{
    struct err err = {0};
    (void)state;
    arena = arena_new();
    assert_true(crypto_open());
    struct yaml *root = yaml_parse(arena, "tickets.yaml", demo_tickets, strlen(demo_tickets), &err);
    if (!root || !texts_read(arena, "tickets.yaml", root, &texts, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct story *begin(uint64_t seed)
{
    return story_new(&(struct story_options){.texts = &texts, .seed = seed, .base = base, .speed_percent = 100});
}

static void tell(uint64_t seed, int beats, uint8_t hash[32])
{
    struct story *story = begin(seed);
    AUTO_STR all;
    str_init(&all, 64 << 20);
    for (int i = 0; i < beats; i++) {
        struct beat b;
        story_next(story, &b);
        str_addf(&all, "%lld %d %d %s %s %s %s %s %s\n", (long long)b.at, b.kind, b.twist, b.plot->key, b.type ? b.type : "",
                 b.body ? b.body : "", b.agent ? b.agent : "", b.action ? b.action : "", b.value ? b.value : "");
    }
    assert_false(all.cut);
    crypto_sha256(all.data, all.len, hash);
    story_free(story);
}

static void story__is_the_same_for_the_same_seed(void **state)
{
    uint8_t a[32], b[32], c[32];
    (void)state;
    tell(7, BEATS, a);
    tell(7, BEATS, b);
    tell(8, BEATS, c);
    assert_memory_equal(a, b, 32);
    assert_memory_not_equal(a, c, 32);
}

static void story__never_goes_back_in_time(void **state)
{
    struct story *story = begin(1);
    int64_t last = 0;
    (void)state;
    for (int i = 0; i < BEATS; i++) {
        struct beat b;
        story_next(story, &b);
        assert_true(b.at >= last);
        assert_int_equal(b.past, b.at < base);
        last = b.at;
    }
    story_free(story);
}

static const char *no_header(const void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return NULL;
}

static void decode_cleanly(struct arena *page, const struct beat *b)
{
    const struct dialect *dialect = dialect_find(b->plot->vendor->dialect);
    struct json_notes notes;
    struct dialect_input in = {.body = b->body, .body_n = strlen(b->body), .notes = &notes, .header = no_header, .account = "demo",
                               .door = str_eq(dialect->name, "ingestlayer") ? DOOR_REST : DOOR_WEBHOOK, .received_at = b->at};
    struct interpretation *list;
    int count, door;
    in.root = json_parse_in(page, in.body, in.body_n, &json_limits_dialect, &notes, NULL);
    assert_non_null(in.root);
    assert_ptr_equal(dialect_detect(in.root, &door), dialect);
    assert_true(dialect->decode(page, &in, &list, &count));
    assert_int_equal(count, 1);
    if (b->twist == TWIST_STRANGE) { /* kept aside: a ticket's is there, and nothing says whose */
        assert_int_equal(list->effect, EFFECT_QUARANTINE);
        assert_string_equal(list->fatal, "ticket id missing");
        return;
    }
    for (int i = 0; i < list->warning_count; i++)
        fail_msg("%s %s: warning %s:%s in %s", dialect->name, b->type, list->warnings[i].kind,
                 list->warnings[i].field ? list->warnings[i].field : "", b->body);
    assert_null(list->fatal);
    assert_true(list->effect != EFFECT_IGNORE && list->effect != EFFECT_QUARANTINE && list->effect != EFFECT_REJECT);
    assert_string_equal(list->type, b->type);
    assert_non_null(list->key);
    if (list->effect != EFFECT_SURVEY)
        assert_string_equal(list->obs.key, b->plot->key);
}

static void story__bodies_decode_without_a_warning(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct story *story = begin(seed);
        struct arena *page = arena_new();
        int sent = 0, seen[VENDORS] = {0};
        for (int i = 0; i < BEATS; i++) {
            struct beat b;
            story_next(story, &b);
            arena_reset(page);
            if (b.kind != BEAT_SEND)
                continue;
            decode_cleanly(page, &b);
            sent++;
            seen[b.plot->vendor - vendor_table]++;
        }
        assert_true(sent > BEATS / 4);
        for (int v = 0; v < VENDORS; v++)
            assert_true(seen[v] > 0);
        arena_free(page);
        story_free(story);
    }
}

static const char *find_header(const void *arg, const char *name, int *count)
{
    const struct signature_header *headers = arg;
    *count = 0;
    const char *value = NULL;
    for (int i = 0; i < 4 && headers[i].name; i++)
        if (strcasecmp(headers[i].name, name) == 0) {
            value = headers[i].value;
            ++*count;
        }
    return value;
}

static bool verifies(struct arena *page, const struct beat *b, const char *signed_with, const char *secret)
{
    const struct vendor *vendor = b->plot->vendor;
    struct signature_header headers[4] = {{0}};
    struct signature_result result;
    size_t n = strlen(b->body);
    int count = signature_sign(page, vendor->scheme, signed_with, "msg_1", b->at / 1000, b->body, n, headers);
    assert_true(count > 0);
    struct signature_input in = {.dialect = vendor->dialect, .header = find_header, .header_arg = headers, .body = b->body,
                                 .body_n = n, .secrets = &secret, .secret_count = 1, .strict = true, .now = b->at / 1000 + 2};
    signature_verify(page, &in, &result);
    return result.verdict == SIGNATURE_OK;
}

static void story__signatures_verify_and_forged_ones_do_not(void **state)
{
    struct story *story = begin(3);
    struct arena *page = arena_new();
    int verified = 0;
    (void)state;
    for (int i = 0; i < BEATS; i++) {
        struct beat b;
        story_next(story, &b);
        arena_reset(page);
        if (b.kind != BEAT_SEND || !b.plot->vendor->scheme)
            continue;
        assert_true(verifies(page, &b, "whsec_one", "whsec_one"));
        assert_false(verifies(page, &b, "whsec_other", "whsec_one"));
        verified++;
    }
    assert_true(verified > 100);
    arena_free(page);
    story_free(story);
}

struct sights { int duplicate, conflict, forged, strange, colleagues; int64_t critical_at; };

static void look(const struct beat *b, struct sights *s)
{
    s->duplicate += b->twist == TWIST_DUPLICATE;
    s->conflict += b->twist == TWIST_CONFLICT;
    s->forged += b->twist == TWIST_FORGED;
    s->strange += b->twist == TWIST_STRANGE;
    s->colleagues += b->kind == BEAT_ACT;
    if (b->kind == BEAT_SEND && b->plot->ask == ASK_CRITICAL && !s->critical_at)
        s->critical_at = b->at;
}

static void story__shows_a_newcomer_everything_early(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct story *story = begin(seed);
        struct sights s = {0};
        struct beat b = {0};
        int live = 0, reopened = 0;
        for (story_next(story, &b); b.at < base + 40000; story_next(story, &b)) {
            if (b.past)
                continue;
            live++;
            look(&b, &s);
            for (int k = 0; b.type && k < b.plot->line_count; k++)
                reopened += b.plot->closed_at && !b.plot->closed && b.plot->lines[k].at == b.at;
        }
        assert_true(live >= 30 && live <= 80);
        assert_true(s.duplicate && s.conflict && s.forged && s.strange && reopened);
        assert_true(s.critical_at && s.critical_at < base + 20000);
        assert_true(s.colleagues >= 6);
        story_free(story);
    }
}

static void story__seeds_a_desk_that_looks_lived_in(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct story *story = begin(seed);
        int opened = 0, closed = 0, answered = 0, claimed = 0, mine = 0;
        struct beat b;
        for (story_next(story, &b); b.past; story_next(story, &b)) {
            opened += b.kind == BEAT_SEND && b.plot->opened == b.at;
            closed += b.kind == BEAT_ACT && strcmp(b.action, "close") == 0;
            answered += b.kind == BEAT_ACT && strcmp(b.action, "reply") == 0;
            claimed += b.kind == BEAT_ACT && strcmp(b.action, "claim") == 0;
            mine += b.kind == BEAT_ACT && !b.agent;
        }
        assert_in_range(opened, 80, 110);
        assert_in_range(closed, 50, 80);
        assert_true(answered > closed / 2 && claimed > closed + 3 && mine >= 5);
        story_free(story);
    }
}

static void story__leaves_alone_what_the_person_took(void **state)
{
    struct story *story = begin(5);
    struct beat b;
    const char *key = NULL;
    (void)state;
    for (int i = 0; i < BEATS && !key; i++) {
        story_next(story, &b);
        if (!b.past && b.kind == BEAT_SEND && !b.plot->owner && !b.plot->settled && !b.twist)
            key = arena_strdup(arena, b.plot->key);
    }
    assert_non_null(key);
    story_taken(story, key);
    for (int i = 0; i < BEATS; i++) {
        story_next(story, &b);
        assert_false(b.kind == BEAT_ACT && strcmp(b.plot->key, key) == 0);
    }
    story_free(story);
}

static void story__customers_react_to_the_person(void **state)
{
    struct story *story = begin(5);
    struct beat b;
    bool said = false;
    (void)state;
    for (int tries = 0; tries < 12 && !said; tries++) { /* three of four react */
        const char *key = NULL;
        while (!key) {
            story_next(story, &b);
            if (!b.past && b.kind == BEAT_SEND && vendor_can(b.plot->vendor, MOVE_SAY) && !b.plot->resolved && !b.plot->owner && !b.plot->closed)
                key = arena_strdup(arena, b.plot->key);
        }
        int lines = story_plot(story, key)->line_count;
        story_taken(story, key);
        story_answered(story, key);
        for (int i = 0; i < 60; i++)
            story_next(story, &b);
        said = story_plot(story, key)->line_count > lines;
    }
    assert_true(said);
    story_free(story);
}

static void texts__speak_six_languages_with_nothing_left_to_fill_in(void **state)
{
    static const char *const langs[] = {"en", "es", "de", "fr", "pt", "ja"};
    struct story *story = begin(2);
    int seen[6] = {0};
    (void)state;
    assert_true(texts.template_count >= 80);
    for (int i = 0; i < BEATS; i++) {
        struct beat b;
        story_next(story, &b);
        assert_null(strchr(b.plot->title, '{'));
        assert_null(strchr(b.plot->body, '{'));
        assert_null(b.value ? strchr(b.value, '{') : NULL);
        for (int l = 0; l < 6; l++)
            seen[l] += str_eq(b.plot->person->lang, langs[l]);
    }
    for (int l = 0; l < 6; l++)
        assert_true(seen[l] > 10);
    story_free(story);
}

static void texts__say_where_a_ticket_is_incomplete(void **state)
{
    static const char text[] = "people:\n  en: ['A | a@example.com | B']\nlater:\n  en: {more: [m], thanks: [t], again: [a], praise: [p], once_more: [o]}\n"
                               "notes: [n]\ntickets:\n  - {lang: en, kind: bug, ask: soon, subject: s, body: b, answer: a}\n";
    struct err err = {0};
    struct texts out;
    (void)state;
    struct yaml *root = yaml_parse(arena, "t.yaml", text, strlen(text), &err);
    assert_non_null(root);
    assert_false(texts_read(arena, "t.yaml", root, &out, &err));
    assert_non_null(strstr(err.text, "t.yaml:7:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(story__is_the_same_for_the_same_seed), cmocka_unit_test(story__never_goes_back_in_time),
        cmocka_unit_test(story__bodies_decode_without_a_warning), cmocka_unit_test(story__signatures_verify_and_forged_ones_do_not),
        cmocka_unit_test(story__shows_a_newcomer_everything_early), cmocka_unit_test(story__seeds_a_desk_that_looks_lived_in),
        cmocka_unit_test(story__leaves_alone_what_the_person_took), cmocka_unit_test(story__customers_react_to_the_person),
        cmocka_unit_test(texts__speak_six_languages_with_nothing_left_to_fill_in),
        cmocka_unit_test(texts__say_where_a_ticket_is_incomplete)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
