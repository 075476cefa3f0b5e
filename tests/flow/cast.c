/* cast: the demo as a film (asciicast v2: a header, then a line for each thing the terminal was sent, with its time). `cast write`, which
 * is make asciicast, starts `triage demo` on a terminal of its own, plays the keys of the script below and keeps what came out as
 * data/doc/demo.cast, with its last screen as text and as a picture. As a test it reads the film that is kept: every line is as the format
 * has it, a terminal that is fed with it ends on that screen, and there is nothing in it that a player could stumble over. */
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "harness/console.h"
#include "harness/picture.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vterm.h>
#include <cmocka.h>

enum { COLUMNS = 120, ROWS = 34, MOST = 300 << 10, SOON = 30000, TYPED_MS = 70, SLICE_MS = 40, TEXTS = 2 };
static const char title[] = "triage: a support desk in the terminal";

/* --- the script: keys, what must be on the screen then, and for how long it is looked at --- */

static const struct scene {
    const char *keys, *shows;
    int ms;
} script[] = {
    {"", "live", 4000},
    {"j", NULL, 500}, {"j", NULL, 500}, {"j", NULL, 1200},
    {"\r", "customer", 3500},
    {"c", NULL, 1800},
    {"q", "Subject", 1200},
    {"?", "claim-next", 2200}, {"q", "Subject", 800},
    {"ge", "Escalations", 3500},
    {"gb", "Scoreboard", 3500},
    {"go", "On call", 3500},
    {"gt", "Metrics", 3500},
    {"ga", "Subject", 800},
    {"/urgency:high\r", NULL, 2500}, {"\x1b", NULL, 800},
    {":theme\r", "as it is now", 1200}, {"\x0e", NULL, 1300}, {"\x0e", NULL, 1300}, {"\x0e", NULL, 1300}, {"\x1b", NULL, 800},
    {"gg", NULL, 1500},
    {"\r", "customer", 1500},
    {"r", "Reply to", 1000}, {"Hello, yes: by bank transfer, once a year.", NULL, 900}, {"\x1b", "review", 1800}, {"y", "leaves", 3500},
};
enum { SCENES = sizeof script / sizeof *script };

/* --- files --- */

static struct arena *arena;

static const char *source(const char *path)
{
    const char *root = getenv("TRIAGE_SRCDIR");
    return arena_printf(arena, "%s/data/doc/%s", root ? root : ".", path);
}

static FILE *opened(const char *path, const char *how)
{
    FILE *file = fopen(source(path), how);
    if (!file)
        fail_msg("%s: %s", source(path), strerror(errno));
    return file;
}

static char *kept(const char *path, size_t *n)
{
    FILE *in = opened(path, "r");
    char *text = arena_alloc(arena, MOST + 1);
    *n = fread(text, 1, MOST, in);
    text[*n] = 0;
    fclose(in);
    return text;
}

/* --- a terminal that is fed --- */

struct player {
    VTerm *vt;
    VTermScreen *screen;
};

static struct player player_open(void)
{
    struct player p = {.vt = vterm_new(ROWS, COLUMNS)};
    vterm_set_utf8(p.vt, 1);
    p.screen = vterm_obtain_screen(p.vt);
    vterm_screen_enable_altscreen(p.screen, 1);
    vterm_screen_reset(p.screen, 1);
    return p;
}

/* The screen as text, a line for each row, blanks at the ends left out. */
static char *player_text(const struct player *p)
{
    enum { ROW = COLUMNS * 8 };
    AUTO_STR out;
    str_init(&out, ROWS * ROW);
    for (int row = 0; row < ROWS; row++) {
        char text[ROW];
        size_t n = vterm_screen_get_text(p->screen, text, sizeof text, (VTermRect){.start_row = row, .end_row = row + 1, .start_col = 0, .end_col = COLUMNS});
        while (n && text[n - 1] == ' ')
            n--;
        str_add(&out, text, n);
        str_adds(&out, "\n");
    }
    return arena_strdup(arena, out.data);
}

static char *player_picture(const struct player *p)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    picture_draw(p->screen, COLUMNS, ROWS, title, out);
    fclose(out);
    char *copy = arena_strdup(arena, text);
    free(text);
    return copy;
}

/* Feeds the terminal with the film; gives its length in ms, and how many pieces it has. Fails at what is not of the format. */
static int64_t play(struct player *p, const char *cast, int *pieces)
{
    double last = 0;
    *pieces = 0;
    for (const char *line = cast, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        const struct json *node = json_parse_in(arena, line, (size_t)(end - line), &json_limits_dialect, NULL, NULL);
        if (line == cast) {
            assert_int_equal(json_get_i64(node, "version", 0), 2);
            assert_int_equal(json_get_i64(node, "width", 0), COLUMNS);
            assert_int_equal(json_get_i64(node, "height", 0), ROWS);
            continue;
        }
        const struct json *at = json_first(node), *kind = at ? json_next(at) : NULL, *data = kind ? json_next(kind) : NULL;
        if (!data || !json_number(at) || !json_string(kind) || strcmp(json_string(kind), "o") != 0 || !json_string(data) || json_next(data))
            fail_msg("not a piece of an asciicast: %.*s", (int)(end - line < 80 ? end - line : 80), line);
        double time = strtod(json_number(at), NULL);
        assert_true(time >= last);
        last = time;
        vterm_input_write(p->vt, json_string(data), strlen(json_string(data)));
        ++*pieces;
    }
    return (int64_t)(last * 1000);
}

/* --- the test --- */

static void the_film_of_the_demo_plays_and_ends_where_its_picture_shows(void **state)
{
    size_t n, ignored;
    int pieces;
    (void)state;
    char *cast = kept("demo.cast", &n);
    struct player p = player_open();
    assert_true(n < MOST);
    int64_t ms = play(&p, cast, &pieces);
    assert_true(pieces > SCENES && ms > 20000);
    assert_string_equal(player_text(&p), kept("demo.txt", &ignored));
    assert_string_equal(player_picture(&p), kept("demo.svg", &ignored));
    vterm_free(p.vt);
    print_message("# %zu bytes, %d pieces, %lld s\n", n, pieces, (long long)(ms / 1000));
}

/* --- recording --- */

struct recorder {
    struct console_run *console;
    FILE *out;
    size_t written;
    int64_t began;
};

/* Where the last whole character ends. */
static size_t whole(const char *bytes, size_t n)
{
    size_t back = 0;
    while (back < n && back < 3 && ((unsigned char)bytes[n - 1 - back] & 0xc0) == 0x80)
        back++;
    unsigned char lead = back < n ? (unsigned char)bytes[n - 1 - back] : 0;
    size_t needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return lead >= 0xc0 && needs > back + 1 ? n - 1 - back : n;
}

static void keep_piece(struct recorder *r)
{
    size_t n;
    const char *bytes = console_bytes(r->console, SLICE_MS, &n);
    size_t end = whole(bytes, n);
    if (end <= r->written)
        return;
    char *text = arena_strndup(arena, bytes + r->written, end - r->written);
    AUTO_JSON node = json_new_string(text);
    fprintf(r->out, "[%.3f, \"o\", %s]\n", (double)(clock_mono() - r->began) / 1000, json_print_in(arena, node));
    r->written = end;
}

static void watch(struct recorder *r, int ms)
{
    for (int64_t until = clock_mono() + ms; clock_mono() < until;)
        keep_piece(r);
}

/* As a person types: a key after the other. A sequence that a key sends is one. */
static void act(struct recorder *r, const struct scene *scene)
{
    for (const char *key = scene->keys; *key; key++) {
        char one[2] = {*key, 0};
        console_type(r->console, one);
        watch(r, TYPED_MS);
    }
    for (int64_t until = clock_mono() + SOON; scene->shows && console_find(r->console, scene->shows) < 0;) {
        keep_piece(r);
        if (clock_mono() > until)
            fail_msg("after \"%s\" the screen does not show \"%s\"", scene->keys, scene->shows);
    }
    watch(r, scene->ms);
}

static void record(void **state)
{
    (void)state;
    const char *const args[] = {console_program(), "demo", "--seed", "1", "--speed", "2", NULL};
    char home[] = "/tmp/triage-cast.XXXXXX";
    assert_non_null(mkdtemp(home));
    setenv("TRIAGE_DATA", source(".."), 1);
    setenv("TRIAGE_THEME", "calm-dark", 1);
    struct recorder r = {.out = opened("demo.cast", "w"), .began = clock_mono()};
    fprintf(r.out, "{\"version\": 2, \"width\": %d, \"height\": %d, \"idle_time_limit\": 3, \"title\": \"%s\", \"command\": \"triage demo\", \"env\": {\"TERM\": \"xterm-256color\"}}\n",
            COLUMNS, ROWS, title);
    r.console = console_start_as(&(struct console_as){.name = "cast", .home = home, .args = args, .columns = COLUMNS, .rows = ROWS});
    for (int i = 0; i < SCENES; i++)
        act(&r, &script[i]);
    assert_int_equal(fclose(r.out), 0);
    console_type(r.console, "Q");
    assert_true(console_ended(r.console, SOON));
    console_close(r.console);
    rmdir(home);
    size_t n;
    int pieces;
    struct player p = player_open();
    play(&p, kept("demo.cast", &n), &pieces);
    FILE *text = opened("demo.txt", "w"), *picture = opened("demo.svg", "w");
    fputs(player_text(&p), text);
    fputs(player_picture(&p), picture);
    assert_int_equal(fclose(text), 0);
    assert_int_equal(fclose(picture), 0);
    vterm_free(p.vt);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest played[] = {cmocka_unit_test(the_film_of_the_demo_plays_and_ends_where_its_picture_shows)};
    const struct CMUnitTest recorded[] = {cmocka_unit_test(record)};
    arena = arena_new();
    int failed = argc > 1 && strcmp(argv[1], "write") == 0 ? cmocka_run_group_tests(recorded, NULL, NULL) : cmocka_run_group_tests(played, NULL, NULL);
    arena_free(arena);
    return failed;
}
