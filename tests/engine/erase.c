/* erase: a person's words are in every table a desk has; after an erasure they are in none, what happened stands, the chain is whole and
 * the journal still makes the same desk. The words are made up, so that any byte of them that is left is found. */
#include "harness/story.h"
#include "base/str.h"
#include "store/chain.h"
#include "store/sql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Each is said by another way in. */
static const char *const words[] = {"quillonborgh", "xanthemure", "velloprax", "brumalkest", "ossivandrel", "plimtorquay", "garrowfenwick", "tessumbrine", "wendlecroft"};
enum { TITLE, NAME, MAIL, MESSAGE, REPLY, NOTE, DRAFT, HOLD, PERSON, WORDS };

/* With an administrator. */
static struct world *desk(void)
{
    AUTO_ARENA arena = arena_new();
    const char *lead = strstr(world_config, "role: lead");
    return world_open(arena_printf(arena, "%.*srole: admin%s", (int)(lead - world_config), world_config, lead + strlen("role: lead")));
}

static int in_table(sqlite3 *db, const char *table, const char *word)
{
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
    sqlite3_stmt *stmt;
    int found = 0;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            int n = sqlite3_column_bytes(stmt, i);
            found += n && memmem(sqlite3_column_blob(stmt, i), (size_t)n, word, strlen(word));
        }
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return found;
}

/* In how many cells of all tables, the index of words included; where: their tables. */
static int cells_with(struct world *w, const char *word, struct str *where)
{
    sqlite3 *db = w->engine.store->db;
    sqlite3_stmt *tables;
    int found = 0;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%'", -1, &tables, NULL), SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        int n = in_table(db, (const char *)sqlite3_column_text(tables, 0), word);
        if (n)
            str_addf(where, "%s %s:%d", word, (const char *)sqlite3_column_text(tables, 0), n);
        found += n;
    }
    sqlite3_finalize(tables);
    return found;
}

static void keep(struct world *w, const char *agent, const char *key, const char *value)
{
    struct err err = {0};
    assert_true(store_begin(w->engine.store, &err) && store_keep_put(w->engine.store, agent, key, value, w->now, &err) && store_commit(w->engine.store, &err));
}

static void index_words(struct world *w)
{
    struct err err = {0};
    int64_t seq;
    assert_true(store_begin(w->engine.store, &err) && store_search_mark(w->engine.store, &seq, &err) &&
                store_search_fill(w->engine.store, &seq, 1000, &err) && store_commit(w->engine.store, &err));
}

static void post(struct world *w, const char *body, const char *effect)
{
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, strlen(body)), effect);
}

/* One ticket that says all of them, worked on, and another that says none. */
static int64_t told(struct world *w)
{
    post(w, arena_printf(w->arena, "{\"id\":\"evt_p\",\"type\":\"customer.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"customer\":"
                                   "{\"id\":\"c9\",\"name\":\"%s\",\"email\":\"%s@example.com\"}}}", words[NAME], words[MAIL]), "customer");
    post(w, arena_printf(w->arena, "{\"id\":\"evt_1\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":"
                                   "{\"id\":\"k1\",\"title\":\"My %s\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"c9\",\"customerName\":\"%s\",\"tags\":[],"
                                   "\"createdAt\":\"2027-01-01T00:00:00Z\"},\"customer\":{\"id\":\"c9\",\"name\":\"%s\",\"email\":\"%s@example.com\"}}}",
                         words[TITLE], words[NAME], words[NAME], words[MAIL]), "create");
    int64_t id = world_find(w, "cstar", "cstar:k1");
    for (int turn = 0; turn < 2; turn++) /* the second is a conflict: the same key, other words */
        post(w, arena_printf(w->arena, "{\"id\":\"evt_2\",\"type\":\"ticket.message_added\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{"
                                       "\"ticket\":{\"id\":\"k1\"},\"message\":{\"id\":\"m1\",\"content\":\"It %s again%s\",\"sender\":\"customer\","
                                       "\"createdAt\":\"2027-01-01T00:00:00Z\"}}}", words[MESSAGE], turn ? " and again" : ""), turn ? "conflict" : "message");
    world_wait(w, MINUTE);
    story_act(w, "reply", id, arena_printf(w->arena, "Dear %s, please.", words[REPLY]));
    world_wait(w, MINUTE);
    story_act(w, "note", id, arena_printf(w->arena, "They sound like %s to me, @tom.", words[NOTE]));
    story_must(world_do_with(w, "ana", "status", id, "on_hold", arena_printf(w->arena, "{\"reason\":\"%s\"}", words[HOLD])));
    story_must(world_do(w, "ana", "customer-note", 0, arena_printf(w->arena, "{\"ticket\":%lld,\"text\":\"likes %s\"}", (long long)id, words[PERSON])));
    story_must(world_do(w, "ana", "tags", id, "[\"a\"]"));
    story_act(w, "undo", id, NULL);
    keep(w, "ana", "draft:1:reply", arena_printf(w->arena, "{\"text\":\"%s\",\"shared\":true}", words[DRAFT]));
    keep(w, "tom", "draft:1:note", arena_printf(w->arena, "\"%s\"", words[DRAFT]));
    keep(w, "tom", "session", arena_printf(w->arena, "{\"at\":1,\"was\":{\"where\":\"title.contains(\\\"%s\\\")\"}}", words[NAME]));
    keep(w, "ana", "draft:11:reply", "\"another ticket's\"");
    assert_int_equal(id, 1);
    return id;
}

static void sent(struct world *w, int64_t id)
{
    struct parcel *list;
    struct err err = {0};
    int n;
    struct parcel_query q = {.ticket = id, .limit = 10};
    assert_true(store_parcel_list(w->engine.store, w->arena, &q, &list, &n, &err));
    for (int i = 0; i < n; i++)
        world_receipt(w, list[i].id, 200);
}

static const struct json *erase(struct world *w, int64_t id)
{
    return world_do_with(w, "mara", "erase", id, NULL, "{\"confirm\":\"erase\"}");
}

static void is_whole(struct world *w)
{
    struct err err = {0};
    int64_t links, bad;
    assert_true(store_chain_verify(w->engine.store, &links, &bad, &err));
    assert_int_equal(bad, 0);
}

static void no_byte_of_what_was_erased_is_in_any_table(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t id = told(w), cells = 0;
    AUTO_STR where;
    str_init(&where, 4096);
    sent(w, id);
    index_words(w);
    for (int i = 0; i < WORDS; i++) {
        int n = cells_with(w, words[i], &where);
        if (!n)
            fail_msg("%s was never there", words[i]);
        cells += n;
    }
    str_clear(&where);
    assert_true(str_starts(story_refusal(world_do(w, "ana", "erase", id, NULL)), "erase needs the role admin, yours is "));
    story_must(erase(w, id));
    index_words(w);
    for (int i = 0; i < WORDS; i++)
        if (cells_with(w, words[i], &where))
            fail_msg("left: %s", where.data);
    print_message("# %d words in %lld cells, none of them left\n", WORDS, (long long)cells);
    is_whole(w);
    story_end(w);
}

static char *kept(struct world *w, const char *agent, const char *key)
{
    struct err err = {0};
    return store_keep_get(w->engine.store, w->arena, agent, key, &err);
}

static void what_happened_stands_and_nothing_else_is_touched(void **state)
{
    (void)state;
    struct world *w = desk();
    int64_t id = told(w), other = story_create(w, "b");
    sent(w, id);
    story_act(w, "undo", id, NULL); /* the hold */
    story_act(w, "reply", id, "One more");
    assert_non_null(strstr(story_refusal(erase(w, id)), "still on its way"));
    sent(w, id);
    world_wait(w, MINUTE);
    sent(w, id);
    story_act(w, "close", id, NULL);
    const struct ticket *was = world_ticket(w, id);
    const char *untouched = story_picture(w, other);
    assert_non_null(strstr(story_refusal(world_do(w, "mara", "erase", id, NULL)), "confirm it with the word"));
    story_must(world_request(w, &(struct do_request){.action = {.id = ACTION_ERASE, .actor = "mara", .role = ROLE_ADMIN, .with = "{\"confirm\":true}"},
                                                     .tickets = &id, .ticket_count = 1, .dry_run = true}));
    assert_string_equal(world_ticket(w, id)->title, was->title);
    story_must(erase(w, id));
    const struct ticket *is = world_ticket(w, id);
    assert_string_equal(is->title, "(erased)");
    assert_null(is->customer_name);
    assert_null(is->customer_email);
    assert_string_equal(is->customer, was->customer); /* the source's own number of them */
    assert_int_equal(is->status, STATUS_RESOLVED);
    assert_int_equal(is->messages, was->messages);
    assert_int_equal(is->first_reply_at, was->first_reply_at);
    assert_string_equal(story_picture(w, other), untouched);
    assert_null(kept(w, "ana", "draft:1:reply"));
    assert_null(kept(w, "tom", "draft:1:note"));
    assert_null(kept(w, "tom", "session"));
    assert_non_null(kept(w, "ana", "draft:11:reply"));
    assert_string_equal(story_refusal(world_do(w, "mara", "undo", 0, NULL)), "#1 erase cannot be undone: what is erased is gone");
    story_must(erase(w, id)); /* nothing is left to go */
    story_act(w, "reopen", id, NULL);
    story_act(w, "undo", id, NULL);
    story_says(w, "k1", "New words are new");
    story_refolds(w, id);
    is_whole(w);
    story_end(w);
}

/* What was typed in a console is there as JSON writes it, and in whatever case. */
static void what_was_typed_of_it_goes_however_it_was_typed(void **state)
{
    (void)state;
    struct world *w = desk();
    post(w, "{\"id\":\"evt_1\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k1\",\"status\":\"new\","
            "\"title\":\"It says \\\"Quillonborgh\\\" twice\"}}}", "create");
    static const char *const typed[][2] = {{"session", "{\"where\":\"title.contains(\\\"it says \\\\\\\"quillonborgh\\\\\\\" twice\\\")\"}"}, {"palette", "[\"find It says \\\"Quillonborgh\\\" twice\"]"}};
    for (int i = 0; i < 2; i++) {
        keep(w, "tom", typed[i][0], typed[i][1]);
        keep(w, "ana", typed[i][0], "[\"find somebody else\"]");
    }
    story_must(erase(w, 1));
    for (int i = 0; i < 2; i++) {
        assert_null(kept(w, "tom", typed[i][0]));
        assert_non_null(kept(w, "ana", typed[i][0]));
    }
    story_end(w);
}

/* Without a later act of its ticket that says so, an entry that lost its salt is one that somebody emptied. */
static void what_no_erasure_speaks_for_is_still_found(void **state)
{
    (void)state;
    struct world *w = desk();
    struct err err = {0};
    int64_t id = told(w), links, bad;
    sent(w, id);
    story_must(erase(w, id));
    is_whole(w);
    story_act(w, "note", id, "Written afterwards");
    int64_t last = store_entry_next(w->engine.store) - 1;
    assert_int_equal(sqlite3_exec(w->engine.store->db, arena_printf(w->arena, "UPDATE entry SET salt=NULL WHERE seq=%lld", (long long)last), NULL, NULL, NULL),
                     SQLITE_OK);
    assert_true(store_chain_verify(w->engine.store, &links, &bad, &err));
    assert_int_equal(bad, last);
    world_close(w);
}

/* --- random days --- */

static int most_days = 25;

static int pick(unsigned *seed, int n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (int)(*seed >> 16) % n;
}

static void random_step(struct world *w, unsigned *seed, const int64_t *ids, int *erased)
{
    static const struct { const char *action, *arg, *with; } acts[] = {
        {"claim", NULL, NULL}, {"assign", "tom", NULL}, {"status", "open", NULL}, {"status", "on_hold", "{\"reason\":\"parts for quillonborgh\"}"}, {"close", NULL, NULL},
        {"reopen", NULL, NULL}, {"priority", "high", NULL}, {"label", "high", NULL}, {"category", "billing", NULL}, {"tags", "[\"a\"]", NULL},
        {"note", "A note on quillonborgh that says enough.", NULL}, {"note", "quillonborgh", NULL}, {"spam", NULL, "{\"confirm\":true}"},
        {"snooze", NULL, "{\"on\":\"reply\",\"note\":\"quillonborgh\"}"},
        {"escalate", "quillonborgh is down", NULL}, {"ack", NULL, NULL}, {"undo", NULL, NULL}, {"redo", NULL, NULL}, {"unmerge", NULL, NULL}};
    static const char *const texts[] = {"quillonborgh does not work", "Thanks!", "Thank you, Quillonborgh", "quillonborgh"};
    static const char *const keys[] = {"a", "b", "c"};
    int n = sizeof acts / sizeof *acts, k = pick(seed, n + 7), t = pick(seed, 3);
    if (k < n)
        world_do_with(w, "ana", acts[k].action, ids[t], acts[k].arg, acts[k].with);
    else if (k == n)
        world_do_with(w, "ana", "merge", ids[t], arena_printf(w->arena, "%lld", (long long)ids[pick(seed, 3)]), "{\"confirm\":true}");
    else if (k == n + 1)
        world_do_with(w, "ana", "reply", ids[t], "Dear quillonborgh, please try again.", NULL);
    else if (k == n + 2)
        *erased += world_ok(erase(w, ids[t]));
    else if (k == n + 3)
        world_do(w, "ana", "customer-note", 0, arena_printf(w->arena, "{\"ticket\":%lld,\"text\":\"likes quillonborgh\"}", (long long)ids[t]));
    else
        story_says(w, keys[t], texts[pick(seed, 4)]);
    world_wait(w, pick(seed, 90) * MINUTE);
    for (int i = 0; i < 3; i++)
        sent(w, ids[i]);
}

static void whenever_it_is_done_the_journal_makes_the_same_desk(void **state)
{
    int erased = 0, days = 0;
    (void)state;
    for (unsigned seed = 300; days < most_days; seed++, days++) {
        struct world *w = desk();
        int64_t ids[3] = {story_create(w, "a"), story_create_for(w, "b", "c2"), story_create(w, "c")};
        for (int i = 0; i < 24; i++)
            random_step(w, &seed, ids, &erased);
        for (int i = 0; i < 3; i++)
            story_refolds(w, ids[i]);
        is_whole(w);
        story_end(w);
    }
    assert_true(erased > days / 2);
    print_message("# %d random days, %d erasures in them, rebuilt and verified\n", days, erased);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_of_what_was_erased_is_in_any_table),
        cmocka_unit_test(what_happened_stands_and_nothing_else_is_touched),
        cmocka_unit_test(what_was_typed_of_it_goes_however_it_was_typed),
        cmocka_unit_test(what_no_erasure_speaks_for_is_still_found),
        cmocka_unit_test(whenever_it_is_done_the_journal_makes_the_same_desk),
    };
    most_days = argc > 1 ? atoi(argv[1]) : most_days;
    return cmocka_run_group_tests_name("erase", tests, NULL, NULL);
}
