/* why: the sentences that say why a number is what it is (GET /v1/tickets/N/why/...), to read. */
#ifndef SCREEN_WHY_H
#define SCREEN_WHY_H
#include "base/json.h"
#include "screen/look.h"
#include "widget/pager.h"

/* Fills a pager between begin and end: clocks as their ledger, else the sentences, their times on this machine's clock, and me as "you". */
void why_read(const struct look *look, struct pager *pager, const struct json *root);
#endif
