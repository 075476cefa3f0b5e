/* config: triage.yaml as an immutable snapshot, every value checked and typed, errors with file:line:column and a
 * suggestion. Pure: text in, struct out. data/config/triage.yaml is the sample and the compiled-in default. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H
#include "base/arena.h"
#include "base/err.h"
#include "base/zone.h"
#include "core/calendar.h"
#include "core/fault.h"
#include "core/when.h"

enum role { ROLE_NONE, ROLE_AGENT, ROLE_LEAD, ROLE_ADMIN };
enum source_auth { AUTH_SIGNED, AUTH_BEARER, AUTH_NONE };
enum reply_via { REPLY_NONE, REPLY_WEBHOOK, REPLY_EMAIL, REPLY_API };
extern const char *const reply_via_words[]; /* none webhook email api, NULL */
const char *reply_via_word(int via);

enum { CONFIG_SKILLS = 32, CONFIG_AGENT_SKILLS = 16 };
enum { CONFIG_SECRETS = 4, CONFIG_KEYS = 8, CONFIG_STEPS = 8, CONFIG_FIELDS = 8, CONFIG_PAGES = 4 };
enum { CONFIG_SCHEDULES = 32, CONFIG_ROTATIONS = 8, CONFIG_PARTICIPANTS = 16 };
enum { CONFIG_DESTINATIONS = 64, CONFIG_ROUTES = 64, CONFIG_RECIPIENTS = 8, CONFIG_COLUMNS = 32, CONFIG_MATCHES = 16, CONFIG_SETS = 16 };

/* What is found in text and hidden from whoever is not to see it (core/redact). */
enum redact_entity { REDACT_EMAIL, REDACT_PHONE, REDACT_CARD, REDACT_IBAN, REDACT_SSN, REDACT_IP, REDACT_SECRET, REDACT_ENTITIES };
/* UNSET: whoever asks next decides. MASK: "[card]"; HASH: "[card:3f2a9c01]", the same for the same text and desk; DROP:
 * nothing is left; RAW: as it is. */
enum redact_mode { REDACT_UNSET, REDACT_RAW, REDACT_MASK, REDACT_HASH, REDACT_DROP };
struct config_redact { int mode[REDACT_ENTITIES]; }; /* enum redact_mode */
extern const char *const redact_entity_words[]; /* email phone card iban ssn ip secret, NULL */
extern const char *const redact_mode_words[];   /* "" raw mask hash drop, NULL */

/* Where something may leave to (destinations.md). One struct for all kinds: a kind reads its own members. */
enum destination_kind { DEST_WEBHOOK, DEST_SLACK, DEST_DISCORD, DEST_TELEGRAM, DEST_EMAIL, DEST_POSTGRES, DEST_NOTION, DEST_PAGERDUTY,
                        DEST_MODEL, DEST_TAMIO_API, DEST_CSTAR_API, DEST_KINDS };
extern const char *const destination_kind_words[]; /* webhook slack discord ... model tamio-api cstar-api, NULL */
enum destination_auth { DEST_AUTH_NONE, DEST_AUTH_BEARER, DEST_AUTH_HMAC };
enum destination_format { FORMAT_INGESTLAYER, FORMAT_STANDARD, FORMAT_CLOUDEVENTS, FORMAT_CLOUDEVENTS_BINARY, FORMAT_CSTAR, FORMAT_RIPIO,
                          FORMAT_RBS, FORMAT_TAMIO, FORMATS };
enum destination_tls { TLS_REQUIRE, TLS_IMPLICIT, TLS_NONE }; /* STARTTLS or nothing leaves; TLS from the start; clear, for loopback */
enum destination_ambiguous { AMBIGUOUS_RETRY, AMBIGUOUS_DEAD };
enum model_api { MODEL_OPENAI, MODEL_ANTHROPIC };
struct config_destination {
    const char *name;
    int kind;              /* enum destination_kind */
    int line;              /* in the file */
    bool disabled;
    const char *url;       /* webhook, slack's incoming webhook, discord: the whole; the others: another base than the vendor's */
    const char *token;     /* bearer of a webhook; slack's xoxb-, telegram's bot token, notion's ntn_, pagerduty's routing key, a model's key */
    const char *secrets[2]; int secret_count; /* signs a webhook; two while one is being changed (standard: both sign) */
    int auth;              /* enum destination_auth; hmac where there are secrets, bearer where there is a token */
    int format;            /* enum destination_format */
    bool flat;             /* cstar: the flat keys too */
    int generation;        /* cstar: 0 = 2025, 1 = 2026 */
    bool body_seed;        /* ingestlayer: {type,payload} only */
    bool sign_body_only;   /* ingestlayer: t is not part of what is signed */
    const char *source;    /* leads to this source: what came from there is not sent back (loop guard) */
    const char *channel;   /* slack channel, telegram chat, discord thread, notion data source or database */
    /* email */
    const char *host; int64_t port; int tls; /* enum destination_tls */
    const char *user, *password, *from;
    const char *to[CONFIG_RECIPIENTS]; int to_count;
    int64_t max_per_hour;  /* 0 = no quota */
    /* postgres: url is the connection string; notion: properties */
    const char *schema, *table;
    struct config_column { const char *name, *value; } columns[CONFIG_COLUMNS]; int column_count; /* value: "event.id", "payload.body" */
    const char *version;   /* notion: 2025-09-03 (data sources) or 2022-06-28 (databases) */
    /* model */
    int api;               /* enum model_api */
    const char *model, *prompt; /* prompt NULL: the built-in one */
    const char *labels[8]; int label_count; /* of urgency; left out: low high critical */
    int64_t per_hour;      /* calls an hour, default 1000 */
    int64_t timeout;       /* ms for the whole exchange, 0 = the kind's own */
    /* all */
    int profile;           /* enum retry_profile of core/retry.h */
    int ambiguous;         /* enum destination_ambiguous */
    bool allow_loopback;   /* may lead to this machine, and in clear */
    bool allow_private;    /* may lead to a private network (10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7) */
    int64_t rate, burst;   /* a second; 0: the kind's own */
    struct config_redact redact; /* a row of the matrix: for all strings that leave here; UNSET: as the route says */
    const char *link;      /* "https://desk.example/t/%s": where a truncated text goes on; NULL = the ticket's number alone */
};
struct config;
const struct config_destination *config_destination(const struct config *config, const char *name); /* NULL: none */
/* How a source's replies leave, as a destination made for it ("reply:SOURCE"); NULL: it takes none. */
struct config_source;
const struct config_destination *config_reply_destination(struct arena *arena, const struct config *config, const struct config_source *source);
/* Who takes the tickets of a source's api ("register:SOURCE"); NULL: the desk itself. */
const struct config_destination *config_register_destination(struct arena *arena, const struct config *config, const struct config_source *source);
/* Where a parcel leads to, as configured now: a destination's name, reply:SOURCE, assign:SOURCE, register:SOURCE, page:AGENT. NULL: nowhere. */
const struct config_destination *config_place(struct arena *arena, const struct config *config, const char *place);
/* A copy with texts of its own. NULL gives NULL. */
struct config_destination *config_destination_copy(struct arena *arena, const struct config_destination *from);

/* Routes: what happens to an event after it was taken in (dialects.md 6.2). */
enum step_kind { STEP_CLASSIFY, STEP_FILTER, STEP_REDACT, STEP_DEDUPE, STEP_THROTTLE, STEP_TRANSFORM, STEP_ENRICH, STEP_KINDS };
extern const char *const step_kind_words[]; /* classify filter.match redact.pii dedupe throttle transform enrich.entity, NULL */
struct config_route_step {
    int kind, line;
    const char *model;         /* classify: a destination of kind model; NULL = the label made at ingest */
    const char *dimension;     /* classify: urgency, the one there is; said by those who like to say it, with its labels */
    const char *labels[8]; int label_count;
    const struct when *when;   /* filter.match */
    const char *text;          /* its spelling */
    const char *fields[CONFIG_FIELDS]; int field_count; /* redact.pii: "payload.body"; none = all strings */
    struct config_redact redact; /* redact.pii: UNSET = mask where `entities` is not given */
    const char *key;           /* dedupe: a template, default "$event.id"; enrich: of the record's key */
    int64_t window;            /* dedupe, throttle: ms */
    int64_t count;             /* throttle: events per window */
    bool delay;                /* throttle: over it they wait (true) or are dropped */
    const char *record;        /* enrich: kind of record: customer article player boss achievement survey */
    struct config_set { const char *path, *value; } sets[CONFIG_SETS]; int set_count; /* transform: "payload.x" = template; value NULL: drop it */
};
struct config_route_to {
    const char *destination;
    const struct when *when;   /* NULL = always */
    const char *text;          /* its spelling; "always" */
    bool always;               /* the file says so; without a `when` it is so anyway */
};
enum route_of { ROUTE_OF_SOURCE, ROUTE_OF_DESK }; /* events that come in; our own */
struct config_route {
    const char *name;
    int line, of;              /* enum route_of */
    bool disabled;
    const char *match[CONFIG_MATCHES]; int match_count; /* event types, a trailing * fits anything; none = every type */
    const char *sources[CONFIG_MATCHES]; int source_count; /* by which it came in; none = any */
    struct config_route_step steps[CONFIG_STEPS]; int step_count;
    struct config_route_to to[CONFIG_STEPS]; int to_count;
};
struct config_source {
    const char *name;
    const char *dialect;  /* rbs ripio cstar ingestlayer tamio; "auto" = detected from the body */
    const char *account;  /* default: the name; sources may share one */
    const char *secrets[CONFIG_SECRETS]; /* all are tried; whsec_ ones are raw UTF-8 but for Standard Webhooks */
    int secret_count;
    int auth;             /* enum source_auth */
    const char *token;    /* bearer key of /v1/ingest, or the path token of /whk/<token> */
    bool strict, disabled;
    int64_t limit;        /* body bytes, default 8 MiB */
    int64_t rate, burst;  /* events a second (0 = no limit) and bucket size */
    int reply_via;        /* enum reply_via */
    const char *link;                     /* "https://shop.example/tickets/%s": where one of its tickets is read; NULL = what it says itself, if anything */
    const char *reply_url, *reply_secret; /* webhook; api: another base than the vendor's */
    const char *reply_token;              /* api: the vendor's bearer key */
    const char *reply_destination;        /* email: the destination of kind email it leaves by */
    struct config_emulation {             /* ripio: we are the vendor's API (dialects.md 4.2) */
        const char *client_id, *client_secret; /* NULL: not this source */
        bool enabled;                     /* false: 20061 */
        int known;                        /* customers: 0 = any, 1 = only those we know */
        const char *prefix;               /* of issue keys, default SUP */
        const char *backend;              /* a destination that has to take the ticket first; NULL = the desk itself */
    } emulate;
    bool allow_loopback;  /* reply_url may lead to this machine, then plain http is allowed too */
    bool allow_private;   /* reply_url may lead to a private network */
    bool mirrored;        /* it runs its own game: shown as it is, and its tickets pay nothing here */
    const char *team;
    int line;             /* in the file, for hints such as "set reply_via in triage.yaml line 31" */
};
/* A time zone that the file names, once for each name. Rows keep a pointer to it beside the name; what it leads to is there
 * after config_zones, and NULL (UTC) before. */
struct config_zone {
    const char *name;
    int line, column;          /* where it is named first */
    const struct zone *zone;
    struct config_zone *next;
};
/* Hours of a local day, on some weekdays: a rotation's restriction, an agent's shift. Midnight may lie between. */
struct config_hours {
    int from, to;         /* minutes of the day; equal: the whole day; to before from: into the next day */
    unsigned weekdays;    /* bit 1 << (weekday - 1), Monday first, of the day it begins on; 0 = every day */
    const char *text;     /* as said; NULL = no restriction */
};
enum rotation_type { ROTATION_HOURLY, ROTATION_DAILY, ROTATION_WEEKLY, ROTATION_MONTHLY };
extern const char *const rotation_type_words[]; /* hourly daily weekly monthly, NULL */
struct config_rotation {  /* who takes turns; times are the schedule's local ones (core/rota) */
    const char *name;     /* default: its place, "1" */
    int type;             /* enum rotation_type */
    int64_t length;       /* of a turn, in hours, days, weeks or months */
    int handoff;          /* minute of the day */
    int weekday;          /* weekly: 1 = Monday */
    int64_t day;          /* monthly: 1..31, the last day of shorter months */
    int64_t start;        /* its first turn begins at the first hand-over from this day on, local days since 1970; before
                             it nobody is on call. INT64_MIN: always, counted from Monday, 5 January 1970 */
    const char *participants[CONFIG_PARTICIPANTS]; int participant_count;
    struct config_hours hours;
    const char *handoff_text, *weekday_text, *start_text, *weekdays[7]; int weekday_count; /* as said */
};
struct config_schedule {
    const char *name;
    const char *tz;       /* NULL = UTC */
    const struct config_zone *zone;
    struct config_rotation rotations[CONFIG_ROTATIONS]; int rotation_count;
};
/* What of the game others see of an agent: where they stand, but not their ledger; all of it; they do not play. */
enum game_privacy { GAME_PRIVATE, GAME_OFF, GAME_PUBLIC };
extern const char *const game_privacy_words[]; /* private off public, NULL */
struct config_agent {
    const char *name;
    int64_t uid;          /* -1 = none */
    const char *key_id;   /* how an agent without a uid of their own is told apart; NULL = none */
    bool shared;          /* several people use this uid: a caller with it may say whose key_id they are */
    bool restricted;      /* their console runs no program and reads no file they name; the account itself is closed by triage --restricted */
    int role;             /* enum role */
    const char *team;
    const char *keys[CONFIG_KEYS]; /* "tamio:tm-2": a source's assignee that is this agent */
    int key_count;
    const char *page_url; /* where a page for this agent is POSTed, before `page`; NULL = nowhere */
    const char *page[CONFIG_PAGES]; int page_count; /* destinations for pages, the first first; none: consoles only */
    int game;             /* enum game_privacy, until they say otherwise themselves */
    const char *tz;       /* where they are; NULL = UTC */
    const struct config_zone *zone;
    struct config_hours shift; /* their working hours there; text NULL = any time */
    const char *calendar; /* and those of a calendar, on its own clock; NULL = none */
    const char *shift_days[7]; int shift_day_count; /* as said */
    const char *skills[CONFIG_AGENT_SKILLS]; /* of assignment.skills */
    int skill_count;
    int64_t capacity;     /* open tickets they are given; 0 = no bound, -1 = as assignment.capacity says */
};
/* Who works on what (model.md 4). */
enum assignment_strategy { ASSIGN_OFF, ASSIGN_ROUND_ROBIN, ASSIGN_BALANCED };
struct config_skill { const char *skill; const struct when *when; const char *text; }; /* a ticket that fits asks for it */
struct config_assignment {
    int strategy;           /* enum assignment_strategy; off: people claim, and time takes nothing back */
    int64_t capacity;       /* open tickets an agent is given, 0 = no bound */
    int64_t timeout;        /* ms until what nobody touched goes back, 0 = never */
    int64_t reassign_after; /* ms after a shift's end, or into an absence, 0 = never */
    int64_t skip_for;       /* ms a skipped ticket is not offered again to whoever skipped it */
    bool claim_on_reply;    /* a public reply to what is nobody's takes it */
    struct config_skill skills[CONFIG_SKILLS]; int skill_count;
};
struct config_sla {
    const char *name;
    const struct when *when;
    int64_t first_response, next_response, resolution, warn_before; /* ms; 0 = no such clock */
    const char *calendar;     /* whose hours count; NULL = all do */
    const struct calendar *hours; /* the calendar of that name */
    bool on_hold_runs;        /* on_hold does not stop the clocks; pending always does */
};
enum importance { IMPORTANCE_NORMAL, IMPORTANCE_HIGH };
struct config_step {
    const char *target;   /* who is told, as core/rota resolves it */
    int64_t delay;        /* ms to wait after this step */
    const struct when *when; /* NULL = always */
    int importance;          /* enum importance */
    struct config_hours hours; /* of the responder's own day; text NULL = any time */
    int64_t min_open_criticals, min_reopens; /* on the desk; of the ticket */
    const char *weekdays[7]; int weekday_count; /* as said */
};
struct config_escalation {
    const char *name, *version; /* version: eight hex digits of all that the policy says */
    const struct when *when;
    struct config_step steps[CONFIG_STEPS];
    int step_count;
    int repeat;               /* loops after the first */
    int64_t ack_timeout;      /* ms, 0 = off */
};
struct config_view {
    const char *name, *title;
    const char *text;         /* the expression */
    const struct when *when;
    const char *sort;         /* due (default), age, updated, urgency, priority */
    bool mine;                /* depends on who asks: members are per owner */
};
enum boss_reward { REWARD_SHARED, REWARD_EACH }; /* by damage; or all of the XP and half of it in gold to each (cStar) */
struct config_game {          /* model.md 5; data/game/default.yaml */
    const char *name;
    int64_t base[5];          /* by enum priority */
    int64_t tier_bp[4];       /* missed, bronze, silver, gold: multipliers in basis points */
    int64_t tier_share_bp[2]; /* gold below, silver below: share of the target used */
    int64_t product_cap_bp, first_contact_bp, neglected_bp;
    bool escrow;              /* held until the ticket closes, taken back by a reopen; else paid at once, once for each ticket */
    bool split;               /* by public replies; else the assignee alone */
    bool proof;               /* a resolve needs a public reply, or a note where the source takes none */
    bool own_tickets;         /* tickets of one's own pay too */
    int64_t label, labels_per_day, article, handover, csat, csat_from; /* small amounts; csat_from: the least good rating, 1..5 */
    int64_t daily_cap, over_cap_bp, pay_gap, customer_per_day; /* pay_gap: ms between paying closes */
    int64_t streak_bp, streak_cap_bp; /* more for each working day in a row, and at most */
    int64_t boss_share_bp;    /* most of a boss one agent may deal */
    int64_t reward_floor_bp;  /* least of a defeated boss's XP for whoever dealt damage */
    int reward;               /* enum boss_reward */
    int64_t boss_days;        /* working days until it flees, 0 = never */
    struct config_boss {      /* rising; max_hp and tickets 0: computed from factor_bp and the medians */
        const char *tier;
        int64_t factor_bp, max_hp, tickets;
        const char *names[8];
        int name_count;
    } bosses[4];
    int boss_count;
    int64_t boss_min_tickets, cold_median_resolves, cold_mean_base;
    struct config_achievement { const char *key, *name, *description, *rule; int64_t goal; } achievements[24];
    int achievement_count;
};
struct article;
struct macro;
extern const char *const config_goal_words[]; /* what an achievement may count */
struct config {
    const char *file;
    const char *team_name;        /* shown in the console's header */
    int64_t port;                 /* loopback TCP; 0 = off */
    struct config_source *sources; int source_count;
    struct config_agent *agents; int agent_count;
    struct calendar *calendars; int calendar_count;
    struct config_sla *slas; int sla_count;
    struct config_escalation *escalations; int escalation_count;
    struct config_view *views; int view_count;
    struct config_destination *destinations; int destination_count;
    struct config_route *routes; int route_count;
    struct config_redact mask;    /* console: what agents see hidden until they reveal it; default mask for all */
    struct config_schedule *schedules; int schedule_count; /* who is on call; the first is the default one */
    const char *oncall[CONFIG_PARTICIPANTS]; int oncall_count; /* the short form, which is the schedule "oncall" */
    int64_t page_at_bp;           /* model label may page at or above, default 8000 */
    int64_t page_labels;          /* and only after so many learned labels, default 50 */
    bool page_urgent;             /* source priority urgent pages, default true */
    struct config_page_rule { const char *name; const struct when *when; } *page_rules; int page_rule_count; /* page once they come true */
    const char *article_dir;      /* where article files lie, as written; NULL = none (core/article) */
    const char *article_link;     /* where customers read an article, with %s for its name; NULL = nowhere */
    const struct article *articles; int article_count; /* attached by whoever reads the directory, by key */
    struct macro *macros; int macro_count; /* core/macro */
    struct config_assignment assignment;
    int64_t reopen_window;        /* ms, default 4 days */
    int64_t undo_send;            /* ms a reply is held, default 15000 */
    int64_t keep_delivered;       /* ms what was delivered is kept, default 30 days */
    struct { int64_t file, message, webhook, keep; } attachments; /* bytes of one; of all with a message; of all that leave by webhook. keep: ms what was never sent stays */
    const char *audit_to;         /* the destination that the chain's newest link is told to; NULL = none */
    int64_t audit_every;          /* ms, default an hour */
    const char *tz;               /* whose days the numbers count by; NULL = UTC */
    const struct config_zone *zone;
    struct config_zone *zones;
    struct config_game game;
};
/* file is for messages; game_text: the rule set that `game` names (data/game), NULL for default and cstar, which are
 * compiled in. What the text leaves out is as in the sample, so an empty text is a valid configuration. NULL + err
 * (ERR_CONFIG, "file:line:column: ..."). Everything belongs to arena. */
struct config *config_parse(struct arena *arena, const char *file, const char *text, size_t n,
                            const char *game_text, size_t game_n, struct err *err);
/* The same, with each mistake in faults (which the caller zeroes; its texts are arena's): reading goes on behind one. Of a row the keys are
 * looked at first, and what it means as a whole when they are right; nothing is said of what depends on a part that could not be read.
 * load: zones are looked up too (zone_load reads files, and so is not called from here); NULL: config_zones does it later. */
typedef const struct zone *config_zone_load(struct arena *arena, const char *name, struct err *err);
struct config *config_read(struct arena *arena, const char *file, const char *text, size_t n, const char *game_text, size_t game_n,
                           config_zone_load *load, struct faults *faults);
/* Looks up every zone that the configuration names. A fault, or false + err (CONFIG, file:line:column): there is no such zone. */
void config_find_zones(struct config *config, struct arena *arena, config_zone_load *load, struct faults *faults);
bool config_zones(struct config *config, struct arena *arena, config_zone_load *load, struct err *err);
/* What a row's zone is; NULL gives NULL, which is UTC. */
const struct zone *config_zone(const struct config_zone *named);
/* All that clocks go by, as text: two configurations with the same treat them alike. */
char *config_clock_rules(struct arena *arena, const struct config *config);
const struct calendar *config_calendar(const struct config *config, const char *name); /* NULL: none, or no name */
const struct config_source *config_source(const struct config *config, const char *name);
const struct config_agent *config_agent(const struct config *config, const char *name);
bool config_names_me(const char *text); /* a `when` that depends on who asks; words inside its strings do not count */
const struct config_escalation *config_policy(const struct config *config, const char *name); /* of escalation; NULL: none */
int config_policy_steps(const struct config *config, const char *name);                       /* 0 = there is none of that name */
const struct config_agent *config_agent_by_uid(const struct config *config, int64_t uid);
/* Who calls: by uid, and where that is shared and a key id is given, by that. NULL: nobody we know. */
const struct config_agent *config_agent_calling(const struct config *config, int64_t uid, const char *key_id);
const struct config_agent *config_agent_by_key(const struct config *config, const char *dialect_key);
const struct config_schedule *config_schedule(const struct config *config, const char *name); /* NULL or "": the default one */
/* Is that who a journal's entry names a person: not a source ("source:shop"), the clock, or a part of the desk itself? No agent
 * can have such a name. */
bool config_person(const char *actor);
/* ERR_NOT_FOUND, with the name meant perhaps and where they are listed, and false, where nobody of that name works here. member: what it was
 * said as, "" = the act's own argument. */
bool config_agent_named(const struct config *config, const char *member, const char *name, struct err *err);
const char *role_word(int role);
int role_find(const char *word); /* ROLE_NONE: it is none */
/* Why somebody may not, and whom to ask: ERR_FORBIDDEN, false. what: "delete", "to take #7 back". */
bool role_refuse(struct err *err, const char *what, int needed, int had);
#endif
