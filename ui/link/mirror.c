/* mirror: the desk as last told. Owns: the rows (rows.c), the desk's texts (one arena, swapped by each
 * snapshot), the documents (an arena each), and the last frames. Pure.
 *
 * Why frames are kept: a page is answered by a reader of the database while frames are already further; after
 * a page of seq S the frames behind S are played again, so that neither order of arrival loses a row. Counts are
 * kept by the same rule: each knows the seq it was counted at, and the newer one stands. */
#include "link/mirror.h"
#include "core/field.h"
#include "link/frames.h"
#include "link/rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET_MAX = 4096, CLOCK_SLACK_MS = 1500 };

struct pending {
    int64_t ticket, seq;
};
struct mirror {
    mirror_match *match;
    void *match_arg;
    struct rows rows;
    char *view, *where, *next;
    int64_t seq, offset, focus;
    bool ready, bands, restricted, behind;

    struct arena *agents_arena; /* theirs: they are told of more often */
    struct arena *desk; /* texts of everything down to doc */
    const char *team, *me, *role, *oncall;
    struct arena *views_arena;
    struct mirror_view *views;
    int view_count;
    struct mirror_agent *agents;
    int agent_count;
    struct mirror_boss boss;
    struct mirror_player player;
    int64_t triggered, acknowledged, snoozed;
    int64_t counted; /* the seq of these three */
    struct windows windows;
    struct paged paged;
    char boss_texts[4][96];

    struct mirror_present present[MIRROR_PRESENT_MAX];
    int present_count;
    int64_t stream;
    struct json *kept; /* my settings */

    struct mirror_doc doc[MIRROR_DOCS];
    int64_t doc_number; /* of the last that came */
    struct frames frames;
    struct pending *pending;
    int pending_count, pending_cap;
};

static void *must(void *ptr)
{
    if (!ptr) {
        fputs("triage: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

static void set_text(char **to, const char *text)
{
    char *copy = text ? must(strdup(text)) : NULL;
    free(*to);
    *to = copy;
}

struct mirror *mirror_new(mirror_match *match, void *arg)
{
    struct mirror *m = must(calloc(1, sizeof *m));
    m->match = match;
    m->match_arg = arg;
    m->team = m->me = m->role = m->oncall = "";
    return m;
}

void mirror_free(struct mirror *m)
{
    if (!m)
        return;
    rows_fini(&m->rows);
    for (int i = 0; i < MIRROR_DOCS; i++)
        mirror_doc_drop(m, i);
    frames_clear(&m->frames);
    json_free(m->kept);
    arena_free(m->agents_arena);
    arena_free(m->views_arena);
    arena_free(m->desk);
    free(m->view);
    free(m->where);
    free(m->next);
    free(m->pending);
    free(m);
}

/* --- reading parts of the desk --- */

static const char *text_of(struct arena *arena, const struct json *object, const char *name)
{
    return arena_strdup(arena, json_get_string(object, name, ""));
}

static struct mirror_view *view_of(struct mirror *m, const char *name)
{
    for (int i = 0; i < m->view_count; i++)
        if (str_eq(m->views[i].name, name))
            return &m->views[i];
    return NULL;
}

/* Read at seq: what the stream has counted since stands. */
static void read_views(struct mirror *m, const struct json *list, int64_t seq)
{
    struct arena *a = arena_new();
    const struct mirror_view *known = m->views;
    int known_count = m->view_count;
    m->views = ARENA_ARRAY(a, struct mirror_view, json_count(list) + 1);
    m->view_count = 0;
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        int sort = mirror_sort_find(json_get_string(v, "sort", "due"));
        m->views[m->view_count++] = (struct mirror_view){.name = text_of(a, v, "name"),
                                                         .title = text_of(a, v, "title"),
                                                         .text = text_of(a, v, "text"),
                                                         .count = json_get_i64(v, "count", 0),
                                                         .counted = seq,
                                                         .mine = json_get_bool(v, "mine", false),
                                                         .of = arena_strdup(a, json_get_string(v, "of", "desk")),
                                                         .by = text_of(a, v, "by"),
                                                         .sort = sort < 0 ? MIRROR_BY_DUE : sort,
                                                         .invert = json_get_bool(v, "invert", false)};
    }
    for (int i = 0; i < known_count; i++) {
        struct mirror_view *view = view_of(m, known[i].name);
        if (view && known[i].counted > seq) {
            view->count = known[i].count;
            view->counted = known[i].counted;
        }
    }
    arena_free(m->views_arena);
    m->views_arena = a;
}

static const char *joined(struct arena *arena, const struct json *list)
{
    const char *text = "";
    for (const struct json *item = json_first(list); item; item = json_next(item))
        text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", json_string(item) ? json_string(item) : "");
    return text;
}

static void read_agents(struct mirror *m, const struct json *list)
{
    if (m->agents_arena)
        arena_reset(m->agents_arena);
    else
        m->agents_arena = arena_new();
    m->agents = ARENA_ARRAY(m->agents_arena, struct mirror_agent, json_count(list) + 1);
    m->agent_count = 0;
    for (const struct json *a = json_first(list); a; a = json_next(a))
        m->agents[m->agent_count++] = (struct mirror_agent){.name = text_of(m->agents_arena, a, "name"),
                                                            .role = text_of(m->agents_arena, a, "role"),
                                                            .team = text_of(m->agents_arena, a, "team"),
                                                            .open = json_get_i64(a, "open", 0),
                                                            .load = json_get_i64(a, "load", 0),
                                                            .capacity = json_get_i64(a, "capacity", 0),
                                                            .away = text_of(m->agents_arena, a, "away"),
                                                            .skills = joined(m->agents_arena, json_get(a, "skills"))};
}

static const char *boss_text(struct mirror *m, int slot, const struct json *boss, const char *name)
{
    str_copy(m->boss_texts[slot], sizeof m->boss_texts[slot], json_get_string(boss, name, ""));
    return m->boss_texts[slot];
}

/* A frame says what changed; what it leaves out stays. */
static void read_boss(struct mirror *m, const struct json *boss)
{
    struct mirror_boss was = m->boss;
    m->boss = (struct mirror_boss){0};
    if (!json_is(boss, JSON_OBJECT))
        return;
    bool same = str_eq(m->boss_texts[0], json_get_string(boss, "key", ""));
    m->boss = (struct mirror_boss){
        .key = boss_text(m, 0, boss, "key"),
        .name = boss_text(m, 1, boss, "name"),
        .tier = boss_text(m, 2, boss, "tier"),
        .state = boss_text(m, 3, boss, "state"),
        .max_hp = json_get_i64(boss, "max_hp", 0),
        .hp = json_get_i64(boss, "hp", 0),
        .tickets_required = json_get_i64(boss, "tickets_required", same ? was.tickets_required : 0),
        .spawned_at = json_get_i64(boss, "spawned_at", same ? was.spawned_at : 0),
        .expires_at = json_get_i64(boss, "expires_at", same ? was.expires_at : 0)};
    if (m->boss.hp <= 0 || str_eq(m->boss.state, "fled"))
        m->boss.max_hp = 0;
}

static void read_player(struct mirror *m, const struct json *player)
{
    m->player = (struct mirror_player){.agent = m->me,
                                       .level = json_get_i64(player, "level", 1),
                                       .xp = json_get_i64(player, "xp", 0),
                                       .held = json_get_i64(player, "held", 0),
                                       .today = json_get_i64(player, "today", 0),
                                       .boss = json_get_i64(player, "boss", 0),
                                       .streak = json_get_i64(player, "streak", 0),
                                       .next_level_at = json_get_i64(player, "next_level_at", 0)};
}

static void read_escalations(struct mirror *m, const struct json *counts)
{
    m->triggered = json_get_i64(counts, "triggered", m->triggered);
    m->acknowledged = json_get_i64(counts, "acknowledged", m->acknowledged);
    m->snoozed = json_get_i64(counts, "snoozed", m->snoozed);
}

static void read_texts(struct mirror *m, const struct json *root)
{
    const struct json *me = json_get(root, "me");
    m->team = text_of(m->desk, root, "team");
    m->me = text_of(m->desk, me, "name");
    m->role = text_of(m->desk, me, "role");
    m->restricted = json_get_bool(me, "restricted", false);
    m->oncall = text_of(m->desk, root, "oncall");
    m->bands = json_get_bool(json_get(root, "model"), "bands", false);
    int64_t seq = json_get_i64(root, "seq", 0);
    read_views(m, json_get(root, "views"), seq);
    read_agents(m, json_get(root, "agents"));
    read_boss(m, json_get(root, "boss"));
    read_player(m, json_get(root, "player"));
    if (seq >= m->counted) {
        m->triggered = m->acknowledged = m->snoozed = 0;
        m->counted = seq;
        read_escalations(m, json_get(root, "escalations"));
    }
    windows_read(&m->windows, json_get(root, "maintenance"));
}

static struct json *parse(const char *json, size_t n, const char *what, struct err *err)
{
    struct json *root = json_parse(json, n, &json_limits_dialect, NULL, err);
    if (root && json_is(root, JSON_OBJECT))
        return root;
    if (root)
        err_set(err, ERR_INPUT, "not an object");
    json_free(root);
    err_in(err, "reading the daemon's answer (%s)", what);
    return NULL;
}

static void read_rows(struct mirror *m, const struct json *list)
{
    for (const struct json *object = json_first(list); object && m->rows.count < MIRROR_ROWS_MAX;
         object = json_next(object)) {
        struct mirror_row *row = rows_read(object);
        if (row)
            rows_append(&m->rows, row);
    }
}

static const char *const sort_words[MIRROR_SORTS] = {[MIRROR_BY_DUE] = "due", [MIRROR_BY_AGE] = "age", [MIRROR_BY_UPDATED] = "updated",
                                                     [MIRROR_BY_URGENCY] = "urgency", [MIRROR_BY_PRIORITY] = "priority"};

void mirror_sort(struct mirror *m, enum mirror_sort by, bool invert)
{
    m->rows.sort = by;
    m->rows.invert = invert;
}

enum mirror_sort mirror_sorted(const struct mirror *m, bool *inverted)
{
    *inverted = m->rows.invert;
    return m->rows.sort;
}

const char *mirror_sort_word(int by)
{
    return by >= 0 && by < MIRROR_SORTS ? sort_words[by] : "";
}

int mirror_sort_find(const char *word)
{
    for (int i = 0; i < MIRROR_SORTS; i++)
        if (strcmp(sort_words[i], word) == 0)
            return i;
    return -1;
}

static void read_page(struct mirror *m, const struct json *root, const char *view, const char *where,
                      bool more)
{
    if (!more)
        rows_clear(&m->rows);
    char *kept = where ? must(strdup(where)) : NULL;
    set_text(&m->view, view);
    set_text(&m->where, kept);
    free(kept);
    read_rows(m, json_get(root, "rows"));
    set_text(&m->next, json_get_string(root, "next", NULL));
    m->rows.more = m->next != NULL;
}

/* --- frames --- */

/* The views a frame names are all those the ticket is in; one that differs from agent to agent names its
 * owner. */
static bool in_list(const struct mirror *m, const struct json *views, const struct ticket *t, bool was)
{
    const struct mirror_view *view = mirror_view_find(m, m->view);
    bool in = view ? was : true;
    if (t->purged_at)
        return false;
    if (view && json_is(views, JSON_ARRAY))
        in = false;
    for (const struct json *v = json_first(views); v && view; v = json_next(v))
        if (str_eq(json_get_string(v, "name", ""), view->name) && json_get_bool(v, "in", true))
            in |= !view->mine || str_eq(json_get_string(v, "owner", m->me), m->me);
    if (view && str_eq(view->of, "own")) /* no frame names it: it is nobody else's */
        in = m->match && m->match(m->match_arg, view->text, t);
    if (m->where)
        return in && m->match && m->match(m->match_arg, m->where, t);
    return view ? in : was;
}

static unsigned apply_row(struct mirror *m, const struct json *data, int64_t now)
{
    struct mirror_row *row = rows_read(json_get(data, "row"));
    if (!row)
        return 0;
    int64_t id = row->t.id;
    int index = rows_index(&m->rows, id);
    if (index >= 0 && row->t.version && row->t.version < m->rows.list[index]->t.version) {
        free(row);
        return 0;
    }
    bool was = index >= 0 && !m->rows.list[index]->gone, arrived = false;
    if (!in_list(m, json_get(data, "views"), &row->t, was)) {
        if (index < 0) {
            free(row);
            return 0;
        }
        rows_put(&m->rows, row, &arrived);
        rows_leave(&m->rows, id);
        return MIRROR_CHANGED_ROWS;
    }
    row->touched = json_get_i64(data, "seq", 0);
    row->fresh_at = now;
    if (!rows_put(&m->rows, row, &arrived))
        return 0;
    return MIRROR_CHANGED_ROWS;
}

static void settle_pending(struct mirror *m)
{
    int kept = 0;
    for (int i = 0; i < m->pending_count; i++)
        if (!m->pending[i].seq || m->pending[i].seq > m->seq)
            m->pending[kept++] = m->pending[i];
    m->pending_count = kept;
}

/* Plays the frames behind `seq` again, oldest first. */
static void replay(struct mirror *m, int64_t seq)
{
    const struct frame *f;
    m->behind = m->frames.lost > seq;
    for (int i = 0; (f = frames_at(&m->frames, i)) != NULL; i++) {
        if (f->seq <= seq)
            continue;
        AUTO_JSON data = json_parse(f->data, f->n, &json_limits_dialect, NULL, NULL);
        apply_row(m, data, 0);
    }
}

/* --- counts --- */

/* Is what was counted at seq (0 = nobody says) no older than what stands? Then it stands from now on. */
static bool is_newer(int64_t *counted, int64_t seq)
{
    if (seq && seq < *counted)
        return false;
    *counted = seq > *counted ? seq : *counted;
    return true;
}

static void set_count(struct mirror_view *view, const struct json *n, int64_t seq)
{
    if (n && is_newer(&view->counted, seq))
        json_i64(n, &view->count);
}

static unsigned read_counts(struct mirror *m, const struct json *data)
{
    unsigned changed = MIRROR_CHANGED_COUNTS;
    int64_t seq = json_get_i64(data, "seq", 0);
    for (const struct json *v = json_first(json_get(data, "views")); v; v = json_next(v)) {
        struct mirror_view *view = view_of(m, json_name(v));
        if (view)
            set_count(view, v, seq);
        else
            changed |= MIRROR_CHANGED_VIEWS; /* counted before we heard of it */
    }
    for (const struct json *v = json_first(json_get(data, "owners")); v; v = json_next(v)) {
        struct mirror_view *view = view_of(m, json_name(v));
        if (view)
            set_count(view, json_get(v, m->me), seq);
    }
    if (json_get(data, "escalations") && is_newer(&m->counted, seq))
        read_escalations(m, json_get(data, "escalations"));
    return changed;
}

/* The ledger's lines move my figures at once; the scores document puts them right to the point. */
static unsigned read_game(struct mirror *m, const char *event, const struct json *data)
{
    const struct json *body = json_get(data, "data");
    bool mine = str_eq(json_get_string(body, "agent", ""), m->me);
    if (str_eq(event, "boss") && json_get(body, "max_hp"))
        read_boss(m, body);
    if (str_eq(event, "player") && mine)
        m->player.level = json_get_i64(body, "new", json_get_i64(body, "level", m->player.level));
    if (str_eq(event, "score") && mine) {
        m->player.held += json_get_i64(body, "xp", 0);
        m->player.today += json_get_i64(body, "xp", 0);
    }
    return MIRROR_CHANGED_GAME;
}

/* What a desk entry's records change beside the desk itself. */
static unsigned records_changed(const struct json *records)
{
    static const struct { const char *kind; unsigned changed; } kinds[] = {
        {"override", MIRROR_CHANGED_ONCALL}, {"cover", MIRROR_CHANGED_ONCALL}, {"absence", MIRROR_CHANGED_ONCALL}, {"view", MIRROR_CHANGED_VIEWS}};
    unsigned changed = 0;
    for (const struct json *r = json_first(records); r; r = json_next(r))
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (str_eq(json_get_string(r, "kind", ""), kinds[i].kind))
                changed |= kinds[i].changed;
    return changed;
}

static unsigned entry_frame(struct mirror *m, const char *event, int64_t seq, const struct json *data,
                            int64_t now)
{
    unsigned changed = 0;
    if (seq > m->seq)
        changed |= apply_row(m, data, now);
    if (m->focus && json_get_i64(data, "ticket", 0) == m->focus)
        changed |= MIRROR_CHANGED_TICKET;
    if (str_eq(event, "escalation") || (str_eq(event, "parcel") && json_get_i64(data, "ticket", 0)))
        changed |= MIRROR_CHANGED_ESCALATION;
    if (str_eq(event, "desk"))
        changed |= MIRROR_CHANGED_DESK;
    if (str_eq(event, "desk") && seq > m->seq && windows_follow(&m->windows, json_path(data, "data.records")))
        changed |= MIRROR_CHANGED_ESCALATION;
    if (str_eq(event, "desk"))
        changed |= records_changed(json_path(data, "data.records"));
    if (str_eq(event, "score") || str_eq(event, "boss") || str_eq(event, "player"))
        changed |= read_game(m, event, data);
    if (str_eq(event, "parcel") || str_eq(event, "delivery") || str_eq(event, "destination") || str_eq(event, "route"))
        changed |= MIRROR_CHANGED_OUTGOING;
    if (str_eq(event, "label") || str_eq(event, "model"))
        changed |= MIRROR_CHANGED_LABELS;
    if (str_starts(json_get_string(data, "actor", ""), "source:"))
        changed |= MIRROR_CHANGED_EVENTS;
    if (seq > m->seq)
        m->seq = seq;
    settle_pending(m);
    return changed;
}

/* --- presence --- */

static unsigned read_present(struct mirror *m, const struct json *data)
{
    int64_t stream = json_get_i64(data, "stream", 0), ticket = json_get_i64(data, "ticket", 0);
    int at = 0;
    while (at < m->present_count && m->present[at].stream != stream)
        at++;
    if (!ticket) {
        if (at < m->present_count)
            m->present[at] = m->present[--m->present_count];
        return MIRROR_CHANGED_PRESENCE;
    }
    if (at == MIRROR_PRESENT_MAX)
        return 0;
    struct mirror_present *p = &m->present[at];
    m->present_count += at == m->present_count;
    *p = (struct mirror_present){.stream = stream, .ticket = ticket, .replying = str_eq(json_get_string(data, "doing", ""), "replying")};
    snprintf(p->agent, sizeof p->agent, "%s", json_get_string(data, "agent", ""));
    return MIRROR_CHANGED_PRESENCE;
}

/* A stream begins: what was known of others belonged to the one before, and what it did not tell of views is asked for. */
static unsigned read_hello(struct mirror *m, const struct json *data)
{
    unsigned changed = MIRROR_CHANGED_PRESENCE | (m->stream ? MIRROR_CHANGED_VIEWS : 0);
    m->stream = json_get_i64(data, "stream", 0);
    m->present_count = 0;
    for (const struct json *p = json_first(json_get(data, "presence")); p; p = json_next(p))
        read_present(m, p);
    return changed;
}

int64_t mirror_stream(const struct mirror *m)
{
    return m->stream;
}

static bool is_present(const struct mirror *m, const struct mirror_present *p, int64_t ticket, bool replying)
{
    return p->ticket == ticket && p->replying == replying && p->stream != m->stream && !str_eq(p->agent, m->me);
}

const struct mirror_present *mirror_present(const struct mirror *m, int64_t ticket, const struct mirror_present *after)
{
    int from = after ? (int)(after - m->present) + 1 : 0;
    for (int replying = !after || after->replying; replying >= 0; replying--, from = 0)
        for (int i = from; i < m->present_count; i++)
            if (is_present(m, &m->present[i], ticket, replying))
                return &m->present[i];
    return NULL;
}

static unsigned bare_frame(struct mirror *m, const char *event, const struct json *data)
{
    if (str_eq(event, "counts"))
        return read_counts(m, data);
    if (str_eq(event, "hello"))
        return read_hello(m, data);
    if (str_eq(event, "presence"))
        return read_present(m, data);
    if (str_eq(event, "draft"))
        return MIRROR_CHANGED_DRAFTS;
    if (str_eq(event, "refused"))
        return MIRROR_CHANGED_EVENTS;
    if (str_eq(event, "reset")) {
        frames_clear(&m->frames); /* they may be another database's, and their numbers with them */
        m->counted = 0;
        for (int i = 0; i < m->view_count; i++)
            m->views[i].counted = 0;
        return MIRROR_CHANGED_ALL;
    }
    return str_eq(event, "bye") ? MIRROR_CHANGED_BYE : 0;
}

unsigned mirror_frame(struct mirror *m, const char *event, int64_t seq, const char *text, size_t n,
                      int64_t now)
{
    AUTO_JSON data = json_parse(text, n, &json_limits_dialect, NULL, NULL);
    if (!data)
        return MIRROR_CHANGED_ALL;
    if (seq <= 0)
        return bare_frame(m, event, data);
    /* An entry is as new as its frame, or older: one that lies ahead says that the desk's clock went on faster than ours. */
    int64_t at = json_get_i64(data, "at", 0);
    if (at > now + CLOCK_SLACK_MS)
        m->offset += at - now;
    frames_keep(&m->frames, seq, text, n);
    return entry_frame(m, event, seq, data, now);
}

/* --- snapshots --- */

bool mirror_desk(struct mirror *m, const char *json, size_t n, int64_t local_now, struct err *err)
{
    AUTO_JSON root = parse(json, n, "desk", err);
    if (!root)
        return false;
    struct arena *old = m->desk;
    m->desk = arena_new();
    read_texts(m, root);
    m->offset = json_get_i64(root, "now", local_now) - local_now;
    const char *name = json_get_string(root, "view", NULL);
    const struct mirror_view *view = name ? mirror_view_find(m, name) : NULL;
    mirror_sort(m, view ? (enum mirror_sort)view->sort : MIRROR_BY_DUE, view && view->invert);
    read_page(m, root, name, NULL, false);
    m->seq = json_get_i64(root, "seq", 0);
    m->ready = true;
    json_free(m->kept);
    m->kept = json_get(root, "keep") ? json_copy(json_get(root, "keep")) : NULL;
    arena_free(old);
    replay(m, m->seq);
    settle_pending(m);
    return true;
}

bool mirror_views(struct mirror *m, const char *json, size_t n, struct err *err)
{
    AUTO_JSON root = parse(json, n, "views", err);
    if (root)
        read_views(m, json_get(root, "views"), json_get_i64(root, "seq", 0));
    return root;
}

bool mirror_page(struct mirror *m, const char *view, const char *where, bool more, const char *json, size_t n,
                 struct err *err)
{
    AUTO_JSON root = parse(json, n, "tickets", err);
    if (!root)
        return false;
    int64_t seq = json_get_i64(root, "seq", m->seq);
    m->behind = m->frames.lost > seq;
    if (more && m->behind) /* not taken: the page can be asked for once more as it is */
        return true;
    read_page(m, root, view, where, more);
    replay(m, seq);
    return true;
}

static void read_scores(struct mirror *m, const struct json *root)
{
    read_boss(m, json_get(root, "boss"));
    for (const struct json *p = json_first(json_get(root, "players")); p; p = json_next(p))
        if (str_eq(json_get_string(p, "agent", ""), m->me))
            read_player(m, p);
}

/* Of the default schedule, the first, as the desk's own line. */
static void read_oncall(struct mirror *m, const struct json *root)
{
    const struct json *schedule = json_first(json_get(root, "schedules"));
    const char *now = json_get_string(json_first(json_get(schedule, "now")), "agent", "");
    if (!str_eq(now, m->oncall))
        m->oncall = arena_strdup(m->desk, now);
}

bool mirror_doc_set(struct mirror *m, enum mirror_doc_id id, int64_t ticket, const char *json, size_t n,
                    int64_t now, struct err *err)
{
    struct arena *arena = arena_new();
    const struct json *root = json_parse_in(arena, json, n, &json_limits_dialect, NULL, err);
    if (!root) {
        arena_free(arena);
        return err_in(err, "reading the daemon's answer");
    }
    mirror_doc_drop(m, id);
    m->doc[id] = (struct mirror_doc){.arena = arena, .root = root, .at = now, .ticket = ticket, .number = ++m->doc_number};
    if (id == MIRROR_SCORES)
        read_scores(m, root);
    if (id == MIRROR_PAGED)
        m->paged = paged_read(root, m->me, now);
    if (id == MIRROR_AGENTS)
        read_agents(m, json_get(root, "agents"));
    if (id == MIRROR_ONCALL)
        read_oncall(m, root);
    return true;
}

void mirror_focus(struct mirror *m, int64_t ticket)
{
    m->focus = ticket;
}

void mirror_doc_drop(struct mirror *m, enum mirror_doc_id id)
{
    arena_free(m->doc[id].arena);
    m->doc[id] = (struct mirror_doc){0};
}

/* --- the list --- */

void mirror_anchor(struct mirror *m, bool anchored)
{
    m->rows.anchored = anchored;
}

bool mirror_settle(struct mirror *m)
{
    return rows_settle(&m->rows);
}

int mirror_row_count(const struct mirror *m)
{
    return m->rows.count;
}

const struct mirror_row *mirror_row_at(const struct mirror *m, int index)
{
    return index >= 0 && index < m->rows.count ? m->rows.list[index] : NULL;
}

const struct mirror_row *mirror_row_find(const struct mirror *m, int64_t ticket, int *index)
{
    int at = rows_index(&m->rows, ticket);
    if (index)
        *index = at;
    return at < 0 ? NULL : m->rows.list[at];
}

const char *mirror_next(const struct mirror *m)
{
    return m->rows.count < MIRROR_ROWS_MAX ? m->next : NULL;
}

const char *mirror_view_name(const struct mirror *m)
{
    return m->view ? m->view : "";
}

const char *mirror_where(const struct mirror *m)
{
    return m->where;
}

/* --- pending --- */

void mirror_pend(struct mirror *m, int64_t ticket)
{
    if (m->pending_count == SET_MAX)
        return;
    if (m->pending_count == m->pending_cap) {
        m->pending_cap = m->pending_cap ? m->pending_cap * 2 : 16;
        m->pending = must(realloc(m->pending, (size_t)m->pending_cap * sizeof *m->pending));
    }
    m->pending[m->pending_count++] = (struct pending){.ticket = ticket};
}

void mirror_answered(struct mirror *m, int64_t ticket, int64_t seq)
{
    for (int i = 0; i < m->pending_count; i++) {
        if (m->pending[i].ticket != ticket || m->pending[i].seq)
            continue;
        m->pending[i].seq = seq ? seq : -1;
        break;
    }
    settle_pending(m);
}

bool mirror_pending(const struct mirror *m, int64_t ticket)
{
    for (int i = 0; i < m->pending_count; i++)
        if (m->pending[i].ticket == ticket)
            return true;
    return false;
}

/* --- accessors --- */

int64_t mirror_seq(const struct mirror *m)
{
    return m->seq;
}

int64_t mirror_offset(const struct mirror *m)
{
    return m->offset;
}

bool mirror_behind(const struct mirror *m)
{
    return m->behind;
}

bool mirror_ready(const struct mirror *m)
{
    return m->ready;
}

const char *mirror_team(const struct mirror *m)
{
    return m->team;
}

const char *mirror_me(const struct mirror *m)
{
    return m->me;
}

const char *mirror_role(const struct mirror *m)
{
    return m->role;
}

bool mirror_restricted(const struct mirror *m)
{
    return m->restricted;
}

const char *mirror_oncall(const struct mirror *m)
{
    return m->oncall;
}

int mirror_view_count(const struct mirror *m)
{
    return m->view_count;
}

const struct mirror_view *mirror_view_at(const struct mirror *m, int index)
{
    return index >= 0 && index < m->view_count ? &m->views[index] : NULL;
}

const struct mirror_view *mirror_view_find(const struct mirror *m, const char *name)
{
    for (int i = 0; name && i < m->view_count; i++)
        if (strcmp(m->views[i].name, name) == 0)
            return &m->views[i];
    for (int i = 0; name && i < m->view_count; i++)
        if (*m->views[i].name == '~' && strcmp(m->views[i].name + 1, name) == 0)
            return &m->views[i];
    return NULL;
}

int mirror_agent_count(const struct mirror *m)
{
    return m->agent_count;
}

const struct mirror_agent *mirror_agent_at(const struct mirror *m, int index)
{
    return index >= 0 && index < m->agent_count ? &m->agents[index] : NULL;
}

const struct mirror_boss *mirror_boss(const struct mirror *m)
{
    return m->boss.max_hp > 0 ? &m->boss : NULL;
}

const struct mirror_player *mirror_player(const struct mirror *m)
{
    return &m->player;
}

struct paged mirror_paged(const struct mirror *m)
{
    return m->paged;
}

void mirror_escalations(const struct mirror *m, int64_t *triggered, int64_t *acknowledged, int64_t *snoozed)
{
    *triggered = m->triggered;
    *acknowledged = m->acknowledged;
    *snoozed = m->snoozed;
}

bool mirror_bands(const struct mirror *m)
{
    return m->bands;
}

const struct window *mirror_window(const struct mirror *m, int64_t now)
{
    return windows_now(&m->windows, now);
}

const struct json *mirror_kept(const struct mirror *m, const char *name)
{
    return json_get(m->kept, name);
}

const struct mirror_doc *mirror_doc(const struct mirror *m, enum mirror_doc_id id)
{
    return &m->doc[id];
}
