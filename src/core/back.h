/* back: what an undo gives back beside the fields. The clocks and the escalation of a ticket are moved by what was done to it;
 * an act's entry therefore keeps what they were before it and what they became (back_note), and an undo puts them back as they
 * were, as if the act had never been (back_follow) - each part of it that nothing else has moved since. What has been moved
 * goes on from where it stands, by its own rules. Pure. */
#ifndef CORE_BACK_H
#define CORE_BACK_H
#include "base/json.h"
#include "core/consequence.h"

struct back {
    struct back_clock { bool moved; struct sla_clock was, became; } clock[SLA_METRICS];
    bool escalated;
    bool whole; /* nothing but what is taken back has moved them since: they go back whatever they became */
    struct escalation was, became;
};
/* What differs between them as an object; NULL: nothing does. whole: what does not, too. The caller frees it. */
struct json *back_note(const struct ticket *before, const struct ticket *after, bool whole);
/* Reads such an object; NULL gives NULL. Belongs to arena. */
struct back *back_read(struct arena *arena, const struct json *note);
/* Puts back what facts.back knows, before the rules look; an entry says so for each. */
void back_follow(struct follow *f);
#endif
