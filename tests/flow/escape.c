/* escape: hostile text through every field of an event and out of every exit: each verb of the shell (as text and as JSON),
 * standard error, the daemon's log, and the console's own byte stream on every screen, its clipboard and title included. Each
 * payload carries 7777 or PWN where a terminal would look for the rest of a sequence; no byte that could begin one may come out
 * in front of it, and no control or format character anywhere. What may come out is listed here on its own, not asked of the
 * code under test. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: rbs, dialect: rbs, auth: none}\n"
                             "  - {name: shop, dialect: ingestlayer, auth: none}\n"
                             "  - {name: game, dialect: cstar, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin}\n";

/* JSON escapes: what a body may hold. Those a terminal acts on alone, and those it waits for more after. */
static const char *const payloads[] = {
    "\\u001b[7777;1H", "\\u001b]0;PWN\\u0007", "\\u001b]52;c;PWN\\u0007", "\\u001b]8;;http://PWN\\u001b\\\\x", "\\u001bP7777q\\u001b\\\\", "\\u001b_PWN\\u001b\\\\",
    "\\u009b7777m", "\\u009d0;PWN\\u009c", "\\u0090PWN\\u009c", "\\u001bc7777", "\\u001b[?1049l7777", "\\u001b[6n7777", "\\u001b]777;notify;PWN;x\\u0007", "\\u001b[200~PWN",
    "\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\u0008", "a\\u000b\\u000c\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014", "\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f\\u007f",
    "\\u0080\\u0081\\u0084\\u0085\\u0088\\u008d\\u008e\\u008f\\u0098\\u009a\\u009e\\u009f", "\\u202a\\u202b\\u202c\\u202d\\u202eevil\\u2066\\u2067\\u2068\\u2069\\u200e\\u200f\\u061c",
    "\\u200b\\u200c\\u2060\\u2061\\u2062\\u2063\\u2064\\ufeff\\u00ad\\u180e\\u034f", "\\ufff9\\ufffa\\ufffb\\ufffe\\uffff\\ue000\\uf8ff", "\\udb40\\udc41\\udb40\\udc42\\udb40\\udc7f", "back\\rover\\u0008\\u0008PWN",
    "lines\\u2028and\\u2029more\\u0085PWN", "%s%n%x%1000000s", "\\ud800 alone \\udc00",
};
enum { PAYLOADS = sizeof payloads / sizeof *payloads, SOON = 10000 };

static struct daemon_run *run;
static struct client *in;
static int looked, stdouts, accepted;

static int start(void **state)
{
    char text[1024];
    (void)state;
    snprintf(text, sizeof text, config, (long)getuid());
    crypto_open();
    run = daemon_start(text);
    in = client_open(run->ingest);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(in);
    daemon_remove(run);
    return 0;
}

/* --- what may not come out --- */

static bool is_hostile(uint32_t c, bool lines)
{
    static const struct { uint32_t from, to; } ranges[] = {
        {0x00, 0x09}, {0x0b, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x180e, 0x180e}, {0x200b, 0x200c}, {0x200e, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe000, 0xf8ff}, {0xe0000, 0xe007f}};
    if (c == '\n')
        return !lines;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return false;
}

/* Text that goes out as it stands: not one hostile character, and it is UTF-8. */
static void check_text(const char *exit, const char *text, size_t n)
{
    for (const char *p = text, *end = text + n; p < end;) {
        const char *at = p;
        uint32_t c = text_next(&p, end);
        if (is_hostile(c, true) && !(c == '\t' && strcmp(exit, "help") == 0)) /* its lists are ours: word, tab, help */
            fail_msg("%s: U+%04X at byte %zu: ...%.40s", exit, (unsigned)c, (size_t)(at - text), at > text + 30 ? at - 30 : text);
    }
    looked++;
}

/* One control sequence at p (an ESC): where it ends. Strings (OSC, DCS, APC, PM, SOS) end in BEL or ST. ECMA-48, 5. */
static const char *sequence_end(const char *p, const char *end)
{
    char kind = p + 1 < end ? p[1] : 0;
    const char *at = p + 2;
    if (kind == '[') {
        while (at < end && (*at < 0x40 || *at > 0x7e))
            at++;
    } else if (kind && strchr("]P_^X", kind)) {
        while (at < end && *at != '\007' && !(*at == '\033' && at + 1 < end && at[1] == '\\'))
            at++;
        at += at < end && *at == '\033';
    } else {
        for (at = p + 1; at < end && *at >= 0x20 && *at <= 0x2f;)
            at++;
    }
    return at < end ? at + 1 : end;
}

/* The console's bytes are full of sequences, its own: none holds a marker, and no C1 or format character is between them. */
static void check_stream(const char *exit, const char *raw, size_t n)
{
    int sequences = 0;
    for (const char *p = raw, *end = raw + n; p < end;) {
        if (*p == '\033') {
            const char *to = sequence_end(p, end);
            if (memmem(p, (size_t)(to - p), "7777", 4) || memmem(p, (size_t)(to - p), "PWN", 3))
                fail_msg("%s: a sequence of a stranger: ESC %.*s", exit, (int)(to - p - 1), p + 1);
            p = to;
            sequences++;
            continue;
        }
        uint32_t c = text_next(&p, end);
        if (c > 0x7e && is_hostile(c, true))
            fail_msg("%s: U+%04X in the stream", exit, (unsigned)c);
    }
    assert_true(sequences > 100);
    looked++;
}

/* --- in --- */

static void post(const char *path, const char *body)
{
    struct answer a = client_post(in, path, body);
    accepted += a.status / 100 == 2;
}

static void send_all(struct arena *arena)
{
    for (int i = 0; i < PAYLOADS; i++) {
        const char *p = payloads[i];
        post("/in/rbs", arena_printf(arena, "{\"eventId\":\"e-%d\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\",\"data\":{"
                                            "\"source_ticket_id\":\"R%d-%s\",\"user_id\":\"%s\",\"user_name\":\"%s\",\"user_email\":\"u@example.com\",\"subject\":\"Checkout is down %s\","
                                            "\"description\":\"%s and\\n%s\",\"category\":\"%s\"}}", i, i, p, p, p, p, p, p, p));
        post("/v1/ingest", arena_printf(arena, "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k%d\",\"payload\":{\"ticket_id\":\"I%d\",\"subject\":\"%s\",\"body\":\"%s\","
                                               "\"customer_tier\":\"%s\",\"channel\":\"%s\",\"tags\":[\"%s\"]}}]}", i, i, p, p, p, p, p));
        post("/in/game", arena_printf(arena, "{\"id\":\"ev%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"C%d\",\"title\":\"%s\","
                                             "\"description\":\"%s\",\"status\":\"new\",\"priority\":\"urgent\",\"customerId\":\"c%d\",\"customerName\":\"%s\",\"tags\":[\"%s\"],\"createdAt\":\"2027-01-01T00:00:00Z\"},"
                                             "\"customer\":{\"id\":\"c%d\",\"name\":\"%s\",\"email\":\"jo@example.com\"}}}", i, i, p, p, i, p, p, i, p));
        post("/in/game", arena_printf(arena, "{\"id\":\"bo%d\",\"type\":\"boss.spawned\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"boss\":{\"id\":\"b%d\",\"name\":\"%s\",\"maxHp\":500,"
                                             "\"currentHp\":500,\"description\":\"%s\"}}}", i, i, p, p));
        post("/in/game", arena_printf(arena, "{\"id\":\"ar%d\",\"type\":\"article.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"article\":{\"id\":\"a%d\",\"title\":\"%s\","
                                             "\"content\":\"%s\",\"slug\":\"%s\"}}}", i, i, p, p, p));
        post("/in/rbs", arena_printf(arena, "{\"eventType\":\"%s\",\"%s\":1}", p, p)); /* refused, and shown among the refusals */
    }
}

/* --- out: the shell --- */

static char *slurp(FILE *file, size_t *n)
{
    char *text = malloc(4 << 20);
    assert_non_null(text);
    rewind(file);
    *n = fread(text, 1, (4 << 20) - 1, file);
    text[*n] = 0;
    fclose(file);
    return text;
}

/* `triage WORDS`, its two streams looked at; what was on stdout in *out (the caller frees), NULL = not wanted. */
static void shell(char **out, const char *const *words)
{
    char path[1024], *text;
    const char *argv[16] = {"triage"};
    size_t n;
    FILE *streams[2] = {tmpfile(), tmpfile()};
    for (int i = 0; words[i]; i++)
        argv[i + 1] = words[i];
    snprintf(path, sizeof path, "%s/triage", getenv("TRIAGE_BUILDDIR"));
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        freopen("/dev/null", "r", stdin);
        dup2(fileno(streams[0]), 1);
        dup2(fileno(streams[1]), 2);
        alarm(20);
        execv(path, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    for (int i = 0; i < 2; i++) {
        text = slurp(streams[i], &n);
        stdouts += i == 0 && n > 0;
        check_text(words[0], text, n);
        if (i == 0 && out)
            *out = text;
        else
            free(text);
    }
}
#define SHELL(out, ...) shell(out, (const char *const[]){__VA_ARGS__, NULL})

/* Verbs that would end the desk, open a screen or never end. */
static bool is_left_out(const char *verb)
{
    static const char *const out[] = {"demo", "up", "down", "rebuild", "reload", "watch", "undo", "redo"};
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (strcmp(out[i], verb) == 0)
            return true;
    return false;
}

static void every_verb_of_the_shell_prints_none_of_it(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char *list, *save = NULL;
    int verbs = 0;
    send_all(arena);
    assert_true(accepted > 4 * PAYLOADS);
    for (int i = 1; i <= 3 * PAYLOADS; i += 5) {
        const char *id = arena_printf(arena, "%d", i);
        SHELL(NULL, "note", id, "\033]0;PWN\007 \302\2337777m \342\200\256");
        SHELL(NULL, "tags", id, "\033[7777m,x");
        SHELL(NULL, "show", id);
        SHELL(NULL, "show", id, "--json");
        SHELL(NULL, "why", id, "label");
        SHELL(NULL, "why", id, "page");
        SHELL(NULL, "events", id);
    }
    SHELL(&list, "help", "--list");
    for (char *verb = strtok_r(list, "\n", &save); verb; verb = strtok_r(NULL, "\n", &save)) {
        *strchr(verb, '\t') = 0;
        if (is_left_out(verb))
            continue;
        verbs++;
        SHELL(NULL, verb, "--dry-run");
        SHELL(NULL, verb, "--json", "--dry-run");
        SHELL(NULL, verb, "7", "--dry-run");
        SHELL(NULL, verb, "7", "--json", "--dry-run");
        SHELL(NULL, verb, "\033]0;PWN\007\302\2337777m");
    }
    free(list);
    SHELL(NULL, "\033]0;PWN\007");
    SHELL(NULL, "ls", "--where", "title == \"\033[7777m");
    print_message("# escape: %d payloads in %d events; %d verbs, %d outputs of them not empty\n", PAYLOADS, accepted, verbs, stdouts);
    assert_true(stdouts > 2 * verbs);
}

/* --- out: the console --- */

static void every_screen_of_the_console_sends_none_of_it(void **state)
{
    (void)state;
    static const char *const keys[] = {"6", "j", "\r", "G", "w", "\033", "y", "Y", "\033", "l", "Zj", "/PWN\r", "\033", ":PWN", "\033", "?", "\033", "ge", "j", "\r", "\033", "gd", "j\r", "\033",
                                       "gi", "jj\r", "w", "\033", "gl", "jj\r", "\033", "gb", "j", "\033", "go", "\033", "gh", "\033", "6", "GG", "\r", "r", "\033", "\033", "i", "\033", "\033", "6", "V", "U",
                                       "6", "jjj\r", "#because\r", "\033", "6"};
    struct console_run *c = console_open("escape", run, "all");
    size_t n;
    const char *raw;
    console_wait(&c, 1, "live", NULL, true, clock_mono(), SOON);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        console_type(c, keys[i]);
        console_bytes(c, *keys[i] == '\033' ? 120 : 60, &n); /* an Esc of its own is one when nothing follows */
    }
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    raw = console_bytes(c, 0, &n);
    assert_true(n > 20000);
    check_stream("console", raw, n);
    print_message("# escape: %zu bytes of the console's stream over %zu keys\n", n, sizeof keys / sizeof *keys);
    console_close(c);
}

static void the_log_holds_none_of_it(void **state)
{
    (void)state;
    size_t n;
    char *text;
    FILE *log = fopen(run->log, "r");
    assert_non_null(log);
    text = slurp(log, &n);
    assert_true(n > 100);
    check_text("the log", text, n);
    free(text);
    print_message("# escape: %d texts and streams looked at, 0 hostile characters\n", looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_of_the_shell_prints_none_of_it),
        cmocka_unit_test(every_screen_of_the_console_sends_none_of_it),
        cmocka_unit_test(the_log_holds_none_of_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
