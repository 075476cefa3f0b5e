/* mirror: the desk as last told. Owns: the rows (rows.c), the desk's texts (one arena, swapped by each
 * snapshot), the documents (an arena each), the last frames, and a struct of each thing that is told of beside rows (counts,
 * game, presence, windows, paged). Pure.
 *
 * Why frames are kept: a page is answered by a reader of the database while frames are already further; after
 * a page of seq S the frames behind S are played again, so that neither order of arrival loses a row. */
#include "link/mirror.h"
#include "core/field.h"
#include "link/docs.h"
#include "link/frames.h"
#include "link/pending.h"
#include "link/rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_SLACK_MS = 1500 };

struct mirror {
    mirror_match *match;
    void *match_arg;
    struct rows rows;
    char *view, *where, *next;
    int64_t seq, offset, focus;
    bool ready, bands, restricted, behind;

    struct arena *agents_arena; /* theirs: they are told of more often */
    struct arena *desk; /* texts of everything down to doc */
    const char *team, *me, *role, *oncall, *config, *source;
    struct mirror_agent *agents;
    int agent_count;
    struct counts counts;
    struct game game;
    struct windows windows;
    struct paged paged;
    struct presence presence;
    struct json *kept; /* my settings */

    struct docs docs;
    uint64_t number; /* of what answers brought */
    struct frames frames;
    struct pending pending;
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
    docs_fini(&m->docs);
    frames_clear(&m->frames);
    json_free(m->kept);
    arena_free(m->agents_arena);
    counts_fini(&m->counts);
    arena_free(m->desk);
    free(m->view);
    free(m->where);
    free(m->next);
    pending_fini(&m->pending);
    free(m);
}

/* --- reading parts of the desk --- */

static const char *text_of(struct arena *arena, const struct json *object, const char *name)
{
    return arena_strdup(arena, json_get_string(object, name, ""));
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

static void read_texts(struct mirror *m, const struct json *root)
{
    const struct json *me = json_get(root, "me");
    m->team = text_of(m->desk, root, "team");
    m->config = text_of(m->desk, root, "config");
    m->source = text_of(m->desk, json_first(json_get(root, "sources")), "name");
    m->me = text_of(m->desk, me, "name");
    m->role = text_of(m->desk, me, "role");
    m->restricted = json_get_bool(me, "restricted", false);
    m->oncall = text_of(m->desk, root, "oncall");
    m->bands = json_get_bool(json_get(root, "model"), "bands", false);
    int64_t seq = json_get_i64(root, "seq", 0);
    counts_views(&m->counts, json_get(root, "views"), seq);
    counts_escalations(&m->counts, json_get(root, "escalations"), seq);
    read_agents(m, json_get(root, "agents"));
    game_boss(&m->game, json_get(root, "boss"));
    game_player(&m->game, json_get(root, "player"), m->me);
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

static void read_rows(struct mirror *m, const struct json *list, bool later)
{
    for (const struct json *object = json_first(list); object && m->rows.count < MIRROR_ROWS_MAX;
         object = json_next(object)) {
        struct mirror_row *row = rows_read(object);
        if (!row)
            continue;
        row->later = later;
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
    read_rows(m, json_get(root, "rows"), more);
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
    if (!in_list(m, json_get(data, "views"), &row->t, was))
        return rows_leave(&m->rows, row) ? MIRROR_CHANGED_ROWS : 0;
    row->touched = json_get_i64(data, "seq", 0);
    row->fresh_at = now;
    if (!rows_put(&m->rows, row, &arrived))
        return 0;
    return MIRROR_CHANGED_ROWS;
}

/* A parcel's end, or what a person did with it, says how many of its ticket's are dead now. */
static unsigned apply_undelivered(struct mirror *m, const struct json *data)
{
    int64_t dead = json_get_i64(json_get(data, "data"), "undelivered", -1);
    return dead >= 0 && rows_undelivered(&m->rows, json_get_i64(data, "ticket", 0), dead) ? MIRROR_CHANGED_ROWS : 0;
}

static bool any_undelivered(const struct rows *rows)
{
    for (int i = 0; i < rows->count; i++)
        if (rows->list[i]->undelivered)
            return true;
    return false;
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
        apply_undelivered(m, data);
    }
}

/* What a desk entry's records change beside the desk itself. */
static unsigned records_changed(const struct json *records)
{
    static const struct { const char *kind; unsigned changed; } kinds[] = {
        {"override", MIRROR_CHANGED_ONCALL}, {"cover", MIRROR_CHANGED_ONCALL}, {"absence", MIRROR_CHANGED_ONCALL}, {"view", MIRROR_CHANGED_VIEWS}, {"xp-reset", MIRROR_CHANGED_GAME}};
    unsigned changed = 0;
    for (const struct json *r = json_first(records); r; r = json_next(r))
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (str_eq(json_get_string(r, "kind", ""), kinds[i].kind))
                changed |= kinds[i].changed;
    return changed;
}

static unsigned told_of_game(struct mirror *m, const char *event, const struct json *data)
{
    const struct game was = m->game;
    if (!game_frame(&m->game, event, data, m->me))
        return 0;
    docs_amend(&m->docs, MIRROR_SCORES);
    return MIRROR_CHANGED_GAME | (memcmp(&was, &m->game, sizeof was) != 0 ? MIRROR_CHANGED_SHOWN : 0);
}

static unsigned entry_frame(struct mirror *m, const char *event, int64_t seq, const struct json *data,
                            int64_t now)
{
    unsigned changed = 0;
    if (seq > m->seq)
        changed |= apply_row(m, data, now) | apply_undelivered(m, data);
    if (m->focus && json_get_i64(data, "ticket", 0) == m->focus)
        changed |= MIRROR_CHANGED_TICKET;
    if (str_eq(event, "escalation") || (str_eq(event, "parcel") && json_get_i64(data, "ticket", 0)))
        changed |= MIRROR_CHANGED_ESCALATION;
    if (str_eq(event, "desk"))
        changed |= MIRROR_CHANGED_DESK;
    if (str_eq(event, "desk") && seq > m->seq && windows_follow(&m->windows, json_path(data, "data.records")))
        changed |= MIRROR_CHANGED_ESCALATION | MIRROR_CHANGED_SHOWN;
    if (str_eq(event, "desk"))
        changed |= records_changed(json_path(data, "data.records"));
    changed |= told_of_game(m, event, json_get(data, "data"));
    if (str_eq(event, "parcel") || str_eq(event, "delivery") || str_eq(event, "destination") || str_eq(event, "route"))
        changed |= MIRROR_CHANGED_OUTGOING;
    if (str_eq(event, "delivery") && !json_get_i64(data, "ticket", 0) && any_undelivered(&m->rows)) /* whose they are is not said */
        changed |= MIRROR_CHANGED_PARCELS;
    if (str_eq(event, "label") || str_eq(event, "model"))
        changed |= MIRROR_CHANGED_LABELS;
    if (str_starts(json_get_string(data, "actor", ""), "source:"))
        changed |= MIRROR_CHANGED_EVENTS;
    if (seq > m->seq)
        m->seq = seq;
    if (pending_settle(&m->pending, m->seq))
        changed |= MIRROR_CHANGED_SHOWN;
    return changed;
}

/* --- frames, as they come --- */

static unsigned told_of_counts(struct mirror *m, const struct json *data)
{
    struct counts_told told = counts_frame(&m->counts, data, m->me);
    return MIRROR_CHANGED_COUNTS | (told.unknown ? MIRROR_CHANGED_VIEWS : 0) | (told.views ? MIRROR_CHANGED_TABS : 0) | (told.escalations ? MIRROR_CHANGED_SHOWN : 0);
}

static unsigned bare_frame(struct mirror *m, const char *event, const struct json *data)
{
    if (str_eq(event, "counts"))
        return told_of_counts(m, data);
    if (str_eq(event, "hello"))
        return presence_hello(&m->presence, data) ? MIRROR_CHANGED_PRESENCE | MIRROR_CHANGED_VIEWS : MIRROR_CHANGED_PRESENCE;
    if (str_eq(event, "presence") && presence_read(&m->presence, data))
        return str_eq(json_get_string(data, "agent", ""), m->me) ? MIRROR_CHANGED_MINE : MIRROR_CHANGED_PRESENCE;
    if (str_eq(event, "draft"))
        return MIRROR_CHANGED_DRAFTS;
    if (str_eq(event, "refused"))
        return MIRROR_CHANGED_EVENTS;
    if (str_eq(event, "reset")) {
        frames_clear(&m->frames); /* they may be another database's, and their numbers with them */
        counts_forget(&m->counts);
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

/* What pages me, where a desk brings it. */
static bool read_mine(struct mirror *m, const struct json *mine, int64_t now, struct err *err)
{
    char *text = mine ? json_print(mine) : NULL;
    bool ok = !text || mirror_doc_set(m, MIRROR_PAGED, 0, text, strlen(text), now, err);
    free(text);
    return ok;
}

/* What a desk says too. */
static void amend_documents(struct mirror *m)
{
    static const enum mirror_doc_id of_desk[] = {MIRROR_SCORES, MIRROR_PAGED, MIRROR_AGENTS, MIRROR_ONCALL};
    for (size_t i = 0; i < sizeof of_desk / sizeof *of_desk; i++)
        docs_amend(&m->docs, of_desk[i]);
}

bool mirror_desk(struct mirror *m, const char *json, size_t n, int64_t local_now, struct err *err)
{
    AUTO_JSON root = parse(json, n, "desk", err);
    if (!root)
        return false;
    struct arena *old = m->desk;
    m->desk = arena_new();
    m->number++;
    amend_documents(m);
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
    pending_settle(&m->pending, m->seq);
    return read_mine(m, json_get(root, "mine"), m->offset + local_now, err);
}

bool mirror_views(struct mirror *m, const char *json, size_t n, struct err *err)
{
    AUTO_JSON root = parse(json, n, "views", err);
    if (root)
        m->number += counts_views(&m->counts, json_get(root, "views"), json_get_i64(root, "seq", 0));
    return root;
}

/* What a list is shown with, beside its rows. */
static bool same_list(const struct mirror *m, const char *view, const char *where, const char *next)
{
    return str_eq(m->view, view) && str_eq(m->where, where) && str_eq(m->next, next);
}

/* The rows that stood are kept aside to be compared. */
static bool replace_page(struct mirror *m, const struct json *root, const char *view, const char *where, int64_t seq)
{
    struct rows old = m->rows;
    bool same = same_list(m, view, where, json_get_string(root, "next", NULL));
    m->rows = (struct rows){.anchored = old.anchored, .sort = old.sort, .invert = old.invert};
    read_page(m, root, view, where, false);
    replay(m, seq);
    same = same && rows_same(&old, &m->rows);
    rows_fini(&old);
    return !same;
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
    if (!more) {
        m->number += replace_page(m, root, view, where, seq);
        return true;
    }
    m->number++;
    read_page(m, root, view, where, true);
    replay(m, seq);
    return true;
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
    bool news;
    if (!docs_put(&m->docs, id, ticket, json, n, now, &news, err))
        return false;
    const struct json *root = m->docs.list[id].root;
    if (!news)
        return true;
    m->number++;
    if (id == MIRROR_SCORES)
        game_scores(&m->game, root, m->me);
    if (id == MIRROR_PAGED)
        m->paged = paged_read(root, m->me, now);
    if (id == MIRROR_AGENTS)
        read_agents(m, json_get(root, "agents"));
    if (id == MIRROR_ONCALL)
        read_oncall(m, root);
    return true;
}

uint64_t mirror_number(const struct mirror *m)
{
    return m->number;
}

void mirror_focus(struct mirror *m, int64_t ticket)
{
    m->focus = ticket;
}

void mirror_doc_drop(struct mirror *m, enum mirror_doc_id id)
{
    m->number += m->docs.list[id].root != NULL;
    docs_drop(&m->docs, id);
}

/* --- the list --- */

void mirror_anchor(struct mirror *m, bool anchored)
{
    m->rows.anchored = anchored;
}

void mirror_hold(struct mirror *m, int64_t ticket)
{
    m->rows.held = ticket;
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
    pending_add(&m->pending, ticket);
}

void mirror_answered(struct mirror *m, int64_t ticket, int64_t seq)
{
    pending_answered(&m->pending, ticket, seq);
    pending_settle(&m->pending, m->seq);
}

bool mirror_pending(const struct mirror *m, int64_t ticket)
{
    return pending_has(&m->pending, ticket);
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

const char *mirror_config(const struct mirror *m)
{
    return m->config ? m->config : "";
}

const char *mirror_source(const struct mirror *m)
{
    return m->source ? m->source : "";
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
    return m->counts.view_count;
}

const struct mirror_view *mirror_view_at(const struct mirror *m, int index)
{
    return index >= 0 && index < m->counts.view_count ? &m->counts.views[index] : NULL;
}

const struct mirror_view *mirror_view_find(const struct mirror *m, const char *name)
{
    return counts_find(&m->counts, name);
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
    return m->game.boss.max_hp > 0 ? &m->game.boss : NULL;
}

const struct mirror_player *mirror_player(const struct mirror *m)
{
    return &m->game.player;
}

struct paged mirror_paged(const struct mirror *m)
{
    return m->paged;
}

void mirror_escalations(const struct mirror *m, int64_t *triggered, int64_t *acknowledged, int64_t *snoozed)
{
    *triggered = m->counts.triggered;
    *acknowledged = m->counts.acknowledged;
    *snoozed = m->counts.snoozed;
}

int64_t mirror_stream(const struct mirror *m)
{
    return m->presence.stream;
}

bool mirror_twice(const struct mirror *m, int64_t ticket)
{
    return presence_twice(&m->presence, ticket, m->me);
}

const struct mirror_present *mirror_present(const struct mirror *m, int64_t ticket, const struct mirror_present *after)
{
    return presence_at(&m->presence, ticket, m->me, after);
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
    return &m->docs.list[id];
}
