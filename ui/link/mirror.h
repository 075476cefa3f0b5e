/* mirror: the desk as the daemon last told it. Snapshots (GET answers) replace, stream frames amend. Pure: no
 * clock, no socket; `now` and JSON are arguments. Screens only read it. One owner: the console's loop.
 *
 * The list of rows is anchored: while `anchored` is set, a row that leaves the view stays where it is, marked
 * gone, and a row whose order changed keeps its place, until mirror_settle. Rows that arrive are put where
 * they belong at once. */
#ifndef LINK_MIRROR_H
#define LINK_MIRROR_H
#include "base/json.h"
#include "core/ticket.h"
#include "link/counts.h"
#include "link/game.h"
#include "link/paged.h"
#include "link/presence.h"
#include "link/windows.h"

struct mirror_row { /* of what can be seen rows_same takes a look at all */
    struct ticket t;       /* the members of api.md's ROW; what a ROW does not carry is zero */
    int64_t due_from;      /* when the clock that is due next was started */
    const char *reply_via; /* "" = the source takes no replies */
    int64_t source_line;   /* of the configuration, where a source that takes no replies is told how they leave; 0 = not known */
    int64_t touched;       /* order of the last changes: the entry a frame brought; below all of those, a page's own order */
    int64_t fresh_at;      /* when the stream brought it, 0 = it came with a page */
    bool gone;             /* left the view while the list was anchored, or it was held; */
    int64_t place;         /* what it was sorted by then: it stays where it was */
    bool later;            /* came with a page further down: it was there before */
    int64_t undelivered;   /* how many of its deliveries are dead */
};
/* What a list is sorted by: as the daemon's views are; by number; by the last change, newest first; by
 * level, the highest first, done ones last. */
enum mirror_sort { MIRROR_BY_DUE, MIRROR_BY_AGE, MIRROR_BY_UPDATED, MIRROR_BY_URGENCY, MIRROR_BY_PRIORITY, MIRROR_SORTS };
struct mirror_agent {
    const char *name, *role, *team;
    int64_t open, load, capacity; /* load: what they are given counts; capacity 0 = no bound */
    const char *away;             /* why they are not here; "" = they are */
    const char *skills;           /* "billing, german" */
};
/* A GET answer kept as it came; screens read it with json_get. root NULL = never fetched. */
struct mirror_doc {
    struct arena *arena;
    const struct json *root;
    int64_t at;     /* when it came (the daemon's clock) */
    int64_t ticket; /* of the ticket documents */
    int64_t number; /* no other document ever had it: whoever keeps what it drew of one goes by this. 0 = never fetched */
};
enum mirror_doc_id {
    MIRROR_TICKET,
    MIRROR_WHY,
    MIRROR_ESCALATIONS,
    MIRROR_PAGED, /* those that page me, and those I took */
    MIRROR_SCORES,
    MIRROR_EVENTS,
    MIRROR_EVENT,
    MIRROR_REFUSALS,
    MIRROR_SOURCES,
    MIRROR_STATS,
    MIRROR_VALUES, /* what fields hold */
    MIRROR_AUDIT, /* what people did, newest first */
    MIRROR_DRAFTS, /* my texts, and those handed to the team */
    MIRROR_PARCELS, /* the newest */
    MIRROR_WAITING, /* those that will be tried again */
    MIRROR_DEAD,
    MIRROR_PARCEL,
    MIRROR_DESTINATIONS,
    MIRROR_LABELS,
    MIRROR_SIMILAR,
    MIRROR_CUSTOMER,
    MIRROR_ARTICLES,
    MIRROR_ARTICLE,
    MIRROR_MACROS,
    MIRROR_ONCALL,
    MIRROR_AGENTS,
    MIRROR_OUTLIERS, /* leads: how often tickets come back, how soon one is closed after another */
    MIRROR_HANDOVER,
    MIRROR_SELF, /* the daemon of itself */
    MIRROR_DOCS
};
/* What a frame touched; the loop redraws or fetches by it. */
enum mirror_change {
    MIRROR_CHANGED_ROWS = 1,
    MIRROR_CHANGED_COUNTS = 2, /* they were told, perhaps the same */
    MIRROR_CHANGED_TICKET = 4,     /* the open ticket: fetch it again */
    MIRROR_CHANGED_ESCALATION = 8, /* somewhere */
    MIRROR_CHANGED_GAME = 16,      /* score, boss, player */
    MIRROR_CHANGED_EVENTS = 32,    /* a source spoke or was refused */
    MIRROR_CHANGED_ALL = 64,       /* reset: fetch the desk again */
    MIRROR_CHANGED_BYE = 128,      /* the daemon is stopping */
    MIRROR_CHANGED_OUTGOING = 256, /* a delivery or a destination */
    MIRROR_CHANGED_PARCELS = 1 << 28,  /* many deliveries at once, of tickets shown here perhaps */
    MIRROR_CHANGED_PRESENCE = 1 << 20, /* who else looks at what */
    MIRROR_CHANGED_MINE = 1 << 25,     /* what I look at myself, which no row says */
    MIRROR_CHANGED_DESK = 1 << 21,     /* somebody set something about the desk itself */
    MIRROR_CHANGED_DRAFTS = 1 << 24,   /* a text was handed to the team, or taken over */
    MIRROR_CHANGED_LABELS = 512,   /* somewhere, or the classifier itself */
    MIRROR_CHANGED_VIEWS = 1 << 23,  /* somebody saved, shared or forgot one */
    MIRROR_CHANGED_ONCALL = 1 << 22, /* an override, a cover, an absence */
    MIRROR_CHANGED_TABS = 1 << 27,   /* how many tickets are in a view */
    MIRROR_CHANGED_SHOWN = 1 << 26,  /* something else that stands here: an act that is done, the game, escalations counted, a window of maintenance */
};
/* Of these, what stands here already: it can be seen as it is. The others say that something is to be asked for. */
enum { MIRROR_SEEN = MIRROR_CHANGED_ROWS | MIRROR_CHANGED_TABS | MIRROR_CHANGED_PRESENCE | MIRROR_CHANGED_SHOWN };
/* Does a ticket fit the `when` in text? Asked for filters: the stream knows views only. */
typedef bool mirror_match(void *arg, const char *text, const struct ticket *ticket);

enum { MIRROR_ROWS_MAX = 4000 };

struct mirror; /* read through the accessors below */
struct mirror *mirror_new(mirror_match *match, void *arg);
void mirror_free(struct mirror *mirror); /* NULL is fine */

/* --- what came --- */
/* Another number each time an answer brought something that did not stand here; one that says what stands leaves it. What a frame
 * changed, it says itself. */
uint64_t mirror_number(const struct mirror *mirror);
/* GET /v1/desk: replaces everything but the open ticket, marks and documents; its rows are in the order that their view has. local_now: this machine's
 * clock. */
bool mirror_desk(struct mirror *mirror, const char *json, size_t n, int64_t local_now, struct err *err);
/* GET /v1/tickets: the rows of `view` narrowed by `where` (either may be NULL); more: appended to what is
 * there. */
bool mirror_page(struct mirror *mirror, const char *view, const char *where, bool more, const char *json,
                 size_t n, struct err *err);
/* GET /v1/views: the views alone. */
bool mirror_views(struct mirror *mirror, const char *json, size_t n, struct err *err);
/* Was the last desk or page read before more frames than are kept here? Then rows of it may be old or missing, and what was to be
 * appended was not: ask again. */
bool mirror_behind(const struct mirror *mirror);
/* Before a page that was asked for in another order; a desk is always by due, not inverted. */
void mirror_sort(struct mirror *mirror, enum mirror_sort by, bool invert);
enum mirror_sort mirror_sorted(const struct mirror *mirror, bool *inverted);
const char *mirror_sort_word(int by);  /* due age updated urgency priority: as the API has it */
int mirror_sort_find(const char *word); /* -1 if unknown */
/* Any other GET. ticket: which one it is about, 0 = none. The document that stands stays where it says the same. */
bool mirror_doc_set(struct mirror *mirror, enum mirror_doc_id id, int64_t ticket, const char *json, size_t n,
                    int64_t now, struct err *err);
void mirror_doc_drop(struct mirror *mirror, enum mirror_doc_id id);
/* The ticket whose documents are wanted, whether they came yet or not: its frames are MIRROR_CHANGED_TICKET. 0 = none. */
void mirror_focus(struct mirror *mirror, int64_t ticket);
/* One stream frame; event "" = "message". Gives the set of enum mirror_change. Frames older than what a page
 * already said change nothing. A frame that cannot be read asks for everything again. */
unsigned mirror_frame(struct mirror *mirror, const char *event, int64_t seq, const char *data, size_t n,
                      int64_t now);

/* --- the list --- */
void mirror_anchor(struct mirror *mirror, bool anchored);
/* The row under somebody's cursor stays where it is when it leaves, marked gone, as long as there are others: none of them may come in
 * its place unseen. 0: there is no such row. */
void mirror_hold(struct mirror *mirror, int64_t ticket);
bool mirror_settle(
    struct mirror *mirror); /* drops gone rows, puts moved ones right; true if anything changed */
int mirror_row_count(const struct mirror *mirror);
const struct mirror_row *mirror_row_at(const struct mirror *mirror, int index);
const struct mirror_row *mirror_row_find(const struct mirror *mirror, int64_t ticket,
                                         int *index); /* NULL if not listed; index may be NULL */
const char *mirror_next(const struct mirror *mirror); /* cursor of the page after, NULL = that is all */
const char *mirror_view_name(const struct mirror *mirror);
const char *mirror_where(const struct mirror *mirror); /* the filter in force, NULL = none */

/* --- pending: an action is on its way until its entry came back --- */
void mirror_pend(struct mirror *mirror, int64_t ticket);                  /* sent, no answer yet */
void mirror_answered(struct mirror *mirror, int64_t ticket, int64_t seq); /* 0 = refused: no longer pending */
bool mirror_pending(const struct mirror *mirror, int64_t ticket);

/* --- the rest of the desk; texts live until the next mirror_desk --- */
int64_t mirror_seq(const struct mirror *mirror);
int64_t mirror_offset(const struct mirror *mirror); /* daemon's clock minus ours, ms */
bool mirror_ready(const struct mirror *mirror);     /* a desk has come */
const char *mirror_team(const struct mirror *mirror);
const char *mirror_config(const struct mirror *mirror); /* the daemon's configuration file, "" = not said */
const char *mirror_source(const struct mirror *mirror); /* the first source that is configured, "" = none is */
const char *mirror_me(const struct mirror *mirror);
const char *mirror_role(const struct mirror *mirror);
bool mirror_restricted(const struct mirror *mirror);      /* our account may do nothing but work at the desk */
const char *mirror_oncall(const struct mirror *mirror); /* "" = nobody */
int mirror_view_count(const struct mirror *mirror);
const struct mirror_view *mirror_view_at(const struct mirror *mirror, int index);
/* By name; one of mine also without its ~. NULL if unknown. */
const struct mirror_view *mirror_view_find(const struct mirror *mirror, const char *name);
int mirror_agent_count(const struct mirror *mirror);
const struct mirror_agent *mirror_agent_at(const struct mirror *mirror, int index);
const struct mirror_boss *mirror_boss(const struct mirror *mirror); /* NULL = none alive */
const struct mirror_player *mirror_player(const struct mirror *mirror);
void mirror_escalations(const struct mirror *mirror, int64_t *triggered, int64_t *acknowledged,
                        int64_t *snoozed);
struct paged mirror_paged(const struct mirror *m); /* as of the document of that name */
int64_t mirror_stream(const struct mirror *mirror); /* our own stream's number, 0 = none */
bool mirror_twice(const struct mirror *mirror, int64_t ticket); /* another console of mine is there */
/* The next other agent at a ticket: who writes to the customer first; after NULL, the first. NULL: nobody (else). */
const struct mirror_present *mirror_present(const struct mirror *mirror, int64_t ticket, const struct mirror_present *after);
const struct window *mirror_window(const struct mirror *mirror, int64_t now); /* of maintenance; NULL: none runs */
bool mirror_bands(const struct mirror *mirror); /* too few labels learned to show probabilities */
/* What I keep under this name, as it came with the last desk; NULL: that was not asked for it, or nothing is kept. */
const struct json *mirror_kept(const struct mirror *mirror, const char *name);
const struct mirror_doc *mirror_doc(const struct mirror *mirror, enum mirror_doc_id id);
#endif
