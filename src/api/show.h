/* show: the JSON shapes of data/doc/api.md, made from what the store gives. */
#ifndef API_SHOW_H
#define API_SHOW_H
#include "api/request.h"
#include "store/list.h"
#include "wire/mask.h"

/* What a read has at hand. */
struct show {
    struct request *req;
    struct arena *arena;
    struct store *store;
    const struct config *config;
    struct mask mask; /* what is read here is hidden as it says */
    int64_t now;
    struct err err; /* of the first read that failed */
};
bool show_open(struct show *show, struct request *req); /* false: failed and answered */
void show_fail(struct show *show);                      /* answers with show->err */
void show_answer(struct show *show, struct json *root); /* answers with root, or with show->err where a read failed; frees root */

/* The ticket of the call's first parameter; NULL + show->err. */
struct ticket *show_asked(struct show *show);

/* What a person wrote, hidden as the desk says: for whatever is shown of reasons and notes. NULL gives NULL. */
const char *show_said(const struct show *show, const char *text);

/* The title of a row's ticket, where it has one, as `title` of the row; show->err where it cannot be read. */
void show_title(struct show *show, struct json *row, int64_t ticket);

struct json *show_row(const struct show *show, const struct ticket *t);    /* ROW */
struct json *show_rows(const struct show *show, struct ticket *const *rows, int count); /* with brief=1 what row_brief leaves of a ROW */
/* Of each how many deliveries are dead; all 0 where that cannot be read, which is logged, since a list is more than that. */
const int64_t *show_undelivered(const struct show *show, struct ticket *const *rows, int count);
struct json *show_paged(const struct show *show, const struct ticket *t); /* one with an escalation; with brief=1 id, title and that */
struct json *show_ticket(struct show *show, const struct ticket *t);       /* TICKET */
struct json *show_lines(struct show *show, const struct ticket *t);        /* [LINE], NULL + err */
/* [ATTACHMENT] of each of a ticket's messages, all it has; NULL where one brings none. The caller frees them. */
void show_attachments(struct show *show, const struct message *messages, int count, struct json **rows);
struct json *show_why(struct show *show, const struct ticket *t, const char *what); /* [text], NULL: nothing of that name */
struct json *show_ledger(struct show *show, const struct ticket *t);       /* {lines, clocks, older}: why of the clocks; NULL + err */
struct json *show_entry(const struct show *show, const struct entry *e);                          /* ENTRY */
struct json *show_event(const struct show *show, const struct event *e);                          /* EVENT */
struct json *show_boss(struct show *show);                                 /* BOSS or null */
struct json *show_player(struct show *show, const char *agent);            /* PLAYER */
struct json *show_told(struct show *show, const struct ticket *t);         /* [TOLD] */
void show_why_page(struct show *show, struct json *lines, const struct ticket *t);
struct json *show_maintenance(struct show *show, const struct desk_state *state); /* windows that are not over */
void show_why_assign(struct show *show, struct json *lines, const struct ticket *t);
struct json *show_agents(struct show *show);                               /* [AGENT] */
const char *show_band(int64_t bp);                                         /* low, medium or high: how sure */
struct json *show_model(struct show *show);                                /* MODEL */
struct json *show_escalation_counts(struct show *show);
/* {rows, pages, more}: what pages the asker, the first `limit` of it as rows, and what they took. Where it cannot be read, show->err. */
struct json *show_mine(struct show *show, int limit);
/* What the asker keeps under each of these names, "quiet,mouse", the first eight: {name: value or null}. */
struct json *show_kept(struct show *show, const char *names);
/* The source a ticket came by: of its account, and its dialect where several share it. */
const struct config_source *show_source(const struct config *config, const struct ticket *t);
#endif
