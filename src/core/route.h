/* route: one event through one route: match, steps in order, then destinations (dialects.md 6.2). Pure: what a step has to
 * look up (seen before? how many lately? what does the model say? which record?) is asked of the caller, who for an
 * explanation or a replay answers without leaving a trace. */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H
#include "core/config.h"
#include "core/letter.h"

enum route_end { ROUTE_NO_MATCH, ROUTE_FILTERED /* at `step` */, ROUTE_WAITING /* for the model of `step` */, ROUTE_PASSED, ROUTE_FAILED /* a fault of ours */ };
enum route_label { ROUTE_LABEL_NONE, ROUTE_LABEL_WAIT, ROUTE_LABEL_READY };
struct route_facts {
    void *arg;
    int64_t now;
    bool (*seen)(void *arg, const struct config_route *route, int step, const char *key, int64_t window);       /* dedupe */
    int64_t (*passed)(void *arg, const struct config_route *route, int step, int64_t window, int64_t *oldest);  /* throttle */
    int (*label)(void *arg, const struct config_route *route, const char *model); /* enum route_label; READY: ticket carries it */
    const char *(*record)(void *arg, const char *kind, const char *key);          /* enrich: JSON text, NULL = none */
};
struct route_verdict {
    const char *route;
    int end;               /* enum route_end */
    int step;              /* 1-based, of FILTERED and WAITING; 0 = none */
    const char *note;      /* what the deciding step says, for people; never NULL */
    const char *model;     /* WAITING: whose answer */
    int64_t delay;         /* ms that destinations wait (throttle, delay) */
    struct { const char *destination; bool go; const char *why; } to[CONFIG_STEPS]; int to_count;
    struct { const char *name; const char *says; } steps[CONFIG_STEPS]; int step_count; /* what each step said, as far as it came */
    struct letter letter;  /* PASSED: with transform's and enrich's work done */
    struct letter_redaction redaction; /* of its redact.pii steps */
};
void route_run(struct arena *arena, const struct config_route *route, const struct letter *letter, const struct when_env *env,
               const struct route_facts *facts, struct route_verdict *out);
/* Does the event's type and source fit the route at all? The cheap question asked first. */
bool route_matches(const struct config_route *route, const struct letter *letter);
/* [route, end word, step, note, [[destination, go, why], ...]]: how a verdict is kept on an entry. */
struct json *route_encode(const struct route_verdict *verdict);
const char *route_end_word(int end); /* no_match filtered waiting passed */
/* References within text are replaced, once: what is put in is data and never a template (dialects.md 6.2).
 *   $event.id type source received_at payload.*   $ticket.FIELD   $entity.*   $classify.urgency category
 * A reference ends where its name does; "$$" is a dollar. What cannot be resolved is nothing. */
const char *route_fill(struct arena *arena, const char *text, const struct letter *letter);
/* The same for a text that is one reference and nothing else: its value with its kind kept; else a string. The caller frees. */
struct json *route_value(struct arena *arena, const char *text, const struct letter *letter);
#endif
