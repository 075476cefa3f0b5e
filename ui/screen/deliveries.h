/* deliveries: what leaves, its destinations above it; and one delivery to read. */
#ifndef SCREEN_DELIVERIES_H
#define SCREEN_DELIVERIES_H
#include "screen/lists.h"
#include "widget/pager.h"

extern const struct lists_type deliveries_list;
/* A delivery's facts, its letter and its attempts, newest first; between pager_begin and pager_end. */
void deliveries_read(const struct look *look, struct pager *pager, const struct json *parcel);
/* What each route says to an event, step by step: the answer of POST /v1/lab explain. */
void deliveries_explain(const struct look *look, struct pager *pager, const struct json *root);
#endif
