/* windows: the maintenance windows of the desk, as last told: read whole with the desk, then followed by the stream's entries
 * of kind `desk`. Which one holds pages now is a question of the time, not of another frame. Pure. */
#ifndef LINK_WINDOWS_H
#define LINK_WINDOWS_H
#include "base/json.h"

enum { WINDOWS_MAX = 32 };
struct window {
    char key[24], by[64], reason[160], scope[160]; /* scope "": all tickets */
    int64_t from, to;
};
struct windows {
    struct window list[WINDOWS_MAX];
    int count;
};
void windows_read(struct windows *windows, const struct json *list);      /* GET /v1/desk: maintenance */
bool windows_follow(struct windows *windows, const struct json *records); /* of an entry; false: none of them is a window */
/* The one that holds pages at that time, where there are several the one that ends last. NULL: none. */
const struct window *windows_now(const struct windows *windows, int64_t now);
#endif
