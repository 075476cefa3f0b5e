/* ripio: names that the dialect and the API we offer in its place share. A customer's record is one for all of us, but what an
 * account may say of it is its own: that it knows the customer, and that it has closed it. */
#ifndef DIALECT_RIPIO_H
#define DIALECT_RIPIO_H
#include "base/arena.h"

char *ripio_key(struct arena *arena, const char *id);            /* of a ticket or a customer: "ripio:<id>" */
char *ripio_known(struct arena *arena, const char *account);     /* member of a customer's record: true */
char *ripio_closed(struct arena *arena, const char *account);    /* the same, after ACCOUNT.CLOSED */
#endif
