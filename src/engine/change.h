/* change: the one way to write a ticket. Whoever causes it (event, act, wake) has made `after` from `before`; here the
 * facts are looked up, the consequence is drawn and everything lands: row, clocks, entries, scores, records, parcels,
 * queues, tallies, frames. Private to src/engine. */
#ifndef ENGINE_CHANGE_H
#define ENGINE_CHANGE_H
#include "core/letter.h"
#include "core/view.h"
#include "engine/engine.h"

enum { CHANGE_MADE = 4 };
struct change {
    const struct ticket *before; /* NULL: new */
    struct ticket *after;
    struct facts facts;          /* cause, actor, paged_for, escalate, acknowledge, undo: set by the caller */
    const struct config_source *source;
    const char *did, *effect;    /* the action's name, or the event's effect word */
    const char *why, *reason;    /* why the desk chose so; what the agent said, or the macro's name */
    int64_t event;               /* the event that caused it, 0 = none */
    int64_t cause, undoes;       /* entries */
    int64_t batch, of;           /* acts of one request have one number; the batch that this one takes back or does again, 0 = alone */
    bool erases;                 /* what was before is told to nobody */
    const char *also;            /* an erasure: the entries of no ticket that it touched, a JSON array; NULL: none */
    const char *undone, *redone; /* by an undo or a redo: the act's v.key */
    int64_t other;               /* another ticket this is about: what was merged into it, split from it ... 0 = none */
    struct observation made[CHANGE_MADE]; int made_count; /* what the desk adds by itself, kept with the entry for refolding */
    const struct observation *desk; /* an act's observation: kept in its entry for refolding */
    int64_t message;             /* row of a message the act made */
    int messages_added;
    int64_t hops;                /* triages the event that caused it came through */
    int64_t now;
    int64_t seq;                 /* out: the entry of this change, 0 = nothing changed */
    const struct page *pages; int page_count; /* out: who is told */
};
/* Pages (engine/page). Of a change: those it asks for; and where nobody is to be paged any more, what has not left is dropped. */
bool page_send(struct engine *e, struct arena *arena, const struct ticket *t, const struct page *pages, int count, int64_t now, struct err *err);
bool page_settle(struct engine *e, struct arena *arena, const struct ticket *before, const struct ticket *after, const char *actor, struct err *err);
/* Where pages for an agent go (destination NULL), or to nobody in person; places holds PAGE_PLACES. Gives how many. */
enum { PAGE_PLACES = CONFIG_PAGES + 1 };
int page_places(struct arena *arena, const struct config *config, const char *agent, const char *destination, const char **places);
/* Of a parcel: is it one; a bundle's letter before it flies; how long it may wait (-1: it has failed); what follows from its end. */
bool page_is(const struct parcel *p);
bool page_gather(struct engine *e, struct arena *arena, struct parcel *p, struct err *err);
int64_t page_wait(const struct parcel *p, const struct verdict *v, int64_t wait, int64_t now);
bool page_ended(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err);
/* The escalation learns that a page failed; a rebuild's too. */
bool page_fail(struct engine *e, struct arena *arena, int64_t ticket, const struct page_failure *failure, int64_t cause, int64_t now, struct err *err);
bool change(struct engine *e, struct arena *arena, struct change *c, struct err *err);
/* Whose member a ticket is in a view: "" for all, an agent's name in a view per agent. NULL: nobody's. */
const char *change_member(const struct engine *e, const struct config_view *view, const struct ticket *t);
struct change_members { const char **was, **is; }; /* before and after a change, in each of the configuration's views */
/* The numbers (engine/stat): a change; a view that is filled anew, and a ticket it gets; at boot, a database older than they are. */
bool stat_change(struct engine *e, struct arena *arena, const struct change *c, const struct ticket *after, const struct change_members *m, struct err *err);
bool stat_view_begin(struct engine *e, struct arena *arena, const struct config_view *view, struct err *err);
bool stat_view_add(struct engine *e, struct arena *arena, const struct config_view *view, const char *owner, const struct ticket *t, struct err *err);
bool audit_wake(struct engine *e, struct arena *arena, int64_t now, struct err *err); /* tells the chain's link, if it is time (engine/audit) */
bool audit_next(struct engine *e, struct arena *arena, int64_t *at, struct err *err); /* 0: never */
bool stat_boot(struct engine *e, struct arena *arena, int64_t now, struct err *err);
/* The files an action brings are ones we have, and may leave the way its text does; they are given names fit to leave, types and sizes.
 * dry: one that is not here yet may say its size instead; it is counted, and not brought. */
bool attach_check(struct engine *e, struct arena *arena, struct action *action, const struct config_source *source, bool dry, struct err *err);
/* Adds a journal entry and its frame. row: the ticket after, or NULL. */
bool change_entry(struct engine *e, struct entry *entry, const struct ticket *row, struct err *err);
/* Folds obs into a copy of before: incrementally when it is the newest, else by refolding the whole history. */
struct ticket *change_fold(struct engine *e, struct arena *arena, const struct ticket *before, const struct observation *obs, struct err *err);
/* The whole history folded again, with one act (the v.key of its observation) left out, or in again. turn NULL: as it is. */
struct fold_turn { const char *act; bool out; };
struct ticket *change_refold(struct engine *e, struct arena *arena, const struct ticket *before, const struct fold_turn *turn, struct err *err);
/* Acts taken back (engine/undo). The newest entry that still stands: an act, what was taken back (AGAIN), what put the ticket
 * aside, whoever did (ASIDE, actor NULL). */
enum undo_what { UNDO_ACT, UNDO_AGAIN, UNDO_ASIDE };
struct undo_wish { int what; const char *actor; int64_t ticket; };
enum { UNDO_MOST = 500 };
struct undo_found { struct entry *list; int count; int64_t batch; }; /* newest first; batch: they were one request, 0 = a single one */
bool undo_find(struct engine *e, struct arena *arena, const struct undo_wish *wish, struct undo_found *out, struct err *err); /* NOT_FOUND */
bool undo_may(const struct json *data, struct err *err); /* CONFLICT: why an act of that entry can never be taken back */
/* The agent heard why an act, or all of a batch, stays; undo_find goes past it from now on. The last 512 are remembered. */
bool undo_pass(struct engine *e, struct arena *arena, const char *actor, int64_t number, int64_t now, struct err *err);
const struct json *undo_data(struct arena *arena, const struct entry *entry);
const char *undo_name(struct engine *e, struct arena *arena, const struct entry *entry); /* the act, through its undos and redos */
const char *undo_words(struct engine *e, struct arena *arena, const struct undo_found *found); /* "assign of 5 tickets", "claim of #9" */
/* Says the old values of an entry's [field, old, new] that the fold does not give back; CONFLICT where one is not `new` any more. */
bool undo_swap(struct arena *arena, const struct ticket *t, const struct json *changes, struct observation *obs, struct err *err);
/* c->after as it is without the entry's act (again: with it), and the facts of the undoing. After c->facts is set. */
bool undo_fold(struct engine *e, struct arena *arena, struct change *c, const struct observation *obs, const struct entry *entry, bool again,
               struct err *err);
/* The points that the entries from..to took away, as facts: they come back as they were, if it is done again. */
bool undo_lost(struct engine *e, struct arena *arena, struct change *c, int64_t from, int64_t to, struct err *err);
/* What an event in quarantine says, and those of the same bytes. *also: the entries it touched, a JSON list, NULL for none. */
bool erase_event(struct engine *e, struct arena *arena, int64_t event, const char **also, struct err *err);
/* The words in a ticket are gone (engine/erase): the ticket as its history is then, NULL + err. CONFLICT: something is still to leave.
 * also: as in struct change. */
const struct ticket *erase_words(struct engine *e, struct arena *arena, const struct ticket *t, const char **also, struct err *err);
/* Before a ticket is purged. CONFLICT: another is part of it. */
bool purge_may(struct engine *e, struct arena *arena, int64_t ticket, struct err *err);
/* What is hidden in a ticket (engine/reveal), to *text; text NULL: nothing is shown, as in a dry run. */
bool reveal_do(struct engine *e, struct arena *arena, const struct action *action, int64_t ticket, int64_t now, struct change *c, struct json **text,
               struct err *err);
/* Merges (engine/merge). The root that a merge into `target` leads to, checked. */
bool merge_root(struct engine *e, struct arena *arena, const struct action *action, const struct ticket *source, int64_t *root, struct err *err);
/* Where a change moves merged_into: its root, before change(); and who hears it from now on, or no more, after. journal: where
 * the entries that c->undoes names are. */
bool merge_place(struct engine *e, struct arena *arena, struct change *c, struct err *err);
struct journal { struct store *store; int64_t before; }; /* and the number this change has there */
bool merge_tell(struct engine *e, struct arena *arena, const struct change *c, const struct journal *journal, struct err *err);
/* Where an event goes that has the key of `ticket` (engine/followup): to it, to the one it went on from, or, goes_to NULL, to a new one
 * that goes on from `follows`, which is closed, or begins anew where that was purged. */
bool followup_find(struct engine *e, struct arena *arena, struct ingest_item *item, int64_t now, int64_t ticket, const struct ticket **goes_to,
                   const struct ticket **follows, struct err *err);
/* The new ticket as it goes on from the closed one; what it begins with is added to c->made. */
struct ticket *followup_begin(struct arena *arena, struct change *c, struct ticket *fresh, const struct ticket *follows, const struct observation *obs);
bool followup_link(struct engine *e, struct arena *arena, const struct change *c, const struct ticket *follows, struct err *err);
/* From a message on, copied to a new ticket (engine/split). */
bool split_do(struct engine *e, struct arena *arena, const struct action *action, int64_t ticket, int64_t now, struct change *c, struct err *err);
bool split_replay(struct engine *e, struct arena *arena, const struct entry *entry, const struct observation *obs, int64_t from, struct err *err);
/* What an act on a ticket did, in one line (engine/said). why: claim next, why this one; undid: undo and redo, which action. */
struct said { struct engine *e; struct arena *arena; const struct action *action; const char *why, *undid; int64_t now; };
char *said_line(const struct said *r, const struct change *c);
const struct config_source *change_source(const struct engine *e, const struct ticket *t); /* by account, then dialect; NULL: none */
/* Acts on the desk itself (engine/desk): one action; back to what an entry says was before; a rebuild's. */
struct desk_run {
    struct engine *e; struct arena *arena; const char *actor; int64_t now; const char *say;
    const char *also; /* entries that it took words out of, a JSON list; NULL: none */
    int64_t seq;      /* out */
};
bool desk_do(struct desk_run *r, const struct action *action, struct err *err);
bool desk_undo(struct desk_run *r, const struct entry *entry, const struct json *data, const char *did, struct err *err);
bool desk_replay(struct engine *e, struct arena *arena, const struct entry *entry, const struct json *data, struct err *err);
bool desk_refresh(struct engine *e, struct err *err); /* engine.state is as the store has it */
/* It changed: tickets it may concern are looked at, the rest of many by desk_wake. guard: each in a savepoint of its own, where none is open. */
bool desk_turned(struct engine *e, int64_t now, bool guard, struct err *err);
bool desk_wake(struct engine *e, int64_t now, struct err *err);    /* the clock's part of it */
bool wake_ticket(struct engine *e, struct arena *arena, int64_t id, int64_t now, struct err *err);
/* A wake whose assignment (NULL: none) is known: a rebuild takes it from the entry. */
bool wake_given(struct engine *e, struct arena *arena, const struct ticket *before, const struct observation *obs, const char *why, int64_t now,
                struct err *err);
/* Models from outside (engine/ask). What they say of a letter: known (the ticket is labelled by it, *ticket as it is then),
 * asked (its route waits), or asked now. */
enum ask_state { ASK_KNOWN, ASK_ASKED };
bool ask_model(struct engine *e, struct arena *arena, const struct letter *letter, const struct config_destination *model, const char *route,
               int64_t entry, int64_t nth, int64_t now, int *state, const struct ticket **ticket, struct err *err);
/* A question's parcel came to an end: its answer is kept and who waited for it goes on, or they learn that there is none. */
bool ask_answered(struct engine *e, struct arena *arena, const struct parcel *p, const struct config_destination *model, const struct json *memo,
                    int64_t now, struct err *err);
/* A route that waited, once more from its first step. */
bool route_again(struct engine *e, struct arena *arena, const struct letter *letter, const char *route, int64_t entry, int64_t nth, int64_t now, struct err *err);
/* A line on the ticket: the route still waits, and why. */
bool route_stuck(struct engine *e, struct arena *arena, const struct letter *letter, const char *route, const char *why, int64_t entry, int64_t now, struct err *err);
/* Parcels (engine/parcel): how many more the courier may be handed for that destination; out of the door; dead for a reason. */
int parcel_room(const struct engine *e, const char *destination);
void parcel_landed(struct engine *e, const char *destination); /* the courier has one less in hand */
/* Who it goes to as configured now; NULL + *why: it cannot go. */
const struct config_destination *parcel_target(struct engine *e, struct arena *arena, const struct parcel *p, const char **why);
/* As it is now, with what hangs on it: its message's mark, its draft where it is dead, a line if that is wanted, its page's and its registration's end. */
bool parcel_write(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, bool line, struct err *err);
bool parcel_fly(struct engine *e, struct arena *arena, struct parcel *p, int64_t now, struct err *err);
/* A reply that cannot be sent, or was taken back, is its agent's draft again, unless another was begun. */
bool parcel_draft(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err);
/* An agent's assignment, told to the source whose API takes it. */
bool parcel_hand_back(struct engine *e, struct arena *arena, const struct change *c, struct err *err);
bool parcel_journal(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err); /* a line on its ticket */
bool parcel_bury(struct engine *e, struct arena *arena, struct parcel *p, const char *why, int64_t now, struct err *err);
/* A destination's own state (engine/rest): does it rest, by its configuration or by a person; its queue is kept until a person says that it may
 * go on; it goes on; since when it fails, by a receipt: after five days it rests. */
bool rest_is(struct engine *e, struct arena *arena, const struct config_destination *to, const char *name, bool *paused, struct err *err);
bool rest_pause(struct engine *e, struct arena *arena, const char *name, const char *reason, const char *actor, int64_t now, struct err *err);
bool rest_resume(struct engine *e, struct arena *arena, const char *name, const char *actor, int64_t now, struct err *err);
bool rest_note(struct engine *e, struct arena *arena, const struct parcel *p, const struct receipt *r, int64_t now, struct err *err);
/* What an answer means for later parcels (engine/recall): kept of one that was delivered; put into the memo of one of which
 * nothing was tried yet. */
bool recall_said(struct engine *e, struct arena *arena, const struct parcel *p, const struct config_destination *to, const struct json *memo, struct err *err);
bool recall_tell(struct engine *e, struct arena *arena, struct parcel *p, const struct config_destination *to, struct err *err);
/* Registration (engine/register): a parcel for the ticket just made. Before a parcel flies: *ready, there is nobody to ask, its
 * end is in p. An ended parcel's outcome; those a person dropped. */
bool register_begin(struct engine *e, struct arena *arena, const struct ingest_item *item, const struct change *c, struct err *err);
bool register_ready(struct engine *e, struct arena *arena, struct parcel *p, bool *ready, struct err *err);
bool register_outcome(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err);
bool register_dropped(struct engine *e, struct arena *arena, int64_t now, struct err *err);
bool register_boot(struct engine *e, struct arena *arena, struct err *err); /* the key that signs our API's tokens, made once */
/* Routes (engine/route): is there one for such an event at all; an event through all of them, its verdicts kept as an entry; a
 * change's own events. A fault of a route never fails the change: it is an entry too. */
bool route_wanted(const struct engine *e, const struct letter *letter);
bool route_letter(struct engine *e, struct arena *arena, const struct letter *letter, int64_t entry, int64_t nth, int64_t now, struct err *err);
bool route_change(struct engine *e, struct arena *arena, const struct change *c, const struct consequence *out, struct err *err);
/* A reply has left: that is when others are told of it. After its journal line. */
bool route_sent(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err);
/* What a source's event (item, its entry) told of somebody or something else: told further. */
bool route_record(struct engine *e, struct arena *arena, const struct record *r, bool new, const struct ingest_item *item, int64_t entry, int64_t nth,
                  int64_t now, struct err *err);
/* engine/rebuild: the journal from `since` on (at most `most` events, then the clock up to now) into to's empty store, under to's
 * configuration and with its routes. Reads live's store only. */
bool replay_lab(struct engine *live, struct engine *to, int64_t since, int64_t most, int64_t now, const atomic_bool *over, int64_t *ran, struct err *err);
/* engine/rebuild: the tallies of these names (NULL ends them) become what the journal makes; takes as long as a rebuild. */
bool replay_tallies(struct engine *e, const char *const *names, struct err *err);
/* engine/rebuild: what routes call the payload of a stored event; NULL: it cannot be read. */
const struct json *replay_payload(struct arena *arena, const struct event *event, const struct observation *obs);
/* Articles (engine/article): a record's, after it was written; the configuration's files, when one comes into force. cited: do those
 * in a ticket's `articles` exist, and does the text bring something of each? */
bool article_take(struct engine *e, struct arena *arena, const char *key, struct err *err);
bool article_files(struct engine *e, struct arena *arena, struct err *err);
bool article_cited(struct engine *e, struct arena *arena, const char *articles, const char *reply, struct err *err);
/* A macro on a ticket as one observation (engine/macro). */
bool macro_act(struct engine *e, struct arena *arena, const struct ticket *before, const struct action *action, int64_t now, struct observation *out,
               struct err *err);
/* What customers say afterwards (engine/survey): a survey's rating is kept and stands on its ticket; a ticket that came later
 * takes it from there. */
bool survey_take(struct engine *e, struct arena *arena, const struct ingest_item *item, int64_t seq, int64_t now, struct err *err);
bool survey_read(struct engine *e, struct arena *arena, struct ticket *t, struct err *err);
/* Whose a ticket is, what was said of whom, which articles helped: counted (engine/people). */
bool people_follow(struct engine *e, const struct ticket *before, const struct ticket *after, struct err *err);
/* What an act says of the label becomes something to learn from (engine/label). After change(). */
bool label_learn(struct engine *e, struct arena *arena, const struct change *c, struct err *err);
/* The views agents keep (engine/view). _sync: those of engine.state, after it was read; _change: their members; _wake: a bite of what
 * one that is new or gone still needs; _told: adds the team's to what a frame says of a ticket; _count: the team's numbers; _tell: a
 * frame for each agent whose own changed. */
struct kept_view {
    struct view is;
    const struct when *when;
    bool mine, changed;  /* names `me`; gained or lost a member in this batch */
    int64_t id, fill;    /* its number in the store; the next ticket to be looked at, INT64_MAX: all were */
};
bool views_sync(struct engine *e, struct err *err);
bool views_change(struct engine *e, const struct ticket *before, const struct ticket *after, struct err *err);
bool views_wake(struct engine *e, struct err *err);
void views_told(const struct engine *e, struct json *list, const struct ticket *t);
bool views_count(struct engine *e, struct json *views, struct json *owners, struct err *err);
bool views_tell(struct engine *e, struct err *err);
void change_owner(struct engine *e, const char *owner); /* a view's numbers changed, of that agent's part or ("") for all */
void change_tell(struct engine *e, const char *only, const char *kind, struct json *data); /* a frame without an entry; takes data */
/* Work and who has it (engine/assign): moves a ticket's row; fills the rows anew where skills changed; what time makes of a
 * ticket's assignment (*why NULL: nothing), and the agent it was given to has had a turn; the clock's round, at most max
 * tickets, and when it next wants one (0: not). */
bool assign_move(struct engine *e, const struct ticket *before, const struct ticket *after, struct err *err);
bool assign_views(struct engine *e, struct arena *arena, struct err *err);
bool assign_observe(struct engine *e, struct arena *arena, const struct ticket *t, int64_t now, struct observation *obs, const char **why,
                    struct err *err);
bool assign_turned(struct engine *e, const char *agent, struct err *err);
bool assign_wake(struct engine *e, struct arena *arena, int64_t now, int max, int *ran, struct err *err);
int64_t assign_next(const struct engine *e);
/* A ticket's wake in a savepoint of its own; a fault in it is an entry, and it is looked at again later. */
bool wake_due(struct engine *e, struct arena *arena, int64_t id, int64_t now, struct err *err);
/* The game (engine/game): what its rules ask of the store, what they decided put there; when the boss that stands leaves, 0 =
 * never; it leaves, if it stood too long. A record of the desk (kind, key, JSON or NULL) may earn somebody a small amount. */
bool game_facts(struct engine *e, struct arena *arena, struct change *c, unsigned needs, struct err *err);
bool game_put(struct engine *e, struct arena *arena, const struct consequence *out, int64_t entry, int64_t now, struct err *err);
bool game_leaves(struct engine *e, struct arena *arena, int64_t *at, struct err *err);
bool wake_boss(struct engine *e, struct arena *arena, int64_t now, struct err *err);
bool game_record(struct engine *e, struct arena *arena, const char *kind, const char *key, const char *text, const char *actor, int64_t cause,
                 int64_t now, struct err *err);
#endif
