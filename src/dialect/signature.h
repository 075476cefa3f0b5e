/* signature: every scheme of dialects.md 2, over raw bytes, in constant time. Pure: now is an argument.
 * One row per (dialect, scheme): header names in order of preference, value syntax, signed content, freshness. */
#ifndef DIALECT_SIGNATURE_H
#define DIALECT_SIGNATURE_H
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum signature_verdict { SIGNATURE_OK, SIGNATURE_WARN, SIGNATURE_MISSING, SIGNATURE_MALFORMED, SIGNATURE_MISMATCH,
                         SIGNATURE_STALE, SIGNATURE_FUTURE };
struct signature_input {
    const char *dialect;   /* rbs ripio cstar ingestlayer tamio: its schemes; "auto": the header present names the
                            * scheme. Standard Webhooks is taken everywhere, after the dialect's own headers */
    const char *(*header)(const void *arg, const char *name, int *count); /* count: how often it occurs; >1 = malformed */
    const void *header_arg;
    const char *body; size_t body_n;
    const char *const *secrets; int secret_count;
    bool strict;
    int64_t now;           /* Unix seconds */
};
struct signature_result {
    int verdict;
    const char *scheme;    /* row's name: "cstar-2026" */
    const char *warning;   /* SIGNATURE_WARN: "timestamp is not signed", ... */
    const char *id;        /* webhook-id, when signed (Standard Webhooks) */
    int64_t timestamp;     /* 0 if none */
};
/* Same work whether or not a source exists: with secret_count 0 a dummy secret is tried and fails. */
void signature_verify(struct arena *arena, const struct signature_input *in, struct signature_result *out);
bool signature_ok(const struct signature_result *result); /* OK or WARN */
const char *signature_word(int verdict); /* ok ok-warn missing malformed mismatch stale future */
/* Plain-language steps for the sender: what was looked for, found, computed; never prints a secret or a full expected
 * MAC. Used by `triage verify --explain` and `w` in the Ingest screen. */
void signature_explain(struct arena *arena, const struct signature_input *in, struct str *out);
/* For senders (simulator, tests, our own deliveries): writes the headers of a scheme. name: a row's name, e.g.
 * "rbs", "rbs-plain", "ripio", "cstar-2025", "cstar-2026", "cstar-oldest", "ingest-in", "ingest-out", "tamio",
 * "standard" (wants an id of letters, digits, _ and -). Gives the number of headers; 0: no such scheme, no such id. */
struct signature_header { const char *name, *value; };
int signature_sign(struct arena *arena, const char *scheme, const char *secret, const char *id, int64_t now,
                   const char *body, size_t body_n, struct signature_header headers[4]);
#endif
