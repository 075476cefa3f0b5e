/* console: the real console on a pseudo terminal of 120 x 40, seen from outside, against a desk that is up
 * and loaded. `console DIR start` start to the first whole frame with tickets in it, and the console's CPU up to there
 * `console DIR keys` that; a key to the last byte
 * of its frame; bytes of a step of the cursor, of a list that goes on by a row, of a page, of a ticket opened and left, of
 * a desk at rest; CPU of a key; memory of one of five `console DIR glyph` from the first byte of a signed POST to the moment its title is on the
 * terminal, in a view that holds only such tickets `console DIR crowd N RATE DAEMON` the same while N streams more are open and RATE
 * events a second come in, and what the daemon's memory grows by `console DIR live RATE` bytes a minute of a list sorted by its last
 * change, nobody at the keys: each event is a row more at its top. Prints `name p50 p99 unit` lines. A frame is whole when nothing
 * follows for a while; its time is its last byte's. */
#include "base/clock.h"
#include "base/crypto.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/glass.h"
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STARTS = 11,
    KEYS = 400,
    OPENS = 60,
    POSTS = 60,
    PER_CONSOLE = 20,
    SENDERS = 4,
    SETTLED_S = 12,
    QUIET_MS = 5,
    PATIENCE_MS = 5000
};
static const char secret[] = "whsec_bench";

static struct {
    const char *dir;
    struct glass glass;
} c;

static pid_t others[SENDERS + 1], self; /* what was started, and by whom */
static int other_count;

static void stop_others(void)
{
    while (other_count) {
        kill(others[--other_count], SIGKILL);
        waitpid(others[other_count], NULL, 0);
    }
}

static void die(const char *what)
{
    if (self == getpid())
        stop_others();
    fprintf(stderr, "console: %s\n", what);
    exit(1);
}

static void start(const char *view)
{
    const char *build = getenv("TRIAGE_BUILDDIR");
    char program[4096], path[4096], home[4096], config[4096];
    snprintf(program, sizeof program, "%s/triage", build ? build : ".");
    snprintf(path, sizeof path, "%s/triage.sock", c.dir);
    snprintf(home, sizeof home, "HOME=%s", c.dir);
    snprintf(config, sizeof config, "XDG_CONFIG_HOME=%s", c.dir);
    const char *const argv[] = {program, "--socket", path, "--open", view, NULL}, *const env[] = {home, config, NULL};
    if (!glass_open(&c.glass, argv, NULL, env))
        die("no pseudo terminal");
}

static void stop(void)
{
    glass_close(&c.glass);
}

static struct glass_seen look(const char *what, int quiet_ms)
{
    struct glass_seen s = glass_look(&c.glass, what, quiet_ms, PATIENCE_MS);
    if (!s.found)
        die(what ? what : "no frame came");
    return s;
}

static struct glass_seen press(const char *key, int64_t *took)
{
    struct glass_seen s = glass_press(&c.glass, key, QUIET_MS, PATIENCE_MS, took);
    if (!s.found)
        die("no frame came");
    return s;
}

/* Whatever comes in so long after a key (NULL: none); its bytes. */
static size_t rest(const char *key, int ms)
{
    ssize_t bytes = glass_rest(&c.glass, key, ms);
    if (bytes < 0)
        die("the console ended");
    return (size_t)bytes;
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
    int64_t took[STARTS], cpu[STARTS];
    for (int i = 0; i < STARTS; i++) {
        int64_t at = clock_mono_us();
        start("all");
        took[i] = look("invoice", 3).at - at;
        cpu[i] = (int64_t)glass_cpu_us(&c.glass);
        stop();
    }
    tell("first_frame", took, STARTS);
    tell("first_frame_cpu", cpu, STARTS);
}

/* Bytes on average of a key pressed so many times; what comes late, rows that were asked for, counts for the next. */
static void count_bytes(const char *name, const char *key, int times)
{
    size_t bytes = 0;
    for (int i = 0; i < times; i++)
        bytes += rest(key, QUIET_MS * 8);
    printf("%s %zu bytes\n", name, bytes / (size_t)times);
}

/* Where the list may already be, so that no frame need come. */
static void press_quietly(const char *key, int times)
{
    for (int i = 0; i < times; i++)
        rest(key, QUIET_MS * 4);
}

/* The list is a page and more long: its first rows are stepped over, then each step brings one in. */
static void measure_bytes(void)
{
    enum { STEPS = 20, SCROLLS = 30, PAGES = 10, REST_S = 3 };
    press_quietly("gg", 1);
    count_bytes("bytes_move", "j", STEPS);
    press_quietly("j", GLASS_ROWS - STEPS);
    count_bytes("bytes_scroll", "j", SCROLLS);
    press_quietly("gg", 1);
    count_bytes("bytes_page", "\004", PAGES);
    press_quietly("gg", 1);
    rest(NULL, SETTLED_S * 1000); /* what keys leave behind: presence, the session, rows that were held back */
    printf("bytes_at_rest %zu in %d s\n", rest(NULL, REST_S * 1000), REST_S);
}

/* As a person's keys come: between two of them the processor does something else, and has forgotten this. The median. */
static void tell_apart(const char *name, const char *there, const char *back)
{
    enum { STEPS = 60, APART_MS = 60 };
    int64_t cpu[STEPS];
    for (int i = 0; i < STEPS; i++) {
        double before = glass_cpu_us(&c.glass);
        rest(i % 20 < 10 ? there : back, APART_MS);
        cpu[i] = (int64_t)(glass_cpu_us(&c.glass) - before);
    }
    qsort(cpu, STEPS, sizeof *cpu, by_value);
    printf("%s %d us\n", name, (int)cpu[STEPS / 2]);
}

static void measure_apart(void)
{
    tell_apart("key_cpu_apart", "j", "k");
    press_quietly("j", GLASS_ROWS);
    tell_apart("row_cpu_apart", "j", "j");
    press_quietly("gg", 1);
    press_quietly(":detail\r", 1);
    tell_apart("pane_cpu_apart", "j", "k");
    press_quietly(":detail\r", 1);
}

/* The libraries are shared: one of five consoles, as where agents work on one host. */
static void measure_memory(void)
{
    enum { CONSOLES = 5 };
    struct glass all[CONSOLES];
    for (int i = 0; i < CONSOLES; i++) {
        start("all");
        look("invoice", 300);
        all[i] = c.glass;
    }
    printf("memory %.1f MB\n", glass_memory_mb(all[0].pid, "Pss:"));
    for (int i = 0; i < CONSOLES; i++)
        glass_close(&all[i]);
}

static void measure_keys(void)
{
    int64_t took[KEYS], opens[OPENS];
    size_t opened = 0, left = 0;
    start("all");
    look("invoice", 300);
    double cpu = glass_cpu_us(&c.glass);
    for (int i = 0; i < KEYS; i++)
        press(i % (KEYS / 2) < KEYS / 4 ? "j" : "k", &took[i]);
    printf("key_cpu %.0f us\n", (glass_cpu_us(&c.glass) - cpu) / KEYS);
    tell("key", took, KEYS);
    measure_apart();
    for (int i = 0; i < OPENS; i++) {
        int64_t back;
        opened += press("\r", &opens[i]).bytes;
        left += press("q", &back).bytes;
    }
    tell("open", opens, OPENS);
    printf("bytes_open %zu bytes\nbytes_leave %zu bytes\n", opened / OPENS, left / OPENS);
    measure_bytes();
    stop();
    measure_memory();
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

static void post(struct client *in, const char *kind, int i, const char *tenant, const char *title)
{
    AUTO_ARENA arena = arena_new();
    struct signature_header list[4];
    AUTO_STR headers;
    str_init(&headers, 4096);
    char *id = arena_printf(arena, "%s-%d-%d", kind, (int)getpid(), i);
    char *body =
        arena_printf(arena,
                     "{\"eventId\":\"%s\",\"eventType\":\"support.ticket_created\",\"timestamp\":%" PRId64
                     ",\"source\":\"glyph\","
                     "\"organizationId\":\"%s\",\"data\":{\"source_ticket_id\":\"%s\",\"user_id\":\"u\","
                     "\"user_name\":\"U\","
                     "\"user_email\":\"u@example.com\",\"priority\":\"low\",\"subject\":\"%s\","
                     "\"description\":\"A question.\"}}",
                     id, clock_now(), tenant, id, title);
    int n = signature_sign(arena, "rbs", secret, NULL, clock_now() / 1000, body, strlen(body), list);
    for (int k = 0; k < n; k++)
        str_addf(&headers, "%s: %s\r\n", list[k].name, list[k].value);
    if (client_ask(in, "POST", "/in/bench", headers.data, body, strlen(body)).status != 200)
        die("a POST was refused");
}

/* --- others: senders at a rate, and streams that are only read --- */

/* From the scheduled time, whatever the answers take. */
static void send_for_ever(int rate, int offset)
{
    char path[4096], title[9];
    snprintf(path, sizeof path, "%s/ingest.sock", c.dir);
    struct client *in = client_open(path);
    int64_t start = clock_mono_us() + (int64_t)offset * 1000000 / (rate * SENDERS);
    for (int i = 0;; i++) {
        int64_t left = start + (int64_t)i * 1000000 / rate - clock_mono_us();
        if (left > 0)
            usleep((useconds_t)left);
        make_title(i * SENDERS + offset, title);
        post(in, "other", i, "others", arena_printf(client_arena(in), "%s asks how a plan is changed", title));
    }
}

static void start_senders(int rate)
{
    int count = rate < SENDERS ? 1 : SENDERS;
    for (int i = 0; i < count; i++)
        if ((others[other_count++] = fork()) == 0)
            send_for_ever(rate / count, i);
}

static int open_stream(void)
{
    static const char ask[] = "GET /v1/stream HTTP/1.1\r\nHost: desk\r\n\r\n";
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%.90s/triage.sock", c.dir);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0 || write(fd, ask, sizeof ask - 1) < 0)
        die("a stream was refused");
    return fd;
}

static void read_for_ever(int count)
{
    static char buf[65536];
    struct pollfd *list = calloc((size_t)count, sizeof *list);
    for (int i = 0; i < count; i++)
        list[i] = (struct pollfd){.fd = open_stream(), .events = POLLIN};
    while (poll(list, (nfds_t)count, -1) > 0)
        for (int i = 0; i < count; i++)
            if (list[i].revents && read(list[i].fd, buf, sizeof buf) <= 0)
                list[i].fd = -1;
    _exit(0);
}

static void start_streams(int count)
{
    if ((others[other_count++] = fork()) == 0)
        read_for_ever(count);
}

/* view: three of them, NAME0 to NAME2, each of one tenant of that name. */
static void measure_glyphs(const char *name, const char *view)
{
    int64_t took[POSTS];
    size_t bytes = 0;
    char path[4096], title[9], tenant[24];
    snprintf(path, sizeof path, "%s/ingest.sock", c.dir);
    struct client *in = client_open(path);
    for (int i = 0; i < POSTS; i++) {
        snprintf(tenant, sizeof tenant, "%s%d", view, i / PER_CONSOLE);
        if (i % PER_CONSOLE == 0) {
            start(tenant);
            rest(NULL, 700);
        }
        usleep(20000 + (useconds_t)(i * 7919 % 30000)); /* not in step with the console's frames */
        make_title(i, title);
        int64_t at = clock_mono_us();
        post(in, view, i, tenant, title);
        struct glass_seen seen = look(title, other_count ? 0 : QUIET_MS); /* among others it is never quiet */
        took[i] = seen.at - at;
        bytes += seen.bytes;
        if (i % PER_CONSOLE == PER_CONSOLE - 1)
            stop();
    }
    client_close(in);
    tell(name, took, POSTS);
    if (!other_count)
        printf("bytes_live_row %zu bytes\n", bytes / POSTS);
}

static void measure_crowd(int count, int rate, pid_t daemon)
{
    double before = glass_memory_mb(daemon, "Pss:");
    start_streams(count);
    sleep(2);
    printf("memory_of_streams %.1f MB for %d\n", glass_memory_mb(daemon, "Pss:") - before, count);
    start_senders(rate);
    sleep(1);
    measure_glyphs("crowd_post_to_glyph", "crowd");
    stop_others();
}

/* --- live --- */

static void measure_live(int rate)
{
    enum { SECONDS = 15 };
    int64_t took;
    start("all");
    look("invoice", 300);
    press(":sort updated\r", &took);
    rest(NULL, 4000); /* the row under the cursor is held that long */
    start_senders(rate);
    rest(NULL, 2000);
    double cpu = glass_cpu_us(&c.glass);
    size_t bytes = rest(NULL, SECONDS * 1000);
    printf("bytes_live %zu a minute at %d events a second, CPU %.1f ms/s\n", bytes * 60 / SECONDS, rate, (glass_cpu_us(&c.glass) - cpu) / SECONDS / 1000);
    stop_others();
    stop();
}

int main(int argc, char **argv)
{
    if (argc < 3 || !crypto_open())
        return 2;
    c.dir = argv[1];
    self = getpid();
    if (strcmp(argv[2], "glyph") == 0) {
        measure_glyphs("post_to_glyph", "glyph");
    } else if (strcmp(argv[2], "start") == 0) {
        measure_starts();
    } else if (strcmp(argv[2], "live") == 0 && argc == 4) {
        measure_live((int)strtol(argv[3], NULL, 10));
    } else if (strcmp(argv[2], "crowd") == 0 && argc == 6) {
        measure_crowd((int)strtol(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10), (pid_t)strtol(argv[5], NULL, 10));
    } else {
        measure_starts();
        measure_keys();
    }
    return 0;
}
