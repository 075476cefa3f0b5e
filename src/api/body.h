/* body: a request's body while it comes in: in memory, and past its call's `spool` in a file without a name beside the database, so
 * that it is that disk's space that is asked for. All bodies together have a budget, one of memory and one of files. */
#ifndef API_BODY_H
#define API_BODY_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body_budget { /* of a server: what its bodies hold now, in bytes */
    atomic_int_least64_t held, filed;
};
struct body {
    struct body_budget *budget;
    const char *beside; /* the database's path */
    size_t spool;       /* more than so many bytes wait in a file; 0: never */
    int64_t length;     /* as the head says it, -1: it does not */
    size_t n;           /* bytes that came */
    /* Of body alone. */
    char *text;
    size_t room, filed, mapped;
    int file;
    char *map;
};
enum body_end { BODY_GOOD, BODY_OVERLOADED, BODY_NO_SPACE };

void body_init(struct body *body, struct body_budget *budget, const char *beside);
/* Whether what the head announces fits into what is left of the budget. */
bool body_fits(const struct body *body);
enum body_end body_add(struct body *body, const void *data, size_t n);
/* The whole, with a NUL behind it, until body_fini; NULL: it could not be mapped. */
const char *body_text(struct body *body);
void body_fini(struct body *body);
#endif
