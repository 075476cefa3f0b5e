/* composer and overlay: key scripts in, outcomes and pictures out. */
#include "screen/composer.h"
#include "screen/overlay.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static struct composer composer;
static struct overlay overlay;

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    desk_document(&desk, MIRROR_TICKET, 4119, "ticket.json");
    composer_open(&composer, 4119, 1, true, "");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    composer_fini(&composer);
    overlay_close(&overlay);
    desk_end(&desk);
    return 0;
}

/* "Hi<Esc>y": letters as they are, names in angle brackets; the last outcome. */
static int script(const char *text, int (*press)(const struct key *key))
{
    int outcome = -1;
    struct keys keys;
    while (*text) {
        char name[32];
        size_t n = *text == '<' ? strcspn(text, ">") + 1 : 1;
        if (*text == '<') {
            snprintf(name, sizeof name, "%.*s", (int)n - 2, text + 1);
            assert_true(keys_parse(name, &keys));
        } else {
            keys = (struct keys){.key = {{.code = (uint32_t)(unsigned char)*text}}, .count = 1};
        }
        outcome = press(&keys.key[0]);
        text += n;
    }
    return outcome;
}

static int to_composer(const struct key *key)
{
    return composer_key(&composer, key);
}

static int to_overlay(const struct key *key)
{
    return overlay_key(&overlay, key);
}

static void draw(int columns, int rows)
{
    desk_size(&desk, columns, rows);
    composer_draw(&composer, &desk.look, desk.surface);
}

static void nothing_is_sent_by_one_key(void **state)
{
    (void)state;
    assert_int_equal(script("Hi Jane", to_composer), COMPOSER_TYPED);
    assert_int_equal(script("<Esc>", to_composer), COMPOSER_NOTHING);
    assert_int_equal(composer.state, COMPOSER_REVIEW);
    draw(80, 24);
    desk_shows(&desk, "Reply to Jane Doe on #4119 by webhook");
    desk_shows(&desk, "review:  y send   Y and close   P and wait (pending)   N and claim next");
    desk_shows(&desk, "e edit   a attach   p postpone   s share   i note   q discard   Esc back");
    assert_int_equal(script("y", to_composer), COMPOSER_SEND);
    assert_int_equal(composer.state, COMPOSER_SENDING);
    assert_false(composer.close_after);
}

/* A hand is faster than a loaded daemon: what is typed behind the send is kept for what comes after it; a send that failed drops it. */
static void keys_typed_while_it_is_sent_wait_for_the_answer(void **state)
{
    (void)state;
    script("Hi Jane", to_composer);
    script("<Esc>y", to_composer);
    assert_int_equal(script("xj", to_composer), COMPOSER_NOTHING);
    assert_int_equal(early_count(composer.early), 2);
    assert_int_equal(early_key(composer.early, 0)->code, 'x');
    composer_failed(&composer, "Not now.");
    assert_int_equal(early_count(composer.early), 0);
    assert_string_equal(composer.refusal, "Not now. What you typed behind it is not taken.");
    assert_string_equal(editor_text(composer.editor), "Hi Jane");
}

static void a_draft_that_comes_late_stands_above_what_was_typed(void **state)
{
    (void)state;
    static const char text[] = "{\"text\":\"The old words\",\"version\":1,\"attachments\":[{\"name\":\"a.txt\",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000001\",\"size\":1}]}";
    AUTO_ARENA a = arena_new();
    const struct json *draft = json_parse_in(a, text, sizeof text - 1, &json_limits_dialect, NULL, NULL);
    script("new words<Left><Left>", to_composer);
    assert_int_equal(composer_join(&composer, NULL, draft, true), COMPOSER_BOTH);
    assert_string_equal(editor_text(composer.editor), "The old words\n\nnew words");
    assert_int_equal(composer.attached.count, 1);
    script("X", to_composer); /* the cursor is where it was in them */
    assert_string_equal(editor_text(composer.editor), "The old words\n\nnew worXds");
    script("<C-_><C-_>", to_composer);
    assert_string_equal(editor_text(composer.editor), "new words");
}

/* What another console has kept of the same text is asked about when the writing is over, and never taken for a key of it. */
static void another_consoles_text_is_asked_about_and_none_is_lost(void **state)
{
    (void)state;
    static const struct { const char *key, *text, *other; int undo; } cases[] = {
        {"m", "One by me", "One by it", 'r'}, {"t", "One by it", "One by me", '_'}, {"b", "One by it\n\nOne by me", "One by me", '_'}};
    static const char was[] = "{\"text\":\"One\"}", theirs[] = "{\"text\":\"One by it\"}";
    AUTO_ARENA a = arena_new();
    const struct json *before = json_parse_in(a, was, sizeof was - 1, &json_limits_dialect, NULL, NULL), *draft = json_parse_in(a, theirs, sizeof theirs - 1, &json_limits_dialect, NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        composer_open(&composer, 4119, 1, true, "One");
        script(" by", to_composer);
        assert_int_equal(composer_join(&composer, before, draft, false), COMPOSER_ASKS);
        script(" me", to_composer);
        assert_string_equal(editor_text(composer.editor), "One by me");
        draw(80, 24);
        desk_shows(&desk, "Another console of yours wrote on this text too: Esc, then whose stays.");
        assert_int_equal(script("<Esc>", to_composer), COMPOSER_NOTHING);
        assert_int_equal(script("y", to_composer), COMPOSER_NOTHING); /* nothing is sent before that */
        draw(80, 24);
        desk_shows(&desk, "whose text stays?  m mine   t the other console's   b both, mine below");
        desk_shows(&desk, "One by it");
        assert_int_equal(script(cases[i].key, to_composer), COMPOSER_TYPED);
        assert_string_equal(editor_text(composer.editor), cases[i].text);
        script(cases[i].undo == 'r' ? "<C-r>" : "<C-_>", to_composer);
        assert_string_equal(editor_text(composer.editor), cases[i].other);
        script("<Esc>", to_composer);
        assert_int_equal(composer.state, COMPOSER_REVIEW);
    }
}

static void what_only_the_other_wrote_is_taken_unasked(void **state)
{
    (void)state;
    static const char was[] = "{\"text\":\"One\"}", theirs[] = "{\"text\":\"One and more\"}";
    AUTO_ARENA a = arena_new();
    composer_open(&composer, 4119, 1, true, "One");
    assert_int_equal(composer_join(&composer, json_parse_in(a, was, sizeof was - 1, &json_limits_dialect, NULL, NULL),
                                   json_parse_in(a, theirs, sizeof theirs - 1, &json_limits_dialect, NULL, NULL), false), COMPOSER_ONE);
    assert_string_equal(editor_text(composer.editor), "One and more");
    assert_int_equal(composer_join(&composer, NULL, NULL, false), COMPOSER_ONE); /* sent meanwhile */
    assert_string_equal(editor_text(composer.editor), "One and more");
}

static void attach(const char *name, int64_t size)
{
    char sha256[65];
    AUTO_JSON row = json_object();
    memset(sha256, 'a' + composer.attached.count % 6, 64);
    sha256[64] = 0;
    json_put_string(row, "name", name);
    json_put_string(row, "sha256", sha256);
    json_put_i64(row, "size", size);
    assert_true(attached_add(&composer.attached, row));
    assert_false(attached_add(&composer.attached, row)); /* it goes along already */
}

static void files_that_go_along_are_listed_and_taken_off_by_their_keys(void **state)
{
    (void)state;
    assert_int_equal(script("Hi<Esc>", to_composer), COMPOSER_NOTHING);
    assert_int_equal(script("A", to_composer), COMPOSER_NOTHING); /* there is none */
    assert_int_equal(composer.state, COMPOSER_REVIEW);
    assert_int_equal(script("a", to_composer), COMPOSER_ATTACH);
    attach("console.log", 14300);
    attach("b.png", 2000000);
    attach("c.txt", 1);
    draw(80, 24);
    desk_shows(&desk, "3 attachments: console.log 14 kB, b.png 2.0 MB, c.txt 1 byte A take");
    assert_int_equal(script("A", to_composer), COMPOSER_NOTHING);
    draw(80, 24);
    desk_shows(&desk, "which goes along no more? 1 console.log 2 b.png 3 c.txt Esc none");
    assert_int_equal(script("4", to_composer), COMPOSER_NOTHING);
    assert_int_equal(composer.attached.count, 3);
    assert_int_equal(script("A2", to_composer), COMPOSER_DETACHED);
    draw(80, 24);
    desk_shows(&desk, "2 attachments: console.log 14 kB, c.txt 1 byte");
    desk_shows(&desk, "review: y send");
    assert_int_equal(script("y", to_composer), COMPOSER_SEND);
}

static void a_draft_keeps_its_files_and_a_text_without_words_is_not_thrown_away_with_them(void **state)
{
    (void)state;
    attach("console.log", 14300);
    AUTO_JSON draft = composer_draft(&composer);
    composer_open(&composer, 4119, 1, true, "");
    assert_true(composer_resume(&composer, draft));
    assert_int_equal(composer.attached.count, 1);
    assert_string_equal(composer.attached.list[0].name, "console.log");
    assert_int_equal(composer.attached.list[0].size, 14300);
    assert_int_equal(script("<Esc>", to_composer), COMPOSER_NOTHING);
    assert_int_equal(composer.state, COMPOSER_REVIEW);
    assert_int_equal(script("y", to_composer), COMPOSER_REFUSED);
    assert_string_equal(composer.refusal, "There is nothing to send yet.");
}

static void nothing_is_sent_while_a_file_is_on_its_way(void **state)
{
    (void)state;
    assert_int_equal(script("Hi<Esc>", to_composer), COMPOSER_NOTHING);
    composer.arriving = 1;
    draw(80, 24);
    desk_shows(&desk, "one more on its way");
    assert_int_equal(script("y", to_composer), COMPOSER_REFUSED);
    composer.arriving = 0;
    assert_int_equal(script("<Esc>y", to_composer), COMPOSER_SEND);
}

static void twenty_files_go_along_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < ATTACHMENTS_SENT; i++)
        attach(arena_printf(desk.arena, "file-%d.log", i), i);
    AUTO_JSON row = json_object();
    json_put_string(row, "name", "one more");
    json_put_string(row, "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_false(attached_add(&composer.attached, row));
    for (int i = 0; i < ATTACHMENTS_SENT; i++)
        assert_int_equal(attached_index(&composer.attached, (uint32_t)attached_key(i)), i);
    assert_int_equal(attached_index(&composer.attached, K_ESC), -1);
    script("Hi<Esc>A", to_composer);
    draw(80, 24);
    desk_is_inert(&desk);
    assert_int_equal(script("k", to_composer), COMPOSER_DETACHED);
    assert_int_equal(composer.attached.count, ATTACHMENTS_SENT - 1);
}

static void send_and_close_says_so(void **state)
{
    (void)state;
    assert_int_equal(script("done<Esc>Y", to_composer), COMPOSER_SEND);
    assert_true(composer.close_after);
}

static void send_and_next_claims_what_is_next(void **state)
{
    (void)state;
    assert_int_equal(script("done<Esc>N", to_composer), COMPOSER_SEND);
    assert_true(composer.next_after && !composer.close_after);
}

static void send_and_pending_waits_for_the_customer_and_is_nothing_for_a_note(void **state)
{
    (void)state;
    assert_int_equal(script("done<Esc>P", to_composer), COMPOSER_SEND);
    assert_true(composer.pending_after && !composer.next_after && !composer.close_after);
    composer_open(&composer, 4119, 1, false, "a note");
    assert_int_equal(script("<Esc>P", to_composer), COMPOSER_NOTHING);
    assert_int_equal(composer.state, COMPOSER_REVIEW);
    draw(80, 24);
    desk_hides(&desk, "pending");
}

static void what_an_editor_saved_is_one_step(void **state)
{
    (void)state;
    script("words", to_composer);
    assert_true(composer_edited(&composer, "other words", 11, true));
    script("<C-_>", to_composer);
    assert_string_equal(editor_text(composer.editor), "words");
    assert_true(composer_edited(&composer, "better words", 12, false));
    assert_string_equal(editor_text(composer.editor), "words");
    script("<C-r>", to_composer);
    assert_string_equal(editor_text(composer.editor), "better words");
    assert_false(composer_edited(&composer, "better words", 12, true));
    assert_int_equal(script("<Esc>e", to_composer), COMPOSER_EXTERNAL);
}

static void s_shares_and_takes_back_and_a_draft_remembers_its_thread(void **state)
{
    (void)state;
    assert_int_equal(script("half a text<Esc>s", to_composer), COMPOSER_SHARED);
    assert_true(composer.shared && composer.unsaved);
    draw(120, 40);
    desk_shows(&desk, "shared with the team");
    AUTO_JSON draft = composer_draft(&composer);
    assert_true(json_get_bool(draft, "shared", false));
    assert_int_equal(json_get_i64(draft, "version", 0), 1);
    assert_int_equal(script("s", to_composer), COMPOSER_SHARED);
    AUTO_JSON back = composer_draft(&composer);
    assert_null(json_get(back, "shared"));
    composer_open(&composer, 4119, 5, true, ""); /* the thread went on to 5 meanwhile */
    assert_true(composer_resume(&composer, draft));
    assert_true(composer.shared);
    assert_int_equal(composer.thread_version, 1);
}

static void tab_mends_what_was_pasted(void **state)
{
    (void)state;
    static const char text[] = "Before. one\tcell\ntwo {{custmer.name}}";
    composer_key(&composer, &(struct key){.code = K_PASTE, .text = text, .n = sizeof text - 1});
    script("<Left>", to_composer);
    assert_int_equal(script("<Tab>", to_composer), COMPOSER_TYPED);
    assert_string_equal(editor_text(composer.editor), "Before. one\tcell\ntwo {{customer.name}}");
}

static void tab_in_the_review_goes_to_what_is_left_to_fill_in(void **state)
{
    (void)state;
    composer_set(&composer, "see {{status_page}} soon");
    script("<Esc><Tab>", to_composer);
    assert_int_equal(composer.state, COMPOSER_WRITING);
    assert_int_equal(editor_cursor(composer.editor), strlen("see {{status_page}}"));
}

static void a_placeholder_left_unfilled_refuses_to_send(void **state)
{
    (void)state;
    assert_int_equal(script("see {{page}} ok<Esc>y", to_composer), COMPOSER_REFUSED);
    assert_int_equal(composer.state, COMPOSER_WRITING);
    draw(80, 24);
    desk_shows(&desk, "{{page}} is left: fill it in or delete it.");
    for (int i = 0; i < 8; i++)
        script("<Backspace>", to_composer);
    assert_string_equal(editor_text(composer.editor), "see  ok");
    assert_int_equal(script("<Esc>y", to_composer), COMPOSER_SEND);
}

static void an_empty_text_is_left_by_escape(void **state)
{
    (void)state;
    assert_int_equal(script("<Esc>", to_composer), COMPOSER_DISCARD);
}

static void discarding_asks(void **state)
{
    (void)state;
    script("words<Esc>q", to_composer);
    assert_int_equal(composer.state, COMPOSER_DISCARDING);
    assert_int_equal(script("n", to_composer), COMPOSER_NOTHING);
    assert_int_equal(composer.state, COMPOSER_REVIEW);
    assert_int_equal(script("qy", to_composer), COMPOSER_DISCARD);
}

static void a_conflict_shows_the_new_lines_and_asks(void **state)
{
    (void)state;
    script("words<Esc>y", to_composer);
    composer_conflict(&composer, 2);
    draw(80, 24);
    desk_shows(&desk, "Somebody wrote on this ticket since you began");
    desk_shows(&desk, "Hi Jane, could you try a private window?");
    desk_shows(&desk, "send it all the same?  y send   e edit");
    assert_int_equal(script("y", to_composer), COMPOSER_SEND);
    assert_int_equal(composer.thread_version, 2);
}

static void a_failed_send_loses_nothing(void **state)
{
    (void)state;
    script("words<Esc>y", to_composer);
    composer_failed(&composer, "The desk said no.");
    assert_int_equal(composer.state, COMPOSER_REVIEW);
    draw(120, 40);
    desk_shows(&desk, "The desk said no.");
    script("<F1>", to_composer);
    draw(120, 40);
    desk_hides(&desk, "The desk said no.");
    assert_string_equal(editor_text(composer.editor), "words");
}

static void a_source_without_replies_is_named_before_a_word_is_typed(void **state)
{
    (void)state;
    composer_open(&composer, 4117, 1, true, "");
    draw(120, 40);
    desk_shows(&desk, "This ticket's source takes no replies. Esc then i makes this a note.");
}

static void the_thread_is_in_sight_while_one_writes_on_a_tall_terminal(void **state)
{
    (void)state;
    script("My answer", to_composer);
    draw(120, 40);
    desk_shows(&desk, "┃ Since this morning I get a blank page");
    desk_shows(&desk, "My answer");
    composer.saved_at = DESK_NOW;
    draw(120, 40);
    desk_shows(&desk, "draft saved 14:32");
}

/* What is answered is in sight on a low terminal too, unless the text wants all of it. */
static void what_the_customer_wrote_last_is_in_sight_on_a_low_terminal(void **state)
{
    (void)state;
    script("My answer", to_composer);
    draw(80, 24);
    desk_shows(&desk, "the customer wrote last");
    desk_shows(&desk, "┃ Since this morning I get a blank page");
    desk_shows(&desk, "My answer");
    draw(60, 18);
    desk_hides(&desk, "the customer wrote last");
    desk_shows(&desk, "My answer");
    composer.wide = true;
    draw(80, 24);
    desk_hides(&desk, "the customer wrote last");
    desk_is_inert(&desk);
}

static void a_picker_takes_the_best_fit(void **state)
{
    (void)state;
    const struct picker_item items[] = {
        {.id = 1, .name = "ana", .detail = "4 open"}, {.id = 2, .name = "tom", .detail = "9 open"}, {.id = 3, .name = "mara", .detail = "2 open  on call"}};
    overlay_pick(&overlay, 7, "assign to: ", items, 3, false);
    desk_size(&desk, 80, 24);
    overlay_draw(&overlay, &desk.look, desk.surface);
    desk_shows(&desk, "assign to: ");
    desk_shows(&desk, "2 open  on call");
    assert_int_equal(script("ma<Enter>", to_overlay), OVERLAY_ANSWERED);
    assert_string_equal(overlay_text(&overlay), "mara");
    assert_int_equal(overlay_id(&overlay), 3);
    assert_int_equal(overlay.purpose, 7);
}

static void a_question_gives_its_line_and_escape_leaves(void **state)
{
    (void)state;
    overlay_ask(&overlay, 1, "page Mara about #42, because: ", "");
    assert_int_equal(script("all down<Enter>", to_overlay), OVERLAY_ANSWERED);
    assert_string_equal(overlay_text(&overlay), "all down");
    assert_int_equal(script("<Esc>", to_overlay), OVERLAY_LEFT);
}

static void a_question_shows_what_may_be_typed_and_what_is_said_of_it(void **state)
{
    struct picker_item items[30];
    (void)state;
    for (int i = 0; i < 30; i++)
        items[i] = (struct picker_item){.name = i == 12 ? "twelve\x1b[31m" : i == 13 ? "thirteen" : "other", .detail = i == 13 ? "one more than twelve" : NULL};
    for (int rows = 10; rows <= 40; rows += 10) {
        overlay_ask(&overlay, 1, "/", "");
        overlay_offer(&overlay, items, 30, -1);
        overlay_note(&overlay, UI_HINT, "12 tickets in All   urgency == \"high\"");
        desk_size(&desk, rows == 10 ? 40 : 80, rows);
        overlay_draw(&overlay, &desk.look, desk.surface);
        desk_shows(&desk, "12 tickets in All");
        desk_shows(&desk, "other");
        overlay_offer(&overlay, items, 30, 13); /* the one that is taken is in sight */
        overlay_draw(&overlay, &desk.look, desk.surface);
        desk_shows(&desk, rows == 10 ? "thirteen" : "thirteen         one more than twelve");
        script("x", to_overlay);
        assert_string_equal(overlay_text(&overlay), "x");
        overlay_close(&overlay);
    }
}

static void a_confirmation_hears_only_its_own_keys(void **state)
{
    (void)state;
    overlay_confirm(&overlay, 1, "close 5 tickets?  y yes   Esc no", "y");
    desk_size(&desk, 80, 24);
    overlay_draw(&overlay, &desk.look, desk.surface);
    desk_shows(&desk, "close 5 tickets?");
    assert_int_equal(script("x", to_overlay), OVERLAY_IGNORED);
    assert_int_equal(script("<Enter>", to_overlay), OVERLAY_IGNORED);
    assert_int_equal(script("y", to_overlay), OVERLAY_ANSWERED);
    assert_int_equal(overlay_choice(&overlay), 'y');
}

static void a_text_is_searched(void **state)
{
    (void)state;
    struct pager *pager = overlay_read(&overlay, 1, "Help");
    pager_begin(pager);
    for (int i = 0; i < 100; i++)
        pager_block(pager, 2, UI_NORMAL, false, i == 70 ? "the needle" : "hay");
    pager_end(pager);
    desk_size(&desk, 80, 24);
    overlay_draw(&overlay, &desk.look, desk.surface);
    desk_hides(&desk, "needle");
    script("/needle<Enter>", to_overlay);
    overlay_draw(&overlay, &desk.look, desk.surface);
    desk_shows(&desk, "the needle");
    assert_int_equal(script("q", to_overlay), OVERLAY_LEFT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
static void a_line_that_begins_with_a_slash_or_two_colons_asks_for_canned_replies(void **state)
{
    (void)state;
    assert_int_equal(script("/", to_composer), COMPOSER_CANNED);
    assert_true(composer_asks(&composer));
    script("etc", to_composer); /* typed on: it was meant as it is */
    assert_false(composer_asks(&composer));
    script("<Backspace><Backspace><Backspace>", to_composer);
    composer_insert(&composer, "Hi {{customer.name}},\nthanks!\x1b[31m");
    assert_string_equal(editor_text(composer.editor), "Hi {{customer.name}},\nthanks!␛[31m"); /* what asked is gone, and no escape came in */
    assert_int_equal(editor_cursor(composer.editor), strlen("Hi {{customer.name}}"));
    assert_int_equal(script("<C-Down><End><Enter>:", to_composer), COMPOSER_TYPED);
    assert_int_equal(script(":", to_composer), COMPOSER_CANNED);
    assert_int_equal(script("x<Backspace>", to_composer), COMPOSER_TYPED); /* deleting back to it asks for nothing */
    assert_int_equal(script("a/", to_composer), COMPOSER_TYPED);    /* nor does one in the middle of a line */
}

static void two_question_marks_bring_an_article_that_goes_with_the_reply_while_it_is_in_it(void **state)
{
    AUTO_ARENA a = arena_new();
    (void)state;
    assert_int_equal(script("Hello<Enter>?", to_composer), COMPOSER_TYPED);
    assert_int_equal(script("?", to_composer), COMPOSER_ARTICLES);
    assert_null(composer_articles(&composer, a));
    composer_insert(&composer, "# Reset\n\nOpen the page.");
    composer_cite(&composer, "file:reset", "# Reset\n\nOpen the page.");
    assert_string_equal(editor_text(composer.editor), "Hello\n# Reset\n\nOpen the page.");
    assert_string_equal(composer_articles(&composer, a), "[\"file:reset\"]");
    AUTO_JSON draft = composer_draft(&composer);
    composer_open(&composer, 4119, 1, true, "");
    assert_true(composer_resume(&composer, draft)); /* postponed, and taken up again */
    assert_string_equal(composer_articles(&composer, a), "[\"file:reset\"]");
    composer_set(&composer, "Hello\n");
    assert_null(composer_articles(&composer, a)); /* it was deleted again */
    AUTO_JSON plain = json_new_string("only text");
    composer_open(&composer, 4119, 1, true, "");
    assert_true(composer_resume(&composer, plain));
    assert_string_equal(editor_text(composer.editor), "only text");
    assert_null(composer_articles(&composer, a));
    assert_false(composer_resume(&composer, NULL));
}

static void two_at_signs_at_a_word_of_a_note_ask_for_an_agent(void **state)
{
    (void)state;
    composer_open(&composer, 4119, 1, false, "");
    assert_int_equal(script("Ask @", to_composer), COMPOSER_TYPED);
    assert_int_equal(script("@", to_composer), COMPOSER_MENTION);
    assert_true(composer_asks(&composer));
    composer_insert(&composer, "@tom ");
    assert_string_equal(editor_text(composer.editor), "Ask @tom "); /* the two that asked are gone */
    assert_int_equal(script("<Enter>@@", to_composer), COMPOSER_MENTION);
    script("x", to_composer); /* typed on: meant as it is */
    assert_false(composer_asks(&composer));
    assert_int_equal(script(" joe@@", to_composer), COMPOSER_TYPED); /* in the middle of a word */
    composer_open(&composer, 4119, 1, true, "");
    assert_int_equal(script("@@", to_composer), COMPOSER_TYPED); /* a customer knows no agents */
}

static void variables_of_the_desk_may_stand_in_a_reply_and_nothing_else_in_braces(void **state)
{
    (void)state;
    composer_set(&composer, "Hi {{customer.first_name}}, {{ ticket.ref }}");
    assert_int_equal(script("<Esc>y", to_composer), COMPOSER_SEND);
    composer_failed(&composer, "no");
    composer_set(&composer, "Hi {{customer.first_name}}, see {{status_page}}");
    assert_int_equal(script("y", to_composer), COMPOSER_REFUSED);
    assert_int_equal(editor_cursor(composer.editor), strlen(editor_text(composer.editor)));
    composer_open(&composer, 4119, 1, false, "a note to {{agent.name}}"); /* a note is not filled */
    assert_int_equal(script("<Esc>y", to_composer), COMPOSER_REFUSED);
}

static void braces_left_open_refuse_to_send_too(void **state)
{
    (void)state;
    composer_set(&composer, "Hi {{customer.name, thanks");
    assert_int_equal(script("<Esc>y", to_composer), COMPOSER_REFUSED);
    assert_int_equal(editor_cursor(composer.editor), strlen("Hi {{customer.name"));
    composer_set(&composer, "a set {{ (1, 2) }");
    assert_int_equal(script("<Esc>y", to_composer), COMPOSER_SEND);
}

static void a_wrong_placeholder_is_told_as_it_is_typed_and_tab_mends_it(void **state)
{
    (void)state;
    script("Hi {{custmer.name}}", to_composer);
    draw(80, 24);
    desk_shows(&desk, "{{custmer.name}} is not known. Tab: {{customer.name}}, the customer's name.");
    assert_int_equal(script("<Tab>", to_composer), COMPOSER_TYPED);
    assert_string_equal(editor_text(composer.editor), "Hi {{customer.name}}");
    draw(80, 24);
    desk_shows(&desk, "{{customer.name}}: the customer's name.");
    script(" {{ticket.r", to_composer);
    draw(80, 24);
    desk_shows(&desk, "{{ticket.r is open. Tab: {{ticket.ref}}");
    script("<Tab>", to_composer);
    assert_string_equal(editor_text(composer.editor), "Hi {{customer.name}} {{ticket.ref}}");
    script("<C-_>", to_composer); /* what Tab did is one step */
    assert_string_equal(editor_text(composer.editor), "Hi {{customer.name}} {{ticket.r");
    script("<C-w>{{status_page}}", to_composer);
    draw(80, 24);
    desk_shows(&desk, "{{status_page}} is no variable: C-w deletes it");
    script("<C-w>https://x.example", to_composer);
    assert_string_equal(editor_text(composer.editor), "Hi {{customer.name}} https://x.example");
}

static void tab_goes_from_place_to_place_and_round(void **state)
{
    (void)state;
    composer_set(&composer, "{{what}} and {{ticket.id}} and {{where}} end");
    draw(80, 24);
    desk_shows(&desk, "2 {{places}} to fill in or delete: Tab goes there.");
    script("<Tab>", to_composer);
    assert_int_equal(editor_cursor(composer.editor), 8);
    script("<Tab>", to_composer);
    assert_int_equal(editor_cursor(composer.editor), 40); /* the one between is filled in by itself */
    script("<Tab>", to_composer);
    assert_int_equal(editor_cursor(composer.editor), 8);
    script("<S-Tab>", to_composer);
    assert_int_equal(editor_cursor(composer.editor), 40);
    composer_set(&composer, "{{ticket.id}} and {{customer.name}}");
    script("<Tab>", to_composer);
    assert_int_equal(editor_cursor(composer.editor), 13); /* nothing is to be done: those there are */
    composer_set(&composer, "none");
    script("<Tab>", to_composer);
    draw(80, 24);
    desk_shows(&desk, "There is no {{place}} to fill in here");
}

static void in_a_note_nothing_is_filled_and_that_is_said(void **state)
{
    (void)state;
    composer_open(&composer, 4119, 1, false, "see {{ticket.ref}}");
    draw(80, 24);
    desk_shows(&desk, "Nothing is filled in in a note: write it out.");
}

static void the_foot_says_where_one_is_and_that_room_ends_before_it_does(void **state)
{
    (void)state;
    script("Hi,<Enter>", to_composer);
    script("all fine", to_composer);
    draw(80, 24);
    desk_shows(&desk, "line 2 of 2, column 9   12 characters");
    char *much = malloc(COMPOSER_TEXT + 1);
    memset(much, 'x', COMPOSER_TEXT);
    much[COMPOSER_TEXT - 1000] = 0;
    composer_set(&composer, much);
    draw(80, 24);
    desk_shows(&desk, "Nearly full: 1,000 of 102,400 bytes are left.");
    composer_key(&composer, &(struct key){.code = K_PASTE, .text = much, .n = 2000});
    assert_int_equal(editor_length(composer.editor), COMPOSER_TEXT - 1000);
    draw(80, 24);
    desk_shows(&desk, "No room: that is 2000 bytes more");
    free(much);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(braces_left_open_refuse_to_send_too),
        T(a_wrong_placeholder_is_told_as_it_is_typed_and_tab_mends_it),
        T(tab_goes_from_place_to_place_and_round),
        T(in_a_note_nothing_is_filled_and_that_is_said),
        T(the_foot_says_where_one_is_and_that_room_ends_before_it_does),
        T(nothing_is_sent_by_one_key), T(keys_typed_while_it_is_sent_wait_for_the_answer), T(a_draft_that_comes_late_stands_above_what_was_typed), T(another_consoles_text_is_asked_about_and_none_is_lost), T(what_only_the_other_wrote_is_taken_unasked),
        T(a_line_that_begins_with_a_slash_or_two_colons_asks_for_canned_replies),
        T(two_question_marks_bring_an_article_that_goes_with_the_reply_while_it_is_in_it),
        T(two_at_signs_at_a_word_of_a_note_ask_for_an_agent),
        T(variables_of_the_desk_may_stand_in_a_reply_and_nothing_else_in_braces),
        T(send_and_close_says_so),
        T(twenty_files_go_along_and_no_more),
        T(nothing_is_sent_while_a_file_is_on_its_way),
        T(a_draft_keeps_its_files_and_a_text_without_words_is_not_thrown_away_with_them),
        T(files_that_go_along_are_listed_and_taken_off_by_their_keys),
        T(send_and_next_claims_what_is_next),
        T(send_and_pending_waits_for_the_customer_and_is_nothing_for_a_note),
        T(what_an_editor_saved_is_one_step),
        T(s_shares_and_takes_back_and_a_draft_remembers_its_thread),
        T(tab_mends_what_was_pasted),
        T(tab_in_the_review_goes_to_what_is_left_to_fill_in),
        T(a_placeholder_left_unfilled_refuses_to_send),
        T(an_empty_text_is_left_by_escape),
        T(discarding_asks),
        T(a_conflict_shows_the_new_lines_and_asks),
        T(a_failed_send_loses_nothing),
        T(a_source_without_replies_is_named_before_a_word_is_typed),
        T(the_thread_is_in_sight_while_one_writes_on_a_tall_terminal),
        T(what_the_customer_wrote_last_is_in_sight_on_a_low_terminal),
        T(a_picker_takes_the_best_fit),
        T(a_question_gives_its_line_and_escape_leaves),
        T(a_question_shows_what_may_be_typed_and_what_is_said_of_it),
        T(a_confirmation_hears_only_its_own_keys),
        T(a_text_is_searched),
    };
    return cmocka_run_group_tests_name("composer", tests, NULL, NULL);
}
