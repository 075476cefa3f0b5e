/* sieve: a list or a count with an index of texts gives what looking through every row gives: generated desks with texts of several
 * scripts, expressions as people type them and as they are written, every order of a list both ways, while parts are made, texts change
 * and bites are rolled back. The other side of each comparison is the plain list, row by row through when_eval. */
#include "store/sieve.h"
#include "base/crypto.h"
#include "store/list.h"
#include "base/str.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MOST = 4 * SIEVE_PART, FIRST = SIEVE_PART + 900 };

static const char *const words[] = {
    "invoice", "Invoices", "INVOICE", "printer", "Drucker", "größe", "GRÖSSE", "Straße", "STRASSE", "café", "cafe\xcc\x81", "naïve", "Ångström", "résumé",
    "请款单", "发票", "発票の件", "請求書", "영수증", "χαρτί", "ΧΑΡΤΊ", "Чек", "чека", "ﬁne", "fine", "№7", "4471", "447", "a", "ab", "up-to-date", "(9)",
    "\xf0\x9f\x92\xa5 fire", "İstanbul", "ıssız", "Terminal", "terminals", "x%y_z", "tab\tbed", "quote\"d", "back\\slash"};
enum { WORDS = sizeof words / sizeof *words };

struct desk {
    struct store *s;
    struct arena *arena;
    uint64_t state;
    int64_t all, some, count;
    const char *after[MOST + 1];
};

/* Up to n words; NULL now and then. */
static const char *some_text(struct desk *d, uint32_t n)
{
    struct str out;
    uint32_t count = chance(&d->state, n + 1);
    if (!count)
        return NULL;
    str_init(&out, 4096);
    for (uint32_t i = 0; i < count; i++)
        str_addf(&out, "%s%s", i ? " " : "", words[chance(&d->state, 12) ? chance(&d->state, WORDS) : 0]);
    if (!chance(&d->state, 3))
        str_addf(&out, " %u", chance(&d->state, 100000));
    const char *text = arena_strdup(d->arena, out.data);
    str_fini(&out);
    return text;
}

static bool in_some(const struct ticket *t)
{
    return t->priority == PRIORITY_HIGH;
}

static void write_texts(struct desk *d, struct ticket *t)
{
    static const char *const agents[] = {NULL, "ana", "Tomás", "mara"};
    t->title = some_text(d, 5);
    t->customer_name = some_text(d, 2);
    t->ref = chance(&d->state, 2) ? arena_printf(d->arena, "CAR-%u", chance(&d->state, 1000000)) : NULL;
    t->assignee = agents[chance(&d->state, 4)];
}

static void tell(struct desk *d, int64_t ticket)
{
    struct err err = {0};
    struct entry entry = {.at = 1, .actor = "ana", .kind = chance(&d->state, 4) ? "ticket" : "event", .ticket = ticket, .data = "{}"};
    assert_true(store_entry_add(d->s, &entry, &err));
    entry.kind = "ticket";
    assert_true(store_entry_add(d->s, &entry, &err));
}

static void place(struct desk *d, const struct ticket *t, bool in)
{
    struct err err = {0};
    assert_true((in ? store_queue_add : store_queue_drop)(d->s, d->all, "all", "", t, &err));
    if (in_some(t))
        assert_true((in ? store_queue_add : store_queue_drop)(d->s, d->some, "some", "ana", t, &err));
}

static void create(struct desk *d)
{
    struct err err = {0};
    int64_t id = store_ticket_next(d->s);
    struct ticket t = {.id = id, .account = "shop", .dialect = "rbs", .key = arena_printf(d->arena, "rbs:%llx", (unsigned long long)id * 2654435761u),
                       .status = chance(&d->state, 4) ? 1 + chance(&d->state, 4) : STATUS_RESOLVED, .urgency = chance(&d->state, 5), .priority = chance(&d->state, 5),
                       .received_at = 1000 + (int64_t)chance(&d->state, 5000), .updated_at = 9000, .next_due_at = chance(&d->state, 2) ? 2000 + (int64_t)chance(&d->state, 500) : 0};
    write_texts(d, &t);
    assert_true(store_ticket_insert(d->s, &t, &err));
    place(d, &t, true);
    tell(d, id);
    d->count = id;
}

/* As engine/change does it. */
static void change(struct desk *d, int64_t id)
{
    struct err err = {0};
    struct ticket *before = store_ticket_get(d->s, d->arena, id, &err), after = *before;
    bool texts = false;
    place(d, before, false);
    if (chance(&d->state, 3))
        write_texts(d, &after);
    else
        after.urgency = chance(&d->state, 5);
    for (int i = 0; i < WHEN_TEXTS; i++)
        texts |= !str_eq(when_text(before, i), when_text(&after, i));
    assert_true(store_ticket_update(d->s, &after, &err));
    if (texts)
        assert_true(store_reworded(d->s, id, &err));
    place(d, &after, true);
    tell(d, id);
}

static void begin(struct desk *d)
{
    struct err err = {0};
    assert_true(store_begin(d->s, &err));
}

static void commit(struct desk *d)
{
    struct err err = {0};
    assert_true(store_commit(d->s, &err));
}

static void grow(struct desk *d, int n)
{
    begin(d);
    for (int i = 0; i < n; i++)
        create(d);
    commit(d);
}

/* Bites of no time are as small as bites can be; now and then one is rolled back. */
static void fill(struct desk *d, int bites, bool falls)
{
    struct err err = {0};
    bool late;
    while (bites-- && store_sieve_wants(d->s, &late)) {
        begin(d);
        assert_true(store_sieve_fill(d->s, 1, &err));
        if (falls && !chance(&d->state, 40))
            store_rollback(d->s);
        else
            commit(d);
    }
}

static void open_desk(struct desk *d, uint64_t seed)
{
    struct err err = {0};
    *d = (struct desk){.arena = arena_new(), .state = seed};
    assert_true(crypto_open());
    d->s = store_open(NULL, STORE_WRITER, &err);
    assert_non_null(d->s);
    begin(d);
    assert_true(store_view_put(d->s, "all", "true", &d->all, &err) && store_view_put(d->s, "some", "priority == \"high\" && assignee == me", &d->some, &err));
    commit(d);
}

static void close_desk(struct desk *d)
{
    store_close(d->s);
    arena_free(d->arena);
}

/* --- expressions --- */

/* A piece of a word, cut between characters, in some case; or of nothing that is there. */
static const char *piece(struct desk *d)
{
    static const char *const strangers[] = {"zeppelin", "qqq", "没有", "invoicex", "Ünknown", "44719", "qz", "~"};
    if (!chance(&d->state, 6))
        return strangers[chance(&d->state, sizeof strangers / sizeof *strangers)];
    const char *word = words[chance(&d->state, WORDS)];
    size_t n = strlen(word), from = chance(&d->state, (uint32_t)n), to = from + 1 + chance(&d->state, (uint32_t)(n - from));
    if (chance(&d->state, 2))
        from = 0;
    while (from && ((unsigned char)word[from] & 0xc0) == 0x80)
        from--;
    while (to < n && ((unsigned char)word[to] & 0xc0) == 0x80)
        to++;
    char *text = arena_strndup(d->arena, word + from, to - from);
    for (char *p = text; *p && chance(&d->state, 3); p++)
        *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
    return text;
}

static const struct when *typed(struct desk *d, struct err *err)
{
    static const char *const terms[] = {"%s", "!%s", "title:%s", "ref:%s", "assignee:%s", "urgency:high,low %s", "status:resolved %s", "customer_name:%s"};
    struct str out;
    str_init(&out, 2048);
    for (uint32_t n = 1 + chance(&d->state, 3); n; n--) {
        const char *term = terms[chance(&d->state, 3) ? 0 : chance(&d->state, sizeof terms / sizeof *terms)], *word = piece(d);
        AUTO_STR quoted;
        str_init(&quoted, 256);
        str_addc(&quoted, '"');
        for (const char *p = word; *p; p++)
            if (*p != '"' && *p != '\\')
                str_addc(&quoted, *p);
        str_addc(&quoted, '"');
        const char *hole = strstr(term, "%s");
        str_addf(&out, "%s%.*s%s", out.len ? " " : "", (int)(hole - term), term, quoted.data);
    }
    const char *text = when_from_words(d->arena, out.data, err);
    str_fini(&out);
    return text ? when_parse(d->arena, text, err) : NULL;
}

static const char *quoted(struct desk *d, const char *text)
{
    AUTO_STR out;
    str_init(&out, 1024);
    str_addc(&out, '"');
    for (const char *p = text; *p; p++)
        str_addf(&out, *p == '\t' ? "\\t" : *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
    str_addc(&out, '"');
    return arena_strdup(d->arena, out.data);
}

static void write_node(struct desk *d, struct str *out, int depth)
{
    static const char *const on[] = {"text", "title", "customer_name", "key", "ref", "assignee"}, *const methods[] = {"contains", "startsWith", "endsWith", "matches"};
    switch (depth ? chance(&d->state, 9) : 8) {
    case 0:
    case 1:
        str_addc(out, '(');
        write_node(d, out, depth - 1);
        str_adds(out, " || ");
        write_node(d, out, depth - 1);
        str_addc(out, ')');
        return;
    case 2:
    case 3:
        str_addc(out, '(');
        write_node(d, out, depth - 1);
        str_adds(out, " && ");
        write_node(d, out, depth - 1);
        str_addc(out, ')');
        return;
    case 4:
        str_adds(out, "!(");
        write_node(d, out, depth - 1);
        str_addc(out, ')');
        return;
    case 5:
        str_adds(out, chance(&d->state, 2) ? "assignee in [\"ana\", \"Tom\xc3\xa1s\"]" : "assignee in [\"ana\", \"\"]");
        return;
    case 6:
        str_addf(out, "title %s %s", chance(&d->state, 3) ? "==" : "!=", quoted(d, words[chance(&d->state, WORDS)]));
        return;
    case 7:
        str_addf(out, "urgency >= \"high\"");
        return;
    default:
        str_addf(out, "%s.%s(%s)", on[chance(&d->state, 6)], methods[chance(&d->state, 3)], quoted(d, piece(d)));
    }
}

static const struct when *written(struct desk *d, struct err *err)
{
    AUTO_STR out;
    str_init(&out, 3000);
    write_node(d, &out, 3);
    return when_parse(d->arena, out.data, err);
}

/* --- comparing --- */

enum order { DUE, URGENCY, PRIORITY, AGE, UPDATED, ORDERS };

/* Every page until there is none; the ids, in order. */
static int list_all(struct desk *d, enum order order, bool some, bool invert, const struct when *where, int limit, int64_t *ids)
{
    struct when_env env = {.me = "ana"};
    struct err err = {0};
    const char *after = NULL;
    int n = 0;
    static const struct when *mine;
    mine = when_parse(d->arena, "priority == \"high\"", &err);
    do {
        AUTO_ARENA arena = arena_new();
        struct ticket **rows;
        const char *next = NULL;
        int count = 0;
        struct row_filter f = {.view = some ? "some" : "all", .owner = some ? "ana" : "", .where = where, .env = &env, .after = after, .limit = limit, .invert = invert};
        struct list_query q = {.order = order == AGE ? LIST_AGE : LIST_UPDATED, .where = {some ? mine : NULL, where}, .env = &env, .after = after, .limit = limit, .invert = invert};
        bool ok = order >= AGE   ? store_list_tickets(d->s, arena, &q, &rows, &count, &next, &err) :
                  order == DUE ? store_queue_page(d->s, arena, &f, &rows, &count, &next, &err) :
                                 store_rank_page(d->s, arena, &f, some ? mine : NULL, order == URGENCY ? RANK_URGENCY : RANK_PRIORITY, &rows, &count, &next, &err);
        assert_true(ok);
        for (int i = 0; i < count; i++)
            ids[n++] = rows[i]->id;
        after = next ? arena_strdup(d->arena, next) : NULL;
    } while (after && n <= MOST);
    return n;
}

struct plain { int64_t ids[MOST]; int count; };
static struct plain plain[ORDERS][2]; /* inverted: the other way round */
static struct ticket *tickets[MOST + 1];

static void look_at_all(struct desk *d)
{
    struct err err = {0};
    for (int64_t id = 1; id <= d->count; id++)
        tickets[id] = store_ticket_get(d->s, d->arena, id, &err);
    for (int order = 0; order < ORDERS; order++)
        for (int some = 0; some < 2; some++)
            plain[order][some].count = list_all(d, order, some, false, NULL, 500, plain[order][some].ids);
}

static void compare_lists(struct desk *d, const struct when *w, enum order order, bool some, bool invert)
{
    static int64_t got[MOST + 500];
    const struct plain *p = &plain[order][some];
    struct when_env env = {.me = "ana"};
    int n = list_all(d, order, some, invert, w, chance(&d->state, 2) ? 500 : 50 + chance(&d->state, 100), got), expected = 0;
    for (int i = 0; i < p->count; i++) {
        int64_t id = p->ids[invert ? p->count - 1 - i : i];
        if (!when_eval(w, tickets[id], &env))
            continue;
        if (expected >= n || got[expected] != id)
            fail_msg("%s, order %d%s%s: row %d is not #%lld", when_print(d->arena, w), order, some ? ", some" : "", invert ? ", inverted" : "", expected, (long long)id);
        expected++;
    }
    assert_int_equal(n, expected);
}

static void compare_count(struct desk *d, const struct when *w, bool some)
{
    const struct plain *p = &plain[DUE][some];
    struct when_env env = {.me = "ana"};
    struct row_filter f = {.view = some ? "some" : "all", .owner = some ? "ana" : "", .where = w, .env = &env};
    struct err err = {0};
    int64_t n, expected = 0;
    bool over;
    for (int i = 0; i < p->count; i++)
        expected += when_eval(w, tickets[p->ids[i]], &env);
    assert_true(store_queue_match(d->s, &f, 0, &n, &over, &err));
    assert_false(over);
    if (n != expected)
        fail_msg("%s: %lld are counted, not %lld", when_print(d->arena, w), (long long)n, (long long)expected);
}

struct sum { int expressions, sifted, few, lists; int64_t kept, of; };

static void compare(struct desk *d, int expressions, struct sum *t)
{
    look_at_all(d);
    for (int i = 0; i < expressions; i++) {
        struct err err = {0};
        const struct sieve *sieve;
        const struct when *w = chance(&d->state, 2) ? typed(d, &err) : written(d, &err);
        if (!w)
            continue;
        assert_true(sieve_open(d->s, d->arena, w, NULL, &sieve, &err));
        t->expressions++;
        t->sifted += sieve != NULL;
        t->few += sieve && sieve->count <= SIEVE_FEW;
        t->kept += sieve ? sieve->count : 0;
        t->of += sieve ? d->count : 0;
        for (int k = 0; k < 2; k++, t->lists++)
            compare_lists(d, w, (enum order)chance(&d->state, ORDERS), chance(&d->state, 2), chance(&d->state, 2));
        compare_count(d, w, chance(&d->state, 2));
    }
}

static void lists_and_counts_are_those_of_looking_through_every_row(void **unused)
{
    (void)unused;
    static struct desk d;
    struct sum t = {0};
    const char *more = getenv("SIEVE_ROUNDS"); /* and a larger desk */
    int rounds = more ? (int)strtol(more, NULL, 10) : 3;
    open_desk(&d, 7);
    grow(&d, more ? FIRST + SIEVE_PART : FIRST);
    compare(&d, 8, &t); /* nothing is made yet */
    for (int round = 0; round < rounds; round++) {
        fill(&d, round % 2 ? 1000 : 20, true);
        if (round == 2)
            grow(&d, 900);
        begin(&d);
        for (int i = 0; i < (round == 1 ? 700 : 90); i++) /* so many that they are taken in */
            change(&d, 1 + chance(&d.state, (uint32_t)d.count));
        commit(&d);
        compare(&d, 30, &t);
    }
    print_message("# %d tickets, %d expressions (%d by the index, %d of these few), %d lists in %d orders and %d counts compared; it kept %lld of %lld rows\n", (int)d.count,
                  t.expressions, t.sifted, t.few, t.lists, ORDERS * 2, t.expressions, (long long)t.kept, (long long)t.of);
    assert_true(t.sifted > t.expressions / 4 && t.kept < t.of / 2);
    close_desk(&d);
}

/* --- parts of it --- */

static void a_row_is_packed_and_unpacked_whole(void **unused)
{
    (void)unused;
    struct desk d = {.state = 3};
    for (int round = 0; round < 400; round++) {
        uint64_t bits[SIEVE_WORDS] = {0}, again[SIEVE_WORDS];
        unsigned char data[SIEVE_PART / 8];
        for (uint32_t n = chance(&d.state, round % 2 ? 300 : 5000); n; n--) {
            uint32_t at = chance(&d.state, SIEVE_PART);
            bits[at >> 6] |= (uint64_t)1 << (at & 63);
        }
        size_t n = sieve_pack(bits, data);
        assert_true(n <= sizeof data && sieve_unpack(data, n, again));
        assert_memory_equal(bits, again, sizeof bits);
    }
    uint64_t bits[SIEVE_WORDS];
    assert_false(sieve_unpack((const unsigned char *)"\xff\xff", 2, bits));
    assert_false(sieve_unpack((const unsigned char *)"\x01", 1, bits));
}

static const char *needs(struct arena *arena, const char *expression)
{
    struct err err = {0};
    const struct when *w = when_parse(arena, expression, &err);
    assert_non_null(w);
    const struct needle *n = needle_of(arena, w);
    return !n ? "nothing" : n->kind == NEEDLE_TEXT ? n->text : n->kind == NEEDLE_ALL ? "all" : "one";
}

static void what_the_index_cannot_answer_needs_nothing(void **unused)
{
    (void)unused;
    AUTO_ARENA arena = arena_new();
    assert_string_equal(needs(arena, "text.contains(\"InVoice\")"), "invoice");
    assert_string_equal(needs(arena, "title.startsWith(\"Straße\") && !text.contains(\"late\")"), "strasse");
    assert_string_equal(needs(arena, "ref == \"CAR-1\""), "car-1");
    assert_string_equal(needs(arena, "text.contains(\"票\")"), "票");
    assert_string_equal(needs(arena, "text.contains(\"one\") && text.contains(\"two\")"), "all");
    assert_string_equal(needs(arena, "text.contains(\"one\") || text.contains(\"two\")"), "one");
    static const char *const nothing[] = {"text.contains(\"ab\")", "!text.contains(\"abc\")", "text.matches(\"abc\")", "urgency == \"high\"", "title != \"abc\"",
                                          "text.contains(\"abc\") || urgency == \"high\"", "size(title) > 3", "category == \"bug\"", "\"vip\" in tags"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (strcmp(needs(arena, nothing[i]), "nothing") != 0)
            fail_msg("%s needs %s", nothing[i], needs(arena, nothing[i]));
}

static void parts_come_to_rest_and_take_in_what_was_reworded(void **unused)
{
    (void)unused;
    static struct desk d;
    bool late;
    struct err err = {0};
    open_desk(&d, 11);
    grow(&d, SIEVE_PART + 10);
    assert_true(store_sieve_wants(d.s, &late) && !late);
    fill(&d, 100000, false);
    assert_false(store_sieve_wants(d.s, &late));
    assert_int_equal(d.s->sieve.parts, 1);
    begin(&d);
    for (int i = 0; i < 900; i++)
        change(&d, 1 + i);
    commit(&d);
    assert_true(store_sieve_wants(d.s, &late));
    fill(&d, 100000, false);
    assert_false(store_sieve_wants(d.s, &late));
    begin(&d); /* an act that is taken back */
    assert_true(store_savepoint(d.s, &err));
    for (int i = 0; i < 900; i++)
        change(&d, 1 + i);
    store_undo(d.s);
    commit(&d);
    fill(&d, 100000, false);
    assert_false(store_sieve_wants(d.s, &late));
    close_desk(&d);
}

static int64_t rows_of(struct desk *d, const char *sql)
{
    struct err err = {0};
    sqlite3_stmt *stmt = sql_once(d->s, sql, &err);
    assert_non_null(stmt);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static void nothing_of_an_erased_text_is_left(void **unused)
{
    (void)unused;
    static struct desk d;
    struct err err = {0};
    open_desk(&d, 13);
    grow(&d, SIEVE_PART + 10);
    fill(&d, 100000, false);
    assert_true(rows_of(&d, "SELECT count(*) FROM gram") > 100);
    begin(&d);
    assert_true(store_erase_index(d.s, &err));
    commit(&d);
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM gram"), 0);
    assert_int_equal(d.s->sieve.parts, 0);
    fill(&d, 100000, false);
    assert_int_equal(d.s->sieve.parts, 1);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_packed_and_unpacked_whole),
        cmocka_unit_test(what_the_index_cannot_answer_needs_nothing),
        cmocka_unit_test(parts_come_to_rest_and_take_in_what_was_reworded),
        cmocka_unit_test(nothing_of_an_erased_text_is_left),
        cmocka_unit_test(lists_and_counts_are_those_of_looking_through_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
