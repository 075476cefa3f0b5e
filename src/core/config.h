/* config: triage.yaml as an immutable snapshot, every value checked and typed, errors with file:line:column and a
 * suggestion. Pure: text in, struct out. data/config/triage.yaml is the sample and the compiled-in default. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H
#include "base/arena.h"
#include "base/err.h"
#include "core/when.h"

enum role { ROLE_NONE, ROLE_AGENT, ROLE_LEAD, ROLE_ADMIN };
enum source_auth { AUTH_SIGNED, AUTH_BEARER, AUTH_NONE };
enum reply_via { REPLY_NONE, REPLY_WEBHOOK }; /* api and email come with their destinations */

enum { CONFIG_SECRETS = 4, CONFIG_KEYS = 8, CONFIG_STEPS = 8 };
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
    const char *reply_url, *reply_secret;
    bool allow_loopback;  /* reply_url may lead to this machine, then plain http is allowed too */
    const char *team;
    int line;             /* in the file, for hints such as "set reply_via in triage.yaml line 31" */
};
struct config_agent {
    const char *name;
    int64_t uid;          /* -1 = none */
    const char *key_id;   /* how an agent without a uid of their own is told apart; NULL = none */
    bool shared;          /* several people use this uid: a caller with it may say whose key_id they are */
    int role;             /* enum role */
    const char *team;
    const char *keys[CONFIG_KEYS]; /* "tamio:tm-2": a source's assignee that is this agent */
    int key_count;
    const char *page_url; /* where a page for this agent is POSTed; NULL = shown in consoles only */
};
struct config_sla {
    const char *name;
    const struct when *when;
    int64_t first_response, next_response, resolution, warn_before; /* ms; 0 = no such clock */
};
struct config_step {
    const char *target;   /* "oncall", "leads", or an agent's name */
    int64_t delay;        /* ms to wait after this step */
    const struct when *when; /* NULL = always */
};
struct config_escalation {
    const char *name;
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
    const char *sort;         /* due (default), age, updated */
    bool mine;                /* depends on who asks: members are per owner */
};
enum boss_reward { REWARD_SHARED, REWARD_EACH }; /* by damage; or all of the XP and half of it in gold to each (cStar) */
struct config_game {          /* model.md 5; data/game/default.yaml */
    const char *name;
    int64_t base[5];          /* by enum priority */
    int64_t tier_bp[4];       /* missed, bronze, silver, gold: multipliers in basis points */
    int64_t tier_share_bp[2]; /* gold below, silver below: share of the target used */
    int64_t product_cap_bp, first_contact_bp, neglected_bp;
    int64_t daily_cap, over_cap_bp, pay_gap, customer_per_day; /* pay_gap: ms between paying closes */
    int64_t streak_bp, streak_cap_bp; /* more for each working day in a row, and at most */
    int64_t boss_share_bp;    /* most of a boss one agent may deal */
    int64_t reward_floor_bp;  /* least of a defeated boss's XP for whoever dealt damage */
    int reward;               /* enum boss_reward */
    int64_t boss_expires;     /* ms */
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
struct config {
    const char *file;
    const char *team_name;        /* shown in the console's header */
    int64_t port;                 /* loopback TCP; 0 = off */
    struct config_source *sources; int source_count;
    struct config_agent *agents; int agent_count;
    struct config_sla *slas; int sla_count;
    struct config_escalation *escalations; int escalation_count;
    struct config_view *views; int view_count;
    const char *oncall[16]; int oncall_count; /* weekly rotation, hand-over Monday 09:00 UTC */
    int64_t page_at_bp;           /* model label may page at or above, default 8000 */
    int64_t page_labels;          /* and only after so many learned labels, default 50 */
    bool page_urgent;             /* source priority urgent pages, default true */
    int64_t reopen_window;        /* ms, default 4 days */
    int64_t undo_send;            /* ms a reply is held, default 15000 */
    struct config_game game;
};
/* file is for messages; game_text: the rule set that `game` names (data/game), NULL for default and cstar, which are
 * compiled in. What the text leaves out is as in the sample, so an empty text is a valid configuration. NULL + err
 * (ERR_CONFIG, "file:line:column: ..."). Everything belongs to arena. */
struct config *config_parse(struct arena *arena, const char *file, const char *text, size_t n,
                            const char *game_text, size_t game_n, struct err *err);
const struct config_source *config_source(const struct config *config, const char *name);
const struct config_agent *config_agent(const struct config *config, const char *name);
const struct config_agent *config_agent_by_uid(const struct config *config, int64_t uid);
/* Who calls: by uid, and where that is shared and a key id is given, by that. NULL: nobody we know. */
const struct config_agent *config_agent_calling(const struct config *config, int64_t uid, const char *key_id);
const struct config_agent *config_agent_by_key(const struct config *config, const char *dialect_key);
/* Who is on call at `now`; NULL if nobody. */
const char *config_oncall(const struct config *config, int64_t now);
const char *role_word(int role);
#endif
