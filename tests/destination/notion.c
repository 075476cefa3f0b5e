/* notion: the golden byte for byte; a long text in several exchanges, none of it lost and none said twice; the question that
 * is asked when nobody knows whether the page is there. A page is put together here from what was sent, as Notion would. */
#include "base/crypto.h"
#include "base/str.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct config_destination board = {.name = "notion", .kind = DEST_NOTION, .token = "ntn_5ecret", .channel = "d9824bdc-8445-4327-be8b-5b47500af6ce",
                                                .version = "2025-09-03"};
static const char page[] = "{\"object\":\"page\",\"id\":\"59833787-2cf9-4fdf-8782-e53db20768a5\",\"url\":\"https://www.notion.so/x\"}";

static void the_request_is_the_golden(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = letter_composed(arena, &board, letter_golden(arena), NULL);
    assert_string_equal(r.body, letter_golden_json(arena, "notion.pages.json"));
    assert_string_equal(r.url, "https://api.notion.com/v1/pages");
    assert_null(r.method);
    assert_string_equal(destination_header(&r, "Authorization"), "Bearer ntn_5ecret");
    assert_string_equal(destination_header(&r, "Notion-Version"), "2025-09-03");
}

static void the_older_version_has_databases(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = board;
    to.version = "2022-06-28";
    struct delivery r = letter_composed(arena, &to, letter_golden(arena), NULL);
    assert_true(str_starts(r.body, "{\"parent\":{\"type\":\"database_id\",\"database_id\":\"d9824bdc-8445-4327-be8b-5b47500af6ce\"},"));
    assert_string_equal(destination_header(&r, "Notion-Version"), "2022-06-28");
    r = letter_composed(arena, &to, letter_golden(arena), "{\"ambiguous\":true}");
    assert_string_equal(r.url, "https://api.notion.com/v1/databases/d9824bdc-8445-4327-be8b-5b47500af6ce/query");
}

static const char *shown(struct arena *arena, const struct json *root, const char *name)
{
    return json_print_in(arena, json_get(json_get(root, "properties"), name));
}

static void columns_rename_what_is_usual_and_add_to_it(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = board;
    struct letter *l = (struct letter *)(uintptr_t)letter_saying(arena, "t", "b");
    struct ticket *t = (struct ticket *)(uintptr_t)l->ticket;
    static const struct config_column columns[] = {{"Plan", "ticket.plan"}, {"Nr", "ticket.id"}, {"Topic", "ticket.title"}, {"Key", "event.id"}, {"Since", "ticket.created_at"},
                                                   {"State", "ticket.status"}, {"Stub", "ticket.stub"}, {"Who", "ticket.assignee"}, {"Subject", "payload.subject"}};
    memcpy(to.columns, columns, sizeof columns);
    to.column_count = sizeof columns / sizeof *columns;
    t->created_at = 1779372191512;
    t->plan = letter_repeat(arena, "a,", 60);
    const struct json *root = letter_body(arena, &to, l, NULL);
    static const char *const gone[] = {"Tier", "Name", "Event ID", "Who"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_null(json_get(json_get(root, "properties"), gone[i]));
    assert_string_equal(shown(arena, root, "Nr"), "{\"number\":7}");
    assert_string_equal(shown(arena, root, "Since"), "{\"date\":{\"start\":\"2026-05-21T14:03:11.512Z\"}}");
    assert_string_equal(shown(arena, root, "State"), "{\"select\":{\"name\":\"new\"}}");
    assert_string_equal(shown(arena, root, "Stub"), "{\"checkbox\":false}");
    assert_string_equal(shown(arena, root, "Subject"), "{\"rich_text\":[{\"type\":\"text\",\"text\":{\"content\":\"URGENT: charged twice\"}}]}");
    assert_true(str_starts(shown(arena, root, "Topic"), "{\"title\":[{"));
    const char *plan = json_string(json_path(json_get(json_get(root, "properties"), "Plan"), "select.name"));
    assert_int_equal(destination_length(plan, CUT_UTF16), 100);
    assert_null(strchr(plan, ','));
    assert_non_null(strstr(letter_composed(arena, &to, l, "{\"ambiguous\":true}").body, "\"property\":\"Key\""));
}

static void the_simpler_form_is_the_title_and_the_event(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct json *root = letter_body(arena, &board, letter_golden(arena), "{\"simple\":true}");
    assert_int_equal(json_count(json_get(root, "properties")), 2);
    assert_non_null(json_get(json_get(root, "properties"), "title"));
    assert_non_null(json_get(json_get(root, "properties"), "Event ID"));
    assert_null(json_get(root, "children"));
}

/* --- several exchanges --- */

struct notebook { struct str text; int exchanges, blocks, most_blocks; size_t most_bytes; const char *last; const struct json *memo; };

/* Takes the blocks of one request onto the page; a paragraph ends a line. */
static void take(struct notebook *n, const struct json *root, size_t bytes)
{
    int count = 0;
    for (const struct json *b = json_first(json_get(root, "children")); b; b = json_next(b), count++) {
        const char *content = json_string(json_path(json_first(json_path(b, "paragraph.rich_text")), "text.content"));
        assert_non_null(content);
        assert_true(destination_length(content, CUT_UTF16) <= 2000);
        str_adds(&n->text, content);
    }
    n->exchanges++;
    n->blocks += count;
    n->most_blocks = count > n->most_blocks ? count : n->most_blocks;
    n->most_bytes = bytes > n->most_bytes ? bytes : n->most_bytes;
}

static void write_all(struct arena *arena, struct notebook *n, const struct letter *l, const char *memo)
{
    const struct destination *notion = destination_of(DEST_NOTION);
    struct json *notes = json_copy(json_parse_in(arena, memo, strlen(memo), &json_limits_native, NULL, NULL));
    struct composing c = {.letter = l, .to = &board, .memo = notes, .attempt = 1, .now = l->at};
    *n = (struct notebook){0};
    str_init(&n->text, 8 << 20);
    do {
        struct delivery r;
        struct err err;
        assert_true(notion->compose(arena, &c, &r, &err));
        const struct json *root = json_parse_in(arena, r.body, r.body_n, &json_limits_dialect, NULL, NULL);
        if (json_get(c.memo, "page")) {
            assert_string_equal(r.method, "PATCH");
            assert_string_equal(r.url, "https://api.notion.com/v1/blocks/59833787-2cf9-4fdf-8782-e53db20768a5/children");
        }
        take(n, root, r.body_n);
        struct verdict v = notion->judge(arena, &c, &(struct reply){.status = 200, .body = page, .body_n = strlen(page)}, notes);
        n->last = destination_action(arena, &v, notes, 200);
    } while (str_eq(n->last, "next") && n->exchanges < 60);
    n->memo = json_parse_in(arena, json_print_in(arena, notes), strlen(json_print_in(arena, notes)), &json_limits_native, NULL, NULL);
    json_free(notes);
}

static void a_hundred_blocks_are_one_exchange_and_one_more_is_two(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct notebook n;
    const char *at = letter_repeat(arena, "x", 200000), *over = letter_repeat(arena, "x", 200001);
    write_all(arena, &n, letter_saying(arena, "t", at), "{}");
    assert_int_equal(n.exchanges, 1);
    assert_string_equal(n.last, "ok");
    str_fini(&n.text);
    write_all(arena, &n, letter_saying(arena, "t", over), "{}");
    assert_int_equal(n.exchanges, 2);
    assert_int_equal(n.blocks, 101);
    assert_string_equal(n.last, "ok");
    assert_string_equal(n.text.data, over);
    assert_string_equal(json_get_string(n.memo, "url", ""), "https://www.notion.so/x");
    str_fini(&n.text);
}

static void no_text_is_lost_whatever_it_is_made_of(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *piece; size_t times; } texts[] = {
        {"\xe6\x97\xa5", 390000}, {"\xf0\x9f\x98\x80", 200000}, {"\x01\x02", 150000}, {"\"\\", 190000}, {"x", 1}, {"\xc3\xa9x", 1000}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct notebook n;
        const char *text = letter_repeat(arena, texts[i].piece, texts[i].times);
        write_all(arena, &n, letter_saying(arena, "t", text), "{}");
        assert_string_equal(n.last, "ok");
        assert_true(str_eq(n.text.data, text));
        assert_true(n.most_blocks <= 100);
        assert_true(n.most_bytes < 500000);
        str_fini(&n.text);
    }
}

static void a_text_of_megabytes_is_cut_and_says_so(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct notebook n;
    write_all(arena, &n, letter_saying(arena, "t", letter_repeat(arena, "word ", 1 << 20)), "{}");
    assert_int_equal(destination_length(n.text.data, CUT_CODE_POINTS), 400000);
    assert_string_equal(n.text.data + n.text.len - 6, "\xe2\x80\xa6 #7");
    str_fini(&n.text);
}

static void lines_stay_whole_where_they_can(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *text = arena_printf(arena, "%s\n%s", letter_repeat(arena, "a", 1500), letter_repeat(arena, "b", 1500));
    const struct json *first = json_first(json_get(letter_body(arena, &board, letter_saying(arena, "t", text), NULL), "children"));
    assert_string_equal(json_string(json_path(json_first(json_path(first, "paragraph.rich_text")), "text.content")), letter_repeat(arena, "a", 1500));
}

/* --- doubt --- */

static const char *judged(struct arena *arena, int status, const char *body, const char *memo, const struct json **noted)
{
    return letter_judged(arena, &board, &(struct reply){.status = status, .body = body}, memo, noted);
}

static void after_a_doubt_the_page_is_asked_for_first(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct json *noted;
    struct delivery r = letter_composed(arena, &board, letter_golden(arena), "{\"ambiguous\":true}");
    assert_string_equal(r.url, "https://api.notion.com/v1/data_sources/d9824bdc-8445-4327-be8b-5b47500af6ce/query");
    assert_string_equal(r.body, "{\"filter\":{\"property\":\"Event ID\",\"rich_text\":{\"equals\":\"evt_01HZK4Q3V9T7\"}},\"page_size\":1}");
    const char *found = arena_printf(arena, "{\"object\":\"list\",\"results\":[%s]}", page);
    assert_string_equal(judged(arena, 200, found, "{\"ambiguous\":true}", &noted), "ok+duplicate");
    assert_string_equal(judged(arena, 200, "{\"object\":\"list\",\"results\":[]}", "{\"ambiguous\":true}", &noted), "next");
    assert_string_equal(letter_composed(arena, &board, letter_golden(arena), json_print_in(arena, noted)).url, "https://api.notion.com/v1/pages");
    assert_string_equal(judged(arena, 400, "{\"code\":\"validation_error\"}", "{\"ambiguous\":true}", &noted), "next"); /* no such property */
    assert_string_equal(judged(arena, 503, "", "{\"ambiguous\":true}", &noted), "retry");
    assert_true(json_get_bool(noted, "ambiguous", false));
    assert_string_equal(judged(arena, 404, "{\"code\":\"object_not_found\"}", "{\"ambiguous\":true}", &noted), "dead+disable");
}

static void a_page_that_was_found_is_gone_on_with(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct notebook n;
    const struct letter *l = letter_saying(arena, "t", letter_repeat(arena, "x", 250000));
    write_all(arena, &n, l, "{\"page\":\"59833787-2cf9-4fdf-8782-e53db20768a5\",\"found\":true,\"sent\":200000,\"ambiguous\":true}");
    assert_int_equal(n.exchanges, 1);
    assert_int_equal(n.text.len, 50000);
    assert_string_equal(n.last, "ok+duplicate");
    str_fini(&n.text);
}

static void what_follows_a_page_has_no_simpler_form(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char memo[] = "{\"page\":\"59833787\",\"sent\":10}";
    assert_string_equal(judged(arena, 400, "{\"code\":\"validation_error\"}", memo, NULL), "dead");
    assert_string_equal(judged(arena, 413, "", memo, NULL), "dead");
    assert_string_equal(judged(arena, 404, "{\"code\":\"object_not_found\"}", memo, NULL), "dead");
    assert_string_equal(judged(arena, 401, "", memo, NULL), "dead+disable");
    assert_string_equal(judged(arena, 429, "", memo, NULL), "wait:1");
    assert_string_equal(judged(arena, 400, "{\"code\":\"validation_error\"}", "{\"simple\":true}", NULL), "dead");
    assert_string_equal(judged(arena, 400, "{\"code\":\"invalid_json\"}", NULL, NULL), "dead");
    assert_string_equal(judged(arena, 413, "", NULL, NULL), "truncate");
}

static void an_id_from_outside_stays_in_its_part_of_the_path(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct json *noted;
    judged(arena, 200, "{\"id\":\"../../v1/users\",\"url\":\"x\"}", NULL, &noted);
    assert_null(json_get(noted, "page"));
    struct config_destination to = board;
    to.channel = "d98/../x";
    assert_int_equal(letter_refused(arena, &to, letter_golden(arena)), ERR_INPUT);
    to = board;
    to.token = "ntn\r\nX: y";
    assert_int_equal(letter_refused(arena, &to, letter_golden(arena)), ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_the_golden),
        cmocka_unit_test(the_older_version_has_databases),
        cmocka_unit_test(columns_rename_what_is_usual_and_add_to_it),
        cmocka_unit_test(the_simpler_form_is_the_title_and_the_event),
        cmocka_unit_test(a_hundred_blocks_are_one_exchange_and_one_more_is_two),
        cmocka_unit_test(no_text_is_lost_whatever_it_is_made_of),
        cmocka_unit_test(a_text_of_megabytes_is_cut_and_says_so),
        cmocka_unit_test(lines_stay_whole_where_they_can),
        cmocka_unit_test(after_a_doubt_the_page_is_asked_for_first),
        cmocka_unit_test(a_page_that_was_found_is_gone_on_with),
        cmocka_unit_test(what_follows_a_page_has_no_simpler_form),
        cmocka_unit_test(an_id_from_outside_stays_in_its_part_of_the_path),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
