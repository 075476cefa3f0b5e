/* figure: one of the desk's numbers (GET /v1/stats) as people read it. */
#ifndef SCREEN_FIGURE_H
#define SCREEN_FIGURE_H
#include "base/arena.h"
#include "base/json.h"
#include "term/role.h"

/* "42", "1h40m", "93.4 %"; "-" where there is nothing to tell. node: the figure's `value`, `p90`, or a series' element. */
const char *figure_text(struct arena *arena, const char *unit, const struct json *node);
/* How it differs from the period before: "+3", "-12m", "+1.2 %", "same"; "" where either has nothing to tell. */
const char *figure_change(struct arena *arena, const struct json *figure, enum ui_role *role);
const char *figure_title(const char *metric); /* first_response -> "first response", sla -> "clocks kept" */
/* "Wed 25 Nov": the day that begins then on the desk's clock, which may be another than this one's. */
const char *figure_day(struct arena *arena, int64_t begins, int64_t zone);
/* "7 days", "today", "28 days", "1 Nov to 14 Nov". root: the whole answer; zone: local time minus UTC. */
const char *figure_period(struct arena *arena, const struct json *root, int64_t zone);
#endif
