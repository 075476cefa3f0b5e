/* customer: a customer's tickets, found by the hash of the customer's key. */
#ifndef STORE_CUSTOMER_H
#define STORE_CUSTOMER_H
#include "store/store.h"

/* The ticket is another customer's now; NULL: nobody's. */
bool store_customer_move(struct store *s, int64_t ticket, const char *from, const char *to, struct err *err);
/* Numbers below `before` (0: from the newest), newest first, at most max. */
bool store_customer_tickets(struct store *s, const char *customer, int64_t before, int64_t *ids, int max, int *count, struct err *err);
/* Over their newest `most` tickets. */
struct customer_figures { int64_t tickets, done, reopened, first_at; };
bool store_customer_figures(struct store *s, const char *customer, int most, struct customer_figures *out, struct err *err);
bool store_customer_first(struct store *s, const char *customer, int64_t *at, struct err *err); /* when their first ticket came; 0: never */
/* What they said of their newest `max` tickets, oldest word first. */
struct rating { int64_t ticket, csat, at; const char *agent; };
bool store_customer_ratings(struct store *s, struct arena *a, const char *customer, int max, struct rating **list, int *count, struct err *err);
#endif
