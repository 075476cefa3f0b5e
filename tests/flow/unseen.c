/* unseen: a ticket full of personal data, and everything that shows tickets: each verb of the table as text and as JSON, the stream as
 * NDJSON, the mode of lines, each screen of the console with what it copies, tells the terminal and keeps of its place, and the log.
 * None of it is anywhere, until somebody asks with a reason; then it stands on that screen, for 20 s, and nowhere else. The lists are
 * the program's own tables. */
#include "base/crypto.h"
#include "base/str.h"
#include "harness/console.h"
#include "harness/house.h"
#include "harness/shell.h"
#include "screen/screens.h"
#include "support/fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, ESC_MS = 45 };
static const char config[] = "team: unseen\n"
                             "sources:\n"
                             "  - {name: rest, dialect: ingestlayer, auth: bearer, token: il_live_1}\n"
                             "  - {name: game, dialect: cstar, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: lead}\n"
                             "oncall: [ana]\n"
                             "destinations:\n"
                             "  - {name: hooks, kind: webhook, url: 'http://127.0.0.1:9/x', allow_loopback: true}\n"
                             "routes:\n"
                             "  - {name: all, to: [hooks]}\n";
static const char *const hidden[] = {"ada@acme.com", "7946 0958", "4111 1111 1111 1111", "GB82 WEST", "5698 7654", "078-05-1120", "203.0.113.7", "jo@globex.example", "555 010 4477", "5555 5555 5555 4444"};
enum { HIDDEN = sizeof hidden / sizeof *hidden };
static const char jo[] =
    "{\"id\":\"ev1\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"C1\",\"title\":\"Call jo@globex.example\",\"description\":\"or +1 555 010 4477, "
    "card 5555 5555 5555 4444\",\"status\":\"new\",\"priority\":\"urgent\",\"customerId\":\"c1\",\"customerName\":\"Jo\",\"tags\":[\"jo@globex.example\"],\"createdAt\":\"2027-01-01T00:00:00Z\"},"
    "\"customer\":{\"id\":\"c1\",\"name\":\"Jo\",\"email\":\"jo@globex.example\",\"phone\":\"+1 555 010 4477\"}}}";

static struct arena *arena;
static struct console_run *console;
static int looked;

static int start(void **state)
{
    size_t n;
    (void)state;
    arena = arena_new();
    house_open(config);
    const char *pii = fixture_read(arena, "events/edge/ingest/rest-pii.json", &n);
    assert_int_equal(client_ask(house.in, "POST", "/v1/ingest", "Authorization: Bearer il_live_1\r\nContent-Type: application/json\r\n", pii, n).status, 202);
    assert_int_equal(client_post(house.in, "/in/game", jo).status, 200);
    static const char *const acts[] = {
        "{\"do\":\"note\",\"tickets\":[1],\"text\":\"called ada@acme.com at +44 20 7946 0958\"}", "{\"do\":\"escalate\",\"tickets\":[1],\"reason\":\"card 4111 1111 1111 1111 was charged twice\"}",
        "{\"do\":\"skip\",\"tickets\":[2],\"reason\":\"jo@globex.example wants Tom\"}", "{\"do\":\"customer-note\",\"with\":{\"ticket\":\"2\",\"text\":\"ring +1 555 010 4477\"}}",
        "{\"do\":\"reveal\",\"tickets\":[1],\"reason\":\"ada@acme.com asked\"}",
        "{\"do\":\"snooze\",\"tickets\":[2],\"until\":4000000000000,\"with\":{\"note\":\"jo@globex.example is away\"}}",
        "{\"do\":\"maintenance\",\"with\":{\"to\":\"tomorrow\",\"reason\":\"ask ada@acme.com\"}}", "{\"do\":\"reply\",\"tickets\":[2],\"text\":\"Dear jo@globex.example\"}",
        "{\"do\":\"cover\",\"with\":{\"schedule\":\"oncall\",\"from\":\"1h\",\"to\":\"tomorrow\",\"note\":\"visiting ada@acme.com\"}}",
        "{\"do\":\"override\",\"with\":{\"agent\":\"ana\",\"from\":\"1h\",\"to\":\"tomorrow\",\"action\":\"add\",\"reason\":\"ada@acme.com asked\"}}",
        "{\"do\":\"absence\",\"with\":{\"agent\":\"ana\",\"from\":\"1h\",\"to\":\"tomorrow\",\"kind\":\"leave\",\"note\":\"at ada@acme.com\"}}",
        "{\"do\":\"handover-ack\",\"with\":{\"note\":\"ada@acme.com waits\"}}"};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        struct answer a = client_post(house.desk, "/v1/do", acts[i]);
        if (a.status != 200 || !json_get_bool(json_first(json_get(a.json, "results")), "ok", false))
            fail_msg("%s: %d %s", acts[i], a.status, a.body);
    }
    client_post(house.desk, "/v1/deliveries", "{\"do\":\"pause\",\"destination\":\"hooks\",\"reason\":\"ask ada@acme.com\"}");
    return 0;
}

static int stop(void **state)
{
    console_close(console);
    arena_free(arena);
    return house_left(state);
}

static void holds_nothing(const char *what, const char *text, size_t n)
{
    looked++;
    for (int i = 0; i < HIDDEN; i++) {
        const char *at = memmem(text, n, hidden[i], strlen(hidden[i]));
        if (at)
            fail_msg("%s shows %s: ...%.80s", what, hidden[i], at - text > 40 ? at - 40 : text);
    }
}

static void ran(const struct shell_ran *said, const char *what)
{
    holds_nothing(what, said->out, strlen(said->out));
    holds_nothing(what, said->err, strlen(said->err));
}

static void no_verb_shows_it(void **state)
{
    (void)state;
    int verbs = 0;
    char *save = NULL, *list = arena_strdup(arena, SHELL(NULL, "help", "--list")->out);
    static const char *const out[] = {"demo", "up", "down", "rebuild", "reload", "watch", "undo", "redo"};
    for (char *verb = strtok_r(list, "\n", &save); verb; verb = strtok_r(NULL, "\n", &save)) {
        bool left_out = false;
        verb[strcspn(verb, "\t")] = 0;
        for (size_t i = 0; i < sizeof out / sizeof *out; i++)
            left_out |= strcmp(verb, out[i]) == 0;
        if (left_out)
            continue;
        verbs++;
        ran(SHELL("", verb, "--dry-run"), verb);
        ran(SHELL("", verb, "--json", "--dry-run"), verb);
        ran(SHELL("", verb, "1", "--dry-run"), verb);
        ran(SHELL("", verb, "2", "--json", "--dry-run"), verb);
    }
    static const char *const whys[] = {"sla", "label", "score", "page", "route", "assign"};
    for (size_t i = 0; i < 2 * sizeof whys / sizeof *whys; i++)
        ran(SHELL(NULL, "why", i % 2 ? "1" : "2", whys[i / 2]), "why");
    ran(SHELL(NULL, "simulate", "critical"), "simulate");
    ran(SHELL("ls\n1\nshow\nwhy page\n2\n\nevents 1\nquit\n", "--linear"), "the mode of lines");
    shell_holds(SHELL(NULL, "show", "1")->out, "[email]");
    shell_holds(SHELL(NULL, "reveal", "1", "the bank asks")->out, "ada@acme.com");
    print_message("# unseen: %d verbs\n", verbs);
}

static void the_stream_does_not_carry_it(void **state)
{
    (void)state;
    struct client *stream = client_open(house.run->desk);
    client_stream(stream, "/v1/stream", "Last-Event-ID: 0\r\n");
    int frames = 0;
    for (struct frame_read f = client_frame(stream, 2000); *f.event || f.comment; f = client_frame(stream, 300), frames++)
        if (*f.event)
            holds_nothing("the stream", f.data, strlen(f.data));
    assert_true(frames > 5);
    client_close(stream);
}

static void say(const char *keys, int ms)
{
    size_t n;
    console_type(console, keys);
    console_bytes(console, ms, &n);
}

/* What was copied: OSC 52, in base64. */
static void check_clipboard(const char *raw, size_t n)
{
    static const char clip[] = "\033]52;c;";
    int copied = 0;
    for (const char *p = raw; (p = memmem(p, (size_t)(raw + n - p), clip, sizeof clip - 1)) != NULL; copied++) {
        uint8_t text[4096];
        size_t size = 0;
        p += sizeof clip - 1;
        const char *end = memchr(p, '\007', (size_t)(raw + n - p));
        assert_true(end && crypto_unbase64(arena_strndup(arena, p, (size_t)(end - p)), text, sizeof text, &size));
        holds_nothing("the clipboard", (const char *)text, size);
    }
    assert_true(copied > 0);
}

static void no_screen_shows_it_and_nothing_is_kept_of_it(void **state)
{
    (void)state;
    size_t n;
    static const char *const keys[] = {"yY", "w", "\033", "j\r", "yY", "w", "\033", "G", "/ada\r", "\033", ":ada@acme.com", "\033"};
    console = console_open("unseen", house.run, "all");
    console_shows(console, "live", NULL);
    for (int place = 0; place < PLACES; place++) {
        say(place == PLACE_QUEUE ? "6" : place == PLACE_TICKET ? "6\r" : place == PLACE_CUSTOMER ? "6:customer\r" : arena_printf(arena, ":go %s\r", screens_names[place]), 60);
        for (size_t i = 0; i < sizeof keys / sizeof *keys - 2; i++)
            say(keys[i], *keys[i] == '\033' ? ESC_MS : 15);
        say("\033", ESC_MS);
    }
    const char *raw = console_bytes(console, 100, &n);
    holds_nothing("the console", raw, n);
    check_clipboard(raw, n);
    struct answer kept = client_get(house.desk, "/v1/keep/session");
    holds_nothing("what is kept of one's place", kept.body, kept.body_n);
    print_message("# unseen: %d screens, %zu bytes\n", PLACES, n);
}

static void revealed_it_stands_on_that_screen_for_20_s_and_is_neither_copied_nor_kept(void **state)
{
    (void)state;
    size_t before, n;
    say("\033", ESC_MS);
    say("6/1\r", 60); /* its number: that ticket, wherever it stands in the list */
    console_shows(console, "charged twice", NULL);
    console_bytes(console, 0, &before);
    say("#", 60);
    console_shows(console, "unmasked, because:", NULL);
    say("the bank asks\r", 0);
    console_shows(console, "ada@acme.com", NULL);
    say("yY", 80);
    const char *raw = console_bytes(console, 0, &n);
    check_clipboard(raw + before, n - before);
    *house.run->clock += 21000;
    console_hides(console, "ada@acme.com");
    for (int row = 0; row < console_rows(console); row++)
        holds_nothing("the screen after 20 s", console_row(console, row), strlen(console_row(console, row)));
    console_bytes(console, 1300, &n); /* its place is kept a second after the last key */
    struct answer kept = client_get(house.desk, "/v1/keep/session");
    holds_nothing("what is kept of one's place", kept.body, kept.body_n);
    say("Q", 0);
    assert_true(console_ended(console, SOON));
    raw = console_bytes(console, 0, &n);
    const char *left = memmem(raw + before, n - before, "\033[?1049l", 8);
    assert_non_null(left);
    holds_nothing("the terminal after the console", left, (size_t)(raw + n - left));
    struct answer entries = client_get(house.desk, "/v1/entries?kind=reveal&limit=10");
    assert_true(json_count(json_get(entries.json, "entries")) >= 2);
    assert_non_null(strstr(entries.body, "the bank asks"));
    holds_nothing("the journal", entries.body, entries.body_n);
}

static void the_log_has_none_of_it(void **state)
{
    (void)state;
    FILE *log = fopen(house.run->log, "r");
    char *text = arena_alloc(arena, 1 << 20);
    assert_non_null(log);
    size_t n = fread(text, 1, 1 << 20, log);
    fclose(log);
    holds_nothing("the log", text, n);
    print_message("# unseen: %d texts looked at for %d pieces of personal data\n", looked, HIDDEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_verb_shows_it),
        cmocka_unit_test(the_stream_does_not_carry_it),
        cmocka_unit_test(no_screen_shows_it_and_nothing_is_kept_of_it),
        cmocka_unit_test(revealed_it_stands_on_that_screen_for_20_s_and_is_neither_copied_nor_kept),
        cmocka_unit_test(the_log_has_none_of_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
