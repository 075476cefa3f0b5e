/* simulation: what POST /v1/lab simulate answers, in words: for the shell and for the on-call screen. */
#ifndef SCREEN_SIMULATION_H
#define SCREEN_SIMULATION_H
#include "screen/look.h"
#include "widget/pager.h"

/* What happens at a line that tells nobody new: "not now: only 08:00-20:00; with ben it is 20:20". */
char *simulation_says(struct arena *arena, const struct json *line);
/* "1/3", "1/3 #2" in the second loop; "" for none. */
char *simulation_step(struct arena *arena, const struct json *root, const struct json *line);
/* By what a person is told: "console, push, else phones"; all at once where it is important. */
char *simulation_by(struct arena *arena, const struct json *person);
/* Why it is that person, and how full their hands are: "turn of week in primary, 5 of 5 open: full". */
char *simulation_why(struct arena *arena, const struct json *person);
/* The whole of it, on look.tz; between pager_begin and pager_end. */
void simulation_read(const struct look *look, struct pager *pager, const struct json *root);
#endif
