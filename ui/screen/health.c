/* health: see health.h. Nothing is judged that a rule does not name: a number without a limit is told and no more. */
#include "screen/health.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { APART_MS = 5000, JOURNAL_MOST = 256 << 20 }; /* clocks as triage doctor judges them; a checkpoint keeps the journal far below */
enum { SETTLED_MS = 3600000 }; /* a source is fine again so long after the last that was refused */
enum verdict { WRONG, LOOK, FINE, OFF };

struct told {
    enum verdict verdict;
    const char *now, *says; /* the state in a few words; what to do, or more of it */
};
struct check {
    const char *kind, *name; /* name NULL: the row's own */
    struct told (*tell)(const struct look *look, const struct json *json);
};

static const char *text_of(const struct json *json, const char *name)
{
    return json_get_string(json, name, "");
}

static int64_t number_of(const struct json *json, const char *name)
{
    return json_get_i64(json, name, 0);
}

static const char *megabytes(const struct look *look, int64_t bytes)
{
    return arena_printf(look->arena, "%lld.%lld MB", (long long)(bytes >> 20), (long long)((bytes & 0xfffff) * 10 >> 20));
}

/* --- the daemon --- */

static struct told tell_daemon(const struct look *look, const struct json *self)
{
    return (struct told){FINE, arena_printf(look->arena, "up %s", look_ago(look->arena, number_of(self, "up_ms"))),
                         arena_printf(look->arena, "triaged %s, process %lld", text_of(self, "version"), (long long)number_of(self, "pid"))};
}

static struct told tell_line(const struct look *look, const struct json *self)
{
    (void)self;
    bool live = look->link_role == UI_OK;
    return (struct told){live ? FINE : LOOK, look->link ? look->link : "-", live ? "what is shown is what is" : "what is shown may be old"};
}

static struct told tell_memory(const struct look *look, const struct json *self)
{
    const struct json *memory = json_get(self, "memory");
    return (struct told){FINE, arena_printf(look->arena, "%s in use", megabytes(look, number_of(memory, "used"))),
                         arena_printf(look->arena, "%s free for the next time", megabytes(look, number_of(memory, "kept")))};
}

static struct told tell_console(const struct look *look, const struct json *self)
{
    (void)self;
    return (struct told){FINE, arena_printf(look->arena, "%s in use", megabytes(look, (int64_t)look->held.used)),
                         arena_printf(look->arena, "%s free for the next time", megabytes(look, (int64_t)look->held.kept))};
}

static struct told tell_store(const struct look *look, const struct json *self)
{
    const struct json *store = json_get(self, "store"), *memory = json_get(self, "memory");
    int64_t journal = number_of(store, "journal");
    const char *says = arena_printf(look->arena, "journal %s; %s of %s for its pages in memory", megabytes(look, journal), megabytes(look, number_of(memory, "pages")),
                                    megabytes(look, number_of(memory, "pages_most")));
    return (struct told){journal > JOURNAL_MOST ? LOOK : FINE, megabytes(look, number_of(store, "bytes")), says};
}

static struct told tell_clock(const struct look *look, const struct json *self)
{
    int64_t apart = mirror_offset(look->mirror);
    bool good = apart < APART_MS && apart > -APART_MS;
    (void)self;
    return (struct told){good ? FINE : WRONG, arena_printf(look->arena, "%lld ms apart", (long long)apart),
                         good ? "the daemon's and this machine's" : "countdowns follow the daemon's; set this machine's"};
}

static struct told tell_classifier(const struct look *look, const struct json *self)
{
    const struct json *model = json_get(self, "model");
    int64_t epoch = number_of(model, "epoch");
    return (struct told){model ? FINE : OFF, !model ? "none" : epoch ? arena_printf(look->arena, "epoch %lld", (long long)epoch) : "starter rules",
                         "gl shows what it was unsure of"};
}

static const struct check own[] = {{"daemon", "triaged", tell_daemon}, {"daemon", "line", tell_line},    {"daemon", "memory", tell_memory},
                                   {"daemon", "store", tell_store},    {"daemon", "clocks", tell_clock}, {"daemon", "classifier", tell_classifier},
                                   {"this console", "console memory", tell_console}};
enum { OWN = sizeof own / sizeof *own };

/* --- what leaves, what comes in --- */

static struct told tell_destination(const struct look *look, const struct json *d)
{
    int64_t dead = number_of(d, "dead"), retrying = number_of(d, "retrying"), ok_at = number_of(d, "ok_at");
    int64_t since = number_of(d, "failing_since");
    const char *well = ok_at ? arena_printf(look->arena, "last taken %s", look_since(look->arena, look->now - ok_at)) : "nothing was taken yet";
    if (!str_eq(text_of(d, "state"), "active"))
        return (struct told){str_eq(text_of(d, "state"), "disabled") ? OFF : LOOK, text_of(d, "state"), *text_of(d, "reason") ? text_of(d, "reason") : well};
    if (!str_eq(text_of(d, "breaker"), "closed"))
        return (struct told){WRONG, arena_printf(look->arena, "breaker %s", look_words(look->arena, text_of(d, "breaker"))),
                             arena_printf(look->arena, "failing since %s, %s", look_stamp(look, since), well)};
    if (dead)
        return (struct told){WRONG, arena_printf(look->arena, "%s dead", look_count(look->arena, dead)), "gd shows them, R sends again"};
    if (retrying)
        return (struct told){LOOK, arena_printf(look->arena, "%s retrying", look_count(look->arena, retrying)), well};
    return (struct told){FINE, arena_printf(look->arena, "%s waiting", look_count(look->arena, number_of(d, "due") + number_of(d, "flying"))), well};
}

/* What is refused once is looked at; what was refused is history after a while. */
static struct told tell_source(const struct look *look, const struct json *s)
{
    int64_t at = number_of(s, "last_at"), trouble_at = number_of(s, "refused") || number_of(s, "quarantine") ? number_of(s, "trouble_at") : 0;
    const char *refused = look_count(look->arena, number_of(s, "refused")), *quarantine = look_count(look->arena, number_of(s, "quarantine"));
    const char *heard = at ? arena_printf(look->arena, "last heard %s", look_since(look->arena, look->now - at)) : "not heard since the daemon started";
    const char *last = look_since(look->arena, look->now - trouble_at);
    if (json_get_bool(s, "disabled", false))
        return (struct told){OFF, "disabled", heard};
    if (trouble_at && look->now - trouble_at < SETTLED_MS)
        return (struct told){LOOK, !number_of(s, "refused") ? arena_printf(look->arena, "%s kept aside", quarantine)
                                   : number_of(s, "quarantine") ? arena_printf(look->arena, "%s refused, %s aside", refused, quarantine)
                                                                : arena_printf(look->arena, "%s refused", refused),
                             arena_printf(look->arena, "%s, gi says why; fine an hour after the last; %s", last, heard)};
    return (struct told){FINE, arena_printf(look->arena, "%s accepted", look_count(look->arena, number_of(s, "accepted"))),
                         trouble_at ? arena_printf(look->arena, "%s refused, %s in quarantine, the last %s; %s", refused, quarantine, last, heard) : heard};
}

static const struct check destination = {"destination", NULL, tell_destination}, source = {"source", NULL, tell_source};

static const struct check *check_of(const struct lists_item *item)
{
    return item->id <= OWN ? &own[item->id - 1] : json_get(item->json, "breaker") ? &destination : &source;
}

static struct told tell(const struct look *look, const struct lists_item *item)
{
    return check_of(item)->tell(look, item->json);
}

/* --- the columns --- */

static struct badge badge_of(enum verdict verdict)
{
    static const struct badge badges[] = {
        [WRONG] = {"✗", "wrong", UI_LATE}, [LOOK] = {"▲", "look", UI_WARN}, [FINE] = {"✔", "fine", UI_OK}, [OFF] = {"○", "off", UI_MUTED}};
    return badges[verdict];
}

static void draw_verdict(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct badge b = badge_of(tell(look, item).verdict);
    (void)selected;
    surface_text(s, row, column, width, b.role, arena_printf(look->arena, "%s %s", b.glyph, b.word));
}

static void draw_name(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct check *check = check_of(item);
    (void)look;
    surface_text(s, row, column, width, selected ? UI_SELECTED : UI_STRONG,
                 check->name ? check->name : text_of(((const struct lists_item *)item)->json, "name"));
}

static void draw_kind(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look, (void)selected;
    surface_text(s, row, column, width, UI_DIM, check_of(item)->kind);
}

static void draw_now(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    struct told told = tell(look, item);
    (void)selected;
    surface_text(s, row, column, width, told.verdict < FINE ? badge_of(told.verdict).role : UI_NORMAL, told.now);
}

static void draw_says(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_DIM, tell(look, item).says);
}

static const struct column columns[] = {
    {"State", 8, 0, false, draw_verdict}, {"What", 14, 0, false, draw_name}, {"Is a", 12, 100, false, draw_kind}, {"Now", 18, 0, false, draw_now}, {"", 0, 0, false, draw_says}};

/* --- the table --- */

struct ranked {
    struct lists_item item;
    enum verdict verdict;
    int nth;
};

static int by_verdict(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->verdict != y->verdict ? (int)x->verdict - (int)y->verdict : x->nth - y->nth;
}

static void push(const struct look *look, struct ranked *all, int *count, const struct json *json, int64_t id)
{
    struct lists_item item = {.json = json, .id = id};
    all[*count] = (struct ranked){item, tell(look, &item).verdict, *count};
    ++*count;
}

static int64_t key_of(const struct look *look, const char *kind, const struct json *row)
{
    return OWN + lists_key(arena_printf(look->arena, "%s %s", kind, text_of(row, "name")));
}

static struct ranked *ranked(const struct look *look, int *count)
{
    const struct json *self = mirror_doc(look->mirror, MIRROR_SELF)->root;
    const struct json *out = json_get(mirror_doc(look->mirror, MIRROR_DESTINATIONS)->root, "destinations");
    const struct json *in = json_get(mirror_doc(look->mirror, MIRROR_SOURCES)->root, "sources");
    struct ranked *all = ARENA_ARRAY(look->arena, struct ranked, OWN + json_count(out) + json_count(in));
    *count = 0;
    for (int i = 0; self && i < OWN; i++)
        push(look, all, count, self, i + 1);
    for (const struct json *d = json_first(out); d; d = json_next(d))
        push(look, all, count, d, key_of(look, "destination", d));
    for (const struct json *s = json_first(in); s; s = json_next(s))
        push(look, all, count, s, key_of(look, "source", s));
    qsort(all, (size_t)*count, sizeof *all, by_verdict);
    return all;
}

static struct lists_item *items(const struct look *look, int *count)
{
    const struct ranked *all = ranked(look, count);
    struct lists_item *list = ARENA_ARRAY(look->arena, struct lists_item, *count + 1);
    for (int i = 0; i < *count; i++)
        list[i] = all[i].item;
    return list;
}

static void head(const struct look *look, struct surface *s)
{
    int count, column = surface_text(s, 1, 1, -1, UI_TITLE, "Health") + 4, of[OFF + 1] = {0};
    const struct ranked *all = ranked(look, &count);
    for (int i = 0; i < count; i++)
        of[all[i].verdict]++;
    if (of[WRONG])
        column = look_piece(look, s, 1, column, UI_LATE, arena_printf(look->arena, "✗ %d wrong", of[WRONG]));
    if (of[LOOK])
        column = look_piece(look, s, 1, column, UI_WARN, arena_printf(look->arena, "▲ %d to look at", of[LOOK]));
    if (count && !of[WRONG] && !of[LOOK])
        column = look_piece(look, s, 1, column, UI_OK, "✔ all is well");
    if (of[FINE] && (of[WRONG] || of[LOOK]))
        look_piece(look, s, 1, column, UI_DIM, arena_printf(look->arena, "%d fine", of[FINE]));
}

/* --- below: the row under the cursor, whole --- */

static const char *name_of(const struct lists_item *item)
{
    const char *name = check_of(item)->name;
    return name ? name : text_of(item->json, "name");
}

static const char *words(const struct look *look, const struct lists_item *item)
{
    struct told told = tell(look, item);
    return arena_printf(look->arena, "%s %s %s %s %s", badge_of(told.verdict).word, name_of(item), check_of(item)->kind, told.now, told.says);
}

const char *health_place(const struct lists_item *item)
{
    const struct check *check = check_of(item);
    return check == &destination ? "deliveries" : check == &source ? "ingest" : check->tell == tell_classifier ? "labels" : NULL;
}

/* The counts a source or a destination has; of the daemon itself all was told. */
static int draw_counts(const struct look *look, struct surface *s, int row, const struct lists_item *item)
{
    static const struct { const char *name, *word; enum ui_role role; } counts[] = {
        {"accepted", "accepted", UI_NORMAL}, {"ignored", "ignored", UI_DIM},   {"duplicate", "twice", UI_DIM},   {"conflict", "in conflict", UI_WARN},
        {"quarantine", "in quarantine", UI_LATE}, {"refused", "refused", UI_LATE}, {"due", "due", UI_NORMAL}, {"flying", "on their way", UI_NORMAL},
        {"retrying", "retrying", UI_WARN},   {"dead", "dead", UI_LATE},        {"failures", "failures on end", UI_WARN}};
    int column = 2, width = look_columns(s);
    for (size_t i = 0; i < sizeof counts / sizeof *counts && check_of(item)->name == NULL; i++) {
        int64_t n = number_of(item->json, counts[i].name);
        if (n && column < width - 20)
            column += surface_textf(s, row, column, width - column - 1, counts[i].role, "%s %s", look_count(look->arena, n), counts[i].word) + 3;
    }
    int64_t since = check_of(item) == &source ? number_of(mirror_doc(look->mirror, MIRROR_SOURCES)->root, "since") : 0; /* what came in is counted anew by each daemon */
    if (since && column > 2)
        look_piece(look, s, row, column, UI_DIM, arena_printf(look->arena, "since the start, %s", look_stamp(look, since)));
    return column > 2;
}

static void detail(const struct look *look, struct surface *s, int row, int rows, const struct lists_item *item)
{
    struct told told = tell(look, item);
    struct badge b = badge_of(told.verdict);
    const char *place = text_of(item->json, "place"), *dialect = text_of(item->json, "dialect");
    int last = row + rows, column = 2 + surface_textf(s, row, 2, -1, b.role, "%s %s", b.glyph, b.word) + 2;
    column += surface_text(s, row, column, -1, UI_STRONG, name_of(item)) + 2;
    surface_textf(s, row++, column, look_columns(s) - column - 1, UI_DIM, "%s%s%s%s%s", check_of(item)->kind, *place ? " at " : "", place, *dialect ? ", " : "", dialect);
    row += draw_counts(look, s, row, item);
    char **lines;
    int count = text_wrap(look->arena, text_safe_in(look->arena, arena_printf(look->arena, "%s: %s.", told.now, told.says), TEXT_LINE), look_columns(s) - 4, &lines);
    for (int i = 0; i < count && row < last; i++)
        surface_text(s, row++, 2, -1, told.verdict < FINE ? b.role : UI_NORMAL, lines[i]);
    if (row < last && health_place(item))
        surface_textf(s, row, 2, -1, UI_DIM, "Enter goes to %s", health_place(item));
}

const struct lists_type health_list = {
    .docs = {MIRROR_SELF, MIRROR_DESTINATIONS, MIRROR_SOURCES},
    .doc_count = 3,
    .needs = 3,
    .shifts = true,
    .items = items,
    .head = head,
    .words = words,
    .detail = detail,
    .detail_most = 6,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .empty = "The daemon said nothing of itself. R asks again; triage doctor looks from the shell.",
};
