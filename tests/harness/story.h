/* story: a ticket's life told in a few words, in a world (harness/world): somebody writes, an agent acts, time passes. All fail the
 * test where something does not go. Tickets are cStar's, which takes replies by webhook. */
#ifndef HARNESS_STORY_H
#define HARNESS_STORY_H
#include "harness/world.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
#define DAY ((int64_t)24 * HOUR)

int64_t story_create(struct world *w, const char *key); /* of customer c1; "cstar:KEY" */
int64_t story_create_for(struct world *w, const char *key, const char *customer);
void story_says(struct world *w, const char *key, const char *text); /* the customer, now */
/* more: further members of the message, with a comma in front. */
void story_says_at(struct world *w, const char *key, const char *sender, const char *text, const char *more, int64_t at);
void story_must(const struct json *result);
void story_act(struct world *w, const char *action, int64_t id, const char *arg); /* ana does, and may */
const char *story_refusal(const struct json *result);
void story_resolve(struct world *w, int64_t id); /* replied to and resolved by ana, two minutes */
/* The ticket as stored equals its whole history folded from nothing. */
void story_refolds(struct world *w, int64_t id);
/* What the journal tells of its clocks, read by core/ledger, is what they are. */
void story_explains(struct world *w, int64_t id);
/* All of a ticket that rules and people see, as text: fields, clocks, escalation, and what its ledger comes to. version,
 * thread_version and epoch count what was done, undone or not, and are left out. */
const char *story_picture(struct world *w, int64_t id);
/* The two pictures are the same; what: says where they are not. */
void story_alike(struct world *w, int64_t id, struct world *other, int64_t other_id, const char *what);
/* The journal replayed into an empty database comes out the same; then the world is closed. */
void story_end(struct world *w);
#endif
