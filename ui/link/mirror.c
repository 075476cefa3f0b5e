/* mirror: the desk as last told. Owns the listed tickets, the documents (an arena each), the last frames, and a struct of each thing that is
 * told of beside them (about, counts, game, presence, windows, paged, pending): what comes is read here, and handed to whom it concerns. Pure.
 *
 * Why frames are kept: a page is answered by a reader of the database while frames are already further; after
 * a page of seq S the frames behind S are played again, so that neither order of arrival loses a row. */
#include "link/mirror.h"
#include "base/memory.h"
#include "link/frames.h"
#include "link/pending.h"
#include <stdlib.h>
#include <string.h>

enum { CLOCK_SLACK_MS = 1500 };

struct mirror {
    struct listed listed;
    int64_t seq, offset, focus;
    bool ready, behind;
    struct about about;
    struct counts counts;
    struct game game;
    struct windows windows;
    struct paged paged;
    struct presence presence;
    struct docs docs;
    uint64_t number; /* of what answers brought */
    struct frames frames;
    struct pending pending;
};

struct mirror *mirror_new(mirror_match *match, void *arg)
{
    struct mirror *m = memory_must(calloc(1, sizeof *m));
    m->listed.match = match;
    m->listed.match_arg = arg;
    about_init(&m->about);
    return m;
}

void mirror_free(struct mirror *m)
{
    if (!m)
        return;
    listed_fini(&m->listed);
    docs_fini(&m->docs);
    frames_clear(&m->frames);
    counts_fini(&m->counts);
    about_fini(&m->about);
    pending_fini(&m->pending);
    free(m);
}

/* --- frames, as they come --- */

static bool listed_told(struct mirror *m, const struct json *data, int64_t now)
{
    return listed_frame(&m->listed, data, counts_find(&m->counts, m->listed.view), m->about.me, now);
}

static unsigned told_of_game(struct mirror *m, const char *event, const struct json *data)
{
    const struct game was = m->game;
    if (!game_frame(&m->game, event, data, m->about.me))
        return 0;
    docs_amend(&m->docs, MIRROR_SCORES);
    return MIRROR_CHANGED_GAME | (memcmp(&was, &m->game, sizeof was) != 0 ? MIRROR_CHANGED_SHOWN : 0);
}

/* What an answer already said changes nothing here, but may be asked for all the same. */
static unsigned entry_frame(struct mirror *m, const char *event, int64_t seq, const struct json *data, int64_t now)
{
    int64_t ticket = json_get_i64(data, "ticket", 0);
    unsigned changed = touch_of(event, ticket, data) | told_of_game(m, event, json_get(data, "data"));
    if (m->focus && ticket == m->focus)
        changed |= MIRROR_CHANGED_TICKET;
    if (seq > m->seq && listed_told(m, data, now))
        changed |= MIRROR_CHANGED_ROWS;
    if (seq > m->seq && str_eq(event, "desk") && windows_follow(&m->windows, json_path(data, "data.records")))
        changed |= MIRROR_CHANGED_ESCALATION | MIRROR_CHANGED_SHOWN;
    if (str_eq(event, "delivery") && !ticket && rows_any_undelivered(&m->listed.rows)) /* whose they are is not said */
        changed |= MIRROR_CHANGED_PARCELS;
    m->seq = seq > m->seq ? seq : m->seq;
    return changed | (pending_settle(&m->pending, m->seq) ? MIRROR_CHANGED_SHOWN : 0);
}

static unsigned told_of_counts(struct mirror *m, const struct json *data)
{
    struct counts_told told = counts_frame(&m->counts, data, m->about.me);
    return MIRROR_CHANGED_COUNTS | (told.unknown ? MIRROR_CHANGED_VIEWS : 0) | (told.views ? MIRROR_CHANGED_TABS : 0) | (told.escalations ? MIRROR_CHANGED_SHOWN : 0);
}

static unsigned told_of_stream(struct mirror *m, const struct json *data)
{
    return (about_me(&m->about, data) ? MIRROR_CHANGED_ALL : 0) | MIRROR_CHANGED_PRESENCE | (presence_hello(&m->presence, data) ? MIRROR_CHANGED_VIEWS : 0);
}

static unsigned told_of_presence(struct mirror *m, const struct json *data)
{
    if (!presence_read(&m->presence, data))
        return 0;
    return str_eq(json_get_string(data, "agent", ""), m->about.me) ? MIRROR_CHANGED_MINE : MIRROR_CHANGED_PRESENCE;
}

static unsigned told_of_reset(struct mirror *m, const struct json *data)
{
    (void)data;
    frames_clear(&m->frames); /* they may be another database's, and their numbers with them */
    counts_forget(&m->counts);
    return MIRROR_CHANGED_ALL;
}

/* Frames without a number: none is an entry of the journal. */
static const struct {
    const char *event;
    unsigned (*told)(struct mirror *m, const struct json *data);
    unsigned changed; /* where nothing of it is kept */
} bare[] = {
    {"counts", told_of_counts, 0},
    {"hello", told_of_stream, 0},
    {"presence", told_of_presence, 0},
    {"reset", told_of_reset, 0},
    {"reload", NULL, MIRROR_CHANGED_ALL | MIRROR_CHANGED_VIEWS | MIRROR_CHANGED_DESK},
    {"draft", NULL, MIRROR_CHANGED_DRAFTS},
    {"here", NULL, MIRROR_CHANGED_MINE},
    {"refused", NULL, MIRROR_CHANGED_EVENTS},
    {"bye", NULL, MIRROR_CHANGED_BYE},
};

static unsigned bare_frame(struct mirror *m, const char *event, const struct json *data)
{
    for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
        if (str_eq(event, bare[i].event))
            return bare[i].told ? bare[i].told(m, data) : bare[i].changed;
    return 0;
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

/* Plays the frames behind `seq` again, oldest first. */
static void replay(struct mirror *m, int64_t seq)
{
    const struct frame *f;
    m->behind = m->frames.lost > seq;
    for (int i = 0; (f = frames_at(&m->frames, i)) != NULL; i++) {
        if (f->seq <= seq)
            continue;
        AUTO_JSON data = json_parse(f->data, f->n, &json_limits_dialect, NULL, NULL);
        listed_told(m, data, 0);
    }
}

void mirror_sort(struct mirror *m, enum mirror_sort by, bool invert)
{
    m->listed.rows.sort = by;
    m->listed.rows.invert = invert;
}

enum mirror_sort mirror_sorted(const struct mirror *m, bool *inverted)
{
    *inverted = m->listed.rows.invert;
    return m->listed.rows.sort;
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
        game_scores(&m->game, root, m->about.me);
    if (id == MIRROR_PAGED)
        m->paged = paged_read(root, m->about.me, now);
    if (id == MIRROR_AGENTS)
        about_agents(&m->about, json_get(root, "agents"));
    if (id == MIRROR_ONCALL)
        about_oncall(&m->about, root);
    return true;
}

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

static void read_desk(struct mirror *m, const struct json *root)
{
    int64_t seq = json_get_i64(root, "seq", 0);
    about_read(&m->about, root);
    counts_views(&m->counts, json_get(root, "views"), seq);
    counts_escalations(&m->counts, json_get(root, "escalations"), seq);
    game_boss(&m->game, json_get(root, "boss"));
    game_player(&m->game, json_get(root, "player"), m->about.me);
    windows_read(&m->windows, json_get(root, "maintenance"));
}

bool mirror_desk(struct mirror *m, const char *json, size_t n, int64_t local_now, struct err *err)
{
    AUTO_JSON root = parse(json, n, "desk", err);
    if (!root)
        return false;
    m->number++;
    amend_documents(m);
    read_desk(m, root);
    m->offset = json_get_i64(root, "now", local_now) - local_now;
    const char *name = json_get_string(root, "view", NULL);
    const struct mirror_view *view = counts_find(&m->counts, name);
    mirror_sort(m, view ? (enum mirror_sort)view->sort : MIRROR_BY_DUE, view && view->invert);
    listed_read(&m->listed, root, name, NULL, false);
    m->seq = json_get_i64(root, "seq", 0);
    m->ready = true;
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

/* The rows that stood are kept aside to be compared. */
static bool replace_page(struct mirror *m, const struct json *root, const char *view, const char *where, int64_t seq)
{
    struct listed old = m->listed;
    m->listed = listed_like(&old);
    listed_read(&m->listed, root, view, where, false);
    replay(m, seq);
    bool same = listed_same(&old, &m->listed);
    listed_fini(&old);
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
    listed_read(&m->listed, root, view, where, true);
    replay(m, seq);
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
    m->listed.rows.anchored = anchored;
}

void mirror_hold(struct mirror *m, int64_t ticket)
{
    m->listed.rows.held = ticket;
}

bool mirror_settle(struct mirror *m)
{
    return rows_settle(&m->listed.rows);
}

int mirror_row_count(const struct mirror *m)
{
    return m->listed.rows.count;
}

const struct mirror_row *mirror_row_at(const struct mirror *m, int index)
{
    return index >= 0 && index < m->listed.rows.count ? m->listed.rows.list[index] : NULL;
}

const struct mirror_row *mirror_row_find(const struct mirror *m, int64_t ticket, int *index)
{
    int at = rows_index(&m->listed.rows, ticket);
    if (index)
        *index = at;
    return at < 0 ? NULL : m->listed.rows.list[at];
}

const char *mirror_next(const struct mirror *m)
{
    return m->listed.rows.count < MIRROR_ROWS_MAX ? m->listed.next : NULL;
}

const char *mirror_view_name(const struct mirror *m)
{
    return m->listed.view ? m->listed.view : "";
}

const char *mirror_where(const struct mirror *m)
{
    return m->listed.where;
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
    return m->about.config;
}

const char *mirror_source(const struct mirror *m)
{
    return m->about.source;
}

const char *mirror_team(const struct mirror *m)
{
    return m->about.team;
}

const char *mirror_me(const struct mirror *m)
{
    return m->about.me;
}

const char *mirror_role(const struct mirror *m)
{
    return m->about.role;
}

bool mirror_restricted(const struct mirror *m)
{
    return m->about.restricted;
}

const char *mirror_oncall(const struct mirror *m)
{
    return m->about.oncall;
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
    return m->about.agent_count;
}

const struct mirror_agent *mirror_agent_at(const struct mirror *m, int index)
{
    return index >= 0 && index < m->about.agent_count ? &m->about.agents[index] : NULL;
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
    return presence_twice(&m->presence, ticket, m->about.me);
}

const struct mirror_present *mirror_present(const struct mirror *m, int64_t ticket, const struct mirror_present *after)
{
    return presence_at(&m->presence, ticket, m->about.me, after);
}

bool mirror_bands(const struct mirror *m)
{
    return m->about.bands;
}

const struct window *mirror_window(const struct mirror *m, int64_t now)
{
    return windows_now(&m->windows, now);
}

const struct json *mirror_kept(const struct mirror *m, const char *name)
{
    return json_get(m->about.kept, name);
}

const struct mirror_doc *mirror_doc(const struct mirror *m, enum mirror_doc_id id)
{
    return &m->docs.list[id];
}
