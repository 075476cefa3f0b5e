/* gallery: see gallery.h. */
#include "support/gallery.h"
#include "base/str.h"
#include "command/command.h"
#include "command/guide.h"
#include "core/field.h"
#include "screen/agents.h"
#include "screen/clocks.h"
#include "screen/composer.h"
#include "screen/lists.h"
#include "screen/metrics.h"
#include "screen/popup.h"
#include "screen/preview.h"
#include "screen/queue.h"
#include "screen/scoreboard.h"
#include "screen/sign.h"
#include "screen/ticket.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TICKET = 4119 };

static struct keymap *keymap;

/* --- screens --- */

/* With the cursor on the ticket whose documents are known, where there is a pane beside the list to show them. */
static void draw_queue(struct desk_case *desk)
{
    struct queue queue;
    queue_init(&queue);
    queue_sync(&queue, desk->mirror, false);
    if (queue_has_pane(&queue, surface_columns(desk->surface)))
        list_select(queue.list, TICKET);
    queue_draw(&queue, &desk->look, desk->surface);
    queue_fini(&queue);
}

static void draw_ticket(struct desk_case *desk)
{
    struct ticket_screen ticket = {0};
    ticket_open(&ticket, TICKET);
    ticket_draw(&ticket, &desk->look, desk->surface);
    ticket_fini(&ticket);
}

static void draw_list(struct desk_case *desk, enum lists_id id, int64_t selected)
{
    struct lists lists;
    lists_init(&lists, id);
    lists_sync(&lists, &desk->look, false);
    if (selected)
        list_select(lists.list, selected);
    lists_draw(&lists, &desk->look, desk->surface);
    lists_fini(&lists);
}

static void draw_escalations(struct desk_case *desk)
{
    draw_list(desk, LISTS_ESCALATIONS, 0);
}

static void draw_ingest(struct desk_case *desk)
{
    draw_list(desk, LISTS_INGEST, 0);
}

static void draw_deliveries(struct desk_case *desk)
{
    draw_list(desk, LISTS_DELIVERIES, 0);
}

/* The ticket whose neighbours are known. */
static void draw_review(struct desk_case *desk)
{
    draw_list(desk, LISTS_REVIEW, TICKET);
}

static void draw_customer(struct desk_case *desk)
{
    draw_list(desk, LISTS_CUSTOMER, 0);
}

static void draw_articles(struct desk_case *desk)
{
    draw_list(desk, LISTS_ARTICLES, 0);
}

static void draw_macros(struct desk_case *desk)
{
    draw_list(desk, LISTS_MACROS, 0);
}

static void draw_oncall(struct desk_case *desk)
{
    draw_list(desk, LISTS_ONCALL, 0);
}

static void draw_agents(struct desk_case *desk)
{
    draw_list(desk, LISTS_AGENTS, 0);
}

static void draw_health(struct desk_case *desk)
{
    draw_list(desk, LISTS_HEALTH, 0);
}

static void draw_handover(struct desk_case *desk)
{
    draw_list(desk, LISTS_HANDOVER, 0);
}

static void draw_scoreboard(struct desk_case *desk)
{
    struct scoreboard board = {0};
    scoreboard_draw(&board, &desk->look, desk->surface);
}

static void draw_metrics(struct desk_case *desk)
{
    struct metrics metrics = {.period = 1};
    metrics_draw(&metrics, &desk->look, desk->surface);
}

static void draw_audit(struct desk_case *desk)
{
    draw_list(desk, LISTS_AUDIT, 0);
}

static void draw_drafts(struct desk_case *desk)
{
    draw_list(desk, LISTS_DRAFTS, 0);
}

/* --- overlays --- */

static void finish(struct desk_case *desk, struct overlay *overlay)
{
    overlay_draw(overlay, &desk->look, desk->surface);
    overlay_close(overlay);
}

static const char *keys_of(const char *command)
{
    const struct binding *b = keymap_find(keymap, "queue", command);
    return b ? b->spelled : "";
}

/* The palette after a few letters, of the commands that a desk has in any case. */
static void draw_palette(struct desk_case *desk)
{
    static const char *const names[] = {"reply", "reopen", "reveal", "redo", "redraw", "resync", "resume", "replay", "remark", "freeze", "merge", "range", "claim", "assign"};
    enum { NAMES = sizeof names / sizeof *names };
    struct overlay overlay = {0};
    struct picker_item items[NAMES];
    draw_queue(desk);
    for (int i = 0; i < NAMES; i++)
        items[i] = (struct picker_item){.id = i + 1, .name = names[i], .detail = command_find(names[i])->help, .keys = keys_of(names[i])};
    overlay_pick(&overlay, 1, ":", items, NAMES, true);
    picker_type(overlay.picker, "re");
    finish(desk, &overlay);
}

/* Whom it is given to, with what they have. */
static void draw_picker(struct desk_case *desk)
{
    struct overlay overlay = {0};
    int n = mirror_agent_count(desk->mirror);
    struct picker_item *items = ARENA_ARRAY(desk->arena, struct picker_item, n + 1);
    draw_queue(desk);
    for (int i = 0; i < n; i++) {
        const struct mirror_agent *agent = mirror_agent_at(desk->mirror, i);
        items[i] = (struct picker_item){.id = i + 1, .name = agent->name, .detail = agents_detail(&desk->look, agent)};
    }
    overlay_pick(&overlay, 1, "assign to: ", items, (size_t)n, false);
    finish(desk, &overlay);
}

static void draw_filter(struct desk_case *desk)
{
    struct overlay overlay = {0};
    draw_queue(desk);
    overlay_ask(&overlay, 1, "/", "plan:ent !urgency:low");
    finish(desk, &overlay);
}

static void draw_confirm(struct desk_case *desk)
{
    struct overlay overlay = {0};
    draw_ticket(desk);
    overlay_confirm(&overlay, 1, "This ticket's source takes no replies. Make it an internal note?   y note   Esc no", "y");
    finish(desk, &overlay);
}

static void draw_help(struct desk_case *desk)
{
    struct overlay overlay = {0};
    draw_queue(desk);
    struct pager *pager = overlay_read(&overlay, 1, "Help: queue   (/ searches, q leaves; what has no key is said after :)");
    pager_begin(pager);
    guide_read(desk->arena, keymap, "queue", look_columns(desk->surface) - 2, pager);
    sign_read(desk->arena, pager, look_columns(desk->surface) - 2);
    pager_end(pager);
    finish(desk, &overlay);
}

/* What may follow `g`. */
static void draw_popup(struct desk_case *desk)
{
    static const struct hint hints[] = {{"gm", "Mine 12"}, {"gu", "Unassigned 34"}, {"gc", "Critical 3"}, {"gs", "SLA risk 7"}, {"gz", "Snoozed 4"}, {"ga", "All 1,204"},
                                        {"ge", "escalations"}, {"gb", "boss"}, {"gd", "deliveries"}, {"gi", "ingest"}, {"gl", "labels"}, {"gp", "customer"},
                                        {"gk", "articles"}, {"gK", "macros"}, {"go", "oncall"}, {"gt", "metrics"}, {"gw", "agents"}, {"gh", "handover"}, {"gH", "health"}, {"gg", "top"}};
    draw_queue(desk);
    popup_draw(&desk->look, desk->surface, "g", hints, sizeof hints / sizeof *hints);
}

/* Three are marked and are to be given to somebody. */
static void draw_bulk(struct desk_case *desk)
{
    static const char answer[] = "{\"results\":[{\"ticket\":4119,\"ok\":true,\"changes\":[[\"assignee\",\"ana\",\"tom\"]]},"
                                 "{\"ticket\":4121,\"ok\":true,\"changes\":[[\"status\",\"new\",\"open\"],[\"assignee\",null,\"tom\"]]},"
                                 "{\"ticket\":4098,\"ok\":true,\"changes\":[]},"
                                 "{\"ticket\":4101,\"ok\":false,\"error\":{\"detail\":\"#4101 is closed: what comes is a new ticket\"}}]}";
    struct overlay overlay = {0};
    const struct json *root = json_parse_in(desk->arena, answer, strlen(answer), &json_limits_native, NULL, NULL);
    draw_queue(desk);
    struct pager *pager = overlay_read(&overlay, 1, "assign tom: 2 of 4 tickets change   (y does it, q leaves)");
    overlay_answers(&overlay, "y");
    preview_read(&desk->look, pager, root, false, look_columns(desk->surface) - 1);
    finish(desk, &overlay);
}

/* `w` on a ticket that is late, as the console shows it over its queue. */
static void draw_why(struct desk_case *desk)
{
    struct overlay overlay = {0};
    draw_queue(desk);
    struct pager *pager = overlay_read(&overlay, 1, "Why: sla of #4119");
    pager_begin(pager);
    clocks_read(&desk->look, pager, mirror_doc(desk->mirror, MIRROR_WHY)->root);
    pager_end(pager);
    finish(desk, &overlay);
}

/* --- the composer --- */

static const char files[] = "[{\"name\":\"cookies.txt\",\"size\":1830,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"},"
                            "{\"name\":\"steps.pdf\",\"size\":212000,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]";

static void draw_composer(struct desk_case *desk, enum composer_state state)
{
    struct composer composer = {0};
    composer_open(&composer, TICKET, 7, true, "Hi Jane,\n\ncould you try a private window? {{status_page}}\n\nAna");
    composer.state = state;
    composer.saved_at = DESK_NOW - 60000;
    if (state == COMPOSER_REVIEW || state == COMPOSER_SENDING || state == COMPOSER_DETACHING)
        attached_read(&composer.attached, json_parse_in(desk->arena, files, strlen(files), &json_limits_native, NULL, NULL));
    if (state == COMPOSER_RIVAL) {
        composer.rival_text = editor_new(false, COMPOSER_TEXT);
        editor_set(composer.rival_text, "Hi Jane,\n\nwe found it: a cookie of the old domain. Please delete it once.\n\nAna");
    }
    composer_draw(&composer, &desk->look, desk->surface);
    composer_fini(&composer);
}

static void draw_writing(struct desk_case *desk)
{
    draw_composer(desk, COMPOSER_WRITING);
}

static void draw_reviewing(struct desk_case *desk)
{
    draw_composer(desk, COMPOSER_REVIEW);
}

static void draw_sending(struct desk_case *desk)
{
    draw_composer(desk, COMPOSER_SENDING);
}

static void draw_conflict(struct desk_case *desk)
{
    draw_composer(desk, COMPOSER_CONFLICT);
}

static void draw_discarding(struct desk_case *desk)
{
    draw_composer(desk, COMPOSER_DISCARDING);
}

static void draw_detaching(struct desk_case *desk)
{
    draw_composer(desk, COMPOSER_DETACHING);
}

static void draw_rival(struct desk_case *desk)
{
    draw_composer(desk, COMPOSER_RIVAL);
}

/* --- the table --- */

static const struct gallery_picture pictures[] = {
    {"queue", "The queue", PLACE_QUEUE, OVERLAY_NONE, 0, draw_queue},
    {"ticket", "A ticket", PLACE_TICKET, OVERLAY_NONE, 0, draw_ticket},
    {"escalations", "Escalations", PLACE_ESCALATIONS, OVERLAY_NONE, 0, draw_escalations},
    {"oncall", "On call", PLACE_ONCALL, OVERLAY_NONE, 0, draw_oncall},
    {"metrics", "The numbers", PLACE_METRICS, OVERLAY_NONE, 0, draw_metrics},
    {"drafts", "Texts being written", PLACE_DRAFTS, OVERLAY_NONE, 0, draw_drafts},
    {"audit", "Who did what", PLACE_AUDIT, OVERLAY_NONE, 0, draw_audit},
    {"scoreboard", "The scoreboard", PLACE_BOSS, OVERLAY_NONE, 0, draw_scoreboard},
    {"ingest", "What came in", PLACE_INGEST, OVERLAY_NONE, 0, draw_ingest},
    {"deliveries", "What leaves", PLACE_DELIVERIES, OVERLAY_NONE, 0, draw_deliveries},
    {"labels", "Label review", PLACE_REVIEW, OVERLAY_NONE, 0, draw_review},
    {"customer", "A customer", PLACE_CUSTOMER, OVERLAY_NONE, 0, draw_customer},
    {"articles", "Articles", PLACE_ARTICLES, OVERLAY_NONE, 0, draw_articles},
    {"macros", "Macros", PLACE_MACROS, OVERLAY_NONE, 0, draw_macros},
    {"agents", "Who works here", PLACE_AGENTS, OVERLAY_NONE, 0, draw_agents},
    {"handover", "The handover", PLACE_HANDOVER, OVERLAY_NONE, 0, draw_handover},
    {"health", "Whether the desk is well", PLACE_HEALTH, OVERLAY_NONE, 0, draw_health},
    {"why", "Why a clock is red", PLACE_QUEUE, OVERLAY_READ, 0, draw_why},
    {"help", "Help", PLACE_QUEUE, OVERLAY_READ, 0, draw_help},
    {"popup", "What may follow g", PLACE_QUEUE, OVERLAY_NONE, 0, draw_popup},
    {"bulk", "What an act on many would do", PLACE_QUEUE, OVERLAY_READ, 0, draw_bulk},
    {"palette", "The palette", PLACE_QUEUE, OVERLAY_PICK, 0, draw_palette},
    {"picker", "A picker", PLACE_QUEUE, OVERLAY_PICK, 0, draw_picker},
    {"filter", "A filter being written", PLACE_QUEUE, OVERLAY_ASK, 0, draw_filter},
    {"confirm", "A question", PLACE_TICKET, OVERLAY_CONFIRM, 0, draw_confirm},
    {"composer", "A reply being written", PLACE_TICKET, OVERLAY_NONE, COMPOSER_WRITING + 1, draw_writing},
    {"review", "The review before it is sent", PLACE_TICKET, OVERLAY_NONE, COMPOSER_REVIEW + 1, draw_reviewing},
    {"sending", "A reply on its way", PLACE_TICKET, OVERLAY_NONE, COMPOSER_SENDING + 1, draw_sending},
    {"conflict", "Somebody wrote meanwhile", PLACE_TICKET, OVERLAY_NONE, COMPOSER_CONFLICT + 1, draw_conflict},
    {"discard", "Thrown away?", PLACE_TICKET, OVERLAY_NONE, COMPOSER_DISCARDING + 1, draw_discarding},
    {"detach", "Which file stays here?", PLACE_TICKET, OVERLAY_NONE, COMPOSER_DETACHING + 1, draw_detaching},
    {"rival", "Whose text stays?", PLACE_TICKET, OVERLAY_NONE, COMPOSER_RIVAL + 1, draw_rival},
};

int gallery_count(void)
{
    return (int)(sizeof pictures / sizeof *pictures);
}

const struct gallery_picture *gallery_at(int i)
{
    return &pictures[i];
}

/* --- the desk --- */

static const struct document {
    enum mirror_doc_id id;
    int64_t ticket;
    const char *name;
} documents[] = {
    {MIRROR_TICKET, TICKET, "ticket.json"}, {MIRROR_ESCALATIONS, 0, "escalations.json"}, {MIRROR_PAGED, 0, "escalations.json"},
    {MIRROR_EVENTS, 0, "events.json"}, {MIRROR_REFUSALS, 0, "refusals.json"}, {MIRROR_SCORES, 0, "scores.json"},
    {MIRROR_PARCELS, 0, "parcels.json"}, {MIRROR_WAITING, 0, "waiting.json"}, {MIRROR_DEAD, 0, "dead.json"},
    {MIRROR_DESTINATIONS, 0, "destinations.json"}, {MIRROR_LABELS, 0, "labels.json"}, {MIRROR_SIMILAR, TICKET, "similar.json"},
    {MIRROR_CUSTOMER, 0, "customer.json"}, {MIRROR_ARTICLES, 0, "articles.json"}, {MIRROR_MACROS, 0, "macros.json"},
    {MIRROR_AGENTS, 0, "agents.json"}, {MIRROR_OUTLIERS, 0, "outliers.json"}, {MIRROR_HANDOVER, 0, "handover.json"}, {MIRROR_SELF, 0, "self.json"}, {MIRROR_SOURCES, 0, "sources.json"}, {MIRROR_WHY, TICKET, "why.json"},
    {MIRROR_ONCALL, 0, "oncall.json"}, {MIRROR_STATS, 0, "stats.json"}, {MIRROR_AUDIT, 0, "audit.json"}, {MIRROR_DRAFTS, 0, "drafts.json"}};

static void lay_out(struct desk_case *desk)
{
    struct err err = {0};
    size_t n;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        desk_document(desk, documents[i].id, documents[i].ticket, documents[i].name);
    char *page = desk_fixture(desk->arena, "page.json", &n);
    if (!mirror_page(desk->mirror, "all", NULL, false, page, n, &err))
        fail_msg("%s", err.text);
}

static void lay_out_nothing(struct desk_case *desk)
{
    struct err err = {0};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (!documents[i].ticket && !mirror_doc_set(desk->mirror, documents[i].id, 0, "{}", 2, DESK_NOW, &err))
            fail_msg("%s", err.text);
}

const struct keymap *gallery_keymap(void)
{
    return keymap;
}

void gallery_start(struct desk_case *desk, bool bare)
{
    struct err err = {0};
    const char *root = getenv("TRIAGE_SRCDIR");
    desk_start(desk);
    desk->look.tz = zone_load(desk->arena, "Europe/Berlin", &err); /* which oncall.json names */
    if (bare)
        lay_out_nothing(desk);
    else
        lay_out(desk);
    keymap = keymap_new(desk->arena);
    if (!keymap_load(keymap, arena_printf(desk->arena, "%s/data/keys/default.keys", root ? root : "."), screens_names, &err))
        fail_msg("%s", err.text);
}

void gallery_draw(struct desk_case *desk, const struct gallery_picture *picture, int columns, int rows)
{
    desk_size(desk, columns, rows);
    screens_hints(picture->place, keymap, desk->arena, NULL, NULL, &desk->look);
    picture->draw(desk);
}

void gallery_end(struct desk_case *desk)
{
    desk_end(desk);
}
