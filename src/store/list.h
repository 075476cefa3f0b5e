/* list: what the API reads beyond single rows. For read-only handles; every call is bounded by a limit and, where it
 * filters, by a time budget. */
#ifndef STORE_LIST_H
#define STORE_LIST_H
#include "store/store.h"

/* Events, newest first, without their bytes; before 0 = from the newest; state NULL = all. */
bool store_list_events(struct store *s, struct arena *a, int64_t before, const char *state, int limit, struct event **list, int *count, struct err *err);
/* The journal backwards, as an audit reads it. before 0: from the newest; since, ticket 0, kind and actor NULL: any. people: only
 * what persons did, not sources, the clock and the desk itself. *next: where to go on (before), 0 = that was all; a filter that
 * matches little stops at a time budget. */
struct audit_query { int64_t before, since, ticket; const char *kind, *actor; bool people; int limit; };
bool store_list_audit(struct store *s, struct arena *a, const struct audit_query *q, struct entry **list, int *count, int64_t *next, struct err *err);
/* Tickets with an open escalation, those nobody has acknowledged first, oldest first. */
bool store_list_escalations(struct store *s, int limit, int64_t *ids, int *count, struct err *err);
/* Those that page this agent: triggered, and told to them in person; the longest open first. On a desk where more than a thousand are
 * triggered they are found by the agent's last 20,000 pages, and are the ones told last. */
bool store_list_paging(struct store *s, const char *agent, int limit, int64_t *ids, int *count, struct err *err);
/* Those this agent has acknowledged and that will page again, the soonest first. */
bool store_list_taken(struct store *s, const char *agent, int limit, int64_t *ids, int *count, struct err *err);
/* Tickets that pass every filter, by arrival (oldest first) or by their last journal entry (newest first); invert: the other end first. */
enum list_order { LIST_AGE, LIST_UPDATED };
struct list_query { enum list_order order; const struct when *where[2]; const struct when_env *env; const char *after; int limit; bool invert; };
bool store_list_tickets(struct store *s, struct arena *a, const struct list_query *q, struct ticket ***rows, int *count, const char **next, struct err *err);
#endif
