/* peers: one program, at work on so many items, on a pseudo terminal of 120 x 40: `peers PROGRAM ITEMS FIXTURES` (tests/bench/peers.sh
 * makes the fixtures and runs them all). The table below says how each is started and which of its keys do what ours do. Prints
 * `PROGRAM ITEMS WHAT p50 p99 bytes cpu`: milliseconds from a key to the last byte it brings, bytes and microseconds of
 * processor time of the whole session, in the middle; WHAT is `start` (up to the last byte of the first frame that holds an item; its cpu has what
 * follows it for a while), `move` (the cursor, one row), `on` (a list that goes on by a row), `page`, `open`, `close`, `word` (a search, with its Enter), `next` (match; of ours: the
 * whole list again); `PROGRAM ITEMS memory MB` last. Keys come one at a time, once nothing has come for a while. */
#include "base/clock.h"
#include "harness/glass.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STARTS = 9, STARTS_SLOW = 3, SLOW_US = 1000000, QUIET_MS = 60, PATIENCE_MS = 300000, MOST = 200 };

/* Keys: NULL = it has no such thing. there and back are pressed in turns, and each is a row of its own where both have a name; between
 * two rounds onward leads to another item, and is not counted. */
struct step {
    const char *name, *name_back, *before, *there, *back;
    int times;
    const char *onward;
};
struct peer {
    const char *name;
    const char *argv[8]; /* %d: the folder of the fixtures of this size */
    const char *dir, *env[3];
    const char *ready;
    struct step steps[6];
};

#define HOME_KEY "\033OH"
#define PAGE_KEY "\033[6~"
#define DOWN_A_PAGE "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj"

static const struct peer peers[] = {
    {"triage", {"%b/triage", "--socket", "%d/desk/triage.sock", "--open", "all"}, NULL, {"HOME=%d/home", "XDG_CONFIG_HOME=%d/home"}, "receipts",
     {{"move", NULL, "gg", "j", "k", 60, NULL},
      {"on", NULL, "gg" DOWN_A_PAGE, "j", NULL, 120, NULL},
      {"page", NULL, "gg", PAGE_KEY, NULL, 15, NULL},
      {"open", "close", "gg", "\r", "q", 100, "j"},
      {"word", "next", "gg", "/receipts\r", "\033", 10, NULL}}},
    {"tig", {"tig"}, "%d/git", {"HOME=%d/home"}, "[ord",
     {{"move", NULL, HOME_KEY, "j", "k", 60, NULL},
      {"on", NULL, HOME_KEY DOWN_A_PAGE, "j", NULL, 120, NULL},
      {"page", NULL, HOME_KEY, PAGE_KEY, NULL, 15, NULL},
      {"open", "close", HOME_KEY, "\r", "q", 100, "j"},
      {"word", "next", HOME_KEY, "/refund\r", "n", 10, NULL}}},
    {"neomutt", {"neomutt", "-n", "-F", "%d/neomuttrc", "-f", "%d/mail/INBOX"}, NULL, {"HOME=%d/home"}, "[ord",
     {{"move", NULL, "=", "j", "k", 60, NULL},
      {"on", NULL, "=" DOWN_A_PAGE, "j", NULL, 120, NULL},
      {"page", NULL, "=", PAGE_KEY, NULL, 15, NULL},
      {"open", "close", "=", "\r", "q", 100, "j"},
      {"word", "next", "=", "/refund\r", "n", 10, NULL}}},
    {"aerc", {"aerc"}, NULL, {"HOME=%d/home", "XDG_CONFIG_HOME=%d/home"}, "[ord",
     {{"move", NULL, "g", "j", "k", 40, NULL},
      {"on", NULL, "g" DOWN_A_PAGE, "j", NULL, 40, NULL},
      {"page", NULL, "g", PAGE_KEY, NULL, 10, NULL},
      {"open", "close", "g", "\r", "q", 15, "j"},
      {"word", "next", "g", "/refund\r", "n", 5, NULL}}},
    {"lnav", {"lnav", "%d/log"}, NULL, {"HOME=%d/home"}, "ord",
     {{"on", NULL, "g", "j", NULL, 120, NULL}, {"page", NULL, "g", " ", NULL, 15, NULL}, {"word", "next", "g", "/refund\r", "n", 5, NULL}}},
    {"less", {"less", "-n", "%d/log"}, NULL, {"HOME=%d/home", "LESS="}, "ord",
     {{"on", NULL, "g", "j", NULL, 120, NULL}, {"page", NULL, "g", " ", NULL, 15, NULL}, {"word", "next", "g", "/refund\r", "n", 10, NULL}}},
};

static struct {
    const struct peer *peer;
    const char *items, *fixtures;
    struct glass glass;
} p;

static void die(const char *what)
{
    fprintf(stderr, "peers: %s %s: %s\n", p.peer ? p.peer->name : "", p.items, what);
    exit(1);
}

/* %d and %b in a word of the table; the caller's for the whole run. */
static const char *filled(const char *word)
{
    const char *at = word ? strchr(word, '%') : NULL, *build = getenv("TRIAGE_BUILDDIR");
    if (!at)
        return word;
    size_t size = strlen(word) + strlen(p.fixtures) + strlen(build ? build : ".") + 1;
    char *text = malloc(size);
    if (!text)
        die("no memory");
    snprintf(text, size, "%.*s%s%s", (int)(at - word), word, at[1] == 'd' ? p.fixtures : build ? build : ".", at + 2);
    return text;
}

/* Up to the last byte of the first frame; microseconds from before its fork. */
static int64_t start(int64_t *bytes, int64_t *cpu)
{
    const char *argv[8] = {0}, *env[4] = {0};
    for (int i = 0; i < 7 && p.peer->argv[i]; i++)
        argv[i] = filled(p.peer->argv[i]);
    for (int i = 0; i < 3 && p.peer->env[i]; i++)
        env[i] = filled(p.peer->env[i]);
    int64_t at = clock_mono_us();
    if (!glass_open(&p.glass, argv, filled(p.peer->dir), env))
        die("no pseudo terminal");
    struct glass_seen s = glass_look(&p.glass, p.peer->ready, QUIET_MS, PATIENCE_MS);
    if (!s.found)
        die("no frame with an item in it came");
    *bytes = (int64_t)s.bytes;
    *cpu = (int64_t)glass_cpu_us(&p.glass);
    return s.at - at;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

struct figures {
    int64_t took[MOST], bytes[MOST], cpu[MOST];
    int n;
};

static void tell(const char *what, struct figures *f)
{
    qsort(f->took, (size_t)f->n, sizeof *f->took, by_value);
    qsort(f->bytes, (size_t)f->n, sizeof *f->bytes, by_value);
    qsort(f->cpu, (size_t)f->n, sizeof *f->cpu, by_value);
    printf("%s %s %s %.2f %.2f %lld %lld\n", p.peer->name, p.items, what, (double)f->took[f->n / 2] / 1000,
           (double)f->took[(f->n * 99 - 1) / 100] / 1000, (long long)f->bytes[f->n / 2], (long long)f->cpu[f->n / 2]);
    fflush(stdout);
}

static void measure_starts(void)
{
    struct figures f = {0};
    for (int i = 0; i < (f.took[0] > SLOW_US ? STARTS_SLOW : STARTS); i++) {
        if (i)
            glass_close(&p.glass);
        f.took[f.n] = start(&f.bytes[f.n], &f.cpu[f.n]);
        f.n++;
    }
    tell("start", &f);
}

static void press(const char *keys, struct figures *f)
{
    double cpu = glass_cpu_us(&p.glass);
    struct glass_seen s = glass_press(&p.glass, keys, QUIET_MS, PATIENCE_MS, &f->took[f->n]);
    if (!s.found)
        die("a key brought nothing");
    f->cpu[f->n] = (int64_t)(glass_cpu_us(&p.glass) - cpu);
    f->bytes[f->n++] = (int64_t)s.bytes;
}

/* Keys that only lead to where a step begins, each in its own time: some programs throw away what comes while they draw. */
static void go(const char *keys)
{
    for (char key[8]; *keys; keys += strlen(key)) {
        size_t n = *keys == '\033' ? 3 : 1;
        snprintf(key, sizeof key, "%.*s", (int)n, keys);
        if (glass_rest(&p.glass, key, QUIET_MS / 3) < 0)
            die("it ended");
    }
    glass_rest(&p.glass, NULL, QUIET_MS * 5);
}

static void measure(const struct step *step)
{
    struct figures there = {0}, back = {0};
    go(step->before);
    for (int i = 0; i < step->times; i++) {
        press(step->there, &there);
        if (step->back)
            press(step->back, step->name_back ? &back : &there);
        if (step->onward)
            go(step->onward);
    }
    tell(step->name, &there);
    if (step->name_back)
        tell(step->name_back, &back);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    p.items = argv[2];
    p.fixtures = argv[3];
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++)
        if (strcmp(peers[i].name, argv[1]) == 0)
            p.peer = &peers[i];
    if (!p.peer)
        die("no such program in the table");
    measure_starts();
    for (const struct step *step = p.peer->steps; step->name; step++)
        measure(step);
    printf("%s %s memory %.1f\n", p.peer->name, p.items, glass_session_mb(&p.glass, "Pss:"));
    glass_close(&p.glass);
    return 0;
}
