/* store: the SQLite file. One handle a thread: exactly one writer (which also does every checkpoint), readers are
 * READONLY and query_only. WAL, synchronous=FULL: when store_commit returns true the batch is on disk; store_commit_soon leaves
 * waiting for the disk to somebody else.
 * Only src/store includes sqlite3.h. The schema with its comments is schema.sql (data/schema). */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include "base/arena.h"
#include "base/err.h"
#include "core/assignment.h"
#include "core/label.h"
#include "core/observe.h"
#include "core/consequence.h"

struct store;
enum store_mode { STORE_WRITER, STORE_READER };
/* path NULL (writer only): an in-memory database, for tests. The writer creates and migrates. */
struct store *store_open(const char *path, enum store_mode mode, struct err *err);
/* Brings a database of an older version to this one's, which can take a minute for a million tickets, before anybody opens it. told is called
 * before each step: from the version it had, to which it is brought now, to which in the end; never for a new one. All or nothing. */
typedef void store_told(void *arg, int from, int now, int to);
bool store_migrate(const char *path, store_told *told, void *arg, struct err *err);
void store_close(struct store *store); /* NULL is fine */
/* Of all handles of this process: bytes of the pages they hold, how many of them lie in the heap, and the block they share, which they
 * fill as more of the file is read. held may pass most for as long as a large transaction lasts. */
struct store_cache { int64_t held, heap, most; };
struct store_cache store_cache(void);
bool store_begin(struct store *store, struct err *err);
bool store_savepoint(struct store *store, struct err *err); /* one level */
bool store_release(struct store *store, struct err *err);
void store_undo(struct store *store);                       /* back to the savepoint */
bool store_commit(struct store *store, struct err *err);    /* + the chain row over this batch's entries */
/* The same without waiting for the disk: others see it, nothing of it may be promised before durable_wait (store/durable.h). */
bool store_commit_soon(struct store *store, struct err *err);
void store_rollback(struct store *store);
/* Of a reader: until store_thaw everything is read as of one commit. Short: the log cannot be folded back meanwhile. */
bool store_freeze(struct store *store, struct err *err);
void store_thaw(struct store *store);
/* A statement that was not read to its end keeps its reader at that moment of the database, and checkpoints waiting. Ends those
 * there are; the SQL of one of them, NULL: there was none, as it should be. */
const char *store_rest(struct store *store);
int64_t store_wal_pages(const struct store *store);
bool store_checkpoint(struct store *store, struct err *err); /* PASSIVE; writer only, outside a transaction */
bool store_check(struct store *store, struct str *report, struct err *err); /* integrity_check */

/* --- events: what came in, whole --- */
struct event {
    int64_t id, received_at, occurred_at, ticket, seen;
    const char *source, *account, *dialect, *key, *type;
    int effect;            /* enum effect of dialect.h */
    const char *effect_text; /* its word */
    const char *state;     /* applied ignored duplicate conflict quarantine erased: it was in quarantine */
    uint8_t content_hash[32], sha256[32];
    const char *obs, *headers, *warnings, *note; /* JSON, JSON, JSON array, text */
    const void *raw; size_t raw_n;
    int64_t raw_of;        /* a batch stores its bytes once, with its first event */
};
bool store_event_find(struct store *s, struct arena *a, const char *account, const char *key, struct event *out, bool *found, struct err *err);
int64_t store_event_next(const struct store *s); /* the id the next insert will give */
bool store_event_insert(struct store *s, struct event *event, struct err *err); /* sets id */
bool store_event_seen(struct store *s, int64_t id, struct err *err);            /* duplicates: seen + 1 */
bool store_event_get(struct store *s, struct arena *a, int64_t id, struct event *out, struct err *err);
/* A ticket's observations with the source's voice, any order. */
bool store_event_observations(struct store *s, int64_t ticket, bool (*each)(void *arg, int64_t id, const char *obs), void *arg, struct err *err);

/* --- tickets --- */
bool store_ticket_find(struct store *s, const char *account, const char *key, int64_t *id, struct err *err); /* 0 = none */
struct ticket *store_ticket_get(struct store *s, struct arena *a, int64_t id, struct err *err); /* NULL: NOT_FOUND or failure */
/* The same, but what was purged is NOT_FOUND: for whoever asks by a number. */
struct ticket *store_ticket_shown(struct store *s, struct arena *a, int64_t id, struct err *err);
/* Its title alone, for a row that names it; NULL: it has none, or is not there. */
bool store_ticket_title(struct store *s, struct arena *a, int64_t id, const char **title, struct err *err);
int64_t store_ticket_next(const struct store *s); /* the id for the next new ticket */
bool store_ticket_insert(struct store *s, const struct ticket *t, struct err *err);
bool store_ticket_update(struct store *s, const struct ticket *t, struct err *err);
/* Clocks and escalation of a ticket are gone; store_ticket_update writes those it has. */
bool store_ticket_bare(struct store *s, int64_t id, struct err *err);
/* The tickets merged into a root, also by way of others, each with the time from which the root hears it. */
struct member { int64_t id, merged_at; };
bool store_ticket_members(struct store *s, struct arena *a, int64_t root, struct member **list, int *count, struct err *err);
/* The ticket and all that was merged into it have another root. */
bool store_ticket_reroot(struct store *s, int64_t id, int64_t root, struct err *err);
bool store_wake_next(struct store *s, int64_t *at, struct err *err);          /* 0 = none */
bool store_wake_put(struct store *s, int64_t id, int64_t at, struct err *err); /* of one ticket, outside any change */
bool store_wake_clocks(struct store *s, int64_t at, struct err *err); /* tickets with a clock that runs or is paused, no later than that */
/* Tickets with an open escalation behind `after`, by number. */
bool store_escalated(struct store *s, int64_t after, int64_t *ids, int max, int *count, struct err *err);
bool store_wake_due(struct store *s, int64_t now, int64_t *ids, int max, int *count, struct err *err);

/* --- messages, entries, records, scores --- */
bool store_message_put(struct store *s, int64_t ticket, const struct message *m, const struct version *v, bool *added, bool *changed, struct err *err);
bool store_message_list(struct store *s, struct arena *a, int64_t ticket, struct message **list, int *count, struct err *err);
/* Our own reply came back from its source under the source's id: the line that is there takes that id, and whatever still tries to
 * send it is done. row 0: it is none of ours. */
bool store_message_confirm(struct store *s, int64_t ticket, const struct message *m, int64_t *row, struct err *err);
bool store_message_state(struct store *s, int64_t row, const char *state, struct err *err);
int64_t store_message_row(struct store *s); /* of the message added last */
/* Recounts messages, ai_messages and attachments into out. */
bool store_message_counts(struct store *s, int64_t ticket, struct ticket *out, struct err *err);
/* Agents' public replies, and the length of the longest note, runs of blanks left out. */
bool store_message_facts(struct store *s, int64_t ticket, int64_t *public_replies, int64_t *longest_note, struct err *err);
struct entry {
    int64_t seq, at, ticket, cause, undoes;
    const char *actor, *kind, *data; /* data: JSON object */
};
bool store_entry_add(struct store *s, struct entry *e, struct err *err); /* sets seq */
int64_t store_entry_next(const struct store *s); /* the seq the next entry will get */
bool store_entry_get(struct store *s, struct arena *a, int64_t seq, struct entry *out, struct err *err);
struct entry_query { int64_t after, before, ticket; const char *kind, *actor; int limit; bool newest_first; };
bool store_entry_list(struct store *s, struct arena *a, const struct entry_query *q, struct entry **list, int *count, struct err *err);
/* What an agent did, newest first, before that entry (0: from the last). Costs what it gives, however long the journal is. */
bool store_entry_acts(struct store *s, struct arena *a, const char *actor, int64_t before, int limit, struct entry **list, int *count, struct err *err);
/* What undoes an entry, what undoes that, and so on: number and what it undoes, newest first. All of them, wherever they stand. */
struct undoing { int64_t seq, undoes; };
bool store_entry_undoings(struct store *s, struct arena *a, int64_t seq, struct undoing **list, int *count, struct err *err);
bool store_entry_last(struct store *s, int64_t *seq, struct err *err);

/* --- queue: members of views, and tallies --- */
struct row_filter {
    const char *view, *owner;  /* a kept view; owner "" unless the view is per agent */
    const struct when *where;  /* further filter, may be NULL */
    const struct when_env *env;
    const char *after;         /* cursor of the page before, NULL = start */
    int limit;
    bool invert;               /* the other end first */
};
/* The kept view's row number (0 = not kept) and its expression; _put makes or empties it. */
bool store_view_id(struct store *s, const char *name, int64_t *id, char **text, struct arena *a, struct err *err);
bool store_view_put(struct store *s, const char *name, const char *text, int64_t *id, struct err *err);
/* Those whose name has a slash: what agents keep (core/view). One goes by another name; one goes: its members are taken away by
 * store_view_sweep, at most so many rows a call, *more while there are any. */
struct view_row { int64_t id; const char *name, *text; };
bool store_view_list(struct store *s, struct arena *a, struct view_row **list, int *count, struct err *err);
bool store_view_move(struct store *s, const struct view_row *row, const char *name, struct err *err);
bool store_view_retire(struct store *s, const struct view_row *row, struct err *err);
/* As it was when it was filled up to the ticket `fill`: for a comparison with one that still is. */
bool store_view_cut(struct store *s, int64_t view, const char *name, int64_t fill, struct err *err);
bool store_view_sweep(struct store *s, int most, bool *more, struct err *err);
bool store_queue_add(struct store *s, int64_t view, const char *name, const char *owner, const struct ticket *t, struct err *err);
bool store_queue_drop(struct store *s, int64_t view, const char *name, const char *owner, const struct ticket *before, struct err *err);
bool store_queue_same_place(const struct ticket *a, const struct ticket *b); /* the order in every queue is unchanged */
bool store_queue_count(struct store *s, const char *view, const char *owner, int64_t *n, struct err *err);
bool store_ticket_ids(struct store *s, int64_t after, int64_t *ids, int max, int *count, struct err *err); /* keyset walk */
/* Members after the cursor that pass the filter, in order. A filter that matches little stops at a time budget: count
 * may be 0 with a `next`. */
bool store_queue_page(struct store *s, struct arena *a, const struct row_filter *f, struct ticket ***rows, int *count, const char **next, struct err *err);
/* How many members pass the filter; *over: as many at least, looked at until the time was spent (0: all are looked at). */
bool store_queue_match(struct store *s, const struct row_filter *f, int64_t budget_ms, int64_t *n, bool *over, struct err *err);
/* The same by urgency or priority: open ones by level, the highest first, those without last, each level by number; then done ones as in
 * the queue. invert: exactly the other way round. when: the view's own. */
enum rank_by { RANK_URGENCY, RANK_PRIORITY };
bool store_rank_page(struct store *s, struct arena *a, const struct row_filter *f, const struct when *when, int by, struct ticket ***rows, int *count,
                     const char **next, struct err *err);
bool store_tally_add(struct store *s, const char *name, const char *key, int64_t day, int64_t n, int64_t sum, struct err *err);
struct tally_day { int64_t day, n, sum; };
/* Days from..to of one key that were ever counted, rising; at most max. */
bool store_tally_range(struct store *s, const char *name, const char *key, int64_t from, int64_t to, struct tally_day *list, int max, int *count,
                       struct err *err);
bool store_tally_get(struct store *s, const char *name, const char *key, int64_t day, int64_t *n, int64_t *sum, struct err *err);

/* --- work: what needs a person now (core/assignment), and each owner's load as the tally "load" --- */
bool store_work_put(struct store *s, const struct work *w, struct err *err);
bool store_work_drop(struct store *s, const struct work *w, struct err *err);
bool store_work_clear(struct store *s, struct err *err);
/* The next set of skills after *need that an owner's work asks for; -1 = from the start. */
bool store_work_need(struct store *s, const char *owner, int64_t *need, bool *found, struct err *err);
/* What comes after `after` in the list of its owner and need, first offered first; turn -1 = from the start. */
bool store_work_list(struct store *s, struct arena *a, const struct work *after, int max, struct work *list, int *count, struct err *err);
/* Forgets a key of a tally, and the keys that go on from it behind `separator`. */
bool store_tally_forget(struct store *s, const char *name, const char *key, const char *separator, struct err *err);
bool store_tally_copy(struct store *s, struct store *from, const char *name, struct err *err); /* all of that name, as they are there */
/* What of a ticket is counted (core/stat): keys is a line for each of those it counts for. _take gives it and removes it. */
struct counted { int64_t ticket, stat, nth, at, day, value; const char *part, *keys; };
bool store_counted_put(struct store *s, const struct counted *c, struct err *err);
bool store_counted_take(struct store *s, struct arena *a, int64_t ticket, int64_t stat, int64_t nth, struct counted *out, bool *found, struct err *err);

/* --- the game's ledger --- */
bool store_score_add(struct store *s, const struct score_row *r, int64_t entry, struct err *err);
bool store_score_open(struct store *s, struct arena *a, int64_t ticket, struct score_row **rows, int *count, struct err *err); /* unreversed */
/* Where an agent stands, from kept counters: all XP (what is held included), what is held, and what came on that day. */
struct standing { int64_t xp, held, today; };
bool store_standing(struct store *s, const char *agent, int64_t day, struct standing *out, struct err *err);
/* Those that the entries from..to reversed. */
bool store_score_lost(struct store *s, struct arena *a, int64_t ticket, int64_t from, int64_t to, struct score_row **rows, int *count,
                      struct err *err);
bool store_score_agent(struct store *s, struct arena *a, const char *agent, int max, struct score_row **rows, int *count, struct err *err);
bool store_score_boss(struct store *s, struct arena *a, const char *boss, int max, struct score_row **rows, int *count, struct err *err);
bool store_score_last_paid(struct store *s, const char *agent, int64_t *at, struct err *err); /* that stands; 0 = none of the last few */
bool store_score_spent(struct store *s, int64_t ticket, bool *spent, struct err *err); /* a blow was taken back that healed nobody */
bool store_score_dealt(struct store *s, struct arena *a, const char *boss, struct dealt *list, int max, int *count, struct err *err);
bool store_score_last(struct store *s, int64_t *row, struct err *err); /* the number of the last row; 0: there is none */
/* What an agent dealt to a boss by the rows behind `row`, without what takes back one before it. */
bool store_score_since(struct store *s, const char *boss, const char *agent, int64_t row, int64_t *damage, struct err *err);
/* The sums of an agent (NULL: of everybody) go to where player_place finds them; and back to those that count. */
bool store_score_aside(struct store *s, const char *agent, const char *reset, struct err *err);
bool store_score_back(struct store *s, const char *reset, struct err *err);
struct score_turn { bool customer; const char *author; int64_t at; }; /* a line of a conversation, public and by a person */
bool store_score_turns(struct store *s, struct arena *a, int64_t ticket, struct score_turn **list, int max, int *count, struct err *err);
bool store_record_get(struct store *s, struct arena *a, const char *kind, const char *key, char **data, struct err *err); /* NULL data: none */
bool store_record_put(struct store *s, struct arena *a, const struct record *r, const struct version *v, struct err *err);
/* Whole, whatever was there; and taken away. */
bool store_record_set(struct store *s, const struct record *r, const struct version *v, struct err *err);
bool store_record_drop(struct store *s, const char *kind, const char *key, struct err *err);
/* Those whose key begins so, in falling order of key. */
bool store_record_under(struct store *s, struct arena *a, const char *kind, const char *prefix, int max, struct record **list, int *count, struct err *err);
/* Of the keys from <= key < to, the newest first; at most max. */
bool store_record_between(struct store *s, struct arena *a, const char *kind, const char *from, const char *to, struct record **list, int *count, int max,
                          struct err *err);
/* The next ones behind a key (NULL: from the first), in order of their keys. */
bool store_record_after(struct store *s, struct arena *a, const char *kind, const char *after, int max, struct record **list, int *count, struct err *err);
bool store_record_list(struct store *s, struct arena *a, const char *kind, struct record **list, int *count, int max, struct err *err);

/* --- letters and parcels: what leaves --- */
/* Writes the letter of (entry, route, nth), or finds the one there is; gives its number. redaction: JSON or NULL. */
bool store_letter_put(struct store *s, int64_t entry, const char *route, int64_t nth, const char *data, const char *redaction, int64_t *id, struct err *err);
/* NULL data: it was erased. */
bool store_letter_get(struct store *s, struct arena *a, int64_t id, char **data, char **redaction, struct err *err);
struct parcel {
    int64_t id, entry, nth, ticket, step, message, letter, due_at, attempts, made_at; /* due_at 0: at rest */
    const char *route, *destination, *agent, *recipe, *state, *memo, *error; /* destination: a configured one's name, reply:<source>,
                                                                                assign:<source>, register:<source>, console */
};
bool store_parcel_add(struct store *s, struct parcel *p, bool *added, struct err *err); /* added NULL: it must be new */
bool store_parcel_update(struct store *s, const struct parcel *p, struct err *err);
/* Where something is waiting, with the time of what waits longest; at most max of them. */
struct parcel_place { const char *destination; int64_t due_at; };
bool store_parcel_places(struct store *s, struct arena *a, int max, struct parcel_place **list, int *count, struct err *err);
/* What is due there, oldest first. */
bool store_parcel_due(struct store *s, struct arena *a, const char *destination, int64_t now, int max, struct parcel **list, int *count, struct err *err);
bool store_parcel_by_message(struct store *s, struct arena *a, int64_t message, struct parcel *out, bool *found, struct err *err);
bool store_parcel_get(struct store *s, struct arena *a, int64_t id, struct parcel *out, bool *found, struct err *err);
bool store_parcel_land(struct store *s, int64_t now, struct err *err); /* flying -> due now, marked ambiguous */
/* Until when those of the same ticket and destination that were made before it take: the last's due time, now where it flies; 0 = none. */
bool store_parcel_ahead(struct store *s, const struct parcel *p, int64_t now, int64_t *until, struct err *err);
/* What a person may ask for: the members that are set narrow it down. Newest first unless oldest_first. */
struct parcel_query { int64_t ticket, after, since, until; const char *state, *destination, *route; int limit; bool oldest_first; };
bool store_parcel_list(struct store *s, struct arena *a, const struct parcel_query *q, struct parcel **list, int *count, struct err *err);
/* Dead letters start anew: due now, attempts from 0, same letter and id. Or what has not left is dropped. Narrowed as above; ids NULL: all
 * that fit. Gives how many. */
enum parcel_change { PARCEL_REPLAY /* dead */, PARCEL_RETRY /* waiting: now */, PARCEL_DROP /* dead or waiting */ };
bool store_parcel_change(struct store *s, int change, const struct parcel_query *q, const int64_t *ids, int id_count, int64_t now, int64_t *changed, struct err *err);
bool store_parcel_park(struct store *s, const char *destination, struct err *err);              /* its queue rests */
bool store_parcel_unpark(struct store *s, const char *destination, int64_t now, struct err *err); /* and is due again */
/* Of each of the tickets how many of its parcels are dead, but for questions to a model, which nobody misses: one query for all of them, and none where nothing on the desk is. */
bool store_parcel_undelivered(struct store *s, struct arena *a, const int64_t *tickets, int count, int64_t *dead, struct err *err);
struct parcel_counts { int64_t due, flying, retrying, dead, held, next_at; };
bool store_parcel_counts(struct store *s, const char *destination, struct parcel_counts *out, struct err *err); /* next_at: the earliest that waits */
struct attempt { int64_t parcel, n, at, status, ms; const char *verdict, *excerpt; };
bool store_attempt_add(struct store *s, const struct attempt *a, struct err *err);
bool store_attempt_list(struct store *s, struct arena *a, int64_t parcel, struct attempt **list, int *count, struct err *err);

/* --- what is let go in time (store/retain): each goes on for some ms, counting up *gone --- */
bool store_retain_parcels(struct store *s, int64_t before, int64_t ms, bool *more, int64_t *gone, struct err *err);
/* Letters written before `before` that no parcel and no waiting route needs; *after: how far it is, 0 at first and again at the end. */
bool store_retain_letters(struct store *s, int64_t before, int64_t ms, int64_t *after, int64_t *gone, struct err *err);
/* Counts by the hour of more than two weeks ago; *after: how far it is, empty at first and again at the end. */
struct tally_place { char name[64], key[512]; };
bool store_retain_hours(struct store *s, int64_t ms, struct tally_place *after, int64_t *gone, struct err *err);
bool store_retain_answers(struct store *s, int64_t before, int64_t ms, bool *more, int64_t *gone, struct err *err);

/* --- pages (store/page): parcels of the route page:POLICY, and the one to `console` that says whom --- */
bool store_page_count(struct store *s, const char *agent, int64_t since, int64_t *n, struct err *err); /* pages of an agent after `since` */
/* When those that are held for this agent and destination leave; 0 = there are none. */
bool store_page_held(struct store *s, const char *agent, const char *destination, int64_t *until, struct err *err);
/* The others of p's agent and destination in that state; bundle != 0: those that p's letter names. */
bool store_page_members(struct store *s, struct arena *a, const struct parcel *p, const char *state, int64_t bundle, int max, struct parcel **list, int *count,
                        struct err *err);
bool store_page_letter(struct store *s, int64_t id, int64_t letter, struct err *err);
/* How many of a change's pages (entry) arrived or still may; agent NULL: anybody's. */
bool store_page_alive(struct store *s, int64_t entry, const char *agent, int64_t *n, struct err *err);
/* What has not left of a ticket's pages never will. A letter that names other tickets too goes its way. */
bool store_page_drop(struct store *s, int64_t ticket, const char *why, struct err *err);
struct page_row { int64_t id, entry, at, step; const char *agent, *destination, *state, *error, *memo; }; /* memo of the console: why */
/* Of one ticket, newest first; destination "console": that agent was told, once for each time. */
bool store_page_list(struct store *s, struct arena *a, int64_t ticket, int limit, struct page_row **list, int *count, struct err *err);

/* --- what routes remember --- */
/* Was the key let through after `since` by another entry? _add notes it for this one, and forgets what is older. */
bool store_seen(struct store *s, const char *route, int step, const char *key, int64_t entry, int64_t since, bool *seen, struct err *err);
bool store_seen_add(struct store *s, const char *route, int step, const char *key, int64_t entry, int64_t now, int64_t since, struct err *err);
/* How many other entries went through after `since`, and when the first of them did. */
bool store_passed(struct store *s, const char *route, int step, int64_t entry, int64_t since, int64_t *n, int64_t *oldest, struct err *err);
bool store_passed_add(struct store *s, const char *route, int step, int64_t entry, int64_t now, int64_t since, struct err *err);
/* Questions to models. An answer older than ttl counts as none. parcel: who carries the question, 0 = nobody yet. */
bool store_ask_get(struct store *s, struct arena *a, const uint8_t hash[32], int64_t now, int64_t ttl, int64_t *parcel, char **answer, struct err *err);
bool store_ask_put(struct store *s, const uint8_t hash[32], const char *destination, int64_t parcel, const char *answer, int64_t now, struct err *err);
bool store_waiting_add(struct store *s, const uint8_t hash[32], int64_t letter, const char *route, struct err *err);
struct waiting { int64_t letter, entry, nth; const char *route; };
bool store_waiting_list(struct store *s, struct arena *a, const uint8_t hash[32], struct waiting **list, int *count, struct err *err);
bool store_waiting_drop(struct store *s, const uint8_t hash[32], struct err *err);

/* --- what was learned (store/model) --- */
/* An epoch of the classifier. state: active (in force: at most one), kept, refused (it would have been worse). figures: JSON,
 * how it did. weights: classify_save's bytes, NULL once they were let go. */
struct model_row { int64_t epoch, at, learned; const char *state, *figures; const void *weights; size_t weights_n; bool can_return; };
bool store_model_put(struct store *s, const struct model_row *m, struct err *err); /* an active one makes the one before it kept */
bool store_model_get(struct store *s, struct arena *a, int64_t epoch, struct model_row *out, bool *found, struct err *err);
bool store_model_active(struct store *s, struct arena *a, struct model_row *out, bool *found, struct err *err);
/* Newest first, without weights; can_return says whether they are still there. */
bool store_model_list(struct store *s, struct arena *a, int limit, struct model_row **list, int *count, struct err *err);
bool store_model_activate(struct store *s, int64_t epoch, struct err *err); /* 0: none, the starter rules */

/* A ticket whose label people gave or let stand: value and weight (thousandths) by task, 0 = no word on that one; what the
 * customer wrote first. asked and right: of its tasks that a person settled, how many the model had labelled, and rightly. */
struct example { int64_t ticket; const char *title, *text; int urgency, category, urgency_weight, category_weight, asked, right; };
/* The next bite of those a person labelled, or of those that were only let stand (silent), newest first, each ticket once;
 * *before: 0 at first, 0 again after the last. A label whose act was undone leaves no trace. */
bool store_examples(struct store *s, struct arena *a, bool silent, int64_t *before, struct example **list, int *count, struct err *err);
/* How often models from outside were right, by the confidence they claimed: of people's newest 2,000 labels those of urgency,
 * undone ones left out, against what such a model had said last before. */
bool store_label_seen(struct store *s, struct label_seen seen[LABEL_CONFIDENCES], struct err *err);
/* Tickets with what the customer wrote first, newest first, among the newest 5,000; open: only those that are. */
struct worded { int64_t id, received_at, urgency_bp, category_bp; const char *title, *text; int status, urgency, urgency_by, category, category_by;
                bool flagged; /* by a route's model: it should be looked at */ };
bool store_worded(struct store *s, struct arena *a, int64_t before, bool open, int max, struct worded **list, int *count, struct err *err);

/* --- files that come and go with messages --- */
bool store_file_put(struct store *s, const uint8_t sha256[32], int64_t size, int64_t now, struct err *err); /* again: nothing happens */
bool store_file_get(struct store *s, const uint8_t sha256[32], int64_t *size, bool *found, struct err *err);
/* The next one behind a hash, in their order; *size -1: the first. Both are in and out. */
bool store_file_next(struct store *s, uint8_t sha256[32], int64_t *size, bool *found, struct err *err);
/* An agent put it here and may send it; putting it again makes it young again. */
bool store_upload_put(struct store *s, const uint8_t sha256[32], const char *agent, int64_t now, struct err *err);
/* Uploads from before `before` that no draft names go, and with each its file, unless a message or somebody else brings it (its bytes:
 * worker/shelf). For some ms, counting the files in *gone. */
bool store_retain_uploads(struct store *s, int64_t before, int64_t ms, bool *more, int64_t *gone, struct err *err);

/* --- keys (store/keys): found whether or not the indexes know them yet --- */
int store_keys_waiting(const struct store *s); /* writer: what the indexes do not know */
/* Writer, in a transaction: brings some of it into the indexes, about so many ms long. What it did counts with the commit. */
bool store_keys_fill(struct store *s, int64_t ms, struct err *err);

/* --- what goes for good (store/erase): words leave every table they lie in --- */
/* What stays of a text, NULL: nothing of it goes. kind: "observation", "records" (an
 * observation that brings a record), "body", "record", "notes", or the kind of the entry whose data it is. */
struct store_eraser { const char *(*left)(void *arg, const char *kind, const char *text); void *arg; };
bool store_erase_leaves(struct store *s, int64_t ticket, bool *leaves, struct err *err); /* something of it is still on its way */
/* Events, entries, messages, letters, attempts, questions, drafts, kept answers and files of one ticket. */
bool store_erase_ticket(struct store *s, struct arena *a, int64_t ticket, const struct store_eraser *by, struct err *err);
/* A record and the events it came by: of no ticket ("event", "route": what the journal says of them; gone: those entries, with commas), or of one that
 * is or was the customer's. */
bool store_erase_record(struct store *s, struct arena *a, const char *kind, const char *key, const struct store_eraser *by, struct str *gone, struct err *err);
/* Events in quarantine that came in again as one of the ticket's: the same bytes, or the same key ("aside": what is noted of them). They are
 * `erased` then, for nothing can be made of them any more. Those of the events that earlier erasures of it touched are among them. */
bool store_erase_aside(struct store *s, struct arena *a, int64_t ticket, const struct store_eraser *by, struct str *gone, struct err *err);
bool store_erase_more(struct store *s, int64_t ticket, bool *more, struct err *err); /* there are such, with something left to erase */
/* Of the events that came in from then on (ms UTC), how many of each source left the quarantine because their words went. */
bool store_erased_since(struct store *s, struct arena *a, int64_t since, void (*each)(void *arg, const char *source, int64_t n), void *arg, struct err *err);
/* One event in quarantine and those of the same bytes; the file is to be scoured. */
bool store_erase_event(struct store *s, struct arena *a, int64_t event, const struct store_eraser *by, struct str *gone, struct err *err);
/* Notes on a customer, whose keys begin so: the records and what the journal says of them ("notes"); gone: those entries, with commas. */
bool store_erase_notes(struct store *s, struct arena *a, const char *prefix, const struct store_eraser *by, struct str *gone, struct err *err);
bool store_erase_kept(struct store *s, const char *word, struct err *err); /* what consoles keep that holds it, in either case */
/* The index of words begins anew, and the file is to be scoured. */
bool store_erase_index(struct store *s, struct err *err);
/* If it is to be: empties the log. What was deleted by then is from here on in no file: not in the database, into which only what is in use
 * ever goes; not in its log, which is empty; and what comes into the log later does not bring it again. Outside a transaction; takes as
 * long as a checkpoint, however large the file is. *done false: a reader is at what was; ask again. A database from before
 * this was so is written anew, once, which takes as long as it is large. */
bool store_scour(struct store *s, bool *done, struct err *err);

/* --- what is searched (store/search) --- */
/* Do the messages the customer wrote hold these words (core/body)? As struct when_env asks; one that cannot be read, which is logged, does not. */
bool store_body_holds(void *store, int64_t ticket, const char *folded);
bool store_search_mark(struct store *s, int64_t *seq, struct err *err); /* the last entry whose words are in the index for sure */
/* Indexes what entries after *seq say, for some ms, in the caller's transaction; *seq moves on. Caught up: *seq is the last. */
bool store_search_fill(struct store *s, int64_t *seq, int64_t ms, struct err *err);
/* Resolved tickets nearest to one in its most telling words, at most SEARCH_TERMS of them, best first. weight: what a word
 * means to the classifier, 0 = nothing. max ids. */
enum { SEARCH_TERMS = 12 };
struct search_word { const char *text; double weight; };
bool store_similar(struct store *s, struct arena *a, int64_t ticket, const struct search_word *words, int n, int max, int64_t *ids, int *count, struct err *err);

/* --- the index of tickets' texts, which lists and counts pass rows over by (store/sieve) --- */
bool store_reworded(struct store *s, int64_t ticket, struct err *err); /* one of its WHEN_TEXTS texts changed; with that change */
/* Is there enough to do for a bite? late: it should not wait for a quiet moment. */
bool store_sieve_wants(const struct store *s, bool *late);
bool store_sieve_fill(struct store *s, int64_t ms, struct err *err); /* for some ms, in the caller's transaction */

/* Compares the derived tables (ticket clock escalation queue tally record, and the ledger but for its entry numbers) of
 * two databases row by row; report gets the first differences. */
bool store_compare(struct store *a, struct store *b, struct str *report, int64_t *differ, struct err *err);

/* Walks the whole journal (store/chain.h says how). bad: the first entry that does not fit, 0 = all fit. */
bool store_chain_verify(struct store *s, int64_t *links, int64_t *bad, struct err *err);

/* --- keep, meta --- */
bool store_keep_put(struct store *s, const char *agent, const char *key, const char *value, int64_t at, struct err *err); /* NULL forgets */
char *store_keep_get(struct store *s, struct arena *a, const char *agent, const char *key, struct err *err);
/* Texts that are being written, newest first: the agent's own, and those handed to the team (core/draft). At most DRAFTS_MOST. */
enum { DRAFTS_MOST = 200 };
struct store_draft { const char *agent, *key, *value; int64_t at; };
bool store_drafts(struct store *s, struct arena *a, const char *agent, struct store_draft *list, int *count, struct err *err);
bool store_answer_get(struct store *s, struct arena *a, const char *key, char **body, int64_t *asked, struct err *err); /* of a do, 24 h */
bool store_answer_put(struct store *s, const char *key, const char *body, int64_t asked, int64_t at, struct err *err); /* asked: hash of the request */
bool store_meta_put(struct store *s, const char *key, const char *value, struct err *err);
char *store_meta_get(struct store *s, struct arena *a, const char *key, struct err *err);
#endif
