/* watch: who hears of a ticket, on the whole road: watched, mentioned, taken back, folded again. */
#include "harness/story.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void whoever_watches_is_in_the_set_until_they_unwatch(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a");
    story_act(w, "watch", id, NULL);
    story_must(world_do(w, "tom", "watch", id, NULL));
    story_must(world_do(w, "tom", "watch", id, NULL));
    assert_string_equal(world_ticket(w, id)->watchers, "[\"ana\",\"tom\"]");
    assert_int_equal(world_ticket(w, id)->status, STATUS_NEW); /* watching is not yet working */
    story_act(w, "unwatch", id, NULL);
    assert_string_equal(world_ticket(w, id)->watchers, "[\"tom\"]");
    story_act(w, "undo", 0, NULL);
    assert_string_equal(world_ticket(w, id)->watchers, "[\"ana\",\"tom\"]");
    story_act(w, "redo", 0, NULL);
    assert_string_equal(world_ticket(w, id)->watchers, "[\"tom\"]");
    story_refolds(w, id);
    story_end(w);
}

static void a_note_that_names_an_agent_makes_them_watch_and_says_so(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a");
    struct err err = {0};
    struct entry *list;
    int n;
    story_act(w, "note", id, "@tom knows this shop; mail ops@mara too");
    assert_string_equal(world_ticket(w, id)->watchers, "[\"tom\"]");
    assert_true(store_entry_list(w->engine.store, w->arena, &(struct entry_query){.ticket = id, .kind = "ticket", .limit = 1, .newest_first = true}, &list, &n, &err));
    assert_non_null(strstr(list[0].data, "\"mentions\":[\"tom\"]"));
    story_says(w, "a", "And it is @mara who told me"); /* a customer names nobody */
    assert_string_equal(world_ticket(w, id)->watchers, "[\"tom\"]");
    story_refolds(w, id);
    story_act(w, "undo", 0, NULL);
    assert_null(world_ticket(w, id)->watchers);
    story_refolds(w, id);
    story_end(w);
}

static void a_reply_names_nobody(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a");
    story_act(w, "reply", id, "Write to @tom");
    assert_null(world_ticket(w, id)->watchers);
    story_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whoever_watches_is_in_the_set_until_they_unwatch),
                                       cmocka_unit_test(a_note_that_names_an_agent_makes_them_watch_and_says_so),
                                       cmocka_unit_test(a_reply_names_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
