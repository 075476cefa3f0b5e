/* paged: see paged.h. */
#include "link/paged.h"
#include "base/str.h"
#include <limits.h>

bool paged_me(const struct json *row, const char *me)
{
    if (!str_eq(json_get_string(json_get(row, "escalation"), "state", ""), "triggered"))
        return false;
    for (const struct json *told = json_first(json_get(row, "told")); told; told = json_next(told))
        if (str_eq(json_get_string(told, "agent", NULL), me))
            return true;
    return false;
}

int64_t paged_again_at(const struct json *row, const char *me)
{
    const struct json *e = json_get(row, "escalation");
    bool mine = str_eq(json_get_string(e, "state", ""), "acknowledged") && str_eq(json_get_string(e, "acked_by", NULL), me);
    return mine ? json_get_i64(e, "ack_expires_at", 0) : 0;
}

struct paged paged_read(const struct json *root, const char *me, int64_t now)
{
    struct paged paged = {0};
    for (const struct json *row = json_first(json_get(root, "rows")); row; row = json_next(row)) {
        int64_t again = paged_again_at(row, me);
        if (paged_me(row, me) && !paged.count++) {
            paged.ticket = json_get_i64(row, "id", 0);
            paged.since = json_get_i64(json_get(row, "escalation"), "opened_at", now);
        }
        if (again && (!paged.lapsing || again < paged.lapses_at)) {
            paged.lapsing = json_get_i64(row, "id", 0);
            paged.lapses_at = again;
        }
    }
    int64_t all = json_get_i64(root, "pages", 0); /* rows are the first of them */
    paged.count = all > paged.count && all <= INT_MAX ? (int)all : paged.count;
    paged.more = json_get_bool(root, "more", false);
    return paged;
}
