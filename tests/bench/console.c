/* console: the real console on a pseudo terminal of 120 x 40, seen from outside, against a desk that is up
 * and loaded. `console DIR keys`  start to the first whole frame with tickets in it; a key to the last byte
 * of its frame; bytes of a step of the cursor, of a list that goes on by a row, of a page, of a ticket opened and left, of
 * a desk at rest `console DIR glyph` from the first byte of a signed POST to the moment its title is on the
 * terminal, in a view that holds only such tickets Prints `name p50 p99 unit` lines. A frame is whole when
 * nothing follows for a while; its time is its last byte's. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include <inttypes.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STARTS = 11,
    KEYS = 400,
    OPENS = 60,
    POSTS = 60,
    PER_CONSOLE = 20,
    SETTLED_S = 12,
    ROWS = 40,
    COLUMNS = 120,
    QUIET_MS = 5,
    PATIENCE_MS = 5000
};
static const char secret[] = "whsec_bench";

struct seen {
    int64_t at;
    size_t bytes;
    bool found;
}; /* at: of the last byte */
static struct {
    const char *dir;
    pid_t pid;
    int pty;
    struct str text; /* since the last look */
} c;

static void die(const char *what)
{
    fprintf(stderr, "console: %s\n", what);
    exit(1);
}

static void start(const char *view)
{
    char program[4096], path[4096];
    struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
    const char *build = getenv("TRIAGE_BUILDDIR");
    snprintf(program, sizeof program, "%s/triage", build ? build : ".");
    snprintf(path, sizeof path, "%s/triage.sock", c.dir);
    c.pid = forkpty(&c.pty, NULL, NULL, &size);
    if (c.pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("HOME", c.dir, 1);
        setenv("XDG_CONFIG_HOME", c.dir, 1);
        execl(program, "triage", "--socket", path, "--open", view, (char *)NULL);
        _exit(127);
    }
    if (c.pid < 0)
        die("no pseudo terminal");
}

static void stop(void)
{
    kill(c.pid, SIGTERM);
    waitpid(c.pid, NULL, 0);
    close(c.pty);
}

/* Reads until nothing comes for quiet_ms after `what` (NULL: after the first byte). */
static struct seen look(const char *what, int quiet_ms)
{
    char buf[65536];
    struct seen s = {0};
    int64_t until = clock_mono() + PATIENCE_MS;
    str_clear(&c.text);
    while (clock_mono() < until) {
        struct pollfd p = {.fd = c.pty, .events = POLLIN};
        if (poll(&p, 1, s.found ? quiet_ms : 100) == 0) {
            if (s.found)
                return s;
            continue;
        }
        ssize_t n = read(c.pty, buf, sizeof buf);
        if (n <= 0)
            die("the console ended");
        s.at = clock_mono_us();
        s.bytes += (size_t)n;
        str_add(&c.text, buf, (size_t)n);
        s.found = s.found || !what || memmem(c.text.data, c.text.len, what, strlen(what));
    }
    die(what ? what : "no frame came");
    return s;
}

static struct seen press(const char *key, int64_t *took)
{
    int64_t start = clock_mono_us();
    if (write(c.pty, key, strlen(key)) < 0)
        die("the console is gone");
    struct seen s = look(NULL, QUIET_MS);
    *took = s.at - start;
    return s;
}

/* Whatever comes in so long; its bytes. */
static size_t look_for_ms(int ms)
{
    char buf[65536];
    size_t bytes = 0;
    for (int64_t until = clock_mono() + ms; clock_mono() < until;) {
        struct pollfd p = {.fd = c.pty, .events = POLLIN};
        if (poll(&p, 1, (int)(until - clock_mono()) + 1) <= 0)
            break;
        ssize_t n = read(c.pty, buf, sizeof buf);
        if (n <= 0)
            die("the console ended");
        bytes += (size_t)n;
    }
    return bytes;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void tell(const char *name, int64_t *us, int n)
{
    qsort(us, (size_t)n, sizeof *us, by_value);
    printf("%s %.2f %.2f ms\n", name, (double)us[n / 2] / 1000, (double)us[(n * 99 - 1) / 100] / 1000);
}

/* --- keys --- */

static void measure_starts(void)
{
    int64_t took[STARTS];
    for (int i = 0; i < STARTS; i++) {
        int64_t at = clock_mono_us();
        start("all");
        took[i] = look("invoice", 3).at - at;
        stop();
    }
    tell("first_frame", took, STARTS);
}

/* Bytes on average of a key pressed so many times; NULL took: nobody asks how long. */
static void count_bytes(const char *name, const char *key, int times)
{
    size_t bytes = 0;
    int64_t took;
    for (int i = 0; i < times; i++)
        bytes += press(key, &took).bytes;
    printf("%s %zu bytes\n", name, bytes / (size_t)times);
}

/* Where the list may already be, so that no frame need come. */
static void press_quietly(const char *key, int times)
{
    for (int i = 0; i < times; i++) {
        if (write(c.pty, key, strlen(key)) < 0)
            die("the console is gone");
        look_for_ms(QUIET_MS * 4);
    }
}

/* The list is a page and more long: its first rows are stepped over, then each step brings one in. */
static void measure_bytes(void)
{
    enum { STEPS = 20, SCROLLS = 30, PAGES = 10, REST_S = 3 };
    press_quietly("gg", 1);
    count_bytes("bytes_move", "j", STEPS);
    press_quietly("j", ROWS - STEPS);
    count_bytes("bytes_scroll", "j", SCROLLS);
    press_quietly("gg", 1);
    count_bytes("bytes_page", "\004", PAGES);
    press_quietly("gg", 1);
    look_for_ms(SETTLED_S * 1000); /* what keys leave behind: presence, the session, rows that were held back */
    printf("bytes_at_rest %zu in %d s\n", look_for_ms(REST_S * 1000), REST_S);
}

static void measure_keys(void)
{
    int64_t took[KEYS], opens[OPENS];
    size_t opened = 0, left = 0;
    start("all");
    look("invoice", 300);
    for (int i = 0; i < KEYS; i++)
        press(i % (KEYS / 2) < KEYS / 4 ? "j" : "k", &took[i]);
    tell("key", took, KEYS);
    for (int i = 0; i < OPENS; i++) {
        int64_t back;
        opened += press("\r", &opens[i]).bytes;
        left += press("q", &back).bytes;
    }
    tell("open", opens, OPENS);
    printf("bytes_open %zu bytes\nbytes_leave %zu bytes\n", opened / OPENS, left / OPENS);
    measure_bytes();
    stop();
}

/* --- glyph --- */

/* No letter stands where the titles near it have the same one: only what differs is sent to a terminal. */
static void make_title(int i, char title[9])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (int k = 0; k < 8; k++)
        title[k] = letters[(i * 5 + k * 11) % 52];
    title[8] = 0;
}

static void post(struct client *in, int i, const char *title)
{
    AUTO_ARENA arena = arena_new();
    struct signature_header list[4];
    AUTO_STR headers;
    str_init(&headers, 4096);
    char *id = arena_printf(arena, "glyph-%d-%d", (int)getpid(), i);
    char *body =
        arena_printf(arena,
                     "{\"eventId\":\"%s\",\"eventType\":\"support.ticket_created\",\"timestamp\":%" PRId64
                     ",\"source\":\"glyph\","
                     "\"organizationId\":\"glyph%d\",\"data\":{\"source_ticket_id\":\"%s\",\"user_id\":\"u\","
                     "\"user_name\":\"U\","
                     "\"user_email\":\"u@example.com\",\"priority\":\"low\",\"subject\":\"%s\","
                     "\"description\":\"A question.\"}}",
                     id, clock_now(), i / PER_CONSOLE, id, title);
    int n = signature_sign(arena, "rbs", secret, NULL, clock_now() / 1000, body, strlen(body), list);
    for (int k = 0; k < n; k++)
        str_addf(&headers, "%s: %s\r\n", list[k].name, list[k].value);
    if (client_ask(in, "POST", "/in/bench", headers.data, body, strlen(body)).status != 200)
        die("a POST was refused");
}

static void measure_glyphs(void)
{
    int64_t took[POSTS];
    size_t bytes = 0;
    char path[4096], title[9];
    snprintf(path, sizeof path, "%s/ingest.sock", c.dir);
    struct client *in = client_open(path);
    for (int i = 0; i < POSTS; i++) {
        if (i % PER_CONSOLE == 0) {
            char view[16];
            snprintf(view, sizeof view, "glyph%d", i / PER_CONSOLE);
            start(view);
            look(NULL, 300);
        }
        usleep(20000 + (useconds_t)(i * 7919 % 30000)); /* not in step with the console's frames */
        make_title(i, title);
        int64_t at = clock_mono_us();
        post(in, i, title);
        struct seen seen = look(title, QUIET_MS);
        took[i] = seen.at - at;
        bytes += seen.bytes;
        if (i % PER_CONSOLE == PER_CONSOLE - 1)
            stop();
    }
    client_close(in);
    tell("post_to_glyph", took, POSTS);
    printf("bytes_live_row %zu bytes\n", bytes / POSTS);
}

int main(int argc, char **argv)
{
    if (argc != 3 || !crypto_open())
        return 2;
    c.dir = argv[1];
    str_init(&c.text, 64 << 20);
    if (strcmp(argv[2], "glyph") == 0) {
        measure_glyphs();
        return 0;
    }
    measure_starts();
    measure_keys();
    return 0;
}
