/* escape: hostile text through every field that somebody can fill in, by the real doors, and out of every exit of the real programs: each
 * verb of the table as text, as JSON and refused; the stream as NDJSON; the mode of lines; each screen and each command of the console,
 * with the clipboard and the notifications decoded; the daemon's log; what leaves to a receiver, and what it answers. What may not come
 * out is listed in support/hostile on its own. make check takes a sample of the payloads, `escape all` takes each. The screens alone are
 * tried with all payloads in tests/ui/escape. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "command/command.h"
#include "core/act.h"
#include "harness/console.h"
#include "harness/house.h"
#include "harness/exits.h"
#include "harness/stub.h"
#include "screen/screens.h"
#include "support/hostile.h"
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SAMPLE = 89, SOON = 30000, ESC_MS = 45 };
#define EVIL "\\e]0;PWN\\a\\e[7777m\\u202e\\u0085"
static const char config[] =
    "team: \"flow " EVIL "\"\n"
    "sources:\n"
    "  - {name: rbs, dialect: rbs, auth: none, reply_via: webhook, reply_url: '%s', reply_secret: r, allow_loopback: true}\n"
    "  - {name: shop, dialect: ingestlayer, auth: none}\n"
    "  - {name: game, dialect: cstar, auth: none}\n"
    "agents:\n"
    "  - {name: ana, uid: %ld, shared: true, key_id: k-ana, role: admin, team: \"" EVIL "\"}\n"
    "  - {name: tom, key_id: k-tom, role: agent}\n"
    "views:\n"
    "  - {name: evil, title: \"" EVIL "\", when: 'title != \"x\"'}\n"
    "macros:\n"
    "  - {name: sorry, reply: \"" EVIL " {{ticket.subject}}\"}\n"
    "destinations:\n"
    "  - {name: hooks, kind: webhook, url: '%s', allow_loopback: true, profile: standard}\n"
    "routes:\n"
    "  - {name: all, to: [hooks]}\n";

static struct stub *receiver;
static struct console_run *console;
static struct arena *arena;
static struct hostile hostile;
static bool all;
static long used, accepted, fields; /* payloads; events and acts that went in; fields they fill */

/* --- in --- */

/* As a JSON string's inside. What is no UTF-8 stays so: the door has to take that too. */
static char *quoted(const char *text)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p == '"' || *p == '\\')
            str_addf(&out, "\\u%04x", *p);
        else
            str_addc(&out, (char)*p);
    return arena_strdup(arena, out.data);
}

/* What comes in: $ is the payload, # a number of its own. */
static const struct { const char *path, *body; } events[] = {
    {"/in/rbs", "{\"eventId\":\"e-#\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol$\",\"data\":{\"source_ticket_id\":\"R#-$\",\"user_id\":\"$\","
                "\"user_name\":\"$\",\"user_email\":\"u@example.com$\",\"subject\":\"Checkout is down $\",\"description\":\"$ and\\n$\",\"category\":\"$\",\"attachments\":[{\"name\":\"$\",\"url\":\"http://x/$\"}]}}"},
    {"/v1/ingest", "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k#\",\"payload\":{\"ticket_id\":\"I#\",\"subject\":\"$\",\"body\":\"$\",\"customer_tier\":\"$\",\"channel\":\"$\","
                   "\"customer\":{\"id\":\"$\",\"name\":\"$\",\"email\":\"$\",\"phone\":\"$\"},\"tags\":[\"$\"]}}]}"},
    {"/in/game", "{\"id\":\"ev#\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"C#\",\"title\":\"$\",\"description\":\"$\",\"status\":\"new\","
                 "\"priority\":\"urgent\",\"customerId\":\"c#\",\"customerName\":\"$\",\"assigneeId\":\"$\",\"tags\":[\"$\"],\"createdAt\":\"2027-01-01T00:00:00Z\"},\"customer\":{\"id\":\"c#\",\"name\":\"$\","
                 "\"email\":\"jo@example.com\"}}}"},
    {"/in/game", "{\"id\":\"ms#\",\"type\":\"ticket.message_added\",\"created_at\":\"2027-01-01T00:00:01Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"C#\",\"title\":\"$\",\"status\":\"open\"},\"message\":{"
                 "\"id\":\"m#\",\"content\":\"$\",\"senderName\":\"$\",\"senderType\":\"agent\",\"senderId\":\"$\"}}}"},
    {"/in/game", "{\"id\":\"cs#\",\"type\":\"ticket.csat\",\"created_at\":\"2027-01-01T00:00:02Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"C#\",\"title\":\"$\"},\"csat\":{\"score\":1,\"comment\":\"$\"}}}"},
    {"/in/game", "{\"id\":\"bo#\",\"type\":\"boss.spawned\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"boss\":{\"id\":\"b#\",\"name\":\"$\",\"maxHp\":500,\"currentHp\":500,\"description\":\"$\"}}}"},
    {"/in/game", "{\"id\":\"ac#\",\"type\":\"achievement.unlocked\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"achievement\":{\"id\":\"a#\",\"name\":\"$\",\"description\":\"$\"},\"user\":{\"id\":\"$\",\"name\":\"$\"}}}"},
    {"/in/game", "{\"id\":\"ar#\",\"type\":\"article.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"article\":{\"id\":\"a#\",\"title\":\"$\",\"content\":\"$\",\"slug\":\"$\",\"authorName\":\"$\"}}}"},
    {"/in/rbs", "{\"eventType\":\"$\",\"$\":1}"}, /* refused, and shown among the refusals */
    {"/in/$", "{\"a\":\"$\"}"},
};
enum { EVENTS = sizeof events / sizeof *events };

static char *filled(const char *pattern, const char *text, long number)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (; *pattern; pattern++)
        if (*pattern == '$')
            str_adds(&out, text);
        else if (*pattern == '#')
            str_addf(&out, "%ld", number);
        else
            str_addc(&out, *pattern);
    return arena_strdup(arena, out.data);
}

static char *in_a_path(const char *text)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        str_addf(&out, "%%%02X", *p);
    return arena_strdup(arena, out.data);
}

static long holes(const char *pattern)
{
    long n = 0;
    for (; *pattern; pattern++)
        n += *pattern == '$';
    return n;
}

/* A refusal is for people: nothing in it that a terminal acts on. */
static void take(const struct answer *a, const char *exit)
{
    accepted += a->status / 100 == 2;
    if (a->status >= 500)
        fail_msg("%s: %d %s", exit, a->status, a->body);
    if (a->status / 100 != 2)
        exits_text(exit, a->body, a->body_n, HOSTILE_LINES);
    exits_text("the head of an answer", a->head, strcspn(a->head, "\r"), 0);
}

static void send_events(const char *text, long number)
{
    for (int i = 0; i < EVENTS; i++) {
        struct answer a = client_post(house.in, filled(events[i].path, in_a_path(text), number), filled(events[i].body, quoted(text), number));
        take(&a, "what a sender is told");
    }
}

/* Every action, with the payload wherever its row says that words go. */
static char *with_of(const char *help, const char *text)
{
    AUTO_STR out;
    str_init(&out, 64 << 10);
    for (const char *at = help; (at = strchr(at, '=')) != NULL; at++) {
        const char *from = at;
        while (from > help && (from[-1] == '_' || (from[-1] >= 'a' && from[-1] <= 'z')))
            from--;
        bool time = strncmp(at, "=TIME", 5) == 0, me = strncmp(from, "agent=", 6) == 0 || strncmp(from, "for=", 4) == 0;
        str_addf(&out, "%s\"%.*s\":\"%s\"", out.len ? "," : "", (int)(at - from), from, time ? strncmp(from, "to", 2) == 0 ? "tomorrow" : "1h" : me ? "ana" : text);
    }
    return arena_strdup(arena, out.data);
}

static void act_all(const char *text, long ticket)
{
    static const char *const args[] = {[ARG_TEXT] = "text", [ARG_REASON] = "reason", [ARG_AGENT] = "to", [ARG_MACRO] = "macro", [ARG_STATUS] = "status", [ARG_PRIORITY] = "priority", [ARG_URGENCY] = "urgency", [ARG_CATEGORY] = "category"};
    for (int i = 0; i < ACTIONS; i++) {
        const struct action_row *row = &action_table[i];
        const char *name = (size_t)row->arg < sizeof args / sizeof *args ? args[row->arg] : NULL, *q = quoted(text);
        const char *arg = row->arg == ARG_TAGS ? arena_printf(arena, ",\"tags\":[\"%s\",\"x\"]", q) : row->arg == ARG_WITH ? arena_printf(arena, ",\"with\":{%s}", with_of(row->help, q))
                          : name ? arena_printf(arena, ",\"%s\":\"%s\"", name, q) : NULL;
        if (!arg)
            continue;
        const char *who = row->flags & DESK ? "" : arena_printf(arena, ",\"tickets\":[%ld]", ticket);
        struct answer a = client_post(house.desk, "/v1/do", arena_printf(arena, "{\"do\":\"%s\"%s%s}", row->name, who, arg));
        take(&a, "what an agent is told");
    }
}

/* The receiver of what leaves: its status line and its body are a payload; what it was sent is looked at. */
static struct stub_step answer_of(void *arg, const struct stub_request *request, struct arena *into)
{
    static _Atomic long count; /* each connection has its thread */
    const char *text = hostile.list[(count++ * SAMPLE) % hostile.count];
    (void)arg;
    for (const char *line = request->head; *line; line += strcspn(line, "\n") + (strchr(line, '\n') != NULL)) {
        size_t n = strcspn(line, "\r\n");
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)line[i] < 0x20 || (unsigned char)line[i] > 0x7e)
                abort(); /* on the stub's thread: nobody to fail a test */
    }
    return (struct stub_step){STUB_ANSWER, arena_printf(into, "HTTP/1.1 422 %.60s\r\nX-Said: %.60s\r\nContent-Length: %zu\r\n\r\n%s", text, text, strlen(text), text), NULL};
}

static int start(void **state)
{
    (void)state;
    crypto_open();
    arena = arena_new();
    hostile_make(arena, &hostile);
    receiver = stub_open();
    stub_ask(receiver, answer_of, NULL);
    stub_forget(receiver);
    house_open(arena_printf(arena, config, stub_url(receiver), (long)getuid(), stub_url(receiver)));
    return 0;
}

static int stop(void **state)
{
    console_close(console);
    house_left(state);
    stub_close(receiver);
    arena_free(arena);
    return 0;
}

/* --- out: the shell --- */

#define SHELL(...) free(exits_shell("", (const char *const[]){__VA_ARGS__, NULL}))

/* Verbs that would end the desk, open a screen or never end. */
static bool is_left_out(const char *verb)
{
    static const char *const out[] = {"demo", "up", "down", "rebuild", "reload", "watch", "undo", "redo"};
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (strcmp(out[i], verb) == 0)
            return true;
    return false;
}

static void feed_it(void)
{
    for (long i = 0; i < hostile.count; i += all ? 1 : SAMPLE, used++) {
        send_events(hostile.list[i], i);
        if (used % (all ? 40 : 8) == 0)
            act_all(hostile.list[i], used + 1);
        if (used % 64 == 0)
            *house.run->clock += 60000;
    }
    for (int i = 0; i < EVENTS; i++)
        fields += holes(events[i].path) + holes(events[i].body);
    fields += 8 + 2 + 3; /* the configuration's, the receiver's, the shell's own words */
    for (int i = 0; i < ACTIONS; i++)
        fields += action_table[i].arg != ARG_NONE;
    assert_true(accepted > 2 * used);
}

static void every_verb_of_the_shell_prints_none_of_it(void **state)
{
    (void)state;
    int verbs = 0;
    char *save = NULL;
    FILE *streams[2] = {tmpfile(), tmpfile()}, *nothing = tmpfile();
    pid_t watch = exits_begin((const char *const[]){"watch", NULL}, nothing, streams);
    feed_it();
    char *list = exits_shell("", (const char *const[]){"help", "--list", NULL});
    for (char *verb = strtok_r(list, "\n", &save); verb; verb = strtok_r(NULL, "\n", &save)) {
        verb[strcspn(verb, "\t")] = 0;
        if (is_left_out(verb))
            continue;
        verbs++;
        SHELL(verb, "--dry-run");
        SHELL(verb, "--json", "--dry-run");
        SHELL(verb, "7", "--dry-run");
        SHELL(verb, "7", "--json", "--dry-run");
        SHELL(verb, "\033]0;PWN\007\302\2337777m\342\200\256");
    }
    free(list);
    for (long id = 1; id <= 3 * used; id += all ? 1 : 13) {
        const char *number = arena_printf(arena, "%ld", id);
        SHELL("show", number);
        SHELL("show", number, "--json");
        SHELL("events", number);
    }
    SHELL("ls", "--all", "--limit", "500");
    SHELL("ls", "--all", "--limit", "500", "--json");
    SHELL("\033]0;PWN\007");
    SHELL("ls", "--where", "title == \"\033[7777m");
    SHELL("check", "/nowhere/\033]0;PWN\007");
    SHELL("--socket", "/nowhere/\033]0;PWN\007", "ls");
    SHELL("--theme", "\033]0;PWN\007\302\205", "ls");
    kill(watch, SIGTERM);
    waitpid(watch, NULL, 0);
    size_t n;
    char *told = exits_slurp(streams[0], &n);
    assert_true(n > 10000);
    exits_text("watch", told, n, HOSTILE_LINES | HOSTILE_DATA);
    free(told);
    fclose(nothing);
    print_message("# escape: %ld payloads, %ld fields, %ld of events and acts taken; %d verbs, %zu bytes of watch\n", used, fields, accepted, verbs, n);
}

/* The sample configuration with one value at a time a stranger's: what is wrong with it is said without him. Names of keys, too. */
static void a_configuration_is_refused_without_its_words(void **state)
{
    (void)state;
    char line[1024];
    const char *from = arena_printf(arena, "%s/data/demo/triage.yaml", getenv("TRIAGE_SRCDIR")), *spoiled = arena_printf(arena, "%s/spoiled.yaml", house.run->dir);
    const char *triaged = arena_printf(arena, "%s/triaged", getenv("TRIAGE_BUILDDIR")), *const check[] = {"--check", "--config", spoiled, NULL};
    const char *const words[][3] = {{"--\033]0;PWN\007", NULL}, {"--dir", "/nowhere/\033]0;PWN\007\302\205", NULL}, {"--config", "/nowhere/\033[7777m", NULL}};
    int lines = 0, files = 0;
    for (int at = 0; at == 0 || at < lines; at += all ? 1 : 7, files++) {
        FILE *in_file = fopen(from, "r"), *out = fopen(spoiled, "w");
        assert_true(in_file && out);
        for (lines = 0; fgets(line, sizeof line, in_file); lines++) {
            char *colon = strstr(line, ": ");
            if (lines == at && colon && files % 4)
                *colon = 0, fprintf(out, "%s: \"%s\"\n", line, EVIL);
            else if (lines == at && colon)
                *colon = 0, fprintf(out, "%s\"%s\": 1\n", line, EVIL);
            else
                fputs(line, out);
        }
        fclose(in_file);
        fclose(out);
        SHELL("check", spoiled);
        SHELL("check", spoiled, "--json");
        free(exits_run(triaged, "", check));
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        free(exits_run(triaged, "", words[i]));
    print_message("# escape: %d configurations, spoiled in a line each\n", files);
}

static void the_mode_of_lines_says_none_of_it(void **state)
{
    (void)state;
    char *out = exits_shell("ls\n1\nshow\nwhy label\n9\n17\n\nnote \033]0;PWN\007\n\033[7777m\nevents\nrefusals\nhelp\nquit\n", (const char *const[]){"--linear", NULL});
    assert_true(strlen(out) > 1000);
    free(out);
}

/* --- out: the console --- */

static void say(struct console_run *c, const char *keys, int ms)
{
    size_t n;
    console_type(c, keys);
    console_bytes(c, ms, &n);
}

/* Every command of the console that stays here, on the ticket's screen and on the queue. */
static int every_command(struct console_run *c)
{
    int said = 0;
    for (int i = 0; i < COMMANDS; i++) {
        const struct command *command = command_at(i);
        if (command->is_action ? action_table[command->id].arg == ARG_NONE : strcmp(command->name, "quit") == 0 || strcmp(command->name, "editor") == 0)
            continue; /* an action without an argument would be done */
        say(c, arena_printf(arena, "6:%s\r", command->name), 10);
        say(c, "\033", ESC_MS);
        said++;
    }
    return said;
}

static void every_screen_of_the_console_sends_none_of_it(void **state)
{
    (void)state;
    static const char *const keys[] = {"j\r", "yY", "Gw", "\033", "/PWN\r", "\033", "?", "\033", ":PWN", "\033", "r", "\033", "\033", "i", "\033", "\033", "VUl"};
    const size_t pressed = all ? sizeof keys / sizeof *keys : 6;
    struct console_run *c = console = console_open("escape", house.run, "all");
    size_t n;
    console_shows(c, "live", NULL);
    static const char mention[] = "{\"do\":\"note\",\"tickets\":[2],\"text\":\"@ana \\u001b]0;PWN\\u0007\"}";
    assert_int_equal(client_ask(house.desk, "POST", "/v1/do", "X-Triage-Key: k-tom\r\nContent-Type: application/json\r\n", mention, strlen(mention)).status, 200);
    console_shows(c, "mentions you", NULL);
    const char *raw = console_bytes(c, 0, &n);
    for (int64_t until = clock_mono() + SOON; !memmem(raw, n, "\033]777;", 6) && clock_mono() < until;)
        raw = console_bytes(c, 20, &n); /* the terminal is told a moment later */
    for (int place = 0; place < PLACES; place++) {
        say(c, place == PLACE_QUEUE ? "6" : place == PLACE_TICKET ? "6j\r" : place == PLACE_CUSTOMER ? "6j:customer\r" : arena_printf(arena, ":go %s\r", screens_names[place]), 60);
        for (size_t i = 0; i < pressed; i++)
            say(c, keys[i], *keys[i] == '\033' ? ESC_MS : 15); /* an Esc of its own is one when nothing follows */
        say(c, "\033", ESC_MS);
    }
    say(c, "6jjj\r", 60);
    say(c, "#because\r", 200);
    say(c, "yY", 60);
    say(c, "\033", 60);
    int commands = every_command(c);
    say(c, "Q", 0);
    assert_true(console_ended(c, SOON));
    raw = console_bytes(c, 0, &n);
    struct exits_told told = {0};
    exits_stream("console", raw, n, &told);
    print_message("# escape: %zu bytes of the console's stream over %d screens and %d commands; %d copied and %d notices decoded\n", n, PLACES, commands, told.copied, told.notices);
    assert_true(told.copied > PLACES / 2 && told.notices > 0);
}

static void what_a_receiver_said_was_kept_and_shown_without_it(void **state)
{
    (void)state;
    int64_t until = clock_mono() + SOON;
    int bad = 0;
    while (!bad && clock_mono() < until) {
        struct answer a = client_get(house.desk, "/v1/parcels?limit=50");
        for (const struct json *p = json_first(json_get(a.json, "parcels")); p; p = json_next(p))
            bad += strstr(json_get_string(p, "error", ""), "422") != NULL;
        *house.run->clock += 1000;
        client_post(house.desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"x\"}");
    }
    assert_true(bad > 0);
    SHELL("deliveries");
    SHELL("deliveries", "--json");
    SHELL("destinations");
    SHELL("why", "1", "route");
}

static void the_log_holds_none_of_it(void **state)
{
    (void)state;
    size_t n;
    FILE *log = fopen(house.run->log, "r");
    assert_non_null(log);
    char *text = exits_slurp(log, &n);
    assert_true(n > 100);
    exits_text("the log", text, n, HOSTILE_LINES);
    free(text);
    print_message("# escape: %ld payloads x %ld fields x %ld texts and streams, 0 hostile characters\n", used, fields, exits_looked());
}

/* A database in which each title is another than the journal's: both are said. */
static void a_rebuild_that_differs_says_so_without_it(void **state)
{
    (void)state;
    sqlite3 *db;
    daemon_stop(house.run);
    assert_int_equal(sqlite3_open(arena_printf(arena, "%s/triage.db", house.run->dir), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE ticket SET title = title || char(27) || ']0;PWN' || char(7) || char(8238)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    char *told = exits_run(arena_printf(arena, "%s/triaged", getenv("TRIAGE_BUILDDIR")), "", (const char *const[]){"--dir", house.run->dir, "--rebuild", NULL});
    assert_non_null(strstr(told, "PWN"));
    free(told);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_of_the_shell_prints_none_of_it),
        cmocka_unit_test(a_configuration_is_refused_without_its_words),
        cmocka_unit_test(the_mode_of_lines_says_none_of_it),
        cmocka_unit_test(what_a_receiver_said_was_kept_and_shown_without_it),
        cmocka_unit_test(every_screen_of_the_console_sends_none_of_it),
        cmocka_unit_test(the_log_holds_none_of_it),
        cmocka_unit_test(a_rebuild_that_differs_says_so_without_it),
    };
    all = argc > 1 && strcmp(argv[1], "all") == 0;
    return cmocka_run_group_tests(tests, start, stop);
}
