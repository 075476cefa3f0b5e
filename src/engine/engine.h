/* engine: one transaction each for the four ways a ticket changes (architecture M2): ingest (a source speaks), act (an
 * agent), wake (the clock), receipt (a parcel's answer); all of them go through change(). Runs on the writer's thread
 * between store_begin and store_commit. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
#include "core/act.h"
#include "core/classify.h"
#include "core/desk.h"
#include "core/retry.h"
#include "store/store.h"
#include <stdatomic.h>

/* A courier's hands are full at so many parcels of one destination, so that a slow one holds up nobody else. */
enum { ENGINE_PLACES = 1024, ENGINE_IN_HAND = 32, ENGINE_OWNERS = 256 };
struct engine {
    struct store *store;
    const struct config *config;
    int64_t epoch, learned; /* of the classifier in force */
    const struct classify_model *model; /* the lab's: labels again what is replayed; else NULL */
    bool labelled;       /* this batch changed what there is to learn */
    bool scours;         /* this batch erased something: the index of words begins anew, the log is to be emptied */
    bool bold;           /* events without savepoints: should one fail, engine_ingest says so and whoever runs the batch
                          * takes it back whole and runs it again, carefully */
    /* Filled while a batch runs: the frames of its entries, to be published after the commit. */
    struct frame *frames, **frames_end;
    struct arena *batch; /* lives from begin to publish */
    bool quiet;          /* nobody listens: no frames are made */
    bool replaying;      /* a rebuild: what left is history, nothing leaves again */
    int64_t reads;       /* a rebuild or a lab: the entry it is at in the journal it reads, by which its ledger is numbered too; -1:
                          * what its own clock does. 0: it reads none */
    struct outgoing *outgoing;   /* parcels that became due in this batch, for the courier after the commit */
    struct in_hand { char place[80]; int n; } in_hand[ENGINE_PLACES]; /* parcels the courier has, by destination */
    const char *desk; char desk_id[32]; /* this desk's own id, made once: part of every id we give */
    struct label_bands bands; int64_t bands_at; /* what an outside model's confidence is worth, and as of when (engine/ask) */
    struct desk_state state; struct arena *desk_arena; /* what people set (engine/desk), as of the last refresh */
    bool desk_stale; int64_t desk_looked_at, desk_turns_at; /* what began or ended since the last look is due */
    bool look_waits; int64_t looked_to; /* that look goes on behind this ticket, in bites */
    bool work_stale, away_stale; int64_t assign_at, offered; /* engine/assign: work or loads changed; who is here did; when to look again; the ticket whose turn it is */
    struct kept_view *kept; int kept_count; struct arena *kept_arena; /* what agents keep (engine/view), as of the last refresh */
    bool views_wait;     /* one is not filled yet, or one that went still has rows */
    const char *only;    /* entries written while it is set are told to that agent alone */
    bool counts_changed; /* a queue gained or lost a member in this batch */
    const char *owners[ENGINE_OWNERS]; int owner_count; /* whose per-agent views did */
};
/* data: JSON of api.md's frame; only: an agent, NULL = all; owners: whose own views it counts (ENGINE_OWNERS: there are more) */
struct frame { struct frame *next; int64_t seq; const char *kind, *data, *only, *const *owners; int owner_count; bool leads_only; };

/* What the courier needs for one exchange: a copy, so that it never reads the store. In the batch's arena. */
struct outgoing {
    struct outgoing *next;
    int64_t parcel, attempt;     /* attempt: 1 = the first */
    const char *place;           /* the destination's name: pace and breaker go by it */
    const struct config_destination *to; /* as configured now, with what was frozen for this parcel */
    const char *letter, *memo;   /* JSON; memo may be NULL */
    const char *redaction, *salt; /* the route's part, JSON or NULL */
};
/* A parcel's answer: the fourth way in. status 0 = no answer came. excerpt: safe text of the answer, or why there was none.
 * memo: JSON as judge left it. */
struct receipt { int64_t parcel; struct verdict verdict; int64_t status, jitter_bp, ms; const char *excerpt, *memo; };
/* The courier has been given it: after the commit, for what was taken back was never given. */
void engine_handed(struct engine *e, const struct outgoing *out);
bool engine_receipt(struct engine *e, struct arena *arena, const struct receipt *r, int64_t now, struct err *err);
/* What a person does to deliveries: by number, or all that fit. Gives {"do","count"}; an entry says who did it. */
enum delivery_do { DELIVERY_REPLAY, DELIVERY_RETRY, DELIVERY_DROP, DELIVERY_PAUSE, DELIVERY_RESUME, DELIVERY_DOS };
extern const char *const delivery_do_words[]; /* replay retry drop pause resume, NULL */
struct delivery_request {
    int what;               /* enum delivery_do */
    const char *actor, *reason;
    const int64_t *ids; int id_count;    /* REPLAY, RETRY, DROP: these; NULL = all that fit `fit` */
    struct parcel_query fit;             /* destination (PAUSE, RESUME: whose), route, ticket, since, until */
};
bool engine_deliveries(struct engine *e, struct arena *arena, const struct delivery_request *req, int64_t now, char **answer, struct err *err);
/* At boot and after a reload: what rested because its destination was disabled and is not any more is due again. */
bool engine_destinations(struct engine *e, struct arena *arena, int64_t now, struct err *err);
/* The desk's state as another thread's store shows it. Belongs to arena. */
bool engine_desk_read(struct store *store, struct arena *arena, struct desk_state *out, struct err *err);
void engine_close(struct engine *e); /* frees what it holds beside the store */
/* At boot: what was flying when the daemon died is due again, marked ambiguous. */
bool engine_boot(struct engine *e, struct arena *arena, int64_t now, struct err *err);

/* One interpreted event of a verified request; decoded and labelled before it reaches the writer. */
struct ingest_item {
    struct event event;          /* id 0; ticket and state are set here; obs too, unless it is already the text of `obs` */
    struct observation obs;
    const char *effect;
    bool has_key, key_daily;
    bool quarantine;
    int64_t again;               /* the event in quarantine that it is once more; 0: it comes from outside */
    struct classify_result label; bool labelled;
    int64_t epoch;               /* of the model that labelled it */
    bool takes_replies;
    const struct json *payload;  /* what the sender said, for routes; in the request's arena */
    int64_t hops;                /* triages it came through */
    const struct item_file { uint8_t sha256[32]; int64_t size; } *files; int file_count; /* they lie there already */
    bool registers;              /* a new ticket awaits its registration (engine/register) */
};
struct ingest_answer { int64_t event, ticket; const char *state; bool duplicate; int64_t bytes; }; /* bytes: the event that keeps them now; 0: none does */
/* Leaves item as it was, so that a batch can be run again. */
bool engine_ingest(struct engine *e, struct arena *arena, const struct ingest_item *given, int64_t now, struct ingest_answer *out, struct err *err);

struct do_request {
    struct action action;
    const int64_t *tickets; int ticket_count;
    const char *key;             /* idempotency, may be NULL */
    bool dry_run;
    bool draft;                  /* reply, note: it was written as a draft, which is forgotten with it */
    const char *draft_tag;       /* if it is this one still (core/draft); NULL: whichever it is */
};
/* Answers with the body of api.md; a refusal of one ticket is in its result, not an error. */
bool engine_do(struct engine *e, struct arena *arena, const struct do_request *req, int64_t now, char **answer, struct err *err);
struct macro;
/* A macro by name, as that agent has it: their own, then the team's, then the configuration's (NOT_FOUND). All they have, by name. */
bool engine_macro(struct store *store, const struct config *config, struct arena *arena, const char *agent, const char *name, struct macro *out,
                  struct err *err);
bool engine_macros(struct store *store, const struct config *config, struct arena *arena, const char *agent, struct macro **list, int *count, struct err *err);
/* What conditions may name beside the ticket, for that agent now. */
struct when_env engine_env(struct store *store, const char *agent, int64_t now, struct err *err);
/* The classifier's next epoch: stored, and in the journal as an entry of kind `model`. state active: in force from this
 * commit on; refused: kept for its figures; back: an epoch that is stored already is in force again (0: the starter rules). */
bool engine_model(struct engine *e, struct arena *arena, const struct model_row *m, const char *actor, int64_t now, struct err *err);
/* The ticket claim next would give that agent; 0: nothing is offered to them. Any thread's store. */
bool engine_claim_next(struct store *store, const struct config *config, struct arena *arena, const char *agent, int64_t now, int64_t *ticket,
                       struct err *err);
/* Who would be told when, and why, if a ticket paged at that time and nobody acknowledged (core/simulate). ask: {ticket, fields:
 * {FIELD: TEXT}}, both may be left out. *out is the caller's to free. NOT_FOUND, INPUT. */
bool engine_simulate(struct store *store, const struct config *config, struct arena *arena, const struct json *ask, int64_t at, struct json **out,
                     struct err *err);
/* Every configured agent as they are now: load, capacity, skills, turn, and whether they are here. Any thread's store. */
bool engine_agents(struct store *store, struct arena *arena, const struct config *config, const struct desk_state *desk, int64_t now,
                   struct assignee **list, struct err *err);
/* What stands open when the desk changes hands (core/desk_handover). Any thread's store. */
bool engine_handover(struct store *store, struct arena *arena, const struct config *config, struct desk_open *out, struct err *err);
/* What an agent's console keeps under a key; value NULL: forgotten. over (NULL: whatever is there): the tag (core/draft) of what it is to take the
 * place of; ERR_CONFLICT where something else is kept by now, unless that is the same. told: others should hear of it, for it is or was a draft that is shared. */
struct keeping { const char *agent, *key, *value, *over, *from; bool told; };
bool engine_keep(struct engine *e, struct arena *arena, struct keeping *k, int64_t now, struct err *err);
/* The shared draft of `from` is agent's alone from now on. ERR_CONFLICT: it is not there any more; ERR_STATE: agent has one. */
bool engine_take(struct engine *e, struct arena *arena, struct keeping *k, int64_t now, struct err *err);
/* A file that lies there already is written down as put here by an agent; or, with a ticket, that its n-th was read by them. */
struct filing { uint8_t sha256[32]; const char *agent, *name; int64_t size, ticket, n; };
bool engine_file(struct engine *e, struct arena *arena, const struct filing *f, int64_t now, struct err *err);
/* Ends a batch: adds the counts frame where a view or the escalations changed. Before the commit. */
bool engine_batch_end(struct engine *e, struct err *err);
/* Runs due wakes and parcels, at most max tickets; *ran says how many. */
bool engine_wake(struct engine *e, struct arena *arena, int64_t now, int max, int *ran, struct err *err);
bool engine_next(struct engine *e, int64_t *at, struct err *err); /* next moment something is due, 0 = nothing */
/* At boot and after a reload, behind engine_views: whoever is being paged for is looked at, the first of them now, the rest in the
 * next wakes. */
bool engine_look(struct engine *e, int64_t now, struct err *err);
void engine_undone(struct engine *e); /* the batch was rolled back: what is held in memory is read, and looked at, again */
/* At boot and after a reload: views that are new or changed are filled, and the articles of files are those of now. */
bool engine_views(struct engine *e, struct arena *arena, int64_t now, struct err *err);
/* Then too: where policies or calendars are others than before, tickets with a clock are woken now. */
bool engine_clocks(struct engine *e, struct arena *arena, int64_t now, struct err *err);
/* {"views":{...},"owners":{view:{agent:n}},"escalations":{...}}; agents: whose per-agent views to count. */
struct json *engine_counts(struct store *store, const struct config *config, const char *const *agents, int agent_count, struct err *err);
/* The ticket as its whole history folds from nothing (fields only); NULL on failure. */
struct ticket *engine_refold(struct engine *e, struct arena *arena, const struct ticket *stored, struct err *err);
/* The replay lab: stored events since `since` under the configuration in force and under another, both in memory; per ticket
 * what would differ: labels, pages, deliveries, redactions. store: read-only. The caller frees *out. */
enum { LAB_MOST = 20000 };
bool engine_lab(struct store *store, const struct config *is, const struct config *would, const struct classify_model *model, int64_t since,
                int64_t now, const atomic_bool *over, struct json **out, struct err *err); /* over: set to end it early (UNAVAILABLE) */
/* Every step's verdict for a stored event under a configuration, with the ticket as it is now; leaves no trace. */
bool engine_explain(struct store *store, const struct config *config, struct arena *arena, int64_t event, int64_t now, struct json **out, struct err *err);
/* Replays the whole journal into an empty database and compares the derived tables: report gets a line for each of the
 * first differences, differ their number. The present configuration is taken for all of it. */
bool engine_rebuild(struct engine *e, struct str *report, int64_t *differ, struct err *err);
#endif
