/* address: where a ticket is read at its source: what the source said itself, else what the configuration says of it. */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H
#include "core/config.h"
#include "core/ticket.h"

enum { ADDRESS_MOST = 2000 };
/* An http or https address of printable ASCII; NULL: nobody knows one. source may be NULL. */
const char *address_of(struct arena *arena, const struct config_source *source, const struct ticket *t);
#endif
