/* pictures: the screens as they are drawn on the desk of tests/fixtures/desk, as SVG: each in three sizes and without colours,
 * the queue in every theme. As a test it
 * compares them byte for byte with data/doc/screens; "pictures write" (make screenshots) makes those files anew. */
#include "base/str.h"
#include "screen/clocks.h"
#include "screen/lists.h"
#include "screen/overlay.h"
#include "screen/queue.h"
#include "screen/metrics.h"
#include "screen/scoreboard.h"
#include "screen/ticket.h"
#include "support/desk.h"
#include "term/keymap.h"
#include "term/svg.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TICKET = 4119, HINTS_MAX = 12 };

static struct desk_case desk;
static struct keymap *keymap;

/* --- the screens --- */

static void draw_queue(void)
{
    struct queue queue;
    queue_init(&queue);
    queue_sync(&queue, desk.mirror, false);
    queue_draw(&queue, &desk.look, desk.surface);
    queue_fini(&queue);
}

static void draw_ticket(void)
{
    struct ticket_screen ticket = {0};
    ticket_open(&ticket, TICKET);
    ticket_draw(&ticket, &desk.look, desk.surface);
    ticket_fini(&ticket);
}

static void draw_list(enum lists_id id)
{
    struct lists lists;
    lists_init(&lists, id);
    lists_sync(&lists, &desk.look, false);
    lists_draw(&lists, &desk.look, desk.surface);
    lists_fini(&lists);
}

static void draw_escalations(void)
{
    draw_list(LISTS_ESCALATIONS);
}

static void draw_oncall(void)
{
    draw_list(LISTS_ONCALL);
}

static void draw_ingest(void)
{
    draw_list(LISTS_INGEST);
}

static void draw_deliveries(void)
{
    draw_list(LISTS_DELIVERIES);
}

/* With the cursor on the ticket whose neighbours are known. */
static void draw_review(void)
{
    struct lists lists;
    lists_init(&lists, LISTS_REVIEW);
    lists_sync(&lists, &desk.look, false);
    list_select(lists.list, TICKET);
    lists_draw(&lists, &desk.look, desk.surface);
    lists_fini(&lists);
}

static void draw_customer(void)
{
    draw_list(LISTS_CUSTOMER);
}

static void draw_articles(void)
{
    draw_list(LISTS_ARTICLES);
}

static void draw_macros(void)
{
    draw_list(LISTS_MACROS);
}

static void draw_agents(void)
{
    draw_list(LISTS_AGENTS);
}

static void draw_handover(void)
{
    draw_list(LISTS_HANDOVER);
}

/* `w` on a ticket that is late, as the console shows it over its queue. */
static void draw_why(void)
{
    struct overlay overlay = {0};
    struct pager *pager = overlay_read(&overlay, 1, "Why: sla of #4119");
    draw_queue();
    pager_begin(pager);
    clocks_read(&desk.look, pager, mirror_doc(desk.mirror, MIRROR_WHY)->root);
    pager_end(pager);
    overlay_draw(&overlay, &desk.look, desk.surface);
    overlay_close(&overlay);
}

static void draw_scoreboard(void)
{
    struct scoreboard board = {0};
    scoreboard_draw(&board, &desk.look, desk.surface);
}

static void draw_metrics(void)
{
    struct metrics metrics = {.period = 1};
    metrics_draw(&metrics, &desk.look, desk.surface);
}

static void draw_audit(void)
{
    draw_list(LISTS_AUDIT);
}

static const struct {
    const char *name, *title, *screen;
    void (*draw)(void);
    const char *hints[HINTS_MAX];
} pictures[] = {
    {"queue", "The queue", "queue", draw_queue, {"claim", "assign", "reply", "note", "close", "escalate", "mark", "filter", "palette", "help"}},
    {"ticket", "A ticket", "ticket", draw_ticket, {"reply", "note", "claim", "assign", "close", "label", "why", "copy", "back", "help"}},
    {"escalations", "Escalations", "escalations", draw_escalations, {"ack", "escalate", "open", "why", "back", "help"}},
    {"oncall", "On call", "oncall", draw_oncall, {"override", "cover", "cover-accept", "unoverride", "absence", "why", "back", "help"}},
    {"metrics", "The numbers", "metrics", draw_metrics, {"period prev", "period next", "prev-view", "next-view", "back", "help"}},
    {"audit", "Who did what", "audit", draw_audit, {"open", "filter", "freeze", "back", "help"}},
    {"scoreboard", "The scoreboard", "boss", draw_scoreboard, {"down", "up", "open", "why", "back", "help"}},
    {"ingest", "What came in", "ingest", draw_ingest, {"open", "why", "freeze", "back", "help"}},
    {"deliveries", "What leaves", "deliveries", draw_deliveries, {"open", "ticket", "replay", "why", "mark", "palette", "freeze", "back", "help"}},
    {"labels", "Label review", "labels", draw_review, {"accept", "label", "open", "why", "mark", "undo", "back", "help"}},
    {"customer", "A customer", "customer", draw_customer, {"open", "remark", "reveal", "reply", "macro", "why", "back", "help"}},
    {"articles", "Articles", "articles", draw_articles, {"open", "filter", "go macros", "palette", "back", "help"}},
    {"macros", "Macros", "macros", draw_macros, {"filter", "go articles", "palette", "back", "help"}},
    {"agents", "Who works here", "agents", draw_agents, {"open", "filter", "palette", "back", "help"}},
    {"handover", "The handover", "handover", draw_handover, {"handover-ack", "open", "ack", "why", "palette", "back", "help"}},
    {"why", "Why a clock is red", "queue", draw_why, {"palette", "help"}},
};
enum { PICTURES = sizeof pictures / sizeof *pictures };
/* How a picture is taken. queue: only the first of them is. */
static const struct look_of { int columns, rows; const char *theme, *name; bool queue; } looks[] = {
    {80, 24, "calm-dark", "80x24", false},       {120, 40, "calm-dark", "120x40", false},         {200, 60, "calm-dark", "200x60", false},
    {80, 24, "mono", "mono", false},             {120, 40, "calm-light", "calm-light", true},     {120, 40, "colour-blind", "colour-blind", true},
    {120, 40, "frost-dark", "frost-dark", true}, {120, 40, "groove-dark", "groove-dark", true},   {120, 40, "high-contrast", "high-contrast", true},
    {120, 40, "solar-dark", "solar-dark", true}, {120, 40, "mono", "mono-120x40", true}};
enum { LOOKS = sizeof looks / sizeof *looks };

static bool taken(int picture, int look)
{
    return picture == 0 || !looks[look].queue;
}

/* --- files --- */

static const char *source(const char *path)
{
    const char *root = getenv("TRIAGE_SRCDIR");
    return arena_printf(desk.arena, "%s/%s", root ? root : ".", path);
}

static const char *file_of(int picture, int look)
{
    return source(arena_printf(desk.arena, "data/doc/screens/%s-%s.svg", pictures[picture].name, looks[look].name));
}

/* The file's bytes; NULL if it cannot be read. */
static char *kept(const char *path)
{
    enum { MOST = 1 << 20 };
    FILE *in = fopen(path, "r");
    if (!in)
        return NULL;
    char *text = arena_alloc(desk.arena, MOST);
    text[fread(text, 1, MOST - 1, in)] = 0;
    fclose(in);
    return text;
}

static void keep(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0)
        fail_msg("writing %s: %s", path, strerror(errno));
}

/* --- a picture --- */

static void fill_hints(int picture)
{
    struct hint *list = ARENA_ARRAY(desk.arena, struct hint, HINTS_MAX);
    int n = 0;
    for (int i = 0; i < HINTS_MAX && pictures[picture].hints[i]; i++) {
        const struct binding *b = keymap_find(keymap, pictures[picture].screen, pictures[picture].hints[i]);
        if (!b)
            fail_msg("no key for %s", pictures[picture].hints[i]);
        list[n++] = (struct hint){b->spelled, pictures[picture].hints[i]};
    }
    desk.look.hints = list;
    desk.look.hint_count = n;
}

static char *made(int picture, int look)
{
    const char *dirs[] = {source("themes"), NULL};
    struct theme theme;
    struct err err = {0};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    if (!theme_find(&theme, looks[look].theme, dirs, &err))
        fail_msg("%s", err.text);
    desk_size(&desk, looks[look].columns, looks[look].rows);
    fill_hints(picture);
    pictures[picture].draw();
    svg_write(desk.surface, &theme, pictures[picture].title, out);
    assert_int_equal(fclose(out), 0);
    char *copy = arena_strdup(desk.arena, text);
    free(text);
    return copy;
}

static int setup(void **state)
{
    static const struct { enum mirror_doc_id id; int64_t ticket; const char *name; } documents[] = {
        {MIRROR_TICKET, TICKET, "ticket.json"}, {MIRROR_LINES, TICKET, "lines.json"},       {MIRROR_ESCALATIONS, 0, "escalations.json"},
        {MIRROR_EVENTS, 0, "events.json"},      {MIRROR_REFUSALS, 0, "refusals.json"}, {MIRROR_SCORES, 0, "scores.json"},
        {MIRROR_PARCELS, 0, "parcels.json"},    {MIRROR_WAITING, 0, "waiting.json"},   {MIRROR_DEAD, 0, "dead.json"},
        {MIRROR_DESTINATIONS, 0, "destinations.json"}, {MIRROR_LABELS, 0, "labels.json"}, {MIRROR_SIMILAR, TICKET, "similar.json"},
        {MIRROR_CUSTOMER, 0, "customer.json"}, {MIRROR_ARTICLES, 0, "articles.json"}, {MIRROR_MACROS, 0, "macros.json"},
        {MIRROR_AGENTS, 0, "agents.json"}, {MIRROR_HANDOVER, 0, "handover.json"},
        {MIRROR_WHY, TICKET, "why.json"}, {MIRROR_ONCALL, 0, "oncall.json"}, {MIRROR_STATS, 0, "stats.json"}, {MIRROR_AUDIT, 0, "audit.json"}};
    static const char *const screens[] = {"queue", "ticket", "escalations", "ingest", "deliveries", "labels", "customer", "articles", "macros", "oncall", "agents", "handover", "boss", "metrics", "audit", NULL};
    struct err err = {0};
    (void)state;
    desk_start(&desk);
    desk.look.tz = zone_load(desk.arena, "Europe/Berlin", &err); /* which oncall.json names */
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        desk_document(&desk, documents[i].id, documents[i].ticket, documents[i].name);
    size_t n;
    char *page = desk_fixture(desk.arena, "page.json", &n);
    if (!mirror_page(desk.mirror, "all", NULL, false, page, n, &err))
        fail_msg("%s", err.text);
    keymap = keymap_new(desk.arena);
    if (!keymap_load(keymap, source("data/keys/default.keys"), screens, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_end(&desk);
    return 0;
}

static void the_pictures_in_the_documents_are_what_the_screens_draw(void **state)
{
    int differ = 0;
    (void)state;
    for (int picture = 0; picture < PICTURES; picture++)
        for (int look = 0; look < LOOKS; look++) {
            const char *path = file_of(picture, look), *old = kept(path);
            if (!taken(picture, look) || str_eq(old, made(picture, look)))
                continue;
            print_message("# %s %s\n", path, old ? "is not what the screen draws" : "is not there");
            differ++;
        }
    if (differ)
        fail_msg("%d pictures are not up to date: run make screenshots, look at them, and commit them", differ);
}

static void write_all(void **state)
{
    (void)state;
    for (int picture = 0; picture < PICTURES; picture++)
        for (int look = 0; look < LOOKS; look++)
            if (taken(picture, look))
                keep(file_of(picture, look), made(picture, look));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest compare[] = {cmocka_unit_test_setup_teardown(the_pictures_in_the_documents_are_what_the_screens_draw, setup, teardown)};
    const struct CMUnitTest write[] = {cmocka_unit_test_setup_teardown(write_all, setup, teardown)};
    return argc > 1 && strcmp(argv[1], "write") == 0 ? cmocka_run_group_tests(write, NULL, NULL) : cmocka_run_group_tests(compare, NULL, NULL);
}
